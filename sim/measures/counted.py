"""Shares where hardly anything was missed, or hardly anything reached: exact bounds.

The t interval over replications has no width where nothing happened in any of them, and is too
narrow where little did. There the interval is Clopper and Pearson's, on an effective number of
calls (Korn & Graubard 1998, Survey Methodology 24:193): calls of one replication are late together,
so that they say less than as many calls apart.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from scipy.special import betainc, betaincinv, stdtrit

from sim.measures.intervals import (
    LEVEL,
    Estimate,
    Jackknifed,
    Spread,
    freedom,
    jackknife,
    ratios,
    varies,
)

# Fewer hits or misses than so many (counted as if apart) are too few for the t interval: with 36
# misses in 12 replications it held in 91 of 100 studies (`tests/measures/test_counted.py`).
FEW = 60
# How many calls tell as much as one apart where none was missed, or none reached: from nothing that
# cannot be estimated. Misses come while all are busy, in clumps
# whose number N is geometric with mean 1 + u, u being the share of time that ambulances are busy;
# E[N²] / E[N] = 1 + 2u, which is 2 where they are busy half of the time.
CLUMP = 2.0
KEPT = 8192  # shares whose intervals are remembered: most areas stay as they are from plan to plan
KNOWN = 20  # hits and misses, from which the design effect can be estimated
LEAST_CHANCE = 1e-12


class ExactShare(NamedTuple):
    """A share: so many hits of so many calls, both as if each call stood alone."""

    hits: float
    calls: float
    rests_on: float = math.inf  # calls as they are

    @property
    def mean(self) -> float:
        return self.hits / self.calls

    def interval(self, level: float = LEVEL) -> Estimate:
        """Clopper and Pearson's interval, which is never without width."""
        low, high = bounds(np.array(self.hits), np.array(self.calls), level)
        return Estimate(self.mean, float(low), float(high))

    def above(self, value: float) -> float:
        """Two-sided p: how easily chance alone puts the share so far above a value."""
        if value >= 1 or self.hits <= 0:
            return 1.0
        misses = self.calls - self.hits
        return min(1.0, 2 * float(betainc(self.hits, misses + 1, max(0.0, value))))

    def below(self, value: float) -> float:
        """Two-sided p: how easily chance alone puts the share so far below a value."""
        return self._replace(hits=self.calls - self.hits).above(1 - value)


class Apart(NamedTuple):
    """A difference of two values whose own intervals are known (MOVER, Zou & Donner 2008).

    `size` is what a difference of one is worth in the unit of the measure. Where the two depend on
    each other by shared calls, the interval is too wide rather than too narrow.
    """

    mean: float
    base: Spread
    other: Spread
    rests_on: float = math.inf
    size: float = 1.0

    def interval(self, level: float = LEVEL) -> Estimate:
        less, more = self.base.interval(level), self.other.interval(level)
        down = math.hypot(more.mean - more.low, less.high - less.mean)
        up = math.hypot(more.high - more.mean, less.mean - less.low)
        return Estimate(self.mean, self.mean - down * self.size, self.mean + up * self.size)

    def above(self, value: float) -> float:
        """Two-sided p: how easily chance alone puts the estimate so far above a value."""
        return chance(lambda level: self.interval(level).low - value)

    def below(self, value: float) -> float:
        """Two-sided p: how easily chance alone puts the estimate so far below a value."""
        return chance(lambda level: value - self.interval(level).high)


def bounds(hits: np.ndarray, calls: np.ndarray, level: float) -> tuple[np.ndarray, np.ndarray]:
    """Clopper and Pearson's bounds of shares; numbers of hits and calls need not be whole."""
    tail = (1 - level) / 2
    misses = np.maximum(calls - hits, 0.0)
    low = np.where(hits > 0, betaincinv(np.maximum(hits, 1e-9), misses + 1, tail), 0.0)
    high = np.where(misses > 0, betaincinv(hits + 1, np.maximum(misses, 1e-9), 1 - tail), 1.0)
    return low, high


