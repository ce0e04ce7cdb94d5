"""Exact answers of small services with classes, several units, centres and standby rules.

Each town is written as a planner writes it, and its exact answer worked out here: from Markov
chains, the Kaufman–Roberts recursion and Erlang's distribution. Calls are Poisson; who is busy is
so for one exponential time of six hours, beside which drives of some seconds are nothing.
"""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from exact_answers import REPLICATIONS, chain, hold
from services import town

from sim.policies import standby as rules
from sim.policies.clock import NONE
from sim.prepare import demand, draws, system
from sim.scenario.file import load

BUSY_H = 6.0
STEP = 2e-4  # degrees: neighbours are forty metres apart, so that drives of seconds are plausible
DAYS = 150
SETTINGS = f"""
durations:
  call_taking: 0 s
  turnout: 0 s
  handover: 0 s
  on_scene: {{distribution: exponential, mean: {BUSY_H:g} h}}
targets: {{urban: 1 day, rural: 1 day}}
study: {{warm_up: 3 days, length: {DAYS} days, cool_down: 0 min}}
"""


def asked(load_in_all, more):
    """Demand of so many calls in a mean busy time, in a town without hospitals, all of it rural."""
    rate = f"{{urban: 0 per day, rural: {load_in_all * 24 / BUSY_H:.9g} per day}}"
    return f"demand: {{rate: {rate}, profile: flat, transported: 0 %, {more}}}\n" + SETTINGS


def measured(scenario, engine, of):
    """[replication, value] what `of(system, calls, log, some)` says of calls after the warm-up."""
    made, source = system.build(scenario), demand.build(scenario)
    found = []
    for number in range(REPLICATIONS):
        calls = draws.draw(source, 11, number)
        log = engine(made, calls)
        some = calls.received_at >= scenario.settings.study.warm_up
        found.append(of(made, calls, log, some))
    return np.array(found)


def trips_of(log, calls):
    """[call] how many ambulances went to it."""
    return np.bincount(log.call[log.call != NONE], minlength=len(calls.received_at))


# ── classes, fall-back, the last one kept back ───────────────────────────────────────────────


def advanced_and_basic(write, advanced, basic, loads, kept):
    share = 100 * loads[0] / sum(loads)
    reserve = f"[{{keep: {kept}, classes: [advanced], for: urgent}}]" if kept else "[]"
    return load(write(
        "layout:\n  - station: P0\n    crews: "
        f"[{{class: advanced, number: {advanced}}}, {{class: basic, number: {basic}}}]\n"
        "crews: {classes: [{name: advanced}, {name: basic}]}\n"
        f"dispatch: {{when_none_free: lost, reserve: {reserve}}}\n" + asked(
            sum(loads),
            f"priorities: [{{name: urgent, share: {share:.9g} %}}, "
            f"{{name: other, share: {100 - share:.9g} %}}], conditions: ["
            "{name: a, share: {urgent: 100 %}, needs: [{classes: [advanced]}]}, "
            "{name: b, share: {other: 100 %}, needs: "
            "[{classes: [basic], or: [{classes: [advanced], penalty: 1 h}]}]}]",
        )
    ))  # fmt: skip


def exact_of_classes(advanced, basic, loads, kept):
    """Loss of each kind of call, and the share of basic calls that an advanced one goes to."""

    def moves(state):
        a, b = state
        found = [(a, (a - 1, b)), (b, (a, b - 1))]
        if a < advanced:
            found.append((loads[0], (a + 1, b)))
        if b < basic:
            found.append((loads[1], (a, b + 1)))
        elif advanced - a > kept:
            found.append((loads[1], (a + 1, b)))
        return [(rate, after) for rate, after in found if rate]

    chance = chain((0, 0), moves)
    lost = sum(p for (a, _), p in chance.items() if a == advanced)
    instead = sum(p for (a, b), p in chance.items() if b == basic and advanced - a > kept)
    neither = sum(p for (a, b), p in chance.items() if b == basic and advanced - a <= kept)
    return lost, neither, instead


@pytest.fixture(scope="module")
def one_place(tmp_path_factory):
    return town(tmp_path_factory.mktemp("one"), [[0, 3], [3, 0]], [10, 0], step=STEP)


