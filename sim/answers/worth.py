"""What exists and what it is worth: the loss if a station closed, or an ambulance went."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from sim.answers import costs
from sim.answers.answer import Answer, Made
from sim.errors import OptionError, ScenarioError
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

    from sim.scenario.scenario import Scenario

KEYS = ("within", "urban10", "rural30", "worst5", "mean")


class Loss(NamedTuple):
    """What one closure, or one ambulance less, changes. Intervals of all hold at once."""

    station: int  # row
    closed: bool  # the whole station; else one of its ambulances
    layout: Scenario
    changes: dict[str, Estimate]
    verdict: Verdict
    calls_per_day: float  # served from the station today
    saved: float  # costs; nan if not known


@dataclass(frozen=True, eq=False, repr=False)
class Worth(Answer):
    """The greatest loss first."""

    made: Made
    losses: tuple[Loss, ...]
    by: str
    name: str = "worth"

    def title(self, lang: str) -> str:
        base = self.made.base
        return pick(
            lang,
            f"What is lost without it?  {base.name}, less each station and one ambulance of each",
            f"缺了会怎样？{base.name_zh}，逐一撤销站点或减少一辆救护车",
        )

    def what(self, loss: Loss, lang: str) -> str:
        base = self.made.base
        name, cars = base.stations[loss.station].label(lang), base.fleet_size(loss.station)
        if loss.closed:
            crew = words.count(cars, "ambulance")
            return pick(lang, f"{name} closed ({crew})", f"撤销{name}（{cars} 辆）")
        return pick(lang, f"{name} −1 of {cars} ambulances", f"{name} {cars} 辆减 1 辆")

    def rows(self, lang: str) -> list[list[str]]:
        others = [key for key in KEYS[:4] if key != self.by]
        head = pick(lang, "without|change||calls a day|", "缺少|变化||日均呼叫|").split("|")
        table = [[*head[:3], *(pick(lang, *words.SHORT[key]) for key in others), *head[3:]]]
        measure = BY_KEY[self.by]
        for loss in self.losses:
            change = loss.changes[self.by]
            line = [self.what(loss, lang), number(measure, change.mean, sign=True)]
            line += [interval(measure, change, sign=True, lang=lang)]
            line += [number(BY_KEY[key], loss.changes[key].mean, sign=True) for key in others]
            line += [f"{loss.calls_per_day:.1f}", pick(lang, *VERDICTS[loss.verdict])]
            table.append(line)
        return table

    def notes(self, lang: str) -> list[str]:
        what = words.label_of(self.by, lang, self.made.base)
        said = [
            pick(
                lang,
                f"Change against today in {unit(self.by, lang)} ({what}), with 95 % intervals "
                "that hold for all lines at once.",
                f"较现状的变化（{what}，{unit(self.by, lang)}），95% 区间对各行同时成立。",
            )
        ]
        small = self.spare()
        if small and self.losses[0].saved == self.losses[0].saved:
            most = max(small, key=lambda loss: loss.saved)
            amount = costs.words(most.saved, self.made.base, lang)
            saved = pick(lang, f"{self.what(most, lang)} would save {amount}.",
                         f"{self.what(most, lang)}可节省 {amount}。")  # fmt: skip
            said.append(saved)
        return [*said, words.say(self.sentence(lang), lang)]

    def spare(self) -> list[Loss]:
        """What could go with a loss too small to matter."""
        return [loss for loss in self.losses if loss.verdict == Verdict.TOO_SMALL]

    def sentence(self, lang: str = "en") -> str:
        first, measure = self.losses[0], BY_KEY[self.by]
        change = first.changes[self.by]
        size = f"{number(measure, change.mean, sign=True)} {unit(self.by, lang)}"
        between = words.between(measure, change, lang)
        spare = [self.what(loss, lang) for loss in self.spare()]
        english = f"Most is lost with {self.what(first, 'en')}: {size} ({between})"
        chinese = f"{self.what(first, 'zh')}损失最大：{size}（{between}）"
        if spare:
            english += f"; no loss that matters, each alone: {', '.join(spare)}"
            chinese += f"；单独而言无明显损失：{'、'.join(spare)}"
        return pick(lang, english + ".", chinese + "。")

    def to_frame(self) -> pd.DataFrame:
        import pandas as pd

        base, rows = self.made.base, []
        for loss in self.losses:
            station = base.stations[loss.station]
            row: dict[str, Any] = {
                "station_zh": station.name, "station_en": station.name_en,
                "what": "station closed" if loss.closed else "one ambulance less",
                "verdict": str(loss.verdict), "calls_per_day": loss.calls_per_day,
                "saved": loss.saved,
            }  # fmt: skip
            for key, change in loss.changes.items():
                row |= {key: change.mean, f"{key}_low": change.low, f"{key}_high": change.high}
            rows.append(row)
        return pd.DataFrame(rows)

    def figure(self, lang: str = "en", size: str = "screen") -> Figure:
        from sim.figures import worth as drawing

        return drawing.draw(self, lang, size)


def worth(base: Scenario, *, by: str = "within", **how: Any) -> Worth:
    """What each station, and one ambulance of each, is worth to the layout as it is.

    `how`: replications, most, draft, seed, workers, scheduler, engine, watch.
    """
    began = time.perf_counter()
    if by not in KEYS:
        raise OptionError("by", f"write one of {', '.join(KEYS)}; found {by}")
    less = list(_less(base))
    if not less:
        raise ScenarioError(base.path, "there is one ambulance: without it nothing is left")
    with Trials(base, [layout for _, _, layout in less], How(**how)) as trials:
        chosen = trials.until_precise(key=by)
        rows = range(1, len(trials.layouts))
        said = verdicts(BY_KEY[by], [trials.spread(row, by) for row in rows], trials.matters)
        level, served = estimates.simultaneous(len(rows)), trials.per_day(0, "served")
        losses = [
            Loss(
                station,
                closed,
                layout,
                {key: trials.spread(row, key).interval(level) for key in KEYS},
                said[row - 1] if trials.replications(row) >= FEWEST else Verdict.UNDECIDED,
                float(served[station]),
                costs.of(base) - costs.of(layout),
            )
            for row, (station, closed, layout) in enumerate(less, 1)
        ]
        made = Made.by(trials, chosen, time.perf_counter() - began)
    sign = 1 if BY_KEY[by].better == "more" else -1
    losses.sort(key=lambda loss: sign * loss.changes[by].mean)
    return Worth(made, tuple(losses), by)


def _less(base: Scenario) -> Any:
    """(station, whether it closes, the layout without), of all that leaves an ambulance."""
    for row, station in enumerate(base.stations):
        cars = base.fleet_size(row)
        if station.closed or not cars:
            continue
        if cars < len(base.fleet):
            yield row, True, base.close(station.name)
        if cars > 1:
            yield row, False, base.ambulances(station.name, -1)
