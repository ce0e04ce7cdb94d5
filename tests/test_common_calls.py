"""The same calls in every layout, and the same bytes whenever a study is run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from conftest import ROOT, same_bytes

from sim.answers import comparison
from sim.errors import ScenarioError
from sim.geography.roads import travel
from sim.model.columns import columns
from sim.prepare import demand, draws, system
from sim.scenario.file import load


@pytest.fixture(scope="module")
def week(liling):
    return liling.with_study(length=7 * 86_400.0)


def test_a_new_station_leaves_every_call_as_it_was(week, tmp_path):
    comparison.compare(week, week.add("枫林镇"), replications=2, logs_to=tmp_path)
    drawn = columns(draws.draw(demand.build(week), 1, 0))
    shown = [name for name in drawn if not name.startswith("other")]
    for replication in range(2):
        before, after = (
            pq.read_table(tmp_path / f"layout-{i}" / f"calls-{replication:04d}.parquet")
            for i in (0, 1)
        )
        assert before.select(shown).equals(after.select(shown))
    trips = [pq.read_table(tmp_path / f"layout-{i}" / "trips-0000.parquet") for i in (0, 1)]
    assert not trips[0].equals(trips[1]), "the new station changes what becomes of the calls"


def test_adding_a_station_changes_no_travel_time_of_the_others(week):
    before, after = system.build(week), system.build(week.add("枫林镇"))
    assert np.array_equal(before.roads.travel.far, after.roads.travel.far)
    nodes = before.roads.place_node
    for mode in range(2):
        for place in before.stations.place:
            ends = [int(s.roads.place_node[place]) for s in (before, after)]
            seconds = [
                travel.seconds(s.roads.travel, mode, nodes, e)
                for s, e in zip((before, after), ends, strict=True)
            ]
            assert np.array_equal(*seconds)
    assert np.array_equal(
        before.roads.place_node, after.roads.place_node[: len(before.roads.place_node)]
    )


def test_same_seed_same_bytes(week):
    same_bytes(comparison.run(week, replications=2), comparison.run(week, replications=2))


def test_more_replications_leave_the_first_as_they_were(week):
    few, more = (comparison.run(week, replications=n).tallies[0] for n in (2, 3))
    for a, b in zip(few, more, strict=False):
        assert a.response_s.tobytes() == b.response_s.tobytes()


def test_layouts_on_different_maps_cannot_be_compared(liling, coquimbo):
    with pytest.raises(ScenarioError, match="on one map only"):
        comparison.compare(liling, coquimbo)


def test_different_demand_is_noticed(week):
    demand = week.settings.demand.model_copy(update={"transported": 0.9})
    other = replace(week, settings=week.settings.model_copy(update={"demand": demand}))
    result = comparison.compare(week, other, replications=1)
    assert [one.path for one in result.differences(1)] == ["demand.transported"]
    assert not result.same_calls
    assert "not the same calls" in result.table()
    assert comparison.compare(week, week.close("市妇幼"), replications=1).same_calls


def test_every_layout_is_held_against_the_targets_and_days_of_the_base(week):
    targets = week.settings.targets.model_copy(update={"urban": 1200.0})
    study_ = week.settings.study.model_copy(update={"length": 86_400.0})
    other = replace(
        week, settings=week.settings.model_copy(update={"targets": targets, "study": study_})
    )
    result = comparison.compare(week, other, replications=2)
    assert result.difference("within").mean == 0
    assert result.same_calls


def test_only_calls_after_the_warm_up_are_measured(week):
    result = comparison.run(week, replications=1)
    calls = draws.draw(demand.build(week), 2025, 0)
    received = calls.received_at[result.tallies[0][0].call]
    assert received.min() >= week.settings.study.warm_up
    assert received.max() < week.settings.study.warm_up + week.settings.study.length


def test_the_worst_served_are_those_of_the_base(week):
    plan = week
    for name in ("枫林镇", "官庄镇", "石亭镇", "均楚镇"):
        plan = plan.add(name)
    result = comparison.compare(week, plan, replications=2)
    sets = {pooled.setup.worst for pooled in result.pooled}
    assert sets == {result.pooled[0].setup.worst}


def test_few_replications_give_no_verdict(week):
    result = comparison.compare(week, week.close("泰安医院"), replications=4)
    assert result.verdict("within") == "too few replications"


def test_at_least_one_replication_is_needed(week):
    with pytest.raises(ScenarioError, match="write at least 1; found 0"):
        comparison.run(week, replications=0)


def test_more_ambulances_never_serve_fewer_at_once(week):
    result = comparison.compare(week, week.ambulances("市中医院", +5), replications=3)
    assert result.difference("served_at_once").mean >= 0
    assert result.difference("busy").mean < 0


def test_the_liling_study_says_what_the_bureau_says():
    """Consistency, not truth: the north-west is served worst, and its own plan helps it most."""
    base = load(ROOT / "scenarios" / "liling")
    plan = load(Path(ROOT / "scenarios" / "liling" / "north-west.yaml"))
    result = comparison.compare(base, plan, replications=5)
    names = {base.map.townships[row].name.zh for row in result.pooled[0].setup.worst}
    assert {"枫林镇", "官庄镇", "石亭镇", "均楚镇"} <= names
    assert result.verdict("rural30") == "better"
    assert result.verdict("worst5") == "better"


def test_both_engines_give_the_same_bytes(week):
    plan = week.add("枫林镇")
    one, other = (
        comparison.compare(week, plan, replications=2, engine=name)
        for name in ("compiled", "reference")
    )
    same_bytes(one, other)


def test_an_engine_that_is_none_is_told(week):
    with pytest.raises(ScenarioError, match="compiled or reference; found fast"):
        comparison.run(week, replications=1, engine="fast")
