"""Every rule beyond the plain service in a town small enough to work it out by hand; both engines."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from conftest import NO_DATA, SHARED
from hypothesis import given, settings
from hypothesis import strategies as st
from worlds import matrix_world, small_city, some_calls

from sim.engine import compiled, reference
from sim.geography.roads import travel
from sim.model.calls import Failures, Needs
from sim.model.log import FAILURE
from sim.model.service import Breaks, StandbyRule, plain_service
from sim.policies.assignment import assign
from sim.policies.clock import NONE
from sim.policies.standby import covering_of, dmexclp_station

MIN = 60.0


@pytest.fixture(params=[reference, compiled], ids=["reference", "compiled"])
def run(request):
    return request.param.run


def city(to_calls, homes=None, classes=None, centres=None, **parts):
    """A matrix town with a Service in which the given parts differ from what is off."""
    fleet = {
        name: parts.pop(name)
        for name in ("shift_indptr", "on_duty_at", "off_duty_at", "lose_when_none_free",
                     "may_divert", "turnout_s", "from_calls", "hospitals", "standby_list")
        if name in parts
    }  # fmt: skip
    world = matrix_world(np.atleast_2d(to_calls) * MIN, homes=homes, **fleet)
    ambulances, stations = len(world.fleet.home), len(world.stations.place)
    places = len(world.roads.place_node) - stations
    service = plain_service(ambulances, stations, places, 3, len(world.hospitals.place))
    for name, columns in parts.items():
        part = getattr(service, name)
        value = part._replace(**columns) if isinstance(columns, dict) else columns
        service = service._replace(**{name: value})
    columns = {"kind": classes, "centre": centres}
    columns = {name: np.array(rows) for name, rows in columns.items() if rows is not None}
    return world._replace(service=service, fleet=world.fleet._replace(**columns))


def calls_at(minutes, place=0, needs=None, condition=None, **columns):
    """Calls received at these minutes; `needs`: by call a list of (kind, on scene in minutes)."""
    calls = some_calls(np.array(minutes) * MIN, place, **columns)
    if condition is not None:
        calls = calls._replace(condition=np.array(condition))
    if needs is None:
        return calls
    call = np.repeat(np.arange(len(needs)), [len(one) for one in needs])
    flat = [need for one in needs for need in one]
    delay = np.array([need[2] if len(need) > 2 else 0.0 for need in flat]) * MIN
    return calls._replace(
        condition=np.zeros(len(needs), int) if condition is None else np.array(condition),
        needs=Needs(
            call, np.array([need[0] for need in flat]), delay, calls.turnout_s[call],
            np.array([need[1] for need in flat]) * MIN,
        ),
    )  # fmt: skip


def trips(log):
    """(call, ambulance, assigned, arrived, left, cleared) of each trip to a call, in minutes."""
    columns = (log.assigned_at, log.arrived_at, log.left_scene_at, log.cleared_at)
    return [
        (int(log.call[row]), int(log.ambulance[row]), *(float(c[row]) / MIN for c in columns))
        for row in range(len(log.call))
        if log.call[row] != NONE
    ]


def sent(log):
    return [(call, ambulance) for call, ambulance, *_ in trips(log)]


# ── classes and needs ────────────────────────────────────────────────────────────────────────


def test_a_class_in_no_tier_is_never_sent_and_a_later_tier_costs_its_penalty(run):
    """Basic is 2 minutes away, advanced 6; the second tier costs 5 minutes, then 3."""
    for penalty, first in ((5.0, 1), (3.0, 0)):
        town = city(
            [[2], [6]], classes=[0, 1],
            sending={"penalty_s": np.array([[penalty * MIN, 0.0]]), "transports": np.ones(2, bool)},
        )  # fmt: skip
        assert sent(run(town, calls_at([0], needs=[[(0, 10)]])))[0] == (0, first)
    town = city(
        [[2], [6]], classes=[0, 1],
        sending={"penalty_s": np.array([[np.inf, 0.0]]), "transports": np.ones(2, bool)},
    )  # fmt: skip
    log = run(town, calls_at([0, 1], needs=[[(0, 10)], [(0, 10)]], on_scene_s=10 * MIN))
    assert sent(log) == [(0, 1), (1, 1)], "the second call waits for the only one that may go"


def test_a_reserve_hides_the_last_of_a_class_from_less_urgent_needs(run):
    town = city(
        [[1], [2]],
        sending={"upto": np.array([0]), "keep": np.array([1]), "of_class": np.ones((1, 1), bool),
                 "of_centre": np.ones((1, 1), bool)},
    )  # fmt: skip
    calls = calls_at([0, 1, 2], priority=[1, 1, 0], on_scene_s=20 * MIN)
    log = run(town, calls)
    assert trips(log)[:2] == [(0, 0, 0, 1, 21, 21), (2, 1, 2, 4, 24, 24)]
    assert trips(log)[2][:3] == (1, 1, 24), "only when two are free again may one go"


def test_a_car_conveys_nobody(run):
    """A hospital is there; who arrives cannot transport, so the patient is treated at the scene."""
    town = city(
        [[3]], hospitals=1, classes=[0],
        sending={"penalty_s": np.zeros((1, 1)), "transports": np.zeros(1, bool)},
    )  # fmt: skip
    log = run(town, calls_at([0], on_scene_s=5 * MIN, conveyed=True))
    assert log.hospital[0] == NONE
    assert trips(log) == [(0, 0, 0, 3, 8, 8)]


# ── several units ────────────────────────────────────────────────────────────────────────────


def several(**conditions):
    return {"conditions": {name: np.array([value]) for name, value in conditions.items()}}


def test_two_units_released_together_leave_with_the_scene(run):
    """On scene 10 min from the first arrival at 2; the second arrives at 7 and leaves at 12, too."""
    town = city([[2], [7]], **several(together=True))
    log = run(town, calls_at([0], needs=[[(0, 99), (0, 99)]], on_scene_s=10 * MIN))
    assert trips(log) == [(0, 0, 0, 2, 12, 12), (0, 1, 0, 7, 12, 12)]
    assert log.beyond.need.tolist()[:2] == [0, 1]


def test_who_conveys_has_to_load_first(run):
    """The car is there at 2, the ambulance at 9: the scene ends at 6, but loading takes until 14."""
    town = city(
        [[2], [9]], hospitals=1, classes=[0, 1],
        sending={"penalty_s": np.array([[0.0, np.inf], [np.inf, 0.0]]),
                 "transports": np.array([False, True])},
        **several(together=True),
    )  # fmt: skip
    calls = calls_at([0], needs=[[(1, 0), (0, 0)]], on_scene_s=4 * MIN, conveyed=True)
    log = run(town, calls)
    assert sorted(trips(log)) == [(0, 0, 0, 2, 14, 14), (0, 1, 0, 9, 14, 14)]
    assert dict(zip(log.ambulance[:2].tolist(), log.hospital[:2].tolist(), strict=True)) == {
        0: NONE, 1: 0,
    }  # fmt: skip


def test_one_of_the_others_goes_along_where_the_condition_says_so(run):
    town = city([[2], [4]], hospitals=1, **several(together=True, accompanied=True))
    log = run(town, calls_at([0], needs=[[(0, 0), (0, 0)]], on_scene_s=9 * MIN, conveyed=True))
    assert log.hospital[:2].tolist() == [0, 0]
    assert trips(log) == [(0, 0, 0, 2, 11, 11), (0, 1, 0, 4, 11, 11)]


def test_two_units_released_apart_have_times_of_their_own(run):
    town = city([[2], [3]], **several(together=False))
    log = run(town, calls_at([0], needs=[[(0, 10), (0, 4)]]))
    assert trips(log) == [(0, 0, 0, 2, 12, 12), (0, 1, 0, 3, 7, 7)]


def test_who_is_still_on_the_way_when_the_scene_is_over_is_stood_down(run):
    """The first is done at 5; the second, 9 minutes away, is free on the road and goes home."""
    town = city([[2], [9]], **several(together=True))
    log = run(town, calls_at([0], needs=[[(0, 0), (0, 0)]], on_scene_s=3 * MIN))
    assert trips(log)[0] == (0, 0, 0, 2, 5, 5)
    second = np.flatnonzero((log.ambulance == 1) & (log.call == 0))[0]
    assert log.diverted_at[second] == 5 * MIN
    assert np.isnan(log.arrived_at[second])
    home = np.flatnonzero((log.ambulance == 1) & (log.call == NONE))[0]
    assert log.assigned_at[home] == 5 * MIN


def test_who_is_stood_down_while_turning_out_goes_back_in(run):
    town = city([[1], [9]], turnout_s=60.0, **several(together=True))
    calls = calls_at([0], needs=[[(0, 0), (0, 0, 2.5)]], turnout_s=60.0, on_scene_s=60.0)
    log = run(town, calls)
    assert trips(log)[0] == (0, 0, 0, 2, 3, 3)
    second = np.flatnonzero(log.ambulance == 1)
    assert len(second) == 1, "it never left, so it drives nowhere"
    assert np.isnan(log.mobile_at[second[0]])
    assert log.diverted_at[second[0]] == 3 * MIN


@pytest.mark.parametrize(("forgets", "units"), [(True, 1), (False, 2)])
def test_a_missing_unit_follows_or_is_forgotten(run, forgets, units):
    """One of two is busy until 6. The call of minute 4 lasts until 25."""
    town = city([[1], [1]], **several(forgets=forgets))
    calls = calls_at(
        [0, 4], needs=[[(0, 0)], [(0, 0), (0, 0)]], on_scene_s=[5 * MIN, 20 * MIN]
    )  # fmt: skip
    log = run(town, calls)
    assert [trip[:3] for trip in trips(log)] == [(0, 0, 0), (1, 1, 4), (1, 0, 6)][: 1 + units]


def test_all_or_none(run):
    """The call that needs two waits until both are free; a later one that needs one goes before."""
    town = city([[0], [0]], conditions={name: np.array([value, False]) for name, value in (
            ("all_or_none", True), ("forgets", False), ("accompanied", False))}
        | {"together": np.array([True, True]), "capable": np.ones((2, 1), bool)})  # fmt: skip
    calls = calls_at(
        [0, 1, 2], needs=[[(0, 0)], [(0, 0), (0, 0)], [(0, 0)]], condition=[1, 0, 1],
        on_scene_s=[10 * MIN, 5 * MIN, 3 * MIN],
    )  # fmt: skip
    log = run(town, calls)
    assert [trip[:3] for trip in trips(log)] == [(0, 0, 0), (2, 1, 2), (1, 0, 10), (1, 1, 10)]


# ── shifts, breaks, off the road ─────────────────────────────────────────────────────────────


def test_the_last_calls_of_a_shift_are_those_of_the_first_priority(run):
    town = city(
        [[0]], shift_indptr=np.array([0, 2]), on_duty_at=np.array([0, 100]) * MIN,
        off_duty_at=np.array([60, 200]) * MIN, sending={"last_calls_s": 10 * MIN},
    )  # fmt: skip
    calls = calls_at([49, 50, 55], priority=[1, 1, 0], on_scene_s=30.0)
    assert [trip[:3] for trip in trips(run(town, calls))] == [(0, 0, 49), (2, 0, 55), (1, 0, 100)]


def a_break(length, earliest, latest, interrupts=(), anew=True):
    flags = np.isin(np.arange(3), interrupts)
    one = [np.array([value * MIN]) for value in (earliest, latest, length)]
    return Breaks(np.array([0, 1]), *one, flags, anew)


def pauses(log):
    found = log.beyond.pauses
    return [
        (begun / MIN, ended / MIN, bool(whole))
        for begun, ended, whole in zip(found.begun_at, found.ended_at, found.whole, strict=True)
    ]


@pytest.mark.skipif(not (SHARED / "service").is_dir(), reason=f"{NO_DATA}/service")
def test_the_meal_break_of_the_shared_instances(run, shared_service):
    entry = shared_service("SV21")
    at = [_minutes(one[0]) for one in entry["inputs"]["calls"]]
    busy, priority = ([one[i] for one in entry["inputs"]["calls"]] for i in (1, 2))
    calls = calls_at(at, priority=np.array(priority) - 1, on_scene_s=np.array(busy) * MIN)
    for name, interrupts in (("uninterruptible", ()), ("interruptible_by_priority_1", (0,))):
        expected = entry["expected"][name]
        log = run(city([[0]], breaks=a_break(30, 720, 810, interrupts)), calls)
        assert [trip[2] for trip in trips(log)] == [_minutes(t) for t in expected["assigned"]]
        assert [trip[5] for trip in trips(log)] == [_minutes(t) for t in expected["cleared"]]
        told = expected.get("breaks", [[*expected.get("break_from_to", []), "whole"]])
        assert pauses(log) == [(_minutes(a), _minutes(b), how == "whole") for a, b, how in told]


def _minutes(clock):
    hours, minutes = clock.split(":")
    return float(int(hours) * 60 + float(minutes))


@pytest.fixture(scope="module")
def shared_service():
    import json

    def one(key):
        entries = json.loads((SHARED / "service" / "service_instances.json").read_text("utf-8"))
        return next(entry for entry in entries if entry["id"].startswith(key))

    return one


def test_the_rest_of_a_break_is_what_was_left_of_it(run):
    town = city([[0]], breaks=a_break(30, 0, 60, [0], anew=False))
    log = run(town, calls_at([10], on_scene_s=5 * MIN))
    assert pauses(log) == [(0, 10, False), (15, 35, True)]


def test_a_break_that_cannot_begin_in_time_is_missed(run):
    town = city([[0]], breaks=a_break(30, 10, 20))
    assert pauses(run(town, calls_at([5], on_scene_s=16 * MIN))) == []
    assert pauses(run(town, calls_at([5], on_scene_s=15 * MIN))) == [(20, 50, True)]


def test_a_vehicle_on_a_call_finishes_it_before_it_is_off_the_road(run):
    """Its clock runs by the hour, busy or idle: fails at 10, is free at 15, is back at 35."""
    town = city([[0]], vehicle=np.array([7]))
    failures = Failures(
        np.array([7]), np.array([[10.0, np.inf]]) * MIN, np.array([[20.0, 1]]) * MIN
    )
    log = run(town, calls_at([5, 20], on_scene_s=10 * MIN)._replace(failures=failures))
    assert [trip[2:] for trip in trips(log)] == [(5, 5, 15, 15), (35, 35, 45, 45)]
    assert pauses(log) == [(15, 35, True)]
    assert log.beyond.pauses.kind.tolist() == [FAILURE]


# ── who dispatches ───────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("after", "keep", "assigned"), [(0, 0, 1), (4, 0, 5), (np.inf, 0, 11), (0, 1, 11)]
)
def test_help_comes_at_once_after_a_time_or_never(run, after, keep, assigned):
    """The own ambulance is busy until 11; the neighbour has one, and may have to keep it."""
    town = city(
        [[0], [1]], centres=[0, 1],
        areas={"centre": np.zeros(1, int), "help_after_s": np.array([after, after]) * MIN,
               "help_keep": np.array([keep, keep])},
    )  # fmt: skip
    log = run(town, calls_at([0, 1], on_scene_s=11 * MIN))
    assert trips(log)[1][2] == assigned


def test_an_ambulance_of_another_zone_seems_farther(run):
    for penalty, first in ((3.0, 1), (1.0, 0)):
        town = city([[2], [4]], areas={"zone_of": np.array([1, 0]), "other_zone_s": penalty * MIN})
        assert sent(run(town, calls_at([0])))[0] == (0, first)


def test_whoever_is_too_far_is_not_sent_until_somebody_is_nearer(run):
    town = city([[2, 9], [20, 3]], sending={"within_s": np.array([5.0, np.inf, np.inf]) * MIN})
    calls = calls_at([0, 1], [1, 1], on_scene_s=30 * MIN)
    assert [trip[:3] for trip in trips(run(town, calls))] == [(0, 1, 0), (1, 1, 33)]


# ── where they wait ──────────────────────────────────────────────────────────────────────────


def moves(log):
    """(ambulance, begun, arrived) of each trip without a call, in minutes."""
    return [
        (int(log.ambulance[row]), log.assigned_at[row] / MIN, log.arrived_at[row] / MIN)
        for row in np.flatnonzero(log.call == NONE)
    ]


def test_the_table_is_read_by_the_number_that_is_free(run):
    """Two free: one at each station. One free: at station 1, to which the other moves up."""
    town = city(
        [[1], [5]], homes=[0, 1],
        standby={"rule": int(StandbyRule.TABLE), "table": np.array([[0, NONE], [0, 1]])},
    )  # fmt: skip
    log = run(town, calls_at([0], on_scene_s=10 * MIN))
    assert sent(log) == [(0, 0)]
    assert moves(log)[0][:2] == (1, 0), "who is left moves to station 0"
    assert moves(log)[1][:2] == (0, 11), "who is cleared goes to what is left: station 1"


def test_to_a_standby_point_without_a_building_no_turnout(run):
    town = city([[4]], turnout_s=60.0, standby={"turnout_factor": np.array([0.0])})
    assert trips(run(town, calls_at([0], turnout_s=90.0)))[0][3] == 4
    town = city([[4]], turnout_s=60.0, standby={"turnout_factor": np.array([0.5])})
    assert trips(run(town, calls_at([0], turnout_s=90.0)))[0][3] == 4.75


def test_dmexclp_sends_who_was_cleared_where_it_adds_most(run):
    """Station 1 covers 0.6 of the calls, station 0 0.4, where the other ambulance waits."""
    town = city(
        [[1], [1]], homes=[0, 0],
        standby={"rule": int(StandbyRule.DMEXCLP), "demand": np.array([0.4, 0.6]),
                 "covers": np.eye(2, dtype=bool), "weight": 0.7 * 0.3 ** np.arange(3)},
    )  # fmt: skip
    log = run(town, calls_at([0, 30], on_scene_s=5 * MIN))
    assert sent(log) == [(0, 0), (1, 0)]
    assert [move[0] for move in moves(log)] == [0, 0]


def test_a_limit_of_the_way_is_inclusive(run):
    for within, assigned in ((5.0, 0), (4.999, None)):
        town = city([[5]], sending={"within_s": np.full(3, within * MIN)})
        found = trips(run(town, calls_at([0])))
        assert [trip[2] for trip in found] == ([] if assigned is None else [assigned])


def test_who_was_cleared_goes_to_the_nearest_station_that_has_room(run):
    """Station 1 is at the call's door; it is full while the other ambulance waits there."""
    for capacity, base in ((2, 0), (1, 7)):
        town = city(
            [[3], [0]], homes=[1, 1], from_calls=np.array([[7.0, 0.0]]) * MIN,
            standby={"rule": int(StandbyRule.NEAREST), "capacity": np.array([9, capacity])},
        )  # fmt: skip
        log = run(town, calls_at([0], on_scene_s=5 * MIN))
        assert moves(log) == [(0, 5, 5 + base)]


