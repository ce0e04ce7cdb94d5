"""How fast is driven, where places join the roads, and how long the drives between them take."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.geography.roads import joining, network, travel
from sim.geography.roads.network import Snapped
from sim.model.calendar import HOURS_PER_WEEK, Bands, band_at, hours_of_week
from sim.model.roads import Travel
from sim.model.system import ORDINARY, SIREN, Roads
from sim.policies.clock import on_grid
from sim.scenario import closures, standing, transfers
from sim.scenario.closures import Calendar

if TYPE_CHECKING:  # engines and worker processes need the arrays, not what they were made from
    from sim.geography.bundle import Map
    from sim.scenario.hospitals import Hospital
    from sim.scenario.layout import Station
    from sim.scenario.scenario import Scenario

# ── how fast is driven ───────────────────────────────────────────────────────────────────────


class Modes(NamedTuple):
    """Every set of speeds that is driven: two profiles in each time band."""

    factor: np.ndarray  # [mode, class] what a speed is multiplied with
    number: np.ndarray  # [band, profile] mode; the profiles are SIREN and ORDINARY
    bands: Bands
    # where roads are closed or slowed; None where none is
    of_edge: np.ndarray | None  # [state, edge] what a speed is multiplied with, too; 0 = closed
    to_places: np.ndarray | None  # [state, edge] the same to and from places beside it
    state: np.ndarray  # [mode]


def driving_modes(scenario: Scenario) -> Modes:
    """What profiles, time bands and closures make of speeds.

    A map without roads has one class of its own. Where a closure begins or ends on a day, bands
    are those of the whole run and not of a week.
    """
    travel = scenario.settings.travel
    classes = np.array(scenario.map.network.classes or ("matrix",))
    per_hour = np.ones((HOURS_PER_WEEK, len(classes)))
    for band in travel.bands:  # bands that overlap multiply
        which = np.isin(classes, band.classes) if band.classes else np.ones(len(classes), bool)
        per_hour[np.ix_(hours_of_week(band.hours, band.days), which)] *= band.speed
    hour_factors, row_of_hour = np.unique(per_hour, axis=0, return_inverse=True)
    times = closures.calendar(scenario.settings)
    of_edge, to_places, state_of_piece = _states(scenario, times.in_force)
    pairs = np.column_stack([row_of_hour.ravel()[times.hour], state_of_piece])
    bands, band_of_piece = np.unique(pairs, axis=0, return_inverse=True)
    band_factors = hour_factors[bands[:, 0]]
    factor = np.stack([band_factors, band_factors * travel.ordinary], axis=1)
    factor = factor.reshape(-1, len(classes))
    return Modes(
        factor,
        np.arange(len(factor)).reshape(-1, 2),
        _bands(times, band_of_piece.ravel()),
        of_edge,
        to_places,
        np.repeat(bands[:, 1], 2),
    )


def _states(
    scenario: Scenario, in_force: np.ndarray
) -> tuple[np.ndarray | None, np.ndarray | None, np.ndarray]:
    """[state, edge] what closures make of speeds, through and to places; [piece] its state."""
    if not in_force.any():
        return None, None, np.zeros(len(in_force), int)
    together, row = np.unique(in_force, axis=0, return_inverse=True)
    travel, ground = scenario.settings.travel, scenario.map
    numbers: dict[bytes, int] = {}  # closures that concern the same roads are one
    found: list[closures.Factors] = []
    number = []
    for now in together:
        both = closures.factors(travel, ground, now)
        key = both.through.tobytes() + both.to_places.tobytes()
        if key not in numbers:
            numbers[key] = len(found)
            found.append(both)
        number.append(numbers[key])
    through, to_places = (np.array(column) for column in zip(*found, strict=True))
    return through, to_places, np.array(number)[row.ravel()]


def roads_of(
    scenario: Scenario, modes: Modes, places: Places, ways: Travel, place_node: np.ndarray
) -> Roads:
    """Where places lie, and the mode of each trip: to the scene, to a hospital, home."""
    to_scene, to_hospital, home = trips(scenario, modes)
    leg_s = legs(scenario, modes, places)
    return Roads(
        place_node=place_node,
        place_leg_s=leg_s,
        travel=ways,
        bands=modes.bands,
        mode_to_scene=to_scene,
        mode_to_hospital=to_hospital,
        mode_home=home,
        open_s=_on_open_roads(scenario, modes, places, leg_s),
    )


def _on_open_roads(
    scenario: Scenario, modes: Modes, places: Places, leg_s: np.ndarray
) -> np.ndarray | None:
    """[mode, place] seconds from the nearest station that has an ambulance, were all roads open.

    None where none is ever closed or slowed.
    """
    if modes.of_edge is None:
        return None
    roads = scenario.map.network
    seconds = edge_seconds(scenario, modes._replace(of_edge=None, to_places=None))
    homes = np.unique([one.station for one in scenario.fleet]).astype(int)
    if not len(homes):
        return np.full(leg_s.shape, np.inf)
    at = Snapped(*(column[homes] for column in places.of_stations))
    ends = Snapped(
        *(np.concatenate(both) for both in zip(places.of_map, places.of_stations, strict=True))
    )
    starts, arrivals = (network.joins(roads, spots, seconds) for spots in (at, ends))
    graph, found = network.edges(roads, seconds), np.full(leg_s.shape, np.inf)
    start_leg_s = leg_s[:, len(places.of_map.node) + homes]
    known: dict[bytes, np.ndarray] = {}  # what closures alone tell apart is one
    for mode in np.unique(trips(scenario, modes).to_scene).tolist():
        key = seconds[mode].tobytes() + start_leg_s[mode].tobytes()
        if key not in known:
            node_s = joining.seconds_to_nodes(graph, mode, starts)
            road_s = joining.seconds_between(node_s, mode, starts, arrivals)
            known[key] = (start_leg_s[mode][:, None] + road_s).min(axis=0, initial=np.inf)
        found[mode] = known[key] + leg_s[mode]
    return found


class Trips(NamedTuple):
    """The mode of each trip."""

    to_scene: np.ndarray  # [band, priority]
    to_hospital: np.ndarray  # [band]
    home: np.ndarray  # [band]


def trips(scenario: Scenario, modes: Modes) -> Trips:
    """In which mode is driven to the scene, to a hospital, home."""
    to_hospital = SIREN if scenario.settings.travel.to_hospital == "siren" else ORDINARY
    return Trips(
        modes.number[:, _profiles_to_scene(scenario)],
        modes.number[:, to_hospital],
        modes.number[:, ORDINARY],
    )


def _profiles_to_scene(scenario: Scenario) -> list[int]:
    """[priority]"""
    return [SIREN if p.siren else ORDINARY for p in transfers.priorities(scenario.settings)]


def _bands(times: Calendar, band: np.ndarray) -> Bands:
    """Bands of the week, or of the run, a piece of time that changes nothing left out."""
    changes = np.flatnonzero(np.diff(band, prepend=-1))
    if len(changes) == 1:
        return Bands(np.zeros(1), band[:1], times.offset_s, np.inf)
    return Bands(times.start_s[changes], band[changes], times.offset_s, times.period_s)


# ── where to, and how long that takes ────────────────────────────────────────────────────────


class Places(NamedTuple):
    """Where every place joins the roads: the map's places, then stations and standby points."""

    of_map: Snapped  # [call place or hospital] the call places first
    of_stations: Snapped  # [station] those of the layout, then standby points
    hospitals: int  # so many of the map's places


