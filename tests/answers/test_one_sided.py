"""Where two layouts have not the same classes, breaks or standby, nothing is compared with nothing."""

from __future__ import annotations

import math

import pytest

import sim
from sim.measures.groups import Group
from sim.words import page_of
from sim.words.language import language

CREWS = """
base: today
name: With crews
layout:
  - {station: 湘东医院, kind: station, crews: [{class: advanced, number: 2}, {class: basic, hours: 08-20}]}
  - {station: 市二医院, crews: [{class: basic, number: 2}]}
crews:
  classes: [{name: basic, name_zh: 普通型}, {name: advanced, name_zh: 监护型}]
  breaks: [{length: 30 min, earliest: "12:00", latest: "13:00"}]
"""
OTHER = """
base: crews
name: The classes the other way round
crews:
  classes: [{name: advanced, name_zh: 监护型}, {name: basic, name_zh: 普通型}]
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    from conftest import ROOT

    folder = tmp_path_factory.mktemp("one-sided")
    text = (ROOT / "scenarios" / "liling" / "today.yaml").read_text("utf-8")
    text = text.replace("map: liling", f"map: {ROOT / 'maps' / 'liling' / 'liling.gpkg'}")
    (folder / "today.yaml").write_text(text, "utf-8")
    (folder / "crews.yaml").write_text(CREWS, "utf-8")
    (folder / "other.yaml").write_text(OTHER, "utf-8")
    return folder


def loaded(folder, name):
    return sim.load(folder / f"{name}.yaml").with_study(length=2 * 86_400.0)


@pytest.fixture(scope="module")
def against_today(folder):
    plans = [loaded(folder, name) for name in ("today", "crews")]
    return sim.compare(*plans, replications=5, workers=1)


@pytest.mark.parametrize("code", ["en", "zh"])
def test_what_only_the_proposal_has_gets_its_value_and_no_verdict(against_today, code):
    (table,) = page_of(against_today, language(code)).body
    rows = {row[0]: row for row in table.rows}
    name = {"en": "Breaks missed", "zh": "错过的班中休息"}[code]
    assert rows[name][1] == "–"
    assert "%" in rows[name][2]
    assert rows[name][3:] == ["", "", ""]
    of_class = {"en": "Ambulance time on calls: advanced", "zh": "任务占用率：监护型"}[code]
    assert rows[of_class][1] == "–"
    assert rows[of_class][3:] == ["", "", ""]
    assert (
        len([row for row in rows if row.startswith(of_class.rpartition(":")[0] or of_class[:5])])
        > 1
    )


def test_the_class_of_a_plain_layout_is_not_the_first_of_another(against_today):
    for row in range(3):
        both = [against_today.estimate("busy", n, Group("class", row)).mean for n in (0, 1)]
        assert any(map(math.isnan, both))
    assert [against_today.group_name(one) for one in against_today.groups_of_fleet] == [
        "basic", "advanced"
    ]  # fmt: skip


def test_classes_are_matched_by_name_wherever_a_file_lists_them(folder):
    plans = [loaded(folder, name) for name in ("crews", "other")]
    result = sim.compare(*plans, replications=5, workers=1)
    names = [result.group_name(one) for one in result.groups_of_fleet]
    assert names == ["basic", "advanced"]
    turned = sim.run(plans[1], replications=5, workers=1)
    for group in result.groups_of_fleet:
        own = Group("class", 1 - group.row)
        assert result.estimate("busy", 1, group).mean == turned.estimate("busy", 0, own).mean


def test_the_sentence_tells_of_capable_ambulances_that_come_later(against_today):
    assert against_today.verdict("capable") == "worse"
    assert "calls with a capable unit within target" in against_today.sentence()
    (table,) = page_of(against_today, language("en")).body
    capable = next(row for row in table.rows if row[0] == "Capable unit within target")
    within = next(row for row in table.rows if row[0] == "All calls within target")
    assert capable[1] == within[1]  # where there is one class, each ambulance is capable


SURGE = """
base: today
name: A bus turns over
demand:
  surges: [{name: Bus, at: "2025-01-08 17:30", place: 泗汾镇, calls: 20, priority: red}]
"""
WHOM = """
base: today
name: Not everybody everywhere
demand: {conditions: [{name: stroke, share: 20 %, treated_by: [stroke]}, {name: other, share: 80 %}]}
hospitals: {at: {湘东医院: {capabilities: [stroke]}}}
"""


def rows_of(found, code="en"):
    (table,) = page_of(found, language(code)).body
    return {row[0]: row for row in table.rows}


def test_how_long_calls_wait_is_told_of_a_plain_layout_beside_one_with_a_surge(folder):
    (folder / "surge.yaml").write_text(SURGE, "utf-8")
    plans = [loaded(folder, name).scaled(demand=4.0) for name in ("today", "surge")]
    found = sim.compare(*plans, replications=5, workers=1)
    today = found.estimate("waits", 0).mean
    assert 0 < today < 1
    assert found.estimate("served_at_once", 0).mean == pytest.approx(1 - today, abs=0.02)
    waits = rows_of(found)["Calls that wait for an ambulance"]
    assert waits[1].endswith("%")
    assert waits[3] != ""


def test_a_layout_that_does_not_say_who_is_treated_where_is_told_to_be_the_reason(folder):
    (folder / "whom.yaml").write_text(WHOM, "utf-8")
    plans = [loaded(folder, name) for name in ("today", "whom")]
    found = sim.compare(*plans, replications=5, workers=1)
    notes = " ".join(page_of(found, language()).notes)
    assert "Which hospitals can treat whom is not said of every layout" in notes
    assert "– stands where a layout has nothing of the kind" not in notes
