"""A layout as values: stations and their ambulances."""

from __future__ import annotations

from dataclasses import dataclass


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
