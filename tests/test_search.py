"""The best mix by steps, what the next one buys, what exists is worth, and what it costs."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest
from conftest import ROOT
from hypothesis import given
from hypothesis import strategies as st
from test_decide import aligned

from sim.answers import comparison, costs, search
from sim.answers.candidates import Candidate, drawn
from sim.answers.curve import curve
from sim.answers.search import greedy, moved_ambulances, moved_stations, new_stations, swaps
from sim.answers.worth import worth
from sim.errors import OptionError, ScenarioError
from sim.measures.verdicts import Verdict
from sim.scenario.file import load
from sim.scenario.settings import Costs
from sim.study.runs import FRESH, How, Trials
from sim.text import Name

LANGUAGES = ["en", "zh"]
PRICES = Costs(
    station="1,000,000 CNY per year", substation="400,000 CNY per year",
    ambulance="900,000 CNY per year",
)  # fmt: skip
HOW = How(replications=5, workers=1)
QUICK = {"replications": 5, "workers": 1}
FAR = Candidate(Name("海上", "At sea"), (100.0, 20.0))


@lru_cache(maxsize=1)
def days():
    return load(ROOT / "scenarios" / "liling").with_study(length=3 * 86_400.0)


@lru_cache(maxsize=1)
def priced():
    return replace(days(), settings=days().settings.model_copy(update={"costs": PRICES}))


def small():
    """Liling with three stations only: options are few."""
    base = days()
    for name in ("市妇幼", "泰安医院", "兆和医院", "市四医院", "第六分站"):
        base = base.close(name)
    return base


@lru_cache(maxsize=4)
def curved(**how):
    return curve(priced(), "6", steps=2, **QUICK, **how)


@lru_cache(maxsize=1)
def valued():
    return worth(priced(), **QUICK)


def by_comparison(base, layouts, replications=5, key="within"):
    result = comparison.compare(base, *layouts, replications=replications, workers=1)
    return [result.difference(key, i).mean for i in range(1, len(layouts) + 1)]


# ── options ──────────────────────────────────────────────────────────────────────────────────


def crews(layout):
    """By open station: its ambulances' hours."""
    found = {s.name.zh: [] for s in layout.open_stations()}
    for one in layout.fleet:
        found[layout.stations[one.station].name.zh].append(one.hours)
    return found


def test_every_ambulance_may_move_to_every_other_station():
    base = small()
    options = list(moved_ambulances(base))
    assert len(options) == 3 * 2
    assert len({option.en for option in options}) == 6
    for option in options:
        assert len(option.layout.fleet) == len(base.fleet)
        assert set(crews(option.layout)) == set(crews(base)), "the sender stays open"


def test_an_empty_station_has_no_ambulance_to_give():
    base = small().ambulances("市二医院", to=0)
    givers = {option.zh.split("→")[0].removeprefix("1 辆 ") for option in moved_ambulances(base)}
    assert givers == {"湘东医院", "市中医院"}


def test_who_works_by_day_works_by_day_elsewhere_too():
    base = small().ambulances("市二医院", to=0).ambulances("市二医院", +1, hours="08-20")
    moved = [o.layout for o in moved_ambulances(base) if o.zh.startswith("1 辆 市二医院")]
    assert len(moved) == 2
    for layout in moved:
        hours = sorted((a.hours for a in layout.fleet), key=str)
        assert hours == sorted((a.hours for a in base.fleet), key=str)
        assert not crews(layout)["市二医院"]


def test_a_new_station_moves_with_its_crews():
    base = small().add("枫林镇", ambulances=1).ambulances("枫林镇", +1, hours="22-06")
    found = [Candidate(Name("枫林镇", "Fenglin")), Candidate(Name("官庄镇", "Guanzhuang"))]
    (option,) = moved_stations(base, ["枫林镇"], found)  # not to where it stands
    assert crews(option.layout)["官庄镇"] == [None, (22, 6)]
    assert "枫林镇" not in crews(option.layout)
    assert (option.en, option.zh) == ("site Fenglin → Guanzhuang", "站址 枫林镇→官庄镇")


def test_a_station_with_all_ambulances_can_move():
    base = small().add("枫林镇")
    for name in ("湘东医院", "市中医院", "市二医院"):
        base = base.close(name)
    (option,) = moved_stations(base, ["枫林镇"], [Candidate(Name("官庄镇", "Guanzhuang"))])
    assert crews(option.layout) == {"官庄镇": [None]}


