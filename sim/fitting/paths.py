"""Which roads drives took: the fastest ways between places, and the kilometres on each class.

Paces are minutes a kilometre. A road with a posted speed of its own counts in minutes at that
speed, as one more class, so that one number says how much slower or faster it is driven.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from sim.geography.roads.network import Network, Snapped
from sim.policies.clock import NONE

POSTED: Final = "posted"  # roads with a speed of their own, in minutes at that speed
MATRIX: Final = "matrix"  # all drives of a map without roads, in minutes of its table
ROOTS_AT_ONCE: Final = 32
LEAST_MIN: Final = 1e-7  # an edge of no time would be no edge of a sparse matrix


class DrivenRoads(NamedTuple):
    """A directed graph whose edges have a length on one class each."""

    nodes: int
    tail: np.ndarray  # [edge]
    head: np.ndarray  # [edge]
    size: np.ndarray  # [edge] km, or minutes at the posted speed
    kind: np.ndarray  # [edge] row of `kinds`
    km: np.ndarray  # [edge]
    kinds: tuple[str, ...]
    forth: np.ndarray  # [road] edge
    back: np.ndarray  # [road] edge, NONE for a one-way road
    table: np.ndarray | None = None  # [from, to] minutes, of a map without roads


class DriveEnds(NamedTuple):
    """Both ends of drives; many share one root: the station they start at, the hospital they
    go to."""

    root: np.ndarray  # [drive] row of `roots`
    roots: Snapped
    leaves: Snapped  # [drive] the other end
    outward: bool  # whether a drive goes from its root to its leaf


def driven_roads(network: Network, own_speeds: bool) -> DrivenRoads:
    """The roads of a map; `own_speeds`: whether posted speeds come before those of the class."""
    km = network.length_m / 1000
    kind, size, kinds = network.road_class, km, network.classes
    posted = np.isfinite(network.speed) & own_speeds
    if posted.any():
        kinds = (*kinds, POSTED)
        kind = np.where(posted, len(kinds) - 1, kind)
        speed = np.where(posted, network.speed, 1.0)
        size = np.where(posted, network.length_m / speed / 60, km)
    return DrivenRoads(
        len(network.xy), network.tail, network.head, size, kind, km, kinds, network.forth,
        network.back,
    )  # fmt: skip


def without_roads(minutes: np.ndarray) -> DrivenRoads:
    """A map whose travel is a table: [from, to] minutes with siren, one kind of road for all."""
    none = np.zeros(0, int)
    empty = np.zeros(0)
    return DrivenRoads(len(minutes), none, none, empty, none, empty, (MATRIX,), none, none, minutes)


def sizes(
    roads: DrivenRoads, ends: DriveEnds, pace: np.ndarray, disturbed: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """[drive, kind] what each drive has of each kind of road, and [drive] its kilometres.

    `pace`: [kind] minutes in a unit of size; nan where nobody can get from one end to the other.
    `disturbed`: [edge] factors on the minutes of edges for choosing the way.
    """
    if roads.table is not None:
        start, end = ends.roots.node[ends.root], ends.leaves.node
        of_table = roads.table[start, end] if ends.outward else roads.table[end, start]
        return of_table[:, None], np.full(len(start), np.nan)
    minutes = np.maximum(roads.size * pace[roads.kind], LEAST_MIN)
    if disturbed is not None:
        minutes = minutes * disturbed
    found = np.zeros((len(ends.root), len(roads.kinds)))
    km = np.zeros(len(ends.root))
    graph = _Graph(roads, minutes, ends.outward)
    used = np.unique(ends.root)
    for first in range(0, len(used), ROOTS_AT_ONCE):
        roots = used[first : first + ROOTS_AT_ONCE]
        some = np.flatnonzero(np.isin(ends.root, roots))
        at = Snapped(*(column[roots] for column in ends.roots))
        leaves = Snapped(*(column[some] for column in ends.leaves))
        row = np.searchsorted(roots, ends.root[some])
        found[some], km[some] = graph.from_roots(at, row, leaves)
    return found, km


class _Graph:
    """The roads with their minutes, in the direction in which they are searched."""

    def __init__(self, roads: DrivenRoads, minutes: np.ndarray, outward: bool):
        self.roads, self.minutes, self.outward = roads, minutes, outward
        tail, head = (roads.tail, roads.head) if outward else (roads.head, roads.tail)
        order = np.lexsort((minutes, head, tail))
        tail, head = tail[order], head[order]
        first = np.ones(len(order), bool)  # of parallel edges the fastest
        first[1:] = (np.diff(tail) != 0) | (np.diff(head) != 0)
        first &= tail != head
        self.edge, self.tail, self.head = order[first], tail[first], head[first]
        self.key = self.tail * roads.nodes + self.head

    def from_roots(
        self, at: Snapped, row: np.ndarray, leaves: Snapped
    ) -> tuple[np.ndarray, np.ndarray]:
        """[leaf, kind] sizes and [leaf] kilometres of the fastest ways from roots, by `row`."""
        roads, count = self.roads, len(at.node)
        starts = self._ways(at, leaving=True)
        total = roads.nodes + count
        own = roads.nodes + np.arange(count)
        tail = np.concatenate([self.tail, own[starts.place]])
        head = np.concatenate([self.head, starts.node])
        cost = np.concatenate([self.minutes[self.edge], np.maximum(starts.minutes, LEAST_MIN)])
        graph = csr_matrix((cost, (tail, head)), shape=(total, total))
        minutes, before = dijkstra(graph, indices=own, return_predecessors=True)
        ends = self._ways(leaves, leaving=False)
        arrival = minutes[row[ends.place], ends.node] + ends.minutes
        best = np.lexsort((arrival, ends.place))
        best = best[np.unique(ends.place[best], return_index=True)[1]]
        found, km = self._walked(before, row, ends.node[best], count)
        self._add(found, km, ends, best)
        self._add_starts(found, km, starts, before, row, ends.node[best])
        lost = ~np.isfinite(arrival[best])
        found[lost], km[lost] = np.nan, np.nan
        self._along_one_road(found, km, arrival[best], at, row, leaves)
        return found, km

    def _ways(self, at: Snapped, leaving: bool) -> _Ways:
        """The ways between places and the nodes at the ends of their roads."""
        roads = self.roads
        at_node = np.flatnonzero(at.node != NONE)
        beside = np.flatnonzero(at.node == NONE)
        road, share = at.road[beside], at.share[beside]
        forth, back = roads.forth[road], roads.back[road]
        tail, head = roads.tail[forth], roads.head[forth]
        # Driven from the place: to the head over `forth`, to the tail over `back`; driven to it:
        # from the tail over `forth`, from the head over `back`.
        from_place = leaving == self.outward
        over_tail, over_head = (back, forth) if from_place else (forth, back)
        place = np.concatenate([at_node, beside, beside])
        node = np.concatenate([at.node[at_node], tail, head])
        edge = np.concatenate([np.full(len(at_node), NONE), over_tail, over_head])
        part = np.concatenate([np.zeros(len(at_node)), share, 1 - share])
        open_ = (edge != NONE) | (np.arange(len(place)) < len(at_node))
        place, node, edge, part = (c[open_] for c in (place, node, edge, part))
        minutes = np.where(edge != NONE, self.minutes[edge] * part, 0.0)
        return _Ways(place, node, edge, part, minutes)

    def _walked(
        self, before: np.ndarray, row: np.ndarray, node: np.ndarray, roots: int
    ) -> tuple[np.ndarray, np.ndarray]:
        """Sizes and kilometres from nodes back to their roots, all drives a step at a time."""
        roads = self.roads
        found, km = np.zeros((len(row), len(roads.kinds))), np.zeros(len(row))
        drive, now = np.arange(len(row)), node.copy()
        while len(drive):
            last = before[row[drive], now]
            going = (last >= 0) & (last < roads.nodes)
            drive, now, last = drive[going], now[going], last[going]
            edge = self.edge[np.searchsorted(self.key, last.astype(np.int64) * roads.nodes + now)]
            found[drive, roads.kind[edge]] += roads.size[edge]
            km[drive] += roads.km[edge]
            now = last
        return found, km

    def _add(self, found: np.ndarray, km: np.ndarray, ways: _Ways, best: np.ndarray) -> None:
        edge, part = ways.edge[best], ways.part[best]
        beside = np.flatnonzero(edge != NONE)
        edge, part = edge[beside], part[beside]
        found[beside, self.roads.kind[edge]] += self.roads.size[edge] * part
        km[beside] += self.roads.km[edge] * part

    def _add_starts(
        self, found: np.ndarray, km: np.ndarray, starts: _Ways, before: np.ndarray,
        row: np.ndarray, node: np.ndarray,
    ) -> None:  # fmt: skip
        """The parts of roads on which drives leave their roots."""
        first, drive = node.copy(), np.arange(len(row))
        while True:  # the node at which each drive joined the graph
            last = before[row[drive], first[drive]]
            inside = (last >= 0) & (last < self.roads.nodes)
            if not inside.any():
                break
            drive = drive[inside]
            first[drive] = last[inside]
        way_of = {
            pair: way
            for way, pair in enumerate(
                zip(starts.place.tolist(), starts.node.tolist(), strict=True)
            )
        }
        pairs = zip(row.tolist(), first.tolist(), strict=True)
        way = np.array([way_of.get(pair, -1) for pair in pairs], int)
        known = np.flatnonzero((way >= 0) & (starts.edge[way] != NONE))
        edge, part = starts.edge[way[known]], starts.part[way[known]]
        found[known, self.roads.kind[edge]] += self.roads.size[edge] * part
        km[known] += self.roads.km[edge] * part

    def _along_one_road(
        self, found: np.ndarray, km: np.ndarray, minutes: np.ndarray, at: Snapped,
        row: np.ndarray, leaves: Snapped,
    ) -> None:  # fmt: skip
        """Drives whose ends lie beside one road need not leave it."""
        roads = self.roads
        root_road, root_share = at.road[row], at.share[row]
        same = np.flatnonzero(
            (at.node[row] == NONE) & (leaves.node == NONE) & (root_road == leaves.road)
        )
        if not len(same):
            return
        onward = leaves.share[same] - root_share[same]
        if not self.outward:
            onward = -onward
        edge = np.where(onward >= 0, roads.forth[root_road[same]], roads.back[root_road[same]])
        direct = self.minutes[edge] * np.abs(onward)
        shorter = (edge != NONE) & (direct <= minutes[same])
        some, edge, part = same[shorter], edge[shorter], np.abs(onward[shorter])
        found[some], km[some] = 0.0, 0.0
        found[some, roads.kind[edge]] = roads.size[edge] * part
        km[some] = roads.km[edge] * part


class _Ways(NamedTuple):
    """Ways between places and nodes, over a part of one edge."""

    place: np.ndarray  # [way] row of the place
    node: np.ndarray  # [way]
    edge: np.ndarray  # [way] NONE: the place is at the node
    part: np.ndarray  # [way] of the edge
    minutes: np.ndarray  # [way]
