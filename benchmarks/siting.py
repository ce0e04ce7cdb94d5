"""How long it takes to solve for sites, proven: 3,000 demand points, 600 candidates.

    python benchmarks/siting.py

A made-up country of 60 × 60 km: places cluster, a third of them urban (10 minutes from the call,
3 of them before wheels roll), the rest rural (30); times are straight lines × 1.3 at 60 km/h, to
the tenth of a minute. One run a line; what is not proven within two minutes says so.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from sim.answers import siting
from sim.answers.siting import Plan

POINTS, SITES, SEED = 3_000, 600, 2025
LIMIT_S = 120.0  # of each; a plan that is not proven by then says so


def main() -> None:
    minutes, people, limit = country()
    fixed = np.random.default_rng(1).choice(SITES, 8, replace=False).tolist()
    cars = np.zeros(SITES, int)
    cars[fixed] = 1
    wide = np.quantile(minutes.min(axis=1), 1.0) + 20
    solve: dict[str, Callable[[], list[Plan]]] = {
        "MCLP, p = 10": lambda: siting.mclp(minutes, people, limit, p=10, time_limit_s=LIMIT_S),
        "MCLP, p = 30": lambda: siting.mclp(minutes, people, limit, p=30, time_limit_s=LIMIT_S),
        "MCLP, 8 fixed, p = 12, five best": lambda: siting.mclp(
            minutes, people, limit, p=12, fixed=fixed, best=5, time_limit_s=LIMIT_S
        ),
        "p-median, p = 10": lambda: siting.p_median(minutes, people, p=10, time_limit_s=LIMIT_S),
        "p-median, p = 30": lambda: siting.p_median(minutes, people, p=30, time_limit_s=LIMIT_S),
        "p-median, 8 fixed, p = 12, five best": lambda: siting.p_median(
            minutes, people, p=12, fixed=fixed, best=5, time_limit_s=LIMIT_S
        ),
        "LSCP, 27 min": lambda: siting.lscp(minutes, 27.0, time_limit_s=LIMIT_S),
        "LSCP, 7 and 27 min, who can be": lambda: siting.lscp(
            minutes, limit, coverable_only=True, time_limit_s=LIMIT_S
        ),
        "p-centre, p = 10": lambda: siting.p_centre(minutes, p=10, time_limit_s=LIMIT_S),
        "MEXCLP, 20 ambulances": lambda: siting.mexclp(
            minutes, people, limit, 20, 0.3, time_limit_s=LIMIT_S
        ),
        "MEXCLP, 8 of 20 fixed": lambda: siting.mexclp(
            minutes, people, limit, 20, 0.3, fixed=cars, time_limit_s=LIMIT_S
        ),
        "DSM, 20 ambulances": lambda: siting.dsm(
            minutes, people, 12.0, wide, 0.6, 20, capacity=2, time_limit_s=LIMIT_S
        ),
    }  # fmt: skip
    print(f"{POINTS:,} demand points, {SITES} candidates{'':10}seconds   proven")
    for name, work in solve.items():
        began = time.perf_counter()
        plans = work()
        seconds = time.perf_counter() - began
        proven = "yes" if all(plan.proven for plan in plans) else "no"
        print(f"{name:44}{seconds:>8.1f}   {proven}", flush=True)


def country() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Minutes of driving [point, site], people, and minutes within which each is to be reached."""
    rng = np.random.default_rng(SEED)
    towns = rng.uniform(0, 60, (25, 2))
    share = rng.dirichlet(np.full(25, 0.6))
    at = towns[rng.choice(25, POINTS, p=share)] + rng.normal(0, 4, (POINTS, 2))
    at[POINTS // 2 :] = rng.uniform(0, 60, (POINTS - POINTS // 2, 2))
    sites = at[rng.choice(POINTS, SITES, replace=False)]
    apart_km = np.linalg.norm(at[:, None] - sites[None], axis=2) * 1.3
    minutes = np.round(apart_km, 1)  # at 60 km/h
    people = np.round(rng.lognormal(4, 1, POINTS))
    limit = np.where(np.arange(POINTS) < POINTS // 3, 7.0, 27.0)
    return minutes, people, limit


if __name__ == "__main__":
    main()