@pytest.mark.parametrize(("advanced", "basic", "kept"), [(2, 3, 0), (2, 3, 1), (3, 2, 2)])
def test_advanced_ambulances_stand_in_unless_they_are_kept_back(
    one_place, engine, advanced, basic, kept
):
    loads = (0.7, 2.2)
    scenario = advanced_and_basic(one_place, advanced, basic, loads, kept)

    def of(made, calls, log, some):
        went = np.full(len(calls.received_at), NONE)
        on_call = log.call != NONE
        went[log.call[on_call]] = made.fleet.kind[log.ambulance[on_call]]
        kinds = [went[some & (calls.condition == row)] for row in (0, 1)]
        return [(kinds[0] == NONE).mean(), (kinds[1] == NONE).mean(), (kinds[1] == 0).mean()]

    hold(measured(scenario, engine, of), exact_of_classes(advanced, basic, loads, kept))


# ── vehicles that fail ───────────────────────────────────────────────────────────────────────


def failing(write, units, load_in_all, to_failure_h, off_h):
    laws = ", ".join(
        f"{name}: {{distribution: exponential, mean: {hours:g} h}}"
        for name, hours in (("after", to_failure_h), ("off", off_h))
    )
    return load(write(
        f"layout: [{{station: P0, ambulances: {units}}}]\ndispatch: {{when_none_free: lost}}\n"
        f"crews: {{failures: [{{{laws}}}]}}\n" + asked(load_in_all, "")
    ))  # fmt: skip


def exact_of_failures(units, load_in_all, to_failure_h, off_h):
    """Loss, mean number off the road, failures of a vehicle a day.

    The state: busy, busy and failed meanwhile (its clock stands still), off the road.
    """
    fails, back = BUSY_H / to_failure_h, BUSY_H / off_h

    def moves(state):
        busy, pending, down = state
        idle = units - busy - pending - down
        found = [
            (load_in_all if idle else 0, (busy + 1, pending, down)),
            (busy, (busy - 1, pending, down)),
            (pending, (busy, pending - 1, down + 1)),
            (idle * fails, (busy, pending, down + 1)),
            (busy * fails, (busy - 1, pending + 1, down)),
            (down * back, (busy, pending, down - 1)),
        ]
        return [(rate, after) for rate, after in found if rate]

    chance = chain((0, 0, 0), moves)
    down = sum(p * state[2] for state, p in chance.items())
    return sum(p for state, p in chance.items() if sum(state) == units), down, (
        down * 24 / off_h / units
    )  # fmt: skip


@pytest.mark.parametrize(
    ("units", "load_in_all", "to_failure_h", "off_h"), [(3, 1.5, 160, 24), (2, 0.8, 60, 30)]
)
def test_vehicles_fail_by_the_clock_and_finish_their_call_first(
    one_place, engine, units, load_in_all, to_failure_h, off_h
):
    scenario = failing(one_place, units, load_in_all, to_failure_h, off_h)
    start_s = scenario.settings.study.warm_up
    end_s = start_s + scenario.settings.study.length

    def of(made, calls, log, some):
        pauses = log.beyond.pauses
        inside = np.clip(pauses.ended_at, start_s, end_s) - np.clip(pauses.begun_at, start_s, end_s)
        begun = (pauses.begun_at >= start_s) & (pauses.begun_at < end_s)
        lost = (trips_of(log, calls)[some] == 0).mean()
        return [lost, inside.sum() / DAYS / 86_400, begun.sum() / DAYS / units]

    exact = exact_of_failures(units, load_in_all, to_failure_h, off_h)
    hold(measured(scenario, engine, of), exact, most_error=0.03)


# ── several units ────────────────────────────────────────────────────────────────────────────


def one_or_two(write, units, loads, two, more=""):
    """Calls of which some need two ambulances; `two`: what its condition says besides."""
    share = 100 * loads[1] / sum(loads)
    return load(write(
        f"layout: [{{station: P0, ambulances: {units}}}]\ndispatch: {{when_none_free: lost}}\n"
        + asked(
            sum(loads),
            f"conditions: [{{name: one, share: {100 - share:.9g} %}}, {{name: two, share: "
            f"{share:.9g} %, needs: [{{classes: [ambulance]}}, {{classes: [ambulance]}}], {two}}}]",
        ) + more
    ))  # fmt: skip


