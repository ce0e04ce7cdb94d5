"""The wheel is the whole program: installed in an empty folder, it needs no repository.

It is installed beside the packages that run the tests, without its dependencies: which those are
`test_installed` says, and to fetch all of them once more would double the time of a test run.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest
from conftest import ROOT

KEPT_APART = ("LICENSE", "README.md", "pyproject.toml", "sim", ".ci")
EXAMPLES = ("maps/liling", "scenarios/liling", "scenarios/scenario.schema.json")


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """What runs the command `tenthirty` of a wheel, in a folder with nothing but a scenario."""
    folder = tmp_path_factory.mktemp("wheel")
    source, site = folder / "source", folder / "site"
    for name in (*KEPT_APART, *EXAMPLES):  # a copy: building compiles catalogues beside sources
        ignore = shutil.ignore_patterns("__pycache__", "*.mo")
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        copy(ROOT / name, source / name, **({"ignore": ignore} if copy is shutil.copytree else {}))
    done([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)], source)
    (wheel,) = folder.glob("*.whl")
    pip = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--no-index", "--target"]
    done([*pip, str(site), str(wheel)], folder)
    empty = folder / "empty"
    empty.mkdir()
    shutil.rmtree(source)
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    environment |= {"PYTHONPATH": str(site), "PYTHONUTF8": "1"}

    def run(*arguments):
        code = (
            "import sim, sys; from sim.cli import main; "
            f"assert sim.__file__.startswith({str(site)!r}), sim.__file__; "
            "sys.argv[0] = 'tenthirty'; main()"
        )
        return done([sys.executable, "-c", code, *arguments], empty, environment)

    return run, site, empty


def done(command, folder, environment=None):
    ended = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, encoding="utf-8", check=False
    )
    assert not ended.returncode, ended.stdout + ended.stderr
    return ended.stdout


def test_a_wheel_helps_in_both_languages(installed):
    run, site, _ = installed
    assert "compare" in run("--help")
    assert "若在此设站" in run("--lang", "zh", "--help")
    (script,) = [*site.glob("bin/tenthirty*"), *site.glob("Scripts/tenthirty*")]
    assert script.stat().st_size


@pytest.mark.slow
def test_a_wheel_reaches_the_first_table_in_two_commands(installed):
    run, _, empty = installed
    run("new", "demo", "--example", "liling")
    assert (empty / "demo" / "LICENSE").is_file()
    assert (
        "licence" in (empty / "demo" / "maps" / "liling" / "README.md").read_text("utf-8").lower()
    )
    said = run("run", "demo/scenarios/liling", "--replications", "2", "--days", "2", "--no-logs",
               "--workers", "1", "--engine", "reference")  # fmt: skip
    assert "醴陵" in said or "Liling" in said
    (made,) = (empty / "runs").glob("liling*")
    assert (made / "run.json").is_file()


def test_a_wheel_writes_a_workbook_to_fill_in(installed):
    run, _, empty = installed
    assert "workbook.xlsx" in run("new", "mycounty")
    assert sorted(path.name for path in (empty / "mycounty").iterdir()) == [
        "today.yaml", "workbook.xlsx"
    ]  # fmt: skip
