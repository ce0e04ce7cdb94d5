"""Where free ambulances wait: who was just cleared is sent there, and by a table others, too."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from sim.engine.reference.fleet import FREE, Vehicle, free_by_station
from sim.engine.reference.own_rules import Idle, station_chosen
from sim.engine.reference.own_rules import StandbyRule as OwnRule
from sim.engine.reference.pausing import Pausing
from sim.engine.reference.situation import Situation
from sim.model.service import StandbyRule
from sim.policies.assignment import assign
from sim.policies.clock import NONE
from sim.policies.dispatch import FAR_S, Status, is_first
from sim.policies.standby import (
    count_covered,
    covering_of,
    dmexclp_station,
    has_room,
    standby_station,
    uncovered,
)

SendToWait = Callable[[Vehicle, int], None]


class Repositioning:
    """The last thing in an instant: free ambulances go where they are to wait."""

    def __init__(self, of: Situation, pausing: Pausing, send: SendToWait, own_rule: OwnRule | None):
        self.of, self.service, self.pausing = of, of.system.service, pausing
        self.send, self.own_rule = send, own_rule
        self.stations = len(of.station_place)
        self.covering = None if self.service is None else covering_of(self.service.standby.covers)

    def move_up(self) -> None:
        free = [a for a in self.of.fleet if a.status in FREE and not self._goes_home(a)]
        if self._moves_others():
            self._fill_posts(free)
            return
        for ambulance in free:
            if ambulance.status == Status.CLEARED:
                self.send(ambulance, self._station_for(ambulance))

    def _moves_others(self) -> bool:
        """Whether a table says where all who are free wait, and calls may still come."""
        if self.own_rule is not None or self.service is None:
            return False
        if self.service.standby.rule != StandbyRule.TABLE:
            return False
        return bool(self.of.env.now <= self.service.standby.until_s)

    def _goes_home(self, ambulance: Vehicle) -> bool:
        """Whether it is nobody's to move: off duty, off the road, or due for a break."""
        if self.service is None:
            return False
        cleared = ambulance.status == Status.CLEARED
        if not ambulance.can_serve:
            away = ambulance.base != ambulance.home
            if cleared or (away and self.of.env.now <= self.service.standby.until_s):
                self.send(ambulance, ambulance.home)
            return True
        if self.pausing.due(ambulance) == NONE:
            return False
        away = ambulance.base != ambulance.home
        if cleared or (away and not self.service.standby.has_building[ambulance.base]):
            self.send(ambulance, ambulance.home)
        return True

    def _station_for(self, ambulance: Vehicle) -> int:
        """Where an ambulance goes that was just cleared."""
        present = free_by_station(self.of.fleet, ambulance, self.stations)
        if self.own_rule is not None:
            return station_chosen(self.own_rule, self._as_idle(ambulance, present))
        wanted = self.of.system.rules.standby_list
        if self.service is None:
            return (
                standby_station(ambulance.home, wanted, present) if len(wanted) else ambulance.home
            )
        standby, found = self.service.standby, ambulance.home
        if standby.rule == StandbyRule.LIST:
            found = standby_station(ambulance.home, wanted, present)
        if standby.rule == StandbyRule.NEAREST:
            found = self._nearest(self._drives_s(ambulance), present)
        if standby.rule == StandbyRule.DMEXCLP:
            found = dmexclp_station(standby, self.covering, self._covered(present), present)
        return ambulance.home if found == NONE else found

    def _as_idle(self, ambulance: Vehicle, present: Sequence[int]) -> Idle:
        """What a rule of one's own is shown."""
        drives_s = tuple(map(float, self._drives_s(ambulance)))
        room = tuple(
            station == ambulance.home or (seconds < np.inf and self._has_room(station, present))
            for station, seconds in enumerate(drives_s)
        )
        known = ambulance.row, ambulance.kind, ambulance.home, float(self.of.env.now)
        return Idle(*known, drives_s, tuple(present), room)

    def _has_room(self, station: int, present: Sequence[int]) -> bool:
        if self.service is None:
            return True
        return bool(has_room(present[station], self.service.standby.capacity[station]))

    def _nearest(self, drives_s: Sequence[float], present: Sequence[int]) -> int:
        """The station reached first of those that have room, or NONE."""
        best, best_s = NONE, np.inf
        for station, seconds in enumerate(drives_s):
            if self._has_room(station, present) and is_first(seconds, station, best_s, best):
                best, best_s = station, seconds
        return best

    def _drives_s(self, ambulance: Vehicle) -> list[float]:
        """[station] seconds from where it is."""
        return [self._drive_s(ambulance, station) for station in range(self.stations)]

    def _drive_s(self, ambulance: Vehicle, station: int) -> float:
        mode = self.of.mode_home(self.of.env.now)
        node, lead_s = self.of.position(ambulance, mode)
        return lead_s + self.of.roads.from_node_s(mode, node, self.of.station_place[station])

    def _covered(self, present: Sequence[int]) -> list[int]:
        """[cover] how many of the free ambulances cover it."""
        assert self.service is not None
        count = [0] * len(self.service.standby.demand)
        count_covered(self.covering, present, count)
        return count

    # ── by a compliance table ────────────────────────────────────────────────────────────────

    def _fill_posts(self, free: Sequence[Vehicle]) -> None:
        """A post for each free ambulance: who stands at one or is bound there keeps it.

        The others go to what is left so that the drives are least; who finds none goes home.
        """
        left, posts = self._posts(len(free)), []
        movable = []
        for ambulance in free:
            if ambulance.status != Status.CLEARED and ambulance.base in left:
                left.remove(ambulance.base)
            else:
                movable.append(ambulance)
        posts = left
        drive_s = np.array(
            [[min(self._drive_s(a, post), FAR_S) for a in movable] for post in posts], float
        ).reshape(len(posts), len(movable))
        of_post = np.zeros(len(posts), int)
        assert self.service is not None
        longest, room = self.service.standby.longest, np.zeros((5, len(movable) + 1))
        assign(drive_s, len(posts), len(movable), longest, room, of_post)
        target = {row: post for post, row in zip(posts, of_post.tolist(), strict=True)}
        moves = []
        for row, ambulance in enumerate(movable):
            station = target.get(row, ambulance.home)
            if ambulance.status == Status.CLEARED:
                self.send(ambulance, station)
            elif station != ambulance.base and self._gains(ambulance, station):
                moves.append((self._drive_s(ambulance, station), ambulance.row, station))
        within = sorted(move for move in moves if move[0] < np.inf)
        for _, row, station in within[: self.service.standby.most_moves]:
            self.send(self.of.fleet[row], station)

    def _posts(self, free: int) -> list[int]:
        """Stations, as often as they are wanted, for so many free ambulances."""
        assert self.service is not None
        table = self.service.standby.table
        if not free or not len(table):
            return []
        return [int(post) for post in table[min(free, len(table)) - 1] if post != NONE]

    def _gains(self, ambulance: Vehicle, station: int) -> bool:
        """Whether a move brings enough of the demand within reach that was not before."""
        assert self.service is not None
        standby = self.service.standby
        if standby.least_gain <= 0:
            return True
        count = self._covered(free_by_station(self.of.fleet, ambulance, self.stations))
        there, here = (
            uncovered(standby.demand, self.covering, at, count) for at in (station, ambulance.base)
        )
        return there - here >= standby.least_gain
