"""The numbers of a figure as rows of a table: each column says its unit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sim.measures.intervals import Estimate
from sim.measures.kinds import Measure
from sim.scenario.layout import StationChange
from sim.words.language import Language

Rows = list[dict[str, Any]]  # each a row by the names of the columns

LEVELS: Final = {"share": "percent", "min": "min", "number": "number"}
CHANGES: Final = LEVELS | {"share": "points"}


def level(name: str, measure: Measure, value: Estimate) -> dict[str, float]:
    """A measure with its interval: `today_percent`, `today_low_percent`, `today_high_percent`."""
    return in_unit(name, LEVELS[measure.unit], value, measure.scale)


def change(name: str, measure: Measure, value: Estimate) -> dict[str, float]:
    """A difference of a measure with its interval: `gain_points`, `gain_low_points` and so on."""
    return in_unit(name, CHANGES[measure.unit], value, measure.scale)


def in_unit(name: str, unit: str, value: Estimate, scale: float = 1.0) -> dict[str, float]:
    """An estimate with its interval, times `scale`, under names that end in the unit."""
    return {
        f"{name}_{unit}": scale * value.mean,
        f"{name}_low_{unit}": scale * value.low,
        f"{name}_high_{unit}": scale * value.high,
    }


def stations(changes: Sequence[StationChange], say: Language) -> Rows:
    """Stations of a layout where they stand, in metres of the map, and what it changes of them."""
    return [
        {
            "station": say.name(one.station.name),
            "x_m": one.station.x,
            "y_m": one.station.y,
            "ambulances": 0 if one.closed else one.ambulances,
            "ambulances_more": one.more,
            "new": one.before is None,
            "closed": one.closed,
        }
        for one in changes
    ]
