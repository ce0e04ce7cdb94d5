"""Dates that a spreadsheet converted by half: with day and month exchanged, or not at all.

Where Excel expects the month first, it makes of 05/03/2025 the third of May, and leaves 13/03/2025
a text. What it made looks like any date; that no day of it is beyond the twelfth gives it away.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from sim.scenario.validation import Problems
from sim.text import Message

MANY: Final = 8  # different times of either kind: by chance alone no such column is so
MONTHS: Final = 12


def tell(dates: Iterable[tuple[str, bool, int, int]], problems: Problems) -> None:
    """Tell of a column that is like that.

    `dates`: each text, whether it leaves open what of its two numbers is the day, and these: month
    and day where it does not.
    """
    clear: list[tuple[str, int]] = []
    doubtful: list[tuple[str, int]] = []
    for text, open_, first, second in dates:
        (doubtful if open_ else clear).append((text, max(first, second) if open_ else second))
    if min(len(clear), len(doubtful)) < MANY:
        return
    if max(day for _, day in clear) > MONTHS or min(day for _, day in doubtful) <= MONTHS:
        return
    problems.tell(
        Message(
            "no date like {date} has a day after the 12th, and no text like {text} one before the "
            "13th: a spreadsheet converted half of the dates and exchanged their day and month. "
            "Export the file again, or open it with this column as text",
            date=clear[0][0], text=doubtful[0][0],
        )
    )  # fmt: skip
