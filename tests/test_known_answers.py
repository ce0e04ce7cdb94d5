"""Answers known from theory, apart from any simulator: queueing laws and the hypercube model.

Simulated values must lie within four standard errors of the exact ones, over at least ten
replications, and the standard errors must be small enough to mean something. The closed forms
stand here; `../shared/data/theory` has more instances, and exact solutions of the hypercube.
"""

from __future__ import annotations

import json
import math
from itertools import pairwise

import numpy as np
import pytest
from conftest import ENGINES, NO_DATA, SHARED
from worlds import matrix_world, some_calls

from sim.measures.calls import first_arrival, first_assignment, tally
from sim.model.calendar import Window
from sim.policies.clock import NONE, TICKS, on_grid
from sim.prepare.draws import Demand, draw
from sim.scenario.distributions import Constant, Exponential, Lognormal

REPLICATIONS = 10
MIN = 60.0


# ── closed forms ─────────────────────────────────────────────────────────────────────────────


def erlang_b(load: float, servers: int) -> float:
    blocked = 1.0
    for n in range(1, servers + 1):
        blocked = load * blocked / (n + load * blocked)
    return blocked


def erlang_c(load: float, servers: int) -> float:
    lost = erlang_b(load, servers)
    return lost / (1 - load / servers * (1 - lost))


def cobham(rates: list[float], mean_busy: float, servers: int) -> list[float]:
    """Mean wait of each class, most urgent first, without pre-emption, exponential service."""
    load = sum(rates) * mean_busy
    whole = erlang_c(load, servers) * mean_busy / servers
    sigma = np.concatenate([[0], np.cumsum(rates)]) * mean_busy / servers
    return [whole / ((1 - a) * (1 - b)) for a, b in pairwise(sigma)]


def test_the_closed_forms_reproduce_textbook_values():
    assert erlang_b(1.5, 3) == pytest.approx(0.134328, abs=1e-6)
    assert erlang_c(1.5, 3) == pytest.approx(0.236842, abs=1e-6)
    assert erlang_c(1.0, 1) == pytest.approx(1.0)
    one_class = cobham([1.5], 1.0, 3)
    assert one_class == pytest.approx([erlang_c(1.5, 3) / (3 - 1.5)])


# ── how a simulated value is held against an exact one ───────────────────────────────────────


def assert_close(values, exact, largest_error):
    """Within four standard errors of the exact value, and precise enough to mean something."""
    values = np.asarray(values, float)
    assert len(values) >= REPLICATIONS
    error = values.std(axis=0, ddof=1) / math.sqrt(len(values))
    assert np.all(error <= largest_error), f"standard error {error} is too large to tell"
    # A share of 0 or 1 in every replication has no standard error, and must be exact.
    off = np.abs(values.mean(axis=0) - exact)
    assert np.all(off <= 4 * error + 1e-9), f"{values.mean(axis=0)} ± {error} against {exact}"


def poisson(rng, per_s: float, count: int) -> np.ndarray:
    return on_grid(np.cumsum(rng.exponential(1 / per_s, count)))


def replicate(engine, world, make_calls, count=REPLICATIONS):
    """Calls, log and tally of each replication; the first tenth of the time is warm-up."""
    for replication in range(count):
        calls = make_calls(np.random.default_rng([replication, 7]))
        log = engine(world, calls)
        end = calls.received_at[-1]
        yield calls, log, tally(world, calls, log, Window(end / 10, end))


def one_station(units: int, **rules):
    return matrix_world([[0.0]], homes=np.zeros(units, int), **rules)


BUSY_LAWS = {
    "exponential": lambda rng, mean, n: rng.exponential(mean, n),
    "deterministic": lambda rng, mean, n: np.full(n, mean),
    "lognormal cv 0.5": lambda rng, mean, n: rng.lognormal(
        math.log(mean) - math.log(1.25) / 2, math.sqrt(math.log(1.25)), n
    ),
}


# ── loss, delay, priority ────────────────────────────────────────────────────────────────────


