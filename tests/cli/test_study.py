"""A study as a planner has it: its questions answered in order, kept, and put to many places."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time

import pandas as pd
import pytest
from conftest import ROOT

from sim.cli import questions
from sim.cli.questions import How
from sim.errors import ScenarioError
from sim.report import answered
from sim.scenario import study_file
from sim.scenario.file import load

TODAY = """\
name: {name}
map: tiny
layout:
  - {{station: Base A, ambulances: 2}}
demand: {{transported: 0 %, rate: {{urban: 12 per day, rural: 12 per day}}}}
study: {{length: 3 days, replications: 5}}
"""
MORE = "name: one more\nname_zh: 增设一站\nbase: today\nchanges:\n  - add: {station: new, at: [113.50, 27.60], ambulances: 1}\n"
STUDY = """\
name: Tiny, asked
name_zh: 小地方的问题
about: A place of three points.
questions:
  - ask: What does one more station bring?
    ask_zh: 增设一个站带来什么？
    command: compare today more
    would_change: stress today more --samples 0
    published: nothing at all
  - ask: Why are calls late?
    command: tenthirty why today.yaml
    assumes: two ambulances
  - ask: Who lives within reach?
    command: coverage .
"""


@pytest.fixture
def here(tiny_map, tmp_path):
    """A city of three places with scenarios and a study."""
    shutil.copytree(tiny_map / "maps", tmp_path / "maps")
    add_place(tmp_path / "scenarios" / "tiny", "tiny")
    (tmp_path / "scenarios" / "tiny" / "study.yaml").write_text(STUDY, "utf-8")
    return tmp_path


def add_place(folder, name):
    folder.mkdir(parents=True)
    (folder / "today.yaml").write_text(TODAY.format(name=name), "utf-8")
    (folder / "more.yaml").write_text(MORE, "utf-8")


def written_at(folder):
    """When each results folder of a study was written."""
    return {path.parent.name: path.stat().st_mtime_ns for path in folder.glob("*/run.json")}


# ── one place ────────────────────────────────────────────────────────────────────────────────


def test_every_question_is_answered_as_its_command_would_be(tenthirty, here):
    typed = tenthirty("compare", "scenarios/tiny/today.yaml", "scenarios/tiny/more.yaml", "--json",
                      "--no-figures", cwd=here)  # fmt: skip
    done = tenthirty("study", "scenarios/tiny", cwd=here)
    sentence = json.loads(typed.stdout)["sentence"]
    flat = " ".join(done.stdout.split())
    assert f'"{sentence}"' in flat
    assert flat.startswith(
        "Tiny, asked A place of three points. Commands are typed in scenarios/tiny. "
        "1 What does one more station bring?"
    )
    assert "4 commands: 0 kept from before, 0 failed." in flat
    assert 'What would change it: "' in flat
    assert "Published: nothing at all" in flat
    assert "Assumed: two ambulances" in flat
    out = here / "runs" / "tiny-study"
    assert flat.endswith("Page: runs/tiny-study/study.html")
    said = json.loads((out / "study.json").read_text("utf-8"))
    assert [len(one["answers"]) for one in said["questions"]] == [2, 1, 1]
    first = said["questions"][0]["answers"][0]
    assert first["sentences"][0] == sentence
    run = json.loads((out / first["folder"] / "run.json").read_text("utf-8"))
    assert run["command"] == ["tenthirty", "compare", "today", "more"]
    with (out / first["folder"] / "measures.csv").open(encoding="utf-8-sig") as written:
        typed_at = here / json.loads(typed.stdout)["results"] / "measures.csv"
        assert written.read() == typed_at.read_text("utf-8-sig")
    assert said["failed"] == 0


def test_the_page_needs_nothing_from_outside_and_has_every_figure(tenthirty, here):
    tenthirty("study", "scenarios/tiny", cwd=here)
    out = here / "runs" / "tiny-study"
    page = (out / "study.html").read_text("utf-8")
    assert not re.search(r'(?:src|href)="(?!data:|#)', page)
    drawn = list(out.glob("*/*.png"))
    assert page.count("<img ") == len(drawn) >= 5
    assert page.count('alt=""') == 0
    assert "tenthirty stress today more --samples 0" in page


def test_what_was_answered_is_not_asked_again(tenthirty, here):
    done = tenthirty("study", "scenarios/tiny", "--no-figures", cwd=here)
    out = here / "runs" / "tiny-study"
    before = written_at(out)
    study = here / "scenarios" / "tiny" / "study.yaml"
    study.write_text(STUDY.replace("Why are calls late?", "Why late?"), "utf-8")
    again = tenthirty("study", "scenarios/tiny", "--no-figures", cwd=here)
    said = done.stdout.replace("Why are calls late?", "Why late?")
    assert again.stdout == said.replace("4 commands: 0 kept", "4 commands: 4 kept")
    assert written_at(out) == before


@pytest.mark.parametrize("change", ["scenario", "result", "record", "program", "how"])
def test_what_no_longer_follows_is_asked_again(tenthirty, here, change, monkeypatch):
    tenthirty("study", "scenarios/tiny", "--no-figures", "--only", "2", cwd=here)
    out = here / "runs" / "tiny-study"
    before = written_at(out)
    (folder,) = (out / name for name in before)
    more = ["--draft", "--out", "runs/tiny-study"] if change == "how" else []
    if change == "scenario":
        today = here / "scenarios" / "tiny" / "today.yaml"
        today.write_text(
            today.read_text("utf-8").replace("ambulances: 2", "ambulances: 3"), "utf-8"
        )
    elif change == "result":
        (folder / "why.csv").write_text("something else", "utf-8")
    elif change == "record":
        answered.record_of(folder).write_text("{}", "utf-8")
    elif change == "program":
        monkeypatch.setattr(answered, "this_program", lambda: "another")
    tenthirty("study", "scenarios/tiny", "--no-figures", "--only", "2", *more, cwd=here)
    after = written_at(out)
    assert after.keys() == before.keys()
    assert all(after[name] > before[name] for name in before)


def test_some_questions_leave_the_answers_to_others_on_the_page(tenthirty, here):
    tenthirty("study", "scenarios/tiny", "--no-figures", "--only", "3", cwd=here)
    page = here / "runs" / "tiny-study" / "study.html"
    assert page.read_text("utf-8").count("Not asked yet.") == 3
    done = tenthirty("study", "scenarios/tiny", "--no-figures", "--only", "1,2", cwd=here)
    assert "Who lives within reach?" not in done.stdout
    assert "Not asked yet." not in page.read_text("utf-8")
    wrong = tenthirty("study", "scenarios/tiny", "--only", "4", cwd=here, check=False)
    assert (wrong.returncode, wrong.stderr) == (
        2, "--only: there are questions 1 to 3; found 4\n",
    )  # fmt: skip


def test_a_study_in_chinese(tenthirty, here):
    done = tenthirty("study", "scenarios/tiny", "--lang", "zh", "--no-figures", cwd=here)
    assert done.stdout.startswith("小地方的问题")
    assert "增设一个站带来什么？" in done.stdout
    assert "什么会改变结论：" in done.stdout
    page = (here / "runs" / "tiny-study-zh" / "study.html").read_text("utf-8")
    assert '<html lang="zh">' in page
    assert "Published" not in page


def test_townships_that_were_asked_for_stand_on_the_page(tenthirty, here):
    study = here / "scenarios" / "tiny" / "study.yaml"
    study.write_text(
        "name: t\nquestions:\n  - ask: who\n    command: run today --townships\n", "utf-8"
    )
    tenthirty("study", "scenarios/tiny", "--no-figures", cwd=here)
    page = (here / "runs" / "tiny-study" / "study.html").read_text("utf-8")
    town = load(here / "scenarios" / "tiny").map.townships[0].name.en
    assert f"{town}</td>" in page


def test_a_command_that_fails_ends_none_of_the_others(tenthirty, here):
    study = here / "scenarios" / "tiny" / "study.yaml"
    study.write_text(STUDY.replace("compare today more", "day today --day 900"), "utf-8")
    done = tenthirty("study", "scenarios/tiny", "--no-figures", cwd=here, check=False)
    assert done.returncode == 2
    assert "900" in done.stdout
    assert "1 failed." in done.stdout
    assert "By distance alone" in done.stdout
    said = json.loads((here / "runs" / "tiny-study" / "study.json").read_text("utf-8"))
    assert said["failed"] == 1
    assert "900" in said["questions"][0]["answers"][0]["failure"]


def test_a_draft_leaves_the_whole_study_alone(tenthirty, here):
    tenthirty("study", "scenarios/tiny", "--no-figures", "--only", "2", cwd=here)
    before = written_at(here / "runs" / "tiny-study")
    tenthirty("study", "scenarios/tiny", "--no-figures", "--only", "2", "--draft", cwd=here)
    assert written_at(here / "runs" / "tiny-study") == before
    assert written_at(here / "runs" / "tiny-study-draft").keys() == before.keys()


# ── what is wrong is told at once, before anything is asked ──────────────────────────────────


def test_all_that_is_wrong_in_a_study_is_told_with_its_line(tenthirty, here):
    study = here / "scenarios" / "tiny" / "study.yaml"
    study.write_text(
        "name: wrong\n"
        "questions:\n"
        "  - {ask: a, command: compare today moer}\n"
        "  - {ask: b, command: simulate today}\n"
        "  - {ask: c, command: 'run today --lang zh'}\n"
        "  - {ask: d, command: 'run \"today'}\n"
        "  - {ask: e, command: run today --replicatoins 3}\n"
        "  - {ask: f, command: rank today --help}\n"
        "  - {ask: g, command: run today --seed many}\n"
        "  - {ask: h, command: compare today --add nowhere --close noone}\n"
        "  - {ask: i, command: rank today --candidates none.csv}\n"
        "  - {ask: j, comand: rank today}\n"
        "  - {ask: k, command: run more, would_change: stress today --add nobody}\n",
        "utf-8",
    )  # fmt: skip
    done = tenthirty("study", "scenarios/tiny", cwd=here, check=False)
    assert done.returncode == 2
    told = done.stderr
    for said in (
        "line 3, questions[0].command: moer: no such file or folder; did you mean",
        "line 10, questions[7].command: ",
        "line 11, questions[8].command: ",
        "line 12, questions[9].comand: no such setting; did you mean command?",
        "line 13, questions[10].would_change: ",
        "nowhere",
        "noone",
        "nobody",
        "line 4, questions[1].command: write a command that asks or decides, like compare today north-west; found simulate",
        "line 5, questions[2].command: it is said for the whole study: leave out --lang",
        'line 6, questions[3].command: a quotation mark is not closed; found run "today',
        "line 7, questions[4].command: no option --replicatoins; did you mean --replications?",
        "line 8, questions[5].command: a study answers questions: leave out --help",
        "line 9, questions[6].command: --seed: ",
    ):
        assert said in told
    assert not (here / "runs" / "tiny-study").exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name: t\n", "questions: this setting is missing"),
        ("name: t\nquestions: []\n", "questions"),
        ("name: t\nquestions:\n  - {ask: x}\n", "questions[0].command: this setting is missing"),
        ("name: t\nquestions:\n  - {ask: x, comand: run .}\n", "did you mean command?"),
        ("name: ''\nquestions:\n  - {ask: x, command: run .}\n", "name: "),
        ("", "the file is empty"),
        ("questions: [", "this is not YAML"),
    ],
)
def test_a_study_file_that_is_none(tmp_path, text, said):
    (tmp_path / "study.yaml").write_text(text, "utf-8")
    with pytest.raises(ScenarioError) as caught:
        study_file.load(tmp_path)
    assert said in str(caught.value)


def test_a_folder_of_somebody_else_is_left_alone(tenthirty, here):
    out = here / "mine"
    out.mkdir()
    (out / "notes.txt").write_text("mine", "utf-8")
    done = tenthirty("study", "scenarios/tiny", "--out", "mine", cwd=here, check=False)
    assert done.returncode == 2
    assert "it exists and holds no earlier study" in done.stderr
    assert [path.name for path in out.iterdir()] == ["notes.txt"]


def test_nothing_is_where_the_study_should_be(tenthirty, here):
    (here / "empty").mkdir()
    for where, said in (
        ("nowhere", "name a study, a folder of"),
        ("empty", "there is neither a study"),
    ):
        done = tenthirty("study", where, cwd=here, check=False)
        assert done.returncode == 2
        assert said in done.stderr


def test_a_folder_with_a_study_still_means_its_base(here):
    folder = here / "scenarios" / "tiny"
    assert load(folder).path.name == "today.yaml"
    assert load(folder / "more").path.name == "more.yaml"


def test_check_looks_at_a_study_and_run_says_that_it_is_none(tenthirty, here):
    study = here / "scenarios" / "tiny" / "study.yaml"
    done = tenthirty("check", "scenarios/tiny/study.yaml", cwd=here)
    assert done.stdout == "Tiny, asked: 3 questions, nothing wrong\n"
    done = tenthirty("run", "scenarios/tiny/study.yaml", cwd=here, check=False)
    assert done.returncode == 2
    assert "it is a study, not a scenario: tenthirty study scenarios/tiny/study.yaml" in done.stderr
    study.write_text(STUDY.replace("why today", "wy today"), "utf-8")
    done = tenthirty("check", "scenarios/tiny/study.yaml", cwd=here, check=False)
    assert done.returncode == 2
    assert "line 11, questions[1].command: write a command" in done.stderr
    assert "found wy; did you mean why?" in done.stderr


def test_a_folder_of_a_map_is_no_scenario(tenthirty, here):
    (here / "maps" / "tiny" / "synthesis.yaml").write_text("towns: towns.csv\n", "utf-8")
    done = tenthirty("run", "maps/tiny", cwd=here, check=False)
    assert done.returncode == 2
    assert "it is a map, not a scenario: a scenario says `map: tiny`" in done.stderr


def test_names_of_results_folders_tell_commands_apart(here):
    folder = here / "scenarios" / "tiny"
    problems = study_file.load(folder).problems()
    texts = ["run today", "run today --seed 1", "run today --seed=1", "run 'today '", "run today --speed x0.9",
             "compare today --add 113.5,27.6", "compare today --add 113.5,27.61"]  # fmt: skip
    read = [questions.read(text, folder, problems) for text in texts]
    names = {questions.folder_of(one, here).name for one in read}
    assert not problems.found
    assert len(names) == len(texts)


def test_the_schema_beside_the_scenarios_is_the_one_the_code_keeps(tenthirty):
    shipped = (ROOT / "scenarios" / "study.schema.json").read_text("utf-8")
    assert shipped == study_file.schema(), (
        "run: tenthirty study --schema > scenarios/study.schema.json"
    )
    assert tenthirty("study", "--schema", cwd=ROOT).stdout == shipped


SHIPPED = sorted((ROOT / "scenarios").glob("*/study.yaml"))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.parent.name)
def test_every_shipped_study_can_be_asked_in_both_languages(path, tmp_path):
    study = study_file.load(path)
    assert questions.check(study, tmp_path, How())
    assert study.file.name_zh
    assert study.file.about_zh
    for question in study.file.questions:
        assert question.ask_zh
        assert (question.published is None) == (question.published_zh is None)
        assert (question.assumes is None) == (question.assumes_zh is None)


# ── many places ──────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def many(tiny_map, tmp_path):
    """Three places, of which one cannot be read."""
    shutil.copytree(tiny_map / "maps", tmp_path / "maps")
    for name in ("east", "north", "west"):
        add_place(tmp_path / "places" / name, name)
    (tmp_path / "places" / "north" / "study.yaml").write_text(STUDY, "utf-8")
    return tmp_path


def test_many_places_at_once(tenthirty, many):
    (many / "places" / "west" / "today.yaml").write_text("name: west\nmap: none\n", "utf-8")
    done = tenthirty("study", "places", "--in-all", "1000", "--workers", "1", cwd=many, check=False)
    out = many / "runs" / "places-study"
    assert done.returncode == 2
    assert re.search(r"3 places: 2 computed in \d+ s, 0 kept, 1 failed", done.stdout)
    assert re.search(r"At this pace 1,000 such places would take [\d.]+ hours", done.stdout)
    assert 'no map "none" under maps/' in done.stdout
    measures = pd.read_parquet(out / "run-measures.parquet")
    assert set(measures["place"]) == {"east"}
    compared = pd.read_parquet(out / "compare-measures.parquet")
    assert set(compared["place"]) == {"north"}
    assert list(compared.columns[:3]) == ["place", "question", "command"]
    page = (out / "study.html").read_text("utf-8")
    assert 'href="north/study.html"' in page
    assert (out / "north" / "study.html").is_file()
    assert not list(out.rglob("*.png"))
    chinese = tenthirty(
        "study", "places", "--lang", "zh", "--workers", "2", cwd=many, check=False
    )  # fmt: skip
    assert chinese.returncode == 2
    assert "失败 1 个" in chinese.stdout
    assert '<html lang="zh">' in (
        many / "runs" / "places-study-zh" / "north" / "study.html"
    ).read_text("utf-8")


def test_as_many_processes_as_one_likes_give_the_same(tenthirty, many):
    tenthirty("study", "places", "--out", "one", "--workers", "1", cwd=many)
    tenthirty("study", "places", "--out", "two", "--workers", "2", cwd=many)
    for path in sorted((many / "one").glob("*.parquet")):
        pd.testing.assert_frame_equal(
            pd.read_parquet(path), pd.read_parquet(many / "two" / path.name)
        )
    assert len(list((many / "one").glob("*.parquet"))) >= 3
    again = tenthirty("study", "places", "--out", "two", "--workers", "1", cwd=many)
    assert "0 computed" in again.stdout
    assert "such places" not in again.stdout


def test_a_table_of_places_and_the_same_questions_for_all(tenthirty, many):
    (many / "table.csv").write_text(
        "情景,地点\nplaces/east,东\nplaces/west/more.yaml,西\n", "gb18030"
    )
    done = tenthirty("study", "table.csv", "--json", "--workers", "1", cwd=many)
    told = json.loads(done.stdout)
    assert [one["place"] for one in told["places"]] == ["东", "西"]
    assert [one["questions"][0]["answers"][0]["command"] for one in told["places"]] == [
        "tenthirty run .", "tenthirty run more.yaml",
    ]  # fmt: skip
    (many / "asked.yaml").write_text(
        "name: asked\nquestions:\n  - {ask: more, command: compare today more}\n", "utf-8"
    )
    done = tenthirty("study", "table.csv", "--questions", "asked.yaml", "--json", "--workers", "1",
                     cwd=many)  # fmt: skip
    told = json.loads(done.stdout)
    assert {one["questions"][0]["answers"][0]["command"] for one in told["places"]} == {
        "tenthirty compare today more"
    }
    assert told["failed"] == 0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("place\nx\n", "no column scenario or"),
        ("scenario\nplaces/nowhere\nplaces/east\nalso/not\n", "line 4, scenario: no such file or folder; found also/not"),
        ("scenario\nplaces/east\nplaces/east\n", 'line 3: "east" is named twice'),
    ],
)  # fmt: skip
def test_a_wrong_table_is_told_with_its_lines(tenthirty, many, text, said):
    (many / "table.csv").write_text(text, "utf-8")
    done = tenthirty("study", "table.csv", cwd=many, check=False)
    assert done.returncode == 2
    assert said in done.stderr
    assert not (many / "runs").exists()


def test_a_worker_of_another_version_says_so(many):
    from sim.cli import study_many
    from sim.errors import WorkersError

    study = study_file.load(many / "places" / "north")
    with pytest.raises(WorkersError, match="another version"):
        study_many.at_place(study, many / "out", How(workers=1), "other")


def test_a_cluster_answers_for_many_places(tenthirty, many):
    distributed = pytest.importorskip("distributed")
    tenthirty("study", "places", "--out", "alone", "--workers", "1", cwd=many)
    with distributed.LocalCluster(
        n_workers=1, threads_per_worker=1, processes=True, dashboard_address=":0"
    ) as cluster:
        address = cluster.scheduler_address
        done = tenthirty("study", "places", "--out", "both", "--scheduler", address, cwd=many)
    assert "3 places: 3 computed" in done.stdout
    for path in sorted((many / "alone").glob("*.parquet")):
        both = pd.read_parquet(many / "both" / path.name)
        pd.testing.assert_frame_equal(pd.read_parquet(path), both)


@pytest.mark.slow
def test_a_study_that_is_killed_goes_on(many):
    """Killed in its midst: what was finished is kept, and the end is the same."""
    command = [sys.executable, "-m", "sim.cli", "study", "places", "--workers", "1"]
    there = {"cwd": many, "env": {**os.environ, "PYTHONPATH": str(ROOT)}}
    running = subprocess.Popen([*command, "--out", "killed"], **there)
    upto = time.monotonic() + 120
    while time.monotonic() < upto and not list((many / "killed").glob("*/*.answer.json")):
        time.sleep(0.05)
    running.kill()
    running.wait()
    done = subprocess.run(
        [*command, "--out", "killed"], **there, capture_output=True, text=True, check=True
    )
    assert re.search(r"[1-9] kept", done.stdout) or "3 computed" in done.stdout
    subprocess.run([*command, "--out", "whole"], **there, capture_output=True, check=True)
    for path in sorted((many / "whole").glob("*.parquet")):
        killed = pd.read_parquet(many / "killed" / path.name)
        pd.testing.assert_frame_equal(pd.read_parquet(path), killed)
