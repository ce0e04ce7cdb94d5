"""A study and the machine: as many at work as fit, refused in words where not even one does."""

from __future__ import annotations

from concurrent.futures import Future

import pytest
from conftest import same_bytes
from processes import LILING, tenthirty

from sim.answers import comparison
from sim.errors import SizeError
from sim.prepare import demand, system
from sim.study import plan as plans
from sim.study import size as sizes
from sim.study import workers
from sim.study.effort import Effort
from sim.study.replication import Keep
from sim.study.workers import Backend, Job, Pool


def need(**parts):
    return sizes.Size(**{"calls": 1000.0, "replication": 0.0, "engines": 0.0, "kept": 0.0} | parts)


def free(monkeypatch, gigabytes):
    monkeypatch.setattr(sizes, "free_memory", lambda: gigabytes * 1e9)


def test_as_many_processes_work_at_once_as_memory_has_room_for(monkeypatch):
    free(monkeypatch, 10)
    one_each = need(replication=2e9 - sizes.A_PROCESS)
    assert sizes.at_once(one_each, 8) == 4, "a tenth is left to others"
    assert sizes.at_once(one_each, 3) == 3
    assert sizes.at_once(one_each._replace(kept=4e9), 8) == 2
    assert sizes.at_once(one_each._replace(kept=6.5e9), 8) == 1


def test_measures_are_made_when_no_replication_is_computed_any_more(monkeypatch):
    free(monkeypatch, 10)
    sizes.at_once(need(replication=4e9, kept=4e9, pooled=4.5e9), 1)
    with pytest.raises(SizeError, match=r"need 11\.0 GB of memory together"):
        sizes.at_once(need(replication=4e9, kept=4e9, pooled=7e9), 1)


def test_where_nobody_knows_what_is_free_nothing_is_refused(monkeypatch):
    monkeypatch.setattr(sizes, "free_memory", lambda: None)
    assert sizes.at_once(need(replication=1e15), 8) == 8


@pytest.mark.parametrize(
    ("part", "told"),
    [
        ("replication", "a replication of 1,000 calls needs 12.0 GB of memory, and 10.0 GB are"),
        ("kept", "the replications need 12.0 GB of memory together, and 10.0 GB are free"),
        ("engines", "the tables of the layouts need 12.0 GB of memory together, and 10.0 GB"),
    ],
)
def test_what_does_not_fit_is_refused_with_what_to_do(monkeypatch, part, told):
    free(monkeypatch, 10)
    with pytest.raises(SizeError, match="the study is too large for this machine") as caught:
        sizes.at_once(need(**{part: 12e9}), 8)
    assert told in str(caught.value)


def test_rows_and_logs_and_layouts_need_more_than_sums(day):
    made = plans.prepare(day, (day.close("市妇幼"),), Effort(), Keep.SUMS).plan
    sums = sizes.size(made, 10, [0, 1])
    drawn, window = made.demands[0], plans.Window(0, made.demands[0].length_s)
    expected = demand.expected_calls(drawn, window, len(made.setup.people)).sum()
    assert sums.calls == pytest.approx(expected, rel=0.1), "hours differ, and these are a few days"
    rows = sizes.size(made._replace(keep=Keep.ROWS), 10, [0, 1])
    assert rows.kept + rows.pooled > sums.kept
    assert sizes.size(made._replace(keep=Keep.ROWS), 20, [0, 1]).kept == 2 * rows.kept
    assert sizes.size(made._replace(logs=True), 10, [0, 1]).replication > sums.replication
    assert sizes.size(made, 10, [0]).engines < sums.engines
    assert sizes.size(made, 10, [0, 1], {0}).engines < sizes.size(made, 10, [1]).engines
    assert sizes.size(made, 10, [0, 1], {0, 1}).engines == 0, "they are there"


def test_fewer_layouts_are_taken_together_where_memory_is_short(day, monkeypatch):
    made = plans.prepare(day, (day.close("市妇幼"),), Effort(), Keep.SUMS).plan
    each = max(sizes._engine(made, row) for row in (0, 1))
    monkeypatch.setattr(sizes, "SMALL", 0.0)
    for gigabytes, together in ((1e3, 64), (7.5 * each / 1e9, 3), (1e-9, 1)):
        free(monkeypatch, gigabytes)
        assert sizes.layouts_at_once(made, [0, 1], 64) == together


