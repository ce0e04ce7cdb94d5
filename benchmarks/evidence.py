"""How often 95 % intervals hold, and how often the best is chosen, where the answers are known.

    python benchmarks/evidence.py            # about fifteen minutes
    python benchmarks/evidence.py 100        # repetitions; 1,000 and 300 unless told
    python benchmarks/evidence.py 400 worst swings   # some of queues, best, rounds, worst, swings
    python benchmarks/evidence.py 1000 questions     # what asking about other places is worth

Two known worlds, run by the compiled engine and estimated as every study is.

- Queues: 2 or 3 ambulances, exponential busy times. What share of calls is lost is Erlang's B, how
  long calls wait is Erlang's C. So the value of 2, and the difference that a third makes, are
  known; intervals are tried with 10 and 30 replications and with the number chosen by precision,
  for several precisions, some of which end the study at its first looks, where it errs most.
- Reach: each of eight layouts reaches some places in time and others never, so its compliance is
  the sum of their shares of the calls. One leads all others by just the indifference zone, which
  is the hardest case that the selection promises to master.

- Rounds (not unless named): many alternatives, normal or skewed, with much in common: in how many
  runs one match of all, a heat and a final, and matches of two choose, and how often the best.

And two maps, whose answers a very long run gives (`evidence_maps.py`).

- Worst: compliance of the worst-served townships and what a proposal brings them, beside what comes
  of choosing them on the calls on which they are measured.
- Swings: how much compliance of other numbers of calls varies against that of the usual number.
"""

from __future__ import annotations

import math
import sys
import time
from typing import Any, NamedTuple

import evidence_rounds
import numpy as np
from evidence_maps import HERE, print_swings, print_worst, share_said
from evidence_questions import print_questions
from scipy.stats import binom

from sim.answers.selection import CONFIDENCE, race
from sim.geography.roads import travel
from sim.measures import estimates
from sim.measures.groups import Setup
from sim.measures.intervals import jackknife
from sim.measures.measures import COUNTED, WITHIN
from sim.measures.sums import Summed
from sim.model.calendar import Bands, Window
from sim.model.system import Hospitals, Roads, Rules, Stations, System, plain_fleet
from sim.policies.dispatch import PositionRule
from sim.prepare.draws import Demand
from sim.scenario.distributions import Constant, Exponential
from sim.study.replication import Keep, Plan
from sim.study.stopping import Stopping
from sim.study.workers import Job

REPETITIONS, SELECTIONS = 1_000, 300
HOUR_S = 3_600.0
CALLS_PER_HOUR, BUSY_S = 2.0, 1_800.0  # offered load 1
WARM_UP_S, MEASURED_S = 30 * HOUR_S, 28 * 24 * HOUR_S  # a queue of 2 forgets in about 3 hours
SETUP = Setup((600.0, 1_800.0), 0.9, np.ones(1), worst=())
LAYOUTS, ZONE, SHARE = 8, 0.02, 0.10
NEVER_S = 8_000.0


def main() -> None:
    repetitions = int(sys.argv[1]) if len(sys.argv) > 1 else REPETITIONS
    selections = int(sys.argv[1]) if len(sys.argv) > 1 else SELECTIONS
    wanted = set(sys.argv[2:]) or {"queues", "best", "worst", "swings"}
    began = time.perf_counter()
    if "queues" in wanted:
        print_queues(repetitions)
    if "best" in wanted:
        print_best(selections)
    if "rounds" in wanted:
        evidence_rounds.print_rounds(selections)
    if "questions" in wanted:
        print_questions(repetitions)
    if "worst" in wanted:
        print_worst(repetitions)
    if "swings" in wanted:
        print_swings(repetitions)
    print(f"{time.perf_counter() - began:.0f} s")


def print_queues(repetitions: int) -> None:
    print(f"95 % intervals that hold the known value, of {repetitions:,} studies")
    print(f"{'':44}{'value of 2':>22}{'gain of a third':>22}{'replications':>14}")
    for name, lost, key, scales in (
        ("calls served at once (loss system)", True, "within", (0.0064, 0.0048, 0.0040, 0.0030)),
        ("mean response (queue), min", False, "mean", (0.90, 0.70, 0.55, 0.42)),
    ):
        print(name)
        for stopping in (
            Stopping(10, 200, 0.0),
            Stopping(30, 200, 0.0),
            *(Stopping(None, 200, a) for a in scales),
        ):
            print(said(coverage(lost, key, stopping, repetitions), stopping, key))


