"""Excel files as planners keep them: several sheets, titles, dates, formulas."""

from __future__ import annotations

from datetime import date, datetime, time

import openpyxl
import pytest

from sim.errors import MapImportError
from sim.files import tables
from sim.files.workbooks import as_text


def workbook(path, sheets, states=()):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    for name, state in dict(states).items():
        book[name].sheet_state = state
    book.save(path)
    return path


PROSE = [["The census of our county"], ["Each row is a village"]]
VILLAGES = [["name", "people"], ["A", 12], ["B", 1.5]]


def read(path, sheet=""):
    frame = tables.read_table(path, sheet=sheet)
    return frame.to_numpy().tolist(), [str(note) for note in tables.notes(frame)]


def test_the_sheet_with_the_table_is_found_and_said(tmp_path):
    path = workbook(tmp_path / "t.xlsx", {"read me": PROSE, "data": VILLAGES, "old": VILLAGES})
    rows, notes = read(path)
    assert rows == [["A", "12"], ["B", "1.5"]]
    assert notes == ["t.xlsx: the sheet data is read, not read me, old"]
    assert read(workbook(tmp_path / "t.xlsx", {"Sheet1": [], "Sheet2": VILLAGES}))[0] == rows
    assert read(workbook(tmp_path / "t.xlsx", {"one": VILLAGES}))[1] == []


def test_a_sheet_that_is_named_is_taken(tmp_path):
    path = workbook(tmp_path / "t.xlsx", {"new": VILLAGES, "Old": [["a", "b"], ["x", 7]]})
    assert read(path, "old")[0] == [["x", "7"]]
    with pytest.raises(MapImportError, match="no sheet is called older; there are new, Old"):
        read(path, "older")


def test_a_hidden_sheet_is_not_found_but_can_be_named(tmp_path):
    sheets = {"lists": [["a", "b"], ["x", 7]], "data": VILLAGES}
    path = workbook(tmp_path / "t.xlsx", sheets, {"lists": "hidden"})
    assert read(path) == ([["A", "12"], ["B", "1.5"]], [])
    assert read(path, "lists")[0] == [["x", "7"]]


def test_a_title_above_the_header_is_left_out_and_said(tmp_path):
    title = [["二〇二〇年人口", None], [None, "单位：人"], []]
    frame = tables.read_table(workbook(tmp_path / "t.xlsx", {"data": [*title, *VILLAGES]}))
    assert frame.columns.tolist() == ["name", "people"]
    assert frame.index.tolist() == [5, 6]
    assert tables.notes(frame) == [
        "above the header stands, and is no row of the table: 二〇二〇年人口 / 单位：人"
    ]


def test_a_table_without_a_title_keeps_its_first_row(tmp_path):
    path = workbook(tmp_path / "t.xlsx", {"data": [["name"], ["A", 12], ["B", 1.5]]})
    frame = tables.read_table(path)
    assert frame["name"].tolist() == ["A", "B"]
    assert tables.notes(frame) == ["columns without a name in the header are not read: 2"]


@pytest.mark.parametrize(
    ("cell", "text"),
    [(3.0, "3"), (27.6, "27.6"), (0.1 + 0.2, "0.30000000000000004"), (2147483647, "2147483647"),
     (True, "true"), (None, ""), (float("nan"), ""), ("  a ", "a"), ("007", "007"),
     (datetime(2025, 1, 8, 14, 5, 29, 999_600), "2025-01-08 14:05:30"),
     (date(2025, 1, 8), "2025-01-08"), (time(14, 5), "14:05:00")],
)  # fmt: skip
def test_a_cell_is_its_exact_text(cell, text):
    assert as_text(cell) == text


def test_dates_are_days_where_none_has_a_time(tmp_path):
    moments = [[datetime(2025, 1, 8), datetime(2025, 1, 8)],
               [datetime(2025, 1, 9), datetime(2025, 1, 9, 14, 5)]]  # fmt: skip
    path = workbook(tmp_path / "t.xlsx", {"data": [["day", "received_at"], *moments]})
    assert read(path)[0] == [
        ["2025-01-08", "2025-01-08 00:00:00"],
        ["2025-01-09", "2025-01-09 14:05:00"],
    ]


def test_formulas_that_nobody_computed_are_not_empty_cells(tmp_path):
    path = workbook(tmp_path / "t.xlsx", {"data": [["name", "people"], ["A", "=6*2"]]})
    with pytest.raises(MapImportError, match=r"sheet data, cell B2: its formula has no value yet"):
        read(path)


@pytest.mark.parametrize("ending", [".xls", ".ods", ".et"])
def test_other_spreadsheets_are_asked_for_as_xlsx(tmp_path, ending):
    (tmp_path / f"t{ending}").write_bytes(b"x")
    with pytest.raises(MapImportError, match=f"save it as .xlsx: {ending} is not read"):
        tables.read_table(tmp_path / f"t{ending}")
