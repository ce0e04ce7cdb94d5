"""`tenthirty map import`: small made-up towns become maps; what is wrong with them is said."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from conftest import NO_DATA, SHARED
from test_cli import tenthirty

import sim
from sim.answers.coverage import coverage
from sim.engine.paths import Ways
from sim.errors import MapError, MapImportError, PlannerError
from sim.files import coordinates
from sim.geography import bundle as maps
from sim.geography.making import Options, import_map, read_matrix
from sim.geography.making.options import from_yaml
from sim.geography.making.people import share_out
from sim.geography.making.roads import tags as road_words
from sim.geography.roads import network
from sim.policies.clock import on_grid
from sim.prepare import system
from sim.study import plan as study

LON, LAT = 113.5, 27.65  # near Liling; about 98.5 and 111 km a degree
STEP = 0.01


# ── a small town, as files ───────────────────────────────────────────────────────────────────


def osm(path, ways, missing=(), size=4, extra=()):
    """A square of size × size nodes numbered 10·row + column; `ways` are (nodes, tags)."""
    lines = ['<osm version="0.6" generator="test">']
    for row in range(size):
        for column in range(size):
            if 10 * row + column not in missing:
                lon, lat = LON + STEP * column, LAT + STEP * row
                lines.append(f'<node id="{10 * row + column}" lon="{lon}" lat="{lat}"/>')
    for node, lon, lat in extra:
        lines.append(f'<node id="{node}" lon="{lon}" lat="{lat}"/>')
    for number, (nodes, tags) in enumerate(ways, start=1):
        refs = "".join(f'<nd ref="{n}"/>' for n in nodes)
        said = "".join(f'<tag k="{k}" v="{v}"/>' for k, v in tags.items())
        lines.append(f'<way id="{number}">{refs}{said}</way>')
    path.write_text("\n".join([*lines, "</osm>"]), "utf-8")
    return path


STREET = {"highway": "residential"}
ROWS = [([10 * row + c for c in range(4)], STREET) for row in range(4)]
COLUMNS = [([10 * r + column for r in range(4)], STREET) for column in range(4)]
TOWN = [*ROWS, *COLUMNS]


def box(west=0.0, south=0.0, east=3.0, north=3.0):
    return shapely.box(
        *(LON + STEP * west, LAT + STEP * south, LON + STEP * east, LAT + STEP * north)
    )


def features(path, shapes, **columns):
    gpd.GeoDataFrame(columns, geometry=shapes, crs=4326).to_file(path)
    return path


def zones(folder, people=(9001, 502), west=1.5):
    return features(folder / "zones.geojson", [box(east=west), box(west=west)],
                    name=["Westside", "Eastside"], people=list(people))  # fmt: skip


@pytest.fixture
def make(tmp_path):
    """Imports a town into a folder of this test: the report and the map."""

    def made(ways=TOWN, *, missing=(), extra=(), **choices):
        choices = {"place": "town", "maps": tmp_path / "maps", "cell_m": 250.0} | choices
        if "roads" not in choices:
            choices["roads"] = osm(tmp_path / "roads.osm", ways, missing, extra=extra)
        if not {"zones", "people"} & set(choices):
            choices["zones"] = zones(tmp_path)
        report = import_map(Options(**choices))
        return str(report), maps.read(tmp_path / "maps" / "town" / "town.gpkg")

    return made


def refused(make, *arguments, **choices) -> str:
    with pytest.raises(MapImportError) as caught:
        make(*arguments, **choices)
    return str(caught.value)


# ── roads ────────────────────────────────────────────────────────────────────────────────────


def test_a_town_of_crossing_streets_becomes_a_map(make):
    report, ground = make()
    roads = ground.layers["roads"]
    assert len(roads) == 24
    assert set(roads["class"]) == {"residential"}
    assert (roads["oneway"] == 0).all()
    assert ground.crs.to_epsg() == 32649
    assert roads["length_m"].between(950, 1150).all()
    assert "8 ways" in report
    assert "24 links between 16 nodes" in report
    assert ground.nodes_left_out == 0


def test_every_road_begins_and_ends_where_its_nodes_are(make):
    _, ground = make()
    spots = {}
    for u, v, line in ground.layers["roads"][["u", "v", "geometry"]].itertuples(index=False):
        assert spots.setdefault(u, line.coords[0]) == line.coords[0]
        assert spots.setdefault(v, line.coords[-1]) == line.coords[-1]


def test_one_way_streets_run_as_they_say(make):
    ring = [0, 1, 2, 3, 13, 23, 33, 32, 31, 30, 20, 10, 0]
    for said, forward in (("yes", True), ("1", True), ("true", True), ("-1", False)):
        _, ground = make([(ring, STREET | {"oneway": said}), *ROWS[1:3]])
        roads = ground.layers["roads"]
        one = roads[roads["oneway"] == 1]
        south = one.iloc[one.geometry.bounds["maxy"].argmin()].geometry
        eastward = south.coords[-1][0] > south.coords[0][0]
        assert eastward == forward, said


@pytest.mark.parametrize(
    ("tags", "oneway"),
    [
        ({"highway": "motorway"}, 1),
        ({"highway": "motorway", "oneway": "no"}, 0),
        ({"highway": "primary", "junction": "roundabout"}, 1),
        ({"highway": "primary", "oneway": "reversible"}, 0),
        ({"highway": "primary", "oneway": "perhaps"}, 0),
    ],
)
def test_roundabouts_and_motorways_run_one_way_unless_they_say_not(make, tags, oneway):
    ring = [0, 1, 2, 3, 13, 23, 33, 32, 31, 30, 20, 10, 0]
    _, ground = make([(ring, tags), *ROWS[1:3]])
    roads = ground.layers["roads"]
    assert set(roads.loc[roads["class"] == tags["highway"], "oneway"]) == {oneway}


@pytest.mark.parametrize(
    ("text", "kmh"),
    [("50", 50), ("50 km/h", 50), ("30 mph", 48.3), ("walk", 5), ("none", None), ("RO:urban", None),
     (None, None), ("50;70", 60), ("['50', '30']", 40), ("0", None), ("999", None), ("signals", None)],
)  # fmt: skip
def test_speed_limits_are_read_or_left_to_the_class(text, kmh):
    assert (
        road_words.speed_kmh(text) == pytest.approx(kmh, nan_ok=True)
        if kmh
        else np.isnan(road_words.speed_kmh(text))
    )


def test_speeds_reach_the_map(make):
    _, ground = make([*ROWS, *[(nodes, STREET | {"maxspeed": "30 mph"}) for nodes, _ in COLUMNS]])
    assert ground.layers["roads"]["speed_kmh"].value_counts().to_dict() == {48.3: 12}


def test_what_is_left_out_is_said_with_its_switch(make):
    ways = [
        *TOWN,
        ([0, 11], {"highway": "service"}),
        ([1, 12], {"highway": "track"}),
        ([2, 13], {"route": "ferry"}),
        ([10, 21], {"highway": "footway"}),
        ([11, 22], STREET | {"access": "private"}),
        ([12, 23], STREET | {"motor_vehicle": "no"}),
        ([20, 31], STREET | {"access": "no", "emergency": "yes"}),
        ([21, 32], STREET | {"access": "private", "motor_vehicle": "yes"}),
    ]
    report, ground = make(ways)
    assert len(ground.layers["roads"]) == 26
    for text in ("1 service roads (--service", "1 tracks (--tracks", "1 ferries (--ferries",
                 "2 closed to the public", "1 ways not for vehicles"):  # fmt: skip
        assert text in report
    _, ground = make(ways, service=True, tracks=True, ferries=True)
    roads = ground.layers["roads"]
    assert len(roads) == 29
    assert roads.loc[roads["class"] == "ferry", "speed_kmh"].tolist() == [15.0]


def test_nobody_gets_off_a_ferry_at_sea(make):
    pier = [(90, LON - STEP, LAT), (91, LON - 2 * STEP, LAT)]
    ways = [*TOWN, ([0, 90], {"route": "ferry"}), ([90, 91], {"route": "ferry"}),
            ([91, 10], {"route": "ferry"}), ([90, 20], {"route": "ferry"})]  # fmt: skip
    _, ground = make(ways, extra=pier, ferries=True)
    assert len(ground.network.may_leave) == 18
    assert ground.network.may_leave.sum() == 16


def test_a_clipped_extract_is_cut_at_its_missing_nodes_not_joined_across(make):
    report, ground = make(missing=(11,))
    assert len(ground.layers["roads"]) == 20
    assert "2 ways cut where the extract ends" in report
    assert ground.layers["roads"]["length_m"].max() < 1150


def test_a_way_that_meets_itself_is_cut_there(make):
    beyond = [(90 + i, LON + STEP * x, LAT + STEP * y) for i, (x, y) in
              enumerate([(4, 4), (5, 4), (5, 5)])]  # fmt: skip
    eight = [33, 90, 91, 92, 90, 30]
    report, ground = make([*TOWN, (eight, {"highway": "tertiary"})], extra=beyond)
    assert (ground.layers["roads"]["class"] == "tertiary").sum() == 2
    assert "1 link that end where they begin" in report


def test_islands_loops_and_doubles_are_dropped_and_counted(make):
    island = [(90, LON + 0.2, LAT), (91, LON + 0.21, LAT), (92, LON + 0.0302, LAT + 0.0302)]
    ways = [
        *TOWN,
        ROWS[0],  # drawn twice
        ([90, 91], STREET),  # an island
        ([33, 92], STREET | {"oneway": "yes"}),  # no way back
    ]
    report, ground = make(ways, extra=island, margin_m=50_000)
    assert len(ground.layers["roads"]) == 24
    assert "dropped: 3 links drawn twice" in report
    assert "dropped: 2 links outside the largest part" in report
    assert "3 nodes" in report


def test_a_link_of_no_length_does_not_cut_a_road(make):
    twin = [(90, LON + 3 * STEP, LAT + 3 * STEP + 1e-8), (91, LON + 4 * STEP, LAT + 3 * STEP)]
    report, ground = make([*TOWN, ([33, 90], STREET), ([90, 91], STREET)], extra=twin)
    assert len(ground.layers["roads"]) == 25
    assert "1 link of length zero" in report


def test_roads_far_outside_the_boundary_are_left_out(make, tmp_path):
    edge = features(tmp_path / "edge.geojson", [box(east=1, north=1)], name=["edge"])
    report, ground = make(boundary=edge, margin_m=500)
    assert len(ground.layers["roads"]) < 24
    assert "more than 0.5 km outside the boundary" in report


def test_lines_are_read_by_their_usual_columns(make, tmp_path):
    lines, classes = [], []
    for row in range(3):
        for column in range(3):
            at = (LON + STEP * column, LAT + STEP * row)
            if column < 2:  # an end that misses the next by half a metre
                lines.append(shapely.LineString([at, (at[0] + STEP - 5e-6, at[1])]))
            if row < 2:
                lines.append(shapely.LineString([at, (at[0], at[1] + STEP)]))
    classes = ["secondary"] * (len(lines) - 1) + ["footway"]
    path = features(tmp_path / "roads.gpkg", lines, fclass=classes, maxspeed=[50] * len(lines),
                    oneway=["B"] * len(lines))  # fmt: skip
    report, ground = make(roads=path)
    roads = ground.layers["roads"]
    assert len(roads) == 11
    assert set(roads["speed_kmh"]) == {50.0}
    assert ground.nodes_left_out == 0
    assert "class from column fclass" in report
    assert "1 footway" in report


def test_of_a_file_with_nodes_and_edges_the_edges_are_read(make, tmp_path):
    at = [(LON, LAT), (LON + STEP, LAT), (LON + STEP, LAT + STEP)]
    path = tmp_path / "osmnx.gpkg"
    nodes = gpd.GeoDataFrame(geometry=[shapely.Point(xy) for xy in at], crs=4326)
    nodes.to_file(path, layer="nodes")
    lines = [shapely.LineString(at[i : i + 2]) for i in (0, 1)]
    both = [*lines, *(line.reverse() for line in lines)]  # osmnx has each direction once
    edges = {"highway": ["primary"] * 4, "oneway": [False] * 4}
    gpd.GeoDataFrame(edges, geometry=both, crs=4326).to_file(path, layer="edges")
    report, ground = make(roads=path)
    assert len(ground.layers["roads"]) == 2
    assert "2 links drawn twice" in report


def test_backward_lines_are_turned_round(make, tmp_path):
    ring = [(0, 0), (0, 1), (1, 1), (1, 0)]
    at = [(LON + STEP * x, LAT + STEP * y) for x, y in ring]
    lines = [shapely.LineString([at[i], at[(i + 1) % 4]]) for i in range(3)]
    lines.append(shapely.LineString([at[0], at[3]]))  # against the others
    path = features(tmp_path / "r.geojson", lines, highway=["primary"] * 4,
                    oneway=["yes", "yes", "yes", "-1"])  # fmt: skip
    _, ground = make(roads=path)
    assert len(ground.layers["roads"]) == 4
    assert sorted(ground.network.head) == sorted(ground.network.tail) == [0, 1, 2, 3]


def test_lines_that_cross_meet_only_if_asked(make, tmp_path):
    across = [shapely.LineString([(LON, LAT + STEP * r), (LON + 3 * STEP, LAT + STEP * r)])
              for r in range(4)]  # fmt: skip
    down = [shapely.LineString([(LON + STEP * c, LAT), (LON + STEP * c, LAT + 3 * STEP)])
            for c in range(4)]  # fmt: skip
    path = features(tmp_path / "cross.gpkg", [*across, *down], highway=["tertiary"] * 8)
    report, ground = make(roads=path, node_crossings=True)
    assert len(ground.layers["roads"]) == 24
    assert "cuts made where lines cross" in report
    report, ground = make(roads=path)
    assert len(ground.layers["roads"]) == 4
    assert "not connected with the rest" in report


def graphml(path, directed=True):
    """A square of four streets as osmnx saves it: each two-way street as two edges."""
    keys = {"d4": ("node", "y"), "d5": ("node", "x"), "d9": ("edge", "highway"),
            "d10": ("edge", "maxspeed"), "d11": ("edge", "oneway"), "d12": ("edge", "geometry"),
            "d0": ("graph", "crs")}  # fmt: skip
    at = {1: (0, 0), 2: (1, 0), 3: (1, 1), 4: (0, 1)}
    edges = [(1, 2), (2, 1), (2, 3), (3, 2), (3, 4), (4, 1), (1, 4)]  # 3 to 4 is one-way
    text = ['<?xml version="1.0" encoding="utf-8"?>',
            '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">']  # fmt: skip
    text += [f'<key id="{k}" for="{w}" attr.name="{n}" attr.type="string"/>'
             for k, (w, n) in keys.items()]  # fmt: skip
    text.append('<graph edgedefault="directed"><data key="d0">epsg:4326</data>')
    for node, (x, y) in at.items():
        text.append(f'<node id="{node}"><data key="d5">{LON + STEP * x}</data>'
                    f'<data key="d4">{LAT + STEP * y}</data></node>')  # fmt: skip
    for u, v in edges:
        a, b = ((LON + STEP * at[n][0], LAT + STEP * at[n][1]) for n in (u, v))
        low, high = min(a, b), max(a, b)
        bend = ((low[0] + high[0]) / 2 + 0.001, (low[1] + high[1]) / 2)
        line = shapely.LineString([a, bend, b]).wkt
        text.append(f'<edge source="{u}" target="{v}" id="0"><data key="d9">[\'primary\', \'road\']'
                    f'</data><data key="d10">[\'50\', \'30\']</data>'
                    f'<data key="d11">{(u, v) == (3, 4)}</data>'
                    f'<data key="d12">{line}</data></edge>')  # fmt: skip
    path.write_text("\n".join([*text, "</graph></graphml>"]), "utf-8")
    return path


def test_graphml_of_osmnx_is_read_without_osmnx(make, tmp_path):
    _, ground = make(roads=graphml(tmp_path / "town.graphml"))
    roads = ground.layers["roads"]
    assert len(roads) == 4
    assert sorted(roads["oneway"]) == [0, 0, 0, 1]
    assert set(roads["class"]) == {"primary"}
    assert set(roads["speed_kmh"]) == {40.0}
    assert (shapely.get_num_points(roads.geometry.values) == 3).all()


# ── people ───────────────────────────────────────────────────────────────────────────────────


def test_people_of_zones_live_along_their_streets(make):
    report, ground = make()
    assert ground.cells.people.sum() == 9503
    assert np.bincount(ground.cells.township, ground.cells.people).tolist() == [9001, 502]
    assert [s.name_en for s in ground.townships] == ["Westside", "Eastside"]
    assert ground.layers["townships"]["area"].tolist() == ["urban", "rural"]
    assert set(ground.layers["cells"]["provenance"]) == {"imputed"}
    assert set(ground.layers["cells"]["area"][ground.cells.township == 0]) == {"urban"}
    assert "zones with 300 people per km² or more: 1 of 2" in report


def test_zones_without_people_or_streets_are_told(make, tmp_path):
    path = features(tmp_path / "z.geojson", [box(), box(west=5, east=6), box(south=5, north=6)],
                    name=["Town", "Moor", "Lake"], people=[500.4, 60, 0])  # fmt: skip
    report, ground = make(zones=path)
    assert "1 zone without people: Lake" in report
    assert "1 polygon without a street to live on (60 people)" in report
    assert ground.cells.people.sum() == 560
    assert ground.layers["townships"]["people"].tolist() == [500, 60, 0]


def test_points_of_people_keep_their_sum_within_the_boundary(make, tmp_path):
    rows = ["经度,纬度,人口"]
    rows += [f"{LON + 0.001 * i},{LAT + 0.003},{i + 0.5}" for i in range(20)]
    rows.append(f"{LON + 1},{LAT},77")
    path = tmp_path / "people.csv"
    path.write_bytes("\n".join(rows).encode("gb18030"))
    edge = features(tmp_path / "edge.geojson", [box()], name=["edge"])
    report, ground = make(boundary=edge, people=path)
    assert ground.cells.people.sum() == 200
    assert "lost outside the boundary: 77" in report
    assert len(ground.layers["townships"]) == 1
    assert set(ground.layers["cells"]["provenance"]) == {"inferred"}


def test_without_a_boundary_the_map_reaches_as_far_as_its_people(make, tmp_path):
    path = features(tmp_path / "p.geojson", [shapely.Point(LON + STEP * i, LAT) for i in range(3)],
                    population=[10, 20, 30])  # fmt: skip
    report, ground = make(people=path)
    assert "the hull of where people live" in report
    assert ground.cells.people.sum() == 60
    assert all(ground.outside_m(*xy) == 0 for xy in ground.cells.xy)


def raster(path, values, crs="EPSG:3857", nodata=-9999.0, pixel=100.0, origin=None):
    """A GeoTIFF whose upper left corner lies over the town's."""
    import rasterio
    from rasterio.transform import from_origin

    if origin is None:
        corner = gpd.GeoSeries([shapely.Point(LON, LAT + 3 * STEP)], crs=4326).to_crs(crs)[0]
        origin = (corner.x, corner.y)
    values = np.asarray(values, "float32")
    with rasterio.open(path, "w", driver="GTiff", width=values.shape[1], height=values.shape[0],
                       count=1, dtype="float32", crs=crs, nodata=nodata,
                       transform=from_origin(*origin, pixel, pixel)) as file:  # fmt: skip
        file.write(values, 1)
    return path


