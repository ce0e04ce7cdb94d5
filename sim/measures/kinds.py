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
from sim.measures.counted import (
    Apart,
    ExactShare,
    are_few,
    one_counted,
    pooled_share,
)
from sim.measures.features import Feature
from sim.measures.groups import ALL, Group, Setup
from sim.measures.intervals import Jackknifed, Spread, jackknife, ratios, varies
from sim.measures.service import CallColumns
from sim.measures.steps import Ranked
from sim.model.calendar import DAY_S

FEW_BITS = 2**15  # numbers that fit into two bytes


class Matters(NamedTuple):
    """Differences below this do not matter to anyone."""

    share: float = 0.01  # one point
    min: float = 0.5
    number: float = 0.1  # of ambulances, crews, failures or drives


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
    @property
    def withdrawn_s(self) -> np.ndarray: ...
    @property
    def sent(self) -> np.ndarray: ...
    @property
    def waited_s(self) -> np.ndarray: ...
    @property
    def answered_s(self) -> np.ndarray: ...
    @property
    def ending(self) -> np.ndarray: ...
    @property
    def responder_s(self) -> np.ndarray: ...
    @property
    def responder_asked(self) -> np.ndarray: ...
    @property
    def priority(self) -> np.ndarray: ...
    @property
    def beyond(self) -> CallColumns: ...


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

    def by_place(self, measure: OfCalls, group: Group = ALL) -> Sums:
        """[replication, area × township] of a measure of calls."""

    def alike(self, measure: OfCalls | PercentileOfCalls) -> int:
        """How many answers make a call of what is counted; 1 where nothing else was asked."""

    def plain(self) -> Replications:
        """The same as its calls alone tell it, whatever else was asked."""

    def ordered(self, measure: PercentileOfCalls, group: Group) -> tuple[np.ndarray, np.ndarray]:
        """[answer] values in ascending order, and the replication of each."""

    def fleet(self, measure: OfFleet, group: Group = ALL) -> Sums:
        """[replication] of a measure of the fleet, or of a part of it."""

    def events(self, value: Events, group: Group) -> list[np.ndarray]:
        """[replication][event] values of what a measure of events is of."""

    def event_sums(self, value: Events, group: Group) -> Sums:
        """[replication] the sum of the same values, and how many they are."""


Events = Callable[[Tally, Setup, Group], np.ndarray]  # [event] of a replication, of some of them
BothOf = tuple[Replications, Replications]  # two layouts


@dataclass(frozen=True)
class Measure(ABC):
    """A figure by which layouts are judged.

    `unit`: a share between 0 and 1, minutes, or a plain number. `feature`: what a scenario must
    have for the measure to be listed; nothing unless told.
    """

    key: str
    unit: Literal["share", "min", "number"]
    better: Literal["more", "less"]
    _: KW_ONLY
    feature: Feature = Feature.NOTHING

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
        least: float = getattr(matters, self.unit)
        return least

    def aim(self, matters: Matters) -> float:
        """The half-width to which a difference is known unless told otherwise, in this unit."""
        return self.matters(matters) / 5

    def zone(self, matters: Matters) -> float:
        """Leads below this are a tie unless told otherwise, in the unit of this measure."""
        return self.matters(matters) / 4

    def on_a_par(self, base: Replications, other: Replications) -> BothOf:
        """Two layouts, each as far as what is known of both goes: so they can be compared."""
        return base, other

    @abstractmethod
    def left_out(self, found: Replications, group: Group = ALL) -> np.ndarray:
        """[1 + replication] the value of all replications, then without each of them."""

    @abstractmethod
    def spread(self, found: Replications, group: Group = ALL) -> Spread:
        """The value of all replications and how it varies."""

    @abstractmethod
    def paired(self, base: Replications, other: Replications, group: Group = ALL) -> Spread:
        """`other` less `base`: replications are left out of both together."""

    def _jackknifed(self, found: Replications, group: Group) -> Jackknifed:
        return jackknife(self.left_out(found, group), found.setup.sequential)

    def _differing(self, base: Replications, other: Replications, group: Group) -> Jackknifed:
        with np.errstate(invalid="ignore"):  # where neither ever ends, how they differ is not known
            difference = self.left_out(other, group) - self.left_out(base, group)
        return jackknife(difference, base.setup.sequential)


