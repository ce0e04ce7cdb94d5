"""The ground a map covers: its coordinate system, its boundary, its zones, town and country."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely
from scipy import ndimage

from sim.errors import MapImportError, Problem, did_you_mean
from sim.files import tables
from sim.geography.making.options import Options
from sim.geography.making.report import Report, count, some

NAMES: Final = ("name_en", "name:en", "name", "zone", "zone_name", "名称", "乡镇", "label", "id")
NAMES_ZH: Final = ("name_zh", "name:zh", "名称", "乡镇")
CODES: Final = ("code", "zone_id", "id", "adcode", "代码")
PEOPLE: Final = ("people", "population", "pop", "persons", "inhabitants", "人口", "人数")
SLIVER_M2: Final = 1e4  # smaller holes are slips of drawing
SQUARE_M: Final = 1000.0  # of the EU/UN degree of urbanisation
CLUSTER_PEOPLE: Final = 5000  # people in an urban cluster


def metric_crs(options: Options, frame: gpd.GeoDataFrame | None) -> pyproj.CRS:
    """The one asked for, else the UTM zone in which the frame lies."""
    if not options.crs:
        if frame is None:
            raise MapImportError("--crs", "no file says where the place is")
        return frame.geometry.estimate_utm_crs()
    try:
        crs = pyproj.CRS.from_user_input(options.crs)
    except pyproj.exceptions.CRSError:
        raise MapImportError(
            "--crs", f"write a coordinate system like EPSG:32649; found {options.crs}"
        ) from None
    if not crs.is_projected or crs.axis_info[0].unit_name not in ("metre", "meter"):
        raise MapImportError("--crs", f"write a projected one in metres; {crs.name} is not")
    return crs


def read_boundary(path: Path, crs: Any) -> Any:
    """The union of a file's polygons, in metres."""
    return outline(tables.read_shapes(path, tables.POLYGONS).to_crs(crs).geometry.values)


def outline(polygons: Any) -> Any:
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


def read_zones(path: Path, crs: Any, options: Options) -> gpd.GeoDataFrame:
    """Zones with code, name_en, name_zh and the file's own columns, in metres."""
    frame = tables.read_shapes(path, tables.POLYGONS).to_crs(crs)
    named = tables.column(frame, NAMES, options.zone_name)
    if not named:
        known = [str(c) for c in frame.columns if c != frame.geometry.name]
        hint = did_you_mean(options.zone_name, known) if options.zone_name else ""
        raise MapImportError(
            path, f"say with --zone-name which column has the names: {', '.join(known)}{hint}"
        )
    names = frame[named].astype(object).where(frame[named].notna(), "").astype(str).str.strip()
    empty = np.flatnonzero(names.to_numpy() == "")
    if len(empty):
        raise MapImportError(
            path, [Problem(f"zone {i + 1} has no name", f"column {named}") for i in empty[:20]]
        )
    chinese = tables.column(frame, NAMES_ZH)
    frame["name_en"] = names.to_numpy()
    frame["name_zh"] = frame[chinese].fillna(names).to_numpy() if chinese else names.to_numpy()
    coded = tables.column(frame, CODES)
    codes = frame[coded].astype(str) if coded else pd.Series([""] * len(frame))
    unique = codes.is_unique and (codes.str.strip() != "").all()
    frame["code"] = codes.to_numpy() if unique else [str(i + 1) for i in range(len(frame))]
    return frame


def one_zone(boundary: Any, crs: Any, options: Options) -> gpd.GeoDataFrame:
    """The whole map as its only zone."""
    facts = {"code": ["1"], "name_en": [options.title_en], "name_zh": [options.title_zh]}
    return gpd.GeoDataFrame(facts, geometry=[boundary], crs=crs)


def zones_inside(zones: gpd.GeoDataFrame, boundary: Any, report: Report) -> gpd.GeoDataFrame:
    """The zones' parts within the boundary; those wholly outside are left out."""
    shapely.prepare(boundary)
    whole = np.asarray(zones.within(boundary.buffer(1.0)))
    shape = zones.geometry.to_numpy().copy()
    shape[~whole] = shapely.intersection(shape[~whole], boundary)
    left = shapely.area(shape) > SLIVER_M2
    if not left.any():
        raise MapImportError("--zones", "no zone lies within the boundary: is it another place?")
    if not left.all():
        names = zones.loc[~left, "name_en"].tolist()
        report.say("Ground", f"left out: zones outside the boundary: {some(names)}")
    shape = np.array([_polygonal(one) for one in shape[left]], object)
    rest = zones[left].reset_index(drop=True)
    return rest.set_geometry(shape, crs=zones.crs)