def test_a_raster_in_another_system_is_summed_into_cells(make, tmp_path):
    values = np.full((30, 30), 2.5)
    values[:5] = -9999.0
    values[7, 7] = -3.0
    values[8, 8] = np.nan
    report, ground = make(people=raster(tmp_path / "p.tif", values))
    people = 2.5 * (25 * 30 - 2)
    assert ground.cells.people.sum() == round(people)
    assert "1 negative pixels taken as nobody" in report
    assert len(ground.cells.people) < 30 * 30 / 3


def test_a_cell_lies_at_the_centre_of_its_people(make, tmp_path):
    values = np.zeros((30, 30))
    values[10, 10], values[10, 11] = 30, 10
    _, ground = make(people=raster(tmp_path / "p.tif", values, crs="EPSG:32649", pixel=10),
                     cell_m=1000.0)  # fmt: skip
    corner = gpd.GeoSeries([shapely.Point(LON, LAT + 3 * STEP)], crs=4326).to_crs(32649)[0]
    assert ground.cells.people.tolist() == [40]
    assert ground.cells.xy[0] == pytest.approx([corner.x + 107.5, corner.y - 105], abs=0.1)


def test_densities_become_people_by_the_area_of_each_pixel(make, tmp_path):
    dense = np.full((30, 30), 1000.0)
    for crs, pixel in (("EPSG:32649", 100.0), ("EPSG:4326", 0.001)):
        path = raster(tmp_path / "d.tif", dense, crs=crs, pixel=pixel)
        _, ground = make(people=path, people_unit="per_km2")
        km2 = 9.0 if pixel == 100 else 0.1108 * 0.0987 * 900
        assert ground.cells.people.sum() == pytest.approx(1000 * km2, rel=0.003)


