"""Motorways: one-way carriageways, and the ramps that are their only ties to other roads."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import combinations, pairwise
from typing import Final, NamedTuple

import numpy as np
import shapely

from sim.geography.synthesis.courses import Course, of_route
from sim.geography.synthesis.facts import MOTORWAY, Place
from sim.geography.synthesis.ground import Ground

HALF_GAP_M: Final = 13.0  # carriageway's distance from the centre line
REACH_M: Final = 420.0  # ramps leave and join this far from an interchange's middle
SYSTEM_M: Final = 900.0  # the same where two motorways meet
CLEAR_M: Final = 2_600.0  # between an interchange and a motorway crossing, at least
APART_M: Final = 2_200.0  # between interchanges
END_M: Final = 1_500.0  # from the end of a motorway, at which it has no ramps
SQUARE_M: Final = 330.0  # from the motorway to the toll square of an interchange
LEAST_M: Final = 4_000.0  # a motorway that is shorter has no interchange and is left out


class Link(NamedTuple):
    """A drawn link: vertices from end to end, class, name, and whether it is one-way."""

    points: np.ndarray
    road_class: str
    name: str
    oneway: bool


@dataclass(eq=False)
class Motorway:
    """A centre line and the places along it (metres from its start) where ramps tie in."""

    name: str
    line: shapely.LineString
    towns: list[int]
    ties: list[tuple[float, float]] = field(default_factory=list)  # middle, reach

    def at(self, where: float, side: int) -> tuple[np.ndarray, np.ndarray]:
        """Point and direction of travel on a carriageway: side 1 runs forward, -1 back."""
        end = self.line.length
        ahead = np.array(self.line.interpolate(min(where + 25, end)).coords[0])
        behind = np.array(self.line.interpolate(max(where - 25, 0)).coords[0])
        way = (ahead - behind) / np.hypot(*(ahead - behind))
        # Both carriageways run together at the ends, so that the clipped map stays connected.
        gap = HALF_GAP_M * min(1.0, where / 400, (end - where) / 400)
        right = np.array([way[1], -way[0]])  # traffic keeps to the right
        middle = np.array(self.line.interpolate(where).coords[0])
        return np.round(middle + side * gap * right, 1), side * way

    def carriageway(self, side: int) -> list[Link]:
        """One carriageway, cut where ramps leave and join."""
        cuts = {0.0, self.line.length}
        for middle, reach in self.ties:
            cuts |= {middle - reach, middle + reach}
        links = []
        for a, b in pairwise(sorted(cuts)):
            between = np.arange(a, b, 60.0)[1:]
            points = np.array([self.at(s, side)[0] for s in [a, *between, b]])
            points = shapely.get_coordinates(shapely.LineString(points).simplify(1.5))
            links.append(Link(points if side > 0 else points[::-1], MOTORWAY, self.name, True))
        return links

    def free_at(self, where: float, apart: float) -> bool:
        """Whether ramps may tie in there: clear of the ends and of all others."""
        if not END_M < where < self.line.length - END_M:
            return False
        return all(
            abs(where - middle) > (CLEAR_M if reach == SYSTEM_M else apart)
            for middle, reach in self.ties
        )


class Crossing(NamedTuple):
    """Where two motorways meet: which, and how far along each."""

    one: Motorway
    other: Motorway
    at: float
    other_at: float


class Interchange(NamedTuple):
    """A motorway, the place along it, and the point of its toll square."""

    motorway: Motorway
    at: float
    square: np.ndarray


def make(place: Place, ground: Ground, rng: np.random.Generator) -> list[Motorway]:
    """The motorways of a place, within its border."""
    found = []
    for route in place.routes:
        if route.road_class == MOTORWAY:
            courses: list[Course] = of_route(route, ground, rng, 50.0)
            for course in courses:
                line = shapely.LineString(course.points)
                if line.length > LEAST_M:
                    found.append(Motorway(route.name, line, route.towns))
    return found


def crossings(motorways: list[Motorway]) -> list[Crossing]:
    """Where motorways meet; each gets ramps there."""
    found = []
    for one, other in combinations(motorways, 2):
        for point in shapely.get_parts(shapely.intersection(one.line, other.line)):
            if point.geom_type != "Point":
                continue
            a, b = one.line.project(point), other.line.project(point)
            if one.free_at(a, CLEAR_M) and other.free_at(b, CLEAR_M):
                one.ties.append((a, SYSTEM_M))
                other.ties.append((b, SYSTEM_M))
                found.append(Crossing(one, other, a, b))
    return found


def interchanges(motorways: list[Motorway], ground: Ground) -> list[Interchange]:
    """One near each town that a motorway's route names, else near the towns that it passes."""
    found: list[Interchange] = []
    for motorway in motorways:
        near = shapely.distance(shapely.points(ground.seats), motorway.line)
        passed = [int(town) for town in np.argsort(near, kind="stable")[:3]]
        before = len(found)
        for town in [*motorway.towns, *passed]:
            if town not in motorway.towns and len(found) > before:
                break
            spot = _interchange(motorway, ground, town)
            if spot is not None:
                found.append(spot)
    return found


