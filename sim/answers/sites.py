"""Sites by an exact model, then by simulation: the best plans by distance, and what they really do.

A model of coverage is solved to the proven best, with the stations of today locked in. Its best
plans are then simulated and ranked; the answer tells where the two orders disagree.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from math import isclose
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from scipy.stats import kendalltau

from sim.answers import candidates, siting
from sim.answers.answer import Answer, Provenance
from sim.answers.candidates import SEATS, Candidate
from sim.answers.ranking import RankedSite, Ranking, rank_layouts
from sim.answers.siting import Infeasible, Plan
from sim.errors import OptionError, ScenarioError
from sim.prepare import reach as coverage
from sim.study.runs import How, Trials
from sim.text import Message, Name, message_of

if TYPE_CHECKING:
    import pandas as pd

    from sim.scenario.scenario import Scenario
    from sim.units import Amount

# What the value of a plan is: a share of the people, minutes, or a number of stations.
UNITS = {
    "mclp": "share", "p-median": "min", "p-centre": "min", "lscp": "stations", "mexclp": "share",
    "dsm": "share",
}  # fmt: skip
MODELS = tuple(UNITS)
OF_VEHICLES = ("mexclp", "dsm")
FAR, ENOUGH = 2.0, 0.6  # DSM: everyone within twice the target, so much of all within it


class Addition(NamedTuple):
    """What a plan adds at one site."""

    site: Name
    ambulances: int
    new: bool  # a station that is not there today


class SitePlan(NamedTuple):
    """A plan of the model, as a layout. `candidate` is what the ranking calls it."""

    plan: Plan
    additions: tuple[Addition, ...]
    candidate: Candidate
    layout: Scenario
    value: float  # in the unit of the model


@dataclass(frozen=True, eq=False, repr=False)
class SitesAnswer(Answer):
    """Plans in the order of the model, beside what the simulation made of them."""

    provenance: Provenance
    model: str
    plans: tuple[SitePlan, ...]
    ranking: Ranking
    busy: float | None  # MEXCLP's share of time
    left_out: int  # places that no candidate could cover

    name = "sites"

    def place_of(self, row: int) -> int:
        """Place by simulation (from 0) of a plan by its row in the model's order."""
        names = [site.candidate for site in self.ranking.sites]
        return names.index(self.plans[row].candidate)

    def simulated(self, row: int) -> RankedSite:
        """What the simulation made of a plan."""
        return self.ranking.sites[self.place_of(row)]

    def disagreements(self) -> list[int]:
        """Rows of the plans whose place in the model the simulation rules out."""
        rows = []
        for row, plan in enumerate(self.plans):
            simulated = self.simulated(row)
            # Plans that the model finds equally good share their places.
            equal = [
                i
                for i, other in enumerate(self.plans)
                if isclose(other.value, plan.value, abs_tol=1e-9)
            ]
            low, high = min(equal) + 1, max(equal) + 1
            if high < simulated.best_place or low > simulated.worst_place:
                rows.append(row)
        return rows

    def agreement(self) -> float:
        """Kendall's tau between the two orders; nan for a single plan."""
        if len(self.plans) < 2:
            return float("nan")
        simulated = [self.place_of(row) for row in range(len(self.plans))]
        return float(kendalltau(range(len(self.plans)), simulated).statistic)

    def to_frame(self) -> pd.DataFrame:
        """A row for each plan, in the model's order: its value, its place and gains simulated."""
        frame = self.ranking.to_frame().drop(columns=["people", "newly", "minutes"])
        order = [self.place_of(row) for row in range(len(self.plans))]
        frame = frame.iloc[order].rename(columns={"place": "simulated_place"})
        frame.insert(0, "plan", range(1, len(order) + 1))
        frame.insert(1, self.model, [plan.value for plan in self.plans])
        frame.insert(2, "proven", [plan.plan.proven for plan in self.plans])
        return frame


class SitingInputs(NamedTuple):
    """What the model reads. Sites are today's manned stations, then the candidates."""

    minutes: np.ndarray  # [place, site] of driving
    people: np.ndarray  # [place]
    limit: np.ndarray  # [place] minutes of driving that its target leaves
    before: float  # minutes until wheels roll
    stations: list[int]  # rows of today's
    sites: list[Candidate]


