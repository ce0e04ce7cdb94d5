"""Ways of drives: as long as those of the engine, on each class of roads."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse.csgraph as csgraph
from services import town

from sim.fitting import paths
from sim.fitting.drives import roads_of
from sim.fitting.paths import POSTED, DriveEnds, DrivenRoads
from sim.geography.roads import network
from sim.geography.roads.network import Snapped
from sim.prepare import ways
from sim.scenario.file import load

NOWHERE = -1


def paces(scenario, roads):
    """[kind] minutes in a unit of size by the speeds of a scenario."""
    speeds = scenario.settings.travel.speeds
    return np.array([60 / (3.6 * speeds[k]) if k in speeds else 1.0 for k in roads.kinds])


def some_places(scenario, count, seed=1):
    cells = scenario.map.cells.xy
    draws = np.random.default_rng(seed)
    xy = cells[draws.choice(len(cells), count)] + draws.normal(0, 150, (count, 2))
    return network.snap(scenario.map.network, xy)


def by_engine(scenario, roots, leaves, outward):
    """[root, leaf] minutes."""
    if outward:
        return ways.siren_seconds(scenario, roots, leaves)[0] / 60
    return ways.siren_seconds(scenario, leaves, roots)[0].T / 60


def without_bands(scenario):
    travel = scenario.settings.travel.model_copy(update={"bands": []})
    return replace(scenario, settings=scenario.settings.model_copy(update={"travel": travel}))


@pytest.mark.parametrize("outward", [True, False])
@pytest.mark.parametrize("place", ["liling", "coquimbo"])
def test_minutes_are_those_of_the_engine(request, place, outward):
    scenario = without_bands(request.getfixturevalue(place))
    roads = roads_of(scenario)
    leaves = some_places(scenario, 40)
    stations = ways.at_roads(scenario.stations, scenario.map)
    others = some_places(scenario, 6, seed=2)
    # Stations, places, a node, and the very places to which is driven.
    roots = Snapped(*(np.concatenate([a[:8], b, c[:5]])
                      for a, b, c in zip(stations, others, leaves, strict=True)))  # fmt: skip
    roots = Snapped(*(np.append(a, b) for a, b in zip(roots, (17, NOWHERE, 0.0, 0.0), strict=True)))
    count, many = len(roots.node), len(leaves.node)
    drives = DriveEnds(np.repeat(np.arange(count), many), roots,
                       Snapped(*(np.tile(c, count) for c in leaves)), outward)  # fmt: skip
    sizes, km = paths.sizes(roads, drives, paces(scenario, roads))
    minutes = (sizes @ paces(scenario, roads)).reshape(count, many)
    wanted = by_engine(scenario, roots, leaves, outward)
    both = np.isfinite(wanted)
    assert both.mean() > 0.9
    assert (np.isfinite(minutes) == both).all()
    assert np.abs(minutes - wanted)[both].max() < 0.001
    own = [k for k, kind in enumerate(roads.kinds) if kind != POSTED]
    if POSTED not in roads.kinds:
        assert np.allclose(sizes[:, own].sum(axis=1), km, equal_nan=True)
    else:
        assert sizes[:, roads.kinds.index(POSTED)].max() > 1
        assert (km >= sizes[:, own].sum(axis=1) - 1e-9)[np.isfinite(km)].all()


# ── a triangle by hand ──────────────────────────────────────────────────────────────────────────


def triangle(lines, nodes, classes=("street", "motorway")):
    """Roads by hand: (tail, head, km, class, whether one way)."""
    tail, head, km, kind, forth, back = [], [], [], [], [], []
    for a, b, length, of, one_way in lines:
        forth.append(len(tail))
        for first, last in ((a, b),) if one_way else ((a, b), (b, a)):
            tail.append(first)
            head.append(last)
            km.append(length)
            kind.append(of)
        back.append(NOWHERE if one_way else len(tail) - 1)
    km = np.array(km, float)
    return DrivenRoads(nodes, np.array(tail), np.array(head), km, np.array(kind), km, classes,
                       np.array(forth), np.array(back))  # fmt: skip


def at_node(*nodes):
    count = len(nodes)
    return Snapped(np.array(nodes), np.full(count, NOWHERE), np.zeros(count), np.zeros(count))


def beside(*spots):
    """Places beside roads: (road, share of its length from its tail)."""
    road, share = zip(*spots, strict=True)
    count = len(road)
    return Snapped(np.full(count, NOWHERE), np.array(road), np.array(share, float), np.zeros(count))


def one(roads, root, leaf, pace=(1.0, 1.0), outward=True):
    ends = DriveEnds(np.zeros(1, int), root, leaf, outward)
    sizes, km = paths.sizes(roads, ends, np.array(pace))
    return [*sizes[0].tolist(), km[0]]


# 0 → 1 → 2 are streets of 1 km each; 0 ↔ 2 a motorway of 3 km; 1 → 2 is one-way; 3 alone is an end.
ROADS = triangle(
    [(0, 1, 1.0, 0, False), (1, 2, 1.0, 0, True), (0, 2, 3.0, 1, False), (2, 3, 5.0, 0, True)], 4
)


def test_the_way_goes_by_time_and_not_by_length():
    assert one(ROADS, at_node(0), at_node(2)) == [2, 0, 2]
    assert one(ROADS, at_node(0), at_node(2), (2.0, 1.0)) == [0, 3, 3]


def test_a_one_way_road_is_driven_one_way():
    assert one(ROADS, at_node(1), at_node(2)) == [1, 0, 1]
    assert one(ROADS, at_node(2), at_node(1)) == [1, 3, 4]
    # A drive inward from 2 to its root 1.
    assert one(ROADS, at_node(1), at_node(2), outward=False) == [1, 3, 4]


def test_where_nobody_gets_there_is_no_way():
    assert np.isnan(one(ROADS, at_node(3), at_node(0))).all()
    assert one(ROADS, at_node(0), at_node(3))[:1] == [7]


def test_a_place_at_its_root_is_no_drive():
    assert one(ROADS, at_node(1), at_node(1)) == [0, 0, 0]
    assert one(ROADS, beside((2, 0.3)), beside((2, 0.3))) == [0, 0, 0]


@pytest.mark.parametrize("outward", [True, False])
def test_ends_beside_the_same_road(outward):
    assert np.allclose(one(ROADS, beside((2, 0.2)), beside((2, 0.7)), outward=outward),
                       [0, 1.5, 1.5])  # fmt: skip


def test_back_along_a_one_way_road_is_a_way_around():
    assert np.allclose(one(ROADS, beside((1, 0.2)), beside((1, 0.7))), [0.5, 0, 0.5])
    # 0.3 km on to 2, the motorway to 0, the street to 1, and 0.2 km: the place behind it.
    assert np.allclose(one(ROADS, beside((1, 0.7)), beside((1, 0.2))), [1.5, 3, 4.5])
    assert np.allclose(one(ROADS, beside((1, 0.2)), beside((1, 0.7)), outward=False), [1.5, 3, 4.5])


def test_along_one_road_another_way_may_be_faster():
    """From one end of a slow road to its other end by the two others."""
    slow = triangle([(0, 1, 10.0, 0, False), (0, 2, 1.0, 1, False), (2, 1, 1.0, 1, False)], 3)
    assert np.allclose(one(slow, beside((0, 0.01)), beside((0, 0.99))), [0.2, 2, 2.2])


def test_of_two_parallel_roads_the_faster_counts():
    twin = triangle([(0, 1, 3.0, 0, False), (0, 1, 2.0, 1, False)], 2)
    assert one(twin, at_node(0), at_node(1)) == [0, 2, 2]
    assert one(twin, at_node(0), at_node(1), (1.0, 2.0)) == [3, 0, 3]
    assert np.allclose(one(twin, beside((0, 0.5)), beside((1, 0.5))), [1.5, 1, 2.5])


def test_no_drives_and_many_roots():
    ends = DriveEnds(np.zeros(0, int), at_node(0), at_node(), True)
    sizes, km = paths.sizes(ROADS, ends, np.ones(2))
    assert sizes.shape == (0, 2)
    assert km.shape == (0,)
    many = DriveEnds(np.arange(70), at_node(*([0, 1] * 35)), at_node(*([2] * 70)), True)
    assert paths.sizes(ROADS, many, np.ones(2))[1].tolist() == [2, 1] * 35


def test_disturbed_minutes_choose_another_way_of_the_same_roads():
    factors = np.where(ROADS.kind == 0, 9.0, 1.0)
    ends = DriveEnds(np.zeros(1, int), at_node(0), at_node(2), True)
    sizes, _ = paths.sizes(ROADS, ends, np.ones(2), factors)
    assert sizes.tolist() == [[0, 3]]


@pytest.mark.parametrize("outward", [True, False])
def test_a_map_without_roads_has_its_table(tmp_path, outward):
    seconds = [[0, 600, 900], [480, 0, 700], [840, 660, 0]]
    write = town(tmp_path, seconds, [10, 20, 30], hospitals=[0])
    scenario = load(write("layout: [{station: P0, ambulances: 1}]"))
    roads = roads_of(scenario)
    assert roads.kinds == (paths.MATRIX,)
    roots = network.snap(scenario.map.network, scenario.map.cells.xy)
    drives = DriveEnds(np.repeat(np.arange(3), 3), roots,
                       Snapped(*(np.tile(c, 3) for c in roots)), outward)  # fmt: skip
    sizes, km = paths.sizes(roads, drives, np.ones(1))
    wanted = by_engine(scenario, roots, roots, outward)
    assert np.abs(sizes.reshape(3, 3) - wanted).max() < 0.001
    assert np.isnan(km).all()


def test_the_fastest_ways_are_those_of_dijkstra():
    """Random roads, some one-way, between nodes."""
    draws = np.random.default_rng(4)
    for _ in range(20):
        nodes = 12
        lines = [
            (*draws.choice(nodes, 2, replace=False).tolist(), draws.uniform(0.1, 5),
             int(draws.integers(2)), bool(draws.random() < 0.4))
            for _ in range(25)
        ]  # fmt: skip
        roads = triangle(lines, nodes)
        pace = draws.uniform(0.5, 2, 2)
        table = np.full((nodes, nodes), np.inf)
        np.minimum.at(table, (roads.tail, roads.head), roads.size * pace[roads.kind])
        wanted = csgraph.dijkstra(csgraph.csgraph_from_dense(table, null_value=np.inf))
        every = DriveEnds(np.repeat(np.arange(nodes), nodes), at_node(*range(nodes)),
                          at_node(*(list(range(nodes)) * nodes)), True)  # fmt: skip
        minutes = (paths.sizes(roads, every, pace)[0] @ pace).reshape(nodes, nodes)
        assert np.allclose(np.where(np.isfinite(wanted), wanted, np.nan), minutes, equal_nan=True)
