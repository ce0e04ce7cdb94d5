"""Breaks of crews, and vehicles off the road. `beyond` is never None here."""

from __future__ import annotations

import numpy as np

from sim.engine.compiled.beyond import (
    CREWS_CHANGED,
    FIRST_TIMER,
    FREE_CHANGED,
    LAST_BREAK,
    PAUSES,
)
from sim.engine.compiled.cache import compiled
from sim.engine.compiled.eligible import note_change
from sim.engine.compiled.state import (
    AT_STATION,
    IN_ELSEWHERE,
    ON_BREAK,
    enlist,
    expect,
    set_on_duty,
    strike,
    take_from_station,
)
from sim.model.log import BREAK, FAILURE
from sim.policies.clock import NONE


@compiled
def _note(beyond, ambulance, kind, row, begun_at, ended_at):
    """Open the line of a pause."""
    pauses, line = beyond.pauses, beyond.held[PAUSES]
    pauses.ambulance[line], pauses.kind[line], pauses.row[line] = ambulance, kind, row
    pauses.begun_at[line], pauses.ended_at[line], pauses.whole[line] = begun_at, ended_at, True
    beyond.held[PAUSES] += 1
    return line


@compiled
def has_room_for_pauses(state, beyond):
    """Whether everybody could begin one more."""
    return beyond.held[PAUSES] + len(state.fleet) <= len(beyond.pauses.row)


# ── breaks ───────────────────────────────────────────────────────────────────────────────────


@compiled
def due_break(beyond, ambulance, now):
    """The break that it should take now, NONE if none; those that are too late are missed."""
    crew, breaks = beyond.crew[ambulance], beyond.fixed.service.breaks
    while crew.next_break < crew.breaks_end and breaks.latest_at[crew.next_break] < now:
        crew.next_break += 1
        crew.break_left_s = np.nan
    if crew.next_break < crew.breaks_end and breaks.earliest_at[crew.next_break] <= now:
        return crew.next_break
    return NONE


@compiled
def begin_breaks(state, beyond, now):
    """Begin the breaks that are due of those that are idle at a station with a building.

    Who missed a break waits for none any more, and can be moved again like others.
    """
    service, last_at = beyond.fixed.service, beyond.clock[LAST_BREAK]
    if now > last_at:
        if last_at > -np.inf:
            beyond.clock[LAST_BREAK] = -np.inf
            beyond.held[FREE_CHANGED] = 1
        return
    for ambulance in range(len(state.fleet)):
        unit, crew = state.fleet[ambulance], beyond.crew[ambulance]
        if unit.status == ON_BREAK:
            continue
        before = crew.next_break
        row = due_break(beyond, ambulance, now)
        if crew.next_break != before:
            beyond.held[FREE_CHANGED] = 1
        if row == NONE or unit.status != AT_STATION or not unit.on_duty:
            continue
        if not service.standby.has_building[unit.base]:
            continue
        length_s = crew.break_left_s
        if np.isnan(length_s):
            length_s = service.breaks.length_s[row]
        take_from_station(state, ambulance)
        enlist(state, state.elsewhere, IN_ELSEWHERE, ambulance)
        unit.status = ON_BREAK
        note_change(beyond, ambulance)
        crew.pause = _note(beyond, ambulance, BREAK, row, now, now + length_s)
        expect(state, ambulance, now + length_s)


@compiled
def end_break(state, beyond, ambulance, now):
    """A call ends the break of a crew."""
    crew, pauses = beyond.crew[ambulance], beyond.pauses
    crew.break_left_s = np.nan
    if not beyond.fixed.service.breaks.anew:
        crew.break_left_s = pauses.ended_at[crew.pause] - now
    pauses.ended_at[crew.pause], pauses.whole[crew.pause] = now, False
    strike(state, state.elsewhere, IN_ELSEWHERE, ambulance)


@compiled
def finish_break(state, beyond, ambulance):
    """It was taken whole."""
    crew = beyond.crew[ambulance]
    crew.next_break += 1
    crew.break_left_s = np.nan
    note_change(beyond, ambulance)


# ── off the road ─────────────────────────────────────────────────────────────────────────────


@compiled
def now_free(state, beyond, ambulance, now):
    """An ambulance is free: what was waiting for that."""
    if beyond.crew[ambulance].fails_when_free:
        beyond.crew[ambulance].fails_when_free = False
        _fail(state, beyond, ambulance, now)


@compiled
def _fail(state, beyond, ambulance, now):
    crew = beyond.crew[ambulance]
    crew.failed = True
    beyond.held[CREWS_CHANGED] = 1
    note_change(beyond, ambulance)
    set_on_duty(state, ambulance, False)
    crew.timer_at = now + beyond.off_s[crew.vehicle, crew.failure]
    _note(beyond, ambulance, FAILURE, crew.failure, now, crew.timer_at)
    beyond.clock[FIRST_TIMER] = min(beyond.clock[FIRST_TIMER], crew.timer_at)


@compiled
def ring(state, beyond, now):
    """The timers that end now: vehicles fail, at once or when they are free; or are repaired.

    Returns whether something changed that dispatch may go by.
    """
    due, first = False, np.inf
    for ambulance in range(len(state.fleet)):
        crew = beyond.crew[ambulance]
        if crew.timer_at == now:
            crew.timer_at = np.inf
            if crew.failed:
                due, crew.failed = True, False
                crew.failure += 1
                if crew.failure < beyond.after_s.shape[1]:
                    crew.timer_at = now + beyond.after_s[crew.vehicle, crew.failure]
                set_on_duty(state, ambulance, crew.in_shift)
                beyond.held[CREWS_CHANGED] = 1
                note_change(beyond, ambulance)
            elif state.fleet[ambulance].call != NONE:
                crew.fails_when_free = True
            else:
                due = True
                _fail(state, beyond, ambulance, now)
        first = min(first, crew.timer_at)
    beyond.clock[FIRST_TIMER] = first
    return due
