"""Polygons on the same ground: each ground and everybody is counted once, or the import stops."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from towns import box, features, raster, refused

from sim.errors import MapImportError
from sim.geography.making.overlaps import each_ground_once
from sim.geography.making.report import Report

FILE = Path("zones.gpkg")


def once(shapes, people=None, names=None):
    """What is kept of shapes in kilometres, and the report."""
    report = Report()
    drawn = [shapely.transform(shape, lambda xy: xy * 1000) for shape in shapes]
    frame = gpd.GeoDataFrame(geometry=drawn, crs=32649)
    names = names or [chr(65 + i) for i in range(len(shapes))]
    living = None if people is None else np.array(people, float)
    return each_ground_once(FILE, frame, names, living, report), str(report)


def stopped(shapes, people, **names):
    with pytest.raises(MapImportError) as caught:
        once(shapes, people, **names)
    return str(caught.value)


COUNTY = shapely.box(0, 0, 4, 4)
WEST, EAST = shapely.box(0, 0, 2, 4), shapely.box(2, 0, 4, 4)
SOUTHWEST, NORTHWEST = shapely.box(0, 0, 2, 2), shapely.box(0, 2, 2, 4)


def test_towns_that_touch_stay_as_they_are():
    found, said = once([WEST, EAST], [10, 20])
    assert found.kept.all()
    assert found.overlaps_m2 == 0
    assert said == ""


@pytest.mark.parametrize("order", [[0, 1, 2], [1, 0, 2], [2, 1, 0]])
def test_a_county_with_the_people_of_its_towns_is_left_out(order):
    shapes, people = [COUNTY, WEST, EAST], [30, 10, 20]
    found, said = once([shapes[i] for i in order], [people[i] for i in order],
                       [["county", "west", "east"][i] for i in order])  # fmt: skip
    assert found.kept.tolist() == [i != 0 for i in order]
    assert "1 polygon of 3 left out" in said
    assert "the same 30 people: county" in said


def test_of_three_levels_the_finest_stays():
    found, said = once([COUNTY, WEST, EAST, SOUTHWEST, NORTHWEST], [30, 10, 20, 4, 6])
    assert found.kept.tolist() == [False, False, True, True, True]
    assert "2 polygons of 5 left out" in said


def test_a_county_that_has_other_people_than_its_towns_stops_the_import():
    text = stopped([COUNTY, WEST, EAST], [50, 10, 20], names=["county", "west", "east"])
    assert 'polygon "county" has 50 people' in text
    assert "(west, east) have 30" in text
    assert "keep one level only" in text


def test_a_county_without_people_of_its_own_is_left_out():
    found, _ = once([COUNTY, WEST, EAST], [0, 10, 20])
    assert found.kept.tolist() == [False, True, True]


def test_towns_without_people_in_a_county_with_some_stop_the_import():
    assert "have 0: keep one level" in stopped([COUNTY, WEST, EAST], [30, 0, 0])


def test_a_zone_that_is_there_twice_is_counted_once():
    found, said = once([WEST, EAST, WEST], [10, 20, 10], ["west", "east", "west"])
    assert found.kept.tolist() == [True, True, False]
    assert "left out" in said


def test_the_same_ground_with_other_people_stops_the_import():
    text = stopped([WEST, EAST, WEST], [10, 20, 12], names=["men", "all", "women"])
    assert '"women" and "men" are the same ground, with 12 and 10 people' in text


def test_a_town_within_a_county_without_a_hole_stops_the_import():
    text = stopped([COUNTY, shapely.box(1, 1, 2, 2)], [100, 50], names=["county", "town"])
    assert '100% of polygon "town" lies in polygon "county" too (1.00 km², about 50 people)' in text


def test_borders_drawn_twice_are_said_and_the_smaller_zone_has_the_ground():
    found, said = once([WEST, shapely.box(1.95, 0, 4, 4)], [100, 100])
    assert found.kept.all()
    assert found.overlaps_m2 == pytest.approx(0.2e6)
    assert found.frame.area.tolist() == pytest.approx([8e6, 8e6])
    assert "1 pair of polygons overlap, by 0.20 km² in all: A with B (0.20 km², 2.5%)" in said


def test_zones_for_people_from_elsewhere_may_overlap_and_are_cut():
    found, said = once([COUNTY, shapely.box(1, 1, 2, 2)])
    assert found.frame.area.tolist() == pytest.approx([15e6, 1e6])
    assert "overlap, by 1.00 km²" in said
    found, said = once([COUNTY, WEST, EAST], names=["county", "west", "east"])
    assert found.kept.tolist() == [False, True, True]
    assert "county. To use this level, leave the others out of the file" in said


# ── any zones, any people ────────────────────────────────────────────────────────────────────


@st.composite
def drawings(draw):
    """Rectangles on a coarse grid: they touch, overlap, nest, repeat and have holes."""
    edge = st.integers(0, 6)
    shapes = []
    for _ in range(draw(st.integers(1, 7))):
        x, y, wide, high = draw(edge), draw(edge), draw(st.integers(1, 5)), draw(st.integers(1, 5))
        shape = shapely.box(x, y, x + wide, y + high)
        if draw(st.booleans()) and min(wide, high) > 2:
            shape -= shapely.box(x + 1, y + 1, x + 2, y + 2)
        shapes.append(shape)
    shapes += [shapes[i] for i in draw(st.lists(st.integers(0, len(shapes) - 1), max_size=2))]
    size = len(shapes)
    return shapes, draw(st.lists(st.integers(0, 400), min_size=size, max_size=size))


@given(drawings())
@settings(max_examples=150, deadline=None)
def test_zones_of_people_from_elsewhere_never_overlap_and_lose_no_ground(drawn):
    shapes, _ = drawn
    found, _ = once(shapes)
    whole = shapely.union_all(shapes).area * 1e6
    covered = found.frame.union_all().area
    assert found.frame.area.sum() == pytest.approx(covered)
    assert covered >= 0.95**3 * whole
    if found.kept.all():
        assert covered == pytest.approx(whole)


@given(drawings())
@settings(max_examples=150, deadline=None)
def test_people_are_counted_once_or_the_import_stops(drawn):
    shapes, people = drawn
    try:
        found, _ = once(shapes, people)
    except MapImportError:
        return
    kept = np.array(people, float)[found.kept]
    assert found.frame.area.sum() == pytest.approx(found.frame.union_all().area)
    # Of ground that is in two kept polygons of the file, hardly anybody may live there.
    doubled = 0.0
    there = [shape for shape, stays in zip(shapes, found.kept, strict=True) if stays]
    for i, one in enumerate(there):
        for j, other in enumerate(there[:i]):
            share = one.intersection(other).area / min(one.area, other.area)
            if share > 0.05 and kept[i] and kept[j]:
                doubled += share * kept[i if one.area < other.area else j]
    assert doubled <= 0.011 * max(kept.sum(), 1)


# ── from files ───────────────────────────────────────────────────────────────────────────────


def test_a_county_and_its_towns_in_one_file_are_counted_once(make, tmp_path):
    path = features(tmp_path / "z.geojson", [box(), box(east=1.5), box(west=1.5)],
                    name=["county", "west", "east"], people=[3000, 1000, 2000])  # fmt: skip
    report, ground = make(zones=path)
    assert ground.cells.people.sum() == 3000
    assert [s.name.en for s in ground.townships] == ["west", "east"]
    assert "people: 6,000 read, 3,000 left out, 3,000 kept" in report
    assert "left out, in polygons that others of the same file cover: 3,000" in report
    edge = features(tmp_path / "e.geojson", [box()], name=["edge"])
    report, ground = make(zones=edge, people=path)
    assert ground.cells.people.sum() == 3000
    assert "people: 6,000 read, 3,000 left out, 3,000 kept" in report


def test_overlapping_people_stop_the_import_with_both_names(make, tmp_path):
    path = features(tmp_path / "z.geojson", [box(east=2), box(west=1)], name=["west", "east"],
                    people=[1000, 2000])  # fmt: skip
    text = refused(make, zones=path)
    assert "50% of polygon" in text
    assert "are they counted in both?" in text
    everyone = raster(tmp_path / "p.tif", np.full((30, 30), 2.0))
    report, ground = make(zones=path, people=everyone)
    assert "1 pair of polygons overlap" in report
    assert ground.layers["townships"].area.sum() == pytest.approx(
        ground.layers["townships"].union_all().area
    )
