"""Files of a planner as tables: spreadsheets and text; and their usual columns."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import pandas as pd

from sim.errors import MapImportError, Problem
from sim.files import cells as cells_
from sim.files import (
    delimited,
    entrance,
    headers,
    numerals,
    planner_sheets,
    text,
    totals,
    workbooks,
)
from sim.files.delimited import Row
from sim.text import Message, message_of

TEXTS: Final = (".csv", ".txt", ".tsv")
PARQUET: Final = (".parquet", ".pq")
SHEETS: Final = workbooks.ENDINGS + workbooks.OTHER_ENDINGS


def is_table(path: Path) -> bool:
    """A spreadsheet or text, with coordinates in columns."""
    return path.suffix.lower() in SHEETS + TEXTS + PARQUET


@entrance.reads(MapImportError)
def read_table(
    path: Path, encoding: str = "", sheet: str = "", *, holds: str = "", uneven: bool = True
) -> pd.DataFrame:
    """A spreadsheet, a text file of any usual separator, or Parquet: all values as exact texts.

    The index is the line in the file, so that an error can point at it; blank rows, and rows
    above the header (a title), are left out. `encoding`: of text that is not Unicode, by default
    found out; `sheet`: of a workbook, by default the one of a planner's workbook that `holds`
    such things, else the first with a table. What there is to say of the reading are Messages in
    `notes(frame)`; rows that are marked as examples are left out. Rows shorter than the header end
    with empty cells, unless `uneven` forbids it. MapImportError with everything that is wrong.
    """
    read = _read(path, encoding, sheet, holds)
    rows, above = headers.below_titles(read.rows)
    rows, examples = headers.without_examples(rows)
    if len(rows) < 2:
        place = Message("sheet {sheet}", sheet=read.sheet) if read.sheet else ""
        text = NO_ROW_BUT_EXAMPLES if examples else NO_ROW
        raise MapImportError(path, Problem(text, place=place))
    header = [headers.one_line(cell) for cell in rows[0][1]]
    while header and not header[-1]:
        header = header[:-1]
    rows[0] = (rows[0][0], [*header, *rows[0][1][len(header) :]])
    headers.refuse_uneven(path, rows, len(header), all_rows=not uneven)
    kept, unnamed = headers.named_columns(rows, len(header))
    headers.refuse_twice(path, [header[at] for at in kept], rows[0][0])
    cells = [[row[at] if at < len(row) else "" for at in kept] for _, row in rows[1:]]
    lines = [line for line, _ in rows[1:]]
    frame = pd.DataFrame(cells, columns=[header[at] for at in kept], index=lines, dtype=object)
    frame.attrs[NOTES] = [*read.notes, *headers.note_titles(above), *examples, *unnamed]
    frame.attrs[NOTES] += _merged(path, read, rows[0][0], holds)
    frame.attrs[ABOVE] = above
    frame.attrs[SEPARATOR] = read.separator
    if read.sheet:
        cells_.marked(frame, read.sheet, {header[at]: at for at in kept}, rows[0][0])
    return frame


NO_ROW: Final = Message("there is no row below the header")
NO_ROW_BUT_EXAMPLES: Final = Message(
    "there is no row yet but the examples, which are not read: write below them"
)
NOTHING: Final = (NO_ROW, NO_ROW_BUT_EXAMPLES)  # what is said of a sheet that was not filled in
TOLD: Final = 5  # of many, in a sentence
NOTES, SEPARATOR, ABOVE = "notes", "separator", "above"  # what a frame carries about its reading


def notes(frame: pd.DataFrame) -> list[Message]:
    """What there is to say of how a table was read: its encoding, its sheet, what was left out."""
    return list(frame.attrs.get(NOTES, []))


def _merged(path: Path, read: _Read, header: int, holds: str) -> list[Message]:
    """What there is to say of cells merged over rows below the header.

    MapImportError in a planner's workbook: there every row needs its own values.
    """
    tall = [one for one in read.merged if int(one.partition(":")[2].lstrip(LETTERS)) > header + 1]
    if tall and holds and planner_sheets.role_of(read.sheet) == holds:
        wrong = [
            Problem(
                MERGED, place=Message("sheet {sheet}, cells {range}", sheet=read.sheet, range=one)
            )
            for one in tall
        ]
        raise MapImportError(path, wrong)
    if not tall:
        return []
    ranges = ", ".join(tall[:TOLD]) + (" …" if len(tall) > TOLD else "")
    return [
        Message(
            "{file}: of cells merged over several rows ({cells}) of the sheet {sheet} the first "
            "alone has what they say; the others are read as empty",
            file=path.name, cells=ranges, sheet=read.sheet,
        )
    ]  # fmt: skip


LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
MERGED: Final = Message(
    "these cells are merged over several rows, and the first alone has what they say: unmerge "
    "them, and fill in each row"
)


class _Read(NamedTuple):
    """A file's rows that are not blank, each with its line, and what there is to say of them."""

    rows: list[Row]
    notes: list[Message]
    separator: str = ""  # of a text file
    sheet: str = ""  # of a workbook
    merged: tuple[str, ...] = ()  # its ranges of cells over several rows


