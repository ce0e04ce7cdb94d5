"""Numbers as people write them in their files, and the unit that a column's header says.

One grammar for all: `1234.5`, `1,234.5`, `1 234.5`, `1'234.5`, full-width `１２３．５`, `3.2万`.
A comma before any but three digits is a decimal one, `12,5`; it is read as such where the whole
column says so, and is never simply left out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np

from sim import units
from sim.text import Message, message_of

MOST: Final = 2e19  # the largest whole number of any program; more was never meant
TEN_THOUSANDS: Final = {"万": 1e4, "萬": 1e4, "亿": 1e8, "億": 1e8}
PEOPLE: Final = {
    "人": 1.0, "people": 1.0, "persons": 1.0, "inhabitants": 1.0, "百人": 100.0, "千人": 1e3,
    "千": 1e3, "thousand": 1e3, "thousands": 1e3, "'000": 1e3, "000": 1e3, "000s": 1e3,
    "1000": 1e3, "1000s": 1e3, "10000": 1e4, "10000s": 1e4, "ten thousand": 1e4,
    "ten thousands": 1e4, "million": 1e6, "millions": 1e6, **TEN_THOUSANDS, "万人": 1e4,
    "萬人": 1e4, "十万": 1e5, "十万人": 1e5, "百万": 1e6, "百万人": 1e6, "千万": 1e7,
    "千万人": 1e7, "亿人": 1e8, "億人": 1e8,
}  # fmt: skip
TIME: Final = units.TIME | {"secs": 1.0, "mins": 60.0, "hr": 3600.0, "hrs": 3600.0, "秒钟": 1.0,
                            "ms": 1e-3, "毫秒": 1e-3, "hour(s)": 3600.0, "时": 3600.0}  # fmt: skip
LENGTH: Final = units.LENGTH | {"metres": 1.0, "meters": 1.0, "kilometres": 1000.0,
                                "kilometers": 1000.0, "mi": 1609.344, "miles": 1609.344,
                                "ft": 0.3048, "feet": 0.3048}  # fmt: skip
SPEED: Final = units.SPEED | {"kph": 1 / 3.6, "kmph": 1 / 3.6, "km/hr": 1 / 3.6, "mps": 1.0,
                              "mph": 0.44704, "mi/h": 0.44704, "千米/小时": 1 / 3.6,
                              "公里/时": 1 / 3.6, "千米/时": 1 / 3.6, "米/秒": 1.0,
                              "knots": 1852 / 3600, "kn": 1852 / 3600}  # fmt: skip
VEHICLES: Final = {"辆": 1.0, "輛": 1.0, "台": 1.0}
DEGREES: Final = {"°": 1.0, "deg": 1.0, "degree": 1.0, "degrees": 1.0, "度": 1.0}
AREA: Final = {"km²": 1.0, "km2": 1.0, "sq km": 1.0, "平方公里": 1.0, "平方千米": 1.0, "ha": 0.01,
               "hectares": 0.01, "公顷": 0.01, "mu": 1 / 1500, "亩": 1 / 1500, "万亩": 20 / 3,
               "m²": 1e-6, "m2": 1e-6, "sq m": 1e-6, "平方米": 1e-6, "万公顷": 100.0,
               "sq mi": 2.589988, "square miles": 2.589988, "平方英里": 2.589988}  # fmt: skip
KNOWN: Final = frozenset(PEOPLE | TIME | LENGTH | SPEED | VEHICLES | DEGREES | AREA)

_WIDE: Final = str.maketrans("０１２３４５６７８９．，＋－−–’＇％", "0123456789.,+---''%")
_SPACES: Final = re.compile(r"[\u00a0\u2007\u2009\u202f\u3000]")
_NUMBER: Final = re.compile(
    r"(?P<sign>[+-]?) ?"
    r"(?P<whole>[1-9][0-9]{0,2}(?:(?:,[0-9]{3})+|(?: [0-9]{3})+|(?:'[0-9]{3})+)"
    r"|[0-9]+|(?=\.[0-9]))"
    r"(?P<part>\.[0-9]*)?(?P<power>[eE][+-]?[0-9]{1,3})?"
    r" ?(?P<myriads>[万萬亿億]?)人?"
)
_COMMA: Final = re.compile(r"[+-]? ?(?:[0-9]{1,3}(?:[.' ][0-9]{3})+|[0-9]+),[0-9]+ ?[万萬亿億]?人?")
_DOTS: Final = re.compile(r"[+-]? ?[1-9][0-9]{0,2}(?:\.[0-9]{3}){2,}")
_THOUSANDS: Final = re.compile(r"[+-]? ?[1-9][0-9]{0,2}(?:,[0-9]{3})+ ?[万萬亿億]?人?")
_THREE: Final = re.compile(r"[+-]? ?[1-9][0-9]{0,2}[.,][0-9]{3}")
_THREE_DIGITS: Final = re.compile(r"[.,．，]\d{3}(?!\d)")  # full-width digits too
_ALL_SIMPLE: Final = re.compile(r"(?:-?[0-9]{1,14}(?:\.[0-9]+)?\n)*")
_SIMPLE: Final = re.compile(r"-?[0-9]{1,14}(?:\.[0-9]+)?")
_ODD_MARKS: Final = re.compile(r"[,，．]|\..*\.")


class TooMuchError(ValueError):
    """A number beyond what anybody counts."""


def normal(text: str) -> str:
    """Full-width digits, signs and spaces as their usual ones."""
    return _SPACES.sub(" ", text.translate(_WIDE)).strip()


def number(text: str, *, decimal_comma: bool = False) -> float:
    """The number that a text says; ValueError, with a Message, where it says none.

    `decimal_comma`: of a column in which `12,5` is 12.5; see `has_decimal_comma`.
    """
    if not decimal_comma and _SIMPLE.fullmatch(text):  # nearly all
        return float(text)
    plain = normal(text)
    if decimal_comma and (_COMMA.fullmatch(plain) or _DOTS.fullmatch(plain)):
        plain = plain.replace(".", "").replace(",", ".")
    elif decimal_comma and ("," in plain or "." in plain):
        raise ValueError(Message("write a number; found {found}", found=text))
    found = _NUMBER.fullmatch(plain)
    if found is None:
        if not decimal_comma and _COMMA.fullmatch(plain):
            raise ValueError(Message(UNCLEAR, found=text))
        raise ValueError(Message("write a number; found {found}", found=text))
    digits = re.sub("[, ']", "", found["whole"]) + (found["part"] or "")
    value = float(found["sign"] + digits + (found["power"] or ""))
    value *= TEN_THOUSANDS.get(found["myriads"], 1.0)
    if not abs(value) <= MOST:
        message = Message(
            "write a number of at most {most:g}; found {found}", most=MOST, found=text
        )
        raise TooMuchError(message)
    return value


def complaint(text: str, *, decimal_comma: bool = False) -> str:
    """What is wrong with a text that is no number; "" if it is one."""
    try:
        number(text, decimal_comma=decimal_comma)
    except ValueError as error:
        return message_of(error)
    return ""


_SIXTIETHS: Final = re.compile(
    r"[NSEW东西南北]?[经纬]?\s*(?P<degrees>[0-9]{1,3})\s*[°º˚度:-]\s*"
    r"(?P<minutes>[0-5]?[0-9](?:\.[0-9]+)?)\s*['′分:-]?\s*"
    r"(?:(?P<seconds>[0-5]?[0-9](?:\.[0-9]+)?)\s*(?:[\"″”秒]|'')?)?\s*[NSEW]?",
    re.IGNORECASE,
)


def complaint_of_degrees(text: str) -> Message | None:
    """How degrees, minutes and seconds like `110°30'` or `110-30-15` are to be written."""
    found = _SIXTIETHS.fullmatch(normal(text))
    if found is None:
        return None
    degrees = float(found["degrees"]) + float(found["minutes"]) / 60
    degrees += float(found["seconds"] or 0) / 3600
    if normal(text).upper().strip("0123456789.'\"°º˚″ ")[:1] in ("S", "W", "南", "西"):
        degrees = -degrees
    return Message(
        "write degrees as a decimal number, like {decimal:.6g}; found {found}",
        decimal=degrees,
        found=text,
    )


def says_ten_thousands(text: str) -> bool:
    """Whether a number is written with its own unit, like `3.2万`."""
    return bool(re.search("[万萬亿億]人?$", normal(text)))


UNCLEAR: Final = Message("write a decimal point, or groups of three digits; found {found}")
MIXED: Final = Message(
    "some numbers have a decimal comma ({comma}), some not ({other}): write one kind"
)


class CommaError(ValueError):
    """A column's commas can be read in two ways; `rows` are two of its rows that show it."""

    def __init__(self, message: Message, rows: Sequence[int]):
        super().__init__(message)
        self.message = message
        self.rows = list(rows)


