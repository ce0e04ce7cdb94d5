"""Drives as stretches of roads: where each ambulance is at every instant, to be drawn on a map."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

from sim.model.log import Log
from sim.model.system import System
from sim.policies.clock import NONE
from sim.prepare import ways
from sim.scenario import standing

if TYPE_CHECKING:
    from sim.engine.reference.logbook import DriveTaken
    from sim.engine.reference.paths import Drive
    from sim.scenario.scenario import Scenario


class Whereabouts(NamedTuple):
    """A point at which an ambulance is, in metres, and what is known of it."""

    x: float
    y: float
    road: int = NONE  # on which it is
    share: float = np.nan  # of that road's length, from its tail
    node: int = NONE  # at which it is


class RoadStretch(NamedTuple):
    """A part of a drive, along a road or straight, on which the speed is even."""

    road: int  # of the network; NONE: straight
    start: float  # share of the road's length from its tail; nan if it is straight
    end: float
    x: float  # where it ends, in metres
    y: float
    at: float  # the instant at which it ends


class RouteDriven(NamedTuple):
    """A drive as far as it was driven: from where the ambulance was, stretch after stretch."""

    ambulance: int
    trip: int  # row of the log
    began_at: float
    x: float  # where it began, in metres
    y: float
    stretches: tuple[RoadStretch, ...]

    @property
    def ended_at(self) -> float:
        """The instant of the arrival, or of the turn to somewhere else."""
        return self.stretches[-1].at if self.stretches else self.began_at


def place_xy(scenario: Scenario) -> np.ndarray:
    """[place, 2] metres: cells, recorded calls, hospitals, stations and standby points."""
    parts = [scenario.map.cells.xy]
    if scenario.recorded is not None:
        parts.append(scenario.recorded.xy)
    waiting = [*scenario.stations, *standing.standby_points(scenario)]
    for spots in (scenario.hospitals, waiting):
        parts.append(np.array([(one.x, one.y) for one in spots], float).reshape(-1, 2))
    return np.concatenate(parts)


class RoadCourses:
    """The roads of a layout, on which its drives are found."""

    def __init__(self, scenario: Scenario, system: System):
        self.scenario, self.network = scenario, scenario.map.network
        self.has_roads = scenario.map.matrix is None
        self.place_xy = place_xy(scenario)
        places = ways.places_of(scenario)
        share = np.concatenate([places.of_map.share, places.of_stations.share])
        own = system.roads.travel.own
        self._first_own = len(self.network.xy)
        self._own: dict[int, tuple[int, float]] = {}  # node → road and share
        if self.has_roads:
            for place, node in enumerate(system.roads.place_node.tolist()):
                if node >= self._first_own:
                    self._own[node] = int(own.road[node - self._first_own]), float(share[place])

    # ── whole routes ─────────────────────────────────────────────────────────────────────────

    def routes(
        self, home: np.ndarray, log: Log, drives: Sequence[DriveTaken]
    ) -> list[RouteDriven]:  # fmt: skip
        """Every drive as it was driven, in the order in which they began.

        `home`: [ambulance] the place where it stands at first; `log`: says where drives were cut.
        """
        here = [self._at_place(place) for place in home.tolist()]
        found = []
        for trip, drive, to_hospital in drives:
            who = int(log.ambulance[trip])
            start = here[who]
            stretches, end = self._driven(drive, start)
            cut_at = np.nan if to_hospital else float(log.diverted_at[trip])
            if not np.isnan(cut_at):
                stretches, end = self._cut(start, drive.departed_at, stretches, cut_at)
            here[who] = end
            begun = drive.departed_at, start.x, start.y
            found.append(RouteDriven(who, trip, *begun, tuple(stretches)))
        return found

    def _at_place(self, place: int) -> Whereabouts:
        return Whereabouts(*self.place_xy[place].tolist())

    def _driven(
        self, drive: Drive, start: Whereabouts
    ) -> tuple[list[RoadStretch], Whereabouts]:  # fmt: skip
        """A drive to its end; of one that never arrives nothing."""
        arrives_at = drive.departed_at + drive.seconds
        if not np.isfinite(arrives_at):
            return [], start
        found, here = [], start
        if drive.legs[0].begun_at > drive.departed_at:  # roads are closed as yet
            found.append(_straight(here, drive.legs[0].begun_at))
        for passing in drive.course() if self.has_roads else ():
            road, share, to = self._way(here, passing.node, passing.mode)
            at = min(passing.at, arrives_at)
            here = Whereabouts(*self._xy(passing.node), node=passing.node)
            found.append(RoadStretch(road, share, to, here.x, here.y, at))
        end = self._at_place(drive.place)
        return [*found, _straight(end, arrives_at)], end

    def _cut(
        self, start: Whereabouts, began_at: float, stretches: Sequence[RoadStretch], cut_at: float
    ) -> tuple[list[RoadStretch], Whereabouts]:
        """What of a drive was driven until an instant, and where that ended."""
        found: list[RoadStretch] = []
        here, since = start, began_at
        for one in stretches:
            if one.at > cut_at:
                done = (cut_at - since) / (one.at - since)
                share = one.start + done * (one.end - one.start)
                x, y = here.x + done * (one.x - here.x), here.y + done * (one.y - here.y)
                if one.road != NONE:
                    x, y = self._on_road(one.road, share)
                found.append(one._replace(end=share, x=x, y=y, at=cut_at))
                return found, Whereabouts(x, y, one.road, share)
            found.append(one)
            here, since = Whereabouts(one.x, one.y, one.road, one.end), one.at
        return found, here

    # ── roads between nodes ──────────────────────────────────────────────────────────────────

    def _way(self, here: Whereabouts, node: int, mode: int) -> tuple[int, float, float]:
        """The road on to a node, and the shares of it between which is driven; else straight."""
        if here.node != NONE:
            if here.node < self._first_own and node < self._first_own:
                return self._edge(here.node, node, mode)
            own = here.node if here.node >= self._first_own else node
            road = self._own[own][0]
            return road, self._share(road, here.node), self._share(road, node)
        if here.road != NONE:
            return here.road, here.share, self._share(here.road, node)
        return NONE, np.nan, np.nan

    def _share(self, road: int, node: int) -> float:
        """Where on a road a node of it lies."""
        if node >= self._first_own:
            assert self._own[node][0] == road
            return self._own[node][1]
        return 0.0 if node == self.network.tail[self.network.forth[road]] else 1.0

    def _edge(self, tail: int, head: int, mode: int) -> tuple[int, float, float]:
        """The road from node to node; of several the fastest in the mode."""
        key = tail * self._first_own + head
        first, last = np.searchsorted(self._keys, [key, key + 1]).tolist()
        edge = first
        if last > first + 1:
            edge = first + int(self._edge_seconds[mode, first:last].argmin())
        road = int(self._road_of_edge[edge])
        forth = self.network.forth[road] == edge
        return (road, 0.0, 1.0) if forth else (road, 1.0, 0.0)

    @cached_property
    def _keys(self) -> np.ndarray:
        """[edge] rising with tail and head, by which edges are sorted."""
        return np.asarray(self.network.tail * self._first_own + self.network.head)

    @cached_property
    def _edge_seconds(self) -> np.ndarray:
        """[mode, edge]"""
        return ways.edge_seconds(self.scenario, ways.driving_modes(self.scenario))

    @cached_property
    def _road_of_edge(self) -> np.ndarray:
        found = np.full(len(self.network.tail), NONE)
        roads = np.arange(len(self.network.forth))
        both = self.network.back != NONE
        found[self.network.forth] = roads
        found[self.network.back[both]] = roads[both]
        return found

    def _xy(self, node: int) -> tuple[float, float]:
        if node >= self._first_own:
            return self._on_road(*self._own[node])
        x, y = self.network.xy[node].tolist()
        return x, y

    def _on_road(self, road: int, share: float) -> tuple[float, float]:
        """The point of a road at a share of its length from its tail."""
        point = shapely.line_interpolate_point(self.network.lines[road], share, normalized=True)
        return float(point.x), float(point.y)


def _straight(to: Whereabouts, at: float) -> RoadStretch:
    return RoadStretch(NONE, np.nan, np.nan, to.x, to.y, at)
