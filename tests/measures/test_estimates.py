"""Estimates over replications: pooled values, intervals that cover, verdicts."""

from __future__ import annotations

import math

import numpy as np
import pytest
import scipy.stats
from hypothesis import assume, given
from hypothesis import strategies as st

from sim.measures import estimates
from sim.measures.calls import Tally
from sim.measures.groups import ALL, Group, Setup
from sim.measures.intervals import Jackknifed, holm, simultaneous
from sim.measures.kinds import Matters, percentiles
from sim.measures.measures import BY_KEY
from sim.measures.rows import Pooled
from sim.measures.verdicts import Verdict, verdicts

SETUP = Setup((600.0, 1800.0), 0.9, np.array([100.0, 300.0]), worst=(1,))


def one(response_s, township=0, area=0):
    count = len(response_s)

    def column(value):
        return np.broadcast_to(np.asarray(value), (count,)).copy()

    return Tally(
        np.arange(count), column(area), column(township), column(0), column(8),
        np.asarray(response_s, float), column(30.0), column(0.0), column(60.0), column(300.0),
        column(True), column(False),
        np.full((2, 168), 1.0), np.full((2, 168), 10.0), 50.0, 1000.0,
    )  # fmt: skip


def test_a_target_is_inclusive():
    pooled = Pooled([one([600.0, 600.001])], SETUP)
    assert estimates.estimate(pooled, "within").mean == 0.5


def test_percentiles_are_the_smallest_value_that_reaches_the_share():
    def ninetieth(values):
        return percentiles(np.array(values), np.zeros(len(values), int), 1, 0.9)[0]

    assert ninetieth(np.arange(1.0, 11.0)) == 9
    assert ninetieth(np.arange(1.0, 12.0)) == 10
    assert ninetieth([7.0]) == 7
    assert math.isnan(ninetieth([]))
    assert ninetieth([1.0, math.inf]) == math.inf


def test_percentiles_pool_the_calls_of_all_replications():
    pooled = Pooled([one([60.0] * 9 + [6000.0]), one([60.0] * 9)], SETUP)
    assert estimates.estimate(pooled, "p90").mean == 1.0


def test_the_interval_of_a_mean_is_the_t_interval_over_replications():
    rng = np.random.default_rng(3)
    data = rng.normal(600, 60, (12, 50))
    pooled = Pooled([one(row) for row in data], SETUP)
    from scipy import stats

    means = data.mean(axis=1) / 60
    low, high = stats.t.interval(0.95, 11, means.mean(), stats.sem(means))
    assert estimates.estimate(pooled, "mean") == pytest.approx((means.mean(), low, high))


def test_the_interval_of_a_difference_is_paired():
    rng = np.random.default_rng(3)
    month = rng.normal(0, 120, (12, 1))
    base = Pooled([one(row) for row in 900 + month + rng.normal(0, 10, (12, 50))], SETUP)
    other = Pooled([one(row) for row in 840 + month + rng.normal(0, 10, (12, 50))], SETUP)
    paired = estimates.difference(base, other, "mean")
    assert paired.mean == pytest.approx(-1.0, abs=0.05)
    apart = math.hypot(*(estimates.estimate(p, "mean").half_width for p in (base, other)))
    assert paired.half_width < apart / 10
    assert estimates.gain_from_sharing(base, other, "mean") > 100


def test_a_layout_against_itself_differs_by_nothing():
    pooled = Pooled([one([500.0, 700.0], township=1), one([500.0], township=1)], SETUP)
    for key in ("within", "p90", "busy", "people_ok", "worst5", "mean"):
        found = estimates.difference(pooled, pooled, key)
        assert found.mean == 0.0
        assert not found.known or found.low < 0.0 < found.high, key
    for key in ("within", "worst5", "mean"):
        assert estimates.difference(pooled, pooled, key).known, key


