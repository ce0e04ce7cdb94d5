"""Calls: the rates they come at, where they fall, and which draws stay when others change."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
from conftest import same_columns
from hypothesis import given
from hypothesis import strategies as st

from sim.model.calendar import Window
from sim.model.calls import Stream
from sim.model.columns import columns
from sim.policies.clock import TICKS
from sim.prepare import choices, demand, draws
from sim.prepare.streams import CallGroup, Streams
from sim.scenario.distributions import Constant


@pytest.fixture(scope="module")
def source(liling):
    return demand.build(liling)


def test_same_seed_same_bytes(source):
    one, two = draws.draw(source, 7, 3), draws.draw(source, 7, 3)
    same_columns(one, two)


def test_another_seed_or_replication_is_another_month(source):
    first = draws.draw(source, 7, 3).received_at
    for seed, replication in ((8, 3), (7, 4)):
        other = draws.draw(source, seed, replication).received_at
        assert not np.intersect1d(first, other).size > 3


def test_streams_are_addressed_as_the_manual_says(source):
    """The key of the seed; the counter: from 0, layer and area, stream, replication."""
    key = np.random.SeedSequence(7).generate_state(2, np.uint64)
    calls = draws.draw(source, 7, 3)
    for area in (0, 1):
        bits = np.random.Philox(key=key, counter=[0, area, Stream.CONVEYED, 3])
        own = calls.conveyed[calls.area == area]
        drawn = np.random.Generator(bits).random(len(own)) < source.conveyed_share
        assert own.tolist() == drawn.tolist()


def test_a_replication_is_the_same_in_whatever_order_and_thread_it_is_drawn(source):
    others = [source._replace(conveyed_share=share) for share in np.linspace(0, 1, 20)]
    wanted = [(one, seed, number) for number in range(4) for seed in (7, 8) for one in others]
    before = {number: draws.draw(source, 7, number) for number in range(4)}
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda one: draws.draw(*one), wanted[::-1]))[::-1]
    for (one, seed, number), calls in zip(wanted, found, strict=True):
        if seed == 7:
            like_before = one.conveyed_share == source.conveyed_share
            same_columns(calls, before[number], *(() if like_before else ("conveyed",)))


def test_no_two_streams_have_a_number_in_common(source):
    streams = [Streams(seed, number) for seed in (1, 2) for number in (0, 1, 1_000_000)]
    drawn = [one.of(stream, CallGroup(area, layer)).random(50) for one in streams
             for stream in Stream for area in (0, 1) for layer in (0, 1)]  # fmt: skip
    assert len(np.unique(np.concatenate(drawn))) == 50 * len(drawn)


def test_changing_the_handover_leaves_every_other_draw_as_it_was(source):
    other = source._replace(handover=Constant(distribution="constant", value="5 min"))
    before, after = draws.draw(source, 1, 0), draws.draw(other, 1, 0)
    same_columns(before, after, "handover_s")
    assert not np.array_equal(before.handover_s, after.handover_s)


def test_changing_the_rural_rate_leaves_every_urban_call_as_it_was(source):
    more = source._replace(calls_per_hour=source.calls_per_hour * [[1.0], [1.7]])
    before, after = draws.draw(source, 1, 0), draws.draw(more, 1, 0)
    assert (after.area == 1).sum() > (before.area == 1).sum()
    urban, still_urban = (
        calls._replace(**{name: of[calls.area == 0] for name, of in columns(calls).items()})
        for calls in (before, after)
    )
    same_columns(urban, still_urban)


def test_calls_come_in_order_and_on_the_grid(source):
    calls = draws.draw(source, 1, 0)
    assert np.all(np.diff(calls.received_at) >= 0)
    assert calls.received_at.min() >= 0
    assert calls.received_at.max() <= source.length_s
    for name in ("received_at", "call_taking_s", "turnout_s", "on_scene_s", "handover_s"):
        ticks = getattr(calls, name) * TICKS
        assert np.array_equal(ticks, np.round(ticks))


def many(source, count=200):
    return [draws.draw(source, 5, replication) for replication in range(count)]


def test_rates_hours_places_and_priorities_are_what_was_asked_for(source, liling):
    months = many(source)
    received = np.concatenate([c.received_at for c in months])
    area = np.concatenate([c.area for c in months])
    hours = source.length_s / 3600 * len(months)
    # Poisson: four standard deviations of the count.
    for row in (0, 1):
        hourly = np.resize(source.calls_per_hour[row], int(source.length_s // 3600))
        expected = hourly.sum() * len(months)
        assert abs((area == row).sum() - expected) < 4 * np.sqrt(expected)
    assert hours > 0
    by_hour = np.bincount((received // 3600 % 24).astype(int), minlength=24)
    week = np.resize(source.calls_per_hour.sum(axis=0), int(source.length_s // 3600))
    expected = np.bincount(np.arange(len(week)) % 24, week) * len(months)
    assert np.all(np.abs(by_hour - expected) < 5 * np.sqrt(expected))
    priority = np.concatenate([c.priority for c in months])
    assert np.bincount(priority) / len(priority) == pytest.approx([0.027, 0.399, 0.574], abs=0.005)
    conveyed = np.concatenate([c.conveyed for c in months])
    assert conveyed.mean() == pytest.approx(0.63, abs=0.005)
    township = np.concatenate([c.township for c in months])
    people = np.bincount(liling.map.cells.township, liling.map.cells.people)
    share = np.bincount(township, minlength=24) / len(township)
    assert share == pytest.approx(people / people.sum(), abs=0.003)


def test_a_rate_per_day_is_for_the_whole_area(liling):
    from sim.units import Rate

    rates = liling.settings.demand.rate.model_copy(
        update={"urban": Rate(24 / 86400, False), "rural": Rate(0.0, False)}
    )
    settings = liling.settings.model_copy(
        update={"demand": liling.settings.demand.model_copy(update={"rate": rates})}
    )
    source = demand.build(replace(liling, settings=settings))
    assert source.calls_per_hour[0].mean() == pytest.approx(1.0)
    calls = draws.draw(source, 1, 0)
    assert set(calls.area.tolist()) == {0}


def test_a_start_in_the_middle_of_an_hour_keeps_the_clock(source):
    """Rates change on the clock hour, not an hour after the start."""
    hourly = np.zeros((2, 168))
    hourly[0, 1] = 50.0  # Monday 01:00 to 02:00 only
    late = source._replace(calls_per_hour=hourly, start_s=1800.0, length_s=7200.0)
    received = draws.draw(late, 1, 0).received_at
    assert received.min() >= 1800
    assert received.max() <= 1800 + 3600


def test_the_week_begins_on_monday(source):
    from sim.scenario import profiles

    week = profiles.week((1.0,) * 24, (7.0, 1, 1, 1, 1, 1, 1))
    assert week[:24].mean() / week[24:48].mean() == pytest.approx(7)
    monday = source._replace(calls_per_hour=np.stack([week, week * 0]), length_s=7 * 86_400.0)
    received = np.concatenate([draws.draw(monday, 3, i).received_at for i in range(20)])
    share = (received < 86_400).mean()
    assert share == pytest.approx(7 / 13, abs=0.05)


def test_no_demand_no_calls(source):
    assert len(draws.draw(source._replace(calls_per_hour=np.zeros((2, 168))), 1, 0).place) == 0


weights_of_rows = st.lists(
    st.one_of(st.just(0.0), st.floats(1e-6, 1e6)), min_size=1, max_size=40
).filter(any)


@given(weights_of_rows)
def test_the_alias_table_gives_every_row_its_exact_share(weights):
    """What rows keep and what others give them adds up to their weight, to the last digits."""
    weights = np.array(weights)
    share, alias = choices.alias_table(weights.tobytes())
    chance = (share + np.bincount(alias, 1 - share, len(weights))) / len(weights)
    assert chance == pytest.approx(weights / weights.sum(), rel=1e-9, abs=1e-12)
    made = choices.choices([weights[::-1], weights], [np.arange(len(weights))] * 2)
    q = np.linspace(0, 1, 1000, endpoint=False)
    for area, own in ((0, weights[::-1]), (1, weights)):
        rows = made.pick(np.full(1000, area), q)
        assert not np.any(own[rows] == 0), "a row without weight is never drawn"


# ── as many calls and others ─────────────────────────────────────────────────────────────────


def times(source, factor):
    return source._replace(calls_per_hour=source.calls_per_hour * factor, times=factor)


def as_rows(calls):
    """Each call with all that was drawn for it."""
    columns = (column for column in calls if column is not None)
    return set(zip(*(map(str, column.tolist()) for column in columns), strict=True))


@given(st.floats(0.05, 3.5), st.floats(0.05, 3.5))
def test_the_calls_of_a_smaller_number_are_among_those_of_a_greater(liling, one, other):
    source = demand.build(liling)
    fewer, more = (as_rows(draws.draw(times(source, f), 5, 2)) for f in sorted((one, other)))
    assert fewer <= more


def test_a_hundredth_more_or_fewer_keeps_99_calls_of_100(source):
    usual, many = as_rows(draws.draw(source, 5, 0)), 0
    for factor in (0.99, 1.01):
        other = as_rows(draws.draw(times(source, factor), 5, 0))
        shared = len(usual & other)
        assert shared == min(len(usual), len(other))
        assert abs(len(usual) - len(other)) < 0.01 * len(usual) + 4 * (0.01 * len(usual)) ** 0.5
        many += shared
    assert many > 0.97 * 2 * len(usual)


def test_the_usual_number_is_drawn_as_if_nothing_were_said(source):
    same_columns(draws.draw(source, 5, 1), draws.draw(times(source, 1.0), 5, 1))


@pytest.mark.parametrize("factor", [0.3, 0.8, 1.2, 2.6])
def test_any_number_of_calls_is_a_poisson_process_of_its_rate(source, factor):
    """Means and variances of counts by day, and no dependence of one day on the next."""
    flat = np.full((2, 168), 2.0)
    few = source._replace(calls_per_hour=flat, length_s=10 * 86_400.0)
    counts = np.array([
        np.histogram(draws.draw(times(few, factor), 3, r).received_at, 10, (0, 864_000))[0]
        for r in range(300)
    ])  # fmt: skip
    mean = 2 * 2.0 * 24 * factor
    assert counts.mean() == pytest.approx(mean, abs=4 * (mean / counts.size) ** 0.5)
    assert counts.var() / mean == pytest.approx(1, abs=4 * (2 / counts.size) ** 0.5)
    days = np.corrcoef(counts[:, :-1].ravel(), counts[:, 1:].ravel())[0, 1]
    assert abs(days) < 4 / counts.size**0.5


def test_added_calls_are_spread_as_the_usual_ones(source):
    usual = [draws.draw(source, 3, r) for r in range(60)]
    more = [draws.draw(times(source, 2.0), 3, r) for r in range(60)]
    for name in ("area", "priority", "turnout_s", "conveyed"):
        before, after = (
            np.concatenate([getattr(one, name) for one in some]) for some in (usual, more)
        )
        se = before.std() * (1 / len(before) + 1 / len(after)) ** 0.5
        assert after.mean() == pytest.approx(before.mean(), abs=4 * se), name


def test_expected_calls_are_the_mean_of_those_drawn(liling, source):
    window = Window(86_400.0, 86_400.0 + 5.5 * 86_400.0)
    townships = len(liling.map.townships)
    expected = demand.expected_calls(source, window, townships)
    found = np.zeros(townships)
    for replication in range(200):
        calls = draws.draw(source, 8, replication)
        some = (calls.received_at >= window.start_s) & (calls.received_at < window.end_s)
        found += np.bincount(calls.township[some], minlength=townships)
    apart = (found - 200 * expected) / np.sqrt(200 * expected + 1e-9)
    assert np.abs(apart).max() < 4.5
    assert found.sum() == pytest.approx(200 * expected.sum(), rel=0.02)
