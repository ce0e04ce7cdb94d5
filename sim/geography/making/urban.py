"""Town and country: the polygons in which the target of urban calls holds."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy import ndimage

from sim.errors import MapImportError, Problem, did_you_mean
from sim.files import cells as cells_
from sim.files import numerals, shapes, tables, totals
from sim.geography.making.groups import ZoneOptions
from sim.geography.making.report import TOWN, Report, some
from sim.geography.making.zones import NAMES_ZH, SEAT, outline, polygonal, read_polygons
from sim.text import Message

SQUARE_M: Final = 1000.0  # of the EU/UN degree of urbanisation
CLUSTER_PEOPLE: Final = 5000  # people in an urban cluster
URBAN_WORDS: Final = {"urban", "town", "city", "城区", "城镇", "城市", "市区", "城", "城关"}
RURAL_WORDS: Final = {"rural", "country", "countryside", "农村", "乡村", "农"}
KNOWN: Final = URBAN_WORDS | RURAL_WORDS
# Headers that can only mean it, and those that may, if some value is such a word.
SURELY: Final = {"城区/农村", "城镇/农村", "城镇/乡村", "城市/农村", "城市/乡村", "城区/乡村",
                 "城乡", "城/乡", "城乡类型", "城乡类别", "城乡属性", "城乡划分", "urban/rural",
                 "rural/urban", "urban rural", "town/country"}  # fmt: skip
MAYBE: Final = {"area", "area type", "zone type", "urban", "rural", "区域",
                "区域类型", "城乡分类", "地区类型", "城区", "农村"}  # fmt: skip
# Words that stand beside town and city where a column says what kind of place it is instead.
OTHER_KINDS: Final = {"village", "hamlet", "suburb", "quarter", "neighbourhood", "township",
                      "borough", "municipality", "district", "county", "locality", "镇", "乡",
                      "街道", "村"}  # fmt: skip
NAMING: Final = {name.casefold() for name in (*shapes.NAMES, *NAMES_ZH)}
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


def worded(zones: pd.DataFrame) -> str:
    """The column that calls each zone urban or rural; "" if there is none.

    One whose header says that it does; else one in which every value is such a word; else one in
    which at least half of those that are not empty are. See `refuse_unknown`.
    """
    meant, whole, mostly = [], [], []
    for name in zones.columns:
        if name in OWN or str(name).casefold() in NAMING:
            continue
        said = _words(zones[name])
        filled = [word for word in said if word]
        known = sum(word in KNOWN for word in filled)
        said_of = {_plain_header(one) for one in (str(name), *numerals.names_in(str(name)))}
        numbers = all(word.replace(".", "", 1).isdecimal() for word in filled)
        if (said_of & SURELY and filled and not numbers) or (said_of & MAYBE and known):
            meant.append(str(name))
        elif filled and known == len(said):
            whole.append(str(name))
        elif filled and 2 * known >= len(filled) and not OTHER_KINDS & set(filled):
            mostly.append(str(name))
    return next(iter([*meant, *whole, *mostly]), "")


def refuse_unknown(path: Path, zones: pd.DataFrame, options: ZoneOptions) -> None:
    """MapImportError where a column of urban and rural zones is empty or says something else.

    The index of a table is its lines. Where another option decides what is urban, nothing is said.
    """
    name = "" if options.urban or options.urban_column else worded(zones)
    if not name:
        return
    problems = []
    said = tables.texts(zones[name])
    for row, word in enumerate(_words(zones[name])):
        if word in KNOWN or totals.total_row(zones, row):  # that is told with the people
            continue
        text = UNKNOWN if word else EMPTY
        message = Message(text.text, found=said[row], column=name)
        if tables.is_table(path):
            where = Message("column {name}", name=name)
            problems.append(Problem(message, where, int(zones.index[row])))
        else:
            zone = zones["name_en"].iloc[row]
            where = Message("column {name}, zone {zone}", name=name, zone=zone)
            problems.append(Problem(message, where))
    if problems:
        raise MapImportError(path, cells_.placed(zones, problems[:20]))


UNKNOWN: Final = Message(
    "write urban or rural; found {found}. If {column} means something else, give "
    "--urban-column NAME=VALUE"
)
EMPTY: Final = Message(
    "write urban or rural; found nothing. If {column} means something else, give "
    "--urban-column NAME=VALUE"
)


def _words(column: pd.Series) -> list[str]:
    return [text.strip().casefold() for text in tables.texts(column)]


def _plain_header(name: str) -> str:
    """`城区 / 农村` and `Urban_or_Rural` as they stand in the lists of headers."""
    plain = re.sub(r"[\s_]+", " ", name.casefold()).strip()
    return re.sub(r"\s*(?:[/／、|-]|\bor\b|或)\s*", "/", plain)


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
