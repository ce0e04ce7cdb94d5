"""Exact answers of small services whose hospitals have bays, so that handover follows from them.

Each town is written as a planner writes it, and its exact answer worked out here: from Markov
chains of how many ambulances are with a patient and how many patients each hospital has, and from
Erlang's formulas where ambulances are plentiful. Drives take a second, the handover itself nothing.
"""

from __future__ import annotations

import numpy as np
import pytest
from conftest import ENGINES
from exact_answers import WARM_UP_S, chain, hold, measured, waiting_line
from scipy.stats import poisson
from services import town

from sim.policies.clock import NONE
from sim.scenario.file import load

DAYS = 40
STEP = 2e-4  # degrees: neighbours are forty metres apart, so that drives of a second are plausible
LONG_MIN = 30
END_S = WARM_UP_S + DAYS * 86_400


@pytest.fixture(scope="module")
def one_place(tmp_path_factory):
    """All calls come from the station; H0 is there, H1 a second away."""
    folder = tmp_path_factory.mktemp("one")
    return town(folder, [[0, 1], [1, 0]], [10, 0], hospitals=[0, 1], step=STEP)


def exponential(mean_min):
    return f"{{distribution: exponential, mean: {mean_min:.9g} min}}"


def written(ambulances, calls_per_hour, with_patient_min, hospitals, conditions=""):
    """A station, calls that are lost where no ambulance is free, and what is said of hospitals."""
    return (
        f"layout: [{{station: P0, ambulances: {ambulances}}}]\n"
        f"demand: {{rate: {{urban: 0 per day, rural: {24 * calls_per_hour:.9g} per day}}, profile: "
        "flat, transported: 100 %, priorities: [{name: all, share: 100 %}]"
        f"{conditions}}}\n"
        "durations: {call_taking: 0 s, turnout: 0 s, handover: 0 s, "
        f"on_scene: {exponential(with_patient_min)}}}\n"
        "dispatch: {when_none_free: lost}\n"
        "targets: {urban: 1 day, rural: 1 day}\n"
        f"study: {{warm_up: 3 days, length: {DAYS} days, cool_down: 0 min}}\n"
        f"hospitals: {hospitals}\n"
    )


def waits_of(log, some):
    """[patient] (hospital, minutes at its door, hospital passed over) of calls that count."""
    rows = np.flatnonzero((log.call != NONE) & ~np.isnan(log.handover_at))
    rows = rows[some[log.call[rows]]]
    wait_min = (log.handover_at - log.at_hospital_at)[rows] / 60
    return log.call[rows], log.hospital[rows], wait_min, log.beyond.passed_over[rows]


def lost(log, some):
    return log.lost[some].mean()


def ambulances_busy(log):
    """How many are with a patient or wait with one at a door, in the mean."""
    trips = log.call != NONE
    begun, ended = (
        np.clip(at[trips], WARM_UP_S, END_S) for at in (log.assigned_at, log.cleared_at)
    )
    return np.nansum(ended - begun) / (END_S - WARM_UP_S)


def longer(ahead, per_hour):
    """Chance that the next but `ahead` end of a stay is more than half an hour away."""
    return poisson.cdf(ahead, per_hour * LONG_MIN / 60)


# ── one hospital ─────────────────────────────────────────────────────────────────────────────


def exact_of_bays(ambulances, calls, with_min, bays, stay_min, walk_ins):
    """Lost, waiting, hours at the door, over half an hour, standing there, busy, walk-ins refused."""
    leave, end = 60 / with_min, 60 / stay_min

    def moves(state):
        out, there = state
        found = [(walk_ins, (out, there + 1))] if walk_ins and there < bays else []
        if out + max(there - bays, 0) < ambulances:
            found.append((calls, (out + 1, there)))
        if out:
            found.append((out * leave, (out - 1, there + 1)))
        if there:
            found.append((min(there, bays) * end, (out, there - 1)))
        return found

    chance = chain((0, 0), moves)
    brought = sum(p * out for (out, _), p in chance.items())
    ahead = [
        (p * out / brought, there - bays) for (out, there), p in chance.items() if there >= bays
    ]
    standing = sum(p * max(there - bays, 0) for (_, there), p in chance.items())
    return [
        sum(p for (out, there), p in chance.items() if out + max(there - bays, 0) == ambulances),
        sum(p for p, _ in ahead),
        sum(p * (number + 1) / bays / end for p, number in ahead),
        sum(p * longer(number, bays * end) for p, number in ahead),
        standing,
        (brought + standing) / ambulances,
        sum(p for (_, there), p in chance.items() if there >= bays),
    ]


