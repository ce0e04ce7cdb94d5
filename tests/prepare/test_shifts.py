"""Hours on duty become shifts of the run."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.model.calendar import DAY_S, HOUR_S, Hours
from sim.prepare.shifts import AFTER_THE_LAST_CALL_S, shifts_of, study_seconds
from sim.scenario.layout import Ambulance

hour = st.integers(0, 23)


def test_without_hours_an_ambulance_is_always_on_duty():
    assert shifts_of(Ambulance(0), 0.0, 10 * DAY_S) == [(0.0, np.inf)]


@given(hour, hour, st.floats(0, 7 * DAY_S - 1), st.integers(1, 40))
def test_shifts_are_in_order_apart_and_of_the_hours_given(on, off, start_s, days):
    until_s = days * DAY_S
    shifts = shifts_of(Ambulance(0, hours=Hours(on, off)), start_s, until_s)
    length_s = ((off - on) % 24 or 24) * HOUR_S
    assert all(end > begin for begin, end in shifts)
    assert all(a[1] <= b[0] + 1e-6 for a, b in itertools.pairwise(shifts))
    for begin, end in shifts[1:]:
        assert end - begin == pytest.approx(length_s)
        assert (start_s + begin) % DAY_S == pytest.approx(on * HOUR_S, abs=1e-3) or (
            on == 0 and (start_s + begin) % DAY_S > DAY_S - 1
        )
    assert shifts[-1][1] > until_s + AFTER_THE_LAST_CALL_S - DAY_S
    assert shifts[0][0] >= 0


@given(hour, hour, st.integers(0, 167))
def test_an_ambulance_is_on_duty_in_its_hours_and_in_no_other(on, off, start_hour):
    shifts = shifts_of(Ambulance(0, hours=Hours(on, off)), start_hour * HOUR_S, 3 * DAY_S)
    for passed in range(72):
        clock = (start_hour + passed) % 24
        wanted = on == off or (on <= clock < off if on < off else clock >= on or clock < off)
        at = passed * HOUR_S + 1
        assert any(begin <= at < end for begin, end in shifts) == wanted


def test_calls_come_in_the_warm_up_the_period_and_the_cool_down(liling):
    study = liling.settings.study
    assert study_seconds(liling) == study.warm_up + study.length + study.cool_down
