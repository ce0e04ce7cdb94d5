"""Huangpi made up from the tables in facts/ by the choices in synthesis.yaml, with a way to Wuhan.

    python maps/huangpi/build.py            writes huangpi.gpkg, about 20 seconds
    python maps/huangpi/build.py --report   measures that file, writes nothing
    python maps/huangpi/build.py --speed 15 --to FOLDER     with another speed in the city

Two things are done to the made-up map. Urban is what lies within 5 km of the seat of an urban
town, not all of the town. And Wuhan Children's Hospital, beyond the border, is joined to the roads
that leave for the city (facts/outside.csv): a line from each, longer than it is straight by a
detour, at the speed of Wuhan's recorded trips to hospital.
"""

import argparse
import sys
import tempfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

import sim
from sim.files import geodata
from sim.geography import bundle
from sim.geography.synthesis.writing import from_yaml

HERE = Path(__file__).parent
URBAN_M = 5_000  # service radius in towns by the national norm of 2020
ORDINARY = 0.95  # speed without siren over speed with siren, as in the scenarios


def synthesised(folder: Path) -> dict:
    """The made-up map, as `tenthirty map synthesise` makes it."""
    options = from_yaml(HERE / "synthesis.yaml", folder / "huangpi")
    print(sim.synthesise_map(options))
    return bundle.read(options.bundle).layers


def urban_within(layers: dict) -> None:
    """Of an urban town only what lies within 5 km of its seat is urban."""
    towns, cells = layers["townships"], layers["cells"]
    urban = towns[towns["area"] == "urban"]
    seats = gpd.points_from_xy(urban["seat_lon"], urban["seat_lat"], crs=4326).to_crs(towns.crs)
    core = shapely.intersection(urban.geometry.to_numpy(), shapely.buffer(seats, URBAN_M))
    within = shapely.contains(shapely.union_all(core), cells.geometry.to_numpy())
    cells["area"] = np.where(within, "urban", "rural")
    parts = shapely.get_parts(shapely.union_all(core))
    layers["core"] = gpd.GeoDataFrame(
        {"provenance": ["assumed"] * len(parts)}, geometry=parts, crs=towns.crs
    )
    people = cells["people"].groupby([cells["township"], cells["area"]]).sum().unstack(fill_value=0)
    mostly = people["urban"] >= people["rural"]
    towns["area"] = np.where(towns["code"].map(mostly), "urban", "rural")


def join_wuhan(layers: dict, speed_kmh: float | None) -> None:
    """A line from where each of the roads leaves the district to the hospital in the city."""
    roads, hospitals = layers["roads"], layers["hospitals"]
    node, rows = int(max(roads["u"].max(), roads["v"].max())) + 1, []
    for way in pd.read_csv(HERE / "facts" / "outside.csv").itertuples():
        there = hospitals.geometry[hospitals["name_zh"] == way.hospital].iloc[0]
        mine = roads[roads["name"] == way.road]
        ends = np.r_[mine["u"], mine["v"]]
        points = shapely.points(
            np.r_[
                [line.coords[0][:2] for line in mine.geometry],
                [line.coords[-1][:2] for line in mine.geometry],
            ]
        )
        south = int(shapely.get_y(points).argmin())
        line = shapely.LineString([points[south], there])
        kmh = speed_kmh or way.kmh
        rows.append(
            {
                "u": int(ends[south]),
                "v": node,
                "class": "trunk",
                "oneway": 0,
                "speed_kmh": round(kmh / ORDINARY, 1),
                "name": way.name,
                "length_m": round(way.detour * line.length, 1),
                "provenance": "assumed",
                "geometry": line,
            }
        )
        minutes = rows[-1]["length_m"] / 1000 / kmh * 60
        print(
            f"{way.road}: {line.length / 1000:.1f} km straight, {minutes:.0f} min to the hospital"
        )
    more = gpd.GeoDataFrame(rows, geometry="geometry", crs=roads.crs)
    layers["roads"] = pd.concat([roads, more[list(roads.columns)]], ignore_index=True)


def report(path: Path) -> None:
    """What the file holds."""
    layers = bundle.read(path).layers
    cells, roads = layers["cells"], layers["roads"]
    towns, hospitals = layers["townships"], layers["hospitals"]
    print(f"{cells['people'].sum():,} people in {len(cells):,} cells, {len(towns)} towns")
    print(f"{layers['boundary'].area.sum() / 1e6:,.1f} km2")
    urban = cells["people"][cells["area"] == "urban"].sum()
    print(f"urban: {urban:,} people on {layers['core'].area.sum() / 1e6:.0f} km2")
    for name, part in roads.groupby("class"):
        print(f"  {name:15} {part['length_m'].sum() / 1000:8.1f} km in {len(part):,} links")
    ways = pd.read_csv(HERE / "facts" / "outside.csv")
    last = hospitals.geometry[hospitals["name_zh"] == ways["hospital"][0]].iloc[0]
    seats = gpd.points_from_xy(towns["seat_lon"], towns["seat_lat"], crs=4326).to_crs(towns.crs)
    away = shapely.distance(seats, last) / 1000
    for k in np.argsort(away):
        town = towns.iloc[k]
        print(
            f"  {town['name_zh']} {town['name_en']:14} {town['people']:8,} people"
            f" {town['people_src']}"
            f" {town['area_km2']:7.1f} km2 {town['area_src']}; point {town['point_src']}, moved"
            f" {town['seat_moved_m']:.0f} m; {away[k]:.0f} km from Wuhan Children's Hospital"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--report", action="store_true")
    parser.add_argument("--speed", type=float, help="km/h in the city, without siren")
    parser.add_argument("--to", type=Path, default=HERE)
    chosen = parser.parse_args()
    if chosen.report:
        report(HERE / "huangpi.gpkg")
        return
    with tempfile.TemporaryDirectory() as folder:
        layers = dict(synthesised(Path(folder)))
    layers = {name: layer.copy() for name, layer in layers.items()}
    urban_within(layers)
    join_wuhan(layers, chosen.speed)
    with geodata.dated("2000-01-01T00:00:00.000Z"):
        bundle.write(chosen.to / "huangpi.gpkg", layers)


if __name__ == "__main__":
    sys.exit(main())
