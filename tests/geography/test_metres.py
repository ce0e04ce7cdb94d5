"""A map is computed in metres, and they are metres on the ground."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from towns import LAT, LON, box, features, refused

from sim.errors import MapImportError
from sim.geography.making import metres

LILING = gpd.GeoDataFrame(geometry=[box()], crs=4326)


@pytest.mark.parametrize(
    ("asked", "said"),
    [("EPSG:3857", "a kilometre on the ground is 1,13"),
     ("ESRI:54009", "in World_Mollweide here"), ("EPSG:3395", "a kilometre on the ground is 1,12"),
     ("EPSG:6933", "a kilometre on the ground is"), ("EPSG:32633", "like EPSG:32649")],
)  # fmt: skip
def test_metres_that_are_none_on_the_ground_are_refused(asked, said):
    with pytest.raises(MapImportError, match="--crs") as caught:
        metres.metric_crs(asked, LILING)
    assert said in str(caught.value)


@pytest.mark.parametrize("asked", ["EPSG:32649", "EPSG:32650", "EPSG:4547", "EPSG:4526", ""])
def test_systems_made_for_the_place_are_taken(asked):
    assert metres.metric_crs(asked, LILING).is_projected


def test_mercator_is_true_at_the_equator_only():
    quito = gpd.GeoDataFrame(geometry=[shapely.box(-78.6, -0.4, -78.4, 0.1)], crs=4326)
    assert metres.metric_crs("EPSG:3857", quito).to_epsg() == 3857


def test_a_map_in_web_mercator_is_refused(make):
    assert "write one made for this place, like EPSG:32649" in refused(make, crs="EPSG:3857")


def test_latitude_first_where_both_are_possible_is_told_by_the_roads(make, tmp_path):
    swapped = shapely.box(*np.array([LAT, LON - 100, LAT + 0.03, LON - 100 + 0.03]))
    roads = features(tmp_path / "r.gpkg", [shapely.LineString([(LON - 100, LAT), (LON - 99.9, LAT)]),
                     shapely.LineString([(LON - 99.95, LAT - 0.1), (LON - 99.95, LAT + 0.1)])],
                     highway=["primary", "primary"])  # fmt: skip
    path = features(tmp_path / "z.geojson", [swapped], name=["town"], people=[500])
    text = refused(make, roads=roads, zones=path, node_crossings=True)
    assert "roads would if its longitude and latitude were exchanged" in text


def test_zones_with_latitude_first_are_named_as_such(make, tmp_path):
    path = features(tmp_path / "z.geojson", [shapely.box(LAT, LON, LAT + 0.03, LON + 0.03)],
                    name=["town"], people=[500])  # fmt: skip
    assert "longitude and latitude look swapped" in refused(make, zones=path)