def has_decimal_comma(texts: Sequence[str], *, likely: bool = False) -> bool:
    """Whether the commas of a column are decimal ones: one like `12,5` is, and none says otherwise.

    `likely`: the file comes from where people write decimal commas (semicolons part its columns),
    so that `1,234` beside `12,5` is 1.234. CommaError where the column says both.
    """
    if not _ODD_MARKS.search("\n".join(texts)):  # nearly always
        return False
    sure = point = either = -1
    for at, text in enumerate(map(normal, texts)):
        if _THOUSANDS.fullmatch(text):
            if text.count(",") > 1:
                point = at if point < 0 else point
            else:
                either = at if either < 0 else either
        elif _COMMA.fullmatch(text) or _DOTS.fullmatch(text):
            sure = at if sure < 0 else sure
        elif "." in text and _NUMBER.fullmatch(text):
            point = at if point < 0 else point
    other = point if point >= 0 or likely else either
    if sure >= 0 and other >= 0:
        message = Message(MIXED, comma=texts[sure], other=texts[other])
        raise CommaError(message, (sure, other))
    return sure >= 0


def unclear(texts: Sequence[str]) -> list[int]:
    """The rows that hold `1,234` or `1.234`: a thousand, or one and a bit."""
    if not _THREE_DIGITS.search("\n".join(texts)):
        return []
    return [at for at, text in enumerate(texts) if _THREE.fullmatch(normal(text))]


