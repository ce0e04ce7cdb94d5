"""Synthetic cities for benchmarks: a lattice of streets, places, crews and a year of calls."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.geography.roads import travel
from sim.geography.roads.graph import fastest
from sim.geography.roads.network import morton
from sim.model.calendar import Bands
from sim.model.system import ORDINARY, SIREN, Hospitals, Roads, Rules, Stations, System, plain_fleet
from sim.policies.clock import on_grid
from sim.policies.dispatch import PositionRule
from sim.prepare.draws import Demand
from sim.scenario.distributions import Exponential, Lognormal

DAY_S = 86_400.0


class City(NamedTuple):
    """How large a synthetic city is."""

    name: str
    ambulances: int
    stations: int
    hospitals: int
    places: int
    calls_per_day: float
    streets: int  # along each side of the lattice
    street_m: float
    one_way_every: int = 0  # so many streets; 0 = none


COUNTY = City("county", 30, 14, 3, 400, 60.0, 60, 1_000.0)
METROPOLIS = City("metropolis", 250, 93, 20, 3_000, 1_200.0, 200, 200.0)
ONE_WAY = METROPOLIS._replace(name="metropolis, a tenth one-way", one_way_every=10)


def system(city: City, seed: int = 1, stations: np.ndarray | None = None) -> System:
    """Streets of random speeds, in two profiles; `stations`: other nodes for them."""
    rng = np.random.default_rng(seed)
    xy = np.indices((city.streets, city.streets)).reshape(2, -1).T
    nodes = np.empty(len(xy), int)
    nodes[np.argsort(morton(xy))] = np.arange(len(xy))  # numbered as a map's roads are
    nodes = nodes.reshape(city.streets, city.streets)
    east = np.stack([nodes[:, :-1].ravel(), nodes[:, 1:].ravel()])
    south = np.stack([nodes[:-1].ravel(), nodes[1:].ravel()])
    tail, head = np.concatenate([east, south], axis=1)
    speed = rng.choice([8.0, 12.0, 18.0], len(tail), p=[0.6, 0.3, 0.1])
    length_m = city.street_m * rng.uniform(1.0, 1.4, len(tail))
    siren_s = np.tile(length_m / speed, 2)
    edge_s = on_grid(np.stack([siren_s, siren_s / 0.8]))
    graph = fastest(np.concatenate([tail, head]), np.concatenate([head, tail]), edge_s, nodes.size)
    spots = rng.choice(nodes.size, city.places + city.hospitals + city.stations, replace=False)
    if stations is not None:
        spots[-city.stations :] = stations
    leg_s = on_grid(rng.exponential(20.0, len(spots)) / np.array([[1.0], [0.8]]))
    map_nodes = spots[: -city.stations]
    homes = np.sort(np.arange(city.ambulances) % city.stations)
    return System(
        Roads(
            place_node=spots,
            place_leg_s=leg_s,
            travel=travel.by_nodes(
                graph, np.full((nodes.size, 2), np.nan), map_nodes, spots[-city.stations :]
            ),
            bands=Bands(np.zeros(1), np.zeros(1, int), 0.0, np.inf),
            mode_to_scene=np.array([[SIREN, SIREN, ORDINARY]]),
            mode_to_hospital=np.array([ORDINARY]),
            mode_home=np.array([ORDINARY]),
        ),
        Stations(city.places + city.hospitals + np.arange(city.stations)),
        plain_fleet(homes),
        Hospitals(city.places + np.arange(city.hospitals)),
        Rules(
            expected_turnout_s=60.0,
            may_divert=np.zeros((3, 3), bool),
            lose_when_none_free=False,
            position_rule=PositionRule.NEXT_NODE,
            standby_list=np.zeros(0, int),
            on_grid=True,
        ),
    )


def _driven(city: City) -> np.ndarray:
    """[road out, road back] which may be driven; one-way streets lead there and back in turn."""
    streets = np.arange(city.streets)
    along_row = np.repeat(streets, city.streets - 1)  # of the roads east, then of those south
    along_column = np.tile(streets, city.streets - 1)
    street = np.concatenate([along_row, along_column])
    if not city.one_way_every:
        return np.ones(2 * len(street), bool)
    one_way = street % city.one_way_every == city.one_way_every // 2
    there = street // city.one_way_every % 2 == 0
    return np.concatenate([~one_way | there, ~one_way | ~there])


def demand(city: City, days: float) -> Demand:
    """So many days of calls, more of them by day, with durations as services report them."""
    week = np.tile(1 + 0.6 * np.sin((np.arange(24) - 9) * np.pi / 12), 7)
    rng = np.random.default_rng(2)
    weights = rng.lognormal(0.0, 1.0, city.places)
    urban = np.arange(city.places) < city.places // 2
    return Demand(
        calls_per_hour=np.stack([week, week]) * city.calls_per_day / 48,
        places=(np.flatnonzero(urban), np.flatnonzero(~urban)),
        weights=(weights[urban], weights[~urban]),
        township_of_place=np.zeros(city.places, int),
        priority_share=np.tile([0.2, 0.5, 0.3], (2, 1)),
        conveyed_share=0.7,
        call_taking=Lognormal(distribution="lognormal", median="90 s", sigma=0.4),
        turnout=Lognormal(distribution="lognormal", median="55 s", sigma=0.4),
        on_scene=Lognormal(distribution="lognormal", median="18 min", sigma=0.5),
        handover=Exponential(distribution="exponential", mean="20 min"),
        start_s=0.0,
        length_s=days * DAY_S,
    )
