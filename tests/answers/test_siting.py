"""Siting by distance alone: known optima, tiny cities counted out, and what cannot be.

The tiny cities are crowded on purpose: whole minutes, equal sites, points nobody lives at, places
without a road, so that many plans are equally good. Every plan of each is tried here by counting;
the models must find the same values.
"""

from __future__ import annotations

import json
from functools import cache
from itertools import chain, combinations, product
from typing import NamedTuple

import numpy as np
import pytest
from conftest import NO_DATA, SHARED
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from sim.answers import siting
from sim.answers.siting import (
    Infeasible,
    centre,
    dsm,
    lagrange,
    lscp,
    mclp,
    median,
    mexclp,
    milp,
    p_centre,
    p_median,
    swaps,
    vehicles,
)
from sim.answers.siting.problem import OutOfTime, problem_of

QUIET = {
    "deadline": None,
    "suppress_health_check": list(HealthCheck),
    "derandomize": True,
    "database": None,
}
inf = np.inf


def exactly(value):
    return pytest.approx(value, rel=1e-9, abs=0)


# ── examples to check in the head ────────────────────────────────────────────────────────────

VILLAGES = np.abs(np.subtract.outer(range(6), range(6)))  # on a road, a minute apart; sites too


def test_two_sites_cover_six_villages_on_a_road():
    """Each reaches its neighbours, so that three villages are the most for one."""
    (plan,) = lscp(VILLAGES, 1)
    assert plan == siting.SitingPlan((1, 4), 2.0, proven=True)


def test_the_town_and_what_lies_next_to_it_are_covered_first():
    (plan,) = mclp(VILLAGES, [9, 1, 1, 1, 1, 5], 0, p=2)
    assert (plan.sites, plan.value) == ((0, 5), 14)
    (plan,) = mclp(VILLAGES, [9, 1, 1, 1, 1, 5], 1, p=1)
    assert (plan.sites, plan.value) == ((1,), 11)


def test_the_median_is_where_the_people_are_and_the_centre_in_the_middle():
    people = [9, 1, 0, 0, 0, 1]
    (plan,) = p_median(VILLAGES, people, p=1)
    assert (plan.sites, plan.value) == ((0,), 1 + 5)
    plans = p_centre(VILLAGES, people, p=1, best=2)
    assert [(plan.sites, plan.value) for plan in plans] in (
        [((2,), 3), ((3,), 3)],
        [((3,), 3), ((2,), 3)],
    )


@pytest.mark.parametrize(
    ("small", "cars", "value"),
    [(4, (2, 0), 10 * 0.75), (6, (1, 1), 10 * 0.5 + 6 * 0.5)],
)
def test_a_second_ambulance_in_town_against_a_first_in_the_village(small, cars, value):
    """Each is busy half of the time: the second adds a quarter of the town."""
    (plan,) = mexclp([[0, 9], [9, 0]], [10, small], 5, 2, 0.5)
    assert (plan.vehicles, plan.value) == (cars, value)


def test_twice_covered_where_most_live_and_all_within_the_longer_time():
    """Town 0 has 10 people, town 1 has 4, 20 minutes apart; with three cars one may be doubled."""
    (plan,) = dsm([[0, 20], [20, 0]], [10, 4], 8, 15, 0.5, 3)
    assert (plan.vehicles, plan.value) == ((2, 1), 10)


def test_existing_stations_stay_and_the_next_best_plans_follow():
    people = [9, 1, 1, 1, 2, 5]
    plans = mclp(VILLAGES, people, 0, p=2, fixed=[1], best=3)
    assert [(plan.sites, plan.value) for plan in plans] == [((0, 1), 10), ((1, 5), 6), ((1, 4), 3)]


def test_a_full_site_sends_the_rest_farther():
    """Three people at the first village, a site holds two: the third drives four minutes."""
    time = [[1, 5]]
    assert p_median(time, [3], p=2, capacity=2)[0].value == exactly(2 * 1 + 1 * 5)
    assert mclp(time, [3], 1, p=2, capacity=2)[0].value == 2
    assert p_centre(time, [3], p=2, capacity=2)[0].value == 5
    assert lscp(time, 5, [3], capacity=2)[0].value == 2


def test_what_no_site_covers_is_left_out_only_when_asked():
    time = [[1, 9], [9, 9], [9, 2]]
    with pytest.raises(Infeasible, match="no site covers demand points 1"):
        lscp(time, 5)
    (plan,) = lscp(time, 5, coverable_only=True)
    assert (plan.sites, plan.left_out) == ((0, 1), 1)


def test_without_a_road_nobody_is_covered_however_long_the_limit():
    time = [[inf, 1], [1, inf]]
    assert lscp(time, inf)[0].value == 2
    assert mclp(time, [1, 1], inf, p=1)[0].value == 1
    assert mexclp(time, [1, 1], inf, 1, 0.5)[0].value == 0.5


