"""Where a service has more than one class, centre or unit, tables, rows and workbooks say so."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from openpyxl import load_workbook

from sim.answers.comparison import compare
from sim.measures.features import Feature
from sim.measures.measures import BY_KEY
from sim.measures.service import CallColumns, ServiceTally
from sim.measures.service_measures import SERVICE
from sim.words import page_of
from sim.words.language import language

EVERYTHING = Feature(255)


def described(tally, number, more=0.0):
    """A tally of a plain service as if it had everything: two classes, two centres, and so on."""
    calls, crews = len(tally.call), len(tally.busy_s)
    two = np.arange(calls, dtype=np.int16) % 2
    return tally._replace(
        service=ServiceTally(
            features=int(EVERYTHING),
            of_calls=CallColumns(
                capable_s=tally.response_s + 60.0 + more, second_s=tally.response_s + 90.0,
                needs=1 + two, met=1 + two, centre=two, out_of_area=two > 0, other_zone=two > 0,
                condition=two * 0,
            ),
            kind=np.arange(crews, dtype=np.int16) % 2,
            home_centre=np.arange(crews, dtype=np.int16) % 2,
            level_zero_s=np.array([60.0, 120.0 + number]),
            shifts=30.0, ends=10, overruns=2 + number, overrun_s=1800.0 + more + number,
            until_home_s=2400.0, breaks_due=20, breaks_missed=3 + number, breaks_broken=2,
            break_s=9000.0, shifts_with_breaks=20, failures=4, off_s=7200.0, moves=60 + number, move_s=3600.0,
        )
    )  # fmt: skip


@pytest.fixture(scope="module")
def plain(liling):
    day = liling.with_study(length=86_400.0)
    return compare(day, day.add("枫林镇"), replications=5, workers=1)


@pytest.fixture(scope="module")
def found(plain):
    tallies = tuple(
        tuple(described(tally, n, 60.0 * layout) for n, tally in enumerate(own))
        for layout, own in enumerate(plain.tallies)
    )
    return replace(plain, tallies=tallies)


def test_a_plain_service_lists_nothing_beyond_it(plain):
    assert plain.service_lines() == []
    assert plain.lines() == [(key, ("all", -1)) for key in plain.headline_keys()]
    keys = {row.measure for row in plain.rows()}
    assert not keys & {measure.key for measure in SERVICE}
    assert {row.by for row in plain.rows()} == {"all", "area", "township", "priority", "hour"}
    assert list(plain.tables()) == ["measures", "townships"]


def test_every_measure_of_what_there_is_has_a_line(found):
    lines = [line.key for line in found.service_lines() if line.group.by == "all"]
    told = [measure.key for measure in SERVICE if measure.feature < Feature.SURVIVAL]
    assert lines == told
    groups = [(line.key, *line.group) for line in found.service_lines() if line.group.by != "all"]
    assert groups == [
        ("busy", "class", 0), ("busy", "class", 1),
        *((key, "centre", row) for row in range(2)
          for key in ("served_at_once", "out_of_area", "busy", "level_zero")),
    ]  # fmt: skip


def test_one_layout_that_has_something_is_enough_for_a_line(plain, found):
    """Today is plain; the proposal has crews that overrun."""
    mixed = replace(plain, tallies=(plain.tallies[0], found.tallies[1]))
    assert "overrun" in {line.key for line in mixed.service_lines()}
    assert mixed.estimate("overrun").mean == 0
    assert mixed.estimate("capable", 0).mean == pytest.approx(mixed.estimate("within", 0).mean)
    assert mixed.estimate("overrun", 1).mean > 30


@pytest.mark.parametrize("code", ["en", "zh"])
def test_a_page_says_each_line_with_its_value(found, code):
    say = language(code)
    (table,) = page_of(found, say).body
    assert len(table.rows) == len(found.lines())
    said = {row[0]: row for row in table.rows}
    name = {"en": "Overrun until cleared, min a day", "zh": "超时至任务结束（分钟/日）"}[code]
    assert said[name][1:3] == ["30.0", "31.0"]
    name = {"en": "Standby moves a shift", "zh": "每班次待命调动次数"}[code]
    assert said[name][1] == "2.07"
    name = {"en": "Ambulance time on calls: 2", "zh": "任务占用率：2"}[code]
    assert name in said
    assert "nan" not in page_of(found, say).text()


def test_rows_and_facts_have_classes_and_centres(found):
    rows = [row for row in found.rows() if row.layout == found.base.name.en]
    assert {(row.by, row.area) for row in rows if row.by in ("class", "centre")} == {
        ("class", "ambulance"), ("class", "2"), ("centre", "1"), ("centre", "2"),
    }  # fmt: skip
    (level,) = [row for row in rows if (row.measure, row.by, row.area) == (
        "level_zero", "centre", "2")]  # fmt: skip
    assert level.mean == pytest.approx(122 / 86_400)
    assert level.low < level.mean < level.high
    urban = [row for row in rows if row.measure == "capable_urban"]
    assert [row.area for row in urban] == ["urban"]
    facts = json.loads(json.dumps(found.facts()))
    assert {"by", "area"} < set(facts["verdicts"][-1])
    assert BY_KEY["moves"].unit == "number"


def test_every_hour_of_the_week_says_how_busy_a_class_is(found):
    table = found.tables()["busy_hours"]
    monday = [row for row in table.rows if row.layout == found.base.name.en and row.day == "wed"]
    assert {row.ambulance_class for row in monday} == {"ambulance", "2"}
    tallies = found.tallies[0]
    busy = sum(tally.busy_s[::2, 48:72].sum() for tally in tallies)
    duty = sum(tally.on_duty_s[::2, 48:72].sum() for tally in tallies)
    first = [row.mean for row in monday if row.ambulance_class == "ambulance"]
    assert np.mean(first) == pytest.approx(busy / duty)
    assert [row.hour for row in monday[:24]] == list(range(24))


def test_a_workbook_is_made_of_them_in_either_language(found, tmp_path):
    for code, unit in (("en", "number"), ("zh", "数量")):
        book = load_workbook(found.to_excel(tmp_path / f"{code}.xlsx", code))
        cells = {str(cell.value) for sheet in book for row in sheet for cell in row}
        assert unit in cells


def test_a_frame_has_a_row_for_each_replication_of_them(found):
    frame = found.to_frame()
    overruns = frame[(frame.measure == "overrun_crews") & (frame.layout == found.base.name.en)]
    assert overruns.value.tolist() == [2.0, 3.0, 4.0, 5.0, 6.0]


def test_a_run_with_classes_says_how_often_somebody_capable_is_in_time(plain, found):
    alone = replace(found, layouts=found.layouts[:1], tallies=found.tallies[:1])
    capable = f"{100 * alone.estimate('capable').mean:.1f}"
    assert capable != f"{100 * alone.estimate('within').mean:.1f}"
    assert f"A capable unit is within target at {capable} % of all calls" in alone.sentence()
    assert f"具备能力的车达标率为 {capable}%" in alone.sentence("zh")
    alone = replace(plain, layouts=plain.layouts[:1], tallies=plain.tallies[:1])
    assert "capable" not in alone.sentence()


def test_why_two_percentiles_of_the_same_calls_differ_is_noted(plain, found):
    assert "capable units by the calls alone" in " ".join(found.page().notes)
    assert "capable" not in " ".join(plain.page().notes)


def test_a_sentence_names_what_becomes_worse_of_capable_units_by_area(plain):
    """They come two hours later, and in each replication a little more than that."""
    tallies = tuple(
        tuple(described(tally, n, layout * (7200.0 + 5.0 * n)) for n, tally in enumerate(own))
        for layout, own in enumerate(plain.tallies)
    )
    later = replace(plain, tallies=tallies)
    assert later.verdict("capable_urban") == later.verdict("capable_rural") == "worse"
    assert "urban calls with a capable unit within target (" in later.sentence()
    assert "rural calls with a capable unit within target (" in later.sentence()
