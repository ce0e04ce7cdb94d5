"""The reference engine: the life of a call and of an ambulance, told with SimPy.

It is the model's documentation. Each process below is one activity; each `yield` is the one
thing that takes time in it. All choices are made in `sim.policies`, and all of them at the end
of an instant: first everything that becomes ready, free, on or off duty at a time is registered,
then the waiting calls are served. The result cannot depend on the order of a queue.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Generator
from typing import Any

import numpy as np
import simpy

from sim.engine.fleet import Drive, Fleet, Roads
from sim.model.calls import Calls
from sim.model.log import TRIP_INSTANTS, Log
from sim.model.system import System
from sim.policies import (
    NONE,
    Status,
    can_be_sent,
    is_first,
    serving_seconds,
    standby_station,
    waiting_key,
)

Process = Generator[simpy.Event, Any, None]

LAST = 2  # SimPy serves equal times by priority: urgent 0, normal 1, then the end of the instant


def run(system: System, calls: Calls) -> Log:
    """What this layout does with these calls. Deterministic: nothing random is left to draw."""
    return Engine(system).run(calls)


class EndOfInstant(simpy.Event):
    """Happens now, after everything else that happens now."""

    def __init__(self, env: simpy.Environment):
        super().__init__(env)
        self._ok, self._value = True, None
        env.schedule(self, priority=LAST)  # type: ignore[arg-type]


class Engine:
    """`run` for one layout and many replications: its roads are made ready once."""

    def __init__(self, system: System):
        self.system, self.roads = system, Roads(system)

    def run(self, calls: Calls) -> Log:
        return Service(self.system, calls, self.roads).run()


class Service:
    """An ambulance service at work: calls come in, ambulances go out."""

    def __init__(self, system: System, calls: Calls, roads: Roads):
        self.env = simpy.Environment()
        self.system, self.roads = system, roads
        self.calls = Calls(*(column.tolist() for column in calls))  # numbers, one at a time
        self.fleet = Fleet(system)
        self.may_divert: list[list[bool]] = system.may_divert.tolist()
        self.standby_list: list[int] = system.standby_list.tolist()
        self.service_factor: list[float] = system.service_factor.tolist()
        self.log = Logbook(calls)
        self.waiting: list[tuple[int, float, int]] = []
        self.just_cleared: list[int] = []
        self.end_of_instant: EndOfInstant | None = None  # if a dispatch is due

    def run(self) -> Log:
        self.env.process(self.receive_calls())
        for ambulance in range(len(self.fleet.home)):
            self.env.process(self.keep_shifts(ambulance))
        self.env.run()
        return self.log.as_arrays()

    # ── what takes time ──────────────────────────────────────────────────────────────────────

    def receive_calls(self) -> Process:
        """Call taking: each call can be assigned once its address and need are known."""
        for call in np.argsort(self.log.ready_at, kind="stable").tolist():
            # Off the time grid the clock may be a rounding error past a call of the same instant.
            yield self.env.timeout(max(0.0, self.log.ready_at[call] - self.env.now))

            self.await_ambulance(call)

    def keep_shifts(self, ambulance: int) -> Process:
        """On and off duty by the roster; the end of a shift never interrupts a trip."""
        first, last = self.system.shift_indptr[ambulance : ambulance + 2]
        for shift in range(first, last):
            yield self.env.timeout(self.system.on_duty_at[shift] - self.env.now)

            self.fleet.come_on_duty(ambulance)
            self.dispatch_at_the_end_of_the_instant()
            if self.system.off_duty_at[shift] == np.inf:
                return
            yield self.env.timeout(self.system.off_duty_at[shift] - self.env.now)

            self.fleet.go_off_duty(ambulance)

    def answer(self, ambulance: int, call: int, trip: Trip, turnout_s: float) -> Process:
        """One assignment, from the crew getting to its vehicle until it is free, and home again.

        Whoever is sent elsewhere meanwhile has another trip: then this one is over.
        """
        fleet, calls = self.fleet, self.calls
        if fleet.status[ambulance] == Status.TURNING_OUT:
            yield self.env.timeout(turnout_s)
            if fleet.trip[ambulance] is not trip:  # sent elsewhere while turning out
                return

            self.depart(ambulance, call, trip)
        drive = fleet.drive[ambulance]
        assert drive is not None
        yield self.env.timeout(drive.seconds)
        if fleet.trip[ambulance] is not trip:  # sent elsewhere on the way
            return

        trip.arrived_at = self.env.now
        fleet.set_status(ambulance, Status.BUSY)
        factor, grid = self.service_factor[ambulance], self.system.on_grid
        yield self.env.timeout(serving_seconds(calls.on_scene_s[call], factor, grid))

        trip.left_scene_at = self.env.now
        place = calls.place[call]
        hospital = NONE
        if calls.conveyed[call]:
            hospital, transport_s = self.nearest_hospital(call)
        if hospital != NONE:
            trip.hospital = hospital
            yield self.env.timeout(transport_s)

            trip.at_hospital_at = self.env.now
            trip.handover_at = self.env.now
            place = self.roads.hospital_place[hospital]
            yield self.env.timeout(serving_seconds(calls.handover_s[call], factor, grid))

        trip.cleared_at = self.env.now
        yield self.clear(ambulance, place)  # until the dispatch that sends it to a call, or home

        if fleet.status[ambulance] != Status.RETURNING:
            return
        home, drive = fleet.trip[ambulance], fleet.drive[ambulance]
        assert home is not None
        assert drive is not None
        yield self.env.timeout(drive.seconds)
        if fleet.trip[ambulance] is not home:  # taken by a call on its way
            return

        home.arrived_at = self.env.now
        fleet.trip[ambulance] = None
        fleet.set_status(ambulance, Status.AT_STATION)

    # ── what happens in an instant ───────────────────────────────────────────────────────────

    def await_ambulance(self, call: int) -> None:
        received_at = self.calls.received_at[call]
        insort(self.waiting, waiting_key(self.calls.priority[call], received_at, call))
        self.dispatch_at_the_end_of_the_instant()

    def clear(self, ambulance: int, place: int) -> EndOfInstant:
        self.fleet.call[ambulance], self.fleet.trip[ambulance] = NONE, None
        self.fleet.drive[ambulance] = None
        self.fleet.stands_at[ambulance] = place
        self.fleet.set_status(ambulance, Status.CLEARED)
        self.just_cleared.append(ambulance)
        return self.dispatch_at_the_end_of_the_instant()

    def dispatch_at_the_end_of_the_instant(self) -> EndOfInstant:
        if self.end_of_instant is None:
            self.end_of_instant = EndOfInstant(self.env)
            self.end_of_instant.callbacks.append(self.dispatch)
        return self.end_of_instant

    def dispatch(self, _: simpy.Event) -> None:
        """Serve the waiting calls in their order, then send home who is free and not needed."""
        self.end_of_instant = None
        in_order, self.waiting = self.waiting, []
        hopeless: set[int] = set()  # priorities for which nobody can be sent as things stand
        for key in in_order:
            if key[0] in hopeless:
                self.keep_waiting(key)
                continue
            call = key[2]
            while call != NONE:  # an abandoned call is reconsidered next, before any other
                priority = self.calls.priority[call]
                ambulance = self.nearest_ambulance(call)
                if ambulance == NONE:
                    hopeless.add(priority)
                    received_at = self.calls.received_at[call]
                    self.keep_waiting(waiting_key(priority, received_at, call))
                    break
                call = self.send(ambulance, call)
                if call != NONE:  # who was diverted may now be divertible for others
                    hopeless.clear()
        for ambulance in sorted(self.just_cleared):
            if self.fleet.status[ambulance] == Status.CLEARED:
                self.send_home(ambulance)
        self.just_cleared.clear()

    def keep_waiting(self, key: tuple[int, float, int]) -> None:
        if self.system.lose_when_none_free:
            self.log.lost[key[2]] = True
        else:
            insort(self.waiting, key)

    def nearest_ambulance(self, call: int) -> int:
        """The ambulance that is expected to arrive first, among all that can be sent."""
        fleet, scene, now = self.fleet, self.calls.place[call], self.env.now
        priority = self.calls.priority[call]
        mode = self.mode_to_scene(call)
        best, best_s = NONE, np.inf
        for road_s, station in self.roads.from_stations_s(mode, scene):
            seconds = self.system.expected_turnout_s + road_s
            if seconds > best_s:  # nor is any station after it nearer
                break
            ready = fleet.ready_at_station[station]
            if ready and is_first(seconds, ready[0], best_s, best):
                best, best_s = ready[0], seconds
        for ambulance in fleet.elsewhere:
            status, serving = fleet.status[ambulance], fleet.call[ambulance]
            divert = serving != NONE and self.may_divert[self.calls.priority[serving]][priority]
            if not can_be_sent(status, fleet.on_duty[ambulance], divert):
                continue
            drive = fleet.drive[ambulance]
            if drive is not None and self.roads.too_far(drive, now, mode, scene, best_s):
                continue
            turnout_left_s = 0.0
            if status == Status.TURNING_OUT:
                turnout_left_s = max(0.0, fleet.expected_mobile_at[ambulance] - now)
            node, lead_s = self.position(ambulance, mode)
            seconds = turnout_left_s + (lead_s + self.roads.from_node_s(mode, node, scene))
            if is_first(seconds, ambulance, best_s, best):
                best, best_s = ambulance, seconds
        return best

    def mode_to_scene(self, call: int) -> int:
        return self.roads.mode_to_scene[self.roads.band(self.env.now)][self.calls.priority[call]]

    def position(self, ambulance: int, mode: int) -> tuple[int, float]:
        """The road node from which an ambulance not at its station sets out, and seconds to it."""
        fleet, roads = self.fleet, self.roads
        drive = fleet.drive[ambulance]
        if drive is not None:
            return drive.position(self.env.now, mode)
        place = fleet.stands_at[ambulance]
        if fleet.status[ambulance] == Status.TURNING_OUT:
            place = roads.station_place[fleet.base[ambulance]]
        return roads.place_node[place], roads.leg_s[mode][place]

    def send(self, ambulance: int, call: int) -> int:
        """Assign an ambulance to a call; answers the call that it leaves, or NONE."""
        fleet, now = self.fleet, self.env.now
        status, abandoned = fleet.status[ambulance], fleet.call[ambulance]
        left = fleet.trip[ambulance]
        if left is not None:  # on its way home, or to the call it leaves
            left.diverted_at = now
        trip = self.log.new_trip(call, ambulance, now)
        fleet.call[ambulance], fleet.trip[ambulance] = call, trip
        if status in (Status.AT_STATION, Status.TURNING_OUT):
            if status == Status.AT_STATION:
                fleet.turned_out_at[ambulance] = now + self.calls.turnout_s[call]
                fleet.expected_mobile_at[ambulance] = now + self.system.expected_turnout_s
            turnout_s = fleet.turned_out_at[ambulance] - now
            fleet.set_status(ambulance, Status.TURNING_OUT)
        else:
            turnout_s = 0.0
            self.depart(ambulance, call, trip)
        self.env.process(self.answer(ambulance, call, trip, turnout_s))
        return abandoned

    def depart(self, ambulance: int, call: int, trip: Trip) -> None:
        """Wheels roll towards a call. The time band of this instant holds for the whole drive."""
        now = self.env.now
        mode = self.mode_to_scene(call)
        node, lead_s = self.position(ambulance, mode)
        drive = Drive(self.roads, mode, node, lead_s, self.calls.place[call], now)
        self.fleet.drive[ambulance] = drive
        self.fleet.set_status(ambulance, Status.TO_SCENE)
        trip.mobile_at = now

    def send_home(self, ambulance: int) -> None:
        """Repositioning is a trip without a call."""
        now, place = self.env.now, self.fleet.stands_at[ambulance]
        base = self.fleet.home[ambulance]
        if self.standby_list:
            base = standby_station(base, self.standby_list, self.fleet.free_by_station(ambulance))
        self.fleet.base[ambulance] = base
        mode = self.roads.mode_home[self.roads.band(now)]
        node, lead_s = self.roads.place_node[place], self.roads.leg_s[mode][place]
        drive = Drive(self.roads, mode, node, lead_s, self.roads.station_place[base], now, place)
        trip = self.log.new_trip(NONE, ambulance, now)
        trip.mobile_at = now
        self.fleet.call[ambulance], self.fleet.trip[ambulance] = NONE, trip
        self.fleet.drive[ambulance] = drive
        self.fleet.set_status(ambulance, Status.RETURNING)

    def nearest_hospital(self, call: int) -> tuple[int, float]:
        """The hospital and the seconds to it, in the profile and time band driven there."""
        mode = self.roads.mode_to_hospital[self.roads.band(self.env.now)]
        return self.roads.hospital(mode, self.calls.place[call], self.calls.hospital[call])


class Trip:
    """A line of the Log while it is written: never, until it happens."""

    hospital = NONE
    mobile_at = arrived_at = left_scene_at = np.nan
    at_hospital_at = handover_at = cleared_at = diverted_at = np.nan

    def __init__(self, call: int, ambulance: int, assigned_at: float):
        self.call, self.ambulance, self.assigned_at = call, ambulance, assigned_at


class Logbook:
    """The Log while it is written: a line for each trip as it is assigned."""

    def __init__(self, calls: Calls):
        self.ready_at = (calls.received_at + calls.call_taking_s).tolist()
        self.lost = [False] * len(self.ready_at)
        self.trips: list[Trip] = []

    def new_trip(self, call: int, ambulance: int, now: float) -> Trip:
        trip = Trip(call, ambulance, now)
        self.trips.append(trip)
        return trip

    def as_arrays(self) -> Log:
        def column(name: str, kind: type) -> np.ndarray:
            return np.array([getattr(trip, name) for trip in self.trips], kind)

        rows = (column(name, np.int32) for name in ("call", "ambulance", "hospital"))
        instants = (column(name, float) for name in TRIP_INSTANTS)
        return Log(np.array(self.ready_at, float), np.array(self.lost, bool), *rows, *instants)
