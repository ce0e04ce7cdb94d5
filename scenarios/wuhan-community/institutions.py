"""Where the 61 institutions stand and who has today's ambulances, by stated rules: assumed.

    python scenarios/wuhan-community/institutions.py    writes candidates.csv, prints the layout

Institutions: 61 over the subdistricts by people (largest remainder), in each at the places of
people that leave them the shortest way in a straight line, one after the other. Stations: general
hospitals of the map, higher levels first, none within 1 km of one before it. Ambulances: 147 by one
per 30,000; everybody counts for the nearest station, each has one, the others by largest remainder.
"""

import csv
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

ROOT = Path(__file__).resolve().parents[2]
MAP = ROOT / "maps" / "wuhan-community"
INSTITUTIONS, AMBULANCES, APART_M = 61, 147, 1_000
LEVELS = ["top_three", "iii_a", "tertiary", "secondary"]
NOTE = (
    "Places are made up: 61 institutions are published and only Luonan is named; the others are "
    "spread over subdistricts by people by institutions.py"
)


def layer(name: str) -> gpd.GeoDataFrame:
    """One layer of the map, in metres."""
    return gpd.read_file(MAP / "wuhan-community.gpkg", layer=name).to_crs(32650)


def points(frame: gpd.GeoDataFrame) -> np.ndarray:
    """[row] x and y."""
    return np.stack([frame.geometry.x, frame.geometry.y], axis=1)


def largest_remainder(share: np.ndarray, total: int) -> np.ndarray:
    """Whole numbers that sum to a total."""
    exact = share / share.sum() * total
    whole = np.floor(exact).astype(int)
    whole[np.argsort(whole - exact, kind="stable")[: total - whole.sum()]] += 1
    return whole


def nearest_to_all(at: np.ndarray, people: np.ndarray, number: int) -> list[int]:
    """Rows chosen one after the other, each shortening the way of people most."""
    apart = np.hypot(*(at[:, None] - at[None]).transpose(2, 0, 1))
    near, chosen = np.full(len(at), np.inf), []
    for _ in range(number):
        way = np.minimum(near[:, None], apart)
        best = int((people[:, None] * way).sum(axis=0).argmin())
        chosen.append(best)
        near = way[:, best]
    return chosen


def institutions() -> list[dict[str, object]]:
    """The rows of candidates.csv."""
    towns, cells = layer("townships"), layer("cells")
    facts = pd.read_csv(MAP / "facts" / "towns.csv", dtype={"code": str}).set_index("code")
    called = pd.read_csv(MAP / "facts" / "districts.csv").set_index("name_zh")
    named = pd.read_csv(MAP / "facts" / "named.csv", dtype={"code": str}).set_index("code")
    number = largest_remainder(towns.people.to_numpy(float), INSTITUTIONS)
    rows, counted = [], {}
    for town, so_many in zip(towns.itertuples(), number, strict=True):
        mine = cells[cells.township == town.code]
        rows_of = nearest_to_all(points(mine), mine.people.to_numpy(), so_many)
        lonlat = mine.to_crs(4326).geometry.iloc[rows_of]
        district = facts.district[town.code]
        for at, spot in enumerate(lonlat):
            if at == 0 and town.code in named.index:
                zh, en = named.loc[town.code, ["name_zh", "name_en"]]
            else:
                number_of = counted[district] = counted.get(district, 0) + 1
                zh = f"{called.institution_zh[district]}{number_of}"
                en = f"{called.institution_en[district]} {number_of}"
            rows.append(
                {"name": zh, "name_en": en, "lon": round(spot.x, 5), "lat": round(spot.y, 5)}
            )
    return rows


def layout() -> pd.DataFrame:
    """Stations with their ambulances."""
    facts = pd.read_csv(MAP / "facts" / "hospitals.csv")
    hospitals = layer("hospitals")
    hospitals = hospitals[hospitals.name_zh.isin(facts.name_zh[facts.general == "yes"])]
    rank = hospitals.capabilities.str.split(",").str[0].map(LEVELS.index)
    hospitals = hospitals.assign(rank=rank).sort_values(["rank", "name_en"])
    at, taken = points(hospitals), []
    for row in range(len(at)):
        if not taken or np.hypot(*(at[taken] - at[row]).T).min() > APART_M:
            taken.append(row)
    cells = layer("cells")
    near = np.array([np.hypot(*(at[taken] - p).T).argmin() for p in points(cells)])
    people = np.bincount(near, cells.people, len(taken))
    number = 1 + largest_remainder(people, AMBULANCES - len(taken))
    return pd.DataFrame({"name": hospitals.name_zh.iloc[taken].to_numpy(), "number": number})


if __name__ == "__main__":
    found = institutions()
    with (Path(__file__).with_name("candidates.csv")).open(
        "w", encoding="utf-8", newline=""
    ) as file:
        writer = csv.DictWriter(file, found[0], lineterminator="\n")
        file.write(f"{NOTE}\n")
        writer.writeheader()
        writer.writerows(found)
    for row in layout().itertuples():
        print(f"  - {{station: {row.name}, kind: station, ambulances: {row.number}}}")