def test_the_unit_of_people_and_money_does_not_matter():
    """Shares of a population and its heads, yuan and billions of them."""
    time, people = VILLAGES, np.array([5, 3, 4, 1, 2, 6.0])
    for unit in (1e-12, 1e-6, 1.0, 1e6, 1e12):
        assert mclp(time, people * unit, 1, p=2)[0].value == exactly(21 * unit)
        assert p_median(time, people * unit, p=2)[0].value == exactly(13 * unit)
        assert mexclp(time, people * unit, 0, 1, 0.5)[0].value == exactly(3 * unit)
        assert dsm(time, people * unit, 0, 3, 0.5, 4, capacity=1)[0].value == 0
        with pytest.raises(Infeasible):
            dsm(time, people * unit, 0, 5, 12 / 21, 2)
        plan = mclp(time, people, 0, cost=np.full(6, unit), budget=unit * 2)[0]
        assert plan.value == 11
        plan = mclp(time, people * unit, 1, p=2, capacity=6 * unit)[0]
        assert plan.value == exactly(12 * unit)


def test_a_budget_spent_to_the_last_cent_is_kept():
    """0.1 + 0.2 is more than 0.3, for a computer."""
    for fixed in ([], [0], [0, 1]):
        (plan,) = mclp([[0, 3], [3, 0]], [1, 1], 0, cost=[0.1, 0.2], budget=0.3, fixed=fixed)
        assert plan.sites == (0, 1)


# ── known optima ─────────────────────────────────────────────────────────────────────────────

INSTANCES = SHARED / "theory" / "siting_instances.json"
UTRECHT = SHARED / "utrecht" / "world.json"
needs_instances = pytest.mark.skipif(not INSTANCES.is_file(), reason=f"{NO_DATA}/theory")
needs_utrecht = pytest.mark.skipif(
    not (INSTANCES.is_file() and UTRECHT.is_file()), reason=f"{NO_DATA}/theory and utrecht"
)


@cache
def instances():
    return {one["id"]: one for one in json.loads(INSTANCES.read_text("utf-8"))}


@needs_instances
@pytest.mark.parametrize(
    ("name", "solve"),
    [
        ("R1_pmedian_60x20_p5", lambda x: p_median(x["time"], x["weight"], p=x["p"])),
        ("R2_mclp1030_80x24_p3", lambda x: mclp(x["time"], x["weight"], x["threshold"], p=x["p"])),
        ("R2_mclp1030_80x24_p5", lambda x: mclp(x["time"], x["weight"], x["threshold"], p=x["p"])),
        ("R2_lscp1030_coverable_only", lambda x: lscp(x["time"], x["threshold"], coverable_only=True)),
        ("R2_pcenter_80x24_p5", lambda x: p_centre(x["time"], p=x["p"])),
        ("R3_mexclp_50x12_V6_q0.3", lambda x: mexclp(x["time"], x["weight"], x["threshold"], x["V"], x["q"])),
        ("R4_dsm_50x14_V5", lambda x: dsm(x["time"], x["weight"], x["r1"], x["r2"], x["alpha"], x["V"], capacity=2)),
    ],
)  # fmt: skip
def test_made_up_regions_with_known_optima(name, solve):
    one = instances()[name]
    (plan,) = solve({**instances().get(one.get("ref"), {}), **one})
    assert plan.value == exactly(one["optimum"])
    assert plan.proven
    if one.get("n_optima") == 1 and "sites" in one:
        assert list(plan.sites) == one["sites"]
    if one.get("n_optima") == 1 and "vehicles" in one:
        assert list(plan.vehicles) == one["vehicles"]
    if name.startswith("R2_lscp"):
        assert plan.left_out == 80 - 63


@needs_instances
def test_a_region_that_cannot_be_covered_says_who_is_out_of_reach():
    one = instances()["R2_mclp1030_80x24_p3"]
    with pytest.raises(Infeasible, match="no site covers demand points 0, .* and 7 more"):
        lscp(one["time"], one["threshold"])


@cache
def utrecht():
    """Minutes from place to place, the share of people, the 21 bases and all optima."""
    world = json.loads(UTRECHT.read_text("utf-8"))
    bases = [world["postcode"].index(code) for code in world["base_postcodes"]]
    return np.array(world["siren_minutes"]), world["population_share"], bases, world["postcode"]


UTRECHT_PLANS = {
    "pmedian_p5_21bases": lambda there, people: p_median(there, people, p=5),
    "pmedian_p8_21bases": lambda there, people: p_median(there, people, p=8),
    "pmedian_p10_21bases": lambda there, people: p_median(there, people, p=10),
    "pmedian_p10_all231": lambda there, people: p_median(there, people, p=10),
    "mclp_T12_p5_21bases": lambda there, people: mclp(there, people, 12, p=5),
    "mclp_T12_p8_21bases": lambda there, people: mclp(there, people, 12, p=8),
    "mclp_T10_p8_21bases": lambda there, people: mclp(there, people, 10, p=8),
    "pcenter_p8_21bases": lambda there, people: p_centre(there, p=8),
    "lscp_T12_all231": lambda there, people: lscp(there, 12),
    "lscp_T15_all231": lambda there, people: lscp(there, 15),
    "mexclp_T12_q0.6_V19_demand_to_base": lambda there, people: mexclp(there, people, 12, 19, 0.6),
    "mexclp_T12_q0.6_V20_demand_to_base": lambda there, people: mexclp(there, people, 12, 20, 0.6),
    "mexclp_T12_q0.6_V23_demand_to_base": lambda there, people: mexclp(there, people, 12, 23, 0.6),
    "mexclp_T12_q0.6_V24_demand_to_base": lambda there, people: mexclp(there, people, 12, 24, 0.6),
}


