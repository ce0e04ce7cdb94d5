"""A results folder: any answer's page, frames, figures, and a list of its files."""

from __future__ import annotations

import json

import pandas as pd
import pytest

import sim
from sim.answers.coverage import coverage
from sim.report import folder as store
from sim.words.language import language

EN, ZH = language("en"), language("zh")


@pytest.fixture(scope="module")
def compared(liling):
    day = liling.with_study(length=86_400.0)
    return sim.compare(day, day.add("枫林镇"), replications=2)


def written(path, answer, say=EN, **how):
    path.mkdir(exist_ok=True)
    store.write(path, answer, say, ["run", "somewhere"], **how)
    return json.loads((path / "run.json").read_text("utf-8"))


@pytest.mark.parametrize("kind", ["comparison", "why", "coverage"])
def test_any_answer_is_written_whole(compared, tmp_path, kind):
    answers = {
        "comparison": compared,
        "why": compared.why(),
        "coverage": coverage(compared.base),
    }
    answer = answers[kind]
    facts = written(tmp_path, answer, figures=False)
    assert (tmp_path / "table.txt").read_text("utf-8") == f"{answer.page().text()}\n"
    for name, frame in answer.frames().items():
        rows = pd.read_csv(tmp_path / f"{name}.csv")
        assert list(rows.columns) == list(frame.columns)
        assert len(rows) == len(frame)
    assert facts["command"] == ["tenthirty", "run", "somewhere"]
    assert set(facts["inputs"]) == {str(path) for path in answer.files()}
    assert facts["sentence"] == answer.sentence()


def test_the_list_of_files_is_what_lies_there(compared, tmp_path):
    facts = written(tmp_path, compared, engine="compiled")
    there = {path.name for path in tmp_path.iterdir()}
    assert {*facts["files"], "run.json"} == there
    assert {"map.png", "map-proposal.png", "cdf.png", "forest.png", "measures.csv"} <= there
    assert facts["engine"] == "compiled"
    assert "measures" not in facts, "they have a file of their own"


def test_json_keeps_the_keys_that_scripts_ask_for(compared):
    facts = store.as_json(compared, EN)
    assert {"layouts", "map", "synthetic", "replications", "days", "seed", "same_calls",
            "measures", "verdicts", "sentences"} <= set(facts)  # fmt: skip
    assert len(facts["sentences"]) == len(facts["layouts"]) - 1
    assert {"rows", "sentences", "seed"} <= set(store.as_json(compared.why(), EN))
    rows = store.as_json(coverage(compared.base), EN)
    assert list(rows[0]) == ["by", "area", "people", "minutes", "within", "radius", "station"]


def test_json_speaks_the_readers_language(compared):
    assert store.as_json(compared, ZH)["sentences"][0].startswith("在枫林镇设急救分站")
    numbers = [store.as_json(compared, say)["measures"] for say in (EN, ZH)]
    assert numbers[0] == numbers[1]


def test_an_earlier_result_gives_way_by_its_own_list(tmp_path):
    out = tmp_path / "out"
    with store.results_folder(out, "a" * 64) as part:
        for name in ("old.png", "logs/layout-1/calls-0000.parquet"):
            (part / name).parent.mkdir(parents=True, exist_ok=True)
            (part / name).write_text("x")
        store.write_run_json(part, {}, [])
    (out / "notes.txt").write_text("mine")
    with store.results_folder(out, "b" * 64) as part:
        (part / "new.csv").write_text("x")
        store.write_run_json(part, {}, [])
    there = {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}
    assert there == {"new.csv", "notes.txt", "run.json"}
    assert not (out / "logs" / "layout-1").exists()


def test_what_a_stopped_replacement_left_goes_the_next_time(tmp_path, monkeypatch):
    out = tmp_path / "out"

    def put(*names):
        with store.results_folder(out, "a" * 64) as part:
            for name in names:
                (part / name).write_text("x")
            store.write_run_json(part, {}, [])

    put("a.csv", "b.csv")
    real = store.os.replace

    def stop(source, target):
        if target.name == "d.csv":
            raise KeyboardInterrupt
        real(source, target)

    monkeypatch.setattr(store.os, "replace", stop)
    with pytest.raises(KeyboardInterrupt):
        put("c.csv", "d.csv")
    monkeypatch.setattr(store.os, "replace", real)
    assert (out / "c.csv").exists()
    put("e.csv")
    assert {path.name for path in out.iterdir()} == {"e.csv", "run.json"}


@pytest.mark.parametrize("name", ["../precious.txt", "/tmp/precious.txt", 7, ""])
def test_a_list_that_names_files_elsewhere_is_not_followed(tmp_path, name):
    out, precious = tmp_path / "out", tmp_path / "precious.txt"
    out.mkdir()
    precious.write_text("mine")
    (out / "run.json").write_text(
        json.dumps({"command": ["tenthirty"], "files": [name, "old.csv"]})
    )
    (out / "old.csv").write_text("x")
    with store.results_folder(out, "a" * 64) as part:
        store.write_run_json(part, {}, [])
    assert precious.read_text() == "mine"
    assert {path.name for path in out.iterdir()} == {"run.json"}


def test_measures_are_every_estimate_and_difference(compared, tmp_path):
    written(tmp_path, compared, figures=False)
    rows = pd.read_csv(tmp_path / "measures.csv")
    assert list(rows.columns) == ["layout", "by", "area", "measure", "unit", "mean", "low", "high"]
    assert rows["mean"].to_numpy() == pytest.approx([row.mean for row in compared.rows()])
