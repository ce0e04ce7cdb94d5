"""Exact answers of small services with a call desk, transfers, withdrawn calls and surges.

Each town is written as a planner writes it, and its exact answer worked out here: from Erlang's
formulas and Markov chains. Busy times are one exponential hour, beside which drives of some seconds
are nothing.
"""

from __future__ import annotations

import numpy as np
import pytest
from exact_answers import WARM_UP_S, chain, hold, measured, waiting_line
from services import town

from sim.model.calls import CallStream
from sim.policies.clock import NONE
from sim.scenario.file import load

DAYS = 40
STEP = 2e-4  # degrees: neighbours are forty metres apart, so that drives of seconds are plausible
EXPONENTIAL = "{{distribution: exponential, mean: {:.9g} min}}"


def written(units, load_in_all, more, *, station="P0", rest="", busy_min=60.0):
    """A station and so many calls in a mean busy time; all of it rural, nobody is conveyed."""
    per_day = load_in_all * 24 * 60 / busy_min
    return (
        f"layout: [{{station: {station}, ambulances: {units}}}]\n"
        f"demand: {{rate: {{urban: 0 per day, rural: {per_day:.9g} per day}}, profile: flat, "
        f"transported: 0 %, priorities: [{{name: all, share: 100 %}}], {more}}}\n"
        "durations: {call_taking: 0 s, turnout: 0 s, handover: 0 s, "
        f"on_scene: {EXPONENTIAL.format(busy_min)}}}\n"
        "targets: {urban: 1 day, rural: 1 day}\n"
        f"study: {{warm_up: 3 days, length: {DAYS} days, cool_down: 0 min}}\n{rest}"
    )


@pytest.fixture(scope="module")
def one_place(tmp_path_factory):
    """All calls come from the station; there is a hospital there, and another beside it."""
    folder = tmp_path_factory.mktemp("one")
    return town(folder, [[0, 1], [1, 0]], [10, 0], hospitals=[0, 1], step=STEP)


# ── the call desk ────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("seats", "at_the_desk", "share", "units", "load_in_all"),
    [(3, 1.5, 0.257, 4, 2.4), (2, 1.2, 0.5, 3, 1.5)],
)
def test_calls_wait_for_a_seat_and_then_for_an_ambulance(
    one_place, engine, seats, at_the_desk, share, units, load_in_all
):
    """What leaves the desk is Poisson (Burke), so both are lines of their own."""
    handled_min = at_the_desk / (load_in_all / 60 / share)
    desk = (
        f"desk: {{seats: {seats}, needing_ambulance: {100 * share:.9g} %, handling: "
        f"{EXPONENTIAL.format(handled_min)}}}"
    )
    scenario = load(one_place(written(units, load_in_all, desk)))

    def of(calls, log, assigned_at, some):
        desk_s = (calls.answered_at - calls.received_at)[some]
        then_s = (assigned_at - calls.ready_at)[some]
        ambulance_waits = then_s > 10
        return [(desk_s > 0).mean(), desk_s.mean() / handled_min / 60, (desk_s <= 10).mean(),
                ambulance_waits.mean(), then_s.mean() / 3600]  # fmt: skip

    waits, wait = waiting_line(seats, at_the_desk)
    soon = 1 - waits * np.exp(-(seats - at_the_desk) * 10 / 60 / handled_min)
    exact = [waits, wait, soon, *waiting_line(units, load_in_all)]
    hold(measured(scenario, engine, of), exact)


# ── transfers below a reserve ────────────────────────────────────────────────────────────────


