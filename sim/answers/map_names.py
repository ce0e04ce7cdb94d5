"""What the maps of a comparison are called, as files and at its door."""

from __future__ import annotations

from typing import Final

DIFFERENCES: Final = {"within": "map-difference", "mean": "map-minutes"}  # maps, by the measure


def map_name(layout: int) -> str:
    """The name of the map of a layout: map, map-proposal, map-proposal-2, …"""
    if layout == 0:
        return "map"
    return "map-proposal" if layout == 1 else f"map-proposal-{layout}"


def difference_name(layout: int, key: str) -> str:
    """The name of the map of what a proposal changes: map-difference, map-difference-2, …"""
    return DIFFERENCES[key] if layout == 1 else f"{DIFFERENCES[key]}-{layout}"


def load_name(layout: int) -> str:
    """The name of the figure of how busy a layout's ambulances are: load, load-proposal, …"""
    return map_name(layout).replace("map", "load")