def lost_calls_world(per_hour: float, mean_busy_min: float, units: int, law: str):
    """A world in which calls are lost, and how to draw its calls."""
    mean_s, per_s = mean_busy_min * MIN, per_hour / 3600
    if law.startswith("travel"):  # 8 minutes out, free on the way home
        world = matrix_world(
            [[8 * MIN]], homes=np.zeros(units, int), hospitals=1, lose_when_none_free=True
        )

        def make(rng, n=8_000):
            rest = (mean_s - 8 * MIN) / 2
            on_scene, handover = on_grid(rng.exponential(rest, (2, n)))
            return some_calls(
                poisson(rng, per_s, n), on_scene_s=on_scene, handover_s=handover, conveyed=True
            )
    else:
        world = one_station(units, lose_when_none_free=True)

        def make(rng, n=8_000):
            busy = on_grid(BUSY_LAWS[law](rng, mean_s, n))
            return some_calls(poisson(rng, per_s, n), on_scene_s=busy)

    return world, make


def check_loss(engine, per_hour, mean_busy_min, units, law):
    load = per_hour * mean_busy_min / 60
    world, make = lost_calls_world(per_hour, mean_busy_min, units, law)
    runs = list(replicate(engine, world, make))
    lost = [np.isinf(t.response_s).mean() for _, _, t in runs]
    assert_close(lost, erlang_b(load, units), 0.003)
    all_busy = [t.level_zero_s / t.window_s for _, _, t in runs]
    assert_close(all_busy, erlang_b(load, units), 0.004)
    used = [t.busy_s.sum() / t.on_duty_s.sum() for _, _, t in runs]
    assert_close(used, load * (1 - erlang_b(load, units)) / units, 0.004)


@pytest.mark.parametrize("law", [*BUSY_LAWS, "travel"])
def test_loss_depends_on_the_busy_time_by_its_mean_only(engine, law):
    check_loss(engine, 1.5, 60, 3, law)


def check_delay(engine, per_hour, mean_busy_min, units, drive_min):
    per_s, mean_s = per_hour / 3600, mean_busy_min * MIN
    load = per_s * mean_s
    p_wait = erlang_c(load, units)
    rate = (units - load) / mean_s  # of the exponential wait of those who wait

    def make(rng, n=12_000):
        # The drive comes before the assignment here: the busy time is drawn as a whole.
        drive = on_grid(drive_min * MIN)
        busy = on_grid(rng.exponential(mean_s, n))
        return some_calls(poisson(rng, per_s, n), on_scene_s=busy, call_taking_s=drive)

    runs = list(replicate(engine, one_station(units), make))
    assert_close([1 - t.at_once.mean() for _, _, t in runs], p_wait, 0.012)
    responses = [t.response_s for _, _, t in runs]
    mean = drive_min * MIN + p_wait / rate
    assert_close([r.mean() for r in responses], mean, 0.05 * mean)
    for minutes in (10, 30):
        late = p_wait * math.exp(-rate * (minutes - drive_min) * MIN)
        assert_close([(r > minutes * MIN).mean() for r in responses], late, 0.012)


def test_delay_without_loss_is_erlangs(engine):
    check_delay(engine, 3.0, 60, 5, 6.03)


def check_priorities(engine, per_hour, units, expected_min):
    rates = np.array(per_hour) / 3600

    def make(rng, n=20_000):
        which = rng.choice(len(rates), size=n, p=rates / rates.sum())
        busy = on_grid(rng.exponential(60 * MIN, n))
        return some_calls(poisson(rng, rates.sum(), n), priority=which, on_scene_s=busy)

    waits = [
        [t.response_s[t.priority == p].mean() / MIN for p in range(len(rates))]
        for _, _, t in replicate(engine, one_station(units), make)
    ]
    assert_close(waits, expected_min, 0.06 * np.array(expected_min))


def test_urgent_calls_wait_as_cobham_says(engine):
    rates = [0.6, 0.9, 0.5]
    check_priorities(engine, rates, 4, cobham(rates, 1.0, 4) * np.array([60.0] * 3))


