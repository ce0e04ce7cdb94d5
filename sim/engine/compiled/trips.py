"""What an ambulance is sent to do, and what that foretells: trips, and the lines of the log.

`call` is the row of a call; beyond the plain service, where a call may need several ambulances, the
row of a need.
"""

from __future__ import annotations

import numpy as np

from sim.engine.compiled.cache import compiled
from sim.engine.compiled.doors import leave_for_hospital
from sim.engine.compiled.driving import ROW, band, from_node_s
from sim.engine.compiled.eligible import turnout_of
from sim.engine.compiled.nearest import position
from sim.engine.compiled.state import (
    AT_STATION,
    CLEARED,
    IN_ELSEWHERE,
    ON_BREAK,
    RETURNING,
    TRIPS,
    TURNING_OUT,
    end_call,
    enlist,
    expect,
    take_from_station,
)
from sim.engine.compiled.varying import HOME, begins_at, drive_seconds, mode_at
from sim.model.calendar import next_band_at
from sim.policies.clock import NONE, serving_seconds
from sim.policies.hospitals import choose_hospital

NEVER = np.nan


@compiled
def drive(state, ambulance, mode, node, lead_s, place, at):
    """A drive begins."""
    unit = state.fleet[ambulance]
    unit.mode, unit.node, unit.lead_s, unit.place, unit.departed_at = mode, node, lead_s, place, at
    unit.passed, unit.passed_s = node, 0.0


@compiled
def note_drive(fixed, state, beyond, ambulance, purpose, factor, drive_s):
    """What is to be known of a drive that may change while it lasts."""
    unit, crew = state.fleet[ambulance], beyond.crew[ambulance]
    crew.purpose, crew.factor, crew.whole_s = purpose, factor, drive_s
    crew.first_node, crew.begun_at, crew.steady = unit.node, unit.departed_at, True
    if beyond.fixed.varies:
        crew.begun_at = begins_at(
            fixed, beyond, purpose, unit.node, unit.lead_s, unit.place, unit.departed_at, factor
        )
        unit.mode = mode_at(fixed, purpose, crew.begun_at)
        crew.steady = crew.begun_at == unit.departed_at
        if beyond.fixed.carried_over:
            changes_at = next_band_at(fixed.bands, crew.begun_at)
            crew.steady &= changes_at >= unit.departed_at + drive_s


@compiled
def open_trip(state, call, ambulance, now, mobile_at, arrived_at):
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
def take_back(state, ambulance, stage, now):
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
def way_to(fixed, calls, state, beyond, ambulance, stage, call, scene, now):
    """When wheels roll to a scene if it is sent now; the mode, node and lead; and the drive."""
    unit = state.fleet[ambulance]
    departs_at = now
    waits = stage == AT_STATION or stage == ON_BREAK
    if waits:
        turnout_s = turnout_of(fixed, beyond, unit.base, calls[call].turnout_s)
        departs_at = now + ((now + turnout_s) - now)
    elif stage == TURNING_OUT:
        departs_at = now + (unit.turned_out_at - now)
    mode = fixed.mode_to_scene[band(fixed, departs_at), calls[call].priority]
    node, lead_s = position(fixed, state, beyond, ambulance, stage, now, mode)
    if beyond is not None:
        factor = beyond.need[call].scene_factor
        if beyond.fixed.varies or factor != 1.0:
            if waits or stage == TURNING_OUT or stage == CLEARED:
                lead_s = serving_seconds(lead_s, factor, fixed.on_grid)
            purpose = np.int64(calls[call].priority)
            drive_s = drive_seconds(fixed, beyond, purpose, node, lead_s, scene, departs_at, factor)
            return departs_at, mode, node, lead_s, drive_s
    if waits or stage == TURNING_OUT:
        drive_s = fixed.from_station_s[mode, scene, unit.base]
    else:
        drive_s = lead_s + from_node_s(fixed, mode, node, scene)
    return departs_at, mode, node, lead_s, drive_s


@compiled
def foretell(fixed, calls, state, beyond, ambulance, call, at, conveyed, goes_along):
    """What follows when the scene is left at an instant: to hospital, if so, and free again.

    `goes_along`: the patient is in another ambulance.
    """
    unit, log = state.fleet[ambulance], state.log
    scene, factor, trip = calls[call].place, fixed.service_factor[ambulance], unit.trip
    if state.logged:
        log.left_scene_at[trip] = at
    unit.stands_at, unit.hospital = scene, NONE
    if beyond is not None:
        if conveyed and len(fixed.hospital_place) > 0:
            leave_for_hospital(fixed, calls, state, beyond, ambulance, call, at, goes_along)
            return
    elif conveyed:
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


@compiled
def send_to_wait(fixed, state, beyond, ambulance, station, now):
    """Repositioning is a trip without a call."""
    unit, stage = state.fleet[ambulance], state.fleet[ambulance].status
    mode = fixed.mode_home[band(fixed, now)]
    node, lead_s = position(fixed, state, beyond, ambulance, stage, now, mode)
    place = fixed.station_place[station]
    if stage == CLEARED:
        drive_s = fixed.to_station_s[mode, unit.stands_at, station]
    else:
        drive_s = lead_s + from_node_s(fixed, mode, node, place)
        unit.hospital = NONE
    if beyond is not None:  # noqa: SIM102
        if beyond.fixed.varies:
            drive_s = drive_seconds(fixed, beyond, HOME, node, lead_s, place, now, 1.0)
    if stage == RETURNING:
        state.log.diverted_at[unit.trip], state.log.arrived_at[unit.trip] = now, NEVER
    if stage == AT_STATION:
        if unit.on_duty:
            take_from_station(state, ambulance)
        enlist(state, state.elsewhere, IN_ELSEWHERE, ambulance)
    unit.base = station
    drive(state, ambulance, mode, node, lead_s, place, now)
    if beyond is not None:
        note_drive(fixed, state, beyond, ambulance, HOME, 1.0, drive_s)
    open_trip(state, NONE, ambulance, now, now, now + drive_s)
    unit.status = RETURNING
    expect(state, ambulance, now + drive_s)
