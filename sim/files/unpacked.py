"""What an Excel file holds when it is unpacked, looked at before it is read: how large, how odd.

A file of a few megabytes may unpack to as many gigabytes, and a cell may say that it stands in
column three hundred million; whoever reads it then waits for ever.
"""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import Final, NamedTuple

from sim.errors import MapImportError, Problem
from sim.text import Message

MOST_BYTES: Final = 1_000_000_000  # unpacked; a full sheet of twenty columns has about as many
MOST_ROWS, LAST_COLUMN = 1_048_576, "XFD"  # of any sheet, by the format
BLOCK: Final = 1 << 20
OVERLAP: Final = 200  # bytes of a block that are looked at again with the next
BEGINNING: Final = 4096  # bytes that tell what kind of file it is
ZIP: Final = b"PK"
OLD: Final = bytes.fromhex("d0cf11e0a1b11ae1")  # .xls, and any workbook with a password
_REFERENCE: Final = re.compile(rb"""<(?:row|c)\s[^>]{0,100}?\br\s*=\s*["']([A-Z]*)(\d*)["']""")
_MERGED: Final = re.compile(
    rb"""<mergeCell\s[^>]{0,100}?\bref\s*=\s*["']([A-Z]+)(\d+):([A-Z]+)(\d+)"""
)
# A cell with a formula and no value; Excel marks a formula that gives an empty text by its kind.
_UNCOMPUTED: Final = re.compile(
    rb"""<c\s(?![^>]{0,100}\bt\s*=\s*["']str["'])[^>]{0,100}?\br\s*=\s*["']([A-Z]+\d+)["'][^>]{0,100}>"""
    rb"""\s*<f\b[^>]{0,200}?(?:/>|>[^<]{0,8192}</f>)\s*(?:<v\s*/>|<v>\s*</v>)?\s*</c>"""
)
_DECLARED: Final = (b"<!DOCTYPE", b"<!ENTITY")
# Rows and columns that Excel does not show; a filter hides rows in this way, too.
_ROW: Final = re.compile(rb"<row\s[^>]{0,200}>")
_COLUMN: Final = re.compile(rb"<col\s[^>]{0,200}>")
_NUMBER: Final = re.compile(rb"""\s(r|min|max)\s*=\s*["'](\d{1,7})["']""")
_HIDES: Final = re.compile(rb"""\shidden\s*=\s*["'](?:1|true)["']""")


class Sheets(NamedTuple):
    """What the sheets of a workbook hold."""

    uncomputed: dict[str, list[str]]  # [part of the archive] cells whose formula has no value
    merged: dict[str, list[str]]  # likewise: ranges that reach over several rows, like B2:B4
    hidden_rows: dict[str, set[int]]  # likewise: their numbers, from 1
    hidden_columns: dict[str, list[tuple[int, int]]]  # likewise: the first and the last, from 1


def looked_at(path: Path) -> Sheets:
    """MapImportError if it cannot be an Excel file that somebody made; else what it holds."""
    with path.open("rb") as file:
        begins = file.read(BEGINNING)
        if begins and not begins.startswith(ZIP) and not begins.startswith(OLD):
            _refuse_text(path, begins)
        if begins.startswith(OLD):
            message = Message(
                "it has a password, or is in the old format .xls: open it in Excel, take the "
                "password away, and save it as .xlsx"
            )
            raise MapImportError(path, message)
    found = Sheets({}, {}, {}, {})
    with zipfile.ZipFile(path) as archive:
        size = sum(one.file_size for one in archive.infolist())
        if size > MOST_BYTES:
            message = Message(
                "unpacked it has {size:,.1f} GB, more than the {most:g} GB that are read: save the "
                "table as .csv",
                size=size / 1e9,
                most=MOST_BYTES / 1e9,
            )
            raise MapImportError(path, message)
        for name in archive.namelist():
            if name.startswith("xl/worksheets/") and name.endswith(".xml"):
                with archive.open(name) as part:
                    before, rows = b"", 0
                    while block := part.read(BLOCK):
                        rows += block.count(b"<row")
                        if rows > MOST_ROWS + 1:
                            raise too_many_rows(path)
                        found = _more(path, before + block, found, name)
                        before = block[-OVERLAP:]
    return found


def _refuse_text(path: Path, begins: bytes) -> None:
    """MapImportError where a text file was given the ending of an Excel file."""
    if b"\0" in begins and not begins.startswith((b"\xff\xfe", b"\xfe\xff")):
        return  # no text; what it is, is said by who tries to read it
    web = b"<html" in begins.lower() or b"<table" in begins.lower()
    message = Message((WEB_PAGE if web else TEXT).text, ending=path.suffix)
    raise MapImportError(path, message)


WEB_PAGE: Final = Message(
    "it is a web page that was given the ending {ending}: open it in Excel, and save it as .xlsx"
)
TEXT: Final = Message(
    "it is a text file that was given the ending {ending}: rename it, so that it ends in .csv"
)


def _more(path: Path, text: bytes, found: Sheets, part: str) -> Sheets:
    """What a block of a sheet adds; MapImportError if it is none of Excel."""
    if any(mark in text for mark in _DECLARED):
        raise MapImportError(path, Message("it declares abbreviations, as no Excel file does"))
    for match in _REFERENCE.finditer(text):
        letters, number = match[1], match[2]
        if len(letters) > len(LAST_COLUMN) or len(number) > len(str(MOST_ROWS)):
            message = Message(
                "it says that there is something in {cell}; no sheet has more than {rows:,} rows "
                "and {column} as its last column",
                cell=(letters + number).decode()[:20],
                rows=MOST_ROWS,
                column=LAST_COLUMN,
            )
            raise MapImportError(path, message)
    tall = [
        f"{first.decode()}{row.decode()}:{end.decode()}{last.decode()}"
        for first, row, end, last in _MERGED.findall(text)
        if int(last) > int(row)
    ]
    merged = list(dict.fromkeys([*found.merged.get(part, []), *tall]))
    cells = found.uncomputed.get(part, [])
    if b"<f" in text:
        cells = list(dict.fromkeys([*cells, *(one.decode() for one in _UNCOMPUTED.findall(text))]))
    rows, columns = set(found.hidden_rows.get(part, ())), list(found.hidden_columns.get(part, ()))
    if b"hidden" in text:
        rows |= {_numbers(one)[b"r"] for one in _ROW.findall(text) if _hides(one, b"r")}
        columns += [
            (said[b"min"], said[b"max"]) for one in _COLUMN.findall(text)
            if _hides(one, b"min", b"max") and (said := _numbers(one))
        ]  # fmt: skip
    return Sheets(
        found.uncomputed | {part: cells}, found.merged | {part: merged},
        found.hidden_rows | {part: rows}, found.hidden_columns | {part: columns},
    )  # fmt: skip


def _numbers(tag: bytes) -> dict[bytes, int]:
    return {name: int(number) for name, number in _NUMBER.findall(tag)}


def _hides(tag: bytes, *wanted: bytes) -> bool:
    """Whether it hides a row or columns, and says which."""
    return bool(_HIDES.search(tag)) and all(name in _numbers(tag) for name in wanted)


def too_many_rows(path: Path) -> MapImportError:
    message = Message("it has more rows than any sheet ({rows:,})", rows=MOST_ROWS)
    return MapImportError(path, Problem(message))
