"""An ambulance service at work: calls come in, ambulances go out, each activity a SimPy process.

Each process below is one activity; each `yield` is the one thing that takes time in it.
"""

from __future__ import annotations

import numpy as np
import simpy

from sim.engine.reference.conveying import (
    LAST,
    LEAVING,
    WALKING_IN,
    WITHDRAWING,
    At,
    Conveying,
    Departure,
    Process,
)
from sim.engine.reference.fleet import Trip, Vehicle
from sim.engine.reference.own_rules import DispatchRule, StandbyRule
from sim.engine.reference.paths import Drive, Ways
from sim.engine.reference.pausing import Pausing
from sim.engine.reference.repositioning import Repositioning
from sim.engine.reference.scenes import Scene, Unit
from sim.model.calls import Calls
from sim.model.log import Log
from sim.model.system import System
from sim.policies.clock import NONE
from sim.policies.dispatch import Status

ON_THE_WAY = (Status.TURNING_OUT, Status.TO_SCENE)


class ServiceAtWork(Conveying):
    """An ambulance service at work."""

    def __init__(
        self,
        system: System,
        calls: Calls,
        roads: Ways,
        own_dispatch: DispatchRule | None = None,
        own_standby: StandbyRule | None = None,
    ):
        super().__init__(system, calls, roads, own_dispatch)
        self.pausing = Pausing(self, self.reconsider, self.log)
        self.repositioning = Repositioning(self, self.pausing, self.send_to_wait, own_standby)
        self.just_ready: list[int] = []  # needs, since the last dispatch
        self.touched: set[int] = set()  # calls of several needs, since the last dispatch
        self.end_of_instant: At | None = None  # if a dispatch is due

    def run(self, until: float | None = None) -> Log:
        """All that happens, or what happens before an instant; later instants are nan then."""
        self.env.process(self.receive_calls())
        for ambulance in self.fleet:
            self.env.process(self.keep_shifts(ambulance))
        self.pausing.begin(self.calls.failures)
        self.env.process(self.withdraw_calls())
        self.env.process(self.look_at_roads())
        if self.calls.walk_ins is not None and self.doors.of:
            self.env.process(self.doors.admit_walk_ins(WALKING_IN))
        self.env.run(until=until)
        return self.log.as_arrays(self.asked_s, self.system.service is None)

    # ── what takes time ──────────────────────────────────────────────────────────────────────

    def receive_calls(self) -> Process:
        """Call taking: a call can be assigned once its address and need are known."""
        for need in np.argsort(self.need_ready_at, kind="stable").tolist():
            # Off the time grid the clock may be a rounding error past a call of the same instant.
            yield self.env.timeout(max(0.0, self.need_ready_at[need] - self.env.now))

            self.become_ready(need)
            self.dispatch_at_the_end_of_the_instant()
            self.ask_for_help_later(need)

    def keep_shifts(self, ambulance: Vehicle) -> Process:
        """Put it on and off duty by the roster; the end of a shift never interrupts a trip."""
        first, last = self.system.fleet.shift_indptr[ambulance.row : ambulance.row + 2]
        for shift in range(first, last):
            yield self.env.timeout(self.system.fleet.on_duty_at[shift] - self.env.now)

            ambulance.on_duty, ambulance.off_at = True, self.system.fleet.off_duty_at[shift]
            self.dispatch_at_the_end_of_the_instant()
            if ambulance.off_at == np.inf:
                return
            yield self.env.timeout(ambulance.off_at - self.env.now)

            ambulance.on_duty = False
            self.reconsider()

    def serve(self, ambulance: Vehicle, need: int, trip: Trip) -> Process:
        """One assignment, from the crew getting to its vehicle until it is free.

        A crew that is sent elsewhere meanwhile has another trip: then this one is over.
        """
        if ambulance.status == Status.TURNING_OUT:
            yield self.env.timeout(ambulance.turned_out_at - self.env.now)
            if ambulance.trip is not trip:  # sent elsewhere while turning out
                return

            self.depart(ambulance, need, trip)
        assert ambulance.drive is not None
        yield self.env.timeout(ambulance.drive.seconds)
        if ambulance.trip is not trip:  # sent elsewhere on the way
            return

        trip.arrived_at = self.env.now
        call = self.needs.call[need]
        ambulance.stand(Status.BUSY, self.calls.place[call])
        if call in self.scenes:
            self.join(self.scenes[call], ambulance, need, trip)
            return
        yield self.env.timeout(self.serving_s(ambulance, self.calls.on_scene_s[call]))

        self.leave(Departure(ambulance, call, trip), conveys=self.transports(ambulance))

    def withdraw_calls(self) -> Process:
        """Nobody is needed any more where nobody has arrived as yet."""
        for call in np.argsort(self.withdrawn_at, kind="stable").tolist():
            if self.withdrawn_at[call] == np.inf:
                return
            yield At(self.env, WITHDRAWING, max(0.0, self.withdrawn_at[call] - self.env.now))

            self.withdraw(call)

    def drive_home(self, ambulance: Vehicle, trip: Trip, drive: Drive) -> Process:
        """The way to the station, unless a call takes the ambulance on its way."""
        yield self.env.timeout(drive.seconds)
        if ambulance.trip is not trip:
            return

        trip.arrived_at = self.env.now
        ambulance.trip = None
        ambulance.stand(Status.AT_STATION, drive.place)
        self.reconsider()

    # ── several units at one scene ───────────────────────────────────────────────────────────

    def join(self, scene: Scene, ambulance: Vehicle, need: int, trip: Trip) -> None:
        """A unit arrives at a scene of several."""
        drawn_s = (
            self.calls.on_scene_s[scene.call] if scene.together else self.needs.on_scene_s[need]
        )
        ends_at = self.env.now + self.serving_s(ambulance, drawn_s)
        unit = Unit(ambulance, need, trip, self.transports(ambulance), self.env.now, ends_at)
        for at in scene.arrive(unit):
            self.look_who_leaves(scene, at)

    def look_who_leaves(self, scene: Scene, at: float) -> None:
        event = At(self.env, LEAVING, at - self.env.now)
        event.callbacks.append(lambda _: self.let_leave(scene))

    def let_leave(self, scene: Scene) -> None:
        """Let those leave who are done; if nobody is needed any more, stand the others down."""
        for unit, conveys in scene.leaving(self.env.now, self.hope(scene)):
            goes_along = conveys and unit is not scene.conveyer
            departure = Departure(unit.ambulance, scene.call, unit.trip, goes_along)
            self.leave(departure, conveys)
        if scene.over:
            self.stand_down(scene)

    def hope(self, scene: Scene) -> bool:
        """Whether a unit that transports is on its way, or may still be sent."""
        if any(self.transports(ambulance) for ambulance in scene.coming.values()):
            return True
        assert self.system.service is not None
        sending = self.system.service.sending
        able = (np.isfinite(sending.penalty_s) & sending.transports).any(axis=1)
        return any(able[self.needs.kind[need]] for need in scene.waiting | scene.unready)

    def stand_down(self, scene: Scene) -> None:
        """Nobody is needed any more: who waits need not, who is on the way turns round."""
        for need in scene.waiting:
            self.is_waiting[need] = False
        for ambulance in scene.coming.values():
            self.turn_round(ambulance)
        scene.waiting.clear()
        scene.unready.clear()
        scene.coming.clear()

    def turn_round(self, ambulance: Vehicle) -> None:
        """It is in again if it is still turning out, else free where it is on the road."""
        assert ambulance.trip is not None
        ambulance.trip.diverted_at = self.env.now
        turning_out = ambulance.status == Status.TURNING_OUT
        ambulance.status = Status.AT_STATION if turning_out else Status.CLEARED
        self.be_free(ambulance)

    # ── what happens in an instant ───────────────────────────────────────────────────────────

    def withdraw(self, call: int) -> None:
        """A call that waits does so no longer; who is on the way turns round."""
        scene, need = self.scenes.get(call), self.first_need[call]
        if scene is not None:
            if scene.first_at == np.inf and not scene.over:
                scene.over = True
                self.stand_down(scene)
            return
        self.is_waiting[need], self.is_withdrawn[need] = False, True
        for ambulance in self.fleet:
            if ambulance.need == need and ambulance.status in ON_THE_WAY:
                self.turn_round(ambulance)

    def become_ready(self, need: int) -> None:
        """A need takes its place among those that wait."""
        call = self.needs.call[need]
        scene = self.scenes.get(call)
        if scene is not None:
            if scene.over or (self.all_or_none(call) and need != self.first_need[call]):
                return  # it is sent with the first, or not at all
            scene.unready.discard(need)
            scene.waiting.add(need)
            self.touched.add(call)
        elif self.is_withdrawn[need]:
            return
        self.just_ready.append(need)
        self.await_ambulance(need)

    def ask_for_help_later(self, need: int) -> None:
        """After a time the ambulances of other centres are looked at, too."""
        if self.system.service is not None:
            areas = self.system.service.areas
            after_s = areas.help_after_s[areas.centre[self.calls.place[self.needs.call[need]]]]
            if 0 < after_s < np.inf:
                self.env.process(self.remind(after_s))

    def look_at_roads(self) -> Process:
        """Roads are open again: perhaps somebody can be sent to who waits."""
        opens_at = 0.0
        while (opens_at := self.roads.opens_after(opens_at)) < np.inf:
            yield self.env.timeout(opens_at - self.env.now)
            self.dispatch_at_the_end_of_the_instant()

    def remind(self, after_s: float) -> Process:
        yield self.env.timeout(after_s)
        self.dispatch_at_the_end_of_the_instant()

    def dispatch_at_the_end_of_the_instant(self) -> None:
        if self.end_of_instant is None:
            self.end_of_instant = At(self.env, LAST)
            self.end_of_instant.callbacks.append(self.dispatch)

    def reconsider(self) -> None:
        """Something changed that matters beyond the plain service, or to a rule of one's own."""
        if self.system.service is not None or self.own_dispatch is not None:
            self.dispatch_at_the_end_of_the_instant()

    def dispatch(self, _event: simpy.Event) -> None:
        """Serve waiting calls in their order; then breaks begin, and who is free goes to wait."""
        self.end_of_instant = None
        if not self.alike:
            for need in self.just_ready:
                self.ask(self.needs.call[need])  # once: as its first need is ready
        self.serve_waiting()
        if self.system.rules.lose_when_none_free:
            self.lose_who_waits()
        self.forget_who_is_late()
        self.just_ready.clear()
        self.touched.clear()
        self.pausing.begin_breaks()
        self.repositioning.move_up()

    def lose_who_waits(self) -> None:
        for heap in self.waiting.values():
            for *_, need in heap:
                if self.is_waiting[need]:
                    self.give_up(need)
            heap.clear()

    def give_up(self, need: int) -> None:
        """A need is not met: another service sees to it, or nobody."""
        self.is_waiting[need] = False
        call = self.needs.call[need]
        scene = self.scenes.get(call)
        if scene is None:
            self.log.lost[call] = True
            return
        scene.waiting.discard(need)
        if scene.started:
            self.look_who_leaves(scene, self.env.now)
        else:
            self.log.lost[call] = scene.over = True

    def forget_who_is_late(self) -> None:
        """Where a condition says so, what cannot go at once with the first unit is not sent."""
        for call in self.touched:
            scene = self.scenes[call]
            if scene.started and self.forgets(call):
                for need in list(scene.waiting):
                    self.give_up(need)

    def forgets(self, call: int) -> bool:
        assert self.system.service is not None
        return bool(self.system.service.conditions.forgets[self.condition[call]])

    def send(self, ambulance: Vehicle, need: int) -> int:
        """Assign an ambulance to a need; returns the need that it leaves, or NONE."""
        now, abandoned = self.env.now, ambulance.need
        if ambulance.trip is not None:  # on its way home, or to the call it leaves
            ambulance.trip.diverted_at = now
        if abandoned != NONE and (left := self.scenes.get(self.needs.call[abandoned])):
            del left.coming[abandoned]
            left.waiting.add(abandoned)
            self.touched.add(left.call)
        trip = self.log.new_trip(need, ambulance, now)
        self.is_waiting[need] = False
        if scene := self.scenes.get(self.needs.call[need]):
            scene.started = True
            self.touched.add(scene.call)
            scene.waiting.discard(need)
            scene.unready.discard(need)
            scene.coming[need] = ambulance
            self.look_who_leaves(scene, now)  # perhaps there is no hope of one that transports
        if ambulance.status == Status.ON_BREAK:
            self.pausing.end_break(ambulance)
        if ambulance.status == Status.AT_STATION:
            ambulance.status = Status.TURNING_OUT
            ambulance.turned_out_at = now + self.turnout_s(ambulance, need)
            ambulance.expected_mobile_at = now + self.expected_turnout_s(ambulance)
        elif ambulance.status != Status.TURNING_OUT:
            self.depart(ambulance, need, trip)
        self.env.process(self.serve(ambulance, need, trip))
        return abandoned

    def depart(self, ambulance: Vehicle, need: int, trip: Trip) -> None:
        """Wheels roll towards a call. The time band of this instant holds for the whole drive."""
        trip.mobile_at, ambulance.status = self.env.now, Status.TO_SCENE
        scene = self.calls.place[self.needs.call[need]]
        ambulance.drive = self.drive_to_scene(ambulance, need, scene, self.env.now)
        self.log.drives_off(trip, ambulance.drive)

    def clear(self, ambulance: Vehicle, trip: Trip) -> None:
        """It is free where it stands."""
        trip.cleared_at = self.env.now
        ambulance.status = Status.CLEARED
        self.be_free(ambulance)

    def be_free(self, ambulance: Vehicle) -> None:
        ambulance.need, ambulance.trip = NONE, None
        if ambulance.when_free is not None:
            ambulance.when_free.succeed()
            ambulance.when_free = None
        self.dispatch_at_the_end_of_the_instant()

    def send_to_wait(self, ambulance: Vehicle, station: int) -> None:
        """Repositioning is a trip without a call."""
        place = self.station_place[station]
        drive = self.drive(ambulance, self.mode_home, place, self.env.now)
        if ambulance.trip is not None:
            ambulance.trip.diverted_at = self.env.now
        trip = self.log.new_trip(NONE, ambulance, self.env.now)
        trip.mobile_at, ambulance.status = self.env.now, Status.RETURNING
        ambulance.base, ambulance.drive = station, drive
        self.log.drives_off(trip, drive)
        self.env.process(self.drive_home(ambulance, trip, drive))
