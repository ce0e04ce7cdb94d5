"""Where a vehicle is on the road: seconds from place to place, and drives under way."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from sim.geography.roads.folding import ENDS, NO_JUNCTION
from sim.geography.roads.tables import unit_s
from sim.geography.roads.travel import along_chain
from sim.model.calendar import band_at, next_band_at
from sim.model.system import System
from sim.policies.clock import NONE, on_grid, serving_seconds, turn_back_s
from sim.policies.dispatch import PositionRule, is_first, nearest_point


class Ways:
    """A System's travel, one number at a time. Seconds; nodes, places and modes are rows."""

    def __init__(self, system: System):
        self.system = system
        travel, chains = system.roads.travel, system.roads.travel.chains
        self.place_node: list[int] = system.roads.place_node.tolist()
        self.leg_s: list[list[float]] = system.roads.place_leg_s.tolist()
        self.xy: list[list[float]] = travel.xy.tolist()
        # Python reads numbers from lists several times faster than from arrays.
        self._exit: list[list[int]] = chains.exit.tolist()
        self._exit_s: list[list[list[float]]] = chains.exit_s.tolist()
        self._entry: list[list[int]] = chains.entry.tolist()
        self._entry_s: list[list[list[float]]] = chains.entry_s.tolist()
        self._chain: list[int] = chains.chain.tolist()
        self._graph, self._own = travel.graph, travel.own
        self._first_own = len(travel.graph.indptr) - 1
        self._tail: list[int] = travel.own.tail.tolist()
        self._head: list[int] = travel.own.head.tolist()
        self._far, self._near = np.asarray(travel.far), np.asarray(travel.near)
        self._far_unit_s, self._near_unit_s = unit_s(travel.far), unit_s(travel.near)
        service = system.service
        self.carried_over = service is not None and service.driving.carried_over
        self._opens_at = [] if service is None else service.driving.looks_at.tolist()

    def band(self, now: float) -> int:
        """The time band in force."""
        return int(band_at(self.system.roads.bands, now))

    def next_band_at(self, now: float) -> float:
        """When the next time band begins; inf = never."""
        return next_band_at(self.system.roads.bands, now)

    def opens_after(self, now: float) -> float:
        """When roads may be open again that are closed now; inf = never."""
        later = bisect_right(self._opens_at, now)
        return float(self._opens_at[later]) if later < len(self._opens_at) else np.inf

    def road_s(self, mode: int, node: int, end: int) -> float:
        """Seconds on the road between two nodes, of which the end is that of a place.

        The least over the exits of the one and the entries of the other, or the stretch of the
        chain on which both lie.
        """
        best_s = np.inf
        for way_in in range(ENDS):
            entry = self._entry[way_in][end]
            if entry == NO_JUNCTION:
                continue
            for way_out in range(ENDS):
                leave = self._exit[way_out][node]
                if leave != NO_JUNCTION:
                    to_end_s = self._table_s(mode, leave, entry) + self._entry_s[mode][way_in][end]
                    best_s = min(best_s, to_end_s + self._exit_s[mode][way_out][node])
        if self._chain[node] >= 0 and self._chain[node] == self._chain[end]:
            best_s = min(best_s, along_chain(self.system.roads.travel, mode, node, end))
        return best_s

    def _table_s(self, mode: int, leave: int, entry: int) -> float:
        """Seconds from a junction to an entry of a place."""
        travel = self.system.roads.travel
        row = travel.far_row.item(mode, entry)
        if row >= 0:
            return self._far.item(row, leave) * self._far_unit_s
        row = travel.near_row.item(mode, entry)
        assert row >= 0, "it is driven to in this mode"
        return self._near.item(row, leave) * self._near_unit_s

    def from_node_s(self, mode: int, node: int, place: int) -> float:
        """Seconds from a road node to a place, with the off-road leg at its end."""
        return self.road_s(mode, node, self.place_node[place]) + self.leg_s[mode][place]

    def from_place_s(self, mode: int, start: int, end: int) -> float:
        """Seconds from place to place, with the off-road legs at both ends."""
        return self.leg_s[mode][start] + self.from_node_s(mode, self.place_node[start], end)

    def next_node(self, mode: int, node: int, end: int) -> tuple[int, float]:
        """The next node on the fastest path to an end, and the seconds to it."""
        best, best_edge_s, best_s = NONE, 0.0, np.inf
        for head, edge_s in self._ways_on(mode, node, end):
            through_s = edge_s + self.road_s(mode, head, end)
            if is_first(through_s, head, best_s, best):
                best, best_edge_s, best_s = head, edge_s, through_s
        if best == NONE:  # a matrix has no roads: one drive straight to the end
            return end, self.road_s(mode, node, end)
        return best, best_edge_s

    def link_s(self, mode: int, node: int, head: int, end: int) -> float:
        """Seconds of the link by which a drive to an end goes from a node to the next."""
        found = [edge_s for way, edge_s in self._ways_on(mode, node, end) if way == head]
        return min(found, default=self.road_s(mode, node, end))  # of a matrix it is all of it

    def _ways_on(self, mode: int, node: int, end: int) -> Iterator[tuple[int, float]]:
        """The nodes to which one can drive on from a node, and the seconds to each.

        The end is one of them if it has a node of its own on a road at this node.
        """
        if node < self._first_own:
            for edge in range(*self._graph.indptr[node : node + 2].tolist()):
                yield int(self._graph.head[edge]), float(self._graph.seconds[mode, edge])
        else:
            row = node - self._first_own
            yield self._tail[row], float(self._own.to_tail_s[mode, row])
            yield self._head[row], float(self._own.to_head_s[mode, row])
        if end >= self._first_own:
            row = end - self._first_own
            if node == self._tail[row]:
                yield end, float(self._own.from_tail_s[mode, row])
            elif node == self._head[row]:
                yield end, float(self._own.from_head_s[mode, row])
            elif node >= self._first_own and self._same_road(node - self._first_own, row):
                yield end, along_chain(self.system.roads.travel, mode, node, end)

    def _same_road(self, row: int, other: int) -> bool:
        """Whether two own nodes lie on one road."""
        return bool(self._own.road[row] == self._own.road[other])


