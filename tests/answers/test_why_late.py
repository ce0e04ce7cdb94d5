"""Why calls are late, as numbers: tidy rows that add up, by township from the most misses on."""

from __future__ import annotations

import pytest

from sim.measures.causes import PLAIN
from sim.policies.clock import NONE

DISTANCE = 0


def test_the_frame_is_tidy_and_adds_up(month):
    why = month.why()
    frame = why.to_frame()
    assert list(frame.columns) == [
        "layout", "by", "area", "cause", "calls", "misses", "share_of_misses", "minutes",
    ]  # fmt: skip
    late = int((month.pooled[0].response_s > month.pooled[0].target_s).sum())
    for _, some in frame.groupby("by"):
        assert some.misses.sum() == late
        assert some.calls.sum() == 5 * len(month.pooled[0].response_s)
    every = frame[frame.by == "all"]
    assert list(every.cause) == list(PLAIN)
    assert every.share_of_misses.sum() == pytest.approx(1)
    mean = month.pooled[0].response_s[month.pooled[0].response_s > month.pooled[0].target_s].mean()
    assert every.minutes.sum() == pytest.approx(mean / 60, abs=1e-12)
    assert (frame.by == "hour").sum() == 24 * len(PLAIN)


def test_every_miss_of_liling_is_split_to_the_last_bit(month):
    found, pooled_ = month.why().split, month.pooled[0]
    assert (found.parts_s.sum(axis=1) == pooled_.response_s).all()
    assert found.parts_s.min() >= 0
    assert ((found.cause != NONE) == (pooled_.response_s > pooled_.target_s)).all()


def test_a_proposal_has_reasons_of_its_own(few):
    base, proposal = few.why(), few.why(1)
    assert proposal.to_frame().layout.unique().tolist() == [few.layouts[1].name.en]
    assert proposal.late().misses[DISTANCE] < base.late().misses[DISTANCE]
    assert few.layouts[1].name.en in proposal.sentence()


def test_bars_are_in_the_order_of_misses(month):
    misses = [late.total for late in month.why().by_misses()[0]]
    assert misses == sorted(misses, reverse=True)
    shown, rest = month.why().by_misses(3)
    assert len(shown) == 3
    assert sum(late.total for late in shown + rest) == month.why().late().total
    shown, rest = month.why().by_misses()
    assert rest
    assert sum(late.calls for late in shown + rest) == month.why().late().calls


def test_how_many_are_late_is_what_compliance_leaves(few):
    """The reader adds two numbers of one page: what is within its target, and what is late."""
    for number in range(len(few.layouts)):
        why = few.why(number)
        for late in [why.late(), *why.by("area"), *why.by("township"), *why.by("hour")]:
            within = few.estimate("within", number, late.group).mean
            assert why.late_share(late.group) == pytest.approx(1 - within, abs=1e-12)
        weeks = sum(tally.window_s for tally in why.pooled.tallies) / (7 * 86_400)
        total, calls = why.late().total, why.late().calls
        assert why.a_week(total) == pytest.approx(why.late_share() * calls / weeks)
        parts = [late.group for late in why.by("township")]
        mixed = sum(why.late(g).calls * why.late_share(g) for g in parts) / calls
        assert why.late_share(*parts) == pytest.approx(mixed)
