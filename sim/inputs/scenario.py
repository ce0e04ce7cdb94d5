"""A scenario file, read and checked, as a value: a layout on a map, and everything around it.

    liling = load("scenarios/liling")          # in `scenario_file`
    plan = liling.add("枫林镇").close("市妇幼")      # liling is untouched

Files and verbs go through the same checks; all problems are raised together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import ValidationError

from sim.errors import Problem, ScenarioError, did_you_mean
from sim.inputs import network
from sim.inputs.findings import dotted, in_words
from sim.inputs.maps import Map
from sim.inputs.records import Recorded
from sim.inputs.settings import (
    CLASS_SPEEDS,
    Change,
    Close,
    Fleet,
    LonLat,
    Move,
    Settings,
    StationEntry,
)
from sim.inputs.yaml_text import Loc

FAR_FROM_ROAD_M = 2_000.0
FAR_FROM_PLACE_M = 10_000.0  # a place of a matrix stands for all around it
MOST_CALLS = 1e7  # in one replication; more is a slip of the pen


@dataclass(frozen=True)
class Station:
    """Where ambulances call home. A closed one keeps its row, so that no other is renumbered."""

    name: str
    name_en: str
    kind: str
    x: float  # metres
    y: float
    node: int  # nearest road node that may be left
    road_m: float  # metres from that node
    closed: bool = False

    def label(self, language: str) -> str:
        return self.name if language == "zh" else self.name_en


@dataclass(frozen=True)
class Ambulance:
    station: int  # row
    hours: tuple[int, int] | None = None  # on duty at these clock hours; None = always


@dataclass(frozen=True, eq=False)
class Scenario:
    """A layout and its settings. Frozen: every verb returns another scenario."""

    name: str
    name_zh: str
    settings: Settings
    map: Map
    stations: tuple[Station, ...]
    fleet: tuple[Ambulance, ...]
    path: Path
    changes: tuple[Change, ...] = ()  # what was changed since the base
    reason: str = ""
    files: tuple[Path, ...] = ()  # what it was read from: scenario files, the base's last
    recorded: Recorded | None = None  # calls to replay instead of drawing them

    def add(
        self,
        name: str,
        at: str | Sequence[float] | None = None,
        *,
        ambulances: int = 1,
        kind: str = "substation",
        hours: str | None = None,
    ) -> Scenario:
        """With a new station: at `at` ([lon, lat] or a name), else where its name says."""
        entry = {"station": name, "kind": kind, "ambulances": ambulances, "at": at, "hours": hours}
        return self.change({"add": {k: v for k, v in entry.items() if v is not None}})

    def move(self, station: str, to: str | Sequence[float]) -> Scenario:
        return self.change({"move": {"station": station, "to": to}})

    def close(self, station: str) -> Scenario:
        """Without this station and its ambulances."""
        return self.change({"close": {"station": station}})

    def ambulances(
        self,
        station: str,
        by: int | None = None,
        *,
        to: int | None = None,
        hours: str | None = None,
    ) -> Scenario:
        entry = {"station": station, "by": by, "to": to, "hours": hours}
        return self.change({"ambulances": {k: v for k, v in entry.items() if v is not None}})

    def change(self, change: dict[str, Any]) -> Scenario:
        """With one change, written as in a scenario file; ScenarioError if it cannot be made."""
        problems: list[Problem] = []
        try:
            checked = Change.model_validate(change)
        except ValidationError as error:
            found = [Problem(m, dotted(at)) for at, m in in_words(error, change, Change)]
            raise ScenarioError(_as_text(change), found) from None
        changed = apply(self, checked, lambda loc, m: problems.append(Problem(m, dotted(loc))))
        if changed is None or problems:
            raise ScenarioError(_as_text(change), problems)
        if not changed.fleet:
            raise ScenarioError(_as_text(change), "the layout would have no ambulance left")
        en, zh = (_slug(checked, changed, lang) for lang in ("en", "zh"))
        return replace(changed, name=f"{self.name} {en}", name_zh=f"{self.name_zh} {zh}")

    def with_study(self, **study: object) -> Scenario:
        """With other study settings, in SI: `with_study(length=7 * 86400.0)`."""
        unknown = set(study) - set(type(self.settings.study).model_fields)
        if unknown:
            raise TypeError(f"no such study setting: {', '.join(sorted(unknown))}")
        changed = self.settings.study.model_copy(update=study)
        return replace(self, settings=self.settings.model_copy(update={"study": changed}))

    def station(self, name: str) -> int | None:
        """The row of an open station by its Chinese or English name."""
        for row, station in enumerate(self.stations):
            known = (station.name.casefold(), station.name_en.casefold())
            if not station.closed and name.casefold() in known:
                return row
        return None

    def station_label(self, written: str, lang: str) -> str:
        """A station's name in the reader's language, where the map or the file gives one."""
        for station in self.stations:
            if written in (station.name, station.name_en):
                return station.label(lang)
        return written

    def open_stations(self) -> list[Station]:
        return [station for station in self.stations if not station.closed]

    def fleet_size(self, station: int) -> int:
        return sum(ambulance.station == station for ambulance in self.fleet)


# ── checks that need the map ─────────────────────────────────────────────────────────────────


def check_settings(scenario: Scenario, tell: Any) -> None:
    settings, ground = scenario.settings, scenario.map
    classes = ground.network.classes
    without = np.isnan(ground.network.speed) | (settings.travel.posted == "ignore")
    speedless = {classes[i] for i in np.unique(ground.network.road_class[without]).tolist()} - set(
        settings.travel.speeds
    )
    for name in sorted(speedless):
        tell(("travel", "speeds"), f'the map has roads of class "{name}": write their speed')
    for number, band in enumerate(settings.travel.bands):
        for name in set(band.classes) - set(classes):
            message = f'the map has no road of class "{name}"{did_you_mean(name, classes)}'
            tell(("travel", "bands", number, "classes"), message)
    priorities = [p.name for p in settings.demand.priorities]
    for number, divert in enumerate(settings.dispatch.divert):
        for key, name in (("leaving", divert.leaving), ("for", divert.for_)):
            if name not in priorities:
                message = f'no priority "{name}"{did_you_mean(name, priorities)}'
                tell(("dispatch", "divert", number, key), message)
        known = {divert.leaving, divert.for_} <= set(priorities)
        if known and priorities.index(divert.for_) >= priorities.index(divert.leaving):
            message = f"{divert.for_} is not more urgent than {divert.leaving}: priorities are "
            tell(("dispatch", "divert", number), message + "listed from the most urgent on")
    odd = set(settings.travel.speeds) - set(classes) - set(CLASS_SPEEDS)
    for name in sorted(odd):
        message = f'the map has no road of class "{name}"{did_you_mean(name, classes)}'
        tell(("travel", "speeds", name), message)
    rates = settings.demand.rate
    for key, rate, area in (("urban", rates.urban, 0), ("rural", rates.rural, 1)):
        people = ground.cells.people[ground.cells.area == area].sum() if rate.per_person else 1
        if rate.per_second * people * settings.study.length > MOST_CALLS:
            tell(("demand", "rate", key), "more than ten million calls in one replication")
    if settings.demand.transported > 0 and not ground.hospitals:
        tell(("demand", "transported"), "the map has no hospital: write 0 % or add hospitals")


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
    name_zh = spot.name_zh if spot else entry.station
    name_en = entry.name_en or (spot.name_en if spot else entry.station)
    station = Station(name_zh, name_en, entry.kind, *where)
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
        known = [station.name for station in scenario.open_stations()]
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
                message = f"{found} lies outside the map of {ground.name_en}{_extent(ground, x, y)}"
            tell((field,), message)
            return None
    else:
        spot = ground.find(place)
        if spot is None:
            hint = did_you_mean(place, ground.known_names())
            more = "" if field == "at" else ", or write where it stands with `at: [lon, lat]`"
            tell((field,), f'no place "{place}" on the map of {ground.name_en}{hint}{more}')
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


def _slug(change: Change, layout: Scenario, lang: str) -> str:
    """A change in a word or two, for the name of the layout."""
    verb = change.verb
    assert verb is not None
    sign = {StationEntry: "+", Close: "−", Move: "→", Fleet: "±"}[type(verb)]
    return f"{sign} {layout.station_label(verb.station, lang)}"


def _as_text(change: dict[str, Any]) -> str:
    verb, entry = next(iter(change.items()), ("change", {}))
    return f"{verb} {entry.get('station', '')}".strip() if isinstance(entry, dict) else str(verb)
