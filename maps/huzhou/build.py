"""Huzhou made up by `tenthirty map synthesise`, from the tables in facts/.

    python maps/huzhou/build.py [FOLDER]     writes FOLDER/huzhou.gpkg and what stands beside it

Without a folder huzhou.gpkg beside this file is made again.
"""

import shutil
import sys
import tempfile
from pathlib import Path

import sim

HERE = Path(__file__).parent
FACTS = HERE / "facts"
SEED = 330502  # Wuxing's own division code; any number would do
TOTAL_PEOPLE = 1_015_937  # residents, 2020 census by county
TOTAL_AREA = "862.72 km²"  # English Wikipedia, Wuxing District


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
        name="Huzhou",
        name_zh="湖州市（吴兴区、南太湖新区）",
        total_people=TOTAL_PEOPLE,
        total_area=TOTAL_AREA,
        source="published facts named in maps/huzhou/README.md, and a seed",
        licence="MIT for what was made here; GeoNames points CC BY 4.0; facts are cited",
    )
    print(report)


if __name__ == "__main__":
    if sys.argv[1:]:
        make(Path(sys.argv[1]) / "huzhou")
    else:
        with tempfile.TemporaryDirectory() as folder:
            make(Path(folder) / "huzhou")
            shutil.copy(Path(folder) / "huzhou" / "huzhou.gpkg", HERE)
