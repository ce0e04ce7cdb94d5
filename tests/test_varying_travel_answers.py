"""Exact answers of towns whose roads close, whose bands change and whose drives vary.

Each town is written as a planner writes it, and its exact answer worked out here: link by link from
the lengths of its roads, or from a Markov chain and the normal distribution.
"""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from closable import at, square
from exact_answers import chain, hold
from scipy.special import ndtr
from services import town
from test_service_answers import asked, measured

from sim.policies.clock import NONE
from sim.prepare import demand, draws, system
from sim.scenario.file import load

MONDAY = "2026-01-05"


def arrivals(scenario, engine):
    """[call] when an ambulance was there, in seconds of the run."""
    made = system.build(scenario)
    calls = draws.draw(demand.build(scenario), 1, 0)
    log = engine(made, calls)
    found = np.full(len(calls.place), np.nan)
    some = (log.call != NONE) & ~np.isnan(log.arrived_at)
    found[log.call[some]] = log.arrived_at[some]
    return found, calls.received_at


def clock(text):
    """Seconds of the day of a time like 09:58 or 10:59:30."""
    parts = [int(part) for part in text.split(":")]
    return sum(part * unit for part, unit in zip(parts, (3600, 60, 1), strict=False))


def calls_at(times, column, row):
    return [(f"{MONDAY} {when}", column, row) for when in times]


# ── roads closed for a window ────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def streets(tmp_path_factory):
    return square(tmp_path_factory.mktemp("streets"), wide=True)


def metres_round(on, start, end, without=()):
    """Metres of the shortest way between two crossings on streets of which some are not there."""
    network = on.network
    node = {}
    for name, place in (("start", start), ("end", end)):
        spot = np.array(on.project(*at(*place)))
        node[name] = int(np.argmin(np.linalg.norm(network.xy - spot, axis=1)))
    far = np.full(len(network.xy), np.inf)
    far[node["start"]] = 0
    middles = (network.xy[network.tail] + network.xy[network.head]) / 2
    closed = np.zeros(len(network.tail), bool)
    for place in without:
        gone = np.array(on.project(*at(*place)))
        closed |= np.linalg.norm(middles - gone, axis=1) < 50
    for _ in network.xy:
        for tail, head, metres, shut in zip(
            network.tail, network.head, network.length_m, closed, strict=True
        ):
            if not shut:
                far[head] = min(far[head], far[tail] + metres)
    return far[node["end"]]


TIMES = ["09:58", "10:00", "10:30", "10:59:30", "11:00"]


@pytest.mark.parametrize("access", ["none", "local"])
def test_who_sets_out_while_a_road_is_closed_goes_round(streets, engine, access):
    """Whoever left before drives on, whoever leaves as it ends finds it open."""
    window = f'from: "{MONDAY} 10:00", until: "{MONDAY} 11:00"'
    scenario = load(streets(
        "travel: {speeds: {residential: 30 km/h}, closures: "
        f"{{bridge: {{at: {at(1.5, 1)}, {window}, access: {access}}}}}}}",
        calls=calls_at(TIMES, 2, 1), station=f"A, at: {at(0, 1)}",
    ))  # fmt: skip
    arrived, received = arrivals(scenario, engine)
    direct, round_ = (
        metres_round(scenario.map, (0, 1), (2, 1), gone) / (30 / 3.6) for gone in ((), [(1.5, 1)])
    )
    assert round_ > 1.5 * direct
    expected = np.array([direct, round_, round_, round_, direct])
    assert received.tolist() == [clock(when) for when in TIMES]
    assert arrived - received == pytest.approx(expected, abs=0.02)
    assert arrived[3] > arrived[4]  # closures are not first in, first out


