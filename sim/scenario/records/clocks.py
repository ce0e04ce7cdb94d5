"""Clocks: an offset or a named time zone, and what its times are in local standard time."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo, available_timezones

import numpy as np

from sim.errors import did_you_mean
from sim.scenario.validation import Problems
from sim.text import Message

SECOND: Final = np.timedelta64(1_000_000, "us")
FAR_HOURS: Final = 3.5  # no country's clock is farther from its sun
_OFFSET: Final = re.compile(r"(?:UTC|GMT)?\s*([+-])(\d{1,2})(?::?(\d{2}))?", re.IGNORECASE)


class Standard(NamedTuple):
    """Times in the standard time of a place."""

    at: np.ndarray  # [row] datetime64[us]
    offset: timedelta  # of the standard time from UTC
    summer: int  # how many were in daylight saving time
    missing: int  # how many fall into the hour that a clock skips in spring
    repeated: int  # how many fall into the hour that it repeats in autumn


def clock(text: str | None, problems: Problems) -> tzinfo | None:
    """The clock of an offset or a name; None if none is named, or after telling what is wrong."""
    if text is None:
        return None
    if text.strip().upper() in ("UTC", "GMT", "Z"):
        return UTC
    match = _OFFSET.fullmatch(text.strip())
    if match:
        offset = timedelta(hours=int(match[2]), minutes=int(match[3] or 0))
        if offset <= timedelta(hours=14):
            return timezone(-offset if match[1] == "-" else offset)
    try:
        return ZoneInfo(text.strip())
    except (KeyError, ValueError, OSError):  # no such zone, or no name of one
        hint = did_you_mean(text, sorted(available_timezones()))
        problems.tell(
            Message(
                "write an offset like +08:00 or a time zone like Asia/Shanghai; found "
                "{found}{hint}",
                found=text, hint=hint,
            )
        )  # fmt: skip
        return None


@lru_cache(maxsize=256)
def standard_offset(of: tzinfo, year: int) -> timedelta:
    """From UTC, without daylight saving."""
    each = [datetime(year, month, 1, tzinfo=of).utcoffset() for month in (1, 7)]
    return min(offset for offset in each if offset is not None)


def to_standard(
    at: np.ndarray, offset_s: np.ndarray, recorded: tzinfo | None, local: tzinfo
) -> Standard:
    """Times as written, each with its own offset or of the `recorded` clock, as local ones.

    `at`: [row] datetime64[us], NaT where there is none; `offset_s`: [row] seconds from UTC, nan
    where the time does not say. All are put into one standard time, that of the first year.
    """
    known = ~np.isnat(at)
    if not known.any():
        return Standard(at, timedelta(0), 0, 0, 0)
    year = at[known].min().astype(object).year
    offset = standard_offset(local, year)
    own = np.where(np.isnan(offset_s), 0.0, offset_s)
    missing = repeated = summer = 0
    if recorded is not None:
        written = np.flatnonzero(known & np.isnan(offset_s))
        own[written], missing, repeated, summer = _offsets(at[written], recorded)
    moved = offset.total_seconds() - own
    return Standard(at + np.round(moved).astype(int) * SECOND, offset, summer, missing, repeated)


def _offsets(at: np.ndarray, of: tzinfo) -> tuple[np.ndarray, int, int, int]:
    """[time] seconds from UTC of a wall clock; how many are missing, repeated, in summer time.

    The repeated hour is read as its first run, the missing one as standard time.
    """
    offsets = np.zeros(len(at))
    missing = repeated = summer = 0
    for row, wall in enumerate(at.astype(object).tolist()):
        first, second = (wall.replace(tzinfo=of, fold=fold).utcoffset() for fold in (0, 1))
        offsets[row] = first.total_seconds()
        missing += first < second
        repeated += first > second
        summer += first > standard_offset(of, wall.year)
    return offsets, missing, repeated, summer


def far_from_sun(offset: timedelta, lon: float) -> bool:
    """Whether a clock cannot be that of a place at this longitude."""
    hours = offset.total_seconds() / 3600
    apart = abs(hours - lon / 15) % 24
    return min(apart, 24 - apart) > FAR_HOURS


def shown(offset: timedelta) -> str:
    """UTC+08:00"""
    minutes = round(offset.total_seconds() / 60)
    return f"UTC{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"


def offsets_of(found: Sequence[timedelta | None]) -> np.ndarray:
    """[row] seconds from UTC; nan where a time does not say."""
    return np.array([np.nan if each is None else each.total_seconds() for each in found], float)
