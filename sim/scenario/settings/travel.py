"""Travel: how fast ambulances drive, on which roads and when."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Final, Literal

import numpy as np
from pydantic import Field, field_validator

from sim import units
from sim.model.calendar import DAYS, HOURS, hours_of_week
from sim.scenario.settings.closures import MOST_CLOSURES, Closure, OneClosure
from sim.scenario.values import (
    LongHours,
    Setting,
    ShortText,
    Speed,
    SpeedShare,
    WeekDays,
    default,
    number,
)
from sim.text import Message

CLASS_SPEEDS: Final = {
    "motorway": "91 km/h", "motorway_link": "60 km/h",
    "trunk": "60 km/h", "trunk_link": "47 km/h",
    "primary": "47 km/h", "primary_link": "47 km/h",
    "secondary": "47 km/h", "secondary_link": "47 km/h",
    "tertiary": "40 km/h", "tertiary_link": "40 km/h",
    "unclassified": "30 km/h", "residential": "30 km/h", "road": "30 km/h",
    "living_street": "15 km/h", "service": "15 km/h", "track": "15 km/h",
}  # fmt: skip
FAST_ROADS: Final = ("motorway", "motorway_link", "trunk", "trunk_link")
MAIN_ROADS: Final = ("primary", "primary_link", "secondary", "secondary_link")


class Band(Setting):
    """Hours in which speeds are other than usual."""

    hours: LongHours
    """The clock hours in which it is in force."""
    days: WeekDays = default("mon-sun")
    """The days of the week on which it is in force."""
    speed: SpeedShare
    """What speeds are multiplied with, in percent; bands that overlap multiply."""
    classes: tuple[ShortText, ...] = Field((), max_length=200)
    """The classes of roads for which it holds; without them for all."""


LEAST_TOGETHER: Final = 0.001  # of the usual speed, where bands overlap
MOST_TOGETHER: Final = 10.0


def multiplied(bands: Sequence[Band]) -> tuple[float, float]:
    """The least and the most of what bands together make of a speed, on any road, at any hour."""
    named = {name for band in bands for name in band.classes}
    found = np.ones((len(named) + 1, HOURS * DAYS))  # the last row: all other classes
    rows = {name: row for row, name in enumerate(sorted(named))}
    for band in bands:
        on = [rows[name] for name in band.classes] or slice(None)
        found[on] *= np.where(hours_of_week(band.hours, band.days), band.speed, 1.0)
    return float(found.min()), float(found.max())


def check_together(bands: Sequence[Band]) -> None:
    """ValueError of bands that overlap and make speeds that nothing drives at."""
    least, most = multiplied(bands)
    if not (least >= LEAST_TOGETHER and most <= MOST_TOGETHER):
        raise ValueError(
            Message(
                "bands that overlap multiply to {least:.3g} % and {most:.3g} % of a speed: they "
                "must stay within {lowest:g} % and {highest:g} %",
                least=100 * least, most=100 * most,
                lowest=100 * LEAST_TOGETHER, highest=100 * MOST_TOGETHER,
            )
        )  # fmt: skip


MOST_SIGMA: Final = 2  # then one drive in forty takes seven times as long as is expected
Sigma = Annotated[float, *number(0, MOST_SIGMA)]


class TravelFactor(Setting):
    """How much single drives take longer or shorter than expected: lognormal, 1 in the mean.

    Nobody knows it when choosing whom to send. Ways home have none.
    """

    sigma: Sigma
    """The standard deviation of the natural logarithm of what a drive to the scene is multiplied
    with; 0 is always as expected."""
    to_hospital: Sigma | None = None
    """The same of the drive to hospital; without it as to the scene."""

    @property
    def sigma_to_hospital(self) -> float:
        return self.sigma if self.to_hospital is None else self.to_hospital


class TravelSettings(Setting):
    """How fast ambulances drive."""

    speeds: dict[ShortText, Speed] = default(CLASS_SPEEDS, max_length=200)
    """The speed with siren on each class of roads; classes that are not named keep their default.

    Source: the Auckland model of JEMSS for motorways, trunk, primary and secondary roads; slower
    ones are assumed."""
    posted: Literal["use", "ignore"] = "use"
    """Whether the speeds of single roads that the map has (maxspeed) come before their class's."""
    ordinary: SpeedShare = default("95 %")
    """The speed without siren, as a share of the speed with siren.

    Source: Utrecht 2021–22."""
    off_road: Speed = default("20 km/h")
    """The speed between the nearest road and the place itself.

    Source: assumed."""
    to_hospital: Literal["siren", "ordinary"] = "ordinary"
    """How ambulances drive to the hospital with a patient: with siren, or at ordinary speed.

    Source: assumed."""
    bands: tuple[Band, ...] = Field((), max_length=200)
    """Hours in which speeds are other than usual, like a rush hour."""
    band_rule: Literal["held", "carried over"] = "held"
    """Whether the time band of departure is held for the whole drive, or what is left of a drive
    is carried over into the next one and driven at its speeds.

    Source: held, as today's routers do; carried over, nobody who sets out later arrives sooner."""
    closures: dict[ShortText, OneClosure] = Field({}, max_length=MOST_CLOSURES)
    """Roads that are closed or slower for some time, each under a name of its own; `open` takes
    away the one that a base has under that name."""
    factor: TravelFactor | None = None
    """How much single drives take longer or shorter than expected: by a lognormal factor, 1 in the
    mean, that nobody knows when choosing whom to send. Without it none does."""

    @field_validator("bands")
    @classmethod
    def _within_reason(cls, bands: tuple[Band, ...]) -> tuple[Band, ...]:
        check_together(bands)
        return bands

    @property
    def closed(self) -> dict[str, Closure]:
        """The closures that there are, by name."""
        return {name: one for name, one in self.closures.items() if one is not None}

    @property
    def speeds_change(self) -> bool:
        """Whether speeds change while time passes: by bands, or closures that begin and end."""
        return bool(self.bands) or any(not one.always for one in self.closed.values())

    @field_validator("speeds", mode="after")
    @classmethod
    def _with_defaults(cls, speeds: dict[str, float]) -> dict[str, float]:
        usual = {name: units.metres_per_second(text) for name, text in CLASS_SPEEDS.items()}
        return usual | speeds
