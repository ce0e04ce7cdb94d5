"""Tables of many places as one: ours alone, and every text as it was written."""

from __future__ import annotations

import pandas as pd
import pytest

from sim.answers.answer import FileTable
from sim.files.escapes import as_csv
from sim.files.whole import MARK, write_text
from sim.report import folder as store
from sim.report import own_tables, places
from sim.report.answered import KeptAnswer
from sim.report.places import PlaceRow
from sim.report.study_page import AskedQuestion, CommandAnswer, StudyPage
from sim.words.language import language

EN = language("en")


def result(folder, rows, columns=("station", "calls", "share", "open")):
    """A results folder with one table."""
    folder.mkdir(parents=True)
    table = FileTable(columns, rows)
    write_text(folder / "run.csv", as_csv(table.columns, table.rows), "utf-8-sig")
    facts = {"command": ["tenthirty", "run"], own_tables.TEXTS: own_tables.texts_of({"run": table})}
    store.write_run_json(folder, facts, [])
    return folder


def row(place, folder, *, asked=True, failure=""):
    answered = KeptAnswer("", "", False, 0.0, [], "", [], ["A sentence."], [], {})
    part = CommandAnswer("run today", folder, answered if asked else None, failure, asked=asked)
    return PlaceRow(
        place, folder.parent, StudyPage(place, "", "", [AskedQuestion("?", [part], "", "")], EN)
    )


def tables(tmp_path, *rows):
    written = places.write_tables(list(rows), tmp_path)
    return {name: pd.read_parquet(tmp_path / name) for name in written}


@pytest.mark.parametrize("alien", ["名称\n".encode("gbk"), b"", b"station\nmine\n"])
def test_a_planner_s_own_table_is_no_table_of_a_result(tmp_path, alien):
    one = result(tmp_path / "east" / "run", [["A", 1, 0.5, True]])
    (one / "mine.csv").write_bytes(alien)
    assert set(tables(tmp_path, row("east", one))) == {"run.parquet"}


def test_texts_stay_texts_and_numbers_numbers(tmp_path):
    names = ["NA", "None", "007", "=1+1", "'-2", "nan", "7", "True", "一\n二", None]
    rows = [[name, at, None if at else 0.5, at > 2] for at, name in enumerate(names)]
    one = result(tmp_path / "east" / "run", rows)
    two = result(tmp_path / "west" / "run", [[12, 3, 2, True]])
    found = tables(tmp_path, row("east", one), row("west", two))["run.parquet"]
    assert [None if pd.isna(name) else name for name in found["station"]] == [*names, "12"]
    assert found["calls"].tolist() == [*range(len(names)), 3]
    assert found["share"].tolist()[0::10] == [0.5, 2.0]
    assert found["share"].isna().sum() == len(names) - 1
    assert found["open"].tolist() == [at > 2 for at in range(len(names))] + [True]
    assert found["question"].tolist() == [1] * 11
    assert found["place"].tolist() == ["east"] * 10 + ["west"]


def test_a_column_without_anything_and_a_table_without_rows_are_no_mistake(tmp_path):
    one = result(tmp_path / "east" / "run", [["A", None, None, None]])
    two = result(tmp_path / "west" / "run", [], columns=("station", "more"))
    found = tables(tmp_path, row("east", one), row("west", two))["run.parquet"]
    assert len(found) == 1
    assert found["calls"].isna().all()
    assert list(found.columns)[3:] == ["station", "calls", "share", "open", "more"]


def test_a_question_that_was_not_asked_is_no_failure_on_the_page_of_places(tmp_path):
    page = tmp_path / "study.html"
    places.write_page([row("east", tmp_path / "east" / "run", asked=False)], "all", page, EN)
    said = page.read_text("utf-8")
    assert "Not asked yet." in said
    assert '<div class="failed">' not in said
    places.write_page([row("east", tmp_path / "east" / "run")], "all", page, EN)
    assert "Not asked yet." not in page.read_text("utf-8")


def test_a_results_folder_says_which_of_its_columns_are_texts(tmp_path):
    one = result(tmp_path / "run", [["007", 1, 0.5, True]])
    assert own_tables.read(one)["run"].texts == {"station"}
    (one / "run.csv").write_text("changed", "utf-8")
    assert own_tables.read(one) == {}
    (one / MARK).unlink()
    assert own_tables.read(one) == {}
