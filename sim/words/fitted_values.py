"""Fitted values said: with unit and interval, by the reader's names, few calls hidden."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from sim.fitting import hours
from sim.measures.intervals import Estimate
from sim.model.calendar import DAY_NAMES, Hours
from sim.text import Message
from sim.words import roads
from sim.words.language import Language
from sim.words.page import Column

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario


class FittedUnit(NamedTuple):
    """How a fitted value is written."""

    scale: float
    digits: int
    text: Message


PERCENT: Final = FittedUnit(100.0, 1, Message("{number} %"))
PLAIN: Final = FittedUnit(1.0, 2, Message("{number}"))
SPEED: Final = FittedUnit(1.0, 1, Message("{number} km/h"))
RATE: Final = FittedUnit(1.0, 1, Message("{number} per 1000 people a year"))
MINUTES: Final = FittedUnit(1 / 60, 2, Message("{number} min"))
HOURS_A_DAY: Final = FittedUnit(1.0, 2, Message("{number} h"))
UNKNOWN: Final = "–"

STAGES: Final = {
    ("call_taking", "all"): Message("call taking"),
    ("turnout", "all"): Message("turnout"),
    ("on_scene", "conveyed"): Message("on scene, conveyed"),
    ("on_scene", "stays"): Message("on scene, not conveyed"),
    ("on_scene", "all"): Message("on scene"),
    ("handover", "all"): Message("handover"),
}
ROADS: Final = {  # classes of OpenStreetMap, as planners call them
    "motorway": Message("motorway"),
    "trunk": Message("trunk road"),
    "primary": Message("primary road"),
    "secondary": Message("secondary road"),
    "tertiary": Message("tertiary road"),
    "unclassified": Message("minor road"),
    "residential": Message("residential street"),
    "living_street": Message("living street"),
    "service": Message("service road"),
    "track": Message("track (road)"),
    "road": Message("road of unknown class"),
}
POSTED: Final = {
    "posted": Message("roads with a posted speed"),
    "matrix": Message("the table of travel times"),
}


def value(one: Estimate | None, unit: FittedUnit, say: Language) -> str:
    """75.3 %"""
    if one is None or math.isnan(one.mean):
        return UNKNOWN
    return say(unit.text, number=say.number(one.mean * unit.scale, unit.digits))


def interval(one: Estimate | None, unit: FittedUnit, say: Language) -> str:
    """(74.1–76.0); that there is none, where a value has none."""
    if one is None or math.isnan(one.mean):
        return ""
    if not one.known:
        return say("(no interval)")
    low, high = (say.number(end * unit.scale, unit.digits) for end in (one.low, one.high))
    return f"({low}–{high})"


def cells(one: Estimate | None, unit: FittedUnit, say: Language) -> list[str]:
    """A value and its interval."""
    return [value(one, unit, say), interval(one, unit, say)]


def spoken(one: Estimate, unit: FittedUnit, say: Language) -> str:
    """75.3 % (95 % CI 74.1 to 76.0), for a sentence."""
    if not one.known:
        return say("{value} ({interval})", value=value(one, unit, say), interval=say("no interval"))
    low, high = (say.number(end * unit.scale, unit.digits) for end in (one.low, one.high))
    return say(
        "{value} ({interval})", value=value(one, unit, say),
        interval=say("95 % CI {low} to {high}", low=low, high=high),
    )  # fmt: skip


def with_interval(head: str, say: Language) -> tuple[Column, Column]:
    """The heads of a value and its interval."""
    return Column(head), Column(say("(95 % CI)"), "left", belongs=True)


def count(calls: float, least: int, say: Language) -> str:
    """1,234; that it is hidden if it is of fewer than `least`."""
    return say("hidden") if calls < least else f"{calls:,.0f}"


# ── names ───────────────────────────────────────────────────────────────────────────────────────


def township(base: Scenario, name: str, say: Language) -> str:
    """The reader's name of a township."""
    found = (one.name for one in base.map.townships if name in one.name)
    return next((say.name(one) for one in found), name)


def station(base: Scenario, name: str, say: Language) -> str:
    """The reader's name of a station; as the records have it, if the layout has none of it."""
    known = name.casefold()
    for one in base.stations:
        if known in (one.name.zh.casefold(), one.name.en.casefold()):
            return say.name(one.name)
    return say("{name}", name=name)


def road(name: str, say: Language) -> str:
    """What a class of roads is called; a link by the road that it leads to."""
    whole = name.removesuffix("_link")
    said = say((POSTED | ROADS)[whole]) if whole in POSTED | ROADS else whole
    return said if whole == name else say("{road}, link", road=said)


def road_class(name: str, say: Language) -> str:
    """The same with what scenario files call it, where that is another word."""
    called = road(name, say)
    return called if name in called or name in POSTED else f"{called} {name}"


def stage(name: str, of: str, say: Language) -> str:
    return say(STAGES.get((name, of), name))


def band(some: np.ndarray, say: Language) -> str:
    """Mon–Fri 07–09; Sat–Sun 00–24. `some`: [168] bool, Monday 00:00 first."""
    return say.joined(
        roads.weekly(_days(days), Hours(*map(int, clock.split("-"))), say)
        for days, clock in hours.rectangles(some)
    )


def _days(written: str) -> tuple[int, ...]:
    """Numbers of days from how a file has them: mon-fri or mon,wed."""
    if "-" in written:
        first, last = (DAY_NAMES.index(day) for day in written.split("-"))
        return tuple(range(first, last + 1))
    return tuple(DAY_NAMES.index(day) for day in written.split(","))
