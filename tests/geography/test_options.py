"""What an import is asked to do: at the prompt, in a file, from Python."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from conftest import ROOT
from hypothesis import given, settings
from hypothesis import strategies as st
from processes import tenthirty
from towns import LAT, LON, STEP, TOWN, csv_of, matrix_files, osm, refused, zones

from sim.errors import MapImportError, PlannerError
from sim.geography import bundle as maps
from sim.geography.making import ImportOptions, import_map
from sim.geography.making.choices import as_yaml, from_yaml
from sim.geography.making.groups import PeopleOptions, RoadOptions
from sim.geography.making.options import FILES, flat_names, groups, nested
from sim.words.language import language

HERE = Path(__file__)  # a file that is there


def wrong(**choices):
    with pytest.raises(MapImportError) as caught:
        ImportOptions.of(**{"place": "town", "roads": HERE, "people": HERE} | choices)
    return str(caught.value)


def test_choices_are_checked_before_any_file_is_read(make, tmp_path):
    text = refused(make, place="../x", roads=tmp_path / "none.pbf", cell="100 m",
                   people_unit="heads", coordinates="mars", zones=None)  # fmt: skip
    for part in ("--place", "--roads", "no such file", "--cell: write at least 250 m",
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
    done = tenthirty("map", "import", "--again", "maps/town/import.yaml", cwd=tmp_path)
    assert "it has the list's stations: 2; ambulances: 2" in done.stdout
    assert done.stdout.strip().endswith("Next: tenthirty run scenarios/town")
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


# ── the schema ───────────────────────────────────────────────────────────────────────────────


def test_every_choice_has_a_name_of_its_own_a_help_and_a_panel():
    names = flat_names()
    assert len(names) == 1 + sum(len(model.model_fields) for model in groups().values())
    for name, place in names.items():
        assert place.info.description, name
        assert name == "place" or groups()[place.group].panel
    assert set(FILES) <= set(names)


def test_defaults_are_quantities_as_planners_write_them():
    options = ImportOptions(place="town")
    assert (options.roads.snap, options.roads.margin, options.people.cell) == (1, 5000, 500)
    assert RoadOptions(snap="2 m", margin="1.5 km").margin == 1500
    assert PeopleOptions(cell=250.0).cell == 250


def test_options_are_named_alike_in_a_row_and_in_groups():
    flat = ImportOptions.of(
        place="town", roads=HERE, people=HERE, people_unit="per_km2", cell="1 km"
    )
    assert flat.people == PeopleOptions(file=HERE, unit="per_km2", cell="1 km")
    assert ImportOptions.of(**flat.flat()) == flat
    assert flat.but(cell="300 m").people.cell == 300
    assert flat.but(cell="300 m").roads == flat.roads


def test_a_map_is_called_by_its_names_else_by_its_place():
    assert ImportOptions(place="town").title == ("town", "town")
    both = ImportOptions.of(place="town", roads=HERE, people=HERE, name_en="Town", name_zh="镇")
    assert (both.title.en, both.title.zh) == ("Town", "镇")
    assert both.bundle == Path("maps/town/town.gpkg")


@pytest.mark.parametrize(
    ("choices", "said"),
    [
        ({"place": ""}, "--place: write a name for a folder"),
        ({"place": ".hidden"}, "--place: write a name for a folder"),
        ({"place": "a/b"}, "--place: write a name for a folder"),
        ({"cell": "100 m"}, "--cell: write at least 250 m; found 100 m"),
        ({"cell": "2 km"}, "--cell: write at most 1000 m; found 2 km"),
        ({"cell": "500"}, "--cell: write a number and a unit"),
        ({"snap": "near"}, "--snap: write a number and a unit"),
        ({"snap": "-1 m"}, "--snap: write at least 0 m; found -1 m"),
        ({"margin": "5 min"}, "--margin: unknown unit"),
        ({"urban_density": -1}, "--urban-density: write at least 0; found -1"),
        ({"urban_density": float("inf")}, "--urban-density: write at most 1000000; found inf"),
        ({"total_people": 0}, "--total-people: write at least 1; found 0"),
        ({"total_people": 1.5}, "--total-people: write a whole number; found 1.5"),
        ({"people_unit": "heads"}, "--people-unit: write one of people, per_km2, relative"),
        ({"coordinates": "mars"}, "--coordinates: write one of wgs84, gcj02, bd09; found mars"),
        ({"matrix_unit": "hours"}, "--matrix-unit: write one of seconds, minutes; found hours"),
        ({"fill_holes": "longest"}, "--fill-holes: write one of shortest; found longest"),
        ({"service": "yes"}, "--service: write true or false; found yes"),
        ({"name_en": 7}, "--name-en: write a text; found 7"),
        ({"zones": "nowhere.gpkg"}, "--zones nowhere.gpkg: no such file"),
        ({"people": None}, "--people: say where people live"),
        ({"people_unit": "relative"}, "--people-unit relative: relative numbers need"),
        ({"roads": None}, "--roads: give roads, or a matrix"),
        ({"matrix": HERE}, "--roads: give roads, or a matrix"),
        (
            {"roads": None, "matrix": HERE, "people": None, "zones": HERE},
            "a matrix needs its places",
        ),
        ({"urban": HERE, "urban_column": "a=b", "zones": HERE}, "give one of --urban"),
        ({"urban_column": "a=b"}, "--urban-column: write NAME=VALUE"),
        ({"urban_column": "urban", "zones": HERE}, "--urban-column: write NAME=VALUE"),
        ({"rodes": HERE}, "rodes: no such choice; did you mean roads?"),
        ({"coordinates": "gcj02"}, "--coordinates gcj02: it is of --sites and --hospitals"),
        ({"people": HERE, "people_coordinates": "bd09"}, "bd09: it is of people in a table"),
        ({"people": "p.csv", "people_unit": "per_km2"}, "per_km2: it is of a raster"),
        ({"encoding": "gbk", "roads": "r.pbf"}, "--encoding: it is of text files and Shapefiles"),
        ({"encoding": "klingon"}, "--encoding: no encoding is called klingon"),
        ({"sheet": "data", "people": "p.csv"}, "--sheet: it is of Excel files"),
        ({"zone_name": "district"}, "--zone-name: it is of --zones"),
        ({"roads": HERE, "matrix_unit": "minutes"}, "--matrix-unit minutes: it is of --matrix"),
        ({"roads": HERE, "fill_holes": "shortest"}, "--fill-holes: it is of --matrix"),
        ({"matrix": HERE, "ferries": True}, "--ferries: it is of --roads"),
    ],
)
def test_each_thing_wrong_with_the_choices_is_said_at_its_option(choices, said):
    assert said in wrong(**choices)


def test_what_is_wrong_is_said_in_the_readers_language():
    with pytest.raises(MapImportError) as caught:
        ImportOptions.of(place="town", roads="no.pbf", people=HERE, coordinates="mars")
    said = caught.value.told(language("zh"))
    assert "没有这个文件" in said
    assert "--coordinates" in said
    assert "no such" not in said


# ── import.yaml ──────────────────────────────────────────────────────────────────────────────

FLAT = {
    "service": st.booleans(),
    "node_crossings": st.booleans(),
    "snap": st.sampled_from(["0 m", "2.5 m", "10 m"]),
    "margin": st.sampled_from(["0 m", "1 km"]),
    "cell": st.integers(250, 1000).map("{} m".format),
    "people_unit": st.sampled_from(["people", "per_km2"]),
    "total_people": st.none() | st.integers(1, 10**8),
    "urban_density": st.floats(0, 1e5).map(lambda x: round(x, 3)),
    "name_zh": st.sampled_from(["", "小镇", "a: b", "# no"]),
    "source": st.text("abc é镇:#'\"-", max_size=12).map(str.strip),
    "coordinates": st.sampled_from(["wgs84", "gcj02", "bd09"]),
}


@given(st.fixed_dictionaries({}, optional=FLAT))
@settings(max_examples=60, deadline=None)
def test_choices_written_and_read_again_are_the_same(tmp_path_factory, choices):
    folder = tmp_path_factory.mktemp("choices")
    for name in ("r.osm", "p.tif", "s.csv"):
        (folder / name).write_text("", "utf-8")
    files = {"roads": folder / "r.osm", "people": folder / "p.tif", "sites": folder / "s.csv"}
    options = ImportOptions.of(place="town", **files, **choices)
    (folder / "import.yaml").write_text(as_yaml(options), "utf-8")
    again = from_yaml(folder / "import.yaml")
    assert {name: path.resolve() for name, path in again.files().items()} == options.files()
    assert as_yaml(again) == as_yaml(options)


def files_in(folder, text):
    for name in ("r.osm", "p.csv", "p.tif", "z.gpkg"):
        (folder / name).write_text("", "utf-8")
    path = folder / "import.yaml"
    path.write_text(text, "utf-8")
    return path


def test_an_older_file_in_one_row_means_the_same(tmp_path):
    old = "place: town\nname_zh: 镇\nroads: r.osm\nsnap_m: 2.5\nmargin_m: 1000.0\npeople: p.tif\n"
    old += "people_unit: per_km2\ncell_m: 250.0\nmatrix_unit: seconds\nservice: true\n"
    new = "place: town\nnames: {chinese: 镇}\nroads: {file: r.osm, snap: 2.5 m, margin: 1 km, "
    new += "service: true}\npeople: {file: p.tif, unit: per_km2, cell: 250 m}\nmatrix: {unit: seconds}\n"
    one = from_yaml(files_in(tmp_path, old))
    assert one == from_yaml(files_in(tmp_path, new))
    assert one.roads.file == tmp_path / "r.osm", "found beside the file of choices"


def test_files_are_looked_for_here_first(tmp_path, monkeypatch):
    here = tmp_path / "here"
    here.mkdir()
    (here / "r.osm").write_text("", "utf-8")
    path = files_in(tmp_path, "place: town\nroads: {file: r.osm}\npeople: p.csv\n")
    monkeypatch.chdir(here)
    options = from_yaml(path)
    assert options.roads.file == Path("r.osm")
    assert options.people.file == tmp_path / "p.csv"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("place: town\nroads: {file: r.osm, snapp: 1 m}\npeople: p.csv\n",
         "line 2, roads.snapp: no such choice; did you mean snap?"),
        ("place: town\nroads:\n  file: r.osm\n  snap: 1\n  service: 1\npeople: p.csv\n",
         "line 5, roads.service: write true or false; found 1"),
        ("place: town\nroads: r.osm\npeople:\n  file: p.csv\n  cell: 10 m\n",
         "line 5, people.cell: write at least 250 m; found 10 m"),
        ("place: town\nroads: r.osm\npeople: p.csv\ncell_m: 10.0\n",
         "line 4, cell_m: write at least 250 m; found 10.0 m"),
        ("place: town\nroads: gone.osm\npeople: p.csv\n", "line 2, roads: no such file"),
        ("place: town\nroads: {file: gone.osm}\npeople: p.csv\n", "line 2, roads.file: no such file"),
        ("roads: r.osm\npeople: p.csv\n", "place: name it"),
        ("place: town\nroads: r.osm\npeople: p.csv\nnames: Town\n", "line 4, names: write settings"),
        ("place: [town]\nroads: r.osm\npeople: p.csv\n", "line 1, place: write a text"),
        ("place: town\nplace: city\n", "written twice"),
        ("- place\n", "settings"),
        ("place: {", "this is not YAML"),
    ],
)  # fmt: skip
def test_a_wrong_choice_is_told_with_its_line(tmp_path, text, said):
    with pytest.raises(MapImportError) as caught:
        from_yaml(files_in(tmp_path, text))
    assert said in str(caught.value)


def test_a_file_of_choices_that_is_not_there_is_said_so(tmp_path):
    with pytest.raises(MapImportError, match="no such file"):
        from_yaml(tmp_path / "import.yaml")


def test_what_is_not_known_stays_where_it_can_be_told():
    assert nested({"place": "a", "cell_m": 300, "x": 1, "roads": {"snap": "1 m"}}) == {
        "place": "a", "people": {"cell": 300}, "x": 1, "roads": {"snap": "1 m"},
    }  # fmt: skip


# ── the prompt ───────────────────────────────────────────────────────────────────────────────


def test_the_command_has_an_option_for_every_choice_and_none_besides():
    said = tenthirty("map", "import", "--help", cwd=ROOT).stdout
    found = set(re.findall(r"^│ --([a-z-]+)", said, re.MULTILINE))
    wanted = {name.replace("_", "-") for name in flat_names()} | {
        "again", "draw", "scenario", "lang", "help", "workbook",
    }  # fmt: skip
    assert found == wanted
    for panel in ("Roads", "Ground", "People", "Stations and hospitals", "Names and folders"):
        assert f"─ {panel} ─" in said
    assert "[default: 5 km]" in said


def test_the_report_is_printed_in_the_readers_language(tmp_path):
    osm(tmp_path / "roads.osm", TOWN)
    zones(tmp_path)
    done = tenthirty(
        "map", "import", "--place", "town", "--roads", "roads.osm", "--zones", "zones.geojson",
        "--cell", "250 m", "--no-draw", "--lang", "zh", cwd=tmp_path,
    )  # fmt: skip
    assert "24 条路段" in done.stdout
    assert "地图：maps/town/town.gpkg" in done.stdout
    assert "导入结果" in (tmp_path / "maps" / "town" / "README.md").read_text("utf-8")


def test_a_command_without_a_place_is_asked_for_one(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "sim.cli", "map", "import", "--roads", "none.osm"],
        cwd=tmp_path, capture_output=True, text=True, encoding="utf-8",
    )  # fmt: skip
    assert done.returncode == 2
    assert "--place: name it" in done.stderr
    assert "--roads none.osm: no such file" in done.stderr


@pytest.mark.parametrize("place", ["here", "data", "elsewhere"])
def test_an_import_is_repeated_wherever_its_files_lie(tmp_path, monkeypatch, place):
    """Below the working folder, beside it, and after the whole has moved."""
    work = tmp_path / "work"
    data = {"here": work, "data": work / "data", "elsewhere": tmp_path / "files"}[place]
    data.mkdir(parents=True)
    work.mkdir(exist_ok=True)
    monkeypatch.chdir(work)
    for name in ("roads.geojson", "towns.csv"):
        (data / name).write_text("x", "utf-8")
    given = ImportOptions.of(place="t", roads=data / "roads.geojson", zones=data / "towns.csv")
    given.folder.mkdir(parents=True)
    written = as_yaml(given)
    assert str(tmp_path) not in written
    (given.folder / "import.yaml").write_text(written, "utf-8")
    again = from_yaml(given.folder / "import.yaml")
    for name, path in given.files().items():
        assert again.files()[name].resolve() == path.resolve()
    monkeypatch.chdir(tmp_path)
    again = from_yaml(work / given.folder / "import.yaml")
    assert again.roads.file.resolve() == data / "roads.geojson"


def test_a_file_that_is_gone_is_named_with_where_it_was_looked_for(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    beside = tmp_path / "x" / "maps" / "t"
    beside.mkdir(parents=True)
    (beside / "import.yaml").write_text("place: t\nroads: {file: data/roads.pbf}\n", "utf-8")
    with pytest.raises(MapImportError) as caught:
        from_yaml(beside / "import.yaml")
    said = f"no such file: data/roads.pbf; looked for in {tmp_path}, {beside}, {tmp_path / 'x'}"
    assert f"line 2, roads.file: {said}" in str(caught.value)
