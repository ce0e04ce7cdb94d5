"""How many replications, and how long a warm-up: what each of them does to one layout's result."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Unpack

import numpy as np

from sim.answers.answer import Answer, FileTable, Provenance, finite
from sim.errors import ScenarioError
from sim.measures import estimates
from sim.measures.calls import Tally, tally
from sim.measures.fleet_time import busy_intervals
from sim.measures.groups import Setup
from sim.measures.intervals import Estimate
from sim.measures.rows import Pooled
from sim.measures.transient import busy_by_hour, mser
from sim.model.calendar import DAY_S, HOUR_S, HOURS_PER_WEEK, Window
from sim.model.calls import Calls
from sim.prepare import draws, together
from sim.study import arguments, plan
from sim.study.effort import Effort, EffortOptions
from sim.study.replication import Keep, Plan, engine_of
from sim.study.runs import Runs
from sim.text import Message

if TYPE_CHECKING:
    import pandas as pd

    from sim.scenario.scenario import Scenario

COUNTS: Final = (2, 3, 4, 5, 7, 10, 15, 20, 30, 40, 60, 80, 120, 160, 200)  # that are looked at
DRAWN: Final = 60  # replications, that one sees how the interval goes on after the study stops
KEY: Final = "within"
BIASED: Final = "mean"  # in which a start that is empty shows first
WEEK_S: Final = HOURS_PER_WEEK * HOUR_S  # that the run has been going which did not begin empty
LEAST_S: Final = WEEK_S  # that both are followed from then on
TRIED_H: Final = (0, 1, 2, 4, 8, 24, 48)  # warm-ups

BIAS_COLUMNS: Final = (
    "warm_up_h", "measured_days", "difference_min", "low", "high", "otherwise", "calls",
)  # fmt: skip


class Narrowing(NamedTuple):
    """What is known of the headline after so many replications."""

    replications: int
    value: Estimate


class StartBias(NamedTuple):
    """What is measured too much because the run began empty: paired, on the very same calls."""

    warm_up_s: float
    measured_s: float  # from the end of the warm-up on
    difference: Estimate  # of the mean response in minutes, began empty less did not
    otherwise: int  # calls of all replications that had another response
    calls: int


class WarmUp(NamedTuple):
    """A run that begins empty against one that has been going for a week, on the same calls."""

    replications: int
    busy: np.ndarray  # [hour] ambulances busy since the empty start, in the mean
    fewer: np.ndarray  # [hour] by how many they are fewer than after a week
    cut_h: int | None  # hours that MSER-5 leaves out; None: too short a time to tell
    days: tuple[StartBias, ...]  # of one measured day, by warm-up
    whole: StartBias  # of the scenario's own days without a warm-up


@dataclass(frozen=True, eq=False, repr=False)
class Precision(Answer):
    """How the interval narrows with replications, and what a warm-up that is too short biases."""

    provenance: Provenance
    narrowing: tuple[Narrowing, ...]  # fewest replications first
    enough: int  # replications after which the study stops by itself
    aim: float  # half-width of the headline that it aims at
    warm_up: WarmUp

    name = "precision"

    @property
    def stopped(self) -> Narrowing:
        """What is known when the study stops."""
        return next(one for one in self.narrowing if one.replications == self.enough)

    @property
    def own_warm_up_s(self) -> float:
        """The scenario's warm-up."""
        return self.provenance.base.settings.study.warm_up

    @property
    def long_enough(self) -> bool:
        """Whether the scenario's warm-up is at least as long as MSER-5 asks for."""
        cut_h = self.warm_up.cut_h
        return cut_h is not None and self.own_warm_up_s >= cut_h * HOUR_S

    def tables(self) -> dict[str, FileTable]:
        biases = (*self.warm_up.days, self.warm_up.whole)
        return {
            "precision": FileTable(
                ("replications", "mean", "low", "high"),
                [(one.replications, *one.value) for one in self.narrowing],
            ),
            "warm_up": FileTable(
                BIAS_COLUMNS,
                [
                    (
                        b.warm_up_s / HOUR_S,
                        b.measured_s / DAY_S,
                        *b.difference,
                        b.otherwise,
                        b.calls,
                    )
                    for b in biases
                ],
            ),
            "busy_since_start": FileTable(
                ("hour", "ambulances_busy", "fewer"),
                [
                    (hour, busy, fewer)
                    for hour, (busy, fewer) in enumerate(
                        zip(self.warm_up.busy.tolist(), self.warm_up.fewer.tolist(), strict=True)
                    )
                ],
            ),
        }

    def to_frame(self) -> pd.DataFrame:
        """A row for each number of replications."""
        return self.frames()["precision"]

    def facts(self) -> dict[str, Any]:
        """For `--json` and `run.json`."""
        found = {"enough": self.enough, "aim": self.aim, "mser_5_h": self.warm_up.cut_h}
        warm_up = finite(self.frames()["warm_up"].to_dict("records"))
        return super().facts() | found | {"warm_up": warm_up}


