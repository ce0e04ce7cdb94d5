"""Calls that are withdrawn, find nobody, are treated at the scene, or come all at once."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import pytest
from conftest import same_columns
from services import problems, town

from sim.model.calls import CallStream, Ending
from sim.prepare import demand, draws
from sim.scenario.file import load

LAYOUT = "layout: [{station: P0, ambulances: 2}]\n"
RATE = "rate: {urban: 0 per day, rural: 400 per day}"


@pytest.fixture(scope="module")
def write(tmp_path_factory):
    """Three places in a row with 100, 300 and 200 people; a hospital at the second."""
    seconds = [[0, 300, 900], [300, 0, 600], [900, 600, 0]]
    return town(tmp_path_factory.mktemp("ends"), seconds, [100, 300, 200], hospitals=[1])


@pytest.fixture(scope="module")
def drawn(write):
    def calls(more, text=LAYOUT, replication=0):
        scenario = load(write(text + f"demand: {{{RATE}, {more}}}\n"))
        return draws.draw(demand.build(scenario), 5, replication)

    return calls


def shares(ending):
    return np.bincount(ending, minlength=4)[:3] / len(ending)


def test_who_says_nothing_of_it_has_no_such_columns(drawn):
    calls = drawn("transported: 60 %")
    for name in ("ending", "withdrawn_at", "stream", "due_at", "answered_at"):
        assert getattr(calls, name) is None


def test_shares_are_of_all_calls(drawn):
    calls = drawn("transported: 60 %, nobody_found: 10 %, treated_at_scene: 30 %")
    assert np.allclose(shares(calls.ending), [0.6, 0.3, 0.1], atol=0.01)
    assert np.array_equal(calls.conveyed, calls.ending == Ending.CONVEYED)


def test_who_is_neither_transported_nor_missing_is_treated_at_the_scene(drawn):
    calls = drawn("transported: 50 %, nobody_found: 10 %")
    assert np.allclose(shares(calls.ending), [0.5, 0.4, 0.1], atol=0.01)


def test_each_ending_has_its_time_at_the_scene(drawn):
    calls = drawn("transported: 50 %, nobody_found: {share: 10 %, on_scene: 4 min}, "
                  "treated_at_scene: {share: 20 %, on_scene: 21 min}")  # fmt: skip
    plain = drawn("transported: 50 %")
    gone, there = calls.ending == Ending.NOBODY_FOUND, calls.on_scene_s == 21 * 60
    assert (calls.on_scene_s[gone] == 240).all()
    assert there.mean() == pytest.approx(0.2, abs=0.01)
    assert (calls.ending[there] == Ending.TREATED_AT_SCENE).all()
    usual = ~gone & ~there
    assert np.array_equal(calls.on_scene_s[usual], plain.on_scene_s[usual])


def test_where_nobody_is_found_ten_minutes_are_assumed(drawn):
    calls = drawn("transported: 0 %, nobody_found: 100 %")
    assert set(calls.on_scene_s) == {600.0}


def test_how_calls_end_changes_no_other_draw(drawn):
    before = drawn("transported: 50 %")
    after = drawn("transported: 50 %, nobody_found: 10 %, cancelled: {after: 9 min}")
    same_columns(before, after, "on_scene_s", "ending", "withdrawn_at")


def test_a_condition_says_it_for_its_own_calls(drawn):
    calls = drawn(
        "transported: 50 %, nobody_found: 40 %, cancelled: {share: 50 %, after: 8 min}, conditions:"
        " [{name: a, share: 50 %}, {name: b, share: 50 %, nobody_found: 10 %, transported: 90 %, "
        "cancelled: {share: 0 %, after: 1 min}}]"
    )
    a, b = (calls.condition == row for row in (0, 1))
    assert np.allclose(shares(calls.ending[a]), [0.5, 0.1, 0.4], atol=0.015)
    assert np.allclose(shares(calls.ending[b]), [0.9, 0.0, 0.1], atol=0.015)
    assert np.isfinite(calls.withdrawn_at[a]).mean() == pytest.approx(0.5, abs=0.015)
    assert np.isinf(calls.withdrawn_at[b]).all()


def test_whoever_is_withdrawn_is_so_from_receipt_on(drawn):
    calls = drawn("transported: 0 %, cancelled: {share: 30 %, after: 8 min}")
    after = calls.withdrawn_at - calls.received_at
    assert set(after) == {480.0, np.inf}
    assert (after == 480).mean() == pytest.approx(0.3, abs=0.01)


def test_more_calls_withdrawn_leave_those_that_were(drawn):
    law = "after: {distribution: exponential, mean: 20 min}"
    few = drawn(f"transported: 0 %, cancelled: {{share: 30 %, {law}}}").withdrawn_at
    many = drawn(f"transported: 0 %, cancelled: {{share: 60 %, {law}}}").withdrawn_at
    assert np.array_equal(few[np.isfinite(few)], many[np.isfinite(few)])


def test_further_units_find_nobody_either(drawn):
    calls = drawn(
        "transported: 0 %, nobody_found: 100 %, conditions: [{name: a, share: 100 %, released: "
        "apart, needs: [{classes: [ambulance]}, {classes: [ambulance]}]}]"
    )
    assert len(calls.needs.call) == 2 * len(calls.place)
    assert set(calls.needs.on_scene_s) == {600.0}


def test_shares_above_all_are_told(write):
    more = "transported: 80 %, nobody_found: 15 %, treated_at_scene: 10 %"
    assert problems(write(LAYOUT + f"demand: {{{more}}}\n")) == [
        "demand.treated_at_scene: 80 % are transported, 15 % find nobody and 10 % are treated at "
        "the scene: 105 % in all, which is more than 100 %"
    ]
    of_one = "conditions: [{name: a, share: 100 %, nobody_found: 40 %}]"
    assert (
        "demand.conditions[0].nobody_found: 63 % are"
        in problems(write(LAYOUT + f"demand: {{{of_one}}}\n"))[0]
    )


# ── surges ───────────────────────────────────────────────────────────────────────────────────

BUS = '{name: bus, at: "2025-01-09 17:30", place: P2, calls: 8'
BEGINS_S = 3.0 * 86400 + 17.5 * 3600


def test_the_calls_of_a_surge_come_from_its_place_in_its_time(drawn):
    calls = drawn(f"transported: 60 %, surges: [{BUS}, within: 20 min, priority: red}}]")
    some = calls.stream == CallStream.SURGE
    after = calls.received_at[some] - BEGINS_S
    assert some.sum() == 8
    assert ((after >= 0) & (after <= 1200)).all()
    assert len(set(after)) == 8
    assert set(calls.place[some]) == {2}
    assert set(calls.township[some]) == {2}
    assert set(calls.priority[some]) == {0}
    assert set(calls.others[some].ravel()) == {2}
    assert (np.diff(calls.received_at) >= 0).all()


def test_all_of_a_surge_at_once_stand_behind_one_another(drawn):
    calls = drawn(f"transported: 60 %, surges: [{BUS}, within: 0 min}}]")
    rows = np.flatnonzero(calls.stream == CallStream.SURGE)
    assert (calls.received_at[rows] == BEGINS_S).all()
    assert (np.diff(rows) == 1).all()
    assert len(set(calls.priority[rows])) > 1  # drawn as of any call


def test_a_surge_leaves_all_other_calls_as_they_were(drawn):
    plain = drawn("transported: 60 %")
    other = f"{BUS}, within: 9 min}}, {BUS.replace('bus', 'mill')}, condition: a}}"
    kinds = "conditions: [{name: a, share: 40 %}, {name: b, share: 60 %}]"
    for more, before in (
        (f"surges: [{BUS}}}]", plain),
        (f"{kinds}, surges: [{other}]", drawn(f"transported: 60 %, {kinds}")),
    ):
        calls = drawn(f"transported: 60 %, {more}")
        usual = calls.stream == CallStream.EMERGENCY
        for name, column in before._asdict().items():
            if column is not None:
                assert np.array_equal(getattr(calls, name)[usual], column), name


def test_a_second_surge_leaves_the_first_as_it_was(drawn):
    one = drawn(f"transported: 60 %, surges: [{BUS}}}]")
    first = one.received_at[one.stream == CallStream.SURGE]
    mill = BUS.replace("bus", "mill")
    for both in (f"{BUS}}}, {mill}", f"{mill}}}, {BUS}"):
        two = drawn(f"transported: 60 %, surges: [{both}}}]")
        assert set(first) < set(two.received_at[two.stream == CallStream.SURGE])


def test_the_patients_of_a_surge_may_all_have_one_condition_and_what_it_needs(drawn):
    calls = drawn(
        f"transported: 60 %, surges: [{BUS}, condition: b}}], conditions: [{{name: a, share: 90 %}}"
        ", {name: b, share: 10 %, needs: [{classes: [ambulance]}, {classes: [ambulance]}]}]"
    )
    some = calls.stream == CallStream.SURGE
    assert set(calls.condition[some]) == {1}
    assert np.bincount(calls.needs.call)[some].tolist() == [2] * 8
    assert np.array_equal(np.bincount(calls.needs.call) == 2, calls.condition == 1)


def test_a_surge_that_happens_again_and_again(drawn):
    calls = drawn(f"transported: 60 %, surges: [{BUS}, within: 0 min, every: 200 h}}]")
    at = calls.received_at[calls.stream == CallStream.SURGE].reshape(-1, 8)[:, 0]
    assert np.array_equal(at, BEGINS_S + 720_000 * np.arange(len(at)))
    # Measured for 28 days after a warm-up of two: it would not fit again.
    assert at[-1] < 30 * 86_400 <= at[-1] + 720_000


@pytest.mark.parametrize("minutes", [0, 1])
def test_a_surge_that_ends_as_measuring_does_is_the_last(drawn, minutes):
    """From 17:30 on the fourth day every 24 h; measured are 30 days: the last ends 6.5 h earlier."""
    last = 6.5 * 60 - minutes  # with the longest of these it ends as the thirtieth day does
    calls = drawn(f"transported: 60 %, surges: [{BUS}, within: {390 + minutes} min, every: 24 h}}]")
    at = calls.received_at[calls.stream == CallStream.SURGE]
    assert len(at) == 8 * (27 if last == 390 else 26)


def test_a_surge_is_measured_whole_and_lies_on_the_map(write):
    def told(surge):
        return problems(write(LAYOUT + f"demand: {{surges: [{surge}]}}\n"))

    outside = told(BUS.replace("2025", "2026") + "}")
    assert "from 2026-01-09 17:30 to 2026-01-09 17:40, and calls are measured from" in outside[0]
    warming_up = f'{{name: x, at: "{datetime(2025, 1, 6, 1):%Y-%m-%d %H:%M}", place: P0, calls: 1}}'
    assert "measured from 2025-01-08 00:00 to" in told(warming_up)[0]
    ends = datetime(2025, 1, 6) + timedelta(days=30) - timedelta(minutes=5)
    late = f'{{name: x, at: "{ends:%Y-%m-%d %H:%M}", place: P0, calls: 1}}'
    assert "write another time" in told(late)[0]
    assert "lies outside the map" in told(BUS.replace("P2", "[120, 30]") + "}")[0]
    assert 'no place "Mars"' in told(BUS.replace("P2", "Mars") + "}")[0]
    assert "happens again before" in told(BUS + ", within: 2 h, every: 1 h}")[0]


def test_a_shorter_study_that_lacks_a_surge_is_refused(write):
    from sim.errors import ScenarioError

    scenario = load(write(LAYOUT + f"demand: {{surges: [{BUS}}}]}}\n"))
    with pytest.raises(ScenarioError, match="calls are measured from"):
        scenario.with_study(length="1 day")
    assert scenario.with_study(length="10 days").settings.study.length == 864_000
