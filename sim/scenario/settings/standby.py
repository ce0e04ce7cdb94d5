"""Standby: where free ambulances wait for the next call."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from sim import units
from sim.scenario.values import Form, Place, Setting, Share, ShortText, default, whole
from sim.text import Message


def _turnout(value: object) -> float:
    """A share of the usual turnout; 0 of none."""
    return 0.0 if value == "none" else units.share(value)


def _busy(value: object) -> object:
    return value if value == "simulated" else units.share(value)


TurnoutShare = Annotated[
    float,
    BeforeValidator(_turnout),
    WithJsonSchema({"type": "string", "examples": ["none", "50 %"]}),
    Form(Message("none, or a share of the usual turnout in percent"), "50 %"),
]
BusyShare = Annotated[
    float | Literal["simulated"],
    BeforeValidator(_busy),
    WithJsonSchema({"type": "string", "examples": ["30 %", "simulated"]}),
    Form(Message("simulated, or a share in percent"), "30 %"),
]
Moves = Annotated[int, *whole(1, 500)]


class StandbyPoint(Setting):
    """A place to wait at without a building. It is nobody's home and costs nothing."""

    name: ShortText
    """What it is called. Without `at` it lies where the map's place of that name does."""
    at: Place | None = None
    """Where it lies, if not where its name says: on the nearest road that may be left."""
    capacity: Annotated[int, *whole(1, 500)] | None = None
    """How many ambulances may wait there; without it as many as come."""
    turnout: TurnoutShare = default("none")
    """How long a crew that waits there takes to turn out: it sits in its vehicle, or a share of the
    usual.

    Source: assumed."""


class Dmexclp(Setting):
    """What dynamic MEXCLP goes by."""

    busy: BusyShare = default("30 %")
    """How likely an ambulance is to be busy when the next call comes: a share, or the one of the
    base's ambulances in a first replication, which then holds for every layout.

    Source: assumed."""


class StandbySettings(Setting):
    """Where free ambulances wait for the next call: at home, unless a rule says otherwise."""

    rule: Literal["home", "nearest", "list", "table", "dmexclp"] = "home"
    """Where a free ambulance goes: home; to the station that it reaches first; to the first of
    `list` that is not filled; where `table` says; or, once it is cleared, to where it adds most to
    expected coverage (dynamic MEXCLP).

    Source: assumed."""
    list_: tuple[ShortText, ...] = Field((), alias="list", max_length=10_000)
    """Stations and standby points in the order in which they are to be filled, one entry an
    ambulance; who finds all filled goes home."""
    points: tuple[StandbyPoint, ...] = Field((), max_length=500)
    """Places to wait at besides the stations."""
    table: tuple[Annotated[tuple[ShortText, ...], Field(max_length=500)], ...] = Field(
        (), max_length=500
    )
    """Rows of stations and standby points: where one free ambulance waits, where two wait, and so
    on. Where more are free than there are rows, the last row holds and the others go home."""
    assign: Literal["total", "longest"] = "total"
    """Who goes to which post of the table: so that all together drive least, or that the longest
    drive is least.

    Source: assumed."""
    most_moves: Moves | None = None
    """How many ambulances may be moved at a time; without it any number."""
    least_gain: Share = default("0 %")
    """The share of all calls that a move must bring within reach; smaller moves are not made.

    Source: assumed."""
    dmexclp: Dmexclp = Field(default_factory=Dmexclp)
    """What dynamic MEXCLP goes by."""