@needs_utrecht
@pytest.mark.parametrize("name", UTRECHT_PLANS)
def test_utrecht(name):
    """`demand_to_base` takes the drive from the patient to the base, as was published."""
    minutes, people, bases, postcode = utrecht()
    expected = instances()["UTRECHT"]["optima"][name]
    there = minutes if name.endswith("demand_to_base") else minutes.T
    sites = range(len(people)) if name.endswith("all231") else bases
    (plan,) = UTRECHT_PLANS[name](there[:, sites], people)
    assert plan.proven
    assert plan.value == exactly(expected["value"])
    if plan.vehicles is not None:
        codes = {str(postcode[bases[site]]): plan.vehicles[site] for site in plan.sites}
        assert codes == expected["vehicles"]
    if name.startswith("pmedian"):  # the others have more than one optimum
        assert {postcode[sites[site]] for site in plan.sites} == set(expected["sites"])


@needs_utrecht
def test_all_optima_of_utrecht_are_tried():
    assert set(UTRECHT_PLANS) == set(instances()["UTRECHT"]["optima"])


@needs_instances
def test_san_francisco():
    one = instances()["SF_spopt"]
    metres, people, p, within = (one[key] for key in ("dist_m", "weight", "p", "radius"))
    optima = one["optima"]

    (plan,) = p_median(metres, people, p=p)
    assert plan.value == exactly(optima["pmedian"]["pmedian"])
    assert plan.value / sum(people) == exactly(optima["pmedian"]["mean"])
    assert plan.value < 2938326503  # what people in another order than their distances give
    assert [one["sites"][site] for site in plan.sites] == optima["pmedian"]["pm_sites"]

    (plan,) = mclp(metres, people, within, p=p)
    assert plan.value == optima["pmedian"]["mclp"] != 870187
    assert [one["sites"][site] for site in plan.sites] == optima["pmedian"]["mclp_sites"]
    covered = (np.array(metres)[:, plan.sites] <= within).any(axis=1)
    assert covered.sum() == optima["pmedian"]["mclp_units"]

    (plan,) = lscp(metres, within)
    assert plan.value == len(plan.sites) == optima["lscp"]
    assert p_centre(metres, p=p)[0].value == exactly(optima["pcenter"])


# ── tiny cities, all plans tried ─────────────────────────────────────────────────────────────


class City(NamedTuple):
    """What all models are asked about; `options` as the models take them."""

    time: np.ndarray  # [demand, site]
    weight: np.ndarray
    limit: np.ndarray  # [demand]
    options: dict


MINUTES = st.sampled_from([0, 1, 2, 3, 4, 5, 6, inf])


@st.composite
def cities(draw, models="sites", capacity=False, most_points=8, most_sites=6):
    points = draw(st.integers(1, most_points))
    sites = draw(st.integers(1, most_sites))

    def column(values, count=points):
        return np.array(draw(st.lists(values, min_size=count, max_size=count)), float)

    time = column(MINUTES, points * sites).reshape(points, sites)
    if draw(st.booleans()):  # most places have a road
        time[np.isinf(time)] = 7
    if draw(st.booleans()):
        time[-1], time[:, -1] = time[0], time[:, 0]  # two points and two sites at one place
    weight, limit = column(st.integers(0, 4)), column(st.integers(0, 5))
    rows = st.sets(st.integers(0, sites - 1))
    options = {"best": draw(st.sampled_from([1, 1, 2, 3, 5, 100]))}
    if draw(st.booleans()):
        options["allowed"] = sorted(draw(rows))
    money = draw(st.booleans())
    if money:
        options["cost"] = column(st.integers(0, 3), sites)
        options["budget"] = draw(st.integers(0, 6))
    if draw(st.booleans()):
        options["most_new"] = draw(st.integers(0, 3))
    if capacity:
        options["capacity"] = column(st.integers(0, 6), sites)
    if models == "vehicles":
        options["vehicles"] = draw(st.integers(1, 4))
        options["fixed"] = column(st.sampled_from([0, 0, 0, 1, 2]), sites)
        if money:
            options["vehicle_cost"] = draw(st.integers(0, 2))
        if sites > 4:
            options["best"] = min(options["best"], 5)
    else:
        options["fixed"] = sorted(draw(rows)) if draw(st.booleans()) else []
        if draw(st.integers(0, 3)) or (not money and "most_new" not in options):
            options["p"] = draw(st.integers(1, sites + 1))
    return City(time, weight, limit, options)


