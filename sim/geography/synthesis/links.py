"""The roads of a made-up map as links: laid on the mesh, merged, drawn, and numbered."""

from __future__ import annotations

from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely

from sim.geography.roads.graph import both_ways, largest_part
from sim.geography.synthesis import courses, drawing, grids, laying, motorways
from sim.geography.synthesis import mesh as meshes
from sim.geography.synthesis.facts import ASSUMED, MOTORWAY, PRIMARY, RANKS, Place
from sim.geography.synthesis.ground import Ground
from sim.geography.synthesis.mesh import COURSE_M, Mesh
from sim.geography.synthesis.motorways import Link


class RoadNet(NamedTuple):
    """The roads, and where people settled along them."""

    roads: gpd.GeoDataFrame
    villages: np.ndarray  # [village, 2] metres
    hamlets: np.ndarray  # [hamlet, 2]
    interchanges: int


Chain = tuple[list[int], int, str]  # nodes of the mesh, rank, name


def make(place: Place, ground: Ground, seed: int) -> RoadNet:
    """Lay all roads of a place on its ground."""
    rng = np.random.default_rng([seed, 3])
    grain = ground.towns.grain
    fast = motorways.make(place, ground, rng)
    crossed = motorways.crossings(fast)
    spots = motorways.interchanges(fast, ground)
    fast = [m for m in fast if m.ties]  # without a ramp nobody could come upon it
    slow = [r for r in place.routes if r.road_class != MOTORWAY]
    step = COURSE_M * grain
    laid = [course for route in slow for course in courses.of_route(route, ground, rng, step)]
    between, others = courses.between_towns(ground, slow, rng, step)
    laid += between
    points, rows = meshes.merged(laid, step)
    patches = grids.all_grids(ground, rng)
    exits = np.array([spot.square for spot in spots]).reshape(-1, 2)
    mesh = meshes.make(ground, points, patches, [m.line for m in fast], exits, rng)
    at = mesh.node_at(points) if len(points) else np.zeros(0, int)
    paths = [at[row] for row in rows]
    rim = ground.to_border(mesh.points) < 30.0
    mesh.gates = sorted({int(end) for path in paths for end in (path[0], path[-1]) if rim[end]})
    villages, hamlets = _lay(mesh, ground, _Main(laid, paths, others), patches, rng)
    local = _local_links(mesh, ground, rng)
    links = [link for spot, node in zip(spots, mesh.exits, strict=True)
             for link in motorways.ramps(spot, mesh.points[node])]  # fmt: skip
    links += [link for spot in crossed for link in motorways.crossing_ramps(spot)]
    links += [link for m in fast for side in (1, -1) for link in m.carriageway(side)]
    every = np.array(sorted({node for nodes in villages for node in nodes}), int)
    return RoadNet(
        _table([*local, *links], ground.crs), mesh.points[every], mesh.points[hamlets], len(spots)
    )


class _Main(NamedTuple):
    """Main roads: courses, the nodes that each follows, and pairs of towns without a course."""

    courses: list[courses.Course]
    paths: list[np.ndarray]
    others: list[tuple[int, int, int]]


def _lay(
    mesh: Mesh, ground: Ground, main: _Main, patches: list[grids.Patch], rng: np.random.Generator
) -> tuple[list[list[int]], np.ndarray]:
    """Everything, from main roads to lanes; the nodes of villages by town, and of hamlets."""
    laying.lay_courses(mesh, ground, main.courses, main.paths, main.others)
    laying.lay_streets(mesh, ground, np.array([p.city for p in patches], bool), rng)
    if not (mesh.rank >= 0).any():  # one town without a street
        at_seat = np.flatnonzero((mesh.edges == mesh.seats[0]).any(axis=1))
        mesh.rank[at_seat[:1]] = PRIMARY
    ends = np.r_[mesh.exits, mesh.seats].astype(int)
    mesh.join(ends[~np.isin(ends, mesh.edges[mesh.rank >= 0])], PRIMARY)
    villages = laying.place_villages(mesh, ground, rng)
    hamlets = laying.lay_local_roads(mesh, ground, villages, rng)
    laying.reach_all(mesh, laying.FAR_M * ground.towns.grain**0.5)
    laying.close_ends(mesh, rng)
    laying.trim_arteries(mesh)
    laying.trim_spurs(mesh)
    laying.drop_islands(mesh)
    drawing.relax(mesh, ground)
    return villages, hamlets


