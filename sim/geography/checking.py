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
from sim.files.geodata import OtherRows
from sim.geography.contents import (
    ALL_PEOPLE,
    BOUNDARY_KM,
    CODE,
    CONTENTS,
    JOINT_M,
    LAYERS,
    LINES,
    LONGER,
    LONGER_M,
    LONGEST,
    MATRIX,
    META,
    NEAR_KM,
    NO_SHAPES,
    NOWHERE_M,
    NUMBER,
    POINTS,
    POLYGONS,
    SEAT_KM,
    SHAPELY,
    SHORTER,
    TRAVEL,
    WHOLE,
    WORD,
    YES_OR_NO,
    Column,
    Layer,
)
from sim.text import Message

Layers = Mapping[str, Any]
FEW: Final = 5  # rows in a message
NOTHING: Final = Message("nothing")

MISSING_LAYER: Final = Message("this layer is missing")
MISSING_COLUMN: Final = Message("this column is missing")


def layer_field(name: str) -> Message:
    return Message("layer {layer}", layer=name)


def _column(layer: str, column: str) -> Message:
    return Message("layer {layer}, column {column}", layer=layer, column=column)


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
        found = [*_ids(layers), *_places(layers), *_people(layers)]
        found += _travel(layers) if MATRIX in layers else _roads(layers["roads"])
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
            _column(name, column),
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
                yield Problem(MISSING_COLUMN, _column(name, column.name))
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
        message = Message("each key once; found twice: {found}", found=_listed(twice))
        yield Problem(message, _column("meta", "key"))
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
        message = Message("synthetic: found {found}; write yes or no", found=_shown(said))
        yield Problem(message, layer_field("meta"))
    if facts.get("crs"):
        try:
            pyproj.CRS.from_user_input(facts["crs"])
        except pyproj.exceptions.CRSError:
            message = Message(
                "crs: found {found}; write a coordinate system like EPSG:32649",
                found=_shown(facts["crs"]),
            )
            yield Problem(message, layer_field("meta"))


# ── values ───────────────────────────────────────────────────────────────────────────────────


def _values(name: str, column: Column, values: pd.Series) -> Iterator[Problem]:
    """Rows of a column whose values are of another kind, or out of bounds."""
    here = _column(name, column.name)
    if column.kind in (NUMBER, WHOLE):
        yield from _numbers(here, column, values)
        return
    gone = values.isna().to_numpy()
    given = values.to_numpy(object)
    if column.kind == WORD:
        known = values.isin(column.words).to_numpy()
        if not known.all():
            odd = [NOTHING if none else _shown(one) for one, none in _first(given, gone, ~known)]
            message = Message(
                "row {rows}: found {found}; write one of {known}",
                rows=_rows(~known),
                found=", ".join(dict.fromkeys(odd)),
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
            rows=_rows(other),
            found=_listed(given[other]),
        )
        yield Problem(message, here)
        return
    texts = values.astype(str).str.strip()
    blank = gone | (texts == "").to_numpy(bool)
    if blank.any() and not column.empty:
        yield Problem(Message("row {rows}: found nothing; write a text", rows=_rows(blank)), here)
    long = ~gone & (texts.str.len() > LONGEST).to_numpy(bool)
    if long.any():
        message = Message(
            "row {rows}: found more than {most:,} letters; write fewer",
            rows=_rows(long),
            most=LONGEST,
        )
        yield Problem(message, here)


