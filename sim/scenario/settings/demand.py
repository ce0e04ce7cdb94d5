"""Demand: when, where and how urgently people call."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag, field_validator, model_validator

from sim.model.calendar import DAYS, HOURS
from sim.scenario.settings.conditions import Condition
from sim.scenario.settings.desk import Desk
from sim.scenario.settings.endings import Cancelled, ShareOrEnding
from sim.scenario.settings.replay import Replay
from sim.scenario.settings.surges import MOST_SURGES, Surge
from sim.scenario.values import (
    SOME_WEIGHT,
    CallShare,
    Rate,
    Setting,
    Share,
    ShortText,
    Weight,
    default,
)
from sim.text import Message


class Rates(Setting):
    """How many emergency calls there are that need an ambulance."""

    urban: Rate = default("14.7 per 1000 people per year")
    """Calls in the city core, per people who live there and time, or in all of it per time.

    Source: Kunshan, a county-level city, 154,234 runs of 2015–19, doi
    10.16369/j.oher.issn.1007-1326.2022.04.017. No source parts town from country."""
    rural: Rate = default("14.7 per 1000 people per year")
    """Calls in the countryside, per people who live there and time, or in all of it per time.

    Source: Kunshan, as in the city core; comparable places have 12 to 19."""
    townships: dict[ShortText, CallShare] = Field(default_factory=dict, max_length=2_000)
    """By township, how many calls there are of one who lives there, against the rate of its area:
    townships that are not named have 100 %. A rate for all of an area stays as it is, and calls
    come the more from one place and the less from others."""


class Priority(Setting):
    """A class of urgency."""

    name: ShortText
    """What this priority is called."""
    share: Share
    """Its share of all calls; the shares of all priorities sum to 100 %."""
    siren: bool = Field(True, strict=True)
    """Whether ambulances drive to the scene with siren; without it at ordinary speed.

    Source: assumed."""


class Weekly(Setting):
    """Numbers of calls by hour and by day, relative to each other."""

    hours: tuple[Weight, ...] = Field(max_length=1_000)
    """24 numbers, one for each hour of the day from midnight on; only their ratios count."""
    days: tuple[Weight, ...] = Field((1.0,) * DAYS, max_length=1_000)
    """7 numbers, one for each day of the week from Monday on; only their ratios count.

    Source: assumed; all days are alike."""

    @model_validator(mode="after")
    def _whole_week(self) -> Weekly:
        if len(self.hours) != HOURS or len(self.days) != DAYS:
            raise ValueError(Message("write 24 numbers for hours and 7 for days"))
        if max(self.hours) < SOME_WEIGHT or max(self.days) < SOME_WEIGHT:
            raise ValueError(Message("some hour and some day must have calls"))
        return self


Profile = Literal["friuli", "flat"] | Weekly  # over the hours of the week

FRIULI_PRIORITIES = (
    {"name": "red", "share": "2.7 %"},
    {"name": "yellow", "share": "39.9 %"},
    {"name": "green", "share": "57.4 %"},
)


def _is_name(value: object) -> str:
    return "settings" if isinstance(value, dict | Replay) else "name"


# Which of both was meant is seen before it is read, so that a mistake is told of that one alone.
ReplayOrName = Annotated[
    Annotated[Replay, Tag("settings")] | Annotated[ShortText, Tag("name")], Discriminator(_is_name)
]


class DemandSettings(Setting):
    """When, where and how urgently people call; or a file of calls that were."""

    rate: Rates = Field(default_factory=Rates)
    """How many calls there are."""
    profile: Profile = Field("friuli", union_mode="left_to_right")
    """How calls spread over the week: a profile by name, or numbers of your own.

    Source: Friuli Venezia Giulia, 90,750 emergencies of 45 weeks in town and country, published
    with the EasyNet project of the University of Udine."""
    priorities: tuple[Priority, ...] = default(FRIULI_PRIORITIES, min_length=1, max_length=9)
    """The classes of urgency, the most urgent first: of waiting calls it is served first.

    Source: Friuli Venezia Giulia, 90,750 emergencies; green and white, which wait alike, are one
    here."""
    transported: Share = default("63 %")
    """The share of calls whose patient is taken to a hospital.

    Source: Utrecht 2021–22."""
    conditions: tuple[Condition, ...] = Field((), max_length=50)
    """What patients have, where that decides who is sent; without it all calls are alike."""
    desk: Desk | None = None
    """The call desk: calls wait for one of its seats; without it call taking begins at once, and
    lasts as `durations.call_taking` says."""
    nobody_found: ShareOrEnding | None = None
    """The share of calls to which an ambulance comes and finds nobody; without it none."""
    treated_at_scene: ShareOrEnding | None = None
    """The share of calls whose patient is treated and stays. Whoever is neither transported nor of
    these or of those where nobody is found stays, too, after `durations.on_scene`."""
    cancelled: Cancelled | None = None
    """Which calls are withdrawn while they wait or on the way, and when; without it none."""
    surges: tuple[Surge, ...] = Field((), max_length=MOST_SURGES)
    """Many calls at one time and place, in addition to all others."""
    replay: ReplayOrName | None = None
    """A file of recorded calls beside this file: they are replayed instead of drawn. Its name, or
    settings of how it is to be read."""

    @field_validator("priorities")
    @classmethod
    def _shares_sum_to_one(cls, priorities: tuple[Priority, ...]) -> tuple[Priority, ...]:
        total = sum(p.share for p in priorities)
        if abs(total - 1) > 1e-6:
            raise ValueError(
                Message(
                    "the shares of the priorities sum to {total:g} %, not to 100 %",
                    total=100 * total,
                )
            )
        names = [p.name for p in priorities]
        if len(set(names)) < len(names):
            raise ValueError(Message("two priorities have the same name"))
        return priorities
