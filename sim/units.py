"""The one door for quantities: planners write "12 min", "6 km", "40 km/h"; code sees SI.

A bare number is refused, because nobody can tell whether `10` meant minutes or seconds. Each
parser returns seconds, metres, metres per second, a share between 0 and 1, or calls per second
(per person), and raises ValueError in a planner's words. There is one grammar of numbers, for
quantities, options and settings, and every value has bounds, which are looked at in SI.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final, NamedTuple

from sim.text import Message, harmless

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

# ── numbers ──────────────────────────────────────────────────────────────────────────────────

# Full-width letters, digits and marks, as Chinese input methods write them, and blanks that are
# no blank of ASCII; every sign that people type for a minus.
_HALF_WIDTH: Final = {0xFF01 + n: 0x21 + n for n in range(0x5E)} | {0x3000: 0x20}
_USUAL: Final = (
    _HALF_WIDTH
    | dict.fromkeys((0xA0, 0x2007, 0x2009, 0x202F), 0x20)
    | dict.fromkeys(map(ord, "−–—‐‑﹣"), ord("-"))
    | {ord("﹢"): ord("+"), ord("﹪"): ord("%")}
)
_WHOLE: Final = r"[+-]?(?:[1-9][0-9]{0,2}(?:,[0-9]{3})+|[0-9]+)"
# A comma parts thousands only: in "1,5 min" it would silently mean fifteen.
_NUMBER: Final = (
    r"[+-]?(?:[1-9][0-9]{0,2}(?:,[0-9]{3})+(?:\.[0-9]*)?|[0-9]+\.?[0-9]*|\.[0-9]+)"
    r"(?:[eE][+-]?[0-9]+)?"
)
AT_LEAST: Final = Message("write at least {least}; found {found}")
AT_MOST: Final = Message("write at most {most}; found {found}")
HALF_A_LINE: Final = 60  # letters that are shown of what was found
MOST_DIGITS: Final = 100  # of a number as it is written; more is no number that people write


def half_width(text: str) -> str:
    """１０ｍｉｎ as 10min."""
    return text.translate(_HALF_WIDTH)


def usual(text: str) -> str:
    """A value as it is usually written: ＋１ as +1, −1 and －１ as -1, １０　ｍｉｎ as 10 min.

    Not for names: a station may be called so.
    """
    return text.translate(_USUAL).strip()


def usual_range(text: str) -> str:
    """A range or list as it is usually written: ０８～２０ as 08-20, sat、sun as sat,sun."""
    return usual(text).translate(str.maketrans("~〜、", "--,"))


# As they are written in Chinese: the first day of a week is Monday.
_DAYS: Final = ("一", "二", "三", "四", "五", "六", "日")
_DAY: Final = re.compile(r"(?:周|星期|礼拜)([一二三四五六日天])")


def usual_days(text: str, names: Sequence[str]) -> str:
    """Days with hyphens and commas: 周一至周五、周日 is mon-fri,sun; `names`: from Monday on."""

    def named(day: re.Match[str]) -> str:
        return names[_DAYS.index(day[1].replace("天", "日"))]

    return usual_range(_DAY.sub(named, text)).translate(str.maketrans("至到，", "--,"))


def number(text: str) -> float:
    """The number of a text like "1,200.5" or "−3"; it may be infinite, but is never nan.

    ValueError, with a Message, of all else: signs of other scripts, `1_0`, `nan`, `inf`.
    """
    plain = usual(text)
    if len(plain) > MOST_DIGITS or not re.fullmatch(_NUMBER, plain):
        raise ValueError(Message("write a number; found {found}", found=shown(text)))
    return float(plain.replace(",", ""))


def whole(text: str) -> int:
    """The whole number of a text like "12" or "１２"; ValueError, with a Message, of all else."""
    plain = usual(text)
    if len(plain) > MOST_DIGITS or not re.fullmatch(_WHOLE, plain):
        raise ValueError(Message("write a whole number; found {found}", found=shown(text)))
    return int(plain.replace(",", ""))


def is_whole(text: str) -> bool:
    """Whether a text is meant as a whole number without a sign."""
    return re.fullmatch(r"[0-9]+", usual(text)) is not None


def bounded(value: float, least: float, most: float, found: object = None) -> float:
    """A number that is not below or above its bounds; ValueError, with a Message, of all else.

    `found`: how it was written. Huge whole numbers, infinities and nan are outside.
    """
    if not value <= most:
        raise ValueError(Message(AT_MOST, most=plainly(most), found=shown(found or value)))
    if not value >= least:
        raise ValueError(Message(AT_LEAST, least=plainly(least), found=shown(found or value)))
    return value


def plainly(number: float) -> str:
    """A bound as people write it: 100000, not 1e+05."""
    whole = math.isfinite(number) and number == int(number) and abs(number) < 1e18
    return str(int(number)) if whole or isinstance(number, int) else f"{number:.15g}"


NOTHING: Final = Message("nothing")


def shown(value: object) -> str:
    """What was found, as it was written, never longer than half a line, and harmless to show."""
    if value is None or (isinstance(value, str) and not value):
        return NOTHING
    try:
        text = value if isinstance(value, str) else repr(value)
    except (ValueError, RecursionError):  # a whole number of thousands of digits, a list in itself
        text = "…"
    return harmless(text, HALF_A_LINE)


def spelt(value: object) -> str:
    """What was found in Python, as it is written there: a text in quotes."""
    return shown(repr(value)) if isinstance(value, str) else shown(value)


# ── quantities ───────────────────────────────────────────────────────────────────────────────

_QUANTITY: Final = re.compile(rf"({_NUMBER})\s*([^\s0-9.,].*?)")
_RATE: Final = re.compile(
    rf"({_NUMBER})\s*(?:calls?\s+)?(?:per\s+({_NUMBER})\s*(?:people|persons)\s+)?per\s+(\w+)"
)


@dataclass(frozen=True, eq=False)
class Quantity:
    """A parser of a number with its unit: `seconds("12 min")` is 720.0.

    Its bounds are written as planners write the value, and are themselves allowed. ValueError,
    with a Message, of what is no such quantity or lies outside them.
    """

    units: dict[str, float]  # of each unit, in SI
    example: str
    least: str = ""
    most: str = ""

    def __call__(self, value: object) -> float:
        found = self._in_si(value)
        low, high = self._bounds
        if not found <= high:  # after the conversion: 1e308 years are infinitely many seconds
            raise ValueError(Message(AT_MOST, most=self.most, found=shown(value)))
        if not found >= low:
            raise ValueError(Message(AT_LEAST, least=self.least, found=shown(value)))
        return found

    def within(self, least: str, most: str) -> Quantity:
        """The same with other bounds."""
        return replace(self, least=least, most=most)

    def knows(self, value: object) -> bool:
        """Whether a value is a number with one of these units, whatever its bounds."""
        match = _match(_QUANTITY, value)
        return match is not None and match[2] in self.units

    @cached_property
    def _bounds(self) -> tuple[float, float]:
        low = self._in_si(self.least) if self.least else -math.inf
        return low, self._in_si(self.most) if self.most else math.inf

    def _in_si(self, value: object) -> float:
        match = _match(_QUANTITY, value)
        if match is None:
            raise ValueError(
                Message(
                    'write a number and a unit, like "{example}"; found {found}',
                    example=self.example,
                    found=shown(value),
                )
            )
        written, unit = match.groups()
        if unit not in self.units:
            raise ValueError(
                Message(
                    'unknown unit "{unit}"; write it like "{example}"',
                    unit=shown(unit),
                    example=self.example,
                )
            )
        return number(written) * self.units[unit]


def _match(pattern: re.Pattern[str], value: object) -> re.Match[str] | None:
    if not isinstance(value, str) or len(value) > 2 * MOST_DIGITS:
        return None
    return pattern.fullmatch(usual(value))


# What planners write, each in the widest bounds; `sim.scenario.values` narrows them for what is
# set. Ten years are the longest study. The shift of a distribution alone may be negative.
seconds = Quantity(TIME, "10 min", "0 s", "3660 days")
signed_seconds = Quantity(TIME, "-10 min", "-7 days", "7 days")
metres = Quantity(LENGTH, "6 km", "0 m", "1000 km")  # the width of a province
metres_per_second = Quantity(
    SPEED, "40 km/h", "1 km/h", "300 km/h"
)  # slower than on foot; a racing car
share = Quantity(SHARE, "90 %", "0 %", "100 %")
some_time = seconds.within("0.001 s", "1 day")  # that is too small to matter
some_points = Quantity(POINTS, "1 point", "0.0001 points", "100 points")
points = Quantity(POINTS, "1 point", "0 points", "100 points")
speed_share = Quantity(SHARE, "80 %", "1 %", "300 %")  # a speed is multiplied with it
call_share = Quantity(SHARE, "130 %", "1 %", "10,000 %")  # a number of calls, likewise
turnout_share = Quantity(SHARE, "120 %", "1 %", "1,000 %")  # a turnout, likewise


class Rate(NamedTuple):
    """Calls per second: of each person (`per_person`), or of the whole area together."""

    per_second: float
    per_person: bool


class Amount(NamedTuple):
    """Money over time; the unit is the planner's own and only printed."""

    value: float
    unit: str  # like "CNY per year"