class Leg(NamedTuple):
    """A stretch of a drive that is driven in one mode."""

    begun_at: float
    mode: int
    node: int  # from here
    lead_s: float  # which is reached after so long


class Passing(NamedTuple):
    """A drive is at a node of the roads."""

    node: int
    at: float  # instant
    mode: int  # in which it was driven there


class Drive:
    """One drive under way: from a road node (reached after `lead_s`) to a place.

    `mode_at` says how is driven at an instant; `factor` scales all but the lead. Where the place
    cannot be reached as yet, the drive begins as soon as roads are open.
    """

    def __init__(
        self,
        roads: Ways,
        mode_at: Callable[[float], int],
        start: tuple[int, float],
        place: int,
        departed_at: float,
        factor: float = 1.0,
    ):
        self.roads, self.mode_at, self.factor = roads, mode_at, factor
        self.place, self.departed_at = place, departed_at
        self.end = roads.place_node[place]
        leg = Leg(departed_at, mode_at(departed_at), *start)
        while self._seconds(leg) == np.inf and roads.opens_after(leg.begun_at) < np.inf:
            begun_at = roads.opens_after(leg.begun_at)
            leg = Leg(begun_at, mode_at(begun_at), *start)
        self.legs = [leg]
        if roads.carried_over:
            self._carry_over()
        last = self.legs[-1]
        self.seconds = (last.begun_at - departed_at) + self._seconds(last)

    def _seconds(self, leg: Leg) -> float:
        way_s = self.roads.from_node_s(leg.mode, leg.node, self.place)
        return leg.lead_s + self._scaled(way_s)

    def _scaled(self, seconds: float) -> float:
        return serving_seconds(seconds, self.factor, self.roads.system.rules.on_grid)

    def _carry_over(self) -> None:
        """What is left when another time band begins is driven as it has it, the link included.

        Who has passed the last node goes on, and who could no longer arrive does as before.
        """
        leg = self.legs[-1]
        changes_at = self.roads.next_band_at(leg.begun_at)
        while changes_at < leg.begun_at + self._seconds(leg) < np.inf:
            mode = self.mode_at(changes_at)
            before, node, left_s = self._ahead(leg, changes_at)
            if mode != leg.mode and left_s >= 0:
                if before != NONE:
                    left_s = self._on_link(leg.mode, mode, before, node, left_s)
                new = Leg(changes_at, mode, node, left_s)
                if self._seconds(new) < np.inf:
                    leg = new
                    self.legs.append(new)
            changes_at = self.roads.next_band_at(changes_at)

    def _on_link(self, old: int, new: int, start: int, head: int, left_s: float) -> float:
        """What is left of a link in another mode; a road that is closed meanwhile is driven on."""
        old_s, new_s = (self.roads.link_s(mode, start, head, self.end) for mode in (old, new))
        if old_s == new_s or old_s == 0 or max(old_s, new_s) == np.inf:
            return left_s
        taken_s = left_s * (new_s / old_s)
        return float(on_grid(taken_s)) if self.roads.system.rules.on_grid else taken_s

    def course(self) -> list[Passing]:
        """The nodes that are passed if nobody turns it round, the last one that of the place.

        Where the place cannot be reached the course ends where the drive began.
        """
        found = []
        changes_at = [*(leg.begun_at for leg in self.legs[1:]), np.inf]
        for leg, until in zip(self.legs, changes_at, strict=True):
            node, at_s = leg.node, 0.0
            while (elapsed_s := leg.lead_s + self._scaled(at_s)) < until - leg.begun_at:
                found.append(Passing(node, leg.begun_at + elapsed_s, leg.mode))
                if node == self.end:
                    break
                node, edge_s = self.roads.next_node(leg.mode, node, self.end)
                at_s += edge_s
        return found

    def position(self, now: float, mode: int) -> tuple[int, float]:
        """The node from which the vehicle can be sent in another mode, and the seconds to it."""
        if self.roads.system.rules.position_rule == PositionRule.NEAREST_PLACE:
            return self._nearest_place(now), 0.0
        return self._next_node(now, mode)

    def _ahead(self, leg: Leg, now: float) -> tuple[int, int, float]:
        """The node behind, NONE if that is where the leg begins, and ahead, and the time to it.

        Negative: it is past the last node for so long.
        """
        elapsed_s = max(0.0, now - leg.begun_at)
        before, node, at_s = NONE, leg.node, 0.0
        while leg.lead_s + self._scaled(at_s) < elapsed_s and node != self.end:
            before = node
            node, edge_s = self.roads.next_node(leg.mode, node, self.end)
            at_s += edge_s
        return before, node, (leg.lead_s + self._scaled(at_s)) - elapsed_s

    def _next_node(self, now: float, mode: int) -> tuple[int, float]:
        """The next node on the path; the time left to it is not rescaled in the new mode.

        Between the last node and an off-road end the vehicle turns back, at the new mode's
        off-road speed.
        """
        leg = next((leg for leg in self.legs[::-1] if leg.begun_at <= now), self.legs[0])
        _, node, left_s = self._ahead(leg, now)
        if left_s >= 0:
            return node, left_s
        leg_s = self.roads.leg_s
        grid = self.roads.system.rules.on_grid
        return node, turn_back_s(
            -left_s, leg_s[leg.mode][self.place], leg_s[mode][self.place], grid
        )

    def _nearest_place(self, now: float) -> int:
        """The node nearest to where the straight line from start to end has been followed."""
        roads, first = self.roads, self.legs[0]
        share = (now - self.departed_at) / self.seconds if self.seconds > 0 else 1.0
        (x0, y0), (x1, y1) = roads.xy[first.node], roads.xy[self.end]
        return nearest_point(x0 + share * (x1 - x0), y0 + share * (y1 - y0), roads.xy)
