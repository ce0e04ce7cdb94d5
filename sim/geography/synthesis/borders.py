"""Township polygons: every border drawn once, rounded off, and moved until each area fits."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import shapely
import shapely.ops
from scipy.spatial import cKDTree

from sim.errors import InvariantError
from sim.geography.synthesis import mosaic, tiling
from sim.geography.synthesis.noise import smooth
from sim.geography.synthesis.planar import tangled
from sim.geography.synthesis.tiling import Mosaic, TownSeats

FITS: Final = 2e-4  # of a town's area, at which its borders are left where they are
GOOD: Final = 5e-3  # likewise, at which no other tiles are tried
TRIES: Final = 5  # other tiles, where a town came out in two parts
MOVES: Final = 6  # of borders


class TornError(InvariantError):
    """A town came out in several parts."""


class _Arcs(NamedTuple):
    """Borders from corner to corner, with the towns on their left and right (or OUTSIDE)."""

    lines: list[np.ndarray]
    left: np.ndarray
    right: np.ndarray


def draw(seed: tuple[int, ...], seats: TownSeats) -> list[shapely.Polygon]:
    """[town] its polygon, of its area within a thousandth; neighbours share borders."""
    best: tuple[float, list[shapely.Polygon]] | None = None
    for attempt in range(TRIES):
        rng = np.random.default_rng([*seed, attempt])
        tiles = tiling.tiles_around(rng, seats)
        warped = mosaic.warp(rng, tiles, seats)
        inside = mosaic.outline(tiles, warped, seats)
        label = mosaic.share_out(tiles, warped, seats, inside)
        try:
            found = _polygons(tiles, label, seats)
        except TornError:
            continue
        worst = _worst(found, seats.km2 * 1e6)
        if best is None or worst < best[0]:
            best = worst, found
        if worst < GOOD:
            break
    if best is None:
        raise TornError("a town came out in two parts, whatever tiles were drawn")
    return best[1]


def _worst(polygons: list[shapely.Polygon], want_m2: np.ndarray) -> float:
    """By how much, at most, an area is off."""
    have = np.array([polygon.area for polygon in polygons])
    return float(np.abs(have / want_m2 - 1).max())


def _polygons(tiles: Mosaic, label: np.ndarray, seats: TownSeats) -> list[shapely.Polygon]:
    """Close the arcs to polygons; move the arcs until the areas fit."""
    arcs = _arcs(tiles, label)
    want = seats.km2 * 1e6
    found = _close(arcs, len(want))
    for _ in range(MOVES):
        if _worst(found, want) < FITS:
            break
        have = np.array([polygon.area for polygon in found])
        arcs = _moved(arcs, want - have, want)
        found = _close(arcs, len(want))
    return found


def _arcs(tiles: Mosaic, label: np.ndarray) -> _Arcs:
    """The borders between tiles of different towns, rounded off where they have room."""
    border = label[tiles.ridges[:, 0]] != label[tiles.ridges[:, 1]]
    lines = shapely.linestrings(tiles.corners[tiles.edges[border]])
    merged = shapely.get_parts(shapely.line_merge(shapely.multilinestrings(lines)))
    raw = [shapely.get_coordinates(line) for line in merged]
    first = np.array([line[:2] for line in raw])
    way = first[:, 1] - first[:, 0]
    across = np.stack([-way[:, 1], way[:, 0]], axis=1) * 1e-3
    tree = cKDTree(tiles.points)  # a point lies in the tile whose own point is nearest
    left, right = (label[tree.query(first.mean(axis=1) + s * across)[1]] for s in (1, -1))
    return _Arcs(_rounded(raw), left, right)


def _rounded(raw: list[np.ndarray]) -> list[np.ndarray]:
    """Lines rounded off, each less where it would touch others."""
    turns = [3] * len(raw)
    while True:
        lines = [np.round(smooth(line, t), 1) for line, t in zip(raw, turns, strict=True)]
        bad = {k for k in tangled(lines) if turns[k]}
        if not bad:
            return lines
        for k in bad:
            turns[k] = turns[k] // 2


def _close(arcs: _Arcs, towns: int) -> list[shapely.Polygon]:
    """[town] the face of the arcs that lies on its side of each."""
    lines = [shapely.LineString(line) for line in arcs.lines]
    faces = shapely.get_parts(shapely.polygonize(lines))
    beside = [_beside(line) for line in arcs.lines]
    tree = shapely.STRtree(faces)
    votes = np.zeros((len(faces), towns), int)
    for side, of_side in enumerate((arcs.left, arcs.right)):
        arc = np.flatnonzero(of_side >= 0)
        probe, face = tree.query(
            shapely.points(np.array([beside[k][side] for k in arc]).reshape(-1, 2)),
            predicate="within",
        )
        np.add.at(votes, (face, of_side[arc[probe]]), 1)
    owner = votes.argmax(axis=1)
    found: list[shapely.Polygon | None] = [None] * towns
    for face in np.argsort(-shapely.area(faces), kind="stable").tolist():
        if not votes[face].any():
            continue
        if found[owner[face]] is None:
            found[owner[face]] = faces[face]
        elif faces[face].area > 1.0:
            raise TornError("a town came out in two parts")
    if any(polygon is None or not polygon.is_valid for polygon in found):
        raise TornError("a town has no ground")
    return [polygon for polygon in found if polygon is not None]


def _beside(line: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A point just left of a line, and one just right of it, at its longest piece."""
    way = np.diff(line, axis=0)
    k = int(np.argmax(np.hypot(*way.T)))
    left = np.array([-way[k, 1], way[k, 0]]) / max(np.hypot(*way[k]), 1e-9)
    middle = (line[k] + line[k + 1]) / 2
    return middle + 0.02 * left, middle - 0.02 * left


