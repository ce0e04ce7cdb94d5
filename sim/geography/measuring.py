"""What a map's roads are like, in numbers by which a made-up map is held against a real one."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import geopandas as gpd
import numpy as np
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from sim.errors import MapError
from sim.geography.bundle import Map
from sim.geography.making.roads.tags import USUAL_KMH
from sim.geography.roads.graph import both_ways
from sim.geography.roads.network import NO_ACCESS
from sim.text import Message, Name

BANDS_KM: Final = (0.5, 1, 2, 5, 10, 20, 50)  # of straight distance
USUAL: Final = (1.3, 1.6)
FROM, TO = 240, 320  # places from which, and to which from each, ways are measured
SEED: Final = 20261126  # of the places: the same for every map
OTHER_KMH: Final = 30.0  # on a road of a class that nobody knows
FEW: Final = 60  # pairs in a band, of which nothing is said
CLASSES: Final = ("motorway", "trunk", "primary", "secondary", "tertiary", "residential",
                  "unclassified", "other")  # fmt: skip


@dataclass(frozen=True)
class Detour:
    """Way over straight distance between places of people that lie so far apart."""

    from_km: float
    to_km: float
    pairs: int
    low: float  # 10th percentile
    median: float
    high: float  # 90th percentile
    kmh: float  # straight distance over the time of the fastest way, the median


@dataclass(frozen=True)
class RoadMeasures:
    """A map's roads in numbers. Kilometres are of ground: two directions of a street count once."""

    name: Name
    path: str  # of its file
    synthetic: bool
    km2: float
    people: float
    junctions: int  # nodes where other than two streets meet, ends among them
    dead_ends: float  # share of them
    three: float
    four: float  # or more
    km: dict[str, float]  # by class, ramps with their roads
    link_m: float  # between junctions, the mean
    curl: float  # length of a link over the straight line between its ends, the mean
    detours: tuple[Detour, ...]
    usual: float  # share of pairs whose detour is within USUAL


def measure(the_map: Map) -> RoadMeasures:
    """The measures of a map's roads. MapError if it has none."""
    roads = the_map.layers["roads"]
    if not len(roads):
        raise MapError(the_map.path, Message("it has no roads that could be measured"))
    ids, ends = np.unique(
        np.concatenate([roads["u"].to_numpy(int), roads["v"].to_numpy(int)]), return_inverse=True
    )
    u, v = ends[: len(roads)], ends[len(roads) :]
    length = roads["length_m"].to_numpy(float)
    streets = _once(u, v, length)
    degree = np.bincount(
        np.unique(np.sort(np.stack([u, v], axis=1), axis=1), axis=0).ravel(), minlength=len(ids)
    )
    junction = degree != 2
    count = max(int(junction.sum()), 1)
    kinds = _kinds(roads["class"].to_numpy(str))
    km = {kind: float(length[streets][kinds[streets] == kind].sum() / 1000) for kind in CLASSES}
    xy = _node_points(roads, u, v, len(ids))
    oneway = roads["oneway"].to_numpy(bool)
    ground = length[streets].sum()
    detours, usual = _detours(the_map, u, v, oneway, length, xy)
    straight = np.hypot(*(xy[u] - xy[v]).T)
    real = straight > 1
    return RoadMeasures(
        the_map.name, str(the_map.path), the_map.synthetic, the_map.outline.area / 1e6,
        float(the_map.cells.people.sum()), count, float((degree == 1).sum() / count),
        float((degree == 3).sum() / count), float((degree > 3).sum() / count), km,
        float(2 * ground / max(degree[junction].sum(), 1)),
        float(length[real].sum() / straight[real].sum()), detours, usual,
    )  # fmt: skip


def _once(u: np.ndarray, v: np.ndarray, length: np.ndarray) -> np.ndarray:
    """The links, of two directions of one street the first alone."""
    ends = np.sort(np.stack([u, v], axis=1), axis=1)
    facts = np.column_stack([ends, length.round().astype(int)])
    return np.asarray(np.unique(facts, axis=0, return_index=True)[1])


def _kinds(classes: np.ndarray) -> np.ndarray:
    """[link] its class among CLASSES; a ramp counts with its road."""
    bare = np.char.replace(classes, "_link", "")
    return np.where(np.isin(bare, CLASSES), bare, "other")


def _node_points(roads: gpd.GeoDataFrame, u: np.ndarray, v: np.ndarray, size: int) -> np.ndarray:
    lines = roads.geometry.to_numpy()
    xy = np.zeros((size, 2))
    for ends, at in ((u, 0), (v, -1)):
        xy[ends] = shapely.get_coordinates(shapely.get_point(lines, at))
    return xy


def _graph(
    edges: tuple[np.ndarray, np.ndarray, np.ndarray], cost: np.ndarray, size: int
) -> csr_array:
    """What each edge costs, of parallel ones the cheapest."""
    tail, head, link = edges
    order = np.lexsort((cost[link], head, tail))
    tail, head, price = tail[order], head[order], cost[link][order]
    first = np.r_[True, (np.diff(tail) != 0) | (np.diff(head) != 0)]
    return csr_array((price[first], (tail[first], head[first])), shape=(size, size))


def _detours(
    the_map: Map, u: np.ndarray, v: np.ndarray, oneway: np.ndarray, length: np.ndarray,
    xy: np.ndarray,
) -> tuple[tuple[Detour, ...], float]:  # fmt: skip
    """Ways between places drawn by where people live, by how far apart they are."""
    roads = the_map.layers["roads"]
    usual_kmh = np.array([USUAL_KMH.get(kind, OTHER_KMH) for kind in roads["class"]])
    said = roads["speed_kmh"].to_numpy(float)
    hours = length / 1000 / np.where(np.isnan(said), usual_kmh, said)
    edges = both_ways(u, v, oneway)
    by_length, by_time = (_graph(edges, cost, len(xy)) for cost in (length, hours))
    closed = roads["class"].isin(NO_ACCESS).to_numpy()
    local = np.unique(np.r_[u[~closed], v[~closed]])
    cells = the_map.cells
    near = local[cKDTree(xy[local]).query(cells.xy)[1]]
    rng = np.random.default_rng(SEED)
    chance = cells.people / cells.people.sum()
    start = near[rng.choice(len(chance), FROM, p=chance)]
    goal = near[rng.choice(len(chance), (FROM, TO), p=chance)]
    way, time = (
        np.take_along_axis(dijkstra(graph, indices=start), goal, axis=1).ravel()
        for graph in (by_length, by_time)
    )
    straight = np.hypot(*(xy[goal] - xy[start][:, None]).transpose(2, 0, 1)).ravel()
    known = np.isfinite(way) & (straight > 1000 * BANDS_KM[0])
    ratio, straight, time = way[known] / straight[known], straight[known], time[known]
    found = []
    for low, high in pairwise(BANDS_KM):
        mine = (straight >= 1000 * low) & (straight < 1000 * high)
        if mine.sum() >= FEW:
            least, median, most = np.percentile(ratio[mine], [10, 50, 90]).tolist()
            kmh = float(np.median(straight[mine] / 1000 / time[mine]))
            found.append(Detour(low, high, int(mine.sum()), least, median, most, kmh))
    within = (ratio >= USUAL[0]) & (ratio <= USUAL[1])
    return tuple(found), float(within.mean()) if len(ratio) else float("nan")