def layouts(city, exactly_p=True):
    """All sets of sites that may be open together."""
    sites, given = city.time.shape[1], city.options
    fixed = set(given["fixed"])
    open_to = fixed | set(given.get("allowed", range(sites)))
    p = given.get("p", len(open_to))
    exact = exactly_p and "p" in given and not {"budget", "most_new"} & set(given)
    for chosen in chain.from_iterable(combinations(sorted(open_to), n) for n in range(sites + 1)):
        if (
            fixed <= set(chosen)
            and len(chosen) <= p
            and (not exact or len(chosen) == min(p, len(open_to)))
            and len(set(chosen) - fixed) <= given.get("most_new", sites)
            and sum(given["cost"][list(chosen)] if "cost" in given else [])
            <= given.get("budget", inf)
        ):
            yield list(chosen)


def crews(city):
    """All numbers of ambulances that may stand at the sites together."""
    sites, given = city.time.shape[1], city.options
    least, most = given["fixed"], given.get("capacity", np.full(sites, inf))
    allowed = np.isin(range(sites), given.get("allowed", range(sites))) | (least > 0)
    most = np.where(allowed, np.minimum(most, given["vehicles"]), 0).astype(int)
    if (least > most).any() or least.sum() > given["vehicles"]:
        return
    total = min(given["vehicles"], most.sum())
    for cars in product(*(range(int(a), b + 1) for a, b in zip(least, most, strict=True))):
        cars = np.array(cars)
        opened = cars > 0
        price = given.get("vehicle_cost", 0) * cars.sum()
        price += given["cost"][opened].sum() if "cost" in given else 0
        limited = {"budget", "most_new"} & set(given)
        if (
            (cars.sum() <= total if limited else cars.sum() == total)
            and price <= given.get("budget", inf)
            and (opened & (least == 0)).sum() <= given.get("most_new", sites)
        ):
            yield cars


