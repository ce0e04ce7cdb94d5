"""Roads to travel seconds: a directed graph, by speed profile and time band, on the time grid.

Everything an engine needs of a road is here: seconds from every node to a set of places (tables,
kept on disk by the hash of what they were made from) and the edges on which a vehicle's position
is found. Distances are metres in the map's metric coordinate system.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from sim.geography.roads import folding as chains
from sim.model.roads import Edges
from sim.policies.clock import TICKS, on_grid

NO_ACCESS = ("motorway", "motorway_link", "ferry")  # an ambulance does not leave the road here


class Network(NamedTuple):
    """A directed road graph. Rows are edges (sorted by tail, then head) or nodes."""

    xy: np.ndarray  # [node, 2] metres
    may_leave: np.ndarray  # [node] bool: the road may be left here
    tail: np.ndarray  # [edge] node
    head: np.ndarray  # [edge] node
    length_m: np.ndarray  # [edge]
    road_class: np.ndarray  # [edge] index into `classes`
    speed: np.ndarray  # [edge] metres per second; nan where the speed of the class applies
    classes: tuple[str, ...]


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
    """The largest strongly connected part of the roads, and how many nodes were left out.

    From a road outside that part an ambulance could not come back. Nodes are numbered along a
    curve that keeps neighbours together, in the map and so in memory.
    """
    ids, ends = np.unique(np.concatenate([roads.u, roads.v]), return_inverse=True)
    links = len(roads.u)
    u, v = ends[:links], ends[links:]
    xy = np.empty((len(ids), 2))
    xy[u], xy[v] = roads.u_xy, roads.v_xy
    both = ~roads.oneway.astype(bool)
    tail, head = np.concatenate([u, v[both]]), np.concatenate([v, u[both]])
    link = np.concatenate([np.arange(links), np.flatnonzero(both)])
    useful = tail != head
    tail, head, link = tail[useful], head[useful], link[useful]

    graph = csr_matrix((np.ones(len(tail)), (tail, head)), shape=(len(ids), len(ids)))
    _, part = connected_components(graph, directed=True, connection="strong")
    core = part == np.bincount(part).argmax()
    along = np.flatnonzero(core)
    along = along[np.argsort(morton(xy[along]), kind="stable")]
    number = np.full(len(ids), -1)
    number[along] = np.arange(len(along))
    inside = core[tail] & core[head]
    tail, head, link = number[tail[inside]], number[head[inside]], link[inside]

    classes, class_of_link = np.unique(roads.road_class.astype(str), return_inverse=True)
    open_road = ~np.isin(roads.road_class[link], NO_ACCESS)
    may_leave = np.zeros(len(along), bool)
    may_leave[tail[open_road]] = may_leave[head[open_road]] = True
    order = np.lexsort((link, head, tail))
    link = link[order]
    network = Network(
        xy[along],
        may_leave,
        tail[order],
        head[order],
        roads.length_m[link],
        class_of_link[link],
        roads.speed[link],
        tuple(classes.tolist()),
    )
    return network, int((~core).sum())


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
    """For each point the nearest node where the road may be left, and the metres to it."""
    open_nodes = np.flatnonzero(network.may_leave)
    distance_m, nearest = cKDTree(network.xy[open_nodes]).query(np.atleast_2d(xy))
    return open_nodes[nearest], np.asarray(distance_m)


def edges(
    network: Network, speed_of_class: np.ndarray, factor: np.ndarray, grid: bool = True
) -> Edges:
    """Seconds of every edge in every mode, of parallel edges the fastest.

    `speed_of_class`: [class] metres per second, for edges without a speed of their own;
    `factor`: [mode, class], what the profile and the time band make of a speed.
    Times are rounded to the grid here, once, and are at least one tick: a road of no time would
    make paths ambiguous.
    """
    own = np.isfinite(network.speed)
    speed = np.where(own, network.speed, speed_of_class[network.road_class])
    seconds = network.length_m / (speed * factor[:, network.road_class])
    if grid:
        seconds = np.maximum(on_grid(seconds), 1 / TICKS)
    return chains.fastest(network.tail, network.head, seconds, len(network.xy))