def siting_inputs(
    base: Scenario, sites: list[Candidate], layouts: list[Scenario]
) -> SitingInputs:  # fmt: skip
    """Places where people live; driving with siren, in the time band of the run's start."""
    manned = sorted({ambulance.station for ambulance in base.fleet})
    stations = [base.stations[row] for row in manned] + [layout.stations[-1] for layout in layouts]
    cell_s, _ = coverage.seconds_from(base, stations)
    lived_in = base.map.cells.people > 0
    before_s = coverage.seconds_before(base)
    # The same sums as `coverage` compares: nothing is lost by taking the rest away.
    limit = (coverage.targets_of_cells(base) - before_s)[lived_in] / 60
    people = base.map.cells.people[lived_in]
    return SitingInputs(cell_s.T[lived_in] / 60, people, limit, before_s / 60, manned, sites)


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
) -> SitesAnswer:
    """Find the `best` plans of a model with today's stations locked in; simulate and rank them.

    `where`: as in `sim.rank`. `new`: stations to add, or ambulances for mexclp and dsm; default
    one; lscp finds how many. `capacity`: the most people of a station, or ambulances for mexclp and
    dsm. `budget`: for what is new, by the scenario's costs. `busy`: MEXCLP's share of time; default:
    what the simulation of today's layout gives. `how`: as in `sim.rank`.
    OptionError for options that make no sense, ScenarioError if no plan can do what is asked.
    """
    began = time.perf_counter()
    if model not in MODELS:
        known = ", ".join(MODELS)
        raise OptionError(
            "model", Message("write one of {known}; found {found}", known=known, found=model)
        )
    sites, layouts = candidates.layouts(
        base, candidates.find(base, where, base.settings.study.seed)
    )
    inputs = siting_inputs(base, sites, layouts)
    options = _options(base, inputs, model, capacity, budget) | {"best": best}
    if model == "mexclp" and busy is None:
        busy = _busy(base, How(**how))
    try:
        solved = _solved(base, inputs, model, new, busy, options)
    except (Infeasible, ValueError) as error:
        raise ScenarioError(f"site --model {model}", message_of(error)) from None
    plans = _plans(base, inputs, model, solved)
    if not plans:
        raise ScenarioError(
            f"site --model {model}",
            Message(
                "the best plan opens no new station: today's already do all that the model asks"
            ),
        )
    ranking = rank_layouts(
        base, [plan.candidate for plan in plans], [plan.layout for plan in plans], plans=True, **how
    )
    provenance = replace(ranking.provenance, seconds=time.perf_counter() - began)
    return SitesAnswer(provenance, model, tuple(plans), ranking, busy, solved[0].left_out)


def _options(
    base: Scenario,
    inputs: SitingInputs,
    model: str,
    capacity: float | None,
    budget: Amount | None,
) -> dict[str, Any]:
    """Limits as the siting models take them."""
    options: dict[str, Any] = {}
    if capacity is not None:
        options["capacity"] = int(capacity) if model in OF_VEHICLES else capacity
    if budget is None:
        return options
    costs = base.settings.costs
    if costs is None:
        raise OptionError(
            "budget", Message("the scenario gives no costs: write them under `costs`")
        )
    unit = costs.ambulance.unit
    if budget.unit != unit:
        raise OptionError(
            "budget", Message("write it in {unit}; found {found}", unit=unit, found=budget.unit)
        )
    each = 0.0 if model in OF_VEHICLES else costs.ambulance.value
    new = [costs.substation.value + each] * len(inputs.sites)
    options["cost"] = [0.0] * len(inputs.stations) + new
    options["budget"] = budget.value
    if model in OF_VEHICLES:
        options["vehicle_cost"] = costs.ambulance.value
        options["budget"] += costs.ambulance.value * len(base.fleet)  # today's are paid for
    return options