def test_a_station_moved_away_leaves_its_place_free():
    layout = small().add("枫林镇").close("枫林镇")
    (option,) = new_stations(layout, [Candidate(Name("枫林镇", "Fenglin"))])
    assert crews(option.layout)["枫林镇"] == [None]


# ── greedy steps and swaps ───────────────────────────────────────────────────────────────────


def test_each_greedy_step_is_the_best_of_all_on_the_same_calls():
    base, found = small(), drawn(days().map, 5, 1)
    taken = greedy(base, ["station", "ambulance", "either"], found, "within", HOW)
    layout = base
    for option, kinds in zip(taken, ("station", "ambulance", "either"), strict=True):
        options = []
        if kinds != "ambulance":
            options += new_stations(layout, found)
        if kinds != "station":
            options += search.more_ambulances(layout)
        # Among many the selection may end early with one that is as good within the zone.
        gains = by_comparison(layout, [one.layout for one in options])
        mine = [one.en for one in options].index(option.en)
        assert gains[mine] >= max(gains) - 0.005
        layout = option.layout


def test_one_of_a_few_that_are_far_apart_is_picked_for_certain():
    base = small()
    found = [Candidate(Name(n, n)) for n in ("枫林镇", "官庄镇", "白兔潭镇", "浦口镇")]
    (option,) = greedy(base, ["station"], found, "mean", HOW)
    gains = by_comparison(base, [base.add(one.name.zh) for one in found], key="mean")
    assert option.layout.stations[-1].name.zh == found[int(np.argmin(gains))].name.zh


def test_steps_end_where_there_is_nothing_left_to_add():
    found = [Candidate(Name("枫林镇", "Fenglin")), FAR]
    taken = greedy(small(), ["station"] * 3, found, "within", HOW)
    assert [option.en for option in taken] == ["+ Fenglin"]


def test_swaps_end_and_each_surely_helped(monkeypatch):
    base = small()
    taken = swaps(base, base, [], [], "within", HOW)
    assert len(taken) < search.MOST_SWAPS
    layouts = [base, *(option.layout for option in taken)]
    for before, after in itertools.pairwise(layouts):
        assert by_comparison(before, [after])[0] > 0
    monkeypatch.setattr(search, "MOST_SWAPS", 0)
    assert swaps(base, base, [], [], "within", HOW) == []


def test_a_lone_station_has_nothing_to_swap():
    base = small().close("市中医院").close("市二医院")
    assert swaps(base, base, [], [], "within", HOW) == []


def test_swaps_keep_new_stations_in_the_order_they_came(monkeypatch):
    """Ties go to the first option: an order by chance would make the answer one of chance."""
    names = ["枫林镇", "官庄镇", "石亭镇", "均楚镇", "白兔潭镇", "浦口镇", "左权镇"]
    layout, seen = small(), []
    for name in names:
        layout = layout.add(name)
    left = [layout.close("石亭镇").add("茶山镇"), layout.close("石亭镇").add("茶山镇")]

    def noted(_layout, names_, _found):
        seen.append(list(names_))
        return []

    def best(*_):
        if len(left) == 0:
            return None, Verdict.UNDECIDED
        return search.Option("x", "x", left.pop()), Verdict.BETTER

    monkeypatch.setattr(search, "moved_stations", noted)
    monkeypatch.setattr(search, "best_of", best)
    swaps(days(), layout, names, [], "within", HOW)
    kept = [name for name in names if name != "石亭镇"]
    assert seen[:2] == [names, [*kept, "茶山镇"]]


def test_what_was_picked_is_measured_on_fresh_calls():
    found = search.search(small(), "4", stations=1, ambulances=1, **QUICK)
    assert len(found.steps) >= 2
    layouts = [step.option.layout for step in found.steps]
    asked = How(seed=days().settings.study.seed + FRESH, workers=1)
    with Trials(small(), layouts, asked) as fresh:
        fresh.more(5)
        for row, step in enumerate(found.steps, 1):
            assert step.gains["within"].mean == fresh.spread(row).mean
            assert step.gain.mean == fresh.spread(row, base=row - 1).mean
            assert step.values["mean"].mean == fresh.value(row, "mean").mean
    assert found.made.seed == 2025


def test_gains_of_steps_add_up():
    found = search.search(small(), "4", stations=1, ambulances=1, **QUICK)
    total = sum(step.gain.mean for step in found.steps)
    assert found.steps[-1].gains["within"].mean == pytest.approx(total)
    assert found.layout is found.steps[-1].option.layout


