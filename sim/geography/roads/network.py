"""A map's roads as a directed graph: built from links, left at any point of them, driven.

Distances are metres in the map's metric coordinate system.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import shapely
from shapely import STRtree

from sim.geography.roads.graph import both_ways, fastest, largest_part
from sim.model.roads import Edges, Joins, OwnNodes
from sim.policies.clock import NONE, TICKS, on_grid

if TYPE_CHECKING:
    from scipy.spatial import cKDTree

NO_ACCESS = ("motorway", "motorway_link", "ferry")  # an ambulance does not leave the road here
TREES = ("road_tree", "node_tree", "line_tree")  # what a network plants when it is first searched
TWIN_M = 0.01  # lines no further apart are the two directions of one road


@dataclass(frozen=True, eq=False)
class Network:
    """A directed road graph. Rows are roads, edges (sorted by tail, then head) or nodes.

    A road is the line between two nodes, with one edge or one for each direction.
    """

    xy: np.ndarray  # [node, 2] metres
    tail: np.ndarray  # [edge] node
    head: np.ndarray  # [edge] node
    length_m: np.ndarray  # [edge]
    road_class: np.ndarray  # [edge] index into `classes`
    speed: np.ndarray  # [edge] metres per second; nan where the speed of the class applies
    classes: tuple[str, ...]
    lines: np.ndarray  # [road] its course from the tail to the head of `forth`
    forth: np.ndarray  # [road] edge
    back: np.ndarray  # [road] edge in the other direction, NONE for a one-way road
    may_leave: np.ndarray  # [road] bool: it may be left anywhere along it
    link: np.ndarray  # [road] row of what the map says of it

    def __getstate__(self) -> dict[str, Any]:
        """Without trees, which are planted anew in less time; the lines as coordinates."""
        state = {key: value for key, value in vars(self).items() if key not in TREES}
        return state | {"lines": shapely.to_ragged_array(self.lines) if len(self.lines) else None}

    def __setstate__(self, state: dict[str, Any]) -> None:
        lines = np.zeros(0, object)
        if state["lines"] is not None:
            lines = shapely.from_ragged_array(*state["lines"])
        vars(self).update(state | {"lines": lines})

    @cached_property
    def open_roads(self) -> np.ndarray:
        """The roads that may be left, in rising order."""
        return np.flatnonzero(self.may_leave)

    @cached_property
    def road_tree(self) -> STRtree:
        """The courses of `open_roads`, to find the nearest one in; made once per network."""
        return STRtree(self.lines[self.open_roads])

    @cached_property
    def line_tree(self) -> STRtree:
        """The courses of all roads, also of those that may not be left."""
        return STRtree(self.lines)

    @cached_property
    def node_tree(self) -> cKDTree:
        """The nodes, where there are no roads."""
        from scipy.spatial import cKDTree  # which opens much of scipy: not where there are roads

        return cKDTree(self.xy)

    @cached_property
    def side_by_side(self) -> np.ndarray:
        """[node] whether another node can be reached from it by more than one road."""
        tail, head = self.tail[self.forth], self.head[self.forth]
        ends = np.sort(np.column_stack([tail, head]), axis=1)
        _, pair, roads = np.unique(ends, axis=0, return_inverse=True, return_counts=True)
        several = np.zeros(len(self.xy), bool)
        several[ends[roads[pair.ravel()] > 1]] = True
        return several


class Links(NamedTuple):
    """What a map says of its roads. Rows are links; `u` and `v` are ids of their ends."""

    u: np.ndarray
    v: np.ndarray
    lines: np.ndarray  # [link] LineStrings from u to v
    length_m: np.ndarray
    road_class: np.ndarray  # text
    speed: np.ndarray  # metres per second or nan
    oneway: np.ndarray  # bool: from u to v only


class Snapped(NamedTuple):
    """The points of the roads that are nearest to some points."""

    node: np.ndarray  # [point] the node, or NONE between two
    road: np.ndarray  # [point] the road between two, or NONE
    share: np.ndarray  # [point] of its length, from its tail
    metres: np.ndarray  # [point] from the point to the road


def build(links: Links) -> tuple[Network, int]:
    """The largest part of the roads that can be driven both ways, and how many nodes are outside.

    Nodes are numbered along a curve that keeps neighbours together, in the map and so in memory.
    """
    ids, ends = np.unique(np.concatenate([links.u, links.v]), return_inverse=True)
    u, v = ends[: len(links.u)], ends[len(links.u) :]
    xy = np.empty((len(ids), 2))
    for at, node in ((0, u), (-1, v)):
        xy[node] = shapely.get_coordinates(shapely.get_point(links.lines, at))
    tail, head, link = both_ways(u, v, links.oneway)
    useful = tail != head
    tail, head, link = tail[useful], head[useful], link[useful]

    core = largest_part(tail, head, len(ids))
    along = np.flatnonzero(core)
    along = along[np.argsort(morton(xy[along]), kind="stable")]
    number = np.full(len(ids), -1)
    number[along] = np.arange(len(along))
    inside = core[tail] & core[head]
    tail, head, link = number[tail[inside]], number[head[inside]], link[inside]
    return _network(links, xy[along], tail, head, link), int((~core).sum())


def _network(
    links: Links, xy: np.ndarray, tail: np.ndarray, head: np.ndarray, link: np.ndarray
) -> Network:
    """Edges between numbered nodes, sorted, each with what its link says."""
    classes, class_of_link = np.unique(links.road_class.astype(str), return_inverse=True)
    # The first edge of a link is the one from its u to its v: `both_ways` puts those first.
    used, first = np.unique(link, return_index=True)
    last = len(link) - 1 - np.unique(link[::-1], return_index=True)[1]
    order = np.lexsort((link, head, tail))
    row_of = np.empty(len(order), int)
    row_of[order] = np.arange(len(order))
    forth, back = row_of[first], np.where(last > first, row_of[last], NONE)
    tail, head, link = tail[order], head[order], link[order]
    forth, back, used = _joined_twins(links, tail[forth], head[forth], forth, back, used)
    return Network(
        xy,
        tail,
        head,
        links.length_m[link],
        class_of_link[link],
        links.speed[link],
        tuple(classes.tolist()),
        links.lines[used],
        forth,
        back,
        ~np.isin(links.road_class[used], NO_ACCESS),
        used,
    )


def _joined_twins(
    links: Links, tail: np.ndarray, head: np.ndarray, forth: np.ndarray, back: np.ndarray,
    used: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:  # fmt: skip
    """Roads with those joined that are two one-way links along one line, once in each direction.

    So a file says that a road is faster one way than the other: it is one road, and a place beside
    it is reached from both sides.
    """
    one_way: dict[tuple[int, int], list[int]] = {}
    gone = np.zeros(len(used), bool)
    back = back.copy()
    for road in np.flatnonzero(back == NONE).tolist():
        here, there = int(tail[road]), int(head[road])
        for other in one_way.get((there, here), []):
            lines = links.lines[used[[road, other]]]
            if back[other] == NONE and shapely.hausdorff_distance(*lines) <= TWIN_M:
                back[other], gone[road] = forth[road], True
                break
        else:
            one_way.setdefault((here, there), []).append(road)
    return forth[~gone], back[~gone], used[~gone]


def morton(xy: np.ndarray) -> np.ndarray:
    """Where points lie along the Z-order curve through their bounding square."""
    low = xy.min(axis=0)
    side = max(float((xy.max(axis=0) - low).max()), 1e-9)
    cells = ((xy - low) / side * 65_535).astype(np.uint64)
    code = np.zeros(len(xy), np.uint64)
    for bit in range(16):
        for axis in range(2):
            code |= ((cells[:, axis] >> np.uint64(bit)) & np.uint64(1)) << np.uint64(2 * bit + axis)
    return code


def without_roads(xy: np.ndarray) -> Network:
    """Places alone, for a map whose travel is a matrix: every place is a node."""
    none, no_metres = np.zeros(0, int), np.zeros(0)
    return Network(
        xy, none, none, no_metres, none, no_metres, (), np.zeros(0, object), none, none,
        np.zeros(0, bool), none,
    )  # fmt: skip


def snap(network: Network, xy: np.ndarray) -> Snapped:
    """For each point the nearest point of a road that may be left; without roads, of the nodes.

    `xy`: [point, 2] metres, or one point. Of several points as near the westernmost counts, then
    the southernmost, so that nothing depends on how a file cuts or orders its lines.
    """
    xy = np.atleast_2d(np.asarray(xy, float))
    if not len(network.lines):
        metres, node = network.node_tree.query(xy)
        none = np.full(len(xy), NONE)
        return Snapped(np.asarray(node, int), none, np.zeros(len(xy)), np.asarray(metres))
    points = shapely.points(xy)
    (point, found), metres = network.road_tree.query_nearest(points, return_distance=True)
    road = network.open_roads[found]
    lines = network.lines[road]
    along_m = shapely.line_locate_point(lines, points[point])
    at = shapely.get_coordinates(shapely.line_interpolate_point(lines, along_m))
    order = np.lexsort((road, at[:, 1], at[:, 0], point))
    first = order[np.unique(point[order], return_index=True)[1]]
    road, along_m, whole_m = road[first], along_m[first], shapely.length(lines[first])
    at_tail, at_head = along_m <= 0, along_m >= whole_m
    node = np.full(len(xy), NONE)
    node[at_tail] = network.tail[network.forth[road[at_tail]]]
    node[at_head & ~at_tail] = network.head[network.forth[road[at_head & ~at_tail]]]
    share = along_m / np.where(whole_m > 0, whole_m, 1.0)
    return Snapped(node, np.where(node == NONE, road, NONE), share, metres[first])


def edge_seconds(
    network: Network,
    speed_of_class: np.ndarray,
    factor: np.ndarray,
    grid: bool = True,
    own_speeds: bool = True,
    some: np.ndarray | slice = slice(None),
    of_edge: np.ndarray | None = None,
) -> np.ndarray:
    """[mode, edge] seconds of every edge, or of `some` of them.

    `speed_of_class`: [class] metres per second, for edges without a speed of their own, or for
    all of them unless `own_speeds`; `factor`: [mode, class], what the profile and the time band
    make of a speed; `of_edge`: [mode, edge] likewise for each of them, 0 where it is closed, which
    takes for ever.
    Times are rounded to the grid here, once, and are at least one tick: a road of no time would
    make paths ambiguous.
    """
    posted, road_class = network.speed[some], network.road_class[some]
    own = np.isfinite(posted) & own_speeds
    speed = np.where(own, posted, speed_of_class[road_class])
    driven = speed * factor[:, road_class]
    if of_edge is not None:
        driven = driven * of_edge
    seconds = np.divide(
        network.length_m[some], driven, out=np.full_like(driven, np.inf), where=driven != 0
    )
    return np.maximum(on_grid(seconds), 1 / TICKS) if grid else seconds


def edges(network: Network, seconds: np.ndarray) -> Edges:
    """The graph of the fastest edge between any two nodes; `seconds`: [mode, edge]."""
    return fastest(network.tail, network.head, seconds, len(network.xy))


def edges_at(network: Network, at: Snapped) -> np.ndarray:
    """The edges of the roads on which some places lie: all that `joins` reads the seconds of."""
    road = at.road[at.node == NONE]
    found = np.unique(np.concatenate([network.forth[road], network.back[road]]))
    return found[found != NONE]


def joins(network: Network, at: Snapped, seconds: np.ndarray) -> Joins:
    """How places join the graph; `seconds`: [mode, edge].

    What lies beyond a place is the whole road less what lies before it, so that both together are
    the whole to the last bit. A place is at least a tick from both nodes; on a road of less than
    two ticks, which is a few centimetres, it is at the node. A road that is closed in a mode takes
    for ever in it, and so does every part of it.
    """
    road, share = at.road[at.node == NONE], at.share[at.node == NONE]
    forth, back = network.forth[road], network.back[road]
    too_short = (seconds[:, forth] < 2 / TICKS).any(axis=0)
    too_short |= (seconds[:, back] < 2 / TICKS).any(axis=0) & (back != NONE)
    node = at.node.copy()
    node[np.flatnonzero(node == NONE)[too_short]] = network.tail[forth[too_short]]
    road, share, forth, back = (c[~too_short] for c in (road, share, forth, back))
    from_tail_s = _part_s(seconds[:, forth], share)
    to_tail_s = _part_s(seconds[:, back], share)
    to_head_s, from_head_s = (
        _rest_s(seconds[:, forth], from_tail_s),
        _rest_s(seconds[:, back], to_tail_s),
    )
    to_tail_s[:, back == NONE] = from_head_s[:, back == NONE] = np.inf
    own = OwnNodes(
        road, network.tail[forth], network.head[forth],
        from_tail_s, to_head_s, from_head_s, to_tail_s,
    )  # fmt: skip
    return Joins(node, own)


def _part_s(seconds: np.ndarray, share: np.ndarray) -> np.ndarray:
    """Seconds of a first part of roads on the time grid, a tick short of either end at most."""
    part_s = np.multiply(
        seconds, share, out=np.full_like(seconds, np.inf), where=np.isfinite(seconds)
    )
    return np.clip(on_grid(part_s), 1 / TICKS, seconds - 1 / TICKS)


def _rest_s(whole_s: np.ndarray, part_s: np.ndarray) -> np.ndarray:
    """Seconds of what is left of roads after a first part; of a closed road for ever."""
    return np.subtract(
        whole_s, part_s, out=np.full_like(whole_s, np.inf), where=np.isfinite(whole_s)
    )