def kaufman_roberts(units, loads):
    """Loss of calls of one and of two units that are kept together."""
    chance = [1.0]
    for busy in range(1, units + 1):
        two = 2 * loads[1] * chance[busy - 2] if busy > 1 else 0.0
        chance.append((loads[0] * chance[busy - 1] + two) / busy)
    chance = np.array(chance) / sum(chance)
    return chance[-1], chance[-2:].sum()


@pytest.mark.parametrize("law", ["", "constant"])
def test_two_units_that_go_and_leave_together(one_place, engine, law):
    """Insensitive: any law of the busy time gives the same losses."""
    loads, units = (1.7, 0.5), 5
    scenario = one_or_two(one_place, units, loads, "all_or_none: true, released: together")
    if law:
        scenario = scenario.with_settings(durations={"on_scene": f"{BUSY_H:g} h"})

    def of(_, calls, log, some):
        many = trips_of(log, calls)
        assert set(many[calls.condition == 1]) <= {0, 2}
        return [(many[some & (calls.condition == row)] == 0).mean() for row in (0, 1)]

    hold(measured(scenario, engine, of), kaufman_roberts(units, loads))


def exact_of_two_apart(units, loads):
    """One-unit calls lost; two-unit calls that get two, one, none."""

    def moves(busy):
        found = [(busy, busy - 1)] if busy else []
        found += [(loads[0], busy + 1)] if busy < units else []
        found += [(loads[1], min(busy + 2, units))] if busy < units else []
        return found

    chance = chain(0, moves)
    full, but_one = chance[units], chance[units - 1]
    return full, 1 - full - but_one, but_one, full


def test_two_units_that_leave_apart_and_of_which_one_may_be_missing(one_place, engine):
    loads, units = (1.4, 0.6), 4
    scenario = one_or_two(one_place, units, loads, "missing: forget, released: apart")

    def of(_, calls, log, some):
        many = trips_of(log, calls)
        one, two = (many[some & (calls.condition == row)] for row in (0, 1))
        return [(one == 0).mean(), *((two == number).mean() for number in (2, 1, 0))]

    hold(measured(scenario, engine, of), exact_of_two_apart(units, loads))


PREFERENCE = ((0, 3, 1, 2), (1, 3, 0, 2), (2, 3, 1, 0))  # [place] units, the first one first


@pytest.fixture(scope="module")
def four_stations(tmp_path_factory):
    """Three places to call from and a station for each of four units, by preference."""
    seconds = np.full((7, 7), 9)
    for place, units in enumerate(PREFERENCE):
        for rank, unit in enumerate(units):
            seconds[3 + unit, place] = 2 + rank
    np.fill_diagonal(seconds, 0)
    people = [10] * 3 + [0] * 4
    return town(tmp_path_factory.mktemp("four"), seconds, people, step=STEP)


def exact_of_hypercube(one, two):
    """[unit] busy share of Larson's hypercube with calls of one and of two units."""
    units = 4

    def sent(state, place, many):
        free = [unit for unit in PREFERENCE[place] if not state[unit]][:many]
        return tuple(int(busy or unit in free) for unit, busy in enumerate(state))

    def moves(state):
        found = [(1.0, (*state[:unit], 0, *state[unit + 1:])) for unit in range(units)
                 if state[unit]]  # fmt: skip
        for place, many in product(range(3), (1, 2)):
            after = sent(state, place, many)
            if after != state:
                found.append(((one if many == 1 else two)[place], after))
        return found

    chance = chain((0,) * units, moves)
    return [sum(p for state, p in chance.items() if state[unit]) for unit in range(units)]


