"""Shifts that were worked, and those in which a break was due.

A shift that is cut where its vehicle goes off the road is one shift. Of one that lasts longer than
a day, each day counts.
"""

from __future__ import annotations

import numpy as np

from sim.model.calendar import DAY_S, Window
from sim.model.service import Breaks
from sim.model.system import Fleet


def shifts(fleet: Fleet, window: Window) -> float:
    """Shifts worked within a window; of one that reaches beyond it, its part there."""
    on_at, off_at, shift = _whole(fleet)
    begun = np.maximum(fleet.on_duty_at, window.start_s)
    worked_s = np.bincount(
        shift, np.maximum(np.minimum(fleet.off_duty_at, window.end_s) - begun, 0.0)
    )
    lasts_s = off_at - on_at
    within_s = np.minimum(off_at, window.end_s) - np.maximum(on_at, window.start_s)
    some = worked_s > 0
    by_day = (lasts_s > DAY_S)[some]
    return float(np.where(by_day, worked_s[some] / DAY_S, within_s[some] / lasts_s[some]).sum())


def shifts_with_breaks(fleet: Fleet, breaks: Breaks, window: Window) -> int:
    """Shifts, and days of longer ones, in which a break was due within a window."""
    on_at, off_at, shift = _whole(fleet)
    found = set()
    for ambulance, (first, last) in enumerate(
        zip(breaks.indptr[:-1], breaks.indptr[1:], strict=True)
    ):
        own = slice(fleet.shift_indptr[ambulance], fleet.shift_indptr[ambulance + 1])
        due = breaks.earliest_at[first:last]
        due = due[(due >= window.start_s) & (due < window.end_s)]
        row = np.searchsorted(fleet.on_duty_at[own], due, "right") - 1
        of = shift[own][np.maximum(row, 0)]
        day = np.where(off_at[of] - on_at[of] > DAY_S, (due - on_at[of]) // DAY_S, 0.0)
        found |= set(zip(of.tolist(), day.tolist(), strict=True))
    return len(found)


def _whole(fleet: Fleet) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """[shift] when it begins and ends; and the shift of each of its pieces in the fleet.

    Pieces that lie more than a day apart are of several shifts, unless a vehicle is always on duty:
    where it is still away at the end of a shift, no piece of that shift says so.
    """
    on_at, off_at, marked = fleet.on_duty_at, fleet.off_duty_at, fleet.ends_duty
    if marked is None:
        return on_at, off_at, np.arange(len(on_at))
    first = np.zeros(len(on_at), int)  # [piece] the first piece of its shift
    for begin, end in zip(fleet.shift_indptr[:-1], fleet.shift_indptr[1:], strict=True):
        for piece in range(begin, end):
            first[piece] = piece
            goes_on = piece > begin and not marked[piece - 1]
            always = off_at[end - 1] == np.inf
            if goes_on and (always or off_at[piece] - on_at[first[piece - 1]] <= DAY_S):
                first[piece] = first[piece - 1]
    rows, shift = np.unique(first, return_inverse=True)
    last = np.append(rows[1:], len(on_at)) - 1
    return on_at[rows], off_at[last], shift
