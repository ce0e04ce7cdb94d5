"""Transfers: patients who are driven from one hospital to another."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Discriminator, Field, Tag, field_validator, model_validator

from sim import units
from sim.scenario.distributions import AnyDistribution
from sim.scenario.settings.conditions import MOST_NEEDS, Need
from sim.scenario.settings.demand import Profile
from sim.scenario.values import (
    Form,
    LongHours,
    Rate,
    Seconds,
    Setting,
    ShortText,
    WeekDays,
    default,
)
from sim.text import Message, Name

MOST_TRANSFERS: Final = 100
MOST_HOSPITALS: Final = 500


class Capable(Setting):
    """A hospital that has a capability, chosen as for a call."""

    capability: ShortText
    """The capability, as the map writes it, like stroke."""


def _kind(value: object) -> str:
    if isinstance(value, list | tuple):
        return "several"
    return "capability" if isinstance(value, dict | Capable) else "hospital"


# Which of them was meant is seen before it is read, so that a mistake is told of that one alone.
To = Annotated[
    Annotated[ShortText, Form(Message("a hospital, or a list of them")), Tag("hospital")]
    | Annotated[
        tuple[ShortText, ...], Field(min_length=1, max_length=MOST_HOSPITALS), Tag("several")
    ]
    | Annotated[Capable, Tag("capability")],
    Discriminator(_kind),
]


class Transfers(Setting):
    """A stream of patients between hospitals."""

    name: ShortText
    """What these transfers are called, like green channel, back when stable, to the capital."""
    name_zh: ShortText | None = None
    """What they are called in Chinese; without it as in English."""
    from_: tuple[ShortText, ...] = Field((), alias="from", max_length=MOST_HOSPITALS)
    """The hospitals of the map where they begin, each as often as the others; without it all but
    those where they go."""
    to: To
    """Where they go: a hospital of the map or of `hospitals.outside`, or a list of which each is as
    likely; or the hospital to which a call with that capability would be taken."""
    rate: Rate
    """How many there are in all, per time."""
    profile: Profile = Field("flat", union_mode="left_to_right")
    """How the instants at which they become known spread over the week: a profile by name, or
    numbers of your own.

    Source: assumed."""
    urgency: Literal["urgent", "planned"]
    """Whether they are sent for at once, like an emergency; or wait behind all emergencies, without
    siren, and are measured against the time when they are due."""
    priority: ShortText | None = None
    """Of urgent ones the priority with which they compete; without it the first."""
    due: AnyDistribution = default({"distribution": "constant", "value": "4 h"})
    """Of planned ones how long after they become known they are due.

    Source: assumed."""
    lead: Seconds = default("30 min")
    """Of planned ones how long before they are due an ambulance is sent for.

    Source: assumed."""
    hours: LongHours | None = None
    """Of planned ones the clock hours at which they are sent for: what would fall outside is moved
    to when these hours begin next, and is due as much later. Without it any hour."""
    days: WeekDays = default("mon-sun")
    """The days of the week on which these hours begin.

    Source: every day."""
    needs: tuple[Need, ...] = Field((), max_length=MOST_NEEDS)
    """The ambulances that each of them needs, as of a condition; without it one of any class that
    transports. A class of its own that no condition names makes ambulances for transfers only."""
    loading: AnyDistribution = default({"distribution": "constant", "value": "20 min"})
    """From the arrival at the hospital where the patient is until the ambulance leaves with it.

    Source: assumed."""
    handover: AnyDistribution | None = None
    """From the arrival at the hospital where it goes until the ambulance is free, or, from outside
    the map, drives back; without it `durations.handover`."""

    @field_validator("rate")
    @classmethod
    def _per_time(cls, rate: units.Rate) -> units.Rate:
        if rate.per_person:
            raise ValueError(
                Message('write a rate per time, like "{example}"', example="3 per day")
            )
        return rate

    @model_validator(mode="after")
    def _of_one_kind(self) -> Transfers:
        written = self.model_fields_set
        planned_only = sorted(written & {"due", "lead", "hours", "days"})
        if self.urgency == "urgent" and planned_only:
            raise ValueError(
                Message(
                    "urgent transfers are sent for at once: leave out {settings}",
                    settings=", ".join(planned_only),
                )
            )
        if self.urgency == "planned" and self.priority is not None:
            raise ValueError(
                Message("planned transfers wait behind all emergencies: leave out priority")
            )
        if self.days != tuple(range(7)) and self.hours is None:
            raise ValueError(Message("`days` are those on which `hours` begin: write `hours`, too"))
        return self

    @property
    def names(self) -> Name:
        """What they are called in both languages."""
        return Name(self.name_zh or self.name, self.name)

    @property
    def planned(self) -> bool:
        return self.urgency == "planned"

    @property
    def to_names(self) -> tuple[str, ...]:
        """The hospitals where they go, by name; none where a capability says it."""
        if isinstance(self.to, Capable):
            return ()
        return (self.to,) if isinstance(self.to, str) else self.to
