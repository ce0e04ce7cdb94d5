"""Quantities: a number and a unit, or a clear refusal."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim import units


@pytest.mark.parametrize(
    ("parse", "text", "value"),
    [
        (units.seconds, "12 min", 720),
        (units.seconds, "1.5min", 90),
        (units.seconds, "28 days", 28 * 86400),
        (units.seconds, "3 分钟", 180),
        (units.signed_seconds, "-10.01 min", -600.6),
        (units.metres, "6 km", 6000),
        (units.metres_per_second, "36 km/h", 10),
        (units.share, "90 %", 0.9),
        (units.speed_share, "150 %", 1.5),
    ],
)
def test_a_number_and_a_unit(parse, text, value):
    assert parse(text) == pytest.approx(value)


def test_rates_are_per_person_or_per_time():
    rate = units.rate("14.7 per 1000 people per year")
    assert rate.per_person
    assert rate.per_second == pytest.approx(14.7 / 1000 / 31557600)
    assert units.rate("36 per day") == (pytest.approx(36 / 86400), False)
    assert units.rate("10,600 calls per year").per_second == pytest.approx(10600 / 31557600)


@pytest.mark.parametrize("parse", [units.seconds, units.share, units.metres, units.rate])
@pytest.mark.parametrize(
    "bad",
    [10, 10.0, True, None, "", "ten minutes", "10", "nan min", "1,5 min", "1.000,5 min", [1], {}],
)
def test_what_is_no_quantity_is_refused_in_words(parse, bad):
    with pytest.raises(ValueError, match=r"write|unknown|finite"):
        parse(bad)


@pytest.mark.parametrize(
    ("parse", "bad"),
    [(units.seconds, "-1 min"), (units.share, "101 %"), (units.metres_per_second, "0 km/h"),
     (units.rate, "-3 per day"), (units.rate, "3 per 0 people per day"), (units.speed_share, "0 %")],
)  # fmt: skip
def test_impossible_values_are_refused(parse, bad):
    with pytest.raises(ValueError, match="found"):
        parse(bad)


@given(st.text(max_size=30))
def test_any_text_is_a_quantity_or_a_value_error(text):
    for parse in (units.seconds, units.share, units.metres, units.rate, units.metres_per_second):
        try:
            assert parse(text) is not None
        except ValueError:
            pass


@pytest.mark.parametrize(
    ("text", "said"),
    [("1e308 years", "write at most 1 day; found 1e308 years"),
     ("25 h", "write at most 1 day; found 25 h"), ("0.9 s", "write at least 1 s; found 0.9 s"),
     ("1e-300 s", "write at least 1 s; found 1e-300 s")],
)  # fmt: skip
def test_bounds_are_looked_at_after_the_unit_and_are_allowed_themselves(text, said):
    within = units.seconds.within("1 s", "1 day")
    with pytest.raises(ValueError, match=re.escape(said)):
        within(text)
    assert (within("1 s"), within("24 h"), within("1 day")) == (1, 86_400, 86_400)
