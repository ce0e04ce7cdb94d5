"""The layers of a made-up map, each row with where it is from."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely

from sim.geography.bundle import Layers
from sim.geography.making.layers import shapes_layer
from sim.geography.synthesis.facts import ASSUMED, IMPUTED, INFERRED, Place
from sim.geography.synthesis.ground import Ground

MOVED_M = 1.0  # a seat that was moved so far is no longer the published point


def make(place: Place, ground: Ground, cells: pd.DataFrame, roads: gpd.GeoDataFrame) -> Layers:
    """Boundary, townships, core, cells and roads."""
    towns, crs = place.towns, ground.crs
    code = np.array(towns.code, object)
    area = np.where(towns.urban, "urban", "rural")
    facts = {
        "cell_id": np.arange(len(cells)),
        "people": cells["people"].to_numpy(np.int64),
        "township": code[cells["town"]],
        "area": area[cells["town"]],
        "provenance": IMPUTED,
    }
    spots = gpd.points_from_xy(cells["x"], cells["y"])
    parts = shapely.get_parts(ground.county)
    core = shapely.get_parts(ground.core)
    return {
        "boundary": shapes_layer(parts, crs, "boundary", ASSUMED),
        "townships": _townships(place, ground, area),
        "core": shapes_layer(core[~shapely.is_empty(core)], crs, "urban core", ASSUMED),
        "cells": gpd.GeoDataFrame(facts, geometry=spots, crs=crs),
        "roads": roads,
    }


def narrow_urban(made: dict[str, gpd.GeoDataFrame], within_m: float) -> None:
    """Leave urban only what lies near the seats of urban towns; a town is what most in it are.

    `within_m`: metres from the seat, in a straight line.
    """
    towns, cells = made["townships"], made["cells"]
    urban = towns[towns["area"] == "urban"]
    seats = gpd.points_from_xy(urban["seat_lon"], urban["seat_lat"], crs=4326).to_crs(towns.crs)
    near = shapely.intersection(urban.geometry.to_numpy(), shapely.buffer(seats, within_m))
    core = shapely.union_all(near)
    cells["area"] = np.where(shapely.contains(core, cells.geometry.to_numpy()), "urban", "rural")
    parts = shapely.get_parts(core)
    made["core"] = shapes_layer(parts[~shapely.is_empty(parts)], towns.crs, "urban core", ASSUMED)
    people = cells["people"].groupby([cells["township"], cells["area"]]).sum().unstack(fill_value=0)
    people = people.reindex(columns=["urban", "rural"], fill_value=0)
    mostly = people["urban"] >= people["rural"]
    towns["area"] = np.where(towns["code"].map(mostly).fillna(False), "urban", "rural")


def _townships(place: Place, ground: Ground, area: np.ndarray) -> gpd.GeoDataFrame:
    towns = place.towns
    to_map = pyproj.Transformer.from_crs(4326, ground.crs, always_xy=True)
    lon, lat = to_map.transform(ground.seats[:, 0], ground.seats[:, 1], direction="INVERSE")
    moved = ground.moved_m > MOVED_M
    point_src = np.where(moved, ASSUMED, np.array(towns.point_src, object))
    point_src[np.array(towns.point_src) == IMPUTED] = IMPUTED
    return gpd.GeoDataFrame(
        {
            "code": towns.code,
            "name_zh": towns.zh,
            "name_en": towns.en,
            "kind": towns.kind,
            "people": towns.people.astype(np.int64),
            "area": area,
            "seat_lon": lon.round(6),
            "seat_lat": lat.round(6),
            "villages": towns.villages.astype(np.int64),
            "area_km2": towns.km2.round(4),
            "people_src": towns.people_src,
            "area_src": towns.area_src,
            "point_src": point_src,
            "seat_moved_m": np.where(
                np.array(towns.point_src) == IMPUTED, 0.0, ground.moved_m.round(0)
            ),
            "provenance": ASSUMED,  # its outline is made up
        },
        geometry=ground.polygons,
        crs=ground.crs,
    )


def rivers(place: Place, ground: Ground) -> gpd.GeoDataFrame:
    """Rivers, for whoever draws the map; no engine reads them."""
    known = [river for river, line in zip(place.rivers, ground.rivers, strict=False)]
    facts = {
        "name_zh": [river.zh for river in known],
        "name_en": [river.en for river in known],
        "provenance": INFERRED,
    }
    return gpd.GeoDataFrame(facts, geometry=ground.rivers, crs=ground.crs)
