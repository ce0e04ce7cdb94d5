"""Zones and cells become the layers of a bundle."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from sim.geography.making.layers import areas, cells_layer, no_roads, shapes_layer, townships_layer

CRS = 32649


@pytest.fixture
def zones():
    """A horseshoe, whose middle lies outside of it, and a field where nobody lives."""
    horseshoe = shapely.box(0, 0, 900, 900) - shapely.box(300, 300, 900, 600)
    facts = {"code": ["h", "f"], "name_zh": ["马蹄", "田"], "name_en": ["Horseshoe", "Field"]}
    return gpd.GeoDataFrame(facts, geometry=[horseshoe, shapely.box(2000, 0, 2900, 900)], crs=CRS)


@pytest.fixture
def cells():
    return pd.DataFrame(
        {"people": [60, 40], "zone": [0, 0], "x": [800.0, 800.0], "y": [100.0, 850.0]}
    )


def test_a_seat_is_the_middle_of_the_people_or_the_cell_next_to_it(zones, cells):
    layer = townships_layer(zones, cells, np.array(["urban", "rural"]))
    seats = gpd.GeoSeries.from_xy(layer["seat_lon"], layer["seat_lat"], crs=4326).to_crs(CRS)
    # The mean, (800, 400), lies in the gap of the horseshoe: the cell at y = 100 is nearest.
    assert seats[0].distance(shapely.Point(800, 100)) < 1
    assert zones.geometry[1].contains(seats[1])
    assert layer["people"].tolist() == [100, 0]


@pytest.mark.parametrize(
    ("area", "found"),
    [(["urban", "rural"], "urban"), (["rural", "urban"], "rural"), (["rural", "rural"], "rural")],
)
def test_a_township_is_urban_if_most_of_its_people_are(zones, cells, area, found):
    assert townships_layer(zones, cells, np.array(area))["area"].tolist() == [found, "rural"]


def test_half_of_the_people_are_enough(zones, cells):
    even = cells.assign(people=[50, 50])
    assert townships_layer(zones, even, np.array(["urban", "rural"]))["area"][0] == "urban"


def test_cells_name_their_township_by_its_code(zones, cells):
    layer = cells_layer(cells.assign(zone=[0, 1]), zones, np.array(["urban", "rural"]), "inferred")
    assert layer["township"].tolist() == ["h", "f"]
    assert layer["cell_id"].tolist() == [0, 1]
    assert layer.crs.to_epsg() == CRS


def test_cells_are_urban_by_zone_or_by_place(zones, cells):
    core = shapely.box(0, 0, 900, 500)
    by_place = areas(cells, zones, core, by_zone=False)
    assert by_place.tolist() == ["urban", "rural"]
    inside = shapely.box(-1, -1, 901, 901)
    assert areas(cells, zones, inside, by_zone=True).tolist() == ["urban", "urban"]
    assert areas(cells, zones[:1], core, by_zone=True).tolist() == ["urban", "rural"]
    assert areas(cells, zones, shapely.Polygon(), by_zone=True).tolist() == ["rural", "rural"]


def test_a_kind_that_the_zones_have_comes_along(zones, cells):
    kinds = zones.assign(kind=["town", "township"])
    area = np.array(["urban", "rural"])
    assert townships_layer(kinds, cells, area)["kind"].tolist() == ["town", "township"]
    assert set(townships_layer(zones, cells, area)["kind"]) == {"zone"}


def test_no_shapes_make_an_empty_layer():
    assert len(shapes_layer([], CRS, "urban core", "inferred")) == 0
    assert list(shapes_layer([shapely.box(0, 0, 1, 1)], CRS, "a", "sourced")["name"]) == ["a"]
    assert len(no_roads(CRS)) == 0
