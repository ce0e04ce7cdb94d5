"""Tallies of many replications of one layout, call after call, for every measure there is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple, Self, cast

import numpy as np

from sim.measures.calls import Tally
from sim.measures.groups import ALL, AREAS, Group, Setup
from sim.measures.kinds import OfCalls, OfFleet, PercentileOfCalls, Rows, Sums, added_up
from sim.measures.measures import BY_KEY
from sim.measures.places import BY_PLACE, FEWEST, ByPlace, control_of, controlled


class Answers(NamedTuple):
    """What each call's response would be at its own place, which comes first, and at others."""

    replication: np.ndarray  # [call, 1]
    area: np.ndarray  # [call, 1]
    township: np.ndarray  # [call, answer]
    response_s: np.ndarray  # [call, answer]


class Pooled(ByPlace):
    """One layout's tallies of all replications, ready to be summed, sorted and left out."""

    def __init__(self, tallies: Sequence[Tally], setup: Setup):
        self.setup, self.tallies = setup, tallies
        self.replications = len(tallies)
        asked = {tally.asked_s.shape[1] for tally in tallies}
        self.answers = max(1, min(asked)) if len(tallies) >= FEWEST else 1
        lengths = [len(tally.response_s) for tally in tallies]
        self.replication = np.repeat(np.arange(len(tallies)), lengths)
        self.area = np.concatenate([tally.area for tally in tallies])
        self.township = np.concatenate([tally.township for tally in tallies])
        self.priority = np.concatenate([tally.priority for tally in tallies])
        self.hour = np.concatenate([tally.hour for tally in tallies])
        self.response_s = np.concatenate([tally.response_s for tally in tallies])
        self.turnout_s = np.concatenate([tally.turnout_s for tally in tallies])
        self.at_once = np.concatenate([tally.at_once for tally in tallies])
        self.cross = np.concatenate([tally.cross for tally in tallies])
        self.target_s = np.array(setup.target_s)[self.area]
        self._townships = max(len(setup.people), int(self.township.max(initial=-1)) + 1)
        self._cells: dict[tuple[object, object], Sums] = {}

    def plain(self) -> Self:
        """The same as its calls alone tell it, whatever else was asked."""
        other = super().plain()
        other._cells = {}
        return other

    def members(self, group: Group) -> np.ndarray:
        """Which calls belong to a group, as rows."""
        if group.by == "all":
            return np.arange(len(self.response_s))
        return np.flatnonzero(getattr(self, group.by) == group.row)

    def values(self, measure: OfCalls) -> np.ndarray:
        """[call] what a measure sums, of calls from everywhere."""
        return measure.value(self, self.setup)

    def left_out(self, key: str, group: Group = ALL) -> np.ndarray:
        """[1 + replications] the measure of all replications, then without each of them."""
        return BY_KEY[key].left_out(self, group)

    @cached_property
    def every(self) -> Answers:
        """All answers of all calls."""
        others = np.concatenate([tally.other_township for tally in self.tallies])
        return Answers(
            self.replication[:, None],
            self.area[:, None],
            np.column_stack([self.township.astype(others.dtype), others]),
            np.concatenate([tally.asked_s for tally in self.tallies]),
        )

    # ── what measures take ───────────────────────────────────────────────────────────────────

    def cells(self, measure: OfCalls, group: Group) -> Sums:
        """[replication, area, township]; of a priority or an hour, among its calls."""
        if group.by not in BY_PLACE:
            return self._summed(measure, self.members(group))
        key = measure.value, measure.among
        if key not in self._cells:
            self._cells[key] = self._summed(measure, np.arange(len(self.area)))
        return self._cells[key]

    def _summed(self, measure: OfCalls, some: np.ndarray) -> Sums:
        """The sums of a measure over some calls, with what their answers say of them."""
        shape = (self.replications, AREAS, self._townships)

        def added(rows: Rows, cell: np.ndarray, upto: int | None = None) -> Sums:
            def of_some(column: np.ndarray) -> np.ndarray:
                return (column[some] if upto is None else column[some, :upto]).ravel()

            among = None if measure.among is None else of_some(measure.among(rows))
            values = of_some(measure.value(rows, self.setup))
            found = added_up(values, among, of_some(cell), math.prod(shape))
            return Sums(*(one.reshape(shape) for one in found))

        plain = added(self, self._cell_of_call)
        if self.alike(measure) == 1:
            return plain
        answers = cast(Rows, self.every)  # what is asked about needs areas and responses only
        every, own = added(answers, self._cell_of_answer), added(answers, self._cell_of_answer, 1)
        return controlled(plain, control_of(every, own, self.answers), self.answers)

    @cached_property
    def _cell_of_call(self) -> np.ndarray:
        return self._cell(self.replication, self.area, self.township)

    @cached_property
    def _cell_of_answer(self) -> np.ndarray:
        return self._cell(*self.every[:3])

    def _cell(self, replication: np.ndarray, area: np.ndarray, township: np.ndarray) -> np.ndarray:
        """The number of a replication, area and township."""
        cell: np.ndarray = (replication * AREAS + area) * self._townships + township
        return cell

    def alike(self, measure: OfCalls | PercentileOfCalls) -> int:
        """As of sums; a percentile is that of all answers, unless calls may be left for others."""
        if isinstance(measure, OfCalls):
            return super().alike(measure)
        return 1 if any(tally.may_divert for tally in self.tallies) else self.answers

    def ordered(self, measure: PercentileOfCalls, group: Group) -> tuple[np.ndarray, np.ndarray]:
        """[answer] values in ascending order, and the replication of each."""
        if self.alike(measure) == 1:
            rows, values = self.members(group), measure.value(self)
            order = rows[np.argsort(values[rows], kind="stable")]
            return values[order], self.replication[order]
        values, order = self._answers_in_order
        call = order // self.answers
        if group.by == "township":
            some = self.every.township.ravel()[order] == group.row
        elif group.by == "all":
            return values, self.replication[call]
        else:
            some = getattr(self, group.by)[call] == group.row
        return values[some], self.replication[call[some]]

    @cached_property
    def _answers_in_order(self) -> tuple[np.ndarray, np.ndarray]:
        """[answer] all of them in ascending order, and their rows, a call's side by side."""
        values = self.every.response_s.ravel()
        order = np.argsort(values, kind="stable")
        return values[order], order

    def fleet(self, measure: OfFleet) -> Sums:
        """[replication] seconds of the fleet."""
        above = np.array([measure.above(tally) for tally in self.tallies])
        return Sums(above, np.array([measure.below(tally) for tally in self.tallies]))
