"""What a layout fixes, as arrays and row numbers: text ids end here."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from sim.inputs import network, travel
from sim.inputs.chains import Edges
from sim.inputs.profiles import hours_of_week
from sim.inputs.travel import Travel
from sim.policies.clock import on_grid
from sim.policies.dispatch import PositionRule

if TYPE_CHECKING:  # engines and worker processes need the arrays, not what they were made from
    from sim.inputs.scenario import Ambulance, Scenario

HOUR_S, DAY_S = 3600.0, 86_400.0
HOURS_PER_WEEK = 168
AFTER_THE_LAST_CALL_S = 366 * DAY_S  # shifts go on, so that part-time crews serve who waits
SIREN, ORDINARY = 0, 1  # speed profiles


class Bands(NamedTuple):
    """Time bands: which one is in force when, for ever or by the week."""

    start_s: np.ndarray  # [k] when each begins, in order, the first at 0
    band: np.ndarray  # [k]
    offset_s: float  # the run's start on this clock
    period_s: float  # after which they begin again; inf = never


class System(NamedTuple):
    """Everything an engine reads of a layout.

    Places are rows: those of the map first (call places, then hospitals; the same in every
    layout), then one for each station. A mode is one set of speeds: a profile in a time band.
    Times in seconds, on the time grid if `on_grid`. From every station every place can be reached,
    and back: a call that nobody can reach would make those of its priority wait. Shifts begin and
    end on whole seconds.
    """

    # places and roads
    place_node: np.ndarray  # [place] nearest road node that may be left
    place_leg_s: np.ndarray  # [mode, place] off-road leg between the node and the place
    travel: Travel
    bands: Bands
    mode_to_scene: np.ndarray  # [band, priority] mode
    mode_to_hospital: np.ndarray  # [band] mode
    mode_home: np.ndarray  # [band] mode
    # stations, ambulances, hospitals
    station_place: np.ndarray  # [station] place
    hospital_place: np.ndarray  # [hospital] place
    home: np.ndarray  # [ambulance] station
    kind: np.ndarray  # [ambulance] class of vehicle; 0, until there are several
    centre: np.ndarray  # [ambulance] dispatch centre; 0, until there are several
    service_factor: np.ndarray  # [ambulance] on what a call's stages take
    shift_indptr: np.ndarray  # [ambulance + 1] shifts of each, in order and apart
    on_duty_at: np.ndarray  # [shift]
    off_duty_at: np.ndarray  # [shift]; inf = never
    # rules
    expected_turnout_s: float
    may_divert: np.ndarray  # [priority served, priority of the new call] bool
    lose_when_none_free: bool
    position_rule: int  # PositionRule
    standby_list: np.ndarray  # [item] stations to be filled in this order; empty = go home
    on_grid: bool  # round what multiplies a time; off only to follow other simulators exactly


def band_at(bands: Bands, now: Any) -> Any:
    """The time band in force at an instant of the run, or at each of several."""
    at = bands.offset_s + now
    if bands.period_s != np.inf:  # with `%`, compilers compute what they need not
        at = at - np.floor(at / bands.period_s) * bands.period_s
    return bands.band[np.searchsorted(bands.start_s, at, side="right") - 1]


def plain_fleet(home: np.ndarray) -> dict[str, Any]:
    """The columns of ambulances by their stations: of one class and centre, never off duty."""
    count = len(home)
    return {
        "home": home,
        "kind": np.zeros(count, int),
        "centre": np.zeros(count, int),
        "service_factor": np.ones(count),
        "shift_indptr": np.arange(count + 1),
        "on_duty_at": np.zeros(count),
        "off_duty_at": np.full(count, np.inf),
    }


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
    fleet = plain_fleet(np.array([a.station for a in scenario.fleet], int)) | {
        "shift_indptr": np.concatenate([[0], np.cumsum([len(s) for s in shifts])]).astype(int),
        "on_duty_at": np.array([on for s in shifts for on, _ in s], float),
        "off_duty_at": np.array([off for s in shifts for _, off in s], float),
    }
    return System(
        place_node=np.concatenate([map_node, station_node]),
        place_leg_s=np.tile(leg_s, (len(modes), 1)),
        travel=_travel(scenario, like, keep, factor, map_node, station_node),
        bands=_bands(band_of_hour, start_of_week_s(settings.start)),
        mode_to_scene=modes[:, to_scene],
        mode_to_hospital=modes[:, to_hospital],
        mode_home=modes[:, ORDINARY],
        station_place=len(map_node) + np.arange(len(station_node)),
        hospital_place=len(call_xy) + np.arange(len(hospital_xy)),
        **fleet,
        expected_turnout_s=on_grid(settings.durations.turnout.mean()),
        may_divert=_may_divert(scenario),
        lose_when_none_free=settings.dispatch.when_none_free == "lost",
        position_rule=(
            PositionRule.NEXT_NODE if ground.matrix is None else PositionRule.NEAREST_PLACE
        ),
        standby_list=np.zeros(0, int),
        on_grid=True,
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
        shared = like[1].travel
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


def study_seconds(scenario: Scenario) -> float:
    """Warm-up, length and cool-down together: calls are received from 0 to here."""
    study = scenario.settings.study
    return study.warm_up + study.length + study.cool_down


def start_of_week_s(start: datetime) -> float:
    """Seconds from Monday 00:00 to the run's start."""
    midnight = start.replace(hour=0, minute=0, second=0, microsecond=0)
    return start.weekday() * DAY_S + (start - midnight).total_seconds()


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
    return network.seconds_from(_edges(scenario, factor), mode, starts)


def _may_divert(scenario: Scenario) -> np.ndarray:
    names = [priority.name for priority in scenario.settings.demand.priorities]
    may_divert = np.zeros((len(names), len(names)), bool)
    for pair in scenario.settings.dispatch.divert:
        may_divert[names.index(pair.leaving), names.index(pair.for_)] = True
    return may_divert


def _shifts(ambulance: Ambulance, start_s: float, until_s: float) -> list[tuple[float, float]]:
    """On duty from, to, in seconds of the run, for a year after the last call."""
    if ambulance.hours is None:
        return [(0.0, np.inf)]
    on_hour, off_hour = ambulance.hours
    length_s = ((off_hour - on_hour) % 24 or 24) * HOUR_S
    first_day = -start_s % DAY_S - DAY_S + on_hour * HOUR_S
    begins = np.arange(first_day - DAY_S, until_s + AFTER_THE_LAST_CALL_S, DAY_S)
    return [(max(b, 0.0), b + length_s) for b in begins.tolist() if b + length_s > 0]
