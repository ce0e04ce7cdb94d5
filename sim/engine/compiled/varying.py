"""Drives that change while they last: a factor, new time bands, roads that are closed for a time.

The rules are told in `sim.engine.reference.paths`. A stretch is (when it began, mode, node, seconds
to that node). `beyond` is never None here.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.engine.compiled.cache import compiled
from sim.engine.compiled.driving import ROW, band, from_node_s, link_s, step
from sim.engine.compiled.state import RETURNING, TURNING_OUT
from sim.model.calendar import next_band_at
from sim.policies.clock import NONE, on_grid, serving_seconds

TO_HOSPITAL, HOME = -1, -2  # purposes of drives; others: to the scene, the priority of the call


@compiled
def mode_at(fixed, purpose, at):
    """How is driven at an instant."""
    if purpose == TO_HOSPITAL:
        return fixed.mode_to_hospital[band(fixed, at)]
    if purpose == HOME:
        return fixed.mode_home[band(fixed, at)]
    return fixed.mode_to_scene[band(fixed, at), purpose]


@compiled
def whole_s(fixed, mode, node, lead_s, place, factor):
    """Seconds to a place if nothing changes."""
    way_s = from_node_s(fixed, mode, node, place)
    return lead_s + serving_seconds(way_s, factor, fixed.on_grid)


@compiled
def opens_after(beyond, now):
    """When roads may be open again that are closed now; inf = never."""
    opens_at = beyond.fixed.opens_at
    spot = np.searchsorted(opens_at, now, side="right")
    return opens_at[spot] if spot < len(opens_at) else np.inf


@compiled
def begins_at(fixed, beyond, purpose, node, lead_s, place, at, factor):
    """When a drive really begins: as soon as its place can be reached."""
    if len(beyond.fixed.opens_at) == 0:
        return at
    mode = mode_at(fixed, purpose, at)
    while whole_s(fixed, mode, node, lead_s, place, factor) == np.inf:
        later_at = opens_after(beyond, at)
        if later_at == np.inf:
            break
        at, mode = later_at, mode_at(fixed, purpose, later_at)
    return at


@compiled
def ahead(fixed, begun_at, mode, node, lead_s, place, factor, now):
    """The node behind, NONE if that is where the stretch begins, and ahead, and the time to it."""
    elapsed_s = max(0.0, now - begun_at)
    before: Any = NONE
    end, at_s, reached_s = fixed.place[place].node, 0.0, lead_s
    node = ROW(node)
    while reached_s < elapsed_s and node != end:
        here = node
        node, edge_s = step(fixed, mode, here, place, before)
        before = np.int64(here)
        at_s += edge_s
        reached_s = lead_s + serving_seconds(at_s, factor, fixed.on_grid)
    return before, node, reached_s - elapsed_s


@compiled
def carried(fixed, purpose, begun_at, mode, node, lead_s, place, factor, changes_at):
    """The stretch that holds from a change of the time band on."""
    new = mode_at(fixed, purpose, changes_at)
    old = begun_at, np.int64(mode), np.int64(node), lead_s
    if new == mode:
        return old
    before, ahead_of, left_s = ahead(fixed, begun_at, mode, node, lead_s, place, factor, changes_at)
    if left_s < 0:  # it has passed the last node
        return old
    if before != NONE:
        old_s = link_s(fixed, mode, before, ahead_of, place)
        new_s = link_s(fixed, new, before, ahead_of, place)
        if not (old_s == new_s or old_s == 0 or max(old_s, new_s) == np.inf):
            left_s *= new_s / old_s
            if fixed.on_grid:
                left_s = on_grid(left_s)
    if whole_s(fixed, new, ahead_of, left_s, place, factor) == np.inf:
        return old
    return changes_at, np.int64(new), np.int64(ahead_of), left_s


@compiled
def drive_seconds(fixed, beyond, purpose, node, lead_s, place, at, factor):
    """Seconds from an instant until a place is reached, whatever changes meanwhile."""
    begun_at = begins_at(fixed, beyond, purpose, node, lead_s, place, at, factor)
    mode, node = np.int64(mode_at(fixed, purpose, begun_at)), np.int64(node)
    left_s = whole_s(fixed, mode, node, lead_s, place, factor)
    if beyond.fixed.carried_over:
        changes_at = next_band_at(fixed.bands, begun_at)
        while changes_at < begun_at + left_s < np.inf:
            begun_at, mode, node, lead_s = carried(
                fixed, purpose, begun_at, mode, node, lead_s, place, factor, changes_at
            )
            left_s = whole_s(fixed, mode, node, lead_s, place, factor)
            changes_at = next_band_at(fixed.bands, changes_at)
    return (begun_at - at) + left_s


@compiled
def carry_over(fixed, state, beyond, changes_at):
    """A time band begins: whoever is under way drives on as it has it."""
    for ambulance in range(len(state.fleet)):
        unit, crew = state.fleet[ambulance], beyond.crew[ambulance]
        if unit.status != TURNING_OUT and unit.status != RETURNING:
            continue
        if crew.begun_at >= changes_at:  # it sets out later
            continue
        left_s = whole_s(fixed, unit.mode, unit.node, unit.lead_s, unit.place, crew.factor)
        if changes_at >= crew.begun_at + left_s:  # it is there
            continue
        begun_at, mode, node, lead_s = carried(
            fixed, crew.purpose, crew.begun_at, unit.mode, unit.node, unit.lead_s, unit.place,
            crew.factor, changes_at,
        )  # fmt: skip
        if begun_at != crew.begun_at:
            crew.begun_at, unit.mode, unit.node, unit.lead_s = begun_at, mode, node, lead_s
            crew.steady = False
            unit.passed, unit.passed_s = node, 0.0
            if unit.status == RETURNING:  # no longer on the path from there that is known
                unit.hospital = NONE
