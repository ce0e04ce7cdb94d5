"""Replications on processes, on threads and on a cluster: the same bytes everywhere."""

from __future__ import annotations

import errno
import os
import pickle
import signal
import subprocess
import sys
import time
from concurrent.futures import BrokenExecutor, Future, ThreadPoolExecutor
from dataclasses import replace
from itertools import chain
from types import SimpleNamespace

import numpy as np
import pytest
from conftest import ROOT, same_bytes
from processes import A_WHILE_S, LILING, contents, same_results, tenthirty, until
from worlds import altered

from sim.answers import comparison
from sim.errors import OutputError, ScenarioError, WorkersError
from sim.geography.roads import tables, travel
from sim.study import cluster as cluster_room
from sim.study import messages, processes, workers
from sim.study import plan as plans
from sim.study.effort import Effort
from sim.study.messages import PlanMessage
from sim.study.processes import Processes
from sim.study.workers import Job, Pool
from sim.study.worst_served import FIRST


def plan_of(base, *proposals, **effort):
    return plans.prepare(base, proposals, Effort(**effort)).plan


@pytest.fixture(scope="module")
def cluster():
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0"
    ) as made:
        yield made


# ── the same bytes everywhere ────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("count", [2, 4])
def test_any_number_of_workers_gives_the_same_bytes(pair, alone, count):
    same_bytes(alone, comparison.compare(*pair, replications=5, workers=count))


def test_threads_give_the_same_bytes(pair, alone):
    with ThreadPoolExecutor(3) as threads:
        same_bytes(alone, comparison.compare(*pair, replications=5, executor=threads))
        assert threads.submit(int).result() == 0, "an executor that is handed in stays open"


class Backwards:
    """An executor of the least kind; the last block is finished first."""

    def __init__(self):
        self.todo, self.blocks = [], []

    def submit(self, work, message, block, rows):
        self.blocks.append(block)
        future = Future()
        self.todo.append((future, work, pickle.dumps(message), block, rows))
        return future

    def go(self):
        while self.todo:
            future, work, message, block, rows = self.todo.pop()
            future.set_result(work(pickle.loads(message), block, rows))


def test_results_are_in_order_in_whatever_order_they_come(pair, alone, monkeypatch):
    executor = Backwards()
    wait = workers.wait

    def all_done(*arguments):
        executor.go()
        return wait(*arguments)

    monkeypatch.setattr(workers, "wait", all_done)
    same_bytes(alone, comparison.compare(*pair, replications=5, executor=executor, workers=1))
    measured = [number for number in chain(*executor.blocks) if number < FIRST]
    assert sorted(measured) == list(range(5))


def test_a_dask_cluster_gives_the_same_bytes_and_the_same_logs(pair, alone, cluster, tmp_path):
    from distributed import Client

    logs = tmp_path / "there"
    on_it = comparison.compare(
        *pair, replications=5, scheduler=cluster.scheduler_address, logs_to=logs
    )
    same_bytes(alone, on_it)
    comparison.compare(*pair, replications=5, workers=1, logs_to=tmp_path / "here")
    assert contents(logs) == contents(tmp_path / "here")
    with Client(cluster) as client:
        executor = client.get_executor()
        same_bytes(alone, comparison.compare(*pair, replications=5, executor=executor))


def test_a_worker_of_a_cluster_that_dies_is_replaced_and_the_bytes_are_the_same(day):
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0"
    ) as here:
        whole = comparison.run(day, replications=60, workers=1)

        def watch(done, total):
            if done == 5:
                os.kill(here.workers[0].pid, signal.SIGKILL)

        again = comparison.run(day, replications=60, scheduler=here.scheduler_address, watch=watch)
    same_bytes(whole, again)


def test_the_command_line_on_a_cluster_gives_the_same_files(cluster, tmp_path):
    quick = ("run", LILING, "--replications", 4, "--days", 1, "--out", "here", "--no-figures")
    for folder, more in (
        ("a", ("--workers", 1)),
        ("b", ("--scheduler", cluster.scheduler_address)),
    ):
        (tmp_path / folder).mkdir()
        tenthirty(*quick, *more, cwd=tmp_path / folder)
    same_results(tmp_path / "a" / "here", tmp_path / "b" / "here", but=("command",))


