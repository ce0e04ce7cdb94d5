"""Workbooks as they come: whatever a cell holds is read as what it means, or told by its cell."""

from __future__ import annotations

from datetime import datetime

import openpyxl
import pytest

from sim.errors import MapImportError
from sim.files import cells, numerals, tables


def workbook(path, rows, sheet="乡镇", **styles):
    book = openpyxl.Workbook()
    book.active.title = sheet
    for row in rows:
        book.active.append(row)
    for cell, style in styles.items():
        book.active[cell].number_format = style
    book.save(path)
    return path


def people(path, **how):
    frame = tables.read_table(path)
    name = tables.column(frame, ("people", "常住人口"))
    return tables.numbers(path, frame, name, numerals.PEOPLE, **how).tolist()


def refused(call, *arguments, **named):
    with pytest.raises(MapImportError) as error:
        call(*arguments, **named)
    return str(error.value)


@pytest.mark.parametrize(
    ("cell", "value"),
    [("１２", 12.0), ("　12　", 12.0), ("１２３．５", 123.5), ("1,234,567", 1234567.0), ("007", 7.0),
     ("1\u00a0234", 1234.0), ("３．２万", 32000.0), (12.0, 12.0), ("+5", 5.0)],
)  # fmt: skip
def test_a_number_is_read_however_it_is_written(tmp_path, cell, value):
    path = workbook(tmp_path / "t.xlsx", [["名称", "常住人口"], ["甲", cell], ["乙", 3]])
    assert people(path) == [value, 3.0]


@pytest.mark.parametrize(
    ("cell", "told"),
    [("abc", "write a number; found abc"), (None, "write a number; found nothing"),
     (True, "found true"), (datetime(2025, 1, 8), "found 2025-01-08"), ("12人左右", "12人左右"),
     ("　", "found nothing"), ("--", "found --"), ("1e400", "at most")],
)  # fmt: skip
def test_what_is_no_number_is_told_by_sheet_and_cell(tmp_path, cell, told):
    rows = [["标题", None, None], ["名称", "x", "人口\n（人）"], ["甲", 1, 5], ["乙", 1, cell]]
    path = workbook(tmp_path / "t.xlsx", [*rows, ["丙", 1, "z"]])
    frame = tables.read_table(path)
    text = refused(tables.numbers, path, frame, tables.column(frame, ("人口",)), numerals.PEOPLE)
    assert "sheet 乡镇, cell C4, column 人口（人）: " in text
    assert told in text
    assert "sheet 乡镇, cell C5, column 人口（人）: write a number; found z" in text


def test_a_share_that_excel_shows_as_percent_is_no_small_number(tmp_path):
    rows = [["名称", "常住人口"], ["甲", 0.9], ["乙", 3]]
    path = workbook(tmp_path / "t.xlsx", rows, B2="0.0%")
    assert tables.read_table(path)["常住人口"].tolist() == ["90%", "3"]
    assert "cell B2, column 常住人口: write a number; found 90%" in refused(people, path)


@pytest.mark.parametrize("failed", ["#N/A", "#REF!", "#DIV/0!", "#NAME?"])
def test_a_formula_that_failed_is_told_by_its_cell_wherever_it_stands(tmp_path, failed):
    path = workbook(tmp_path / "t.xlsx", [["名称", "常住人口"], [failed, 1], ["乙", failed]])
    text = refused(tables.read_table, path)
    assert f"sheet 乡镇, cell A2: its formula failed, Excel shows {failed}" in text
    assert "sheet 乡镇, cell B3: " in text


def test_one_formula_without_a_value_is_told_though_others_have_theirs(tmp_path):
    import zipfile

    path = workbook(tmp_path / "a.xlsx", [["名称", "常住人口"], ["甲", "=1+1"], ["乙", "=2+2"]])
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(tmp_path / "b.xlsx", "w") as new:
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, data.replace(b"<f>1+1</f><v></v>", b"<f>1+1</f><v>2</v>")
                         .replace(b"<f>1+1</f><v />", b"<f>1+1</f><v>2</v>"))  # fmt: skip
    text = refused(tables.read_table, tmp_path / "b.xlsx")
    assert "cell B3: its formula has no value yet" in text
    assert "B2" not in text


