"""Stations and hospitals, and what looks odd about them."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from towns import LAT, LON, STEP, csv_of, features, refused, rows_of

from sim.errors import MapImportError
from sim.files import coordinates


def test_stations_from_a_spreadsheet_with_chinese_columns(make, tmp_path):
    import openpyxl

    book = openpyxl.Workbook()
    book.active.append(["名称", "经度", "纬度", "类型"])
    for row in rows_of():
        book.active.append(row)
    book.save(tmp_path / "sites.xlsx")
    report, ground = make(sites=tmp_path / "sites.xlsx")
    sites = ground.layers["sites"]
    assert sites["name_zh"].tolist() == ["东站", "西站", "南站"]
    assert sites["kind"].tolist() == ["station", "substation", "substation"]
    assert sites["township"].tolist() == ["1", "1", "2"]
    assert "3 sites read" in report


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_stations_from_a_text_file_in_either_encoding(make, tmp_path, encoding):
    text = "name,lon,lat,kind\n" + "\n".join(",".join(map(str, row)) for row in rows_of())
    (tmp_path / "s.csv").write_bytes(text.encode(encoding))
    _, ground = make(sites=tmp_path / "s.csv", hospitals=tmp_path / "s.csv")
    assert [s.name.zh for s in ground.sites] == ["东站", "西站", "南站"]
    assert [s.name.zh for s in ground.hospitals] == ["东站", "西站", "南站"]


def test_stations_from_a_map_file(make, tmp_path):
    points = [shapely.Point(lon, lat) for _, lon, lat, _ in rows_of()]
    path = features(tmp_path / "s.gpkg", points, name=["A", "B", "C"], level=["三级", "", ""])
    _, ground = make(sites=path, hospitals=path)
    assert [s.name.en for s in ground.sites] == ["A", "B", "C"]
    assert ground.layers["hospitals"]["level"].tolist() == ["三级", "", ""]


def test_stations_at_sea_and_outside_are_told(make, tmp_path):
    rows = [("Inland", LON, LAT), ("Buoy", LON + 10 * STEP, LAT)]
    report, ground = make(sites=csv_of(tmp_path, rows))
    assert "sites outside the boundary: Buoy (6.9 km)" in report
    assert "sites more than 2 km from any road of the map: Buoy (6.9 km)" in report
    assert len(ground.sites) == 2


@pytest.mark.parametrize("lon", [LON, 27.9])
def test_swapped_coordinates_are_refused(make, tmp_path, lon):
    rows = [("A", LAT, LON), ("B", LAT + STEP, LON + STEP)]
    assert "look swapped" in refused(make, sites=csv_of(tmp_path, rows))


def test_swapped_coordinates_that_are_both_below_ninety(tmp_path):
    from sim.geography.making import checks
    from sim.geography.making.report import Report

    town = gpd.GeoSeries([shapely.box(10, 45, 10.1, 45.1)], crs=4326).to_crs(32632)[0]
    points = gpd.GeoSeries.from_xy([45.05, 45.06], [10.05, 10.06], crs=4326).to_crs(32632)
    points = gpd.GeoDataFrame({"name_en": ["A", "B"]}, geometry=points)
    with pytest.raises(MapImportError, match="2 of 2 points lie in the map if they are exchanged"):
        checks.points(checks.SITES, points, town, np.array([town.boundary]), "wgs84", Report())


def test_stations_in_gcj02_are_noticed_and_converted(make, tmp_path):
    spots = [(0.0, 1.4), (1.0, 2.6), (2.0, 0.5), (3.0, 1.5)]
    lon, lat = np.array([(LON + STEP * x, LAT + STEP * y) for x, y in spots]).T
    shifted = np.column_stack(coordinates.gcj02_of_wgs84(lon, lat))
    path = csv_of(tmp_path, [(f"S{i}", *xy) for i, xy in enumerate(shifted)])
    report, _ = make(sites=path)
    assert "look shifted by the same" in report
    assert "--coordinates gcj02" in report
    report, ground = make(sites=path, coordinates="gcj02")
    assert "shifted" not in report
    assert np.allclose(ground.lonlat(*np.array([(s.x, s.y) for s in ground.sites]).T)[0], lon)
    true = csv_of(tmp_path, [(f"S{i}", *xy) for i, xy in enumerate(zip(lon, lat, strict=True))])
    report, _ = make(sites=true)
    assert "shifted" not in report
