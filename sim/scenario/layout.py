"""A layout as values: stations and their ambulances."""

from __future__ import annotations

from dataclasses import dataclass

from sim.model.calendar import HOURS, Hours
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
    """An ambulance, at home at a station and on duty at some hours of the day."""

    station: int  # row
    hours: Hours | None = None  # on duty at these clock hours; None = always

    @property
    def hours_a_day(self) -> int:
        """How long it is on duty: 24 if always."""
        return HOURS if self.hours is None else self.hours.length_h


@dataclass(frozen=True, eq=False, kw_only=True)
class Layout:
    """Stations, and the ambulances of each. Rows are appended, never renumbered."""

    stations: tuple[Station, ...] = ()
    fleet: tuple[Ambulance, ...] = ()

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

    def fleet_size(self, station: int) -> int:
        """The number of ambulances at a row of `stations`."""
        return sum(ambulance.station == station for ambulance in self.fleet)