def _read(path: Path, encoding: str, sheet: str, holds: str) -> _Read:
    entrance.require_file(path, MapImportError)
    ending = path.suffix.lower()
    if ending in workbooks.OTHER_ENDINGS:
        raise MapImportError(path, Message("save it as .xlsx: {ending} is not read", ending=ending))
    if ending in workbooks.ENDINGS:
        return _of_workbook(path, sheet, holds)
    return _of_parquet(path) if ending in PARQUET else _of_text(path, encoding)


def _of_text(path: Path, encoding: str) -> _Read:
    try:
        found = text.read_decoded(path, encoding)
        rows, mark = delimited.rows_of(found.text)
    except text.EncodingError as error:
        raise MapImportError(path, message_of(error)) from None
    except delimited.SeparatorError as error:
        raise MapImportError(path, error.problem) from None
    said = text.note(path, found, encoding)
    return _Read(rows, [said] if said else [], mark)


def _of_workbook(path: Path, wanted: str, holds: str) -> _Read:
    sheet = workbooks.read_sheet(path, wanted, holds)
    said = []
    if sheet.passed or sheet.others:
        left = ", ".join([*sheet.passed, *sheet.others])
        message = Message(
            "{file}: the sheet {sheet} is read, not {others}",
            file=path.name,
            sheet=sheet.name,
            others=left,
        )
        said.append(message)
    said += sheet.hidden
    return _Read(sheet.rows, said, sheet=sheet.name, merged=sheet.merged)


NO_PARQUET: Final = Message("this is not a Parquet file ({reason})")


def read_parquet(path: Path) -> pd.DataFrame:
    """A Parquet file as it stands; an index that means something is a column like others."""
    entrance.require_file(path, MapImportError)
    with entrance.reading(path, MapImportError, NO_PARQUET):
        frame = pd.read_parquet(path)
    unnamed = frame.index.name is None and isinstance(frame.index, pd.RangeIndex)
    return frame if unnamed else frame.reset_index()


def _of_parquet(path: Path) -> _Read:
    frame = read_parquet(path)
    whole = [name for name in frame.columns if not _holds_bytes(frame[name])]
    said = [
        Message("{file}: the column {name} is left out: it is no text", file=path.name, name=name)
        for name in frame.columns
        if name not in whole
    ]
    columns = [texts(frame[name]) for name in whole]
    body = [(line, list(row)) for line, row in enumerate(zip(*columns, strict=True), start=1)]
    rows = [(0, [str(name) for name in whole]), *(row for row in body if any(row[1]))]
    return _Read(rows, said)


def _holds_bytes(column: pd.Series) -> bool:
    """Shapes as GeoParquet has them, or pictures."""
    return column.dtype == object and any(isinstance(value, bytes) for value in column)


def column(frame: pd.DataFrame, usual: Sequence[str], chosen: str = "") -> str:
    """The column of that meaning: the one chosen, else the first usual name there is; or "".

    A name is the same in capitals and with a unit: `people` is found as `People (万人)`.
    """
    exact = {str(name): str(name) for name in frame.columns}
    by_name: dict[str, str] = {}
    for name in exact:
        by_name.setdefault(name.casefold(), name)
    for whole in exact:
        for one in numerals.names_in(whole):
            header = numerals.header(one)
            names = [header.stem] if header.plainly else []
            names += [one] if numerals.OR in whole or not one.isascii() else []
            for said in names:  # 姓　名 is 姓名
                by_name.setdefault("".join(said.split()).casefold() or whole.casefold(), whole)
                by_name.setdefault(said.casefold() or whole.casefold(), whole)
    for name in [chosen] if chosen else usual:
        if name in exact or name.casefold() in by_name:
            return exact.get(name) or by_name[name.casefold()]
    return ""


def numbers(
    path: Path,
    frame: pd.DataFrame,
    name: str,
    units: Mapping[str, float] | None = None,
    *,
    empty: bool = False,
    refuse: Callable[[float], Message | None] = lambda value: None,
) -> np.ndarray:
    """A column as numbers; a problem for each row that holds something else.

    `units`: of each unit that its header may say, how much one is of it; without one in the
    header the numbers stay. `empty`: nothing is allowed, and nan. `refuse`: what is wrong with a
    number as it is written, if anything is; it is told with the rest.
    """
    with cells_.told(frame):
        return _numbers(path, frame, name, units, empty=empty, refuse=refuse)


