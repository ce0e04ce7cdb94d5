"""What driving takes, as the kernel asks: seconds to a place, the next node, the way across.

`fixed` is the Fixed of `constants`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.engine.compiled.cache import compiled
from sim.geography.roads.folding import stretch_s
from sim.model.calendar import band_at
from sim.policies.clock import NONE
from sim.policies.dispatch import is_first, nearest_point

NO_ROW = -1
ROW = np.uint32  # of what is always there; a signed index costs a test for counting from the end
ONE = ROW(1)
# Which road leads on; who has more roads to choose from chooses anew every time.
UNKNOWN, DIRECT = 255, 254  # DIRECT: to a place that lies on a road of this node


@compiled
def _by_entry_s(fixed, mode, row, entry_s, node):
    """Seconds on the road from a node to a place by one of its entries."""
    exits, exits_s = fixed.node[node], fixed.node_s[mode, node]
    if row >= 0:
        seconds = (fixed.far[row, exits.exit] * fixed.unit_s + entry_s) + exits_s.exit
        if exits.other_exit < 0:
            return seconds
        to_entry_s = fixed.far[row, exits.other_exit] * fixed.unit_s
        return min(seconds, (to_entry_s + entry_s) + exits_s.other_exit)
    seconds = (fixed.near[-2 - row, exits.exit] * fixed.unit_s + entry_s) + exits_s.exit
    if exits.other_exit < 0:
        return seconds
    to_entry_s = fixed.near[-2 - row, exits.other_exit] * fixed.unit_s
    return min(seconds, (to_entry_s + entry_s) + exits_s.other_exit)


@compiled
def road_s(fixed, mode, node, place):
    """Seconds on the road from a node to the node of a place."""
    end, end_s = fixed.place[place], fixed.place_s[mode, place]
    best_s = _by_entry_s(fixed, mode, end_s.row, end_s.entry, node)
    if end_s.other_row != NO_ROW:
        other_s = _by_entry_s(fixed, mode, end_s.other_row, end_s.other_entry, node)
        best_s = min(best_s, other_s)
    chain = fixed.node[node].chain
    if chain >= 0 and chain == fixed.node[end.node].chain:
        here, there = fixed.node_s[mode, node], fixed.node_s[mode, end.node]
        best_s = min(best_s, stretch_s(here.along, there.along, here.back, there.back))
    return best_s


@compiled
def from_node_s(fixed, mode, node, place):
    """Seconds from a road node to a place, with the off-road leg at its end."""
    return road_s(fixed, mode, node, place) + fixed.place_s[mode, place].leg


@compiled
def from_place_s(fixed, mode, start, end):
    """Seconds from place to place, with the off-road legs at both ends."""
    node = fixed.place[start].node
    return fixed.place_s[mode, start].leg + from_node_s(fixed, mode, node, end)


@compiled
def band(fixed, now):
    """The time band in force."""
    if len(fixed.bands.band) == 1:
        return fixed.bands.band[0]
    return band_at(fixed.bands, now)


@compiled
def step(fixed, mode, node, place, before):
    """The next node on the fastest path to a place, and the seconds to it.

    `before`: the node before this one, or NONE.
    """
    first = fixed.node[node].first_road
    chain = fixed.node[node].chain
    # What comes from a place's own node may have come from within the chain.
    came = before != NONE and before < fixed.first_own
    if chain >= 0 and came and chain != fixed.node[fixed.place[place].node].chain:
        if fixed.road[mode, first].head == before:  # within a chain nobody turns back
            first += ONE
        return fixed.road[mode, first].head, fixed.road[mode, first].seconds
    row = fixed.steps_of[mode, place]
    if row != NO_ROW:
        known = fixed.steps[row, node]
        if known == DIRECT:
            return fixed.place[place].node, _direct_s(fixed, mode, node, place)
        if known != UNKNOWN:
            return fixed.road[mode, first + known].head, fixed.road[mode, first + known].seconds
    best: Any = NONE
    best_road, best_s = first, np.inf
    for road in range(first, fixed.node[node + 1].first_road):
        head: Any = np.int64(fixed.road[mode, road].head)
        through_s = fixed.road[mode, road].seconds + road_s(fixed, mode, head, place)
        if is_first(through_s, head, best_s, best):
            best, best_road, best_s = head, road, through_s
    end: Any = np.int64(fixed.place[place].node)
    if is_first(_direct_s(fixed, mode, node, place), end, best_s, best):
        if row != NO_ROW:
            fixed.steps[row, node] = DIRECT
        return ROW(end), _direct_s(fixed, mode, node, place)
    if best == NONE:  # a matrix has no roads: one drive straight to the end
        return fixed.place[place].node, road_s(fixed, mode, node, place)
    if row != NO_ROW and best_road - first < DIRECT:
        fixed.steps[row, node] = best_road - first
    return ROW(best), fixed.road[mode, best_road].seconds


@compiled
def link_s(fixed, mode, node, head, place):
    """Seconds of the link by which a drive to a place goes from a node to the next."""
    if head == fixed.place[place].node and _is_beside(fixed, node, place):
        return _direct_s(fixed, mode, node, place)
    found, least_s = False, np.inf
    for road in range(fixed.node[node].first_road, fixed.node[node + 1].first_road):
        if fixed.road[mode, road].head == head:
            found, least_s = True, min(least_s, np.float64(fixed.road[mode, road].seconds))
    return least_s if found else road_s(fixed, mode, node, place)  # of a matrix it is all of it


@compiled
def _is_beside(fixed, node, place):
    """Whether a node lies on the road on which a place has a node of its own, or at its ends."""
    spot = fixed.spot[place]
    if spot.road == NONE:
        return False
    if node == spot.tail or node == spot.head:
        return True
    return node >= fixed.first_own and fixed.own_road[node - fixed.first_own] == spot.road


@compiled
def _direct_s(fixed, mode, node, place):
    """Seconds to the own node of a place along its road; inf from any other road, or against it."""
    spot, spot_s = fixed.spot[place], fixed.spot_s[mode, place]
    if spot.road == NONE:
        return np.inf
    if node == spot.tail:
        return spot_s.from_tail
    if node == spot.head:
        return spot_s.from_head
    if node >= fixed.first_own and fixed.own_road[node - fixed.first_own] == spot.road:
        here, there = fixed.node_s[mode, node], fixed.node_s[mode, fixed.place[place].node]
        return stretch_s(here.along, there.along, here.back, there.back)
    return np.inf


@compiled
def across(fixed, mode, junction, node):
    """The junction at the other end of a chain that is entered at a node, and the seconds to it.

    The node itself if it is in no chain, or in one that leads back to where it begins.
    """
    spot, spot_s, here = fixed.node[node], fixed.node_s[mode, node], fixed.node[junction].exit
    if spot.chain >= 0:
        if spot.exit != here:
            return fixed.junction_node[spot.exit], spot_s.exit
        if spot.other_exit >= 0 and spot.other_exit != here:
            return fixed.junction_node[spot.other_exit], spot_s.other_exit
    return ROW(node), 0.0


@compiled
def nearest_node(fixed, start, end, share):
    """The node nearest to the point that lies `share` of the straight line on."""
    x = fixed.xy[start, 0] + share * (fixed.xy[end, 0] - fixed.xy[start, 0])
    y = fixed.xy[start, 1] + share * (fixed.xy[end, 1] - fixed.xy[start, 1])
    return nearest_point(x, y, fixed.xy)
