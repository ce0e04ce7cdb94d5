"""Static coverage: inclusive limits, parts that add up, and no study to tell of."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from conftest import ROOT

from sim.answers import coverage as coverage_room
from sim.errors import OptionError
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


def test_the_radius_is_that_which_is_asked_for(liling):
    """Counted anew from the distances; in a straight line, and a place on the circle is inside."""
    cells = liling.map.cells
    manned = {ambulance.station for ambulance in liling.fleet}
    at = np.array([(liling.stations[row].x, liling.stations[row].y) for row in manned])
    apart_m = np.hypot(*np.moveaxis(cells.xy[:, None] - at[None], 2, 0)).min(axis=1)
    for radius_m in ((5_000.0, 5_000.0), (3_000.0, 12_500.0), (float(np.sort(apart_m)[700]),) * 2):
        found = coverage_room.coverage(liling, radius_m=radius_m)
        inside = apart_m <= np.array(radius_m)[cells.area]
        share = cells.people[inside].sum() / cells.people.sum()
        assert found.to_frame().iloc[0]["radius"] == pytest.approx(share, abs=1e-12)
        assert f"{radius_m[0] / 1000:g} km of one in town" in found.sentences()[1]
    usual = coverage_room.coverage(liling).to_frame()["radius"]
    assert list(usual) == list(
        coverage_room.coverage(liling, radius_m=(5_000.0, 20_000.0)).to_frame()["radius"]
    )
    with pytest.raises(OptionError, match="radius_m"):
        coverage_room.coverage(liling, radius_m=(0.0, 1.0))
