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


def test_columns_that_mean_nothing_are_named(make):
    report, _ = make(TOWNS | {"备注": ["a", "b", "c"]})
    assert "columns of 乡镇.csv that are not used: 备注" in str(report)
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
