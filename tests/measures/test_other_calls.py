"""Withdrawn calls, the call desk, surges and transfers: logs written by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_service_measures import log_of
from worlds import matrix_world, some_calls

from sim.measures import causes, estimates
from sim.measures.calls import tally
from sim.measures.features import Feature
from sim.measures.groups import ALL, Setup
from sim.measures.measures import BY_KEY
from sim.measures.rows import Pooled
from sim.measures.sums import TOLD_BY_SUMS, Summed, count
from sim.model.calendar import DAY_S, HOUR_S, Window
from sim.model.calls import CallStream, Ending
from sim.study.checkpoints import as_bytes, from_bytes

MIN, NAN, NEVER = 60.0, math.nan, math.inf
DAY = Window(0.0, DAY_S)
SETUP = Setup((600.0, 1800.0), 0.9, np.array([100.0]), worst=())
TOWN = matrix_world(np.zeros((1, 1)), homes=np.zeros(3, int))


def calls_of(*received, **columns):
    return some_calls([MIN * at for at in received])._replace(**columns)


def log_in_minutes(trips, calls, **columns):
    """A log of (call, ambulance, assigned, arrived, cleared) in minutes; ready as received."""
    log = log_of([(one[0], one[1], *(MIN * at for at in one[2:])) for one in trips], calls=len(
        calls.received_at))._replace(ready_at=calls.received_at.copy())  # fmt: skip
    return log._replace(beyond=None, **columns)


def pooled(calls, log, world=TOWN, window=DAY):
    return Pooled([tally(world, calls, log, window)], SETUP)


def value(found, key):
    return BY_KEY[key].left_out(found, ALL)[0]


def features(found):
    return estimates.features_of([found])


# ── withdrawn ────────────────────────────────────────────────────────────────────────────────


def withdrawn_calls():
    """Targets are ten minutes. Reached after 5 and 15; withdrawn after 4, 10 and 12 minutes.

    To the last of these an ambulance was on its way; the first two waited.
    """
    gone = MIN * np.array([NEVER, NEVER, 24.0, 40.0, 52.0])
    calls = calls_of(0, 10, 20, 30, 40, withdrawn_at=gone)
    trips = [(0, 0, 0, 5, 15), (1, 0, 15, 25, 60), (4, 1, 43, NAN, NAN)]
    log = log_in_minutes(trips, calls)
    diverted = log.diverted_at.copy()
    diverted[2] = 52 * MIN
    return calls, log._replace(diverted_at=diverted)


def test_a_call_withdrawn_before_its_target_had_passed_is_neither_reached_nor_missed():
    """Of five calls one in time, one late, one withdrawn late: a third. On the dot is not past."""
    found = pooled(*withdrawn_calls())
    assert value(found, "within") == value(found, "urban10") == 1 / 3
    assert value(found, "p90") == math.inf
    assert value(found, "mean") == 10
    assert value(found, "over20") == 1 / 3
    assert BY_KEY["within"].spread(found).rests_on == 3


def test_cancelled_calls_are_told_with_those_whose_target_had_passed():
    found = pooled(*withdrawn_calls())
    assert value(found, "cancelled") == 3 / 5
    assert value(found, "cancelled_late") == 1 / 5
    assert value(found, "cancelled_way") == 1 / 3
    assert features(found) == Feature.WITHDRAWN | Feature.WAITING


def test_withdrawn_calls_wait_until_they_are_withdrawn():
    """Waits of 0, 5, 4, 10 and 3 minutes."""
    found = pooled(*withdrawn_calls())
    assert value(found, "wait_mean") == 22 / 5
    assert value(found, "waits") == 4 / 5
    assert value(found, "served_at_once") == 1 / 5


def test_a_call_withdrawn_before_it_could_be_assigned_did_not_wait():
    calls = calls_of(0, withdrawn_at=np.array([MIN]))
    found = pooled(calls, log_in_minutes([], calls)._replace(ready_at=np.array([2 * MIN])))
    assert (value(found, "wait_mean"), value(found, "waits"), value(found, "cancelled")) == (
        0,
        0,
        1,
    )
    assert math.isnan(value(found, "within"))


def test_somebody_who_arrives_as_the_call_is_withdrawn_has_reached_it():
    calls = calls_of(0, withdrawn_at=np.array([5 * MIN]))
    found = pooled(calls, log_in_minutes([(0, 0, 0, 5, 20)], calls))
    assert (value(found, "within"), value(found, "cancelled")) == (1, 0)


def test_a_call_that_left_at_once_is_missed_and_not_cancelled():
    calls = calls_of(0, withdrawn_at=np.array([5 * MIN]))
    found = pooled(calls, log_in_minutes([], calls)._replace(lost=np.ones(1, bool)))
    assert (value(found, "within"), value(found, "cancelled")) == (0, 0)
    assert math.isnan(value(found, "wait_mean"))


def test_an_ambulance_called_back_had_been_sent_at_once():
    calls = calls_of(0, withdrawn_at=np.array([2 * MIN]))
    log = log_in_minutes([(0, 0, 0, NAN, NAN)], calls)._replace(diverted_at=np.array([2 * MIN]))
    found = pooled(calls, log)
    assert (value(found, "served_at_once"), value(found, "cancelled_way")) == (1, 1)
    assert value(found, "waits") == 0


def test_calls_withdrawn_early_are_no_misses_and_those_withdrawn_late_queued():
    found = pooled(*withdrawn_calls())
    late = causes.summed(found, causes.split(found), ALL)
    assert (late.calls, late.total) == (3, 2)
    assert late.misses[late.causes.index("queue")] == 2
    assert late.withdrawn == 1


def asked(calls, log, answers):
    """The same with answers of minutes, [call, answer]; the first is of the call's own place."""
    asked_s = MIN * np.array(answers, float)
    others = np.zeros((len(asked_s), asked_s.shape[1] - 1), np.int32)
    return calls._replace(others=others, other_township=others), log._replace(asked_s=asked_s)


