"""Static coverage: inclusive limits, parts that add up, and no study to tell of."""

from __future__ import annotations

from dataclasses import replace

import pytest
from conftest import ROOT

from sim.answers import coverage as coverage_room
from sim.prepare import reach as coverage
from sim.scenario.layout import Ambulance

LILING = ROOT / "scenarios" / "liling"


def test_a_limit_is_inclusive(liling):
    found = coverage.reach(liling, before_s=0.0)
    farthest = found.cell_s.min(axis=0)[liling.map.cells.area == 0].max()
    targets = liling.settings.targets.model_copy(update={"urban": float(farthest)})
    exact = replace(liling, settings=liling.settings.model_copy(update={"targets": targets}))
    frame = coverage_room.coverage(exact, before_s=0.0).to_frame().set_index("area")
    assert frame.loc["urban", "within"] == 1.0


def test_areas_and_townships_add_up(liling):
    frame = coverage_room.coverage(liling).to_frame()
    whole = frame[frame["by"] == "all"].iloc[0]
    for by in ("area", "township"):
        parts = frame[frame["by"] == by]
        assert parts["people"].sum() == whole["people"] == 885_987
        assert (parts["people"] * parts["within"]).sum() / 885_987 == pytest.approx(whole["within"])


def test_one_more_station_never_covers_fewer(liling):
    before = coverage_room.coverage(liling).to_frame().set_index("area")["within"]
    after = coverage_room.coverage(liling.add("枫林镇")).to_frame().set_index("area")["within"]
    assert (after >= before - 1e-12).all()
    assert after["枫林镇"] > before["枫林镇"]


def test_only_stations_with_ambulances_count(liling):
    one = replace(liling, fleet=(Ambulance(0),))
    assert coverage.reach(one).cell_s.shape[0] == 1
    few, all_ = (coverage_room.coverage(s).to_frame().iloc[0]["within"] for s in (one, liling))
    assert few < all_


def test_coverage_is_an_answer_of_which_nothing_was_simulated(liling):
    found = coverage_room.coverage(liling)
    assert set(found.frames()) == {"coverage"}
    assert found.provenance.facts() == {"base": "Liling today", "map": "Liling", "synthetic": True}
    assert found.facts()["rows"] == found.to_frame().to_dict("records")
    assert list(found.files()) == [*liling.files, liling.map.path]


def test_a_radius_is_inclusive_and_the_same_for_everybody(liling):
    shares = [
        coverage_room.coverage(liling, radius_m=metres).to_frame().set_index("area")["radius"]
        for metres in (5_000.0, 20_000.0)
    ]
    norm = coverage_room.coverage(liling).to_frame().set_index("area")["radius"]
    assert shares[0]["urban"] == norm["urban"]
    assert shares[1]["rural"] == norm["rural"]
    assert shares[0]["all"] < norm["all"] < shares[1]["all"]
    nearest = coverage.reach(liling).radius_m
    farthest = float(nearest.max())
    whole = coverage_room.coverage(liling, radius_m=farthest).to_frame()
    assert (whole["radius"] == 1.0).all()
