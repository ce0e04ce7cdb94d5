"""Laws fitted to recorded durations, where the truth is known."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats

from sim.fitting import laws
from sim.fitting.families import FAMILIES, block, chances, evidence, log_likelihoods, maximum
from sim.fitting.law_groups import grouped
from sim.fitting.laws import as_setting, either, fit, seconds_at
from sim.fitting.minutes import codes_of, how_rounded, in_whole_minutes, joined, sample, share_whole
from sim.fitting.readings import told_apart

FROZEN = {
    "lognormal": lambda p: stats.lognorm(p["sigma"], scale=p["median"]),
    "gamma": lambda p: stats.gamma(p["shape"], scale=p["mean"] / p["shape"]),
    "weibull": lambda p: stats.weibull_min(p["shape"], scale=p["scale"]),
    "log-logistic": lambda p: stats.fisk(p["shape"], scale=p["median"]),
}
SCIPY = {
    "lognormal": stats.lognorm,
    "gamma": stats.gamma,
    "weibull": stats.weibull_min,
    "log-logistic": stats.fisk,
}
TRUE = {
    "lognormal": {"median": 76.0, "sigma": 0.42},
    "gamma": {"shape": 4.0, "mean": 1200.0},
    "weibull": {"shape": 1.5, "scale": 900.0},
    "log-logistic": {"median": 400.0, "shape": 4.0},
}


def stamped(instants, how):
    if how == "exact":
        return instants
    return 60 * np.floor(instants / 60 + (0.5 if how == "rounded" else 0))


def turnouts(count, seed=0, median=76.0, sigma=0.42):
    return median * np.exp(sigma * np.random.default_rng(seed).standard_normal(count))


def recorded(true, first, last, seed=1):
    begun = np.random.default_rng(seed).uniform(0, 86_400, len(true))
    seconds = stamped(begun + true, last) - stamped(begun, first)
    return sample(seconds, None, first, last)


# ── what a recording leaves ──────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("first", "last", "low", "high"),
    [
        ("exact", "exact", 90, 90),
        ("exact", "rounded", 60, 120),
        ("rounded", "exact", 60, 120),
        ("exact", "cut off", 90, 150),
        ("cut off", "exact", 30, 90),
        ("cut off", "cut off", 30, 150),
        ("rounded", "rounded", 30, 150),
        ("rounded", "cut off", 60, 180),
        ("cut off", "rounded", 0, 120),
    ],
)
def test_a_duration_lies_where_the_errors_of_both_stamps_allow(first, last, low, high):
    one = sample(np.array([90.0]), None, first, last)
    assert (one.low_s.tolist(), one.high_s.tolist()) == ([low], [high])


@given(st.floats(0, 5_000), st.floats(0, 86_400), st.sampled_from(["exact", "rounded", "cut off"]),
       st.sampled_from(["exact", "rounded", "cut off"]))  # fmt: skip
def test_the_truth_is_always_in_its_interval(true, begun, first, last):
    seconds = stamped(np.array([begun + true]), last) - stamped(np.array([begun]), first)
    one = sample(seconds, None, first, last)
    if len(one.seconds):
        assert one.low_s[0] - 1e-6 <= true <= one.high_s[0] + 1e-6
    else:
        assert true < 1e-6


def test_each_row_may_have_been_recorded_in_its_own_way():
    codes = np.array([0, 1, 2])
    one = sample(np.array([90.0, 90.0, 90.0]), np.array([False, True, False]), 0 * codes, codes)
    assert one.low_s.tolist() == [90, 60, 90]
    assert one.high_s.tolist() == [90, 120, 150]
    assert one.uncensored == 2


def test_what_no_recording_explains_is_left_out_and_what_one_does_is_kept():
    seconds = np.array([-61.0, -59.0, -1.0, 0.0])
    assert len(sample(seconds).seconds) == 1
    assert len(sample(seconds, None, "exact", "cut off").seconds) == 3
    with pytest.raises(ValueError, match="finite"):
        sample(np.array([1.0, np.nan]))


def test_whole_minutes_are_found():
    draws = np.random.default_rng(0)
    exact = np.floor(draws.uniform(0, 86_400, 2_000))
    found = how_rounded(exact)
    assert found.kind == "exact"
    assert found.whole == pytest.approx(1 / 60, abs=0.01)
    assert codes_of(exact, found) == "exact"
    minutes = 60 * np.floor(exact / 60)
    assert how_rounded(minutes).kind == "whole minutes"
    assert codes_of(minutes, how_rounded(minutes), "cut off") == "cut off"
    some = np.where(draws.random(2_000) < 0.3, minutes, exact)
    found = how_rounded(some)
    assert found.kind == "mixed"
    codes = codes_of(some, found)
    assert codes[some % 60 == 0].tolist() == [1] * int(np.sum(some % 60 == 0))
    assert not codes[some % 60 != 0].any()


def test_more_than_half_at_whole_minutes_are_written_so():
    assert share_whole(np.array([60.0, 61.0, np.nan, 119.9995])) == pytest.approx(2 / 3)
    assert in_whole_minutes(np.array([0.0, -60.0, 7.0]))
    assert not in_whole_minutes(np.array([60.0, 7.0]))
    assert not in_whole_minutes(np.array([np.nan]))


@pytest.mark.parametrize("few", [[], [np.nan], [0.0] * 29])
def test_of_few_stamps_nothing_is_said(few):
    assert how_rounded(np.array(few)).kind == "too few"


# ── likelihood ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_families_are_those_of_scipy(family):
    theta = np.array([4.5, 0.7])
    law = FROZEN[family.name](family.parameters(theta))
    at = np.array([1.0, 30.0, 90.0, 400.0])
    below, above = family.shares(theta, at, np.log(at))
    np.testing.assert_allclose(below, law.cdf(at), rtol=1e-9)
    np.testing.assert_allclose(above, law.sf(at), rtol=1e-9, atol=1e-300)
    np.testing.assert_allclose(family.log_density(theta, at, np.log(at)), law.logpdf(at))
    q = np.array([0.01, 0.5, 0.99])
    np.testing.assert_allclose(family.quantile(theta, q), law.ppf(q))
    assert family.mean(theta) == pytest.approx(law.mean())


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
@pytest.mark.parametrize("middle", [0.0, 60.0, 240.0])
def test_the_chance_of_whole_minutes_is_that_of_a_triangular_error(family, middle):
    theta = np.array([np.log(100.0), 0.7])
    law = FROZEN[family.name](family.parameters(theta))
    exact, _ = integrate.quad(
        lambda t: law.pdf(t) * (1 - abs(t - middle) / 60), max(0, middle - 60), middle + 60,
        points=[middle],
    )  # fmt: skip
    found = chances(family, theta, block(np.array([middle]), np.ones(1), 120.0, False))
    assert found[0] == pytest.approx(exact, rel=3e-3)


def test_minutes_share_all_chances_among_them():
    minutes = block(60.0 * np.arange(-1, 400), np.ones(401), 120.0, False)
    for family in FAMILIES:
        theta = np.array([4.5, -0.7 if family.name == "lognormal" else 0.7])
        assert chances(family, theta, minutes).sum() == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_fits_are_those_of_scipy(family):
    true = FROZEN[family.name](TRUE[family.name]).rvs(500, random_state=3)
    found = maximum(family, evidence(sample(true)))
    shape, _, scale = SCIPY[family.name].fit(true, floc=0)
    known = SCIPY[family.name](shape, scale=scale)
    assert found.log_likelihood == pytest.approx(known.logpdf(true).sum(), abs=2e-3)
    ours = FROZEN[family.name](family.parameters(found.theta))
    assert ours.ppf(0.9) == pytest.approx(known.ppf(0.9), rel=1e-3)


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_censored_fits_are_those_of_scipy(family):
    draws = np.random.default_rng(4)
    true = FROZEN[family.name](TRUE[family.name]).rvs(300, random_state=draws)
    until = draws.exponential(4 * true.mean(), 300)
    seen, ended = np.minimum(true, until), until >= true
    data = stats.CensoredData.right_censored(seen, ~ended)
    shape, _, scale = SCIPY[family.name].fit(data, floc=0)
    known = SCIPY[family.name](shape, scale=scale)
    height = known.logpdf(seen[ended]).sum() + known.logsf(seen[~ended]).sum()
    found = maximum(family, evidence(sample(seen, ~ended)))
    assert found.log_likelihood >= height - 2e-3
    ours = FROZEN[family.name](family.parameters(found.theta))
    assert ours.ppf(0.9) == pytest.approx(known.ppf(0.9), rel=5e-3)


def test_the_lognormal_law_is_known_in_closed_form():
    true = turnouts(1_000)
    found = maximum(FAMILIES[0], evidence(sample(true)))
    assert found.theta[0] == pytest.approx(np.log(true).mean(), abs=1e-5)
    assert found.theta[1] == pytest.approx(np.log(np.log(true).std()), abs=1e-4)
    np.testing.assert_allclose(
        found.information, 1_000 * np.diag([np.exp(-2 * found.theta[1]), 2]), rtol=1e-3, atol=1
    )


# ── the fitted law ───────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", TRUE)
def test_the_right_family_and_its_values_are_found(name):
    law = FROZEN[name](TRUE[name])
    found = fit(sample(law.rvs(20_000, random_state=5)))
    assert found.family == name
    assert found.distinguishable
    assert found.delta_aic >= 4
    assert not found.fallback
    for parameter, value in TRUE[name].items():
        assert found.parameters[parameter] == pytest.approx(value, rel=0.04)
    for value, true in (
        (found.mean, law.mean()),
        (found.median, law.median()),
        (found.p90, law.ppf(0.9)),
    ):
        assert value.mean == pytest.approx(true, rel=0.02)
        assert value.low < value.mean < value.high
        assert value.half_width < 0.02 * true
    for row in found.quantiles:
        assert row.observed_s == pytest.approx(row.fitted_s, rel=0.03)


@pytest.mark.parametrize("first", ["exact", "rounded", "cut off"])
@pytest.mark.parametrize("last", ["exact", "rounded", "cut off"])
def test_whole_minutes_leave_no_bias(first, last):
    true = turnouts(40_000, seed=6)
    found = fit(recorded(true, first, last))
    assert found.family == "lognormal"
    assert found.mean.mean == pytest.approx(true.mean(), rel=0.01)
    assert found.observed_mean_s == pytest.approx(true.mean(), rel=0.01)
    assert found.median.mean == pytest.approx(np.median(true), rel=0.012)
    assert found.p90.mean == pytest.approx(np.quantile(true, 0.9), rel=0.015)
    for row in map(found.at, (0.5, 0.9, 0.95)):
        assert row.observed_s == pytest.approx(row.fitted_s, rel=0.03)
    # Of turnouts of a minute, minutes at both ends leave little beside the middle.
    both = "exact" not in (first, last)
    for row in found.quantiles:
        assert row.observed_s == pytest.approx(row.fitted_s, rel=0.12 if both else 0.03)
    assert (np.diff([row.observed_s for row in found.quantiles]) >= 0).all()


def test_quantiles_are_every_twentieth_and_never_fall():
    true = turnouts(5_000)
    found = fit(sample(true))
    assert [row.share for row in found.quantiles] == pytest.approx(np.arange(0.05, 0.96, 0.05))
    for values in zip(*((row.observed_s, row.fitted_s) for row in found.quantiles), strict=True):
        assert (np.diff(values) > 0).all()
    for share in (0.05, 0.5, 0.95):
        assert found.at(share).observed_s == pytest.approx(np.quantile(true, share), rel=0.01)
        assert found.at(share).fitted_s == pytest.approx(seconds_at(found, [share])[0])
    with pytest.raises(KeyError):
        found.at(0.42)


def test_read_as_exact_durations_that_were_cut_off_at_the_end_are_half_a_minute_short():
    true = turnouts(20_000)
    read = recorded(true, "exact", "cut off")
    naive = read.seconds.mean()
    assert naive == pytest.approx(true.mean() - 30, abs=1)


def test_what_has_not_ended_is_no_shorter_for_that():
    true = turnouts(20_000)
    until = np.random.default_rng(8).exponential(300, len(true))
    found = fit(sample(np.minimum(true, until), until < true))
    assert found.censored == np.sum(until < true)
    assert found.mean.mean == pytest.approx(true.mean(), rel=0.015)
    assert found.at(0.5).observed_s == pytest.approx(np.median(true), rel=0.02)
    assert np.minimum(true, until)[until >= true].mean() < 0.96 * true.mean()


def test_the_tail_that_nobody_saw_is_not_known():
    true = turnouts(2_000)
    found = fit(sample(np.minimum(true, 100.0), true > 100))
    assert math.isnan(found.at(0.9).observed_s)
    assert found.at(0.5).observed_s == pytest.approx(np.median(true), rel=0.02)
    assert not found.fallback
    assert found.family != "empirical"


def two_kinds(count, seed=9):
    draws = np.random.default_rng(seed)
    quick = draws.random(count) < 0.85
    return np.where(quick, draws.normal(60, 5, count), draws.normal(600, 20, count))


@pytest.mark.parametrize("last", ["exact", "cut off"])
def test_where_no_family_holds_the_observed_durations_are_taken(last):
    true = two_kinds(4_000)
    found = fit(recorded(true, "exact", last))
    assert found.fallback
    assert found.family == "empirical"
    assert not found.distinguishable
    values = np.array(found.parameters["values"])
    assert len(values) == 200
    assert (np.diff(values) >= 0).all()
    assert values[0] >= 0
    assert values.mean() == pytest.approx(true.mean(), rel=0.02)
    assert found.mean.mean == pytest.approx(values.mean(), rel=1e-6)
    assert found.mean.low < true.mean() < found.mean.high
    assert found.p90.mean == pytest.approx(np.quantile(true, 0.9), rel=0.03)
    assert fit(recorded(true, "exact", last)) == found, "the same every time"


def test_an_empirical_law_goes_on_where_nothing_was_seen_to_end():
    true = two_kinds(4_000)
    found = fit(sample(np.minimum(true, 602.0), true > 602))
    assert found.fallback
    assert np.isfinite(found.parameters["values"]).all()
    assert np.isfinite([*found.mean, *found.p90]).all()


def test_very_long_stages_that_fit_into_no_family_show_in_the_observed_mean():
    true = turnouts(3_000)
    true[:30] *= 50
    found = fit(sample(true))
    assert found.observed_mean_s == pytest.approx(true.mean(), rel=0.01)
    assert found.mean.mean < 0.8 * found.observed_mean_s


def test_small_samples_do_not_fall_back_for_what_chance_does():
    fallen = sum(fit(sample(turnouts(60, seed=seed))).fallback for seed in range(40))
    assert fallen <= 2


def test_few_rows_are_not_fitted_and_tell_no_families_apart():
    assert fit(sample(turnouts(19))) is None
    assert fit(sample(np.array([]))) is None
    assert fit(sample(turnouts(40), np.arange(40) < 21)) is None
    assert not fit(sample(turnouts(399))).distinguishable


def test_equal_durations_are_a_constant():
    found = fit(sample(np.full(50, 90.0)))
    assert (found.family, found.parameters) == ("constant", {"value": 90.0})
    assert found.mean == (90, 90, 90)
    assert math.isnan(found.delta_aic)
    assert as_setting(found) == {"distribution": "constant", "value": "90 s"}
    found = fit(sample(np.full(50, 60.0), None, "exact", "cut off"))
    assert found.mean == (90, 60, 120)
    assert fit(sample(np.zeros(50))).parameters == {"value": 0}
    lasted = sample(np.array([90.0] * 50 + [400.0]), np.arange(51) == 50)
    assert fit(lasted).family != "constant"


def sound(one):
    found = fit(one)
    assert (found is None) == (one.uncensored < 20)
    if found is None:
        return
    for value in (found.mean, found.median, found.p90):
        assert math.isfinite(value.mean)
        assert value.mean >= 0
        assert not value.low > value.mean
        assert not value.high < value.mean
    for value in as_setting(found).values():
        assert not re.search(r"[0-9]e|nan|inf", str(value))


@pytest.mark.parametrize(
    "seconds",
    [
        np.r_[np.zeros(80), np.full(20, 60.0)],
        np.r_[np.zeros(20), 1e-9 * np.ones(20), 1e7 * np.ones(20)],
        np.r_[np.full(99, 60.0), 61.0],
        np.r_[np.full(999, 60.0), 28_000.0],
        1e9 + np.arange(100.0),
        np.geomspace(1e-3, 1e8, 100),
        np.tile([60.0, 120.0], 20),
        1e-3 * np.arange(1, 101.0),
    ],
)
@pytest.mark.parametrize("last", ["exact", "rounded", "cut off"])
@pytest.mark.filterwarnings("error")
def test_odd_samples_have_a_law(seconds, last):
    for first in ("exact", "cut off"):
        sound(sample(seconds, None, first, last))
        ended = np.arange(len(seconds)) % 4 > 0
        sound(sample(seconds, ~ended, first, last))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.floats(0, 1e6, allow_subnormal=False), min_size=20, max_size=60),
    st.sampled_from(["exact", "rounded", "cut off"]),
    st.integers(1, 5),
)
def test_any_sample_has_a_law_or_none(values, last, step):
    censored = np.arange(len(values)) % (step + 1) == step
    sound(sample(np.array(values), censored, "exact", last))


@settings(max_examples=25, deadline=None)
@given(st.floats(0.2, 50), st.integers(0, 100))
def test_a_law_of_longer_durations_is_the_same_longer(factor, seed):
    true = turnouts(100, seed=seed, median=300)
    one, other = fit(sample(true)), fit(sample(true * factor))
    assert other.family == one.family
    assert other.mean.mean == pytest.approx(factor * one.mean.mean, rel=1e-3)
    assert other.p90.high == pytest.approx(factor * one.p90.high, rel=5e-3)


@settings(max_examples=15, deadline=None)
@given(st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(random):
    true = turnouts(80).tolist()
    one = fit(sample(np.array(true)))
    random.shuffle(true)
    other = fit(sample(np.array(true)))
    assert other.mean == pytest.approx(one.mean, rel=1e-6)


def test_of_very_many_different_rows_evenly_spaced_ones_are_used():
    found = fit(sample(turnouts(60_000)))
    assert found.used == 20_000
    assert found.n == 60_000
    assert fit(sample(np.floor(turnouts(60_000)))).used == 60_000


def test_intervals_hold_as_often_as_they_say():
    """Roughly, in 120 samples of two kinds; `benchmarks/laws.py` measures it closely."""
    law = stats.gamma(4.0, scale=300.0)
    truth = (law.mean(), law.median(), law.ppf(0.9))
    held = np.zeros(3)
    for seed in range(60):
        true = law.rvs(200, random_state=seed)
        for one in (sample(true), recorded(true, "exact", "cut off", seed=seed)):
            found = fit(one)
            held += [
                e.low <= t <= e.high
                for e, t in zip((found.mean, found.median, found.p90), truth, strict=True)
            ]
    assert (held / 120 > 0.88).all(), held


# ── how it is written ────────────────────────────────────────────────────────────────────────


def test_a_law_is_written_as_scenario_files_have_it():
    found = fit(sample(turnouts(20_000)))
    written = as_setting(found)
    assert list(written) == ["distribution", "median", "sigma"]
    assert written["distribution"] == "lognormal"
    assert written["median"] == f"{float(f'{found.median.mean:.4g}'):g} s"
    assert written["sigma"] == float(f"{found.parameters['sigma']:.4g}")
    assert as_setting(found, 28_800)["max"] == "28800 s"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 s"), (76.004, "76 s"), (0.012345, "0.01235 s"), (123_456.0, "123500 s"), (1e9, "1000000000 s"),
     (1_234.56, "1235 s"), (999.96, "1000 s"), (1e-9, "0 s")],
)  # fmt: skip
def test_quantities_have_four_digits_and_no_exponent(seconds, text):
    assert laws._quantity(seconds) == text


@pytest.mark.parametrize("name", ["lognormal", "gamma", "weibull"])
def test_scenarios_read_what_is_written_and_draw_the_same(name):
    from pydantic import TypeAdapter

    from sim.scenario.distributions import AnyDistribution

    law = FROZEN[name](TRUE[name])
    found = fit(sample(law.rvs(20_000, random_state=5)))
    read = TypeAdapter(AnyDistribution).validate_python(as_setting(found))
    q = np.array([0.1, 0.5, 0.9])
    np.testing.assert_allclose(read.quantile(q), seconds_at(found, q), rtol=1e-3)
    assert read.mean() == pytest.approx(found.mean.mean, rel=2e-3)


def test_scenarios_read_an_empirical_law():
    from pydantic import TypeAdapter

    from sim.scenario.distributions import AnyDistribution

    found = fit(sample(two_kinds(4_000)))
    read = TypeAdapter(AnyDistribution).validate_python(as_setting(found))
    assert read.mean() == pytest.approx(found.mean.mean, rel=2e-3)
    assert seconds_at(found, [0.5])[0] == pytest.approx(found.median.mean, rel=0.01)
    assert seconds_at(fit(sample(np.full(20, 5.0))), [0.5]).tolist() == [5]


def test_either_reading_is_in_the_interval():
    true = turnouts(1_000)
    read = recorded(true, "exact", "cut off")
    one = fit(read)
    other = fit(sample(read.seconds, None, "exact", "rounded"))
    both = either(one, other)
    assert both.mean.mean == one.mean.mean
    assert both.mean.low <= other.mean.low < one.mean.high == both.mean.high
    assert one.mean.mean - other.mean.mean == pytest.approx(30, abs=5)


# ── rounded or cut off ───────────────────────────────────────────────────────────────────────


def stages(true, how, minutes, seed=2):
    begun = np.random.default_rng(seed).uniform(0, 86_400, len(true))
    first, last = np.floor(begun), np.floor(begun + true)
    if minutes == "last":
        return told_apart(first, stamped(begun + true, how), "last")
    return told_apart(stamped(begun, how), last, "first")


@pytest.mark.parametrize("how", ["rounded", "cut off"])
@pytest.mark.parametrize("minutes", ["first", "last"])
def test_many_short_stages_tell_rounding_from_cutting_off(how, minutes):
    found = stages(turnouts(20_000), how, minutes)
    assert found.kind == how
    assert (found.ratio > 0) == (how == "rounded")


def test_stages_that_end_before_they_began_tell_without_a_law():
    true = np.random.default_rng(0).uniform(0, 40, 500)
    found = stages(true, "cut off", "last")
    assert found.kind == "cut off"
    assert found.telling > 20
    assert stages(true, "rounded", "first").kind == "rounded"


@pytest.mark.parametrize("how", ["rounded", "cut off"])
def test_long_stages_tell_nothing(how):
    true = np.random.default_rng(0).normal(1_500, 120, 3_000)
    assert stages(true, how, "last").kind == "unknown"


def test_a_dead_time_is_not_taken_for_rounding():
    for seed in range(5):
        true = 20 + turnouts(2_000, seed=seed, median=50, sigma=0.6)
        assert stages(true, "cut off", "last").kind != "rounded"


def test_slips_are_not_taken_for_cutting_off():
    true = turnouts(5_000, median=300)
    begun = np.random.default_rng(2).uniform(0, 86_400, len(true))
    last = stamped(begun + true, "rounded")
    last[:60] = begun[:60] - np.random.default_rng(3).uniform(0, 360, 60)
    found = told_apart(np.floor(begun), last)
    assert found.telling > 2
    assert found.kind != "cut off"


@pytest.mark.parametrize("minutes", ["first", "last"])
@pytest.mark.filterwarnings("error")
def test_of_few_or_odd_stages_nothing_is_said(minutes):
    for seconds in ([], [np.nan] * 200, [60.0] * 99, [1e9] * 200):
        found = told_apart(np.zeros(len(seconds)), np.array(seconds), minutes)
        assert found.kind == "unknown"
        assert math.isnan(found.ratio)
    assert told_apart(np.zeros(200), np.full(200, 60.0), minutes).kind == "unknown"


# ── groups ───────────────────────────────────────────────────────────────────────────────────


def test_groups_of_one_law_are_together_and_others_are_not():
    samples = {
        (name, turn): sample(turnouts(800, seed=10 * turn + at, median=median))
        for at, (name, median) in enumerate([("short", 76), ("long", 110)])
        for turn in range(3)
    }
    groups = grouped(samples)
    assert [group.keys for group in groups] == [
        (("short", 0), ("short", 1), ("short", 2)),
        (("long", 0), ("long", 1), ("long", 2)),
    ]
    assert [len(group.sample.seconds) for group in groups] == [2_400, 2_400]
    assert all(not group.pooled for group in groups)


def test_what_is_too_small_joins_its_nearest_whatever_the_criterion_says():
    samples = {
        "short": sample(turnouts(1_000, seed=1)),
        "long": sample(turnouts(1_000, seed=2, median=300)),
        "few": sample(turnouts(60, seed=3, median=600)),
    }
    first, second = grouped(samples)
    assert first.keys == ("short",)
    assert second.keys == ("long", "few")
    assert second.pooled == ("few",)
    assert len(second.sample.seconds) == 1_060


def test_a_few_rows_alone_stay_alone_and_none_are_left_out():
    nothing = sample(np.array([]))
    assert grouped({}) == ()
    assert grouped({"a": nothing}) == ()
    (only,) = grouped({"a": sample(turnouts(10)), "b": nothing})
    assert (only.keys, only.pooled) == (("a",), ())
    (both,) = grouped({"a": sample(turnouts(10)), "b": sample(turnouts(10, median=9_000, seed=1))})
    assert both.keys == ("a", "b")
    assert set(both.pooled) == {"a", "b"}


@pytest.mark.filterwarnings("error")
def test_groups_of_odd_samples():
    samples = {
        "equal": sample(np.full(200, 60.0)),
        "one": sample(np.array([60.0])),
        "open": sample(np.full(150, 90.0), np.ones(150, bool)),
        "minutes": recorded(turnouts(300), "cut off", "cut off"),
        "zero": sample(np.zeros(120)),
    }
    groups = grouped(samples)
    assert sorted(key for group in groups for key in group.keys) == sorted(samples)


def test_rounded_and_exact_samples_of_one_law_are_together():
    true = turnouts(2_000)
    samples = {
        "exact": sample(true[:1_000]),
        "cut off": recorded(true[1_000:], "exact", "cut off"),
    }
    (both,) = grouped(samples)
    assert len(both.sample.seconds) == 2_000
    assert len(joined(tuple(samples.values())).low_s) == 2_000
    assert fit(both.sample).mean.mean == pytest.approx(true.mean(), rel=0.03)


def test_likelihoods_are_finite_wherever_the_search_goes():
    seen = evidence(
        joined([sample(np.array([0.0, 1e6])), sample(np.array([60.0]), None, "exact", "rounded")])
    )
    for family in FAMILIES:
        for theta in ((-30, -6), (30, 8), (0, 0)):
            assert np.isfinite(log_likelihoods(family, np.array(theta, float), seen)).all()
