"""Roads that are closed in some modes: the same seconds as if they were not there."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_joining import really_cut, roads_with_spots, seconds_of, spots_on
from test_roads import bellman_ford, by_nodes, links, to_nodes
from worlds import small_city

from sim.engine.compiled import constants
from sim.engine.reference.paths import Drive, Ways
from sim.geography.roads import joining, network, travel
from sim.policies.clock import NONE, TICKS


def seconds_with(built, shut):
    """[mode, edge] seconds at 10 m/s, for ever on the roads that are shut in a mode."""
    seconds = seconds_of(built, modes=len(shut))
    for mode, roads in enumerate(shut):
        edges = np.concatenate([built.forth[list(roads)], built.back[list(roads)]]).astype(int)
        seconds[mode, edges[edges != NONE]] = np.inf
    return seconds


def travelled(built, spots, seconds, stations=0):
    """Travel between spots, the last of them stations; and the node of each."""
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


@st.composite
def closures(draw):
    """Roads with spots, and the roads that are shut in each of three modes; in the first none."""
    built, spots = draw(roads_with_spots())
    road = st.integers(0, len(built.lines) - 1)
    return built, spots, [set(), draw(st.sets(road)), draw(st.sets(road, max_size=2))]


@given(closures(), st.data())
@settings(max_examples=200, deadline=None)
def test_a_closed_road_is_none_and_all_others_are_as_they_were(world, data):
    """To the tick, from every node and place to every place, in each mode; for ever if need be."""
    built, spots, shut = world
    seconds = seconds_with(built, shut)
    stations = data.draw(st.integers(0, len(spots.node) - 1))
    made, nodes = travelled(built, spots, seconds, stations)
    everywhere = np.concatenate([np.arange(len(built.xy)), nodes])
    joins = network.joins(built, spots, seconds)
    for mode, roads in enumerate(shut):
        cut = really_cut(built, spots, roads)
        node_s = joining.seconds_to_nodes(network.edges(built, seconds), mode, joins)
        between = joining.seconds_between(node_s, mode, joins, joins)
        for place, node in enumerate(nodes.tolist()):
            found = travel.seconds(made, mode, everywhere, node)
            expected = bellman_ford(cut, len(built.xy) + place)
            if spots.road[place] in roads:  # nothing is driven there, not even nowhere
                expected[:] = np.inf
            assert not np.isnan(found).any()
            assert found == pytest.approx(expected, abs=2e-8)
            assert np.array_equal(between[:, place], found[len(built.xy) :])


@given(closures())
@settings(max_examples=60, deadline=None)
def test_what_the_compiled_engine_works_out_is_a_number_or_for_ever(world):
    built, spots, shut = world
    made, nodes = travelled(built, spots, seconds_with(built, shut), stations=1)
    modes = len(shut)
    city = small_city(
        made, nodes, hospitals=len(nodes) // 3,
        mode_to_scene=np.array([[0, 1, 2]]), mode_to_hospital=np.array([1]),
        mode_home=np.array([2]), place_leg_s=np.ones((modes, len(nodes))),
    )  # fmt: skip
    fixed = constants.build(city).fixed
    for table in (fixed.slowest, fixed.fastest, fixed.from_station_s, fixed.to_station_s,
                  fixed.to_hospital_s, fixed.at_most_to_station_s,
                  fixed.at_least_from_hospital_s):  # fmt: skip
        assert not np.isnan(table).any()
    assert (fixed.fastest >= 0).all()
    ways = Ways(city)
    for start in range(len(nodes) - 1):
        expected = ways.from_place_s(2, start, len(nodes) - 1)
        assert fixed.to_station_s[2, start, 0] == expected
    for mode in (1, 2):
        assert np.isinf(fixed.slowest[0, mode]) == (fixed.fastest[mode, 0] == 0)


@given(closures(), st.data())
@settings(max_examples=100, deadline=None)
def test_who_drives_round_never_gains_or_loses_a_tick(world, data):
    built, spots, shut = world
    made, nodes = travelled(built, spots, seconds_with(built, shut), stations=1)
    ways = Ways(small_city(made, nodes))
    start, end = (data.draw(st.integers(0, len(nodes) - 1)) for _ in range(2))
    drive = Drive(ways, lambda at: 1, (int(nodes[start]), 7.0), end, departed_at=100.0)
    if np.isfinite(drive.seconds):
        elapsed = round(data.draw(st.floats(0, 1)) * drive.seconds * TICKS) / TICKS
        node, left_s = drive.position(100.0 + elapsed, 1)
        assert left_s >= 0
        assert elapsed + left_s + ways.from_node_s(1, node, end) == drive.seconds


def test_a_way_round_keeps_tables_in_ticks_and_a_dead_end_cannot():
    """A square with a dead end: closed on a side it is driven round; the dead end has one way."""
    built = network.build(
        links([(0, 1), (1, 2), (2, 3), (3, 0), (0, 4)], [1000, 1100, 1200, 1300, 1400])
    )[0]
    nodes, kinds = np.arange(5), []
    for metres in (1100, 1400):
        (road,) = np.flatnonzero(built.length_m[built.forth] == metres)
        graph = network.edges(built, seconds_with(built, [set(), {road}]))
        made = by_nodes(graph, nodes, nodes[:1])
        kinds.append(made.far.dtype)
        assert not np.isnan(to_nodes(graph, nodes)).any()
    assert kinds == [np.int32, np.float64]


def test_a_place_on_a_closed_road_is_cut_off_and_there_again_when_it_opens():
    built = network.build(links([(0, 1), (1, 2), (2, 0)], [1000, 1000, 1000]))[0]
    spots = spots_on(built, [0, 1], [0.5, 0.5])
    made, nodes = travelled(built, spots, seconds_with(built, [set(), {0}]))
    assert travel.seconds(made, 0, nodes[1:], int(nodes[0])).tolist() == [100.0]
    assert travel.seconds(made, 1, nodes[1:], int(nodes[0])).tolist() == [np.inf]
    assert travel.seconds(made, 1, nodes[:1], int(nodes[1])).tolist() == [np.inf]
