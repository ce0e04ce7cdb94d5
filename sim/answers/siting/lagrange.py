"""Bounds below all plans of p-median, and the sites that no plan among the best opens, or closes.

Lagrangian relaxation (Cornuejols, Fisher & Nemhauser 1977): every point offers a price for being
served, a site earns what it saves on it, and the sites that earn most are opened. Whatever the
prices, no plan costs less than that.
"""

from __future__ import annotations

import time as clock
from typing import NamedTuple

import numpy as np

from sim.answers.siting.problem import SitingProblem

ROUNDS, PATIENCE = 1_500, 20
SHORTER = 0.7  # of the last step, after as many rounds without a better bound
MOMENTUM = 0.7  # share of a direction that is the last one's
LEAST_STEP = 1e-5
SAFE = 1e-9  # share of a bound that rounding may take


class Bound(NamedTuple):
    """A bound below every plan, and what a site adds to it."""

    value: float
    profit: np.ndarray  # [site] at most 0: what opening it takes off
    price: np.ndarray  # [point] at which it was found


def opened_by(problem: SitingProblem, profit: np.ndarray) -> np.ndarray:
    """The fixed sites and those that take off the most, as many as asked for: [site] bool."""
    assert problem.p is not None
    chosen = problem.fixed.copy()
    free = np.flatnonzero(problem.allowed & ~problem.fixed)
    few = problem.p - int(problem.fixed.sum())
    chosen[free[np.argsort(profit[free], kind="stable")[:few]]] = True
    return chosen


def lagrange(problem: SitingProblem, costs: np.ndarray, plan: list[int], target: float) -> Bound:
    """Find a good bound by subgradient steps towards `target`, the value of the good `plan`.

    No point offers more than its third nearest site of the plan costs, or its nearest fixed one: so
    only few pairs of point and site matter, and the steps stay where the best prices are.
    """
    own = np.sort(costs[:, plan], axis=1)
    price, ceiling = own[:, min(1, len(plan) - 1)].copy(), own[:, min(2, len(plan) - 1)]
    worth = np.where(np.isfinite(costs), costs, 0.0).max(axis=1)
    ceiling = np.minimum(ceiling, costs[:, problem.fixed].min(axis=1, initial=np.inf))
    ceiling = np.where(np.isfinite(ceiling), ceiling, 2 * worth)
    price = np.minimum(price, ceiling)
    offers = _Offers(costs, ceiling)
    best, scale, stuck = Bound(-np.inf, np.zeros(costs.shape[1]), price), 1.0, 0
    direction = np.zeros(len(costs))
    for _ in range(ROUNDS):
        gain, profit = offers.at(price)
        chosen = opened_by(problem, profit)
        value = float(price.sum() + profit[chosen].sum())
        stuck = 0 if value > best.value + 1e-7 * abs(value) else stuck + 1
        if value > best.value:
            best = Bound(value, profit, price)
        if stuck == PATIENCE:
            scale, stuck, price = scale * SHORTER, 0, best.price
        slope = 1.0 - offers.takers(gain, chosen)
        direction = MOMENTUM * direction + (1 - MOMENTUM) * slope
        size = float(direction @ direction)
        late = problem.ends_at is not None and clock.monotonic() > problem.ends_at
        if not size or scale < LEAST_STEP or value >= target or late:
            break
        step = scale * (target * 1.002 - value) / size
        price = np.minimum(price + step * direction, ceiling)
    return best


class _Offers:
    """The pairs of point and site at which an offer can be more than serving costs."""

    def __init__(self, costs: np.ndarray, ceiling: np.ndarray):
        self.site, self.point = np.nonzero((costs < ceiling[:, None]).T)
        self.cost, self.shape = costs[self.point, self.site], costs.shape

    def at(self, price: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """What each pair gains at these prices, and each site's profit."""
        gain = np.maximum(price[self.point] - self.cost, 0.0)
        return gain, -np.bincount(self.site, gain, self.shape[1])

    def takers(self, gain: np.ndarray, chosen: np.ndarray) -> np.ndarray:
        """How many of the open sites would serve a point at its price: [point]."""
        found = self.point[chosen[self.site] & (gain > 0)]
        return np.bincount(found, minlength=self.shape[0])


def reduced(problem: SitingProblem, bound: Bound, enough: float) -> SitingProblem:
    """Allow fewer sites and fix more of them; no plan of at most `enough` is lost."""
    assert problem.p is not None
    few = problem.p - int(problem.fixed.sum())
    free = np.flatnonzero(problem.allowed & ~problem.fixed)
    order = free[np.argsort(bound.profit[free], kind="stable")]
    inside, outside = order[:few], order[few:]
    allowed, fixed = problem.allowed.copy(), problem.fixed.copy()
    most = enough * (1 + SAFE)
    if len(inside) and len(outside):
        # Opening one more means closing the least profitable of those that the bound opens.
        opening = bound.value + bound.profit[outside] - bound.profit[inside[-1]]
        allowed[outside[opening > most]] = False
        closing = bound.value - bound.profit[inside] + bound.profit[outside[0]]
        fixed[inside[closing > most]] = True
    return problem._replace(allowed=allowed, fixed=fixed)
