"""Roads from OpenStreetMap data: `.osm.pbf`, `.osm`, `.osm.gz`, JOSM's files, Overpass JSON."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely

from sim.errors import MapImportError
from sim.geography.making.groups import RoadOptions
from sim.geography.making.report import ROADS, WAYS, Report, count
from sim.geography.making.roads import access, left_out
from sim.geography.making.roads import tags as road_words
from sim.geography.making.roads.cutting import along_their_course, apart_at, split
from sim.geography.making.roads.elements import Barrier, Deleted, Way, elements, is_overpass
from sim.text import Message

WGS84: Final = pyproj.CRS(4326)


class _Points(NamedTuple):
    """The nodes of every way, one after the other, as they come from the file."""

    node: array[int]
    lon: array[float]
    lat: array[float]
    size: array[int]  # [way] how many of them


class _Scan(NamedTuple):
    points: _Points
    roads: list[road_words.Road]  # [way]
    names: list[str | None]
    barriers: set[int]  # nodes that no ambulance passes
    strange: dict[int, str]  # words of barriers that nobody knows, by node
    deleted: list[Deleted]


def read(path: Path, options: RoadOptions, report: Report) -> gpd.GeoDataFrame:
    """Links between crossings, in degrees: u, v, class, oneway, speeds, name, metres on the ground.

    `speed_kmh` is from u to v, `back_kmh` from v to u.
    """
    scan = _scan(path, options.model_copy(update={"speed_unit": ""}))
    report.note(
        ROADS,
        Message("{ways} with highway or route=ferry read", ways=count(len(scan.roads), WAYS)),
    )
    left_out.note_deleted(len(scan.deleted), report)
    size = np.array(scan.points.size, int)
    way = np.repeat(np.arange(len(size)), size)
    xy = np.column_stack([np.array(scan.points.lon), np.array(scan.points.lat)])
    node = np.array(scan.points.node, np.int64)
    lost = np.isnan(xy[:, 0])
    flat = left_out.flat_crs(xy)
    metres = left_out.ground_m(xy, way, len(size), flat)
    reasons = _reasons(scan.roads, way, lost)
    left_out.note_ways(scan.roads, reasons, metres, WAYS, report)
    _refuse_if_nothing(path, scan.roads, reasons)

    kept = np.array([not reason for reason in reasons])
    used = kept[way]
    cut = len(np.unique(way[lost & used]))
    if cut:
        ways_cut = count(cut, WAYS)
        message = Message("{ways} cut where the extract ends (nodes missing)", ways=ways_cut)
        report.note(ROADS, message)
    whole_m = np.where(np.isin(np.arange(len(size)), way[lost]), np.nan, metres)
    facts = pd.DataFrame(left_out.as_links(scan.roads, metres, whole_m, WAYS, report))
    facts["name"] = np.array(scan.names, object)
    return _links(scan, (node[used], way[used], xy[used], lost[used]), facts, flat, report)


def _links(
    scan: _Scan,
    points: tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray],
    facts: pd.DataFrame,
    flat: pyproj.CRS | None,
    report: Report,
) -> gpd.GeoDataFrame:
    """The ways that are kept, cut where they meet and at barriers."""
    node, way, xy, lost = points
    barred = np.isin(node, np.array(sorted(scan.barriers), np.int64))
    first, last, of_way, line = split(way, xy, used_more_than_once(node) | barred, lost)
    _note_barriers(node, np.concatenate([first, last]), barred, scan, report)
    links = facts.iloc[of_way].reset_index(drop=True)
    links["u"], links["v"] = apart_at(node[first], node[last], barred[first], barred[last])
    at, of = shapely.get_coordinates(line, return_index=True)
    links[left_out.GROUND_M] = left_out.ground_m(at, of, len(line), flat)
    links = gpd.GeoDataFrame(links, geometry=line, crs=WGS84)
    return along_their_course(links)


def _note_barriers(
    node: np.ndarray, ends: np.ndarray, barred: np.ndarray, scan: _Scan, report: Report
) -> None:
    """Counts barriers with road on both sides; at the end of a road nothing is cut."""
    _, sides = np.unique(node[ends[barred[ends]]], return_counts=True)
    odd = np.unique(node[np.isin(node, np.array(list(scan.strange), np.int64))])
    strange = [scan.strange[n] for n in odd.tolist()]
    left_out.note_barriers(int((sides > 1).sum()), strange, report)


def used_more_than_once(node: np.ndarray) -> np.ndarray:
    """For each point, whether its node is met twice: by two ways, or by one way again."""
    _, which, times = np.unique(node, return_inverse=True, return_counts=True)
    return np.asarray(times[which] > 1)


def _scan(path: Path, options: RoadOptions) -> _Scan:
    """One pass over the file."""
    points = _Points(array("q"), array("d"), array("d"), array("q"))
    scan = _Scan(points, [], [], set(), {}, [])
    for one in elements(path):
        if isinstance(one, Barrier):
            verdict = access.barrier(one.tags)
            if verdict == access.BLOCKED:
                scan.barriers.add(one.node)
            elif verdict:
                scan.strange[one.node] = one.tags["barrier"]
        elif isinstance(one, Deleted):
            scan.deleted.append(one)
        else:
            _take(one, options, scan)
    return scan


def _take(way: Way, options: RoadOptions, scan: _Scan) -> None:
    scan.points.node.extend(way.nodes)
    scan.points.lon.extend(way.lon)
    scan.points.lat.extend(way.lat)
    scan.points.size.append(len(way.nodes))
    scan.roads.append(road_words.road(way.tags, options))
    scan.names.append(way.tags.get("name"))


def _reasons(roads: Sequence[road_words.Road], way: np.ndarray, lost: np.ndarray) -> list[str]:
    """[way] why it is left out, or nothing; a way needs two nodes in a row that are there."""
    joined = (way[1:] == way[:-1]) & ~lost[1:] & ~lost[:-1]
    usable = np.bincount(way[1:][joined], minlength=len(roads)) > 0
    return [
        road.left_out or ("" if ends else left_out.NO_ENDS)
        for road, ends in zip(roads, usable.tolist(), strict=True)
    ]


def _refuse_if_nothing(path: Path, roads: Sequence[road_words.Road], reasons: list[str]) -> None:
    if "" in reasons:
        return
    if left_out.NO_ENDS not in reasons:
        raise MapImportError(path, Message("there is no road for vehicles in it"))
    if is_overpass(path):
        message = Message(
            "the ways of this answer of Overpass lack their places: ask it for `out geom;`, or "
            "for `(._;>;); out;`"
        )
        raise MapImportError(path, message)
    raise MapImportError(path, Message("every way in it lacks its nodes"))
