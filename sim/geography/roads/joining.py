"""Places between two nodes: nodes of their own beside the graph, which itself stays as it is.

Every layout has the same roads; a station, a home, a hospital only hangs on to them.
"""

from __future__ import annotations

import numpy as np

from sim.geography.roads.folding import NO_JUNCTION
from sim.geography.roads.graph import with_ends
from sim.geography.roads.tables import seconds_from
from sim.model.roads import Chains, Edges, Joins, OwnNodes
from sim.policies.clock import NONE


def no_own(modes: int) -> OwnNodes:
    """No nodes of their own."""
    rows, seconds = np.zeros(0, int), np.zeros((modes, 0))
    return OwnNodes(rows, rows, rows, seconds, seconds, seconds, seconds)


def at_nodes(nodes: np.ndarray, modes: int) -> Joins:
    """Places at nodes of the graph."""
    return Joins(np.asarray(nodes, int), no_own(modes))


def numbered(joins: Joins, first: int) -> np.ndarray:
    """[place] the node of each place, if `first` is the number of the first of their own."""
    nodes = joins.node.copy()
    nodes[nodes == NONE] = first + np.arange(len(joins.own.road))
    return nodes


def together(one: OwnNodes, other: OwnNodes) -> OwnNodes:
    """Own nodes one after the other."""
    return OwnNodes(*(np.concatenate(both, axis=-1) for both in zip(one, other, strict=True)))


def first_of(own: OwnNodes, count: int) -> OwnNodes:
    """The first `count` own nodes."""
    return OwnNodes(*(column[..., :count] for column in own))


def beyond(own: OwnNodes, count: int) -> OwnNodes:
    """The own nodes but the first `count`."""
    return OwnNodes(*(column[..., count:] for column in own))


def found_in(own: OwnNodes, others: OwnNodes) -> np.ndarray:
    """[own node] the row of the very same one among others, NONE if it is not there."""
    row_of = {key: row for row, key in enumerate(keys(others))}
    return np.array([row_of.get(key, NONE) for key in keys(own)], int)


def keys(own: OwnNodes) -> list[bytes]:
    """All that is known of each own node."""
    columns = np.vstack([np.atleast_2d(column).astype(float) for column in own])
    return [column.tobytes() for column in columns.T]


def lengthened(chains: Chains, graph_nodes: int, own: OwnNodes) -> Chains:
    """Chains with rows for own nodes after those they have; `graph_nodes`: nodes of the graph.

    An own node lies in the chain of its road, or, on a road from junction to junction, in a chain
    of the road's own.
    """
    own = _onward(chains, own)
    before, after = own.tail, own.head  # nodes of the graph, in the direction of the chain
    chain = np.maximum(chains.chain[before], chains.chain[after])
    chain = np.where(chain == -1, graph_nodes + own.road, chain)  # no chain has such a number
    from_first = chains.rank[before] == 0  # the road begins at the chain's first junction
    to_last = chains.rank[after] == 0
    first = np.where(from_first, chains.exit[0, before], chains.entry[0, before])
    last = chains.exit[0, after]  # of a junction that is itself
    two_way = np.isfinite(own.to_tail_s).any(axis=0)  # a road may be closed in some modes

    along_s = np.where(from_first, 0.0, chains.along_s[:, before]) + own.from_tail_s
    onward_s = np.where(to_last, 0.0, chains.exit_s[:, 0, after]) + own.to_head_s
    back_s = np.where(from_first, 0.0, chains.back_s[:, before]) + own.to_tail_s
    behind_s = np.where(to_last, 0.0, chains.entry_s[:, 1, after]) + own.from_head_s
    none = np.full(len(chain), NO_JUNCTION)
    return chains._replace(
        exit=_wider(chains.exit, np.stack([last, np.where(two_way, first, none)])),
        exit_s=_wider(chains.exit_s, np.stack([onward_s, back_s], axis=1)),
        entry=_wider(chains.entry, np.stack([first, np.where(two_way, last, none)])),
        entry_s=_wider(chains.entry_s, np.stack([along_s, behind_s], axis=1)),
        chain=_wider(chains.chain, chain),
        rank=_wider(chains.rank, np.full(len(chain), NONE)),
        along_s=_wider(chains.along_s, along_s),
        back_s=_wider(chains.back_s, back_s),
    )


