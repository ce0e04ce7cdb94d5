"""Recorded calls: read, replayed, and what is told when rows are wrong."""

from __future__ import annotations

import copy

import numpy as np
import pytest
from worlds import scenario_with

from sim.answers import comparison
from sim.errors import RecordsError, ScenarioError
from sim.prepare import demand, draws
from sim.scenario.file import load
from sim.scenario.records import reading as records
from sim.scenario.records.faults import NO_TOWNSHIP
from sim.text import Message
from sim.words.language import language

PRIORITIES = ["red", "yellow", "green"]


def read(tmp_path, liling, text, encoding="utf-8-sig"):
    path = tmp_path / "calls.csv"
    path.write_bytes(text.encode(encoding))
    return records.read(path, liling.map, PRIORITIES)


def test_rows_are_sorted_and_placed(tmp_path, liling):
    found = read(
        tmp_path, liling,
        "received_at,lon,lat,priority,on_scene_min,conveyed,hospital\n"
        "2025-03-04 08:30:15,113.497,27.646,red,12.5,yes,湘东医院\n"
        "2025/3/3 23:59,113.42,27.79,green,,,\n",
    )  # fmt: skip
    assert found.calls.received_at.tolist() == [86340.0, 86400 + 30615.0]
    assert found.calls.priority.tolist() == [2, 0]
    assert found.calls.on_scene_s[1] == 750
    assert found.calls.area.tolist() == [1, 0]
    assert found.length_s == 2 * 86400
    names = [liling.map.townships[row].name.zh for row in found.calls.township]
    assert names[0] == "枫林镇"
    assert found.calls.hospital.tolist() == [-1, 0]


def test_chinese_headers_and_gb18030(tmp_path, liling):
    text = "接警时间,乡镇,优先级,现场时间_分,是否转运\n2025-03-04 08:30,枫林镇,red,5,否\n"
    found = read(tmp_path, liling, text, "gb18030")
    assert found.calls.on_scene_s.tolist() == [300]
    assert found.calls.conveyed.tolist() == [0]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("yesterday,113.4,27.7,red,,,", "line 2, received_at: write a time like"),
        (",113.4,27.7,red,,,", "line 2, received_at: the time is missing"),
        ("2025-03-04 08:30,113.4,,red,,,", "line 2, lon, lat or township: the place is missing"),
        ("2025-03-04 08:30,27.7,113.4,red,,,", "longitude and latitude look swapped"),
        ("2025-03-04 08:30,0,0,red,,,", "line 2, lon, lat: the coordinates are 0, 0"),
        ("2025-03-04 08:30,0.1,0,red,,,", "outside the map"),
        ("2025-03-04 08.30,113.4,27.7,red,,,", "write a time like"),
        ("2025-03-04,113.4,27.7,red,,,", "a date without the time of day"),
        ("2025-02-30 08:30,113.4,27.7,red,,,", "there is no such day"),
        ("04/03/25 08:30,113.4,27.7,red,,,", "write the year with four digits"),
        ("2025-03-04 08:30,113.4,27.7,red,500,,", "never takes longer than 8 h; found 500"),
        ("2025-03-04 08:30,113.4,27.7,purple,,,", 'line 2, priority: no priority "purple"'),
        (
            "2025-03-04 08:30,113.4,27.7,red,-5,,",
            "line 2, on_scene_min: a duration cannot be negative",
        ),
        (
            "2025-03-04 08:30,113.4,27.7,red,long,,",
            "line 2, on_scene_min: write a number; found long",
        ),
        (
            "2025-03-04 08:30,113.4,27.7,red,inf,,",
            "line 2, on_scene_min: write a number; found inf",
        ),
        ("2025-03-04 08:30,113.4,27.7,red,5,maybe,", "line 2, conveyed: write yes or no"),
        ("2025-03-04 08:30,113.4,27.7,red,5,yes,St Mary", 'no hospital "St Mary"'),
    ],
)
def test_a_bad_row_is_named(tmp_path, liling, row, said):
    header = "received_at,lon,lat,priority,on_scene_min,conveyed,hospital\n"
    with pytest.raises(RecordsError) as caught:
        read(tmp_path, liling, header + row + "\n2025-03-04 08:30,113.4,27.7,red,5,no,\n")
    assert said in str(caught.value)
    assert len(caught.value.problems) == 1


