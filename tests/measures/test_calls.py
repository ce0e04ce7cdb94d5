"""Indicators from a log whose every value is known by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from worlds import ONE_BAND, matrix_world, road_world, some_calls

from sim.engine.reference import run
from sim.measures.calls import first_arrival, tally
from sim.measures.fleet_time import on_shift
from sim.model.calendar import Window
from sim.model.log import TRIP_COLUMNS
from sim.policies.clock import NONE


def measured(world, calls, start=0.0, end=7200.0):
    return tally(world, calls, run(world, calls), Window(start, end))


def test_response_runs_from_receipt_to_the_first_arrival():
    t = measured(matrix_world([[60]]), some_calls([0], call_taking_s=50, turnout_s=30))
    assert t.response_s.tolist() == [140]
    assert t.turnout_s.tolist() == [30]
    assert t.at_once.tolist() == [True]


def test_a_call_that_waited_was_not_served_at_once():
    t = measured(matrix_world([[0]]), some_calls([0, 10], on_scene_s=100))
    assert t.at_once.tolist() == [True, False]
    assert t.response_s.tolist() == [0, 90]


def test_a_lost_call_counts_as_never_reached():
    world = matrix_world([[0]], lose_when_none_free=True)
    t = measured(world, some_calls([0, 10], on_scene_s=100))
    assert t.response_s.tolist() == [0, np.inf]
    assert t.at_once.tolist() == [True, False]


def test_a_call_that_is_given_up_and_lost_was_not_served_at_once():
    may = [[False] * 3, [True, False, False], [True, False, False]]
    world = road_world(stations=[0], places=[4, 2], may_divert=may, lose_when_none_free=True)
    t = measured(world, some_calls([0, 30], place=[0, 1], priority=[2, 0]))
    assert t.at_once.tolist() == [False, True]


def test_turnout_is_measured_to_the_rolling_of_the_wheels():
    t = measured(matrix_world([[0], [0]]), some_calls([0, 10], turnout_s=[200, 100]))
    assert t.turnout_s.tolist() == [200, 100]


def test_the_nearest_station_is_judged_in_the_band_and_mode_that_was_driven():
    """From the second hour on the short cut by node 2 is slow, and the other station nearer."""
    edges = [(0, 1), (1, 2), (2, 3), (3, 4)]
    world = road_world(stations=[0, 4], places=[1], edges=edges, homes=[0, 1], slow_from_hour=1)
    t = measured(world, some_calls([0, 10], on_scene_s=3000))
    assert t.cross.tolist() == [False, True]


def test_only_calls_received_in_the_window_count():
    t = measured(matrix_world([[0]]), some_calls([0, 100, 200, 300]), start=100, end=300)
    assert t.call.tolist() == [1, 2]


def test_utilisation_is_clipped_to_the_window():
    t = measured(matrix_world([[0], [0]]), some_calls([50], on_scene_s=100), start=100, end=300)
    assert t.busy_s.sum() == 50
    assert t.on_duty_s.sum() == 400
    assert t.busy_s.sum() == 50, "overtime is no time on shift"


def test_busy_time_falls_into_the_hours_of_the_week():
    world = matrix_world([[0]], bands=ONE_BAND._replace(offset_s=23 * 3600.0))
    t = measured(world, some_calls([1800], on_scene_s=5400), end=10_800)
    assert np.flatnonzero(t.busy_s[0]).tolist() == [23, 24]
    assert t.busy_s[0, [23, 24]].tolist() == [1800, 3600]


def test_level_zero_is_the_time_without_a_free_ambulance():
    calls = some_calls([0, 50], on_scene_s=[100, 100])
    t = measured(matrix_world([[0], [0]]), calls, end=1000)
    assert t.level_zero_s == 50


def test_with_nobody_on_shift_nobody_is_free():
    world = matrix_world([[0]], on_duty_at=np.array([300.0]), off_duty_at=np.array([700.0]))
    t = measured(world, some_calls([650], on_scene_s=200), end=1000)
    assert t.level_zero_s == 300 + 350  # busy past the end of its shift changes nothing
    assert t.on_duty_s.sum() == 400
    assert t.busy_s.sum() == 50, "overtime is no time on shift"


instants = st.lists(st.integers(0, 40), unique=True, max_size=10).map(
    lambda at: np.sort(at[: len(at) // 2 * 2]).astype(float).reshape(-1, 2)
)


@given(st.lists(st.tuples(instants, instants), min_size=1, max_size=3))
def test_work_on_shift_is_what_each_shift_and_each_work_have_in_common(fleet):
    busy, duty = (
        np.vstack([np.column_stack([np.full(len(own), row), own]) for row, own in enumerate(part)])
        for part in zip(*fleet, strict=True)
    )
    common = [
        [who, max(start, on), min(end, off)]
        for who, on, off in duty.tolist()
        for other, start, end in busy.tolist()
        if other == who and max(start, on) < min(end, off)
    ]
    assert on_shift(busy[np.argsort(busy[:, 1], kind="stable")], duty).tolist() == common


def test_an_empty_fleet_is_at_level_zero_all_the_time():
    t = measured(matrix_world([[0]], homes=np.zeros(0, int)), some_calls([5]), end=100)
    assert t.level_zero_s == 100
    assert t.response_s.tolist() == [np.inf]


def test_a_call_is_out_of_area_when_another_staffed_station_is_nearer():
    world = matrix_world([[60], [300], [10]], homes=[0, 1])  # station 2 has no ambulance
    t = measured(world, some_calls([0, 10], on_scene_s=600))
    assert t.cross.tolist() == [False, True]


def test_equally_near_is_not_out_of_area():
    t = measured(matrix_world([[60], [60]], homes=[1, 0]), some_calls([0, 0]))
    assert t.cross.tolist() == [False, False]


def test_a_diverted_trip_is_busy_until_it_is_diverted():
    may = [[False] * 3, [True, False, False], [True, False, False]]
    world = road_world(stations=[0], places=[4, 2], may_divert=may)
    calls = some_calls([0, 30], place=[0, 1], priority=[2, 0])
    log = run(world, calls)
    t = tally(world, calls, log, Window(0, 7200))
    assert t.busy_s.sum() == 240, "30 towards the first, 90 to the second, 120 to the first again"
    trips = first_arrival(log, 2)
    assert np.isnan(log.diverted_at[trips]).all()
    assert t.response_s.tolist() == [240, 90]


def test_the_first_of_two_arrivals_is_the_response():
    log = run(matrix_world([[60]]), some_calls([0, 500]))
    twice = log._replace(
        **{name: np.concatenate([getattr(log, name)] * 2) for name in TRIP_COLUMNS}
    )
    twice.arrived_at[: len(log.call)] += 5
    assert first_arrival(twice, 2).tolist() == [
        trip + len(log.call) for trip in np.flatnonzero(log.call != NONE)
    ]


@pytest.mark.parametrize("hour", [0, 5, 23])
def test_the_hour_is_the_clock_hour_of_receipt(hour):
    t = measured(
        matrix_world([[0]], bands=ONE_BAND._replace(offset_s=hour * 3600.0)),
        some_calls([1800, 5400]),
    )
    assert t.hour.tolist() == [hour, (hour + 1) % 24]