@pytest.mark.parametrize(("stations", "ambulances"), [(0, 0), (1, 0), (0, 2)])
def test_as_many_of_each_as_were_asked_for(stations, ambulances):
    base = small()
    found = search.search(base, "3", stations=stations, ambulances=ambulances, **QUICK)
    assert len(found.layout.fleet) == len(base.fleet) + stations + ambulances
    assert len(found.layout.open_stations()) == len(base.open_stations()) + stations


def test_a_search_that_finds_nothing_says_so():
    base = small().close("市中医院").close("市二医院")
    found = search.search(base, "3", stations=0, ambulances=0, **QUICK)
    assert found.steps == ()
    assert found.layout is found.made.base
    assert "No step was found" in found.table("en")
    assert "未找到" in found.table("zh")
    assert len(found.to_frame()) == 0


@pytest.mark.parametrize("lang", LANGUAGES)
def test_tables_of_steps_line_up(lang):
    for found in (search.search(small(), "4", **QUICK), curved(), valued()):
        aligned(found.table(lang), 140)  # names of stations may be long
        assert len({len(row) for row in found.rows(lang)}) == 1
        assert found.sentence(lang)


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"by": "busy"}, "by: write one of"),
        ({"stations": -1}, "not negative"),
        ({"ambulances": -1}, "not negative"),
    ],
    ids=str,
)
def test_what_cannot_be_searched_for_is_told(how, said):
    with pytest.raises(OptionError, match=said):
        search.search(days(), "3", **QUICK, **how)


# ── curve ────────────────────────────────────────────────────────────────────────────────────


def test_tracks_start_from_today_and_each_step_from_the_one_before():
    found = curved()
    assert [len(found.tracks[name]) for name in ("stations", "ambulances")] == [2, 2]
    for name, kind in (("stations", 1), ("ambulances", 0)):
        for count, step in enumerate(found.tracks[name], 1):
            assert len(step.option.layout.fleet) == len(priced().fleet) + count
            assert len(step.option.layout.stations) == len(priced().stations) + kind * count
            first = found.tracks[name][0]
            if count == 1:
                assert step.gain.mean == step.gains["within"].mean
            else:
                assert step.gains["within"].mean == pytest.approx(first.gain.mean + step.gain.mean)


def test_the_curve_is_measured_on_fresh_calls():
    found = curved()
    with Trials(priced(), [], How(seed=2025 + FRESH, workers=1)) as fresh:
        fresh.more(5)
        assert found.now["within"] == fresh.value(0)


def test_a_rearranged_fleet_is_as_large_as_today():
    for step in curved().tracks["fleet"]:
        assert len(step.option.layout.fleet) == len(priced().fleet)
        assert step.cost == costs.of(priced())


def test_the_front_of_a_curve_has_the_cheapest_and_the_best():
    found = curved()
    points, on = found.points(), found.front()
    assert len(points) == len(on) == 1 + sum(map(len, found.tracks.values()))
    assert on[0] or any(step and step.cost <= costs.of(priced()) for _, _, step in points[1:])
    assert f"Costs in {PRICES.station.unit}" in found.table("en")
    assert curve(days(), "3", steps=1, **QUICK).front().tolist() == []


def test_a_curve_without_room_for_stations_tells_of_ambulances_only(tmp_path):
    path = tmp_path / "sites.csv"
    path.write_text("name,lon,lat\n湘东医院,113.42,27.79\n", "utf-8")
    found = curve(small(), path, steps=1, **QUICK)
    assert found.tracks["stations"] == ()
    for lang in LANGUAGES:
        aligned(found.table(lang))
        assert "0 of the 0" not in found.sentence(lang)
        assert "0 个新站" not in found.sentence(lang)


@pytest.mark.parametrize(
    ("how", "said"),
    [({"by": "p90"}, "by: write one of"), ({"steps": 0}, "steps: write 1 to 30; found 0"),
     ({"steps": 31}, "found 31")],
    ids=str,
)  # fmt: skip
def test_what_cannot_be_a_curve_is_told(how, said):
    with pytest.raises(OptionError, match=said):
        curve(days(), "3", **QUICK, **how)


# ── worth ────────────────────────────────────────────────────────────────────────────────────


def test_the_greatest_loss_comes_first():
    found = valued()
    changes = [loss.changes["within"].mean for loss in found.losses]
    assert changes == sorted(changes)
    slower = [loss.changes["mean"].mean for loss in worth(days(), by="mean", **QUICK).losses]
    assert slower == sorted(slower, reverse=True)