def test_all_bad_rows_are_told_at_once(tmp_path, liling):
    header = "received_at,township,priority\n"
    with pytest.raises(RecordsError) as caught:
        read(tmp_path, liling, header + "x,枫林镇,red\n2025-03-04 08:30,nowhere,red\n,,\n" * 2)
    assert len(caught.value.problems) == 4


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("received_at,lon,lat\n", "there is no row below the header"),
        ("lon,lat\n1,2\n", "received_at (接警时间) is missing"),
        ("received_at\n2025-01-01\n", "write lon and lat, or township"),
        (
            "received_at,lon,lat,on_scen_min\n1,2,3,4\n",
            'no such column "on_scen_min"; did you mean',
        ),
        (
            "received_at,lon,lat,on_scene\n1,2,3,4\n",
            'no such column "on_scene"; did you mean on_sc',
        ),
        ("received_at,lon,lat,lon\n1,2,3,4\n", 'two columns are called "lon"'),
        ("received_at,lng,lat,lon\n1,2,3,4\n", 'two columns say the same: "lng" and "lon"'),
        ("", "there is no row below the header"),
    ],
)
def test_a_bad_header_is_named(tmp_path, liling, text, said):
    with pytest.raises(RecordsError) as caught:
        read(tmp_path, liling, text)
    assert said in str(caught.value)


def test_commas_of_a_column_may_be_decimal_ones(tmp_path, liling):
    text = "received_at;township;on_scene_min\n2025-03-04 08:30;枫林镇;1,5\n2025-03-04 08:31;枫林镇;20\n"
    found = read(tmp_path, liling, text)
    assert found.calls.on_scene_s.tolist() == [90, 1200]
    assert "calls.csv: the commas of on_scene_min are decimal ones" in found.notes


def test_recorded_calls_are_replayed_and_their_gaps_drawn(tmp_path):
    rows = "".join(
        f"2025-03-0{d} {h:02d}:10:00,113.49,27.65,60\n" for d in (3, 4) for h in range(24)
    )
    scenario = load(scenario_with(tmp_path, rows))
    source = demand.build(scenario)
    one, two = draws.draw(source, 1, 0), draws.draw(source, 1, 1)
    assert one.received_at.tolist() == two.received_at.tolist()
    assert set(one.turnout_s) == {60.0}
    assert one.on_scene_s.tolist() != two.on_scene_s.tolist()
    result = comparison.run(scenario)
    assert len(result.tallies[0][0].call) == 48
    assert result.estimate("within").mean > 0.5
    assert str(scenario.settings.start) == "2025-03-03 00:00:00"


def test_what_records_leave_open_is_drawn_from_its_own_law(tmp_path):
    rows = "".join(f"2025-03-0{d} {h:02d}:{m}0:00,113.49,27.65,\n"
                   for d in (3, 4, 5) for h in range(24) for m in range(6))  # fmt: skip
    scenario = load(scenario_with(tmp_path, rows))
    calls = draws.draw(demand.build(scenario), 1, 0)
    count = len(calls.place)
    assert np.bincount(calls.priority) / count == pytest.approx([0.027, 0.399, 0.574], abs=0.08)
    assert calls.conveyed.mean() == pytest.approx(0.63, abs=0.08)
    assert calls.handover_s.mean() / 60 == pytest.approx(30.1, abs=3)
    assert calls.turnout_s.mean() == pytest.approx(83, abs=8)


def test_who_names_a_hospital_is_conveyed(tmp_path, liling):
    text = "received_at,township,hospital\n2025-03-04 08:30,枫林镇,湘东医院\n"
    assert read(tmp_path, liling, text).calls.conveyed.tolist() == [1.0]


def test_other_records_are_other_calls(tmp_path):
    scenarios = []
    for name, hour in (("a", 8), ("b", 9)):
        (tmp_path / name).mkdir()
        rows = f"2025-03-03 {hour:02d}:10:00,113.49,27.65,60\n"
        scenarios.append(load(scenario_with(tmp_path / name, rows)))
    with pytest.raises(ScenarioError, match="it meets other calls"):
        comparison.compare(*scenarios)


def test_records_and_drawn_calls_are_not_compared(tmp_path, liling):
    rows = "".join(f"2025-03-03 {h:02d}:10:00,113.49,27.65,60\n" for h in range(24))
    scenario = load(scenario_with(tmp_path, rows))
    with pytest.raises(ScenarioError, match="it meets other calls"):
        comparison.compare(liling, scenario)
    result = comparison.compare(scenario, scenario.add("枫林镇"))
    assert result.same_calls
    assert "stay as they were" in result.table()


def test_records_shorter_than_the_warm_up_are_refused(tmp_path):
    path = scenario_with(tmp_path, "2025-03-03 10:00,113.49,27.65,\n", "study: {warm_up: 2 days}")
    with pytest.raises(ScenarioError, match="shorten it, like"):
        load(path)


