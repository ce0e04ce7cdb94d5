"""The event loop: the life of a call and of an ambulance, as numbers in arrays.

An ambulance that is sent has its whole future at once: the stages of its call are drawn, so every
instant up to `cleared_at` is a sum, and is written into its trip. Only three things are events: a
call becomes ready, an ambulance is cleared or comes home, a shift begins or ends. If an ambulance
is diverted, what its trip foretold is taken back. As in the contract, everything of an instant is
registered first, then the waiting calls are served.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.engine.compiled.cache import compiled, entry
from sim.engine.compiled.driving import ROW, band, from_node_s
from sim.engine.compiled.nearest import (
    AT_STATION,
    CLEARED,
    RETURNING,
    TURNING_OUT,
    nearest,
    position,
    stage_of,
)
from sim.engine.compiled.state import (
    DISPATCHES,
    IN_CLEARED,
    IN_ELSEWHERE,
    IN_HEAP,
    IN_SERVING,
    IN_WAITING,
    TRIPS,
    end_call,
    enlist,
    expect,
    make_ready,
    strike,
    take_first,
    take_from_station,
)
from sim.engine.compiled.waiting import (
    await_ambulance,
    lose_all,
    next_waiting,
    set_aside,
    take_back_aside,
    take_next_waiting,
)
from sim.policies.clock import NONE, serving_seconds
from sim.policies.hospitals import choose_hospital
from sim.policies.standby import standby_station

NEVER = np.nan
FULL = -1  # there are more trips than lines for them


# ── what an ambulance is sent to do ─────────────────────────────────────────────────────────


@compiled
def _drive(state, ambulance, mode, node, lead_s, place, at):
    """A drive begins."""
    unit = state.fleet[ambulance]
    unit.mode, unit.node, unit.lead_s, unit.place, unit.departed_at = mode, node, lead_s, place, at
    unit.passed, unit.passed_s = node, 0.0


@compiled
def _open_trip(state, call, ambulance, now, mobile_at, arrived_at):
    """From now on it is on this trip; answers the line of the log, if one is kept."""
    unit, log, trip = state.fleet[ambulance], state.log, ROW(state.held[TRIPS])
    unit.call, unit.trip, unit.assigned_at = call, trip, now
    if state.logged:
        state.held[TRIPS] += 1
        log.call[trip], log.ambulance[trip], log.hospital[trip] = call, ambulance, NONE
        log.assigned_at[trip], log.mobile_at[trip] = now, mobile_at
        log.arrived_at[trip] = arrived_at
        log.left_scene_at[trip] = log.at_hospital_at[trip] = log.handover_at[trip] = NEVER
        log.cleared_at[trip] = log.diverted_at[trip] = NEVER
    return trip


@compiled
def _take_back(state, ambulance, stage, now):
    """Take back what the trip of an ambulance foretold: it is sent elsewhere."""
    unit, log = state.fleet[ambulance], state.log
    if unit.call != NONE:
        end_call(state, ambulance, now)
        state.arrives_at[unit.call], state.comes[unit.call] = np.inf, NONE
    if not state.logged:
        return
    trip = unit.trip
    log.diverted_at[trip], log.arrived_at[trip] = now, NEVER
    log.left_scene_at[trip] = log.at_hospital_at[trip] = log.handover_at[trip] = NEVER
    log.cleared_at[trip], log.hospital[trip] = NEVER, NONE
    if stage == TURNING_OUT:
        log.mobile_at[trip] = NEVER


@compiled
def _way_to(fixed, calls, state, ambulance, stage, call, scene, now):
    """When wheels roll to a scene if it is sent now; the mode, node and lead; and the drive."""
    unit = state.fleet[ambulance]
    departs_at = now
    if stage == AT_STATION:
        departs_at = now + ((now + calls[call].turnout_s) - now)
    elif stage == TURNING_OUT:
        departs_at = now + (unit.turned_out_at - now)
    mode = fixed.mode_to_scene[band(fixed, departs_at), calls[call].priority]
    node, lead_s = position(fixed, state, ambulance, stage, now, mode)
    if stage == AT_STATION or stage == TURNING_OUT:
        drive_s = fixed.from_station_s[mode, scene, unit.base]
    else:
        drive_s = lead_s + from_node_s(fixed, mode, node, scene)
    return departs_at, mode, node, lead_s, drive_s


@compiled
def _ask(fixed, calls, state, call, now):
    """Ask how soon somebody would be at the call's place, and at each of the other places."""
    for which in range(state.log.asked_s.shape[1]):
        scene = calls[call].place
        if which > 0:
            scene = state.others[call, which - 1]
        ambulance = nearest(fixed, calls, state, call, scene, now)
        if ambulance != NONE:
            stage = stage_of(state, ambulance, now)
            departs_at, _, _, _, drive_s = _way_to(
                fixed, calls, state, ambulance, stage, call, scene, now
            )
            state.log.asked_s[call, which] = (departs_at + drive_s) - calls[call].received_at


