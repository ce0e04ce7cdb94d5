"""Sheets of Excel files as rows of texts: numbers exact, dates as dates, formulas by value."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Final, NamedTuple

from sim.errors import MapImportError, Problem
from sim.files import cells, entrance, planner_sheets, unpacked
from sim.files.delimited import Row
from sim.text import Message

ENDINGS: Final = (".xlsx", ".xlsm")
OTHER_ENDINGS: Final = (".xls", ".xlsb", ".ods", ".et")  # are asked to be saved as .xlsx


NO_WORKBOOK: Final = Message("this is not an Excel file ({reason})")


class Worksheet(NamedTuple):
    """One sheet's rows that are not blank, and the names of the other sheets that hold some."""

    name: str
    rows: list[Row]
    others: tuple[str, ...]
    passed: tuple[str, ...]  # sheets before it, without a table
    merged: tuple[str, ...] = ()  # ranges that are merged over several rows, like B2:B4


def read_sheet(path: Path, wanted: str = "", holds: str = "") -> Worksheet:
    """The sheet of that name, else the one of a planner's workbook that `holds` such things, else
    the first that holds a table. MapImportError with all cells that cannot be read."""
    import openpyxl

    with entrance.reading(path, MapImportError, NO_WORKBOOK):
        inside = unpacked.looked_at(path)
        book = openpyxl.load_workbook(path, read_only=True, data_only=True, keep_links=False)
        names = [s.title for s in book.worksheets if s.sheet_state == "visible"] or [
            s.title for s in book.worksheets
        ]
        if holds and not wanted:
            states = {sheet.title: sheet.sheet_state for sheet in book.worksheets}
            wanted = planner_sheets.find(path, states, holds)
        if wanted:
            names = [_of_that_name(path, [s.title for s in book.worksheets], wanted)]
        sheets = {name: _rows(path, book[name]) for name in names}
        parts = {name: book[name]._worksheet_path for name in names}
    if not sheets:
        raise MapImportError(path, Message("there is no sheet in it that can be read"))
    found = _chosen(sheets)
    _refuse_cells(path, found, inside.uncomputed.get(parts[found.name], []))
    return found._replace(merged=tuple(inside.merged.get(parts[found.name], [])))


def sheet_names(path: Path) -> list[str]:
    """The visible sheets; of those of no planner's workbook, if they hold more than one row.

    MapImportError if it is no Excel file.
    """
    import openpyxl

    with entrance.reading(path, MapImportError, NO_WORKBOOK):
        unpacked.looked_at(path)
        book = openpyxl.load_workbook(path, read_only=True, data_only=True, keep_links=False)
        visible = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
        return [
            sheet.title
            for sheet in visible
            if planner_sheets.role_of(sheet.title) or len(_rows(path, sheet)) > 1
        ]


def _of_that_name(path: Path, names: list[str], wanted: str) -> str:
    by_name = {name.strip().casefold(): name for name in names}
    name = by_name.get(wanted.strip().casefold())
    if name is None:
        message = Message(
            "no sheet is called {wanted}; there are {names}", wanted=wanted, names=", ".join(names)
        )
        raise MapImportError(path, message)
    return name


def _chosen(sheets: dict[str, list[Row]]) -> Worksheet:
    """The first sheet with a table that holds numbers, else the first table, else the first."""
    tables = [name for name, rows in sheets.items() if _is_table(rows)]
    first = next((name for name in tables if _has_numbers(sheets[name])), "")
    name = first or (tables or list(sheets))[0]
    before = list(sheets)[: list(sheets).index(name)]
    others = tuple(other for other in tables if other != name)
    passed = tuple(other for other in before if other not in others)
    return Worksheet(name, sheets[name], others, passed)


def _is_table(rows: list[Row]) -> bool:
    """Two rows of two cells or more: not a page of prose."""
    return sum(len([cell for cell in row if cell]) > 1 for _, row in rows) > 1


def _has_numbers(rows: list[Row]) -> bool:
    return any(cell[:1].isdecimal() for _, row in rows[1:] for cell in row[1:])


def _rows(path: Path, sheet: Any) -> list[Row]:
    """The rows that are not blank, as texts; a column of dates at midnight is one of days."""
    sheet.reset_dimensions()  # some programs write them wrongly, and rows would be lost
    percent = _percent_styles(sheet.parent)
    rows: list[tuple[int, list[Any]]] = []
    for line, row in enumerate(sheet.iter_rows(values_only=not percent), start=1):
        if line > unpacked.MOST_ROWS:  # also if the rows between are only said to be there
            raise unpacked.too_many_rows(path)
        values = [_as_shown(cell, percent) for cell in row] if percent else list(row)
        if any(cell not in (None, "") for cell in values):
            rows.append((line, values))
    timed = {
        at
        for _, row in rows
        for at, cell in enumerate(row)
        if isinstance(cell, datetime) and cell.time() != time()
    }
    texts = [
        (line, [as_text(cell, with_time=at in timed) for at, cell in enumerate(row)])
        for line, row in rows
    ]
    width = max((len(row) for _, row in texts), default=0)  # openpyxl ends a row at its last cell
    return [(line, row + [""] * (width - len(row))) for line, row in texts if any(row)]


def _percent_styles(book: Any) -> set[int]:
    """The numbers of the styles that show a share as percent."""
    formats = {9, 10} | {164 + at for at, text in enumerate(book._number_formats) if "%" in text}
    return {at for at, style in enumerate(book._cell_styles) if style.numFmtId in formats}


def _as_shown(cell: Any, percent: set[int]) -> Any:
    """A cell's value; a share that Excel shows as 90 % is the text 90%, not the number 0.9."""
    value = cell.value
    if type(value) in (int, float) and cell._style_id in percent:
        return f"{round(value * 100, 10):.12g}%"
    return value


def as_text(cell: object, *, with_time: bool = True) -> str:
    """A cell as its exact text: 3.0 is 3, a date 2025-01-08 14:05:30, a time 14:05:30."""
    if cell is None or cell != cell:  # nan
        return ""
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, datetime):
        near = (cell + timedelta(microseconds=500)).replace(microsecond=0)
        cell = near if abs(near - cell) <= timedelta(microseconds=1000) else cell
        return str(cell if with_time else cell.date())
    if isinstance(cell, time):
        return cell.isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell).strip()


FAILED: Final = frozenset(
    ("#N/A", "#REF!", "#DIV/0!", "#VALUE!", "#NAME?", "#NULL!", "#NUM!", "#SPILL!", "#CALC!")
)
TOLD: Final = 20  # of many cells


def _refuse_cells(path: Path, sheet: Worksheet, uncomputed: list[str]) -> None:
    """MapImportError that names the cells whose formulas failed or were never computed.

    Read as they stand, the latter would be empty cells and the former texts like any other.
    """
    wrong = []
    for line, row in sheet.rows:
        for at, text in enumerate(row):
            if text in FAILED:
                message = Message(
                    "its formula failed, Excel shows {found}: mend the formula, or write the value",
                    found=text,
                )
                where = cells.cell(sheet.name, cells.letters_of(at), line)
                wrong.append(Problem(message, line=line, place=where))
    for one in uncomputed:
        letters, line = one.rstrip("0123456789"), int(one.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
        wrong.append(Problem(UNCOMPUTED, line=line, place=cells.cell(sheet.name, letters, line)))
    if wrong:
        raise MapImportError(path, sorted(wrong, key=lambda one: one.line or 0)[:TOLD])


UNCOMPUTED: Final = Message(
    "its formula has no value yet: open the file in Excel, save it, and try again"
)
