"""Rows of a table that sum up the others, like `合计`: what is in them would be counted twice."""

from __future__ import annotations

from typing import Final

import pandas as pd

from sim.text import Message

TOTALS: Final = frozenset({
    "合计", "总计", "小计", "共计", "总和", "全部合计", "全县合计", "全市合计", "全区合计", "合計",
    "總計", "小計", "total", "totals", "grand total", "subtotal", "subtotals", "sub-total",
    "sub total", "overall total", "in total", "sum",
})  # fmt: skip


def total_row(frame: pd.DataFrame, row: int) -> Message | None:
    """What is wrong with a row that sums up the others, like `合计`; None if it does not."""
    for cell in frame.iloc[row].tolist():
        if isinstance(cell, str) and (said := said_of(cell)) is not None:
            return said
    return None


def said_of(name: str) -> Message | None:
    """The same of a row by its name alone."""
    if _plain_word(name) not in TOTALS:
        return None
    return Message(
        "it looks like a total ({word}), not a place: leave this row out", word=name.strip()
    )


def total_rows(frame: pd.DataFrame) -> list[int]:
    """The rows of which a cell says that they sum up the others."""
    rows: set[int] = set()
    for name in frame.columns:
        if frame[name].dtype == object or isinstance(frame[name].dtype, pd.StringDtype):
            cells = frame[name].tolist()
            words = {cell for cell in cells if isinstance(cell, str)}
            totals = {cell for cell in words if _plain_word(cell) in TOTALS}
            rows |= {at for at, cell in enumerate(cells) if totals and cell in totals}
    return sorted(rows)


def _plain_word(cell: str) -> str:
    """`合 计：` and `Total:` as they stand in a list of such words."""
    word = cell.strip().rstrip(":：").casefold()
    return " ".join(word.split()) if word.isascii() else "".join(word.split())
