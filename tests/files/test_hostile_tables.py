"""Tables that are damaged, endless or made to do harm: refused in words and within seconds."""

from __future__ import annotations

import re
import zipfile

import openpyxl
import pytest

from sim.errors import MapImportError
from sim.files import delimited, tables, unpacked

SHEET = "xl/worksheets/sheet1.xml"


def refused(path):
    with pytest.raises(MapImportError) as caught:
        tables.read_table(path)
    return str(caught.value)


def csv(tmp_path, content):
    path = tmp_path / "t.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return path


@pytest.fixture
def book(tmp_path):
    """`book(rows, change)`: a workbook, its sheet's XML changed."""

    def make(rows=(("a", "b"), (1, 2), (3, 4)), change=lambda text: text, merge=""):
        made = openpyxl.Workbook()
        for row in rows:
            made.active.append(row)
        if merge:
            made.active.merge_cells(merge)
        made.save(tmp_path / "plain.xlsx")
        path = tmp_path / "t.xlsx"
        with zipfile.ZipFile(tmp_path / "plain.xlsx") as plain, zipfile.ZipFile(path, "w") as ours:
            for name in plain.namelist():
                text = plain.read(name)
                ours.writestr(name, change(text) if name == SHEET else text)
        return path

    return make


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("a,b,a\n1,2,3\n", 'line 1: two columns are called "a"'),
        ("a,b\nx,y\n1,2\0\n", "line 3 has a zero byte"),
        (b"\0" * 100, "not a text file"),
        ('a,b\n"1,2\n3,4\n', "its quotes do not match"),
        ("a,b\n", "no row below the header"),
        ("", "no row below the header"),
        ("a,b\n" + "1" * 10_000_001 + ",2\n", "line 2: a cell has more than 10,000,000"),
        ("a,b\n1,2\n" + "," * 20_000_001, "line 3: a line has more than 20,000,000"),
    ],
    ids=["twice", "zero", "zeros", "quote", "alone", "empty", "cell", "line"],
)
def test_a_text_that_is_no_table_is_refused_with_its_line(tmp_path, content, said):
    assert said in refused(csv(tmp_path, content))


@pytest.mark.parametrize(
    ("content", "head", "cells"),
    [
        ("a,b\r\n1,2\r3,4\n5,6", ["a", "b"], [["1", "2"], ["3", "4"], ["5", "6"]]),
        ("a,\ufeffb\n\ufeff1,\u200b2\n", ["a", "b"], [["1", "2"]]),
        ("people\n1\n2\n", ["people"], [["1"], ["2"]]),
        ("名称,人口\n一乡,2\n".encode("utf-16-le"), ["名称", "人口"], [["一乡", "2"]]),
        ("名称,人口\n一乡,2\n".encode("utf-16-be"), ["名称", "人口"], [["一乡", "2"]]),
        ("sep=;\na;b\n1;2\n", ["a", "b"], [["1", "2"]]),
        ("sep=\r\na,b\n1,2\n", ["a", "b"], [["1", "2"]]),
    ],
)
def test_a_table_is_read_whatever_wrote_its_lines(tmp_path, content, head, cells):
    frame = tables.read_table(csv(tmp_path, content))
    assert list(frame.columns) == head
    assert frame.to_numpy().tolist() == cells


def test_a_bomb_is_refused_by_what_it_says_of_itself(tmp_path, book, monkeypatch):
    path = book()
    monkeypatch.setattr(unpacked, "MOST_BYTES", 1000)
    assert "more than the 1e-06 GB that are read" in refused(path)


def test_rows_without_end_are_counted_before_they_are_read(book, monkeypatch):
    monkeypatch.setattr(unpacked, "MOST_ROWS", 10)
    many = b"<row><c><v>1</v></c></row>" * 20
    path = book(change=lambda text: text.replace(b"</sheetData>", many + b"</sheetData>"))
    assert "more rows than any sheet (10)" in refused(path)
    apart = book(change=lambda text: text.replace(b'<row r="3"', b'<row r="12"'))
    assert "more rows than any sheet (10)" in refused(apart)


@pytest.mark.parametrize("where", ["r='ZZZZZZ3'", 'r="A1000000000000"', 'r="XFDA1"'])
def test_a_cell_beyond_any_sheet_is_refused(book, where):
    path = book(change=lambda text: text.replace(b'r="A3"', where.encode()))
    assert "no sheet has more than" in refused(path)


def test_entities_are_refused(book):
    declared = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
    path = book(
        change=lambda text: (
            declared + re.sub(rb"^<\?xml[^>]*\?>", b"", text).replace(b"<v>1</v>", b"<v>&e;</v>")
        )
    )
    assert "it declares abbreviations" in refused(path)


def test_what_a_password_hides_is_named(tmp_path):
    path = tmp_path / "t.xlsx"
    path.write_bytes(unpacked.OLD + bytes(4000))
    assert "it has a password, or is in the old format" in refused(path)


def test_a_workbook_without_its_sheets_is_refused(tmp_path, book):
    book()
    path = tmp_path / "none.xlsx"
    with zipfile.ZipFile(tmp_path / "t.xlsx") as whole, zipfile.ZipFile(path, "w") as left:
        for name in whole.namelist():
            if name != SHEET:
                left.writestr(name, whole.read(name))
    assert "no sheet in it that can be read" in refused(path)


def test_merged_cells_are_said(book):
    frame = tables.read_table(book([("a", "b"), ("x", 1), (None, 2)], merge="A2:A3"))
    assert frame["a"].tolist() == ["x", ""]
    (note,) = tables.notes(frame)
    assert "merged over several rows (A2:A3)" in note
    flat = tables.read_table(book([("a", "b"), ("x", None), ("y", 2)], merge="A2:B2"))
    assert tables.notes(flat) == []


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
def test_lines_are_long_by_their_own_ends(monkeypatch, end):
    monkeypatch.setattr(delimited, "LONGEST", 50)
    assert len(delimited.rows_of(f"a,b{end}" * 100)[0]) == 100
    with pytest.raises(delimited.SeparatorError, match="line 3: a line has more than 50"):
        delimited.rows_of(f"a,b{end}1,2{end}{'1' * 51},2{end}3,4")