@dataclass(frozen=True)
class OfCalls(Measure):
    """A share or a mean: the ratio of two sums over calls.

    `value` is what is summed, [call]; `among` the calls that it is divided by, [call] bool, all
    unless told, or if it finds None; `where` the places that they come from, [area, township] bool,
    all unless told; `per` how much of what is summed makes one of the unit. `asked`: whether both
    follow from areas, response times and when a call is withdrawn alone, so that answers about
    other places tell of them. `beside`: a measure
    of that kind, of which this one is what it would be had nobody else come; what answers tell of
    it then holds here, too, for it has mean zero. `counts`: whether a share counts calls; else it
    is a mean of numbers between 0 and 1.
    """

    _: KW_ONLY
    value: Callable[[Rows, Setup], np.ndarray]
    among: Callable[[Rows, Setup], np.ndarray | None] | None = None
    where: Callable[[Setup], np.ndarray] | None = None
    per: float = 1.0
    asked: bool = False
    beside: OfCalls | None = None
    counts: bool = True

    def sums(self, rows: Rows, setup: Setup, cell: np.ndarray, cells: int) -> Sums:
        """[cell] the sums over calls from everywhere; `cell`: [call] the cell of each."""
        return added_up(self.value(rows, setup), self.some(rows, setup), cell, cells)

    def some(self, rows: Rows, setup: Setup) -> np.ndarray | None:
        """[call] bool: those that it is divided by; None: all."""
        return None if self.among is None else self.among(rows, setup)

    def counts_as(self, other: OfCalls) -> bool:
        """Whether both count the same, though perhaps of calls from other places."""
        return (self.value, self.among, self.per) == (other.value, other.among, other.per)

    def left_out(self, found: Replications, group: Group = ALL) -> np.ndarray:
        above, below = found.sums(self, group)
        return ratios(above / self.per, below)

    def spread(self, found: Replications, group: Group = ALL) -> Spread:
        """A jackknife; of a share with hardly any hits or misses, exact bounds.

        A mean that is the same in replications of other numbers of calls is a constant of the
        layout; else, where nothing varies, how it would vary is not known.
        """
        hits, calls = found.sums(self, group)
        if self.unit == "share" and self.counts:
            return pooled_share(hits, calls, found.setup.sequential, found.alike(self))
        whole = self._jackknifed(found, group)._replace(rests_on=float(calls.sum()))
        constant = len(np.unique(calls)) > 1
        return whole if varies(whole) or constant else whole._replace(se=math.nan)

    def paired(self, base: Replications, other: Replications, group: Group = ALL) -> Spread:
        """A jackknife; of a share where hardly any call changed, exact bounds of those that did.

        How many changed is known by replication, area and township: calls gained and lost in the
        same of these count as none. Where no mean changed, as many as may have changed by chance
        are taken to change by the mean.
        """
        before, after = base.by_place(self, group), other.by_place(self, group)
        rests_on = float(min(before.below.sum(), after.below.sum()))
        whole = self._differing(base, other, group)._replace(rests_on=rests_on)
        if math.isnan(whole.se):
            return whole
        known = whole if varies(whole) else whole._replace(se=math.nan)
        if not np.array_equal(before.below, after.below):  # not the same calls
            apart = [self.spread(one, group) for one in (base, other)]
            exact = any(isinstance(one, ExactShare) for one in apart)
            return Apart(whole.mean, apart[0], apart[1], rests_on) if exact else known
        calls, net = after.below.sum(axis=1), after.above - before.above
        if self.unit != "share" or not self.counts:
            return known if net.any() else self._nothing_changed(before, calls, base)
        gained, lost = np.maximum(net, 0.0).sum(axis=1), np.maximum(-net, 0.0).sum(axis=1)
        alike = base.alike(self)
        if are_few(gained + lost, calls, alike) or not varies(whole):
            ends = [
                one_counted(some, calls, base.setup.sequential, alike) for some in (lost, gained)
            ]
            return Apart(whole.mean, ends[0], ends[1], rests_on)
        return whole

    def _nothing_changed(self, sums: Sums, calls: np.ndarray, found: Replications) -> Spread:
        """No mean changed: as many calls as may have by chance, by what a call has on the mean."""
        none = one_counted(np.zeros(len(calls)), calls, found.setup.sequential)
        size = float(sums.above.sum() / self.per / calls.sum())
        return Apart(0.0, none, none, float(calls.sum()), size)


