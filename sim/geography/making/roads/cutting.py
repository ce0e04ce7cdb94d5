"""Ways cut into links where they meet others."""

from __future__ import annotations

import numpy as np
import shapely


def split(
    way: np.ndarray, xy: np.ndarray, cut: np.ndarray, lost: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Ways cut into links at the points of `cut`, at their ends and at points that are lost.

    Returns for each link its first point, its last point, its way and its line.
    """
    joined = (way[1:] == way[:-1]) & ~lost[1:] & ~lost[:-1]  # [point] to the next one
    end = cut.copy()
    end[1:] |= ~joined
    end[:-1] |= ~joined
    end[[0, -1]] = True
    piece = np.flatnonzero(joined)  # pieces run from point i to i + 1
    if not len(piece):
        nothing = np.zeros(0, int)
        return nothing, nothing, way[nothing], np.zeros(0, object)
    begins = end[piece]
    link = np.cumsum(begins) - 1  # [piece]
    first = piece[begins]
    last_piece = np.append(np.flatnonzero(begins)[1:], len(piece)) - 1
    last = piece[last_piece] + 1
    # Each link's points are the starts of its pieces and the end of its last one.
    at = np.insert(piece, last_piece + 1, last)
    of = np.insert(link, last_piece + 1, np.arange(len(first)))
    return first, last, way[first], shapely.linestrings(xy[at], indices=of)
