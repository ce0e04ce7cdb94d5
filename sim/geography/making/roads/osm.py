"""Roads from an OpenStreetMap extract: `.osm.pbf`, `.osm`, `.osm.gz`."""

from __future__ import annotations

from array import array
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import shapely

from sim.errors import MapImportError
from sim.geography.making.options import Options
from sim.geography.making.report import Report, count
from sim.geography.making.roads import tags as road_words

CLOSED = frozenset({"no", "private", "agricultural", "forestry"})


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


def read(path: Path, options: Options, report: Report) -> gpd.GeoDataFrame:
    """Links between crossings, in degrees: u, v, class, oneway, speed_kmh, name."""
    points, ways, seen = _scan(path, options)
    for said in _words(seen):
        report.say("Roads", said)
    if not ways.road_class:
        raise MapImportError(path, "there is no road for vehicles in it")
    size = np.frombuffer(points.size, np.int64)
    way = np.repeat(np.arange(len(size)), size)
    xy = np.column_stack([np.frombuffer(points.lon), np.frombuffer(points.lat)])
    node = np.frombuffer(points.node, np.int64)
    lost = np.isnan(xy[:, 0])
    if lost.any():
        cut = len(np.unique(way[lost]))
        report.say("Roads", f"{count(cut, 'way')} cut where the extract ends (nodes missing)")
    shared = used_more_than_once(node)
    first, last, of_way, line = split(way, xy, shared, lost)
    unusable = len(size) - len(np.unique(of_way))
    if unusable:
        report.say("Roads", f"left out: {count(unusable, 'way')} without usable ends")
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


def split(
    way: np.ndarray, xy: np.ndarray, cut: np.ndarray, lost: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Ways cut into links at the points of `cut`, at their ends and at points that are lost.

    Returns for each link its first point, its last point, its way and its line.
    """
    joined = (way[1:] == way[:-1]) & ~lost[1:] & ~lost[:-1]  # [point] to the next one
    end = cut.copy()
    end[1:] |= ~joined
    end[:-1] |= ~joined
    end[[0, -1]] = True
    piece = np.flatnonzero(joined)  # pieces run from point i to i + 1
    begins = end[piece]
    link = np.cumsum(begins) - 1  # [piece]
    first = piece[begins]
    last_piece = np.append(np.flatnonzero(begins)[1:], len(piece)) - 1
    last = piece[last_piece] + 1
    # Each link's points are the starts of its pieces and the end of its last one.
    at = np.insert(piece, last_piece + 1, last)
    of = np.insert(link, last_piece + 1, np.arange(len(first)))
    line = shapely.linestrings(xy[at], indices=of) if len(first) else np.array([], object)
    return first, last, way[first], line


def _scan(path: Path, options: Options) -> tuple[_Points, _Ways, Counter[str]]:
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
        raise MapImportError(path, f"this is not an OpenStreetMap file ({error})") from None
    return points, ways, seen


def _take(way: Any, options: Options, points: _Points, ways: _Ways, seen: Counter[str]) -> None:
    """Keep one way, or count why not."""
    tags = way.tags
    name = road_words.road_class(tags.get("highway"))
    if not name:
        if tags.get("route") != "ferry":
            return
        name = "ferry"
    seen["read"] += 1
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


def _why_not(name: str, tags: Any, options: Options) -> str:
    """The reason a way is left out, or nothing."""
    if not road_words.wanted(name, options.service, options.tracks, options.ferries):
        return {"ferry": "ferries", "track": "tracks", "service": "service roads"}.get(
            name, "ways not for vehicles, or not built yet"
        )
    # The most particular key decides: motor_vehicle=yes opens a road with access=no.
    said = tags.get("motor_vehicle") or tags.get("vehicle") or tags.get("access")
    if said in CLOSED and tags.get("emergency") not in ("yes", "designated", "official"):
        return "closed to the public (access) without emergency=yes"
    return ""


def _course(name: str, tags: Any, seen: Counter[str]) -> int:
    """BOTH, FORWARD or BACKWARD; roundabouts and motorways run one way unless they say not."""
    said = tags.get("oneway")
    known = road_words.direction(said)
    if said in ("reversible", "alternating"):
        seen["reversible"] += 1
    if known is None:
        seen["oneway not understood"] += 1
    if said is None and (name == "motorway" or tags.get("junction") in ("roundabout", "circular")):
        return road_words.FORWARD
    return known or road_words.BOTH


def _words(seen: Counter[str]) -> list[str]:
    """What was read and left out, for the report."""
    lines = [f"{count(seen.pop('read', 0), 'way')} with highway or route=ferry read"]
    notes = {
        "reversible": "reversible ways taken as open both ways",
        "oneway not understood": "ways with an unknown oneway taken as open both ways",
    }
    switch = {"ferries": " (--ferries keeps them)", "tracks": " (--tracks keeps them)",
              "service roads": " (--service keeps them)"}  # fmt: skip
    for reason, number in sorted(seen.items()):
        if reason in notes:
            lines.append(f"{number:,} {notes[reason]}")
        else:
            lines.append(f"left out: {number:,} {reason}{switch.get(reason, '')}")
    return lines


def _osmium() -> Any:
    try:
        import osmium
    except ImportError:
        raise MapImportError(
            "a map from OpenStreetMap files",
            'install what reads them: pip install "tenthirty[osm]"',
        ) from None
    return osmium
