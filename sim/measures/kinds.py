"""Kinds of measures: what is counted, among which calls, in which unit, and how it varies.

Rows of calls (`sim.measures.rows`) and sums by area and township (`sim.measures.sums`) are both
`Replications`, from which a measure takes what it needs: a search among many layouts and a
comparison of two speak of one thing.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass
from typing import Literal, NamedTuple, Protocol

import numpy as np

from sim.measures.calls import Tally
from sim.measures.groups import ALL, Group, Setup
from sim.measures.intervals import Spread, bootstrap, jackknife, ratios


class Matters(NamedTuple):
    """Differences below this do not matter to anyone."""

    share: float = 0.01  # one point
    min: float = 0.5


class Sums(NamedTuple):
    """What is counted and what it is divided by, for each replication or cell."""

    above: np.ndarray
    below: np.ndarray


class Rows(Protocol):
    """A row for each call: a `Tally`, or the `Pooled` ones of many replications."""

    @property
    def area(self) -> np.ndarray: ...
    @property
    def township(self) -> np.ndarray: ...
    @property
    def response_s(self) -> np.ndarray: ...
    @property
    def turnout_s(self) -> np.ndarray: ...
    @property
    def at_once(self) -> np.ndarray: ...
    @property
    def cross(self) -> np.ndarray: ...


class Replications(Protocol):
    """One layout's replications, which can be left out one by one: `Pooled`, or `Summed`.

    Each method raises ValueError for what cannot be told from what was kept.
    """

    setup: Setup
    replications: int

    def sums(self, measure: OfCalls, group: Group = ALL) -> Sums:
        """[replication] of a measure of calls."""

    def by_township(self, measure: OfCalls) -> Sums:
        """[replication, township] of a measure of calls."""

    def ordered(self, measure: PercentileOfCalls, group: Group) -> tuple[np.ndarray, np.ndarray]:
        """[call] values in ascending order, and the replication of each."""

    def fleet(self, measure: OfFleet) -> Sums:
        """[replication] of a measure of the fleet."""


@dataclass(frozen=True)
class Measure(ABC):
    """A figure by which layouts are judged.

    `unit`: a share between 0 and 1, or minutes.
    """

    key: str
    unit: Literal["share", "min"]
    better: Literal["more", "less"]

    @property
    def sign(self) -> int:
        """+1 if more is better, else -1: values times this can be compared as gains."""
        return 1 if self.better == "more" else -1

    @property
    def scale(self) -> int:
        """Factor from a value to its printed number: shares in per cent, minutes as they are."""
        return 100 if self.unit == "share" else 1

    @property
    def greatest(self) -> float:
        """The greatest value that is possible; the least is 0."""
        return 1.0 if self.unit == "share" else math.inf

    def matters(self, matters: Matters) -> float:
        """The least difference that matters, in the unit of this measure."""
        return matters.share if self.unit == "share" else matters.min

    @abstractmethod
    def left_out(self, found: Replications, group: Group = ALL) -> np.ndarray:
        """[1 + replication] the value of all replications, then without each of them."""

    def spread(self, found: Replications, group: Group = ALL) -> Spread:
        """The value of all replications and how it varies."""
        return jackknife(self.left_out(found, group), found.setup.sequential)

    def paired(self, base: Replications, other: Replications, group: Group = ALL) -> Spread:
        """`other` less `base`: replications are left out of both together."""
        difference = self.left_out(other, group) - self.left_out(base, group)
        return jackknife(difference, base.setup.sequential)


@dataclass(frozen=True)
class OfCalls(Measure):
    """A share or a mean: the ratio of two sums over calls.

    `value` is what is summed, [call]; `among` the calls that it is divided by, [call] bool, all
    unless told; `where` the places that they come from, [area, township] bool, all unless told;
    `per` how much of what is summed makes one of the unit.
    """

    _: KW_ONLY
    value: Callable[[Rows, Setup], np.ndarray]
    among: Callable[[Rows], np.ndarray] | None = None
    where: Callable[[Setup], np.ndarray] | None = None
    per: float = 1.0

    def sums(self, rows: Rows, setup: Setup, cell: np.ndarray, cells: int) -> Sums:
        """[cell] the sums over calls from everywhere; `cell`: [call] the cell of each."""
        among = None if self.among is None else self.among(rows)
        return added_up(self.value(rows, setup), among, cell, cells)

    def counts_as(self, other: OfCalls) -> bool:
        """Whether both count the same, though perhaps of calls from other places."""
        return (self.value, self.among, self.per) == (other.value, other.among, other.per)

    def left_out(self, found: Replications, group: Group = ALL) -> np.ndarray:
        above, below = found.sums(self, group)
        return ratios(above / self.per, below)


@dataclass(frozen=True)
class PercentileOfCalls(Measure):
    """The smallest value of a call that at least `share` of the calls are at or below."""

    _: KW_ONLY
    value: Callable[[Rows], np.ndarray]  # [call]
    share: float
    per: float = 1.0

    def left_out(self, found: Replications, group: Group = ALL) -> np.ndarray:
        values, replication = found.ordered(self, group)
        values = values / self.per
        rest = (values[replication != one] for one in range(found.replications))
        return np.array([percentile(some, self.share) for some in (values, *rest)])


@dataclass(frozen=True)
class OfFleet(Measure):
    """A share of the fleet's time, all ambulances together."""

    _: KW_ONLY
    above: Callable[[Tally], float]  # seconds of a replication
    below: Callable[[Tally], float]

    def left_out(self, found: Replications, group: Group = ALL) -> np.ndarray:
        return ratios(*found.fleet(self))


