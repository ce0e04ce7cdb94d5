"""A map without roads: places, their people, and a table of travel seconds between them."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from sim.errors import MapImportError
from sim.files import tables
from sim.geography.bundle import Layers
from sim.geography.making import metres, places, urban, writing
from sim.geography.making import zones as ground
from sim.geography.making.headcount import check_density
from sim.geography.making.layers import areas, cells_layer, no_roads, shapes_layer, townships_layer
from sim.geography.making.matrix import Matrix, read_matrix
from sim.geography.making.matrix_tables import id_text
from sim.geography.making.options import ImportOptions
from sim.geography.making.people.cells import (
    PeopleSums,
    note_balance,
    note_cells,
    note_zoneless,
    share_out,
)
from sim.geography.making.people.points import points_of
from sim.geography.making.report import PAIRS, SPOTS, TRAVEL, Report, count
from sim.text import Message

IDS: Final = ("id", "code", "postcode", "zone", "zone_id", "place", "place_id", "编号", "代码")
AROUND_M: Final = 1000.0  # the ground around the outermost places, at least


def make_layers(options: ImportOptions, report: Report) -> Layers:
    """Every layer of a bundle whose travel is a matrix: a cell for each place, in its order."""
    path = options.people.file
    assert path is not None  # `options.problems` saw to it
    where = points_of(path, "EPSG:4326", options.people, options.reading, report)
    if where is None:
        raise MapImportError(path, Message("a matrix needs places as points, each with its id"))
    ids = _ids(path, where, options.matrix.id_column)
    found = _matrix(options, ids, report)
    row_of = {name: row for row, name in enumerate(ids)}
    spots = where.iloc[[row_of[name] for name in found.ids]].reset_index(drop=True)
    spots = spots.to_crs(metres.metric_crs(options.zones.crs, spots))
    _ask_about_speeds(options, spots, found, report)
    return _layers(spots, found, options, report)


def _ids(path: Path, where: gpd.GeoDataFrame, chosen: str) -> list[str]:
    """The id of each place, each once."""
    column = tables.column(where, IDS, chosen)
    if not column:
        known = ", ".join(str(name) for name in where.columns if name != "geometry")
        message = Message("say with --id-column which column has the ids: {known}", known=known)
        raise MapImportError(path, message)
    ids = [id_text(value) for value in where[column]]
    twice = sorted({name for name in ids if ids.count(name) > 1})
    if twice:
        names = ", ".join(twice[:12])
        raise MapImportError(path, Message("each id once; found twice: {names}", names=names))
    return ids


def _matrix(options: ImportOptions, ids: list[str], report: Report) -> Matrix:
    """The table of seconds, and what is to be said of it."""
    chosen = options.matrix
    assert chosen.file is not None
    found = read_matrix(chosen.file, ids, chosen.fill_holes, chosen.unit, options.reading)
    asymmetric = np.triu(found.seconds, 1) != np.triu(found.seconds.T, 1)
    message = Message(
        "{places}, seconds between each two as {file} has them; {pairs} not the same both ways",
        places=count(len(found.ids), SPOTS),
        file=chosen.file.name,
        pairs=count(int(asymmetric.sum()), PAIRS),
    )
    report.note(TRAVEL, message)
    for note in found.notes:
        report.note(TRAVEL, note)
    if found.filled.any():
        message = Message(
            "{pairs} had no time: filled by way of other places, and marked imputed",
            pairs=count(int(found.filled.sum()), PAIRS),
        )
        report.warn(message)
    return found


NEAR_M: Final = 500.0  # nearer places say little about the speed between them
FAST_KMH, SLOW_KMH = 200.0, 2.0  # in a straight line: no ambulance; slower than on foot


def _ask_about_speeds(
    options: ImportOptions, spots: gpd.GeoDataFrame, found: Matrix, report: Report
) -> None:
    """Straight-line speeds that nobody drives say that the unit is another one.

    That is refused where no unit was said, and a warning where it was.
    """
    xy = shapely.get_coordinates(spots.geometry.values)
    metres = np.hypot(*(axis[:, None] - axis for axis in xy.T))
    apart = (metres > NEAR_M) & ~found.filled
    with np.errstate(divide="ignore", invalid="ignore"):
        kmh = np.where(apart, metres / found.seconds * 3.6, np.nan)
    if not apart.any():
        return
    usual = float(np.median(kmh[apart]))
    slow, fast = usual < SLOW_KMH, usual > FAST_KMH
    if not slow and not fast:
        for pairs, text, limit in (
            (int((kmh > FAST_KMH).sum()), SOME_FAST, FAST_KMH),
            (int((kmh < SLOW_KMH).sum()), SOME_SLOW, SLOW_KMH),
        ):
            if pairs:
                report.warn(Message(text.text, pairs=count(pairs, PAIRS), kmh=limit))
        return
    texts = TOO_FAST if fast else TOO_SLOW
    message = Message(texts[found.unit_said].text, kmh=usual)
    if found.unit_said:
        report.warn(message)
    else:
        assert options.matrix.file is not None
        raise MapImportError(options.matrix.file, message)


SOME_FAST: Final = Message("{pairs} of places are faster than {kmh:g} km/h in a straight line")
SOME_SLOW: Final = Message(
    "{pairs} of places are slower than {kmh:g} km/h in a straight line: is a number among them "
    "that means unreachable?"
)
TOO_FAST: Final = (  # without and with a unit that was said
    Message(
        "its places are {kmh:,.0f} km/h from each other in a straight line, in the median: if its "
        "times are minutes, write --matrix-unit minutes; if they are seconds all the same, seconds"
    ),
    Message(
        "places are {kmh:,.0f} km/h from each other in a straight line, in the median: is the unit "
        "of the matrix right?"
    ),
)
TOO_SLOW: Final = (
    Message(
        "its places are {kmh:.2g} km/h from each other in a straight line, in the median: write "
        "its times in seconds; if they are seconds, write --matrix-unit seconds"
    ),
    Message(
        "places are {kmh:.2g} km/h from each other in a straight line, in the median: is the unit "
        "of the matrix right?"
    ),
)


def _layers(
    spots: gpd.GeoDataFrame, found: Matrix, options: ImportOptions, report: Report
) -> Layers:
    crs, xy = spots.crs, shapely.get_coordinates(spots.geometry.values)
    weight = spots["people"].to_numpy(float)
    if not weight.sum():
        source = options.people.file or "--people"
        raise MapImportError(source, Message("nobody lives at the places of the matrix"))
    total = options.people.total or round(float(weight.sum()))
    around_m = max(options.people.cell, AROUND_M)
    boundary = shapely.convex_hull(shapely.multipoints(xy)).buffer(around_m)
    if options.zones.boundary is not None:
        boundary = ground.read_boundary(options.zones.boundary, crs, report)
    zones = ground.one_zone(boundary, crs, options.title)
    if options.zones.file is not None:
        zones = ground.read_zones(
            options.zones.file,
            crs,
            options.zones.name_column,
            report,
            encoding=options.reading.encoding,
        )
        urban.refuse_unknown(options.zones.file, zones, options.zones)
        boundary = ground.outline(zones.geometry.values)
    alone = PeopleSums(ground.zone_or_none(xy, zones), xy[:, 0], xy[:, 1], weight,
                       weight * xy[:, 0], weight * xy[:, 1])  # fmt: skip
    note_zoneless(alone, zones, report)
    cells = pd.DataFrame({"people": share_out(total, weight), "x": xy[:, 0], "y": xy[:, 1]}).assign(
        zone=ground.zone_at(xy, zones)
    )
    ground.note_zones(zones, boundary, report, options.zones.file)
    core = urban.urban_core(options.zones, zones, boundary, cells, report)
    area = areas(cells, zones, core, by_zone=options.zones.urban is None)
    note_cells(cells, zones, area, report)
    source = options.people.file or "--people"
    check_density(source, float(cells["people"].sum()), boundary.area / 1e6, report)
    townships = townships_layer(zones, cells, area)
    note_balance(cells, zones, options.people.total, report)
    known = "sourced" if options.zones.boundary else "inferred"
    return {
        "meta": writing.meta(options, crs),
        "boundary": shapes_layer([boundary], crs, options.title.en, known),
        "townships": townships,
        "core": shapes_layer(shapely.get_parts(core), crs, "urban core", "inferred"),
        "cells": cells_layer(cells, townships, area, "sourced"),
        "roads": no_roads(crs),
        "sites": places.read_sites(places.Source.sites(options), townships, report),
        "hospitals": places.read_hospitals(places.Source.hospitals(options), townships, report),
        "matrix": _as_table(found),
    }


def _as_table(found: Matrix) -> pd.DataFrame:
    """Rows of `u`, `v` (cell ids) and `seconds`, for all pairs but a place and itself."""
    u, v = np.nonzero(~np.eye(len(found.seconds), dtype=bool))
    provenance = np.where(found.filled[u, v], "imputed", "sourced")
    seconds = found.seconds[u, v]
    return pd.DataFrame({"u": u, "v": v, "seconds": seconds, "provenance": provenance})
