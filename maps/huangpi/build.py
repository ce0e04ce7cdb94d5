"""Huangpi made up by `tenthirty map synthesise` from the tables in facts/, with a way to Wuhan.

    python maps/huangpi/build.py            writes huangpi.gpkg, about 20 seconds
    python maps/huangpi/build.py --report   measures that file, writes nothing
    python maps/huangpi/build.py --speed 15 --to FOLDER    another map, with another speed in the city

Two things are done to the made-up map. Urban is what lies within 5 km of the seat of an urban
town, not all of the town. And Wuhan Children's Hospital, beyond the border, is joined to the three
roads that leave for the city, by a line from each: 1.4 times as long as it is straight, at the speed
of Wuhan's recorded trips to hospital.
"""

import argparse
import sys
import tempfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely

import sim
from sim.files import geodata
from sim.geography import bundle

HERE = Path(__file__).parent
SEED = 420116  # Huangpi's own division code; any number would do
PEOPLE, KM2 = 1_151_644, 2_251  # residents of the 2020 census; square kilometres
URBAN_M = 5_000  # 国卫医发〔2020〕19号: service radius in towns
ROADS_OUT = ("盘龙大道", "岱黄高速", "G428")  # they leave for the city in the south
HOSPITAL = (114.28, 30.61)  # Wuhan Children's Hospital, to 0.01 degrees
DETOUR = 1.4  # assumed; a study of Beijing has 1.6, this map 1.2 to 1.3
TRIP_KMH = 30.6  # 100,536 trips to hospital of 2017: 6.66 km in 13.06 minutes (Land 2021, 10)
ORDINARY = 0.95  # speed without siren over speed with siren, as in the scenarios
OUTSIDE = "武汉市区（区界外）"


def synthesised(folder: Path) -> dict:
    """The made-up map, as the command makes it."""
    facts = HERE / "facts"
    report = sim.synthesise_map(
        towns=facts / "towns.csv",
        roads=facts / "roads.csv",
        hospitals=facts / "hospitals.csv",
        to=folder / "huangpi",
        seed=SEED,
        name="Huangpi",
        name_zh="黄陂区",
        total_people=PEOPLE,
        total_area=KM2,
        source="published facts named in maps/huangpi/README.md, and a seed",
        licence="MIT for what was made here; facts are cited; points of towns GeoNames, CC BY 4.0",
    )
    print(report)
    return bundle.read(folder / "huangpi" / "huangpi.gpkg").layers


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


def join_wuhan(layers: dict, speed_kmh: float) -> None:
    """A line from where each of the three roads leaves the district to the hospital in the city."""
    roads = layers["roads"]
    to_map = pyproj.Transformer.from_crs(4326, roads.crs, always_xy=True)
    there = to_map.transform(*HOSPITAL)
    node, rows = int(max(roads["u"].max(), roads["v"].max())) + 1, []
    for name in ROADS_OUT:
        mine = roads[roads["name"] == name]
        ends = pd.concat(
            [mine["u"].to_frame("node"), mine["v"].to_frame("node")], ignore_index=True
        )
        points = np.r_[
            [line.coords[0][:2] for line in mine.geometry],
            [line.coords[-1][:2] for line in mine.geometry],
        ]
        south = int(points[:, 1].argmin())
        line = shapely.LineString([points[south], there])
        rows.append(
            {
                "u": int(ends["node"][south]),
                "v": node,
                "class": "trunk",
                "oneway": 0,
                "speed_kmh": speed_kmh,
                "name": OUTSIDE,
                "length_m": round(DETOUR * line.length, 1),
                "provenance": "assumed",
                "geometry": line,
            }
        )
        minutes = DETOUR * line.length / 1000 / (speed_kmh * ORDINARY) * 60
        print(f"{name}: {line.length / 1000:.1f} km straight, {minutes:.0f} min to the hospital")
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
    last = hospitals[hospitals["name_zh"] == "武汉儿童医院"].geometry.iloc[0]
    seats = gpd.points_from_xy(towns["seat_lon"], towns["seat_lat"], crs=4326).to_crs(towns.crs)
    away = shapely.distance(seats, last) / 1000
    for k in np.argsort(away):
        town = towns.iloc[k]
        print(
            f"  {town['name_zh']} {town['name_en']:14} {town['people']:8,} people {town['people_src']}"
            f" {town['area_km2']:7.1f} km2 {town['area_src']}; point {town['point_src']}, moved"
            f" {town['seat_moved_m']:.0f} m; {away[k]:.0f} km from Wuhan Children's Hospital"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--report", action="store_true")
    parser.add_argument("--speed", type=float, default=TRIP_KMH, help="km/h in the city")
    parser.add_argument("--to", type=Path, default=HERE)
    chosen = parser.parse_args()
    if chosen.report:
        report(HERE / "huangpi.gpkg")
        return
    with tempfile.TemporaryDirectory() as folder:
        layers = dict(synthesised(Path(folder)))
    layers = {name: layer.copy() for name, layer in layers.items()}
    urban_within(layers)
    join_wuhan(layers, round(chosen.speed / ORDINARY, 1))
    with geodata.dated("2000-01-01T00:00:00.000Z"):
        bundle.write(chosen.to / "huangpi.gpkg", layers)


if __name__ == "__main__":
    sys.exit(main())
