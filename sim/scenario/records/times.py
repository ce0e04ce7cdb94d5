"""Times as people have them: a column is read in one way throughout, or refused.

Only forms that can be read in one way are read. Whether the day or the month comes first is seen
from the whole column, or asked about; it is never decided row by row.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

import numpy as np

from sim.scenario.records import half_dates
from sim.scenario.records.faults import NOT_A_TIME, Fault
from sim.scenario.validation import Problems
from sim.text import Message
from sim.units import half_width

DAY_FIRST, MONTH_FIRST = "day first", "month first"
EXCEL, UNIX_S, UNIX_MS = "excel", "unix seconds", "unix milliseconds"
NAMED: Final = (DAY_FIRST, MONTH_FIRST, EXCEL, UNIX_S, UNIX_MS)
YEARS: Final = (1900, 2200)
EXAMPLE: Final = "2025-01-08 14:05:30"

MANY: Final = 2_000  # texts
ISO_LETTERS: Final = len(EXAMPLE)
# [letter] what stands between digits, 0 for a digit
ISO_SIGNS: Final = np.array([0 if sign.isdecimal() else ord(sign) for sign in EXAMPLE])

FARTHEST: Final = timedelta(hours=14)  # of any clock from UTC

_MONTHS: Final = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
)  # fmt: skip
_MONTH_OF: Final = (
    {name: n for n, name in enumerate(_MONTHS, 1)}
    | {name[:3]: n for n, name in enumerate(_MONTHS, 1)}
    | {"sept": 9}
)
_WORD = rf"(?P<word>{'|'.join(sorted(_MONTH_OF, key=len, reverse=True))})\.?"
_WEEKDAY = r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,?\s+)?"
_DATES: Final = (
    r"(?P<y>\d{4})(?P<sep>[-/.])(?P<m>\d{1,2})(?P=sep)(?P<d>\d{1,2})",
    r"(?P<y>\d{4})\s?年\s?(?P<m>\d{1,2})\s?月\s?(?P<d>\d{1,2})\s?[日号]",
    r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})",
    r"(?P<a>\d{1,2})(?P<sep>[-/.])(?P<b>\d{1,2})(?P=sep)(?P<y>\d{4})",
    rf"{_WEEKDAY}(?P<d>\d{{1,2}})[-\s]{_WORD}[-,\s]\s?(?P<y>\d{{4}})",
    rf"{_WEEKDAY}{_WORD}\s(?P<d>\d{{1,2}}),?\s(?P<y>\d{{4}})",
    rf"(?P<y>\d{{4}})[-\s]{_WORD}[-\s](?P<d>\d{{1,2}})",
)
_HALVES: Final = r"(?P<half>上午|下午|凌晨|清晨|早上|早晨|中午|傍晚|晚上|am|pm)"
_CLOCK: Final = (
    rf"(?:{_HALVES}\s?)?(?P<h>\d{{1,2}}):(?P<min>\d{{2}})(?::(?P<s>\d{{2}})(?:[.,](?P<f>\d{{1,9}}))?)?"
    r"(?:\s?(?P<half2>[ap]\.?m\.?))?",
    rf"(?:{_HALVES}\s?)?(?P<h>\d{{1,2}})\s?[时点]\s?(?:(?P<min>\d{{1,2}})\s?分\s?(?:(?P<s>\d{{1,2}})\s?秒)?)?",
)
_COMPACT = r"(?P<h>\d{2})(?P<min>\d{2})(?P<s>\d{2})?"
_ZONE = r"(?:\s?(?P<zone>z|utc|gmt|[+-]\d{2}(?::?\d{2})?))?"
# Between a day and its time: a blank or T; nothing after a Chinese day or day of the week.
_BETWEEN = r"(?:t|,?\s|\s?(?<=[日号])|\s?\(?(?:星期|周)[一二三四五六日天]\)?\s?)"
_SHAPES: Final = (
    *(
        re.compile(pattern, re.IGNORECASE)
        for date in _DATES
        for pattern in (*(rf"{date}{_BETWEEN}{time}{_ZONE}" for time in _CLOCK), date)
    ),
    re.compile(rf"{_DATES[2]}[t\s]?{_COMPACT}{_ZONE}", re.IGNORECASE),
    # As it is typed into Excel in China, no digit more than needed: 2025/3/1 8:5:0 is 08:05:00.
    re.compile(
        r"(?P<y>\d{4})(?P<sep>[-/.])(?P<m>\d{1,2})(?P=sep)(?P<d>\d{1,2})\s"
        r"(?P<h>\d{1,2}):(?P<min>\d{1,2})"
        r"(?::(?P<s>\d{1,2}))?"
    ),
)
_MIDNIGHT: Final = re.compile(
    r"(?:[t\s]\s*0?0:00(?::00(?:\.0+)?)?|\s+12:00(?::00)?\s?am)$", re.IGNORECASE
)
_MORNING = ("上午", "早上", "早晨", "清晨", "凌晨", "am")
_AFTERNOON = ("下午", "傍晚", "pm")


class Parts(NamedTuple):
    """One time as it was written, before it is known whether the day or the month comes first."""

    year: int
    first: int  # of day and month, as written; the month where there is no doubt
    second: int
    doubtful: bool  # which of the two is the day
    clock: timedelta | None  # since midnight; None: no time of day was written
    offset: timedelta | None  # from UTC; None: it does not say

    def at(self, order: str) -> datetime | None:
        """The time, if the day or the month comes first; None if there is no such day."""
        month, day = self.first, self.second
        if self.doubtful and order == DAY_FIRST:
            month, day = day, month
        try:
            return datetime(self.year, month, day) + (self.clock or timedelta(0))
        except (ValueError, OverflowError):
            return None


class TimeColumn(NamedTuple):
    """A column of times: local or not is not known yet."""

    at: np.ndarray  # [row] datetime64[us], as written; NaT where there is none
    offset: list[timedelta | None]  # [row] from UTC, where a time says it
    faults: list[Fault]  # times that cannot be read; one that is not there is none
    dates_only: bool  # no time of day is written anywhere
    order: str  # what comes first where that was in doubt, else ""


def read(
    texts: Sequence[str], header: str, lines: Sequence[int], written: str, usual: str,
    problems: Problems,
) -> TimeColumn:  # fmt: skip
    """A column, its texts stripped; what makes the whole of it unreadable is told.

    `written`: the format that the planner names, a name of `NAMED` or in the letters of strptime,
    or ""; `usual`: what comes first in exports with such headers, where the column leaves it open.
    """
    if not written and (plain := _iso(texts)) is not None:
        return plain
    unique = list(dict.fromkeys(text for text in texts if text))
    if written and written.casefold() not in (DAY_FIRST, MONTH_FIRST):
        found = {text: _asked(text, written) for text in unique}
        known = {text: each for text, each in found.items() if each is not None}
        order, dates_only = "", False
    else:
        parts = _all_parsed(unique)
        order = _order(parts, written.casefold(), usual, problems.at(header), texts, lines)
        kept = {text: part for text, part in parts.items() if part is not None}
        half_dates.tell(
            ((text, part.doubtful, part.first, part.second) for text, part in kept.items()),
            problems.at(header),
        )
        dates_only = bool(kept) and all(part.clock is None for part in kept.values())
        known = {
            text: (at, part.offset)
            for text, part in kept.items()
            if (dates_only or part.clock is not None) and (at := part.at(order)) is not None
        }
    known = {text: each for text, each in known.items() if YEARS[0] <= each[0].year <= YEARS[1]}
    faults = [
        Fault(row, header, _refusal(text, written), NOT_A_TIME)
        for row, text in enumerate(texts)
        if text and text not in known
    ]
    nothing: tuple[datetime | None, timedelta | None] = (None, None)
    each = [known.get(text, nothing) for text in texts]
    instants = np.array([one for one, _ in each], "datetime64[us]")
    return TimeColumn(instants, [offset for _, offset in each], faults, dates_only, order)


def _iso(texts: Sequence[str]) -> TimeColumn | None:
    """A long column in which every time is written like 2025-01-08 14:05:30, read at once.

    None of any other, which is read text by text: to the same instants, but for millions of times
    that takes minutes.
    """
    if len(texts) < MANY:
        return None
    column = np.array(texts, f"U{ISO_LETTERS + 1}")  # what is longer is cut to a length of none
    filled = column != ""
    if not filled.any() or (np.char.str_len(column[filled]) != ISO_LETTERS).any():
        return None
    signs = column[filled].view(np.uint32).reshape(-1, ISO_LETTERS + 1)[:, :ISO_LETTERS]
    digits = (signs >= ord("0")) & (signs <= ord("9"))
    if (digits != (ISO_SIGNS == 0)).any():
        return None
    if (signs != ISO_SIGNS)[:, ISO_SIGNS > 0].any():
        return None
    at = np.full(len(texts), "NaT", "datetime64[us]")
    try:
        at[filled] = column[filled].astype("datetime64[us]")
    except ValueError:  # a day that there is not
        return None
    years = at[filled].astype("datetime64[Y]").astype(int) + 1970
    if years.min() < YEARS[0] or years.max() > YEARS[1]:
        return None
    return TimeColumn(at, [None] * len(texts), [], False, "")


def days(texts: Sequence[str]) -> list[str]:
    """Days that have a column of times beside them, without the midnight that exports add."""
    midnights = [_MIDNIGHT.search(text) for text in texts if text]
    return [_MIDNIGHT.sub("", text) for text in texts] if all(midnights) else list(texts)


def parsed(text: str) -> Parts | None:
    """What a text says, in any of the forms that can be read in one way."""
    return _all_parsed([text])[text]


def _all_parsed(texts: Sequence[str]) -> dict[str, Parts | None]:
    """What each text says. No text is of two shapes, so the last one found is tried first."""
    found: dict[str, Parts | None] = {}
    shapes = list(_SHAPES)
    for text in texts:
        plain, found[text] = " ".join(half_width(text).split()), None
        for row, shape in enumerate(shapes):
            match = shape.fullmatch(plain)
            if match is not None:
                found[text] = _parts(match.groupdict())
                shapes.insert(0, shapes.pop(row))
                break
    return found


def _parts(found: dict[str, str | None]) -> Parts | None:
    doubtful = "a" in found
    if doubtful:
        first, second = int(found["a"] or 0), int(found["b"] or 0)
    else:
        word = found.get("word")
        first = _MONTH_OF[word.casefold()] if word else int(found["m"] or 0)
        second = int(found["d"] or 0)
    clock = None
    if found.get("h") is not None:
        clock = _clock(found)
        if clock is None:
            return None
    zone = found.get("zone")
    offset = None if zone is None else _offset(zone)
    if offset is not None and abs(offset) > FARTHEST:
        return None
    return Parts(int(found["y"] or 0), first, second, doubtful, clock, offset)


def _clock(found: dict[str, str | None]) -> timedelta | None:
    """The time of day; 24:00 is the next midnight."""
    hour, minute = int(found["h"] or 0), int(found.get("min") or 0)
    second, fraction = int(found.get("s") or 0), (found.get("f") or "").ljust(6, "0")[:6]
    half = (found.get("half") or found.get("half2") or "").casefold().replace(".", "")
    if found.get("half") and found.get("half2"):
        return None
    if half:
        hour_of_day = _with_half(hour, half)
        if hour_of_day is None:
            return None
        hour = hour_of_day
    midnight = hour == 24 and minute == second == 0 and not int(fraction)
    if minute > 59 or second > 59 or (hour > 23 and not midnight):
        return None
    return timedelta(hours=hour, minutes=minute, seconds=second, microseconds=int(fraction))


def _with_half(hour: int, half: str) -> int | None:
    """The hour of the day of one that is said with its half; None where that is open.

    On a clock of twelve hours the first hour of either half is 12 or 0, as systems write it.
    """
    if half in _MORNING:
        return 0 if hour == 12 and half in ("am", "上午", "凌晨") else hour if hour < 12 else None
    if half in _AFTERNOON:
        first = hour == 0 and half == "下午"
        return hour if 12 <= hour <= 23 else hour + 12 if 1 <= hour < 12 or first else None
    if half == "中午":
        return hour if hour in (11, 12, 13) else hour + 12 if hour in (0, 1, 2) else None
    return hour if 18 <= hour <= 23 else hour + 12 if 6 <= hour < 12 else None  # in the evening


def _offset(zone: str) -> timedelta:
    if zone.casefold() in ("z", "utc", "gmt"):
        return timedelta(0)
    sign = -1 if zone[0] == "-" else 1
    digits = zone[1:].replace(":", "").ljust(4, "0")
    return sign * timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))


def _order(
    parts: dict[str, Parts | None], written: str, usual: str, problems: Problems,
    texts: Sequence[str], lines: Sequence[int],
) -> str:  # fmt: skip
    """What comes first in a column, the day or the month; "" where it does not matter.

    Told: a column that has both, and one that leaves it open.
    """
    doubtful = {t: p for t, p in parts.items() if p is not None and p.doubtful}
    if not doubtful or written:
        return written
    only: dict[str, str] = {}
    for text, part in doubtful.items():
        fits = [order for order in (DAY_FIRST, MONTH_FIRST) if part.at(order) is not None]
        if len(fits) == 1:
            only.setdefault(fits[0], text)
    if len(only) == 2:
        problems.tell(
            Message(
                "line {one} says the day first ({day_first}), line {other} the month "
                "({month_first}): write them alike",
                one=lines[texts.index(only[DAY_FIRST])],
                day_first=only[DAY_FIRST],
                other=lines[texts.index(only[MONTH_FIRST])],
                month_first=only[MONTH_FIRST],
            )
        )
        return MONTH_FIRST
    if only:
        return next(iter(only))
    if usual or all(part.first == part.second for part in doubtful.values()):
        return usual or MONTH_FIRST
    problems.tell(
        Message(
            "does the day come first in {found}, or the month? Write `replay: {{file: …, "
            "time_format: day first}}` or `month first`",
            found=next(t for t, p in doubtful.items() if p.first != p.second),
        )
    )
    return MONTH_FIRST


def _asked(text: str, written: str) -> tuple[datetime, timedelta | None] | None:
    """A time in the format that a planner names."""
    try:
        if written.casefold() == EXCEL:  # days; the first 60 days of Excel's calendar are wrong
            days = float(text)
            return None if days < 61 else (_rounded(datetime(1899, 12, 30), days * 86_400), None)
        if written.casefold() in (UNIX_S, UNIX_MS):
            seconds = float(text) / (1000 if written.casefold() == UNIX_MS else 1)
            at = _rounded(datetime(1970, 1, 1), seconds)  # in 1970: the other one of the two
            return None if at.year <= 1970 else (at, timedelta(0))
        found = datetime.strptime(" ".join(text.split()), " ".join(written.split()))
    except (ValueError, OverflowError):
        return None
    return found.replace(tzinfo=None), found.utcoffset()


def _rounded(start: datetime, seconds: float) -> datetime:
    return start + timedelta(seconds=round(seconds, 3))


def check_format(written: str | None, problems: Problems) -> str:
    """The format that a planner names; "" after telling why it is none."""
    if not written or written.casefold() in NAMED:
        return (written or "").casefold()
    letters = set(re.findall(r"%([A-Za-z])", written.replace("%%", "")))
    date = letters & set("yYGcx") and letters & set("mbBjcx") and letters & set("djcx")
    hour = letters & set("HcX") or ("I" in letters and "p" in letters)
    if date and hour:
        try:
            datetime.strptime(datetime(2025, 1, 8, 14, tzinfo=UTC).strftime(written), written)
            return written
        except ValueError:
            pass
    problems.tell(
        Message(
            "write a format with year, month, day and hour, like {example}, or one of {names}; "
            "found {found}",
            example="%d.%m.%Y %H.%M", names=", ".join(NAMED), found=written,
        )
    )  # fmt: skip
    return ""


_TIME_ALONE: Final = rf"(?:{'|'.join(re.sub('[?]P<[a-z0-9]+>', '?:', c) for c in _CLOCK)})"


def _unix(text: str) -> str | None:
    """Which Unix numbers a text looks like: those of times from 2001 to 2033."""
    try:
        number = float(text)
    except ValueError:
        return None
    return UNIX_S if 1e9 <= number < 2e9 else UNIX_MS if 1e12 <= number < 2e12 else None


def _refusal(text: str, written: str) -> Message:
    """What is wrong with a time that could not be read."""
    if written and written.casefold() not in (DAY_FIRST, MONTH_FIRST):
        return Message(
            "this is no time of the format {format}; found {found}", format=written, found=text
        )
    part = parsed(text)
    if part is not None and (at := part.at(MONTH_FIRST) or part.at(DAY_FIRST)) is not None:
        if not YEARS[0] <= at.year <= YEARS[1]:
            return Message("the year is not of our time; found {found}", found=text)
        if part.clock is None:
            return Message("a date without the time of day; found {found}", found=text)
    if part is not None:
        return Message("there is no such day; found {found}", found=text)
    if re.fullmatch(r"\d{1,2}[-/.]\d{1,2}[-/.]\d{2}\b.*", text):
        return Message(
            "write the year with four digits, or say how times are written with `time_format`; "
            "found {found}",
            found=text,
        )
    if re.fullmatch(r"[34567]\d{4}(\.\d+)?", text):
        return Message(
            "this looks like a day number of Excel: write `time_format: excel`; found {found}",
            found=text,
        )
    if (unix := _unix(text)) is not None:
        return Message(
            "this looks like a number of {name}: write `time_format: {name}`; found {found}",
            name=unix,
            found=text,
        )
    if re.fullmatch(_TIME_ALONE, half_width(text), re.IGNORECASE):
        return Message("a time of day without its date; found {found}", found=text)
    if re.search(r"\d\s?[A-Z]{3,4}$", text) and parsed(text[:-4].strip()) is not None:
        return Message(
            "several clocks have the same letters: write the offset, like +08:00; found {found}",
            found=text,
        )
    return Message(
        'write a time like "{example}", or say how times are written with `time_format`; found '
        "{found}",
        example=EXAMPLE,
        found=text,
    )
