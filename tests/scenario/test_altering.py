"""Settings altered since a scenario was read: in SI, checked as in a file, remembered."""

from __future__ import annotations

import numpy as np
import pytest

from sim.errors import ScenarioError
from sim.scenario.differences import differences, in_effect, not_used


def found(before, after):
    """[path] the setting before and after."""
    return {one.path: (one.base, one.other) for one in differences(before.settings, after.settings)}


def test_what_is_written_replaces_only_what_it_names(tiny):
    altered = tiny.with_settings(
        targets={"urban": "12 min"}, travel={"speeds": {"primary": "60 km/h"}},
        demand={"rate": {"rural": "36 per day"}}, durations={"turnout": "90 s"},
    )  # fmt: skip
    changes = found(tiny, altered)
    assert changes.keys() == {
        "targets.urban", "travel.speeds.primary", "demand.rate.rural", "durations.turnout",
    }  # fmt: skip
    assert changes["targets.urban"] == (600.0, 720.0)
    assert changes["travel.speeds.primary"][1] == pytest.approx(60 / 3.6)
    assert changes["demand.rate.rural"][1].per_second == pytest.approx(36 / 86_400)
    assert altered.settings.durations.turnout.mean() == 90.0
    assert altered.settings.targets.rural == tiny.settings.targets.rural
    assert tiny.settings.targets.urban == 600.0


def test_all_that_is_written_wrongly_is_told_at_once(tiny):
    with pytest.raises(ScenarioError) as caught:
        tiny.with_settings(targets={"urban": "12", "town": "3 min"}, travel={"ordinary": "900 %"})
    said = str(caught.value)
    assert "targets.urban: write a number and a unit" in said
    assert "targets.town: no such setting" in said
    assert "travel.ordinary: write at most 300 %; found 900 %" in said


def test_calls_are_so_many_times_as_many_in_town_or_country_or_both(tiny):
    both, rural = tiny.scaled(demand=1.5), tiny.scaled(demand=1.5, area="rural")
    assert found(tiny, both).keys() == {"demand.rate.urban", "demand.rate.rural"}
    assert found(tiny, rural).keys() == {"demand.rate.rural"}
    before, after = found(tiny, rural)["demand.rate.rural"]
    assert after.per_second == pytest.approx(1.5 * before.per_second)


def test_speeds_are_so_many_times_as_high_on_top_of_what_the_scenario_has(liling):
    altered = liling.scaled(speed=0.9).scaled(speed=0.5, roads="primary")
    bands = altered.settings.travel.bands[len(liling.settings.travel.bands) :]
    assert [(band.speed, band.classes) for band in bands] == [(0.9, ()), (0.5, ("primary",))]


@pytest.mark.parametrize(
    ("alter", "said"),
    [
        (lambda s: s.scaled(demand=0), "write x0.01 to x100; found x0"),
        (lambda s: s.scaled(speed=9), "write x0.01 to x3; found x9"),
        (lambda s: s.scaled(demand=2, area="town"), "write urban or rural; found town"),
        (lambda s: s.scaled(speed=0.9, roads="primry"), "did you mean primary?"),
        (lambda s: s.with_speed("primary", "40"), "write a number and a unit"),
        (lambda s: s.with_hours("Nobody", "08-20"), 'no station "Nobody"'),
        (lambda s: s.with_hours("湘东医院", "8 to 20"), "write whole clock hours"),
        (lambda s: s.with_settings(demand={"replay": "calls.csv"}), "records belong to a scenario"),
        (lambda s: s.scaled(demand="x1.2"), "demand: write a number; found 'x1.2'"),
        (lambda s: s.scaled(speed=None), "speed: write a number; found nothing"),
        (lambda s: s.scaled(speed=True), "speed: write a number; found True"),
        (lambda s: s.scaled(speed=float("nan")), "write x0.01 to x3; found xnan"),
        (lambda s: s.scaled(demand=2, area=np.array([1, 2])), "write urban or rural"),
        (lambda s: s.scaled(speed=2, roads=np.array([1, 2])), "no roads of class"),
        (lambda s: s.with_hours(5, "08-20"), 'no station "5"'),
        (lambda s: s.add(np.array([113.4, 27.7])), "add.station: write a text"),
        (lambda s: s.close(np.array([113.4, 27.7])), "close.station: write a text"),
        (lambda s: s.add("枫林镇", ambulances=np.int64(0)), "write at least 1; found 0"),
    ],
)
def test_what_cannot_be_is_refused_in_words(liling, alter, said):
    with pytest.raises(ScenarioError, match="cannot be run") as caught:
        alter(liling)
    assert said in str(caught.value)


def test_numbers_of_numpy_are_numbers(liling):
    assert liling.scaled(demand=np.float64(1.5)).calls_times == 1.5
    plan = liling.add("枫林镇", at=np.array([113.5, 27.7]), ambulances=np.int64(2))
    assert len(plan.fleet) == len(liling.fleet) + 2
    study = liling.with_study(length=np.float64(86_400), seed=np.int64(7)).settings.study
    assert (study.length, study.seed) == (86_400, 7)


def test_a_map_of_times_has_no_classes_of_roads(tiny):
    with pytest.raises(ScenarioError, match="no roads: write x0.9"):
        tiny.scaled(speed=0.9, roads="primary")


def test_a_station_is_staffed_at_some_hours_and_round_the_clock_again(tiny):
    by_day = tiny.with_hours("Base A", "08-20")
    assert [ambulance.duty.daily_hours for ambulance in by_day.fleet] == [(8, 20), (8, 20)]
    assert all(a.duty.always for a in by_day.with_hours("Base A", "00-24").fleet)


def test_an_altered_scenario_remembers_what_it_was_through_every_change(tiny):
    altered = tiny.scaled(demand=1.2).with_settings(targets={"rural": "15 min"})
    plan = altered.add("New", at=[113.5, 27.6])
    assert plan.unaltered is altered.unaltered is tiny
    assert tiny.unaltered is None


def test_of_two_scenarios_the_yardstick_is_told_apart_from_what_has_an_effect(tiny):
    other = tiny.with_settings(
        targets={"rural": "15 min"}, study={"seed": 7}, demand={"transported": "50 %"},
    )  # fmt: skip
    every = differences(tiny.settings, other.settings)
    assert [one.path for one in in_effect(every)] == ["demand.transported"]
    assert [one.path for one in not_used(every)] == ["targets.rural", "study.seed"]
    costs = {"station": "1 CNY per year", "substation": "1 CNY per year",
             "ambulance": "1 CNY per year"}  # fmt: skip
    assert not differences(tiny.settings, tiny.with_settings(costs=costs).settings)
