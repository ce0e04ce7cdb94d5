"""One day of one replication: every ambulance, every call, the bays of every hospital."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple, Unpack

import numpy as np

from sim.answers import chosen_day
from sim.answers.answer import Answer, FileTable, Provenance, finite
from sim.answers.chosen_day import WHOLE
from sim.measures.timeline import (
    ON_CALL,
    BaysTaken,
    CallMarks,
    Outcome,
    Stage,
    Stages,
    bays_of,
    marks_of,
    stages_of,
)
from sim.model.calendar import HOUR_S, Window
from sim.model.calls import CallStream
from sim.prepare import draws
from sim.study import arguments, plan
from sim.study.effort import Effort, EffortOptions
from sim.study.replication import Keep, log_of
from sim.study.stopping import StoppedBecause

if TYPE_CHECKING:
    import pandas as pd

    from sim.scenario.scenario import Scenario


class StageRow(NamedTuple):
    """A stage of an ambulance, tidy. Hours are those of the clock, counted on past midnight."""

    ambulance: int  # its number in the layout, from 1
    station: str
    ambulance_class: str
    stage: str
    start_h: float
    end_h: float
    call: int | None  # its number in the replication, from 1


class CallRow(NamedTuple):
    """A call of the day, tidy."""

    call: int  # its number in the replication, from 1
    received_h: float
    stream: str
    outcome: str
    response_min: float | None  # None if nobody arrived


class BayRow(NamedTuple):
    """From an hour on so many bays of a hospital are taken, and so many ambulances wait, tidy."""

    hospital: str
    bays: int
    from_h: float
    taken: int
    waiting: int


@dataclass(frozen=True, eq=False, repr=False)
class Day(Answer):
    """What happened in some hours of a day, once: an example to look at, not a result."""

    provenance: Provenance
    number: int  # of the day, from 1, of those that are measured
    replication: int  # from 1
    midnight_s: float  # 00:00 of the day, in seconds of the run
    weekday: int  # 0: Monday
    window: Window
    stages: Stages
    marks: CallMarks
    bays: tuple[BaysTaken, ...]

    name = "day"

    @property
    def base(self) -> Scenario:
        return self.provenance.base

    @property
    def hours(self) -> tuple[float, float]:
        """From which hour of the clock to which; past midnight they count on."""
        return float(self.hour(self.window.start_s)), float(self.hour(self.window.end_s))

    def hour(self, at: Any) -> Any:
        """Instants of the run as hours of the day's clock."""
        return (at - self.midnight_s) / HOUR_S

    # ── what a sentence says of it ───────────────────────────────────────────────────────────

    def counted(self, outcome: Outcome, stream: CallStream = CallStream.EMERGENCY) -> int:
        """How many calls of a stream had an outcome."""
        return int(((self.marks.stream == stream) & (self.marks.outcome == outcome)).sum())

    @cached_property
    def busiest(self) -> tuple[float, int]:
        """The hour of the clock from which most ambulances are on calls at once, and how many."""
        some = np.isin(self.stages.stage, ON_CALL)
        start, end = np.sort(self.stages.start[some]), np.sort(self.stages.end[some])
        if not len(start):
            return self.hours[0], 0
        level = np.arange(1, len(start) + 1) - np.searchsorted(end, start, side="right")
        most = int(level.argmax())
        return float(self.hour(start[most])), int(level[most])

    def on_duty(self, hour: float) -> int:
        """How many ambulances are on duty at an hour of the clock, and not off the road."""
        away = np.isin(self.stages.stage, (Stage.OFF_DUTY, Stage.OFF_ROAD))
        now = (self.hour(self.stages.start) <= hour) & (hour < self.hour(self.stages.end))
        return len(self.base.fleet) - len(np.unique(self.stages.ambulance[away & now]))

    def seconds(self, stage: Stage) -> float:
        """All ambulances together, in a stage."""
        some = self.stages.stage == stage
        return float((self.stages.end - self.stages.start)[some].sum())

    # ── as data ──────────────────────────────────────────────────────────────────────────────

    def stage_rows(self) -> list[StageRow]:
        fleet, classes = self.base.fleet, self.base.crews.classes
        return [
            StageRow(
                who + 1, self.base.stations[fleet[who].station].name.zh,
                classes[fleet[who].kind].names.en, Stage(stage).name.lower(),
                float(self.hour(start)), float(self.hour(end)), call + 1 if call >= 0 else None,
            )
            for who, stage, start, end, call in zip(
                *(column.tolist() for column in self.stages), strict=True
            )
        ]  # fmt: skip

    def call_rows(self) -> list[CallRow]:
        return [
            CallRow(
                call + 1, float(self.hour(at)), CallStream(stream).name.lower(),
                Outcome(outcome).name.lower(), response / 60 if np.isfinite(response) else None,
            )
            for call, at, stream, outcome, response in zip(
                *(column.tolist() for column in self.marks), strict=True
            )
        ]  # fmt: skip

    def bay_rows(self) -> list[BayRow]:
        names = [one.name.zh for one in self.base.map.hospitals]
        return [
            BayRow(names[of.hospital], of.bays, float(self.hour(at)), taken, waiting)
            for of in self.bays
            for at, taken, waiting in zip(
                of.at.tolist(), of.taken.tolist(), of.waiting.tolist(), strict=True
            )
        ]

    def tables(self) -> dict[str, FileTable]:
        """What the figure is drawn from, by the name of the file."""
        found = {
            "day": FileTable(StageRow._fields, self.stage_rows()),
            "day_calls": FileTable(CallRow._fields, self.call_rows()),
        }
        if self.bays:
            found["day_bays"] = FileTable(BayRow._fields, self.bay_rows())
        return found

    @property
    def data(self) -> dict[str, pd.DataFrame]:
        """The same as frames: what the figure is drawn from."""
        return self.frames()

    def to_frame(self) -> pd.DataFrame:
        """Tidy: one row for each stage of an ambulance."""
        return self.frames()["day"]

    def facts(self) -> dict[str, Any]:
        """For `--json` and `run.json`."""
        facts = self.provenance.facts()
        kept = ("map", "synthetic", "seed")
        about = {"day": self.number, "replication": self.replication, "hours": list(self.hours)}
        return {key: facts[key] for key in kept} | about | {
            "rows": finite([row._asdict() for row in self.stage_rows()]),
            "calls": finite([row._asdict() for row in self.call_rows()]),
            "bays": finite([row._asdict() for row in self.bay_rows()]),
        }  # fmt: skip

    def alternative(self, lang: str = "en") -> str:
        """What the figure shows, in words, for whoever cannot see it."""
        return " ".join(self.sentences(lang))