def test_densities_read_as_people_are_refused_with_what_they_may_be(make, tmp_path):
    path = raster(tmp_path / "d.tif", np.full((30, 30), 5000.0), crs="EPSG:32649")
    text = refused(make, people=path)
    assert "4,500,000 people" in text
    assert "--people-unit per_km2" in text
    assert "45,000 people in all" in text


def test_relative_numbers_are_scaled_to_a_total(make, tmp_path):
    path = raster(tmp_path / "light.tif", np.arange(900.0).reshape(30, 30))
    _, ground = make(people=path, people_unit="relative", total_people=12_345)
    assert ground.cells.people.sum() == 12_345
    assert "--total-people N" in refused(make, people=path, people_unit="relative")


def test_strips_of_a_raster_give_what_the_whole_gives(make, tmp_path, monkeypatch):
    from sim.geography.making import raster as room

    path = raster(tmp_path / "p.tif", np.random.default_rng(3).random((30, 30)) * 50)
    _, whole = make(people=path)
    monkeypatch.setattr(room, "STRIP_PIXELS", 90)
    monkeypatch.setattr(room, "WHOLE_PIXELS", 100)
    _, strips = make(people=path)
    assert np.array_equal(whole.cells.people, strips.cells.people)
    assert np.array_equal(whole.cells.xy, strips.cells.xy)


