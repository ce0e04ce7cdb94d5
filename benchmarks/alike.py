"""Made-up maps beside measured ones: roads, junctions and detours, by `tenthirty map measure`.

    python benchmarks/alike.py            # all maps of the repository

Coquimbo's roads are OpenStreetMap's. With the test data beside the project Auckland stands beside
it: its main roads only, as a public extract has them, so that its small streets are missing.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from sim.geography.making import ImportOptions, import_map

ROOT = Path(__file__).parent.parent
AUCKLAND = ROOT.parent / "shared" / "data" / "auckland"
MEASURED, MADE_UP = ("coquimbo",), ("liling", "luzhai", "huangpi", "huzhou", "wuhan")


def auckland(folder: Path) -> Path:
    """Auckland's map, made from the public files in the test data."""
    import_map(
        ImportOptions.of(
            place="auckland", name_en="Auckland, main roads", name_zh="奥克兰主要道路",
            maps=folder, roads=AUCKLAND / "auckland_main_roads.osm.pbf",
            boundary=AUCKLAND / "auckland_border.zip",
            urban=AUCKLAND / "auckland_urban_border.zip",
            people=AUCKLAND / "auckland-pop-densit-40m.zip", people_unit="per_km2", cell="250 m",
        )
    )  # fmt: skip
    return folder / "auckland"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        maps = [ROOT / "maps" / name for name in MEASURED]
        maps += [auckland(Path(folder))] if AUCKLAND.is_dir() else []
        for some in (MADE_UP[:2], MADE_UP[2:4], MADE_UP[4:]):
            shown = [*maps, *(ROOT / "maps" / name for name in some)]
            there = [str(path) for path in shown if path.is_dir()]
            subprocess.run([sys.executable, "-m", "sim.cli", "map", "measure", *there], check=True)


if __name__ == "__main__":
    main()
