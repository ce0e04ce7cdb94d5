"""Roads laid on the mesh, from the main ones down to lanes."""

from __future__ import annotations

from itertools import pairwise
from typing import Final

import numpy as np
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from sim.geography.synthesis.courses import Course, neighbours
from sim.geography.synthesis.facts import (
    PRIMARY,
    RESIDENTIAL,
    SECONDARY,
    TERTIARY,
    TRUNK,
    UNCLASSIFIED,
)
from sim.geography.synthesis.ground import Ground
from sim.geography.synthesis.mesh import ON_COURSE, Mesh

ARTERY: Final = 3  # each so many lines of a city's grid is a main street
HAMLET_M: Final = 620.0  # between hamlets, at least
LANES: Final = 0.6  # of the straight ways between neighbouring villages, built
LOOPS: Final = 0.3  # of the lanes between neighbouring hamlets that would close a loop, built
CLOSED: Final = 0.5  # of the blind ends that have another road near them, led on to it
FAR_M: Final = 800.0  # from any road, at most, where people may live


def lay_courses(
    mesh: Mesh, ground: Ground, courses: list[Course], paths: list[np.ndarray],
    others: list[tuple[int, int, int]],
) -> None:  # fmt: skip
    """Main roads along their courses, then those between towns that have none."""
    ranked = sorted(range(len(courses)), key=lambda k: (courses[k].rank, k))
    for k in ranked:
        course, path = courses[k], paths[k].tolist()
        for a, b in pairwise(path):
            if (min(a, b), max(a, b)) in mesh.index:
                mesh.lay([a, b], course.rank, course.name)
            else:
                mesh.connect(a, b, course.rank, course.name)
    used = mesh.edges[mesh.rank >= 0]
    reached = np.isin(mesh.seats, used)
    if not len(used):  # a single town: its streets alone
        return
    mesh.join(mesh.seats[~reached], PRIMARY)
    for a, b, rank in others:
        mesh.connect(int(mesh.seats[a]), int(mesh.seats[b]), rank)
    for a, b in neighbours(ground.seats, relative=True).tolist():
        if not _together(mesh, int(mesh.seats[a]), int(mesh.seats[b])):
            mesh.connect(int(mesh.seats[a]), int(mesh.seats[b]), SECONDARY)


def _parts(mesh: Mesh, edges: np.ndarray) -> np.ndarray:
    """[node] the number of the connected part of some edges that it belongs to."""
    i, j = mesh.edges[edges].T
    size = len(mesh.points)
    graph = csr_array((np.ones(i.size), (i, j)), shape=(size, size))
    return np.asarray(connected_components(graph, directed=False)[1])


def _together(mesh: Mesh, a: int, b: int) -> bool:
    part = _parts(mesh, np.flatnonzero(mesh.rank >= 0))
    return bool(part[a] == part[b])


def lay_streets(mesh: Mesh, ground: Ground, cities: np.ndarray, rng: np.random.Generator) -> None:
    """City grids: every third line an arterial; streets thin out. Town grids: nearly all streets.

    `cities`: [patch] whether it is a city's grid.
    """
    a, b = mesh.edges.T
    same = (mesh.patch[a] == mesh.patch[b]) & (mesh.patch[a] >= 0) & (mesh.hurdle == 0)
    chance = rng.random(len(a))
    across = mesh.grid[a] != mesh.grid[b]  # which of row and column changes along the edge
    line = np.where(across[:, 0], mesh.grid[a, 1], mesh.grid[a, 0])
    city = same & cities[np.maximum(mesh.patch[a], 0)] if len(cities) else same
    out = ground.outness(mesh.points[mesh.edges].mean(axis=1))
    artery = city & (line % ARTERY == 0)
    street = (city & ~artery & (chance > 0.2 + 0.3 * np.clip(out, 0, 1) ** 2)) | (
        same & ~city & (chance > 0.25)
    )
    for edges, rank in ((artery, SECONDARY), (street, RESIDENTIAL)):
        fresh = np.flatnonzero(edges & (mesh.rank < 0))
        mesh.rank[fresh] = rank
    _meet_main_roads(mesh, chance)


