"""Many layouts on the same calls, as sums: replications are added where they are still wanted.

Everything in this folder asks its questions here. Layout 0 is the base; each replication draws its
calls once for all layouts that are in it, so that what differs is due to the layouts alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from sim.measures import estimates
from sim.measures.estimates import ALL, Estimate, Group, Spread
from sim.measures.measures import BY_KEY
from sim.measures.sums import Counts, Summed
from sim.measures.verdicts import Matters, matters_of
from sim.study import plan as study
from sim.study.stopping import Chosen
from sim.study.workers import Crew

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from sim.scenario.scenario import Scenario

FRESH = 1_000_003  # added to the seed for calls on which nothing was chosen
AT_ONCE = 64  # layouts whose engines are in memory together


class How(NamedTuple):
    """How often, with which calls and where: the options of `sim.compare`, as far as they apply."""

    replications: int | None = None
    most: int | None = None
    draft: bool = False
    seed: int | None = None
    workers: int | None = None
    executor: Executor | None = None
    scheduler: str | None = None
    engine: str = "compiled"
    watch: Callable[..., Any] | None = None  # told (layout runs finished, all that are known of)
    fresh: bool = False  # other calls of the same seed: those on which nothing was chosen
    keep_tables: bool = True  # of travel seconds, on disk


class Trials:
    """Layouts that met the same calls, each in as many replications as were asked for."""

    def __init__(
        self,
        base: Scenario,
        layouts: Iterable[Scenario],
        how: How,
        worst: tuple[int, ...] | None = None,  # worst-served townships, if another base fixed them
    ):
        planned = study.prepare(
            base, *layouts, replications=how.replications, most=how.most, draft=how.draft,
            seed=how.seed, engine=how.engine, keep_tables=how.keep_tables,
        )  # fmt: skip
        study.check_who_works(how.workers, how.executor, how.scheduler)
        targets = base.settings.targets
        plan = planned.plan._replace(targets_s=(targets.urban, targets.rural))
        self.layouts, self.rule, self.seed = planned.layouts, planned.enough, plan.seed
        if how.fresh:
            plan = plan._replace(seed=plan.seed + FRESH)
        self.matters: Matters = matters_of(base)
        self._crew = Crew(plan, how.workers, how.executor, how.scheduler)
        self._watch = how.watch or (lambda done, total: None)
        self._found: list[list[Counts]] = [[] for _ in self.layouts]
        self._summed: dict[int, Summed] = {}
        self._worst = worst
        self.runs = 0  # layout × replication, all that were simulated

    def __enter__(self) -> Trials:
        return self

    def __exit__(self, *error: Any) -> None:
        self._crew.__exit__(*error)

    @property
    def base(self) -> Scenario:
        return self.layouts[0]

    def replications(self, row: int) -> int:
        return len(self._found[row])

    def more(self, upto: int, rows: Sequence[int] | None = None) -> None:
        """See that these layouts (default: all) and the base have `upto` replications each."""
        wanted = [0, *(r for r in (range(len(self.layouts)) if rows is None else rows) if r)]
        lacking = {r: upto - len(self._found[r]) for r in wanted if len(self._found[r]) < upto}
        total = self.runs + sum(lacking.values())
        for having in sorted({len(self._found[r]) for r in lacking}):
            same = [r for r in lacking if len(self._found[r]) == having]
            for first in range(0, len(same), AT_ONCE):
                self._run(range(having, upto), same[first : first + AT_ONCE], total)

    def _run(self, numbers: range, rows: list[int], total: int) -> None:
        by_number: dict[int, Any] = {}
        self._watch(self.runs, total)
        with closing(self._crew.carried_out(numbers, rows)) as coming:
            for one in coming:
                by_number[one.number] = one.tallies
                self.runs += len(rows)
                self._watch(self.runs, total)
        for number in numbers:
            for row, counts in zip(rows, by_number[number], strict=True):
                self._found[row].append(counts)
        for row in rows:
            self._summed.pop(row, None)

    def until_precise(
        self, rows: Sequence[int] | None = None, key: str = "within", level: float | None = None
    ) -> Chosen:
        """Replications of the base and these layouts until their differences are known enough.

        As many as are given, else until each half-width is below half of what matters; `level` is
        that of the intervals, unless told otherwise such that they hold all at once.
        """
        rows = [r for r in (range(1, len(self.layouts)) if rows is None else rows) if r]
        level = estimates.simultaneous(len(rows)) if level is None else level
        rule = self.rule._replace(aim=getattr(self.matters, BY_KEY[key].unit) / 2)
        half_widths: list[float] = []
        for upto in rule.looks():
            self.more(upto, rows)
            widths = [self.spread(row, key).interval(level).half_width for row in rows]
            half_widths.append(float(np.max(widths, initial=0.0)))  # nan if one is not known
            if chosen := rule.chosen(half_widths):
                return chosen
        raise AssertionError("the last look ends it")

    # ── what was found ───────────────────────────────────────────────────────────────────────

    def summed(self, row: int) -> Summed:
        if row not in self._summed:
            townships = len(self.base.map.townships)
            if self._worst is None:  # fixed from the base, at the first look
                self._worst = Summed(self._found[0], (), townships).worst_townships()
            looked = self.rule.fixed is None
            self._summed[row] = Summed(self._found[row], self._worst, townships, looked)
        return self._summed[row]

    @property
    def worst(self) -> tuple[int, ...]:
        return self.summed(0).worst

    def pair(self, row: int, other: int) -> tuple[Summed, Summed]:
        """Two layouts in the replications that both have."""
        count = min(len(self._found[row]), len(self._found[other]))
        return self.summed(row).first(count), self.summed(other).first(count)

    def spread(self, row: int, key: str = "within", group: Group = ALL, base: int = 0) -> Spread:
        """A layout less another (default: the base), over the replications that both have."""
        less, more = self.pair(base, row)
        return estimates.paired(less, more, key, group)

    def value(self, row: int, key: str = "within", group: Group = ALL) -> Estimate:
        found = self.summed(row)
        return estimates.jackknife(found.left_out(key, group), found.looked).interval()

    def per_day(self, row: int, what: str, of: int | None = None) -> np.ndarray:
        """[station] calls served, or seconds busy, in a mean day; of those that `of` met, too."""
        found, _ = self.pair(row, row if of is None else of)
        totals: np.ndarray = getattr(found, what).mean(axis=0)
        return totals / (self.base.settings.study.length / 86_400)
