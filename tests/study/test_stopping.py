"""How many replications are enough."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from sim.study.stopping import StoppedBecause, Stopping


def looks(stopping, half_width_at):
    """How many replications it stops at, and why."""
    widths = []
    for total in stopping.looks():
        widths.append(half_width_at(total))
        if reason := stopping.reason(widths):
            return total, reason.how
    raise AssertionError("never stopped")


def test_a_given_number_is_kept_however_wide_the_interval():
    assert looks(Stopping(30, 200, 0.005), lambda n: math.nan) == (30, "given")
    assert looks(Stopping(5, 200, 0.005, draft=True), lambda n: 0.001) == (5, "draft")


def test_two_looks_in_a_row_must_be_precise_enough():
    assert looks(Stopping(None, 200, 0.5), lambda n: 0.4) == (15, "precise")
    assert looks(Stopping(None, 200, 0.5), lambda n: 0.4 if n in (10, 20, 25) else 0.9) == (
        25,
        "precise",
    )


def test_one_look_is_enough_where_it_is_clearly_precise():
    assert looks(Stopping(None, 200, 0.5), lambda n: 0.34) == (10, "precise")
    assert looks(Stopping(None, 200, 0.5), lambda n: 0.36 if n < 20 else 0.34) == (15, "precise")
    assert looks(Stopping(None, 200, 0.5), lambda n: 0.9 if n < 20 else 0.34) == (20, "precise")


def test_precision_ends_at_the_most():
    assert looks(Stopping(None, 200, 0.5), lambda n: 1.0) == (200, "most")
    assert looks(Stopping(None, 12, 0.5), lambda n: math.nan) == (12, "most")
    assert looks(Stopping(None, 7, 0.5), lambda n: 0.4) == (7, "most")
    assert looks(Stopping(None, 7, 0.5), lambda n: 0.1) == (7, "precise")


@given(st.integers(1, 3000))
def test_looks_go_up_to_the_most_and_not_beyond(most):
    seen = list(Stopping(None, most, 0.5).looks())
    assert seen[-1] == most == max(seen)
    assert sorted(set(seen)) == seen


def test_the_reason_says_what_was_aimed_at_and_what_was_reached():
    stopping = Stopping(None, 200, 0.5)
    assert stopping.reason([0.4]) is None
    assert stopping.reason([0.4, 0.45]) == StoppedBecause("precise", 0.5, 0.45)
    assert stopping.reason([0.7, 0.4]) is None, "one look alone may be luck"
    assert stopping.reason([0.7, 0.2]) == StoppedBecause("precise", 0.5, 0.2)


def test_only_a_number_by_precision_is_sequential():
    assert Stopping(None, 200, 0.5).sequential
    assert not Stopping(30, 200, 0.5).sequential
    assert (Stopping(30, 200, 0.5).upper, Stopping(None, 200, 0.5).upper) == (30, 200)
