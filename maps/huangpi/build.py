"""Huangpi made up from the tables in facts/ by the choices in synthesis.yaml, with a way to Wuhan.

    python maps/huangpi/build.py            writes huangpi.gpkg, about 20 seconds
    python maps/huangpi/build.py --speed 15 --to FOLDER     with another speed in the city

Wuhan Children's Hospital, beyond the border, is joined to the roads that leave for the city
(facts/outside.csv): a line from each, longer than it is straight by a detour, at the speed of
Wuhan's recorded trips to hospital.
"""

import argparse
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
ORDINARY = 0.95  # speed without siren over speed with siren, as in the scenarios


def join_wuhan(layers: dict, speed_kmh: float | None) -> None:
    """A line from where each of the roads leaves the district to the hospital in the city."""
    roads, hospitals = layers["roads"], layers["hospitals"]
    node, rows = int(max(roads["u"].max(), roads["v"].max())) + 1, []
    for way in pd.read_csv(HERE / "facts" / "outside.csv").itertuples():
        there = hospitals.geometry[hospitals["name_zh"] == way.hospital].iloc[0]
        mine = roads[roads["name"] == way.road]
        ends = np.r_[mine["u"], mine["v"]]
        lines = mine.geometry.to_numpy()
        points = np.r_[shapely.get_point(lines, 0), shapely.get_point(lines, -1)]
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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--speed", type=float, help="km/h in the city, without siren")
    parser.add_argument("--to", type=Path, default=HERE)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        options = from_yaml(HERE / "synthesis.yaml", Path(folder) / "huangpi")
        print(sim.synthesise_map(options))
        layers = {name: one.copy() for name, one in bundle.read(options.bundle).layers.items()}
    join_wuhan(layers, chosen.speed)
    with geodata.dated("2000-01-01T00:00:00.000Z"):
        bundle.write(chosen.to / "huangpi.gpkg", layers)


if __name__ == "__main__":
    main()
