"""What is known of a place before its map is made up: towns, through-roads and rivers."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

SOURCED, INFERRED, IMPUTED, ASSUMED = "sourced", "inferred", "imputed", "assumed"
MOTORWAY: Final = "motorway"
RANKS: Final = ("trunk", "primary", "secondary", "tertiary", "residential", "unclassified")
TRUNK, PRIMARY, SECONDARY, TERTIARY, RESIDENTIAL, UNCLASSIFIED = range(6)
USUAL_KM2: Final = 2_500.0  # of a county that is drawn at full grain


class Towns(NamedTuple):
    """The townships of a place, one row each; where each value is from stands beside it."""

    code: list[str]
    zh: list[str]
    en: list[str]
    kind: list[str]
    urban: np.ndarray  # [town] bool
    lonlat: np.ndarray  # [town, 2] WGS84
    km2: np.ndarray  # [town]
    people: np.ndarray  # [town] whole numbers
    villages: np.ndarray  # [town] whole numbers, communities among them
    point_src: list[str]
    area_src: list[str]
    people_src: list[str]

    @property
    def grain(self) -> float:
        """How coarsely the map is drawn: 1 up to the size of a county, more for a great city."""
        return float(max(1.0, np.sqrt(self.km2.sum() / USUAL_KM2)))


Stop = int | tuple[float, float]  # the row of a town, or a longitude and a latitude


class Route(NamedTuple):
    """A through-road: its class, and what it passes in order."""

    name: str
    road_class: str  # in OpenStreetMap's words
    stops: tuple[Stop, ...]

    @property
    def towns(self) -> list[int]:
        """The towns that it passes, in order."""
        return [stop for stop in self.stops if isinstance(stop, int)]


class River(NamedTuple):
    """A river: its names and points along it in degrees."""

    zh: str
    en: str
    lonlat: np.ndarray  # [point, 2]


class Place(NamedTuple):
    """All that is known."""

    towns: Towns
    routes: tuple[Route, ...] = ()
    rivers: tuple[River, ...] = ()
