"""What a layout fixes, as the kernel reads it: roads by row, stations by time, and bounds."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from sim.engine.compiled.alike import (
    Bounding,
    bounding_of_map,
    bounding_of_stations,
    is_alike,
    same_stations,
)
from sim.engine.compiled.driving import NO_ROW, ROW, UNKNOWN
from sim.engine.compiled.filling import fill_hospitals, fill_stations, lay_paths
from sim.geography.roads.tables import in_seconds, unit_s
from sim.geography.roads.travel import map_nodes
from sim.model.calendar import Bands
from sim.model.roads import Travel
from sim.model.system import System
from sim.policies.clock import NONE
from sim.policies.dispatch import PositionRule

WAYS_ON = 2  # from a place's own node: to both ends of its road


# What is read together lies together: most of the time goes into waiting for memory.
NODE = np.dtype([("exit", "u4"), ("other_exit", "i4"), ("chain", "i4"), ("first_road", "u4")])
NODE_S = np.dtype([("exit", "f8"), ("other_exit", "f8"), ("along", "f8"), ("back", "f8")])
PLACE = np.dtype([("node", "u4")])
# A row is one in `far`, or -2 - row in `near`, or NO_ROW.
PLACE_S = np.dtype(
    [("entry", "f8"), ("other_entry", "f8"), ("leg", "f8"), ("row", "i4"), ("other_row", "i4")]
)
SPOT = np.dtype([("tail", "i4"), ("head", "i4"), ("road", "i4"), ("_", "i4")])
SPOT_S = np.dtype([("from_tail", "f8"), ("from_head", "f8")])
ROAD = np.dtype([("seconds", "f8"), ("head", "u4"), ("_", "i4")])
SHORT_ROAD = np.dtype([("seconds", "f4"), ("head", "u4")])  # with tables of four bytes
NEAR = np.dtype([("seconds", "f8"), ("row", "i4"), ("_", "i4")])


class Fixed(NamedTuple):
    """A System, with what its engine works out once. Seconds; rows as in System and Travel."""

    # places and roads
    far: np.ndarray  # [row, junction]
    near: np.ndarray  # [row, junction]
    unit_s: float  # of the numbers in both
    node: np.ndarray  # [node + 1] NODE
    node_s: np.ndarray  # [mode, node] NODE_S
    place: np.ndarray  # [place] PLACE
    place_s: np.ndarray  # [mode, place] PLACE_S
    first_own: int  # number of the first node that belongs to a place
    own_road: np.ndarray  # [own node] its road
    spot: np.ndarray  # [place] SPOT; NONE for places at a node of the graph
    spot_s: np.ndarray  # [mode, place] SPOT_S
    junction_node: np.ndarray  # [junction]
    road: np.ndarray  # [mode, edge] ROAD or SHORT_ROAD
    steps: np.ndarray  # [way home, node] which road leads home, once it has been asked for
    steps_of: np.ndarray  # [mode, place] row in `steps`, or NO_ROW
    path_first: np.ndarray  # [hospital, way home + 1] where its path begins in the two below
    path_node: np.ndarray
    path_s: np.ndarray  # from the hospital's node
    xy: np.ndarray
    bands: Bands
    mode_to_scene: np.ndarray  # [band, priority]
    mode_to_hospital: np.ndarray
    mode_home: np.ndarray
    # stations, hospitals, crews
    station_place: np.ndarray
    hospital_place: np.ndarray
    service_factor: np.ndarray
    standby_list: np.ndarray
    # rules
    expected_turnout_s: float
    may_divert: np.ndarray
    may_be_left_for: np.ndarray  # [priority] whether any call may be left for such a call
    lose_when_none_free: bool
    position_rule: int
    on_grid: bool
    # worked out here
    from_station_s: np.ndarray  # [mode, place, station] out, as the dispatcher sees it
    by_time: np.ndarray  # [mode, place, station] NEAR: stations, nearest first
    nearest_hospital: np.ndarray  # [mode, place] NEAR
    to_station_s: np.ndarray  # [mode, place, station] the way home
    to_hospital_s: np.ndarray  # [mode, place, hospital]
    at_most_to_station_s: np.ndarray  # [mode, place, station] for bounds, rounded up
    at_least_from_hospital_s: np.ndarray  # [mode, place, hospital] for bounds, rounded down
    slowest: np.ndarray  # [driven mode, mode] most that a second of driving takes in the other
    fastest: np.ndarray  # [driven mode, mode] least
    has_bounds: bool  # a matrix need not keep the triangle inequality
    both_ways: bool  # every road takes the same time in both directions


OF_STATIONS = ("from_station_s", "to_station_s", "at_most_to_station_s")  # last: [station]
OF_HOSPITALS = ("nearest_hospital", "to_hospital_s", "at_least_from_hospital_s")


class Constants(NamedTuple):
    """A System as the kernel reads it, with what an engine of a like layout takes over."""

    system: System
    fixed: Fixed
    of_map: Bounding

    def alike(self, system: System) -> Constants | None:
        """This, if its roads are those of another layout."""
        return self if is_alike(system, self.system) else None


def build(system: System, like: Constants | None = None) -> Constants:
    """Everything that the kernel reads of a System.

    `like`: another layout's, of which is taken over what is the same, if their roads are one.
    """
    like = None if like is None else like.alike(system)
    of_map = bounding_of_map(system) if like is None else like.of_map
    fixed = _empty(system, None if like is None else like.fixed, of_map)
    roads, stations = system.roads, len(system.stations.place)
    to_scene, to_hospital, home = map(
        np.unique, (roads.mode_to_scene, roads.mode_to_hospital, roads.mode_home)
    )
    _check_rows(fixed, to_scene, to_hospital, home)
    same = np.full(stations, NONE) if like is None else same_stations(system, like.system)
    known = _ways_known(same, home, 0 if like is None else len(like.system.stations.place))
    if like is None:
        hospitals = np.arange(len(system.hospitals.place))
        fill_hospitals(fixed, hospitals, to_scene, to_hospital)
    else:
        there = np.flatnonzero(same != NONE)
        for name in OF_STATIONS:
            getattr(fixed, name)[..., there] = getattr(like.fixed, name)[..., same[there]]
        nodes, there = map_nodes(roads.travel), np.flatnonzero(known != NONE)
        fixed.steps[there, :nodes] = like.fixed.steps[known[there], :nodes]
    fill_stations(fixed, np.flatnonzero(same == NONE), to_scene, home)
    if fixed.has_bounds:
        ways_home = _ways_home(system)
        fixed = _with_paths(fixed, ways_home, None if like is None else like.fixed, known)
    order = np.argsort(fixed.from_station_s, axis=-1, kind="stable")
    fixed.by_time["row"] = order
    fixed.by_time["seconds"] = np.take_along_axis(fixed.from_station_s, order, axis=-1)
    return Constants(system, fixed, of_map)


def _ways_home(system: System) -> np.ndarray:
    """[way home] mode and place, the modes one after the other."""
    modes, places = np.unique(system.roads.mode_home), system.stations.place
    return np.column_stack([np.repeat(modes, len(places)), np.tile(places, len(modes))]).astype(int)


def _ways_known(same: np.ndarray, home: np.ndarray, theirs: int) -> np.ndarray:
    """[way home] that to the same station in a layout of so many stations, NONE if it has none."""
    way = np.arange(len(home))[:, None] * theirs + same
    return np.where(same == NONE, NONE, way).ravel()


def _empty(system: System, like: Fixed | None, of_map: Bounding) -> Fixed:
    """Everything but what is seen from places where calls come from, for which there is room."""
    travel = system.roads.travel
    far, near = travel.far, travel.near
    if far.dtype != near.dtype:  # one kernel for each kind of table, not for each mixture of kinds
        far, near = in_seconds(far), in_seconds(near)
    modes, places = system.roads.place_leg_s.shape
    stations, hospitals = len(system.stations.place), len(system.hospitals.place)
    call_places = places - stations
    slowest, fastest, both_ways = of_map.and_of(bounding_of_stations(system))
    ways_home = _ways_home(system)
    steps_of = np.full((modes, places), NO_ROW, np.int32)
    steps_of[tuple(ways_home.T)] = np.arange(len(ways_home))
    fixed = Fixed(
        far=_frozen(far),
        near=_frozen(near),
        unit_s=unit_s(far),
        **_nodes(system, like),
        **_places(system),
        **_spots(system),
        first_own=len(travel.graph.indptr) - 1,
        junction_node=_frozen(travel.chains.node, ROW),
        road=_road(travel, far.dtype.itemsize == 4, like),
        steps=np.full((len(ways_home), len(travel.chains.chain)), UNKNOWN, np.uint8),
        steps_of=_frozen(steps_of),
        path_first=np.zeros((hospitals, len(ways_home) + 1), ROW),
        path_node=np.zeros(0, ROW),
        path_s=np.zeros(0),
        xy=_frozen(travel.xy, float),
        bands=Bands(
            _frozen(system.roads.bands.start_s, float),
            _frozen(system.roads.bands.band, np.int32),
            float(system.roads.bands.offset_s),
            float(system.roads.bands.period_s),
        ),
        mode_to_scene=_frozen(system.roads.mode_to_scene, ROW),
        mode_to_hospital=_frozen(system.roads.mode_to_hospital, ROW),
        mode_home=_frozen(system.roads.mode_home, ROW),
        station_place=_frozen(system.stations.place, ROW),
        hospital_place=_frozen(system.hospitals.place, ROW),
        service_factor=_frozen(system.fleet.service_factor, float),
        standby_list=_frozen(system.rules.standby_list, np.int32),
        expected_turnout_s=float(system.rules.expected_turnout_s),
        may_divert=_frozen(system.rules.may_divert, np.bool_),
        may_be_left_for=_frozen(np.any(system.rules.may_divert, axis=0), np.bool_),
        lose_when_none_free=bool(system.rules.lose_when_none_free),
        position_rule=int(system.rules.position_rule),
        on_grid=bool(system.rules.on_grid),
        from_station_s=np.full((modes, call_places, stations), np.inf),
        by_time=np.zeros((modes, call_places, stations), NEAR),
        nearest_hospital=np.zeros((modes, call_places), NEAR),
        to_station_s=np.full((modes, call_places, stations), np.inf),
        to_hospital_s=np.full((modes, call_places, hospitals), np.inf),
        at_most_to_station_s=np.zeros((modes, call_places, stations), np.float32),
        at_least_from_hospital_s=np.zeros((modes, call_places, hospitals), np.float32),
        slowest=slowest,
        fastest=fastest,
        has_bounds=_keeps_triangles(system),
        both_ways=both_ways,
    )
    if like is None:
        return fixed
    return fixed._replace(**{name: getattr(like, name) for name in OF_HOSPITALS})


def _frozen(array: Any, dtype: type | None = None) -> np.ndarray:
    """Read-only and contiguous, as the kernel is compiled for."""
    made = np.ascontiguousarray(array, dtype).view(np.ndarray)[...]
    made.flags.writeable = False
    return made


def _nodes(system: System, like: Fixed | None) -> dict[str, np.ndarray]:
    """The columns of Chains as rows; `like`: those of the map's nodes."""
    travel, chains = system.roads.travel, system.roads.travel.chains
    modes, nodes = len(system.roads.place_leg_s), len(chains.chain)
    node, node_s = np.zeros(nodes + 1, NODE), np.zeros((modes, nodes), NODE_S)
    first = 0
    if like is not None:
        first = map_nodes(travel)
        node[:first], node_s[:, :first] = like.node[:first], like.node_s[:, :first]
    rest, rest_s = node[first:], node_s[:, first:]
    rest["exit"][:-1], rest["other_exit"][:-1] = chains.exit[:, first:]
    rest["chain"][:-1] = chains.chain[first:]
    own_roads = travel.graph.indptr[-1] + WAYS_ON * np.arange(
        1, nodes - len(travel.graph.indptr) + 2
    )
    rest["first_road"] = np.concatenate([travel.graph.indptr, own_roads])[first:]
    rest_s["exit"], rest_s["other_exit"] = chains.exit_s[:, :, first:].transpose(1, 0, 2)
    rest_s["along"], rest_s["back"] = chains.along_s[:, first:], chains.back_s[:, first:]
    return {"node": _frozen(node), "node_s": _frozen(node_s)}


