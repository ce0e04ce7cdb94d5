"""Sites by an exact model, then by simulation: the best plans by distance, and what they really do.

A model of coverage is solved to the proven best, with the stations of today locked in; its best
plans are then simulated and ranked, and it is said where the two disagree.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from scipy.stats import kendalltau

from sim.decide import candidates, siting
from sim.decide.answer import Answer, Made
from sim.decide.candidates import SEATS, Candidate
from sim.decide.rank import Ranking, rank_layouts
from sim.decide.siting import Infeasible, Plan
from sim.decide.trials import How, Trials
from sim.errors import OptionError, ScenarioError
from sim.outputs import coverage, words
from sim.outputs.measures import BY_KEY
from sim.outputs.words import interval, number, pick

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from sim.inputs.scenario import Scenario
    from sim.units import Amount

MODELS = ("mclp", "p-median", "p-centre", "lscp", "mexclp", "dsm")
OF_VEHICLES = ("mexclp", "dsm")
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
FAR, ENOUGH = 2.0, 0.6  # DSM: everyone within twice the target, so much of all within it


class Placed(NamedTuple):
    """A plan of the model, as a layout."""

    plan: Plan
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
            equal = [i for i, other in enumerate(self.placed) if _same(other.value, one.value)]
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
            f"先按距离求解、再仿真检验的站址。{base.name_zh}；{self.model_name}：{what}",
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
                    f"{row + 1:>2} {one.name.name(lang)}",
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
                sites = _joined([pick(lang, en, zh) for zh, en in one.sites], lang)
                said.append(f"{one.name.name(lang)}{colon}{sites}")
        said += [self.disagreement(lang), self.ranking.promise(lang)]
        return [*said, words.say(self.sentence(lang), lang)]

    def disagreement(self, lang: str) -> str:
        """Where coverage and simulation do not say the same."""
        if len(self.placed) < 2:
            return pick(lang, "One plan: there is no order to compare.", "仅一个方案，无可比较。")
        odd = [self.placed[row].name.name(lang) for row in self.disagreements()]
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
            f"By {self.model_name} the best plan is {first.name.name_en}"
            + (", and so it is by simulation" if same else
               f"; by simulation {leads[0]} {best.candidate.name_en}")
            + f": {size} points ({between})."
        )  # fmt: skip
        chinese = (
            f"按 {self.model_name} 最优方案为{first.name.name_zh}"
            + ("，仿真结论相同" if same else f"；按仿真{leads[1]}{best.candidate.name_zh}")
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


def _same(one: float, other: float) -> bool:
    return abs(one - other) <= 1e-9 * max(1.0, abs(one))


# ── from a scenario to a model and back ──────────────────────────────────────────────────────


class Ground(NamedTuple):
    """What the model reads: sites are today's manned stations, then the candidates."""

    minutes: np.ndarray  # [place, site] of driving
    people: np.ndarray  # [place]
    limit: np.ndarray  # [place] minutes of driving that its target leaves
    before: float  # minutes until wheels roll
    stations: list[int]  # rows of today's
    found: list[Candidate]


def ground_of(base: Scenario, found: list[Candidate], layouts: list[Scenario]) -> Ground:
    """Places where people live, with siren, in the time band of the run's start."""
    manned = sorted({ambulance.station for ambulance in base.fleet})
    sites = [base.stations[row] for row in manned] + [one.stations[-1] for one in layouts]
    cell_s, _ = coverage.seconds_from(base, sites)
    lived_in = base.map.cells.people > 0
    before_s = coverage.seconds_before(base)
    # The same sums as `coverage` compares: nothing is lost by taking the rest away.
    limit = (coverage.targets_of_cells(base) - before_s)[lived_in] / 60
    people = base.map.cells.people[lived_in]
    return Ground(cell_s.T[lived_in] / 60, people, limit, before_s / 60, manned, found)


def site(
    base: Scenario,
    where: str | Path = SEATS,
    *,
    model: str = "mclp",
    new: int | None = None,
    best: int = 5,
    capacity: float | None = None,
    budget: Amount | None = None,
    busy: float | None = None,
    **how: Any,
) -> Sited:
    """The `best` plans of a model with today's stations locked in, then simulated and ranked.

    `new`: stations to add, or ambulances for mexclp and dsm; default one; lscp finds how many.
    `capacity`: the most people of a station, or ambulances for mexclp and dsm. `budget`: for what
    is new, by the scenario's costs. `busy`: MEXCLP's share of time; default: what the simulation of
    today's layout gives. `how`: as in `sim.decide.rank`.
    """
    began = time.perf_counter()
    if model not in MODELS:
        raise OptionError("model", f"write one of {', '.join(MODELS)}; found {model}")
    found, layouts = candidates.layouts(
        base, candidates.find(base, where, base.settings.study.seed)
    )
    ground = ground_of(base, found, layouts)
    options = _options(base, ground, model, capacity, budget, best)
    if model == "mexclp" and busy is None:
        busy = _busy(base, How(**how))
    try:
        plans = _solved(ground, model, new, busy, options, base)
    except (Infeasible, ValueError) as error:
        raise ScenarioError(f"site --model {model}", str(error)) from None
    placed = _placed(base, ground, model, plans)
    if not placed:
        message = "the best plan opens no new station: today's already do all that the model asks"
        raise ScenarioError(f"site --model {model}", message)
    names, made_of = [one.name for one in placed], [one.layout for one in placed]
    ranking = rank_layouts(base, names, made_of, plans=True, **how)
    made = ranking.made
    seconds = time.perf_counter() - began
    made = Made(made.base, made.replications, made.runs, made.seed, seconds, made.chosen)
    return Sited(made, model, tuple(placed), ranking, busy, plans[0].left_out)


