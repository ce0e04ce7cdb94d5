"""The study: how long is simulated, how often, and what difference matters."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, field_validator

from sim.scenario.values import Form, Points, Seconds, Setting, default
from sim.text import Message

Replications = Annotated[
    int, Field(ge=1, le=100_000, strict=True), Form(Message("a whole number from 1 on"))
]
MostReplications = Annotated[
    int, Field(ge=5, le=100_000, strict=True), Form(Message("a whole number from 5 on"))
]
Seed = Annotated[int, Field(ge=0, lt=2**63, strict=True), Form(Message("a whole number"))]


class Matter(Setting):
    """Differences below which two layouts count as equally good. What is small is for you to say.

    A study goes on until the headline is known to half of it."""

    share: Points = default("1 point")
    """A difference in a share, like that of calls in time, that is too small to matter.

    Source: assumed."""
    time: Seconds = default("0.5 min")
    """A difference in a time, like the mean response, that is too small to matter.

    Source: assumed."""

    @field_validator("share", "time")
    @classmethod
    def _something(cls, value: float) -> float:
        if value <= 0:
            raise ValueError(Message("some difference must matter: write more than nothing"))
        return value


class StudySettings(Setting):
    """How long is simulated, and how often. The run goes on until all calls are served."""

    warm_up: Seconds = default("2 days")
    """How long the simulation runs before calls are measured, so that it does not start empty.

    Source: assumed."""
    length: Seconds = default("28 days")
    """How long calls are measured in each replication, from an hour to ten years.

    Source: assumed; four whole weeks."""
    cool_down: Seconds = default("6 hours")
    """How long calls go on coming afterwards, so that the last measured ones meet a busy system.

    Source: assumed."""
    replications: Replications | None = None
    """How often the days are simulated with other calls; without it as often as the headline needs
    to be known to half of what matters."""
    most_replications: MostReplications = 200
    """How often they are simulated at most, where precision decides.

    Source: assumed."""
    matters: Matter = Field(default_factory=Matter)
    """Which differences are too small to matter."""
    seed: Seed = 2025
    """Where the random numbers begin: the same seed gives the same calls.

    Source: any number will do."""

    @field_validator("length")
    @classmethod
    def _some_length(cls, length: float) -> float:
        if not 3600 <= length <= 3660 * 86400:
            raise ValueError(Message("a study is between an hour and ten years long"))
        return length
