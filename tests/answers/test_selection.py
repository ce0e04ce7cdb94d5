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

from sim.answers.selection import (
    CONFIDENCE,
    FIRST_STAGE,
    HEAT,
    MANY,
    Procedure,
    Round,
    Selection,
    pairs,
    procedure_for,
    race,
)
from sim.study.stopping import STEP, Stopping


def columns(*values):
    return np.array(values, float).T


def raced(draws, zone, most=None, confidence=CONFIDENCE, rounds=None):
    """Who is left of [replication, alternative] values, and which replications were looked at."""
    seen = []

    def look(numbers, rows):
        seen.append((numbers, list(rows)))
        values = np.full((len(numbers), draws.shape[1]), np.nan)  # of others nothing is read
        values[:, rows] = draws[numbers.start : numbers.stop][:, rows]
        return values

    return race(look, draws.shape[1], zone, most or len(draws), confidence, rounds), seen


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


# ── in rounds, by hand ───────────────────────────────────────────────────────────────────────


def test_more_than_a_hundred_meet_in_a_heat_and_a_final():
    assert procedure_for(MANY, 200) == Procedure.ONE_MATCH
    assert procedure_for(MANY + 1, 200) == Procedure.HEAT_AND_FINAL
    assert procedure_for(1_000, 10) == Procedure.ONE_MATCH, "there would be no time for a final"


