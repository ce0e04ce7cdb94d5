"""What road data say in words: classes, directions and speed limits."""

from __future__ import annotations

import numpy as np
import pytest

from sim.geography.making.roads import tags as road_words


@pytest.mark.parametrize(
    ("text", "kmh"),
    [("50", 50), ("50 km/h", 50), ("30 mph", 48.3), ("walk", 5), ("none", None), ("RO:urban", None),
     (None, None), ("50;70", 60), ("['50', '30']", 40), ("0", None), ("999", None), ("signals", None)],
)  # fmt: skip
def test_speed_limits_are_read_or_left_to_the_class(text, kmh):
    assert (
        road_words.speed_kmh(text) == pytest.approx(kmh, nan_ok=True)
        if kmh
        else np.isnan(road_words.speed_kmh(text))
    )


@pytest.mark.parametrize(
    ("text", "course"),
    [(None, 0), ("yes", 1), ("TRUE", 1), ("1", 1), ("F", 1), ("FT", 1), ("-1", -1), ("reverse", -1),
     ("T", -1), ("no", 0), ("B", 0), ("", 0), (" yes ", 1), ("nan", 0), ("alternating", 0),
     ("sometimes", None)],
)  # fmt: skip
def test_directions_in_the_words_of_several_sources(text, course):
    assert road_words.direction(text) == course


@pytest.mark.parametrize(
    ("text", "name"),
    [("primary", "primary"), ("PRIMARY", "primary"), ("['secondary', 'primary']", "secondary"),
     ("trunk;primary", "trunk"), ("track_grade3", "track"), ("", ""), (None, ""), ("国道", "国道")],
)  # fmt: skip
def test_of_several_classes_the_first_counts(text, name):
    assert road_words.road_class(text) == name


@pytest.mark.parametrize("name", sorted(road_words.NOT_FOR_AMBULANCES))
def test_no_ambulance_drives_where_nobody_drives(name):
    assert not road_words.wanted(name, True, True, True)


@pytest.mark.parametrize("name", sorted(road_words.MAIN | road_words.STREETS))
def test_streets_are_wanted_without_a_switch(name):
    assert road_words.wanted(name, False, False, False)


@pytest.mark.parametrize(("name", "switch"), [("service", 0), ("track", 1), ("ferry", 2)])
def test_each_switch_opens_one_class(name, switch):
    for at in range(3):
        switches = [at == one for one in range(3)]
        assert road_words.wanted(name, *switches) == (at == switch)


def test_metres_an_hour_and_knots_are_no_kilometres():
    assert road_words.speed_kmh("10 knots") == 18.5
    assert road_words.speed_kmh("60 mph") == 96.6
    assert np.isnan(road_words.speed_kmh("60 furlongs"))
    assert np.isnan(road_words.speed_kmh("3")), "nobody drives at walking pace by law"
