"""Coverage and isochrones as a GeoPackage, for QGIS."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely import buffer, points, union_all

from sim.errors import OutputError
from sim.files import geodata
from sim.files.whole import write_whole
from sim.prepare.reach import reach
from sim.scenario.scenario import Scenario
from sim.text import NAME, Message, harmless

OFF_ROAD_REACH_M = 1_000.0  # an isochrone ends at most this far from the road
OF_CELLS: Final = ["cell_id", "people", "township", "area"]
OURS: Final = ("minutes", "isochrones")  # layers
FIRST: Final = "first_arrival"
ARC_SEGMENTS = 4  # of a quarter circle: isochrones are drawn, not measured


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
            name = harmless(scenario.stations[station].name.zh)
            rows.append({"station": name, "minutes": limit, "geometry": ground})
    return gpd.GeoDataFrame(rows, geometry="geometry", crs=scenario.map.crs)


def export(scenario: Scenario, path: Path, before_s: float | None = None) -> None:
    """A GeoPackage for QGIS: minutes from each station to each place, and the isochrones."""
    _refuse_foreign(path)
    found, cells = reach(scenario, before_s), scenario.map.layers["cells"]
    columns = _columns([scenario.stations[row].name.zh for row in found.stations])
    minutes = pd.DataFrame(dict(zip(columns, found.cell_s / 60, strict=True)))
    facilities = gpd.GeoDataFrame(
        pd.concat([cells[OF_CELLS], minutes, minutes.min(axis=1).rename(FIRST)], axis=1),
        geometry=cells.geometry.to_numpy(),
        crs=scenario.map.crs,
    )

    def write(part: Path) -> None:
        frames = facilities, isochrones(scenario, before_s=before_s)
        for layer, frame in zip(OURS, frames, strict=True):
            geodata.write(part, layer, frame)

    write_whole(path, write)


def _refuse_foreign(path: Path) -> None:
    """OutputError unless the file can be made, or replaces one that this program made."""
    if path.suffix.lower() != ".gpkg" or not path.parent.is_dir():
        raise OutputError(path, Message("name a file ending in .gpkg in a folder that exists"))
    if not path.exists():
        return
    try:
        ours = set(geodata.geopackage(path).parts) <= set(OURS)
    except Exception:  # whatever is there, it is no coverage
        ours = False
    if not ours:
        raise OutputError(path, Message("it exists and holds no coverage: name another file"))


def _columns(names: Sequence[str]) -> list[str]:
    """Names of stations as columns that a database tells from one another and from its own."""
    found: list[str] = []
    taken = {name.casefold() for name in (*OF_CELLS, FIRST, "fid", "geom", "geometry")}
    for name in names:
        plain = column = harmless(name, NAME).strip() or "–"
        number = 1
        while column.casefold() in taken:
            number += 1
            column = f"{plain} ({number})"
        taken.add(column.casefold())
        found.append(column)
    return found
