"""Why calls are late: every response time taken apart, and the one cause of each miss."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sim.answers.answer import Answer, Provenance, finite
from sim.measures import causes, estimates
from sim.measures.causes import Late, Split, shares, summed
from sim.measures.groups import ALL, Group
from sim.measures.intervals import Estimate
from sim.measures.rows import Pooled

if TYPE_CHECKING:
    import pandas as pd

    from sim.answers.comparison import Comparison
    from sim.scenario.scenario import Scenario

MOST: Final = 20  # townships in a table or figure; the others are summed up
WORTH_SHOWING: Final = 0.005  # of all misses: townships with less are among the others
WEEK_S: Final = 7 * 86_400.0


class CauseRow(NamedTuple):
    """One cause in one group of calls, tidy. Shares between 0 and 1."""

    layout: str
    by: str  # all, area, township, hour
    area: str  # which of them
    cause: str  # of `sim.measures.causes.CAUSES`, those that the service may have
    calls: int  # of the group, late or not
    misses: int  # of this cause
    share_of_misses: float
    minutes: float  # mean of this part over the group's misses that were reached


def explain(comparison: Comparison, layout: int = 0) -> WhyLate:
    """Why the calls of one layout were late."""
    return WhyLate(comparison.provenance, comparison, layout)


@dataclass(frozen=True, eq=False, repr=False)
class WhyLate(Answer):
    """What made calls late under one layout: by cause, township and hour."""

    provenance: Provenance
    comparison: Comparison
    number: int = 0  # of the layout

    name = "why"

    @property
    def layout(self) -> Scenario:
        return self.comparison.layouts[self.number]

    @property
    def pooled(self) -> Pooled:
        return self.comparison.pooled[self.number]

    @cached_property
    def split(self) -> Split:
        return causes.split(self.pooled)

    @cached_property
    def shares(self) -> list[Estimate]:
        """[cause] of all misses, each with its 95 % interval."""
        return shares(self.pooled, self.split)

    @cached_property
    def groups(self) -> list[Late]:
        """All calls, then those of each area, township and hour with calls."""
        return [
            summed(self.pooled, self.split, group)
            for group in estimates.groups(self.pooled)
            if group.by != "priority"
        ]

    def late(self, group: Group = ALL) -> Late:
        """The misses of one group of calls."""
        return summed(self.pooled, self.split, group)

    def by(self, kind: str) -> list[Late]:
        """The groups of one kind that have calls: area, township or hour."""
        return [late for late in self.groups if late.group.by == kind]

    def by_misses(self, most: int = MOST) -> tuple[list[Late], list[Late]]:
        """Townships from the most misses on; apart, those that are too many or have hardly any."""
        ordered = sorted(self.by("township"), key=lambda late: -late.total)
        least = max(1.0, WORTH_SHOWING * self.late().total)
        shown = sum(late.total >= least for late in ordered[:most])
        return ordered[:shown], ordered[shown:]

    def late_share(self, *groups: Group) -> float:
        """The share of calls that are late, in some groups together: as compliance is estimated.

        That takes in the other places that were asked for each call, and so is more exact than what
        is counted on the calls alone. nan where there are no calls.
        """
        with_calls = [(group, self.late(group).calls) for group in groups or (ALL,)]
        with_calls = [(group, calls) for group, calls in with_calls if calls]
        if not with_calls:
            return math.nan
        late = sum(calls * self._late_of(group) for group, calls in with_calls)
        return late / sum(calls for _, calls in with_calls)

    def _late_of(self, group: Group) -> float:
        return 1 - self.comparison.estimate("within", self.number, group).mean

    def a_week(self, misses: float) -> float:
        """What a number of the misses counted comes to in a week, if so many are late in all."""
        every = self.late()
        weeks = sum(tally.window_s for tally in self.pooled.tallies) / WEEK_S
        counted = misses / every.total * every.calls * self.late_share() if every.total else misses
        return counted / weeks

    def rows(self) -> list[CauseRow]:
        """Every cause in every group."""
        name = self.layout.name.en
        return [
            CauseRow(name, late.group.by, self.comparison.group_name(late.group), *values)
            for late in self.groups
            for values in zip(
                late.causes, [late.calls] * len(late.causes), late.misses.tolist(),
                late.shares.tolist(), late.minutes.tolist(), strict=True,
            )
        ]  # fmt: skip

    def to_frame(self) -> pd.DataFrame:
        """Tidy: one row for each group of calls and cause."""
        import pandas as pd

        return pd.DataFrame(self.rows(), columns=CauseRow._fields)

    def facts(self) -> dict[str, Any]:
        """For `--json` and `run.json`: of the study, and the rows."""
        facts = self.provenance.facts()
        kept = ("map", "synthetic", "replications", "days", "seed")
        rows = finite(self.to_frame().to_dict("records"))
        return {key: facts[key] for key in kept} | {"rows": rows}

    def scenarios(self) -> Sequence[Scenario]:
        return (self.layout,)