def test_a_formula_that_gives_an_empty_text_is_an_empty_cell(tmp_path):
    import zipfile

    path = workbook(tmp_path / "a.xlsx", [["名称", "常住人口"], ["甲", 4], ["乙", '=""']])
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(tmp_path / "b.xlsx", "w") as new:
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, data.replace(b'<c r="B3">', b'<c r="B3" t="str">'))
    assert people(tmp_path / "b.xlsx", empty=True)[0] == 4.0


@pytest.mark.parametrize(
    ("data", "told"),
    [("名称,常住人口\n甲,1\n".encode("gb18030"), "it is a text file that was given the ending .xlsx"),
     ("名称,常住人口\n甲,1\n".encode(), "it is a text file that was given the ending .xlsx"),
     ("名称\t人口\n".encode("utf-16"), "it is a text file that was given the ending .xlsx"),
     (b"<html><table><tr><td>1</td></tr></table>", "it is a web page that was given the ending"),
     (bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600), "it has a password, or is in the old format"),
     (b"PK\x03\x04" + bytes(40), "this is not an Excel file"), (b"", "this is not an Excel file")],
    ids=["gbk", "utf-8", "utf-16", "html", "xls", "torn", "empty"],
)  # fmt: skip
def test_what_was_only_renamed_to_xlsx_is_told_as_what_it_is(tmp_path, data, told):
    (tmp_path / "t.xlsx").write_bytes(data)
    assert told in refused(tables.read_table, tmp_path / "t.xlsx")


def test_of_merged_cells_the_first_has_the_value_and_the_others_are_told(tmp_path):
    path = workbook(tmp_path / "t.xlsx", [["名称", "常住人口"], ["甲", 5], ["乙", None]])
    book = openpyxl.load_workbook(path)
    book.active.merge_cells("B2:B3")
    book.save(path)
    assert any(
        "merged over several rows (B2:B3) of the sheet 乡镇 the first" in note
        for note in tables.notes(tables.read_table(path))
    )
    assert "sheet 乡镇, cell B3, column 常住人口: write a number; found nothing" in refused(
        people, path
    )


def test_merged_cells_of_a_planners_workbook_are_refused_but_those_of_a_title_are_not(tmp_path):
    path = workbook(tmp_path / "t.xlsx", [["表", None], ["名称", "人口"], ["甲", 5], ["乙", None]])
    book = openpyxl.load_workbook(path)
    book.create_sheet("医院").merge_cells("A1:A9")
    book.active.merge_cells("A1:B1")
    book.save(path)
    assert tables.read_table(path, holds="townships")["人口"].tolist() == ["5", ""]
    book.active.merge_cells("B3:B4")
    book.save(path)
    told = refused(tables.read_table, path, holds="townships")
    assert told.count("cells are merged") == 1
    assert "sheet 乡镇, cells B3:B4: these cells are merged over several rows" in told


def test_examples_are_no_rows_and_that_is_said(tmp_path):
    rows = [["name\n名称", "people\n人口"], ["Example 示例: 甲", 1], ["例：乙", 2], ["示例丙", 3]]
    frame = tables.read_table(workbook(tmp_path / "t.xlsx", rows))
    assert frame["name / 名称"].tolist() == ["示例丙"]
    told = "rows that are marked as examples are not read, each with its row: 甲 (2), 乙 (3)"
    assert told in tables.notes(frame)
    told = refused(tables.read_table, workbook(tmp_path / "u.xlsx", rows[:3]))
    assert "sheet 乡镇: there is no row yet but the examples" in told


@pytest.mark.parametrize(
    ("header", "asked", "factor"),
    [("people (persons)\n常住人口（人）", ("常住人口",), 1.0), ("people\n人口（万人）", ("people",), 1e4),
     ("常住人口（万人）\npeople", ("population", "people"), 1e4), ("常 住　人口", ("常住人口",), None),
     ("人口\n（千人）", ("人口",), 1e3), ("people / 人口（人）", ("人口",), 1.0)],
)  # fmt: skip
def test_a_column_is_found_by_either_name_and_has_the_unit_of_either(
    tmp_path, header, asked, factor
):
    frame = tables.read_table(workbook(tmp_path / "t.xlsx", [["名称", header], ["甲", 1]]))
    name = tables.column(frame, asked)
    assert name
    assert numerals.unit_factor(name, numerals.PEOPLE) == factor


@pytest.mark.parametrize("at", [0, 25, 26, 27, 701, 702, 16383])
def test_a_column_has_the_letters_that_excel_gives_it(at):
    assert cells.letters_of(at) == openpyxl.utils.get_column_letter(at + 1)
