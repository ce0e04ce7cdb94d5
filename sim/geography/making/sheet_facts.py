"""What a map takes from the sheets of a planner's workbook, and keeps: one list of it.

It is kept with the map, so that a workbook that was changed since is noticed. What a maker of maps
reads of a sheet and is not in the list would be changed without a word: so a test holds the list
against all columns that they ask for.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, NamedTuple

import pandas as pd

from sim.errors import MapImportError
from sim.files import cells, numerals, planner_sheets, shapes, tables, workbooks
from sim.files.sheet_rows import SheetRows
from sim.geography.making import (
    located,
    places,
    town_columns,
    urban,
    workbook_sheets,
    zones,
)
from sim.text import Message

Said = dict[tuple[str, str], dict[str, str]]  # [kind of sheet, name] facts, by what they are of


class SheetFact(NamedTuple):
    """One thing that a sheet says of each row: the columns that may say it, and how it is read."""

    said: Message  # what it is called for people
    columns: tuple[str, ...]
    units: Mapping[str, float] | None = None  # of numbers: what the header may say
    words: Mapping[str, str] | None = None  # that mean the same as others
    made_up: bool = False  # only a map that is made up reads it
    find: Callable[[pd.DataFrame], str] | None = None  # the column, where a name is not enough

    def column(self, frame: pd.DataFrame, chosen: str = "") -> str:
        """The column of it in a sheet: the one chosen, else a usual one; or ""."""
        if chosen:
            return tables.column(frame, (), chosen)
        return self.find(frame) if self.find else tables.column(frame, self.columns)

    def plain(self, text: str) -> str:
        """A text as what it means: two that say the same are equal."""
        if self.units is not None:
            return _plain(text)
        plain = " ".join(unicodedata.normalize("NFKC", text).split()).casefold()
        return (self.words or {}).get(plain, plain)


def _urban_column(frame: pd.DataFrame) -> str:
    """The column that either maker of maps takes for urban and rural."""
    by_name = tables.column(frame, town_columns.CHARACTER)
    return by_name or urban.worded(frame) or tables.column(frame, workbook_sheets.URBAN)


def _point_column(frame: pd.DataFrame) -> str:
    """One column with both coordinates, where there are no two."""
    if all(tables.column(frame, usual) for usual in workbook_sheets.POINT):
        return ""
    return located.column_of_both(frame)


PEOPLE, URBAN, NAME_EN = "people", "urban or rural", "name in English"
POINT: Final = ("longitude", "latitude", "point")
_TOWN_WORDS: Final = {
    **dict.fromkeys(urban.URBAN_WORDS, "urban"), **dict.fromkeys(urban.RURAL_WORDS, "rural"),
}  # fmt: skip
_SOURCE: Final = Message("source")
_PLACED: Final = {
    "longitude": SheetFact(Message("longitude"), located.LON, numerals.DEGREES),
    "latitude": SheetFact(Message("latitude"), located.LAT, numerals.DEGREES),
    "point": SheetFact(Message("coordinates"), located.BOTH, find=_point_column),
}
_OF_PLACES: Final = _PLACED | {
    NAME_EN: SheetFact(Message("name in English"), places.NAME_EN),
    "name in Chinese": SheetFact(Message("name in Chinese"), places.NAME_ZH),
    "township": SheetFact(Message("township"), places.TOWNSHIP),
    "source": SheetFact(_SOURCE, (*town_columns.FROM, "point_src"), made_up=True),
}
FACTS: Final[dict[str, dict[str, SheetFact]]] = {
    planner_sheets.TOWNSHIPS: _PLACED | {
        PEOPLE: SheetFact(
            Message("people"), town_columns.USUAL, numerals.PEOPLE,
            find=town_columns.people_column,
        ),
        URBAN: SheetFact(
            Message("urban or rural"), (*town_columns.CHARACTER, *workbook_sheets.URBAN),
            words=_TOWN_WORDS, find=_urban_column,
        ),
        NAME_EN: SheetFact(
            Message("name in English"), (*town_columns.NAMES_EN, *shapes.NAMES)
        ),
        "name in Chinese": SheetFact(Message("name in Chinese"), zones.NAMES_ZH),
        "code": SheetFact(Message("code"), zones.CODES),
        "area": SheetFact(Message("area in km²"), town_columns.AREA, numerals.AREA, made_up=True),
        "kind": SheetFact(Message("kind"), town_columns.KIND, made_up=True),
        "villages": SheetFact(Message("villages"), town_columns.VILLAGES, {}, made_up=True),
        "communities": SheetFact(
            Message("communities"), town_columns.COMMUNITIES, {}, made_up=True
        ),
        "district": SheetFact(Message("district"), town_columns.DISTRICT, made_up=True),
        "source": SheetFact(_SOURCE, town_columns.FROM, made_up=True),
        "source of point": SheetFact(_SOURCE, town_columns.POINT_FROM, made_up=True),
        "source of area": SheetFact(_SOURCE, town_columns.AREA_FROM, made_up=True),
        "source of people": SheetFact(
            _SOURCE, town_columns.PEOPLE_FROM, made_up=True,
            find=lambda frame: tables.column(frame, town_columns.people_from(frame)),
        ),
    },
    planner_sheets.STATIONS: _OF_PLACES | {
        "kind": SheetFact(Message("kind"), places.KIND, words=places.KINDS),
        "status": SheetFact(Message("status"), places.STATUS, words=places.STATES),
    },
    planner_sheets.HOSPITALS: _OF_PLACES | {
        "level": SheetFact(Message("level"), places.LEVEL),
        "capabilities": SheetFact(Message("capabilities"), places.CAPABILITIES),
    },
}  # fmt: skip


class MapReading(NamedTuple):
    """How a map read the sheets of a workbook.

    `made_up`: without roads, so that it read what only such a map needs; `grids`: by sheet, in
    which its points are; `columns`: those that were chosen for facts of townships, by fact, and
    None of a fact that the map has from elsewhere.
    """

    made_up: bool
    grids: Mapping[str, str]
    columns: Mapping[str, str | None]

    def facts(self, role: str) -> dict[str, SheetFact]:
        """What it read of a sheet."""
        of = {name: one for name, one in FACTS[role].items() if self.made_up or not one.made_up}
        if role == planner_sheets.TOWNSHIPS:
            of = {name: one for name, one in of.items() if self.columns.get(name, "") is not None}
        return of


def said_in(path: Path, role: str, read: MapReading) -> Said:
    """What a sheet says of each township, station or hospital; of several rows what any says.

    A sheet that is not there, or was not filled in, says nothing. MapImportError if it cannot be
    read.
    """
    try:
        table = SheetRows(path, role)
    except MapImportError as error:
        if workbook_sheets.is_nothing(error):
            return {}
        raise
    texts = {}
    for name, fact in read.facts(role).items():
        column = fact.column(table.frame, read.columns.get(name) or "")
        of_old = read.grids.get(role) == ""  # which kept a number without the unit of its header
        units = fact.units if not of_old or fact.units is None else {}
        texts[name] = _texts(path, table, column, units)
    named = table.column(workbook_sheets.NEEDED[role][0])
    found: Said = {}
    for at, row in enumerate(table.rows()):
        facts = found.setdefault((role, table.text(row, named)), dict.fromkeys(texts, ""))
        for name, said in texts.items():
            facts[name] = facts[name] or said[at]
    return found


def _texts(
    path: Path, table: SheetRows, column: str, units: Mapping[str, float] | None
) -> list[str]:
    """[row] what a column says; numbers in one way, and in the unit that is one in `units`."""
    written = [table.text(row, column) for row in table.rows()]
    if not column or units is None:
        return written
    try:
        values = tables.numbers(path, table.frame, column, units, empty=True)
    except MapImportError:  # it is told where it is read for good
        return [_plain(text) for text in written]
    return ["" if value != value else _plain(repr(float(value))) for value in values]


def _plain(text: str) -> str:
    """A number in one way, however it is written: degrees to a decimetre."""
    try:
        return f"{round(numerals.number(text), 6):.12g}"
    except ValueError:
        return numerals.normal(text)


# ── kept with a map ──────────────────────────────────────────────────────────────────────────

GRIDS, COLUMNS = "coordinates", "columns"  # what is kept of how the sheets were read


def kept_with(files: Mapping[str, Path | None], read: MapReading) -> dict[str, str]:
    """What is kept with a map: a text by key; `files`: by the kind of sheet that read of each.

    Of files that are no planner's workbook nothing is kept; of a sheet that no file was named for,
    that it was empty.
    """
    books = {role: path for role, path in files.items() if path and _is_sheet_of_ours(path, role)}
    if not books:
        return {}
    roles = [role for role in FACTS if role in books or files.get(role) is None]
    kept: dict[tuple[str, str], Mapping[str, str | None]] = {
        (planner_sheets.SETTINGS, GRIDS): {role: read.grids[role] for role in roles},
        (planner_sheets.SETTINGS, COLUMNS): read.columns,
    }
    for role, path in books.items():
        kept |= said_in(path, role, read)
    return {
        f"{planner_sheets.KEPT}{role} {name}": json.dumps(facts, ensure_ascii=False)
        for (role, name), facts in kept.items()
    }


def _is_sheet_of_ours(path: Path, role: str) -> bool:
    if path.suffix.lower() not in workbooks.ENDINGS:
        return False
    frame = tables.read_table(path, holds=role)
    return planner_sheets.role_of(str(frame.attrs.get(cells.SHEET, ""))) == role


def kept_of(meta: Mapping[str, str]) -> Said:
    """What a map keeps of the workbook that it was made of; nothing if it was made otherwise."""
    found: Said = {}
    for key, text in meta.items():
        role, _, name = key.removeprefix(planner_sheets.KEPT).partition(" ")
        if key.startswith(planner_sheets.KEPT) and role in FACTS:
            found[role, name] = json.loads(text)
    return found


def reading_of(meta: Mapping[str, str]) -> MapReading:
    """How a map read the sheets; of one made before that was kept, which of them, with no grid."""
    grids, columns = (
        json.loads(meta.get(f"{planner_sheets.KEPT}{planner_sheets.SETTINGS} {name}", "{}"))
        for name in (GRIDS, COLUMNS)
    )
    before = dict.fromkeys((role for role, _ in kept_of(meta)), "")
    return MapReading(meta.get("synthetic") == "yes", grids or before, columns)
