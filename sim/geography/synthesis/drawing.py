"""How links are drawn: the mesh's zigzag rounded off, bent, and never made to cross."""

from __future__ import annotations

from typing import Final

import numpy as np
import shapely
from scipy.spatial import cKDTree

from sim.geography.synthesis.facts import PRIMARY, RESIDENTIAL, SECONDARY, TERTIARY, TRUNK
from sim.geography.synthesis.ground import Ground
from sim.geography.synthesis.mesh import Mesh
from sim.geography.synthesis.noise import shifted, smooth
from sim.geography.synthesis.planar import tangled

BOW: Final = {TRUNK: 0.012, PRIMARY: 0.02, SECONDARY: 0.03, RESIDENTIAL: 0.025, TERTIARY: 0.09}
BOW_OF_LANES: Final = 0.13
TURNS: Final = {TRUNK: 3, PRIMARY: 3, SECONDARY: 2, TERTIARY: 2}
SLIM_M: Final = 1.5  # by which a line may be off its course, so that it has fewer vertices


def relax(mesh: Mesh, ground: Ground) -> None:
    """Straighten the roads' zigzag at junctions too: pull nodes towards their main road's line.

    A move that would make two roads cross is taken back, so the network stays planar.
    """
    used = np.flatnonzero(mesh.rank >= 0)
    edges, rank = mesh.edges[used], mesh.rank[used]
    n = len(mesh.points)
    best = np.full(n, 9)
    for side in (0, 1):
        np.minimum.at(best, edges[:, side], rank)
    fixed = np.r_[mesh.exits, mesh.seats, mesh.gates].astype(int)
    rim = ground.to_border(mesh.points) < 250.0
    for _ in range(3):
        total, count = np.zeros((n, 2)), np.zeros(n)
        for a, b in ((0, 1), (1, 0)):
            lead = rank == best[edges[:, a]]
            np.add.at(total, edges[lead, a], mesh.points[edges[lead, b]])
            np.add.at(count, edges[lead, a], 1)
        move = np.zeros((n, 2))
        free = count == 2  # ends and junctions of equals stay
        free[fixed] = False
        free &= ~rim  # a road along the border stays on its side
        move[free] = 0.5 * (total[free] / 2 - mesh.points[free])
        old = mesh.points.copy()
        for _ in range(12):
            lines = shapely.linestrings((old + move)[edges])
            i, j = shapely.STRtree(lines).query(lines, predicate="crosses")
            if not i.size:
                break
            move[np.unique(edges[np.r_[i, j]])] = 0.0
        else:
            return
        mesh.points[:] = np.round(old + move, 1)


def drawn(
    plain: list[np.ndarray], ranks: list[int], mesh: Mesh, ground: Ground, rng: np.random.Generator
) -> list[np.ndarray]:
    """Links as they are drawn, of their paths on the mesh."""
    lines = [_shaped(path, rank, rng) for path, rank in zip(plain, ranks, strict=True)]
    inside = shapely.contains(ground.county, [shapely.LineString(line) for line in lines])
    lines = [d if ok else p for d, p, ok in zip(lines, plain, inside, strict=True)]
    lines = _untangled(lines, plain)
    fixed = mesh.points[np.r_[mesh.exits, mesh.seats, mesh.gates].astype(int)]
    lines = _wound(lines, fixed, ground, rng)
    slim, rough = (
        [shapely.get_coordinates(shapely.LineString(d).simplify(by)) for d in lines]
        for by in (SLIM_M * ground.towns.grain**2, 4 * SLIM_M * ground.towns.grain**2)
    )
    return _untangled(slim, lines, rough, [line[[0, -1]] for line in lines])


def _bowed(points: np.ndarray, rank: int, rng: np.random.Generator) -> np.ndarray:
    """Bend a link's straight pieces: lanes wind, streets bow a little."""
    a, b = points[:-1], points[1:]
    side = np.stack([a[:, 1] - b[:, 1], b[:, 0] - a[:, 0]], axis=1)
    size = BOW.get(rank, BOW_OF_LANES)
    draw = np.clip(rng.normal(0, size, (len(a), 1)), -1.8 * size, 1.8 * size)
    out = np.empty((2 * len(a) + 1, 2))
    out[::2], out[1::2] = points, (a + b) / 2 + side * draw
    return out


def _shaped(points: np.ndarray, rank: int, rng: np.random.Generator) -> np.ndarray:
    """A link's drawn line: the mesh's zigzag rounded off, main roads more than lanes."""
    bowed = smooth(_bowed(smooth(points, TURNS.get(rank, 1)), rank, rng), 1)
    if len(bowed) > 3:  # one corner cut more, for round curves
        a, b = bowed[:-1], bowed[1:]
        cut = np.empty((2 * len(a), 2))
        cut[::2], cut[1::2] = 0.75 * a + 0.25 * b, 0.25 * a + 0.75 * b
        bowed = np.r_[bowed[:1], cut, bowed[-1:]]
    line = shapely.LineString(bowed).simplify(2.0)
    return np.round(shapely.get_coordinates(line), 1)


def _untangled(*choices: list[np.ndarray]) -> list[np.ndarray]:
    """Of several ways to draw each link the first in which it crosses no other one."""
    lines, at = list(choices[0]), [0] * len(choices[0])
    while True:
        bad = [k for k in sorted(tangled(lines)) if at[k] + 1 < len(choices)]
        if not bad:
            return lines
        for k in bad:
            at[k] += 1
            lines[k] = choices[at[k]][k]


def _wound(
    lines: list[np.ndarray], fixed: np.ndarray, ground: Ground, rng: np.random.Generator
) -> list[np.ndarray]:
    """Make all roads wind by bending the plane itself, so that they meet and part as before.

    The bend fades near points that must stay, near the border and near rivers.
    """
    fine = shapely.segmentize(np.array([shapely.LineString(d) for d in lines]), 25.0)
    points, owner = shapely.get_coordinates(fine, return_index=True)
    calm = np.minimum(1.0, ground.to_border(points) / 300)
    if len(fixed):
        calm = np.minimum(calm, cKDTree(fixed).query(points)[0] / 400)
    calm = np.minimum(calm, ground.to_water(points) / 300)
    calm *= 0.35 + 0.65 * np.clip(ground.outness(points) - 0.6, 0, 1)
    wide, tight = (shifted(rng, points, *wave) for wave in ((1900.0, 1, 0.5), (650.0, 2, 0.45)))
    moved = np.round(points + calm[:, None] * (65.0 * wide + 20.0 * tight), 2)
    return np.split(moved, np.flatnonzero(np.diff(owner)) + 1)
