"""A planner's workbook below a scenario file: its sheets as the settings that they say.

What the file itself says goes before; of everything the cell is known in which it stands.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sim.errors import MapImportError, Problem, ScenarioError, did_you_mean
from sim.files import planner_sheets
from sim.files.yaml_lines import Loc
from sim.text import Message

if TYPE_CHECKING:
    import pandas as pd

HOURS: Final = ("hours", "on duty", "执勤时间", "值班时间", "在岗时间", "班次")
UNITS: Final = ("unit", "单位")
YEARLY: Final = ("calls a year", "calls per year", "yearly calls", "年呼叫量", "年急救呼叫量")
TOWNSHIP_NAMES: Final = ("name", "name_zh", "乡镇", "乡镇名称", "名称", "township", "name_en")
NO_STATION: Final = Message(
    "no station is written yet: write each in a row below the examples, with its ambulances"
)


class WorkbookText:
    """A workbook: its content as a scenario file would say it, and the cell of everything.

    `problems` are of what cannot be said in a scenario file: sheets, columns, cells that cannot be
    read. The values themselves are checked where those of a scenario file are.
    """

    def __init__(self, path: Path):
        self.path = path
        self.content: dict[str, Any] = {}
        self.problems: list[Problem] = []
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
            if not name:
                self.problems.append(table.problem(row, key, Message("write the setting's name")))
            elif name in known.COORDINATES:
                self._take_grid(table, row, value, written)
            else:
                self._take_setting(table, row, key, value, (name, written))

    def _take_grid(self, table: _Table, row: int, value: str, written: str) -> None:
        from sim.geography.making.planner_workbook import GRIDS

        grid = written.casefold().replace("-", "")
        if grid in GRIDS:
            self._grid = grid
            return
        message = Message(
            "write one of {names}; found {found}", names=", ".join(GRIDS), found=written
        )
        self.problems.append(table.problem(row, value, message))

    def _take_setting(
        self, table: _Table, row: int, key: str, value: str, said: tuple[str, str]
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
        self._cells[where] = table.place(row, value)

    def _replay(self, written: str) -> dict[str, str]:
        """Recorded calls: those of this workbook, where its sheet of calls is named."""
        if planner_sheets.role_of(written) == planner_sheets.CALLS:
            return {"file": self.path.name}
        return {"file": written}

    # ── stations ─────────────────────────────────────────────────────────────────────────────

    def _read_stations(self) -> None:
        from sim.files import tables
        from sim.geography.making import located, places  # which open geopandas

        try:
            table = _Table(self.path, planner_sheets.STATIONS)
        except MapImportError as error:
            none = [one for one in error.problems if one.message in tables.NOTHING]
            self.problems += [Problem(NO_STATION, place=none[0].place)] if none else error.problems
            return
        named, count = table.needed(places.NAME), table.needed(places.AMBULANCES)
        if not named or not count:
            self.problems += table.problems
            return
        columns = {
            "kind": table.column(places.KIND), "ambulances": count, "hours": table.column(HOURS),
            "lon": table.column(located.LON), "lat": table.column(located.LAT),
            "status": table.column(places.STATUS),
        }  # fmt: skip
        entries: list[dict[str, Any]] = []
        row_of: dict[str, int] = {}
        for row in table.rows():
            name = table.text(row, named)
            said = {key: table.text(row, column) for key, column in columns.items()}
            if not name:
                self.problems.append(table.problem(row, named, Message("write a name")))
                continue
            if places.STATES.get(said["status"].lower()) == "planned":
                continue
            if name in row_of:
                self._take_crew(table, row, columns, (entries, row_of[name], said))
                continue
            row_of[name] = len(entries)
            entries.append(self._entry(table, row, columns | {"station": named}, (name, said)))
            self._keep_cells(table, row, ("layout", row_of[name]), columns | {"station": named})
        if entries:
            self.content["layout"] = entries
        elif not self.problems:
            self.problems.append(Problem(NO_STATION, place=table.place(0, "")))

    def _keep_cells(
        self, table: _Table, row: int, loc: tuple[str | int, ...], columns: dict[str, str]
    ) -> None:
        first = columns.get("station") or columns["ambulances"]
        self._cells[loc] = table.place(row, first)
        for key, column in columns.items():
            if column:
                self._cells[(*loc, key)] = table.place(row, column)
        if columns.get("lon"):
            self._cells[(*loc, "at")] = table.place(row, columns["lon"])

    def _entry(
        self, table: _Table, row: int, columns: dict[str, str], said: tuple[str, dict[str, str]]
    ) -> dict[str, Any]:
        """A station as `layout` has it."""
        from sim.files import coordinates
        from sim.geography.making import places

        name, texts = said
        kind = places.KINDS.get(texts["kind"].lower(), texts["kind"])
        entry: dict[str, Any] = {"station": name, "kind": kind, **self._crew(texts)}
        point = [self._number(table, row, columns[key], texts[key]) for key in ("lon", "lat")]
        if (texts["lon"] == "") != (texts["lat"] == ""):
            lacking = columns["lat"] if texts["lon"] else columns["lon"]
            message = Message("write both the longitude and the latitude, or neither")
            self.problems.append(table.problem(row, lacking or columns["station"], message))
        elif None not in point:
            lon, lat = coordinates.to_wgs84(point[0], point[1], self._grid)
            entry["at"] = [round(float(lon), 7), round(float(lat), 7)]
        return entry

    def _number(self, table: _Table, row: int, column: str, text: str) -> float | None:
        from sim.files import numerals

        if not text:
            return None
        try:
            return numerals.number(text)
        except ValueError as error:
            from sim.text import message_of

            message = numerals.complaint_of_degrees(text) or message_of(error)
            self.problems.append(table.problem(row, column, message))
            return None

    def _crew(self, texts: dict[str, str]) -> dict[str, Any]:
        """Ambulances and their hours; what is no number is left for the schema to refuse."""
        crew: dict[str, Any] = {"ambulances": _whole(texts["ambulances"])}
        hours = texts["hours"]
        if hours and not _all_day(hours):
            crew["hours"] = hours
        return crew

    def _take_crew(
        self,
        table: _Table,
        row: int,
        columns: dict[str, str],
        so_far: tuple[list[dict[str, Any]], int, dict[str, str]],
    ) -> None:
        """One more row of a station: ambulances with other hours."""
        entries, at, texts = so_far
        crews = entries[at].setdefault("crews", [])
        loc = ("layout", at, "crews", len(crews))
        crew = self._crew(texts)
        crew["number"] = crew.pop("ambulances")
        crews.append(crew)
        self._keep_cells(table, row, loc, columns | {"number": columns["ambulances"]})

    # ── townships ────────────────────────────────────────────────────────────────────────────

    def _read_townships(self) -> None:
        """Calls a year by township, if they are known, as a rate and shares of it."""
        from sim.files import numerals, tables
        from sim.geography.making import headcount

        table = _optional(self.path, planner_sheets.TOWNSHIPS)
        yearly = table.column(YEARLY) if table else ""
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
                self._cells[loc] = table.place(row, yearly)
        self._cells["demand", "rate"] = table.place(table.rows()[0], yearly)


class _Table:
    """A sheet of a workbook: cells as texts, by row and column, with their places."""

    def __init__(self, path: Path, role: str):
        from sim.files import tables

        self.frame: pd.DataFrame = tables.read_table(path, holds=role)
        self.problems: list[Problem] = []

    def rows(self) -> list[int]:
        return [int(row) for row in self.frame.index]

    def column(self, usual: tuple[str, ...]) -> str:
        from sim.files import tables

        return tables.column(self.frame, usual)

    def needed(self, usual: tuple[str, ...]) -> str:
        """A column that must be there; "" after gathering that it is not."""
        name = self.column(usual)
        if not name:
            known = [str(column) for column in self.frame.columns]
            chinese = next(one for one in usual if not one.isascii())
            message = Message(
                "no column is called {english} or {chinese}{hint}",
                english=usual[0], chinese=chinese, hint=did_you_mean(usual[0], known),
            )  # fmt: skip
            sheet = Message("sheet {sheet}", sheet=self.frame.attrs.get("sheet", ""))
            self.problems.append(Problem(message, place=sheet))
        return name

    def text(self, row: int, column: str) -> str:
        return str(self.frame.at[row, column]).strip() if column else ""

    def place(self, row: int, column: str) -> str:
        from sim.files import cells

        return cells.place(self.frame, row, column)

    def problem(self, row: int, column: str, message: str) -> Problem:
        return Problem(message, column, row, place=self.place(row, column))


def _optional(path: Path, role: str) -> _Table | None:
    """A sheet; None if there is none of this kind, or no row in it yet."""
    from sim.files import tables
    from sim.geography.making.planner_workbook import is_missing

    try:
        return _Table(path, role)
    except MapImportError as error:
        if is_missing(error) or all(one.message in tables.NOTHING for one in error.problems):
            return None
        raise


def _with_unit(value: str, unit: str) -> str:
    """A value with its unit, unless it says one itself; full-width marks as their usual ones."""
    from sim.files import numerals

    plain = numerals.normal(value)
    unit = numerals.normal(unit)
    if not plain or not unit or not plain.replace(".", "", 1).replace(",", "").isdigit():
        return plain
    return f"{plain} {unit}"


def _plain(text: str) -> Any:
    """A number or a switch as YAML would have it; all else stays text."""
    if text.isdigit():
        return int(text)
    return {"true": True, "false": False}.get(text.lower(), text)


def _whole(text: str) -> Any:
    """A whole number; what is none stays as it is, and nothing is said to be missing."""
    from sim.files import numerals

    try:
        number = numerals.number(text)
    except ValueError:
        return text
    return int(number) if number == int(number) else number


def _all_day(text: str) -> bool:
    from sim.scenario.values import is_all_day

    return is_all_day(text) or text.casefold() in ("always", "24h", "24小时", "全天", "24 h")


def _below_nothing(value: float) -> Message | None:
    if value >= 0:
        return None
    return Message("write a number from 0 up; found {found:g}", found=value)


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
