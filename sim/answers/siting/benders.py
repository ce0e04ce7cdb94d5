"""p-median with thousands of points: a column for each site and for each point, and rows as needed.

A column for each pair of point and site would be too many. So each point has one column, what it
costs to serve it, and rows that say from when on that is more: a point costs at least d, less what
open sites nearer than d save (Benders cuts, in closed form; Cornuejols, Nemhauser & Wolsey 1980).
As in Duran-Mateluna, Ales & Elloumi (2023), rows are added while sites may be open in part; then
sites that can be in no plan good enough are left out; then sites are whole, and rows are added
until a plan costs what its rows say. That plan is proven to be the best.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_matrix

from sim.answers.siting.cover import add_sites, merge_points, open_sites, rows_of
from sim.answers.siting.lagrange import Bound, lagrange, opened_by, reduced
from sim.answers.siting.milp import Columns, Programme, Solution, not_again
from sim.answers.siting.problem import (
    Infeasible,
    OutOfTime,
    SitingPlan,
    SitingProblem,
    known_bound,
    total_time,
)
from sim.answers.siting.swaps import Plans, costs_of, improved

ROUNDS = 60  # of rows while sites may be open in part; the rest come when they are whole
EXACT = 1e-9  # share by which a plan may cost more than its rows say
LARGEST, OBJECTIVE_SCALE = 2.0**10, 2.0**6  # of costs, and of the objective, in the programme


def best_medians(problem: SitingProblem) -> list[SitingPlan]:
    """The best plans of a p-median problem without capacities; Infeasible if there is none."""
    costs = costs_of(problem)
    top = np.where(np.isfinite(costs), costs, 0.0).max()
    unit = float(np.exp2(np.ceil(np.log2(top / LARGEST)))) if top > 0 else 1.0
    costs = costs / unit  # a power of two, which rounds nothing
    plans: Plans = {}
    least, price = -np.inf, np.sort(costs, axis=1)[:, min(1, costs.shape[1] - 1)]
    if problem.exactly_p:
        plan = improved(problem, costs, None, plans)
        if plans:
            bound = lagrange(problem, costs, plan, min(plans.values()))
            improved(problem, costs, opened_by(problem, bound.profit), plans)
            problem = _fewer(problem, bound, plans)
            least, price = bound.value, bound.price
    rows = _Rows(problem, costs)
    rows.add_around(price)
    try:
        bound = _relaxed(problem, rows)
        least = max(least, bound.value)
        if problem.exactly_p:
            improved(problem, costs, opened_by(problem, bound.profit), plans)
            problem = _fewer(problem, bound, plans)
            rows = rows.over(problem)
    except OutOfTime:
        pass  # what is known is known
    found = _proven(problem, rows, plans, least)
    return [_in_time(problem, plan, unit) for plan in found]


def _in_time(problem: SitingProblem, plan: SitingPlan, unit: float) -> SitingPlan:
    """The plan with its total time worked out anew."""
    value = total_time(problem, list(plan.sites))
    return plan._replace(value=value, bound=None if plan.bound is None else plan.bound * unit)


def _fewer(problem: SitingProblem, bound: Bound, plans: Plans) -> SitingProblem:
    """The problem without sites that are in none of the best plans."""
    if len(plans) < problem.best:
        return problem
    return reduced(problem, bound, sorted(plans.values())[problem.best - 1])


class _Rows:
    """The rows that say what points cost at least, over the sites that may be open."""

    def __init__(self, problem: SitingProblem, costs: np.ndarray):
        self.sites = np.flatnonzero(problem.allowed)
        self.all_costs = costs
        self.costs = costs[:, self.sites]
        self.order = np.argsort(self.costs, axis=1, kind="stable")
        self.sorted = np.take_along_axis(self.costs, self.order, axis=1)
        self.point = np.zeros(0, int)
        self.level = np.zeros(0)

    def over(self, problem: SitingProblem) -> _Rows:
        """The same rows over fewer sites."""
        fewer = _Rows(problem, self.all_costs)
        fewer.add(self.point, self.level)
        return fewer

    def add(self, point: np.ndarray, level: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Add rows that are not there yet, and return them."""
        known = set(zip(self.point.tolist(), self.level.tolist(), strict=True))
        new = [at for at in zip(point.tolist(), level.tolist(), strict=True) if at not in known]
        points = np.array([p for p, _ in new], int)
        levels = np.array([d for _, d in new], float)
        self.point, self.level = np.append(self.point, points), np.append(self.level, levels)
        return points, levels

    def add_around(self, price: np.ndarray) -> None:
        """Rows of each point at the two costs between which its price lies."""
        every = np.arange(len(price))
        place = (self.sorted < price[:, None]).sum(axis=1)
        for at in (place - 1, place):
            level = self.sorted[every, np.clip(at, 0, self.sorted.shape[1] - 1)]
            good = np.isfinite(level)
            self.add(every[good], level[good])

    def saved(self, point: np.ndarray, level: np.ndarray) -> csr_matrix:
        """What each open site takes off the level: [row, site]."""
        return csr_matrix(np.maximum(level[:, None] - self.costs[point], 0.0))

    def served(self, share: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """What points cost where sites are open in part, and the cost of the last that serves."""
        nearer = share[self.order].cumsum(axis=1)
        last = (nearer >= 1 - 1e-7).argmax(axis=1)
        level = self.sorted[np.arange(len(last)), last]
        taken = np.diff(np.minimum(nearer, 1.0), axis=1, prepend=0.0)
        finite = np.where(np.isfinite(self.sorted), self.sorted, 0.0)
        return (taken * finite).sum(axis=1), level


class _Master(NamedTuple):
    """The programme with the rows so far."""

    programme: Programme
    sites: Columns
    points: Columns
    cuts: int  # row of the programme from which on the rows of points stand

    def add(self, rows: _Rows, point: np.ndarray, level: np.ndarray) -> None:
        count = len(point)
        own = csr_matrix((np.ones(count), (np.arange(count), point)), (count, len(rows.costs)))
        parts = {self.sites: rows.saved(point, level), self.points: own}
        self.programme.add_rows(parts, level, np.inf)


def _master(problem: SitingProblem, rows: _Rows) -> _Master:
    programme = Programme(problem.ends_at, OBJECTIVE_SCALE)
    some = rows.sites
    fewer = problem._replace(
        fixed=problem.fixed[some], allowed=problem.allowed[some],
        cost=None if problem.cost is None else problem.cost[some],
    )  # fmt: skip
    sites = add_sites(programme, fewer, np.zeros(len(some)))
    points = programme.add_columns(np.ones(len(rows.costs)), rows.sorted[:, 0], np.inf)
    # Whoever has no way to some sites needs one of the others; all need one at least.
    needs, _ = merge_points(np.isfinite(rows.costs), problem.weight)
    programme.add_rows({sites: csr_matrix(needs.astype(float))}, 1.0, np.inf)
    master = _Master(programme, sites, points, programme.rows)
    master.add(rows, rows.point, rows.level)
    return master


def _relaxed(problem: SitingProblem, rows: _Rows) -> Bound:
    """Add rows until points cost what they say where sites are open in part; the bound then."""
    master = _master(problem, rows)
    for _ in range(ROUNDS):
        found = master.programme.relax()
        cost, level = rows.served(master.sites.of(found.x))
        more = cost > master.points.of(found.x) * (1 + 1e-7) + 1e-9
        more &= np.isfinite(level)
        point, level = rows.add(np.flatnonzero(more), level[more])
        if not len(point) or cost.sum() <= found.value * (1 + 1e-9):
            break
        master.add(rows, point, level)
    return _bound_of(problem, rows, found.prices[master.cuts :])


def _bound_of(problem: SitingProblem, rows: _Rows, prices: np.ndarray) -> Bound:
    """Work out the bound that the prices of rows give; it holds whatever HiGHS takes as equal."""
    count, points = len(prices), len(rows.costs)
    point, level = rows.point[:count], rows.level[:count]
    prices = np.maximum(prices, 0.0)
    weight = np.bincount(point, prices, points)
    prices = prices / np.maximum(weight, 1.0)[point]
    rest = np.maximum(1.0 - weight, 0.0)  # a point costs at least what its nearest site does
    value = float(prices @ level + rest @ rows.sorted[:, 0])
    profit = np.zeros(len(problem.allowed))
    profit[rows.sites] = -(rows.saved(point, level).T @ prices)
    if problem.exactly_p:
        value += float(profit[opened_by(problem, profit)].sum())
    else:
        value = -np.inf
    return Bound(value, profit, np.bincount(point, prices * level, points))


def _proven(problem: SitingProblem, rows: _Rows, known: Plans, least: float) -> list[SitingPlan]:
    """The best plans: `known` ones that nothing can beat, or what the programme finds."""
    master = _master(problem, rows)
    found: list[SitingPlan] = []
    left = dict(known)
    while len(found) < problem.best:
        try:
            plan = _next(problem, master, rows, left, least)
        except Infeasible:
            if not found:
                raise
            break
        found.append(plan)
        if not plan.proven:
            break
        left.pop(plan.sites, None)
        not_again(master.programme, master.sites, np.isin(rows.sites, plan.sites))
    return found


def _next(
    problem: SitingProblem, master: _Master, rows: _Rows, left: Plans, least: float
) -> SitingPlan:
    """The best plan of those `left` and of those in the programme, proven if there was time."""
    while True:
        solution, bound = _solved(master, known=bool(left))
        least, cost = max(least, bound), np.zeros(0)
        if solution is not None:
            chosen = np.zeros(len(problem.allowed), bool)
            chosen[rows.sites[open_sites(solution, master.sites)]] = True
            cost = rows.all_costs[:, chosen].min(axis=1, initial=np.inf)
            left[rows_of(chosen)] = float(cost.sum())
        ahead = min(left, key=lambda plan: (left[plan], plan))
        if left[ahead] <= least + EXACT * abs(least):
            return SitingPlan(ahead, left[ahead], proven=True)
        if solution is None or not solution.proven:
            return SitingPlan(ahead, left[ahead], proven=False, bound=known_bound(least))
        more = cost > master.points.of(solution.x) * (1 + EXACT)
        point, level = rows.add(np.flatnonzero(more), cost[more])
        if not len(point):  # they all are there: what is left is what HiGHS takes as equal
            return SitingPlan(ahead, left[ahead], proven=True)
        master.add(rows, point, level)


def _solved(master: _Master, known: bool) -> tuple[Solution | None, float]:
    """What the programme finds, and its bound: inf if it has no plan but others are `known`."""
    try:
        solution = master.programme.solve()
    except OutOfTime as error:
        if not known:
            raise
        return None, error.bound
    except Infeasible:
        if not known:
            raise
        return None, np.inf
    return solution, solution.bound
