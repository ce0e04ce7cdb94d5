"""Townships from a list of seats: ground, people, urban or rural, and what is wrong with a list."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.errors import MapImportError
from sim.geography.making import import_map
from sim.geography.making.options import ImportOptions
from sim.geography.making.seats import nearest_ground

LON, LAT, STEP = 113.5, 27.6, 0.01
TOWNS = {
    "乡镇": ["城关镇", "东乡", "西乡"],
    "常住人口": ["32000", "11000", "8000"],
    "经度": [113.52, 113.54, 113.505],
    "纬度": [27.62, 27.63, 27.605],
    "城区/农村": ["城区", "农村", "农村"],
}


@pytest.fixture
def make(tmp_path):
    """A map of a lattice of roads and of a list of seats."""

    def made(towns=TOWNS, **choices):
        from sim.geography import bundle

        way, rows = [], []
        for row in range(5):
            way.append([(LON + STEP * col, LAT + STEP * row) for col in range(7)])
        for col in range(7):
            way.append([(LON + STEP * col, LAT + STEP * row) for row in range(5)])
        for line in way:
            rows.append({"type": "Feature", "properties": {"highway": "secondary"},
                         "geometry": {"type": "LineString", "coordinates": line}})  # fmt: skip
        import json

        roads = tmp_path / "roads.geojson"
        roads.write_text(json.dumps({"type": "FeatureCollection", "features": rows}), "utf-8")
        towns = pd.DataFrame(towns)
        path = tmp_path / choices.pop("file", "乡镇.csv")
        if path.suffix == ".csv":
            towns.to_csv(path, index=False)
        else:
            towns.to_excel(path, index=False)
        options = ImportOptions.of(
            place="t", maps=tmp_path / "maps", roads=roads, zones=path, node_crossings=True,
            **choices,
        )  # fmt: skip
        return import_map(options), bundle.read(options.bundle)

    return made


@pytest.mark.parametrize("file", ["乡镇.csv", "乡镇.xlsx"])
def test_a_list_of_seats_makes_townships(make, file):
    report, ground = make(file=file)
    assert [t.name.zh for t in ground.townships] == TOWNS["乡镇"]
    people = ground.layers["townships"]["people"].tolist()
    assert people == [32_000, 11_000, 8_000]
    assert ground.cells.people.sum() == 51_000
    assert set(ground.layers["townships"]["provenance"]) == {"inferred"}
    for seat, lon, lat in zip(ground.townships, TOWNS["经度"], TOWNS["纬度"], strict=True):
        assert ground.lonlat(seat.x, seat.y) == pytest.approx((lon, lat), abs=2e-6)
    assert "inferred: each of 3 seats" in str(report)
    assert any("no --boundary" in warning for warning in report.warnings)


def test_the_list_says_what_is_urban(make):
    report, ground = make()
    assert ground.layers["townships"]["area"].tolist() == ["urban", "rural", "rural"]
    assert ground.cells.people[ground.cells.area == 0].sum() == 32_000
    assert "the column 城区/农村 says so: 1 of 3" in str(report)


def test_ten_thousands_in_the_header_are_read(make):
    towns = {("常住人口(万人)" if k == "常住人口" else k): v for k, v in TOWNS.items()}
    towns["常住人口(万人)"] = ["3.2", "1.1", "0.8"]
    assert make(towns)[1].cells.people.sum() == 51_000


def test_fractions_of_people_at_seats_are_asked_about(make):
    report, _ = make({**TOWNS, "常住人口": ["320.5", "110.2", "80.1"]})
    assert "3 of 3 seats have fractions of people, the most 320.5" in report.told(str)


def test_columns_that_mean_nothing_are_named(make):
    report, _ = make(TOWNS | {"备注": ["a", "b", "c"]})
    assert "columns of 乡镇.csv that a map does not use: 备注" in str(report)
    assert "not used" not in str(make()[0])


def test_seats_outside_the_boundary_are_named_with_their_people(make, tmp_path):
    edge = tmp_path / "edge.geojson"
    box = shapely.box(LON, LAT, 113.53, 27.65)
    edge.write_text(shapely.to_geojson(box), "utf-8")
    report, ground = make(boundary=edge)
    assert ground.cells.people.sum() == 40_000
    assert any("seats outside the boundary: 东乡" in warning for warning in report.warnings)
    assert "lost outside the boundary: 11,000" in str(report)


def test_two_seats_at_one_place_are_told_by_their_lines(make):
    towns = TOWNS | {"经度": [113.52, 113.52, 113.505], "纬度": [27.62, 27.62, 27.605]}
    with pytest.raises(MapImportError, match=r"line 3.*东乡 stands where 城关镇 of line 2 does"):
        make(towns)


def test_one_seat_has_all_the_ground(make):
    one = {key: values[:1] for key, values in TOWNS.items()}
    report, ground = make(one)
    assert len(ground.townships) == 1
    assert any("one zone only" in warning for warning in report.warnings)


def test_a_list_of_the_wrong_columns_says_what_is_missing(make):
    with pytest.raises(MapImportError, match="longitude"):
        make({"乡镇": ["a"], "人口": [1]})


spots = st.tuples(st.integers(0, 40), st.integers(0, 40))


@given(st.lists(spots, min_size=1, max_size=12, unique=True))
@settings(max_examples=150, deadline=None)
def test_all_ground_goes_to_its_nearest_seat_and_none_twice(places):
    """Known without Voronoi: of any point the nearest seat's ground holds it."""
    at = np.array(places, float) * 1_000
    boundary = shapely.box(-5_000, -3_000, 45_000, 42_000)
    ground = nearest_ground(at, boundary)
    assert shapely.area(ground).sum() == pytest.approx(boundary.area)
    assert shapely.union_all(ground).area == pytest.approx(boundary.area)
    tried = np.random.default_rng(len(at)).random((60, 2)) * [50_000, 45_000] - [5_000, 3_000]
    apart = np.linalg.norm(tried[:, None] - at[None], axis=2)
    nearest = apart.argmin(axis=1)
    clear = np.sort(apart, axis=1)[:, :2]
    for point, seat, near in zip(tried, nearest, clear, strict=True):
        if len(at) == 1 or near[1] - near[0] > 1:
            assert ground[seat].buffer(1e-3).contains(shapely.Point(point))