@pytest.mark.parametrize(
    ("most", "moved"), [(1, [(1, 0, 3), (2, 3, 7)]), (9, [(1, 0, 3), (2, 0, 4)])]
)
def test_so_many_are_moved_at_a_time_and_the_nearest_first(run, most, moved):
    """One is on a call; the others, 3 and 4 minutes away, are both to stand at station 2."""
    minutes = np.zeros((4, 4))  # the call place, then three stations
    minutes[1, 3], minutes[2, 3] = 3, 4
    seconds = minutes * MIN
    world = small_city(
        travel.from_matrix(np.stack([seconds, seconds])), np.arange(4), stations=3, home=[0, 0, 1]
    )  # fmt: skip
    off = plain_service(3, 3, 1, 3, 0)
    table = np.array([[2, NONE, NONE], [2, 2, NONE], [0, 0, 1]])
    rule = {"rule": int(StandbyRule.TABLE), "table": table, "most_moves": most}
    world = world._replace(service=off._replace(standby=off.standby._replace(**rule)))
    log = run(world, calls_at([0], on_scene_s=30 * MIN))
    assert moves(log)[:2] == moved


def test_who_missed_a_break_on_the_way_to_it_is_moved_by_the_table_again(run):
    """Cleared at 5 beside its home it goes to the post, 10 minutes away. From 8 to 10 a break may
    begin, at home alone: it turns back, is there too late, and goes to the post again."""
    minutes = np.array([[0, 0, 10], [0, 0, 10], [10, 10, 0]])  # the call place, then two stations
    world = small_city(
        travel.from_matrix(np.stack([minutes * MIN, minutes * MIN])), np.arange(3), stations=2,
        home=[0],
    )  # fmt: skip
    off = plain_service(1, 2, 1, 3, 0)
    rule = {"rule": int(StandbyRule.TABLE), "table": np.array([[1]]),
            "has_building": np.array([True, False])}  # fmt: skip
    world = world._replace(
        service=off._replace(standby=off.standby._replace(**rule), breaks=a_break(30, 8, 10))
    )
    log = run(world, calls_at([0, 60], on_scene_s=5 * MIN))
    assert pauses(log) == []
    (_, begun, _), (_, back, home), (_, again, there) = moves(log)[:3]
    assert (begun, back) == (5, 8)
    assert home > 10
    assert (again, there) == (home, home + 10)


