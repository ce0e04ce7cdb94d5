"""Intervals of what can be read in several ways: they hold whichever reading is right."""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
from scipy import special

from sim.fitting.driving import Regression
from sim.measures.intervals import Estimate

CHOSEN: Final = 1.4  # of standard errors: ways are chosen by the speeds that they tell of


class BetweenReadings(NamedTuple):
    """Readings of the same drives: all went the fastest way, or one in five did not."""

    readings: list[Regression]

    def of(self, direction: np.ndarray, plus: float) -> Estimate:
        """The exponential of a sum of parameters, by an interval that holds for either reading."""
        values = [float(direction @ one.values) for one in self.readings]
        covariance = self.readings[0].covariance
        se = math.sqrt(max(float(direction @ covariance @ direction), 0.0))
        se *= CHOSEN
        low, high = min(values), max(values)
        reach = reach_of(high - low, se) * se
        middle = (low + high) / 2 + plus
        return Estimate(math.exp(middle), math.exp(low + plus - reach),
                        math.exp(high + plus + reach))  # fmt: skip


def reach_of(width: float, se: float) -> float:
    """How many standard errors beyond both ends hold the truth in 95 % wherever it lies between.

    Imbens and Manski (2004), Confidence intervals for partially identified parameters.
    """
    if se <= 0:
        return 0.0
    low, high = 1.6, 2.0
    for _ in range(30):
        middle = (low + high) / 2
        holds = special.ndtr(middle + width / se) - special.ndtr(-middle)
        low, high = (low, middle) if holds >= 0.95 else (middle, high)
    return high


def inverse(one: Estimate, unit: float) -> Estimate:
    """A pace as a speed, a factor on time as one on speed."""
    return Estimate(unit / one.mean, unit / one.high, unit / one.low)
