"""Tables of travel seconds, read and checked."""

from __future__ import annotations

import pandas as pd
import pytest

from sim.errors import MapError
from sim.geography.making import read_matrix


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_a_square_table_may_be_asymmetric(tmp_path, ending):
    frame = pd.DataFrame({"id": ["a", "b"], "b": [60.0, 0.0], "a": [0.0, 90.0]})
    path = tmp_path / f"m.{ending}"
    frame.to_csv(path, index=False) if ending == "csv" else frame.to_parquet(path)
    ids, seconds, _ = read_matrix(path)
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
        ("id,a,b\na,0,x\nb,1,0\n", "write numbers; found x"),
        ("id,a,b\na,0,inf\nb,1,0\n", "endless: a → b"),
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