@pytest.mark.parametrize("people", [0, 1, 7, 1000])
def test_whole_people_are_shared_out_without_loss(people):
    share = share_out(people, np.array([1.0, 1.0, 1.0, 0.5]))
    assert share.sum() == people
    assert (np.abs(share - people * np.array([2, 2, 2, 1]) / 7) < 1).all()


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


# ── stations and hospitals ───────────────────────────────────────────────────────────────────

SITES = [
    ("东站", 0.1, 0.1, "station"),
    ("西站", 1.1, 1.1, "substation"),
    ("南站", 2.1, 2.1, "分站"),
]


def rows_of(sites=SITES):
    return [(name, LON + STEP * x, LAT + STEP * y, kind) for name, x, y, kind in sites]


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
    assert [s.name_zh for s in ground.sites] == ["东站", "西站", "南站"]
    assert [s.name_zh for s in ground.hospitals] == ["东站", "西站", "南站"]


def test_stations_from_a_map_file(make, tmp_path):
    points = [shapely.Point(lon, lat) for _, lon, lat, _ in rows_of()]
    path = features(tmp_path / "s.gpkg", points, name=["A", "B", "C"], level=["三级", "", ""])
    _, ground = make(sites=path, hospitals=path)
    assert [s.name_en for s in ground.sites] == ["A", "B", "C"]
    assert ground.layers["hospitals"]["level"].tolist() == ["三级", "", ""]