MOST_MONEY: Final = 1e15  # more than any country spends, in any currency
LONGEST_UNIT: Final = 40  # letters of "CNY per year"
# Hundreds of times what the busiest places have: 14.7 per 1000 people per year are usual.
MOST_CALLS_OF_PEOPLE: Final = "10,000 per 1000 people per year"
MOST_CALLS_OF_ALL: Final = "1,000,000 per day"
MOST_PEOPLE: Final = 10_000_000  # "per 1000 people"


def amount(value: object) -> Amount:
    """An amount from a text like "450,000 CNY per year"; any currency and period will do."""
    match = _match(_QUANTITY, value)
    if match is None or len(match[2]) > LONGEST_UNIT or not re.search(r"\bper\b|/|每", match[2]):
        raise ValueError(
            Message(
                'write an amount, a currency and a period, like "{example}"; found {found}',
                example="450,000 CNY per year",
                found=shown(value),
            )
        )
    money = bounded(number(match[1]), 0, MOST_MONEY, value)
    return Amount(money, " ".join(match[2].split()))


def rate(value: object) -> Rate:
    """A rate of calls from "14.7 per 1000 people per year" or "36 per day"."""
    found = _rate(value)
    written = MOST_CALLS_OF_PEOPLE if found.per_person else MOST_CALLS_OF_ALL
    if not found.per_second <= _rate(written).per_second:
        raise ValueError(Message(AT_MOST, most=written, found=shown(value)))
    return found


