"""One road network out of links: no loops, no doubles, no islands; nodes numbered from 0."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from sim.errors import MapImportError
from sim.geography.making.report import Report, count

GRID_M = 0.1  # coordinates are rounded to this; OSM itself is rarely better than a metre


def network(links: gpd.GeoDataFrame, report: Report) -> gpd.GeoDataFrame:
    """The bundle's `roads` from links in metres with u, v, class, oneway, speed_kmh, name.

    Only links between nodes that can be reached and left again stay: an ambulance comes back.
    """
    roads = _one_node_where_one_place(as_roads(links))
    for what, bad in (
        ("of length zero", lambda r: r["length_m"] <= 0),
        ("that end where they begin", lambda r: r["u"] == r["v"]),
        ("drawn twice", duplicated),
    ):
        gone = np.asarray(bad(roads))
        roads = _without(roads, gone, what, report)
    if not len(roads):
        raise MapImportError("the network of roads", "no usable link is left")
    roads = number_nodes(roads)
    roads = _largest_part(roads, report)
    if not len(roads):
        raise MapImportError("the network of roads", "no road can be driven there and back")
    roads = number_nodes(roads)
    _tell(roads, report)
    return roads


def as_roads(links: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The columns of the bundle; lines on the grid, equal nodes at equal places."""
    line = shapely.transform(links.geometry.values, lambda xy: np.round(xy, 1))
    line = shapely.remove_repeated_points(line)
    return gpd.GeoDataFrame(
        {
            "u": links["u"].to_numpy(np.int64),
            "v": links["v"].to_numpy(np.int64),
            "class": links["class"].to_numpy(object),
            "oneway": links["oneway"].to_numpy(np.int32),
            "speed_kmh": links["speed_kmh"].to_numpy(float),
            "name": links["name"].to_numpy(object),
            "length_m": np.round(shapely.length(line), 1),
            "provenance": "sourced",
        },
        geometry=line,
        crs=links.crs,
    )


def _one_node_where_one_place(roads: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The two ends of a link of no length are one node: dropping the link must not cut a road."""
    none = roads["length_m"].to_numpy() <= 0
    if not none.any():
        return roads
    ends = np.concatenate([roads["u"].to_numpy(), roads["v"].to_numpy()])
    ids, which = np.unique(ends, return_inverse=True)
    u, v = which.reshape(2, -1)
    graph = csr_matrix((np.ones(none.sum()), (u[none], v[none])), shape=(len(ids), len(ids)))
    _, place = connected_components(graph, directed=False)
    place = np.asarray(place, np.int64)
    return roads.assign(u=place[u], v=place[v])


def duplicated(roads: Any) -> np.ndarray:
    """The same line drawn twice; drawn backwards counts too where both ways are open."""
    line = roads.geometry.values
    u, v = roads["u"].to_numpy(), roads["v"].to_numpy()
    # A line twice joins the same two nodes: only those few are compared point by point.
    pair = pd.DataFrame({"low": np.minimum(u, v), "high": np.maximum(u, v)})
    often = pair.duplicated(keep=False).to_numpy()
    either_way = line.copy()
    both = often & (roads["oneway"] == 0).to_numpy()
    either_way[both] = shapely.normalize(line[both])
    key = pair[often].assign(
        line=shapely.to_wkb(either_way[often]), oneway=roads["oneway"].to_numpy()[often]
    )
    gone = np.zeros(len(roads), bool)
    gone[often] = key.duplicated().to_numpy()
    return gone


def _without(roads: Any, gone: np.ndarray, what: str, report: Report) -> Any:
    if gone.any():
        km = roads["length_m"].to_numpy()[gone].sum() / 1000
        report.say("Roads", f"dropped: {count(gone.sum(), 'link')} {what} ({km:,.1f} km)")
    return roads[~gone].reset_index(drop=True)


def number_nodes(roads: Any) -> Any:
    """Node ids dense from 0, in the order of the ids that the file uses."""
    ends = np.concatenate([roads["u"].to_numpy(), roads["v"].to_numpy()])
    number = np.unique(ends, return_inverse=True)[1].reshape(2, -1)
    return roads.assign(u=number[0], v=number[1])


def _largest_part(roads: Any, report: Report) -> Any:
    """Without islands: what lies outside the largest strongly connected part."""
    u, v = roads["u"].to_numpy(), roads["v"].to_numpy()
    both = roads["oneway"].to_numpy() == 0
    tail, head = np.concatenate([u, v[both]]), np.concatenate([v, u[both]])
    nodes = int(max(u.max(), v.max())) + 1
    graph = csr_matrix((np.ones(len(tail), np.int8), (tail, head)), shape=(nodes, nodes))
    _, part = connected_components(graph, connection="strong")
    main = np.bincount(part).argmax()
    inside = (part[u] == main) & (part[v] == main)
    lost_nodes, lost = int((part != main).sum()), roads[~inside]
    if len(lost):
        km, share = lost["length_m"].sum() / 1000, lost["length_m"].sum() / roads["length_m"].sum()
        report.say(
            "Roads",
            f"dropped: {count(len(lost), 'link')} outside the largest part that can be driven both "
            f"ways (islands, ends of one-way roads): {km:,.1f} km, {count(lost_nodes, 'node')}",
        )
        if share > 0.1:
            report.warn(
                f"{share:.0%} of the roads' length is not connected with the rest: are ferries or "
                "smaller roads needed, do line ends meet (--snap), are one-ways right?"
            )
    return roads[inside].reset_index(drop=True)


def _tell(roads: Any, report: Report) -> None:
    """What is left, by class."""
    km = roads["length_m"] / 1000
    nodes = int(max(roads["u"].max(), roads["v"].max())) + 1
    known = roads["speed_kmh"].notna().to_numpy()
    report.say(
        "Roads",
        f"kept: {count(len(roads), 'link')} between {count(nodes, 'node')}, {km.sum():,.0f} km; "
        f"{roads['oneway'].mean():.0%} one-way; a speed of their own on {known.mean():.0%} "
        f"of links, {km[known].sum() / km.sum():.0%} of the length",
    )
    by_class = km.groupby(roads["class"]).agg(["sum", "size"]).sort_values("sum", ascending=False)
    for name, row in by_class.iterrows():
        report.say("Roads", f"  {name}: {row['sum']:,.1f} km, {count(row['size'], 'link')}")
