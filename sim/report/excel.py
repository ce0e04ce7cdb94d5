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
from sim.files import readings
from sim.files.whole import write_whole
from sim.measures.measures import BY_KEY
from sim.report import sheet_style
from sim.report.folder import versions
from sim.report.sheet_style import fit, head, letters, paper
from sim.scenario.differences import YARDSTICK
from sim.text import Message, in_digits
from sim.words import assumed, sheets
from sim.words import settings as settings_words
from sim.words.page import Table

if TYPE_CHECKING:
    import pandas as pd

    from sim.answers.answer import Answer
    from sim.words.language import Language

LONGEST: Final = 31  # letters of a sheet's name, which Excel allows
MOST: Final = 32_000  # letters of a cell, of which Excel allows little more


def write(path: Path, answer: Answer, say: Language) -> Path:
    """The workbook of an answer; OutputError if it cannot be written.

    First what is printed of it: sentences, tables, verdicts, notes. Then of a comparison its
    levels, differences and townships, of others their tables, as numbers; then what was assumed,
    and how it was made. No cell is a formula, whatever names begin with.
    """
    if path.suffix.lower() != ".xlsx":
        raise OutputError(path, Message("name a file that ends in .xlsx"))
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.active)
    _summary(book, answer, say)
    for name, frame in _frames(answer).items():
        rows = sheets.in_words(frame, answer, say).itertuples(index=False, name=None)
        sheet = _sheet(book, sheets.sheet(name, say), sheets.heads(frame, answer, say), rows)
        _formats(sheet, frame)
        _explained(sheet, frame, answer, say)
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


