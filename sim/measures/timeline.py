"""What happened in some hours of one replication: stages of ambulances, calls, bays taken."""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

import numpy as np

from sim.measures.calls import first_arrival, first_assignment
from sim.measures.fleet_time import clipped, duty_intervals, ended
from sim.measures.hospitals import Intervals, bays_taken, stays, waits_at_doors
from sim.measures.otherwise import withdrawn_s
from sim.model.calendar import Window
from sim.model.calls import Calls, CallStream
from sim.model.log import BREAK, Log
from sim.model.service import NO_LIMIT
from sim.model.system import System
from sim.policies import targets
from sim.policies.clock import NONE


class Stage(IntEnum):
    """What an ambulance is doing; without a stage it is free at a station."""

    TO_SCENE = 0  # turnout included
    AT_SCENE = 1
    TO_HOSPITAL = 2
    WAITING = 3  # at the door, for a bay
    HANDOVER = 4
    RETURNING = 5  # or driving to another standby
    ON_BREAK = 6
    OFF_ROAD = 7  # a failure
    OFF_DUTY = 8


ON_CALL = (Stage.TO_SCENE, Stage.AT_SCENE, Stage.TO_HOSPITAL, Stage.WAITING, Stage.HANDOVER)


class Outcome(IntEnum):
    """What became of a call."""

    IN_TIME = 0
    LATE = 1  # or cancelled after its target had passed
    CANCELLED = 2  # before its target had passed, and before anybody arrived


class Stages(NamedTuple):
    """Stages of ambulances within a window, those of an ambulance in the order of time."""

    ambulance: np.ndarray
    stage: np.ndarray
    start: np.ndarray
    end: np.ndarray
    call: np.ndarray  # NONE without a call


class CallMarks(NamedTuple):
    """Calls received within a window."""

    call: np.ndarray
    at: np.ndarray
    stream: np.ndarray  # `CallStream`
    outcome: np.ndarray  # `Outcome`
    response_s: np.ndarray  # inf if nobody arrived


class BaysTaken(NamedTuple):
    """One hospital in a window: from each instant on so many bays are taken, so many wait."""

    hospital: int
    bays: int
    at: np.ndarray
    taken: np.ndarray
    waiting: np.ndarray  # ambulances at the door


def stages_of(system: System, log: Log, window: Window) -> Stages:
    """Every stage of every ambulance, as far as it lies within the window."""
    on_call, done = log.call != NONE, ended(log.diverted_at)
    cleared = ended(log.cleared_at)
    left = np.fmin(np.where(np.isnan(log.left_scene_at), cleared, log.left_scene_at), done)
    there = np.fmin(ended(log.arrived_at), done)
    door, bay = log.at_hospital_at, np.fmin(log.handover_at, cleared)
    parts = [
        _rows(Stage.TO_SCENE, on_call, log, log.assigned_at, there),
        _rows(Stage.AT_SCENE, on_call, log, log.arrived_at, left),
        _rows(Stage.TO_HOSPITAL, on_call, log, log.left_scene_at, door),
        _rows(Stage.WAITING, on_call, log, door, ended(bay)),
        _rows(Stage.HANDOVER, on_call, log, bay, cleared),
        _rows(Stage.RETURNING, ~on_call, log, log.assigned_at, there),
    ]
    if log.beyond is not None:
        pauses = log.beyond.pauses
        kind = np.where(pauses.kind == BREAK, Stage.ON_BREAK, Stage.OFF_ROAD)
        none = np.full(len(kind), NONE)
        parts.append(
            np.column_stack([pauses.ambulance, kind, pauses.begun_at, ended(pauses.ended_at), none])
        )
    parts.append(_off_duty(system, window))
    every = np.vstack(parts)
    start, end = np.maximum(every[:, 2], window.start_s), np.minimum(every[:, 3], window.end_s)
    some = end > start  # nan, too
    who, stage, call = (every[some, column].astype(int) for column in (0, 1, 4))
    order = np.lexsort((stage, start[some], who))
    return Stages(who[order], stage[order], start[some][order], end[some][order], call[order])


