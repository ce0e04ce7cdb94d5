"""The fine mesh that local roads run along, and the city's and towns' street grids inside it.

Every road but the motorways is a path on one planar mesh, so roads meet in junctions wherever they
cross, and no two roads lie on top of each other.
"""

from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import shapely
from facts import TOWNS, TRUNKS
from ground import Ground, Noise, jittered, metres
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import Delaunay, cKDTree

STEP = 300.0  # grain of the mesh in the country, metres
RANKS = ["trunk", "primary", "secondary", "tertiary", "residential", "unclassified"]
TRUNK, PRIMARY, SECONDARY, TERTIARY, RESIDENTIAL, UNCLASSIFIED = range(6)


@dataclass
class Patch:
    """Street-grid points: where they are and their row and column in the grid."""

    points: np.ndarray
    grid: np.ndarray


@dataclass
class Mesh:
    """Points and edges on which roads are laid; an edge's rank is -1 until a road uses it."""

    points: np.ndarray
    edges: np.ndarray
    length: np.ndarray
    toll: np.ndarray  # what a metre costs to build along, for path finding
    patch: np.ndarray  # which grid a point belongs to, -1 for none
    grid: np.ndarray
    seats: np.ndarray  # mesh node of each town's seat
    gates: dict[str, list[int]]  # border nodes of the trunk roads
    exits: list[int] = field(default_factory=list)  # nodes at interchanges
    rank: np.ndarray = field(default_factory=lambda: np.zeros(0, int))
    name: dict[int, str] = field(default_factory=dict)
    index: dict[tuple[int, int], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Start without roads."""
        self.rank = np.full(len(self.edges), -1)
        self.index = {(int(min(e)), int(max(e))): k for k, e in enumerate(self.edges)}

    def graph(self, cost: np.ndarray) -> csr_array:
        """The mesh as a symmetric cost matrix."""
        i, j = self.edges.T
        n = len(self.points)
        return csr_array((np.r_[cost, cost], (np.r_[i, j], np.r_[j, i])), shape=(n, n))

    def cost(self, rank: int) -> np.ndarray:
        """Cost of laying a road of this rank: existing roads are cheap to follow."""
        share = np.ones(len(self.edges))
        share[self.rank >= 0] = 0.62
        share[(self.rank >= 0) & (self.rank <= max(rank, 2))] = 0.5 if rank > 2 else 0.62
        return self.length * self.toll * share

    def lay(self, path: list[int], rank: int, name: str = "") -> None:
        """Lay a road along a path of nodes; a better road already there stays."""
        for a, b in pairwise(path):
            edge = self.index[min(a, b), max(a, b)]
            if self.rank[edge] < 0 or rank < self.rank[edge]:
                self.rank[edge] = rank
                if name:
                    self.name.setdefault(edge, name)

    def connect(self, start: int, ends: list[int], rank: int, name: str = "") -> None:
        """Lay the cheapest road from a node to each of the ends."""
        _, before = dijkstra(self.graph(self.cost(rank)), indices=start, return_predecessors=True)
        for end in ends:
            self.lay(trace(before, end), rank, name)

    def join(self, nodes: np.ndarray, rank: int) -> None:
        """Lay a road from each node to the nearest road there is."""
        cost = self.graph(self.cost(rank))
        used = np.unique(self.edges[self.rank >= 0])
        _, before, _ = dijkstra(cost, indices=used, min_only=True, return_predecessors=True)
        for node in nodes:
            self.lay(trace(before, int(node)), rank)


def trace(before: np.ndarray, end: int) -> list[int]:
    """The path that ends in a node, from Dijkstra's table of predecessors."""
    path = [int(end)]
    while before[path[-1]] >= 0:
        path.append(int(before[path[-1]]))
    return path


def city_grid(ground: Ground, rng: np.random.Generator) -> Patch:
    """The city's grid: fine in the middle, coarse outside, turned and bent a little."""
    i, j = np.meshgrid(np.arange(-16, 17), np.arange(-16, 17))
    grid = np.stack([i.ravel(), j.ravel()], axis=1)
    at = np.sign(grid) * (np.abs(grid) * 255.0 + grid**2 * 11.0)
    turn = np.deg2rad(11.0)
    rotate = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    points = at @ rotate + ground.city
    bend = np.stack([Noise(rng, 5.5e3, 2, 0.5)(points) for _ in range(2)], axis=1)
    points = points + 190.0 * bend + rng.normal(0, 22.0, points.shape)
    keep = ground.built(points)
    return Patch(points[keep], grid[keep])


def town_grid(seat: np.ndarray, people: float, rng: np.random.Generator) -> Patch:
    """A few streets around a town's seat; bigger towns have more. The seat is a crossing."""
    reach = 1.5 + people / 16000
    i, j = np.meshgrid(np.arange(-5, 6), np.arange(-5, 6))
    grid = np.stack([i.ravel(), j.ravel()], axis=1)
    turn, stretch = rng.uniform(0, np.pi), rng.uniform(1.0, 1.6)
    grid = grid[np.hypot(grid[:, 0] / stretch, grid[:, 1]) <= reach]
    rotate = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    points = (grid * np.array([190.0, 160.0])) @ rotate
    points += rng.normal(0, 18.0, points.shape) * (np.abs(grid).sum(axis=1) > 0)[:, None]
    return Patch(points + seat, grid)


def gather(
    ground: Ground, motorways: list[shapely.LineString], exits: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """All mesh points, the grid each belongs to, and row and column in it."""
    patches = [city_grid(ground, rng)]
    patches += [
        town_grid(s, t.people, rng)
        for s, t in zip(ground.seats, TOWNS, strict=True)
        if t.kind == "town"
    ]
    avoid = shapely.union_all([m.buffer(130.0) for m in motorways] + [ground.river.buffer(60.0)])
    points = np.concatenate([p.points for p in patches])
    grid = np.concatenate([p.grid for p in patches])
    patch = np.repeat(np.arange(len(patches)), [len(p.points) for p in patches])
    keep = ~shapely.contains_xy(avoid, *points.T) | (np.abs(grid).sum(axis=1) == 0)
    points, grid, patch = points[keep], grid[keep], patch[keep]
    low, high = np.array(ground.county.bounds[:2]), np.array(ground.county.bounds[2:])
    free = jittered(rng, low, high, STEP)
    free = free[
        shapely.contains_xy(ground.county.buffer(-90.0), *free.T)
        & ~shapely.contains_xy(avoid, *free.T)
    ]
    free = free[cKDTree(np.r_[points, exits]).query(free)[0] > 170.0]
    free = free[~(ground.built(free) & (cKDTree(points).query(free)[0] < 420.0))]
    extra = len(free) + len(exits)
    points = np.round(np.r_[points, exits, free], 1)
    return (points, np.r_[patch, np.full(extra, -1)], np.r_[grid, np.zeros((extra, 2), int)])


def gate_points(ground: Ground) -> dict[str, list[np.ndarray]]:
    """Where trunk roads leave the county: the border's points nearest to where they aim."""
    rim = ground.county.exterior
    found = {}
    for name, stops in TRUNKS.items():
        aims = [shapely.Point(metres([s])[0]) for s in stops if isinstance(s, tuple)]
        found[name] = [np.round(rim.interpolate(rim.project(p)).coords[0], 1) for p in aims]
    return found


def bridges(points: np.ndarray, edges: np.ndarray, patch: np.ndarray, ground: Ground) -> np.ndarray:
    """Which edges cross the river without a bridge: all but a handful, spaced along it."""
    lines = shapely.linestrings(points[edges])
    wet = np.flatnonzero(shapely.intersects(lines, ground.river))
    where = shapely.line_locate_point(ground.river, shapely.centroid(lines[wet]))
    urban = ground.built(points[edges[wet]].mean(axis=1))
    meets = shapely.intersection(lines[wet], ground.river)
    cross = shapely.get_coordinates(shapely.centroid(meets))
    slope = np.abs(bearing_gap(points[edges[wet]], cross, ground.river))
    keep, last = [], -1e9
    for k in np.argsort(where):
        gap = 1500.0 if urban[k] else 4200.0
        single = shapely.get_num_geometries(meets[k]) == 1
        grid = not urban[k] or (patch[edges[wet[k]]] == 0).all()
        if where[k] - last > gap and slope[k] > 0.75 and single and grid:
            keep.append(wet[k])
            last = where[k]
    return np.setdiff1d(wet, keep)


def bearing_gap(ends: np.ndarray, cross: np.ndarray, river: shapely.LineString) -> np.ndarray:
    """Sine of the angle between edges and the river where they cross."""
    at = shapely.line_locate_point(river, shapely.points(cross))
    flow = shapely.get_coordinates(
        shapely.line_interpolate_point(river, at + 100)
    ) - shapely.get_coordinates(shapely.line_interpolate_point(river, at - 100))
    way = ends[:, 1] - ends[:, 0]
    return (way[:, 0] * flow[:, 1] - way[:, 1] * flow[:, 0]) / (
        np.hypot(*way.T) * np.maximum(np.hypot(*flow.T), 1)
    )


def make_mesh(
    ground: Ground, motorways: list[shapely.LineString], exits: np.ndarray, rng: np.random.Generator
) -> Mesh:
    """Triangulate the points, and take out the edges no road may follow."""
    points, patch, grid = gather(ground, motorways, exits, rng)
    gates, first = gate_points(ground), len(points)
    flat = [p for found in gates.values() for p in found]
    ids = iter(range(first, first + len(flat)))
    points = np.r_[points, flat]
    patch = np.r_[patch, np.full(len(flat), -1)]
    grid = np.r_[grid, np.zeros((len(flat), 2), int)]
    sides = Delaunay(points).simplices[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2)
    edges = np.unique(np.sort(sides, axis=1), axis=0)
    length = np.hypot(*(points[edges[:, 0]] - points[edges[:, 1]]).T)
    same = (patch[edges[:, 0]] == patch[edges[:, 1]]) & (patch[edges[:, 0]] >= 0)
    beside = np.abs(grid[edges[:, 0]] - grid[edges[:, 1]]).sum(axis=1) == 1
    lines = shapely.linestrings(points[edges])
    room = ground.county.buffer(0.5)
    shapely.prepare(room)
    keep = (length < 1200) & (~same | beside) & shapely.contains(room, lines)
    edges, length = edges[keep], length[keep]
    dry = np.setdiff1d(np.arange(len(edges)), bridges(points, edges, patch, ground))
    edges, length = edges[dry], length[dry]
    middle = points[edges].mean(axis=1)
    # Hills and a field of lesser obstacles (ponds, fields, spurs) make roads go round.
    toll = (0.6 + 3.3 * ground.hill(middle)) * np.exp(0.65 * Noise(rng, 2.6e3, 2, 0.6)(middle))
    toll *= rng.uniform(0.85, 1.25, len(edges))
    toll += (
        500.0
        / length
        * shapely.intersects(shapely.linestrings(points[edges]), shapely.union_all(motorways))
    )
    seats = cKDTree(points).query(ground.seats)[1]
    tree = cKDTree(points)
    return Mesh(
        points,
        edges,
        length,
        toll,
        patch,
        grid,
        seats,
        {name: [next(ids) for _ in found] for name, found in gates.items()},
        [int(k) for k in tree.query(exits)[1]],
    )
