"""Which roads of a map a closure means."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import shapely
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from sim.errors import did_you_mean
from sim.geography.roads.graph import both_ways, fastest
from sim.geography.roads.network import Network
from sim.policies.clock import NONE
from sim.scenario import positions
from sim.scenario.settings.closures import PLACES, Closure
from sim.scenario.validation import Problems
from sim.scenario.values import LonLat
from sim.text import Message

if TYPE_CHECKING:
    from sim.geography.bundle import Map

FAR_M: Final = 500.0  # from a road, where a point means one
HALF: Final = 0.5  # of a link must lie between two points


@lru_cache(maxsize=256)
def roads_of(closure: Closure, on: Map) -> np.ndarray:
    """The roads of a map that a closure means, in rising order; none if it is wrong."""
    return found(closure, on, Problems())


def found(closure: Closure, on: Map, problems: Problems) -> np.ndarray:
    """The roads that a closure means; none after telling why there are none."""
    roads, none = on.network, np.zeros(0, int)
    some = _of_classes(closure, roads)
    if closure.road is not None:
        named = _called(closure.road, on, problems.at("road"))
        some &= named
        if not some.any():
            return none
    if all(getattr(closure, name) is None for name in PLACES):
        return np.flatnonzero(some)
    if closure.township is not None:
        return _in_township(closure.township, on, some, problems.at("township"))
    if closure.around is not None and closure.radius is not None:
        middle = positions.position(closure.around, on, problems.at("around"))
        return none if middle is None else _in_circle(closure, middle, roads, some, problems)
    places = [closure.at] if closure.between is None else list(closure.between)
    key = "at" if closure.between is None else "between"
    ends = [_nearest(place, on, some, problems.at(key)) for place in places if place is not None]
    if any(end is None for end in ends):
        return none
    spots = [end for end in ends if end is not None]
    if len(spots) == 1:
        return np.array([spots[0].road])
    rows = _between(spots[0], spots[1], roads, some)
    if rows is None:
        problems.at(key).tell(Message("no way by these roads leads from one point to the other"))
    elif not len(rows):
        problems.at(key).tell(
            Message("no link lies between these two points: write them farther apart, or one as "
                    "`at`")
        )  # fmt: skip
    return none if rows is None else rows


def _of_classes(closure: Closure, roads: Network) -> np.ndarray:
    """[road] bool: those of the classes that are named."""
    if not closure.classes:
        return np.ones(len(roads.lines), bool)
    known = np.isin(np.array(roads.classes), closure.classes)
    return np.asarray(known[roads.road_class[roads.forth]])


def _called(name: str, on: Map, problems: Problems) -> np.ndarray:
    """[road] bool: those of a name; one that has several has them with semicolons between."""
    called, row = np.unique(on.road_names, return_inverse=True)
    parts = [[part.strip() for part in one.split(";")] for one in called.tolist()]
    known = list(dict.fromkeys(part for some in parts for part in some if part))
    wanted = [name.casefold() in [part.casefold() for part in some] for some in parts]
    found: np.ndarray = np.array(wanted, bool)[row.ravel()]
    if not known:
        problems.tell(Message("the map of {map} has no names of roads: write `at`", map=on.name))
    elif not found.any():
        hint = did_you_mean(name, known)
        problems.tell(
            Message('no road "{name}" on the map of {map}{hint}', name=name, map=on.name, hint=hint)
        )
    return found


def _in_circle(
    closure: Closure, middle: positions.Position, roads: Network, some: np.ndarray,
    problems: Problems,
) -> np.ndarray:  # fmt: skip
    point = shapely.Point(middle.x, middle.y)
    rows = roads.line_tree.query(point, predicate="dwithin", distance=closure.radius)
    found: np.ndarray = np.sort(rows[some[rows]])
    if not len(found):
        problems.at("radius").tell(
            Message("no road lies within {km:g} km of it", km=(closure.radius or 0) / 1000)
        )
    return found


def _in_township(name: str, on: Map, some: np.ndarray, problems: Problems) -> np.ndarray:
    names = [{one.name.zh, one.name.en} for one in on.townships]
    rows = [
        row for row, (called, code) in enumerate(zip(names, on.township_codes, strict=True))
        if name in called or name == code
    ]  # fmt: skip
    if not rows:
        known = [one for called in names for one in sorted(called)]
        problems.tell(
            Message('no township "{name}" on the map of {map}{hint}', name=name, map=on.name,
                    hint=did_you_mean(name, known))
        )  # fmt: skip
        return np.zeros(0, int)
    ground = shapely.union_all(on.layers["townships"].geometry.array[rows])
    within = on.network.line_tree.query(ground, predicate="intersects")
    found: np.ndarray = np.sort(within[some[within]])
    if not len(found):
        problems.tell(Message("no road lies in {township}", township=name))
    return found


class _Spot(NamedTuple):
    """The point of a road that is nearest to a place."""

    road: int
    share: float  # of its length, from the tail of its `forth`


def _nearest(place: str | LonLat, on: Map, some: np.ndarray, problems: Problems) -> _Spot | None:
    """The road nearest to a place; None after telling that none is near."""
    at = positions.position(place, on, problems)
    if at is None:
        return None
    roads, point = on.network, shapely.Point(at.x, at.y)
    rows = np.flatnonzero(some)
    tree = roads.line_tree if some.all() else shapely.STRtree(roads.lines[rows])
    (found,), (metres,) = tree.query_nearest(point, return_distance=True, all_matches=False)
    if metres > FAR_M:
        problems.tell(
            Message(
                "{metres:,.0f} m from the nearest road that is meant (at most {most:g} m)",
                metres=metres, most=FAR_M,
            )
        )  # fmt: skip
        return None
    road = int(rows[found])
    line = roads.lines[road]
    share = float(shapely.line_locate_point(line, point, normalized=True))
    return _Spot(road, share)


def _between(one: _Spot, other: _Spot, roads: Network, some: np.ndarray) -> np.ndarray | None:
    """The roads on the shortest way between two spots of which half at least lies between them.

    None if no way leads from the one to the other. One-way streets do not count.
    """
    if one.road == other.road:
        return np.array([one.road])
    rows, nodes = np.flatnonzero(some), len(roads.xy)
    tail, head = roads.tail[roads.forth[rows]], roads.head[roads.forth[rows]]
    metres = roads.length_m[roads.forth[rows]]
    starts, ends, parts = [tail], [head], [metres]
    for number, spot in enumerate((one, other)):
        edge = roads.forth[spot.road]
        starts.append(np.full(2, nodes + number))
        ends.append(np.array([roads.tail[edge], roads.head[edge]]))
        parts.append(roads.length_m[edge] * np.array([spot.share, 1 - spot.share]))
    u, v, m = map(np.concatenate, (starts, ends, parts))
    tails, heads, link = both_ways(u, v, np.zeros(len(u), bool))
    graph = fastest(tails, heads, m[link][None], nodes + 2)
    table = csr_matrix((graph.seconds[0], graph.head, graph.indptr), (nodes + 2, nodes + 2))
    far, before = (rows[0] for rows in dijkstra(table, True, np.array([nodes]), True))
    if not np.isfinite(far[nodes + 1]):
        return None
    way = [nodes + 1]
    while way[-1] != nodes:
        way.append(int(before[way[-1]]))
    found = {_shortest(rows, tail, head, metres, a, b) for a, b in pairwise(way[1:-1])}
    for spot, node in ((one, way[-2]), (other, way[1])):
        edge = roads.forth[spot.road]
        beyond = spot.share if node == roads.tail[edge] else 1 - spot.share
        if beyond >= HALF:
            found.add(spot.road)
    return np.array(sorted(found), int)


def _shortest(
    rows: np.ndarray, tail: np.ndarray, head: np.ndarray, metres: np.ndarray, a: int, b: int
) -> int:
    """The shortest of the roads between two nodes."""
    there = np.flatnonzero(((tail == a) & (head == b)) | ((tail == b) & (head == a)))
    return int(rows[there[np.argmin(metres[there])]])


def edges_of(closure: Closure, on: Map) -> np.ndarray:
    """The edges of the roads that a closure means, in both directions."""
    roads, network = roads_of(closure, on), on.network
    found = np.concatenate([network.forth[roads], network.back[roads]])
    return found[found != NONE]