def demand_of(hourly, days=7, length_days=200.0, **laws):
    """Demand of one area at one place, by hour of the day."""
    nothing = Constant(distribution="constant", value="0 min")
    stages = {"call_taking": nothing, "turnout": nothing, "on_scene": nothing, "handover": nothing}
    return Demand(
        calls_per_hour=np.array([np.tile(hourly, days)]),
        places=(np.zeros(1, int),),
        weights=(np.ones(1),),
        township_of_place=np.zeros(1, int),
        priority_share=np.ones((1, 1)),
        conveyed_share=0.0,
        start_s=0.0,
        length_s=length_days * 86_400,
        **(stages | laws),
    )


def busy_on_the_hour(engine, hourly, busy_min, units):
    """[replication, hour of the day] mean number of ambulances on calls, as the clock strikes."""
    busy = Exponential(distribution="exponential", mean=f"{busy_min} min")
    demand = demand_of(hourly, on_scene=busy)
    world, counts = one_station(units), []
    for replication in range(REPLICATIONS):
        log = engine(world, draw(demand, 11, replication))
        on_call = log.call != NONE
        strikes = np.arange(48, 200 * 24) * 3600.0
        begun = np.searchsorted(np.sort(log.assigned_at[on_call]), strikes, side="right")
        ended = np.searchsorted(np.sort(log.cleared_at[on_call]), strikes, side="right")
        counts.append((begun - ended).reshape(-1, 24).mean(axis=0))
    return counts


def test_an_infinite_fleet_follows_the_hours_of_the_day(engine):
    """M(t)/M/∞: the mean number busy obeys m' = λ(t) − m/s, solved hour by hour."""
    hourly, mean_h = np.array([1.0] * 8 + [6.0] * 12 + [3.0] * 4), 1.1
    level = [0.0]
    for hour in range(24 * 30):
        steady = hourly[hour % 24] * mean_h
        level.append(steady + (level[-1] - steady) * math.exp(-1 / mean_h))
    expected = level[24 * 29 : 24 * 30]
    assert_close(busy_on_the_hour(engine, hourly, 66, 40), expected, 0.09)


# ── laws that hold for any service ───────────────────────────────────────────────────────────


def busy_little_world(rng, n=4_000):
    """Two stations, three places, hospitals, queueing and priorities."""
    world = matrix_world(
        [[240, 600, 900], [900, 300, 480]],
        [[240, 900], [600, 300], [900, 480]],
        homes=[0, 0, 1],
        hospitals=1,
    )
    calls = some_calls(
        np.sort(on_grid(rng.random(n) * n * 1500)),
        place=rng.integers(0, 3, n),
        priority=rng.integers(0, 3, n),
        call_taking_s=50,
        turnout_s=on_grid(rng.lognormal(4.5, 0.4, n)),
        on_scene_s=on_grid(rng.exponential(900, n)),
        conveyed=rng.random(n) < 0.6,
        handover_s=on_grid(rng.exponential(900, n)),
    )
    return world, calls


def test_littles_law(engine, rng):
    """Mean number waiting = rate × mean wait, exactly, over a run that begins and ends empty."""
    world, calls = busy_little_world(rng)
    log = engine(world, calls)
    assigned = first_assignment(log, len(calls.received_at))
    waits = assigned - log.ready_at
    assert waits.max() > 600, "a world without queues shows nothing"
    at = np.concatenate([log.ready_at, assigned])
    step = np.repeat([1.0, -1.0], len(waits))
    order = np.lexsort((-step, at))
    waiting = np.cumsum(step[order])[:-1]
    area = (waiting * np.diff(at[order])).sum()
    assert area == pytest.approx(waits.sum(), rel=1e-12)


def test_no_call_is_lost_and_none_is_served_twice(engine, rng):
    world, calls = busy_little_world(rng)
    log = engine(world, calls)
    served = np.sort(log.call[log.call != NONE])
    assert np.array_equal(served, np.arange(len(calls.received_at)))
    assert not log.lost.any()
    assert np.array_equal(
        np.sort(first_arrival(log, len(served))), np.flatnonzero(log.call != NONE)
    )


