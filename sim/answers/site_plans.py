"""The plans of a siting model: what it reads of a scenario, its limits, its plans as layouts."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from sim.answers import candidates, siting
from sim.answers.candidates import Candidate
from sim.answers.siting import SitingPlan
from sim.errors import OptionError
from sim.prepare import reach as coverage
from sim.text import Message, Name

if TYPE_CHECKING:
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

    plan: SitingPlan
    additions: tuple[Addition, ...]
    candidate: Candidate
    layout: Scenario
    value: float  # in the unit of the model
    bound: float  # no plan left is better; the value itself if proven, nan if not known

    @property
    def gap(self) -> float:
        """How far the bound is from the value, as a share of the value."""
        apart = abs(self.bound - self.value)
        return apart / abs(self.value) if self.value else (math.inf if apart else 0.0)


class SitingInputs(NamedTuple):
    """What the model reads. Sites are today's manned stations, then the candidates."""

    # [place, site] of driving, and of what crews there take longer to turn out than the soonest
    minutes: np.ndarray
    people: np.ndarray  # [place]
    limit: np.ndarray  # [place] minutes of driving that its target leaves
    before: float  # minutes until wheels roll
    stations: list[int]  # rows of today's
    sites: list[Candidate]


def siting_inputs(base: Scenario, sites: list[Candidate], layouts: list[Scenario]) -> SitingInputs:
    """Places where people live; driving with siren, in the time band of the run's start."""
    manned = sorted({ambulance.station for ambulance in base.fleet})
    stations = [base.stations[row] for row in manned] + [layout.stations[-1] for layout in layouts]
    later_s = coverage.later_s(base, stations)
    sooner_s = float(later_s.min(initial=0.0))  # at the station whose crews roll first
    drive_s = coverage.seconds_from(base, stations)[0]
    cell_s = coverage.at_most_a_day(drive_s + (later_s - sooner_s))
    lived_in = base.map.cells.people > 0
    before_s = coverage.seconds_before(base) + sooner_s
    # The same sums as `coverage` compares: nothing is lost by taking the rest away.
    limit = (coverage.targets_of_cells(base) - before_s)[lived_in] / 60
    people = base.map.cells.people[lived_in]
    return SitingInputs(cell_s.T[lived_in] / 60, people, limit, before_s / 60, manned, sites)


def limits(
    base: Scenario,
    inputs: SitingInputs,
    model: str,
    capacity: float | None,
    budget: Amount | None,
) -> dict[str, Any]:
    """Capacity and budget as options of the siting models; OptionError if costs do not fit."""
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


def solve(
    base: Scenario,
    inputs: SitingInputs,
    model: str,
    new: int | None,
    busy: float | None,
    options: dict[str, Any],
) -> list[SitingPlan]:
    """The model's plans, the best first, with today's stations locked in.

    `new`: stations or ambulances to add; None for one, or for as many as the budget allows.
    `busy`: MEXCLP's share of time. `options`: `best` and what `limits` gave.
    Infeasible if there is no plan, ValueError for options that the model does not have.
    """
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
) -> list[SitingPlan]:
    """MEXCLP if ambulances are busy for a share of time, else DSM; `more` ambulances than today."""
    now = [base.fleet_size(row) for row in inputs.stations] + [0] * len(inputs.sites)
    cars, minutes = len(base.fleet) + more, inputs.minutes
    if busy is not None:
        return siting.mexclp(minutes, inputs.people, inputs.limit, cars, busy, fixed=now, **options)
    far = FAR * (inputs.limit + inputs.before) - inputs.before
    able = (minutes <= far[:, None]).any(axis=1)
    plans = siting.dsm(
        minutes[able], inputs.people[able], inputs.limit[able], far[able], ENOUGH, cars,
        fixed=now, **options,
    )  # fmt: skip
    return [plan._replace(left_out=int((~able).sum())) for plan in plans]


def as_layouts(
    base: Scenario, inputs: SitingInputs, model: str, solved: list[SitingPlan]
) -> list[SitePlan]:
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
            value, bound = (
                _value(inputs, model, number) for number in (plan.value, plan.best_possible)
            )
            named = _named(additions)
            plans.append(SitePlan(plan, tuple(additions), named, layout, value, bound))
    return plans


def _more_ambulances(base: Scenario, inputs: SitingInputs, plan: SitingPlan, row: int) -> int:
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


def _value(inputs: SitingInputs, model: str, value: float) -> float:
    """The model's value as people know it: a share of all, or minutes from the call on."""
    people = float(inputs.people.sum())
    if UNITS[model] == "share":
        return value / people
    if model == "p-median":
        return value / people + inputs.before
    return value + inputs.before if model == "p-centre" else value
