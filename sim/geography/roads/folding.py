"""Chains of roads without a junction, folded away: the same seconds from a far smaller graph.

A node with one way through it is no place to choose. Chains of such nodes become single edges
between junctions; each node inside keeps the seconds to the junctions at its ends (exits) and
from them (entries). The way from any node to any other is then the least of at most four sums of
exit + junction to junction + entry, or the stretch along a common chain: on the time grid exactly
the seconds of the full graph.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from sim.geography.roads.graph import fastest
from sim.model.roads import Chains, Edges

ENDS = 2  # a chain has at most two ends
NO_JUNCTION = -1


def stretch_s(along_s: float, end_along_s: float, back_s: float, end_back_s: float) -> float:
    """Seconds between two nodes of one chain without leaving it; inf against a one-way chain.

    `along_s`, `back_s` of the node, then of the end, as Chains has them: on a closed road all inf.
    """
    if end_along_s >= along_s:
        return end_along_s - along_s if np.isfinite(end_along_s) else np.inf
    return back_s - end_back_s if np.isfinite(back_s) else np.inf


def fold(graph: Edges, junction: np.ndarray | None = None) -> Chains:
    """Fold every chain of a graph; `junction`: [node] those that are to stay, as of two roads
    between the same nodes, of which the graph has the faster alone.

    The ends of a road that is closed in some mode stay, too: so no chain is cut within.
    """
    nodes = len(graph.indptr) - 1
    tail = np.repeat(np.arange(nodes), np.diff(graph.indptr))
    inside = _inside_chains(tail, graph.head, nodes)
    if junction is not None:
        inside &= ~junction
    closed = np.isinf(graph.seconds).any(axis=0)
    inside[tail[closed]] = inside[graph.head[closed]] = False
    paths = _paths(graph, inside)
    return _assemble(graph, tail, inside, paths)


def _inside_chains(tail: np.ndarray, head: np.ndarray, nodes: int) -> np.ndarray:
    """[node] whether there is just one way through it: two-way on both sides, or one-way."""
    outs, ins = np.bincount(tail, minlength=nodes), np.bincount(head, minlength=nodes)
    _, back = _edge_of(tail * nodes + head, head * nodes + tail)  # the edge has its reverse
    two_way = np.bincount(tail, back, nodes).astype(int)
    through_two = (outs == 2) & (ins == 2) & (two_way == 2)
    through_one = (outs == 1) & (ins == 1) & (two_way == 0)
    inside = through_two | through_one
    # A ring without any junction gets one, or it could not be entered.
    return inside & ~_first_of_rings(tail, head, inside, nodes)


def _first_of_rings(
    tail: np.ndarray, head: np.ndarray, inside: np.ndarray, nodes: int
) -> np.ndarray:
    within = inside[tail] & inside[head]
    graph = csr_matrix((np.ones(within.sum()), (tail[within], head[within])), shape=(nodes, nodes))
    _, part = connected_components(graph, directed=False)
    # A component of inner nodes touches a junction unless all its edges stay within it.
    leaves = np.zeros(part.max(initial=-1) + 1, bool)
    leaves[part[tail[inside[tail] & ~inside[head]]]] = True
    leaves[part[head[~inside[tail] & inside[head]]]] = True
    first = np.zeros(nodes, bool)
    candidates = np.flatnonzero(inside & ~leaves[part])
    _, at = np.unique(part[candidates], return_index=True)
    first[candidates[at]] = True
    return first


def _paths(graph: Edges, inside: np.ndarray) -> list[list[int]]:
    """Each chain as its nodes with the junctions at both ends, in a direction it can be driven."""
    heads = graph.head.tolist()
    first = graph.indptr.tolist()
    is_inside = inside.tolist()
    seen = [False] * len(is_inside)
    paths = []
    for start in np.flatnonzero(~inside).tolist():
        for edge in range(first[start], first[start + 1]):
            node = heads[edge]
            if not is_inside[node] or seen[node]:
                continue
            path, before = [start, node], start
            seen[node] = True
            while is_inside[node]:
                ways = heads[first[node] : first[node + 1]]
                onward = ways[0] if len(ways) == 1 or ways[0] != before else ways[1]
                path.append(onward)
                before, node = node, onward
                if is_inside[node]:
                    seen[node] = True
            paths.append(path)
    return paths


class _Steps(NamedTuple):
    """All chains step by step, one chain after the other."""

    tail: np.ndarray  # [step] node
    head: np.ndarray  # [step] node
    chain: np.ndarray  # [step]
    rank: np.ndarray  # [step] from 1 in each chain
    first: np.ndarray  # [chain] its first step
    last: np.ndarray  # [chain]

    @property
    def inner(self) -> np.ndarray:
        """[step] whether its head is inside the chain, and not the junction at its end."""
        within = np.ones(len(self.tail), bool)
        within[self.last] = False
        return within

    def running(self, seconds: np.ndarray) -> np.ndarray:
        """[mode, step] seconds added up along each chain, one after the other."""
        sums, active = seconds.copy(), self.first
        while len(active := active[active < self.last[self.chain[active]]] + 1):
            sums[:, active] = sums[:, active - 1] + seconds[:, active]
        return sums


def _steps(paths: list[list[int]]) -> _Steps:
    counts = np.array([len(path) for path in paths], int)
    flat = np.fromiter((node for path in paths for node in path), int, int(counts.sum()))
    ends = np.cumsum(counts)
    begins, closes = np.zeros(len(flat), bool), np.zeros(len(flat), bool)
    begins[ends - counts], closes[ends - 1] = True, True
    last = np.cumsum(counts - 1) - 1
    first = last - (counts - 2)
    chain = np.repeat(np.arange(len(paths)), counts - 1)
    rank = np.arange(len(chain)) - first[chain] + 1
    return _Steps(flat[~closes], flat[~begins], chain, rank, first, last)


def _edge_of(key: np.ndarray, wanted: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The edge of each wanted key among the sorted ones, and whether there is one."""
    at = np.searchsorted(key, wanted).clip(0, max(0, len(key) - 1))
    return at, key[at] == wanted if len(key) else np.zeros(len(wanted), bool)


