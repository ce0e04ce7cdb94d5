"""Calls that are no emergencies: of a surge, and transfers. They are measured apart.

Calls in = emergencies + of a surge + urgent transfers + planned transfers.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.measures.fleet_time import busy_intervals, on_shift
from sim.measures.otherwise import withdrawn_s
from sim.model.calendar import Window
from sim.model.calls import Calls, CallStream
from sim.model.log import Log

TRANSFERS = (CallStream.URGENT_TRANSFER, CallStream.PLANNED_TRANSFER)


class OtherCalls(NamedTuple):
    """A row for each call within the window that is no emergency."""

    stream: np.ndarray  # `CallStream`
    area: np.ndarray
    response_s: np.ndarray  # received → first arrival; inf if nobody arrived
    withdrawn_s: np.ndarray  # received → withdrawn; inf = never
    late_s: np.ndarray  # due → assigned, 0 if sooner; inf = never assigned, nan = not due


def other_calls(
    calls: Calls, log: Log, window: Window, arrived_at: np.ndarray, assigned_at: np.ndarray
) -> OtherCalls | None:
    """The calls within the window that are no emergencies; None where all calls are.

    `arrived_at`, `assigned_at`: [call] for the first time; nan = never.
    """
    if calls.stream is None:
        return None
    at = calls.received_at
    some = np.flatnonzero(
        (at >= window.start_s) & (at < window.end_s) & (calls.stream != CallStream.EMERGENCY)
    )
    withdrawn = withdrawn_s(calls, log, some)
    late_s = np.full(len(some), np.nan)
    if calls.due_at is not None:
        due = calls.due_at[some]
        late_s = np.where(np.isnan(due), np.nan, np.maximum(_or_inf(assigned_at[some]) - due, 0.0))
    return OtherCalls(
        calls.stream[some].astype(np.int8),
        calls.area[some],
        _or_inf(arrived_at[some]) - at[some],
        withdrawn if len(withdrawn) else np.full(len(some), np.inf),
        late_s,
    )


def transfer_s(calls: Calls, log: Log, window: Window, duty: np.ndarray) -> float:
    """Seconds on shift in which ambulances are on transfers, all of them together.

    `duty`: intervals of ambulances on shift within the window.
    """
    if calls.stream is None:
        return 0.0
    is_transfer = np.isin(calls.stream, TRANSFERS)
    on_call = np.flatnonzero(log.call >= 0)
    some = on_call[is_transfer[log.call[on_call]]]
    columns = {name: getattr(log, name)[some] for name in OF_BUSY}
    spent = on_shift(busy_intervals(log._replace(**columns), window), duty)
    return float((spent[:, 2] - spent[:, 1]).sum())


OF_BUSY = ("call", "ambulance", "assigned_at", "cleared_at", "diverted_at")


def _or_inf(at: np.ndarray) -> np.ndarray:
    return np.where(np.isnan(at), np.inf, at)
