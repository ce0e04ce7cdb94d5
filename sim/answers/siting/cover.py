"""Covering: LSCP finds the fewest sites that cover all, MCLP the p sites that cover the most."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.sparse import csr_matrix, identity

from sim.answers.siting.milp import Columns, Programme, Solution, best_plans, not_again
from sim.answers.siting.problem import (
    Infeasible,
    SitingPlan,
    SitingProblem,
    check_capacity,
    column,
    coverage,
    name_rows,
    problem_of,
    table_of,
)


def add_sites(programme: Programme, problem: SitingProblem, objective: np.ndarray) -> Columns:
    """Add a 0-1 column for each site, and the rows that limit how many sites are open."""
    low, high = problem.fixed.astype(float), problem.allowed.astype(float)
    sites = programme.add_columns(objective, low, high, whole=True)
    everyone = np.ones(len(low))
    if problem.p is not None:
        programme.add_rows(
            {sites: everyone}, problem.p if problem.exactly_p else -np.inf, problem.p
        )
    if problem.most_new is not None:
        new = (~problem.fixed).astype(float)
        programme.add_rows({sites: new}, -np.inf, problem.most_new)
    if problem.budget is not None and problem.cost is not None:
        programme.add_rows({sites: problem.cost}, -np.inf, problem.budget)
    return sites


def open_sites(solution: Solution, sites: Columns) -> np.ndarray:
    found: np.ndarray = sites.of(solution.x) > 0.5
    return found


def rows_of(chosen: np.ndarray) -> tuple[int, ...]:
    return tuple(np.flatnonzero(chosen).tolist())


def merge_points(covers: np.ndarray, weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Merge the points that the same sites cover: [group, site] and the weight of each [group]."""
    packed = np.packbits(covers, axis=1)
    _, first, of = np.unique(packed, axis=0, return_index=True, return_inverse=True)
    return covers[first], np.bincount(of.ravel(), weight)


def lscp(
    time: Any, limit: Any, weight: Any = None, *, coverable_only: bool = False, **options: Any
) -> list[SitingPlan]:
    """Location set covering (Toregas et al. 1971): the fewest sites, or the least cost, for all.

    `limit` is one number, or [demand]. The value is the number of open sites, or their cost. A
    point that no site can cover is an error, unless `coverable_only` leaves it out. With `capacity`
    each point needs its `weight`.
    """
    wrong: list[str] = []
    within = column("limit", limit, len(table_of(time)), wrong)
    problem = problem_of(time, weight, limited=False, wrong=wrong, **options)
    covers = coverage(problem, within)
    able = covers.any(axis=1)
    if not able.all() and not coverable_only:
        raise Infeasible(f"no site covers demand points {name_rows(np.flatnonzero(~able))}")
    problem = problem._replace(time=problem.time[able], weight=problem.weight[able])
    if weight is not None:
        check_capacity(problem)
    price = np.ones(problem.time.shape[1]) if problem.cost is None else problem.cost
    programme = Programme(problem.ends_at)
    # p is a bound here: fewer sites are better.
    new = problem.most_new
    new = int((problem.allowed & ~problem.fixed).sum()) if new is None else new
    sites = add_sites(programme, problem._replace(most_new=new), price)
    if problem.capacity is None:
        needs, _ = merge_points(covers[able], problem.weight)
        programme.add_rows({sites: csr_matrix(needs.astype(float))}, 1.0, np.inf)
    else:
        add_shares(
            programme, problem, sites, covers[able], np.zeros_like(problem.time), everyone=True
        )

    def plan_of(solution: Solution) -> SitingPlan:
        chosen = open_sites(solution, sites)
        value = float(price[chosen].sum())
        left_out = int((~able).sum())
        return SitingPlan(
            rows_of(chosen), value, solution.proven, None, left_out, bound=solution.best
        )

    return best_plans(
        problem.best, programme.solve, plan_of,
        lambda plan: not_again(programme, sites, np.isin(range(len(price)), plan.sites)),
    )  # fmt: skip