def _summary(book: Any, answer: Answer, say: Language) -> None:
    """What is printed of the answer: heading, what is to be said, tables with verdicts, notes."""
    from openpyxl.styles import Alignment, Font

    sheet = book.create_sheet(say("summary")[:LONGEST])
    page = words.page_of(answer, say)
    title, *others = [line for part in page.heading for line in part.split("\n")]
    _text(sheet.cell(1, 1), title).font = Font(name=sheet_style.FONT, bold=True, size=14)
    for other in others:
        _text(sheet.cell(sheet.max_row + 1, 1), other)
    line = sheet.max_row + 2
    wide = max([4, *(len(part.columns) for part in page.body if isinstance(part, Table))])
    widths = [30] + [14] * (wide - 1)

    def paragraph(text: str, *, bold: bool = False) -> None:
        nonlocal line
        cell = _text(sheet.cell(line, 1), text)
        cell.font, cell.alignment = (
            Font(name=sheet_style.FONT, bold=bold),
            Alignment(wrap_text=True, vertical="top"),
        )
        sheet.merge_cells(start_row=line, end_row=line, start_column=1, end_column=wide)
        sheet.row_dimensions[line].height = 16 * (1 + letters(text) // (sum(widths) - 8))
        line += 1

    for sentence in page.sentences:
        paragraph(sentence, bold=True)
    for part in page.body:
        line += 1
        if not isinstance(part, Table):
            paragraph(part)
            continue
        if part.above:
            paragraph(part.above)
        for at, column in enumerate(part.columns, 1):
            head(_text(sheet.cell(line, at), column.head))
        for row in part.rows:
            line += 1
            for at, text in enumerate(row, 1):
                side = "left" if part.columns[at - 1].align == "left" else "right"
                _text(sheet.cell(line, at), text).alignment = Alignment(horizontal=side)
                widths[at - 1] = max(widths[at - 1], letters(text))
        line += 1
        if part.below:
            paragraph(part.below)
    line += 1
    for note in page.notes:
        paragraph(note)
    fit(sheet, widths)
    sheet.sheet_view.showGridLines = False
    paper(sheet)


def _sheet(book: Any, name: str, heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> Any:
    sheet = book.create_sheet(name[:LONGEST])
    widths = [min(24, letters(head)) for head in heads]
    for line, row in enumerate([heads, *rows], 1):
        for column, value in enumerate(row, 1):
            shown = _cell(value)
            cell = sheet.cell(line, column)
            if isinstance(shown, str):
                _text(cell, shown)
                if line > 1:
                    widths[column - 1] = max(widths[column - 1], letters(shown))
            else:
                cell.value = shown
            if line == 1:
                head(cell)
    fit(sheet, widths)
    sheet.row_dimensions[1].height = 16 * max(
        [1, *(-(-letters(one) // max(8, width)) for one, width in zip(heads, widths, strict=True))]
    )
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = sheet.dimensions
    paper(sheet)
    return sheet


def _text(cell: Any, text: str) -> Any:
    """A cell with a text, which is none but a text: a name that begins with "=" is no formula, nor
    does it become one when the cell is edited."""
    shown = _cell(text)
    cell.value = shown
    cell.data_type = "s"
    cell.quotePrefix = True
    return cell


PERCENT, SIGNED, ONE_DECIMAL, COUNT = "0.0%", "+0.0%;-0.0%;0.0%", "0.0", "#,##0"
SHARES: Final = ("within", "share_of_misses", "radius")  # columns beside those of measures
OF_TOWNSHIPS: Final = ("difference", "low", "high")  # shares in the table of townships
COUNTS: Final = (
    "people", "newly", "calls", "misses", "cost", "saved", "replications", "rows", "stamps",
)  # fmt: skip
MINUTES: Final = ("minutes", "p90_min")
ENDS: Final = ("_low", "_high", "_value")


def _formats(sheet: Any, frame: pd.DataFrame) -> None:
    """Shares as percentages, minutes with one decimal, counts without any; by row where each has
    its own unit."""
    keys = [str(name) for name in frame.columns]
    by_row = frame["unit"].astype(str).tolist() if "measure" in keys and "unit" in keys else None
    townships = "difference" in keys and "p90_min" in keys
    for at, key in enumerate(keys, 1):
        for line in range(2, len(frame) + 2):
            cell = sheet.cell(line, at)
            if isinstance(cell.value, bool) or not isinstance(cell.value, int | float):
                continue
            unit = by_row[line - 2] if by_row and key in ("mean", "low", "high") else ""
            cell.number_format = _format(key, unit, townships) or cell.number_format


def _format(key: str, unit: str, townships: bool) -> str:
    stem = next((key.removesuffix(end) for end in ENDS if key.endswith(end)), key)
    if unit:
        return {"share": PERCENT, "min": ONE_DECIMAL}.get(unit, "General")
    if townships and key in OF_TOWNSHIPS:
        return SIGNED
    if key in COUNTS:
        return COUNT
    if key in MINUTES:
        return ONE_DECIMAL
    measure = BY_KEY.get(stem)
    if key in SHARES or (measure is not None and measure.unit == "share"):
        return PERCENT
    return ONE_DECIMAL if measure is not None and measure.unit == "min" else ""


def _explained(sheet: Any, frame: pd.DataFrame, answer: Answer, say: Language) -> None:
    """What a column's key means, as a note, where the header is the key of the CSV files."""
    for at, key in enumerate(map(str, frame.columns), 1):
        stem = next((key.removesuffix(end) for end in ENDS if key.endswith(end)), key)
        if stem in BY_KEY and sheet.cell(1, at).value == key:
            sheet_style.note(sheet.cell(1, at), sheets.measure(stem, answer, say), 220)


def _cell(value: Any) -> Any:
    """A value as Excel takes it: nothing for what is not known."""
    import pandas as pd

    if hasattr(value, "item"):
        value = value.item()
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, float) and not math.isfinite(value):
        return None if math.isnan(value) else str(value)
    if isinstance(value, int | float):
        return value
    text = str(value)[:MOST].replace("\r\n", "\n").replace("\r", "\n")
    return in_digits(text) if len(text) < MOST else f"{in_digits(text)[: MOST - 1]}…"


def _assumed(answer: Answer, say: Language) -> list[list[str]]:
    """Every setting of the base, in the units in which it is read; of proposals what differs."""
    own = settings_words.every(answer.provenance.base, say)
    asked = assumed.asked([answer], say)  # how often, where the command said that
    rows = [[path, asked.get(path, value)] for path, value in own]
    for other in answer.scenarios()[1:]:
        rows += [
            [say("{setting}: {layout}", setting=path, layout=other.name), value]
            for path, value in settings_words.every(other, say)
            if (path, value) not in own and path.partition(".")[0] not in YARDSTICK
        ]
    return rows


def _made(answer: Answer, say: Language) -> list[list[Any]]:
    """What the answer says of itself: sentences, notes, the study, its inputs and versions."""
    page = words.page_of(answer, say)
    rows: list[list[Any]] = [[say("sentence"), sentence] for sentence in page.sentences]
    rows += [[say("heading"), line] for line in page.heading]
    rows += [[say("note"), note] for note in page.notes]
    facts = answer.provenance.facts()
    rows += [[key, value] for key, value in facts.items() if isinstance(value, str | int | float)]
    rows += [[f"sha256 {path}", readings.sha256(path)] for path in dict.fromkeys(answer.files())]
    rows += [["python", platform.python_version()], *([k, v] for k, v in versions().items())]
    return rows