def test_who_is_cut_off_is_reached_as_soon_as_the_road_is_open(streets, engine):
    """A place at the closed street itself; with access from its ends it is reached at once."""
    window = f'from: "{MONDAY} 10:00", until: "{MONDAY} 11:00"'
    found = []
    for access in ("none", "local"):
        scenario = load(streets(
            f"travel: {{closures: {{bridge: {{at: {at(1.5, 1)}, {window}, access: {access}}}}}}}",
            calls=calls_at(["09:30", "10:30"], 1.5, 1), station=f"A, at: {at(0, 1)}",
        ))  # fmt: skip
        arrived, received = arrivals(scenario, engine)
        found.append((arrived - received).tolist())
    (usual, waited), (open_, at_once) = found
    assert usual == open_ == at_once
    assert waited == 1800 + usual


def test_a_slowed_road_is_driven_round_or_not_as_is_quicker(streets, engine):
    for percent in (20, 60):
        scenario = load(streets(
            "travel: {speeds: {residential: 30 km/h}, closures: {market: "
            f"{{at: {at(1.5, 1)}, hours: 10-11, days: mon, speed: {percent} %}}}}}}",
            calls=calls_at(TIMES, 2, 1), station=f"A, at: {at(0, 1)}",
        ))  # fmt: skip
        arrived, received = arrivals(scenario, engine)
        direct, round_ = (
            metres_round(scenario.map, (0, 1), (2, 1), gone) * 3.6 / 30 for gone in ((), [(1.5, 1)])
        )
        half = metres_round(scenario.map, (1, 1), (2, 1)) * 3.6 / 30
        slow = min(round_, direct - half + half * 100 / percent)
        expected = np.array([direct, slow, slow, slow, direct])
        assert arrived - received == pytest.approx(expected, abs=0.02)


# ── time bands: held, or carried over ────────────────────────────────────────────────────────

STARTS_H = [0, 7, 9, 17, 19, 24]
SPEEDS = {"primary": [60, 30, 50, 30, 60], "residential": [40, 20, 30, 20, 40]}
DEPARTURES = ["06:40", "06:58:30", "06:59:40", "07:00", "08:58", "08:59:45", "09:00", "16:58:30",
              "18:58"]  # fmt: skip


