"""Commands killed, interrupted and out of room: the same command goes on, to the same bytes.

Killing is real: workers and whole commands get SIGKILL, disks refuse to be written. No test goes
by the clock: they wait for a file or for a process to be gone.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time

import pytest
from conftest import ROOT
from processes import (
    A_WHILE_S,
    LILING,
    lives,
    same_results,
    some_finished,
    started,
    tenthirty,
    until,
    workers_of,
)

MANY = ("--replications", "160", "--days", "1", "--workers", "2", "--no-figures")
unix = pytest.mark.skipif(sys.platform == "win32", reason="signals")


# ── every command goes on ────────────────────────────────────────────────────────────────────

FAST = ("--days", "1", "--no-figures", "--workers", "1")
COMMANDS = {
    "run": ("run", LILING, "--replications", "8", *FAST),
    "compare": ("compare", LILING, "--add", "枫林镇", "--replications", "8", *FAST),
    "rank": ("rank", LILING, "--most", "15", *FAST),
    "site": ("site", LILING, "--model", "mexclp", "--replications", "8", *FAST),
    "search": ("search", LILING, "--no-moves", "--replications", "6", *FAST),
    "curve": ("curve", LILING, "--steps", "1", "--replications", "6", *FAST),
    "stress": ("stress", LILING, "--add", "枫林镇", "--replications", "4", "--samples", "2", *FAST),
    "worth": ("worth", LILING, "--replications", "8", *FAST),
    "why": ("why", LILING, "--replications", "8", *FAST),
}
# A command that dies by a signal after so many replications, and counts those that it simulated;
# the choice of the worst-served comes first and is kept as a whole.
DYING = """
import os, signal, sys
from pathlib import Path
from sim.study import checkpoints, workers
from sim.study.worst_served import FIRST
left, done, real, kept = {left}, 0, workers.replicate, checkpoints.Finished.add
def simulated(plan, engines, calls, number, rows):
    global done
    done += number < FIRST
    return real(plan, engines, calls, number, rows)
def add(self, one):
    kept(self, one)
    Path({counted!r}).write_text(str(done))
    if done == left:
        os.kill(os.getpid(), signal.{sign})
