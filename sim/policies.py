"""The rules of dispatch, written once for every engine, and the time grid that they compare on.

A rule is a choice among numbers. It never waits, draws or writes. What a rule compares is
(seconds, row number), least first, so that equal times are settled the same way everywhere.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from enum import IntEnum
from typing import Any, Final

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
    """Seconds rounded to the time grid, half up; works on numbers and arrays alike."""
    if isinstance(seconds, float):
        return math.floor(seconds * TICKS + 0.5) / TICKS
    import numpy as np

    return np.floor(np.asarray(seconds, float) * TICKS + 0.5) / TICKS


def can_be_sent(status: int, on_duty: bool, may_divert: bool) -> bool:
    """Whether a dispatcher may pick this ambulance.

    `may_divert`: whether the call it is turning out for or driving to may be left for the new
    one. Only an ambulance on shift is sent.
    """
    if not on_duty or status == Status.BUSY:
        return False
    if status in (Status.TURNING_OUT, Status.TO_SCENE):
        return may_divert
    return True


def choose_ambulance(rows: Sequence[int], seconds: Sequence[float]) -> int:
    """The ambulance to send: least expected seconds to the scene, then the lowest row."""
    best, best_s = NONE, math.inf
    for row, row_s in zip(rows, seconds, strict=True):
        if row_s < best_s or (row_s == best_s and row < best):
            best, best_s = row, row_s
    return best


def choose_hospital(seconds: Sequence[float], named: int) -> int:
    """The hospital the call names, else the one reached first, else NONE if there is none."""
    if named != NONE:
        return named
    best, best_s = NONE, math.inf
    for hospital, hospital_s in enumerate(seconds):
        if hospital_s < best_s:
            best, best_s = hospital, hospital_s
    return best


def waiting_key(priority: int, received_at: float, call: int) -> tuple[int, float, int]:
    """The order in which waiting calls are served: most urgent, longest known, lowest number."""
    return (priority, received_at, call)


def next_on_path(
    node: int, out_edges: Sequence[tuple[int, float]], to_end: Callable[[int], float]
) -> tuple[int, float]:
    """The next node on the fastest path, and the seconds to it; ties go to the lowest node.

    `out_edges` are (head, seconds) of the roads that leave `node`; `to_end(head)` is the table's
    seconds from there to the end of the path.
    """
    best, best_edge_s, best_s = node, 0.0, math.inf
    for head, edge_s in out_edges:
        through_s = edge_s + to_end(head)
        if through_s < best_s or (through_s == best_s and head < best):
            best, best_edge_s, best_s = head, edge_s, through_s
    return best, best_edge_s


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


def standby_station(home: int, wanted: Sequence[int], present: Sequence[int]) -> int:
    """Where a free ambulance goes: the first item of the list that is not filled, else home.

    `wanted`: stations in the order in which they are to be filled, one item an ambulance;
    `present`: [station] free ambulances that are there or on their way.
    """
    filled = list(present)
    for station in wanted:
        if filled[station] == 0:
            return station
        filled[station] -= 1
    return home


def nearest_point(x: float, y: float, points: Sequence[tuple[float, float]]) -> int:
    """The row of the nearest point; ties go to the lowest."""
    best, best_d = NONE, math.inf
    for row, (px, py) in enumerate(points):
        distance = (px - x) * (px - x) + (py - y) * (py - y)
        if distance < best_d:
            best, best_d = row, distance
    return best
