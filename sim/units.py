"""The one door for quantities: planners write "12 min", "6 km", "40 km/h"; code sees SI.

A bare number is refused, because nobody can tell whether `10` meant minutes or seconds. Each
parser returns seconds, metres, metres per second, a share between 0 and 1, or calls per second
(per person), and raises ValueError in a planner's words.
"""

from __future__ import annotations

import math
import re
from typing import Final, NamedTuple

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

# A comma parts thousands only: in "1,5 min" it would silently mean fifteen.
_NUMBER = r"[+-]?(?:\d{1,3}(?:,\d{3})+(?:\.\d*)?|\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_QUANTITY = re.compile(rf"\s*({_NUMBER})\s*([^\s\d.,].*?)\s*")
_RATE = re.compile(
    rf"\s*({_NUMBER})\s*(?:calls?\s+)?(?:per\s+({_NUMBER})\s*(?:people|persons)\s+)?per\s+(\w+)\s*"
)


class Rate(NamedTuple):
    """Calls per second: of each person (`per_person`), or of the whole area together."""

    per_second: float
    per_person: bool


def _number(text: str) -> float:
    value = float(text.replace(",", ""))
    if not math.isfinite(value):
        raise ValueError(f"{text} is not a finite number")
    return value


def _parse(value: object, units: dict[str, float], example: str) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise ValueError(f'write a number and a unit, like "{example}"; found {value!r}')
    match = _QUANTITY.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise ValueError(f'write a number and a unit, like "{example}"; found {value}')
    number, unit = match.groups()
    if unit not in units:
        raise ValueError(f'unknown unit "{unit}"; write it like "{example}"')
    return _number(number) * units[unit]


def seconds(value: object) -> float:
    """Seconds from a text like "12 min"; negative durations are refused."""
    return _positive(_parse(value, TIME, "10 min"), value)


def signed_seconds(value: object) -> float:
    """Seconds from a text like "-10.01 min": the shift of a distribution may be negative."""
    return _parse(value, TIME, "-10 min")


def metres(value: object) -> float:
    return _positive(_parse(value, LENGTH, "6 km"), value)


def metres_per_second(value: object) -> float:
    speed = _parse(value, SPEED, "40 km/h")
    if speed <= 0:
        raise ValueError(f"a speed must be more than nothing; found {value}")
    return speed


def share(value: object) -> float:
    """A share between 0 and 1 from a text like "90 %"."""
    result = _parse(value, SHARE, "90 %")
    if not 0 <= result <= 1:
        raise ValueError(f"a share lies between 0 % and 100 %; found {value}")
    return result


def points(value: object) -> float:
    """A difference of shares from a text like "1 point" (of a hundred)."""
    result = _parse(value, POINTS, "1 point")
    if not 0 <= result <= 1:
        raise ValueError(f"points lie between 0 and 100; found {value}")
    return result


def speed_share(value: object) -> float:
    """What a speed is multiplied with, from a text like "80 %"; at most 300 %."""
    result = _parse(value, SHARE, "80 %")
    if not 0.01 <= result <= 3:
        raise ValueError(f"a share of a speed lies between 1 % and 300 %; found {value}")
    return result


class Amount(NamedTuple):
    """Money over time; the unit is the planner's own and only printed."""

    value: float
    unit: str  # like "CNY per year"


def amount(value: object) -> Amount:
    """An amount from a text like "450,000 CNY per year"; any currency and period will do."""
    match = _QUANTITY.fullmatch(value) if isinstance(value, str) else None
    if match is None or not re.search(r"\bper\b|/|每", match[2]):
        example = "450,000 CNY per year"
        raise ValueError(
            f'write an amount, a currency and a period, like "{example}"; found {value}'
        )
    return Amount(_positive(_number(match[1]), value), " ".join(match[2].split()))


def rate(value: object) -> Rate:
    """A rate of calls from "14.7 per 1000 people per year" or "36 per day"."""
    example = '"14.7 per 1000 people per year" or "36 per day"'
    match = _RATE.fullmatch(value) if isinstance(value, str) else None
    if match is None or match[3] not in TIME:
        raise ValueError(f"write a rate like {example}; found {value}")
    calls, people, unit = _number(match[1]), match[2], match[3]
    if calls < 0:
        raise ValueError(f"a rate cannot be negative; found {value}")
    persons = _number(people) if people else 1.0
    if persons <= 0:
        raise ValueError(f"the number of people must be more than none; found {value}")
    return Rate(calls / persons / TIME[unit], people is not None)


def _positive(result: float, value: object) -> float:
    if result < 0:
        raise ValueError(f"must not be negative; found {value}")
    return result
