"""Assumptions that are wrong: whether they reach calls, roads and crews."""

from __future__ import annotations

import numpy as np
import pytest
from conftest import same_columns
from decisions import assumption
from studies import days
from worlds import scenario_with

import sim
from sim.answers import coverage as coverage_room
from sim.answers.assumptions import USUAL, assumptions, mishaps
from sim.errors import OptionError
from sim.model.system import SIREN
from sim.prepare import demand, draws, system, ways
from sim.scenario.file import load
from sim.study import plan as study
from sim.study.effort import Effort


@pytest.mark.parametrize("share", [-1.0, 1.0])
def test_calls_are_a_fifth_more_or_fewer(share):
    about = assumption(days(), "demand")
    before, after = (demand.build(s).calls_per_hour for s in (days(), about.at(days(), share)))
    assert after == pytest.approx(before * (1 + 0.2 * share))
    drawn = [len(draws.draw(demand.build(s), 1, n).area) for n in range(20)
             for s in (days(), about.at(days(), share))]  # fmt: skip
    assert sum(drawn[1::2]) / sum(drawn[::2]) == pytest.approx(1 + 0.2 * share, abs=0.06)


@pytest.mark.parametrize(
    ("key", "column"),
    [("turnout", "turnout_s"), ("on-scene", "on_scene_s"), ("handover", "handover_s")],
)
def test_durations_of_the_very_same_calls_are_longer(key, column):
    about = assumption(days(), key)
    before, after = (draws.draw(demand.build(s), 1, 0) for s in (days(), about.at(days(), 1.0)))
    same_columns(before, after, column)
    one, other = getattr(before, column), getattr(after, column)
    assert other == pytest.approx(one * (1 + USUAL[key]), abs=0.01)


def test_a_longer_turnout_is_expected_too():
    worlds = [system.build(s) for s in (days(), assumption(days(), "turnout").at(days(), 1.0))]
    assert worlds[1].rules.expected_turnout_s == pytest.approx(
        1.3 * worlds[0].rules.expected_turnout_s, rel=1e-4
    )


def siren_s(scenario):
    """[station, node] of driving."""
    at = ways.at_roads(scenario.stations, scenario.map)
    return ways.siren_seconds(scenario, at, at)[1]


def test_slower_roads_take_longer_everywhere():
    before, after = siren_s(days()), siren_s(assumption(days(), "speed").at(days(), -1.0))
    assert after == pytest.approx(before / 0.9, rel=1e-3, abs=1 / 1024)


def test_slower_main_roads_take_longer_where_they_lead():
    before, after = siren_s(days()), siren_s(assumption(days(), "main-roads").at(days(), -1.0))
    far = before > 60
    assert (after[far] >= before[far] - 1e-6).all()
    assert (after[far] <= before[far] / 0.8 + 1).all()
    assert 0.05 < np.mean(after[far] > 1.05 * before[far]) < 1


def siren_speed(scenario):
    """[hour of the week] what speeds are multiplied by, on the first class of roads."""
    modes = ways.driving_modes(scenario)
    start_h = modes.bands.start_s / 3600
    band = modes.bands.band[np.searchsorted(start_h, np.arange(168), side="right") - 1]
    return modes.factor[modes.number[band, SIREN], 0]


def test_rush_hours_are_slower_at_their_hours_only():
    slow = assumption(days(), "rush-hours").at(days(), -1.0)
    by_hour = siren_speed(slow).reshape(7, 24)
    assert (by_hour == by_hour[0]).all(), "every day alike"
    assert {h for h in range(24) if by_hour[0, h] < 1} == {7, 8, 17, 18}
    assert by_hour.min() == pytest.approx(0.8)


def test_bands_of_the_scenario_stay_in_force(tiny):
    path = tiny.path.with_name("banded.yaml")
    path.write_text(
        tiny.path.read_text("utf-8") + "travel: {bands: [{hours: 07-09, speed: 50 %}]}\n", "utf-8"
    )
    slow = assumption(sim.load(path), "speed").at(sim.load(path), -1.0)
    by_hour = siren_speed(slow)[:24]
    assert by_hour[7] == pytest.approx(0.45)
    assert by_hour[12] == pytest.approx(0.9)


