"""Measures, each defined once: rows of calls and sums by area and township agree on any log."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.measures import estimates
from sim.measures.besides import TOLD_BESIDES
from sim.measures.calls import Tally
from sim.measures.groups import ALL, AREAS, Group, Setup
from sim.measures.intervals import ratios
from sim.measures.kinds import Matters, OfCalls, added_up, percentiles
from sim.measures.measures import BY_KEY, COUNTED, MEASURES
from sim.measures.people_kind import OfPeople
from sim.measures.response import WITHIN
from sim.measures.rows import Pooled
from sim.measures.sums import TOLD_BY_SUMS, Counts, Summed

TOWNSHIPS = 3
TICK = 1 / 1024  # s: times of the engines are on this grid, on which sums are exact


@st.composite
def tallies(draw):
    """One replication of any calls: some in time, some on the dot, some reached by nobody."""
    count = draw(st.integers(0, 12))

    def column(values):
        return np.array(draw(st.lists(values, min_size=count, max_size=count)))

    waits = st.one_of(
        st.integers(0, 5_000_000).map(lambda ticks: ticks * TICK),
        st.sampled_from([600.0, 1800.0, 600.0 + TICK, math.inf]),
    )
    zero, area = np.zeros(count), column(st.integers(0, AREAS - 1)).astype(int)
    yes = column(st.booleans()).astype(bool)
    return Tally(
        np.arange(count), area, column(st.integers(0, TOWNSHIPS - 1)).astype(int), area * 0,
        area * 0, column(waits).astype(float), zero, zero, zero, zero, yes, ~yes,
        np.ones((1, 168)), np.full((1, 168), 2.0), 5.0, 100.0,
    )  # fmt: skip


def counted(tally, setup):
    """The sums of a tally's calls by area and township."""
    cell = tally.area * TOWNSHIPS + tally.township
    sums = [measure.sums(tally, setup, cell, AREAS * TOWNSHIPS) for measure in COUNTED]
    shape = (len(COUNTED), AREAS, TOWNSHIPS)
    nothing = np.zeros(1)
    return Counts(
        np.array([one.above for one in sums]).reshape(shape),
        np.array([one.below for one in sums]).reshape(shape),
        nothing, nothing,
    )  # fmt: skip


SETUP = Setup((600.0, 1800.0), 0.9, np.array([100.0, 300.0, 50.0]), worst=(0, 2))
ANY_LOG = st.lists(tallies(), min_size=1, max_size=5)
GROUPS = [ALL, *(Group("area", row) for row in range(AREAS)),
          *(Group("township", row) for row in range(TOWNSHIPS))]  # fmt: skip


@settings(deadline=None, max_examples=200)
@given(ANY_LOG, st.sampled_from(TOLD_BY_SUMS), st.sampled_from(GROUPS))
def test_rows_and_sums_say_the_same_of_any_log(log, key, group):
    pooled, summed = Pooled(log, SETUP), Summed([counted(one, SETUP) for one in log], SETUP)
    measure = BY_KEY[key]
    for rows, sums in zip(pooled.sums(measure, group), summed.sums(measure, group), strict=True):
        assert rows.tolist() == sums.tolist(), "times on the grid add up without an error"
    assert np.array_equal(pooled.left_out(key, group), summed.left_out(key, group), equal_nan=True)


@settings(deadline=None)
@given(ANY_LOG)
def test_rows_and_sums_know_the_same_townships(log):
    pooled, summed = Pooled(log, SETUP), Summed([counted(one, SETUP) for one in log], SETUP)
    for rows, sums in zip(pooled.by_township(WITHIN), summed.by_township(WITHIN), strict=True):
        assert rows.tolist() == sums.tolist()
    assert estimates.worst_townships(pooled, 2) == estimates.worst_townships(summed, 2)
    assert np.array_equal(pooled.left_out("people_ok"), summed.left_out("people_ok"),
                          equal_nan=True)  # fmt: skip


@settings(deadline=None)
@given(ANY_LOG, st.sampled_from(TOLD_BY_SUMS))
def test_a_measure_of_calls_is_what_one_counts_by_hand(log, key):
    """A loop over calls that knows nothing of the definitions."""
    above = below = 0.0
    for tally in log:
        for area, township, wait in zip(tally.area, tally.township, tally.response_s, strict=True):
            if (key == "urban10" and area != 0) or (key == "rural30" and area != 1):
                continue
            if key == "worst5" and township not in SETUP.worst:
                continue
            if key == "mean":
                above, below = (above + wait, below + 1) if wait < math.inf else (above, below)
            else:
                above, below = above + (wait <= SETUP.target_s[area]), below + 1
    value = Pooled(log, SETUP).left_out(key)[0]
    expected = above / below / (60 if key == "mean" else 1) if below else math.nan
    assert value == pytest.approx(expected, rel=1e-12, nan_ok=True)


