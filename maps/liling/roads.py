"""The road network: routes laid on the mesh and merged into links."""

from itertools import pairwise

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from drawing import shape, untangle, wind
from facts import CRS, TOWNS, TRUNKS
from ground import Ground, metres
from mesh import (
    PRIMARY,
    RANKS,
    RESIDENTIAL,
    SECONDARY,
    TERTIARY,
    TRUNK,
    UNCLASSIFIED,
    Mesh,
    make_mesh,
)
from motorways import Link, crossing_ramps, make_motorways, place_interchanges, ramps
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import Delaunay, cKDTree


def neighbours(points: np.ndarray, relative: bool) -> np.ndarray:
    """Pairs of the relative-neighbourhood graph, or of the fuller Gabriel graph."""
    sides = Delaunay(points).simplices[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2)
    pairs = np.unique(np.sort(sides, axis=1), axis=0)
    size = np.hypot(*(points[pairs[:, 0]] - points[pairs[:, 1]]).T)
    if not relative:
        nearest = cKDTree(points).query(points[pairs].mean(axis=1))[0]
        return pairs[nearest >= size / 2 - 1e-6]
    away = np.hypot(*(points[:, None] - points[None]).transpose(2, 0, 1))
    closest = np.maximum(away[pairs[:, 0]], away[pairs[:, 1]])
    closest[np.arange(len(pairs))[:, None], pairs] = np.inf
    return pairs[closest.min(axis=1) >= size]


def lay_main_roads(mesh: Mesh, ground: Ground) -> None:
    """Trunk roads through their towns, then roads between neighbouring seats."""
    node = {t.zh: int(s) for t, s in zip(TOWNS, mesh.seats, strict=True)}
    node["city"] = int(cKDTree(mesh.points).query(ground.city)[1])
    for name, stops in TRUNKS.items():
        gates = iter(mesh.gates[name])
        chain = [next(gates) if isinstance(s, tuple) else node[s] for s in stops]
        for a, b in pairwise(chain):
            mesh.connect(a, [b], TRUNK, name)
    close = {tuple(p) for p in neighbours(ground.seats, True).tolist()}
    pairs = neighbours(ground.seats, False).tolist()
    for a, b in sorted(pairs, key=lambda p: (tuple(p) not in close, p)):
        rank = PRIMARY if (a, b) in close else SECONDARY
        mesh.connect(int(mesh.seats[a]), [int(mesh.seats[b])], rank)


def lay_streets(mesh: Mesh, ground: Ground, rng: np.random.Generator) -> None:
    """City grid: every third line an arterial; streets thin out. Town grids: nearly all streets."""
    a, b = mesh.edges.T
    same = (mesh.patch[a] == mesh.patch[b]) & (mesh.patch[a] >= 0)
    chance = rng.random(len(a))
    across = mesh.grid[a] != mesh.grid[b]  # which of row and column changes along the edge
    line = np.where(across[:, 0], mesh.grid[a, 1], mesh.grid[a, 0])
    city = same & (mesh.patch[a] == 0)
    out = ground.spread(mesh.points[mesh.edges].mean(axis=1)) / ground.built_limit
    artery = city & (line % 3 == 0)
    street = (city & ~artery & (chance > 0.06 + 0.42 * np.clip(out, 0, 1) ** 2)) | (
        same & ~city & (chance > 0.18)
    )
    for edge in np.flatnonzero(artery):
        mesh.lay(mesh.edges[edge].tolist(), SECONDARY)
    for edge in np.flatnonzero(street):
        mesh.lay(mesh.edges[edge].tolist(), RESIDENTIAL)


def spread_nodes(
    pool: np.ndarray,
    worth: np.ndarray,
    count: int,
    points: np.ndarray,
    taken: list[int],
    rng: np.random.Generator,
) -> list[int]:
    """Choose nodes that are good ground and keep their distance from each other."""
    chosen: list[int] = []
    for _ in range(count):
        tries = rng.choice(pool, 12, p=worth / worth.sum())
        others = points[taken + chosen]
        gap = [np.hypot(*(others - points[t]).T).min() for t in tries]
        chosen.append(int(tries[int(np.argmax(gap))]))
    return chosen