def _meet_main_roads(mesh: Mesh, chance: np.ndarray) -> None:
    """Streets that the gap beside a main road cuts short go on to it."""
    used = mesh.rank >= 0
    degree = np.bincount(mesh.edges[used].ravel(), minlength=len(mesh.points))
    on_course = (mesh.patch == ON_COURSE) & (degree > 0)
    ends = (mesh.patch >= 0) & (degree > 0) & (degree < 4)
    a, b = mesh.edges.T
    meets = (ends[a] & on_course[b]) | (ends[b] & on_course[a])
    ready = np.flatnonzero(meets & ~used & (mesh.hurdle == 0) & (chance > 0.12))
    grid_end = np.where(ends[a[ready]], a[ready], b[ready])
    order = np.lexsort((mesh.length[ready], grid_end))
    first = np.r_[True, np.diff(grid_end[order]) > 0] if len(order) else np.zeros(0, bool)
    for edge in ready[order][first].tolist():
        node = a[edge] if ends[a[edge]] else b[edge]
        mine = mesh.rank[(a == node) | (b == node)]
        mesh.rank[edge] = SECONDARY if (mine == SECONDARY).any() else RESIDENTIAL


def place_villages(mesh: Mesh, ground: Ground, rng: np.random.Generator) -> list[list[int]]:
    """[town] nodes of its villages and communities, as many as it has, spread on good ground."""
    good = (1 - ground.hill(mesh.points)) ** 2 + 0.05
    outlines = shapely.segmentize(shapely.union_all([p.exterior for p in ground.polygons]), 50.0)
    inner = cKDTree(shapely.get_coordinates(outlines)).query(mesh.points)[0] > 160.0
    found = []
    for town, count in enumerate(ground.towns.villages.tolist()):
        pool = np.flatnonzero((mesh.owner == town) & inner)
        if not len(pool):
            pool = np.flatnonzero(mesh.owner == town)
        # On a map that is drawn coarsely one stands for several.
        count = min(int(np.ceil(count / ground.towns.grain)), len(pool) // 2)
        found.append(_spread(pool, good[pool], count, mesh, int(mesh.seats[town]), rng))
    return found


def _spread(
    pool: np.ndarray, worth: np.ndarray, count: int, mesh: Mesh, seat: int,
    rng: np.random.Generator,
) -> list[int]:  # fmt: skip
    """Choose nodes that are good ground and keep their distance from each other."""
    if count <= 0:
        return []
    chosen, gap = [], np.hypot(*(mesh.points[pool] - mesh.points[seat]).T)
    chance = worth / worth.sum()
    for _ in range(count):
        tries = rng.choice(len(pool), 12, p=chance)
        best = int(tries[int(np.argmax(gap[tries]))])
        chosen.append(int(pool[best]))
        gap = np.minimum(gap, np.hypot(*(mesh.points[pool] - mesh.points[pool[best]]).T))
    return sorted(set(chosen), key=chosen.index)


def lay_local_roads(
    mesh: Mesh, ground: Ground, villages: list[list[int]], rng: np.random.Generator
) -> np.ndarray:
    """Tertiary roads to the villages, then lanes between villages and out to hamlets.

    The hamlets' nodes come back.
    """
    grain = ground.towns.grain
    for town, nodes in enumerate(villages):
        seat = int(mesh.seats[town])
        mine = np.union1d(np.flatnonzero(mesh.owner == town), [seat])
        away = np.hypot(*(mesh.points[nodes] - mesh.points[seat]).T) if nodes else np.zeros(0)
        # The nearest first, so that farther ones share their roads and branch off.
        mesh.connect_within(
            mine, seat, [nodes[k] for k in np.argsort(away, kind="stable")], TERTIARY
        )
    everyone = np.unique(np.concatenate([mesh.seats, *[np.array(v, int) for v in villages]]))
    pairs = neighbours(mesh.points[everyone], relative=True)
    for a, b in pairs[rng.random(len(pairs)) < LANES].tolist():
        mesh.connect(int(everyone[a]), int(everyone[b]), UNCLASSIFIED)
    valley = 1 - ground.hill(mesh.points)
    pool = np.flatnonzero((mesh.patch < 0) & (rng.random(len(valley)) < 0.05 + 0.3 * valley))
    pool = np.setdiff1d(pool, mesh.gates)
    hamlets = thinned(mesh.points, pool, HAMLET_M * grain)
    mesh.join(hamlets, UNCLASSIFIED)
    pairs = neighbours(mesh.points[hamlets], relative=True)
    for a, b in pairs[rng.random(len(pairs)) < LOOPS].tolist():
        mesh.connect(int(hamlets[a]), int(hamlets[b]), UNCLASSIFIED)
    return hamlets


def thinned(points: np.ndarray, pool: np.ndarray, gap: float) -> np.ndarray:
    """The nodes of a pool that are kept so that they lie at least `gap` apart."""
    if not len(pool):
        return pool
    dropped = np.zeros(len(pool), bool)
    near = cKDTree(points[pool]).query_ball_point(points[pool], gap)
    for k in range(len(pool)):
        if not dropped[k]:
            dropped[near[k]] = True
            dropped[k] = False
    return np.asarray(pool[~dropped])


def reach_all(mesh: Mesh, far_m: float) -> None:
    """Lay lanes until no spot where people may live is far from a road."""
    for _ in range(3):
        used = np.unique(mesh.edges[mesh.rank >= 0])
        gap = cKDTree(mesh.points[used]).query(mesh.points)[0]
        lonely = np.flatnonzero(gap > far_m)
        if not lonely.size:
            return
        mesh.join(thinned(mesh.points, lonely, 1.1 * far_m), UNCLASSIFIED)


def close_ends(mesh: Mesh, rng: np.random.Generator) -> None:
    """Lead some lanes and streets that end blind on to a road that passes near their end."""
    used = mesh.rank >= 0
    degree = np.bincount(mesh.edges[used].ravel(), minlength=len(mesh.points))
    a, b = mesh.edges.T
    free = np.flatnonzero(~used & (mesh.hurdle == 0) & (degree[a] > 0) & (degree[b] > 0))
    blind = free[(degree[a[free]] == 1) | (degree[b[free]] == 1)]
    end = np.where(degree[a[blind]] == 1, a[blind], b[blind])
    order = np.lexsort((mesh.length[blind], end))
    first = np.r_[True, np.diff(end[order]) > 0] if len(order) else np.zeros(0, bool)
    ready = blind[order][first]
    mesh.rank[ready[rng.random(len(ready)) < CLOSED]] = UNCLASSIFIED


def trim_arteries(mesh: Mesh) -> None:
    """Make streets of arterials that end blind or hang together with no other main road."""
    fixed = np.isin(np.arange(len(mesh.points)), np.r_[mesh.exits, mesh.seats, mesh.gates])
    for _ in range(4):
        main = np.flatnonzero((mesh.rank >= 0) & (mesh.rank <= SECONDARY))
        if not main.size:
            return
        part = _parts(mesh, main)
        i, j = mesh.edges[main].T
        whole = np.bincount(part[i]).argmax()
        degree = np.bincount(np.r_[i, j], minlength=len(mesh.points))
        blind = ((degree == 1) & ~fixed)[mesh.edges[main]].any(axis=1)
        drop = main[((part[i] != whole) | blind) & (mesh.rank[main] == SECONDARY)]
        mesh.rank[drop] = RESIDENTIAL


def trim_spurs(mesh: Mesh) -> None:
    """Where a trunk road ends blind, as in a town that it was led into, that piece is primary."""
    keep = np.r_[mesh.gates, mesh.seats].astype(int)
    while True:
        trunk = np.flatnonzero(mesh.rank == TRUNK)
        degree = np.bincount(mesh.edges[trunk].ravel(), minlength=len(mesh.points))
        degree[keep] = 2
        blind = trunk[(degree[mesh.edges[trunk]] == 1).any(axis=1)]
        if not blind.size:
            return
        mesh.rank[blind] = PRIMARY
        for edge in blind.tolist():
            mesh.name.pop(edge, None)


def drop_islands(mesh: Mesh) -> None:
    """Take out pieces that hang together with nothing."""
    part = _parts(mesh, np.flatnonzero(mesh.rank >= 0))
    used = np.unique(mesh.edges[mesh.rank >= 0])
    main = np.bincount(part[used]).argmax()
    mesh.rank[(mesh.rank >= 0) & (part[mesh.edges[:, 0]] != main)] = -1
