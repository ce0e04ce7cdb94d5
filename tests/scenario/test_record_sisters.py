"""Recorded calls that can be read in a wrong way: said, or read right."""

from __future__ import annotations

from datetime import time

import numpy as np
import pandas as pd
import pytest

from sim.errors import RecordsError
from sim.scenario.records import reading as records
from sim.scenario.settings.replay import Replay

PRIORITIES = ["red", "yellow", "green"]
HERE, AWAY = "113.497,27.646", "113.45,27.70"


@pytest.fixture
def read(tmp_path, liling):
    """`read(text or table, **settings)`: records of a file that says this."""

    def _read(content, **asked):
        path = tmp_path / ("calls.csv" if isinstance(content, str) else "calls.parquet")
        if isinstance(content, str):
            path.write_text(content, "utf-8")
        else:
            content.to_parquet(path)
        return records.read(path, liling.map, PRIORITIES, Replay(file=path.name, **asked))

    return _read


def refused(read, text, **asked):
    with pytest.raises(RecordsError) as caught:
        read(text, **asked)
    return [str(problem) for problem in caught.value.problems]


def test_durations_beyond_any_number_are_refused_with_their_bound(read):
    head = "received_at,lon,lat,on_scene_min\n"
    for text, said in (("1e308", "never takes longer than 8 h"), ("481", "longer than 8 h"),
                       ("-1e308", "cannot be negative"), ("1e999", "longer than 8 h")):  # fmt: skip
        assert said in refused(read, f"{head}2025-01-08 14:05,{HERE},{text}\n")[0]
    assert "at most 2e+19" in refused(read, "received_at,lon,lat\n2025-01-08 14:05,1e99,27\n")[0]


@pytest.mark.parametrize("unusable", ["stop", "leave out"])
def test_calls_of_three_centuries_are_refused_with_the_lines_and_the_bound(read, unusable):
    text = f"received_at,lon,lat\n2025-01-08 14:05,{HERE}\n1925-01-08 14:05,{HERE}\n"
    (said,) = refused(read, text, unusable=unusable)
    assert "100 years, from 1925-01-08 (line 3) to 2025-01-08 (line 2); at most 50" in said
    assert len(read(text.replace("1925", "1976")).calls.received_at) == 2


def test_a_township_that_contradicts_its_point_is_said_with_the_lines(read):
    rows = "".join(f"2025-01-08 14:{n:02d},{HERE},枫林镇\n" for n in range(7))
    rows += f"2025-01-08 15:00,{HERE},大瑶镇\n2025-01-08 15:01,{HERE},\n"
    found = read("received_at,lon,lat,township\n" + rows)
    assert "7 name another township" in found.warnings[0]
    assert "(lines: 2, 3, 4, 5, 6 …)" in found.warnings[0]
    (note,) = [note for note in found.notes if "not on the map" in note]
    assert "1, like 大瑶镇 (lines: 9)" in note
    assert len(found.calls.received_at) == 9


@pytest.mark.parametrize("unusable", ["stop", "leave out"])
def test_times_that_cannot_be_read_say_nothing_of_clocks(read, unusable):
    text = f"received_at,lon,lat\n2025-01-08 14h05,{HERE}\n"
    (said,) = refused(read, text, time_zone="Asia/Shanghai", unusable=unusable)
    assert "UTC" not in said


def test_unix_seconds_are_no_milliseconds(read):
    text, asked = f"received_at,lon,lat\n1736316000,{HERE}\n", {"time_zone": "Asia/Shanghai"}
    assert "unix milliseconds" in refused(read, text, time_format="unix milliseconds", **asked)[0]
    assert read(text, time_format="unix seconds", **asked).calls.received_at.tolist() == [50_400]


def test_the_column_to_name_has_the_unit_of_its_durations(read):
    text = f"received_at,lon,lat,on_scene_s,on_scene_min\n2025-01-08 14:05,{HERE},300,6\n"
    assert "columns: {on_scene_s: …}" in refused(read, text)[0]
    assert read(text, columns={"on_scene_s": "on_scene_s"}).calls.on_scene_s.tolist() == [300]


def test_a_priority_that_the_scenario_names_is_not_nothing(read):
    rows = "".join(f"2025-01-08 14:0{n},{HERE},{text}\n" for n, text in enumerate(["无", "-", ""]))
    found = read("received_at,lon,lat,priority\n" + rows, priorities={"无": "green"})
    assert found.calls.priority.tolist() == [2, -1, -1]


@pytest.mark.parametrize(
    "days",
    [
        ["2025-01-08 00:00:00", "2025-01-13 00:00:00"], ["01/08/2025 12:00:00 AM", "1/13/2025 12:00 AM"],
        ["2025-01-08T00:00:00.000", "2025-01-13T00:00:00.000"], ["2025-01-08 0:00", "2025-01-13"],
    ],
)  # fmt: skip
def test_days_beside_their_times_may_be_written_with_midnight(read, days):
    rows = "".join(f"{HERE},14:05:30,{day}\n" for day in days)
    if "2025-01-13" in days:
        assert len(refused(read, "lon,lat,Time,Date\n" + rows)) == 1
        return
    found = read("lon,lat,Time,Date\n" + rows)
    assert found.calls.received_at.tolist() == [50_730, 5 * 86_400 + 50_730]
    without = rows.replace("14:05:30", "")
    assert not any("14:05" in line for line in without.splitlines())
    alone = read("lon,lat,Time,Date\n" + without)
    assert "no time of day" in alone.warnings[0]


def test_parquet_of_days_times_and_missing_values(read):
    table = pd.DataFrame(
        {
            "Date": pd.to_datetime(["2025-01-08", "2025-01-09"]), "Time": [time(14, 5), time(0)],
            "lon": [113.497] * 2, "lat": [27.646] * 2,
            "on_scene_min": pd.array([5, None], "Int64"), "priority": pd.array(["red", None]),
        }
    )  # fmt: skip
    found = read(table.astype({"priority": "string"}))
    assert found.calls.received_at.tolist() == [50_700, 86_400]
    assert found.calls.on_scene_s[0] == 300
    assert np.isnan(found.calls.on_scene_s[1])
    assert found.calls.priority.tolist() == [0, -1]


@pytest.mark.parametrize(
    ("head", "first", "second", "apart"),
    [
        ("lon,lat", HERE, AWAY, 1), ("lon,lat", HERE, "113.499,27.646", 0),
        ("township", "枫林镇", "王仙镇", 1), ("township", "枫林镇", "枫林镇", 0),
        ("lon,lat,township", f"{HERE},", ",,枫林镇", 0),
    ],
)  # fmt: skip
def test_numbers_that_begin_anew_every_day_are_noticed(read, head, first, second, apart):
    text = (
        f"received_at,incident,{head}\n2025-01-08 14:05,7,{first}\n2025-01-09 14:00,7,{second}\n"
        f"2025-01-08 15:00,8,{first}\n2025-01-08 15:01,8,{first}\n"
    )
    found = read(text)
    found.balance.check()
    said = [one for one in found.odd if "far apart" in one.whole]
    assert len(said) == apart
    if apart:
        assert "Of 2 calls with several rows of one incident, 1 have" in said[0].whole
        assert "1 of 2" in said[0].brief
    assert len(read(text, columns={"incident": None}).calls.received_at) == 4
