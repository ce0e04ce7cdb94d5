"""Tables of travel seconds, read and checked."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.errors import MapError
from sim.geography.making import read_matrix


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_a_square_table_may_be_asymmetric(tmp_path, ending):
    frame = pd.DataFrame({"id": ["a", "b"], "b": [60.0, 0.0], "a": [0.0, 90.0]})
    path = tmp_path / f"m.{ending}"
    frame.to_csv(path, index=False) if ending == "csv" else frame.to_parquet(path)
    ids, seconds, *_ = read_matrix(path)
    assert ids == ("a", "b")
    assert seconds.tolist() == [[0, 60], [90, 0]]
    assert read_matrix(path, unit="minutes").seconds[0, 1] == 3600


def test_a_long_table_says_its_unit_in_the_header(tmp_path):
    path = tmp_path / "m.csv"
    path.write_text("from,to,minutes\n1,2,1.5\n2,1,2\n", "utf-8")
    assert read_matrix(path).seconds.tolist() == [[0, 90], [120, 0]]


def test_holes_are_named_or_filled_over_other_places(tmp_path):
    path = tmp_path / "m.csv"
    path.write_text("id,a,b,c\na,0,60,\nb,60,0,30\nc,45,30,0\n", "utf-8")
    with pytest.raises(MapError, match="no time for 1 pairs: a → c.*--fill-holes shortest"):
        read_matrix(path)
    filled = read_matrix(path, fill_holes="shortest").seconds
    assert filled[0, 2] == 90
    assert filled[2, 0] == 45
    path.write_text("from,to,seconds\na,b,60\nb,a,60\nc,a,5\n", "utf-8")
    with pytest.raises(MapError, match="a → c, b → c; no way over other places either"):
        read_matrix(path, fill_holes="shortest")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("id,a,b\na,0,-5\nb,1,0\n", "fewer than 0 seconds: a → b"),
        ("id,a,b\na,0,5\n", "not square: b stands nowhere else"),
        ("id,a,b\na,0,5\na,1,0\n", "a: each id once"),
        ("id,a,b\na,0,x\nb,1,0\n", "line 2, column b: write a number; found x"),
        ("id,a,b\na,0,inf\nb,1,0\n", "line 2, column b: write a number; found inf"),
        ("id,a,b\na,0\nb,1,0\n", "line 2: 3 values expected; found 2"),
        ("from,to,seconds\na,b,1\na,b,2\n", "a → b: each pair once"),
        ("from,to,metres\na,b,1\n", "no column seconds or minutes"),
        ("id,a,z\na,0,1\nz,1,0\n", "no place has the id z"),
    ],
)
def test_what_is_wrong_with_a_table_is_said(tmp_path, text, said):
    path = tmp_path / "m.csv"
    path.write_text(text, "utf-8")
    with pytest.raises(MapError) as caught:
        read_matrix(path, known=["a", "b"])
    assert said in str(caught.value)


@given(st.integers(1, 6), st.data())
@settings(max_examples=60, deadline=None)
def test_a_square_and_a_long_table_of_the_same_times_are_the_same(tmp_path_factory, size, data):
    number = st.integers(0, 9999)
    times = np.array(
        data.draw(st.lists(number, min_size=size * size, max_size=size * size))
    ).reshape(size, size)
    np.fill_diagonal(times, 0)
    ids = [f"p{i}" for i in range(size)]
    folder = tmp_path_factory.mktemp("m")
    order = data.draw(st.permutations(range(size)))
    square = pd.DataFrame(times, index=ids, columns=ids).iloc[:, order]
    square.to_csv(folder / "square.csv", index_label="id")
    rows = [(a, b, times[i, j]) for i, a in enumerate(ids) for j, b in enumerate(ids)]
    pd.DataFrame(rows, columns=["from", "to", "seconds"]).to_csv(folder / "long.csv", index=False)
    for name in ("square.csv", "long.csv"):
        found = read_matrix(folder / name, ids)
        assert found.ids == tuple(ids)
        assert np.array_equal(found.seconds, times)
        assert not found.filled.any()


@given(st.integers(2, 6), st.data())
@settings(max_examples=60, deadline=None)
def test_a_filled_hole_is_the_quickest_way_round_and_nothing_else_changes(
    tmp_path_factory, size, data
):
    number = st.integers(1, 999).map(float) | st.just(np.nan)
    times = np.array(
        data.draw(st.lists(number, min_size=size * size, max_size=size * size))
    ).reshape(size, size)
    np.fill_diagonal(times, 0)
    ids = [f"p{i}" for i in range(size)]
    path = tmp_path_factory.mktemp("m") / "m.csv"
    pd.DataFrame(times, index=ids, columns=ids).to_csv(path, index_label="id")
    ways = np.where(np.isnan(times), np.inf, times)
    for over in range(size):
        ways = np.minimum(ways, ways[:, [over]] + ways[[over]])
    holes = np.isnan(times)
    if np.isinf(ways).any():
        with pytest.raises(MapError, match="no way over other places"):
            read_matrix(path, fill_holes="shortest")
        return
    found = read_matrix(path, fill_holes="shortest")
    assert np.array_equal(found.filled, holes)
    assert np.array_equal(found.seconds[~holes], times[~holes])
    assert found.seconds[holes] == pytest.approx(ways[holes])


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_chinese_heads_and_ids_in_either_encoding(tmp_path, encoding):
    path = tmp_path / "m.csv"
    path.write_bytes("起点,终点,分钟\n东,西,2\n西,东,3\n".encode(encoding))
    found = read_matrix(path, known=["东", "西"])
    assert found.ids == ("东", "西")
    assert found.seconds.tolist() == [[0, 120], [180, 0]]


def test_whole_numbers_are_the_same_ids_however_they_are_written(tmp_path):
    frame = pd.DataFrame({"id": [1.0, 2.0], "1": [0, 5], "2": [6, 0]})
    frame.to_parquet(tmp_path / "m.parquet")
    assert read_matrix(tmp_path / "m.parquet", known=["1", "2"]).ids == ("1", "2")


def test_a_place_of_its_own_needs_no_times(tmp_path):
    path = tmp_path / "m.csv"
    path.write_text("id,a\na,\n", "utf-8")
    assert read_matrix(path).seconds.tolist() == [[0]]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("m.csv", b"", "there is no row below the header"),
        ("m.csv", b"\xff\xfe\x00\x81\x00\xff\xff", "not a text file"),
        ("m.parquet", b"no", "this is not a Parquet file"),
        ("m.csv", b"id,a,b,b\na,0,1,1\nb,1,0,1\n", 'two columns are called "b"'),
        ("m.csv", b"id,a,b\na,0,1\nb,1,0\nc,1,1\n", "first column: not square: c stands nowhere"),
        (
            "m.csv",
            b"from,to,seconds\na,b,x\nb,a,1\n",
            "line 2, column seconds: write a number; found x",
        ),
    ],
)
def test_a_file_that_is_no_table_is_refused(tmp_path, name, content, said):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(MapError) as caught:
        read_matrix(tmp_path / name)
    assert said in str(caught.value)


def test_words_of_the_call_are_checked(tmp_path):
    path = tmp_path / "m.csv"
    path.write_text("id,a\na,0\n", "utf-8")
    for choices, said in (({"unit": "days"}, "write seconds or minutes"),
                          ({"fill_holes": "x"}, "write shortest; found x")):  # fmt: skip
        with pytest.raises(MapError, match=said):
            read_matrix(path, **choices)
    with pytest.raises(MapError, match="no such file"):
        read_matrix(tmp_path / "none.csv")


# ── as other programs write it ───────────────────────────────────────────────────────────────

UNREACHABLE = ["4294967.295", "4294967.5", "2147483647", "2147483.647", "65535", "-1", "99999",
               "999999", "4294967295", "2147483648", "9223372036854775807"]  # fmt: skip


@pytest.mark.parametrize("number", UNREACHABLE)
@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_numbers_that_mean_no_way_are_holes_and_counted(tmp_path, number, ending):
    path = tmp_path / f"m.{ending}"
    times = {"id": ["a", "b", "c"], "a": [0, 60, float(number)], "b": [60, 0, 30],
             "c": [float(number), 30, 0]}  # fmt: skip
    if ending == "csv":
        path.write_text(f"id,a,b,c\na,0,60,{number}\nb,60,0,30\nc,{number},30,0\n", "utf-8")
    else:
        pd.DataFrame(times).to_parquet(path)
    with pytest.raises(MapError, match=r"no time for 2 pairs: a → c, c → a") as caught:
        read_matrix(path)
    assert "2 times of" in str(caught.value)
    assert "are read as unreachable" in str(caught.value)
    found = read_matrix(path, fill_holes="shortest")
    assert found.seconds[0, 2] == 90
    assert [str(note)[:11] for note in found.notes] == ["2 times of "]


@pytest.mark.parametrize("number", ["65534", "99998", "9999", "16777214", "100000"])
def test_other_large_numbers_are_times(tmp_path, number):
    path = tmp_path / "m.csv"
    path.write_text(f"id,a,b\na,0,{number}\nb,5,0\n", "utf-8")
    if number == "16777214":
        with pytest.raises(MapError, match="unreachable"):  # rounded to single precision
            read_matrix(path)
    else:
        assert read_matrix(path).seconds[0, 1] == float(number)


@pytest.mark.parametrize(
    ("header", "unit", "seconds"),
    [
        ("origin_id,destination_id,total_cost", "seconds", 5),
        ("origin_id,destination_id,total_cost", "minutes", 300),
        ("Origin,Destination,travel_time (min)", "", 300),
        ("起点,终点,行程时间(分钟)", "", 300),
        ("from,to,duration_s", "", 5),
        ("source,target,hours", "", 18_000),
        ("from,to,time,seconds", "", 7),
    ],
)
def test_rows_of_pairs_are_read_by_the_names_of_many_programs(tmp_path, header, unit, seconds):
    path = tmp_path / "m.csv"
    more = ",7" if header.count(",") == 3 else ""
    path.write_text(f"{header}\n1.0,2.0,5{more}\n2.0,1.0,5{more}\n", "utf-8")
    found = read_matrix(path, known=["1", "2"], unit=unit)
    assert found.seconds.tolist() == [[0, seconds], [seconds, 0]]


@pytest.mark.parametrize(
    ("text", "unit", "said"),
    [
        ("o,d,cost\na,b,5\nb,a,5\n", "", "cost: its header says no unit: write --matrix-unit"),
        ("o,d,seconds\na,b,5\nb,a,5\n", "minutes", "says seconds, --matrix-unit minutes: which"),
        ("start_zone,end_zone,t\na,b,5\nb,a,5\n", "", "call the columns from, to, and seconds"),
        ("id;a;b\na;0,0;4,5\nb;5.5;0,0\n", "", "some numbers have a decimal comma (0,0)"),
        (
            "id,a,b\na,0,1e308\nb,1,0\n",
            "",
            "line 2, column b: write a number of at most 2e+19; found 1e308",
        ),
        ('id,a,b\na,0,"12,5"\nb,"1,234",0\n', "", "line 2, column b: some numbers have"),
    ],
)
def test_a_table_that_is_not_clear_is_asked_about(tmp_path, text, unit, said):
    path = tmp_path / "m.csv"
    path.write_text(text, "utf-8")
    with pytest.raises(MapError) as caught:
        read_matrix(path, unit=unit)
    assert said in str(caught.value)


def test_decimal_commas_in_a_square_of_semicolons(tmp_path):
    path = tmp_path / "m.csv"
    path.write_text("id;a;b\na;0,0;4,5\nb;5;0,0\n", "utf-8")
    assert read_matrix(path, unit="minutes").seconds.tolist() == [[0, 270], [300, 0]]


def test_a_square_on_a_sheet_of_excel(tmp_path):
    import openpyxl

    book = openpyxl.Workbook()
    book.active.append(["read the other sheet"])
    sheet = book.create_sheet("times")
    for row in (["id", 1, 2], [1, 0, 60], [2, 90.5, None]):
        sheet.append(row)
    book.save(tmp_path / "m.xlsx")
    found = read_matrix(tmp_path / "m.xlsx")
    assert found.ids == ("1", "2")
    assert found.seconds.tolist() == [[0, 60], [90.5, 0]]
    assert "the sheet times is read" in found.notes[0]
