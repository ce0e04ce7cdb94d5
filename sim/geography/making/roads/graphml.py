"""Roads from a GraphML file as osmnx saves it; osmnx itself is not needed."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree import ElementTree

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from sim.errors import MapImportError
from sim.geography.making.groups import RoadOptions
from sim.geography.making.report import EDGES, NODES, ROADS, Report, count
from sim.geography.making.roads import tags as road_words
from sim.text import Message

NAMESPACE = "{http://graphml.graphdrawing.org/xmlns}"
WANTED = ("highway", "maxspeed", "name", "oneway", "geometry")


class _Graph(NamedTuple):
    crs: str
    directed: bool
    node: dict[str, int]
    x: array[float]
    y: array[float]
    tail: array[int]
    head: array[int]
    said: dict[str, list[str | None]]  # [edge] by attribute


def read(path: Path, options: RoadOptions, report: Report) -> gpd.GeoDataFrame:
    """Links in the file's own coordinates: u, v, class, oneway, speed_kmh, name."""
    graph = _scan(path)
    if not len(graph.tail):
        raise MapImportError(path, Message("there is no edge in it"))
    tail, head = np.frombuffer(graph.tail, np.int64), np.frombuffer(graph.head, np.int64)
    said = graph.said
    names = [road_words.road_class(text) for text in said["highway"]]
    frame = gpd.GeoDataFrame(
        {
            "u": tail,
            "v": head,
            "class": np.array(names, object),
            "oneway": _oneway(graph),
            "speed_kmh": [road_words.speed_kmh(text) for text in said["maxspeed"]],
            "name": np.array(said["name"], object),
        },
        geometry=_lines(graph, tail, head),
        crs=graph.crs or 4326,
    )
    kept = {
        name: road_words.wanted(name, options.service, options.tracks, options.ferries)
        for name in set(names)
    }
    used = frame["class"].map(kept).to_numpy(bool)
    report.note(ROADS, Message("{edges} read", edges=count(len(frame), EDGES)))
    if not used.all():
        others = count((~used).sum(), EDGES)
        report.note(ROADS, Message("left out: {edges} of other classes", edges=others))
    if not used.any():
        raise MapImportError(path, Message("there is no road for vehicles in it"))
    frame = frame[used].reset_index(drop=True)
    return _join_directions(frame) if graph.directed else frame


def _oneway(graph: _Graph) -> np.ndarray:
    """An edge of a directed graph is one direction; of another graph, what it says."""
    if graph.directed:
        return np.ones(len(graph.tail), np.int32)
    words = [road_words.direction(text) for text in graph.said["oneway"]]
    return np.array([int(word == road_words.FORWARD) for word in words], np.int32)


def _lines(graph: _Graph, tail: np.ndarray, head: np.ndarray) -> np.ndarray:
    """Each edge's line; straight where none is given."""
    xy = np.column_stack([np.frombuffer(graph.x), np.frombuffer(graph.y)])
    straight = np.asarray(shapely.linestrings(np.stack([xy[tail], xy[head]], axis=1)))
    lines = straight.copy()
    given = np.array([bool(text) for text in graph.said["geometry"]])
    if given.any():
        texts = [text for text in graph.said["geometry"] if text]
        lines[given] = shapely.from_wkt(texts, on_invalid="ignore")
        odd = np.asarray(shapely.get_type_id(lines) != 1)  # -1 where it could not be read
        lines[odd] = straight[odd]
    return lines


def _join_directions(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Two edges there and back along one line become one link that is open both ways."""
    u, v = frame["u"].to_numpy(), frame["v"].to_numpy()
    key = pd.DataFrame(
        {
            "low": np.minimum(u, v),
            "high": np.maximum(u, v),
            "class": pd.factorize(frame["class"])[0],
            "speed": frame["speed_kmh"].fillna(-1.0),
            # Two lines of one length between the same nodes are one line, there and back.
            "length": shapely.length(frame.geometry.values).round(9),
        }
    )
    same = key.groupby(list(key.columns), sort=False).ngroup().to_numpy()
    forward = u < v
    ways = np.zeros((same.max() + 1 if len(same) else 0, 2), bool)
    ways[same, forward.astype(int)] = True
    both = np.asarray(ways.all(axis=1))[same]
    frame = frame.assign(oneway=np.where(both, 0, 1).astype(np.int32))
    repeated = pd.Series(same).duplicated().to_numpy()
    return frame[~(both & repeated)].reset_index(drop=True)


def _scan(path: Path) -> _Graph:
    """One pass over the file, forgetting each element once it is read."""
    graph = _Graph("", True, {}, array("d"), array("d"), array("q"), array("q"),
                   {name: [] for name in WANTED})  # fmt: skip
    try:
        facts = dict(_elements(path, graph))
    except ElementTree.ParseError as error:
        message = Message("this is not a GraphML file ({error})", error=error)
        raise MapImportError(path, message) from None
    unplaced = sum(math.isnan(x) for x in graph.x)
    if unplaced:
        nodes = count(unplaced, NODES)
        message = Message("{nodes} without x and y: save the graph with osmnx", nodes=nodes)
        raise MapImportError(path, message)
    return graph._replace(
        crs=facts.get("crs", ""), directed=facts.get("edgedefault", "directed") == "directed"
    )


def _elements(path: Path, graph: _Graph) -> Iterator[tuple[str, str]]:
    """Fills nodes and edges; yields what is said of the graph as a whole."""
    keys: dict[str, str] = {}
    inside = ""
    root: Any = None
    for event, element in ElementTree.iterparse(path, events=("start", "end")):
        tag = element.tag.removeprefix(NAMESPACE)
        if event == "start":
            root = element if tag == "graph" else root
            inside = tag if tag in ("node", "edge") else inside
            if tag == "graph":
                yield "edgedefault", element.get("edgedefault", "directed")
            continue
        if tag == "key":
            keys[element.get("id", "")] = element.get("attr.name", "")
        elif tag == "data" and not inside:
            yield keys.get(element.get("key", ""), ""), element.text or ""
        elif tag in ("node", "edge"):
            said = {keys.get(d.get("key", "")): d.text for d in element}
            _add_node(graph, element, said) if tag == "node" else _add_edge(graph, element, said)
            inside = ""
            root.clear()  # forgets the elements that were read, keeps memory flat


def _add_node(graph: _Graph, element: Any, said: dict[Any, Any]) -> None:
    at = _number(graph, element.get("id"))
    graph.x[at], graph.y[at] = (_float(said.get(axis)) for axis in ("x", "y"))


def _add_edge(graph: _Graph, element: Any, said: dict[Any, Any]) -> None:
    graph.tail.append(_number(graph, element.get("source")))
    graph.head.append(_number(graph, element.get("target")))
    for name, texts in graph.said.items():
        texts.append(said.get(name))


def _number(graph: _Graph, name: str) -> int:
    """The node's row; a node may be named by an edge before it is described."""
    at = graph.node.setdefault(name, len(graph.x))
    if at == len(graph.x):
        graph.x.append(math.nan)
        graph.y.append(math.nan)
    return at


def _float(text: str | None) -> float:
    try:
        return float(text or "nan")
    except ValueError:
        return math.nan