@pytest.fixture(scope="module")
def avenue(tmp_path_factory):
    """Two kilometres of avenue, then one of a street."""
    ways = [([10, 11, 12], {"highway": "primary"}), ([12, 13], {"highway": "residential"})]
    missing = [n for n in range(40) if n % 10 < 4 and n // 10 != 1]
    return square(tmp_path_factory.mktemp("avenue"), wide=True, ways=ways, missing=missing)


def bands():
    rows = [
        f"{{hours: {a:02d}-{b:02d}, speed: {100 * speed / speeds[0]:.12g} %, classes: [{name}]}}"
        for name, speeds in SPEEDS.items()
        for a, b, speed in zip(STARTS_H[:-1], STARTS_H[1:], speeds, strict=True)
        if speed != speeds[0]
    ]
    usual = ", ".join(f"{name}: {speeds[0]} km/h" for name, speeds in SPEEDS.items())
    return f"speeds: {{{usual}}}, bands: [{', '.join(rows)}]"


def arrives(departs, route, carried_over):
    """Seconds of the day at the end of a route of (metres, class): the hand rule, link by link."""
    now = departs
    band = np.searchsorted(STARTS_H, now / 3600, side="right") - 1
    for metres, road in route:
        left = metres
        while left > 0:
            if carried_over:
                band = np.searchsorted(STARTS_H, now / 3600, side="right") - 1
            speed = SPEEDS[road][band] / 3.6
            ends = STARTS_H[band + 1] * 3600 if carried_over else np.inf
            step = min(left, (ends - now) * speed)
            now = now + left / speed if step == left else ends
            left = 0 if step == left else left - step
    return now


@pytest.mark.parametrize("rule", ["held", "carried over"])
@pytest.mark.parametrize("turned", [False, True], ids=["main then town", "town then main"])
def test_a_drive_into_another_band_holds_its_own_or_is_carried_over(avenue, engine, rule, turned):
    start, end = ((3, 1), (0, 1)) if turned else ((0, 1), (3, 1))
    scenario = load(avenue(
        f"travel: {{{bands()}, band_rule: {rule}}}",
        calls=calls_at(DEPARTURES, *end), station=f"A, at: {at(*start)}",
    ))  # fmt: skip
    network = scenario.map.network
    roads = {}
    for metres, row in zip(network.length_m[network.forth], network.road_class[network.forth],
                           strict=True):  # fmt: skip
        name = network.classes[row]
        roads[name] = roads.get(name, 0) + metres
    route = [(roads["primary"], "primary"), (roads["residential"], "residential")]
    route = route[::-1] if turned else route
    arrived, received = arrivals(scenario, engine)
    expected = [arrives(clock(when), route, rule == "carried over") for when in DEPARTURES]
    assert received.tolist() == [clock(when) for when in DEPARTURES]
    assert arrived == pytest.approx(expected, abs=0.02)
    in_order = (np.diff(arrived) >= 0).all()
    assert in_order == (rule == "carried over")  # held, a later one may arrive sooner


# ── drives that vary ─────────────────────────────────────────────────────────────────────────

SECONDS = np.array([[4.0, 9, 12], [8, 3, 7], [11, 8, 5]])  # [station, place]
SHARES, LOAD, DELAY_S, LIMIT_S = np.array([0.4, 1 / 3, 4 / 15]), 1.5, 1.5, 10.0


def exact_with_factor(sigma):
    """Loss, and the share of all calls of each place that is reached in time."""

    def first(state, place):
        idle = [unit for unit in range(3) if not state[unit]]
        return min(idle, key=lambda unit: (SECONDS[unit, place], unit)) if idle else None

    def changed(state, unit, busy):
        return tuple(busy if other == unit else old for other, old in enumerate(state))

    def moves(state):
        found = [(1.0, changed(state, unit, 0)) for unit in range(3) if state[unit]]
        for place in range(3):
            unit = first(state, place)
            if unit is not None:
                found.append((LOAD * SHARES[place], changed(state, unit, 1)))
        return found

    chance = chain((0, 0, 0), moves)
    within = np.zeros(3)
    for state, place in product(chance, range(3)):
        unit = first(state, place)
        if unit is not None:
            room = (LIMIT_S - DELAY_S) / SECONDS[unit, place]
            reached = float(room >= 1) if not sigma else ndtr(np.log(room) / sigma + sigma / 2)
            within[place] += chance[state] * reached
    return chance[1, 1, 1], within


@pytest.mark.parametrize("sigma", [0.0, 0.25, 0.5])
def test_drives_that_vary_move_the_share_in_time_and_not_the_mean(tmp_path_factory, engine, sigma):
    """Three units, three places: the least seconds of the table go, whatever the factor will be."""
    table = np.full((6, 6), 9.0)  # three places of calls, then three stations
    np.fill_diagonal(table, 0)
    table[3:, :3], table[:3, 3:] = SECONDS, SECONDS.T
    people = [*np.round(SHARES * 15).astype(int).tolist(), 0, 0, 0]
    write = town(tmp_path_factory.mktemp("varying"), table.tolist(), people, step=2e-4)
    layout = "\n".join(f"  - {{station: P{number}, ambulances: 1}}" for number in (3, 4, 5))
    scenario = load(write(
        f"layout:\n{layout}\ndispatch: {{when_none_free: lost}}\n"
        f"travel: {{ordinary: 100 %, factor: {{sigma: {sigma:g}}}}}\n"
        + asked(LOAD, "priorities: [{name: a, share: 100 %}]").replace(
            "turnout: 0 s", f"turnout: {DELAY_S} s")
    ))  # fmt: skip
    loss, within = exact_with_factor(sigma)

    def of(made, calls, log, some):
        waited = np.full(len(calls.place), np.inf)
        trips = log.call != NONE
        waited[log.call[trips]] = log.arrived_at[trips] - calls.received_at[log.call[trips]]
        reached = (waited <= LIMIT_S)[some]
        place = calls.place[some]
        return [np.isinf(waited[some]).mean()] + [reached[place == n].mean() for n in range(3)]

    hold(measured(scenario, engine, of), np.array([loss, *within]), most_error=0.03)