def test_one_replication_has_no_interval():
    pooled = Pooled([one([500.0, 700.0])], SETUP)
    for key in ("within", "p90", "people_ok"):
        assert math.isnan(estimates.estimate(pooled, key).low)
    assert math.isnan(estimates.gain_from_sharing(pooled, pooled))


def test_shares_weigh_calls_not_replications():
    pooled = Pooled([one([1.0]), one([1000.0] * 9)], SETUP)
    assert estimates.estimate(pooled, "within").mean == pytest.approx(0.1)


def test_the_mean_is_over_calls_that_were_reached():
    pooled = Pooled([one([60.0, math.inf]), one([180.0])], SETUP)
    assert estimates.estimate(pooled, "mean").mean == pytest.approx(2.0)
    assert estimates.estimate(pooled, "within").mean == pytest.approx(2 / 3)


def test_the_interval_of_a_share_stays_a_share():
    value = estimates.estimate(Pooled([one([1.0, 5000.0]), one([1.0])], SETUP), "within")
    assert (value.low, value.high) == pytest.approx((0.0, 1.0))


def test_a_share_stays_a_share_whatever_answers_about_other_places_add():
    """Each call is late by the answer of its own place and in time by that of the other one."""
    tallies = [
        one([60.0, 60.0])._replace(
            asked_s=np.array([[5000.0, 60.0]] * 2), other_township=np.array([[1]] * 2)
        )
        for _ in range(2)
    ]
    found = Pooled(tallies, SETUP)
    assert BY_KEY["within"].left_out(found)[0] == 1.5
    for group in (ALL, Group("township", 1)):
        value = estimates.estimate(found, "within", group)
        assert value.mean == 1
        assert 0 <= value.low <= value.high <= 1


def test_the_worst_served_are_chosen_by_compliance():
    tallies = [one([1.0] * 5 + [5000.0] * 5, township=[0] * 5 + [1] * 5)]
    pooled = Pooled(tallies, SETUP._replace(worst=()))
    assert estimates.worst_townships(pooled, 1) == (1,)
    assert estimates.worst_townships(pooled, 5) == (0, 1)


def test_worst_served_is_the_compliance_of_the_set():
    tallies = [one([1.0] * 5 + [5000.0, 1.0], township=[0] * 5 + [1] * 2)]
    assert estimates.estimate(Pooled(tallies, SETUP), "worst5").mean == 0.5


def test_people_live_in_townships_that_meet_their_target():
    within = [1.0] * 9 + [5000.0]
    tallies = [one(within * 2, township=[0] * 10 + [1] * 10)]
    assert estimates.estimate(Pooled(tallies, SETUP), "people_ok").mean == 1.0
    tallies = [one(within + [5000.0] * 2, township=[0] * 10 + [1] * 2)]
    assert estimates.estimate(Pooled(tallies, SETUP), "people_ok").mean == 0.25


def test_people_of_townships_without_calls_are_left_out():
    assert estimates.estimate(Pooled([one([1.0])], SETUP), "people_ok").mean == 1.0
    nothing = Pooled([one([]), one([])], SETUP)
    assert math.isnan(estimates.estimate(nothing, "people_ok").mean)


def test_minutes_are_never_negative():
    value = estimates.estimate(Pooled([one([60.0]), one([6000.0])], SETUP), "mean")
    assert value.low == 0


def test_utilisation_and_level_zero():
    pooled = Pooled([one([1.0]), one([1.0])], SETUP)
    assert estimates.estimate(pooled, "busy").mean == pytest.approx(0.1)
    assert estimates.estimate(pooled, "level_zero").mean == pytest.approx(0.05)


def test_long_waits_and_turnouts_have_their_own_limits():
    tallies = [one([1200.0, 1200.5])._replace(turnout_s=np.array([180.0, 180.5]))]
    pooled = Pooled(tallies, SETUP)
    assert estimates.estimate(pooled, "over20").mean == 0.5
    assert estimates.estimate(pooled, "turnout3").mean == 0.5


