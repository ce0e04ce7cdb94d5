"""The moving state: one entry per ambulance, and where each one is on the road."""

from __future__ import annotations

from bisect import bisect_left, insort
from functools import lru_cache, partial
from typing import Any

import numpy as np

from sim.geography.roads.folding import NO_JUNCTION
from sim.geography.roads.travel import along_chain, row_to
from sim.model.calendar import band_at
from sim.model.system import System, keeps_triangles, speed_ratios
from sim.policies import (
    NONE,
    PositionRule,
    Status,
    choose_hospital,
    is_first,
    nearest_point,
    turn_back_s,
)

KEPT_ROWS = 2_000  # rows of travel seconds in reach; a county's places all fit
KEPT_PATHS = 8_000  # about 3 kB each
KEPT_WAYS = 200_000
SAFE_S = 0.001  # more than rounding can take from a bound


class Roads:
    """A System's travel as Python reads it fastest: one number at a time."""

    def __init__(self, system: System):
        self.system = system
        chains = system.travel.chains
        self.place_node: list[int] = system.place_node.tolist()
        self.leg_s: list[list[float]] = system.place_leg_s.tolist()
        self.station_place: list[int] = system.station_place.tolist()
        self.hospital_place: list[int] = system.hospital_place.tolist()
        self.mode_to_scene: list[list[int]] = system.mode_to_scene.tolist()
        self._one_band = len(system.mode_to_scene) == 1
        self._exit: list[list[int]] = chains.exit.tolist()
        self._exit_s: list[list[list[float]]] = chains.exit_s.tolist()
        self._chain: list[int] = chains.chain.tolist()
        self._junction: list[int] = np.where(chains.chain < 0, chains.exit[0], -1).tolist()
        self._xy = [(x, y) for x, y in system.travel.xy.tolist()]
        self._edges: dict[tuple[int, int], list[tuple[int, float]]] = {}
        self._from_stations: dict[tuple[int, int], list[tuple[float, int]]] = {}
        self.mode_to_hospital: list[int] = system.mode_to_hospital.tolist()
        self.mode_home: list[int] = system.mode_home.tolist()
        self.hospital = lru_cache(maxsize=None)(self._hospital)
        most, least = speed_ratios(system)
        self._most: list[list[float]] = most.tolist()
        self._least: list[list[float]] = least.tolist()
        self._has_bounds = keeps_triangles(system)
        self._from_place_s = lru_cache(maxsize=KEPT_WAYS)(self.from_place_s)
        self._row_to = lru_cache(maxsize=KEPT_ROWS)(partial(row_to, system.travel))
        self._path = lru_cache(maxsize=KEPT_PATHS)(self._walk)

    def band(self, now: float) -> int:
        """The time band in force."""
        return 0 if self._one_band else band_at(self.system.bands, now)

    def node_to_node_s(self, mode: int, end: int, node: int) -> float:
        """Seconds on the road from a node to the node of a place."""
        return self._by_row(self._row_to(mode, end), mode, end, node)

    def _by_row(self, row: np.ndarray, mode: int, end: int, node: int) -> float:
        """`node_to_node_s` with the row of the end at hand."""
        junction = self._junction[node]
        if junction >= 0:
            return float(row.item(junction))
        exits, exit_s = self._exit, self._exit_s[mode]
        best_s = float(row.item(exits[0][node])) + exit_s[0][node]
        if exits[1][node] != NO_JUNCTION:
            best_s = min(best_s, float(row.item(exits[1][node])) + exit_s[1][node])
        if self._chain[node] >= 0 and self._chain[node] == self._chain[end]:
            best_s = min(best_s, along_chain(self.system.travel, mode, node, end))
        return best_s

    def from_node_s(self, mode: int, node: int, place: int) -> float:
        """Seconds from a road node to a place, with the off-road leg at its end."""
        return self.node_to_node_s(mode, self.place_node[place], node) + self.leg_s[mode][place]

    def from_place_s(self, mode: int, start: int, end: int) -> float:
        """Seconds from place to place, with the off-road legs at both ends."""
        return self.leg_s[mode][start] + self.from_node_s(mode, self.place_node[start], end)

    def from_stations_s(self, mode: int, place: int) -> list[tuple[float, int]]:
        """(seconds, station) from every station to a place, nearest first."""
        key = (mode, place)
        if key not in self._from_stations:
            self._from_stations[key] = sorted(
                (self.from_place_s(mode, start, place), station)
                for station, start in enumerate(self.station_place)
            )
        return self._from_stations[key]

    def _hospital(self, mode: int, place: int, named: int) -> tuple[int, float]:
        """The hospital to go to from a place, and the seconds to it; NONE if there is none."""
        seconds = [self.from_place_s(mode, place, hospital) for hospital in self.hospital_place]
        hospital = choose_hospital(seconds, named)
        return hospital, seconds[hospital] if hospital != NONE else 0.0

    def too_far(self, drive: Drive, now: float, mode: int, scene: int, best_s: float) -> bool:
        """Whether an ambulance under way cannot be at a scene within `best_s`, wherever it is.

        By the triangle inequality it is at least as far away as its way to go, less the way from
        the scene to where it goes; and as the scene is from where it started, less what it has
        driven. It saves finding its position on the road.
        """
        if not self._has_bounds:
            return False
        to_go_s = drive.departed_at + drive.seconds - now
        least = to_go_s * self._least[drive.mode][mode]
        if least - SAFE_S - self._from_place_s(mode, scene, drive.place) > best_s:
            return True
        most = self._most[drive.mode][mode]
        if drive.start is None or most > 1:
            return False
        driven_s = (now - drive.departed_at) * most
        return self._from_place_s(mode, drive.start, scene) - driven_s - SAFE_S > best_s

    def edges(self, mode: int, node: int) -> list[tuple[int, float]]:
        """(head, seconds) of the roads that leave a node."""
        key = (mode, node)
        if key not in self._edges:
            graph = self.system.travel.graph
            first, last = graph.indptr[node : node + 2].tolist()
            heads = graph.head[first:last].tolist()
            self._edges[key] = list(
                zip(heads, graph.seconds[mode, first:last].tolist(), strict=True)
            )
        return self._edges[key]

    def path(self, mode: int, node: int, end: int) -> tuple[list[int], list[float]]:
        """Nodes of the fastest path to a node, and seconds from the start to each."""
        return self._path(mode, node, end)

    def _walk(self, mode: int, node: int, end: int) -> tuple[list[int], list[float]]:
        nodes, at_s = [node], [0.0]
        row = self._row_to(mode, end)
        while node != end:
            best, best_edge_s, best_s = NONE, 0.0, np.inf
            for head, edge_s in self.edges(mode, node):
                through_s = edge_s + self._by_row(row, mode, end, head)
                if is_first(through_s, head, best_s, best):
                    best, best_edge_s, best_s = head, edge_s, through_s
            if best == NONE:  # a matrix has no roads: one drive straight to the end
                best, best_edge_s = end, self.node_to_node_s(mode, end, node)
            node = best
            nodes.append(node)
            at_s.append(at_s[-1] + best_edge_s)
        return nodes, at_s

    def nearest_node(self, start: int, end: int, share: float) -> int:
        """The node nearest to the point that lies `share` of the straight line on."""
        (x0, y0), (x1, y1) = self._xy[start], self._xy[end]
        return nearest_point(x0 + share * (x1 - x0), y0 + share * (y1 - y0), self._xy)


