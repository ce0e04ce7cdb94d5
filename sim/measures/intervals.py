"""Values with 95 % intervals: a jackknife over replications, several at once.

Every estimate pools the calls of all replications (the mean of per-replication percentiles or
minima is biased), and its interval is a jackknife over replications with Student's t. Where little
happened, or a measure jumps, other intervals take its place (`counted`, `steps`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple, Protocol

import numpy as np
from scipy.special import stdtr, stdtrit

LEVEL = 0.95
FIRST_LOOK = 10  # replications after which a study that goes by precision looks first


class Estimate(NamedTuple):
    """A value with its 95 % interval; nan where one replication leaves nothing to say."""

    mean: float
    low: float
    high: float

    @property
    def half_width(self) -> float:
        return (self.high - self.low) / 2

    @property
    def known(self) -> bool:
        """Whether there is an interval."""
        return not math.isnan(self.low + self.high)

    def __str__(self) -> str:
        return f"{self.mean:.3f} ± {self.half_width:.3f}"


NOTHING_KNOWN = Estimate(math.nan, math.nan, math.nan)


class Jackknifed(NamedTuple):
    """A value and how it would vary from study to study: Student's t over replications."""

    mean: float
    se: float  # nan where one replication leaves nothing to say, or nothing varies
    df: int
    rests_on: float = math.inf  # calls

    def interval(self, level: float = LEVEL) -> Estimate:
        """The interval that holds the true value in `level` of all studies."""
        if math.isnan(self.se):
            return Estimate(self.mean, math.nan, math.nan)
        half = float(stdtrit(self.df, 0.5 + level / 2)) * self.se
        return Estimate(self.mean, self.mean - half, self.mean + half)

    def above(self, value: float) -> float:
        """Two-sided p: how easily chance alone puts the estimate so far above a value."""
        if math.isnan(self.se):
            return 1.0
        if self.se == 0:  # a constant of the layout
            return 0.0 if self.mean > value else 1.0
        return min(1.0, 2 * float(stdtr(self.df, (value - self.mean) / self.se)))

    def below(self, value: float) -> float:
        """Two-sided p: how easily chance alone puts the estimate so far below a value."""
        return self._replace(mean=-self.mean).above(-value)


class Spread(Protocol):
    """A value and how it would vary from study to study."""

    @property
    def mean(self) -> float: ...
    @property
    def rests_on(self) -> float:
        """The calls that it was measured on; infinite for what is not measured on calls."""

    def interval(self, level: float = LEVEL) -> Estimate:
        """The interval that holds the true value in `level` of all studies; nan if not known."""

    def above(self, value: float) -> float:
        """Two-sided p: how easily chance alone puts the estimate so far above a value."""

    def below(self, value: float) -> float:
        """Two-sided p: how easily chance alone puts the estimate so far below a value."""


class Moved(NamedTuple):
    """A spread about another value: what chance does to it is as it was."""

    of: Spread
    by: float

    @property
    def mean(self) -> float:
        return self.of.mean + self.by

    @property
    def rests_on(self) -> float:
        return self.of.rests_on

    def interval(self, level: float = LEVEL) -> Estimate:
        return Estimate(*(end + self.by for end in self.of.interval(level)))

    def above(self, value: float) -> float:
        return self.of.above(value - self.by)

    def below(self, value: float) -> float:
        return self.of.below(value - self.by)


def ratios(numerator: np.ndarray, denominator: np.ndarray) -> np.ndarray:
    """The pooled ratio, then the ratio without each replication: [1 + replication].

    `numerator`, `denominator`: sums of each replication. nan where nothing is left to divide by.
    """
    top = np.concatenate([[numerator.sum()], numerator.sum() - numerator])
    bottom = np.concatenate([[denominator.sum()], denominator.sum() - denominator])
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(bottom > 0, top / bottom, np.nan)


def pseudo_values(left_out: np.ndarray) -> np.ndarray:
    """[replication] what each adds to the value of all, from [1 + replication] values."""
    count = len(left_out) - 1
    with np.errstate(invalid="ignore"):
        return count * left_out[0] - (count - 1) * left_out[1:]


def jackknife(left_out: np.ndarray, sequential: bool = False) -> Jackknifed:
    """The spread of a value from that of all replications followed by those without each.

    `sequential`: replications were added until the interval was narrow enough.
    """
    count = len(left_out) - 1
    pseudo = pseudo_values(left_out)
    whole, df = float(left_out[0]), freedom(count, sequential)
    if count < 2 or not np.isfinite(pseudo).all():
        return Jackknifed(whole, math.nan, df)
    return Jackknifed(whole, float(np.std(pseudo, ddof=1) / math.sqrt(count)), df)


def varies(found: Jackknifed) -> bool:
    """Whether replications differ by more than rounding."""
    return not found.se <= 1e-12 * max(1.0, abs(found.mean))


def freedom(replications: int, sequential: bool) -> int:
    """Degrees of freedom of Student's t: one less than replications, or half of that.

    A study that stops when its interval is narrow enough stops more often where chance made it
    narrow. With half the degrees of freedom, though never fewer than at the first look, intervals
    are so much wider that they hold as often as they say (`benchmarks/evidence.py`).
    """
    df = replications - 1
    return max(min(df, FIRST_LOOK - 1), df // 2) if sequential else df


def simultaneous(several: int) -> float:
    """The level at which each of several intervals must be so that all hold at once (Bonferroni).

    Holds however much they depend on each other, and on shared calls they do.
    """
    return 1 - (1 - LEVEL) / max(1, several)


def holm(chances: Sequence[float]) -> list[float]:
    """Chances of several tests together, adjusted step by step (Holm 1979); in the same order."""
    adjusted, running = [0.0] * len(chances), 0.0
    order = sorted(range(len(chances)), key=chances.__getitem__)
    for step, row in enumerate(order):
        running = max(running, min(1.0, (len(chances) - step) * chances[row]))
        adjusted[row] = running
    return adjusted
