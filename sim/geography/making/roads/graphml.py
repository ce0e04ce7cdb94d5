"""Roads from a GraphML file as osmnx saves it; osmnx itself is not needed."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, Final, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely

from sim.errors import MapImportError
from sim.files import plain_xml
from sim.geography.making.groups import RoadOptions
from sim.geography.making.report import EDGES, NODES, ROADS, Report, count
from sim.geography.making.roads import access, columns, left_out, speeds
from sim.geography.making.roads import tags as road_words
from sim.geography.making.roads.cutting import along_their_course, runs_forward
from sim.geography.making.roads.wording import said
from sim.text import Message, message_of

NAMESPACE = "{http://graphml.graphdrawing.org/xmlns}"
GEOMETRY: Final = "geometry"
NOWHERE: Final = 1e9  # degrees or metres that no place has


class _Graph(NamedTuple):
    crs: str
    directed: bool
    node: dict[str, int]
    x: array[float]
    y: array[float]
    tail: array[int]
    head: array[int]
    said: dict[str, list[str | None]]  # [edge] by OpenStreetMap's key
    barriers: set[int]  # nodes that no ambulance passes
    strange: dict[int, str]  # words of barriers that nobody knows, by node


def read(path: Path, options: RoadOptions, report: Report) -> gpd.GeoDataFrame:
    """Links in the file's own coordinates: u, v, class, oneway, speeds, name, metres on the ground.

    `speed_kmh` is from u to v, `back_kmh` from v to u.
    """
    graph = _scan(path)
    if not len(graph.tail):
        raise MapImportError(path, Message("there is no edge in it"))
    crs = _crs(path, graph)
    tail, head = np.frombuffer(graph.tail, np.int64), np.frombuffer(graph.head, np.int64)
    tail, head = _cut_at_barriers(graph, tail, head, report)
    lines = _lines(graph, np.frombuffer(graph.tail, np.int64), np.frombuffer(graph.head, np.int64))
    report.note(ROADS, Message("{edges} read", edges=count(len(lines), EDGES)))
    for name, unit in speeds.IN_UNITS.items():
        if name in graph.said:
            report.note(
                ROADS, Message("speed from attribute {name}, in {unit}", name=name, unit=unit)
            )
    tags = _tags(graph)
    meaning = road_words.directed if graph.directed else _undirected
    roads = [meaning(said, options) for said in tags]
    metres = left_out.ground_m_of_lines(lines, crs)
    if graph.directed:
        metres = np.where(_there_and_back(tail, head, lines), metres / 2, metres)
    reasons = [road.left_out for road in roads]
    left_out.note_ways(roads, reasons, metres, EDGES, report)
    kept = np.array([not reason for reason in reasons], bool)
    if not kept.any():
        raise MapImportError(path, Message("there is no road for vehicles in it"))
    left_out.note_own_classes([road for road in roads if not road.left_out], report)
    facts = left_out.as_links(roads, metres, _by_way(graph, metres), EDGES, report)
    frame = gpd.GeoDataFrame(
        {"u": tail, "v": head, **facts, "name": [said.get("name") for said in tags]},
        geometry=lines,
        crs=crs,
    )
    frame = along_their_course(frame[kept].reset_index(drop=True))
    return _join_directions(frame) if graph.directed else frame


def _by_way(graph: _Graph, metres: np.ndarray) -> np.ndarray:
    """[edge] metres of the whole way that it is of: a ferry's duration is said of all of it."""
    if "osmid" not in graph.said:
        return metres
    way = pd.factorize(np.array([text or "" for text in graph.said["osmid"]], object))[0]
    return np.asarray(np.bincount(way, metres)[way])


def _undirected(tags: dict[str, str], options: RoadOptions) -> road_words.Road:
    return road_words.road(tags, options, own_classes=True)


def _tags(graph: _Graph) -> list[dict[str, str]]:
    """[edge] what its attributes say, without those that say nothing."""
    texts = {key: values for key, values in graph.said.items() if key != GEOMETRY}
    if not texts:
        return [{} for _ in graph.tail]
    return [said(dict(zip(texts, row, strict=True))) for row in zip(*texts.values(), strict=True)]


