"""Roads that are closed, or slower than usual, for some time: bridges, floods, works, festivals."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

import numpy as np
from pydantic import BeforeValidator, Field, field_validator, model_validator

from sim import units
from sim.model.calendar import HOURS, hours_of_week
from sim.scenario.dates import LocalTime
from sim.scenario.values import (
    LongHours,
    LongText,
    Place,
    Setting,
    ShortText,
    SpeedShare,
    WeekDays,
    default,
    quantity,
)
from sim.text import Message

MOST_CLOSURES: Final = 200
OPEN: Final = "open"  # takes away a closure that a base has
PLACES: Final = ("at", "between", "around", "township")
Radius = Annotated[
    float,
    *quantity(units.metres.within("10 m", "200 km"), Message("a distance with its unit")),
]


class Closure(Setting):
    """A road, or all roads of an area, closed or slowed for some time.

    Whoever sets out meanwhile drives round; whoever is under way drives on.
    """

    road: ShortText | None = None
    """The name of a road, as the map has it: all its links, or those that the place below means."""
    at: Place | None = None
    """A point at the road: the link that is nearest to it. Instead of `between`, `around` and
    `township`."""
    between: tuple[Place, Place] | None = None
    """Two points at the road: all links on the shortest way from the one to the other of which at
    least half lies between them."""
    around: Place | None = None
    """The middle of a circle, with `radius`: all links of which some part lies within."""
    radius: Radius | None = None
    """How far the circle reaches, with `around`."""
    township: ShortText | None = None
    """The name of a township: all links of which some part lies within."""
    classes: tuple[ShortText, ...] = Field((), max_length=200)
    """The classes of roads that it concerns; without them all."""
    speed: SpeedShare | None = None
    """What speeds are multiplied with, in percent, where the roads are slowed; without it they are
    closed. Where several overlap they multiply."""
    from_: LocalTime | None = Field(None, alias="from")
    """From when on; without it from the beginning. Who sets out at that instant drives round."""
    until: LocalTime | None = None
    """Until when; without it to the end. Who sets out at that instant finds the road open."""
    hours: LongHours | None = None
    """The clock hours in which it is in force, between `from` and `until`; without them all
    hours."""
    days: WeekDays = default("mon-sun")
    """The days of the week on which these hours begin."""
    access: Literal["none", "local"] = "none"
    """Whether places at closed links are cut off, as by a flood, or can still be reached from
    either end, as at a bridge or at road works, where only the way through is closed."""
    why: LongText | None = None
    """Why, for the reader."""

    @field_validator("speed", mode="before")
    @classmethod
    def _slower(cls, speed: object) -> object:
        if units.share.knows(speed):
            share = units.share(speed)
            if share == 0:
                raise ValueError(Message("leave `speed` out where roads are closed"))
            if share >= 1:
                raise ValueError(
                    Message("write less than 100 %; found {found}", found=units.shown(speed))
                )
        return speed

    @model_validator(mode="after")
    def _whole(self) -> Closure:
        places = sum(getattr(self, name) is not None for name in PLACES)
        if places > 1 or (not places and self.road is None):
            raise ValueError(
                Message(
                    "say where: write `road`, or one of `at`, `between`, `around` and `township`, "
                    "or both"
                )
            )
        if (self.around is None) != (self.radius is None):
            raise ValueError(Message("write `around` and `radius` together"))
        if self.from_ is not None and self.until is not None and self.until <= self.from_:
            raise ValueError(
                Message(
                    "`until` is not later than `from`: {until}, and {begin}",
                    begin=f"{self.from_:%Y-%m-%d %H:%M}", until=f"{self.until:%Y-%m-%d %H:%M}",
                )
            )  # fmt: skip
        return self

    @property
    def dated(self) -> bool:
        """Whether it begins or ends on a day of the calendar."""
        return self.from_ is not None or self.until is not None

    @property
    def week(self) -> np.ndarray:
        """[hour of the week] bool: when it is in force, between its dates."""
        return hours_of_week((0, HOURS) if self.hours is None else self.hours, self.days)

    @property
    def always(self) -> bool:
        """Whether it is in force from the beginning to the end."""
        return not self.dated and bool(self.week.all())

    @property
    def factor(self) -> float:
        """What speeds are multiplied with; 0 = closed."""
        return 0.0 if self.speed is None else self.speed


def _or_open(value: Any) -> Any:
    return None if value == OPEN else value


OneClosure = Annotated[
    Closure | None,
    BeforeValidator(
        _or_open,
        json_schema_input_type=Closure | Annotated[str, Field(pattern=f"^{OPEN}$")],
    ),
]
