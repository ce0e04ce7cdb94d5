"""People from whatever file there is: a raster, points or polygons, or the zones themselves."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import geopandas as gpd
import pyproj
import shapely

from sim.errors import MapImportError
from sim.files import shapes, tables
from sim.geography.making import zones as ground
from sim.geography.making.balance import COVERED, NO_SHAPE
from sim.geography.making.groups import PeopleOptions, ReadingOptions
from sim.geography.making.headcount import (
    MOST_PEOPLE,
    note_read,
    people_in,
    people_without_shape,
    too_many,
)
from sim.geography.making.overlaps import each_ground_once
from sim.geography.making.people import points, polygons, raster
from sim.geography.making.people.cells import PeopleSums
from sim.geography.making.report import POLYGONS, Report
from sim.text import Message


class Land(NamedTuple):
    """What is known of the ground when people are read, in metres."""

    crs: pyproj.CRS
    roads: gpd.GeoDataFrame
    zones: gpd.GeoDataFrame | None = None
    boundary: shapely.Geometry | None = None
    zones_file: Path = Path("zones")
    reading: ReadingOptions = ReadingOptions()


def read(land: Land, options: PeopleOptions, report: Report) -> tuple[PeopleSums, str]:
    """People by zone (-1: not known yet) and grid square, and the cells' provenance."""
    sums, provenance = _read(land, options, report)
    if not sums.people.sum():
        path = options.file or land.zones_file
        raise MapImportError(path, Message("nobody lives within the boundary"))
    if options.total is None and float(sums.people.sum()) > MOST_PEOPLE:
        path = options.file or land.zones_file
        raise MapImportError(path, too_many(float(sums.people.sum())))
    if options.total is None and round(float(sums.people.sum())) < 1:
        path = options.file or land.zones_file
        message = Message(
            "only {people:.2g} people live within the boundary: what is their unit?",
            people=sums.people.sum(),
        )
        raise MapImportError(path, message)
    return sums, provenance


def _read(land: Land, options: PeopleOptions, report: Report) -> tuple[PeopleSums, str]:
    path, zones, boundary = options.file, land.zones, land.boundary
    if path is None:
        assert zones is not None  # `options.problems` saw to it
        return polygons.over_streets(
            zones, land.roads, options.cell, report, zones=zones
        ), "imputed"
    if raster.is_raster(path):
        return raster.read(path, land.crs, zones, boundary, options, report), "inferred"
    spots = points.points_of(path, land.crs, options, land.reading, report)
    if spots is not None:
        return points.read(spots, zones, boundary, options.cell, report), "inferred"
    shapes_once = _polygons(path, land, options.column, report)
    return polygons.over_streets(
        shapes_once, land.roads, options.cell, report, zones=zones, boundary=boundary
    ), "imputed"


def _polygons(path: Path, land: Land, column: str, report: Report) -> gpd.GeoDataFrame:
    """Polygons with `people`, of which no two overlap."""
    kinds = (shapes.POLYGONS, shapes.POINTS)
    read_file = shapes.read_file(path, *kinds, encoding=land.reading.encoding)
    found = ground.in_metres(read_file, land.crs, report)
    people = people_in(path, found.frame, column, report)
    note_read(path, people, report, POLYGONS)
    lost = people_without_shape(found.left_out, column)
    report.people.read += lost
    report.people.leave_out(NO_SHAPE, lost)
    once = each_ground_once(path, found.frame, shapes.labels(found.frame), people, report)
    report.people.leave_out(COVERED, people[~once.kept].sum())
    return once.frame.assign(people=people[once.kept])


def extent(crs: pyproj.CRS, path: Path | None) -> shapely.Geometry | None:
    """The area of the people's polygons, if polygons they are; else None."""
    if path is None or raster.is_raster(path) or tables.is_table(path):
        return None
    found = shapes.read_file(path, shapes.POLYGONS, shapes.POINTS)
    if found.kind == shapes.POINTS:
        return None
    return ground.outline(found.frame.to_crs(crs).geometry.values)
