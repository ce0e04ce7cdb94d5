"""The stages of ambulances, the marks of calls and the bays of hospitals in some hours of a log."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from test_hospital_measures import MIN, bays, calls_of, days, town, with_own_stays
from test_hospital_measures import brought as log_of_patients
from test_service_measures import log_of
from test_service_measures import town as plain_town

from sim.measures.calls import tally
from sim.measures.timeline import ON_CALL, Outcome, Stage, bays_of, marks_of, stages_of
from sim.model.calendar import DAY_S, HOUR_S, Window
from sim.model.calls import CallStream, WalkIns
from sim.model.log import BREAK, FAILURE

NAN, NEVER = math.nan, math.inf
TARGETS = (600.0, 1800.0)


def lines(found):
    """Stages as (ambulance, stage, from, to) in minutes."""
    return [
        (who, Stage(stage), start / MIN, end / MIN)
        for who, stage, start, end, _ in zip(*(c.tolist() for c in found), strict=True)
    ]


def test_a_patient_goes_through_every_stage():
    log = log_of_patients((0, 0, 20, 50, 60))
    left = log.arrived_at + 5 * MIN
    log = log._replace(arrived_at=log.arrived_at + 2 * MIN, left_scene_at=left)
    assert lines(stages_of(town(), log, Window(0.0, HOUR_S))) == [
        (0, Stage.TO_SCENE, 0, 2), (0, Stage.AT_SCENE, 2, 5), (0, Stage.TO_HOSPITAL, 5, 20),
        (0, Stage.WAITING, 20, 50), (0, Stage.HANDOVER, 50, 60),
    ]  # fmt: skip


def test_who_is_treated_at_the_scene_and_the_way_home_have_no_stage_of_a_hospital():
    log = log_of([(0, 0, 0, 5 * MIN, 20 * MIN), (-1, 0, 20 * MIN, 25 * MIN, NAN)])
    assert lines(stages_of(plain_town(), log, Window(0.0, HOUR_S))) == [
        (0, Stage.TO_SCENE, 0, 5), (0, Stage.AT_SCENE, 5, 20), (0, Stage.RETURNING, 20, 25),
    ]  # fmt: skip


def test_an_ambulance_that_is_sent_elsewhere_was_on_the_way_until_then():
    log = log_of([(0, 0, 0, NAN, "00:07")])
    assert lines(stages_of(plain_town(), log, Window(0.0, HOUR_S))) == [(0, Stage.TO_SCENE, 0, 7)]


def test_a_window_cuts_stages_and_off_duty_is_between_the_shifts():
    world = plain_town(2, shifts=[[(0.0, 600.0), (1200.0, 1800.0)], []])
    log = log_of([(0, 0, 0, 60, 900)])
    assert lines(stages_of(world, log, Window(300.0, 1500.0))) == [
        (0, Stage.AT_SCENE, 5, 15), (0, Stage.OFF_DUTY, 10, 20), (1, Stage.OFF_DUTY, 5, 25),
    ]  # fmt: skip


def test_breaks_and_failures_are_stages():
    pauses = [(0, BREAK, 0, 60.0, 120.0, True), (0, FAILURE, 0, 180.0, NAN, True)]
    found = stages_of(plain_town(), log_of([], pauses), Window(0.0, 600.0))
    assert lines(found) == [(0, Stage.ON_BREAK, 1, 2), (0, Stage.OFF_ROAD, 3, 10)]


def test_marks_say_what_became_of_each_call():
    """In time on the dot, late, withdrawn, lost; a transfer late for its due time.

    Withdrawn on the dot is before the target had passed, a minute later is late.
    """
    stream = np.array([0, 0, 0, 0, CallStream.PLANNED_TRANSFER, 0, 0, CallStream.PLANNED_TRANSFER])
    calls = calls_of(
        0, 1, 2, 3, 4, 5, 6, 7, stream=stream, due_at=MIN * np.array([NAN] * 4 + [5, NAN, NAN, 8]),
        withdrawn_at=MIN * np.array([NEVER, NEVER, 9.0, 9.0, NEVER, 15.0, 17.0, 50.0]),
    )  # fmt: skip
    trips = [(0, 0, 0, 600, 900), (1, 1, 60, 661, 900), (4, 2, 301, 310, 900)]
    log = log_of(trips, calls=8)._replace(lost=np.arange(8) == 3)
    marks = marks_of(calls, log, Window(0.0, HOUR_S), TARGETS)
    assert [Outcome(one) for one in marks.outcome] == [
        Outcome.IN_TIME, Outcome.LATE, Outcome.CANCELLED, Outcome.LATE, Outcome.LATE,
        Outcome.CANCELLED, Outcome.LATE, Outcome.CANCELLED,
    ]  # fmt: skip
    assert marks.response_s.tolist() == [600, 601, NEVER, NEVER, 70, NEVER, NEVER, NEVER]


def test_bays_are_taken_and_waited_for_from_instant_to_instant():
    world, calls, log = bays()
    came = WalkIns(np.array([0]), np.array([0.0]), np.array([5 * MIN]))
    log = log._replace(beyond=log.beyond._replace(bay_at=np.zeros(1)))
    (only,) = bays_of(world, calls._replace(walk_ins=came), log, Window(0.0, 2 * HOUR_S))
    assert (only.hospital, only.bays) == (0, 1)
    minutes = zip((only.at / MIN).tolist(), only.taken.tolist(), only.waiting.tolist(), strict=True)
    assert list(minutes) == [
        (0, 1, 0), (5, 0, 0), (20, 1, 0), (25, 1, 1), (50, 1, 2), (65, 1, 1), (70, 1, 0), (80, 0, 0),
    ]  # fmt: skip


def test_a_bay_is_taken_for_the_stay_of_its_own_hospital():
    (only,) = bays_of(*with_own_stays(), Window(0.0, 2 * HOUR_S))
    minutes = zip((only.at / MIN).tolist(), only.taken.tolist(), strict=True)
    assert [(at, taken) for at, taken in minutes if at > 60] == [(65, 1), (70, 1), (79, 0)]


@given(days())
def test_stages_last_as_long_as_measures_say(made):
    patients, stay_s = made
    world = town(2, bays=np.array([2, 1]))
    calls, log = calls_of(*(p[0] for p in patients), stay_s=stay_s), log_of_patients(*patients)
    log = log._replace(left_scene_at=log.arrived_at)
    window = Window(0.0, 4 * DAY_S)
    stages, kept = stages_of(world, log, window), tally(world, calls, log, window)
    spent = stages.end - stages.start
    waited = spent[stages.stage == Stage.WAITING].sum()
    assert waited == pytest.approx(kept.service.hospitals.waiting_s.sum())
    every = bays_of(world, calls, log, window)
    for of in every:
        lasts = np.diff(np.append(of.at, window.end_s))
        taken_s = kept.service.hospitals.bay_s[of.hospital]
        assert (of.taken * lasts).sum() == pytest.approx(taken_s)
    on_call = spent[np.isin(stages.stage, ON_CALL)].sum()
    assert on_call == pytest.approx(sum(p[4] - p[0] for p in patients) * MIN)