def any_decimal_comma(texts: Sequence[str]) -> bool:
    """Whether one of the texts is a number with a comma that can only be a decimal one."""
    if not _ODD_MARKS.search("\n".join(texts)):
        return False
    return any(
        _COMMA.fullmatch(text) is not None and not _THOUSANDS.fullmatch(text)
        for text in map(normal, filter(_ODD_MARKS.search, texts))
    )


def has_points(texts: Sequence[str]) -> bool:
    """Whether a text has a decimal point, or thousands that only a comma can part."""
    return any(
        "." in text or text.count(",") > 1 for text in map(normal, texts) if _NUMBER.fullmatch(text)
    )


def numbers(
    texts: Sequence[str], *, likely: bool = False, decimal_comma: bool | None = None
) -> tuple[np.ndarray, list[int]]:
    """A column's numbers, nan where there is none, and the rows whose text is no number.

    An empty text is none and not told. CommaError as of `has_decimal_comma`, unless the caller
    knows whether there is a decimal comma.
    """
    if decimal_comma is None:
        decimal_comma = has_decimal_comma(texts, likely=likely)
    joined = "".join(f"{text}\n" for text in texts)
    simple = not decimal_comma and _ALL_SIMPLE.fullmatch(joined)
    if simple and joined.count("\n") == len(texts):  # nearly always
        return np.array(texts, float), []
    values, odd = np.full(len(texts), np.nan), []
    for at, text in enumerate(texts):
        if not text.strip():
            continue
        try:
            values[at] = number(text, decimal_comma=decimal_comma)
        except ValueError:
            odd.append(at)
    return values, odd


