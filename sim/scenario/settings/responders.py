"""First responders: village clinics, family doctors, volunteers who may be there first."""

from __future__ import annotations

from typing import Annotated, Final, Literal, NamedTuple

from pydantic import BeforeValidator, Discriminator, Field, Tag, WithJsonSchema, model_validator

from sim import limits, units
from sim.scenario.distributions import AnyDistribution
from sim.scenario.values import (
    Form,
    LongHours,
    Place,
    Seconds,
    Setting,
    Share,
    ShortText,
    Speed,
    WeekDays,
    default,
    number,
)
from sim.text import Message

LAYERS: Final = ("hospitals", "townships", "sites")  # of the map
PER_REFUSAL_S: Final = 60.0  # unless a scenario says otherwise
_NEAR: Final = units.metres.within("10 m", "100 km")
_SOON: Final = units.seconds.within("10 s", "1 day")


class Radius(NamedTuple):
    """How far somebody may be from a call to be asked: one of both is infinite."""

    metres: float  # in a straight line
    seconds: float  # on the way

    def __str__(self) -> str:
        if self.metres < self.seconds:
            return f"{self.metres / 1000:g} km"
        return f"{self.seconds / 60:g} min"


def parse_reach(value: object) -> Radius:
    """A distance like "3 km", or a time on the way like "10 min"."""
    if isinstance(value, Radius):
        return value
    if units.metres.knows(value):
        return Radius(_NEAR(value), float("inf"))
    if units.seconds.knows(value):
        return Radius(float("inf"), _SOON(value))
    raise ValueError(
        Message(
            'write a distance or a time on the way, like "{km}" or "{minutes}"; found {found}',
            km="3 km",
            minutes="10 min",
            found=units.shown(value),
        )
    )


def _is_name(value: object) -> str:
    return "places" if isinstance(value, list | tuple) else "name"


# Which of both was meant is seen before it is read, so that a mistake is told of that one alone.
_Where = Annotated[
    Annotated[ShortText, Tag("name")]
    | Annotated[
        tuple[Place, ...], Field(min_length=1, max_length=limits.RESPONDERS), Tag("places")
    ],
    Discriminator(_is_name),
]
Where = Annotated[
    _Where,
    Form(
        Message(
            "a file beside this one with the columns name, lon and lat; or one of {layers}, which "
            "are the map's; or a list of places",
            layers=", ".join(LAYERS),
        ),
        "clinics.csv",
    ),
]


class Responders(Setting):
    """People who help until the ambulance comes, and are never busy.

    They change nothing of what ambulances do: first help has a clock of its own.
    """

    name: ShortText
    """What this group is called, in English."""
    name_zh: ShortText | None = None
    """What it is called in Chinese; without it as in English."""
    at: Where | None = None
    """Where they are. Instead of it `per_km2`."""
    per_km2: Annotated[float, *number(0.0001, 1_000)] | None = None
    """How many of them there are on a square kilometre, independently of each other: at each call
    volunteers stand anew, as a Poisson field. Instead of `at`."""
    hours: LongHours | None = None
    """The clock hours at which they answer, by the receipt of the call; without them always."""
    days: WeekDays = default("mon-sun")
    """The days of the week on which they answer."""
    reach: Annotated[
        Radius,
        BeforeValidator(parse_reach),
        WithJsonSchema(
            {"type": "string", "description": "a distance or a time", "examples": ["3 km"]}
        ),
        Form(Message("a distance in a straight line, or a time on the way"), "3 km"),
    ]
    """How far from a call they are asked: the distance in a straight line, or the time on the
    way."""
    speed: Speed = default("20 km/h")
    """How fast they come.

    Source: assumed; a motorcycle on village roads."""
    detour: Annotated[float, *number(1, 5)] = 1.4
    """How many times as long as the straight line their way is.

    Source: assumed; a siting study of Beijing takes 1.6."""
    answers: Share
    """The share of times that one of them who is asked comes, independently of the others. Of
    alerted volunteers 17 to 47 % come, in recent studies (Khalemsky 2023, JMIR mHealth
    11:e41551)."""
    alerted: Literal["received", "ready"] = "received"
    """Whether they are asked as soon as the call is received, or when call taking is over."""
    delay: AnyDistribution = default({"distribution": "constant", "value": "2 min"})
    """From being asked until they set off.

    Source: assumed."""
    asked: Literal["all", "in turn"] = "all"
    """Whether all within reach are asked at once, of whom the first to arrive counts; or one after
    the other, the nearest first, until one comes."""
    per_refusal: Seconds | None = None
    """What each who does not come costs before the next is asked, where they are asked in turn;
    without it 1 min.

    Source: assumed."""
    for_: tuple[ShortText, ...] = Field((), alias="for", max_length=40)
    """The priorities, or conditions, of the calls to which they are asked; without it all."""

    @model_validator(mode="after")
    def _in_one_way(self) -> Responders:
        if (self.at is None) == (self.per_km2 is None):
            raise ValueError(Message("write either `at` or `per_km2`: where they are"))
        if self.per_refusal is not None and self.asked == "all":
            raise ValueError(
                Message("`per_refusal` has no part where all are asked at once: leave it out")
            )
        return self

    @property
    def reach_m(self) -> float:
        """Metres in a straight line up to which they are asked."""
        return min(self.reach.metres, self.reach.seconds / self.seconds_per_metre)

    @property
    def seconds_per_metre(self) -> float:
        """On the way, by the straight line."""
        return self.detour / self.speed

    @property
    def per_refusal_s(self) -> float:
        return PER_REFUSAL_S if self.per_refusal is None else self.per_refusal
