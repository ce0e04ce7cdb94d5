"""Boundary, zones, town and country."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from towns import box, features, raster, refused

from sim.errors import MapImportError
from sim.geography.making import metres, urban, zones
from sim.geography.making.groups import ZoneOptions
from sim.geography.making.report import Report
from sim.text import Name

CRS = 32649


# ── coordinate systems ───────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("asked", "said"),
    [("EPSG:4326", "write a projected one in metres"), ("EPSG:2263", "write a projected one"),
     ("here", "write a coordinate system like EPSG:32649; found here"), ("", "no file says where")],
)  # fmt: skip
def test_a_map_is_in_metres(asked, said):
    with pytest.raises(MapImportError, match=said):
        metres.metric_crs(asked, None)


def test_the_zone_of_the_place_is_the_default(make):
    _, ground = make()
    assert ground.crs.to_epsg() == CRS
    _, ground = make(crs="EPSG:4547")
    assert ground.crs.to_epsg() == 4547


# ── shapes ───────────────────────────────────────────────────────────────────────────────────


def test_slips_of_drawing_are_filled_and_lakes_are_not():
    whole = shapely.box(0, 0, 2000, 2000)
    slip, lake = shapely.box(10, 10, 60, 60), shapely.box(500, 500, 900, 900)
    found = zones.outline(np.array([whole - slip - lake]))
    assert found.area == pytest.approx(whole.area - lake.area)


def test_two_zones_that_touch_have_one_outline():
    found = zones.outline(np.array([shapely.box(0, 0, 10, 10), shapely.box(10, 0, 20, 10)]))
    assert found.geom_type == "Polygon"
    assert found.area == 200


def test_a_shape_that_crosses_itself_is_mended():
    bow = shapely.Polygon([(0, 0), (100, 100), (100, 0), (0, 100)])
    assert zones.outline(np.array([bow])).area == pytest.approx(5000)


def test_points_and_lines_along_a_border_are_no_ground():
    mixed = shapely.GeometryCollection([shapely.box(0, 0, 1, 1), shapely.Point(5, 5)])
    assert zones.polygonal(mixed).equals(shapely.box(0, 0, 1, 1))
    assert zones.polygonal(shapely.LineString([(0, 0), (1, 1)])).is_empty


# ── zones ────────────────────────────────────────────────────────────────────────────────────


def test_names_in_both_languages_and_codes_are_found(tmp_path):
    path = features(tmp_path / "z.geojson", [box(east=1), box(west=1)], 乡镇=["东乡", "西乡"],
                    name_en=["East", "West"], adcode=["430281", "430282"])  # fmt: skip
    frame = zones.read_zones(path, CRS)
    assert frame["name_zh"].tolist() == ["东乡", "西乡"]
    assert frame["name_en"].tolist() == ["East", "West"]
    assert frame["code"].tolist() == ["430281", "430282"]


def test_codes_that_are_not_unique_are_numbered_anew(tmp_path):
    path = features(tmp_path / "z.geojson", [box(east=1), box(west=1)], name=["A", "B"],
                    code=["x", "x"])  # fmt: skip
    assert zones.read_zones(path, CRS)["code"].tolist() == ["1", "2"]


def test_a_chosen_column_has_the_names(tmp_path):
    path = features(tmp_path / "z.geojson", [box()], name=["wrong"], district=["right"])
    assert zones.read_zones(path, CRS, "district")["name_en"].tolist() == ["right"]
    assert zones.read_zones(path, CRS, "DISTRICT")["name_en"].tolist() == ["right"]
    with pytest.raises(MapImportError, match="did you mean district"):
        zones.read_zones(path, CRS, "distrikt")


def test_zones_without_a_name_are_counted_out(tmp_path):
    path = features(tmp_path / "z.geojson", [box(east=1), box(west=1)], name=["A", " "])
    with pytest.raises(MapImportError, match="column name: zone 2 has no name"):
        zones.read_zones(path, CRS)


def frame_of(*shapes, **columns):
    names = [chr(65 + i) for i in range(len(shapes))]
    facts = {"code": names, "name_en": names, "name_zh": names} | columns
    return gpd.GeoDataFrame(facts, geometry=list(shapes), crs=CRS)


def test_zones_are_cut_at_the_boundary_and_those_outside_are_left_out():
    report = Report()
    three = frame_of(*(shapely.box(1000 * i, 0, 1000 * i + 1000, 1000) for i in (0, 1, 5)))
    found = zones.zones_inside(three, shapely.box(0, 0, 1500, 1000), report)
    assert found["code"].tolist() == ["A", "B"]
    assert found.area.tolist() == [1e6, 5e5]
    assert "zones outside the boundary: C" in str(report)


def test_zones_of_another_place_are_refused():
    with pytest.raises(MapImportError, match="is it another place"):
        zones.zones_inside(
            frame_of(shapely.box(0, 0, 1, 1)), shapely.box(1e5, 1e5, 2e5, 2e5), Report()
        )


def test_a_point_belongs_to_its_zone_on_a_border_to_the_first_else_to_the_nearest():
    two = frame_of(shapely.box(0, 0, 10, 10), shapely.box(10, 0, 20, 10))
    xy = np.array([[5.0, 5], [10, 5], [15, 5], [19, 40], [-7, 5]])
    assert zones.zone_at(xy, two).tolist() == [0, 0, 1, 1, 0]


def test_the_whole_map_may_be_one_zone():
    one = zones.one_zone(shapely.box(0, 0, 1, 1), CRS, Name("镇", "Town"))
    assert one[["code", "name_zh", "name_en"]].to_numpy().tolist() == [["1", "镇", "Town"]]


def test_zones_of_one_name_are_a_warning():
    report = Report()
    same = frame_of(shapely.box(0, 0, 1e3, 1e3), shapely.box(1e3, 0, 2e3, 1e3), name_en=["A", "A"])
    zones.note_zones(same, shapely.box(0, 0, 2e3, 1e3), report)
    assert "2 zones on 2 km²" in str(report)
    assert "zones of the same name: A" in report.warnings[0]


# ── town and country ─────────────────────────────────────────────────────────────────────────


def core(cells, frame, **options):
    report = Report()
    outline = zones.outline(frame.geometry.values)
    return urban.urban_core(ZoneOptions(**options), frame, outline, cells, report), str(report)


def cells_at(people, x, y, zone=0):
    return pd.DataFrame({"people": people, "x": x, "y": y, "zone": zone})


def test_dense_zones_are_urban():
    two = frame_of(shapely.box(0, 0, 1000, 1000), shapely.box(1000, 0, 3000, 1000))
    cells = cells_at([400, 400], [500.0, 2000.0], [500.0, 500.0], [0, 1])
    found, said = core(cells, two)
    assert found.area == 1e6
    assert "300 people per km² or more: 1 of 2" in said
    assert core(cells, two, urban_density=200)[0].area == 3e6
    assert core(cells, two, urban_density=500)[0].is_empty


def test_of_one_zone_squares_that_touch_and_hold_enough_people_are_urban():
    frame = frame_of(shapely.box(0, 0, 20_000, 20_000))
    x = np.array([500.0, 1500, 1500, 9500])
    y = np.array([500.0, 500, 1500, 9500])
    crowd = cells_at([2000, 2000, 1500, 4999], x, y)
    found, _ = core(crowd, frame)
    assert found.area == 3e6, "the lone square of 4,999 people is no cluster"
    diagonal = cells_at([3000, 3000], x[[0, 2]], y[[0, 2]])
    assert core(diagonal, frame)[0].area == 2e6


def test_urban_polygons_end_at_the_boundary(tmp_path):
    path = tmp_path / "u.gpkg"
    gpd.GeoDataFrame(geometry=[shapely.box(500, 0, 5000, 1000)], crs=CRS).to_file(path)
    frame = frame_of(shapely.box(0, 0, 1000, 1000))
    found, said = core(cells_at([1], [1.0], [1.0]), frame, urban=path)
    assert found.area == pytest.approx(5e5)
    assert "cells inside u.gpkg" in said


@pytest.mark.parametrize(
    ("column", "said"),
    [
        ("typ=town", 'no column "typ"; did you mean type?'),
        ("type=city", "never says city; it says"),
    ],
)
def test_a_column_that_marks_nothing_is_refused(column, said):
    frame = frame_of(shapely.box(0, 0, 9, 9), shapely.box(9, 0, 18, 9), type=["town", "field"])
    with pytest.raises(MapImportError) as caught:
        core(cells_at([1], [1.0], [1.0]), frame, urban_column=column, file="z")
    assert said in str(caught.value)
    marked, _ = core(cells_at([1], [1.0], [1.0]), frame, urban_column=" type = town ")
    assert marked.area == 81


def test_zones_without_people_column_ask_for_one(make, tmp_path):
    path = features(tmp_path / "z.geojson", [box(east=1), box(west=1)], name=["A", "B"])
    assert "--people-column" in refused(make, zones=path)


def test_urban_by_polygons_by_a_column_or_by_dense_squares(make, tmp_path):
    south = features(tmp_path / "u.geojson", [box(north=1.1)], name=["south"])
    _, ground = make(urban=south)
    assert set(ground.areas_at(ground.cells.xy)[ground.cells.area == 0]) == {0}
    assert 0 < (ground.cells.area == 0).sum() < len(ground.cells.area)
    _, ground = make(urban_column="name=Eastside")
    assert ground.layers["townships"]["area"].tolist() == ["rural", "urban"]
    dense = np.zeros((30, 30))
    dense[:15, :15] = 60
    report, ground = make(people=raster(tmp_path / "p.tif", dense))
    assert (ground.cells.area == 0).mean() > 0.8
    report, ground = make(people=raster(tmp_path / "p.tif", dense / 60))
    assert (ground.cells.area == 1).all()
    assert "nobody is urban" in report
