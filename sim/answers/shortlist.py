"""Sites by an exact model, then by simulation: the best plans by distance, and what they really do.

A model of coverage is solved to the proven best, with the stations of today locked in; its best
plans are then simulated and ranked, and it is said where the two disagree.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Unpack

import numpy as np

from sim.answers import candidates, siting
from sim.answers.candidates import SEATS, Candidate
from sim.answers.legacy import Made
from sim.answers.ranking import rank_layouts
from sim.answers.sites import NAMED, WORDS, Placed, Sited, joined
from sim.answers.siting import Infeasible, SitingPlan
from sim.errors import OptionError, ScenarioError
from sim.prepare import reach as coverage
from sim.study.effort import Effort, EffortOptions
from sim.study.runs import Runs
from sim.text import Name

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario
    from sim.units import Amount

MODELS = ("mclp", "p-median", "p-centre", "lscp", "mexclp", "dsm")
OF_VEHICLES = ("mexclp", "dsm")
FAR, ENOUGH = 2.0, 0.6  # DSM: everyone within twice the target, so much of all within it


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
    **effort: Unpack[EffortOptions],
) -> Sited:
    """The `best` plans of a model with today's stations locked in, then simulated and ranked.

    `new`: stations to add, or ambulances for mexclp and dsm; default one; lscp finds how many.
    `capacity`: the most people of a station, or ambulances for mexclp and dsm. `budget`: for what
    is new, by the scenario's costs. `busy`: MEXCLP's share of time; default: what the simulation of
    today's layout gives. `effort`: as in `sim.answers.ranking`.
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
        busy = _busy(base, Effort(**effort))
    try:
        plans = _solved(ground, model, new, busy, options, base)
    except (Infeasible, ValueError) as error:
        raise ScenarioError(f"site --model {model}", str(error)) from None
    placed = _placed(base, ground, model, plans)
    if not placed:
        message = "the best plan opens no new station: today's already do all that the model asks"
        raise ScenarioError(f"site --model {model}", message)
    names, made_of = [one.name for one in placed], [one.layout for one in placed]
    ranking = rank_layouts(base, names, made_of, plans=True, **effort)
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
) -> list[SitingPlan]:
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


def _placed(base: Scenario, ground: Ground, model: str, plans: list[SitingPlan]) -> list[Placed]:
    """Plans as layouts: a sub-station with its ambulances at each new site, more at old ones."""
    old, people = len(ground.stations), ground.people.sum()
    found: list[Placed] = []
    for plan in plans:
        layout, names = base, []
        for row in range(old + len(ground.found)):
            cars = _cars(base, ground, plan, row)
            if row < old and cars:
                station = base.stations[ground.stations[row]]
                layout = layout.ambulances(station.name.zh, cars)
                names.append((f"{station.name.zh} +{cars}", f"{station.name.en} +{cars}"))
            elif row >= old and cars:
                one = ground.found[row - old]
                _, (layout,) = candidates.layouts(layout, [one], cars)
                many = f" ({cars})" if cars > 1 else ""
                names.append((f"{one.name.zh}{many}", f"{one.name.en}{many}"))
        if names:
            zh, en = (joined([one[i] for one in names], lang) for i, lang in ((0, "zh"), (1, "en")))
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
            found.append(Placed(plan, Candidate(Name(zh, en)), layout, float(value), tuple(names)))
    return found


def _cars(base: Scenario, ground: Ground, plan: SitingPlan, row: int) -> int:
    """How many more ambulances stand at a site than today."""
    if plan.vehicles is not None:
        now = base.fleet_size(ground.stations[row]) if row < len(ground.stations) else 0
        return plan.vehicles[row] - now
    return int(row >= len(ground.stations) and row in plan.sites)


def _busy(base: Scenario, effort: Effort) -> float:
    """The share of their time on shift that today's ambulances are on calls, by simulation."""
    with Runs(base, [], effort) as runs:
        runs.extend(min(10, runs.stopping.upper))
        busy_s = float(runs.per_day(0, "busy_s").sum())
    hours = sum(ambulance.hours_a_day for ambulance in base.fleet)
    return min(0.99, busy_s / (hours * 3600))