def places_of(scenario: Scenario) -> Places:
    """Cells, recorded calls, hospitals and stations, each at the nearest point of a road."""
    ground = scenario.map
    spots = [ground.cells_at_roads, ground.hospitals_at_roads]
    if scenario.recorded is not None:
        spots.insert(1, network.snap(ground.network, scenario.recorded.xy))
    hospitals = scenario.hospitals
    added = hospitals[len(ground.hospitals) :]
    if added:
        spots.append(at_roads(added, ground))
    of_map = Snapped(*(np.concatenate(column) for column in zip(*spots, strict=True)))
    waiting = [*scenario.stations, *standing.standby_points(scenario)]
    return Places(of_map, at_roads(waiting, ground), len(hospitals))


def at_roads(spots: Sequence[Station | Hospital], on: Map) -> Snapped:
    """Where some stations or hospitals join the roads."""
    return network.snap(on.network, np.array([(s.x, s.y) for s in spots]).reshape(-1, 2))


def townships(scenario: Scenario) -> np.ndarray:
    """[place of the map] its township: cells, recorded calls, hospitals."""
    on, recorded = scenario.map, scenario.recorded
    parts = [on.cells.township]
    if recorded is not None:
        parts.append(recorded.calls.township)
    if scenario.hospitals:
        parts.append(on.townships_at(np.array([(one.x, one.y) for one in scenario.hospitals])))
    return np.concatenate(parts).astype(int)