def csv_of(folder, rows, header="name,lon,lat"):
    path = folder / "points.csv"
    path.write_text("\n".join([header, *(",".join(map(str, row)) for row in rows)]), "utf-8")
    return path


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
    options = Options(place="x", roads=Path("x"))
    with pytest.raises(MapImportError, match="2 of 2 points lie in the map if they are exchanged"):
        checks.points("sites", points, town, np.array([town.boundary]), options, Report())


def test_chinese_grids_come_back_to_wgs84():
    lon, lat = np.array([113.5, 116.4, 121.47]), np.array([27.65, 39.9, 31.23])
    gcj = coordinates.gcj02_of_wgs84(lon, lat)
    metres = np.hypot((gcj[0] - lon) * 111e3 * np.cos(np.radians(lat)), (gcj[1] - lat) * 111e3)
    assert ((metres > 300) & (metres < 800)).all()
    for back in (
        coordinates.to_wgs84(*gcj, "gcj02"),
        coordinates.to_wgs84(*coordinates.bd09_of_gcj02(*gcj), "bd09"),
    ):
        assert np.abs(np.array(back) - [lon, lat]).max() < 1e-6 * 2
    # A published pair: Tiananmen by GPS, and the same in GCJ-02.
    there = coordinates.gcj02_of_wgs84(116.404, 39.915)
    assert there == pytest.approx((116.41024449916938, 39.91640428150164), abs=1e-7)
    assert coordinates.gcj02_of_wgs84(174.8, -36.9) == pytest.approx((174.8, -36.9))


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


# ── what is wrong, all at once ───────────────────────────────────────────────────────────────


def test_everything_that_is_wrong_is_told_at_once_and_nothing_is_written(make, tmp_path):
    (tmp_path / "roads.txt.osm").write_text("no map", "utf-8")
    sites = csv_of(tmp_path, [("A", "east", LAT), ("", LON, LAT)])
    bare = features(tmp_path / "bare.geojson", [box()], size=[1])
    text = refused(make, roads=tmp_path / "roads.txt.osm", sites=sites, zones=bare,
                   people=bare, urban=sites)  # fmt: skip
    assert "--roads roads.txt.osm: this is not an OpenStreetMap file" in text
    assert "--zones bare.geojson" in text
    assert "--zone-name" in text
    assert "--people-column" in text
    assert "--sites points.csv, line 2, column lon: write a number; found east" in text
    assert "--urban points.csv" in text
    assert not (tmp_path / "maps").exists()


def test_choices_are_checked_before_any_file_is_read(make, tmp_path):
    text = refused(make, place="../x", roads=tmp_path / "none.pbf", cell_m=100.0,
                   people_unit="heads", coordinates="mars", zones=None)  # fmt: skip
    for part in ("--place", "--roads", "no such file", "--cell: write 250 m to 1000 m",
                 "--people-unit", "--coordinates", "say where people live"):  # fmt: skip
        assert part in text


def test_a_map_made_otherwise_is_not_overwritten(make, tmp_path):
    (tmp_path / "maps" / "town").mkdir(parents=True)
    (tmp_path / "maps" / "town" / "README.md").write_text("mine", "utf-8")
    assert "choose another name" in refused(make)


def test_roads_of_another_place_are_refused(make, tmp_path):
    edge = features(tmp_path / "e.geojson", [shapely.box(10, 50, 10.1, 50.1)], name=["elsewhere"])
    assert "no road lies near the boundary" in refused(make, boundary=edge)


@pytest.mark.parametrize(
    ("module", "extra", "choice"),
    [("osmium", "osm", {}), ("rasterio", "raster", {"people": "p.tif"}),
     ("openpyxl", "excel", {"sites": "s.xlsx"})],
)  # fmt: skip
def test_what_is_not_installed_is_one_message(make, tmp_path, monkeypatch, module, extra, choice):
    for name in choice.values():
        (tmp_path / name).write_bytes(b"")
    monkeypatch.setitem(sys.modules, module, None)
    text = refused(make, **{key: tmp_path / name for key, name in choice.items()})
    assert f'pip install "tenthirty[{extra}]"' in text


