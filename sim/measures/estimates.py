"""Tallies of many replications to estimates with 95 % intervals, and to paired differences.

Every estimate pools the calls of all replications (the mean of per-replication percentiles or
minima is biased), and its interval is a jackknife over replications with Student's t. Where a
measure jumps (people in townships that meet their target) it is a bootstrap over replications.
The interval of a difference is paired: replications are left out of both layouts together.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple, Protocol

import numpy as np
from scipy.special import stdtr, stdtrit

from sim.measures.calls import TURNOUT_TARGET_S, Tally
from sim.measures.measures import BY_KEY, OF_CALLS

LEVEL = 0.95
RESAMPLES = 2_000
LONG_WAIT_S = 1_200.0


class Estimate(NamedTuple):
    """A value with its 95 % interval; nan where one replication leaves nothing to say."""

    mean: float
    low: float
    high: float

    @property
    def half_width(self) -> float:
        return (self.high - self.low) / 2

    def __str__(self) -> str:
        return f"{self.mean:.3f} ± {self.half_width:.3f}"


class Group(NamedTuple):
    """Some of the calls: all of them, or those of an area, township, priority or hour."""

    by: str
    row: int  # -1 for all


ALL = Group("all", -1)


class Setup(NamedTuple):
    """What measures need besides the calls."""

    target_s: tuple[float, float]  # urban, rural
    share: float  # of a township's calls, for the township to meet its target
    people: np.ndarray  # [township]
    worst: tuple[int, ...]  # the worst-served townships of the base
    looked: bool = False  # replications were added until the interval was narrow enough


class Pooled:
    """One layout's tallies of all replications, ready to be summed, sorted and left out."""

    def __init__(self, tallies: Sequence[Tally], setup: Setup):
        self.setup, self.tallies, self.looked = setup, tallies, setup.looked
        self.replications = len(tallies)
        self.replication = np.repeat(
            np.arange(len(tallies)), [len(tally.response_s) for tally in tallies]
        )
        self.area = np.concatenate([t.area for t in tallies])
        self.township = np.concatenate([t.township for t in tallies])
        self.priority = np.concatenate([t.priority for t in tallies])
        self.hour = np.concatenate([t.hour for t in tallies])
        self.response_s = np.concatenate([t.response_s for t in tallies])
        self.target_s = np.array(setup.target_s)[self.area]
        turnout_s = np.concatenate([t.turnout_s for t in tallies])
        self.of_calls = {
            "within": self.response_s <= self.target_s,
            "over20": self.response_s > LONG_WAIT_S,
            "turnout3": turnout_s <= TURNOUT_TARGET_S,
            "served_at_once": np.concatenate([t.at_once for t in tallies]),
            "cross": np.concatenate([t.cross for t in tallies]),
        }

    def members(self, group: Group) -> np.ndarray:
        """Which calls belong to a group, as rows."""
        if group.by == "all":
            return np.arange(len(self.response_s))
        return np.flatnonzero(getattr(self, group.by) == group.row)

    def left_out(self, key: str, group: Group = ALL) -> np.ndarray:
        """[1 + replications] the measure of all replications, then without each of them."""
        if key in ("busy", "level_zero"):
            return ratios(*self._fleet_time(key))
        rows = self.members(group)
        if key == "worst5":
            rows = np.flatnonzero(np.isin(self.township, self.setup.worst))
        if key in ("urban10", "rural30"):
            rows = self.members(Group("area", ("urban10", "rural30").index(key)))
        if key == "p90":
            return self._percentiles(rows, 0.9)
        if key == "mean":
            rows = rows[np.isfinite(self.response_s[rows])]
            values = self.response_s[rows] / 60
        else:
            name = key if key in self.of_calls else "within"
            values = self.of_calls[name][rows].astype(float)
        count = self.replications
        totals = np.bincount(self.replication[rows], values, count)
        return ratios(totals, np.bincount(self.replication[rows], minlength=count))

    def township_counts(self) -> tuple[np.ndarray, np.ndarray]:
        """[replication, township] calls within target, and calls."""
        shape = (self.replications, len(self.setup.people))
        cell = self.replication * shape[1] + self.township
        size = shape[0] * shape[1]
        within = np.bincount(cell, self.of_calls["within"], size)
        return within.reshape(shape), np.bincount(cell, minlength=size).reshape(shape)

    def people_ok(self, weights: np.ndarray) -> np.ndarray:
        """Share of people in townships that meet their target, [resample] from [resample, rep].

        Of the people in townships that called: of the others nothing is known.
        """
        within, calls = (weights @ counts for counts in self.township_counts())
        called = calls > 0
        meets = called & (within >= self.setup.share * calls - 1e-9)
        people = called @ self.setup.people
        with np.errstate(invalid="ignore"):
            return meets @ self.setup.people / people

    def _fleet_time(self, key: str) -> tuple[np.ndarray, np.ndarray]:
        if key == "busy":
            busy_s = np.array([t.busy_s.sum() for t in self.tallies])
            return busy_s, np.array([t.on_duty_s.sum() for t in self.tallies])
        zero_s = np.array([t.level_zero_s for t in self.tallies])
        return zero_s, np.array([t.window_s for t in self.tallies])

    def _percentiles(self, rows: np.ndarray, share: float) -> np.ndarray:
        order = rows[np.argsort(self.response_s[rows], kind="stable")]
        minutes, replication = self.response_s[order] / 60, self.replication[order]
        values = [percentile(minutes, share)]
        values += [percentile(minutes[replication != i], share) for i in range(self.replications)]
        return np.array(values)


