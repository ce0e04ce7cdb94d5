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
from sim.geography.making.report import CUTS, ENDS, LINES, ROADS, Report, count
from sim.geography.making.roads import access as access_words
from sim.geography.making.roads import columns as columns_room
from sim.geography.making.roads import left_out
from sim.geography.making.roads import tags as road_words
from sim.geography.making.roads.cutting import along_their_course, split
from sim.geography.making.roads.left_out import GROUND_M
from sim.geography.making.roads.wording import said
from sim.text import Message

SAME_M: Final = 0.05  # vertices closer than this are one place
SEGMENTS: Final = 2  # shapely's numbers of kinds up to this are lines and rings


def read(path: Path, options: RoadOptions, report: Report) -> gpd.GeoDataFrame:
    """Lines with class, oneway, speeds, name, metres on the ground; `join_ends` joins them."""
    found = shapes.read_file(path, shapes.LINES)
    for finding in found.findings:
        report.warn(finding)
    frame = found.frame.explode(index_parts=False, ignore_index=True)
    frame = frame[shapely.get_type_id(frame.geometry.values) <= SEGMENTS].reset_index(drop=True)
    report.note(ROADS, Message("{lines} read", lines=count(len(frame), LINES)))
    tags = _tags(frame, options, report)
    roads = [road_words.road(said, options, own_classes=True) for said in tags]
    metres = left_out.ground_m_of_lines(frame.geometry.values, frame.crs)
    reasons = [road.left_out for road in roads]
    left_out.note_ways(roads, reasons, metres, LINES, report)
    kept = np.array([not reason for reason in reasons], bool)
    if not kept.any():
        raise MapImportError(path, Message("there is no road for vehicles in it"))
    left_out.note_own_classes([road for road in roads if not road.left_out], report)
    links = left_out.as_links(roads, metres, metres, LINES, report)
    names = [said.get("name") for said in tags]
    links = gpd.GeoDataFrame(
        {**links, "name": names}, geometry=frame.geometry.values, crs=frame.crs
    )
    return along_their_course(links[kept].reset_index(drop=True))


def _tags(
    frame: gpd.GeoDataFrame, options: RoadOptions, report: Report
) -> list[dict[str, str]]:  # fmt: skip
    """[line] what its columns say, by OpenStreetMap's keys."""
    columns = [str(name) for name in frame.columns if name != frame.geometry.name]
    found = columns_room.meanings(columns)
    texts = {key: _texts(frame, name) for key, name in found.items()}
    rows = [dict(zip(texts, row, strict=True)) for row in zip(*texts.values(), strict=True)]
    rows = rows or [{} for _ in range(len(frame))]
    packed = tables.column(frame, columns_room.PACKED)
    keys = set(found)
    if packed:
        for row, text in zip(rows, _texts(frame, packed), strict=True):
            more = columns_room.unpacked(text)
            row.update({key: more[key] for key in more if row.get(key) is None})
            keys.update(more)
    _note_columns(found, keys, options, report)
    return [said(row) for row in rows]


def _note_columns(
    found: dict[str, str], keys: set[str], options: RoadOptions, report: Report
) -> None:  # fmt: skip
    """Which column says what; a warning where none says the class, or the direction."""
    if "oneway" not in keys:
        report.warn(
            Message(
                "no column says which roads are one-way (looked for {names}): all are open both "
                "ways",
                names=", ".join(columns_room.ONEWAY),
            )
        )
    if "highway" not in keys and "route" not in keys:
        report.warn(
            Message(
                "no column says the roads' class (looked for {names}): all are unclassified, so "
                "all have one speed",
                names=", ".join(columns_room.CLASS),
            )
        )
    for key, text in SAID:
        if key in found:
            report.note(ROADS, Message(text.text, name=found[key]))
    if any(key in found for key in columns_room.SPEED_KEYS):
        _note_unit(found, options, report)
    access = [found[key] for key in access_words.KEYS if key in found]
    if access:
        report.note(ROADS, Message("access from column {name}", name=", ".join(access)))


SAID: Final = (
    ("highway", Message("class from column {name}")),
    ("oneway", Message("one-way from column {name}")),
    ("junction", Message("roundabouts from column {name}")),
)


def _note_unit(found: dict[str, str], options: RoadOptions, report: Report) -> None:
    """Which column has the speeds, and in which unit they are taken."""
    for key, unit in columns_room.SPEED_KEYS.items():
        if key not in found:
            continue
        taken = unit or options.speed_unit or "km/h"
        message = Message("speed from column {name}, in {unit}", name=found[key], unit=taken)
        if not unit and not options.speed_unit:
            message = Message(
                "speed from column {name}, numbers without a unit taken as km/h (if they are "
                "miles an hour: --speed-unit mph)",
                name=found[key],
            )
        report.note(ROADS, message)


def _texts(frame: gpd.GeoDataFrame, name: str) -> list[str | None]:
    """A column as text or None."""
    return [_text(value) for value in frame[name].astype(object)]


def _text(value: object) -> str | None:
    if isinstance(value, list | tuple | np.ndarray):  # as of pieces of road that were joined
        return str([str(one) for one in value])
    return None if value is None or value != value else str(value)


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
    if GROUND_M in rest:
        share = shapely.length(line)
        whole = np.bincount(of_way, share, minlength=len(roads))[of_way]
        rest[GROUND_M] *= share / np.maximum(whole, 1e-9)
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
