"""The next station against the next ambulance: tracks of steps, and the front of their costs."""

from __future__ import annotations

from dataclasses import replace

import pytest
from decisions import of_curve, priced, small
from studies import QUICK, days

from sim.answers import costs
from sim.answers.curve import curve
from sim.errors import OptionError
from sim.study.effort import Effort
from sim.study.plan import FRESH
from sim.study.runs import Runs


def test_tracks_start_from_today_and_each_step_from_the_one_before():
    found = of_curve()
    assert [len(found.tracks[name]) for name in ("stations", "ambulances")] == [3, 3]
    for name, kind in (("stations", 1), ("ambulances", 0)):
        for count, step in enumerate(found.tracks[name], 1):
            assert len(step.option.layout.fleet) == len(priced().fleet) + count
            assert len(step.option.layout.stations) == len(priced().stations) + kind * count
            together = sum(one.gain.mean for one in found.tracks[name][:count])
            assert step.gains["within"].mean == pytest.approx(together)


def test_the_gains_are_measured_on_fresh_calls_and_today_is_what_run_says():
    found = of_curve()
    first = found.tracks["stations"][0]
    with Runs(priced(), [first.option.layout], Effort(seed=2025 + FRESH, workers=1)) as fresh:
        fresh.extend(6)
        assert first.gain.mean == pytest.approx(fresh.spread(1).mean)
    with Runs(priced(), [], Effort(seed=2025, replications=6, workers=1)) as usual:
        assert found.now["within"] == usual.levels(["within"])["within"]


def test_a_rearranged_fleet_is_as_large_as_today():
    for step in of_curve().tracks["fleet"]:
        assert len(step.option.layout.fleet) == len(priced().fleet)
        assert step.cost == costs.layout_cost(priced())


def test_the_front_of_a_curve_has_the_cheapest_and_the_best():
    points = of_curve().points()
    assert len(points) == 1 + sum(map(len, of_curve().tracks.values()))
    front = [point for point in points if point.on_front]
    assert min(point.cost for point in points) in {point.cost for point in front}
    for key in ("urban10", "rural30"):
        best = max(point.values[key].mean for point in points)
        assert best in {point.values[key].mean for point in front}


def test_points_are_todays_layout_and_that_after_each_step():
    first, *others = of_curve().points()
    assert (first.track, first.place, first.values) == ("today", 0, of_curve().now)
    assert first.cost == costs.layout_cost(priced())
    steps = [step for taken in of_curve().tracks.values() for step in taken]
    assert [point.values for point in others] == [step.values for step in steps]
    assert [p.place for p in others if p.track == "stations"] == [1, 2, 3]


def test_without_costs_nothing_is_on_the_front():
    bare = replace(of_curve(), provenance=replace(of_curve().provenance, base=days()))
    assert not bare.has_costs
    assert not any(point.on_front for point in bare.points())


def test_a_curve_without_room_for_stations_is_of_ambulances_only(tmp_path):
    path = tmp_path / "sites.csv"
    path.write_text("name,lon,lat\n湘东医院,113.42,27.79\n", "utf-8")
    found = curve(small(), path, steps=1, **QUICK)
    assert found.tracks["stations"] == ()
    assert len(found.tracks["ambulances"]) == 1


def test_a_row_for_each_step_in_both_languages():
    frame = of_curve().to_frame()
    assert frame["track"].value_counts()["stations"] == 3
    station = of_curve().tracks["stations"][0].option.station
    row = frame.iloc[0]
    assert (row["what_en"], row["what_zh"]) == (f"+ {station.en}", f"＋{station.zh}")
    assert row["within"] == of_curve().tracks["stations"][0].gains["within"].mean


@pytest.mark.parametrize(
    ("how", "said"),
    [({"by": "p90"}, "by: write one of"), ({"steps": 0}, "steps: write at least 1; found 0"),
     ({"steps": 31}, "found 31")],
    ids=str,
)  # fmt: skip
def test_what_cannot_be_a_curve_is_told(how, said):
    with pytest.raises(OptionError, match=said):
        curve(days(), "3", **QUICK, **how)
