"""Simulated history against history: bounds by hand, whole minutes, hours of work."""

from __future__ import annotations

import warnings
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from sim.fitting import history
from sim.fitting.replays import ResponseWriting, how_written
from sim.measures.intervals import Estimate

MONDAY = np.datetime64("2025-01-06T00:00:00", "us")


@pytest.mark.parametrize(
    ("recorded", "simulated", "holds"),
    [
        (0.80, Estimate(0.81, 0.805, 0.815), True),  # all of 0.5 to 1.5 points lie within two
        (0.80, Estimate(0.815, 0.80, 0.83), None),  # 0 to 3 points
        (0.80, Estimate(0.79, 0.76, 0.82), None),
        (0.80, Estimate(0.85, 0.84, 0.86), False),  # 4 to 6 points
        (0.80, Estimate(0.75, 0.74, 0.76), False),
        (0.80, Estimate(0.80, 0.80, 0.80), True),
    ],
)
def test_history_is_repeated_within_bounds(recorded, simulated, holds):
    found = history._check("compliance", recorded, simulated, 0.02)
    assert found.holds is holds


@pytest.mark.parametrize(
    ("simulated", "holds"),
    [
        (Estimate(0.84, 0.74, 0.94), True),  # in a township the difference itself counts
        (Estimate(0.86, 0.80, 0.92), None),
        (Estimate(0.95, 0.91, 0.99), False),
    ],
)
def test_in_a_township_the_difference_itself_counts(simulated, holds):
    assert history._check("township", 0.80, simulated, 0.05, "Fenglin").holds is holds


def of(*holds):
    checks = tuple(history.Check("p90", 1, Estimate(1, 1, 1), 1, one) for one in holds)
    empty = dict.fromkeys(history.History._fields)
    return history.History(**(empty | {"checks": checks})).repeats


def test_one_check_that_fails_fails_all():
    assert of(True, True) is True
    assert of(True, None) is None
    assert of(None, False, True) is False


def test_a_single_history_scatters_more_than_the_mean():
    """Of 0, 2 and 4: mean 2, standard deviation 2, reach 1.96 · 2 · √(4/3)."""
    found = history._single([0, 2, 4])
    assert found.mean == 2
    assert found.high - 2 == pytest.approx(1.959964 * 2 * (4 / 3) ** 0.5)
    assert 2 - found.low == pytest.approx(found.high - 2)
    assert not history._single([3]).known
    assert history._single([0, np.nan, 2, 4]) == found  # of one replication nothing is known
    assert not np.isfinite(history._single([np.nan]).mean)


def test_quantiles_of_replications_that_reached_nobody_are_those_of_the_others():
    then, now = np.array([1.0, 2.0]), np.array([[1.0, 2.0], [np.inf, np.inf], [3.0, 4.0]])
    drawn = [SimpleNamespace(response_s=one) for one in now]
    pair = next(one for one in history._quantiles(then, now, drawn) if one.percent == 50)
    assert pair.replayed.mean == pair.drawn.mean == 2.5


def calls_on(days, a_day=30):
    at = [MONDAY + np.timedelta64(d * 86_400 + n * 2_000, "s") for d in days for n in range(a_day)]
    return pd.DataFrame({"received_at": np.array(at)})


@pytest.mark.parametrize(
    ("days", "held"),
    [
        (range(28), ("2025-01-27", 4, 3)),  # four weeks, of which 2.8 are fitted
        (range(70), ("2025-02-24", 10, 7)),
        (range(2, 72), ("2025-02-24", 9, 6)),  # from the first Monday on
        (range(27), None),
        (range(20), None),
        ([0], None),
    ],
)
def test_the_last_weeks_are_held_out(days, held):
    found = history.held_out(calls_on(days))
    assert found == (None if held is None else (np.datetime64(held[0], "us"), *held[1:]))


def test_too_few_calls_are_not_held_out():
    assert history.held_out(calls_on(range(28), 28)) is None  # 196 in the last week
    assert history.held_out(calls_on(range(28), 29)) is not None


def written(received_s, arrived_s):
    return pd.DataFrame({
        "received_at": MONDAY + np.array(received_s) * np.timedelta64(1, "s"),
        "arrived_at": MONDAY + np.array(arrived_s) * np.timedelta64(1, "s"),
    })  # fmt: skip


def test_whole_minutes_are_compared_as_they_are_written():
    assert how_written(written([0, 60, 7], [600, 660, 667])) == ResponseWriting(True, True)
    assert how_written(written([1, 61, 7], [600, 660, 667])) == ResponseWriting(False, True)
    assert how_written(written([1, 61, 7], [601, 663, 667])) == ResponseWriting(False, False)
    seconds = np.full(20_000, 95.0)
    whole = ResponseWriting(True, True).of(seconds)
    assert set(whole.tolist()) == {60, 120}  # 95 s are 1 min by 25 of 60 seconds, else 2
    assert (whole == 60).mean() == pytest.approx(25 / 60, abs=0.02)
    one = ResponseWriting(False, True).of(seconds)
    assert (one.min() >= 65, one.max() <= 125) == (True, True)
    assert one.mean() == pytest.approx(95, abs=0.5)
    assert ResponseWriting(False, False).of(seconds) is seconds


def test_an_hour_in_which_one_replication_reached_nobody_is_that_of_the_others():
    received = pd.Series(MONDAY + np.array([0, 60, 3_600, 7_200]) * np.timedelta64(1, "s"))
    then = np.array([300.0, 500.0, 600.0, 700.0])
    now = np.array([
        [np.inf, np.nan, 610.0, np.inf], [300.0, np.inf, 630.0, np.inf],
        [500.0, 700.0, 650.0, np.inf],
    ])  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = history._hours(received, then, now)
    assert found[0].replayed == history._single(np.array([300.0, 600.0]))
    assert found[1].replayed == history._single(np.array([610.0, 630.0, 650.0]))
    assert (found[2].calls, found[2].recorded) == (1, 700)
    assert not np.isfinite(found[2].replayed.mean)
    assert found[3].calls == 0


def test_distance_of_distributions():
    assert history._distance(np.array([1.0, 2, 3]), np.array([[1.0, 2, 3]])) == 0
    assert history._distance(np.array([1.0, 2]), np.array([[5.0, 6]])) == 1
    assert history._distance(np.array([1.0, 2]), np.array([[np.inf, np.nan]])) == 1
    assert history._distance(np.array([1.0, 3]), np.array([[2.0, 4]])) == 0.5


def test_hours_of_work_of_a_station(liling):
    """Two hours of missions a day over four days; one that never ends is none."""
    name = liling.stations[0].name.zh
    start = MONDAY + np.arange(8) * np.timedelta64(12, "h")
    cleared = start + np.timedelta64(1, "h")
    cleared[7] = start[7] + np.timedelta64(400, "D")
    units = pd.DataFrame({"station": name, "assigned_at": start, "cleared_at": cleared})
    traced = [SimpleNamespace(busy_h=np.full(len(liling.stations), h)) for h in (0.5, 1.5)]
    found = history._busy(units, liling, traced, SimpleNamespace(length_s=4 * 86_400))
    mine = next(one for one in found if one.station == name)
    assert mine.recorded == pytest.approx(7 / 4 / mine.ambulances)
    assert mine.simulated.mean == 1
    none = units.assign(cleared_at=np.datetime64("NaT"))
    assert history._busy(none, liling, traced, SimpleNamespace(length_s=86_400)) == ()
