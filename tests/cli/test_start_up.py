"""What a command opens: nothing that its answer does not need, and all that it does."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from conftest import ROOT

# Each takes a tenth of a second or more to open, or opens others that do.
NOT_NEEDED = (
    "matplotlib", "pandas", "geopandas", "pyproj", "pyogrio", "sqlite3", "simpy", "openpyxl",
    "distributed", "scipy.stats", "scipy.optimize", "scipy.spatial", "rich.markdown",
    "numba.np.arrayobj", "numba.np.linalg",  # with all that numba opens before it compiles
    "sim.figures", "sim.scenario.records.reading", "sim.engine.reference",
)  # fmt: skip
OPENED = """
import sys
from sim.cli import main
sys.argv = ["tenthirty", *sys.argv[1:]]
try:
    main()
except SystemExit as end:
    assert not end.code, end.code
print("opened:", *sorted(sys.modules))
"""


def opened(folder, *arguments):
    """The modules that a command of its own process has opened when it ends."""
    done = subprocess.run(
        [sys.executable, "-c", OPENED, *arguments],
        cwd=folder, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True,
        encoding="utf-8",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return set(done.stdout.rpartition("opened: ")[2].split())


COMMANDS = {
    "compare": ["compare", "--add", "枫林镇"],
    "run": ["run"],
}


@pytest.mark.slow
@pytest.mark.parametrize("command", COMMANDS)
def test_an_answer_without_figures_opens_no_library_that_it_does_not_need(command, tmp_path):
    first, *rest = COMMANDS[command]
    asked = [first, str(ROOT / "scenarios" / "liling"), *rest, "--days", "1", "--replications", "5",
             "--no-figures", "--workers", "1", "--out", "result"]  # fmt: skip
    opened(tmp_path, *asked)  # the map is read, the rules are compiled, and both are kept
    there = opened(tmp_path, *asked)
    assert not there & set(NOT_NEEDED)
    assert there >= {"numba", "sim.engine.compiled.kernel", "pyarrow.parquet"}, (
        "but it was computed"
    )
    assert {path.name for path in (tmp_path / "result").iterdir()} >= {"measures.csv", "run.json"}


def test_a_check_of_a_map_that_was_read_before_does_not_read_it_again(tmp_path):
    asked = ["check", str(ROOT / "scenarios" / "liling")]
    opened(tmp_path, *asked)
    assert not opened(tmp_path, *asked) & {*NOT_NEEDED, "numba", "pyarrow"}


@pytest.mark.parametrize("page", [["--help"], ["compare", "--help"], ["--version"]])
def test_a_help_page_opens_nothing_that_computes(page, tmp_path):
    there = opened(tmp_path, *page)
    assert not there & {*NOT_NEEDED, "numpy", "numba", "scipy"} - {"rich.markdown"}
