"""The made-up ground of a place: borders, relief, rivers and what is built up, from one seed."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

import numpy as np
import pyproj
import shapely
from scipy.spatial import cKDTree

from sim.geography.synthesis import borders, tiling
from sim.geography.synthesis.facts import IMPUTED, SOURCED, Place, Towns
from sim.geography.synthesis.noise import Noise, curve_through, shifted

BUILT_PER_KM2: Final = 2_200.0  # people per km² of a town's built-up part, at least
BUILT_PEOPLE: Final = 0.84  # of an urban town's people who live in it
NEARLY_ALL: Final = 0.9  # a town built up so far is built up throughout
OUT_OF_TOWN: Final = 9.0  # how far out a point is that belongs to no city
HILLY, FLAT = 90.0, 500.0  # people per km² of the country


@dataclass(frozen=True, eq=False)
class Ground:
    """All that roads and people need to know of the ground. Metres; rows are towns."""

    towns: Towns
    polygons: list[shapely.Polygon]
    seats: np.ndarray  # [town, 2]
    moved_m: np.ndarray  # [town] of the seat from its published point
    rivers: list[shapely.Geometry]  # [river] within the county
    relief: Noise
    sprawl: Noise
    lift: float  # how hilly the country is, about 0
    crs: pyproj.CRS
    limit: np.ndarray = field(default_factory=lambda: np.zeros(0))  # [town] of `spread`

    @cached_property
    def county(self) -> shapely.Geometry:
        """The whole of it."""
        whole = shapely.union_all(self.polygons)
        shapely.prepare(whole)
        return whole

    @cached_property
    def core(self) -> shapely.Geometry:
        """The urban towns together; may be empty."""
        urban = [p for p, u in zip(self.polygons, self.towns.urban, strict=True) if u]
        return shapely.union_all(urban)

    @cached_property
    def water(self) -> shapely.Geometry:
        """All rivers."""
        return shapely.union_all(self.rivers)

    @cached_property
    def built_km2(self) -> np.ndarray:
        """[town] how much of it is built up; of towns in the country, the streets at the seat."""
        towns = self.towns
        urban = BUILT_PEOPLE * towns.people / BUILT_PER_KM2
        rural = 0.12 * towns.people / BUILT_PER_KM2
        built = np.where(towns.urban, urban, rural)
        whole = towns.urban & (built > NEARLY_ALL * towns.km2)
        return np.asarray(np.where(whole, towns.km2, np.minimum(built, 0.7 * towns.km2)))

    def owner(self, xy: np.ndarray) -> np.ndarray:
        """[point] the town in whose polygon it lies, -1 outside."""
        found = np.full(len(xy), -1)
        order = np.argsort(xy[:, 0], kind="stable")
        x, y = xy[order].T
        for town, polygon in enumerate(self.polygons):
            shapely.prepare(polygon)
            west, south, east, north = polygon.bounds
            strip = slice(np.searchsorted(x, west), np.searchsorted(x, east, "right"))
            near = np.flatnonzero((y[strip] >= south) & (y[strip] <= north)) + strip.start
            inside = near[shapely.intersects_xy(polygon, x[near], y[near])]
            found[order[inside]] = town
        return found

    def to_border(self, xy: np.ndarray) -> np.ndarray:
        """[point] metres to the county's border, to within some."""
        return np.asarray(self._border.query(xy)[0])

    @cached_property
    def _border(self) -> cKDTree:
        return _points_along(self.county.boundary)

    @cached_property
    def _banks(self) -> cKDTree:
        return _points_along(self.water)

    def to_water(self, xy: np.ndarray) -> np.ndarray:
        """[point] metres to the nearest river; far where there is none."""
        if not self.rivers:
            return np.full(len(xy), 1e6)
        return np.asarray(self._banks.query(xy)[0])

    def hill(self, xy: np.ndarray) -> np.ndarray:
        """How hilly a point is, from 0 (valley floor) to 1: towns and rivers lie in valleys."""
        rise = self.lift + 1.3 * self.relief(xy)
        rise -= 1.6 * np.exp(-((cKDTree(self.seats).query(xy)[0] / 2200) ** 2))
        rise -= 1.8 * np.exp(-((self.to_water(xy) / 3500) ** 2))
        return np.asarray(1 / (1 + np.exp(-1.6 * rise)))

    def spread(self, xy: np.ndarray) -> np.ndarray:
        """How far out of town a point is, in its town's built radius; lobes along valleys."""
        urban = np.flatnonzero(self.towns.urban)
        found = np.full(len(xy), np.inf)
        for town in urban:
            radius = np.sqrt(self.built_km2[town] * 1e6 / np.pi)
            np.minimum(found, np.hypot(*(xy - self.seats[town]).T) / radius, out=found)
        return found * (1 + 0.16 * self.sprawl(xy)) if len(urban) else found

    def outness(self, xy: np.ndarray, owner: np.ndarray | None = None) -> np.ndarray:
        """0 in the middle of a city, 1 at the edge of what is built up, more beyond."""
        owner = self.owner(xy) if owner is None else owner
        limit = np.where(owner >= 0, self.limit[owner], 0.0)
        found = np.full(len(xy), OUT_OF_TOWN)
        town = limit > 0
        found[town] = self.spread(xy[town]) / limit[town]
        return found

    def built(self, xy: np.ndarray, owner: np.ndarray | None = None) -> np.ndarray:
        """[point] whether it lies in the built-up part of an urban town."""
        return self.outness(xy, owner) < 1