def with_own_ends(chains: Chains, first: int) -> Chains:
    """Chains in which the nodes from `first` on have ends of their own, if these are fewer.

    An own node is reached by the junctions at both ends of its chain: two rows of a table, unless
    others are reached by the same ones. With an end of its own it needs one.
    """
    entry, entry_s = chains.entry[:, first:], chains.entry_s[:, :, first:]
    way, row = np.nonzero(entry != NO_JUNCTION)
    if not len(row) or entry.shape[1] > len(np.unique(entry[way, row])):
        return chains
    before = len(chains.junctions.indptr) - 1
    ends = before + np.arange(entry.shape[1])
    graph = with_ends(chains.junctions, entry[way, row], ends[row], entry_s[:, way, row], len(ends))
    none, never = np.full(len(ends), NO_JUNCTION), np.full(entry_s[:, 0].shape, np.inf)
    return chains._replace(
        junctions=graph,
        entry=_wider(chains.entry[:, :first], np.stack([ends, none])),
        entry_s=_wider(
            chains.entry_s[:, :, :first], np.stack([np.zeros(never.shape), never], axis=1)
        ),
    )


def shortened(chains: Chains, nodes: int) -> Chains:
    """Chains with the rows of the first `nodes` nodes alone."""
    by_node = chains._asdict()
    kept = {k: v[..., :nodes] for k, v in by_node.items() if k not in ("junctions", "node")}
    return chains._replace(**kept)


def _wider(columns: np.ndarray, more: np.ndarray) -> np.ndarray:
    return np.concatenate([columns, more], axis=-1)


def _onward(chains: Chains, own: OwnNodes) -> OwnNodes:
    """Own nodes with each road in the direction of its chain."""
    before, after = own.tail, own.head
    rank, rank_after = chains.rank[before], chains.rank[after]
    # Beside a junction the first node of a chain has rank 1 and is entered from that junction;
    # a chain of one node is so at both ends, but between two junctions that differ.
    leaves_first = (rank_after == 1) & (chains.entry[0, after] == chains.exit[0, before])
    leaves_first &= rank == 0
    enters_first = (rank == 1) & (chains.entry[0, before] == chains.exit[0, after])
    enters_first &= rank_after == 0
    both_inside = (rank > 0) & (rank_after > 0)
    against = np.where(both_inside, rank > rank_after, False)
    against |= (rank == 0) & (rank_after > 0) & ~leaves_first
    against |= enters_first
    turned = OwnNodes(
        own.road, after, before, own.from_head_s, own.to_tail_s, own.from_tail_s, own.to_head_s
    )
    return OwnNodes(
        *(np.where(against, there, here) for here, there in zip(own, turned, strict=True))
    )


def seconds_to_nodes(graph: Edges, mode: int, starts: Joins) -> np.ndarray:
    """[start, node] seconds from some places to every node of the graph."""
    own, at_node = starts.own, starts.node != NONE
    wanted = np.unique(np.concatenate([starts.node[at_node], own.tail, own.head]))
    from_node_s = seconds_from(graph, mode, wanted)
    found = np.empty((len(at_node), from_node_s.shape[1]))
    found[at_node] = from_node_s[np.searchsorted(wanted, starts.node[at_node])]
    ways = (
        own.to_tail_s[mode][:, None] + from_node_s[np.searchsorted(wanted, own.tail)],
        own.to_head_s[mode][:, None] + from_node_s[np.searchsorted(wanted, own.head)],
    )
    found[~at_node] = np.minimum(*ways)
    return found


def seconds_between(node_s: np.ndarray, mode: int, starts: Joins, ends: Joins) -> np.ndarray:
    """[start, end] seconds between places; `node_s`: what `seconds_to_nodes` says of the starts."""
    at_node, own = ends.node != NONE, ends.own
    found = np.empty((len(node_s), len(at_node)))
    found[:, at_node] = node_s[:, ends.node[at_node]]
    ways = (
        node_s[:, own.tail] + own.from_tail_s[mode],
        node_s[:, own.head] + own.from_head_s[mode],
    )
    found[:, ~at_node] = np.minimum(*ways)
    rows, columns = np.flatnonzero(starts.node == NONE), np.flatnonzero(~at_node)
    for row, start in zip(rows.tolist(), range(len(rows)), strict=True):
        same = np.flatnonzero(own.road == starts.own.road[start])
        direct_s = _along_road(starts.own, start, own, same, mode)
        found[row, columns[same]] = np.minimum(found[row, columns[same]], direct_s)
    return found


def _along_road(
    starts: OwnNodes, start: int, ends: OwnNodes, some: np.ndarray, mode: int
) -> np.ndarray:
    """[end] seconds from an own node to others of the same road without leaving it."""
    if not np.isfinite(starts.from_tail_s[mode, start]):  # the road is closed
        return np.full(len(some), np.inf)
    onward_s = ends.from_tail_s[mode, some] - starts.from_tail_s[mode, start]
    if not np.isfinite(starts.to_tail_s[mode, start]):
        return np.where(onward_s >= 0, onward_s, np.inf)
    back_s = ends.from_head_s[mode, some] - starts.from_head_s[mode, start]
    return np.where(onward_s >= 0, onward_s, back_s)
