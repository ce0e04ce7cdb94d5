"""Townships from a list of their seats: to each the ground that is nearer to it than to others.

Bureaus have the towns as a table far more often than their outlines. Ground made in this way is
`inferred`, and the report says so.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely

from sim.errors import MapImportError, Problem
from sim.files import cells, planner_sheets, shapes, tables
from sim.geography.making import located
from sim.geography.making.groups import PeopleOptions, ReadingOptions, ZoneOptions
from sim.geography.making.headcount import (
    USUAL,
    note_lost,
    note_read,
    note_repeats,
    people_in,
)
from sim.geography.making.report import GROUND, Counted, Report, count, some
from sim.geography.making.urban import refuse_unknown, worded
from sim.geography.making.zones import CODES, LIVING, NAMES_ZH, SEAT, named
from sim.text import Message

SEATS: Final = Counted(Message("{n} seat"), Message("{n} seats"))
LEAST_MARGIN_M: Final = 2_000.0  # around the outermost seats, where no boundary is given


class SeatOptions(NamedTuple):
    """How a list of seats is read."""

    zones: ZoneOptions
    reading: ReadingOptions
    people: PeopleOptions | None  # if the people of the list are wanted


def are_seats(path: Path) -> bool:
    """Whether a file lists places as points: a table, or a map file without polygons."""
    if tables.is_table(path):
        return True
    try:
        found = shapes.read_file(path, shapes.POLYGONS, shapes.POINTS)
    except MapImportError:  # told where it is read
        return False
    return found.kind == shapes.POINTS


def points_of(path: Path, options: SeatOptions, report: Report | None = None) -> gpd.GeoDataFrame:
    """The rows of the list at their places, in degrees; the index is the line."""
    if not tables.is_table(path):
        found = shapes.read_file(path, shapes.POINTS, encoding=options.reading.encoding)
        frame = found.frame.to_crs(4326)
        return frame.set_geometry(frame.geometry.representative_point())
    read = options.reading
    frame = tables.read_table(path, read.encoding, read.sheet, holds=planner_sheets.TOWNSHIPS)
    if report is not None:
        for note in tables.notes(frame):
            report.note(GROUND, note)
    try:
        with cells.told(frame):
            lon, lat, _ = located.degrees(path, frame, options.zones.coordinates)
    except MapImportError as error:
        others = _wrong_with(path, frame, options)
        once = list(dict.fromkeys([*error.problems, *others]))
        raise MapImportError(path, once) from error.__cause__
    where = gpd.GeoSeries.from_xy(lon, lat, index=frame.index, crs=4326)
    return gpd.GeoDataFrame(frame, geometry=where)


def read(
    path: Path,
    crs: pyproj.CRS,
    boundary: shapely.Geometry | None,
    options: SeatOptions,
    report: Report,
) -> gpd.GeoDataFrame:
    """Zones as `zones.read_zones` makes them, of a list of seats; with the seats, in metres.

    `boundary`: of the map; without one, the ground around the seats. MapImportError with all that
    is wrong with the list.
    """
    frame = points_of(path, options, report).to_crs(crs)
    _tell_unused(path, frame, options, report)
    living = _living(path, frame, options)
    if living is not None:
        note_read(path, living, report, SEATS)
        note_repeats(path, pd.DataFrame(frame.drop(columns="geometry")), living, report)
    frame = named(path, frame, options.zones.name_column)
    at = shapely.get_coordinates(frame.geometry.values)
    _refuse_same_place(path, frame, at)
    if boundary is None:
        boundary = _ground_around(at, report)
    inside = _inside(path, frame, boundary, living, report)
    frame = frame[inside]
    if living is not None:
        frame = frame.assign(**{LIVING: living[inside]})
    frame = frame.assign(**{SEAT: frame.geometry.to_numpy()})
    ground = nearest_ground(at[inside], boundary)
    message = Message(
        "inferred: each of {seats} of {file} has the ground nearer to it than to any other, for "
        "the file has no outlines",
        seats=count(len(frame), SEATS),
        file=path.name,
    )
    report.note(GROUND, message)
    return frame.set_geometry(ground, crs=crs).reset_index(drop=True)


def _wrong_with(path: Path, frame: pd.DataFrame, options: SeatOptions) -> list[Problem]:
    """What else is wrong with a list whose places cannot be read."""
    try:
        _living(path, frame, options)
    except MapImportError as error:
        return error.problems
    return []


def _living(path: Path, frame: pd.DataFrame, options: SeatOptions) -> np.ndarray | None:
    """[row] people, if they are wanted; what is wrong with them and with what is urban is told."""
    living, problems = None, []
    if options.people is not None:
        try:
            living = people_in(path, frame, options.people.column)
        except MapImportError as error:
            problems += error.problems
    for refuse in (
        lambda: tables.refuse_totals(path, frame),
        lambda: refuse_unknown(path, frame, options.zones),
    ):
        try:
            refuse()
        except MapImportError as error:
            problems += error.problems
    if problems:
        raise MapImportError(path, list(dict.fromkeys(problems)))
    return living


def _tell_unused(path: Path, frame: gpd.GeoDataFrame, options: SeatOptions, report: Report) -> None:
    """Columns of a table that mean nothing here."""
    if not tables.is_table(path):
        return
    used = {"geometry", worded(frame), options.zones.urban_column.partition("=")[0].strip()}
    used |= set(located.degrees(path, frame, options.zones.coordinates)[2])
    for usual, chosen in (
        (shapes.NAMES, options.zones.name_column),
        (NAMES_ZH, ""),
        (CODES, ""),
        (USUAL, options.people.column if options.people else ""),
    ):
        used.add(tables.column(frame, usual, chosen))
    used |= {tables.column(frame, usual) for usual in planner_sheets.of_the_scenario(frame.attrs)}
    unused = [str(name) for name in frame.columns if name not in used]
    if unused:
        names = some(unused)
        report.note(
            GROUND,
            Message(
                "columns of {file} that a map does not use: {names}", file=path.name, names=names
            ),
        )


def nearest_ground(at: np.ndarray, boundary: shapely.Geometry) -> np.ndarray:
    """[seat] the part of the boundary that is nearer to each seat than to others (Voronoi).

    `at`: [seat, 2] metres, no two at one place.
    """
    if len(at) == 1:
        return np.array([boundary], object)
    around = shapely.union(boundary, shapely.multipoints(at)).envelope
    cells = shapely.get_parts(
        shapely.voronoi_polygons(shapely.multipoints(at), extend_to=around.buffer(1_000.0))
    )
    seat, cell = shapely.STRtree(cells).query(shapely.points(at), predicate="intersects")
    of_seat = np.zeros(len(at), int)
    of_seat[seat[::-1]] = cell[::-1]
    return np.asarray(shapely.intersection(cells[of_seat], boundary))


def _refuse_same_place(path: Path, frame: gpd.GeoDataFrame, at: np.ndarray) -> None:
    """Two seats at one place cannot be told apart."""
    seen: dict[tuple[float, float], int] = {}
    problems = []
    for row, place in enumerate(map(tuple, at.round(1).tolist())):
        if place in seen:
            message = Message(
                "{name} stands where {other} of line {line} does: mend the coordinates, or leave "
                "one of them out",
                name=frame["name_en"].iloc[row],
                other=frame["name_en"].iloc[seen[place]],
                line=int(frame.index[seen[place]]),
            )
            problems.append(Problem(message, line=int(frame.index[row])))
        seen.setdefault(place, row)
    if problems:
        raise MapImportError(path, cells.placed(frame, problems[:20]))


def _ground_around(at: np.ndarray, report: Report) -> shapely.Geometry:
    """The hull of the seats, and around it as much as lies between two neighbours in the median."""
    margin_m = LEAST_MARGIN_M
    if len(at) > 1:
        apart = np.linalg.norm(at[:, None] - at[None], axis=2)
        np.fill_diagonal(apart, np.inf)
        margin_m = max(margin_m, float(np.median(apart.min(axis=1))))
    report.warn(
        Message(
            "no --boundary: the map ends {km:.1f} km beyond the outermost seats. Give the boundary "
            "if you have it: who lives beyond is not counted",
            km=margin_m / 1000,
        )
    )
    return shapely.convex_hull(shapely.multipoints(at)).buffer(margin_m)


def _inside(
    path: Path,
    frame: gpd.GeoDataFrame,
    boundary: shapely.Geometry,
    living: np.ndarray | None,
    report: Report,
) -> np.ndarray:
    """[seat] whether it lies on the map; those that do not are named, with their people."""
    beyond_m = shapely.distance(frame.geometry.values, boundary)
    inside = beyond_m <= 0
    if not inside.any():
        message = Message("no seat lies within the boundary: is it another place?")
        raise MapImportError(path, message)
    if not inside.all():
        names = [
            f"{name} ({metres / 1000:.1f} km)"
            for name, metres in zip(frame["name_en"][~inside], beyond_m[~inside], strict=True)
        ]
        report.warn(Message("left out: seats outside the boundary: {names}", names=some(names)))
        if living is not None:
            note_lost(float(living[~inside].sum()), float(living[inside].sum()), report)
    return np.asarray(inside)