def test_layouts_one_after_the_other_give_what_they_give_together(pair, monkeypatch):
    from sim.study import runs

    def found():
        with runs.Runs(pair[0], (pair[1], pair[1]), Effort(replications=2, workers=1)) as made:
            made.extend(2)
            return [made.spread(row).mean for row in (1, 2)]

    together = found()
    monkeypatch.setattr(runs, "layouts_at_once", lambda plan, rows, most: 1)
    assert found() == together


def test_a_replication_that_does_not_fit_is_refused_before_any_table_is_made(day, monkeypatch):
    free(monkeypatch, 1)

    def never(*_args, **_named):
        raise AssertionError("a table was made")

    monkeypatch.setattr(system, "build", never)
    rates = {"rate": {"urban": "600 per day", "rural": "600 per day"}}
    large = day.with_study(length="3330 days").with_settings(demand=rates)
    with pytest.raises(SizeError, match=r"a replication of 3,99\d,\d{3} calls needs 1\.6 GB"):
        comparison.compare(large, draft=True)


class Watched:
    """An executor that does one block after the other, and counts how many it was given at once."""

    def __init__(self):
        self.most, self.open = 0, 0

    def submit(self, do, *args):
        self.open += 1
        self.most = max(self.most, self.open)
        future = Future()
        future.set_result(do(*args))
        future.add_done_callback(lambda _: None)
        own, result = self, future.result

        def taken(timeout=None):
            own.open -= 1
            return result(timeout)

        future.result = taken
        return future


@pytest.mark.parametrize("room", [2, 3, 8])
def test_what_does_not_fit_at_once_is_done_in_turn_with_the_same_bytes(
    pair, alone, monkeypatch, room
):
    """Processes that are there from a smaller study get no more blocks than memory has room for."""
    there = Watched()

    class Small(Pool):
        def __init__(self, *args):
            super().__init__(*args)
            self._backend = Backend(there, lambda message: message, 4)

    monkeypatch.setattr(workers, "at_once", lambda needs, wanted: min(room, wanted))
    monkeypatch.setattr(workers, "BLOCK_S", 1e-6)  # a block a replication
    with Small(4) as pool:
        same_bytes(alone, comparison.compare(*pair, replications=5, pool=pool))
    assert there.most == room if room < 4 else there.most > 4


def test_alone_in_its_process_a_study_that_fits_but_once_is_done(pair, alone, monkeypatch):
    monkeypatch.setattr(workers, "at_once", lambda needs, wanted: 1)
    same_bytes(alone, comparison.compare(*pair, replications=5, workers=4))


def test_who_brings_workers_knows_what_they_have(day, monkeypatch):
    def never(*_args):
        raise AssertionError("asked")

    monkeypatch.setattr(workers, "at_once", never)
    plan = plans.prepare(day, (), Effort()).plan
    with Pool(executor=Watched()) as pool:
        assert len(list(pool.results(Job(plan), range(2)))) == 2


FULL = """
from sim.study import size
size.free_memory, size.SMALL = lambda: 1e6, 0.0
from sim.cli import main
main()
"""


def test_at_the_prompt_it_is_status_2_in_the_readers_language_and_nothing_is_written(tmp_path):
    done = tenthirty("run", LILING, "--draft", "--lang", "zh", cwd=tmp_path, check=False, code=FULL)
    assert done.returncode == 2
    said = done.stderr.replace("\n", "")
    assert "本次研究超出本机容量" in said
    assert "请缩短 study.length，改为增加重复次数" in said
    assert not list(tmp_path.rglob("*.json"))


def test_what_is_kept_of_calls_and_their_answers_is_reckoned_with(liling):
    """Bytes as they are, of the columns that have a row for each call."""
    week = liling.with_study(length=7 * 86_400.0)
    study = plans.prepare(week, (), Effort(), Keep.ROWS)
    with Pool(workers=1) as pool:
        (one,) = pool.results(Job(study.plan), [0])
    (tally,) = one.tallies
    rows = [column for column in tally if getattr(column, "shape", ())[:1] == tally.call.shape]
    assert tally.asked_s.shape[1] == 17
    kept = sum(column.nbytes for column in rows) / len(tally.call)
    reckoned = sizes.size(study.plan, 1, [0])
    assert kept <= reckoned.kept / reckoned.calls < 1.5 * kept
    plain = study.plan._replace(demands=tuple(d._replace(others=0) for d in study.plan.demands))
    less = sizes.size(plain, 1, [0])
    for part in ("kept", "pooled", "replication"):
        assert getattr(less, part) < getattr(reckoned, part), part
