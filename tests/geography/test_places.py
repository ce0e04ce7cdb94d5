"""Stations and hospitals, and what looks odd about them."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from towns import LAT, LON, STEP, csv_of, features, refused, rows_of

from sim.errors import MapImportError
from sim.files import coordinates
from sim.geography.making import places


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


# ── columns, names, words ────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("header", "row", "names"),
    [
        ("name,lon,lat", "A,113.5,27.65", ("A", "A")),
        ("name_en,name_zh,lng,lat", "East,东站,113.5,27.65", ("东站", "East")),
        ("名称,英文名称,经度,纬度", "东站,East,113.5,27.65", ("东站", "East")),
        ("站点名称,X,Y", "东站,113.5,27.65", ("东站", "东站")),
        ("NAME,Longitude,Latitude", " A ,113.5,27.65", ("A", "A")),
        ("name_en,name_zh,lon,lat", ",东站,113.5,27.65", ("东站", "东站")),
    ],
)
def test_usual_columns_are_found_and_one_name_stands_in_for_the_other(tmp_path, header, row, names):
    path = tmp_path / "s.csv"
    path.write_text(f"{header}\n{row}\n", "utf-8")
    found = places.read_points(path, 32649)
    assert found[["name_zh", "name_en"]].to_numpy().tolist() == [list(names)]
    assert found.index.tolist() == [2], "the line in the file"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name,lat\nA,27.6\n", "no column says the longitude: call it lon or longitude or lng"),
        ("name,lon\nA,113.5\n", "no column says the latitude: call it lat or latitude"),
        (
            "lon,lat\n113.5,27.6\n",
            "no column says the name: call it name or 名称, not one of lon, lat",
        ),
        ("name,lon,lat\nA,113.5,27.6\n,113.5,27.6\n", "line 3: write a name"),
        ("name,lon,lat\nA,east,\n", "line 2, column lat: write a number; found nothing"),
        ("name,lon,lat\nA,east,\n", "line 2, column lon: write a number; found east"),
        ("name,lon,lat\nA,27.6,113.5\n", "look swapped: exchange the columns"),
        ("name,lon,lat\nA,500000,3000000\n", "line 2: write degrees"),
        ("name,lon,lat\n", "there is no row below the header"),
    ],
)
def test_what_is_wrong_with_a_file_of_places_is_said(tmp_path, text, said):
    path = tmp_path / "s.csv"
    path.write_text(text, "utf-8")
    with pytest.raises(MapImportError) as caught:
        places.read_points(path, 32649)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("column", "word", "said"),
    [("kind", "depot", "write station or substation; found depot"),
     ("状态", "closed", "write existing or planned; found closed")],
)  # fmt: skip
def test_words_that_are_not_known_are_told(make, tmp_path, column, word, said):
    path = csv_of(tmp_path, [("A", LON, LAT, word)], f"name,lon,lat,{column}")
    assert f"line 2, {column}: {said}" in refused(make, sites=path)


def test_a_station_may_be_planned_and_say_its_township(make, tmp_path):
    rows = [("A", LON, LAT, "拟建", "Eastside"), ("B", LON, LAT, "", "nowhere")]
    _, ground = make(sites=csv_of(tmp_path, rows, "name,lon,lat,status,township"))
    sites = ground.layers["sites"]
    assert sites["status"].tolist() == ["planned", "existing"]
    assert sites["township"].tolist() == ["2", "1"], "as named, else where it stands"


def test_a_map_without_stations_has_the_columns(make):
    _, ground = make()
    assert list(ground.layers["sites"].columns[:3]) == ["name_zh", "name_en", "kind"]
    assert list(ground.layers["hospitals"].columns[:4]) == [
        "name_zh", "name_en", "level", "capabilities",
    ]  # fmt: skip


# ── what looks odd ───────────────────────────────────────────────────────────────────────────

ROAD = np.array([shapely.LineString([(0, 0), (10_000, 0)])])
SQUARE = shapely.box(0, -5000, 10_000, 5000)


def checked(xy, kind=None, names=None, grid="wgs84"):
    from sim.geography.making import checks
    from sim.geography.making.report import Report

    names = names or [f"S{i}" for i in range(len(xy))]
    at = gpd.GeoSeries([shapely.Point(p) for p in xy], crs=32649)
    report = Report()
    frame = gpd.GeoDataFrame({"name_en": names}, geometry=at)
    checks.points(kind or checks.SITES, frame, SQUARE, ROAD, grid, report)
    return report


def test_how_far_places_are_from_roads_is_told():
    report = checked([(100, 10), (200, 30), (300, 50)])
    assert "3 sites read" in str(report)
    assert "from sites to the nearest road: median 30 m, most 50 m" in str(report)
    assert not report.warnings


def test_a_place_of_a_name_that_another_has_is_a_warning():
    (warning,) = checked([(1, 1), (2, 2), (3, 3)], names=["A", "B", "A"]).warnings
    assert warning == "sites of the same name: A; a scenario finds the first of them"


def test_a_place_just_outside_is_told_in_metres_and_one_on_the_line_is_not():
    (warning,) = checked([(100, 0), (10_050, 0), (10_005, 0)]).warnings
    assert warning == "sites outside the boundary: S1 (50 m)"


def test_hospitals_are_called_hospitals():
    from sim.geography.making import checks

    report = checked([(100, 3000)], checks.HOSPITALS)
    assert "1 hospital read" in str(report)
    assert report.warnings == ["hospitals more than 2 km from any road of the map: S0 (3.0 km)"]
    assert "no hospitals" in str(checked([], checks.HOSPITALS))


def test_every_text_of_stations_has_its_twin_for_hospitals():
    from sim.geography.making import checks

    for one, other in zip(checks.SITES, checks.HOSPITALS, strict=True):
        if isinstance(one, tuple):
            one, other = one.many, other.many
        assert one.replace("sites", "hospitals") == other
