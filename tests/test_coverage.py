"""Static coverage and isochrones: the same seconds as the engine's, inclusive limits, files."""

from __future__ import annotations

import json
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pytest
from conftest import ROOT
from shapely import points
from test_cli import tenthirty

from sim.answers import coverage as coverage_room
from sim.engine.paths import Ways
from sim.prepare import reach as coverage
from sim.prepare import system
from sim.report import geopackage
from sim.scenario.layout import Ambulance

LILING = ROOT / "scenarios" / "liling"


def test_seconds_are_those_that_the_engine_drives(liling):
    found = coverage.reach(liling, before_s=0.0)
    world = system.build(liling)
    roads = Ways(world)
    for cell in range(0, len(liling.map.cells.people), 371):
        driven = [roads.from_place_s(0, place, cell) for place in world.stations.place]
        # Off-road legs are rounded to the grid for the engine: two roundings of half a tick.
        assert found.cell_s[:, cell] == pytest.approx(driven, abs=2 / 1024)


def test_a_limit_is_inclusive(liling):
    found = coverage.reach(liling, before_s=0.0)
    farthest = found.cell_s.min(axis=0)[liling.map.cells.area == 0].max()
    targets = liling.settings.targets.model_copy(update={"urban": float(farthest)})
    exact = replace(liling, settings=liling.settings.model_copy(update={"targets": targets}))
    frame = coverage_room.coverage(exact, before_s=0.0).set_index("area")
    assert frame.loc["urban", "within"] == 1.0


def test_areas_and_townships_add_up(liling):
    frame = coverage_room.coverage(liling)
    whole = frame[frame["by"] == "all"].iloc[0]
    for by in ("area", "township"):
        parts = frame[frame["by"] == by]
        assert parts["people"].sum() == whole["people"] == 885_987
        assert (parts["people"] * parts["within"]).sum() / 885_987 == pytest.approx(whole["within"])


def test_only_stations_with_ambulances_count(liling):
    one = replace(liling, fleet=(Ambulance(0),))
    assert coverage.reach(one).cell_s.shape[0] == 1
    few, all_ = (coverage_room.coverage(s).iloc[0]["within"] for s in (one, liling))
    assert few < all_


def test_one_more_station_never_covers_fewer(liling):
    before = coverage_room.coverage(liling).set_index("area")["within"]
    after = coverage_room.coverage(liling.add("枫林镇")).set_index("area")["within"]
    assert (after >= before - 1e-12).all()
    assert after["枫林镇"] > before["枫林镇"]


def test_isochrones_hold_what_is_reached_and_grow_with_time(liling):
    rings = geopackage.isochrones(liling, (10, 20)).set_index(["station", "minutes"]).geometry
    found = coverage.reach(liling)
    xy = liling.map.network.xy
    for row, station in enumerate(found.stations):
        name = liling.stations[station].name.zh
        inner, outer = rings[name, 10], rings[name, 20]
        assert outer.buffer(1.0).covers(inner)
        reached = points(xy[found.node_s[row] <= 600])
        assert all(inner.buffer(0.1).covers(p) for p in reached)


def test_the_export_opens_in_qgis(liling, tmp_path):
    path = tmp_path / "reach.gpkg"
    geopackage.export(liling, path)
    minutes = gpd.read_file(path, layer="minutes")
    assert len(minutes) == len(liling.map.cells.people)
    stations = [s.name.zh for s in liling.open_stations()]
    assert np.allclose(minutes["first_arrival"], minutes[stations].min(axis=1))
    assert set(gpd.read_file(path, layer="isochrones")["station"]) == set(stations)
    assert list(tmp_path.iterdir()) == [path]


def test_coverage_at_the_prompt(tmp_path):
    done = tenthirty("coverage", LILING, "--before", "3 min", "--out", "r.gpkg", cwd=tmp_path)
    assert "Static coverage" in done.stdout
    assert "Synthetic map" in done.stdout
    assert (tmp_path / "r.gpkg").is_file()
    rows = json.loads(tenthirty("coverage", LILING, "--json", cwd=tmp_path).stdout)
    assert rows[0]["area"] == "all"
    assert "静态覆盖" in tenthirty("coverage", LILING, "--lang", "zh", cwd=tmp_path).stdout
    for out in ("r.txt", "nowhere/r.gpkg"):
        done = tenthirty("coverage", LILING, "--out", out, cwd=tmp_path, check=False)
        assert (done.returncode, "cannot be written" in done.stderr) == (2, True)
    bad = tenthirty("coverage", LILING, "--before", "3", cwd=tmp_path, check=False)
    assert (bad.returncode, "number and a unit" in bad.stderr) == (2, True)
