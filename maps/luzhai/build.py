"""Luzhai made up from the tables in facts/ by the choices in synthesis.yaml.

    python maps/luzhai/build.py            writes luzhai.gpkg, about 20 seconds
    python maps/luzhai/build.py --report   measures that file, writes nothing

One thing is done to the made-up map: urban is what lies within 5 km of the county seat, not all of
Luzhai town.
"""

import argparse
import sys
import tempfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely

import sim
from sim.files import geodata
from sim.geography import bundle
from sim.geography.synthesis.writing import from_yaml

HERE = Path(__file__).parent
URBAN_M = 5_000  # service radius in towns by the national norm of 2020


def synthesised(folder: Path) -> dict:
    """The made-up map, as `tenthirty map synthesise` makes it."""
    options = from_yaml(HERE / "synthesis.yaml", folder / "luzhai")
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
    made_up = {"provenance": ["assumed"] * len(parts)}
    layers["core"] = gpd.GeoDataFrame(made_up, geometry=parts, crs=towns.crs)
    people = cells["people"].groupby([cells["township"], cells["area"]]).sum().unstack(fill_value=0)
    mostly = people["urban"] >= people["rural"]
    towns["area"] = np.where(towns["code"].map(mostly), "urban", "rural")


def report(path: Path) -> None:
    """What the file holds."""
    layers = bundle.read(path).layers
    cells, roads, towns = layers["cells"], layers["roads"], layers["townships"]
    print(f"{cells['people'].sum():,} people in {len(cells):,} cells, {len(towns)} towns")
    print(f"{layers['boundary'].area.sum() / 1e6:,.1f} km2")
    urban = cells["people"][cells["area"] == "urban"].sum()
    print(f"urban: {urban:,} people on {layers['core'].area.sum() / 1e6:.0f} km2")
    for name, part in roads.groupby("class"):
        print(f"  {name:15} {part['length_m'].sum() / 1000:8.1f} km in {len(part):,} links")
    seats = gpd.points_from_xy(towns["seat_lon"], towns["seat_lat"], crs=4326).to_crs(towns.crs)
    away = shapely.distance(seats, seats[0]) / 1000
    for k in np.argsort(away):
        town = towns.iloc[k]
        print(
            f"  {town['name_zh']} {town['name_en']:10} {town['people']:7,} people"
            f" {town['people_src']}"
            f" {town['area_km2']:6.1f} km2 {town['area_src']}; point {town['point_src']}, moved"
            f" {town['seat_moved_m']:.0f} m; {away[k]:.0f} km from the county seat"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--report", action="store_true")
    parser.add_argument("--to", type=Path, default=HERE)
    chosen = parser.parse_args()
    if chosen.report:
        report(HERE / "luzhai.gpkg")
        return
    with tempfile.TemporaryDirectory() as folder:
        layers = dict(synthesised(Path(folder)))
    layers = {name: layer.copy() for name, layer in layers.items()}
    urban_within(layers)
    with geodata.dated("2000-01-01T00:00:00.000Z"):
        bundle.write(chosen.to / "luzhai.gpkg", layers)


if __name__ == "__main__":
    sys.exit(main())
