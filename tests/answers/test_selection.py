"""Who is best of many: the formulas by hand, what always holds, and the promise put to the test."""

from __future__ import annotations

import importlib

import numpy as np
import pytest
from conftest import ROOT
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as of_numpy
from scipy.stats import binom, binomtest

from sim.answers.selection import CONFIDENCE, FIRST_STAGE, Selection, race
from sim.study.stopping import STEP, Stopping


def columns(*values):
    return np.array(values, float).T


def raced(draws, zone, most=None, confidence=CONFIDENCE):
    """Who is left of [replication, alternative] values, and which replications were looked at."""
    seen = []

    def look(numbers, rows):
        seen.append((numbers, list(rows)))
        values = np.full((len(numbers), draws.shape[1]), np.nan)  # of others nothing is read
        values[:, rows] = draws[numbers.start : numbers.stop][:, rows]
        return values

    return race(look, draws.shape[1], zone, most or len(draws), confidence), seen


# ── by hand ──────────────────────────────────────────────────────────────────────────────────


def test_two_alternatives_by_hand():
    # Differences 1, 3, 2 have variance 1; eta = ((2 × 0.05 / 1) ^ (-2 / 2) - 1) / 2 = 4.5, so
    # h² S² / zone² = 2 × 4.5 × 2 × 1 / 3² = 2: decided at floor(2) + 1 = 3 replications at most.
    one = Selection(columns([1, 3, 2], [0, 0, 0]), zone=3.0)
    assert np.allclose(one._ends, [[0, 2], [2, 0]])
    assert one.contenders == [0]


def test_the_slack_shrinks_until_the_second_is_out():
    # Variance 1 again: 2 × 4.5 × 2 × 1 / 0.9² = 22.2, so 23 replications would tell. After three the
    # slack is 0.9 / 6 × (22.2 - 3) = 2.9 and the first leads by 2: both stay.
    one = Selection(columns([1, 3, 2], [0, 0, 0]), zone=0.9)
    assert one.needed() == 23
    assert one.contenders == [0, 1]
    one.observe(np.array([1.0, 0.0]))  # it leads by 7/4 = 1.75, slack 0.9 / 8 × 18.2 = 2.05
    assert one.contenders == [0, 1]
    one.observe(np.array([2.0, 0.0]))  # it leads by 9/5 = 1.8, slack 0.9 / 10 × 17.2 = 1.55
    assert one.contenders == [0]
    one.observe(np.array([-1000.0, 0.0]))  # too late to change anything
    assert one.contenders == [0]


def test_three_alternatives_share_the_risk():
    # k = 3: eta = ((2 × 0.05 / 2) ^ (-2 / 3) - 1) / 2, on variances of differences.
    first = columns([1, 2, 3, 4], [2, 2, 2, 2], [0, 1, 1, 2])
    eta = (0.05 ** (-2 / 3) - 1) / 2
    one = Selection(first, zone=10.0)
    expected = [
        [2 * eta * 3 * np.var(first[:, i] - first[:, j], ddof=1) / 100 for j in range(3)]
        for i in range(3)
    ]
    assert np.allclose(one._ends, expected)


def test_only_differences_count_not_what_all_have_in_common():
    rng = np.random.default_rng(1)
    apart = rng.normal(0, 1, (10, 4))
    one, other = (Selection(apart + shift, 0.5) for shift in (0.0, rng.normal(0, 50, (10, 1))))
    assert np.allclose(one._ends, other._ends)


def test_identical_alternatives_end_at_once_with_the_first():
    same = np.repeat(np.random.default_rng(2).normal(0, 1, (10, 1)), 5, axis=1)
    assert Selection(same, 0.1).contenders == [0]
    left, seen = raced(np.repeat(same, 10, axis=0), 0.1)
    assert (left, len(seen)) == ([0], 1)


def test_identical_leaders_end_at_the_first_of_them():
    draws = np.random.default_rng(3).normal(0, 0.1, (10, 1)) + np.array([[0.0, 5.0, 1.0, 5.0]])
    assert Selection(draws, 0.5).contenders == [1]


def test_a_hopeless_one_is_out_at_the_first_look():
    rng = np.random.default_rng(4)
    draws = rng.normal(0, 1, (400, 3)) + np.array([0.0, 0.05, -50.0])
    _, seen = raced(draws, 0.1)
    assert seen[0] == (range(FIRST_STAGE), [0, 1, 2])
    assert seen[1] == (range(FIRST_STAGE, FIRST_STAGE + STEP), [0, 1])
    assert all(2 not in rows for _, rows in seen[1:])


def test_one_alternative_has_nobody_to_beat():
    assert raced(np.zeros((50, 1)), 0.1) == ([0], [(range(10), [0])])


def test_one_replication_tells_nothing():
    assert raced(np.array([[1.0, 99.0]]), 0.1)[0] == [0, 1]


