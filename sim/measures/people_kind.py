"""The kind of measure that is of people, and jumps where a township comes to meet its target."""

from __future__ import annotations

import math
from dataclasses import KW_ONLY, dataclass

import numpy as np

from sim.measures.counted import counted
from sim.measures.groups import ALL, Group
from sim.measures.intervals import Jackknifed, Spread
from sim.measures.kinds import Measure, OfCalls, Replications, Sums
from sim.measures.steps import Stepped, Townships


@dataclass(frozen=True)
class OfPeople(Measure):
    """The share of people in townships that meet their target, of those in townships that called.

    Of the others nothing is known. The value jumps where a township comes to meet its target, so
    its interval says for each township whether it surely meets it, or may.
    """

    _: KW_ONLY
    measure: OfCalls  # of which each township's value is compared with `Setup.share`

    def values(self, found: Replications, weights: np.ndarray) -> np.ndarray:
        """[weighing] from how often each replication counts: [weighing, replication]."""
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
        hits, calls = found.by_township(self.measure)
        called = calls.sum(axis=0) > 0
        people = found.setup.people[called]
        if found.replications < 2 or not people.sum() > 0:
            return _unknown(float(self.left_out(found)[0]), found.replications)
        townships = self._townships(Sums(hits[:, called], calls[:, called]), found)
        return Stepped(people / people.sum(), townships, rests_on=float(calls.sum()))

    def paired(self, base: Replications, other: Replications, group: Group = ALL) -> Spread:
        """By township, those that meet their target in one layout only; over those that called."""
        before, after = (one.by_township(self.measure) for one in (base, other))
        called = (before.below.sum(axis=0) > 0) & (after.below.sum(axis=0) > 0)
        people = base.setup.people[called]
        if base.replications < 2 or not people.sum() > 0:
            values = [float(self.left_out(one)[0]) for one in (base, other)]
            return _unknown(values[1] - values[0], base.replications)
        some = [Sums(one.above[:, called], one.below[:, called]) for one in (before, after)]
        same = (some[0].above == some[1].above).all(axis=0)
        same &= (some[0].below == some[1].below).all(axis=0)
        less, more = self._townships(some[0], base), self._townships(some[1], other)
        rests_on = float(min(before.below.sum(), after.below.sum()))
        return Stepped(people / people.sum(), more, less, same, rests_on)

    def _townships(self, sums: Sums, found: Replications) -> Townships:
        hits, calls = counted(*sums, found.setup.sequential, found.alike(self.measure))
        meets = sums.above.sum(axis=0) >= found.setup.share * sums.below.sum(axis=0) - 1e-9
        return Townships(meets, hits, calls, found.setup.share)


def _unknown(value: float, replications: int) -> Jackknifed:
    return Jackknifed(value, math.nan, max(0, replications - 1))
