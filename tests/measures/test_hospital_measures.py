"""Waits for bays, full bays, destinations and the way to a capable hospital: logs written by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_service_measures import log_of
from worlds import matrix_world, some_calls

from sim.measures import estimates
from sim.measures.calls import tally
from sim.measures.features import Feature
from sim.measures.groups import ALL, Group, Setup
from sim.measures.hospitals import stays
from sim.measures.measures import BY_KEY
from sim.measures.rows import Pooled
from sim.model.calendar import DAY_S, HOUR_S, Window
from sim.model.calls import Ending, WalkIns
from sim.model.service import NO_LIMIT, plain_service
from sim.policies.clock import NONE
from sim.study.checkpoints import as_bytes, from_bytes

MIN = 60.0
DAY = Window(0.0, DAY_S)
SETUP = Setup((600.0, 1800.0), 0.9, np.array([100.0]), worst=())


def town(hospitals=1, **destinations):
    """One station, one place, some hospitals; `destinations`: what is not off."""
    world = matrix_world(np.zeros((1, 1)), homes=np.zeros(3, int), hospitals=hospitals)
    service = plain_service(3, 1, 1, 3, hospitals)
    there = service.destinations._replace(**destinations)
    return world._replace(service=service._replace(destinations=there))


def brought(*patients, passed_over=()):
    """A log of (received, hospital, at the door, in the bay, cleared) minutes, a call each."""
    log = log_of([(row, row % 3, *(MIN * p[0],) * 2, MIN * p[4]) for row, p in enumerate(patients)])
    column = [np.array([MIN * p[n] for p in patients]) for n in (2, 3)]
    passed = np.array([*passed_over, *[NONE] * (len(patients) - len(passed_over))])
    return log._replace(
        hospital=np.array([p[1] for p in patients]),
        at_hospital_at=column[0],
        handover_at=column[1],
        beyond=log.beyond._replace(passed_over=passed),
    )


def calls_of(*received, **columns):
    calls = some_calls([MIN * at for at in received])
    return calls._replace(conveyed=np.ones(len(received), bool))._replace(**columns)


def pooled(world, calls, log, window=DAY):
    return Pooled([tally(world, calls, log, window)], SETUP)


def value(found, key, group=ALL):
    return BY_KEY[key].left_out(found, group)[0]


def listed(found, group=ALL):
    return estimates.keys_of(group, estimates.features_of([found]))


# ── bays ─────────────────────────────────────────────────────────────────────────────────────

PATIENTS = (
    (0, 0, 20, 20, 30),  # at once
    (5, 0, 25, 65, 70),  # 40 minutes
    (9, 1, 30, 30, 35),  # at once, elsewhere
    (20, 0, 50, 70, 75),  # 20 minutes
)


def bays(**destinations):
    world = town(2, bays=np.array([1, NO_LIMIT]), **destinations)
    received = [p[0] for p in PATIENTS]
    calls = calls_of(*received, stay_s=np.array([35.0, 0.0, 10.0, 5.0]) * MIN)
    return world, calls, brought(*PATIENTS)


def test_a_wait_for_a_bay_is_from_the_door_until_handover_begins():
    found = pooled(*bays())
    assert value(found, "bay_waits") == 2 / 4
    assert value(found, "bay_mean") == (40 + 20) / 4
    assert value(found, "bay_p90") == 40
    shares = [value(found, f"bay_over{n}") for n in (15, 30, 60)]
    assert shares == [2 / 4, 1 / 4, 0]


def test_a_wait_of_just_so_many_minutes_is_not_longer():
    world, calls, _ = bays()
    log = brought((0, 0, 20, 50, 55), (1, 0, 21, 36, 60), (2, 0, 22, 82, 90), (3, 0, 30, 30, 31))
    found = pooled(world, calls, log)
    assert [value(found, f"bay_over{n}") for n in (15, 30, 60)] == [2 / 4, 1 / 4, 0]


def test_hours_that_ambulances_lose_are_of_a_day_and_their_number_is_the_mean_over_time():
    found = pooled(*bays())
    assert value(found, "bay_hours") == 1.0
    assert value(found, "bay_queue") == pytest.approx(1 / 24)
    half = pooled(*bays(), window=Window(0.0, DAY_S / 2))
    assert value(half, "bay_hours") == 2.0


def test_a_bay_is_taken_until_the_stay_after_handover_is_over():
    """Of the hospital with one bay: 10 + 35, 5 + 0 and 5 + 5 minutes of handover and stay."""
    found = pooled(*bays())
    assert value(found, "bays_busy") == pytest.approx((45 + 5 + 10) / (24 * 60))
    assert value(found, "bays_busy", Group("hospital", 0)) == value(found, "bays_busy")
    assert math.isnan(value(found, "bays_busy", Group("hospital", 1)))


def with_own_stays():
    """As `bays()`, but hospital 0 keeps its patients for 1, 0, 3 and 4 minutes."""
    world, calls, log = bays(own_stay=np.array([1, NONE]))
    own = MIN * np.array([[99.0, 1.0], [99.0, 0.0], [99.0, 3.0], [99.0, 4.0]])
    return world, calls._replace(own_stay_s=own), log


def test_a_hospital_with_stays_of_its_own_has_its_bays_taken_for_these():
    """Of the hospital with one bay: 10 + 1, 5 + 0 and 5 + 4 minutes of handover and stay."""
    found = pooled(*with_own_stays())
    assert value(found, "bays_busy") == pytest.approx((11 + 5 + 9) / (24 * 60))


def test_intensive_care_begins_as_the_stay_of_the_hospital_itself_is_over():
    world, calls, log = with_own_stays()
    calls = calls._replace(icu_s=np.array([2 * HOUR_S, 0.0, HOUR_S, 0.0]))
    there = stays(world, calls, log)
    assert (there.until / MIN).tolist() == [31, 70, 45, 79]
    assert (there.icu_until / MIN).tolist() == [151, 70, 105, 79]


def test_what_is_told_of_a_hospital_is_of_its_own_patients():
    found = pooled(*bays())
    own, other = (Group("hospital", row) for row in range(2))
    assert value(found, "bay_waits", own) == 2 / 3
    assert value(found, "bay_mean", own) == 20
    assert value(found, "bay_waits", other) == 0
    assert (value(found, "destination", own), value(found, "destination", other)) == (0.75, 0.25)
    assert value(found, "bay_hours", own) == 1.0
    assert [g for g in estimates.groups_of_fleet([found]) if g.by == "hospital"] == [own, other]


def test_walk_ins_take_bays_or_are_refused():
    world, calls, log = bays(walk_ins_wait=False)
    came = WalkIns(np.array([0, 0, 1]), MIN * np.array([0.0, 40.0, 50.0]), MIN * np.full(3, 15.0))
    calls = calls._replace(walk_ins=came)
    log = log._replace(beyond=log.beyond._replace(bay_at=np.array([0.0, np.nan, 50 * MIN])))
    found = pooled(world, calls, log)
    assert value(found, "walk_ins_refused") == 1 / 3
    assert value(found, "walk_ins_refused", Group("hospital", 0)) == 1 / 2
    assert value(found, "bays_busy") == pytest.approx((60 + 15) / (24 * 60))


def test_places_in_intensive_care_are_taken_after_the_bay():
    world, calls, log = bays(icu=np.array([2, NO_LIMIT]), needs_icu=np.array([True]))
    calls = calls._replace(icu_s=np.array([2 * HOUR_S, 0.0, HOUR_S, 0.0]))
    found = pooled(world, calls, log)
    assert value(found, "icu_busy") == pytest.approx(2 / (2 * 24))


def test_two_ambulances_of_one_patient_are_one_patient_but_both_wait():
    world, calls, _ = bays()
    log = brought((0, 0, 20, 50, 60), (0, 0, 25, 50, 60))._replace(call=np.array([0, 0]))
    calls = calls_of(0)
    found = pooled(world, calls, log._replace(ready_at=np.zeros(1), lost=np.zeros(1, bool),
                                              asked_s=np.zeros((1, 0))))  # fmt: skip
    assert value(found, "bay_mean") == 30
    assert value(found, "bay_hours") == pytest.approx(55 / 60)
    assert value(found, "bays_busy") == pytest.approx(10 / (24 * 60))


# ── destinations ─────────────────────────────────────────────────────────────────────────────


def two_kinds(**destinations):
    """Hospital 0 treats all, hospital 1 no chest pain (condition and kind 1)."""
    treats = np.array([[True, True], [True, False]])
    world = town(2, treats=treats, needs_icu=np.zeros(2, bool), **destinations)
    conditions = world.service.conditions._replace(capable=np.ones((2, 1), bool))
    return world._replace(service=world.service._replace(conditions=conditions))


def test_bypassed_are_those_for_whom_another_hospital_was_the_first_choice():
    world = two_kinds(bays=np.array([3, 2]), bypass_when_full=True)
    kind = np.array([0, 0, 0, 1])
    calls = calls_of(0, 5, 9, 20, condition=kind, patient=kind)
    log = brought(*PATIENTS, passed_over=[1, NONE, NONE, NONE])
    found = pooled(world, calls, log)
    assert value(found, "bypassed") == 1 / 4
    assert value(found, "bypassed", Group("condition", 0)) == 1 / 3
    assert value(found, "bypassed", Group("condition", 1)) == 0
    assert value(found, "bay_mean", Group("condition", 1)) == 20


def test_the_way_to_a_capable_hospital_begins_with_the_call_and_ends_at_its_door():
    """Chest pain: 60 minutes, just in time, at hospital 0; 15 at hospital 1, which cannot."""
    world, kind = two_kinds(), np.array([1, 1, 0, 1])
    log = brought((0, 0, 60, 60, 70), (5, 1, 20, 20, 30), (9, 1, 19, 19, 30), (20, 0, 90, 90, 95))
    found = pooled(world, calls_of(0, 5, 9, 20, condition=kind, patient=kind), log)
    pain = Group("condition", 1)
    assert value(found, "hospital_60", pain) == 1 / 3
    assert value(found, "hospital_60") == 2 / 4
    assert value(found, "hospital_p50", pain) == 70
    assert value(found, "hospital_p90", pain) == math.inf
    assert value(found, "hospital_p90", Group("condition", 0)) == 10
    assert {"hospital_60", "hospital_p50", "hospital_p90"} <= set(listed(found, pain))


def test_who_is_not_to_go_to_a_hospital_is_not_asked_about():
    """Treated at the scene, taken to a clinic, and withdrawn before anybody came."""
    world = two_kinds()
    conveyed, ending = np.array([True, False, True, True]), np.zeros(4, int)
    ending[1:3] = Ending.TREATED_AT_SCENE, Ending.TO_CLINIC
    calls = calls_of(0, 5, 9, 20, withdrawn_at=np.array([np.inf, np.inf, np.inf, 25 * MIN]))
    calls = calls._replace(conveyed=conveyed, ending=ending)
    log = brought((0, 0, 30, 30, 40), (5, NONE, np.nan, np.nan, 30), (9, 1, 19, 19, 30))
    log = log._replace(ready_at=np.zeros(4), lost=np.zeros(4, bool), asked_s=np.zeros((4, 0)))
    found = pooled(world, calls, log)
    assert found.beyond.hospital_s.tolist()[0] == 30 * MIN
    assert np.isnan(found.beyond.hospital_s[1:]).all()
    assert value(found, "hospital_60") == 1
    assert value(found, "destination", Group("hospital", 1)) == 1 / 2


# ── what is listed ───────────────────────────────────────────────────────────────────────────


def test_a_service_whose_hospitals_are_plain_has_no_measures_of_them():
    calls, log = calls_of(0, 5, 9, 20), brought(*PATIENTS)
    found = pooled(town(2), calls, log)
    assert estimates.features_of([found]) == Feature.NOTHING
    assert listed(found) == estimates.keys_of(ALL)
    assert not [g for g in estimates.groups_of_fleet([found]) if g.by == "hospital"]


def test_measures_are_listed_where_a_town_has_what_they_speak_of():
    world, calls, log = bays(bypass_when_full=True)
    assert estimates.features_of([pooled(world, calls, log)]) == (
        Feature.HOSPITALS | Feature.BAYS | Feature.BYPASS
    )
    found = pooled(two_kinds(), calls, log)
    assert estimates.features_of([found]) == Feature.HOSPITALS | Feature.CAPABLE


def test_what_is_kept_of_hospitals_is_read_back_to_the_last_bit():
    world, calls, log = bays()
    kept = tally(world, calls, log, DAY)
    (read,), _ = from_bytes(as_bytes([kept], {}))
    for name, column in kept.service.hospitals._asdict().items():
        assert getattr(read.service.hospitals, name).tolist() == column.tolist(), name


# ── what always holds ────────────────────────────────────────────────────────────────────────


@st.composite
def days(draw):
    """A day at two hospitals: patients come, wait or not, and stay."""
    minutes, patients, at = st.integers(0, 90), [], 0
    for _ in range(draw(st.integers(1, 12))):
        at += draw(minutes)
        door = at + draw(minutes)
        bay = door + draw(st.sampled_from([0, 0, 5, 40, 70]))
        patients.append((at, draw(st.integers(0, 1)), door, bay, bay + draw(minutes)))
    stay = np.array(draw(st.lists(minutes, min_size=len(patients), max_size=len(patients))))
    return patients, stay * MIN


@given(days(), st.integers(1, 23))
def test_parts_of_a_day_and_of_the_hospitals_are_the_whole(made, hour):
    patients, stay_s = made
    world = town(2, bays=np.array([2, 1]))
    calls, log = calls_of(*(p[0] for p in patients), stay_s=stay_s), brought(*patients)
    cut = hour * HOUR_S
    windows = Window(0.0, cut), Window(cut, 4 * DAY_S), Window(0.0, 4 * DAY_S)
    first, then, both = (tally(world, calls, log, w).service.hospitals for w in windows)
    for name in ("waiting_s", "bay_s"):
        together = getattr(first, name) + getattr(then, name)
        assert together == pytest.approx(getattr(both, name)), name
    assert sorted([*first.wait_s, *then.wait_s]) == sorted(both.wait_s)
    found = pooled(world, calls, log, windows[2])
    shares = [value(found, "destination", Group("hospital", row)) for row in range(2)]
    assert sum(shares) == pytest.approx(1)
    waits = [value(found, key) for key in ("bay_waits", "bay_over15", "bay_over30", "bay_over60")]
    assert waits == sorted(waits, reverse=True)
    assert both.waiting_s.sum() == pytest.approx(sum(both.wait_s))
