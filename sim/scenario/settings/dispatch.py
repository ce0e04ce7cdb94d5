"""Dispatch: who may be sent, by whom, and what happens when nobody is free."""

from __future__ import annotations

import math
import re
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from sim import units
from sim.scenario.values import Form, Seconds, Setting, ShortText, Target, default, whole
from sim.text import Message


class Divert(Setting):
    """An ambulance on its way to a call of one priority may be sent to one of another."""

    leaving: ShortText
    """The priority of the call that it may leave."""
    for_: ShortText = Field(alias="for")
    """The more urgent priority of the call to which it may be sent."""


class Reserve(Setting):
    """Ambulances that a centre keeps for urgent calls."""

    keep: Annotated[int, *whole(1, 500, "1")]
    """While so many of them are free or fewer, they are sent to the named priorities only; each
    centre counts its own."""
    classes: tuple[ShortText, ...] = Field((), max_length=50)
    """The classes that are kept; without them all."""
    for_: ShortText = Field(alias="for")
    """The priority up to which they are sent all the same: this one and more urgent ones."""
    centres: tuple[ShortText, ...] = Field((), max_length=200)
    """The centres that keep them; without them every centre."""


_after = units.seconds.within("0 s", "1 day")


def _help(value: object) -> float:
    """Seconds after which others help; inf of never."""
    plain = units.usual(value) if isinstance(value, str) else ""
    if plain == "never":
        return math.inf
    if plain == "at once":
        return 0.0
    match = re.fullmatch(r"after\s+(.+)", plain)
    if match is None:
        raise ValueError(
            Message(
                'write never, at once, or a time like "{example}"; found {found}',
                example="after 5 min", found=units.shown(value),
            )
        )  # fmt: skip
    return _after(match[1])


HelpAfter = Annotated[
    float,
    BeforeValidator(_help),
    WithJsonSchema({"type": "string", "examples": ["after 5 min"]}),
    Form(Message("never, at once, or a time"), "after 5 min"),
]


class Centre(Setting):
    """A dispatch centre: whose ambulances it sends, and whose calls it answers."""

    name: ShortText
    """What it is called."""
    stations: tuple[ShortText, ...] = Field((), max_length=2_000)
    """The stations whose ambulances it sends. Each station of the layout belongs to one centre; one
    that is added later and named by none belongs to that of the township where it stands."""
    townships: tuple[ShortText, ...] = Field((), max_length=2_000)
    """The townships whose calls it answers. Each township of the map belongs to one centre."""
    help: HelpAfter = default("at once")
    """When ambulances of other centres may be sent to its calls: never, at once, or when a call has
    been waiting for so long.

    Source: assumed."""
    help_keep: Annotated[int, *whole(0, 500)] = 0
    """How many free ambulances it keeps when another centre asks for help.

    Source: assumed."""


class Zone(Setting):
    """Townships that are served from within first."""

    name: ShortText
    """What it is called."""
    townships: tuple[ShortText, ...] = Field(min_length=1, max_length=2_000)
    """The townships in it; each township of the map is in one zone."""


class DispatchSettings(Setting):
    """The rules of dispatch. Of those that may be sent, the ambulance that will be there first is
    sent."""

    when_none_free: Literal["queue", "lost"] = "queue"
    """What becomes of a call when no ambulance is free: it waits, or others serve it.

    Source: assumed."""
    divert: tuple[Divert, ...] = Field((), max_length=100)
    """Which ambulances on their way may be sent to a more urgent call; without it none."""
    reserve: tuple[Reserve, ...] = Field((), max_length=100)
    """Ambulances that are kept for urgent calls; without it none."""
    within: dict[ShortText, Target] = Field(default_factory=dict, max_length=9)
    """By priority, the expected time from now to the arrival beyond which no ambulance is sent;
    priorities that are not named have no limit."""
    centres: tuple[Centre, ...] = Field((), max_length=200)
    """The dispatch centres; without them there is one."""
    zones: tuple[Zone, ...] = Field((), max_length=2_000)
    """Zones whose own ambulances are preferred; without them there are none. An ambulance is of the
    zone in which its station stands."""
    other_zone: Seconds = default("0 s")
    """Seconds that are added to what is expected of an ambulance of another zone.

    Source: assumed."""
    loading: Seconds = default("5 min")
    """Where several ambulances leave a scene together: if the one that conveys did not come first,
    it leaves no sooner than so long after its arrival.

    Source: assumed."""