def test_an_ambulance_is_in_one_place_at_a_time(engine, rng):
    world, calls = busy_little_world(rng)
    log = engine(world, calls)
    end = np.fmax(np.fmax(log.cleared_at, log.diverted_at), log.arrived_at)
    end = np.where(log.call == NONE, np.fmin(np.nan_to_num(log.diverted_at, nan=np.inf), end), end)
    for ambulance in range(3):
        trips = np.flatnonzero(log.ambulance == ambulance)
        trips = trips[np.lexsort((trips, log.assigned_at[trips]))]
        assert np.all(log.assigned_at[trips][1:] >= end[trips][:-1])
        assert log.call[trips[-1]] == NONE, "the day ends at home"
        assert not np.isnan(log.arrived_at[trips[-1]])


def test_instants_follow_each_other(engine, rng):
    world, calls = busy_little_world(rng)
    log = engine(world, calls)
    stages = np.column_stack([log.assigned_at, log.mobile_at, log.arrived_at, log.left_scene_at,
                              log.at_hospital_at, log.handover_at, log.cleared_at])  # fmt: skip
    for trip in stages:
        known = trip[~np.isnan(trip)]
        assert np.all(np.diff(known) >= 0)
    on_call = log.call != NONE
    assert np.all(log.assigned_at[on_call] >= log.ready_at[log.call[on_call]])
    conveyed = calls.conveyed[log.call[on_call]]
    assert np.array_equal(~np.isnan(log.at_hospital_at[on_call]), conveyed)


def test_all_instants_lie_on_the_time_grid(engine, rng):
    world, calls = busy_little_world(rng)
    log = engine(world, calls)
    instants = [column for name, column in log._asdict().items() if name.endswith("_at")]
    assert len(instants) == 9
    for column in instants:
        ticks = column[~np.isnan(column)] * TICKS
        assert np.array_equal(ticks, np.round(ticks))


@pytest.mark.parametrize(("delay", "travel", "target"), [(2.5, 5, 10), (2.5, 7, 10), (3, 20, 30)])
def test_response_is_delay_plus_travel_when_nobody_queues(engine, delay, travel, target):
    """Two independent lognormals; the exact share by convolution over quantiles of the delay."""
    laws = (lognormal(delay, 0.4 * delay), lognormal(travel, 0.3 * travel))
    q = (np.arange(4_000) + 0.5) / 4_000
    left = np.maximum(target * MIN - laws[0].seconds(q), 1e-9)
    exact = float(np.mean([laws[1].share_below(x) for x in left]))
    assert_close(shares_within(engine, laws, target), exact, 0.005)


def lognormal(mean_min: float, sd_min: float) -> Lognormal:
    sigma = math.sqrt(math.log(1 + (sd_min / mean_min) ** 2))
    median = mean_min / math.exp(sigma**2 / 2)
    return Lognormal(distribution="lognormal", median=f"{median} min", sigma=sigma)


def shares_within(engine, laws, target_min):
    """With the travel in the turnout, which is drawn, and a fleet that is always free."""
    demand = demand_of(np.full(24, 2.0), length_days=80, call_taking=laws[0], turnout=laws[1])
    shares = []
    for replication in range(REPLICATIONS):
        calls = draw(demand, 5, replication)
        world = one_station(40)
        t = tally(world, calls, engine(world, calls), Window(0, 80 * 86_400))
        shares.append((t.response_s <= target_min * MIN).mean())
    return shares


# ── the same with the exact answers of ../shared/data/theory ─────────────────────────────────


def instances(name):
    path = SHARED / "theory" / name
    if not path.is_file():
        return [pytest.param(None, marks=pytest.mark.skip(reason=f"{NO_DATA}/theory/{name}"))]
    found = json.loads(path.read_text("utf-8"))
    return [pytest.param(entry, id=entry["id"]) for entry in found]


@pytest.fixture(params=["compiled", pytest.param("reference", marks=pytest.mark.thorough)])
def one_engine(request):
    """`run(system, calls) -> Log`; the slow one has had all kinds of them above."""
    return ENGINES[request.param]


