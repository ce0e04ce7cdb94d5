"""Text tables whatever stands between their columns."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.files.delimited import MARKS, SeparatorError, rows_of


def cells(text):
    return [row for _, row in rows_of(text)[0]]


def test_decimal_commas_do_not_part_a_table_of_semicolons():
    assert cells("id;A;B\nA;0,0;4,5\nB;5,5;0,0\n") == [
        ["id", "A", "B"], ["A", "0,0", "4,5"], ["B", "5,5", "0,0"],
    ]  # fmt: skip
    assert cells("a,x;b,y\n1,5;2,5\n") == [["a,x", "b,y"], ["1,5", "2,5"]]


def test_semicolons_within_the_cells_do_not_part_a_table_of_commas():
    assert cells("name,capabilities,lon\nA,CT;MRI;PCI,113.5\nB,CT;MRI,113.6\n")[1] == [
        "A", "CT;MRI;PCI", "113.5",
    ]  # fmt: skip
    assert rows_of("name;capabilities,lon\nA;CT,113.5\n")[1] == ","


def test_a_mark_within_quotes_parts_nothing():
    assert cells('name,people\n"A, B; C",1\n') == [["name", "people"], ["A, B; C", "1"]]
    assert cells('name, people\nA, "1,234"\n')[1] == ["A", "1,234"]


def test_what_excel_says_in_its_first_line_settles_it():
    rows, mark = rows_of("sep=;\nname,x;lon\nA,y;1\n")
    assert (rows, mark) == ([(2, ["name,x", "lon"]), (3, ["A,y", "1"])], ";")


def test_rows_of_a_title_do_not_hide_the_mark():
    assert rows_of("People of 2020, by place\nsource: census\nname;lon\nA;1\nB;2\nC;3\n")[1] == ";"


def test_two_marks_that_part_alike_are_asked_about():
    with pytest.raises(SeparatorError, match="both ; and , could part its columns"):
        rows_of("a,b;c\nd,e;f\n")


def test_a_quote_that_does_not_close_is_told_with_its_line():
    with pytest.raises(SeparatorError, match="line 2: its quotes do not match"):
        rows_of('name,lon\n"A" east,1\n')
    with pytest.raises(SeparatorError, match="its quotes do not match"):
        rows_of('name,lon\n"A,1\nB,2\n')


CELL = st.text(
    st.characters(exclude_categories=["Cc", "Cs", "Zs", "Zl", "Zp", "Cf", "Cn"]), max_size=8
).map(str.strip)


@given(
    st.integers(2, 5).flatmap(
        lambda n: st.lists(st.lists(CELL, min_size=n, max_size=n), min_size=2, max_size=6)
    ),
    st.sampled_from(MARKS),
    st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL, csv.QUOTE_NONNUMERIC]),
)
def test_any_table_is_read_back_or_refused(table, mark, quoting):
    """Nothing is asked of a table that no person writes: cells of marks only, without a header."""
    for at, row in enumerate(table):
        row[0] = f"r{at}" + "".join(set(row[0]) - set(MARKS))
        row[1] = str(at)
    text = io.StringIO()
    csv.writer(text, delimiter=mark, quoting=quoting).writerows(table)
    try:
        rows, found = rows_of(text.getvalue())
    except SeparatorError:
        return
    assert found == mark
    assert [row for _, row in rows] == table
