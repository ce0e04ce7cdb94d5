"""Pixels: where and how large on the ground they are, in which zone; a raster in strips."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pyproj
import shapely

STRIP_PIXELS: Final = 2_000_000  # read at once
WHOLE_PIXELS: Final = 100_000_000  # larger rasters are read around the boundary only
WGS84: Final = (6_378_137.0, 0.006_694_379_990_14)  # equatorial radius, eccentricity squared

Burnt = list[tuple[shapely.Geometry, int]]  # shapes, and the number of each


def pixel_km2(
    place: Any, row: np.ndarray, col: np.ndarray, to_degrees: pyproj.Transformer
) -> np.ndarray:
    """Square kilometres on the ground of pixels, whatever the projection: by their middle lines."""

    def degrees(right: float, below: float) -> np.ndarray:
        return np.array(to_degrees.transform(*place_of(place, col + right, row + below)))

    across, down = degrees(1, 0.5) - degrees(0, 0.5), degrees(0.5, 1) - degrees(0.5, 0)
    lat = np.radians(degrees(0.5, 0.5)[1])
    size = np.abs(_turn(across[0]) * down[1] - _turn(down[0]) * across[1])
    radius, e2 = WGS84
    bend = 1 - e2 * np.sin(lat) ** 2
    m2 = np.radians(1.0) ** 2 * size * radius**2 * (1 - e2) * np.cos(lat) / bend**2
    return np.asarray(m2 / 1e6)


def place_of(place: Any, col: Any, row: Any) -> tuple[Any, Any]:
    """Where a column and a row of a raster are."""
    return place.a * col + place.b * row + place.c, place.d * col + place.e * row + place.f


def _turn(degrees: np.ndarray) -> np.ndarray:
    """Differences of longitude, also across 180°."""
    return (degrees + 180.0) % 360.0 - 180.0


def burnt_shapes(
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


def zone_of_pixels(shapes: Burnt, size: tuple[int, ...], place: Any) -> np.ndarray:
    """For each pixel of a strip the row of its zone, -1 in none, -2 outside the boundary."""
    from rasterio.features import rasterize

    if not shapes:
        return np.full(size, -1)
    return np.asarray(rasterize(shapes, size, transform=place, fill=0, dtype="int32"), int) - 2


def windows(source: Any, shapes: Burnt) -> Iterator[Any]:
    """Strips of whole rows; of a very large raster only those columns and rows that matter.

    None where such a raster lies beside the shapes.
    """
    from rasterio.windows import Window, from_bounds, intersect

    whole = Window(0, 0, source.width, source.height)
    if source.width * source.height > WHOLE_PIXELS and shapes:
        west, south, east, north = shapely.total_bounds([shape for shape, _ in shapes])
        near = from_bounds(west, south, east, north, source.transform)
        near = Window(near.col_off - 1, near.row_off - 1, near.width + 2, near.height + 2)
        near = near.round_offsets().round_lengths()
        if not intersect(near, whole):
            return
        whole = near.intersection(whole)
    step = max(1, STRIP_PIXELS // int(whole.width))
    for row in range(0, int(whole.height), step):
        height = min(step, int(whole.height) - row)
        yield Window(whole.col_off, whole.row_off + row, whole.width, height)
