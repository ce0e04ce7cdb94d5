"""Ways to seconds: shortest paths against an independent solver, parallel roads, the grid."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from worlds import small_city

from sim.engine.reference.paths import Drive, Ways
from sim.geography.roads import joining, network, travel
from sim.geography.roads import tables as tables_room
from sim.model import calendar
from sim.policies.clock import TICKS
from sim.prepare import system


def links(pairs, lengths, *, oneway=None, classes="residential", xy=None):
    pairs = np.asarray(pairs)
    xy = np.arange(2 * (pairs.max() + 1), dtype=float).reshape(-1, 2) if xy is None else xy
    count = len(pairs)
    return network.Links(
        pairs[:, 0],
        pairs[:, 1],
        shapely.linestrings(xy[pairs]),
        np.asarray(lengths, float),
        np.broadcast_to(np.array(classes, object), (count,)),
        np.full(count, np.nan),
        np.zeros(count, bool) if oneway is None else np.asarray(oneway),
    )


def driven(built, speed=10.0, modes=1, **how):
    """The graph of roads that are all driven at one speed, in m/s."""
    seconds = network.edge_seconds(built, np.array([speed]), np.ones((modes, 1)), **how)
    return network.edges(built, seconds)


def bellman_ford(graph, end):
    """Seconds from every node to `end`, the slow and certain way."""
    nodes = len(graph.indptr) - 1
    seconds = np.full(nodes, np.inf)
    seconds[end] = 0
    for _ in range(nodes):
        for tail in range(nodes):
            for edge in range(graph.indptr[tail], graph.indptr[tail + 1]):
                through = graph.seconds[0, edge] + seconds[graph.head[edge]]
                seconds[tail] = min(seconds[tail], through)
    return seconds


@st.composite
def random_roads(draw):
    nodes = draw(st.integers(2, 12))
    ring = [(i, (i + 1) % nodes) for i in range(nodes)]  # strongly connected, whatever is one-way
    node = st.integers(0, nodes - 1)
    more = draw(st.lists(st.tuples(node, node), max_size=20))
    pairs = ring + [pair for pair in more if pair[0] != pair[1]]
    lengths = draw(st.lists(st.floats(0, 3000), min_size=len(pairs), max_size=len(pairs)))
    oneway = draw(st.lists(st.booleans(), min_size=len(pairs), max_size=len(pairs)))
    return links(pairs, lengths, oneway=oneway)


@given(random_roads())
@settings(max_examples=60, deadline=None)
def test_tables_are_shortest_paths_exactly(roads):
    graph = driven(network.build(roads)[0])
    ends = np.arange(len(graph.indptr) - 1)
    table = to_nodes(graph, ends)[0]
    for end in ends:
        assert np.array_equal(table[end], bellman_ford(graph, end))
        ticks = table[end] * TICKS
        assert np.array_equal(ticks, np.round(ticks))


def to_nodes(graph, ends):
    """[mode, end, node] seconds of a table to some nodes of any graph."""
    rows = tables_room.all_rows(graph, np.asarray(ends))
    seconds = tables_room.in_seconds(tables_room.table(graph, rows))
    return seconds.reshape(len(graph.seconds), len(ends), -1)


def by_nodes(graph, places, stations, keep=True):
    xy = np.full((len(graph.indptr) - 1, 2), np.nan)
    return travel.by_nodes(graph, xy, places, stations, keep)


def world_to(graph, end):
    """A world with one place, at a node of the graph, and one station, elsewhere."""
    nodes = len(graph.indptr) - 1
    spots = np.array([end]), np.array([(end + 1) % nodes])
    return small_city(by_nodes(graph, *spots), np.concatenate(spots))


@given(random_roads(), st.data())
@settings(max_examples=60, deadline=None)
def test_a_vehicle_under_way_never_gains_or_loses_a_tick(roads, data):
    """Driving on from the next node takes exactly what was left of the whole way."""
    built = network.build(roads)[0]
    graph = driven(built, modes=2)
    nodes = len(graph.indptr) - 1
    start, end = data.draw(st.integers(0, nodes - 1)), data.draw(st.integers(0, nodes - 1))
    ways = Ways(world_to(graph, end))
    drive = Drive(ways, lambda _: 0, (start, 7.0), 0, departed_at=100.0)
    elapsed = round(data.draw(st.floats(0, 1)) * drive.seconds * TICKS) / TICKS
    node, left_s = drive.position(100.0 + elapsed, 0)
    assert left_s >= 0
    assert elapsed + left_s + ways.from_node_s(0, node, 0) == drive.seconds


@given(random_roads(), st.booleans())
@settings(max_examples=80, deadline=None)
def test_a_folded_network_gives_the_same_seconds_as_the_full_one(roads, grid):
    """Exactly on the time grid, to 1e-9 off it, from every node to every node."""
    built = network.build(roads)[0]
    graph = driven(built, grid=grid)
    nodes = np.arange(len(graph.indptr) - 1)
    made = by_nodes(graph, nodes, nodes[:1])
    full = to_nodes(graph, nodes)[0]
    for end in nodes:
        folded = travel.seconds(made, 0, nodes, int(end))
        assert np.array_equal(travel.seconds_to_places(made, 0, int(end), nodes), [
            travel.seconds(made, 0, nodes[[end]], int(to))[0] for to in nodes
        ])  # fmt: skip
        if grid:
            assert np.array_equal(folded, full[end])
        else:
            assert folded == pytest.approx(full[end], rel=0, abs=1e-9)


def test_the_folded_network_of_coquimbo_gives_the_same_seconds(coquimbo):
    made = system.build(coquimbo).roads.travel
    rng = np.random.default_rng(1)
    nodes = rng.choice(len(made.graph.indptr) - 1, 500, replace=False)
    places = system.build(coquimbo).roads.place_node
    ends = np.unique([*rng.choice(places, 20, replace=False), *places[-12:]])
    assert len(made.chains.node) < 0.9 * (len(made.graph.indptr) - 1)
    first_own, own = len(made.graph.indptr) - 1, made.own
    for mode in range(2):
        entries = made.chains.entry[0, ends]
        driven_to = np.maximum(made.far_row, made.near_row)[mode, entries] >= 0
        assert driven_to.any()
        for end in ends[driven_to].tolist():
            if end < first_own:
                full = to_nodes(made.graph, [end])[mode, 0][nodes]
            else:
                row = end - first_own
                by_end = np.array([own.tail[row], own.head[row]])
                to_ends = to_nodes(made.graph, by_end)[mode][:, nodes]
                last_s = np.array([own.from_tail_s[mode, row], own.from_head_s[mode, row]])
                full = (to_ends + last_s[:, None]).min(axis=0)
            assert np.array_equal(travel.seconds(made, mode, nodes, end), full)


def test_a_ring_without_junctions_can_be_driven():
    ring = [(i, (i + 1) % 5) for i in range(5)]
    built = network.build(links(ring, [100] * 5, oneway=[True] * 5))[0]
    graph = driven(built)
    made = by_nodes(graph, np.arange(5), np.arange(1))
    assert len(made.chains.node) == 1
    assert travel.seconds(made, 0, np.arange(5), 2).tolist() == [20, 10, 0, 40, 30]


def test_of_parallel_roads_the_fastest_counts_and_they_never_add_up():
    built = network.build(links([(0, 1), (0, 1), (1, 0)], [500, 700, 300], oneway=[True] * 3))[0]
    graph = driven(built)
    assert graph.seconds[0].tolist() == [50, 30]


def test_a_one_way_street_is_one_way():
    built = network.build(links([(0, 1), (1, 2), (2, 0)], [100] * 3, oneway=[True] * 3))[0]
    graph = driven(built)
    assert to_nodes(graph, [0])[0, 0].tolist() == [0, 20, 10]


def test_roads_that_cannot_be_left_again_are_left_out():
    built, left_out = network.build(
        links([(0, 1), (1, 2), (3, 4)], [100] * 3, oneway=[False, True, False])
    )
    assert (len(built.xy), left_out) == (2, 3)


def test_nobody_gets_off_on_a_motorway():
    classes = ["motorway", "motorway", "primary"]
    built = network.build(links([(0, 1), (1, 2), (2, 3)], [100] * 3, classes=classes))[0]
    assert built.may_leave.tolist() == [False, False, True]
    assert network.snap(built, built.xy[[0]]).node.tolist() == [2]


def test_a_point_goes_to_the_nearest_point_of_a_road():
    xy = np.array([[0.0, 0.0], [1000.0, 0.0], [1000.0, 1000.0]])
    built = network.build(links([(0, 1), (1, 2)], [1000, 1000], xy=xy))[0]
    at = network.snap(built, np.array([[300.0, 40.0], [1200.0, -50.0], [1020.0, 250.0]]))
    assert at.metres == pytest.approx([40, np.hypot(200, 50), 20])
    assert at.node[[0, 2]].tolist() == [-1, -1]
    assert built.xy[at.node[1]].tolist() == [1000, 0]
    spots = shapely.line_interpolate_point(built.lines[at.road], at.share, normalized=True)
    assert shapely.get_coordinates(spots[[0, 2]]).tolist() == [[300, 0], [1000, 250]]


def test_of_two_points_as_near_the_western_one_counts_whatever_the_order_in_the_file():
    xy = np.array([[0.0, 0.0], [0.0, 1000.0], [1000.0, 0.0], [1000.0, 1000.0]])
    pairs = [(0, 1), (2, 3), (0, 2), (1, 3)]
    for order in ([0, 1, 2, 3], [1, 0, 2, 3], [3, 2, 1, 0]):
        built = network.build(links([pairs[i] for i in order], [1000] * 4, xy=xy))[0]
        at = network.snap(built, np.array([500.0, 400.0]))
        spot = shapely.line_interpolate_point(built.lines[at.road], at.share, normalized=True)
        assert shapely.get_coordinates(spot).tolist() == [[500, 0]], "three roads are farther"
        at = network.snap(built, np.array([500.0, 500.0]))
        spot = shapely.line_interpolate_point(built.lines[at.road], at.share, normalized=True)
        assert shapely.get_coordinates(spot).tolist() == [[0, 500]], "all four are as near"


@given(random_roads(), st.lists(st.tuples(st.floats(-9, 40), st.floats(-9, 40)), min_size=1))
@settings(max_examples=60, deadline=None)
def test_no_point_of_a_road_that_may_be_left_is_nearer(roads, points):
    built = network.build(roads._replace(road_class=_mixed(len(roads.u))))[0]
    if not built.may_leave.any():
        return
    xy = np.array(points)
    at = network.snap(built, xy)
    open_lines = shapely.multilinestrings(built.lines[built.may_leave])
    assert at.metres == pytest.approx(shapely.distance(shapely.points(xy), open_lines))
    ends = built.tail[built.forth[built.may_leave]], built.head[built.forth[built.may_leave]]
    assert np.isin(at.node[at.node >= 0], np.concatenate(ends)).all()
    assert built.may_leave[at.road[at.road >= 0]].all()


def _mixed(count):
    return np.array([("primary", "motorway")[i % 3 == 0] for i in range(count)], object)


def test_one_point_and_many_are_found_alike_and_the_tree_is_made_once():
    xy = np.random.default_rng(5).random((500, 2)) * 1000
    town = network.without_roads(xy)
    tree = town.node_tree
    at = np.random.default_rng(6).random((30, 2)) * 1000
    together = network.snap(town, at)
    for point, node, m in zip(at, together.node, together.metres, strict=True):
        alone = network.snap(town, point)
        assert (alone.node[0], alone.metres[0]) == (node, m)
    assert town.node_tree is tree


def test_posted_speeds_count_unless_they_are_to_be_ignored():
    roads = links([(0, 1), (1, 2)], [100, 100])._replace(speed=np.array([20.0, np.nan]))
    built = network.build(roads)[0]
    speed, once = np.array([10.0]), np.ones((1, 1))
    own = network.edges(built, network.edge_seconds(built, speed, once))
    assert sorted(own.seconds[0].tolist()) == [5, 5, 10, 10]
    plain = network.edges(built, network.edge_seconds(built, speed, once, own_speeds=False))
    assert plain.seconds[0].tolist() == [10] * 4


@given(random_roads(), st.permutations(range(12)))
@settings(max_examples=60, deadline=None)
def test_no_travel_time_depends_on_what_the_nodes_are_called(roads, names):
    """Ids are names: other ids give the same seconds between the same places."""
    name = np.array(names)
    other = roads._replace(u=name[roads.u] * 7 + 1, v=name[roads.v] * 7 + 1)
    tables = []
    for links_ in (roads, other):
        built = network.build(links_)[0]
        graph = driven(built)
        order = np.lexsort(built.xy.T)
        tables.append(to_nodes(graph, order)[0][:, order])
    assert np.array_equal(*tables)


@given(random_roads())
@settings(max_examples=60, deadline=None)
def test_a_node_put_into_the_middle_of_a_road_changes_no_travel_time(roads):
    """Folding: a node without a junction is no place to choose."""
    nodes, count = int(max(roads.u.max(), roads.v.max())) + 1, len(roads.u)
    middle = nodes + np.arange(count)
    half_m = np.round(roads.length_m / 2) + 10
    ends = shapely.get_coordinates(roads.lines).reshape(-1, 2, 2)
    whole = roads._replace(length_m=2 * half_m)
    cut = network.Links(
        np.concatenate([roads.u, middle]),
        np.concatenate([middle, roads.v]),
        shapely.linestrings(
            np.stack(
                [
                    np.concatenate([ends[:, 0], ends[:, 0] + 0.5]),
                    np.concatenate([ends[:, 0] + 0.5, ends[:, 1]]),
                ],
                axis=1,
            )
        ),
        np.concatenate([half_m, half_m]),
        np.concatenate([roads.road_class] * 2),
        np.concatenate([roads.speed] * 2),
        np.concatenate([roads.oneway] * 2),
    )
    found = []
    for links_ in (whole, cut):
        built = network.build(links_)[0]
        graph = driven(built)
        own = np.flatnonzero((built.xy % 1 == 0).all(axis=1))
        own = own[np.lexsort(built.xy[own].T)]
        made = by_nodes(graph, own, own[:1])
        found.append(np.array([travel.seconds(made, 0, own, int(end)) for end in own]))
    assert found[1] == pytest.approx(found[0], abs=2 * count / TICKS)


def test_a_table_kept_on_disk_is_left_behind_and_found_again(tmp_path, monkeypatch):
    monkeypatch.setenv("TENTHIRTY_CACHE", str(tmp_path))
    built = network.build(links([(0, 1), (1, 2), (2, 0), (2, 3)], [100, 200, 300, 50]))[0]
    graph = driven(built)
    made = by_nodes(graph, np.arange(4), np.arange(1))
    sent = travel.without_table(made)
    assert sent.far.size == 0
    assert np.array_equal(travel.with_table(sent).far, made.far)
    assert travel.with_table(made) is made
    tried = by_nodes(graph, np.arange(3), np.arange(1), keep=False)
    assert travel.without_table(tried) is tried, "a table that is not kept goes along"


def test_other_stations_share_all_but_their_own_table():
    rng = np.random.default_rng(2)
    pairs = [(i, i + 1) for i in range(11)] + [(0, 5), (3, 9), (2, 11)]
    built = network.build(links(pairs, rng.integers(50, 900, len(pairs))))[0]
    graph = driven(built)
    nodes = np.arange(len(built.xy))
    one = by_nodes(graph, nodes[:4], nodes[4:5], keep=False)
    other = travel.for_stations(one, joining.at_nodes(nodes[7:9], 1))
    assert other.far is one.far
    assert other.chains is one.chains, "all of them stand at nodes of the graph"
    fresh = by_nodes(graph, nodes[:4], nodes[7:9], keep=False)
    for end in (7, 8, 0):
        assert np.array_equal(
            travel.seconds(other, 0, nodes, end), travel.seconds(fresh, 0, nodes, end)
        )


def test_a_matrix_is_travelled_as_it_stands():
    seconds = np.random.default_rng(1).random((2, 5, 5)) * 600
    seconds[:, np.arange(5), np.arange(5)] = 0
    made = travel.from_matrix(seconds)
    for mode in range(2):
        for end in range(5):
            assert np.array_equal(
                travel.seconds(made, mode, np.arange(5), end), seconds[mode, :, end]
            )
        assert np.array_equal(
            travel.seconds_to_places(made, mode, 3, np.arange(5)), seconds[mode, 3]
        )


def test_a_road_without_length_takes_a_tick():
    built = network.build(links([(0, 1)], [0.0]))[0]
    assert driven(built).seconds.min() == 1 / TICKS


def test_ways_are_kept_as_ticks_and_those_of_a_month_as_seconds():
    for length_m, kind in ((2e6, np.int32), (2e7, np.int32), (2.2e7, np.float64)):
        # Two roads, each of which fits; both together do not.
        graph = driven(network.build(links([(0, 1), (1, 2)], [length_m / 2] * 2))[0])
        table = tables_room.table(graph, tables_room.all_rows(graph, np.array([0])))
        assert table.dtype == kind
        assert tables_room.in_seconds(table)[0].tolist() == [0, length_m / 20, length_m / 10]
    off_grid = driven(network.build(links([(0, 1)], [1.0]))[0], speed=3.0, grid=False)
    table = tables_room.table(off_grid, tables_room.all_rows(off_grid, np.array([0])))
    assert table[0].tolist() == [0, 1 / 3]


def test_a_table_is_made_once_and_a_damaged_one_anew(tmp_path, monkeypatch):
    monkeypatch.setenv("TENTHIRTY_CACHE", str(tmp_path))
    built = network.build(links([(0, 1), (1, 2)], [100, 200]))[0]
    graph = driven(built)
    rows = tables_room.all_rows(graph, np.array([0]))
    made = np.array(tables_room.cached_table(graph, rows))
    (kept,) = tmp_path.iterdir()
    before = kept.stat().st_mtime_ns
    assert isinstance(tables_room.cached_table(graph, rows), np.memmap)
    assert kept.stat().st_mtime_ns == before
    kept.write_bytes(b"not a table")
    assert np.array_equal(tables_room.cached_table(graph, rows), made)
    faster = driven(built, 20.0)
    assert tables_room.cached_table(faster, rows)[0, 1] == made[0, 1] / 2


def test_a_cache_that_cannot_be_written_is_done_without(tmp_path, monkeypatch):
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    monkeypatch.setenv("TENTHIRTY_CACHE", str(blocked))
    built = network.build(links([(0, 1)], [100]))[0]
    graph = driven(built)
    rows = tables_room.all_rows(graph, np.array([0]))
    made = tables_room.cached_table(graph, rows)
    assert tables_room.in_seconds(made)[0].tolist() == [0, 10]


def test_ordinary_driving_and_time_bands_change_every_table(liling):
    band = {"hours": (7, 9), "days": tuple(range(5)), "speed": 0.5, "classes": ()}
    slower = liling.settings.travel.model_copy(update={"bands": (_Band(**band),)})
    from dataclasses import replace

    slow = replace(liling, settings=liling.settings.model_copy(update={"travel": slower}))
    made = system.build(slow)
    hour = calendar.band_at(made.roads.bands._replace(offset_s=0.0), np.arange(168) * 3600.0)
    assert hour.reshape(7, 24)[:5, 7:9].tolist() == [[0, 0]] * 5
    assert hour.sum() == 168 - 10
    assert len(made.roads.bands.band) == 11, "an hour that changes nothing is not kept"
    nodes, end = np.arange(len(made.roads.travel.graph.indptr) - 1), int(made.roads.place_node[-1])
    rush, _, usual, ordinary = (travel.seconds(made.roads.travel, m, nodes, end) for m in range(4))
    far = usual > 300
    assert rush[far] / usual[far] == pytest.approx(2.0, rel=1e-2)
    assert ordinary[far] / usual[far] == pytest.approx(1 / 0.95, rel=1e-2)


class _Band:
    def __init__(self, **values):
        self.__dict__.update(values)
