"""A map without roads: places, their people, and a table of travel seconds between them."""

from __future__ import annotations

from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from sim.errors import MapImportError
from sim.files import tables
from sim.geography.making import make as bundle
from sim.geography.making import people, places, writing
from sim.geography.making import zones as ground
from sim.geography.making.matrix import Matrix, read_matrix
from sim.geography.making.options import Options
from sim.geography.making.report import Report, count

IDS: Final = ("id", "code", "postcode", "zone", "zone_id", "place", "place_id", "编号", "代码")


def make_layers(chosen: Options, report: Report) -> dict[str, Any]:
    """Every layer of a bundle whose travel is a matrix: a cell for each place, in its order."""
    assert chosen.matrix is not None
    assert chosen.people is not None  # `options.problems` saw to both
    path = chosen.people
    where = people.points_of(path, "EPSG:4326", chosen)
    if where is None:
        raise MapImportError(path, "a matrix needs places as points, each with its id")
    column = tables.column(where, IDS, chosen.id_column)
    if not column:
        known = ", ".join(str(name) for name in where.columns if name != "geometry")
        raise MapImportError(path, f"say with --id-column which column has the ids: {known}")
    ids = [str(value).strip().removesuffix(".0") for value in where[column]]
    twice = sorted({name for name in ids if ids.count(name) > 1})
    if twice:
        raise MapImportError(path, f"each id once; found twice: {', '.join(twice[:12])}")
    found = read_matrix(chosen.matrix, ids, chosen.fill_holes, chosen.matrix_unit)  # type: ignore[arg-type]
    row_of = {name: row for row, name in enumerate(ids)}
    order = [row_of[name] for name in found.ids]
    spots = where.iloc[order].reset_index(drop=True)
    spots = spots.to_crs(ground.metric_crs(chosen, spots))
    report.say(
        "Travel",
        f"{count(len(spots), 'place')}, seconds between each two as {chosen.matrix.name} has them; "
        f"{count(int(_asymmetric(found.seconds)), 'pair')} not the same both ways",
    )
    if found.filled.any():
        filled = count(int(found.filled.sum()), "pair")
        report.warn(f"{filled} had no time: filled by way of other places, and marked imputed")
    return _layers(spots, found, chosen, report)


def _layers(
    spots: gpd.GeoDataFrame, found: Matrix, chosen: Options, report: Report
) -> dict[str, Any]:
    crs, xy = spots.crs, shapely.get_coordinates(spots.geometry.values)
    weight = spots["people"].to_numpy(float)
    if (weight < 0).any() or not weight.sum():
        raise MapImportError(chosen.people or "--people", "people must not be negative, nor all 0")
    total = chosen.total_people or round(float(weight.sum()))
    boundary = shapely.convex_hull(shapely.multipoints(xy)).buffer(max(chosen.cell_m, 1000.0))
    if chosen.boundary is not None:
        boundary = ground.read_boundary(chosen.boundary, crs)
    zones = ground.one_zone(boundary, crs, chosen)
    if chosen.zones is not None:
        zones = ground.read_zones(chosen.zones, crs, chosen)
        boundary = ground.outline(zones.geometry.values)
    cells = pd.DataFrame(
        {"people": people.share_out(total, weight), "x": xy[:, 0], "y": xy[:, 1]}
    ).assign(zone=ground.zone_at(xy, zones))
    core = ground.urban_core(chosen, zones, boundary, cells, report)
    area = bundle.areas(cells, zones, core, chosen)
    people.say(cells, zones, area, report)
    townships = bundle.make_townships(zones, cells, area)
    named = chosen.boundary is not None
    return {
        "meta": writing.meta(chosen, crs, report),
        "boundary": bundle.shapes([boundary], crs, named, chosen.title_en),
        "townships": townships,
        "core": bundle.shapes(shapely.get_parts(core), crs, False, "urban core"),
        "cells": bundle.make_cells(cells, townships, area, "sourced"),
        "roads": _no_roads(crs),
        "sites": places.read_sites(chosen, townships),
        "hospitals": places.read_hospitals(chosen, townships),
        "matrix": _as_table(found),
    }


def _as_table(found: Matrix) -> pd.DataFrame:
    """Rows of `u`, `v` (cell ids) and `seconds`, for all pairs but a place and itself."""
    u, v = np.nonzero(~np.eye(len(found.seconds), dtype=bool))
    provenance = np.where(found.filled[u, v], "imputed", "sourced")
    seconds = found.seconds[u, v]
    return pd.DataFrame({"u": u, "v": v, "seconds": seconds, "provenance": provenance})


def _asymmetric(seconds: np.ndarray) -> int:
    return int((np.triu(seconds, 1) != np.triu(seconds.T, 1)).sum())


def _no_roads(crs: Any) -> gpd.GeoDataFrame:
    facts = {
        "u": np.zeros(0, int), "v": np.zeros(0, int), "class": np.zeros(0, object),
        "oneway": np.zeros(0, int), "speed_kmh": np.zeros(0), "name": np.zeros(0, object),
        "length_m": np.zeros(0), "provenance": np.zeros(0, object),
    }  # fmt: skip
    return gpd.GeoDataFrame(facts, geometry=gpd.GeoSeries([], crs=crs))
