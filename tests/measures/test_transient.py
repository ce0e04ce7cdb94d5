"""How a run that begins empty fills, held against series whose transient is known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.measures.transient import busy_by_hour, moving_mean, mser


def test_hours_are_shared_out_among_intervals_to_the_second():
    intervals = np.array([[0, 1800.0, 9000.0], [1, 3600.0, 7200.0], [0, 9000.0, 9900.0]])
    assert busy_by_hour(intervals, 0.0, 4).tolist() == [0.5, 2.0, 0.75, 0.0]
    assert busy_by_hour(intervals, 3600.0, 2).tolist() == [2.0, 0.75]
    assert busy_by_hour(np.zeros((0, 3)), 0.0, 2).tolist() == [0.0, 0.0]


@pytest.mark.parametrize("transient", [0, 5, 20, 45])
def test_what_is_left_out_is_the_transient_that_was_put_in(transient):
    """A level that is wrong by 10 for so many steps, then 1 and −1 in turn."""
    series = np.resize([1.0, -1.0], 100)
    series[:transient] += 10.0
    assert mser(series) == transient


def test_a_transient_that_dies_away_is_cut_where_the_noise_drowns_it():
    """3·exp(−t/10) is as small as the noise of a batch's mean, 1/√5, after 19 steps."""
    rng = np.random.default_rng(7)
    steps = np.arange(400)
    cuts = [mser(3 * np.exp(-steps / 10) + rng.normal(size=400)) for _ in range(40)]
    assert 10 <= np.median(cuts) <= 30


def test_a_series_that_has_not_settled_gives_no_warm_up():
    assert mser(np.linspace(10.0, 0.0, 100) ** 2) is None
    assert mser(np.arange(15.0)) is None  # three batches


@given(st.lists(st.floats(-10, 10), min_size=20, max_size=120), st.integers(1, 7))
@settings(max_examples=60, deadline=None)
def test_the_rule_is_the_least_of_the_spreads_as_they_are_written_in_the_source(values, batch):
    means = np.array(values)[: len(values) // batch * batch].reshape(-1, batch).mean(axis=1)
    cut = mser(np.array(values), batch)
    if cut is None:
        return
    spreads = [np.var(means[d:]) / (len(means) - d) for d in range(len(means) - 2)]
    assert spreads[cut // batch] == pytest.approx(min(spreads), abs=1e-9)


def test_the_moving_mean_is_that_of_welch():
    series = np.array([1.0, 2.0, 6.0, 4.0, 5.0])
    assert moving_mean(series, 1) == pytest.approx([1, 3, 4, 5, 5])
    assert moving_mean(series, 2) == pytest.approx([1, 3, 3.6, 5, 5])
    assert moving_mean(series, 0) == pytest.approx(series)