@pytest.mark.slow
@pytest.mark.parametrize("given", instances("queueing_scenarios.json"))
def test_queueing_scenarios(one_engine, given):
    engine = one_engine
    kind, expected = given["id"].split("_")[0], given["expected"]
    if kind == "S1":
        assert erlang_b(given["calls_per_hour"] * given["mean_busy_min"] / 60, given["units"]) == (
            pytest.approx(expected["loss"], abs=1e-9)
        )
        args = (given["calls_per_hour"], given["mean_busy_min"], given["units"])
        check_loss(engine, *args, given["busy_law"])
    elif kind == "S2":
        load = given["calls_per_hour"] * given["mean_busy_min"] / 60
        assert erlang_c(load, given["units"]) == pytest.approx(expected["p_wait"], abs=1e-9)
        args = (given["calls_per_hour"], given["mean_busy_min"], given["units"])
        check_delay(engine, *args, given["drive_min"])
    elif kind == "S4":
        check_priorities(engine, given["calls_per_hour"], given["units"],
                         expected["mean_wait_by_class"])  # fmt: skip
    elif kind == "S6":
        by_hour = expected["mean_busy_on_the_hour_exp"]
        exact = [by_hour[str(hour)] for hour in range(24)]
        counts = busy_on_the_hour(engine, given["calls_per_hour_by_hour"], 66, given["units"])
        assert_close(counts, exact, 0.09)
    elif kind == "S9":
        travel_sd = given["travel_mean"] * given["travel_cv"]
        laws = (lognormal(given["delay_mean"], given["delay_sd"]),
                lognormal(given["travel_mean"], travel_sd))  # fmt: skip
        shares = shares_within(engine, laws, given["threshold"])
        assert_close(shares, expected["p_within"], 0.005)
    else:
        pytest.fail(f"no test for {given['id']}")


@pytest.mark.slow
@pytest.mark.parametrize("given", instances("hypercube_instances.json"))
def test_hypercube_instances(one_engine, given):
    """Larson's hypercube: units start from their station only and return at once."""
    engine = one_engine
    units, atoms = given["N"], given["J"]
    expected = given["expected"]
    rates = np.array(given["rates"], float)
    slowest = np.broadcast_to(np.asarray(given["mu"], float), (units,))
    hour_s = 3600.0 * slowest[0]  # so that the first unit's mean busy time is an hour
    rank_s = np.empty((units, atoms))
    for atom, order in enumerate(given["pref"]):
        rank_s[order, atom] = np.arange(1, units + 1) / TICKS
    lost = given["capacity"] == "zero"
    world = matrix_world(
        rank_s,
        service_factor=slowest[0] / slowest,
        lose_when_none_free=lost,
        homes=np.arange(units),
    )

    def make(rng, n=20_000):
        place = rng.choice(atoms, size=n, p=rates / rates.sum())
        busy = on_grid(rng.exponential(3600.0, n))
        return some_calls(poisson(rng, rates.sum() / hour_s, n), place=place, on_scene_s=busy)

    workloads, fractions, losses = [], [], []
    for calls, log, t in replicate(engine, world, make):
        workloads.append(t.busy_s.sum(axis=1) / t.on_duty_s.sum(axis=1))
        trip = first_arrival(log, len(calls.received_at))[t.call]
        came = trip != NONE
        fraction = np.zeros((units, atoms))
        np.add.at(fraction, (log.ambulance[trip[came]], calls.place[t.call[came]]), 1 / came.sum())
        fractions.append(fraction)
        losses.append(1 - came.mean())
    assert_close(workloads, expected["workload"], 0.006)
    assert_close(np.reshape(fractions, (len(fractions), -1)).tolist(),
                 np.ravel(expected["dispatch_fraction"]), 0.0015)  # fmt: skip
    if lost:
        assert_close(losses, expected["loss_overall"], 0.003)
    travel = np.array(given["travel_time"])
    mean_travel = [(fraction * travel).sum() for fraction in fractions]
    if np.ptp(travel):
        assert_close(mean_travel, expected["mean_travel"], 0.01 * expected["mean_travel"])
    if "threshold_by_atom" in given and "coverage_overall" in expected:
        in_time = travel <= np.array(given["threshold_by_atom"])
        covered = [(fraction * in_time).sum() for fraction in fractions]  # of the calls served
        assert_close(covered, expected["coverage_overall"], 0.003)
