"""Whether the sheets of a planner's workbook have what a map needs of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Final

from sim import limits, units
from sim.errors import MapImportError, Problem
from sim.files import numerals, planner_sheets, shapes, tables, totals
from sim.files.sheet_rows import SheetRows
from sim.geography.making import headcount, located
from sim.geography.making.urban import KNOWN, SURELY
from sim.text import Message

NAME_ZH: Final = ("name", "name_zh", *shapes.CHINESE_NAMES, "name_en")
URBAN: Final = ("urban or rural", *sorted(SURELY))
POINT: Final = (located.LON, located.LAT)
NEEDED: Final[dict[str, tuple[tuple[str, ...], ...]]] = {
    planner_sheets.TOWNSHIPS: (NAME_ZH, headcount.USUAL, *POINT),
    planner_sheets.STATIONS: (planner_sheets.PLACE_NAMES, planner_sheets.AMBULANCES, *POINT),
    planner_sheets.HOSPITALS: (planner_sheets.PLACE_NAMES, *POINT),
}


def wrong_with(path: Path, role: str, *, people_elsewhere: bool = False) -> list[Problem]:
    """Columns that a sheet lacks, blanks of columns that every row needs, names that stand twice.

    `people_elsewhere`: another file says where people live. MapImportError if there is no such
    sheet, or nothing in it.
    """
    table = SheetRows(path, role)
    wanted = [one for one in NEEDED[role] if not (people_elsewhere and one == headcount.USUAL)]
    columns = [table.needed(usual) for usual in wanted]
    found = list(table.problems)
    if columns[0]:
        found += _totals(table, columns[0])
    of_totals = {one.line for one in found if one.line is not None}
    if columns[0]:
        found += [
            table.problem(row, columns[0], too_long(name))
            for row in table.rows()
            if len(name := table.text(row, columns[0])) > limits.NAME
        ]
    every = columns if role == planner_sheets.TOWNSHIPS else columns[-len(POINT) :]
    found += [
        table.problem(row, name, NOTHING)
        for row in table.rows()
        for name in every
        if name and not table.text(row, name) and row not in of_totals
    ]
    if role == planner_sheets.TOWNSHIPS:
        found += _urban(table, of_totals)
    found += _no_numbers(path, table, people_elsewhere)
    if role != planner_sheets.STATIONS and columns[0]:  # of which one may have several rows
        found += _twice(table, columns[0])
    return found


def too_long(name: str) -> Message:
    """What is said of a name that no scenario could have."""
    return Message(TOO_LONG.text, max_length=limits.NAME, found=units.shown(name))


TOO_LONG: Final = Message("write a text of at most {max_length} letters; found {found}")


def _no_numbers(path: Path, table: SheetRows, people_elsewhere: bool) -> Iterator[Problem]:
    """Cells of people and points that hold something else than a number."""
    for usual, known in (
        (() if people_elsewhere else headcount.USUAL, numerals.PEOPLE),
        *((usual, numerals.DEGREES) for usual in POINT),
    ):
        name = table.column(usual)
        try:
            if name:
                tables.numbers(path, table.frame, name, known, empty=True)
        except MapImportError as error:
            yield from error.problems


NOTHING: Final = Message("write it in every row; found nothing")


def _totals(table: SheetRows, name: str) -> Iterator[Problem]:
    for at in totals.total_rows(table.frame[[name]]):
        said = totals.total_row(table.frame[[name]], at)
        if said is not None:
            row = table.rows()[at]
            yield Problem(said, line=row, place=table.place(row, name))


def _urban(table: SheetRows, but: Collection[int | None]) -> Iterator[Problem]:
    """What a column of urban and rural townships lacks: it says it of all, or of none."""
    name = table.column(URBAN)
    said = {row: table.text(row, name).casefold() for row in table.rows() if row not in but}
    if not name or not any(said.values()):
        return
    for row, word in said.items():
        if not word:
            yield table.problem(row, name, NO_WORD)
        elif word not in KNOWN:
            yield table.problem(row, name, Message(OTHER_WORD.text, found=table.text(row, name)))


NO_WORD: Final = Message(
    "write urban or rural, in every row or in none; found nothing"
)  # fmt: skip
OTHER_WORD: Final = Message("write urban or rural, in every row or in none; found {found}")


def _twice(table: SheetRows, name: str) -> Iterator[Problem]:
    first: dict[str, int] = {}
    for row in table.rows():
        said = table.text(row, name)
        if said and said in first:
            message = Message(
                "{value} stands here again, after row {row}: each name once",
                value=said, row=first[said],
            )  # fmt: skip
            yield table.problem(row, name, message)
        first.setdefault(said, row)


def is_nothing(error: MapImportError) -> bool:
    """Whether all that is wrong is that a sheet is not there, or not filled in."""
    missing = planner_sheets.NO_SHEET.text
    return all(
        one.message in tables.NOTHING or getattr(one.message, "text", "") == missing
        for one in error.problems
    )
