"""Roads from an OpenStreetMap extract: `.osm.pbf`, `.osm`, `.osm.gz`."""

from __future__ import annotations

from array import array
from collections import Counter
from pathlib import Path
from typing import Any, Final, NamedTuple

import geopandas as gpd
import numpy as np

from sim.errors import MapImportError
from sim.geography.making.groups import RoadOptions
from sim.geography.making.report import ROADS, WAYS, Report, count
from sim.geography.making.roads import tags as road_words
from sim.geography.making.roads.cutting import split
from sim.text import Message

CLOSED: Final = frozenset({"no", "private", "agricultural", "forestry"})

# What is counted on the way.
READ, REVERSIBLE, ODD_COURSE = "read", "reversible", "odd course"
CLOSED_WAY, FERRY, SERVICE, TRACK, NO_ROAD = "closed", "ferry", "service", "track", "no road"


class _Points(NamedTuple):
    """The nodes of every way, one after the other, as they come from the file."""

    node: array[int]
    lon: array[float]
    lat: array[float]
    size: array[int]  # [way] how many of them


class _Ways(NamedTuple):
    road_class: list[str]
    oneway: list[int]
    speed_kmh: list[float]
    name: list[str | None]


def read(path: Path, options: RoadOptions, report: Report) -> gpd.GeoDataFrame:
    """Links between crossings, in degrees: u, v, class, oneway, speed_kmh, name."""
    points, ways, seen = _scan(path, options)
    _note(seen, report)
    if not ways.road_class:
        raise MapImportError(path, Message("there is no road for vehicles in it"))
    size = np.frombuffer(points.size, np.int64)
    way = np.repeat(np.arange(len(size)), size)
    xy = np.column_stack([np.frombuffer(points.lon), np.frombuffer(points.lat)])
    node = np.frombuffer(points.node, np.int64)
    lost = np.isnan(xy[:, 0])
    if lost.any():
        cut = len(np.unique(way[lost]))
        ways_cut = count(cut, WAYS)
        report.note(
            ROADS, Message("{ways} cut where the extract ends (nodes missing)", ways=ways_cut)
        )
    shared = used_more_than_once(node)
    first, last, of_way, line = split(way, xy, shared, lost)
    unusable = len(size) - len(np.unique(of_way))
    if unusable:
        lost_ways = count(unusable, WAYS)
        report.note(ROADS, Message("left out: {ways} without usable ends", ways=lost_ways))
    if not len(line):
        raise MapImportError(path, Message("every way in it lacks its nodes"))
    return gpd.GeoDataFrame(
        {
            "u": node[first],
            "v": node[last],
            "class": np.array(ways.road_class, object)[of_way],
            "oneway": np.array(ways.oneway, np.int32)[of_way],
            "speed_kmh": np.array(ways.speed_kmh)[of_way],
            "name": np.array(ways.name, object)[of_way],
        },
        geometry=line,
        crs=4326,
    )


def used_more_than_once(node: np.ndarray) -> np.ndarray:
    """For each point, whether its node is met twice: by two ways, or by one way again."""
    _, which, times = np.unique(node, return_inverse=True, return_counts=True)
    return np.asarray(times[which] > 1)


def _scan(path: Path, options: RoadOptions) -> tuple[_Points, _Ways, Counter[str]]:
    """One pass over the file's ways."""
    osmium = _osmium()
    points = _Points(array("q"), array("d"), array("d"), array("q"))
    ways = _Ways([], [], [], [])
    seen: Counter[str] = Counter()
    try:
        ways_of_file = (
            osmium.FileProcessor(str(path), osmium.osm.NODE | osmium.osm.WAY)
            .with_locations()
            .with_filter(osmium.filter.EntityFilter(osmium.osm.WAY))
            .with_filter(osmium.filter.KeyFilter("highway", "route"))
        )
        for way in ways_of_file:
            _take(way, options, points, ways, seen)
    except (RuntimeError, ValueError, OSError) as error:  # whatever libosmium finds in the file
        message = Message("this is not an OpenStreetMap file ({error})", error=error)
        raise MapImportError(path, message) from None
    return points, ways, seen


def _take(way: Any, options: RoadOptions, points: _Points, ways: _Ways, seen: Counter[str]) -> None:
    """Keep one way, or count why not."""
    tags = way.tags
    name = road_words.road_class(tags.get("highway"))
    if not name:
        if tags.get("route") != "ferry":
            return
        name = "ferry"
    seen[READ] += 1
    reason = _why_not(name, tags, options)
    if reason:
        seen[reason] += 1
        return
    course = _course(name, tags, seen)
    nodes = list(way.nodes)
    for node in nodes if course != road_words.BACKWARD else reversed(nodes):
        known = node.location.valid()
        points.node.append(node.ref)
        points.lon.append(node.lon if known else np.nan)
        points.lat.append(node.lat if known else np.nan)
    points.size.append(len(nodes))
    ways.road_class.append(name)
    ways.oneway.append(int(course != road_words.BOTH))
    limit = road_words.FERRY_KMH if name == "ferry" else road_words.speed_kmh(tags.get("maxspeed"))
    ways.speed_kmh.append(limit)
    ways.name.append(tags.get("name"))


def _why_not(name: str, tags: Any, options: RoadOptions) -> str:
    """The reason a way is left out, or nothing."""
    if not road_words.wanted(name, options.service, options.tracks, options.ferries):
        return name if name in (FERRY, SERVICE, TRACK) else NO_ROAD
    # The most particular key decides: motor_vehicle=yes opens a road with access=no.
    said = tags.get("motor_vehicle") or tags.get("vehicle") or tags.get("access")
    if said in CLOSED and tags.get("emergency") not in ("yes", "designated", "official"):
        return CLOSED_WAY
    return ""


def _course(name: str, tags: Any, seen: Counter[str]) -> int:
    """BOTH, FORWARD or BACKWARD; roundabouts and motorways run one way unless they say not."""
    said = tags.get("oneway")
    known = road_words.direction(said)
    if said in ("reversible", "alternating"):
        seen[REVERSIBLE] += 1
    if known is None:
        seen[ODD_COURSE] += 1
    if said is None and (name == "motorway" or tags.get("junction") in ("roundabout", "circular")):
        return road_words.FORWARD
    return known or road_words.BOTH


# What is counted, in the order of its first word: as it is said, and what the count is called.
COUNTED: Final = (
    (CLOSED_WAY, Message("left out: {n} closed to the public (access) without emergency=yes")),
    (FERRY, Message("left out: {n} ferries (--ferries keeps them)")),
    (ODD_COURSE, Message("{n} ways with an unknown oneway taken as open both ways")),
    (REVERSIBLE, Message("{n} reversible ways taken as open both ways")),
    (SERVICE, Message("left out: {n} service roads (--service keeps them)")),
    (TRACK, Message("left out: {n} tracks (--tracks keeps them)")),
    (NO_ROAD, Message("left out: {n} ways not for vehicles, or not built yet")),
)


def _note(seen: Counter[str], report: Report) -> None:
    """What was read and left out."""
    read = count(seen[READ], WAYS)
    report.note(ROADS, Message("{ways} with highway or route=ferry read", ways=read))
    for reason, text in COUNTED:
        if seen[reason]:
            report.note(ROADS, Message(text.text, n=f"{seen[reason]:,}"))


def _osmium() -> Any:
    try:
        import osmium
    except ImportError:
        raise MapImportError(
            Message("a map from OpenStreetMap files"),
            Message('install what reads them: pip install "tenthirty[osm]"'),
        ) from None
    return osmium
