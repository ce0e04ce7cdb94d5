"""Records as fitting reads them: a row each unit, with its station, vehicle, ending and siren."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from conftest import same_columns
from missions import MONDAY, mission, read, write

from sim.errors import RecordsError
from sim.scenario.records import codes, columns, reading, units
from sim.scenario.records.columns import HEADERS, OF_UNITS
from sim.scenario.settings.replay import Replay
from sim.scenario.validation import Problems

DAY = np.timedelta64(1, "D")


def read_text(folder, liling, text, *names, encoding="utf-8"):
    path = folder / "missions.csv"
    path.write_bytes(text.encode(encoding))
    return units.read(path, liling.map, Replay(file=path.name), *names)


# ── what units have besides ─────────────────────────────────────────────────────────────────────


def test_what_is_recorded_of_units_by_english_headers(tmp_path, liling):
    found = read(tmp_path, liling.map, [
        mission(station="湘东医院", vehicle="A 1", outcome="conveyed", siren="yes",
                ready_at="2025-01-06 08:00:40"),
        mission(MONDAY + DAY, station="", vehicle="n/a", outcome="", siren="", ready_at=""),
    ])  # fmt: skip
    assert found.units["station"].tolist() == ["湘东医院", ""]
    assert found.units["vehicle"].tolist() == ["A 1", ""]
    assert found.units["outcome"].tolist() == ["conveyed", ""]
    assert found.units["siren"].tolist()[0] == 1
    assert np.isnan(found.units["siren"].tolist()[1])
    assert str(found.units["ready_at"].iloc[0]) == "2025-01-06 08:00:40"
    assert found.units["ready_at"].isna().tolist() == [False, True]
    assert set(OF_UNITS) <= found.has


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_what_is_recorded_of_units_by_chinese_headers(tmp_path, liling, encoding):
    found = read_text(
        tmp_path, liling,
        "接警时间,受理完成时间,派车时间,乡镇,出车分站,车牌号,出车结果,是否鸣笛\n"
        "2025-01-06 08:00:07,2025-01-06 08:00:40,2025-01-06 08:01:10,枫林镇,湘东医院,湘B1,空跑,否\n",
        encoding=encoding,
    )  # fmt: skip
    row = found.units.iloc[0]
    assert (row["station"], row["vehicle"], row["outcome"]) == ("湘东医院", "湘B1", "nobody found")
    assert row["siren"] == 0
    assert str(row["ready_at"]) == "2025-01-06 08:00:40"


@pytest.mark.parametrize("key", OF_UNITS)
def test_every_header_of_units_is_known(tmp_path, liling, key):
    for header in HEADERS[key]:
        found = read(tmp_path, liling.map, [mission(**{header: "2025-01-06 08:00:40"})])
        assert found.reader.found.columns[key].header == header


@pytest.mark.parametrize(
    ("written", "ending"),
    [
        ("Cancelled by caller", "cancelled"), ("CANCELED", "cancelled"), ("退车", "cancelled"),
        ("空跑", "nobody found"), ("Gone on Arrival", "nobody found"), ("现场救治", "treated"),
        ("Patient refused", "not conveyed"), ("No Transport", "not conveyed"), ("送院", "conveyed"),
        ("Code 3 Transport", "conveyed"), ("something else", ""), ("", ""),
    ],
)  # fmt: skip
def test_endings_are_known_by_a_word(tmp_path, liling, written, ending):
    found = read(tmp_path, liling.map, [mission(outcome=written)])
    assert found.units["outcome"].tolist() == [ending]


def test_a_column_that_is_missing_is_empty(tmp_path, liling):
    found = read(tmp_path, liling.map, [mission()])
    for name in ("station", "vehicle", "outcome"):
        assert found.units[name].tolist() == [""]
    assert found.units["siren"].isna().all()
    assert found.units["ready_at"].isna().all()
    assert not set(OF_UNITS) & found.has
    assert (found.priorities, found.conditions) == ((), ())


def test_replay_has_no_use_for_what_is_recorded_of_units(tmp_path, liling):
    rows = [mission(station="湘东医院", vehicle="A 1", outcome="conveyed", siren="maybe",
                    ready_at="no time", priority="red")]  # fmt: skip
    path = write(tmp_path / "calls.csv", rows)
    found = reading.read(path, liling.map, ["red"])
    told = [note for note in map(str, found.notes) if note.startswith("columns not used")]
    assert len(told) == 1
    for name in OF_UNITS:
        assert name in told[0]
    bare = [{name: text for name, text in rows[0].items() if name not in OF_UNITS}]
    other = reading.read(write(tmp_path / "bare.csv", bare), liling.map, ["red"])
    same_columns(found.calls, other.calls)
    assert not [note for note in map(str, other.notes) if note.startswith("columns not used")]


# ── priorities and conditions ───────────────────────────────────────────────────────────────────


def classes(count, of="class"):
    """Rows of classes of which the first are the most frequent."""
    rows = []
    for number in range(count):
        rows += [
            mission(MONDAY + k * DAY, priority=f"{of} {number:02d}") for k in range(count - number)
        ]
    return rows


@pytest.mark.parametrize(
    ("written", "ordered"),
    [
        (["green", "Red", "yellow"], ("Red", "yellow", "green")),
        (["P3", "P1", "P2"], ("P1", "P2", "P3")),
        (["C", "A", "B"], ("A", "B", "C")),
        (["非急症", "危重", "急症"], ("危重", "急症", "非急症")),
    ],
)
def test_priorities_are_ordered_by_words_of_urgency(tmp_path, liling, written, ordered):
    rows = [mission(MONDAY + n * DAY, priority=name) for n, name in enumerate(written)]
    found = read(tmp_path, liling.map, rows)
    assert found.priorities == ordered
    assert not found.urgency_guessed
    assert [found.priorities[int(n)] for n in found.units["priority"]] == written


@pytest.mark.parametrize("written", [["zebra", "ape"], ["red", "1", "green"], ["red", "ape"]])
def test_the_order_of_other_names_is_guessed_and_said(tmp_path, liling, written):
    rows = [mission(MONDAY + n * DAY, priority=name) for n, name in enumerate(written)]
    found = read(tmp_path, liling.map, rows)
    assert found.priorities == tuple(sorted(written))
    assert found.urgency_guessed


def test_names_of_a_scenario_keep_its_order(tmp_path, liling):
    rows = [mission(priority="green"), mission(MONDAY + DAY, priority="RED")]
    found = read(tmp_path, liling.map, rows, ["green", "yellow", "red"])
    assert found.priorities == ("green", "yellow", "red")
    assert found.units["priority"].tolist() == [0, 2]
    assert not found.urgency_guessed


def test_names_are_read_as_they_are_said_to_mean(tmp_path, liling):
    rows = [mission(priority="P1"), mission(MONDAY + DAY, priority="P9")]
    found = read(tmp_path, liling.map, rows, ["red", "green"],
                 priorities={"P1": "red", "P9": "green"})  # fmt: skip
    assert found.priorities == ("red", "green")
    assert found.units["priority"].tolist() == [0, 1]


@pytest.mark.parametrize(("count", "left"), [(8, 8), (9, 9), (10, 9), (30, 9)])
def test_rare_priorities_are_one_where_there_are_more_than_nine(tmp_path, liling, count, left):
    found = read(tmp_path, liling.map, classes(count))
    assert len(found.priorities) == left
    assert ("other" in found.priorities) == (count > 9)
    assert {f"class {n:02d}" for n in range(min(count, 8))} <= set(found.priorities)
    if count > 9:
        lumped = (found.units["priority"] == found.priorities.index("other")).sum()
        assert lumped == sum(count - n for n in range(8, count))
    assert found.units["priority"].notna().all()


def test_rare_conditions_are_one_where_there_are_more_than_twenty(tmp_path, liling):
    rows = [mission(MONDAY + n * DAY, condition=f"c {min(n, 24)}") for n in range(40)]
    found = read(tmp_path, liling.map, rows)
    assert len(found.conditions) == 20
    assert "other" in found.conditions


# ── rows and values that are left out ───────────────────────────────────────────────────────────


def test_a_hospital_that_is_not_on_the_map_drops_the_value_and_keeps_the_row(tmp_path, liling):
    rows = [mission(hospital="湘东医院"), mission(MONDAY + DAY, hospital="St Mary")]
    found = read(tmp_path, liling.map, rows)
    assert len(found.units) == 2
    assert found.units["hospital"].isna().tolist() == [False, True]
    (dropped,) = found.dropped
    assert str(dropped.reason) == "the hospital is not on the map"
    assert dropped.lines == (3,)
    assert found.left_out == ()


def test_a_duration_or_a_yes_that_cannot_be_read_keeps_the_row(tmp_path, liling):
    rows = [mission(conveyed="maybe", on_scene_min="-3"), mission(MONDAY + DAY, conveyed="yes")]
    found = read(tmp_path, liling.map, rows)
    assert len(found.units) == 2
    assert {str(one.reason) for one in found.dropped} == {
        "neither yes nor no", "a duration cannot be used",
    }  # fmt: skip


def test_rows_of_other_years_are_left_out_and_named(tmp_path, liling):
    rows = [mission(MONDAY + n * DAY) for n in range(10)]
    rows.insert(3, mission(np.datetime64("2019-05-05T05:05:05")))
    rows.append(mission(np.datetime64("2091-05-05T05:05:05")))
    rows.append(mission(np.datetime64("2019-05-06T05:05:05")))
    found = read(tmp_path, liling.map, rows)
    ((reason, count),) = found.left_out
    assert "more than a year apart" in str(reason)
    assert count == 3
    assert sorted(found.lost_lines[reason]) == [5, 13, 14]
    assert len(found.units) == 10


def test_years_without_a_gap_are_all_kept(tmp_path, liling):
    rows = [mission(MONDAY + n * np.timedelta64(300, "D")) for n in range(8)]
    assert len(read(tmp_path, liling.map, rows).units) == 8


def test_rows_in_are_calls_further_units_and_rows_left_out(tmp_path, liling):
    rows = [
        mission(incident="1", vehicle="a"), mission(incident="1", vehicle="b"),
        mission(MONDAY + DAY, incident="2"), mission(MONDAY + DAY, incident="", vehicle="c"),
        mission(MONDAY + DAY, incident="3", lon="", lat=""),
        mission(MONDAY + DAY, incident="4", received_at="soon"),
        mission(MONDAY + DAY, incident="5", lon=0, lat=0),
        mission(np.datetime64("2091-05-05T05:05:05"), incident="6"),
    ]  # fmt: skip
    found = read(tmp_path, liling.map, rows)
    balance = found.balance(found.calls())
    assert (balance.rows, balance.calls, balance.further_units) == (8, 3, 1)
    assert balance.rows_left_out == 4
    assert sorted(n for lines in found.lost_lines.values() for n in lines) == [6, 7, 8, 9]


def test_a_row_with_two_faults_is_left_out_once(tmp_path, liling):
    rows = [mission(), mission(received_at="", lon="", lat="")]
    found = read(tmp_path, liling.map, rows)
    balance = found.balance(found.calls())
    assert (balance.rows, balance.calls, balance.rows_left_out) == (2, 1, 1)


@pytest.mark.parametrize("bad", [{"received_at": "soon"}, {"lon": 27.6, "lat": 113.4}, {"lon": 1}])
def test_a_file_without_any_row_of_use_is_refused(tmp_path, liling, bad):
    with pytest.raises(RecordsError) as caught:
        read(tmp_path, liling.map, [mission(**bad), mission(MONDAY + DAY, **bad)])
    assert "no row can be used" in str(caught.value)


def test_a_file_without_rows_is_refused(tmp_path, liling):
    with pytest.raises(RecordsError):
        read_text(tmp_path, liling, "received_at,lon,lat\n")


def test_part_of_the_calls_is_replayed_from_the_midnight_before_them(tmp_path, liling):
    rows = [mission(MONDAY + n * DAY, incident=f"{n}", vehicle="a") for n in range(4)]
    rows.append(mission(MONDAY + 3 * DAY, incident="3", vehicle="b"))
    found = read(tmp_path, liling.map, rows)
    calls = found.calls()
    some = found.replayed(calls.iloc[2:])
    assert str(some.start) == "2025-01-08 00:00:00"
    assert some.length_s == 2 * 86_400
    assert some.units.tolist() == [1, 2]
    assert some.calls.received_at.tolist() == [8 * 3600 + 7, 86_400 + 8 * 3600 + 7]


@pytest.mark.parametrize(
    "wrong",
    [-366 * 86_400, -31 * 86_400, 31 * 86_400, -2 * 86_400, 2 * 86_400, 365 * 86_400],
)
def test_a_receipt_that_its_own_row_contradicts_is_named_and_left_out(tmp_path, liling, wrong):
    rows = [mission(MONDAY + n * DAY) for n in range(9)]
    rows[4] = mission(MONDAY + 4 * DAY, {"received_at": wrong})
    found = read(tmp_path, liling.map, rows)
    ((reason, count),) = found.left_out
    assert "far from all other instants of its row" in str(reason)
    assert (count, found.lost_lines[reason]) == (1, (6,))
    assert len(found.units) == 8


def test_one_stamp_of_another_day_contradicts_nothing(tmp_path, liling):
    rows = [mission(seconds={"cleared_at": 3 * 86_400}), mission(seconds={"arrived_at": -86_400})]
    assert len(read(tmp_path, liling.map, rows).units) == 2


def test_few_rows_beyond_a_gap_are_left_out_and_a_season_is_kept(tmp_path, liling):
    usual = [mission(MONDAY + n * DAY) for n in range(40)]
    alone = dict.fromkeys(("assigned_at", "mobile_at", "arrived_at", "left_scene_at", "at_hospital_at", "cleared_at"), "")  # fmt: skip
    slip = mission(MONDAY - 100 * DAY, **alone)
    found = read(tmp_path, liling.map, [slip, *usual])
    ((reason, count),) = found.left_out
    assert "gap of two months" in str(reason)
    assert count == 1
    season = [mission(MONDAY - (100 + n) * DAY) for n in range(10)]
    assert len(read(tmp_path, liling.map, [*season, *usual]).units) == 50


def test_stations_and_hospitals_may_be_called_otherwise(tmp_path, liling):
    known = liling.map.hospitals[1]
    row = mission(station="No. 1", hospital="The Second")
    found = read(tmp_path, liling.map, [row], stations={"No. 1": "A"},
                 hospitals={"The Second": known.name.en})  # fmt: skip
    assert found.units["station"].tolist() == ["A"]
    assert found.units["hospital"].tolist() == [known.row]
    assert not found.dropped
    assert read(tmp_path, liling.map, [row]).dropped


def test_a_first_line_of_data_is_not_quoted(tmp_path, liling):
    line = "2025-01-06 08:00:07,113.497,27.646,枫林镇,赵秘密 13800007777"
    with pytest.raises(RecordsError) as caught:
        read_text(tmp_path, liling, f"{line}\n{line}\n")
    assert "the first line looks like a row of data" in str(caught.value)
    for part in line.split(","):
        assert part not in str(caught.value)


def test_names_in_few_rows_are_other_and_frequent_ones_stay(tmp_path, liling):
    names = ["胸痛"] * 6 + ["卒中"] * 6 + ["赵秘密"] + ["胸痛 13800007777"] * 7
    rows = [mission(MONDAY + n * DAY, condition=name) for n, name in enumerate(names)]
    path = write(tmp_path / "missions.csv", rows)
    found = units.read(path, liling.map, Replay(file=path.name), least=5)
    assert set(found.conditions) == {"胸痛", "卒中", "other"}
    assert (found.units["condition"] == found.conditions.index("other")).sum() == 8


@pytest.mark.parametrize(
    ("text", "told"),
    [("2025-01-06 08:00:07", True), ("上午12:45", True), ("45660.5", True), ("6-Jan-2025 8:00 PM", True),
     ("赵秘密", False), ("2025-01-06 赵", False), ("13800007777", False), ("Smith", False)],
)  # fmt: skip
def test_of_cells_times_and_numbers_alone_are_told(text, told):
    assert codes.shown(text) == (text if told else "…")


OFFSETS = {
    "+08:00": ("all of UTC+08:00", 733), "Z": ("They are dropped", None),
    "-05:00": ("They are dropped", None),
}  # fmt: skip


@pytest.mark.parametrize("offset", OFFSETS)
@pytest.mark.parametrize("every", [1, 2])
def test_stamps_with_an_offset_beside_calls_without_one(tmp_path, liling, offset, every):
    rows = [mission(MONDAY + n * DAY) for n in range(6)]
    for row in rows[::every]:
        row["arrived_at"] += offset
    found = read(tmp_path, liling.map, rows)
    instants = found.reader.instants
    said = [*map(str, instants.notes), *(str(one.whole) for one in instants.odd)]
    text, seconds = OFFSETS[offset]
    assert any(text in one and f"{6 // every}" in one for one in said)
    since = (found.units["arrived_at"] - found.units["received_at"]).dt.total_seconds()
    assert since.iloc[::every].dropna().tolist() == (
        [] if seconds is None else [733] * (6 // every)
    )
    assert since.notna().sum() == 6 - (0 if seconds else 6 // every)


def test_stamps_with_an_offset_are_converted_where_the_clock_is_named(tmp_path, liling):
    rows = [mission(MONDAY + n * DAY) for n in range(3)]
    for row in rows:
        row["arrived_at"] = row["arrived_at"].replace(" 08:", " 00:") + "Z"
    found = read(tmp_path, liling.map, rows, time_zone="Asia/Shanghai")
    since = (found.units["arrived_at"] - found.units["received_at"]).dt.total_seconds()
    assert since.tolist() == [733] * 3


def test_a_column_of_stamps_of_which_nothing_is_read_is_said_with_the_answer(tmp_path, liling):
    found = read(tmp_path, liling.map, [mission(arrived_at="about nine, says Li")])
    (odd,) = found.reader.instants.odd
    assert '"arrived_at"' in str(odd.whole)
    assert "line 2" in str(odd.whole)
    assert "Li" not in str(odd.whole).replace("Like", "")


@pytest.mark.parametrize(
    ("header", "key"),
    [("离站时间", "mobile_at"), ("到现场时间", "arrived_at"), ("抵达医院时间", "at_hospital_at"),
     ("目的医院", "hospital"), ("救护车编号", "vehicle"), ("经度（WGS84）", "lon")],
)  # fmt: skip
def test_close_names_of_columns_are_known(header, key):
    assert columns.find(pd.DataFrame({header: [""]}), Replay(file="x").columns, Problems()).columns[
        key].header == header  # fmt: skip


@pytest.mark.parametrize("names", [("red", "yellow", "green"), ("P1", "P2", "P3"), ("A", "B", "C"),
                                   ("\u4e00\u7ea7", "\u4e8c\u7ea7", "\u4e09\u7ea7")])  # fmt: skip
@pytest.mark.parametrize("known", [(), ("red", "yellow", "green")])
def test_a_mistyped_priority_does_not_change_the_order(tmp_path, liling, names, known):
    counts = (30, 100, 170)
    rows = [mission(MONDAY + row * DAY / 8, priority=names[row % 3]) for row in range(sum(counts))]
    found = read(tmp_path, liling.map, rows, known)
    assert found.priorities == names
    for slips, kept in ((1, ()), (20, ("gren",))):  # once in hundreds, or often
        for row in range(slips):
            rows[row * 7]["priority"] = "gren"
        found = read(tmp_path, liling.map, rows, known)
        assert found.priorities == (*names, *kept)
        told = [one for one in found.dropped if "priority" in one.reason]
        assert [len(one.lines) for one in told] == ([] if kept else [slips])
        assert found.units["priority"].isna().sum() == (0 if kept else slips)


def test_a_mistyped_condition_is_told_and_the_others_count(tmp_path, liling):
    known = ("pain", "other")
    rows = [mission(MONDAY + row * DAY / 8, condition=known[row % 2]) for row in range(300)]
    rows[40]["condition"] = "pian"
    found = read(tmp_path, liling.map, rows, (), known)
    assert found.conditions == known
    assert [one.lines for one in found.dropped] == [(42,)]


@pytest.mark.parametrize(
    ("bad", "said"),
    [({"received_at": "45660.5"}, "time_format: excel"), ({"received_at": "soon, says Li"}, "found …"),
     ({"received_at": "07-01-25 08:00"}, "four digits"), ({"lon": "east"}, "found …"),
     ({"lon": 27.6, "lat": 113.4}, "look swapped")],
)  # fmt: skip
def test_where_no_row_can_be_used_the_first_one_says_why(tmp_path, liling, bad, said):
    with pytest.raises(RecordsError) as caught:
        read(tmp_path, liling.map, [mission(**bad), mission(MONDAY + DAY, **bad)])
    text = str(caught.value)
    assert "line 2" in text
    assert next(iter(bad)) in text
    assert said in text
    assert "Li" not in text.replace("Liling", "")
    assert "east" not in text
