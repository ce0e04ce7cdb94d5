"""Whether a map bundle holds what it should: all that is wrong with its layers, at once.

Every column by the table in `contents`, then what several columns or layers must agree on. All of
it works on whole columns, so that a large map is checked in a fraction of its reading.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely

from sim.errors import Problem
from sim.files.stored_layers import OtherRows
from sim.geography import agreement
from sim.geography.contents import (
    CODE,
    CONTENTS,
    LAYERS,
    LINES,
    LONGEST,
    MATRIX,
    META,
    NO_SHAPES,
    NOWHERE_M,
    NUMBER,
    POINTS,
    POLYGONS,
    SHAPELY,
    TRAVEL,
    WHOLE,
    WORD,
    YES_OR_NO,
    BundleColumn,
    Layer,
)
from sim.geography.whereabouts import (
    FEW,
    column_field,
    found_shown,
    layer_field,
    listed,
    rows_shown,
    shown,
)
from sim.text import Message

Layers = Mapping[str, Any]

MISSING_LAYER: Final = Message("this layer is missing")
MISSING_COLUMN: Final = Message("this column is missing")


def missing_layers(present: Any) -> list[Problem]:
    return [Problem(MISSING_LAYER, layer_field(name)) for name in LAYERS if name not in present]


def problems(layers: Layers) -> list[Problem]:
    """What is wrong with the layers of a bundle, in the order in which a person would look.

    What layers must agree on is looked at where each of them is as it should be.
    """
    found = list(_form(layers))
    if not found:
        found = list(_meta(layers["meta"]))
        for name, layer in _held(layers):
            for column in layer.columns:
                if column.name in layers[name].columns:
                    found += _values(name, column, layers[name][column.name])
            found += _shapes(name, layer, layers[name])
    if not found:
        found = list(agreement.problems(layers))
    return found


def no_numbers(stored: Mapping[str, Mapping[str, OtherRows]]) -> list[Problem]:
    """What a file holds that its columns' numbers are not; `stored`: by layer and column."""
    return [
        Problem(
            Message(
                "{rows:,} rows hold something else than the column's numbers, the first of them "
                "row {first}; write numbers",
                rows=rows.number,
                first=rows.first,
            ),
            column_field(name, column),
        )
        for name, columns in stored.items()
        for column, rows in columns.items()
    ]


def numbers(name: str) -> list[str]:
    """The columns of a layer that hold numbers."""
    layer = TRAVEL if name == MATRIX else CONTENTS[name]
    return [one.name for one in layer.columns if one.kind in (NUMBER, WHOLE)]


def _held(layers: Layers) -> list[tuple[str, Layer]]:
    return [*CONTENTS.items(), *([(MATRIX, TRAVEL)] if MATRIX in layers else [])]


# ── layers and columns ───────────────────────────────────────────────────────────────────────


def _form(layers: Layers) -> Iterator[Problem]:
    """Columns that are missing, layers without rows or shapes, coordinate systems."""
    for name, layer in _held(layers):
        frame = layers[name]
        for column in layer.columns:
            if column.name not in frame.columns and not column.optional:
                yield Problem(MISSING_COLUMN, column_field(name, column.name))
        if layer.shapes != NO_SHAPES and not isinstance(frame, gpd.GeoDataFrame):
            message = Message("its rows have no shapes; found only a table")
            yield Problem(message, layer_field(name))
        if not len(frame) and (not layer.empty or (name == "roads" and MATRIX not in layers)):
            yield Problem(Message("this layer is empty"), layer_field(name))
    drawn = [one for one in layers.values() if isinstance(one, gpd.GeoDataFrame)]
    systems = [one.crs for one in drawn]
    if any(crs != systems[0] for crs in systems):  # the same one may be written in other letters
        found = ", ".join(sorted({str(crs) for crs in systems}))
        yield Problem(
            Message("all layers must share one coordinate system; found {found}", found=found)
        )
    crs = getattr(layers["roads"], "crs", None)
    if crs is None or not crs.is_projected or not _in_metres(crs):
        message = Message("the coordinate system must be a projected one, in metres")
        yield Problem(message, layer_field("roads"))


def _in_metres(crs: pyproj.CRS) -> bool:
    return all(axis.unit_name in ("metre", "meter") for axis in crs.axis_info[:2])


def _meta(frame: pd.DataFrame) -> Iterator[Problem]:
    """What the table of facts lacks, and what it says of `synthetic`."""
    keys = [str(key) for key in frame["key"]]
    twice = sorted({key for key in keys if keys.count(key) > 1})
    if twice:
        message = Message("each key once; found twice: {found}", found=listed(twice))
        yield Problem(message, column_field("meta", "key"))
    facts = {
        key: "" if pd.isna(value) else str(value).strip()
        for key, value in zip(keys, frame["value"], strict=True)
    }
    for key in META:
        if not facts.get(key):
            message = Message("there is no {key}; write a row with this key and its value", key=key)
            yield Problem(message, layer_field("meta"))
    said = facts.get("synthetic")
    if said and said not in YES_OR_NO:
        message = Message("synthetic: found {found}; write yes or no", found=shown(said))
        yield Problem(message, layer_field("meta"))
    if facts.get("crs"):
        try:
            pyproj.CRS.from_user_input(facts["crs"])
        except pyproj.exceptions.CRSError:
            message = Message(
                "crs: found {found}; write a coordinate system like EPSG:32649",
                found=shown(facts["crs"]),
            )
            yield Problem(message, layer_field("meta"))


