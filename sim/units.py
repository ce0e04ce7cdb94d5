"""The one door for quantities: planners write "12 min", "6 km", "40 km/h"; code sees SI.

A bare number is refused, because nobody can tell whether `10` meant minutes or seconds. Each
parser returns seconds, metres, metres per second, a share between 0 and 1, or calls per second
(per person), and raises ValueError in a planner's words.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Final, NamedTuple

from sim.text import Message

TIME: Final = {
    "s": 1.0, "sec": 1.0, "second": 1.0, "seconds": 1.0, "秒": 1.0,
    "min": 60.0, "minute": 60.0, "minutes": 60.0, "分": 60.0, "分钟": 60.0,
    "h": 3600.0, "hour": 3600.0, "hours": 3600.0, "小时": 3600.0,
    "day": 86400.0, "days": 86400.0, "天": 86400.0,
    "week": 604800.0, "weeks": 604800.0, "周": 604800.0,
    "year": 31557600.0, "years": 31557600.0, "年": 31557600.0,
}  # fmt: skip
LENGTH: Final = {"m": 1.0, "km": 1000.0, "米": 1.0, "公里": 1000.0, "千米": 1000.0}
SPEED: Final = {"km/h": 1 / 3.6, "kmh": 1 / 3.6, "m/s": 1.0, "公里/小时": 1 / 3.6}
SHARE: Final = {"%": 0.01, "percent": 0.01}
POINTS: Final = {"point": 0.01, "points": 0.01, "个百分点": 0.01}

# Full-width letters, digits and marks, as Chinese input methods write them, and their blank.
_HALF_WIDTH: Final = {0xFF01 + n: 0x21 + n for n in range(0x5E)} | {0x3000: 0x20}

# A comma parts thousands only: in "1,5 min" it would silently mean fifteen.
_NUMBER = r"[+-]?(?:\d{1,3}(?:,\d{3})+(?:\.\d*)?|\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_QUANTITY = re.compile(rf"\s*({_NUMBER})\s*([^\s\d.,].*?)\s*")
_RATE = re.compile(
    rf"\s*({_NUMBER})\s*(?:calls?\s+)?(?:per\s+({_NUMBER})\s*(?:people|persons)\s+)?per\s+(\w+)\s*"
)


@dataclass(frozen=True, eq=False)
class Quantity:
    """A parser of a number with its unit: `seconds("12 min")` is 720.0.

    ValueError, with a Message, of what is no such quantity or lies outside its bounds, which are
    themselves allowed.
    """

    units: dict[str, float]  # of each unit, in SI
    example: str
    least: float = -math.inf  # in SI
    most: float = math.inf
    refusal: str = ""  # of a value outside the bounds

    def __call__(self, value: object) -> float:
        match = _QUANTITY.fullmatch(half_width(value)) if isinstance(value, str) else None
        if match is None:
            raise ValueError(
                Message(
                    'write a number and a unit, like "{example}"; found {found}',
                    example=self.example,
                    found=_shown(value),
                )
            )
        number, unit = match.groups()
        if unit not in self.units:
            raise ValueError(
                Message(
                    'unknown unit "{unit}"; write it like "{example}"',
                    unit=unit,
                    example=self.example,
                )
            )
        found = _number(number) * self.units[unit]
        if not self.least <= found <= self.most:
            raise ValueError(Message(self.refusal, found=value))
        return found


NEGATIVE = Message("must not be negative; found {found}")
MORE_THAN_NOTHING = math.ulp(0.0)

# What planners write. The shift of a distribution is the only duration that may be negative.
seconds = Quantity(TIME, "10 min", 0, refusal=NEGATIVE)
signed_seconds = Quantity(TIME, "-10 min")
metres = Quantity(LENGTH, "6 km", 0, refusal=NEGATIVE)
metres_per_second = Quantity(
    SPEED,
    "40 km/h",
    MORE_THAN_NOTHING,
    refusal=Message("a speed must be more than nothing; found {found}"),
)
share = Quantity(SHARE, "90 %", 0, 1, Message("a share lies between 0 % and 100 %; found {found}"))
points = Quantity(POINTS, "1 point", 0, 1, Message("points lie between 0 and 100; found {found}"))
speed_share = Quantity(  # a speed is multiplied with it
    SHARE, "80 %", 0.01, 3, Message("a share of a speed lies between 1 % and 300 %; found {found}")
)


class Rate(NamedTuple):
    """Calls per second: of each person (`per_person`), or of the whole area together."""

    per_second: float
    per_person: bool


class Amount(NamedTuple):
    """Money over time; the unit is the planner's own and only printed."""

    value: float
    unit: str  # like "CNY per year"


def amount(value: object) -> Amount:
    """An amount from a text like "450,000 CNY per year"; any currency and period will do."""
    match = _QUANTITY.fullmatch(half_width(value)) if isinstance(value, str) else None
    if match is None or not re.search(r"\bper\b|/|每", match[2]):
        raise ValueError(
            Message(
                'write an amount, a currency and a period, like "{example}"; found {found}',
                example="450,000 CNY per year",
                found=_shown(value),
            )
        )
    money = _number(match[1])
    if money < 0:
        raise ValueError(Message(NEGATIVE, found=value))
    return Amount(money, " ".join(match[2].split()))


def rate(value: object) -> Rate:
    """A rate of calls from "14.7 per 1000 people per year" or "36 per day"."""
    match = _RATE.fullmatch(half_width(value)) if isinstance(value, str) else None
    if match is None or match[3] not in TIME:
        raise ValueError(
            Message(
                'write a rate like "{of_people}" or "{of_all}"; found {found}',
                of_people="14.7 per 1000 people per year",
                of_all="36 per day",
                found=_shown(value),
            )
        )
    calls, persons = _number(match[1]), _number(match[2] or "1")
    if calls < 0:
        raise ValueError(Message("a rate cannot be negative; found {found}", found=value))
    if persons <= 0:
        raise ValueError(
            Message("the number of people must be more than none; found {found}", found=value)
        )
    return Rate(calls / persons / TIME[match[3]], match[2] is not None)


_FACTOR = re.compile(rf"[x×*]\s*({_NUMBER})|({_NUMBER})\s*(?:%|percent)")


def is_factor(text: str) -> bool:
    """Whether a text is meant as a factor: "x1.2" or "120 %"."""
    return _FACTOR.fullmatch(text.strip()) is not None


def factor(text: str) -> float:
    """How many times, from "x1.2" or "120 %"."""
    match = _FACTOR.fullmatch(text.strip())
    if match is None:
        raise ValueError(Message('write a factor like x1.2 or "120 %"; found {found}', found=text))
    return _number(match[1]) if match[1] else _number(match[2]) / 100


def half_width(text: str) -> str:
    """１０ｍｉｎ as 10min."""
    return text.translate(_HALF_WIDTH)


def _number(text: str) -> float:
    value = float(text.replace(",", ""))
    if not math.isfinite(value):
        raise ValueError(Message("{number} is not a finite number", number=text))
    return value


def _shown(value: object) -> str:
    return value if isinstance(value, str) else repr(value)
