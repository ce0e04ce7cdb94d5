"""In which encoding a Shapefile's table is, where no .cpg beside it says so."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Final

from sim.files.geodata import UNREADABLE
from sim.files.text import Decoded, decode

SOME_ROWS: Final = 5_000  # are judged
_HEAD: Final = 32  # bytes of the file's head, and of each field's


def texts_of(path: Path, encoding: str = "") -> Decoded | None:
    """The texts of a Shapefile's table, decoded as far as they are looked at.

    `path`: of the .shp, or of a .zip with one. None where there is no table, or a .cpg settles
    its encoding and no other is asked for. EncodingError where it cannot be known.
    """
    table, said = _bytes(path)
    if table is None or (said and not encoding):
        return None
    found = decode(_letters(table), encoding)
    return found._replace(encoding="utf-8") if found.text.isascii() else found


def _bytes(path: Path) -> tuple[bytes | None, bool]:
    """The .dbf, and whether a .cpg stands beside it."""
    if path.suffix.lower() == ".zip":
        try:
            with zipfile.ZipFile(path) as archive:
                names = {Path(name).suffix.lower(): name for name in archive.namelist()}
                data = archive.read(names[".dbf"]) if ".dbf" in names else None
                return data, ".cpg" in names
        except UNREADABLE:
            return None, False
    beside = {one.suffix.lower(): one for one in path.parent.glob(f"{_escaped(path.stem)}.*")}
    table = beside.get(".dbf")
    return table.read_bytes() if table else None, ".cpg" in beside


def _escaped(stem: str) -> str:
    return "".join(f"[{sign}]" if sign in "[]*?" else sign for sign in stem)


def _letters(table: bytes) -> bytes:
    """The names of the columns and the cells of the first rows, a line each."""
    start, width = int.from_bytes(table[8:10], "little"), int.from_bytes(table[10:12], "little")
    fields, at = [], 1  # the first byte of a row says whether it is deleted
    for head in range(_HEAD, start - 1, _HEAD):
        if table[head : head + 1] in (b"\r", b""):
            break
        name = table[head : head + 11].split(b"\0")[0]
        length = table[head + 16]
        fields.append((name, at, length, table[head + 11 : head + 12] == b"C"))
        at += length
    lines = [name for name, *_ in fields]
    rows = range(start, min(len(table), start + SOME_ROWS * width), max(1, width))
    for row in rows:
        for _, first, length, is_text in fields:
            cell = table[row + first : row + first + length]
            if is_text:
                lines.append(_whole(cell))
    return b"\n".join(lines)


def _whole(cell: bytes) -> bytes:
    """A cell without what pads it; a full one may end in half a letter, so without its end."""
    text = cell.rstrip(b" \0")
    if len(text) < len(cell) or text.isascii():
        return text.replace(b"\0", b" ")
    words = text.rsplit(b" ", 1)
    return words[0] if len(words) > 1 else b""