def test_recorded_calls_of_one_and_two_units_by_place(four_stations, engine):
    """The hypercube with several units: places differ in how many of their calls need two."""
    one, two, days = (0.5, 0.6, 0.4), (0.2, 0.05, 0.3), 1500
    rng = np.random.default_rng(5)
    rows = []
    for place, (single, double) in enumerate(zip(one, two, strict=True)):
        for load_of, name in ((single, "one"), (double, "two")):
            count = rng.poisson(load_of * days * 24 / BUSY_H)
            at = np.datetime64("2025-01-06T00:00:00") + np.sort(
                rng.integers(0, days * 86_400, count)
            )
            rows += [f"{str(when).replace('T', ' ')},P{place},{name}" for when in at]
    text = "接警时间,township,病种\n" + "\n".join(rows)
    path = four_stations(
        "layout: [{station: P3}, {station: P4}, {station: P5}, {station: P6}]\n"
        "dispatch: {when_none_free: lost}\ndemand:\n  transported: 0 %\n  replay: calls.csv\n"
        "  conditions: [{name: one, share: 100 %}, {name: two, share: 0 %, missing: forget, "
        "released: apart, needs: [{classes: [ambulance]}, {classes: [ambulance]}]}]\n" + SETTINGS
    )
    path.with_name("calls.csv").write_text(text, "utf-8")
    scenario = load(path)
    made, source = system.build(scenario), demand.build(scenario)
    assert made.service is not None
    found = []
    for number in range(4):
        log = engine(made, draws.draw(source, 3, number))
        on_call = log.call != NONE
        spent = np.nan_to_num(log.cleared_at - log.assigned_at)[on_call]
        found.append(np.bincount(log.ambulance[on_call], spent, 4) / (days * 86_400))
    hold(np.array(found), exact_of_hypercube(one, two))


# ── one desk or two ──────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def two_zones(tmp_path_factory):
    return town(tmp_path_factory.mktemp("two"), [[0, 3], [3, 0]], [14, 11], step=STEP)


def exact_of_desks(fleets, loads, helps, keep):
    """Loss of each zone, and the share of its calls that the neighbour serves."""

    def sent(state, zone):
        other = 1 - zone
        if state[zone] < fleets[zone]:
            return zone
        return other if helps and fleets[other] - state[other] > keep else None

    def moves(state):
        found = [(state[z], tuple(n - (i == z) for i, n in enumerate(state))) for z in (0, 1)]
        for zone in (0, 1):
            who = sent(state, zone)
            if who is not None:
                found.append((loads[zone], tuple(n + (i == who) for i, n in enumerate(state))))
        return [(rate, after) for rate, after in found if rate]

    chance = chain((0, 0), moves)
    lost = [sum(p for s, p in chance.items() if sent(s, z) is None) for z in (0, 1)]
    helped = [sum(p for s, p in chance.items() if sent(s, z) == 1 - z) for z in (0, 1)]
    return [*lost, *helped]


@pytest.mark.parametrize(("helps", "keep"), [(False, 0), (True, 0), (True, 1)])
def test_one_desk_or_two(two_zones, engine, helps, keep):
    fleets, loads = (2, 3), (1.4, 1.1)
    when = "at once" if helps else "never"
    centres = ", ".join(
        f"{{name: C{zone}, stations: [P{zone}], townships: [P{zone}], help: {when}, "
        f"help_keep: {keep}}}"
        for zone in (0, 1)
    )
    scenario = load(two_zones(
        f"layout: [{{station: P0, ambulances: {fleets[0]}}}, {{station: P1, ambulances: {fleets[1]}}}]\n"
        f"dispatch: {{when_none_free: lost, centres: [{centres}]}}\n" + asked(sum(loads), "")
    ))  # fmt: skip

    def of(made, calls, log, some):
        centre = np.full(len(calls.received_at), NONE)
        on_call = log.call != NONE
        centre[log.call[on_call]] = made.fleet.centre[log.ambulance[on_call]]
        zones = [centre[some & (calls.township == zone)] for zone in (0, 1)]
        lost = [(zone == NONE).mean() for zone in zones]
        return [*lost, (zones[0] == 1).mean(), (zones[1] == 0).mean()]

    hold(measured(scenario, engine, of), exact_of_desks(fleets, loads, helps, keep))


# ── where to wait ────────────────────────────────────────────────────────────────────────────

COVERING = ((0,), (0, 1), (1,), (2,))  # [place] the stations that cover it
PLACE_LOADS = (0.8, 0.6, 0.3, 0.2)


@pytest.fixture(scope="module")
def four_places(tmp_path_factory):
    """Four places, and three stations from which who is within reach takes 3 s and others 6 s."""
    seconds = np.full((7, 7), 3)
    for place, station in product(range(4), range(3)):
        seconds[4 + station, place] = 3 if station in COVERING[place] else 6
    np.fill_diagonal(seconds, 0)
    people = [round(10 * load) for load in PLACE_LOADS] + [0] * 3
    return town(tmp_path_factory.mktemp("table"), seconds, people, step=STEP)


