"""Transfers as calls: patients of one hospital who are driven to another."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.model.calendar import DAY_S, HOUR_S, HOURS_PER_WEEK
from sim.model.calls import Calls, CallStream, Stream
from sim.policies.clock import NONE, on_grid
from sim.prepare import arrivals
from sim.prepare.together import rows

if TYPE_CHECKING:
    from sim.scenario.distributions import Distribution

RARE = 1e-4
MOST_EARLY_S = 366 * DAY_S


class TransferLaw(NamedTuple):
    """One stream of transfers, as draws read it."""

    name: str
    place: np.ndarray  # [origin] of the hospital where they begin
    area: np.ndarray  # [origin]
    township: np.ndarray  # [origin]
    indptr: np.ndarray  # [origin + 1] destinations of each
    to: np.ndarray  # [destination of an origin] row of the hospital; NONE: by the kind of patient
    patient: int  # kind of patient
    condition: int  # row, after those of calls; NONE where calls have none
    per_hour: np.ndarray  # [hour of the week] how many become known
    priority: int
    stream: CallStream
    due: Distribution  # of planned ones, after they become known
    lead_s: float
    wait_h: np.ndarray  # [hour of the week] to the next hour at which they are sent for; 0 = now
    loading: Distribution
    handover: Distribution


class Run(NamedTuple):
    """What transfers need to know of a run."""

    start_s: float  # seconds after Monday 00:00
    length_s: float  # calls are received from 0 to here
    turnout: Distribution
    others: int  # columns of `Calls.others`


def known_at(law: TransferLaw, run: Run, rng: np.random.Generator) -> np.ndarray:
    """When the transfers of one stream become known, in order; some of them before the run."""
    early_s = _early_s(law)
    start_s = (run.start_s - early_s) % (HOURS_PER_WEEK * HOUR_S)
    edges, hour = arrivals.clock_hours(start_s, run.length_s + early_s)
    upto = arrivals.added_up(law.per_hour, hour, edges)
    return arrivals.instants(rng, upto[-1], upto, edges) - early_s


def _early_s(law: TransferLaw) -> float:
    """How long before the run those become known that are sent for in it, but for one in 10,000."""
    if law.stream != CallStream.PLANNED_TRANSFER:
        return 0.0
    longest_s = float(law.due.seconds(np.array([1 - RARE]))[0])
    waits_h = math.ceil(max(0.0, longest_s - law.lead_s) / HOUR_S) + int(law.wait_h.max())
    return min(waits_h * HOUR_S, MOST_EARLY_S)


def calls(
    law: TransferLaw, run: Run, known_at: np.ndarray, uniform: Callable[[int], np.ndarray]
) -> Calls:
    """Transfers as calls, in the order in which they become known; received when sent for."""
    # From where, where to and when due have the numbers by which calls have their place, the other
    # places that are asked about, and how long their callers wait.
    origin = (uniform(Stream.PLACE) * len(law.place)).astype(int)
    first, many = law.indptr[origin], np.diff(law.indptr)[origin]
    hospital = law.to[first + (uniform(Stream.OTHER_PLACES) * many).astype(int)]
    at, due_at = known_at, np.full(len(known_at), np.nan)
    if law.stream == CallStream.PLANNED_TRANSFER:
        due_at = known_at + on_grid(law.due.seconds(uniform(Stream.PATIENCE)))
        wanted_at = np.maximum(known_at, due_at - law.lead_s)
        at = moved_into_hours(wanted_at, law.wait_h, run.start_s)
        due_at += at - wanted_at
    place, township = law.place[origin], law.township[origin].astype(np.int32)
    return Calls(
        at,
        place,
        law.area[origin].astype(np.int8),
        township,
        np.full(len(at), law.priority, np.int8),
        np.zeros(len(at)),
        on_grid(run.turnout.seconds(uniform(Stream.TURNOUT))),
        on_grid(law.loading.seconds(uniform(Stream.ON_SCENE))),
        np.ones(len(at), bool),
        hospital.astype(np.int32),
        on_grid(law.handover.seconds(uniform(Stream.HANDOVER))),
        np.repeat(place[:, None], run.others, axis=1).astype(np.int32),
        np.repeat(township[:, None], run.others, axis=1),
        condition=None if law.condition == NONE else np.full(len(at), law.condition, np.int16),
        patient=np.full(len(at), law.patient, np.int16) if law.patient else None,
        stream=np.full(len(at), law.stream, np.int8),
        due_at=due_at,
    )


def sent_for(calls: Calls, run: Run) -> Calls:
    """Those that are sent for while calls come, in that order."""
    order = np.argsort(calls.received_at, kind="stable")
    at = calls.received_at[order]
    return rows(calls, order[(at >= 0) & (at < run.length_s)])


def moved_into_hours(at: np.ndarray, wait_h: np.ndarray, start_s: float) -> np.ndarray:
    """Instants outside some hours of the week moved to when these begin next.

    `wait_h`: [hour of the week] whole hours until then; `start_s`: the run's start on the week's
    clock.
    """
    hour = np.floor((start_s + at) / HOUR_S)
    wait = wait_h[hour.astype(np.int64) % HOURS_PER_WEEK]
    return np.where(wait > 0, (hour + wait) * HOUR_S - start_s, at)
