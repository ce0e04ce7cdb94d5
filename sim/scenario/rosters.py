"""How it is written when crews are on duty: hours, shifts by day, or a table of a station's week.

    08-20                                                       # every day
    [{hours: 08-20, days: mon-fri}, {hours: 10-16, days: sat}]  # shifts of one ambulance
    {08-20: [3, 3, 3, 3, 3, 2, 2], 20-08: 1}                    # how many are on duty, mon to sun

Each is the same thing in the end: the `DutyHours` of one ambulance or of several.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final, NamedTuple

import numpy as np
from pydantic import BeforeValidator, WithJsonSchema

from sim import limits, units
from sim.model.calendar import DAY_NAMES, DAYS, HOURS, Hours
from sim.scenario.duty import ALWAYS, EVERY_DAY, HOLIDAY, DutyHours, Stretch, daily, duty_of
from sim.scenario.values import Form, is_all_day, parse_days, parse_hours
from sim.text import Message

HOLIDAY_NAMES: Final = ("holiday", "holidays")
ALL_DAY: Final = Hours(0, 0)
MOST_SHIFTS: Final = 100
NOT_A_ROSTER: Final = Message(
    'write clock hours like "08-20", a list of shifts like {{hours: 08-20, days: mon-fri}}, or a '
    "table of hours with the ambulances on duty, like {{08-20: 3, 20-08: 1}}; found {found}"
)


class Roster(NamedTuple):
    """When ambulances are on duty: one, or, of a table, each of those of a station."""

    duties: tuple[DutyHours, ...]
    table: bool = False  # it says how many ambulances there are

    def __str__(self) -> str:
        return "; ".join(map(str, self.duties))


def parse_roster(value: object) -> Roster | str:
    """A roster as it is written; a text that is no hours is the name of one."""
    if isinstance(value, Roster):
        return value
    if isinstance(value, DutyHours):
        return Roster((value,))
    if isinstance(value, list | tuple) and not isinstance(value, Hours):
        return Roster((_of_shifts(list(value)),))
    if isinstance(value, Mapping):
        return _of_table(value)
    if not isinstance(value, str | Hours):
        raise ValueError(Message(NOT_A_ROSTER.text, found=units.spelt(value)))
    if is_all_day(value):
        return Roster((ALWAYS,))
    try:
        return Roster((daily(parse_hours(value)),))
    except ValueError:
        if isinstance(value, str) and value.strip() and not value.strip()[0].isdecimal():
            return value.strip()
        raise


def _hours(value: object) -> Hours:
    return ALL_DAY if is_all_day(value) else parse_hours(value)


def parse_own_roster(value: object) -> Roster:
    """A roster that is no other's name."""
    found = parse_roster(value)
    if isinstance(found, str):
        raise ValueError(Message(NOT_A_ROSTER.text, found=units.shown(value)))
    return found


def _of_shifts(shifts: list[Any]) -> DutyHours:
    """One ambulance, by shifts of {hours, days}."""
    if not 1 <= len(shifts) <= MOST_SHIFTS:
        raise ValueError(Message(NOT_A_ROSTER.text, found=units.spelt(shifts)))
    stretches, own = [], False
    for shift in shifts:
        if not isinstance(shift, Mapping) or not {"hours"} <= set(shift) <= {"hours", "days"}:
            raise ValueError(
                Message(
                    "write each shift like {{hours: 08-20, days: mon-fri}}; found {found}",
                    found=units.spelt(shift),
                )
            )
        hours, days = _hours(shift["hours"]), _days(shift.get("days", "mon-sun"))
        own |= HOLIDAY in days
        stretches += [Stretch(day, hours) for day in days]
    return duty_of(stretches, own_holidays=own)


def _days(value: object) -> tuple[int, ...]:
    """Days of the week, and `holiday` for public holidays."""
    if not isinstance(value, str):
        return parse_days(value)
    parts = units.usual_range(value).lower().split(",") if len(value) < 200 else [value]
    usual = [part for part in parts if part.strip() not in HOLIDAY_NAMES]
    days = parse_days(",".join(usual)) if usual else ()
    return days if len(usual) == len(parts) else (*days, HOLIDAY)