def refused(make, towns, **choices):
    with pytest.raises(MapImportError) as caught:
        make(towns, **choices)
    return str(caught.value)


@pytest.mark.parametrize("header", ["城区/农村", "城乡", "Urban / Rural", "area", "备注"])
@pytest.mark.parametrize(
    ("odd", "said"), [("", "found nothing"), ("半城", "found 半城"), ("rurral", "found rurral")]
)
def test_one_odd_cell_does_not_make_density_decide(make, header, odd, said):
    towns = {k: v for k, v in TOWNS.items() if k != "城区/农村"} | {header: ["城区", odd, "农村"]}
    text = refused(make, towns)
    assert f"line 3, column {header}: write urban or rural; {said}" in text
    assert "line 2" not in text
    make(towns, urban_column=f"{header}=城区")  # which says what is meant


def test_a_header_that_says_so_is_believed_even_if_few_words_are_known(make):
    text = refused(make, TOWNS | {"城区/农村": ["中心", "城郊", "农村"]})
    assert "line 2, column 城区/农村" in text
    assert "line 3, column 城区/农村" in text


def test_columns_that_say_something_else_leave_density_to_decide(make):
    towns = {k: v for k, v in TOWNS.items() if k != "城区/农村"}
    for other in (
        ["12", "30.5", "8"],
        ["北区", "南区", "西区"],
        ["", "", ""],
        ["town", "town", "village"],
    ):
        report, _ = make(towns | {"area" if "town" not in other else "place": other})
        assert "people per km² or more" in str(report)
    report, _ = make(towns | {"乡镇": ["城关", "农", "城区"]})  # names of places, no words of kind
    assert "people per km² or more" in str(report)