@pytest.mark.parametrize("rounds", [Procedure.HEAT_AND_FINAL.rounds, pairs(500)])
@pytest.mark.parametrize("k", [2, 3, 101])
def test_whoever_leads_by_far_wins_all_rounds(k, rounds):
    draws = np.random.default_rng(7).normal(0, 1, (300, k))
    draws[:, k // 2] += 50
    assert raced(draws, 1.0, rounds=rounds)[0] == [k // 2]


@pytest.mark.parametrize("rounds", [Procedure.HEAT_AND_FINAL.rounds, pairs(500)])
def test_whoever_leads_on_every_call_by_the_same_wins_at_the_first_look(rounds):
    """Nothing varies between them, so nothing is left to chance."""
    draws = np.random.default_rng(8).normal(0, 5, (300, 1)) + np.arange(101.0)
    left, seen = raced(draws, 2.0, rounds=rounds)
    assert left == [100]
    looks = [one.first for one in rounds][: 1 if rounds[0].group is None else 7]  # 2^7 > 101
    assert [len(numbers) for numbers, _ in seen] == looks


def test_many_without_any_spread_end_with_the_first_of_the_best():
    level = np.repeat([1.0, 3.0, 3.0], [70, 30, 20])
    assert raced(np.tile(level, (50, 1)), 0.5)[0] == [70]
    assert raced(np.zeros((50, 101)), 0.5)[0] == [0]


def test_the_rounds_look_at_replications_of_their_own():
    """What was seen in a heat is in no sum and in no variance of the final."""
    rng = np.random.default_rng(9)
    draws = rng.normal(0, 1, (400, 120)) + np.linspace(0, 1, 120)
    left, seen = raced(draws, 0.5)
    heat, *final = seen
    assert heat == (range(HEAT), list(range(120)))
    assert final[0][0] == range(HEAT, HEAT + FIRST_STAGE)
    came_through = final[0][1]
    assert 1 < len(came_through) < 120
    alone, _ = raced(draws[HEAT:, came_through], 0.5, confidence=0.975, rounds=[Round()])
    assert left == [came_through[row] for row in alone]


def test_a_heat_drops_whom_a_match_at_half_the_risk_drops():
    draws = np.random.default_rng(10).normal(0, 1, (200, 130)) + np.linspace(0, 4, 130)
    _, seen = raced(draws, 0.5)
    assert seen[1][1] == Selection(draws[:HEAT], 0.5, 0.975).contenders


def test_matches_of_two_each_go_on_until_one_is_left_and_one_of_an_odd_number_waits():
    draws = np.random.default_rng(11).normal(0, 0.01, (400, 5)) + np.array([0.0, 9, 1, 8, 2])
    left, seen = raced(draws, 1.0, rounds=pairs(5))
    assert left == [1]
    # 5 in three groups: 0 against 3, 1 against 4, 2 waits; then 1 against 3, or 2; then the last.
    assert [(numbers, rows) for numbers, rows in seen] == [
        (range(10), [0, 1, 3, 4]),
        (range(10, 20), [1, 3]),
        (range(20, 30), [1, 2]),
    ]


def test_rounds_share_the_risk():
    for rounds in (pairs(2), pairs(100), pairs(1_000), *(p.rounds for p in Procedure)):
        assert 0 < sum(one.share for one in rounds) <= 1


@pytest.mark.parametrize("most", [HEAT + 2 * FIRST_STAGE, 33, 60])
def test_rounds_that_are_cut_short_leave_their_contenders(most):
    draws = np.random.default_rng(12).normal(0, 1, (1000, 101))
    left, seen = raced(draws, 0.001, most=most)
    assert len(left) > 1
    assert seen[-1][0].stop == most
    left, seen = raced(draws, 0.001, most=most, rounds=pairs(101))
    assert len(left) > 50, "the first round did not end"


@pytest.mark.parametrize("most", [1, 2, 5, HEAT, 12])
def test_many_with_few_replications_meet_in_one_match(most):
    draws = np.random.default_rng(13).normal(0, 1, (most, 120))
    draws[:, 60] += 1e4
    left, seen = raced(draws, 0.5)
    assert [numbers.stop for numbers, _ in seen][-1] <= most
    assert 60 in left
    assert (len(left) == 1) == (most > 2), "two tell next to nothing"


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


def skewed(rng, shape):
    """Of mean 0 and variance 1, far to the right now and then."""
    return rng.gamma(1.0, 1.0, shape) - 1


def chosen(studies, rounds, k, spread=np.random.Generator.standard_normal, seed=2026):
    """How often the best of k is, that leads all others by just the zone; half is in common."""
    rng, right = np.random.default_rng(seed), 0
    for _ in range(studies):
        best = int(rng.integers(k))

        def look(numbers, _rows, best=best):
            values = spread(rng, (len(numbers), 1)) + spread(rng, (len(numbers), k))
            values[:, best] += 0.7
            return values

        right += race(look, k, 0.7, 100_000, CONFIDENCE, rounds) == [best]
    return right


def test_the_best_of_many_comes_through_heat_and_final_as_often_as_promised():
    right = chosen(60, None, 101)
    assert kept_as_promised(right, 60), f"{right} of 60"


def test_the_best_comes_through_matches_of_two_as_often_as_promised():
    right = chosen(200, pairs(9), 9)
    assert kept_as_promised(right, 200), f"{right} of 200"


@pytest.mark.slow
@pytest.mark.parametrize("spread", [np.random.Generator.standard_normal, skewed])
@pytest.mark.parametrize(
    ("k", "rounds"),
    [
        pytest.param(2, Procedure.HEAT_AND_FINAL.rounds, id="heat 2"),
        pytest.param(10, Procedure.HEAT_AND_FINAL.rounds, id="heat 10"),
        pytest.param(101, None, id="heat 101", marks=pytest.mark.thorough),
        pytest.param(400, None, id="heat 400", marks=pytest.mark.thorough),
        pytest.param(10, pairs(10), id="pairs 10"),
        pytest.param(33, pairs(33), id="pairs 33", marks=pytest.mark.thorough),
        pytest.param(30, (Round(6, share=0.5), Round(share=0.5)), id="sixes 30"),
    ],
)
def test_every_tournament_keeps_its_promise_where_it_is_hardest(k, rounds, spread):
    studies = 300 if k > 10 else 1_000
    right = chosen(studies, rounds, k, spread)
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
