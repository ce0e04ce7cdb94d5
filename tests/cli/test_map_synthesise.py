"""`tenthirty map synthesise` and `map measure` as a planner types them."""

from __future__ import annotations

import json

import pandas as pd
import pytest
from processes import tenthirty

TOWNS = {
    "name": ["Middle", "East", "West"],
    "people": [9_000, 4_000, 3_500],
    "area_km2": [30.0, 41.0, 36.5],
    "lon": [113.50, 113.57, 113.43],
    "lat": [27.60, 27.61, 27.59],
}


@pytest.fixture
def typed(tmp_path, monkeypatch):
    """Exit status, output and errors of a command typed in a folder with a table of towns."""
    monkeypatch.chdir(tmp_path)
    pd.DataFrame(TOWNS).to_csv("towns.csv", index=False)

    def command(*words):
        done = tenthirty("map", *words, cwd=tmp_path, check=False)
        return done.returncode, done.stdout, done.stderr

    return command


def test_a_table_becomes_a_map_and_the_map_a_scenario(typed, tmp_path):
    sites = {"name": ["Station"], "lon": [113.50], "lat": [27.60], "ambulances": [2],
             "provenance": ["assumed"], "colour": ["red"]}  # fmt: skip
    pd.DataFrame(sites).to_csv("sites.csv", index=False)
    status, out, err = typed(
        "synthesise", "towns.csv", "--to", "maps/valley", "--seed", 2, "--sites", "sites.csv",
        "--name", "Valley", "--name-zh", "山谷",
    )  # fmt: skip
    assert (status, err) == (0, "")
    assert "16,500 people in cells of 1 km" in out
    assert "Next: tenthirty run scenarios/valley" in out
    assert "columns of sites.csv that a map does not use: colour\n" in out
    folder = tmp_path / "maps" / "valley"
    made = {path.name for path in folder.iterdir()}
    assert made == {"README.md", "map.png", "synthesis.yaml", "valley.gpkg"}
    assert (folder / "README.md").read_text("utf-8").startswith("# Valley (山谷)")
    first = (folder / "valley.gpkg").read_bytes()
    status, _, _ = typed("synthesise", "--again", "maps/valley/synthesis.yaml", "--no-draw",
                         "--no-scenario")  # fmt: skip
    assert status == 0
    assert (folder / "valley.gpkg").read_bytes() == first
    status, out, _ = typed("measure", "maps/valley", "--json")
    assert status == 0
    (facts,) = json.loads(out)
    assert facts["name"] == "Valley"
    assert facts["synthetic"] is True
    assert facts["people"] == 16_500


def test_what_is_wrong_ends_with_status_two_and_nothing_written(typed, tmp_path):
    pd.DataFrame(TOWNS | {"people": [9_000, -1, 3_500]}).to_csv("towns.csv", index=False)
    pd.DataFrame({"name": ["G1"], "class": ["trunk"], "via": ["East;Wset"]}).to_csv("roads.csv", index=False)  # fmt: skip
    status, out, err = typed("synthesise", "towns.csv", "--to", "maps/v", "--roads", "roads.csv")
    assert (status, out) == (2, "")
    assert "towns.csv, line 3, column people: write a number from 0 up; found -1" in err
    assert "roads.csv, line 2, column via: no town is called Wset; did you mean West?" in err  # fmt: skip
    assert not (tmp_path / "maps").exists()


def test_a_note_below_the_table_is_told_in_chinese(typed, tmp_path):
    table = pd.DataFrame(TOWNS).to_csv(index=False) + "备注：第七次人口普查,,,,\n"
    (tmp_path / "towns.csv").write_text(table, "gb18030")
    status, out, err = typed("synthesise", "towns.csv", "--to", "maps/v", "--lang", "zh")
    assert (status, out) == (2, "")
    assert "towns.csv, 第 5 行：这一行像是附注（备注：第七次人口普查），不是地点：请删去" in err
    assert not (tmp_path / "maps").exists()


def test_options_that_are_wrong_are_told_together(typed):
    status, _, err = typed("synthesise", "twons.csv", "--to", "maps/v", "--cell", "3 min")
    assert status == 2
    assert "--cell: " in err
    assert "--towns twons.csv: no such file" in err


def test_a_map_that_is_none_is_told(typed):
    status, _, err = typed("measure", "towns.csv", "maps/nowhere")
    assert status == 2
    assert "towns.csv" in err
    assert "nowhere" in err


def test_help_is_there_in_both_languages(typed):
    assert "A table of towns" in typed("synthesise", "--help")[1]
    assert "乡镇表" in typed("synthesise", "--help", "--lang", "zh")[1]
