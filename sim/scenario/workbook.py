"""A planner's workbook below a scenario file: its sheets as the settings that they say.

What the file itself says goes before; of everything the cell is known in which it stands.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sim import units
from sim.errors import MapImportError, Problem, ScenarioError
from sim.files import planner_sheets
from sim.files.yaml_lines import Loc
from sim.scenario import validation
from sim.scenario.contents import ScenarioFile
from sim.scenario.workbook_stations import StationsOfWorkbook
from sim.text import Message

if TYPE_CHECKING:
    from sim.files.sheet_rows import SheetRows

UNITS: Final = ("unit", "单位")
NAME_LETTERS: Final = 80  # of a township in a scenario, at most
TOWNSHIP_NAMES: Final = ("name", "name_zh", "乡镇", "乡镇名称", "名称", "township", "name_en")


class WorkbookText:
    """A workbook: its content as a scenario file would say it, and the cell of everything.

    `problems` are of what cannot be said in a scenario file: sheets, columns, cells that cannot be
    read. The values themselves are checked where those of a scenario file are. `doubts`: what may
    be meant, and is asked about.
    """

    def __init__(self, path: Path):
        self.path = path
        self.content: dict[str, Any] = {}
        self.problems: list[Problem] = []
        self.doubts: list[Message] = []
        self._cells: dict[tuple[str | int, ...], str] = {}
        self._grid = "wgs84"
        for read in (self._read_settings, self._read_stations, self._read_townships):
            try:
                read()
            except MapImportError as error:
                self.problems += error.problems
        self.problems = list(dict.fromkeys(self.problems))  # the whole file cannot be read, say

    def line(self, loc: Loc) -> int | None:
        """None: there are no lines, but cells."""
        return None

    def slip(self, line: int, told: str) -> tuple[int, Message] | None:
        """None: marks of YAML are none of Excel."""
        return None

    def has(self, key: str) -> bool:
        return key in self.content

    def cell(self, loc: Loc) -> str:
        """The cell of the deepest part of `loc` that the workbook says; "" if it says none."""
        parts = tuple(loc)
        while parts and parts not in self._cells:
            parts = parts[:-1]
        return self._cells.get(parts, "")

    # ── settings ─────────────────────────────────────────────────────────────────────────────

    def _read_settings(self) -> None:
        from sim.geography.making import planner_workbook as known  # which opens pandas

        table = _optional(self.path, planner_sheets.SETTINGS)
        if table is None:
            return
        key, value = table.needed(known.SETTING), table.needed(known.VALUE)
        if not key or not value:
            self.problems += table.problems
            return
        unit = table.column(UNITS)
        for row in table.rows():
            name = table.text(row, key).replace("．", ".").replace(" ", "")
            written = _with_unit(table.text(row, value), table.text(row, unit))
            if not written:
                continue
            if (odd := _small_share(table.text(row, value), table.text(row, unit))) is not None:
                self.problems.append(table.problem(row, value, odd))
                continue
            if not name:
                self.problems.append(table.problem(row, key, Message("write the setting's name")))
            elif name in known.COORDINATES:
                self._take_grid(table, row, value, written)
            else:
                self._take_setting(table, row, key, value, (name, written))

    def _take_grid(self, table: SheetRows, row: int, value: str, written: str) -> None:
        from sim.geography.making import planner_workbook as known

        grid = known.plain_grid(written)
        if grid in known.GRIDS:
            self._grid = grid
            return
        message = known.no_grid(written)
        self.problems.append(table.problem(row, value, message))

    def _take_setting(
        self, table: SheetRows, row: int, key: str, value: str, said: tuple[str, str]
    ) -> None:
        """Put a setting where a scenario file has it; tell where it stands twice."""
        name, written = said
        where = tuple(name.split("."))
        node = self.content
        for part in where[:-1]:
            inner = node.setdefault(part, {})
            if not isinstance(inner, dict):
                break
            node = inner
        if where in self._cells or where[-1] in node:
            message = Message("the setting {name} stands here again: leave one row", name=name)
            self.problems.append(table.problem(row, key, message))
            return
        node[where[-1]] = self._replay(written) if name == "demand.replay" else _plain(written)
        for depth in range(1, len(where)):
            self._cells.setdefault(where[:depth], table.place(row, key))
        known = validation.known_keys(where, ScenarioFile)
        misspelt = bool(known) and where[-1] not in known
        self._cells[where] = table.place(row, key if misspelt else value)

    def _replay(self, written: str) -> dict[str, str]:
        """Recorded calls: those of this workbook, where its sheet of calls is named."""
        if planner_sheets.role_of(written) == planner_sheets.CALLS:
            return {"file": self.path.name}
        return {"file": written}

    def _read_stations(self) -> None:
        found = StationsOfWorkbook(self.path, self._grid)
        self.problems += found.problems
        self.doubts += found.doubts
        self._cells |= found.cells
        if found.entries:
            self.content["layout"] = found.entries

    # ── townships ────────────────────────────────────────────────────────────────────────────

    def _read_townships(self) -> None:
        """Calls a year by township, if they are known, as a rate and shares of it."""
        from sim.files import numerals, tables
        from sim.geography.making import headcount

        table = _optional(self.path, planner_sheets.TOWNSHIPS)
        yearly = table.column(planner_sheets.YEARLY) if table else ""
        if table is None or not yearly or not any(table.text(row, yearly) for row in table.rows()):
            return
        rate = self.content.get("demand", {})
        if isinstance(rate, dict) and "rate" in rate:
            message = Message(
                "calls are said twice: here, and in the settings as {place}; leave one of them",
                place=self.cell(("demand", "rate")),
            )
            self.problems.append(table.problem(table.rows()[0], yearly, message))
            return
        named = table.needed(TOWNSHIP_NAMES)
        if not named:
            self.problems += table.problems
            return
        frame = table.frame
        calls = tables.numbers(self.path, frame, yearly, {}, empty=True, refuse=_below_nothing)
        living = tables.column(frame, headcount.USUAL)
        people = tables.numbers(self.path, frame, living, numerals.PEOPLE) if living else calls * 0
        known = (calls == calls) & (people > 0)
        if not calls[known].sum() > 0:
            message = Message("calls a year need people: write how many live in each township")
            self.problems.append(table.problem(table.rows()[0], yearly, message))
            return
        mean = float(calls[known].sum() / people[known].sum())
        said = f"{mean * 1000:.9g} per 1000 people per year"
        shares = {
            table.text(row, named): f"{100 * calls[at] / people[at] / mean:.9g} %"
            for at, row in enumerate(table.rows())
            if known[at]
        }
        self.content.setdefault("demand", {})["rate"] = {
            "urban": said, "rural": said, "townships": shares,
        }  # fmt: skip
        for at, row in enumerate(table.rows()):
            if known[at]:
                loc = ("demand", "rate", "townships", table.text(row, named))
                too_long = len(loc[-1]) > NAME_LETTERS  # then it is the name that is refused
                self._cells[loc] = table.place(row, named if too_long else yearly)
        self._cells["demand", "rate"] = table.place(table.rows()[0], yearly)


def _optional(path: Path, role: str) -> SheetRows | None:
    """A sheet; None if there is none of this kind, or no row in it yet."""
    from sim.files import tables
    from sim.geography.making.planner_workbook import is_missing

    try:
        from sim.files.sheet_rows import SheetRows  # which opens pandas

        return SheetRows(path, role)
    except MapImportError as error:
        if is_missing(error) or all(one.message in tables.NOTHING for one in error.problems):
            return None
        raise


def _with_unit(value: str, unit: str) -> str:
    """A value with its unit, unless it says one itself; full-width marks as their usual ones."""
    from sim.files import numerals

    plain = numerals.normal(value)
    unit = numerals.normal(unit)
    if not plain or not unit or _number(plain) is None:
        return plain
    return f"{plain} {unit}"


def _number(text: str) -> float | None:
    """The number that a text is; None if it is none, or says its unit itself."""
    try:
        return units.number(text)
    except ValueError:
        return None


def _small_share(value: str, unit: str) -> Message | None:
    """A part of one before a unit of percent, like 0.9 %: nine of ten, or nine of a thousand?"""
    from sim.files import numerals

    found = _number(numerals.normal(value))
    if found is None or numerals.normal(unit) not in units.SHARE or not 0 < abs(found) < 1:
        return None
    return Message(
        "found {found} %: write {meant:g} if {meant:g} of a hundred are meant; if it is less than "
        "one of a hundred, write {found}% with its sign into the value",
        found=numerals.normal(value), meant=found * 100,
    )  # fmt: skip


def _plain(text: str) -> Any:
    """A number or a switch as YAML would have it; all else stays text."""
    if text.isdigit():
        return int(text)
    return {"true": True, "false": False}.get(text.lower(), text)


def _below_nothing(value: float) -> Message | None:
    if value >= 0:
        return None
    return Message("write a number from 0 up; found {found:g}", found=value)


def problems_of(path: Path) -> list[Problem]:
    """All that is wrong with a workbook as a scenario would read it, before there is a map."""
    from sim.scenario import remainder

    text = WorkbookText(path)
    found = validation.Problems(lambda loc: validation.FieldPlace(place=text.cell(loc)))
    remainder.of({"name": "?", "map": "?", **text.content}, found)
    return [*text.problems, *found.found]


def beside(path: Path, name: object) -> Iterator[WorkbookText]:
    """The workbook that a scenario file names; ScenarioError if there is none."""
    from sim.files import entrance, workbooks

    if not isinstance(name, str):
        return
    book = path.parent / name
    if book.suffix.lower() not in workbooks.ENDINGS:
        message = Message("name an Excel file that ends in .xlsx; found {found}", found=name)
        raise ScenarioError(path, Problem(message, "workbook"))
    entrance.require_file(book, ScenarioError)
    with entrance.reading(book, ScenarioError):
        yield WorkbookText(book)
