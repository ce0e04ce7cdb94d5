"""p-centre: sites that bring the farthest demand point as near as possible."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.sparse import csr_matrix

from sim.answers.siting.cover import add_shares, add_sites, merge_points, open_sites, rows_of
from sim.answers.siting.milp import Programme, not_again
from sim.answers.siting.problem import (
    Infeasible,
    OutOfTime,
    SitingPlan,
    SitingProblem,
    check_capacity,
    check_ways,
    problem_of,
)


def p_centre(
    time: Any, weight: Any = None, p: int | None = None, **options: Any
) -> list[SitingPlan]:
    """The p-centre problem (Hakimi 1964): the greatest time to the nearest open site is least.

    The value is that time. Bisection finds it among the times of the table: each trial asks whether
    a plan covers every point within a radius. Weights count with `capacity` only.
    """
    problem = problem_of(time, weight, p=p, **options)
    check_ways(problem._replace(weight=np.ones_like(problem.weight)))
    check_capacity(problem)
    radii = np.unique(problem.time[:, problem.allowed])
    radii = radii[np.isfinite(radii)]
    nearest = problem.time[:, problem.allowed].min(axis=1).max()  # if all sites were open
    low = int(np.searchsorted(radii, nearest))
    plans: list[SitingPlan] = []
    while len(plans) < problem.best and (not plans or plans[-1].proven):
        try:
            found = _least_radius(problem, radii, low, plans)
        except OutOfTime:
            if plans:
                break
            raise
        if found is None:
            break
        low, plan = found
        plans.append(plan)
    if not plans:
        raise Infeasible("no plan keeps all that was asked for at once")
    return plans


def _least_radius(
    problem: SitingProblem, radii: np.ndarray, low: int, plans: list[SitingPlan]
) -> tuple[int, SitingPlan] | None:
    """Find the least radius from `low` on within which a plan covers all points, and that plan."""
    if (plan := _plan_within(problem, radii[low], plans)) is not None:
        return low, plan  # another plan just as good
    step, bottom = 1, low
    top: int | None = None
    best: SitingPlan | None = None
    while top is None:  # farther in longer and longer steps
        if bottom >= len(radii) - 1:
            return None
        trial = min(len(radii) - 1, bottom + step)
        best = _plan_within(problem, radii[trial], plans)
        if best is None:
            bottom, step = trial, step * 4
        else:
            top = int(np.searchsorted(radii, best.value))
    assert best is not None
    while top - bottom > 1:
        middle = (bottom + top) // 2
        try:
            plan = _plan_within(problem, radii[middle], plans)
        except OutOfTime:
            return top, best._replace(proven=False, bound=float(radii[bottom + 1]))
        if plan is None:
            bottom = middle
        else:
            best, top = plan, int(np.searchsorted(radii, plan.value))
    return top, best


def _plan_within(
    problem: SitingProblem, radius: float, plans: list[SitingPlan]
) -> SitingPlan | None:
    """Find a plan, other than `plans`, that covers all points within the radius."""
    ways = (problem.time <= radius) & problem.allowed
    if not ways.any(axis=1).all():
        return None
    programme = Programme(problem.ends_at)
    sites = add_sites(programme, problem, np.zeros(ways.shape[1]))
    if problem.capacity is None:
        needs, _ = merge_points(ways, problem.weight)
        programme.add_rows({sites: csr_matrix(needs.astype(float))}, 1.0, np.inf)
    else:
        add_shares(programme, problem, sites, ways, np.zeros_like(problem.time), everyone=True)
    for plan in plans:
        not_again(programme, sites, np.isin(range(ways.shape[1]), plan.sites))
    try:
        solution = programme.solve()
    except OutOfTime:
        raise
    except Infeasible:
        return None
    chosen = open_sites(solution, sites)
    # With capacities it is known only that all can be served within the radius.
    value = radius if problem.capacity is not None else problem.time[:, chosen].min(axis=1).max()
    # It is proven once the caller finds no shorter radius.
    return SitingPlan(rows_of(chosen), float(value), proven=True)