@pytest.mark.parametrize(("least", "moves_up"), [(0.0, True), (0.6, True), (0.61, False)])
def test_a_move_must_bring_enough_within_reach(run, least, moves_up):
    """The only post is at station 1, which covers 0.6 of the calls that station 0 does not."""
    town = city(
        [[1], [5]], homes=[0, 0],
        standby={"rule": int(StandbyRule.TABLE), "table": np.array([[1, NONE], [1, 0]]),
                 "least_gain": least, "demand": np.array([0.6, 0.4]),
                 "covers": np.array([[False, False], [True, False]])},
    )  # fmt: skip
    log = run(town, calls_at([0], on_scene_s=9 * MIN))
    assert any(move[1] == 0 for move in moves(log)) == moves_up


def test_on_a_tie_dynamic_mexclp_takes_the_lowest_row_that_has_room():
    standby = plain_service(1, 3, 1, 1, 0).standby._replace(
        demand=np.full(3, 0.25), covers=np.eye(3, dtype=bool), weight=np.array([0.7, 0.2])
    )
    reach = covering_of(standby.covers)
    assert dmexclp_station(standby, reach, np.zeros(3, int), np.zeros(3, int)) == 0
    full = standby._replace(capacity=np.array([1, 1, 1]))
    assert dmexclp_station(full, reach, np.zeros(3, int), np.array([1, 0, 0])) == 1
    assert dmexclp_station(full, reach, np.zeros(3, int), np.ones(3, int)) == NONE


