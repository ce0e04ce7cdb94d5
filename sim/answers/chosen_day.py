"""Which day of a replication is looked at, and which hours of it."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from sim.errors import OptionError
from sim.model.calendar import DAY_S, HOUR_S, Window
from sim.model.calls import Calls
from sim.model.system import System
from sim.study import arguments
from sim.text import Message

WHOLE: Final = (0.0, 24.0)  # hours of a day


class ChosenDay(NamedTuple):
    """Some hours of a day, in the time of the run."""

    number: int  # from 1, of those that are measured
    midnight_s: float  # 00:00 of the day, in seconds of the run
    weekday: int  # 0: Monday
    window: Window


def choose(
    system: System,
    calls: Calls,
    measured: Window,
    number: int | None = None,
    hours: tuple[float, float] = WHOLE,
) -> ChosenDay:
    """The day of a number among those that are measured, without one that with most calls.

    `hours`: of its clock, from and to; past midnight they count on. OptionError of a day that is
    not measured, and of hours that are none.
    """
    clock_s = system.roads.bands.offset_s
    first = np.floor((clock_s + measured.start_s) / DAY_S)
    days = int(np.ceil((clock_s + measured.end_s) / DAY_S) - first)
    if number is None:
        within = (calls.received_at >= measured.start_s) & (calls.received_at < measured.end_s)
        of_day = (clock_s + calls.received_at[within]) // DAY_S - first
        number = 1 + int(np.bincount(of_day.astype(int), minlength=1).argmax())
    arguments.whole("number", number, 1, days)
    start_h, end_h = hours
    if not 0 <= start_h < min(end_h, 24) or end_h > start_h + 24:
        raise OptionError("hours", Message("write two hours of a day, the first one first"))
    midnight_s = (first + number - 1) * DAY_S - clock_s
    window = Window(
        max(measured.start_s, midnight_s + start_h * HOUR_S),
        min(measured.end_s, midnight_s + end_h * HOUR_S),
    )
    if window.start_s >= window.end_s:
        raise OptionError(
            "hours",
            Message("calls are measured at no time of these hours of day {number}", number=number),
        )
    return ChosenDay(number, float(midnight_s), int((first + number - 1) % 7), window)
