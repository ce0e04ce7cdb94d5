"""The tables of a results folder read back, every cell as the text that was put into it.

Of a CSV file nothing says which cells are texts: a station may be called NA, or 007. The folder
says it in its `run.json`.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sim.files.escapes import from_cell
from sim.files.whole import MARK
from sim.report import manifest

if TYPE_CHECKING:
    from sim.answers.answer import FileTable

TEXTS: Final = "texts"  # in run.json: of each table the columns that hold texts


class OwnTable(NamedTuple):
    """Columns and rows of a table, all cells as texts, and which columns are texts."""

    columns: list[str]
    rows: list[list[str]]
    texts: frozenset[str]


def texts_of(tables: Mapping[str, FileTable]) -> dict[str, list[str]]:
    """The columns of each table in which there is any text."""
    return {name: _texts(table.columns, table.rows) for name, table in tables.items()}


def _texts(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> list[str]:
    return [
        str(name)
        for at, name in enumerate(columns)
        if any(isinstance(row[at], str) for row in rows)
    ]


def read(folder: Path) -> dict[str, OwnTable]:
    """The tables that the result in a folder consists of, by their names; a planner's are none."""
    found = manifest.read(folder) or manifest.NOTHING
    said = manifest.parsed(folder / MARK).get(TEXTS)
    texts = said if isinstance(said, dict) else {}
    names = sorted(name for name in found.files if name.endswith(".csv") and "/" not in name)
    tables = {}
    for name in names:
        path = found.path(folder, name)
        if path is not None:
            stem = name.removesuffix(".csv")
            tables[stem] = _read(path, frozenset(texts.get(stem, ())))
    return tables


def _read(path: Path, texts: frozenset[str]) -> OwnTable:
    with io.StringIO(path.read_text("utf-8-sig"), newline="") as file:
        heads, *rows = ([from_cell(cell) for cell in row] for row in csv.reader(file))
    return OwnTable(heads, [row for row in rows if row], texts)
