"""Studies on many processes, on threads and on a cluster; killed, out of room, and gone on with.

Killing is real: workers and whole commands get SIGKILL, disks refuse to be written. No test goes
by the clock: they wait for a file or for a process to be gone.
"""

from __future__ import annotations

import io
import json
import os
import pickle
import re
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from itertools import chain
from pathlib import Path

import numpy as np
import psutil
import pyarrow.parquet as pq
import pytest
from conftest import ROOT, same_bytes

import sim
from sim.answers import comparison
from sim.cli.progress import TimeLeft, bar
from sim.errors import OptionError, OutputError, ScenarioError, WorkersError
from sim.files import whole
from sim.geography.roads import tables, travel
from sim.report import folder as store
from sim.study import checkpoints as finished
from sim.study import plan as study
from sim.study import workers

LILING = str(ROOT / "scenarios" / "liling")
MANY = ("--replications", "160", "--days", "1", "--workers", "2", "--no-figures")
A_WHILE_S = 120
unix = pytest.mark.skipif(sys.platform == "win32", reason="signals")


@pytest.fixture(scope="module")
def day(liling):
    return liling.with_study(length=86_400.0)


@pytest.fixture(scope="module")
def pair(day):
    return day, day.add("枫林镇")


@pytest.fixture(scope="module")
def alone(pair):
    return comparison.compare(*pair, replications=5, workers=1)


@pytest.fixture(scope="module")
def cluster():
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0"
    ) as made:
        yield made


def until(condition, what):
    """Wait for something to be so, generously."""
    end = time.monotonic() + A_WHILE_S
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.01)
    raise AssertionError(f"{what}: not within {A_WHILE_S} s")


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

    def submit(self, work, packed, block, rows):
        self.blocks.append(block)
        future = Future()
        self.todo.append((future, work, pickle.dumps(packed), block, rows))
        return future

    def go(self):
        while self.todo:
            future, work, packed, block, rows = self.todo.pop()
            future.set_result(work(pickle.loads(packed), block, rows))


def test_results_are_in_order_in_whatever_order_they_come(pair, alone, monkeypatch):
    executor = Backwards()
    wait = workers.wait

    def all_done(*arguments):
        executor.go()
        return wait(*arguments)

    monkeypatch.setattr(workers, "wait", all_done)
    same_bytes(alone, comparison.compare(*pair, replications=5, executor=executor, workers=1))
    assert sorted(chain(*executor.blocks)) == list(range(5))


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
    monkeypatch.setattr(workers, "ANSWERS_WITHIN_S", 1)
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
    monkeypatch.setattr(workers, "ANSWERS_WITHIN_S", 1)
    with (
        distributed.LocalCluster(n_workers=0, dashboard_address=":0", processes=False) as empty,
        pytest.raises(WorkersError, match="has no workers"),
    ):
        comparison.run(day, replications=1, scheduler=empty.scheduler_address)


