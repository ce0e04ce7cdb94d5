"""People from a raster (GeoTIFF): pixels summed into cells, a strip at a time."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

import geopandas as gpd
import numpy as np
import pyproj
import shapely

from sim.errors import MapImportError
from sim.geography.making.groups import PeopleOptions
from sim.geography.making.people.cells import PeopleSums, merged, squares
from sim.geography.making.report import PEOPLE, Report
from sim.text import Message

ENDINGS: Final = (".tif", ".tiff", ".vrt", ".asc", ".img")
STRIP_PIXELS: Final = 2_000_000  # read at once
WHOLE_PIXELS: Final = 100_000_000  # larger rasters are read around the boundary only
CROWDED_PER_KM2: Final = 300_000  # denser than where people live anywhere
WGS84: Final = (6_378_137.0, 0.006_694_379_990_14)  # equatorial radius, eccentricity squared


READ_AS: Final = {
    "people": Message("raster values read as people per pixel: {people:,.0f} in all"),
    "per_km2": Message("raster values read as people per km²: {people:,.0f} in all"),
    "relative": Message("raster values read as relative numbers: {people:,.0f} in all"),
}


Burnt = list[tuple[shapely.Geometry, int]]  # shapes, and the number of each


class _Strip(NamedTuple):
    xy: np.ndarray  # [pixel, 2] metres of the map
    value: np.ndarray
    people: np.ndarray
    km2: np.ndarray
    zone: np.ndarray  # row of the zone; -1 in none; -2 outside the boundary


def is_raster(path: Path) -> bool:
    return path.suffix.lower() in ENDINGS or bool(_inside_zip(path))


def read(
    path: Path,
    crs: pyproj.CRS,
    zones: gpd.GeoDataFrame | None,
    boundary: shapely.Geometry | None,
    options: PeopleOptions,
    report: Report,
) -> tuple[PeopleSums, float]:
    """Sums by zone and square, and the people lost outside the boundary.

    The unit is as `options.unit` says; relative numbers are scaled by the caller.
    """
    sums: list[PeopleSums] = []
    read_people = lost = crowded = negative = areas = values = 0.0
    for strip, below in _strips(path, crs, zones, boundary, options):
        negative += below
        inside = strip.zone > -2
        read_people += strip.people.sum()
        lost += strip.people[~inside].sum()
        crowded += (strip.people**2 / strip.km2).sum()
        values += strip.value.sum()
        areas += (strip.value * strip.km2).sum()
        sums.append(_summed(strip, inside, options.cell))
    if not read_people:
        raise MapImportError(path, Message("it holds no people: every value is zero or missing"))
    if options.unit == "people" and options.total is None:
        _refuse_crowds(path, crowded / read_people, read_people, areas)
    if negative:
        text = Message("{negative:,.0f} negative pixels taken as nobody", negative=negative)
        report.note(PEOPLE, text)
    report.note(PEOPLE, Message(READ_AS[options.unit].text, people=read_people))
    return merged(sums), lost


def _summed(strip: _Strip, inside: np.ndarray, cell_m: float) -> PeopleSums:
    return squares(strip.xy[inside], strip.people[inside], strip.zone[inside], cell_m)


def _refuse_crowds(path: Path, lived: float, people: float, per_km2: float) -> None:
    """Densities read as people give crowds that no place has: the unit is another."""
    if lived > CROWDED_PER_KM2:
        raise MapImportError(
            path,
            Message(
                "read as people per pixel it holds {people:,.0f} people, and where they live "
                "{lived:,.0f} per km², more than any city has. If the values are people per km² "
                "({per_km2:,.0f} people in all), write --people-unit per_km2; else "
                "--total-people N",
                people=people,
                lived=lived,
                per_km2=per_km2,
            ),
        )


def _strips(
    path: Path,
    crs: pyproj.CRS,
    zones: gpd.GeoDataFrame | None,
    boundary: shapely.Geometry | None,
    options: PeopleOptions,
) -> Iterator[tuple[_Strip, float]]:
    """The raster's inhabited pixels, strip by strip, and how many were negative."""
    rasterio = _rasterio()
    try:
        source = rasterio.open(_name(path))
    except rasterio.errors.RasterioIOError as error:
        message = Message("this is not a raster that can be read ({error})", error=error)
        raise MapImportError(path, message) from None
    with source:
        if source.crs is None:
            message = Message("it does not say its coordinate system: save it as GeoTIFF")
            raise MapImportError(path, message)
        theirs = pyproj.CRS.from_wkt(source.crs.to_wkt())
        to_map = pyproj.Transformer.from_crs(theirs, crs, always_xy=True)
        shapes = _shapes(zones, boundary, crs, theirs)
        for window in _windows(source, shapes):
            yield _strip(source, window, shapes, to_map, options)