def _assemble(graph: Edges, tail: np.ndarray, inside: np.ndarray, paths: list[list[int]]) -> Chains:
    nodes, modes = len(inside), len(graph.seconds)
    junction = np.where(inside, NO_JUNCTION, np.cumsum(~inside) - 1)
    exit_, entry = (np.full((ENDS, nodes), NO_JUNCTION) for _ in range(2))
    exit_s, entry_s = (np.full((modes, ENDS, nodes), np.inf) for _ in range(2))
    chain, rank = np.full(nodes, -1), np.zeros(nodes, int)
    along_s, back_s = np.zeros((modes, nodes)), np.full((modes, nodes), np.inf)
    is_junction = ~inside
    exit_[0, is_junction] = entry[0, is_junction] = junction[is_junction]
    exit_s[:, 0, is_junction] = entry_s[:, 0, is_junction] = 0.0

    key = tail * nodes + graph.head  # sorted: edges are sorted by tail, then head
    steps = _steps(paths)
    start, end = junction[steps.tail[steps.first]], junction[steps.head[steps.last]]  # [chain]
    inner = np.flatnonzero(steps.inner)
    of, node = steps.chain[inner], steps.head[inner]
    chain[node], rank[node] = of, steps.rank[inner]
    forth, _ = _edge_of(key, steps.tail * nodes + steps.head)
    onward = steps.running(graph.seconds[:, forth])  # from the first junction
    along_s[:, node] = onward[:, inner]
    entry[0, node], exit_[0, node] = start[of], end[of]
    entry_s[:, 0, node] = onward[:, inner]
    exit_s[:, 0, node] = onward[:, steps.last[of]] - onward[:, inner]

    at, there = _edge_of(key, steps.head * nodes + steps.tail)
    two_way = np.ones(len(paths), bool)
    two_way[steps.chain[~there]] = False
    home = steps.running(graph.seconds[:, at])  # to the first junction
    inner = inner[two_way[of]]
    of, node = steps.chain[inner], steps.head[inner]
    back_s[:, node] = home[:, inner]
    exit_[1, node], entry[1, node] = start[of], end[of]
    exit_s[:, 1, node] = home[:, inner]
    entry_s[:, 1, node] = home[:, steps.last[of]] - home[:, inner]

    kept = is_junction[tail] & is_junction[graph.head]
    back_last = steps.last[two_way]
    small = fastest(
        np.concatenate([junction[tail[kept]], start, end[two_way]]),
        np.concatenate([junction[graph.head[kept]], end, start[two_way]]),
        np.concatenate([graph.seconds[:, kept], onward[:, steps.last], home[:, back_last]], axis=1),
        int(is_junction.sum()),
    )
    return Chains(
        small,
        np.flatnonzero(is_junction),
        exit_,
        exit_s,
        entry,
        entry_s,
        chain,
        rank,
        along_s,
        back_s,
    )