LAYOUT = "layout: [{station: P4}, {station: P5}, {station: P6}]\n"


def covered_by_table(table):
    """Calls lost, and calls that somebody who covers their place is sent to: Erlang's distribution,
    for calls see time averages."""
    load_in_all, units = sum(PLACE_LOADS), len(table)
    weights = np.array([load_in_all**k / np.prod(range(1, k + 1)) for k in range(units + 1)])
    busy = weights / weights.sum()
    covered = 0.0
    for k in range(units):
        posts = set(table[units - k - 1])
        own = [load for load, by in zip(PLACE_LOADS, COVERING, strict=True) if posts & set(by)]
        covered += busy[k] * sum(own) / load_in_all
    return busy[-1], covered


def test_a_compliance_table_where_moving_takes_no_time(four_places, engine):
    table = ((0,), (0, 1), (0, 1, 2))
    written = str([[f"P{4 + post}" for post in row] for row in table]).replace("'", "")
    scenario = load(four_places(
        LAYOUT + f"dispatch: {{when_none_free: lost}}\nstandby: {{rule: table, table: {written}}}\n"
        + asked(sum(PLACE_LOADS), "")
    ))  # fmt: skip

    def of(_, calls, log, some):
        response = np.full(len(calls.received_at), np.inf)
        on_call = log.call != NONE
        response[log.call[on_call]] = (log.arrived_at - log.assigned_at)[on_call]
        return [np.isinf(response[some]).mean(), (response[some] <= 3).mean()]

    hold(measured(scenario, engine, of), covered_by_table(table))


def gain(standby, station, count):
    """What one more at a station adds, by the arrays of a rule: the formula, not the engines."""
    weight = standby.weight[count]
    return float((standby.demand * weight)[standby.covers[station]].sum())


@pytest.mark.parametrize("busy", [0.3, 0.45])
def test_where_dynamic_mexclp_sends_who_was_just_cleared(four_places, busy):
    """Worked out by hand from who covers what: (1 - q) q^k of the demand of each place."""
    scenario = load(four_places(
        LAYOUT + f"standby: {{rule: dmexclp, dmexclp: {{busy: {100 * busy:g} %}}}}\n"
        + asked(sum(PLACE_LOADS), "").replace("targets: {urban: 1 day, rural: 1 day}",
                                              "targets: {rural: 3 s}")
    ))  # fmt: skip
    standby = system.build(scenario).service.standby
    reach = rules.covering_of(standby.covers)
    share = np.array(PLACE_LOADS) / sum(PLACE_LOADS)
    for idle in product(range(3), repeat=3):  # at or bound for each station
        k = [sum(idle[station] for station in by) for by in COVERING]
        count = standby.covers.T.astype(int) @ np.array(idle)
        if max(k) >= len(standby.weight):
            continue
        for station in range(3):
            by_hand = sum(
                share[place] * (1 - busy) * busy ** k[place]
                for place in range(4)
                if station in COVERING[place]
            )
            assert gain(standby, station, count) == pytest.approx(by_hand, abs=1e-9)
            found = rules.gain_of_one_more(standby, reach, station, count)
            assert found == pytest.approx(by_hand, abs=1e-9)


def test_the_busy_share_of_the_rule_may_be_simulated(four_places):
    """As many as are lost by Erlang's formula take no time; the others share the load."""
    from sim.study.effort import Effort
    from sim.study.plan import prepare

    text = (
        LAYOUT
        + "dispatch: {when_none_free: lost}\nstandby: {rule: dmexclp, dmexclp: {busy: simulated}}\n"
    )
    scenario = load(four_places(text + asked(sum(PLACE_LOADS), "")))
    study = prepare(scenario, [scenario.ambulances("P4", +1)], Effort())
    lost, _ = covered_by_table(((0,), (0, 1), (0, 1, 2)))
    q = sum(PLACE_LOADS) * (1 - lost) / 3
    for made in study.plan.systems:
        weight = made.service.standby.weight
        assert weight[1] / weight[0] == pytest.approx(q, abs=0.04)
    assert len(study.plan.systems[1].service.standby.weight) == 5
    assert study.add(scenario.ambulances("P5", +1)).busy == study.busy