def percentile(ordered: np.ndarray, share: float) -> float:
    """The smallest value with at least `share` of the values at or below it."""
    if not len(ordered):
        return math.nan
    return float(ordered[max(0, math.ceil(share * len(ordered) - 1e-9) - 1)])


class HasMeasures(Protocol):
    """Replications of one layout that can be left out one by one: `Pooled`, or sums alone."""

    looked: bool

    def left_out(self, key: str, group: Group = ALL) -> np.ndarray: ...


class Jackknifed(NamedTuple):
    """A value and how it would vary from study to study: Student's t over replications."""

    mean: float
    se: float  # nan where one replication leaves nothing to say
    df: int

    def interval(self, level: float = LEVEL) -> Estimate:
        if math.isnan(self.se):
            return Estimate(self.mean, math.nan, math.nan)
        half = float(stdtrit(self.df, 0.5 + level / 2)) * self.se
        return Estimate(self.mean, self.mean - half, self.mean + half)

    def above(self, value: float) -> float:
        """Two-sided p: how easily chance alone puts the estimate so far above a value."""
        if math.isnan(self.se):
            return 1.0
        if self.se == 0:
            return 0.0 if self.mean > value else 1.0
        return min(1.0, 2 * float(stdtr(self.df, (value - self.mean) / self.se)))

    def below(self, value: float) -> float:
        return self._replace(mean=-self.mean).above(-value)


class Resampled(NamedTuple):
    """A value and what it was when replications were drawn anew, with replacement."""

    mean: float
    values: np.ndarray  # empty where one replication leaves nothing to say

    def interval(self, level: float = LEVEL) -> Estimate:
        if not len(self.values):
            return Estimate(self.mean, math.nan, math.nan)
        low, high = np.quantile(self.values, [0.5 - level / 2, 0.5 + level / 2])
        return Estimate(self.mean, float(low), float(high))

    def above(self, value: float) -> float:
        """Two-sided p: how easily chance alone puts the estimate so far above a value."""
        if not len(self.values):
            return 1.0
        at_most = int((self.values <= value).sum()) + 1
        return min(1.0, 2 * at_most / (len(self.values) + 1))

    def below(self, value: float) -> float:
        return self._replace(values=-self.values).above(-value)


Spread = Jackknifed | Resampled


def estimate(pooled: Pooled, key: str, group: Group = ALL) -> Estimate:
    if key == "people_ok":
        return _bootstrap([pooled], lambda values: values[0]).interval()
    value = jackknife(pooled.left_out(key, group), pooled.looked).interval()
    most = 1.0 if BY_KEY[key].unit == "share" else np.inf
    return Estimate(value.mean, *np.clip([value.low, value.high], 0, most).tolist())


def paired(base: HasMeasures, other: HasMeasures, key: str, group: Group = ALL) -> Spread:
    """`other` less `base` on the same calls: replications are left out of both together."""
    if key == "people_ok":
        assert isinstance(base, Pooled)
        assert isinstance(other, Pooled)
        return _bootstrap([base, other], lambda values: values[1] - values[0])
    return jackknife(other.left_out(key, group) - base.left_out(key, group), base.looked)


def difference(
    base: HasMeasures, other: HasMeasures, key: str, group: Group = ALL, level: float = LEVEL
) -> Estimate:
    """`other` less `base` on the same calls, with the interval of the paired difference."""
    return paired(base, other, key, group).interval(level)


