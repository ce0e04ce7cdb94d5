"""What the engines of two layouts on the same roads have in common.

All but what their own stations add. Where travel times are ticks, a sum is the same in whatever
order it is made, so what one engine worked out of a station holds in the other to the last bit.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.geography.roads import joining
from sim.geography.roads.travel import map_nodes
from sim.model.roads import OwnNodes, Travel
from sim.model.system import System
from sim.policies.clock import NONE


def is_alike(system: System, other: System) -> bool:
    """Whether two layouts differ in stations, crews and rules of dispatch alone."""
    first, roads, theirs = _first_station(system), system.roads, other.roads
    one, two = roads.travel, theirs.travel
    same_roads = (
        one.graph is two.graph
        and one.far is two.far
        and one.xy is two.xy
        and one.chains.node is two.chains.node
        and one.map_own == two.map_own
        and (one is two or all(_has_ticks(way) for way in (one, two)))
    )
    return (
        same_roads
        and first == _first_station(other)
        and system.rules.position_rule == other.rules.position_rule
        and np.array_equal(system.hospitals.place, other.hospitals.place)
        and np.array_equal(roads.place_node[:first], theirs.place_node[:first])
        and np.array_equal(roads.place_leg_s[:, :first], theirs.place_leg_s[:, :first])
        and np.array_equal(roads.mode_to_scene, theirs.mode_to_scene)
        and np.array_equal(roads.mode_to_hospital, theirs.mode_to_hospital)
        and np.array_equal(roads.mode_home, theirs.mode_home)
    )


def _first_station(system: System) -> int:
    return len(system.roads.place_node) - len(system.stations.place)


def _has_ticks(travel: Travel) -> bool:
    return all(np.issubdtype(table.dtype, np.integer) for table in (travel.far, travel.near))


def same_stations(system: System, other: System) -> np.ndarray:
    """[station] the other layout's station at the very same place, NONE if there is none."""
    rows = {key: row for row, key in enumerate(_station_keys(other))}
    return np.array([rows.get(key, NONE) for key in _station_keys(system)], int)


def _station_keys(system: System) -> list[tuple[int, bytes, bytes]]:
    """Of each station its node, or all that is known of a node of its own, and its way off road."""
    travel, place = system.roads.travel, system.stations.place
    node, leg_s = system.roads.place_node[place], system.roads.place_leg_s[:, place]
    of_layout, own = map_nodes(travel), joining.keys(joining.beyond(travel.own, travel.map_own))
    return [
        (-1, own[at - of_layout], leg.tobytes()) if at >= of_layout else (at, b"", leg.tobytes())
        for at, leg in zip(node.tolist(), leg_s.T, strict=True)
    ]


# ── what bounds follow from ──────────────────────────────────────────────────────────────────


class Bounding(NamedTuple):
    """What bounds of the search follow from, of some roads."""

    slowest: np.ndarray  # [driven mode, mode] most that a second of driving takes in the other
    fastest: np.ndarray  # [driven mode, mode] least
    both_ways: bool  # every road takes the same time in both directions

    def and_of(self, more: Bounding) -> Bounding:
        """That of some roads and others."""
        return Bounding(
            np.maximum(self.slowest, more.slowest),
            np.minimum(self.fastest, more.fastest),
            self.both_ways and more.both_ways,
        )


def bounding_of_map(system: System) -> Bounding:
    """What bounds follow from, of the roads and the map's places."""
    roads, travel = system.roads, system.roads.travel
    own = joining.first_of(travel.own, travel.map_own)
    legs_s = roads.place_leg_s[:, : _first_station(system)]
    graph = travel.graph
    return Bounding(
        *_speed_ratios(np.concatenate([graph.seconds, _whole_s(own), legs_s], axis=1)),
        _graph_both_ways(travel) and _own_both_ways(own),
    )


def bounding_of_stations(system: System) -> Bounding:
    """What bounds follow from, of what the layout's stations add."""
    travel = system.roads.travel
    own = joining.beyond(travel.own, travel.map_own)
    legs_s = system.roads.place_leg_s[:, _first_station(system) :]
    ratios = _speed_ratios(np.concatenate([_whole_s(own), legs_s], axis=1))
    return Bounding(*ratios, _own_both_ways(own))


def _whole_s(own: OwnNodes) -> np.ndarray:
    """[mode, own node] seconds of its road.

    The road of an own node may be the slower of two beside each other, which the graph lacks. It
    counts whole: what rounding does to its parts is within `SAFE_S`.
    """
    return own.from_tail_s + own.to_head_s


def _speed_ratios(seconds: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What a second driven in one mode takes in another, at most and at least: [mode, mode].

    `seconds`: [mode, piece of road].
    """
    driven = (seconds > 0).any(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = seconds[None, :, driven] / seconds[:, None, driven]  # 0 / 0 where neither takes any
    ratio = np.where(np.isnan(ratio), 1.0, ratio)
    return ratio.max(axis=2, initial=0.0), np.minimum(ratio.min(axis=2, initial=1.0), 1.0)


def _own_both_ways(own: OwnNodes) -> bool:
    there = np.array_equal(own.from_tail_s, own.to_tail_s)
    return there and np.array_equal(own.to_head_s, own.from_head_s)


def _graph_both_ways(travel: Travel) -> bool:
    """Whether every road has its reverse, as fast in every mode."""
    graph = travel.graph
    nodes = len(graph.indptr) - 1
    tail = np.repeat(np.arange(nodes), np.diff(graph.indptr))
    reverse = np.lexsort((tail, graph.head))  # edges are sorted by tail, then head
    same_roads = np.array_equal(graph.head[reverse], tail) and np.array_equal(
        tail[reverse], graph.head
    )
    return same_roads and np.array_equal(graph.seconds[:, reverse], graph.seconds)
