"""The house keeps its own rules: style, types, which room may open which door."""

from __future__ import annotations

import ast
import importlib
import re
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


def test_every_room_is_on_the_page_of_the_house():
    """In the line of its floor: its own name, or that of the folder in which it stands."""
    page = (ROOT / "docs" / "design.md").read_text("utf-8").splitlines()
    table = [line.split("|", 2) for line in page if line.startswith("| `")]
    of_answers = {kind.room() for kind in answers()}
    for path in SOURCES:
        floor, *rooms = path.relative_to(ROOT / "sim").with_suffix("").parts
        if "__" in (rooms or [floor])[-1]:
            continue
        (line,) = [row[2] if rooms else row[1] for row in table if f"`{floor}" in row[1]]
        named = set(re.findall(r"`([a-z_]+)/?`", line))
        if "one room for each answer" in line:
            named |= of_answers
        assert named & set(rooms or [floor]), path


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


# The one door upward is for notebooks. The others open rooms of their own floor.
OPENED = {
    "sim/__init__.py": "public names, when they are first needed",
    "sim/upstairs.py": "words and figures of answers and scenarios, for notebooks",
    "sim/words/__init__.py": "the words of an answer, by its name",
    "sim/figures/__init__.py": "the figures of an answer, by its name",
    "sim/geography/making/__init__.py": "public names, when they are first needed",
    "sim/geography/synthesis/__init__.py": "public names, when they are first needed",
}


def test_there_is_one_door_upward():
    for path in SOURCES:
        name = path.relative_to(ROOT).as_posix()
        text = path.read_text("utf-8")
        if "import_module" in text or "__import__" in text:
            assert name in OPENED, f"{name} opens rooms by name"
    text = (ROOT / "sim" / "upstairs.py").read_text("utf-8")
    assert text.count("import_module(") == 1
    users = {
        p.relative_to(ROOT).as_posix() for p in SOURCES if "sim.upstairs" in p.read_text("utf-8")
    }
    assert users <= {"sim/answers/answer.py", "sim/scenario/scenario.py"}


def answers():
    """Every kind of answer there is."""
    from sim.answers.answer import Answer

    for path in sorted((ROOT / "sim" / "answers").glob("*.py")):
        if path.stem != "__init__":
            importlib.import_module(f"sim.answers.{path.stem}")

    def below(kind):
        for each in kind.__subclasses__():
            yield each
            yield from below(each)

    ours = (kind for kind in below(Answer) if kind.__module__.startswith("sim."))  # not a test's
    return sorted(ours, key=lambda kind: kind.__name__)


@pytest.mark.parametrize("kind", answers(), ids=lambda kind: kind.__name__)
def test_every_answer_has_words_and_figures_in_rooms_of_its_name(kind):
    from sim.figures.drawing import drawings
    from sim.words.page import page

    for floor, door in (("words", page), ("figures", drawings)):
        room = importlib.import_module(f"sim.{floor}.{kind.room()}")
        assert kind in door.registry, f"{room.__name__} says nothing of {kind.__name__}"
        assert door.registry[kind].__module__ == room.__name__
    assert kind.name


def test_there_are_answers_to_ask_for():
    assert len(answers()) >= 9


SPEAKS_BY_CODE = (
    "sim/answers/", "sim/scenario/scenario.py", "sim/cli/", "sim/words/language.py", "sim/browser/live.py",
)  # fmt: skip


def test_language_is_handed_over_and_not_chosen_in_the_logic():
    """`lang` is what a planner writes at the prompt or in a notebook; below that it is `say`."""
    for path in SOURCES:
        name = path.relative_to(ROOT).as_posix()
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                assert getattr(node.func, "id", "") != "pick", name
            if isinstance(node, ast.FunctionDef) and not name.startswith(SPEAKS_BY_CODE):
                arguments = [a.arg for a in (*node.args.args, *node.args.kwonlyargs)]
                assert "lang" not in arguments, f"{name}: {node.name}"


PARTICIPLES = {
    "Made", "Given", "Kept", "Found", "Sited", "Placed", "Packed", "Chosen", "Solved", "Tried",
    "Done", "Said", "Told", "Read", "Drawn", "Asked", "Shown", "Wanted", "Needed", "Used",
}  # fmt: skip


def public(kind):
    """(file, node) of every public class or function at the top of a room."""
    for path in SOURCES:
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, kind) and not node.name.startswith("_"):
                yield path.relative_to(ROOT).as_posix(), node


def test_one_word_is_one_thing():
    """No two public classes of one name, and none that is a bare participle."""
    where = {}
    for name, node in public(ast.ClassDef):
        where.setdefault(node.name, []).append(name)
        assert node.name not in PARTICIPLES, name
    twice = {word: files for word, files in where.items() if len(files) > 1}
    # Each engine is an Engine, by contract; the protocol has the name too.
    twice.pop("Engine", None)
    assert not twice


def test_docstrings_open_with_a_plain_line():
    for name, node in public(ast.ClassDef | ast.FunctionDef):
        text = ast.get_docstring(node) or ""
        first = text.partition("\n")[0]
        assert len(first) <= 96, f"{name}: {node.name}"
        assert not first.startswith(("Who ", "Whom ", "Of ", "Whoever ")), f"{name}: {first}"


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
