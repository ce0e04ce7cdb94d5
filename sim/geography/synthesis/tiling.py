"""The ground as thousands of small tiles, small ones where towns are small."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import Voronoi

from sim.geography.synthesis.noise import jittered

OUTSIDE: Final = -1
TILES: Final = 42_000  # of a whole map, about
FEWEST, MOST = 260, 900  # of a town
AROUND: Final = 2.1  # of a town's radius, within which tiles are as fine as in it
NEAREST: Final = 16  # towns that a tile may go to


class TownSeats(NamedTuple):
    """Where towns pull from, in metres, and how much ground each is to have."""

    xy: np.ndarray  # [town, 2]
    km2: np.ndarray  # [town]

    @property
    def radius(self) -> np.ndarray:
        """[town] metres of a disc of its area."""
        return np.asarray(np.sqrt(self.km2 * 1e6 / np.pi))


class Mosaic(NamedTuple):
    """Voronoi tiles, the grain in which borders are drawn."""

    points: np.ndarray
    ridges: np.ndarray  # pairs of neighbouring tiles
    edges: np.ndarray  # the two corners of the border between them
    corners: np.ndarray
    km2: np.ndarray


def room_apart(seats: TownSeats, freedom: np.ndarray) -> np.ndarray:
    """The towns' centres pushed apart until each has about the room of its area.

    `freedom`: [town] how far it gives way beside others. Published points are rarely better than a
    kilometre; subdistricts of a city are often not larger than that.
    """
    xy, radius = seats.xy.copy(), seats.radius
    want = 0.6 * (radius[:, None] + radius[None])
    share = freedom[:, None] / (freedom[:, None] + freedom[None])
    for _ in range(240):
        apart = xy[:, None] - xy[None]
        far = np.hypot(apart[..., 0], apart[..., 1])
        np.fill_diagonal(far, np.inf)
        lack = np.clip(want - far, 0, None) * share * 0.35
        if lack.max() < 5.0:
            break
        xy += (apart / np.maximum(far, 1.0)[..., None] * lack[..., None]).sum(axis=1)
    return xy


def tiles_around(rng: np.random.Generator, seats: TownSeats) -> Mosaic:
    """Tile the surroundings of all towns, finely in small towns and around them."""
    count = np.clip(TILES / len(seats.km2), FEWEST, MOST)
    step = np.sqrt(seats.km2 * 1e6 / count)
    radius = seats.radius
    margin = 3.0 * radius.max()
    low, high = seats.xy.min(0) - margin, seats.xy.max(0) + margin
    level = np.round(np.log2(step) * 2) / 2  # a few grains, not one of each town
    parts, finer = [], np.zeros(len(level), bool)
    for grain in np.unique(level):
        mine = level == grain
        box, reach = seats.xy[mine], 2.2 * radius[mine].max()
        points = jittered(rng, box.min(0) - reach, box.max(0) + reach, 2.0**grain)
        parts.append(points[_near(points, seats, mine) & ~_near(points, seats, finer)])
        finer |= mine
    around = jittered(rng, low, high, float(step.max()))
    parts.append(around[~_near(around, seats, finer)])
    return _voronoi(np.concatenate(parts), 4.0 * float(step.max()) ** 2 / 1e6)


def _near(points: np.ndarray, seats: TownSeats, which: np.ndarray) -> np.ndarray:
    """[point] whether it lies about one of some towns."""
    near = np.zeros(len(points), bool)
    for at, radius in zip(seats.xy[which], seats.radius[which], strict=True):
        near |= np.hypot(points[:, 0] - at[0], points[:, 1] - at[1]) < AROUND * radius
    return near


def _voronoi(points: np.ndarray, most_km2: float) -> Mosaic:
    diagram = Voronoi(points)
    edges = np.array(diagram.ridge_vertices)
    keep = (edges >= 0).all(axis=1)
    ridges, edges = diagram.ridge_points[keep], edges[keep]
    a, b = diagram.vertices[edges[:, 0]], diagram.vertices[edges[:, 1]]
    # A tile is the sum of the triangles from its point to each of its edges.
    area = np.zeros(len(points))
    for side in (0, 1):
        p = points[ridges[:, side]]
        u, v = a - p, b - p
        np.add.at(area, ridges[:, side], np.abs(u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0]) / 2e6)
    # Tiles at the rim are open; they lie far outside, so the usual size will do.
    return Mosaic(points, ridges, edges, diagram.vertices, np.minimum(area, most_km2))


def pieces(tiles: Mosaic, label: np.ndarray) -> np.ndarray:
    """Number the connected patches of equal label."""
    same = label[tiles.ridges[:, 0]] == label[tiles.ridges[:, 1]]
    i, j = tiles.ridges[same].T
    graph = coo_array((np.ones(i.size), (i, j)), shape=(label.size, label.size))
    return np.asarray(connected_components(graph, directed=False)[1])
