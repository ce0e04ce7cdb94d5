"""What road data say of a road, in words: its class, its direction, its speed limit."""

from __future__ import annotations

import math
import re
from functools import lru_cache
from typing import Final

MAIN: Final = frozenset(
    f"{name}{link}"
    for name in ("motorway", "trunk", "primary", "secondary", "tertiary")
    for link in ("", "_link")
)
STREETS: Final = frozenset({"unclassified", "residential", "living_street", "road"})
NOT_FOR_AMBULANCES: Final = frozenset(
    {"footway", "path", "pedestrian", "cycleway", "steps", "bridleway", "corridor", "elevator",
     "construction", "proposed", "abandoned", "platform", "raceway", "busway", "bus_guideway",
     "rest_area", "services", "razed", "planned", "escape", "via_ferrata"}
)  # fmt: skip
NOT_LIVED_IN: Final = frozenset({"motorway", "motorway_link", "trunk", "trunk_link", "ferry"})
FERRY_KMH: Final = 15.0
WALK_KMH: Final = 5.0
KMH: Final = {"": 1.0, "km/h": 1.0, "kmh": 1.0, "kph": 1.0, "mph": 1.609344, "knots": 1.852}
PLAUSIBLE_KMH: Final = (5.0, 130.0)

BOTH, FORWARD, BACKWARD = 0, 1, -1
DIRECTIONS: Final = {
    **dict.fromkeys(("yes", "true", "1", "1.0", "f", "ft", "forward", "oneway"), FORWARD),
    **dict.fromkeys(("-1", "-1.0", "reverse", "t", "tf", "backward"), BACKWARD),
    **dict.fromkeys(("no", "false", "0", "0.0", "b", "both", "", "none", "nan"), BOTH),
    # Open one way at a time: an ambulance with siren may wait or be let through.
    **dict.fromkeys(("reversible", "alternating"), BOTH),
}


@lru_cache(maxsize=4096)
def speed_kmh(text: str | None) -> float:
    """A speed limit as a number; nan where it says none, or nothing that can be read.

    Several values, as where pieces of road were joined, count as their mean.
    """
    if text is None:
        return math.nan
    found = []
    for part in re.split(r"[;|,\[\]']", text.lower()):
        match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([a-z/]*)", part.strip())
        if part.strip() == "walk":
            found.append(WALK_KMH)
        elif match and match[2] in KMH:
            found.append(float(match[1]) * KMH[match[2]])
    low, high = PLAUSIBLE_KMH
    speed = sum(found) / len(found) if found else math.nan
    return round(speed, 1) if low <= speed <= high else math.nan


@lru_cache(maxsize=4096)
def direction(text: str | None) -> int | None:
    """BOTH, FORWARD or BACKWARD; None for a word that nobody knows."""
    return BOTH if text is None else DIRECTIONS.get(text.strip().lower())


@lru_cache(maxsize=4096)
def road_class(text: str | None) -> str:
    """The class as OpenStreetMap writes it; of a list, its first."""
    words = re.findall(r"[^\s\[\]'\",;|]+", (text or "").lower())
    first = words[0] if words else ""
    return "track" if re.fullmatch(r"track_grade\d", first) else first


def wanted(name: str, service: bool, tracks: bool, ferries: bool) -> bool:
    """Whether an ambulance drives there, as far as the class says."""
    return (
        name in MAIN
        or name in STREETS
        or (service and name == "service")
        or (tracks and name == "track")
        or (ferries and name == "ferry")
    )
