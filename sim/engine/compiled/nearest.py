"""The nearest ambulance: where each one is now, and which one would be at the scene first.

Exact, and seldom worked out: stations are kept by time, and an ambulance on the road is looked at
only if the triangle inequality leaves open that it could be first.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.engine.compiled.cache import compiled
from sim.engine.compiled.driving import (
    across,
    band,
    from_node_s,
    from_place_s,
    nearest_node,
    step,
)
from sim.engine.compiled.eligible import expected_turnout_of, penalty_of
from sim.engine.compiled.filling import SAFE_S
from sim.engine.compiled.state import (
    AT_STATION,
    BUSY,
    CLEARED,
    DISPATCHES,
    IN_ELSEWHERE,
    IN_SERVING,
    ON_BREAK,
    RETURNING,
    TO_SCENE,
    TURNING_OUT,
)
from sim.policies.clock import NONE, serving_seconds, turn_back_s
from sim.policies.dispatch import PositionRule, can_be_sent, is_first
from sim.policies.eligibility import is_within


@compiled
def stage_of(state, ambulance, now):
    """The status of an ambulance now. What was sent in this very dispatch has not moved yet."""
    unit = state.fleet[ambulance]
    if unit.status != TURNING_OUT:
        return unit.status
    just_sent = unit.sent_in == state.held[DISPATCHES]
    if unit.from_base and (just_sent or unit.departed_at > now):
        return TURNING_OUT
    if just_sent or unit.arrives_at > now:
        return TO_SCENE
    return BUSY


@compiled
def position(fixed, state, beyond, ambulance, stage, now, mode):
    """The node from which it can be sent in a mode, and the seconds to that node."""
    unit = state.fleet[ambulance]
    if stage == CLEARED or stage == TURNING_OUT or stage == AT_STATION or stage == ON_BREAK:
        place = unit.stands_at if stage == CLEARED else fixed.station_place[unit.base]
        return fixed.place[place].node, fixed.place_s[mode, place].leg
    elapsed_s = now - unit.departed_at
    end = fixed.place[unit.place].node
    if fixed.position_rule == PositionRule.NEAREST_PLACE:
        first_node = np.int64(unit.node)
        if beyond is None:
            whole_s = unit.lead_s + from_node_s(fixed, unit.mode, unit.node, unit.place)
        else:
            whole_s = beyond.crew[ambulance].whole_s
            first_node = beyond.crew[ambulance].first_node
        share = elapsed_s / whole_s if whole_s > 0 else 1.0
        return nearest_node(fixed, first_node, end, share), 0.0
    if beyond is not None:  # noqa: SIM102 (a branch that a plain service has not)
        if beyond.fixed.varies:
            elapsed_s = max(0.0, now - beyond.crew[ambulance].begun_at)
    if elapsed_s <= unit.lead_s:
        return unit.node, unit.lead_s - elapsed_s
    if stage == RETURNING and unit.hospital != NONE and fixed.has_bounds:
        way = fixed.steps_of[unit.mode, unit.place]
        spot = fixed.path_first[unit.hospital, way]
        last = fixed.path_first[unit.hospital, way + 1] - 1
        while spot < last:  # the first node that is not yet behind it, or the end
            middle = (spot + last) >> 1
            if unit.lead_s + fixed.path_s[middle] < elapsed_s:
                spot = middle + 1
            else:
                last = middle
        node, at_s = fixed.path_node[spot], fixed.path_s[spot]
    else:
        before: Any = NONE
        node, at_s = unit.passed, unit.passed_s
        while unit.lead_s + _scaled(fixed, beyond, ambulance, at_s) < elapsed_s and node != end:
            here = node
            node, edge_s = step(fixed, unit.mode, here, unit.place, before)
            before = np.int64(here)
            at_s += edge_s
            chain = fixed.node[node].chain
            if fixed.node[here].chain < 0 and chain != fixed.node[end].chain:
                # From junction to junction, if it is past the whole chain between them.
                over, chain_s = across(fixed, unit.mode, here, node)
                over_s = _scaled(fixed, beyond, ambulance, at_s + chain_s)
                if unit.lead_s + over_s < elapsed_s:
                    node, before = over, NONE
                    at_s += chain_s
        unit.passed, unit.passed_s = node, at_s
        at_s = _scaled(fixed, beyond, ambulance, at_s)
    at_s += unit.lead_s
    if at_s >= elapsed_s:
        return node, at_s - elapsed_s
    driven_s = fixed.place_s[unit.mode, unit.place].leg
    new_s = fixed.place_s[mode, unit.place].leg
    return node, turn_back_s(elapsed_s - at_s, driven_s, new_s, fixed.on_grid)


@compiled
def _scaled(fixed, beyond, ambulance, seconds):
    """What an ambulance takes on its drive for what usually takes so long."""
    if beyond is None:
        return seconds
    return serving_seconds(seconds, beyond.crew[ambulance].factor, fixed.on_grid)


@compiled
def _has_bounds(fixed, beyond, ambulance):
    """Whether the triangle inequality says something of its drive."""
    if beyond is None:
        return fixed.has_bounds
    crew = beyond.crew[ambulance]
    return fixed.has_bounds and crew.steady and crew.factor == 1.0


@compiled
def _at_stations(fixed, calls, state, beyond, call, scene, now, mode):
    """The best of those that wait at stations, and the seconds expected of it."""
    best, best_s = NONE, np.inf
    least_turnout_s = fixed.expected_turnout_s
    if beyond is not None:
        least_turnout_s = beyond.fixed.least_turnout_s
    for near in fixed.by_time[mode, scene]:
        if least_turnout_s + near.seconds > best_s:
            break
        seconds = expected_turnout_of(fixed, beyond, near.row) + near.seconds
        if beyond is not None:
            for spot in range(state.ready_count[near.row]):
                ambulance = state.ready[near.row, spot]
                penalty_s = _penalty(calls, state, beyond, ambulance, call, scene, now)
                total_s = _total(calls, beyond, call, seconds, penalty_s)
                if is_first(total_s, ambulance, best_s, best):
                    best, best_s = ambulance, total_s
        elif state.ready_count[near.row] > 0:
            first = state.ready[near.row, 0]
            if is_first(seconds, first, best_s, best):
                best, best_s = first, seconds
    return best, best_s


@compiled
def _penalty(calls, state, beyond, ambulance, call, scene, now):
    """What is added to the seconds that are expected of an ambulance; inf if it may not go."""
    if beyond is None:
        return 0.0
    return penalty_of(calls, state, beyond, ambulance, call, scene, now)


@compiled
def _total(calls, beyond, call, seconds, penalty_s):
    """The seconds by which it is compared with others; inf if it is too far away to go."""
    if beyond is None:
        return seconds
    if not is_within(seconds, beyond.fixed.service.sending.within_s[calls[call].priority]):
        return np.inf
    return seconds + penalty_s


@compiled
def _ends_break(beyond, priority):
    if beyond is None:
        return False
    return beyond.fixed.service.breaks.interrupts[priority]


@compiled
def nearest(fixed, calls, state, beyond, call, scene, now):
    """The ambulance that is expected to be at a scene first, among all that can be sent.

    `call`: beyond the plain service the row of a need.
    """
    priority = calls[call].priority
    mode = fixed.mode_to_scene[band(fixed, now), priority]
    best, best_s = _at_stations(fixed, calls, state, beyond, call, scene, now, mode)
    at_most_home_s = fixed.at_most_to_station_s[mode, scene]
    at_least_from_s = fixed.at_least_from_hospital_s[mode, scene]
    for i in range(state.held[IN_ELSEWHERE]):
        ambulance = state.elsewhere[i]
        unit = state.fleet[ambulance]
        if not can_be_sent(unit.status, unit.on_duty, False, _ends_break(beyond, priority)):
            continue
        penalty_s = _penalty(calls, state, beyond, ambulance, call, scene, now)
        if penalty_s == np.inf:
            continue
        most_s = best_s - penalty_s  # what it may take, if it is to be first
        if unit.status == RETURNING and _has_bounds(fixed, beyond, ambulance):
            left_s, driven_s = unit.next_at - now, now - unit.departed_at
            least, most = fixed.fastest[unit.mode, mode], fixed.slowest[unit.mode, mode]
            # By the triangle inequality it is at least as far as its way home, less the way there
            # from the scene; and as the scene is from where it comes from, less what it has driven.
            # Where all roads take the same time in both directions, also the other way round.
            if left_s * least - at_most_home_s[unit.base] > most_s:
                continue
            if most <= 1:
                apart_s = at_most_home_s[unit.base] - 3 * SAFE_S
                if fixed.both_ways and apart_s - left_s * most > most_s:
                    continue
                if unit.hospital != NONE:
                    apart_s = at_least_from_s[unit.hospital]
                    if apart_s - driven_s * most > most_s:
                        continue
                    if fixed.both_ways and driven_s * least - apart_s - 2 * SAFE_S > most_s:
                        continue
        node, lead_s = position(fixed, state, beyond, ambulance, unit.status, now, mode)
        seconds = lead_s + from_node_s(fixed, mode, node, scene)
        if beyond is not None:
            if unit.status == ON_BREAK:
                seconds += expected_turnout_of(fixed, beyond, unit.base)
            seconds = _total(calls, beyond, call, seconds, penalty_s)
        if is_first(seconds, ambulance, best_s, best):
            best, best_s = ambulance, seconds
    if fixed.may_be_left_for[priority]:
        best = _nearest_on_a_call(fixed, calls, state, beyond, call, scene, now, mode, best, best_s)
    return best


@compiled
def _nearest_on_a_call(fixed, calls, state, beyond, call, scene, now, mode, best, best_s):
    """The same among those that may leave another call for this one."""
    priority = calls[call].priority
    from_station_s = fixed.from_station_s[mode, scene]
    for i in range(state.held[IN_SERVING]):
        ambulance = state.serving[i]
        unit = state.fleet[ambulance]
        may_divert = fixed.may_divert[calls[unit.call].priority, priority]
        stage = stage_of(state, ambulance, now)
        if not can_be_sent(stage, unit.on_duty, may_divert):
            continue
        penalty_s = _penalty(calls, state, beyond, ambulance, call, scene, now)
        if penalty_s == np.inf:
            continue
        most_s = best_s - penalty_s
        turnout_left_s = 0.0
        if stage == TURNING_OUT:
            turnout_left_s = max(0.0, unit.expected_mobile_at - now)
        elif _has_bounds(fixed, beyond, ambulance):
            # As for those on their way home; it goes to its scene, and perhaps from its base.
            most = fixed.slowest[unit.mode, mode]
            if unit.from_base and most <= 1:
                driven_s = (now - unit.departed_at) * most
                if from_station_s[unit.base] - driven_s - SAFE_S > most_s:
                    continue
            left_s = (unit.arrives_at - now) * fixed.fastest[unit.mode, mode]
            if left_s - from_place_s(fixed, mode, scene, unit.place) - SAFE_S > most_s:
                continue
        node, lead_s = position(fixed, state, beyond, ambulance, stage, now, mode)
        seconds = turnout_left_s + (lead_s + from_node_s(fixed, mode, node, scene))
        seconds = _total(calls, beyond, call, seconds, penalty_s)
        if is_first(seconds, ambulance, best_s, best):
            best, best_s = ambulance, seconds
    return best
