"""Which of some places are near."""

from __future__ import annotations

import numpy as np
from scipy.spatial import cKDTree


def nearest(known: np.ndarray, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """[point] metres to the nearest of some known places, and which; far where there is none."""
    if not len(known):
        return np.full(len(points), np.inf), np.zeros(len(points), int)
    far, which = cKDTree(known).query(points)
    return np.asarray(far), np.asarray(which)


def nearest_few(known: np.ndarray, points: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """[point, choice] the same of the nearest few; of all, where there are fewer."""
    far, which = cKDTree(known).query(points, k=list(range(1, min(count, len(known)) + 1)))
    return np.asarray(far), np.asarray(which)