def test_without_dask_it_is_said_what_to_install(day, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(WorkersError, match=r"tenthirty\[cluster\]"):
        comparison.run(day, replications=1, scheduler="tcp://127.0.0.1:9")


def test_an_executor_and_a_scheduler_are_one_too_many(day):
    with ThreadPoolExecutor(1) as threads, pytest.raises(ScenarioError, match="name it alone"):
        comparison.run(day, replications=1, executor=threads, scheduler="tcp://127.0.0.1:9")


def test_another_version_there_is_refused(day, monkeypatch):
    packed = workers._packed(study.prepare(day).plan)
    other = replace(packed, key="other", code="0" * 64)
    with pytest.raises(WorkersError, match="another version"):
        workers.work(other, [0], [0])


def test_progress_is_told_from_nothing_to_all(day):
    told = []
    comparison.run(day, replications=3, watch=lambda done, total: told.append((done, total)))
    assert told == [(0, 3), (1, 3), (2, 3), (3, 3)]


def test_errors_come_back_whole_from_another_process():
    error = pickle.loads(pickle.dumps(OutputError("here", "no room")))
    assert str(error) == "here cannot be written:\n  no room"


# ── what travels ─────────────────────────────────────────────────────────────────────────────


def test_the_big_table_stays_behind_and_is_found_again(pair):
    plan = study.prepare(*pair).plan
    far = plan.systems[0].travel.far
    assert isinstance(far, np.memmap)
    assert plan.systems[1].travel.far is far, "layouts share one table"
    packed = workers._packed(plan)
    assert len(packed.plan) < far.nbytes
    with_it = pickle.dumps(plan._replace(systems=tuple(
        s._replace(travel=s.travel._replace(far=np.array(far))) for s in plan.systems[:1])))  # fmt: skip
    assert len(packed.plan) < len(with_it) + 1_000_000
    there, _ = workers._unpacked(packed)
    assert there.systems[0].travel.far is far, "and in one process it is there once"
    assert there.systems[1].travel.far is far


def test_a_table_is_made_where_there_is_no_cache_yet(pair, tmp_path, monkeypatch):
    plan = study.prepare(*pair).plan
    far = np.array(plan.systems[0].travel.far)
    monkeypatch.setenv("TENTHIRTY_CACHE", str(tmp_path))
    monkeypatch.setattr(tables, "_IN_USE", {})
    sent = [travel.without_table(s.travel) for s in plan.systems]
    assert all(t.far.size == 0 for t in sent)
    found = [travel.with_table(t).far for t in sent]
    assert len(list(tmp_path.glob("*.npy"))) == 1
    assert found[0].dtype == far.dtype
    assert np.array_equal(found[0], far)
    assert found[1] is found[0]


def test_a_matrix_of_several_layouts_is_sent_once(day):
    made = study.prepare(day, day.close("市妇幼")).plan
    matrix = np.random.default_rng(1).random((2, 300, 300))
    on_it = travel.from_matrix(matrix)
    systems = tuple(s._replace(travel=on_it) for s in made.systems)
    one, both = (
        len(workers._packed(made._replace(systems=s)).plan) for s in (systems[:1], systems)
    )
    assert both - one < matrix.nbytes / 2


def test_a_worker_unpacks_a_plan_once(day):
    packed = workers._packed(study.prepare(day).plan)
    again = pickle.loads(pickle.dumps(packed))
    assert workers._unpacked(packed) is workers._unpacked(again)


def test_blocks_hold_every_replication_once_and_are_neither_few_nor_long(day):
    plan = study.prepare(day).plan
    for count, hands in ((1, 2), (7, 2), (1000, 4), (5, 64)):
        blocks = workers._blocks(plan, range(count), 1, hands)
        assert list(chain(*blocks)) == list(range(count))
        assert len(blocks) >= min(count, 4 * hands)
    year = study.prepare(day.with_study(length=365 * 86_400.0), engine="reference").plan
    assert max(map(len, workers._blocks(year, range(1000), 1, 2))) == 1


# ── which study ──────────────────────────────────────────────────────────────────────────────


def test_the_key_is_of_all_that_replications_follow_from(day, tmp_path):
    def key(*layouts, **options):
        return study.prepare(*layouts, **options).key()

    def setting(section, **values):
        changed = getattr(day.settings, section).model_copy(update=values)
        return replace(day, settings=day.settings.model_copy(update={section: changed}))

    own = key(day)
    speeds = {name: value * 1.01 for name, value in day.settings.travel.speeds.items()}
    rate = day.settings.demand.rate
    less = rate.model_copy(update={"rural": rate.rural._replace(per_second=1e-9)})
    others = {
        "seed": key(day, seed=7),
        "rate": key(setting("demand", rate=less)),
        "speed": key(setting("travel", speeds=speeds)),
        "station": key(day.add("枫林镇")),
        "layouts": key(day, day.add("枫林镇")),
        "length": key(day.with_study(length=2 * 86_400.0)),
        "ambulances": key(day.ambulances("市中医院", +1)),
        "duration": key(setting("durations", turnout=day.settings.durations.handover)),
    }
    assert own not in others.values()
    assert len(set(others.values())) == len(others)
    assert key(day, replications=99) == own
    assert key(day, logs=True) == own
    assert key(setting("targets", urban=1.0)) == own, "targets change no replication"


def test_the_key_is_of_a_matrix_itself(day):
    system = study.prepare(day).plan.systems[0]
    seconds = np.ones((2, 3, 3))
    one, other = (system._replace(travel=travel.from_matrix(seconds * n)) for n in (1, 2))
    assert finished.key([one]) != finished.key([other])
    assert finished.key([one]) == finished.key([one._replace()])


def test_the_key_is_of_the_program(tmp_path, monkeypatch):
    copy = tmp_path / "sim"
    shutil.copytree(Path(sim.__file__).parent, copy, ignore=shutil.ignore_patterns("__pycache__"))
    code = finished.code.__wrapped__
    own = code(copy)
    assert own == finished.code()
    with (copy / "policies.py").open("a") as file:
        file.write("\n")
    changed = code(copy)
    assert changed != own
    monkeypatch.setattr(finished.importlib.metadata, "version", lambda name: "0")
    assert code(copy) != changed


# ── finished replications ────────────────────────────────────────────────────────────────────


@pytest.fixture
def kept(pair, tmp_path):
    """Three replications of two layouts, with logs: the result, and where everything is."""
    where = {"keep": tmp_path / "kept", "logs_to": tmp_path / "logs"}
    return comparison.compare(*pair, replications=3, workers=1, **where), where


def again(pair, where, **options):
    """The same study once more: its result, and how many replications were there."""
    told = []
    result = comparison.compare(
        *pair, workers=1, watch=lambda done, total: told.append(done),
        **{"replications": 3} | where | options,
    )  # fmt: skip
    return result, told[0]


def test_a_tally_comes_back_to_the_last_bit(alone, tmp_path):
    own = alone.tallies[0][0]
    odd = own._replace(response_s=np.array([np.nan, -np.inf, -0.0]), call=own.call[:0])
    for tally in (own, odd):
        (tmp_path / "one").write_bytes(finished.as_parquet(tally, {"said": [1]}))
        found, about = finished.from_parquet(tmp_path / "one")
        assert about["said"] == [1]
        for a, b in zip(tally, found, strict=True):
            assert type(a) is type(b)
            a, b = np.asarray(a), np.asarray(b)
            assert (a.dtype, a.shape, a.tobytes()) == (b.dtype, b.shape, b.tobytes())


def test_what_is_finished_is_not_done_again(pair, kept, monkeypatch):
    result, where = kept
    before = contents(where["keep"]) | contents(where["logs_to"])
    monkeypatch.setattr(workers, "_replication", None)  # nothing may be simulated
    found, there = again(pair, where)
    assert there == 3
    same_bytes(result, found)
    assert contents(where["keep"]) | contents(where["logs_to"]) == before


def test_a_longer_study_goes_on_from_a_shorter_one(pair, kept, alone):
    longer, there = again(pair, kept[1], replications=5)
    assert there == 3
    same_bytes(alone, longer)
    assert again(pair, kept[1], replications=2)[1] == 2


def damage_cut(path):
    path.write_bytes(path.read_bytes()[:-100])


def damage_empty(path):
    path.write_bytes(b"")


def damage_flip(path):
    data = bytearray(path.read_bytes())
    middle = len(data) // 3
    data[middle : middle + 8] = bytes(255 - byte for byte in data[middle : middle + 8])
    path.write_bytes(data)


def damage_text(path):
    path.write_text("not a table")


def damage_gone(path):
    path.unlink()


def test_a_whole_file_with_another_value_than_was_written_is_done_again(pair, kept):
    """Its pages are in order; only the hash of the tally itself can tell."""
    result, where = kept
    path = where["keep"] / "layout-1" / "0001.parquet"
    table = pq.read_table(path)
    column = table.column("response_s").to_pylist()
    column[0][0] += 1.0
    at = table.schema.get_field_index("response_s")
    pq.write_table(table.set_column(at, "response_s", [column]), path, write_page_checksum=True)
    assert pq.read_table(path).schema.metadata == table.schema.metadata
    found, there = again(pair, where)
    assert there == 2
    same_bytes(result, found)


@pytest.mark.parametrize(
    "damage", [damage_cut, damage_empty, damage_flip, damage_text, damage_gone]
)
@pytest.mark.parametrize("what", ["keep/layout-1/0001", "logs_to/layout-0/calls-0001"])
def test_what_is_damaged_is_noticed_and_done_again(pair, kept, damage, what):
    result, where = kept
    name, rest = what.split("/", 1)
    path = where[name] / f"{rest}.parquet"
    whole = path.read_bytes()
    damage(path)
    found, there = again(pair, where)
    assert there == 2
    same_bytes(result, found)
    assert path.read_bytes() == whole
    assert again(pair, where)[1] == 3


def test_finished_files_of_other_studies_are_not_taken(pair, kept, tmp_path):
    result, where = kept
    other = {"keep": tmp_path / "other", "logs_to": tmp_path / "other-logs"}
    comparison.compare(*pair, replications=3, seed=1, workers=1, **other)
    own = where["keep"] / "layout-0"
    shutil.copy(other["keep"] / "layout-0" / "0002.parquet", own)
    shutil.copy(own / "0000.parquet", own / "0001.parquet")  # its own, in a wrong place
    found, there = again(pair, where)
    assert there == 1
    same_bytes(result, found)


def test_replications_without_logs_are_done_again_for_their_logs(pair, tmp_path):
    keep = {"keep": tmp_path / "kept"}
    result, _ = again(pair, keep)
    assert again(pair, keep)[1] == 3
    where = keep | {"logs_to": tmp_path / "logs"}
    assert again(pair, where)[1] == 0
    found, there = again(pair, where)
    assert there == 3
    same_bytes(result, found)
    assert again(pair, keep)[1] == 3, "logs that are not asked for are no hindrance"


def test_an_interrupted_study_keeps_what_it_had(pair, alone, tmp_path):
    def interrupt(done, total):
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        comparison.compare(*pair, replications=5, workers=2, watch=interrupt, keep=tmp_path)
    found, there = again(pair, {"keep": tmp_path}, replications=5)
    assert there == 2
    same_bytes(alone, found)


@unix
def test_one_process_at_a_time(day, tmp_path):
    with whole.alone(tmp_path / "kept"), pytest.raises(OutputError, match="another process"):
        comparison.run(day, replications=1, keep=tmp_path / "kept")
    comparison.run(day, replications=1, keep=tmp_path / "kept")


# ── the bar ──────────────────────────────────────────────────────────────────────────────────


def test_time_left_goes_by_what_was_done_since_it_began(monkeypatch):
    from types import SimpleNamespace

    task = SimpleNamespace(
        completed=40, total=100, fields={"began": 0.0, "last": 10.0, "before": 20}
    )
    monkeypatch.setattr("sim.cli.progress.time.monotonic", lambda: 12.0)
    assert TimeLeft.seconds(task) == 10 / 20 * 80 - 12
    assert TimeLeft().render(task).plain == "0:28"
    task.completed = 20
    assert TimeLeft.seconds(task) is None
    assert TimeLeft().render(task).plain == "-:--"


def test_a_bar_takes_what_was_finished_as_done_and_notes_stay(monkeypatch, capsys):
    monkeypatch.setattr("sim.cli.progress.Console", lambda **_: _terminal())
    with bar("Reading") as tell:
        tell(title="Preparing")
        tell(note="Going on: 7 of 9 [red].")
        tell(7, 9, "Simulating")
        tell(8, 9, "Simulating")
        tell(title="Drawing")
    assert "Going on: 7 of 9 [red]." in _OUT.getvalue()


_OUT = io.StringIO()


def _terminal():
    from rich.console import Console

    return Console(file=_OUT, force_terminal=True, width=100)


# ── the command line, killed ─────────────────────────────────────────────────────────────────


def tenthirty(*arguments, cwd, check=True, code=None):
    command = [sys.executable, *(("-c", code) if code else ("-m", "sim.cli")), *map(str, arguments)]
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, encoding="utf-8")
    assert "Traceback" not in done.stderr, done.stderr
    if check:
        assert done.returncode == 0, done.stderr
    return done


