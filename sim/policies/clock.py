"""The time grid on which engines compare seconds, and what multiplies a time."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

NONE: Final = -1  # no row: no call, no ambulance, no hospital

TICKS: Final = 1024  # the time grid: a multiple of 1/1024 s, so that sums are exact in float64


def on_grid(seconds: Any) -> Any:
    """Seconds rounded to the time grid, half up; of numbers and of arrays."""
    return np.floor(seconds * TICKS + 0.5) / TICKS


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
