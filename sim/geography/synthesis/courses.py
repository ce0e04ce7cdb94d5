"""The courses of through-roads and main roads: smooth lines past the towns that they serve."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import shapely
from scipy.spatial import Delaunay, QhullError, cKDTree

from sim.geography.synthesis.facts import MOTORWAY, PRIMARY, RANKS, SECONDARY, Route
from sim.geography.synthesis.ground import Ground, metres
from sim.geography.synthesis.noise import curve_through, shifted

PAST_M: Final = 450.0  # from a town's seat, at which a national road passes it
SHORT_M: Final = 1_500.0  # a piece of a road within the county that is shorter is left out
FADE_M: Final = 1_200.0  # over which a bend fades towards the end of a road
BEND: Final = {MOTORWAY: (200.0, 11e3)}  # metres, and the length of a wave
UNBUILT: Final = 0.45  # of the wider neighbours: hills lie between, or nobody built the road
BEND_OTHER: Final = (95.0, 4.5e3)


class Course(NamedTuple):
    """A line that a road follows, with the rank of its class and its name."""

    points: np.ndarray
    rank: int
    name: str


def of_route(route: Route, ground: Ground, rng: np.random.Generator, step: float) -> list[Course]:
    """A through-road's pieces within the county."""
    knots = _knots(route, ground)
    line = _bent(curve_through(knots, 50.0), rng, *BEND.get(route.road_class, BEND_OTHER))
    rank = RANKS.index(route.road_class) if route.road_class in RANKS else -1
    inside = shapely.intersection(shapely.LineString(line), ground.county)
    parts = [p for p in shapely.get_parts(inside) if p.length > SHORT_M]
    whole = [shapely.get_coordinates(p) for p in parts]
    return [Course(_stepped(part, step), rank, route.name) for part in whole]


def _stepped(line: np.ndarray, step: float) -> np.ndarray:
    """The same line with a vertex about each `step` metres."""
    along = np.r_[0, np.cumsum(np.hypot(*np.diff(line, axis=0).T))]
    stops = np.linspace(0, along[-1], max(2, round(along[-1] / step) + 1))
    return np.round(np.stack([np.interp(stops, along, line[:, k]) for k in (0, 1)], axis=1), 1)


def _bent(line: np.ndarray, rng: np.random.Generator, bend: float, wave: float) -> np.ndarray:
    """A line bent by smooth noise, its ends where they are."""
    along = np.r_[0, np.cumsum(np.hypot(*np.diff(line, axis=0).T))]
    fade = np.clip(np.minimum(along, along[-1] - along) / FADE_M, 0, 1)[:, None]
    return np.asarray(line + bend * fade * shifted(rng, line, wave, 3, 0.4))


def _knots(route: Route, ground: Ground) -> np.ndarray:
    """What the road is drawn through: past towns in the country, through the city or around it."""
    stops = [
        ground.seats[stop] if isinstance(stop, int) else metres(ground.crs, np.array([stop]))[0]
        for stop in route.stops
    ]
    knots = np.array(stops)
    fast = route.road_class == MOTORWAY
    for at, stop in enumerate(route.stops):
        last = at in (0, len(stops) - 1)
        if not isinstance(stop, int) or (last and not fast):
            continue
        before, after = stops[max(at - 1, 0)], stops[min(at + 1, len(stops) - 1)]
        if fast and ground.towns.urban[stop]:
            knots[at] = _around(ground, stop, before, after)
        elif fast or not ground.towns.urban[stop]:
            radius = np.sqrt(ground.towns.km2[stop] * 1e6 / np.pi)
            by = float(np.clip(0.32 * radius, 900, 2600)) if fast else PAST_M
            knots[at] = _past(stops[at], before, after, by)
    return knots


