"""How many ambulances transfers keep busy in the week that `check` draws: worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from services import town

from sim.prepare.week import week_of
from sim.scenario.file import load
from sim.words import week as words
from sim.words.language import language

# From P0, where the station and a hospital are, to the hospital of P1: 20 minutes.
SECONDS = [[0, 1200], [1200, 0]]
USUAL = """
layout: [{station: P0, ambulances: 4}]
travel: {ordinary: 100 %}
durations: {turnout: 2 min}
"""


@pytest.fixture(scope="module")
def write(tmp_path_factory):
    return town(tmp_path_factory.mktemp("transfers"), SECONDS, [500, 500], hospitals=(0, 1))


def busy(write, transfers, more=""):
    return week_of(load(write(f"{USUAL}\ntransfers: [{{name: T, {transfers}}}]\n{more}")))


ONE_WAY = "from: [H0], to: H1, loading: 18 min, handover: 20 min"  # an hour in all


def test_an_urgent_transfer_of_an_hour_keeps_one_ambulance_busy_for_an_hour(write):
    week = busy(write, f"{ONE_WAY}, rate: 12 per day, urgency: urgent")
    assert week.transfers == pytest.approx(np.full(168, 0.5))
    assert week.work == pytest.approx(week.calls * week.busy_s / 3600 + 0.5)


def test_without_transfers_there_are_none(write):
    assert week_of(load(write(USUAL))).transfers is None


def test_planned_ones_begin_in_their_hours(write):
    """What becomes known while nobody drives is sent for at eight, and lasts an hour."""
    week = busy(write, f"{ONE_WAY}, rate: 24 per day, urgency: planned, hours: 08-18")
    by_hour = week.transfers.reshape(7, 24)
    assert by_hour == pytest.approx(np.tile(by_hour[0], (7, 1)))
    assert by_hour[0].sum() == pytest.approx(24)
    assert by_hour[0, 8] == pytest.approx(14.5, abs=0.1)
    assert by_hour[0, [*range(8), *range(19, 24)]] == pytest.approx(0)
    assert by_hour[0, 10:18] == pytest.approx(1)


def test_a_hospital_outside_is_as_far_twice_and_each_ambulance_is_counted(write):
    more = "hospitals: {outside: [{name: Far, gate: P1, away: 30 min}]}"
    far = busy(write, "from: [H0], to: Far, loading: 18 min, handover: 20 min, "
               "rate: 12 per day, urgency: urgent", more)  # fmt: skip
    assert far.transfers == pytest.approx(np.full(168, 1.0))
    both = "needs: [{classes: [ambulance]}, {classes: [ambulance]}]"
    two = busy(write, f"{ONE_WAY}, rate: 12 per day, urgency: urgent, {both}")
    assert two.transfers == pytest.approx(np.full(168, 0.5 * (2 * 20 + 40) / 60))


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_figure_says_that_transfers_are_counted(write, lang):
    scenario = load(write(
        f"{USUAL}\ntransfers: [{{name: T, {ONE_WAY}, rate: 12 per day, urgency: urgent}}]"
    ))  # fmt: skip
    week, say = week_of(scenario), language(lang)
    told = words.finding(week, scenario, say)
    assert {"en": "keep 0.5 ambulances busy", "zh": "平均占用 0.5 辆"}[lang] in told.footnote
    assert {"en": "calls and transfers", "zh": "呼叫与转运"}[lang] in told.headline
    assert "transfers" not in words.finding(week_of(load(write(USUAL))), scenario, say).footnote
