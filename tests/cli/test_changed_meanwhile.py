"""A file that is saved while its command runs: the answer is not taken for one of its new text."""

from __future__ import annotations

import json
import shutil
import warnings

import pytest
from towns import TINY

from sim.cli import questions
from sim.cli.questions import How
from sim.errors import PlannerWarning, ReplayError
from sim.files import cache
from sim.files.whole import MARK
from sim.report import kept_run
from sim.scenario import study_file

STUDY = "name: t\nquestions:\n  - {ask: who, command: ASKED}\n"
CANDIDATES = "name,lon,lat\nNorth,113.50,27.60\n"


@pytest.fixture
def here(tiny_map, tmp_path):
    shutil.copytree(tiny_map / "maps", tmp_path / "maps")
    home = tmp_path / "scenarios" / "tiny"
    home.mkdir(parents=True)
    (home / "today.yaml").write_text(TINY, "utf-8")
    (home / "sites.csv").write_text(CANDIDATES, "utf-8")
    return home


def asked(home, command):
    (home / "study.yaml").write_text(STUDY.replace("ASKED", command), "utf-8")
    study = study_file.load(home)
    return questions.read(command, home, study.problems())


@pytest.mark.parametrize(
    ("command", "file", "text"),
    [
        ("run today --engine reference --workers 1", "today.yaml", "targets: {urban: 9 min}\n"),
        ("coverage today", "today.yaml", "targets: {urban: 9 min}\n"),
        ("rank today --candidates sites.csv --workers 1", "sites.csv", "South,113.50,27.61\n"),
    ],
)
def test_what_was_saved_while_it_was_computed_is_asked_again(
    here, tmp_path, monkeypatch, command, file, text
):
    question, out, how = asked(here, command), tmp_path / "out", How(figures=False)
    out.mkdir()
    usual = questions.carry_out

    def slow(*arguments):
        usual(*arguments)
        with (here / file).open("a", encoding="utf-8") as more:
            more.write(text)

    monkeypatch.setattr(questions, "carry_out", slow)
    first, kept = questions.answered(question, out, how, quiet=True)
    monkeypatch.undo()
    assert not kept
    second, kept = questions.answered(question, out, how, quiet=True)
    assert not kept, "the file is not what it was when it was read"
    assert first.inputs.keys() == second.inputs.keys()
    assert str(here / file) in second.inputs
    assert questions.answered(question, out, how, quiet=True)[1]


def test_a_file_that_was_saved_between_two_readings_is_known_as_none(here, tmp_path, monkeypatch):
    from sim.cli import work

    question, out = asked(here, "run today --engine reference --workers 1"), tmp_path / "out"
    out.mkdir()
    usual = work._show_and_write

    def late(*arguments):
        from sim.scenario.file import load

        (here / "today.yaml").write_text(TINY + "targets: {urban: 9 min}\n", "utf-8")
        load(here / "today.yaml")
        usual(*arguments)

    monkeypatch.setattr(work, "_show_and_write", late)
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        found, _ = questions.answered(question, out, How(figures=False), quiet=True)
    monkeypatch.undo()
    assert [one for one in told if issubclass(one.category, PlannerWarning)
            and "today.yaml was changed while it was read" in str(one.message)]  # fmt: skip
    assert found.inputs[str(here / "today.yaml")] is None
    run = kept_run.read(questions.folder_of(question, out))
    assert json.loads((run.folder / MARK).read_text("utf-8"))["inputs"][
        str(here / "today.yaml")
    ] is None  # fmt: skip
    with pytest.raises(ReplayError, match=r"today\.yaml has changed since"):
        kept_run.check_inputs(run, [here / "today.yaml"])
    assert not questions.answered(question, out, How(figures=False), quiet=True)[1]


def test_a_typed_command_says_what_was_saved_meanwhile(here, tmp_path, monkeypatch, capfd):
    from sim import cli
    from sim.cli import work

    usual = work._show_and_write

    def late(*arguments):
        (here / "today.yaml").write_text(TINY + "targets: {urban: 9 min}\n", "utf-8")
        usual(*arguments)

    monkeypatch.setattr(work, "_show_and_write", late)
    monkeypatch.chdir(tmp_path)
    words = ["run", "scenarios/tiny", "--engine", "reference", "--workers", "1", "--no-figures"]
    monkeypatch.setattr("sys.argv", ["tenthirty", *words])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert not ended.value.code
    assert "today.yaml was changed while the command ran. The answer is of what it held before" in (
        " ".join(capfd.readouterr().err.split())
    )
    run = kept_run.read(tmp_path / "runs" / "tiny")
    with pytest.raises(ReplayError, match=r"today\.yaml has changed since"):
        kept_run.check_inputs(run, [here / "today.yaml"])
    (here / "today.yaml").write_text(TINY, "utf-8")
    kept_run.check_inputs(run, [here / "today.yaml"])


def test_the_hash_of_the_program_covers_its_tables_and_pages(tmp_path):
    (tmp_path / "assets").mkdir()
    (tmp_path / "a.py").write_text("a", "utf-8")
    (tmp_path / "headers.csv").write_text("a", "utf-8")
    before = cache._hash_of(tmp_path)
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__" / "a.pyc").write_text("x", "utf-8")
    (tmp_path / ".a.py.swp").write_text("x", "utf-8")
    assert cache._hash_of(tmp_path) == before
    for name in ("headers.csv", "assets/page.js"):
        (tmp_path / name).write_text("b", "utf-8")
        assert cache._hash_of(tmp_path) != before
        before = cache._hash_of(tmp_path)
