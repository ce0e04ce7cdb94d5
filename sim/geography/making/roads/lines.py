"""Roads from lines of a GeoPackage, Shapefile or GeoJSON: columns guessed, ends snapped."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from sim.errors import MapImportError
from sim.files import shapes, tables
from sim.geography.making.groups import RoadOptions
from sim.geography.making.report import CUTS, ENDS, LINES, ROADS, Report, count, some
from sim.geography.making.roads import tags as road_words
from sim.geography.making.roads.cutting import split
from sim.text import Message

CLASS: Final = ("highway", "fclass", "class", "road_class", "type", "道路等级", "等级")
ONEWAY: Final = ("oneway", "one_way", "direction", "单行")
SPEED: Final = ("maxspeed", "speed_kmh", "max_speed", "speed", "限速")
NAME: Final = ("name", "street", "road_name", "名称", "路名")
SAME_M: Final = 0.05  # vertices closer than this are one place
NOT_KEPT: Final = {"track", "service", "ferry"}  # without their switches


def read(path: Path, options: RoadOptions, report: Report) -> gpd.GeoDataFrame:
    """Lines with class, oneway, speed_kmh and name; ends are joined by `join_ends` in metres."""
    found = shapes.read_file(path, shapes.LINES)
    for finding in found.findings:
        report.warn(finding)
    frame = found.frame.explode(index_parts=False, ignore_index=True)
    frame = frame[shapely.get_type_id(frame.geometry.values) <= 2].reset_index(drop=True)
    report.note(ROADS, Message("{lines} read", lines=count(len(frame), LINES)))
    course = _course(frame, report)
    line = frame.geometry.values
    line = np.where(course == road_words.BACKWARD, shapely.reverse(line), line)
    roads = gpd.GeoDataFrame(
        {
            "class": _classes(frame, report),
            "oneway": (course != road_words.BOTH).astype(np.int32),
            "speed_kmh": _speeds(frame, report),
            "name": _texts(frame, tables.column(frame, NAME)),
        },
        geometry=line,
        crs=frame.crs,
    )
    return _wanted_only(path, roads, options, report)


def _texts(frame: gpd.GeoDataFrame, name: str) -> np.ndarray:
    """A column as text or None; whole numbers without their .0."""
    if not name:
        return np.full(len(frame), None, object)
    return np.array([_text(value) for value in frame[name].astype(object)], object)


def _text(value: object) -> str | None:
    if isinstance(value, list | np.ndarray):  # as of pieces of road that were joined
        return ";".join(map(str, value))
    return None if value is None or value != value else str(value)


def _classes(frame: gpd.GeoDataFrame, report: Report) -> np.ndarray:
    name = tables.column(frame, CLASS)
    if not name:
        report.warn(
            Message(
                "no column says the roads' class (looked for {names}): all are unclassified, so "
                "all have one speed",
                names=", ".join(CLASS),
            )
        )
        return np.full(len(frame), "unclassified", object)
    report.note(ROADS, Message("class from column {name}", name=name))
    words = [road_words.road_class(text) or "unclassified" for text in _texts(frame, name)]
    return np.array(words, object)


def _course(frame: gpd.GeoDataFrame, report: Report) -> np.ndarray:
    """BOTH, FORWARD or BACKWARD for each line."""
    name = tables.column(frame, ONEWAY)
    if not name:
        report.warn(
            Message(
                "no column says which roads are one-way (looked for {names}): all are open both "
                "ways",
                names=", ".join(ONEWAY),
            )
        )
        return np.zeros(len(frame), int)
    texts = _texts(frame, name)
    known = [road_words.direction(text) for text in texts]
    strange = sorted({str(t) for t, k in zip(texts, known, strict=True) if k is None})
    if strange:
        message = Message(
            "column {name}: {words} not understood, taken as open both ways",
            name=name,
            words=some(strange),
        )
        report.warn(message)
    report.note(ROADS, Message("one-way from column {name}", name=name))
    return np.array([k or road_words.BOTH for k in known])


def _speeds(frame: gpd.GeoDataFrame, report: Report) -> np.ndarray:
    name = tables.column(frame, SPEED)
    if not name:
        return np.full(len(frame), np.nan)
    report.note(ROADS, Message("speed from column {name}", name=name))
    return np.array([road_words.speed_kmh(text) for text in _texts(frame, name)])


def _wanted_only(
    path: Path, roads: gpd.GeoDataFrame, options: RoadOptions, report: Report
) -> gpd.GeoDataFrame:
    """Without ways for walking; words that OpenStreetMap does not have are kept, and told."""
    kept, own = {}, []
    for name in roads["class"].unique():
        kept[name] = road_words.wanted(name, options.service, options.tracks, options.ferries)
        if not kept[name] and name not in road_words.NOT_FOR_AMBULANCES | NOT_KEPT:
            kept[name] = True
            own.append(str(name))
    if own:
        report.warn(
            Message(
                "classes that OpenStreetMap does not have: {names}; give each a speed in the "
                "scenario's travel.speeds",
                names=some(sorted(own)),
            )
        )
    used = roads["class"].map(kept).to_numpy(bool)
    for name, number in roads.loc[~used, "class"].value_counts().sort_index().items():
        message = Message("left out: {number:,} {name}", number=number, name=name)
        report.note(ROADS, message)
    if not used.any():
        raise MapImportError(path, Message("there is no road for vehicles in it"))
    return roads[used].reset_index(drop=True)


def join_ends(roads: gpd.GeoDataFrame, options: RoadOptions, report: Report) -> gpd.GeoDataFrame:
    """The lines in metres with node ids u and v: ends within `snap` of one another meet."""
    if options.node_crossings:
        roads = _cut_at_crossings(roads, options.snap, report)
    lines = roads.geometry.values
    ends = np.vstack([_end(lines, 0), _end(lines, -1)])
    node, moved = clusters(ends, max(options.snap, 1e-6))
    where = ends[_first_of_each(node)]
    message = Message(
        "{ends} of lines moved by up to {snap:g} m to meet",
        ends=count(moved, ENDS),
        snap=options.snap,
    )
    report.note(ROADS, message)
    u, v = node[: len(lines)], node[len(lines) :]
    coords, of = shapely.get_coordinates(lines, return_index=True)
    starts = np.flatnonzero(np.diff(of, prepend=-1))
    coords[starts] = where[u]
    coords[np.append(starts[1:], len(of)) - 1] = where[v]
    line = shapely.linestrings(coords, indices=of)
    roads = roads.set_geometry(line, crs=roads.crs)
    return roads.assign(u=u, v=v)


def clusters(xy: np.ndarray, within_m: float) -> tuple[np.ndarray, int]:
    """The number of each point's cluster (points chained by `within_m`), and how many moved."""
    # Complex numbers sort by x, then y, many times faster than rows of two.
    exact = np.round(xy, 3) + 0.0
    found, which = np.unique(exact[:, 0] + 1j * exact[:, 1], return_inverse=True)
    places = np.column_stack([found.real, found.imag])
    pairs = cKDTree(places).query_pairs(within_m, output_type="ndarray")
    links = (np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1]))
    graph = coo_matrix(links, shape=(len(places), len(places)))
    _, cluster = connected_components(graph, directed=False)
    cluster = np.asarray(cluster, np.int64)
    together = np.bincount(cluster)[cluster] > 1
    return cluster[which], int(together.sum())


