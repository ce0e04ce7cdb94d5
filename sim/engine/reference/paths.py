"""Where a vehicle is on the road: seconds from place to place, and drives under way."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sim.geography.roads.folding import ENDS, NO_JUNCTION
from sim.geography.roads.tables import unit_s
from sim.geography.roads.travel import along_chain
from sim.model.calendar import band_at
from sim.model.system import System
from sim.policies.clock import NONE, turn_back_s
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

    def band(self, now: float) -> int:
        """The time band in force."""
        return int(band_at(self.system.roads.bands, now))

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


class Drive:
    """One drive under way: from a road node (reached after `lead_s`) to a place."""

    def __init__(
        self, roads: Ways, mode: int, node: int, lead_s: float, place: int, departed_at: float
    ):
        self.roads, self.mode, self.node, self.lead_s = roads, mode, node, lead_s
        self.place, self.departed_at = place, departed_at
        self.seconds = lead_s + roads.from_node_s(mode, node, place)

    def position(self, now: float, mode: int) -> tuple[int, float]:
        """The node from which the vehicle can be sent in another mode, and the seconds to it."""
        if self.roads.system.rules.position_rule == PositionRule.NEAREST_PLACE:
            return self._nearest_place(now), 0.0
        return self._next_node(now, mode)

    def _next_node(self, now: float, mode: int) -> tuple[int, float]:
        """The next node on the path; the time left to it is not rescaled in the new mode.

        Between the last node and an off-road end the vehicle turns back, at the new mode's
        off-road speed.
        """
        roads, end = self.roads, self.roads.place_node[self.place]
        elapsed_s = now - self.departed_at
        node, at_s = self.node, 0.0
        while self.lead_s + at_s < elapsed_s and node != end:
            node, edge_s = roads.next_node(self.mode, node, end)
            at_s += edge_s
        past_s = elapsed_s - (self.lead_s + at_s)
        if past_s <= 0:
            return node, -past_s
        driven_s, new_s = roads.leg_s[self.mode][self.place], roads.leg_s[mode][self.place]
        return node, turn_back_s(past_s, driven_s, new_s, roads.system.rules.on_grid)

    def _nearest_place(self, now: float) -> int:
        """The node nearest to where the straight line from start to end has been followed."""
        roads, end = self.roads, self.roads.place_node[self.place]
        share = (now - self.departed_at) / self.seconds if self.seconds > 0 else 1.0
        (x0, y0), (x1, y1) = roads.xy[self.node], roads.xy[end]
        return nearest_point(x0 + share * (x1 - x0), y0 + share * (y1 - y0), roads.xy)
