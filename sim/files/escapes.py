"""Texts of a planner's files in files of ours: harmless there, and read back as she wrote them."""

from __future__ import annotations

import csv
import io
import json
import math
import numbers
import os
import re
import shlex
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from sim.text import harmless, in_digits

# What Excel and its kin take for a formula at the beginning of a cell.
_FORMULA: Final = re.compile(r"'*\s*[=+\-@＝＋－＠]|'*[\t\r\n]")
_NO_NAME: Final = re.compile(r'[<>:"/\\|?*\s]+')  # in names of files, on some system
_DEVICES: Final = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d|conin\$|conout\$)(\..*)?")
_COMMANDS: Final = re.compile(r"[^\w@%+=:,./-]")  # at a prompt; letters of any script do not
LONGEST: Final = 120  # bytes of a name of a file: what is put around it fits into 255


def in_cell(value: Any) -> Any:
    """A text as a cell of a CSV file: after an apostrophe where it would be a formula.

    Numbers stay numbers. `from_cell` takes it back.
    """
    if not isinstance(value, str):
        return value
    # A carriage return alone parts rows for some readers, and writers leave it without quotes.
    shown = in_digits(value.replace("\r\n", "\n").replace("\r", "\n"))
    return f"'{shown}" if _FORMULA.match(shown) else shown


def as_csv(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """A table as the text of a CSV file, every cell and head of which is as `in_cell` makes it.

    Numbers of a column are all written alike: whole ones among others, or where some are missing,
    as those are, 3 as 3.0. Nothing stands where there is None or nan.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator=os.linesep)
    writer.writerow([in_cell(name) for name in columns])
    writer.writerows(zip(*map(_in_cells, zip(*rows, strict=True)), strict=True))
    return text.getvalue()


def _in_cells(column: Sequence[Any]) -> list[Any]:
    known = [value for value in column if value is not None]
    of_numbers = all(isinstance(one, numbers.Real) and not isinstance(one, bool) for one in known)
    whole = len(known) == len(column) and all(isinstance(one, numbers.Integral) for one in known)
    if of_numbers and not whole:
        column = [math.nan if value is None else float(value) for value in column]
    return [None if value != value else in_cell(value) for value in column]


def from_cell(text: str) -> str:
    """What `in_cell` was given."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text


def in_json(value: Any, **how: Any) -> str:
    """A value as JSON in which no letter commands a terminal, and which any file can hold."""
    text = json.dumps(value, ensure_ascii=False, **how)
    return in_digits(text, lambda letter: json.dumps(letter)[1:-1])


def file_name(text: str, other: str = "study") -> str:
    """A name for a file or a folder on any system, made of a text; `other` if nothing is left."""
    known = unicodedata.normalize("NFC", "".join(map(_shown, text[: 4 * LONGEST])))
    name = _NO_NAME.sub("-", known).strip("-. ")
    name = name.encode("utf-8")[:LONGEST].decode("utf-8", "ignore").rstrip("-. ")
    return f"{name}_" if _DEVICES.fullmatch(name) else name or other


def quoted(path: Path | str, windows: bool = os.name == "nt") -> str:
    """A path as it is typed at the prompt of this system: in quotes if a letter of it commands."""
    text = str(path)
    if text and not _COMMANDS.search(text.replace("\\", "/") if windows else text):
        return text
    return f'"{text}"' if windows else shlex.quote(text)


def _shown(letter: str) -> str:
    return letter if harmless(letter) == letter else "-"
