"""What a page that replays a day knows: roads, drives, calls, stages, as `packing` writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import shapely

from sim.browser import packing
from sim.browser.ground import LEAST_RANK, rank_of
from sim.browser.packing import DEGREES, SHARES, DriveWriter
from sim.geography.bundle import URBAN
from sim.measures.timeline import Stage
from sim.policies.clock import NONE

if TYPE_CHECKING:
    from sim.answers.courses import RouteDriven
    from sim.answers.journeys import Journeys, LayoutDay
    from sim.geography.bundle import Map
    from sim.text import Name

MOST_ROADS: Final = 60_000  # beyond it, roads of the least rank on which nobody drives are left out
FINE_M: Final = 8.0  # a road that is drawn is at most so far from where it lies


class PackedReplay(NamedTuple):
    """A day as a page holds it."""

    facts: dict[str, Any]  # as JSON
    roads: bytes
    drives: tuple[bytes, ...]  # [layout]


class Corner:
    """Where the numbers of a page's places begin."""

    def __init__(self, ground: Map, xy: np.ndarray):
        self._ground = ground
        lon, lat = ground.lonlat(xy[:, 0], xy[:, 1])
        self.lon, self.lat = (int(np.floor(of.min() * DEGREES)) for of in (lon, lat))

    def numbers(self, xy: np.ndarray) -> np.ndarray:
        """[point, 2] metres as whole numbers east and north of the corner."""
        xy = np.asarray(xy, float).reshape(-1, 2)
        lon, lat = self._ground.lonlat(xy[:, 0], xy[:, 1])
        found = np.column_stack([lon, lat]) * DEGREES - [self.lon, self.lat]
        return np.rint(found).astype(int)


def pack(journeys: Journeys) -> PackedReplay:
    """Everything a page shows, but for its words."""
    ground = journeys.base.map
    places = np.concatenate([one.place_xy for one in journeys.layouts])
    corner = Corner(ground, np.concatenate([places, ground.network.xy]))
    kept = _roads_shown(journeys)
    row_of = np.full(len(ground.network.lines), NONE)
    row_of[kept] = np.arange(len(kept))
    midnight_s = journeys.day.midnight_s
    drives = tuple(_drives(one, row_of, corner, midnight_s) for one in journeys.layouts)
    return PackedReplay(_facts(journeys, corner), roads(ground, kept, corner), drives)


# ── roads ────────────────────────────────────────────────────────────────────────────────────


def _roads_shown(journeys: Journeys) -> np.ndarray:
    network = journeys.base.map.network
    rank = _ranks(journeys.base.map)
    if len(rank) <= MOST_ROADS:
        return np.arange(len(rank))
    driven = np.zeros(len(network.lines), bool)
    for layout in journeys.layouts:
        for route in layout.routes:
            driven[[one.road for one in route.stretches if one.road != NONE]] = True
    return np.flatnonzero(driven | (rank < LEAST_RANK))


def _ranks(ground: Map) -> np.ndarray:
    """[road] its rank: 0 of the greatest."""
    network = ground.network
    of_class = [rank_of(name) for name in network.classes]
    return np.array(of_class or [LEAST_RANK], int)[network.road_class[network.forth]]


def roads(ground: Map, kept: np.ndarray, corner: Corner) -> bytes:
    """The roads of these rows, as a page draws them."""
    fine = shapely.simplify(ground.network.lines[kept], FINE_M)
    numbers = corner.numbers(shapely.get_coordinates(fine))
    ends = np.cumsum(shapely.get_num_coordinates(fine)) if len(kept) else np.zeros(0, int)
    courses = np.split(numbers, ends[:-1]) if len(kept) else []
    return packing.lines(courses, _ranks(ground)[kept].tolist())


# ── drives ───────────────────────────────────────────────────────────────────────────────────


def _drives(layout: LayoutDay, row_of: np.ndarray, corner: Corner, midnight_s: float) -> bytes:
    """The drives of each ambulance, in order."""
    of: list[list[RouteDriven]] = [[] for _ in layout.stands_at]
    for route in layout.routes:
        of[route.ambulance].append(route)
    ends = [(one.x, one.y) for routes in of for route in routes for one in route.stretches]
    points = iter(corner.numbers(np.array(ends, float)).tolist())
    writer = DriveWriter()
    for routes in of:
        writer.ambulance(len(routes))
        for route in routes:
            writer.drive(second(route.began_at - midnight_s), len(route.stretches))
            for one in route.stretches:
                x, y = next(points)
                until = second(one.at - midnight_s)
                if one.road == NONE:
                    writer.straight(x, y, until)
                elif {one.start, one.end} == {0.0, 1.0}:
                    writer.whole(int(row_of[one.road]), one.start == 1.0, until)
                else:
                    start, end = (round(share * SHARES) for share in (one.start, one.end))
                    writer.part(int(row_of[one.road]), start, end, until)
    return packing.varints(writer.numbers)


def second(seconds: float) -> int:
    """The whole second at which something is shown."""
    return int(np.floor(seconds + 0.5))


# ── calls, stages, places ────────────────────────────────────────────────────────────────────