def _first_of_each(cluster: np.ndarray) -> np.ndarray:
    """The first member of clusters 0, 1, 2 …"""
    return np.unique(cluster, return_index=True)[1]


def _end(lines: np.ndarray, at: int) -> np.ndarray:
    return np.asarray(shapely.get_coordinates(shapely.get_point(lines, at)))


def _cut_at_crossings(roads: gpd.GeoDataFrame, snap_m: float, report: Report) -> gpd.GeoDataFrame:
    """Lines cut wherever two of them cross, touch or share a vertex: also at bridges."""
    lines = roads.geometry.values
    of, at = _crossings(lines, snap_m)
    coords, way = shapely.get_coordinates(lines, return_index=True)
    along = _along(coords, way)
    xy = np.vstack([coords, shapely.get_coordinates(shapely.line_interpolate_point(lines[of], at))])
    way = np.concatenate([way, of])
    order = np.lexsort((np.concatenate([along, at]), way))
    way, xy = way[order], xy[order]
    near, _ = clusters(xy, SAME_M)
    met = (np.bincount(near, order >= len(coords)) > 0)[near]  # a place where lines meet
    doubled = np.append(False, (near[1:] == near[:-1]) & (way[1:] == way[:-1]))
    way, xy, near, met = way[~doubled], xy[~doubled], near[~doubled], met[~doubled]
    # One crossing is one place, however the two lines round it.
    xy = xy[_first_of_each(near)][near]
    _, _, of_way, line = split(way, xy, met, np.zeros(len(way), bool))
    cuts = count(len(line) - len(lines), CUTS)
    report.note(ROADS, Message("{cuts} made where lines cross", cuts=cuts))
    rest = roads.drop(columns=roads.geometry.name).iloc[of_way].reset_index(drop=True)
    return gpd.GeoDataFrame(rest, geometry=line, crs=roads.crs)


def _crossings(lines: np.ndarray, snap_m: float) -> tuple[np.ndarray, np.ndarray]:
    """For every place where two lines meet: a line, and the metres along it."""
    tree = shapely.STRtree(lines)
    a, b = tree.query(lines, predicate="intersects")
    once = a < b
    a, b = a[once], b[once]
    meet, pair = shapely.get_parts(
        shapely.extract_unique_points(shapely.intersection(lines[a], lines[b])), return_index=True
    )
    # An end that stops just short of another line, or just beyond it, meets it too.
    ends = np.concatenate([shapely.get_point(lines, at) for at in (0, -1)])
    point, near = tree.query(ends, predicate="dwithin", distance=max(snap_m, 1e-6))
    strangers = near != point % len(lines)
    point, near = point[strangers], near[strangers]
    of = np.concatenate([a[pair], b[pair], near])
    spots = np.concatenate([meet, meet, ends[point]])
    return of, np.asarray(shapely.line_locate_point(lines[of], spots))


def _along(coords: np.ndarray, way: np.ndarray) -> np.ndarray:
    """Metres from the start of its line to each vertex."""
    step = np.append(0.0, np.hypot(*np.diff(coords, axis=0).T))
    new = np.flatnonzero(np.diff(way, prepend=-1))
    step[new] = 0.0
    total = np.cumsum(step)
    return total - np.repeat(total[new], np.diff(np.append(new, len(way))))