def holds_of_bays(write, engine, ambulances, calls, with_min, bays, stay_min, walk_ins):
    comes = f", walk_ins: {walk_ins:.9g} per hour" if walk_ins else ""
    hospitals = (
        f"{{walk_ins: leave, stay: {exponential(stay_min)}, at: {{H0: {{bays: {bays}{comes}}}}}}}"
    )
    # H1 is farther and none is passed over: nobody goes there.
    scenario = load(write(written(ambulances, calls, with_min, hospitals)))

    def of(calls, log, assigned_at, some):
        _, hospital, wait_min, _ = waits_of(log, some)
        assert (hospital == 0).all()
        standing = wait_min.sum() * 60 / (END_S - WARM_UP_S)
        found = [lost(log, some), (wait_min > 0).mean(), wait_min.mean() / 60,
                 (wait_min > LONG_MIN).mean(), standing, ambulances_busy(log) / ambulances]  # fmt: skip
        if calls.walk_ins is None:
            return found
        came = calls.walk_ins.at >= WARM_UP_S
        return [*found, np.isnan(log.beyond.bay_at[came]).mean()]

    values = measured(scenario, engine, of)
    exact = exact_of_bays(ambulances, calls, with_min, bays, stay_min, walk_ins)
    hold(values, exact[: values.shape[1]])


@pytest.mark.parametrize(
    ("ambulances", "calls", "with_min", "bays", "stay_min", "walk_ins"),
    [
        (3, 2.6, 30, 2, 45, 0),
        (6, 4.0, 45, 4, 55, 0),
        (4, 2.2, 50, 4, 80, 1.1),
        (2, 5, 10, 1, 25, 0.7),
    ],
)
def test_ambulances_are_lost_to_calls_while_they_stand_at_a_full_hospital(
    one_place, ambulances, calls, with_min, bays, stay_min, walk_ins
):
    """Walk-in patients leave where no bay is free."""
    holds_of_bays(
        one_place, ENGINES["compiled"], ambulances, calls, with_min, bays, stay_min, walk_ins
    )


def test_the_reference_engine_has_the_same_waits_at_the_door(one_place):
    holds_of_bays(one_place, ENGINES["reference"], 3, 2.0, 35, 3, 60, 0.8)


# ── plentiful ambulances ─────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("calls", "walk_ins", "bays", "stay_min"),
    [(3.0, 0, 3, 48), (1.5, 2.0, 5, 70), (1.0, 0.4, 1, 30)],
)
def test_with_plentiful_ambulances_bays_are_one_waiting_line(
    one_place, calls, walk_ins, bays, stay_min
):
    """M/M/c: patients come to the door as calls come; those who walk in wait in the same line."""
    comes = f", walk_ins: {walk_ins:.9g} per hour" if walk_ins else ""
    hospitals = f"{{stay: {exponential(stay_min)}, at: {{H0: {{bays: {bays}{comes}}}}}}}"
    scenario = load(one_place(written(60, calls, 40, hospitals))).with_study(length=4 * END_S)
    load_in_all = (calls + walk_ins) * stay_min / 60
    waits, wait = waiting_line(bays, load_in_all)
    long = waits * np.exp(-(bays - load_in_all) * LONG_MIN / stay_min)
    exact = [0, waits, wait * stay_min / 60, long]

    def of(calls, log, assigned_at, some):
        _, _, wait_min, _ = waits_of(log, some)
        found = [lost(log, some), (wait_min > 0).mean(), wait_min.mean() / 60,
                 (wait_min > LONG_MIN).mean()]  # fmt: skip
        if calls.walk_ins is None:
            return found
        came = (calls.walk_ins.at >= WARM_UP_S) & ~np.isnan(log.beyond.bay_at)
        wait_h = (log.beyond.bay_at - calls.walk_ins.at)[came] / 3600
        return [*found, (wait_h > 0).mean(), wait_h.mean()]

    if walk_ins:
        exact += exact[1:3]
    hold(measured(scenario, ENGINES["compiled"], of), exact, most_error=0.06)


