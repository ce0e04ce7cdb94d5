"""Where Wuhan's 92 stations stand and how many ambulances each has, by a stated rule: assumed.

    python scenarios/wuhan/layout.py      prints the layout of today.yaml

Stations: the general hospitals of the map, higher levels first, if farther than APART_KM from those
taken before; then seats of subdistricts in the order of their people, likewise. Ambulances:
everybody counts for the nearest station in a straight line; each has one, the others go by largest
remainder.
"""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

ROOT = Path(__file__).resolve().parents[2]
STATIONS, AMBULANCES = 92, 411
APART_KM = 1.0  # as far as the points of hospitals are rounded
LEVELS = ["top_three", "iii_a", "tertiary", "secondary"]


def layer(name: str) -> gpd.GeoDataFrame:
    """One layer of the map, in metres."""
    frame = gpd.read_file(ROOT / "maps" / "wuhan" / "wuhan.gpkg", layer=name)
    return frame.to_crs(32650)


def points(frame: gpd.GeoDataFrame) -> np.ndarray:
    """[row] x and y."""
    return np.stack([frame.geometry.x, frame.geometry.y], axis=1)


def places() -> pd.DataFrame:
    """All that may be a station, in the order in which they are tried."""
    facts = pd.read_csv(ROOT / "maps" / "wuhan" / "facts" / "hospitals.csv")
    general = set(facts.name_zh[facts.general == "yes"])
    hospitals = layer("hospitals")
    hospitals = hospitals[hospitals.name_zh.isin(general)]
    rank = hospitals.capabilities.map(LEVELS.index)
    hospitals = hospitals.assign(rank=rank).sort_values(["rank", "name_en"])
    towns = layer("townships").sort_values("people", ascending=False)
    lonlat = gpd.points_from_xy(towns.seat_lon, towns.seat_lat, crs=4326)
    seats = gpd.GeoDataFrame({"name_zh": towns.name_zh.to_numpy()}, geometry=lonlat).to_crs(32650)
    frames = [("station", hospitals), ("substation", seats)]
    return pd.concat(
        pd.DataFrame({"kind": kind, "name": f.name_zh, "x": f.geometry.x, "y": f.geometry.y})
        for kind, f in frames
    )


def chosen() -> pd.DataFrame:
    """The stations, farther from each other than APART_KM."""
    rows, taken = [], np.empty((0, 2))
    for row in places().itertuples():
        here = np.array([[row.x, row.y]])
        if len(taken) and np.hypot(*(taken - here).T).min() <= APART_KM * 1000:
            continue
        rows.append(row)
        taken = np.vstack([taken, here])
        if len(rows) == STATIONS:
            break
    return pd.DataFrame(rows)


def ambulances(stations: pd.DataFrame) -> np.ndarray:
    """[station] how many, by the people who live nearest to it."""
    cells = layer("cells")
    there = stations[["x", "y"]].to_numpy()
    near = np.array([np.hypot(*(there - p).T).argmin() for p in points(cells)])
    people = np.bincount(near, cells.people, len(stations))
    exact = np.maximum(people / people.sum() * AMBULANCES, 1)
    exact[exact > 1] *= (AMBULANCES - (exact == 1).sum()) / exact[exact > 1].sum()
    whole = np.maximum(np.floor(exact), 1).astype(int)
    rest = exact - whole
    whole[np.argsort(-rest, kind="stable")[: AMBULANCES - whole.sum()]] += 1
    return whole


if __name__ == "__main__":
    stations = chosen()
    for row, number in zip(stations.itertuples(), ambulances(stations), strict=True):
        kind = ", kind: station" if row.kind == "station" else ""
        print(f"  - {{station: {row.name}{kind}, ambulances: {number}}}")
