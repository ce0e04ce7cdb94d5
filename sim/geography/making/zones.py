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
from sim.files import shapes, tables
from sim.geography.making.balance import COVERED, NO_SHAPE
from sim.geography.making.groups import PeopleOptions
from sim.geography.making.headcount import note_lost, note_read, people_in, people_without_shape
from sim.geography.making.overlaps import each_ground_once
from sim.geography.making.report import GROUND, PEOPLE, POLYGONS, ZONES, Report, count, some
from sim.text import Message, Name

NAMES_ZH: Final = ("name_zh", "name:zh", *shapes.CHINESE_NAMES)
CODES: Final = ("code", "zone_id", "id", "adcode", "代码")
SLIVER_M2: Final = 1e4  # smaller holes are slips of drawing
INSIDE: Final = 0.995  # a polygon this far inside the boundary is wholly inside
LIVING: Final = "people"  # their column
SEAT: Final = "seat"  # the column of a point, in metres, where the file says where the seats are
SEEN: Final = 0.01  # of all people in no zone, or of the ground: worth a look


def read_polygons(
    path: Path, crs: pyproj.CRS, report: Report, encoding: str = ""
) -> shapes.ShapesFile:
    """A file's polygons in metres; what was chosen, mended or left out is said."""
    return in_metres(shapes.read_file(path, shapes.POLYGONS, encoding=encoding), crs, report)


def in_metres(found: shapes.ShapesFile, crs: pyproj.CRS | str, report: Report) -> shapes.ShapesFile:
    """A file's shapes in the map's system, what the move broke mended; its findings are said."""
    for finding in found.findings:
        report.warn(finding)
    for note in tables.notes(found.frame):
        report.note(GROUND if found.kind == shapes.POLYGONS else PEOPLE, note)
    moved = found.frame.to_crs(crs)
    wrong = np.flatnonzero(~moved.is_valid)
    if len(wrong) and found.kind == shapes.POLYGONS:
        mended = moved.geometry.to_numpy().copy()
        for row in wrong:
            mended[row] = polygonal(shapely.make_valid(mended[row]))
        moved = moved.set_geometry(mended, crs=crs)
    return found._replace(frame=moved)


def read_boundary(path: Path, crs: pyproj.CRS, report: Report) -> shapely.Geometry:
    """The union of a file's polygons, in metres."""
    return outline(read_polygons(path, crs, report).frame.geometry.values)


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
    path: Path,
    crs: pyproj.CRS,
    name_column: str = "",
    report: Report | None = None,
    people: PeopleOptions | None = None,
    encoding: str = "",
) -> gpd.GeoDataFrame:
    """Zones with code, name_en, name_zh and the file's own columns, in metres; none overlap.

    `people`: how to read those of the zones, into the column `people`, if they are wanted.
    """
    report = report or Report()
    found = read_polygons(path, crs, report, encoding)
    frame = named(path, found.frame, name_column)
    living = None
    if people is not None:
        living = people_in(path, frame, people.column, report)
        note_read(path, living, report, POLYGONS)
        lost = people_without_shape(found.left_out, people.column)
        report.people.read += lost
        report.people.leave_out(NO_SHAPE, lost)
    once = each_ground_once(path, frame, frame["name_en"].tolist(), living, report)
    report.overlaps_m2 = once.overlaps_m2
    if living is None:
        return once.frame
    report.people.leave_out(COVERED, living[~once.kept].sum())
    return once.frame.assign(people=living[once.kept])


def named(path: Path, frame: gpd.GeoDataFrame, name_column: str) -> gpd.GeoDataFrame:
    """The zones with their names in both languages and a code for each."""
    named = tables.column(frame, shapes.NAMES, name_column)
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
    """The zones' parts within the boundary; those wholly outside are left out.

    Of `people`, where the zones have such, the share of the ground inside stays.
    """
    shapely.prepare(boundary)
    before = zones.area.to_numpy()
    whole = np.asarray(zones.within(boundary.buffer(1.0)))
    shape = zones.geometry.to_numpy().copy()
    shape[~whole] = shapely.intersection(shape[~whole], boundary)
    left = whole | (shapely.area(shape) > SLIVER_M2)
    if not left.any():
        message = Message("no zone lies within the boundary: is it another place?")
        raise MapImportError("--zones", message)
    if not left.all():
        names = some(zones.loc[~left, "name_en"].tolist())
        message = Message("left out: zones outside the boundary: {names}", names=names)
        report.note(GROUND, message)
    shape = np.array([polygonal(one) for one in shape[left]], object)
    rest = zones[left].reset_index(drop=True).set_geometry(shape, crs=zones.crs)
    if LIVING not in zones.columns:
        return rest
    inside = np.where(whole[left], 1.0, rest.area / before[left])
    rest[LIVING] = rest[LIVING].to_numpy(float) * np.where(inside >= INSIDE, 1.0, inside)
    note_lost(zones[LIVING].sum() - rest[LIVING].sum(), rest[LIVING].sum(), report)
    return rest


def polygonal(shape: shapely.Geometry) -> shapely.Geometry:
    """Without the points and lines that an intersection may leave along a border."""
    if shapely.get_type_id(shape) in shapes.POLYGONS:
        return shape
    parts = shapely.get_parts(shape)
    return shapely.union_all(parts[np.isin(shapely.get_type_id(parts), shapes.POLYGONS)])


def zone_at(xy: np.ndarray, zones: gpd.GeoDataFrame) -> np.ndarray:
    """The row of the zone at each point, the nearest one for a point in none."""
    zone = zone_or_none(xy, zones)
    rest = zone < 0
    if rest.any():
        zone[rest] = shapely.STRtree(zones.geometry.values).nearest(shapely.points(xy[rest]))
    return zone


def zone_or_none(xy: np.ndarray, zones: gpd.GeoDataFrame) -> np.ndarray:
    """The row of the zone at each point, on a border the first one; -1 in none."""
    # The tree is of the points, for what is looked for in it is prepared: zones have many corners.
    inside, point = shapely.STRtree(shapely.points(xy)).query(
        zones.geometry.values, predicate="intersects"
    )
    zone = np.full(len(xy), len(zones))
    np.minimum.at(zone, point, inside)
    return np.where(zone < len(zones), zone, -1)


def note_zones(
    zones: gpd.GeoDataFrame, boundary: shapely.Geometry, report: Report, file: Path | None = None
) -> None:
    """How many zones there are, and which could not be told apart by their names."""
    message = Message(
        "{zones} on {km2:,.0f} km²", zones=count(len(zones), ZONES), km2=boundary.area / 1e6
    )
    report.note(GROUND, message)
    if file is not None and len(zones) == 1:
        message = Message(
            '{file} gives one zone only, "{name}": nothing can be said by zone',
            file=file.name,
            name=zones["name_en"].iloc[0],
        )
        report.warn(message)
    bare = float(boundary.area - shapely.intersection(boundary, zones.union_all()).area)
    if bare > SEEN * boundary.area:
        message = Message(
            "{km2:,.1f} km² of the map ({share:.0%}) in no zone: what happens there counts in the "
            "nearest one",
            km2=bare / 1e6,
            share=bare / boundary.area,
        )
        report.warn(message)
    twice = zones["name_en"][zones["name_en"].duplicated()].unique().tolist()
    if twice:
        message = Message(
            "zones of the same name: {names}; a scenario finds the first of them",
            names=some(twice),
        )
        report.warn(message)
