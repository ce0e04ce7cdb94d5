"""What a siting problem gives: checked once, for all models."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np


class Infeasible(ValueError):
    """No plan keeps all that was asked for; the message says why, where that can be seen."""


class Plan(NamedTuple):
    """One plan. `vehicles`: [site] how many, for models that place them."""

    sites: tuple[int, ...]  # open ones, rows in order
    value: float  # of what the model makes least or most, worked out anew from the plan
    proven: bool  # that none of those left is better
    vehicles: tuple[int, ...] | None = None
    left_out: int = 0  # demand points that no site could cover, if they may be left out


class Given(NamedTuple):
    """A problem whose numbers fit together."""

    time: np.ndarray  # [demand, site]
    weight: np.ndarray  # [demand]
    fixed: np.ndarray  # [site] bool; existing ones stay open
    allowed: np.ndarray  # [site] bool; fixed ones included
    p: int | None  # sites in all
    capacity: np.ndarray | None  # [site] weight
    cost: np.ndarray | None  # [site]
    budget: float | None
    most_new: int | None
    best: int
    time_limit_s: float | None

    @property
    def exactly_p(self) -> bool:
        """Whether all p sites can be opened; more of them never hurt."""
        return self.p is not None and self.budget is None and self.most_new is None


def given(
    time: Any,
    weight: Any = None,
    *,
    p: int | None = None,
    fixed: Sequence[int] = (),
    allowed: Sequence[int] | None = None,
    capacity: Any = None,
    cost: Any = None,
    budget: float | None = None,
    most_new: int | None = None,
    best: int = 1,
    time_limit_s: float | None = None,
    bounded: bool = True,  # whether something must limit the number of sites
) -> Given:
    """The problem, or ValueError with all that is wrong with it."""
    wrong: list[str] = []
    table = np.asarray(time, float)
    if table.ndim != 2 or 0 in table.shape:
        raise ValueError(f"time: a table [demand point, site] is needed; found {table.shape}")
    points, sites = table.shape
    if np.isnan(table).any() or (table < 0).any():
        wrong.append("time: numbers from 0 on, or inf, are needed; found nan or less than 0")
    weights = column("weight", np.ones(points) if weight is None else weight, points, wrong)
    rows = {"fixed": fixed, "allowed": range(sites) if allowed is None else allowed}
    some = {}
    for name, given_rows in rows.items():
        listed = list(given_rows)
        odd = [row for row in listed if int(row) != row or not 0 <= row < sites]
        if odd:
            wrong.append(f"{name}: rows of {sites} sites are needed; found {odd[:5]}")
        some[name] = np.zeros(sites, bool)
        some[name][[int(row) for row in listed if row not in odd]] = True
    caps = None if capacity is None else column("capacity", capacity, sites, wrong)
    costs = None if cost is None else column("cost", cost, sites, wrong)
    for name, number, least in (("p", p, 1), ("most_new", most_new, 0), ("best", best, 1)):
        if number is not None and (int(number) != number or number < least):
            wrong.append(f"{name}: a whole number from {least} on is needed; found {number}")
    if budget is not None and costs is None:
        wrong.append("budget: it needs cost, what each open site costs")
    if bounded and p is None and budget is None and most_new is None:
        wrong.append("p: say how many sites, or give a budget or most_new")
    if wrong:
        raise ValueError("; ".join(wrong))
    open_to = some["allowed"] | some["fixed"]
    found = Given(
        table, weights, some["fixed"], open_to, None if p is None else min(p, int(open_to.sum())),
        caps, costs, budget, most_new, best, time_limit_s,
    )  # fmt: skip
    return _possible(found)


def column(name: str, values: Any, count: int, wrong: list[str]) -> np.ndarray:
    """Numbers from 0 on, one for each or the same for all."""
    array = np.asarray(values, float)
    array = np.full(count, float(array)) if array.ndim == 0 else array
    if array.shape != (count,):
        wrong.append(f"{name}: {count} numbers are needed; found {array.shape}")
    elif np.isnan(array).any() or (array < 0).any():
        wrong.append(f"{name}: numbers from 0 on are needed; found nan or less than 0")
    return array


def _possible(one: Given) -> Given:
    """Infeasible, if that can be seen without solving anything."""
    existing = int(one.fixed.sum())
    if one.p is not None and existing > one.p:
        raise Infeasible(f"p is {one.p}, but {existing} sites are fixed")
    if one.budget is not None and one.cost is not None:
        least = float(one.cost[one.fixed].sum())
        if least > one.budget:
            raise Infeasible(f"the fixed sites cost {least:g}, the budget is {one.budget:g}")
    return one


def reachable(one: Given) -> None:
    """Infeasible, if a demand point with weight has no way from any site that may be open."""
    ways = np.isfinite(one.time[:, one.allowed]).any(axis=1)
    lost = np.flatnonzero(~ways & (one.weight > 0))
    if len(lost):
        raise Infeasible(f"no site has a way to demand points {rows_said(lost)}")


def enough_capacity(one: Given) -> None:
    if one.capacity is not None:
        most = np.sort(one.capacity[one.allowed])[::-1]
        most = most[: one.p] if one.p is not None else most
        if most.sum() < one.weight.sum() * (1 - 1e-12):
            raise Infeasible(
                f"the sites can serve {most.sum():g} at most, the demand is {one.weight.sum():g}"
            )


def rows_said(rows: np.ndarray) -> str:
    some = ", ".join(map(str, rows[:10].tolist()))
    return some + (f" and {len(rows) - 10} more" if len(rows) > 10 else "")
