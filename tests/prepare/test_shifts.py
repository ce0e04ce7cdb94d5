"""Hours on duty become shifts of the run."""

from __future__ import annotations

import itertools
from datetime import date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.model.calendar import DAY_S, HOUR_S, Hours
from sim.prepare.shifts import AFTER_THE_LAST_CALL_S, study_seconds, without
from sim.scenario.dated import Days, days_from, merged, shifts_of, within
from sim.scenario.duty import ALWAYS, EVERY_DAY, HOLIDAY, Stretch, daily, duty_of
from sim.scenario.rosters import parse_roster

hour = st.integers(0, 23)
MONDAY = datetime(2025, 1, 6)


def run_of(
    days: float, start: datetime = MONDAY, holidays: tuple[date, ...] = (), as_day: int = 6
) -> Days:
    return days_from(start, days * DAY_S + AFTER_THE_LAST_CALL_S, holidays, as_day)


def on_duty(shifts: list[tuple[float, float]], at: float) -> bool:
    return any(begin <= at < end for begin, end in shifts)


def test_without_hours_an_ambulance_is_always_on_duty():
    assert shifts_of(ALWAYS, run_of(10)) == [(0.0, np.inf)]


@given(hour, hour, st.integers(0, 7 * 86_400 - 1), st.integers(1, 40))
def test_shifts_are_in_order_apart_and_of_the_hours_given(on, off, start_s, days):
    length_s = ((off - on) % 24 or 24) * HOUR_S
    start = MONDAY + timedelta(seconds=start_s)
    shifts = shifts_of(daily(Hours(on, off)), run_of(days, start))
    if on == off:
        assert shifts == [(0.0, np.inf)], "hours that touch leave no gap"
        return
    assert all(end > begin for begin, end in shifts)
    assert all(a[1] < b[0] for a, b in itertools.pairwise(shifts))
    for begin, end in shifts[1:]:
        assert end - begin == length_s
        assert (start_s + begin) % DAY_S == on * HOUR_S
    assert shifts[-1][1] > days * DAY_S + AFTER_THE_LAST_CALL_S - DAY_S
    assert shifts[0][0] >= 0


@given(hour, hour, st.integers(0, 167))
def test_an_ambulance_is_on_duty_in_its_hours_and_in_no_other(on, off, start_hour):
    start = MONDAY + timedelta(hours=start_hour)
    shifts = shifts_of(daily(Hours(on, off)), run_of(3, start))
    for passed in range(72):
        clock = (start_hour + passed) % 24
        wanted = on == off or (on <= clock < off if on < off else clock >= on or clock < off)
        assert on_duty(shifts, passed * HOUR_S + 1) == wanted


def test_calls_come_in_the_warm_up_the_period_and_the_cool_down(liling):
    study = liling.settings.study
    assert study_seconds(liling) == study.warm_up + study.length + study.cool_down


# ── rosters ──────────────────────────────────────────────────────────────────────────────────

numbers = st.lists(st.integers(0, 3), min_size=7, max_size=7)
cuts = st.lists(st.integers(0, 23), min_size=1, max_size=5, unique=True).map(sorted)


@st.composite
def tables(draw):
    """Rows of hours that follow each other round the clock, some of them left out."""
    at = draw(cuts)
    rows = {}
    for begin, end in zip(at, [*at[1:], at[0]], strict=True):
        text = "00-24" if begin == end == 0 else f"{begin:02d}-{end:02d}"
        if begin != end or begin == 0:
            rows[text] = draw(st.one_of(st.integers(0, 3), numbers))
    return {k: v for k, v in rows.items() if draw(st.booleans())} or {"08-20": 1}


@given(tables(), st.integers(0, 167))
def test_as_many_are_on_duty_as_the_table_says_in_every_hour_of_two_weeks(table, start_hour):
    start = MONDAY + timedelta(hours=start_hour)
    roster = parse_roster(table)
    days = run_of(14, start)
    shifts = [shifts_of(duty, days) for duty in roster.duties]
    for passed in range(0, 14 * 24, 5):
        at = start + timedelta(hours=passed)
        assert sum(on_duty(some, passed * HOUR_S + 1800) for some in shifts) == said(table, at)


@given(tables())
def test_the_seconds_on_duty_of_a_week_are_those_of_the_table(table):
    roster, days = parse_roster(table), run_of(7, MONDAY)
    week = 7 * DAY_S
    seconds = sum(
        max(min(end, 2 * week) - max(begin, week), 0.0)
        for duty in roster.duties
        for begin, end in shifts_of(duty, days)
    )
    wanted = sum(said(table, MONDAY + timedelta(hours=passed)) for passed in range(168))
    assert seconds == wanted * HOUR_S == sum(d.hours_a_week for d in roster.duties) * HOUR_S


def said(table, at: datetime) -> int:
    """How many a table has on duty in the hour that begins at some time, read as a planner does."""
    found = 0
    for text, number in table.items():
        begin, end = (int(part) for part in text.split("-"))
        length = (end - begin) % 24 or 24
        since = (at.hour - begin) % 24
        if since < length:
            day = (at - timedelta(hours=since)).weekday()
            found += number if isinstance(number, int) else number[day]
    return found