def test_a_cluster_that_is_lost_is_told(day, tmp_path):
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=1, threads_per_worker=1, processes=True, dashboard_address=":0"
    ) as lost:

        def watch(done, total):
            if done == 3:
                lost.close()

        with pytest.raises(WorkersError, match="cluster was lost") as told:
            comparison.run(
                day, replications=2000, scheduler=lost.scheduler_address, watch=watch, keep=tmp_path
            )
    assert "goes on from there" in str(told.value)


def test_nobody_at_the_address_is_told(day, monkeypatch, capsys):
    pytest.importorskip("distributed")
    monkeypatch.setattr(cluster_room, "ANSWERS_WITHIN_S", 1)
    monkeypatch.setattr(sys, "argv", [
        "tenthirty", "run", LILING, "--scheduler", "tcp://127.0.0.1:9", "--days", "1"])  # fmt: skip
    from sim import cli

    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 2
    assert "no Dask scheduler answers at tcp://127.0.0.1:9" in capsys.readouterr().err
    with pytest.raises(WorkersError, match="no Dask scheduler answers at nonsense"):
        comparison.run(day, replications=1, scheduler="nonsense://x y")


def test_a_scheduler_without_workers_is_told(day, monkeypatch):
    distributed = pytest.importorskip("distributed")
    monkeypatch.setattr(cluster_room, "ANSWERS_WITHIN_S", 1)
    with (
        distributed.LocalCluster(n_workers=0, dashboard_address=":0", processes=False) as empty,
        pytest.raises(WorkersError, match="has no workers"),
    ):
        comparison.run(day, replications=1, scheduler=empty.scheduler_address)


