"""Coverage for a GIS: isochrones that hold what is reached, and a file that opens."""

from __future__ import annotations

import shutil

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
from shapely import points

from sim.errors import OutputError
from sim.prepare import reach as coverage
from sim.report import geopackage


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


def test_it_replaces_its_own_file_and_nothing_else(liling, tmp_path):
    path = tmp_path / "reach.gpkg"
    geopackage.export(liling, path)
    geopackage.export(liling, path)
    shutil.copy(liling.map.path, tmp_path / "map.gpkg")
    (tmp_path / "notes.gpkg").write_text("notes")
    with path.open("rb") as file:  # a layer of somebody's beside ours
        (tmp_path / "more.gpkg").write_bytes(file.read())
    gpd.read_file(path, layer="isochrones").to_file(tmp_path / "more.gpkg", layer="my_work")
    for name in ("map.gpkg", "notes.gpkg", "more.gpkg"):
        before = (tmp_path / name).read_bytes()
        with pytest.raises(OutputError, match="holds no coverage: name another file"):
            geopackage.export(liling, tmp_path / name)
        assert (tmp_path / name).read_bytes() == before


def test_a_full_disk_is_told_in_words_and_leaves_nothing(liling, tmp_path, monkeypatch):
    def full(*_, **__):
        raise pyogrio.errors.FeatureError("Could not add feature to layer at index 0")

    monkeypatch.setattr(pyogrio, "write_dataframe", full)
    with pytest.raises(OutputError, match="Input/output error"):
        geopackage.export(liling, tmp_path / "reach.gpkg")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(9, 9, 0))
    with pytest.raises(OutputError, match="No space left on device"):
        geopackage.export(liling, tmp_path / "reach.gpkg")
    assert list(tmp_path.iterdir()) == []
