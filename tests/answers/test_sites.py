"""Sites by an exact model, then by simulation: what the models are asked, and where both disagree."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from itertools import combinations

import numpy as np
import pytest
from rankings import reordered, sited
from studies import QUICK, days

from sim.answers import comparison, site_plans
from sim.answers import coverage as coverage_room
from sim.answers.candidates import drawn, layouts
from sim.answers.site_plans import MODELS, OF_VEHICLES, siting_inputs
from sim.answers.sites import site
from sim.answers.siting import Infeasible
from sim.errors import OptionError, PlannerError, ScenarioError
from sim.prepare import reach as coverage
from sim.scenario.settings import Costs
from sim.units import Amount

MONEY = "CNY per year"
PRICES = Costs(
    station=f"1,000,000 {MONEY}", substation=f"400,000 {MONEY}", ambulance=f"900,000 {MONEY}"
)


@lru_cache(maxsize=1)
def priced():
    return replace(days(), settings=days().settings.model_copy(update={"costs": PRICES}))


def new_stations(layout):
    return [station.name.zh for station in layout.stations[len(days().stations) :]]


def in_reach(layout):
    return coverage_room.coverage(layout).to_frame().set_index("area").loc["all", "within"]


def mean_minutes(layout):
    """From the call to an arrival from the nearest station, by people."""
    cell_s, people = coverage.reach(layout).cell_s.min(axis=0), layout.map.cells.people
    return float(people @ cell_s / people.sum() / 60)


# ── every model ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("model", MODELS)
def test_every_model_gives_plans_that_are_proven_and_ranked(model):
    found = sited(model)
    assert 1 <= len(found.plans) <= 4
    frame = found.to_frame()
    assert list(frame.columns[:9]) == [
        "plan", model, "proven", "bound", "gap", "simulated_place", "best_place", "worst_place",
        "name_zh",
    ]  # fmt: skip
    assert list(frame["bound"]) == list(frame[model])
    assert list(frame["plan"]) == list(range(1, len(found.plans) + 1))
    assert sorted(frame["simulated_place"]) == list(range(1, len(found.plans) + 1))
    assert frame["proven"].all()
    assert (frame["name_zh"] != "").all()


@pytest.mark.parametrize("model", MODELS)
def test_the_stations_of_today_are_locked_in(model):
    for one in sited(model).plans:
        for row, station in enumerate(days().stations):
            assert one.layout.stations[row] == station
            assert one.layout.fleet_size(row) >= days().fleet_size(row)
        for row in range(len(days().stations), len(one.layout.stations)):
            assert one.layout.fleet_size(row) >= 1


@pytest.mark.parametrize(
    ("model", "less"), [("mclp", False), ("p-median", True), ("p-centre", True)]
)
def test_plans_stand_in_the_order_of_the_model(model, less):
    values = [one.value for one in sited(model).plans]
    assert values == sorted(values, reverse=not less)


# ── what they are asked ──────────────────────────────────────────────────────────────────────


def test_people_within_target_are_those_of_the_coverage():
    for one in sited().plans:
        assert one.value == pytest.approx(in_reach(one.layout), abs=1e-12)


def test_what_the_model_covers_is_what_coverage_covers_at_every_site():
    found, made = layouts(days(), drawn(days().map, 40, 3))
    inputs = siting_inputs(days(), found, made)
    now = (inputs.minutes[:, :8] <= inputs.limit[:, None]).any(axis=1)
    for column, layout in enumerate(made, 8):
        covered = now | (inputs.minutes[:, column] <= inputs.limit)
        assert inputs.people[covered].sum() / inputs.people.sum() == pytest.approx(
            in_reach(layout), abs=1e-12
        )


def test_the_first_plan_is_the_best_of_all_tried_one_by_one():
    found, made = layouts(days(), drawn(days().map, 12, days().settings.study.seed))
    values = sorted((in_reach(layout) for layout in made), reverse=True)
    assert [one.value for one in sited().plans] == pytest.approx(values[:4], abs=1e-12)
    minutes = sorted(mean_minutes(layout) for layout in made)
    assert [one.value for one in sited("p-median").plans] == pytest.approx(minutes[:4])
    assert len(found) == 12


def test_two_new_stations_are_the_best_pair_of_all():
    few = drawn(days().map, 5, days().settings.study.seed)
    best = max(
        in_reach(layouts(layouts(days(), [a])[1][0], [b])[1][0]) for a, b in combinations(few, 2)
    )
    found = site(days(), "5", new=2, best=1, **QUICK)
    assert found.plans[0].value == pytest.approx(best, abs=1e-12)
    assert len(new_stations(found.plans[0].layout)) == 2


def test_minutes_of_the_median_are_from_the_call_on():
    for one in sited("p-median").plans:
        assert one.value == pytest.approx(mean_minutes(one.layout))


def test_minutes_of_the_farthest_are_from_the_call_on():
    for one in sited("p-centre").plans:
        people = one.layout.map.cells.people > 0
        farthest = coverage.reach(one.layout).cell_s.min(axis=0)[people].max()
        assert one.value == pytest.approx(farthest / 60)


def test_the_fewest_stations_cover_all_that_can_be_covered():
    found = sited("lscp")
    first = found.plans[0]
    assert first.value == len(days().stations) + len(new_stations(first.layout))
    everywhere = days()
    for one in drawn(days().map, 12, days().settings.study.seed):
        everywhere = layouts(everywhere, [one])[1][0]
    assert in_reach(first.layout) == pytest.approx(in_reach(everywhere))
    assert in_reach(days()) < in_reach(everywhere)
    assert found.left_out > 0


def test_free_ambulances_count_by_how_likely_they_are_free():
    found = sited("mexclp", busy=0.3)
    one = found.plans[0].layout
    cell_s = coverage.reach(one).cell_s
    rows = coverage.reach(one).stations
    near = cell_s <= coverage.targets_of_cells(one)
    cars = np.array([one.fleet_size(row) for row in rows]) @ near
    people = one.map.cells.people
    assert found.plans[0].value == pytest.approx(people @ (1 - 0.3**cars) / people.sum())
    assert found.busy == 0.3


def busy_of(layout):
    return comparison.run(layout, replications=5, workers=1).estimate("busy").mean


def solved_by(monkeypatch, plan_of):
    """MEXCLP solved once a round: the shares that it was given, `plan_of` how often before."""
    asked, solving = [], site_plans.solve

    def solve(base, inputs, model, new, busy, options):
        asked.append(busy)
        plans = solving(base, inputs, model, new, 0.3, options)
        return plans[plan_of(len(asked) - 1) :]

    monkeypatch.setattr(site_plans, "solve", solve)
    return asked


def test_how_busy_ambulances_are_is_simulated_with_the_plan_in_place_unless_it_is_told():
    found = sited("mexclp")
    assert found.busy_from.shares[0] == pytest.approx(busy_of(days()))
    assert found.busy == found.busy_from.shares[-1]
    assert found.busy < found.busy_from.shares[0], "one ambulance more, the same calls"
    if found.busy_from.settled:
        assert found.busy == pytest.approx(busy_of(found.plans[0].layout))
    assert sited("mexclp", busy=0.3).busy_from is None
    assert sited("mclp").busy_from is None


def test_one_round_is_enough_if_the_best_plan_stays_the_same(monkeypatch):
    asked = solved_by(monkeypatch, lambda before: 0)
    found = site(days(), "6", model="mexclp", best=2, **QUICK)
    assert asked == list(found.busy_from.shares)
    assert (found.busy_from.rounds, found.busy_from.settled) == (1, True)
    assert found.busy == pytest.approx(busy_of(found.plans[0].layout))


def test_after_two_rounds_it_is_told_that_the_plan_still_changes(monkeypatch):
    """Each round another plan comes first; its ambulances are as busy as the last solution had."""
    asked = solved_by(monkeypatch, lambda before: before % 2)
    found = site(days(), "6", model="mexclp", best=2, **QUICK)
    assert asked == list(found.busy_from.shares)
    assert (found.busy_from.rounds, found.busy_from.settled) == (2, False)
    facts = found.facts()
    assert (facts["busy"], facts["busy_rounds"]) == (found.busy, 2)
    assert facts["busy_settled"] is False
    assert facts["busy_today"] == pytest.approx(busy_of(days()))


def test_a_plan_that_is_not_proven_tells_its_bound_as_people_know_it(monkeypatch):
    solving = site_plans.solve

    def stopped(base, inputs, *rest):
        (plan,) = solving(base, inputs, *rest)
        more = plan.value + 0.01 * inputs.people.sum()
        return [plan._replace(proven=False, bound=more)]

    proven = site(days(), "6", best=1, **QUICK)
    assert (proven.plans[0].bound, proven.plans[0].gap) == (proven.plans[0].value, 0)
    monkeypatch.setattr(site_plans, "solve", stopped)
    row = site(days(), "6", best=1, **QUICK).facts()["rows"][0]
    assert row["proven"] is False
    assert row["bound"] == pytest.approx(row["mclp"] + 0.01)
    assert row["gap"] == pytest.approx(0.01 / row["mclp"])


def test_a_model_is_solved_no_longer_than_is_asked(monkeypatch):
    given, solving = [], site_plans.solve

    def solve(base, inputs, model, new, busy, options):
        given.append(options["time_limit_s"])
        return solving(base, inputs, model, new, busy, options)

    monkeypatch.setattr(site_plans, "solve", solve)
    assert site(days(), "3", best=1, time_limit_s=77.0, **QUICK).time_limit_s == given[0] == 77.0
    with pytest.raises(PlannerError, match="time_limit_s"):
        site(days(), "3", time_limit_s=0.0, **QUICK)


def test_how_busy_they_are_is_what_run_says_however_many_replications_that_takes():
    busy = comparison.run(days(), most=15, workers=1).estimate("busy").mean
    found = site(days(), "6", model="mexclp", best=1, most=15, workers=1)
    assert found.busy_from.shares[0] == pytest.approx(busy, rel=1e-12)


def test_overtime_makes_no_ambulance_busier():
    """Six crews on shift for an hour finish their calls after it; that is no share of the hour."""
    base = days().ambulances("市中医院", +6, hours="12-13")
    busy = comparison.run(base, replications=5, workers=1).estimate("busy").mean
    found = site(base, "6", model="mexclp", best=1, **QUICK)
    assert found.busy_from.shares[0] == pytest.approx(busy)


def test_two_ambulances_within_target_count_twice():
    for one in sited("dsm").plans:
        reach = coverage.reach(one.layout)
        near = reach.cell_s <= coverage.targets_of_cells(one.layout)
        cars = np.array([one.layout.fleet_size(row) for row in reach.stations]) @ near
        people = one.layout.map.cells.people
        assert one.value == pytest.approx(people[cars >= 2].sum() / people.sum())


# ── limits ───────────────────────────────────────────────────────────────────────────────────


def test_a_budget_buys_what_it_can_and_no_more():
    one_costs = 1_300_000.0  # a sub-station and its ambulance
    found = site(priced(), "6", budget=Amount(2.5 * one_costs, MONEY), best=1, **QUICK)
    assert len(new_stations(found.plans[0].layout)) == 2
    with pytest.raises(PlannerError, match="opens no new station"):
        site(priced(), "6", budget=Amount(1.0, MONEY), best=1, **QUICK)


def test_a_budget_for_ambulances_counts_only_new_ones():
    found = site(priced(), "6", model="mexclp", busy=0.3, new=2, best=1,
                 budget=Amount(2 * 900_000.0, MONEY), **QUICK)  # fmt: skip
    assert new_stations(found.plans[0].layout) == [], "no money for a sub-station"
    assert len(found.plans[0].layout.fleet) == len(days().fleet) + 2


def test_a_station_holds_so_many_ambulances():
    found = site(days(), "6", model="mexclp", busy=0.5, new=3, capacity=3, best=2, **QUICK)
    for one in found.plans:
        assert max(one.layout.fleet_size(row) for row in range(len(one.layout.stations))) <= 3
        assert len(one.layout.fleet) == len(days().fleet) + 3


def test_a_station_serves_so_many_people():
    tight = site(days(), "12", capacity=60_000, best=1, **QUICK).plans[0]
    assert tight.value * days().map.cells.people.sum() <= 9 * 60_000 + 1
    assert tight.value < sited().plans[0].value


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

    monkeypatch.setattr(site_plans, "solve", nothing)
    with pytest.raises(
        ScenarioError, match="site --model mclp cannot be run:\n  no plan keeps all"
    ):
        site(days(), "3", **QUICK)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("limit", ["capacity", "budget"])
def test_every_model_takes_limits_or_says_why_not(model, limit):
    """An answer or a message in words; never anything else."""
    value = Amount(3e6, MONEY) if limit == "budget" else 4 if model in OF_VEHICLES else 2e5
    try:
        found = site(priced(), "4", model=model, best=1, **{limit: value}, **QUICK)
        assert len(found.plans) == 1
    except PlannerError as error:
        assert f"site --model {model}" in str(error)


# ── model and simulation ─────────────────────────────────────────────────────────────────────


def test_plans_whose_place_the_simulation_rules_out_are_disagreements():
    found = sited(best=3)
    agreed, turned = reordered(found, [0, 1, 2]), reordered(found, [2, 1, 0])
    assert (agreed.disagreements(), agreed.agreement()) == ([], pytest.approx(1))
    assert (turned.disagreements(), turned.agreement()) == ([0, 2], pytest.approx(-1))
    assert [turned.place_of(row) for row in range(3)] == [2, 1, 0]
    assert turned.simulated(0) is turned.ranking.sites[2]


def test_what_simulation_cannot_tell_apart_is_no_disagreement():
    found = reordered(sited(best=3), [2, 1, 0], ends=(1, 3))
    assert found.disagreements() == []


def test_plans_that_the_model_finds_equal_share_their_places():
    found = sited(best=3)
    placed = (
        found.plans[0],
        found.plans[1]._replace(value=found.plans[0].value),
        found.plans[2],
    )
    assert reordered(replace(found, plans=placed), [1, 0, 2]).disagreements() == []


def test_simulated_gains_are_those_of_a_comparison():
    found = sited()
    one = found.plans[1]
    simulated = found.simulated(1)
    result = comparison.compare(days(), one.layout, replications=5, workers=1)
    assert simulated.gains["within"].mean == pytest.approx(
        result.difference("within").mean, abs=1e-12
    )


def test_one_plan_has_no_order_to_compare():
    found = sited(best=1)
    assert np.isnan(found.agreement())
    assert found.disagreements() == []


def test_additions_are_what_a_plan_has_more_than_today():
    for model in ("mclp", "mexclp", "dsm"):
        for plan in sited(model, **({} if model == "mclp" else {"new": 3})).plans:
            new = [one.site.zh for one in plan.additions if one.new]
            assert new == new_stations(plan.layout)
            more = sum(one.ambulances for one in plan.additions)
            assert len(plan.layout.fleet) == len(days().fleet) + more
            assert all(one.ambulances > 0 for one in plan.additions)


def test_plans_of_one_answer_have_different_names():
    for model in MODELS:
        names = [plan.candidate for plan in sited(model).plans]
        assert len(set(names)) == len(names)


def test_a_share_of_time_busy_is_for_mexclp_alone():
    """DSM counts ambulances, free or not: told how busy they are, it finds the same plans."""
    usual, told = sited("dsm"), sited("dsm", busy=0.3)
    assert [plan.value for plan in usual.plans] == [plan.value for plan in told.plans]
