"""How the value of a setting is written: quantities with units, names, places, hours, days.

Each type reads what a planner writes and holds it in SI; what it cannot read it refuses with a
Message. `Form` beside a type says how it is written, for the reference and the schema.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    WithJsonSchema,
)

from sim import units
from sim.model.calendar import DAY_NAMES, DAYS, HOURS, Hours
from sim.text import Message


class Setting(BaseModel):
    """Frozen; a key that is not known is an error, never ignored.

    The text below a field is its meaning; after "Source:" it says where the default is from.
    """

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        validate_default=True,
        use_attribute_docstrings=True,
    )


@dataclass(frozen=True)
class Form:
    """How a value is written, in words and by an example."""

    what: Message
    example: str = ""


def default(written: Any, **more: Any) -> Any:
    """A default as a planner would write it: it is read like what stands in a file."""
    return Field(written, **more)


def quantity(parse: Callable[[object], Any], example: str, what: Message) -> Any:
    """A pydantic field that takes a number with its unit and holds the SI value."""
    schema = {"type": "string", "description": str(what), "examples": [example]}
    return BeforeValidator(parse), WithJsonSchema(schema), Form(what, example)


# ── quantities, numbers, texts ───────────────────────────────────────────────────────────────

Seconds = Annotated[float, *quantity(units.seconds, "10 min", Message("a duration with its unit"))]
Shift = Annotated[
    float, *quantity(units.signed_seconds, "-10 min", Message("a duration, which may be negative"))
]
Share = Annotated[float, *quantity(units.share, "90 %", Message("a share in percent"))]
Points = Annotated[
    float, *quantity(units.points, "1 point", Message("points of a share in percent"))
]
SpeedShare = Annotated[
    float, *quantity(units.speed_share, "80 %", Message("a share of a speed in percent"))
]
Speed = Annotated[
    float, *quantity(units.metres_per_second, "40 km/h", Message("a speed with its unit"))
]
Rate = Annotated[
    units.Rate,
    *quantity(
        units.rate,
        "14.7 per 1000 people per year",
        Message("calls per people and time, or calls per time in the whole area"),
    ),
]
Cost = Annotated[
    units.Amount,
    *quantity(
        units.amount, "450,000 CNY per year", Message("an amount of money, a currency and a period")
    ),
]


def _legible(text: str) -> str:
    """A text that is no blank and whole letters: halves of them no table and no file can hold."""
    if not text.strip():
        raise ValueError(Message("write a text that is not empty; found {found}", found=repr(text)))
    if any("\ud800" <= letter <= "\udfff" for letter in text):
        raise ValueError(
            Message("write whole letters: some here are broken, by another encoding perhaps; found "
                    "{found}", found=text)
        )  # fmt: skip
    return text


ShortText = Annotated[
    str, Field(min_length=1, max_length=80), AfterValidator(_legible), Form(Message("a text"))
]
Count = Annotated[
    int, Field(ge=0, le=500, strict=True), Form(Message("a whole number from 0 to 500"))
]
Weight = Annotated[float, Field(ge=0, allow_inf_nan=False), Form(Message("a number, not negative"))]
Positive = Annotated[float, Field(gt=0, strict=True), Form(Message("a number, more than nothing"))]


# ── hours and days ───────────────────────────────────────────────────────────────────────────


def parse_hours(value: object) -> Hours:
    """Clock hours from a text like "08-20" or "22-06"."""
    match = re.fullmatch(r"(\d{1,2})(?::00)?\s*[-–]\s*(\d{1,2})(?::00)?", str(value).strip())
    start, end = (int(match[1]), int(match[2])) if match else (0, 0)
    if start > 23 or end > 24 or start == end % HOURS:
        raise ValueError(
            Message(
                'write whole clock hours like "{example}"; found {found}',
                example="08-20",
                found=str(value),
            )
        )
    return Hours(start, end % HOURS)


LONG_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
DAYS_BY_NAME = dict(zip((*DAY_NAMES, *LONG_DAYS), DAY_NAMES * 2, strict=True))


def parse_days(value: object) -> tuple[int, ...]:
    """Days of the week from a text like "mon-fri" or "sat, sun"."""
    days: list[int] = []
    for part in str(value).lower().split(","):
        names = [DAYS_BY_NAME.get(name.strip(), "") for name in re.split("[-–]", part)]
        if not 1 <= len(names) <= 2 or "" in names:
            raise ValueError(
                Message('write days like "mon-fri" or "sat, sun"; found {found}', found=str(value))
            )
        first, last = DAY_NAMES.index(names[0]), DAY_NAMES.index(names[-1])
        days += [(first + i) % DAYS for i in range((last - first) % DAYS + 1)]
    return tuple(sorted(set(days)))


ClockHours = Annotated[Hours, *quantity(parse_hours, "08-20", Message("whole clock hours"))]
WeekDays = Annotated[tuple[int, ...], *quantity(parse_days, "mon-fri", Message("days of the week"))]


# ── places ───────────────────────────────────────────────────────────────────────────────────


class LonLat(Setting):
    """A point in WGS84 degrees."""

    lon: float = Field(allow_inf_nan=False)
    """Longitude in degrees."""
    lat: float = Field(allow_inf_nan=False)
    """Latitude in degrees."""


def parse_place(value: Any) -> Any:
    """A name, or the point of [longitude, latitude]."""
    if isinstance(value, str | LonLat):
        return value
    if not isinstance(value, list | tuple):
        raise ValueError(
            Message("write a name or [longitude, latitude]; found {found}", found=repr(value))
        )
    numbers = [v for v in value if isinstance(v, int | float) and not isinstance(v, bool)]
    if len(numbers) != 2 or len(value) != 2:
        raise ValueError(
            Message("write [longitude, latitude] in degrees; found {found}", found=str(list(value)))
        )
    return LonLat(lon=numbers[0], lat=numbers[1])


Place = Annotated[
    ShortText | LonLat,
    BeforeValidator(parse_place),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "description": "a site, township or hospital of the map"},
                {
                    "type": "array",
                    "items": {"type": "number"},
                    "minItems": 2,
                    "maxItems": 2,
                    "description": "[longitude, latitude] in WGS84 degrees",
                },
            ]
        }
    ),
    Form(Message("a site, township or hospital of the map, or [longitude, latitude]")),
]
