"""Shares of priorities and conditions as they are written, of which some had no call.

None of n calls says that a share is small, not that it is nothing: what the base says of it stays,
as far as the records leave that possible. So whatever refers to it can still be run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sim.fitting import shown_cells
from sim.fitting.shares import ShareRow
from sim.text import Message


class WrittenShare(NamedTuple):
    """A share as a scenario gets it."""

    share: float
    note: str = ""  # what its number rests on, where that is not its calls
    hidden: bool = False  # whether how many calls it has must not follow from what is written


def written(
    rows: Sequence[ShareRow], before: Mapping[str, float], setting: str, assumed: list[Message],
    least: int = 0,
) -> list[WrittenShare]:  # fmt: skip
    """[row] shares that are 1 together.

    `before`: shares of the base by name in small letters; a name that it does not have and that
    had no call has none. `setting`: which shares they are, as a file has them, for what is put into
    `assumed`. `least`: those of fewer calls get what they have together, parted as in the base.
    """
    kept: dict[int, WrittenShare] = {}
    for at, row in enumerate(rows):
        if row.having:
            continue
        base, most = before.get(row.name.casefold(), 0.0), row.share.high if row.n else 1.0
        note = "not identified: no call"
        kept[at] = WrittenShare(min(base, most), note)
        assumed.append(_said(row, base, most, setting))
    left = 1 - sum(one.share for one in kept.values())
    whole = sum(row.share.mean for row in rows if row.having)
    each = [
        kept[at] if at in kept else WrittenShare(row.share.mean / whole * left)
        for at, row in enumerate(rows)
    ]
    return _parted(each, rows, before, least)


def _parted(
    each: list[WrittenShare], rows: Sequence[ShareRow], before: Mapping[str, float], least: int
) -> list[WrittenShare]:
    told = shown_cells.shown((row.having for row in rows), least)
    hidden = [at for at, seen in enumerate(told) if not seen]
    together = sum(each[at].share for at in hidden)
    parts = {at: before.get(rows[at].name.casefold(), 0.0) for at in hidden}
    whole = sum(parts.values())
    for at, part in parts.items():
        share = together * (part / whole if whole else 1 / len(parts))
        each[at] = WrittenShare(share, "few calls, parted as in the base", True)
    return each


def _said(row: ShareRow, base: float, most: float, setting: str) -> Message:
    if base > most:
        return Message(
            "`{setting}` of {name} is not identified, for the records have no call of it (calls: "
            "{n}): it is {most}, the most that they leave possible, and not {base} as in the "
            "base.",
            setting=setting, name=row.name, n=row.n, most=_percent(most), base=_percent(base),
        )  # fmt: skip
    return Message(
        "`{setting}` of {name} is not identified, as in the base ({base}): the records have no "
        "call of it (calls: {n}).",
        setting=setting, name=row.name, n=row.n, base=_percent(base),
    )  # fmt: skip


def _percent(share: float) -> str:
    return f"{100 * share:.3g} %"