def _rows(
    stage: Stage, some: np.ndarray, log: Log, start: np.ndarray, end: np.ndarray
) -> np.ndarray:  # fmt: skip
    """[trip] (ambulance, stage, from, to, call) of some trips."""
    kind = np.full(int(some.sum()), int(stage))
    return np.column_stack([log.ambulance[some], kind, start[some], end[some], log.call[some]])


def _off_duty(system: System, window: Window) -> np.ndarray:
    """[interval] (ambulance, stage, from, to, NONE) between the shifts of each."""
    duty, rows = duty_intervals(system, window), []
    for ambulance in range(len(system.fleet.home)):
        own = duty[duty[:, 0] == ambulance]
        edges = np.concatenate([[window.start_s], own[:, 1:].ravel(), [window.end_s]])
        rows += [
            (ambulance, int(Stage.OFF_DUTY), start, end, NONE)
            for start, end in edges.reshape(-1, 2)
            if end > start
        ]
    return np.array(rows, float).reshape(-1, 5)


def marks_of(
    calls: Calls, log: Log, window: Window, target_s: tuple[float, float]
) -> CallMarks:  # fmt: skip
    """Every call received within the window, as compliance counts it.

    A planned transfer is in time if it began as due.
    """
    at = calls.received_at
    call = np.flatnonzero((at >= window.start_s) & (at < window.end_s))
    arrived = first_arrival(log, len(at))[call]
    response_s = np.full(len(call), np.inf)
    came = arrived != NONE
    response_s[came] = log.arrived_at[arrived[came]] - at[call[came]]
    stream = np.zeros(len(call), int) if calls.stream is None else calls.stream[call]
    limit_s, withdrawn = np.array(target_s)[calls.area[call]], withdrawn_s(calls, log, call)
    outcome = np.where(targets.in_time(response_s, limit_s), Outcome.IN_TIME, Outcome.LATE)
    if len(withdrawn):
        counts = targets.counts(response_s, withdrawn, limit_s)
        outcome = np.where(counts, outcome, Outcome.CANCELLED)
    if calls.due_at is not None:
        began = first_assignment(log, len(at))[call]
        planned = stream == CallStream.PLANNED_TRANSFER
        as_due = np.where(began <= calls.due_at[call], Outcome.IN_TIME, Outcome.LATE)
        if len(withdrawn):
            as_due[np.isnan(began) & np.isfinite(withdrawn)] = Outcome.CANCELLED
        outcome = np.where(planned, as_due, outcome)
    return CallMarks(call, at[call], stream, outcome, response_s)


def bays_of(system: System, calls: Calls, log: Log, window: Window) -> list[BaysTaken]:
    """Every hospital that has so many bays and no more, by row."""
    if system.service is None:
        return []
    bays, found = system.service.destinations.bays, []
    in_bays, waits = bays_taken(calls, log, stays(system, calls, log)), waits_at_doors(log)
    for row in np.flatnonzero(bays < NO_LIMIT).tolist():
        at, taken, waiting = _levels(_at(row, in_bays, window), _at(row, waits, window), window)
        found.append(BaysTaken(row, int(bays[row]), at, taken, waiting))
    return found


def _at(row: int, lasting: Intervals, window: Window) -> np.ndarray:
    """[interval] (hospital, from, to): those at one hospital, within the window."""
    here = lasting.hospital == row
    return clipped(lasting.hospital[here], lasting.start[here], lasting.end[here], window)


def _levels(
    one: np.ndarray, other: np.ndarray, window: Window
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """[instant] how many of two sets of intervals there are from each instant on."""
    at = np.unique(np.concatenate([[window.start_s], one[:, 1:].ravel(), other[:, 1:].ravel()]))
    at = at[at < window.end_s]

    def level(of: np.ndarray) -> np.ndarray:
        begun = np.searchsorted(np.sort(of[:, 1]), at, side="right")
        over: np.ndarray = np.searchsorted(np.sort(of[:, 2]), at, side="right")
        return begun - over

    return at, level(one), level(other)
