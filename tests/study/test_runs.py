"""Many layouts on the same calls: replications added where they are wanted, and layouts too."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
import pytest
from conftest import ROOT, same_columns
from studies import days

from sim.answers import comparison
from sim.errors import OptionError, ScenarioError
from sim.files.whole import alone
from sim.measures import estimates
from sim.measures.intervals import FIRST_LOOK, Jackknifed
from sim.prepare import demand, draws
from sim.scenario.file import load
from sim.study import runs as room
from sim.study.effort import Effort
from sim.study.replication import Keep
from sim.study.runs import Runs
from sim.study.sharing import shared
from sim.study.stopping import STEP
from sim.study.workers import Pool
from sim.study.worst_served import WorstServed

NAMES = ["枫林镇", "官庄镇", "石亭镇", "均楚镇", "白兔潭镇"]


@lru_cache(maxsize=1)
def plans():
    return tuple(days().add(name) for name in NAMES)


def tried(*layouts, upto=None, **effort):
    effort = {"workers": 1} | effort
    found = Runs(days(), layouts or plans(), Effort(**effort))
    if upto:
        found.extend(upto)
    return found


def same(one, other, rows=None):
    """Whether two runs found the same, to the last bit."""
    for row in range(len(one.layouts)) if rows is None else rows:
        for a, b in zip(one._found[row], other._found[row], strict=True):
            same_columns(a, b)


def test_every_layout_meets_the_same_calls():
    found = tried(upto=3)
    calls = [[one.below[0] for one in of] for of in found._found]
    assert all(np.array_equal(calls[0], other) for other in calls[1:])
    assert found.runs == 3 * 6
    drawn = draws.draw(demand.build(days()), 2025, 0)
    received = drawn.received_at
    study = days().settings.study
    some = (received >= study.warm_up) & (received < study.warm_up + study.length)
    assert calls[0][0].sum() == some.sum(), "those of any study with this seed"


def test_replications_added_later_are_those_done_at_once():
    later = tried(upto=2)
    later.extend(3, [2, 4])
    later.extend(5)
    at_once = tried(upto=5)
    same(later, at_once)
    assert later.runs == at_once.runs == 30


def test_more_of_some_leaves_the_others_alone_and_brings_the_base_along():
    found = tried(upto=2)
    found.extend(6, [3])
    assert [found.replications(row) for row in range(6)] == [6, 2, 2, 6, 2, 2]
    found.extend(4, [3])  # there already
    assert found.runs == 2 * 6 + 4 * 2
    same(found, tried(upto=6), rows=[0, 3])


def test_any_number_of_workers_gives_the_same_bytes():
    with tried(upto=4) as one, tried(upto=4, workers=2) as two:
        same(one, two)


def test_no_more_layouts_at_once_than_memory_allows_and_nothing_changes(monkeypatch):
    blocks = []
    real = Pool.results

    def noted(self, job, numbers, rows=None):
        blocks.append(list(rows))
        return real(self, job, numbers, rows)

    monkeypatch.setattr(Pool, "results", noted)
    whole = tried(upto=3)
    monkeypatch.setattr(room, "AT_ONCE", 2)
    same(whole, tried(upto=3))
    assert blocks == [[0, 1, 2, 3, 4, 5], [0, 1], [2, 3], [4, 5]]


def test_fresh_calls_are_others_and_the_same_each_time():
    usual, one, two = tried(upto=2), tried(upto=2, fresh=True), tried(upto=2, fresh=True)
    same(one, two)
    assert one.seed == usual.seed == 2025, "it is the seed that was asked for"
    assert not np.array_equal(one._found[0][0].below, usual._found[0][0].below)


def test_another_seed_gives_other_calls():
    assert not np.array_equal(
        tried(upto=1)._found[0][0].below, tried(upto=1, seed=7)._found[0][0].below
    )


def test_differences_are_over_the_replications_that_both_have():
    found = tried(upto=3)
    found.extend(7, [2])
    whole = tried(upto=3)
    assert found.spread(1) == whole.spread(1)
    assert found.spread(2) == tried(upto=7).spread(2)
    assert found.spread(1, base=2) == whole.spread(1, base=2)
    assert [one.replications for one in found.pair(1, 2)] == [3, 3]


def test_the_worst_served_are_fixed_at_the_first_look():
    found = tried(upto=2)
    worst = found.worst
    found.extend(12)
    assert found.worst == worst
    assert tried(upto=12).summed(3).setup.worst == tried(upto=12).worst


def test_worst_served_townships_can_be_those_of_another_base():
    with Runs(days(), plans(), Effort(), worst=WorstServed((1, 2))) as found:
        found.extend(2)
        assert found.worst == (1, 2)
        some = found.summed(0).plain()
        assert some.left_out("worst5")[0] == pytest.approx(
            some.above[:, 0, :, [1, 2]].sum() / some.below[:, 0, :, [1, 2]].sum()
        )


def test_what_is_watched_adds_up():
    told = []
    found = tried(watch=lambda done, total: told.append((done, total)))
    found.extend(2)
    found.extend(4, [1])
    assert told[0] == (0, 12)
    assert told[-1] == (16, 16) == (found.runs, found.runs)
    assert all(done <= total for done, total in told)


@pytest.mark.parametrize(
    ("how", "replications", "said"),
    [
        ({"replications": 7}, 7, "given"), ({"draft": True}, 5, "draft"),
        ({"most": 12}, 12, "most"), ({"most": 30, "wide": True}, 10, "precise"),
    ],
    ids=["given", "draft", "most", "precise"],
)  # fmt: skip
def test_it_stops_where_it_is_precise_or_as_it_was_told(how, replications, said):
    wide = how.pop("wide", False) if "wide" in how else False
    base = days()
    if wide:
        matters = base.settings.study.matters.model_copy(update={"share": 0.9})
        base = base.with_study(matters=matters)
    with Runs(base, [base.add("枫林镇")], Effort(workers=1, **how)) as found:
        reason = found.until_precise()
    assert (found.replications(1), reason.how) == (replications, said)
    width = found.spread(1).interval(0.95).half_width
    assert reason.reached == pytest.approx(width)
    assert found.summed(1).setup.sequential == ("most" in how)


def test_all_differences_must_be_precise_not_the_first_alone():
    """Whoever has the widest interval decides; one that is not known at all is not precise."""
    found = tried(most=FIRST_LOOK + STEP)
    real, unknown = found.spread, Jackknifed(0.0, math.nan, 9)
    found.spread = lambda row, *rest: (
        unknown if row == 3 else Jackknifed(real(row, *rest).mean, 0.0, 9)
    )
    assert found.until_precise().how == "most"


def test_intervals_after_looking_are_wider():
    given, looked = tried(replications=FIRST_LOOK + 2 * STEP), tried(most=20)
    given.extend(20)
    looked.extend(20)
    assert given.value(1).mean == looked.value(1).mean
    assert given.value(1).half_width < looked.value(1).half_width


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"replications": 5, "most": 10}, "most: it bounds"),
        ({"replications": 0}, "write at least 1"),
        ({"draft": True, "replications": 3}, "name it alone"),
        ({"workers": 0}, "workers: a number of processes"),
        ({"engine": "fast"}, "compiled or reference"),
        ({"seed": -1}, "write at least 0"),
    ],
    ids=str,
)
def test_what_cannot_be_asked_for_is_told_before_anything_is_run(how, said):
    with pytest.raises(OptionError, match=said):
        tried(**how)


# ── layouts that come later ──────────────────────────────────────────────────────────────────


def test_a_layout_added_while_open_finds_what_it_would_have_found():
    with tried(*plans()[:2], upto=3) as found:
        row = found.add(plans()[2])
        assert (row, found.replications(row)) == (3, 0)
        found.extend(3, [row])
        same(found, tried(*plans()[:3], upto=3))
        assert found.spread(row).mean == tried(*plans()[:3], upto=3).spread(3).mean


def test_a_layout_added_is_measured_like_the_base_and_checked():
    longer = plans()[0].with_study(length=30 * 86_400.0)
    coquimbo = load(ROOT / "scenarios" / "coquimbo")
    with tried(plans()[1]) as found:
        row = found.add(longer)
        assert found.layouts[row].settings.study == days().settings.study
        with pytest.raises(ScenarioError, match="on one map only"):
            found.add(coquimbo)
        assert len(found.layouts) == row + 1, "what cannot be compared is not there"


def test_a_layout_can_be_added_while_others_work():
    with tried(plans()[0], upto=4, workers=2) as found:
        found.extend(4, [found.add(plans()[1])])
        same(found, tried(*plans()[:2], upto=4))


# ── rows of calls ────────────────────────────────────────────────────────────────────────────


def test_rows_are_those_of_a_comparison():
    result = comparison.compare(days(), plans()[0], replications=4, workers=1)
    with Runs(days(), plans()[:1], Effort(workers=1), keep=Keep.ROWS) as found:
        found.extend(4)
        for row in range(2):
            for a, b in zip(found.tallies(row), result.tallies[row], strict=True):
                assert a.response_s.tobytes() == b.response_s.tobytes()
        assert found.spread(1, "p90").interval() == result.difference("p90")
        assert found.worst == result.pooled[0].setup.worst


def test_rows_and_sums_have_the_same_differences():
    with Runs(days(), plans()[:1], Effort(workers=1), keep=Keep.ROWS) as rows:
        rows.extend(4)
        sums = tried(plans()[0], upto=4)
        for key in ("within", "rural30", "worst5", "mean"):
            found = [one.spread(1, key).interval() for one in (rows, sums)]
            assert found[0] == pytest.approx(found[1], rel=1e-9, nan_ok=True)


def test_the_worst_served_do_not_depend_on_what_is_measured():
    some = [tried(upto=1), tried(upto=8), tried(upto=1, fresh=True)]
    with Runs(days(), plans()[:1], Effort(workers=1), keep=Keep.ROWS) as rows:
        rows.extend(1)
        some.append(rows)
        assert len({found.worst_served for found in some}) == 1


def test_rows_of_which_some_have_more_are_compared_in_what_both_have():
    with Runs(days(), plans()[:1], Effort(workers=1), keep=Keep.ROWS) as found:
        found.extend(4, [0])
        found.extend(2, [1])
        assert [one.replications for one in found.pair(0, 1)] == [2, 2]


def test_a_base_alone_is_precise_when_its_own_value_is():
    base = days()
    matters = base.settings.study.matters.model_copy(update={"share": 0.9})
    with Runs(base.with_study(matters=matters), (), Effort(most=30, workers=1)) as found:
        reason = found.until_precise()
        assert (reason.how, found.replications(0)) == ("precise", FIRST_LOOK)
        assert reason.reached == estimates.estimate(found.summed(0), "within").half_width


# ── what several share ───────────────────────────────────────────────────────────────────────


def test_several_runs_use_the_same_processes():
    with shared(Effort(workers=2)) as effort:
        pids = set()
        for layouts in (plans()[:1], plans()[1:3], ()):
            with Runs(days(), layouts, effort) as found:
                found.extend(4)
            executor = effort.pool._backend.executor
            pids.add(frozenset(process.pid for process in executor._running))
        assert len(pids) == 1
        with Runs(days(), plans()[1:3], effort) as found:
            found.extend(4)
            same(found, tried(*plans()[1:3], upto=4))


def test_what_is_shared_is_let_go_of_by_the_one_who_opened_it(tmp_path):
    with shared(Effort(workers=2, keep=tmp_path / "kept")) as effort:
        with Runs(days(), (), effort) as found:
            found.extend(2)
        assert effort.pool._backend.executor.submit(int).result() == 0, "still there"
    with pytest.raises(RuntimeError, match="shutdown"):
        effort.pool._backend.executor.submit(int)
    with alone(tmp_path / "kept"):
        pass


def test_runs_of_one_folder_find_each_their_own(tmp_path):
    """Several studies in one folder, another order of them, and a layout that stands elsewhere."""
    effort = Effort(workers=1, keep=tmp_path)
    told = []

    def simulated(layouts, upto):
        counted = Effort(workers=1, keep=tmp_path, watch=lambda done, _: told.append(done))
        told.clear()
        with Runs(days(), layouts, counted) as found:
            found.extend(upto)
        return found.runs - told[0]

    for layouts in (plans()[:2], plans()[2:4]):
        with Runs(days(), layouts, effort) as found:
            found.extend(3)
    assert simulated(plans()[2:4], 3) == simulated(plans()[:2], 3) == 0
    assert simulated(plans()[:2], 5) == 2 * 3
    assert simulated(plans()[1:3], 3) == 3 * 3, "these were not together before"


def test_processes_are_started_when_all_in_all_it_is_worth_it(monkeypatch):
    from sim.study import workers

    monkeypatch.setattr(workers, "_seconds", lambda plan, layouts: 0.5)
    monkeypatch.setattr(workers, "cores", lambda: 2)
    with shared(Effort()) as effort:
        with Runs(days(), (), effort) as found:
            found.extend(4)  # 2 s: not worth it
            assert effort.pool._backend is None
            found.extend(8)  # another 2 s: 4 in all, and no more than that
            assert effort.pool._backend is None
            found.extend(10)
            assert effort.pool._backend is not None
        same(found, _alone_to(10))


def _alone_to(upto):
    found = Runs(days(), (), Effort(workers=1))
    found.extend(upto)
    return found
