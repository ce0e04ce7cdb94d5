"""Two engines, one contract: equal logs to the last bit, over every rule and many small worlds.

Worlds are small and crowded on purpose: whole minutes, few places, more calls than ambulances, so
that many things happen in one instant. Two engines that share a wrong rule agree on it; known
answers are tested apart (`test_known_answers`, `test_engine`, `test_parity`).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np
import pytest
from conftest import NO_DATA, ROOT, SCENARIOS, SHARED
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from random_services import services
from worlds import (
    FROM_LOGS,
    altered,
    assert_same,
    on_roads,
    road_world,
    side_roads,
    small_city,
    some_calls,
    town,
)

from sim.engine import compiled, reference
from sim.geography.roads import travel
from sim.geography.roads.graph import fastest
from sim.measures.groups import Setup
from sim.measures.sums import count, counts_of
from sim.model.calendar import Bands, Window
from sim.model.calls import Calls
from sim.model.service import plain_service
from sim.model.system import System
from sim.policies.clock import NONE, on_grid
from sim.policies.dispatch import PositionRule
from sim.prepare import demand, draws, system
from sim.scenario.file import load

MINUTE = 60.0


@pytest.fixture(params=[reference, compiled], ids=["reference", "compiled"])
def kind(request):
    """The room of each engine."""
    return request.param


def assert_same_sums(case, log):
    """What the compiled engine adds up without a log is what the log says, to the last bit."""
    (world, calls), window = case, Window(7 * MINUTE, 33 * MINUTE)
    setup = Setup((4 * MINUTE, 8 * MINUTE), 0.9, np.ones(3), worst=())
    told = count(world, calls, log, window, setup)
    totals = compiled.Engine(world).totals(calls, window, setup.target_s, 3)
    added = counts_of(world, totals, window)
    for name in set(told._fields) - set(FROM_LOGS):
        assert np.array_equal(getattr(told, name), getattr(added, name)), name


# ── small worlds ─────────────────────────────────────────────────────────────────────────────

few_minutes = st.sampled_from([0.0, 0.5, 1, 1, 2, 3, 5]).map(lambda m: m * MINUTE)
odd_seconds = st.floats(0, 900).map(lambda s: float(on_grid(s)))


@st.composite
def roads(draw, slower, closed=()):
    """A strongly connected graph: a ring or a two-way tree, more streets, and chains in them.

    `closed`: modes in which some roads are.
    """
    nodes = draw(st.integers(1, 6))
    if draw(st.booleans()):
        streets = {(n, (n + 1) % nodes) for n in range(nodes)}  # one way round
    else:
        streets = {(n, draw(st.integers(0, n - 1))) for n in range(1, nodes)}
        streets |= {(b, a) for a, b in streets}
    streets |= set(draw(st.lists(st.tuples(*[st.integers(0, nodes - 1)] * 2), max_size=4)))
    times = st.sampled_from([30.0, 60, 60, 60, 90]) if draw(st.booleans()) else odd_seconds
    times = times.map(lambda s: max(s, 1 / 1024))
    same_both_ways, far_apart = draw(st.booleans()), draw(st.integers(0, 9)) == 0
    edges = {}
    for a, b in sorted({(min(s), max(s)) for s in streets if s[0] != s[1]}):
        inner = list(range(nodes, nodes + draw(st.sampled_from([0, 0, 0, 1, 3]))))
        nodes += len(inner)
        for start, end, way in ((a, b, inner), (b, a, inner[::-1])):
            if (start, end) in streets:
                for step in pairwise([start, *way, end]):
                    back = edges.get(step[::-1]) if same_both_ways else None
                    edges[step] = draw(times) if back is None else back
    tail, head = np.array(list(edges), int).reshape(-1, 2).T
    base = np.array(list(edges.values())) * (1000 if far_apart else 1)
    seconds = np.maximum(on_grid(base[None, :] * slower[:, None]), 1 / 1024)
    if len(closed) and len(edges):
        which = draw(st.lists(st.integers(0, len(edges) - 1), max_size=3))
        seconds[np.ix_(closed, which)] = np.inf
    return fastest(tail, head, seconds, nodes)


@st.composite
def worlds(draw, closes=False) -> tuple[System, Calls]:
    """`closes`: perhaps the second of three time bands has closed roads."""
    count = lambda low, high: draw(st.integers(low, high))  # noqa: E731
    bands, priorities = count(1, 3), count(1, 3)
    modes = 2 * bands
    places, hospitals, stations = count(1, 4), count(0, 2), count(1, 3)
    spots = places + hospitals + stations
    if draw(st.booleans()):  # one mode is as much slower everywhere: bounds of the search hold
        slower = np.array([draw(st.sampled_from([1.0, 1.25, 2.0])) for _ in range(modes)])
        of_leg = slower
    else:
        slower = np.array([draw(st.sampled_from([1.0, 1.25, 2.0, 0.5])) for _ in range(modes)])
        of_leg = np.array([draw(st.sampled_from([0.0, 1, 0.5, 2])) for _ in range(modes)])
    legs = np.array([draw(st.sampled_from([0.0, 0, 15, 30, 60])) for _ in range(spots)])
    leg_s = on_grid(legs * of_leg[:, None])
    nearest_place = draw(st.integers(0, 4)) == 0
    is_matrix = nearest_place or draw(st.integers(0, 4)) == 0
    closes = closes and bands == 3 and draw(st.booleans())
    graph = None if is_matrix else draw(roads(slower, (2, 3) if closes else ()))
    nodes = count(1, 6) if graph is None else len(graph.indptr) - 1
    place_node = np.array([count(0, nodes - 1) for _ in range(spots)])
    if graph is None:
        minutes = st.sampled_from([0.0, 1, 1, 2, 4, 7])
        size = modes * nodes * nodes
        matrix = np.array(draw(st.lists(minutes, min_size=size, max_size=size))) * MINUTE
        matrix = matrix.reshape(modes, nodes, nodes)
        matrix[:, range(nodes), range(nodes)] = 0
        xy = np.array([[count(0, 3), count(0, 3)] for _ in range(nodes)], float)
        ways = travel.from_matrix(matrix, xy)
    else:
        share = [draw(st.sampled_from([0.0, 0.0, 0.25, 0.5, 0.75])) for _ in range(spots)]
        ways, place_node = on_roads(graph, place_node, share, stations)
    ambulances = draw(st.sampled_from([0, 1, 2, 3, 4, 5, 8]))
    shifts = [draw(st.sampled_from(SHIFTS)) for _ in range(ambulances)]
    may_divert = np.zeros((priorities, priorities), bool)
    for served in range(priorities):
        for new in range(served):
            may_divert[served, new] = draw(st.booleans())
    mode = st.integers(0, 1)
    world = small_city(
        ways, place_node, hospitals=hospitals, stations=stations, place_leg_s=leg_s,
        bands=Bands(
            np.array([0.0, 10 * MINUTE, 25 * MINUTE][:bands]), np.arange(bands),
            draw(st.sampled_from([0.0, 5 * MINUTE])), np.inf if closes else draw(st.sampled_from([np.inf, 40 * MINUTE])),
        ),
        mode_to_scene=np.array([[2 * b + draw(mode) for _ in range(priorities)] for b in range(bands)]),
        mode_to_hospital=np.array([2 * b + draw(mode) for b in range(bands)]),
        mode_home=np.array([2 * b + draw(mode) for b in range(bands)]),
        home=np.array([count(0, stations - 1) for _ in range(ambulances)], int),
        service_factor=np.array([draw(st.sampled_from([1.0, 1, 1, 0.5, 1 / 3, 1.7])) for _ in shifts]),
        shift_indptr=np.concatenate([[0], np.cumsum([len(s) for s in shifts])]).astype(int),
        on_duty_at=np.array([on for s in shifts for on, _ in s], float) * MINUTE,
        off_duty_at=np.array([off for s in shifts for _, off in s], float) * MINUTE,
        expected_turnout_s=draw(st.sampled_from([0.0, 60, 90])),
        may_divert=may_divert,
        lose_when_none_free=draw(st.integers(0, 4)) == 0,
        position_rule=PositionRule.NEAREST_PLACE if nearest_place else PositionRule.NEXT_NODE,
        standby_list=np.array(draw(st.lists(st.integers(0, stations - 1), max_size=4)), int),
    )  # fmt: skip
    calls = draw(st.sampled_from([0, 2, 5, 9, 14, 20]))
    durations = few_minutes if draw(st.booleans()) else odd_seconds

    def column(strategy, dtype=float):
        return np.array(draw(st.lists(strategy, min_size=calls, max_size=calls)), dtype)

    made = Calls(
        np.sort(column(st.integers(0, 40))) * MINUTE,
        column(st.integers(0, places - 1), int),
        column(st.integers(0, 1), int),
        column(st.integers(0, 2), int),
        column(st.integers(0, priorities - 1), int),
        column(few_minutes),
        column(durations),
        column(durations),
        column(st.booleans(), bool),
        column(st.integers(NONE, hospitals - 1), int),
        column(durations),
        draw(arrays(np.int32, (calls, 3), elements=st.integers(0, places - 1))),
        draw(arrays(np.int32, (calls, 3), elements=st.integers(0, 2))),
    )
    return world, made


SHIFTS = [[(0, np.inf)], [(0, np.inf)], [(0, 20), (20, 40)], [(10, 25), (30, 60)], [(5, 45)], []]

QUIET = {
    "deadline": None,
    "suppress_health_check": list(HealthCheck),
    "derandomize": True,  # the same worlds every time: a failure can be looked at
    "database": None,
}


@settings(max_examples=600, **QUIET)
@given(worlds())
def test_small_worlds(case):
    log = reference.run(*case)
    assert_same(log, compiled.run(*case))
    assert_same_sums(case, log)


@pytest.mark.thorough
@settings(max_examples=20_000, **QUIET)
@given(worlds())
def test_very_many_small_worlds(case):
    log = reference.run(*case)
    assert_same(log, compiled.run(*case))
    assert_same_sums(case, log)


@settings(max_examples=600, **QUIET)
@given(worlds(closes=True).flatmap(services))
def test_small_worlds_with_everything_beyond_the_plain_service(case):
    """Rosters, classes, several units, centres, breaks, failures and standby, all at once."""
    assert_same(reference.run(*case), compiled.run(*case))


@pytest.mark.thorough
@settings(max_examples=20_000, **QUIET)
@given(worlds(closes=True).flatmap(services))
def test_very_many_small_worlds_with_everything(case):
    assert_same(reference.run(*case), compiled.run(*case))


@settings(max_examples=200, **QUIET)
@given(worlds())
def test_everything_there_and_off_is_the_plain_service(case):
    """Nothing changes where every member of a Service is off, whatever else the world has.

    But for the priority list: beyond the plain service who is off duty does not go by it.
    """
    world, calls = altered(case[0], standby_list=np.zeros(0, int)), case[1]
    stations, priorities = len(world.stations.place), len(world.rules.may_divert)
    places = len(world.roads.place_node) - stations
    hospitals = len(world.hospitals.place)
    off = plain_service(len(world.fleet.home), stations, places, priorities, hospitals)
    told = reference.run(world, calls)
    for engine in (reference, compiled):
        found = engine.run(world._replace(service=off), calls)
        assert not len(found.beyond.pauses.row)
        assert_same(told, found._replace(beyond=None))


@pytest.mark.parametrize("first", range(0, 400, 100))
def test_towns_in_which_many_are_on_the_road(first):
    """A bound of the search for the nearest that is wrong by a second shows here."""
    for seed in range(first, first + 100):
        world, calls = town(seed)
        plain = reference.run(world, calls)
        assert_same(plain, compiled.run(world, calls))


def test_places_on_roads_that_the_graph_lacks():
    """Beside a faster road, perhaps one-way, or slowed down more than all that is driven through."""
    for seed in range(150):
        world, calls = side_roads(seed)
        assert len(world.roads.travel.own.road) == len(world.roads.place_node)
        assert_same(reference.run(world, calls), compiled.run(world, calls))


# ── whole scenarios, and other simulators' cities ────────────────────────────────────────────


@pytest.mark.parametrize("name", ["liling", "coquimbo"])
@pytest.mark.parametrize("times", [1, 12], ids=["as it is", "overload"])
def test_whole_scenarios(request, name, times):
    days = 7 if times == 1 else 3  # every call that waits is asked about at every instant
    layout = request.getfixturevalue(name).with_study(length=days * 86_400.0)
    source = demand.build(layout)
    source = source._replace(calls_per_hour=source.calls_per_hour * times)
    world, calls = system.build(layout), draws.draw(source, 3, 0)
    plain = reference.Engine(world).run(calls)
    assert_same(plain, compiled.Engine(world).run(calls))
    queueing_s = (plain.assigned_at - plain.ready_at[plain.call])[plain.call != NONE]
    assert (times > 1) == (queueing_s.max() > 7200)


@pytest.mark.parametrize(
    "path", [p for p in SCENARIOS if p.parent.name == "liling"], ids=lambda path: path.stem
)
def test_every_scenario_of_liling_through_both_engines(path):
    """From the file on: what a scenario asks for is neither lost before the engines nor in one."""
    layout = load(path)
    layout = layout.with_study(length=2 * 86_400.0, warm_up=86_400.0)
    world, calls = system.build(layout), draws.draw(demand.build(layout), 3, 0)
    assert_same(reference.Engine(world).run(calls), compiled.Engine(world).run(calls))


@pytest.mark.parametrize("name", ["liling", "coquimbo"])
def test_whole_scenarios_with_every_rule(request, name):
    """Diversion, whole minutes, a standby list, shifts, losses and slow hours, all at once."""
    layout = request.getfixturevalue(name).with_study(length=5 * 86_400.0)
    source = demand.build(layout)
    source = source._replace(calls_per_hour=source.calls_per_hour * 4)
    calls = draws.draw(source, 4, 0)
    calls = calls._replace(received_at=calls.received_at // MINUTE * MINUTE)
    world = system.build(layout)
    ambulances, priorities = len(world.fleet.home), world.rules.may_divert.shape[0]
    starts = np.arange(0, 90 * 86_400, 86_400.0)
    rules = {
        "may_divert": np.tril(np.ones((priorities, priorities), bool), -1),
        "standby_list": np.array([1, 0, 2, 1]),
        "service_factor": np.linspace(0.8, 1.3, ambulances),
        "shift_indptr": np.arange(ambulances + 1) * len(starts),
        "on_duty_at": np.tile(starts, ambulances) + np.repeat(np.arange(ambulances) * 3600.0, len(starts)),
        "off_duty_at": np.tile(starts, ambulances) + 57_600 + np.repeat(np.arange(ambulances) * 3600.0, len(starts)),
    }  # fmt: skip
    for lose in (False, True):
        strict = altered(world, **rules, lose_when_none_free=lose)
        plain = reference.Engine(strict).run(calls)
        assert_same(plain, compiled.Engine(strict).run(calls))
        assert np.isfinite(plain.diverted_at[plain.call != NONE]).sum() > 5
        assert plain.lost.any() == lose


@pytest.mark.skipif(not (SHARED / "jemss").is_dir(), reason=f"{NO_DATA}/jemss")
def test_off_the_grid_as_well():
    """Float64 as it comes: the same ambulances and hospitals, instants to a nanosecond."""
    from test_parity import CASES, TRACES

    from sim.adapters import elaspy, jemss

    for case in CASES.values():
        world, calls = jemss.read(
            SHARED / "jemss" / "manhattan", TRACES / "manhattan_5000_calls.csv.gz", **case
        )
        assert_same(reference.run(world, calls), compiled.run(world, calls), 1e-9)
    for name in ("diesel_3", "diesel_5"):
        folder = SHARED / "utrecht"
        world, calls = elaspy.read(folder / "world.json", folder / f"{name}.json")
        assert_same(reference.run(world, calls), compiled.run(world, calls), 1e-9)


# ── one engine in many hands ─────────────────────────────────────────────────────────────────


def test_threads_share_an_engine(liling):
    """Whatever runs beside it, on the same calls or on others."""
    layout = liling.with_study(length=20 * 86_400.0)
    source, engine = demand.build(layout), compiled.Engine(system.build(layout))
    calls = [draws.draw(source, 6, number) for number in range(6)]
    alone = [engine.run(c) for c in calls]
    with ThreadPoolExecutor(4) as pool:
        beside = list(pool.map(engine.run, calls * 5))
    for number, log in enumerate(beside):
        assert_same(alone[number % len(calls)], log)


def test_a_log_with_more_trips_than_foreseen():
    """Each call is more urgent than all before it, and sets off a chain of diversions."""
    count = 60
    world = road_world(
        stations=[0], places=[4], homes=np.zeros(8, int), profile_to_scene=[0] * count,
        may_divert=np.tril(np.ones((count, count), bool), -1),
    )  # fmt: skip
    calls = some_calls(np.arange(count), priority=np.arange(count)[::-1], turnout_s=1e5)
    plain = reference.run(world, calls)
    assert len(plain.call) > 4 * count
    assert_same(plain, compiled.run(world, calls))


@pytest.mark.parametrize(
    ("column", "value"), [("place", 1), ("place", -1), ("priority", 3), ("hospital", 0)]
)
def test_a_row_that_is_none_is_refused_and_not_read(column, value):
    calls = some_calls([0], **{column: value})
    with pytest.raises(IndexError, match=column):
        compiled.run(road_world(stations=[0], places=[4]), calls)


def test_calls_packed_once_are_run_through_every_layout(kind):
    calls = some_calls([0, 10], turnout_s=30)
    near, far = (kind.Engine(road_world(stations=[station], places=[4])) for station in (3, 0))
    packed = far.pack(calls)
    for one in (near, far):
        assert_same(one.run(calls), one.run(packed))
    assert near.run(packed).arrived_at[0] < far.run(packed).arrived_at[0]


def test_calls_stay_the_callers_own(kind):
    """An engine neither changes nor locks them, and sees what has changed since the last run."""
    calls, engine = some_calls([0, 10]), kind.Engine(road_world(stations=[0], places=[4]))
    assert engine.run(calls).ready_at.tolist() == [0, 10]
    calls.received_at[1] = 5.0
    assert engine.run(calls).ready_at.tolist() == [0, 5]


def test_a_station_that_cannot_be_reached_ends_no_engine():
    """Such worlds are refused when they are made; an engine must not go round in them for ever."""
    tail = np.array([0, 1, 1, 2, 2, 3, 4, 4, 5, 5])
    head = np.array([1, 0, 2, 1, 3, 4, 3, 5, 3, 4])  # nodes 3 to 5 lead to each other only
    graph = fastest(tail, head, np.full((2, 10), 60.0), 6)
    world = road_world(stations=[0], places=[1], hospitals=[4], nodes=6)
    spots = np.array([1, 5, 0])
    ways = travel.by_nodes(graph, np.full((6, 2), np.nan), spots[:2], spots[2:])
    world = altered(world, travel=ways, place_node=spots)
    calls = some_calls([0], conveyed=True)
    assert_same(reference.run(world, calls), compiled.run(world, calls))


# ── would a difference be noticed? ───────────────────────────────────────────────────────────


def test_a_wrong_tie_rule_in_the_reference_engine_is_caught(monkeypatch):
    def last(seconds, row, best_s, best):
        return seconds < best_s or (seconds == best_s and row > best and seconds < np.inf)

    @settings(max_examples=600, phases=[Phase.generate], report_multiple_bugs=False, **QUIET)
    @given(worlds())
    def some_world_shows_it(case):
        assert_same(reference.run(*case), compiled.run(*case))

    monkeypatch.setattr(reference.situation, "is_first", last)
    with pytest.raises(AssertionError):
        some_world_shows_it()


COMPARE = """
import sys
sys.path.insert(0, {tests!r})
import numpy as np
from worlds import matrix_world, some_calls
from sim.engine import compiled, reference
world, calls = matrix_world([[300], [300]]), some_calls([0])
one, two = (engine.run(world, calls) for engine in (reference, compiled))
print(int(one.ambulance[0]), int(two.ambulance[0]))
"""


@pytest.mark.slow
def test_an_edited_rule_is_never_served_stale(tmp_path):
    """What was compiled before an edit is not used after it; and a wrong rule in one is seen."""
    shutil.copytree(ROOT / "sim", tmp_path / "sim", ignore=shutil.ignore_patterns("__pycache__"))
    env = os.environ | {"TENTHIRTY_CACHE": str(tmp_path / "kept"), "PYTHONPATH": str(tmp_path)}

    def sent():
        code = COMPARE.format(tests=str(ROOT / "tests"))
        command = [sys.executable, "-c", code]
        done = subprocess.run(command, env=env, cwd=tmp_path, capture_output=True, text=True)
        assert not done.returncode, done.stderr
        return done.stdout.split()

    def edit(path, old, new):
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new), "utf-8")

    assert sent() == ["0", "0"]
    dispatch = tmp_path / "sim" / "policies" / "dispatch.py"
    edit(dispatch, "seconds == best_s and row < best", "seconds == best_s and row > best >= 0")
    assert sent() == ["1", "1"]
    nearest = tmp_path / "sim" / "engine" / "compiled" / "nearest.py"
    edit(nearest, "if is_first(seconds, first, best_s, best):", "if seconds < best_s:")
    assert sent() == ["1", "0"]
    kept = set((tmp_path / "kept" / "compiled").iterdir())
    log = tmp_path / "sim" / "model" / "log.py"
    edit(
        log,
        "    call: np.ndarray",
        "    # its fields go to the kernel by their order\n    call: np.ndarray",
    )
    sent()
    assert set((tmp_path / "kept" / "compiled").iterdir()) > kept
