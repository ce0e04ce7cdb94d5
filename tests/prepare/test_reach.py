"""Who is within reach of a station: the same seconds as the engine drives, without simulating."""

from __future__ import annotations

import pytest

from sim.engine.paths import Ways
from sim.geography.roads import travel
from sim.prepare import system
from sim.prepare.reach import reach, seconds_from


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
