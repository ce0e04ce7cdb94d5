"""The rules of dispatch, written once for every engine, and the time grid that they compare on.

A rule is a choice among numbers and arrays. It never waits, draws or writes, and it is plain
Python that the compiled engine compiles as it stands. What a rule compares is (seconds, row
number), least first, so that equal times are settled the same way everywhere.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Any, Final

import numpy as np

NONE: Final = -1  # no row: no call, no ambulance, no hospital

TICKS: Final = 1024  # the time grid: a multiple of 1/1024 s, so that sums are exact in float64


class Status(IntEnum):
    """What an ambulance is doing. The order matters to no rule."""

    AT_STATION = 0
    TURNING_OUT = 1
    TO_SCENE = 2
    BUSY = 3  # on scene, to the hospital or handing over: cannot be sent
    CLEARED = 4  # just free where it stands; leaves for home unless a call takes it at once
    RETURNING = 5


class PositionRule(IntEnum):
    """Where an ambulance under way is taken from."""

    NEXT_NODE = 0  # the next node of its path, and the time left to it
    NEAREST_PLACE = 1  # the node nearest to a straight-line interpolation: for a plain matrix


def on_grid(seconds: Any) -> Any:
    """Seconds rounded to the time grid, half up; of numbers and of arrays."""
    return np.floor(seconds * TICKS + 0.5) / TICKS


def is_first(seconds: float, row: int, best_s: float, best: int) -> bool:
    """Whether a row comes before the best so far: least seconds, then the lowest row.

    The one rule for ambulances, hospitals, the next node of a path and nearest points. Begin with
    (NONE, inf): what takes for ever is never chosen.
    """
    return seconds < best_s or (seconds == best_s and row < best)


def can_be_sent(status: int, on_duty: bool, may_divert: bool) -> bool:
    """Whether a dispatcher may pick this ambulance.

    `may_divert`: whether the call it is turning out for or driving to may be left for the new
    one. Only an ambulance on shift is sent.
    """
    if not on_duty or status == Status.BUSY:
        return False
    if status == Status.TURNING_OUT or status == Status.TO_SCENE:
        return may_divert
    return True


def choose_hospital(seconds: Any, named: int) -> int:
    """The hospital the call names, else the one reached first, else NONE if there is none.

    `seconds`: [hospital] from the scene.
    """
    if named != NONE:
        return named
    best, best_s = NONE, np.inf
    for hospital in range(len(seconds)):
        if is_first(seconds[hospital], hospital, best_s, best):
            best, best_s = hospital, seconds[hospital]
    return best


def waiting_key(priority: int, received_at: float, call: int) -> tuple[int, float, int]:
    """The order in which waiting calls are served: most urgent, longest known, lowest number."""
    return (priority, received_at, call)


def turn_back_s(spent_s: float, driven_leg_s: float, new_leg_s: float, grid: bool) -> float:
    """Seconds back to the road from an off-road leg, at the off-road speed of the new mode."""
    if driven_leg_s == new_leg_s or driven_leg_s == 0:
        return spent_s
    back_s = spent_s * (new_leg_s / driven_leg_s)
    return float(on_grid(back_s)) if grid else back_s


def serving_seconds(drawn_s: float, factor: float, grid: bool) -> float:
    """A drawn stage (on scene, handover) as the ambulance that serves takes it."""
    if factor == 1.0:
        return drawn_s
    taken_s = drawn_s * factor
    return float(on_grid(taken_s)) if grid else taken_s


def standby_station(home: int, wanted: Any, present: Any) -> int:
    """Where a free ambulance goes: the first item of the list that is not filled, else home.

    `wanted`: stations in the order in which they are to be filled, one item an ambulance;
    `present`: [station] free ambulances that are there or on their way; it is used up.
    """
    for station in wanted:
        if present[station] == 0:
            return int(station)
        present[station] -= 1
    return home


def nearest_point(x: float, y: float, points: Any) -> int:
    """The row of the nearest of `points`, [point, 2]; ties go to the lowest."""
    best, best_d = NONE, np.inf
    for row in range(len(points)):
        dx, dy = points[row][0] - x, points[row][1] - y
        if is_first(dx * dx + dy * dy, row, best_d, best):
            best, best_d = row, dx * dx + dy * dy
    return best
