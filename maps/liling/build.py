"""Make Liling's synthetic map again, from facts/ by synthesis.yaml, and the clinics on it.

    python maps/liling/build.py            writes liling.gpkg and scenarios/liling/clinics.csv
    python maps/liling/build.py FOLDER     writes both into that folder

The same tables, seed and libraries give the same bytes.
"""

import csv
import shutil
import sys
import tempfile
from pathlib import Path

import numpy as np

from sim.geography import bundle
from sim.geography.bundle import RURAL, Map
from sim.geography.roads.network import morton
from sim.geography.synthesis import synthesise_map
from sim.geography.synthesis.noise import whole_shares
from sim.geography.synthesis.writing import from_yaml

HERE = Path(__file__).parent
SCENARIOS = HERE.parents[1] / "scenarios" / "liling"
CLINICS = 213  # village clinics of the emergency alliance, reports of 2023
TITLE = (
    f"Positions are made up: {CLINICS} village clinics are published for Liling and where they "
    "stand is not; placed by maps/liling/build.py by the rural people of a synthetic map"
)


def make_map(target: Path) -> None:
    """The map, by `tenthirty map synthesise`; its own README and choices are not kept."""
    with tempfile.TemporaryDirectory() as room:
        made = from_yaml(HERE / "synthesis.yaml", Path(room) / "liling")
        print(synthesise_map(made))
        shutil.copyfile(made.bundle, target)


def clinics(ground: Map) -> list[tuple[str, str, float, float]]:
    """Each clinic's two names and its point: as many in a township as its rural people are worth,
    along a line that goes from cell to neighbouring cell, one after as many people as the last."""
    cells = ground.cells
    rural = (cells.area == RURAL) & (cells.people > 0)
    people = np.bincount(cells.township[rural], cells.people[rural], len(ground.townships))
    found = []
    for row, count in enumerate(whole_shares(people, CLINICS).tolist()):
        if not count:
            continue
        own = np.flatnonzero(rural & (cells.township == row))
        own = own[np.argsort(morton(cells.xy[own]), kind="stable")]
        upto = np.cumsum(cells.people[own]) / people[row]
        name = ground.townships[row].name
        cells_of = np.searchsorted(upto, (np.arange(count) + 0.5) / count)
        for at in range(1, count):  # a cell has one; a crowded one's second stands beside it
            cells_of[at] = max(cells_of[at], cells_of[at - 1] + 1)
        for k, cell in enumerate(np.minimum(cells_of, len(own) - np.arange(count, 0, -1))):
            lon, lat = ground.lonlat(*cells.xy[own[cell]])
            at = round(float(lon), 5), round(float(lat), 5)
            found.append((f"{name.zh}卫生室{k + 1}", f"{name.en} clinic {k + 1}", *at))
    return found


def main(to: Path | None = None) -> None:
    """Make both files."""
    target = (to or HERE) / "liling.gpkg"
    make_map(target)
    with (to or SCENARIOS).joinpath("clinics.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow([TITLE])
        rows.writerow(["name", "name_en", "lon", "lat"])
        rows.writerows(clinics(bundle.read(target)))


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:2]))
