"""Trips from scene to hospital by level of the hospital, from the logs of a run.

    tenthirty compare scenarios/wuhan/today.yaml scenarios/wuhan/wish.yaml --out FOLDER
    python scenarios/wuhan/trips.py FOLDER

prints for each layout the share of patients, mean minutes and mean straight kilometres.
"""

import sys
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

MAP = Path(__file__).resolve().parents[2] / "maps" / "wuhan" / "wuhan.gpkg"
LEVELS = {"top_three": "top three", "iii_a": "other III-A", "tertiary": "other tertiary"}


def points(layer: str) -> tuple[gpd.GeoDataFrame, np.ndarray]:
    """A layer of the map, and its x and y in metres."""
    frame = gpd.read_file(MAP, layer=layer).to_crs(32650)
    return frame, np.stack([frame.geometry.x, frame.geometry.y], axis=1)


def trips(folder: Path) -> pd.DataFrame:
    """One row a patient who was taken to a hospital."""
    hospitals, to = points("hospitals")
    _, scene = points("cells")
    level = hospitals.capabilities.map(LEVELS).fillna("secondary").to_numpy()
    parts = []
    for file in sorted(folder.glob("trips-*.parquet")):
        trip = pd.read_parquet(file)
        call = pd.read_parquet(file.with_name(file.name.replace("trips", "calls")))
        trip = trip[trip.at_hospital_at.notna() & (trip.hospital >= 0)]
        place = call.place.to_numpy()[trip.call.astype(int)]
        where = trip.hospital.astype(int).to_numpy()
        minutes = (trip.at_hospital_at - trip.left_scene_at).to_numpy() / 60
        km = np.hypot(*(scene[place] - to[where]).T) / 1000
        parts.append(pd.DataFrame({"level": level[where], "minutes": minutes, "km": km}))
    return pd.concat(parts)


if __name__ == "__main__":
    for folder in sorted((Path(sys.argv[1]) / "logs").glob("layout-*")):
        found = trips(folder)
        table = found.groupby("level")[["minutes", "km"]].mean()
        table.insert(0, "share %", 100 * found.level.value_counts(normalize=True))
        table.loc["all"] = [100, found.minutes.mean(), found.km.mean()]
        print(folder.name, table.round(2).to_string(), sep="\n")
