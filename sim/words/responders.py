"""First responders said: who they are, where, when they come and how often."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from sim.model.calendar import Hours
from sim.scenario.duty import EVERY_DAY, SameHours
from sim.text import Name
from sim.words import crews
from sim.words.language import Language

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario
    from sim.scenario.settings import Responders


EVERY_HOUR: Final = Hours(0, 0)


def names(groups: Sequence[Responders], say: Language) -> str:
    """What some groups are called, in a row."""
    return say.listed([_called(one, say) for one in groups])


def lines(scenario: Scenario, say: Language) -> list[str]:
    """A line for each group of a scenario."""
    every = zip(scenario.settings.responders, scenario.responder_xy, strict=True)
    return [_line(one, len(xy), say) for one, xy in every]


def said(groups: Sequence[Responders], say: Language) -> str:
    """The rules of some groups, wherever their people are."""
    return "; ".join(_line(one, 0, say) for one in groups)


def _line(one: Responders, places: int, say: Language) -> str:
    rules = say(", ").join(_rules(one, places, say))
    return say("{group}: {rules}", group=_called(one, say), rules=rules)


def _called(one: Responders, say: Language) -> str:
    return say.name(Name(one.name_zh or one.name, one.name))


def _rules(one: Responders, places: int, say: Language) -> Iterator[str]:
    if one.per_km2 is not None:
        yield say("{n} on a square kilometre", n=f"{one.per_km2:g}")
    elif places:
        yield say.count(places, "{n} responder", "{n} responders")
    yield say("within {reach}", reach=_reach(one, say))
    if tuple(one.days) != EVERY_DAY:
        hours = EVERY_HOUR if one.hours is None else one.hours
        yield say("at {hours}", hours=crews.same_hours(SameHours(one.days, (hours,)), say))
    elif one.hours is not None:
        yield say("at {hours}", hours=crews.clock(one.hours))
    if one.for_:
        yield say("to {priorities} calls", priorities=say.listed(list(one.for_)))
    share = f"{one.answers * 100:.4g}"
    if one.asked == "in turn":
        yield say("asked one after the other, {share} % come", share=share)
    else:
        yield say("all asked at once, {share} % come", share=share)


def _reach(one: Responders, say: Language) -> str:
    if one.reach.metres < one.reach.seconds:
        return say("{n} km", n=f"{one.reach.metres / 1000:g}")
    return say("{n} min", n=f"{one.reach.seconds / 60:g}")
