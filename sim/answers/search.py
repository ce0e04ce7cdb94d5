"""The best mix of sites and ambulances by simulation: greedy steps, then swaps while they help.

Every step tries all options on the same calls and keeps the one that is selected (see
`selection`). What was chosen is then measured on fresh calls: those on which it was chosen would
flatter it.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Unpack

from sim import limits
from sim.answers import candidates, costs
from sim.answers.answer import Answer, OnMap, Provenance, in_words
from sim.answers.candidates import SEATS, Candidate
from sim.answers.costs import layout_cost
from sim.answers.crews import PLAIN, CrewsTried, kinds_tried
from sim.answers.options import (
    Action,
    Option,
    more_ambulances,
    moved_ambulances,
    moved_stations,
    new_stations,
    other_hours,
)
from sim.answers.ranking import KEYS, select
from sim.errors import OptionError
from sim.measures.estimates import moved
from sim.measures.intervals import LEVEL, Estimate, simultaneous
from sim.measures.measures import BY_KEY
from sim.measures.verdicts import Harm, Verdict, of_so_many, verdicts
from sim.study import arguments
from sim.study.effort import Effort, EffortOptions
from sim.study.runs import Runs
from sim.study.sharing import shared
from sim.study.worst_served import WorstServed, need
from sim.text import Message

if TYPE_CHECKING:
    import pandas as pd

    from sim.scenario.scenario import Scenario

MOST_SWAPS = 50  # a search that has not ended by then goes in circles of chance


class Step(NamedTuple):
    """What was done, and the layout after it against the base and the layout before it."""

    option: Option
    values: dict[str, Estimate]
    gains: dict[str, Estimate]  # over the base
    gain: Estimate  # over the step before
    verdict: Verdict  # of the latter
    cost: float  # nan if not known
    harms: tuple[Harm, ...] = ()  # what the layout surely makes worse than the base
    hours: int = 0  # crew hours a week more than before the step

    @property
    def by_kind(self) -> bool:
        """Whether the class and the hours of its crew are told."""
        return self.option.crew is not None

    @property
    def gain_of_100_hours(self) -> float:
        """What it gains, or loses, for every hundred crew hours a week more, or fewer.

        nan if these stay the same.
        """
        return 100 * self.gain.mean / abs(self.hours) if self.hours else math.nan


# ── steps ────────────────────────────────────────────────────────────────────────────────────


def best_of(
    layout: Scenario,
    options: Sequence[Option],
    by: str,
    effort: Effort,
    worst: WorstServed,
    *,
    for_cost: bool = False,
) -> tuple[Option, Verdict]:
    """The option that is selected, and whether it is better than leaving things as they are.

    `for_cost`: by what it gains for what it costs, or loses for what it saves. Nothing of it is
    left to other commands: what a step starts from is nothing that they ask for, and would take the
    room of what they do.
    """
    effort = replace(effort, reuse=False)
    with Runs(layout, [option.layout for option in options], effort, worst) as runs:
        zone = BY_KEY[by].zone(runs.matters)
        sign = BY_KEY[by].sign
        shares = costs.shares(layout, [o.layout for o in options]) if for_cost else None
        left = select(runs, by, zone, shares)

        def order(row: int) -> tuple[float, float, int]:
            gain = sign * runs.spread(row, by).mean
            if shares is None:
                return gain, 0.0, -row
            share = float(shares[row - 1])
            saves = options[row - 1].action == Action.SHORTER
            return gain / share if gain > 0 or saves else gain, saves - share, -row

        best = max(left, key=order)
        spread = runs.spread(best, by)
        level = 1 - LEVEL
        # One of many was picked: what looks like a gain must be one for the best of them all.
        chance = (spread.above(0.0) if sign > 0 else spread.below(0.0)) * len(options)
        verdict = Verdict.BETTER if chance < level else Verdict.UNDECIDED
        return options[best - 1], of_so_many(verdict, runs.replications(best))


def greedy(
    base: Scenario,
    kinds: Sequence[str],
    found: Sequence[Candidate],
    by: str,
    effort: Effort,
    tried: CrewsTried = PLAIN,
) -> list[Option]:
    """One step for each entry of `kinds` (`station`, `ambulance`, `either` or `shorter`), the best.

    Where several kinds of crew are tried, the best is what gains most for its cost, or of shorter
    hours what loses least for what they save.
    """
    taken: list[Option] = []
    layout, worst = base, worst_of(base, by, effort)
    for kind in kinds:
        options: list[Option] = []
        if kind in ("station", "either"):
            options += new_stations(layout, found, kinds=tried.at_new)
        if kind in ("ambulance", "either"):
            options += more_ambulances(layout, tried.more)
        if kind == "shorter":
            options += other_hours(layout, tried.hours, shorter=True)
        if not options:
            break
        for_cost = bool(tried.more)
        option, _ = best_of(layout, options, by, effort, worst, for_cost=for_cost)
        taken.append(option)
        layout = option.layout
    return taken


def swaps(
    base: Scenario,
    layout: Scenario,
    new: Sequence[str],
    found: Sequence[Candidate],
    by: str,
    effort: Effort,
    *,
    tried: CrewsTried = PLAIN,
) -> list[Option]:
    """Ambulances, and the stations in `new`, moved one at a time while that surely helps.

    Where several kinds of crew are tried, one of each is moved, or put on other hours, too.
    """
    taken: list[Option] = []
    worst, names = worst_of(base, by, effort), list(new)
    while len(taken) < MOST_SWAPS:
        options = [
            *moved_ambulances(layout, by_kind=bool(tried.more)),
            *other_hours(layout, tried.hours),
            *moved_stations(layout, names, found),
        ]
        if not options:
            break
        option, verdict = best_of(layout, options, by, effort, worst)
        if verdict != Verdict.BETTER:
            break
        taken.append(option)
        before = {s.name.zh for s in layout.open_stations()}
        after = {s.name.zh for s in option.layout.open_stations()}
        names = [*(name for name in names if name in after), *sorted(after - before)]
        layout = option.layout
    return taken


def worst_of(base: Scenario, by: str, effort: Effort) -> WorstServed:
    """The worst-served townships of the base, fixed for all steps."""
    with Runs(base, [], effort) as runs:
        need(runs.worst_served, by)
        return runs.worst_served


def level_of(base: Scenario, effort: Effort, worst: WorstServed) -> dict[str, Estimate]:
    """What the base does today, by measure: from the replications that `run` takes."""
    with Runs(base, [], effort, worst) as runs:
        return runs.levels(KEYS)


def steps_of(
    runs: Runs,
    rows: Sequence[int],
    taken: Sequence[Option],
    by: str,
    now: Mapping[str, Estimate],
) -> tuple[Step, ...]:
    """Rows of `runs` that follow on each other, the first on the base.

    `now`: what the base does. To it the gains are added, for `runs` may have other calls.
    """
    level = simultaneous(len(runs.layouts) - 1)
    before = [0, *rows][: len(rows)]
    spreads = [runs.spread(row, by, base=last) for row, last in zip(rows, before, strict=True)]
    said = verdicts(BY_KEY[by], spreads, runs.matters)
    count = runs.replications(0)
    hours = [costs.crew_hours(one) for one in (runs.base, *(option.layout for option in taken))]
    return tuple(
        Step(
            option,
            {key: _after(runs, row, key, now[key]) for key in KEYS},
            {key: runs.spread(row, key).interval(level) for key in KEYS},
            spread.interval(level),
            of_so_many(verdict, count),
            layout_cost(option.layout),
            runs.harms(row, KEYS),
            after - before_,
        )
        for option, row, spread, verdict, (before_, after) in zip(
            taken, rows, spreads, said, pairwise(hours), strict=True
        )
    )


def _after(runs: Runs, row: int, key: str, now: Estimate) -> Estimate:
    """What a layout does: what the base does today, and the gain over it."""
    return moved(runs.value(row, key), now.mean - runs.value(0, key).mean, key)


# ── the answer ───────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, eq=False, repr=False)
class Search(Answer, OnMap):
    """The steps from today's layout to the mix that was found."""

    provenance: Provenance
    steps: tuple[Step, ...]
    by: str  # key of the measure
    tried: CrewsTried = PLAIN  # the kinds of crew

    name = "search"

    @property
    def layout(self) -> Scenario:
        """The layout after the last step."""
        return self.steps[-1].option.layout if self.steps else self.provenance.base

    def today(self, key: str | None = None) -> float:
        """The mean of a measure in today's layout, as far as steps tell it; else nan.

        `key`: default: of that which was searched by.
        """
        if not self.steps:
            return math.nan
        first, key = self.steps[0], key or self.by
        return first.values[key].mean - first.gains[key].mean

    def to_frame(self) -> pd.DataFrame:
        return frame_of({"search": self.steps}, self.by)