# ── two hospitals ────────────────────────────────────────────────────────────────────────────


def exact_of_two(ambulances, calls, with_min, bays, stay_min, special, goes_past):
    """Lost, general patients that are taken past the near hospital and that wait, special ones that
    wait, hours that special ones wait and those at the near hospital, share of ambulances busy.

    H0 is the near one, H1 the one that can treat all; `goes_past(state)`: whether who may go to
    either is taken to H1.
    """
    leave, end = 60 / with_min, [60 / minutes for minutes in stay_min]

    def standing(state):
        return sum(max(there - places, 0) for there, places in zip(state[1:], bays, strict=True))

    def moves(state):
        out, near, far = state
        found = [(min(near, bays[0]) * end[0], (out, near - 1, far)),
                 (min(far, bays[1]) * end[1], (out, near, far - 1)),
                 (special * out * leave, (out - 1, near, far + 1))]  # fmt: skip
        past = goes_past(state)
        found.append(((1 - special) * out * leave, (out - 1, near + (not past), far + past)))
        if out + standing(state) < ambulances:
            found.append((calls, (out + 1, near, far)))
        return [(rate, after) for rate, after in found if rate]

    chance = chain((0, 0, 0), moves)
    brought = sum(p * state[0] for state, p in chance.items())

    def of_patients(value):
        return sum(p * state[0] / brought * value(state) for state, p in chance.items())

    def delay(state, which):
        return max(state[1 + which] - bays[which] + 1, 0) / bays[which] / end[which]

    past = of_patients(goes_past)
    return [
        sum(p for state, p in chance.items() if state[0] + standing(state) == ambulances),
        past,
        of_patients(lambda s: delay(s, int(goes_past(s))) > 0),
        of_patients(lambda s: s[2] >= bays[1]),
        of_patients(lambda s: delay(s, 1)),
        of_patients(lambda s: 0 if goes_past(s) else delay(s, 0)) / (1 - past),
        sum(p * (state[0] + standing(state)) for state, p in chance.items()) / ambulances,
    ]


@pytest.mark.parametrize(
    ("ambulances", "calls", "with_min", "bays", "stay_min", "special", "full_at"),
    [
        (4, 2.8, 35, (2, 2), (50, 50), 0.25, None),
        (6, 3.6, 45, (2, 4), (75, 55), 0.4, None),
        (5, 3.0, 30, (1, 3), (40, 60), 0.2, 2),
    ],
)
def test_who_may_go_elsewhere_is_taken_past_a_full_hospital(
    one_place, ambulances, calls, with_min, bays, stay_min, special, full_at
):
    """If neither has a bay, the nearer one stands; each has a line and a law of stay of its own."""
    full = "bypass_when_full: true, " if full_at is None else ""
    limit = f", full_at: {full_at}" if full_at is not None else ""
    near = f"{{bays: {bays[0]}, capabilities: [], stay: {exponential(stay_min[0])}{limit}}}"
    far = f"{{bays: {bays[1]}, capabilities: [stroke], stay: {exponential(stay_min[1])}}}"
    conditions = (
        f", conditions: [{{name: stroke, share: {{all: {100 * special:.9g} %}}, treated_by: "
        f"[stroke]}}, {{name: other, share: {{all: {100 - 100 * special:.9g} %}}}}]"
    )
    hospitals = f"{{{full}at: {{H0: {near}, H1: {far}}}}}"
    scenario = load(one_place(written(ambulances, calls, with_min, hospitals, conditions)))

    def of(calls, log, assigned_at, some):
        call, hospital, wait_min, passed_over = waits_of(log, some)
        stroke, past = calls.condition[call] == 0, passed_over == 0
        assert (hospital[stroke] == 1).all()
        np.testing.assert_array_equal(hospital[~stroke] == 1, past[~stroke])
        return [lost(log, some), past[~stroke].mean(), (wait_min > 0)[~stroke].mean(),
                (wait_min > 0)[stroke].mean(), wait_min[stroke].mean() / 60,
                wait_min[hospital == 0].mean() / 60, ambulances_busy(log) / ambulances]  # fmt: skip

    limit = bays if full_at is None else (bays[0] + full_at, np.inf)

    def goes_past(state):
        return state[1] >= limit[0] and state[2] < limit[1]

    exact = exact_of_two(ambulances, calls, with_min, bays, stay_min, special, goes_past)
    hold(measured(scenario, ENGINES["compiled"], of), exact, most_error=0.04)


