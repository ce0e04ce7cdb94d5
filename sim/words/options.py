"""What can be done to a layout, said: a new station, one ambulance more, something moved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sim.answers.search import Action, Option
from sim.text import Message
from sim.words.language import Language

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario

TEXTS: Final = {
    Action.NEW_STATION: Message("+ {station}"),
    Action.ONE_MORE: Message("{station} +1"),
    Action.MOVE_AMBULANCE: Message("1 ambulance {giver} → {station}"),
    Action.MOVE_STATION: Message("site {giver} → {station}"),
}


def what(option: Option, say: Language) -> str:
    """+ Fenglin; Fenglin +1; 1 ambulance Xiangdong → Fenglin; site Fenglin → Guanzhuang"""
    return say(TEXTS[option.action], station=option.station, giver=option.giver)


SPOKEN: Final = {  # read aloud, as one of a list
    Action.NEW_STATION: Message("a new sub-station at {station}"),
    Action.ONE_MORE: Message("one more ambulance at {station}"),
    Action.MOVE_AMBULANCE: Message("one ambulance moved from {giver} to {station}"),
    Action.MOVE_STATION: Message("the new sub-station moved from {giver} to {station}"),
}


def spoken(option: Option, say: Language) -> str:
    """a new sub-station at Fenglin; one more ambulance at Xiangdong"""
    return say(SPOKEN[option.action], station=option.station, giver=option.giver)


def named(option: Option, say: Language) -> str:
    """The same within a sentence, where a new station is called by its name alone."""
    if option.action == Action.NEW_STATION:
        return say.name(option.station)
    return what(option, say)


def crews(layout: Scenario, say: Language) -> str:
    """Xiangdong 3, Fenglin 1: the ambulances of each station that is open."""
    return say(", ").join(
        say("{station} {n}", station=station.name, n=layout.fleet_size(row))
        for row, station in enumerate(layout.stations)
        if not station.closed
    )
