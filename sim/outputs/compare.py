"""Replications to estimates, paired differences and verdicts: the result of a study."""

from __future__ import annotations

import math
from collections.abc import Sequence
from enum import StrEnum
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from sim.outputs import estimates
from sim.outputs.estimates import ALL, LEVEL, Estimate, Group, Pooled, Setup, Spread, holm
from sim.outputs.measures import BY_KEY, HEADLINE, Measure
from sim.outputs.metrics import Tally
from sim.outputs.precision import Chosen

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from sim.inputs.scenario import Scenario
    from sim.outputs.why_late import WhyLate


FEWEST = 5  # replications for a verdict


class Verdict(StrEnum):
    """What a paired difference amounts to."""

    BETTER = "better"
    WORSE = "worse"
    UNDECIDED = "undecided"
    TOO_SMALL = "too small to matter"


class Matters(NamedTuple):
    """Differences below this do not matter to anyone."""

    share: float = 0.01  # one point
    min: float = 0.5


def verdicts(measure: Measure, differences: Sequence[Spread], matters: Matters) -> list[Verdict]:
    """What the differences of several layouts from one base amount to, judged together.

    Too small if chance alone would hardly make a difference that matters look so small; better or
    worse if it would hardly make none look so large. Both by Holm's step-down tests over the
    layouts; with one layout that is whether the 95 % interval is all small, or leaves out nothing.
    """
    small = getattr(matters, measure.unit)
    is_small = holm([max(d.above(-small), d.below(small)) for d in differences])
    is_some = holm([min(d.above(0.0), d.below(0.0)) for d in differences])
    found = []
    for difference, equal, other in zip(differences, is_small, is_some, strict=True):
        if equal < 1 - LEVEL:
            found.append(Verdict.TOO_SMALL)
        elif other < 1 - LEVEL:
            more = difference.mean > 0
            found.append(Verdict.BETTER if more == (measure.better == "more") else Verdict.WORSE)
        else:
            found.append(Verdict.UNDECIDED)
    return found


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
        chosen: Chosen | None = None,
        looked: bool = False,  # replications were added until the headline was known enough
    ):
        self.layouts, self.tallies = tuple(layouts), tuple(tallies)
        self.seed, self.seconds = seed, seconds
        self.differing = differing  # sections of settings in which a proposal is not the base
        self.matters = matters_of(self.layouts[0])
        self.replications = len(self.tallies[0])
        self.looked = looked
        self.chosen = chosen or Chosen("given")  # how the number of replications came about
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
        setups = [_setup(layout)._replace(looked=self.looked) for layout in self.layouts]
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

    def headline_half_width(self) -> float:
        """Of the least sure headline difference; of the compliance itself in a lone layout."""
        if len(self.layouts) == 1:
            return self.estimate("within").half_width
        return max(self.difference("within", i).half_width for i in range(1, len(self.layouts)))

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
                    rows.append(self._row(layout.name, group, key, value))
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
            return seat.name_zh if language == "zh" else seat.name_en
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
                        if key == "people_ok":
                            value = float(pooled.people_ok(np.ones((1, 1)))[0])
                        else:
                            value = float(pooled.left_out(key, group)[0])
                        name = self.group_name(group)
                        frame.append((layout.name, replication, name, key, value))
        columns = ["layout", "replication", "group", "measure", "value"]
        return pd.DataFrame(frame, columns=columns)

    # ── what a planner looks at ──────────────────────────────────────────────────────────────

    def sentence(self, lang: str = "en", layout: int = 1) -> str:
        """One sentence for the minutes of the meeting."""
        from sim.outputs import words

        return words.sentence(self, lang, min(layout, len(self.layouts) - 1))

    def table(self, lang: str = "en") -> str:
        from sim.outputs import tables

        return tables.as_text(self, lang)

    def map(self, lang: str = "en", layout: int = 0, size: str = "screen") -> Figure:
        """The townships by the minutes within which nine of ten calls are reached."""
        from sim.outputs import plots

        return plots.township_map(self, layout, lang, size)

    def cdf(self, lang: str = "en", size: str = "screen") -> Figure:
        """Response times, urban and rural, against their targets."""
        from sim.outputs import plots

        return plots.response_cdf(self, lang, size)

    def forest(self, lang: str = "en", size: str = "screen") -> Figure:
        """Every proposal's differences from the base, with intervals and verdicts."""
        from sim.outputs import plots

        return plots.forest(self, lang, size)

    def why(self, layout: int = 0) -> WhyLate:
        """What made calls late: distance, call taking, turnout, the nearest busy, or queueing."""
        from sim.outputs import why_late

        return why_late.explain(self, layout)

    def __repr__(self) -> str:
        return self.table()

    def _repr_html_(self) -> str:
        from sim.outputs import tables

        return tables.as_html(self)


def matters_of(base: Scenario) -> Matters:
    said = base.settings.study.matters
    return Matters(said.share, said.time / 60)


def _setup(layout: Scenario) -> Setup:
    targets = layout.settings.targets
    people: Any = layout.map.layers["townships"]["people"]
    return Setup((targets.urban, targets.rural), targets.share, people.to_numpy(float), worst=())
