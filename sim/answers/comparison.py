"""Replications to estimates, paired differences and verdicts: the result of a study."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Unpack

from sim.answers.legacy import _finite
from sim.measures import estimates
from sim.measures.calls import Tally
from sim.measures.estimates import ALL, Estimate, Group, Pooled, Setup, Spread
from sim.measures.measures import BY_KEY, HEADLINE
from sim.measures.verdicts import FEWEST, Verdict, matters_of, verdicts
from sim.study.effort import Effort, EffortOptions, Watch
from sim.study.runs import Runs
from sim.study.stopping import StoppedBecause
from sim.study.workers import Keep

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from sim.answers.why_late import WhyLate
    from sim.scenario.scenario import Scenario


class Row(NamedTuple):
    """One line of the tidy results. Shares between 0 and 1, times in minutes."""

    layout: str
    by: str  # all, area, township, priority, hour
    area: str  # which of them
    measure: str
    unit: str
    mean: float
    low: float
    high: float


class Result:
    """What a study found. `layouts[0]` is the base; the others met the same calls."""

    def __init__(
        self,
        layouts: Sequence[Scenario],
        tallies: Sequence[Sequence[Tally]],
        seed: int,
        seconds: float,
        differing: tuple[str, ...] = (),
        chosen: StoppedBecause | None = None,
        sequential: bool = False,  # replications were added until the headline was known enough
    ):
        self.layouts, self.tallies = tuple(layouts), tuple(tallies)
        self.seed, self.seconds = seed, seconds
        self.differing = differing  # sections of settings in which a proposal is not the base
        self.matters = matters_of(self.layouts[0])
        self.replications = len(self.tallies[0])
        self.sequential = sequential
        self.chosen = chosen or StoppedBecause("given")  # how the number of replications came about
        self.estimate = lru_cache(maxsize=None)(self._estimate)
        self.spread = lru_cache(maxsize=None)(self._spread)
        self._verdicts = lru_cache(maxsize=None)(self._judged)

    @property
    def same_calls(self) -> bool:
        """Whether every layout met the very same calls."""
        return not {"demand", "durations"} & set(self.differing)

    @property
    def base(self) -> Scenario:
        return self.layouts[0]

    @cached_property
    def pooled(self) -> list[Pooled]:
        """The tallies of each layout together; the worst-served set is the base's."""
        setups = [_setup(layout)._replace(sequential=self.sequential) for layout in self.layouts]
        worst = estimates.worst_townships(Pooled(self.tallies[0], setups[0]))
        return [
            Pooled(tallies, setup._replace(worst=worst))
            for tallies, setup in zip(self.tallies, setups, strict=True)
        ]

    def _estimate(self, key: str, layout: int = 0, group: Group = ALL) -> Estimate:
        return estimates.estimate(self.pooled[layout], key, group)

    def _spread(self, key: str, layout: int = 1, group: Group = ALL) -> Spread:
        return estimates.paired(self.pooled[0], self.pooled[layout], key, group)

    @property
    def level(self) -> float:
        """Of each interval of a difference, so that those of all proposals hold at once."""
        return estimates.simultaneous(len(self.layouts) - 1)

    def difference(self, key: str, layout: int = 1, group: Group = ALL) -> Estimate:
        """A layout less the base, with an interval that holds for all proposals at once."""
        return self.spread(key, layout, group).interval(self.level)

    def verdict(self, key: str, layout: int = 1) -> Verdict:
        if self.replications < FEWEST:  # too few to tell chance from anything
            return Verdict.UNDECIDED
        return self._verdicts(key)[layout - 1]

    def _judged(self, key: str) -> list[Verdict]:
        spreads = [self.spread(key, layout) for layout in range(1, len(self.layouts))]
        return verdicts(BY_KEY[key], spreads, self.matters)

    def gain_from_sharing(self, layout: int = 1) -> float:
        return estimates.gain_from_sharing(self.pooled[0], self.pooled[layout])

    def headline_keys(self) -> list[str]:
        """The measures of the printed table; those with nothing to measure are left out."""
        return [key for key in HEADLINE if not math.isnan(self.estimate(key).mean)]

    def rows(self) -> list[Row]:
        """Every estimate, tidy; and for each proposal its differences from the base."""
        rows = []
        for number, layout in enumerate(self.layouts):
            for group in estimates.groups(self.pooled[0]):
                for key in estimates.keys_of(group):
                    value = self.estimate(key, number, group)
                    rows.append(self._row(layout.name.en, group, key, value))
                    if number and group.by in ("all", "area", "township"):
                        value = self.difference(key, number, group)
                        name = f"{layout.name} − {self.base.name}"
                        rows.append(self._row(name, group, key, value))
        return rows

    def _row(self, layout: str, group: Group, key: str, value: Estimate) -> Row:
        areas = {"urban10": "urban", "rural30": "rural"}
        area = areas.get(key, self.group_name(group))
        return Row(layout, group.by, area, key, BY_KEY[key].unit, *value)

    def group_name(self, group: Group, language: str = "zh") -> str:
        if group.by == "area":
            return ("urban", "rural")[group.row]
        if group.by == "township":
            seat = self.base.map.townships[group.row]
            return seat.name.zh if language == "zh" else seat.name.en
        if group.by == "priority":
            return self.base.settings.demand.priorities[group.row].name
        return f"{group.row:02d}" if group.by == "hour" else "all"

    def to_frame(self) -> pd.DataFrame:
        """Tidy: one row for each replication, layout, group and measure of the calls."""
        import pandas as pd

        frame: list[tuple[object, ...]] = []
        for number, layout in enumerate(self.layouts):
            for replication, one in enumerate(self.tallies[number]):
                pooled = Pooled([one], self.pooled[number].setup)
                for group in estimates.groups(self.pooled[0]):
                    if group.by in ("priority", "hour"):
                        continue
                    for key in estimates.keys_of(group):
                        value = float(pooled.left_out(key, group)[0])
                        name = self.group_name(group)
                        frame.append((layout.name.en, replication, name, key, value))
        columns = ["layout", "replication", "group", "measure", "value"]
        return pd.DataFrame(frame, columns=columns)

    # ── what a planner looks at ──────────────────────────────────────────────────────────────

    def sentence(self, lang: str = "en", layout: int = 1) -> str:
        """One sentence for the minutes of the meeting."""
        from sim.words import phrases as words

        return words.sentence(self, lang, min(layout, len(self.layouts) - 1))

    def table(self, lang: str = "en") -> str:
        from sim.words import comparison as tables

        return tables.as_text(self, lang)

    def map(self, lang: str = "en", layout: int = 0, size: str = "screen") -> Figure:
        """The townships by the minutes within which nine of ten calls are reached."""
        from sim import figures as plots

        return plots.township_map(self, layout, lang, size)

    def cdf(self, lang: str = "en", size: str = "screen") -> Figure:
        """Response times, urban and rural, against their targets."""
        from sim import figures as plots

        return plots.response_cdf(self, lang, size)

    def forest(self, lang: str = "en", size: str = "screen") -> Figure:
        """Every proposal's differences from the base, with intervals and verdicts."""
        from sim import figures as plots

        return plots.forest(self, lang, size)

    def why(self, layout: int = 0) -> WhyLate:
        """What made calls late: distance, call taking, turnout, the nearest busy, or queueing."""
        from sim.answers import why_late

        return why_late.explain(self, layout)

    def __repr__(self) -> str:
        return self.table()

    def _repr_html_(self) -> str:
        from sim.words import comparison as tables

        return tables.as_html(self)