def test_the_first_ambulance_of_a_table_is_on_duty_where_any_is():
    roster = parse_roster({"08-20": [3, 3, 3, 3, 3, 2, 2], "20-08": 1})
    assert [duty.hours_a_week for duty in roster.duties] == [168, 84, 60]
    assert shifts_of(roster.duties[0], run_of(7)) == [(0.0, np.inf)]
    third = shifts_of(roster.duties[2], run_of(7))
    assert third[4:6] == [(4.0 * DAY_S + 28_800, 4.0 * DAY_S + 72_000),
                          (7.0 * DAY_S + 28_800, 7.0 * DAY_S + 72_000)]  # fmt: skip


def test_shifts_by_weekday_run_over_midnight_and_over_the_end_of_the_week():
    duty = parse_roster([{"hours": "20-08", "days": "sat, sun"}]).duties[0]
    shifts = shifts_of(duty, run_of(7))
    # Sunday's shift of the week before is under way when the run begins on a Monday at midnight.
    assert shifts[:3] == [
        (0.0, 8 * HOUR_S),
        (5 * DAY_S + 20 * HOUR_S, 6 * DAY_S + 8 * HOUR_S),
        (6 * DAY_S + 20 * HOUR_S, 7 * DAY_S + 8 * HOUR_S),
    ]


def test_shifts_that_touch_are_one():
    duty = parse_roster([{"hours": "08-16"}, {"hours": "16-22"}]).duties[0]
    assert shifts_of(duty, run_of(2))[:2] == [
        (8 * HOUR_S, 22 * HOUR_S),
        (32 * HOUR_S, 46 * HOUR_S),
    ]


# ── holidays ─────────────────────────────────────────────────────────────────────────────────

WEEKDAYS = [{"hours": "08-18", "days": "mon-fri"}, {"hours": "10-14", "days": "sun"}]


def test_on_a_holiday_crews_are_on_duty_as_on_a_sunday():
    duty = parse_roster(WEEKDAYS).duties[0]
    days = run_of(7, holidays=(date(2025, 1, 8),))
    assert shifts_of(duty, days)[:4] == [
        (8 * HOUR_S, 18 * HOUR_S),
        (32 * HOUR_S, 42 * HOUR_S),
        (58 * HOUR_S, 62 * HOUR_S),
        (80 * HOUR_S, 90 * HOUR_S),
    ]


def test_a_holiday_may_be_as_a_day_on_which_nobody_is_on_duty():
    duty = parse_roster(WEEKDAYS).duties[0]
    days = run_of(7, holidays=(date(2025, 1, 8),), as_day=5)
    assert [begin for begin, _ in shifts_of(duty, days)[:3]] == [
        8 * HOUR_S, 32 * HOUR_S, 80 * HOUR_S,
    ]  # fmt: skip


@pytest.mark.parametrize("hours", [None, "12-13"])
def test_a_roster_may_say_what_it_does_on_holidays(hours):
    own = [Stretch(day, Hours(8, 18)) for day in EVERY_DAY]
    own += [Stretch(HOLIDAY, Hours(12, 13))] if hours else []
    duty = duty_of(own, own_holidays=True)
    if hours:
        written = [{"hours": "08-18"}, {"hours": hours, "days": "holiday"}]
        assert parse_roster(written).duties[0] == duty
    wednesday = [
        span for span in shifts_of(duty, run_of(7, holidays=(date(2025, 1, 8),)))
        if 2 * DAY_S <= span[0] < 3 * DAY_S
    ]  # fmt: skip
    assert wednesday == ([(60 * HOUR_S, 61 * HOUR_S)] if hours else [])


def test_the_eighth_number_of_a_table_is_that_of_holidays():
    roster = parse_roster({"08-20": [1, 1, 1, 1, 1, 1, 1, 2]})
    days = run_of(7, holidays=(date(2025, 1, 7),))
    first, second = (shifts_of(duty, days) for duty in roster.duties)
    assert first[1] == second[0] == (32 * HOUR_S, 44 * HOUR_S)
    assert len(second) == 1


def test_the_night_before_a_holiday_ends_in_it():
    duty = parse_roster([{"hours": "20-08", "days": "mon-fri"}]).duties[0]
    days = run_of(7, holidays=(date(2025, 1, 8),))
    tuesday, thursday = shifts_of(duty, days)[1:3]
    assert tuesday == (44 * HOUR_S, 56 * HOUR_S)
    assert thursday[0] == 92 * HOUR_S, "Wednesday is as a Sunday: nobody begins that night"


# ── off the road ─────────────────────────────────────────────────────────────────────────────

spans = st.lists(
    st.tuples(st.integers(0, 200), st.integers(1, 60)).map(lambda s: (float(s[0]), float(sum(s)))),
    max_size=6,
).map(lambda some: merged(sorted(some)))


@given(spans, spans)
def test_what_is_left_of_shifts_is_on_duty_and_on_the_road(shifts, away):
    left = without(shifts, away)
    assert all(a[1] <= b[0] for a, b in itertools.pairwise(left.spans))
    for second in range(270):
        at = second + 0.5
        assert on_duty(left.spans, at) == (on_duty(shifts, at) and not on_duty(away, at))
    ends = {end for _, end in shifts}
    for (_, end), ends_duty in zip(left.spans, left.ends_duty, strict=True):
        assert not ends_duty or end in ends


@given(spans, st.floats(0, 260), st.floats(0, 30))
def test_a_time_lies_within_a_span_or_not(shifts, begin, length):
    end = begin + length
    assert within(shifts, begin, end) == any(on <= begin and end <= off for on, off in shifts)
