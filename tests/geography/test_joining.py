"""Places on a road between two nodes: the same seconds as if the road were cut there."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from shapely import ops
from test_roads import bellman_ford, links, random_roads
from worlds import small_city

from sim.engine.reference.paths import Drive, Ways
from sim.geography.roads import joining, network, travel
from sim.geography.roads.graph import fastest
from sim.policies.clock import NONE, TICKS


def seconds_of(built, speed=10.0, modes=1):
    return network.edge_seconds(built, np.full(len(built.classes), speed), np.ones((modes, 1)))


def spots_on(built, roads, shares):
    """Points along some roads, as if places had been snapped to them."""
    roads, shares = np.asarray(roads, int), np.asarray(shares, float)
    return network.Snapped(np.full(len(roads), NONE), roads, shares, np.zeros(len(roads)))


def travelled(built, spots, *, stations=0):
    """Travel between spots, the last of them stations; and the node of each."""
    seconds = seconds_of(built)
    cut = len(spots.node) - stations
    of_map = network.joins(built, network.Snapped(*(c[:cut] for c in spots)), seconds)
    of_stations = network.joins(built, network.Snapped(*(c[cut:] for c in spots)), seconds)
    graph = network.edges(built, seconds)
    made = travel.build(
        graph, built.xy, of_map, of_stations, junction=built.side_by_side, keep=False
    )
    first = len(built.xy)
    nodes = joining.numbered(of_map, first), joining.numbered(of_stations, first + made.map_own)
    return made, np.concatenate(nodes)


def really_cut(built, spots, shut=()):
    """The graph with every road cut at the spots on it: built anew, without any of that code.

    Roads that are shut are not in it.
    """
    tail, head, seconds = [], [], []
    whole = seconds_of(built)[0]
    for road, (forth, back) in enumerate(zip(built.forth, built.back, strict=True)):
        if road in shut:
            continue
        there = np.flatnonzero(spots.road == road)
        there = there[np.argsort(spots.share[there], kind="stable")]
        way = [built.tail[forth], *(len(built.xy) + there), built.head[forth]]
        near_before = None
        for edge, onward in ((forth, True), (back, False)):
            if edge == NONE:
                continue
            ticks = np.floor(whole[edge] * spots.share[there] * TICKS + 0.5)
            at = np.clip(ticks, 1, whole[edge] * TICKS - 1) / TICKS
            pieces = np.diff([0.0, *at, whole[edge]])
            near = np.flatnonzero(pieces[1:-1] == 0).tolist()
            # Within a tick in one direction alone they count as one place, a tick too near: rare.
            assume(near_before is None or near == near_before)
            near_before = near
            nodes, pieces = (way, pieces) if onward else (way[::-1], pieces[::-1])
            tail += nodes[:-1]
            head += nodes[1:]
            seconds += pieces.tolist()
            same = 1 + np.flatnonzero(pieces[1:-1] == 0)  # spots at one place: no way between them
            tail += [nodes[i + 1] for i in same]
            head += [nodes[i] for i in same]
            seconds += [0.0] * len(same)
    count = len(built.xy) + len(spots.node)
    return fastest(np.array(tail), np.array(head), np.array([seconds]), count)


@st.composite
def roads_with_spots(draw):
    """Any roads, with more that lie in a row and side by side, and spots anywhere on them."""
    roads = draw(random_roads())
    roads = roads._replace(length_m=roads.length_m + 1)
    built = network.build(roads)[0]
    road = st.integers(0, len(built.lines) - 1)
    share = st.sampled_from([0.0, 0.25, 0.5, 1.0]) | st.floats(0, 1)
    spots = draw(st.lists(st.tuples(road, share), min_size=2, max_size=8))
    return built, spots_on(built, *zip(*spots, strict=True))


@given(roads_with_spots())
@settings(max_examples=200, deadline=None)
def test_a_place_on_a_road_is_reached_as_if_the_road_were_cut_there(world):
    """To the tick, from every node and every place to every place: a bare sum of the pieces."""
    built, spots = world
    made, nodes = travelled(built, spots)
    cut = really_cut(built, spots)
    everywhere = np.concatenate([np.arange(len(built.xy)), nodes])
    for end, node in zip(len(built.xy) + np.arange(len(nodes)), nodes, strict=True):
        expected = bellman_ford(cut, end)
        assert travel.seconds(made, 0, everywhere, int(node)) == pytest.approx(expected, abs=2e-8)


@given(roads_with_spots())
@settings(max_examples=100, deadline=None)
def test_stations_on_roads_are_places_like_others(world):
    built, spots = world
    made, nodes = travelled(built, spots)
    other, again = travelled(built, spots, stations=len(nodes) // 2)
    assert again.tolist() == nodes.tolist()
    for end in nodes.tolist():
        assert np.array_equal(
            travel.seconds(made, 0, nodes, end), travel.seconds(other, 0, nodes, end)
        )
    seconds = seconds_of(built)
    joins = network.joins(built, spots, seconds)
    node_s = joining.seconds_to_nodes(network.edges(built, seconds), 0, joins)
    expected = [travel.seconds(made, 0, nodes, int(end)) for end in nodes]
    assert np.array_equal(joining.seconds_between(node_s, 0, joins, joins), np.transpose(expected))


@given(roads_with_spots(), st.data())
@settings(max_examples=150, deadline=None)
def test_a_vehicle_between_places_never_gains_or_loses_a_tick(world, data):
    built, spots = world
    made, nodes = travelled(built, spots, stations=1)
    ways = Ways(small_city(made, nodes))
    start, end = (data.draw(st.integers(0, len(nodes) - 1)) for _ in range(2))
    drive = Drive(ways, lambda _: 0, (int(nodes[start]), 7.0), end, departed_at=100.0)
    elapsed = round(data.draw(st.floats(0, 1)) * drive.seconds * TICKS) / TICKS
    node, left_s = drive.position(100.0 + elapsed, 0)
    assert left_s >= 0
    assert elapsed + left_s + ways.from_node_s(0, node, end) == drive.seconds


def test_a_place_on_a_one_way_street_is_left_at_its_far_end_only():
    square = links([(0, 1), (1, 2), (2, 3), (3, 0)], [1000] * 4, oneway=[True] * 4)
    built = network.build(square)[0]
    road = int(np.flatnonzero(built.forth >= 0)[0])
    made, nodes = travelled(built, spots_on(built, [road, road], [0.3, 0.8]))
    assert travel.seconds(made, 0, nodes, nodes[1])[0] == 50
    assert travel.seconds(made, 0, nodes, nodes[0])[1] == 350


def test_two_one_way_links_along_one_line_are_one_road_with_two_speeds():
    """A place beside a street that is faster one way than the other is reached from both ends."""
    xy = np.array([[0.0, 0.0], [1000.0, 0.0]])
    street = links([(0, 1), (1, 0)], [1000, 1000], oneway=[True, True], xy=xy)
    built = network.build(street._replace(speed=np.array([20.0, 10.0])))[0]
    assert (len(built.lines), built.back.min()) == (1, min(built.back))
    spots = network.snap(built, np.array([[200.0, 30.0]]))
    made, (place,) = travelled(built, spots)
    west, east = np.argsort(built.xy[:, 0])
    assert travel.seconds(made, 0, np.array([west, east]), int(place)).tolist() == [10, 80]


def test_carriageways_that_lie_apart_are_two_roads():
    xy = np.array([[0.0, 0.0], [1000.0, 0.0]])
    street = links([(0, 1), (1, 0)], [1000, 1000], oneway=[True, True], xy=xy)
    apart = np.array([street.lines[0], shapely.LineString([(1000, 0), (500, 25), (0, 0)])])
    built = network.build(street._replace(lines=apart))[0]
    assert built.back.tolist() == [NONE, NONE]
    assert built.side_by_side.all()


@st.composite
def drawn_streets(draw):
    """Streets that bend, on a map of two kilometres, and points beside them."""
    count = draw(st.integers(3, 7))
    spot = st.tuples(st.integers(0, 2000), st.integers(0, 2000))
    xy = np.array(draw(st.lists(spot, min_size=count, max_size=count, unique=True)), float)
    pairs = [(i, (i + 1) % count) for i in range(count)]
    pairs += draw(st.lists(st.sampled_from([(a, b) for a in range(count) for b in range(a)])))
    courses = []
    for a, b in pairs:
        bends = draw(st.lists(spot, max_size=3))
        courses.append(shapely.LineString([xy[a], *bends, xy[b]]))
    oneway = draw(st.lists(st.booleans(), min_size=len(pairs), max_size=len(pairs)))
    points = np.array(draw(st.lists(spot, min_size=2, max_size=6)), float) + 0.3
    return np.array(pairs), np.array(courses), np.array(oneway), points


@given(drawn_streets(), st.data())
@settings(max_examples=150, deadline=None)
def test_no_travel_time_depends_on_where_a_file_cuts_its_lines(streets, data):
    pairs, courses, oneway, points = streets
    # Of two roads on one line either is right, too.
    shared = shapely.length(shapely.intersection(courses[:, None], courses))
    assume(
        shapely.is_simple(courses).all() and shared[~np.eye(len(courses), dtype=bool)].max() == 0
    )
    whole = network.Links(
        pairs[:, 0], pairs[:, 1], courses, shapely.length(courses),
        np.full(len(pairs), "residential", object), np.full(len(pairs), np.nan), oneway,
    )  # fmt: skip
    parts = []
    for row, course in enumerate(courses):
        shares = data.draw(st.lists(st.floats(0.01, 0.99), max_size=4, unique=True))
        at = [0.0, *sorted(shares), 1.0]
        names = [pairs[row, 0], *(1000 * (row + 1) + np.arange(len(shares))), pairs[row, 1]]
        for piece in range(len(at) - 1):
            part = ops.substring(course, at[piece], at[piece + 1], normalized=True)
            parts.append((names[piece], names[piece + 1], part, oneway[row]))
    u, v, lines, one = zip(*parts, strict=True)
    lines = np.array(lines)
    cut = network.Links(
        np.array(u), np.array(v), lines, shapely.length(lines),
        np.full(len(u), "residential", object), np.full(len(u), np.nan), np.array(one),
    )  # fmt: skip
    tables, where = [], []
    for roads in (whole, cut):
        built = network.build(roads)[0]
        spots = network.snap(built, points)
        where.append(positions(built, spots))
        made, nodes = travelled(built, spots)
        tables.append(np.array([travel.seconds(made, 0, nodes, int(end)) for end in nodes]))
    # Where two points of the roads are just as near, rounding decides; either is right.
    assume(np.abs(where[0] - where[1]).max() < 1e-6)
    assert tables[1] == pytest.approx(tables[0], abs=(len(u) + 2) / TICKS)


def positions(built, spots):
    """[point, 2] where the points of the roads lie."""
    found = built.xy[spots.node].copy()
    between = spots.node == NONE
    lines, shares = built.lines[spots.road[between]], spots.share[between]
    on_road = shapely.line_interpolate_point(lines, shares, normalized=True)
    found[between] = shapely.get_coordinates(on_road)
    return found
