"""An answer as a workbook for Excel: whole or not at all."""

from __future__ import annotations

import math
import platform
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sim import words
from sim.answers.comparison import Comparison
from sim.errors import OutputError
from sim.files.whole import write_whole
from sim.report.folder import versions
from sim.report.manifest import sha256
from sim.text import Message, in_digits
from sim.words import settings as settings_words
from sim.words import sheets

if TYPE_CHECKING:
    import pandas as pd

    from sim.answers.answer import Answer
    from sim.words.language import Language

WIDEST: Final = 60  # letters of a column
LONGEST: Final = 31  # letters of a sheet's name, which Excel allows
MOST: Final = 32_000  # letters of a cell, of which Excel allows little more


def write(path: Path, answer: Answer, say: Language) -> Path:
    """The workbook of an answer; OutputError if it cannot be written.

    Of a comparison its levels, differences and townships, of others their tables; then the
    sentences, what was assumed, and how it was made.
    """
    if path.suffix.lower() != ".xlsx":
        raise OutputError(path, Message("name a file that ends in .xlsx"))
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.active)
    for name, frame in _frames(answer).items():
        rows = sheets.in_words(frame, answer, say).itertuples(index=False, name=None)
        _sheet(book, sheets.sheet(name, say), sheets.heads(frame, answer, say), rows)
    _sheet(book, say("assumptions"), [say("setting"), say("value")], _assumed(answer, say))
    _sheet(book, say("how it was made"), [say("what"), say("value")], _made(answer, say))
    write_whole(path, book.save)
    return path


def _frames(answer: Answer) -> dict[str, pd.DataFrame]:
    """The tables by the name of their sheet; those of a comparison parted into two."""
    frames = words.frames_of(answer)
    if not isinstance(answer, Comparison):
        return frames
    every = frames.pop("measures")
    levels = every["layout"].isin([layout.name.en for layout in answer.layouts])
    return {"levels": every[levels], "differences": every[~levels], **frames}


def _sheet(book: Any, name: str, heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    sheet = book.create_sheet(name[:LONGEST])
    widths = [len(head) for head in heads]
    for line, row in enumerate([heads, *rows], 1):
        for column, value in enumerate(row, 1):
            shown = _cell(value)
            cell = sheet.cell(line, column, shown)
            if isinstance(shown, str):
                cell.data_type = "s"  # a name that begins with "=" is no formula,
                cell.quotePrefix = True  # nor does it become one when the cell is edited
                widths[column - 1] = max(widths[column - 1], len(shown))
            if line == 1:
                cell.font = Font(bold=True)
    for column, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(column)].width = min(WIDEST, width + 2)
    sheet.freeze_panes = "A2"


def _cell(value: Any) -> Any:
    """A value as Excel takes it: nothing for what is not known."""
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None if math.isnan(value) else str(value)
    if isinstance(value, int | float):
        return value
    text = str(value)[:MOST]
    return in_digits(text) if len(text) < MOST else f"{in_digits(text)[: MOST - 1]}…"


def _assumed(answer: Answer, say: Language) -> list[list[str]]:
    """Every setting of the base, in the units in which it is read."""
    return [list(row) for row in settings_words.every(answer.provenance.base, say)]


def _made(answer: Answer, say: Language) -> list[list[Any]]:
    """What the answer says of itself: sentences, notes, the study, its inputs and versions."""
    page = words.page_of(answer, say)
    rows: list[list[Any]] = [[say("sentence"), sentence] for sentence in page.sentences]
    rows += [[say("heading"), line] for line in page.heading]
    rows += [[say("note"), note] for note in page.notes]
    facts = answer.provenance.facts()
    rows += [[key, value] for key, value in facts.items() if isinstance(value, str | int | float)]
    rows += [[f"sha256 {path}", sha256(path)] for path in dict.fromkeys(answer.files())]
    rows += [["python", platform.python_version()], *([k, v] for k, v in versions().items())]
    return rows
