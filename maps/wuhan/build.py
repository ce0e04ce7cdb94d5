"""Wuhan made up by `tenthirty map synthesise`, from the tables in facts/.

python maps/wuhan/build.py            writes wuhan.gpkg beside this file, about two minutes
python maps/wuhan/build.py FOLDER     writes FOLDER/wuhan/wuhan.gpkg instead
"""

import sys
import tempfile
from pathlib import Path
from shutil import copyfile

import sim

HERE = Path(__file__).resolve().parent
FACTS = HERE / "facts"
SEED = 420100  # Wuhan's own division code; any number would do


def make(folder: Path) -> None:
    """Make the map into a folder, whose last part is the map's name."""
    report = sim.synthesise_map(
        towns=FACTS / "towns.csv",
        districts=FACTS / "districts.csv",
        roads=FACTS / "roads.csv",
        river=FACTS / "river.csv",
        sites=FACTS / "sites.csv",
        hospitals=FACTS / "hospitals.csv",
        to=folder,
        seed=SEED,
        name="Wuhan",
        name_zh="武汉市",
        source="published facts named in maps/wuhan/README.md, and a seed",
        licence="MIT for what was made here; facts are cited; points of GeoNames are CC BY 4.0",
    )
    print(report)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        make(Path(sys.argv[1]) / "wuhan")
    else:
        with tempfile.TemporaryDirectory() as scratch:
            make(Path(scratch) / "wuhan")
            copyfile(Path(scratch) / "wuhan" / "wuhan.gpkg", HERE / "wuhan.gpkg")
