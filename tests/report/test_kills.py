"""Commands and workers killed by `benchmarks/kills.py`: a few in every run, all when asked for."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from conftest import ROOT

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals")
KILLS = str(ROOT / "benchmarks" / "kills.py")


def killed(*asked):
    done = subprocess.run(
        [sys.executable, KILLS, *asked], env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.slow
@pytest.mark.parametrize(
    "kills", [("6", "import", "run", "file"), ("5", "workers", "start", "answer", "exec")]
)
def test_what_is_killed_is_repeated_to_the_same_bytes(kills):
    many, *only = kills
    assert f"all{many:>18}" in killed("--kills", many, "--only", *only)


@pytest.mark.thorough
def test_whatever_is_killed_is_repeated_to_the_same_bytes():
    killed("--kills", "0")
