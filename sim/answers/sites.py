"""The plans of a siting model, what the simulation made of them, and where the two disagree."""

from __future__ import annotations

from dataclasses import dataclass
from math import isclose
from typing import TYPE_CHECKING, NamedTuple

from scipy.stats import kendalltau

from sim.answers.candidates import Candidate
from sim.answers.legacy import Answer, Made
from sim.answers.ranking import Ranking
from sim.answers.siting import SitingPlan
from sim.measures.measures import BY_KEY
from sim.words import phrases as words
from sim.words.phrases import interval, number, pick

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from sim.scenario.scenario import Scenario

WORDS = {
    "mclp": ("people whom a station could reach in time", "站点可按时到达的人口", "share"),
    "p-median": ("mean minutes to the nearest station", "至最近站点平均分钟", "min"),
    "p-centre": ("minutes to the farthest place", "最远地点分钟", "min"),
    "lscp": ("stations needed", "所需站点数", ""),
    "mexclp": (
        "people whom a free ambulance could reach in time",
        "空闲车辆可按时到达的人口",
        "share",
    ),
    "dsm": ("people whom two ambulances could reach in time", "两车可按时到达的人口", "share"),
}
NAMED = 3  # new sites; a plan with more is numbered, and its sites are listed below the table


def joined(names: list[str], lang: str) -> str:
    return pick(lang, " + ", "＋").join(names)


class Placed(NamedTuple):
    """A plan of the model, as a layout."""

    plan: SitingPlan
    name: Candidate
    layout: Scenario
    value: float  # as `WORDS` says it: a share, minutes, or stations
    sites: tuple[tuple[str, str], ...]  # (zh, en) what is new where


