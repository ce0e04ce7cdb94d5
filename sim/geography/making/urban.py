"""Town and country: the polygons in which the target of urban calls holds."""

from __future__ import annotations

from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy import ndimage

from sim.errors import MapImportError, did_you_mean
from sim.files import tables
from sim.geography.making.groups import ZoneOptions
from sim.geography.making.report import TOWN, Report, some
from sim.geography.making.zones import SEAT, outline, polygonal, read_polygons
from sim.text import Message

SQUARE_M: Final = 1000.0  # of the EU/UN degree of urbanisation
CLUSTER_PEOPLE: Final = 5000  # people in an urban cluster
URBAN_WORDS: Final = {"urban", "town", "city", "城区", "城镇", "城市", "市区", "城", "城关"}
RURAL_WORDS: Final = {"rural", "country", "countryside", "农村", "乡村", "农"}
OWN: Final = ("geometry", "name_en", "name_zh", "code", SEAT)


def urban_core(
    options: ZoneOptions,
    zones: gpd.GeoDataFrame,
    boundary: shapely.Geometry,
    cells: pd.DataFrame,
    report: Report,
) -> shapely.Geometry:
    """The polygons in which the urban target holds, by the rule chosen; may be empty."""
    if options.urban is not None:
        towns = read_polygons(options.urban, zones.crs, report).frame
        report.note(TOWN, Message("urban: cells inside {file}", file=options.urban.name))
        return polygonal(shapely.intersection(outline(towns.geometry.values), boundary))
    if options.urban_column:
        return outline(zones.geometry.values[_marked(options, zones, report)])
    by_word = worded(zones)
    if by_word:
        return outline(zones.geometry.values[_called_urban(by_word, zones, report)])
    if len(zones) > 1:
        return outline(zones.geometry.values[_dense(options, zones, cells, report)])
    message = Message(
        "urban: 1 km squares with {density:g} people per km² or more that touch and hold "
        "{people:,} people together (urban clusters of the EU/UN degree of urbanisation)",
        density=options.urban_density,
        people=CLUSTER_PEOPLE,
    )
    report.note(TOWN, message)
    squares = _clusters(cells, options.urban_density)
    return polygonal(shapely.intersection(outline(squares), boundary))


def _marked(options: ZoneOptions, zones: gpd.GeoDataFrame, report: Report) -> np.ndarray:
    """The zones that a column calls urban."""
    name, _, value = options.urban_column.partition("=")
    found = tables.column(zones, [], name.strip())
    if not found:
        known = [str(c) for c in zones.columns if c != zones.geometry.name]
        hint = did_you_mean(name, known)
        message = Message('no column "{name}"{hint}', name=name, hint=hint)
        raise MapImportError("--zones", message)
    urban = (zones[found].astype(str).str.strip() == value.strip()).to_numpy()
    if not urban.any():
        message = Message(
            "column {column} never says {value}; it says {values}",
            column=found,
            value=value.strip(),
            values=some(sorted(set(zones[found].astype(str)))),
        )
        raise MapImportError("--zones", message)
    message = Message("urban: zones whose {column} is {value}", column=found, value=value.strip())
    report.note(TOWN, message)
    return urban


def worded(zones: gpd.GeoDataFrame) -> str:
    """The column whose every value calls a zone urban or rural; "" if there is none."""
    for name in zones.columns:
        if name in OWN:
            continue
        words = {str(value).strip().casefold() for value in zones[name]}
        if words and words <= URBAN_WORDS | RURAL_WORDS:
            return str(name)
    return ""


def _called_urban(name: str, zones: gpd.GeoDataFrame, report: Report) -> np.ndarray:
    """The zones that a column calls urban by a usual word."""
    words = zones[name].astype(str).str.strip().str.casefold()
    urban = words.isin(URBAN_WORDS).to_numpy()
    report.note(
        TOWN,
        Message(
            "urban: zones of which the column {column} says so: {urban} of {zones}",
            column=name,
            urban=int(urban.sum()),
            zones=len(zones),
        ),
    )
    return urban


def _dense(
    options: ZoneOptions, zones: gpd.GeoDataFrame, cells: pd.DataFrame, report: Report
) -> np.ndarray:
    """The zones with so many people per square kilometre."""
    people = np.bincount(cells["zone"], cells["people"], minlength=len(zones))
    urban = people / (zones.area.to_numpy() / 1e6) >= options.urban_density
    message = Message(
        "urban: zones with {density:g} people per km² or more: {urban} of {zones}",
        density=options.urban_density,
        urban=urban.sum(),
        zones=len(zones),
    )
    report.note(TOWN, message)
    return urban


def _clusters(cells: pd.DataFrame, density: float) -> np.ndarray:
    """The squares of every urban cluster."""
    col = np.floor(cells["x"] / SQUARE_M).astype(int)
    row = np.floor(cells["y"] / SQUARE_M).astype(int)
    grid = np.zeros((int(np.ptp(row)) + 1, int(np.ptp(col)) + 1))
    np.add.at(grid, (row - row.min(), col - col.min()), cells["people"])
    cluster, found = ndimage.label(grid >= density, structure=np.ones((3, 3)))
    people = ndimage.sum_labels(grid, cluster, np.arange(found + 1))
    people[0] = 0
    r, c = np.nonzero(people[cluster] >= CLUSTER_PEOPLE)
    west, south = (c + col.min()) * SQUARE_M, (r + row.min()) * SQUARE_M
    return np.asarray(shapely.box(west, south, west + SQUARE_M, south + SQUARE_M))
