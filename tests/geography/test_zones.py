"""Boundary, zones, town and country."""

from __future__ import annotations

import numpy as np
from towns import box, features, raster


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
