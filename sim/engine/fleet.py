"""What every ambulance is doing now."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.engine.paths import Drive
from sim.model.system import System
from sim.policies.clock import NONE
from sim.policies.dispatch import Status


class Trip:
    """A line of the Log while it is written: never, until it happens."""

    hospital = NONE
    mobile_at = arrived_at = left_scene_at = np.nan
    at_hospital_at = handover_at = cleared_at = diverted_at = np.nan

    def __init__(self, call: int, ambulance: int, assigned_at: float):
        self.call, self.ambulance, self.assigned_at = call, ambulance, assigned_at


class Ambulance:
    """One ambulance while the clock runs."""

    def __init__(self, row: int, home: int, place: int, service_factor: float):
        self.row = row
        self.home = home  # the station where it belongs
        self.base = home  # the station where it is or is going
        self.service_factor = service_factor
        self.status = Status.AT_STATION
        self.on_duty = False
        self.call = NONE  # the call that it serves
        self.trip: Trip | None = None  # the line of the log that is being written
        self.place = place  # where it stands, unless a drive is under way
        self.drive: Drive | None = None
        self.turned_out_at = 0.0  # wheels roll, once turning out
        self.expected_mobile_at = 0.0  # as the dispatcher expects it

    def stand(self, status: Status, place: int) -> None:
        """The drive is over: the ambulance stands at a place."""
        self.status, self.place, self.drive = status, place, None


def fleet_of(system: System) -> list[Ambulance]:
    """The ambulances of a layout by row: all at home, none on duty."""
    place = system.stations.place.tolist()
    rows = zip(system.fleet.home.tolist(), system.fleet.service_factor.tolist(), strict=True)
    return [Ambulance(row, home, place[home], factor) for row, (home, factor) in enumerate(rows)]


def free_by_station(fleet: Sequence[Ambulance], but: Ambulance, stations: int) -> list[int]:
    """[station] ambulances on duty that stand there free or drive there, all but one."""
    present = [0] * stations
    for other in fleet:
        is_free = other.status in (Status.AT_STATION, Status.RETURNING)
        if other is not but and other.on_duty and is_free:
            present[other.base] += 1
    return present
