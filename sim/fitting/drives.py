"""Drives of recorded missions: from a station to a scene, from a scene to a hospital.

A drive counts where both its ends are known. Who was sent on the way home started nobody knows
where; so a mission counts only if its ambulance had been free for long enough to be back.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import pandas as pd

from sim.fitting.cleaning import CleanUnits
from sim.fitting.homes import left_home
from sim.fitting.minutes import WHOLE
from sim.fitting.paths import DriveEnds, DrivenRoads, driven_roads, without_roads
from sim.fitting.settling import SomeDrives
from sim.geography.roads import network
from sim.geography.roads.network import Snapped
from sim.model.calendar import HOURS_PER_WEEK
from sim.prepare import ways
from sim.scenario.scenario import Scenario

MOST: Final = 30_000  # of one kind: beyond them the error is not that of chance
ROUNDED_S: Final = 60 / np.sqrt(12)  # standard deviation of a stamp at whole minutes


class NotCounted(NamedTuple):
    """Missions whose drive to the scene does not count, by reason."""

    no_station: int  # or one that the layout does not have
    on_the_road: int  # perhaps still on the way from an earlier mission
    no_stamps: int
    no_place: int


class RecordedDrives(NamedTuple):
    """All drives of some missions that count."""

    some: list[SomeDrives]
    roads: DrivenRoads
    to_scene: int  # that count, before some were drawn evenly
    to_hospital: int
    not_counted: NotCounted
    stations: tuple[str, ...]  # names in the records that the layout does not have


def roads_of(base: Scenario) -> DrivenRoads:
    """What is driven on: the map's roads, or its table."""
    ground = base.map
    if ground.matrix is not None:
        return without_roads(ground.matrix / 60)
    return driven_roads(ground.network, base.settings.travel.posted != "ignore")


def station_rows(units: pd.DataFrame, base: Scenario) -> np.ndarray:
    """[unit] row of the station from which it was sent; -1 where none of the layout is named."""
    row_of = {
        name.casefold(): row
        for row, one in reversed([*enumerate(base.stations)])
        for name in (one.name.zh, one.name.en)
    }
    named = units["station"].astype(str).str.casefold().map(row_of)
    found: np.ndarray = named.fillna(-1).to_numpy(int)
    return found


def drives_of(clean: CleanUnits, base: Scenario, siren_of_priority: np.ndarray) -> RecordedDrives:
    """The drives of cleaned missions over the roads of a layout.

    `siren_of_priority`: [priority] whether it is driven to with siren.
    """
    units, travel = clean.units, base.settings.travel
    station, home = station_rows(units, base), left_home(units)
    at = {name: units[name].to_numpy("datetime64[us]") for name in INSTANTS}
    has_mobile = ~np.isnat(at["mobile_at"])
    timed = ~np.isnat(at["arrived_at"]) & has_mobile
    from_order = not timed.any()  # one stamp for both: turnout is part of the drive
    begun = at["assigned_at"] if from_order else at["mobile_at"]
    if from_order:
        timed = ~np.isnat(at["arrived_at"]) & ~np.isnat(begun)
    placed = ~clean.no_place
    counts = timed & placed & (station >= 0) & home
    missing = NotCounted(
        int((timed & placed & (station < 0)).sum()),
        int((timed & placed & (station >= 0) & ~home).sum()),
        int((~timed).sum()),
        int((timed & ~placed).sum()),
    )
    rows = _evenly(np.flatnonzero(counts))
    siren = _with_siren(units, siren_of_priority)
    whole = clean.whole_minutes
    names = pd.unique(units["station"][(station < 0) & (units["station"] != "")])
    roots = ways.at_roads(base.stations, base.map)
    to_scene = _some(
        base, rows, station[rows], roots, _minutes(begun, at["arrived_at"])[rows], begun[rows],
        units, ~siren[rows], _noise(whole, "assigned_at" if from_order else "mobile_at",
                                    "arrived_at"), outward=True, turnout=from_order,
    )  # fmt: skip
    taken = ~np.isnat(at["left_scene_at"]) & ~np.isnat(at["at_hospital_at"]) & placed
    hospital = units["hospital"].fillna(-1).to_numpy(int)
    away = np.flatnonzero(taken & (hospital >= 0))
    rows = _evenly(away)
    roots = ways.at_roads(base.hospitals, base.map)  # those of the map come first
    to_hospital = _some(
        base, rows, hospital[rows], roots,
        _minutes(at["left_scene_at"], at["at_hospital_at"])[rows], at["left_scene_at"][rows],
        units, np.full(len(rows), travel.to_hospital == "ordinary"),
        _noise(whole, "left_scene_at", "at_hospital_at"), outward=False, turnout=False,
    )  # fmt: skip
    return RecordedDrives(
        [to_scene, to_hospital], roads_of(base), int(counts.sum()), len(away), missing,
        tuple(str(name) for name in names),
    )  # fmt: skip


INSTANTS: Final = ("assigned_at", "mobile_at", "arrived_at", "left_scene_at", "at_hospital_at")


def _evenly(rows: np.ndarray) -> np.ndarray:
    """At most so many of them, evenly spread."""
    if len(rows) <= MOST:
        return rows
    return rows[(np.arange(MOST) * (len(rows) / MOST)).astype(int)]


def _with_siren(units: pd.DataFrame, of_priority: np.ndarray) -> np.ndarray:
    """[unit] whether it drove to the scene with siren: as recorded, else as its priority does."""
    priority = units["priority"].to_numpy(float)
    known = np.isfinite(priority) & (priority < len(of_priority))
    found = np.ones(len(units), bool)
    found[known] = of_priority[priority[known].astype(int)]
    recorded = units["siren"].to_numpy(float)
    return np.where(np.isfinite(recorded), recorded > 0, found)


def _minutes(begun: np.ndarray, ended: np.ndarray) -> np.ndarray:
    found: np.ndarray = (ended - begun) / np.timedelta64(1, "s") / 60
    return found


def _noise(whole: dict[str, float], first: str, last: str) -> float:
    """Minutes by which two stamps at whole minutes scatter."""
    count = sum(whole.get(name, 0.0) > WHOLE for name in (first, last))
    return float(ROUNDED_S * np.sqrt(count) / 60)


def _some(
    base: Scenario, rows: np.ndarray, root: np.ndarray, roots: Snapped, minutes: np.ndarray,
    begun: np.ndarray, units: pd.DataFrame, ordinary: np.ndarray, noise: float, *, outward: bool,
    turnout: bool,
) -> SomeDrives:  # fmt: skip
    xy = units[["x", "y"]].to_numpy(float)[rows]
    empty = np.zeros(0, int)
    leaves = Snapped(empty, empty, np.zeros(0), np.zeros(0))
    if len(rows):
        leaves = network.snap(base.map.network, xy)
    off_road_m = leaves.metres + roots.metres[root]
    if base.map.matrix is not None:
        off_road_m = np.zeros(len(rows))
    hours = (begun.astype("datetime64[h]").astype(np.int64) - MONDAY_H) % HOURS_PER_WEEK
    off_road = off_road_m / base.settings.travel.off_road / 60
    return SomeDrives(
        DriveEnds(root, roots, leaves, outward), minutes, off_road, hours, ordinary,
        np.full(len(rows), noise), np.full(len(rows), turnout),
    )  # fmt: skip


MONDAY_H: Final = 4 * 24  # 1970-01-05 was a Monday
