"""Directed graphs of numbered nodes as plain arrays: what roads and map making share."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from sim.model.roads import Edges

NO_TIME_S = 1e-9


def both_ways(
    u: np.ndarray, v: np.ndarray, oneway: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Links as edges: the tail, the head and the link of each; two edges where both ways are open.

    `u`, `v`: [link] nodes at its ends; `oneway`: [link] true where it is open from u to v only.
    """
    back = np.flatnonzero(~np.asarray(oneway, bool))
    link = np.concatenate([np.arange(len(u)), back])
    return np.concatenate([u, v[back]]), np.concatenate([v, u[back]]), link


def largest_part(tail: np.ndarray, head: np.ndarray, nodes: int) -> np.ndarray:
    """[node] whether it belongs to the largest part in which every node can reach every other.

    From a road outside that part an ambulance could not come back. Of parts of one size the first
    counts.
    """
    graph = csr_matrix((np.ones(len(tail)), (tail, head)), shape=(nodes, nodes))
    _, part = connected_components(graph, directed=True, connection="strong")
    return np.asarray(part == np.bincount(part).argmax())


def fastest(tail: np.ndarray, head: np.ndarray, seconds: np.ndarray, nodes: int) -> Edges:
    """Edges sorted by tail and head, the fastest of parallel ones in each mode.

    A sparse matrix would add parallel edges up, and take an edge of no time for no edge: the
    least is a nanosecond. Edges from a node to itself are left out.
    """
    seconds = np.maximum(seconds, NO_TIME_S)
    useful = tail != head
    tail, head, seconds = tail[useful], head[useful], seconds[:, useful]
    order = np.lexsort((head, tail))
    tail, head, seconds = tail[order], head[order], seconds[:, order]
    first = np.ones(len(tail), bool)
    first[1:] = (np.diff(tail) != 0) | (np.diff(head) != 0)
    starts = np.flatnonzero(first)
    if len(starts):
        seconds = np.minimum.reduceat(seconds, starts, axis=1)
    indptr = np.searchsorted(tail[starts], np.arange(nodes + 1))
    return Edges(indptr, head[starts], seconds)


def with_ends(
    graph: Edges, tail: np.ndarray, head: np.ndarray, seconds: np.ndarray, ends: int
) -> Edges:
    """A graph with so many more nodes behind its own, to which edges lead and from which none does.

    It is what `fastest` makes of all edges, without sorting those that are there.
    """
    before = len(graph.indptr) - 1
    more = fastest(tail, head, seconds, before + ends)
    at = np.repeat(graph.indptr[1:], np.diff(more.indptr[: before + 1]))  # the last of each node's
    indptr = graph.indptr + more.indptr[: before + 1]
    return Edges(
        np.concatenate([indptr, np.repeat(indptr[-1:], ends)]),
        np.insert(graph.head, at, more.head),
        np.insert(graph.seconds, at, more.seconds, axis=1),
    )
