"""Targets and durations that nobody can have meant, though they can be computed: asked about."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final

from sim.files.yaml_lines import Loc
from sim.text import Message

if TYPE_CHECKING:
    from sim.scenario.settings import Settings

A_MINUTE_S: Final = 60.0  # nobody is there sooner: seconds were written for minutes
LONGEST_TARGET_S: Final = 3 * 3600.0  # of the English ones, the longest
# Between these the mean of a stage is believed: known are call taking of 40 s (Edmonton) to 3 min
# (Utrecht), turnouts of 60 s to 124 s (stations of Berlin), 13 min (United States) to 29 min
# (Utrecht) on the scene, 30 min (Utrecht) at the hospital; five times less and more is let pass.
USUAL_S: Final = {
    "call_taking": (8.0, 900.0), "turnout": (12.0, 900.0), "on_scene": (120.0, 9_000.0),
    "handover": (120.0, 9_000.0),
}  # fmt: skip
SMALL_SHARE: Final = 0.1  # a township that meets its target with fewer: a share of one as percent


def doubts(settings: Settings, cell: Callable[[Loc], str]) -> Iterator[Message]:
    """Targets, shares and durations that nobody can have meant, each with its cell if it has one.

    `cell`: where a workbook says a setting; "" where none does.
    """
    for told, loc in (*_targets(settings), *_durations(settings)):
        place = cell(loc)
        yield Message("{place}: {told}", place=place, told=told) if place else told


def _targets(settings: Settings) -> Iterator[tuple[Message, Loc]]:
    targets = settings.targets
    for part, seconds in (("urban", targets.urban), ("rural", targets.rural)):
        name = f"targets.{part}"
        if seconds < A_MINUTE_S:
            told = Message(
                "{name} is {seconds:g} s, less than a minute from the call to the arrival: are "
                "minutes meant?",
                name=name, seconds=seconds,
            )  # fmt: skip
            yield told, ("targets", part)
        elif seconds > LONGEST_TARGET_S:
            yield _long(name, seconds), ("targets", part)
    if targets.share < SMALL_SHARE:
        told = Message(
            "targets.share is {percent:g} %: a township meets its target if so few of its calls "
            "are in time. Write 90 % for nine of ten",
            percent=100 * targets.share,
        )
        yield told, ("targets", "share")


def _durations(settings: Settings) -> Iterator[tuple[Message, Loc]]:
    """Stages that take far less or more time than anywhere; none at all is an assumption."""
    for part, (least, most) in USUAL_S.items():
        mean = float(getattr(settings.durations, part).mean())
        if mean > most:
            yield _long(f"durations.{part}", mean), ("durations", part)
        elif 0 < mean < least:
            told = Message(
                "{name} is {seconds:g} s on average, sooner than anybody is: are minutes meant?",
                name=f"durations.{part}", seconds=round(mean, 1),
            )  # fmt: skip
            yield told, ("durations", part)


def _long(name: str, seconds: float) -> Message:
    return Message(
        "{name} is {minutes:g} min, longer than anywhere: are seconds meant?",
        name=name, minutes=round(seconds / 60, 1),
    )  # fmt: skip