def _places(system: System) -> dict[str, np.ndarray]:
    """Places as rows, with those of the tables."""
    travel, chains = system.roads.travel, system.roads.travel.chains
    modes, places = system.roads.place_leg_s.shape
    near_row = np.where(travel.near_row >= 0, -2 - travel.near_row, NO_ROW)
    row_of = np.where(travel.far_row >= 0, travel.far_row, near_row)  # [mode, end]
    entry = chains.entry[:, system.roads.place_node]
    place, place_s = np.zeros(places, PLACE), np.zeros((modes, places), PLACE_S)
    place["node"] = system.roads.place_node
    rows = np.where(entry >= 0, row_of[:, entry], NO_ROW)  # [mode, way, place]
    place_s["row"], place_s["other_row"] = rows.transpose(1, 0, 2)
    entry_s = chains.entry_s[:, :, system.roads.place_node]
    place_s["entry"], place_s["other_entry"] = entry_s.transpose(1, 0, 2)
    place_s["leg"] = system.roads.place_leg_s
    return {"place": _frozen(place), "place_s": _frozen(place_s)}


def _spots(system: System) -> dict[str, np.ndarray]:
    """Where the places with nodes of their own lie on their roads."""
    own, first_own = system.roads.travel.own, len(system.roads.travel.graph.indptr) - 1
    modes, places = system.roads.place_leg_s.shape
    spot, spot_s = np.zeros(places, SPOT), np.full((modes, places), np.inf, SPOT_S)
    for column in ("tail", "head", "road"):
        spot[column] = NONE
    at_own = system.roads.place_node >= first_own
    row = system.roads.place_node[at_own] - first_own
    spot["tail"][at_own], spot["head"][at_own] = own.tail[row], own.head[row]
    spot["road"][at_own] = own.road[row]
    spot_s["from_tail"][:, at_own] = own.from_tail_s[:, row]
    spot_s["from_head"][:, at_own] = own.from_head_s[:, row]
    columns = {"spot": _frozen(spot), "spot_s": _frozen(spot_s)}
    return columns | {"own_road": _frozen(own.road, np.int32)}


