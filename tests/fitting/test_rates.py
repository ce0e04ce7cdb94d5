"""When and where people call: answers worked out by hand, then what must hold of any calls."""

from __future__ import annotations

import math
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.fitting import profile as profiles
from sim.fitting.days import BEGINS_LATE, ENDS_EARLY, FEED_DOWN, counted, weekdays, weeks
from sim.fitting.rates import Received, fit, poisson_interval
from sim.fitting.townships import keeping_totals, moments, township_factors
from sim.fitting.variation import log_linear

MONDAY = np.datetime64("2024-01-01")


def received(hours, area=None, township=None, days=28, people=((1000.0, 2000.0), (500.0, 3000.0))):
    """Calls so many hours after the start of a Monday."""
    hours = np.asarray(hours, float)
    order = np.argsort(hours, kind="stable")
    at = MONDAY + np.round(hours[order] * 3.6e9).astype("timedelta64[us]")
    none = np.zeros(len(hours), int)
    people = np.array(people, float).reshape(-1, 2)
    return Received(
        at,
        none if area is None else np.asarray(area)[order],
        none if township is None else np.asarray(township)[order],
        MONDAY,
        days,
        people.sum(axis=0),
        people,
    )


def spread(days, a_day, seed=0, hours=None, cv=0.0):
    """Hours of Poisson calls: so many a day, by a shape of hours."""
    chance = np.random.default_rng(seed)
    factor = chance.gamma(1 / cv**2, cv**2, days) if cv else 1.0
    day = np.repeat(np.arange(days), chance.poisson(a_day * factor * np.ones(days)))
    share = np.full(24, 1 / 24) if hours is None else hours / hours.sum()
    return day * 24 + chance.choice(24, len(day), p=share) + chance.random(len(day))


def evenly(days, a_day=24):
    """Hours of calls that come like clockwork."""
    return (np.arange(days * a_day) + 0.5) * 24 / a_day


# Known answers


def test_weekdays_and_weeks_of_a_span():
    assert weekdays(np.datetime64("2024-01-06"), 4).tolist() == [5, 6, 0, 1]
    assert weeks(np.datetime64("2024-01-06"), 4).tolist() == [0, 0, 1, 1]
    assert weekdays(np.datetime64("1969-12-31"), 2).tolist() == [2, 3]


def test_calls_are_counted_by_day_and_hour():
    calls = received([0.0, 0.99, 23.999, 25.0], days=2)
    by_hour = counted(calls.at, MONDAY, 2)
    assert by_hour.sum() == 4
    assert (by_hour[0, 0], by_hour[0, 23], by_hour[1, 1]) == (2, 1, 1)


def test_the_rate_of_an_area_is_calls_over_people_and_days():
    area = np.arange(28 * 24) % 3 == 0
    rates = fit(received(evenly(28), area=area.astype(int)))
    urban, rural = rates.areas
    assert (urban.calls, rural.calls) == (448, 224)
    assert urban.per_1000_per_year.mean == pytest.approx(448 / 1.5 / 28 * 365.25)
    assert rural.per_1000_per_year.mean == pytest.approx(224 / 5.0 / 28 * 365.25)
    assert urban.exposure_days == 28


def test_intervals_of_counts_are_those_of_the_tables():
    """Jeffreys' interval for 10 calls: half the chi-squared quantiles of 21 degrees of freedom."""
    low, high = poisson_interval(10)
    assert (low, high) == (pytest.approx(10.283 / 2, abs=1e-3), pytest.approx(35.479 / 2, abs=1e-3))
    assert poisson_interval(0) == (0.0, pytest.approx(5.0239 / 2, abs=1e-4))
    wide = poisson_interval(4000, 4.0)
    assert wide[1] - wide[0] == pytest.approx(2 * 1.96 * math.sqrt(4000 * 4), rel=0.01)


