"""Turnouts that are longer or shorter at some stations: how much, and whether these are there.

A station is known by its name, as where centres and vehicles off the road name one: one that
changes have closed keeps its name, so that a proposal may close it and what its base says stays.
One that is no station of the layout, and never was, is refused.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from sim.errors import did_you_mean
from sim.scenario.layout import Layout, Station
from sim.scenario.validation import Problems, listed
from sim.text import Message

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario
    from sim.scenario.settings import Settings


def at_stations(settings: Settings, stations: Sequence[Station]) -> np.ndarray:
    """[station] how many times as long as the usual a turnout is there; 1 of those not named."""
    named = {name.casefold(): times for name, times in settings.durations.turnout_at.items()}
    found = np.ones(len(stations))
    for row, station in enumerate(stations) if named else ():
        for name in (station.name.en, station.name.zh):
            found[row] = named.get(name.casefold(), found[row])
    return found


def factors(scenario: Scenario) -> np.ndarray:
    """[station or standby point] how many times as long as the usual; 0 where crews sit ready."""
    points = [point.turnout for point in scenario.settings.standby.points]
    return np.concatenate([at_stations(scenario.settings, scenario.stations), points])


def check(settings: Settings, layout: Layout, problems: Problems) -> None:
    """Tell of stations that the layout does not have, not even closed, or that are named twice."""
    here, times = problems.at("durations", "turnout_at"), Counter[int]()
    points = [point.name.casefold() for point in settings.standby.points]
    for name in settings.durations.turnout_at:
        rows = [row for row, one in enumerate(layout.stations) if _is_called(one, name)]
        times.update(rows)
        if not rows and name.casefold() in points:
            here.at(name).tell(
                Message("{name} is a standby point: write its `turnout` there", name=name)
            )
        elif not rows:
            hint = did_you_mean(name, [one.name.zh for one in layout.stations])
            here.at(name).tell(
                Message('no station "{station}" in the layout{hint}', station=name, hint=hint)
            )
    twice = [layout.stations[row].name.zh for row, many in sorted(times.items()) if many > 1]
    if twice:
        here.tell(Message("named twice: {names}", names=listed(list(dict.fromkeys(twice)))))


def _is_called(station: Station, name: str) -> bool:
    return name.casefold() in (station.name.zh.casefold(), station.name.en.casefold())


def doubts(scenario: Scenario) -> Iterator[Message]:
    """That recorded turnouts, in which stations count already, are multiplied once more."""
    recorded = scenario.recorded
    if recorded is None or not scenario.settings.durations.turnout_at:
        return
    known = int(np.isfinite(recorded.calls.turnout_s).sum())
    if known:
        yield Message(
            "`durations.turnout_at` multiplies recorded turnouts, too, of which there are {n}: how "
            "long crews of a station take is then counted twice",
            n=known,
        )
