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
from sim.policies.hospitals import choose_destination, choose_hospital

# ── bays ─────────────────────────────────────────────────────────────────────────────────────


@compiled
def _first_bay(beyond, hospital):
    """The bay that is free first; NONE where there is no limit."""
    best: Any = NONE
    until = beyond.doors.until
    for bay in range(beyond.fixed.bay_first[hospital], beyond.fixed.bay_first[hospital + 1]):
        if best == NONE or until[bay] < until[best]:
            best = bay
    return best


@compiled
def _take_bay(beyond, hospital, now, stay_s, by_ambulance):
    """When a patient has a bay who comes now and keeps it for so long."""
    bay, doors = _first_bay(beyond, hospital), beyond.doors
    if bay == NONE:
        return now
    at = max(now, doors.until[bay])
    doors.until[bay] = at + stay_s
    if at > now:
        line = doors.held[IN_LINE]
        doors.line_hospital[line], doors.line_until[line] = hospital, at
        doors.line_by_ambulance[line] = by_ambulance
        doors.held[IN_LINE] += 1
    return at


@compiled
def admit_walk_ins(beyond, now, up_to_now):
    """Who walks in before an instant, or up to it."""
    doors = beyond.doors
    while doors.held[WALK_INS] < len(doors.walk_at):
        row = doors.held[WALK_INS]
        at, hospital = doors.walk_at[row], doors.walk_hospital[row]
        if at > now or (at == now and not up_to_now):
            return
        doors.held[WALK_INS] += 1
        if not beyond.fixed.service.destinations.walk_ins_wait:
            bay = _first_bay(beyond, hospital)
            if bay != NONE and doors.until[bay] > at:
                continue
        doors.bay_at[row] = _take_bay(beyond, hospital, at, doors.walk_stay_s[row], False)


@compiled
def _count_loads(beyond, now):
    """How full the hospitals are now."""
    doors, loads = beyond.doors, beyond.doors.loads
    left = 0
    loads.waiting[:] = 0
    loads.in_care[:] = 0
    for hospital in range(len(loads.ahead)):
        loads.ahead[hospital] = doors.on_the_way[hospital]
        loads.free_bays[hospital] = beyond.fixed.unhurried.free_bays[hospital]
        for bay in range(beyond.fixed.bay_first[hospital], beyond.fixed.bay_first[hospital + 1]):
            if doors.until[bay] > now:
                loads.free_bays[hospital] -= 1
    for line in range(doors.held[IN_LINE]):
        if doors.line_until[line] > now:
            hospital = doors.line_hospital[line]
            loads.ahead[hospital] += 1
            if doors.line_by_ambulance[line]:
                loads.waiting[hospital] += 1
            doors.line_hospital[left], doors.line_until[left] = hospital, doors.line_until[line]
            doors.line_by_ambulance[left] = doors.line_by_ambulance[line]
            left += 1
    doors.held[IN_LINE] = left
    left = 0
    for row in range(doors.held[IN_CARE]):
        if doors.care_until[row] > now:
            loads.in_care[doors.care_hospital[row]] += 1
            doors.care_hospital[left] = doors.care_hospital[row]
            doors.care_until[left] = doors.care_until[row]
            left += 1
    doors.held[IN_CARE] = left


# ── which hospital ───────────────────────────────────────────────────────────────────────────