class Drive:
    """One drive under way: from a road node (reached after `lead_s`) to a place."""

    __slots__ = (
        "_path", "departed_at", "lead_s", "mode", "node", "place", "roads", "seconds", "start",
    )  # fmt: skip

    def __init__(
        self, roads: Roads, mode: int, node: int, lead_s: float, place: int, departed_at: float,
        start: int | None = None,
    ):  # fmt: skip
        self.roads, self.mode, self.node, self.lead_s = roads, mode, node, lead_s
        self.place, self.departed_at = place, departed_at
        self.start = start  # the place where it began, if it began at one
        self.seconds = lead_s + roads.from_node_s(mode, node, place)
        self._path: tuple[list[int], list[float]] | None = None

    def position(self, now: float, mode: int) -> tuple[int, float]:
        """The node from which the ambulance can be sent in another mode, and the seconds to it."""
        if self.roads.system.position_rule == PositionRule.NEAREST_PLACE:
            return self._nearest_place(now), 0.0
        return self._next_node(now, mode)

    def _next_node(self, now: float, mode: int) -> tuple[int, float]:
        """The next node on the path; the time left to it is not rescaled in the new mode.

        Between the last node and an off-road end the ambulance turns back, at the new mode's
        off-road speed.
        """
        elapsed_s = now - self.departed_at
        if elapsed_s <= self.lead_s:
            return self.node, self.lead_s - elapsed_s
        if self._path is None:
            end = self.roads.place_node[self.place]
            nodes, at_s = self.roads.path(self.mode, self.node, end)
            self._path = nodes, [self.lead_s + s for s in at_s]
        nodes, at_s = self._path
        step = bisect_left(at_s, elapsed_s)
        if step < len(nodes):
            return nodes[step], at_s[step] - elapsed_s
        driven_s, new_s = (self.roads.leg_s[m][self.place] for m in (self.mode, mode))
        grid = self.roads.system.on_grid
        return nodes[-1], turn_back_s(elapsed_s - at_s[-1], driven_s, new_s, grid)

    def _nearest_place(self, now: float) -> int:
        whole_s, end = self.seconds, self.roads.place_node[self.place]
        share = (now - self.departed_at) / whole_s if whole_s > 0 else 1.0
        return self.roads.nearest_node(self.node, end, share)