def print_best(selections: int) -> None:
    found = selected(selections)
    print(
        f"best of {LAYOUTS} chosen, which leads by the zone of {ZONE * 100:g} points: "
        f"{found.right} of {selections} (promised {CONFIDENCE:.0%}; one-sided p of so few "
        f"{found.chance:.2f}); {found.runs / selections:.0f} runs each, "
        f"{found.equal / selections:.0f} if all had as many as the best"
    )


def said(found: Coverage, stopping: Stopping, key: str) -> str:
    unit, scale = ("points", 100) if key == "within" else ("min", 1)
    how = (
        f"{stopping.fixed} replications"
        if stopping.fixed
        else f"to ±{stopping.aim * scale:g} {unit}"
    )
    cells = [share_said(held, found.studies) for held in (found.value, found.gain)]
    return f"  {how:42}{cells[0]:>22}{cells[1]:>22}{found.replications / found.studies:>14.1f}"


# ── worlds ───────────────────────────────────────────────────────────────────────────────────


def world(to_places: list[list[float]], homes: list[int], lost: bool) -> System:
    """[station, place] seconds out, nothing back; ambulances by station."""
    out = np.array(to_places, float)
    stations, places = out.shape
    matrix = np.zeros((places + stations, places + stations))
    matrix[places:, :places] = out
    return System(
        Roads(
            place_node=np.arange(places + stations),
            place_leg_s=np.zeros((1, places + stations)),
            travel=travel.from_matrix(matrix[None]),
            bands=Bands(np.zeros(1), np.zeros(1, int), 0.0, np.inf),
            mode_to_scene=np.zeros((1, 1), int),
            mode_to_hospital=np.zeros(1, int),
            mode_home=np.zeros(1, int),
        ),
        Stations(places + np.arange(stations)),
        plain_fleet(np.array(homes)),
        Hospitals(np.zeros(0, int)),
        Rules(
            expected_turnout_s=0.0,
            may_divert=np.zeros((1, 1), bool),
            lose_when_none_free=lost,
            position_rule=PositionRule.NEXT_NODE,
            standby_list=np.zeros(0, int),
            on_grid=True,
        ),
    )


def demand(per_hour: float, weights: list[float], busy_s: float, length_s: float) -> Demand:
    """Calls at places by weight, at a constant rate; everyone is served at the scene."""
    nothing = Constant.model_validate({"distribution": "constant", "value": "0 s"})
    on_scene = Exponential.model_validate({"distribution": "exponential", "mean": f"{busy_s} s"})
    rates = np.zeros((2, 168))
    rates[0] = per_hour
    none = np.zeros(0)
    return Demand(
        calls_per_hour=rates,
        places=(np.arange(len(weights)), none.astype(int)),
        weights=(np.array(weights), none),
        township_of_place=np.zeros(len(weights), int),
        priority_share=np.ones((2, 1)),
        conveyed_share=0.0,
        call_taking=nothing,
        turnout=nothing,
        on_scene=on_scene if busy_s else nothing,
        handover=nothing,
        start_s=0.0,
        length_s=length_s,
    )


def plan(systems: list[System], drawn: Demand, window: Window, seed: int) -> Plan:
    count = len(systems)
    return Plan(
        tuple(systems), (drawn,) * count, (window,) * count, seed, "compiled", SETUP, Keep.SUMS
    )


# ── intervals ────────────────────────────────────────────────────────────────────────────────


class Coverage(NamedTuple):
    """Of so many studies, those whose interval held the known value; replications in all."""

    studies: int
    value: int
    gain: int
    replications: int


def erlang_b(servers: int, load: float) -> float:
    blocked = 1.0
    for count in range(1, servers + 1):
        blocked = load * blocked / (count + load * blocked)
    return blocked


def mean_wait_s(servers: int, per_s: float, busy_s: float) -> float:
    """Erlang C, over all calls."""
    load = per_s * busy_s
    blocked = erlang_b(servers, load)
    waits = servers * blocked / (servers - load * (1 - blocked))
    return waits * busy_s / (servers - load)


