"""The ground as thousands of small tiles, shared out among towns so that every area fits."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import Voronoi

from sim.geography.synthesis.nearby import nearest, nearest_few
from sim.geography.synthesis.noise import jittered, shifted

OUTSIDE: Final = -1
TILES: Final = 42_000  # of a whole map, about
FEWEST, MOST = 260, 900  # of a town
NEAREST: Final = 16  # towns that a tile may go to


class Seats(NamedTuple):
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


def room_apart(seats: Seats, freedom: np.ndarray) -> np.ndarray:
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


def tiles_around(rng: np.random.Generator, seats: Seats) -> Mosaic:
    """Tile the surroundings of all towns, small towns more finely than large ones."""
    count = np.clip(TILES / len(seats.km2), FEWEST, MOST)
    step = np.sqrt(seats.km2 * 1e6 / count)
    radius, rough = seats.radius, float(step.max())
    margin = 3.0 * radius.max()
    low, high = seats.xy.min(0) - margin, seats.xy.max(0) + margin
    parts = []
    for grain in np.unique(np.round(np.log2(step) * 2) / 2):  # a few grains, not one of each town
        size = 2.0**grain
        mine = np.flatnonzero(np.round(np.log2(step) * 2) / 2 == grain)
        box = seats.xy[mine]
        reach = 2.6 * radius[mine].max()
        points = jittered(rng, box.min(0) - reach, box.max(0) + reach, size)
        owner, gap = _nearest(points, seats)
        parts.append(points[np.isin(owner, mine) & (gap < 1.6 * radius[owner])])
    around = jittered(rng, low, high, rough)
    owner, gap = _nearest(around, seats)
    parts.append(around[gap >= 1.6 * radius[owner]])
    return _voronoi(np.concatenate(parts))


def _nearest(points: np.ndarray, seats: Seats) -> tuple[np.ndarray, np.ndarray]:
    """[point] the town whose disc is nearest, and the metres to that disc's rim."""
    owner, gap = np.zeros(len(points), int), np.full(len(points), np.inf)
    for town, (at, radius) in enumerate(zip(seats.xy, seats.radius, strict=True)):
        far = np.hypot(*(points - at).T) - radius
        owner[far < gap] = town
        np.minimum(gap, far, out=gap)
    return owner, gap


def _voronoi(points: np.ndarray) -> Mosaic:
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
    return Mosaic(points, ridges, edges, diagram.vertices, np.minimum(area, 20 * np.median(area)))


def warp(rng: np.random.Generator, tiles: Mosaic, seats: Seats) -> np.ndarray:
    """The tiles' points in a space in which straight borders come out bent, by the towns' size."""
    near, which = nearest_few(seats.xy, tiles.points, 4)
    pull = 1 / (near + 0.3 * seats.radius[which])
    local = (seats.radius[which] * pull).sum(axis=1) / pull.sum(axis=1)
    wave = 2.9 * float(np.median(seats.radius))
    return tiles.points + 0.15 * local[:, None] * shifted(rng, tiles.points, wave, 5, 0.45)


def outline(tiles: Mosaic, warped: np.ndarray, seats: Seats) -> np.ndarray:
    """[tile] whether it belongs to the map: those nearest to its towns, up to all their area.

    Each town counts with the radius of its area; the soft minimum fills the bays between. Where
    towns would lie apart, it is made softer, so that ground between them is taken first.
    """
    near, which = nearest_few(seats.xy, warped, 12)
    gap = near - seats.radius[which]
    home = nearest(tiles.points, seats.xy)[1]
    soft = 0.42 * float(np.median(seats.radius))
    for _ in range(8):
        field = gap.min(axis=1) - soft * np.log(
            np.exp((gap.min(axis=1)[:, None] - gap) / soft).sum(axis=1)
        )
        order = np.argsort(field, kind="stable")
        inside = np.zeros(len(field), bool)
        inside[order[: np.searchsorted(np.cumsum(tiles.km2[order]), seats.km2.sum())]] = True
        patch = pieces(tiles, inside.astype(int))
        main = np.bincount(patch[inside]).argmax()
        sea = np.bincount(patch[~inside]).argmax()
        whole = (patch == main) | ((patch != sea) & ~inside)
        if whole[home].all():
            break
        soft *= 1.6
    return np.asarray(whole)


