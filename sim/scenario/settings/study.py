"""The study: how long is simulated, how often, and what difference matters."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from sim import limits, units
from sim.scenario.values import (
    Length,
    Margin,
    Setting,
    SomePoints,
    SomeTime,
    default,
    quantity,
    whole,
)
from sim.text import Message

Replications = Annotated[int, *whole(*limits.REPLICATIONS)]
MostReplications = Annotated[int, *whole(*limits.AT_MOST)]
Seed = Annotated[int, *whole(*limits.SEED)]

Assumed = Literal[
    "demand", "speed", "fast-roads", "main-roads", "small-roads", "rush-hours", "turnout",
    "on-scene", "handover", "bays",
]  # fmt: skip
Wrong = Annotated[
    float, *quantity(units.share.within("0 %", "90 %"), Message("a share in percent"))
]


class Matter(Setting):
    """Differences below which two layouts count as equally good. What is small is for you to say.

    A study goes on until the headline's difference is known to a fifth of it."""

    share: SomePoints = default("1 point")
    """A difference in a share, like that of calls in time, that is too small to matter.

    Source: assumed."""
    time: SomeTime = default("0.5 min")
    """A difference in a time, like the mean response, that is too small to matter.

    Source: assumed."""


class StudySettings(Setting):
    """How long is simulated, and how often. The run goes on until all calls are served."""

    warm_up: Margin = default("2 days")
    """How long the simulation runs before calls are measured, so that it does not start empty.

    Source: assumed."""
    length: Length = default("28 days")
    """How long calls are measured in each replication.

    Source: assumed; four whole weeks."""
    cool_down: Margin = default("6 hours")
    """How long calls go on coming afterwards, so that the last measured ones meet a busy system.

    Source: assumed."""
    replications: Replications | None = None
    """How often the days are simulated with other calls; without it as often as the headline needs
    for its difference to be known to a fifth of what matters."""
    most_replications: MostReplications = 200
    """How often they are simulated at most, where precision decides.

    Source: assumed."""
    matters: Matter = Field(default_factory=Matter)
    """Which differences are too small to matter."""
    wrong: dict[Assumed, Wrong] = Field({}, max_length=10)
    """How far assumptions may be wrong where `stress` tries that, as shares of them; those that are
    not named may be as wrong as usual. `calibrate` writes what records leave open."""
    seed: Seed = 2025
    """Where the random numbers begin: the same seed gives the same calls.

    Source: any number will do."""

    @property
    def total_s(self) -> float:
        """Warm-up, length and cool-down together: calls are received from 0 to here."""
        return self.warm_up + self.length + self.cool_down
