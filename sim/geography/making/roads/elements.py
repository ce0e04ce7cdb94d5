"""Ways and barriers of OpenStreetMap data, from an extract, an editor's file or Overpass."""

from __future__ import annotations

import bz2
import gzip
import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

from sim.errors import MapImportError
from sim.files import json_text, plain_xml
from sim.geography.making.roads import tags as road_words
from sim.geography.making.roads.wording import said
from sim.text import Message, message_of

JSON: Final = ".json"
BLOCK: Final = 1 << 20
# What only editors and Overpass write: ids below zero are of new objects; others are marked as
# deleted; places may stand with the nodes of a way.
EDITED: Final = re.compile(
    rb"""\s(?:(?:id|ref)=["']-|action=["']delete|visible=["']false|deleted=["']true)"""
    rb"""|<nd\s[^>]*\slat="""
)


class Way(NamedTuple):
    """A road or ferry: what it says, and its nodes; nan where a node is not in the file."""

    tags: dict[str, str]
    nodes: list[int]
    lon: list[float]
    lat: list[float]


class Deleted(NamedTuple):
    """A road that was deleted in an editor."""

    way: int


class Barrier(NamedTuple):
    """A node that says that something stands there."""

    tags: dict[str, str]
    node: int


Element = Way | Barrier | Deleted


def elements(path: Path) -> Iterator[Element]:
    """The roads and barriers of a file, as it has them; what was deleted in an editor is left out.

    MapImportError if it is no such file.
    """
    if path.suffix.lower() == JSON:
        return _of_overpass(path)
    return _of_editor(path) if _is_edited(path) else _of_extract(path)


def _is_edited(path: Path) -> bool:
    """Whether an XML file says what only an editor does: then it is read object by object."""
    if ".pbf" in path.suffixes:
        return False
    try:
        with _opened(path) as file:
            before = b""
            while block := file.read(BLOCK):
                if EDITED.search(before + block):
                    return True
                before = block[-64:]
    except (OSError, EOFError):  # what is wrong with it is said where it is read
        return False
    return False


def _opened(path: Path) -> Any:
    if path.suffix.lower() == ".gz":
        return gzip.open(path, "rb")
    return bz2.open(path, "rb") if path.suffix.lower() == ".bz2" else path.open("rb")


# ── extracts, by libosmium ───────────────────────────────────────────────────────────────────


def _of_extract(path: Path) -> Iterator[Element]:
    osmium = _osmium()
    node, way = osmium.osm.NODE, osmium.osm.WAY
    try:
        found = (
            osmium.FileProcessor(str(path.resolve()), node | way)
            .with_locations()
            .with_filter(osmium.filter.KeyFilter("highway", "route").enable_for(way))
            .with_filter(osmium.filter.KeyFilter("barrier").enable_for(node))
        )
        for one in found:
            tags = said({tag.k: tag.v for tag in one.tags})
            if one.is_node():
                yield Barrier(tags, one.id)
            elif road_words.is_road(tags):
                yield _way(tags, one.nodes)
    except Exception as error:  # whatever libosmium finds in the file, of kinds of its own
        message = Message("this is not an OpenStreetMap file ({error})", error=error)
        raise MapImportError(path, message) from None


def _way(tags: dict[str, str], nodes: Any) -> Way:
    way = Way(tags, [], [], [])
    for node in nodes:
        at = node.location
        known = at.valid()
        way.nodes.append(node.ref)
        way.lon.append(at.lon if known else math.nan)
        way.lat.append(at.lat if known else math.nan)
    return way


def _osmium() -> Any:
    try:
        import osmium
    except ImportError:
        raise MapImportError(
            Message("a map from OpenStreetMap files"),
            Message("install what reads them: pip install osmium"),
        ) from None
    return osmium


# ── files of an editor, as JOSM saves them ───────────────────────────────────────────────────


def _of_editor(path: Path) -> Iterator[Element]:
    """New objects have ids below zero, which libosmium does not look up; the deleted are marked."""
    where: dict[int, tuple[float, float]] = {}
    ways: list[tuple[dict[str, str], list[int]]] = []
    try:
        with _opened(path) as file:
            for one in _there(file):
                tags = said({tag.get("k", ""): tag.get("v", "") for tag in one.iter("tag")})
                number = int(one.get("id", ""))
                if _is_deleted(one):
                    if one.tag == "way" and road_words.is_road(tags):
                        yield Deleted(number)
                    continue
                if one.tag == "node":
                    where[number] = _place(one.get("lon"), one.get("lat"))
                    if "barrier" in tags:
                        yield Barrier(tags, number)
                elif road_words.is_road(tags):
                    ways.append((tags, [_node(nd, where) for nd in one.iter("nd")]))
    except (ValueError, OSError, EOFError) as error:
        message = Message("this is not an OpenStreetMap file ({error})", error=message_of(error))
        raise MapImportError(path, message) from None
    for tags, nodes in ways:
        yield _placed(tags, nodes, where)


