"""p-median: sites with the least total time from demand points to the nearest of them.

The programme has a column for each pair of demand point and site, too many for thousands of points.
Those are solved by rows that are added as they are needed (`benders`), and proven just the same.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.sparse import csr_matrix, identity

from sim.answers.siting.benders import best_medians
from sim.answers.siting.cover import add_shares, add_sites, open_sites, rows_of, service_price
from sim.answers.siting.milp import Columns, Programme, Solution, best_plans, not_again
from sim.answers.siting.problem import (
    SitingPlan,
    SitingProblem,
    check_capacity,
    check_ways,
    problem_of,
    total_time,
)

REDUCE_FROM = 60_000  # pairs of demand point and site; below that HiGHS takes them all


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
        return best_medians(problem)
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
            value = total_time(problem, chosen)
        else:
            value = service_price(
                problem, chosen, ways, np.where(ways, problem.time, 0.0), everyone=True
            )
        return SitingPlan(rows_of(chosen), value, solution.proven, bound=solution.best)

    return best_plans(
        problem.best, programme.solve, plan_of,
        lambda plan: not_again(programme, sites, np.isin(range(problem.time.shape[1]), plan.sites)),
    )  # fmt: skip


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
