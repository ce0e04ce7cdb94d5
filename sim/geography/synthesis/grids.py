"""Street grids: one for each city, fine in the middle and coarse outside, one for each town."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import shapely

from sim.geography.synthesis.ground import Ground
from sim.geography.synthesis.nearby import nearest
from sim.geography.synthesis.noise import shifted


class Patch(NamedTuple):
    """Crossings of a grid: where they are, and their row and column in it."""

    points: np.ndarray
    grid: np.ndarray
    city: bool


def all_grids(ground: Ground, rng: np.random.Generator) -> list[Patch]:
    """The grids of all cities, then those of the towns in the country."""
    patches = [_city(ground, part, rng) for part in shapely.get_parts(ground.core)]
    taken = np.concatenate([p.points for p in patches]) if patches else np.zeros((0, 2))
    for town in np.flatnonzero(~ground.towns.urban):
        patch = _town(ground.seats[town], float(ground.towns.people[town]), ground.towns.grain, rng)
        keep = nearest(taken, patch.points)[0] > 220.0  # a city's streets go first
        patch = Patch(patch.points[keep], patch.grid[keep], False)
        patches.append(patch)
        taken = np.r_[taken, patch.points]
    return [patch for patch in patches if len(patch.points)]


def _city(ground: Ground, part: shapely.Geometry, rng: np.random.Generator) -> Patch:
    """Streets of urban towns that touch: turned, and bent the more the larger the city is."""
    mine = [
        t for t in np.flatnonzero(ground.towns.urban) if part.buffer(1).contains(ground.polygons[t])
    ]
    people = ground.towns.people[mine].astype(float)
    middle = (ground.seats[mine] * people[:, None]).sum(axis=0) / people.sum()
    west, south, east, north = part.bounds
    reach = max(
        np.hypot(x - middle[0], y - middle[1]) for x in (west, east) for y in (south, north)
    )
    step, growth = 245.0 * ground.towns.grain, 10.0
    count = int(np.ceil((np.sqrt(step**2 + 4 * growth * reach) - step) / (2 * growth))) + 1
    i, j = np.meshgrid(np.arange(-count, count + 1), np.arange(-count, count + 1))
    grid = np.stack([i.ravel(), j.ravel()], axis=1)
    at = np.sign(grid) * (np.abs(grid) * step + grid**2 * growth)
    points = at @ _turned(rng.uniform(-0.35, 0.35)) + middle
    points = points + 0.75 * step * shifted(rng, points, max(5.5e3, 0.5 * reach), 2, 0.5)
    points += rng.normal(0, 0.09 * step, points.shape)
    keep = shapely.contains_xy(part, *points.T)
    points, grid = points[keep], grid[keep]
    keep = ground.built(points)
    return Patch(points[keep], grid[keep], True)


def _turned(angle: float) -> np.ndarray:
    return np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])


def _town(seat: np.ndarray, people: float, grain: float, rng: np.random.Generator) -> Patch:
    """A few streets around a town's seat; bigger towns have more."""
    reach = 1.4 + min(people, 120_000.0) / 16_000 / grain
    half = int(np.ceil(reach * 1.6)) + 1
    i, j = np.meshgrid(np.arange(-half, half + 1), np.arange(-half, half + 1))
    grid = np.stack([i.ravel(), j.ravel()], axis=1)
    turn, stretch = rng.uniform(0, np.pi), rng.uniform(1.0, 1.6)
    grid = grid[np.hypot(grid[:, 0] / stretch, grid[:, 1]) <= reach]
    points = (grid * np.array([190.0, 165.0]) * grain) @ _turned(turn)
    points += rng.normal(0, 18.0, points.shape) * (np.abs(grid).sum(axis=1) > 0)[:, None]
    return Patch(points + seat, grid, False)