@compiled
def _hospital_for(fixed, calls, beyond, call, now):
    """The hospital, and the one it would be if all had room; NONE if none can be reached."""
    scene, rules = calls[call].place, beyond.fixed.service.destinations
    to_hospital_s, named = fixed.to_hospital_s[mode_at(fixed, TO_HOSPITAL, now), scene], NONE
    if calls[call].hospital != NONE:
        named = choose_hospital(to_hospital_s, calls[call].hospital)
        return (NONE, NONE) if to_hospital_s[named] == np.inf else (named, named)
    for hospital in range(len(to_hospital_s)):
        beyond.doors.seconds[hospital] = to_hospital_s[hospital] + rules.away_s[hospital]
    loads = beyond.fixed.unhurried
    if beyond.fixed.chooses_late:
        _count_loads(beyond, now)
        loads = beyond.doors.loads
    return choose_destination(
        rules, loads, beyond.doors.seconds, beyond.need[call].patient, rules.consortium_of[scene],
        now,
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
    log, scene, rules = state.log, calls[call].place, beyond.fixed.service.destinations
    log.left_scene_at[trip], crew.phase = at, FORETOLD
    if hospital == NONE:
        log.cleared_at[trip] = at
        expect(state, ambulance, at)
        return
    if not crew.goes_along:
        if usual != hospital:
            beyond.doors.passed_over[trip] = usual
        beyond.doors.on_the_way[hospital] += 1
    factor, mode = beyond.need[call].hospital_factor, mode_at(fixed, TO_HOSPITAL, at)
    if beyond.fixed.varies or factor != 1.0:
        lead_s = serving_seconds(fixed.place_s[mode, scene].leg, factor, fixed.on_grid)
        at += drive_seconds(
            fixed, beyond, TO_HOSPITAL, fixed.place[scene].node, lead_s,
            fixed.hospital_place[hospital], at, factor,
        )  # fmt: skip
    else:
        at += fixed.to_hospital_s[mode, scene, hospital]
    at += rules.away_s[hospital]
    log.hospital[trip] = unit.hospital = hospital
    log.at_hospital_at[trip] = log.handover_at[trip] = at
    unit.stands_at = fixed.hospital_place[hospital]
    if beyond.fixed.has_doors and not crew.goes_along:
        crew.phase = AT_DOOR
    else:
        at += _handover_s(fixed, calls, ambulance, call) + rules.away_s[hospital]
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
    beyond.doors.departing[beyond.doors.held[IN_DEPARTING]] = ambulance
    beyond.doors.held[IN_DEPARTING] += 1


@compiled
def note_at_door(beyond, ambulance):
    beyond.doors.at_door[beyond.doors.held[IN_AT_DOOR]] = ambulance
    beyond.doors.held[IN_AT_DOOR] += 1


@compiled
def open_doors(fixed, calls, state, beyond, now):
    """All who came in this instant are there: the lower row of an ambulance is first."""
    doors, count = beyond.doors, beyond.doors.held[IN_AT_DOOR]
    doors.held[IN_AT_DOOR] = 0
    admit_walk_ins(beyond, now, False)
    _in_order(beyond, doors.at_door, count)
    for i in range(count):
        ambulance = np.int64(doors.at_door[i])
        unit, trip = state.fleet[ambulance], state.fleet[ambulance].trip
        call, hospital = np.int64(unit.call), np.int64(unit.hospital)
        own, handover_s = beyond.need[call], _handover_s(fixed, calls, ambulance, call)
        doors.on_the_way[hospital] -= 1
        at = _take_bay(beyond, hospital, now, handover_s + own.stay_s, True)
        if own.icu_s > 0:
            row = doors.held[IN_CARE]
            doors.care_hospital[row] = hospital
            doors.care_until[row] = at + (handover_s + own.stay_s) + own.icu_s
            doors.held[IN_CARE] += 1
        state.log.handover_at[trip] = at
        at += handover_s + beyond.fixed.service.destinations.away_s[hospital]
        state.log.cleared_at[trip] = at
        beyond.crew[ambulance].phase = FORETOLD
        expect(state, ambulance, at)


@compiled
def depart(fixed, calls, state, beyond, now):
    """Choose hospitals by the order of ambulances; who goes along is where the patient is."""
    doors, count = beyond.doors, beyond.doors.held[IN_DEPARTING]
    doors.held[IN_DEPARTING] = 0
    admit_walk_ins(beyond, now, True)
    _in_order(beyond, doors.departing, count)
    for i in range(count):
        ambulance = np.int64(doors.departing[i])
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