def _interchange(motorway: Motorway, ground: Ground, town: int) -> Interchange | None:
    """The place nearest to a town where ramps may tie in, its square on the town's side."""
    seat = ground.seats[town]
    nearest = motorway.line.project(shapely.Point(seat))
    for off in np.arange(0, 4_500, 150.0):
        for where in (nearest + off, nearest - off):
            if not motorway.free_at(where, APART_M):
                continue
            middle, way = motorway.at(where, 1)
            left = np.array([-way[1], way[0]])
            side = 1 if (seat - middle) @ left > 0 else -1
            square = np.round(middle + side * SQUARE_M * left, 1)
            clear = ground.county.boundary.distance(shapely.Point(square)) > 200
            if ground.county.contains(shapely.Point(square)) and clear:
                motorway.ties.append((float(where), REACH_M))
                return Interchange(motorway, float(where), square)
    return None


def _curve(
    start: np.ndarray, way_out: np.ndarray, end: np.ndarray, way_in: np.ndarray, lift: float = 0.45
) -> np.ndarray:
    """A ramp: a cubic Bézier that leaves and arrives along the given directions."""
    size = lift * np.hypot(*(end - start))
    t = np.linspace(0, 1, 13)[:, None]
    points = (
        start * (1 - t) ** 3
        + (start + size * way_out) * 3 * t * (1 - t) ** 2
        + (end - size * way_in) * 3 * t**2 * (1 - t)
        + end * t**3
    )
    points = np.round(points, 1)
    points[0], points[-1] = start, end
    return points


def ramps(spot: Interchange, square: np.ndarray) -> list[Link]:
    """The four ramps of an interchange: off and on, both ways, all by way of its toll square."""
    links = []
    for side in (1, -1):
        leave, way_out = spot.motorway.at(spot.at - side * REACH_M, side)
        enter, way_in = spot.motorway.at(spot.at + side * REACH_M, side)
        turn_in = (square - leave) / np.hypot(*(square - leave))
        turn_out = (enter - square) / np.hypot(*(enter - square))
        links.append(Link(_curve(leave, way_out, square, turn_in), "motorway_link", "", True))
        links.append(Link(_curve(square, turn_out, enter, way_in), "motorway_link", "", True))
    return links


def crossing_ramps(spot: Crossing) -> list[Link]:
    """Eight ramps where two motorways meet: every turn from each onto the other."""
    links = []
    ends = ((spot.one, spot.at), (spot.other, spot.other_at))
    for (one, at), (other, other_at) in (ends, ends[::-1]):
        for side in (1, -1):
            for turn in (1, -1):
                leave, way_out = one.at(at - side * SYSTEM_M, side)
                enter, way_in = other.at(other_at + turn * SYSTEM_M, turn)
                line = _curve(leave, way_out, enter, way_in)
                links.append(Link(line, "motorway_link", "", True))
    return links
