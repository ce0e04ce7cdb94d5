"""The event loop: the life of a call and of an ambulance, as numbers in arrays.

An ambulance that is sent has its whole future at once: the stages of its call are drawn, so every
instant up to `cleared_at` is a sum, and is written into its trip. Only three things are events: a
call becomes ready, an ambulance is cleared or comes home, a shift begins or ends. If an ambulance
is diverted, what its trip foretold is taken back. As in the contract, everything of an instant is
registered first, then the waiting calls are served.
"""

from __future__ import annotations

import numpy as np

from sim.engine.compiled.beyond import (
    ARRIVES,
    AT_DOOR,
    BEGINS,
    COMES_DUE,
    CREWS_CHANGED,
    DEPARTS,
    FIRST_TIMER,
    GONE,
    IN_AT_DOOR,
    IN_DEPARTING,
    IN_LOOKED_AT,
    IN_READY,
    LAST_BREAK,
    LOOKS,
    UNREADY,
    WAITING,
)
from sim.engine.compiled.cache import compiled, entry
from sim.engine.compiled.dispatching import FULL, dispatch
from sim.engine.compiled.doors import (
    admit_walk_ins,
    depart,
    note_at_door,
    note_departing,
    open_doors,
)
from sim.engine.compiled.eligible import note_change
from sim.engine.compiled.pausing import (
    finish_break,
    now_free,
    ring,
)
from sim.engine.compiled.scenes import (
    arrive,
    look,
    look_later,
    touch,
    withdraw,
)
from sim.engine.compiled.state import (
    AT_STATION,
    CLEARED,
    IN_ELSEWHERE,
    IN_HEAP,
    IN_SERVING,
    IN_WAITING,
    ON_BREAK,
    RETURNING,
    TRIPS,
    end_call,
    enlist,
    make_ready,
    note_cleared,
    set_on_duty,
    strike,
    take_first,
)
from sim.engine.compiled.varying import carry_over
from sim.engine.compiled.waiting import (
    await_ambulance,
)
from sim.model.calendar import next_band_at
from sim.policies.clock import NONE

# ── the clock ────────────────────────────────────────────────────────────────────────────────


@compiled
def _become_ready(calls, state, beyond, call):
    """A call takes its place among those that wait."""
    if beyond is not None:
        own = beyond.need[call]
        if own.several:
            scene = beyond.scene[own.call]
            if scene.over or own.status != UNREADY:  # it was sent with the first
                return
            if beyond.fixed.service.conditions.all_or_none[own.condition] and call != scene.first:
                return  # it is sent with the first, or not at all
            own.status = WAITING
            touch(beyond, own.call)
        elif own.status == GONE:  # it was withdrawn
            return
        beyond.just_ready[beyond.held[IN_READY]] = call
        beyond.held[IN_READY] += 1
    await_ambulance(calls, state, beyond, call)


@compiled
def _matters(beyond, was_break):
    """Whether dispatch may go by an ambulance's being at its station."""
    if beyond is None:
        return False
    # Breaks are due, or were missed and nobody has looked since.
    return was_break or beyond.fixed.looks_often or beyond.clock[LAST_BREAK] > -np.inf


@compiled
def _finish(fixed, calls, state, beyond, ambulance, now):
    """What an ambulance was expected to do is done. Returns whether dispatch may go by it."""
    unit = state.fleet[ambulance]
    if unit.status == RETURNING or unit.status == ON_BREAK:
        was_break = unit.status == ON_BREAK
        if beyond is not None and unit.status == ON_BREAK:
            finish_break(state, beyond, ambulance)
        strike(state, state.elsewhere, IN_ELSEWHERE, ambulance)
        unit.status, unit.trip = AT_STATION, NONE
        if unit.on_duty:
            make_ready(state, ambulance)
        return _matters(beyond, was_break)
    if beyond is not None:
        phase = beyond.crew[ambulance].phase
        if phase == ARRIVES:
            arrive(fixed, calls, state, beyond, ambulance, now)
            return False
        if phase == LOOKS:
            look_later(beyond, beyond.need[unit.call].call)
            return False
        if phase == DEPARTS:
            note_departing(beyond, ambulance)
            return False
        if phase == AT_DOOR:
            note_at_door(beyond, ambulance)
            return False
    end_call(state, ambulance, now)
    strike(state, state.serving, IN_SERVING, ambulance)
    enlist(state, state.elsewhere, IN_ELSEWHERE, ambulance)
    unit.status, unit.call, unit.trip = CLEARED, NONE, NONE
    note_cleared(state, ambulance)
    if beyond is not None:
        note_change(beyond, ambulance)
        now_free(state, beyond, ambulance, now)
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


