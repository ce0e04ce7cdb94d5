"""Synthetic cities for benchmarks: a lattice of streets, places, crews and a year of calls."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from sim.geography import bundle as maps
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


class Country(NamedTuple):
    """How large a made-up map is."""

    streets: int = 707  # along each side of the lattice: 499,849 nodes
    street_m: float = 150.0
    links_of_lattice: float = 0.75  # so that nodes have three roads in the mean, as in towns
    cells: int = 1_000
    townships: int = 25  # a square number
    hospitals: int = 20
    sites: int = 20


def bundle(country: Country, path: Path, seed: int = 1) -> None:
    """Writes a map bundle of streets with bends, and cells, sites and hospitals beside them."""
    rng = np.random.default_rng(seed)
    side_m = country.street_m * (country.streets - 1)
    frames = {
        "roads": _streets(country, rng),
        "cells": _points(rng, country.cells, side_m),
        "sites": _points(rng, country.sites, side_m),
        "hospitals": _points(rng, country.hospitals, side_m),
    }
    blocks = round(country.townships**0.5)
    step = side_m / blocks
    corners = np.indices((blocks, blocks)).reshape(2, -1).T * step
    squares = shapely.box(*corners.T, *(corners + step).T)
    frames["townships"] = gpd.GeoDataFrame(geometry=squares, crs=CRS)
    of = np.minimum(shapely.get_coordinates(frames["cells"].geometry) // step, blocks - 1)
    codes = np.array([f"T{row}" for row in range(country.townships)])
    people = rng.integers(50, 2_000, country.cells)
    row = (of[:, 0] * blocks + of[:, 1]).astype(int)
    frames["cells"] = frames["cells"].assign(
        cell_id=np.arange(country.cells), people=people, township=codes[row],
        area=np.where(row % 2, "rural", "urban"),
    )  # fmt: skip
    seats = frames["townships"].geometry.centroid.to_crs(4326)
    frames["townships"] = frames["townships"].assign(
        code=codes, name_zh=codes, name_en=codes, kind="town",
        people=np.bincount(row, people, country.townships),
        area=np.where(np.arange(country.townships) % 2, "rural", "urban"),
        seat_lon=seats.x, seat_lat=seats.y,
    )  # fmt: skip
    for name, kind in (("sites", "S"), ("hospitals", "H")):
        names = [f"{kind}{number}" for number in range(len(frames[name]))]
        frames[name] = frames[name].assign(name_zh=names, name_en=names)
    frames["sites"] = frames["sites"].assign(kind="station", status="existing", township="T0")
    frames["hospitals"] = frames["hospitals"].assign(level="", capabilities="")
    whole = shapely.box(0, 0, side_m, side_m)
    frames["boundary"] = gpd.GeoDataFrame(geometry=[whole], crs=CRS)
    frames["core"] = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, step, step)], crs=CRS)
    meta = {"name_en": "Made up", "name_zh": "虚构", "synthetic": "yes", "source": "made up",
            "licence": "none", "crs": CRS}  # fmt: skip
    layers = {name: frame.assign(provenance="assumed") for name, frame in frames.items()}
    layers["meta"] = pd.DataFrame({"key": list(meta), "value": list(meta.values())})
    path.parent.mkdir(parents=True, exist_ok=True)
    maps.write(path, layers)


CRS = "EPSG:32650"


def _points(rng: np.random.Generator, count: int, side_m: float) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(geometry=shapely.points(rng.random((count, 2)) * side_m), crs=CRS)


def _streets(country: Country, rng: np.random.Generator) -> gpd.GeoDataFrame:
    """Links of a lattice, some left out, each of five points as real roads have bends."""
    node = np.arange(country.streets**2).reshape(country.streets, country.streets)
    u = np.concatenate([node[:-1].ravel(), node[:, :-1].ravel()])
    v = np.concatenate([node[1:].ravel(), node[:, 1:].ravel()])
    some = rng.random(len(u)) < country.links_of_lattice
    u, v = u[some], v[some]
    xy = np.indices(node.shape).reshape(2, -1).T * country.street_m
    share = np.linspace(0, 1, 5)[None, :, None]
    course = xy[u][:, None] * (1 - share) + xy[v][:, None] * share
    course[:, 1:-1] += rng.uniform(-5, 5, (len(u), 3, 2))
    lines = shapely.linestrings(course)
    return gpd.GeoDataFrame(
        {
            "u": u, "v": v,
            "class": rng.choice(["residential", "tertiary", "primary"], len(u), p=[0.6, 0.3, 0.1]),
            "oneway": (rng.random(len(u)) < 0.03).astype(int),
            "speed_kmh": np.nan,
            "length_m": shapely.length(lines),
        },
        geometry=lines, crs=CRS,
    )  # fmt: skip


SCENARIO = """\
name: Made up
map: {map}
layout:
{layout}
demand:
  rate: {{urban: {calls} per day, rural: {calls} per day}}
study: {{length: {days} days, replications: {replications}}}
"""


def scenario(
    path: Path,
    map_file: Path,
    sites: int,
    ambulances: int,
    calls_per_day: float,
    days: float,
    replications: int = 1,
) -> None:
    """Writes a scenario on such a map."""  # fmt: skip
    each = max(1, ambulances // sites)
    layout = "\n".join(f"  - {{station: S{row}, ambulances: {each}}}" for row in range(sites))
    text = SCENARIO.format(
        map=map_file, layout=layout, calls=calls_per_day / 2, days=days, replications=replications
    )
    path.write_text(text, "utf-8")
