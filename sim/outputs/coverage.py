"""Who is within reach of a station, without simulating: static coverage and isochrones.

Coverage looks at distance alone: no calls, no busy ambulances. The clock runs from the call, as
everywhere: call taking and turnout come before the wheels roll.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely import buffer, points, union_all

from sim.errors import OutputError
from sim.inputs import network, system
from sim.inputs.scenario import Scenario, Station
from sim.outputs.store import write_whole

# Service radius norms, 国卫医发〔2020〕19号: at most 5 km in town, 10 to 20 km in the country.
RADIUS_M = (5_000.0, 20_000.0)
OFF_ROAD_REACH_M = 1_000.0  # an isochrone ends at most this far from the road
ARC_SEGMENTS = 4  # of a quarter circle: isochrones are drawn, not measured


class Reach(NamedTuple):
    """Seconds from the call to an arrival from each station with ambulances."""

    stations: tuple[int, ...]  # rows of the layout's stations
    before_s: float  # call taking and turnout
    cell_s: np.ndarray  # [station, cell] including `before_s`
    node_s: np.ndarray  # [station, node] likewise
    radius_m: np.ndarray  # [cell] straight line to the nearest station


def reach(scenario: Scenario, before_s: float | None = None) -> Reach:
    """How soon each place could be reached from each staffed station, with siren.

    `before_s`: seconds before the wheels roll; default: the means of call taking and turnout. The
    time band of the run's start holds.
    """
    if before_s is None:
        before_s = seconds_before(scenario)
    rows = tuple(sorted({ambulance.station for ambulance in scenario.fleet}))
    stations = [scenario.stations[row] for row in rows]
    cell_s, node_s = seconds_from(scenario, stations)
    at = np.array([(s.x, s.y) for s in stations])
    apart_m = np.linalg.norm(scenario.map.cells.xy[:, None] - at[None], axis=2).min(axis=1)
    return Reach(rows, before_s, before_s + cell_s, before_s + node_s, apart_m)


def seconds_before(scenario: Scenario) -> float:
    """Mean call taking and turnout: what passes before wheels roll."""
    durations = scenario.settings.durations
    return float(durations.call_taking.mean() + durations.turnout.mean())


def seconds_from(scenario: Scenario, stations: Sequence[Station]) -> tuple[np.ndarray, np.ndarray]:
    """[station, cell] and [station, node] seconds of driving with siren, off-road legs included."""
    ground, off_road = scenario.map, scenario.settings.travel.off_road
    leg_s = np.array([s.road_m for s in stations]) / off_road
    node_s = system.siren_seconds_from(scenario, np.array([s.node for s in stations], int))
    cell_node, cell_m = network.snap(ground.network, ground.cells.xy)
    if ground.matrix is not None:  # a place stands for all around it
        leg_s, cell_m = np.zeros_like(leg_s), np.zeros_like(cell_m)
    node_s = leg_s[:, None] + node_s
    return node_s[:, cell_node] + cell_m / off_road, node_s


def targets_of_cells(scenario: Scenario) -> np.ndarray:
    """[cell] seconds within which a call from there is to be reached."""
    targets = scenario.settings.targets
    return np.array([targets.urban, targets.rural])[scenario.map.cells.area]


def coverage(scenario: Scenario, before_s: float | None = None) -> pd.DataFrame:
    """Share of people within the target and within the norm's radius: all, areas, townships.

    Columns: by, area, people, minutes (of the median person, to the first arrival), within (share
    in time), radius (share within 5 km in town, 20 km in the country), station (that reaches most
    of them first).
    """
    cells, found = scenario.map.cells, reach(scenario, before_s)
    target_s = targets_of_cells(scenario)
    best_s = found.cell_s.min(axis=0)
    first = np.array(found.stations)[found.cell_s.argmin(axis=0)]
    in_radius = found.radius_m <= np.array(RADIUS_M)[cells.area]
    rows = []
    for by, name, some in _groups(scenario):
        people = cells.people[some]
        if not people.sum():
            continue
        nearest = np.bincount(first[some], people).argmax()
        rows.append(
            {
                "by": by,
                "area": name,
                "people": int(people.sum()),
                "minutes": _weighted_median(best_s[some], people) / 60,
                "within": float(people[best_s[some] <= target_s[some]].sum() / people.sum()),
                "radius": float(people[in_radius[some]].sum() / people.sum()),
                "station": scenario.stations[nearest].name,
            }
        )
    return pd.DataFrame(rows)


def isochrones(
    scenario: Scenario, minutes: tuple[float, ...] = (10, 30), before_s: float | None = None
) -> Any:
    """The ground reached within some minutes of the call, by station: a GeoDataFrame.

    From each node that is reached the rest of the time goes off-road, at most a kilometre. A place
    exactly at the last minute is within it.
    """
    found = reach(scenario, before_s)
    xy, off_road = scenario.map.network.xy, scenario.settings.travel.off_road
    rows = []
    for row, station in enumerate(found.stations):
        for limit in minutes:
            left_s = limit * 60 - found.node_s[row]
            some = left_s >= 0
            reach_m = np.clip(left_s[some] * off_road, 1.0, OFF_ROAD_REACH_M)
            ground = union_all(buffer(points(xy[some]), reach_m, quad_segs=ARC_SEGMENTS))
            name = scenario.stations[station].name
            rows.append({"station": name, "minutes": limit, "geometry": ground})
    return gpd.GeoDataFrame(rows, geometry="geometry", crs=scenario.map.crs)


def export(scenario: Scenario, path: Path, before_s: float | None = None) -> None:
    """A GeoPackage for QGIS: minutes from each station to each place, and the isochrones."""
    if path.suffix.lower() != ".gpkg" or not path.parent.is_dir():
        raise OutputError(path, "name a file ending in .gpkg in a folder that exists")
    found, cells = reach(scenario, before_s), scenario.map.layers["cells"]
    minutes = pd.DataFrame(
        {
            scenario.stations[station].name: found.cell_s[row] / 60
            for row, station in enumerate(found.stations)
        }
    )
    facilities = gpd.GeoDataFrame(
        pd.concat(
            [cells[["cell_id", "people", "township", "area"]], minutes, minutes.min(axis=1).rename(
                "first_arrival")], axis=1
        ),
        geometry=cells.geometry.to_numpy(),
        crs=scenario.map.crs,
    )  # fmt: skip

    def write(part: Path) -> None:
        facilities.to_file(part, layer="minutes", driver="GPKG")
        isochrones(scenario, before_s=before_s).to_file(part, layer="isochrones", driver="GPKG")

    write_whole(path, write)


def _groups(scenario: Scenario) -> Any:
    cells = scenario.map.cells
    yield "all", "all", np.ones(len(cells.people), bool)
    for area, name in enumerate(("urban", "rural")):
        yield "area", name, cells.area == area
    for row, seat in enumerate(scenario.map.townships):
        yield "township", seat.name_zh, cells.township == row


def _weighted_median(values: np.ndarray, weights: np.ndarray) -> float:
    order = np.argsort(values)
    passed = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(passed, passed[-1] / 2)])
