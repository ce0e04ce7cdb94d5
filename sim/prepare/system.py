"""What a layout fixes, as arrays and row numbers: text ids end here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.geography.roads import network, travel
from sim.geography.roads import tables as tables_room
from sim.model.calendar import HOUR_S, HOURS_PER_WEEK, Bands, hours_of_week, start_of_week_s
from sim.model.roads import Edges, Travel
from sim.model.system import ORDINARY, SIREN, Hospitals, Roads, Rules, Stations, System, plain_fleet
from sim.policies.clock import on_grid
from sim.policies.dispatch import PositionRule
from sim.prepare.shifts import _shifts, study_seconds

if TYPE_CHECKING:  # engines and worker processes need the arrays, not what they were made from
    from sim.scenario.scenario import Scenario


def build(
    scenario: Scenario, like: tuple[Scenario, System] | None = None, keep: bool = True
) -> System:
    """The System of a layout. Its places: the map's cells, recorded calls, hospitals, stations.

    The map's table of travel seconds is made once per map and speeds and then kept on disk;
    stations cost one search each. `like`: another layout and its System, whose roads are shared if
    both have the same. `keep`: the table on disk, for the next time.
    """
    settings, ground = scenario.settings, scenario.map
    factor, band_of_hour = _speed_factors(scenario)
    modes = np.arange(len(factor)).reshape(-1, 2)  # [band, profile]

    hospital_xy = np.array([(h.x, h.y) for h in ground.hospitals]).reshape(-1, 2)
    call_xy = ground.cells.xy
    if scenario.recorded is not None:
        call_xy = np.vstack([call_xy, scenario.recorded.xy])
    map_node, map_m = network.snap(ground.network, np.vstack([call_xy, hospital_xy]))
    station_node = np.array([s.node for s in scenario.stations], int)
    station_m = np.array([s.road_m for s in scenario.stations], float)

    off_road = settings.travel.off_road * np.array([1.0, settings.travel.ordinary])
    leg_s = on_grid(np.concatenate([map_m, station_m]) / off_road[:, None])
    if ground.matrix is not None:  # a place stands for all around it
        leg_s = np.zeros_like(leg_s)
    to_hospital = SIREN if settings.travel.to_hospital == "siren" else ORDINARY
    to_scene = [SIREN if p.siren else ORDINARY for p in settings.demand.priorities]
    until_s = study_seconds(scenario)
    shifts = [_shifts(a, start_of_week_s(settings.start), until_s) for a in scenario.fleet]
    fleet = plain_fleet(np.array([a.station for a in scenario.fleet], int))._replace(
        shift_indptr=np.concatenate([[0], np.cumsum([len(s) for s in shifts])]).astype(int),
        on_duty_at=np.array([on for s in shifts for on, _ in s], float),
        off_duty_at=np.array([off for s in shifts for _, off in s], float),
    )
    return System(
        Roads(
            place_node=np.concatenate([map_node, station_node]),
            place_leg_s=np.tile(leg_s, (len(modes), 1)),
            travel=_travel(scenario, like, keep, factor, map_node, station_node),
            bands=_bands(band_of_hour, start_of_week_s(settings.start)),
            mode_to_scene=modes[:, to_scene],
            mode_to_hospital=modes[:, to_hospital],
            mode_home=modes[:, ORDINARY],
        ),
        Stations(len(map_node) + np.arange(len(station_node))),
        fleet,
        Hospitals(len(call_xy) + np.arange(len(hospital_xy))),
        Rules(
            expected_turnout_s=on_grid(settings.durations.turnout.mean()),
            may_divert=_may_divert(scenario),
            lose_when_none_free=settings.dispatch.when_none_free == "lost",
            position_rule=(
                PositionRule.NEXT_NODE if ground.matrix is None else PositionRule.NEAREST_PLACE
            ),
            standby_list=np.zeros(0, int),
            on_grid=True,
        ),
    )


def _travel(
    scenario: Scenario,
    like: tuple[Scenario, System] | None,
    keep: bool,
    factor: np.ndarray,
    map_node: np.ndarray,
    station_node: np.ndarray,
) -> Travel:
    ground, same = scenario.map, like is not None and _same_roads(scenario, like[0])
    if same and like is not None:
        shared = like[1].roads.travel
        return shared if ground.matrix is not None else travel.for_stations(shared, station_node)
    if ground.matrix is not None:
        return travel.from_matrix(_matrix_seconds(ground.matrix, factor), ground.network.xy)
    edges = _edges(scenario, factor)
    return travel.build(edges, ground.network.xy, map_node, station_node, keep)


def _same_roads(one: Scenario, other: Scenario) -> bool:
    """Whether two layouts have the same map, speeds and recorded places."""
    places = [None if s.recorded is None else s.recorded.xy for s in (one, other)]
    return (
        one.map is other.map
        and places[0] is places[1]
        and one.settings.travel == other.settings.travel
    )


def _bands(band_of_hour: np.ndarray, start_s: float) -> Bands:
    """Bands of the week, an hour that changes nothing left out."""
    changes = np.flatnonzero(np.diff(band_of_hour, prepend=-1))
    if len(changes) == 1:
        return Bands(np.zeros(1), band_of_hour[:1], start_s, np.inf)
    return Bands(changes * HOUR_S, band_of_hour[changes], start_s, HOURS_PER_WEEK * HOUR_S)


def _speed_factors(scenario: Scenario) -> tuple[np.ndarray, np.ndarray]:
    """[mode, class] what profile and time band make of speeds; the band of each hour of the week.

    A map without roads has one class of its own.
    """
    travel = scenario.settings.travel
    classes = np.array(scenario.map.network.classes or ("matrix",))
    per_hour = np.ones((HOURS_PER_WEEK, len(classes)))
    for band in travel.bands:  # bands that overlap multiply
        which = np.isin(classes, band.classes) if band.classes else np.ones(len(classes), bool)
        per_hour[np.ix_(hours_of_week(band.hours, band.days), which)] *= band.speed
    band_factors, band_of_hour = np.unique(per_hour, axis=0, return_inverse=True)
    factor = np.stack([band_factors, band_factors * travel.ordinary], axis=1)
    return factor.reshape(-1, len(classes)), band_of_hour.ravel()


def _edges(scenario: Scenario, factor: np.ndarray) -> Edges:
    """Edge seconds by mode."""
    travel, roads = scenario.settings.travel, scenario.map.network
    # A class that the file does not name has a speed on every link, or `load` had refused it.
    speed_of_class = np.array([travel.speeds.get(name, np.nan) for name in roads.classes])
    if travel.posted == "ignore":
        roads = roads._replace(speed=np.full(len(roads.speed), np.nan))
    return network.edges(roads, speed_of_class, factor)


def _matrix_seconds(seconds: np.ndarray, factor: np.ndarray) -> np.ndarray:
    """[mode, from, to] a map's matrix in every mode."""
    return np.asarray(on_grid(seconds[None] / factor[:, :1, None]))


def siren_seconds_from(scenario: Scenario, starts: np.ndarray) -> np.ndarray:
    """[start, node] seconds with siren from some nodes, in the time band of the run's start."""
    factor, band_of_hour = _speed_factors(scenario)
    hour = int(start_of_week_s(scenario.settings.start) // HOUR_S)
    mode = int(band_of_hour[hour]) * 2 + SIREN
    matrix = scenario.map.matrix
    if matrix is not None:
        made: np.ndarray = _matrix_seconds(matrix, factor[mode : mode + 1])[0][starts]
        return made
    return tables_room.seconds_from(_edges(scenario, factor), mode, starts)


def _may_divert(scenario: Scenario) -> np.ndarray:
    names = [priority.name for priority in scenario.settings.demand.priorities]
    may_divert = np.zeros((len(names), len(names)), bool)
    for pair in scenario.settings.dispatch.divert:
        may_divert[names.index(pair.leaving), names.index(pair.for_)] = True
    return may_divert
