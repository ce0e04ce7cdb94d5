"""What a workbook calls its sheets, columns and cells in the reader's language."""

from __future__ import annotations

import re

import pytest
from decisions import of_curve, of_search, of_worth, stressed
from rankings import ranked, sited
from studies import QUICK, days

import sim
from sim import words
from sim.answers.coverage import coverage


def answers():
    week = days()
    plan = week.add("枫林镇")
    compared = sim.compare(week, plan, **QUICK)
    return [
        compared, compared.why(), ranked(), sited(new=2), of_search(), of_curve(), of_worth(),
        stressed(3.0, 4.0, joint=4), coverage(week),
    ]  # fmt: skip


def test_nothing_in_a_chinese_workbook_is_a_key_of_the_files(tmp_path):
    from openpyxl import load_workbook

    for answer in answers():
        book = load_workbook(answer.to_excel(tmp_path / "answer.xlsx", "zh"))
        for sheet in book.worksheets[1:-2]:  # settings and files are called as they are written
            (heads, *rows) = sheet.iter_rows(values_only=True)
            latin = {str(head) for head in heads if str(head).isascii()}
            assert latin <= {"mclp"}, (sheet.title, latin)
            assert len(set(heads)) == len(heads), sheet.title
            named = [i for i, head in enumerate(heads) if "英文" not in str(head)]
            cells = {str(row[i]) for row in rows for i in named if isinstance(row[i], str)}
            words = {c for c in cells if re.search(r"[A-Za-z]{2}", c) and c.isascii()}
            assert words <= {"red", "yellow", "green"}, (sheet.title, words)  # a planner's own


def test_a_column_of_the_mean_response_is_no_estimate_of_something_else(tmp_path):
    from openpyxl import load_workbook

    sheet = load_workbook(ranked().to_excel(tmp_path / "a.xlsx", "zh")).worksheets[1]
    heads, first, *_ = sheet.iter_rows(values_only=True)
    column = heads.index("平均反应时间（分钟）")
    assert first[column] == pytest.approx(ranked().best.gains["mean"].mean)
    assert heads[column + 1] == "平均反应时间（分钟），下限"
    plain = load_workbook(ranked().to_excel(tmp_path / "b.xlsx")).worksheets[1]
    assert [cell.value for cell in plain[1]] == [
        str(column) for column in words.frames_of(ranked())["ranking"].columns
    ]


def test_the_first_sheet_says_what_is_printed_with_its_verdicts(tmp_path):
    from openpyxl import load_workbook

    week = days()
    compared = sim.compare(week, week.add("枫林镇"), **QUICK)
    for lang, better in (("zh", "改善"), ("en", "better")):
        sheet = load_workbook(compared.to_excel(tmp_path / f"{lang}.xlsx", lang)).worksheets[0]
        cells = [str(c) for row in sheet.iter_rows(values_only=True) for c in row if c is not None]
        assert set(compared.sentences(lang)) <= set(cells)
        assert any(better in cell for cell in cells)


def test_numbers_have_their_formats_and_tables_their_filters(tmp_path):
    from openpyxl import load_workbook

    week = days()
    compared = sim.compare(week, week.add("枫林镇"), **QUICK)
    book = load_workbook(compared.to_excel(tmp_path / "a.xlsx"))
    levels = book["levels"]
    assert levels.freeze_panes == "A2"
    assert levels.auto_filter.ref == levels.dimensions
    assert levels["A1"].font.bold
    shown = {row[3].value: (row[5].number_format, row[5].value) for row in levels.iter_rows(min_row=2)
             if row[1].value == "all"}  # fmt: skip
    assert shown["within"][0] == "0.0%"
    assert 0 < shown["within"][1] < 1
    assert shown["mean"][0] == "0.0"
    ranking = load_workbook(ranked().to_excel(tmp_path / "b.xlsx"))["ranking"]
    heads = [cell.value for cell in ranking[1]]
    formats = {head: cell.number_format for head, cell in zip(heads, ranking[2], strict=True)}
    assert formats["within_low"] == "0.0%"
    assert formats["mean_high"] == "0.0"
    assert formats["people"] == "#,##0"
    assert "calls within target" in ranking.cell(1, heads.index("within") + 1).comment.text


@pytest.mark.parametrize("name", ["=1+1", "+cmd|' /C calc'!A0", "-2", "@SUM(A1)", "=HYPERLINK(1)"])
def test_no_name_becomes_a_formula(tmp_path, name):
    from dataclasses import replace

    from openpyxl import load_workbook

    from sim.text import Name

    week = replace(days(), name=Name(name, name))
    compared = sim.compare(week, week.add("枫林镇"), **QUICK)
    for sheet in load_workbook(compared.to_excel(tmp_path / "a.xlsx", "zh")):
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f"
                if isinstance(cell.value, str):
                    assert cell.quotePrefix
