"""The expressways: one-way carriageways and the ramps that are their only ties to other roads."""

from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import shapely
from facts import G60, INTERCHANGES, S11, TOWNS
from ground import Ground, course

HALF_GAP = 13.0  # carriageway's distance from the centre line, metres
REACH = 420.0  # ramps leave and join this far from an interchange's middle, metres
SYSTEM_REACH = 900.0  # the same where the two expressways meet

Link = tuple[np.ndarray, str, str]  # vertices, class, name; all are one-way


@dataclass
class Motorway:
    """A centre line and the places along it (metres from its start) where ramps tie in."""

    name: str
    line: shapely.LineString
    ties: list[tuple[float, float]] = field(default_factory=list)  # middle, reach

    def at(self, where: float, side: int) -> tuple[np.ndarray, np.ndarray]:
        """Point and direction of travel on a carriageway: side 1 runs forward, -1 back."""
        end = self.line.length
        ahead = np.array(self.line.interpolate(min(where + 25, end)).coords[0])
        behind = np.array(self.line.interpolate(max(where - 25, 0)).coords[0])
        way = (ahead - behind) / np.hypot(*(ahead - behind))
        # Both carriageways run together at the border, so that the clipped map stays connected.
        gap = HALF_GAP * min(1.0, where / 400, (end - where) / 400)
        right = np.array([way[1], -way[0]])  # traffic keeps to the right
        middle = np.array(self.line.interpolate(where).coords[0])
        return np.round(middle + side * gap * right, 1), side * way

    def carriageway(self, side: int) -> list[Link]:
        """One carriageway, cut where ramps leave and join."""
        cuts = {0.0, self.line.length}
        for middle, reach in self.ties:
            cuts |= {middle - reach, middle + reach}
        stops = sorted(cuts)
        links = []
        for a, b in pairwise(stops):
            between = np.arange(a, b, 60.0)[1:]
            points = np.array([self.at(s, side)[0] for s in [a, *between, b]])
            points = shapely.get_coordinates(shapely.LineString(points).simplify(1.5))
            links.append((points if side > 0 else points[::-1], "motorway", self.name))
        return links


def curve(
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


def make_motorways(ground: Ground, rng: np.random.Generator) -> list[Motorway]:
    """Draw both courses and cut them at the county's border."""
    found = []
    for name, way in (("G60", G60), ("S11", S11)):
        parts = shapely.get_parts(shapely.LineString(course(way, rng, 260.0, 11e3)) & ground.county)
        found.append(Motorway(name, max(parts, key=shapely.length)))
    crossing = found[0].line.intersection(found[1].line).centroid
    for motorway in found:
        motorway.ties.append((motorway.line.project(crossing), SYSTEM_REACH))
    return found


def place_interchanges(motorways: list[Motorway], ground: Ground) -> list[tuple[str, np.ndarray]]:
    """Choose where each interchange ties in; give its motorway and its point on local ground."""
    seats = {t.zh: s for t, s in zip(TOWNS, ground.seats, strict=True)}
    found = []
    for name, _, town in INTERCHANGES:
        motorway = next(m for m in motorways if m.name == name)
        line, system = motorway.line, motorway.ties[0][0]
        where = np.clip(line.project(shapely.Point(seats[town])), 1500, line.length - 1500)
        if abs(where - system) < 2600:  # keep clear of the ramps between the expressways
            where = system + 2600 * (1 if where > system else -1)
        motorway.ties.append((float(where), REACH))
        middle, way = motorway.at(where, 1)
        left = np.array([-way[1], way[0]])
        side = 1 if (seats[town] - middle) @ left > 0 else -1
        found.append((name, np.round(middle + side * 330.0 * left, 1)))
    return found


def ramps(motorway: Motorway, tie: tuple[float, float], point: np.ndarray) -> list[Link]:
    """The four ramps of one interchange: off and on, both ways, all by way of its toll square."""
    where, reach = tie
    links = []
    for side in (1, -1):
        leave, way_out = motorway.at(where - side * reach, side)
        enter, way_in = motorway.at(where + side * reach, side)
        turn_in = (point - leave) / np.hypot(*(point - leave))
        turn_out = (enter - point) / np.hypot(*(enter - point))
        links.append((curve(leave, way_out, point, turn_in), "motorway_link", ""))
        links.append((curve(point, turn_out, enter, way_in), "motorway_link", ""))
    return links


def crossing_ramps(a: Motorway, b: Motorway) -> list[Link]:
    """Eight ramps where the expressways meet: every turn from each onto the other."""
    links = []
    for one, other in ((a, b), (b, a)):
        for side in (1, -1):
            for turn in (1, -1):
                leave, way_out = one.at(one.ties[0][0] - side * SYSTEM_REACH, side)
                enter, way_in = other.at(other.ties[0][0] + turn * SYSTEM_REACH, turn)
                links.append((curve(leave, way_out, enter, way_in), "motorway_link", ""))
    return links