def _moved(arcs: _Arcs, lack_m2: np.ndarray, want_m2: np.ndarray) -> _Arcs:
    """The arcs bulged a little, their ends fixed, so that each town gains what it lacks.

    The least movement that does it, long arcs moving more readily than short ones. Arcs that would
    touch others stay.
    """
    shapes = [_bulge(line) for line in arcs.lines]
    gain = np.array([effect for _, effect in shapes])
    size = np.array([np.hypot(*np.diff(line, axis=0).T).sum() for line in arcs.lines])
    effect = np.zeros((len(want_m2), len(arcs.lines)))
    for side, sign in ((arcs.left, -1.0), (arcs.right, 1.0)):
        rows = np.flatnonzero(side >= 0)
        np.add.at(effect, (side[rows], rows), sign * gain[rows] * size[rows] / want_m2[side[rows]])
    stays: set[int] = set()
    for _ in range(8):
        effect[:, sorted(stays)] = 0.0
        step = size * np.linalg.lstsq(effect, lack_m2 / want_m2, rcond=None)[0]
        step[sorted(stays)] = 0.0
        moved = [
            np.round(line + by * far, 1)
            for line, (by, _), far in zip(arcs.lines, shapes, step.tolist(), strict=True)
        ]
        bad = tangled(moved) - stays
        if not bad:
            return arcs._replace(lines=moved)
        stays |= bad
    return arcs


def _bulge(line: np.ndarray) -> tuple[np.ndarray, float]:
    """[vertex, 2] a shift to the left that fades to the ends, and the area that it adds."""
    way = np.diff(line, axis=0)
    size = np.hypot(*way.T)
    left = np.stack([-way[:, 1], way[:, 0]], axis=1) / np.maximum(size, 1e-9)[:, None]
    at = np.r_[0, np.cumsum(size)] / max(size.sum(), 1e-9)
    fade = np.sin(np.pi * at)
    fade[[0, -1]] = 0.0
    normal = np.r_[left[:1], left[:-1] + left[1:], left[-1:]]
    normal /= np.maximum(np.hypot(*normal.T), 0.3)[:, None]
    shift = normal * fade[:, None]
    middle = (shift[:-1] + shift[1:]) / 2
    return shift, float(((middle * left).sum(axis=1) * size).sum())


def settled(polygons: list[shapely.Polygon], seats: np.ndarray) -> np.ndarray:
    """[town, 2] its seat, moved just inside where it fell outside its made-up border."""
    found = seats.copy()
    for town, polygon in enumerate(polygons):
        margin = 0.16 * np.sqrt(polygon.area / np.pi)
        room = polygon.buffer(-margin)
        while room.is_empty:
            margin /= 2
            room = polygon.buffer(-margin)
        point = shapely.Point(seats[town])
        if not room.contains(point):
            nearest = shapely.ops.nearest_points(room, point)[0]
            found[town] = np.round(nearest.coords[0], 1)
    return found