def _road(travel: Travel, short: bool, like: Fixed | None) -> np.ndarray:
    """Roads as rows, of own nodes those to both ends; short ones if that loses nothing.

    `like`: those of the graph and of the map's places, if they are short.
    """
    graph, own = travel.graph, travel.own
    modes, known = len(graph.seconds), 0
    both_s = np.stack([own.to_tail_s, own.to_head_s], axis=2).reshape(modes, -1)
    heads = np.column_stack([own.tail, own.head]).ravel()
    if like is not None and like.road.dtype == SHORT_ROAD:
        known = len(graph.head) + WAYS_ON * travel.map_own
        rest_s, rest = both_s[:, WAYS_ON * travel.map_own :], heads[WAYS_ON * travel.map_own :]
    else:
        rest_s, rest = np.hstack([graph.seconds, both_s]), np.concatenate([graph.head, heads])
    exact = np.array_equal(rest_s.astype(np.float32), rest_s)
    if known and not exact:
        return _road(travel, short, None)
    road = np.zeros((modes, known + len(rest)), SHORT_ROAD if short and exact else ROAD)
    if known and like is not None:
        road[:, :known] = like.road[:, :known]
    road["seconds"][:, known:], road["head"][:, known:] = rest_s, rest
    return _frozen(road)


def _check_rows(
    fixed: Fixed, to_scene: np.ndarray, to_hospital: np.ndarray, home: np.ndarray
) -> None:
    """IndexError if a table lacks a row that is asked for: compiled code would read whatever."""
    call_places = np.arange(fixed.from_station_s.shape[1])
    back = np.union1d(home, to_scene) if fixed.has_bounds else home
    for modes, places in ((to_scene, call_places), (to_hospital, fixed.hospital_place),
                          (back, fixed.station_place)):  # fmt: skip
        if (fixed.place_s["row"][np.ix_(modes, places)] == NO_ROW).any():
            raise IndexError("a place has no row in the tables for a mode in which it is reached")


def _keeps_triangles(system: System) -> bool:
    """Whether no detour is faster than the direct way: on roads always, in a matrix perhaps not."""
    return (
        system.rules.position_rule == PositionRule.NEXT_NODE
        and len(system.roads.travel.graph.head) > 0
    )


def _with_paths(
    fixed: Fixed, ways_home: np.ndarray, like: Fixed | None, known: np.ndarray
) -> Fixed:
    """The paths from every hospital to every station: most drives home are one of them.

    `known`: [way home] its row in `like`, NONE if it has none.
    """
    before = fixed if like is None else like
    laid = before.path_first, before.path_node, before.path_s
    nodes = lay_paths(fixed, ways_home, known, *laid, False)
    fixed = fixed._replace(path_node=np.zeros(nodes, ROW), path_s=np.zeros(nodes))
    lay_paths(fixed, ways_home, known, *laid, True)
    return fixed