def exact_of_transfers(units, emergencies, transfers, kept):
    """Who waits and how long, of emergencies and of transfers, and how many are busy."""
    most = 60, 200  # waiting; more is hardly ever

    def moves(state):
        busy, first, second = state
        found = []
        if busy < units:
            found.append((emergencies, (busy + 1, 0, second)))
        elif first < most[0]:
            found.append((emergencies, (busy, first + 1, second)))
        if units - busy > kept:
            found.append((transfers, (busy + 1, 0, 0)))
        elif second < most[1]:
            found.append((transfers, (busy, first, second + 1)))
        if busy:
            if first:
                after = (busy, first - 1, second)
            elif second and units - busy + 1 > kept:
                after = (busy, 0, second - 1)
            else:
                after = (busy - 1, 0, second)
            found.append((busy, after))
        return found

    chance = chain((0, 0, 0), moves)
    first = sum(p * s[1] for s, p in chance.items()) / emergencies
    second = sum(p * s[2] for s, p in chance.items()) / transfers
    return [
        sum(p for s, p in chance.items() if s[0] == units), first,
        sum(p for s, p in chance.items() if units - s[0] <= kept), second,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("units", "emergencies", "transfers", "kept"),
    [(5, 2.0, 0.8, 1), (4, 1.0, 0.4, 2)],
)
def test_planned_transfers_wait_for_more_than_are_kept_back(
    one_place, engine, units, emergencies, transfers, kept
):
    reserve = f"dispatch: {{reserve: [{{keep: {kept}, for: all}}]}}\n" if kept else ""
    stream = (
        f"transfers: [{{name: down, from: [H0], to: H1, rate: {24 * transfers:.9g} per day, "
        f"urgency: planned, due: 0 min, lead: 0 min, loading: {EXPONENTIAL.format(60)}}}]\n"
    )
    scenario = load(one_place(written(units, emergencies, "", rest=reserve + stream)))

    def of(calls, log, assigned_at, some):
        wait_s = assigned_at - calls.received_at
        planned = calls.stream == CallStream.PLANNED_TRANSFER
        of_each = [wait_s[some & ~planned], wait_s[some & planned]]
        some_wait = [(s > 10).mean() for s in of_each]
        mean_h = [np.nanmean(s) / 3600 for s in of_each]
        return [some_wait[0], mean_h[0], some_wait[1], mean_h[1]]

    exact = exact_of_transfers(units, emergencies, transfers, kept)
    hold(measured(scenario, engine, of), exact, most_error=0.06)


@pytest.mark.parametrize("priorities", [(0.6, 0.5)])
def test_transfers_of_a_priority_wait_as_calls_of_it_do(one_place, engine, priorities):
    """Cobham's line with priorities: emergencies first, then urgent transfers of the second."""
    units, (first, second) = 2, priorities
    stream = (
        f"transfers: [{{name: up, from: [H0], to: H1, rate: {24 * second:.9g} per day, urgency: "
        f"urgent, priority: other, loading: {EXPONENTIAL.format(60)}}}]\n"
    )
    text = written(units, first, "", rest=stream).replace(
        "[{name: all, share: 100 %}]", "[{name: all, share: 100 %}, {name: other, share: 0 %}]"
    )
    waits, _ = waiting_line(units, first + second)
    low, both = first / units, (first + second) / units
    wait_1 = waits / units / (1 - low)
    exact = [waits, wait_1, waits, wait_1 / (1 - both)]

    def of(calls, log, assigned_at, some):
        wait_s = assigned_at - calls.received_at
        moved = calls.stream == CallStream.URGENT_TRANSFER
        return [value for s in (wait_s[some & ~moved], wait_s[some & moved])
                for value in ((s > 10).mean(), np.nanmean(s) / 3600)]  # fmt: skip

    hold(measured(load(one_place(text)), engine, of), exact, most_error=0.06)


# ── withdrawn while waiting, or on the way ───────────────────────────────────────────────────


def exact_of_patience(units, load_in_all, patience):
    """Who waits, who is withdrawn, how long all wait, how busy ambulances are (Erlang A)."""

    def moves(calls):
        found = [(load_in_all, calls + 1)] if calls < 80 else []
        leaves = min(calls, units) + max(calls - units, 0) / patience
        return [*found, (leaves, calls - 1)] if calls else found

    chance = chain(0, moves)
    waiting = sum(p * max(calls - units, 0) for calls, p in chance.items())
    return [
        sum(p for calls, p in chance.items() if calls >= units),
        waiting / patience / load_in_all,
        waiting / load_in_all,
        sum(p * min(calls, units) for calls, p in chance.items()) / units,
    ]


