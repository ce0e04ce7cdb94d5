"""Dispatch: what happens when no ambulance is free, and who may be sent elsewhere."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from sim.scenario.values import Setting, ShortText


class Divert(Setting):
    """An ambulance on its way to a call of one priority may be sent to one of another."""

    leaving: ShortText
    """The priority of the call that it may leave."""
    for_: ShortText = Field(alias="for")
    """The more urgent priority of the call to which it may be sent."""


class DispatchSettings(Setting):
    """The rules of dispatch. The ambulance that will be there first is sent."""

    when_none_free: Literal["queue", "lost"] = "queue"
    """What becomes of a call when no ambulance is free: it waits, or others serve it.

    Source: assumed."""
    divert: tuple[Divert, ...] = Field((), max_length=100)
    """Which ambulances on their way may be sent to a more urgent call; without it none."""
