"""Which calls a figure is of, and what measures need besides the calls."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

AREAS = 2  # urban, rural


class Group(NamedTuple):
    """Some of the calls: all, or those of an area, township, priority, hour, centre or condition.

    Of the fleet: all of it, or a class (`class`), one hour of the week of a class (`class_hour`,
    168 × class + hour) or a dispatch centre (`centre`). Of patients: all of them, or those of a
    condition or a hospital.
    """

    by: str
    row: int  # -1 for all


ALL = Group("all", -1)


class SurvivalCurve(NamedTuple):
    """By how much survival falls with each minute: 1 / (1 + exp(constant + slopes × minutes))."""

    priority: int  # of the calls that it is told of
    constant: float
    help_min: float  # a minute until the first help, of a first responder or an ambulance
    ambulance_min: float  # a minute until the first ambulance


class Setup(NamedTuple):
    """What measures need besides the calls."""

    target_s: tuple[float, float]  # urban, rural
    share: float  # of a township's calls, for the township to meet its target
    people: np.ndarray  # [township]
    worst: tuple[int, ...]  # the worst-served townships of the base
    sequential: bool = False  # replications were added until the interval was narrow enough
    survival: SurvivalCurve | None = None  # told only where the scenario gives its curve

    def everywhere(self) -> np.ndarray:
        """A mask of all places by area and township: [area, township] of True."""
        return np.ones((AREAS, len(self.people)), bool)


def in_area(area: int) -> Callable[[Setup], np.ndarray]:
    """The places of one area, as a mask of areas and townships."""

    def where(setup: Setup) -> np.ndarray:
        mask = ~setup.everywhere()
        mask[area] = True
        return mask

    return where