def townships_only(ground, count, township="枫林镇"):
    rows = "".join(f"2025-03-{1 + k % 28:02d} 08:{k % 60:02d},{township}\n" for k in range(count))
    return "received_at,township\n" + rows


def test_calls_of_a_township_are_placed_where_its_people_live(tmp_path, liling):
    found = read(tmp_path, liling, townships_only(liling.map, 2000))
    cells = liling.map.cells
    row = next(k for k, t in enumerate(liling.map.townships) if t.name.zh == "枫林镇")
    own = np.flatnonzero(cells.township == row)
    mean = np.average(cells.xy[own], axis=0, weights=cells.people[own])
    spread = np.sqrt(np.cov(cells.xy[own].T, aweights=cells.people[own]).diagonal())
    assert np.all(np.abs(found.xy.mean(axis=0) - mean) < 4 * spread / np.sqrt(2000))
    assert {tuple(xy) for xy in found.xy} <= {tuple(xy) for xy in cells.xy[own]}
    assert set(found.calls.township) == {row}
    urban = np.average(cells.area[own], weights=cells.people[own])
    assert found.calls.area.mean() == pytest.approx(urban, abs=0.05)
    assert any("only a township: 2000 of 2000." in warning for warning in found.warnings)


def test_the_place_of_a_row_is_drawn_once_whatever_follows_it(tmp_path, liling):
    few = read(tmp_path, liling, townships_only(liling.map, 5))
    again = read(tmp_path, liling, townships_only(liling.map, 5))
    more = read(tmp_path, liling, townships_only(liling.map, 20))
    assert few.xy.tolist() == again.xy.tolist() == more.xy[:5].tolist()


def test_a_township_without_people_has_its_calls_at_the_seat(tmp_path, liling):
    ground = copy.copy(liling.map)
    row = next(k for k, t in enumerate(ground.townships) if t.name.zh == "枫林镇")
    nobody = np.where(ground.cells.township == row, 0.0, ground.cells.people)
    ground.__dict__["cells"] = ground.cells._replace(people=nobody)
    path = tmp_path / "calls.csv"
    path.write_text(townships_only(ground, 3), "utf-8")
    found = records.read(path, ground, PRIORITIES)
    seat = ground.townships[row]
    assert found.xy.tolist() == [[seat.x, seat.y]] * 3
    assert any("no people: 3 of 3." in warning for warning in found.warnings)


def test_a_point_of_any_unit_is_where_the_call_was(tmp_path, liling):
    head = "incident,received_at,lon,lat,township\n"
    rows = "A,2025-03-04 08:30,,,枫林镇\nA,2025-03-04 08:31,113.497,27.646,\n"
    both = read(tmp_path, liling, head + rows)
    point = read(tmp_path, liling, head + "A,2025-03-04 08:30,113.497,27.646,\n")
    assert both.xy.tolist() == point.xy.tolist()
    assert not any("only a township" in warning for warning in both.warnings)


def test_calls_of_one_township_and_instant_may_be_recorded_twice(tmp_path, liling):
    text = "received_at,township\n" + "2025-03-04 08:30,枫林镇\n" * 2
    assert any("may be recorded twice" in n for n in read(tmp_path, liling, text).notes)


@pytest.mark.parametrize("count", [20, 200])
def test_recorded_coordinates_heaped_at_one_point_are_a_warning(tmp_path, liling, count):
    head = "received_at,lon,lat,township\n"
    rows = "".join(
        f"2025-03-{1 + k % 28:02d} 08:{k % 60:02d},113.497,27.646,枫林镇\n" for k in range(count)
    )
    found = read(tmp_path, liling, head + rows + "2025-03-04 09:10,,,枫林镇\n")
    said = f"{count} of {count} recorded calls lie at one and the same point"
    assert any(said in warning for warning in found.warnings)


@pytest.mark.parametrize("code", ["en", "zh"])
def test_further_rows_stand_below_the_first_ones(tmp_path, liling, code):
    rows = "".join(f"2025-03-04 08:{n},枫林镇{n}\n" for n in range(10, 16))
    with pytest.raises(RecordsError) as caught:
        read(tmp_path, liling, "received_at,township\n" + rows)
    say = language(code)
    lines = caught.value.told(say).splitlines()
    further = say(Message("{reason}: further rows: {n}", reason=NO_TOWNSHIP, n=1))
    at = next(k for k, line in enumerate(lines) if further in line)
    rows = [k for k, line in enumerate(lines) if "枫林镇1" in line]
    assert len(rows) == 5
    assert at > max(rows)
    assert not any("{{" in line for line in lines)
    assert any("`replay: {file: …, unusable: " in line for line in lines)
