"""The last weeks simulated: with the recorded calls, or with calls that are drawn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from sim import engine as engines
from sim.fitting.minutes import MINUTE_S, in_whole_minutes
from sim.fitting.stages import units_s
from sim.measures.calls import tally
from sim.model.log import Log
from sim.policies.clock import NONE
from sim.prepare import draws
from sim.scenario.records.reading import CallRecords
from sim.study import plan as plans
from sim.study.effort import Effort
from sim.study.replication import Keep

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario


def replaying(scenario: Scenario, recorded: CallRecords) -> Scenario:
    """A scenario over the days of its records, all of which count."""
    study = scenario.settings.study.model_copy(
        update={"warm_up": 0.0, "length": recorded.length_s, "cool_down": 0.0}
    )
    settings = scenario.settings.model_copy(update={"start": recorded.start, "study": study})
    return replace(scenario, settings=settings, recorded=recorded)


def without_stations(fitted: Scenario) -> Scenario:
    """The same with one turnout for all stations: recorded ones are those of their stations."""
    durations = fitted.settings.durations.model_copy(update={"turnout_at": {}})
    return replace(fitted, settings=fitted.settings.model_copy(update={"durations": durations}))


def simulated(
    scenario: Scenario, replications: int, watch: Callable[[], None]
) -> list[SimulatedHistory]:
    """Replications of a scenario, one after the other."""
    study = plans.prepare(scenario, (), Effort(), keep=Keep.ROWS, logs=True)
    plan = study.plan
    system, window = plan.systems[0], plan.windows[0]
    (engine,) = engines.make(plan.engine, [system])
    homes = np.array([one.station for one in scenario.fleet], int)
    found = []
    days = (window.end_s - window.start_s) / 86_400
    for number in range(replications):
        calls = draws.draw(plan.demands[0], plan.seed, number)
        log = engine.run(engine.pack(calls))
        told = tally(system, calls, log, window)
        ambulance = _first_ambulances(log, len(calls.place))[told.call]
        station = np.where(ambulance == NONE, -1, homes[ambulance])
        busy = np.bincount(homes, told.busy_s.sum(axis=1), len(scenario.stations)) / 3600 / days
        each = np.maximum(np.bincount(homes, minlength=len(scenario.stations)), 1)
        found.append(SimulatedHistory(
            told.response_s, told.area, station, ambulance, busy / each, told.cross,
        ))  # fmt: skip
        watch()
    return found


class SimulatedHistory(NamedTuple):
    """One replication, a row for each call that is measured."""

    response_s: np.ndarray  # [call]
    area: np.ndarray  # [call]
    station: np.ndarray  # [call] of who arrived first; -1
    ambulance: np.ndarray  # [call]
    busy_h: np.ndarray  # [station]
    from_elsewhere: np.ndarray  # [call]


def _first_ambulances(log: Log, calls: int) -> np.ndarray:
    """[call] who arrived first; NONE."""
    there = np.flatnonzero((log.call != NONE) & np.isfinite(log.arrived_at))
    order = there[np.lexsort((log.arrived_at[there], log.call[there]))]
    first, at = np.unique(log.call[order], return_index=True)
    found = np.full(calls, NONE)
    found[first] = log.ambulance[order[at]]
    return found


class ResponseWriting(NamedTuple):
    """How responses are written where instants stand in whole minutes."""

    received: bool
    arrived: bool

    def of(self, response_s: np.ndarray) -> np.ndarray:
        """[call] responses as the records would have them; seconds where they have seconds.

        Between two whole minutes a response is a whole number of them, by the second of the minute
        in which it began: any is as likely.
        """
        if not (self.received or self.arrived):
            return response_s
        draws = np.random.Generator(np.random.Philox(key=1_030))
        phase = draws.uniform(0.0, MINUTE_S, len(response_s))
        if self.received and self.arrived:
            return MINUTE_S * np.floor((response_s + phase) / MINUTE_S)
        return response_s + phase - MINUTE_S / 2  # one end is off by up to half a minute


def how_written(calls: pd.DataFrame) -> ResponseWriting:
    """How the responses of recorded calls are written."""
    both = (in_whole_minutes(units_s(calls, name)) for name in ("received_at", "arrived_at"))
    return ResponseWriting(*both)
