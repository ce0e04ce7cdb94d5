"""The reference engine: the life of a call and of an ambulance, told with SimPy.

It is the model's documentation, and nothing in it is there for speed alone. Each process below is
one activity; each `yield` is the one thing that takes time in it. All choices are made in
`sim.policies`, and all of them at the end of an instant: first everything that becomes ready, free,
on or off duty at a time is registered, then the waiting calls are served. The result cannot depend
on the order of a queue.
"""

from __future__ import annotations

from collections.abc import Generator
from heapq import heappop, heappush
from typing import Any

import numpy as np
import simpy

from sim.engine.fleet import Trip, Vehicle, fleet_of, free_by_station
from sim.engine.paths import Drive, Ways
from sim.model.calls import Calls
from sim.model.log import TRIP_INSTANTS, Log, answers
from sim.model.system import System
from sim.policies.clock import NONE, serving_seconds
from sim.policies.dispatch import Status, can_be_sent, is_first, waiting_key
from sim.policies.hospitals import choose_hospital
from sim.policies.standby import standby_station

Process = Generator[simpy.Event, Any, None]

LAST = 2  # SimPy serves equal times by priority: urgent 0, normal 1, then the end of the instant


def run(system: System, calls: Calls) -> Log:
    """What this layout does with these calls. Deterministic: nothing random is left to draw."""
    return Engine(system).run(calls)


class Engine:
    """`run` for one layout and many replications."""

    def __init__(self, system: System):
        self.system, self.roads = system, Ways(system)

    def pack(self, calls: Calls) -> Calls:
        """The calls as they are: this engine reads nothing else."""
        return calls

    def run(self, calls: Calls) -> Log:
        """What the layout does with these calls."""
        return Service(self.system, calls, self.roads).run()

    def totals(self, *_: object) -> None:
        """None: what a log says is not said a second time."""


class EndOfInstant(simpy.Event):
    """Happens now, after everything else that happens now."""

    def __init__(self, env: simpy.Environment):
        super().__init__(env)
        self._ok, self._value = True, None
        env.schedule(self, priority=LAST)  # type: ignore[arg-type]


