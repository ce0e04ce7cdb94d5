"""Who calls: people, times what is said of their township; and how many calls that makes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from sim.errors import did_you_mean
from sim.model.calendar import HOUR_S
from sim.scenario.centres import rows_by_name
from sim.scenario.validation import Problems, listed
from sim.text import Message

if TYPE_CHECKING:
    from sim.geography.bundle import Map
    from sim.scenario.scenario import Scenario
    from sim.scenario.settings import Settings
    from sim.scenario.settings.demand import Rates


def of_townships(rates: Rates, on: Map) -> np.ndarray:
    """[township] calls of one who lives there, against one elsewhere in the area; 1 of most."""
    found, rows = np.ones(len(on.townships)), rows_by_name(on)
    for name, factor in rates.townships.items():
        found[rows.get(name.casefold(), [])] = factor
    return found


def of_cells(settings: Settings, on: Map) -> np.ndarray:
    """[cell] people, each as many as calls come of one: places are drawn in proportion to it."""
    rates, cells = settings.demand.rate, on.cells
    if not rates.townships:
        return cells.people
    found: np.ndarray = cells.people * of_townships(rates, on)[cells.township]
    return found


def calls_an_hour(settings: Settings, on: Map) -> np.ndarray:
    """[area] calls in a mean hour of the week that need an ambulance.

    A rate for the whole area is what it is, whatever is said of townships; of an area without
    places nobody calls.
    """
    rates, many = settings.demand.rate, of_cells(settings, on)
    found = []
    for area, rate in enumerate((rates.urban, rates.rural)):
        there = many[on.cells.area == area]
        times = there.sum() if rate.per_person else float(len(there) > 0)
        found.append(rate.per_second * HOUR_S * times)
    return np.array(found)


def check(rates: Rates, on: Map, problems: Problems) -> None:
    """Tell of townships that the map does not have, and of those that are named twice."""
    rows, times = rows_by_name(on), Counter[int]()
    for name in rates.townships:
        found = rows.get(name.casefold(), [])
        times.update(found)
        if not found:
            hint = did_you_mean(name, [spot.name.zh for spot in on.townships])
            problems.at(name).tell(
                Message('no township "{name}" on the map{hint}', name=name, hint=hint)
            )
    twice = [on.townships[row].name.zh for row, many in sorted(times.items()) if many > 1]
    if twice:
        problems.tell(Message("named twice: {names}", names=listed(twice)))


def doubts(scenario: Scenario) -> Iterator[Message]:
    """What is said of townships in vain: of replayed calls, and where nobody lives."""
    said, on = scenario.settings.demand.rate.townships, scenario.map
    if said and scenario.settings.demand.replay is not None:
        yield Message("`demand.rate.townships` has no effect: the calls are replayed")
        return
    people = np.bincount(on.cells.township, on.cells.people, len(on.townships))
    rows = rows_by_name(on)
    empty = [name for name in said if not people[rows.get(name.casefold(), [])].any()]
    if empty:
        yield Message(
            "`demand.rate.townships` has no effect where nobody lives: {townships}",
            townships=listed(empty),
        )
