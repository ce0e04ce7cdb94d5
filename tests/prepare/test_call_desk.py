"""The call desk: seats by hour, calls in order of receipt, those that need no ambulance."""

from __future__ import annotations

import numpy as np
import pytest
from conftest import same_columns
from hypothesis import given, settings
from hypothesis import strategies as st
from services import problems, town

from sim.prepare import demand, desk, draws
from sim.scenario import endings
from sim.scenario.file import load

LAYOUT = "layout: [{station: P0, ambulances: 2}]\n"
RATE = "rate: {urban: 0 per day, rural: 100 per day}, transported: 0 %"
WEEK = 168


@pytest.fixture(scope="module")
def write(tmp_path_factory):
    """Two places, from one of which all calls come."""
    return town(tmp_path_factory.mktemp("desk"), [[0, 300], [300, 0]], [100, 0])


def always(seats):
    return np.full(WEEK, seats)


def test_whoever_is_received_first_is_answered_first_by_whom_is_free_first():
    received, handling = np.array([0.0, 10, 20, 30]), np.array([100.0, 40, 5, 5])
    found = desk.answered_at(received, handling, always(2), 0.0)
    assert found.tolist() == [0, 10, 50, 55]


def test_two_who_come_at_one_instant_are_answered_in_their_order():
    found = desk.answered_at(np.array([5.0, 5]), np.array([10.0, 10]), always(1), 0.0)
    assert found.tolist() == [5, 15]


def test_a_call_in_hand_is_finished_after_the_hours_of_a_seat():
    """Two seats until one o'clock, then one: of two long calls both go on."""
    seats = always(1)
    seats[0] = 2
    received = np.array([3500.0, 3550, 3590, 4000])
    handling = np.array([1000.0, 200, 10, 10])
    found = desk.answered_at(received, handling, seats, 0.0)
    # The second is over at 3750, when one seat is left, and that is taken until 4500.
    assert found.tolist() == [3500, 3550, 4500, 4510]


def test_where_there_is_no_seat_calls_wait_for_the_hour_that_has_one():
    seats = always(0)
    seats[2] = 1
    found = desk.answered_at(np.array([0.0, 60]), np.array([30.0, 30]), seats, 0.0)
    assert found.tolist() == [7200, 7230]
    from_tuesday = desk.answered_at(np.array([0.0]), np.array([30.0]), seats, 24 * 3600.0)
    assert from_tuesday.tolist() == [(WEEK - 24 + 2) * 3600]  # the Monday after


def first_second_at_which_a_seat_is_free(received, handling, seats):
    """The same, second by second."""
    begun, at = [], 0
    for call, one in enumerate(received):
        at = max(at, one)
        while True:
            busy = sum(b <= at < b + h for b, h in zip(begun, handling[:call], strict=True))
            if busy < seats[at // 3600 % WEEK]:
                break
            at += 1
        begun.append(at)
    return begun


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 9_000), st.integers(0, 2_500)), max_size=9),
    st.lists(st.integers(0, 3), min_size=3, max_size=3),
)
def test_seats_by_hour_are_as_if_looked_at_every_second(calls, by_hour):
    calls.sort()
    received, handling = ([one[n] for one in calls] for n in (0, 1))
    seats = np.array([*by_hour, *[1] * (WEEK - 3)])
    found = desk.answered_at(np.array(received, float), np.array(handling, float), seats, 0.0)
    assert found.tolist() == first_second_at_which_a_seat_is_free(received, handling, seats)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 9_000), st.integers(0, 900)), max_size=30))
def test_the_same_seats_at_all_hours_are_those_of_every_hour(calls):
    calls.sort()
    received, handling = (np.array([one[n] for one in calls], float) for n in (0, 1))
    other = always(2)
    other[100] = 3  # long after all of it
    found = desk.answered_at(received, handling, always(2), 0.0)
    assert found.tolist() == desk.answered_at(received, handling, other, 0.0).tolist()


