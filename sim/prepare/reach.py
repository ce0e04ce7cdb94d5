"""Who is within reach of a station, without simulating: static coverage and isochrones.

Coverage looks at distance alone: no calls, no busy ambulances. The clock runs from the call, as
everywhere: call taking and turnout come before the wheels roll.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from sim.geography.roads import network
from sim.geography.roads.network import Snapped
from sim.model.calendar import DAY_S
from sim.prepare import ways
from sim.scenario import turnouts
from sim.scenario.hospitals import Hospital
from sim.scenario.layout import Station
from sim.scenario.scenario import Scenario


class Reach(NamedTuple):
    """Seconds from the call to an arrival from each station with ambulances."""

    stations: tuple[int, ...]  # rows of the layout's stations
    before_s: float  # call taking and turnout, as it is at most stations
    cell_s: np.ndarray  # [station, cell] including `before_s`, or what it is at the station
    node_s: np.ndarray  # [station, node] likewise
    radius_m: np.ndarray  # [cell] straight line to the nearest station


def reach(scenario: Scenario, before_s: float | None = None) -> Reach:
    """How soon each place could be reached from each staffed station, with siren.

    `before_s`: seconds before the wheels roll; default: the means of call taking and turnout, this
    as it is at each station. The time band of the run's start holds.
    """
    rows = tuple(sorted({ambulance.station for ambulance in scenario.fleet}))
    stations = [scenario.stations[row] for row in rows]
    later = np.zeros((len(rows), 1)) if before_s is not None else later_s(scenario, stations)
    if before_s is None:
        before_s = seconds_before(scenario)
    cell_s, node_s = seconds_from(scenario, stations)
    at = np.array([(s.x, s.y) for s in stations])
    apart_m = np.linalg.norm(scenario.map.cells.xy[:, None] - at[None], axis=2).min(axis=1)
    return Reach(rows, before_s, before_s + later + cell_s, before_s + later + node_s, apart_m)


def first_arrival_s(
    scenario: Scenario, xy: np.ndarray, before_s: float | None = None
) -> np.ndarray:
    """[point] seconds from a call there to the first arrival; inf where no road leads.

    `xy`: [point, 2] metres. `before_s`: as in `reach`, which counts the same for cells.
    """
    rows = sorted({ambulance.station for ambulance in scenario.fleet})
    stations = [scenario.stations[row] for row in rows]
    if not stations:
        return np.full(len(xy), np.inf)
    later = np.zeros((len(rows), 1)) if before_s is not None else later_s(scenario, stations)
    before = seconds_before(scenario) if before_s is None else before_s
    found, _ = seconds_to(scenario, stations, network.snap(scenario.map.network, xy))
    first: np.ndarray = (before + later + found).min(axis=0)
    return first


def seconds_before(scenario: Scenario) -> float:
    """Mean call taking and turnout: what passes before wheels roll at most stations."""
    durations = scenario.settings.durations
    return float(durations.call_taking.mean() + durations.turnout.mean())


def later_s(scenario: Scenario, stations: Sequence[Station]) -> np.ndarray:
    """[station, 1] by how many seconds turnouts are longer there than usual, in the mean."""
    times = turnouts.at_stations(scenario.settings, stations)
    if (times == 1).all():  # for most; the mean of a law takes longer than what is done with it
        return np.zeros((len(times), 1))
    found: np.ndarray = (times[:, None] - 1) * scenario.settings.durations.turnout.mean()
    return found


def seconds_from(scenario: Scenario, stations: Sequence[Station]) -> tuple[np.ndarray, np.ndarray]:
    """[station, cell] and [station, node] seconds of driving with siren, off-road legs included."""
    return seconds_to(scenario, stations, scenario.map.cells_at_roads)


def seconds_between(
    scenario: Scenario, stations: Sequence[Station], others: Sequence[Station]
) -> np.ndarray:
    """[station, other] seconds of driving with siren, off-road legs included."""
    return seconds_to(scenario, stations, ways.at_roads(others, scenario.map))[0]


def seconds_to(
    scenario: Scenario, stations: Sequence[Station | Hospital], ends: Snapped
) -> tuple[np.ndarray, np.ndarray]:
    """[station, end] and [station, node] likewise, to places by where they join the roads."""
    starts, off_road = ways.at_roads(stations, scenario.map), scenario.settings.travel.off_road
    end_s, node_s = ways.siren_seconds(scenario, starts, ends)
    if scenario.map.matrix is not None:  # a place stands for all around it
        return end_s, node_s
    leg_s = starts.metres[:, None] / off_road
    return leg_s + end_s + ends.metres / off_road, leg_s + node_s


def at_most_a_day(seconds: np.ndarray) -> np.ndarray:
    """The same, a day for whom closed roads cut off as the run begins: for sums and differences."""
    return np.minimum(seconds, DAY_S)


def targets_of_cells(scenario: Scenario) -> np.ndarray:
    """[cell] seconds within which a call from there is to be reached."""
    targets = scenario.settings.targets
    return np.array([targets.urban, targets.rural])[scenario.map.cells.area]
