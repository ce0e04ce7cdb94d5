"""Recorded durations as intervals of the truth, and whether stamps are in whole minutes.

A stage is the difference of two stamps. Each was recorded to the second, rounded to the nearest
minute, or with its seconds cut off; so the true duration is the recorded one, plus the error of
the last stamp, less that of the first. The error of a rounded stamp (true less recorded) is
uniform between -30 and 30 s, that of one cut off between 0 and 60 s. One such end leaves a
uniform error, two a triangular one that is twice as wide: the width of the interval tells which.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal, NamedTuple

import numpy as np

EXACT, ROUNDED, CUT_OFF = 0, 1, 2
MINUTE_S: Final = 60.0
FEWEST_STAMPS: Final = 30  # fewer may be whole minutes by chance
WHOLE, MIXED = 0.5, 0.1  # shares above which all stamps, or some, are taken to be so written

Recording = Literal["exact", "rounded", "cut off"]
CODES: Final[dict[str, int]] = {"exact": EXACT, "rounded": ROUNDED, "cut off": CUT_OFF}
_EARLIEST = np.array([0.0, -30.0, 0.0])  # true less recorded, by code
_LATEST = np.array([0.0, 30.0, 60.0])


class Sample(NamedTuple):
    """Recorded durations of one stage, each with the interval in which the truth lies."""

    seconds: np.ndarray  # [n] as recorded; with whole minutes some may be negative
    censored: np.ndarray  # [n] whether it lasted at least so long
    low_s: np.ndarray  # [n] the true duration is not shorter; equal to seconds if recorded exactly
    high_s: np.ndarray  # [n] nor longer

    @property
    def uncensored(self) -> int:
        """How many stages were seen to end."""
        return int(np.count_nonzero(~self.censored))


def sample(
    seconds: np.ndarray,
    censored: np.ndarray | None = None,
    rounding_first: Recording | np.ndarray = "exact",
    rounding_last: Recording | np.ndarray = "exact",
) -> Sample:
    """Durations with the intervals that the recording of their two stamps leaves.

    `seconds`: [n] finite differences of stamps. Do not drop the negative ones first: of two stamps
    in whole minutes the last may seem to be before the first, and without these rows the others
    look too long. Those that no error of recording explains are left out here, so that the result
    may have fewer rows. `censored`: [n] bool, none unless given. `rounding_first`,
    `rounding_last`: how the stamps were recorded, or codes [n]: 0 exactly, 1 rounded, 2 cut off.
    Raises ValueError if a duration is not finite.
    """
    seconds = np.atleast_1d(np.asarray(seconds, float))
    if not np.isfinite(seconds).all():
        raise ValueError("durations must be finite")
    count = len(seconds)
    ended = np.zeros(count, bool) if censored is None else np.asarray(censored, bool)
    first, last = _codes(rounding_first, count), _codes(rounding_last, count)
    low = seconds + _EARLIEST[last] - _LATEST[first]
    high = seconds + _LATEST[last] - _EARLIEST[first]
    possible = (high > 0) | ((high == 0) & (low == 0))
    return Sample(*(column[possible] for column in (seconds, ended, low, high)))


def joined(samples: Sequence[Sample]) -> Sample:
    """All rows of several samples."""
    return Sample(*(np.concatenate(columns) for columns in zip(*samples, strict=True)))


class Heaping(NamedTuple):
    """Whether one column of stamps is in whole minutes."""

    kind: Literal["exact", "whole minutes", "mixed", "too few"]
    stamps: int
    whole: float  # share at second 0; 1/60 by chance; 0 without stamps


def share_whole(seconds: np.ndarray) -> float:
    """The share of instants, or of durations, that are whole minutes.

    `seconds`: [n]; what is not finite is passed over. 0 of none.
    """
    known = seconds[np.isfinite(seconds)]
    return float(np.mean(_at_full_minute(known))) if len(known) else 0.0


def in_whole_minutes(seconds: np.ndarray) -> bool:
    """Whether so many of them are whole minutes that all are written so."""
    return share_whole(seconds) > WHOLE


def how_rounded(instants_s: np.ndarray) -> Heaping:
    """What the seconds of a column of stamps say of how they were recorded.

    `instants_s`: [n] seconds within the day; what is not finite is passed over. "mixed" where a
    part is in whole minutes: `codes_of` takes each stamp at second 0 for one of them. Whether
    minutes were rounded or cut off, one column cannot say.
    """
    instants = np.asarray(instants_s, float)
    instants = instants[np.isfinite(instants)]
    count = len(instants)
    if not count:
        return Heaping("too few", 0, 0.0)
    whole = share_whole(instants)
    if count < FEWEST_STAMPS:
        return Heaping("too few", count, whole)
    if whole > WHOLE:
        return Heaping("whole minutes", count, whole)
    return Heaping("mixed" if whole > MIXED else "exact", count, whole)


def codes_of(
    instants_s: np.ndarray, found: Heaping, minutes: Recording = "rounded"
) -> np.ndarray | Recording:
    """How each stamp was recorded, as `sample` takes it.

    `minutes`: what is done to stamps in whole minutes, see `told_apart`.
    """
    if found.kind == "whole minutes":
        return minutes
    if found.kind == "mixed":
        return np.where(_at_full_minute(np.asarray(instants_s, float)), CODES[minutes], EXACT)
    return "exact"


def _at_full_minute(instants: np.ndarray) -> np.ndarray:
    """Within a millisecond, as sums of fractions of days come out."""
    return np.abs(instants - MINUTE_S * np.round(instants / MINUTE_S)) < 1e-3


def _codes(given: Recording | np.ndarray, count: int) -> np.ndarray:
    if isinstance(given, str):
        return np.full(count, CODES[given])
    return np.asarray(given).astype(int)