def test_answers_after_the_withdrawal_are_withdrawn_too():
    """Call 0 is reached after 5 minutes; 8 minutes elsewhere would be after its withdrawal at 7.

    Call 1 is withdrawn after 4 minutes; elsewhere somebody would have been there after 3.
    """
    calls = calls_of(0, 10, withdrawn_at=MIN * np.array([7.0, 14.0]))
    log = log_in_minutes([(0, 0, 0, 5, 15)], calls)
    calls, log = asked(calls, log, [[5, 8], [NEVER, 3]])
    every = Pooled([tally(TOWN, calls, log, DAY)] * 2, SETUP)
    sums = every.sums(BY_KEY["within"])
    assert sums.above.tolist() == [(1 + 1) / 2] * 2  # of four answers two in time, two withdrawn
    assert sums.below.tolist() == [(1 + 1) / 2] * 2
    totals = Summed([count(TOWN, calls, log, DAY, SETUP)] * 2, SETUP)
    for key in TOLD_BY_SUMS:
        for one, other in zip(totals.sums(BY_KEY[key]), every.sums(BY_KEY[key]), strict=True):
            assert one.tolist() == other.tolist(), key
    assert every.alike(BY_KEY["p90"]) == 1


# ── the call desk and how calls end ──────────────────────────────────────────────────────────


def test_answered_within_ten_seconds_is_from_receipt_and_inclusive():
    calls = calls_of(0, 1, 2, 3)
    calls = calls._replace(answered_at=calls.received_at + np.array([0.0, 10.0, 11.0, 99.0]))
    found = pooled(calls, log_in_minutes([], calls))
    assert (value(found, "answered10"), value(found, "answer_waits")) == (2 / 4, 3 / 4)
    assert value(found, "answer_mean") == pytest.approx(120 / 4 / 60)
    assert features(found) == Feature.DESK | Feature.WAITING


def test_endings_are_shares_of_the_calls_that_were_reached():
    how = np.array([*Ending, Ending.NOBODY_FOUND])
    calls = calls_of(0, 1, 2, 3, 4, ending=how)
    trips = [(row, 0, row, row + 5, row + 20) for row in range(4)]  # nobody came to the last
    found = pooled(calls, log_in_minutes(trips, calls))
    for key in ("treated_at_scene", "nobody_found", "to_clinic"):
        assert value(found, key) == 1 / 4
    assert features(found) == Feature.ENDINGS


# ── surges and transfers ─────────────────────────────────────────────────────────────────────

STREAMS = np.array([CallStream.EMERGENCY, CallStream.SURGE, CallStream.SURGE,
                    CallStream.URGENT_TRANSFER, *[CallStream.PLANNED_TRANSFER] * 4])  # fmt: skip


def mixed():
    """An emergency reached after 20 minutes; two of a surge after 5 and 30; transfers."""
    due = np.array([NAN] * 4 + [100.0, 100.0, 200.0, 300.0]) * MIN
    calls = calls_of(0, 10, 10, 40, 90, 90, 190, 290, stream=STREAMS, due_at=due)
    trips = [
        (0, 0, 0, 20, 40), (1, 1, 10, 15, 75), (2, 0, 40, 40, 60), (3, 1, 75, 80, 135),
        (4, 2, 95, 96, 155), (5, 0, 101, 101, 161), (6, 1, 216, 217, 276), (7, 0, 361, 362, 421),
    ]  # fmt: skip
    return calls, log_in_minutes(trips, calls)


