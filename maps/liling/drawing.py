"""How links are drawn: the mesh's zigzag rounded off, bent, and never made to cross."""

import numpy as np
import shapely
from ground import Ground, Noise, smooth
from mesh import PRIMARY, RESIDENTIAL, SECONDARY, TERTIARY, TRUNK
from scipy.spatial import cKDTree


def bow(points: np.ndarray, rank: int, rng: np.random.Generator) -> np.ndarray:
    """Bend a link's straight pieces: lanes wind, streets bow a little."""
    a, b = points[:-1], points[1:]
    side = np.stack([a[:, 1] - b[:, 1], b[:, 0] - a[:, 0]], axis=1)
    size = {TRUNK: 0.03, PRIMARY: 0.045, SECONDARY: 0.04, RESIDENTIAL: 0.025, TERTIARY: 0.09}.get(
        rank, 0.13
    )
    draw = np.clip(rng.normal(0, size, (len(a), 1)), -1.8 * size, 1.8 * size)
    out = np.empty((2 * len(a) + 1, 2))
    out[::2], out[1::2] = points, (a + b) / 2 + side * draw
    return out


def shape(points: np.ndarray, rank: int, rng: np.random.Generator) -> np.ndarray:
    """A link's drawn line: the mesh's zigzag rounded off, main roads more than lanes."""
    turns = {TRUNK: 3, PRIMARY: 3, SECONDARY: 2, TERTIARY: 2}.get(rank, 1)
    bowed = bow(smooth(points, turns), rank, rng)
    bowed = smooth(bowed, 1)
    if len(bowed) > 3:  # one corner cut more, for round curves
        a, b = bowed[:-1], bowed[1:]
        cut = np.empty((2 * len(a), 2))
        cut[::2], cut[1::2] = 0.75 * a + 0.25 * b, 0.25 * a + 0.75 * b
        bowed = np.r_[bowed[:1], cut, bowed[-1:]]
    line = shapely.LineString(bowed).simplify(2.0)
    return np.round(shapely.get_coordinates(line), 1)


def untangle(drawn: list[np.ndarray], plain: list[np.ndarray]) -> None:
    """Put links that were rounded off until they cross back to their plain line (in place)."""
    fixed: set[int] = set()
    while True:
        lines = np.array([shapely.LineString(d) for d in drawn])
        bad = {int(k) for k in np.flatnonzero(~shapely.is_simple(lines))}
        i, j = shapely.STRtree(lines).query(lines, predicate="intersects")
        i, j = i[i < j], j[i < j]
        meet = shapely.intersection(lines[i], lines[j])
        count = shapely.get_num_coordinates(meet)
        for a, b, n, common in zip(i.tolist(), j.tolist(), count.tolist(), meet, strict=True):
            ends = {tuple(drawn[a][0]), tuple(drawn[a][-1])} & {
                tuple(drawn[b][0]),
                tuple(drawn[b][-1]),
            }
            if n != len(ends) or {tuple(c) for c in shapely.get_coordinates(common)} != ends:
                bad |= {a, b}
        bad -= fixed
        if not bad:
            return
        for k in bad:
            drawn[k] = plain[k]
        fixed |= bad


def wind(
    drawn: list[np.ndarray], fixed: np.ndarray, ground: Ground, rng: np.random.Generator
) -> list[np.ndarray]:
    """Make all roads wind by bending the plane itself, so that they meet and part as before.

    The bend fades near points that must stay, near the border and near the river.
    """
    lines = shapely.segmentize(np.array([shapely.LineString(d) for d in drawn]), 12.0)
    points, owner = shapely.get_coordinates(lines, return_index=True)
    place = shapely.points(points)
    calm = np.minimum.reduce(
        [
            cKDTree(fixed).query(points)[0] / 400,
            shapely.distance(place, ground.county.exterior) / 300,
            shapely.distance(place, ground.river) / 300,
            np.ones(len(points)),
        ]
    )
    calm *= 0.35 + 0.65 * np.clip(ground.spread(points) / ground.built_limit - 0.6, 0, 1)
    bends = [(Noise(rng, 1900.0, 1), Noise(rng, 650.0, 2, 0.45)) for _ in range(2)]
    shift = np.stack([65.0 * wide(points) + 20.0 * tight(points) for wide, tight in bends], axis=1)
    moved = np.round(points + calm[:, None] * shift, 2)
    return np.split(moved, np.flatnonzero(np.diff(owner)) + 1)
