"""People far from any road that may be left: how many, and how far."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from sim.geography import remote

ROADS = np.array([
    shapely.LineString([(0, 0), (10_000, 0)]), shapely.LineString([(0, 4000), (10_000, 4000)]),
])  # fmt: skip


def test_people_are_counted_by_their_distance_to_a_road_that_may_be_left():
    xy = np.array([[0.0, 10], [0, -1500], [0, 3900], [0, -7000], [0, 12_000]])
    people = np.array([90.0, 4, 3, 2, 1])
    away = remote.to_roads(xy, people, ROADS, np.array(["residential", "motorway"]))
    assert away.metres.tolist() == [10, 1500, 3900, 7000, 12_000]
    assert [away.beyond(m) for m in remote.BANDS_M] == [10, 6, 3]
    (said,) = remote.sentences(away)
    assert said.startswith("10 people (10.0%) live more than 1 km from a road that may be left, "
                           "6 more than 2 km, 3 more than 5 km")  # fmt: skip
    assert "10 m from one in the median, at most 12,000 m" in said


def test_people_near_roads_are_no_sentence():
    away = remote.to_roads(np.array([[0.0, 900]]), np.ones(1), ROADS, np.full(2, "primary"))
    assert remote.sentences(away) == []


def test_where_no_road_may_be_left_there_is_no_distance():
    nothing = remote.to_roads(np.zeros((1, 2)), np.ones(1), ROADS, np.full(2, "ferry"))
    assert nothing is None


def test_empty_cells_are_nobody_far_away():
    xy, people = np.array([[0.0, 0], [0, -9000]]), np.array([5.0, 0])
    away = remote.to_roads(xy, people, ROADS, np.full(2, "primary"))
    assert away.most == 0
    assert away.quantile(0.5) == pytest.approx(0)
