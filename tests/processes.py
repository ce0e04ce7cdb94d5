"""Commands run as a planner runs them, in processes of their own that tests stop and kill."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from contextlib import contextmanager

import psutil
from conftest import ROOT

from sim.study.processes import NAME

LILING = str(ROOT / "scenarios" / "liling")
A_WHILE_S = 120


def until(condition, what):
    """Wait for something to be so, generously."""
    end = time.monotonic() + A_WHILE_S
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.01)
    raise AssertionError(f"{what}: not within {A_WHILE_S} s")


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
    return list(cwd.glob("runs/.*.part-*/finished/*/[0-9]*.npz"))


def workers_of(process):
    return [
        child for child in psutil.Process(process.pid).children(recursive=True)
        if NAME in child.cmdline()
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
            facts.pop(name, None)
        files["facts"] = facts
        files["table.txt"] = re.sub(rb"\d+ s\n", b"s\n", files["table.txt"])
    assert a.keys() == b.keys()
    assert [name for name in a if a[name] != b[name]] == []


def lives(process):
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
