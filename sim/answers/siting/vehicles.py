"""Models that place ambulances: DSM covers people twice, MEXCLP by an ambulance that is free."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from scipy.sparse import csr_matrix, identity

from sim.answers.siting.cover import merge_points
from sim.answers.siting.milp import Columns, Programme, Solution, best_plans, not_again
from sim.answers.siting.problem import (
    ROUNDING,
    Infeasible,
    OutOfTime,
    SitingPlan,
    SitingProblem,
    column,
    coverage,
    is_whole,
    name_rows,
    problem_of,
    table_of,
)


class FleetBounds(NamedTuple):
    """How many ambulances may stand at each site."""

    total: int
    least: np.ndarray  # [site]
    most: np.ndarray  # [site]
    cost: np.ndarray  # [site] of an open one
    vehicle_cost: float
    budget: float | None
    most_new: int | None


def dsm(
    time: Any,
    weight: Any,
    r1: Any,
    r2: Any,
    alpha: float,
    vehicles: int,
    *,
    fixed: Any = 0,
    capacity: Any = None,
    **options: Any,
) -> list[SitingPlan]:
    """Double standard model (Gendreau, Laporte & Semet 1997): the most weight covered twice.

    Ambulances cover all points within `r2`, and a share `alpha` of the weight within `r1` (each one
    number, or [demand]). The value is the weight that two ambulances cover within r1. `fixed` is
    the least number at each [site], `capacity` the greatest.
    """
    points, wrong = len(table_of(time)), []
    if not 0 <= alpha <= 1:
        wrong.append(f"alpha: a share from 0 to 1 is needed; found {alpha}")
    within, at_worst = column("r1", r1, points, wrong), column("r2", r2, points, wrong)
    problem, fleet = _problem_of(time, weight, vehicles, fixed, capacity, options, wrong)
    near, far = coverage(problem, within), coverage(problem, at_worst)
    if not far.any(axis=1).all():
        lost = name_rows(np.flatnonzero(~far.any(axis=1)))
        raise Infeasible(f"no site covers demand points {lost} within r2")
    groups, sums = merge_points(near, problem.weight)
    programme = Programme(problem.ends_at)
    stands, levels = _add_fleet(programme, fleet, problem)
    twice = programme.add_columns(-sums, whole=True)
    covered = csr_matrix(groups.astype(float))
    programme.add_rows(
        {stands: -covered, twice: 2 * identity(len(sums), format="csr")}, -np.inf, 0.0
    )
    share = alpha * problem.weight.sum() * (1 - ROUNDING)

    def value(cars: np.ndarray) -> float:
        return float(problem.weight[near @ cars >= 2].sum())

    def does(solution: Solution) -> bool:
        return _keeps(problem.weight, near, far, _cars(solution, stands), share)

    def ask_for_all() -> None:
        needs, _ = merge_points(far, problem.weight)
        programme.add_rows({stands: csr_matrix(needs.astype(float))}, 1.0, np.inf)
        # A group that is covered twice takes two of the ambulances that cover it.
        once = programme.add_columns(np.zeros(len(sums)))
        eye = identity(len(sums), format="csr")
        programme.add_rows({stands: -covered, twice: eye, once: eye}, -np.inf, 0.0)
        programme.add_rows({twice: eye, once: -eye}, -np.inf, 0.0)
        programme.add_rows({once: sums}, share, np.inf)

    solve = programme.solve
    if _keeps(problem.weight, near, far, _in_pairs(groups, sums, vehicles), share):
        solve = _as_long_as(programme, does, ask_for_all)
    else:
        ask_for_all()
    return _plans(programme, problem, stands, levels, value, solve)


def _keeps(
    weight: np.ndarray, near: np.ndarray, far: np.ndarray, cars: np.ndarray, share: float
) -> bool:
    """Whether ambulances cover all points within r2, and so much weight within r1."""
    return bool((far @ cars >= 1).all()) and float(weight[near @ cars >= 1].sum()) >= share


def _in_pairs(groups: np.ndarray, sums: np.ndarray, vehicles: int) -> np.ndarray:
    """A guess at a plan: half of the ambulances cover the most, each with another beside it."""
    left, cars = sums.copy(), np.zeros(groups.shape[1])
    for _ in range(vehicles // 2):
        site = int(np.argmax(left @ groups))
        cars[site] += 2
        left[groups[:, site]] = 0.0
    return cars


def _as_long_as(
    programme: Programme, does: Callable[[Solution], bool], ask: Callable[[], None]
) -> Callable[[], Solution]:
    """Solve without the rows that `ask` adds, as long as what is found keeps them all the same.

    A solution that keeps them is the best with them, too. OutOfTime if there was no time for them.
    """
    asked = False

    def solve() -> Solution:
        nonlocal asked
        solution = programme.solve()
        if asked or does(solution):
            return solution
        ask()
        asked = True
        try:
            return programme.solve()
        except OutOfTime as error:
            raise OutOfTime(str(error), max(error.bound, solution.bound)) from None

    return solve


def _cars(solution: Solution, stands: Columns) -> np.ndarray:
    cars: np.ndarray = np.rint(stands.of(solution.x))
    return cars


def mexclp(
    time: Any,
    weight: Any,
    limit: Any,
    vehicles: int,
    q: float,
    *,
    fixed: Any = 0,
    capacity: Any = None,
    **options: Any,
) -> list[SitingPlan]:
    """Maximum expected covering (Daskin 1983): the weight covered by an ambulance that is free.

    Each ambulance is busy a share `q` of the time, independently of all others: with k of them
    within `limit` a point counts 1 − q^k of its weight. `fixed` is the least number at each [site],
    `capacity` the greatest.
    """
    wrong: list[str] = []
    if not 0 <= q < 1:
        wrong.append(f"q: a share from 0 to below 1 is needed; found {q}")
    within = column("limit", limit, len(table_of(time)), wrong)
    problem, fleet = _problem_of(time, weight, vehicles, fixed, capacity, options, wrong)
    covers = coverage(problem, within)
    groups, sums = merge_points(covers, problem.weight)
    some = groups.any(axis=1) & (sums > 0)
    groups, sums = groups[some], sums[some]
    programme = Programme(problem.ends_at)
    stands, levels = _add_fleet(programme, fleet, problem)
    most = int(np.minimum(groups @ fleet.most, fleet.total).max(initial=1))
    # Each further ambulance adds less, so that fractions never pay and later ones come last.
    terms: dict[Columns, Any] = {stands: -csr_matrix(groups.astype(float))}
    for k in range(most):
        kth = programme.add_columns(-sums * (1 - q) * q**k)
        terms[kth] = identity(len(sums), format="csr")
    programme.add_rows(terms, -np.inf, 0.0)

    def value(cars: np.ndarray) -> float:
        return float(problem.weight @ (1 - float(q) ** (covers @ cars)))

    return _plans(programme, problem, stands, levels, value)


def _problem_of(
    time: Any,
    weight: Any,
    vehicles: int,
    fixed: Any,
    capacity: Any,
    options: dict[str, Any],
    wrong: list[str],
) -> tuple[SitingProblem, FleetBounds]:
    sites = table_of(time).shape[1]
    budget, car_cost = options.pop("budget", None), options.pop("vehicle_cost", 0.0)
    if options.pop("p", None) is not None:
        wrong.append("p: vehicles says how many; leave p out")
    if not is_whole(vehicles, 1):
        wrong.append(f"vehicles: a whole number from 1 on is needed; found {vehicles}")
    if not 0 <= car_cost < np.inf:
        wrong.append(f"vehicle_cost: a number from 0 on is needed; found {car_cost}")
    least = column("fixed", fixed, sites, wrong)
    most = column("capacity", np.inf if capacity is None else capacity, sites, wrong)
    for name, values in (("fixed", least), ("capacity", most)):
        if (values != np.floor(values)).any():
            wrong.append(f"{name}: whole numbers of ambulances are needed")
    if budget is not None and options.get("cost") is None and not car_cost:
        wrong.append("budget: it needs cost, vehicle_cost or both")
    if budget is not None and np.isnan(budget):
        wrong.append(f"budget: a number is needed; found {budget}")
    problem = problem_of(time, weight, limited=False, wrong=wrong, **options)
    problem = problem._replace(fixed=least > 0, allowed=problem.allowed | (least > 0))
    most = np.where(problem.allowed, np.minimum(most, vehicles), 0.0)
    if (least > most).any():
        raise Infeasible(
            f"more are fixed than can stand at sites {name_rows(np.flatnonzero(least > most))}"
        )
    if least.sum() > vehicles:
        raise Infeasible(f"{least.sum():g} ambulances are fixed, there are {vehicles}")
    price = np.zeros(sites) if problem.cost is None else problem.cost
    spent = float(price[least > 0].sum() + car_cost * least.sum())
    if budget is not None and spent > budget * (1 + ROUNDING):
        raise Infeasible(f"what is fixed costs {spent:g}, the budget is {budget:g}")
    return problem, FleetBounds(
        int(vehicles), least, most, price, car_cost, budget, problem.most_new
    )


def _add_fleet(
    programme: Programme, fleet: FleetBounds, problem: SitingProblem
) -> tuple[Columns, list[Columns]]:
    """Add a column of ambulances for each site; for next-best plans also 0-1 columns by number."""
    sites = len(fleet.least)
    stands = programme.add_columns(np.zeros(sites), fleet.least, fleet.most, whole=True)
    everyone, eye = np.ones(sites), identity(sites, format="csr")
    total = min(fleet.total, int(fleet.most.sum()))
    limited = fleet.budget is not None or fleet.most_new is not None
    programme.add_rows({stands: everyone}, -np.inf if limited else total, total)
    if limited:
        opened = programme.add_columns(np.zeros(sites), fleet.least > 0, 1.0, whole=True)
        most = csr_matrix(-np.diag(fleet.most))
        programme.add_rows({stands: eye, opened: most}, -np.inf, 0.0)
        if fleet.budget is not None:
            rows = {stands: everyone * fleet.vehicle_cost, opened: fleet.cost}
            programme.add_rows(rows, -np.inf, fleet.budget)
        if fleet.most_new is not None:
            new = (fleet.least == 0).astype(float)
            programme.add_rows({opened: new}, -np.inf, fleet.most_new)
    levels = []
    if problem.best > 1:  # "at least k here", so that a plan can be excluded
        for k in range(max(1, int(fleet.most.max()))):
            levels.append(programme.add_columns(np.zeros(sites), 0.0, fleet.most > k, whole=True))
        for lower, upper in pairwise(levels):
            programme.add_rows({lower: -eye, upper: eye}, -np.inf, 0.0)
        programme.add_rows({stands: eye, **dict.fromkeys(levels, -eye)}, 0.0, 0.0)
    return stands, levels


def _plans(
    programme: Programme,
    problem: SitingProblem,
    stands: Columns,
    levels: list[Columns],
    value: Callable[[np.ndarray], float],
    solve: Callable[[], Solution] | None = None,
) -> list[SitingPlan]:
    def plan_of(solution: Solution) -> SitingPlan:
        cars = _cars(solution, stands)
        sites = tuple(np.flatnonzero(cars).tolist())
        counts = tuple(int(n) for n in cars)
        return SitingPlan(sites, value(cars), solution.proven, counts, bound=solution.most)

    def exclude(plan: SitingPlan) -> None:
        if levels:
            cars = np.array(plan.vehicles)
            chosen = np.concatenate([cars > k for k in range(len(levels))])
            not_again(programme, Columns(levels[0].start, levels[-1].stop), chosen)

    return best_plans(problem.best, solve or programme.solve, plan_of, exclude)
