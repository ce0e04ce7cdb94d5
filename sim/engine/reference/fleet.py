"""What every ambulance is doing now."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import simpy

from sim.engine.reference.paths import Drive
from sim.model.system import System
from sim.policies.clock import NONE
from sim.policies.dispatch import Status


class Trip:
    """A line of the Log while it is written: never, until it happens."""

    hospital = passed_over = NONE
    mobile_at = arrived_at = left_scene_at = np.nan
    at_hospital_at = handover_at = cleared_at = diverted_at = np.nan

    def __init__(self, need: int, ambulance: int, assigned_at: float):
        self.need, self.ambulance, self.assigned_at = need, ambulance, assigned_at


class Pause:
    """A break, or a time off the road, while it is written."""

    whole = True

    def __init__(self, ambulance: int, kind: int, row: int, begun_at: float, ended_at: float):
        self.ambulance, self.kind, self.row = ambulance, kind, row
        self.begun_at, self.ended_at = begun_at, ended_at


class Vehicle:
    """One ambulance while the clock runs."""

    def __init__(self, row: int, home: int, place: int, service_factor: float):
        self.row = row
        self.home = home  # the station where it belongs
        self.base = home  # the station where it is or is going
        self.kind = self.centre = 0
        self.service_factor = service_factor
        self.status = Status.AT_STATION
        self.on_duty = False  # within a shift
        self.failed = False  # off the road
        self.off_at = np.inf  # when its shift ends
        self.need = NONE  # that it serves
        self.trip: Trip | None = None  # the line of the log that is being written
        self.place = place  # where it stands, unless a drive is under way
        self.drive: Drive | None = None
        self.turned_out_at = 0.0  # wheels roll, once turning out
        self.expected_mobile_at = 0.0  # as the dispatcher expects it
        self.pause: Pause | None = None  # the break that it takes
        self.next_break = 0  # the first of its breaks that was neither taken nor missed
        self.break_left_s = np.nan  # of that one, if it was ended before
        self.when_free: simpy.Event | None = None  # somebody waits until it is free

    @property
    def can_serve(self) -> bool:
        """On shift, and on the road."""
        return self.on_duty and not self.failed

    @property
    def is_free(self) -> bool:
        """It can be sent to any call, and waits for one."""
        return self.can_serve and self.status in FREE

    def stand(self, status: Status, place: int) -> None:
        """The drive is over: the ambulance stands at a place."""
        self.status, self.place, self.drive = status, place, None


FREE = (Status.AT_STATION, Status.CLEARED, Status.RETURNING)


def fleet_of(system: System) -> list[Vehicle]:
    """The ambulances of a layout by row: all at home, none on duty."""
    place, fleet = system.stations.place.tolist(), []
    columns = (
        system.fleet.home,
        system.fleet.service_factor,
        system.fleet.kind,
        system.fleet.centre,
    )
    rows = zip(*(column.tolist() for column in columns), strict=True)
    for row, (home, factor, kind, centre) in enumerate(rows):
        vehicle = Vehicle(row, home, place[home], factor)
        vehicle.kind, vehicle.centre = kind, centre
        if system.service is not None:
            vehicle.next_break = int(system.service.breaks.indptr[row])
        fleet.append(vehicle)
    return fleet


def free_by_station(fleet: Sequence[Vehicle], but: Vehicle, stations: int) -> list[int]:
    """[station] ambulances that stand there free or drive there, all but one."""
    present = [0] * stations
    for other in fleet:
        is_bound = other.status in (Status.AT_STATION, Status.RETURNING)
        if other is not but and other.can_serve and is_bound:
            present[other.base] += 1
    return present
