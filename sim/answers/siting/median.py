"""p-median: sites with the least total time from demand points to the nearest of them.

The programme has a column for each pair of demand point and site, too many for thousands of points.
So sites that can be in no plan good enough are found first: Lagrangian relaxation (Cornuejols,
Fisher & Nemhauser 1977) gives a bound on all plans that open, or close, a site; swaps of sites
(Teitz & Bart 1968) give plans that are good enough. What is left is solved as it stands, so the
answer is proven just the same.
"""

from __future__ import annotations

import time as clock
from typing import Any, NamedTuple

import numpy as np
from scipy.sparse import csr_matrix, identity

from sim.answers.siting.cover import add_shares, add_sites, open_sites, rows_of, service_price
from sim.answers.siting.milp import Columns, Programme, Solution, best_plans, not_again
from sim.answers.siting.problem import (
    SitingPlan,
    SitingProblem,
    check_capacity,
    check_ways,
    problem_of,
)

REDUCE_FROM = 60_000  # pairs of demand point and site; below that HiGHS takes them all
ROUNDS, PATIENCE = 600, 15
SAFE = 1e-9  # share of a bound that rounding may take


def p_median(time: Any, weight: Any, p: int | None = None, **options: Any) -> list[SitingPlan]:
    """The p-median problem (Hakimi 1964): least total of weight × time to the nearest open site.

    The value is that total; with `capacity` the time is that to the site that serves.
    """
    problem = problem_of(time, weight, p=p, **options)
    some = problem.weight > 0
    problem = problem._replace(time=problem.time[some], weight=problem.weight[some])
    check_ways(problem)
    check_capacity(problem)
    if problem.capacity is None and problem.time.size > REDUCE_FROM:
        problem = _reduce_sites(problem)
    programme = Programme(problem.ends_at)
    sites = add_sites(programme, problem, np.zeros(problem.time.shape[1]))
    ways = np.isfinite(problem.time) & problem.allowed
    if problem.capacity is None:
        _add_nearest(programme, problem, sites, ways)
    else:
        price = np.where(ways, problem.time, 0.0)
        add_shares(programme, problem, sites, ways, price, everyone=True)

    def plan_of(solution: Solution) -> SitingPlan:
        chosen = open_sites(solution, sites)
        if problem.capacity is None:
            value = total(problem, chosen)
        else:
            value = service_price(
                problem, chosen, ways, np.where(ways, problem.time, 0.0), everyone=True
            )
        return SitingPlan(rows_of(chosen), value, solution.proven)

    return best_plans(
        problem.best, programme.solve, plan_of,
        lambda plan: not_again(programme, sites, np.isin(range(problem.time.shape[1]), plan.sites)),
    )  # fmt: skip


def total(problem: SitingProblem, chosen: np.ndarray) -> float:
    return float(problem.weight @ problem.time[:, chosen].min(axis=1, initial=np.inf))


def _add_nearest(
    programme: Programme, problem: SitingProblem, sites: Columns, ways: np.ndarray
) -> None:
    """Add each point's share of each way shorter than its way to the nearest fixed site."""
    at_most = problem.time[:, problem.fixed].min(axis=1, initial=np.inf)
    nearest_fixed = np.where(problem.fixed, problem.time, np.inf).argmin(axis=1)
    useful = ways & (problem.time < at_most[:, None])
    known = np.isfinite(at_most)
    useful[np.flatnonzero(known), nearest_fixed[known]] = True
    point, site = np.nonzero(useful)
    count, of = len(point), np.arange(len(point))
    shares = programme.add_columns(problem.weight[point] * problem.time[point, site])
    by_point = csr_matrix((np.ones(count), (point, of)), (len(problem.weight), count))
    programme.add_rows({shares: by_point}, 1.0, 1.0)
    at_site = csr_matrix((-np.ones(count), (of, site)), (count, useful.shape[1]))
    programme.add_rows({sites: at_site, shares: identity(count, format="csr")}, -np.inf, 0.0)


# ── leave out sites ──────────────────────────────────────────────────────────────────────────────


class Bound(NamedTuple):
    """A bound below every plan, and what a site adds to it."""

    value: float
    profit: np.ndarray  # [site] at most 0: what opening it takes off