def place_villages(mesh: Mesh, ground: Ground, rng: np.random.Generator) -> dict[int, list[int]]:
    """Nodes of the villages and communities, as many in each township as it has."""
    good = (1 - ground.hill(mesh.points)) ** 2 + 0.05
    found = {}
    for k, (town, polygon) in enumerate(zip(TOWNS, ground.polygons, strict=True)):
        pool = np.flatnonzero(shapely.contains_xy(polygon.buffer(-250.0), *mesh.points.T))
        found[k] = spread_nodes(
            pool, good[pool], town.villages, mesh.points, [int(mesh.seats[k])], rng
        )
    return found


def lay_local_roads(
    mesh: Mesh, ground: Ground, villages: dict[int, list[int]], rng: np.random.Generator
) -> np.ndarray:
    """Tertiary roads to the villages, then lanes between villages and out to hamlets."""
    for k, nodes in villages.items():
        seat = int(mesh.seats[k])
        # The nearest first, one by one, so that farther ones share their roads and branch off.
        for node in sorted(nodes, key=lambda n: np.hypot(*(mesh.points[n] - mesh.points[seat]))):
            mesh.connect(seat, [node], TERTIARY)
    everyone = np.unique(np.concatenate([mesh.seats, *villages.values()]))
    for a, b in neighbours(mesh.points[everyone], True).tolist():
        mesh.connect(int(everyone[a]), [int(everyone[b])], UNCLASSIFIED)
    valley = 1 - ground.hill(mesh.points)
    pool = np.flatnonzero((mesh.patch < 0) & (rng.random(len(valley)) < 0.05 + 0.3 * valley))
    pool = np.setdiff1d(pool, [g for gates in mesh.gates.values() for g in gates])
    hamlets = thin(mesh.points, pool, 620.0)
    mesh.join(hamlets, UNCLASSIFIED)
    pairs = neighbours(mesh.points[hamlets], True)
    for a, b in pairs[rng.random(len(pairs)) < 0.12].tolist():
        mesh.connect(int(hamlets[a]), [int(hamlets[b])], UNCLASSIFIED)
    return hamlets


def thin(points: np.ndarray, pool: np.ndarray, gap: float) -> np.ndarray:
    """Of the pool keep nodes that lie at least ``gap`` apart."""
    dropped: set[int] = set()
    keep = []
    near = cKDTree(points[pool]).query_ball_point(points[pool], gap)
    for k in range(len(pool)):
        if k not in dropped:
            keep.append(pool[k])
            dropped.update(near[k])
    return np.array(keep)


def chains(mesh: Mesh, keep: set[int]) -> list[tuple[list[int], int, str]]:
    """Merge used edges into links that run from junction to junction."""
    touch: dict[int, list[int]] = {}
    for edge in np.flatnonzero(mesh.rank >= 0).tolist():
        for node in mesh.edges[edge].tolist():
            touch.setdefault(node, []).append(edge)
    kind = {
        e: (int(mesh.rank[e]), mesh.name.get(e, ""))
        for e in np.flatnonzero(mesh.rank >= 0).tolist()
    }
    ends = {n for n, es in touch.items() if len(es) != 2 or n in keep or kind[es[0]] != kind[es[1]]}
    done: set[int] = set()
    found = []
    for start in sorted(ends):
        for first in touch[start]:
            if first in done:
                continue
            path, edge = [start], first
            while True:
                done.add(edge)
                a, b = mesh.edges[edge].tolist()
                path.append(b if path[-1] == a else a)
                if path[-1] in ends:
                    break
                edge = next(e for e in touch[path[-1]] if e != edge)
            found.append((path, *kind[first]))
    return found


