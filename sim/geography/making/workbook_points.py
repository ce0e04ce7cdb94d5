"""Points of a planner's workbook that cannot be: swapped, out of range, or far from all others.

They are told by their cells together with all else that is wrong with its sheets, before a map is
made. Blanks, and what is no number, `workbook_sheets` tells.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np

from sim.errors import MapImportError, Problem
from sim.files import numerals, planner_sheets, tables
from sim.files.sheet_rows import SheetRows
from sim.geography.making import located
from sim.text import Message

FAR_KM: Final = 40.0  # from the nearest other town: so far, and so many times as others, is a slip
FAR_TIMES: Final = 6.0
BEYOND_KM: Final = 500.0  # from a town: no station of the place lies so far away
KM_PER_DEGREE: Final = 111.2


class SheetPoints(NamedTuple):
    """The points of a sheet as they are written: `at` [row, 2] degrees, nan where none is."""

    table: SheetRows
    names: list[str]
    columns: tuple[str, str]  # of longitude and latitude
    at: np.ndarray

    def problem(self, at: int, column: int, message: Message) -> Problem:
        """Something wrong with a row's longitude (0) or latitude (1)."""
        return self.table.problem(self.table.rows()[at], self.columns[column], message)


def wrong_with(
    path: Path, usual_names: dict[str, tuple[str, ...]], *, made_up: bool
) -> list[Problem]:
    """All points of some sheets that cannot be; `usual_names`: of the column of names, by sheet.

    `made_up`: the map has no roads, and so no town apart from the others. Sheets that cannot be
    read, or have no columns of degrees, are passed over.
    """
    found: list[Problem] = []
    sheets: dict[str, SheetPoints] = {}
    for role, usual in usual_names.items():
        try:
            table = SheetRows(path, role)
        except MapImportError:  # told where its columns are looked for
            continue
        columns = table.column(located.LON), table.column(located.LAT)
        if all(columns):
            names = [table.text(row, table.column(usual)) for row in table.rows()]
            at = np.stack([_degrees(path, table, name) for name in columns], axis=1)
            sheets[role] = SheetPoints(table, names, columns, at)
            found += _beyond(sheets[role])
    towns = sheets.get(planner_sheets.TOWNSHIPS)
    if towns is None:
        return found
    found += _at_one_point(towns)
    found += _far_towns(towns, FAR_KM if made_up else BEYOND_KM)
    for role, one in sheets.items():
        if role != planner_sheets.TOWNSHIPS:
            found += _far_places(one, towns.at)
    return found


def _degrees(path: Path, table: SheetRows, column: str) -> np.ndarray:
    """[row] degrees; nan where there are none, or what stands there is no number."""
    try:
        return tables.numbers(path, table.frame, column, numerals.DEGREES, empty=True)
    except MapImportError:
        texts = [table.text(row, column) for row in table.rows()]
        return numerals.numbers(texts)[0]


def _beyond(one: SheetPoints) -> Iterator[Problem]:
    """Degrees that there are not, also of exchanged cells; such rows are nan from then on."""
    lon, lat = np.abs(one.at).T
    swapped = (lat > 90) & (lat <= 180) & (lon <= 90)
    known = ~np.isnan(one.at).any(axis=1)
    if swapped.sum() > 1 and swapped[known].all():
        sheet = Message("sheet {sheet}", sheet=one.table.frame.attrs["sheet"])
        yield Problem(located.SWAPPED_COLUMNS, place=sheet)
    else:
        for at in np.flatnonzero(swapped).tolist():
            told = Message(located.SWAPPED_ROW.text, lon=one.at[at, 0], lat=one.at[at, 1])
            yield one.problem(at, 0, told)
    for column, most in enumerate((180, 90)):
        for at in np.flatnonzero((np.abs(one.at[:, column]) > most) & ~swapped).tolist():
            told = Message(located.BEYOND.text, most=most, found=one.at[at, column])
            yield one.problem(at, column, told)
    one.at[swapped | (lon > 180) | (lat > 90)] = np.nan