def _past(seat: np.ndarray, before: np.ndarray, after: np.ndarray, by: float) -> np.ndarray:
    """A point so far beside a seat, on the side on which the road is straighter."""
    way = after - before
    size = np.hypot(*way)
    if size < 1:
        return np.asarray(seat + np.array([by, 0.0]))
    left = np.array([-way[1], way[0]]) / size
    off = float((seat - before) @ left)
    return np.asarray(seat - (by if off >= 0 else -by) * left)


def _around(ground: Ground, town: int, before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """A point of an urban town, or near it, that is not built up: the least detour to it."""
    seat, radius = ground.seats[town], np.sqrt(ground.towns.km2[town] * 1e6 / np.pi)
    angle = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    ring = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    spots = np.concatenate([seat + ring * radius * share for share in np.arange(0.6, 4.2, 0.3)])
    inside = ground.owner(spots) >= 0
    free = inside & ~ground.built(spots)
    if not free.any():
        return np.asarray(seat + ring[0] * radius * 0.6)
    spots = spots[free]
    detour = sum(np.hypot(*(spots - end).T) for end in (before, after))
    near = np.hypot(*(spots - seat).T)
    return np.asarray(spots[np.argmin(detour + 1.2 * near)])


def neighbours(points: np.ndarray, *, relative: bool) -> np.ndarray:
    """[pair, 2] of the relative-neighbourhood graph, or of the fuller Gabriel graph."""
    if len(points) < 2:
        return np.zeros((0, 2), int)
    try:
        sides = Delaunay(points).simplices[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2)
        pairs = np.unique(np.sort(sides, axis=1), axis=0)
    except (QhullError, ValueError):  # few points, or all on one line
        order = np.lexsort(points.T)
        pairs = np.sort(np.stack([order[:-1], order[1:]], axis=1), axis=1)
    size = np.hypot(*(points[pairs[:, 0]] - points[pairs[:, 1]]).T)
    if not relative:
        nearest = cKDTree(points).query(points[pairs].mean(axis=1))[0]
        return np.asarray(pairs[nearest >= size / 2 - 1e-6])
    tree = cKDTree(points)
    kept = []
    for (a, b), far in zip(pairs.tolist(), size.tolist(), strict=True):
        about = tree.query_ball_point(points[a], far * (1 - 1e-9))
        closer = np.hypot(*(points[about] - points[b]).T) < far * (1 - 1e-9)
        if not any(ok and c not in (a, b) for c, ok in zip(about, closer, strict=True)):
            kept.append((a, b))
    return np.array(kept, int).reshape(-1, 2)


def between_towns(
    ground: Ground, routes: list[Route], rng: np.random.Generator, step: float
) -> tuple[list[Course], list[tuple[int, int, int]]]:
    """Primary roads between neighbouring seats that no through-road joins already, and some
    secondary ones between seats that are neighbours in a wider sense.

    Second: town, town and rank of those whose straight course would leave the county.
    """
    served = {
        (min(a, b), max(a, b))
        for route in routes
        if route.road_class in RANKS
        for a, b in zip(route.towns, route.towns[1:], strict=False)
    }
    close = {(a, b) for a, b in neighbours(ground.seats, relative=True).tolist()}
    wide = {(a, b) for a, b in neighbours(ground.seats, relative=False).tolist()} - close
    found, others = [], []
    room = ground.county.buffer(-80.0)
    shapely.prepare(room)
    for rank, pairs in ((PRIMARY, close), (SECONDARY, wide)):
        far = {p: float(np.hypot(*(ground.seats[p[0]] - ground.seats[p[1]]))) for p in pairs}
        for a, b in sorted(pairs - served, key=lambda p: (far[p], p)):
            if rank == SECONDARY and rng.random() < UNBUILT:
                continue
            line = curve_through(ground.seats[[a, b]], 50.0)
            size = far[a, b]
            line = _bent(line, rng, min(0.032 * size, 260.0), max(1.2e3, 0.55 * size))
            if shapely.contains(room, shapely.LineString(line)):
                found.append(Course(_stepped(line, step), rank, ""))
            else:
                others.append((a, b, rank))
    return found, others
