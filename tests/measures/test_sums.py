"""Sums say of compliance and mean response just what a row for each call says."""

from __future__ import annotations

import numpy as np
import pytest
from worlds import altered, matrix_world, some_calls, town

from sim.answers import comparison
from sim.engine import reference
from sim.measures import estimates
from sim.measures.calls import tally
from sim.measures.groups import ALL, Group, Setup
from sim.measures.intervals import jackknife
from sim.measures.measures import MEAN
from sim.measures.response import WITHIN
from sim.measures.rows import Pooled
from sim.measures.sums import TOLD_BY_SUMS, Summed, count
from sim.model.calendar import Window
from sim.model.columns import columns
from sim.study.effort import Effort
from sim.study.runs import Runs

WINDOW = Window(0.0, 1e9)
TARGETS_S = (600.0, 1800.0)
SEED = 2025


def both(world, draws, window=WINDOW, targets_s=TARGETS_S, townships=4, run=reference.run):
    """The same replications as sums and call for call."""
    logs = [run(world, calls) for calls in draws]
    pairs = list(zip(draws, logs, strict=True))
    setup = Setup(targets_s, 0.9, np.ones(townships), worst=())
    counts = [count(world, calls, log, window, setup) for calls, log in pairs]
    tallies = [tally(world, calls, log, window) for calls, log in pairs]
    worst = estimates.worst_townships(Pooled(tallies, setup))
    assert estimates.worst_townships(Summed(counts, setup)) == worst
    setup = setup._replace(worst=worst)
    return Summed(counts, setup), Pooled(tallies, setup)


def calls_of(summed):
    return summed.sums(WITHIN).below.sum()


def agree(summed, pooled, group=ALL):
    keys = TOLD_BY_SUMS if group == ALL else ("within", "mean")
    for key in keys:
        one, other = summed.left_out(key, group), pooled.left_out(key, group)
        assert one == pytest.approx(other, rel=1e-12, abs=1e-12, nan_ok=True), (key, group)
        ours, theirs = (jackknife(v).interval() for v in (one, other))
        assert tuple(ours) == pytest.approx(tuple(theirs), rel=1e-6, abs=1e-12, nan_ok=True)


def everywhere(summed, pooled, townships=4):
    for group in (
        ALL,
        *(Group("area", row) for row in range(2)),
        *(Group("township", row) for row in range(townships)),
    ):
        agree(summed, pooled, group)


def busy_town(seed, **rules):
    """Crews kept busy, some diverted; calls from both areas and four townships."""
    rng = np.random.default_rng(seed)
    world, calls = town(seed)
    count = len(calls.place)
    townships, areas = rng.integers(0, 4, count), rng.integers(0, 2, count)
    draws = []
    for late_s in (0.0, 300.0, 900.0):
        keep = rng.random(count) < 0.8
        some = calls._replace(
            township=townships, area=areas, received_at=calls.received_at + late_s
        )
        draws.append(some._replace(**{name: of[keep] for name, of in columns(some).items()}))
    return altered(world, **rules), draws


# ── worlds written out ───────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("lost", [False, True], ids=["queue", "lost"])
def test_sums_and_rows_agree_where_crews_are_busy_and_diverted(seed, lost):
    world, draws = busy_town(seed, lose_when_none_free=lost)
    everywhere(*both(world, draws))


def test_sums_and_rows_agree_where_calls_are_lost():
    world = matrix_world([[60.0], [700.0]], lose_when_none_free=True)
    draws = [
        some_calls([0, 1, 2, 3000], on_scene_s=500, area=[0, 0, 1, 1], township=[0, 1, 1, 2]),
        some_calls([0, 5, 6], on_scene_s=900, area=[1, 1, 0], township=[2, 1, 1]),
    ]
    summed, pooled = both(world, draws)
    assert summed.sums(MEAN).below.sum() < calls_of(summed), "some are lost"
    everywhere(summed, pooled)


def test_only_calls_within_the_window_count_in_both():
    world, draws = busy_town(3)
    summed, pooled = both(world, draws, Window(2000.0, 6000.0))
    assert 0 < calls_of(summed) < sum(len(calls.area) for calls in draws)
    everywhere(summed, pooled)


def test_a_call_is_in_the_window_at_its_start_and_not_at_its_end():
    world = matrix_world([[60.0]])
    summed, _ = both(world, [some_calls([100, 199, 200])], Window(100.0, 200.0))
    assert calls_of(summed) == 2


def test_a_target_is_inclusive_in_sums_too():
    world = matrix_world([[600.0, 601.0]])
    summed, _ = both(world, [some_calls([0, 5000], place=[0, 1])])
    assert summed.left_out("within")[0] == 0.5


def test_no_calls_at_all_say_nothing():
    summed, pooled = both(matrix_world([[60.0]]), [some_calls([]), some_calls([])])
    everywhere(summed, pooled)
    assert np.isnan(summed.left_out("within")).all()
    assert estimates.worst_townships(summed) == ()


def test_a_replication_without_calls_is_one_nevertheless():
    world = matrix_world([[60.0, 900.0]])
    summed, pooled = both(world, [some_calls([0, 9], place=[0, 1]), some_calls([])])
    everywhere(summed, pooled)
    assert summed.replications == 2


