"""The balance of an import: who came in is kept or named as lost, and no ground counts twice."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from towns import LAT, LON, STEP, box, features, raster

from sim.errors import MapImportError
from sim.geography.making import make as flow
from sim.geography.making import zones as ground
from sim.geography.making.balance import OUTSIDE, BalanceError, GroundBalance, PeopleBalance
from sim.geography.making.overlaps import each_ground_once
from sim.geography.making.people import points, polygons
from sim.geography.making.people.cells import cells_of, note_balance, note_zoneless
from sim.geography.making.report import Report

CRS = 32649


def test_people_who_vanish_without_a_reason_are_a_bug():
    balance = PeopleBalance(read=100.0, kept=60)
    with pytest.raises(BalanceError):
        list(balance.closed())
    balance.leave_out(OUTSIDE, 40.0)
    assert list(balance.closed()) == [
        "people: 100 read, 40 left out, 60 kept", "left out, outside the boundary: 40"
    ]  # fmt: skip
    balance.kept = 61
    with pytest.raises(BalanceError):
        list(balance.closed())


def test_people_who_appear_are_a_bug_unless_a_total_was_asked_for():
    balance = PeopleBalance(read=100.0, kept=250)
    with pytest.raises(BalanceError):
        list(balance.closed())
    balance.total = 250
    assert list(balance.closed())[-1] == "scaled by --total-people from 100 to 250"


def test_zones_that_overlap_still_are_a_bug():
    assert (
        GroundBalance(5e6, 5e6, 0).closed() == "ground: 5.0 km² in zones, none of it in two of them"
    )
    assert "0.50 km² of it were in two" in GroundBalance(5e6, 5e6, 5e5).closed()
    with pytest.raises(BalanceError):
        GroundBalance(6e6, 5e6, 0).closed()


def test_an_import_stops_with_a_traceback_if_its_balance_does_not_close(make, monkeypatch):
    from sim.geography.making.people import cells

    whole = cells.cells_of
    monkeypatch.setattr(flow, "cells_of", lambda *given: whole(*given).iloc[1:])
    with pytest.raises(BalanceError):
        make()


# ── any zones × any people ───────────────────────────────────────────────────────────────────

corner = st.integers(0, 40).map(lambda n: n * 250.0)
side = st.integers(2, 20).map(lambda n: n * 250.0)
area = st.builds(lambda x, y, a, b: shapely.box(x, y, x + a, y + b), corner, corner, side, side)
somewhere = st.floats(-500, 15_500)


def frame_of(shapes):
    names = [f"zone {i}" for i in range(len(shapes))]
    facts = {"code": names, "name_en": names, "name_zh": names}
    return gpd.GeoDataFrame(facts, geometry=list(shapes), crs=CRS)


def streets():
    lines = [shapely.LineString([(0, y), (15_000, y)]) for y in (1000, 5000, 9000)]
    return gpd.GeoDataFrame({"class": ["residential"] * 3}, geometry=lines, crs=CRS)


def zones_of(shapes, report):
    once = each_ground_once(ground.Path("z"), frame_of(shapes), list("abcdefghi"), None, report)
    report.overlaps_m2 = once.overlaps_m2
    return once.frame


def closed(sums, zones, total, report):
    note_zoneless(sums, zones, report)
    cells = cells_of(sums, total, zones)
    note_balance(cells, zones, total, report)  # raises if it does not close
    return cells


@given(
    st.lists(area, min_size=1, max_size=6),
    st.lists(st.tuples(somewhere, somewhere, st.floats(0, 300)), min_size=1, max_size=40),
    st.none() | area,
    st.none() | st.integers(1, 5000),
)
@settings(max_examples=120, deadline=None)
def test_points_of_people_in_any_zones_balance(shapes, people, edge, total):
    report = Report()
    zones = zones_of(shapes, report)
    x, y, living = map(np.array, zip(*people, strict=True))
    spots = gpd.GeoDataFrame({"people": living}, geometry=gpd.points_from_xy(x, y), crs=CRS)
    report.people.read = float(living.sum())
    sums = points.read(spots, zones, edge, 500.0, report)
    if not sums.people.sum():
        return
    cells = closed(sums, zones, total, report)
    inside = np.ones(len(x), bool) if edge is None else shapely.intersects_xy(edge, x, y)
    assert sum(report.people.left.values()) == pytest.approx(living[~inside].sum())
    if total is None:
        assert cells["people"].sum() == pytest.approx(living[inside].sum(), abs=0.5 + 1e-6)
        at = ground.zone_at(np.column_stack([x, y])[inside], zones)
        there = np.bincount(at, living[inside], minlength=len(zones))
        in_one = ground.zone_or_none(np.column_stack([x, y])[inside], zones) >= 0
        if in_one.all():
            found = np.bincount(cells["zone"], cells["people"], minlength=len(zones))
            assert np.abs(found - there).max() <= len(sums.people), "each square is rounded once"
    else:
        assert cells["people"].sum() == total


@given(
    st.lists(area, min_size=1, max_size=6),
    st.lists(st.tuples(area, st.floats(0, 900)), min_size=1, max_size=5),
    st.none() | area,
)
@settings(max_examples=80, deadline=None)
def test_polygons_of_people_in_any_zones_balance(shapes, drawn, edge):
    report = Report()
    zones = zones_of(shapes, report)
    people = np.array([living for _, living in drawn])
    frame = frame_of([shape for shape, _ in drawn])
    report.people.read = float(people.sum())
    try:
        once = each_ground_once(ground.Path("p"), frame, list("abcdefghi"), people, report)
    except MapImportError:
        return
    report.people.leave_out(OUTSIDE, people[~once.kept].sum())
    living = once.frame.assign(people=people[once.kept])
    sums = polygons.over_streets(living, streets(), 500.0, report, zones=zones, boundary=edge)
    if sums.people.sum():
        closed(sums, zones, None, report)


# ── from files ───────────────────────────────────────────────────────────────────────────────


def test_zones_cut_at_the_boundary_keep_the_people_of_the_part_inside(make, tmp_path):
    path = features(tmp_path / "z.geojson", [box(east=1.5), box(west=1.5), box(west=4, east=5)],
                    name=["west", "east", "far"], people=[600, 1000, 77])  # fmt: skip
    edge = features(tmp_path / "e.geojson", [box(east=2.25)], name=["edge"])
    report, ground = make(zones=path, boundary=edge)
    assert ground.layers["townships"]["people"].tolist() == pytest.approx([600, 500], abs=2)
    assert "people: 1,677 read, 577 left out, 1,100 kept" in report
    assert "left out, outside the boundary: 577" in report


def test_people_in_no_zone_are_named_and_counted_in_the_nearest(make, tmp_path):
    west = features(tmp_path / "z.geojson", [box(east=1), box(west=1, east=1.5)], name=["a", "b"])
    edge = features(tmp_path / "e.geojson", [box()], name=["edge"])
    path = features(tmp_path / "p.geojson",
                    [shapely.Point(LON + STEP * x, LAT + STEP) for x in (0.5, 1.2, 2.5)],
                    people=[100, 30, 70])  # fmt: skip
    report, ground = make(zones=west, boundary=edge, people=path)
    assert np.bincount(ground.cells.township, ground.cells.people).tolist() == [100, 100]
    assert "70 people (35.0%) live in no zone and are counted in the nearest, at most 98" in report
    assert "(50%) in no zone" in report


def test_rows_without_a_shape_are_left_out_with_their_people(make, tmp_path):
    path = features(tmp_path / "z.geojson", [box(), None], name=["town", "nowhere"],
                    people=[500, 40])  # fmt: skip
    report, ground = make(zones=path)
    assert ground.cells.people.sum() == 500
    assert "1 row without a shape of this kind was left out: nowhere" in report
    assert "people: 540 read, 40 left out, 500 kept" in report
    report, ground = make(people=path)
    assert "people: 540 read, 40 left out, 500 kept" in report


def test_every_import_ends_with_its_balance(make, tmp_path):
    report, _ = make(people=raster(tmp_path / "p.tif", np.full((30, 30), 2.0)))
    assert "people: 1,800 read, 0 left out, 1,800 kept" in report
    report, _ = make(people=raster(tmp_path / "p.tif", np.full((30, 30), 2.0)), total_people=5000)
    assert "people: 1,800 read, 0 left out, 5,000 kept" in report
    assert "scaled by --total-people from 1,800 to 5,000" in report
    assert "km² in zones, none of it in two of them" in report
