"""One layout, or several on the same calls: estimates, paired differences and verdicts."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack

from sim.answers import comparison_facts, township_table
from sim.answers import lines as listing
from sim.answers.answer import Answer, FileTable, Provenance, Replayable, names_first
from sim.answers.comparison_figures import ComparisonFigures
from sim.answers.lines import (
    PARTS,
    Line,
    MeasureRow,
    group_name,
    has_part,
    hours_table,
    listed,
    measure_row,
)
from sim.answers.pools import Pools
from sim.answers.township_table import TownshipRow
from sim.measures import estimates
from sim.measures.calls import Tally
from sim.measures.features import Feature
from sim.measures.groups import ALL, Group
from sim.measures.intervals import Estimate, Jackknifed, Spread, simultaneous
from sim.measures.kinds import Matters
from sim.measures.measures import ALONE, BY_KEY, HEADLINE
from sim.measures.rows import Pooled
from sim.measures.verdicts import FEWEST, Verdict, matters_of, verdicts
from sim.scenario.differences import Difference, in_effect
from sim.study import arguments
from sim.study.effort import Effort, EffortOptions, Watch
from sim.study.plan import rosters, yardstick
from sim.study.replication import Keep
from sim.study.runs import Runs
from sim.study.stopping import StoppedBecause

if TYPE_CHECKING:
    import pandas as pd

    from sim.answers.why_late import WhyLate
    from sim.scenario.scenario import Scenario


@dataclass(frozen=True, eq=False, repr=False)
class Comparison(Replayable, Answer, ComparisonFigures):
    """What one layout does, or what others do on the same calls.

    `layouts[0]` is the base; a run is a comparison with that one layout.
    """

    provenance: Provenance
    layouts: tuple[Scenario, ...]
    tallies: tuple[tuple[Tally, ...], ...]  # [layout][replication]; the base may have more of them
    differing: tuple[tuple[Difference, ...], ...] = ()  # [layout] its settings, from the base's
    sequential: bool = False  # replications were added until the headline was known well enough
    level_of: int = 0  # replications of the base that its level is estimated from; 0: all
    pools: Pools = field(default_factory=Pools)  # one for comparisons of one base

    name = "comparison"

    @property
    def base(self) -> Scenario:
        return self.layouts[0]

    @property
    def proposals(self) -> range:
        """Numbers of the layouts that are compared with the base."""
        return range(1, len(self.layouts))

    @property
    def replications(self) -> int:
        """Those that all layouts have, from which differences are estimated."""
        return len(self.tallies[-1])

    @property
    def same_calls(self) -> bool:
        """Whether every layout met the very same calls."""
        return not any(one.is_of_the_calls for found in self.differing for one in found)

    def differences(self, layout: int) -> tuple[Difference, ...]:
        """The settings in which a layout's scenario is other than the base."""
        return self.differing[layout] if self.differing else ()

    def is_same(self, layout: int) -> bool:
        """Whether a layout is the base itself, so that nothing can differ."""
        one, other = self.layouts[0], self.layouts[layout]
        return not in_effect(self.differences(layout)) and one.is_laid_out_as(other)

    @cached_property
    def matters(self) -> Matters:
        """Differences below this are too small to matter."""
        return matters_of(self.base)

    # ── numbers ──────────────────────────────────────────────────────────────────────────────

    @cached_property
    def pooled(self) -> list[Pooled]:
        """[layout] its calls in all replications; the worst-served set is the base's.

        Of the base those replications from which every command estimates its level.
        """
        level = self.tallies[0][: self.level_of or None]
        every = enumerate((level, *self.tallies[1:]))
        return [self._pooled(number, tallies) for number, tallies in every]

    @cached_property
    def beside(self) -> Pooled:
        """The base in the replications that the others have: differences are taken from it."""
        if self.level_of in (0, self.replications):
            return self.pooled[0]
        return self._pooled(0, self.tallies[0][: self.replications])

    def _pooled(self, number: int, tallies: Sequence[Tally]) -> Pooled:
        worst = () if self.provenance.worst is None else self.provenance.worst.rows
        setup = yardstick(self.layouts[number], self.sequential)._replace(worst=worst)
        return self.pools.of(self.layouts, number, tallies, setup)

    def estimate(self, key: str, layout: int = 0, group: Group = ALL) -> Estimate:
        """A measure of one layout with its 95 % interval: a share, or minutes."""
        self._check(key, layout)
        return self._once(self._estimated, key, layout, group)

    def _estimated(self, key: str, layout: int, group: Group) -> Estimate:
        if not self._has(layout, group):
            return Estimate(math.nan, math.nan, math.nan)
        if layout == 0:
            return self.pools.estimate(self.pooled[0], key, group)
        base, other = BY_KEY[key].on_a_par(self.beside, self.pooled[layout])
        found = estimates.estimate(other, key, group)
        if base is self.pooled[0]:
            return found
        # Today's level and the difference make the proposal's: what is printed adds up.
        level = self.pools.estimate(self.pooled[0], key, group).mean
        beside = self.pools.estimate(base, key, group).mean
        return estimates.moved(found, level - beside, key)

    @cached_property
    def _known(self) -> dict[tuple[object, ...], Any]:
        return {}

    def _once(self, work: Callable[..., Any], *of: object) -> Any:
        """What some work comes to, done once; no circle of references keeps all of it alive."""
        asked = (work.__name__, *of)
        if asked not in self._known:
            self._known[asked] = work(*of)
        return self._known[asked]

    def spread(self, key: str, layout: int = 1, group: Group = ALL) -> Spread:
        """A layout less the base, replication by replication: mean and standard error."""
        self._check(key, layout, 1)
        return self._once(self._spread, key, layout, group)

    def _spread(self, key: str, layout: int, group: Group) -> Spread:
        if not (self._has(0, group) and self._has(layout, group)):
            return Jackknifed(math.nan, math.nan, max(1, self.replications - 1))
        found = estimates.paired(self.beside, self.pooled[layout], key, group)
        if self.is_same(layout) and not math.isnan(found.mean):
            return Jackknifed(0.0, 0.0, max(1, self.replications - 1))
        return found

    def _has(self, layout: int, group: Group) -> bool:
        """Whether a layout has a class or a centre, of all calls and ambulances always."""
        return group.by not in PARTS or has_part(self.layouts, layout, group)

    def _check(self, key: str, layout: int, least: int = 0) -> None:
        """Refuse a measure or a layout that there is not."""
        arguments.one_of("key", key, BY_KEY)
        arguments.whole("layout", layout, least, len(self.layouts) - 1)

    @property
    def level(self) -> float:
        """The level of each interval of a difference, so that all proposals' hold at once."""
        return simultaneous(len(self.proposals))

    def difference(self, key: str, layout: int = 1, group: Group = ALL) -> Estimate:
        """A layout less the base, with an interval that holds for all proposals at once."""
        return self.spread(key, layout, group).interval(self.level)

    def verdict(self, key: str, layout: int = 1, group: Group = ALL) -> Verdict:
        """What a difference amounts to; while there are too few replications to tell, that."""
        self._check(key, layout, 1)
        if self.replications < FEWEST and not self.is_same(layout):
            return Verdict.FEW_REPLICATIONS
        return self._once(self._judged, key, group)[layout - 1]

    def _judged(self, key: str, group: Group) -> list[Verdict]:
        spreads = [self.spread(key, layout, group) for layout in self.proposals]
        return verdicts(BY_KEY[key], spreads, self.matters)

    def headline_keys(self) -> list[str]:
        """The measures of the printed table; those with nothing to measure are left out."""
        keys = HEADLINE if self.proposals else (*HEADLINE, *ALONE)
        told = [key for key in keys if BY_KEY[key].feature in self.features]
        return [key for key in told if not math.isnan(self.estimate(key).mean)]

    @cached_property
    def features(self) -> Feature:
        """What any layout has beyond the plain service."""
        told = self.pooled if self.tallies else []
        return estimates.features_of(told) | rosters(self.layouts)

    @cached_property
    def groups_of_fleet(self) -> tuple[Group, ...]:
        """The classes and dispatch centres of a service that has several."""
        found = estimates.groups_of_fleet(self.pooled) if self.features else ()
        return tuple(listing.told_apart(self.layouts, found))

    def service_lines(self) -> list[Line]:
        """What the printed table has beyond the plain service; nothing that no layout can tell."""
        told = range(len(self.layouts))
        return [
            line
            for line in listed(self.features, self.groups_of_fleet)
            if not all(math.isnan(self.estimate(line.key, n, line.group).mean) for n in told)
        ]

    def lines(self) -> list[Line]:
        """Every line of the printed table."""
        return [*(Line(key, ALL) for key in self.headline_keys()), *self.service_lines()]

    def lines_against_base(self, layout: int) -> list[Line]:
        """The same of a proposal beside the base: nothing that only other proposals have."""
        if not self.tallies:
            return self.lines()
        both = (0, layout)
        features = estimates.features_of([self.pooled[number] for number in both])
        features |= rosters([self.layouts[number] for number in both])
        return [line for line in self.lines() if BY_KEY[line.key].feature in features]

    # ── tidy rows ────────────────────────────────────────────────────────────────────────────

    def rows(self) -> list[MeasureRow]:
        """Every estimate, tidy; and for each proposal its differences from the base."""
        rows = []
        for number, layout in enumerate(self.layouts):
            for group in (*estimates.groups(self.pooled[0]), *self.groups_of_fleet):
                of = self.group_name(group)
                for key in estimates.keys_of(group, self.features):
                    line, value = Line(key, group), self.estimate(key, number, group)
                    rows.append(measure_row(layout.name.en, of, line, value))
                    if number and group.by not in ("priority", "hour"):
                        name, more = f"{layout.name} − {self.base.name}", self.difference
                        rows.append(measure_row(name, of, line, more(key, number, group)))
        return rows

    def group_name(self, group: Group) -> str:
        """What a group is called in files, whatever the reader's language."""
        return group_name(self.layouts, group)

    def to_frame(self) -> pd.DataFrame:
        """Tidy: one row for each replication, layout, group and measure of the calls."""
        import pandas as pd

        frame: list[tuple[object, ...]] = []
        for number, layout in enumerate(self.layouts):
            for replication, one in enumerate(self.tallies[number]):
                tallies = listing.by_names(self.layouts, number, [one])
                pooled = Pooled(tallies, self.pooled[number].setup)
                for group in (*estimates.groups(self.pooled[0]), *self.groups_of_fleet):
                    if group.by in ("priority", "hour"):
                        continue
                    for key in estimates.keys_of(group, self.features):
                        if not self._has(number, group):
                            continue
                        value = float(pooled.left_out(key, group)[0])
                        name = self.group_name(group)
                        frame.append((layout.name.en, replication, name, key, value))
        columns = ["layout", "replication", "group", "measure", "value"]
        return pd.DataFrame(frame, columns=columns)

    def tables(self) -> dict[str, FileTable]:
        """Every estimate and difference, by the name of the file."""
        return {
            "measures": FileTable(MeasureRow._fields, self.rows()),
            "townships": FileTable(TownshipRow._fields, township_table.rows(self)),
        } | hours_table(self.layouts, self.features, self.groups_of_fleet, self.estimate)

    def townships(self, lang: str | None = None) -> pd.DataFrame:
        """Every township by layout: people, calls, compliance, minutes, difference and verdict.

        A tidy row for each township and layout; columns are those of `TownshipRow`. Townships of
        all proposals are judged together. `lang`: the names in this language stand first; what the
        columns are called is the same in all. OptionError if there is no such language.
        """
        import pandas as pd

        frame = pd.DataFrame(township_table.rows(self), columns=TownshipRow._fields)
        return frame if lang is None else names_first(frame, lang)

    def facts(self) -> dict[str, Any]:
        """The whole answer as one object; `measures` are tidy rows, nan and inf are None."""
        return comparison_facts.facts(self)

    def scenarios(self) -> Sequence[Scenario]:
        return self.layouts

    # ── for notebooks ────────────────────────────────────────────────────────────────────────

    def why(self, layout: int = 0) -> WhyLate:
        """What made calls late: distance, call taking, turnout, the nearest busy, or queueing."""
        from sim.answers import why_late

        arguments.whole("layout", layout, 0, len(self.layouts) - 1)
        return why_late.explain(self, layout)

    def sentence(self, lang: str = "en", layout: int = 1) -> str:
        """One sentence for the minutes of the meeting, about one proposal."""
        arguments.whole("layout", layout, 1, max(1, len(self.layouts) - 1))
        return self.sentences(lang)[layout - 1]