def test_moments_of_factors_by_hand():
    """Two townships of 10 expected calls each, 4 and 16 received.

    Mean 20/20 = 1; squares 10 × 0.6² × 2 = 7.2, of which chance explains 1; apart 20 - 200/20 = 10.
    """
    mean, variance = moments(np.array([4.0, 16.0]), np.array([10.0, 10.0]))
    assert mean == 1
    assert variance == pytest.approx(0.62)
    assert moments(np.array([10.0, 10.0]), np.array([10.0, 10.0])) == (1.0, 0.0)
    assert moments(np.array([5.0]), np.array([10.0])) == (0.5, 0.0)


def test_with_many_townships_moments_are_marshalls():
    chance = np.random.default_rng(0)
    expected = chance.uniform(5, 40, 3000)
    calls = chance.poisson(expected * chance.gamma(4, 0.25, 3000)).astype(float)
    mean, variance = moments(calls, expected)
    squared = (expected * (calls / expected - mean) ** 2).sum() / expected.sum()
    assert variance == pytest.approx(squared - mean / expected.mean(), rel=0.01)
    assert variance == pytest.approx(0.25, abs=0.02)


def test_township_factors_by_hand():
    """As above: weight 0.62 / (0.62 + 1/10), so factors 1 ± 0.8611 × 0.6; totals are kept."""
    township = np.repeat([0, 1], [4, 16])
    people = np.array([[1000.0, 0.0], [1000.0, 0.0]])
    found = township_factors(township, people, np.array([0.01, math.nan]), 1.0)
    assert found.expected.tolist() == [10, 10]
    assert found.raw.tolist() == [0.4, 1.6]
    weight = 0.62 / 0.72
    assert found.factor == pytest.approx([1 - weight * 0.6, 1 + weight * 0.6])
    assert found.strength == pytest.approx(1 / 0.62)
    assert (found.low < found.factor).all()
    assert (found.factor < found.high).all()
    assert not found.flat
    assert found.areas_kept


def test_townships_that_cannot_be_told_apart_have_factor_1():
    people = np.full((4, 2), 100.0)
    found = township_factors(np.repeat(np.arange(4), [9, 11, 10, 10]), people, np.full(2, 0.05), 1)
    assert found.flat
    assert found.factor == pytest.approx(1.0)
    assert found.strength == math.inf
    assert (found.low < 0.95).all(), "what is not told apart is not known to be the same"
    assert (found.high > 1.05).all()


def test_posterior_is_that_of_a_gamma_where_the_prior_is_well_known():
    """With 2,000 townships the deviation is known, so the interval is the Gamma's own."""
    from scipy.stats import gamma

    chance = np.random.default_rng(3)
    people = np.stack([np.full(2000, 1000.0), np.zeros(2000)], axis=1)
    calls = chance.poisson(20 * chance.gamma(4, 0.25, 2000))
    township = np.repeat(np.arange(2000), calls)
    rate = np.array([calls.sum() / people.sum(), math.nan])
    found = township_factors(township, people, rate, 1.0)
    prior = 1 / found.variance
    exact = gamma(prior + calls, scale=1 / (prior + found.expected))
    assert found.low == pytest.approx(exact.ppf(0.025), rel=0.03)
    assert found.high == pytest.approx(exact.ppf(0.975), rel=0.03)
    assert found.factor == pytest.approx(exact.mean(), rel=0.01)


def test_nobody_lives_where_calls_come_from():
    people = ((0.0, 0.0), (100.0, 300.0))
    rates = fit(received(evenly(28), township=np.arange(28 * 24) % 2, people=people))
    found = rates.townships
    assert found.calls_where_nobody_lives == 336
    assert math.isnan(found.factor[0])
    assert math.isnan(found.raw[0])
    assert found.factor[1] == 1


def test_calls_of_no_township_are_counted():
    found = fit(received(evenly(28), township=np.arange(28 * 24) % 3 - 1)).townships
    assert found.calls_elsewhere == 224