@dataclass(frozen=True)
class OfPeople(Measure):
    """The share of people in townships that meet their target, of those in townships that called.

    Of the others nothing is known. The value jumps where a township comes to meet its target, so
    its interval is a bootstrap.
    """

    _: KW_ONLY
    measure: OfCalls  # of which each township's value is compared with `Setup.share`

    def values(self, found: Replications, weights: np.ndarray) -> np.ndarray:
        """[resample] from how often each replication counts: [resample, replication]."""
        met, calls = (weights @ counts for counts in found.by_township(self.measure))
        called = calls > 0
        meets = called & (met >= found.setup.share * calls - 1e-9)
        with np.errstate(invalid="ignore"):
            share: np.ndarray = meets @ found.setup.people / (called @ found.setup.people)
        return share

    def left_out(self, found: Replications, group: Group = ALL) -> np.ndarray:
        count = found.replications
        return self.values(found, np.vstack([np.ones((1, count)), 1 - np.eye(count)]))

    def spread(self, found: Replications, group: Group = ALL) -> Spread:
        return bootstrap(found.replications, lambda weights: self.values(found, weights))

    def paired(self, base: Replications, other: Replications, group: Group = ALL) -> Spread:
        def difference(weights: np.ndarray) -> np.ndarray:
            return self.values(other, weights) - self.values(base, weights)

        return bootstrap(base.replications, difference)


def added_up(values: np.ndarray, among: np.ndarray | None, cell: np.ndarray, cells: int) -> Sums:
    """[cell] the sum of the values, and how many they are, of the calls that are `among` them."""
    if among is not None:
        values, cell = values[among], cell[among]
    return Sums(np.bincount(cell, values, cells), np.bincount(cell, minlength=cells))


def percentile(ordered: np.ndarray, share: float) -> float:
    """The smallest value with at least `share` of the values at or below it; nan if none.

    As `np.quantile(…, method="inverted_cdf")`, which takes five times as long on values that are
    in order already.
    """
    if not len(ordered):
        return math.nan
    return float(ordered[max(0, math.ceil(share * len(ordered) - 1e-9) - 1)])