@compiled
def _send(fixed, calls, state, ambulance, call, now):
    """Assign an ambulance to a call and foretell the trip; answers the call that it leaves."""
    unit = state.fleet[ambulance]
    stage, abandoned = stage_of(state, ambulance, now), unit.call
    scene = calls[call].place
    departs_at, mode, node, lead_s, drive_s = _way_to(
        fixed, calls, state, ambulance, stage, call, scene, now
    )
    unit.from_base = stage == AT_STATION or stage == TURNING_OUT
    if stage == AT_STATION:
        take_from_station(state, ambulance)
        unit.turned_out_at = now + calls[call].turnout_s
        unit.expected_mobile_at = now + fixed.expected_turnout_s
    if unit.trip != NONE:
        _take_back(state, ambulance, stage, now)
    if stage == CLEARED or stage == RETURNING:
        strike(state, state.elsewhere, IN_ELSEWHERE, ambulance)
    if abandoned == NONE:
        enlist(state, state.serving, IN_SERVING, ambulance)
    at = departs_at + drive_s
    trip = _open_trip(state, call, ambulance, now, departs_at, at)
    unit.status, unit.sent_in = TURNING_OUT, state.held[DISPATCHES]

    log, factor = state.log, fixed.service_factor[ambulance]
    _drive(state, ambulance, mode, node, lead_s, scene, departs_at)
    unit.arrives_at = state.arrives_at[call] = at
    state.comes[call] = ambulance
    at += serving_seconds(calls[call].on_scene_s, factor, fixed.on_grid)
    if state.logged:
        log.left_scene_at[trip] = at
    unit.stands_at, unit.hospital = scene, NONE
    if calls[call].conveyed:
        way = fixed.mode_to_hospital[band(fixed, at)]
        hospital = fixed.nearest_hospital[way, scene].row
        transport_s = fixed.nearest_hospital[way, scene].seconds
        if calls[call].hospital != NONE:
            to_hospital_s = fixed.to_hospital_s[way, scene]
            hospital = choose_hospital(to_hospital_s, calls[call].hospital)
            transport_s = to_hospital_s[hospital]
        if hospital != NONE:
            at += transport_s
            if state.logged:
                log.hospital[trip] = hospital
                log.at_hospital_at[trip] = log.handover_at[trip] = at
            unit.hospital, unit.stands_at = hospital, fixed.hospital_place[hospital]
            at += serving_seconds(calls[call].handover_s, factor, fixed.on_grid)
    if state.logged:
        log.cleared_at[trip] = at
    expect(state, ambulance, at)
    return abandoned


@compiled
def _send_home(fixed, state, ambulance, now):
    """Repositioning is a trip without a call."""
    unit = state.fleet[ambulance]
    unit.base = unit.home
    if len(fixed.standby_list) > 0:
        state.present[:] = 0
        for other in range(len(state.fleet)):
            status = state.fleet[other].status
            free = status == AT_STATION or status == RETURNING
            if other != ambulance and state.fleet[other].on_duty and free:
                state.present[state.fleet[other].base] += 1
        unit.base = standby_station(unit.home, fixed.standby_list, state.present)
    mode = fixed.mode_home[band(fixed, now)]
    node = fixed.place[unit.stands_at].node
    lead_s = fixed.place_s[mode, unit.stands_at].leg
    home_at = now + fixed.to_station_s[mode, unit.stands_at, unit.base]
    _drive(state, ambulance, mode, node, lead_s, fixed.station_place[unit.base], now)
    _open_trip(state, NONE, ambulance, now, now, home_at)
    unit.status = RETURNING
    expect(state, ambulance, home_at)


