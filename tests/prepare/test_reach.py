"""Who is within reach of a station: the same seconds as the engine drives, without simulating."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from towns import import_map, matrix_files, write_scenario

import sim
from sim.engine.fleet import Roads
from sim.geography.roads import travel
from sim.policies.clock import on_grid
from sim.prepare import system
from sim.prepare.reach import reach, seconds_before, seconds_from, targets_of_cells


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
    roads = Roads(system.build(liling))
    for cell in range(0, len(liling.map.cells.people), 371):
        by_station = sorted((station, s) for s, station in roads.from_stations_s(0, cell))
        driven = [s for _, s in by_station]
        # Off-road legs are rounded to the grid for the engine: two roundings of half a tick.
        assert found.cell_s[:, cell] == pytest.approx(driven, abs=2 / 1024)


def test_before_the_wheels_roll_the_means_pass(liling):
    durations = liling.settings.durations
    before = durations.call_taking.mean() + durations.turnout.mean()
    assert seconds_before(liling) == before
    found, at_once = reach(liling), reach(liling, before_s=0.0)
    assert found.before_s == before
    assert found.cell_s == pytest.approx(at_once.cell_s + before)
    assert found.node_s == pytest.approx(at_once.node_s + before)


def test_stations_without_ambulances_do_not_count(liling):
    staffed = {a.station for a in liling.fleet}
    alone = replace(liling, fleet=(liling.fleet[0],))
    assert reach(liling).stations == tuple(sorted(staffed))
    assert reach(alone).stations == (liling.fleet[0].station,)
    assert len(reach(alone).cell_s) == 1


def test_straight_lines_are_never_longer_than_the_farthest_station(liling):
    found = reach(liling)
    at = np.array([(liling.stations[r].x, liling.stations[r].y) for r in found.stations])
    cells = liling.map.cells.xy
    apart = np.linalg.norm(cells[:, None] - at[None], axis=2)
    assert found.radius_m == pytest.approx(apart.min(axis=1))


def test_each_cell_has_the_target_of_its_area(liling):
    targets, area = liling.settings.targets, liling.map.cells.area
    found = targets_of_cells(liling)
    assert set(found[area == 0]) == {targets.urban}
    assert set(found[area == 1]) == {targets.rural}


def test_the_time_band_of_the_start_holds(tmp_path):
    import_map(matrix_files(tmp_path))
    more = "travel: {bands: [{hours: 07-09, speed: 50 %}]}\nstart: 2025-01-06 {at}\n"
    for at, factor in (("06:00", 1), ("07:30", 2), ("09:00", 1)):
        text = more.replace("{at}", at)
        scenario = sim.load(write_scenario(tmp_path, "tiny", text))
        seconds = system.siren_seconds_from(scenario, np.array([0]))
        assert seconds[0].tolist() == [on_grid(factor * s) for s in (0, 720, 1200)]
        cell_s, node_s = seconds_from(scenario, scenario.stations)
        assert np.array_equal(cell_s, node_s), "a place of a matrix stands for all around it"
