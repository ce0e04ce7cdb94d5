"""Cells: nobody is lost, nobody is added, and each cell lies where its people are."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.geography.making.headcount import note_lost
from sim.geography.making.people.cells import (
    PeopleSums,
    cells_of,
    merged,
    note_cells,
    share_out,
    squares,
)
from sim.geography.making.report import Report

CELL_M = 250.0


@st.composite
def people(draw):
    point = st.tuples(st.floats(-900, 900), st.floats(-900, 900))
    points = draw(st.lists(point, min_size=1, max_size=40))
    count = len(points)
    weight = draw(st.lists(st.floats(0.01, 500), min_size=count, max_size=count))
    zone = draw(st.lists(st.integers(-1, 3), min_size=count, max_size=count))
    return np.array(points), np.array(weight), np.array(zone)


@given(people())
@settings(max_examples=100, deadline=None)
def test_squares_add_up_to_the_people_and_lie_around_their_centre(town):
    xy, weight, zone = town
    sums = squares(xy, weight, zone, CELL_M)
    assert sums.people.sum() == pytest.approx(weight.sum())
    assert len(set(zip(sums.zone, sums.col, sums.row, strict=True))) == len(sums.zone)
    x, y = sums.px / sums.people, sums.py / sums.people
    for at, low in ((x, sums.col * CELL_M), (y, sums.row * CELL_M)):
        assert (at >= low - 1e-6).all()
        assert (at <= low + CELL_M + 1e-6).all()


@given(people(), st.integers(1, 5))
@settings(max_examples=60, deadline=None)
def test_people_read_in_strips_are_the_same_as_people_read_at_once(town, strips):
    xy, weight, zone = town
    parts = np.array_split(np.arange(len(xy)), strips)
    found = merged([squares(xy[p], weight[p], zone[p], CELL_M) for p in parts if len(p)])
    whole = squares(xy, weight, zone, CELL_M)
    for one, other in zip(found, whole, strict=True):
        assert one == pytest.approx(other)


@given(people(), st.none() | st.integers(1, 10_000))
@settings(max_examples=100, deadline=None)
def test_cells_hold_whole_people_to_the_total(town, total):
    xy, weight, _ = town
    sums = squares(xy, weight, np.zeros(len(xy), int), CELL_M)
    cells = cells_of(sums, total, None)
    assert cells["people"].sum() == (round(float(sums.people.sum())) if total is None else total)
    assert (cells["people"] > 0).all()


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=30), st.integers(0, 10**6))
@settings(max_examples=100, deadline=None)
def test_shares_are_whole_and_miss_the_exact_ones_by_less_than_one(weight, people):
    weight = np.array(weight) + 1e-3
    share = share_out(people, weight)
    assert share.sum() == people
    exact = people * weight / weight.sum()
    assert (np.abs(share - exact) < 1 + 1e-6).all()


def test_equal_shares_go_to_the_first():
    assert share_out(2, np.ones(3)).tolist() == [1, 1, 0]


def test_a_square_on_a_border_of_two_zones_is_two_cells():
    xy = np.array([[10.0, 10], [240, 10]])
    cells = cells_of(squares(xy, np.array([5.0, 7]), np.array([0, 1]), CELL_M), None, None)
    assert cells["zone"].tolist() == [0, 1]
    assert cells["people"].tolist() == [5, 7]


def test_people_in_no_zone_belong_to_the_nearest():
    zones = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 99, 99), shapely.box(500, 0, 600, 99)])
    sums = squares(np.array([[200.0, 50], [450, 50]]), np.ones(2), np.full(2, -1), CELL_M)
    assert cells_of(sums, None, zones)["zone"].tolist() == [0, 1]


def test_squares_without_people_are_no_cells():
    nobody = PeopleSums(*(np.zeros(2) for _ in range(6)))
    some = nobody._replace(
        people=np.array([0.0, 3]), px=np.array([0.0, 30]), py=np.array([0.0, 60])
    )
    cells = cells_of(some, None, None)
    assert cells[["people", "x", "y"]].to_numpy().tolist() == [[3, 10, 20]]


def test_one_cell_is_a_map_too():
    report = Report()
    cells = cells_of(
        squares(np.zeros((1, 2)), np.array([9.0]), np.zeros(1, int), CELL_M), None, None
    )
    zones = gpd.GeoDataFrame({"name_en": ["All"]}, geometry=[shapely.box(0, 0, 1, 1)])
    note_cells(cells, zones, np.array(["rural"]), report)
    assert "kept: 9 people in 1 cell; people per cell: median 9, most 9" in str(report)
    assert "rural: 9 people (100.0%), 1 cell" in str(report)
    assert "nobody is urban" in report.warnings[0]


@pytest.mark.parametrize(("lost", "notes", "warnings"), [(0.2, 0, 0), (4, 1, 0), (40, 1, 1)])
def test_people_outside_are_told_and_many_are_a_warning(lost, notes, warnings):
    report = Report()
    note_lost(lost, 100, report)
    assert sum(map(len, report.sections.values())) == notes
    assert len(report.warnings) == warnings
