"""The right bank of Wuhan and Gedian made up by `tenthirty map synthesise`, from facts/.

python maps/wuhan-community/build.py            writes wuhan-community.gpkg beside this file
python maps/wuhan-community/build.py FOLDER     writes FOLDER/wuhan-community/ instead
"""

import sys
import tempfile
from pathlib import Path
from shutil import copyfile

import sim

HERE = Path(__file__).resolve().parent
FACTS = HERE / "facts"
SEED = 420111  # Hongshan's division code; any number would do


def make(folder: Path) -> None:
    """Make the map into a folder, whose last part is the map's name."""
    report = sim.synthesise_map(
        towns=FACTS / "towns.csv",
        districts=FACTS / "districts.csv",
        roads=FACTS / "roads.csv",
        hospitals=FACTS / "hospitals.csv",
        to=folder,
        seed=SEED,
        name="Wuhan, right bank and Gedian",
        name_zh="武汉江南与葛店",
        source="published facts named in maps/wuhan-community/README.md, and a seed",
        licence="MIT for what was made here; facts are cited; points of GeoNames are CC BY 4.0",
    )
    print(report)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        make(Path(sys.argv[1]) / "wuhan-community")
    else:
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch) / "wuhan-community"
            make(folder)
            copyfile(folder / "wuhan-community.gpkg", HERE / "wuhan-community.gpkg")
