"""Tables as CSV, of rows as they come: what a spreadsheet and pandas read back."""

from __future__ import annotations

import io
import math

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.files.escapes import as_csv, in_cell

NUMBERS = st.one_of(st.integers(-(10**6), 10**6), st.floats(), st.just(math.nan), st.none())
TEXTS = st.text(max_size=6)


def lines(columns, rows):
    return as_csv(columns, rows).splitlines()


def test_a_town_with_commas_and_formulas_stays_a_row_of_cells():
    rows = [("枫林镇, west", 1, 0.1), ("=1+1", 2, math.nan), ('say "a"', 3, 2)]
    assert lines(["name", "calls", "share"], rows) == [
        "name,calls,share", '"枫林镇, west",1,0.1', "'=1+1,2,", '"say ""a""",3,2.0',
    ]  # fmt: skip


def test_numbers_of_numpy_are_written_as_numbers():
    assert lines(["a", "b", "c"], [(np.float64(0.25), np.int64(3), np.bool_(True))]) == [
        "a,b,c", "0.25,3,True",
    ]  # fmt: skip


def test_a_table_without_rows_has_its_heads():
    assert lines(["a", "=b"], []) == ["a,'=b"]


@given(st.lists(st.tuples(TEXTS, NUMBERS, st.floats(), st.booleans()), min_size=1, max_size=8))
@settings(max_examples=200, deadline=None)
def test_rows_are_written_to_the_letter_as_pandas_writes_them(rows):
    columns = ["text", "number", "=float", "yes"]
    frame = pd.DataFrame(rows, columns=columns).rename(columns=in_cell)
    frame["text"] = [in_cell(text) for text in frame["text"]]
    text = io.StringIO()
    frame.to_csv(text, index=False)
    assert as_csv(columns, rows).splitlines() == text.getvalue().splitlines()