def test_people_that_no_country_has_are_refused(make):
    for people in (
        ["2100000000", "1", "1"],
        ["9e18", "1", "1"],
        ["32000万", "110000万", "80000万"],
    ):
        assert "is the column already in people, not 万人?" in refused(
            make, TOWNS | {"常住人口": people}
        )
    assert "per km², more than live anywhere" in refused(
        make, TOWNS | {"常住人口": ["32000万", "1万", "1万"]}
    )
    assert "is the column already in people" in refused(make, TOWNS, total_people=3_000_000_000)


def test_all_mistakes_of_a_list_are_told_at_once(make):
    text = refused(
        make,
        TOWNS | {"常住人口": ["", "-500", "x"], "城区/农村": ["城区", "?", "农村"],
                 "经度": ["113.52", "east", "9113.5"]},
    )  # fmt: skip
    assert "line 3, column 经度: write a number; found east" in text
    assert "line 4, column 经度: write degrees from -180 to 180; found 9113.5" in text
    for part in ("line 2, column 常住人口: write a number; found nothing",
                 "line 3, column 常住人口: write a number from 0 up; found -500",
                 "line 4, column 常住人口: write a number; found x",
                 "line 3, column 城区/农村: write urban or rural; found ?"):  # fmt: skip
        assert part in text


@pytest.mark.parametrize("word", ["合计", "总 计", "小计：", "Total", "SUM"])
@pytest.mark.parametrize("place", [("", ""), ("113.53", "27.61")])
def test_a_row_that_sums_up_the_others_is_no_township(make, word, place):
    row = (word, "51000", *place, "")
    towns = {k: [*map(str, v), more] for (k, v), more in zip(TOWNS.items(), row, strict=True)}
    text = refused(make, towns)
    assert text.count("line 5") == text.count("it looks like a total") > 0


@pytest.mark.parametrize(
    ("written", "decimal"),
    [("113°30'", "113.5"), ("113-30-36", "113.51"), ("113°31′12″E", "113.52")],
)
def test_degrees_with_minutes_are_told_how_to_be_written(make, written, decimal):
    text = refused(make, TOWNS | {"经度": [written, "113.54", "113.505"]})
    assert f"write degrees as a decimal number, like {decimal}; found {written}" in text


def test_without_people_the_columns_are_listed(make):
    towns = {("几口人" if k == "常住人口" else k): v for k, v in TOWNS.items()}
    text = refused(make, towns)
    assert "no column says how many people: call it people or 常住人口" in text
    assert "The columns are 乡镇, 几口人, 经度, 纬度, 城区/农村" in text
    text = refused(make, towns, people_column="几口")
    assert 'no column "几口", asked for by --people-column; did you mean 几口人?' in text


def test_a_misspelt_township_of_a_station_is_told(make, tmp_path):
    sites = tmp_path / "站点.csv"
    sites.write_text(
        "名称,经度,纬度,乡镇\n东站,113.541,27.631,城官镇\n西站,113.505,27.605,西乡\n", "utf-8"
    )
    report, ground = make(sites=sites, hospitals=sites)
    said = (
        "站点.csv, line 2: no township is called 城官镇; by its coordinates it is counted in 东乡"
    )
    assert [warning for warning in report.warnings if "no township" in warning] == [
        f"{said}; did you mean 城关镇?"
    ]  # the same of both lists: told once
    assert ground.layers["sites"]["township"].tolist() == ["2", "3"]
    sites.write_text("名称,经度,纬度,乡镇\n东站,113.9,27.631,城官镇\n", "utf-8")
    text = refused(make, TOWNS, sites=sites)
    assert (
        "line 2, column 乡镇: no township is called 城官镇, and the coordinates lie in none" in text
    )


@pytest.mark.parametrize("people", [None, "all"])
def test_a_total_in_a_list_of_stations_is_told(make, tmp_path, people):
    sites = tmp_path / "站点.csv"
    where = "113.53,27.61" if people else ","
    sites.write_text(f"名称,经度,纬度,救护车数\n东站,113.541,27.631,2\n合计,{where},2\n", "utf-8")
    assert "站点.csv, line 3: it looks like a total (合计)" in refused(make, TOWNS, sites=sites)
