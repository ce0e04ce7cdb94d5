"""The tiles of the ground shared out among towns, so that every area fits."""

from __future__ import annotations

from typing import Final

import numpy as np
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import minimum_spanning_tree

from sim.geography.synthesis.exchange import exchanged
from sim.geography.synthesis.nearby import nearest, nearest_few
from sim.geography.synthesis.noise import shifted
from sim.geography.synthesis.tiling import OUTSIDE, Mosaic, TownSeats, pieces

NEAREST: Final = 16  # towns that a tile may go to


def warp(rng: np.random.Generator, tiles: Mosaic, seats: TownSeats) -> np.ndarray:
    """The tiles' points in a space in which straight borders come out bent, by the towns' size."""
    near, which = nearest_few(seats.xy, tiles.points, 12)
    # Beside a small town borders bend as little as its own.
    local = (seats.radius[which] + 0.6 * np.clip(near - seats.radius[which], 0, None)).min(axis=1)
    local = np.minimum(local, seats.radius.max())
    wave = 2.9 * float(np.median(seats.radius))
    return tiles.points + 0.15 * local[:, None] * shifted(rng, tiles.points, wave, 5, 0.45)


def outline(tiles: Mosaic, warped: np.ndarray, seats: TownSeats) -> np.ndarray:
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
        whole = _first(tiles, field, float(seats.km2.sum()))
        if whole[home].all():
            return whole
        soft *= 1.6
    # Towns far apart for their areas: strips of ground join them.
    away = _from_tree(tiles.points, seats.xy)
    width = 1.7 * float(np.sqrt(np.quantile(tiles.km2, 0.95) * 1e6))
    field = np.where(away < width, away - 1e9, gap.min(axis=1))
    return _first(tiles, field, float(seats.km2.sum()))


def _first(tiles: Mosaic, field: np.ndarray, km2: float) -> np.ndarray:
    """[tile] whether it is of the first by a field up to an area; one patch without holes."""
    order = np.argsort(field, kind="stable")
    inside = np.zeros(len(field), bool)
    inside[order[: np.searchsorted(np.cumsum(tiles.km2[order]), km2)]] = True
    patch = pieces(tiles, inside.astype(int))
    main = np.bincount(patch[inside]).argmax()
    sea = np.bincount(patch[~inside]).argmax()
    return np.asarray((patch == main) | ((patch != sea) & ~inside))


def _from_tree(points: np.ndarray, centres: np.ndarray) -> np.ndarray:
    """[point] metres to the shortest lines that join all centres."""
    far = np.hypot(*(centres[:, None] - centres[None]).transpose(2, 0, 1))
    i, j = minimum_spanning_tree(csr_array(far)).nonzero()
    lines = shapely.multilinestrings(np.stack([centres[i], centres[j]], axis=1))
    return np.asarray(shapely.distance(shapely.points(points), lines))


def share_out(
    tiles: Mosaic, warped: np.ndarray, seats: TownSeats, inside: np.ndarray
) -> np.ndarray:
    """[tile] the town that it goes to, so that the towns' areas fit: a fitted power diagram.

    Distances are taken in warped space, which bends the borders; each town holds on to the ground
    around its centre, since a power diagram may leave that outside. Patches that come out cut off
    go to a neighbour; what that leaves amiss is exchanged between neighbours.
    """
    km2 = tiles.km2[inside]
    want = seats.km2 * km2.sum() / seats.km2.sum()
    base, near = _distances(tiles.points[inside], warped[inside], seats)
    label = np.full(len(tiles.points), OUTSIDE)
    label[inside] = _fit(base, near, km2, seats.radius**2, want)
    return exchanged(tiles, _rejoin(tiles, label), seats)


def _distances(
    points: np.ndarray, warped: np.ndarray, seats: TownSeats
) -> tuple[np.ndarray, np.ndarray]:
    """[tile, choice] squared distance less what a town holds, and the town; its nearest ones."""
    count = min(NEAREST, len(seats.km2))
    base: np.ndarray = np.zeros((len(points), count))
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
    owner: np.ndarray = near[:, 0]
    for _ in range(100):
        owner = near[row, (base - weight[near]).argmin(axis=1)]
        lack = aim - np.bincount(owner, km2, minlength=len(aim))
        if np.abs(lack / aim).max() < 0.003:
            break
        turned = lack * before < 0  # it went too far: more carefully from here
        step = np.where(turned, 0.6 * step, np.minimum(1.08 * step, 1.0))
        weight += step * lack * 1e6 / np.pi
        before = np.asarray(lack)
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
