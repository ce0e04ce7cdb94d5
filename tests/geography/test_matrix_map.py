"""A matrix instead of roads: a map that can be run."""

from __future__ import annotations

import pytest
from towns import MINUTES, PLACES, matrix_files, write_scenario

import sim
from sim.answers.coverage import coverage
from sim.engine.reference.paths import Ways
from sim.errors import PlannerError
from sim.geography import bundle as maps
from sim.geography.making import import_map
from sim.policies.clock import on_grid
from sim.prepare import system
from sim.study import plan as study
from sim.study.effort import Effort


def test_a_matrix_becomes_a_map_that_can_be_run(tmp_path):
    import_map(matrix_files(tmp_path))
    scenario = sim.load(write_scenario(tmp_path, "tiny"))
    assert scenario.map.matrix.tolist() == [[0, 720, 1200], [600, 0, 900], [1260, 960, 0]]
    assert scenario.map.cells.people.tolist() == [100, 300, 0]
    world = system.build(scenario)
    roads = Ways(world)
    assert [roads.from_place_s(0, place, 1) for place in world.stations.place] == [720]
    assert roads.from_place_s(1, 1, world.stations.place[0]) == on_grid(600 / 0.95)
    result = sim.run(scenario.with_study(length=14 * 86_400.0), replications=2)
    assert result.estimate("mean").mean > 0
    one, other = study.prepare(
        scenario, (scenario.ambulances("Base A", +1),), Effort()
    ).plan.systems
    assert one.roads.travel.far is other.roads.travel.far, "layouts hold one matrix together"
    reach = coverage(scenario, before_s=0.0).to_frame().set_index("area")
    assert reach.loc["all", "within"] in (0.25, 1.0)
    assert result.map() is not None


def test_time_bands_and_a_station_elsewhere_on_a_matrix(tmp_path):
    import_map(matrix_files(tmp_path))
    more = "travel: {bands: [{hours: 07-09, speed: 50 %}]}\n"
    scenario = sim.load(write_scenario(tmp_path, "tiny", more)).move("Base A", [113.46, 27.69])
    world = system.build(scenario)
    roads = Ways(world)
    (station,) = world.stations.place
    assert sorted(roads.from_place_s(mode, station, 0) for mode in (0, 2)) == [1260, 2520]


@pytest.mark.parametrize(
    ("places", "minutes", "said"),
    [
        (PLACES.replace("c,113.45,27.70,0\n", ""), MINUTES, "no place has the id c"),
        (PLACES, MINUTES.replace("b,10,0,15", "b,10,0,"), "no time for 1 pairs: b → c"),
        (PLACES, MINUTES.replace("21", "-2"), "fewer than 0 seconds: c → a"),
        (PLACES.replace("id,", "name,"), MINUTES, "say with --id-column"),
        (PLACES.replace("b,113", "a,113"), MINUTES, "each id once"),
        (PLACES.replace("100", "-5"), MINUTES, "write a number from 0 up; found -5"),
    ],
)
def test_a_matrix_that_does_not_fit_its_places_is_told(tmp_path, places, minutes, said):
    with pytest.raises(PlannerError) as caught:
        import_map(matrix_files(tmp_path, places, minutes))
    assert said in str(caught.value)
    assert not (tmp_path / "maps").exists()


def test_what_was_filled_is_marked_and_told(tmp_path):
    holes = MINUTES.replace("b,10,0,15", "b,10,0,")
    report = import_map(matrix_files(tmp_path, minutes=holes).but(fill_holes="shortest"))
    assert any("1 pair had no time" in line for line in report.warnings)
    table = maps.read(tmp_path / "maps" / "tiny" / "tiny.gpkg").layers["matrix"]
    imputed = table[table["provenance"] == "imputed"]
    assert imputed[["u", "v", "seconds"]].to_numpy().tolist() == [[1, 2, 1800]]


def test_another_matrix_never_replaces_a_map_silently(tmp_path):
    chosen = matrix_files(tmp_path)
    import_map(chosen)
    other = tmp_path / "other.csv"
    other.write_text(MINUTES, "utf-8")
    with pytest.raises(PlannerError, match="is a map of other matrix"):
        import_map(chosen.but(matrix=other))
    import_map(chosen)


def test_a_station_far_from_every_place_is_refused(tmp_path):
    wide = PLACES.replace("113.45,27.70", "113.45,28.20")
    import_map(matrix_files(tmp_path, places=wide))
    scenario = sim.load(write_scenario(tmp_path, "tiny"))
    with pytest.raises(PlannerError, match="place of the matrix"):
        scenario.add("Far", at=[113.45, 27.9])


def test_a_bundle_whose_matrix_lacks_a_pair_is_refused(tmp_path):
    import_map(matrix_files(tmp_path))
    ground = maps.read(tmp_path / "maps" / "tiny" / "tiny.gpkg")
    layers = dict(ground.layers) | {"matrix": ground.layers["matrix"].iloc[1:]}
    with pytest.raises(PlannerError, match="every two cells once"):
        maps.write(tmp_path / "bad.gpkg", layers)


def test_a_matrix_that_nobody_can_drive_asks_about_its_unit(tmp_path):
    chosen = matrix_files(tmp_path).but(matrix_unit="")
    with pytest.raises(PlannerError, match=r"km/h from each other .* write --matrix-unit minutes"):
        import_map(chosen)
    assert "is the unit of the matrix right?" in str(import_map(chosen.but(matrix_unit="seconds")))
    assert "km/h" not in str(import_map(matrix_files(tmp_path)))


def test_a_matrix_slower_than_on_foot_asks_too(tmp_path):
    slow = "id,a,b,c\na,0,720000,1200000\nb,600000,0,900000\nc,1260000,960000,0\n"
    with pytest.raises(PlannerError, match="write its times in seconds"):
        import_map(matrix_files(tmp_path, minutes=slow).but(matrix_unit=""))


def test_a_few_pairs_that_are_too_fast_are_told(tmp_path):
    report = import_map(matrix_files(tmp_path, minutes=MINUTES.replace("a,0,12", "a,0,1")))
    assert "1 pair of places are faster than 200 km/h in a straight line" in report.warnings


def test_a_few_pairs_slower_than_on_foot_are_told(tmp_path):
    report = import_map(matrix_files(tmp_path, minutes=MINUTES.replace("a,0,12", "a,0,9999")))
    (said,) = [line for line in report.warnings if "km/h" in line]
    assert "1 pair of places are slower than 2 km/h in a straight line" in said


def test_ids_are_the_same_however_they_are_written(tmp_path):
    places = "id,lon,lat,people\n1.0,113.40,27.60,100\nv1.0,113.50,27.60,300\n"
    minutes = "id,1,v1.0\n1,0,12\nv1.0,10,0\n"
    import_map(matrix_files(tmp_path, places, minutes))
    ground = maps.read(tmp_path / "maps" / "tiny" / "tiny.gpkg")
    assert ground.matrix.tolist() == [[0, 720], [600, 0]]