# ── written, repeated, used ──────────────────────────────────────────────────────────────────


def test_an_import_can_be_repeated_and_names_no_folder(make, tmp_path):
    _, first = make(name_zh="小镇", licence="CC0")
    folder = tmp_path / "maps" / "town"
    text = (folder / "import.yaml").read_text("utf-8") + (folder / "README.md").read_text("utf-8")
    assert str(tmp_path) not in text
    assert "小镇" in text
    assert "CC0" in text
    for name in ("roads.osm", "zones.geojson"):
        (folder / name).write_bytes((tmp_path / name).read_bytes())
    import_map(from_yaml(folder / "import.yaml", tmp_path / "maps"))
    again = maps.read(folder / "town.gpkg")
    for layer in ("roads", "cells", "townships"):
        assert first.layers[layer].equals(again.layers[layer]), layer
    assert not list(folder.glob("*.part*"))


def test_a_file_of_choices_is_checked(tmp_path):
    path = tmp_path / "import.yaml"
    path.write_text("place: town\nroads: [1]\nsnap_m: near\nferries: 1\nzoness: z.gpkg\n", "utf-8")
    with pytest.raises(MapImportError) as caught:
        from_yaml(path)
    for text in ("line 2, roads: write a text", "line 3, snap_m: write a number; found near",
                 "line 4, ferries: write true or false", "did you mean zones?"):  # fmt: skip
        assert text in str(caught.value)


def test_the_command_prints_a_report_and_draws(tmp_path):
    osm(tmp_path / "roads.osm", TOWN)
    zones(tmp_path)
    csv_of(tmp_path, [("A", LON, LAT), ("B", LON + STEP, LAT + STEP)])
    command = [sys.executable, "-m", "sim.cli", "map", "import"]
    options = ["--place", "town", "--roads", "roads.osm", "--zones", "zones.geojson"]
    done = subprocess.run([*command, *options, "--sites", "points.csv"], cwd=tmp_path,
                          capture_output=True, text=True, encoding="utf-8")  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "24 links between 16 nodes" in done.stdout
    names = {path.name for path in (tmp_path / "maps" / "town").iterdir()}
    assert names == {"town.gpkg", "README.md", "import.yaml", "map.png"}
    done = subprocess.run([*command, *options, "--cell", "100"], cwd=tmp_path,
                          capture_output=True, text=True, encoding="utf-8")  # fmt: skip
    assert done.returncode == 2
    assert "write a number and a unit" in done.stderr


def test_a_bundle_without_sites_is_drawn_too(make):
    from sim import figures as plots

    _, ground = make()
    assert plots.inputs_map(ground).axes


def test_a_town_of_40000_nodes_takes_seconds(tmp_path, make):
    resource = pytest.importorskip("resource")  # Windows has none
    n = 200
    lon, lat = LON + 0.002 * np.arange(n), LAT + 0.0018 * np.arange(n)
    at = np.stack(np.meshgrid(lon, lat), axis=-1)
    a = np.concatenate([at[:, :-1].reshape(-1, 2), at[:-1].reshape(-1, 2)])
    b = np.concatenate([at[:, 1:].reshape(-1, 2), at[1:].reshape(-1, 2)])
    lines = shapely.linestrings(np.stack([a, b], axis=1))
    path = features(tmp_path / "grid.gpkg", lines, highway=["residential"] * len(lines))
    area = features(tmp_path / "z.gpkg", [shapely.box(lon[0], lat[0], lon[-1], lat[-1])],
                    name=["all"], people=[1_000_000])  # fmt: skip
    begun = time.process_time()
    _, ground = make(roads=path, zones=area)
    assert time.process_time() - begun < 30
    assert len(ground.layers["roads"]) == 2 * n * (n - 1)
    assert ground.cells.people.sum() == 1_000_000
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < 4e6


# ── tables of travel seconds ─────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_a_square_table_may_be_asymmetric(tmp_path, ending):
    frame = pd.DataFrame({"id": ["a", "b"], "b": [60.0, 0.0], "a": [0.0, 90.0]})
    path = tmp_path / f"m.{ending}"
    frame.to_csv(path, index=False) if ending == "csv" else frame.to_parquet(path)
    ids, seconds, _ = read_matrix(path)
    assert ids == ("a", "b")
    assert seconds.tolist() == [[0, 60], [90, 0]]
    assert read_matrix(path, unit="minutes").seconds[0, 1] == 3600


def test_a_long_table_says_its_unit_in_the_header(tmp_path):
    path = tmp_path / "m.csv"
    path.write_text("from,to,minutes\n1,2,1.5\n2,1,2\n", "utf-8")
    assert read_matrix(path).seconds.tolist() == [[0, 90], [120, 0]]


