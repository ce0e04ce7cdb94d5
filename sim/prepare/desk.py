"""The call desk: when somebody takes each call, before any ambulance can be sent.

Calls wait for one of so many seats in order of receipt. Who waits how long follows from when calls
come and how long each is handled, so it is worked out beside the engines, not in them.
"""

from __future__ import annotations

from collections.abc import Iterator
from heapq import heappop, heappush, heapreplace
from typing import NamedTuple

import numpy as np

from sim.model.calendar import HOUR_S, HOURS_PER_WEEK


class DeskLaw(NamedTuple):
    """What a call desk is, as draws read it."""

    seats: np.ndarray  # [hour of the week]
    others: float  # calls that need no ambulance, for each that needs one


def answered_at(
    received_at: np.ndarray, handling_s: np.ndarray, seats: np.ndarray, start_s: float
) -> np.ndarray:
    """[call] when somebody takes each call; calls are in order of receipt.

    `seats`: [hour of the week]; `start_s`: the run's start on the week's clock. Where seats become
    fewer while calls are handled, these are finished, and nobody takes another until as many as
    there are seats are left.
    """
    calls = zip(received_at.tolist(), handling_s.tolist(), strict=True)
    if (seats == seats[0]).all():
        return np.array(list(_always(calls, int(seats[0]))), float)
    return np.array(list(_by_hour(calls, seats.tolist(), start_s)), float)


def _always(calls: Iterator[tuple[float, float]], seats: int) -> Iterator[float]:
    """The same number of seats at all hours: the one that is free first takes the next call."""
    free_at = [-np.inf] * seats
    for received_at, handling_s in calls:
        begun_at = max(received_at, free_at[0])
        heapreplace(free_at, begun_at + handling_s)
        yield begun_at


def _by_hour(
    calls: Iterator[tuple[float, float]], seats: list[int], start_s: float
) -> Iterator[float]:
    ends_at: list[float] = []  # of calls that are being handled
    now = 0.0
    for received_at, handling_s in calls:
        now = max(now, received_at)
        while True:
            while ends_at and ends_at[0] <= now:
                heappop(ends_at)
            hour = int((start_s + now) // HOUR_S)
            if len(ends_at) < seats[hour % HOURS_PER_WEEK]:
                break
            now = min([*ends_at[:1], (hour + 1) * HOUR_S - start_s])
        heappush(ends_at, now + handling_s)
        yield now