def test_compliance_and_responses_are_of_emergencies_alone():
    found = pooled(*mixed())
    assert found.response_s.tolist() == [20 * MIN]
    assert (value(found, "within"), value(found, "mean")) == (0, 20)
    counts = count(TOWN, *mixed(), DAY, SETUP)
    assert Summed([counts], SETUP).sums(BY_KEY["within"]).below.tolist() == [1]
    assert counts.served.tolist() == [1]


def test_calls_are_emergencies_surges_and_transfers():
    found = pooled(*mixed())
    keys = ("calls_emergency", "calls_surge", "calls_urgent", "calls_planned")
    assert [value(found, key) for key in keys] == [1, 2, 1, 4]
    assert value(found, "calls_all") == 8


def test_a_surge_is_told_apart_with_its_last_arrival():
    found = pooled(*mixed())
    assert value(found, "surge_within") == 1 / 2
    assert value(found, "surge_mean") == (5 + 30) / 2
    assert value(found, "surge_last") == 30


def test_calls_of_a_surge_that_are_cancelled_are_told_apart():
    """One reached, one withdrawn in time, one late and one that left: two of four cancelled."""
    gone = MIN * np.array([NEVER, 5.0, 15.0, 9.0, 3.0])
    stream = np.array([CallStream.SURGE] * 4 + [CallStream.EMERGENCY])
    calls = calls_of(0, 0, 0, 0, 0, stream=stream, withdrawn_at=gone)
    log = log_in_minutes([(0, 0, 0, 5, 15)], calls)._replace(lost=np.arange(5) == 3)
    found = pooled(calls, log)
    assert value(found, "surge_cancelled") == 2 / 4
    assert value(found, "surge_within") == 1 / 3
    told = estimates.keys_of(ALL, features(found))
    assert "surge_cancelled" in told
    plain = pooled(calls._replace(withdrawn_at=None), log)
    assert "surge_cancelled" not in estimates.keys_of(ALL, features(plain))


def test_planned_transfers_are_late_against_when_they_are_due():
    """Begun five minutes early, and 1, 16 and 61 minutes late."""
    found = pooled(*mixed())
    keys = ("transfer_late", "transfer_late15", "transfer_late60")
    assert [value(found, key) for key in keys] == [3 / 4, 2 / 4, 1 / 4]
    assert value(found, "transfer_late_mean") == (1 + 16 + 61) / 4


def test_so_many_minutes_late_on_the_dot_is_not_later():
    calls = calls_of(0, 0, stream=np.full(2, CallStream.PLANNED_TRANSFER), due_at=np.zeros(2))
    log = log_in_minutes([(0, 0, 0, 1, 2), (1, 1, 15, 16, 17)], calls)
    found = pooled(calls, log)
    assert value(found, "transfer_late") == 1 / 2
    assert value(found, "transfer_late15") == 0


def test_a_planned_transfer_that_is_never_begun_is_late_and_one_withdrawn_is_not():
    stream = np.full(2, CallStream.PLANNED_TRANSFER)
    calls = calls_of(0, 0, stream=stream, due_at=np.zeros(2))
    assert value(pooled(calls, log_in_minutes([], calls)), "transfer_late60") == 1
    calls = calls._replace(withdrawn_at=np.array([9.0, NEVER]))
    log = log_in_minutes([(1, 0, 0, 1, 2)], calls)
    assert value(pooled(calls, log), "transfer_late") == 0


def test_urgent_transfers_have_responses_of_their_own():
    found = pooled(*mixed())
    assert value(found, "urgent_mean") == value(found, "urgent_p90") == 40
    assert value(found, "urgent_within") == 0


def test_the_time_that_transfers_take_is_that_of_their_ambulances():
    """60 minutes each, five transfers, on a day."""
    found = pooled(*mixed())
    assert value(found, "transfer_time") == pytest.approx(5.0)
    part = pooled(*mixed(), window=Window(0.0, 2 * HOUR_S))
    assert value(part, "transfer_time") == pytest.approx((45 + 25 + 19) / 60 * 12)
    assert value(found, "busy") == pytest.approx((40 + 65 + 20 + 5 * 60) / (3 * 24 * 60))