class Service:
    """An ambulance service at work: calls come in, ambulances go out."""

    def __init__(self, system: System, calls: Calls, roads: Ways):
        self.env = simpy.Environment()
        self.system, self.roads = system, roads
        self.calls = Calls(*map(_numbers, calls))
        self.asked_s = np.full((len(calls.others), answers(calls.others)), np.inf)
        self.fleet = fleet_of(system)
        self.station_place: list[int] = system.stations.place.tolist()
        self.hospital_place: list[int] = system.hospitals.place.tolist()
        self.log = Logbook(calls)
        priorities = system.roads.mode_to_scene.shape[1]
        self.waiting: list[list[tuple[int, float, int]]] = [[] for _ in range(priorities)]  # heaps
        self.end_of_instant: EndOfInstant | None = None  # if a dispatch is due

    def run(self) -> Log:
        self.env.process(self.receive_calls())
        for ambulance in self.fleet:
            self.env.process(self.keep_shifts(ambulance))
        self.env.run()
        return self.log.as_arrays(self.asked_s)

    # ── what takes time ──────────────────────────────────────────────────────────────────────

    def receive_calls(self) -> Process:
        """Call taking: each call can be assigned once its address and need are known."""
        for call in np.argsort(self.log.ready_at, kind="stable").tolist():
            # Off the time grid the clock may be a rounding error past a call of the same instant.
            yield self.env.timeout(max(0.0, self.log.ready_at[call] - self.env.now))

            self.await_ambulance(call)
            self.dispatch_at_the_end_of_the_instant()

    def keep_shifts(self, ambulance: Vehicle) -> Process:
        """Put it on and off duty by the roster; the end of a shift never interrupts a trip."""
        first, last = self.system.fleet.shift_indptr[ambulance.row : ambulance.row + 2]
        for shift in range(first, last):
            yield self.env.timeout(self.system.fleet.on_duty_at[shift] - self.env.now)

            ambulance.on_duty = True
            self.dispatch_at_the_end_of_the_instant()
            if self.system.fleet.off_duty_at[shift] == np.inf:
                return
            yield self.env.timeout(self.system.fleet.off_duty_at[shift] - self.env.now)

            ambulance.on_duty = False

    def serve(self, ambulance: Vehicle, call: int, trip: Trip) -> Process:
        """One assignment, from the crew getting to its vehicle until it is free.

        A crew that is sent elsewhere meanwhile has another trip: then this one is over.
        """
        if ambulance.status == Status.TURNING_OUT:
            yield self.env.timeout(ambulance.turned_out_at - self.env.now)
            if ambulance.trip is not trip:  # sent elsewhere while turning out
                return

            self.depart(ambulance, call, trip)
        assert ambulance.drive is not None
        yield self.env.timeout(ambulance.drive.seconds)
        if ambulance.trip is not trip:  # sent elsewhere on the way
            return

        trip.arrived_at = self.env.now
        scene = self.calls.place[call]
        ambulance.stand(Status.BUSY, scene)
        yield self.env.timeout(self.serving_s(ambulance, self.calls.on_scene_s[call]))

        trip.left_scene_at = self.env.now
        hospital, transport_s = self.hospital_for(call)
        if hospital != NONE:
            trip.hospital = hospital
            yield self.env.timeout(transport_s)

            trip.at_hospital_at = trip.handover_at = self.env.now
            ambulance.stand(Status.BUSY, self.hospital_place[hospital])
            yield self.env.timeout(self.serving_s(ambulance, self.calls.handover_s[call]))

        trip.cleared_at = self.env.now
        ambulance.call, ambulance.trip, ambulance.status = NONE, None, Status.CLEARED
        self.dispatch_at_the_end_of_the_instant()

    def drive_home(self, ambulance: Vehicle, trip: Trip, drive: Drive) -> Process:
        """The way to the station, unless a call takes the ambulance on its way."""
        yield self.env.timeout(drive.seconds)
        if ambulance.trip is not trip:
            return

        trip.arrived_at = self.env.now
        ambulance.trip = None
        ambulance.stand(Status.AT_STATION, drive.place)

    # ── what happens in an instant ───────────────────────────────────────────────────────────

    def await_ambulance(self, call: int) -> None:
        """A call takes its place among those that wait."""
        key = waiting_key(self.calls.priority[call], self.calls.received_at[call], call)
        heappush(self.waiting[self.calls.priority[call]], key)

    def dispatch_at_the_end_of_the_instant(self) -> None:
        if self.end_of_instant is None:
            self.end_of_instant = EndOfInstant(self.env)
            self.end_of_instant.callbacks.append(self.dispatch)

    def dispatch(self, _event: simpy.Event) -> None:
        """Serve the waiting calls in their order, then send home each free ambulance."""
        self.end_of_instant = None
        aside = []  # abandoned calls to which nobody can be sent: not looked at again now
        for waiting in self.waiting:  # of one priority after the other
            while waiting and (ambulance := self.first_at_the_scene(waiting[0][-1])):
                *_, call = heappop(waiting)
                self.ask(call)
                call = self.send(ambulance, call)
                # An abandoned call is reconsidered next, before any other.
                while call != NONE and (ambulance := self.first_at_the_scene(call)):
                    call = self.send(ambulance, call)
                if call != NONE:
                    aside.append(call)
        for call in aside:
            self.await_ambulance(call)
        if self.system.rules.lose_when_none_free:
            self.lose_who_waits()
        for ambulance in self.fleet:
            if ambulance.status == Status.CLEARED:
                self.send_home(ambulance)

    def lose_who_waits(self) -> None:
        for waiting in self.waiting:
            for *_, call in waiting:
                self.log.lost[call] = True
            waiting.clear()

    def ask(self, call: int) -> None:
        """Ask how soon somebody would be at the call's place, and at each of its others.

        Once a call, before anybody is sent to it: so far nothing has depended on where it is.
        """
        if not np.isinf(self.asked_s[call, :1]).all() or not self.calls.others[call]:
            return
        for row, scene in enumerate([self.calls.place[call], *self.calls.others[call]]):
            ambulance = self.first_at_the_scene(call, scene)
            if ambulance is not None:
                arrives_at = self.would_arrive_at(ambulance, call, scene)
                self.asked_s[call, row] = arrives_at - self.calls.received_at[call]

    def would_arrive_at(self, ambulance: Vehicle, call: int, scene: int) -> float:
        """When an ambulance would be at a scene if it were sent there for this call now."""
        now = self.env.now
        rolls_at = now
        if ambulance.status == Status.AT_STATION:
            rolls_at = now + ((now + self.calls.turnout_s[call]) - now)
        elif ambulance.status == Status.TURNING_OUT:
            rolls_at = now + (ambulance.turned_out_at - now)
        mode = self.mode_to_scene(call, rolls_at)
        node, lead_s = self.position(ambulance, mode)
        return rolls_at + Drive(self.roads, mode, node, lead_s, scene, rolls_at).seconds

    def first_at_the_scene(self, call: int, scene: int | None = None) -> Vehicle | None:
        """The ambulance that is expected to arrive first, among all that can be sent.

        `scene`: the place, unless it is the call's own.
        """
        mode, scene = self.mode_to_scene(call), self.calls.place[call] if scene is None else scene
        best, best_s = NONE, np.inf
        for ambulance in self.fleet:
            if self.can_be_sent(ambulance, call):
                seconds = self.seconds_to(scene, ambulance, mode)
                if is_first(seconds, ambulance.row, best_s, best):
                    best, best_s = ambulance.row, seconds
        return None if best == NONE else self.fleet[best]

    def can_be_sent(self, ambulance: Vehicle, call: int) -> bool:
        may_divert = ambulance.call != NONE and bool(
            self.system.rules.may_divert[
                self.calls.priority[ambulance.call], self.calls.priority[call]
            ]
        )
        return can_be_sent(ambulance.status, ambulance.on_duty, may_divert)

    def seconds_to(self, scene: int, ambulance: Vehicle, mode: int) -> float:
        """What the dispatcher expects: the turnout, or what is left of it, and the way."""
        turnout_s = 0.0
        if ambulance.status == Status.AT_STATION:
            turnout_s = self.system.rules.expected_turnout_s
        elif ambulance.status == Status.TURNING_OUT:
            turnout_s = max(0.0, ambulance.expected_mobile_at - self.env.now)
        node, lead_s = self.position(ambulance, mode)
        return turnout_s + (lead_s + self.roads.from_node_s(mode, node, scene))

    def position(self, ambulance: Vehicle, mode: int) -> tuple[int, float]:
        """The road node from which an ambulance sets out in a mode, and the seconds to it."""
        if ambulance.drive is not None:
            return ambulance.drive.position(self.env.now, mode)
        return self.roads.place_node[ambulance.place], self.roads.leg_s[mode][ambulance.place]

    def send(self, ambulance: Vehicle, call: int) -> int:
        """Assign an ambulance to a call; returns the call that it leaves, or NONE."""
        now, abandoned = self.env.now, ambulance.call
        if ambulance.trip is not None:  # on its way home, or to the call it leaves
            ambulance.trip.diverted_at = now
        trip = self.log.new_trip(call, ambulance, now)
        if ambulance.status == Status.AT_STATION:
            ambulance.status = Status.TURNING_OUT
            ambulance.turned_out_at = now + self.calls.turnout_s[call]
            ambulance.expected_mobile_at = now + self.system.rules.expected_turnout_s
        elif ambulance.status != Status.TURNING_OUT:
            self.depart(ambulance, call, trip)
        self.env.process(self.serve(ambulance, call, trip))
        return abandoned

    def depart(self, ambulance: Vehicle, call: int, trip: Trip) -> None:
        """Wheels roll towards a call. The time band of this instant holds for the whole drive."""
        trip.mobile_at, ambulance.status = self.env.now, Status.TO_SCENE
        ambulance.drive = self.drive(ambulance, self.mode_to_scene(call), self.calls.place[call])

    def send_home(self, ambulance: Vehicle) -> None:
        """Repositioning is a trip without a call."""
        wanted, ambulance.base = self.system.rules.standby_list, ambulance.home
        if len(wanted):
            present = free_by_station(self.fleet, ambulance, len(self.station_place))
            ambulance.base = standby_station(ambulance.home, wanted, present)
        mode = int(self.system.roads.mode_home[self.roads.band(self.env.now)])
        drive = self.drive(ambulance, mode, self.station_place[ambulance.base])
        trip = self.log.new_trip(NONE, ambulance, self.env.now)
        trip.mobile_at, ambulance.status = self.env.now, Status.RETURNING
        ambulance.drive = drive
        self.env.process(self.drive_home(ambulance, trip, drive))

    def drive(self, ambulance: Vehicle, mode: int, place: int) -> Drive:
        """A drive to a place that begins now, where the ambulance is."""
        node, lead_s = self.position(ambulance, mode)
        return Drive(self.roads, mode, node, lead_s, place, self.env.now)

    # ── as it is at this instant ─────────────────────────────────────────────────────────────

    def mode_to_scene(self, call: int, at: float | None = None) -> int:
        band = self.roads.band(self.env.now if at is None else at)
        return int(self.system.roads.mode_to_scene[band, self.calls.priority[call]])

    def mode_to_hospital(self) -> int:
        return int(self.system.roads.mode_to_hospital[self.roads.band(self.env.now)])

    def hospital_for(self, call: int) -> tuple[int, float]:
        """The hospital and the seconds to it; NONE if nobody is conveyed, or there is none."""
        if not self.calls.conveyed[call]:
            return NONE, 0.0
        scene, mode = self.calls.place[call], self.mode_to_hospital()
        seconds = [self.roads.from_place_s(mode, scene, place) for place in self.hospital_place]
        hospital = choose_hospital(seconds, self.calls.hospital[call])
        return hospital, 0.0 if hospital == NONE else seconds[hospital]

    def serving_s(self, ambulance: Vehicle, drawn_s: float) -> float:
        """A stage of a call as this ambulance takes it."""
        return serving_seconds(drawn_s, ambulance.service_factor, self.system.rules.on_grid)


def _numbers(column: Any) -> Any:
    """A column as numbers, one at a time; what is no column as it is."""
    return column.tolist() if isinstance(column, np.ndarray) else column


class Logbook:
    """The Log while it is written: a line for each trip as it is assigned."""

    def __init__(self, calls: Calls):
        self.ready_at = calls.ready_at.tolist()
        self.lost = [False] * len(self.ready_at)
        self.trips: list[Trip] = []

    def new_trip(self, call: int, ambulance: Vehicle, now: float) -> Trip:
        """Open the line of an assignment; from now on the ambulance is on this trip."""
        trip = Trip(call, ambulance.row, now)
        ambulance.call, ambulance.trip = call, trip
        self.trips.append(trip)
        return trip

    def as_arrays(self, asked_s: np.ndarray) -> Log:
        def column(name: str, kind: type) -> np.ndarray:
            return np.array([getattr(trip, name) for trip in self.trips], kind)

        rows = (column(name, np.int32) for name in ("call", "ambulance", "hospital"))
        instants = (column(name, float) for name in TRIP_INSTANTS)
        by_call = np.array(self.ready_at, float), np.array(self.lost, bool), asked_s
        return Log(*by_call, *rows, *instants)
