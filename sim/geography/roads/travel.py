"""Travel seconds between any two nodes of a network, as arrays that engines and measures read.

A network is folded (see `folding`), so tables are kept between junctions only: one for the ends
that belong to the map, kept on disk and shared, and a small one for the layout's stations.
"""

from __future__ import annotations

import numpy as np

from sim.geography.roads import joining
from sim.geography.roads import tables as tables_room
from sim.geography.roads.folding import ENDS, NO_JUNCTION, fold, stretch_s
from sim.model.roads import Chains, Edges, Joins, Travel

NO_TABLE = np.zeros((0, 0, 0))


def build(
    graph: Edges,
    xy: np.ndarray,
    map_places: Joins,
    stations: Joins,
    junction: np.ndarray | None = None,
    keep: bool = True,
) -> Travel:
    """Travel to the map's places and the layout's stations, as they join the graph.

    `junction`: as `fold` takes it; `keep`: the map's table on disk, for the next time.
    """
    nodes = len(graph.indptr) - 1
    chains = joining.lengthened(fold(graph, junction), nodes, map_places.own)
    far_ends = _entries(chains, joining.numbered(map_places, nodes))
    far_row = _rows(far_ends, len(chains.node))
    far = tables_room.cached_table(chains.junctions, far_ends, keep)
    none = np.full(len(chains.node), -1)
    count = len(map_places.own.road)
    plain = Travel(graph, map_places.own, count, chains, far, far_row, NO_TABLE, none, xy)
    return for_stations(plain, stations)


def by_nodes(
    graph: Edges, xy: np.ndarray, map_nodes: np.ndarray, stations: np.ndarray, keep: bool = True
) -> Travel:
    """Travel between places that all stand at nodes of the graph."""
    modes = len(graph.seconds)
    places, bases = joining.at_nodes(map_nodes, modes), joining.at_nodes(stations, modes)
    return build(graph, xy, places, bases, keep=keep)


def for_stations(travel: Travel, stations: Joins) -> Travel:
    """The same roads for another layout: all is shared but its stations and their table."""
    nodes = len(travel.graph.indptr) - 1
    with_map = nodes + travel.map_own
    chains = travel.chains
    if len(travel.own.road) > travel.map_own:
        chains = joining.shortened(chains, with_map)
    if len(stations.own.road):
        chains = joining.lengthened(chains, nodes, stations.own)
    ends = _entries(chains, joining.numbered(stations, with_map))
    ends = ends[travel.far_row[ends] < 0]
    near = tables_room.table(chains.junctions, ends)
    own = joining.together(joining.first_of(travel.own, travel.map_own), stations.own)
    return travel._replace(
        own=own, chains=chains, near=near, near_row=_rows(ends, len(chains.node))
    )


def from_matrix(seconds: np.ndarray, xy: np.ndarray | None = None) -> Travel:
    """Travel by a plain matrix, [mode, from, to]: no roads, every node a junction."""
    modes, nodes = seconds.shape[:2]
    none = np.full(nodes, NO_JUNCTION)
    ends = np.stack([np.arange(nodes), none])
    ends_s = np.full((modes, ENDS, nodes), np.inf)
    ends_s[:, 0] = 0.0
    empty = Edges(np.zeros(nodes + 1, int), np.zeros(0, int), np.zeros((modes, 0)))
    lone = Chains(empty, np.arange(nodes), ends, ends_s, ends, ends_s, none, np.zeros(nodes, int),
                  np.zeros((modes, nodes)), np.full((modes, nodes), np.inf))  # fmt: skip
    return Travel(
        empty, joining.no_own(modes), 0, lone,
        np.ascontiguousarray(seconds.transpose(0, 2, 1)), np.arange(nodes),
        np.zeros((modes, 0, nodes)), none, np.full((nodes, 2), np.nan) if xy is None else xy,
    )  # fmt: skip


def without_table(travel: Travel) -> Travel:
    """The travel as it is sent to another process or machine: a table on disk stays behind."""
    return travel._replace(far=NO_TABLE) if isinstance(travel.far, np.memmap) else travel


def with_table(travel: Travel) -> Travel:
    """There: the table found by the hash of what it is made from, or made anew."""
    if travel.far.size:
        return travel
    ends = np.flatnonzero(travel.far_row >= 0)  # rows are in the order of their junctions
    return travel._replace(far=tables_room.cached_table(travel.chains.junctions, ends))


def row_to(travel: Travel, mode: int, end: int) -> np.ndarray:
    """[junction] seconds from every junction to a node by its entries."""
    best: np.ndarray | None = None
    for way in range(ENDS):
        junction = travel.chains.entry[way, end]
        if junction == NO_JUNCTION:
            continue
        far = travel.far_row[junction]
        table = travel.far[mode, far] if far >= 0 else travel.near[mode, travel.near_row[junction]]
        entry_s = travel.chains.entry_s[mode, way, end]
        ways = np.asarray(table) if entry_s == 0 else table.astype(float) + entry_s
        best = ways if best is None else np.minimum(best, ways)
    assert best is not None, "every node has an entry"
    return best


def seconds(travel: Travel, mode: int, nodes: np.ndarray, end: int) -> np.ndarray:
    """[node] seconds from some nodes to one end, which must be a place of the map or a station."""
    chains, to_end = travel.chains, row_to(travel, mode, end)
    best = np.full(len(nodes), np.inf)
    for way in range(ENDS):
        junction = chains.exit[way, nodes]
        some = junction != NO_JUNCTION
        through = to_end[junction[some]] + chains.exit_s[mode, way, nodes[some]]
        best[some] = np.minimum(best[some], through)
    same = np.flatnonzero((chains.chain[nodes] >= 0) & (chains.chain[nodes] == chains.chain[end]))
    for i in same.tolist():
        best[i] = min(best[i], along_chain(travel, mode, int(nodes[i]), end))
    return best


def seconds_to_places(travel: Travel, mode: int, node: int, ends: np.ndarray) -> np.ndarray:
    """[end] seconds from one node to many nodes of the map's places, each taken at once."""
    chains = travel.chains
    best = np.full(len(ends), np.inf)
    for out in range(ENDS):
        leave = chains.exit[out, node]
        if leave == NO_JUNCTION:
            continue
        for way in range(ENDS):
            junction = chains.entry[way, ends]
            some = np.flatnonzero(junction != NO_JUNCTION)
            rows = travel.far_row[junction[some]]
            through = travel.far[mode, rows, leave] + chains.entry_s[mode, way, ends[some]]
            best[some] = np.minimum(best[some], through + chains.exit_s[mode, out, node])
    same = (chains.chain[ends] >= 0) & (chains.chain[ends] == chains.chain[node])
    for i in np.flatnonzero(same).tolist():
        best[i] = min(best[i], along_chain(travel, mode, node, int(ends[i])))
    return best


def along_chain(travel: Travel, mode: int, node: int, end: int) -> float:
    """Seconds between two nodes of one chain without leaving it."""
    along_s, back_s = travel.chains.along_s[mode], travel.chains.back_s[mode]
    return stretch_s(*map(float, (along_s[node], along_s[end], back_s[node], back_s[end])))


def _entries(chains: Chains, nodes: np.ndarray) -> np.ndarray:
    """The junctions by which some nodes are reached, each once."""
    ends = np.unique(chains.entry[:, nodes])
    return ends[ends != NO_JUNCTION]


def _rows(ends: np.ndarray, junctions: int) -> np.ndarray:
    rows = np.full(junctions, -1)
    rows[ends] = np.arange(len(ends))
    return rows