def test_every_station_and_one_ambulance_of_those_with_several():
    found = {(loss.station, loss.closed) for loss in valued().losses}
    base = days()
    several = {row for row in range(8) if base.fleet_size(row) > 1}
    assert found == {(row, True) for row in range(8)} | {(row, False) for row in several}


def test_what_is_saved_is_what_it_costs():
    for loss in valued().losses:
        station, cars = priced().stations[loss.station], priced().fleet_size(loss.station)
        house = 1_000_000 if station.kind == "station" else 400_000
        assert loss.saved == (house + 900_000 * cars if loss.closed else 900_000)
    unknown = worth(small(), **QUICK)
    assert all(math.isnan(loss.saved) for loss in unknown.losses)
    assert "would save" not in unknown.table()
    assert unknown.facts("en")["rows"][0]["saved"] is None


def test_losses_are_those_of_a_comparison():
    found = valued()
    loss = found.losses[0]
    assert loss.changes["within"].mean == pytest.approx(
        by_comparison(priced(), [loss.layout])[0], abs=1e-12
    )


def test_calls_a_day_are_of_the_station_today():
    found = valued()
    closed = [loss for loss in found.losses if loss.closed]
    with Trials(priced(), [], How(workers=1)) as trials:
        trials.more(5)
        served = trials.per_day(0, "served")
    assert {loss.station: loss.calls_per_day for loss in closed} == pytest.approx(
        dict(enumerate(served.tolist()))
    )


def test_a_lone_station_with_two_ambulances_can_lose_one():
    base = small().close("市中医院").close("湘东医院")
    (loss,) = worth(base, **QUICK).losses
    assert (loss.closed, len(loss.layout.fleet)) == (False, 1)


def test_a_lone_ambulance_cannot_be_missed():
    base = small().close("市中医院").close("湘东医院").ambulances("市二医院", to=1)
    with pytest.raises(ScenarioError, match="there is one ambulance"):
        worth(base, **QUICK)


def test_stations_that_are_closed_or_empty_are_worth_nothing_to_ask():
    base = days().close("市妇幼").ambulances("泰安医院", to=0)
    names = {base.stations[loss.station].name.zh for loss in worth(base, **QUICK).losses}
    assert not {"市妇幼", "泰安医院"} & names


# ── costs ────────────────────────────────────────────────────────────────────────────────────


def test_costs_by_hand():
    base = priced()  # 2 stations, 6 sub-stations, 14 ambulances
    assert costs.of(base) == 2 * 1_000_000 + 6 * 400_000 + 14 * 900_000
    half = base.ambulances("湘东医院", +1, hours="08-20")
    assert costs.of(half) - costs.of(base) == 450_000
    night = base.ambulances("湘东医院", +1, hours="22-06")
    assert costs.of(night) - costs.of(base) == pytest.approx(300_000)
    assert costs.of(base.close("市妇幼")) == costs.of(base) - 1_300_000
    assert math.isnan(costs.of(days()))


def test_money_is_said_with_its_unit_and_a_proper_minus():
    assert costs.words(750_000, priced(), "en", sign=True) == "+750,000 CNY per year"
    assert costs.words(-1, priced(), "zh", sign=True) == "−1（CNY per year）"


LEVELS = st.integers(0, 4)  # few, so that many are equal


@given(st.lists(st.tuples(LEVELS, LEVELS, LEVELS), min_size=1, max_size=12))
def test_the_front_is_what_its_definition_says(points):
    cost, town, country = (np.array(column, float) for column in zip(*points, strict=True))
    for i, on in enumerate(costs.front(cost, town, country)):
        beaten = any(
            cost[j] <= cost[i] and town[j] >= town[i] and country[j] >= country[i]
            and (cost[j] < cost[i] or town[j] > town[i] or country[j] > country[i])
            for j in range(len(points))
        )  # fmt: skip
        assert on == (not beaten)


@given(st.lists(st.tuples(LEVELS, LEVELS), min_size=1, max_size=12))
def test_equal_layouts_are_both_on_the_front_and_somebody_always_is(points):
    cost, good = (np.array(column, float) for column in zip(*points, strict=True))
    on = costs.front(cost, good)
    assert on.any()
    twice = costs.front(np.tile(cost, 2), np.tile(good, 2))
    assert twice.tolist() == [*on, *on]
