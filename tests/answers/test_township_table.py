"""Every township by layout, as a table, a frame and in a workbook."""

from __future__ import annotations

import json

import openpyxl
import pytest
from decisions import tiny_city
from processes import tenthirty

import sim
from sim.errors import OptionError, OutputError
from sim.measures.measures import BY_KEY
from sim.words import township_table
from sim.words.language import language

EN, ZH = language("en"), language("zh")


@pytest.fixture(scope="module")
def compared(tiny):
    plan = tiny.add("=New", at=[113.5, 27.6])
    return sim.compare(tiny, plan, replications=6, workers=1)


def test_a_township_has_a_row_for_each_layout_whose_numbers_are_the_answers(compared):
    frame = compared.townships()
    count = len(compared.base.map.townships)
    assert len(frame) == 2 * count
    today, plan = (frame[frame["layout"] == layout.name.en] for layout in compared.layouts)
    # One zone holds all there is: it is what the table says of all calls.
    for one, number in ((today, 0), (plan, 1)):
        assert one["within"].iloc[0] == pytest.approx(compared.estimate("within", number).mean)
        assert one["p90_min"].iloc[0] == pytest.approx(compared.estimate("p90", number).mean)
    assert plan["difference"].iloc[0] == pytest.approx(compared.difference("within").mean)
    assert plan["low"].iloc[0] == pytest.approx(compared.difference("within").low)
    assert plan["verdict"].iloc[0] == "better"
    assert today["difference"].isna().all()
    assert today["people"].iloc[0] == 400
    assert today["expected_calls_a_day"].iloc[0] == pytest.approx(12.0)
    assert today["area"].iloc[0] == "rural"


def test_a_township_of_few_calls_is_not_judged(tiny):
    base = tiny.with_study(length=6 * 3600.0)
    found = sim.compare(base, base.add("New", at=[113.5, 27.6]), replications=5, workers=1)
    assert set(found.townships()["verdict"]) == {"too few calls to say"}


def test_townships_are_said_beside_each_other(compared):
    (table,) = township_table.tables(compared, EN)
    assert table.rows[0][:4] == ["tiny", "rural", "400", "12.00"]
    assert table.rows[0][-1] == "■ better"
    (table,) = township_table.tables(compared, ZH)
    assert table.rows[0][1] == "农村"


def test_a_workbook_has_levels_differences_townships_and_what_was_assumed(compared, tmp_path):
    path = compared.to_excel(tmp_path / "answer.xlsx")
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == [
        "summary",
        "levels",
        "differences",
        "townships",
        "assumptions",
        "how it was made",
    ]
    settings = {row[0].value: row[1].value for row in book["assumptions"].rows}
    assert settings["targets.rural"] == "12 min"
    assert settings["study.seed"] == "2025"
    assert not any("(" in str(v) or "None" in str(v) for v in settings.values())
    said = [row[1].value for row in book["how it was made"].rows if row[0].value == "sentence"]
    assert said == list(compared.sentences())
    (within,) = [row for row in book["differences"].iter_rows(values_only=True)
                 if row[1:4] == ("all", "all", "within")]  # fmt: skip
    assert within[5] == pytest.approx(compared.difference("within").mean)
    assert all(cell.data_type != "f" for sheet in book for row in sheet.rows for cell in row)


def test_other_answers_have_workbooks_too(tiny, tmp_path):
    base = tiny.with_study(length=86_400.0)
    found = sim.worth(base, replications=5, workers=1)
    book = openpyxl.load_workbook(found.to_excel(tmp_path / "worth.xlsx", lang="zh"))
    assert book.sheetnames == ["结论", "各站价值", "参数设定", "如何得出"]


def test_a_workbook_that_cannot_be_written_is_told_and_nothing_is_left(compared, tmp_path):
    with pytest.raises(OutputError, match="ends in .xlsx"):
        compared.to_excel(tmp_path / "answer.csv")
    with pytest.raises(OutputError, match="cannot be written"):
        compared.to_excel(tmp_path / "nowhere" / "answer.xlsx")
    assert not list(tmp_path.iterdir())


def test_townships_at_the_prompt(tmp_path):
    tiny_city(tmp_path)
    quick = ("scenarios/tiny.yaml", "--replications", 5, "--no-figures", "--townships")
    done = tenthirty("run", *quick, cwd=tmp_path)
    assert "All zones: calls within target" in done.stdout
    done = tenthirty("compare", *quick, "--add", "113.5,27.6", "--json", cwd=tmp_path)
    (today, plan) = json.loads(done.stdout)["townships"]
    assert today["difference"] is None
    assert plan["verdict"] == "better"
    assert (tmp_path / "runs" / "tiny" / "townships.csv").is_file()


def test_townships_of_a_language_have_its_names_first(compared):
    plain = compared.townships()
    for lang, first in (("zh", "name_zh"), ("en", "name_en")):
        frame = compared.townships(lang=lang)
        assert frame.columns[0] == first
        assert frame[plain.columns].equals(plain)
    with pytest.raises(OptionError, match="write one of en, zh"):
        compared.townships(lang="xx")


def test_a_workbook_in_chinese_has_chinese_sheets_heads_and_verdicts(compared, tmp_path):
    import openpyxl

    book = openpyxl.load_workbook(compared.to_excel(tmp_path / "zh.xlsx", lang="zh"))
    assert book.sheetnames[1:4] == ["各布局指标", "与现状的差值", "乡镇（街道）"]
    rows = list(book["乡镇（街道）"].values)
    assert not [head for head in rows[0] if head.isascii()]
    english = {"better", "worse", "undecided", "too small to matter", "too few calls to say"}
    assert not english & {cell for row in rows[1:] for cell in row}
    plain = openpyxl.load_workbook(compared.to_excel(tmp_path / "en.xlsx"))
    assert plain.sheetnames[1:4] == ["levels", "differences", "townships"]
    assert [cell.value for cell in plain["townships"][1]][:2] == ["code", "name_zh"]


def test_layouts_that_do_the_same_have_the_same_minutes_whichever_way_they_are_known(day):
    """Of one, answers about other places count; of the other, where centres help each other at
    once, they do not. Both serve each call alike, and so each is judged by its calls alone."""
    townships = [seat.name.zh for seat in day.map.townships]
    stations = [station.name.zh for station in day.stations]
    parted = day.with_settings(
        dispatch={
            "centres": [
                {"name": "A", "stations": stations[:3], "townships": townships[:9], "help": "at once"},
                {"name": "B", "stations": stations[3:], "townships": townships[9:], "help": "at once"},
            ]
        }
    )  # fmt: skip
    for layouts in ((parted, day), (day, parted)):
        found = sim.compare(*layouts, replications=6, workers=1)
        assert {pooled.alike(BY_KEY["p90"]) for pooled in found.pooled} != {1}
        one, other = (found.townships().iloc[n::2] for n in (0, 1))
        assert list(one["p90_min"]) == list(other["p90_min"])
        assert found.estimate("p90", 1).mean == found.estimate("p90", 0).mean
        assert found.difference("p90", 1).mean == 0
        assert found.estimate("p90", 0).mean == sim.run(
            layouts[0], replications=6, workers=1
        ).estimate("p90").mean  # fmt: skip
