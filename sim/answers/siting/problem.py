"""A siting problem, and the checks of its numbers that all models share."""

from __future__ import annotations

import math
import time as clock
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

ROUNDING = 1e-9  # share by which sums of costs, people and capacities may be off


class Infeasible(ValueError):
    """No plan keeps all that was asked for; the message says why, where that can be seen."""


class OutOfTime(Infeasible):
    """No plan was found within the time limit; there may be one."""

    def __init__(self, said: str, bound: float = -math.inf):
        super().__init__(said)
        self.bound = bound  # no plan has a lower objective


class SitingPlan(NamedTuple):
    """One plan. `vehicles`: [site] how many, for models that place them."""

    sites: tuple[int, ...]  # open ones, rows in order
    value: float  # of what the model makes least or most, worked out anew from the plan
    proven: bool  # that none of those left is better
    vehicles: tuple[int, ...] | None = None
    left_out: int = 0  # demand points that no site could cover, if they may be left out
    bound: float | None = None  # of one not proven: no plan left is better than that, if known

    @property
    def best_possible(self) -> float:
        """What no plan left is better than: the value itself if it is proven; nan if not known."""
        if self.proven:
            return self.value
        return math.nan if self.bound is None else self.bound


class SitingProblem(NamedTuple):
    """A problem; its numbers fit together."""

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
    ends_at: float | None  # on the monotonic clock

    @property
    def exactly_p(self) -> bool:
        """Whether all p sites can be opened; more of them never hurt."""
        return self.p is not None and self.budget is None and self.most_new is None


def problem_of(
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
    limited: bool = True,  # whether something must limit the number of sites
    wrong: Sequence[str] = (),  # what is wrong besides
) -> SitingProblem:
    """Check the numbers and make the problem; a ValueError lists all that is wrong."""
    wrong, table = list(wrong), table_of(time)
    points, sites = table.shape
    if np.isnan(table).any() or (table < 0).any():
        wrong.append("time: numbers from 0 on, or inf, are needed; found nan or less than 0")
    weights = column("weight", 1.0 if weight is None else weight, points, wrong, finite=True)
    existing = _rows("fixed", fixed, sites, wrong)
    open_to = _rows("allowed", range(sites) if allowed is None else allowed, sites, wrong)
    caps = None if capacity is None else column("capacity", capacity, sites, wrong)
    costs = None if cost is None else column("cost", cost, sites, wrong, finite=True)
    for name, number, least in (("p", p, 1), ("most_new", most_new, 0), ("best", best, 1)):
        if number is not None and not is_whole(number, least):
            wrong.append(f"{name}: a whole number from {least} on is needed; found {number}")
    if budget is not None and costs is None:
        wrong.append("budget: it needs cost, what each open site costs")
    if budget is not None and math.isnan(budget):
        wrong.append(f"budget: a number is needed; found {budget}")
    if time_limit_s is not None and not time_limit_s > 0:
        wrong.append(f"time_limit_s: a number above 0 is needed; found {time_limit_s}")
    if limited and p is None and budget is None and most_new is None:
        wrong.append("p: say how many sites, or give a budget or most_new")
    if wrong:
        raise ValueError("; ".join(wrong))
    open_to |= existing
    found = SitingProblem(
        table, weights, existing, open_to,
        None if p is None else min(int(p), int(open_to.sum())),
        caps, costs, budget, None if most_new is None else int(most_new), int(best),
        None if time_limit_s is None else clock.monotonic() + time_limit_s,
    )  # fmt: skip
    return _check_fixed(found)


def table_of(time: Any) -> np.ndarray:
    """Read [demand, site] as numbers; the other checks need it."""
    try:
        table = np.asarray(time, float)
    except (TypeError, ValueError):
        raise ValueError("time: a table [demand point, site] is needed; found no numbers") from None
    if table.ndim != 2 or 0 in table.shape:
        raise ValueError(f"time: a table [demand point, site] is needed; found {table.shape}")
    return table


