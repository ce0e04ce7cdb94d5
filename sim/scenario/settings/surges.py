"""Surges: many calls at one time and place, like a bus that overturns."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import model_validator

from sim import units
from sim.scenario.dates import LocalTime
from sim.scenario.values import Place, Seconds, Setting, ShortText, default, quantity, whole
from sim.text import Message, Name

MOST_SURGES: Final = 100
Pause = Annotated[
    float, *quantity(units.seconds.within("1 h", "3660 days"), Message("a duration with its unit"))
]


class Surge(Setting):
    """Calls of one event, in addition to all others; they are served like any other call, and
    reported apart."""

    name: ShortText
    """What happens, like a bus or a factory."""
    name_zh: ShortText | None = None
    """What it is called in Chinese; without it as in English."""
    at: LocalTime
    """When the first of its calls may be received, in local time; within what is measured."""
    every: Pause | None = None
    """How long after it the same happens again, and so on to the end of what is measured; without
    it once."""
    place: Place
    """Where it happens; calls come from the place of the map that is nearest to it, of those where
    people live."""
    calls: Annotated[int, *whole(1, 1_000, "8")]
    """How many calls need an ambulance because of it, one for each patient."""
    within: Seconds = default("10 min")
    """The time in which these calls come, each at any moment of it; with 0 min all at once.

    Source: assumed."""
    condition: ShortText | None = None
    """The condition of all its patients, by its name under `demand.conditions`; without it each
    has one like other calls of its priority."""
    priority: ShortText | None = None
    """The priority of all its calls; without it each has one like other calls."""

    @model_validator(mode="after")
    def _apart(self) -> Surge:
        if self.every is not None and self.every < self.within:
            raise ValueError(Message("it happens again before all of its calls have come"))
        return self

    @property
    def names(self) -> Name:
        """What it is called in both languages."""
        return Name(self.name_zh or self.name, self.name)
