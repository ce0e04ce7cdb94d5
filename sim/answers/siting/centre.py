"""p-centre: so that the farthest is as near as can be."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.sparse import csr_matrix

from sim.answers.siting.cover import add_shares, add_sites, grouped, opened, rows_of
from sim.answers.siting.given import (
    Given,
    Infeasible,
    OutOfTime,
    Plan,
    enough_capacity,
    given,
    reachable,
)
from sim.answers.siting.milp import Programme, not_again


def p_centre(time: Any, weight: Any = None, p: int | None = None, **options: Any) -> list[Plan]:
    """The p-centre problem (Hakimi 1964): the greatest time to the nearest open site is least.

    Value: that time. It is one of those in the table, found by bisection; each trial asks whether
    everyone can be covered within it. Weights count with `capacity` only.
    """
    one = given(time, weight, p=p, **options)
    reachable(one._replace(weight=np.ones_like(one.weight)))
    enough_capacity(one)
    radii = np.unique(one.time[:, one.allowed])
    radii = radii[np.isfinite(radii)]
    nearest = one.time[:, one.allowed].min(axis=1).max()  # no plan does better than all sites
    low = int(np.searchsorted(radii, nearest))
    plans: list[Plan] = []
    while len(plans) < one.best and (not plans or plans[-1].proven):
        try:
            found = _least(one, radii, low, plans)
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


def _least(one: Given, radii: np.ndarray, low: int, plans: list[Plan]) -> tuple[int, Plan] | None:
    """The first radius from `low` on within which a plan covers all, and that plan."""
    if (plan := _covering(one, radii[low], plans)) is not None:
        return low, plan  # another plan just as good
    step, bottom = 1, low
    top: int | None = None
    best: Plan | None = None
    while top is None:  # farther in longer and longer steps
        if bottom >= len(radii) - 1:
            return None
        trial = min(len(radii) - 1, bottom + step)
        best = _covering(one, radii[trial], plans)
        if best is None:
            bottom, step = trial, step * 4
        else:
            top = int(np.searchsorted(radii, best.value))
    assert best is not None
    while top - bottom > 1:
        middle = (bottom + top) // 2
        try:
            plan = _covering(one, radii[middle], plans)
        except OutOfTime:
            return top, best._replace(proven=False)
        if plan is None:
            bottom = middle
        else:
            best, top = plan, int(np.searchsorted(radii, plan.value))
    return top, best


def _covering(one: Given, radius: float, plans: list[Plan]) -> Plan | None:
    """A plan that covers everyone within the radius, other than those that are known."""
    ways = (one.time <= radius) & one.allowed
    if not ways.any(axis=1).all():
        return None
    programme = Programme(one.ends_at)
    sites = add_sites(programme, one, np.zeros(ways.shape[1]))
    if one.capacity is None:
        needs, _ = grouped(ways, one.weight)
        programme.add_rows({sites: csr_matrix(needs.astype(float))}, 1.0, np.inf)
    else:
        add_shares(programme, one, sites, ways, np.zeros_like(one.time), everyone=True)
    for plan in plans:
        not_again(programme, sites, np.isin(range(ways.shape[1]), plan.sites))
    try:
        solved = programme.solve()
    except OutOfTime:
        raise
    except Infeasible:
        return None
    chosen = opened(solved, sites)
    # With capacities it is known only that all can be served within the radius.
    value = radius if one.capacity is not None else one.time[:, chosen].min(axis=1).max()
    return Plan(rows_of(chosen), float(value), proven=True)  # as soon as no shorter one is left
