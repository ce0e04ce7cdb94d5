"""How commands end: the status, one sentence, and never a traceback that nobody asked for."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT
from processes import tenthirty

FULL = Path("/dev/full")
BROKEN = """
import sys
from sim.cli import main, prepare
from sim.scenario import file

def load(path):
    raise {error}

file.load = load
sys.argv = ["tenthirty", *sys.argv[1:]]
main()
"""


def ending(error, *arguments, cwd):
    """A command that raises this when it loads its scenario."""
    code = BROKEN.format(error=error)
    return subprocess.run(
        [sys.executable, "-c", code, "check", "anything", *arguments], cwd=cwd, capture_output=True,
        text=True, encoding="utf-8", env=os.environ | {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("error", "status", "said", "chinese"),
    [
        ("KeyError('x')", 70, "a fault of tenthirty, not of yours: KeyError: 'x'", "tenthirty 的错误"),
        ("RecursionError('deep')", 70, "a fault of tenthirty", "tenthirty 的错误"),
        ("MemoryError", 2, "The memory of this machine is not enough", "本机内存不够"),
        ("OSError(28, 'full', 'cache/a')", 2, "No space left on device: cache/a", "系统拒绝"),
        ("OSError(5, 'io')", 2, "The machine refused something", "系统拒绝"),
        ("KeyboardInterrupt", 130, "", ""),
    ],
)  # fmt: skip
def test_an_error_is_one_sentence_and_a_status_of_its_own(tmp_path, error, status, said, chinese):
    for code, text in (("en", said), ("zh", chinese)):
        done = ending(error, "--lang", code, cwd=tmp_path)
        assert done.returncode == status
        assert text in done.stderr
        assert "Traceback" not in done.stderr
        assert done.stdout == ""


def test_debug_shows_where_a_fault_arose_and_ends_alike(tmp_path):
    done = ending("KeyError('x')", "--debug", cwd=tmp_path)
    assert done.returncode == 70
    assert "Traceback" in done.stderr
    assert "KeyError: 'x'\n" in done.stderr
    assert "a fault of tenthirty" in done.stderr


def test_debug_shows_what_a_library_raised_behind_a_problem_of_a_file(tmp_path):
    (tmp_path / "calls.xlsx").write_bytes(b"PK\x03\x04 no workbook at all")
    ground = ROOT / "maps" / "liling" / "liling.gpkg"
    (tmp_path / "a.yaml").write_text(
        f"name: A\nmap: {ground}\nlayout: [{{station: 湘东医院, ambulances: 1}}]\n"
        "demand: {replay: calls.xlsx}\n",
        "utf-8",
    )
    plainly = tenthirty("check", "a.yaml", cwd=tmp_path, check=False)
    assert "this is not an Excel file" in plainly.stderr
    code = "from sim.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code, "check", "a.yaml", "--debug"], cwd=tmp_path, text=True,
        capture_output=True, encoding="utf-8", env=os.environ | {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == plainly.returncode == 2
    assert "BadZipFile" in done.stderr
    assert done.stderr.endswith(plainly.stderr)


def shell(line, cwd):
    line = line.replace("tenthirty", f"{sys.executable} -m sim.cli")
    return subprocess.run(
        ["bash", "-c", line], cwd=cwd, capture_output=True, text=True, encoding="utf-8",
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip


@pytest.mark.skipif(sys.platform == "win32", reason="pipes of bash")
def test_whoever_reads_may_go_away(tmp_path):
    done = shell("set -o pipefail; tenthirty explain turnout | true", tmp_path)
    assert (done.returncode, done.stderr) == (141, "")
    done = shell("tenthirty explain turnout | head -n 1", tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "turnout" in done.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="streams of bash")
def test_streams_may_be_closed_or_full(tmp_path):
    assert shell("tenthirty explain turnout >&-", tmp_path).returncode == 0
    assert shell("tenthirty explain turnout <&- >&- 2>&-", tmp_path).returncode == 0
    assert shell("tenthirty run nowhere >&- 2>&-", tmp_path).returncode == 2
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not FULL.exists(), reason="/dev/full")
def test_a_full_disk_behind_what_is_printed_is_said(tmp_path):
    done = shell("tenthirty explain turnout > /dev/full", tmp_path)
    assert done.returncode == 2
    assert "No space left on device" in done.stderr
    assert "Traceback" not in done.stderr
    assert shell("tenthirty run nowhere 2> /dev/full", tmp_path).returncode == 2


def test_a_folder_a_pipe_and_a_device_are_no_scenario(tmp_path):
    os.mkfifo(tmp_path / "pipe.yaml")
    for name in ("pipe.yaml", "/dev/zero", "a" * 300, "\n\a"):
        done = tenthirty("check", name, cwd=tmp_path, check=False)
        assert done.returncode == 2
        assert "cannot be run" in done.stderr
