"""One road network out of links: no loops, no doubles, no islands; nodes numbered from 0."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from sim.errors import MapImportError
from sim.geography.making.report import LINKS, NODES, ROADS, Report, count
from sim.geography.roads.graph import both_ways, largest_part
from sim.text import Message

NETWORK: Final = Message("the network of roads")
GRID_M: Final = 0.1  # coordinates are rounded to this; OSM itself is rarely better than a metre


def network(links: gpd.GeoDataFrame, report: Report) -> gpd.GeoDataFrame:
    """The bundle's `roads` from links in metres with u, v, class, oneway, speed_kmh, name.

    Only links between nodes that can be reached and left again stay: an ambulance comes back.
    """
    roads = _one_node_where_one_place(as_roads(links))
    for said, is_bad in DROPPED:
        roads = _without(roads, np.asarray(is_bad(roads)), said, report)
    if not len(roads):
        raise MapImportError(NETWORK, Message("no usable link is left"))
    roads = number_nodes(roads)
    roads = _largest_part(roads, report)
    if not len(roads):
        raise MapImportError(NETWORK, Message("no road can be driven there and back"))
    roads = number_nodes(roads)
    _note(roads, report)
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


def duplicated(roads: gpd.GeoDataFrame) -> np.ndarray:
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


DROPPED: Final[tuple[tuple[Message, Callable[[gpd.GeoDataFrame], Any]], ...]] = (
    (
        Message("dropped: {links} of length zero ({km:,.1f} km)"),
        lambda roads: roads["length_m"] <= 0,
    ),
    (
        Message("dropped: {links} that end where they begin ({km:,.1f} km)"),
        lambda roads: roads["u"] == roads["v"],
    ),
    (Message("dropped: {links} drawn twice ({km:,.1f} km)"), duplicated),
)


def _without(
    roads: gpd.GeoDataFrame, gone: np.ndarray, said: Message, report: Report
) -> gpd.GeoDataFrame:
    if gone.any():
        km = roads["length_m"].to_numpy()[gone].sum() / 1000
        report.note(ROADS, Message(said.text, links=count(gone.sum(), LINKS), km=km))
    return roads[~gone].reset_index(drop=True)


def number_nodes(roads: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Node ids dense from 0, in the order of the ids that the file uses."""
    ends = np.concatenate([roads["u"].to_numpy(), roads["v"].to_numpy()])
    number = np.unique(ends, return_inverse=True)[1].reshape(2, -1)
    return roads.assign(u=number[0], v=number[1])


def _largest_part(roads: gpd.GeoDataFrame, report: Report) -> gpd.GeoDataFrame:
    """The network without islands, without all outside the largest strongly connected part."""
    u, v = roads["u"].to_numpy(), roads["v"].to_numpy()
    tail, head, _ = both_ways(u, v, roads["oneway"].to_numpy() != 0)
    main = largest_part(tail, head, int(max(u.max(), v.max())) + 1)
    inside = main[u] & main[v]
    lost = roads[~inside]
    if len(lost):
        lost_m, all_m = lost["length_m"].sum(), roads["length_m"].sum()
        message = Message(
            "dropped: {links} outside the largest part that can be driven both ways (islands, "
            "ends of one-way roads): {km:,.1f} km, {nodes}",
            links=count(len(lost), LINKS),
            km=lost_m / 1000,
            nodes=count(int((~main).sum()), NODES),
        )
        report.note(ROADS, message)
        if lost_m / all_m > 0.1:
            message = Message(
                "{share:.0%} of the roads' length is not connected with the rest: are ferries or "
                "smaller roads needed, do line ends meet (--snap), are one-ways right?",
                share=lost_m / all_m,
            )
            report.warn(message)
    return roads[inside].reset_index(drop=True)


def _note(roads: gpd.GeoDataFrame, report: Report) -> None:
    """What is left, by class."""
    km = roads["length_m"] / 1000
    nodes = int(max(roads["u"].max(), roads["v"].max())) + 1
    known = roads["speed_kmh"].notna().to_numpy()
    message = Message(
        "kept: {links} between {nodes}, {km:,.0f} km; {oneway:.0%} one-way; a speed of their own "
        "on {known:.0%} of links, {known_length:.0%} of the length",
        links=count(len(roads), LINKS),
        nodes=count(nodes, NODES),
        km=km.sum(),
        oneway=roads["oneway"].mean(),
        known=known.mean(),
        known_length=km[known].sum() / km.sum(),
    )
    report.note(ROADS, message)
    by_class = km.groupby(roads["class"]).agg(["sum", "size"]).sort_values("sum", ascending=False)
    for name, row in by_class.iterrows():
        message = Message(
            "{road}: {km:,.1f} km, {links}",
            road=name,
            km=row["sum"],
            links=count(row["size"], LINKS),
        )
        report.note(ROADS, message, detail=True)