@compiled
def _serve_waiting(fixed, calls, state, now):
    """Send whom one can to the waiting calls, in their order; False if there is no more line.

    If nobody can be sent to the first of a priority, nobody can be sent to the others of it.
    """
    for priority in range(len(state.waiting_count)):
        abandoned: Any = NONE  # is reconsidered next, before any other
        while abandoned != NONE or state.waiting_count[priority] > 0:
            call: Any = abandoned
            if abandoned == NONE:
                call = np.int64(next_waiting(state, priority))
            ambulance = nearest(fixed, calls, state, call, calls[call].place, now)
            if ambulance == NONE and abandoned == NONE:
                break
            if ambulance == NONE:
                set_aside(state, call)
                abandoned = NONE
                continue
            if state.logged and state.held[TRIPS] == len(state.log.call):
                return False
            if state.log.asked_s.shape[1] > 0 and state.log.asked_s[call, 0] == np.inf:
                _ask(fixed, calls, state, call, now)
            if abandoned == NONE:
                take_next_waiting(calls, state, priority)
            abandoned = np.int64(_send(fixed, calls, state, ambulance, call, now))
    return True


@compiled
def _dispatch(fixed, calls, state, now):
    """Serve the waiting calls, then send home who is free and not needed."""
    state.held[DISPATCHES] += 1
    if not _serve_waiting(fixed, calls, state, now):
        return False
    take_back_aside(calls, state)
    if fixed.lose_when_none_free and state.held[IN_WAITING] > 0:
        lose_all(state)
    for i in range(state.held[IN_CLEARED]):
        ambulance = state.cleared[i]
        if state.fleet[ambulance].status == CLEARED:
            if state.logged and state.held[TRIPS] == len(state.log.call):
                return False
            _send_home(fixed, state, ambulance, now)
    state.held[IN_CLEARED] = 0
    return True


# ── the clock ────────────────────────────────────────────────────────────────────────────────


@compiled
def _finish(state, ambulance):
    """Let an ambulance be cleared where it stands, or be home. Returns whether it was cleared."""
    unit = state.fleet[ambulance]
    if unit.status == RETURNING:
        strike(state, state.elsewhere, IN_ELSEWHERE, ambulance)
        unit.status, unit.trip = AT_STATION, NONE
        if unit.on_duty:
            make_ready(state, ambulance)
        return False
    end_call(state, ambulance, unit.next_at)
    strike(state, state.serving, IN_SERVING, ambulance)
    enlist(state, state.elsewhere, IN_ELSEWHERE, ambulance)
    unit.status, unit.call, unit.trip = CLEARED, NONE, NONE
    spot = state.held[IN_CLEARED]
    while spot > 0 and state.cleared[spot - 1] > ambulance:
        state.cleared[spot] = state.cleared[spot - 1]
        spot -= 1
    state.cleared[spot] = ambulance
    state.held[IN_CLEARED] += 1
    return True


@entry
def wind(calls, order):
    """Set each call's `wakes_at` from when it is ready to when the clock gets there.

    The clock of the reference engine is moved on from call to call by differences; off the time
    grid that is not always the same to the last bit, and here it must be.
    """
    now = 0.0
    for call in order:
        now += max(0.0, calls[call].wakes_at - now)
        calls[call].wakes_at = now


@entry
def serve(fixed, calls, order, home, shift_at, shift_of, shift_begins, state):
    """Run to the end; answers the number of trips, or FULL.

    `order`: calls in the order in which they become ready; `shift_*`: beginnings and ends of
    shifts in the order of time.
    """
    for ambulance in range(len(home)):
        unit = state.fleet[ambulance]
        unit.home = unit.base = home[ambulance]
        unit.status, unit.call, unit.trip, unit.heap = AT_STATION, NONE, NONE, NONE
        unit.hospital = NONE
    next_call, next_shift = 0, 0
    while True:
        now = np.inf
        if next_call < len(order):
            now = calls[order[next_call]].wakes_at
        if state.held[IN_HEAP] > 0:
            now = min(now, state.heap_at[0])
        if now == np.inf and state.held[IN_WAITING] == 0:
            break
        if next_shift < len(shift_at):
            now = min(now, shift_at[next_shift])
        if now == np.inf:
            break
        due = False
        while next_call < len(order) and calls[order[next_call]].wakes_at == now:
            await_ambulance(calls, state, order[next_call])
            next_call += 1
            due = True
        while state.held[IN_HEAP] > 0 and state.heap_at[0] == now:
            due |= _finish(state, take_first(state))
        while next_shift < len(shift_at) and shift_at[next_shift] == now:
            unit = state.fleet[shift_of[next_shift]]
            unit.on_duty = shift_begins[next_shift]
            if unit.status == AT_STATION:
                if unit.on_duty:
                    make_ready(state, shift_of[next_shift])
                else:
                    take_from_station(state, shift_of[next_shift])
            due |= unit.on_duty
            next_shift += 1
        if due and not _dispatch(fixed, calls, state, now):
            return FULL
    return state.held[TRIPS]
