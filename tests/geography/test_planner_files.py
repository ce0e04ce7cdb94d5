"""A map written as a planner's files is the same map when it is imported again."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from sim.errors import OutputError
from sim.geography import bundle
from sim.geography.making import ImportOptions, example_files, import_map


@pytest.fixture(scope="module")
def again(liling, tmp_path_factory):
    """Liling's map, its files and what an import makes of them."""
    folder = tmp_path_factory.mktemp("again")
    files = example_files(liling.map, folder / "files", ambulances={"湘东医院": 3})
    chosen = ImportOptions.of(place="again", maps=folder / "maps", crs=liling.map.crs_text, **files)
    import_map(chosen)
    return liling.map, files, bundle.read(chosen.bundle)


def test_every_road_comes_back(again):
    before, _, after = again
    one, other = (each.layers["roads"] for each in (before, after))
    assert len(one) == len(other) > 1000
    for column in ("class", "oneway"):
        assert Counter(one[column]) == Counter(other[column])
    assert sorted(other.length) == pytest.approx(sorted(one.length), abs=0.5)
    # As many crossings of as many roads each.
    degrees = [
        sorted(np.unique(r[["u", "v"]].to_numpy(), return_counts=True)[1]) for r in (one, other)
    ]
    assert degrees[0] == degrees[1]


def test_everybody_and_every_station_comes_back(again):
    before, files, after = again
    assert after.township_people.sum() == before.township_people.sum()
    assert {z.name for z in after.townships} == {z.name for z in before.townships}
    existing = before.layers["sites"].query("status == 'existing'")
    assert set(after.layers["sites"]["name_zh"]) == set(existing["name_zh"])
    assert sorted(after.layers["sites"]["kind"]) == sorted(existing["kind"])
    assert {h.name.zh for h in after.hospitals} == {h.name.zh for h in before.hospitals}
    (line,) = [x for x in files["sites"].read_text("utf-8-sig").splitlines() if "湘东医院" in x]
    assert line.endswith(",3")


def test_the_licence_goes_with_the_roads(coquimbo, tmp_path):
    roads = example_files(coquimbo.map, tmp_path)["roads"]
    with roads.open(encoding="utf-8") as lines:
        assert "OpenStreetMap contributors" in [next(lines) for _ in range(2)][1]


def test_a_folder_that_cannot_be_made_is_named(liling, tmp_path):
    (tmp_path / "taken").write_text("")
    with pytest.raises(OutputError, match="taken"):
        example_files(liling.map, tmp_path / "taken" / "files")