def test_one_replication_has_no_interval_in_sums_either():
    summed, pooled = both(matrix_world([[60.0]]), [some_calls([0])])
    everywhere(summed, pooled)
    assert np.isnan(jackknife(summed.left_out("within")).interval().low)


def test_replications_with_other_townships_have_room_for_all():
    world = matrix_world([[60.0]])
    summed, pooled = both(world, [some_calls([0], township=0), some_calls([0], township=3)])
    assert summed.below.shape == (2, 2, 2, 4)
    everywhere(summed, pooled)


def test_what_sums_cannot_tell_is_refused_rather_than_made_up():
    summed, _ = both(matrix_world([[60.0]]), [some_calls([0])])
    for key, group in (("p90", ALL), ("over20", ALL), ("within", Group("hour", 8))):
        with pytest.raises(ValueError, match="sums"):
            summed.left_out(key, group)


def test_the_first_replications_are_those_alone():
    world, draws = busy_town(5)
    summed, _ = both(world, draws)
    two, _ = both(world, draws[:2])
    some = summed.first(2)
    some.setup = two.setup
    for key in TOLD_BY_SUMS:
        assert np.array_equal(some.left_out(key), two.left_out(key), equal_nan=True)
    assert (some.busy_s.shape, some.served.shape) == (two.busy_s.shape, two.served.shape)


# ── the fleet's time ─────────────────────────────────────────────────────────────────────────


def by_station(world, tally_):
    spent_s = tally_.busy_s.sum(axis=1)
    return np.bincount(world.fleet.home, spent_s, len(world.stations.place))


@pytest.mark.parametrize("window", [WINDOW, Window(1500.0, 5000.0)], ids=["all", "some"])
def test_time_on_calls_is_that_of_the_rows(window):
    world, draws = busy_town(7)
    summed, pooled = both(world, draws, window)
    for spent_s, one in zip(summed.busy_s, pooled.tallies, strict=True):
        assert spent_s == pytest.approx(by_station(world, one))
    assert summed.served.sum() == summed.sums(MEAN).below.sum()


def test_time_on_calls_ends_with_the_shift():
    """A crew finishes its call, but overtime is no time on shift: 500 of 1,000 s are busy."""
    world = matrix_world(
        [[60.0]],
        shift_indptr=np.array([0, 1]), on_duty_at=np.array([0.0]), off_duty_at=np.array([1000.0]),
    )  # fmt: skip
    summed, pooled = both(world, [some_calls([500], on_scene_s=1440)])
    assert (summed.busy_s.tolist(), summed.on_duty_s.tolist()) == ([[500.0]], [[1000.0]])
    assert summed.left_out("busy")[0] == pooled.left_out("busy")[0] == 0.5
    assert by_station(world, pooled.tallies[0]).tolist() == [500.0]


def test_time_on_calls_is_clipped_to_the_window():
    world = matrix_world([[60.0]])
    summed, _ = both(world, [some_calls([0, 500], on_scene_s=440)], Window(100.0, 700.0))
    assert summed.busy_s.tolist() == [[400.0 + 200.0]]  # 100–500 and 500–700
    assert summed.served.tolist() == [[1]], "of the call received within it"


def test_a_call_counts_for_the_station_whose_ambulance_came():
    world = matrix_world([[60.0], [90.0], [120.0]])
    summed, _ = both(world, [some_calls([0, 1, 2, 3], on_scene_s=5000)])
    assert summed.served.tolist() == [[2, 1, 1]]


# ── whole weeks ──────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def weeks(liling):
    """Two layouts in Liling weeks, as a study and as runs have them."""
    week = liling.with_study(length=7 * 86_400.0)
    plan = week.add("枫林镇").close("市妇幼")
    result = comparison.compare(week, plan, replications=6)
    runs = Runs(week, [plan], Effort(replications=6))
    runs.extend(6)
    return result, runs


def test_liling_weeks_are_told_alike(weeks):
    result, runs = weeks
    for row in range(2):
        everywhere(runs.summed(row), result.pooled[row], townships=24)


def test_differences_of_liling_weeks_are_told_alike(weeks):
    result, runs = weeks
    groups = [ALL, Group("area", 0), Group("area", 1), Group("township", 3)]
    for group in groups:
        for key in TOLD_BY_SUMS if group == ALL else ("within", "mean"):
            theirs, ours = result.spread(key, 1, group), runs.spread(1, key, group)
            assert ours.interval() == pytest.approx(
                theirs.interval(), rel=1e-6, abs=1e-12, nan_ok=True
            )


def test_the_worst_served_of_liling_are_the_same(weeks):
    result, runs = weeks
    assert runs.worst == result.pooled[0].setup.worst


def test_a_mean_day_of_each_station(weeks):
    result, runs = weeks
    served = runs.per_day(0, "served")
    calls = sum(len(one.call) for one in result.tallies[0])
    assert served.sum() * 7 * 6 == pytest.approx(calls)
    system = runs._job.plan.systems[0]
    spent_s = sum(by_station(system, one) for one in result.tallies[0])
    assert runs.per_day(0, "busy_s") * 7 * 6 == pytest.approx(spent_s)