def pieces(tiles: Mosaic, label: np.ndarray) -> np.ndarray:
    """Number the connected patches of equal label."""
    same = label[tiles.ridges[:, 0]] == label[tiles.ridges[:, 1]]
    i, j = tiles.ridges[same].T
    graph = coo_array((np.ones(i.size), (i, j)), shape=(label.size, label.size))
    return np.asarray(connected_components(graph, directed=False)[1])


def share_out(tiles: Mosaic, warped: np.ndarray, seats: Seats, inside: np.ndarray) -> np.ndarray:
    """[tile] the town that it goes to, so that the towns' areas fit: a fitted power diagram.

    Distances are taken in warped space, which bends the borders; each town holds on to the ground
    around its centre, since a power diagram may leave that outside. Patches that come out cut off
    go to a neighbour, so the aim is corrected and the fit repeated.
    """
    km2 = tiles.km2[inside]
    want = seats.km2 * km2.sum() / seats.km2.sum()
    base, near = _distances(tiles.points[inside], warped[inside], seats)
    weight, aim = seats.radius**2, want.copy()
    label = np.full(len(tiles.points), OUTSIDE)
    for _ in range(6):
        label[inside] = _fit(base, near, km2, weight, aim)
        label = _rejoin(tiles, label)
        have = np.bincount(label[inside], km2, minlength=len(want))
        if np.abs(have / want - 1).max() < 0.01:
            break
        aim = aim * np.clip(want / np.maximum(have, 0.01 * want), 0.9, 1.1)
        aim *= want.sum() / aim.sum()
    return label


def _distances(
    points: np.ndarray, warped: np.ndarray, seats: Seats
) -> tuple[np.ndarray, np.ndarray]:
    """[tile, choice] squared distance less what a town holds, and the town; its nearest ones."""
    count = min(NEAREST, len(seats.km2))
    base = np.zeros((len(points), count))
    near: np.ndarray = np.zeros((len(points), count), np.int64)
    radius = seats.radius
    for start in range(0, len(points), 8192):
        part = slice(start, start + 8192)
        far = ((warped[part, None] - seats.xy[None]) ** 2).sum(axis=2)
        home = ((points[part, None] - seats.xy[None]) ** 2).sum(axis=2)
        far -= 3.0 * radius**2 * np.exp(-home / (0.28 * radius) ** 2)
        best = np.argsort(far - radius**2, axis=1, kind="stable")[:, :count]
        base[part] = np.take_along_axis(far, best, axis=1)
        near[part] = best
    return base, near


def _fit(
    base: np.ndarray, near: np.ndarray, km2: np.ndarray, weight: np.ndarray, aim: np.ndarray
) -> np.ndarray:
    """Fit the weights (in place) until the areas come within 0.3 %; give each tile's owner."""
    row = np.arange(len(base))
    step, before = np.full(len(aim), 0.5), np.zeros(len(aim))
    for _ in range(300):
        owner = near[row, (base - weight[near]).argmin(axis=1)]
        lack = aim - np.bincount(owner, km2, minlength=len(aim))
        if np.abs(lack / aim).max() < 0.003:
            break
        turned = lack * before < 0  # it went too far: more carefully from here
        step = np.where(turned, 0.6 * step, np.minimum(1.08 * step, 1.0))
        weight += step * lack * 1e6 / np.pi
        before = lack
    return np.asarray(owner)


def _rejoin(tiles: Mosaic, label: np.ndarray) -> np.ndarray:
    """Give tiles cut off from their town's main patch to a neighbour."""
    both = np.r_[tiles.ridges, tiles.ridges[:, ::-1]]
    for _ in range(30):
        patch = pieces(tiles, label)
        towns = np.unique(label[label >= 0])
        main = np.full(label.max() + 1, -1)
        for town in towns:
            main[town] = np.bincount(patch[label == town]).argmax()
        stray = (label >= 0) & (patch != main[label])
        edge = both[stray[both[:, 0]] & ~stray[both[:, 1]] & (label[both[:, 1]] >= 0)]
        if not len(edge):
            break
        label = label.copy()
        label[edge[:, 0]] = label[edge[:, 1]]
    return label
