"""The ground a map covers: its coordinate system, its boundary, its zones."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely

from sim.errors import MapImportError, Problem, did_you_mean
from sim.files import tables
from sim.geography.making.report import GROUND, ZONES, Report, count, some
from sim.text import Message, Name

NAMES: Final = ("name_en", "name:en", "name", "zone", "zone_name", "名称", "乡镇", "label", "id")
NAMES_ZH: Final = ("name_zh", "name:zh", "名称", "乡镇")
CODES: Final = ("code", "zone_id", "id", "adcode", "代码")
SLIVER_M2: Final = 1e4  # smaller holes are slips of drawing


def metric_crs(asked: str, frame: gpd.GeoDataFrame | None) -> pyproj.CRS:
    """The coordinate system asked for, else the UTM zone in which the frame lies."""
    if not asked:
        if frame is None:
            raise MapImportError("--crs", Message("no file says where the place is"))
        return frame.geometry.estimate_utm_crs()
    try:
        crs = pyproj.CRS.from_user_input(asked)
    except pyproj.exceptions.CRSError:
        message = Message("write a coordinate system like EPSG:32649; found {found}", found=asked)
        raise MapImportError("--crs", message) from None
    if not crs.is_projected or crs.axis_info[0].unit_name not in ("metre", "meter"):
        message = Message("write a projected one in metres; {found} is not", found=crs.name)
        raise MapImportError("--crs", message)
    return crs


def read_boundary(path: Path, crs: pyproj.CRS) -> shapely.Geometry:
    """The union of a file's polygons, in metres."""
    return outline(tables.read_shapes(path, tables.POLYGONS).to_crs(crs).geometry.values)


def outline(polygons: np.ndarray) -> shapely.Geometry:
    """The union of polygons; holes under a hectare are slips of drawing and filled."""
    parts = shapely.get_parts(shapely.union_all(shapely.make_valid(polygons)))
    parts = parts[shapely.get_type_id(parts) == 3]
    filled = [
        shapely.Polygon(
            p.exterior, [r for r in p.interiors if shapely.Polygon(r).area >= SLIVER_M2]
        )
        for p in parts
    ]
    return shapely.set_precision(shapely.union_all(filled), 0.1)


def read_zones(
    path: Path, crs: pyproj.CRS, name_column: str = "", encoding: str = ""
) -> gpd.GeoDataFrame:
    """Zones with code, name_en, name_zh and the file's own columns, in metres."""
    frame = tables.read_shapes(path, tables.POLYGONS, encoding).to_crs(crs)
    named = tables.column(frame, NAMES, name_column)
    if not named:
        known = [str(c) for c in frame.columns if c != frame.geometry.name]
        hint = did_you_mean(name_column, known) if name_column else ""
        message = Message(
            "say with --zone-name which column has the names: {known}{hint}",
            known=", ".join(known),
            hint=hint,
        )
        raise MapImportError(path, message)
    names = frame[named].astype(object).where(frame[named].notna(), "").astype(str).str.strip()
    empty = np.flatnonzero(names.to_numpy() == "")
    if len(empty):
        where = Message("column {name}", name=named)
        raise MapImportError(
            path,
            [
                Problem(Message("zone {number} has no name", number=i + 1), where)
                for i in empty[:20]
            ],
        )
    chinese = tables.column(frame, NAMES_ZH)
    frame["name_en"] = names.to_numpy()
    frame["name_zh"] = frame[chinese].fillna(names).to_numpy() if chinese else names.to_numpy()
    coded = tables.column(frame, CODES)
    codes = frame[coded].astype(str) if coded else pd.Series([""] * len(frame))
    unique = codes.is_unique and (codes.str.strip() != "").all()
    frame["code"] = codes.to_numpy() if unique else [str(i + 1) for i in range(len(frame))]
    return frame


def one_zone(boundary: shapely.Geometry, crs: pyproj.CRS, name: Name) -> gpd.GeoDataFrame:
    """The whole map as its only zone."""
    facts = {"code": ["1"], "name_en": [name.en], "name_zh": [name.zh]}
    return gpd.GeoDataFrame(facts, geometry=[boundary], crs=crs)


def zones_inside(
    zones: gpd.GeoDataFrame, boundary: shapely.Geometry, report: Report
) -> gpd.GeoDataFrame:
    """The zones' parts within the boundary; those wholly outside are left out."""
    shapely.prepare(boundary)
    whole = np.asarray(zones.within(boundary.buffer(1.0)))
    shape = zones.geometry.to_numpy().copy()
    shape[~whole] = shapely.intersection(shape[~whole], boundary)
    left = shapely.area(shape) > SLIVER_M2
    if not left.any():
        message = Message("no zone lies within the boundary: is it another place?")
        raise MapImportError("--zones", message)
    if not left.all():
        names = some(zones.loc[~left, "name_en"].tolist())
        message = Message("left out: zones outside the boundary: {names}", names=names)
        report.note(GROUND, message)
    shape = np.array([polygonal(one) for one in shape[left]], object)
    rest = zones[left].reset_index(drop=True)
    return rest.set_geometry(shape, crs=zones.crs)


def polygonal(shape: shapely.Geometry) -> shapely.Geometry:
    """Without the points and lines that an intersection may leave along a border."""
    if shapely.get_type_id(shape) in tables.POLYGONS:
        return shape
    parts = shapely.get_parts(shape)
    return shapely.union_all(parts[np.isin(shapely.get_type_id(parts), tables.POLYGONS)])


def zone_at(xy: np.ndarray, zones: gpd.GeoDataFrame) -> np.ndarray:
    """The row of the zone at each point, the nearest one for a point in none."""
    tree = shapely.STRtree(zones.geometry.values)
    points = shapely.points(xy)
    zone = np.full(len(xy), -1)
    point, inside = tree.query(points, predicate="intersects")
    zone[point[::-1]] = inside[::-1]  # the first zone of a point on a border
    rest = zone < 0
    if rest.any():
        zone[rest] = tree.nearest(points[rest])
    return zone


def note_zones(zones: gpd.GeoDataFrame, boundary: shapely.Geometry, report: Report) -> None:
    """How many zones there are, and which could not be told apart by their names."""
    message = Message(
        "{zones} on {km2:,.0f} km²", zones=count(len(zones), ZONES), km2=boundary.area / 1e6
    )
    report.note(GROUND, message)
    twice = zones["name_en"][zones["name_en"].duplicated()].unique().tolist()
    if twice:
        message = Message(
            "zones of the same name: {names}; a scenario finds the first of them",
            names=some(twice),
        )
        report.warn(message)