def _crs(path: Path, graph: _Graph) -> pyproj.CRS:
    """The coordinate system that the graph names; degrees where it names none."""
    try:
        return pyproj.CRS.from_user_input(graph.crs.strip() or "EPSG:4326")
    except pyproj.exceptions.CRSError:
        message = Message(
            "write a coordinate system like EPSG:32649; found {found}", found=graph.crs
        )
        raise MapImportError(path, message) from None


def _cut_at_barriers(
    graph: _Graph, tail: np.ndarray, head: np.ndarray, report: Report
) -> tuple[np.ndarray, np.ndarray]:
    """The edges' ends; at a barrier the two edges of one street stay together, others part."""
    barred = np.array(sorted(graph.barriers), np.int64)
    left_out.note_barriers(len(barred), list(graph.strange.values()), report)
    tail, head = tail.copy(), head.copy()
    # One node for each neighbour and barrier: there and back between two nodes is one street.
    own: dict[tuple[int, int], int] = {}
    for at in np.flatnonzero(np.isin(tail, barred) | np.isin(head, barred)).tolist():
        a, b = int(tail[at]), int(head[at])
        if a in graph.barriers:
            tail[at] = own.setdefault((a, b), len(graph.x) + len(own))
        if b in graph.barriers:
            head[at] = own.setdefault((b, a), len(graph.x) + len(own))
    return tail, head


def _lines(graph: _Graph, tail: np.ndarray, head: np.ndarray) -> np.ndarray:
    """Each edge's line; straight where none is given."""
    xy = np.column_stack([np.frombuffer(graph.x), np.frombuffer(graph.y)])
    straight = np.asarray(shapely.linestrings(np.stack([xy[tail], xy[head]], axis=1)))
    lines = straight.copy()
    given = np.array([bool(text) for text in graph.said.get(GEOMETRY, [None] * len(lines))])
    if given.any():
        texts = [text for text in graph.said[GEOMETRY] if text]
        lines[given] = shapely.from_wkt(texts, on_invalid="ignore")
        odd = np.asarray(shapely.get_type_id(lines) != 1)  # -1 where it could not be read
        lines[odd] = straight[odd]
    return lines


def _there_and_back(tail: np.ndarray, head: np.ndarray, lines: np.ndarray) -> np.ndarray:
    """[edge] whether another runs back along it: the two are one street on the ground."""
    key = pd.DataFrame(
        {
            "low": np.minimum(tail, head),
            "high": np.maximum(tail, head),
            "length": shapely.length(lines).round(9),
        }
    )
    same = key.groupby(list(key.columns), sort=False).ngroup().to_numpy()
    upward = _upward(tail, head, lines)
    up, down = np.bincount(same, upward) > 0, np.bincount(same, ~upward) > 0
    return np.asarray(up & down)[same]


def _upward(u: np.ndarray, v: np.ndarray, line: np.ndarray) -> np.ndarray:
    """[edge] one of two answers there and the other back: by its nodes, a loop by its points."""
    return np.where(u == v, runs_forward(line), u < v)


