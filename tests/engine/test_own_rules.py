"""Rules of one's own in the reference engine: tiny towns worked out by hand, and nonsense refused."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_services import services
from worlds import altered, matrix_world, road_world, some_calls, town

from sim.engine import reference
from sim.engine.reference.own_rules import AvailableAmbulance
from sim.errors import RuleError
from sim.model.calls import Needs, no_others
from sim.model.log import Log
from sim.model.service import plain_service
from sim.policies.clock import NONE


def nearest(call, candidates):
    """As the house has it."""
    return min(candidates, key=lambda one: (one.seconds, one.row))


def home(idle):
    return idle.home


def run(world, calls, dispatch=None, standby=None):
    return reference.Engine(world, dispatch, standby).run(calls)


def same(one: Log, other: Log) -> bool:
    """Whether all that happened is the same to the last bit."""
    columns = zip(_columns(one), _columns(other), strict=True)
    return all(np.array_equal(a, b, equal_nan=True) for a, b in columns)


def _columns(part):
    if isinstance(part, tuple):
        return [column for one in part for column in _columns(one)]
    return [] if part is None else [np.asarray(part)]


# ── the house's rule, written as one's own ───────────────────────────────────────────────────


@pytest.mark.parametrize("seed", range(12))
def test_the_nearest_as_a_rule_of_one_s_own_gives_the_very_same_log(seed):
    world, calls = town(seed)
    assert same(run(world, calls, nearest, home), reference.run(world, calls))


@settings(max_examples=60, deadline=None)
@given(data=st.data(), seed=st.integers(0, 200))
def test_so_it_does_with_every_setting_of_the_service(data, seed):
    world, calls = data.draw(services(town(seed)))
    assert same(run(world, calls, nearest), reference.run(world, calls))


def test_nothing_is_asked_about_other_places_where_a_rule_may_read_the_call_s_own():
    world = road_world([0, 4], [1, 2, 3])
    others = np.array([[1, 2], [0, 2], [0, 1]])
    calls = some_calls([0, 60, 120], [0, 1, 2], on_scene_s=300, others=others,
                       other_township=np.zeros((3, 2)))  # fmt: skip
    plain = calls._replace(others=no_others(3), other_township=no_others(3))
    asked = []

    def told(call, candidates):
        asked.append((call.call, call.place))
        return nearest(call, candidates)

    found = run(world, calls, told)
    assert found.asked_s.shape == (3, 0)
    assert same(found, reference.run(world, plain))
    assert all(place == calls.place[call] for call, place in asked)
    assert reference.run(world, calls).asked_s.shape == (3, 3)
    assert run(world, calls, standby=home).asked_s.shape == (3, 3), "it sees no call that waits"


# ── what a dispatch rule decides ─────────────────────────────────────────────────────────────


def test_the_one_that_a_rule_chooses_is_sent():
    def farthest(call, candidates):
        return max(candidates, key=lambda one: one.seconds)

    log = run(matrix_world([[300], [200]]), some_calls([0]), farthest)
    assert (log.ambulance[0], log.arrived_at[0]) == (0, 300)


def test_a_priority_that_a_rule_refuses_waits_while_others_are_served():
    """The refused one is first in the line of its time, and never sent to."""

    def urgent_only(call, candidates):
        return nearest(call, candidates) if call.priority == 0 else None

    calls = some_calls([0, 10, 500], priority=[1, 0, 0], on_scene_s=100)
    log = run(matrix_world([[0]]), calls, urgent_only)
    assert log.call[log.call != NONE].tolist() == [1, 2]
    assert log.assigned_at[log.call != NONE].tolist() == [10, 500]
    assert not log.lost.any()


def test_a_call_that_a_rule_refuses_for_its_place_does_not_hold_up_one_of_the_same_priority():
    def place_one(call, candidates):
        return nearest(call, candidates) if call.place == 1 else None

    log = run(matrix_world([[60, 60]]), some_calls([0, 0], [0, 1]), place_one)
    assert log.call[log.call != NONE].tolist() == [1]
    assert log.assigned_at[0] == 0


def test_a_call_that_is_refused_is_offered_again_when_something_happens():
    """Only who stands at a station: the ambulance is cleared at 100 s and home at 400 s."""

    def rested(call, candidates):
        return next((one for one in candidates if not one.returning), None)

    world = matrix_world([[0, 0]], [[300], [300]])
    log = run(world, some_calls([0, 50], [0, 1], on_scene_s=100), rested)
    assert log.assigned_at[log.call == 1].tolist() == [400]


def test_where_calls_are_lost_so_is_one_that_a_rule_refuses():
    world = matrix_world([[0]], lose_when_none_free=True)
    log = run(world, some_calls([0]), lambda call, candidates: None)
    assert log.lost.tolist() == [True]


def test_a_rule_is_not_asked_where_nobody_can_be_sent():
    offered = []

    def told(call, candidates):
        offered.append(len(candidates))
        return candidates[0]

    run(matrix_world([[0]]), some_calls([0, 10, 20], on_scene_s=100), told)
    assert offered == [1, 1, 1]


def test_each_unit_of_a_call_is_chosen_by_itself_and_none_twice():
    """Two units: the first goes to the first that is offered, the second is offered the rest."""
    world = matrix_world([[60], [120], [180]])
    world = world._replace(service=plain_service(3, 3, 1, 3, 0))
    calls = some_calls([0], on_scene_s=100)._replace(
        needs=Needs(np.zeros(2, int), np.zeros(2, int), np.zeros(2), np.zeros(2), np.zeros(2)),
        condition=np.zeros(1, int),
    )
    seen = []

    def last(call, candidates):
        seen.append((call.need, [one.row for one in candidates]))
        return candidates[-1]

    log = run(world, calls, last)
    assert seen[:2] == [(0, [0, 1, 2]), (1, [0, 1])]
    assert log.ambulance[log.call == 0].tolist() == [2, 1]


def test_an_ambulance_on_a_break_is_offered_to_calls_that_end_one_and_to_no_others():
    service = plain_service(1, 1, 1, 3, 0)
    breaks = service.breaks._replace(
        indptr=np.array([0, 1]), earliest_at=np.array([0.0]), latest_at=np.array([60.0]),
        length_s=np.array([1800.0]), interrupts=np.array([True, False, False]),
    )  # fmt: skip
    world = matrix_world([[60]])._replace(service=service._replace(breaks=breaks))
    asked = []

    def told(call, candidates):
        asked.append((call.priority, call.now))
        return candidates[0]

    log = run(world, some_calls([100, 200], priority=[1, 0]), told)
    assert asked[0] == (0, 200)
    assert log.call[0] == 1


# ── what a standby rule decides ──────────────────────────────────────────────────────────────


def test_a_standby_rule_may_send_all_to_one_station():
    world = matrix_world([[60], [120]], [[30, 90]])
    log = run(world, some_calls([0, 0], on_scene_s=100), standby=lambda idle: 0)
    back = log.call == NONE
    assert sorted(log.ambulance[back].tolist()) == [0, 1]
    cleared = {int(a): t for a, t in zip(log.ambulance[~back], log.cleared_at[~back], strict=True)}
    for ambulance, arrived in zip(log.ambulance[back], log.arrived_at[back], strict=True):
        assert arrived == cleared[int(ambulance)] + 30


def test_a_standby_rule_is_told_who_is_where_and_how_far_each_station_is():
    told = []

    def noted(idle):
        told.append((idle.row, idle.home, idle.drive_s, idle.free, idle.room))
        return None  # home

    world = matrix_world([[60], [120]], [[30, 90]])
    log = run(world, some_calls([0], on_scene_s=100), standby=noted)
    assert told == [(0, 0, (30.0, 90.0), (0, 1), (True, True))]
    assert log.arrived_at[log.call == NONE].tolist() == [190]


def test_a_standby_rule_stands_in_place_of_a_compliance_table():
    service = plain_service(2, 2, 1, 3, 0)
    table = service.standby._replace(rule=3, table=np.array([[1, NONE], [1, 0]]))
    world = matrix_world([[60], [120]], [[30, 90]])._replace(
        service=service._replace(standby=table)
    )
    calls = some_calls([0], on_scene_s=100)
    asked = []
    run(world, calls, standby=lambda idle: asked.append(idle.row))
    assert asked == [0]


def test_who_is_off_duty_goes_home_whatever_a_standby_rule_says():
    world = matrix_world([[60], [120]], [[30, 90]])
    world = altered(world, off_duty_at=np.array([50.0, np.inf]))
    world = world._replace(service=plain_service(2, 2, 1, 3, 0))
    asked = []
    log = run(world, some_calls([0], on_scene_s=100), standby=lambda idle: asked.append(idle))
    assert not asked
    assert log.arrived_at[log.call == NONE].tolist() == [190]


def test_a_full_standby_point_is_not_open_to_a_rule_but_its_home_always_is():
    service = plain_service(2, 2, 1, 3, 0)
    full = service.standby._replace(capacity=np.array([0, 0]))
    world = matrix_world([[60], [120]], [[30, 90]])._replace(service=service._replace(standby=full))
    room = []
    run(world, some_calls([0], on_scene_s=100), standby=lambda idle: room.append(idle.room))
    assert room == [(True, False)]
    with pytest.raises(RuleError, match="returned 1"):
        run(world, some_calls([0], on_scene_s=100), standby=lambda idle: 1)


# ── nonsense ─────────────────────────────────────────────────────────────────────────────────


class Spiteful:
    def __repr__(self):
        raise SystemError

    def __eq__(self, other):
        raise SystemError

    __hash__ = None


@pytest.mark.parametrize(
    ("returned", "shown"),
    [
        ("A3", "'A3'"),
        (0, "0"),
        (True, "True"),
        (np.arange(2), "array"),
        (AvailableAmbulance(1, 0, 1, 200.0, False), r"AvailableAmbulance\(row=1"),
        (AvailableAmbulance(7, 0, 0, 300.0, False), r"AvailableAmbulance\(row=7"),
        (Spiteful(), "Spiteful"),
    ],
)
def test_what_was_not_offered_is_refused_by_name_call_and_what_was_returned(returned, shown):
    def odd(call, candidates):
        return returned

    calls = some_calls([0, 5000], on_scene_s=10)
    with pytest.raises(RuleError, match="The rule odd cannot be followed") as caught:
        run(matrix_world([[300]]), calls, odd)
    (problem,) = caught.value.problems
    assert problem.message.startswith("call 0, 0 s after the run began: it returned ")
    assert re.search(shown, str(caught.value))
    assert "\n" not in problem.message


@pytest.mark.parametrize("returned", ["West", 2, -1, 0.0, True, Spiteful()])
def test_what_is_no_station_is_refused_likewise(returned):
    def odd(idle):
        return returned

    world = matrix_world([[60], [120]], [[30, 90]])
    with pytest.raises(RuleError, match="The rule odd") as caught:
        run(world, some_calls([0], on_scene_s=100), standby=odd)
    assert "ambulance 0, cleared 160 s after the run began: it returned" in str(caught.value)


def test_what_a_rule_raises_is_told_with_its_line_and_kept_as_the_cause():
    def broken(call, candidates):
        return {}["basic"]

    with pytest.raises(RuleError) as caught:
        run(matrix_world([[300]]), some_calls([4000]), broken)
    line = broken.__code__.co_firstlineno + 1
    (problem,) = caught.value.problems
    assert problem.line == line
    assert "call 0, 4,000 s after the run began: it ended in KeyError('basic')" in str(problem)
    assert isinstance(caught.value.__cause__, KeyError)


def test_a_rule_cannot_change_what_it_is_given():
    with pytest.raises(RuleError, match="clear"):  # a tuple has none, and that is told
        run(matrix_world([[300]]), some_calls([0]), lambda call, candidates: candidates.clear())

    def careful(call, candidates):
        with pytest.raises(AttributeError):
            candidates[0].seconds = 0.0
        with pytest.raises(TypeError):
            candidates[0] = None
        return nearest(call, candidates)

    world, calls = matrix_world([[300], [200]]), some_calls([0, 10])
    assert same(run(world, calls, careful), reference.run(world, calls))
