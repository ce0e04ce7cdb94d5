"""Assumptions that could be wrong, and what could go missing or happen, said."""

from __future__ import annotations

from typing import Final

from sim.answers.assumptions import Assumption, Mishap
from sim.text import Message, Name
from sim.words.language import Language

NAMES: Final = {
    "demand": Message("Number of calls"),
    "speed": Message("Speed on all roads"),
    "fast-roads": Message("Speed on motorways and trunk roads"),
    "main-roads": Message("Speed on primary and secondary roads"),
    "small-roads": Message("Speed on smaller roads"),
    "rush-hours": Message("Speed at 7–9 and 17–19"),
    "turnout": Message("Turnout time"),
    "on-scene": Message("Time on scene"),
    "handover": Message("Handover"),
    "bays": Message("Bays of each hospital"),
    "ambulance-off": Message("One ambulance off the road"),
    "station-closed": Message("One station closed"),
    "hospital-closed": Message("The busiest hospital closed"),
    "road-closed": Message("One closure of roads in force all the time"),
    "surge-weekly": Message("One surge every week"),
    "supposed": Message("As supposed"),
}
# In the middle of a sentence, where it is said what is the case.
CASES: Final = {
    "demand": Message("number of calls {change}"),
    "speed": Message("speed on all roads {change}"),
    "fast-roads": Message("speed on motorways and trunk roads {change}"),
    "main-roads": Message("speed on primary and secondary roads {change}"),
    "small-roads": Message("speed on smaller roads {change}"),
    "rush-hours": Message("speed at 7–9 and 17–19 {change}"),
    "turnout": Message("turnout {change}"),
    "on-scene": Message("time on scene {change}"),
    "handover": Message("handover {change}"),
    "bays": Message("bays of each hospital {change}"),
    "ambulance-off": Message("one ambulance off the road ({change})"),
    "station-closed": Message("one station closed ({change})"),
    "hospital-closed": Message("the busiest hospital closed ({change})"),
    "road-closed": Message("a closure of roads in force all the time ({change})"),
    "surge-weekly": Message("a surge every week ({change})"),
    "supposed": Message("what is supposed ({change})"),
}


def label(about: Assumption | Mishap, say: Language) -> str:
    """Number of calls ±20 %; One station closed"""
    name = say(NAMES[about.key])
    if isinstance(about, Mishap):
        return name
    return say("{assumption} ±{percent} %", assumption=name, percent=f"{about.wrong * 100:g}")


def change(case: float | Name, say: Language) -> str:
    """−20 %, or what a mishap concerns: a station, a hospital, a closure, a surge."""
    if isinstance(case, Name):
        return say.name(case)
    sign = "−" if case < 0 else "+"
    return say("{sign}{percent} %", sign=sign, percent=f"{abs(case) * 100:g}")


def case(about: Assumption | Mishap, which: float | Name, say: Language) -> str:
    """speed on all roads +10 %; one station closed (Xiangdong): for the middle of a sentence."""
    return say(CASES[about.key], change=change(which, say))