def _node(nd: Any, where: dict[int, tuple[float, float]]) -> int:
    """The id of a way's node; its place, if it stands here."""
    number = int(nd.get("ref", ""))
    if nd.get("lat") and number not in where:
        where[number] = _place(nd.get("lon"), nd.get("lat"))
    return number


def _there(file: Any) -> Iterator[Any]:
    """Nodes and ways, each forgotten once it is read."""
    root: Any = None
    for event, one in plain_xml.events(file):
        root = one if root is None else root
        if event == "end" and one.tag in ("node", "way"):
            yield one
            root.clear()


def _place(lon: str | float | None, lat: str | float | None) -> tuple[float, float]:
    """A node's degrees; nan where it has none. ValueError if they are nowhere."""
    if lon is None or lat is None:
        return math.nan, math.nan
    place = float(lon), float(lat)
    if not (abs(place[0]) <= 180 and abs(place[1]) <= 90):  # nan neither
        raise ValueError(Message("a node at {lon}, {lat}", lon=lon, lat=lat))
    return place


def _is_deleted(one: Any) -> bool:
    return (
        one.get("action") == "delete"
        or one.get("visible") == "false"
        or one.get("deleted") == "true"
    )


def _placed(
    tags: dict[str, str], nodes: list[int], where: dict[int, tuple[float, float]]
) -> Way:  # fmt: skip
    at = [where.get(node, (math.nan, math.nan)) for node in nodes]
    return Way(tags, nodes, [lon for lon, _ in at], [lat for _, lat in at])


# ── answers of Overpass ──────────────────────────────────────────────────────────────────────


def is_overpass(path: Path) -> bool:
    """Whether a .json file is an answer of Overpass, and no GeoJSON."""
    if path.suffix.lower() != JSON:
        return False
    try:
        read = json_text.loads(path.read_bytes())
    except (ValueError, OSError):
        return False
    return isinstance(read, dict) and isinstance(read.get("elements"), list)


def _of_overpass(path: Path) -> Iterator[Element]:
    """Ways with their nodes (`>; out skel`) or with their geometry (`out geom`)."""
    where: dict[int, tuple[float, float]] = {}
    ways: list[dict[str, Any]] = []
    read = json_text.loads(path.read_bytes())
    if "remark" in read:
        message = Message("Overpass did not finish ({remark}): ask it again", remark=read["remark"])
        raise MapImportError(path, message)
    try:
        for one in read["elements"]:
            tags = said({str(k): str(v) for k, v in one.get("tags", {}).items()})
            if one.get("type") == "node":
                where[int(one["id"])] = _place(one["lon"], one["lat"])
                if "barrier" in tags:
                    yield Barrier(tags, int(one["id"]))
            elif one.get("type") == "way" and road_words.is_road(tags):
                ways.append({**one, "tags": tags})
        for one in ways:
            yield _way_of_overpass(one, where)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        message = Message("this answer of Overpass cannot be read ({error})", error=error)
        raise MapImportError(path, message) from None


def _way_of_overpass(one: dict[str, Any], where: dict[int, tuple[float, float]]) -> Way:
    at = one.get("geometry")
    if at is None:
        return _placed(one["tags"], [int(n) for n in one.get("nodes", [])], where)
    places = [_place(None, None) if p is None else _place(p["lon"], p["lat"]) for p in at]
    lon, lat = [p[0] for p in places], [p[1] for p in places]
    # Without ids of nodes two ways meet where they have a point in common, to a centimetre.
    nodes = one.get("nodes") or [_number_of_place(*p) for p in zip(lon, lat, strict=True)]
    return Way(one["tags"], [int(n) for n in nodes], lon, lat)


def _number_of_place(lon: float, lat: float) -> int:
    if math.isnan(lon):
        return 0
    return round((lon + 180) * 1e7) * 2_000_000_000 + round((lat + 90) * 1e7)
