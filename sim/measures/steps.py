"""Measures that jump: percentiles of few calls, and people in townships that meet their target.

Replications tell little of how a jump varies, for most of them do not see it. Both rest on shares
of calls, whose exact bounds (`counted`) say which values are possible.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from sim.measures.counted import ExactShare, bounds, chance
from sim.measures.intervals import LEVEL, Estimate


class Ranked(NamedTuple):
    """A percentile, by the share of calls up to it (Woodruff 1952, JASA 47:635).

    `calls` is their effective number. Where it is too small for any to lie beyond the percentile
    for certain, there is no interval; nor where both ends are the percentile, unless all are alike.
    Below the usual level, at which tests look, both ends may be.
    """

    mean: float
    ordered: np.ndarray  # [call] values in ascending order
    share: float
    calls: float
    rests_on: float

    def interval(self, level: float = LEVEL) -> Estimate:
        found = ExactShare(self.share * self.calls, self.calls).interval(level)
        low, high = (float(self.ordered[self._row(share)]) for share in found[1:])
        collapsed = low == high and level >= LEVEL and not self._alike
        if self.share**self.calls > (1 - level) / 2 or collapsed:
            low = high = math.nan
        return Estimate(self.mean, low, high)

    @property
    def _alike(self) -> bool:
        return bool(self.ordered[0] == self.ordered[-1])

    def _row(self, share: float) -> int:
        return max(0, math.ceil(share * len(self.ordered) - 1e-9) - 1)

    def above(self, value: float) -> float:
        """Two-sided p: how easily chance alone puts the percentile so far above a value."""
        return chance(lambda level: self.interval(level).low - value)

    def below(self, value: float) -> float:
        """Two-sided p: how easily chance alone puts the percentile so far below a value."""
        return chance(lambda level: value - self.interval(level).high)


class Townships(NamedTuple):
    """The townships of one layout, as far as calls tell of each."""

    meets: np.ndarray  # [township] bool: by its calls
    hits: np.ndarray  # [township] as if each call stood alone
    calls: np.ndarray  # [township] as if each call stood alone
    share: float  # of its calls that a township needs

    def surely(self, level: float) -> tuple[np.ndarray, np.ndarray]:
        """[township] whether each surely meets its target, and whether it may.

        All hold at once (Bonferroni).
        """
        level = 1 - (1 - level) / max(1, len(self.calls))
        low, high = bounds(self.hits, self.calls, level)
        return (low >= self.share) & self.meets, (high >= self.share) | self.meets


class Stepped(NamedTuple):
    """The share of people in townships that meet their target, or what it differs by.

    `people`: [township] their shares of all. `base` is None for one layout; `same`: [township]
    where it and the other reach as many in time in each replication, so that nothing differs.
    There is no interval where no township is in doubt, or all in doubt stand on one side: the
    estimate would be its own bound.
    """

    people: np.ndarray
    other: Townships
    base: Townships | None = None
    same: np.ndarray | None = None
    rests_on: float = math.inf

    @property
    def mean(self) -> float:
        meets = self.other.meets.astype(float)
        if self.base is not None:
            meets = meets - self.base.meets
        return float(self.people @ meets)

    @property
    def constant(self) -> bool:
        """Whether nothing differs in any replication."""
        return self.same is not None and bool(self.same.all())

    def interval(self, level: float = LEVEL) -> Estimate:
        low, high = self._reach(level)
        if not low < self.mean < high:
            low = high = math.nan
        return Estimate(self.mean, low, high)

    def _reach(self, level: float) -> tuple[float, float]:
        """The least and the greatest value that are possible."""
        if self.base is None:
            surely, maybe = self.other.surely(level)
            return float(self.people @ surely), float(self.people @ maybe)
        level = 1 - (1 - level) / 2  # of two layouts
        (surely, maybe), (before, perhaps) = self.other.surely(level), self.base.surely(level)
        differs = self.people * ~self.same if self.same is not None else self.people
        low = differs @ (surely.astype(float) - perhaps)
        return float(low), float(differs @ (maybe.astype(float) - before))

    def above(self, value: float) -> float:
        """Two-sided p: how easily chance alone puts the estimate so far above a value."""
        return chance(lambda level: self._reach(level)[0] - value)

    def below(self, value: float) -> float:
        """Two-sided p: how easily chance alone puts the estimate so far below a value."""
        return chance(lambda level: value - self._reach(level)[1])