def test_holes_are_named_or_filled_over_other_places(tmp_path):
    path = tmp_path / "m.csv"
    path.write_text("id,a,b,c\na,0,60,\nb,60,0,30\nc,45,30,0\n", "utf-8")
    with pytest.raises(MapError, match="no time for 1 pairs: a → c.*--fill-holes shortest"):
        read_matrix(path)
    filled = read_matrix(path, fill_holes="shortest").seconds
    assert filled[0, 2] == 90
    assert filled[2, 0] == 45
    path.write_text("from,to,seconds\na,b,60\nb,a,60\nc,a,5\n", "utf-8")
    with pytest.raises(MapError, match="a → c, b → c; no way over other places either"):
        read_matrix(path, fill_holes="shortest")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("id,a,b\na,0,-5\nb,1,0\n", "fewer than 0 seconds: a → b"),
        ("id,a,b\na,0,5\n", "not square: b stands nowhere else"),
        ("id,a,b\na,0,5\na,1,0\n", "a: each id once"),
        ("id,a,b\na,0,x\nb,1,0\n", "write numbers; found x"),
        ("id,a,b\na,0,inf\nb,1,0\n", "endless: a → b"),
        ("id,a,b\na,0\nb,1,0\n", "line 2: 3 values expected; found 2"),
        ("from,to,seconds\na,b,1\na,b,2\n", "a → b: each pair once"),
        ("from,to,metres\na,b,1\n", "no column seconds or minutes"),
        ("id,a,z\na,0,1\nz,1,0\n", "no place has the id z"),
    ],
)
def test_what_is_wrong_with_a_table_is_said(tmp_path, text, said):
    path = tmp_path / "m.csv"
    path.write_text(text, "utf-8")
    with pytest.raises(MapError) as caught:
        read_matrix(path, known=["a", "b"])
    assert said in str(caught.value)


# ── a real place ─────────────────────────────────────────────────────────────────────────────


def test_auckland_from_public_files_to_a_compliance_table(tmp_path):
    """The raster holds people per km²: as people per pixel it would be 888 million people in a
    region of 1.4 million; as a density it sums to within 0.1 % of the census of 2013 (1,415,550).
    """
    data = SHARED / "auckland"
    if not data.is_dir():
        pytest.skip(NO_DATA)
    report = import_map(
        Options(
            place="auckland", name_en="Auckland", name_zh="奥克兰", maps=tmp_path / "maps",
            roads=data / "auckland_main_roads.osm.pbf", boundary=data / "auckland_border.zip",
            urban=data / "auckland_urban_border.zip", people=data / "auckland-pop-densit-40m.zip",
            people_unit="per_km2", sites=data / "auckland-st-john-ambulance-stations.csv", cell_m=250.0,
        )
    )  # fmt: skip
    ground = maps.read(tmp_path / "maps" / "auckland" / "auckland.gpkg")
    assert ground.cells.people.sum() == pytest.approx(1_415_550, rel=2e-3)
    urban = ground.cells.people[ground.cells.area == 0].sum()
    assert urban / ground.cells.people.sum() == pytest.approx(0.9, abs=0.02)
    assert len(ground.sites) == 19
    assert len(ground.layers["roads"]) > 9000
    assert any("Te Kauwhata" in line for line in report.warnings)

    layout = [
        {"station": site.name_en, "kind": "station", "ambulances": 1} for site in ground.sites
    ]
    spots = {site.name_en: np.array([[site.x, site.y]]) for site in ground.sites}
    for entry in layout:  # 10 km from the roads of this extract: put on the nearest of them
        if "Te Kauwhata" in entry["station"]:
            node, _ = network.snap(ground.network, spots[entry["station"]])
            entry["at"] = [float(c) for c in ground.lonlat(*ground.network.xy[node[0]])]
    facts = {"name": "Auckland", "map": "auckland", "layout": layout,
             "demand": {"transported": "0 %", "rate": {"urban": "30 per day", "rural": "5 per day"}}}  # fmt: skip
    path = tmp_path / "scenarios" / "auckland" / "today.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(facts), "utf-8")  # JSON is YAML
    result = sim.run(sim.load(path), replications=3, seed=1)
    assert "Urban calls ≤ 10 min" in result.table("en")

    # Three minutes before wheels roll, 91 km/h on motorways, 60 on ramps and trunk roads, 47
    # elsewhere and off the road: who could be reached in time if no ambulance were ever busy.
    slow = dict.fromkeys(["motorway_link", "trunk", "trunk_link"], "60 km/h")
    usual = [
        f"{road}{link}" for road in ("primary", "secondary", "tertiary") for link in ("", "_link")
    ]
    speeds = {"motorway": "91 km/h", **slow, **dict.fromkeys(usual, "47 km/h")}
    facts["travel"] = {"posted": "ignore", "off_road": "47 km/h", "speeds": speeds}
    path.write_text(json.dumps(facts), "utf-8")
    within = coverage(sim.load(path), before_s=180.0).set_index("area")["within"]
    assert within["urban"] == pytest.approx(0.82, abs=0.02)
    assert within["rural"] == pytest.approx(0.86, abs=0.02)


# ── a matrix instead of roads ────────────────────────────────────────────────────────────────

PLACES = "id,lon,lat,people\na,113.40,27.60,100\nb,113.50,27.60,300\nc,113.45,27.70,0\n"
MINUTES = "id,a,b,c\na,0,12,20\nb,10,0,15\nc,21,16,0\n"


def matrix_files(tmp_path, places=PLACES, minutes=MINUTES):
    for name, text in (("places.csv", places), ("minutes.csv", minutes)):
        (tmp_path / name).write_text(text, "utf-8")
    (tmp_path / "sites.csv").write_text("name,lon,lat\nBase A,113.40,27.60\n", "utf-8")
    return Options(
        place="tiny", maps=tmp_path / "maps", people=tmp_path / "places.csv", matrix_unit="minutes",
        matrix=tmp_path / "minutes.csv", sites=tmp_path / "sites.csv",
    )  # fmt: skip


def write_scenario(tmp_path, place, more=""):
    path = tmp_path / "scenarios" / f"{place}.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(
        f"name: {place}\nmap: {place}\nlayout:\n  - {{station: Base A, ambulances: 1}}\n"
        "demand: {transported: 0 %, rate: {urban: 4 per day, rural: 4 per day}}\n" + more,
        "utf-8",
    )
    return path


