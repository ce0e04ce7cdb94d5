"""Numbers as people write them, and the units of their columns."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.files import numerals
from sim.files.numerals import CommaError, has_decimal_comma, header, number, unit_factor


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12.5", 12.5), ("1,234", 1234), ("1,234,567.8", 1_234_567.8), ("1 234", 1234),
        ("1\u00a0234", 1234), ("1'234", 1234), ("1’234.5", 1234.5), ("１２３．５", 123.5),
        ("１，２３４", 1234), ("−3", -3), ("－３", -3), ("+5", 5), (".5", 0.5), ("5.", 5),
        ("3.2万", 32_000), ("3.2 万人", 32_000), ("1.5亿", 150_000_000), ("1.2E+05", 120_000),
        ("007", 7), (" 7 ", 7),
    ],
)  # fmt: skip
def test_a_number_is_read_as_it_is_written(text, value):
    assert number(text) == value


@pytest.mark.parametrize(
    "text",
    ["12,5", "1,23", "0,123", "12,34,567", "1234,567", "1.2.3", "1 2", "12 34", "nan", "inf",
     "-inf", "1e308", "1e20", "1_000", "0x10", "١٢", "½", "12%", "12 km", "1e", "", "-", "1.234,5",
     "1,234 567", "twelve", "1-2"],
)  # fmt: skip
def test_what_is_no_number_is_refused(text):
    with pytest.raises(ValueError, match="write a"):
        number(text)
    assert numerals.complaint(text).startswith("write a")


@pytest.mark.parametrize(
    ("column", "values"),
    [
        (["12,5", "3"], [12.5, 3]), (["0,0", "4,5"], [0, 4.5]), (["1.234,5", "7"], [1234.5, 7]),
        (["1 234,5", "1,25"], [1234.5, 1.25]), (["1,234", "12"], [1234, 12]),
        (["1,234", "1.5"], [1234, 1.5]), (["1,234,567", "1,234"], [1_234_567, 1234]),
        (["-70,6482", "-33,4"], [-70.6482, -33.4]), (["3,2万", "1,5"], [32_000, 1.5]),
        (["0,123", "5"], [0.123, 5]),
    ],
)  # fmt: skip
def test_a_column_says_what_its_commas_mean(column, values):
    assert numerals.numbers(column)[0].tolist() == values


@pytest.mark.parametrize(
    "column", [["12,5", "12.5"], ["12,5", "1,234"], ["12,5", "1,234.5"], ["1,5", "1,234,567"]]
)
def test_a_column_that_says_both_is_refused(column):
    with pytest.raises(CommaError, match="some numbers have a decimal comma") as caught:
        has_decimal_comma(column)
    assert caught.value.rows == [0, 1]


def test_three_digits_after_a_comma_are_a_fraction_where_commas_are_decimal():
    assert numerals.numbers(["113,512", "113,5"], likely=True)[0].tolist() == [113.512, 113.5]


def written(value: float, decimals: int, group: str, point: str) -> str:
    text = f"{value:,.{decimals}f}"
    return text.replace(",", "\0").replace(".", point).replace("\0", group)


STYLES = [("", "."), (",", "."), (" ", "."), ("'", "."), ("", ","), (".", ","), (" ", ","),
          ("\u202f", ",")]  # fmt: skip


@given(
    st.lists(st.floats(-1e7, 1e7, allow_nan=False), min_size=1, max_size=8),
    st.integers(0, 6),
    st.sampled_from(STYLES),
    st.booleans(),
)
def test_any_style_is_read_back_or_refused(values, decimals, style, wide):
    texts = [written(value, decimals, *style) for value in values]
    if wide:
        texts = [
            text.translate(str.maketrans("0123456789-", "０１２３４５６７８９−")) for text in texts
        ]
    try:
        found, odd = numerals.numbers(texts)
    except CommaError:
        return
    exact = [round(value, decimals) for value in values]
    for at, (one, other) in enumerate(zip(found, exact, strict=True)):
        assert at in odd or one == other or _could_be_either(texts[at], style)


def _could_be_either(text: str, style: tuple[str, str]) -> bool:
    """`1,234` alone is a thousand by the rule, `1.234` one and a bit, whoever wrote them."""
    body = text.translate(str.maketrans("０１２３４５６７８９", "0123456789")).lstrip("-−")
    whole, mark, part = body.partition(style[1])
    if style[1] == "," and mark:
        return len(part) == 3 and len(whole) < 4 and not whole.startswith("0")
    return style[0] == "." and body.count(".") == 1


@pytest.mark.parametrize(
    ("name", "stem", "unit"),
    [
        ("人口(万人)", "人口", "万人"), ("人口（单位：万人）", "人口", "万人"), ("常住人口万人", "常住人口", "万人"),
        ("speed_kmh", "speed", "kmh"), ("Speed (km/h)", "Speed", "km/h"), ("maxspeed mph", "maxspeed", "mph"),
        ("on_scene_min", "on_scene", "min"), ("现场时间_分", "现场时间", "分"), ("时间(分钟)", "时间", "分钟"),
        ("travel time in min", "travel time", "min"), ("speed_m/s", "speed", "m/s"),
        ("length_km", "length", "km"), ("minutes", "", "minutes"), ("经度(°)", "经度", "°"),
        ("people (2020)", "people (2020)", ""), ("人口(男)", "人口(男)", ""), ("admin", "admin", ""),
        ("cars", "cars", ""), ("总人口", "总人口", ""), ("人口(千)", "人口", "千"),
        ("人口百万人", "人口", "百万人"), ("Population (10,000 persons)", "Population", "10000"),
        ("Population (in thousands of people)", "Population", "thousands"),
        ("people (x1000)", "people", "1000"), ("pop_1000", "pop_1000", ""),
    ],
)  # fmt: skip
def test_a_header_says_its_unit(name, stem, unit):
    assert header(name)[:2] == (stem, unit)


def test_a_unit_is_worth_so_much_of_the_callers_own():
    assert unit_factor("人口(万人)", numerals.PEOPLE) == 10_000
    assert unit_factor("people", numerals.PEOPLE) == 1
    assert unit_factor("人口", numerals.PEOPLE) is None
    assert math.isclose(unit_factor("speed (mph)", numerals.SPEED) * 3.6, 1.609344)
    assert unit_factor("travel_min", numerals.TIME) == 60
    with pytest.raises(ValueError, match="no unit of this: km/h"):
        unit_factor("people (km/h)", numerals.PEOPLE)
