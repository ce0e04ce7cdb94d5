"""Files of a planner as tables: spreadsheets and text; and their usual columns."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from sim.errors import MapImportError, Problem
from sim.text import Message

SHEETS: Final = (".xlsx", ".xlsm")
TEXTS: Final = (".csv", ".txt", ".tsv")


def is_table(path: Path) -> bool:
    """A spreadsheet or text, with coordinates in columns."""
    return path.suffix.lower() in SHEETS + TEXTS


def read_table(path: Path) -> pd.DataFrame:
    """A spreadsheet's first sheet or a text file; all values as text, blank rows left out.

    The index is the line in the file, so that an error can point at it.
    """
    found = _sheet(path) if path.suffix.lower() in SHEETS else _text(path)
    texts = [(line, [("" if c is None else str(c)).strip() for c in row]) for line, row in found]
    rows = [(line, row) for line, row in texts if any(row)]
    if len(rows) < 2:
        raise MapImportError(path, Message("there is no row below the header"))
    header = rows[0][1]
    while header and not header[-1]:
        header.pop()
    width = len(header)
    body = [row[:width] + [""] * (width - len(row)) for _, row in rows[1:]]
    return pd.DataFrame(body, columns=header, index=[line for line, _ in rows[1:]], dtype=object)


def _sheet(path: Path) -> list[tuple[int, Sequence[Any]]]:
    try:
        import openpyxl
    except ImportError:
        message = Message('install what reads Excel files: pip install "tenthirty[excel]"')
        raise MapImportError(path, message) from None
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        return list(enumerate(book.worksheets[0].iter_rows(values_only=True), start=1))
    except Exception as error:  # openpyxl says in many ways that a file is something else
        message = Message("this is not an Excel file ({error})", error=error)
        raise MapImportError(path, message) from None


def _text(path: Path) -> list[tuple[int, Sequence[Any]]]:
    from sim.files.text import read_text

    try:
        text = read_text(path)
    except UnicodeDecodeError:
        message = Message("this is not a text file in UTF-8 or GB 18030")
        raise MapImportError(path, message) from None
    first = text.partition("\n")[0]
    mark = max(",;\t，", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark)
    return [(reader.line_num, row) for row in reader]


def column(frame: pd.DataFrame, usual: Sequence[str], chosen: str = "") -> str:
    """The column of that meaning: the one chosen, else the first usual name there is; or ""."""
    by_name = {str(name).casefold(): str(name) for name in frame.columns}
    for name in [chosen] if chosen else usual:
        if name.casefold() in by_name:
            return by_name[name.casefold()]
    return ""


def numbers(path: Path, frame: pd.DataFrame, name: str) -> np.ndarray:
    """A column as numbers; a problem for each row that holds something else."""
    values = pd.to_numeric(
        frame[name].map(lambda v: v.replace(",", "") if isinstance(v, str) else v),
        errors="coerce",
    ).to_numpy(float)
    odd = np.flatnonzero(~np.isfinite(values))
    if len(odd):
        raise MapImportError(path, [_no_number(path, frame, name, int(at)) for at in odd[:20]])
    return values


def _no_number(path: Path, frame: pd.DataFrame, name: str, row: int) -> Problem:
    found = frame[name].iloc[row]
    message = Message("write a number; found nothing")
    if found:
        message = Message("write a number; found {found}", found=found)
    line = int(frame.index[row]) if is_table(path) else None
    return Problem(message, Message("column {name}", name=name), line)
