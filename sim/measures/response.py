"""The share of calls reached in time: the headline, on which other measures stand.

A call that was withdrawn before its target had passed is neither reached nor missed: it counts
among none. Withdrawn later, it counts as missed.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from sim.measures.groups import Setup
from sim.measures.kinds import OfCalls, Rows
from sim.policies import targets


def in_time(rows: Rows, setup: Setup) -> np.ndarray:
    """[call] whether it was reached within the target of its area; a target is inclusive."""
    within: np.ndarray = targets.in_time(rows.response_s, np.array(setup.target_s)[rows.area])
    return within


def counted(rows: Rows, setup: Setup) -> np.ndarray | None:
    """[call] whether it is reached or missed, rather than withdrawn early; None: all are."""
    if not len(rows.withdrawn_s):
        return None
    target_s = np.array(setup.target_s)[rows.area]
    found: np.ndarray = targets.counts(rows.response_s, rows.withdrawn_s, target_s)
    return found


def reached(rows: Rows, _: Setup) -> np.ndarray:
    """[call] whether anybody arrived."""
    arrived: np.ndarray = targets.reached(rows.response_s)
    return arrived


WITHIN: Final = OfCalls("within", "share", "more", value=in_time, among=counted, asked=True)