def _facts(journeys: Journeys, corner: Corner) -> dict[str, Any]:
    ground, day = journeys.base.map, journeys.day
    town = ground.cells.xy[ground.cells.area == URBAN]
    waiting = [(one.x, one.y) for of in journeys.layouts for one in of.scenario.open_stations()]
    whole = corner.numbers(np.concatenate([ground.cells.xy, np.array(waiting).reshape(-1, 2)]))
    differing = journeys.differing()
    return {
        "span": [second(at - day.midnight_s) for at in day.window],
        "weekday": day.weekday,
        "corner": [corner.lon, corner.lat],
        "whole": [*whole.min(axis=0).tolist(), *whole.max(axis=0).tolist()],
        "town": _box(corner.numbers(town)) if len(town) else None,
        "townships": [_spot(one.name, corner, one) for one in ground.townships],
        "target_s": list(journeys.target_s),
        "same_calls": journeys.same_calls,
        "layouts": [
            _layout(
                journeys, one, corner, differing if one is journeys.layouts[-1] else differing * 0
            )
            for one in journeys.layouts
        ],
    }


def _box(numbers: np.ndarray) -> list[int]:
    """From the fifth to the ninety-fifth of a hundred, for a town has outskirts."""
    low, high = np.percentile(numbers, [5, 95], axis=0).round().astype(int)
    return [*low.tolist(), *high.tolist()]


def _names(name: Name) -> list[str]:
    """What is shown of a name, in Chinese and in English."""
    return [name.within("zh"), name.within("en")]


def _spot(name: Name, corner: Corner, at: Any) -> list[Any]:
    return [*_names(name), *corner.numbers(np.array([at.x, at.y]))[0].tolist()]


def _layout(
    journeys: Journeys, layout: LayoutDay, corner: Corner, differing: np.ndarray
) -> dict[str, Any]:
    scenario, midnight_s = layout.scenario, journeys.day.midnight_s
    known = {(one.x, one.y) for one in journeys.base.stations if not one.closed}
    classes = scenario.crews.classes
    stations = [
        [*_spot(one.name, corner, one), int((one.x, one.y) not in known), int(one.closed)]
        for one in scenario.stations
    ]
    stands_at = corner.numbers(layout.stands_at).tolist()
    numbers: dict[int, int] = {}
    fleet = []
    for one, (x, y) in zip(scenario.fleet, stands_at, strict=True):
        numbers[one.station] = numbers.get(one.station, 0) + 1
        names = _names(classes[one.kind].names) if len(classes) > 1 else ["", ""]
        fleet.append([one.station, numbers[one.station], *names, x, y])
    return {
        "name": _names(scenario.name),
        "number": layout.layout,
        "stations": stations,
        "hospitals": [_spot(one.name, corner, one) for one in scenario.hospitals],
        "fleet": fleet,
        "stages": _stages(layout, midnight_s),
        "calls": _calls(layout, corner, midnight_s, differing),
        "bays": [
            [of.hospital, of.bays]
            + [
                value
                for at, *levels in zip(*(c.tolist() for c in of[2:]), strict=True)
                for value in (second(at - midnight_s), *levels)
            ]
            for of in layout.bays
        ],
    }


def _stages(layout: LayoutDay, midnight_s: float) -> list[list[int]]:
    """[stage] ambulance, kind of stage, from, to, row of the call or −1, hospital or −1."""
    log = layout.log
    to_hospital = {
        (who, call): hospital
        for who, call, hospital in zip(
            log.ambulance.tolist(), log.call.tolist(), log.hospital.tolist(), strict=True
        )
        if hospital != NONE
    }
    row_of = {call: row for row, call in enumerate(layout.marks.call.tolist())}
    found = []
    for who, stage, start, end, call in zip(*(c.tolist() for c in layout.stages), strict=True):
        bound = stage in (Stage.TO_HOSPITAL, Stage.WAITING, Stage.HANDOVER)
        hospital = to_hospital.get((who, call), NONE) if bound else NONE
        times = second(start - midnight_s), second(end - midnight_s)
        found.append([who, stage, *times, row_of.get(call, NONE), hospital])
    return found


def _calls(
    layout: LayoutDay, corner: Corner, midnight_s: float, differing: np.ndarray
) -> list[list[int]]:
    """[call] number, received, x, y, area, stream, outcome, decided, first arrival, difference.

    Instants in seconds after midnight; −1 if nobody arrived.
    """
    marks, calls = layout.marks, layout.calls
    points = corner.numbers(layout.place_xy[calls.place[marks.call]]).tolist()
    found = []
    for row, (call, at, stream, outcome, response_s) in enumerate(
        zip(*(column.tolist() for column in marks), strict=True)
    ):
        came = second(at + response_s - midnight_s) if np.isfinite(response_s) else NONE
        decided_at = layout.decided_at[row]
        decided = second(decided_at - midnight_s) if np.isfinite(decided_at) else 10**7
        found.append(
            [call + 1, second(at - midnight_s), *points[row], int(calls.area[call]),
             int(stream), int(outcome), decided, came, int(differing[row])]
        )  # fmt: skip
    return found
