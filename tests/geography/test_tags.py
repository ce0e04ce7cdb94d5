"""What road data say in words: classes, directions and speed limits."""

from __future__ import annotations

import pytest

from sim.geography.making.roads import tags as road_words


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
