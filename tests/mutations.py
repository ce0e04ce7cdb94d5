"""Tables, workbooks and any bytes, spoiled in every way that we could think of.

    kind, data = mutated_table(RECORDS, random.Random(7))      # bytes of a .csv
    kind, data = mutated_workbook(RECORDS, random.Random(7))   # bytes of a .xlsx
    kind, data = mutated_bytes(data, random.Random(7))      # of any file
    kind, text = mutated_text(text, random.Random(7))       # of XML, JSON and the like

Kinds are named for counting. The same seed spoils in the same way.
"""

from __future__ import annotations

import io
import random
import re
import zipfile
from collections.abc import Callable
from datetime import date, datetime, time

import openpyxl

Rows = list[list[str]]  # the header first

HOSTILE = (
    "", " ", "nan", "NaN", "inf", "-inf", "1e308", "-1e308", "1e999", "-1", "-0", "0", "1e-320",
    "9" * 400, "0x10", "1_000", "1,5", "1.234,5", "1 234", "１２", "１２．５", "٣", "½", "十二", "3.2万",
    "12 km", "5 min", "50%", "true", "None", "null", "N/A", "#N/A", "#REF!", "=1+1", "=cmd|'/c calc'!A1",
    "+1", "'1", "$x$", "{x}", "{0}", "%s", "\\", "\0", "\x07", "\x1b[2J", "\u202e", "\ufeff", "\ud7ff",
    "\U0001f691", "x" * 5000, "枫林镇", "枫林乡", "2025-01-08 14:05", "2025-01-08 14.05", "2025-01-08",
    "14:05", "2025-01-08 24:00", "2025-13-01 10:00", "01/02/2025 10:00", "13/02/2025 10:00",
    "2025年1月8日14时05分", "0001-01-01 00:00", "9999-12-31 23:59", "1736345100", "45665.587",
    "2025-01-08T14:05+99:00", "2025-01-08 14:05 CST", "POINT (113.5 27.6)", "POINT (nan nan)",
    "113.5,27.6", "27.6", "113.5", "1e308,1e308", "\n", "a\nb", '"', '""', '"a', "'", ";", "\t", "|",
)  # fmt: skip
ENCODINGS = ("gb18030", "big5", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-8-sig", "utf-7",
             "cp1252", "latin-1", "cp037")  # fmt: skip


# Calls of Liling, two rows an incident.
RECORDS: Rows = [
    ["received_at", "lon", "lat", "township", "priority", "incident", "conveyed", "hospital",
     "turnout_s", "on_scene_min", "arrived_at"],
    *(
        [f"2025-01-{8 + n // 4:02d} {n:02d}:05:{n + 10}", f"{113.45 + n / 200:.3f}", "27.66", "枫林镇",
         ("red", "yellow", "green")[n % 3], str(n // 2), "是" if n % 2 else "否", "", str(60 + n),
         str(10 + n), f"2025-01-{8 + n // 4:02d} {n:02d}:25:30"]
        for n in range(12)
    ),
]  # fmt: skip


# ── bytes of any file ────────────────────────────────────────────────────────────────────────


def _cut(data: bytearray, chance: random.Random, at: int, size: int) -> None:
    del data[at:]


def _begun_late(data: bytearray, chance: random.Random, at: int, size: int) -> None:
    del data[:size]


def _gone(data: bytearray, chance: random.Random, at: int, size: int) -> None:
    del data[at : at + size]


def _flipped(data: bytearray, chance: random.Random, at: int, size: int) -> None:
    for _ in range(chance.choice((1, 3, 30))):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)


def _zeros(data: bytearray, chance: random.Random, at: int, size: int) -> None:
    data[at : at + size] = bytes(size)


def _noise(data: bytearray, chance: random.Random, at: int, size: int) -> None:
    data[at : at + size] = chance.randbytes(size)


def _twice(data: bytearray, chance: random.Random, at: int, size: int) -> None:
    data[at:at] = data[at : at + size]