# ── from a file to calls ─────────────────────────────────────────────────────────────────────


def drawn(write, more, seed=5):
    scenario = load(write(LAYOUT + f"demand: {{{RATE}, {more}}}\n"))
    return draws.draw(demand.build(scenario), seed, 0)


def test_an_ambulance_can_be_sent_when_a_call_has_been_handled(write):
    calls = drawn(write, "desk: {seats: 500, handling: 3 min, needing_ambulance: 25 %}")
    assert np.array_equal(calls.answered_at, calls.received_at)
    assert (calls.call_taking_s == 180).all()
    few = drawn(write, "desk: {seats: 1, handling: 3 min, needing_ambulance: 25 %}")
    assert np.array_equal(few.ready_at, few.answered_at + 180)
    assert (few.answered_at > few.received_at).mean() > 0.4


def test_a_desk_leaves_every_other_draw_as_it_was(write):
    one = "desk: {seats: 2, handling: 4 min, needing_ambulance: 30 %}"
    before, after = drawn(write, "nobody_found: 0 %"), drawn(write, one)
    same_columns(before, after, "call_taking_s", "answered_at")


def test_without_a_law_of_its_own_a_call_is_handled_as_long_as_call_taking_takes(write):
    before, after = drawn(write, "nobody_found: 0 %"), drawn(write, "desk: {seats: 500}")
    assert np.array_equal(before.call_taking_s, after.call_taking_s)


def test_fewer_seats_at_night_let_the_calls_of_the_night_wait(write):
    rows = "[{hours: 08-20, seats: 6}, {hours: 20-08, seats: 1}]"
    calls = drawn(write, f"profile: flat, desk: {{seats: {rows}, handling: 6 min, "
                         "needing_ambulance: 50 %}")  # fmt: skip
    hour = calls.received_at // 3600 % 24
    wait = calls.answered_at - calls.received_at
    assert wait[(hour >= 9) & (hour < 20)].mean() < 1
    assert wait[(hour >= 21) | (hour < 7)].mean() > 60


def test_mistakes_of_a_desk_are_told(write):
    def told(desk_, more=""):
        return problems(write(LAYOUT + f"demand: {{{RATE}, desk: {desk_}{more}}}\n"))

    assert told("{seats: 0}") == [
        "demand.desk: the desk has no seat at any hour: no call would be taken"
    ]
    assert "hardly any call" in told("{seats: 1, needing_ambulance: 0 %}")[0]
    assert "whole clock hours" in told("{seats: [{hours: 8, seats: 1}]}")[0]
    assert "whole number" in told("{seats: three}")[0]


def test_a_desk_with_too_much_to_do_or_nobody_there_is_something_to_look_at(write):
    def looked(desk_):
        scenario = load(write(LAYOUT + f"demand: {{{RATE}, profile: flat, desk: {desk_}}}\n"))
        return [str(one) for one in endings.doubts(scenario.settings, scenario.map)]

    # 100 a day and as many others of 3 min each: 70 hours of work a week.
    assert looked("{seats: 1, handling: 3 min, needing_ambulance: 50 %}") == []
    assert looked("{seats: 1, handling: 9 min, needing_ambulance: 50 %}") == [
        "more calls come than the desk can handle: 1,400 a week of 9.0 min each are 210 hours of "
        "work, and the seats of a week have 168 hours"
    ]
    by_day = "{seats: [{hours: 08-20, seats: 2}], handling: 3 min, needing_ambulance: 50 %}"
    assert looked(by_day) == [
        "the desk has no seat in 84 of the 168 hours of a week, and calls come then: they wait"
    ]
    short = (
        "{seats: [{seats: 1}, {hours: 08-20, seats: 3}], handling: 8 min, needing_ambulance: 50 %}"
    )
    assert looked(short) == [
        "in 84 of the 168 hours of a week more calls come than the desk can handle: they wait "
        "until fewer come"
    ]