def day(
    scenario: Scenario,
    number: int | None = None,
    *,
    replication: int = 1,
    hours: tuple[float, float] = WHOLE,
    **effort: Unpack[EffortOptions],
) -> Day:
    """One day of one replication, or some hours of it.

    `number`: of the day among those that are measured, from 1; without it the one with most calls.
    `hours`: of its clock, from and to; past midnight they count on, so that (22, 30) is 22:00 to
    06:00. Of `effort` the seed and the engine count.
    """
    began = time.perf_counter()
    arguments.scenarios(scenario)
    arguments.whole("replication", replication, 1, 1_000_000)
    asked = Effort.of(effort)
    study = plan.prepare(scenario, (), asked, keep=Keep.ROWS, logs=True)
    made, (system,), (measured,) = study.plan, study.plan.systems, study.plan.windows
    calls = draws.draw(made.demands[0], made.seed, replication - 1)
    chosen = chosen_day.choose(system, calls, measured, number, hours)
    window = chosen.window
    log = log_of(made, 0, calls)
    provenance = Provenance(
        scenario, 1, 1, made.seed, time.perf_counter() - began, StoppedBecause()
    )  # fmt: skip
    return Day(
        provenance, chosen.number, replication, chosen.midnight_s, chosen.weekday, window,
        stages_of(system, log, window), marks_of(calls, log, window, made.setup.target_s),
        tuple(bays_of(system, calls, log, window)),
    )  # fmt: skip
