"""What a map of this folder holds: people, ground, roads by class, towns with where they are from.

python maps/report.py luzhai                     towns by how far they lie from the first seat
python maps/report.py huangpi --from 武汉儿童医院    or from a hospital
"""

import argparse
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely

from sim.geography import bundle

HERE = Path(__file__).parent


def report(place: str, start: str | None) -> None:
    """Print all of it."""
    layers = bundle.read(HERE / place / f"{place}.gpkg").layers
    cells, roads, towns = layers["cells"], layers["roads"], layers["townships"]
    print(f"{cells['people'].sum():,} people in {len(cells):,} cells, {len(towns)} towns")
    print(f"{layers['boundary'].area.sum() / 1e6:,.1f} km2")
    urban = cells["people"][cells["area"] == "urban"].sum()
    print(f"urban: {urban:,} people on {layers['core'].area.sum() / 1e6:.0f} km2")
    for name, part in roads.groupby("class"):
        print(f"  {name:15} {part['length_m'].sum() / 1000:8.1f} km in {len(part):,} links")
    seats = gpd.points_from_xy(towns["seat_lon"], towns["seat_lat"], crs=4326).to_crs(towns.crs)
    hospitals = layers["hospitals"]
    known = dict(zip(hospitals["name_zh"], hospitals.geometry, strict=True))
    away = shapely.distance(seats, seats[0] if start is None else known[start]) / 1000
    for k in np.argsort(away):
        town = towns.iloc[k]
        print(
            f"  {town['name_zh']} {town['name_en']:14} {town['people']:8,} people"
            f" {town['people_src']}"
            f" {town['area_km2']:7.1f} km2 {town['area_src']}; point {town['point_src']}, moved"
            f" {town['seat_moved_m']:.0f} m; {away[k]:.0f} km away"
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("place")
    parser.add_argument("--from", dest="start")
    chosen = parser.parse_args()
    report(chosen.place, chosen.start)