# ── units in headers ─────────────────────────────────────────────────────────────────────────


class Header(NamedTuple):
    """A column's name without its unit, and the unit as it is written there, or ""."""

    stem: str
    unit: str
    plainly: bool = False  # in brackets, or in Chinese: not `min` that may mean least


_BRACKETS: Final = re.compile(r"(.*?)[\s_]*[(（\[【]\s*(.+?)\s*[)）\]】]\s*", re.DOTALL)
_JOINS: Final = "_ /:：,-·"


OR: Final = " / "  # between the names of one column in two languages


def names_in(name: str) -> list[str]:
    """The names of a column in several languages: `people / 人口（人）` has two."""
    return [part.strip() for part in name.split(OR) if part.strip()]


def header(name: str) -> Header:
    """`人口(万人)` is 人口 in 万人, `speed_kmh` is speed in kmh, `people (2020)` has no unit.

    Of two names the unit may stand at either: `people / 人口（万人）` is people in 万人.
    """
    both = names_in(name)
    if len(both) > 1:
        each = [header(one) for one in both]
        said = [one for one in each if one.unit and one.stem]
        best = next((one for one in said if one.plainly), said[0] if said else Header("", ""))
        return Header(each[0].stem or both[0], best.unit, best.plainly)
    name = name.strip()
    bracketed = _BRACKETS.fullmatch(name)
    if bracketed:
        unit = _unit(bracketed[2])
        return Header(bracketed[1], unit, True) if unit else Header(name, "")
    low = name.casefold()
    for unit in sorted(KNOWN, key=len, reverse=True):
        if unit.startswith("1"):  # `pop_1000` may be of anything
            continue
        stem = name[: -len(unit)]
        if low == unit:
            return Header("", unit)
        joined = stem[-1:] in _JOINS or (len(unit) > 1 and not unit.isascii())
        if low.endswith(unit) and stem and joined:
            stem = stem.rstrip(_JOINS).removesuffix(" in")
            return Header(stem, unit, not unit.isascii())
    return Header(name, "")


def _unit(text: str) -> str:
    """The known unit that a text names: `单位：万人`, `in km/h`, `10,000 persons`."""
    low = text.casefold().strip()
    low = re.sub(r"^(?:单位|單位|unit|units)\s*[:：]?\s*|^in\s+", "", low)
    low = re.sub(r"(?<=\d)[ ,](?=\d{3})", "", re.sub(r"^[x×]\s*(?=\d)", "", low))
    if low in KNOWN:
        return low
    bare = re.sub(r"\s*(?:of\s+)?(?:people|persons|inhabitants|residents|人)$", "", low)
    return bare if bare in PEOPLE else ""


_TITLE_UNIT: Final = re.compile(
    r"(?:单位|單位|\bunits?)\s*[:：]\s*([^()（）;；、]+)", re.IGNORECASE
)


def unit_of_title(title: str) -> str:
    """The unit that a line above a table says for all of it: `单位：万人`, `人口表（万人）`."""
    found = _TITLE_UNIT.search(title)
    if found is None:
        last = header(title)
        return last.unit if last.plainly else ""
    first = re.split(r"[\s,，]", found[1].strip(), maxsplit=1)[0]
    return _unit(found[1]) or _unit(first)


def unit_factor(name: str, known: Mapping[str, float]) -> float | None:
    """How much one is of the unit in a column's header; None where it says no unit.

    `known`: of each unit, in the caller's own, as `PEOPLE`, `TIME`, `LENGTH`, `SPEED` have it.
    ValueError, with a Message, where the unit in brackets is of something else.
    """
    found = header(name)
    if found.unit in known:
        return known[found.unit]
    if found.unit and found.plainly:
        names = ", ".join(list(known)[:6])
        message = Message("no unit of this: {unit}; write one of {names}", unit=found.unit,
                          names=names)  # fmt: skip
        raise ValueError(message)
    return None
