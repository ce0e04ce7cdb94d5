"""People at points, as of a census of addresses."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely

from sim.files import cells, planner_sheets, shapes, tables
from sim.geography.making import located
from sim.geography.making import zones as ground
from sim.geography.making.balance import NO_SHAPE
from sim.geography.making.groups import PeopleOptions, ReadingOptions
from sim.geography.making.headcount import (
    note_lost,
    note_read,
    note_repeats,
    people_in,
    people_without_shape,
)
from sim.geography.making.people.cells import PeopleSums, squares
from sim.geography.making.report import PEOPLE, POINTS, Report


def points_of(
    path: Path,
    crs: pyproj.CRS | str,
    options: PeopleOptions,
    reading: ReadingOptions,
    report: Report,
) -> gpd.GeoDataFrame | None:
    """The file as points with `people`, in metres; None if it holds polygons.

    The people of a row with several points are shared out evenly among them.
    """
    column = options.column
    if tables.is_table(path):
        townships = planner_sheets.TOWNSHIPS
        frame = tables.read_table(path, reading.encoding, reading.sheet, holds=townships)
        with cells.told(frame):
            lon, lat, _ = located.degrees(path, frame, options.coordinates)
        for note in tables.notes(frame):
            report.note(PEOPLE, note)
        at = gpd.GeoSeries.from_xy(lon, lat, index=frame.index, crs=4326).to_crs(crs)
        people = people_in(path, frame, column, report)
        note_repeats(path, frame, people, report)
        frame = gpd.GeoDataFrame(frame, geometry=at)
    else:
        found = shapes.read_file(path, shapes.POLYGONS, shapes.POINTS, encoding=reading.encoding)
        if found.kind == shapes.POLYGONS:
            return None
        frame = ground.in_metres(found, crs, report).frame
        people = people_in(path, frame, column, report)
        rows = pd.DataFrame(frame.drop(columns=frame.geometry.name))
        note_repeats(path, rows.assign(place=frame.geometry.to_wkb()), people, report)
        lost = people_without_shape(found.left_out, column)
        report.people.read += lost
        report.people.leave_out(NO_SHAPE, lost)
    note_read(path, people, report, POINTS)
    each = shapely.get_num_geometries(frame.geometry.values)
    frame = frame.assign(people=people / each)
    return frame if (each == 1).all() else frame.explode(index_parts=False)


def read(
    points: gpd.GeoDataFrame,
    zones: gpd.GeoDataFrame | None,
    boundary: shapely.Geometry | None,
    cell_m: float,
    report: Report,
) -> PeopleSums:
    """Sums by zone (-1: in none) and grid square of the points within the boundary."""
    people = points["people"].to_numpy(float)
    xy = shapely.get_coordinates(points.geometry.values)
    if boundary is not None:
        shapely.prepare(boundary)
        inside = shapely.intersects_xy(boundary, xy)
        note_lost(people[~inside].sum(), people[inside].sum(), report)
        xy, people = xy[inside], people[inside]
    zone = np.full(len(people), -1) if zones is None else ground.zone_or_none(xy, zones)
    return squares(xy, people, zone, cell_m)
