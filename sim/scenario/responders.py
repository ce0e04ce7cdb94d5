"""Where first responders are: read from tables, taken from the map, or written out.

Each group of `sim.scenario.settings.responders` has its points, in metres of the map.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sim import limits
from sim.scenario.points import NOWHERE, files_of, points_at
from sim.scenario.settings.responders import Responders
from sim.scenario.validation import Problems
from sim.text import Message

if TYPE_CHECKING:
    from sim.geography.bundle import Map


def points(
    groups: Sequence[Responders], on: Map, folder: Path, problems: Problems
) -> tuple[np.ndarray, ...]:
    """[group] the points of each, [responder, 2] metres; none of a field of volunteers.

    `folder`: where the files lie that groups name. What is wrong with any of them is told.
    """
    found = []
    for number, group in enumerate(groups):
        here, before = problems.at("responders", number), len(problems)
        some = NOWHERE
        if group.at is not None:
            some = points_at(group.at, on, folder, problems, here.at("at"))
        if len(problems) == before:
            _refuse_too_many(group, some.xy, on, here)
        found.append(some.xy)
    return tuple(found)


def files(groups: Sequence[Responders], folder: Path) -> tuple[Path, ...]:
    """The tables that groups name."""
    return tuple(dict.fromkeys(file for one in groups for file in files_of(one.at, folder)))


def _refuse_too_many(group: Responders, xy: np.ndarray, on: Map, problems: Problems) -> None:
    """Tell of a reach, or a density, with which a call would ask a crowd."""
    if group.per_km2 is not None:
        in_reach = group.per_km2 * math.pi * (group.reach_m / 1000) ** 2
        if in_reach > limits.IN_REACH:
            problems.at("reach").tell(
                Message(
                    "{n:,.0f} responders would be in reach of a call in the mean (at most "
                    "{most:,}): write a shorter reach or fewer of them",
                    n=in_reach, most=limits.IN_REACH,
                )
            )  # fmt: skip
        return
    pairs = _pairs(xy, on.cells.xy, group.reach_m)
    if pairs > limits.PAIRS:
        problems.at("reach").tell(
            Message(
                "{n:,} pairs of a place of the map and a responder in its reach are too many (at "
                "most {most:,}): write a shorter reach",
                n=pairs, most=limits.PAIRS,
            )
        )  # fmt: skip


def _pairs(xy: np.ndarray, cells: np.ndarray, reach_m: float) -> int:
    if len(xy) * len(cells) <= limits.PAIRS:
        return 0  # not worth counting
    from scipy.spatial import cKDTree

    return int(cKDTree(xy).count_neighbors(cKDTree(cells), reach_m))
