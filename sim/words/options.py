"""What can be done to a layout, said: a new station, one ambulance more, something moved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sim.answers.options import Action, Option
from sim.text import Message
from sim.words import crews as words
from sim.words import measures
from sim.words.language import Language
from sim.words.page import Column

if TYPE_CHECKING:
    from sim.answers.crews import CrewsTried
    from sim.answers.search import Step
    from sim.measures.kinds import Measure
    from sim.scenario.layout import Layout
    from sim.scenario.scenario import Scenario

TEXTS: Final = {
    Action.NEW_STATION: Message("+ {station}"),
    Action.ONE_MORE: Message("{station} +1"),
    Action.MOVE_AMBULANCE: Message("1 ambulance {giver} → {station}"),
    Action.MOVE_STATION: Message("site {giver} → {station}"),
}
WITH_CREW: Final = {  # the same where there are several kinds of crew
    Action.NEW_STATION: Message("+ {station} ({crew})"),
    Action.ONE_MORE: Message("{station} +1 ({crew})"),
    Action.MOVE_AMBULANCE: Message("1 ambulance ({crew}) {giver} → {station}"),
    Action.OTHER_HOURS: Message("{station}: {crew} → {hours}"),
    Action.SHORTER: Message("{station}: {crew} → {hours}"),
}


def what(option: Option, say: Language) -> str:
    """+ Fenglin; Fenglin +1 (basic, 08–20); 1 ambulance Xiangdong → Fenglin; site Fenglin → …"""
    texts = TEXTS if option.crew is None else WITH_CREW
    return say(texts[option.action], **_values(option, say))


SPOKEN: Final = {  # read aloud, as one of a list
    Action.NEW_STATION: Message("a new sub-station at {station}"),
    Action.ONE_MORE: Message("one more ambulance at {station}"),
    Action.MOVE_AMBULANCE: Message("one ambulance moved from {giver} to {station}"),
    Action.MOVE_STATION: Message("the new sub-station moved from {giver} to {station}"),
}
SPOKEN_WITH_CREW: Final = {
    Action.NEW_STATION: Message("a new sub-station at {station} ({crew})"),
    Action.ONE_MORE: Message("one more ambulance at {station} ({crew})"),
    Action.MOVE_AMBULANCE: Message("one ambulance ({crew}) moved from {giver} to {station}"),
    Action.OTHER_HOURS: Message("one ambulance at {station} ({crew}) on duty {hours} instead"),
    Action.SHORTER: Message("one ambulance at {station} ({crew}) on duty {hours} only"),
}


def spoken(option: Option, say: Language) -> str:
    """a new sub-station at Fenglin; one more ambulance at Xiangdong (basic, 08–20)"""
    texts = SPOKEN if option.crew is None else SPOKEN_WITH_CREW
    return say(texts[option.action], **_values(option, say))


def named(option: Option, say: Language) -> str:
    """The same within a sentence, where a new station is called by its name alone."""
    if option.action != Action.NEW_STATION:
        return what(option, say)
    if option.crew is None:
        return say.name(option.station)
    return say("{station} ({crew})", **_values(option, say))


def _values(option: Option, say: Language) -> dict[str, Any]:
    """What the texts of an option name."""
    values: dict[str, Any] = {"station": option.station, "giver": option.giver}
    if option.crew is not None:
        values["crew"] = words.kind(*option.crew, option.layout, say)
    if option.hours is not None:
        values["hours"] = words.hours(option.hours, option.layout, say)
    return values


def kinds(tried: CrewsTried, layout: Scenario, say: Language) -> str:
    """advanced, round the clock; basic, 08–20: the kinds of crew that were tried."""
    return say.joined(words.kind(*one, layout, say) for one in tried.more)


def hours_columns(say: Language) -> tuple[Column, ...]:
    """For the crew hours a week that a step adds, and its gain for every hundred of them."""
    return Column(say("hours a week")), Column(say("per 100 hours"))


def hours_cells(step: Step, measure: Measure, say: Language) -> list[str]:
    """The same of a step; nothing where it adds no hours."""
    if not step.hours:
        return ["±0", ""]
    each = measures.number(measure, step.gain_of_100_hours, say, sign=True)
    return [say.number(float(step.hours), 0, sign=True), each]


def tried_notes(tried: CrewsTried, base: Scenario, say: Language) -> list[str]:
    """Which kinds of crew were tried, and by what one of them was taken."""
    if not tried.more:
        return []
    text = say(BY_COST if base.settings.costs is not None else BY_HOURS)
    return [text, say("Kinds of crew tried: {kinds}.", kinds=kinds(tried, base, say))]


BY_COST: Final = Message(
    "Of the crews tried, each step adds the one that gains most for its cost, or shortens the one "
    "that loses least for what it saves. Hours: crew hours a week more than before the step, or "
    "fewer, and what it gains or loses for every 100 of them."
)
BY_HOURS: Final = Message(
    "Of the crews tried, each step adds the one that gains most for its crew hours, or shortens "
    "the one that loses least for those that it saves. Hours: crew hours a week more than before "
    "the step, or fewer, and what it gains or loses for every 100 of them."
)


def crews(layout: Scenario, say: Language) -> str:
    """Xiangdong 3, Fenglin 1: the ambulances of each station that is open."""
    return say(", ").join(
        say("{station} {n}", station=station.name, n=layout.fleet_size(row))
        for row, station in enumerate(layout.stations)
        if not station.closed
    )


def emptied(base: Layout, layout: Layout, say: Language) -> list[str]:
    """The open stations that have ambulances today and none in another layout."""
    return [
        say.name(station.name)
        for row, station in enumerate(layout.stations)
        if row < len(base.stations)
        and not station.closed
        and base.fleet_size(row)
        and not layout.fleet_size(row)
    ]
