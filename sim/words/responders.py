"""First responders said: who they are, where, when they come and how often."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from sim.text import Name
from sim.words.language import Language

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario
    from sim.scenario.settings import Responders


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
    if one.hours is not None:
        yield say("at {hours}", hours=f"{one.hours.start:02d}–{one.hours.end:02d}")
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
