"""What an import is asked to do: at the prompt, in a file, from Python."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from test_cli import tenthirty
from towns import LAT, LON, STEP, TOWN, csv_of, matrix_files, osm, refused, zones

from sim.errors import MapImportError, PlannerError
from sim.geography import bundle as maps
from sim.geography.making import import_map
from sim.geography.making.choices import from_yaml


def test_choices_are_checked_before_any_file_is_read(make, tmp_path):
    text = refused(make, place="../x", roads=tmp_path / "none.pbf", cell="100 m",
                   people_unit="heads", coordinates="mars", zones=None)  # fmt: skip
    for part in ("--place", "--roads", "no such file", "--cell: write 250 m to 1000 m",
                 "--people-unit", "--coordinates", "say where people live"):  # fmt: skip
        assert part in text


def test_an_import_can_be_repeated_and_names_no_folder(make, tmp_path):
    _, first = make(name_zh="小镇", licence="CC0")
    folder = tmp_path / "maps" / "town"
    text = (folder / "import.yaml").read_text("utf-8") + (folder / "README.md").read_text("utf-8")
    assert str(tmp_path) not in text
    assert "小镇" in text
    assert "CC0" in text
    for name in ("roads.osm", "zones.geojson"):
        (folder / name).write_bytes((tmp_path / name).read_bytes())
    import_map(from_yaml(folder / "import.yaml", tmp_path / "maps"))
    again = maps.read(folder / "town.gpkg")
    for layer in ("roads", "cells", "townships"):
        assert first.layers[layer].equals(again.layers[layer]), layer
    assert not list(folder.glob("*.part*"))


def test_a_file_of_choices_is_checked(tmp_path):
    path = tmp_path / "import.yaml"
    path.write_text("place: town\nroads: [1]\nsnap_m: near\nferries: 1\nzoness: z.gpkg\n", "utf-8")
    with pytest.raises(MapImportError) as caught:
        from_yaml(path)
    for text in ("line 2, roads: write a text", "line 3, snap_m: write a number and a unit",
                 "line 4, ferries: write true or false", "did you mean zones?"):  # fmt: skip
        assert text in str(caught.value)


def test_the_command_prints_a_report_and_draws(tmp_path):
    osm(tmp_path / "roads.osm", TOWN)
    zones(tmp_path)
    csv_of(tmp_path, [("A", LON, LAT), ("B", LON + STEP, LAT + STEP)])
    command = [sys.executable, "-m", "sim.cli", "map", "import"]
    options = ["--place", "town", "--roads", "roads.osm", "--zones", "zones.geojson"]
    done = subprocess.run([*command, *options, "--sites", "points.csv"], cwd=tmp_path,
                          capture_output=True, text=True, encoding="utf-8")  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "24 links between 16 nodes" in done.stdout
    names = {path.name for path in (tmp_path / "maps" / "town").iterdir()}
    assert names == {"town.gpkg", "README.md", "import.yaml", "map.png"}
    done = subprocess.run([*command, *options, "--cell", "100"], cwd=tmp_path,
                          capture_output=True, text=True, encoding="utf-8")  # fmt: skip
    assert done.returncode == 2
    assert "write a number and a unit" in done.stderr


def test_a_matrix_by_the_command_and_again(tmp_path, capsys):
    matrix_files(tmp_path)
    done = tenthirty(
        "map", "import", "--place", "tiny", "--matrix", "minutes.csv", "--matrix-unit", "minutes",
        "--people", "places.csv", cwd=tmp_path,
    )  # fmt: skip
    assert "3 places" in done.stdout
    first = maps.read(tmp_path / "maps" / "tiny" / "tiny.gpkg").matrix
    tenthirty("map", "import", "--again", "maps/tiny/import.yaml", cwd=tmp_path)
    assert np.array_equal(maps.read(tmp_path / "maps" / "tiny" / "tiny.gpkg").matrix, first)


def test_roads_or_a_matrix_not_both_not_none(tmp_path):
    chosen = matrix_files(tmp_path)
    for wrong in ({"matrix": None}, {"roads": chosen.people.file}):
        with pytest.raises(PlannerError, match="not both, not none"):
            chosen.but(**wrong)