def _rate(value: object) -> Rate:
    match = _match(_RATE, value)
    if match is None or match[3] not in TIME:
        raise ValueError(
            Message(
                'write a rate like "{of_people}" or "{of_all}"; found {found}',
                of_people="14.7 per 1000 people per year",
                of_all="36 per day",
                found=shown(value),
            )
        )
    calls, persons = number(match[1]), number(match[2] or "1")
    if calls < 0:
        raise ValueError(Message("a rate cannot be negative; found {found}", found=shown(value)))
    if not 1 <= persons <= MOST_PEOPLE:
        raise ValueError(
            Message(
                "write a rate per 1 to {most} people; found {found}",
                most=f"{MOST_PEOPLE:,}",
                found=shown(value),
            )
        )
    return Rate(calls / persons / TIME[match[3]], match[2] is not None)


_FACTOR: Final = re.compile(rf"[xX×*]\s*({_NUMBER})|({_NUMBER})\s*(?:%|percent)")


def is_factor(text: str) -> bool:
    """Whether a text is meant as a factor: "x1.2" or "120 %"."""
    return _match(_FACTOR, text) is not None


def factor(text: str) -> float:
    """How many times, from "x1.2" or "120 %"; within no bounds yet."""
    match = _match(_FACTOR, text)
    if match is None:
        raise ValueError(
            Message('write a factor like x1.2 or "120 %"; found {found}', found=shown(text))
        )
    return number(match[1]) if match[1] else number(match[2]) / 100