def _options(
    base: Scenario,
    ground: Ground,
    model: str,
    capacity: float | None,
    budget: Amount | None,
    best: int,
) -> dict[str, Any]:
    options: dict[str, Any] = {"best": best}
    if capacity is not None:
        options["capacity"] = int(capacity) if model in OF_VEHICLES else capacity
    if budget is None:
        return options
    said = base.settings.costs
    if said is None:
        raise OptionError("budget", "the scenario gives no costs: write them under `costs`")
    if budget.unit != said.ambulance.unit:
        raise OptionError("budget", f"write it in {said.ambulance.unit}; found {budget.unit}")
    old = len(ground.stations)
    each = 0.0 if model in OF_VEHICLES else said.ambulance.value
    options["cost"] = [0.0] * old + [said.substation.value + each] * len(ground.found)
    options["budget"] = budget.value
    if model in OF_VEHICLES:
        options["vehicle_cost"] = said.ambulance.value
        options["budget"] += said.ambulance.value * len(base.fleet)  # today's are paid for
    return options


def _solved(
    ground: Ground,
    model: str,
    new: int | None,
    busy: float | None,
    options: dict[str, Any],
    base: Scenario,
) -> list[Plan]:
    old, more = len(ground.stations), 1 if new is None else new
    if model in OF_VEHICLES:
        now = [base.fleet_size(row) for row in ground.stations] + [0] * len(ground.found)
        cars = len(base.fleet) + more
        if model == "mexclp":
            assert busy is not None
            return siting.mexclp(ground.minutes, ground.people, ground.limit, cars, busy,
                                 fixed=now, **options)  # fmt: skip
        far = FAR * (ground.limit + ground.before) - ground.before
        able = (ground.minutes <= far[:, None]).any(axis=1)
        some = ground._replace(minutes=ground.minutes[able], people=ground.people[able],
                               limit=ground.limit[able])  # fmt: skip
        plans = siting.dsm(some.minutes, some.people, some.limit, far[able], ENOUGH, cars,
                           fixed=now, **options)  # fmt: skip
        return [plan._replace(left_out=int((~able).sum())) for plan in plans]
    options = options | {"fixed": range(old)}
    p = None if "budget" in options and new is None else old + more
    if model == "mclp":
        return siting.mclp(ground.minutes, ground.people, ground.limit, p=p, **options)
    if model == "p-median":
        return siting.p_median(ground.minutes, ground.people, p=p, **options)
    if model == "p-centre":
        return siting.p_centre(ground.minutes, ground.people, p=p, **options)
    if new is not None:
        options["most_new"] = new
    return siting.lscp(ground.minutes, ground.limit, ground.people, coverable_only=True, **options)


def _placed(base: Scenario, ground: Ground, model: str, plans: list[Plan]) -> list[Placed]:
    """Plans as layouts: a sub-station with its ambulances at each new site, more at old ones."""
    old, people = len(ground.stations), ground.people.sum()
    found: list[Placed] = []
    for plan in plans:
        layout, names = base, []
        for row in range(old + len(ground.found)):
            cars = _cars(base, ground, plan, row)
            if row < old and cars:
                station = base.stations[ground.stations[row]]
                layout = layout.ambulances(station.name, cars)
                names.append((f"{station.name} +{cars}", f"{station.name_en} +{cars}"))
            elif row >= old and cars:
                one = ground.found[row - old]
                _, (layout,) = candidates.layouts(layout, [one], cars)
                many = f" ({cars})" if cars > 1 else ""
                names.append((f"{one.name_zh}{many}", f"{one.name_en}{many}"))
        if names:
            zh, en = (
                _joined([one[i] for one in names], lang) for i, lang in ((0, "zh"), (1, "en"))
            )
            if len(names) > NAMED:
                count = len(found) + 1
                zh, en = f"方案 {count}（{len(names)} 处）", f"plan {count} ({len(names)} sites)"
            value = plan.value
            if WORDS[model][2] == "share":
                value /= people
            elif model == "p-median":
                value = value / people + ground.before
            elif model == "p-centre":
                value += ground.before
            found.append(Placed(plan, Candidate(zh, en), layout, float(value), tuple(names)))
    return found


def _joined(names: list[str], lang: str) -> str:
    return pick(lang, " + ", "＋").join(names)


def _cars(base: Scenario, ground: Ground, plan: Plan, row: int) -> int:
    """How many more ambulances stand at a site than today."""
    if plan.vehicles is not None:
        now = base.fleet_size(ground.stations[row]) if row < len(ground.stations) else 0
        return plan.vehicles[row] - now
    return int(row >= len(ground.stations) and row in plan.sites)


def _busy(base: Scenario, how: How) -> float:
    """The share of their time on shift that today's ambulances are on calls, by simulation."""
    with Trials(base, [], how) as trials:
        trials.more(min(10, trials.rule.upper))
        busy_s = float(trials.per_day(0, "busy_s").sum())
    hours = sum(24 if a.hours is None else (a.hours[1] - a.hours[0]) % 24 or 24 for a in base.fleet)
    return min(0.99, busy_s / (hours * 3600))
