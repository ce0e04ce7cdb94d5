"""Hours on duty on the days of a calendar: shifts, crews, public holidays."""

from __future__ import annotations

from bisect import bisect_right
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from sim.model.calendar import DAY_S, DAYS, HOUR_S
from sim.scenario.duty import HOLIDAY, DutyHours

# Shifts and weekly closures go on, for those who still wait.
AFTER_THE_LAST_CALL_S = 366 * DAY_S


class Days(NamedTuple):
    """The days of a run, from the one before its start on: what shifts are made of."""

    begins_s: np.ndarray  # [day] midnight, in seconds of the run
    weekday: np.ndarray  # [day] 0 Monday
    holiday: np.ndarray  # [day] bool
    holiday_as: int  # the day of the week as which holidays are rostered

    def of(self, duty: DutyHours, day: int) -> np.ndarray:
        """When the days begin on which the stretches of a day of the week begin, or of HOLIDAY."""
        if duty.own_holidays:
            if day == HOLIDAY:
                return self.begins_s[self.holiday]
            return self.begins_s[(self.weekday == day) & ~self.holiday]
        as_rostered = np.where(self.holiday, self.holiday_as, self.weekday)
        return self.begins_s[as_rostered == day]


@lru_cache(maxsize=8)
def days_from(start: datetime, until_s: float, holidays: tuple[date, ...], as_day: int) -> Days:
    """Those from the day before `start` on; `as_day`: as which holidays are rostered."""
    first = start.date() - timedelta(days=1)
    midnight = start.replace(hour=0, minute=0, second=0, microsecond=0)
    begins_s = np.arange(-(start - midnight).total_seconds() - DAY_S, until_s, DAY_S)
    holiday = np.zeros(len(begins_s), bool)
    for day in holidays:
        if 0 <= (day - first).days < len(holiday):
            holiday[(day - first).days] = True
    weekday = (first.weekday() + np.arange(len(begins_s))) % DAYS
    return Days(begins_s, weekday, holiday, as_day)


Spans = list[tuple[float, float]]  # (from, to) in seconds of the run, in order


def shifts_of(duty: DutyHours, days: Days) -> Spans:
    """When an ambulance is on duty, until a year after the last call; inf = never off duty.

    Hours that touch are one shift.
    """
    if duty.always:
        return [(0.0, np.inf)]
    spans = [(max(b, 0.0), e) for b, e in merged(crews_of(duty, days)) if e > 0]
    if len(spans) == 1 and spans[0][0] == 0 and duty.week.all():
        return [(0.0, np.inf)]  # its hours leave no gap
    return spans


def crews_of(duty: DutyHours, days: Days) -> Spans:
    """When each crew of an ambulance is on duty: of hours that touch each by itself.

    The first may have begun before the run. An ambulance that is always on duty has none: nothing
    says when its crews change. Nor do tables: there whoever is on duty on end is one crew.
    """
    if duty.stretches is None:
        return []
    begins, ends = [], []
    for day, hours in duty.stretches:
        at = days.of(duty, day) + hours.start * HOUR_S
        begins.append(at)
        ends.append(at + hours.length_s)
    if not begins:
        return []
    begin, end = np.concatenate(begins), np.concatenate(ends)
    order = np.argsort(begin, kind="stable")
    spans = [(b, e) for b, e in zip(begin[order].tolist(), end[order].tolist(), strict=True)]
    return spans if duty.crews_change else merged(spans)


def merged(spans: Spans) -> Spans:
    """Spans that touch or overlap as one; they are in the order in which they begin."""
    found: Spans = []
    for begin, end in spans:
        if found and begin <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((begin, end))
    return found


def common(one: Spans, other: Spans) -> Spans:
    """The time that lies in both: spans that are in order and apart, as these are."""
    found, mine, theirs = [], 0, 0
    while mine < len(one) and theirs < len(other):
        begin = max(one[mine][0], other[theirs][0])
        end = min(one[mine][1], other[theirs][1])
        if begin < end:
            found.append((begin, end))
        if one[mine][1] < other[theirs][1]:
            mine += 1
        else:
            theirs += 1
    return found


def within(spans: Spans, begin: float, end: float) -> bool:
    """Whether some time lies within one of the spans, which are in order and apart."""
    row = bisect_right(spans, begin, key=lambda span: span[0]) - 1
    return row >= 0 and end <= spans[row][1]
