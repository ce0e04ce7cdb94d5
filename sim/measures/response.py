"""The share of calls reached in time: the headline, on which other measures stand."""

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


WITHIN: Final = OfCalls("within", "share", "more", value=in_time, asked=True)