def _numbers(here: Message, column: Column, values: pd.Series) -> Iterator[Problem]:
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
    found = [NOTHING if none else _shown(one) for one, none in _first(given, gone, odd)]
    message = Message(
        (WRITE_WHOLE if whole else WRITE_NUMBER).text,
        rows=_rows(odd),
        found=", ".join(dict.fromkeys(found)),
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


def _rows(odd: np.ndarray) -> str:
    """The first rows that are meant, counted from 1, and how many more there are."""
    at = np.flatnonzero(odd)
    shown = ", ".join(str(row + 1) for row in at[:FEW].tolist())
    if len(at) <= FEW:
        return shown
    return Message("{names} and {more} more", names=shown, more=len(at) - FEW, all=len(at))


def _shown(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.12g}"
    text = " ".join(str(value).split())
    return text if len(text) <= 40 else f"{text[:39]}…"


def _listed(values: Any) -> str:
    return ", ".join(dict.fromkeys(_shown(one) for one in list(values)[:FEW]))


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
            NOTHING if none else one.geom_type
            for one, none in zip(shapes[odd][:FEW], gone[odd][:FEW], strict=True)
        ]
        text = NO_SHAPE[layer.shapes].text
        message = Message(text, rows=_rows(odd), found=", ".join(dict.fromkeys(found)))
        yield Problem(message, here)
        return
    xy, row = shapely.get_coordinates(shapes, return_index=True)
    nowhere = np.zeros(len(shapes), bool)
    nowhere[row[~(np.abs(xy) < NOWHERE_M).all(axis=1)]] = True  # nan is not less either
    if nowhere.any():
        message = Message(
            "row {rows}: its coordinates are no numbers, or lie nowhere on earth",
            rows=_rows(nowhere),
        )
        yield Problem(message, here)
        return
    if layer.shapes == POLYGONS:
        odd = ~shapely.is_valid(shapes) | (shapely.area(shapes) <= 0)
        if odd.any():
            message = Message(
                "row {rows}: the polygon crosses itself, or has no ground; mend it", rows=_rows(odd)
            )
            yield Problem(message, here)


# ── what layers agree on ─────────────────────────────────────────────────────────────────────


def _ids(layers: Layers) -> Iterator[Problem]:
    """Numbers of cells, codes of townships, and who names one that there is not."""
    ids = layers["cells"]["cell_id"].to_numpy(float)
    count = len(ids)
    given = np.sort(ids)
    if not np.array_equal(given, np.arange(count)):
        message = Message("number the {n:,} cells from 0 to {last:,}, each once", n=count,
                          last=count - 1)  # fmt: skip
        yield Problem(message, _column("cells", "cell_id"))
    elif MATRIX in layers and not np.array_equal(ids, given):
        message = Message("with a matrix the cells stand in the order of their numbers")
        yield Problem(message, _column("cells", "cell_id"))
    codes = layers["townships"]["code"]
    twice = codes[codes.duplicated()]
    if len(twice):
        message = Message("each code once; found twice: {found}", found=_listed(twice))
        yield Problem(message, _column("townships", "code"))
    for name in ("cells", "sites"):
        said = layers[name]["township"]
        lost = ~said.isin(codes) & said.notna() & (said.astype(str).str.strip() != "")
        if lost.any():
            message = Message("no township has the code {codes}", codes=_listed(said[lost]))
            yield Problem(message, _column(name, "township"))


def _people(layers: Layers) -> Iterator[Problem]:
    total = float(layers["cells"]["people"].sum())
    if not 0 < total <= ALL_PEOPLE:
        message = Message(
            "{people:,.12g} people in all; write more than 0, and no more than {most:,.12g}",
            people=total,
            most=ALL_PEOPLE,
        )
        yield Problem(message, _column("cells", "people"))


def _places(layers: Layers) -> Iterator[Problem]:
    """What lies far from the boundary, and seats far from their townships."""
    boundary, crs = layers["boundary"], layers["boundary"].crs
    west, south, east, north = boundary.total_bounds
    to_degrees = pyproj.Transformer.from_crs(crs, 4326, always_xy=True)
    corners = np.array(to_degrees.transform([west, east], [south, north]))
    if not np.isfinite(corners).all() or max(east - west, north - south) > BOUNDARY_KM * 1000:
        message = Message(
            "it lies nowhere on earth in its coordinate system, or is wider than {km:,.0f} km",
            km=BOUNDARY_KM,
        )
        yield Problem(message, layer_field("boundary"))
        return
    around = np.array([west, south, -east, -north]) - NEAR_KM * 1000
    for name, layer in CONTENTS.items():
        if layer.shapes == NO_SHAPES or not len(layers[name]):
            continue
        bounds = shapely.bounds(layers[name].geometry.to_numpy())
        far = ((bounds * [1, 1, -1, -1]) < around).any(axis=1)
        if far.any():
            message = Message(
                "row {rows}: more than {km:,.0f} km from the boundary", rows=_rows(far), km=NEAR_KM
            )
            yield Problem(message, layer_field(name))
    yield from _seats(layers["townships"], crs)


