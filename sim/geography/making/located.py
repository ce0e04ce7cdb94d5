"""Where the rows of a table are: two columns of degrees, or one column with both."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
import shapely

from sim.errors import MapImportError, Problem
from sim.files import coordinates, json_text, numerals, tables
from sim.text import Message

LON: Final = ("lon", "longitude", "lng", "经度", "x", "long", "lon_wgs84", "point_x", "东经")
LAT: Final = ("lat", "latitude", "纬度", "y", "lat_wgs84", "point_y", "北纬")
BOTH: Final = (
    "location", "point", "geometry", "geom", "the_geom", "wkt", "shape", "coordinates",
    "coordinate", "coords", "position", "geolocation", "geo_point", "geocoded_column",
    "georeference",
    "lonlat", "lnglat", "lon,lat", "lon_lat", "lng,lat", "latlon", "latlng", "lat,lon", "lat,lng",
    "lat_lon", "经纬度", "坐标", "位置", "经度,纬度", "纬度,经度",
)  # fmt: skip
LAT_FIRST: Final = re.compile("^(lat|纬度)")
LON_FIRST: Final = re.compile("^(lon|lng|经)")
Degrees = tuple[np.ndarray, np.ndarray]


def degrees(path: Path, frame: pd.DataFrame, grid: str) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """WGS84 degrees of a table's rows, and from which columns; or what is wrong with them."""
    names = [tables.column(frame, LON), tables.column(frame, LAT)]
    if all(names):
        lon, lat = _of_two(path, frame, names)
    else:
        name = column_of_both(frame)
        if not name:
            raise MapImportError(path, list(_missing(names)))
        names = [name]
        lon, lat = _of_one(path, frame, name)
    _refuse_metres(path, frame, lon, lat, names)
    return *coordinates.to_wgs84(lon, lat, grid), names


def _missing(names: Sequence[str]) -> list[Problem]:
    lon, lat = (" or ".join(usual[:4]) for usual in (LON, LAT))
    messages = (
        Message("no column says the longitude: call it {names}", names=lon),
        Message("no column says the latitude: call it {names}", names=lat),
    )
    return [Problem(message) for name, message in zip(names, messages, strict=True) if not name]


def _of_two(path: Path, frame: pd.DataFrame, names: Sequence[str]) -> Degrees:
    try:
        lon, lat = (tables.numbers(path, frame, name, numerals.DEGREES) for name in names)
    except MapImportError:
        raise MapImportError(path, list(_all_wrong(path, frame, names))) from None
    return lon, lat


def _all_wrong(path: Path, frame: pd.DataFrame, names: Sequence[str]) -> Iterator[Problem]:
    """What is no number in two columns of degrees, and what is none of degrees."""
    for name, most in zip(names, (180, 90), strict=True):

        def beyond(value: float, most: int = most) -> Message | None:
            if abs(value) <= most:
                return None
            return Message(BEYOND.text, most=most, found=value)

        try:
            tables.numbers(path, frame, name, numerals.DEGREES, refuse=beyond)
        except MapImportError as error:
            yield from error.problems


def _refuse_metres(
    path: Path, frame: pd.DataFrame, lon: np.ndarray, lat: np.ndarray, names: Sequence[str]
) -> None:
    """MapImportError where numbers are no degrees, or are those of the other column."""
    swapped = (np.abs(lat) > 90) & (np.abs(lat) <= 180) & (np.abs(lon) <= 90)
    if (np.abs(lat) > 90).any() and (np.abs(lat) <= 180).all() and (np.abs(lon) <= 90).all():
        raise MapImportError(path, SWAPPED_COLUMNS)
    odd = np.flatnonzero((np.abs(lon) > 180) | (np.abs(lat) > 90))
    if len(odd):
        raise MapImportError(
            path,
            [
                Problem(
                    Message(
                        (SWAPPED_ROW if swapped[i] else NO_DEGREES).text, lon=lon[i], lat=lat[i]
                    ),
                    Message("column {name}", name=names[0]),
                    int(frame.index[i]),
                )
                for i in odd[:20]
            ],
        )


