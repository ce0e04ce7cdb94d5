"""GraphML as osmnx saves it is read without osmnx."""

from __future__ import annotations

import shapely
from towns import graphml


def test_graphml_of_osmnx_is_read_without_osmnx(make, tmp_path):
    _, ground = make(roads=graphml(tmp_path / "town.graphml"))
    roads = ground.layers["roads"]
    assert len(roads) == 4
    assert sorted(roads["oneway"]) == [0, 0, 0, 1]
    assert set(roads["class"]) == {"primary"}
    assert set(roads["speed_kmh"]) == {40.0}
    assert (shapely.get_num_points(roads.geometry.values) == 3).all()