class Fleet:
    """What every ambulance is doing now. Rows are ambulances unless said otherwise."""

    def __init__(self, system: System):
        count = len(system.home)
        self.home: list[int] = system.home.tolist()
        self.base: list[int] = system.home.tolist()  # the station where it is or is going
        self.status: list[int] = [Status.AT_STATION] * count
        self.on_duty: list[bool] = [False] * count
        self.call: list[int] = [NONE] * count
        self.trip: list[Any] = [None] * count  # the line of the log that is being written
        self.turned_out_at: list[float] = [0.0] * count  # wheels roll, once turning out
        self.expected_mobile_at: list[float] = [0.0] * count  # as the dispatcher expects it
        self.stands_at: list[int] = [NONE] * count  # place, while CLEARED
        self.drive: list[Drive | None] = [None] * count
        # At one station all are alike, so only the lowest row of each can be the choice.
        self.ready_at_station: list[list[int]] = [[] for _ in system.station_place]
        self.elsewhere: set[int] = set()  # can be sent or diverted, and not at a station

    def come_on_duty(self, ambulance: int) -> None:
        self.on_duty[ambulance] = True
        if self.status[ambulance] == Status.AT_STATION:
            insort(self.ready_at_station[self.base[ambulance]], ambulance)

    def go_off_duty(self, ambulance: int) -> None:
        """The end of a shift: nobody is sent any more; a trip under way is finished."""
        self.on_duty[ambulance] = False
        ready = self.ready_at_station[self.base[ambulance]]
        if ambulance in ready:
            ready.remove(ambulance)

    def set_status(self, ambulance: int, status: Status) -> None:
        if self.status[ambulance] == Status.AT_STATION and self.on_duty[ambulance]:
            self.ready_at_station[self.base[ambulance]].remove(ambulance)
        self.status[ambulance] = status
        if status == Status.AT_STATION:
            self.drive[ambulance] = None
            if self.on_duty[ambulance]:
                insort(self.ready_at_station[self.base[ambulance]], ambulance)
        if status in (Status.AT_STATION, Status.BUSY):  # busy: no choice before it is cleared
            self.elsewhere.discard(ambulance)
        else:
            self.elsewhere.add(ambulance)

    def free_by_station(self, but: int) -> list[int]:
        """[station] free ambulances that stand there or drive there, all but one."""
        present = [0] * len(self.ready_at_station)
        for ambulance, status in enumerate(self.status):
            if ambulance != but and self.on_duty[ambulance]:
                present[self.base[ambulance]] += status in (Status.AT_STATION, Status.RETURNING)
        return present