def _join_directions(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Two edges there and back along one line become one link that is open both ways."""
    u, v = frame["u"].to_numpy(), frame["v"].to_numpy()
    line = frame.geometry.values
    key = pd.DataFrame(
        {
            "low": np.minimum(u, v),
            "high": np.maximum(u, v),
            "class": pd.factorize(frame["class"])[0],
            "speed": frame["speed_kmh"].fillna(-1.0),
            # Two lines of one length between the same nodes are one line, there and back.
            "length": shapely.length(line).round(9),
        }
    )
    same = key.groupby(list(key.columns), sort=False).ngroup().to_numpy()
    forward = _upward(u, v, line)
    already = frame["oneway"].to_numpy() == 0
    ways = np.zeros((same.max() + 1 if len(same) else 0, 2), bool)
    ways[same, forward.astype(int)] = True
    ways[same[already]] = True
    both = np.asarray(ways.all(axis=1))[same]
    # What is driven along the line is driven back along it at the same speed; kilometres of the
    # two edges are kilometres of the one link.
    repeated = both & pd.Series(same).duplicated().to_numpy()
    metres = frame[left_out.GROUND_M].to_numpy()
    summed = np.bincount(same, metres)[same]
    frame = frame.assign(
        oneway=np.where(both, 0, 1).astype(np.int32),
        back_kmh=frame["speed_kmh"],
        **{left_out.GROUND_M: np.where(both, summed, metres)},
    )
    return frame[~repeated].reset_index(drop=True)


def _scan(path: Path) -> _Graph:
    """One pass over the file, forgetting each element once it is read."""
    graph = _Graph("", True, {}, array("d"), array("d"), array("q"), array("q"), {},
                   set(), {})  # fmt: skip
    try:
        with path.open("rb") as file:
            facts = dict(_elements(file, graph))
    except (plain_xml.XmlError, OSError) as error:
        message = Message("this is not a GraphML file ({error})", error=message_of(error))
        raise MapImportError(path, message) from None
    unplaced = sum(math.isnan(x) for x in graph.x)
    if unplaced:
        nodes = count(unplaced, NODES)
        message = Message("{nodes} without x and y: save the graph with osmnx", nodes=nodes)
        raise MapImportError(path, message)
    return graph._replace(
        crs=facts.get("crs", ""), directed=facts.get("edgedefault", "directed") == "directed"
    )


def _elements(file: IO[bytes], graph: _Graph) -> Iterator[tuple[str, str]]:
    """Fills nodes and edges; yields what is said of the graph as a whole."""
    names: dict[str, str] = {}  # of attributes, by their ids
    keys: dict[str, str] = {}  # OpenStreetMap's, by the ids of edges' attributes
    of_edges: set[str] = set()
    inside = ""
    root: Any = None
    for event, element in plain_xml.events(file):
        tag = element.tag.removeprefix(NAMESPACE)
        if event == "start":
            root = element if root is None or tag == "graph" else root
            inside = tag if tag in ("node", "edge") else inside
            if tag == "graph":
                meant = columns.meanings(names[i] for i in names if i in of_edges)
                known = {name: key for key, name in meant.items()}
                keys = {i: known[name] for i, name in names.items()
                        if i in of_edges and name in known}  # fmt: skip
                yield "edgedefault", element.get("edgedefault", "directed")
            continue
        if tag == "key":
            names[element.get("id", "")] = element.get("attr.name", "")
            if element.get("for", "edge") in ("edge", "all"):
                of_edges.add(element.get("id", ""))
        elif tag == "data" and not inside:
            yield names.get(element.get("key", ""), ""), element.text or ""
        elif tag == "node":
            _add_node(graph, element, {names.get(d.get("key", "")): d.text for d in element})
        elif tag == "edge":
            _add_edge(graph, element, {keys.get(d.get("key", "")): d.text for d in element})
        if tag in ("node", "edge"):
            inside = ""
            root.clear()  # forgets the elements that were read, keeps memory flat


def _add_node(graph: _Graph, element: Any, said_of_it: dict[Any, Any]) -> None:
    at = _number(graph, element.get("id"))
    graph.x[at], graph.y[at] = (_float(said_of_it.get(axis)) for axis in ("x", "y"))
    if said_of_it.get("barrier"):
        tags = said(said_of_it)
        verdict = access.barrier(tags)
        if verdict == access.BLOCKED:
            graph.barriers.add(at)
        elif verdict:
            graph.strange[at] = tags["barrier"]


def _add_edge(graph: _Graph, element: Any, said_of_it: dict[Any, Any]) -> None:
    for key in said_of_it:
        if key is not None and key not in graph.said:
            graph.said[key] = [None] * len(graph.tail)
    graph.tail.append(_number(graph, element.get("source")))
    graph.head.append(_number(graph, element.get("target")))
    for key, texts in graph.said.items():
        texts.append(said_of_it.get(key))


def _number(graph: _Graph, name: str) -> int:
    """The node's row; a node may be named by an edge before it is described."""
    at = graph.node.setdefault(name, len(graph.x))
    if at == len(graph.x):
        graph.x.append(math.nan)
        graph.y.append(math.nan)
    return at


def _float(text: str | None) -> float:
    try:
        number = float(text or "nan")
    except ValueError:
        return math.nan
    return number if abs(number) < NOWHERE else math.nan
