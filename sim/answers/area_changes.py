"""Where a proposal helps and where it harms: paired differences of areas, judged together."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.measures.groups import Group
from sim.measures.measures import BY_KEY
from sim.measures.verdicts import FEWEST, FEWEST_CALLS, Verdict, verdicts

if TYPE_CHECKING:
    from sim.answers.comparison import Comparison


class AreaChange(NamedTuple):
    """What a proposal changes in one area: a share or minutes; nan where there were no calls."""

    change: float
    verdict: Verdict | None  # None where there are too few calls for one


def changes(comparison: Comparison, layout: int, key: str) -> list[AreaChange]:
    """[township] a proposal less the base, with a verdict.

    All areas of all proposals are judged together (Holm): with 95 % confidence no verdict of better
    or worse is wrong in any of them. Areas with fewer than `FEWEST_CALLS` calls are not judged.
    """
    calls, judged = _calls(comparison), _judged(comparison, key)
    found = []
    for row, number in enumerate(calls.tolist()):
        change = math.nan
        if number:
            change = comparison.spread(key, layout, Group("township", row)).mean
        found.append(AreaChange(change, judged.get((layout, row))))
    return found


def _calls(comparison: Comparison) -> np.ndarray:
    """[township] calls from there in all replications, in the layout that has fewest."""
    count = len(comparison.base.map.townships)
    every = [np.bincount(pooled.township, minlength=count) for pooled in comparison.pooled]
    least: np.ndarray = np.min(every, axis=0)
    return least


def _judged(comparison: Comparison, key: str) -> dict[tuple[int, int], Verdict]:
    """[proposal, township] verdicts of the townships with calls enough."""
    calls = _calls(comparison)
    spreads = {
        (layout, row): comparison.spread(key, layout, Group("township", row))
        for layout in comparison.proposals
        for row in np.flatnonzero(calls >= FEWEST_CALLS).tolist()
    }
    if comparison.replications < FEWEST:
        return dict.fromkeys(spreads, Verdict.UNDECIDED)
    found = verdicts(BY_KEY[key], list(spreads.values()), comparison.matters)
    return {
        at: Verdict.UNDECIDED if verdict == Verdict.TOO_FEW else verdict
        for at, verdict in zip(spreads, found, strict=True)
    }
