"""People at points, as of a census of addresses."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pyproj
import shapely

from sim.files import tables
from sim.geography.making import located
from sim.geography.making.groups import PeopleOptions, ReadingOptions
from sim.geography.making.people.cells import PeopleSums, note_lost, squares
from sim.geography.making.people.columns import people_in, refuse_negative
from sim.geography.making.report import PEOPLE, POINTS, Report, count
from sim.text import Message


def points_of(
    path: Path, crs: pyproj.CRS | str, options: PeopleOptions, reading: ReadingOptions
) -> gpd.GeoDataFrame | None:
    """The file as points with `people`, in metres; None if it holds polygons."""
    if tables.is_table(path):
        frame = tables.read_table(path, reading.encoding, reading.sheet)
        lon, lat, _ = located.degrees(path, frame, options.coordinates)
        at = gpd.GeoSeries.from_xy(lon, lat, index=frame.index, crs=4326).to_crs(crs)
        frame = gpd.GeoDataFrame(frame, geometry=at)
    else:
        try:
            frame = tables.read_shapes(path, tables.POINTS, reading.encoding).to_crs(crs)
        except tables.NoShapesError:
            return None
        frame = frame.explode(index_parts=False, ignore_index=True)
    return frame.assign(people=people_in(path, frame, options.column))


def read(
    path: Path,
    points: gpd.GeoDataFrame,
    boundary: shapely.Geometry | None,
    options: PeopleOptions,
    report: Report,
) -> PeopleSums:
    """Sums by grid square of the points within the boundary; zones are not known yet."""
    for note in tables.notes(points):
        report.note(PEOPLE, note)
    people = points["people"].to_numpy(float)
    refuse_negative(path, people)
    xy = shapely.get_coordinates(points.geometry.values)
    said = count(len(people), POINTS)
    report.note(
        PEOPLE,
        Message("{points} read with {people:,.0f} people", points=said, people=people.sum()),
    )
    if boundary is not None:
        shapely.prepare(boundary)
        inside = shapely.contains_xy(boundary, xy)
        note_lost(people[~inside].sum(), people[inside].sum(), report)
        xy, people = xy[inside], people[inside]
    return squares(xy, people, np.full(len(people), -1), options.cell)
