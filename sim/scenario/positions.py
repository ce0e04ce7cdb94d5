"""Where on the map a place is that a planner wrote: a name of the map, or a point."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.errors import did_you_mean
from sim.geography.roads import network
from sim.scenario.validation import Problems
from sim.scenario.values import LonLat
from sim.text import Message

if TYPE_CHECKING:
    from sim.geography.bundle import Map

FAR_FROM_ROAD_M = 2_000.0
FAR_FROM_PLACE_M = 10_000.0  # a place of a matrix stands for all around it
# Nobody has surveyed a border that was made up: a station a little beyond it is where it is.
BEYOND_MADE_UP_M = FAR_FROM_ROAD_M


class Position(NamedTuple):
    """A point in metres, and how far it is from a road that may be left."""

    x: float
    y: float
    road_m: float


def position(place: str | LonLat, on: Map, problems: Problems) -> Position | None:
    """The position of a named place or a point; None after telling why there is none."""
    if isinstance(place, LonLat):
        message = outside(place, on)
        if message is not None:
            problems.tell(message)
            return None
        (x, y), written = on.project(place.lon, place.lat), _pair(place.lon, place.lat)
    else:
        spot = on.find(place)
        if spot is None:
            problems.tell(
                Message(
                    'no place "{place}" on the map of {map}{hint}',
                    place=place,
                    map=on.name,
                    hint=did_you_mean(place, on.known_names()),
                )
            )
            return None
        others = on.called(place)
        if len(others) > 1:  # which one would be a guess
            where = [_pair(*map(float, on.lonlat(one.x, one.y))) for one in others]
            problems.tell(
                Message(
                    'the map of {map} has {n} places called "{place}": write where, {places}',
                    map=on.name, n=len(others), place=place, places=", ".join(where[:5]),
                )
            )  # fmt: skip
            return None
        x, y, written = spot.x, spot.y, place
    road_m = float(network.snap(on.network, np.array([[x, y]])).metres[0])
    limit_m = FAR_FROM_ROAD_M if on.matrix is None else FAR_FROM_PLACE_M
    if road_m > limit_m:
        far = {"place": written, "far": road_m / 1000, "limit": limit_m / 1000}
        problems.tell(
            Message("{place} is {far:.1f} km from the nearest road (at most {limit:g} km)", **far)
            if on.matrix is None
            else Message(
                "{place} is {far:.1f} km from the nearest place of the matrix (at most "
                "{limit:g} km)",
                **far,
            )
        )
        return None
    return Position(float(x), float(y), road_m)


def outside(point: LonLat, on: Map) -> Message | None:
    """What is wrong with a point that does not lie on the map."""
    x, y = on.project(point.lon, point.lat)
    beyond_m = BEYOND_MADE_UP_M if on.synthetic else 0.0
    if np.isfinite([x, y]).all() and on.outside_m(x, y) <= beyond_m:
        return None
    written = _pair(point.lon, point.lat)
    other_x, other_y = on.project(point.lat, point.lon)
    if np.isfinite([other_x, other_y]).all() and on.outside_m(other_x, other_y) == 0:
        return Message(
            "{point} looks swapped: write longitude first, {swapped}",
            point=written,
            swapped=_pair(point.lat, point.lon),
        )
    x0, y0, x1, y1 = on.outline.bounds
    if x0 <= x <= x1 and y0 <= y <= y1:  # in a bay of the outline: its extent would mislead
        return Message("{point} lies outside the map of {map}", point=written, map=on.name)
    lons, lats = on.lonlat([x0, x1], [y0, y1])
    return Message(
        "{point} lies outside the map of {map} (longitude {west:.2f} to {east:.2f}, "
        "latitude {south:.2f} to {north:.2f})",
        point=written,
        map=on.name,
        west=float(lons[0]),
        east=float(lons[1]),
        south=float(lats[0]),
        north=float(lats[1]),
    )


def _pair(lon: float, lat: float) -> str:
    return f"[{lon:g}, {lat:g}]"
