"""Tables in text files: which mark parts the columns, and the rows with their lines."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import Final, NamedTuple

from sim.errors import Problem
from sim.files.escapes import from_cell
from sim.text import Message

MARKS: Final = ("\t", ";", ",", "|", "，")
LOOKED_AT: Final = 200  # rows, to find the mark
Row = tuple[int, list[str]]  # with its line in the file
_EXCEL_SAYS: Final = re.compile(
    r"sep=([^\s\"\w]|\t)[^\S\r\n]*(\r\n|\r|\n)", re.IGNORECASE
)  # its first line
_NUMBER_LIKE: Final = re.compile(r"[-+]?[\d.,' ]*\d")


class SeparatorError(Exception):
    """The rows cannot be told apart into columns."""

    def __init__(self, problem: Problem):
        super().__init__(str(problem))
        self.problem = problem


class _Reading(NamedTuple):
    """How the first rows look if a mark parts them."""

    mark: str
    agree: float  # share of the rows with as many columns as most
    columns: int
    numbers: float  # share of the cells that look like numbers


def rows_of(text: str) -> tuple[list[Row], str]:
    """The rows that are not blank, cells without spaces around them, and the mark between them.

    SeparatorError where two marks part the rows equally well, or a quote never closes.
    """
    _refuse_long_lines(text)
    said = _EXCEL_SAYS.match(text)
    body, before = (text[said.end() :], 1) if said else (text, 0)
    mark = said[1] if said else _mark(body)
    reader = csv.reader(
        io.StringIO(body, newline=""), delimiter=mark, strict=True, skipinitialspace=True
    )
    try:
        return [(line + before, row) for line, row in _filled(reader)], mark
    except csv.Error as error:
        message = Message("its quotes do not match: a quote within a text is written twice")
        if "field limit" in str(error):
            message = Message("a cell has more than {most:,} characters", most=MOST_SIGNS)
        raise SeparatorError(Problem(message, line=reader.line_num + before)) from None


MOST_SIGNS: Final = 10_000_000  # in a cell, of a polygon
LONGEST: Final = 2 * MOST_SIGNS  # in a line
INVISIBLE: Final = "\ufeff\u200b\u200e\u200f\u2060"  # marks of bytes and directions, joiners

csv.field_size_limit(MOST_SIGNS)


def _refuse_long_lines(text: str) -> None:
    """SeparatorError if a line has more signs than any table: a file without its line ends."""
    if len(text) <= LONGEST:
        return
    at, line = 0, 1
    for ends in re.finditer(r"\r\n|\r|\n", text):
        if ends.start() - at > LONGEST:
            break
        at, line = ends.end(), line + 1
    if len(text) - at > LONGEST:
        message = Message("a line has more than {most:,} characters", most=LONGEST)
        raise SeparatorError(Problem(message, line=line))


def _filled(reader: Iterator[list[str]]) -> Iterator[Row]:
    for row in reader:
        cells = [cell.strip() for cell in row]
        if not all(map(str.isascii, cells)):
            cells = [cell.strip(INVISIBLE).strip() for cell in cells]
        cells = [from_cell(cell) for cell in cells]
        if any(cells):
            yield reader.line_num, cells  # type: ignore[attr-defined]


def _mark(text: str) -> str:
    """The mark by which most rows have the same number of columns."""
    found = [reading for mark in MARKS if (reading := _reading(text, mark)) is not None]
    found.sort(key=lambda r: (r.agree, r.numbers, r.columns), reverse=True)
    if not found:
        return ","
    best, second = found[0], found[1] if len(found) > 1 else None
    if second is not None and best[1:] == second[1:]:
        names = {"\t": Message("the tab")}
        message = Message(
            "both {first} and {second} could part its columns: put texts that hold one into "
            "quotes, or save it as Excel",
            first=names.get(best.mark, best.mark),
            second=names.get(second.mark, second.mark),
        )
        raise SeparatorError(Problem(message))
    return best.mark


def _reading(text: str, mark: str) -> _Reading | None:
    """The first rows as parted by a mark; None if it parts nothing."""
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=mark, strict=True, skipinitialspace=True
    )
    try:
        rows = [row for _, row in islice(_filled(reader), LOOKED_AT)]
    except csv.Error:
        return None
    widths = Counter(len(row) for row in rows if len(row) > 1)
    if not widths:
        return None
    columns, often = max(widths.items(), key=lambda item: (item[1], item[0]))
    cells = [cell for row in rows for cell in row if cell]
    numbers = sum(_NUMBER_LIKE.fullmatch(cell) is not None for cell in cells)
    return _Reading(mark, often / len(rows), columns, numbers / len(cells))
