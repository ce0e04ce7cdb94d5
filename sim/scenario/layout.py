"""A layout as values: stations and their ambulances."""

from __future__ import annotations

from dataclasses import dataclass

from sim.text import Name


@dataclass(frozen=True)
class Station:
    """Where ambulances call home. A closed one keeps its row, so that no other is renumbered."""

    name: Name
    kind: str
    x: float  # metres
    y: float
    node: int  # nearest road node that may be left
    road_m: float  # metres from that node
    closed: bool = False

    def label(self, language: str) -> str:
        return self.name.within(language)


@dataclass(frozen=True)
class Ambulance:
    station: int  # row
    hours: tuple[int, int] | None = None  # on duty at these clock hours; None = always
