"""The layers of a bundle, made of zones and cells: what maps with and without roads share."""

from __future__ import annotations

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely

from sim.geography.making.zones import SEAT


def areas(
    cells: pd.DataFrame, zones: gpd.GeoDataFrame, core: shapely.Geometry, *, by_zone: bool
) -> np.ndarray:
    """urban or rural of each cell: by its zone where zones are told apart, else by its place."""
    if by_zone and len(zones) > 1:
        inside = shapely.contains(core, shapely.point_on_surface(zones.geometry.values))
        return np.where(inside[cells["zone"]], "urban", "rural")
    shapely.prepare(core)
    return np.where(shapely.intersects_xy(core, cells["x"], cells["y"]), "urban", "rural")


def cells_layer(
    cells: pd.DataFrame, townships: gpd.GeoDataFrame, area: np.ndarray, provenance: str
) -> gpd.GeoDataFrame:
    """The bundle's `cells`."""
    facts = {
        "cell_id": np.arange(len(cells)),
        "people": cells["people"].to_numpy(np.int64),
        "township": townships["code"].to_numpy(object)[cells["zone"]],
        "area": area,
        "provenance": provenance,
    }
    where = gpd.points_from_xy(cells["x"], cells["y"])
    return gpd.GeoDataFrame(facts, geometry=where, crs=townships.crs)


def townships_layer(
    zones: gpd.GeoDataFrame, cells: pd.DataFrame, area: np.ndarray, provenance: str = "sourced"
) -> gpd.GeoDataFrame:
    """The bundle's `townships`, each urban or rural by most of its people."""
    size = len(zones)
    there = np.bincount(cells["zone"], cells["people"], minlength=size)
    urban = np.bincount(cells["zone"], cells["people"] * (area == "urban"), minlength=size)
    points = zones[SEAT].tolist() if SEAT in zones else _seats(zones, cells, there)
    seats = gpd.GeoSeries(points, crs=zones.crs).to_crs(4326)
    return gpd.GeoDataFrame(
        {
            "code": zones["code"].to_numpy(object),
            "name_zh": zones["name_zh"].to_numpy(object),
            "name_en": zones["name_en"].to_numpy(object),
            "kind": zones["kind"].to_numpy(object) if "kind" in zones.columns else "zone",
            "people": there.astype(np.int64),
            "area": np.where((urban > 0) & (2 * urban >= there), "urban", "rural"),
            "seat_lon": seats.x.round(6).to_numpy(),
            "seat_lat": seats.y.round(6).to_numpy(),
            "provenance": provenance,
        },
        geometry=zones.geometry.to_numpy(),
        crs=zones.crs,
    )


def _seats(
    zones: gpd.GeoDataFrame, cells: pd.DataFrame, there: np.ndarray
) -> list[shapely.Geometry]:
    """The people's mean place, or its nearest cell if that is outside; a point where none live."""
    size, seats = len(zones), []
    with np.errstate(invalid="ignore"):
        x, y = (
            np.bincount(cells["zone"], cells["people"] * cells[axis], minlength=size) / there
            for axis in ("x", "y")
        )
    for row, shape in enumerate(zones.geometry.values):
        mean = shapely.Point(x[row], y[row]) if there[row] else shape.representative_point()
        if there[row] and not shape.contains(mean):
            mine = cells.loc[cells["zone"] == row, ["x", "y"]].to_numpy()
            mean = shapely.Point(mine[np.hypot(*(mine - (mean.x, mean.y)).T).argmin()])
        seats.append(mean)
    return seats


def shapes_layer(
    shapes: Sequence[shapely.Geometry] | np.ndarray, crs: pyproj.CRS, name: str, provenance: str
) -> gpd.GeoDataFrame:
    """The bundle's `boundary` or `core`: shapes of one name."""
    facts = {"name": name, "provenance": provenance}
    frame = pd.DataFrame(facts, index=range(len(shapes)), dtype=object)
    return gpd.GeoDataFrame(frame, geometry=np.asarray(shapes, object), crs=crs)


def no_roads(crs: pyproj.CRS) -> gpd.GeoDataFrame:
    """The bundle's `roads` with no row."""
    facts = {
        "u": np.zeros(0, int), "v": np.zeros(0, int), "class": np.zeros(0, object),
        "oneway": np.zeros(0, int), "speed_kmh": np.zeros(0), "name": np.zeros(0, object),
        "length_m": np.zeros(0), "provenance": np.zeros(0, object),
    }  # fmt: skip
    return gpd.GeoDataFrame(facts, geometry=gpd.GeoSeries([], crs=crs))
