"""How long it takes to solve for sites, proven: 3,000 demand points, 600 candidates.

    python benchmarks/siting.py [--only "p-median, 8 fixed"] [--runs 3] [--size 133 133]

A made-up country of 60 × 60 km: places cluster, a third of them urban (10 minutes from the call,
3 of them before wheels roll), the rest rural (30); times are straight lines × 1.3 at 60 km/h, to
the tenth of a minute. One run a line; of a plan that is not proven within the time limit its value
and the bound are told.
`--only` takes the models whose name begins so; with `--reduce-from inf` p-median
has a column for each pair of point and candidate, with `--reduce-from 0` never. Seconds
of the processor are steadier than those of the clock where a machine is shared.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

import numpy as np

from sim.answers import siting
from sim.answers.siting import SitingPlan, median

POINTS, SITES, SEED = 3_000, 600, 2025


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", default="")
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--size", type=int, nargs=2, default=(POINTS, SITES))
    parser.add_argument("--limit", type=float, default=120.0, help="seconds of each run")
    parser.add_argument("--reduce-from", type=float, default=median.REDUCE_FROM)
    asked = parser.parse_args()
    median.REDUCE_FROM, limit_s = asked.reduce_from, asked.limit
    points, places = asked.size
    minutes, people, limit = country(points, places)
    fixed = np.random.default_rng(1).choice(places, 8, replace=False).tolist()
    cars = np.zeros(places, int)
    cars[fixed] = 1
    wide = np.quantile(minutes.min(axis=1), 1.0) + 20
    solve: dict[str, Callable[[], list[SitingPlan]]] = {
        "MCLP, p = 10": lambda: siting.mclp(minutes, people, limit, p=10, time_limit_s=limit_s),
        "MCLP, p = 30": lambda: siting.mclp(minutes, people, limit, p=30, time_limit_s=limit_s),
        "MCLP, 8 fixed, p = 12, five best": lambda: siting.mclp(
            minutes, people, limit, p=12, fixed=fixed, best=5, time_limit_s=limit_s
        ),
        "p-median, p = 10": lambda: siting.p_median(minutes, people, p=10, time_limit_s=limit_s),
        "p-median, p = 30": lambda: siting.p_median(minutes, people, p=30, time_limit_s=limit_s),
        "p-median, p = 20": lambda: siting.p_median(minutes, people, p=20, time_limit_s=limit_s),
        "p-median, 8 fixed, p = 12": lambda: siting.p_median(
            minutes, people, p=12, fixed=fixed, time_limit_s=limit_s
        ),
        "p-median, 8 fixed, p = 12, five best": lambda: siting.p_median(
            minutes, people, p=12, fixed=fixed, best=5, time_limit_s=limit_s
        ),
        "LSCP, 27 min": lambda: siting.lscp(minutes, 27.0, time_limit_s=limit_s),
        "LSCP, 7 and 27 min, who can be": lambda: siting.lscp(
            minutes, limit, coverable_only=True, time_limit_s=limit_s
        ),
        "p-centre, p = 10": lambda: siting.p_centre(minutes, p=10, time_limit_s=limit_s),
        "MEXCLP, 20 ambulances": lambda: siting.mexclp(
            minutes, people, limit, 20, 0.3, time_limit_s=limit_s
        ),
        "MEXCLP, 8 of 20 fixed": lambda: siting.mexclp(
            minutes, people, limit, 20, 0.3, fixed=cars, time_limit_s=limit_s
        ),
        "DSM, 20 ambulances": lambda: siting.dsm(
            minutes, people, 12.0, wide, 0.6, 20, capacity=2, time_limit_s=limit_s
        ),
    }  # fmt: skip
    print(f"{points:,} demand points, {places} candidates{'':10}seconds  of processor   proven")
    for name, work in solve.items():
        for _ in range(asked.runs if name.startswith(asked.only) else 0):
            began, used = time.perf_counter(), time.process_time()
            told = _told(work)
            seconds, used = time.perf_counter() - began, time.process_time() - used
            print(f"{name:44}{seconds:>8.2f}{used:>14.2f}   {told}", flush=True)


def _told(work: Callable[[], list[SitingPlan]]) -> str:
    """Whether the plans are proven, and how sure the last one is if it is not."""
    try:
        last = work()[-1]
    except siting.Infeasible as error:
        return f"no: {error}"
    if last.proven:
        return "yes"
    return f"no: {last.value:.6g}, and none is better than {last.best_possible:.6g}"


def country(points: int = POINTS, places: int = SITES) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Minutes of driving [point, site], people, and minutes within which each is to be reached."""
    rng = np.random.default_rng(SEED)
    towns = rng.uniform(0, 60, (25, 2))
    share = rng.dirichlet(np.full(25, 0.6))
    at = towns[rng.choice(25, points, p=share)] + rng.normal(0, 4, (points, 2))
    at[points // 2 :] = rng.uniform(0, 60, (points - points // 2, 2))
    sites = at[rng.choice(points, places, replace=False)]
    apart_km = np.linalg.norm(at[:, None] - sites[None], axis=2) * 1.3
    minutes = np.round(apart_km, 1)  # at 60 km/h
    people = np.round(rng.lognormal(4, 1, points))
    limit = np.where(np.arange(points) < points // 3, 7.0, 27.0)
    return minutes, people, limit


if __name__ == "__main__":
    main()