def cut_repeats(found: list[tuple[list[int], int, str]]) -> list[tuple[list[int], int, str]]:
    """Cut links that share both ends with another one (or are rings) at a vertex of their own."""
    seen: set[tuple[int, int]] = set()
    out = []
    for path, rank, name in sorted(found, key=lambda f: len(f[0])):
        ends = (min(path[0], path[-1]), max(path[0], path[-1]))
        if ends[0] == ends[1] and len(path) > 3:
            third = len(path) // 3
            cuts = [path[: third + 1], path[third : 2 * third + 1], path[2 * third :]]
        elif ends in seen and len(path) > 2:
            cuts = [path[: len(path) // 2 + 1], path[len(path) // 2 :]]
        else:
            cuts = [path]
        seen.add(ends)
        out += [(c, rank, name) for c in cuts]
    return out


def seat_on_street(mesh: Mesh, ground: Ground) -> None:
    """Put the city's subdistrict seats on the crossing nearest to them, where a main road comes."""
    for k, town in enumerate(TOWNS):
        if town.kind == "subdistrict":
            street = mesh.points[mesh.seats[k]]
            published = metres([(town.lon, town.lat)])[0]
            ground.moved[k] = np.hypot(*(street - published))
            ground.seats[k] = street


def make_roads(ground: Ground, rng: np.random.Generator) -> tuple[gpd.GeoDataFrame, Mesh, dict]:
    """Lay everything; give the links, the mesh and the villages' nodes."""
    motorways = make_motorways(ground, rng)
    exits = place_interchanges(motorways, ground)
    mesh = make_mesh(ground, [m.line for m in motorways], np.array([e[1] for e in exits]), rng)
    seat_on_street(mesh, ground)
    lay_main_roads(mesh, ground)
    mesh.join(np.array(mesh.exits), SECONDARY)
    lay_streets(mesh, ground, rng)
    villages = place_villages(mesh, ground, rng)
    hamlets = lay_local_roads(mesh, ground, villages, rng)
    villages["hamlets"] = hamlets.tolist()
    reach_all(mesh)
    trim_arteries(mesh)
    trim_spurs(mesh)
    relax(mesh, ground)
    links: list[Link] = []
    turn = {"G60": iter(motorways[0].ties[1:]), "S11": iter(motorways[1].ties[1:])}
    for (name, _), node in zip(exits, mesh.exits, strict=True):
        motorway = motorways[0] if name == "G60" else motorways[1]
        links += ramps(motorway, next(turn[name]), mesh.points[node])
    links += crossing_ramps(*motorways)
    links += [link for m in motorways for side in (1, -1) for link in m.carriageway(side)]
    return table(local_links(mesh, ground, rng), links), mesh, villages


def reach_all(mesh: Mesh) -> None:
    """Lay lanes until no spot where people may live is far from a road."""
    for _ in range(3):
        used = np.unique(mesh.edges[mesh.rank >= 0])
        far = cKDTree(mesh.points[used]).query(mesh.points)[0]
        lonely = np.flatnonzero(far > 800)
        if lonely.size == 0:
            return
        mesh.join(thin(mesh.points, lonely, 900.0), UNCLASSIFIED)


def trim_arteries(mesh: Mesh) -> None:
    """Make streets of arterials that end blind or hang together with no other main road."""
    for _ in range(4):
        main = np.flatnonzero((mesh.rank >= 0) & (mesh.rank <= SECONDARY))
        i, j = mesh.edges[main].T
        n = len(mesh.points)
        part = connected_components(csr_array((np.ones(i.size), (i, j)), shape=(n, n)), False)[1]
        whole = np.bincount(part[i]).argmax()
        degree = np.bincount(np.r_[i, j], minlength=n)
        fixed = np.isin(np.arange(n), np.r_[mesh.exits, mesh.seats])
        blind = ((degree == 1) & ~fixed)[mesh.edges[main]].any(axis=1)
        drop = main[((part[i] != whole) | blind) & (mesh.rank[main] == SECONDARY)]
        mesh.rank[drop] = RESIDENTIAL


def trim_spurs(mesh: Mesh) -> None:
    """Where a trunk road runs into a town and back out the same way, make that piece primary."""
    gates = np.array([g for gates in mesh.gates.values() for g in gates])
    while True:
        trunk = np.flatnonzero(mesh.rank == TRUNK)
        degree = np.bincount(mesh.edges[trunk].ravel(), minlength=len(mesh.points))
        degree[gates] = 2
        blind = trunk[(degree[mesh.edges[trunk]] == 1).any(axis=1)]
        if blind.size == 0:
            return
        mesh.rank[blind] = PRIMARY
        for edge in blind.tolist():
            mesh.name.pop(edge, None)


def relax(mesh: Mesh, ground: Ground) -> None:
    """Straighten the roads' zigzag at junctions too: pull nodes towards their main road's line.

    A move that would make two roads cross is taken back, so the network stays planar.
    """
    used = np.flatnonzero(mesh.rank >= 0)
    edges, rank = mesh.edges[used], mesh.rank[used]
    n = len(mesh.points)
    best = np.full(n, 9)
    for side in (0, 1):
        np.minimum.at(best, edges[:, side], rank)
    fixed = np.r_[mesh.exits, mesh.seats, *mesh.gates.values()].astype(int)
    rim = shapely.distance(shapely.points(mesh.points), ground.county.exterior) < 250.0
    for _ in range(3):
        total, count = np.zeros((n, 2)), np.zeros(n)
        for a, b in ((0, 1), (1, 0)):
            lead = rank == best[edges[:, a]]
            np.add.at(total, edges[lead, a], mesh.points[edges[lead, b]])
            np.add.at(count, edges[lead, a], 1)
        move = np.zeros((n, 2))
        free = count == 2  # ends and junctions of equals stay
        free[fixed] = False
        free &= ~rim  # a road along the border stays on its side
        move[free] = 0.5 * (total[free] / 2 - mesh.points[free])
        old = mesh.points.copy()
        for _ in range(12):
            lines = shapely.linestrings((old + move)[edges])
            i, j = shapely.STRtree(lines).query(lines, predicate="crosses")
            if i.size == 0:
                break
            move[np.unique(edges[np.r_[i, j]])] = 0.0
        else:
            return
        mesh.points[:] = np.round(old + move, 1)


def local_links(mesh: Mesh, ground: Ground, rng: np.random.Generator) -> list[Link]:
    """The mesh's roads as drawn links, without pieces that hang together with nothing."""
    i, j = mesh.edges[mesh.rank >= 0].T
    n = len(mesh.points)
    part = connected_components(csr_array((np.ones(i.size), (i, j)), shape=(n, n)), False)[1]
    main = np.bincount(part[np.unique(i)]).argmax()
    mesh.rank[(mesh.rank >= 0) & (part[mesh.edges[:, 0]] != main)] = -1
    keep = set(mesh.exits) | {g for gates in mesh.gates.values() for g in gates}
    found = cut_repeats(chains(mesh, keep))
    plain = [mesh.points[path] for path, _, _ in found]
    drawn = [shape(mesh.points[path], rank, rng) for path, rank, _ in found]
    inside = shapely.contains(ground.county, [shapely.LineString(d) for d in drawn])
    drawn = [d if ok else p for d, p, ok in zip(drawn, plain, inside, strict=True)]
    untangle(drawn, plain)
    fixed = mesh.points[np.r_[mesh.exits, mesh.seats, *mesh.gates.values()].astype(int)]
    drawn = wind(drawn, fixed, ground, rng)
    slim = [shapely.get_coordinates(shapely.LineString(d).simplify(1.5)) for d in drawn]
    untangle(slim, drawn)
    drawn = slim
    return [(d, RANKS[rank], name) for d, (_, rank, name) in zip(drawn, found, strict=True)]


def table(local: list[Link], motorway: list[Link]) -> gpd.GeoDataFrame:
    """Number the nodes and make the roads layer."""
    node: dict[tuple[float, float], int] = {}
    rows = []
    for links, oneway in ((local, 0), (motorway, 1)):
        for points, kind, name in links:
            u, v = (
                node.setdefault((float(p[0]), float(p[1])), len(node))
                for p in (points[0], points[-1])
            )
            rows.append((u, v, kind, oneway, name, shapely.LineString(points)))
    frame = pd.DataFrame(rows, columns=["u", "v", "class", "oneway", "name", "geometry"])
    frame["speed_kmh"] = np.nan
    roads = gpd.GeoDataFrame(frame, geometry="geometry", crs=CRS)
    roads["length_m"] = roads.length.round(1)
    # That the named roads exist is known; every line on this map is made up.
    roads["provenance"] = "assumed"
    return roads[
        ["u", "v", "class", "oneway", "speed_kmh", "name", "length_m", "provenance", "geometry"]
    ]
