"""Which calls a figure is of, and what measures need besides the calls."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

AREAS = 2  # urban, rural


class Group(NamedTuple):
    """Some of the calls: all of them, or those of an area, township, priority or hour."""

    by: str
    row: int  # -1 for all


ALL = Group("all", -1)


class Setup(NamedTuple):
    """What measures need besides the calls."""

    target_s: tuple[float, float]  # urban, rural
    share: float  # of a township's calls, for the township to meet its target
    people: np.ndarray  # [township]
    worst: tuple[int, ...]  # the worst-served townships of the base
    sequential: bool = False  # replications were added until the interval was narrow enough

    def everywhere(self) -> np.ndarray:
        """A mask of all places by area and township: [area, township] of True."""
        return np.ones((AREAS, len(self.people)), bool)