@dataclass(frozen=True, eq=False, repr=False)
class Sited(Answer):
    """Plans in the order of the model, beside what the simulation made of them."""

    made: Made
    model: str
    placed: tuple[Placed, ...]
    ranking: Ranking
    busy: float | None  # MEXCLP's share of time
    left_out: int  # places that no candidate could cover
    name: str = "sites"

    @property
    def model_name(self) -> str:
        return self.model if self.model.startswith("p-") else self.model.upper()

    def place_of(self, number_: int) -> int:
        """By simulation, of a plan by its place in the model (from 0)."""
        names = [one.candidate for one in self.ranking.ranked]
        return names.index(self.placed[number_].name)

    def disagreements(self) -> list[int]:
        """Plans (from 0) whose place in the model is none that simulation leaves them."""
        found = []
        for row, one in enumerate(self.placed):
            simulated = self.ranking.ranked[self.place_of(row)]
            # Plans that the model finds equally good share their places.
            equal = [
                i
                for i, other in enumerate(self.placed)
                if isclose(other.value, one.value, abs_tol=1e-9)
            ]
            low, high = min(equal) + 1, max(equal) + 1
            if high < simulated.best_place or low > simulated.worst_place:
                found.append(row)
        return found

    def agreement(self) -> float:
        """Kendall's tau between the two orders; nan for a single plan."""
        if len(self.placed) < 2:
            return float("nan")
        simulated = [self.place_of(row) for row in range(len(self.placed))]
        return float(kendalltau(range(len(self.placed)), simulated).statistic)

    def title(self, lang: str) -> str:
        base, what = self.made.base, pick(lang, *WORDS[self.model][:2])
        return pick(
            lang,
            f"Sites by distance, then by simulation.  {base.name}; {self.model_name}: {what}",
            f"先按距离求解、再仿真检验的站址。{base.name.zh}；{self.model_name}：{what}",
        )

    def rows(self, lang: str) -> list[list[str]]:
        by = self.ranking.by
        head = pick(
            lang,
            f"plan|{self.model_name}|proven|simulated||urban|rural|place",
            f"方案|{self.model_name}|最优性|仿真增益||城区|农村|仿真名次",
        )
        table = [head.split("|")]
        for row, one in enumerate(self.placed):
            simulated = self.ranking.ranked[self.place_of(row)]
            gain = simulated.gains[by]
            places = f"{self.place_of(row) + 1}"
            if simulated.best_place != simulated.worst_place:
                places += f" ({simulated.best_place}–{simulated.worst_place})"
            table.append(
                [
                    f"{row + 1:>2} {one.name.name.within(lang)}",
                    self._value(one.value),
                    pick(lang, *(("yes", "已证明") if one.plan.proven else ("no", "未证明"))),
                    number(BY_KEY[by], gain.mean, sign=True),
                    interval(BY_KEY[by], gain, sign=True, lang=lang),
                    *(number(BY_KEY[k], simulated.gains[k].mean, sign=True)
                      for k in ("urban10", "rural30")),
                    places,
                ]
            )  # fmt: skip
        return table

    def _value(self, value: float) -> str:
        unit = WORDS[self.model][2]
        return {"share": f"{value * 100:.2f} %", "min": f"{value:.2f} min", "": f"{value:g}"}[unit]

    def notes(self, lang: str) -> list[str]:
        what = words.label_of(self.ranking.by, lang, self.made.base)
        said = [
            pick(
                lang,
                f"Plans are in the order of the model, HiGHS having proven each the best of those "
                f"left where it says so. Simulated: gain over today in points ({what}), 95 % "
                "intervals that hold all at once; place by simulation, in brackets those that a "
                "plan may have.",
                f"方案按模型排序，“已证明”指 HiGHS 证明其为余下方案中的最优。仿真：较现状增益"
                f"（{what}，个百分点），95% 区间同时成立；括号内为可能的名次。",
            )
        ]
        if self.busy is not None:
            share = f"{self.busy * 100:.1f}"
            said.append(pick(lang, f"Ambulances are taken as busy {share} % of the time.",
                             f"车辆占用率取 {share}%。"))  # fmt: skip
        if self.left_out:
            said.append(pick(lang, f"{self.left_out} places can be covered by no candidate.",
                             f"有 {self.left_out} 个地点任何候选点都无法覆盖。"))  # fmt: skip
        for one in self.placed:
            if len(one.sites) > NAMED:
                colon = pick(lang, ": ", "：")
                sites = joined([pick(lang, en, zh) for zh, en in one.sites], lang)
                said.append(f"{one.name.name.within(lang)}{colon}{sites}")
        said += [self.disagreement(lang), self.ranking.promise(lang)]
        return [*said, words.say(self.sentence(lang), lang)]

    def disagreement(self, lang: str) -> str:
        """Where coverage and simulation do not say the same."""
        if len(self.placed) < 2:
            return pick(lang, "One plan: there is no order to compare.", "仅一个方案，无可比较。")
        odd = [self.placed[row].name.name.within(lang) for row in self.disagreements()]
        tau = f"{self.agreement():+.2f}".replace("-", "−")
        if not odd:
            return pick(
                lang,
                f"The model and the simulation do not contradict each other (Kendall's tau {tau}).",
                f"模型与仿真不矛盾（Kendall τ = {tau}）。",
            )
        names = pick(lang, "; ", "；").join(odd)
        return pick(
            lang,
            f"The model and the simulation disagree about: {names} (Kendall's tau {tau}). The "
            "model sees distance; the simulation also busy ambulances and the drive to hospital.",
            f"模型与仿真不一致：{names}（Kendall τ = {tau}）。模型只看距离，"
            "仿真还计入车辆占用与送院时间。",
        )

    def sentence(self, lang: str = "en") -> str:
        first, best = self.placed[0], self.ranking.best
        measure, gain = BY_KEY[self.ranking.by], best.gains[self.ranking.by]
        between = words.between(measure, gain, lang)
        size = number(measure, gain.mean, sign=True)
        same, sure = first.name == best.candidate, self.ranking.decided
        leads = (
            ("it is", "则为")
            if sure
            else ("it is not settled yet, ahead is", "尚未确定，暂列首位的是")
        )
        english = (
            f"By {self.model_name} the best plan is {first.name.name.en}"
            + (", and so it is by simulation" if same else
               f"; by simulation {leads[0]} {best.candidate.name.en}")
            + f": {size} points ({between})."
        )  # fmt: skip
        chinese = (
            f"按 {self.model_name} 最优方案为{first.name.name.zh}"
            + ("，仿真结论相同" if same else f"；按仿真{leads[1]}{best.candidate.name.zh}")
            + f"：{size} 个百分点（{between}）。"
        )
        return pick(lang, english, chinese)

    def to_frame(self) -> pd.DataFrame:
        frame = self.ranking.to_frame().drop(columns=["people", "newly", "minutes"])
        frame = frame.drop(columns=["reason_zh", "reason_en"])
        order = [self.place_of(row) for row in range(len(self.placed))]
        frame = frame.iloc[order].rename(columns={"place": "simulated_place"})
        frame.insert(0, "plan", range(1, len(order) + 1))
        frame.insert(1, self.model, [one.value for one in self.placed])
        frame.insert(2, "proven", [one.plan.proven for one in self.placed])
        for column, i in (("sites_zh", 0), ("sites_en", 1)):
            frame[column] = ["; ".join(site[i] for site in one.sites) for one in self.placed]
        return frame

    def figures(self, lang: str) -> dict[str, Figure]:
        return {self.name: self.ranking.figure(lang)}
