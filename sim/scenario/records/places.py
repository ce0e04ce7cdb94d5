"""Where recorded calls were: a point on the map, or among the people of a township."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, NamedTuple

import numpy as np
import shapely

from sim.geography.bundle import Map
from sim.scenario.records import cells
from sim.scenario.records.faults import (
    NO_PLACE,
    NO_TOWNSHIP,
    NOT_A_PLACE,
    OUTSIDE,
    SWAPPED,
    ZERO,
    Fault,
)
from sim.text import Message

KEY: Final = 1_030  # of the generator; the places of records do not hang on the study's seed
OUTSIDE_M: Final = 5_000.0  # a call just across the border is still served
UNKNOWN: Final = Message('no township "{name}"{hint}')
_POINT: Final = re.compile(
    r"(?:SRID=\d+;)?\s*POINT\s*Z?\s*\(\s*(\S+)[\s,]+(\S+?)(?:\s+\S+)?\s*\)", re.IGNORECASE
)


class CallPlaces(NamedTuple):
    """Points in metres; nan where a fault says why."""

    xy: np.ndarray  # [row, 2]
    faults: list[Fault]
    township: np.ndarray  # [row] that the record names; nan
    by_point: np.ndarray  # [row] bool: coordinates said it
    cell: np.ndarray  # [row] that was drawn among those of the township; nan where none was
    strangers: list[int]  # rows with a point that name a township the map does not have


Texts = Callable[[str], tuple[list[str], str] | None]  # of a column: its texts and its header


def read(texts: Texts, ground: Map, count: int) -> CallPlaces:
    """The place of each row: its coordinates where they can be used, else its township.

    All calls of a township at its seat would stand beside its station, and be too quick to reach;
    so each is put where somebody of the township lives.
    """
    lon, lat, headers, faults = _degrees(texts, count)
    zero = (np.abs(lon) < 1e-6) & (np.abs(lat) < 1e-6)
    pointed = np.isfinite(lon) & np.isfinite(lat) & ~zero
    xy = np.full((count, 2), np.nan)
    if pointed.any():
        xy[pointed] = np.column_stack(ground.project(lon[pointed], lat[pointed]))
        off = pointed & ~_within(xy, ground, OUTSIDE_M)
        turned = np.zeros((count, 2))
        turned[off] = np.column_stack(ground.project(lat[off], lon[off]))
        swapped = off & _within(np.where(off[:, None], turned, np.nan), ground, 0.0)
        xy[off] = np.nan
        for row in np.flatnonzero(off):
            point = f"[{lon[row]:g}, {lat[row]:g}]"
            faults.append(_outside(int(row), point, bool(swapped[row]), headers, ground))
    township, unknown = np.full(count, np.nan), list[Fault]()
    if (found := texts("township")) is not None:
        names = {n: row for row, t in enumerate(ground.townships) for n in (t.name.zh, t.name.en)}
        township, unknown = cells.rows_of(*found, names, UNKNOWN, NO_TOWNSHIP)
    refused = {fault.row for fault in faults}
    homes, cell = _homes(township, ground)
    for row in np.flatnonzero(~pointed):
        if int(row) in refused:
            continue
        if np.isfinite(township[row]):
            xy[row] = homes[row]
        elif zero[row]:
            faults.append(Fault(int(row), headers, Message(ZERO), ZERO))
        else:
            faults += _missing(int(row), unknown, headers)
    strangers = [fault.row for fault in unknown if np.isfinite(xy[fault.row]).all()]
    cell = np.where(pointed, np.nan, cell)
    return CallPlaces(xy, faults, township, pointed, cell, strangers)


def _homes(township: np.ndarray, ground: Map) -> tuple[np.ndarray, np.ndarray]:
    """[row, 2] a point for each row that names a township, and its cell; nan for the others.

    Cells are drawn in proportion to their people. What is drawn for a row follows from its number
    in the file alone. Where nobody lives it is the seat, without a cell.
    """
    drawn = np.random.Generator(np.random.Philox(key=KEY)).random(len(township))
    xy, cell = np.full((len(township), 2), np.nan), np.full(len(township), np.nan)
    for number in np.unique(township[np.isfinite(township)]).astype(int):
        rows = np.flatnonzero(township == number)
        own = np.flatnonzero((ground.cells.township == number) & (ground.cells.people > 0))
        if not len(own):
            seat = ground.townships[number]
            xy[rows] = seat.x, seat.y
            continue
        below = np.cumsum(ground.cells.people[own])
        cell[rows] = own[np.searchsorted(below[:-1] / below[-1], drawn[rows], side="right")]
        xy[rows] = ground.cells.xy[cell[rows].astype(int)]
    return xy, cell


def _missing(row: int, unknown: list[Fault], headers: str) -> list[Fault]:
    named = [fault for fault in unknown if fault.row == row]
    if named:
        return named
    ours = headers.casefold() in ("", "lon, lat")
    return [Fault(row, Message("lon, lat or township") if ours else headers, NO_PLACE, NO_PLACE)]


def _degrees(texts: Texts, count: int) -> tuple[np.ndarray, np.ndarray, str, list[Fault]]:
    """[row] longitude and latitude, nan where there is none; their headers; what is no number."""
    nothing = np.full(count, np.nan)
    if (both := texts("point")) is not None:
        column, header = both
        matches = [_POINT.fullmatch(text) for text in column]
        (lon, odd), (lat, more) = (
            cells.column(
                [m[part] if m else "" for m in matches], header, cells.degrees, NOT_A_PLACE
            )
            for part in (1, 2)
        )
        for row, (text, match) in enumerate(zip(column, matches, strict=True)):
            if text and not match:
                message = Message("write POINT (lon lat); found {found}", found=text)
                odd.append(Fault(row, header, message, NOT_A_PLACE))
        return lon, lat, header, odd + more
    found = [texts(key) for key in ("lon", "lat")]
    if found[0] is None or found[1] is None:
        return nothing, nothing, "", []
    (lon, odd), (lat, more) = (
        cells.column(*each, cells.degrees, NOT_A_PLACE) for each in found if each is not None
    )
    return lon, lat, ", ".join(each[1] for each in found if each is not None), odd + more


def _within(xy: np.ndarray, ground: Map, margin_m: float) -> np.ndarray:
    """[row] whether a point is on the map or at most so far from it."""
    inside = np.zeros(len(xy), bool)
    known = np.isfinite(xy).all(axis=1)
    shapely.prepare(ground.outline)
    inside[known] = shapely.distance(ground.outline, shapely.points(xy[known])) <= margin_m
    return inside


def _outside(row: int, point: str, swapped: bool, headers: str, ground: Map) -> Fault:
    """What is wrong with a point that does not lie on the map."""
    if swapped:
        message = Message(
            "{point} lies outside the map of {map}: longitude and latitude look swapped",
            point=point,
            map=ground.name,
        )
        return Fault(row, headers, message, SWAPPED)
    message = Message("{point} lies outside the map of {map}", point=point, map=ground.name)
    return Fault(row, headers, message, OUTSIDE)
