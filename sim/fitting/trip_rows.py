"""One replication as a dispatch system would have recorded it: a row a unit that was sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from sim.model.calendar import Window
from sim.model.calls import Calls, CallStream, Ending
from sim.model.log import Log
from sim.model.system import System
from sim.policies.clock import NONE
from sim.prepare import draws
from sim.scenario.records.columns import STAMPS
from sim.study import plan
from sim.study.effort import Effort
from sim.study.replication import Keep, log_of

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario

ROW_STAMPS: Final = ("received_at", "ready_at", *STAMPS)
PLACES: Final = 5  # decimals of a degree: about a metre
OUTCOMES: Final = ("cancelled", "nobody found", "treated", "conveyed")
CANCELLED, NOBODY_FOUND, TREATED, CONVEYED = range(len(OUTCOMES))


class SimulatedYear(NamedTuple):
    """One replication of a scenario, which is known to the last draw."""

    scenario: Scenario
    system: System
    calls: Calls
    log: Log
    window: Window  # calls received within it are recorded


class TripRows(NamedTuple):
    """Rows in the order of receipt, then of assignment."""

    call: np.ndarray  # [row] row of the calls
    trip: np.ndarray  # [row] row of the log; NONE: nobody was sent
    incident: np.ndarray  # [row] number of the call among those recorded, from 1
    seconds: np.ndarray  # [row, stamp of ROW_STAMPS] since the run began; nan = never


def simulated(scenario: Scenario, days: int, seed: int) -> SimulatedYear:
    """The first replication of a seed, after a day of warming up. ScenarioError if it cannot be."""
    spanning = scenario.with_study(length=f"{days} days", warm_up="1 day")
    study = plan.prepare(spanning, (), Effort(seed=seed), keep=Keep.ROWS, logs=True)
    made = study.plan
    calls = draws.draw(made.demands[0], made.seed, 0)
    log = log_of(made, 0, calls)
    return SimulatedYear(spanning, made.systems[0], calls, log, made.windows[0])


def rows_of(year: SimulatedYear) -> TripRows:
    """A row for each trip to a call, and one for each call to which nobody was sent.

    Transfers between hospitals are no emergencies and have none. Of a call to which nobody was
    sent nothing but its receipt is recorded. A unit that was sent elsewhere, or was no longer
    needed, is cleared when it left the call.
    """
    calls, log = year.calls, year.log
    recorded = _recorded(year)
    to_call = (log.call != NONE) & recorded[log.call]
    sent = np.flatnonzero(to_call)
    alone = recorded.copy()
    alone[log.call[sent]] = False
    call = np.concatenate([log.call[sent], np.flatnonzero(alone)]).astype(int)
    trip = np.concatenate([sent, np.full(int(alone.sum()), NONE)]).astype(int)
    seconds = np.full((len(call), len(ROW_STAMPS)), np.nan)
    seconds[:, 0] = calls.received_at[call]
    of_trips = seconds[: len(sent)]
    of_trips[:, 1] = log.ready_at[log.call[sent]]
    for column, name in enumerate(STAMPS, 2):
        of_trips[:, column] = getattr(log, name)[sent]
    left = log.diverted_at[sent]
    of_trips[:, -1] = np.where(np.isnan(of_trips[:, -1]), left, of_trips[:, -1])
    order = np.lexsort((seconds[:, 2], seconds[:, 0]))
    number = np.cumsum(recorded)
    return TripRows(call[order], trip[order], number[call[order]], seconds[order])


def _recorded(year: SimulatedYear) -> np.ndarray:
    """[call] whether it is an emergency received within the window."""
    at, window = year.calls.received_at, year.window
    recorded: np.ndarray = (at >= window.start_s) & (at < window.end_s)
    if year.calls.stream is not None:
        recorded &= np.isin(year.calls.stream, (CallStream.EMERGENCY, CallStream.SURGE))
    return recorded


def outcomes(year: SimulatedYear) -> np.ndarray:
    """[call] row of OUTCOMES; NONE where nobody came, although the call was not withdrawn."""
    calls, log, count = year.calls, year.log, len(year.calls.place)
    reached, taken = np.zeros(count, bool), np.zeros(count, bool)
    there = (log.call != NONE) & np.isfinite(log.arrived_at)
    reached[log.call[there]] = True
    taken[log.call[there & (log.hospital != NONE)]] = True
    found = np.where(reached, TREATED, NONE)
    if calls.ending is not None:
        found[reached & (calls.ending == Ending.NOBODY_FOUND)] = NOBODY_FOUND
    found[taken] = CONVEYED
    if calls.withdrawn_at is not None:
        found[~reached & ~log.lost & np.isfinite(calls.withdrawn_at)] = CANCELLED
    return found


def points(year: SimulatedYear) -> np.ndarray:
    """[place of the map, 2] longitude and latitude as they are written."""
    scenario = year.scenario
    parts = [scenario.map.cells.xy]
    if scenario.recorded is not None:
        parts.append(scenario.recorded.xy)
    parts.append(np.array([(one.x, one.y) for one in scenario.hospitals]).reshape(-1, 2))
    lon, lat = scenario.map.lonlat(*np.concatenate(parts).T)
    return np.round(np.column_stack([lon, lat]), PLACES)


def vehicle_ranks(scenario: Scenario) -> list[int]:
    """[ambulance] its number among those of its station, from 1."""
    seen: dict[int, int] = {}
    ranks = []
    for ambulance in scenario.fleet:
        seen[ambulance.station] = seen.get(ambulance.station, 0) + 1
        ranks.append(seen[ambulance.station])
    return ranks
