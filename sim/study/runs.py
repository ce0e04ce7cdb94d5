"""The main flow: the same calls through each layout, in as many replications as are wanted.

All that is simulated is simulated here. Layout 0 is the base; each replication draws its calls once
for all layouts that are in it, so that what differs is due to the layouts alone. Replications are
added where they are still wanted, and layouts while the runs are open. Nothing here knows how an
engine works, where it runs or how a measure is computed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, cast

import numpy as np

from sim.measures import estimates
from sim.measures.besides import TOLD_BESIDES, TOLD_OF_CONDITIONS
from sim.measures.calls import Tally
from sim.measures.features import Feature
from sim.measures.groups import ALL, Group
from sim.measures.intervals import Estimate, Spread, simultaneous
from sim.measures.kinds import Matters
from sim.measures.measures import BY_KEY
from sim.measures.rows import Pooled
from sim.measures.sums import Counts, Summed
from sim.measures.verdicts import Harm, harms, matters_of
from sim.study import plan as plans
from sim.study.checkpoints import Fingerprints, Replication
from sim.study.effort import Effort
from sim.study.received import received
from sim.study.replication import Keep
from sim.study.sharing import shared
from sim.study.size import layouts_at_once
from sim.study.stopping import StoppedBecause, Stopping
from sim.study.store import Store, is_on
from sim.study.workers import Job
from sim.study.worst_served import WorstServed, choose

if TYPE_CHECKING:
    from sim.scenario.differences import Difference
    from sim.scenario.scenario import Scenario

AT_ONCE = 64  # layouts whose engines are in memory together


class Runs:
    """Layouts that met the same calls, each in as many replications as were asked for.

    `keep`: rows of calls, for every measure, or sums, of which there can be very many layouts.
    `worst`: the worst-served townships, if another base fixed them, or they are not wanted.
    `logs_to`: a folder for every call and trip, as Parquet.
    """

    def __init__(
        self,
        base: Scenario,
        layouts: Iterable[Scenario] = (),
        effort: Effort | None = None,
        worst: WorstServed | None = None,
        keep: Keep = Keep.SUMS,
        logs_to: Path | None = None,
    ):
        effort = effort or Effort()
        self.stopping: Stopping = effort.stopping(base)
        self.seed = effort.seed_of(base)
        self.matters: Matters = matters_of(base)
        self._study = plans.prepare(base, tuple(layouts), effort, keep, logs_to is not None)
        self._job = Job(self._study.plan)
        self._open = ExitStack()
        effort = self._open.enter_context(shared(effort))
        assert effort.pool is not None
        assert effort.checkpoints is not None
        self._pool, self._checkpoints, self._logs_to = effort.pool, effort.checkpoints, logs_to
        # Nobody can tell whether a function is still the same: what follows from one is not kept.
        keeps = effort.reuse and is_on() and not base.own_rules.any
        self._store = Store() if keeps else None
        self._fingerprints = Fingerprints()
        self._watch = effort.watch or (lambda done, total: None)
        self._found: list[list[Tally | Counts]] = [[] for _ in self.layouts]
        self._ready: dict[int, Pooled | Summed] = {}
        self._worst_served = worst
        self.runs = 0  # replications of all layouts together, read back or simulated

    def __enter__(self) -> Runs:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._pool.forget(self._job)
        if self._store is not None:
            self._store.tidy()
        self._open.__exit__(kind, error, trace)

    @property
    def layouts(self) -> tuple[Scenario, ...]:
        """The base first; proposals are measured over its days and against its targets."""
        return self._study.layouts

    @property
    def base(self) -> Scenario:
        return self.layouts[0]

    @property
    def differing(self) -> tuple[tuple[Difference, ...], ...]:
        """[layout] the settings in which its scenario is other than the base."""
        return self._study.differing

    @property
    def _rows(self) -> bool:
        return self._study.plan.keep == Keep.ROWS

    def replications(self, row: int) -> int:
        """How many a layout has."""
        return len(self._found[row])

    # ── more of them ─────────────────────────────────────────────────────────────────────────

    def add(self, layout: Scenario) -> int:
        """One more layout, without replications as yet: its row."""
        self._study = self._study.add(layout)
        self._pool.forget(self._job)
        self._job = self._job.extended(self._study.plan)
        self._found.append([])
        return len(self._found) - 1

    def forget_proposals(self) -> None:
        """Let go of all layouts but the base, and of what was found of them."""
        self._study = self._study.base_alone()
        self._pool.forget(self._job)
        self._job = self._job.of_the_base(self._study.plan)
        del self._found[1:]
        self._ready = {row: found for row, found in self._ready.items() if row == 0}

    def extend(self, upto: int, layouts: Sequence[int] | None = None) -> None:
        """See that these layouts, by row, and the base have `upto` replications each.

        `layouts`: default: all.
        """
        rows = range(len(self.layouts)) if layouts is None else layouts
        wanted = [0, *(row for row in rows if row)]
        lacking = {r: upto - len(self._found[r]) for r in wanted if len(self._found[r]) < upto}
        total = self.runs + sum(lacking.values())
        for having in sorted({len(self._found[r]) for r in lacking}):
            same = [r for r in lacking if len(self._found[r]) == having]
            many = layouts_at_once(self._study.plan, same, AT_ONCE)
            for first in range(0, len(same), many):
                self._run(range(having, upto), same[first : first + many], total)

    def _run(self, numbers: range, rows: list[int], total: int) -> None:
        """These replications of these layouts: read back, or simulated and kept."""
        key = "" if self._checkpoints.folder is None else self._study.key(rows, self._fingerprints)
        finished = self._checkpoints.of(key, len(rows), self._logs_to)
        by_number = finished.read(numbers) | self._stored(numbers, rows)
        self.runs += len(by_number) * len(rows)
        self._watch(self.runs, total)
        missing = [number for number in numbers if number not in by_number]
        with closing(self._pool.results(self._job, missing, rows)) as coming:
            for one in coming:  # whatever ends this ends the work of others
                finished.add(one)
                self._keep(one, rows)
                by_number[one.number] = one.tallies
                self.runs += len(rows)
                self._watch(self.runs, total)
        for number in numbers:
            for row, tally in zip(rows, by_number[number], strict=True):
                self._found[row].append(tally)
        for row in rows:
            self._ready.pop(row, None)

    def _stored(self, numbers: range, rows: list[int]) -> dict[int, list[Tally | Counts]]:
        """Replications of the base alone that an earlier command left; logs must be made anew."""
        if self._store is None or rows != [0] or self._study.plan.logs:
            return {}
        return {n: [tally] for n, tally in self._store.read(self._key_of_base, numbers).items()}

    def _keep(self, one: Replication, rows: list[int]) -> None:
        """Leave the base's replication to later commands."""
        if self._store is not None and rows[:1] == [0]:
            self._store.add(self._key_of_base, one.number, one.tallies[0])

    @cached_property
    def _key_of_base(self) -> str:
        return self._study.key([0], self._fingerprints)

    def until_known(self) -> int:
        """See that the base has as many replications as it needs by itself, and return how many.

        So many as `run` takes: the level of today's layout is estimated from these, whatever else
        is asked, so that it is one number everywhere. Others than the base get none; nor are logs
        of more replications than they have kept.
        """
        half_widths: list[float] = []
        for upto in self.stopping.looks():
            with self._without_logs():
                self.extend(upto, [])
            value = estimates.estimate(self._first(0, upto), "within")
            half_widths.append(value.half_width)
            if self.stopping.reason(half_widths):
                return upto
        raise AssertionError("the last look ends it")

    @contextmanager
    def _without_logs(self) -> Iterator[None]:
        """Replications that nothing but numbers is wanted of."""
        if not self._study.plan.logs:
            yield
            return
        before = self._study, self._job, self._logs_to
        plan = self._study.plan._replace(logs=False)
        self._study, self._logs_to = before[0]._replace(plan=plan), None
        self._job = before[1].extended(plan)
        try:
            yield
        finally:
            self._pool.forget(self._job)
            self._study, self._job, self._logs_to = before

    def until_precise(
        self,
        layouts: Sequence[int] | None = None,
        key: str = "within",
        level: float | None = None,
    ) -> StoppedBecause:
        """Replications of the base and these layouts until their differences are known enough.

        As many as are given, else until each half-width is below the aim of the measure; of a base
        alone, until that of its own value is below that of levels. `level` is that of the
        intervals, unless told otherwise such that they hold all at once.
        """
        for _, reason in self.looks(layouts, key, level):
            if reason is not None:
                return reason
        raise AssertionError("the last look ends it")

    def looks(
        self,
        layouts: Sequence[int] | None = None,
        key: str = "within",
        level: float | None = None,
    ) -> Iterator[tuple[int, StoppedBecause | None]]:
        """The same look by look: after how many, and why these are enough, None if they are not.

        What is known of more replications than a look is after has no part in it.
        """
        alone_ = layouts is None and len(self.layouts) == 1
        rows = [r for r in (range(1, len(self.layouts)) if layouts is None else layouts) if r]
        level = simultaneous(len(rows)) if level is None else level
        stopping = self.stopping
        if not alone_:
            stopping = stopping._replace(aim=BY_KEY[key].aim(self.matters))
        half_widths: list[float] = []
        for upto in stopping.looks():
            self.extend(upto, rows)
            base = self._first(0, upto)
            differing = [estimates.paired(base, self._first(row, upto), key) for row in rows]
            widths = [one.interval(level).half_width for one in differing]
            if alone_:
                widths = [estimates.estimate(base, key).half_width]
            half_widths.append(float(np.max(widths, initial=0.0)))  # nan if one is not known
            reason = stopping.reason(half_widths)
            yield upto, reason
            if reason is not None:
                return

    # ── what was found ───────────────────────────────────────────────────────────────────────

    def of(self, row: int) -> Pooled | Summed:
        """A layout's replications, ready for measures."""
        if row not in self._ready:
            self._ready[row] = self._made_ready(row)
        return self._ready[row]

    def summed(self, row: int) -> Summed:
        """The same, where sums are kept."""
        found = self.of(row)
        assert isinstance(found, Summed)
        return found

    def pooled(self, row: int) -> Pooled:
        """The same, where rows are kept."""
        found = self.of(row)
        assert isinstance(found, Pooled)
        return found

    def tallies(self, row: int) -> tuple[Tally, ...]:
        """A layout's replications one by one, where rows are kept."""
        assert self._rows
        return cast(tuple[Tally, ...], tuple(self._found[row]))

    def _made_ready(self, row: int, count: int | None = None) -> Pooled | Summed:
        setup = self._study.plan.setup._replace(worst=self.worst)
        if self._rows:
            return Pooled(self.tallies(row)[:count], setup)
        return Summed(self._counts(row), setup, self._rows_of_conditions(row))

    def _rows_of_conditions(self, row: int) -> list[int]:
        """In which row each condition of a layout is told: that of its name in the base.

        Those that only the layout has stand behind them.
        """
        base, own = (_conditions(self.layouts[of]) for of in (0, row))
        rows = {name: number for number, name in enumerate(dict.fromkeys([*base, *own]))}
        return [rows[name] for name in own]

    def _counts(self, row: int) -> list[Counts]:
        return cast(list[Counts], self._found[row])

    @property
    def worst_served(self) -> WorstServed:
        """The worst-served townships of the base, chosen on calls of their own."""
        if self._worst_served is None:
            key = self._choice_key()
            noted = self._checkpoints.read_choice(key)
            self._worst_served = self._choose() if noted is None else WorstServed.of(noted)
            if noted is None:
                self._checkpoints.note_choice(key, self._worst_served._asdict())
        return self._worst_served

    def _choose(self) -> WorstServed:
        return choose(self.base, self._study.plan, self.seed, self._pool.results)

    def _choice_key(self) -> str:
        """A hash of all that the choice follows from, of which the measured calls are no part."""
        if self._checkpoints.folder is None:
            return ""
        plan = self._study.plan._replace(seed=self.seed, keep=Keep.SUMS)
        return self._study._replace(plan=plan).key([0], self._fingerprints)

    @property
    def worst_if_chosen(self) -> WorstServed | None:
        """The same if anything has asked for them yet."""
        return self._worst_served

    @property
    def worst(self) -> tuple[int, ...]:
        """The worst-served townships, by row."""
        return self.worst_served.rows

    def pair(self, row: int, other: int) -> tuple[Pooled | Summed, Pooled | Summed]:
        """Two layouts in the replications that both have."""
        count = min(self.replications(row), self.replications(other))
        return self._first(row, count), self._first(other, count)

    def _first(self, row: int, count: int) -> Pooled | Summed:
        found = self.of(row)
        if found.replications == count:
            return found
        return found.first(count) if isinstance(found, Summed) else self._made_ready(row, count)

    def spread(self, row: int, key: str = "within", group: Group = ALL, base: int = 0) -> Spread:
        """A layout less another (default: the base), over the replications that both have."""
        less, more = self.pair(base, row)
        return estimates.paired(less, more, key, group)

    def harms(self, row: int, keys: Iterable[str] = ()) -> tuple[Harm, ...]:
        """Which of these measures a layout surely makes worse than the base.

        And which of those beyond the plain service, where both have what they speak of.
        """
        told = (*((key, ALL) for key in keys), *self.besides(row))
        spreads = {(key, group): self.spread(row, key, group) for key, group in told}
        return harms(spreads, self.replications(row), self.matters)

    def besides(self, row: int) -> tuple[tuple[str, Group], ...]:
        """The measures beyond the plain service that are told of a layout and the base.

        Of all calls, and of each condition that both have; its row is that of the base.
        """
        if self._rows:
            return ()
        found = plans.rosters([self.layouts[0], self.layouts[row]])
        for one in (self.summed(0), self.summed(row)):
            found |= one.besides.features
        told = [(key, ALL) for key in TOLD_BESIDES if BY_KEY[key].feature in found]
        if Feature.CAPABLE in found:
            base, own = (_conditions(self.layouts[of]) for of in (0, row))
            groups = [Group("condition", i) for i, name in enumerate(base) if name in own]
            several = max(len(base), len(own)) > 1
            told += [(key, one) for one in groups if several for key in TOLD_OF_CONDITIONS]
        return tuple(told)

    def value(self, row: int, key: str = "within", group: Group = ALL) -> Estimate:
        """A measure of one layout, with its 95 % interval."""
        return BY_KEY[key].spread(self.of(row), group).interval()

    def after(self, count: int, key: str = "within") -> Estimate:
        """A measure of the base over its first so many replications."""
        return estimates.estimate(self._first(0, count), key)

    def levels(self, keys: Iterable[str]) -> dict[str, Estimate]:
        """Measures of the base, each over the replications that it needs by itself."""
        found = self._first(0, self.until_known())
        return {key: estimates.estimate(found, key) for key in keys}

    def received(self) -> np.ndarray:
        """[hospital] patients whom the base brings to each, in a few replications."""
        return received(self._study.plan)

    def per_day(self, row: int, what: str, of: int | None = None) -> np.ndarray:
        """[station] calls `served`, or seconds `busy_s`, in a mean day, where sums are kept.

        `of`: over the replications that this layout has, too.
        """
        found, _ = self.pair(row, row if of is None else of)
        totals: np.ndarray = getattr(found, what).mean(axis=0)
        return totals / (self.base.settings.study.length / 86_400)


def _conditions(layout: Scenario) -> list[str]:
    """The names of its conditions, by row."""
    return [one.name for one in layout.settings.demand.conditions]
