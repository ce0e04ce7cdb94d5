"""Who may be sent beyond being free, and what is added to the seconds expected of it.

`beyond` is the ServiceState of this engine, and never None here.
"""

from __future__ import annotations

import numpy as np

from sim.engine.compiled.beyond import FREE_CHANGED, IN_CHANGED
from sim.engine.compiled.cache import compiled
from sim.engine.compiled.state import AT_STATION, CLEARED, RETURNING, STOOD_DOWN
from sim.policies.clock import serving_seconds
from sim.policies.eligibility import is_kept_back, may_help, takes_calls


@compiled
def is_free(state, beyond, ambulance):
    """It can be sent to any call, and waits for one."""
    unit = state.fleet[ambulance]
    idle = unit.status == AT_STATION or unit.status == CLEARED
    idle = idle or unit.status == RETURNING or unit.status == STOOD_DOWN
    return unit.on_duty and idle and not beyond.crew[ambulance].taken


@compiled
def _is_of(beyond, reserve, ambulance):
    sending, crew = beyond.fixed.service.sending, beyond.crew[ambulance]
    return sending.of_class[reserve, crew.kind] and sending.of_centre[reserve, crew.centre]


@compiled
def take(beyond, ambulance, taken):
    """It goes to another need of the call that is looked at, or is no longer meant for it."""
    beyond.crew[ambulance].taken = taken
    count_later(beyond, ambulance)


@compiled
def note_change(beyond, ambulance):
    """An ambulance may be free now, or no longer: perhaps somebody is moved."""
    beyond.held[FREE_CHANGED] = 1
    count_later(beyond, ambulance)


@compiled
def count_later(beyond, ambulance):
    """Before the free are asked for the next time, look whether it is one of them."""
    crew = beyond.crew[ambulance]
    if not crew.changed:
        crew.changed = True
        beyond.changed[beyond.held[IN_CHANGED]] = ambulance
        beyond.held[IN_CHANGED] += 1


@compiled
def _count_free(state, beyond):
    """How many are free in each centre, and of those that each reserve keeps."""
    for i in range(beyond.held[IN_CHANGED]):
        ambulance = beyond.changed[i]
        crew = beyond.crew[ambulance]
        crew.changed, free = False, is_free(state, beyond, ambulance)
        if free == crew.counted:
            continue
        crew.counted = free
        one = 1 if free else -1
        beyond.free[crew.centre] += one
        for reserve in range(len(beyond.free_of)):
            if _is_of(beyond, reserve, ambulance):
                beyond.free_of[reserve, crew.centre] += one
    beyond.held[IN_CHANGED] = 0


@compiled
def penalty_of(calls, state, beyond, ambulance, need, scene, now):
    """Seconds that are added; inf if it may not be sent."""
    service, crew, asked = beyond.fixed.service, beyond.crew[ambulance], beyond.need[need]
    sending, areas, priority = service.sending, service.areas, calls[need].priority
    if crew.taken:
        return np.inf
    penalty_s = sending.penalty_s[asked.kind, crew.kind]
    if penalty_s == np.inf:
        return np.inf
    if not takes_calls(now, crew.off_at, sending.last_calls_s, priority):
        return np.inf
    if beyond.fixed.counts_free:
        _count_free(state, beyond)
        for reserve in range(len(sending.keep)):
            if priority > sending.upto[reserve] and _is_of(beyond, reserve, ambulance):
                free = beyond.free_of[reserve, crew.centre]
                if is_kept_back(priority, sending.upto[reserve], free, sending.keep[reserve]):
                    return np.inf
        centre = areas.centre[scene]
        if crew.centre != centre:
            free = beyond.free[crew.centre]
            keep = areas.help_keep[crew.centre]
            if not may_help(now, asked.ready_at, areas.help_after_s[centre], free, keep):
                return np.inf
    if areas.zone_of[ambulance] != areas.zone[scene]:
        penalty_s += areas.other_zone_s
    return penalty_s


@compiled
def turnout_of(fixed, beyond, station, usual_s):
    """A turnout as it is at a station."""
    if beyond is None:
        return usual_s
    return serving_seconds(
        usual_s, beyond.fixed.service.standby.turnout_factor[station], fixed.on_grid
    )


@compiled
def expected_turnout_of(fixed, beyond, station):
    """The turnout that the dispatcher expects of who waits at a station."""
    if beyond is None:
        return fixed.expected_turnout_s
    return beyond.fixed.expected_turnout_s[station]
