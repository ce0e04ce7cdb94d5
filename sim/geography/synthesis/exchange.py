"""Tiles handed on between neighbouring towns until each has its area, no town torn by it."""

from __future__ import annotations

from typing import Final

import numpy as np

from sim.geography.synthesis.nearby import nearest
from sim.geography.synthesis.tiling import OUTSIDE, Mosaic, TownSeats

SWEEPS: Final = 80
FITS: Final = 0.003  # of a town's area


def exchanged(tiles: Mosaic, label: np.ndarray, seats: TownSeats) -> np.ndarray:
    """[tile] the town that it belongs to, after towns with too much ground gave some away.

    How much goes from whom to whom is what would flow along the borders, if ground ran from towns
    with too much to towns with too little. A tile goes only where both towns stay whole.
    """
    label = label.copy()
    ring = _rings(tiles)
    fixed = set(nearest(tiles.points, seats.xy)[1].tolist())
    want = seats.km2
    for _ in range(SWEEPS):
        have = np.bincount(label[label >= 0], tiles.km2[label >= 0], minlength=len(want))
        if np.abs(have / want - 1).max() < FITS:
            break
        moved = False
        for a, b, km2 in _flows(tiles, label, have - want):
            moved |= _give(tiles, label, ring, (a, b, km2), fixed)
        if not moved:
            break
    return label


def _rings(tiles: Mosaic) -> list[np.ndarray]:
    """[tile] its neighbours in order around it."""
    both = np.r_[tiles.ridges, tiles.ridges[:, ::-1]]
    way = tiles.points[both[:, 1]] - tiles.points[both[:, 0]]
    order = np.lexsort((np.arctan2(way[:, 1], way[:, 0]), both[:, 0]))
    heads = both[order, 1]
    starts = np.searchsorted(both[order, 0], np.arange(len(tiles.points) + 1))
    return np.split(heads, starts[1:-1])


def _flows(tiles: Mosaic, label: np.ndarray, excess: np.ndarray) -> list[tuple[int, int, float]]:
    """From which town to which neighbour how much ground is to go, the most first.

    What lies outside takes and gives what the towns together have too much or too little.
    """
    size = len(excess) + 1
    place = np.where(label >= 0, label, size - 1)
    a, b = place[tiles.ridges[:, 0]], place[tiles.ridges[:, 1]]
    border = a != b
    pairs, count = np.unique(
        np.sort(np.stack([a[border], b[border]], axis=1), axis=1), axis=0, return_counts=True
    )
    laplace = np.zeros((size, size))
    i, j = pairs.T
    np.add.at(laplace, (i, j), -count)
    np.add.at(laplace, (j, i), -count)
    laplace[np.diag_indices(size)] = -laplace.sum(axis=1)
    height = np.linalg.lstsq(laplace, np.r_[excess, -excess.sum()], rcond=None)[0]
    flow = count * (height[i] - height[j])
    i, j = (np.where(side == size - 1, OUTSIDE, side) for side in (i, j))
    found = [
        (int(x), int(y), float(f)) if f > 0 else (int(y), int(x), float(-f))
        for x, y, f in zip(i, j, flow, strict=True)
    ]
    return sorted(found, key=lambda one: (-one[2], one[0], one[1]))


def _give(
    tiles: Mosaic, label: np.ndarray, ring: list[np.ndarray], gift: tuple[int, int, float],
    fixed: set[int],
) -> bool:  # fmt: skip
    """Hand tiles from one town to another, as much as is to go; whether any went."""
    a, b, left = gift
    one, two = label[tiles.ridges[:, 0]], label[tiles.ridges[:, 1]]
    mine = np.concatenate([
        tiles.ridges[(one == a) & (two == b), 0], tiles.ridges[(two == a) & (one == b), 1]
    ])  # fmt: skip
    rim = np.unique(mine)
    beside = [float((label[ring[k]] == b).mean()) for k in rim.tolist()]
    went = False
    for k in rim[np.lexsort((rim, -np.array(beside)))].tolist():
        size = float(tiles.km2[k])
        if left < 0.5 * size:
            break
        if k not in fixed and _simple(label[ring[k]], a) and _simple(label[ring[k]], b):
            label[k] = b
            left -= size
            went = True
    return went


def _simple(around: np.ndarray, town: int) -> bool:
    """Whether a town's tiles around a tile are one run: neither torn nor closed to a ring."""
    mine = around == town
    return int((mine & ~np.roll(mine, 1)).sum()) == 1
