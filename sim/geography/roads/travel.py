"""Travel seconds between any two nodes of a network, as arrays that engines and measures read.

A network is folded (see `folding`), so tables are kept between junctions only: one for the ends
that belong to the map, kept on disk and shared, and a small one for the layout's stations.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np

from sim.files.cache import add_array, keep_value, kept_at, kept_value, made_by
from sim.geography.roads import folding, joining
from sim.geography.roads import graph as graph_room
from sim.geography.roads import tables as tables_room
from sim.geography.roads.folding import ENDS, NO_JUNCTION, fold, stretch_s
from sim.geography.roads.tables import KnownRows, TableRows
from sim.model import roads as model
from sim.model.roads import Chains, Edges, Joins, OwnNodes, Travel
from sim.policies.clock import NONE

NO_TABLE = np.zeros((0, 0))
FOLDED = "folded"  # where folded graphs are kept
_ROOMS = tuple(Path(str(room.__file__)) for room in (graph_room, folding, joining, model))


def build(
    graph: Edges,
    xy: np.ndarray,
    map_places: Joins,
    stations: Joins,
    junction: np.ndarray | None = None,
    keep: bool = True,
) -> Travel:
    """Travel to the map's places and the layout's stations, as they join the graph.

    `junction`: as `fold` takes it; `keep`: the folded graph and the map's table on disk, for the
    next time.
    """
    nodes = len(graph.indptr) - 1
    chains = _folded(graph, junction, map_places.own, keep)
    rows = _rows(chains, joining.numbered(map_places, nodes), map_places.driven_to)
    far_row = _row_of(rows, len(graph.seconds), _ends(chains))
    far = tables_room.cached_table(chains.junctions, rows, keep)
    count = len(map_places.own.road)
    none = np.full_like(far_row, -1)
    plain = Travel(graph, map_places.own, count, chains, far, far_row, NO_TABLE, none, xy)
    return for_stations(plain, stations)


def _folded(graph: Edges, junction: np.ndarray | None, own: OwnNodes, keep: bool = True) -> Chains:
    """A graph folded, with the ends of the map's places: once per content on this machine."""
    folder = kept_at(FOLDED) if keep else None
    if folder is None:
        return _fold(graph, junction, own)
    digest = hashlib.sha256(made_by(_ROOMS, ("numpy", "scipy")))
    stay = np.zeros(0, bool) if junction is None else junction
    for array in (*graph, stay, *own):
        add_array(digest, array)
    path = folder / f"{digest.hexdigest()[:32]}.chains"
    found = kept_value(path)
    if found is None:  # absent, or damaged
        found = tuple(_fold(graph, junction, own))
        keep_value(path, found)
    return Chains(*found)


def _fold(graph: Edges, junction: np.ndarray | None, own: OwnNodes) -> Chains:
    nodes = len(graph.indptr) - 1
    return joining.with_own_ends(joining.lengthened(fold(graph, junction), nodes, own), nodes)


def by_nodes(
    graph: Edges, xy: np.ndarray, map_nodes: np.ndarray, stations: np.ndarray, keep: bool = True
) -> Travel:
    """Travel between places that all stand at nodes of the graph."""
    modes = len(graph.seconds)
    places, bases = joining.at_nodes(map_nodes, modes), joining.at_nodes(stations, modes)
    return build(graph, xy, places, bases, keep=keep)


def for_stations(travel: Travel, stations: Joins) -> Travel:
    """The same roads for another layout: all is shared but its stations and their table.

    Rows to stations that both layouts have are taken over.
    """
    with_map, map_ends = map_nodes(travel), _ends(travel.chains)
    chains, junctions = _chains_with(travel, stations.own)
    theirs = chains._replace(junctions=junctions)
    far_row = _wider(travel.far_row[:, :map_ends], _ends(theirs))
    rows = _rows(theirs, joining.numbered(stations, with_map), stations.driven_to)
    there = far_row[rows.mode, rows.end] >= 0
    rows = rows._replace(mode=rows.mode[~there], end=rows.end[~there])
    own = joining.together(joining.first_of(travel.own, travel.map_own), stations.own)
    return travel._replace(
        own=own,
        chains=chains,
        far_row=far_row,
        near=tables_room.table(theirs.junctions, rows, _known(travel, rows, stations.own)),
        near_row=_row_of(rows, len(far_row), _ends(theirs)),
    )


def _known(travel: Travel, rows: TableRows, own: OwnNodes) -> KnownRows:
    """Which rows to another layout's stations a table has; `own`: nodes of these stations."""
    map_ends, ends = _ends(travel.chains), travel.near_row.shape[1]
    theirs = joining.found_in(own, joining.beyond(travel.own, travel.map_own))
    same_end = np.concatenate([np.arange(map_ends), np.where(theirs < 0, ends, map_ends + theirs)])
    end = same_end[rows.end]
    there = end < ends  # or the other layout reaches its own nodes by the junctions beside them
    row = np.full(len(end), NONE)
    row[there] = travel.near_row[rows.mode[there], end[there]]
    return KnownRows(travel.near, row)


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
    to_each = np.ascontiguousarray(seconds.transpose(0, 2, 1)).reshape(modes * nodes, nodes)
    rows = np.arange(modes * nodes).reshape(modes, nodes)
    return Travel(
        empty, joining.no_own(modes), 0, lone, to_each, rows, np.zeros((0, nodes)),
        np.full_like(rows, -1), np.full((nodes, 2), np.nan) if xy is None else xy,
    )  # fmt: skip