def chance(beyond: Callable[[float], float]) -> float:
    """The p at which an interval just reaches a value.

    `beyond`: how far an interval of a level leaves the value outside; at most 0 if it holds it.
    """
    if not beyond(0.0) > 0:  # nan, too
        return 1.0
    low, high = LEAST_CHANCE, 1.0
    if beyond(1 - low) > 0:
        return low
    while high / low > 1.001:
        middle = math.sqrt(low * high)
        low, high = (low, middle) if beyond(1 - middle) > 0 else (middle, high)
    return high


def design_effect(hits: np.ndarray, calls: np.ndarray) -> np.ndarray:
    """[cell] how many calls tell as much as one apart, as replications vary; nan if none does.

    `hits`, `calls`: [replication, cell]. The variance of the pooled share over replications, by
    linearisation, over that of as many calls apart.
    """
    count, total = len(hits), calls.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = hits.sum(axis=0) / total
        over = ((hits - share * calls) ** 2).sum(axis=0) * count / (count - 1) / total
        # All but all of them: what is left of the spread is rounding, and tells nothing.
        apart = share * (1 - share)
        found: np.ndarray = np.where(apart > LEAST_CHANCE, over / apart, np.nan)
    return found


def counted(
    hits: np.ndarray, calls: np.ndarray, sequential: bool, alike: int = 1
) -> tuple[np.ndarray, np.ndarray]:
    """[cell] hits and calls as if each call stood alone, from [replication, cell].

    Calls are divided by the design effect. It cannot be known where nothing happened, and from
    little it is found too small: so it is at least `CLUMP` there, and from `KNOWN` hits and misses
    on at least 1; or, where a call is the mean of so many answers (`alike`), that share of it, as
    if each answer stood alone. As replications are few, calls are made fewer by the squared ratio
    of the normal quantile to Student's.
    """
    some = np.minimum(hits.sum(axis=0), (calls - hits).sum(axis=0))
    least = 1 / alike + (CLUMP - 1 / alike) * np.maximum(0.0, 1 - some / KNOWN)
    effect = np.fmax(design_effect(hits, calls), least)
    quantiles = stdtrit([1e9, float(freedom(len(hits), sequential))], 0.5 + LEVEL / 2)
    alone = calls.sum(axis=0) / effect * (quantiles[0] / quantiles[1]) ** 2
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where(calls.sum(axis=0) > 0, hits.sum(axis=0) / calls.sum(axis=0), 0.0)
    return share * alone, alone


def one_counted(
    hits: np.ndarray, calls: np.ndarray, sequential: bool, alike: int = 1
) -> ExactShare:
    """The same of one share, from [replication]."""
    return _one_counted(_as_key(hits), _as_key(calls), sequential, alike)


@lru_cache(maxsize=KEPT)
def _one_counted(hits_: bytes, calls_: bytes, sequential: bool, alike: int) -> ExactShare:
    hits, calls = np.frombuffer(hits_), np.frombuffer(calls_)
    some, alone = counted(hits[:, None], calls[:, None], sequential, alike)
    return ExactShare(float(some[0]), float(alone[0]), float(calls.sum()))


def _as_key(values: np.ndarray) -> bytes:
    """Numbers as what a cache knows them by."""
    return np.ascontiguousarray(values, np.float64).tobytes()


def are_few(events: np.ndarray, calls: np.ndarray, alike: int = 1) -> bool:
    """Whether events of calls, [replication] each, are too few for the t interval."""
    effect = float(np.fmax(design_effect(events[:, None], calls[:, None]), 1 / alike)[0])
    return float(events.sum()) / effect < FEW


def pooled_share(
    hits: np.ndarray, calls: np.ndarray, sequential: bool, alike: int = 1
) -> Jackknifed | ExactShare:
    """A share from [replication]: a jackknife; with hardly any hits or misses, exact bounds."""
    return _pooled_share(_as_key(hits), _as_key(calls), sequential, alike)


@lru_cache(maxsize=KEPT)
def _pooled_share(
    hits_: bytes, calls_: bytes, sequential: bool, alike: int
) -> Jackknifed | ExactShare:
    hits, calls = np.frombuffer(hits_), np.frombuffer(calls_)
    whole = jackknife(ratios(hits, calls), sequential)._replace(rests_on=float(calls.sum()))
    if math.isnan(whole.se):
        return whole
    few = are_few(hits, calls, alike) or are_few(calls - hits, calls, alike)
    if few or not varies(whole):
        return one_counted(hits, calls, sequential, alike)
    return whole