@contextmanager
def started(cwd, *arguments):
    """A command under way with at least one replication finished."""
    process = subprocess.Popen(
        [sys.executable, "-m", "sim.cli", *arguments], cwd=cwd, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True, start_new_session=True, encoding="utf-8",
    )  # fmt: skip
    try:
        until(lambda: some_finished(cwd) or process.poll() is not None, "a finished replication")
        assert process.poll() is None, process.communicate()
        yield process
    finally:
        left = workers_of(process) if process.poll() is None else []
        for one in (process, *left):
            one.kill()
        process.communicate(timeout=A_WHILE_S)


def some_finished(cwd):
    return list(cwd.glob("runs/.*.part-*/finished/layout-*/*.parquet"))


def workers_of(process):
    return [
        child for child in psutil.Process(process.pid).children(recursive=True)
        if "spawn_main" in " ".join(child.cmdline())
    ]  # fmt: skip


def contents(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*") if path.is_file()
    }  # fmt: skip


def same_results(one, other, but=()):
    """The same bytes in two folders of results, but for the seconds it took."""
    a, b = (contents(folder) for folder in (one, other))
    for files in (a, b):
        facts = json.loads(files.pop("run.json"))
        for name in ("seconds", *but):
            facts.pop(name)
        files["facts"] = facts
        files["table.txt"] = re.sub(rb"\d+ s\n", b"s\n", files["table.txt"])
    assert a.keys() == b.keys()
    assert [name for name in a if a[name] != b[name]] == []


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory):
    """What `tenthirty run` writes if nobody stops it."""
    folder = tmp_path_factory.mktemp("uninterrupted")
    tenthirty("run", LILING, *MANY, cwd=folder)
    return folder / "runs" / "liling"


