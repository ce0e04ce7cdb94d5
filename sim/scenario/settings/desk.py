"""The call desk: how many take calls at a time, and how long each call is handled."""

from __future__ import annotations

from typing import Annotated, Final

import numpy as np
from pydantic import Discriminator, Field, Tag, field_validator, model_validator

from sim.model.calendar import HOURS_PER_WEEK, hours_of_week
from sim.scenario.distributions import AnyDistribution
from sim.scenario.values import LongHours, Setting, Share, WeekDays, default, whole
from sim.text import Message

MOST_SEATS: Final = 500
Number = Annotated[int, *whole(0, MOST_SEATS, "3")]


class Seats(Setting):
    """So many people at the desk at some hours."""

    hours: LongHours | None = None
    """The clock hours at which they take calls; past midnight they belong to the day on which they
    began. Without them the whole day."""
    days: WeekDays = default("mon-sun")
    """The days of the week on which these hours begin."""
    seats: Number
    """How many they are."""


def _is_list(value: object) -> str:
    return "by hours" if isinstance(value, list | tuple) else "always"


# Which of both was meant is seen before it is read, so that a mistake is told of that one alone.
NumberOrSeats = Annotated[
    Annotated[Number, Tag("always")]
    | Annotated[tuple[Seats, ...], Field(min_length=1, max_length=50), Tag("by hours")],
    Discriminator(_is_list),
]


LEAST_SHARE: Final = 1e-4  # of the calls at the desk that need an ambulance


class Desk(Setting):
    """A call desk with so many seats: calls wait for one in order of receipt, and are handled."""

    seats: NumberOrSeats
    """How many take calls at a time: a number, or a list by hours, where those of hours that
    overlap add up. Whoever handles a call as the hours end finishes it."""
    handling: AnyDistribution | None = None
    """How long a call is handled, from when somebody takes it until an ambulance can be sent;
    without it `durations.call_taking`."""
    needing_ambulance: Share = default("100 %")
    """The share of all calls at the desk that need an ambulance; the others are handled likewise,
    and come at the same hours.

    Source: the desk is there for calls that need one."""

    @field_validator("needing_ambulance")
    @classmethod
    def _who_is_needed(cls, share: float) -> float:
        if share < LEAST_SHARE:
            raise ValueError(
                Message(
                    "hardly any call would need an ambulance: write {least} % or more; found "
                    "{found} %",
                    least=f"{100 * LEAST_SHARE:g}",
                    found=f"{100 * share:.4g}",
                )
            )
        return share

    @model_validator(mode="after")
    def _some(self) -> Desk:
        if not self.by_hour.any():
            raise ValueError(Message("the desk has no seat at any hour: no call would be taken"))
        return self

    @property
    def by_hour(self) -> np.ndarray:
        """[168] seats in each hour of the week."""
        if isinstance(self.seats, int):
            return np.full(HOURS_PER_WEEK, self.seats)
        found = np.zeros(HOURS_PER_WEEK, int)
        for row in self.seats:
            found[hours_of_week((0, 0) if row.hours is None else row.hours, row.days)] += row.seats
        return found