def _reduce_sites(problem: SitingProblem) -> SitingProblem:
    """Allow fewer sites and fix more of them; no plan among the best is lost."""
    good = _good_plans(problem)
    if len(good) < problem.best:
        return problem
    enough = good[problem.best - 1] * (1 + SAFE) + SAFE
    bound = _lagrange(problem, enough)
    assert problem.exactly_p
    assert problem.p is not None
    few = problem.p - int(problem.fixed.sum())
    free = np.flatnonzero(problem.allowed & ~problem.fixed)
    order = free[np.argsort(bound.profit[free], kind="stable")]
    inside, outside = order[:few], order[few:]
    allowed, fixed = problem.allowed.copy(), problem.fixed.copy()
    if len(inside) and len(outside):
        # Opening one more means closing the least profitable of those that the bound opens.
        opening = bound.value + bound.profit[outside] - bound.profit[inside[-1]]
        allowed[outside[opening > enough]] = False
        closing = bound.value - bound.profit[inside] + bound.profit[outside[0]]
        fixed[inside[closing > enough]] = True
    return problem._replace(allowed=allowed, fixed=fixed)


def _lagrange(problem: SitingProblem, enough: float) -> Bound:
    """Find the best Lagrangian bound by subgradient steps."""
    assert problem.p is not None
    costs = problem.weight[:, None] * np.where(problem.allowed, problem.time, np.inf)
    finite = np.where(np.isfinite(costs), costs, 0.0).max(axis=1) + 1.0
    costs = np.minimum(costs, finite[:, None] * 4)
    ordered = np.partition(costs, min(1, costs.shape[1] - 1), axis=1)
    price = ordered[:, min(1, costs.shape[1] - 1)].copy()
    best, scale, stuck = Bound(-np.inf, np.zeros(costs.shape[1])), 1.0, 0
    for _ in range(ROUNDS):
        gap = np.minimum(costs - price[:, None], 0.0)
        profit = gap.sum(axis=0)
        chosen = problem.fixed.copy()
        free = np.flatnonzero(problem.allowed & ~problem.fixed)
        few = problem.p - int(problem.fixed.sum())
        chosen[free[np.argsort(profit[free], kind="stable")[:few]]] = True
        value = float(price.sum() + profit[chosen].sum())
        if value > best.value + 1e-7 * abs(value):
            best, stuck = Bound(value, profit), 0
        else:
            stuck += 1
            if stuck == PATIENCE:
                scale, stuck = scale / 2, 0
        slope = 1.0 - (gap[:, chosen] < 0).sum(axis=1)
        size = float(slope @ slope)
        if not size or scale < 1e-4 or (problem.ends_at and clock.monotonic() > problem.ends_at):
            break
        price = price + scale * max(enough - value, 1e-6 * abs(enough)) / size * slope
    return best


def _good_plans(problem: SitingProblem) -> list[float]:
    """Try plans by greedy choice and swaps, and return their values, the best first."""
    if problem.p is None or not problem.exactly_p:
        return []
    costs = problem.weight[:, None] * np.where(problem.allowed, problem.time, np.inf)
    chosen = np.flatnonzero(problem.fixed).tolist()
    nearest = costs[:, chosen].min(axis=1, initial=np.inf)
    free = np.flatnonzero(problem.allowed & ~problem.fixed)
    for _ in range(problem.p - len(chosen)):
        left = np.setdiff1d(free, chosen)
        ceiling = np.minimum(nearest, np.where(np.isfinite(costs), costs, 0).sum() + 1.0)
        sums = np.minimum(costs[:, left], ceiling[:, None]).sum(axis=0)
        chosen.append(int(left[np.argmin(sums)]))
        nearest = np.minimum(nearest, costs[:, chosen[-1]])
    seen: dict[frozenset[int], float] = {}
    while True:
        value, better = _swaps(problem, costs, chosen, free, seen)
        if better is None:
            break
        chosen = better
    seen[frozenset(chosen)] = value
    return sorted(v for v in seen.values() if np.isfinite(v))


def _swaps(
    problem: SitingProblem,
    costs: np.ndarray,
    chosen: list[int],
    free: np.ndarray,
    seen: dict[frozenset[int], float],
) -> tuple[float, list[int] | None]:
    """Return the value of a plan, and the best plan one swap away if it is better."""
    value = float(costs[:, chosen].min(axis=1).sum())
    best, best_plan = value, None
    outside = np.setdiff1d(free, chosen)
    for out in chosen:
        if problem.fixed[out] or not len(outside):
            continue
        kept = [site for site in chosen if site != out]
        nearest = costs[:, kept].min(axis=1, initial=np.inf)
        sums = np.minimum(costs[:, outside], nearest[:, None]).sum(axis=0)
        for at in np.argsort(sums, kind="stable")[: problem.best].tolist():
            seen[frozenset([*kept, int(outside[at])])] = float(sums[at])
        at = int(np.argmin(sums))
        if sums[at] < best * (1 - 1e-12):
            best, best_plan = float(sums[at]), [*kept, int(outside[at])]
    return value, best_plan
