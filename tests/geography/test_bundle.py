"""Map bundles: the shipped ones hold what they promise, and broken ones are told apart."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys

import geopandas as gpd
import numpy as np
import pytest
from conftest import ROOT

from sim.errors import MapError
from sim.geography import bundle as maps
from sim.geography import contents
from sim.geography.roads import network
from sim.geography.roads import tables as tables_room

LILING = ROOT / "maps" / "liling" / "liling.gpkg"


@pytest.fixture
def layers():
    return dict(maps.read(LILING).layers)


@pytest.mark.parametrize("name", ["liling", "coquimbo"])
def test_every_row_says_where_it_is_from(name):
    ground = maps.read(ROOT / "maps" / name / f"{name}.gpkg")
    for layer in contents.LAYERS:
        if layer != "meta":
            assert set(ground.layers[layer]["provenance"]) <= set(contents.PROVENANCE), layer
    assert {"licence", "source", "synthetic", "crs"} <= set(ground.meta)


def test_liling_fits_the_published_facts(liling):
    ground = liling.map
    townships = ground.layers["townships"]
    assert ground.synthetic
    assert len(townships) == 24
    assert ground.cells.people.sum() == 885_987
    assert townships["people"].sum() == 885_987
    assert ground.outline.area / 1e6 == pytest.approx(2156.46, rel=1e-3)
    core = ground.layers["core"].geometry.union_all()
    assert core.area / 1e6 == pytest.approx(203.81, rel=5e-3)
    assert (townships["kind"] == "subdistrict").sum() == 5
    assert set(ground.layers["sites"]["name_zh"]) >= {
        "湘东医院",
        "市中医院",
        "枫林分院",
        "神福港分院",
    }
    assert sorted(ground.layers["sites"]["status"]).count("planned") == 2
    by_township = np.bincount(ground.cells.township, ground.cells.people, minlength=24)
    assert np.array_equal(by_township, townships["people"])


MADE_UP = sorted(path.parent for path in (ROOT / "maps").glob("*/synthesis.yaml"))
# Which take some, of one core; the other counties are the sample.
MINUTES = dict.fromkeys(("wuhan", "wuhan-community", "huangpi"), pytest.mark.thorough)


@pytest.mark.slow
@pytest.mark.parametrize(
    "folder",
    [pytest.param(one, marks=MINUTES.get(one.name, ()), id=one.name) for one in MADE_UP],
)
def test_a_made_up_map_is_made_again_from_its_choices(folder, tmp_path):
    """Byte for byte: by its own script, where more is made than the map; else by the command."""
    build, made = folder / "build.py", tmp_path / folder.name / f"{folder.name}.gpkg"
    made.parent.mkdir()
    again = ("-m", "sim.cli", "map", "synthesise", "--again", folder / "synthesis.yaml", "--to",
             made.parent, "--no-draw", "--no-scenario")  # fmt: skip
    arguments = {"liling": (build, made.parent), "huangpi": (build, "--to", made.parent)}
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "7"}
    command = [sys.executable, *map(str, arguments.get(folder.name, again))]
    subprocess.run(command, check=True, env=environment, cwd=tmp_path)
    assert made.read_bytes() == (folder / made.name).read_bytes(), command
    clinics = made.with_name("clinics.csv")
    if clinics.exists():
        shipped = ROOT / "scenarios" / folder.name / clinics.name
        assert clinics.read_bytes() == shipped.read_bytes(), command


def test_liling_townships_share_their_borders(liling):
    shapes = liling.map.layers["townships"].geometry
    assert shapes.is_valid.all()
    assert shapes.union_all().area == pytest.approx(shapes.area.sum(), rel=1e-9)
    assert shapes.union_all().symmetric_difference(liling.map.outline).area < 1.0
    seats = liling.map.townships
    points = gpd.GeoSeries.from_xy([s.x for s in seats], [s.y for s in seats], crs=shapes.crs)
    assert shapes.contains(points).all()


@pytest.mark.parametrize("name", ["liling", "coquimbo"])
def test_roads_begin_and_end_where_their_nodes_are(name):
    roads = maps.read(ROOT / "maps" / name / f"{name}.gpkg").layers["roads"]
    spots = {}
    for u, v, line in zip(roads["u"], roads["v"], roads.geometry, strict=True):
        assert spots.setdefault(u, line.coords[0]) == line.coords[0]
        assert spots.setdefault(v, line.coords[-1]) == line.coords[-1]
    assert (roads["length_m"] > 0).all()
    assert (roads["u"] != roads["v"]).all()


def test_expressways_of_liling_are_left_at_ramps_only(liling):
    built = liling.map.network
    motorway = [i for i, name in enumerate(built.classes) if name.startswith("motorway")]
    inner = np.isin(built.road_class[built.forth], motorway)
    assert inner.sum() > 20
    assert np.array_equal(built.may_leave, ~inner)
    assert liling.map.nodes_left_out == 0


def test_roads_of_liling_detour_like_a_countys(liling):
    """Network distance over straight distance, pairs more than 2 km apart. The real roads of
    Coquimbo have medians of 1.38 at 2 to 5 km and 1.11 at 20 to 50 km (`map measure`)."""
    built, cells = liling.map.network, liling.map.cells
    graph = network.edges(built, built.length_m[None])
    rng = np.random.default_rng(1)
    joined = network.joins(built, network.snap(built, cells.xy), built.length_m[None])
    node = np.concatenate([joined.node[joined.node >= 0], joined.own.tail])
    some = rng.choice(len(node), 60, replace=False)
    rows = tables_room.all_rows(graph, node[some])
    metres = tables_room.table(graph, rows)[:, node[some]]
    apart = np.linalg.norm(built.xy[node[some]][:, None] - built.xy[node[some]][None], axis=2)
    ratio = (metres / np.where(apart > 0, apart, np.nan))[apart > 2000]
    assert 1.15 < np.median(ratio) < 1.5


def test_few_people_of_coquimbo_are_rural(coquimbo):
    cells = coquimbo.map.cells
    rural = cells.people[cells.area == maps.RURAL].sum() / cells.people.sum()
    assert 0 < rural < 0.1
    assert not coquimbo.map.synthetic
    assert cells.people.sum() == pytest.approx(451_900, abs=500)
    assert "OpenStreetMap" in coquimbo.map.meta["source"] + coquimbo.map.meta["licence"]


def test_a_bundle_written_and_read_again_is_the_same(tmp_path, layers):
    path = tmp_path / "copy.gpkg"
    maps.write(path, layers)
    again = maps.read(path)
    first = maps.read(LILING)
    assert np.array_equal(again.cells.xy, first.cells.xy)
    assert np.array_equal(again.network.length_m, first.network.length_m)
    assert again.meta == first.meta
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("content", [b"", b"SQLite format 3\x00", b"PK\x03\x04 a zip", b"hello"])
def test_a_file_that_is_no_map_is_refused_in_words(tmp_path, content):
    path = tmp_path / "map.gpkg"
    path.write_bytes(content)
    with pytest.raises(MapError, match=r"not a GeoPackage|layer is missing"):
        maps.read(path)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_a_database_of_something_else_is_refused(tmp_path):
    path = tmp_path / "map.gpkg"
    with sqlite3.connect(path) as database:
        database.execute("create table t (x)")
    with pytest.raises(MapError, match=r"not a GeoPackage|layer is missing"):
        maps.read(path)


def test_a_missing_file_is_said_to_be_missing(tmp_path):
    with pytest.raises(MapError, match="no such file"):
        maps.read(tmp_path / "nothing.gpkg")


def without_column(layers, layer, column):
    return layers | {layer: layers[layer].drop(columns=column)}


def with_values(layers, layer, column, value):
    return layers | {layer: layers[layer].assign(**{column: value})}


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (
            lambda ls: {k: v for k, v in ls.items() if k != "core"},
            "layer core: this layer is missing",
        ),
        (
            lambda ls: without_column(ls, "cells", "people"),
            "layer cells, column people: this column",
        ),
        (
            lambda ls: with_values(ls, "roads", "provenance", "guessed"),
            "found guessed; write one of",
        ),
        (lambda ls: with_values(ls, "cells", "township", "999"), "no township has the code 999"),
        (lambda ls: with_values(ls, "cells", "people", -1), "found -1; write a number from 0"),
        (
            lambda ls: with_values(ls, "cells", "area", "town"),
            "found town; write one of urban, rural",
        ),
        (lambda ls: ls | {"roads": ls["roads"].iloc[:0]}, "layer roads: this layer is empty"),
        (lambda ls: ls | {"cells": ls["cells"].to_crs(3857)}, "share one coordinate system"),
        (lambda ls: {k: v.to_crs(4326) if k != "meta" else v for k, v in ls.items()}, "projected"),
    ],
)
def test_each_thing_wrong_with_a_bundle_is_named(tmp_path, layers, damage, said):
    with pytest.raises(MapError) as caught:
        maps.write(tmp_path / "bad.gpkg", damage(layers))
    assert said in str(caught.value)
    assert not list(tmp_path.iterdir()), "nothing half-written"


def test_a_bundle_that_lost_a_column_on_disk_is_refused(tmp_path):
    path = tmp_path / "map.gpkg"
    shutil.copy(LILING, path)
    with sqlite3.connect(path) as database:
        for (name,) in database.execute(
            "select name from sqlite_master where type='trigger' and tbl_name='cells'"
        ).fetchall():
            database.execute(f'drop trigger "{name}"')
        database.execute("alter table cells drop column people")
    with pytest.raises(MapError, match="column people"):
        maps.read(path)


# ── a map read ───────────────────────────────────────────────────────────────────────────────


def test_places_are_found_by_either_name_in_any_case(liling):
    ground = liling.map
    spot = ground.sites[0]
    for name in (spot.name.zh, spot.name.en, spot.name.en.upper()):
        assert ground.find(name) == spot
    assert ground.find("nowhere") is None
    names = ground.known_names()
    assert len(names) == len(set(names))
    assert {spot.name.zh, spot.name.en} <= set(names)


def test_a_station_goes_before_a_township_of_its_name(make, tmp_path):
    from towns import LAT, LON, csv_of

    _, ground = make(sites=csv_of(tmp_path, [("Westside", LON, LAT)]))
    assert ground.find("westside") == ground.sites[0]


def test_degrees_and_metres_are_each_others_inverse(coquimbo):
    ground = coquimbo.map
    lon, lat = ground.lonlat(*ground.cells.xy.T)
    assert np.column_stack(ground.project(lon, lat)) == pytest.approx(ground.cells.xy, abs=1e-3)


def test_a_point_in_no_township_belongs_to_the_nearest(liling):
    ground = liling.map
    west, south, east, north = ground.outline.bounds
    far = np.array([[west - 5000, south], [east + 5000, north]])
    rows = ground.townships_at(np.vstack([ground.cells.xy, far]))
    assert np.array_equal(rows[:-2], ground.cells.township)
    assert (rows[-2:] >= 0).all()
    assert ground.outside_m(*far[0]) > 4000
    assert ground.outside_m(*ground.cells.xy[0]) == 0


def test_cells_in_the_core_are_urban(liling):
    ground = liling.map
    assert np.array_equal(ground.areas_at(ground.cells.xy), ground.cells.area)


def test_a_map_is_read_once_until_its_file_changes(tmp_path):
    path = tmp_path / "map.gpkg"
    shutil.copy(LILING, path)
    one = maps.read(path)
    assert maps.read(path) is one
    os.utime(path, ns=(1, 1))
    assert maps.read(path) is not one


def test_what_is_wrong_with_a_bundle_is_said_in_chinese_too(layers, tmp_path):
    from sim.words.language import language

    with pytest.raises(MapError) as caught:
        maps.write(tmp_path / "bad.gpkg", without_column(layers, "cells", "people"))
    assert "图层 cells，列 people" in caught.value.told(language("zh"))