def _seats(townships: Any, crs: pyproj.CRS) -> Iterator[Problem]:
    to_metres = pyproj.Transformer.from_crs(4326, crs, always_xy=True)
    x, y = to_metres.transform(
        townships["seat_lon"].to_numpy(float), townships["seat_lat"].to_numpy(float)
    )
    known = np.isfinite(x) & np.isfinite(y)
    seats = shapely.points(np.where(known, x, 0), np.where(known, y, 0))
    away = shapely.distance(seats, townships.geometry.to_numpy())
    far = ~known | ~(away <= SEAT_KM * 1000)
    if far.any():
        message = Message(
            "row {rows}: the seat lies more than {km:,.0f} km from its township",
            rows=_rows(far),
            km=SEAT_KM,
        )
        yield Problem(message, _column("townships", "seat_lon"))


def _roads(roads: Any) -> Iterator[Problem]:
    """Lengths against lines, and whether what has the number of one node lies at one place."""
    lines = roads.geometry.to_numpy()
    first, last = (shapely.get_coordinates(shapely.get_point(lines, at)) for at in (0, -1))
    metres = roads["length_m"].to_numpy(float)
    apart = np.hypot(*(first - last).T)
    short = metres < SHORTER * apart - 1.0
    if short.any():
        message = Message(
            "row {rows}: shorter than the straight line between its ends ({found}); write metres",
            rows=_rows(short),
            found=_metres(metres, apart, short),
        )
        yield Problem(message, _column("roads", "length_m"))
    drawn = shapely.length(lines)
    long = metres > LONGER * drawn + LONGER_M
    if long.any():
        message = Message(
            "row {rows}: far longer than the line that is drawn ({found}); write metres",
            rows=_rows(long),
            found=_metres(metres, drawn, long),
        )
        yield Problem(message, _column("roads", "length_m"))
    node = np.concatenate([roads["u"].to_numpy(float), roads["v"].to_numpy(float)])
    yield from _joints(node, np.vstack([first, last]))


def _metres(said: np.ndarray, drawn: np.ndarray, odd: np.ndarray) -> str:
    at = np.flatnonzero(odd)[:FEW]
    pairs = zip(said[at].tolist(), drawn[at].tolist(), strict=True)
    return ", ".join(f"{one:,.1f} m / {other:,.1f} m" for one, other in pairs)


def _joints(node: np.ndarray, xy: np.ndarray) -> Iterator[Problem]:
    """Nodes whose roads end at places far from each other."""
    order = np.argsort(node, kind="stable")
    node, xy = node[order], xy[order]
    begins = np.flatnonzero(np.r_[True, node[1:] != node[:-1]])
    spread = np.maximum.reduceat(xy, begins) - np.minimum.reduceat(xy, begins)
    wide = np.flatnonzero(spread.max(axis=1) > JOINT_M)
    if len(wide):
        at = ", ".join(f"{number:.0f}" for number in node[begins[wide[:FEW]]].tolist())
        if len(wide) > FEW:
            at = Message("{names} and {more} more", names=at, more=len(wide) - FEW, all=len(wide))
        message = Message(
            "the roads of node {nodes} end more than {metres:,.0f} m from each other: number each "
            "place once",
            nodes=at,
            metres=JOINT_M,
        )
        yield Problem(message, _column("roads", "u"))


def _travel(layers: Layers) -> Iterator[Problem]:
    """Whether the matrix has every two cells once."""
    table, size = layers[MATRIX], len(layers["cells"])
    u, v = table["u"].to_numpy(np.int64), table["v"].to_numpy(np.int64)
    inside = (u < size) & (v < size) & (u != v)
    pairs = np.unique(u[inside] * size + v[inside])
    if len(table) != size * (size - 1) or not inside.all() or len(pairs) != len(table):
        message = Message("write the seconds of every two cells once")
        yield Problem(message, layer_field(MATRIX))
