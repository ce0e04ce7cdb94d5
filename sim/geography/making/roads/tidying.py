"""One road network out of links: no loops, no doubles, no islands; nodes numbered from 0."""

from __future__ import annotations

from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components
from shapely import ops

from sim.errors import MapImportError
from sim.geography.making.report import LINKS, NODES, ROADS, Report, count
from sim.geography.making.roads.cutting import runs_forward
from sim.geography.making.roads.left_out import GROUND_M, note_kilometres
from sim.geography.making.roads.tags import USUAL_KMH
from sim.geography.roads.graph import both_ways, largest_part
from sim.text import Message

NETWORK: Final = Message("the network of roads")
GRID_M: Final = 0.1  # coordinates are rounded to this; OSM itself is rarely better than a metre


def network(links: gpd.GeoDataFrame, report: Report) -> gpd.GeoDataFrame:
    """The bundle's `roads` from links in metres with u, v, class, oneway, speed_kmh, name.

    Only links between nodes that can be reached and left again stay: an ambulance comes back.
    """
    roads = as_roads(links)
    if len(roads) > len(links):
        twins = count(len(roads) - len(links), LINKS)
        message = Message("{links} of another speed each way, as two one-way links", links=twins)
        report.note(ROADS, message)
    roads = _one_node_where_one_place(roads)
    roads = _without(roads, _no_length(roads), NO_LENGTH, report)
    roads = _without(roads, twice_the_same(roads), TWICE, report)
    roads = _halved_loops(roads, report)
    roads = _without(roads, _no_length(roads), NO_LENGTH, report)
    if not len(roads):
        raise MapImportError(NETWORK, Message("no usable link is left"))
    roads = number_nodes(roads)
    roads = _largest_part(roads, report)
    if not len(roads):
        raise MapImportError(NETWORK, Message("no road can be driven there and back"))
    roads = number_nodes(roads)
    _note(roads, report)
    if report.kilometres.read:
        note_kilometres(roads[GROUND_M].sum(), report)
    return roads.drop(columns=GROUND_M)