def test_a_matrix_becomes_a_map_that_can_be_run(tmp_path):
    import_map(matrix_files(tmp_path))
    scenario = sim.load(write_scenario(tmp_path, "tiny"))
    assert scenario.map.matrix.tolist() == [[0, 720, 1200], [600, 0, 900], [1260, 960, 0]]
    assert scenario.map.cells.people.tolist() == [100, 300, 0]
    world = system.build(scenario)
    roads = Ways(world)
    assert [roads.from_place_s(0, place, 1) for place in world.stations.place] == [720]
    assert roads.from_place_s(1, 1, world.stations.place[0]) == on_grid(600 / 0.95)
    result = sim.run(scenario.with_study(length=14 * 86_400.0), replications=2)
    assert result.estimate("mean").mean > 0
    one, other = study.prepare(scenario, scenario.ambulances("Base A", +1)).plan.systems
    assert one.roads.travel.far is other.roads.travel.far, "layouts hold one matrix together"
    reach = coverage(scenario, before_s=0.0).set_index("area")
    assert reach.loc["all", "within"] in (0.25, 1.0)
    assert result.map() is not None


def test_time_bands_and_a_station_elsewhere_on_a_matrix(tmp_path):
    import_map(matrix_files(tmp_path))
    more = "travel: {bands: [{hours: 07-09, speed: 50 %}]}\n"
    scenario = sim.load(write_scenario(tmp_path, "tiny", more)).move("Base A", [113.46, 27.69])
    world = system.build(scenario)
    roads = Ways(world)
    (station,) = world.stations.place
    assert sorted(roads.from_place_s(mode, station, 0) for mode in (0, 2)) == [1260, 2520]


def test_a_matrix_by_the_command_and_again(tmp_path, capsys):
    matrix_files(tmp_path)
    done = tenthirty(
        "map", "import", "--place", "tiny", "--matrix", "minutes.csv", "--matrix-unit", "minutes",
        "--people", "places.csv", cwd=tmp_path,
    )  # fmt: skip
    assert "3 places" in done.stdout
    first = maps.read(tmp_path / "maps" / "tiny" / "tiny.gpkg").matrix
    tenthirty("map", "import", "--again", "maps/tiny/import.yaml", cwd=tmp_path)
    assert np.array_equal(maps.read(tmp_path / "maps" / "tiny" / "tiny.gpkg").matrix, first)


@pytest.mark.parametrize(
    ("places", "minutes", "said"),
    [
        (PLACES.replace("c,113.45,27.70,0\n", ""), MINUTES, "no place has the id c"),
        (PLACES, MINUTES.replace("b,10,0,15", "b,10,0,"), "no time for 1 pairs: b → c"),
        (PLACES, MINUTES.replace("21", "-1"), "fewer than 0 seconds: c → a"),
        (PLACES.replace("id,", "name,"), MINUTES, "say with --id-column"),
        (PLACES.replace("b,113", "a,113"), MINUTES, "each id once"),
        (PLACES.replace("100", "-5"), MINUTES, "negative"),
    ],
)
def test_a_matrix_that_does_not_fit_its_places_is_told(tmp_path, places, minutes, said):
    with pytest.raises(PlannerError) as caught:
        import_map(matrix_files(tmp_path, places, minutes))
    assert said in str(caught.value)
    assert not (tmp_path / "maps").exists()


def test_what_was_filled_is_marked_and_told(tmp_path):
    from dataclasses import replace

    holes = MINUTES.replace("b,10,0,15", "b,10,0,")
    report = import_map(replace(matrix_files(tmp_path, minutes=holes), fill_holes="shortest"))
    assert any("1 pair had no time" in line for line in report.warnings)
    table = maps.read(tmp_path / "maps" / "tiny" / "tiny.gpkg").layers["matrix"]
    imputed = table[table["provenance"] == "imputed"]
    assert imputed[["u", "v", "seconds"]].to_numpy().tolist() == [[1, 2, 1800]]


def test_another_matrix_never_replaces_a_map_silently(tmp_path):
    from dataclasses import replace

    chosen = matrix_files(tmp_path)
    import_map(chosen)
    other = tmp_path / "other.csv"
    other.write_text(MINUTES, "utf-8")
    with pytest.raises(PlannerError, match="is a map of other matrix"):
        import_map(replace(chosen, matrix=other))
    import_map(chosen)


def test_a_station_far_from_every_place_is_refused(tmp_path):
    wide = PLACES.replace("113.45,27.70", "113.45,28.20")
    import_map(matrix_files(tmp_path, places=wide))
    scenario = sim.load(write_scenario(tmp_path, "tiny"))
    with pytest.raises(PlannerError, match="place of the matrix"):
        scenario.add("Far", at=[113.45, 27.9])


def test_roads_or_a_matrix_not_both_not_none(tmp_path):
    from dataclasses import replace

    chosen = matrix_files(tmp_path)
    for wrong in (replace(chosen, matrix=None), replace(chosen, roads=chosen.people)):
        with pytest.raises(PlannerError, match="not both, not none"):
            import_map(wrong)


def test_a_bundle_whose_matrix_lacks_a_pair_is_refused(tmp_path):
    import_map(matrix_files(tmp_path))
    ground = maps.read(tmp_path / "maps" / "tiny" / "tiny.gpkg")
    layers = dict(ground.layers) | {"matrix": ground.layers["matrix"].iloc[1:]}
    with pytest.raises(PlannerError, match="every two cells once"):
        maps.write(tmp_path / "bad.gpkg", layers)
