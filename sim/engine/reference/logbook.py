"""The Log while it is written: a line for each trip as it is assigned, and for each pause."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.engine.reference.fleet import Pause, Trip, Vehicle
from sim.engine.reference.paths import Drive
from sim.model.calls import Calls, Needs
from sim.model.log import TRIP_INSTANTS, Beyond, Log, Pauses, in_order
from sim.policies.clock import NONE


class DriveTaken(NamedTuple):
    """A drive as it began. Its trip says whether it was cut short."""

    trip: int  # row of the log
    drive: Drive
    to_hospital: bool  # which nobody cuts short


class Logbook:
    """Trips and pauses in the order in which they begin; and drives, where they are asked for."""

    def __init__(self, calls: Calls, needs: Needs):
        self.drives: list[tuple[Trip, Drive, bool]] | None = None
        self.ready_at = calls.ready_at.tolist()
        self.lost = [False] * len(self.ready_at)
        self.trips: list[Trip] = []
        self.pauses: list[Pause] = []
        self.bay_at = [np.nan] * (0 if calls.walk_ins is None else len(calls.walk_ins.at))
        self._call = needs.call
        self._first = np.searchsorted(needs.call, np.arange(len(self.ready_at)))

    def new_trip(self, need: int, ambulance: Vehicle, now: float) -> Trip:
        """Open the line of an assignment; from now on the ambulance is on this trip."""
        trip = Trip(need, ambulance.row, now)
        ambulance.need, ambulance.trip = need, trip
        self.trips.append(trip)
        return trip

    def drives_off(self, trip: Trip, drive: Drive, to_hospital: bool = False) -> None:
        """Wheels roll."""
        if self.drives is not None:
            self.drives.append((trip, drive, to_hospital))

    def drives_taken(self) -> list[DriveTaken]:
        """The drives that were told of, in the order in which they began."""
        row = {id(trip): number for number, trip in enumerate(self.trips)}
        return [DriveTaken(row[id(trip)], drive, to) for trip, drive, to in self.drives or ()]

    def as_arrays(self, asked_s: np.ndarray, is_plain: bool) -> Log:
        def column(name: str, kind: type) -> np.ndarray:
            return np.array([getattr(trip, name) for trip in self.trips], kind)

        need = column("need", np.int32)
        call, rank = need.copy(), need.copy()
        call[need != NONE] = self._call[need[need != NONE]]
        rank[need != NONE] -= self._first[call[need != NONE]].astype(np.int32)
        return Log(
            np.array(self.ready_at, float),
            np.array(self.lost, bool),
            asked_s,
            call,
            column("ambulance", np.int32),
            column("hospital", np.int32),
            **{name: column(name, float) for name in TRIP_INSTANTS},
            beyond=None
            if is_plain
            else Beyond(
                rank,
                pauses_as_arrays(self.pauses),
                column("passed_over", np.int32),
                np.array(self.bay_at, float),
            ),
        )


def pauses_as_arrays(pauses: list[Pause]) -> Pauses:
    """Pauses in the order in which they began; of one instant by ambulance, then as written."""

    def column(name: str, kind: type) -> np.ndarray:
        return np.array([getattr(pause, name) for pause in pauses], kind)

    kinds = [np.int32, np.int32, np.int32, float, float, bool]
    columns = (column(name, kind) for name, kind in zip(Pauses._fields, kinds, strict=True))
    return in_order(Pauses(*columns))