def _setup(layout: Scenario) -> Setup:
    targets = layout.settings.targets
    people: Any = layout.map.layers["townships"]["people"]
    return Setup((targets.urban, targets.rural), targets.share, people.to_numpy(float), worst=())


def as_json(result: Result, lang: str = "en") -> dict[str, Any]:
    """The whole result as one object; `measures` are tidy rows, nan and inf are null."""
    layouts = [
        {
            "name": layout.name.en,
            "name_zh": layout.name.zh,
            "stations": len(layout.open_stations()),
            "ambulances": len(layout.fleet),
        }
        for layout in result.layouts
    ]
    study = result.base.settings.study
    return {
        "layouts": layouts,
        "map": result.base.map.name.en,
        "synthetic": result.base.map.synthetic,
        "replications": result.replications,
        "days": study.length / 86_400,
        "seed": result.seed,
        "same_calls": result.same_calls,
        "measures": [
            {key: _finite(value) for key, value in row._asdict().items()} for row in result.rows()
        ],
        "verdicts": [
            {
                "layout": layout.name.en,
                "measure": key,
                "difference": _finite(result.difference(key, number).mean),
                "low": _finite(result.difference(key, number).low),
                "high": _finite(result.difference(key, number).high),
                "verdict": str(result.verdict(key, number)),
            }
            for number, layout in enumerate(result.layouts)
            if number
            for key in result.headline_keys()
        ],
        "sentences": [
            result.sentence(lang, i) for i in range(len(layouts)) if i or len(layouts) == 1
        ],
    }


def run(
    scenario: Scenario, *, logs_to: Path | str | None = None, **effort: Unpack[EffortOptions]
) -> Result:
    """What one layout does; the options are those of `compare`."""
    return compare(scenario, logs_to=logs_to, **effort)


def compare(
    base: Scenario,
    *proposals: Scenario,
    logs_to: Path | str | None = None,
    **effort: Unpack[EffortOptions],
) -> Result:
    """The base and any number of proposals on the same calls.

    `logs_to`: a folder for every call and trip, as Parquet. `effort`: see `sim.study.effort`;
    `watch` is told in replications, for all layouts have as many.
    """
    began = time.perf_counter()
    asked = Effort(**effort)
    if asked.watch is not None:
        asked = replace(asked, watch=_in_replications(asked.watch, 1 + len(proposals)))
    logs = None if logs_to is None else Path(logs_to)
    with Runs(base, proposals, asked, keep=Keep.ROWS, logs_to=logs) as runs:
        reason = runs.until_precise()
        return Result(
            runs.layouts,
            [runs.tallies(row) for row in range(len(runs.layouts))],
            runs.seed,
            time.perf_counter() - began,
            runs.differing,
            reason,
            runs.stopping.sequential,
        )


def _in_replications(watch: Watch, layouts: int) -> Watch:
    return lambda done, total: watch(done // layouts, total // layouts)
