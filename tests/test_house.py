"""The house keeps its own rules: style, types, which room may open which door."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT

import sim

SOURCES = sorted((ROOT / "sim").rglob("*.py"))


@pytest.mark.parametrize(
    "command",
    [
        ("ruff", "check", "."),
        ("ruff", "format", "--check", "."),
        ("mypy",),
        ("lint-imports",),
    ],
    ids=" ".join,
)
def test_style_types_and_doors(command):
    tool = Path(sys.executable).with_name(command[0])
    done = subprocess.run([tool, *command[1:]], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_public_list_and_the_package_agree():
    for name in sim.__all__:
        assert getattr(sim, name).__name__ == name
    assert dir(sim) == sorted(sim.__all__)
    with pytest.raises(AttributeError):
        _ = sim.nothing


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_room_says_what_it_is_for_and_stays_small(path):
    text = path.read_text("utf-8")
    tree = ast.parse(text)
    assert ast.get_docstring(tree) or not text, "a room opens with what it is for"
    assert text.count("\n") <= 420


def test_only_the_command_line_prints_or_exits():
    for path in SOURCES:
        if path.parent.name == "cli":
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                name = ast.unparse(node.func)
                assert name not in ("print", "sys.exit", "exit", "quit"), path


def test_notebooks_call_and_comment_but_do_not_compute():
    import nbformat

    for path in (ROOT / "notebooks").glob("*.ipynb"):
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.cell_type == "code":
                assert not any(
                    isinstance(node, ast.FunctionDef | ast.ClassDef)
                    for node in ast.walk(ast.parse(cell.source))
                )


NEEDED = {
    "import sim": "",
    "import sim.cli": "",
    "import sim.study.plan": "numpy scipy pydantic",
    "import sim.study.workers": "numpy scipy",
    "from sim.engine import reference": "numpy scipy simpy",
    "from sim.engine import compiled": "numpy scipy numba",
    "import sys; sys.argv[1:] = ['check', 'scenarios/liling']\n"
    "from sim.cli import app; app(standalone_mode=False)": "numpy scipy pandas geopandas pydantic pyarrow",
}
HEAVY = {"numpy", "scipy", "pandas", "geopandas", "matplotlib", "pydantic", "numba", "simpy",
         "pyarrow", "distributed", "dask", "osmium", "rasterio"}  # fmt: skip


@pytest.mark.parametrize("code", NEEDED, ids=lambda code: code.split("\n")[0])
def test_nothing_is_imported_that_a_command_does_not_need(code):
    found = "\nimport sys; print(*{name.split('.')[0] for name in sys.modules})"
    command = [sys.executable, "-c", code + found]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = HEAVY & set(done.stdout.splitlines()[-1].split())
    assert loaded <= set(NEEDED[code].split())