def legs(scenario: Scenario, modes: Modes, places: Places) -> np.ndarray:
    """[mode, place] seconds off the road; none where a place stands for all around it."""
    travel = scenario.settings.travel
    metres = np.concatenate([places.of_map.metres, places.of_stations.metres])
    off_road = travel.off_road * np.array([1.0, travel.ordinary])
    leg_s = on_grid(metres / off_road[:, None])
    if scenario.map.matrix is not None:
        leg_s = np.zeros_like(leg_s)
    return np.tile(leg_s, (len(modes.number), 1))


def travel_of(
    scenario: Scenario,
    modes: Modes,
    places: Places,
    keep: bool = True,
) -> tuple[Travel, np.ndarray]:
    """Travel seconds in every mode, and the node of every place."""
    ground = scenario.map
    if ground.matrix is not None:
        nodes = np.concatenate([places.of_map.node, places.of_stations.node])
        seconds = _matrix_seconds(ground.matrix, modes)
        return travel.from_matrix(seconds, ground.network.xy), nodes
    roads = ground.network
    seconds = edge_seconds(scenario, modes)
    beside = edge_seconds(scenario, modes, to_places=True)
    to_map, to_stations = _driven_to(scenario, modes, places)
    of_map = network.joins(roads, places.of_map, beside)._replace(driven_to=to_map)
    of_stations = network.joins(roads, places.of_stations, beside)._replace(driven_to=to_stations)
    graph = network.edges(roads, seconds)
    made = travel.build(graph, roads.xy, of_map, of_stations, roads.side_by_side, keep)
    first = len(roads.xy)
    map_node = joining.numbered(of_map, first)
    station_node = joining.numbered(of_stations, first + made.map_own)
    return made, np.concatenate([map_node, station_node])


def travel_like(
    shared: Roads, scenario: Scenario, modes: Modes, places: Places
) -> tuple[Travel, np.ndarray]:
    """The same on the roads of another layout, with stations of its own."""
    if scenario.map.matrix is not None:
        nodes = np.concatenate([places.of_map.node, places.of_stations.node])
        return shared.travel, nodes
    roads = scenario.map.network
    beside = network.edges_at(roads, places.of_stations)
    seconds = np.zeros((len(modes.factor), len(roads.tail)))  # of others nothing is asked
    seconds[:, beside] = edge_seconds(scenario, modes, beside, to_places=True)
    _, to_stations = _driven_to(scenario, modes, places)
    of_stations = network.joins(roads, places.of_stations, seconds)._replace(driven_to=to_stations)
    made = travel.for_stations(shared.travel, of_stations)
    station_node = joining.numbered(of_stations, len(roads.xy) + made.map_own)
    map_node = shared.place_node[: len(places.of_map.node)]
    return made, np.concatenate([map_node, station_node])


