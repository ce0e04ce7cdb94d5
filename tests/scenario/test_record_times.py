"""Times of records: read in one way throughout a column, or refused; and on which clock."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sim.scenario.records import clocks, times
from sim.scenario.validation import Problems

MOMENTS = st.datetimes(datetime(1950, 1, 1), datetime(2150, 1, 1))


def column(*texts, written="", usual=""):
    problems = Problems()
    found = times.read(texts, "time", range(2, len(texts) + 2), written, usual, problems)
    return found, [problem.message for problem in problems.found]


def read(*texts, **how):
    """All times of a column; nothing in it may be odd."""
    found, told = column(*texts, **how)
    assert not told, told
    assert not found.faults, found.faults
    return [str(at) for at in found.at.astype("datetime64[s]")]


@pytest.mark.parametrize(
    "text",
    [
        "2025-01-08 14:05:00", "2025/1/8 14:05", "2025.01.08 14:05", "20250108 14:05:00",
        "20250108140500", "20250108 1405", "2025-01-08T14:05:00.000", "2025年1月8日 14时05分",
        "2025年1月8日14时05分", "2025年1月8日 14:05", "2025年1月8日 星期三 14:05", "2025/1/8 下午2:05",
        "2025年1月8日 下午2时5分", "2025-01-08 14：05：00", "２０２５-01-08　14:05", "8 Jan 2025 14:05",
        "08-JAN-2025 14:05:00", "January 8, 2025 2:05 PM", "2025 Jan 08 02:05:00 PM",
        "2025-01-08 2:05 p.m.", "Wed, 08 Jan 2025 14:05:00",
    ],
)  # fmt: skip
def test_one_moment_in_many_hands(text):
    assert read(text) == ["2025-01-08T14:05:00"]


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2025/3/1 8:5", "2025-03-01T08:05:00"), ("2025/3/1 18:5:7", "2025-03-01T18:05:07"),
        ("2025/12/31 8:59", "2025-12-31T08:59:00"), ("2025/3/1 08:05:07", "2025-03-01T08:05:07"),
        ("2025-1-7 6:9:0", "2025-01-07T06:09:00"), ("2025.1.7 16:9", "2025-01-07T16:09:00"),
    ],
)  # fmt: skip
def test_a_time_as_it_is_typed_into_excel_in_china(text, at):
    assert read(text) == [at]
    assert read("2025/11/30 18:45", text, "2025-01-08 14:05:00")[1] == at


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("2025-01-08 14.05", "write a time like"),  # not 14:00:00.05
        ("2025-01-08 25:00", "write a time like"),
        ("2025-01-08 14:60", "write a time like"),
        ("2025-01-08 24:45", "write a time like"),
        ("2025-01-08 早上12:05", "write a time like"),  # no clock says so
        ("2025-01-08 上午14:05", "write a time like"),
        ("2025-01-08 13:05 AM", "write a time like"),
        ("2025-01-08 晚上12:05", "write a time like"),  # before midnight, or after?
        ("2025-02-30 14:05", "there is no such day"),
        ("08/01/25 14:05", "write the year with four digits"),
        ("45665.587", "a day number of Excel"),
        ("0225-01-08 14:05", "the year is not of our time"),
        ("2025-01-08", "a date without the time of day"),
        ("14:05", "a time of day without its date"),
        ("下午2时5分", "a time of day without its date"),
        ("2025-01-08 14.05.30", "write a time like"),
        ("2025-01-08 14:05 CST", "several clocks have the same letters: write the offset"),
        ("2025-01-08 14:05+99:00", "write a time like"),
        ("1736345100", "write `time_format: unix seconds`"),
        ("1736345100000", "write `time_format: unix milliseconds`"),
        ("2025010814", "write a time like"),
        ("yesterday", "write a time like"),
    ],
)
def test_what_could_be_meant_in_two_ways_is_refused(text, why):
    found, told = column("2025-01-07 10:00", text)
    assert [fault.row for fault in found.faults] == [1]
    assert why in found.faults[0].message
    assert not told


def test_the_end_of_a_day_is_the_next_midnight():
    assert read("2025-01-31 24:00:00") == ["2025-02-01T00:00:00"]


def test_noon_and_midnight_with_halves():
    assert read("01/13/2025 12:05 AM", "01/13/2025 12:05 PM", "2025-01-13 凌晨12:05",
                "2025-01-13 中午12:05", "2025-01-13 中午1:05", "2025-01-13 晚上8:05") == [
        f"2025-01-13T{hour}:05:00" for hour in ("00", "12", "00", "12", "13", "20")
    ]  # fmt: skip


@pytest.mark.parametrize("form", ["2025年1月13日 {half}{hour}:05:00", "2025/1/13 {half} {hour}:05"])
@pytest.mark.parametrize("first", [12, 0])
def test_every_hour_of_a_clock_of_twelve_in_chinese(form, first):
    texts = [
        form.format(half="上午" if h < 12 else "下午", hour=h % 12 or first) for h in range(24)
    ]
    assert read(*texts) == [f"2025-01-13T{hour:02d}:05:00" for hour in range(24)]


def test_the_whole_column_says_whether_the_day_comes_first():
    assert read("01/02/2025 08:00", "13/02/2025 08:00")[0].startswith("2025-02-01")
    assert read("01/02/2025 08:00", "02/13/2025 08:00")[0].startswith("2025-01-02")
    assert read("03/03/2025 08:00") == ["2025-03-03T08:00:00"]


def test_what_the_column_leaves_open_is_asked_about():
    _, told = column("01/02/2025 08:00", "03/04/2025 09:00")
    assert len(told) == 1
    assert "does the day come first in 01/02/2025 08:00" in told[0]
    assert read("01/02/2025 08:00", written="day first") == ["2025-02-01T08:00:00"]
    assert read("01/02/2025 08:00", usual="month first") == ["2025-01-02T08:00:00"]


def test_a_column_that_says_both_is_refused_with_both_lines():
    _, told = column("13/02/2025 08:00", "02/13/2025 08:00", "01/02/2025 08:00")
    assert told == [
        "line 2 says the day first (13/02/2025 08:00), line 3 the month (02/13/2025 08:00): write "
        "them alike"
    ]


def test_dates_alone_are_midnights_only_if_there_is_nothing_else():
    found, _ = column("2025-01-08", "2025-01-09")
    assert found.dates_only
    assert not found.faults
    found, _ = column("2025-01-08", "2025-01-09 10:00")
    assert not found.dates_only
    assert [fault.row for fault in found.faults] == [0]


def test_a_named_format_reads_nothing_else():
    assert read("08.01.2025 14.05", written="%d.%m.%Y %H.%M") == ["2025-01-08T14:05:00"]
    assert read("45665.586805555555", written="excel") == ["2025-01-08T14:05:00"]
    assert read("1736345100", written="unix seconds") == ["2025-01-08T14:05:00"]
    found, _ = column("2025-01-08 14:05", written="%d.%m.%Y %H.%M")
    assert "no time of the format %d.%m.%Y %H.%M" in found.faults[0].message


@pytest.mark.parametrize("written", ["%H:%M", "%d/%m %H:%M", "dd/mm/yyyy hh:mm", "%Y-%m-%d %I:%M"])
def test_a_format_that_leaves_something_open_is_refused(written):
    problems = Problems()
    assert times.check_format(written, problems) == ""
    assert len(problems) == 1


FORMS = (
    "%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M:%S", "%Y%m%d%H%M%S", "%Y%m%d %H:%M:%S",
    "%Y-%m-%dT%H:%M:%S", "%Y年%m月%d日 %H时%M分%S秒", "%Y年%m月%d日%H:%M:%S", "%d %b %Y %H:%M:%S",
    "%d-%B-%Y %H:%M:%S", "%b %d, %Y %I:%M:%S %p", "%Y %b %d %I:%M:%S %p", "%a, %d %b %Y %H:%M:%S",
)  # fmt: skip


@given(MOMENTS, st.sampled_from(FORMS))
def test_any_moment_in_any_form_comes_back(moment, form):
    moment = moment.replace(microsecond=0)
    assert read(moment.strftime(form)) == [moment.isoformat()]


@given(st.lists(MOMENTS, min_size=1, max_size=30), st.sampled_from(("/", "-", ".")), st.booleans())
def test_days_and_months_come_back_or_are_asked_about(moments, mark, day_first):
    form = mark.join(("%d", "%m", "%Y") if day_first else ("%m", "%d", "%Y")) + " %H:%M:%S"
    moments = [moment.replace(microsecond=0) for moment in moments]
    found, told = column(*(moment.strftime(form) for moment in moments))
    same = [datetime.fromisoformat(str(at)) for at in found.at.astype("datetime64[s]")] == moments
    open_ = all(moment.day <= 12 for moment in moments)
    assert same if not told else open_
    if any(moment.day > 12 for moment in moments):
        assert not told


@given(MOMENTS, st.sampled_from(FORMS), st.integers(0, 40), st.characters(codec="utf-8"))
def test_a_damaged_time_is_read_or_refused_but_never_raises(moment, form, place, letter):
    text = moment.strftime(form)
    found, told = column(text[:place] + letter + text[place + 1 :])
    assert len(found.at) == 1
    if not told and not found.faults:
        assert not np.isnat(found.at[0]) or not (text[:place] + letter + text[place + 1 :])


# ── clocks ───────────────────────────────────────────────────────────────────────────────────


def zone(name):
    problems = Problems()
    found = clocks.clock(name, problems)
    assert not problems.found, problems.found
    return found


def standard(texts, recorded, local):
    found, _ = column(*texts)
    offsets = clocks.offsets_of(found.offset)
    return clocks.to_standard(found.at, offsets, recorded and zone(recorded), zone(local))


def test_utc_becomes_the_standard_time_of_the_place():
    found = standard(["2019-01-02T20:05:33Z", "2019-01-02T20:05:33+01:00"], None, "Asia/Shanghai")
    assert [str(at) for at in found.at.astype("datetime64[s]")] == [
        "2019-01-03T04:05:33",
        "2019-01-03T03:05:33",
    ]


def test_summer_time_is_taken_out():
    texts = ["2025-01-15 12:00", "2025-07-15 12:00"]
    found = standard(texts, "America/New_York", "America/New_York")
    assert [str(at)[11:16] for at in found.at] == ["12:00", "11:00"]
    assert found.summer == 1
    assert found.offset == timedelta(hours=-5)


def test_the_hours_that_a_clock_skips_and_repeats_are_counted():
    texts = ["2025-03-09 02:30", "2025-11-02 01:30", "2025-11-02 02:30"]
    found = standard(texts, "America/New_York", "America/New_York")
    assert (found.missing, found.repeated) == (1, 1)
    assert [str(at)[11:16] for at in found.at] == ["02:30", "00:30", "02:30"]


@given(MOMENTS, st.integers(-12 * 4, 14 * 4))
def test_an_offset_is_taken_off_exactly(moment, quarters):
    own = timezone(timedelta(minutes=15 * quarters))
    moment = moment.replace(microsecond=0)
    assume(moment.year > 1950)
    found = standard([moment.replace(tzinfo=own).isoformat()], None, "+08:00")
    at = datetime.fromisoformat(str(found.at[0].astype("datetime64[s]")))
    assert at - timedelta(hours=8) == moment - timedelta(minutes=15 * quarters)


@pytest.mark.parametrize("name", ["Asia/Shangai", "UTC+25:00", "local", "../../etc/passwd", ""])
def test_a_clock_that_is_none_is_told(name):
    problems = Problems()
    assert clocks.clock(name, problems) is None
    assert len(problems) == 1


def test_a_clock_far_from_the_sun_is_noticed():
    assert clocks.far_from_sun(timedelta(0), 113.5)
    assert not clocks.far_from_sun(timedelta(hours=8), 113.5)
    assert not clocks.far_from_sun(timedelta(hours=8), 76.0)  # Kashgar
    assert not clocks.far_from_sun(timedelta(hours=13), -172.0)


@pytest.mark.parametrize("written", ["", "day first"])
def test_dates_that_a_spreadsheet_converted_by_half_are_refused(written):
    """It made of each day up to the twelfth a date with day and month exchanged."""
    days_ = [datetime(2025, 3, 1, 8, 30) + timedelta(days=n) for n in range(56)]
    half = [
        str(datetime(day.year, day.day, day.month, 8, 30)) if day.day <= 12
        else f"{day:%d/%m/%Y %H:%M:%S}"
        for day in days_
    ]  # fmt: skip
    _, told = column(*half, written=written)
    assert len(told) == 1
    assert "exchanged their day and month" in told[0]
    # Neither kind alone, nor dates of which both kinds have all days.
    whole = [str(day) for day in days_]
    texts = [f"{day:%d/%m/%Y %H:%M:%S}" for day in days_]
    both = [
        one if row % 2 else other for row, (one, other) in enumerate(zip(whole, texts, strict=True))
    ]
    for some in (whole, texts, both):
        assert not column(*some, written=written)[1]