def test_a_matrix_is_slower_or_faster_as_a_whole(tiny):
    keys = [one.key for one in assumptions(tiny)]
    assert keys == ["demand", "speed", "rush-hours", "turnout", "on-scene", "handover"]
    slow = assumption(tiny, "speed").at(tiny, -1.0)
    assert siren_s(slow) == pytest.approx(siren_s(tiny) / 0.9, rel=1e-4)
    before, after = (
        coverage_room.coverage(s, 0.0).to_frame().set_index("area") for s in (tiny, slow)
    )
    assert after.loc["all", "minutes"] == pytest.approx(
        before.loc["all", "minutes"] / 0.9, rel=1e-4
    )


def test_in_recorded_calls_what_the_records_say_is_wrong_as_well(tmp_path):
    rows = "".join(f"2025-03-04 {h:02d}:10:00,113.49,27.65,{t}\n" for h, t in
                   ((1, 60), (2, ""), (3, 100)))  # fmt: skip
    base = load(scenario_with(tmp_path, rows))
    keys = [one.key for one in assumptions(base)]
    assert "demand" not in keys, "that many there were"
    about = assumption(base, "turnout")
    before, after = (draws.draw(demand.build(s), 1, 0) for s in (base, about.at(base, 1.0)))
    assert after.turnout_s == pytest.approx(1.3 * before.turnout_s, abs=0.01)
    assert before.turnout_s[[0, 2]].tolist() == [60, 100]
    plan = base.add("枫林镇")
    planned = study.prepare(about.at(base, 1.0), (about.at(plan, 1.0),), Effort())
    assert len({id(d) for d in planned.plan.demands}) == 1, "one and the same calls"
    assert planned.plan.systems[0].roads.travel.far is planned.plan.systems[1].roads.travel.far


def test_what_is_wrong_by_nothing_is_left_out():
    keys = [one.key for one in assumptions(days(), {"demand": 0.0, "turnout": 0.1})]
    assert "demand" not in keys
    (turnout,) = [one for one in assumptions(days(), {"turnout": 0.1}) if one.key == "turnout"]
    assert turnout.wrong == 0.1
    assert assumptions(days(), dict.fromkeys(USUAL, 0.0)) == []


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"demnd": 0.2}, 'range: no assumption "demnd"; did you mean demand?'),
        ({"speed": 0.95}, "range: speed: write 0 % to 90 %; found 95 %"),
        ({"speed": -0.1}, "speed: write 0 % to 90 %; found -10 %"),
        ({"speed": float("nan")}, "speed: write 0 % to 90 %"),
    ],
    ids=str,
)
def test_an_assumption_that_is_none_is_told(wrong, said):
    with pytest.raises(OptionError) as caught:
        assumptions(days(), wrong)
    assert said in str(caught.value)


def test_all_that_is_wrong_with_assumptions_is_told_at_once():
    with pytest.raises(OptionError) as caught:
        assumptions(days(), {"foo": 0.1, "bar": 0.1, "speed": 2.0})
    assert len(str(caught.value).splitlines()) == 3


# ── mishaps ──────────────────────────────────────────────────────────────────────────────────


def test_each_ambulance_may_be_off_the_road_and_each_station_closed():
    off, closed = mishaps(days())
    assert [len(off.cases), len(closed.cases)] == [8, 8]
    for row, case in enumerate(off.cases):
        assert case.left(days()).fleet_size(row) == days().fleet_size(row) - 1
        assert case.name == days().stations[row].name
    for row, case in enumerate(closed.cases):
        assert case.left(days()).stations[row].closed


def test_a_proposal_loses_only_what_it_has():
    off, closed = mishaps(days())
    without = days().close("市妇幼")
    one = next(case.left for case in off.cases if case.name.zh == "市妇幼")
    assert one(without) is without
    alone = without
    for name in ("湘东医院", "市中医院", "泰安医院", "兆和医院", "市四医院", "第六分站"):
        alone = alone.close(name)
    alone = alone.ambulances("市二医院", to=1)
    for _, left in (*off.cases, *closed.cases):
        assert len(left(alone).fleet) == 1, "its last ambulance stays"


def test_a_lone_ambulance_has_no_mishaps(tiny):
    assert mishaps(tiny.ambulances("Base A", to=1)) == []
    assert [one.key for one in mishaps(tiny)] == ["ambulance-off"]
