"""People from a raster (GeoTIFF): pixels summed into cells, a strip at a time."""

from __future__ import annotations

import contextlib
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

import geopandas as gpd
import numpy as np
import pyproj
import shapely

from sim.errors import MapImportError
from sim.files import geodata, rasters
from sim.geography.making.groups import PeopleOptions
from sim.geography.making.headcount import note_lost
from sim.geography.making.people.cells import PeopleSums, merged, squares
from sim.geography.making.people.pixels import (
    Burnt,
    burnt_shapes,
    pixel_km2,
    place_of,
    windows,
    zone_of_pixels,
)
from sim.geography.making.report import PEOPLE, Counted, Report, count, some
from sim.text import Message

ENDINGS: Final = (".tif", ".tiff", ".vrt", ".asc", ".img")
UNREADABLE_ZIP: Final = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError)
CROWDED_PER_KM2: Final = 300_000  # denser than where people live anywhere
# In a pixel or on a km², and of any numbers: a mark for no data that the file does not name.
IMPOSSIBLE, IMPOSSIBLE_RELATIVE = 1e9, 1e30
WHOLLY: Final = 0.995  # of the boundary is covered


READ_AS: Final = {
    "people": Message("raster values read as people per pixel: {people:,.0f} in all"),
    "per_km2": Message("raster values read as people per km²: {people:,.0f} in all"),
    "relative": Message("raster values read as relative numbers: {people:,.0f} in all"),
}


class _Strip(NamedTuple):
    """Inhabited pixels of a few rows, and how many pixels say nothing."""

    xy: np.ndarray  # [pixel, 2] metres of the map
    value: np.ndarray
    people: np.ndarray
    km2: np.ndarray
    zone: np.ndarray  # row of the zone; -1 in none; -2 outside the boundary
    missing: _Missing
    largest: int  # pixels of the largest whole number that the raster can hold


class _Missing(NamedTuple):
    """Pixels that hold no number of people, by what they hold."""

    marked: int = 0  # as no data, by the file
    negative: int = 0
    no_number: int = 0  # nan, infinite, or far more than there are people

    def plus(self, other: _Missing) -> _Missing:
        return _Missing(*(one + more for one, more in zip(self, other, strict=True)))


def is_raster(path: Path) -> bool:
    return path.suffix.lower() in ENDINGS or bool(_inside_zip(path))


def read(
    path: Path,
    crs: pyproj.CRS,
    zones: gpd.GeoDataFrame | None,
    boundary: shapely.Geometry | None,
    options: PeopleOptions,
    report: Report,
) -> PeopleSums:
    """Sums by zone and square; the people lost outside the boundary are counted.

    The unit is as `options.unit` says; relative numbers are scaled by the caller.
    """
    sums: list[PeopleSums] = []
    missing = _Missing()
    largest = 0
    read_people = lost = crowded = areas = 0.0
    for strip in _strips(path, crs, zones, boundary, options, report):
        missing = missing.plus(strip.missing)
        largest += strip.largest
        inside = strip.zone > -2
        read_people += strip.people.sum()
        lost += strip.people[~inside].sum()
        crowded += (strip.people**2 / strip.km2).sum()
        areas += (strip.value * strip.km2).sum()
        sums.append(_summed(strip, inside, options.cell))
    if not read_people:
        raise MapImportError(path, Message("it holds no people: every value is zero or missing"))
    if options.unit == "people" and options.total is None:
        _refuse_crowds(path, crowded / read_people, read_people, areas)
    _note_missing(missing, report)
    if largest:
        report.warn(count(largest, LARGEST))
    report.note(PEOPLE, Message(READ_AS[options.unit].text, people=read_people))
    report.people.read += read_people
    note_lost(lost, read_people - lost, report)
    return merged(sums)


def _note_missing(missing: _Missing, report: Report) -> None:
    for pixels, text in zip(missing, (MARKED, NEGATIVE, NO_NUMBER), strict=True):
        if pixels:
            report.note(PEOPLE, count(pixels, text))


MARKED: Final = Counted(
    Message("{n} pixel without data, as the raster says"),
    Message("{n} pixels without data, as the raster says"),
)
NEGATIVE: Final = Counted(
    Message("{n} negative pixel taken as no data"), Message("{n} negative pixels taken as no data")
)
NO_NUMBER: Final = Counted(
    Message("{n} pixel of the raster is no number, or no possible one: taken as no data"),
    Message("{n} pixels of the raster are no numbers, or no possible ones: taken as no data"),
)