@pytest.mark.parametrize(("units", "load_in_all", "patience"), [(3, 3.0, 1 / 3), (2, 1.6, 1.5)])
def test_whoever_has_waited_too_long_is_withdrawn(one_place, engine, units, load_in_all, patience):
    more = f"cancelled: {{after: {EXPONENTIAL.format(60 * patience)}}}"
    scenario = load(one_place(written(units, load_in_all, more)))
    end_s = WARM_UP_S + DAYS * 86_400

    def of(calls, log, assigned_at, some):
        left = np.isnan(assigned_at)
        assert (calls.withdrawn_at[left] < np.inf).all()
        until = np.where(left, calls.withdrawn_at, assigned_at)
        wait_s = (until - calls.received_at)[some]
        trips = log.call != NONE
        spans = (np.clip(one[trips], WARM_UP_S, end_s) for one in (log.assigned_at, log.cleared_at))
        begun, ended = spans
        busy = np.nansum(ended - begun) / units / DAYS / 86_400
        return [(wait_s > 0).mean(), left[some].mean(), wait_s.mean() / 3600, busy]

    hold(measured(scenario, engine, of), exact_of_patience(units, load_in_all, patience))


@pytest.fixture(scope="module")
def far_station(tmp_path_factory):
    """A station twelve minutes away, to which the way back takes a second."""
    folder = tmp_path_factory.mktemp("far")
    return town(folder, [[0, 1], [720, 0]], [10, 0], step=STEP)


@pytest.mark.parametrize(
    ("units", "per_hour", "to_cancel_min", "care_min"), [(4, 3.0, 40, 55), (2, 2.0, 15, 30)]
)
def test_an_ambulance_on_its_way_to_a_withdrawn_call_is_free(
    far_station, engine, units, per_hour, to_cancel_min, care_min
):
    """Erlang's loss at the mean busy time, whatever its law."""
    drive, rate = 12.0, 1 / to_cancel_min
    arrives = np.exp(-rate * drive)
    busy_min = (1 - arrives) / rate + arrives * care_min
    lost, load_in_all = 1.0, per_hour * busy_min / 60
    for busy in range(1, units + 1):
        lost = load_in_all * lost / (busy + load_in_all * lost)
    more = f"cancelled: {{after: {EXPONENTIAL.format(to_cancel_min)}}}"
    scenario = load(far_station(written(
        units, per_hour * care_min / 60, more, station="P1", busy_min=care_min,
        rest="dispatch: {when_none_free: lost}\n",
    )))  # fmt: skip

    def of(calls, log, assigned_at, some):
        sent = some & ~np.isnan(assigned_at)
        reached = np.zeros(len(some), bool)
        reached[log.call[(log.call != NONE) & ~np.isnan(log.arrived_at)]] = True
        return [1 - sent.sum() / some.sum(), 1 - (reached & sent).sum() / sent.sum()]

    hold(measured(scenario, engine, of), [lost, 1 - arrives])


# ── a surge ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("units", "load_in_all", "extra"), [(5, 3.0, 8), (3, 1.2, 4)])
def test_the_calls_of_a_surge_wait_in_their_order_before_later_ones(
    one_place, engine, units, load_in_all, extra
):
    surge = (
        f'surges: [{{name: bus, at: "2025-01-11 00:00", place: P0, calls: {extra}, '
        "within: 0 min, every: 50 h}]"
    )
    scenario = load(one_place(written(units, load_in_all, surge)))
    chance = [1.0]
    for calls in range(1, 400):
        chance.append(chance[-1] * load_in_all / min(calls, units))
    law = np.array(chance) / sum(chance)
    before = np.arange(len(law))
    wait, at_once = [], []
    for number in range(1, extra + 1):
        ahead = np.maximum(before + number - units, 0)
        wait.append((law * ahead).sum() / units)
        at_once.append(law[ahead == 0].sum())

    def of(calls, log, assigned_at, some):
        rows = np.flatnonzero(calls.stream == CallStream.SURGE).reshape(-1, extra)
        wait_s = (assigned_at - calls.received_at)[rows]
        return np.concatenate([wait_s.mean(axis=0) / 3600, (wait_s < 10).mean(axis=0)])

    hold(measured(scenario, engine, of), [*wait, *at_once], most_error=0.09)
