"""Measure the finished map against the facts it was made from."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely
from facts import CORE_AREA_KM2, CORE_PEOPLE, SEED, TOTAL_AREA_KM2, TOTAL_PEOPLE
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, dijkstra
from scipy.spatial import cKDTree

LOCAL = ["trunk", "primary", "secondary", "tertiary", "residential", "unclassified"]


def graph_of(roads: gpd.GeoDataFrame) -> tuple[csr_array, np.ndarray]:
    """The network as a length matrix (the shorter of parallel links), and the nodes' points."""
    n = int(roads[["u", "v"]].to_numpy().max()) + 1
    where = np.zeros((n, 2))
    arcs: dict[tuple[int, int], float] = {}
    for u, v, oneway, line in zip(
        roads["u"], roads["v"], roads["oneway"], roads.geometry, strict=True
    ):
        where[u], where[v] = line.coords[0], line.coords[-1]
        for pair in [(u, v)] if oneway else [(u, v), (v, u)]:
            arcs[pair] = min(arcs.get(pair, np.inf), line.length)
    i, j = np.array(list(arcs)).T
    return csr_array((np.array(list(arcs.values())), (i, j)), shape=(n, n)), where


def report_areas(layers: dict[str, gpd.GeoDataFrame]) -> None:
    """Areas and people against the facts."""
    towns = layers["townships"]
    county, core = layers["boundary"].area.sum() / 1e6, layers["core"].area.sum() / 1e6
    print(f"county area        {county:10.3f} km2 (fact {TOTAL_AREA_KM2})")
    print(f"core area          {core:10.3f} km2 (fact {CORE_AREA_KM2})")
    lost = layers["boundary"].union_all().symmetric_difference(towns.union_all()).area
    overlap = towns.area.sum() - towns.union_all().area
    print(f"gaps and overlaps  {lost:10.3f} m2, {abs(overlap):.3f} m2")
    cells = layers["cells"]
    print(
        f"people             {towns['people'].sum():10d} townships, {cells['people'].sum()} cells"
        f" (fact {TOTAL_PEOPLE})"
    )
    by_town = cells.groupby("township")["people"].sum().reindex(towns["code"]).to_numpy()
    print(f"townships whose cells sum to their people: {(by_town == towns['people']).sum()} of 24")
    print(
        f"cells              {len(cells):10d}, people in each {cells['people'].min()} to "
        f"{cells['people'].max()}, median {cells['people'].median():.0f}"
    )
    print(
        f"people in urban cells {cells.loc[cells['area'] == 'urban', 'people'].sum()} "
        f"(fact {CORE_PEOPLE})"
    )
    seats = gpd.GeoSeries(gpd.points_from_xy(towns["seat_lon"], towns["seat_lat"], crs=4326))
    inside = towns.geometry.contains(seats.to_crs(towns.crs))
    print(f"seats inside their township: {inside.sum()} of 24")
    print("township            area km2   fact    error %  seat moved m")
    fact = towns["area_km2"] * TOTAL_AREA_KM2 / towns["area_km2"].sum()
    for name, area, want, moved in zip(
        towns["name_en"], towns.area / 1e6, fact, towns["seat_moved_m"], strict=True
    ):
        print(f"  {name:16s} {area:9.2f} {want:8.2f} {100 * (area / want - 1):8.2f} {moved:9.0f}")


def report_noding(roads: gpd.GeoDataFrame) -> None:
    """Count faults of the network: unnoded crossings, zero lengths, repeats."""
    local = roads[roads["class"].isin(LOCAL)].reset_index(drop=True)
    lines = local.geometry.to_numpy()
    i, j = shapely.STRtree(lines).query(lines, predicate="intersects")
    i, j = i[i < j], j[i < j]
    meet = shapely.intersection(lines[i], lines[j])
    u, v = local["u"].to_numpy(), local["v"].to_numpy()
    shared = np.array(
        [len({a, b} & {c, d}) for a, b, c, d in zip(u[i], v[i], u[j], v[j], strict=True)]
    )
    loose = (shapely.get_num_coordinates(meet) != shared).sum()
    pairs = {(min(a, b), max(a, b)) for a, b in zip(u, v, strict=True)}
    print(
        f"local links that touch away from a node: {loose}; zero length: "
        f"{(roads.length < 0.5).sum()}; rings: {(u == v).sum()}; "
        f"local links sharing both ends: {len(local) - len(pairs)}"
    )


