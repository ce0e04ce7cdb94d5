"""What a layout fixes, as the kernel reads it: roads by row, stations by time, and bounds."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from sim.engine.compiled.cache import compiled, entry
from sim.engine.compiled.driving import NO_ROW, ROW, UNKNOWN, from_place_s, step
from sim.geography.roads.tables import in_seconds, unit_s
from sim.model.calendar import Bands
from sim.model.roads import Travel
from sim.model.system import System
from sim.policies.clock import NONE
from sim.policies.dispatch import PositionRule
from sim.policies.hospitals import choose_hospital

WAYS_ON = 2  # from a place's own node: to both ends of its road
SAFE_S = 0.05  # what rounding may take from a bound, generously


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


def build(system: System) -> Fixed:
    """Everything that the kernel reads of a System."""
    travel = system.roads.travel
    far, near = travel.far, travel.near
    if far.dtype != near.dtype:  # one kernel for each kind of table, not for each mixture of kinds
        far, near = in_seconds(far), in_seconds(near)
    modes, places = system.roads.place_leg_s.shape
    stations, hospitals = len(system.stations.place), len(system.hospitals.place)
    call_places = places - stations
    slowest, fastest = _speed_ratios(system)
    ways_home = [(mode, place) for mode in np.unique(system.roads.mode_home).tolist()
                 for place in system.stations.place.tolist()]  # fmt: skip
    steps_of = np.full((modes, places), NO_ROW, np.int32)
    steps_of[tuple(np.array(ways_home, int).reshape(-1, 2).T)] = np.arange(len(ways_home))
    fixed = Fixed(
        far=_frozen(far),
        near=_frozen(near),
        unit_s=unit_s(far),
        **_nodes_and_places(system),
        **_spots(system),
        first_own=len(travel.graph.indptr) - 1,
        junction_node=_frozen(travel.chains.node, ROW),
        road=_road(travel, far.dtype.itemsize == 4),
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
        both_ways=_both_ways(travel),
    )
    modes_of_ways = (
        system.roads.mode_to_scene,
        system.roads.mode_to_hospital,
        system.roads.mode_home,
    )
    _check_rows(fixed, *map(np.unique, modes_of_ways))
    _fill(fixed, *map(np.unique, modes_of_ways))
    if fixed.has_bounds:
        fixed = _with_paths(fixed, np.array(ways_home, int).reshape(-1, 2))
    order = np.argsort(fixed.from_station_s, axis=-1, kind="stable")
    fixed.by_time["row"] = order
    fixed.by_time["seconds"] = np.take_along_axis(fixed.from_station_s, order, axis=-1)
    return fixed


def _frozen(array: Any, dtype: type | None = None) -> np.ndarray:
    """Read-only and contiguous, as the kernel is compiled for."""
    made = np.ascontiguousarray(array, dtype).view(np.ndarray)[...]
    made.flags.writeable = False
    return made


def _nodes_and_places(system: System) -> dict[str, np.ndarray]:
    """The columns of Chains and of places, as rows."""
    travel, chains = system.roads.travel, system.roads.travel.chains
    modes, places = system.roads.place_leg_s.shape
    nodes = len(chains.chain)
    node, node_s = np.zeros(nodes + 1, NODE), np.zeros((modes, nodes), NODE_S)
    node["exit"][:-1], node["other_exit"][:-1] = chains.exit
    first_own_road = travel.graph.indptr[-1]
    own_roads = first_own_road + WAYS_ON * np.arange(1, nodes - len(travel.graph.indptr) + 2)
    node["chain"][:-1] = chains.chain
    node["first_road"] = np.concatenate([travel.graph.indptr, own_roads])
    node_s["exit"], node_s["other_exit"] = chains.exit_s.transpose(1, 0, 2)
    node_s["along"], node_s["back"] = chains.along_s, chains.back_s
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
    columns = {"node": node, "node_s": node_s, "place": place, "place_s": place_s}
    return {name: _frozen(rows) for name, rows in columns.items()}


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


def _road(travel: Travel, short: bool) -> np.ndarray:
    """Roads as rows, of own nodes those to both ends; short ones if that loses nothing."""
    graph, own = travel.graph, travel.own
    modes = len(graph.seconds)
    both_s = np.stack([own.to_tail_s, own.to_head_s], axis=2).reshape(modes, -1)
    all_s = np.concatenate([graph.seconds, both_s], axis=1)
    heads = np.column_stack([own.tail, own.head]).ravel()
    exact = np.array_equal(all_s.astype(np.float32), all_s)
    road = np.zeros(all_s.shape, SHORT_ROAD if short and exact else ROAD)
    road["seconds"], road["head"] = all_s, np.concatenate([graph.head, heads])
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


def _speed_ratios(system: System) -> tuple[np.ndarray, np.ndarray]:
    """What a second driven in one mode takes in another, at most and at least: [mode, mode].

    The road of an own node may be the slower of two beside each other, which the graph lacks. It
    counts whole: what rounding does to its parts is within `SAFE_S`.
    """
    graph, own = system.roads.travel.graph, system.roads.travel.own
    whole_s = own.from_tail_s + own.to_head_s
    seconds = np.concatenate([graph.seconds, whole_s, system.roads.place_leg_s], axis=1)
    driven = (seconds > 0).any(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = seconds[None, :, driven] / seconds[:, None, driven]  # 0 / 0 where neither takes any
    ratio = np.where(np.isnan(ratio), 1.0, ratio)
    return ratio.max(axis=2, initial=0.0), np.minimum(ratio.min(axis=2, initial=1.0), 1.0)


def _both_ways(travel: Travel) -> bool:
    """Whether every road has its reverse, as fast in every mode; those of own nodes as well."""
    graph, own = travel.graph, travel.own
    alike = np.array_equal(own.from_tail_s, own.to_tail_s)
    if not (alike and np.array_equal(own.to_head_s, own.from_head_s)):
        return False
    nodes = len(graph.indptr) - 1
    tail = np.repeat(np.arange(nodes), np.diff(graph.indptr))
    reverse = np.lexsort((tail, graph.head))  # edges are sorted by tail, then head
    same_roads = np.array_equal(graph.head[reverse], tail) and np.array_equal(
        tail[reverse], graph.head
    )
    return same_roads and np.array_equal(graph.seconds[:, reverse], graph.seconds)


def _with_paths(fixed: Fixed, ways_home: np.ndarray) -> Fixed:
    """The paths from every hospital to every station: most drives home are one of them."""
    nodes = _lay_paths(fixed, ways_home, False)
    fixed = fixed._replace(path_node=np.zeros(nodes, ROW), path_s=np.zeros(nodes))
    _lay_paths(fixed, ways_home, True)
    return fixed


@entry
def _lay_paths(fixed, ways_home, write):
    """Walk each of the paths; answers how many nodes they have together."""
    nodes = 0
    for hospital in range(len(fixed.hospital_place)):
        for way in range(len(ways_home)):
            mode, place = ways_home[way, 0], ways_home[way, 1]
            node, at_s = fixed.place[fixed.hospital_place[hospital]].node, 0.0
            before: Any = NONE
            fixed.path_first[hospital, way] = nodes
            while True:
                if write:
                    fixed.path_node[nodes], fixed.path_s[nodes] = node, at_s
                nodes += 1
                if node == fixed.place[place].node:
                    break
                here = node
                node, edge_s = step(fixed, mode, node, place, before)
                before = np.int64(here)
                at_s += edge_s
        fixed.path_first[hospital, len(ways_home)] = nodes
    return nodes


@compiled
def _fill_out(fixed, mode, spots, table, more_s):
    """Seconds from each of some places to every place where calls come from."""
    for row in range(len(spots)):
        for place in range(table.shape[1]):
            table[mode, place, row] = from_place_s(fixed, mode, spots[row], place) + more_s


@compiled
def _fill_back(fixed, mode, spots, table, more_s):
    """Seconds to each of some places from every place where calls come from."""
    for row in range(len(spots)):
        for place in range(table.shape[1]):
            table[mode, place, row] = from_place_s(fixed, mode, place, spots[row]) + more_s


@entry
def _fill(fixed, to_scene, to_hospital, home):
    """Stations and hospitals as seen from every place where calls come from."""
    stations, hospitals = fixed.station_place, fixed.hospital_place
    for mode in to_scene:
        _fill_out(fixed, mode, stations, fixed.from_station_s, 0.0)
        if fixed.has_bounds:
            _fill_back(fixed, mode, stations, fixed.at_most_to_station_s, SAFE_S)
            _fill_out(fixed, mode, hospitals, fixed.at_least_from_hospital_s, -SAFE_S)
    for mode in to_hospital:
        _fill_back(fixed, mode, hospitals, fixed.to_hospital_s, 0.0)
        for place in range(fixed.to_hospital_s.shape[1]):
            nearest = choose_hospital(fixed.to_hospital_s[mode, place], NONE)
            fixed.nearest_hospital[mode, place].row = nearest
            if nearest != NONE:
                way_s = fixed.to_hospital_s[mode, place, nearest]
                fixed.nearest_hospital[mode, place].seconds = way_s
    for mode in home:
        _fill_back(fixed, mode, stations, fixed.to_station_s, 0.0)