def _strip(
    source: Any, window: Any, shapes: Burnt, to_map: pyproj.Transformer, options: PeopleOptions
) -> tuple[_Strip, float]:
    values = source.read(1, window=window, masked=True).astype(float).filled(np.nan)
    below = float((values < 0).sum())
    row, col = np.nonzero(values > 0)
    value = values[row, col]
    zone = _burnt(shapes, values.shape, source.window_transform(window))[row, col]
    place = source.window_transform(window)
    x = place.a * (col + 0.5) + place.b * (row + 0.5) + place.c
    y = place.d * (col + 0.5) + place.e * (row + 0.5) + place.f
    km2 = np.broadcast_to(_pixel_km2(source, window), values.shape)[row, col]
    people = value * km2 if options.unit == "per_km2" else value
    xy = np.column_stack(to_map.transform(x, y))
    return _Strip(xy, value, people, km2, zone), below


def _pixel_km2(source: Any, window: Any) -> np.ndarray:
    """Square kilometres of the pixels of each row; of degrees, on the ellipsoid."""
    place = source.window_transform(window)
    size = abs(place.a * place.e - place.b * place.d)
    if not source.crs.is_geographic:
        metre = source.crs.linear_units_factor[1]
        return np.full((int(window.height), 1), size * metre**2 / 1e6)
    lat = np.radians(place.f + place.e * (np.arange(int(window.height)) + 0.5))
    radius, e2 = WGS84
    bend = 1 - e2 * np.sin(lat) ** 2
    m2 = np.radians(1.0) ** 2 * size * radius**2 * (1 - e2) * np.cos(lat) / bend**2
    return np.asarray(m2 / 1e6)[:, None]


def _shapes(
    zones: gpd.GeoDataFrame | None,
    boundary: shapely.Geometry | None,
    crs: pyproj.CRS,
    theirs: pyproj.CRS,
) -> Burnt:
    """What is burnt into a strip: the boundary as 1, zone i over it as i + 2; 0 is outside."""
    to_raster = pyproj.Transformer.from_crs(crs, theirs, always_xy=True)

    def moved(shape: shapely.Geometry) -> shapely.Geometry:
        return shapely.transform(shape, lambda xy: np.column_stack(to_raster.transform(*xy.T)))

    found = [] if boundary is None else [(moved(boundary), 1)]
    if zones is not None:
        found += [(moved(shape), i + 2) for i, shape in enumerate(zones.geometry.values)]
    return found


def _burnt(shapes: Burnt, size: tuple[int, ...], place: Any) -> np.ndarray:
    """For each pixel of a strip the row of its zone, -1 in none, -2 outside the boundary."""
    from rasterio.features import rasterize

    if not shapes:
        return np.full(size, -1)
    return np.asarray(rasterize(shapes, size, transform=place, fill=0, dtype="int32"), int) - 2


def _windows(source: Any, shapes: Burnt) -> Iterator[Any]:
    """Strips of whole rows; of a very large raster only those columns and rows that matter."""
    from rasterio.windows import Window, from_bounds

    whole = Window(0, 0, source.width, source.height)
    if source.width * source.height > WHOLE_PIXELS and shapes:
        west, south, east, north = shapely.total_bounds([shape for shape, _ in shapes])
        near = from_bounds(west, south, east, north, source.transform)
        near = Window(near.col_off - 1, near.row_off - 1, near.width + 2, near.height + 2)
        whole = near.round_offsets().round_lengths().intersection(whole)
    step = max(1, STRIP_PIXELS // int(whole.width))
    for row in range(0, int(whole.height), step):
        height = min(step, int(whole.height) - row)
        yield Window(whole.col_off, whole.row_off + row, whole.width, height)


def _inside_zip(path: Path) -> str:
    """The raster in a zip archive, if there is one."""
    if path.suffix.lower() != ".zip" or not zipfile.is_zipfile(path):
        return ""
    names = zipfile.ZipFile(path).namelist()
    return next((n for n in names if Path(n).suffix.lower() in ENDINGS), "")


def _name(path: Path) -> str:
    inside = _inside_zip(path)
    return f"/vsizip/{path.resolve().as_posix()}/{inside}" if inside else str(path)


def _rasterio() -> Any:
    try:
        import rasterio
        import rasterio.errors
    except ImportError:
        raise MapImportError(
            Message("people from a raster"),
            Message('install what reads it: pip install "tenthirty[raster]"'),
        ) from None
    return rasterio
