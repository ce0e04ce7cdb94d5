"""Why a site gains what it gains, said in a line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.answers.reasons import GroundsByDistance, Reason
from sim.words.language import Language

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario

HARDLY = 0.05  # calls a day; less relief than this is not worth a word


def reason(reason: Reason, base: Scenario, say: Language) -> str:
    """41,000 people have no station nearer, 23,000 of them newly within reach in time; …"""
    if not reason.new:
        people = in_round_numbers(reason.people)
        parts = [say("{people} people have no station nearer", people=people)]
        return say.joined([*parts, _relief(reason, base, say)])
    return say.joined([*by_distance(reason, base, say), _relief(reason, base, say)])


def by_distance(ground: GroundsByDistance | Reason, base: Scenario, say: Language) -> list[str]:
    """What speaks for a new site by distance: who is nearer to it, and from where one drives."""
    return [
        say(
            "{people} people have no station nearer, {newly} of them newly within reach in time",
            people=in_round_numbers(ground.people),
            newly=in_round_numbers(ground.newly),
        ),
        say(
            "{minutes} min from the nearest station, {station}",
            minutes=f"{ground.minutes:.0f}",
            station=base.stations[ground.nearest].name,
        ),
    ]


def _relief(reason: Reason, base: Scenario, say: Language) -> str:
    """From which station it takes most calls."""
    if reason.calls_per_day < HARDLY:
        return say("relieves no station of note")
    return say(
        "takes {taken} of {calls} calls a day off {station}",
        taken=f"{reason.calls_per_day:.1f}",
        calls=f"{reason.of_calls:.1f}",
        station=base.stations[reason.relieves].name,
    )


def in_round_numbers(people: float) -> str:
    """Three digits, as people were not counted one by one: 123,000."""
    if people < 1000:
        return f"{people:.0f}"
    digits = 3 - len(str(int(people)))
    return f"{round(people, digits):,.0f}"
