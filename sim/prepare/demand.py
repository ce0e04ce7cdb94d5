"""What the calls of a scenario are drawn from: rates by hour and place, shares, durations."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.geography.roads.network import morton
from sim.model.calendar import HOUR_S, HOURS_PER_WEEK, Window, start_of_week_s
from sim.model.calls import Calls
from sim.prepare import call_laws, needs, receptions, responders, travel_factor
from sim.prepare.draws import Demand
from sim.prepare.failures import failure_laws
from sim.prepare.shifts import study_seconds
from sim.scenario import callers, profiles

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario

# How many places are asked about at each call, by the calls that a replication has at most: where
# there are many, chance is small by itself, and answers take memory. See docs/questions.md.
OTHERS = {20_000: 16, 100_000: 8}


def build(scenario: Scenario) -> Demand:
    """What a scenario's calls are drawn from; the same for every layout on its map, but for the
    vehicles that may fail."""
    settings, cells = scenario.settings, scenario.map.cells
    demand, durations = settings.demand, settings.durations
    week = profiles.factors(demand.profile)
    shares = np.array([priority.share for priority in demand.priorities])
    of_area = [np.flatnonzero(cells.area == area) for area in range(2)]
    people = callers.of_cells(settings, scenario.map)
    hourly = callers.calls_an_hour(settings, scenario.map)[:, None] * week
    return Demand(
        calls_per_hour=hourly,
        places=tuple(of_area),
        weights=tuple(people[places] for places in of_area),
        township_of_place=cells.township,
        priority_share=np.stack([shares, shares]),
        conveyed_share=demand.transported,
        call_taking=call_laws.handling(settings),
        turnout=durations.turnout,
        on_scene=durations.on_scene,
        handover=durations.handover,
        start_s=start_of_week_s(settings.start),
        length_s=study_seconds(scenario),
        recorded=_placed(scenario),
        times=scenario.calls_times,
        others=0 if scenario.recorded is not None else _others(hourly, study_seconds(scenario)),
        along=tuple(
            np.argsort(morton(cells.xy[places]), kind="stable") if len(places) else places
            for places in of_area
        ),
        kinds=needs.kinds(scenario),
        failing=failure_laws(scenario),
        responders=responders.groups(scenario),
        endings=call_laws.ending_laws(scenario),
        desk=call_laws.desk_law(scenario),
        surges=call_laws.surge_laws(scenario),
        transfers=call_laws.transfer_laws(scenario),
        receiving=receptions.laws(scenario),
        drives=travel_factor.spread(scenario),
    )


def _others(calls_per_hour: np.ndarray, length_s: float) -> int:
    calls = calls_per_hour.mean(axis=1).sum() * length_s / HOUR_S
    return next((others for most, others in OTHERS.items() if calls <= most), 0)


def expected_calls(demand: Demand, window: Window, townships: int) -> np.ndarray:
    """[township] calls received within a window: expected of what is drawn, or those recorded."""
    if demand.recorded is not None:
        at = demand.recorded.received_at
        some = (at >= window.start_s) & (at < window.end_s)
        found: np.ndarray = np.bincount(demand.recorded.township[some], minlength=townships)
        return found[:townships].astype(float)
    edges = hour_edges(demand.start_s + window.start_s, demand.start_s + window.end_s)
    hour = (edges[:-1] // HOUR_S).astype(int) % HOURS_PER_WEEK
    calls = (demand.calls_per_hour[:, hour] * np.diff(edges) / HOUR_S).sum(axis=1)
    found = np.zeros(townships)
    for area_calls, places, weights in zip(calls, demand.places, demand.weights, strict=True):
        if weights.sum() > 0:
            of_place = area_calls * weights / weights.sum()
            found += np.bincount(demand.township_of_place[places], of_place, townships)[:townships]
    return found


def place_shares(demand: Demand) -> np.ndarray:
    """[place] its share of all calls of a whole week."""
    share = np.zeros(len(demand.township_of_place))
    calls = demand.calls_per_hour.sum(axis=1)
    for area_calls, places, weights in zip(calls, demand.places, demand.weights, strict=True):
        if len(places):  # where nobody lives, all places are as likely
            height = weights if weights.sum() > 0 else np.ones(len(places))
            share[places] = area_calls * height / height.sum()
    total = share.sum()
    found: np.ndarray = share / total if total > 0 else share
    return found


def hour_edges(start_s: float, end_s: float) -> np.ndarray:
    """A time on the week's clock, cut at each full hour."""
    within = np.arange(start_s // HOUR_S + 1, np.ceil(end_s / HOUR_S)) * HOUR_S
    return np.concatenate([[start_s], within, [end_s]])


def _placed(scenario: Scenario) -> Calls | None:
    """The recorded calls, whose places come after the map's cells."""
    if scenario.recorded is None:
        return None
    calls = scenario.recorded.calls
    return calls._replace(place=calls.place + len(scenario.map.cells.people))
