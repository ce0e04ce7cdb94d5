"""What looks odd about stations and hospitals: far from roads, outside, swapped or shifted."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import geopandas as gpd
import numpy as np
import pyproj
import shapely

from sim.errors import MapImportError
from sim.files import coordinates
from sim.geography.making.report import PLACES, Counted, Report, count, some
from sim.text import Message

FAR_M: Final = 2_000.0
OUTSIDE_M: Final = 10.0  # less is a matter of how the boundary was drawn
ENOUGH: Final = 3  # points, to tell a shift from a few mistakes
SHIFT_M: Final = (300.0, 700.0)  # of GCJ-02 against WGS84


class Kind(NamedTuple):
    """What is said of stations, or of hospitals."""

    option: str
    none: Message
    read: Counted
    away: Message
    far: Message
    twice: Message
    outside: Message
    shifted: Message


SITES: Final = Kind(
    "--sites",
    Message("no sites"),
    Counted(Message("{n} site read"), Message("{n} sites read")),
    Message("from sites to the nearest road: median {median:,.0f} m, most {most:,.0f} m"),
    Message("sites more than 2 km from any road of the map: {names}"),
    Message("sites of the same name: {names}; a scenario finds the first of them"),
    Message("sites outside the boundary: {names}"),
    Message(
        "all sites look shifted by the same {shift:,.0f} m: from a road they are {now:,.0f} m in "
        "the median, {then:,.0f} m if read as {grid}. If a map gave the coordinates, write "
        "--coordinates {option}"
    ),
)
HOSPITALS: Final = Kind(
    "--hospitals",
    Message("no hospitals"),
    Counted(Message("{n} hospital read"), Message("{n} hospitals read")),
    Message("from hospitals to the nearest road: median {median:,.0f} m, most {most:,.0f} m"),
    Message("hospitals more than 2 km from any road of the map: {names}"),
    Message("hospitals of the same name: {names}; a scenario finds the first of them"),
    Message("hospitals outside the boundary: {names}"),
    Message(
        "all hospitals look shifted by the same {shift:,.0f} m: from a road they are {now:,.0f} m "
        "in the median, {then:,.0f} m if read as {grid}. If a map gave the coordinates, write "
        "--coordinates {option}"
    ),
)


def points(
    kind: Kind,
    points: gpd.GeoDataFrame,
    boundary: shapely.Geometry,
    lines: np.ndarray,
    grid: str,
    report: Report,
) -> None:
    """Says what looks odd; swapped coordinates end the import, for nothing good comes of them.

    `lines`: the roads; `grid`: in which the coordinates were read.
    """
    if not len(points):
        report.note(PLACES, kind.none)
        return
    report.note(PLACES, count(len(points), kind.read))
    names = points["name_en"].to_numpy()
    outside = shapely.distance(points.geometry.values, boundary)
    if (outside > OUTSIDE_M).all():
        _refuse_swapped(kind, points, boundary)
    beyond = outside > OUTSIDE_M
    if beyond.any():
        told = [
            f"{name} ({m / 1000:.1f} km)" if m >= 100 else f"{name} ({m:.0f} m)"
            for name, m in zip(names[beyond], outside[beyond], strict=True)
        ]
        report.warn(Message(kind.outside.text, names=some(told)))
    away = _metres_to_roads(points.geometry.values, lines)
    report.note(PLACES, Message(kind.away.text, median=np.median(away), most=away.max()))
    far = away > FAR_M
    if far.any():
        told = [f"{n} ({m / 1000:.1f} km)" for n, m in zip(names[far], away[far], strict=True)]
        report.warn(Message(kind.far.text, names=some(told)))
    twice = [n for i, n in enumerate(names) if n in names[:i]]
    if twice:
        report.warn(Message(kind.twice.text, names=some(twice)))
    _warn_shift(kind, points, lines, away, grid, report)


def _metres_to_roads(points: Any, lines: np.ndarray) -> np.ndarray:
    nearest = shapely.STRtree(lines).nearest(points)
    return np.asarray(shapely.distance(points, lines[nearest]))


def _refuse_swapped(kind: Kind, points: gpd.GeoDataFrame, boundary: shapely.Geometry) -> None:
    """All outside as they are, most inside with the columns exchanged: they are swapped."""
    to_map = pyproj.Transformer.from_crs(4326, points.crs, always_xy=True)
    at = points.to_crs(4326).geometry
    lon, lat = at.y.to_numpy(), at.x.to_numpy()
    possible = (np.abs(lat) <= 90) & np.isfinite(lon)
    x, y = to_map.transform(lon[possible], lat[possible])
    shapely.prepare(boundary)
    inside = shapely.contains_xy(boundary, x, y).sum()
    if inside > len(points) / 2:
        message = Message(
            "longitude and latitude look swapped: {inside} of {points} points lie in the map if "
            "they are exchanged, none as they are",
            inside=inside,
            points=len(points),
        )
        raise MapImportError(kind.option, message)


def _warn_shift(
    kind: Kind,
    points: gpd.GeoDataFrame,
    lines: np.ndarray,
    away: np.ndarray,
    grid: str,
    report: Report,
) -> None:
    """Whether the points lie much nearer to roads when read in another of the two grids."""
    at = points.to_crs(4326).geometry
    lon, lat = at.x.to_numpy(), at.y.to_numpy()
    if len(points) < ENOUGH or not coordinates.in_china(lon, lat).all():
        return
    as_given = grid == "wgs84"
    other = coordinates.wgs84_of_gcj02 if as_given else coordinates.gcj02_of_wgs84
    moved = gpd.GeoSeries.from_xy(*other(lon, lat), crs=4326).to_crs(points.crs)
    shift = np.median(points.geometry.distance(moved, align=False))
    near = _metres_to_roads(moved.to_numpy(), lines)
    if SHIFT_M[0] <= shift <= SHIFT_M[1] and 2 * np.median(near) < np.median(away):
        message = Message(
            kind.shifted.text,
            shift=shift,
            now=np.median(away),
            then=np.median(near),
            grid="gcj02 (Amap, Tencent)" if as_given else "wgs84",
            option="gcj02" if as_given else "wgs84",
        )
        report.warn(message)