def known(lost: bool) -> tuple[float, float]:
    """Of 2 ambulances; of 3."""
    per_s = CALLS_PER_HOUR / HOUR_S
    if lost:
        return 1 - erlang_b(2, per_s * BUSY_S), 1 - erlang_b(3, per_s * BUSY_S)
    return mean_wait_s(2, per_s, BUSY_S) / 60, mean_wait_s(3, per_s, BUSY_S) / 60


def coverage(lost: bool, key: str, stopping: Stopping, studies: int) -> Coverage:
    """Studies of 2 against 3 ambulances, each with calls of its own."""
    two, three = (world([[0.0]], [0] * cars, lost) for cars in (2, 3))
    value, gain = known(lost)[0], known(lost)[1] - known(lost)[0]
    window = Window(WARM_UP_S, WARM_UP_S + MEASURED_S)
    drawn = demand(CALLS_PER_HOUR, [1.0], BUSY_S, window.end_s + HOUR_S)
    held, gained, replications = 0, 0, 0
    for seed in range(studies):
        pair = _until(stopping, Job(plan([two, three], drawn, window, seed)), key)
        own = jackknife(pair[0].left_out(key), stopping.sequential).interval()
        paired = estimates.difference(pair[0], pair[1], key)
        held += own.low <= value <= own.high
        gained += paired.low <= gain <= paired.high
        replications += pair[0].replications
    return Coverage(studies, held, gained, replications)


def _until(stopping: Stopping, job: Job, key: str) -> list[Summed]:
    """Replications until the difference is known as well as is asked for."""
    setup = SETUP._replace(sequential=stopping.sequential)
    found: list[list[Any]] = [[], []]
    half_widths: list[float] = []
    for total in stopping.looks():
        for one in HERE.results(job, range(len(found[0]), total)):
            for row, counts in enumerate(one.tallies):
                found[row].append(counts)
        pair = [Summed(counts, setup) for counts in found]
        half_widths.append(estimates.difference(pair[0], pair[1], key).half_width)
        if stopping.reason(half_widths):
            return pair
    raise AssertionError("the last look ends it")


# ── selection ────────────────────────────────────────────────────────────────────────────────


class Selected(NamedTuple):
    right: int
    chance: float  # of no more than these if the promise is just kept
    runs: int
    equal: int  # runs, if all layouts had had as many as the one that was chosen


def selected(studies: int) -> Selected:
    """How often the best of the layouts is chosen, where it leads by the indifference zone."""
    # Layout i reaches place i in time; the last place none does.
    shares = [SHARE + ZONE, *[SHARE] * (LAYOUTS - 1)]
    weights = [*shares, 1 - sum(shares)]
    systems = [
        world(
            [[60.0 if place == row else NEVER_S for place in range(len(weights))]], [0] * 60, False
        )
        for row in range(LAYOUTS)
    ]
    window = Window(0.0, 50 * HOUR_S)
    expected = CALLS_PER_HOUR * window.end_s / HOUR_S
    drawn = demand(CALLS_PER_HOUR, weights, 0.0, window.end_s)
    right = runs = equal = 0
    for seed in range(studies):
        job = Job(plan(systems, drawn, window, seed))
        mine = {"runs": 0, "most": 0}

        def look(
            numbers: range, rows: Any, job: Job = job, mine: dict[str, int] = mine
        ) -> np.ndarray:
            values = np.zeros((len(numbers), LAYOUTS))
            for one in HERE.results(job, list(numbers), rows):
                for row, counts in zip(rows, one.tallies, strict=True):
                    values[one.number - numbers.start, row] = (
                        counts.above[COUNTED.index(WITHIN)].sum() / expected
                    )
            mine["runs"] += len(numbers) * len(rows)
            mine["most"] = numbers.stop
            return values

        right += race(look, LAYOUTS, ZONE, most=100_000) == [0]
        runs, equal = runs + mine["runs"], equal + mine["most"] * LAYOUTS
    return Selected(right, float(binom.cdf(right, studies, CONFIDENCE)), runs, equal)


if __name__ == "__main__":
    assert math.isclose(erlang_b(2, 1.0), 0.2)
    main()
