"""The moving state: one entry per ambulance, and where each one is on the road."""

from __future__ import annotations

from bisect import bisect_left, insort

from sim.inputs.system import System, mode_at
from sim.policies import NONE, PROFILES, Status, next_on_path, turn_back_s


class Roads:
    """A System's travel as Python reads it fastest: one number at a time."""

    def __init__(self, system: System):
        self.system = system
        self.place_node: list[int] = system.place_node.tolist()
        self.leg_s: list[list[float]] = system.place_leg_s.tolist()
        self.station_place: list[int] = system.station_place.tolist()
        self.hospital_place: list[int] = system.hospital_place.tolist()
        self._one_band = len(system.to_place) == PROFILES
        self._row: list[int] = system.place_row.tolist()
        self._map_places = len(system.place_node) - len(system.station_place)
        self._edges: dict[tuple[int, int], list[tuple[int, float]]] = {}
        self._from_stations: dict[tuple[int, int], list[float]] = {}
        self._to_hospitals: dict[tuple[int, int], list[float]] = {}

    def mode(self, profile: int, now: float) -> int:
        """The travel table for a profile in the time band in force at an instant."""
        if self._one_band:
            return profile
        return mode_at(self.system, profile, now)

    def node_to_node_s(self, mode: int, place: int, node: int) -> float:
        """Seconds on the road from a node to the road node of a place."""
        table = self.system.to_place if place < self._map_places else self.system.to_station
        return float(table.item(mode, self._row[place], node))

    def from_node_s(self, mode: int, node: int, place: int) -> float:
        """Seconds from a road node to a place, with the off-road leg at its end."""
        road_s = self.node_to_node_s(mode, place, node)
        return road_s + self.leg_s[mode % PROFILES][place]

    def from_place_s(self, mode: int, start: int, end: int) -> float:
        """Seconds from place to place, with the off-road legs at both ends."""
        leg_s = self.leg_s[mode % PROFILES][start]
        return leg_s + self.from_node_s(mode, self.place_node[start], end)

    def from_stations_s(self, mode: int, place: int) -> list[float]:
        """Seconds from every station to a place."""
        key = (mode, place)
        if key not in self._from_stations:
            self._from_stations[key] = [
                self.from_place_s(mode, station, place) for station in self.station_place
            ]
        return self._from_stations[key]

    def to_hospitals_s(self, mode: int, place: int) -> list[float]:
        """Seconds from a place to every hospital."""
        key = (mode, place)
        if key not in self._to_hospitals:
            self._to_hospitals[key] = [
                self.from_place_s(mode, place, hospital) for hospital in self.hospital_place
            ]
        return self._to_hospitals[key]

    def edges(self, mode: int, node: int) -> list[tuple[int, float]]:
        """(head, seconds) of the roads that leave a node."""
        key = (mode, node)
        if key not in self._edges:
            first, last = self.system.indptr[node : node + 2].tolist()
            heads = self.system.head[first:last].tolist()
            self._edges[key] = list(
                zip(heads, self.system.edge_s[mode, first:last].tolist(), strict=True)
            )
        return self._edges[key]

    def path(self, mode: int, node: int, place: int) -> tuple[list[int], list[float]]:
        """Nodes of the fastest path to a place's road node, and seconds from the start to each."""
        end = self.place_node[place]
        nodes, at_s = [node], [0.0]
        while node != end:
            node, edge_s = next_on_path(
                node, self.edges(mode, node), lambda head: self.node_to_node_s(mode, place, head)
            )
            if node == nodes[-1]:  # a matrix has no roads: one drive straight to the end
                node, edge_s = end, self.node_to_node_s(mode, place, nodes[-1])
            nodes.append(node)
            at_s.append(at_s[-1] + edge_s)
        return nodes, at_s


class Drive:
    """One drive under way: from a road node (reached after `lead_s`) to a place."""

    __slots__ = ("_path", "departed_at", "lead_s", "mode", "node", "place", "roads")

    def __init__(
        self, roads: Roads, mode: int, node: int, lead_s: float, place: int, departed_at: float
    ):
        self.roads, self.mode, self.node, self.lead_s = roads, mode, node, lead_s
        self.place, self.departed_at = place, departed_at
        self._path: tuple[list[int], list[float]] | None = None

    @property
    def seconds(self) -> float:
        return self.lead_s + self.roads.from_node_s(self.mode, self.node, self.place)

    def next_node(self, now: float, profile: int) -> tuple[int, float]:
        """The position rule `next_node`: the next node on the path and the seconds left to it.

        The time left is not rescaled when the profile changes; between the last node and an
        off-road end the ambulance turns back, at the off-road speed of `profile`.
        """
        elapsed_s = now - self.departed_at
        if elapsed_s <= self.lead_s:
            return self.node, self.lead_s - elapsed_s
        if self._path is None:
            nodes, at_s = self.roads.path(self.mode, self.node, self.place)
            self._path = nodes, [self.lead_s + s for s in at_s]
        nodes, at_s = self._path
        step = bisect_left(at_s, elapsed_s)
        if step < len(nodes):
            return nodes[step], at_s[step] - elapsed_s
        driven_s = self.roads.leg_s[self.mode % PROFILES][self.place]
        new_s = self.roads.leg_s[profile][self.place]
        return nodes[-1], turn_back_s(elapsed_s - at_s[-1], driven_s, new_s)


class Fleet:
    """What every ambulance is doing now. Rows are ambulances unless said otherwise."""

    def __init__(self, system: System):
        count = len(system.home)
        self.home: list[int] = system.home.tolist()
        self.status: list[int] = [Status.AT_STATION] * count
        self.on_duty: list[bool] = [False] * count
        self.call: list[int] = [NONE] * count
        self.trip: list[int] = [NONE] * count
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
            insort(self.ready_at_station[self.home[ambulance]], ambulance)

    def go_off_duty(self, ambulance: int) -> None:
        """The end of a shift: nobody is sent any more; a trip under way is finished."""
        self.on_duty[ambulance] = False
        ready = self.ready_at_station[self.home[ambulance]]
        if ambulance in ready:
            ready.remove(ambulance)

    def set_status(self, ambulance: int, status: Status) -> None:
        if self.status[ambulance] == Status.AT_STATION and self.on_duty[ambulance]:
            self.ready_at_station[self.home[ambulance]].remove(ambulance)
        self.status[ambulance] = status
        if status == Status.AT_STATION:
            self.drive[ambulance] = None
            if self.on_duty[ambulance]:
                insort(self.ready_at_station[self.home[ambulance]], ambulance)
        if status in (Status.AT_STATION, Status.BUSY):  # busy: no choice before it is cleared
            self.elsewhere.discard(ambulance)
        else:
            self.elsewhere.add(ambulance)
