"""Liling made up by `tenthirty map synthesise`, from the tables in facts/.

    python maps/liling/synthesise.py FOLDER     writes FOLDER/liling.gpkg and what stands beside it

liling.gpkg beside this file is made by build.py; every number in the documents is of that one.
"""

import sys
from pathlib import Path

import sim

FACTS = Path(__file__).with_name("facts")
SEED = 430281  # Liling's own division code; any number would do
TOTAL_PEOPLE = 885_987  # residents, 2020 county census


def make(folder: Path) -> None:
    """Make the map into a folder, whose last part is the map's name."""
    report = sim.synthesise_map(
        towns=FACTS / "towns.csv",
        roads=FACTS / "roads.csv",
        river=FACTS / "river.csv",
        sites=FACTS / "sites.csv",
        hospitals=FACTS / "hospitals.csv",
        to=folder,
        seed=SEED,
        name="Liling",
        name_zh="醴陵市",
        total_people=TOTAL_PEOPLE,
        source="published facts named in maps/liling/README.md, and a seed",
        licence="MIT for what was made here; facts are cited, not licensed",
    )
    print(report)


if __name__ == "__main__":
    make(Path(sys.argv[1]) / "liling")
