"""What stands in a planner's workbook and is not read: sheets and columns, and what is hidden.

A column whose header was changed, or a sheet that was renamed, would else be left out without a
word, and all that depends on it would have its default.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

import pandas as pd

from sim.errors import MapImportError, nearest
from sim.files import cells, numerals, planner_sheets, tables, workbooks
from sim.files.planner_sheets import CALLS, HOSPITALS, SETTINGS, STATIONS, TOWNSHIPS
from sim.files.sheet_rows import SheetRows
from sim.geography.making import (
    headcount,
    located,
    places,
    planner_workbook,
    sheet_facts,
    town_columns,
    workbook_sheets,
)
from sim.text import Message

UNITS: Final = ("unit", "单位")
# By what a sheet holds, its columns as a new workbook has them, each by what it may be called.
COLUMNS: Final[dict[str, tuple[tuple[str, ...], ...]]] = {
    STATIONS: (
        places.NAME, places.KIND, places.AMBULANCES, planner_sheets.HOURS, located.LON,
        located.LAT, places.STATUS,
    ),
    TOWNSHIPS: (
        workbook_sheets.NAME_ZH, headcount.USUAL, located.LON, located.LAT,
        workbook_sheets.URBAN, town_columns.AREA, planner_sheets.YEARLY,
    ),
    HOSPITALS: (places.NAME, places.LEVEL, located.LON, located.LAT),
    SETTINGS: (
        planner_workbook.SETTING, planner_workbook.VALUE, UNITS,
        ("meaning and default", "meaning", "default", "含义与缺省值", "含义", "缺省值"),
    ),
}  # fmt: skip
EVERY_COLUMN: Final = sheet_facts.MapReading(made_up=True, grids={}, columns={})
GONE: Final = {
    STATIONS: Message("it has no stations"),
    TOWNSHIPS: Message("it says no calls a year of townships"),
    HOSPITALS: Message("a map that is made of it has no hospitals"),
    CALLS: Message("it has no recorded calls"),
    SETTINGS: Message("every setting has its default, and points are read as WGS84"),
}
ENOUGH: Final = 2  # columns of a kind of sheet in another one that may be it
UNNAMED: Final = Message("columns without a name in the header are not read: {names}").text


class Unread(NamedTuple):
    """A column that is not read, and its place in the sheet: 0 is A."""

    name: str
    at: int


def doubts(path: Path) -> Iterator[Message]:
    """A sentence of each sheet that is missing or not read, of columns likewise, of what is hidden.

    Nothing of a workbook that is none of ours. Sheets that cannot be read are told by who reads
    them.
    """
    sheets = workbooks.sheet_names(path)
    roles = {name: planner_sheets.role_of(name) for name in sheets}
    if len(set(roles.values()) - {""}) < planner_sheets.ENOUGH:
        return
    gone = [role for role in GONE if role not in roles.values()]
    for name, role in roles.items():
        if not role:
            yield from _other_sheet(path, name, gone)
    for role in gone:
        yield Message(
            "{workbook} has no sheet {sheet}: {so}",
            workbook=str(path), sheet=planner_sheets.title(role), so=GONE[role],
        )  # fmt: skip
    for name, role in roles.items():
        if role in COLUMNS:
            try:
                table = SheetRows(path, role)
            except MapImportError:
                continue
            yield from _of_columns(table, name, role)


def _other_sheet(path: Path, name: str, gone: list[str]) -> Iterator[Message]:
    """That a sheet of another name is not read, and which one it may be; none of an empty one."""
    try:
        frame = tables.read_table(path, sheet=name)
    except MapImportError:
        return
    alike = {role: _found_in(frame, role) for role in gone if role in COLUMNS}
    likely = max(alike, key=lambda role: alike[role], default="")
    if likely and alike[likely] >= ENOUGH:
        yield Message(
            "the sheet {sheet} of {workbook} is not read: is it the sheet {meant}? Then rename it",
            sheet=name, workbook=str(path), meant=planner_sheets.title(likely),
        )  # fmt: skip
    else:
        yield Message(
            "the sheet {sheet} of {workbook} is not read: its name says none that are",
            sheet=name, workbook=str(path),
        )  # fmt: skip


def _found_in(frame: pd.DataFrame, role: str) -> int:
    return sum(bool(tables.column(frame, usual)) for usual in COLUMNS[role])


def _of_columns(table: SheetRows, sheet: str, role: str) -> Iterator[Message]:
    frame = table.frame
    for note in tables.notes(frame):
        if getattr(note, "text", "") in (
            UNNAMED,
            workbooks.HIDDEN_ROWS.text,
            workbooks.HIDDEN_COLUMNS.text,
        ):
            yield Message("sheet {sheet}: {told}", sheet=sheet, told=note)
    left = _unread(table, role)
    lacking = {at: usual for at, usual in enumerate(COLUMNS[role]) if not table.column(usual)}
    others = []
    for one in left:
        meant = _meant(one, lacking)
        if not meant:
            others.append(one.name)
            continue
        yield Message(
            "sheet {sheet}, cell {cell}: {name} is not read: is it the column {meant}? Then call "
            "it so",
            sheet=sheet, cell=_header_cell(table, one), name=one.name,
            meant=_both(meant),
        )  # fmt: skip
    if others:
        yield Message(
            "sheet {sheet}: columns that are not read: {names}",
            sheet=sheet, names=", ".join(others),
        )  # fmt: skip


def _unread(table: SheetRows, role: str) -> list[Unread]:
    """The columns with something in them that no usual name finds."""
    frame = table.frame
    known = {tables.column(frame, (name,)) for usual in COLUMNS[role] for name in usual}
    if role in sheet_facts.FACTS:
        known |= {fact.column(frame) for fact in EVERY_COLUMN.facts(role).values()}
        known |= {tables.column(frame, usual) for usual in workbook_sheets.NEEDED[role]}
    letters = list(frame.attrs[cells.LETTERS].values())
    return [
        Unread(str(name), _number_of(letters[at]))
        for at, name in enumerate(frame.columns)
        if str(name) not in known and any(text.strip() for text in frame[name])
    ]


def _number_of(letters: str) -> int:
    """0 of A, 27 of AB."""
    found = 0
    for letter in letters:
        found = 26 * found + ord(letter) - ord("A") + 1
    return found - 1


def _meant(one: Unread, lacking: dict[int, tuple[str, ...]]) -> tuple[str, ...]:
    """The missing column that a column may be: by its name, else by where it stands."""
    if one.at in lacking:
        return lacking[one.at]
    for usual in lacking.values():
        for part in numerals.names_in(one.name):
            if nearest(part.casefold(), list(usual)):
                return usual
    return ()


def _both(usual: tuple[str, ...]) -> str:
    """A column as a new workbook calls it, in both languages."""
    chinese = next((one for one in usual if not one.isascii()), "")
    return f"{usual[0]} {chinese}".strip()


def _header_cell(table: SheetRows, one: Unread) -> str:
    return f"{cells.letters_of(one.at)}{table.frame.attrs[cells.HEADER]}"
