"""What asking about other places is worth, whether it is right, and how often intervals hold.

    python benchmarks/evidence.py 1000 questions

A pool of replications of a shipped map and one more station is drawn into studies of ten, twenty,
thirty, or as many as the rule of precision takes; the mean of the pool stands for the truth. Each
line says how many of the studies' 95 % intervals hold it, how wide they are, and how many times as
many replications the calls alone would have taken. Below, how far what is taken off lies from its
expectation of zero, in standard errors; and how often the best of Liling's seats is chosen.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
from evidence_maps import share_said

from sim.answers import candidates
from sim.answers.selection import race
from sim.measures import estimates
from sim.measures.intervals import Spread, pseudo_values
from sim.measures.measures import BY_KEY, WITHIN
from sim.measures.sums import Counts, Summed
from sim.measures.verdicts import matters_of
from sim.scenario.file import load
from sim.scenario.scenario import Scenario
from sim.study import plan as plans
from sim.study.effort import Effort
from sim.study.replication import Keep, Plan
from sim.study.stopping import Stopping
from sim.study.workers import Job
from sim.study.workers import Pool as Processes

SCENARIOS = Path(__file__).parents[1] / "scenarios"
POOL, SEATS_POOL = 4_000, 600
KEYS = ("within", "urban10", "rural30", "worst5", "mean")
MOST = 200


class Pool(NamedTuple):
    """Replications of a base and of one more station."""

    base: Summed
    other: Summed


def print_questions(studies: int) -> None:
    liling, coquimbo = load(SCENARIOS / "liling"), load(SCENARIOS / "coquimbo")
    for title, base, layout in (
        ("Liling + 枫林镇", liling, liling.add("枫林镇")),
        ("Coquimbo + -71.25,-29.95", coquimbo, coquimbo.add("A", at=(-71.25, -29.95))),
        ("Liling + 1 ambulance at its first station", liling, liling.ambulances(
            liling.stations[0].name.zh, liling.fleet_size(0) + 1)),
    ):  # fmt: skip
        pool = Pool(*_pool(base, [layout], POOL))
        print(f"{title}: {studies:,} studies out of {POOL:,} replications")
        print_line("difference", pool, studies, matters_of(base).share / 5, _difference)
        print_line("level", pool, studies, matters_of(base).share / 2, _level)
        print("  taken off, in standard errors: " + ", ".join(_bias(pool)))
    print_others(liling)
    print_chosen(liling, min(studies, 300))


def print_others(base: Scenario) -> None:
    """How much less a difference varies, by how many other places are asked about."""
    said = []
    for others in (4, 8, 16, 32):
        pool = _pool(base, [base.add("枫林镇")], SEATS_POOL, others)
        said.append(f"{others}: × {estimates.gain_from_asking(pool[1], pool[0]):.1f}")
    print(f"worth by places asked about, {SEATS_POOL} replications: " + ", ".join(said))


def _pool(
    base: Scenario, layouts: list[Scenario], replications: int, others: int | None = None
) -> list[Summed]:
    """The replications of every layout, and the worst-served townships of the pool itself."""
    plan: Plan = plans.prepare(base, layouts, Effort(), Keep.SUMS).plan
    if others is not None:
        one = plan.demands[0]._replace(others=others)
        plan = plan._replace(demands=tuple(one for _ in plan.demands))
    job, rows = Job(plan), list(range(1 + len(layouts)))
    counts: list[list[Counts]] = [[] for _ in rows]
    with Processes(workers=1) as processes:
        for one in processes.results(job, range(replications), rows):
            for row, found in enumerate(one.tallies):
                counts[row].append(found)
    first = Summed(counts[0], plan.setup)
    above, below = (column.sum(axis=0) for column in first.by_township())
    worst = tuple(np.argsort(above / np.maximum(below, 1e-9))[:5].tolist())
    return [Summed(some, plan.setup._replace(worst=worst)) for some in counts]


def chosen(found: Summed, rows: np.ndarray, sequential: bool) -> Summed:
    """Some replications of a pool, as a study of their own."""
    some = found.first(len(rows))
    some.setup = found.setup._replace(sequential=sequential)
    for name in ("above", "below", "control_above", "control_below", "busy_s", "served"):
        setattr(some, name, getattr(found, name)[rows])
    return some


Way = Callable[[Pool, str], Spread]


def _difference(pool: Pool, key: str) -> Spread:
    return BY_KEY[key].paired(pool.base, pool.other)


def _level(pool: Pool, key: str) -> Spread:
    return BY_KEY[key].spread(pool.base)


def print_line(what: str, pool: Pool, studies: int, aim: float, way: Way) -> None:
    """Coverage of every measure, by how the number of replications came about."""
    truth = {key: way(pool, key).mean for key in KEYS}
    plain = Pool(pool.base.plain(), pool.other.plain())
    widths_of = [[way(one, key).interval().half_width for key in KEYS] for one in (plain, pool)]
    worth = [f"{key} × {(a / b) ** 2:.1f}" for key, a, b in zip(KEYS, *widths_of, strict=True)]
    print(f"  {what}; worth so many times the replications: " + ", ".join(worth))
    for fixed in (10, 20, 30, None):
        held, widths, count = dict.fromkeys(KEYS, 0), [], 0
        for study in range(studies):
            some = study_of(pool, study, Stopping(fixed, MOST, aim), way)
            for key in KEYS:
                value = way(some, key).interval()
                held[key] += bool(value.low <= truth[key] <= value.high)
            widths.append(way(some, "within").interval().half_width)
            count += some.base.replications
        cells = [f"{key} {share_said(held[key], studies)}" for key in KEYS]
        how = f"{fixed} replications" if fixed else f"to ±{100 * aim:g} points"
        print(
            f"    {how:16} {count / studies:5.1f} in the mean, "
            f"±{100 * np.mean(widths):.3f} points; " + ", ".join(cells)
        )


def study_of(pool: Pool, study: int, stopping: Stopping, way: Way) -> Pool:
    """A study of replications drawn from the pool, as many as the rule takes."""
    order = np.random.default_rng(study).choice(POOL, MOST, replace=False)
    half_widths: list[float] = []
    for upto in stopping.looks():
        some = Pool(*(chosen(one, order[:upto], stopping.sequential) for one in pool))
        half_widths.append(way(some, "within").interval().half_width)
        if stopping.reason(half_widths):
            break
    return some


def _bias(pool: Pool) -> list[str]:
    """How far the mean of what is taken off lies from zero, by measure and layout."""
    said = []
    for key in KEYS:
        for name, found in zip(("base", "other"), pool, strict=True):
            measure = BY_KEY[key]
            off = [pseudo_values(measure.left_out(one)) for one in (found.plain(), found)]
            gone = off[0] - off[1]
            said.append(f"{key} {name} {gone.mean() / gone.std(ddof=1) * len(gone) ** 0.5:+.1f}")
    return said


def print_chosen(base: Scenario, races: int) -> None:
    """How often the selection ends at a seat as good as the best, to within the zone."""
    _, layouts = candidates.layouts(base, candidates.find(base, "seats", 1), 1, "substation")
    found = _pool(base, list(layouts), SEATS_POOL)
    zone = WITHIN.zone(matters_of(base))
    scale = found[0].sums(WITHIN).below.mean()
    values = np.array([one.sums(WITHIN).above for one in found[1:]]).T / scale
    truth, right, runs = values.mean(axis=0), 0, 0

    for number in range(races):
        order = np.random.default_rng(number).choice(SEATS_POOL, MOST, replace=False)
        having = np.zeros(len(truth), int)

        def observe(
            numbers: range, some: object, order: np.ndarray = order, having: np.ndarray = having
        ) -> np.ndarray:
            having[list(some)] = numbers.stop  # type: ignore[call-overload]
            drawn: np.ndarray = values[order[numbers.start : numbers.stop]]
            return drawn

        left = race(observe, len(truth), zone, MOST)
        right += len(left) == 1 and truth[left[0]] >= truth.max() - zone
        runs += int(having.sum())
    print(
        f"best of Liling's {len(truth)} seats, to within {100 * zone:g} points: chosen in "
        f"{right} of {races} races, {runs / races:.0f} runs each"
    )