def goes_on(cwd, uninterrupted, *more):
    """The same command again ends as if it had never been stopped, and leaves nothing else."""
    done = tenthirty("run", LILING, *MANY, *more, cwd=cwd)
    said = re.search(r"Going on: (\d+) of 160 replications were finished before\.", done.stderr)
    assert said, done.stderr
    assert 0 < int(said[1]) <= 160
    assert list((cwd / "runs").iterdir()) == [cwd / "runs" / "liling"]
    same_results(cwd / "runs" / "liling", uninterrupted)
    return done


@unix
def test_a_killed_command_leaves_no_worker_and_goes_on(tmp_path, uninterrupted):
    with started(tmp_path, "run", LILING, *MANY) as process:
        working = until(lambda: workers_of(process), "workers")
        process.kill()
        process.wait()
        try:
            until(lambda: not any(map(lives, working)), "workers end with the one who started them")
        finally:
            for child in filter(lives, working):
                child.kill()
    assert not (tmp_path / "runs" / "liling").exists()
    goes_on(tmp_path, uninterrupted)


def lives(process):
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE


@unix
def test_a_killed_worker_is_told_and_the_study_goes_on(tmp_path, uninterrupted):
    with started(tmp_path, "run", LILING, *MANY) as process:
        until(lambda: workers_of(process), "workers")[0].kill()
        _, said = process.communicate(timeout=A_WHILE_S)
    assert process.returncode == 2
    assert "Traceback" not in said
    assert said.startswith("the study was not finished:")
    assert re.search(r"\d+ of 160 replications are finished; the same command goes on", said)
    goes_on(tmp_path, uninterrupted)


