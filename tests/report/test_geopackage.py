"""Coverage for a GIS: isochrones that hold what is reached, and a file that opens."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
from shapely import points

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
