"""Whether anybody at all is near enough to a township, where dispatch has a limit by priority."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.model.system import ORDINARY, SIREN
from sim.policies.clock import on_grid
from sim.prepare import ways
from sim.prepare.cover import places
from sim.scenario import standing, turnouts
from sim.scenario.validation import Problems, listed
from sim.text import Message

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario


def check(scenario: Scenario, problems: Problems) -> None:
    """Tell of townships that lie beyond `dispatch.within` of every ambulance that waits.

    A township lies beyond if all places in it do that call, in every time band.
    """
    limits = scenario.settings.dispatch.within
    if not limits or not scenario.fleet:
        return
    ends, _, share = places(scenario)
    recorded, cells = scenario.recorded, scenario.map.cells
    township = (cells if recorded is None else recorded.calls).township[share > 0]
    called = type(ends)(*(column[share > 0] for column in ends))
    by_profile: dict[bool, np.ndarray] = {}
    for priority in scenario.settings.demand.priorities:
        if priority.name not in limits:
            continue
        if priority.siren not in by_profile:
            by_profile[priority.siren] = _least_s(scenario, called, priority.siren)
        within = by_profile[priority.siren] <= limits[priority.name]
        beyond = np.setdiff1d(township, township[within])
        if len(beyond):
            _tell(scenario, beyond, limits[priority.name], problems.at("within", priority.name))


def _tell(scenario: Scenario, beyond: np.ndarray, limit_s: float, problems: Problems) -> None:
    names = [scenario.map.townships[row].name.zh for row in beyond.tolist()]
    problems.tell(
        Message(
            "no ambulance waits within {minutes:g} min of {townships}: nobody would be sent there",
            minutes=limit_s / 60, townships=listed(names),
        )
    )  # fmt: skip


def _least_s(scenario: Scenario, ends: ways.Snapped, siren: bool) -> np.ndarray:
    """[end] the least that is ever expected from where an ambulance waits."""
    settings = scenario.settings
    stations = [*scenario.stations, *standing.standby_points(scenario)]
    manned = {ambulance.station for ambulance in scenario.fleet}
    if settings.standby.rule != "home":  # then others than homes are waited at
        manned |= {row for row in range(len(stations)) if not stations[row].closed}
    waiting = sorted(manned)
    usual_s = on_grid(settings.durations.turnout.mean())
    turnout_s = on_grid(turnouts.factors(scenario)[waiting] * usual_s)
    starts = ways.at_roads([stations[row] for row in waiting], scenario.map)
    modes = ways.driving_modes(scenario)
    off_road = settings.travel.off_road * (1.0 if siren else settings.travel.ordinary)
    legs_s = np.zeros((len(waiting), 1)), np.zeros(len(ends.node))
    if scenario.map.matrix is None:
        legs_s = starts.metres[:, None] / off_road, ends.metres / off_road
    least = np.full(len(ends.node), np.inf)
    for mode in np.unique(modes.number[:, SIREN if siren else ORDINARY]).tolist():
        road_s, _ = ways.seconds_in(scenario, mode, starts, ends)
        expected_s = turnout_s[:, None] + legs_s[0] + road_s + legs_s[1]
        least = np.minimum(least, expected_s.min(axis=0))
    return least
