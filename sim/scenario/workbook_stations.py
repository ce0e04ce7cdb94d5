"""The stations of a planner's workbook as the layout of a scenario file, each with its cell."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sim.errors import MapImportError, Problem
from sim.files import planner_sheets
from sim.scenario.values import is_all_day
from sim.text import Message, message_of

if TYPE_CHECKING:
    from sim.files.sheet_rows import SheetRows

NO_STATION: Final = Message(
    "no station is written yet: write each in a row below the examples, with its ambulances"
)
SAME_DEGREES: Final = 1e-5  # about a metre: so far rows of one station may differ by rounding


class StationRow(NamedTuple):
    """A row of the sheet: its number, its texts by column, and its point as it is written."""

    row: int
    name: str
    texts: dict[str, str]
    point: tuple[float, float] | None

    @property
    def planned(self) -> bool:
        from sim.geography.making import places

        return places.STATES.get(self.texts["status"].lower()) == "planned"

    @property
    def kind(self) -> str:
        """Station or substation; what is neither stays as it is, and nothing is nothing."""
        from sim.geography.making import places

        said = self.texts["kind"]
        return places.KINDS.get(said.lower(), said) if said else ""


class StationsOfWorkbook:
    """The sheet of stations read: `entries` as `layout` has them, the cell of everything.

    `problems` are of what no scenario file can say; `doubts` of what may be meant.
    """

    def __init__(self, path: Path, grid: str):
        self.entries: list[dict[str, Any]] = []
        self.problems: list[Problem] = []
        self.doubts: list[Message] = []
        self.cells: dict[tuple[str | int, ...], str] = {}
        self._grid = grid
        self._columns: dict[str, str] = {}
        self._read(path)

    def _read(self, path: Path) -> None:
        from sim.files import tables  # which opens pandas
        from sim.files.sheet_rows import SheetRows
        from sim.geography.making import located, places  # which open geopandas

        try:
            table = SheetRows(path, planner_sheets.STATIONS)
        except MapImportError as error:
            none = [one for one in error.problems if one.message in tables.NOTHING]
            self.problems += [Problem(NO_STATION, place=none[0].place)] if none else error.problems
            return
        named, count = table.needed(places.NAME), table.needed(places.AMBULANCES)
        if not named or not count:
            self.problems += table.problems
            return
        self._columns = {
            "station": named, "kind": table.column(places.KIND), "ambulances": count,
            "hours": table.column(planner_sheets.HOURS), "lon": table.column(located.LON),
            "lat": table.column(located.LAT), "status": table.column(places.STATUS),
        }  # fmt: skip
        rows = [one for row in table.rows() if (one := self._row(table, row)) is not None]
        self._compare(table, rows)
        index: dict[str, int] = {}
        for one in rows:
            if one.planned:
                self._refuse_planned_ambulances(table, one)
            elif one.name in index:
                self._take_crew(table, one, index[one.name])
            else:
                index[one.name] = len(self.entries)
                self.entries.append(self._entry(one))
                self._keep_cells(table, one.row, ("layout", index[one.name]), self._columns)
        if not self.entries and not self.problems:
            self.problems.append(Problem(NO_STATION, place=table.place(0, "")))

    def _row(self, table: SheetRows, row: int) -> StationRow | None:
        """A row with its point in degrees of WGS84; None after telling that it is of no station."""
        from sim.files import totals  # which opens pandas

        columns = self._columns
        said = {key: table.text(row, column) for key, column in columns.items()}
        if not said["station"]:
            self.problems.append(table.problem(row, columns["station"], Message("write a name")))
            return None
        if (total := totals.said_of(said["station"])) is not None:
            self.problems.append(table.problem(row, columns["station"], total))
            return None
        lon, lat = (self._number(table, row, columns[key], said[key]) for key in ("lon", "lat"))
        if (said["lon"] == "") != (said["lat"] == ""):
            lacking = columns["lat"] if said["lon"] else columns["lon"]
            message = Message("write both the longitude and the latitude, or neither")
            self.problems.append(table.problem(row, lacking or columns["station"], message))
        if lon is None or lat is None:
            return StationRow(row, said["station"], said, None)
        if abs(lon) <= 90 < abs(lat) <= 180:
            self.problems.append(table.problem(row, columns["lon"], SWAPPED_ROW))
            return StationRow(row, said["station"], said, None)
        return StationRow(row, said["station"], said, (lon, lat))

    def _number(self, table: SheetRows, row: int, column: str, text: str) -> float | None:
        from sim.files import numerals

        if not text:
            return None
        try:
            return numerals.number(text)
        except ValueError as error:
            message = numerals.complaint_of_degrees(text) or message_of(error)
            self.problems.append(table.problem(row, column, message))
            return None

    def _compare(self, table: SheetRows, rows: list[StationRow]) -> None:
        """Rows of one name must be of one station; one point of two names is asked about."""
        first: dict[str, StationRow] = {}
        placed: dict[str, StationRow] = {}
        kinds: dict[str, StationRow] = {}
        for one in rows:
            before = first.setdefault(one.name, one)
            if one.planned != before.planned:
                told = Message(
                    "{name} is {status} here and {other} in row {row}: rows of one name are one "
                    "station, so write the same in both, or two names",
                    name=one.name, status=_state(one), other=_state(before), row=before.row,
                )  # fmt: skip
                self.problems.append(table.problem(one.row, self._columns["status"], told))
            kind = kinds.setdefault(one.name, one) if one.kind else one
            if one.kind != kind.kind:
                told = Message(
                    "{name} is {kind} here and {other} in row {row}: rows of one name are one "
                    "station, so write the same in both, or two names",
                    name=one.name, kind=one.texts["kind"], other=kind.texts["kind"], row=kind.row,
                )  # fmt: skip
                self.problems.append(table.problem(one.row, self._columns["kind"], told))
            if one.point is None:
                continue
            there = placed.setdefault(one.name, one)
            assert there.point is not None
            if _apart(one.point, there.point):
                told = Message(
                    "{name} stands at {lon:g}, {lat:g} here and at {lon2:g}, {lat2:g} in row "
                    "{row}: rows of one name are one station, so write the same point in both, or "
                    "two names",
                    name=one.name, lon=one.point[0], lat=one.point[1], lon2=there.point[0],
                    lat2=there.point[1], row=there.row,
                )  # fmt: skip
                self.problems.append(table.problem(one.row, self._columns["lon"], told))
        self._ask_about_one_point(table, list(placed.values()))

    def _ask_about_one_point(self, table: SheetRows, rows: list[StationRow]) -> None:
        """Two stations at one point: the second may have been copied from the first."""
        seen: dict[tuple[float, ...], StationRow] = {}
        for one in rows:
            assert one.point is not None
            other = seen.setdefault(tuple(round(degrees, 5) for degrees in one.point), one)
            if other is not one:
                told = Message(
                    "{place}: {name} stands at the same point as {other} of row {row}: is that "
                    "meant?",
                    place=table.place(one.row, self._columns["lon"]), name=one.name,
                    other=other.name, row=other.row,
                )  # fmt: skip
                self.doubts.append(told)

    def _refuse_planned_ambulances(self, table: SheetRows, one: StationRow) -> None:
        """A planned station is a candidate: ambulances there would be left out without a word."""
        if _whole(one.texts["ambulances"]) in ("", 0):
            return
        told = Message(
            "{name} is planned, and has no ambulance yet: write 0, or existing as its status if "
            "its ambulances are to be counted; found {found}",
            name=one.name, found=one.texts["ambulances"],
        )  # fmt: skip
        self.problems.append(table.problem(one.row, self._columns["ambulances"], told))

    def _keep_cells(
        self, table: SheetRows, row: int, loc: tuple[str | int, ...], columns: dict[str, str]
    ) -> None:
        self.cells[loc] = table.place(row, columns["station"])
        for key, column in columns.items():
            if column:
                self.cells[(*loc, key)] = table.place(row, column)
        if columns.get("lon"):
            self.cells[(*loc, "at")] = table.place(row, columns["lon"])

    def _entry(self, one: StationRow) -> dict[str, Any]:
        """A station as `layout` has it."""
        entry: dict[str, Any] = {"station": one.name, **_crew(one.texts)}
        self._place(entry, one)
        return entry

    def _place(self, entry: dict[str, Any], one: StationRow) -> None:
        """Kind and point, by the first row that says them."""
        from sim.files import coordinates

        if one.kind:
            entry.setdefault("kind", one.kind)
        if one.point is not None and "at" not in entry:
            lon, lat = coordinates.to_wgs84(*one.point, self._grid)
            entry["at"] = [round(float(lon), 7), round(float(lat), 7)]

    def _take_crew(self, table: SheetRows, one: StationRow, at: int) -> None:
        """One more row of a station: ambulances with other hours."""
        entry = self.entries[at]
        self._place(entry, one)
        crews = entry.setdefault("crews", [])
        loc = ("layout", at, "crews", len(crews))
        crew = _crew(one.texts)
        crew["number"] = crew.pop("ambulances")
        crews.append(crew)
        columns = self._columns | {"number": self._columns["ambulances"]}
        self._keep_cells(table, one.row, loc, columns)


SWAPPED_ROW: Final = Message(
    "longitude and latitude look exchanged here: swap the two cells of this row"
)
PLANNED, EXISTING = Message("planned"), Message("existing")


def _state(one: StationRow) -> Message:
    return PLANNED if one.planned else EXISTING


def _apart(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return max(abs(a - b) for a, b in zip(one, other, strict=True)) > SAME_DEGREES


def _crew(texts: dict[str, str]) -> dict[str, Any]:
    """Ambulances and their hours; what is no number is left for the schema to refuse."""
    crew: dict[str, Any] = {"ambulances": _whole(texts["ambulances"])}
    hours = texts["hours"]
    if hours and not _all_day(hours):
        crew["hours"] = hours
    return crew


def _whole(text: str) -> Any:
    """A whole number; what is none stays as it is, and nothing is said to be missing."""
    from sim.files import numerals

    try:
        number = numerals.number(text)
    except ValueError:
        return text
    return int(number) if number == int(number) else number


def _all_day(text: str) -> bool:
    return is_all_day(text) or text.casefold() in planner_sheets.ALL_DAY