@unix
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_ctrl_c_keeps_what_is_finished(tmp_path, lang):
    command = ("run", LILING, "--lang", lang, *MANY)
    with started(tmp_path, *command) as process:
        os.killpg(process.pid, signal.SIGINT)
        _, said = process.communicate(timeout=A_WHILE_S)
    assert process.returncode == 130
    assert "Traceback" not in said
    english, chinese = r"Stopped: (\d+) of 160 replications", r"共 160 次重复，已完成 (\d+) 次"
    finished_now = int(re.search(english if lang == "en" else chinese, said)[1])
    assert len(some_finished(tmp_path)) == finished_now
    done = tenthirty(*command, "--json", cwd=tmp_path)
    assert ("Going on" if lang == "en" else "继续") in done.stderr
    assert str(finished_now) in done.stderr
    assert json.loads(done.stdout)["replications"] == 160


def test_what_is_finished_is_counted_on_the_disk(tmp_path):
    """An interrupt may fall after a file is in its place and before it is counted."""
    kept = finished.Kept(tmp_path, "key", layouts=2, total=9)
    for layout, number in ((0, 0), (1, 0), (0, 1)):  # of number 1 the second layout is missing
        path = tmp_path / f"layout-{layout}" / f"{number:04d}.parquet"
        path.parent.mkdir(exist_ok=True)
        path.touch()
    assert kept.done == 0
    kept.recount()
    assert kept.done == 1


