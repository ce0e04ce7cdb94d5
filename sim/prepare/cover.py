"""Which calls each station covers: what standby rules that look at coverage go by."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.geography.roads import network
from sim.geography.roads.network import Snapped
from sim.prepare import demand, reach
from sim.scenario import standing

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario


def cover(scenario: Scenario, turnout_factor: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """[cover] share of all calls and [station, cover] whether it is within reach.

    A station covers a place if mean call taking and turnout (times what
    `turnout_factor` says of a station or standby point) and the drive with siren, in the time band
    of the run's start, take no longer than the target there. Places within reach of the same
    stations are one cover; those within reach of none are left out.
    """
    stations = [*scenario.stations, *standing.standby_points(scenario)]
    durations = scenario.settings.durations
    before_s = durations.call_taking.mean() + durations.turnout.mean() * turnout_factor
    ends, area, share = places(scenario)
    drive_s, _ = reach.seconds_to(scenario, stations, ends)
    targets = scenario.settings.targets
    target_s = np.array([targets.urban, targets.rural])[area]
    within = before_s[:, None] + drive_s <= target_s
    within[[station.closed for station in stations]] = False
    called = (share > 0) & within.any(axis=0)
    covers, row = np.unique(within[:, called], axis=1, return_inverse=True)
    return np.bincount(row.ravel(), share[called], covers.shape[1]), covers


def weights(busy: float, ambulances: int) -> np.ndarray:
    """[k] (1 - q) q^k: what one more adds to the expected coverage of what k cover already."""
    found: np.ndarray = (1 - busy) * busy ** np.arange(ambulances + 1)
    return found


def places(scenario: Scenario) -> tuple[Snapped, np.ndarray, np.ndarray]:
    """Where calls come from: where that joins the roads, its area, its share of all calls."""
    ground, recorded = scenario.map, scenario.recorded
    if recorded is not None:
        count = len(recorded.xy)
        ends = network.snap(ground.network, recorded.xy)
        return ends, recorded.calls.area.astype(int), np.full(count, 1 / count)
    share = demand.place_shares(demand.build(scenario))
    return ground.cells_at_roads, ground.cells.area, share