def test_a_trend_is_that_of_the_logs():
    when = np.arange(60.0)
    calls = 100 * np.exp(0.01 * when)
    found = log_linear(calls, np.ones(60), np.stack([np.ones(60), when], axis=1))
    assert found is not None
    assert found.value == pytest.approx([math.log(100), 0.01])
    assert found.dispersion == pytest.approx(0, abs=1e-9)


def test_growth_is_told_from_26_weeks_on():
    growth = 2.0
    days = np.repeat(np.arange(364), np.round(30 * growth ** (np.arange(364) / 365.25)).astype(int))
    rates = fit(received(days * 24 + 12.5, days=364))
    assert rates.trend.told
    assert rates.trend.per_year.mean == pytest.approx(1.0, abs=0.02)
    assert rates.trend.seasonal is None
    assert rates.trend.weeks == 52
    short = fit(received(days[days < 7 * 25] * 24 + 12.5, days=7 * 25))
    assert not short.trend.told


def test_a_season_is_told_apart_from_a_trend():
    day = np.arange(3 * 365)
    level = np.exp(0.3 * np.cos(2 * np.pi * (day - 20) / 365.25))
    calls = np.repeat(day, np.round(80 * level).astype(int))
    found = fit(received(calls * 24 + 12.5, days=3 * 365)).trend
    assert found.seasonal is not None
    assert found.seasonal.mean == pytest.approx(0.3, abs=0.01)
    assert found.busiest_day == pytest.approx(20, abs=2)
    assert abs(found.per_year.mean) < 0.01


def test_a_factor_of_the_day_is_found_with_its_size():
    rates = fit(received(spread(728, 60, cv=0.2), days=728))
    assert rates.dispersion.by_day == pytest.approx(1 + 0.04 * 60, rel=0.2)
    assert rates.dispersion.by_hour == pytest.approx(1 + 0.04 * 60 / 24, abs=0.05)
    factor = rates.dispersion.day_factor
    assert factor is not None
    assert factor.mean == pytest.approx(0.2, abs=0.02)
    assert factor.low < 0.2 < factor.high
    urban = rates.areas[0]
    poisson = poisson_interval(urban.calls)
    wider = urban.per_1000_per_year.half_width / urban.per_1000_per_year.mean
    assert wider > 1.6 * (poisson[1] - poisson[0]) / 2 / urban.calls


def test_chance_alone_wants_no_factor_of_the_day():
    rates = fit(received(spread(728, 60), days=728))
    assert rates.dispersion.day_factor is None
    assert rates.dispersion.by_day == pytest.approx(1, abs=0.2)
    assert rates.dispersion.by_hour == pytest.approx(1, abs=0.05)


