"""The coordinate system of a map: its metres are metres on the ground."""

from __future__ import annotations

from typing import Final

import geopandas as gpd
import numpy as np
import pyproj
import shapely

from sim.errors import MapImportError
from sim.files.shapes import GROUND
from sim.text import Message

TRUE: Final = 0.01  # by which a metre of the map may differ from one on the ground
PROBE_M: Final = 1000.0


def metric_crs(asked: str, frame: gpd.GeoDataFrame | None) -> pyproj.CRS:
    """The coordinate system asked for, else the UTM zone in which the frame lies.

    MapImportError if its metres are not metres on the ground where the frame lies.
    """
    if not asked:
        if frame is None:
            raise MapImportError("--crs", Message("no file says where the place is"))
        try:
            return frame.geometry.estimate_utm_crs()
        except RuntimeError:
            message = Message("no UTM zone fits this place: write one, like --crs EPSG:32649")
            raise MapImportError("--crs", message) from None
    try:
        crs = pyproj.CRS.from_user_input(asked)
    except pyproj.exceptions.CRSError:
        message = Message("write a coordinate system like EPSG:32649; found {found}", found=asked)
        raise MapImportError("--crs", message) from None
    if not crs.is_projected or crs.axis_info[0].unit_name not in ("metre", "meter"):
        message = Message("write a projected one in metres; {found} is not", found=crs.name)
        raise MapImportError("--crs", message)
    if frame is not None:
        _refuse_false_metres(crs, frame)
    return crs


def _refuse_false_metres(crs: pyproj.CRS, frame: gpd.GeoDataFrame) -> None:
    """Measures what the ground's metres are on the map, at the frame's middle and corners."""
    west, south, east, north = frame.to_crs(4326).total_bounds
    lon, lat = (a.ravel() for a in np.meshgrid(np.linspace(west, east, 3), [south, north]))
    lon, lat = np.append(lon, (west + east) / 2), np.append(lat, (south + north) / 2)
    to_map = pyproj.Transformer.from_crs(4326, crs, always_xy=True)
    here = np.array(to_map.transform(lon, lat))
    scale = []
    for azimuth in (0.0, 90.0):
        ends = GROUND.fwd(lon, lat, np.full(len(lon), azimuth), np.full(len(lon), PROBE_M))
        scale += list(np.hypot(*(np.array(to_map.transform(*ends[:2])) - here)) / PROBE_M)
    worst = max(scale, key=lambda one: abs(one - 1))
    if np.isfinite(scale).all() and abs(worst - 1) <= TRUE:
        return
    fitting = frame.geometry.estimate_utm_crs().to_string()
    if not np.isfinite(scale).all():
        message = Message(
            "{found} is not made for this place; {fitting} is", found=crs.name, fitting=fitting
        )
    else:
        message = Message(
            "a kilometre on the ground is {metres:,.0f} m in {found} here, so travel times would "
            "be wrong: write one made for this place, like {fitting}",
            metres=worst * PROBE_M,
            found=crs.name,
            fitting=fitting,
        )
    raise MapImportError("--crs", message)


def elsewhere(shape: shapely.Geometry, links: gpd.GeoDataFrame) -> Message:
    """What is to be said of a boundary that lies far from all links: it may be swapped."""
    at = gpd.GeoSeries([shape.centroid], crs=links.crs).to_crs(4326).iloc[0]
    west, south, east, north = links.to_crs(4326).total_bounds
    if west <= at.y <= east and south <= at.x <= north:
        return Message(
            "no road lies near the boundary, but roads would if its longitude and latitude "
            "were exchanged: save it with the longitude first"
        )
    return Message("no road lies near the boundary: are both of the same place?")