def frame_of(tracks: dict[str, tuple[Step, ...]], by: str) -> pd.DataFrame:
    """Steps, tidy: one row each."""
    import pandas as pd

    rows = []
    by_kind = any(step.by_kind for taken in tracks.values() for step in taken)
    for track, steps in tracks.items():
        for place, step in enumerate(steps, 1):
            row: dict[str, Any] = {
                "track": track, "step": place, "what_en": in_words(step.option, "en"),
                "what_zh": in_words(step.option, "zh"),
                "verdict": str(step.verdict), "cost": step.cost,
                "gain": step.gain.mean, "gain_low": step.gain.low, "gain_high": step.gain.high,
            }  # fmt: skip
            if by_kind:
                row |= {"crew_hours": step.hours, "gain_of_100_hours": step.gain_of_100_hours}
            for key in KEYS:
                row |= {f"{key}_value": step.values[key].mean}
                gain = step.gains[key]
                row |= {key: gain.mean, f"{key}_low": gain.low, f"{key}_high": gain.high}
            rows.append(row)
    return pd.DataFrame(rows)


def search(
    base: Scenario,
    where: str | Path = SEATS,
    *,
    stations: int | None = None,
    ambulances: int = 0,
    shorten: int = 0,
    moves: bool = True,
    crews: Sequence[Mapping[str, Any]] = (),
    by: str = "within",
    **effort: Unpack[EffortOptions],
) -> Search:
    """So many new stations, with one ambulance each, and so many more ambulances, placed best.

    `stations`: default one, or none where ambulances or shorter hours are asked for. `shorten`: how
    many times a crew is put on shorter hours of the scenario's rosters. `crews`: the kinds that are
    tried, as in a file, like `{"class": "basic", "hours": "08-20"}`; default: each class of the
    scenario at each of its hours.

    Greedy steps, each the best that a station or an ambulance can do there; then swaps of any
    ambulance and of the new stations, while one surely helps. None of either: the fleet of today
    over the stations of today. Without `moves` no swaps, so that today's fleet
    stays where it is. `effort`: as in `sim.answers.ranking`.
    """
    began = time.perf_counter()
    arguments.scenarios(base)
    arguments.one_of("by", by, KEYS)
    arguments.whole("ambulances", ambulances, *limits.MORE)
    arguments.whole("shorten", shorten, *limits.MORE)
    if stations is None:
        stations = 0 if ambulances or shorten else 1
    arguments.whole("stations", stations, *limits.MORE)
    arguments.truth("moves", moves)
    if crews and not (stations or ambulances or shorten):
        raise OptionError(
            "crew",
            Message("no crew is added: write how many stations or ambulances, or leave it out"),
        )
    found = candidates.find(base, where, base.settings.study.seed)
    tried = kinds_tried(base, crews, by_hours=shorten > 0)
    if shorten and not any(True for _ in other_hours(base, tried.hours, shorter=True)):
        raise OptionError(
            "shorten",
            Message(
                "no crew can be put on shorter hours: write some under `crews.rosters` that lie "
                "within those of a crew"
            ),
        )
    kinds = ["station"] * stations + ["ambulance"] * ambulances + ["shorter"] * shorten
    with shared(Effort.of(effort)) as asked:
        taken = greedy(base, kinds, found, by, asked, tried)
        layout = taken[-1].layout if taken else base
        new = [s.name.zh for s in layout.stations[len(base.stations) :]]
        if moves:
            taken += swaps(base, layout, new, found, by, asked, tried=tried)
        rows = list(range(1, len(taken) + 1))
        worst = worst_of(base, by, asked)
        now = level_of(base, asked, worst)
        fresh = replace(asked, fresh=True, reuse=False)
        with Runs(base, [o.layout for o in taken], fresh, worst) as runs:
            chosen = runs.until_precise(rows, by)
            steps = steps_of(runs, rows, taken, by, now)
            provenance = Provenance.by(runs, chosen, time.perf_counter() - began)
    return Search(provenance, steps, by, tried)
