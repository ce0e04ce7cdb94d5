"""Who waits, in which order they are served, and by whom.

Waiting needs are a heap for each group of those that are alike: if nobody can be sent to the first
of a group, nobody can be sent to the others.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection
from heapq import heappop, heappush

import numpy as np

from sim.engine.reference.fleet import Vehicle
from sim.engine.reference.own_rules import DispatchRule
from sim.engine.reference.paths import Ways
from sim.engine.reference.scenes import Scene
from sim.engine.reference.situation import Situation
from sim.model.calls import Calls
from sim.model.log import answers
from sim.model.service import reads_places
from sim.model.system import System
from sim.policies.clock import NONE
from sim.policies.dispatch import waiting_key

Group = tuple[int, int, int]  # priority, kind of need, centre


class Dispatching(Situation, ABC):
    """The dispatcher's desk: who waits, and who is sent."""

    def __init__(
        self, system: System, calls: Calls, roads: Ways, own_dispatch: DispatchRule | None
    ):
        super().__init__(system, calls, roads, own_dispatch)
        self.asked_s = np.full((len(calls.others), answers(calls.others)), np.inf)
        self.asked = [not len(others) for others in self.calls.others]
        self.scenes = self._scenes()
        self.waiting: dict[Group, list[tuple[int, float, int]]] = {}  # heaps
        self.is_waiting = [False] * len(self.need_ready_at)
        self.is_withdrawn = [False] * len(self.need_ready_at)
        self.withdrawn_at = np.full(len(calls.place), np.inf)
        if calls.withdrawn_at is not None:
            self.withdrawn_at = calls.withdrawn_at
        # Where it matters to those who wait where they are, those of a group are not all alike; to
        # a rule of one's own anything may.
        self.alike = not reads_places(system.service) and own_dispatch is None

    @abstractmethod
    def send(self, ambulance: Vehicle, need: int) -> int:
        """Assign an ambulance to a need; returns the need that it leaves, or NONE."""

    def _scenes(self) -> dict[int, Scene]:
        """By call: those with several needs."""
        scenes: dict[int, Scene] = {}
        if self.system.service is None or self.calls.needs is None:
            return scenes
        rules = self.system.service.conditions
        for call in np.flatnonzero(np.bincount(self.needs.call) > 1).tolist():
            condition = self.condition[call]
            scenes[call] = Scene(
                call,
                together=bool(rules.together[condition]),
                accompanied=bool(rules.accompanied[condition]),
                conveyed=bool(self.calls.conveyed[call]),
                loading_s=rules.loading_s,
            )
        for need, call in enumerate(self.needs.call):
            if call in scenes:
                scenes[call].unready.add(need)
        return scenes

    def all_or_none(self, call: int) -> bool:
        """Whether no unit is sent to a call before all can be."""
        if self.system.service is None or call not in self.scenes:
            return False
        return bool(self.system.service.conditions.all_or_none[self.condition[call]])

    def await_ambulance(self, need: int) -> None:
        call = self.needs.call[need]
        priority, centre = self.calls.priority[call], 0
        if self.system.service is not None:
            centre = int(self.system.service.areas.centre[self.calls.place[call]])
        key = waiting_key(priority, self.calls.received_at[call], need)
        group = (priority, self.needs.kind[need], centre)
        heappush(self.waiting.setdefault(group, []), key)
        self.is_waiting[need] = True

    def serve_waiting(self) -> None:
        hopeless: set[Group] = set()
        aside = []  # to whom nobody can be sent: not looked at again now
        while (group := self.next_group(hopeless)) is not None:
            need = self.waiting[group][0][-1]
            call = self.needs.call[need]
            team = self.team_for(need)
            if not team:
                if self.alike and not self.all_or_none(call):
                    hopeless.add(group)
                else:
                    self.is_waiting[need] = False
                    aside.append(need)
                continue
            if self.alike:
                self.ask(call)
            abandoned = [self.send(ambulance, one) for one, ambulance in team.items()]
            for left in abandoned:
                # An abandoned call is reconsidered next, before any other.
                while left != NONE and (ambulance := self.first_at_the_scene(left)):
                    left = self.send(ambulance, left)
                if left != NONE:
                    self.is_waiting[left] = False
                    aside.append(left)
        for need in aside:
            self.await_ambulance(need)

    def next_group(self, hopeless: Collection[Group]) -> Group | None:
        """The group whose first need is served next, of those with hope; None if nobody waits."""
        best = None
        for group, heap in self.waiting.items():
            while heap and not self.is_waiting[heap[0][-1]]:
                heappop(heap)
            if heap and group not in hopeless and (best is None or heap[0] < self.waiting[best][0]):
                best = group
        return best

    def team_for(self, need: int) -> dict[int, Vehicle]:
        """By need: whom to send now. One, or all that a call needs; nobody if not all can be had.

        The needs of a call are met in their order, each by the first that is left.
        """
        call, team = self.needs.call[need], dict[int, Vehicle]()
        needs = [need]
        if self.all_or_none(call) and not self.scenes[call].started:
            needs += sorted(self.scenes[call].unready)
        for one in needs:
            ambulance = self.first_at_the_scene(one, taken=team.values())
            if ambulance is None:
                return {}
            team[one] = ambulance
        return team

    def ask(self, call: int) -> None:
        """Ask how soon somebody would be at the call's place, and at each of its others.

        Once a call, before anybody is sent to it: so far nothing has depended on where it is. Where
        it matters to those who wait where a call is, that is as it becomes ready.
        """
        if self.asked[call]:
            return
        self.asked[call] = True
        need = self.first_need[call]
        for row, scene in enumerate([self.calls.place[call], *self.calls.others[call]]):
            ambulance = self.first_at_the_scene(need, scene)
            if ambulance is not None:
                arrives_at = self.would_arrive_at(ambulance, need, scene)
                self.asked_s[call, row] = arrives_at - self.calls.received_at[call]