def simultaneous(several: int, level: float = LEVEL) -> float:
    """The level at which each of several intervals must be so that all hold at once (Bonferroni).

    Holds however much they depend on each other, and on shared calls they do.
    """
    return 1 - (1 - level) / max(1, several)


def holm(chances: Sequence[float]) -> list[float]:
    """Chances of several tests together, adjusted step by step (Holm 1979); in the same order."""
    adjusted, running = [0.0] * len(chances), 0.0
    order = sorted(range(len(chances)), key=chances.__getitem__)
    for step, row in enumerate(order):
        running = max(running, min(1.0, (len(chances) - step) * chances[row]))
        adjusted[row] = running
    return adjusted


def gain_from_sharing(base: Pooled, other: Pooled, key: str = "within") -> float:
    """How many times as many replications the same precision would take with calls of their own."""
    pseudo = [_pseudo_values(p.left_out(key, ALL)) for p in (base, other)]
    apart = sum(float(np.var(values, ddof=1)) for values in pseudo) if len(pseudo[0]) > 1 else 0.0
    paired = float(np.var(pseudo[1] - pseudo[0], ddof=1)) if len(pseudo[0]) > 1 else 0.0
    return apart / paired if paired > 0 else math.nan


def worst_townships(pooled: Pooled, count: int = 5) -> tuple[int, ...]:
    """The townships with the lowest compliance; only those with calls, ties by row."""
    within, calls = (counts.sum(axis=0) for counts in pooled.township_counts())
    return worst_of(within, calls, count)


def worst_of(within: np.ndarray, calls: np.ndarray, count: int) -> tuple[int, ...]:
    """Rows of the townships with the lowest share of calls within target."""
    some = np.flatnonzero(calls)
    order = some[np.argsort(within[some] / calls[some], kind="stable")]
    return tuple(sorted(order[:count].tolist()))


def groups(pooled: Pooled) -> Iterator[Group]:
    """Every group for which measures are reported."""
    yield ALL
    for by in ("area", "township", "priority", "hour"):
        for row in np.unique(getattr(pooled, by)).tolist():
            yield Group(by, row)


def keys_of(group: Group) -> tuple[str, ...]:
    if group.by != "all":
        return OF_CALLS
    return ("within", "urban10", "rural30", "worst5", *OF_CALLS[1:], "busy", "level_zero",
            "people_ok")  # fmt: skip


def ratios(numerator: np.ndarray, denominator: np.ndarray) -> np.ndarray:
    """The pooled ratio, then the ratio without each replication."""
    top = np.concatenate([[numerator.sum()], numerator.sum() - numerator])
    bottom = np.concatenate([[denominator.sum()], denominator.sum() - denominator])
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(bottom > 0, top / bottom, np.nan)


def _pseudo_values(left_out: np.ndarray) -> np.ndarray:
    count = len(left_out) - 1
    with np.errstate(invalid="ignore"):
        return count * left_out[0] - (count - 1) * left_out[1:]


def jackknife(left_out: np.ndarray, looked: bool = False) -> Jackknifed:
    """From a value of all replications, followed by those without each of them."""
    count = len(left_out) - 1
    pseudo = _pseudo_values(left_out)
    whole, df = float(left_out[0]), freedom(count, looked)
    if count < 2 or not np.isfinite(pseudo).all():
        return Jackknifed(whole, math.nan, df)
    return Jackknifed(whole, float(np.std(pseudo, ddof=1) / math.sqrt(count)), df)


def freedom(replications: int, looked: bool) -> int:
    """Degrees of freedom of Student's t: one less than replications, or half of that.

    Whoever stops when the interval is narrow enough stops more often where chance made it narrow.
    With half the degrees of freedom, though never fewer than at the first look, intervals are so
    much wider that they hold as often as they say (`benchmarks/statistics.py`).
    """
    df = replications - 1
    return max(min(df, FIRST_LOOK - 1), df // 2) if looked else df


def _bootstrap(
    layouts: Sequence[Pooled], statistic: Callable[[list[np.ndarray]], np.ndarray]
) -> Resampled:
    """People in townships that meet their target, resampling replications of all layouts alike."""
    count = layouts[0].replications
    rng = np.random.default_rng(2025)  # of the interval only: no call depends on it
    weights = rng.multinomial(count, np.full(count, 1 / count), RESAMPLES)
    whole = float(statistic([p.people_ok(np.ones((1, count))) for p in layouts])[0])
    values = statistic([p.people_ok(weights) for p in layouts]) if count > 1 else np.zeros(0)
    return Resampled(whole, values if np.isfinite(values).all() else np.zeros(0))


FIRST_LOOK = 10