def run(
    scenario: Scenario, *, logs_to: Path | str | None = None, **effort: Unpack[EffortOptions]
) -> Comparison:
    """What one layout does; the options are those of `compare`."""
    return compare(scenario, logs_to=logs_to, **effort)


def compare(
    base: Scenario,
    *proposals: Scenario,
    logs_to: Path | str | None = None,
    **effort: Unpack[EffortOptions],
) -> Comparison:
    """The base and any number of proposals on the same calls.

    `logs_to`: a folder for every call and trip, as Parquet. `effort`: see `sim.study.effort`;
    `watch` is told in replications, for all layouts have as many.
    """
    began = time.perf_counter()
    arguments.scenarios(base, *proposals)
    if logs_to is not None:
        arguments.path("logs_to", logs_to)
    asked = Effort.of(effort)
    if asked.watch is not None:
        asked = replace(asked, watch=_in_replications(asked.watch, 1 + len(proposals)))
    logs = None if logs_to is None else Path(logs_to)
    with Runs(base, proposals, asked, keep=Keep.ROWS, logs_to=logs) as runs:
        reason = runs.until_precise()
        level_of = runs.until_known()
        rows = range(len(runs.layouts))
        return compared(runs, rows, reason, level_of, time.perf_counter() - began)


def compared(
    runs: Runs, rows: Sequence[int], reason: StoppedBecause, level_of: int, seconds: float
) -> Comparison:
    """What some layouts did in the replications that they have; the base is the first of them.

    `level_of`: replications of the base that its level is estimated from.
    """
    tallies = tuple(runs.tallies(row) for row in rows)
    provenance = Provenance.by(runs, reason, seconds)
    return Comparison(
        replace(provenance, replications=len(tallies[-1])),
        tuple(runs.layouts[row] for row in rows),
        tallies,
        tuple(runs.differing[row] for row in rows),
        runs.stopping.sequential,
        level_of,
    )


def _in_replications(watch: Watch, layouts: int) -> Watch:
    return lambda done, total: watch(done // layouts, total // layouts)
