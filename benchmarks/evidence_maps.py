"""What `evidence.py` measures on maps that come with the program: truth is a very long run's."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from scipy.stats import binomtest

from sim.measures import estimates
from sim.measures.estimates import worst_townships
from sim.measures.measures import WITHIN
from sim.measures.sums import Summed
from sim.prepare.draws import draw
from sim.scenario.file import load
from sim.scenario.scenario import Scenario
from sim.study.effort import Effort
from sim.study.plan import prepare
from sim.study.replication import Keep, Plan
from sim.study.workers import Job, Pool
from sim.study.worst_served import choose

HERE = Pool(workers=1)  # in this process
SCENARIOS = Path(__file__).parents[1] / "scenarios"
MAPS = {"coquimbo": "two-more.yaml", "liling": "north-west.yaml"}
LONG, LONG_SEED = 10_000, 10**6


def share_said(held: int, studies: int) -> str:
    """95.0% (92.6%–96.8%)"""
    low, high = binomtest(held, studies).proportion_ci()
    return f"{held / studies:.1%} ({low:.1%}–{high:.1%})"


# ── the worst-served townships ───────────────────────────────────────────────────────────────


def print_worst(studies: int) -> None:
    """How often the intervals of the worst-served hold, and what is reported as their gain."""
    print(f"the worst-served townships, {studies:,} studies a line, truth of {LONG:,} replications")
    print(f"{'':44}{'level of today':>22}{'gain':>22}{'mean gain':>11}{'true':>7}")
    for name, proposal in MAPS.items():
        case = Townships.of(name, proposal)
        print(f"{name} (the truly worst five gain {100 * case.truth(case.worst)[1]:+.1f})")
        for replications in (10, 30):
            for own in (False, True):
                found = held_of_worst(case, replications, studies, own)
                how = "chosen on those measured" if own else "chosen on other calls"
                cells = [share_said(held, studies) for held in (found.level, found.gain)]
                print(
                    f"  {f'{replications} replications, {how}':42}{cells[0]:>22}{cells[1]:>22}"
                    f"{100 * found.mean:>+11.1f}{100 * found.true:>+7.1f}"
                )


class Townships(NamedTuple):
    """A layout and a proposal on a map, and what becomes of each township in the long run."""

    base: Scenario
    plan: Plan
    engines: dict[int, Any]
    within: np.ndarray  # [layout, township] of the long run
    calls: np.ndarray  # [township]
    worst: tuple[int, ...]  # truly

    @staticmethod
    def of(name: str, proposal: str) -> Townships:
        layouts = [load(SCENARIOS / name / file) for file in ("today.yaml", proposal)]
        plan = prepare(layouts[0], layouts[1:], Effort(), Keep.SUMS).plan
        case = Townships(layouts[0], plan, {}, np.zeros(0), np.zeros(0), ())
        long = case.study(LONG_SEED, LONG)
        sums = [one.by_township(WITHIN) for one in long]
        within = np.array([one.above.sum(axis=0) for one in sums])
        return case._replace(
            within=within, calls=sums[0].below.sum(axis=0), worst=worst_townships(long[0])
        )

    def study(self, seed: int, replications: int) -> list[Summed]:
        """[layout] its replications of a seed."""
        job = Job(self.plan._replace(seed=seed))
        job.engines = self.engines
        every = list(HERE.results(job, range(replications)))
        setup = self.plan.setup._replace(sequential=False)
        return [Summed([one.tallies[row] for one in every], setup) for row in range(2)]

    def truth(self, rows: Any) -> tuple[float, float]:
        """The level of the base and the gain, in these townships."""
        some = list(rows)
        base, other = self.within[:, some].sum(axis=1) / self.calls[some].sum()
        return float(base), float(other - base)


class HeldOfWorst(NamedTuple):
    """Of so many studies, those whose interval held."""

    level: int
    gain: int
    mean: float  # gain found
    true: float  # of the townships that were chosen


def held_of_worst(case: Townships, replications: int, studies: int, own: bool) -> HeldOfWorst:
    """`own`: the townships are chosen on the calls that are measured."""
    level = gain = 0
    found, true = np.zeros(studies), np.zeros(studies)
    for seed in range(studies):
        pair = case.study(seed, replications)
        if own:
            rows = worst_townships(pair[0])
        else:
            rows = choose(case.base, case.plan, seed, HERE.results).rows
        for one in pair:
            one.setup = one.setup._replace(worst=rows)
        value = estimates.estimate(pair[0], "worst5")
        difference = estimates.difference(pair[0], pair[1], "worst5")
        base, more = case.truth(rows)
        level += value.low <= base <= value.high
        gain += difference.low <= more <= difference.high
        found[seed], true[seed] = difference.mean, more
    return HeldOfWorst(level, gain, float(found.mean()), float(true.mean()))


# ── other numbers of calls ───────────────────────────────────────────────────────────────────


def print_swings(replications: int) -> None:
    """How much compliance under other numbers of calls varies against that under the usual one."""
    print(f"compliance of other numbers of calls less the usual, {replications:,} replications")
    print(f"{'':30}{'shared calls':>14}{'sd, points':>12}{'drawn anew':>12}{'variance':>10}")
    for name in MAPS:
        for factor in (0.8, 0.99, 1.01, 1.2):
            found = swing_of(name, factor, replications)
            print(
                f"  {f'{name}, × {factor:g}':28}{found.shared:>14.1%}{100 * found.sd:>12.2f}"
                f"{100 * found.anew:>12.2f}{(found.sd / found.anew) ** 2:>10.3f}"
            )


class SwingOf(NamedTuple):
    """One number of calls against the usual one."""

    shared: float  # of the usual calls, or of the others if these are fewer
    sd: float  # over replications, of compliance less that of the usual number
    anew: float  # the same where numbers and instants are drawn anew


def swing_of(name: str, factor: float, replications: int) -> SwingOf:
    base = load(SCENARIOS / name / "today.yaml")
    plan = prepare(base, [], Effort(), Keep.SUMS).plan
    usual = plan.demands[0]
    other = usual._replace(calls_per_hour=usual.calls_per_hour * factor, times=factor)
    values = []
    for drawn in (usual, other, other._replace(times=1.0)):
        every = HERE.results(Job(plan._replace(demands=(drawn,))), range(replications))
        above, below = Summed([one.tallies[0] for one in every], plan.setup).sums(WITHIN)
        values.append(above / below)
    calls = [{*zip(*(c.tolist() for c in draw(d, 0, 0)), strict=True)} for d in (usual, other)]
    shared = len(calls[0] & calls[1]) / min(map(len, calls))
    sds = [float(np.std(value - values[0], ddof=1)) for value in values[1:]]
    return SwingOf(shared, *sds)
