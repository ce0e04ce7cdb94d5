"""Files of a planner as tables: spreadsheets, text in either encoding."""

from __future__ import annotations

import pandas as pd
import pytest

from sim.errors import MapImportError
from sim.files import tables


def said(call, *arguments):
    with pytest.raises(MapImportError) as caught:
        call(*arguments)
    return str(caught.value)


# ── text and spreadsheets ────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("mark", [",", ";", "\t", "，"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_any_usual_mark_and_encoding_is_read(tmp_path, mark, encoding):
    path = tmp_path / "t.csv"
    path.write_bytes(f"名称{mark}经度\r\n东站{mark}113.5\r\n".encode(encoding))
    frame = tables.read_table(path)
    assert frame.columns.tolist() == ["名称", "经度"]
    assert frame.to_numpy().tolist() == [["东站", "113.5"]]


def test_rows_know_their_line_in_the_file_and_blank_ones_are_left_out(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text('\nname,note\n\nA,"two\nlines"\n , \nB\n', "utf-8")
    frame = tables.read_table(path)
    assert frame["name"].tolist() == ["A", "B"]
    assert frame["note"].tolist() == ["two\nlines", ""]
    assert frame.index.tolist() == [5, 7]


def test_columns_without_a_head_at_the_end_are_left_out(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("a,b,,\n1,2,3,4\n", "utf-8")
    assert tables.read_table(path).columns.tolist() == ["a", "b"]


@pytest.mark.parametrize("text", ["", "name,lon\n", "\n\n", ",,\n , \n"])
def test_a_table_without_rows_is_refused(tmp_path, text):
    path = tmp_path / "t.csv"
    path.write_text(text, "utf-8")
    assert "there is no row below the header" in said(tables.read_table, path)


def test_a_file_that_is_no_text_is_refused(tmp_path):
    path = tmp_path / "t.csv"
    path.write_bytes(b"\xff\xfe\x00\x81\x00\xff\xff")
    assert "not a text file in UTF-8 or GB 18030" in said(tables.read_table, path)


def test_the_first_sheet_is_read_as_it_looks(tmp_path):
    import openpyxl

    book = openpyxl.Workbook()
    book.active.append(["name", "people", None])
    book.active.append(["A", 12, None])
    book.active.append([None, None, None])
    book.active.append(["B", 1.5, None])
    book.create_sheet("other").append(["no"])
    book.save(tmp_path / "t.xlsx")
    frame = tables.read_table(tmp_path / "t.xlsx")
    assert frame.to_numpy().tolist() == [["A", "12"], ["B", "1.5"]]
    assert frame.index.tolist() == [2, 4]


def test_a_spreadsheet_that_is_none_is_refused(tmp_path):
    (tmp_path / "t.xlsx").write_text("no", "utf-8")
    assert "this is not an Excel file" in said(tables.read_table, tmp_path / "t.xlsx")


@pytest.mark.parametrize(
    ("usual", "chosen", "found"),
    [(["people"], "", "People"), (["pop", "people"], "", "POP"), (["x"], "people", "People"),
     (["people"], "pop", "POP"), (["x"], "", ""), (["people"], "x", "")],
)  # fmt: skip
def test_a_column_is_the_one_chosen_or_the_first_usual_one(usual, chosen, found):
    frame = pd.DataFrame(columns=["People", "POP", 3])
    assert tables.column(frame, usual, chosen) == found


def test_numbers_may_have_thousands_and_odd_ones_are_told_with_their_line(tmp_path):
    path = tmp_path / "t.csv"
    frame = pd.DataFrame({"people": ["1,234", "5.5"]}, index=[2, 3])
    assert tables.numbers(path, frame, "people").tolist() == [1234, 5.5]
    odd = pd.DataFrame({"people": ["many", "", "7", "inf"]}, index=[2, 3, 5, 9])
    text = said(tables.numbers, path, odd, "people")
    for line in ("line 2, column people: write a number; found many",
                 "line 3, column people: write a number; found nothing", "line 9"):  # fmt: skip
        assert line in text
    assert "line 5" not in text
    assert "line 2" not in said(tables.numbers, tmp_path / "t.gpkg", odd, "people")


def test_of_very_many_odd_numbers_twenty_are_told(tmp_path):
    frame = pd.DataFrame({"people": ["x"] * 50})
    assert said(tables.numbers, tmp_path / "t.csv", frame, "people").count("write a number") == 20


def test_a_table_is_known_by_its_ending(tmp_path):
    assert [tables.is_table(tmp_path / f"t{e}") for e in (".csv", ".XLSX", ".tsv", ".gpkg")] == [
        True, True, True, False,
    ]  # fmt: skip
