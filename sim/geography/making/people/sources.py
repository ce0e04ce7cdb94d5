"""People from whatever file there is: a raster, points or polygons, or the zones themselves."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import geopandas as gpd
import pyproj
import shapely

from sim.errors import MapImportError
from sim.files import tables
from sim.geography.making import zones as ground
from sim.geography.making.groups import PeopleOptions, ReadingOptions
from sim.geography.making.people import points, polygons, raster
from sim.geography.making.people.cells import PeopleSums, note_lost
from sim.geography.making.people.columns import people_in
from sim.geography.making.report import Report
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
    return sums, provenance


def _read(land: Land, options: PeopleOptions, report: Report) -> tuple[PeopleSums, str]:
    path, zones, boundary = options.file, land.zones, land.boundary
    if path is None:
        assert zones is not None  # `options.problems` saw to it
        shapes = zones.assign(people=people_in(land.zones_file, zones, options.column))
        return polygons.over_streets(
            land.zones_file, shapes, land.roads, options.cell, report, zones=shapes
        ), "imputed"
    if raster.is_raster(path):
        sums, lost = raster.read(path, land.crs, zones, boundary, options, report)
        note_lost(lost, sums.people.sum(), report)
        return sums, "inferred"
    spots = points.points_of(path, land.crs, options, land.reading)
    if spots is not None:
        return points.read(path, spots, boundary, options, report), "inferred"
    shapes = tables.read_shapes(path, tables.POLYGONS, land.reading.encoding).to_crs(land.crs)
    shapes["people"] = people_in(path, shapes, options.column)
    return polygons.over_streets(
        path, shapes, land.roads, options.cell, report, zones=zones, boundary=boundary
    ), "imputed"


def extent(crs: pyproj.CRS, path: Path | None) -> shapely.Geometry | None:
    """The area of the people's polygons, if polygons they are; else None."""
    if path is None or raster.is_raster(path) or tables.is_table(path):
        return None
    try:
        shapes = tables.read_shapes(path, tables.POLYGONS)
    except tables.NoShapesError:  # points
        return None
    return ground.outline(shapes.to_crs(crs).geometry.values)
