"""Roads that are closed or slowed, and how drives vary: what `check` says of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from sim.model.calendar import DAYS, Hours
from sim.scenario import closed_roads, cut_off
from sim.scenario.duty import runs
from sim.words.crews import DAYS as DAY_NAMES
from sim.words.crews import clock
from sim.words.language import Language

if TYPE_CHECKING:
    from sim.scenario.cut_off import CutOff
    from sim.scenario.scenario import Scenario
    from sim.scenario.settings.closures import Closure
    from sim.scenario.settings.travel import Band

MOST = 8  # names that are listed


def lines(scenario: Scenario, say: Language) -> Iterator[tuple[str, str]]:
    """A heading and a line for each closure, for who is cut off, and for how drives vary."""
    travel = scenario.settings.travel
    heading = say("closures")
    for name, closure in travel.closed.items():
        yield heading, _closure(name, closure, scenario, say)
        heading = ""
        cut = cut_off.by(scenario, name)
        if cut.anybody:
            yield "", _cut_off(cut, scenario, say)
    heading = say("bands")
    for band in travel.bands:
        yield heading, _band(band, say)
        heading = ""
    heading = say("drives")
    if travel.band_rule == "carried over" and travel.speeds_change:
        yield heading, say("what is left of a drive is driven at the speeds of the next band")
        heading = ""
    if travel.factor is not None:
        factor = travel.factor
        yield (
            heading,
            say(
                "each varies by a factor of mean 1; the standard deviation of its logarithm is "
                "{scene} to the scene, {hospital} to hospital",
                scene=f"{factor.sigma:g}",
                hospital=f"{factor.sigma_to_hospital:g}",
            ),
        )


def _band(band: Band, say: Language) -> str:
    """Mon–Fri 07–09: 70 % of the usual speed"""
    values = {
        "when": weekly(band.days, band.hours, say) or say("all the time"),
        "percent": f"{100 * band.speed:.3g}",
    }
    if band.classes:
        names = say.listed(list(band.classes), MOST)
        return say("{when}: {percent} % of the usual speed, on {classes}", classes=names, **values)
    return say("{when}: {percent} % of the usual speed", **values)


def _closure(name: str, closure: Closure, scenario: Scenario, say: Language) -> str:
    """渌江大桥: 3 links (1.0 km) closed, Sat 08–12, from 2025-01-10 00:00 on (market)"""
    network = scenario.map.network
    rows = closed_roads.roads_of(closure, scenario.map)
    km = f"{network.length_m[network.forth[rows]].sum() / 1000:,.1f}"
    when = say.joined(_when(closure, say))
    if closure.speed is None:
        told = say.count(
            len(rows), "{name}: {n} link ({km} km) closed, {when}",
            "{name}: {n} links ({km} km) closed, {when}", name=name, km=km, when=when,
        )  # fmt: skip
    else:
        told = say.count(
            len(rows), "{name}: {n} link ({km} km) at {percent} % of its speed, {when}",
            "{name}: {n} links ({km} km) at {percent} % of their speed, {when}",
            name=name, km=km, when=when, percent=f"{100 * closure.speed:.3g}",
        )  # fmt: skip
    if closure.why is None:
        return told
    return say("{closure} ({why})", closure=told, why=closure.why)


def _when(closure: Closure, say: Language) -> Iterator[str]:
    """Sat 08–12; from 2025-01-10 00:00 on"""
    if closure.always:
        yield say("all the time")
    if each_week := weekly(closure.days, closure.hours, say):
        yield each_week
    begin, end = (
        "" if at is None else f"{at:%Y-%m-%d %H:%M}" for at in (closure.from_, closure.until)
    )
    if begin and end:
        yield say("from {begin} until {end}", begin=begin, end=end)
    elif begin:
        yield say("from {begin} on", begin=begin)
    elif end:
        yield say("until {end}", end=end)


def weekly(days: tuple[int, ...], hours: Hours | None, say: Language) -> str:
    """Sat 08–12; daily 22–05; nothing of all hours of every day"""
    if len(days) < DAYS:
        names = [
            say(DAY_NAMES[first])
            if first == last
            else f"{say(DAY_NAMES[first])}–{say(DAY_NAMES[last])}"
            for first, last in runs(days)
        ]
        of_day = "00–24" if hours is None else clock(hours)
        return say("{days} {hours}", days="+".join(names), hours=of_day)
    return "" if hours is None else say("daily {hours}", hours=clock(hours))


def _cut_off(cut: CutOff, scenario: Scenario, say: Language) -> str:
    """Who is cut off while it lasts."""
    parts = []
    stations = np.flatnonzero(cut.stations[: len(scenario.stations)]).tolist()
    if stations:
        names = say.listed([say.name(scenario.stations[row].name) for row in stations], MOST)
        parts.append(say.count(len(stations), "station {names}", "stations {names}", names=names))
    hospitals = np.flatnonzero(cut.hospitals).tolist()
    if hospitals:
        names = say.listed([say.name(scenario.hospitals[row].name) for row in hospitals], MOST)
        parts.append(
            say.count(len(hospitals), "hospital {names}", "hospitals {names}", names=names)
        )
    places = int(cut.places.sum())
    if places and scenario.recorded is None:
        people = f"{scenario.map.cells.people[cut.places].sum():,.0f}"
        parts.append(
            say.count(places, "{n} place with {people} people", "{n} places with {people} people",
                      people=people)
        )  # fmt: skip
    elif places:
        parts.append(say.count(places, "{n} place of a call", "{n} places of calls"))
    return say("cut off meanwhile: {who}; who calls there waits", who=say.listed(parts))
