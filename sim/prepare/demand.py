"""What the calls of a scenario are drawn from: rates by hour and place, shares, durations."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.model.calendar import HOUR_S, start_of_week_s
from sim.model.calls import Calls
from sim.prepare.draws import Demand
from sim.prepare.shifts import study_seconds
from sim.scenario import profiles

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario


def build(scenario: Scenario) -> Demand:
    """What a scenario's calls are drawn from; the same for every layout on its map."""
    settings, cells = scenario.settings, scenario.map.cells
    demand, durations = settings.demand, settings.durations
    if isinstance(demand.profile, str):
        week = profiles.week(*profiles.NAMED[demand.profile])
    else:
        week = profiles.week(demand.profile.hours, demand.profile.days)
    shares = np.array([priority.share for priority in demand.priorities])
    of_area = [np.flatnonzero(cells.area == area) for area in range(2)]
    calls_per_hour = []
    for rate, places in zip((demand.rate.urban, demand.rate.rural), of_area, strict=True):
        people = cells.people[places].sum() if rate.per_person else float(len(places) > 0)
        calls_per_hour.append(rate.per_second * HOUR_S * people * week)
    return Demand(
        calls_per_hour=np.array(calls_per_hour),
        places=tuple(of_area),
        weights=tuple(cells.people[places] for places in of_area),
        township_of_place=cells.township,
        priority_share=np.stack([shares, shares]),
        conveyed_share=demand.transported,
        call_taking=durations.call_taking,
        turnout=durations.turnout,
        on_scene=durations.on_scene,
        handover=durations.handover,
        start_s=start_of_week_s(settings.start),
        length_s=study_seconds(scenario),
        recorded=_placed(scenario),
    )


def _placed(scenario: Scenario) -> Calls | None:
    """The recorded calls, whose places come after the map's cells."""
    if scenario.recorded is None:
        return None
    calls = scenario.recorded.calls
    return calls._replace(place=calls.place + len(scenario.map.cells.people))
