"""Which cells of a table may be shown where those of few calls are hidden.

A hidden cell must not follow from the total and the cells that are shown: so at least two are
hidden, which together have as many calls as a cell that is shown.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from sim.fitting.shares import ShareRow
from sim.fitting.stages import StageGroup


def shown(calls: Iterable[float], least: int) -> np.ndarray:
    """[cell] whether it is shown. `calls`: of each cell; together they are a total that is shown;
    `least`: below which a cell is hidden, 0 for none."""
    many = np.asarray([*calls], float)
    told = many >= least
    while told.any() and not told.all():
        hidden = many[~told]
        if len(hidden) > 1 and hidden.sum() >= least:
            break
        told[np.flatnonzero(told)[np.argmin(many[told])]] = False
    return told


def share_shown(one: ShareRow, least: int) -> bool:
    """Whether a share may be shown that has a single complement."""
    others = one.n - one.having
    return one.having >= least and (others == 0 or others >= least)


def groups(some: Iterable[StageGroup], least: int) -> list[tuple[StageGroup, bool]]:
    """Groups of missions by stage, those of most first, and whether each is shown: those of a stage
    are all of its missions together."""
    found: list[tuple[StageGroup, bool]] = []
    by_stage: dict[str, list[StageGroup]] = {}
    for one in sorted(some, key=lambda one: (one.stage, -one.n)):
        by_stage.setdefault(one.stage, []).append(one)
    for mine in by_stage.values():
        found += zip(mine, shown((one.n for one in mine), least).tolist(), strict=True)
    return found