# ── values ───────────────────────────────────────────────────────────────────────────────────


def _values(name: str, column: BundleColumn, values: pd.Series) -> Iterator[Problem]:
    """Rows of a column whose values are of another kind, or out of bounds."""
    here = column_field(name, column.name)
    if column.kind in (NUMBER, WHOLE):
        yield from _numbers(here, column, values)
        return
    gone = values.isna().to_numpy()
    given = values.to_numpy(object)
    if column.kind == WORD:
        known = values.isin(column.words).to_numpy()
        if not known.all():
            odd = ["" if none else shown(one) for one, none in _first(given, gone, ~known)]
            message = Message(
                "row {rows}: found {found}; write one of {known}",
                rows=rows_shown(~known),
                found=found_shown(odd),
                known=", ".join(column.words),
            )
            yield Problem(message, here)
        return
    kinds = (str, int, np.integer) if column.kind == CODE else (str,)
    other = np.zeros(len(given), bool)
    if not isinstance(values.dtype, pd.StringDtype):
        other = np.array([not isinstance(one, kinds) for one in given], bool) & ~gone
    if other.any():
        message = Message(
            "row {rows}: found {found}; write a text",
            rows=rows_shown(other),
            found=listed(given[other]),
        )
        yield Problem(message, here)
        return
    texts = values.astype(str).str.strip()
    blank = gone | (texts == "").to_numpy(bool)
    if blank.any() and not column.empty:
        yield Problem(
            Message("row {rows}: found nothing; write a text", rows=rows_shown(blank)), here
        )
    long = ~gone & (texts.str.len() > LONGEST).to_numpy(bool)
    if long.any():
        message = Message(
            "row {rows}: found more than {most:,} letters; write fewer",
            rows=rows_shown(long),
            most=LONGEST,
        )
        yield Problem(message, here)


def _numbers(here: Message, column: BundleColumn, values: pd.Series) -> Iterator[Problem]:
    unit = column.unit and f" {column.unit}"
    whole = column.kind == WHOLE
    if not pd.api.types.is_numeric_dtype(values.dtype):
        gone = values.isna().to_numpy()
        if gone.all() and column.empty:
            return
        odd, given = ~gone | (not column.empty), values.to_numpy(object)
    else:
        given = values.to_numpy(float, na_value=np.nan)
        gone = np.isnan(given)
        odd = ~((given >= column.least) & (given <= column.most))
        if whole:
            odd |= given != np.floor(given)
        if column.empty:
            odd &= ~gone
    if not odd.any():
        return
    found = ["" if none else shown(one) for one, none in _first(given, gone, odd)]
    message = Message(
        (WRITE_WHOLE if whole else WRITE_NUMBER).text,
        rows=rows_shown(odd),
        found=found_shown(found),
        least=f"{column.least:,.12g}{unit}",
        most=f"{column.most:,.12g}{unit}",
    )
    yield Problem(message, here)


WRITE_WHOLE: Final = Message(
    "row {rows}: found {found}; write a whole number from {least} to {most}"
)
WRITE_NUMBER: Final = Message("row {rows}: found {found}; write a number from {least} to {most}")


def _first(given: np.ndarray, gone: np.ndarray, odd: np.ndarray) -> list[tuple[Any, bool]]:
    at = np.flatnonzero(odd)[:FEW]
    return list(zip(given[at].tolist(), gone[at].tolist(), strict=True))


# ── shapes ───────────────────────────────────────────────────────────────────────────────────

NO_SHAPE: Final = {
    POINTS: Message("row {rows}: found {found}; write one point"),
    LINES: Message("row {rows}: found {found}; write one line"),
    POLYGONS: Message("row {rows}: found {found}; write a polygon"),
}


def _shapes(name: str, layer: Layer, frame: Any) -> Iterator[Problem]:
    """Rows without a shape of the layer's kind, or with one that is nowhere."""
    if layer.shapes == NO_SHAPES or not len(frame):
        return
    shapes, here = frame.geometry.to_numpy(), layer_field(name)
    gone = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    odd = gone | ~np.isin(shapely.get_type_id(shapes), SHAPELY[layer.shapes])
    if odd.any():
        found = [
            "" if none else one.geom_type
            for one, none in zip(shapes[odd][:FEW], gone[odd][:FEW], strict=True)
        ]
        text = NO_SHAPE[layer.shapes].text
        message = Message(text, rows=rows_shown(odd), found=found_shown(found))
        yield Problem(message, here)
        return
    xy, row = shapely.get_coordinates(shapes, return_index=True)
    nowhere = np.zeros(len(shapes), bool)
    nowhere[row[~(np.abs(xy) < NOWHERE_M).all(axis=1)]] = True  # nan is not less either
    if nowhere.any():
        message = Message(
            "row {rows}: its coordinates are no numbers, or lie nowhere on earth",
            rows=rows_shown(nowhere),
        )
        yield Problem(message, here)
        return
    if layer.shapes == POLYGONS:
        odd = ~shapely.is_valid(shapes) | (shapely.area(shapes) <= 0)
        if odd.any():
            message = Message(
                "row {rows}: the polygon crosses itself, or has no ground; mend it",
                rows=rows_shown(odd),
            )
            yield Problem(message, here)
