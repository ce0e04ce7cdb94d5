"""What is lost without each station and without one ambulance of each."""

from __future__ import annotations

import math

import pytest
from decisions import by_comparison, of_worth, priced, small, worth_of
from studies import QUICK, days

from sim.answers.worth import worth
from sim.errors import OptionError, ScenarioError
from sim.measures.intervals import Estimate
from sim.measures.verdicts import FEWEST, Verdict
from sim.study.effort import Effort
from sim.study.runs import Runs


def test_the_greatest_loss_comes_first():
    found = of_worth()
    changes = [loss.changes["within"].mean for loss in found.losses]
    assert changes == sorted(changes)
    slower = [loss.changes["mean"].mean for loss in worth(days(), by="mean", **QUICK).losses]
    assert slower == sorted(slower, reverse=True)


def test_every_station_and_one_ambulance_of_those_with_several():
    found = {(loss.station, loss.closed) for loss in of_worth().losses}
    base = days()
    several = {row for row in range(8) if base.fleet_size(row) > 1}
    assert found == {(row, True) for row in range(8)} | {(row, False) for row in several}


def test_what_is_saved_is_what_it_costs():
    for loss in of_worth().losses:
        station, cars = priced().stations[loss.station], priced().fleet_size(loss.station)
        house = 1_200_000 if station.kind == "station" else 400_000
        assert loss.saved == (house + 900_000 * cars if loss.closed else 900_000)
    unknown = worth(small(), **QUICK)
    assert all(math.isnan(loss.saved) for loss in unknown.losses)
    assert unknown.facts()["rows"][0]["saved"] is None


def test_losses_are_those_of_a_comparison():
    loss = of_worth().losses[0]
    assert loss.changes["within"].mean == pytest.approx(
        by_comparison(priced(), [loss.layout], 6)[0], abs=1e-12
    )


def test_calls_a_day_are_of_the_station_today():
    found = of_worth()
    closed = [loss for loss in found.losses if loss.closed]
    with Runs(priced(), [], Effort(workers=1)) as runs:
        runs.extend(6)
        served = runs.per_day(0, "served")
    assert {loss.station: loss.calls_per_day for loss in closed} == pytest.approx(
        dict(enumerate(served.tolist()))
    )


def test_a_lone_station_with_two_ambulances_can_lose_one():
    base = small().close("市中医院").close("湘东医院")
    (loss,) = worth(base, **QUICK).losses
    assert (loss.closed, len(loss.layout.fleet)) == (False, 1)


def test_a_lone_ambulance_cannot_be_missed():
    base = small().close("市中医院").close("湘东医院").ambulances("市二医院", to=1)
    with pytest.raises(ScenarioError, match="there is one ambulance"):
        worth(base, **QUICK)


def test_stations_that_are_closed_or_empty_are_worth_nothing_to_ask():
    base = days().close("市妇幼").ambulances("泰安医院", to=0)
    names = {base.stations[loss.station].name.zh for loss in worth(base, **QUICK).losses}
    assert not {"市妇幼", "泰安医院"} & names


def test_no_verdict_from_a_few_replications():
    few = worth(small(), replications=FEWEST - 1, workers=1)
    assert {loss.verdict for loss in few.losses} == {Verdict.FEW_REPLICATIONS}


def test_what_could_go_is_what_is_too_small_to_matter():
    assert worth_of(lambda v: v, Verdict.WORSE).spare() == []
    every = worth_of(lambda v: Estimate(0.0, 0.0, 0.0), Verdict.TOO_SMALL)
    assert every.spare() == list(every.losses)


def test_a_row_for_each_loss_with_all_measures():
    frame = of_worth().to_frame()
    assert len(frame) == len(of_worth().losses)
    first, loss = frame.iloc[0], of_worth().losses[0]
    assert first["station_zh"] == priced().stations[loss.station].name.zh
    assert set(frame["what"]) == {"station closed", "one ambulance less"}
    for key in ("within", "urban10", "rural30", "worst5", "mean"):
        got = tuple(first[[key, f"{key}_low", f"{key}_high"]])
        assert got == pytest.approx(tuple(loss.changes[key]), nan_ok=True)


def test_a_measure_that_is_none_is_told():
    with pytest.raises(OptionError, match="by: write one of within, urban10"):
        worth(small(), by="p90", **QUICK)