def test_without_dask_it_is_said_what_to_install(day, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(WorkersError, match=r"pip install distributed"):
        comparison.run(day, replications=1, scheduler="tcp://127.0.0.1:9")


def test_an_executor_and_a_scheduler_are_one_too_many(day):
    with ThreadPoolExecutor(1) as threads, pytest.raises(ScenarioError, match="name it alone"):
        comparison.run(day, replications=1, executor=threads, scheduler="tcp://127.0.0.1:9")


def test_another_version_there_is_refused(day, monkeypatch):
    message = PlanMessage.of(plan_of(day))
    other = replace(message, key="other", code="0" * 64)
    with pytest.raises(WorkersError, match="another version"):
        messages.work(other, [0], [0])


def test_progress_is_told_from_nothing_to_all(day):
    told = []
    comparison.run(day, replications=3, watch=lambda done, total: told.append((done, total)))
    assert told == [(0, 3), (1, 3), (2, 3), (3, 3)]


def test_errors_come_back_whole_from_another_process():
    error = pickle.loads(pickle.dumps(OutputError("here", "no room")))
    assert str(error) == "here cannot be written:\n  no room"


# ── what travels ─────────────────────────────────────────────────────────────────────────────


def test_the_big_table_stays_behind_and_is_found_again(pair):
    plan = plan_of(*pair)
    far = plan.systems[0].roads.travel.far
    assert isinstance(far, np.memmap)
    assert plan.systems[1].roads.travel.far is far, "layouts share one table"
    message = PlanMessage.of(plan)
    assert len(message.plan) < far.nbytes
    with_it = pickle.dumps(plan._replace(systems=tuple(
        altered(s, travel=s.roads.travel._replace(far=np.array(far))) for s in plan.systems[:1])))  # fmt: skip
    assert len(message.plan) < len(with_it) + 1_000_000
    there = messages.unpacked(message).plan
    assert there.systems[0].roads.travel.far is far, "and in one process it is there once"
    assert there.systems[1].roads.travel.far is far


def test_a_table_is_made_where_there_is_no_cache_yet(pair, tmp_path, monkeypatch):
    plan = plan_of(*pair)
    far = np.array(plan.systems[0].roads.travel.far)
    monkeypatch.setenv("TENTHIRTY_CACHE", str(tmp_path))
    monkeypatch.setattr(tables, "_IN_USE", {})
    sent = [travel.without_table(s.roads.travel) for s in plan.systems]
    assert all(t.far.size == 0 for t in sent)
    found = [travel.with_table(t).far for t in sent]
    assert len(list(tmp_path.glob("*.npy"))) == 1
    assert found[0].dtype == far.dtype
    assert np.array_equal(found[0], far)
    assert found[1] is found[0]


def test_a_matrix_of_several_layouts_is_sent_once(day):
    made = plan_of(day, day.close("市妇幼"))
    matrix = np.random.default_rng(1).random((2, 300, 300))
    on_it = travel.from_matrix(matrix)
    systems = tuple(altered(s, travel=on_it) for s in made.systems)
    one, both = (len(PlanMessage.of(made._replace(systems=s)).plan) for s in (systems[:1], systems))
    assert both - one < matrix.nbytes / 2


def test_a_worker_unpacks_a_plan_once(day):
    message = PlanMessage.of(plan_of(day))
    again = pickle.loads(pickle.dumps(message))
    assert messages.unpacked(message) is messages.unpacked(again)


def test_blocks_hold_every_replication_once_and_are_neither_few_nor_long(day):
    plan = plan_of(day)
    for count, slots in ((1, 2), (7, 2), (1000, 4), (5, 64)):
        blocks = workers._blocks(plan, range(count), 1, slots)
        assert list(chain(*blocks)) == list(range(count))
        assert len(blocks) >= min(count, 4 * slots)
    year = plan_of(day.with_study(length=365 * 86_400.0), engine="reference")
    assert max(map(len, workers._blocks(year, range(1000), 1, 2))) == 1


# ── what stays ───────────────────────────────────────────────────────────────────────────────


def test_each_process_is_sent_a_plan_once_and_it_goes_with_its_job(pair, monkeypatch):
    sent = []
    ask = processes._ask

    def counted(to_it, from_it, request):
        sent.extend(m.key for m in request.arguments if isinstance(m, PlanMessage))
        return ask(to_it, from_it, request)

    monkeypatch.setattr(processes, "_ask", counted)
    jobs = [Job(plan_of(*pair)), Job(plan_of(pair[1]))]
    with Pool(workers=2) as pool:
        for job in (*jobs, jobs[0]):
            numbers = [one.number for one in pool.results(job, range(4), [0])]
            assert sorted(numbers) == [0, 1, 2, 3]
        assert all(1 <= sent.count(job.message.key) <= 2 for job in jobs)
        kept = pool._backend.executor._plans
        assert list(kept) == [job.message.key for job in jobs]
        pool.forget(jobs[0])
        assert list(kept) == [jobs[1].message.key]


def test_engines_of_layouts_that_are_out_are_let_go_of(pair):
    job = Job(plan_of(*pair))
    with Pool(workers=1) as pool:
        list(pool.results(job, [0], [0, 1]))
        assert set(job.engines) == {0, 1}
        list(pool.results(job, [1], [1]))
        assert set(job.engines) == {0, 1}, "like the first others are made"
        list(pool.results(job, [1], [0]))
        assert set(job.engines) == {0}


def test_a_job_with_more_layouts_keeps_its_engines(pair):
    one, both = plan_of(pair[0]), plan_of(*pair)
    job = Job(one)
    with Pool(workers=1) as pool:
        list(pool.results(job, [0]))
        assert job.extended(both).engines is job.engines
        assert job.extended(both).calls is job.calls


def test_nothing_wanted_is_nothing_done(day):
    with Pool(workers=1) as pool:
        assert list(pool.results(Job(plan_of(day)), [])) == []
        assert list(pool.results(Job(plan_of(day)), [0], [])) == []


# ── workers that stop ────────────────────────────────────────────────────────────────────────


def test_a_worker_that_dies_at_once_is_told_in_words(day, monkeypatch):
    monkeypatch.setattr(processes, "PROGRAM", "import os; os._exit(7)")
    with pytest.raises(WorkersError, match=r"worker processes stopped: .*\(status 7\)") as told:
        comparison.run(day, replications=2, workers=2)
    assert "goes on" not in str(told.value)


@pytest.mark.parametrize("number", [errno.EAGAIN, errno.ENOMEM, errno.EMFILE])
def test_a_machine_that_starts_no_more_processes_is_told(day, monkeypatch, number):
    def refused(*_, **__):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(processes.subprocess, "Popen", refused)
    with pytest.raises(WorkersError, match="no worker process can be started") as told:
        comparison.run(day, replications=2, workers=2)
    assert os.strerror(number) in str(told.value)


def test_a_machine_that_starts_no_more_threads_is_told(day, monkeypatch):
    def refused(_):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(processes.threading.Thread, "start", refused)
    with pytest.raises(WorkersError, match=r"can be started \(can't start new thread\)"):
        comparison.run(day, replications=2, workers=2)


def test_an_idle_worker_that_dies_ends_all():
    with Processes(2) as there:
        assert there.submit(int, "1").result(A_WHILE_S) == 1
        until(lambda: len(there._running) == 2, "two workers")
        busy = there.submit(time.sleep, A_WHILE_S)
        until(busy.running, "work")
        for process in there._running:  # one of them has nothing to do
            process.kill()
            break
        with pytest.raises(BrokenExecutor, match="signal 9"):
            busy.result(A_WHILE_S)
        with pytest.raises(BrokenExecutor, match="signal 9"):
            there.submit(int)


def test_a_worker_killed_in_the_midst_of_its_answer_ends_all():
    with Processes(2) as there:
        long = there.submit(half_an_answer)
        other = there.submit(time.sleep, A_WHILE_S)
        for future in (long, other):
            with pytest.raises(BrokenExecutor, match="signal 9"):
                future.result(A_WHILE_S)


def half_an_answer():
    """Writes a little of a pickle of a megabyte to where answers go, and dies."""
    answers = sys._getframe(2).f_locals["answers"]  # of `serve`
    answers.write(pickle.dumps(bytes(10**6))[:300_000])
    answers.flush()
    os.kill(os.getpid(), signal.SIGKILL)


def test_what_goes_wrong_in_a_worker_comes_back_and_the_worker_stays():
    with Processes(1) as there:
        with pytest.raises(ZeroDivisionError) as told:
            there.submit(divmod, 1, 0).result(A_WHILE_S)
        assert "Traceback" in told.value.__notes__[0]
        with pytest.raises(TypeError, match="pickle"):
            there.submit(open, os.devnull).result(A_WHILE_S)
        there.submit(print, "into the answers?").result(A_WHILE_S)
        assert there.submit(int, "1").result(A_WHILE_S) == 1


def test_too_little_memory_in_a_worker_is_told(day, monkeypatch):
    monkeypatch.setattr(workers, "work", out_of_memory)
    with pytest.raises(WorkersError, match="ran out of memory"):
        comparison.run(day, replications=2, workers=2)


def out_of_memory(*_):
    raise MemoryError


def test_nothing_waits_for_a_worker_that_is_stopped_when_its_pool_is_closed():
    with Processes(1) as there:
        assert there.submit(int, "1").result(A_WHILE_S) == 1
        (process,) = there._running
        process.send_signal(signal.SIGSTOP)
        there.submit(int)
    assert process.poll() == -signal.SIGKILL


def test_a_callers_pool_that_lost_a_process_is_told_although_it_waits_itself(day):
    dead = SimpleNamespace(is_alive=lambda: False)
    stuck = SimpleNamespace(submit=lambda *_: Future(), _processes={1: dead})
    with pytest.raises(WorkersError, match="worker processes stopped"):
        comparison.run(day, replications=2, executor=stuck)


OPEN_CACHE = """
import os, sys, sim
from sim.scenario.file import load
day = load(sys.argv[1]).with_study(length=86_400.0)
sim.run(day, replications=4, workers=2)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="file modes say nothing there")
def test_what_the_cache_is_not_used_for_is_told_once_and_not_by_each_worker(tmp_path):
    (tmp_path / "open").mkdir()
    (tmp_path / "open").chmod(0o777)
    told = subprocess.run(
        [sys.executable, "-c", OPEN_CACHE, str(ROOT / "scenarios" / "liling")],
        env=os.environ | {"TENTHIRTY_CACHE": str(tmp_path / "open"), "PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, check=True,
    ).stderr  # fmt: skip
    assert told.count("is not used, for other users may write to") == 1, told
