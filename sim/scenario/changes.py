"""Changes of a layout: what each verb checks and does."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.errors import did_you_mean
from sim.files.yaml_lines import Loc
from sim.geography.bundle import Map
from sim.geography.roads import network
from sim.scenario.layout import Ambulance, Station
from sim.scenario.settings import (
    Change,
    Close,
    Fleet,
    LonLat,
    Move,
    StationEntry,
)
from sim.text import Name

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario

FAR_FROM_ROAD_M = 2_000.0
FAR_FROM_PLACE_M = 10_000.0  # a place of a matrix stands for all around it


def apply(scenario: Scenario, change: Change, tell: Any) -> Scenario | None:
    """The scenario with one change, or None after telling what is wrong."""
    verb = change.verb
    if isinstance(verb, StationEntry):
        changed = add(scenario, verb, inside(tell, ("add",)))
    elif isinstance(verb, Move):
        changed = _move(scenario, verb, inside(tell, ("move",)))
    elif isinstance(verb, Fleet):
        changed = _staff(scenario, verb, inside(tell, ("ambulances",)))
    else:
        assert isinstance(verb, Close)
        changed = _close(scenario, verb, inside(tell, ("close",)))
    return changed and replace(changed, changes=(*scenario.changes, change))


def add(scenario: Scenario, entry: StationEntry, tell: Any) -> Scenario | None:
    if scenario.station(entry.station) is not None:
        tell(
            ("station",),
            f"there is a station {entry.station} already; to give it more ambulances write "
            f"`ambulances: {{station: {entry.station}, by: +1}}`",
        )
        return None
    field = "at" if entry.at is not None else "station"
    where = _resolve(scenario, entry.at if entry.at is not None else entry.station, tell, field)
    if where is None:
        return None
    spot = scenario.map.find(entry.station)
    name_zh = spot.name.zh if spot else entry.station
    name_en = entry.name_en or (spot.name.en if spot else entry.station)
    station = Station(Name(name_zh, name_en), entry.kind, *where)
    ambulances = (Ambulance(len(scenario.stations), entry.hours),) * entry.ambulances
    return replace(
        scenario,
        stations=(*scenario.stations, station),
        fleet=scenario.fleet + ambulances,
    )


def _move(scenario: Scenario, move: Move, tell: Any) -> Scenario | None:
    row = _known_station(scenario, move.station, tell)
    where = _resolve(scenario, move.to, tell, "to")
    if row is None or where is None:
        return None
    x, y, node, road_m = where
    moved = replace(scenario.stations[row], x=x, y=y, node=node, road_m=road_m)
    return _with_station(scenario, row, moved)


def _staff(scenario: Scenario, change: Fleet, tell: Any) -> Scenario | None:
    row = _known_station(scenario, change.station, tell)
    if row is None:
        return None
    now = scenario.fleet_size(row)
    by = change.by if change.by is not None else (change.to or 0) - now
    if now + by < 0:
        tell(("by",), f"{change.station} has {now} ambulances: {-by} cannot be taken away")
        return None
    if by >= 0:
        return replace(scenario, fleet=scenario.fleet + (Ambulance(row, change.hours),) * by)
    # The last come are the first to go, so that the others keep their order.
    rows = [i for i, ambulance in enumerate(scenario.fleet) if ambulance.station == row][by:]
    kept = tuple(a for i, a in enumerate(scenario.fleet) if i not in rows)
    return replace(scenario, fleet=kept)


def _close(scenario: Scenario, change: Close, tell: Any) -> Scenario | None:
    row = _known_station(scenario, change.station, tell)
    if row is None:
        return None
    closed = _with_station(scenario, row, replace(scenario.stations[row], closed=True))
    return replace(closed, fleet=tuple(a for a in scenario.fleet if a.station != row))


def _with_station(scenario: Scenario, row: int, station: Station) -> Scenario:
    stations = (*scenario.stations[:row], station, *scenario.stations[row + 1 :])
    return replace(scenario, stations=stations)


def _known_station(scenario: Scenario, name: str, tell: Any) -> int | None:
    row = scenario.station(name)
    if row is None:
        known = [station.name.zh for station in scenario.open_stations()]
        tell(("station",), f'no station "{name}" in the layout{did_you_mean(name, known)}')
    return row


def _resolve(
    scenario: Scenario, place: str | LonLat, tell: Any, field: str
) -> tuple[float, float, int, float] | None:
    """x, y, road node and metres to it of a named place or a point; None after telling why not."""
    ground = scenario.map
    if isinstance(place, LonLat):
        x, y = ground.project(place.lon, place.lat)
        found = f"[{place.lon:g}, {place.lat:g}]"
        if not np.isfinite([x, y]).all() or ground.outside_m(x, y) > 0:
            sx, sy = ground.project(place.lat, place.lon)
            if np.isfinite([sx, sy]).all() and ground.outside_m(sx, sy) == 0:
                message = (
                    f"{found} looks swapped: write longitude first, [{place.lat:g}, {place.lon:g}]"
                )
            else:
                message = f"{found} lies outside the map of {ground.name.en}{_extent(ground, x, y)}"
            tell((field,), message)
            return None
    else:
        spot = ground.find(place)
        if spot is None:
            hint = did_you_mean(place, ground.known_names())
            more = "" if field == "at" else ", or write where it stands with `at: [lon, lat]`"
            tell((field,), f'no place "{place}" on the map of {ground.name.en}{hint}{more}')
            return None
        x, y, found = spot.x, spot.y, place
    node, road_m = network.snap(ground.network, np.array([[x, y]]))
    limit_m = FAR_FROM_ROAD_M if ground.matrix is None else FAR_FROM_PLACE_M
    if road_m[0] > limit_m:
        what = "road" if ground.matrix is None else "place of the matrix"
        message = (
            f"{found} is {road_m[0] / 1000:.1f} km from the nearest {what} "
            f"(at most {limit_m / 1000:g} km)"
        )
        tell((field,), message)
        return None
    return float(x), float(y), int(node[0]), float(road_m[0])


def _extent(ground: Map, x: float, y: float) -> str:
    x0, y0, x1, y1 = ground.outline.bounds
    if x0 <= x <= x1 and y0 <= y <= y1:  # in a bay of the outline: its extent would mislead
        return ""
    lons, lats = ground.lonlat([x0, x1], [y0, y1])
    return f" (longitude {lons[0]:.2f} to {lons[1]:.2f}, latitude {lats[0]:.2f} to {lats[1]:.2f})"


def inside(tell: Any, prefix: Loc) -> Any:
    return lambda loc, message: tell((*prefix, *loc), message)


def _slug(change: Change, layout: Scenario) -> Name:
    """A change in a word or two, for the name of the layout."""
    verb = change.verb
    assert verb is not None
    sign = {StationEntry: "+", Close: "−", Move: "→", Fleet: "±"}[type(verb)]
    name = layout.station_name(verb.station)
    return Name(f"{sign} {name.zh}", f"{sign} {name.en}")


def _as_text(change: dict[str, Any]) -> str:
    verb, entry = next(iter(change.items()), ("change", {}))
    return f"{verb} {entry.get('station', '')}".strip() if isinstance(entry, dict) else str(verb)