@dataclass(frozen=True)
class Percentile(Measure):
    """The smallest value that at least `share` of some values are at or below."""

    _: KW_ONLY
    share: float
    per: float = 1.0

    @abstractmethod
    def ordered(self, found: Replications, group: Group) -> tuple[np.ndarray, np.ndarray]:
        """[value] in ascending order, and the replication of each."""

    def alike(self, found: Replications) -> int:
        """How many of the values tell as much as one."""
        return 1

    def left_out(self, found: Replications, group: Group = ALL) -> np.ndarray:
        values, replication = self.ordered(found, group)
        return percentiles(values / self.per, replication, found.replications, self.share)

    def spread(self, found: Replications, group: Group = ALL) -> Spread:
        """A jackknife; where hardly any call lies beyond, or nothing varies, exact bounds."""
        values, replication = self.ordered(found, group)
        alike = self.alike(found)
        rests_on = len(values) / alike
        whole = self._jackknifed(found, group)._replace(rests_on=rests_on)
        if math.isnan(whole.se):
            return whole
        calls = np.bincount(replication, minlength=found.replications) / alike
        upto = values / self.per <= whole.mean
        hits = np.bincount(replication[upto], minlength=found.replications) / alike
        if varies(whole) and not are_few((1 - self.share) * calls, calls):
            return whole
        alone = one_counted(hits, calls, found.setup.sequential, alike).calls
        return Ranked(whole.mean, values / self.per, self.share, alone, rests_on)

    def paired(self, base: Replications, other: Replications, group: Group = ALL) -> Spread:
        """A jackknife; where those of the layouts are exact bounds, these as if apart."""
        ends = [self.spread(one, group) for one in (base, other)]
        rests_on = min(one.rests_on for one in ends)
        whole = self._differing(base, other, group)._replace(rests_on=rests_on)
        exact = any(isinstance(one, Ranked) for one in ends) or not varies(whole)
        return Apart(whole.mean, ends[0], ends[1], rests_on) if exact else whole


@dataclass(frozen=True)
class PercentileOfCalls(Percentile):
    """The smallest value of a call that at least `share` of the calls are at or below.

    `among`: as of `OfCalls`. With answers about other places (`asked`), the same of them all: a
    call is the mean of its answers.
    """

    _: KW_ONLY
    value: Callable[[Rows], np.ndarray]  # [call]
    among: Callable[[Rows, Setup], np.ndarray | None] | None = None
    asked: bool = False

    def ordered(self, found: Replications, group: Group) -> tuple[np.ndarray, np.ndarray]:
        return found.ordered(self, group)

    def alike(self, found: Replications) -> int:
        return found.alike(self)

    def on_a_par(self, base: Replications, other: Replications) -> BothOf:
        """By their calls alone, if only of one of them the answers about other places count."""
        same = base.alike(self) == other.alike(self)
        return (base, other) if same else (base.plain(), other.plain())

    def paired(self, base: Replications, other: Replications, group: Group = ALL) -> Spread:
        return super().paired(*self.on_a_par(base, other), group)


@dataclass(frozen=True)
class OfFleet(Measure):
    """A share of the fleet's time, or what happened to it in a time; all ambulances together.

    `per`: how much of what is counted makes one of the unit.
    """

    _: KW_ONLY
    above: Callable[[Tally, Group], float]  # of a replication, for all or a part of the fleet
    below: Callable[[Tally, Group], float]
    per: float = 1.0

    def left_out(self, found: Replications, group: Group = ALL) -> np.ndarray:
        above, below = found.fleet(self, group)
        return ratios(above / self.per, below)

    def spread(self, found: Replications, group: Group = ALL) -> Spread:
        """A jackknife; where nothing varies, as where something never was, it is not known."""
        whole = self._jackknifed(found, group)
        return whole if varies(whole) else whole._replace(se=math.nan)

    def paired(self, base: Replications, other: Replications, group: Group = ALL) -> Spread:
        whole = self._differing(base, other, group)
        return whole if varies(whole) else whole._replace(se=math.nan)


def days(tally: Tally, _: Group) -> float:
    """Days that are measured."""
    return tally.window_s / DAY_S


def added_up(values: np.ndarray, among: np.ndarray | None, cell: np.ndarray, cells: int) -> Sums:
    """[cell] the sum of the values, and how many they are, of the calls that are `among` them."""
    if among is not None:
        values, cell = values[among], cell[among]
    return Sums(np.bincount(cell, values, cells), np.bincount(cell, minlength=cells))


def percentiles(
    ordered: np.ndarray, replication: np.ndarray, replications: int, share: float
) -> np.ndarray:
    """[1 + replication] the percentile of all values, then without those of each replication.

    The smallest value with at least `share` of the values at or below it; nan if there is none.
    `ordered`: [value] ascending, and `replication` that of each.
    """
    found = np.full(1 + replications, np.nan)
    count = len(ordered)
    if not count:
        return found
    found[0] = ordered[_rank(count, share)]
    if replications < FEW_BITS:  # sorted in a tenth of the time
        replication = replication.astype(np.int16)
    spots = np.argsort(replication, kind="stable")  # of each replication, ascending
    ends = np.cumsum(np.bincount(replication, minlength=replications))
    for one, spot in enumerate(np.split(spots, ends[:-1])):
        left = count - len(spot)
        if left:
            rank = _rank(left, share)  # among those left; before it are some that are left out
            out = np.searchsorted(spot - np.arange(len(spot)), rank, side="right")
            found[1 + one] = ordered[rank + out]
    return found


def _rank(count: int, share: float) -> int:
    return max(0, math.ceil(share * count - 1e-9) - 1)
