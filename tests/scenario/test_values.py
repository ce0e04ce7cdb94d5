"""Hours, days and places as planners write them."""

from __future__ import annotations

import numpy as np
import pytest

from sim.model.calendar import Hours, hours_of_week
from sim.scenario.duty import daily
from sim.scenario.layout import Ambulance
from sim.scenario.values import LonLat, parse_days, parse_hours, parse_place
from sim.text import Message


@pytest.mark.parametrize(
    ("text", "hours", "length_h"),
    [
        ("08-20", (8, 20), 12),
        ("22-06", (22, 6), 8),
        ("8:00 – 20:00", (8, 20), 12),
        ("00-24", None, None),
        ("20-24", (20, 0), 4),
        ("7-9", (7, 9), 2),
    ],
)
def test_clock_hours_are_read_and_have_a_length(text, hours, length_h):
    if hours is None:  # the whole day is said by saying nothing
        with pytest.raises(ValueError, match="whole clock hours"):
            parse_hours(text)
        return
    read = parse_hours(text)
    assert read == hours
    assert read.length_h == length_h
    assert read.length_s == length_h * 3600
    assert parse_hours(str(read)) == read


def test_hours_over_midnight_belong_to_the_day_on_which_they_began():
    monday = hours_of_week(Hours(22, 6), (0,))
    assert np.flatnonzero(monday).tolist() == [22, 23, 24, 25, 26, 27, 28, 29]
    assert hours_of_week((0, 24)).all()


def test_an_ambulance_is_on_duty_all_day_unless_it_has_hours():
    assert Ambulance(0).duty.hours_a_week == 168
    assert Ambulance(0, daily(Hours(22, 6))).duty.hours_a_week == 56


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("mon-fri", (0, 1, 2, 3, 4)),
        ("sat, sun", (5, 6)),
        ("fri-mon", (0, 4, 5, 6)),
        ("Wednesday", (2,)),
        ("mon, mon", (0,)),
        ("周一", (0,)),
        ("周一至周五", (0, 1, 2, 3, 4)),
        ("星期六、星期天", (5, 6)),
        ("周一-周三，礼拜日", (0, 1, 2, 6)),
    ],
)
def test_days_are_read_in_any_order(text, days):
    assert parse_days(text) == days


@pytest.mark.parametrize("text", ["", "someday", "mon-tue-wed", "mon,", "周八", "周", 3])
def test_what_is_no_day_is_refused(text):
    with pytest.raises(ValueError, match="write days like") as caught:
        parse_days(text)
    assert isinstance(caught.value.args[0], Message)


def test_a_place_is_a_name_or_a_point():
    assert parse_place("枫林镇") == "枫林镇"
    assert parse_place([113.4, 27]) == LonLat(lon=113.4, lat=27.0)
    assert parse_place((113.4, 27.7)) == parse_place([113.4, 27.7])


@pytest.mark.parametrize("bad", [3, None, [113.4], [113.4, "27"], [True, 27.0], [1, 2, 3], {}])
def test_what_is_no_place_is_refused(bad):
    with pytest.raises(ValueError, match="longitude, latitude"):
        parse_place(bad)
