"""When an ambulance is on duty: the one value for it, whatever a planner wrote it as."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby
from typing import Final, NamedTuple

import numpy as np

from sim.model.calendar import DAY_NAMES, DAYS, HOURS, HOURS_PER_WEEK, Hours, hours_of_week

HOLIDAY: Final = DAYS  # the day after Sunday: hours of public holidays
EVERY_DAY: Final = tuple(range(DAYS))


class Stretch(NamedTuple):
    """Clock hours on duty that begin on a day of the week, or on a public holiday."""

    day: int  # 0 Monday to 6 Sunday, HOLIDAY
    hours: Hours


class SameHours(NamedTuple):
    """Days that have the same hours on duty."""

    days: tuple[int, ...]
    hours: tuple[Hours, ...]


@dataclass(frozen=True)
class DutyHours:
    """When an ambulance is on duty, week after week.

    Past midnight, hours belong to the day on which they began. Hours that touch or overlap are one
    shift. On a public holiday the stretches of another day begin, unless it has its own.
    """

    stretches: tuple[Stretch, ...] | None = None  # in order; None = always
    own_holidays: bool = False  # whether stretches of HOLIDAY say what it does on holidays
    crews_change: bool = True  # where stretches touch: else one crew goes on
    roster: str = field(default="", compare=False)  # what the scenario calls it

    @property
    def always(self) -> bool:
        """Whether it is never off duty."""
        return self.stretches is None

    def on(self, day: int) -> tuple[Hours, ...]:
        """The hours that begin on a day of the week, or on HOLIDAY."""
        if self.stretches is None:
            return (Hours(0, 0),)
        return tuple(one.hours for one in self.stretches if one.day == day)

    @cached_property
    def week(self) -> np.ndarray:
        """[168] bool: the hours of a week without holidays, Monday 00:00 first."""
        if self.stretches is None:
            return np.ones(HOURS_PER_WEEK, bool)
        chosen = np.zeros(HOURS_PER_WEEK, bool)
        for day, hours in self.stretches:
            if day != HOLIDAY:
                chosen |= hours_of_week(hours, (day,))
        return chosen

    @property
    def hours_a_week(self) -> int:
        """How long it is on duty in a week without holidays: 168 if always."""
        return int(self.week.sum())

    @property
    def daily_hours(self) -> Hours | None:
        """Its clock hours, where these are the same every day; else None."""
        if self.stretches is None or self.own_holidays:
            return None
        alike = self.alike()
        same = len(alike) == 1 and alike[0].days == EVERY_DAY and len(alike[0].hours) == 1
        return alike[0].hours[0] if same else None

    def alike(self) -> tuple[SameHours, ...]:
        """Days with the same hours, together; days without any are left out."""
        days = (*EVERY_DAY, HOLIDAY) if self.own_holidays else EVERY_DAY
        found: dict[tuple[Hours, ...], list[int]] = {}
        for day in days:
            if self.on(day):
                found.setdefault(self.on(day), []).append(day)
        return tuple(SameHours(tuple(some), hours) for hours, some in found.items())

    def __str__(self) -> str:
        """As it is written in a file: 08-20; 08-20 mon-fri, 10-16 sat."""
        if self.stretches is None:
            return "00-24"
        parts = []
        for days, several in self.alike():
            for hours in several:
                every = days == EVERY_DAY and not self.own_holidays
                clock = f"{hours.start:02d}-{hours.end or 24:02d}"
                parts.append(clock if every else f"{clock} {'+'.join(day_names(days))}")
        return ", ".join(parts) or "-"


ALWAYS: Final = DutyHours()


def daily(hours: Hours | None) -> DutyHours:
    """On duty at the same clock hours every day; always without any."""
    if hours is None:
        return ALWAYS
    return duty_of(Stretch(day, hours) for day in EVERY_DAY)


def duty_of(
    stretches: Iterable[Stretch], *, own_holidays: bool = False, crews_change: bool = True
) -> DutyHours:
    """A duty of some stretches, in whatever order they are."""
    return DutyHours(tuple(sorted(set(stretches))), own_holidays, crews_change)


def day_names(days: tuple[int, ...]) -> Iterator[str]:
    """Days by name: mon-fri, sun."""
    names = (*DAY_NAMES, "holiday")
    for first, last in runs(days):
        yield names[first] if first == last else f"{names[first]}-{names[last]}"


def runs(days: tuple[int, ...]) -> list[tuple[int, int]]:
    """The first and last day of each row of days; a holiday stands by itself."""
    found = []
    for _, some in groupby(enumerate(days), lambda at: (at[1] - at[0], at[1] == HOLIDAY)):
        row = [day for _, day in some]
        found.append((row[0], row[-1]))
    return found


def hours_of(duty: DutyHours, holiday_as: int) -> np.ndarray:
    """[168 + 24] bool: hours of a week without holidays, and of days that are all holidays.

    `holiday_as`: the day of the week as which holidays are rostered.
    """
    holiday = np.zeros(HOURS, bool)
    for one in duty.on(HOLIDAY if duty.own_holidays else holiday_as):
        holiday[(one.start + np.arange(one.length_h)) % HOURS] = True
    return np.concatenate([duty.week, holiday])
