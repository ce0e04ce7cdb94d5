"""Who is within reach of a station: the same seconds as the engine drives, without simulating."""

from __future__ import annotations

from itertools import pairwise

import geopandas as gpd
import numpy as np
import pytest
from shapely import LineString, points

from sim.engine.reference.paths import Ways
from sim.geography import bundle
from sim.geography.making import import_map
from sim.geography.making.options import ImportOptions
from sim.geography.roads import travel
from sim.prepare import system
from sim.prepare.reach import reach, seconds_from
from sim.scenario.file import load
from sim.scenario.starting import write_first


def test_a_cell_is_reached_when_the_engine_would_arrive(liling):
    """Out of the tables, that is: leg, road and leg, each as a vehicle drives it."""
    made = system.build(liling)
    cell_s, _ = seconds_from(liling, liling.stations)
    station = made.roads.place_node[made.stations.place]
    for cell in range(0, len(liling.map.cells.people), 97):
        node = int(made.roads.place_node[cell])
        mode = int(made.roads.mode_to_scene[0, 0])
        road_s = travel.seconds(made.roads.travel, mode, station, node)
        leg_s = made.roads.place_leg_s[mode]
        driven = leg_s[made.stations.place] + road_s + leg_s[cell]
        assert cell_s[:, cell] == pytest.approx(driven, abs=2e-3), "legs are not on the grid here"


def test_seconds_are_those_that_the_engine_drives(liling):
    found = reach(liling, before_s=0.0)
    made = system.build(liling)
    roads = Ways(made)
    stations = made.stations.place[list(found.stations)].tolist()
    for cell in range(0, len(liling.map.cells.people), 371):
        driven = [roads.from_place_s(0, station, cell) for station in stations]
        # Off-road legs are rounded to the grid for the engine: two roundings of half a tick.
        assert found.cell_s[:, cell] == pytest.approx(driven, abs=2 / 1024)


def test_a_place_on_the_slower_of_two_roads_is_reached_by_that_road(tmp_path):
    """Between two nodes with one way through each, so that both would be folded away."""
    x, y = 500_000.0, 3_050_000.0
    nodes = [(x + 1000 * step, y) for step in range(5)]
    bend = [nodes[1], (x + 1500, y + 900), nodes[2]]
    shapes = {
        "roads": [LineString(line) for line in (*pairwise(nodes), bend)],
        "people": points([(x + 100, y + 10), (x + 3900, y + 10)]),
        "sites": points([bend[1]]),
    }
    for name, geometry in shapes.items():
        facts = {"highway": ["secondary"] * len(geometry), "people": [100] * len(geometry),
                 "name": ["Base"] * len(geometry)}  # fmt: skip
        frame = gpd.GeoDataFrame(facts, geometry=geometry, crs=32649).to_crs(4326)
        frame.to_file(tmp_path / f"{name}.geojson")
    options = ImportOptions.of(
        place="t", maps=tmp_path / "maps", crs="EPSG:32649", cell="250 m",
        **{name: tmp_path / f"{name}.geojson" for name in shapes},
    )  # fmt: skip
    import_map(options)
    layout = load(write_first(bundle.read(options.bundle)).path)
    made = system.build(layout)
    ways, (station,) = Ways(made), made.stations.place.tolist()
    cell_s, _ = seconds_from(layout, layout.stations)
    driven = [ways.from_place_s(0, station, cell) for cell in range(cell_s.shape[1])]
    assert cell_s[0] == pytest.approx(driven, abs=2 / 1024)
    legs_m = layout.map.cells_at_roads.metres + layout.stations[0].road_m
    off_road, speed = layout.settings.travel.off_road, layout.settings.travel.speeds["secondary"]
    metres = LineString(bend).length / 2 + np.array([900, 1900])
    expected = metres / speed + legs_m / off_road
    assert driven == pytest.approx(expected, rel=0.01)
    assert [ways.from_place_s(0, cell, station) for cell in (0, 1)] == pytest.approx(
        [ways.from_place_s(0, station, cell) for cell in (0, 1)], abs=2 / 1024
    )