@pytest.mark.parametrize(
    ("ambulances", "calls", "with_min", "bays", "stay_min", "special"),
    [(5, 3.2, 35, (1, 2), (40, 70), 0.1), (6, 3.6, 45, (2, 2), (75, 40), 0.3)],
)
def test_who_is_taken_where_it_is_soonest_joins_the_line_that_moves_faster(
    one_place, ambulances, calls, with_min, bays, stay_min, special
):
    """The expected wait is (patients there + 1 - bays) x mean stay / bays; equal ones go near."""
    near = f"{{bays: {bays[0]}, capabilities: [], stay: {exponential(stay_min[0])}}}"
    far = f"{{bays: {bays[1]}, capabilities: [stroke], stay: {exponential(stay_min[1])}}}"
    conditions = (
        f", conditions: [{{name: stroke, share: {{all: {100 * special:.9g} %}}, treated_by: "
        f"[stroke]}}, {{name: other, share: {{all: {100 - 100 * special:.9g} %}}}}]"
    )
    hospitals = f"{{destination: soonest, at: {{H0: {near}, H1: {far}}}}}"
    scenario = load(one_place(written(ambulances, calls, with_min, hospitals, conditions)))

    def of(calls, log, assigned_at, some):
        call, hospital, wait_min, passed_over = waits_of(log, some)
        stroke = calls.condition[call] == 0
        assert (hospital[stroke] == 1).all()
        assert (passed_over == NONE).all()  # it was the first choice
        return [lost(log, some), (hospital == 1)[~stroke].mean(), (wait_min > 0)[~stroke].mean(),
                (wait_min > 0)[stroke].mean(), wait_min[stroke].mean() / 60,
                wait_min[hospital == 0].mean() / 60, ambulances_busy(log) / ambulances]  # fmt: skip

    def expected_s(state, which):
        more = max(state[1 + which] + 1 - bays[which], 0)
        return more * stay_min[which] * 60 / bays[which] + which  # and a second to the far one

    def goes_past(state):
        return expected_s(state, 1) < expected_s(state, 0)

    exact = exact_of_two(ambulances, calls, with_min, bays, stay_min, special, goes_past)
    hold(measured(scenario, ENGINES["compiled"], of), exact, most_error=0.04)


@pytest.mark.parametrize("law", ["constant", "exponential"])
def test_full_intensive_care_is_passed_over_as_often_as_erlang_says(one_place, law):
    """Places that nobody waits for lose the share of Erlang's formula, whatever the law of stays."""
    calls, share, places, bay_min, care_h = 2.0, 0.4, 3, 30, 2.5
    value = "mean" if law == "exponential" else "value"
    stay = f"{{distribution: {law}, {value}: {60 * care_h:.9g} min}}"
    hospitals = f"{{stay: {exponential(bay_min)}, icu_stay: {stay}, at: {{H0: {{icu: {places}}}}}}}"
    conditions = f", conditions: [{{name: all, share: {{all: 100 %}}, icu: {100 * share:.9g} %}}]"
    scenario = load(one_place(written(40, calls, 40, hospitals, conditions)))
    scenario = scenario.with_study(length=4 * END_S)
    offered, exact = calls * share * (bay_min / 60 + care_h), 1.0
    for place in range(1, places + 1):
        exact = offered * exact / (place + offered * exact)

    def of(calls, log, assigned_at, some):
        call, hospital, _, passed_over = waits_of(log, some)
        needs = calls.icu_s[call] > 0
        past = passed_over == 0
        np.testing.assert_array_equal(hospital == 1, past)
        return [lost(log, some), needs.mean(), past[needs].mean()]

    values = measured(scenario, ENGINES["compiled"], of)
    hold(values, [0, share, exact])
