"""A replication's calls are drawn once while a study is open, whoever meets them and however late."""

from __future__ import annotations

import pytest
from conftest import same_columns

from sim.model.columns import columns
from sim.prepare import draws
from sim.study import messages
from sim.study import plan as plans
from sim.study.common_calls import CommonCalls
from sim.study.effort import Effort
from sim.study.messages import CommonPart, PlanLacking, PlanMessage
from sim.study.replication import Keep, replicate
from sim.study.runs import Runs
from sim.study.workers import Job, Pool


@pytest.fixture
def drawn(monkeypatch):
    """The replications that were drawn, one by one."""
    found, draw = [], draws.draw

    def counted(demand, seed, number):
        found.append(number)
        return draw(demand, seed, number)

    monkeypatch.setattr(draws, "draw", counted)
    return found


@pytest.fixture
def study(day):
    return plans.prepare(day, (), Effort(), Keep.SUMS)


def test_a_layout_that_is_added_meets_calls_that_are_not_drawn_again(pair, drawn):
    with Runs(pair[0], (), Effort(replications=3, workers=1)) as runs:
        runs.extend(3)
        row = runs.add(pair[1])
        runs.extend(3)
        assert drawn == [0, 1, 2]
        late = runs.spread(row).mean
    with Runs(pair[0], (pair[1],), Effort(replications=3, workers=1)) as runs:
        runs.extend(3)
        assert runs.spread(1).mean == late


def test_calls_are_kept_while_there_is_room_and_drawn_again_after_that(study, drawn):
    demand = study.plan.demands[0]
    alone = CommonCalls(0.0).of(demand, 1, 0, tuple).calls
    room = 3.0 * sum(
        column.nbytes for column in columns(alone).values()
    )  # as they are and packed, for one
    common = CommonCalls(room)
    drawn.clear()
    first = [common.of(demand, 1, number, tuple).calls for number in (0, 1)]
    again = [common.of(demand, 1, number, tuple).calls for number in (0, 1)]
    assert drawn == [0, 1, 1]
    assert again[0] is first[0]
    same_columns(again[1], first[1])


def test_other_seeds_and_other_demands_have_calls_of_their_own(study):
    common, demand = CommonCalls(), study.plan.demands[0]
    other = demand._replace(conveyed_share=0.0)
    calls = common.of(demand, 1, 0, tuple).calls
    other_seed = common.of(demand, 2, 0, tuple).calls.received_at
    assert other_seed.tolist() != calls.received_at.tolist()
    assert not common.of(other, 1, 0, tuple).calls.conveyed.any()
    same_columns(common.of(demand, 1, 0, tuple).calls, calls)


# ── in other processes ───────────────────────────────────────────────────────────────────────


@pytest.fixture
def elsewhere(monkeypatch):
    """A process that has no plan yet."""
    monkeypatch.setattr(messages, "_ready", {})


def test_a_worker_keeps_roads_calls_and_the_first_engine_from_plan_to_plan(
    study, pair, elsewhere, drawn
):
    common = CommonPart.of(study.plan)
    first = PlanMessage.of(study.plan, common)
    extended = study.add(pair[1])
    second = PlanMessage.of(extended.plan, common)
    messages.work(first, [0, 1], [0])
    (one, two) = messages.work(second.without_common(), [0, 1], [0, 1])
    assert drawn == [0, 1]
    before, after = messages.unpacked(first), messages.unpacked(second)
    assert after.engines[0] is before.engines[0]
    assert after.plan.systems[0] is before.plan.systems[0]
    roads = [system.roads.travel for system in after.plan.systems]
    assert roads[1].far is roads[0].far
    assert roads[1].graph is roads[0].graph
    here = [replicate(extended.plan, {}, CommonCalls(), number, [0, 1]) for number in (0, 1)]
    for there, own in zip((one, two), here, strict=True):
        for a, b in zip(there.tallies, own.tallies, strict=True):
            same_columns(a, b)


def test_layouts_added_one_by_one_are_made_like_another_though_the_base_is_not_simulated(pair):
    """Where today's replications are read back, its engine is never made."""
    base, other = pair
    job = Job(plans.prepare(base, (other, other.ambulances("枫林镇", +1)), Effort()).plan)
    with Pool(workers=1) as pool:
        for row in (1, 2):
            list(pool.results(job, [0], [row]))
    shared = [job.engines[row]._fixed.to_hospital_s for row in (1, 2)]
    assert shared[0] is shared[1]


def test_a_plan_with_one_more_layout_is_sent_as_what_that_adds(study, pair, elsewhere):
    common = CommonPart.of(study.plan)
    second = PlanMessage.of(study.add(pair[1]).plan, common).without_common()
    assert len(second.plan) < len(common.data) / 3
    with pytest.raises(PlanLacking):
        messages.unpacked(second)


def test_layouts_come_out_as_they_were_sent(study, pair, elsewhere):
    moved = pair[0].move(pair[0].stations[0].name.zh, pair[0].map.townships[3].name.zh)
    plan = study.add(pair[1]).add(moved).add(pair[0]).plan
    there = messages.unpacked(PlanMessage.of(plan)).plan
    assert_same(there.systems, plan.systems)


def assert_same(one, other):
    if isinstance(one, tuple):
        for a, b in zip(one, other, strict=True):
            assert_same(a, b)
    elif hasattr(one, "tobytes"):
        assert (one.dtype, one.shape) == (other.dtype, other.shape)
        assert one.tobytes() == other.tobytes()
    else:
        assert one == other