def _points_along(lines: shapely.Geometry) -> cKDTree:
    """Points every 25 m, to look distances up in."""
    return cKDTree(shapely.get_coordinates(shapely.segmentize(lines, 25.0)))


def metres(crs: pyproj.CRS, lonlat: np.ndarray) -> np.ndarray:
    """Longitude and latitude as metres of the map."""
    to_map = pyproj.Transformer.from_crs(4326, crs, always_xy=True)
    return np.stack(to_map.transform(*np.asarray(lonlat, float).T), axis=1)


def make(place: Place, crs: pyproj.CRS, seed: int) -> Ground:
    """Draw borders, rivers, relief and the extent of building."""
    towns = place.towns
    published = metres(crs, towns.lonlat)
    freedom = np.where(np.array(towns.point_src) == SOURCED, 0.6, 1.0)
    freedom[np.array(towns.point_src) == IMPUTED] = 3.0
    seats = tiling.TownSeats(published, towns.km2)
    centres = tiling.room_apart(seats, freedom)
    polygons = borders.draw((seed, 1), tiling.TownSeats(centres, towns.km2))
    guessed = np.array(towns.point_src) == IMPUTED
    wanted = np.where(guessed[:, None], centres, published)
    settled = np.round(borders.settled(polygons, wanted), 1)
    rng = np.random.default_rng([seed, 2])
    county = shapely.union_all(polygons)
    country = ~towns.urban if (~towns.urban).any() else np.ones(len(towns.km2), bool)
    density = towns.people[country].sum() / towns.km2[country].sum()
    lift = np.interp(np.log(max(density, 1.0)), np.log([HILLY, FLAT]), [0.5, -0.9])
    rivers = [_river(metres(crs, river.lonlat), county, rng) for river in place.rivers]
    ground = Ground(
        towns, polygons, settled, np.hypot(*(settled - published).T),
        [river for river in rivers if not river.is_empty],
        Noise(rng, 13e3, 5, 0.55), Noise(rng, 7e3, 3, 0.5), float(lift), crs,
        np.zeros(len(towns.km2)),
    )  # fmt: skip
    ground.limit[:] = _limits(ground)
    return ground


def _river(
    knots: np.ndarray, county: shapely.Geometry, rng: np.random.Generator
) -> shapely.Geometry:
    """A river through its points, bent, within the county."""
    line = curve_through(knots, 50.0)
    line = line + 300.0 * shifted(rng, line, 7e3, 3, 0.4)
    return shapely.intersection(shapely.LineString(line), county).simplify(5.0)


def _limits(ground: Ground) -> np.ndarray:
    """[town] the spread within which it is built up, so that the built-up area fits."""
    towns = ground.towns
    limit = np.zeros(len(towns.km2))
    for town in np.flatnonzero(towns.urban):
        west, south, east, north = ground.polygons[town].bounds
        step = max(40.0, float(np.sqrt(towns.km2[town] * 1e6 / 3000)))
        x, y = np.meshgrid(np.arange(west, east, step), np.arange(south, north, step))
        xy = np.stack([x.ravel(), y.ravel()], axis=1)
        xy = xy[shapely.contains_xy(ground.polygons[town], *xy.T)]
        share = ground.built_km2[town] / towns.km2[town]
        limit[town] = 1e3 if share >= 1 else np.quantile(ground.spread(xy), share)
    return limit
