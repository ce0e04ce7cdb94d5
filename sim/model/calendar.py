"""The clock and the week: hours, days, time bands."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, NamedTuple

import numpy as np

HOUR_S, DAY_S = 3600.0, 86_400.0
HOURS_PER_WEEK = 168


class Bands(NamedTuple):
    """Time bands: which one is in force when, for ever or by the week."""

    start_s: np.ndarray  # [k] when each begins, in order, the first at 0
    band: np.ndarray  # [k]
    offset_s: float  # the run's start on this clock
    period_s: float  # after which they begin again; inf = never


def band_at(bands: Bands, now: Any) -> Any:
    """The time band in force at an instant of the run, or at each of several."""
    at = bands.offset_s + now
    if bands.period_s != np.inf:  # with `%`, compilers compute what they need not
        at = at - np.floor(at / bands.period_s) * bands.period_s
    return bands.band[np.searchsorted(bands.start_s, at, side="right") - 1]


def next_band_at(bands: Bands, now: float) -> float:
    """The first instant of the run after `now` at which a time band begins; inf = none does."""
    at = bands.offset_s + now
    begun = 0.0
    if bands.period_s != np.inf:
        begun = np.floor(at / bands.period_s) * bands.period_s
    spot = np.searchsorted(bands.start_s, at - begun, side="right")
    if spot < len(bands.start_s):
        return float(begun + bands.start_s[spot] - bands.offset_s)
    return float(begun + bands.period_s - bands.offset_s)


def start_of_week_s(start: datetime) -> float:
    """Seconds from Monday 00:00 to the run's start."""
    midnight = start.replace(hour=0, minute=0, second=0, microsecond=0)
    return start.weekday() * DAY_S + (start - midnight).total_seconds()


HOURS, DAYS = 24, 7
DAY_NAMES: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Hours(NamedTuple):
    """Clock hours of a day: from `start` up to `end`, over midnight if `end` is not later."""

    start: int  # 0 to 23
    end: int  # 0 to 24

    @property
    def length_h(self) -> int:
        """1 to 24 hours."""
        return (self.end - self.start) % HOURS or HOURS

    @property
    def length_s(self) -> float:
        return self.length_h * HOUR_S

    def __str__(self) -> str:
        return f"{self.start:02d}-{self.end:02d}"


def hours_of_week(hours: tuple[int, int], days: tuple[int, ...] = tuple(range(DAYS))) -> np.ndarray:
    """[168] bool: the clock hours from `hours[0]` up to `hours[1]` on some days.

    Past midnight (22 to 6) the hours belong to the day on which they began.
    """
    clock = Hours(*hours)
    chosen = np.zeros(HOURS * DAYS, bool)
    for day in days:
        chosen[(day * HOURS + clock.start + np.arange(clock.length_h)) % (HOURS * DAYS)] = True
    return chosen


class Window(NamedTuple):
    """What is measured: calls received from `start_s` up to `end_s` of the run."""

    start_s: float
    end_s: float
