"""The first scenario of a new map: every station of the list is in it, or named with a reason."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pytest
from conftest import ROOT
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML
from shapely import points

from sim.geography import bundle
from sim.scenario.file import load
from sim.scenario.starting import _line, _plain, _text, write_first


@pytest.fixture
def town(tmp_path, liling):
    """The map of Liling under another name, with a list of sites of one's own."""

    def made(sites, *, hospitals=True):
        layers = dict(liling.map.layers)
        seat = liling.map.townships[0]
        at = [(seat.x + dx, seat.y) for *_, dx in sites]
        layers["sites"] = gpd.GeoDataFrame(
            {
                "name_zh": [name for name, *_ in sites],
                "name_en": [name for name, *_ in sites],
                "kind": "station",
                "status": [status for _, status, *_ in sites],
                "township": layers["townships"]["code"].iloc[0],
                "ambulances": [float(n) for _, _, n, _ in sites],
                "provenance": "sourced",
            },
            geometry=points(np.array(at, float).reshape(-1, 2)),
            crs=liling.map.crs,
        )
        if not hospitals:
            layers["hospitals"] = layers["hospitals"].iloc[:0]
        path = tmp_path / "maps" / "town" / "town.gpkg"
        path.parent.mkdir(parents=True, exist_ok=True)
        bundle.write(path, layers)
        return bundle.read(path)

    return made


def test_the_layout_is_that_of_the_list(town, tmp_path):
    first = write_first(town([("中心站", "existing", 3, 0), ("North", "existing", 2, 500)]))
    assert first.path == tmp_path / "scenarios" / "town" / "today.yaml"
    today = load(first.path)
    assert [(s.name.zh, today.fleet_size(i)) for i, s in enumerate(today.stations)] == [
        ("中心站", 3),
        ("North", 2),
    ]
    assert str(first.notes[0]) == "stations: 2; ambulances: 5"


def test_what_the_list_does_not_say_is_said_to_be_assumed(town):
    first = write_first(town([("A", "existing", 3, 0), ("B", "existing", np.nan, 500)]))
    assert load(first.path).fleet_size(1) == 1
    assert any("assumed: one ambulance each at B" in note for note in first.notes)
    assert "B, kind: station, ambulances: 1}  # assumed" in first.path.read_text("utf-8")


def test_every_site_is_in_the_layout_or_named_with_a_reason(town):
    sites = [
        ("A", "existing", 1, 0),
        ("A", "existing", 1, 900),  # the name again
        ("far", "existing", 1, 400_000),
        ("empty", "existing", 0, 300),
        ("later", "planned", 2, 600),
    ]
    first = write_first(town(sites))
    today = load(first.path)
    assert [s.name.en for s in today.stations] == ["A"]
    told = "\n".join(first.notes)
    for part in ("A, a site of this name", "far, ", "km from the nearest road", "empty, it has no"):
        assert part in told
    assert "planned only, and so not in today's layout: later" in told


def test_a_map_without_hospitals_conveys_nobody_and_says_so(town):
    first = write_first(town([("A", "existing", 1, 0)], hospitals=False))
    assert load(first.path).settings.demand.transported == 0
    assert any("no hospital" in note for note in first.notes)


def test_a_scenario_that_is_there_stays(town, tmp_path):
    on = town([("A", "existing", 1, 0)])
    path = write_first(on).path
    path.write_text("mine", "utf-8")
    again = write_first(on)
    assert not again.written
    assert "delete or rename" in again.notes[-1]
    assert "stays as it is" in again.notes[0]
    assert path.read_text("utf-8") == "mine"


@pytest.mark.parametrize(
    ("sites", "said"),
    [
        ([], "no station is known. Give a list of stations with --sites"),
        ([("A", "existing", 0, 0), ("B", "existing", 0, 9)], "the list has 0 ambulances (A, B)"),
        ([("A", "planned", 2, 0)], "every station of the list is only planned (A)"),
        ([("A", "existing", 2, 400_000)], "every station of the list is too far from a road (A)"),
        ([("A", "existing", 2, 400_000), ("B", "existing", 0, 0)], "no station of the list can"),
    ],
)
def test_without_an_ambulance_no_scenario_is_written(town, tmp_path, sites, said):
    first = write_first(town(sites))
    assert first.path is None
    assert said in first.notes[0]
    assert ("--sites" in first.notes[0]) == (not sites)
    assert not (tmp_path / "scenarios").exists()


def test_a_scenario_that_is_there_is_held_against_the_list(town):
    path = write_first(town([("A", "existing", 1, 0), ("B", "existing", 2, 500)])).path
    same = write_first(town([("A", "existing", 1, 0), ("B", "existing", 2, 500)]))
    assert (same.path, same.written) == (path, False)
    assert same.notes[1:] == ["it has the list's stations: 2; ambulances: 3"]
    other = write_first(town([("A", "existing", 4, 0), ("B", "existing", 2, 500),
                              ("C", "existing", 1, 900)]))  # fmt: skip
    assert other.notes[1:4] == [
        "it differs from the list. In it, stations: 2, ambulances: 3; in the list, stations: 3, "
        "ambulances: 7",
        "only in the list: C",
        "ambulances of A: 1 in the file, 4 in the list",
    ]
    assert "delete or rename" in other.notes[-1]
    assert "--no-scenario" in other.notes[-1]


def test_hospitals_that_came_later_are_not_missed(town):
    write_first(town([("A", "existing", 1, 0)], hospitals=False))
    notes = write_first(town([("A", "existing", 1, 0)])).notes
    assert any("transported: 0 %" in note and "delete that line" in note for note in notes)


NAMES = st.text(st.characters(blacklist_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=1)


@given(NAMES)
@settings(max_examples=300, deadline=None)
def test_any_name_is_read_back_as_it_was(name):
    assert YAML(typ="safe").load(f"{{station: {_plain(name)}, kind: x}}")["station"] == name


def test_liling_is_not_overwritten(liling):
    assert not write_first(liling.map).written
    assert (ROOT / "scenarios/liling/today.yaml").is_file()


@pytest.mark.parametrize("name", ["=1|{0}", "a\nlayout: []", '"x\\', "\x1b[2J", "# no", "x" * 300])
def test_a_map_of_any_name_gets_a_scenario_that_is_read_back(name, tmp_path, liling):
    on = replace(liling.map, meta=liling.map.meta | {"name_en": name, "name_zh": name})
    lines = [_line(on, row, spot) for row, spot in enumerate(on.sites)]
    read = YAML(typ="safe").load(_text(on, tmp_path / "today.yaml", lines, str))
    assert read["name"] == f"{name[:70].strip()} today"
    assert len(read["layout"]) == len([line for line in lines if line.reason is None])
