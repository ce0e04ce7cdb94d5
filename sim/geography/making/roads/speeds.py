"""What road data say of speed, in words: limits in any unit, how long a ferry takes."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final, NamedTuple

from sim.files import numerals
from sim.geography.making.roads.wording import EMPTY, pieces, word

WALK_KMH: Final = 5.0
PLAUSIBLE_KMH: Final = (1.0, 200.0)
KMH: Final = {unit: 3.6 * metres_s for unit, metres_s in numerals.SPEED.items()} | {
    **dict.fromkeys(("km", "公里", "千米"), 1.0),
    **dict.fromkeys(("英里", "英里/小时"), 3.6 * numerals.SPEED["mph"]),
    **dict.fromkeys(("knot", "kt", "kts", "节"), 3.6 * numerals.SPEED["knots"]),
}
# Words that leave a road to its class: no number, or one that depends on the country or the hour.
LEFT_TO_CLASS: Final = frozenset(
    {"none", "no", "unlimited", "signals", "signal", "sign", "variable", "national", "default",
     "implicit", "unknown", "unposted", "posted", "urban", "rural"}
)  # fmt: skip
OF_A_COUNTRY: Final = re.compile(r"(?:[a-z]{2}(?:-[a-z0-9]+)*:.+|zone:?\d+|[a-z]+_zone)")

# Speeds that somebody computed, or whose column says the unit of its numbers.
IN_UNITS: Final = {"speed_kph": "km/h", "speed_mph": "mph", "speed_mps": "m/s",
                   "speed_knots": "knots"}  # fmt: skip
TAGS: Final = frozenset({*IN_UNITS, "maxspeed", "maxspeed:forward", "maxspeed:backward"})

ODD, OUTSIDE = "odd speed", "implausible speed"


class SpeedLimit(NamedTuple):
    """A speed as it is read; nan leaves the road to its class, `doubt` says if that is odd."""

    kmh: float
    doubt: str = ""


NONE: Final = SpeedLimit(math.nan)


@lru_cache(maxsize=8192)
def limit(text: str | None, unit: str = "km/h") -> SpeedLimit:
    """A speed limit in words, or none; `unit` is of a number alone.

    Several values, as where pieces of a road were joined, count as their mean.
    """
    if text is None:
        return NONE
    found = [_one(part, unit) for piece in pieces(text) for part in re.split(r"[;|；]", piece)]
    known = [one.kmh for one in found if not math.isnan(one.kmh)]
    if known:
        return SpeedLimit(round(sum(known) / len(known), 1))
    return next((one for one in found if one.doubt), NONE)


def _one(text: str, unit: str) -> SpeedLimit:
    """One value: a number with or without its unit, or a word."""
    said = word(text)
    if said == "walk":
        return SpeedLimit(WALK_KMH)
    if said in EMPTY or said in LEFT_TO_CLASS or OF_A_COUNTRY.fullmatch(said):
        return NONE
    match = re.fullmatch(r"(\d+(?:,\d{3})+|\d+(?:[.,]\d+)?)\s*(\D*)", said)
    factor = KMH.get(re.sub(r"[\s.]", "", match[2]) or unit) if match else None
    if match is None or factor is None:
        return SpeedLimit(math.nan, ODD)
    kmh = number(match[1]) * factor
    low, high = PLAUSIBLE_KMH
    return SpeedLimit(kmh) if low <= kmh <= high else SpeedLimit(math.nan, OUTSIDE)


def number(text: str) -> float:
    """A number by the grammar of all files; a comma in it that can be a decimal one is."""
    return numerals.number(text, decimal_comma=numerals.has_decimal_comma([text]))


def both_ways(tags: Mapping[str, str], unit: str) -> tuple[float, float, dict[str, str]]:
    """km/h along the line and against it, and the odd texts by the doubt that they raise."""
    if not TAGS & tags.keys():
        return math.nan, math.nan, {}
    doubts = {}
    found = []
    for way in (":forward", ":backward"):
        kmh = math.nan
        # A speed that somebody computed for the road comes before the sign at its side.
        for key, of_number in (
            *IN_UNITS.items(),
            (f"maxspeed{way}", unit),
            ("maxspeed", unit),
        ):
            read = limit(tags.get(key), of_number)
            if read.doubt:
                doubts[read.doubt] = tags[key]
            if not math.isnan(read.kmh):
                kmh = read.kmh
                break
        found.append(kmh)
    return found[0], found[1], doubts


CLOCK: Final = re.compile(r"(\d+):(\d{1,2})(?::(\d{1,2}))?")
ISO: Final = re.compile(
    r"p(?:(?P<days>[\d.]+)d)?(?:t(?:(?P<hours>[\d.]+)h)?(?:(?P<minutes>[\d.]+)m)?"
    r"(?:(?P<seconds>[\d.]+)s)?)?"
)
SPELT: Final = re.compile(
    r"(?:(?P<hours>[\d.]+)\s*(?:h|hr|hrs|hours?|小时|时))?\s*"
    r"(?:(?P<minutes>[\d.]+)\s*(?:m|min|mins|minutes?|分钟|分)\.?)?\s*"
    r"(?:(?P<seconds>[\d.]+)\s*(?:s|sec|secs|seconds?|秒))?"
)
MINUTES: Final = {"days": 1440.0, "hours": 60.0, "minutes": 1.0, "seconds": 1 / 60}


@lru_cache(maxsize=1024)
def minutes(text: str | None) -> float:
    """How long a crossing takes: "00:20", "20", "PT20M", "1 h 20 min"; nan if it cannot be read."""
    said = word(text or "").replace(",", ".")
    clock = CLOCK.fullmatch(said)
    if clock:
        hours, mins, seconds = (float(part or 0) for part in clock.groups())
        return (60 * hours + mins + seconds / 60) or math.nan
    try:
        if re.fullmatch(r"\d+(?:\.\d+)?", said):
            return float(said) or math.nan
        match = ISO.fullmatch(said) or SPELT.fullmatch(said)
        parts = {unit: float(n) for unit, n in match.groupdict().items() if n} if match else {}
    except ValueError:  # as "1.2.3 h"
        return math.nan
    return sum(n * MINUTES[unit] for unit, n in parts.items()) or math.nan