def precision(base: Scenario, **effort: Unpack[EffortOptions]) -> Precision:
    """How many replications the headline of a layout needs, and how long a warm-up.

    Replications go on after the study would stop, up to 60, so that one sees how the interval
    narrows; as many as are given, if any are. In as many the warm-up is tried, in this process: the
    same calls after an empty start, and after a week of others. ScenarioError where calls are
    recorded: there is one replication of them.
    """
    began = time.perf_counter()
    arguments.scenarios(base)
    if base.recorded is not None:
        message = Message("its calls are recorded, so that there is one replication of them")
        raise ScenarioError(base.path, message)
    asked = Effort.of(effort)
    with Runs(base, [], asked) as runs:
        chosen = runs.until_precise()
        enough = runs.replications(0)
        if runs.stopping.sequential:
            runs.extend(max(enough, DRAWN), [])
        upto = runs.replications(0)
        counts = sorted({n for n in COUNTS if n < upto} | {enough, upto})
        narrowing = tuple(Narrowing(count, runs.after(count, KEY)) for count in counts)
        aim = runs.stopping.aim
        made = Provenance.by(runs, chosen, 0.0)
    warm_up = _warm_up(base, asked, upto)
    made = Provenance(
        base, upto, upto + 2 * warm_up.replications, made.seed, time.perf_counter() - began, chosen
    )
    return Precision(made, narrowing, enough, aim, warm_up)


# ── the warm-up ──────────────────────────────────────────────────────────────────────────────


def _warm_up(base: Scenario, asked: Effort, replications: int) -> WarmUp:
    """The same calls after an empty start and after a week of others."""
    spans = _spans(base)
    length_s = max(LEAST_S, base.settings.study.length, *(s.end_s - WEEK_S for s in spans))
    longer = base.with_study(warm_up=WEEK_S, length=length_s)
    study = plan.prepare(longer, (), asked, keep=Keep.ROWS, logs=True).plan
    busy, tallies = [], []
    for by_hour, measured in _replicated(study, spans, int(length_s // HOUR_S), replications):
        busy.append(by_hour)
        tallies.append(measured)
    biases = [
        _bias(span, each, study.setup)
        for span, each in zip(spans, zip(*tallies, strict=True), strict=True)
    ]
    usual, empty = np.mean(busy, axis=0)
    fewer = usual - empty
    return WarmUp(replications, empty, fewer, mser(fewer), tuple(biases[:-1]), biases[-1])


def _spans(base: Scenario) -> list[Window]:
    """What is measured: a day after each warm-up; last, the scenario's own days without one."""
    days = [Window(WEEK_S + h * HOUR_S, WEEK_S + h * HOUR_S + DAY_S) for h in TRIED_H]
    return [*days, Window(WEEK_S, WEEK_S + base.settings.study.length)]


Measured = list[tuple[Tally, Tally]]  # [span] after a week, after an empty start


def _replicated(
    study: Plan, spans: list[Window], hours: int, replications: int
) -> Iterator[tuple[np.ndarray, Measured]]:
    """By replication: [run, hour] ambulances busy, and what was measured of both runs."""
    engine, (system,), (demand,) = engine_of(study, 0), study.systems, study.demands
    own_rules = study.own_rules_of(0) is not None
    followed = Window(WEEK_S, WEEK_S + hours * HOUR_S)
    for number in range(replications):
        drawn = draws.draw(demand, study.seed, number)
        both = drawn, _from(drawn, WEEK_S)
        logs = [engine.run(calls if own_rules else engine.pack(calls)) for calls in both]
        busy = [busy_by_hour(busy_intervals(log, followed), WEEK_S, hours) for log in logs]
        measured = [
            (tally(system, both[0], logs[0], span), tally(system, both[1], logs[1], span))
            for span in spans
        ]
        yield np.array(busy), measured


def _from(calls: Calls, instant_s: float) -> Calls:
    """The calls that are received from an instant on: whoever comes first finds everybody free."""
    return together.rows(calls, np.flatnonzero(calls.received_at >= instant_s))


def _bias(span: Window, found: Sequence[tuple[Tally, Tally]], setup: Setup) -> StartBias:
    """What is measured in a span too much after an empty start, paired over replications."""
    before, after = (Pooled(tallies, setup) for tallies in zip(*found, strict=True))
    return StartBias(
        span.start_s - WEEK_S,
        span.end_s - span.start_s,
        estimates.difference(before, after, BIASED),
        int((before.response_s != after.response_s).sum()),
        len(before.response_s),
    )
