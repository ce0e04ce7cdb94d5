"""A table of records as a file: text or a workbook, with headers and words of one language."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np

from sim.errors import OptionError
from sim.files import whole
from sim.files.escapes import in_cell
from sim.fitting.spoiling import RecordTable
from sim.fitting.trip_rows import ROW_STAMPS
from sim.scenario.records import cells
from sim.scenario.records.columns import HEADERS
from sim.study import arguments
from sim.text import Message, harmless

# The order in which columns stand, as far as a service has them.
COLUMNS: Final = (
    "incident", *ROW_STAMPS, "lon", "lat", "township", "priority", "condition", "conveyed",
    "hospital", "station", "vehicle", "outcome",
)  # fmt: skip
CHINESE: Final = Path(__file__).with_name("chinese_headers.csv")
ENDINGS: Final = (".csv", ".xlsx")
SEPARATORS: Final = (",", ";", "\t", "|")


class RecordFormat(NamedTuple):
    """How a file of records is written."""

    headers: str = "en"
    """The language of headers and words, `en` or `zh`."""
    separator: str = ","
    """Between columns of a text file."""
    encoding: str = "utf-8"
    """Of a text file."""
    decimal_comma: bool = False
    """In a text file."""
    decimals: int = 0
    """Of seconds, at most 6."""


def check(path: Path, form: RecordFormat) -> None:
    """OptionError of what no file can be."""
    arguments.one_of("headers", form.headers, ("en", "zh"))
    arguments.one_of("separator", form.separator, SEPARATORS)
    arguments.truth("decimal_comma", form.decimal_comma)
    arguments.whole("decimals", form.decimals, 0, 6)
    arguments.one_of("path", path.suffix.lower(), ENDINGS)
    try:
        codecs.lookup(form.encoding)
    except (LookupError, TypeError, ValueError):
        text = Message("no such encoding; found {found}", found=str(form.encoding))
        raise OptionError("encoding", text) from None


def header(key: str, language: str) -> str:
    """What a column is called."""
    if language == "en":
        return key
    known = next((name for name in HEADERS.get(key, ()) if _is_chinese(name)), "")
    return known or _chinese().get(key, key)


def word(text: str, language: str) -> str:
    """What an outcome is called."""
    return _chinese().get(text, text) if language == "zh" else text


def yes_or_no(language: str) -> tuple[str, str]:
    """No and yes."""
    row = -1 if language == "zh" else 0
    return cells.NO[row], cells.YES[row]


def _is_chinese(name: str) -> bool:
    return re.search(r"[\u4e00-\u9fff]", name) is not None


@lru_cache
def _chinese() -> dict[str, str]:
    """Headers and words that the reader of records does not name."""
    rows = csv.DictReader(io.StringIO(CHINESE.read_text("utf-8")))
    return {row["key"]: row["zh"] for row in rows}


def write(path: Path, table: RecordTable, form: RecordFormat) -> None:
    """A file of records, by its ending; OutputError if it cannot be written."""
    names: list[str] = [
        n for n in COLUMNS if n in (*ROW_STAMPS, "incident", "lon", "lat") or n in table.said
    ]
    heads = [header(name, form.headers) for name in names]
    if path.suffix.lower() == ".xlsx":
        _write_workbook(path, heads, _values(names, table, form, as_texts=False))
        return
    page = io.StringIO(newline="")
    lines = csv.writer(page, delimiter=form.separator, lineterminator="\r\n")
    lines.writerow(heads)
    lines.writerows(_values(names, table, form, as_texts=True))
    try:
        data = page.getvalue().encode(form.encoding)
    except UnicodeEncodeError as error:
        sign = error.object[error.start]
        text = Message("{encoding} has no {sign}", encoding=form.encoding, sign=sign)
        raise OptionError("encoding", text) from None
    whole.write_bytes(path, data)


def _values(
    names: list[str], table: RecordTable, form: RecordFormat, *, as_texts: bool
) -> Iterator[tuple[Any, ...]]:
    """Rows of the file, below its headers."""
    columns: list[list[Any]] = []
    for name in names:
        if name in ROW_STAMPS:
            at = rounded(table.at[:, ROW_STAMPS.index(name)], form.decimals)
            columns.append(_texts(at, form.decimals) if as_texts else _moments(at))
        elif name == "incident":
            columns.append([f"{number:06d}" for number in table.incident.tolist()])
        elif name in ("lon", "lat"):
            degrees = table.point[:, ("lon", "lat").index(name)].tolist()
            columns.append([_degrees(one, form) for one in degrees] if as_texts else degrees)
        else:
            texts = table.said[name].tolist()
            columns.append([in_cell(text) for text in texts] if as_texts else texts)
    return zip(*columns, strict=True)


def rounded(at: np.ndarray, decimals: int) -> np.ndarray:
    """Instants to the nearest part of a second that is written, half up; datetime64[us]."""
    unit = 10 ** (6 - decimals)
    known = ~np.isnat(at)
    found = np.full(at.shape, np.datetime64("NaT", "us"))
    since = at[known].astype("datetime64[us]").astype(np.int64) + unit // 2
    found[known] = (since // unit * unit).astype("datetime64[us]")
    return found


def _texts(at: np.ndarray, decimals: int) -> list[str]:
    end = len("2025-01-06 08:00:00") + (decimals + 1 if decimals else 0)
    texts = np.datetime_as_string(at, unit="us").tolist()
    return [
        text.replace("T", " ")[:end] if there else ""
        for text, there in zip(texts, ~np.isnat(at), strict=True)
    ]


def _moments(at: np.ndarray) -> list[datetime | None]:
    moments: list[datetime | None] = at.astype(object).tolist()
    return moments


def _degrees(value: float, form: RecordFormat) -> str:
    text = f"{value:.5f}"
    return text.replace(".", ",") if form.decimal_comma else text


def _write_workbook(path: Path, heads: list[str], rows: Iterator[tuple[Any, ...]]) -> None:
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell

    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(heads)

    def cell(value: Any) -> Any:
        if not isinstance(value, str):
            return value
        text = WriteOnlyCell(sheet, harmless(value))
        text.data_type = "s"  # also what looks like a formula
        return text if value else None

    for row in rows:
        sheet.append([cell(value) for value in row])

    def save(part: Path) -> None:
        part.parent.mkdir(parents=True, exist_ok=True)
        book.save(part)

    whole.write_whole(path, save)
