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
        ("name,lon,lat\nA,113.5,27.6\n,113.5,27.6\n", "line 3, column name: write a name"),
        ("name,lon,lat\nA,east,\n", "line 2, column lat: write a number; found nothing"),
        ("name,lon,lat\nA,east,\n", "line 2, column lon: write a number; found east"),
        ("name,lon,lat\nA,27.6,113.5\n", "look swapped: exchange the columns"),
        ("name,lon,lat\nA,500000,3000000\n", "line 2, column lon: write degrees"),
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


# ── where they are ───────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("header", "cell"),
    [
        ("Location", "POINT (113.5 27.65)"),
        ("where", "SRID=4326;Point Z(113.5 27.65 80)"),
        ("geom", "MULTIPOINT ((113.5 27.65))"),
        ("the_geom", '{"type": "Point", "coordinates": [113.5, 27.65]}'),
        ("location", '"113.5,27.65"'),
        ("location", '"(27.65, 113.5)"'),
        ("坐标", "113.5 27.65"),
        ('"lon,lat"', '"113.5,27.65"'),
        ("latlng", '"27.65,113.5"'),
    ],
)
def test_one_column_may_say_where_a_place_is(tmp_path, header, cell):
    quoted = '"' + cell.replace('"', '""') + '"' if cell.startswith("{") else cell
    path = tmp_path / "s.csv"
    path.write_text(f"name,{header}\nA,{quoted}\n", "utf-8")
    (x,), (y,) = (getattr(places.read_points(path, 4326).geometry, axis) for axis in "xy")
    assert (x, y) == pytest.approx((113.5, 27.65))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name,location\nA,POINT (113 27)\nB,POINT EMPTY\n", "line 3, column location: write a point"),
        ("name,wkt\nA,POINT (113 27)\nB,\n", 'like "POINT (113.5 27.6)"; found'),
        ('name,location\nA,"13.5,45.2"\n', "which number of 13.5,45.2 is the longitude?"),
        ('name,location\nA,"1.2.3,45.2"\n', "found 1.2.3,45.2"),
        ("name,location\nA,Main street\n", "write a point"),
        ("name,wkt\nA,POINT (27.6 113.5)\n", "look swapped"),
    ],
)  # fmt: skip
def test_a_column_that_does_not_say_where_is_refused(tmp_path, text, said):
    path = tmp_path / "s.csv"
    path.write_text(text, "utf-8")
    with pytest.raises(MapImportError) as caught:
        places.read_points(path, 4326)
    assert said in str(caught.value)


def test_coordinates_may_have_decimal_commas(tmp_path):
    path = tmp_path / "s.csv"
    path.write_text("name;lon;lat\nA;113,5;27,648\nB;113,512;27,61\n", "utf-8")
    found = places.read_points(path, 4326).geometry
    assert [*found.x, *found.y] == [113.5, 113.512, 27.648, 27.61]


# ── how many ambulances, and what is not used ────────────────────────────────────────────────


@pytest.mark.parametrize("column", ["ambulances", "Vehicles", "救护车数", "救护车", "救护车（辆）"])
def test_ambulances_of_a_station_are_kept(make, tmp_path, column):
    rows = [("A", LON, LAT, "2"), ("B", LON, LAT + STEP, ""), ("C", LON + STEP, LAT, "0")]
    report, ground = make(sites=csv_of(tmp_path, rows, f"name,lon,lat,{column}"))
    found = ground.layers["sites"]["ambulances"].to_numpy(float)
    assert np.array_equal(found, [2, np.nan, 0], equal_nan=True)
    assert "2 ambulances at 2 sites" in report
    assert "not used" not in report


@pytest.mark.parametrize("number", ["-1", "1.5", "two", "nan"])
def test_a_number_of_ambulances_that_cannot_be_is_refused(make, tmp_path, number):
    path = csv_of(tmp_path, [("A", LON, LAT, number)], "name,lon,lat,ambulances")
    assert "line 2, column ambulances: write a" in refused(make, sites=path)


def test_columns_that_mean_nothing_are_said(make, tmp_path):
    rows = [("A", LON, LAT, "x", "II")]
    path = csv_of(tmp_path, rows, "name,lon,lat,phone,level")
    report, _ = make(sites=path)
    assert f"columns of {path.name} that a map does not use: phone, level" in report
    report, _ = make(hospitals=path)
    assert f"columns of {path.name} that a map does not use: phone" in report


def test_people_stay_where_they_are_when_stations_are_converted(make, tmp_path):
    lon, lat = coordinates.gcj02_of_wgs84(np.array([LON + STEP]), np.array([LAT + STEP]))
    path = csv_of(tmp_path, [("A", lon[0], lat[0])])
    people = tmp_path / "people.csv"
    people.write_text(f"lon,lat,people\n{LON + STEP},{LAT + STEP},100\n", "utf-8")
    _, ground = make(sites=path, people=people, coordinates="gcj02")
    assert ground.cells.people.sum() == 100
    (site,) = ground.sites
    assert (site.x, site.y) == pytest.approx(tuple(ground.cells.xy[0]), abs=0.5)


def test_how_a_file_was_read_is_said(make, tmp_path):
    path = tmp_path / "s.csv"
    path.write_bytes(f"name;lon;lat\nÑuñoa;{LON};{LAT}\n".encode("cp1252"))
    report, ground = make(sites=path)
    assert "s.csv is read as Windows-1252" in report
    assert ground.sites[0].name.en == "Ñuñoa"


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


def test_mistakes_of_several_columns_are_told_at_once(make, tmp_path):
    path = tmp_path / "s.csv"
    path.write_text(
        f"name,lon,lat,kind,ambulances\n,{LON},{LAT},station,-1\nB,{LON},{LAT},hut,x\n"
        f"C,{LON},{LAT},station,1.5\n",
        "utf-8",
    )
    text = refused(make, sites=path)
    for part in ("line 2, column name: write a name", "line 3, kind: write station or substation; found hut",
                 "line 2, column ambulances: write a whole number from 0 up; found -1",
                 "line 3, column ambulances: write a number; found x",
                 "line 4, column ambulances: write a whole number from 0 up; found 1.5"):  # fmt: skip
        assert part in text