BEYOND: Final = Message("write degrees from -{most} to {most}; found {found:g}")
SWAPPED_COLUMNS: Final = Message("longitude and latitude look swapped: exchange the columns")
NO_DEGREES: Final = Message(
    "write degrees, longitude -180 to 180 and latitude -90 to 90; found {lon:g}, {lat:g}"
)
SWAPPED_ROW: Final = Message(
    "longitude and latitude look exchanged in this row: swap its two numbers; found {lon:g}, "
    "{lat:g}"
)


# ── one column with both ─────────────────────────────────────────────────────────────────────

_WKT: Final = re.compile(r"(?:SRID=\d+;)?\s*(?:MULTI)?POINT\b.*", re.IGNORECASE | re.DOTALL)
_PAIR: Final = re.compile(r"[\[(（]?\s*([-+]?[0-9.]+)\s*(?:[,，;]|\s)\s*([-+]?[0-9.]+)\s*[\])）]?")
PAIR: Final = Message('write a point, like "POINT (113.5 27.6)"; found {found}')
EITHER: Final = Message(
    "which number of {found} is the longitude? Call the column lon,lat or lat,lon"
)


def column_of_both(frame: pd.DataFrame) -> str:
    """A column of a usual name, else the one whose cells are all points."""
    usual = tables.column(frame, BOTH)
    if usual and any(map(_parser_of, filter(None, tables.texts(frame[usual])))):
        return usual
    for name in frame.columns:
        cells = [cell for cell in tables.texts(frame[name]) if cell]
        if cells and all(_WKT.fullmatch(cell) for cell in cells):
            return str(name)
    return usual


def _of_one(path: Path, frame: pd.DataFrame, name: str) -> Degrees:
    """Points as WKT, as GeoJSON, or as two numbers."""
    cells = tables.texts(frame[name])
    pairs, problems = np.full((len(cells), 2), np.nan), []
    plain = np.zeros(len(cells), bool)
    for at, cell in enumerate(cells):
        parse = _parser_of(cell)
        found = parse(cell) if parse else None
        plain[at] = parse is _two_numbers
        if found is None:
            where = Message("column {name}", name=name)
            problems.append(Problem(Message(PAIR, found=cell), where, int(frame.index[at])))
        else:
            pairs[at] = found
    if problems:
        raise MapImportError(path, problems[:20])
    if plain.any():
        pairs[plain] = _longitude_first(path, name, pairs[plain], cells[int(np.argmax(plain))])
    return pairs[:, 0], pairs[:, 1]


def _parser_of(cell: str) -> Callable[[str], tuple[float, float] | None] | None:
    if _WKT.fullmatch(cell):
        return _wkt
    return _geojson if cell.startswith("{") else _two_numbers if _PAIR.fullmatch(cell) else None


def _wkt(cell: str) -> tuple[float, float] | None:
    try:
        shape = shapely.from_wkt(cell.rpartition(";")[2].strip())
    except shapely.errors.ShapelyError:
        return None
    parts = shapely.get_parts(shape)
    if len(parts) != 1 or shapely.is_empty(shape):
        return None
    return shapely.get_x(parts[0]), shapely.get_y(parts[0])


def _geojson(cell: str) -> tuple[float, float] | None:
    try:
        lon, lat = json_text.loads(cell.replace("'", '"'))["coordinates"][:2]
        return float(lon), float(lat)
    except (ValueError, KeyError, TypeError):
        return None


def _two_numbers(cell: str) -> tuple[float, float] | None:
    found = _PAIR.fullmatch(cell)
    try:
        return (float(found[1]), float(found[2])) if found else None
    except ValueError:  # 1.2.3
        return None


def _longitude_first(path: Path, name: str, pairs: np.ndarray, example: str) -> np.ndarray:
    """Pairs of numbers with the longitude first: by the column's name, or by what is possible."""
    low = name.casefold()
    if LON_FIRST.match(low):
        return pairs
    if LAT_FIRST.match(low) or (np.abs(pairs[:, 1]) > 90).any():
        return pairs[:, ::-1]
    if (np.abs(pairs[:, 0]) > 90).any():
        return pairs
    raise MapImportError(
        path, Problem(Message(EITHER, found=example), Message("column {name}", name=name))
    )