def _numbers(
    path: Path,
    frame: pd.DataFrame,
    name: str,
    units: Mapping[str, float] | None,
    *,
    empty: bool,
    refuse: Callable[[float], Message | None],
) -> np.ndarray:
    written = texts(frame[name])
    try:
        factor = _factor(frame, name, units) if units else None
        comma = decimal_comma(frame, written)
    except numerals.CommaError as error:
        lines = [_line(path, frame, at) for at in error.rows]
        where = Message("column {name}", name=name)
        raise MapImportError(path, Problem(message_of(error), where, lines[0])) from None
    except ValueError as error:
        raise MapImportError(path, Problem(message_of(error), HEADER)) from None
    if factor not in (None, 1.0) and any(map(numerals.says_ten_thousands, written)):
        message = Message("both the header and its numbers say a unit: write it in one place")
        raise MapImportError(path, Problem(message, Message("column {name}", name=name)))
    values, odd = numerals.numbers(written, decimal_comma=comma)
    wrong = set(odd if empty else np.flatnonzero(np.isnan(values)).tolist())
    told = _Told(written, comma, units)
    problems = []
    for at in range(len(values)):
        if at in wrong:
            problems.append(_no_number(path, frame, name, at, told))
        elif not np.isnan(values[at]) and (odd_one := refuse(float(values[at]))) is not None:
            where = Message("column {name}", name=name)
            problems.append(Problem(odd_one, where, _line(path, frame, at)))
    if problems:
        raise MapImportError(path, problems[:20])
    _note_reading(path, frame, name, comma, factor)
    return values * (1.0 if factor is None else factor)


class _Told(NamedTuple):
    """A column as it is written, and how it is read."""

    written: Sequence[str]
    comma: bool  # it is a decimal one
    units: Mapping[str, float] | None


def _factor(frame: pd.DataFrame, name: str, units: Mapping[str, float]) -> float | None:
    """How much one is of the unit in a column's header, or in a title like `单位：万人` on top."""
    factor = numerals.unit_factor(name, units)
    bare = name.strip().casefold() in numerals.PEOPLE  # `people` says who, not how many at once
    if factor is not None and not (bare and factor == 1.0):
        return factor
    said = [numerals.unit_of_title(title) for title in frame.attrs.get(ABOVE, [])]
    return next((units[unit] for unit in said if unit in units), factor)


def _note_reading(
    path: Path, frame: pd.DataFrame, name: str, comma: bool, factor: float | None
) -> None:
    """Says of a column's numbers what their digits alone do not."""
    said = []
    if comma:
        said.append(
            Message("{file}: the commas of {column} are decimal ones", file=path.name, column=name)
        )
    if factor not in (None, 1.0):
        said.append(
            Message(
                "{file}: the numbers of {column} are times {factor:,g}, as its unit says",
                file=path.name,
                column=name,
                factor=factor,
            )
        )
    frame.attrs[NOTES] = list(dict.fromkeys([*notes(frame), *said]))


HEADER: Final = Message("header")


def decimal_comma(frame: pd.DataFrame, written: Sequence[str]) -> bool:
    """Whether the commas in texts of a table are decimal ones, by themselves or by the others.

    `1,234` and `1.234` say nothing by themselves. Beside columns that have decimal commas they
    may be either, unless semicolons part the columns: who writes those means fractions by commas.
    CommaError where that is not clear.
    """
    likely = frame.attrs.get(SEPARATOR) == ";"
    comma = numerals.has_decimal_comma(written, likely=likely)
    unclear = numerals.unclear(written) if SEPARATOR in frame.attrs and not comma else []
    if not unclear:
        return comma
    every = [
        texts(frame[name])
        for name in frame.columns
        if frame[name].dtype == object or isinstance(frame[name].dtype, pd.StringDtype)
    ]
    others = any(map(numerals.any_decimal_comma, every))
    by_others = likely and "," in numerals.normal(written[unclear[0]])
    if not by_others and not others:
        return False
    if by_others and others != any(map(numerals.has_points, every)):
        return others
    message = Message(
        "write 1234 or 1.234: it is not clear which is meant by {found}", found=written[unclear[0]]
    )
    raise numerals.CommaError(message, unclear[:1])


def refuse_totals(path: Path, frame: pd.DataFrame) -> None:
    """MapImportError if rows sum up the others: what is in them would be counted twice."""
    found = [(at, totals.total_row(frame, at)) for at in totals.total_rows(frame)[:20]]
    wrong = [Problem(said, line=_line(path, frame, at)) for at, said in found if said]
    if wrong:
        raise MapImportError(path, cells_.placed(frame, wrong))


def _line(path: Path, frame: pd.DataFrame, row: int) -> int | None:
    return int(frame.index[row]) if is_table(path) else None


def _no_number(path: Path, frame: pd.DataFrame, name: str, row: int, told: _Told) -> Problem:
    """What is wrong with a cell that is no number, by what stands there or in its row."""
    line, found = _line(path, frame, row), told.written[row]
    total = totals.total_row(frame, row)
    if total is not None:
        return Problem(total, line=line)
    message: str = Message("write a number; found nothing")
    if found:
        message = numerals.complaint(found, decimal_comma=told.comma)
        if told.units is numerals.DEGREES:
            message = numerals.complaint_of_degrees(found) or message
    return Problem(message, Message("column {name}", name=name), line)


def texts(column: pd.Series) -> list[str]:
    """A column's cells as texts; those of a map file may be numbers, dates or missing."""
    cells = column.astype(object).where(column.notna(), None).tolist()
    return [cell.strip() if type(cell) is str else workbooks.as_text(cell) for cell in cells]
