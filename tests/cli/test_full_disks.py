"""A disk that refuses any one file, or all from one on: of the cache nothing but time is lost; of
the results the command says so, leaves nothing by halves, and goes on when there is room again."""

from __future__ import annotations

import errno
import io
import logging
import os
import shutil
import sys
import tempfile
import warnings
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from processes import LILING, contents, same_results

from sim import cli
from sim.errors import OutputError
from sim.files import cache
from sim.files.whole import write_bytes
from sim.geography.roads import tables

COMMAND = ("run", LILING, "--replications", "2", "--days", "1", "--no-figures", "--workers", "1")  # fmt: skip
SAID = ("command",)  # names the folder
REFUSALS = (errno.ENOSPC, errno.EIO, errno.EROFS, errno.EDQUOT, errno.EACCES)


class Disk:
    """Counts what is made or named below a folder, and refuses some of it."""

    def __init__(self) -> None:
        self.below: str | None = None
        self.count, self.refuses, self.reason, self.stays = 0, 0, errno.ENOSPC, True

    def __call__(self, event, arguments):
        if self.below is None or event not in ("open", "os.rename", "os.mkdir"):
            return
        if event == "open" and not arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            return
        paths = arguments[:2] if event == "os.rename" else arguments[:1]
        if not any(isinstance(path, str | os.PathLike) and self.is_below(path) for path in paths):
            return
        self.count += 1
        if self.count == self.refuses or (self.stays and self.count > self.refuses > 0):
            raise OSError(self.reason, os.strerror(self.reason), os.fspath(paths[0]))

    def is_below(self, path):
        return os.path.abspath(path).startswith(self.below)


DISK = Disk()
sys.addaudithook(DISK)  # there is no taking it away


def tenthirty(root, below=None, refuses=0, reason=errno.ENOSPC, stays=True, cache_at=None):
    """A command in this process, with a disk that refuses: its status, what it said, how many."""
    said = io.StringIO()
    streams = redirect_stderr(said), redirect_stdout(io.StringIO())
    with pytest.MonkeyPatch.context() as patch, streams[0], streams[1]:
        for where, name in ((logging, "lastResort"), (warnings, "showwarning")):
            patch.setattr(where, name, getattr(where, name))  # and back again
        patch.setenv("PYTHONWARNINGS", "ignore")
        patch.setenv("TENTHIRTY_CACHE", str(cache_at or root / "cache"))
        patch.setenv("TENTHIRTY_REUSE", "yes")
        patch.setattr(sys, "argv", ["tenthirty", *COMMAND, "--out", str(root / "at" / "out")])
        patch.setattr(tables, "_IN_USE", {})
        patch.setattr(cache, "_told", set())
        DISK.below = None if below is None else str(root / below)
        DISK.count, DISK.refuses, DISK.reason, DISK.stays = 0, refuses, reason, stays
        try:
            cli.main()
        except SystemExit as end:
            return end.code, said.getvalue(), DISK.count
        finally:
            DISK.below = None
    raise AssertionError("a command ends by a status")


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    root = tmp_path_factory.mktemp("undisturbed")
    (root / "at").mkdir()
    status, said, _ = tenthirty(root)
    assert status == 0, said
    return root / "at" / "out"


def cache_of(undisturbed):
    return undisturbed.parents[1] / "cache"


def new_root(folder):
    root = Path(folder).resolve()
    (root / "at").mkdir()
    return root


def refused_by_the_cache(undisturbed, refuses, reason, stays, table=False):
    """`table`: it is to be made and kept as well, which takes seconds."""
    with tempfile.TemporaryDirectory() as folder:
        root = new_root(folder)
        (root / "cache").mkdir(0o700)
        for path in [] if table else cache_of(undisturbed).glob("*.npy"):
            os.link(path, root / "cache" / path.name)
        status, said, _ = tenthirty(root, "cache", refuses, reason, stays)
        assert status == 0, said
        same_results(root / "at" / "out", undisturbed, SAID)
        status, said, _ = tenthirty(root)
        assert status == 0, said
        same_results(root / "at" / "out", undisturbed, SAID)


def refused_by_the_results(undisturbed, refuses, reason, stays, earlier):
    with tempfile.TemporaryDirectory() as folder:
        root = new_root(folder)
        out = root / "at" / "out"
        if earlier:
            shutil.copytree(undisturbed, out)
            (out / "notes.txt").write_text("mine")
        before = contents(out)
        warm = cache_of(undisturbed)
        status, said, count = tenthirty(root, "at", refuses, reason, stays, warm)
        if count < refuses:
            assert status == 0
            return
        if status != 0:
            assert status == 2, said
            assert f"{out} cannot be written" in said, "the folder that was named"
            assert os.strerror(reason) in said
            assert ".part-" not in said
            if (out / "run.json").exists():
                assert contents(out) == before, "the earlier result, whole"
            elif out.exists():
                assert (out / ".taking-the-place").exists(), "known as ours"
        status, said, _ = tenthirty(root, cache_at=warm)
        assert status == 0, said
        if earlier:
            assert (out / "notes.txt").read_text() == "mine"
            (out / "notes.txt").unlink()
        same_results(out, undisturbed, SAID)
        assert {path.name for path in (root / "at").iterdir()} == {"out"}, "nothing else is left"


WHICH = {"refuses": st.integers(1, 24), "reason": st.sampled_from(REFUSALS), "stays": st.booleans()}
SHARED = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


@settings(max_examples=4, deadline=None, suppress_health_check=SHARED)
@given(**WHICH)
def test_a_full_cache_changes_no_result(undisturbed, refuses, reason, stays):
    refused_by_the_cache(undisturbed, refuses, reason, stays)


@settings(max_examples=6, deadline=None, suppress_health_check=SHARED)
@given(**WHICH, earlier=st.booleans())
def test_a_full_disk_of_results_is_told_and_the_command_goes_on(
    undisturbed, refuses, reason, stays, earlier
):
    refused_by_the_results(undisturbed, refuses, reason, stays, earlier)


@pytest.mark.thorough
@pytest.mark.parametrize("stays", [True, False])
def test_every_file_of_the_cache_may_be_refused(undisturbed, tmp_path, stays):
    *_, count = tenthirty(new_root(tmp_path), "cache")
    assert count > 5
    for refuses in range(1, count + 1):
        for reason in REFUSALS:
            refused_by_the_cache(undisturbed, refuses, reason, stays, table=reason == REFUSALS[0])


@pytest.mark.thorough
@pytest.mark.parametrize("earlier", [True, False])
@pytest.mark.parametrize("stays", [True, False])
def test_every_file_of_the_results_may_be_refused(undisturbed, tmp_path, stays, earlier):
    *_, count = tenthirty(new_root(tmp_path), "at", cache_at=cache_of(undisturbed))
    assert count > 10
    for refuses in range(1, count + 12):
        for reason in REFUSALS:
            refused_by_the_results(undisturbed, refuses, reason, stays, earlier)


def test_a_disk_that_is_full_only_when_it_is_flushed_leaves_the_old_file(tmp_path, monkeypatch):
    write_bytes(tmp_path / "table", b"old")

    def full(opened):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match="No space left"):
        write_bytes(tmp_path / "table", b"new")
    assert contents(tmp_path) == {"table": b"old"}
    cache.keep(tmp_path / "kept", [b"x"])
    assert contents(tmp_path) == {"table": b"old"}
