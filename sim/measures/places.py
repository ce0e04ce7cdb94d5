"""Sums of measures by replication, area and township: what rows and sums of calls have in common.

Where the dispatcher was asked about other places than the call's own (`sim.model.log.answers`),
measures that a response time tells are sums over calls, plus what the answers say of them: the mean
of a call's answers less that of its own place. This has mean zero, for nothing has read where the
call is until an ambulance is assigned; so nothing is biased, and most of the chance that lies in
where the calls come from is taken out. docs/questions.md has the proof.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from copy import copy
from typing import Self

import numpy as np

from sim.measures.groups import ALL, Group, Setup
from sim.measures.kinds import OfCalls, PercentileOfCalls, Sums
from sim.measures.response import WITHIN

FEWEST = 2  # replications: one alone has no interval that could be narrowed
BY_PLACE = ("all", "area", "township")


class ByPlace(ABC):
    """One layout's replications, of which sums by place are known."""

    setup: Setup
    replications: int
    answers: int  # of each call; 1 where nothing but its own response is known

    @abstractmethod
    def cells(self, measure: OfCalls, group: Group) -> Sums:
        """[replication, area, township] of a measure; ValueError if it is not kept.

        Among all calls, or those of a group that is not one of `BY_PLACE`.
        """

    def plain(self) -> Self:
        """The same as its calls alone tell it, whatever else was asked."""
        other = copy(self)
        other.answers = 1
        return other

    def alike(self, measure: OfCalls | PercentileOfCalls) -> int:
        """How many answers make a call of what is counted."""
        if not isinstance(measure, OfCalls):
            return 1
        return self.answers if measure.asked or measure.beside is not None else 1

    def sums(self, measure: OfCalls, group: Group = ALL) -> Sums:
        """[replication] what is counted, and the calls among which."""
        return Sums(*(one.sum(axis=1) for one in self.by_place(measure, group)))

    def by_place(self, measure: OfCalls, group: Group = ALL) -> Sums:
        """[replication, area × township] the same; only of places that have a part in it."""
        cells = self.cells(measure, group)
        some = np.full(cells.above.shape[1:], group.by not in ("area", "township"))
        if group.by == "area":
            some[group.row] = True
        elif group.by == "township":
            some[:, group.row] = True
        if measure.where is not None:
            where = measure.where(self.setup)
            some[:, : where.shape[1]] &= where
            some[:, where.shape[1] :] = False
        return Sums(*(one[:, some] for one in cells))

    def by_township(self, measure: OfCalls = WITHIN) -> Sums:
        """[replication, township] the same."""
        return Sums(*(one.sum(axis=1) for one in self.cells(measure, ALL)))


def control_of(every: Sums, own: Sums, answers: int) -> Sums:
    """Sums over all answers, less so many times those of the calls' own places: mean zero."""
    return Sums(*(one - answers * self for one, self in zip(every, own, strict=True)))


def unless_withdrawn(asked_s: np.ndarray, withdrawn_s: np.ndarray) -> np.ndarray:
    """[call, answer] answers as responses: inf where the call would be withdrawn before.

    When a call is withdrawn does not follow from where it is, so the mean of what is made of the
    answers by the same rule stays that of the call's own place.
    """
    return np.where(asked_s <= withdrawn_s, asked_s, np.inf)


def controlled(plain: Sums, control: Sums, answers: int) -> Sums:
    """Sums over calls with what their answers say of them, as `control_of` has it.

    Divided last: what is the same in two layouts is then the same to the last bit.
    """
    pairs = zip(plain, control, strict=True)
    return Sums(*((answers * one + more) / answers for one, more in pairs))