def as_roads(links: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The columns of the bundle, and metres on the ground; lines on the grid.

    A link that is driven faster one way than the other becomes two, one for each.
    """
    links = _one_link_for_each_speed(links)
    line = _on_grid(links.geometry.values)
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
            GROUND_M: links[GROUND_M].to_numpy(float)
            if GROUND_M in links
            else shapely.length(line),
        },
        geometry=line,
        crs=links.crs,
    )


def _one_link_for_each_speed(links: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Links open both ways at two speeds as two one-way links, sharing their kilometres."""
    if "back_kmh" not in links:
        return links
    there, back = links["speed_kmh"].to_numpy(float), links["back_kmh"].to_numpy(float)
    unlike = (there != back) & ~(np.isnan(there) & np.isnan(back))
    unlike &= links["oneway"].to_numpy() == 0
    links = links.assign(oneway=links["oneway"].to_numpy() + unlike)
    if GROUND_M in links:
        links[GROUND_M] /= 1 + unlike
    other = links[unlike]
    turned = other.assign(u=other["v"], v=other["u"], speed_kmh=back[unlike])
    turned = turned.set_geometry(shapely.reverse(other.geometry.values), crs=links.crs)
    return gpd.GeoDataFrame(pd.concat([links, turned], ignore_index=True), crs=links.crs)


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


def twice_the_same(roads: gpd.GeoDataFrame) -> np.ndarray:
    """[link] whether another of the same line, drawn there or back, is no slower and as open.

    The fastest stays whatever the order of the file: by its own speed and by its class, for a
    scenario may set aside the speeds of single roads. Where neither is faster in both both stay,
    and an ambulance takes the faster of the two.
    """
    u, v = roads["u"].to_numpy(), roads["v"].to_numpy()
    # A line twice joins the same two nodes: only those few are compared point by point.
    pair = pd.DataFrame({"low": np.minimum(u, v), "high": np.maximum(u, v)})
    often = np.flatnonzero(pair.duplicated(keep=False))
    line = roads.geometry.values[often]
    key = pair.iloc[often].assign(line=shapely.to_wkb(shapely.normalize(line)))
    along = runs_forward(line)
    oneway = roads["oneway"].to_numpy()[often] != 0
    gone = np.zeros(len(roads), bool)
    group = key.groupby(list(key.columns)).ngroup().to_numpy()
    order = np.argsort(group, kind="stable")
    for rows in np.split(order, np.flatnonzero(np.diff(group[order])) + 1):
        if len(rows) > 1:
            twins = [
                _Twin(roads.iloc[often[i]], {bool(along[i])} if oneway[i] else {True, False})
                for i in rows.tolist()
            ]
            gone[often[rows]] = _outdone(twins)
    return gone


class _Twin:
    """One of several links of one line: how fast it is, and which way it is open."""

    def __init__(self, link: pd.Series, ways: set[bool]) -> None:
        self.ways = ways
        self.name = str(link["class"])
        self.usual = USUAL_KMH.get(self.name, np.nan)
        self.own = float(link["speed_kmh"])
        self.kmh = self.usual if np.isnan(self.own) else self.own
        self.label = str(link["name"] or "")

    def outdoes(self, other: _Twin) -> bool:
        """No slower than the other in anything, and open wherever it is."""
        alike = self.name == other.name
        usual = alike or self.usual >= other.usual  # false where a class is not known
        same = alike and np.isnan(self.own) and np.isnan(other.own)
        return usual and (same or self.kmh >= other.kmh) and self.ways >= other.ways

    @property
    def order(self) -> tuple[object, ...]:
        """Of equals the one that stays, the same in a file of any order."""
        classes = list(USUAL_KMH)
        rank = classes.index(self.name) if self.name in classes else len(classes)
        return rank, self.name, np.isnan(self.own), not self.label, self.label


def _outdone(twins: list[_Twin]) -> list[bool]:
    """[twin] whether another that stays outdoes it."""
    lost = [False] * len(twins)
    order = sorted(range(len(twins)), key=lambda i: twins[i].order)
    for place, i in enumerate(order):
        for other_place, j in enumerate(order):
            if i == j or lost[j] or not twins[j].outdoes(twins[i]):
                continue
            if not twins[i].outdoes(twins[j]) or other_place < place:
                lost[i] = True
                break
    return lost


def _no_length(roads: gpd.GeoDataFrame) -> np.ndarray:
    return roads["length_m"].to_numpy() <= 0


def _halved_loops(roads: gpd.GeoDataFrame, report: Report) -> gpd.GeoDataFrame:
    """Streets that return to the junction they left, cut at their middle: people live there."""
    loop = (roads["u"] == roads["v"]).to_numpy()
    if not loop.any():
        return roads
    loops = roads[loop].reset_index(drop=True)
    line = loops.geometry.values
    # There and back of one street are cut at one node.
    street = pd.factorize(pd.Series(shapely.to_wkb(shapely.normalize(line))))[0]
    new = int(roads[["u", "v"]].to_numpy().max()) + 1 + street
    halves = []
    for at, node in ((0.0, "v"), (0.5, "u")):
        cut = [ops.substring(one, at, at + 0.5, normalized=True) for one in line]
        half = loops.assign(**{node: new, GROUND_M: loops[GROUND_M] / 2})
        halves.append(half.set_geometry(_on_grid(np.array(cut, object)), crs=roads.crs))
    cut_loops = pd.concat(halves, ignore_index=True)
    cut_loops["length_m"] = np.round(shapely.length(cut_loops.geometry.values), 1)
    loops_km = loops[GROUND_M].sum() / 1000
    message = Message(
        "cut at their middle: {links} that end where they begin ({km:,.1f} km)",
        links=count(len(loops), LINKS),
        km=loops_km,
    )
    report.note(ROADS, message)
    return gpd.GeoDataFrame(pd.concat([roads[~loop], cut_loops], ignore_index=True), crs=roads.crs)


def _on_grid(line: np.ndarray) -> np.ndarray:
    rounded = shapely.transform(line, lambda xy: np.round(xy, 1))
    return np.asarray(shapely.remove_repeated_points(rounded))


NO_LENGTH: Final = Message("dropped: {links} of length zero ({km:,.1f} km)")
TWICE: Final = Message("dropped: {links} drawn twice, the fastest kept ({km:,.1f} km)")


def _without(
    roads: gpd.GeoDataFrame, gone: np.ndarray, said: Message, report: Report
) -> gpd.GeoDataFrame:
    if gone.any():
        km = roads[GROUND_M].to_numpy()[gone].sum() / 1000
        report.kilometres.leave_out(km)
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
        lost_m, all_m = lost[GROUND_M].sum(), roads[GROUND_M].sum()
        report.kilometres.leave_out(lost_m / 1000)
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
    km = roads[GROUND_M] / 1000
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