def test_hours_and_days_are_found():
    shape = 1 + 0.5 * np.sin(np.arange(24) / 24 * 2 * np.pi)
    hours = spread(364, 100, hours=shape)
    sunday = (hours // 24).astype(int) % 7 == 6
    thinned = hours[~sunday | (np.random.default_rng(1).random(len(hours)) < 0.7)]
    found = fit(received(thinned, days=364)).profile
    assert found.hours == pytest.approx(shape, rel=0.06)
    true = np.array([1, 1, 1, 1, 1, 1, 0.7]) / 6.7 * 7
    assert found.days == pytest.approx(true, rel=0.05)
    assert ((found.hours_low <= shape) & (shape <= found.hours_high)).mean() > 0.8
    assert not found.weekend.differs
    assert not found.urban_rural.differs


def test_busy_days_widen_what_is_said_of_days_but_not_of_hours():
    calm = fit(received(spread(182, 80), days=182)).profile
    busy = fit(received(spread(182, 80, cv=0.3), days=182)).profile
    assert busy.days_dispersion == pytest.approx(1 + 0.09 * 80, rel=0.35)
    assert busy.hours_dispersion == pytest.approx(1, abs=0.1)
    assert np.ptp([busy.days_low, busy.days_high], axis=0).mean() > 2 * (
        np.ptp([calm.days_low, calm.days_high], axis=0).mean()
    )


def test_hours_that_vary_within_days_widen_what_is_said_of_hours():
    """Every call four times: a quarter as much is known."""
    hours = spread(182, 20)
    once, four = (fit(received(np.repeat(hours, n), days=182)).profile for n in (1, 4))
    assert four.hours_dispersion == pytest.approx(4 * once.hours_dispersion, rel=0.1)
    known = np.diag(np.full(24, 1000.0))
    narrow, wide = (
        profiles._relative(np.zeros(24), [(1.0, np.zeros(24), known)], by, np.inf) for by in (1, 4)
    )
    assert np.log(wide[2]) == pytest.approx(2 * np.log(narrow[2]))
    assert np.log(narrow[2]) == pytest.approx(1.96 * math.sqrt(23 / 24 / 1000), rel=0.001)


def test_fits_that_are_as_likely_but_differ_widen_the_interval():
    known, other = np.diag(np.full(24, 1e12)), np.tile([0.1, -0.1], 12)
    fits = [(1.0, np.zeros(24), known), (1.0, other, known)]
    assert np.log(profiles._relative(np.zeros(24), fits, 1.0, np.inf)[2]) == pytest.approx(
        1.96 * 0.1 / math.sqrt(2), rel=0.01
    )


def test_a_difference_that_moves_few_calls_is_none_however_sure():
    share = 1 + 0.05 * np.sin(np.arange(24) / 24 * 2 * np.pi)
    found = profiles._difference(np.stack([1e6 * share, np.full(24, 1e6)]), 100.0, 1.0)
    assert found.gain > 100
    assert found.moved == pytest.approx(0.05 / np.pi, rel=0.1)
    assert not found.differs
    assert profiles._difference(np.stack([1e6 * share, np.full(24, 1e6)]), 100.0, 1e4).gain < 0


def test_a_heavy_weight_makes_hours_flat_and_a_light_one_leaves_them():
    calls = np.arange(24.0)[None] * 100
    light = profiles._smooth(calls, np.ones(1), 1e-3)
    heavy = profiles._smooth(calls, np.ones(1), 1e9)
    assert light.mean[0, 1:] == pytest.approx(calls[0, 1:], rel=0.01)
    assert heavy.mean[0] == pytest.approx(calls.mean(), rel=0.02)


def test_smoothing_satisfies_its_own_equations():
    """At the best fit the slope of the penalised likelihood is 0: expected calls are those."""
    chance = np.random.default_rng(0)
    calls = chance.poisson(20, (7, 24)).astype(float)
    found = profiles._smooth(calls, np.full(7, 4.0), 50.0)
    off = calls.sum(axis=0) - found.mean.sum(axis=0)
    assert off == pytest.approx(profiles._penalty(50.0) @ found.hour, abs=1e-4)
    assert found.mean.sum() == pytest.approx(calls.sum(), rel=1e-6)


def test_weekends_and_areas_with_hours_of_their_own():
    early = np.where(np.arange(24) < 12, 1.6, 0.4)
    late = early[::-1]
    one, two = spread(364, 30, 1, early), spread(364, 30, 2, late)
    weekend = lambda hours: (hours // 24).astype(int) % 7 >= 5  # noqa: E731
    hours = np.concatenate([one[~weekend(one)], two[weekend(two)]])
    found = fit(received(hours, days=364)).profile
    assert found.weekend.differs
    assert found.weekend.moved == pytest.approx(0.6, abs=0.05)  # noon is smoothed
    assert math.isnan(found.urban_rural.gain)
    area = np.repeat([0, 1], [len(one), len(two)])
    found = fit(received(np.concatenate([one, two]), area=area, days=364)).profile
    assert found.urban_rural.differs
    assert not found.weekend.differs


# Days that were not recorded


def test_a_day_and_a_week_without_a_feed_are_left_out():
    hours = spread(364, 50)
    day = (hours // 24).astype(int)
    gone = (day == 40) | ((day >= 100) & (day < 107))
    few = (day == 200) & (np.random.default_rng(0).random(len(day)) < 0.7)
    rates = fit(received(hours[~gone & ~few], days=364))
    out = rates.left_out
    assert ((out.day - MONDAY).astype(int)).tolist() == [40, *range(100, 107), 200]
    assert (out.reason == FEED_DOWN).all()
    assert out.calls[-1] == ((day == 200) & ~few).sum()
    assert out.expected == pytest.approx(50, rel=0.1)
    assert rates.exposure_days == 364 - 9
    assert rates.calls == len(hours) - (gone | few).sum() - out.calls[-1]


def test_a_missing_week_is_found_where_days_have_few_calls():
    hours = spread(364, 3)
    day = (hours // 24).astype(int)
    out = fit(received(hours[(day < 100) | (day >= 107)], days=364)).left_out
    found = set((out.day - MONDAY).astype(int).tolist())
    assert set(range(100, 107)) <= found
    assert len(found) <= 10


def test_a_month_at_a_third_of_the_level_is_left_out():
    hours = spread(364, 6)
    day = (hours // 24).astype(int)
    weak = (day >= 140) & (day < 170) & (np.random.default_rng(0).random(len(day)) < 0.75)
    out = fit(received(hours[~weak], days=364)).left_out
    found = set((out.day - MONDAY).astype(int).tolist())
    assert len(found & set(range(140, 170))) >= 26
    assert len(found - set(range(138, 172))) <= 1


def test_years_of_growth_are_no_silence():
    level = 10 * 1.35 ** (np.arange(2555) / 365.25)
    day = np.repeat(np.arange(2555), np.random.default_rng(0).poisson(level))
    rates = fit(received(day * 24 + np.random.default_rng(1).random(len(day)) * 24, days=2555))
    assert len(rates.left_out.day) <= 2
    assert rates.trend.per_year.low < 0.35 < rates.trend.per_year.high


def test_many_scattered_silences_are_found_in_seconds():
    chance = np.random.default_rng(0)
    down = np.flatnonzero(chance.random(3650) < 0.15)
    hours = spread(3650, 30)
    began = time.process_time()
    out = fit(received(hours[~np.isin(hours // 24, down)], days=3650)).left_out
    assert time.process_time() - began < 10
    assert np.isin(down, (out.day - MONDAY).astype(int)).all()
    assert len(out.day) < len(down) + 5


def test_more_than_a_year_before_the_records_begin():
    hours = spread(300, 30) + 500 * 24
    rates = fit(received(hours, days=800))
    assert rates.exposure_days == 300
    assert set(rates.left_out.reason.tolist()) == {BEGINS_LATE}
    assert rates.left_out.expected == pytest.approx(30, rel=0.2)


def test_half_the_records_silent():
    hours = spread(100, 20)
    rates = fit(received(np.concatenate([hours, hours + 300 * 24]), days=400))
    assert rates.exposure_days == 200
    assert rates.areas[0].per_1000_per_year.mean == pytest.approx(len(hours) / 150 * 365.25)


def test_days_with_two_calls_by_chance_stay_in():
    """Means of 5 calls a day: days with 2 or none come by chance, and none is left out."""
    for seed in range(10):
        assert len(fit(received(spread(364, 5, seed), days=364)).left_out.day) <= 1


def test_a_day_factor_is_no_feed_that_was_down():
    out = [
        len(fit(received(spread(364, 60, s, cv=0.25), days=364)).left_out.day) for s in range(10)
    ]
    assert np.mean(out) < 1


def test_both_ends_are_not_whole():
    hours = evenly(60, 48)
    kept = (hours > 14) & (hours < 59 * 24 + 6)
    out = fit(received(hours[kept], days=60)).left_out
    assert (out.day - MONDAY).astype(int).tolist() == [0, 59]
    assert out.reason.tolist() == [BEGINS_LATE, ENDS_EARLY]
    assert out.calls.tolist() == [20, 12]


def test_records_that_begin_and_end_days_within_the_span():
    hours = evenly(60, 48)
    kept = (hours > 24 * 5 + 14) & (hours < 50 * 24)
    out = fit(received(hours[kept], days=60)).left_out
    assert (out.day - MONDAY).astype(int).tolist() == [*range(6), *range(50, 60)]
    assert set(out.reason[:6]) == {BEGINS_LATE}
    assert set(out.reason[6:]) == {ENDS_EARLY}


def test_the_days_beside_a_silence_are_not_whole_either():
    hours = evenly(60, 48)
    kept = (hours < 30 * 24 + 10) | (hours > 33 * 24 + 12)
    out = fit(received(hours[kept], days=60)).left_out
    assert (out.day - MONDAY).astype(int).tolist() == [30, 31, 32, 33]


def test_a_service_that_is_closed_on_sundays_was_not_down():
    hours = evenly(60, 48)
    out = fit(received(hours[(hours // 24) % 7 != 6], days=60)).left_out
    assert len(out.day) == 0


def test_one_day_of_ten_thousand_calls_does_not_make_the_others_quiet():
    hours = np.concatenate(
        [spread(200, 20), 24 * 70 + np.random.default_rng(0).random(10_000) * 24]
    )
    assert len(fit(received(hours, days=200)).left_out.day) == 0


# It fails on nothing

HARD = {
    "no call": received([]),
    "one call": received([30.0]),
    "one call on the only day": received([3.0], days=1),
    "three days": received(spread(3, 12), days=3),
    "calls outside": received([-5.0, 900.0], days=3),
    "one hour only": received(np.repeat(np.arange(60) * 24 + 14.2, 50), days=60),
    "one instant": received(np.full(5000, 40.0), days=60),
    "an area without calls": received(spread(50, 10), days=50),
    "one township": received(spread(50, 10), days=50, people=((5.0, 6.0),)),
    "no township": received(evenly(50), days=50, people=(), township=np.full(1200, -1)),
    "people zero": received(spread(50, 10), days=50, people=((0.0, 0.0), (0.0, 0.0))),
    "calls in the area where nobody lives": received(
        evenly(50), np.ones(1200, int), days=50, people=((9.0, 0.0),)
    ),
    "next to nobody": received(spread(50, 10), days=50, people=((1e-9, 0.0), (1e9, 0.0))),
    "two years, few calls": received(spread(800, 0.03), days=800),
}


@pytest.mark.parametrize("name", HARD)
def test_nothing_fails_it(name):
    calls = HARD[name]
    rates = fit(calls)
    shape = rates.profile
    assert rates.exposure_days == rates.left_out.kept.sum() == calls.days - len(rates.left_out.day)
    assert rates.calls + rates.left_out.calls.sum() + rates.calls_outside == len(calls.at)
    assert shape.hours.mean() == pytest.approx(1)
    assert shape.days.mean() == pytest.approx(1)
    assert np.isnan(shape.hours_low).all() == (rates.calls == 0)
    for area in rates.areas:
        low, high = area.per_1000_per_year[1:]
        assert math.isnan(low) or low <= area.per_1000_per_year.mean <= high
    found = rates.townships
    assert (np.isnan(found.factor) == (calls.people.sum(axis=1) == 0)).all()


def test_calls_outside_the_span_and_times_unknown_are_counted():
    calls = received([5.0, 7.0, 100.0], days=3)
    lost = calls._replace(at=np.array([calls.at[0], calls.at[2], np.datetime64("NaT", "us")]))
    assert fit(calls).calls_outside == 1
    assert fit(lost).calls_outside == 2


def test_many_calls_take_seconds():
    chance = np.random.default_rng(0)
    count = 700_000
    calls = received(
        chance.random(count) * 24 * 1826,
        chance.integers(0, 2, count),
        chance.integers(0, 400, count),
        1826,
        chance.random((400, 2)) * 9e4,
    )
    began = time.process_time()
    fit(calls)
    assert time.process_time() - began < 10


# What holds of any calls

counts = st.integers(0, 2**32 - 1)


@settings(max_examples=25, deadline=None)
@given(seed=counts, days=st.integers(1, 120), a_day=st.floats(0, 40), towns=st.integers(1, 12))
def test_totals_are_kept_and_order_does_not_matter(seed, days, a_day, towns):
    chance = np.random.default_rng(seed)
    hours = spread(days, a_day, seed)
    township = chance.integers(-1, towns, len(hours))
    area = chance.integers(0, 2, len(hours))
    people = chance.gamma(0.5, 1000, (towns, 2)) * (chance.random((towns, 2)) < 0.7)
    calls = received(hours, area, township, days, people)
    rates = fit(calls)
    assert rates.profile.hours.mean() == pytest.approx(1)
    assert rates.profile.days.mean() == pytest.approx(1)
    assert (rates.profile.hours_low <= rates.profile.hours).all() or not rates.calls
    factor = np.nan_to_num(rates.townships.factor)
    rate = np.array([np.nan_to_num(area.per_1000_per_year.mean) for area in rates.areas])
    kept, due = (people * rate * factor[:, None]).sum(axis=0), (people * rate).sum(axis=0)
    assert kept.sum() == pytest.approx(due.sum(), rel=1e-6)
    if rates.townships.areas_kept:  # else areas are too mixed to have a scale each
        assert kept == pytest.approx(due, rel=1e-6)
    order = chance.permutation(towns)
    moved = calls._replace(
        people=people[order],
        township=np.append(np.argsort(order), -1)[calls.township],
    )
    again = fit(moved).townships
    assert again.factor == pytest.approx(rates.townships.factor[order], rel=1e-6, nan_ok=True)
    assert again.low == pytest.approx(rates.townships.low[order], rel=1e-5, nan_ok=True)
    assert again.variance == pytest.approx(rates.townships.variance, rel=1e-6, abs=1e-12)


@settings(max_examples=100, deadline=None)
@given(seed=counts, towns=st.integers(1, 30))
def test_scaling_keeps_the_calls_of_each_area(seed, towns):
    chance = np.random.default_rng(seed)
    due = chance.gamma(0.3, 100, (towns, 2)) * (chance.random((towns, 2)) < 0.8) + 1e-9
    factor = chance.gamma(1, 1, towns) + 1e-3
    scale = keeping_totals(due, factor)
    assert (scale > 0).all()
    kept = due.T @ (factor * scale)
    assert kept.sum() == pytest.approx(due.sum())
    if np.ptp(scale) > 1e-9:  # else: areas are too mixed to have a scale each
        assert kept == pytest.approx(due.sum(axis=0), rel=1e-6)


def test_scales_of_areas_by_hand():
    """A township of each area, twice and half as busy: each goes back to 1."""
    apart = np.array([[10.0, 0.0], [0.0, 5.0]])
    assert keeping_totals(apart, np.array([2.0, 0.5])) == pytest.approx([0.5, 2.0])
    alike = np.array([[10.0, 1e-6], [10.0, 2e-6]])  # their second area can have no scale of its own
    assert keeping_totals(alike, np.array([2.0, 0.5])) == pytest.approx(20 / 25)


def test_shrunk_factors_are_nearer_than_raw_ones_and_than_people_alone():
    chance = np.random.default_rng(0)
    people = np.stack([chance.lognormal(0, 0.6, 300) * 5000, np.zeros(300)], axis=1)
    true = chance.gamma(4, 0.25, 300)
    calls = chance.poisson(people[:, 0] * 0.0016 * true)
    rate = np.array([calls.sum() / people.sum(), math.nan])
    found = township_factors(np.repeat(np.arange(300), calls), people, rate, 1.0)
    true *= people.sum() / (people[:, 0] * true).sum()
    raw, alone, shrunk = (((x - true) ** 2).mean() for x in (found.raw, 1.0, found.factor))
    assert shrunk < 0.75 * raw
    assert shrunk < 0.5 * alone
    assert 0.88 < ((found.low <= true) & (true <= found.high)).mean() <= 1
