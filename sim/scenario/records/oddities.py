"""What is odd about recorded calls as a whole, although each row can be read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np
import pandas as pd

from sim.text import Message

DAY: Final = np.timedelta64(1, "D")
YEAR_DAYS: Final = 365.25
LONG_YEARS: Final = 5
FEW: Final = 10  # calls, below which a pattern in their times says little
HEAPED: Final = 0.1  # of all calls at one point
HALF: Final = 0.5  # the same, of few calls
MANY: Final = 100


class Oddity(NamedTuple):
    """What has to be said with every number from such records, and the same in a few words."""

    whole: Message
    brief: Message  # for the foot of a figure, and after a sentence that is read aloud


def of_times(received: np.ndarray, dates_only: bool) -> Iterator[Oddity]:
    """What is odd about the times. `received`: [call] datetime64[us], sorted."""
    count = len(received)
    since_midnight = received - received.astype("datetime64[D]")
    midnight = int((since_midnight == np.timedelta64(0)).sum())
    whole = int((since_midnight % np.timedelta64(1, "h") == np.timedelta64(0)).sum())
    hours = since_midnight // np.timedelta64(1, "h")
    if dates_only:
        yield Oddity(
            Message(
                "The records have no time of day: all {n} calls are replayed at 00:00, so that "
                "they queue as they never did. Do not use response times before the "
                "file has times.",
                n=count,
            ),
            Message("Records: no time of day; all {n} calls at 00:00.", n=count),
        )
    elif (midnight == count and count > 2) or (count >= FEW and midnight >= 0.2 * count):
        yield Oddity(
            Message(
                "{n} of {all} recorded calls were received at exactly 00:00: the time of day may "
                "be missing, and calls of one instant queue as they never did.",
                n=midnight,
                all=count,
            ),
            Message("Records: {n} of {all} calls at exactly 00:00.", n=midnight, all=count),
        )
    elif count >= FEW and whole >= 0.9 * count:
        yield Oddity(
            Message(
                "{n} of {all} recorded calls were received at whole hours: the minutes may be "
                "missing, and calls of one instant queue as they never did.",
                n=whole,
                all=count,
            ),
            Message("Records: {n} of {all} calls at whole hours.", n=whole, all=count),
        )
    elif count >= 2 * FEW and hours.min() >= 1 and hours.max() <= 12:
        yield Oddity(
            Message(
                "No recorded call was received between 13:00 and 01:00: AM and PM may be missing."
            ),
            Message("Records: no call between 13:00 and 01:00."),
        )
    yield from _of_span(received)


def _of_span(received: np.ndarray) -> Iterator[Oddity]:
    gaps = np.diff(received)
    if len(gaps) and gaps.max() > YEAR_DAYS * DAY:
        widest = int(gaps.argmax())
        yield Oddity(
            Message(
                "Between the recorded calls of {before} and of {after} lie {years:.1f} years "
                "without any: a year may be mistyped.",
                before=str(received[widest])[:10],
                after=str(received[widest + 1])[:10],
                years=gaps[widest] / DAY / YEAR_DAYS,
            ),
            Message(
                "Records: {years:.1f} years without a call.", years=gaps[widest] / DAY / YEAR_DAYS
            ),
        )
    years = (received[-1] - received[0]) / DAY / YEAR_DAYS
    if years > LONG_YEARS:
        yield Oddity(
            Message(
                "The recorded calls span {years:.1f} years, from {first} to {last}.",
                years=years,
                first=str(received[0])[:10],
                last=str(received[-1])[:10],
            ),
            Message("Records: a span of {years:.1f} years.", years=years),
        )


def of_units(calls: pd.DataFrame, column: str) -> Iterator[Oddity]:
    """Rows of one number that can hardly be units sent to one call, as where numbers begin anew.

    `column`: the header of the numbers."""
    several, apart = int((calls["units"] > 1).sum()), int(calls["scattered"].sum())
    if not apart:
        return
    yield Oddity(
        Message(
            "Of {all} calls with several rows of one {column}, {n} have rows that lie far apart: "
            "they may be different calls, of which only one is replayed. If the numbers begin "
            "anew, write `replay: {{file: …, columns: {{incident: null}}}}`.",
            all=several,
            column=column,
            n=apart,
        ),
        Message(
            "Records: {n} of {all} calls with several rows have them far apart.",
            n=apart,
            all=several,
        ),
    )


def of_places(calls: pd.DataFrame) -> Iterator[Oddity]:
    """Calls of which only the township is known; and many at one point, which is what a dispatch
    system writes where it knows none."""
    named = calls[~calls["by_point"].astype(bool)]
    if homes := int(named["cell"].notna().sum()):
        yield Oddity(
            Message(
                "Recorded calls that name only a township: {n} of {all}. Each is placed where "
                "people of that township live, drawn once in proportion to them; the true place is "
                "unknown.",
                n=homes,
                all=len(calls),
            ),
            Message("Records: {n} of {all} calls placed by township.", n=homes, all=len(calls)),
        )
    if seats := len(named) - homes:
        yield Oddity(
            Message(
                "Recorded calls that name only a township where the map has no people: {n} of "
                "{all}. They are placed at its seat.",
                n=seats,
                all=len(calls),
            ),
            Message(
                "Records: {n} of {all} calls placed at a township's seat.", n=seats, all=len(calls)
            ),
        )
    pointed = calls[calls["by_point"].astype(bool)]
    if len(pointed) < FEW:
        return
    heap = pointed.groupby(["x", "y"]).size()
    if heap.max() > (HEAPED if len(pointed) >= MANY else HALF) * len(pointed):
        yield Oddity(
            Message(
                "{n} of {all} recorded calls lie at one and the same point: it may be what the "
                "dispatch system writes where it knows no place.",
                n=int(heap.max()),
                all=len(pointed),
            ),
            Message(
                "Records: {n} of {all} calls at one and the same point.",
                n=int(heap.max()),
                all=len(pointed),
            ),
        )