def mclp(
    time: Any, weight: Any, limit: Any, p: int | None = None, **options: Any
) -> list[SitingPlan]:
    """Maximal covering (Church & ReVelle 1974): p sites that cover the most weight.

    `limit` is one number, or [demand], such as 10 minutes in town and 30 in the country. A site
    covers a point whose time is within the limit (≤). The value is the weight that the sites cover,
    or, with `capacity`, serve.
    """
    wrong: list[str] = []
    within = column("limit", limit, len(table_of(time)), wrong)
    problem = problem_of(time, weight, p=p, wrong=wrong, **options)
    covers = coverage(problem, within)
    programme = Programme(problem.ends_at)
    sites = add_sites(programme, problem, np.zeros(covers.shape[1]))
    if problem.capacity is None:
        groups, sums = merge_points(covers, problem.weight)
        some = groups.any(axis=1) & (sums > 0)
        points = programme.add_columns(-sums[some])
        # Covered only if one of the sites that could is open; fractions never pay.
        programme.add_rows(
            {sites: -csr_matrix(groups[some].astype(float)), points: identity(int(some.sum()))},
            -np.inf, 0.0,
        )  # fmt: skip
    else:
        add_shares(programme, problem, sites, covers, np.full(covers.shape, -1.0), everyone=False)

    def plan_of(solution: Solution) -> SitingPlan:
        chosen = open_sites(solution, sites)
        if problem.capacity is None:
            value = float(problem.weight[covers[:, chosen].any(axis=1)].sum())
        else:
            value = 0.0 - service_price(
                problem, chosen, covers, np.full(covers.shape, -1.0), everyone=False
            )
        return SitingPlan(rows_of(chosen), value, solution.proven, bound=solution.most)

    return best_plans(
        problem.best, programme.solve, plan_of,
        lambda plan: not_again(programme, sites, np.isin(range(covers.shape[1]), plan.sites)),
    )  # fmt: skip


# ── capacities: which site serves how much of which point ───────────────────────────────────────


def add_shares(
    programme: Programme,
    problem: SitingProblem,
    sites: Columns,
    ways: np.ndarray,
    price: np.ndarray,
    everyone: bool,
) -> Columns:
    """Add the share of each point that each site serves along `ways`, within its capacity.

    `price` is [demand, site] per weight. With `everyone` the sites must serve all of every point.
    """
    assert problem.capacity is not None
    point, site = np.nonzero(ways)
    count, width = len(point), ways.shape[1]
    shares = programme.add_columns(problem.weight[point] * price[point, site])
    of = np.arange(count)
    by_point = csr_matrix((np.ones(count), (point, of)), (ways.shape[0], count))
    programme.add_rows({shares: by_point}, 1.0 if everyone else -np.inf, 1.0)
    load = csr_matrix((problem.weight[point], (site, of)), (width, count))
    most = np.minimum(problem.capacity, problem.weight.sum())  # which may be inf
    programme.add_rows({sites: -csr_matrix(np.diag(most)), shares: load}, -np.inf, 0.0)
    at_site = csr_matrix((-np.ones(count), (of, site)), (count, width))
    programme.add_rows({sites: at_site, shares: identity(count, format="csr")}, -np.inf, 0.0)
    return shares


def service_price(
    problem: SitingProblem, chosen: np.ndarray, ways: np.ndarray, price: np.ndarray, everyone: bool
) -> float:
    """Find the least price at which these open sites can serve: a transport problem."""
    programme = Programme()
    sites = programme.add_columns(np.zeros(len(chosen)), chosen, chosen)
    shares = add_shares(programme, problem, sites, ways & chosen, price, everyone)
    solution = programme.solve()
    point, site = np.nonzero(ways & chosen)
    return float(shares.of(solution.x) @ (problem.weight[point] * price[point, site]))
