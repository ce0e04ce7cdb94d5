"""Shares of which hardly any call was missed, or reached: bounds that hold."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from sim.measures import estimates
from sim.measures.calls import Tally
from sim.measures.counted import (
    CLUMP,
    Apart,
    ExactShare,
    design_effect,
    one_counted,
    pooled_share,
)
from sim.measures.groups import Setup
from sim.measures.kinds import Matters
from sim.measures.measures import BY_KEY
from sim.measures.rows import Pooled
from sim.measures.verdicts import FEWEST_CALLS, Verdict, verdicts

SETUP = Setup((600.0, 1800.0), 0.9, np.array([100.0, 300.0, 600.0]), worst=(1,))
IN_TIME_S, LATE_S = 300.0, 5000.0


def month(response_s, township=0):
    """One replication in town."""
    count = len(response_s)

    def column(value):
        return np.broadcast_to(np.asarray(value), (count,)).copy()

    return Tally(
        np.arange(count), column(0), column(township), column(0), column(8),
        np.asarray(response_s, float), column(30.0), column(0.0), column(60.0), column(300.0),
        column(True), column(False),
        np.full((2, 168), 1.0), np.full((2, 168), 10.0), 0.0, 1000.0,
    )  # fmt: skip


def months(late, calls=20, township=0):
    """A replication for each number of late calls."""
    return Pooled(
        [month([LATE_S] * few + [IN_TIME_S] * (calls - few), township) for few in late], SETUP
    )


def chances(found, base):
    return verdicts(BY_KEY["within"], [estimates.paired(base, found, "within")], Matters())


# ── known answers ────────────────────────────────────────────────────────────────────────────


@given(st.integers(1, 400), st.data())
def test_the_bounds_are_those_of_clopper_and_pearson(calls, data):
    hits = data.draw(st.integers(0, calls))
    found = ExactShare(hits, calls).interval()
    exact = binomtest(hits, calls).proportion_ci(0.95, "exact")
    assert found[1:] == pytest.approx((exact.low, exact.high))


@given(st.floats(5, 200), st.floats(0.01, 0.99), st.floats(0.01, 0.99))
def test_chances_turn_at_the_ends_of_the_interval(calls, share, value):
    found = ExactShare(share * calls, calls)
    for level in (0.8, 0.95, 0.99):
        low, high = found.interval(level)[1:]
        if low > 0:
            assert found.above(low) == pytest.approx(1 - level, rel=0.1)
        if high < 1:
            assert found.below(high) == pytest.approx(1 - level, rel=0.1)
    apart = Apart(share, ExactShare(0.0, calls), found)
    p, low = apart.above(value - 0.5), apart.interval().low
    assert (p < 0.05) == (low > value - 0.5) or p == pytest.approx(0.05, rel=0.01)


def test_the_design_effect_of_calls_that_are_late_in_pairs_is_two():
    rng = np.random.default_rng(1)
    pairs = rng.binomial(10, 0.1, (200_000, 1))
    assert design_effect(2 * pairs, np.full_like(pairs, 20)) == pytest.approx(2, rel=0.02)
    alone = rng.binomial(20, 0.1, (200_000, 1))
    assert design_effect(alone, np.full_like(alone, 20)) == pytest.approx(1, rel=0.02)


# ── nothing missed, or everything ────────────────────────────────────────────────────────────


def test_200_of_200_in_time_may_have_missed_some():
    found = estimates.estimate(months([0] * 10), "within")
    assert (found.mean, found.high) == (1.0, 1.0)
    exact = binomtest(200, 200).proportion_ci(0.95, "exact").low
    assert 0.9 < found.low < exact


def test_none_of_200_in_time_may_have_reached_some():
    found = estimates.estimate(months([20] * 10), "within")
    assert (found.mean, found.low) == (0.0, 0.0)
    assert found.high == pytest.approx(1 - estimates.estimate(months([0] * 10), "within").low)


def test_a_difference_of_nothing_in_200_calls_cannot_be_told_from_one_that_matters():
    found = estimates.difference(months([0] * 10), months([0] * 10), "within")
    assert found.mean == 0.0
    assert found.low == -found.high < -0.01
    assert chances(months([0] * 10), months([0] * 10)) == [Verdict.TOO_FEW]


def test_a_difference_of_nothing_in_very_many_calls_is_too_small_to_matter():
    many = months([3] * 40, calls=200)
    assert chances(many, many) == [Verdict.TOO_SMALL]


def test_the_same_gain_in_every_replication_has_an_interval():
    base, better = months([12] * 10), months([2] * 10)
    found = estimates.difference(base, better, "within")
    assert found.mean == pytest.approx(0.5)
    assert found.low < found.mean < found.high
    assert chances(better, base) == [Verdict.BETTER]


def test_a_handful_of_calls_has_no_verdict_however_much_they_gain():
    calls = FEWEST_CALLS // 10 - 1
    base, better = months([calls] * 10, calls), months([0] * 10, calls)
    assert chances(better, base) == [Verdict.TOO_FEW]


def test_a_call_in_hundreds_has_an_interval_that_is_not_symmetrical():
    found = estimates.estimate(months([1] + [0] * 9), "within")
    assert found.high < 1.0
    assert found.mean - found.low > 2 * (found.high - found.mean)


def test_where_much_happens_the_interval_is_students():
    rng = np.random.default_rng(5)
    late = rng.binomial(200, 0.3, 12)
    found = estimates.estimate(months(late, 200), "within")
    share = 1 - late / 200
    half = 2.2009851600916 * share.std(ddof=1) / math.sqrt(12)
    assert found == pytest.approx((share.mean(), share.mean() - half, share.mean() + half))


# ── means, percentiles, people, the fleet ────────────────────────────────────────────────────


def test_a_mean_that_is_the_same_in_months_of_other_lengths_is_a_constant():
    always = Pooled([month([60.0] * count) for count in (3, 5, 4)], SETUP)
    assert estimates.estimate(always, "mean") == (1.0, 1.0, 1.0)


def test_a_mean_of_months_that_are_all_alike_has_no_interval():
    alike = Pooled([month([60.0, 120.0])] * 5, SETUP)
    assert not estimates.estimate(alike, "mean").known


def test_a_percentile_of_few_calls_has_no_interval():
    few = Pooled([month([60.0 * n]) for n in range(1, 21)], SETUP)
    assert not estimates.estimate(few, "p90").known


def test_the_interval_of_a_percentile_of_some_calls_holds_it():
    rng = np.random.default_rng(9)
    some = Pooled([month(rng.exponential(600.0, 12)) for _ in range(15)], SETUP)
    found = estimates.estimate(some, "p90")
    assert found.low < found.mean < found.high


def test_a_percentile_of_whole_minutes_that_surely_falls_is_better():
    """Of 360 calls many take the same time: near the estimate, both bounds are the estimate."""
    base = Pooled([month(np.repeat(np.arange(13.0, 25.0), 3) * 60)] * 10, SETUP)
    quick = Pooled([month(np.repeat(np.arange(1.0, 13.0), 3) * 60)] * 10, SETUP)
    difference = estimates.paired(base, quick, "p90")
    assert difference.interval().high < 0
    assert verdicts(BY_KEY["p90"], [difference], Matters()) == [Verdict.BETTER]


def test_time_with_no_ambulance_free_that_never_was_has_no_interval():
    never = months([0] * 10)
    found = estimates.estimate(never, "level_zero")
    assert found.mean == 0.0
    assert not found.known


def test_people_of_a_township_in_doubt_make_the_interval():
    """Of 1,000 people 600 surely meet their target; the townships of 100 and 300 are in doubt."""

    def year(seed):
        rng = np.random.default_rng(seed)
        late = rng.random(3 * 40) < np.repeat([0.08, 0.12, 0.0], 40)
        return month(np.where(late, LATE_S, IN_TIME_S), np.repeat([0, 1, 2], 40))

    pooled = Pooled([year(seed) for seed in range(20)], SETUP)
    found = estimates.estimate(pooled, "people_ok")
    assert found.mean == pytest.approx(0.7)
    assert found[1:] == pytest.approx((0.6, 1.0))


def test_people_have_no_interval_that_ends_at_the_estimate():
    sure = Pooled([month([IN_TIME_S] * 300, np.repeat([0, 1, 2], 100))] * 20, SETUP)
    found = estimates.estimate(sure, "people_ok")
    assert found.mean == 1.0
    assert not found.known


@pytest.mark.parametrize(
    ("before_s", "said"),
    [(LATE_S, Verdict.UNDECIDED), (IN_TIME_S, Verdict.TOO_SMALL)],
    ids=["every call was late before", "nothing differs"],
)
def test_people_without_an_interval_are_better_off_only_for_all_that_is_known(before_s, said):
    """However large the difference looks; but what is the same in every replication is known."""
    towns = np.repeat([0, 1, 2], 100)
    base, other = (Pooled([month([s] * 300, towns)] * 20, SETUP) for s in (before_s, IN_TIME_S))
    difference = estimates.paired(base, other, "people_ok")
    assert not difference.interval().known
    assert verdicts(BY_KEY["people_ok"], [difference], Matters()) == [said]


# ── how often they hold, by simulations that know nothing of the code under test ─────────────


def drawn(rng, share_late, calls, replications, clump):
    """Late calls by replication: clumps of geometric size, on the mean `clump`."""
    starts = rng.poisson(share_late * calls / clump, replications)
    late = [rng.geometric(1 / clump, count).sum() if count else 0 for count in starts]
    return np.minimum(late, calls)


@pytest.mark.parametrize("share_late", [0.0005, 0.003, 0.01, 0.05, 0.12])
@pytest.mark.parametrize("clump", [1.0, 1.5])
def test_the_level_holds_in_95_of_100_studies(share_late, clump):
    rng = np.random.default_rng(12)
    held = 0
    for _ in range(400):
        late = drawn(rng, share_late, 60, 12, clump)
        found = estimates.estimate(months(late, 60), "within")
        assert found.low < found.high
        held += found.low <= 1 - share_late <= found.high
    assert held >= 0.93 * 400


@pytest.mark.parametrize("gained", [0.0, 0.002, 0.02])
def test_the_difference_holds_in_95_of_100_studies(gained):
    """Each call is late in the base with 5 + gained %, and lost by the other with 0.2 %."""
    rng, lost, held = np.random.default_rng(13), 0.002, 0
    for _ in range(300):
        q = rng.random((12, 60))
        base = Pooled([month(np.where(row < 0.05 + gained, LATE_S, IN_TIME_S)) for row in q], SETUP)
        late = (q < 0.05) | (q > 1 - lost)
        other = Pooled([month(np.where(row, LATE_S, IN_TIME_S)) for row in late], SETUP)
        found = estimates.difference(base, other, "within")
        assert found.low < found.high
        held += found.low <= gained - lost <= found.high
    assert held >= 0.93 * 300


def test_the_clump_is_what_its_reason_says():
    busy = 0.5
    sizes = np.random.default_rng(4).geometric(1 / (1 + busy), 400_000)
    assert (sizes**2).mean() / sizes.mean() == pytest.approx(CLUMP, rel=0.02)


def test_a_call_that_is_the_mean_of_answers_may_tell_as_much_as_they_do():
    """Replications that hardly differ: as many calls apart as there are answers, and no more."""
    hits, calls = np.full(10, 30.0), np.full(10, 1_000.0)
    hits[0] += 0.5
    one, many = (one_counted(hits, calls, sequential=False, alike=n) for n in (1, 17))
    assert many.calls == pytest.approx(17 * one.calls)
    assert many.mean == one.mean == pytest.approx(300.5 / 10_000)
    assert many.interval().half_width < one.interval().half_width / 3
    none, alone = (one_counted(np.zeros(10), calls, sequential=False, alike=n) for n in (17, 1))
    assert none.calls == alone.calls, "from nothing it is not known how far answers are alike"


def test_all_but_all_in_time_by_rounding_is_all_in_time():
    """Answers about places add up to whole calls but for the last bit."""
    hits, calls = np.array([3 - 4e-16, 5.0]), np.array([3.0, 5.0])
    found = pooled_share(hits, calls, sequential=False, alike=17)
    whole = pooled_share(calls, calls, sequential=False, alike=17)
    assert found.interval() == pytest.approx(whole.interval())
