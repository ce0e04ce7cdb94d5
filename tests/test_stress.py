"""Assumptions that are wrong: whether they reach calls and roads, and what is said of it."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest
from conftest import ROOT
from pages import aligned
from scipy.stats import kstest
from towns import matrix_files
from worlds import scenario_with

import sim
from sim.answers import comparison
from sim.answers import coverage as coverage_room
from sim.answers.assumptions import USUAL, assumptions, mishaps
from sim.answers.stress import OFTEN_JOINT, stress
from sim.errors import OptionError, ScenarioError
from sim.geography.making import import_map
from sim.prepare import demand, draws, system
from sim.scenario.file import load
from sim.study import plan as study

LANGUAGES = ["en", "zh"]
QUICK = {"replications": 6, "workers": 1}
NO_ROADS = dict.fromkeys(
    (key for key in USUAL if "roads" in key or key in ("speed", "rush-hours")), 0.0
)


@lru_cache(maxsize=1)
def days():
    return load(ROOT / "scenarios" / "liling").with_study(length=3 * 86_400.0)


def of(base, key):
    (one,) = [one for one in assumptions(base) if one.key == key]
    return one


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """Three places joined by a matrix: A with the station, B with most people, C with none."""
    folder = tmp_path_factory.mktemp("tiny")
    import_map(matrix_files(folder))
    (folder / "scenarios").mkdir()
    path = folder / "scenarios" / "tiny.yaml"
    path.write_text(
        "name: tiny\nmap: tiny\nlayout:\n  - {station: Base A, ambulances: 2}\n"
        "demand: {transported: 0 %, rate: {urban: 12 per day, rural: 12 per day}}\n"
        "targets: {rural: 12 min}\nstudy: {length: 7 days}\n", "utf-8",
    )  # fmt: skip
    return sim.load(path)


@pytest.fixture(scope="module")
def told(tiny):
    plan = tiny.add("Base B", [113.50, 27.60])
    return stress(tiny, plan, samples=8, **QUICK)


# ── what an assumption does ──────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("share", [-1.0, 1.0])
def test_calls_are_a_fifth_more_or_fewer(share):
    about = of(days(), "demand")
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
    about = of(days(), key)
    before, after = (draws.draw(demand.build(s), 1, 0) for s in (days(), about.at(days(), 1.0)))
    for name in before._fields:
        one, other = getattr(before, name), getattr(after, name)
        if name == column:
            assert other == pytest.approx(one * (1 + USUAL[key]), abs=0.01)
        else:
            assert np.array_equal(one, other), name


def test_a_longer_turnout_is_expected_too():
    worlds = [system.build(s) for s in (days(), of(days(), "turnout").at(days(), 1.0))]
    assert worlds[1].expected_turnout_s == pytest.approx(
        1.3 * worlds[0].expected_turnout_s, rel=1e-4
    )


def siren_s(scenario):
    """[station, node] of driving."""
    return system.siren_seconds_from(scenario, np.array([s.node for s in scenario.stations]))


def test_slower_roads_take_longer_everywhere():
    before, after = siren_s(days()), siren_s(of(days(), "speed").at(days(), -1.0))
    assert after == pytest.approx(before / 0.9, rel=1e-3)


def test_slower_main_roads_take_longer_where_they_lead():
    before, after = siren_s(days()), siren_s(of(days(), "main-roads").at(days(), -1.0))
    far = before > 60
    assert (after[far] >= before[far] - 1e-6).all()
    assert (after[far] <= before[far] / 0.8 + 1).all()
    assert 0.05 < np.mean(after[far] > 1.05 * before[far]) < 1


def test_rush_hours_are_slower_at_their_hours_only():
    slow = of(days(), "rush-hours").at(days(), -1.0)
    factor, band = system._speed_factors(slow)
    by_hour = factor[band * 2, 0].reshape(7, 24)
    assert (by_hour == by_hour[0]).all(), "every day alike"
    assert {h for h in range(24) if by_hour[0, h] < 1} == {7, 8, 17, 18}
    assert by_hour.min() == pytest.approx(0.8)


def test_bands_of_the_scenario_stay_in_force(tiny):
    path = tiny.path.with_name("banded.yaml")
    path.write_text(
        tiny.path.read_text("utf-8") + "travel: {bands: [{hours: 07-09, speed: 50 %}]}\n", "utf-8"
    )
    slow = of(sim.load(path), "speed").at(sim.load(path), -1.0)
    factor, band = system._speed_factors(slow)
    by_hour = factor[band * 2, 0][:24]
    assert by_hour[7] == pytest.approx(0.45)
    assert by_hour[12] == pytest.approx(0.9)


def test_a_matrix_is_slower_or_faster_as_a_whole(tiny):
    keys = [one.key for one in assumptions(tiny)]
    assert keys == ["demand", "speed", "rush-hours", "turnout", "on-scene", "handover"]
    slow = of(tiny, "speed").at(tiny, -1.0)
    assert siren_s(slow) == pytest.approx(siren_s(tiny) / 0.9, rel=1e-4)
    before, after = (coverage_room.coverage(s, 0.0).set_index("area") for s in (tiny, slow))
    assert after.loc["all", "minutes"] == pytest.approx(
        before.loc["all", "minutes"] / 0.9, rel=1e-4
    )


def test_in_recorded_calls_what_the_records_say_is_wrong_as_well(tmp_path):
    rows = "".join(f"2025-03-04 {h:02d}:10:00,113.49,27.65,{t}\n" for h, t in
                   ((1, 60), (2, ""), (3, 100)))  # fmt: skip
    base = load(scenario_with(tmp_path, rows))
    keys = [one.key for one in assumptions(base)]
    assert "demand" not in keys, "that many there were"
    about = of(base, "turnout")
    before, after = (draws.draw(demand.build(s), 1, 0) for s in (base, about.at(base, 1.0)))
    assert after.turnout_s == pytest.approx(1.3 * before.turnout_s, abs=0.01)
    assert before.turnout_s[[0, 2]].tolist() == [60, 100]
    plan = base.add("枫林镇")
    planned = study.prepare(about.at(base, 1.0), about.at(plan, 1.0))
    assert len({id(d) for d in planned.plan.demands}) == 1, "one and the same calls"
    assert planned.plan.systems[0].travel.far is planned.plan.systems[1].travel.far


def test_a_stress_of_recorded_calls_moves_with_what_they_say(tmp_path):
    rows = "".join(f"2025-03-0{d} {h:02d}:10:00,113.{40 + h},27.6{d},100\n"
                   for d in (4, 5, 6) for h in range(0, 24, 2))  # fmt: skip
    base = load(scenario_with(tmp_path, rows))
    leave = dict.fromkeys(USUAL, 0.0) | {"turnout": 0.9}
    found = stress(base, base.move("湘东医院", "枫林镇"), by="within", wrong=leave, samples=0,
                   replications=2, workers=1)  # fmt: skip
    (swing,) = [s for s in found.swings if s.about.key == "turnout"]
    assert swing.low.gains[0].mean != swing.high.gains[0].mean


def test_what_is_wrong_by_nothing_is_left_out():
    keys = [one.key for one in assumptions(days(), {"demand": 0.0, "turnout": 0.1})]
    assert "demand" not in keys
    (turnout,) = [one for one in assumptions(days(), {"turnout": 0.1}) if one.key == "turnout"]
    assert turnout.words("en") == "Turnout ±10 %"
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
    for row, (_, name, left) in enumerate(off.cases):
        assert left(days()).fleet_size(row) == days().fleet_size(row) - 1
        assert left(days()).station(name) == row
    for row, (_, _, left) in enumerate(closed.cases):
        assert left(days()).stations[row].closed


def test_a_proposal_loses_only_what_it_has():
    off, closed = mishaps(days())
    without = days().close("市妇幼")
    one = next(left for _, name, left in off.cases if name == "市妇幼")
    assert one(without) is without
    alone = without
    for name in ("湘东医院", "市中医院", "泰安医院", "兆和医院", "市四医院", "第六分站"):
        alone = alone.close(name)
    alone = alone.ambulances("市二医院", to=1)
    for _, _, left in (*off.cases, *closed.cases):
        assert len(left(alone).fleet) == 1, "its last ambulance stays"


def test_a_lone_ambulance_has_no_mishaps(tiny):
    assert mishaps(tiny.ambulances("Base A", to=1)) == []
    assert [one.key for one in mishaps(tiny)] == ["ambulance-off"]


# ── the answer ───────────────────────────────────────────────────────────────────────────────


def test_gains_as_assumed_are_those_of_a_comparison(tiny, told):
    result = comparison.compare(tiny, *told.proposals, replications=6, workers=1)
    assert tuple(told.nominal[0]) == pytest.approx(tuple(result.difference("within")))


def test_what_changes_nothing_gains_exactly_as_assumed(tiny, told):
    """Nobody is conveyed here: handovers do not matter, to the last bit."""
    (swing,) = [s for s in told.swings if s.about.key == "handover"]
    assert swing.low.gains == swing.high.gains == told.nominal
    assert swing.width() == 0


def test_each_end_is_a_comparison_of_both_layouts_under_that_assumption(tiny, told):
    for key in ("demand", "speed", "turnout"):
        (swing,) = [s for s in told.swings if s.about.key == key]
        for share, end in ((-1.0, swing.low), (1.0, swing.high)):
            layouts = [swing.about.at(s, share) for s in (tiny, *told.proposals)]
            result = comparison.compare(*layouts, replications=6, workers=1)
            assert end.gains[0].mean == pytest.approx(result.difference("within").mean, abs=1e-12)


def test_the_widest_swing_comes_first(told):
    widths = [swing.width() for swing in told.swings]
    assert widths == sorted(widths, reverse=True)
    assert told.range(0)[0] <= told.nominal[0].mean <= told.range(0)[1]
    assert len(told.to_frame()) == 2 * len(told.swings)


def test_joint_samples_are_a_latin_hypercube(told):
    levels, keys = told.joint.levels, told.joint.keys
    assert keys[-1] == "ambulance-off"
    for column, key in enumerate(keys[:-1]):
        share = (levels[:, column] + 1) / 2
        assert sorted(np.floor(share * 8).astype(int)) == list(range(8)), (
            f"one {key} in each eighth"
        )
    assert sorted(levels[:, -1]) == [-1] * 4 + [0] * 4, "an ambulance is off in half of them"
    assert told.joint_frame().shape == (8, len(keys) + 1)


def test_joint_samples_fill_the_range(tiny):
    found = stress(tiny, tiny.ambulances("Base A", +1), samples=40, wrong=NO_ROADS,
                   replications=1, workers=1)  # fmt: skip
    for column in found.joint.levels[:, :-1].T:
        assert kstest((column + 1) / 2, "uniform").pvalue > 0.5


def test_a_joint_sample_is_a_comparison_under_all_of_its_levels(tiny, told):
    some = assumptions(tiny)
    for row in range(3):
        layouts = [tiny, *told.proposals]
        for about, share in zip(some, told.joint.levels[row], strict=False):
            layouts = [about.at(layout, share) for layout in layouts]
        if told.joint.levels[row, -1] >= 0:
            layouts = [layout.ambulances("Base A", -1) for layout in layouts]
        result = comparison.compare(*layouts, replications=6, workers=1)
        gain = result.difference("within").mean
        assert told.joint.gains[row, 0] == pytest.approx(gain, abs=1e-12)


def test_the_same_question_has_the_same_answer(tiny, told):
    again = stress(tiny, *told.proposals, samples=8, **QUICK)
    assert again.to_frame().equals(told.to_frame())
    assert again.joint_frame().equals(told.joint_frame())


def test_who_is_ahead_in_how_many_joint_samples(tiny, told):
    ahead = (told.joint.gains[:, 0] > 0).mean()
    assert told.leads().tolist() == pytest.approx([1 - ahead, ahead])
    assert told.facts("en")["ahead"]["today"] == pytest.approx(1 - ahead)
    same = stress(tiny, tiny.move("Base A", [113.40, 27.60]), samples=3, wrong=NO_ROADS, **QUICK)
    assert same.leads().tolist() == [1, 0], "a tie is no lead over today"


def test_joint_samples_have_few_replications_and_none_if_none_are_wanted(tiny):
    plan = tiny.ambulances("Base A", +1)
    leave = dict.fromkeys(USUAL, 0.0) | {"demand": 0.2}
    found = stress(tiny, plan, wrong=leave, samples=2, replications=OFTEN_JOINT + 2, workers=1)
    assert found.joint.replications == OFTEN_JOINT
    assert found.made.runs == 2 * (
        (1 + 2 + 1) * 12 + 2 * 10
    )  # two layouts; as assumed, two, one off
    none = stress(tiny, plan, wrong=leave, samples=0, **QUICK)
    assert none.joint is None
    assert "joint" not in none.frames()
    assert "joint" not in none.table()


def test_several_proposals_stand_beside_each_other(tiny):
    plans = [tiny.add("Base B", [113.50, 27.60]), tiny.ambulances("Base A", +1)]
    found = stress(tiny, *plans, wrong=NO_ROADS, samples=4, **QUICK)
    assert found.first == 0, "a base at B is where most people are"
    assert found.joint.gains.shape == (4, 2)
    assert found.leads().sum() == pytest.approx(1)
    for lang in LANGUAGES:
        aligned(found.table(lang))
        assert len({len(row) for row in found.rows(lang)}) == 1
        assert found.proposal_name(0, lang) in found.sentence(lang)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("by", ["within", "mean"])
def test_the_table_in_both_languages(tiny, by, lang):
    plan = tiny.add("Base B", [113.50, 27.60])
    found = stress(tiny, plan, by=by, wrong=NO_ROADS, samples=3, **QUICK)
    aligned(found.table(lang))
    assert len({len(row) for row in found.rows(lang)}) == 1
    assert {"en": "in 3 of 3", "zh": "在 3 个样本中优于现状"}[lang] in found.table(lang)


def test_tables_of_roads_that_are_tried_once_are_not_kept(tiny, monkeypatch):
    kept, real = [], study.prepare

    def noted(*layouts, **how):
        kept.append((len(layouts[0].settings.travel.bands), how["keep_tables"]))
        return real(*layouts, **how)

    monkeypatch.setattr(study, "prepare", noted)
    leave = dict.fromkeys(USUAL, 0.0) | {"speed": 0.1, "turnout": 0.1}
    stress(tiny, tiny.ambulances("Base A", +1), wrong=leave, samples=1, replications=1, workers=1)
    assert len(kept) == 1 + 2 + 2 + 1 + 1  # as assumed, speed, turnout, one off, together
    assert all(keeps == (bands == 0) for bands, keeps in kept)


@pytest.mark.slow
def test_a_table_that_is_not_to_be_kept_is_not_on_disk(coquimbo):
    slow = of(coquimbo, "speed").at(coquimbo, -0.37)
    cache = Path(os.environ["TENTHIRTY_CACHE"])
    before = set(cache.glob("*.npy"))
    study.prepare(slow, replications=1, keep_tables=False)
    assert set(cache.glob("*.npy")) == before


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"by": "p90"}, "by: write one of"),
        ({"samples": -1}, "samples: write 0 to 10000"),
        ({"wrong": {"luck": 0.1}}, 'no assumption "luck"'),
    ],
    ids=str,
)
def test_what_cannot_be_stressed_is_told(tiny, how, said):
    with pytest.raises(OptionError, match=said):
        stress(tiny, tiny, **QUICK, **how)


def test_without_a_proposal_there_is_nothing_to_stress(tiny):
    with pytest.raises(ScenarioError, match="say what is to be stressed"):
        stress(tiny, **QUICK)