workers.replicate, checkpoints.Finished.add = simulated, add
from sim.cli import main
main()
"""


def counting(counted, left=-1, sign="SIGTERM"):
    return DYING.format(left=left, counted=str(counted), sign=sign)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """By command, what it writes if nobody stops it, and how many replications it simulates."""
    found = {}

    def of(name):
        if name not in found:
            folder = tmp_path_factory.mktemp(name)
            tenthirty(*COMMANDS[name], cwd=folder, code=counting(folder / "counted"))
            found[name] = folder, int((folder / "counted").read_text())
        return found[name]

    return of


@unix
@pytest.mark.parametrize(
    ("name", "sign"),
    [
        # Each by one signal in turn; by the other, and `stress`, which takes longest, thoroughly.
        pytest.param(
            name, sign, marks=[pytest.mark.thorough] if name == "stress" or row % 2 == at else []
        )
        for row, name in enumerate(COMMANDS)
        for at, sign in enumerate(("SIGINT", "SIGKILL"))
    ],
)
def test_every_command_goes_on_where_it_was_stopped(name, sign, whole, tmp_path):
    undisturbed, all_in_all = whole(name)
    before = max(1, all_in_all * 2 // 3)
    code = counting(tmp_path / "counted", before, sign)
    stopped = tenthirty(*COMMANDS[name], cwd=tmp_path, check=False, code=code)
    assert stopped.returncode == (130 if sign == "SIGINT" else -signal.SIGKILL)
    if sign == "SIGINT":
        assert re.search(r"Stopped: \d+ runs? (are|is) finished; the same command", stopped.stderr)
    assert not list(tmp_path.glob("runs/*/run.json"))

    again = tenthirty(*COMMANDS[name], cwd=tmp_path, code=counting(tmp_path / "again"))
    assert "Going on: " in again.stderr
    assert int((tmp_path / "again").read_text()) == all_in_all - before, "none is done twice"
    (result,) = (tmp_path / "runs").iterdir()
    same_results(result, undisturbed / "runs" / result.name)


# ── one command, killed in every way ─────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory):
    """What `tenthirty run` writes if nobody stops it."""
    folder = tmp_path_factory.mktemp("uninterrupted")
    tenthirty("run", LILING, *MANY, cwd=folder)
    return folder / "runs" / "liling"


def goes_on(cwd, uninterrupted, *more):
    """The same command again ends as if it had never been stopped, and leaves nothing else."""
    done = tenthirty("run", LILING, *MANY, *more, cwd=cwd)
    said = re.search(r"Going on: (\d+) runs? w\w+ finished before\.", done.stderr)
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


@unix
def test_a_killed_worker_is_told_and_the_study_goes_on(tmp_path, uninterrupted):
    with started(tmp_path, "run", LILING, *MANY) as process:
        until(lambda: workers_of(process), "workers")[0].kill()
        _, said = process.communicate(timeout=A_WHILE_S)
    assert process.returncode == 2
    assert "Traceback" not in said
    assert said.startswith("the study was not finished:")
    assert re.search(r"\d+ runs are finished; the same command goes on", said)
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
    english, chinese = r"Stopped: (\d+) runs? ", r"已停止：已完成 (\d+) 次运行"
    finished_now = int(re.search(english if lang == "en" else chinese, said)[1])
    assert len(some_finished(tmp_path)) == finished_now
    done = tenthirty(*command, "--json", cwd=tmp_path)
    assert ("Going on" if lang == "en" else "继续") in done.stderr
    assert str(finished_now) in done.stderr
    assert json.loads(done.stdout)["replications"] == 160


@unix
def test_one_stopped_before_anything_is_finished_leaves_nothing(tmp_path):
    # The very first replication of ten years takes longer than this test looks on.
    command = [sys.executable, "-m", "sim.cli", "run", LILING, "--days", "3650", "--workers", "1"]
    process = subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    until(lambda: list(tmp_path.glob("runs/.liling.part-*")), "a part folder")
    time.sleep(0.5)  # until it is at work in it
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=A_WHILE_S)
    assert process.returncode == 130
    assert "Stopped. Nothing was written." in said
    assert not list(tmp_path.iterdir())


@unix
def test_two_of_the_same_at_once_and_what_others_left(tmp_path, uninterrupted):
    stale = tmp_path / "runs" / ".liling.part-0123456789ab"
    (stale / "finished" / "aaaa-1").mkdir(parents=True)
    (stale / "finished" / "aaaa-1" / "0000.txt").write_text("of a study that nobody ends")
    with started(tmp_path, "run", LILING, *MANY) as process:
        process.send_signal(signal.SIGSTOP)
        second = tenthirty("run", LILING, *MANY, cwd=tmp_path, check=False)
        assert second.returncode == 2
        assert "another process is at this study" in second.stderr
        process.kill()
    goes_on(tmp_path, uninterrupted)
    assert not stale.exists(), "nobody was at it"


@unix
def test_a_shorter_study_takes_only_its_own_logs(tmp_path):
    with started(tmp_path, "run", LILING, *MANY, "--workers", "1") as process:
        until(lambda: len(some_finished(tmp_path)) > 8, "a few replications")
        process.kill()
    short = ("--replications", 3, "--days", 1, "--no-figures")
    done = tenthirty("run", LILING, *short, cwd=tmp_path)
    assert "Going on: " in done.stderr
    names = [path.name for path in (tmp_path / "runs" / "liling" / "logs" / "layout-0").iterdir()]
    assert sorted(names) == sorted(
        f"{kind}-{number:04d}.parquet" for kind in ("calls", "trips") for number in range(3)
    )


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
    assert "8 runs are finished; the same command goes on from there" in done.stderr
    goes_on(tmp_path, uninterrupted)


NO_RESULTS = """
import errno, os, pathlib
real = pathlib.Path.write_bytes
def write(path, *given, **more):
    if "measures" in path.name:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
    return real(path, *given, **more)
pathlib.Path.write_bytes = write
from sim.cli import main
main()
"""


def test_a_disk_that_takes_no_results_is_told_and_the_study_goes_on(tmp_path, uninterrupted):
    done = tenthirty("run", LILING, *MANY, cwd=tmp_path, check=False, code=NO_RESULTS)
    assert done.returncode == 2
    assert "liling cannot be written" in done.stderr
    assert "160 runs are finished" in done.stderr
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


def test_a_cache_that_cannot_be_written_is_told(tmp_path):
    afile = tmp_path / "afile"
    afile.write_text("")
    command = [sys.executable, "-m", "sim.cli", "run", str(ROOT / "scenarios" / "liling"),
               "--replications", "1", "--days", "1", "--no-figures", "--no-logs"]  # fmt: skip
    env = os.environ | {"TENTHIRTY_CACHE": str(afile)}
    done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert f"cache folder {afile} cannot be written" in done.stderr