LARGEST: Final = Counted(
    Message(
        "{n} pixel holds the largest number that the raster can hold: if it means no data, say so "
        "in the raster"
    ),
    Message(
        "{n} pixels hold the largest number that the raster can hold: if it means no data, say so "
        "in the raster"
    ),
)


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
    report: Report,
) -> Iterator[_Strip]:
    """The raster's inhabited pixels, strip by strip."""
    with _opened(path) as source:
        if source.crs is None:
            message = Message("it does not say its coordinate system: save it as GeoTIFF")
            raise MapImportError(path, message)
        _note_source(path, source, options.band, report)
        theirs = pyproj.CRS.from_wkt(source.crs.to_wkt())
        try:
            to_map = pyproj.Transformer.from_crs(theirs, crs, always_xy=True)
        except pyproj.exceptions.ProjError:
            message = Message(
                "its coordinate system, {name}, is nowhere on earth", name=theirs.name
            )
            raise MapImportError(path, message) from None
        shapes = burnt_shapes(zones, boundary, crs, theirs)
        if boundary is not None:
            _warn_uncovered(source, shapes[0][0], report)
        to_degrees = pyproj.Transformer.from_crs(theirs, 4326, always_xy=True)
        for window in windows(source, shapes):
            yield _strip(source, window, shapes, (to_map, to_degrees), options)


def _note_source(path: Path, source: Any, asked: int | None, report: Report) -> None:
    """Says which band is taken, and how it is scaled; MapImportError if there is none such."""
    inside = _inside_zip(path)
    if len(inside) > 1:
        message = Message(
            "{file} holds several rasters: {taken} was taken, not {others}",
            file=path.name,
            taken=inside[0],
            others=some(inside[1:]),
        )
        report.warn(message)
    band, bands = asked or 1, source.count
    if band > bands:
        message = Message("it has no band {band}, only {bands}", band=band, bands=bands)
        raise MapImportError(path, message)
    if bands > 1:
        named = [name or str(i + 1) for i, name in enumerate(source.descriptions)]
        message = Message(
            "{file} has {bands} bands ({names}): band {band} was taken; --people-band takes "
            "another",
            file=path.name,
            bands=bands,
            names=some(named),
            band=band,
        )
        if asked:
            report.note(PEOPLE, message)
        else:
            report.warn(message)
    scale, offset = source.scales[band - 1], source.offsets[band - 1]
    if (scale, offset) != (1.0, 0.0):
        message = Message(
            "raster values scaled as the file says: times {scale:g}, plus {offset:g}",
            scale=scale,
            offset=offset,
        )
        report.note(PEOPLE, message)


def _warn_uncovered(source: Any, boundary: shapely.Geometry, report: Report) -> None:
    """Whether a part of the map lies beside the raster: who lives there is not known."""
    place = source.transform
    corners = [(0, 0), (source.width, 0), (source.width, source.height), (0, source.height)]
    sheet = shapely.Polygon([place_of(place, *corner) for corner in corners])
    covered = shapely.intersection(boundary, sheet).area / boundary.area
    if covered < WHOLLY:
        message = Message(
            "the raster covers {covered:.0%} of the map: nobody lives in the rest of it",
            covered=covered,
        )
        report.warn(message)


def _strip(
    source: Any,
    window: Any,
    shapes: Burnt,
    moves: tuple[pyproj.Transformer, pyproj.Transformer],
    options: PeopleOptions,
) -> _Strip:
    """`moves`: from the raster to the map, and to degrees."""
    band = options.band or 1
    stored = source.read(band, window=window, masked=True)
    whole = np.issubdtype(stored.dtype, np.integer)
    largest = int((stored.compressed() == np.iinfo(stored.dtype).max).sum()) if whole else 0
    values = stored.astype(float)
    values = values * source.scales[band - 1] + source.offsets[band - 1]
    raw = values.filled(0.0)
    most = IMPOSSIBLE_RELATIVE if options.unit == "relative" else IMPOSSIBLE
    impossible = ~np.isfinite(raw) | (raw > most)
    missing = _Missing(
        int(np.ma.getmaskarray(values).sum()),
        int((raw[~impossible] < 0).sum()),
        int(impossible.sum()),
    )
    row, col = np.nonzero((raw > 0) & ~impossible)
    value = raw[row, col]
    place = source.window_transform(window)
    zone = zone_of_pixels(shapes, raw.shape, place)[row, col]
    to_map, to_degrees = moves
    km2 = pixel_km2(place, row, col, to_degrees)
    people = value * km2 if options.unit == "per_km2" else value
    xy = np.column_stack(to_map.transform(*place_of(place, col + 0.5, row + 0.5)))
    return _Strip(xy, value, people, km2, zone, missing, largest)


def _inside_zip(path: Path) -> list[str]:
    """The rasters in a zip archive, if there are any."""
    if path.suffix.lower() != ".zip" or not zipfile.is_zipfile(path):
        return []
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
    return [name for name in names if Path(name).suffix.lower() in ENDINGS]


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[Any]:
    """The raster; MapImportError if it cannot be read, also where that shows on the way."""
    rasterio_errors = _rasterio_errors()
    try:
        inside = _inside_zip(path)
        with (
            geodata.told_as(path, MapImportError),
            rasters.opened(path, inside[0] if inside else "") as source,
        ):
            yield source
    except (rasterio_errors.RasterioError, *UNREADABLE_ZIP) as error:
        message = Message("this is not a raster that can be read ({error})", error=error)
        raise MapImportError(path, message) from None


def _rasterio_errors() -> Any:
    try:
        import rasterio.errors
    except ImportError:
        raise MapImportError(
            Message("people from a raster"),
            Message("install what reads it: pip install rasterio"),
        ) from None
    return rasterio.errors
