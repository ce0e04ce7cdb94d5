"""From the scene to hospital: which one, the line at its door, and free again."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Generator
from typing import Any, NamedTuple

import numpy as np
import simpy

from sim.engine.reference.dispatching import Dispatching
from sim.engine.reference.doors import Doors, PatientAtDoor
from sim.engine.reference.fleet import Trip, Vehicle
from sim.engine.reference.logbook import Logbook
from sim.engine.reference.own_rules import DispatchRule
from sim.engine.reference.paths import Drive, Ways
from sim.model.calls import Calls, needs_of
from sim.model.system import System
from sim.policies.clock import NONE
from sim.policies.dispatch import Status
from sim.policies.hospitals import choose_destination, choose_hospital

Process = Generator[simpy.Event, Any, None]

# SimPy serves equal times by priority: urgent 0, normal 1, and then these. Calls are withdrawn; who
# leaves a scene with several units, when all who arrive in this instant are there; ambulances at
# the doors of hospitals, then who walks in; where patients are conveyed; the end of the instant.
WITHDRAWING, LEAVING, AT_DOORS, WALKING_IN, DEPARTING, LAST = range(2, 8)


class Departure(NamedTuple):
    """An ambulance that is to leave a scene for a hospital."""

    ambulance: Vehicle
    call: int
    trip: Trip
    goes_along: bool = False  # the patient is in another one

    def order(self) -> tuple[bool, int]:
        return self.goes_along, self.ambulance.row


class At(simpy.Event):
    """Happens after a delay, and after what of its instant comes before by priority."""

    def __init__(self, env: simpy.Environment, priority: int, delay: float = 0.0):
        super().__init__(env)
        self._ok, self._value = True, None
        env.schedule(self, priority=priority, delay=delay)  # type: ignore[arg-type]


class Conveying(Dispatching, ABC):
    """What ambulances do from the end of a scene until they are free."""

    def __init__(
        self, system: System, calls: Calls, roads: Ways, own_dispatch: DispatchRule | None
    ):
        super().__init__(system, calls, roads, own_dispatch)
        self.log = Logbook(calls, needs_of(calls))
        self.doors = Doors(self.env, system.service, calls.walk_ins, self.log)
        self.departing: list[Departure] = []
        self.at_doors: list[tuple[int, int, int, PatientAtDoor]] = []

    @abstractmethod
    def clear(self, ambulance: Vehicle, trip: Trip) -> None:
        """It is free where it stands."""

    # ── what takes time ──────────────────────────────────────────────────────────────────────

    def convey(self, to: Departure, hospital: int, drive: Drive, away_s: float) -> Process:
        """To hospital and to a bay there, and free again; from outside the map, once it is back."""
        ambulance, trip, call = to.ambulance, to.trip, to.call
        yield self.env.timeout(drive.seconds + away_s)

        trip.at_hospital_at = trip.handover_at = self.env.now
        ambulance.stand(Status.BUSY, self.hospital_place[hospital])
        handover_s = self.serving_s(ambulance, self.calls.handover_s[call])
        if self.doors.of and not to.goes_along:
            patient = PatientAtDoor(self.env, came_by_ambulance=True)
            self.come_to_the_door(ambulance.row, hospital, call, patient)
            yield patient.has_bay

            trip.handover_at = self.env.now
            stay_s = self.doors.stay_s(self.calls, call, hospital)
            icu_s = 0.0 if self.calls.icu_s is None else self.calls.icu_s[call]
            kept = self.doors.keep_bay(self.doors.of[hospital], handover_s + stay_s, icu_s)
            self.env.process(kept)
        yield self.env.timeout(handover_s + away_s)

        self.clear(ambulance, trip)

    def wait_for_open_roads(self, departures: list[Departure], until: float) -> Process:
        """At a scene from which no hospital can be reached."""
        yield self.env.timeout(until - self.env.now)

        for departure in departures:
            self.leave(departure, conveys=True)

    # ── what happens in an instant ───────────────────────────────────────────────────────────

    def leave(self, departure: Departure, conveys: bool) -> None:
        """The scene is over for an ambulance: it is free there, or conveys the patient."""
        if conveys and self.calls.conveyed[departure.call] and self.hospital_place:
            if not self.departing:
                At(self.env, DEPARTING).callbacks.append(self.depart_to_hospitals)
            self.departing.append(departure)
        else:
            departure.trip.left_scene_at = self.env.now
            self.clear(departure.ambulance, departure.trip)

    def depart_to_hospitals(self, _event: simpy.Event) -> None:
        """Choose hospitals by the order of ambulances; who goes along is where the patient is."""
        departing, self.departing = sorted(self.departing, key=Departure.order), []
        chosen: dict[int, tuple[int, int]] = {}  # by call
        stay = []
        for departure in departing:
            if departure.goes_along:
                hospital, usual = chosen[departure.call]
            else:
                hospital, usual = chosen[departure.call] = self.hospital_for(departure.call)
            if hospital == NONE and self.roads.opens_after(self.env.now) < np.inf:
                stay.append(departure)
            else:
                self.depart_to(departure, hospital, usual)
        if stay:
            until = self.roads.opens_after(self.env.now)
            self.env.process(self.wait_for_open_roads(stay, until))

    def depart_to(self, departure: Departure, hospital: int, usual: int) -> None:
        trip, ambulance = departure.trip, departure.ambulance
        trip.left_scene_at = self.env.now
        if hospital == NONE:
            self.clear(ambulance, trip)
            return
        trip.hospital, away_s = hospital, 0.0
        if self.doors.rules is not None:
            away_s = float(self.doors.rules.away_s[hospital])
        if not departure.goes_along:
            trip.passed_over = NONE if usual == hospital else usual
            if self.doors.of:
                self.doors.of[hospital].on_the_way += 1
        drive = self.drive_to_hospital(ambulance, departure.call, hospital)
        self.log.drives_off(trip, drive, to_hospital=True)
        self.env.process(self.convey(departure, hospital, drive, away_s))

    def hospital_for(self, call: int) -> tuple[int, int]:
        """The hospital, and the one it would be if all had room; NONE if none can be reached."""
        seconds = self.seconds_to_hospitals(call)
        named, rules = self.calls.hospital[call], self.doors.rules
        if rules is None or named != NONE:
            chosen = choose_hospital(seconds, named)
            if rules is not None and seconds[chosen] == np.inf:
                chosen = NONE
            return chosen, chosen
        patient = 0 if self.calls.patient is None else self.calls.patient[call]
        own = int(rules.consortium_of[self.calls.place[call]])
        return choose_destination(
            rules.rule,
            rules.bypass_when_full,
            self.doors.as_now(seconds),
            rules.treats[patient],
            bool(rules.needs_icu[patient]),
            own,
            self.doors.closed_to(patient),
        )

    def come_to_the_door(
        self, ambulance: int, hospital: int, call: int, patient: PatientAtDoor
    ) -> None:
        if not self.at_doors:
            At(self.env, AT_DOORS).callbacks.append(self.open_doors)
        self.at_doors.append((ambulance, hospital, call, patient))

    def open_doors(self, _event: simpy.Event) -> None:
        """All who came in this instant are there: the lower row of an ambulance is first."""
        came, self.at_doors = sorted(self.at_doors, key=lambda one: one[0]), []
        for _, hospital, call, patient in came:
            door = self.doors.of[hospital]
            door.on_the_way -= 1
            if self.calls.icu_s is not None and self.calls.icu_s[call] > 0:
                door.in_care += 1
            door.come(patient)
