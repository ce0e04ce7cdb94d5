"""What all tests share: the engines, the caches, and how many tests had no data to run on."""

from __future__ import annotations

import atexit
import os
import shutil
import signal
import sys
import tempfile
import threading
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

# Tables of travel seconds and compiled rules are kept for the session, apart from the user's own.
# Set before anything of `sim` is opened; worker processes of pytest-xdist inherit it.
if "TENTHIRTY_CACHE" not in os.environ:
    os.environ["TENTHIRTY_CACHE"] = tempfile.mkdtemp(prefix="tenthirty-tests-")
    atexit.register(shutil.rmtree, os.environ["TENTHIRTY_CACHE"], ignore_errors=True)

# Every test computes what it asks for: what is kept between commands has tests of its own.
os.environ["TENTHIRTY_REUSE"] = "no"

# Commands speak English unless a test says otherwise, whatever language the machine has.
if "TENTHIRTY_LANG" in os.environ:
    del os.environ["TENTHIRTY_LANG"]
os.environ["LC_ALL"] = os.environ["LANG"] = "C.UTF-8"
os.environ.pop("PYTHONWARNINGS", None)  # tests say themselves what is warned of

# What a script starts in the background ignores Ctrl-C, and so would the commands that tests start.
if threading.current_thread() is threading.main_thread():
    signal.signal(signal.SIGINT, signal.default_int_handler)

from sim.engine import compiled, reference
from sim.model.columns import columns

ROOT = Path(__file__).parent.parent
SHARED = ROOT.parent / "shared" / "data"
# Every scenario that is shipped; beside them lie studies, which ask questions of them.
SCENARIOS = sorted(p for p in (ROOT / "scenarios").glob("*/*.yaml") if p.name != "study.yaml")
NO_DATA = "needs ../shared/data"

ENGINES = {"reference": reference.run, "compiled": compiled.run}


@pytest.fixture(autouse=True)
def _what_a_command_sets_ends_with_its_test():
    """A command sets its environment for what it starts; here it shares the process with others."""
    yield
    os.environ.pop("PYTHONWARNINGS", None)


@pytest.fixture
def tenthirty(monkeypatch, capsys):
    """A command as `main` carries it out, in this process: a start of Python each would take long."""
    from sim import cli

    def carried_out(*arguments, cwd, check=True):
        monkeypatch.chdir(cwd)
        monkeypatch.setattr(sys, "argv", ["tenthirty", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        printed = capsys.readouterr()
        assert not check or ended.value.code == 0, printed.err
        return SimpleNamespace(stdout=printed.out, stderr=printed.err, returncode=ended.value.code)

    return carried_out


@pytest.fixture(scope="session")
def tiny_map(tmp_path_factory):
    """A folder with the map of a place of three points, which tests copy."""
    from towns import matrix_files

    from sim.geography.making import import_map

    folder = tmp_path_factory.mktemp("tiny")
    import_map(matrix_files(folder))
    return folder


@pytest.fixture(params=list(ENGINES))
def engine(request):
    """`run(system, calls) -> Log` of each engine."""
    return ENGINES[request.param]


@pytest.fixture(scope="session")
def liling():
    from sim.scenario.file import load

    return load(ROOT / "scenarios" / "liling")


@pytest.fixture(scope="session")
def coquimbo():
    from sim.scenario.file import load

    return load(ROOT / "scenarios" / "coquimbo")


@pytest.fixture(scope="session")
def day(liling):
    """One day of Liling."""
    return liling.with_study(length=86_400.0)


@pytest.fixture(scope="session")
def pair(day):
    """One day of Liling, without and with a station in a township far from any."""
    return day, day.add("枫林镇")


@pytest.fixture(scope="session")
def alone(pair):
    """The comparison of the pair, computed by this process alone."""
    from sim.answers.comparison import compare

    return compare(*pair, replications=5, workers=1)


@pytest.fixture(scope="session")
def month(liling):
    """What Liling's layout does, as its scenario asks."""
    from sim.answers.comparison import run

    return run(liling)


@pytest.fixture(scope="session")
def few(liling):
    """A week of Liling without and with one more station, in three replications."""
    from sim.answers.comparison import compare

    week = liling.with_study(length=7 * 86_400.0)
    return compare(week, week.add("枫林镇"), replications=3)


@pytest.fixture(scope="session")
def tiny(tmp_path_factory):
    """A small city on a map without roads."""
    from decisions import tiny_city

    return tiny_city(tmp_path_factory.mktemp("tiny"))


def pytest_terminal_summary(terminalreporter):
    skipped = terminalreporter.stats.get("skipped", [])
    count = sum(NO_DATA in str(report.longrepr) for report in skipped)
    terminalreporter.write_line(f"{count} tests skipped for want of ../shared/data")


@pytest.fixture
def rng():
    return np.random.default_rng(20250106)


@pytest.fixture
def make(tmp_path):
    """Imports a small town into a folder of this test: its report and its map."""
    from towns import maker

    return maker(tmp_path)


def same_bytes(one, other):
    """Assert that two results have the same tallies, to the last bit."""
    for a, b in zip(one.tallies, other.tallies, strict=True):
        for first, second in zip(a, b, strict=True):
            same_columns(first, second)


def same_columns(one, other, *but):
    """Assert that calls, logs or tallies have the same columns, to the last bit, `but` some members."""
    ours, theirs = (
        {name: of for name, of in columns(each).items() if name.partition(".")[0] not in but}
        for each in (one, other)
    )
    assert ours.keys() == theirs.keys()
    for name, a in ours.items():
        b = theirs[name]
        assert (a.dtype, a.shape, a.tobytes()) == (b.dtype, b.shape, b.tobytes()), name
