"""Kept commands read again: by the names that were typed, from wherever, and only if all is as it was."""

from __future__ import annotations

import json
import shutil

import pytest
from towns import TINY

from sim.cli import asked_again, questions, replay
from sim.cli.questions import How
from sim.errors import ReportError
from sim.files.whole import MARK
from sim.report import kept_run
from sim.report.kept_run import KeptRun
from sim.scenario import study_file
from sim.scenario.file import load

SLOW = ("--engine", "reference", "--workers", "1", "--no-figures")


@pytest.fixture
def here(tiny_map, tmp_path, monkeypatch):
    shutil.copytree(tiny_map / "maps", tmp_path / "maps")
    (tmp_path / "today.yaml").write_text(TINY, "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(("name", "file"), [("plan-1.5", "plan-1.5.yaml"), ("b", "b.yml")])
def test_a_scenario_is_found_again_by_the_name_that_found_it(tenthirty, here, name, file):
    (here / "today.yaml").rename(here / file)
    tenthirty("run", name, *SLOW, "--out", "kept", cwd=here)
    run = asked_again.run_in(here / "kept")
    assert asked_again.answer_of(run).provenance.base.path.name == file
    assert [one.path.name for one in replay.layouts_of(run)] == [file]
    done = tenthirty("replay", name, "--between", "8-9", cwd=here)
    assert f"Page: runs/{name}-replay.html" in done.stdout


def test_a_base_may_end_in_either_way(here):
    (here / "today.yaml").rename(here / "b.yml")
    (here / "more.yaml").write_text("name: more\nbase: b\n", "utf-8")
    assert [path.name for path in load(here / "more").files] == ["more.yaml", "b.yml"]


def test_here_is_no_run(tenthirty, here):
    for where in (".", "../maps"):
        done = tenthirty("replay", where, cwd=here / "maps", check=False)
        assert done.returncode == 2, done.stderr
        assert "replayed" in done.stderr
        assert "Traceback" not in done.stderr


def test_a_changed_scenario_is_told_before_anything_is_simulated(tenthirty, here, monkeypatch):
    tenthirty("run", "today", *SLOW, "--out", "kept", cwd=here)
    (here / "today.yaml").write_text(TINY + "targets: {urban: 9 min}\n", "utf-8")

    def simulated(*arguments):
        raise AssertionError("it was simulated")

    monkeypatch.setattr(questions, "carry_out", simulated)
    with pytest.raises(ReportError, match=r"today\.yaml has changed since: run the command again"):
        asked_again.answer_of(asked_again.run_in(here / "kept"))


def test_a_table_that_is_not_written_any_more_is_another_answer(tenthirty, here):
    tenthirty("run", "today", *SLOW, "--out", "kept", cwd=here)
    path = here / "kept" / MARK
    said = json.loads(path.read_text("utf-8"))
    said["files"]["more.csv"] = "0" * 64
    path.write_text(json.dumps(said), "utf-8")
    with pytest.raises(ReportError, match="does not say what it said"):
        asked_again.answer_of(asked_again.run_in(here / "kept"))


def test_candidates_of_a_study_are_found_beside_it(here, monkeypatch, tmp_path_factory):
    (here / "sites.csv").write_text("name,lon,lat\nNorth,113.50,27.60\n", "utf-8")
    (here / "study.yaml").write_text(
        "name: t\nquestions:\n  - {ask: w, command: rank today --candidates sites.csv --workers 1}\n",
        "utf-8",
    )
    study = study_file.load(here)
    question = questions.read(study.file.questions[0].command, here, study.problems())
    out = here / "out"
    out.mkdir()
    questions.answered(question, out, How(figures=False), quiet=True)
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    answer = asked_again.answer_of(asked_again.run_in(questions.folder_of(question, out)))
    assert answer.best.candidate.name.zh == "North"


@pytest.mark.parametrize(
    ("command", "verb", "words"),
    [
        (["coverage", "day"], "coverage", []),
        (["run", "day"], "run", ["run", "day"]),
        (["--lang", "zh", "run", "compare"], "run", ["run", "compare"]),
        (["--lang=zh", "rank", "why"], "rank", ["rank", "why"]),
        (["calibrate", "run"], "calibrate", []),
        (["--lang"], "?", []),
    ],
)
def test_the_verb_is_the_first_word_that_is_none_of_an_option(tmp_path, command, verb, words):
    run = KeptRun(tmp_path, {"command": ["tenthirty", *command]})
    assert (run.verb, run.words) == (verb, words)


def test_an_answer_about_a_scenario_called_run_is_no_run(tmp_path):
    facts = {
        "program": "tenthirty", "command": ["tenthirty", "coverage", "run"], "inputs": {},
        "seed": 1, "versions": {"tenthirty": kept_run.store.versions()["tenthirty"]},
        "layouts": [], "files": {},
    }  # fmt: skip
    (tmp_path / MARK).write_text(json.dumps(facts), "utf-8")
    with pytest.raises(Exception, match="it holds the answer of coverage"):
        kept_run.read_layouts(tmp_path)
