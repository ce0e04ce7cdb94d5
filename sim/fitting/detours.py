"""Drives that do not follow the fastest path: as fast as ever, but by another way."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from sim.errors import OptionError
from sim.fitting.trip_rows import ROW_STAMPS, SimulatedYear, TripRows
from sim.geography.roads.network import Network, Snapped
from sim.model.calendar import band_at
from sim.policies.clock import NONE
from sim.prepare import ways
from sim.text import Message

GRAPHS: Final = 10  # disturbed in their own way
SIGMA: Final = 0.3  # of the logarithm of what each speed is multiplied with
LEAST_S: Final = 0.01  # less is rounding: the path is the fastest one
SAME_S: Final = 1.0  # a drive that took as long as from the station began there
MOBILE, ARRIVED = ROW_STAMPS.index("mobile_at"), ROW_STAMPS.index("arrived_at")


class Detours(NamedTuple):
    """Rows whose drive took another path, and how much longer they drove."""

    row: np.ndarray  # [detour]
    longer_s: np.ndarray  # [detour] zero where the other path is the fastest, too


class RoadEnds(NamedTuple):
    """Where some places hang on the graph: at both nodes of their road, or twice at one."""

    node: np.ndarray  # [place, 2]
    edge_out: np.ndarray  # [place, 2] the edge by which a drive leaves to that node; NONE: at it
    edge_in: np.ndarray  # [place, 2] the edge by which a drive comes from that node
    share_out: np.ndarray  # [place, 2] of that edge
    share_in: np.ndarray
    road: np.ndarray  # [place] NONE at a node


def detours(year: SimulatedYear, rows: TripRows, share: float, rng: np.random.Generator) -> Detours:
    """A share of all drives to a scene that began at a station, on paths of their own.

    The path of each is the fastest one of a graph in which the speed of every edge is multiplied
    with a lognormal number; its time is that of this path at the true speeds, times whatever
    multiplied the drive before. OptionError on a map without roads.
    """
    if year.scenario.map.matrix is not None:
        raise OptionError("off_fastest", Message("the map has no roads, so no drive has a path"))
    drives = _from_stations(year, rows)
    chosen = np.sort(rng.permutation(len(drives.row))[: round(share * len(drives.row))])
    drives = _Drives(*(column[chosen] for column in drives))
    graph = rng.integers(0, GRAPHS, len(chosen))
    longer_s = np.zeros(len(chosen))
    network, modes = year.scenario.map.network, ways.driving_modes(year.scenario)
    seconds = ways.edge_seconds(year.scenario, modes)
    at = ways.places_of(year.scenario)
    for number in range(GRAPHS):
        slower = np.exp(SIGMA * rng.standard_normal(len(network.tail)))
        for mode in np.unique(drives.mode[graph == number]).tolist():
            some = (graph == number) & (drives.mode == mode)
            stations, start = np.unique(drives.station[some], return_inverse=True)
            places, end = np.unique(drives.place[some], return_inverse=True)
            taken_s = path_seconds(
                network,
                seconds[mode],
                seconds[mode] * slower,
                ends_of(network, Snapped(*(column[stations] for column in at.of_stations))),
                ends_of(network, Snapped(*(column[places] for column in at.of_map))),
            )
            more_s = taken_s[start, end] - drives.usual_s[some]
            more_s[~(more_s > LEAST_S)] = 0.0  # also where there is no other way
            longer_s[some] = more_s * drives.factor[some]
    return Detours(drives.row, longer_s)


class _Drives(NamedTuple):
    """Drives to a scene from a station."""

    row: np.ndarray
    station: np.ndarray  # row of the stations, standby points behind them
    place: np.ndarray
    mode: np.ndarray
    usual_s: np.ndarray  # of the fastest way, on the road
    factor: np.ndarray  # of the drive's time


def _from_stations(year: SimulatedYear, rows: TripRows) -> _Drives:
    """Those that took as long as the fastest way from a station does, of the home one first."""
    roads, at = year.system.roads, ways.places_of(year.scenario)
    row = np.flatnonzero((rows.trip != NONE) & np.isfinite(rows.seconds[:, ARRIVED]))
    call, place = rows.call[row], year.calls.place[rows.call[row]]
    home = year.system.fleet.home[year.log.ambulance[rows.trip[row]]]
    mobile_s, arrived_s = rows.seconds[row, MOBILE], rows.seconds[row, ARRIVED]
    mode = roads.mode_to_scene[band_at(roads.bands, mobile_s), year.calls.priority[call]]
    factor = np.ones(len(row))
    if year.calls.scene_factor is not None:
        factor = year.calls.scene_factor[call]
    station, usual_s, there = home.copy(), np.full(len(row), np.inf), np.zeros(len(row), bool)
    for each in np.unique(mode).tolist():
        some = np.flatnonzero(mode == each)
        places, end = np.unique(place[some], return_inverse=True)
        ends = Snapped(*(column[places] for column in at.of_map))
        road_s, _ = ways.seconds_in(year.scenario, each, at.of_stations, ends)
        leg_s = roads.place_leg_s[each]
        first = leg_s[-len(road_s) :]  # stations are the last of all places
        expected_s = first[:, None] + road_s[:, end] + leg_s[place[some]]
        off_s = np.abs((arrived_s - mobile_s)[some] - factor[some] * expected_s)
        here = np.arange(len(some))
        nearest = np.where(off_s[home[some], here] <= SAME_S, home[some], off_s.argmin(axis=0))
        station[some], usual_s[some] = nearest, road_s[nearest, end]
        there[some] = off_s[nearest, here] <= SAME_S
    return _Drives(*(column[there] for column in (row, station, place, mode, usual_s, factor)))


def path_seconds(
    network: Network, true_s: np.ndarray, thought_s: np.ndarray, starts: RoadEnds, ends: RoadEnds
) -> np.ndarray:
    """[start, end] true seconds of the path that is fastest by what is thought.

    `true_s`, `thought_s`: [edge]. Places on one road are joined by it, whatever is thought; inf or
    nan where there is no way.
    """
    source, row = np.unique(starts.node, return_inverse=True)
    true_node_s, thought_node_s = _along_paths(network, true_s, thought_s, source)
    row = row.reshape(starts.node.shape)
    best, found = None, None
    for out in range(2):
        for into in range(2):
            way = [
                _part_s(seconds, starts.edge_out[:, out], starts.share_out[:, out])[:, None]
                + node_s[np.ix_(row[:, out], ends.node[:, into])]
                + _part_s(seconds, ends.edge_in[:, into], ends.share_in[:, into])
                for seconds, node_s in ((thought_s, thought_node_s), (true_s, true_node_s))
            ]
            if best is None or found is None:
                best, found = way
            else:
                better = way[0] < best
                best, found = np.where(better, way[0], best), np.where(better, way[1], found)
    assert found is not None
    same = (starts.road[:, None] == ends.road) & (ends.road != NONE)
    return np.where(same, np.nan, found)


def _part_s(seconds: np.ndarray, edge: np.ndarray, share: np.ndarray) -> np.ndarray:
    """[place] seconds of a part of an edge; inf without one, 0 at the node itself."""
    part_s = np.where(edge == NONE, np.inf, share * seconds[edge])
    return np.where(share == 0, 0.0, part_s)


def _along_paths(
    network: Network, true_s: np.ndarray, thought_s: np.ndarray, source: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """[source, node] true and thought seconds of the paths that are fastest by what is thought."""
    nodes = len(network.xy)
    order = np.lexsort((thought_s, network.head, network.tail))
    order = order[np.isfinite(thought_s[order])]
    key = network.tail[order] * nodes + network.head[order]
    order, key = order[np.unique(key, return_index=True)[1]], np.unique(key)
    graph = csr_matrix(
        (thought_s[order], (network.tail[order], network.head[order])), (nodes, nodes)
    )
    thought_node_s, before = dijkstra(graph, indices=source, return_predecessors=True)
    thought_node_s, before = np.atleast_2d(thought_node_s), np.atleast_2d(before)
    itself = np.arange(nodes)
    reached = before >= 0
    from_node = np.where(reached, before, itself)
    spot = np.searchsorted(key, from_node * nodes + itself).clip(0, max(len(key) - 1, 0))
    added_s = np.where(reached, true_s[order][spot], 0.0)
    while True:  # each round doubles how far back a node looks
        further = np.take_along_axis(from_node, from_node, axis=1)
        added_s = added_s + np.take_along_axis(added_s, from_node, axis=1)
        if np.array_equal(further, from_node):
            break
        from_node = further
    return np.where(np.isfinite(thought_node_s), added_s, np.inf), thought_node_s


def ends_of(network: Network, at: Snapped) -> RoadEnds:
    """How places hang on the graph: those on a road at its tail and at its head."""
    on_road = at.node == NONE
    forth, back = network.forth[at.road], network.back[at.road]
    tail, head = network.tail[forth], network.head[forth]
    node = np.column_stack([np.where(on_road, tail, at.node), np.where(on_road, head, at.node)])
    nothing = np.zeros(len(at.node))
    from_tail = np.where(on_road, at.share, nothing)
    from_head = np.where(on_road, 1 - at.share, nothing)
    shares = np.column_stack([from_tail, from_head])
    return RoadEnds(
        node, np.column_stack([back, forth]), np.column_stack([forth, back]), shares, shares,
        np.where(on_road, at.road, NONE),
    )  # fmt: skip
