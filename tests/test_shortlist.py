"""Sites by an exact model, then by simulation: what the models are asked, and where both disagree."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from itertools import combinations

import numpy as np
import pytest
from conftest import ROOT
from test_decide import aligned

from sim.answers import comparison, shortlist
from sim.answers import coverage as coverage_room
from sim.answers.candidates import drawn, layouts
from sim.answers.shortlist import MODELS, ground_of, site
from sim.answers.siting import Infeasible
from sim.errors import OptionError, PlannerError, ScenarioError
from sim.prepare import reach as coverage
from sim.scenario.file import load
from sim.scenario.settings import Costs
from sim.units import Amount

LANGUAGES = ["en", "zh"]
QUICK = {"replications": 5, "workers": 1}
MONEY = "CNY per year"
PRICES = Costs(
    station=f"1,000,000 {MONEY}", substation=f"400,000 {MONEY}", ambulance=f"900,000 {MONEY}"
)


@lru_cache(maxsize=1)
def days():
    return load(ROOT / "scenarios" / "liling").with_study(length=3 * 86_400.0)


@lru_cache(maxsize=1)
def priced():
    return replace(days(), settings=days().settings.model_copy(update={"costs": PRICES}))


@lru_cache(maxsize=8)
def sited(model="mclp", **how):
    return site(days(), "12", model=model, **({"best": 4} | QUICK | how))


def new_stations(layout):
    return [station.name.zh for station in layout.stations[len(days().stations) :]]


def in_reach(layout):
    return coverage_room.coverage(layout).set_index("area").loc["all", "within"]


def mean_minutes(layout):
    """From the call to an arrival from the nearest station, by people."""
    cell_s, people = coverage.reach(layout).cell_s.min(axis=0), layout.map.cells.people
    return float(people @ cell_s / people.sum() / 60)


# ── every model ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("model", MODELS)
def test_every_model_answers_in_both_languages(model):
    found = sited(model)
    assert 1 <= len(found.placed) <= 4
    for lang in LANGUAGES:
        aligned(found.table(lang), 140)
        assert len({len(row) for row in found.rows(lang)}) == 1
        assert found.model_name in found.sentence(lang)
    frame = found.to_frame()
    assert list(frame["plan"]) == list(range(1, len(found.placed) + 1))
    assert sorted(frame["simulated_place"]) == list(range(1, len(found.placed) + 1))
    assert frame["proven"].all()
    assert (frame["sites_zh"] != "").all()


@pytest.mark.parametrize("model", MODELS)
def test_the_stations_of_today_are_locked_in(model):
    for one in sited(model).placed:
        for row, station in enumerate(days().stations):
            assert one.layout.stations[row] == station
            assert one.layout.fleet_size(row) >= days().fleet_size(row)
        for row in range(len(days().stations), len(one.layout.stations)):
            assert one.layout.fleet_size(row) >= 1


@pytest.mark.parametrize(
    ("model", "less"), [("mclp", False), ("p-median", True), ("p-centre", True)]
)
def test_plans_stand_in_the_order_of_the_model(model, less):
    values = [one.value for one in sited(model).placed]
    assert values == sorted(values, reverse=not less)


# ── what they are asked ──────────────────────────────────────────────────────────────────────


def test_people_within_target_are_those_of_the_coverage():
    for one in sited("mclp").placed:
        assert one.value == pytest.approx(in_reach(one.layout), abs=1e-12)


def test_what_the_model_covers_is_what_coverage_covers_at_every_site():
    found, made = layouts(days(), drawn(days().map, 40, 3))
    ground = ground_of(days(), found, made)
    now = (ground.minutes[:, :8] <= ground.limit[:, None]).any(axis=1)
    for column, layout in enumerate(made, 8):
        covered = now | (ground.minutes[:, column] <= ground.limit)
        assert ground.people[covered].sum() / ground.people.sum() == pytest.approx(
            in_reach(layout), abs=1e-12
        )


def test_the_first_plan_is_the_best_of_all_tried_one_by_one():
    found, made = layouts(days(), drawn(days().map, 12, days().settings.study.seed))
    values = sorted((in_reach(layout) for layout in made), reverse=True)
    assert [one.value for one in sited("mclp").placed] == pytest.approx(values[:4], abs=1e-12)
    minutes = sorted(mean_minutes(layout) for layout in made)
    assert [one.value for one in sited("p-median").placed] == pytest.approx(minutes[:4])
    assert len(found) == 12


def test_two_new_stations_are_the_best_pair_of_all():
    few = drawn(days().map, 5, days().settings.study.seed)
    best = max(
        in_reach(layouts(layouts(days(), [a])[1][0], [b])[1][0]) for a, b in combinations(few, 2)
    )
    found = site(days(), "5", new=2, best=1, **QUICK)
    assert found.placed[0].value == pytest.approx(best, abs=1e-12)
    assert len(new_stations(found.placed[0].layout)) == 2


def test_minutes_of_the_median_are_from_the_call_on():
    for one in sited("p-median").placed:
        assert one.value == pytest.approx(mean_minutes(one.layout))


def test_minutes_of_the_farthest_are_from_the_call_on():
    for one in sited("p-centre").placed:
        people = one.layout.map.cells.people > 0
        farthest = coverage.reach(one.layout).cell_s.min(axis=0)[people].max()
        assert one.value == pytest.approx(farthest / 60)


def test_the_fewest_stations_cover_all_that_can_be_covered():
    found = sited("lscp")
    first = found.placed[0]
    assert first.value == len(days().stations) + len(new_stations(first.layout))
    everywhere = days()
    for one in drawn(days().map, 12, days().settings.study.seed):
        everywhere = layouts(everywhere, [one])[1][0]
    assert in_reach(first.layout) == pytest.approx(in_reach(everywhere))
    assert in_reach(days()) < in_reach(everywhere)
    assert f"{found.left_out} places can be covered by no candidate" in found.table("en")


def test_free_ambulances_count_by_how_likely_they_are_free():
    found = sited("mexclp", busy=0.3)
    one = found.placed[0].layout
    cell_s = coverage.reach(one).cell_s
    rows = coverage.reach(one).stations
    near = cell_s <= coverage.targets_of_cells(one)
    cars = np.array([one.fleet_size(row) for row in rows]) @ near
    people = one.map.cells.people
    assert found.placed[0].value == pytest.approx(people @ (1 - 0.3**cars) / people.sum())
    assert found.busy == 0.3
    assert "busy 30.0 % of the time" in found.table("en")


def test_how_busy_ambulances_are_is_simulated_unless_it_is_told():

    busy = comparison.run(days(), replications=5, workers=1).estimate("busy").mean
    assert sited("mexclp").busy == pytest.approx(busy)


def test_two_ambulances_within_target_count_twice():
    for one in sited("dsm").placed:
        reach = coverage.reach(one.layout)
        near = reach.cell_s <= coverage.targets_of_cells(one.layout)
        cars = np.array([one.layout.fleet_size(row) for row in reach.stations]) @ near
        people = one.layout.map.cells.people
        assert one.value == pytest.approx(people[cars >= 2].sum() / people.sum())


# ── limits ───────────────────────────────────────────────────────────────────────────────────


def test_a_budget_buys_what_it_can_and_no_more():
    one_costs = 1_300_000.0  # a sub-station and its ambulance
    found = site(priced(), "6", budget=Amount(2.5 * one_costs, MONEY), best=1, **QUICK)
    assert len(new_stations(found.placed[0].layout)) == 2
    with pytest.raises(PlannerError, match="opens no new station"):
        site(priced(), "6", budget=Amount(1.0, MONEY), best=1, **QUICK)


def test_a_budget_for_ambulances_counts_only_new_ones():
    found = site(priced(), "6", model="mexclp", busy=0.3, new=2, best=1,
                 budget=Amount(2 * 900_000.0, MONEY), **QUICK)  # fmt: skip
    assert new_stations(found.placed[0].layout) == [], "no money for a sub-station"
    assert len(found.placed[0].layout.fleet) == len(days().fleet) + 2


def test_a_station_holds_so_many_ambulances():
    found = site(days(), "6", model="mexclp", busy=0.5, new=3, capacity=3, best=2, **QUICK)
    for one in found.placed:
        assert max(one.layout.fleet_size(row) for row in range(len(one.layout.stations))) <= 3
        assert len(one.layout.fleet) == len(days().fleet) + 3


def test_a_station_serves_so_many_people():
    tight = site(days(), "12", capacity=60_000, best=1, **QUICK).placed[0]
    assert tight.value * days().map.cells.people.sum() <= 9 * 60_000 + 1
    assert tight.value < sited("mclp").placed[0].value


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"model": "magic"}, "model: write one of mclp, p-median, p-centre, lscp, mexclp, dsm"),
        ({"budget": Amount(1e7, MONEY)}, "budget: the scenario gives no costs"),
        ({"model": "mexclp", "busy": 1.0}, "site --model mexclp cannot be run"),
        ({"model": "mexclp", "busy": 0.3, "capacity": 1.0}, "site --model mexclp cannot be run"),
    ],
    ids=str,
)
def test_what_cannot_be_sited_is_told(how, said):
    with pytest.raises(PlannerError, match=said):
        site(days(), "6", **QUICK, **how)


def test_a_budget_is_written_in_the_unit_of_the_costs():
    with pytest.raises(OptionError, match="budget: write it in CNY per year; found USD per year"):
        site(priced(), "6", budget=Amount(1e7, "USD per year"), **QUICK)


def test_what_no_plan_can_do_is_told_in_words(monkeypatch):
    def nothing(*_, **__):
        raise Infeasible("no plan keeps all that was asked for at once")

    monkeypatch.setattr(shortlist, "_solved", nothing)
    with pytest.raises(
        ScenarioError, match="site --model mclp cannot be run:\n  no plan keeps all"
    ):
        site(days(), "3", **QUICK)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("limit", ["capacity", "budget"])
def test_every_model_takes_limits_or_says_why_not(model, limit):
    """An answer or a message in words; never anything else."""
    value = (
        Amount(3e6, MONEY) if limit == "budget" else 4 if model in shortlist.OF_VEHICLES else 2e5
    )
    try:
        found = site(priced(), "4", model=model, best=1, **{limit: value}, **QUICK)
        assert len(found.placed) == 1
    except PlannerError as error:
        assert f"site --model {model}" in str(error)


# ── model and simulation ─────────────────────────────────────────────────────────────────────


def reordered(found, places, ends=None):
    """The same plans, in these places (from 0) by simulation, told apart for certain."""
    by_name = {one.candidate: one for one in found.ranking.ranked}
    ranked = [None] * len(places)
    for plan, place in zip(found.placed, places, strict=True):
        first, last = (place + 1, place + 1) if ends is None else ends
        ranked[place] = by_name[plan.name]._replace(best_place=first, worst_place=last)
    return replace(found, ranking=replace(found.ranking, ranked=tuple(ranked), contenders=1))


def test_a_disagreement_is_told():
    found = sited("mclp", best=3)
    agreed, turned = reordered(found, [0, 1, 2]), reordered(found, [2, 1, 0])
    assert (agreed.disagreements(), agreed.agreement()) == ([], pytest.approx(1))
    assert (turned.disagreements(), turned.agreement()) == ([0, 2], pytest.approx(-1))
    assert "do not contradict each other (Kendall's tau +1.00)" in agreed.table("en")
    names = f"{found.placed[0].name.name.en}; {found.placed[2].name.name.en}"
    assert f"disagree about: {names} (Kendall's tau −1.00)" in turned.disagreement("en")
    assert "模型与仿真不一致" in turned.disagreement("zh")
    assert "and so it is by simulation" in agreed.sentence("en")
    assert f"by simulation it is {found.placed[2].name.name.en}" in turned.sentence("en")
    assert "仿真结论相同" in agreed.sentence("zh")


def test_what_simulation_cannot_tell_apart_is_no_disagreement():
    found = reordered(sited("mclp", best=3), [2, 1, 0], ends=(1, 3))
    assert found.disagreements() == []


def test_plans_that_the_model_finds_equal_share_their_places():
    found = sited("mclp", best=3)
    placed = (
        found.placed[0],
        found.placed[1]._replace(value=found.placed[0].value),
        found.placed[2],
    )
    assert reordered(replace(found, placed=placed), [1, 0, 2]).disagreements() == []


def test_simulated_gains_are_those_of_a_comparison():

    found = sited("mclp")
    one = found.placed[1]
    simulated = found.ranking.ranked[found.place_of(1)]
    result = comparison.compare(days(), one.layout, replications=5, workers=1)
    assert simulated.gains["within"].mean == pytest.approx(
        result.difference("within").mean, abs=1e-12
    )


def test_one_plan_has_no_order_to_compare():
    found = sited("mclp", best=1)
    assert np.isnan(found.agreement())
    assert "One plan" in found.table("en")
    assert "nan" not in found.table("zh")
