"""Ways to seconds: shortest paths against an independent solver, parallel roads, the grid."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from worlds import small_city

from sim.engine.paths import Drive, Ways
from sim.geography.roads import network, travel
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
        xy[pairs[:, 0]],
        xy[pairs[:, 1]],
        np.asarray(lengths, float),
        np.broadcast_to(np.array(classes, object), (count,)),
        np.full(count, np.nan),
        np.zeros(count, bool) if oneway is None else np.asarray(oneway),
    )


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
    graph = network.edges(network.build(roads)[0], np.array([10.0]), np.ones((1, 1)))
    ends = np.arange(len(graph.indptr) - 1)
    table = tables_room.table(graph, ends)[0]
    for end in ends:
        assert np.array_equal(table[end], bellman_ford(graph, end))
        ticks = table[end] * TICKS
        assert np.array_equal(ticks, np.round(ticks))


def world_to(graph, end):
    """A world with one place, at a node of the graph, and one station, elsewhere."""
    nodes = len(graph.indptr) - 1
    spots = np.array([end]), np.array([(end + 1) % nodes])
    return small_city(
        travel.build(graph, np.full((nodes, 2), np.nan), *spots), np.concatenate(spots)
    )


@given(random_roads(), st.data())
@settings(max_examples=60, deadline=None)
def test_a_vehicle_under_way_never_gains_or_loses_a_tick(roads, data):
    """Driving on from the next node takes exactly what was left of the whole way."""
    built = network.build(roads)[0]
    graph = network.edges(built, np.array([10.0]), np.ones((2, 1)))
    nodes = len(graph.indptr) - 1
    start, end = data.draw(st.integers(0, nodes - 1)), data.draw(st.integers(0, nodes - 1))
    ways = Ways(world_to(graph, end))
    drive = Drive(ways, 0, start, 7.0, 0, departed_at=100.0)
    elapsed = round(data.draw(st.floats(0, 1)) * drive.seconds * TICKS) / TICKS
    node, left_s = drive.position(100.0 + elapsed, 0)
    assert left_s >= 0
    assert elapsed + left_s + ways.from_node_s(0, node, 0) == drive.seconds


@given(random_roads(), st.booleans())
@settings(max_examples=80, deadline=None)
def test_a_folded_network_gives_the_same_seconds_as_the_full_one(roads, grid):
    """Exactly on the time grid, to 1e-9 off it, from every node to every node."""
    built = network.build(roads)[0]
    graph = network.edges(built, np.array([10.0]), np.ones((1, 1)), grid=grid)
    nodes = np.arange(len(graph.indptr) - 1)
    made = travel.build(graph, built.xy, nodes, nodes[:1])
    full = tables_room.table(graph, nodes)[0]
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
    ends = rng.choice(np.unique(places), 20, replace=False)
    assert len(made.chains.node) < 0.9 * (len(made.graph.indptr) - 1)
    full = tables_room.table(made.graph, ends)
    for mode in range(2):
        for row, end in enumerate(ends.tolist()):
            assert np.array_equal(travel.seconds(made, mode, nodes, end), full[mode, row][nodes])


def test_a_ring_without_junctions_can_be_driven():
    ring = [(i, (i + 1) % 5) for i in range(5)]
    built = network.build(links(ring, [100] * 5, oneway=[True] * 5))[0]
    graph = network.edges(built, np.array([10.0]), np.ones((1, 1)))
    made = travel.build(graph, built.xy, np.arange(5), np.arange(1))
    assert len(made.chains.node) == 1
    assert travel.seconds(made, 0, np.arange(5), 2).tolist() == [20, 10, 0, 40, 30]


def test_of_parallel_roads_the_fastest_counts_and_they_never_add_up():
    built = network.build(links([(0, 1), (0, 1), (1, 0)], [500, 700, 300], oneway=[True] * 3))[0]
    graph = network.edges(built, np.array([10.0]), np.ones((1, 1)))
    assert graph.seconds[0].tolist() == [50, 30]


def test_a_one_way_street_is_one_way():
    built = network.build(links([(0, 1), (1, 2), (2, 0)], [100] * 3, oneway=[True] * 3))[0]
    graph = network.edges(built, np.array([10.0]), np.ones((1, 1)))
    assert tables_room.table(graph, np.array([0]))[0, 0].tolist() == [0, 20, 10]


def test_roads_that_cannot_be_left_again_are_left_out():
    built, left_out = network.build(
        links([(0, 1), (1, 2), (3, 4)], [100] * 3, oneway=[False, True, False])
    )
    assert (len(built.xy), left_out) == (2, 3)


def test_nobody_gets_off_on_a_motorway():
    classes = ["motorway", "motorway", "primary"]
    built = network.build(links([(0, 1), (1, 2), (2, 3)], [100] * 3, classes=classes))[0]
    assert built.may_leave.tolist() == [False, False, True, True]
    node, _ = network.snap(built, built.xy[[0]])
    assert node.tolist() == [2]


def test_a_road_without_length_takes_a_tick():
    built = network.build(links([(0, 1)], [0.0]))[0]
    assert network.edges(built, np.array([10.0]), np.ones((1, 1))).seconds.min() == 1 / TICKS


def test_far_places_are_kept_in_double_precision():
    built = network.build(links([(0, 1)], [2e6]))[0]
    graph = network.edges(built, np.array([10.0]), np.ones((1, 1)))
    table = tables_room.table(graph, np.array([0, 1]))
    assert table.dtype == np.float64
    assert table[0, 0, 1] == 200_000


def test_a_table_is_made_once_and_a_damaged_one_anew(tmp_path, monkeypatch):
    monkeypatch.setenv("TENTHIRTY_CACHE", str(tmp_path))
    built = network.build(links([(0, 1), (1, 2)], [100, 200]))[0]
    graph = network.edges(built, np.array([10.0]), np.ones((1, 1)))
    made = np.array(tables_room.cached_table(graph, np.array([0])))
    (kept,) = tmp_path.iterdir()
    before = kept.stat().st_mtime_ns
    assert isinstance(tables_room.cached_table(graph, np.array([0])), np.memmap)
    assert kept.stat().st_mtime_ns == before
    kept.write_bytes(b"not a table")
    assert np.array_equal(tables_room.cached_table(graph, np.array([0])), made)
    faster = network.edges(built, np.array([20.0]), np.ones((1, 1)))
    assert tables_room.cached_table(faster, np.array([0]))[0, 0, 1] == made[0, 0, 1] / 2


def test_a_cache_that_cannot_be_written_is_done_without(tmp_path, monkeypatch):
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    monkeypatch.setenv("TENTHIRTY_CACHE", str(blocked))
    built = network.build(links([(0, 1)], [100]))[0]
    graph = network.edges(built, np.array([10.0]), np.ones((1, 1)))
    assert tables_room.cached_table(graph, np.array([0]))[0, 0].tolist() == [0, 10]


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
    nodes, end = np.arange(len(made.roads.travel.graph.indptr) - 1), int(made.roads.place_node[0])
    rush, _, usual, ordinary = (travel.seconds(made.roads.travel, m, nodes, end) for m in range(4))
    far = usual > 300
    assert rush[far] / usual[far] == pytest.approx(2.0, rel=1e-2)
    assert ordinary[far] / usual[far] == pytest.approx(1 / 0.95, rel=1e-2)


class _Band:
    def __init__(self, **values):
        self.__dict__.update(values)