@unix
def test_one_stopped_before_anything_is_finished_leaves_nothing(tmp_path):
    # The very first replication of ten years takes longer than this test looks on.
    command = [sys.executable, "-m", "sim.cli", "run", LILING, "--days", "3650", "--workers", "1"]
    process = subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    until(lambda: list(tmp_path.glob("runs/.liling.part-*/lock")), "a part folder")
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=A_WHILE_S)
    assert process.returncode == 130
    assert "Stopped. Nothing was written." in said
    assert not list(tmp_path.iterdir())


@unix
def test_two_of_the_same_at_once_and_what_others_left(tmp_path, uninterrupted):
    stale = tmp_path / "runs" / ".liling.part-0123456789ab"
    (stale / "finished" / "layout-0").mkdir(parents=True)
    (stale / "finished" / "layout-0" / "0000.txt").write_text("of a study that nobody ends")
    with started(tmp_path, "run", LILING, *MANY) as process:
        process.send_signal(signal.SIGSTOP)
        second = tenthirty("run", LILING, *MANY, cwd=tmp_path, check=False)
        assert second.returncode == 2
        assert "another process is at this study" in second.stderr
        other = tenthirty("run", LILING, *MANY[2:], "--replications", 2, "--seed", 1, cwd=tmp_path)
        assert "Going on" not in other.stderr
        assert not stale.exists(), "nobody was at it"
        assert some_finished(tmp_path), "of the first, which is still under way"
        process.kill()
    shutil.rmtree(tmp_path / "runs" / "liling")
    goes_on(tmp_path, uninterrupted)


@unix
def test_a_shorter_study_takes_only_its_own_logs(tmp_path):
    with started(tmp_path, "run", LILING, *MANY, "--workers", "1") as process:
        until(lambda: len(some_finished(tmp_path)) > 8, "a few replications")
        process.kill()
    short = ("--replications", 3, "--days", 1, "--no-figures")
    done = tenthirty("run", LILING, *short, cwd=tmp_path)
    assert "Going on: 3 of 3" in done.stderr
    names = [path.name for path in (tmp_path / "runs" / "liling" / "logs" / "layout-0").iterdir()]
    assert sorted(names) == sorted(
        f"{kind}-{number:04d}.parquet" for kind in ("calls", "trips") for number in range(3)
    )


def test_halves_of_files_do_not_stay(tmp_path):
    for stop in (True, False):
        try:
            with store.results_folder(tmp_path / "out", "k" * 64) as part:
                if stop:
                    for name in ("finished/layout-0/0000.parquet", "finished/layout-0/.0001.part.parquet",
                                 "logs/layout-0/.calls-0001.part.parquet", ".table.part.txt",
                                 "logs/layout-0/calls-0000.parquet", "map.png"):  # fmt: skip
                        (part / name).parent.mkdir(parents=True, exist_ok=True)
                        (part / name).write_text("x")
                    raise KeyboardInterrupt
                (part / "run.json").write_text("{}")
        except KeyboardInterrupt:
            continue
    assert set(contents(tmp_path)) == {"out/run.json", "out/logs/layout-0/calls-0000.parquet"}


def test_stopped_while_results_are_put_in_place_the_folder_is_still_ours(tmp_path, monkeypatch):
    key, out = "k" * 64, tmp_path / "out"

    def fill(part):
        (part / "finished" / "layout-0").mkdir(parents=True, exist_ok=True)
        (part / "finished" / "layout-0" / "0000.parquet").write_text("x")
        for name in ("measures.csv", "run.json"):
            (part / name).write_text("x")

    real, calls = os.replace, []

    def stop(*paths):
        calls.append(paths)
        if len(calls) == 2:
            raise KeyboardInterrupt
        real(*paths)

    monkeypatch.setattr(store.os, "replace", stop)
    with pytest.raises(KeyboardInterrupt), store.results_folder(out, key) as part:
        fill(part)
    assert not (out / "run.json").exists()
    monkeypatch.setattr(store.os, "replace", real)
    with store.results_folder(out, key) as part:
        fill(part)
    assert set(contents(tmp_path)) == {"out/run.json", "out/measures.csv"}


