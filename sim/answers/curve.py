"""What the next one buys: the next station against the next ambulance, and the fleet rearranged."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

import numpy as np

from sim.answers import candidates, costs, search
from sim.answers.candidates import SEATS
from sim.answers.legacy import Answer, Made
from sim.answers.ranking import KEYS
from sim.answers.search import Option, Step
from sim.errors import OptionError
from sim.measures.estimates import Estimate
from sim.measures.measures import BY_KEY
from sim.measures.verdicts import Verdict
from sim.study.effort import Effort, EffortOptions
from sim.study.runs import Runs, shared
from sim.words import phrases as words
from sim.words.phrases import VERDICTS, interval, number, pick, unit

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from sim.scenario.scenario import Scenario

TRACKS = {
    "stations": ("new stations, one ambulance each", "新设站点（各 1 辆）"),
    "ambulances": ("more ambulances, no new site", "只增救护车"),
    "fleet": ("the same fleet, rearranged", "现有车辆重新配置"),
}


@dataclass(frozen=True, eq=False, repr=False)
class Curve(Answer):
    """Tracks of steps from the base, all measured on the same fresh calls."""

    made: Made
    tracks: dict[str, tuple[Step, ...]]
    now: dict[str, Estimate]  # of the base
    by: str
    name: str = "curve"

    def points(self) -> list[tuple[str, int, Step | None]]:
        """Every layout: today's (no step), then those of the tracks."""
        found: list[tuple[str, int, Step | None]] = [("today", 0, None)]
        for track, steps in self.tracks.items():
            found += [(track, place, step) for place, step in enumerate(steps, 1)]
        return found

    def front(self) -> np.ndarray:
        """[point] whether none is as cheap and as good in town and country; empty without costs."""
        if self.made.base.settings.costs is None:
            return np.zeros(0, bool)
        points = self.points()
        values = [self.now if step is None else step.values for _, _, step in points]
        cost = [costs.of(self.made.base) if s is None else s.cost for _, _, s in points]
        shares = [[v[key].mean for v in values] for key in ("urban10", "rural30")]
        some = [s for s in shares if np.isfinite(s).all()]  # a map may have no country
        return costs.front(cost, *some)

    def title(self, lang: str) -> str:
        base = self.made.base
        return pick(
            lang,
            f"What does the next one buy?  From {base.name}, the best each time",
            f"再增一站或一车，值多少？自{base.name.zh}起，每步取最佳",
        )

    def rows(self, lang: str) -> list[list[str]]:
        head = pick(lang, "step|all|urban|rural|this step||", "步骤|全部|城区|农村|本步增益||")
        costly, measure = self.made.base.settings.costs is not None, BY_KEY[self.by]
        table = [[*head.split("|"), *([pick(lang, "costs", "费用")] if costly else [])]]
        shown = ("within", "urban10", "rural30")

        def line(what: str, values: dict[str, Estimate], rest: list[str], cost: float) -> None:
            shares = [number(BY_KEY[key], values[key].mean, unit=True) for key in shown]
            table.append([what, *shares, *rest, *([f"{cost:,.0f}"] if costly else [])])

        line(pick(lang, "today", "现状"), self.now, ["", "", ""], costs.of(self.made.base))
        for track, steps in self.tracks.items():
            table.append([pick(lang, *TRACKS[track]), *[""] * (len(table[0]) - 1)])
            for place, step in enumerate(steps, 1):
                gain = [number(measure, step.gain.mean, sign=True)]
                gain += [interval(measure, step.gain, sign=True, lang=lang)]
                gain += [pick(lang, *VERDICTS[step.verdict])]
                line(f"  {place}. {step.option.words(lang)}", step.values, gain, step.cost)
        return table

    def notes(self, lang: str) -> list[str]:
        said = [
            pick(
                lang,
                f"Gains in {unit(self.by, lang)} over the step before, with 95 % intervals that "
                "hold all at once, on other calls than those on which the steps were chosen.",
                f"增益为较上一步的变化（{unit(self.by, lang)}），95% 区间同时成立；"
                "测量所用呼叫与选择时不同。",
            )
        ]
        if not self.tracks.get("fleet"):
            said.append(
                pick(
                    lang,
                    "No ambulance would surely serve better at another station of today.",
                    "未发现把任何一辆车调至其他现有站点确有改善。",
                )
            )
        if self.made.base.settings.costs is not None:
            said.append(self._front_in_words(lang))
        return [*said, words.say(self.sentence(lang), lang)]

    def _front_in_words(self, lang: str) -> str:
        on_it = [
            pick(lang, "today", "现状") if step is None else track_word(track, place, lang)
            for (track, place, step), on in zip(self.points(), self.front(), strict=True)
            if on
        ]
        money = costs.unit(self.made.base)
        return pick(
            lang,
            f"Costs in {money}. Nothing tried is as cheap and as good in town and country as: "
            f"{', '.join(on_it)}.",
            f"费用单位：{money}。在费用、城区与农村达标率上不被其他布局全面超过的有："
            f"{'、'.join(on_it)}。",
        )

    def _price(self, step: Step) -> tuple[str, str]:
        """What a step costs more than today, in both languages; nothing without costs."""
        base = self.made.base
        if base.settings.costs is None:
            return "", ""
        more = step.cost - costs.of(base)
        en, zh = (costs.words(more, base, lang, sign=True) for lang in ("en", "zh"))
        return f", {en}", f"，{zh}"

    def sentence(self, lang: str = "en") -> str:
        firsts = [
            (track, steps[0]) for track, steps in self.tracks.items() if steps and track != "fleet"
        ]
        measure, parts_en, parts_zh = BY_KEY[self.by], [], []
        for track, step in firsts:
            between = words.between(measure, step.gain, lang)
            gain = number(measure, step.gain.mean, sign=True)
            en = "station" if track == "stations" else "ambulance without a new site"
            zh = "站点" if track == "stations" else "救护车（不设新站）"
            extra_en, extra_zh = self._price(step)
            what_en, what_zh = step.option.en.lstrip("+ "), step.option.zh.lstrip("＋")
            parts_en.append(
                f"the next {en} ({what_en}{extra_en}) gains {gain} {unit(self.by, 'en')} "
                f"({between})"
            )
            parts_zh.append(
                f"再增一{zh}（{what_zh}{extra_zh}）增益 {gain} {unit(self.by, 'zh')}（{between}）"
            )
        if not firsts:
            return pick(lang, "There is nothing to add.", "无可添加。")
        enough = [
            sum(step.verdict == Verdict.BETTER for step in steps)
            for track, steps in self.tracks.items()
            if track == "stations" and steps
        ]
        english, chinese = ", ".join(parts_en), "，".join(parts_zh)
        if enough:
            stations = len(self.tracks["stations"])
            english += f"; {enough[0]} of the {stations} stations tried each add what matters"
            chinese += f"；所试 {stations} 个新站中，{enough[0]} 个各有明显增益"
        return pick(lang, english[0].upper() + english[1:] + ".", chinese + "。")

    def to_frame(self) -> pd.DataFrame:
        return search.frame_of(self.tracks, self.by)

    def figure(self, lang: str = "en", size: str = "screen") -> Figure:
        from sim.figures import curve as drawing

        return drawing.draw(self, lang, size)

    def figures(self, lang: str) -> dict[str, Figure]:
        from sim.figures import cost_front as drawing

        drawn = {self.name: self.figure(lang)}
        if self.made.base.settings.costs is not None:
            drawn["front"] = drawing.draw(self, lang)
        return drawn


