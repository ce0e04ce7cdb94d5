"""Place the 213 village clinics of Liling on its synthetic map, for first responders.

    python maps/liling/clinics.py            writes scenarios/liling/clinics.csv

How many there are is published; where they stand is not. They are shared out over the townships by
the people who live outside the urban core, and within a township along a line that visits its cells
neighbour after neighbour, each clinic after as many people as the last. The same map gives the same
file.
"""

import csv
from pathlib import Path

import numpy as np
from people import whole_shares

from sim.geography import bundle
from sim.geography.bundle import RURAL, Map
from sim.geography.roads.network import morton

CLINICS = 213  # village clinics of the emergency alliance, reports of 2023
MAP = Path(__file__).with_name("liling.gpkg")
TARGET = Path(__file__).parents[2] / "scenarios" / "liling" / "clinics.csv"
TITLE = (
    f"Positions are made up: {CLINICS} village clinics are published for Liling and where they "
    "stand is not; placed by maps/liling/clinics.py by the people of a synthetic map"
)


def along(cells: np.ndarray, people: np.ndarray, count: int) -> np.ndarray:
    """So many of some cells, in order, with about as many people from each to the next."""
    upto = np.cumsum(people) / people.sum()
    rows = np.searchsorted(upto, (np.arange(count) + 0.5) / count)
    for at in range(1, count):  # a cell has one clinic; a crowded one's second stands beside it
        rows[at] = max(rows[at], rows[at - 1] + 1)
    rows = np.minimum(rows, len(cells) - np.arange(count, 0, -1))
    return cells[rows]


def place(ground: Map) -> list[tuple[str, str, float, float]]:
    """Each clinic's two names and its point in degrees."""
    cells = ground.cells
    rural = (cells.area == RURAL) & (cells.people > 0)
    people = np.bincount(cells.township[rural], cells.people[rural], len(ground.townships))
    found = []
    for row, count in enumerate(whole_shares(people, CLINICS).tolist()):
        if not count:
            continue
        own = np.flatnonzero(rural & (cells.township == row))
        own = own[np.argsort(morton(cells.xy[own]), kind="stable")]
        name = ground.townships[row].name
        for number, cell in enumerate(along(own, cells.people[own], count), start=1):
            lon, lat = ground.lonlat(*cells.xy[cell])
            names = f"{name.zh}卫生室{number}", f"{name.en} clinic {number}"
            found.append((*names, round(float(lon), 5), round(float(lat), 5)))
    return found


if __name__ == "__main__":
    clinics = place(bundle.read(MAP))
    with TARGET.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow([TITLE])
        rows.writerow(["name", "name_en", "lon", "lat"])
        rows.writerows(clinics)
    print(f"{CLINICS} clinics in {TARGET}")