def _of_table(table: Mapping[Any, Any]) -> Roster:
    """A station, by the number of ambulances on duty in each row of hours on each day."""
    if not 1 <= len(table) <= HOURS:
        raise ValueError(Message(NOT_A_ROSTER.text, found=units.spelt(dict(table))))
    rows = {_hours(hours): _numbers(numbers) for hours, numbers in table.items()}
    _apart(list(table), list(rows))
    lengths = {len(numbers) for numbers in rows.values()} - {1}
    if len(lengths) > 1:
        raise ValueError(Message("write 7 numbers in each row, or 8 in each with holidays"))
    own = HOLIDAY in (length - 1 for length in lengths)
    days = (*EVERY_DAY, HOLIDAY) if own else EVERY_DAY
    stretches: list[list[Stretch]] = [[] for _ in range(max(map(max, rows.values())))]
    for hours, numbers in rows.items():
        for day in days:
            for ambulance in range(numbers[day] if len(numbers) > 1 else numbers[0]):
                stretches[ambulance].append(Stretch(day, hours))
    duties = (duty_of(some, own_holidays=own, crews_change=False) for some in stretches)
    return Roster(tuple(duties), table=True)


def _numbers(value: object) -> tuple[int, ...]:
    """How many ambulances: one number for every day, or one for each day."""
    found = list(value) if isinstance(value, list | tuple) else [value]
    whole = [n for n in found if isinstance(n, int) and not isinstance(n, bool)]
    most = limits.AMBULANCES.most
    if len(whole) != len(found) or not all(0 <= n <= most for n in whole):
        raise ValueError(
            Message("write how many ambulances, from 0 to {most}; found {found}", most=most,
                    found=units.spelt(value))
        )  # fmt: skip
    if len(found) not in (1, DAYS, DAYS + 1):
        raise ValueError(
            Message(
                "write one number, or 7 from {first} to {last}, or 8 with holidays; found {found}",
                first=DAY_NAMES[0], last=DAY_NAMES[-1], found=units.spelt(value),
            )
        )  # fmt: skip
    return tuple(whole)


def _apart(written: list[Any], rows: list[Hours]) -> None:
    """ValueError if two rows say how many are on duty in the same hour."""
    if len(rows) < len(written):
        raise ValueError(Message("two rows of the table have the same hours"))
    by_hour = np.full(HOURS, -1)
    for number, hours in enumerate(rows):
        of_row = (hours.start + np.arange(hours.length_h)) % HOURS
        before = by_hour[of_row]
        if (before >= 0).any():
            clash = int(of_row[before >= 0][0])
            raise ValueError(
                Message(
                    "{one} and {other} both say how many are on duty from {hour}:00 on",
                    one=str(written[by_hour[clash]]), other=str(written[number]), hour=clash,
                )
            )  # fmt: skip
        by_hour[of_row] = number


_SHIFT: Final = {
    "type": "object",
    "properties": {"hours": {"type": "string"}, "days": {"type": "string"}},
    "required": ["hours"],
    "additionalProperties": False,
}
_NUMBERS: Final = {"anyOf": [{"type": "integer"}, {"type": "array", "items": {"type": "integer"}}]}
_FORMS: Final[dict[str, Any]] = {
    "anyOf": [
        {"type": "string", "examples": ["08-20"]},
        {"type": "array", "items": _SHIFT},
        {"type": "object", "additionalProperties": _NUMBERS},
    ]
}
NamedRoster = Annotated[
    Roster | str,
    BeforeValidator(parse_roster),
    WithJsonSchema(_FORMS),
    Form(
        Message(
            "a name of `crews.rosters`, clock hours, a list of shifts like {{hours: 08-20, days: "
            "mon-fri}}, or a table of hours with the ambulances on duty every day, or on each day "
            "from Monday to Sunday and on holidays"
        ),
        "{08-20: 3, 20-08: 1}",
    ),
]
OwnRoster = Annotated[
    Roster,
    BeforeValidator(parse_own_roster),
    WithJsonSchema(_FORMS),
    Form(
        Message("clock hours, a list of shifts, or a table of hours with the ambulances on duty"),
        "08-20",
    ),
]
