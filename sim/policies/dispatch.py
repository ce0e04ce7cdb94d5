"""Which ambulance is sent, in which order calls are served, and where a vehicle is taken from."""

from __future__ import annotations

from enum import IntEnum
from typing import Any, Final

import numpy as np

from sim.policies.clock import NONE

FAR_S: Final = 1e9  # more than any drive that ends


class Status(IntEnum):
    """What an ambulance is doing. The order matters to no rule."""

    AT_STATION = 0
    TURNING_OUT = 1
    TO_SCENE = 2
    BUSY = 3  # on scene, to the hospital or handing over: cannot be sent
    CLEARED = 4  # just free where it stands; leaves for home unless a call takes it at once
    RETURNING = 5
    ON_BREAK = 6  # at its station; sent only to what ends a break


class PositionRule(IntEnum):
    """Where an ambulance under way is taken from."""

    NEXT_NODE = 0  # the next node of its path, and the time left to it
    NEAREST_PLACE = 1  # the node nearest to a straight-line interpolation: for a plain matrix


def is_first(seconds: float, row: int, best_s: float, best: int) -> bool:
    """Whether a row comes before the best so far: least seconds, then the lowest row.

    The one rule for ambulances, hospitals, the next node of a path and nearest points. Begin with
    (NONE, inf): what takes for ever is never chosen.
    """
    return seconds < best_s or (seconds == best_s and row < best)


def can_be_sent(status: int, on_duty: bool, may_divert: bool, ends_break: bool = False) -> bool:
    """Whether a dispatcher may pick this ambulance.

    `may_divert`: whether the call it is turning out for or driving to may be left for the new
    one; `ends_break`: whether the new one ends a break. Only an ambulance on shift is sent.
    """
    if not on_duty or status == Status.BUSY:
        return False
    if status == Status.TURNING_OUT or status == Status.TO_SCENE:
        return may_divert
    if status == Status.ON_BREAK:
        return ends_break
    return True


def waiting_key(priority: int, received_at: float, call: int) -> tuple[int, float, int]:
    """The order in which waiting calls are served: most urgent, longest known, lowest number."""
    return (priority, received_at, call)


def nearest_point(x: float, y: float, points: Any) -> int:
    """The row of the nearest of `points`, [point, 2]; ties go to the lowest."""
    best, best_d = NONE, np.inf
    for row in range(len(points)):
        dx, dy = points[row][0] - x, points[row][1] - y
        if is_first(dx * dx + dy * dy, row, best_d, best):
            best, best_d = row, dx * dx + dy * dy
    return best