def _driven_to(scenario: Scenario, modes: Modes, places: Places) -> tuple[np.ndarray, np.ndarray]:
    """[mode, place] of the map and [mode, station]: in which modes anybody drives there.

    To stations also as to a scene: what is known of the way back bounds the way out. A hospital is
    a place like others, where somebody may call.
    """
    to_scene, to_hospital, home = trips(scenario, modes)
    first_hospital = len(places.of_map.node) - places.hospitals
    to_map = np.zeros((len(modes.factor), len(places.of_map.node)), bool)
    to_map[np.unique(to_scene)] = True
    to_map[np.unique(to_hospital), first_hospital:] = True
    to_stations = np.zeros((len(modes.factor), len(places.of_stations.node)), bool)
    to_stations[np.union1d(to_scene, home)] = True
    return to_map, to_stations


def edge_seconds(
    scenario: Scenario,
    modes: Modes,
    some: np.ndarray | slice = slice(None),
    *,
    to_places: bool = False,
) -> np.ndarray:
    """[mode, edge] seconds of every edge, or of `some`, in every mode, on the time grid.

    `to_places`: of who drives to a place beside it, which may be open where the way through is not.
    """
    settings, roads = scenario.settings.travel, scenario.map.network
    # A class that the file does not name has a speed on every link, or `load` had refused it.
    speed_of_class = np.array([settings.speeds.get(name, np.nan) for name in roads.classes])
    own_speeds = settings.posted != "ignore"
    found = modes.to_places if to_places else modes.of_edge
    of_edge = None if found is None else found[modes.state][:, some]
    return network.edge_seconds(
        roads, speed_of_class, modes.factor, own_speeds=own_speeds, some=some, of_edge=of_edge
    )


def siren_mode(modes: Modes) -> int:
    """The mode of driving with siren in the time band of the run's start."""
    return int(modes.number[band_at(modes.bands, 0.0), SIREN])


def siren_seconds(
    scenario: Scenario, starts: Snapped, ends: Snapped
) -> tuple[np.ndarray, np.ndarray]:
    """[start, end] and [start, node] seconds on the road with siren, as the run begins."""
    modes = driving_modes(scenario)
    return seconds_in(scenario, siren_mode(modes), starts, ends)


def seconds_in(
    scenario: Scenario, mode: int, starts: Snapped, ends: Snapped
) -> tuple[np.ndarray, np.ndarray]:
    """[start, end] and [start, node] seconds on the road in one mode."""
    modes, matrix = driving_modes(scenario), scenario.map.matrix
    if matrix is not None:
        node_s = _matrix_seconds(matrix, modes)[mode, starts.node]
        return node_s[:, ends.node], node_s
    roads, seconds = scenario.map.network, edge_seconds(scenario, modes)
    beside = edge_seconds(scenario, modes, to_places=True)
    begin, end = (network.joins(roads, at, beside) for at in (starts, ends))
    node_s = joining.seconds_to_nodes(network.edges(roads, seconds), mode, begin)
    return joining.seconds_between(node_s, mode, begin, end), node_s


def _matrix_seconds(seconds: np.ndarray, modes: Modes) -> np.ndarray:
    """[mode, from, to] a map's matrix in every mode."""
    return np.asarray(on_grid(seconds[None] / modes.factor[:, :1, None]))


def same_roads(one: Scenario, other: Scenario) -> bool:
    """Whether two layouts have the same map, speeds, trips, hospitals and recorded places."""
    places = [None if s.recorded is None else s.recorded.xy for s in (one, other)]
    return (
        one.map is other.map
        and places[0] is places[1]
        and [(at.x, at.y) for at in one.hospitals] == [(at.x, at.y) for at in other.hospitals]
        and one.settings.travel == other.settings.travel
        and (not _dated(one) or _when(one) == _when(other))
        and set(_profiles_to_scene(one)) == set(_profiles_to_scene(other))
    )


def _dated(scenario: Scenario) -> bool:
    return any(one.dated for one in scenario.settings.travel.closed.values())


def _when(scenario: Scenario) -> tuple[datetime, float]:
    """Between which instants a scenario's closures count."""
    return scenario.settings.start, scenario.settings.study.total_s
