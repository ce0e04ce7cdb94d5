"""A week of a scenario, without simulating it: crews on duty against the calls to be expected."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.model.calendar import DAY_S, HOUR_S, HOURS_PER_WEEK
from sim.policies.clock import NONE
from sim.prepare import demand, reach, ways
from sim.prepare.needs import ANY
from sim.prepare.week_transfers import busy_with_transfers
from sim.scenario import off_road

if TYPE_CHECKING:
    from sim.prepare.draws import Demand
    from sim.scenario.scenario import Scenario


class Week(NamedTuple):
    """A week without public holidays, by its hours, Monday 00:00 first."""

    on_duty: np.ndarray  # [class, 168] ambulances, less those off the road in every week
    calls: np.ndarray  # [168] expected in each hour
    busy_s: float  # how long a call keeps an ambulance from others, on average
    # [168] ambulances that transfers keep busy; None: there are none
    transfers: np.ndarray | None = None

    @property
    def crews(self) -> np.ndarray:
        """[168] ambulances on duty, of all classes."""
        found: np.ndarray = self.on_duty.sum(axis=0)
        return found

    @property
    def work(self) -> np.ndarray:
        """[168] how many ambulances calls and transfers keep busy, if each is served at once."""
        of_calls: np.ndarray = self.calls * (self.busy_s / HOUR_S)
        return of_calls if self.transfers is None else of_calls + self.transfers


def week_of(scenario: Scenario) -> Week:
    """Crews on duty, the calls of the scenario's rates, or of its records a week, and transfers."""
    on_duty = np.stack(
        [off_road.with_vehicles(scenario, kind) for kind in range(len(scenario.crews.classes))]
    )
    drawn = demand.build(scenario)
    transfers = busy_with_transfers(scenario) if scenario.settings.transfers else None
    return Week(on_duty, _calls(drawn), busy_seconds(scenario, drawn), transfers)


def _calls(drawn: Demand) -> np.ndarray:
    if drawn.recorded is None:
        expected: np.ndarray = drawn.calls_per_hour.sum(axis=0)
        return expected
    hour = (drawn.start_s + drawn.recorded.received_at) // HOUR_S
    counts = np.bincount(hour.astype(int) % HOURS_PER_WEEK, minlength=HOURS_PER_WEEK)
    return counts / (drawn.length_s / (7 * DAY_S))


def busy_seconds(scenario: Scenario, drawn: Demand) -> float:
    """How long a call keeps ambulances busy, all that it needs: the mean over the places that call.

    Turnout, the drive from the nearest station, the scene; of those who are conveyed also the
    drive to the nearest hospital and the handover, of one ambulance and who accompanies it. The way
    home is left out: an ambulance may be sent from there. Drives are those of the time band in
    which the run begins.
    """
    durations = scenario.settings.durations
    rows = sorted({one.station for one in scenario.fleet})
    homes = [scenario.stations[row] for row in rows]
    # A station whose crews take longer to turn out is as much farther away.
    to_scene = reach.seconds_from(scenario, homes)[0] + reach.later_s(scenario, homes)
    sent, conveying = ambulances_a_call(scenario, drawn)
    seconds = sent * (durations.turnout.mean() + to_scene.min(axis=0) + durations.on_scene.mean())
    if conveying > 0 and scenario.map.hospitals:
        to_hospital = _to_hospital(scenario)
        seconds = seconds + conveying * (to_hospital + durations.handover.mean())
    weights = np.zeros(len(seconds))
    for calls, places, of_place in zip(
        drawn.calls_per_hour.sum(axis=1), drawn.places, drawn.weights, strict=True
    ):
        if of_place.sum() > 0:
            weights[places] = calls * of_place / of_place.sum()
    reached = np.isfinite(seconds)  # roads may be closed as the run begins
    if not reached.any():
        return float(durations.turnout.mean() + durations.on_scene.mean())
    seconds, weights = seconds[reached], weights[reached]
    return float(np.average(seconds, weights=weights if weights.any() else None))


def ambulances_a_call(scenario: Scenario, drawn: Demand) -> tuple[float, float]:
    """How many ambulances a call needs, and how many go to hospital: means over all calls."""
    if drawn.kinds is None:
        return 1.0, drawn.conveyed_share
    conditions = scenario.settings.demand.conditions or (ANY,)
    sent = np.array([max(1, len(one.needs)) for one in conditions])
    along = np.array([one.accompanied and len(one.needs) > 1 for one in conditions])
    share = _share_of_conditions(drawn)
    return float(share @ sent), float(share @ (drawn.kinds.conveyed_share * (1 + along)))


def _share_of_conditions(drawn: Demand) -> np.ndarray:
    """[condition] its share of all calls: of those recorded that say theirs, else as drawn."""
    assert drawn.kinds is not None
    if drawn.recorded is not None and drawn.recorded.condition is not None:
        known = drawn.recorded.condition[drawn.recorded.condition != NONE].astype(int)
        if len(known):
            return np.bincount(known, minlength=drawn.kinds.share.shape[1]) / len(known)
    by_area = drawn.calls_per_hour.sum(axis=1)
    weights = by_area if by_area.any() else None
    share: np.ndarray = (
        np.average(drawn.priority_share, axis=0, weights=weights) @ drawn.kinds.share
    )
    return share


def _to_hospital(scenario: Scenario) -> np.ndarray:
    """[cell] seconds to the nearest hospital, as if the way there were as long as the way back."""
    travel, ground = scenario.settings.travel, scenario.map
    hospitals, cells = ground.hospitals_at_roads, ground.cells_at_roads
    found = ways.siren_seconds(scenario, hospitals, cells)[0]
    if ground.matrix is None:
        found = found + (hospitals.metres[:, None] + cells.metres) / travel.off_road
    ordinary = 1.0 if travel.to_hospital == "siren" else travel.ordinary
    nearest: np.ndarray = found.min(axis=0) / ordinary
    return nearest