def _chains(mesh: Mesh, keep: set[int]) -> list[Chain]:
    """Merge used edges into links that run from junction to junction."""
    used = np.flatnonzero(mesh.rank >= 0).tolist()
    ends_of = mesh.edges.tolist()
    touch: dict[int, list[int]] = {}
    for edge in used:
        for node in ends_of[edge]:
            touch.setdefault(node, []).append(edge)
    kind = {e: (int(mesh.rank[e]), mesh.name.get(e, "")) for e in used}
    ends = {n for n, es in touch.items() if len(es) != 2 or n in keep or kind[es[0]] != kind[es[1]]}
    done: set[int] = set()
    found = []
    # A ring that meets no other road has no end: it begins anywhere.
    for start in [*sorted(ends), *sorted(touch)]:
        for first in touch[start]:
            if first in done:
                continue
            path, edge = [start], first
            while True:
                done.add(edge)
                a, b = ends_of[edge]
                path.append(b if path[-1] == a else a)
                if path[-1] in ends or path[-1] == start:
                    break
                edge = next(e for e in touch[path[-1]] if e != edge)
            found.append((path, *kind[first]))
    return found


def _cut_repeats(found: list[Chain]) -> list[Chain]:
    """Cut links that share both ends with another one (or are rings) at a vertex of their own."""
    seen: set[tuple[int, int]] = set()
    out = []
    for path, rank, name in sorted(found, key=lambda f: (len(f[0]), f[0])):
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


def _local_links(mesh: Mesh, ground: Ground, rng: np.random.Generator) -> list[Link]:
    """The mesh's roads as drawn links."""
    found = _cut_repeats(_chains(mesh, {*mesh.exits, *mesh.gates}))
    ranks = [rank for _, rank, _ in found]
    lines = drawing.drawn([mesh.points[path] for path, _, _ in found], ranks, mesh, ground, rng)
    return [
        Link(line, RANKS[rank], name, False)
        for line, (_, rank, name) in zip(lines, found, strict=True)
    ]


def _table(links: list[Link], crs: pyproj.CRS) -> gpd.GeoDataFrame:
    """The roads layer: nodes numbered, without what cannot be driven both ways."""
    node: dict[tuple[float, float], int] = {}
    rows = [
        (
            node.setdefault((float(link.points[0][0]), float(link.points[0][1])), len(node)),
            node.setdefault((float(link.points[-1][0]), float(link.points[-1][1])), len(node)),
            link.road_class,
            int(link.oneway),
            link.name,
            shapely.LineString(link.points),
        )
        for link in links
    ]
    frame = pd.DataFrame(rows, columns=["u", "v", "class", "oneway", "name", "geometry"])
    tail, head, _ = both_ways(
        frame["u"].to_numpy(), frame["v"].to_numpy(), frame["oneway"].to_numpy() > 0
    )
    whole = largest_part(tail, head, len(node))
    kept = whole[frame["u"]] & whole[frame["v"]]
    frame = frame[kept].reset_index(drop=True)
    ids = np.cumsum(whole) - 1
    frame["u"], frame["v"] = ids[frame["u"]], ids[frame["v"]]
    roads = gpd.GeoDataFrame(frame, geometry="geometry", crs=crs)
    roads["speed_kmh"] = np.nan
    roads["length_m"] = roads.length.round(1)
    roads["provenance"] = ASSUMED  # that a named road is there is known; its line is made up
    return roads[
        ["u", "v", "class", "oneway", "speed_kmh", "name", "length_m", "provenance", "geometry"]
    ]
