"""Who is within reach: the same seconds as the engine's."""

from __future__ import annotations

import pytest

from sim.engine.fleet import Roads
from sim.prepare import reach as coverage
from sim.prepare import system


def test_seconds_are_those_that_the_engine_drives(liling):
    found = coverage.reach(liling, before_s=0.0)
    roads = Roads(system.build(liling))
    for cell in range(0, len(liling.map.cells.people), 371):
        by_station = sorted((station, s) for s, station in roads.from_stations_s(0, cell))
        driven = [s for _, s in by_station]
        # Off-road legs are rounded to the grid for the engine: two roundings of half a tick.
        assert found.cell_s[:, cell] == pytest.approx(driven, abs=2 / 1024)
