"""What `check` asks a planner to look at in a scenario that is in order."""

from __future__ import annotations

from towns import LAT, LON, STEP, box, csv_of, features, write_scenario

from sim.cli.prepare import _in_order
from sim.scenario import checks
from sim.scenario.file import load
from sim.words.language import language


def town(make, tmp_path, people, station):
    west = features(tmp_path / "e.geojson", [box(west=-4, east=4)], name=["edge"])
    rows = ["lon,lat,people", *(f"{LON + STEP * x},{LAT + STEP},{n}" for x, n in people)]
    (tmp_path / "people.csv").write_text("\n".join(rows), "utf-8")
    sites = csv_of(tmp_path, [("Base A", LON + STEP * station, LAT + STEP)])
    make(boundary=west, people=tmp_path / "people.csv", sites=sites)
    return load(write_scenario(tmp_path, "town"))


def test_people_and_stations_far_from_roads_are_told_with_their_number(make, tmp_path):
    scenario = town(make, tmp_path, [(0, 900), (-2, 80), (-3.5, 20)], -1.5)
    people, stations = checks.doubts(scenario, scenario.map)
    assert people.startswith("100 people (10.0%) live more than 1 km from a road that may be left, "
                             "20 more than 2 km, 0 more than 5 km; all live 0 m")  # fmt: skip
    assert "at most 3,4" in people
    assert stations == "stations more than 1 km from any road: Base A (1.5 km)"
    assert "look at  100 people (10.0%)" in _in_order(scenario, language("en"))


def test_a_town_of_streets_has_nothing_to_look_at(make, tmp_path):
    scenario = town(make, tmp_path, [(0, 900), (1, 80)], 0)
    assert checks.doubts(scenario, scenario.map) == []