def transport(time, weight, capacity, gain=None):
    """The least total time to serve all, or with `gain` the most that can be served; None: cannot."""
    points, sites = time.shape
    if not time.size:
        return (0.0 if gain is not None else None) if points else 0.0
    ways = np.isfinite(time)
    price = np.where(ways, time, 0) if gain is None else -gain
    people, dear = weight.sum() or 1.0, np.abs(price).max() or 1.0  # linprog minds units
    by_point, by_site = np.kron(np.eye(points), np.ones(sites)), np.tile(np.eye(sites), points)
    rows = (by_point, weight / people)
    found = linprog(
        price.ravel() / dear,
        np.vstack([by_site] + ([by_point] if gain is not None else [])),
        np.concatenate([capacity] + ([weight] if gain is not None else [])) / people,
        *(rows if gain is None else (None, None)),
        bounds=[(0, None if way else 0) for way in ways.ravel()],
        options={"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10},
    )
    return None if found.status == 2 else abs(found.fun) * people * dear


def value_of(model, city, chosen):
    """What a plan is worth by definition, or None if it does not do."""
    time, weight, capacity = city.time[:, chosen], city.weight, city.options.get("capacity")
    covers = np.isfinite(time) & (time <= city.limit[:, None])
    if model == "lscp":
        able = np.isfinite(city.time) & (city.time <= city.limit[:, None])
        fixed, sites = city.options["fixed"], range(city.time.shape[1])
        able = able[:, sorted({*fixed, *city.options.get("allowed", sites)})].any(axis=1)
        if not covers[able].any(axis=1).all():
            return None
        if capacity is not None:
            way = np.where(covers[able], 0, inf)
            if transport(way, weight[able], capacity[chosen]) is None:
                return None
        return city.options["cost"][chosen].sum() if "cost" in city.options else len(chosen)
    if model == "mclp":
        if capacity is None:
            return weight[covers.any(axis=1)].sum()
        way = np.where(covers, 0, inf)
        return transport(way, weight, capacity[chosen], gain=covers.astype(float))
    if model == "p_median":
        time, weight = time[weight > 0], weight[weight > 0]
        if capacity is not None:
            return transport(time, weight, capacity[chosen])
        nearest = time.min(axis=1, initial=inf)
        return None if np.isinf(nearest).any() else weight @ nearest
    nearest = time.min(axis=1, initial=inf)  # p-centre
    if np.isinf(nearest).any():
        return None
    if capacity is None:
        return nearest.max()
    for radius in np.unique(time[time >= nearest.max()]):
        if transport(np.where(time <= radius, 0, inf), weight, capacity[chosen]) is not None:
            return None if np.isinf(radius) else radius
    return None


SOLVE = {
    "lscp": lambda city: lscp(city.time, city.limit, city.weight, coverable_only=True, **city.options),
    "mclp": lambda city: mclp(city.time, city.weight, city.limit, **city.options),
    "p_median": lambda city: p_median(city.time, city.weight, **city.options),
    "p_centre": lambda city: p_centre(city.time, city.weight, **city.options),
}  # fmt: skip


def as_counted(solve, worth, better):
    """The best plans are those found by counting: `worth` is of each plan, `better` sorts."""
    values = sorted((value for value in worth.values() if value is not None), reverse=better)
    try:
        plans = solve()
    except Infeasible:
        assert not values
        return
    assert [plan.value for plan in plans] == pytest.approx(values[: len(plans)], rel=1e-9)
    keys = [plan.sites if plan.vehicles is None else plan.vehicles for plan in plans]
    assert len(set(keys)) == len(keys)
    assert [worth[key] for key in keys] == pytest.approx([plan.value for plan in plans], rel=1e-9)
    assert all(plan.proven for plan in plans)
    return plans, values


def check_sites(model, city):
    plans = layouts(city, exactly_p=model != "lscp")
    worth = {tuple(chosen): value_of(model, city, chosen) for chosen in plans}
    if found := as_counted(lambda: SOLVE[model](city), worth, better=model == "mclp"):
        assert len(found[0]) == min(city.options["best"], len(found[1]))


def check_mexclp(city, q):
    covers = np.isfinite(city.time) & (city.time <= city.limit[:, None])
    worth = {
        tuple(cars.tolist()): city.weight @ (1 - q ** (covers @ cars).astype(float))
        for cars in crews(city)
    }
    solve = lambda: mexclp(city.time, city.weight, city.limit, q=q, **city.options)  # noqa: E731
    if found := as_counted(solve, worth, better=True):
        assert len(found[0]) == min(city.options["best"], len(found[1]))


def check_dsm(city, alpha, farther):
    near = np.isfinite(city.time) & (city.time <= city.limit[:, None])
    far = np.isfinite(city.time) & (city.time <= city.limit[:, None] + farther)
    worth = {}
    for cars in crews(city):
        once, twice = near @ cars >= 1, near @ cars >= 2
        does = (far @ cars >= 1).all() and city.weight[once].sum() >= alpha * city.weight.sum()
        worth[tuple(cars.tolist())] = city.weight[twice].sum() if does else None
    r1, r2 = city.limit, city.limit + farther
    solve = lambda: dsm(city.time, city.weight, r1, r2, alpha, **city.options)  # noqa: E731
    if found := as_counted(solve, worth, better=True):
        assert len(found[0]) == min(city.options["best"], len(found[1]))


small_crews = cities("vehicles", most_points=5, most_sites=4)
full_crews = cities("vehicles", capacity=True, most_points=5, most_sites=4)
shares = st.sampled_from([0, 0.25, 0.5, 0.6, 1])


@pytest.mark.parametrize("model", SOLVE)
@settings(max_examples=60, **QUIET)
@given(city=cities())
def test_the_best_sites_of_tiny_cities(model, city):
    check_sites(model, city)


@pytest.mark.parametrize("model", SOLVE)
@settings(max_examples=30, **QUIET)
@given(city=cities(capacity=True, most_points=4, most_sites=4))
def test_the_best_sites_of_tiny_cities_where_sites_are_full(model, city):
    check_sites(model, city)


@settings(max_examples=60, **QUIET)
@given(small_crews | full_crews, st.sampled_from([0, 0.125, 0.5, 0.9]))
def test_the_best_stands_of_free_ambulances_in_tiny_cities(city, q):
    check_mexclp(city, q)


@settings(max_examples=60, **QUIET)
@given(small_crews | full_crews, shares, st.integers(0, 6))
def test_the_best_stands_for_being_covered_twice_in_tiny_cities(city, alpha, farther):
    check_dsm(city, alpha, farther)


def uneven(seed):
    """A tiny city of any size in any unit; in some, all times are nearly the same."""
    rng = np.random.default_rng(seed)
    points, sites = rng.integers(2, [9, 7])
    people, minutes, money = 10.0 ** rng.integers([-9, -3, -9], [10, 5, 10])
    shape = (points, sites)
    weight = [rng.random(points), rng.lognormal(0, 4, points), 1 + 1e-7 * rng.random(points)]
    time = [rng.random(shape), rng.lognormal(0, 2, shape), 1 + 1e-6 * rng.random(shape)]
    weight, time = weight[rng.integers(3)] * people, time[rng.integers(3)] * minutes
    options = {"best": int(rng.integers(1, 5)), "fixed": []}
    if rng.random() < 0.5:
        options["p"] = int(rng.integers(1, sites + 1))
    else:
        options["cost"] = rng.random(sites) * money
        options["budget"] = options["cost"].sum() * rng.uniform(0.2, 1)
    if rng.random() < 0.4:
        options["capacity"] = weight.sum() * rng.random(sites) * 1.2
    return City(time, weight, np.quantile(time, rng.uniform(0.1, 0.7), axis=1), options)


@pytest.mark.parametrize("model", SOLVE)
@pytest.mark.parametrize(
    "seeds", [range(20), pytest.param(range(20, 400), marks=pytest.mark.thorough)]
)
def test_the_best_sites_of_uneven_cities_to_nine_digits(model, seeds):
    for seed in seeds:
        check_sites(model, uneven(seed))


@pytest.mark.thorough
@pytest.mark.parametrize("model", SOLVE)
@settings(max_examples=1500, **QUIET)
@given(city=cities())
def test_the_best_sites_of_very_many_cities(model, city):
    check_sites(model, city)


@pytest.mark.thorough
@pytest.mark.parametrize("model", SOLVE)
@settings(max_examples=500, **QUIET)
@given(city=cities(capacity=True, most_points=5, most_sites=5))
def test_the_best_sites_of_very_many_cities_where_sites_are_full(model, city):
    check_sites(model, city)


@pytest.mark.thorough
@settings(max_examples=1000, **QUIET)
@given(small_crews | full_crews, st.sampled_from([0, 0.125, 0.5, 0.9]), shares, st.integers(0, 6))
def test_the_best_stands_in_very_many_cities(city, q, alpha, farther):
    check_mexclp(city, q)
    check_dsm(city, alpha, farther)


# ── fewer sites to look at ───────────────────────────────────────────────────────────────────


def country(seed, metric):
    """40 points, 14 sites; by straight lines in whole minutes, or any time for any pair."""
    rng = np.random.default_rng(seed)
    at = rng.integers(0, 30, (40, 2))
    time = np.abs(at[:, None] - at[None, :14]).sum(axis=2).astype(float)
    if not metric:
        time = rng.integers(0, 30, (40, 14)).astype(float)
        time[rng.random((40, 14)) < 0.2] = inf
        time[:, 0] = 40
    return time, rng.integers(0, 9, 40)


@pytest.mark.parametrize("best", [1, 4])
@pytest.mark.parametrize("fixed", [(), (0, 5)])
@pytest.mark.parametrize("metric", [True, False])
@pytest.mark.parametrize("p", [2, 3, 6])
def test_leaving_out_hopeless_sites_loses_no_plan(monkeypatch, metric, fixed, best, p):
    time, people = country(p, metric)
    options = {"p": p, "fixed": fixed, "best": best, "allowed": range(13)}
    plain = p_median(time, people, **options)
    monkeypatch.setattr(median, "REDUCE_FROM", 0)
    fewer = p_median(time, people, **options)
    monkeypatch.undo()
    assert [plan.value for plan in fewer] == [plan.value for plan in plain]
    assert len({plan.sites for plan in fewer}) == (1 if len(fixed) == p else best)


@settings(max_examples=60, **QUIET)
@given(city=cities())
def test_leaving_out_hopeless_sites_of_tiny_cities_loses_no_plan(city):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(median, "REDUCE_FROM", 0)
        check_sites("p_median", city)


@settings(max_examples=60, **QUIET)
@given(city=cities(most_points=9, most_sites=8), p=st.integers(1, 4))
def test_rows_as_needed_find_all_plans_of_cities_with_sites_alike(city, p):
    """Every site stands twice, so that each plan has others just as good."""
    city = city._replace(time=np.hstack([city.time, city.time[:, :2]]))
    options = {"p": p, "best": 4, "fixed": [0] if p > 2 else []}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(median, "REDUCE_FROM", 0)
        check_sites("p_median", city._replace(options=options))


def test_rows_as_needed_find_what_all_pairs_find_in_any_unit(monkeypatch):
    rng = np.random.default_rng(5)
    time, people = rng.lognormal(0, 1, (50, 16)), rng.lognormal(0, 2, 50)
    plain = p_median(time, people, p=4, best=3)
    monkeypatch.setattr(median, "REDUCE_FROM", 0)
    for unit in (1e-9, 1.0, 1e9):
        fewer = p_median(time, people * unit, p=4, best=3)
        assert [plan.sites for plan in fewer] == [plan.sites for plan in plain]
        assert [plan.value for plan in fewer] == [exactly(plan.value * unit) for plan in plain]
        assert all(plan.proven and plan.best_possible == plan.value for plan in fewer)


@pytest.mark.parametrize("seed", range(6))
def test_no_plan_is_below_its_bound_and_no_site_of_a_best_plan_is_left_out(seed):
    """The bound holds for every plan, counted out; so does what opening or closing a site adds."""
    rng = np.random.default_rng(seed)
    time = rng.integers(0, 9, (12, 7)).astype(float)
    problem = problem_of(time, rng.integers(1, 5, 12), p=3)
    costs, plans = swaps.costs_of(problem), {}
    plan = swaps.improved(problem, costs, None, plans)
    values = {chosen: costs[:, chosen].min(axis=1).sum() for chosen in combinations(range(7), 3)}
    assert all(values[chosen] == value for chosen, value in plans.items())
    bound = lagrange.lagrange(problem, costs, plan, min(plans.values()))
    assert bound.value <= min(values.values()) * (1 + 1e-12)
    fewer = lagrange.reduced(problem, bound, min(plans.values()))
    for chosen, value in values.items():
        if value <= min(plans.values()):
            assert fewer.allowed[list(chosen)].all()
            assert set(np.flatnonzero(fewer.fixed)) <= set(chosen)


@pytest.mark.parametrize("alpha", [0.3, 0.9])
def test_a_share_to_be_covered_once_holds_whether_or_not_it_is_asked_for_at_first(alpha):
    """Ambulances in pairs cover twice most; to cover nearly all once, some must stand alone."""
    rng = np.random.default_rng(2)
    city = City(
        rng.integers(0, 12, (9, 5)).astype(float), rng.integers(1, 9, 9).astype(float),
        np.full(9, 4.0), {"vehicles": 4, "fixed": np.zeros(5), "best": 6},
    )  # fmt: skip
    check_dsm(city, alpha, 20)


def test_a_share_that_is_missed_is_asked_for_afterwards(monkeypatch):
    """Two towns of 5 and 4 are 20 minutes apart; two cars cover one twice, or both once."""
    monkeypatch.setattr(vehicles, "_in_pairs", lambda *_: np.ones(2))
    road = [[0, 20], [20, 0]]
    assert dsm(road, [5, 4], 5, 30, 0.5, 2)[0].vehicles == (2, 0)
    assert dsm(road, [5, 4], 5, 30, 0.9, 2)[0].vehicles == (1, 1)


# ── what cannot be ───────────────────────────────────────────────────────────────────────────

ROAD = [[0, 3], [3, 0]]


@pytest.mark.parametrize(
    ("solve", "said"),
    [
        (lambda: mclp(ROAD, [1, 1], 1, p=1, fixed=[0, 1]), "p is 1, but 2 sites are fixed"),
        (lambda: mclp(ROAD, [1, 1], 1, cost=[3, 4], budget=5, fixed=[0, 1]), "the fixed sites cost 7, the budget is 5"),
        (lambda: mclp(ROAD, [1, 1], 1, cost=1, budget=-1), "the budget is -1"),
        (lambda: lscp(ROAD, [-0.0, 1], allowed=[1]), "no site covers demand points 0"),
        (lambda: p_median([[inf, inf], [1, 1]], [1, 1], p=1), "no site has a way to demand points 0"),
        (lambda: p_centre([[1], [inf]], p=1), "no site has a way to demand points 1"),
        (lambda: p_median(ROAD, [3, 4], p=1, capacity=5), "the sites can serve 5 at most, the demand is 7"),
        (lambda: lscp(ROAD, 3, [3, 4], capacity=[5, 1]), "the sites can serve 6 at most, the demand is 7"),
        (lambda: p_median([[1, inf], [inf, 1]], [1, 1], p=1), "no plan keeps all that was asked for"),
        (lambda: p_centre([[1, inf], [inf, 1]], p=1), "no plan keeps all that was asked for"),
        (lambda: p_centre(ROAD, cost=[1, 1], budget=0), "no plan keeps all that was asked for"),
        (lambda: dsm(ROAD, [1, 1], 1, 2, 0.5, 1), "no plan keeps all that was asked for"),
        (lambda: dsm(ROAD, [1, 1], 1, 1, 0.5, 1, allowed=[1]), "no site covers demand points 0 within r2"),
        (lambda: mexclp(ROAD, [1, 1], 1, 2, 0.5, fixed=[2, 1]), "3 ambulances are fixed, there are 2"),
        (lambda: mexclp(ROAD, [1, 1], 1, 3, 0.5, fixed=[2, 1], capacity=[1, 1]), "more are fixed than can stand at sites 0"),
        (lambda: mexclp(ROAD, [1, 1], 1, 3, 0.5, fixed=[2, 1], cost=4, vehicle_cost=1, budget=10), "what is fixed costs 11, the budget is 10"),
    ],
)  # fmt: skip
def test_what_cannot_be_says_why(solve, said):
    with pytest.raises(Infeasible, match=said):
        solve()


@pytest.mark.parametrize(
    ("solve", "said"),
    [
        (lambda: mclp([1, 2], [1, 1], 1, p=1), ["time: a table [demand point, site] is needed; found (2,)"]),
        (lambda: mclp([[1], [1, 2]], [1, 1], 1, p=1), ["time: a table [demand point, site] is needed"]),
        (lambda: p_centre([[]], p=1), ["time: a table [demand point, site] is needed; found (1, 0)"]),
        (
            lambda: mclp([[-1, np.nan]], [-1], [1, 2], p=0, fixed=[7, 0.5], allowed=[-1], capacity=[1], best=0, most_new=-1, budget=1, time_limit_s=0),
            [
                "time: numbers from 0 on, or inf, are needed; found nan or less than 0",
                "weight: numbers from 0 on are needed; found nan or less than 0",
                "limit: 1 numbers are needed; found (2,)",
                "fixed: rows of 2 sites are needed; found [7, 0.5]",
                "allowed: rows of 2 sites are needed; found [-1]",
                "capacity: 2 numbers are needed; found (1,)",
                "p: a whole number from 1 on is needed; found 0",
                "most_new: a whole number from 0 on is needed; found -1",
                "best: a whole number from 1 on is needed; found 0",
                "budget: it needs cost, what each open site costs",
                "time_limit_s: a number above 0 is needed; found 0",
            ],
        ),
        (
            lambda: mexclp(ROAD, [1, inf], np.nan, 0, 1, fixed=0.5, capacity=[1], p=1, budget=1, vehicle_cost=-1),
            [
                "limit: numbers from 0 on are needed; found nan",
                "weight: numbers from 0 on are needed, and not inf",
                "vehicles: a whole number from 1 on is needed; found 0",
                "q: a share from 0 to below 1 is needed; found 1",
                "fixed: whole numbers of ambulances are needed",
                "capacity: 2 numbers are needed; found (1,)",
                "p: vehicles says how many; leave p out",
                "vehicle_cost: a number from 0 on is needed; found -1",
            ],
        ),
        (
            lambda: dsm(ROAD, [1], -1, [1], 1.5, 1.5, best=np.nan, budget=1),
            [
                "r1: numbers from 0 on are needed",
                "r2: 2 numbers are needed; found (1,)",
                "alpha: a share from 0 to 1 is needed; found 1.5",
                "vehicles: a whole number from 1 on is needed; found 1.5",
                "weight: 2 numbers are needed; found (1,)",
                "best: a whole number from 1 on is needed; found nan",
                "budget: it needs cost, vehicle_cost or both",
            ],
        ),
        (lambda: mclp(ROAD, "many", 1, p=inf), ["weight: numbers are needed; found 'many'", "p: a whole number from 1 on is needed; found inf"]),
        (lambda: p_median(ROAD, [1, 1], p=1, fixed=[True, False]), ["fixed: rows of 2 sites are needed; found [True, False]"]),
        (lambda: p_median(ROAD, [1, 1], p=1, fixed=[np.nan]), ["fixed: rows of 2 sites are needed; found [nan]"]),
        (lambda: p_median(ROAD, [1, 1]), ["p: say how many sites, or give a budget or most_new"]),
        (lambda: p_median(ROAD, [1, 1], cost=[1, inf], budget=np.nan), ["cost: numbers from 0 on are needed, and not inf", "budget: a number is needed; found nan"]),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_said_all_at_once(solve, said):
    with pytest.raises(ValueError) as caught:  # noqa: PT011
        solve()
    assert not isinstance(caught.value, Infeasible)
    assert [one for one in said if one not in str(caught.value)] == []


# ── when time is up ──────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("limit_s", [0.01, 0.1])
@pytest.mark.parametrize(
    "solve",
    [
        lambda time, people, **o: mclp(time, people, 20, p=12, **o),
        lambda time, people, **o: p_median(time, people, p=12, **o),
        lambda time, people, **o: p_centre(time, p=12, **o),
        lambda time, people, **o: lscp(time, 12, **o),
        lambda time, people, **o: mexclp(time, people, 20, 15, 0.4, **o),
        lambda time, people, **o: dsm(time, people, 20, 60, 0.4, 15, **o),
    ],
)
def test_no_proof_is_claimed_when_time_is_up(solve, limit_s):
    """Random times have no geography that would help; these take from seconds to hours."""
    rng = np.random.default_rng(3)
    time, people = rng.integers(1, 100, (250, 120)), rng.integers(1, 99, 250)
    try:
        plans = solve(time, people, time_limit_s=limit_s, best=3)
    except Infeasible as error:
        assert "time limit" in str(error)
    else:
        assert not plans[-1].proven


def test_a_centre_found_before_time_was_up_is_given_without_proof(monkeypatch):
    covering, found = centre._plan_within, []

    def slow(*asked):
        if found:
            raise OutOfTime("no plan was found within the time limit")
        if (plan := covering(*asked)) is not None:
            found.append(plan)
        return plan

    monkeypatch.setattr(centre, "_plan_within", slow)
    road = np.abs(np.subtract.outer(range(30), range(30))).astype(float)
    plans = p_centre(road, p=3, best=2)
    assert [plan.proven for plan in plans] == [False]
    assert plans[0].value == road[:, plans[0].sites].min(axis=1).max() >= 5
    assert 0 < plans[0].best_possible <= 5  # thirty villages a minute apart, three sites


@pytest.mark.parametrize("most", [True, False])
def test_a_plan_whose_time_is_up_says_what_no_plan_is_better_than(monkeypatch, most):
    """The bound of what is made most lies above the value, of what is made least below it."""
    rng = np.random.default_rng(3)
    time, people = rng.integers(1, 100, (40, 15)), rng.integers(1, 99, 40)
    solving = milp.Programme.solve
    apart = -1.0 if most else 1.0  # the objective is made least

    def stopped(programme):
        found = solving(programme)
        return found._replace(proven=False, bound=found.bound - 7.0)

    solve = (lambda: mclp(time, people, 20, p=3)) if most else (lambda: p_median(time, people, p=3))
    (proven,) = solve()
    assert proven.best_possible == proven.value
    monkeypatch.setattr(milp.Programme, "solve", stopped)
    (plan,) = solve()
    assert not plan.proven
    assert plan.best_possible == pytest.approx(proven.value - apart * 7)


def test_a_median_of_thousands_gives_a_good_plan_and_a_bound_when_time_is_up(monkeypatch):
    rng = np.random.default_rng(3)
    time, people = rng.integers(1, 100, (60, 25)), rng.integers(1, 99, 60)
    best = p_median(time, people, p=4)[0].value

    def late(_):
        raise OutOfTime("no plan was found within the time limit")

    monkeypatch.setattr(median, "REDUCE_FROM", 0)
    monkeypatch.setattr(milp.Programme, "solve", late)
    (plan,) = p_median(time, people, p=4, best=3)
    assert plan.best_possible <= best <= plan.value <= 1.1 * best
    assert plan.proven == (plan.best_possible == plan.value)
