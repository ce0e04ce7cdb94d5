"""A made-up map of a small county: ground, people, roads, and what is wrong with its tables."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

import sim
from sim.errors import MapImportError
from sim.geography import bundle
from sim.geography.synthesis import SynthesisOptions, synthesise_map
from sim.geography.synthesis.writing import from_yaml

TOWNS = {
    "乡镇": ["城关街道", "东山镇", "西河镇", "南坪乡", "北岭镇"],
    "name_en": ["Chengguan", "Dongshan", "Xihe", "Nanping", "Beiling"],
    "面积(平方公里)": [24.0, 61.5, 48.25, 80.0, 55.0],
    "常住人口": [61_003, 20_011, 15_500, 9_007, 12_345],
    "经度": [113.50, 113.58, 113.41, 113.49, 113.52],
    "纬度": [27.60, 27.62, 27.59, 27.52, 27.68],
    "城乡": ["城区", "农村", "农村", "农村", "农村"],
    "村数": [9, 12, 8, 11, 7],
}
ROADS = {
    "名称": ["G99", "G106", "S3"],
    "等级": ["高速", "国道", "省道"],
    "途经": [
        "113.30 27.57;西河镇;城关;东山镇;113.70 27.63",
        "113.53 27.80;北岭镇;城关街道;南坪;113.48 27.40",
        "Xihe; Nanping",
    ],
}
RIVER = {"name_zh": ["渌江"] * 3, "lon": [113.30, 113.5, 113.70], "lat": [27.63, 27.65, 27.58]}


@pytest.fixture(scope="module")
def county(tmp_path_factory):
    """The county with everything that there can be, and its folder."""
    folder = tmp_path_factory.mktemp("county")
    options = tables(folder, roads=ROADS, river=RIVER)
    report = synthesise_map(options)
    return options, bundle.read(options.bundle), report


def tables(folder, towns=TOWNS, **choices):
    """Tables written into a folder, and the options that name them."""
    for name, table in [*choices.items(), ("towns", towns)]:
        if isinstance(table, dict):
            path = folder / f"{name}.csv"
            pd.DataFrame(table).to_csv(path, index=False)
            choices[name] = path
    given = {"to": folder / "maps" / "county", "seed": 3} | choices
    return SynthesisOptions.of(**given)


def without(column, row, value=None):
    """The towns with one cell changed."""
    cells = list(TOWNS[column])
    cells[row] = value
    return TOWNS | {column: cells}


def test_every_town_has_the_area_that_the_table_says(county):
    _, the_map, _ = county
    areas = the_map.layers["townships"].area.to_numpy() / 1e6
    np.testing.assert_allclose(areas, TOWNS["面积(平方公里)"], rtol=0.002)


def test_towns_cover_the_county_without_gaps_or_overlaps(county):
    _, the_map, _ = county
    towns = the_map.layers["townships"].geometry
    assert towns.area.sum() == pytest.approx(towns.union_all().area, rel=1e-9)
    assert the_map.outline.symmetric_difference(towns.union_all()).area < 1.0
    assert all(town.geom_type == "Polygon" for town in towns)


def test_seats_stand_in_their_towns_and_at_a_main_road(county):
    _, the_map, _ = county
    towns = the_map.layers["townships"]
    seats = [shapely.Point(seat.x, seat.y) for seat in the_map.townships]
    assert towns.contains(gpd.GeoSeries(seats, crs=towns.crs)).all()
    roads = the_map.layers["roads"]
    main = roads[roads["class"].isin(["trunk", "primary", "secondary"])].union_all()
    assert max(main.distance(seat) for seat in seats) < 30


def test_everybody_lives_in_a_cell_of_their_own_town(county):
    _, the_map, _ = county
    towns, cells = the_map.layers["townships"], the_map.layers["cells"]
    assert towns["people"].tolist() == TOWNS["常住人口"]
    by_town = cells.groupby("township")["people"].sum()
    assert by_town[towns["code"]].tolist() == TOWNS["常住人口"]
    outline = towns.set_index("code").geometry[cells["township"]]
    assert cells.within(gpd.GeoSeries(outline.to_numpy(), crs=cells.crs)).all()
    assert (cells["people"] > 0).all()
    assert set(cells["area"]) == {"urban", "rural"}


def test_all_roads_can_be_driven_both_ways_and_meet_in_nodes(county):
    _, the_map, _ = county
    roads = the_map.layers["roads"]
    back = roads[roads["oneway"] == 0]
    tail, head = np.r_[roads["u"], back["v"]], np.r_[roads["v"], back["u"]]
    size = int(max(tail.max(), head.max())) + 1
    graph = csr_matrix((np.ones(len(tail)), (tail, head)), shape=(size, size))
    assert connected_components(graph, connection="strong")[0] == 1
    local = roads[~roads["class"].str.startswith("motorway")].reset_index(drop=True)
    i, _ = shapely.STRtree(local.geometry).query(local.geometry, predicate="crosses")
    assert not len(i)
    assert (the_map.cells_at_roads.metres < 1500).all()


def test_a_motorway_is_two_carriageways_that_only_ramps_leave(county):
    _, the_map, _ = county
    roads = the_map.layers["roads"]
    fast, ramps = roads[roads["class"] == "motorway"], roads[roads["class"] == "motorway_link"]
    assert set(fast["name"]) == {"G99"}
    assert (fast["oneway"] == 1).all()
    assert (ramps["oneway"] == 1).all()
    assert len(ramps) % 4 == 0
    assert len(ramps) >= 4
    other = roads[~roads["class"].str.startswith("motorway")]
    at_local = set(other["u"]) | set(other["v"])
    assert not at_local & (set(fast["u"]) | set(fast["v"]))
    assert at_local & (set(ramps["u"]) | set(ramps["v"]))


def test_a_through_road_passes_its_towns_and_leaves_the_county(county):
    _, the_map, _ = county
    roads = the_map.layers["roads"]
    national = roads[roads["name"] == "G106"].union_all()
    for name in ("北岭镇", "城关街道", "南坪乡"):
        seat = the_map.find(name)
        assert national.distance(shapely.Point(seat.x, seat.y)) < 700
    ends = national.intersection(the_map.outline.boundary.buffer(40))
    assert len(shapely.get_parts(ends)) == 2
    assert set(roads[roads["name"] == "G106"]["class"]) <= {"trunk"}
    assert set(roads[roads["name"] == "S3"]["class"]) == {"primary"}
    straight = shapely.LineString(shapely.get_coordinates(ends)[[0, -1]]).length
    assert national.length < 1.3 * straight


def test_what_is_made_up_says_so(county):
    options, the_map, _ = county
    assert the_map.synthetic
    layers = the_map.layers
    assert set(layers["roads"]["provenance"]) == {"assumed"}
    assert set(layers["cells"]["provenance"]) == {"imputed"}
    whole = gpd.read_file(options.bundle, layer="townships")
    assert set(whole["people_src"]) == {"sourced"}
    assert set(whole["area_src"]) == {"sourced"}
    moved = whole["seat_moved_m"] > 1
    assert (whole["point_src"][moved] == "assumed").all()
    assert (whole["point_src"][~moved] == "sourced").all()
    said = (options.to / "README.md").read_text("utf-8")
    assert "A made-up map" in said
    assert "| people of towns | 5 | – | – | – |" in said
    assert gpd.read_file(options.bundle, layer="river")["name_zh"].tolist() == ["渌江"]


def test_the_same_choices_make_the_same_bytes_in_any_process(county, tmp_path):
    options, _, _ = county
    code = (
        "import sys; from pathlib import Path; import sim;"
        "from sim.geography.synthesis.writing import from_yaml;"
        "sim.synthesise_map(from_yaml(Path(sys.argv[1]), Path(sys.argv[2])))"
    )
    other = tmp_path / "maps" / "county"
    again = options.to / "synthesis.yaml"
    environment = os.environ | {"PYTHONHASHSEED": "12", "OMP_NUM_THREADS": "1"}
    subprocess.run(
        [sys.executable, "-c", code, again, other], check=True, cwd=options.towns.parent,
        env=environment,
    )  # fmt: skip
    first, second = (_digest(folder / "county.gpkg") for folder in (options.to, other))
    assert first == second
    assert (options.to / "README.md").read_text() == (other / "README.md").read_text()


def _digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_another_seed_makes_another_county(county, tmp_path):
    _, the_map, _ = county
    options = tables(tmp_path, roads=ROADS, seed=4)
    synthesise_map(options)
    other = bundle.read(options.bundle)
    assert other.cells.people.sum() == the_map.cells.people.sum()
    assert other.outline.symmetric_difference(the_map.outline).area > 1e6


def test_blanks_are_filled_by_villages_and_marked(tmp_path):
    towns = without("常住人口", 2) | {
        "面积(平方公里)": [24.0, 61.5, None, 80.0, 55.0],
        "经度": [113.50, 113.58, 113.41, 113.49, None],
        "纬度": [27.60, 27.62, 27.59, 27.52, None],
    }
    options = tables(tmp_path, towns, total_area="260.5 km2", total_people=120_000)
    report = synthesise_map(options)
    found = gpd.read_file(options.bundle, layer="townships").set_index("name_zh")
    assert found["area_km2"]["西河镇"] == pytest.approx(40.0)
    assert found["people"].sum() == 120_000
    assert found["people_src"]["西河镇"] == "imputed"
    assert found["area_src"]["西河镇"] == "imputed"
    assert found["point_src"]["北岭镇"] == "imputed"
    assert found["point_src"]["东山镇"] in ("sourced", "assumed")
    assert "imputed: points of 北岭镇" in str(report)


def test_what_a_column_says_of_where_a_value_is_from_is_kept(tmp_path):
    towns = TOWNS | {
        "people_grade": ["seen", "derived", "imputed", "假定", ""],
        "area_src": ["S1", "inferred", "S2", "S1", "填补"],
    }
    options = tables(tmp_path, towns)
    synthesise_map(options)
    found = gpd.read_file(options.bundle, layer="townships")
    said = ["sourced", "inferred", "imputed", "assumed", "sourced"]
    assert found["people_src"].tolist() == said
    assert found["area_src"].tolist() == ["sourced", "inferred", "sourced", "sourced", "imputed"]


def test_districts_say_what_towns_do_not(tmp_path):
    towns = TOWNS | {
        "code": ["420101001", "420101002", "420101003", "420102001", "420102002"],
        "常住人口": [None] * 5,
        "面积(平方公里)": [None] * 5,
    }
    districts = {
        "code": ["420101", "420102", "420103"],
        "name_zh": ["甲区", "乙区", "丙区"],
        "people_2020_run": [1, 2, 3],
        "people_2020_code": [90_000, 20_001, 7],
        "area_km2": [150.0, 120.0, 5.0],
    }
    options = tables(tmp_path, towns, districts=districts)
    synthesise_map(options)
    found = gpd.read_file(options.bundle, layer="townships")
    by_district = found.groupby(found["code"].str[:6])
    assert by_district["people"].sum().tolist() == [90_000, 20_001]
    assert by_district["area_km2"].sum().tolist() == pytest.approx([150.0, 120.0], abs=0.001)
    assert set(found["people_src"]) == {"imputed"}


def test_people_of_the_latest_year_count(tmp_path):
    towns = TOWNS | {"人口2020": [50_000, 20_000, 15_000, 9_000, 12_000]}
    options = tables(tmp_path, towns)
    assert "people: the column 人口2020" in str(synthesise_map(options))
    assert bundle.read(options.bundle).cells.people.sum() == 106_000


def test_one_town_and_two_towns_are_maps_too(tmp_path):
    for count in (1, 2):
        towns = {name: cells[:count] for name, cells in TOWNS.items()}
        options = tables(tmp_path, towns, to=tmp_path / "maps" / f"of{count}")
        synthesise_map(options)
        the_map = bundle.read(options.bundle)
        assert the_map.cells.people.sum() == sum(TOWNS["常住人口"][:count])
        assert the_map.road_links > 20


def test_a_city_without_country_has_through_roads_too(tmp_path):
    options = tables(tmp_path, TOWNS | {"城乡": ["城区"] * 5}, roads=ROADS)
    synthesise_map(options)
    the_map = bundle.read(options.bundle)
    assert the_map.cells.people.sum() == sum(TOWNS["常住人口"])
    assert {"G99", "G106", "S3"} <= set(the_map.layers["roads"]["name"])


def test_towns_far_apart_for_their_areas_are_joined_by_strips_of_ground(tmp_path):
    towns = {name: cells[:3] for name, cells in TOWNS.items()} | {
        "面积(平方公里)": [9.0, 8.0, 10.0],
        "经度": [113.50, 113.72, 113.30],
    }
    options = tables(tmp_path, towns)
    synthesise_map(options)
    the_map = bundle.read(options.bundle)
    assert the_map.outline.geom_type == "Polygon"
    areas = the_map.layers["townships"].area.to_numpy() / 1e6
    np.testing.assert_allclose(areas, towns["面积(平方公里)"], rtol=0.005)
    assert the_map.nodes_left_out == 0


def test_a_folder_that_somebody_else_made_is_left_alone(county, tmp_path):
    options = tables(tmp_path)
    options.to.mkdir(parents=True)
    (options.to / "county.gpkg").write_text("mine")
    with pytest.raises(MapImportError, match="holds something that was not made up"):
        synthesise_map(options)
    assert (options.to / "county.gpkg").read_text() == "mine"


WRONG = [
    (without("纬度", 1, 29.62), r"line 3: 东山镇 lies 216 km from the nearest other town"),
    (without("经度", 1, 113.5005) | {"纬度": [27.60, 27.6001, 27.59, 27.52, 27.68]},
     "line 3: 东山镇 stands where 城关街道 of line 2 does"),
    (without("常住人口", 3, -4), "line 5, column 常住人口: write a number from 0 up; found -4"),
    (without("面积(平方公里)", 3, -4), r"line 5, column 面积\(平方公里\): write a number from 0 up"),
    (without("面积(平方公里)", 3, 0), "line 5, column 面积.*: write an area of more than 0"),
    (TOWNS | {"常住人口": [0] * 5}, "it holds no people: every value is zero"),
    (TOWNS | {"常住人口": [None] * 5}, "nothing says how many people live anywhere|no town of .* has people"),
    (TOWNS | {"经度": TOWNS["纬度"], "纬度": TOWNS["经度"]}, "line 2, column 纬度: longitude and latitude look swapped"),
    (without("乡镇", 4, "东山镇"), "line 6, column 乡镇: 东山镇 stands here again, after line 3"),
    (without("乡镇", 4, "合计"), "line 6: it looks like a total"),
    (TOWNS | {"面积(平方公里)": [None] * 5}, "no town of .* has an area"),
]  # fmt: skip


@pytest.mark.parametrize(("towns", "said"), WRONG, ids=[said[:30] for _, said in WRONG])
def test_a_mistake_in_the_towns_is_told_where_it_stands(towns, said, tmp_path):
    options = tables(tmp_path, towns)
    with pytest.raises(MapImportError, match=said):
        synthesise_map(options)
    assert not options.to.exists()


def test_areas_that_do_not_add_up_to_the_stated_total_are_told(tmp_path):
    options = tables(tmp_path, total_area="400 km2")
    with pytest.raises(MapImportError, match=r"add up to 268\.8 km², and 400\.0 km² are stated"):
        synthesise_map(options)


def test_all_mistakes_of_all_tables_are_told_at_once(tmp_path):
    roads = {
        "名称": ["G1", "G2", "G3", "G4"],
        "等级": ["国道", "驿道", "国道", "国道"],
        "途经": ["东山镇;西合镇", "东山镇;西河镇", "27.5 113.5;西河镇", "东山镇"],
    }
    river = {"name": ["渌江", "浏河"], "lon": [113.5, 113.6], "lat": [27.5, 27.6]}
    options = tables(tmp_path, without("常住人口", 3, -4), roads=roads, river=river)
    with pytest.raises(MapImportError) as caught:
        synthesise_map(options)
    told = str(caught.value)
    for said in (
        "towns.csv, line 5, column 常住人口: write a number from 0 up",
        "roads.csv, line 2, column 途经: no town is called 西合镇; did you mean 西河镇?",
        "roads.csv, line 3, column 等级: write one of motorway, trunk",
        "roads.csv, line 4, column 途经: write the longitude first, like 113.5 27.6; found 27.5 113.5",
        "roads.csv, line 5, column 途经: write two places at least",
        "river.csv, line 2: write two points at least of 渌江",
    ):
        assert said in told
    assert not options.to.exists()


MORE_WRONG = [
    (without("乡镇", 4, "注：第七次人口普查"), {}, "line 6: it looks like a note"),
    ({n: c for n, c in TOWNS.items() if n != "常住人口"}, {},
     "no column says how many people live where: call it people or 常住人口, not one of 乡镇"),
    ({n: c for n, c in TOWNS.items() if "面积" not in n}, {},
     "no column says the area: call it area_km2 or .*, not one of 乡镇"),
    (TOWNS, {"total_area": "400 km2"}, r"column 面积\(平方公里\): the areas of county add up"),
    (TOWNS | {"面积(平方公里)": [v / 1000 for v in TOWNS["面积(平方公里)"]], "常住人口": [9] * 5}, {},
     r"the towns lie up to 18 km apart and have 0\.2687 km² together: are their areas in"),
    (TOWNS | {"面积(平方公里)": [v * 1000 for v in TOWNS["面积(平方公里)"]]}, {},
     r"a town is 235 km wide and 8\.9 km from the next one"),
    (TOWNS | {"面积(平方公里)": [v * 2000 for v in TOWNS["面积(平方公里)"]]}, {},
     "537,500 km² are more than can be drawn"),
    ({name: cells[:1] for name, cells in TOWNS.items()} | {"面积(平方公里)": [0.02], "常住人口": [3]}, {},
     "0.02 km² are less than can be drawn, 0.5"),
    (TOWNS, {"people_column": "人口数"}, 'towns.csv: no column "人口数"; did you mean 常住人口[?]$'),
    (TOWNS, {"hospitals": {"name": ["A", "B"], "lon": [113.5, 120.0], "lat": [27.6, 30.0]}},
     "hospitals.csv, line 3, column lon: B lies 6.. km from the nearest town"),
    (TOWNS, {"roads": ROADS | {"途经": ["东山镇,西河镇", "东山镇、西河镇", "东山镇-西河镇"]}},
     "line 2, column 途经: write ; between the places; found 东山镇,西河镇\n  roads.csv, line 4, column 途经: write ; between the places; found 东山镇-西河镇$"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("towns", "choices", "said"), MORE_WRONG, ids=[said[:30] for _, _, said in MORE_WRONG]
)
def test_what_no_county_is_like_is_told_before_anything_is_drawn(towns, choices, said, tmp_path):
    options = tables(tmp_path, towns, **choices)
    with pytest.raises(MapImportError, match=said) as caught:
        synthesise_map(options)
    assert str(caught.value).startswith(f"the map {options.to} cannot be made:")
    assert not options.to.exists()


def test_towns_without_a_name_are_not_offered_for_one_that_is_unknown(tmp_path):
    roads = {"名称": ["G1"], "等级": ["国道"], "途经": ["石桥镇;东山镇"]}
    options = tables(tmp_path, without("乡镇", 4) | {"name_en": [""] * 5}, roads=roads)
    with pytest.raises(MapImportError, match=r"known: 城关街道, 东山镇, 西河镇, 南坪乡\n"):
        synthesise_map(options)


def test_a_file_where_the_folder_should_be_is_told_before_anything_is_read(tmp_path):
    (tmp_path / "maps").write_text("mine")
    options = tables(tmp_path, without("常住人口", 3, -4))
    with pytest.raises(MapImportError, match=r"--to .*: it cannot be written: .*maps is a file"):
        synthesise_map(options)
    assert (tmp_path / "maps").read_text() == "mine"


def test_a_number_that_cannot_be_read_is_told_once(tmp_path):
    with pytest.raises(MapImportError) as caught:
        synthesise_map(tables(tmp_path, without("经度", 2, "abc")))
    assert len(caught.value.problems) == 1
    assert "line 4, column 经度: write a number; found abc" in str(caught.value)


def test_what_is_wrong_with_the_others_is_told_where_the_towns_are_no_table(tmp_path):
    river = {"name": ["渌江", "浏河"], "lon": [113.5, 113.6], "lat": [27.5, 27.6]}
    options = tables(tmp_path, river=river)
    options.towns.write_text("乡镇,人口,人口\n甲镇,1,1\n", "utf-8")
    with pytest.raises(MapImportError) as caught:
        synthesise_map(options)
    told = str(caught.value)
    assert told.startswith(f"the map {options.to} cannot be made:")
    assert "towns.csv, line 1: two columns are called" in told
    assert "river.csv, line 2: write two points at least of 渌江" in told


def test_roads_and_rivers_that_touch_nothing_are_named(tmp_path):
    river = {"name": ["远河"] * 2, "lon": [115.0, 115.2], "lat": [27.5, 27.6]}
    roads = {"名称": ["G9"], "等级": ["国道"], "途经": ["115.0 27.5;115.2 27.6"]}
    report = str(synthesise_map(tables(tmp_path, river=river, roads=roads)))
    assert "rivers that do not touch the border that was made up, and are not drawn: 远河" in report
    assert "roads of which nothing lies within the border that was made up: G9" in report
    assert "people: 117,866 read, 0 left out, 117,866 kept" in report


def test_square_metres_and_wide_towns_are_read_and_asked_about(tmp_path):
    towns = {name: cells for name, cells in TOWNS.items() if "面积" not in name}
    square = [v * 1e6 for v in TOWNS["面积(平方公里)"]]
    options = tables(tmp_path, towns | {"面积(平方米)": square})
    report = str(synthesise_map(options))
    assert "268.8 km²" in report
    assert "in the median: are the areas in another unit" not in report


def test_an_import_of_choices_tells_their_lines(county, tmp_path):
    options, _, _ = county
    text = (options.to / "synthesis.yaml").read_text("utf-8")
    changed = tmp_path / "synthesis.yaml"
    changed.write_text(
        text.replace("seed: 3", "seed: -3").replace("roads.csv", "ways.csv"), "utf-8"
    )
    with pytest.raises(MapImportError, match=r"line 4, roads: no such file"):
        from_yaml(changed)


def test_it_can_be_called_with_plain_names(tmp_path):
    options = tables(tmp_path)
    sim.synthesise_map(towns=options.towns, to=tmp_path / "maps" / "plain", seed=3)
    assert (tmp_path / "maps" / "plain" / "plain.gpkg").is_file()


def test_only_what_is_near_its_seat_is_urban_if_that_is_wanted(tmp_path):
    """Counted anew from the distances; nobody is lost, and only cells of urban towns are urban."""
    (tmp_path / "all").mkdir()
    (tmp_path / "near").mkdir()
    wide, near = tables(tmp_path / "all"), tables(tmp_path / "near", urban_within="2 km")
    for one in (wide, near):
        synthesise_map(one)
    before, after = (bundle.read(one.bundle).layers for one in (wide, near))
    cells, towns = after["cells"], after["townships"]
    (seat,) = gpd.points_from_xy(towns["seat_lon"][:1], towns["seat_lat"][:1], crs=4326).to_crs(
        towns.crs
    )
    inside = (cells.distance(seat) <= 2_000) & (cells["township"] == towns["code"][0])
    assert list(cells["area"] == "urban") == list(inside)
    assert 0 < inside.sum() < (before["cells"]["area"] == "urban").sum()
    assert list(cells["people"]) == list(before["cells"]["people"])
    assert after["core"].area.sum() < min(np.pi * 4e6, before["core"].area.sum())
    people = cells["people"].groupby([cells["township"], cells["area"]]).sum()
    mostly = people[towns["code"][0], "urban"] >= people[towns["code"][0], "rural"]
    assert towns["area"][0] == ("urban" if mostly else "rural")
    assert set(towns["area"][1:]) == {"rural"}
    again = from_yaml(near.to / "synthesis.yaml", tmp_path / "again")
    assert again.urban_within == 2_000
    with pytest.raises(MapImportError, match="--urban-within: write at least 500 m"):
        tables(tmp_path / "near", urban_within="2 m")