def report_roads(layers: dict[str, gpd.GeoDataFrame]) -> None:
    """Size, shape and use of the network."""
    roads, cells = layers["roads"], layers["cells"]
    graph, where = graph_of(roads)
    degree = np.bincount(np.r_[roads["u"], roads["v"]])
    print(f"nodes {len(where)} (degree 2: {(degree == 2).sum()}), links {len(roads)}")
    for name, part in roads.groupby("class"):
        print(f"  {name:14s} {len(part):6d} links {part.length.sum() / 1e3:9.1f} km")
    strong = connected_components(graph, directed=True, connection="strong")[0]
    print(f"strongly connected parts: {strong}")
    report_noding(roads)
    wet = layers["river"].union_all()
    over = roads[roads["class"].isin(LOCAL)].intersects(wet).sum()
    print(f"local road bridges over the river: {over}")
    out = roads.difference(layers["boundary"].union_all().buffer(1.0)).length.sum()
    print(f"road outside the boundary: {out:.0f} m")
    towns = layers["townships"]
    seats = gpd.GeoSeries(gpd.points_from_xy(towns["seat_lon"], towns["seat_lat"], crs=4326))
    main = roads[roads["class"].isin(["trunk", "primary", "secondary"])].union_all()
    gap = seats.to_crs(roads.crs).distance(main)
    print(f"seat to main road: median {gap.median():.0f} m, farthest {gap.max():.0f} m")
    points = shapely.get_coordinates(cells.geometry)
    line = shapely.segmentize(roads.geometry[roads["class"].isin(LOCAL)].to_numpy(), 50)
    gap = cKDTree(shapely.get_coordinates(line)).query(points)[0]
    print(f"cells within 1 km of a road: {(gap <= 1000).mean():.2%} (farthest {gap.max():.0f} m)")
    print_detour(graph, where, points, np.unique(roads.loc[roads["class"].isin(LOCAL), ["u", "v"]]))


def print_detour(
    graph: csr_array, where: np.ndarray, points: np.ndarray, local: np.ndarray
) -> None:
    """Network over straight distance between 500 random pairs of cells."""
    rng = np.random.default_rng(SEED)
    pairs = rng.integers(0, len(points), (700, 2))
    apart = np.hypot(*(points[pairs[:, 0]] - points[pairs[:, 1]]).T)
    pairs = pairs[apart > 2000][:500]
    near = local[cKDTree(where[local]).query(points)[1]]
    start, end = near[pairs].T
    ways = dijkstra(graph, indices=start)
    straight = np.hypot(*(where[start] - where[end]).T)
    ratio = ways[np.arange(len(end)), end] / straight
    low, middle, high = np.percentile(ratio, [5, 50, 95])
    print(
        f"detour factor over {len(pairs)} pairs: median {middle:.2f}, "
        f"5-95 % {low:.2f}-{high:.2f}; {np.mean((ratio >= 1.3) & (ratio <= 1.6)):.0%} in 1.3-1.6"
    )


def report(path: Path) -> None:
    """Print everything that is measured."""
    names = ["boundary", "townships", "core", "river", "cells", "roads", "sites", "hospitals"]
    layers = {name: gpd.read_file(path, layer=name) for name in names}
    report_areas(layers)
    report_roads(layers)
    print(
        f"sites {len(layers['sites'])}, hospitals {len(layers['hospitals'])}, "
        f"file {path.stat().st_size / 1e6:.2f} MB"
    )
