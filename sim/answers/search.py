"""The best mix of sites and ambulances by simulation: greedy steps, then swaps while they help.

Every step tries all options on the same calls and keeps the one that is selected (see
`selection`). What was chosen is then measured on fresh calls: those on which it was chosen would
flatter it.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from sim.answers import candidates, costs
from sim.answers.candidates import SEATS, Candidate
from sim.answers.legacy import Answer, Made
from sim.answers.ranking import KEYS, select
from sim.errors import OptionError
from sim.measures import estimates
from sim.measures.estimates import Estimate
from sim.measures.measures import BY_KEY
from sim.measures.verdicts import FEWEST, Verdict, verdicts
from sim.study.runs import How, Trials
from sim.words import phrases as words
from sim.words.phrases import VERDICTS, interval, number, pick, unit

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from sim.scenario.layout import Ambulance
    from sim.scenario.scenario import Scenario

MOST_SWAPS = 50  # a search that has not ended by then goes in circles of chance


class Option(NamedTuple):
    """Something that can be done to a layout, in both languages, and the layout after it."""

    en: str
    zh: str
    layout: Scenario

    def words(self, lang: str) -> str:
        return self.zh if lang == "zh" else self.en


class Step(NamedTuple):
    """What was done, and the layout after it against the base and the layout before it."""

    option: Option
    values: dict[str, Estimate]
    gains: dict[str, Estimate]  # over the base
    gain: Estimate  # over the step before
    verdict: Verdict  # of the latter
    cost: float  # nan if not known


# ── options ──────────────────────────────────────────────────────────────────────────────────


def new_stations(layout: Scenario, found: Iterable[Candidate], ambulances: int = 1) -> list[Option]:
    """A sub-station at each candidate that has none."""
    free = [one for one in found if layout.station(one.name.zh) is None]
    if not free:
        return []
    kept, made = candidates.possible(layout, free, ambulances)
    return [
        Option(f"+ {one.name.en}", f"＋{one.name.zh}", after)
        for one, after in zip(kept, made, strict=True)
    ]


def more_ambulances(layout: Scenario) -> list[Option]:
    """One more at each station that is open."""
    return [
        Option(f"{s.name.en} +1", f"{s.name.zh}＋1 辆", layout.ambulances(s.name.zh, +1))
        for s in layout.open_stations()
    ]


def moved_ambulances(layout: Scenario) -> Iterator[Option]:
    """One ambulance of each station to each other one, with its hours on duty.

    The sender stays open if it is empty.
    """
    rows = [row for row, station in enumerate(layout.stations) if not station.closed]
    for giver in rows:
        leaving = [ambulance for ambulance in layout.fleet if ambulance.station == giver]
        if not leaving:
            continue
        for taker in rows:
            if taker != giver:
                one, other = layout.stations[giver], layout.stations[taker]
                after = _one_more(layout, other.name.zh, leaving[-1]).ambulances(one.name.zh, -1)
                way = (f"{one.name.en} → {other.name.en}", f"{one.name.zh}→{other.name.zh}")
                yield Option(f"1 ambulance {way[0]}", f"1 辆 {way[1]}", after)


def moved_stations(
    layout: Scenario, names: Sequence[str], found: Iterable[Candidate]
) -> Iterator[Option]:
    """Each of the new stations, by name, with its crews to each candidate that has none."""
    for name in names:
        row = layout.station(name)
        if row is None:
            continue
        station = layout.stations[row]
        for option in new_stations(layout, found, ambulances=0):
            after, new = option.layout, option.layout.stations[-1]
            for ambulance in layout.fleet:
                if ambulance.station == row:
                    after = _one_more(after, new.name.zh, ambulance)
            en = f"site {station.name.en} → {new.name.en}"
            yield Option(en, f"站址 {station.name.zh}→{new.name.zh}", after.close(name))


def _one_more(layout: Scenario, name: str, like: Ambulance) -> Scenario:
    hours = None if like.hours is None else f"{like.hours[0]:02d}-{like.hours[1]:02d}"
    return layout.ambulances(name, +1, hours=hours)


# ── steps ────────────────────────────────────────────────────────────────────────────────────


def best_of(
    layout: Scenario, options: Sequence[Option], by: str, how: How, worst: tuple[int, ...] | None
) -> tuple[Option, Verdict]:
    """The option that is selected, and whether it is better than leaving things as they are."""
    with Trials(layout, [option.layout for option in options], how, worst) as trials:
        zone = BY_KEY[by].matters(trials.matters) / 2
        sign = BY_KEY[by].sign
        left = select(trials, by, zone)
        best = max(left, key=lambda row: (sign * trials.spread(row, by).mean, -row))
        spread = trials.spread(best, by)
        level = 1 - estimates.LEVEL
        # One of many was picked: what looks like a gain must be one for the best of them all.
        chance = (spread.above(0.0) if sign > 0 else spread.below(0.0)) * len(options)
        better = chance < level and trials.replications(best) >= FEWEST
        return options[best - 1], Verdict.BETTER if better else Verdict.UNDECIDED


def greedy(
    base: Scenario, kinds: Sequence[str], found: Sequence[Candidate], by: str, how: How
) -> list[Option]:
    """One step for each entry of `kinds` (`station`, `ambulance` or `either`), the best each."""
    taken: list[Option] = []
    layout, worst = base, worst_of(base, how)
    for kind in kinds:
        options: list[Option] = []
        if kind in ("station", "either"):
            options += new_stations(layout, found)
        if kind in ("ambulance", "either"):
            options += more_ambulances(layout)
        if not options:
            break
        option, _ = best_of(layout, options, by, how, worst)
        taken.append(option)
        layout = option.layout
    return taken


def swaps(
    base: Scenario,
    layout: Scenario,
    new: Sequence[str],
    found: Sequence[Candidate],
    by: str,
    how: How,
) -> list[Option]:
    """Ambulances, and the stations in `new`, moved one at a time while that surely helps."""
    taken: list[Option] = []
    worst, names = worst_of(base, how), list(new)
    while len(taken) < MOST_SWAPS:
        options = [*moved_ambulances(layout), *moved_stations(layout, names, found)]
        if not options:
            break
        option, verdict = best_of(layout, options, by, how, worst)
        if verdict != Verdict.BETTER:
            break
        taken.append(option)
        before = {s.name.zh for s in layout.open_stations()}
        after = {s.name.zh for s in option.layout.open_stations()}
        names = [*(name for name in names if name in after), *sorted(after - before)]
        layout = option.layout
    return taken


def worst_of(base: Scenario, how: How) -> tuple[int, ...]:
    """The worst-served townships of the base, fixed for all steps."""
    with Trials(base, [], how) as trials:
        trials.more(min(10, trials.rule.upper))
        return trials.worst


def steps_of(
    trials: Trials, rows: Sequence[int], taken: Sequence[Option], by: str
) -> tuple[Step, ...]:
    """Rows of `trials` that follow on each other, the first on the base."""
    level = estimates.simultaneous(len(trials.layouts) - 1)
    before = [0, *rows][: len(rows)]
    spreads = [trials.spread(row, by, base=last) for row, last in zip(rows, before, strict=True)]
    said = verdicts(BY_KEY[by], spreads, trials.matters)
    enough = trials.replications(0) >= FEWEST
    return tuple(
        Step(
            option,
            {key: trials.value(row, key) for key in KEYS},
            {key: trials.spread(row, key).interval(level) for key in KEYS},
            spread.interval(level),
            verdict if enough else Verdict.UNDECIDED,
            costs.of(option.layout),
        )
        for option, row, spread, verdict in zip(taken, rows, spreads, said, strict=True)
    )


# ── the answer ───────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, eq=False, repr=False)
class Found(Answer):
    """The mix that the search found, and the steps that led there."""

    made: Made
    steps: tuple[Step, ...]
    by: str
    name: str = "search"

    @property
    def layout(self) -> Scenario:
        return self.steps[-1].option.layout if self.steps else self.made.base

    def title(self, lang: str) -> str:
        base = self.made.base
        return pick(
            lang,
            f"The best mix that greedy steps and swaps found, from {base.name}",
            f"自{base.name.zh}起，逐步添加与调换所得的最佳组合",
        )

    def rows(self, lang: str) -> list[list[str]]:
        head = pick(lang, "step|this step||in all||", "步骤|本步||累计||").split("|")
        table, measure = [head], BY_KEY[self.by]
        for step in self.steps:
            total = step.gains[self.by]
            table.append(
                [
                    step.option.words(lang),
                    number(measure, step.gain.mean, sign=True),
                    interval(measure, step.gain, sign=True, lang=lang),
                    number(measure, total.mean, sign=True),
                    interval(measure, total, sign=True, lang=lang),
                    pick(lang, *VERDICTS[step.verdict]),
                ]
            )
        return table

    def notes(self, lang: str) -> list[str]:
        crews = pick(lang, ", ", "、").join(
            f"{station.label(lang)} {self.layout.fleet_size(row)}"
            for row, station in enumerate(self.layout.stations)
            if not station.closed
        )
        what = words.label_of(self.by, lang, self.made.base)
        return [
            pick(
                lang,
                f"Gains in {unit(self.by, lang)} ({what}), with 95 % intervals that hold all at "
                "once, measured on other calls than those on which the steps were chosen.",
                f"增益（{what}，{unit(self.by, lang)}），95% 区间同时成立；"
                "测量所用呼叫与选择时不同。",
            ),
            pick(lang, f"Ambulances: {crews}.", f"救护车：{crews}。"),
            words.say(self.sentence(lang), lang),
        ]

    def sentence(self, lang: str = "en") -> str:
        if not self.steps:
            return pick(lang, "No step was found that surely helps.", "未找到确有改善的步骤。")
        measure, total = BY_KEY[self.by], self.steps[-1].gains[self.by]
        between = words.between(measure, total, lang)
        size = f"{number(measure, total.mean, sign=True)} {unit(self.by, lang)}"
        done = pick(lang, "; ", "；").join(step.option.words(lang) for step in self.steps)
        return pick(
            lang,
            f"{done}: together {size} ({between}).",
            f"{done}：合计 {size}（{between}）。",
        )

    def to_frame(self) -> pd.DataFrame:
        return frame_of({"search": self.steps}, self.by)

    def figure(self, lang: str = "en", size: str = "screen") -> Figure:
        from sim.figures import search as steps

        return steps.draw(self, lang, size)


def frame_of(tracks: dict[str, tuple[Step, ...]], by: str) -> pd.DataFrame:
    """Steps, tidy: one row each."""
    import pandas as pd

    rows = []
    for track, steps in tracks.items():
        for place, step in enumerate(steps, 1):
            row: dict[str, Any] = {
                "track": track, "step": place, "what_en": step.option.en,
                "what_zh": step.option.zh, "verdict": str(step.verdict), "cost": step.cost,
                "gain": step.gain.mean, "gain_low": step.gain.low, "gain_high": step.gain.high,
            }  # fmt: skip
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
    stations: int = 1,
    ambulances: int = 1,
    moves: bool = True,
    by: str = "within",
    **how: Any,
) -> Found:
    """So many new stations, with one ambulance each, and so many more ambulances, placed best.

    Greedy steps, each the best that a station or an ambulance can do there; then swaps of any
    ambulance and of the new stations, while one surely helps. None of either: the fleet of today
    over the stations of today. Without `moves` no swaps, so that today's fleet
    stays where it is. `how`: as in `sim.answers.ranking`.
    """
    began = time.perf_counter()
    if by not in KEYS:
        raise OptionError("by", f"write one of {', '.join(KEYS)}; found {by}")
    if stations < 0 or ambulances < 0:
        raise OptionError("stations", "the numbers of stations and ambulances are not negative")
    asked = How(**how)
    found = candidates.find(base, where, base.settings.study.seed)
    kinds = ["station"] * stations + ["ambulance"] * ambulances
    taken = greedy(base, kinds, found, by, asked)
    layout = taken[-1].layout if taken else base
    new = [s.name.zh for s in layout.stations[len(base.stations) :]]
    if moves:
        taken += swaps(base, layout, new, found, by, asked)
    with Trials(base, [option.layout for option in taken], asked._replace(fresh=True)) as trials:
        chosen = trials.until_precise(key=by)
        steps = steps_of(trials, list(range(1, len(taken) + 1)), taken, by)
        made = Made.by(trials, chosen, time.perf_counter() - began)
    return Found(made, steps, by)