def test_a_race_that_is_cut_short_leaves_its_contenders():
    draws = np.random.default_rng(5).normal(0, 1, (1000, 4))
    left, seen = raced(draws, 0.001, most=23)
    assert len(left) > 1
    assert [numbers.stop for numbers, _ in seen] == [10, 15, 20, 23]


@pytest.mark.parametrize(("count", "zone", "confidence"), [(1, 1, 0.95), (5, 0, 0.95), (5, 1, 1)])
def test_what_makes_no_sense_is_refused(count, zone, confidence):
    with pytest.raises(ValueError, match="at least two replications, a zone above nothing"):
        Selection(np.zeros((count, 3)), zone, confidence)


# ── what always holds ────────────────────────────────────────────────────────────────────────

VALUES = of_numpy.arrays(
    float, st.tuples(st.integers(12, 40), st.integers(1, 6)), elements=st.floats(-1e6, 1e6)
)


@given(VALUES, st.floats(1e-3, 1e3))
def test_somebody_is_always_left_and_never_comes_back(draws, zone):
    one = Selection(draws[:FIRST_STAGE], zone)
    before = set(range(draws.shape[1]))
    for row in [None, *draws[FIRST_STAGE:]]:
        if row is not None:
            one.observe(row)
        assert one.contenders
        assert set(one.contenders) <= before
        assert one.contenders == sorted(one.contenders)
        before = set(one.contenders)


@given(VALUES, st.floats(1e-3, 1e3))
def test_whoever_has_the_greatest_sum_is_still_in_or_was_beaten_for_good(draws, zone):
    one = Selection(draws[:FIRST_STAGE], zone)
    assert int(np.argmax(draws[:FIRST_STAGE].sum(axis=0))) in one.contenders or one.decided


@given(st.integers(0, 10_000), st.integers(2, 6), st.floats(0.5, 2))
def test_it_ends_when_it_said_it_would(seed, k, zone):
    draws = np.random.default_rng(seed).normal(0, 1, (FIRST_STAGE + 1000, k))
    one = Selection(draws[:FIRST_STAGE], zone)
    for row in draws[FIRST_STAGE : one.needed()]:
        one.observe(row)
    assert one.decided


# ── the promise ──────────────────────────────────────────────────────────────────────────────


def kept_as_promised(right, studies):
    """Not so few that, were the promise just kept, chance would make them one time in a hundred."""
    return binom.cdf(right, studies, CONFIDENCE) > 0.01


@pytest.mark.parametrize("common", [0.0, 0.8, 0.99], ids=lambda share: f"common {share:g}")
@pytest.mark.parametrize("k", [2, 10])
def test_the_best_is_chosen_as_often_as_promised_where_it_is_hardest(k, common):
    """The slippage configuration: the best leads all others, equal among themselves, by the zone."""
    rng = np.random.default_rng(2025)
    studies, zone, right = 400, 0.5, 0
    for _ in range(studies):
        best = int(rng.integers(k))

        def look(numbers, _rows, best=best):
            shape = len(numbers), 1
            values = common**0.5 * rng.normal(0, 1, shape)
            values = values + (1 - common) ** 0.5 * rng.normal(0, 1, (len(numbers), k))
            values[:, best] += zone
            return values

        right += race(look, k, zone, most=100_000) == [best]
    assert kept_as_promised(right, studies), f"{right} of {studies}"


def test_more_in_common_ends_sooner():
    rng, ended = np.random.default_rng(6), {}
    for common in (0.0, 0.9):
        noise = common**0.5 * rng.normal(0, 1, (3000, 1))
        draws = noise + (1 - common) ** 0.5 * rng.normal(0, 1, (3000, 5)) + [0.3, 0, 0, 0, 0]
        ended[common] = raced(draws, 0.3)[1][-1][0].stop
    assert ended[0.9] < ended[0.0] / 3


# ── the whole way, with queues whose answers are known ───────────────────────────────────────


@pytest.fixture(scope="module")
def known():
    """`benchmarks/evidence.py`, which imports what stands beside it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(ROOT / "benchmarks")
        return importlib.import_module("evidence")


@pytest.mark.slow
def test_the_best_of_eight_layouts_is_chosen_as_often_as_promised(known):
    found = known.selected(300)
    assert found.chance > 0.01, f"{found.right} of 300"
    assert found.runs < found.equal, "effort goes to the contenders"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("lost", "key", "rule"),
    [
        (True, "within", Stopping(10, 200, 0.0)),
        (True, "within", Stopping(None, 200, 0.0040)),
        (False, "mean", Stopping(None, 200, 0.55)),
    ],
    ids=["10 replications", "to a precision", "minutes to a precision"],
)
def test_intervals_hold_what_is_known_as_often_as_they_say(known, lost, key, rule):
    found = known.coverage(lost, key, rule, 100)
    for held in (found.value, found.gain):
        low, high = binomtest(held, found.studies).proportion_ci(0.99)
        assert low <= 0.97, f"{held} of {found.studies}"
        assert high >= 0.93, f"{held} of {found.studies}"
