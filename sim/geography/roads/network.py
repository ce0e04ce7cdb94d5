"""A map's roads as a directed graph: built from links, left at its nodes, driven at some speed.

Distances are metres in the map's metric coordinate system.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from scipy.spatial import cKDTree

from sim.geography.roads.graph import both_ways, fastest, largest_part
from sim.model.roads import Edges
from sim.policies.clock import TICKS, on_grid

NO_ACCESS = ("motorway", "motorway_link", "ferry")  # an ambulance does not leave the road here


@dataclass(frozen=True, eq=False)
class Network:
    """A directed road graph. Rows are edges (sorted by tail, then head) or nodes."""

    xy: np.ndarray  # [node, 2] metres
    may_leave: np.ndarray  # [node] bool: the road may be left here
    tail: np.ndarray  # [edge] node
    head: np.ndarray  # [edge] node
    length_m: np.ndarray  # [edge]
    road_class: np.ndarray  # [edge] index into `classes`
    speed: np.ndarray  # [edge] metres per second; nan where the speed of the class applies
    classes: tuple[str, ...]

    @cached_property
    def open_nodes(self) -> np.ndarray:
        """The nodes where the road may be left, in rising order."""
        return np.flatnonzero(self.may_leave)

    @cached_property
    def tree(self) -> cKDTree:
        """The places of `open_nodes`, to find the nearest one in; made once per network."""
        return cKDTree(self.xy[self.open_nodes])


class Links(NamedTuple):
    """What a map says of its roads. Rows are links; `u` and `v` are ids of their ends."""

    u: np.ndarray
    v: np.ndarray
    u_xy: np.ndarray  # [link, 2]
    v_xy: np.ndarray
    length_m: np.ndarray
    road_class: np.ndarray  # text
    speed: np.ndarray  # metres per second or nan
    oneway: np.ndarray  # bool: from u to v only


def build(roads: Links) -> tuple[Network, int]:
    """The largest part of the roads that can be driven both ways, and how many nodes are outside.

    Nodes are numbered along a curve that keeps neighbours together, in the map and so in memory.
    """
    ids, ends = np.unique(np.concatenate([roads.u, roads.v]), return_inverse=True)
    u, v = ends[: len(roads.u)], ends[len(roads.u) :]
    xy = np.empty((len(ids), 2))
    xy[u], xy[v] = roads.u_xy, roads.v_xy
    tail, head, link = both_ways(u, v, roads.oneway)
    useful = tail != head
    tail, head, link = tail[useful], head[useful], link[useful]

    core = largest_part(tail, head, len(ids))
    along = np.flatnonzero(core)
    along = along[np.argsort(morton(xy[along]), kind="stable")]
    number = np.full(len(ids), -1)
    number[along] = np.arange(len(along))
    inside = core[tail] & core[head]
    tail, head, link = number[tail[inside]], number[head[inside]], link[inside]
    return _network(roads, xy[along], tail, head, link), int((~core).sum())


def _network(
    roads: Links, xy: np.ndarray, tail: np.ndarray, head: np.ndarray, link: np.ndarray
) -> Network:
    """Edges between numbered nodes, sorted, each with what its link says."""
    classes, class_of_link = np.unique(roads.road_class.astype(str), return_inverse=True)
    open_road = ~np.isin(roads.road_class[link], NO_ACCESS)
    may_leave = np.zeros(len(xy), bool)
    may_leave[tail[open_road]] = may_leave[head[open_road]] = True
    order = np.lexsort((link, head, tail))
    link = link[order]
    return Network(
        xy,
        may_leave,
        tail[order],
        head[order],
        roads.length_m[link],
        class_of_link[link],
        roads.speed[link],
        tuple(classes.tolist()),
    )


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
    nothing = np.zeros(0, int)
    everywhere = np.ones(len(xy), bool)
    return Network(xy, everywhere, nothing, nothing, np.zeros(0), nothing, np.zeros(0), ())


def snap(network: Network, xy: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """For each point the nearest node where the road may be left, and the metres to it.

    `xy`: [point, 2] metres, or one point.
    """
    distance_m, nearest = network.tree.query(np.atleast_2d(xy))
    return network.open_nodes[nearest], np.asarray(distance_m)


def edges(
    network: Network,
    speed_of_class: np.ndarray,
    factor: np.ndarray,
    grid: bool = True,
    own_speeds: bool = True,
) -> Edges:
    """Seconds of every edge in every mode, of parallel edges the fastest.

    `speed_of_class`: [class] metres per second, for edges without a speed of their own, or for
    all of them unless `own_speeds`; `factor`: [mode, class], what the profile and the time band
    make of a speed.
    Times are rounded to the grid here, once, and are at least one tick: a road of no time would
    make paths ambiguous.
    """
    own = np.isfinite(network.speed) & own_speeds
    speed = np.where(own, network.speed, speed_of_class[network.road_class])
    seconds = network.length_m / (speed * factor[:, network.road_class])
    if grid:
        seconds = np.maximum(on_grid(seconds), 1 / TICKS)
    return fastest(network.tail, network.head, seconds, len(network.xy))
