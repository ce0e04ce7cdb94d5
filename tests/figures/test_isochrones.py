"""The map of who is within reach: bands hold what the roads say, and stay within the map."""

from __future__ import annotations

import numpy as np
import pytest
from drawings import LANGUAGES, headline, texts
from pictures import answer, liling, picture

from sim.answers.coverage import coverage
from sim.figures import isochrones, style
from sim.figures.township_map import BREAKS
from sim.prepare.reach import reach


def test_cells_are_reached_on_the_map_when_they_are_in_the_table():
    found = reach(liling())
    at_cells = answer("coverage").minutes_at(liling().map.cells.xy)
    assert at_cells == pytest.approx(found.cell_s.min(axis=0) / 60)


def test_another_start_of_wheels_moves_the_bands():
    later = coverage(liling(), before_s=600.0)
    spots = liling().map.cells.xy[:5]
    first = coverage(liling(), before_s=0.0).minutes_at(spots)
    assert later.minutes_at(spots) == pytest.approx(first + 10)
    assert later.people_within(10) < 1 + coverage(liling(), before_s=0.0).people_within(10)


def test_people_within_are_counted_at_their_cells():
    found, people = answer("coverage"), liling().map.cells.people
    table = picture("coverage", "map").data
    within = table[table["what"].str.startswith("≤")]["people"]
    assert within.tolist() == pytest.approx(
        [people[found.cell_minutes <= limit].sum() for limit in BREAKS]
    )
    assert within.is_monotonic_increasing
    assert found.people_within(np.inf) == pytest.approx(people.sum())


def test_the_grid_lies_over_the_whole_map_and_says_what_the_roads_say():
    grid = isochrones._grid(answer("coverage"))
    x0, y0, x1, y1 = liling().map.outline.bounds
    assert grid.x[0] < x0
    assert grid.x[-1] > x1
    assert grid.y[0] < y0
    assert grid.y[-1] > y1
    spot = np.array([[grid.x[40], grid.y[60]]])
    assert grid.minutes[60, 40] == pytest.approx(answer("coverage").minutes_at(spot)[0])


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("size", list(style.SIZES))
def test_everything_lies_on_the_page(lang, size):
    made = picture("coverage", "map", lang, size)
    box, (wide, high) = made.get_tightbbox(), made.get_size_inches()
    assert 0 <= box.x0 <= box.x1 <= wide
    assert 0 <= box.y0 <= box.y1 <= high


def test_the_headline_has_both_targets_and_the_foot_that_it_is_no_compliance():
    made = picture("coverage", "map")
    assert " within 30 min" in headline(made)
    assert any("this is not compliance" in text for text in texts(made))
    assert headline(answer("coverage").map()) == headline(made)
