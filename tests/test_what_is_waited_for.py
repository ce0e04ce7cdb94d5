"""`benchmarks/answers.py` on one day: that every line comes about, not how long it takes."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys

import pytest
from conftest import ROOT

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="times of processes")
SCRIPT = ROOT / "benchmarks" / "answers.py"


def rows(*asked, status=0):
    """The lines of its table, each as its cells."""
    done = subprocess.run(
        [sys.executable, SCRIPT, "--tiny", "--runs", "1", *asked],
        env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True,
        encoding="utf-8",
    )  # fmt: skip
    assert done.returncode == status, done.stdout + done.stderr
    table = [line for line in done.stdout.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line[1:-1].split("|")] for line in table[2:]]


@pytest.fixture
def script():
    spec = importlib.util.spec_from_file_location("what_is_waited_for", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, spec.name, module)
        spec.loader.exec_module(module)
        yield module


def kept():
    """The session's cache, so that the engine is not compiled once more."""
    return "--cache", os.environ["TENTHIRTY_CACHE"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("part", "lines"), [("warm", 5), ("cold", 3), ("process", 5), ("calls", 21), ("cores", 2)]
)
def test_every_line_of_each_part_comes_about(part, lines):
    asked = ["--all"] if part == "warm" else []
    found = rows("--only", part, *kept(), *asked)
    assert len(found) == lines
    for name, unit, cpu, wall, _ in found:
        assert unit in ("s", "ms", "ns"), name
        assert float(wall.replace(",", "")) > 0, name
        assert cpu == "–" if part == "cores" else float(cpu.replace(",", "")) > 0, name


@pytest.mark.slow
def test_a_checkout_is_measured_beside_another():
    for found in rows("--only", "cores", "--beside", str(ROOT), *kept()):
        _, unit, *cpu, there_ns, here_ns, ratio, note = found
        assert (unit, cpu) == ("ns", ["–"] * 3)
        there_ns, here_ns = (float(one.replace(",", "")) for one in (there_ns, here_ns))
        assert float(ratio) == pytest.approx(there_ns / here_ns, abs=0.01)
        assert re.fullmatch(r"\d+ replications", note)


def test_a_line_has_the_medians_of_its_runs_and_their_ratio(script, capsys):
    def run(cpu, wall):
        return [script.Row("a station", "ms", cpu, wall, "10 replications")]

    there = script.medians([run(400.0, 9.0), run(300.0, 5.0), run(900.0, 7.0)])
    here = script.medians([run(50.0, 2.0), run(40.0, 1.0), run(100.0, 3.0)])
    script.print_rows([there, here])
    assert capsys.readouterr().out == (
        "| a station | ms | 400 | 50 | 8.00 | 7 | 2 | 3.50 | 10 replications |\n"
    )


def test_a_line_that_one_checkout_has_not_is_left_open_there(script, capsys):
    script.print_rows([{}, {"sums": script.Row("sums", "ns", 250.0, None)}])
    assert capsys.readouterr().out == "| sums | ns | – | 250 | – | – | – | – |  |\n"
