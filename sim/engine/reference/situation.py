"""A service at an instant: what every need and ambulance is at, and who could be sent."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

import numpy as np
import simpy

from sim.engine.reference.fleet import Vehicle, fleet_of
from sim.engine.reference.own_rules import AvailableAmbulance, DispatchRule, Waiting, chosen
from sim.engine.reference.paths import Drive, Ways
from sim.engine.reference.sending import KnownNeed, SendingRules
from sim.model.calls import Calls, needs_of
from sim.model.system import System
from sim.policies.clock import NONE, serving_seconds
from sim.policies.dispatch import Status, can_be_sent, is_first


class Situation:
    """Calls, needs and ambulances as they are now; nothing here changes them."""

    def __init__(
        self, system: System, calls: Calls, roads: Ways, own_dispatch: DispatchRule | None
    ):
        self.env = simpy.Environment()
        self.system, self.roads = system, roads
        needs = needs_of(calls)
        self.need_ready_at = (calls.ready_at[needs.call] + needs.delay_s).tolist()
        self.first_need = np.searchsorted(needs.call, np.arange(len(calls.place))).tolist()
        self.needs = type(needs)(*map(_numbers, needs))
        self.calls = Calls(*map(_numbers, calls))
        self.condition = self.calls.condition or [0] * len(calls.place)
        self.fleet = fleet_of(system)
        self.sending, self.own_dispatch = SendingRules(system, self.fleet), own_dispatch
        self.station_place: list[int] = system.stations.place.tolist()
        self.hospital_place: list[int] = system.hospitals.place.tolist()

    # ── who could be sent ────────────────────────────────────────────────────────────────────

    def would_arrive_at(self, ambulance: Vehicle, need: int, scene: int) -> float:
        """When an ambulance would be at a scene if it were sent there for this need now."""
        now = self.env.now
        rolls_at = now
        if ambulance.status in (Status.AT_STATION, Status.ON_BREAK):
            rolls_at = now + ((now + self.turnout_s(ambulance, need)) - now)
        elif ambulance.status == Status.TURNING_OUT:
            rolls_at = now + (ambulance.turned_out_at - now)
        return rolls_at + self.drive_to_scene(ambulance, need, scene, rolls_at).seconds

    def first_at_the_scene(
        self, need: int, scene: int | None = None, taken: Collection[Vehicle] = ()
    ) -> Vehicle | None:
        """The ambulance that is expected to arrive first, among all that can be sent.

        `scene`: the place, unless it is the call's own; `taken`: who goes to another need.
        """
        call = self.needs.call[need]
        mode, priority = self.mode_to_scene(need), self.calls.priority[call]
        asked = KnownNeed(
            self.needs.kind[need],
            priority,
            self.calls.place[call] if scene is None else scene,
            self.need_ready_at[need],
        )
        best, best_s = NONE, np.inf
        candidates = []
        for ambulance in self.fleet:
            if not self.can_be_sent(ambulance, need) or ambulance in taken:
                continue
            penalty_s = self.sending.penalty_s(ambulance, asked, self.env.now, taken)
            seconds = self.seconds_to(asked.place, ambulance, mode)
            if not self.sending.is_near_enough(seconds, priority):
                continue
            seconds += penalty_s
            if is_first(seconds, ambulance.row, best_s, best):
                best, best_s = ambulance.row, seconds
            if self.own_dispatch and seconds < np.inf:
                moves = ambulance.status in (Status.RETURNING, Status.CLEARED)
                known = ambulance.row, ambulance.kind, ambulance.home, float(seconds), moves
                candidates.append(AvailableAmbulance(*known))
        if self.own_dispatch and candidates:
            sent = chosen(self.own_dispatch, self._as_waiting(need, asked), candidates)
            best = NONE if sent is None else sent.row
        return None if best == NONE else self.fleet[best]

    def _as_waiting(self, need: int, asked: KnownNeed) -> Waiting:
        call, now = self.needs.call[need], self.env.now
        rank = need - self.first_need[call]
        about = call, rank, asked.kind, asked.priority, self.condition[call], asked.place
        return Waiting(*about, now - asked.ready_at, now)

    def can_be_sent(self, ambulance: Vehicle, need: int) -> bool:
        priority = self.calls.priority[self.needs.call[need]]
        may_divert = ambulance.need != NONE and bool(
            self.system.rules.may_divert[
                self.calls.priority[self.needs.call[ambulance.need]], priority
            ]
        )
        ends_break = self.sending.ends_break(priority)
        return can_be_sent(ambulance.status, ambulance.can_serve, may_divert, ends_break)

    def seconds_to(self, scene: int, ambulance: Vehicle, mode: int) -> float:
        """What the dispatcher expects: the turnout, or what is left of it, and the way."""
        turnout_s = 0.0
        if ambulance.status in (Status.AT_STATION, Status.ON_BREAK):
            turnout_s = self.expected_turnout_s(ambulance)
        elif ambulance.status == Status.TURNING_OUT:
            turnout_s = max(0.0, ambulance.expected_mobile_at - self.env.now)
        node, lead_s = self.position(ambulance, mode)
        return turnout_s + (lead_s + self.roads.from_node_s(mode, node, scene))

    def position(self, ambulance: Vehicle, mode: int) -> tuple[int, float]:
        """The road node from which an ambulance sets out in a mode, and the seconds to it."""
        if ambulance.drive is not None:
            return ambulance.drive.position(self.env.now, mode)
        return self.roads.place_node[ambulance.place], self.roads.leg_s[mode][ambulance.place]

    # ── where they are, and how long things take ─────────────────────────────────────────────

    def drive(
        self,
        ambulance: Vehicle,
        mode_at: Callable[[float], int],
        place: int,
        at: float,
        factor: float = 1.0,
    ) -> Drive:
        """A drive to a place that begins where the ambulance is now; from there the leg off the
        road is part of it."""
        node, lead_s = self.position(ambulance, mode_at(at))
        if ambulance.drive is None:
            lead_s = serving_seconds(lead_s, factor, self.system.rules.on_grid)
        return Drive(self.roads, mode_at, (node, lead_s), place, at, factor)

    def drive_to_scene(self, ambulance: Vehicle, need: int, scene: int, at: float) -> Drive:
        call = self.needs.call[need]
        factor = 1.0 if self.calls.scene_factor is None else self.calls.scene_factor[call]
        return self.drive(ambulance, lambda then: self.mode_to_scene(need, then), scene, at, factor)

    def drive_to_hospital(self, ambulance: Vehicle, call: int, hospital: int) -> Drive:
        factor = 1.0 if self.calls.hospital_factor is None else self.calls.hospital_factor[call]
        place = self.hospital_place[hospital]
        return self.drive(ambulance, self.mode_to_hospital, place, self.env.now, factor)

    def mode_to_scene(self, need: int, at: float | None = None) -> int:
        band = self.roads.band(self.env.now if at is None else at)
        return int(
            self.system.roads.mode_to_scene[band, self.calls.priority[self.needs.call[need]]]
        )

    def mode_to_hospital(self, at: float) -> int:
        return int(self.system.roads.mode_to_hospital[self.roads.band(at)])

    def mode_home(self, at: float) -> int:
        return int(self.system.roads.mode_home[self.roads.band(at)])

    def seconds_to_hospitals(self, call: int) -> list[float]:
        """[hospital] as the dispatcher expects them, from the scene."""
        scene, mode = self.calls.place[call], self.mode_to_hospital(self.env.now)
        return [self.roads.from_place_s(mode, scene, place) for place in self.hospital_place]

    def transports(self, ambulance: Vehicle) -> bool:
        """Whether it can convey a patient."""
        if self.system.service is None:
            return True
        return bool(self.system.service.sending.transports[ambulance.kind])

    def turnout_s(self, ambulance: Vehicle, need: int) -> float:
        return self._turnout(ambulance, self.needs.turnout_s[need])

    def expected_turnout_s(self, ambulance: Vehicle) -> float:
        return self._turnout(ambulance, self.system.rules.expected_turnout_s)

    def _turnout(self, ambulance: Vehicle, usual_s: float) -> float:
        """A turnout as it is at the station where an ambulance waits."""
        if self.system.service is None:
            return usual_s
        factor = self.system.service.standby.turnout_factor[ambulance.base]
        return serving_seconds(usual_s, float(factor), self.system.rules.on_grid)

    def serving_s(self, ambulance: Vehicle, drawn_s: float) -> float:
        """A stage of a call as this ambulance takes it."""
        return serving_seconds(drawn_s, ambulance.service_factor, self.system.rules.on_grid)


def _numbers(column: Any) -> Any:
    """A column as numbers, one at a time; what is no column as it is."""
    return column.tolist() if isinstance(column, np.ndarray) else column