def _solved(
    base: Scenario,
    inputs: SitingInputs,
    model: str,
    new: int | None,
    busy: float | None,
    options: dict[str, Any],
) -> list[Plan]:
    """The model's plans, the best first."""
    minutes, people, limit = inputs.minutes, inputs.people, inputs.limit
    more = 1 if new is None else new
    if model in OF_VEHICLES:
        share = busy if model == "mexclp" else None
        return _solved_for_vehicles(base, inputs, more, share, options)
    old = len(inputs.stations)
    options = options | {"fixed": range(old)}
    p = None if "budget" in options and new is None else old + more
    match model:
        case "mclp":
            return siting.mclp(minutes, people, limit, p=p, **options)
        case "p-median":
            return siting.p_median(minutes, people, p=p, **options)
        case "p-centre":
            return siting.p_centre(minutes, people, p=p, **options)
    if new is not None:
        options["most_new"] = new
    return siting.lscp(minutes, limit, people, coverable_only=True, **options)


def _solved_for_vehicles(
    base: Scenario, inputs: SitingInputs, more: int, busy: float | None, options: dict[str, Any]
) -> list[Plan]:
    """MEXCLP if ambulances are busy for a share of time, else DSM; `more` ambulances than today."""
    now = [base.fleet_size(row) for row in inputs.stations] + [0] * len(inputs.sites)
    cars, minutes = len(base.fleet) + more, inputs.minutes
    if busy is not None:
        return siting.mexclp(
            minutes, inputs.people, inputs.limit, cars, busy, fixed=now, **options
        )  # fmt: skip
    far = FAR * (inputs.limit + inputs.before) - inputs.before
    able = (minutes <= far[:, None]).any(axis=1)
    plans = siting.dsm(
        minutes[able], inputs.people[able], inputs.limit[able], far[able], ENOUGH, cars,
        fixed=now, **options,
    )  # fmt: skip
    return [plan._replace(left_out=int((~able).sum())) for plan in plans]


def _plans(
    base: Scenario, inputs: SitingInputs, model: str, solved: list[Plan]
) -> list[SitePlan]:  # fmt: skip
    """Plans as layouts: a sub-station with its ambulances at each new site, more at old ones."""
    old, plans = len(inputs.stations), []
    for plan in solved:
        layout, additions = base, []
        for row in range(old + len(inputs.sites)):
            cars = _more_ambulances(base, inputs, plan, row)
            if not cars:
                continue
            if row < old:
                name = base.stations[inputs.stations[row]].name
                layout = layout.ambulances(name.zh, cars)
            else:
                name = inputs.sites[row - old].name
                _, (layout,) = candidates.layouts(layout, [inputs.sites[row - old]], cars)
            additions.append(Addition(name, cars, row >= old))
        if additions:
            value = _value(inputs, model, plan)
            plans.append(SitePlan(plan, tuple(additions), _named(additions), layout, value))
    return plans


def _more_ambulances(base: Scenario, inputs: SitingInputs, plan: Plan, row: int) -> int:
    """How many more ambulances stand at a site than today."""
    if plan.vehicles is not None:
        now = base.fleet_size(inputs.stations[row]) if row < len(inputs.stations) else 0
        return int(plan.vehicles[row] - now)
    return int(row >= len(inputs.stations) and row in plan.sites)


def _named(additions: list[Addition]) -> Candidate:
    """A plan as the ranking knows it: its sites, with the ambulances where there are several."""
    parts = [
        (site, f" +{cars}" if not new else f" ({cars})" if cars > 1 else "")
        for site, cars, new in additions
    ]
    zh, en = (" + ".join(name[i] + cars for name, cars in parts) for i in (0, 1))
    return Candidate(Name(zh, en))


def _value(inputs: SitingInputs, model: str, plan: Plan) -> float:
    """The model's value as people know it: a share of all, or minutes from the call on."""
    value, people = float(plan.value), float(inputs.people.sum())
    if UNITS[model] == "share":
        return value / people
    if model == "p-median":
        return value / people + inputs.before
    return value + inputs.before if model == "p-centre" else value


def _busy(base: Scenario, how: How) -> float:
    """The share of their time on shift that today's ambulances are on calls, by simulation."""
    with Trials(base, [], how) as trials:
        trials.more(min(10, trials.rule.upper))
        busy_s = float(trials.per_day(0, "busy_s").sum())
    hours = sum(24 if a.hours is None else (a.hours[1] - a.hours[0]) % 24 or 24 for a in base.fleet)
    return min(0.99, busy_s / (hours * 3600))