def without_chains(travel: Travel, first: Travel) -> Travel:
    """The travel of a layout as it is sent beside that of another on the same roads."""
    same = travel.graph is first.graph and travel.far is first.far and travel is not first
    return travel._replace(chains=first.chains) if same else travel


def with_chains(travel: Travel, first: Travel) -> Travel:
    """There: with the chains of its own stations, and the table that both have."""
    if travel is first or travel.chains is not first.chains:
        return travel
    own = joining.beyond(travel.own, travel.map_own)
    return travel._replace(chains=_chains_with(first, own)[0], far=first.far)


def _chains_with(travel: Travel, own: OwnNodes) -> tuple[Chains, Edges]:
    """Chains with the nodes of other stations in place of those that they have.

    And the ways between junctions with those to what these stations have of their own, of which
    the map's table knows nothing.
    """
    chains = travel.chains
    if len(travel.own.road) > travel.map_own:
        chains = joining.shortened(chains, map_nodes(travel))
    if len(own.road):
        chains = joining.lengthened(chains, len(travel.graph.indptr) - 1, own)
    theirs = joining.with_own_ends(chains, map_nodes(travel))
    if theirs is chains:
        return chains, chains.junctions
    return theirs._replace(junctions=travel.chains.junctions), theirs.junctions


def map_nodes(travel: Travel) -> int:
    """Nodes of the graph and of the map's places."""
    return len(travel.graph.indptr) - 1 + travel.map_own


def without_table(travel: Travel) -> Travel:
    """The travel as it is sent to another process or machine: a table on disk stays behind."""
    return travel._replace(far=NO_TABLE) if isinstance(travel.far, np.memmap) else travel


def with_table(travel: Travel) -> Travel:
    """There: the table found by the hash of what it is made from, or made anew."""
    if travel.far.size:
        return travel
    mode, end = np.nonzero(travel.far_row >= 0)  # rows are in the order of modes and ends
    rows = tables_room.TableRows(mode, end, len(travel.chains.node))
    return travel._replace(far=tables_room.cached_table(travel.chains.junctions, rows))


def row_to(travel: Travel, mode: int, end: int) -> np.ndarray:
    """[junction] seconds from every junction to a place by its entries, in a mode that it has."""
    best: np.ndarray | None = None
    for way in range(ENDS):
        entry = travel.chains.entry[way, end]
        if entry == NO_JUNCTION:
            continue
        far, near = travel.far_row[mode, entry], travel.near_row[mode, entry]
        assert far >= 0 or near >= 0, "it is driven to in this mode"
        table = travel.far[far] if far >= 0 else travel.near[near]
        ways = tables_room.in_seconds(table) + travel.chains.entry_s[mode, way, end]
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
            entry = chains.entry[way, ends]
            some = np.flatnonzero(entry != NO_JUNCTION)
            rows = travel.far_row[mode, entry[some]]
            to_entry_s = tables_room.in_seconds(travel.far[rows, leave])
            through = to_entry_s + chains.entry_s[mode, way, ends[some]]
            best[some] = np.minimum(best[some], through + chains.exit_s[mode, out, node])
    same = (chains.chain[ends] >= 0) & (chains.chain[ends] == chains.chain[node])
    for i in np.flatnonzero(same).tolist():
        best[i] = min(best[i], along_chain(travel, mode, node, int(ends[i])))
    return best


def along_chain(travel: Travel, mode: int, node: int, end: int) -> float:
    """Seconds between two nodes of one chain without leaving it."""
    along_s, back_s = travel.chains.along_s[mode], travel.chains.back_s[mode]
    return stretch_s(*map(float, (along_s[node], along_s[end], back_s[node], back_s[end])))


def _ends(chains: Chains) -> int:
    """Of the tables: the junctions, and what places have of their own."""
    return len(chains.junctions.indptr) - 1


def _rows(chains: Chains, nodes: np.ndarray, driven_to: np.ndarray | None) -> TableRows:
    """A row for each entry of some nodes in each mode in which one of them is driven to, once."""
    modes, ends = len(chains.junctions.seconds), _ends(chains)
    wanted = np.zeros((modes, ends), bool)
    for mode in range(modes):
        some = nodes if driven_to is None else nodes[driven_to[mode]]
        entries = chains.entry[:, some]
        wanted[mode, entries[entries != NO_JUNCTION]] = True
    of_mode, end = np.nonzero(wanted)
    return TableRows(of_mode, end, len(chains.node))


def _row_of(rows: TableRows, modes: int, ends: int) -> np.ndarray:
    """[mode, end] the row of each, -1 if none."""
    row_of = np.full((modes, ends), -1)
    row_of[rows.mode, rows.end] = np.arange(len(rows.end))
    return row_of


def _wider(row_of: np.ndarray, ends: int) -> np.ndarray:
    """The same for more ends, which have no row."""
    more = ends - row_of.shape[1]
    return np.pad(row_of, ((0, 0), (0, more)), constant_values=-1)
