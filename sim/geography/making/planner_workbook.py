"""A planner's workbook, named once, as the files and choices of a map that is made from it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Final

from sim.errors import MapImportError, Problem, WorkbookError
from sim.files import cells, entrance, planner_sheets, tables, workbooks
from sim.geography.making import workbook_points, workbook_sheets
from sim.text import Message

SHEETS: Final = {
    "zones": planner_sheets.TOWNSHIPS,
    "sites": planner_sheets.STATIONS,
    "hospitals": planner_sheets.HOSPITALS,
}
GRIDS: Final = ("wgs84", "gcj02", "bd09")


def given(choices: dict[str, Any], maps: Path = Path("maps")) -> dict[str, Any]:
    """Choices of an import in one row, with those that its `workbook` answers.

    What was chosen besides goes before. MapImportError if the workbook cannot be read.
    """
    book = choices.get("workbook")
    others = {name: value for name, value in choices.items() if name != "workbook"}
    if book in (None, ""):
        return others
    path = Path(str(book))
    people = others.get("people") not in (None, "")
    sheets = filled(path, people_elsewhere=people, made_up=False)
    found: dict[str, Any] = dict.fromkeys(sheets, path)
    grid = grid_of(path)
    found |= {"coordinates": grid, "zone_coordinates": grid} if grid != "wgs84" else {}
    found |= {"place": called(path)}
    if maps == Path("maps"):
        others = others | {"maps": beside(path)}
    said = {n: v for n, v in others.items() if v not in (None, "") and (n, v) != GRID_UNSAID}
    said = {n: v for n, v in said.items() if (n, v) != ZONE_GRID_UNSAID}
    return others | found | said


GRID_UNSAID: Final = ("coordinates", "wgs84")
ZONE_GRID_UNSAID: Final = ("zone_coordinates", "wgs84")


def given_to_synthesis(choices: dict[str, Any]) -> dict[str, Any]:
    """The same of the choices of a made-up map."""
    book = choices.get("workbook")
    others = {name: value for name, value in choices.items() if name != "workbook"}
    if book in (None, ""):
        return others
    path = Path(str(book))
    sheets = filled(path, made_up=True)
    found: dict[str, Any] = {"towns": path, "to": beside(path) / called(path)}
    found |= {name: path for name in ("sites", "hospitals") if name in sheets}
    found |= {"coordinates": grid_of(path)}
    said = {n: v for n, v in others.items() if v not in (None, "") and (n, v) != GRID_UNSAID}
    return others | found | said


def called(path: Path) -> str:
    """What a map is called: as the folder of the workbook, as far as a map can be."""
    from sim.files.escapes import file_name

    return file_name(Path(os.path.abspath(path)).parent.name.replace(" ", "_"), "place")


def beside(path: Path) -> Path:
    """The folder of maps beside a workbook."""
    return path.parent / "maps"


def filled(path: Path, *, people_elsewhere: bool = False, made_up: bool) -> list[str]:
    """Which choices the workbook answers; its townships always, for there must be some.

    WorkbookError with all that is wrong with its sheets.
    """
    entrance.require_file(path, WorkbookError)
    if path.suffix.lower() not in workbooks.ENDINGS:
        message = Message("name an Excel file that ends in .xlsx; found {found}", found=path.name)
        raise WorkbookError(path, message)
    found, wrong = ["zones"], list[Problem]()
    for name, role in SHEETS.items():
        try:
            told = workbook_sheets.wrong_with(path, role, people_elsewhere=people_elsewhere)
        except MapImportError as error:
            if name == "hospitals" and workbook_sheets.is_nothing(error):
                continue
            wrong += error.problems
            continue
        wrong += told
        found.append(name)
    names = {role: workbook_sheets.NEEDED[role][0] for role in SHEETS.values()}
    wrong += workbook_points.wrong_with(path, names, made_up=made_up)
    if wrong:
        raise WorkbookError(path, list(dict.fromkeys(wrong)))
    return list(dict.fromkeys(found))


def is_missing(error: MapImportError) -> bool:
    """Whether all that is wrong is that there is no such sheet."""
    missing = planner_sheets.NO_SHEET.text
    return all(getattr(one.message, "text", "") == missing for one in error.problems)


def grid_of(path: Path) -> str:
    """In which coordinates the workbook's settings say that its points are."""
    from sim.files import numerals

    try:
        frame = tables.read_table(path, holds=planner_sheets.SETTINGS)
    except MapImportError:  # it may have no settings; what is wrong with them a scenario tells
        return GRIDS[0]
    key, value = tables.column(frame, SETTING), tables.column(frame, VALUE)
    if not key or not value:
        return GRIDS[0]
    for row in frame.index:
        said = numerals.normal(str(frame.at[row, value]))
        if numerals.normal(str(frame.at[row, key])) not in COORDINATES or not said:
            continue
        grid = plain_grid(said)
        if grid not in GRIDS:
            place = cells.place(frame, int(row), value)
            raise WorkbookError(path, Problem(no_grid(said), line=int(row), place=place))
        return grid
    return GRIDS[0]


def plain_grid(said: str) -> str:
    """GCJ-02 as gcj02."""
    return said.casefold().replace("-", "").replace(" ", "")


def no_grid(found: str) -> Message:
    """What is said of coordinates that there are not."""
    return Message("write one of {names}; found {found}", names=", ".join(GRIDS), found=found)


SETTING: Final = ("setting", "key", "设置项", "参数", "项目")
VALUE: Final = ("value", "取值", "值", "数值")
COORDINATES: Final = ("coordinates", "坐标系")  # the one row of settings that is of no scenario