@pytest.mark.parametrize("measure", MEASURES, ids=lambda measure: measure.key)
def test_every_measure_has_a_value_and_a_difference_of_rows(measure):
    log = [tally_of([500.0, 700.0], [0, 1]), tally_of([800.0], [1])]
    pooled = Pooled(log, SETUP)
    values = measure.left_out(pooled)
    assert values.shape == (3,)
    assert 0 <= values[0] <= measure.greatest or math.isnan(values[0])
    assert measure.spread(pooled).mean == pytest.approx(values[0], nan_ok=True)
    assert measure.paired(pooled, pooled).mean == 0 or math.isnan(values[0])


def tally_of(response_s, township):
    count = len(response_s)
    zero, no = np.zeros(count), np.zeros(count, bool)
    return Tally(
        np.arange(count), np.zeros(count, int), np.array(township), np.zeros(count, int),
        np.zeros(count, int), np.array(response_s), zero, zero, zero, zero, no, no,
        np.ones((1, 168)), np.full((1, 168), 2.0), 5.0, 100.0,
    )  # fmt: skip


def test_leaving_a_replication_out_is_having_only_the_others():
    log = [tally_of([500.0, 700.0], [0, 1]), tally_of([800.0, 100.0], [1, 2]),
           tally_of([30.0], [0])]  # fmt: skip
    pooled = Pooled(log, SETUP)
    for measure in MEASURES:
        values = measure.left_out(pooled)
        for row in range(len(log)):
            others = Pooled([one for i, one in enumerate(log) if i != row], SETUP)
            assert values[1 + row] == pytest.approx(
                measure.left_out(others)[0], rel=1e-12, nan_ok=True
            ), (measure.key, row)  # fmt: skip


def test_a_measure_knows_which_way_is_better_and_what_matters():
    matters = Matters(share=0.02, min=0.75)
    within, mean = BY_KEY["within"], BY_KEY["mean"]
    assert (within.sign, within.scale, within.matters(matters), within.greatest) == (
        1,
        100,
        0.02,
        1,
    )
    assert (mean.sign, mean.scale, mean.matters(matters), mean.greatest) == (-1, 1, 0.75, math.inf)


def test_every_key_is_of_one_measure():
    assert len(BY_KEY) == len(MEASURES)


def test_sums_tell_what_counts_as_what_they_keep_and_nothing_else():
    assert TOLD_BY_SUMS == ("within", "urban10", "rural30", "worst5", "mean")
    summed = Summed([counted(tally_of([500.0], [0]), SETUP)], SETUP)
    told = {*TOLD_BY_SUMS, *TOLD_BESIDES, "people_ok", "busy"}
    for measure in MEASURES:
        if measure.key not in told:
            with pytest.raises(ValueError, match="sums cannot tell"):
                measure.left_out(summed)


def test_areas_and_townships_of_a_measure_are_places_not_groups():
    """Urban calls of one township are those that are in both."""
    log = [tally_of([500.0, 700.0, 800.0], [0, 1, 1])]
    log = [log[0]._replace(area=np.array([0, 0, 1]))]
    pooled, summed = Pooled(log, SETUP), Summed([counted(log[0], SETUP)], SETUP)
    urban, group = BY_KEY["urban10"], Group("township", 1)
    for found in (pooled, summed):
        assert found.sums(urban, group).below.tolist() == [1]


@given(
    st.lists(
        st.tuples(st.floats(0, 1e6) | st.just(math.inf) | st.sampled_from([1.0, 2.0]),
                  st.integers(0, 3)),
        min_size=1, max_size=200,
    ),
    st.sampled_from([0.5, 0.9, 0.95, 1.0]),
)  # fmt: skip
def test_percentiles_are_those_of_numpy_with_each_replication_left_out(rows, share):
    values, replication = (np.array(column) for column in zip(*sorted(rows), strict=True))

    def of(some):
        found = values[some]
        return np.quantile(found, share, method="inverted_cdf") if len(found) else math.nan

    expected = [of(np.ones(len(values), bool)), *(of(replication != one) for one in range(4))]
    found = percentiles(values, replication, 4, share)
    assert np.array_equal(found, expected, equal_nan=True)


def test_what_is_added_up_is_divided_by_those_among_whom_it_is():
    values, among = np.array([1.0, math.inf, 5.0]), np.array([True, False, True])
    sums = added_up(values, among, np.array([0, 0, 1]), 3)
    assert sums.above.tolist() == [1.0, 5.0, 0.0]
    assert sums.below.tolist() == [1, 1, 0]


def test_ratios_are_of_all_and_then_without_each():
    assert ratios(np.array([1.0, 2.0]), np.array([2, 2])).tolist() == [0.75, 1.0, 0.5]
    assert math.isnan(ratios(np.array([1.0]), np.array([2]))[1])


def test_measures_of_calls_are_ratios_and_people_are_not():
    assert isinstance(BY_KEY["worst5"], OfCalls)
    assert isinstance(BY_KEY["people_ok"], OfPeople)
    assert BY_KEY["people_ok"].measure is WITHIN
