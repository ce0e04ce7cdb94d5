"""Lines that may meet at their ends only."""

from __future__ import annotations

import numpy as np
import shapely


def tangled(lines: list[np.ndarray]) -> set[int]:
    """The lines that cross themselves, or meet others elsewhere than at an end of both."""
    shapes = np.array([shapely.LineString(line) for line in lines])
    bad = {int(k) for k in np.flatnonzero(~shapely.is_simple(shapes))}
    i, j = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    i, j = i[i < j], j[i < j]
    meet = shapely.intersection(shapes[i], shapes[j])
    count = shapely.get_num_coordinates(meet)
    for a, b, n, common in zip(i.tolist(), j.tolist(), count.tolist(), meet, strict=True):
        ends = {tuple(lines[a][0]), tuple(lines[a][-1])} & {
            tuple(lines[b][0]),
            tuple(lines[b][-1]),
        }
        if n != len(ends) or {tuple(c) for c in shapely.get_coordinates(common)} != ends:
            bad |= {a, b}
    return bad
