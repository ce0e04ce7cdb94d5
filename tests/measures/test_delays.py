"""Misses whose cause not every service has: roads that are closed, slow drives, seats at the desk."""

from __future__ import annotations

import numpy as np
import pytest
from closable import at, square
from test_causes import taken_apart
from test_other_calls import MIN, NAN, NEVER, calls_of, log_in_minutes, pooled
from worlds import matrix_world, some_calls

from sim.measures import causes
from sim.measures.calls import tally
from sim.measures.causes import CAUSES, PLAIN
from sim.measures.groups import ALL, Setup
from sim.measures.rows import Pooled
from sim.model.calendar import DAY_S, Window
from sim.prepare import demand, draws, system
from sim.scenario.file import load

MONDAY = "2026-01-05"
WINDOW = f'from: "{MONDAY} 10:00", until: "{MONDAY} 11:00"'


@pytest.fixture(scope="module")
def streets(tmp_path_factory):
    return square(tmp_path_factory.mktemp("streets"), wide=True)


def split(scenario, engine, target_s):
    """What each call's response is made of, by name, and its cause."""
    made = system.build(scenario)
    calls = draws.draw(demand.build(scenario), 1, 0)
    log = engine(made, calls)
    setup = Setup((target_s, target_s), 0.9, np.array([100.0, 100.0]), worst=())
    found = Pooled([tally(made, calls, log, Window(0.0, 2 * DAY_S))], setup)
    apart = causes.split(found)
    parts = [dict(zip(apart.causes, row, strict=True)) for row in apart.parts_s.tolist()]
    names = [None if cause < 0 else apart.causes[cause] for cause in apart.cause.tolist()]
    assert apart.parts_s.sum(axis=1) == pytest.approx(found.response_s)
    return parts, names


def scenario_of(streets, bridge, calls, more=""):
    return load(streets(
        "travel: {speeds: {residential: 30 km/h}, closures: "
        f"{{bridge: {{at: {at(1.5, 1)}, {bridge}}}}}{more}}}",
        calls=[(f"{MONDAY} {when}", *place) for when, place in calls], station=f"A, at: {at(0, 1)}",
    ))  # fmt: skip


@pytest.mark.parametrize("shut", ["access: none", "speed: 10 %"])
def test_the_way_round_a_closed_or_slowed_road_is_the_closures(streets, engine, shut):
    one = scenario_of(streets, f"{WINDOW}, {shut}", [("09:00", (2, 1)), ("10:30", (2, 1))])
    (usual, _), _ = split(one, engine, 1.0)
    parts, names = split(one, engine, usual["distance"] + 1)
    assert names == [None, "road closures"]
    assert parts[0]["road closures"] == 0
    assert parts[1]["distance"] == usual["distance"]
    assert parts[1]["road closures"] > 0.5 * usual["distance"]
    assert parts[1]["nearest busy"] == parts[1]["queue"] == 0


def test_who_is_cut_off_waits_for_the_road_and_not_for_an_ambulance(streets, engine):
    one = scenario_of(streets, WINDOW, [("09:30", (1.5, 1)), ("10:30", (1.5, 1))])
    parts, names = split(one, engine, 600.0)
    assert names == [None, "road closures"]
    assert parts[1]["road closures"] == 1800
    assert parts[1]["queue"] == 0


def test_a_closure_elsewhere_is_no_cause(streets, engine):
    one = scenario_of(streets, WINDOW, [("10:30", (0, 2))])
    parts, names = split(one, engine, 1.0)
    assert names == ["distance"]
    assert parts[0]["road closures"] == 0


def test_a_drive_slower_than_usual_is_no_busy_ambulance(streets, engine):
    calls = [(f"{hour:02d}:00", (2, 1)) for hour in range(24)]
    one = scenario_of(streets, "hours: 03-04, days: sun", calls, ", factor: {sigma: 0.5}")
    (first, *_), _ = split(one, engine, 1.0)
    usual_s = max(part["distance"] for part in split(one, engine, 1.0)[0])
    parts, names = split(one, engine, usual_s + 1)
    assert set(names) == {None, "slow drive"}
    assert {part["nearest busy"] for part in parts} == {0.0}
    assert first.keys() == {*PLAIN, "road closures", "slow drive"}


def test_waiting_for_a_seat_is_the_desks_and_a_slow_conversation_call_takings(engine):
    """Targets are ten minutes; both calls are ready after eleven, and one spoke for ten of them."""
    calls = some_calls([0, 0], call_taking_s=11 * MIN)
    calls = calls._replace(answered_at=MIN * np.array([10.0, 1.0]))
    parts, names = taken_apart(matrix_world([[0], [0]]), calls, engine)
    order = ("distance", "call taking", "call desk", "turnout", "nearest busy", "queue")
    assert order == tuple(cause for cause in CAUSES if cause in {*PLAIN, "call desk"})
    assert parts == [[0, 60, 600, 0, 0, 0], [0, 600, 60, 0, 0, 0]]
    assert names == ["call desk", "call desk"]
    late = calls._replace(answered_at=np.zeros(2))
    assert taken_apart(matrix_world([[0], [0]]), late, engine)[1] == ["call taking"] * 2


def test_a_call_withdrawn_late_is_due_to_what_it_waited_for():
    """Withdrawn after twenty minutes: at the desk, for an ambulance, as one turned out, on its way.

    The last was sent to after its first ambulance had been sent elsewhere.
    """
    gone = np.arange(5) * 100.0 + 20
    calls = calls_of(*range(0, 500, 100), withdrawn_at=MIN * gone)
    answered = np.array([15.0, 100, 200, 300, 400])
    calls = calls._replace(answered_at=MIN * answered)
    trips = [(2, 0, 200, NAN, NAN), (3, 1, 300, NAN, NAN), (4, 2, 400, NAN, NAN),
             (4, 0, 418, NAN, NAN)]  # fmt: skip
    log = log_in_minutes(trips, calls)
    log = log._replace(
        ready_at=MIN * np.array([16.0, 100, 200, 300, 400]),
        mobile_at=MIN * np.array([NAN, 300, 400, 418]),
        diverted_at=MIN * np.array([220.0, 320, 401, 420]),
    )
    found = pooled(calls, log)
    apart = causes.split(found)
    assert [apart.causes[cause] for cause in apart.cause] == [
        "call desk", "queue", "turnout", "nearest busy", "queue",
    ]  # fmt: skip
    assert (apart.parts_s.sum(axis=1) == 20 * MIN).all()
    late = causes.summed(found, apart, ALL)
    assert (late.total, late.reached, late.withdrawn) == (5, 0, 5)


def test_a_call_nobody_ever_reaches_queues_also_where_calls_may_be_withdrawn():
    calls = calls_of(0, withdrawn_at=np.array([NEVER]))
    found = pooled(calls, log_in_minutes([], calls))
    apart = causes.split(found)
    assert [apart.causes[cause] for cause in apart.cause] == ["queue"]
