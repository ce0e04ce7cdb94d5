"""What the layers of a map bundle must agree on, once each is as it should be by itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pyproj
import shapely

from sim.errors import Problem
from sim.geography.contents import (
    ALL_PEOPLE,
    BOUNDARY_KM,
    CONTENTS,
    JOINT_M,
    LONGER,
    LONGER_M,
    MATRIX,
    NEAR_KM,
    NO_SHAPES,
    SEAT_KM,
    SHORTER,
)
from sim.geography.whereabouts import FEW, column_field, layer_field, listed, rows_shown
from sim.text import Message

Layers = Mapping[str, Any]


def problems(layers: Layers) -> Iterator[Problem]:
    """Ids, places, people, and roads or the matrix, in this order."""
    yield from _ids(layers)
    yield from _places(layers)
    yield from _people(layers)
    yield from _travel(layers) if MATRIX in layers else _roads(layers["roads"])


def _ids(layers: Layers) -> Iterator[Problem]:
    """Numbers of cells, codes of townships, and who names one that there is not."""
    ids = layers["cells"]["cell_id"].to_numpy(float)
    count = len(ids)
    given = np.sort(ids)
    if not np.array_equal(given, np.arange(count)):
        message = Message("number the {n:,} cells from 0 to {last:,}, each once", n=count,
                          last=count - 1)  # fmt: skip
        yield Problem(message, column_field("cells", "cell_id"))
    elif MATRIX in layers and not np.array_equal(ids, given):
        message = Message("with a matrix the cells stand in the order of their numbers")
        yield Problem(message, column_field("cells", "cell_id"))
    codes = layers["townships"]["code"]
    twice = codes[codes.duplicated()]
    if len(twice):
        message = Message("each code once; found twice: {found}", found=listed(twice))
        yield Problem(message, column_field("townships", "code"))
    for name in ("cells", "sites"):
        said = layers[name]["township"]
        lost = ~said.isin(codes) & said.notna() & (said.astype(str).str.strip() != "")
        if lost.any():
            message = Message("no township has the code {codes}", codes=listed(said[lost]))
            yield Problem(message, column_field(name, "township"))


def _people(layers: Layers) -> Iterator[Problem]:
    total = float(layers["cells"]["people"].sum())
    if not 0 < total <= ALL_PEOPLE:
        message = Message(
            "{people:,.12g} people in all; write more than 0, and no more than {most:,.12g}",
            people=total,
            most=ALL_PEOPLE,
        )
        yield Problem(message, column_field("cells", "people"))


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
                "row {rows}: more than {km:,.0f} km from the boundary",
                rows=rows_shown(far),
                km=NEAR_KM,
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
            rows=rows_shown(far),
            km=SEAT_KM,
        )
        yield Problem(message, column_field("townships", "seat_lon"))


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
            rows=rows_shown(short),
            found=_metres(metres, apart, short),
        )
        yield Problem(message, column_field("roads", "length_m"))
    drawn = shapely.length(lines)
    long = metres > LONGER * drawn + LONGER_M
    if long.any():
        message = Message(
            "row {rows}: far longer than the line that is drawn ({found}); write metres",
            rows=rows_shown(long),
            found=_metres(metres, drawn, long),
        )
        yield Problem(message, column_field("roads", "length_m"))
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
        yield Problem(message, column_field("roads", "u"))


def _travel(layers: Layers) -> Iterator[Problem]:
    """Whether the matrix has every two cells once."""
    table, size = layers[MATRIX], len(layers["cells"])
    u, v = table["u"].to_numpy(np.int64), table["v"].to_numpy(np.int64)
    inside = (u < size) & (v < size) & (u != v)
    pairs = np.unique(u[inside] * size + v[inside])
    if len(table) != size * (size - 1) or not inside.all() or len(pairs) != len(table):
        message = Message("write the seconds of every two cells once")
        yield Problem(message, layer_field(MATRIX))