def _put_in(data: bytearray, chance: random.Random, at: int, size: int) -> None:
    data[at:at] = chance.choice(HOSTILE).encode("utf-8")


OF_BYTES: dict[str, Callable[[bytearray, random.Random, int, int], None]] = {
    "cut off": _cut, "begun late": _begun_late, "bytes gone": _gone, "bits flipped": _flipped,
    "zeros": _zeros, "noise": _noise, "bytes twice": _twice, "a value put in": _put_in,
}  # fmt: skip


def mutated_bytes(data: bytes, chance: random.Random, kind: str = "") -> tuple[str, bytes]:
    """The kind, and the bytes of a file with it."""
    kind = kind or chance.choice(list(OF_BYTES))
    spoilt = bytearray(data or b"\n")
    OF_BYTES[kind](spoilt, chance, chance.randrange(len(spoilt)), chance.choice((1, 4, 100, 4096)))
    return kind, bytes(spoilt)


def mutated_text(text: str, chance: random.Random) -> tuple[str, str]:
    """A text with one of its numbers, quoted words or tags another."""
    kind = chance.choice(("another number", "another word", "a line gone", "a line twice"))
    if kind.startswith("a line"):
        lines = re.split("(?<=[\n>])", text)
        at = chance.randrange(len(lines))
        lines[at : at + 1] = [] if kind == "a line gone" else [lines[at]] * 2
        return kind, "".join(lines)
    places = list(re.finditer(r"-?\d+(?:\.\d+)?" if kind == "another number" else r'"[^"]*"', text))
    for place in chance.sample(places, min(len(places), chance.choice((1, 1, 5)))):
        value = chance.choice(HOSTILE)
        new = value if kind == "another number" else f'"{value}"'
        text = text.replace(place[0], new, 1) if chance.random() < 0.5 else (
            text[: place.start()] + new + text[place.end() :]
        )  # fmt: skip
    return kind, text


# ── cells, rows and columns ──────────────────────────────────────────────────────────────────


def _cell(rows: Rows, chance: random.Random) -> None:
    for _ in range(chance.choice((1, 1, 3, 20))):
        row = chance.choice(rows[1:] or rows)
        row[chance.randrange(len(row))] = chance.choice(HOSTILE)


def _column_of(rows: Rows, chance: random.Random) -> None:
    at, value = chance.randrange(len(rows[0])), chance.choice(HOSTILE)
    for row in rows[1:]:
        row[at] = value


def _header(rows: Rows, chance: random.Random) -> None:
    rows[0][chance.randrange(len(rows[0]))] = chance.choice((*HOSTILE, *rows[0]))


def _without_column(rows: Rows, chance: random.Random) -> None:
    at = chance.randrange(len(rows[0]))
    for row in rows:
        del row[at]


def _column_twice(rows: Rows, chance: random.Random) -> None:
    at = chance.randrange(len(rows[0]))
    for row in rows:
        row.append(row[at])


def _columns_turned(rows: Rows, chance: random.Random) -> None:
    order = chance.sample(range(len(rows[0])), len(rows[0]))
    rows[:] = [[row[at] for at in order] for row in rows]


def _headers_swapped(rows: Rows, chance: random.Random) -> None:
    chance.shuffle(rows[0])


def _without_rows(rows: Rows, chance: random.Random) -> None:
    rows[:] = rows[: chance.choice((0, 1, 2))]


def _row_twice(rows: Rows, chance: random.Random) -> None:
    rows += [list(chance.choice(rows)) for _ in range(chance.choice((1, 5)))]


def _rows_turned(rows: Rows, chance: random.Random) -> None:
    chance.shuffle(rows)


def _row_short(rows: Rows, chance: random.Random) -> None:
    row = chance.choice(rows)
    del row[chance.randrange(len(row)) :]


def _row_long(rows: Rows, chance: random.Random) -> None:
    chance.choice(rows).extend(chance.choices(HOSTILE, k=chance.choice((1, 40))))


