"""The end of an instant: who waits is served, and who is free and not needed goes to wait.

`call` is the row of a call; beyond the plain service, where a call may need several ambulances, the
row of a need. `beyond` is None of a plain service.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.engine.compiled.beyond import IN_READY
from sim.engine.compiled.cache import compiled
from sim.engine.compiled.driving import ROW
from sim.engine.compiled.eligible import expected_turnout_of, take, turnout_of
from sim.engine.compiled.nearest import nearest, stage_of
from sim.engine.compiled.pausing import (
    begin_breaks,
    end_break,
    has_room_for_pauses,
)
from sim.engine.compiled.repositioning import move_up
from sim.engine.compiled.scenes import (
    forget_who_is_late,
    give_up,
    note_sent,
)
from sim.engine.compiled.state import (
    AT_STATION,
    CLEARED,
    DISPATCHES,
    IN_CLEARED,
    IN_ELSEWHERE,
    IN_SERVING,
    IN_WAITING,
    ON_BREAK,
    RETURNING,
    STOOD_DOWN,
    TRIPS,
    TURNING_OUT,
    count_present,
    enlist,
    expect,
    strike,
    take_from_station,
)
from sim.engine.compiled.trips import (
    drive,
    foretell,
    note_drive,
    open_trip,
    send_to_wait,
    take_back,
    way_to,
)
from sim.engine.compiled.waiting import (
    is_needed,
    lose_all,
    next_group,
    next_waiting,
    set_aside,
    take_back_aside,
    take_next_waiting,
)
from sim.policies.clock import NONE, serving_seconds
from sim.policies.standby import standby_station

FULL = -1  # there are more trips than lines for them


@compiled
def _ask(fixed, calls, state, beyond, call, now):
    """Ask how soon somebody would be at the call's place, and at each of the other places."""
    for which in range(state.log.asked_s.shape[1]):
        scene = calls[call].place
        if which > 0:
            scene = state.others[call, which - 1]
        ambulance = nearest(fixed, calls, state, beyond, call, scene, now)
        if ambulance != NONE:
            stage = stage_of(state, ambulance, now)
            departs_at, _, _, _, drive_s = way_to(
                fixed, calls, state, beyond, ambulance, stage, call, scene, now
            )
            state.log.asked_s[call, which] = (departs_at + drive_s) - calls[call].received_at


@compiled
def _ask_once(fixed, calls, state, beyond, call, now):
    """The same, unless it was asked before."""
    if state.log.asked_s.shape[1] == 0:
        return
    if beyond is None:
        if state.log.asked_s[call, 0] == np.inf:
            _ask(fixed, calls, state, beyond, call, now)
        return
    scene = beyond.scene[beyond.need[call].call]
    if not scene.asked:
        scene.asked = True
        _ask(fixed, calls, state, beyond, scene.first, now)


@compiled
def _send(fixed, calls, state, beyond, ambulance, call, now):
    """Assign an ambulance to a call and foretell the trip; answers the call that it leaves."""
    unit = state.fleet[ambulance]
    stage, abandoned = stage_of(state, ambulance, now), unit.call
    scene = calls[call].place
    departs_at, mode, node, lead_s, drive_s = way_to(
        fixed, calls, state, beyond, ambulance, stage, call, scene, now
    )
    waits = stage == AT_STATION or stage == ON_BREAK
    unit.from_base = waits or stage == TURNING_OUT
    if waits:
        if beyond is not None and stage == ON_BREAK:
            end_break(state, beyond, ambulance, now)
        else:
            take_from_station(state, ambulance)
        unit.turned_out_at = now + turnout_of(fixed, beyond, unit.base, calls[call].turnout_s)
        unit.expected_mobile_at = now + expected_turnout_of(fixed, beyond, unit.base)
    if unit.trip != NONE:
        take_back(state, ambulance, stage, now)
    if stage == CLEARED or stage == RETURNING or stage == STOOD_DOWN:
        strike(state, state.elsewhere, IN_ELSEWHERE, ambulance)
    if abandoned == NONE:
        enlist(state, state.serving, IN_SERVING, ambulance)
    at = departs_at + drive_s
    trip = open_trip(state, call, ambulance, now, departs_at, at)
    unit.status, unit.sent_in = TURNING_OUT, state.held[DISPATCHES]

    drive(state, ambulance, mode, node, lead_s, scene, departs_at)
    if beyond is not None:
        factor = beyond.need[call].scene_factor
        purpose = np.int64(calls[call].priority)
        note_drive(fixed, state, beyond, ambulance, purpose, factor, drive_s)
    unit.arrives_at = state.arrives_at[call] = at
    state.comes[call] = ambulance
    conveyed = calls[call].conveyed
    if beyond is not None:
        note_sent(state, beyond, ambulance, call, abandoned)
        conveyed &= beyond.fixed.service.sending.transports[beyond.crew[ambulance].kind]
        if beyond.need[call].several:
            beyond.need[call].trip = trip
            expect(state, ambulance, at)
            return abandoned
    factor = fixed.service_factor[ambulance]
    at += serving_seconds(calls[call].on_scene_s, factor, fixed.on_grid)
    foretell(fixed, calls, state, beyond, ambulance, call, at, conveyed, False)
    return abandoned


@compiled
def _team_for(fixed, calls, state, beyond, call, now):
    """Whom to send to a need now, in `team`: one, or all that the call needs; answers how many.

    The needs of a call are met in their order, each by the first that is left.
    """
    scene = beyond.scene[beyond.need[call].call]
    conditions, count = beyond.fixed.service.conditions, 1
    several = beyond.need[call].several
    if several and conditions.all_or_none[beyond.need[call].condition] and not scene.started:
        count = scene.last - scene.first
    met = 0
    while met < count:
        need = call + met
        found = nearest(fixed, calls, state, beyond, need, calls[need].place, now)
        if found == NONE:
            break
        beyond.team[met] = found
        if count > 1:
            take(beyond, found, True)
        met += 1
    if count > 1:
        for one in range(met):
            take(beyond, beyond.team[one], False)
    return count if met == count else 0


