"""What looks odd about stations and hospitals: far from roads, outside, swapped or shifted."""

from __future__ import annotations

from typing import Any, Final

import geopandas as gpd
import numpy as np
import pyproj
import shapely

from sim.errors import MapImportError
from sim.files import coordinates
from sim.geography.making.options import Options
from sim.geography.making.report import Report, count, some

FAR_M: Final = 2_000.0
OUTSIDE_M: Final = 10.0  # less is a matter of how the boundary was drawn
ENOUGH: Final = 3  # points, to tell a shift from a few mistakes
SHIFT_M: Final = (300.0, 700.0)  # of GCJ-02 against WGS84


def points(
    what: str, points: gpd.GeoDataFrame, boundary: Any, lines: Any, options: Options, report: Report
) -> None:
    """Says what looks odd; swapped coordinates end the import, for nothing good comes of them."""
    if not len(points):
        report.say("Places", f"no {what}")
        return
    report.say("Places", f"{count(len(points), what.removesuffix('s'))} read")
    names = points["name_en"].to_numpy()
    outside = shapely.distance(points.geometry.values, boundary)
    if (outside > OUTSIDE_M).all():
        _refuse_swapped(what, points, boundary)
    _warn_outside(what, names, outside, report)
    away = _metres_to_roads(points.geometry.values, lines)
    far = away > FAR_M
    report.say(
        "Places", f"from {what} to the nearest road: median {np.median(away):,.0f} m, "
        f"most {away.max():,.0f} m"
    )  # fmt: skip
    if far.any():
        told = [f"{n} ({m / 1000:.1f} km)" for n, m in zip(names[far], away[far], strict=True)]
        report.warn(f"{what} more than 2 km from any road of the map: {some(told)}")
    twice = [n for i, n in enumerate(names) if n in names[:i]]
    if twice:
        report.warn(f"{what} of the same name: {some(twice)}; a scenario finds the first of them")
    _warn_shift(what, points, lines, away, options, report)


def _warn_outside(what: str, names: np.ndarray, outside: np.ndarray, report: Report) -> None:
    beyond = outside > OUTSIDE_M
    if beyond.any():
        told = [
            f"{name} ({m / 1000:.1f} km)" if m >= 100 else f"{name} ({m:.0f} m)"
            for name, m in zip(names[beyond], outside[beyond], strict=True)
        ]
        report.warn(f"{what} outside the boundary: {some(told)}")


def _metres_to_roads(points: Any, lines: np.ndarray) -> np.ndarray:
    nearest = shapely.STRtree(lines).nearest(points)
    return np.asarray(shapely.distance(points, lines[nearest]))


def _refuse_swapped(what: str, points: gpd.GeoDataFrame, boundary: Any) -> None:
    """All outside as they are, most inside with the columns exchanged: they are swapped."""
    to_map = pyproj.Transformer.from_crs(4326, points.crs, always_xy=True)
    at = points.to_crs(4326).geometry
    lon, lat = at.y.to_numpy(), at.x.to_numpy()
    possible = (np.abs(lat) <= 90) & np.isfinite(lon)
    x, y = to_map.transform(lon[possible], lat[possible])
    shapely.prepare(boundary)
    inside = shapely.contains_xy(boundary, x, y).sum()
    if inside > len(points) / 2:
        raise MapImportError(
            f"--{what}",
            f"longitude and latitude look swapped: {inside} of {len(points)} points lie in the "
            "map if they are exchanged, none as they are",
        )


def _warn_shift(
    what: str, points: Any, lines: np.ndarray, away: np.ndarray, options: Options, report: Report
) -> None:
    """Whether the points lie much nearer to roads when read in another of the two grids."""
    at = points.to_crs(4326).geometry
    lon, lat = at.x.to_numpy(), at.y.to_numpy()
    if len(points) < ENOUGH or not coordinates.in_china(lon, lat).all():
        return
    as_given = options.coordinates == "wgs84"
    other = coordinates.wgs84_of_gcj02 if as_given else coordinates.gcj02_of_wgs84
    moved = gpd.GeoSeries.from_xy(*other(lon, lat), crs=4326).to_crs(points.crs)
    shift = np.median(points.geometry.distance(moved, align=False))
    near = _metres_to_roads(moved.to_numpy(), lines)
    if SHIFT_M[0] <= shift <= SHIFT_M[1] and 2 * np.median(near) < np.median(away):
        grid = "gcj02 (Amap, Tencent)" if as_given else "wgs84"
        report.warn(
            f"all {what} look shifted by the same {shift:,.0f} m: from a road they are "
            f"{np.median(away):,.0f} m in the median, {np.median(near):,.0f} m if read as {grid}. "
            f"If a map gave the coordinates, write --coordinates {grid.split()[0]}"
        )