def test_where_it_adds_nothing_anywhere_an_ambulance_of_dynamic_mexclp_goes_home(run):
    """With ambulances that are never busy, a place that one covers needs no second one."""
    standby = plain_service(1, 3, 1, 1, 0).standby._replace(
        demand=np.full(3, 0.25), covers=np.eye(3, dtype=bool), weight=np.array([1.0, 0.0])
    )
    reach = covering_of(standby.covers)
    assert dmexclp_station(standby, reach, np.ones(3, int), np.zeros(3, int)) == NONE
    town = city(
        [[1], [5]], homes=[1],
        standby={"rule": int(StandbyRule.DMEXCLP), "demand": np.ones(1),
                 "covers": np.zeros((2, 1), bool), "weight": np.array([0.7, 0.2])},
    )  # fmt: skip
    _, (_, _, assigned, arrived, *_) = trips(run(town, calls_at([0, 60], on_scene_s=9 * MIN)))
    assert arrived - assigned == 5  # from station 1, its home


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(st.integers(1, 4), st.integers(0, 2), st.booleans(), st.data())
def test_of_all_assignments_the_best_with_rows_in_order(posts, more, longest, data):
    """Counted out; where two units could change places as well, they stand in the order of rows."""
    units = posts + more
    row = st.lists(st.integers(0, 3), min_size=units, max_size=units)
    drive_s = np.array(data.draw(st.lists(row, min_size=posts, max_size=posts)), float)
    of_post = np.zeros(posts, int)
    assign(drive_s, posts, units, longest, np.zeros((5, units + 1)), of_post)

    def cost(one):
        drives = [drive_s[post, unit] for post, unit in enumerate(one)]
        return (max(drives), sum(drives)) if longest else sum(drives)

    assert len(set(of_post.tolist())) == posts
    assert cost(of_post) == min(map(cost, permutations(range(units), posts)))
    for post in range(posts):
        for unit in set(range(of_post[post])) - set(of_post.tolist()):
            assert drive_s[post, unit] != drive_s[post, of_post[post]], "a lower row could go"


@pytest.mark.parametrize(("longest", "posts"), [(False, [0, 1]), (True, [1, 0])])
def test_posts_are_filled_with_the_least_total_or_the_least_longest_drive(longest, posts):
    """Straight: 1 + 10 = 11, longest 10. Crossed: 6 + 6 = 12, longest 6."""
    drive_s, of_post = np.array([[1.0, 6.0], [6.0, 10.0]]), np.zeros(2, int)
    assign(drive_s, 2, 2, longest, np.zeros((5, 3)), of_post)
    assert of_post.tolist() == posts


def test_of_two_assignments_as_good_the_lower_row_goes_to_the_earlier_post():
    of_post = np.zeros(2, int)
    assign(np.full((2, 4), 3.0), 2, 4, False, np.zeros((5, 5)), of_post)
    assert of_post.tolist() == [0, 1]