def _at_one_point(towns: SheetPoints) -> Iterator[Problem]:
    first: dict[tuple[float, ...], int] = {}
    for at in np.flatnonzero(~np.isnan(towns.at).any(axis=1)).tolist():
        before = first.setdefault(tuple(np.round(towns.at[at], 5).tolist()), at)
        if before != at:
            told = Message(
                "{name} stands where {other} of row {row} does: mend the coordinates of one",
                name=towns.names[at], other=towns.names[before],
                row=towns.table.rows()[before],
            )  # fmt: skip
            yield towns.problem(at, 0, told)


class FarPoint(NamedTuple):
    """A point that lies far from where it should: its row, how far, and whether turned it fits."""

    row: int
    km: float
    turned: bool


def far_from_each_other(at: np.ndarray) -> tuple[list[FarPoint], float]:
    """Towns far from all others, at [row, 2] degrees without nan; and how far they usually are."""
    if len(at) < 2:
        return [], np.nan
    xy = flat_km(at, at)
    far = np.hypot(*(xy[:, None] - xy[None]).transpose(2, 0, 1))
    np.fill_diagonal(far, np.inf)
    nearest = far.min(axis=1)
    usual = float(np.median(nearest))
    found = []
    for row in np.flatnonzero((nearest > FAR_KM) & (nearest > FAR_TIMES * usual)).tolist():
        others = np.delete(np.arange(len(at)), row)
        turned = flat_km(at[row : row + 1, ::-1], at)[0]
        near = np.hypot(*(xy[others] - turned).T).min() < FAR_KM
        fits = bool(np.abs(at[row, 0]) <= 90 and near)
        found.append(FarPoint(row, float(nearest[row]), fits))
    return found, usual


def far_from_towns(at: np.ndarray, towns: np.ndarray) -> list[FarPoint]:
    """Places at [row, 2] degrees that lie nowhere near a town; both without nan."""
    if not len(at) or not len(towns):
        return []
    near = flat_km(towns, towns)
    km, turned = (
        np.hypot(*(flat_km(one, towns)[:, None] - near[None]).transpose(2, 0, 1)).min(axis=1)
        for one in (at, at[:, ::-1])
    )
    rows = np.flatnonzero(km > BEYOND_KM).tolist()
    return [FarPoint(row, float(km[row]), bool(turned[row] <= BEYOND_KM)) for row in rows]


def flat_km(lonlat: np.ndarray, around: np.ndarray) -> np.ndarray:
    """Degrees as kilometres about the middle of some points: good enough to see slips by."""
    middle = np.median(around, axis=0)
    scale = np.array([np.cos(np.radians(middle[1])), 1.0]) * KM_PER_DEGREE
    return np.asarray((lonlat - middle) * scale)


def _far_towns(towns: SheetPoints, most_km: float) -> Iterator[Problem]:
    known = _known(towns.at)
    found, usual = far_from_each_other(towns.at[known])
    for one in (one for one in found if one.turned or one.km > most_km):
        text = TOWN_TURNED if one.turned else TOWN_FAR
        name = towns.names[known[one.row]]
        told = Message(text.text, name=name, km=one.km, usual=usual)
        yield towns.problem(known[one.row], 0, told)


def _far_places(places: SheetPoints, towns: np.ndarray) -> Iterator[Problem]:
    known = _known(places.at)
    for one in far_from_towns(places.at[known], towns[_known(towns)]):
        text = PLACE_TURNED if one.turned else PLACE_FAR
        told = Message(text.text, name=places.names[known[one.row]], km=one.km)
        yield places.problem(known[one.row], 0, told)


def _known(at: np.ndarray) -> Sequence[int]:
    rows: list[int] = np.flatnonzero(~np.isnan(at).any(axis=1)).tolist()
    return rows


TOWN_FAR: Final = Message(
    "{name} lies {km:,.0f} km from the nearest other town, which usually is {usual:,.1f} km away: "
    "mend its point"
)
TOWN_TURNED: Final = Message(
    "{name} lies {km:,.0f} km from the nearest other town, and among them if its longitude and "
    "latitude are exchanged"
)
PLACE_FAR: Final = Message(
    "{name} lies {km:,.0f} km from the nearest town: mend its point, or leave it out"
)
PLACE_TURNED: Final = Message(
    "{name} lies {km:,.0f} km from the nearest town, and near them if its longitude and latitude "
    "are exchanged: swap its two numbers"
)
