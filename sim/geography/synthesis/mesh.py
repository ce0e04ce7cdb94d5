"""The fine mesh that local roads run along, with main roads and street grids as parts of it.

Every road but the motorways is a path on one planar mesh, so roads meet in junctions wherever they
cross, and no two lie on top of each other. Main roads are given as lines of points close enough
that the mesh has an edge from each to the next.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

import numpy as np
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import Delaunay

from sim.geography.synthesis.courses import Course
from sim.geography.synthesis.grids import Patch
from sim.geography.synthesis.ground import Ground
from sim.geography.synthesis.nearby import nearest
from sim.geography.synthesis.noise import Noise, jittered

STEP_M: Final = 300.0  # grain of the mesh in the country
COURSE_M: Final = 170.0  # between points of a main road
FREE, ON_COURSE = -1, -2  # instead of the number of a street grid
BRIDGE_M: Final = 5_000.0  # a river is crossed where another way would be so much longer
FLYOVER_M: Final = 700.0  # and a motorway likewise


@dataclass(eq=False)
class Mesh:
    """Points and edges on which roads are laid; an edge's rank is -1 until a road uses it."""

    points: np.ndarray
    edges: np.ndarray
    length: np.ndarray
    toll: np.ndarray  # what a metre costs to build along, for path finding
    hurdle: np.ndarray  # metres on top, where it crosses a river or a motorway
    patch: np.ndarray  # which grid a point belongs to, or FREE, or ON_COURSE
    grid: np.ndarray  # row and column in it
    owner: np.ndarray  # the town in which a point lies, -1 on the border
    seats: np.ndarray  # node of each town's seat
    exits: list[int]  # nodes at interchanges
    gates: list[int]  # nodes where main roads leave the county
    rank: np.ndarray = field(default_factory=lambda: np.zeros(0, int))
    name: dict[int, str] = field(default_factory=dict)
    index: dict[tuple[int, int], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Start without roads; set up the graph, whose costs alone change."""
        self.rank = np.full(len(self.edges), -1)
        self.index = {(a, b): k for k, (a, b) in enumerate(self.edges.tolist())}
        i, j = self.edges.T
        tail, head = np.r_[i, j], np.r_[j, i]
        self._order = np.lexsort((head, tail))
        self._heads = head[self._order].astype(np.int32)
        self._starts = np.searchsorted(tail[self._order], np.arange(len(self.points) + 1))

    def cost(self, rank: int) -> np.ndarray:
        """[edge] cost of laying a road of this rank: existing roads are cheap to follow."""
        share = np.ones(len(self.edges))
        share[self.rank >= 0] = 0.66 if rank <= SECOND else 0.5
        laid = self.rank >= 0
        return self.length * self.toll * share + np.where(laid, 0.0, self.hurdle)

    def graph(self, cost: np.ndarray) -> csr_array:
        """The mesh as a symmetric cost matrix."""
        size = len(self.points)
        both = np.r_[cost, cost][self._order]
        return csr_array((both, self._heads, self._starts.astype(np.int32)), shape=(size, size))

    def lay(self, path: list[int], rank: int, name: str = "") -> None:
        """Lay a road along a path of nodes; a better road already there stays."""
        for a, b in pairwise(path):
            edge = self.index[min(a, b), max(a, b)]
            if self.rank[edge] < 0 or rank < self.rank[edge]:
                self.rank[edge] = rank
                if name:
                    self.name.setdefault(edge, name)

    def connect(self, start: int, end: int, rank: int, name: str = "") -> None:
        """Lay the cheapest road from a node to another."""
        if start == end:
            return
        straight = float(np.hypot(*(self.points[start] - self.points[end])))
        graph = self.graph(self.cost(rank))
        for limit in (4 * straight + 4_000.0, np.inf):
            _, before = dijkstra(
                graph, indices=np.array([start]), limit=limit, return_predecessors=True
            )
            if before[0, end] >= 0:
                self.lay(trace(before[0], end), rank, name)
                return

    def connect_within(self, nodes: np.ndarray, start: int, ends: list[int], rank: int) -> None:
        """Lay roads from a node to each of the ends, one by one, on a part of the mesh alone."""
        inside = np.isin(self.edges, nodes).all(axis=1)
        edges = np.flatnonzero(inside)
        row = np.full(len(self.points), -1)
        row[nodes] = np.arange(len(nodes))
        i, j = row[self.edges[edges]].T
        size = len(nodes)
        tail, head = np.r_[i, j], np.r_[j, i]
        for end in ends:
            cost = self.cost(rank)[edges]
            graph = csr_array((np.r_[cost, cost], (tail, head)), shape=(size, size))
            _, before = dijkstra(graph, indices=row[[start]], return_predecessors=True)
            if before[0, row[end]] >= 0:
                self.lay([int(nodes[k]) for k in trace(before[0], int(row[end]))], rank)

    def join(self, nodes: np.ndarray, rank: int) -> None:
        """Lay a road from each node to the nearest road there is."""
        used = np.unique(self.edges[self.rank >= 0])
        _, before, _ = dijkstra(
            self.graph(self.cost(rank)), indices=used, min_only=True, return_predecessors=True
        )
        for node in nodes.tolist():
            self.lay(trace(before, node), rank)

    def node_at(self, xy: np.ndarray) -> np.ndarray:
        """The nodes nearest to some points."""
        return nearest(self.points, xy)[1]


SECOND: Final = 2  # main roads, up to secondary ones, follow lesser ones less gladly


def trace(before: np.ndarray, end: int) -> list[int]:
    """The path that ends in a node, from Dijkstra's table of predecessors."""
    path = [int(end)]
    while before[path[-1]] >= 0:
        path.append(int(before[path[-1]]))
    return path


def merged(courses: list[Course], step: float) -> tuple[np.ndarray, list[list[int]]]:
    """The points of all courses, each once, and the rows of those that each follows.

    Where a course comes within a step of an earlier one it takes that one's points: so they cross
    in a node, or share a road.
    """
    points: list[np.ndarray] = []
    rows: list[list[int]] = []
    for course in courses:
        known = np.array(points).reshape(-1, 2)
        near, which = nearest(known, course.points)
        path: list[int] = []
        for point, far, other in zip(course.points, near.tolist(), which.tolist(), strict=True):
            row = other
            if far > 0.85 * step:
                row = len(points)
                points.append(point)
            if not path or path[-1] != row:
                path.append(row)
        rows.append(path)
    return np.array(points).reshape(-1, 2), rows


def make(
    ground: Ground,
    course_points: np.ndarray,
    patches: list[Patch],
    motorways: list[shapely.LineString],
    exits: np.ndarray,
    rng: np.random.Generator,
) -> Mesh:
    """Triangulate the points, and take out the edges that no road may follow."""
    points, patch, grid = _gather(ground, course_points, patches, motorways, exits, rng)
    sides = Delaunay(points).simplices[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2)
    edges = np.unique(np.sort(sides, axis=1), axis=0)
    length = np.hypot(*(points[edges[:, 0]] - points[edges[:, 1]]).T)
    same = (patch[edges[:, 0]] == patch[edges[:, 1]]) & (patch[edges[:, 0]] >= 0)
    beside = np.abs(grid[edges[:, 0]] - grid[edges[:, 1]]).sum(axis=1) == 1
    room = ground.county.buffer(0.5)
    shapely.prepare(room)
    lines = shapely.linestrings(points[edges])
    keep = (length < 4.5 * STEP_M * ground.towns.grain) & (~same | beside)
    keep &= shapely.contains(room, lines)
    edges, length, lines = edges[keep], length[keep], lines[keep]
    middle = points[edges].mean(axis=1)
    # Hills and a field of lesser obstacles (ponds, fields, spurs) make roads go round.
    toll = (0.7 + 2.4 * ground.hill(middle)) * np.exp(0.5 * Noise(rng, 2.6e3, 2, 0.6)(middle))
    toll *= rng.uniform(0.88, 1.18, len(edges))
    hurdle = np.zeros(len(edges))
    if ground.rivers:
        hurdle += BRIDGE_M * shapely.intersects(lines, ground.water)
    if motorways:
        hurdle += FLYOVER_M * shapely.intersects(lines, shapely.union_all(motorways))
    seats, ends = (nearest(points, at)[1] for at in (ground.seats, exits))
    return Mesh(
        points, edges, length, toll, hurdle, patch, grid, ground.owner(points), seats,
        [int(end) for end in ends], [],
    )  # fmt: skip


def _gather(
    ground: Ground,
    course_points: np.ndarray,
    patches: list[Patch],
    motorways: list[shapely.LineString],
    exits: np.ndarray,
    rng: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """All mesh points, the grid each belongs to, and row and column in it."""
    grain = ground.towns.grain
    avoid = shapely.union_all(
        [m.buffer(130.0) for m in motorways] + [r.buffer(60.0) for r in ground.rivers]
    )
    shapely.prepare(avoid)
    fixed = _fixed(ground, course_points, exits)
    room = ground.county.buffer(-60.0)
    shapely.prepare(room)
    points = np.concatenate([p.points for p in patches]) if patches else np.zeros((0, 2))
    grid = np.concatenate([p.grid for p in patches]) if patches else np.zeros((0, 2), int)
    patch = np.repeat(np.arange(len(patches)), [len(p.points) for p in patches])
    keep = shapely.contains_xy(room, *points.T) & ~shapely.contains_xy(avoid, *points.T)
    keep &= nearest(fixed, points)[0] > 0.62 * COURSE_M * grain
    points, grid, patch = points[keep], grid[keep], patch[keep]
    low, high = np.array(ground.county.bounds[:2]), np.array(ground.county.bounds[2:])
    free = jittered(rng, low, high, STEP_M * grain)
    free = free[shapely.contains_xy(room, *free.T) & ~shapely.contains_xy(avoid, *free.T)]
    free = free[nearest(np.r_[fixed, points], free)[0] > 0.6 * STEP_M * grain]
    crowded = nearest(points, free)[0] < 1.4 * STEP_M * grain
    free = free[~(ground.built(free) & crowded)]
    every = np.concatenate([points, fixed, free]).round(1)
    extra = np.zeros((len(fixed) + len(free), 2), int)
    return (
        np.asarray(every),
        np.r_[patch, np.full(len(fixed), ON_COURSE), np.full(len(free), FREE)],
        np.r_[grid, extra],
    )


def _fixed(ground: Ground, course_points: np.ndarray, exits: np.ndarray) -> np.ndarray:
    """Points of main roads, interchanges and seats; a seat beside a road is one of that road."""
    every = [course_points, exits, ground.seats]
    fixed = np.asarray(np.unique(np.concatenate(every).round(1), axis=0))
    gap = nearest(course_points, fixed)[0]
    return np.asarray(fixed[(gap < 0.05) | (gap > 0.45 * COURSE_M * ground.towns.grain)])
