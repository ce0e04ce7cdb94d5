"""A layout made like another's is the very one that is made from nothing, to the last bit."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from conftest import ROOT
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from worlds import joins_at, road_world, small_city, some_calls

from sim.engine import compiled
from sim.engine.compiled import constants
from sim.engine.compiled.driving import UNKNOWN
from sim.errors import ScenarioError
from sim.geography.roads import joining, travel
from sim.geography.roads.graph import fastest
from sim.policies.clock import on_grid
from sim.prepare import demand, draws, system
from sim.scenario.file import load

SLOWER = np.array([[1.0], [1.25]])


def assert_same(one, other, name=""):
    """Two values of nested tuples and arrays, bit by bit."""
    assert type(one) is type(other), name
    if isinstance(one, np.ndarray):
        assert one.dtype == other.dtype, name
        assert one.shape == other.shape, name
        assert one.tobytes() == other.tobytes(), name
    elif isinstance(one, tuple):
        names = getattr(one, "_fields", range(len(one)))
        for part, a, b in zip(names, one, other, strict=True):
            assert_same(a, b, f"{name}.{part}")
    else:
        assert one == other, name


def assert_same_engine(one, other):
    """What two engines have worked out; which way to go perhaps in one of them alone."""
    a, b = one._fixed, other._fixed
    both = (a.steps != UNKNOWN) & (b.steps != UNKNOWN)
    assert np.array_equal(a.steps[both], b.steps[both])
    assert_same(a._replace(steps=None), b._replace(steps=None))
    assert a.steps.shape == b.steps.shape


# ── the shipped scenarios ────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module", params=["liling", "coquimbo"])
def today(request):
    base = load(f"{ROOT}/scenarios/{request.param}")
    made = system.build(base)
    return base, made, compiled.Engine(made), draws.draw(demand.build(base), 1, 0)


def some_layout(base, rng):
    """The base after a few random changes."""
    layout, cells = base, base.map.cells
    for step in range(rng.integers(1, 4)):
        row = rng.integers(len(cells.people))
        at = [float(degrees) for degrees in base.map.lonlat(*cells.xy[row])]
        some = rng.choice(layout.open_stations()).name.zh
        try:
            kind = rng.integers(4)
            layout = (
                layout.close(some)
                if kind == 0
                else layout.move(some, at)
                if kind == 1
                else layout.add(f"new {step}", at)
            )
        except ScenarioError:  # far from a road, or nothing would be left
            continue
    return layout


def test_a_layout_like_another_is_the_one_made_from_nothing(today):
    base, made, engine, calls = today
    rng = np.random.default_rng(5)
    before = base, made, engine
    for _ in range(6):
        layout = some_layout(base, rng)
        alone = system.build(layout)
        from_nothing = compiled.Engine(alone)
        log = from_nothing.run(calls)
        for first, first_made, first_engine in ((base, made, engine), before):
            like = system.build(layout, (first, first_made))
            assert_same(like, alone)
            of_like = compiled.Engine(like, first_engine)
            assert of_like._fixed.to_hospital_s is engine._fixed.to_hospital_s, "it is shared"
            assert_same_engine(of_like, from_nothing)
            assert_same(of_like.run(calls), log)
        before = layout, like, of_like


def test_one_more_station_costs_a_row_for_each_way_it_is_driven_to(today, monkeypatch):
    base, made, engine, _ = today
    searched, filled = [], []
    dijkstra, fill = travel.tables_room.dijkstra, constants.fill_stations

    def counted(graph, indices):
        searched.extend(indices)
        return dijkstra(graph, indices=indices)

    def counted_fill(fixed, rows, *modes):
        filled.extend(rows)
        fill(fixed, rows, *modes)

    monkeypatch.setattr(travel.tables_room, "dijkstra", counted)
    monkeypatch.setattr(constants, "fill_stations", counted_fill)
    at = [float(degrees) for degrees in base.map.lonlat(*base.map.cells.xy[0])]
    layout = base.add("new", at)
    compiled.Engine(system.build(layout, (base, made)), engine)
    assert len(searched) <= 2 * 2, "two ways of driving, at most two ends of the road"
    assert filled == [len(base.stations)]


# ── small worlds ─────────────────────────────────────────────────────────────────────────────


def some_roads(rng):
    """A ring, one way round or two, with more streets, some of several pieces."""
    nodes = int(rng.integers(2, 7))
    ring = [(n, (n + 1) % nodes) for n in range(nodes)]
    streets = ring + [tuple(rng.choice(nodes, 2, replace=False)) for _ in range(rng.integers(4))]
    edges = {}
    one_way = rng.random() < 0.4
    for start, end in streets:
        inner = list(range(nodes, nodes + int(rng.choice([0, 0, 1, 3]))))
        nodes += len(inner)
        for a, b in pairwise([start, *inner, end]):
            edges[a, b] = rng.integers(30, 300)
            if not one_way or rng.random() < 0.3:
                edges[b, a] = edges[a, b] if rng.random() < 0.7 else rng.integers(30, 300)
    tail, head = np.array(list(edges)).T
    return fastest(tail, head, on_grid(np.array(list(edges.values())) * SLOWER), nodes)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=60)
@given(st.integers(0, 2**32 - 1))
def test_a_small_world_like_another_is_the_one_made_from_nothing(seed):
    rng = np.random.default_rng(seed)
    graph = some_roads(rng)
    nodes = len(graph.indptr) - 1
    xy = np.full((nodes, 2), np.nan)
    spots = rng.integers(0, nodes, 6), rng.choice([0.0, 0.0, 0.3, 0.6], 6)
    legs = rng.choice([0.0, 30.0], (2, 6))
    of_map = joins_at(graph, rng.integers(0, nodes, 6), rng.choice([0.0, 0.4, 0.5], 6))
    map_leg_s = on_grid(rng.choice([0.0, 15.0], 6) * SLOWER)
    modes = rng.integers(0, 2, (1, 3))

    def world(some, like=None):
        stations = joins_at(graph, *(column[some] for column in spots))
        ways = (
            travel.build(graph, xy, of_map, stations, keep=False)
            if like is None
            else travel.for_stations(like.roads.travel, stations)
        )
        own = joining.numbered(stations, nodes + ways.map_own)
        return small_city(
            ways, np.concatenate([joining.numbered(of_map, nodes), own]), hospitals=2,
            stations=len(some), place_leg_s=np.hstack([map_leg_s, legs[:, some]]),
            mode_to_scene=modes, home=np.arange(6) % len(some),
            may_divert=np.tril(np.ones((3, 3), bool), -1),
        )  # fmt: skip

    calls = some_calls(
        np.sort(rng.integers(0, 6000, 40)).astype(float), rng.integers(0, 4, 40),
        rng.integers(0, 3, 40), on_scene_s=60.0, conveyed=rng.random(40) < 0.6,
    )  # fmt: skip
    made = world(rng.choice(6, rng.integers(1, 5), replace=False))
    engine = compiled.Engine(made)
    engine.run(calls)
    for _ in range(3):  # each like the one before
        some = rng.choice(6, rng.integers(1, 6), replace=False)
        made, alone = world(some, made), world(some)
        assert_same(made, alone)
        engine, from_nothing = compiled.Engine(made, engine), compiled.Engine(alone)
        assert_same_engine(engine, from_nothing)
        assert_same(engine.run(calls), from_nothing.run(calls))


def test_an_engine_on_other_roads_or_with_other_places_is_made_from_nothing():
    here = road_world([0], [1, 2], hospitals=[3])
    engine = compiled.Engine(here)
    for other in (
        road_world([0], [1, 2], hospitals=[3], seconds=90.0),
        here._replace(roads=here.roads._replace(place_leg_s=here.roads.place_leg_s + 5)),
        here._replace(roads=here.roads._replace(mode_home=1 - here.roads.mode_home)),
    ):
        assert_same_engine(compiled.Engine(other, engine), compiled.Engine(other))
