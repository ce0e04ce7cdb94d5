"""Covering: the fewest sites for everyone (LSCP), the most people that p sites can cover (MCLP)."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.sparse import csr_matrix, identity

from sim.answers.siting.given import (
    Given,
    Infeasible,
    Plan,
    column,
    covered,
    enough_capacity,
    given,
    rows_said,
    table_of,
)
from sim.answers.siting.milp import Columns, Programme, Solved, not_again, several


def add_sites(programme: Programme, one: Given, objective: np.ndarray) -> Columns:
    """0-1 columns, one a site, with all that limits how many are open."""
    low, high = one.fixed.astype(float), one.allowed.astype(float)
    sites = programme.add_columns(objective, low, high, whole=True)
    everyone = np.ones(len(low))
    if one.p is not None:
        programme.add_rows({sites: everyone}, one.p if one.exactly_p else -np.inf, one.p)
    if one.most_new is not None:
        new = (~one.fixed).astype(float)
        programme.add_rows({sites: new}, -np.inf, one.most_new)
    if one.budget is not None and one.cost is not None:
        programme.add_rows({sites: one.cost}, -np.inf, one.budget)
    return sites


def opened(solved: Solved, sites: Columns) -> np.ndarray:
    found: np.ndarray = sites.of(solved.x) > 0.5
    return found


def rows_of(chosen: np.ndarray) -> tuple[int, ...]:
    return tuple(np.flatnonzero(chosen).tolist())


def grouped(covers: np.ndarray, weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Points that the same sites cover, taken together: [group, site], [group] weight."""
    packed = np.packbits(covers, axis=1)
    _, first, of = np.unique(packed, axis=0, return_index=True, return_inverse=True)
    return covers[first], np.bincount(of.ravel(), weight)


def lscp(
    time: Any, limit: Any, weight: Any = None, *, coverable_only: bool = False, **options: Any
) -> list[Plan]:
    """Location set covering (Toregas et al. 1971): the fewest sites, or the least cost, for all.

    `limit`: of all demand points, or [demand]. Value: how many sites are open, or what they cost.
    With `coverable_only` points that no site can cover are left out, else they are an error. With
    `capacity`, `weight` says what each point needs.
    """
    wrong: list[str] = []
    within = column("limit", limit, len(table_of(time)), wrong)
    one = given(time, weight, bounded=False, wrong=wrong, **options)
    covers = covered(one, within)
    able = covers.any(axis=1)
    if not able.all() and not coverable_only:
        raise Infeasible(f"no site covers demand points {rows_said(np.flatnonzero(~able))}")
    one = one._replace(time=one.time[able], weight=one.weight[able])
    if weight is not None:
        enough_capacity(one)
    price = np.ones(one.time.shape[1]) if one.cost is None else one.cost
    programme = Programme(one.ends_at)
    # p is a bound here: fewer sites are better.
    new = int((one.allowed & ~one.fixed).sum()) if one.most_new is None else one.most_new
    sites = add_sites(programme, one._replace(most_new=new), price)
    if one.capacity is None:
        needs, _ = grouped(covers[able], one.weight)
        programme.add_rows({sites: csr_matrix(needs.astype(float))}, 1.0, np.inf)
    else:
        add_shares(programme, one, sites, covers[able], np.zeros_like(one.time), everyone=True)

    def plan_of(solved: Solved) -> Plan:
        chosen = opened(solved, sites)
        value = float(price[chosen].sum())
        return Plan(rows_of(chosen), value, solved.proven, None, int((~able).sum()))

    return several(
        one.best, programme.solve, plan_of,
        lambda plan: not_again(programme, sites, np.isin(range(len(price)), plan.sites)),
    )  # fmt: skip


def mclp(time: Any, weight: Any, limit: Any, p: int | None = None, **options: Any) -> list[Plan]:
    """Maximal covering (Church & ReVelle 1974): p sites that cover the most weight.

    `limit`: of all demand points, or [demand], such as 10 minutes in town and 30 in the country;
    covered is who is reached within it (≤). Value: the weight covered, and with `capacity` served.
    """
    wrong: list[str] = []
    within = column("limit", limit, len(table_of(time)), wrong)
    one = given(time, weight, p=p, wrong=wrong, **options)
    covers = covered(one, within)
    programme = Programme(one.ends_at)
    sites = add_sites(programme, one, np.zeros(covers.shape[1]))
    if one.capacity is None:
        groups, sums = grouped(covers, one.weight)
        some = groups.any(axis=1) & (sums > 0)
        reached = programme.add_columns(-sums[some])
        # Covered only if one of the sites that could is open; fractions never pay.
        programme.add_rows(
            {sites: -csr_matrix(groups[some].astype(float)), reached: identity(int(some.sum()))},
            -np.inf, 0.0,
        )  # fmt: skip
    else:
        add_shares(programme, one, sites, covers, np.full(covers.shape, -1.0), everyone=False)

    def plan_of(solved: Solved) -> Plan:
        chosen = opened(solved, sites)
        if one.capacity is None:
            value = float(one.weight[covers[:, chosen].any(axis=1)].sum())
        else:
            value = 0.0 - shared_out(
                one, chosen, covers, np.full(covers.shape, -1.0), everyone=False
            )
        return Plan(rows_of(chosen), value, solved.proven)

    return several(
        one.best, programme.solve, plan_of,
        lambda plan: not_again(programme, sites, np.isin(range(covers.shape[1]), plan.sites)),
    )  # fmt: skip


# ── capacities: who serves how much of whom ──────────────────────────────────────────────────


def add_shares(
    programme: Programme,
    one: Given,
    sites: Columns,
    ways: np.ndarray,
    price: np.ndarray,
    everyone: bool,
) -> Columns:
    """The share of each point that each open site serves, along `ways`, within its capacity.

    `price`: [demand, site] per weight. `everyone`: all of every point must be served.
    """
    assert one.capacity is not None
    point, site = np.nonzero(ways)
    count, width = len(point), ways.shape[1]
    shares = programme.add_columns(one.weight[point] * price[point, site])
    of = np.arange(count)
    by_point = csr_matrix((np.ones(count), (point, of)), (ways.shape[0], count))
    programme.add_rows({shares: by_point}, 1.0 if everyone else -np.inf, 1.0)
    load = csr_matrix((one.weight[point], (site, of)), (width, count))
    most = np.minimum(one.capacity, one.weight.sum())  # which may be inf
    programme.add_rows({sites: -csr_matrix(np.diag(most)), shares: load}, -np.inf, 0.0)
    at_site = csr_matrix((-np.ones(count), (of, site)), (count, width))
    programme.add_rows({sites: at_site, shares: identity(count, format="csr")}, -np.inf, 0.0)
    return shares


def shared_out(
    one: Given, chosen: np.ndarray, ways: np.ndarray, price: np.ndarray, everyone: bool
) -> float:
    """The least price at which these open sites can serve: a transport problem."""
    programme = Programme()
    sites = programme.add_columns(np.zeros(len(chosen)), chosen, chosen)
    shares = add_shares(programme, one, sites, ways & chosen, price, everyone)
    solved = programme.solve()
    point, site = np.nonzero(ways & chosen)
    return float(shares.of(solved.x) @ (one.weight[point] * price[point, site]))
