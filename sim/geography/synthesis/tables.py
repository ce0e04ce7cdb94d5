"""Tables of a made-up map's facts: which column says what, and words for where a value is from."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import pandas as pd

from sim.errors import MapImportError, Problem
from sim.files import cells, coordinates, numerals, shapes, tables
from sim.geography.making import located, town_columns
from sim.geography.making.zones import CODES, NAMES_ZH
from sim.geography.synthesis.facts import ASSUMED, IMPUTED, INFERRED, SOURCED
from sim.geography.synthesis.options import SynthesisOptions
from sim.text import Message

GRADES: Final = {
    **dict.fromkeys(("sourced", "seen", "published", "已公布", "公布", "来源", "有来源"), SOURCED),
    **dict.fromkeys(("inferred", "derived", "推断", "推算"), INFERRED),
    **dict.fromkeys(("imputed", "filled", "填补", "插补", "补全"), IMPUTED),
    **dict.fromkeys(("assumed", "made up", "假定", "假设", "虚构"), ASSUMED),
}
NOTE: Final = re.compile(
    r"(?:注|备注|附注|说明|资料来源|数据来源|来源|remarks?|notes?|sources?)\s*\d*\s*[:：]"
)  # how a line below a table begins that is none of its rows
A_NOTE: Final = Message("it looks like a note ({text}), not a place: leave this row out")
WHERE_FROM: Final = (
    town_columns.FROM[0],
    "point_src",
    *town_columns.FROM[1:],
)  # columns of a list of points


class FactTable(NamedTuple):
    """A file of facts; the index of its frame is the line."""

    path: Path
    frame: pd.DataFrame
    wrong: list[Problem]  # gathered while it is read
    failed: set[str]  # columns of numbers that cannot be read

    def column(self, *usual: str, chosen: str = "") -> str:
        """The column of that meaning, or ""."""
        return tables.column(self.frame, usual, chosen)

    def texts(self, *usual: str) -> list[str]:
        """A column's texts; empty ones where there is no such column."""
        name = self.column(*usual)
        return tables.texts(self.frame[name]) if name else [""] * len(self.frame)

    def numbers(
        self, name: str, refuse: Callable[[float], Message | None], units: dict[str, float]
    ) -> np.ndarray:
        """A column's numbers, nan where nothing stands; what is wrong with them is gathered."""
        blank = np.full(len(self.frame), np.nan)
        if not name:
            return blank
        try:
            return tables.numbers(self.path, self.frame, name, units, empty=True, refuse=refuse)
        except MapImportError as error:
            self.wrong.extend(error.problems)
            self.failed.add(name)
            return blank

    def problem(self, row: int, message: str, column: str = "") -> None:
        """Something wrong with a row."""
        where = Message("column {name}", name=column) if column else ""
        problem = Problem(message, where, self.line(row), self.path.name)
        self.wrong.extend(cells.placed(self.frame, [problem]))

    def line(self, row: int) -> int:
        """The line of a row in its file."""
        return int(self.frame.index[row])

    def grades(self, *usual: str) -> list[str]:
        """[row] where a value is from, by the first column that says it in a word that is known;
        what the table has, and says nothing of, is sourced."""
        for name in usual:
            found = [GRADES.get(text.strip().casefold(), "") for text in self.texts(name)]
            if any(found):
                return [grade or SOURCED for grade in found]
        return [SOURCED] * len(self.frame)


def read(path: Path, options: SynthesisOptions, holds: str = "") -> FactTable:
    """A table of facts. MapImportError if it is none, or if rows of it sum up the others.

    `holds`: of a planner's workbook, the sheet that is meant.
    """
    frame = tables.read_table(path, options.encoding, options.sheet, holds=holds)
    wrong: list[Problem] = []
    # In a column of notes `total` may say of what kind a number is; in a name it is a sum of rows.
    named = {tables.column(frame, usual) for usual in (shapes.NAMES, NAMES_ZH, CODES)} - {""}
    try:
        tables.refuse_totals(path, frame[sorted(named)])
    except MapImportError as error:
        wrong += error.problems
    wrong += [
        Problem(Message(A_NOTE.text, text=text), line=int(line), file=path.name)
        for name in sorted(named)
        for line, text in zip(frame.index, tables.texts(frame[name]), strict=True)
        if NOTE.match(text.casefold())
    ]
    return FactTable(path, frame, wrong, set())


def not_negative(value: float) -> Message | None:
    """What is wrong with a number that cannot be less than nothing."""
    if value >= 0:
        return None
    return Message("write a number from 0 up; found {found:g}", found=value)


def people_column(table: FactTable, chosen: str = "") -> str:
    """The column of the people: the one chosen, else that of the latest year, else a usual one."""
    return town_columns.people_column(table.frame, chosen)


def degrees(table: FactTable, options: SynthesisOptions) -> np.ndarray:
    """[row, 2] longitude and latitude in WGS84, nan where nothing stands.

    What is wrong with them is gathered, also where the two were exchanged.
    """
    names = table.column(*located.LON), table.column(*located.LAT)
    if not all(names):
        return np.full((len(table.frame), 2), np.nan)
    lon, lat = (table.numbers(name, lambda value: None, numerals.DEGREES) for name in names)
    unread = not table.failed.isdisjoint(names)
    turned = (np.abs(lat) > 90) & (np.abs(lat) <= 180) & (np.abs(lon) <= 90)
    all_turned = turned.sum() > 1 and turned[~np.isnan(lon) & ~np.isnan(lat)].all()
    for row in range(len(lon)):
        if np.isnan(lon[row]) != np.isnan(lat[row]):
            if unread:  # what stands there is told already
                continue
            at = 0 if np.isnan(lon[row]) else 1
            table.problem(row, Message("write a number; found nothing"), names[at])
        elif turned[row]:
            of_row = Message(located.SWAPPED_ROW.text, lon=lon[row], lat=lat[row])
            table.problem(row, located.SWAPPED_COLUMNS if all_turned else of_row, names[1])
        elif abs(lat[row]) > 90 or abs(lon[row]) > 180:
            message = Message(
                "write degrees, longitude -180 to 180 and latitude -90 to 90; found "
                "{lon:g}, {lat:g}",
                lon=lon[row],
                lat=lat[row],
            )
            table.problem(row, message, names[1])
    known = ~np.isnan(lon) & ~np.isnan(lat) & (np.abs(lat) <= 90) & (np.abs(lon) <= 180)
    found = np.full((len(lon), 2), np.nan)
    if known.any():
        found[known] = np.stack(
            coordinates.to_wgs84(lon[known], lat[known], options.coordinates), axis=1
        )
    return found
