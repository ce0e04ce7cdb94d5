"""Places in Jianghan where the 93rd station could stand: the CBD and the seats of subdistricts.

python scenarios/wuhan/seats.py      writes jianghan.csv, from the map
"""

import csv
from pathlib import Path

import geopandas as gpd

HERE = Path(__file__).resolve().parent
MAP = HERE.parents[1] / "maps" / "wuhan" / "wuhan.gpkg"
JIANGHAN = "420103"
NOTE = (
    "Seats of Jianghan's subdistricts and its CBD as the made-up map has them; written by seats.py"
)

if __name__ == "__main__":
    rows = [
        (town.name_zh, town.name_en, round(town.seat_lon, 5), round(town.seat_lat, 5))
        for town in gpd.read_file(MAP, layer="townships").itertuples()
        if town.code.startswith(JIANGHAN)
    ]
    with (HERE / "jianghan.csv").open("w", encoding="utf-8", newline="") as file:
        file.write(f"{NOTE}\n")
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["name", "name_en", "lon", "lat"])
        writer.writerows(rows)