def test_groups_without_calls_are_not_reported():
    pooled = Pooled([one([1.0])], SETUP)
    names = list(estimates.groups(pooled))
    assert Group("area", 0) in names
    assert Group("area", 1) not in names
    assert math.isnan(estimates.estimate(pooled, "rural30").mean)


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (0.02, 0.04, Verdict.BETTER),
        (0.005, 0.03, Verdict.BETTER),
        (-0.04, -0.02, Verdict.WORSE),
        (-0.02, 0.03, Verdict.UNDECIDED),
        (-0.005, 0.009, Verdict.TOO_SMALL),
        (0.001, 0.009, Verdict.TOO_SMALL),
        (math.nan, math.nan, Verdict.UNDECIDED),
    ],
)
def test_the_four_verdicts(low, high, said):
    assert verdicts(BY_KEY["within"], [spread(low, high)], Matters()) == [said]
    turned = {Verdict.BETTER: Verdict.WORSE, Verdict.WORSE: Verdict.BETTER}.get(said, said)
    assert verdicts(BY_KEY["over20"], [spread(low, high)], Matters()) == [turned]


def spread(low, high, df=29):
    """A difference with this 95 % interval."""
    half = scipy.stats.t.ppf(0.975, df)
    return Jackknifed((low + high) / 2, (high - low) / 2 / half, df)


def test_minutes_matter_from_half_a_minute():
    assert verdicts(BY_KEY["p90"], [spread(-0.4, -0.2)], Matters()) == [Verdict.TOO_SMALL]
    assert verdicts(BY_KEY["p90"], [spread(-0.9, -0.7)], Matters()) == [Verdict.BETTER]


@given(st.floats(-0.1, 0.1), st.floats(0.0, 0.05), st.integers(4, 200), st.floats(0.001, 0.05))
def test_the_verdict_on_one_layout_is_what_its_interval_says(mean, se, df, small):
    difference = Jackknifed(mean, se, df)
    low, high = difference.interval()[1:]
    for edge in (abs(low - 0), abs(high - 0), abs(low + small), abs(high - small)):
        assume(edge > 1e-9)
    if -small < low and high < small:
        said = Verdict.TOO_SMALL
    elif low <= 0 <= high:
        said = Verdict.UNDECIDED
    else:
        said = Verdict.BETTER if low > 0 else Verdict.WORSE
    assert verdicts(BY_KEY["within"], [difference], Matters(small)) == [said]


def test_layouts_judged_together_need_more_to_be_told_from_nothing():
    one = spread(0.001, 0.041)  # alone it is just better
    nothing = spread(-0.03, 0.03)
    assert verdicts(BY_KEY["within"], [one], Matters()) == [Verdict.BETTER]
    together = verdicts(BY_KEY["within"], [one, *[nothing] * 9], Matters())
    assert together == [Verdict.UNDECIDED] * 10


def test_holm_by_hand():
    # Steps 3 × 0.01, 2 × 0.02, 1 × 0.03; none below the one before it.
    assert holm([0.03, 0.01, 0.02]) == pytest.approx([0.04, 0.03, 0.04])
    assert holm([0.5, 0.9]) == [1.0, 1.0]
    assert holm([]) == []


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_holm_lies_between_no_correction_and_bonferroni(chances):
    for raw, adjusted in zip(chances, holm(chances), strict=True):
        assert raw <= adjusted <= min(1.0, len(chances) * raw) + 1e-12


def test_simultaneous_intervals_are_wider_and_none_for_one():
    assert simultaneous(1) == pytest.approx(0.95)
    assert simultaneous(5) == pytest.approx(0.99)
    alone, five = spread(0.01, 0.03).interval(), spread(0.01, 0.03).interval(0.99)
    assert five.low < alone.low < alone.high < five.high


def test_differences_without_any_spread_are_certain():
    assert verdicts(BY_KEY["within"], [Jackknifed(0.02, 0.0, 9)], Matters()) == [Verdict.BETTER]
    assert verdicts(BY_KEY["within"], [Jackknifed(0.0, 0.0, 9)], Matters()) == [Verdict.TOO_SMALL]
