"""From a scenario to the arrays of a System: every setting arrives where it belongs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from conftest import ROOT, same_columns
from worlds import some_calls

from sim.engine.reference import run
from sim.model.calendar import Hours
from sim.policies.clock import on_grid
from sim.prepare import system, ways
from sim.scenario.duty import daily
from sim.scenario.file import load
from sim.scenario.layout import Ambulance

ODD = """
start: 2025-03-05 06:30:00
demand:
  priorities: [{name: red, share: 10 %}, {name: amber, share: 20 %}, {name: green, share: 70 %, siren: false}]
durations: {turnout: {distribution: exponential, mean: 4 min}}
travel: {ordinary: 50 %, off_road: 10 km/h, to_hospital: siren}
dispatch: {when_none_free: lost, divert: [{leaving: green, for: red}, {leaving: amber, for: red}]}
study: {warm_up: 1 day, length: 3 days, cool_down: 2 hours}
"""
SIREN, ORDINARY = 0, 1


@pytest.fixture(scope="module")
def odd(tmp_path_factory):
    """Liling with every setting off its default, and its system."""
    folder = tmp_path_factory.mktemp("odd")
    (folder / "maps").symlink_to(ROOT / "maps")
    text = (ROOT / "scenarios/liling/today.yaml").read_text("utf-8")
    text = text.replace("{station: 市妇幼, ambulances: 1}", "{station: 市妇幼, hours: 22-06}")
    (folder / "odd.yaml").write_text(text + ODD, "utf-8")
    scenario = load(folder / "odd.yaml")
    return scenario, system.build(scenario)


def test_profiles_by_priority_to_hospital_and_home(odd):
    _, made = odd
    assert made.roads.mode_to_scene.tolist() == [[SIREN, SIREN, ORDINARY]]
    assert made.roads.mode_to_hospital.tolist() == [SIREN]
    assert made.roads.mode_home.tolist() == [ORDINARY]


def test_rules_of_dispatch(odd):
    _, made = odd
    assert made.rules.lose_when_none_free
    assert made.rules.may_divert.tolist() == [
        [False] * 3,
        [True, False, False],
        [True, False, False],
    ]
    assert made.rules.expected_turnout_s == pytest.approx(240, rel=1e-3)


def test_off_road_legs_by_profile(odd):
    scenario, made = odd
    station = made.stations.place[0]
    metres = scenario.stations[0].road_m
    assert made.roads.place_leg_s[SIREN, station] == on_grid(metres / (10 / 3.6))
    assert made.roads.place_leg_s[ORDINARY, station] == on_grid(metres / (5 / 3.6))


def test_the_clock_starts_on_the_weekday_of_the_start(odd):
    _, made = odd
    wednesday = 2 * 86_400 + 6.5 * 3600
    assert made.roads.bands.offset_s == wednesday


def test_night_shifts_run_over_midnight_by_the_clock(odd):
    scenario, made = odd
    (night,) = [i for i, a in enumerate(scenario.fleet) if not a.duty.always]
    first, last = made.fleet.shift_indptr[night : night + 2]
    on, off = made.fleet.on_duty_at[first:last], made.fleet.off_duty_at[first:last]
    # The run begins at 06:30: the first shift is that evening, 15.5 hours later.
    assert on[0] == 15.5 * 3600
    assert np.all(off - on == 8 * 3600)
    assert np.all(np.diff(on) == 86_400)
    assert off[-1] > 366 * 86_400
    assert np.isinf(np.delete(made.fleet.off_duty_at, np.arange(first, last))).all()


def test_a_shift_that_has_begun_when_the_run_begins_counts(odd):
    scenario, _ = odd
    early = scenario.ambulances("湘东医院", +1, hours="04-08")
    made = system.build(early)
    first = made.fleet.shift_indptr[-2]
    assert made.fleet.on_duty_at[first] == 0
    assert made.fleet.off_duty_at[first] == 1.5 * 3600


def test_part_time_crews_go_on_until_all_are_served(liling):
    """One ambulance by day, more calls than it can serve in the period: they wait, and are served."""
    few = replace(liling, fleet=(Ambulance(0, daily(Hours(8, 20))),))
    made = system.build(few.with_study(length=86_400.0))
    calls = some_calls(np.arange(60) * 600.0, place=np.arange(60), on_scene_s=1800.0)
    log = run(made, calls)
    assert np.isfinite(log.arrived_at[log.call >= 0]).all()
    assert len(set(log.call[log.call >= 0].tolist())) == 60


@pytest.mark.parametrize("pair", ["{leaving: red, for: red}", "{leaving: red, for: green}"])
def test_diversions_go_to_more_urgent_calls_only(tmp_path, pair):
    """Otherwise two calls could take one ambulance from each other for ever."""
    from sim.errors import ScenarioError

    (tmp_path / "maps").symlink_to(ROOT / "maps")
    text = (ROOT / "scenarios/liling/today.yaml").read_text("utf-8")
    path = tmp_path / "x.yaml"
    path.write_text(f"{text}dispatch: {{divert: [{pair}]}}\n", "utf-8")
    with pytest.raises(ScenarioError, match="not more urgent"):
        load(path)


# ── what is shared, and what is not ──────────────────────────────────────────────────────────


def test_a_change_of_stations_shares_the_roads_of_the_map(liling):
    base = system.build(liling)
    other = liling.ambulances(liling.stations[0].name.zh, +1)
    made = system.build(other, (liling, base))
    assert made.roads.travel.far is base.roads.travel.far
    assert made.roads.travel.graph is base.roads.travel.graph
    alone = system.build(other)
    assert made.service is alone.service is None
    same_columns(made, alone)


def test_other_speeds_share_nothing(liling):
    base = system.build(liling)
    slower = liling.settings.travel.model_copy(update={"ordinary": 0.5})
    other = replace(liling, settings=liling.settings.model_copy(update={"travel": slower}))
    made = system.build(other, (liling, base), keep=False)
    assert made.roads.travel.far is not base.roads.travel.far


def test_places_are_the_cells_then_the_hospitals_then_the_stations(liling):
    places = ways.places_of(liling)
    made = system.build(liling)
    cells, hospitals = len(liling.map.cells.people), len(liling.map.hospitals)
    assert len(places.of_map.node) == cells + hospitals
    assert made.hospitals.place.tolist() == list(range(cells, cells + hospitals))
    assert made.stations.place[0] == cells + hospitals
    assert len(made.roads.place_node) == cells + hospitals + len(liling.stations)
    lines = liling.map.layers["roads"]
    lines = lines[~lines["class"].isin(["motorway", "motorway_link"])].geometry
    metres = liling.map.layers["cells"].geometry.distance(lines.union_all())
    assert places.of_map.metres[:cells] == pytest.approx(metres.to_numpy(), abs=1e-6)
    at_node = places.of_map.node[:cells] >= 0
    own = made.roads.place_node[:cells] >= len(liling.map.network.xy)
    assert np.array_equal(own, ~at_node)


def test_bands_multiply_where_they_overlap(odd):
    scenario, _ = odd
    band = scenario.settings.travel.bands
    assert band == ()
    modes = ways.driving_modes(scenario)
    assert modes.number.tolist() == [[0, 1]]
    assert (modes.factor[1] == 0.5 * modes.factor[0]).all()
    assert set(modes.bands.band) == {0}
