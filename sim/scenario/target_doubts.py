"""Targets that nobody can have meant, though they can be computed: asked about, never silent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from sim.text import Message

if TYPE_CHECKING:
    from sim.scenario.settings import Settings

A_MINUTE_S: Final = 60.0  # nobody is there sooner: seconds were written for minutes
SMALL_SHARE: Final = 0.1  # a township that meets its target with fewer: a share of one as percent


def doubts(settings: Settings) -> Iterator[Message]:
    """Targets below a minute, and shares that every township reaches."""
    targets = settings.targets
    for name, seconds in (("targets.urban", targets.urban), ("targets.rural", targets.rural)):
        if seconds < A_MINUTE_S:
            yield Message(
                "{name} is {seconds:g} s, less than a minute from the call to the arrival: are "
                "minutes meant?",
                name=name, seconds=seconds,
            )  # fmt: skip
    if targets.share < SMALL_SHARE:
        yield Message(
            "targets.share is {percent:g} %: a township meets its target if so few of its calls "
            "are in time. Write 90 % for nine of ten",
            percent=100 * targets.share,
        )
