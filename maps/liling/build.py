"""Make the synthetic county map of Liling, or report on the one that is there.

    python maps/liling/build.py            writes maps/liling/liling.gpkg
    python maps/liling/build.py --report   measures that file and prints the figures

The same seed gives the same file. See README.md for what is known and what is made up.
"""

import argparse
import os
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely
from facts import CRS, DATE, SEED, TOTAL_AREA_KM2, TOWNS
from ground import TO_METRES, Ground, make_ground
from people import make_cells, make_hospitals, make_sites, town_people
from report import report
from roads import make_roads

TARGET = Path(__file__).with_name("liling.gpkg")
META = {
    "place": "liling",
    "name_en": "Liling",
    "name_zh": "醴陵市",
    "synthetic": "yes",
    "date": DATE,
    "licence": "MIT for what was made here; published facts are cited in README.md",
    "source": "Made by maps/liling/build.py from published facts (NBS division codes; 2020 county "
    "census; studyofnet.com/672508205.html; zt.rednet.cn 2015-12-03; "
    "epaper.voc.com.cn 2022-03-23) and a seed",
    "crs": CRS,
    "notes": "Synthetic: borders, roads, river, cells and most points are made up so that they fit "
    "the published facts. Not for navigation or for decisions about the real place. The "
    "carriageways of an expressway are joined where they end at the border, which keeps "
    "the clipped network strongly connected.",
}


def boundary_layer(ground: Ground) -> gpd.GeoDataFrame:
    """The county's outline."""
    return gpd.GeoDataFrame(
        {
            "name_zh": ["醴陵市"],
            "name_en": ["Liling"],
            "area_km2": [round(ground.county.area / 1e6, 3)],
            "provenance": ["assumed"],
        },
        geometry=[ground.county],
        crs=CRS,
    )


def core_layer(ground: Ground) -> gpd.GeoDataFrame:
    """The urban core: the five subdistricts together."""
    return gpd.GeoDataFrame(
        {
            "name_zh": ["城区"],
            "name_en": ["Urban core"],
            "area_km2": [round(ground.core.area / 1e6, 3)],
            "provenance": ["assumed"],
        },
        geometry=[ground.core],
        crs=CRS,
    )


def township_layer(ground: Ground) -> gpd.GeoDataFrame:
    """The 24 townships with their people, seat and where each value comes from."""
    lon, lat = TO_METRES.transform(*ground.seats.T, direction="INVERSE")
    rows = []
    for k, (town, people) in enumerate(zip(TOWNS, town_people(), strict=True)):
        moved = bool(ground.moved[k] > 1)
        rows.append(
            {
                "code": town.code,
                "name_zh": town.zh,
                "name_en": town.en,
                "kind": town.kind,
                "people": int(people),
                "area": "urban" if town.kind == "subdistrict" else "rural",
                "seat_lon": round(float(lon[k]), 6),
                "seat_lat": round(float(lat[k]), 6),
                "villages": town.villages,
                "area_km2": town.km2,
                # A seat moved inside its made-up border is no longer the published point.
                "people_src": town.people_src,
                "area_src": town.area_src,
                "point_src": "assumed" if moved else town.point_src,
                "seat_moved_m": round(float(ground.moved[k]), 0),
                "provenance": "assumed",
            }
        )
    return gpd.GeoDataFrame(rows, geometry=ground.polygons, crs=CRS)


def river_layer(ground: Ground) -> gpd.GeoDataFrame:
    """The Lu River, which the roads cross at bridges only."""
    line = shapely.set_precision(ground.river, 0.1)
    return gpd.GeoDataFrame(
        {"name_zh": ["渌江"], "name_en": ["Lu River"], "provenance": ["assumed"]},
        geometry=[line],
        crs=CRS,
    )


def build() -> dict[str, gpd.GeoDataFrame]:
    """Make every layer from the one seed."""
    rng = np.random.default_rng(SEED)
    ground = make_ground(rng)
    roads, mesh, villages = make_roads(ground, rng)
    sites = make_sites(ground, roads)
    return {
        "boundary": boundary_layer(ground),
        "townships": township_layer(ground),
        "core": core_layer(ground),
        "river": river_layer(ground),
        "cells": make_cells(ground, roads, villages, mesh.points),
        "roads": roads,
        "sites": sites,
        "hospitals": make_hospitals(sites),
    }


def write(layers: dict[str, gpd.GeoDataFrame], target: Path) -> None:
    """Write the GeoPackage afresh, with a fixed time stamp so that equal maps are equal files."""
    os.environ["OGR_CURRENT_DATE"] = f"{DATE}T00:00:00.000Z"
    target.unlink(missing_ok=True)
    for name, layer in layers.items():
        layer.to_file(target, layer=name, driver="GPKG")
    meta = pd.DataFrame({"key": list(META), "value": list(META.values())})
    pyogrio.write_dataframe(meta, target, layer="meta", driver="GPKG")


def main() -> None:
    """Build, or report."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--report", action="store_true", help="measure the map; write nothing")
    if parser.parse_args().report:
        report(TARGET)
        return
    layers = build()
    write(layers, TARGET)
    size = TARGET.stat().st_size / 1e6
    print(
        f"{TARGET.name}: {size:.1f} MB, {TOTAL_AREA_KM2} km2, "
        + ", ".join(f"{name} {len(layer)}" for name, layer in layers.items())
    )


if __name__ == "__main__":
    main()