def _title(rows: Rows, chance: random.Random) -> None:
    rows.insert(0, [chance.choice(HOSTILE)] + [""] * (len(rows[0]) - 1))


OF_ROWS: dict[str, Callable[[Rows, random.Random], None]] = {
    "hostile cells": _cell, "a column of one value": _column_of, "another header": _header,
    "a column gone": _without_column, "a column twice": _column_twice,
    "columns turned": _columns_turned, "headers swapped": _headers_swapped,
    "hardly any rows": _without_rows, "rows twice": _row_twice, "rows turned": _rows_turned,
    "a row cut short": _row_short, "a row too long": _row_long, "a title": _title,
}  # fmt: skip


def _spoilt_rows(rows: Rows, chance: random.Random, kind: str) -> Rows:
    spoilt = [list(row) for row in rows]
    OF_ROWS[kind](spoilt, chance)
    return spoilt


# ── text tables ──────────────────────────────────────────────────────────────────────────────


def as_csv(rows: Rows, mark: str = ",", end: str = "\n") -> str:
    def quoted(cell: str) -> str:
        odd = any(sign in cell for sign in (mark, '"', "\n", "\r"))
        return '"' + cell.replace('"', '""') + '"' if odd else cell

    return "".join(mark.join(map(quoted, row)) + end for row in rows)


def _quotes(text: str, chance: random.Random) -> str:
    at = chance.randrange(len(text) + 1)
    return text[:at] + chance.choice(('"', '""', "'", '","', '"\n"')) + text[at:]


def _ends(text: str, chance: random.Random) -> str:
    return "".join(
        chance.choice(("\n", "\r\n", "\r", "\n\n", "\u2028")) if sign == "\n" else sign
        for sign in text
    )


def _separators(text: str, chance: random.Random) -> str:
    mark = chance.choice((";", "\t", "|", "，", " ", ",,", "、"))
    share = chance.choice((1.0, 0.5, 0.05))
    return "".join(mark if sign == "," and chance.random() < share else sign for sign in text)


def _said_separator(text: str, chance: random.Random) -> str:
    return f"sep={chance.choice((',', ';', '', chr(9), 'x', chr(34), ',,'))}\n{text}"


OF_LINES: dict[str, Callable[[str, random.Random], str]] = {
    "odd quotes": _quotes, "other line ends": _ends, "other separators": _separators,
    "a said separator": _said_separator,
}  # fmt: skip
TABLE_KINDS = (*OF_ROWS, *OF_LINES, "another encoding", "two encodings", *OF_BYTES)


def mutated_table(rows: Rows, chance: random.Random, kind: str = "") -> tuple[str, bytes]:
    """The kind, and the bytes of a text table with it."""
    kind = kind or chance.choice(TABLE_KINDS)
    if kind in OF_ROWS:
        return kind, as_csv(_spoilt_rows(rows, chance, kind)).encode("utf-8", "surrogatepass")
    text = as_csv(rows)
    if kind in OF_LINES:
        return kind, OF_LINES[kind](text, chance).encode("utf-8", "surrogatepass")
    encoding = chance.choice(ENCODINGS)
    if kind == "another encoding":
        return kind, text.encode(encoding, "replace")
    if kind == "two encodings":
        half = len(text) // 2
        return kind, text[:half].encode("utf-8") + text[half:].encode(encoding, "replace")
    return mutated_bytes(text.encode("utf-8"), chance, kind)


# ── workbooks ────────────────────────────────────────────────────────────────────────────────

