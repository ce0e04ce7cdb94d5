"""p-median: so that all together are reached soonest.

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

from sim.answers.siting.cover import add_shares, add_sites, opened, rows_of, shared_out
from sim.answers.siting.given import Given, Plan, enough_capacity, given, reachable
from sim.answers.siting.milp import Columns, Programme, Solved, not_again, several

REDUCE_FROM = 60_000  # pairs of demand point and site; below that HiGHS takes them all
ROUNDS, PATIENCE = 600, 15
SAFE = 1e-9  # share of a bound that rounding may take


def p_median(time: Any, weight: Any, p: int | None = None, **options: Any) -> list[Plan]:
    """The p-median problem (Hakimi 1964): least total of weight × time to the nearest open site.

    Value: that total; with `capacity`, of the site that serves.
    """
    one = given(time, weight, p=p, **options)
    some = one.weight > 0
    one = one._replace(time=one.time[some], weight=one.weight[some])
    reachable(one)
    enough_capacity(one)
    if one.capacity is None and one.time.size > REDUCE_FROM:
        one = _reduced(one)
    programme = Programme(one.ends_at)
    sites = add_sites(programme, one, np.zeros(one.time.shape[1]))
    ways = np.isfinite(one.time) & one.allowed
    if one.capacity is None:
        _add_nearest(programme, one, sites, ways)
    else:
        price = np.where(ways, one.time, 0.0)
        add_shares(programme, one, sites, ways, price, everyone=True)

    def plan_of(solved: Solved) -> Plan:
        chosen = opened(solved, sites)
        if one.capacity is None:
            value = total(one, chosen)
        else:
            value = shared_out(one, chosen, ways, np.where(ways, one.time, 0.0), everyone=True)
        return Plan(rows_of(chosen), value, solved.proven)

    return several(
        one.best, programme.solve, plan_of,
        lambda plan: not_again(programme, sites, np.isin(range(one.time.shape[1]), plan.sites)),
    )  # fmt: skip


def total(one: Given, chosen: np.ndarray) -> float:
    return float(one.weight @ one.time[:, chosen].min(axis=1, initial=np.inf))


def _add_nearest(programme: Programme, one: Given, sites: Columns, ways: np.ndarray) -> None:
    """For each point a share of every way that is shorter than from a fixed site, which is open."""
    at_most = one.time[:, one.fixed].min(axis=1, initial=np.inf)
    nearest_fixed = np.where(one.fixed, one.time, np.inf).argmin(axis=1)
    useful = ways & (one.time < at_most[:, None])
    known = np.isfinite(at_most)
    useful[np.flatnonzero(known), nearest_fixed[known]] = True
    point, site = np.nonzero(useful)
    count, of = len(point), np.arange(len(point))
    shares = programme.add_columns(one.weight[point] * one.time[point, site])
    by_point = csr_matrix((np.ones(count), (point, of)), (len(one.weight), count))
    programme.add_rows({shares: by_point}, 1.0, 1.0)
    at_site = csr_matrix((-np.ones(count), (of, site)), (count, useful.shape[1]))
    programme.add_rows({sites: at_site, shares: identity(count, format="csr")}, -np.inf, 0.0)


# ── fewer sites ──────────────────────────────────────────────────────────────────────────────


class Bound(NamedTuple):
    """A bound below every plan, and what a site adds to it."""

    value: float
    profit: np.ndarray  # [site] at most 0: what opening it takes off


def _reduced(one: Given) -> Given:
    """The same with fewer sites allowed and more fixed; no plan among the best is lost."""
    good = _good_plans(one)
    if len(good) < one.best:
        return one
    enough = good[one.best - 1] * (1 + SAFE) + SAFE
    bound = _lagrange(one, enough)
    assert one.exactly_p
    assert one.p is not None
    few = one.p - int(one.fixed.sum())
    free = np.flatnonzero(one.allowed & ~one.fixed)
    order = free[np.argsort(bound.profit[free], kind="stable")]
    inside, outside = order[:few], order[few:]
    allowed, fixed = one.allowed.copy(), one.fixed.copy()
    if len(inside) and len(outside):
        # Opening one more means closing the least profitable of those that the bound opens.
        opening = bound.value + bound.profit[outside] - bound.profit[inside[-1]]
        allowed[outside[opening > enough]] = False
        closing = bound.value - bound.profit[inside] + bound.profit[outside[0]]
        fixed[inside[closing > enough]] = True
    return one._replace(allowed=allowed, fixed=fixed)


def _lagrange(one: Given, enough: float) -> Bound:
    """The best bound that subgradient steps find."""
    assert one.p is not None
    costs = one.weight[:, None] * np.where(one.allowed, one.time, np.inf)
    finite = np.where(np.isfinite(costs), costs, 0.0).max(axis=1) + 1.0
    costs = np.minimum(costs, finite[:, None] * 4)
    ordered = np.partition(costs, min(1, costs.shape[1] - 1), axis=1)
    price = ordered[:, min(1, costs.shape[1] - 1)].copy()
    best, scale, stuck = Bound(-np.inf, np.zeros(costs.shape[1])), 1.0, 0
    for _ in range(ROUNDS):
        gap = np.minimum(costs - price[:, None], 0.0)
        profit = gap.sum(axis=0)
        chosen = one.fixed.copy()
        free = np.flatnonzero(one.allowed & ~one.fixed)
        chosen[free[np.argsort(profit[free], kind="stable")[: one.p - int(one.fixed.sum())]]] = True
        value = float(price.sum() + profit[chosen].sum())
        if value > best.value + 1e-7 * abs(value):
            best, stuck = Bound(value, profit), 0
        else:
            stuck += 1
            if stuck == PATIENCE:
                scale, stuck = scale / 2, 0
        slope = 1.0 - (gap[:, chosen] < 0).sum(axis=1)
        size = float(slope @ slope)
        if not size or scale < 1e-4 or (one.ends_at and clock.monotonic() > one.ends_at):
            break
        price = price + scale * max(enough - value, 1e-6 * abs(enough)) / size * slope
    return best


def _good_plans(one: Given) -> list[float]:
    """Values of plans that keep every rule, the best first: greedy, swaps, and what lies around."""
    if one.p is None or not one.exactly_p:
        return []
    costs = one.weight[:, None] * np.where(one.allowed, one.time, np.inf)
    chosen = np.flatnonzero(one.fixed).tolist()
    nearest = costs[:, chosen].min(axis=1, initial=np.inf)
    free = np.flatnonzero(one.allowed & ~one.fixed)
    for _ in range(one.p - len(chosen)):
        left = np.setdiff1d(free, chosen)
        ceiling = np.minimum(nearest, np.where(np.isfinite(costs), costs, 0).sum() + 1.0)
        sums = np.minimum(costs[:, left], ceiling[:, None]).sum(axis=0)
        chosen.append(int(left[np.argmin(sums)]))
        nearest = np.minimum(nearest, costs[:, chosen[-1]])
    seen: dict[frozenset[int], float] = {}
    while True:
        value, better = _swaps(one, costs, chosen, free, seen)
        if better is None:
            break
        chosen = better
    seen[frozenset(chosen)] = value
    return sorted(v for v in seen.values() if np.isfinite(v))


def _swaps(
    one: Given,
    costs: np.ndarray,
    chosen: list[int],
    free: np.ndarray,
    seen: dict[frozenset[int], float],
) -> tuple[float, list[int] | None]:
    """The value of a plan, and the best plan one swap away if that is better."""
    value = float(costs[:, chosen].min(axis=1).sum())
    best, best_plan = value, None
    outside = np.setdiff1d(free, chosen)
    for out in chosen:
        if one.fixed[out] or not len(outside):
            continue
        kept = [site for site in chosen if site != out]
        nearest = costs[:, kept].min(axis=1, initial=np.inf)
        sums = np.minimum(costs[:, outside], nearest[:, None]).sum(axis=0)
        for at in np.argsort(sums, kind="stable")[: one.best].tolist():
            seen[frozenset([*kept, int(outside[at])])] = float(sums[at])
        at = int(np.argmin(sums))
        if sums[at] < best * (1 - 1e-12):
            best, best_plan = float(sums[at]), [*kept, int(outside[at])]
    return value, best_plan
