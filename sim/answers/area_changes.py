"""Where a proposal helps and where it harms: paired differences of areas, judged together."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from sim.answers.comparison import Comparison
from sim.measures.groups import Group
from sim.measures.measures import BY_KEY
from sim.measures.verdicts import FEWEST, Verdict, verdicts


class AreaChange(NamedTuple):
    """What a proposal changes in one area: a share or minutes; nan where there were no calls."""

    change: float
    verdict: Verdict


def changes(comparison: Comparison, layout: int, key: str) -> list[AreaChange]:
    """[township] a proposal less the base, with a verdict.

    All areas of all proposals are judged together (Holm): with 95 % confidence no verdict of better
    or worse is wrong in any of them.
    """
    with_calls = np.unique(comparison.pooled[0].township).tolist()
    for pooled in comparison.pooled[1:]:
        with_calls = np.intersect1d(with_calls, pooled.township).tolist()
    spreads = {
        (number, row): comparison.spread(key, number, Group("township", row))
        for number in comparison.proposals
        for row in with_calls
    }
    found = dict.fromkeys(spreads, Verdict.UNDECIDED)
    if comparison.replications >= FEWEST:
        judged = verdicts(BY_KEY[key], list(spreads.values()), comparison.matters)
        found = dict(zip(spreads, judged, strict=True))
    return [
        AreaChange(spreads[layout, row].mean, found[layout, row])
        if (layout, row) in spreads
        else AreaChange(math.nan, Verdict.TOO_FEW)
        for row in range(len(comparison.base.map.townships))
    ]
