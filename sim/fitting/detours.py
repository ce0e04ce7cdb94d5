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
SAME_S: Final = 1.0  # a drive that took as long as from the station began there
MOBILE, ARRIVED = ROW_STAMPS.index("mobile_at"), ROW_STAMPS.index("arrived_at")


class Detours(NamedTuple):
    """Rows whose drive took another path, and how much longer they drove."""

    row: np.ndarray  # [detour]
    longer_s: np.ndarray  # [detour] zero where the other path is the fastest, too


class _Ends(NamedTuple):
    """Where some places hang on the graph: at both nodes of their road, or twice at one."""

    node: np.ndarray  # [place, 2]
    edge_out: np.ndarray  # [place, 2] the edge by which a drive leaves to that node; NONE: at it
    edge_in: np.ndarray  # [place, 2] the edge by which a drive comes from that node
    share_out: np.ndarray  # [place, 2] of that edge
    share_in: np.ndarray
    road: np.ndarray  # [place] NONE at a node


def detours(year: SimulatedYear, rows: TripRows, share: float, rng: np.random.Generator) -> Detours:
    """A share of all drives to a scene that began at the station, on paths of their own.

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
            ends = (
                _ends(network, Snapped(*(column[stations] for column in at.of_stations))),
                _ends(network, Snapped(*(column[places] for column in at.of_map))),
            )
            taken_s = path_seconds(network, seconds[mode], seconds[mode] * slower, *ends)
            fastest_s = path_seconds(network, seconds[mode], seconds[mode], *ends)
            more_s = np.where(np.isfinite(taken_s), taken_s, fastest_s) - fastest_s
            longer_s[some] = np.nan_to_num(more_s)[start, end].clip(0) * drives.factor[some]
    return Detours(drives.row, longer_s)


class _Drives(NamedTuple):
    """Drives to a scene from the station at which the ambulance is at home."""

    row: np.ndarray
    station: np.ndarray
    place: np.ndarray
    mode: np.ndarray
    factor: np.ndarray  # of the drive's time


def _from_stations(year: SimulatedYear, rows: TripRows) -> _Drives:
    """Those that took as long as the fastest way from the station does."""
    scenario, roads = year.scenario, year.system.roads
    row = np.flatnonzero((rows.trip != NONE) & np.isfinite(rows.seconds[:, ARRIVED]))
    call = rows.call[row]
    station = year.system.fleet.home[year.log.ambulance[rows.trip[row]]]
    place = year.calls.place[call]
    mobile_s, arrived_s = rows.seconds[row, MOBILE], rows.seconds[row, ARRIVED]
    mode = roads.mode_to_scene[band_at(roads.bands, mobile_s), year.calls.priority[call]]
    factor = np.ones(len(row))
    if year.calls.scene_factor is not None:
        factor = year.calls.scene_factor[call]
    at, usual_s = ways.places_of(scenario), np.full(len(row), np.inf)
    for each in np.unique(mode).tolist():
        some = mode == each
        places, end = np.unique(place[some], return_inverse=True)
        ends = Snapped(*(column[places] for column in at.of_map))
        road_s, _ = ways.seconds_in(scenario, each, at.of_stations, ends)
        usual_s[some] = road_s[station[some], end]
    leg_s = (
        roads.place_leg_s[mode, place]
        + roads.place_leg_s[mode, year.system.stations.place[station]]
    )
    there = np.abs(arrived_s - mobile_s - factor * (usual_s + leg_s)) <= SAME_S
    return _Drives(*(column[there] for column in (row, station, place, mode, factor)))


def path_seconds(
    network: Network, true_s: np.ndarray, thought_s: np.ndarray, starts: _Ends, ends: _Ends
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


def _ends(network: Network, at: Snapped) -> _Ends:
    """How places hang on the graph: those on a road at its tail and at its head."""
    on_road = at.node == NONE
    forth, back = network.forth[at.road], network.back[at.road]
    tail, head = network.tail[forth], network.head[forth]
    node = np.column_stack([np.where(on_road, tail, at.node), np.where(on_road, head, at.node)])
    nothing = np.zeros(len(at.node))
    from_tail = np.where(on_road, at.share, nothing)
    from_head = np.where(on_road, 1 - at.share, nothing)
    shares = np.column_stack([from_tail, from_head])
    return _Ends(
        node, np.column_stack([back, forth]), np.column_stack([forth, back]), shares, shares,
        np.where(on_road, at.road, NONE),
    )  # fmt: skip