@compiled
def _reconsider(fixed, calls, state, beyond, call, now):
    """A call that was left is looked at next; False if there is no more line in the log."""
    abandoned = call
    while abandoned != NONE:
        found = nearest(fixed, calls, state, beyond, abandoned, calls[abandoned].place, now)
        if found == NONE:
            set_aside(state, abandoned)
            return True
        if state.logged and state.held[TRIPS] == len(state.log.call):
            return False
        abandoned = np.int64(_send(fixed, calls, state, beyond, found, abandoned, now))
    return True


@compiled
def _serve_next(fixed, calls, state, beyond, group, now):
    """Send whom one can to who is next in a group; -1 no line is left, 0 nobody can be sent."""
    call = np.int64(next_waiting(state, group))
    found: Any = NONE
    count = 1
    if beyond is None:
        found = nearest(fixed, calls, state, beyond, call, calls[call].place, now)
        if found == NONE:
            return 0
    else:
        count = _team_for(fixed, calls, state, beyond, call, now)
        if count == 0:
            return 0
    if state.logged and state.held[TRIPS] + count > len(state.log.call):
        return -1
    if beyond is None:
        _ask_once(fixed, calls, state, beyond, call, now)
        take_next_waiting(calls, state, group)
        abandoned = np.int64(_send(fixed, calls, state, beyond, found, call, now))
        return 1 if _reconsider(fixed, calls, state, beyond, abandoned, now) else -1
    if not beyond.fixed.reads_places:
        _ask_once(fixed, calls, state, beyond, call, now)
    take_next_waiting(calls, state, group)
    for one in range(count):
        ambulance = beyond.team[one]
        beyond.abandoned[one] = _send(fixed, calls, state, beyond, ambulance, call + one, now)
    for one in range(count):
        if not _reconsider(fixed, calls, state, beyond, beyond.abandoned[one], now):
            return -1
    return 1


@compiled
def _serve_waiting(fixed, calls, state, beyond, now):
    """Send whom one can to the waiting calls, in their order; False if there is no more line.

    If nobody can be sent to the first of a group, nobody can be sent to the others of it, unless
    it matters where they are.
    """
    if state.held[IN_WAITING] == 0:
        return True
    if beyond is not None:
        beyond.hopeless[:] = False
    for priority in range(len(fixed.may_be_left_for)):
        while True:
            group: Any = np.int64(priority)
            if beyond is not None:
                group = next_group(calls, state, beyond, priority)
                if group == NONE:
                    break
            elif state.waiting_count[group] == 0:
                break
            served = _serve_next(fixed, calls, state, beyond, group, now)
            if served < 0:
                return False
            if served == 0:
                if beyond is None:
                    break
                _skip(calls, state, beyond, group)
    return True


@compiled
def _skip(calls, state, beyond, group):
    """To who is next in a group nobody can be sent."""
    call = np.int64(next_waiting(state, group))
    own = beyond.need[call]
    all_or_none = own.several and beyond.fixed.service.conditions.all_or_none[own.condition]
    if beyond.fixed.reads_places or all_or_none:
        take_next_waiting(calls, state, group)
        set_aside(state, call)
    else:
        beyond.hopeless[group] = True


@compiled
def dispatch(fixed, calls, state, beyond, now):
    """Serve the waiting calls, then send home who is free and not needed; False without a line."""
    state.held[DISPATCHES] += 1
    if beyond is not None:
        if not has_room_for_pauses(state, beyond):
            return False
        if beyond.fixed.reads_places:
            for i in range(beyond.held[IN_READY]):
                _ask_once(fixed, calls, state, beyond, np.int64(beyond.just_ready[i]), now)
        beyond.held[IN_READY] = 0
    if not _serve_waiting(fixed, calls, state, beyond, now):
        return False
    take_back_aside(calls, state, beyond)
    if fixed.lose_when_none_free and state.held[IN_WAITING] > 0:
        if beyond is None:
            lose_all(state)
        else:
            _give_up_all(state, beyond)
    if beyond is None:
        for i in range(state.held[IN_CLEARED]):
            ambulance = state.cleared[i]
            if state.fleet[ambulance].status == CLEARED:
                if state.logged and state.held[TRIPS] == len(state.log.call):
                    return False
                _send_home(fixed, state, beyond, ambulance, now)
    else:
        if state.held[TRIPS] + len(state.fleet) > len(state.log.call):
            return False
        forget_who_is_late(state, beyond)
        begin_breaks(state, beyond, now)
        move_up(fixed, state, beyond, now)
    state.held[IN_CLEARED] = 0
    return True


@compiled
def _give_up_all(state, beyond):
    """Nobody may wait: the needs that do are not met."""
    for group in range(len(state.waiting_count)):
        first = state.waiting_from[group]
        for spot in range(state.waiting_count[group]):
            need = np.int64(state.waiting[first + ROW(spot)])
            if is_needed(beyond, need):
                give_up(state, beyond, need)
        state.waiting_count[group] = 0
    state.held[IN_WAITING] = 0


@compiled
def _send_home(fixed, state, beyond, ambulance, now):
    """Home, or where the list wants one."""
    station: Any = np.int64(state.fleet[ambulance].home)
    if len(fixed.standby_list) > 0:
        count_present(state, ambulance)
        station = standby_station(station, fixed.standby_list, state.present)
    send_to_wait(fixed, state, beyond, ambulance, station, now)