def column(
    name: str, values: Any, count: int, wrong: list[str], finite: bool = False
) -> np.ndarray:
    """Read `count` numbers from 0 on, or one number for all."""
    try:
        array = np.asarray(values, float)
    except (TypeError, ValueError):
        wrong.append(f"{name}: numbers are needed; found {values!r}")
        return np.zeros(count)
    array = np.full(count, float(array)) if array.ndim == 0 else array
    if array.shape != (count,):
        wrong.append(f"{name}: {count} numbers are needed; found {array.shape}")
        return np.zeros(count)
    if np.isnan(array).any() or (array < 0).any():
        wrong.append(f"{name}: numbers from 0 on are needed; found nan or less than 0")
    elif finite and np.isinf(array).any():
        wrong.append(f"{name}: numbers from 0 on are needed, and not inf")
    return array


def is_whole(number: Any, least: int) -> bool:
    try:
        return bool(int(number) == number and number >= least)
    except (OverflowError, TypeError, ValueError):
        return False


def _rows(name: str, rows: Sequence[int], sites: int, wrong: list[str]) -> np.ndarray:
    """Mark the sites in a list of rows; a list of true and false is an error."""
    listed = list(rows)
    fits = [is_whole(r, 0) and r < sites and not isinstance(r, bool | np.bool_) for r in listed]
    if not all(fits):
        odd = [row for row, fit in zip(listed, fits, strict=True) if not fit]
        wrong.append(f"{name}: rows of {sites} sites are needed; found {odd[:5]}")
    found = np.zeros(sites, bool)
    found[[int(row) for row, fit in zip(listed, fits, strict=True) if fit]] = True
    return found


def coverage(problem: SitingProblem, within: np.ndarray) -> np.ndarray:
    """Say for each [demand, site] whether the site may be open and a way reaches it in time."""
    within_limit: np.ndarray = (problem.time <= within[:, None]) & np.isfinite(problem.time)
    return within_limit & problem.allowed


def _check_fixed(problem: SitingProblem) -> SitingProblem:
    """Raise Infeasible if the fixed sites alone are too many or too dear."""
    existing = int(problem.fixed.sum())
    if problem.p is not None and existing > problem.p:
        raise Infeasible(f"p is {problem.p}, but {existing} sites are fixed")
    if problem.budget is not None and problem.cost is not None:
        least = float(problem.cost[problem.fixed].sum())
        if least > problem.budget * (1 + ROUNDING):
            raise Infeasible(f"the fixed sites cost {least:g}, the budget is {problem.budget:g}")
    return problem


def check_ways(problem: SitingProblem) -> None:
    """Raise Infeasible if a demand point with weight has no way to any site that may be open."""
    ways = np.isfinite(problem.time[:, problem.allowed]).any(axis=1)
    lost = np.flatnonzero(~ways & (problem.weight > 0))
    if len(lost):
        raise Infeasible(f"no site has a way to demand points {name_rows(lost)}")


def check_capacity(problem: SitingProblem) -> None:
    """Raise Infeasible if the largest sites together cannot serve the demand."""
    if problem.capacity is not None:
        most = np.sort(problem.capacity[problem.allowed])[::-1]
        most = most[: problem.p] if problem.p is not None else most
        demand = problem.weight.sum()
        if most.sum() < demand * (1 - ROUNDING):
            raise Infeasible(
                f"the sites can serve {most.sum():g} at most, the demand is {demand:g}"
            )


def known_bound(bound: float) -> float | None:
    """A bound as a plan tells it: None if there is none."""
    return float(bound) if math.isfinite(bound) else None


def total_time(problem: SitingProblem, chosen: np.ndarray | list[int]) -> float:
    """Weight × time to the nearest of the chosen sites, a mask or rows."""
    return float(problem.weight @ problem.time[:, chosen].min(axis=1, initial=np.inf))


def name_rows(rows: np.ndarray) -> str:
    some = ", ".join(map(str, rows[:10].tolist()))
    return some + (f" and {len(rows) - 10} more" if len(rows) > 10 else "")
