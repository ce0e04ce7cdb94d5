"""One layout after another held against a base, each time better known: what follows the hand.

    with Follower(base) as follower:
        for found in follower.of(base.move("泰安医院", to=[113.5, 27.7])):
            ...                                        # 5 replications, 10, 15 …, the last enough

The machine is that of `compare`: the very same replications, read in the very same way. The base's
calls, roads and replications stay from one layout to the next.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, NamedTuple, Unpack

from sim.answers.comparison import Comparison, compared
from sim.answers.pools import Pools
from sim.measures.verdicts import FEWEST
from sim.study.effort import Effort, EffortOptions
from sim.study.replication import Keep
from sim.study.runs import Runs
from sim.study.stopping import StoppedBecause

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario

AT_ONCE_S: Final = 0.5  # a first answer is not waited for any longer
A_FEW: Final = 2  # replications of it where more take too long: the least that have an interval
MOST: Final = 4  # layouts that are kept with their replications, besides the base


class SupersededError(Exception):
    """Something else is wanted by now; what was begun is given up."""


class AnswerSoFar(NamedTuple):
    """A comparison as far as it is known, and whether it is known well enough."""

    found: Comparison
    enough: bool


@dataclass(frozen=True)
class _Given:
    """Replications that were simulated for a layout, by its row among those of the runs."""

    layout: Scenario
    row: int


class Follower:
    """A base that stays, and layouts that are held against it one after another.

    `still_wanted` is asked between any two replications: where it says no, what is simulated is
    given up with a `SupersededError`, and nothing is lost but that.
    """

    def __init__(
        self,
        base: Scenario,
        still_wanted: Callable[[], bool] = lambda: True,
        **effort: Unpack[EffortOptions],
    ):
        asked = replace(Effort.of({"workers": 1, **effort}), watch=self._watch)
        self._still_wanted = still_wanted
        self._runs = Runs(base, (), asked, keep=Keep.ROWS)
        self._given: list[_Given] = []
        self._pools = Pools()
        self._level_of = 0
        self._a_replication_s = 0.0

    def __enter__(self) -> Follower:
        return self

    def __exit__(self, *ended: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of what is kept for the next layout."""
        self._runs.__exit__(None, None, None)

    @property
    def base(self) -> Scenario:
        return self._runs.base

    def today(self) -> Iterator[AnswerSoFar]:
        """What the base does by itself: as few replications at first, then as many as `run`."""
        self._forget()
        yield from self._looks([0], None)

    def of(self, layout: Scenario) -> Iterator[AnswerSoFar]:
        """A layout beside the base: a few replications at first, then as many as `compare`.

        ScenarioError where the layout cannot be simulated. Of the same layout, asked for again,
        what was shown already is passed over.
        """
        row = self._row_of(layout)
        yield from self._looks([0, row], [row])

    def _looks(self, rows: list[int], layouts: list[int] | None) -> Iterator[AnswerSoFar]:
        known = self._runs.replications(rows[-1]) if layouts else 0
        for count in self._first_counts():
            if count > known:
                self._extend(count, rows)
                yield AnswerSoFar(self._found(rows, count, StoppedBecause(), count, False), False)
        for count, reason in self._runs.looks(layouts):
            if reason is not None:
                yield AnswerSoFar(self._found(rows, count, reason, self._level()), True)
            elif count > known:
                yield AnswerSoFar(self._found(rows, count, StoppedBecause(), count), False)

    # ── one step ─────────────────────────────────────────────────────────────────────────────

    def _found(
        self,
        rows: list[int],
        count: int,
        reason: StoppedBecause,
        level_of: int,
        sequential: bool | None = None,
    ) -> Comparison:
        """The comparison of so many replications, as `compare` has it.

        `sequential`: whether their number was chosen by precision; as in the end, if not said.
        """
        assert self._runs.worst_served is not None  # chosen first, for the table names it
        found = compared(self._runs, rows, reason, level_of, 0.0)
        often = [max(count, level_of), *[count] * (len(rows) - 1)]
        return replace(
            found,
            tallies=tuple(of[:many] for of, many in zip(found.tallies, often, strict=True)),
            provenance=replace(found.provenance, replications=count),
            sequential=found.sequential if sequential is None else sequential,
            pools=self._pools,
        )

    def _level(self) -> int:
        if not self._level_of:
            self._level_of = self._runs.until_known()
        return self._level_of

    def _first_counts(self) -> list[int]:
        """How many replications to show before the first look, so that it does not take long."""
        first = next(self._runs.stopping.looks())
        few = FEWEST if FEWEST * self._a_replication_s <= AT_ONCE_S else A_FEW
        return [count for count in dict.fromkeys((few, FEWEST)) if count < first]

    def _extend(self, count: int, rows: list[int]) -> None:
        began, before = time.perf_counter(), self._runs.runs
        self._runs.extend(count, rows)  # the base, too
        if done := self._runs.runs - before:
            self._a_replication_s = (time.perf_counter() - began) / done

    def _row_of(self, layout: Scenario) -> int:
        """The row of a layout, which may be there from before."""
        for given in self._given:
            if given.layout is layout:
                return given.row
        if len(self._given) >= MOST:
            self._forget()
        row = self._runs.add(layout)
        self._given.append(_Given(layout, row))
        return row

    def _forget(self) -> None:
        self._runs.forget_proposals()
        self._given = []

    def _watch(self, done: int, total: int) -> None:
        if not self._still_wanted():
            raise SupersededError