VALUES = (
    None, True, 0, -1, 1e308, 1e-320, 12.5, 2**60, datetime(2025, 1, 8, 14, 5, 30), date(2025, 1, 8),
    datetime(9999, 12, 31), time(14, 5), "=1+1", "=NOW()", "='[http://127.0.0.1:9/x.xlsx]S'!A1",
    "#N/A", "=HYPERLINK(\"http://127.0.0.1:9\")", "x" * 32_000,
)  # fmt: skip
OF_BOOKS = ("values of other types", "merged", "hidden", "several sheets", "empty cells far out")
OF_XML = ("a part gone", "a part emptied", "a part cut off", "a part spoilt", "a number in the XML")
WORKBOOK_KINDS = (*OF_ROWS, *OF_BOOKS, *OF_XML, *OF_BYTES)


def as_workbook(rows: list[list[object]], change: Callable[[openpyxl.Workbook], None]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    change(book)
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


def _writable(rows: Rows) -> list[list[object]]:
    """Cells as numbers where they say some; signs that no workbook can hold are left out."""
    illegal = openpyxl.cell.cell.ILLEGAL_CHARACTERS_RE
    found: list[list[object]] = []
    for row in rows:
        cells: list[object] = [illegal.sub("", cell)[:32_000] for cell in row]
        found.append([float(c) if re.fullmatch(r"-?\d{1,9}(\.\d+)?", str(c)) else c for c in cells])
    return found


def _changed_book(kind: str, chance: random.Random) -> Callable[[openpyxl.Workbook], None]:
    def change(book: openpyxl.Workbook) -> None:
        sheet = book.active
        some = [chance.randrange(1, n + 1) for n in (sheet.max_row, sheet.max_column)]
        if kind == "values of other types":
            for _ in range(chance.choice((1, 5, 30))):
                row, column = chance.randint(1, sheet.max_row), chance.randint(1, sheet.max_column)
                sheet.cell(row, column).value = chance.choice(VALUES)
        elif kind == "merged":
            sheet.merge_cells(
                start_row=some[0], start_column=some[1],
                end_row=some[0] + chance.randrange(3), end_column=some[1] + chance.randrange(3),
            )  # fmt: skip
        elif kind == "hidden":
            other = book.create_sheet("另一表", chance.choice((0, 1)))
            chance.choice((sheet, other)).sheet_state = chance.choice(("hidden", "veryHidden"))
        elif kind == "several sheets":
            for name in ("Sheet2", "说明"):
                other = book.create_sheet(name, chance.choice((0, 1)))
                for row in chance.choice(([], [["x"]], [["a", "b"], [1, 2]])):
                    other.append(row)
        elif kind == "empty cells far out":
            sheet.cell(chance.choice((5, 9_999)), chance.choice((1, 500))).value = chance.choice(
                (None, "", " ", 1)
            )

    return change


def _spoilt_zip(data: bytes, kind: str, chance: random.Random) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as whole, zipfile.ZipFile(held, "w") as spoilt:
        target = chance.choice([*whole.namelist(), "xl/worksheets/sheet1.xml"])
        for name in whole.namelist():
            part = whole.read(name)
            if name == target:
                if kind == "a part gone":
                    continue
                if kind == "a part emptied":
                    part = b""
                elif kind == "a part cut off":
                    part = part[: chance.randrange(len(part))]
                elif kind == "a part spoilt":
                    part = mutated_bytes(part, chance)[1]
                else:
                    part = mutated_text(part.decode("utf-8"), chance)[1].encode("utf-8", "replace")
            spoilt.writestr(name, part)
    return held.getvalue()


def mutated_workbook(rows: Rows, chance: random.Random, kind: str = "") -> tuple[str, bytes]:
    """The kind, and the bytes of an Excel file with it."""
    kind = kind or chance.choice(WORKBOOK_KINDS)
    if kind in OF_ROWS:
        return kind, as_workbook(_writable(_spoilt_rows(rows, chance, kind)), lambda book: None)
    if kind in OF_BOOKS:
        return kind, as_workbook(_writable(rows), _changed_book(kind, chance))
    plain = as_workbook(_writable(rows), lambda book: None)
    if kind in OF_XML:
        return kind, _spoilt_zip(plain, kind, chance)
    return mutated_bytes(plain, chance, kind)
