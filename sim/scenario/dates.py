"""How days and times of the calendar and the clock are written."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Annotated, Final

from pydantic import BeforeValidator, WithJsonSchema

from sim import units
from sim.scenario.values import Form
from sim.text import Message

EARLIEST, LATEST = datetime(1900, 1, 1), datetime(2200, 1, 1)  # what all calendars agree on
_WRITTEN = re.compile(
    r"([0-9]{4}-[0-9]{1,2}-[0-9]{1,2})(?:[T ]\s*([0-9]{1,2}:[0-9]{2})(:[0-9]{2}(?:\.0+)?)?)?(.*)"
)


def parse_time(value: object) -> datetime:
    """A day, or a minute or second of it; no number, which might be seconds since 1970."""
    if isinstance(value, datetime):
        found, zone = value.replace(tzinfo=None), value.tzinfo is not None
    else:
        match = _WRITTEN.fullmatch(units.usual(value)) if isinstance(value, str) else None
        rest = match[4].strip() if match else "?"
        zone = match is not None and re.fullmatch(r"Z|UTC|[+-][0-9:]{2,6}", rest) is not None
        if match is None or (rest and not zone):
            raise ValueError(Message(DATES, found=units.shown(value)))
        second = (match[3] or ":00").partition(".")[0]
        try:
            found = datetime.strptime(
                f"{match[1]} {match[2] or '0:00'}{second}", "%Y-%m-%d %H:%M:%S"
            )
        except ValueError:
            raise ValueError(Message(DATES, found=units.shown(value))) from None
    if zone:
        raise ValueError(Message("write local time, without a time zone"))
    if not EARLIEST <= found <= LATEST:
        least, most = EARLIEST.year, LATEST.year
        raise ValueError(
            Message(
                "write a date from {least} to {most}; found {found}",
                least=least, most=most, found=units.shown(value),
            )
        )  # fmt: skip
    return found


DATES = Message("write a date and time like 2025-01-06 00:00; found {found}")
LocalTime = Annotated[
    datetime,
    BeforeValidator(parse_time),
    Form(Message("a local date and time"), "2025-01-06 00:00", "1900", "2200"),
]


def parse_day(value: object) -> date:
    """A day of the calendar."""
    if isinstance(value, date) and not isinstance(value, datetime):
        value = value.isoformat()
    found = parse_time(value)
    if (found.hour, found.minute, found.second) != (0, 0, 0):
        raise ValueError(Message("write a day like 2025-01-28; found {found}", found=found))
    return found.date()


LocalDay = Annotated[
    date,
    BeforeValidator(parse_day),
    WithJsonSchema({"type": "string", "examples": ["2025-01-28"]}),
    Form(Message("a day of the calendar"), "2025-01-28", "1900", "2200"),
]
MINUTES_S: Final = 60.0


def parse_clock(value: object) -> float:
    """Seconds since midnight of a text like "12:30"."""
    match = None
    if isinstance(value, str):
        match = re.fullmatch(r"([0-9]{1,2}):([0-9]{2})", units.usual(value))
    if match is None or int(match[1]) > 23 or int(match[2]) > 59:
        raise ValueError(
            Message(
                'write a time of day like "{example}"; found {found}',
                example="12:30", found=units.shown(value),
            )
        )  # fmt: skip
    return (int(match[1]) * 60 + int(match[2])) * MINUTES_S


ClockTime = Annotated[
    float,
    BeforeValidator(parse_clock),
    WithJsonSchema({"type": "string", "examples": ["12:30"]}),
    Form(Message("a time of day"), "12:30", "00:00", "23:59"),
]
