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
        for sheet in book.worksheets[:-2]:  # settings and files are called as they are written
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

    sheet = load_workbook(ranked().to_excel(tmp_path / "a.xlsx", "zh")).worksheets[0]
    heads, first, *_ = sheet.iter_rows(values_only=True)
    column = heads.index("平均反应时间（分钟）")
    assert first[column] == pytest.approx(ranked().best.gains["mean"].mean)
    assert heads[column + 1] == "平均反应时间（分钟），下限"
    plain = load_workbook(ranked().to_excel(tmp_path / "b.xlsx")).worksheets[0]
    assert [cell.value for cell in plain[1]] == [
        str(column) for column in words.frames_of(ranked())["ranking"].columns
    ]
