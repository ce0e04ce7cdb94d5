"""Sites by an exact model, then by simulation: the best plans by distance, and what they really do.

A model of coverage is solved to the proven best, with the stations of today locked in. Its best
plans are then simulated and ranked; the answer tells where the two orders disagree.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from math import isclose
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Unpack

from scipy.stats import kendalltau

from sim import limits
from sim.answers import candidates, site_plans
from sim.answers.answer import Answer, OnMap, Provenance
from sim.answers.candidates import SEATS
from sim.answers.ranking import RankedSite, Ranking, rank_layouts
from sim.answers.site_plans import MODELS, OF_VEHICLES, SitePlan
from sim.answers.siting import Infeasible
from sim.errors import ScenarioError
from sim.study import arguments
from sim.study.effort import Effort, EffortOptions
from sim.study.runs import Runs
from sim.study.worst_served import WorstServed
from sim.text import Message, message_of

if TYPE_CHECKING:
    import pandas as pd

    from sim.scenario.scenario import Scenario
    from sim.units import Amount


TIME_LIMIT_S = 120.0  # for solving a model
MOST_ROUNDS = 2  # of feeding back how busy ambulances are


class BusyRounds(NamedTuple):
    """Shares of time that ambulances are busy, as simulated, by which MEXCLP was solved."""

    shares: tuple[float, ...]  # today's, then of the best plan before each further round
    settled: bool  # whether the best plan stayed the same in the last round

    @property
    def rounds(self) -> int:
        """How often a plan was simulated and the model solved again."""
        return len(self.shares) - 1


@dataclass(frozen=True, eq=False, repr=False)
class Sites(Answer, OnMap):
    """Plans in the order of the model, beside what the simulation made of them."""

    provenance: Provenance
    model: str
    plans: tuple[SitePlan, ...]
    ranking: Ranking
    busy: float | None  # MEXCLP's share of time, by which the plans were found
    left_out: int  # places that no candidate could cover
    asked: int | None = None  # new stations, where that is more than there are candidates
    candidates: int = 0  # how many there were
    busy_from: BusyRounds | None = None  # if the share of time comes from simulation
    time_limit_s: float = TIME_LIMIT_S  # of each time that the model was solved

    name = "sites"

    def place_of(self, row: int) -> int:
        """Place by simulation (from 0) of a plan by its row in the model's order."""
        names = [site.candidate for site in self.ranking.sites]
        return names.index(self.plans[row].candidate)

    def simulated(self, row: int) -> RankedSite:
        """What the simulation made of a plan."""
        return self.ranking.sites[self.place_of(row)]

    def as_good(self, row: int) -> list[int]:
        """Rows of the plans that the model finds as good as this one, which is among them."""
        value = self.plans[row].value
        return [
            i for i, other in enumerate(self.plans) if isclose(other.value, value, abs_tol=1e-9)
        ]

    def disagreements(self) -> list[int]:
        """Rows of the plans whose place in the model the simulation rules out."""
        rows = []
        for row in range(len(self.plans)):
            simulated, equal = self.simulated(row), self.as_good(row)  # these share their places
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
        frame.insert(3, "bound", [plan.bound for plan in self.plans])
        frame.insert(4, "gap", [plan.gap for plan in self.plans])
        return frame

    def facts(self) -> dict[str, Any]:
        rounds = self.busy_from
        return super().facts() | {
            "model": self.model,
            "time_limit_s": self.time_limit_s,
            "busy": self.busy,
            "busy_today": rounds and rounds.shares[0],
            "busy_rounds": rounds and rounds.rounds,
            "busy_settled": rounds and rounds.settled,
        }


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
    time_limit_s: float = TIME_LIMIT_S,
    **effort: Unpack[EffortOptions],
) -> Sites:
    """Find the `best` plans of a model with today's stations locked in; simulate and rank them.

    `where`: as in `sim.rank`. `new`: stations to add, or ambulances for mexclp and dsm; default
    one; lscp finds how many. `capacity`: the most people of a station, or ambulances for mexclp
    and dsm. `budget`: for what is new, by the scenario's costs. `busy`: MEXCLP's share of time;
    default: what the simulation of the best plan gives. `time_limit_s`: for solving the model;
    then the last plan may not be proven. `effort`: as in `sim.rank`.
    OptionError for options that make no sense, ScenarioError if no plan can do what is asked.
    """
    began = time.perf_counter()
    arguments.scenarios(base)
    arguments.one_of("model", model, MODELS)
    if new is not None:
        arguments.whole("new", new, *limits.NEW)
    arguments.whole("best", best, *limits.PLANS)
    if capacity is not None:
        arguments.within("capacity", capacity, *limits.CAPACITY)
    if busy is not None:
        arguments.within("busy", busy, 0, 1)
    arguments.within("time_limit_s", time_limit_s, *limits.SOLVING_S)
    sites, layouts = candidates.layouts(
        base, candidates.find(base, where, base.settings.study.seed)
    )
    inputs = site_plans.siting_inputs(base, sites, layouts)
    options = site_plans.limits(base, inputs, model, capacity, budget)
    options |= {"best": best, "time_limit_s": time_limit_s}

    def plans_if(busy: float | None) -> list[SitePlan]:
        try:
            solved = site_plans.solve(base, inputs, model, new, busy, options)
        except (Infeasible, ValueError) as error:
            raise ScenarioError(f"site --model {model}", message_of(error)) from None
        return site_plans.as_layouts(base, inputs, model, solved)

    rounds = None
    if model == "mexclp" and busy is None:
        plans, rounds = _in_rounds(base, plans_if, Effort.of(effort))
        busy = rounds.shares[-1]
    else:
        plans = plans_if(busy)
    if not plans:
        raise ScenarioError(
            f"site --model {model}",
            Message(
                "the best plan opens no new station: today's already do all that the model asks"
            ),
        )
    ranking = rank_layouts(
        base,
        [plan.candidate for plan in plans],
        [plan.layout for plan in plans],
        plans=True,
        **effort,
    )
    provenance = replace(ranking.provenance, seconds=time.perf_counter() - began)
    short = new is not None and model not in OF_VEHICLES and new > len(sites)
    return Sites(
        provenance,
        model,
        tuple(plans),
        ranking,
        busy,
        plans[0].plan.left_out,
        asked=new if short else None,
        candidates=len(sites),
        busy_from=rounds,
        time_limit_s=time_limit_s,
    )


def _in_rounds(
    base: Scenario, plans_if: Callable[[float], list[SitePlan]], effort: Effort
) -> tuple[list[SitePlan], BusyRounds]:
    """Solve with today's share of time busy, then with that of the plan found (Aboueljinane 2022).

    More ambulances are less busy, and a model that takes them as busy as today's doubles them where
    one would do. Ends when the best plan stays the same, after `MOST_ROUNDS` at the latest.
    """
    shares = [_busy(base, effort)]
    plans, settled = plans_if(shares[0]), False
    while plans and not settled and len(shares) <= MOST_ROUNDS:
        shares.append(_busy(plans[0].layout, effort))
        before, plans = plans[0].plan, plans_if(shares[-1])
        settled = bool(plans) and plans[0].plan.vehicles == before.vehicles
    return plans, BusyRounds(tuple(shares), settled)


def _busy(layout: Scenario, effort: Effort) -> float:
    """The share of their time on shift that ambulances are on calls, as `run` finds it."""
    with Runs(layout, [], effort, WorstServed()) as runs:
        return min(0.99, runs.levels(["busy"])["busy"].mean)