def _polygonal(shape: Any) -> Any:
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


# ── town and country ─────────────────────────────────────────────────────────────────────────


def urban_core(
    options: Options, zones: gpd.GeoDataFrame, boundary: Any, cells: Any, report: Report
) -> Any:
    """The polygons in which the urban target holds, by the rule chosen; may be empty."""
    if options.urban is not None:
        shapes = tables.read_shapes(options.urban, tables.POLYGONS).to_crs(zones.crs)
        report.say("Town and country", f"urban: cells inside {options.urban.name}")
        return _polygonal(shapely.intersection(outline(shapes.geometry.values), boundary))
    if options.urban_column:
        return outline(zones.geometry.values[_marked(options, zones, report)])
    if len(zones) > 1:
        return outline(zones.geometry.values[_dense(options, zones, cells, report)])
    report.say(
        "Town and country",
        f"urban: 1 km squares with {options.urban_density:g} people per km² or more that touch "
        f"and hold {CLUSTER_PEOPLE:,} people together (urban clusters of the EU/UN degree of "
        "urbanisation)",
    )
    squares = _clusters(cells, options.urban_density)
    return _polygonal(shapely.intersection(outline(squares), boundary))


def _marked(options: Options, zones: gpd.GeoDataFrame, report: Report) -> np.ndarray:
    """The zones that a column calls urban."""
    name, _, value = options.urban_column.partition("=")
    found = tables.column(zones, [], name.strip())
    if not found:
        known = [str(c) for c in zones.columns if c != zones.geometry.name]
        raise MapImportError("--zones", f'no column "{name}"{did_you_mean(name, known)}')
    urban = (zones[found].astype(str).str.strip() == value.strip()).to_numpy()
    if not urban.any():
        values = sorted(set(zones[found].astype(str)))
        raise MapImportError(
            "--zones", f"column {found} never says {value.strip()}; it says {some(values)}"
        )
    report.say("Town and country", f"urban: zones whose {found} is {value.strip()}")
    return urban


def _dense(options: Options, zones: gpd.GeoDataFrame, cells: Any, report: Report) -> np.ndarray:
    people = np.bincount(cells["zone"], cells["people"], minlength=len(zones))
    urban = people / (zones.area.to_numpy() / 1e6) >= options.urban_density
    report.say(
        "Town and country",
        f"urban: zones with {options.urban_density:g} people per km² or more: "
        f"{urban.sum()} of {len(zones)}",
    )
    return urban


def _clusters(cells: Any, density: float) -> np.ndarray:
    """The squares of every urban cluster."""
    col = np.floor(cells["x"] / SQUARE_M).astype(int)
    row = np.floor(cells["y"] / SQUARE_M).astype(int)
    grid = np.zeros((int(np.ptp(row)) + 1, int(np.ptp(col)) + 1))
    np.add.at(grid, (row - row.min(), col - col.min()), cells["people"])
    cluster, found = ndimage.label(grid >= density, structure=np.ones((3, 3)))
    people = ndimage.sum_labels(grid, cluster, np.arange(found + 1))
    people[0] = 0
    r, c = np.nonzero(people[cluster] >= CLUSTER_PEOPLE)
    west, south = (c + col.min()) * SQUARE_M, (r + row.min()) * SQUARE_M
    return np.asarray(shapely.box(west, south, west + SQUARE_M, south + SQUARE_M))


def say_zones(zones: gpd.GeoDataFrame, boundary: Any, report: Report) -> None:
    report.say("Ground", f"{count(len(zones), 'zone')} on {boundary.area / 1e6:,.0f} km²")
    twice = zones["name_en"][zones["name_en"].duplicated()].unique().tolist()
    if twice:
        report.warn(f"zones of the same name: {some(twice)}; a scenario finds the first of them")
