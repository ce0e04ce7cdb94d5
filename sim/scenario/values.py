"""How the value of a setting is written: quantities with units, names, places, hours, days.

Each type reads what a planner writes and holds it in SI; what it cannot read it refuses with a
Message. `Form` beside a type says how it is written, for the reference and the schema.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from inspect import cleandoc
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from sim import limits, units
from sim.model.calendar import DAY_NAMES, DAYS, HOURS, Hours
from sim.text import Message, unreadable


class Setting(BaseModel):
    """Frozen; a key that is not known is an error, never ignored.

    The text below a field is its meaning; after "Source:" it says where the default is from.
    Commands that simulate need none of these texts: `describe` finds them for those that do.
    """

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        validate_default=True,
    )

    def __init_subclass__(cls, **more: Any) -> None:
        super().__init_subclass__(**more)
        _models.append(cls)


_models: list[type[Setting]] = []  # in the order in which they are written: none has a later one


def describe() -> None:
    """Give every field of the settings the text below it as its description."""
    new = [model for model in _models if model not in _described]
    for model in new:
        for one in reversed(model.__mro__):
            if issubclass(one, Setting):
                for name, text in _texts_of_fields(one).items():
                    model.model_fields[name].description = text
        model.model_rebuild(force=True)
    _described.update(new)


_described: set[type[Setting]] = set()


def _texts_of_fields(model: type[Setting]) -> dict[str, str]:
    """The texts below the fields of a class, by field."""
    body = next(
        one.body
        for one in _parsed(str(sys.modules[model.__module__].__file__)).body
        if isinstance(one, ast.ClassDef) and one.name == model.__name__
    )
    return {
        field.target.id: cleandoc(below.value.value)
        for field, below in pairwise(body)
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)
        and isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant)
        and isinstance(below.value.value, str)
    }  # fmt: skip


@lru_cache
def _parsed(file: str) -> ast.Module:
    return ast.parse(Path(file).read_text("utf-8"))


@dataclass(frozen=True)
class Form:
    """How a value is written, in words, between which bounds and by an example."""

    what: Message
    example: str = ""
    least: str = ""
    most: str = ""


def default(written: Any, **more: Any) -> Any:
    """A default as a planner would write it: it is read like what stands in a file."""
    return Field(written, **more)


# ── quantities, numbers, texts ───────────────────────────────────────────────────────────────
#
# Each has a least and a most, looked at after the conversion to SI: what lies beyond was never
# meant, and would be no result but a run without end, or one of infinities.


def quantity(parse: units.Quantity, what: Message) -> Any:
    """A pydantic field that takes a number with its unit and holds the SI value."""
    return _read(parse, Form(what, parse.example, parse.least, parse.most))


def _read(parse: Callable[[object], Any], form: Form) -> Any:
    schema: dict[str, Any] = {"type": "string", "description": str(form.what)}
    if form.example:
        schema["examples"] = [form.example]
    return BeforeValidator(parse), WithJsonSchema(schema), form


def duration(least: str, most: str) -> Any:
    """A duration between two bounds."""
    return quantity(units.seconds.within(least, most), Message("a duration with its unit"))


def number(least: float, most: float) -> Any:
    """A number between two bounds, which are allowed; no text that looks like one."""

    def read(value: object) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValueError(Message("write a number; found {found}", found=units.shown(value)))
        return float(units.bounded(value, least, most))

    schema = {"type": "number", "minimum": least, "maximum": most}
    form = Form(Message("a number"), "", units.plainly(least), units.plainly(most))
    return BeforeValidator(read), WithJsonSchema(schema), form


def whole(least: int, most: int, example: str = "") -> Any:
    """A whole number between two bounds, which are allowed; no text that looks like one."""

    def read(value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise ValueError(
                Message("write a whole number; found {found}", found=units.shown(value))
            )
        return int(units.bounded(value, least, most))

    schema = {"type": "integer", "minimum": least, "maximum": most}
    form = Form(Message("a whole number"), example, units.plainly(least), units.plainly(most))
    return BeforeValidator(read), WithJsonSchema(schema), form


def text(most: int) -> Any:
    """A text of some letters, and of no signs that cannot be shown or kept."""

    def readable(value: str) -> str:
        if not value.strip():
            raise ValueError(
                Message("write a text that is not empty; found {found}", found=units.shown(value))
            )
        if unreadable(value):
            raise ValueError(
                Message(
                    "write a text without control characters; found {found}", found=repr(value)[:60]
                )
            )
        return value

    letters = Field(min_length=1, max_length=most)
    return letters, AfterValidator(readable), Form(Message("a text"))


# A stage of a run takes minutes to hours; a week is a slip of the pen.
Seconds = Annotated[float, *duration("0 s", "7 days")]
Target = Annotated[float, *duration("1 s", "1 day")]  # nobody is there at once
# A system that starts empty is full after days; and all of it is simulated.
Margin = Annotated[float, *duration("0 s", "366 days")]
Length = Annotated[float, *duration("1 h", "3660 days")]  # ten years
SomeTime = Annotated[float, *quantity(units.some_time, Message("a duration with its unit"))]
SomePoints = Annotated[float, *quantity(units.some_points, Message("points of a share in percent"))]
Shift = Annotated[
    float, *quantity(units.signed_seconds, Message("a duration, which may be negative"))
]
Share = Annotated[float, *quantity(units.share, Message("a share in percent"))]
SpeedShare = Annotated[
    float, *quantity(units.speed_share, Message("a share of a speed in percent"))
]
StationShare = Annotated[float, *quantity(units.turnout_share, Message("a share in percent"))]
CallShare = Annotated[float, *quantity(units.call_share, Message("a share in percent"))]
Speed = Annotated[float, *quantity(units.metres_per_second, Message("a speed with its unit"))]
Rate = Annotated[
    units.Rate,
    *_read(
        units.rate,
        Form(
            Message("calls per people and time, or calls per time in the whole area"),
            "14.7 per 1000 people per year",
            "0",
            units.MOST_CALLS_OF_PEOPLE,
        ),
    ),
]
Cost = Annotated[
    units.Amount,
    *_read(
        units.amount,
        Form(
            Message("an amount of money, a currency and a period"),
            "450,000 CNY per year",
            "0",
            units.plainly(units.MOST_MONEY),
        ),
    ),
]

ShortText = Annotated[str, *text(limits.NAME)]
LongText = Annotated[str, *text(5_000)]
Count = Annotated[int, *whole(*limits.AMBULANCES)]
Weight = Annotated[float, *number(0, 1_000_000)]  # relative to the others
SOME_WEIGHT = 1e-6  # less is nothing: their ratios would leave no finite number
# Of a logarithm: at 5 one duration in a hundred is 100,000 times the median.
Spread = Annotated[float, *number(0.0001, 5)]
Shape = Annotated[float, *number(0.01, 100_000)]  # from almost always nothing to always the same


# ── hours and days ───────────────────────────────────────────────────────────────────────────


def parse_hours(value: object) -> Hours:
    """Clock hours from a text like "08-20" or "22-06"."""
    plain = units.usual_range(str(value)) if isinstance(value, str | Hours) else ""
    match = re.fullmatch(r"([0-9]{1,2})(:[0-9]{1,2})?\s*-\s*([0-9]{1,2})(:[0-9]{1,2})?", plain)
    start, end = (int(match[1]), int(match[3])) if match else (0, 0)
    text = None
    if match is None:
        text = NO_HOURS
    elif any(minutes and int(minutes[1:]) for minutes in (match[2], match[4])):
        text = HOURS_AND_MINUTES
    elif start > 23 or end > HOURS:
        text = BEYOND_THE_DAY
    elif start == end % HOURS:
        text = ONE_HOUR
    if text is not None:
        raise ValueError(Message(text.text, example="08-20", found=units.shown(value)))
    return Hours(start, end % HOURS)


NO_HOURS = Message('write whole clock hours like "{example}"; found {found}')
HOURS_AND_MINUTES = Message('write whole clock hours like "{example}", no minutes; found {found}')
BEYOND_THE_DAY = Message('write whole clock hours like "{example}", from 0 to 24; found {found}')
ONE_HOUR = Message(
    'write whole clock hours like "{example}"; {found} begin and end at the same hour: leave the '
    "hours away if always is meant"
)


def is_all_day(value: object) -> bool:
    """Whether clock hours are those of a whole day: 00-24."""
    plain = units.usual_range(str(value)).replace(" ", "").replace(":00", "")
    return plain in ("00-24", "0-24")


def parse_long_hours(value: object) -> Hours:
    """The same, or all of a day: "00-24"."""
    return Hours(0, HOURS) if is_all_day(value) else parse_hours(value)


LONG_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
DAYS_BY_NAME = dict(zip((*DAY_NAMES, *LONG_DAYS), DAY_NAMES * 2, strict=True))


def parse_days(value: object) -> tuple[int, ...]:
    """Days of the week from a text like "mon-fri" or "sat, sun", or 周一至周五."""
    days: list[int] = []
    for part in _plain_days(value).split(","):
        names = [DAYS_BY_NAME.get(name.strip(), "") for name in part.split("-")]
        if not 1 <= len(names) <= 2 or "" in names:
            raise ValueError(
                Message(
                    'write days like "mon-fri" or "sat, sun"; found {found}',
                    found=units.shown(value),
                )
            )
        first, last = DAY_NAMES.index(names[0]), DAY_NAMES.index(names[-1])
        days += [(first + i) % DAYS for i in range((last - first) % DAYS + 1)]
    return tuple(sorted(set(days)))


def _plain_days(value: object) -> str:
    """Days as they are usually written: 周一至周五、周日 is mon-fri,sun."""
    if not isinstance(value, str) or len(value) >= 200:
        return ""
    return units.usual_days(value, DAY_NAMES).lower()


ClockHours = Annotated[Hours, *_read(parse_hours, Form(Message("whole clock hours"), "08-20"))]
LongHours = Annotated[
    Hours, *_read(parse_long_hours, Form(Message("whole clock hours, or 00-24"), "08-20"))
]
WeekDays = Annotated[
    tuple[int, ...], *_read(parse_days, Form(Message("days of the week"), "mon-fri"))
]


# ── places ───────────────────────────────────────────────────────────────────────────────────


class LonLat(Setting):
    """A point in WGS84 degrees."""

    # A latitude beyond 90 is found by the map, which tells whether the two were swapped.
    lon: Annotated[float, *number(-180, 180)]
    """Longitude in degrees."""
    lat: Annotated[float, *number(-180, 180)]
    """Latitude in degrees."""


def parse_place(value: Any) -> Any:
    """A name, or the point of [longitude, latitude]."""
    if isinstance(value, str | LonLat):
        return value
    found = units.shown(value)
    if not isinstance(value, list | tuple):
        raise ValueError(
            Message("write a name or [longitude, latitude]; found {found}", found=found)
        )
    numbers = [v for v in value if isinstance(v, int | float) and not isinstance(v, bool)]
    if len(numbers) != 2 or len(value) != 2 or not all(-180 <= v <= 180 for v in numbers):
        raise ValueError(
            Message("write [longitude, latitude] in degrees; found {found}", found=found)
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