@pytest.mark.parametrize("shift", [(0.0, 2.0), (1.0, 24.0), (1.5, 1.75)])
def test_the_time_on_transfers_is_part_of_the_time_on_calls(shift):
    """Both end as the shift does, whatever the crew still has in hand."""
    start, end = (at * HOUR_S for at in shift)
    fleet = TOWN.fleet._replace(on_duty_at=np.full(3, start), off_duty_at=np.full(3, end))
    calls, log = mixed()
    found = pooled(calls, log, TOWN._replace(fleet=fleet))
    only = calls._replace(stream=np.where(STREAMS < CallStream.URGENT_TRANSFER, 2, STREAMS))
    every = pooled(only, log, TOWN._replace(fleet=fleet))
    on_calls_h = value(found, "busy") * 3 * (shift[1] - shift[0])
    assert value(found, "transfer_time") < on_calls_h
    assert value(every, "transfer_time") == pytest.approx(on_calls_h)


def test_calls_that_are_all_emergencies_are_as_without_a_stream():
    calls, log = mixed()
    plain = pooled(calls._replace(stream=None, due_at=None), log)
    same = pooled(calls._replace(stream=np.zeros(8, int), due_at=None), log)
    assert features(plain) == features(same) == Feature.NOTHING
    for key in estimates.keys_of(ALL):
        assert value(plain, key) == pytest.approx(value(same, key), nan_ok=True)


def test_what_is_kept_of_other_calls_is_read_back_to_the_last_bit():
    calls, log = mixed()
    kept = tally(TOWN, calls._replace(withdrawn_at=np.full(8, NEVER)), log, DAY)
    (read,), _ = from_bytes(as_bytes([kept], {}))
    for name, column in kept.service.others._asdict().items():
        assert np.array_equal(getattr(read.service.others, name), column, equal_nan=True), name
    for name in ("withdrawn_s", "sent", "waited_s", "answered_s", "ending"):
        assert getattr(read, name).tolist() == getattr(kept, name).tolist(), name


# ── what always holds ────────────────────────────────────────────────────────────────────────


@st.composite
def days(draw):
    """Calls of every stream, some withdrawn, some reached, some left at once."""
    size = draw(st.integers(1, 15))
    received = sorted(draw(st.lists(st.integers(0, 1440), min_size=size, max_size=size)))
    several = st.lists(st.sampled_from(list(CallStream)), min_size=size, max_size=size)
    calls = calls_of(*received, stream=np.array(draw(several)))
    patience = st.sampled_from([NEVER, 0.0, 5.0, 10.0, 25.0])
    gone = MIN * (np.array(received) + [draw(patience) for _ in range(size)])
    trips, lost = [], np.zeros(size, bool)
    for call, at in enumerate(received):
        how = draw(st.sampled_from(["reached", "lost", "waits"]))
        waits, drive = draw(st.integers(0, 30)), draw(st.integers(0, 30))
        lost[call] = how == "lost"
        if how == "reached" and (at + waits + drive) * MIN <= gone[call]:
            trips.append((call, call % 3, at + waits, at + waits + drive, at + waits + drive + 9))
    calls = calls._replace(withdrawn_at=gone)
    return calls, log_in_minutes(trips, calls)._replace(lost=lost)


@given(days())
def test_every_call_is_in_one_stream_and_is_reached_missed_or_cancelled(made):
    calls, log = made
    found = pooled(calls, log, window=Window(0.0, 2 * DAY_S))
    keys = ("calls_emergency", "calls_surge", "calls_urgent", "calls_planned")
    assert sum(value(found, key) for key in keys) == value(found, "calls_all")
    assert value(found, "calls_all") == len(calls.received_at)
    emergencies = float((calls.stream == CallStream.EMERGENCY).sum())
    cancelled = found.sums(BY_KEY["cancelled"])
    late = found.sums(BY_KEY["cancelled_late"])
    within = found.sums(BY_KEY["within"])
    assert cancelled.below[0] == emergencies
    assert within.below[0] + cancelled.above[0] - late.above[0] == emergencies
    reached = found.sums(BY_KEY["mean"]).below[0]
    assert within.above[0] <= reached <= emergencies - cancelled.above[0]
    assert found.sums(BY_KEY["wait_mean"]).above[0] >= 0


@given(days())
def test_sums_of_what_counts_are_those_of_the_rows(made):
    calls, log = made
    rows = Pooled([tally(TOWN, calls, log, DAY)] * 2, SETUP)
    sums = Summed([count(TOWN, calls, log, DAY, SETUP)] * 2, SETUP)
    for key in TOLD_BY_SUMS:
        for one, other in zip(rows.sums(BY_KEY[key]), sums.sums(BY_KEY[key]), strict=True):
            assert one == pytest.approx(other), key
