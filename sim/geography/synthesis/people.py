"""Where the people of each town live: whole people in square cells."""

from __future__ import annotations

from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.spatial import cKDTree

from sim.geography.making.roads.tags import NOT_LIVED_IN
from sim.geography.synthesis.ground import BUILT_PEOPLE, Ground
from sim.geography.synthesis.links import RoadNet
from sim.geography.synthesis.noise import whole_shares

GRAIN_M: Final = 100.0  # spacing of the points that density is worked out on
MAJOR: Final = ("trunk", "primary", "secondary", "tertiary")
PARTS: Final = 6  # squares that a town has at least: small towns have smaller ones
SLIVER: Final = 0.3  # of a square; what a border leaves of one goes to the next


def cells(ground: Ground, net: RoadNet, cell_m: float) -> pd.DataFrame:
    """x, y, people and town (its row) of each cell that somebody lives in.

    Squares of `cell_m`, of half of it in what is built up of a city, smaller in small towns.
    """
    points, owner = _fine_points(ground)
    weight = _density(points, owner, ground, net)
    size = np.full(len(ground.towns.km2), cell_m)
    for _ in range(4):
        size[PARTS * size**2 > ground.towns.km2 * 1e6] /= 2
    own = np.where(ground.built(points, owner), np.minimum(size[owner], cell_m / 2), size[owner])
    cell = _squares(points, owner, own, GRAIN_M * ground.towns.grain)
    sums = np.bincount(cell, weight)
    middle = np.stack([np.bincount(cell, weight * points[:, k]) / sums for k in (0, 1)], axis=1)
    town = np.zeros(len(sums), int)
    town[cell] = owner
    people = np.zeros(len(sums), np.int64)
    for row, total in enumerate(ground.towns.people.tolist()):
        people[town == row] = whole_shares(sums[town == row], int(total))
    where = _settled(middle, points, cell)
    found = pd.DataFrame({"x": where[:, 0], "y": where[:, 1], "people": people, "town": town})
    return found[found["people"] > 0].reset_index(drop=True)


def _fine_points(ground: Ground) -> tuple[np.ndarray, np.ndarray]:
    """Fine points over the county and the town that each lies in; every town has some."""
    step = GRAIN_M * ground.towns.grain
    west, south, east, north = ground.county.bounds
    x, y = np.meshgrid(
        np.arange(west // 1000 * 1000 + step / 2, east, step),
        np.arange(south // 1000 * 1000 + step / 2, north, step),
    )
    points = np.stack([x.ravel(), y.ravel()], axis=1)
    owner = ground.owner(points)
    points, owner = points[owner >= 0], owner[owner >= 0]
    bare = np.setdiff1d(np.arange(len(ground.seats)), owner)
    return np.r_[points, ground.seats[bare]], np.r_[owner, bare]


def _density(points: np.ndarray, owner: np.ndarray, ground: Ground, net: RoadNet) -> np.ndarray:
    """How thickly people live, relative to others of the same town.

    It falls from the seat and from each village, follows roads, thins in the hills; in a city it
    falls from the middle, and the built-up part holds its share of the town's people.
    """
    major = _away(points, net.roads[net.roads["class"].isin(MAJOR)])
    near = _away(points, net.roads[~net.roads["class"].isin(NOT_LIVED_IN - {"trunk"})])
    settled = (
        0.05
        + 1.1 * _kernel(points, net.villages, 420.0)
        + 0.35 * _kernel(points, net.hamlets, 260.0)
        + 0.45 * np.exp(-major / 220.0)
        + 0.15 * np.exp(-near / 150.0)
        + 4.0 * _kernel(points, ground.seats, 700.0)
        + 1.3 * _kernel(points, ground.seats, 1700.0)
    )
    weight = settled * (1 - 0.93 * ground.hill(points)) * np.exp(-near / 700.0)
    out = ground.outness(points, owner)
    built = out < 1
    weight[built] = (0.15 + np.exp(-1.9 * out[built])) * (0.6 + 0.4 * np.exp(-major[built] / 200.0))
    for town in np.flatnonzero(ground.towns.urban):
        inner, outer = (owner == town) & built, (owner == town) & ~built
        if inner.any() and outer.any():
            ratio = BUILT_PEOPLE / (1 - BUILT_PEOPLE)
            weight[inner] *= ratio * weight[outer].sum() / weight[inner].sum()
    return np.maximum(weight, 1e-12)


def _kernel(points: np.ndarray, at: np.ndarray, reach: float) -> np.ndarray:
    """Nearness to any of some places, from 1 there to 0 far off."""
    if not len(at):
        return np.zeros(len(points))
    return np.asarray(np.exp(-((cKDTree(at).query(points)[0] / reach) ** 2)))


def _away(points: np.ndarray, roads: gpd.GeoDataFrame) -> np.ndarray:
    """[point] metres to some roads, measured to points along them."""
    if not len(roads):
        return np.full(len(points), 1e4)
    along = shapely.get_coordinates(shapely.segmentize(roads.geometry.to_numpy(), 80.0))
    return np.asarray(cKDTree(along).query(points)[0])


def _squares(points: np.ndarray, owner: np.ndarray, size: np.ndarray, grain_m: float) -> np.ndarray:
    """[point] the number of its square; slivers of squares go to the nearest one of the town."""
    column, row = np.floor(points / size[:, None]).astype(np.int64).T
    facts = np.stack([owner, size.astype(np.int64), column, row], axis=1)
    kinds, cell = np.unique(facts, axis=0, return_inverse=True)
    cell = cell.ravel()
    count = np.bincount(cell)
    middle = np.stack([np.bincount(cell, points[:, k]) / count for k in (0, 1)], axis=1)
    full = count * grain_m**2 >= SLIVER * kinds[:, 1] ** 2
    goal = np.arange(len(count))
    for town in np.unique(owner):
        mine = np.flatnonzero(kinds[:, 0] == town)
        good = mine[full[mine]]
        if len(good) and len(good) < len(mine):
            poor = mine[~full[mine]]
            goal[poor] = good[cKDTree(middle[good]).query(middle[poor])[1]]
        elif not len(good):
            goal[mine] = mine[np.argmax(count[mine])]
    return np.asarray(np.unique(goal[cell], return_inverse=True)[1].ravel())


def _settled(middle: np.ndarray, points: np.ndarray, cell: np.ndarray) -> np.ndarray:
    """Each cell's fine point nearest to its people's mean: never outside the cell's town."""
    gap = np.hypot(*(points - middle[cell]).T)
    order = np.lexsort((gap, cell))
    first = np.r_[True, np.diff(cell[order]) > 0]
    return np.asarray(points[order[first]])