def track_word(track: str, place: int, lang: str) -> str:
    """+2 stations, +1 ambulance, 3 moves: as the figure says it, too."""
    if track == "fleet":
        return pick(lang, words.count(place, "move"), f"调配 {place} 次")
    noun = track.removesuffix("s")
    en = f"+{words.count(place, noun)}"
    return pick(lang, en, f"＋{place} {'站' if track == 'stations' else '车'}")


def curve(
    base: Scenario,
    where: str | Path = SEATS,
    *,
    steps: int = 4,
    by: str = "within",
    **effort: Unpack[EffortOptions],
) -> Curve:
    """The gain of one more station after another, against that of one more ambulance.

    Each step is the best at that point. A third track moves the ambulances of today among the
    stations of today. `effort`: as in `sim.answers.ranking`.
    """
    began = time.perf_counter()
    if by not in KEYS:
        raise OptionError("by", f"write one of {', '.join(KEYS)}; found {by}")
    if not 1 <= steps <= 30:
        raise OptionError("steps", f"write 1 to 30; found {steps}")
    found = candidates.find(base, where, base.settings.study.seed)
    with shared(Effort(**effort)) as asked:
        taken: dict[str, list[Option]] = {
            "stations": search.greedy(base, ["station"] * steps, found, by, asked),
            "ambulances": search.greedy(base, ["ambulance"] * steps, found, by, asked),
            "fleet": search.swaps(base, base, [], [], by, asked),
        }
        every = [option.layout for options in taken.values() for option in options]
        with Runs(base, every, replace(asked, fresh=True)) as runs:
            chosen = runs.until_precise(range(1, len(every) + 1), by)
            tracks, first = {}, 1
            for track, options in taken.items():
                rows = list(range(first, first + len(options)))
                tracks[track] = search.steps_of(runs, rows, options, by)
                first += len(options)
            now = {key: runs.value(0, key) for key in KEYS}
            made = Made.by(runs, chosen, time.perf_counter() - began)
    return Curve(made, tracks, now, by)
