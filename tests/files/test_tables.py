"""Files of a planner as tables: spreadsheets, text in either encoding, maps with shapes."""

from __future__ import annotations

import pandas as pd
import pytest

from sim.errors import MapImportError
from sim.files import numerals, tables


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
    assert "not a text file in UTF-8, UTF-16" in said(tables.read_table, path)


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
    (tmp_path / "t.xlsx").write_bytes(b"\0no")
    assert "this is not an Excel file" in said(tables.read_table, tmp_path / "t.xlsx")


def test_parquet_is_read_as_the_same_texts(tmp_path):
    facts = {"id": [1.0, 2.0, None], "name": ["A", None, None], "shape": [b"x", b"y", b"z"]}
    pd.DataFrame(facts).to_parquet(tmp_path / "t.parquet")
    frame = tables.read_table(tmp_path / "t.parquet")
    assert frame.to_dict("list") == {"id": ["1", "2"], "name": ["A", ""]}
    assert tables.notes(frame) == ["t.parquet: the column shape is left out: it is no text"]
    (tmp_path / "t.parquet").write_text("no", "utf-8")
    assert "this is not a Parquet file" in said(tables.read_table, tmp_path / "t.parquet")


def test_the_encoding_is_said_unless_it_is_utf_8(tmp_path):
    path = tmp_path / "t.csv"
    for encoding, told in (("utf-8", []), ("gbk", ["t.csv is read as GB 18030"]),
                           ("utf-16", ["t.csv is read as UTF-16"])):  # fmt: skip
        path.write_bytes("名称,经度\n东站,113.5\n".encode(encoding))
        assert tables.notes(tables.read_table(path)) == told
    path.write_text("名称,经度\n东站,113.5\n", "utf-8")
    assert tables.notes(tables.read_table(path, "gbk")) == [
        "t.csv is UTF-8 and read as such, not as gbk"
    ]


def test_a_row_with_more_cells_than_the_header_is_refused(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("name,lon,lat\nA,113,5,27,6\nB,113,27\nC,113\n", "utf-8")
    assert "line 2: 3 values expected; found 5" in said(tables.read_table, path)
    path.write_text("name,lon,lat\nB,113,27\nC,113\n", "utf-8")
    assert tables.read_table(path)["lat"].tolist() == ["27", ""]
    with pytest.raises(MapImportError, match="line 3: 3 values expected; found 2"):
        tables.read_table(path, uneven=False)


def test_two_columns_of_one_name_are_refused(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("name,people,people\nA,1,2\n", "utf-8")
    assert 'line 1: two columns are called "people"' in said(tables.read_table, path)


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


def table(path, text):
    path.write_text(text, "utf-8")
    return tables.read_table(path)


def test_decimal_commas_are_read_and_said(tmp_path):
    path = tmp_path / "t.csv"
    frame = table(path, "id;people;km\na;12,5;1,234\nb;3;7\n")
    assert tables.numbers(path, frame, "people").tolist() == [12.5, 3]
    assert tables.numbers(path, frame, "km").tolist() == [1.234, 7], "as its neighbour"
    assert tables.notes(frame) == [
        "t.csv: the commas of people are decimal ones", "t.csv: the commas of km are decimal ones",
    ]  # fmt: skip
    frame = table(path, "id;people;km\na;12.5;1,234\n")
    assert tables.numbers(path, frame, "km").tolist() == [1234], "as its neighbour"
    frame = table(path, "id;people\na;1,234\n")
    assert "line 2, column people: write 1234 or 1.234" in said(
        tables.numbers, path, frame, "people"
    )
    frame = table(path, "lon;people\n113,5;1.234\n")
    assert "line 2, column people: write 1234 or 1.234" in said(
        tables.numbers, path, frame, "people"
    )
    frame = table(path, "lon\tpeople\n113,5\t1,234\n")
    assert "write 1234 or 1.234" in said(tables.numbers, path, frame, "people")
    frame = table(path, 'lon,people\n113.512,"1,234"\n')
    assert tables.numbers(path, frame, "people").tolist() == [1234]
    assert tables.numbers(path, frame, "lon").tolist() == [113.512]
    frame = table(path, 'id,people\na,"1,234"\nb,"12,5"\n')
    assert "line 3, column people: some numbers have a decimal comma (12,5), some not (1,234)" in (
        said(tables.numbers, path, frame, "people")
    )


def test_a_unit_in_the_header_counts_and_is_said(tmp_path):
    path = tmp_path / "t.csv"
    units = {"万人": 1e4, "万": 1e4}
    frame = table(path, "名称,人口(万人)\n甲,2.6\n")
    assert tables.column(frame, ["人口"]) == "人口(万人)"
    assert tables.numbers(path, frame, "人口(万人)", units).tolist() == [26_000]
    assert tables.notes(frame) == [
        "t.csv: the numbers of 人口(万人) are times 10,000, as its unit says"
    ]
    frame = table(path, "名称,人口(万人)\n甲,2.6万\n")
    assert "both the header and its numbers say a unit" in (
        said(tables.numbers, path, frame, "人口(万人)", units)
    )


@pytest.mark.parametrize(
    "title",
    [
        "单位：万人",
        "2020年人口（单位: 万人）",
        "Unit: 万",
        "人口表（万人）",
        "单位：万人、平方公里",
    ],
)
def test_a_unit_in_the_title_counts_and_is_said(tmp_path, title):
    path = tmp_path / "t.csv"
    frame = table(path, f"{title},\n名称,人口\n甲,2.6\n")
    assert tables.numbers(path, frame, "人口", {"万人": 1e4, "万": 1e4}).tolist() == [26_000]
    assert "times 10,000" in tables.notes(frame)[-1]
    frame = table(path, f"{title},\n名称,人口(人)\n甲,26000\n")
    assert tables.numbers(path, frame, "人口(人)", {"万人": 1e4, "人": 1.0}).tolist() == [26_000]


@pytest.mark.parametrize(
    ("title", "factor"),
    [("Unit: 10,000 persons", 1e4), ("Population (in thousands)", 1e3), ("People, 2020 (new)", 1)],
)
def test_a_title_in_words_says_its_unit_too(tmp_path, title, factor):
    path = tmp_path / "t.csv"
    frame = table(path, f'"{title}",\nname,people\nA,2.6\n')
    assert tables.numbers(path, frame, "people", numerals.PEOPLE).tolist() == [2.6 * factor]


def test_least_and_most_are_no_minutes_and_metres(tmp_path):
    frame = table(tmp_path / "t.csv", "x_min,lon_m\n1,2\n")
    assert tables.column(frame, ["x", "lon"]) == ""


def test_numbers_of_a_map_file_are_taken_as_they_are(tmp_path):
    frame = pd.DataFrame({"people": [1.5, 2.0], "n": [3, 4]})
    path = tmp_path / "t.gpkg"
    assert tables.numbers(path, frame, "people").tolist() == [1.5, 2]
    assert tables.numbers(path, frame, "n").tolist() == [3, 4]
    frame["people"] = [float("nan"), float("inf")]
    text = said(tables.numbers, path, frame, "people")
    assert "found nothing" in text
    assert "found inf" in text


def test_of_very_many_odd_numbers_twenty_are_told(tmp_path):
    frame = pd.DataFrame({"people": ["x"] * 50})
    assert said(tables.numbers, tmp_path / "t.csv", frame, "people").count("write a number") == 20


def test_a_table_is_known_by_its_ending(tmp_path):
    assert [tables.is_table(tmp_path / f"t{e}") for e in (".csv", ".XLSX", ".tsv", ".gpkg")] == [
        True, True, True, False,
    ]  # fmt: skip