# ── a disk without room ──────────────────────────────────────────────────────────────────────

SMALL_FILES = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))
from sim.cli import main
main()
"""

FULL_AFTER = """
import errno, os, pathlib
real, written = pathlib.Path.write_bytes, []
def write(path, data):
    written.append(path)
    if len(written) > {files}:
        real(path, data[:10])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
    return real(path, data)
pathlib.Path.write_bytes = write
from sim.cli import main
main()
"""


def test_a_disk_that_fills_is_told_and_the_study_goes_on(tmp_path, uninterrupted):
    done = tenthirty(
        "run", LILING, *MANY, cwd=tmp_path, check=False, code=FULL_AFTER.format(files=25)
    )
    assert done.returncode == 2
    assert "cannot be written" in done.stderr
    assert "No space left" in done.stderr
    assert "8 of 160 replications are finished; the same command goes on from there" in done.stderr
    goes_on(tmp_path, uninterrupted)


@unix
def test_a_disk_that_takes_no_results_is_told_and_the_study_goes_on(tmp_path, uninterrupted):
    # Logs and tallies of a day are small enough; measures.csv is not.
    tallies = max(len(data) for name, data in contents(uninterrupted).items() if "logs/" in name)
    measures = (uninterrupted / "measures.csv").stat().st_size
    assert 2 * tallies < measures
    code = SMALL_FILES.format(limit=measures - 1)
    done = tenthirty("run", LILING, *MANY, cwd=tmp_path, check=False, code=code)
    assert done.returncode == 2
    assert "measures.csv cannot be written" in done.stderr
    assert "160 of 160 replications are finished" in done.stderr
    goes_on(tmp_path, uninterrupted)


@unix
def test_a_disk_that_takes_nothing_is_told_and_nothing_is_left(tmp_path):
    done = tenthirty(
        "run", LILING, *MANY, cwd=tmp_path, check=False, code=SMALL_FILES.format(limit=100)
    )
    assert done.returncode == 2
    assert "cannot be written" in done.stderr
    assert "goes on" not in done.stderr
    assert not list(tmp_path.iterdir())


# ── workers that stop ────────────────────────────────────────────────────────────────────────


def test_a_worker_that_dies_at_once_is_told_in_words(day, monkeypatch):
    monkeypatch.setattr(workers, "_start_worker", _die)
    with pytest.raises(WorkersError, match="worker processes stopped") as told:
        comparison.run(day, replications=2, workers=2)
    assert "goes on" not in str(told.value)


def _die(_plan):
    os._exit(1)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"workers": 0}, "workers: a number of processes, at least 1; found 0"),
        ({"workers": "2"}, "found '2'"),
        ({"executor": 5}, "executor: an executor that has `submit`; found 5"),
        ({"executor": ThreadPoolExecutor}, "found <class"),
        ({"scheduler": 8786}, "scheduler: an address like tcp://"),
        ({"scheduler": "tcp://x:1", "workers": 2}, "scheduler: name it alone"),
        ({"engine": "fast"}, "engine: write compiled or reference; found fast"),
        ({"keep": __file__}, "keep: a folder of its own"),
    ],
    ids=str,
)
def test_an_argument_that_cannot_be_is_told_in_one_line(day, options, said):
    with pytest.raises(OptionError, match=re.escape(said)) as caught:
        comparison.run(day, replications=1, **options)
    assert "\n" not in str(caught.value)


def test_a_cache_that_cannot_be_written_is_told(tmp_path):
    afile = tmp_path / "afile"
    afile.write_text("")
    command = [sys.executable, "-m", "sim.cli", "run", str(ROOT / "scenarios" / "liling"),
               "--replications", "1", "--days", "1", "--no-figures", "--no-logs"]  # fmt: skip
    env = os.environ | {"TENTHIRTY_CACHE": str(afile)}
    done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert f"cache folder {afile} cannot be written" in done.stderr