@compiled
def _happen(state, beyond, what, ambulance, off_at):
    """A shift begins or ends, or a break comes due. Returns whether dispatch may go by it."""
    if beyond is None:
        set_on_duty(state, ambulance, what == BEGINS)
        return what == BEGINS
    beyond.held[CREWS_CHANGED] = 1
    note_change(beyond, ambulance)
    if what == COMES_DUE:
        beyond.clock[LAST_BREAK] = max(beyond.clock[LAST_BREAK], off_at)
    else:
        crew = beyond.crew[ambulance]
        crew.in_shift = what == BEGINS
        if crew.in_shift:
            crew.off_at = off_at
        set_on_duty(state, ambulance, crew.in_shift and not crew.failed)
    return True


@compiled
def _look_at_scenes(fixed, calls, state, beyond, now):
    """Everything of this instant has happened: look who leaves. Returns whether anybody is free."""
    due, count = False, beyond.held[IN_LOOKED_AT]
    beyond.held[IN_LOOKED_AT] = 0
    for i in range(count):
        due |= look(fixed, calls, state, beyond, np.int64(beyond.looked_at[i]), now)
    return due


@entry
def serve(fixed, calls, order, home, happens, needed, state, beyond):
    """Run to the end; answers the number of trips, or FULL.

    `order`: calls in the order in which they become ready. `happens`: shifts and breaks that come
    due in the order of time: when, whose, what, and when the shift ends; so many are `needed` even
    if nobody calls any more. `beyond`: None of a plain service.
    """
    for ambulance in range(len(home)):
        unit = state.fleet[ambulance]
        unit.home = unit.base = home[ambulance]
        unit.status, unit.call, unit.trip, unit.heap = AT_STATION, NONE, NONE, NONE
        unit.hospital = NONE
    next_call, next_one, next_reminder, next_withdrawn, now = 0, 0, 0, 0, 0.0
    at, of, what, off_at = happens
    changes_at = np.inf
    if beyond is not None:  # noqa: SIM102
        if beyond.fixed.carried_over:
            changes_at = next_band_at(fixed.bands, 0.0)
    while True:
        coming_at = np.inf
        if next_call < len(order):
            coming_at = calls[order[next_call]].wakes_at
        if state.held[IN_HEAP] > 0:
            coming_at = min(coming_at, state.heap_at[0])
        goes_on = coming_at < np.inf or state.held[IN_WAITING] > 0 or next_one < needed
        if beyond is not None:
            coming_at = min(coming_at, beyond.clock[FIRST_TIMER])
            if next_reminder < len(beyond.remind_at):
                coming_at = min(coming_at, beyond.remind_at[next_reminder])
            if next_withdrawn < len(beyond.withdrawn):
                coming_at = min(coming_at, beyond.withdrawn[next_withdrawn].at)
            goes_on |= coming_at < np.inf or beyond.held[IN_LOOKED_AT] > 0
            if beyond.held[IN_LOOKED_AT] > 0:
                coming_at = now
        if not goes_on:
            break
        if next_one < len(at):
            coming_at = min(coming_at, at[next_one])
        if coming_at == np.inf:
            break
        now, due = coming_at, False
        if beyond is not None:
            while changes_at <= now:
                carry_over(fixed, state, beyond, changes_at)
                changes_at = next_band_at(fixed.bands, changes_at)
        while next_call < len(order) and calls[order[next_call]].wakes_at == now:
            _become_ready(calls, state, beyond, order[next_call])
            next_call += 1
            due = True
        while next_one < len(at) and at[next_one] == now:
            due |= _happen(state, beyond, what[next_one], of[next_one], off_at[next_one])
            next_one += 1
        while state.held[IN_HEAP] > 0 and state.heap_at[0] == now:
            due |= _finish(fixed, calls, state, beyond, take_first(state), now)
        if beyond is not None:
            while next_reminder < len(beyond.remind_at) and beyond.remind_at[next_reminder] == now:
                next_reminder += 1
                due = True
            while (
                next_withdrawn < len(beyond.withdrawn)
                and beyond.withdrawn[next_withdrawn].at == now
            ):
                due |= withdraw(state, beyond, beyond.withdrawn[next_withdrawn].call, now)
                next_withdrawn += 1
            while True:  # who leaves at once may set off more of the same instant
                while beyond.clock[FIRST_TIMER] == now:
                    due |= ring(state, beyond, now)
                if beyond.held[IN_LOOKED_AT] > 0:
                    due |= _look_at_scenes(fixed, calls, state, beyond, now)
                elif beyond.held[IN_AT_DOOR] > 0:
                    open_doors(fixed, calls, state, beyond, now)
                elif beyond.held[IN_DEPARTING] > 0:
                    depart(fixed, calls, state, beyond, now)
                else:
                    break
                while state.held[IN_HEAP] > 0 and state.heap_at[0] == now:
                    due |= _finish(fixed, calls, state, beyond, take_first(state), now)
        if due and not dispatch(fixed, calls, state, beyond, now):
            return FULL
    if beyond is not None:
        admit_walk_ins(beyond, np.inf, True)
    return state.held[TRIPS]
