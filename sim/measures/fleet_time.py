"""How the fleet spends its time: intervals on calls and on shift, cut to a window and to hours."""

from __future__ import annotations

import numpy as np

from sim.model.calendar import HOUR_S, HOURS_PER_WEEK, Window
from sim.model.log import BREAK, Log
from sim.model.system import System
from sim.policies.clock import NONE

AT_A_TIME = 1_000_000  # numbers of a column that is made and summed up at once


def busy_intervals(log: Log, window: Window) -> np.ndarray:
    """[interval] (ambulance, from, to): assigned → cleared or diverted, within the window."""
    on_call = log.call != NONE
    ends = np.where(np.isnan(log.cleared_at), log.diverted_at, log.cleared_at)[on_call]
    return clipped(log.ambulance[on_call], log.assigned_at[on_call], ends, window)


def duty_intervals(system: System, window: Window) -> np.ndarray:
    """[interval] (ambulance, from, to): on shift within the window."""
    shifts = np.diff(system.fleet.shift_indptr)
    ambulance = np.repeat(np.arange(len(system.fleet.home)), shifts)
    return clipped(ambulance, system.fleet.on_duty_at, system.fleet.off_duty_at, window)


def pause_intervals(system: System, log: Log, window: Window) -> np.ndarray:
    """[interval] (ambulance, from, to): off the road, or on a break that no call may end.

    A break that the most urgent calls end leaves the crew free to be sent to them. In the order in
    which pauses began; none where there are none.
    """
    if log.beyond is None:
        return np.zeros((0, 3))
    pauses = log.beyond.pauses
    away = pauses.kind != BREAK
    if system.service is not None and not system.service.breaks.interrupts[:1].any():
        away = np.ones(len(away), bool)
    return clipped(pauses.ambulance[away], pauses.begun_at[away], ended(pauses.ended_at)[away],
                   window)  # fmt: skip


def with_pauses(
    busy: np.ndarray, system: System, log: Log, window: Window, duty: np.ndarray
) -> np.ndarray:
    """Intervals on calls and, if there are any, pauses on shift: what an ambulance is not free in.

    A pause never overlaps a call of the same ambulance.
    """
    pauses = pause_intervals(system, log, window)
    if not len(pauses):
        return busy
    return np.vstack([busy, on_shift(pauses, duty)])


def ended(at: np.ndarray) -> np.ndarray:
    """[instant] the same; what had not ended when the log did ends never (inf)."""
    return np.where(np.isnan(at), np.inf, at)


def clipped(who: np.ndarray, start: np.ndarray, end: np.ndarray, window: Window) -> np.ndarray:
    """[interval] (who, from, to): those of which some part lies within the window."""
    start, end = np.maximum(start, window.start_s), np.minimum(end, window.end_s)
    some = end > start
    return np.column_stack([who[some], start[some], end[some]])


def by_hour_of_week(intervals: np.ndarray, ambulances: int, start_s: float) -> np.ndarray:
    """[ambulance, 168] seconds of the intervals in each hour of the week."""
    spent_s = np.zeros(ambulances * HOURS_PER_WEEK)
    hours = np.cumsum((intervals[:, 2] - intervals[:, 1]) // HOUR_S + 2)  # at least, of all so far
    blocks = np.flatnonzero(np.diff(hours // AT_A_TIME)) + 1
    for block in np.split(intervals, blocks):
        _add_by_hour_of_week(spent_s, block, start_s)
    return spent_s.reshape(ambulances, HOURS_PER_WEEK)


def _add_by_hour_of_week(spent_s: np.ndarray, intervals: np.ndarray, start_s: float) -> None:
    who, start, end = intervals[:, 0].astype(int), intervals[:, 1], intervals[:, 2]
    first, last = ((at + start_s) // HOUR_S for at in (start, end))
    hours = (last - first).astype(int) + 1  # that an interval has a part in
    of = np.repeat(np.arange(len(who)), hours)
    hour = first[of] + np.arange(len(of)) - np.repeat(np.cumsum(hours) - hours, hours)
    begins = hour * HOUR_S - start_s
    part_s = np.minimum(end[of], begins + HOUR_S) - np.maximum(start[of], begins)
    cell = who[of] * HOURS_PER_WEEK + hour.astype(int) % HOURS_PER_WEEK
    np.add.at(spent_s, cell, part_s)  # one after the other, so that blocks change no bit


def level_zero_s(busy: np.ndarray, duty: np.ndarray, window: Window) -> float:
    """Seconds of the window in which no ambulance is both on shift and free."""
    at = np.concatenate([duty[:, 1], duty[:, 2], busy[:, 1], busy[:, 2], [window.end_s]])
    change = np.repeat(
        np.array([1, -1, -1, 1, 0], np.int8), [len(duty), len(duty), len(busy), len(busy), 1]
    )
    order = np.argsort(at, kind="stable")
    none_free = np.ones(len(at), bool)  # until an instant
    none_free[1:] = np.cumsum(change[order], dtype=np.int32)[:-1] <= 0
    at = at[order]
    del order
    return float(np.diff(at, prepend=window.start_s)[none_free].sum())


def on_shift(busy: np.ndarray, duty: np.ndarray) -> np.ndarray:
    """The parts of the busy intervals that lie within a shift of the same ambulance.

    The busy intervals of an ambulance do not overlap, and come in the order of time.
    """
    parts = [np.zeros((0, 3))]
    order = np.argsort(busy[:, 0], kind="stable")
    of = busy[order, 0]
    for ambulance in np.unique(of):
        works = busy[
            order[np.searchsorted(of, ambulance) : np.searchsorted(of, ambulance, "right")]
        ]
        for _, start, end in duty[duty[:, 0] == ambulance]:
            # Only what meets the shift is looked at: years of shifts meet years of work.
            some = works[np.searchsorted(works[:, 2], start, "right") :]
            some = some[: np.searchsorted(some[:, 1], end)]
            first, last = np.maximum(some[:, 1], start), np.minimum(some[:, 2], end)
            parts.append(np.column_stack([some[:, 0], first, last]))
    return np.vstack(parts)
