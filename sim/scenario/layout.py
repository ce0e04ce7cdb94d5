"""A layout as values: stations and their ambulances."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, NamedTuple

from sim.scenario.duty import ALWAYS, DutyHours
from sim.scenario.settings.crews import CrewSettings
from sim.text import Name


@dataclass(frozen=True)
class Station:
    """Where ambulances call home. A closed one keeps its row, so that no other is renumbered."""

    name: Name
    kind: str
    x: float  # metres
    y: float
    road_m: float  # metres from the nearest point of a road that may be left
    closed: bool = False


@dataclass(frozen=True)
class Ambulance:
    """An ambulance, at home at a station, of a class, and on duty at some hours of the week."""

    station: int  # row
    duty: DutyHours = ALWAYS
    kind: int = 0  # row of its class in `crews.classes`
    vehicle: int | None = None  # its number where it came from, if it was moved


@dataclass(frozen=True, eq=False, kw_only=True)
class Layout:
    """Stations, and the ambulances of each. Rows are appended, never renumbered."""

    stations: tuple[Station, ...] = ()
    fleet: tuple[Ambulance, ...] = ()

    @property
    def crews(self) -> CrewSettings:
        """Which classes there are: of a layout without settings the usual ones."""
        return CrewSettings()

    def station(self, name: str) -> int | None:
        """The row of an open station by its Chinese or English name; None if there is none."""
        for row, station in enumerate(self.stations):
            known = (station.name.zh.casefold(), station.name.en.casefold())
            if not station.closed and name.casefold() in known:
                return row
        return None

    def station_name(self, written: str) -> Name:
        """A station's name in both languages, where the map or the file gives one."""
        for station in self.stations:
            if written in station.name:
                return station.name
        return Name(written, written)

    def open_stations(self) -> list[Station]:
        return [station for station in self.stations if not station.closed]

    def fleet_of(self, station: int) -> tuple[Ambulance, ...]:
        """The ambulances at a row of `stations`."""
        return tuple(one for one in self.fleet if one.station == station)

    def fleet_size(self, station: int) -> int:
        """The number of ambulances at a row of `stations`."""
        return sum(ambulance.station == station for ambulance in self.fleet)

    def is_laid_out_as(self, other: Layout) -> bool:
        """Whether both have the same ambulances at the same places, whatever these are called."""
        return self._laid_out() == other._laid_out()

    def _laid_out(self) -> tuple[list[object], list[object]]:
        where = [(station.x, station.y, station.road_m) for station in self.stations]
        open_ones: list[object] = [
            where[row] for row, one in enumerate(self.stations) if not one.closed
        ]
        return open_ones, [(where[one.station], one.duty, one.kind) for one in self.fleet]


VEHICLES: Final = 1000  # of a station that can be told apart: more than any has


def vehicle_numbers(layout: Layout) -> list[int]:
    """[ambulance] a number that its vehicle keeps in every layout: what is drawn for it goes by it.

    That of its station and, from 0, its rank there. One that was moved keeps the number that it
    had; no other takes it.
    """
    taken = {one.vehicle for one in layout.fleet if one.vehicle is not None}
    rank: dict[int, int] = {}
    numbers = []
    for one in layout.fleet:
        number = one.vehicle
        if number is None:
            number = rank.get(one.station, one.station * VEHICLES)
            while number in taken:
                number += 1
            rank[one.station] = number + 1
        numbers.append(number)
    return numbers


# ── one layout against another ───────────────────────────────────────────────────────────────

SAME_PLACE_M: Final = 1.0  # a station nearer than this to where it stood has not moved


class StationChange(NamedTuple):
    """A station of a layout against the base: new, moved, closed, or as it was."""

    station: Station  # as it is in the layout; as it was, if it is closed there
    ambulances: int  # at home there in the layout
    before: Station | None  # as it was in the base; None if it is new
    more: int = 0  # ambulances than in the base, fewer with a minus; 0 if new or closed
    closed: bool = False
    fleet: tuple[Ambulance, ...] = ()  # those at home there in the layout
    fleet_before: tuple[Ambulance, ...] = ()  # in the base

    @property
    def new(self) -> bool:
        return self.before is None

    @property
    def moved(self) -> bool:
        return not self.closed and self.before is not None and _apart(self.station, self.before)


def against(base: Layout, layout: Layout) -> list[StationChange]:
    """Every station that is open in either, those of the layout first, in its order.

    A station is known by its Chinese name, or, under another name, by where it stands.
    """
    left = {row: station for row, station in enumerate(base.stations) if not station.closed}
    found = []
    for row, station in enumerate(layout.stations):
        if station.closed:
            continue
        number, known = layout.fleet_size(row), _known(station, layout, left)
        before = None if known is None else left.pop(known)
        more = 0 if known is None else number - base.fleet_size(known)
        there = layout.fleet_of(row)
        then = () if known is None else base.fleet_of(known)
        found.append(StationChange(station, number, before, more, False, there, then))
    closed = [StationChange(station, 0, station, closed=True) for station in left.values()]
    return found + closed


def _known(station: Station, layout: Layout, left: dict[int, Station]) -> int | None:
    """The row of a station in the base; None if it has none there."""
    for row, other in left.items():
        if other.name.zh.casefold() == station.name.zh.casefold():
            return row
    for row, other in left.items():
        if not _apart(station, other) and layout.station(other.name.zh) is None:
            return row
    return None


def _apart(one: Station, other: Station) -> bool:
    return math.hypot(one.x - other.x, one.y - other.y) > SAME_PLACE_M
