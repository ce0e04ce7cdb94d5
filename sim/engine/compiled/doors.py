"""From the scene to hospital: which one, the line at its door, and free again.

Bays are given in the order in which patients come, so as soon as one is there, it is known when its
bay will be free: no event is needed for that, and none for who walks in. The rules are told in
`sim.engine.reference.conveying` and `doors`. `beyond` is never None here.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.engine.compiled.beyond import (
    AT_DOOR,
    DEPARTS,
    FORETOLD,
    IN_AT_DOOR,
    IN_CARE,
    IN_DEPARTING,
    IN_LINE,
    WALK_INS,
)
from sim.engine.compiled.cache import compiled
from sim.engine.compiled.state import expect
from sim.engine.compiled.varying import TO_HOSPITAL, drive_seconds, mode_at, opens_after
from sim.policies.clock import NONE, serving_seconds
from sim.policies.hospitals import choose_destination, choose_hospital, is_closed

# ── bays ─────────────────────────────────────────────────────────────────────────────────────


@compiled
def _first_bay(beyond, hospital):
    """The bay that is free first; NONE where there is no limit."""
    best: Any = NONE
    for bay in range(beyond.bay_first[hospital], beyond.bay_first[hospital + 1]):
        if best == NONE or beyond.bay_until[bay] < beyond.bay_until[best]:
            best = bay
    return best


@compiled
def _take_bay(beyond, hospital, now, stay_s, by_ambulance):
    """When a patient has a bay who comes now and keeps it for so long."""
    bay = _first_bay(beyond, hospital)
    if bay == NONE:
        return now
    at = max(now, beyond.bay_until[bay])
    beyond.bay_until[bay] = at + stay_s
    if at > now:
        place = beyond.line[beyond.held[IN_LINE]]
        place.hospital, place.until, place.by_ambulance = hospital, at, by_ambulance
        beyond.held[IN_LINE] += 1
    return at


@compiled
def admit_walk_ins(beyond, now, up_to_now):
    """Let in who walks in before an instant, or up to it."""
    while beyond.held[WALK_INS] < len(beyond.walk_in):
        who = beyond.walk_in[beyond.held[WALK_INS]]
        if who.at > now or (who.at == now and not up_to_now):
            return
        beyond.held[WALK_INS] += 1
        if not beyond.fixed.walk_ins_wait:
            bay = _first_bay(beyond, who.hospital)
            if bay != NONE and beyond.bay_until[bay] > who.at:
                continue
        who.bay_at = _take_bay(beyond, who.hospital, who.at, who.stay_s, False)


@compiled
def _drop_who_left(stays, count, now):
    """Those who are still there, in their order; answers how many."""
    left = 0
    for row in range(count):
        if stays[row].until > now:
            stays[left] = stays[row]
            left += 1
    return left


@compiled
def _count_loads(beyond, now):
    """How full the hospitals are now."""
    for row in range(len(beyond.hospital)):
        there = beyond.hospital[row]
        there.waiting = there.in_care = 0
        there.ahead, there.free_bays = beyond.on_the_way[row], there.bays
        for bay in range(beyond.bay_first[row], beyond.bay_first[row + 1]):
            if beyond.bay_until[bay] > now:
                there.free_bays -= 1
    held = beyond.held
    held[IN_LINE] = _drop_who_left(beyond.line, held[IN_LINE], now)
    for row in range(held[IN_LINE]):
        there = beyond.hospital[beyond.line[row].hospital]
        there.ahead += 1
        if beyond.line[row].by_ambulance:
            there.waiting += 1
    held[IN_CARE] = _drop_who_left(beyond.care, held[IN_CARE], now)
    for row in range(held[IN_CARE]):
        beyond.hospital[beyond.care[row].hospital].in_care += 1


# ── which hospital ───────────────────────────────────────────────────────────────────────────


@compiled
def _hospital_for(fixed, calls, beyond, call, now):
    """The hospital, and the one it would be if all had room; NONE if none can be reached."""
    scene, patient = calls[call].place, beyond.need[call].patient
    to_hospital_s, named = fixed.to_hospital_s[mode_at(fixed, TO_HOSPITAL, now), scene], NONE
    if calls[call].hospital != NONE:
        named = choose_hospital(to_hospital_s, calls[call].hospital)
        return (NONE, NONE) if to_hospital_s[named] == np.inf else (named, named)
    for row in range(len(to_hospital_s)):
        beyond.hospital[row].seconds = to_hospital_s[row] + beyond.hospital[row].away_s
        beyond.closed[row] = False
    for closure in beyond.fixed.closure:
        if closure.patient == patient and is_closed(now, closure.from_at, closure.until_at):
            beyond.closed[closure.hospital] = True
    if beyond.fixed.chooses_late:
        _count_loads(beyond, now)
    return choose_destination(
        beyond.fixed.rule, beyond.fixed.bypass_when_full, beyond.hospital,
        beyond.fixed.treats[patient], beyond.fixed.needs_icu[patient],
        beyond.fixed.consortium_of[scene], beyond.closed,
    )  # fmt: skip


@compiled
def leave_for_hospital(fixed, calls, state, beyond, ambulance, call, at, goes_along):
    """It leaves the scene at an instant; where to is known now, unless that depends on others."""
    beyond.crew[ambulance].goes_along = goes_along
    if beyond.fixed.chooses_late:
        beyond.crew[ambulance].phase = DEPARTS
        expect(state, ambulance, at)
        return
    while True:
        hospital, usual = _hospital_for(fixed, calls, beyond, call, at)
        opens_at = opens_after(beyond, at)
        if hospital != NONE or opens_at == np.inf:
            break
        at = opens_at
    _drive_to(fixed, calls, state, beyond, ambulance, call, hospital, usual, at)


@compiled
def _drive_to(fixed, calls, state, beyond, ambulance, call, hospital, usual, at):
    """The drive to a hospital, and what follows as far as it is known."""
    unit, crew, trip = state.fleet[ambulance], beyond.crew[ambulance], state.fleet[ambulance].trip
    log, scene = state.log, calls[call].place
    log.left_scene_at[trip], crew.phase = at, FORETOLD
    if hospital == NONE:
        log.cleared_at[trip] = at
        expect(state, ambulance, at)
        return
    if not crew.goes_along:
        if usual != hospital:
            beyond.passed_over[trip] = usual
        beyond.on_the_way[hospital] += 1
    factor, mode = beyond.need[call].hospital_factor, mode_at(fixed, TO_HOSPITAL, at)
    if beyond.fixed.varies or factor != 1.0:
        lead_s = serving_seconds(fixed.place_s[mode, scene].leg, factor, fixed.on_grid)
        at += drive_seconds(
            fixed, beyond, TO_HOSPITAL, fixed.place[scene].node, lead_s,
            fixed.hospital_place[hospital], at, factor,
        )  # fmt: skip
    else:
        at += fixed.to_hospital_s[mode, scene, hospital]
    at += beyond.hospital[hospital].away_s
    log.hospital[trip] = unit.hospital = hospital
    log.at_hospital_at[trip] = log.handover_at[trip] = at
    unit.stands_at = fixed.hospital_place[hospital]
    if beyond.fixed.has_doors and not crew.goes_along:
        crew.phase = AT_DOOR
    else:
        at += _handover_s(fixed, calls, ambulance, call) + beyond.hospital[hospital].away_s
        log.cleared_at[trip] = at
    expect(state, ambulance, at)


@compiled
def _handover_s(fixed, calls, ambulance, call):
    factor = fixed.service_factor[ambulance]
    return serving_seconds(calls[call].handover_s, factor, fixed.on_grid)


# ── what happens in an instant ───────────────────────────────────────────────────────────────


@compiled
def _comes_before(beyond, one, other):
    along, others_along = beyond.crew[one].goes_along, beyond.crew[other].goes_along
    if along != others_along:
        return others_along
    return one < other


@compiled
def _in_order(beyond, ambulances, count):
    """By row, those behind who go along with others."""
    for spot in range(1, count):
        ambulance = ambulances[spot]
        while spot > 0 and _comes_before(beyond, ambulance, ambulances[spot - 1]):
            ambulances[spot] = ambulances[spot - 1]
            spot -= 1
        ambulances[spot] = ambulance


@compiled
def note_departing(beyond, ambulance):
    beyond.leaving[0, beyond.held[IN_DEPARTING]] = ambulance
    beyond.held[IN_DEPARTING] += 1


@compiled
def note_at_door(beyond, ambulance):
    beyond.leaving[1, beyond.held[IN_AT_DOOR]] = ambulance
    beyond.held[IN_AT_DOOR] += 1


@compiled
def open_doors(fixed, calls, state, beyond, now):
    """All who came in this instant are there: the lower row of an ambulance is first.

    Who left the scene in this very instant, for a drive of 0 s, comes when all others who come in
    it are there, who walks in among them.
    """
    count, came = beyond.held[IN_AT_DOOR], beyond.leaving[1]
    beyond.held[IN_AT_DOOR] = 0
    admit_walk_ins(beyond, now, False)
    _in_order(beyond, came, count)
    for drove in (True, False):
        for i in range(count):
            ambulance = np.int64(came[i])
            if (state.log.left_scene_at[state.fleet[ambulance].trip] < now) == drove:
                if not drove:
                    admit_walk_ins(beyond, now, True)
                _let_in(fixed, calls, state, beyond, ambulance, now)


@compiled
def _let_in(fixed, calls, state, beyond, ambulance, now):
    """An ambulance is at the door of its hospital: when it has a bay, and when it is free again."""
    unit, trip = state.fleet[ambulance], state.fleet[ambulance].trip
    call, hospital = np.int64(unit.call), np.int64(unit.hospital)
    own, handover_s = beyond.need[call], _handover_s(fixed, calls, ambulance, call)
    beyond.on_the_way[hospital] -= 1
    law, stay_s = beyond.own_stay[hospital], own.stay_s
    if law != NONE:
        stay_s = beyond.own_stay_s[own.call, law]
    at = _take_bay(beyond, hospital, now, handover_s + stay_s, True)
    if own.icu_s > 0:
        place = beyond.care[beyond.held[IN_CARE]]
        place.hospital = hospital
        place.until = at + (handover_s + stay_s) + own.icu_s
        beyond.held[IN_CARE] += 1
    state.log.handover_at[trip] = at
    at += handover_s + beyond.hospital[hospital].away_s
    state.log.cleared_at[trip] = at
    beyond.crew[ambulance].phase = FORETOLD
    expect(state, ambulance, at)


@compiled
def depart(fixed, calls, state, beyond, now):
    """Choose hospitals by the order of ambulances; who goes along is where the patient is."""
    count, departing = beyond.held[IN_DEPARTING], beyond.leaving[0]
    beyond.held[IN_DEPARTING] = 0
    admit_walk_ins(beyond, now, True)
    _in_order(beyond, departing, count)
    for i in range(count):
        ambulance = np.int64(departing[i])
        call = np.int64(state.fleet[ambulance].call)
        scene = beyond.scene[beyond.need[call].call]
        if beyond.crew[ambulance].goes_along:
            hospital, usual = np.int64(scene.hospital), NONE
        else:
            hospital, usual = _hospital_for(fixed, calls, beyond, call, now)
            scene.hospital = hospital
        opens_at = opens_after(beyond, now)
        if hospital == NONE and opens_at < np.inf:
            expect(state, ambulance, opens_at)
        else:
            _drive_to(fixed, calls, state, beyond, ambulance, call, hospital, usual, now)
