"""Rows that sum up the others are found by their word, and by no part of a name."""

from __future__ import annotations

import pandas as pd

from sim.files.totals import total_row, total_rows


def test_a_total_is_found_by_its_word_however_it_is_spaced():
    names = ["东乡", "合 计", "小计：", "Grand  Total", "TOTAL:", "Totalville", "总计村", "sum"]
    frame = pd.DataFrame({"name": names, "people": range(8)})
    assert total_rows(frame) == [1, 2, 3, 4, 7]
    assert [total_row(frame, at) is not None for at in range(8)] == [
        at in total_rows(frame) for at in range(8)
    ]
