"""Recorded calls as dispatch centres and open-data portals export them."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pytest
from conftest import ROOT
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.answers import comparison
from sim.errors import RecordsError, ScenarioError
from sim.scenario.file import load
from sim.scenario.records import reading as records
from sim.scenario.settings.replay import Replay
from sim.words.language import language

PRIORITIES = ["red", "yellow", "green"]
HERE = "113.497,27.646"


@pytest.fixture
def read(tmp_path, liling):
    """`read(text, **settings)`: records of a file with this text."""

    def _read(text, **asked):
        path = tmp_path / "calls.csv"
        path.write_text(text, "utf-8")
        return records.read(path, liling.map, PRIORITIES, Replay(file="calls.csv", **asked))

    return _read


def refused(read, text, **asked):
    with pytest.raises(RecordsError) as caught:
        read(text, **asked)
    return [str(problem) for problem in caught.value.problems]


def at(found):
    """When its calls were received."""
    moments = np.datetime64(found.start) + (found.calls.received_at * 1000).astype(
        "timedelta64[ms]"
    )
    return [str(moment)[:19] for moment in moments]


# ── columns ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "header",
    [
        "timeStamp,lng,lat", "INCIDENT_DATETIME,longitude,latitude", "Received DtTm,lon,lat",
        "报警时间,经度,纬度", "received_dttm,LONGITUDE,LATITUDE", "Call Time,Long,Lat",
    ],
)  # fmt: skip
def test_usual_headers_are_known(read, header):
    assert at(read(f"{header}\n2019-01-02 12:05:33,{HERE}\n")) == ["2019-01-02T12:05:33"]


def test_a_new_york_export_is_known_by_its_headers(read):
    found = read(
        "CAD_INCIDENT_ID,INCIDENT_DATETIME,INITIAL_SEVERITY_LEVEL_CODE,FIRST_ON_SCENE_DATETIME,"
        f"longitude,latitude\n1,01/02/2019 12:05:33 PM,2,01/02/2019 12:11:00 PM,{HERE}\n",
        priorities={"2": "red"},
    )
    assert at(found) == ["2019-01-02T12:05:33"]
    assert found.calls.priority.tolist() == [0]
    assert found.stamps.arrived_at.tolist() == [12 * 3600 + 11 * 60]
    assert np.isnan(found.stamps.cleared_at).all()


def test_chinese_instants_are_kept_beside_the_calls(read):
    found = read(
        "报警时间,经度,纬度,派车时间,出车时间,到达现场时间,离开现场时间,到达医院时间,完成时间\n"
        f"2025年1月8日 14时05分,{HERE},2025-1-8 14:06,2025-1-8 14:08,2025-1-8 14:20,,,2025-1-8 15:00\n"
        f"2025-1-8 下午4:00,{HERE},2025-1-8 15:59,,垃圾,,,\n"
    )
    assert found.stamps.mobile_at[0] - found.calls.received_at[0] == 180
    assert np.isnan(found.stamps.left_scene_at[0])
    assert "calls whose recorded instants are not in order: 1" in found.notes
    assert 'instants in "到达现场时间" that cannot be read, like …: 1' in found.notes
    assert np.isnan(found.calls.turnout_s).all()  # only where it is asked for


def test_durations_come_from_instants_where_that_is_asked(read):
    text = (
        "received_at,lon,lat,assigned_at,mobile_at\n"
        f"2025-01-08 10:00,{HERE},2025-01-08 10:01,2025-01-08 10:03\n"
        f"2025-01-08 11:00,{HERE},2025-01-08 11:01,2025-01-08 10:59\n"
    )
    found = read(text, durations=["turnout"])
    assert found.calls.turnout_s[0] == 120
    assert np.isnan(found.calls.turnout_s[1])
    assert np.isnan(found.calls.on_scene_s).all()


def test_columns_are_named_in_the_scenario(read):
    text = f"When,X,Y,urgency,hospital\n2025-01-08 14:05,{HERE},high,St Mary\n"
    asked = {"received_at": "When", "lon": "X", "lat": "Y", "priority": "urgency", "hospital": None}
    found = read(text, columns=asked, priorities={"high": "red"})
    assert found.calls.priority.tolist() == [0]
    assert found.calls.hospital.tolist() == [-1]
    (problem,) = refused(read, text, columns=asked | {"received_at": "Whn"})[:1]
    assert 'no column "Whn" in the file; did you mean When?' in problem


def test_a_day_and_a_time_may_stand_in_two_columns(read):
    assert at(read(f"Date,Time,lon,lat\n2025-01-08,14:05,{HERE}\n")) == ["2025-01-08T14:05:00"]
    text = f"Tag,Uhr,lon,lat\n2025-01-08,14:05,{HERE}\n"
    assert at(read(text, columns={"received_at": ["Tag", "Uhr"]})) == ["2025-01-08T14:05:00"]


def test_a_point_may_stand_in_one_column(read):
    found = read("received_at,case_location\n2025-01-08 14:05,POINT (113.497 27.646)\n")
    same = read(f"received_at,lon,lat\n2025-01-08 14:05,{HERE}\n")
    assert found.xy.tolist() == same.xy.tolist()


def test_columns_that_are_not_used_are_said(read):
    found = read(f"received_at,lon,lat,desc,zip\n2025-01-08 14:05,{HERE},x,1\n")
    assert "columns not used: desc, zip" in found.notes


@pytest.mark.parametrize("mark", ["\t", ";"])
def test_any_separator_will_do(read, mark):
    text = f"received_at,lon,lat\n2025-01-08 14:05,{HERE}\n"
    assert len(read(text.replace(",", mark)).xy) == 1


# ── priorities ───────────────────────────────────────────────────────────────────────────────


def test_unknown_priorities_are_one_line_with_what_to_write(read):
    rows = "".join(f"2025-01-08 {h:02d}:05,{HERE},P{h % 2 + 1}\n" for h in range(24))
    (told,) = refused(read, "received_at,lon,lat,priority\n" + rows)
    assert 'no priority "P1", "P2" in the scenario (rows: 24)' in told
    assert '`replay: {file: calls.csv, priorities: {"P1": …, "P2": …}}`' in told
    assert "each one of red, yellow, green" in told


def test_priorities_are_named_after_the_scenarios(read):
    text = (
        f"received_at,lon,lat,priority\n2025-01-08 14:05,{HERE},P1\n2025-01-08 15:05,{HERE},RED\n"
    )
    assert read(text, priorities={"P1": "green"}).calls.priority.tolist() == [2, 0]
    (told,) = refused(read, text, priorities={"P1": "gren"})
    assert 'the scenario has no priority "gren"' in told


# ── several units, repeated rows ─────────────────────────────────────────────────────────────


def test_rows_of_one_incident_are_one_call(read):
    found = read(
        "Call Number,Unit ID,received_at,lon,lat,arrived_at\n"
        f"1901,E2,2019-01-02 12:05:40,{HERE},2019-01-02 12:20\n"
        f"1901,M1,2019-01-02 12:05:33,{HERE},2019-01-02 12:15\n"
        f"1901,T3,2019-01-02 12:05:33,{HERE},\n"
        f"1902,M1,2019-01-02 15:05:33,{HERE},\n"
        f",M1,2019-01-02 16:05:33,{HERE},\n"
        f",M1,2019-01-02 17:05:33,{HERE},\n"
        f"1901,M1,2020-01-02 12:05:33,{HERE},\n"  # numbers begin anew
    )
    assert found.units.tolist() == [3, 1, 1, 1, 1]
    assert at(found)[0] == "2019-01-02T12:05:33"
    assert found.stamps.arrived_at[0] == 12 * 3600 + 15 * 60
    assert (found.balance.rows, found.balance.calls, found.balance.further_units) == (7, 5, 2)


def test_calls_at_the_same_instant_and_place_are_counted(read):
    row = f"2025-01-08 14:05:10,{HERE}\n"
    found = read("received_at,lon,lat\n" + row * 3)
    assert len(found.xy) == 3
    assert any("very instant and place of another: 2;" in note for note in found.notes)


# ── rows that cannot be used ─────────────────────────────────────────────────────────────────

BROKEN = (
    "received_at,lon,lat,turnout_min\n"
    f"2025-01-08 14:05:30,{HERE},1\n"
    f",{HERE},1\n"
    "2025-01-08 14:05:30,0,0,1\n"
    "2025-01-08 14:05:30,,,1\n"
    "2025-01-08 14:05:30,27.646,113.497,1\n"
    "2025-01-08 14:05:30,2,48,1\n"
    f"2025-01-08 14.05,{HERE},1\n"
    f"2025-01-08 14:06:30,{HERE},-3\n"
    f"2025-01-08 14:07:30,{HERE},NULL\n"
)


def test_they_stop_the_reading_each_with_its_line(read):
    told = refused(read, BROKEN)
    lines = {line.split(",")[0] for line in told if line.startswith("line")}
    assert lines == {f"line {n}" for n in range(3, 10)}
    assert any("line 9, turnout_min: a duration cannot be negative; found -3" in t for t in told)


def test_they_are_left_out_and_counted_where_that_is_asked(read):
    found = read(BROKEN, unusable="leave out")
    assert len(found.xy) == 2
    assert found.balance.rows == 9
    assert dict(found.balance.left_out) == {
        "the time is missing": 1,
        "the time cannot be read": 1,
        "the coordinates are 0, 0": 1,
        "the place is missing": 1,
        "longitude and latitude look swapped": 1,
        "the place lies outside the map": 1,
        "a duration cannot be used": 1,
    }


def test_a_file_of_rows_that_cannot_be_used_is_refused_even_so(read):
    (told,) = refused(read, "received_at,lon,lat\n2025-01-08 14:05,0,0\n", unusable="leave out")
    assert told == "no row can be used; the coordinates are 0, 0: 1"


def test_many_rows_of_one_kind_do_not_fill_the_page(read):
    rows = "".join(f"2025-01-08 14:05:30,0.{n:03d},0.1\n" for n in range(1, 400))
    told = refused(read, "received_at,lon,lat\n" + rows)
    assert len(told) == 7
    assert any("further rows: 394" in line for line in told)
    assert any("unusable: leave out" in line for line in told)


def test_coordinates_of_nothing_leave_the_township_to_say_it(read, liling):
    found = read("received_at,lon,lat,township\n2025-01-08 14:05:30,0,0,枫林镇\n")
    assert [liling.map.townships[row].name.zh for row in found.calls.township] == ["枫林镇"]


@given(st.lists(st.sampled_from(BROKEN.splitlines()[1:]), min_size=1, max_size=20))
@settings(deadline=None, max_examples=40,
          suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
def test_no_row_is_lost_without_being_counted(read, rows):
    usable = sum("14:05:30,113" in row or "NULL" in row for row in rows)
    text = "\n".join([BROKEN.splitlines()[0], *rows])
    if not usable:
        assert refused(read, text, unusable="leave out")
        return
    balance = read(text, unusable="leave out").balance
    assert balance.rows == len(rows)
    assert balance.calls == usable
    assert balance.rows_left_out == len(rows) - usable


# ── what is odd ──────────────────────────────────────────────────────────────────────────────


def calls(times):
    return "received_at,lon,lat\n" + "".join(f"{time},{HERE}\n" for time in times)


@pytest.mark.parametrize(
    ("times", "said"),
    [
        ([f"2025-01-{d:02d}" for d in range(1, 13)], "have no time of day: all 12 calls"),
        ([f"2025-01-{d:02d} 00:00" for d in range(1, 13)], "12 of 12 recorded calls were received at"),
        ([f"2025-01-{d:02d} {d}:00" for d in range(1, 13)], "12 of 12 recorded calls were received at w"),
        (["2025-01-08 14:05:30", "2052-01-08 17:00:10"], "lie 27.0 years without any"),
        ([f"{y}-03-08 14:05:30" for y in range(2015, 2023)], "span 7.0 years"),
        ([f"2025-01-{d:02d} {d % 12 + 1}:17" for d in range(1, 25)], "AM and PM may be missing"),
    ],
)  # fmt: skip
def test_what_is_odd_about_the_times_is_a_warning(read, times, said):
    found = read(calls(times))
    assert any(said in warning for warning in found.warnings), found.warnings


def test_ordinary_times_give_no_warning(read):
    times = [
        f"2025-01-{d:02d} {h:02d}:{(7 * h + d) % 60:02d}" for d in range(1, 8) for h in range(24)
    ]
    assert read(calls(times)).warnings == (
        "168 of 168 recorded calls lie at one and the same point: it may be what the dispatch "
        "system writes where it knows no place.",
    )


def test_a_township_that_contradicts_the_point_is_a_warning(read, liling):
    seats = liling.map.townships
    other = next(t.name.zh for t in seats if t.name.zh != "枫林镇")
    lon, lat = liling.map.lonlat(*next((t.x, t.y) for t in seats if t.name.zh == "枫林镇"))
    row = f"2025-01-08 14:05,{lon},{lat}"
    found = read(f"received_at,lon,lat,township\n{row},{other}\n{row},枫林镇\n{row},无名镇\n")
    assert any("with a point and a township, 1 name another" in w for w in found.warnings)


# ── clocks ───────────────────────────────────────────────────────────────────────────────────


def test_times_with_a_zone_need_to_know_the_clock_of_the_place(read):
    text = calls(["2019-01-02T13:05:33Z"])
    (told,) = refused(read, text)
    assert "say which clock the place has with `time_zone`" in told
    assert at(read(text, time_zone="Asia/Shanghai")) == ["2019-01-02T21:05:33"]


def test_times_with_and_without_a_zone_are_asked_about(read):
    text = calls(["2019-01-02T12:05:33.000", "2019-01-02T13:05:33Z", "2019-01-02T14:05:33+08:00"])
    (told,) = refused(read, text)
    assert "some times say their time zone (2019-01-02T13:05:33Z), others do not" in told
    assert at(read(text, time_zone="+08:00")) == [
        "2019-01-02T12:05:33",
        "2019-01-02T14:05:33",
        "2019-01-02T21:05:33",
    ]


def test_a_clock_far_from_the_map_is_asked_about(read):
    text = calls(["2019-01-02 13:05:33"])
    (told,) = refused(read, text, time_zone="UTC")
    assert "the times are of UTC+00:00, and the map lies at longitude 113" in told
    found = read(text, time_zone="UTC", local_time="Asia/Shanghai")
    assert at(found) == ["2019-01-02T21:05:33"]
    assert (
        "times put into the standard time of UTC+08:00, without daylight saving: 1" in found.notes
    )


# ── in a scenario ────────────────────────────────────────────────────────────────────────────


def scenario(tmp_path, text, replay="{file: calls.csv}", study="study: {replications: 2}"):
    (tmp_path / "maps").symlink_to(ROOT / "maps")
    today = (ROOT / "scenarios/liling/today.yaml").read_text("utf-8")
    path = tmp_path / "replay.yaml"
    path.write_text(f"{today}demand: {{replay: {replay}}}\n{study}\n", "utf-8")
    (tmp_path / "calls.csv").write_text(text, "utf-8")
    return path


def test_calls_of_the_warm_up_are_counted_apart(tmp_path):
    times = [
        "2025-01-08 14:05:30",
        "2025-01-09 23:59:50",
        "2025-01-10 00:00:00",
        "2025-01-11 12:00",
    ]
    text = calls(times) + "2025-01-11 13:00,0,0\n"
    base = load(scenario(tmp_path, text, "{file: calls.csv, unusable: leave out}"))
    assert base.counted_records() == (2, 2, 0)
    result = comparison.run(base, workers=1)
    assert len(result.tallies[0][0].call) == 2
    said = result.facts()["records"]
    assert said["rows"] == said["measured"] + said["warm_up"] + said["cool_down"] + 1 == 5
    assert said["left_out"] == {"the coordinates are 0, 0": 1}
    page = " ".join(result.table().split())
    assert "Rows of records: 5 = calls measured 2 + in the warm-up 2" in page
    assert "1 row left out: the coordinates are 0, 0." in page
    assert "略去 1 行：坐标为 0, 0。" in result.table("zh")


def test_a_warning_stands_above_every_answer(tmp_path):
    base = load(scenario(tmp_path, calls(f"2025-01-{d:02d}" for d in range(8, 13))))
    result = comparison.compare(base, base.add("枫林镇"), workers=1)
    for lang, said in (("en", "no time of day"), ("zh", "没有时刻")):
        assert any(said in line for line in result.page(lang).heading)


def test_problems_of_records_and_of_the_scenario_are_told_together(tmp_path):
    path = scenario(tmp_path, calls(["yesterday"]), study="study: {warm_up: 2}")
    with pytest.raises(ScenarioError) as caught:
        load(path)
    told = str(caught.value)
    assert "study.warm_up: write a number and a unit" in told
    assert "calls.csv, line 2, received_at: write a time like" in told


def test_a_chinese_reader_is_told_in_chinese(tmp_path):
    with pytest.raises(RecordsError) as caught:
        load(scenario(tmp_path, BROKEN + "2025-01-09 25:00,1,1,900\n"))
    lines = caught.value.told(language("zh")).splitlines()
    assert len(lines) > 7
    assert all(any("\u4e00" <= letter <= "\u9fff" for letter in line) for line in lines)


def test_the_file_is_read_as_it_stands_beside_the_scenario(tmp_path):
    base = load(scenario(tmp_path, calls(["2025-01-08 14:05"]), study="study: {warm_up: 0 min}"))
    assert base.settings.start == datetime(2025, 1, 8)
    assert base.files[-1] == tmp_path / "calls.csv"
