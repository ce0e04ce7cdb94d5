"""Hospitals of several layouts: one name is one hospital, whatever its row in each of them."""

from __future__ import annotations

import pytest
from services import town

from sim.answers.comparison import compare, run
from sim.scenario.file import load
from sim.words import page_of
from sim.words.language import language

SECONDS = [[0, 300, 900], [300, 0, 600], [900, 600, 0]]
TEXT = """layout: [{{station: P0, ambulances: 4}}]
demand:
  rate: {{rural: 30 per day, urban: 30 per day}}
  conditions: [{{name: all, share: 100 %{light}}}]
hospitals:
  outside: [{{name: Changsha, name_zh: 长沙, gate: P2, away: 20 min}}]{clinics}
transfers: [{{name: away, from: [H0], to: Changsha, rate: 6 per day, urgency: urgent}}]
"""


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """Without clinics the hospital outside is in the second row, with one clinic in the third."""
    write = town(tmp_path_factory.mktemp("rows"), SECONDS, [100, 300, 200], hospitals=[0])
    plain = load(write(TEXT.format(light="", clinics=""), "plain.yaml"))
    clinic = "\n  clinics: {at: [P1]}"
    path = write(TEXT.format(light=", to_clinic: 40 %", clinics=clinic), "light.yaml")
    path.write_text(path.read_text("utf-8").replace("name: Mine", "name: Light"), "utf-8")
    light = load(path)
    options = {"replications": 5, "workers": 1}
    day = {"length": 4 * 86_400.0}
    return compare(plain.with_study(**day), light.with_study(**day), **options)


OF_CONDITIONS = """layout: [{{station: P0, ambulances: 2}}, {{station: P1, ambulances: 2}}]
study: {{length: 4 days}}
demand:
  rate: {{rural: 10 per day, urban: 10 per day}}
  transported: 100 %
  conditions: [{conditions}]
hospitals:
  stay: {{distribution: constant, value: 40 min}}
  at: {{H1: {{bays: 1, capabilities: [heart]}}, H0: {{capabilities: [burns]}}}}
transfers: [{{name: back, from: [H1], to: H0, rate: 12 per day, urgency: urgent}}]
"""
HEART, BURNS, HALF = (
    "{name: heart, share: 100 %, treated_by: [heart]}",
    "{name: burns, share: 100 %, treated_by: [burns]}",
    "{name: burns, share: 50 %, treated_by: [burns]}, {name: heart, share: 50 %, treated_by: [heart]}",
)


def waits(found, layout, name):
    return {
        row.measure: row.mean
        for row in found.rows()
        if (row.by, row.area, row.layout) == ("condition", name, layout)
        and row.measure in ("bay_waits", "bay_mean", "within")
    }


@pytest.mark.parametrize("base", [HALF, BURNS, ""])
def test_transfers_are_of_no_condition_whatever_another_layout_calls_its_own(base, tmp_path):
    """Of heart patients all come to the one bay; transfers from there stand at no full door."""
    write = town(tmp_path, SECONDS, [100, 300, 200], hospitals=[0, 1])
    one = load(write(OF_CONDITIONS.format(conditions=base), "base.yaml"))
    two = write(OF_CONDITIONS.format(conditions=HEART), "heart.yaml")
    two.write_text(two.read_text("utf-8").replace("name: Mine", "name: Heart"), "utf-8")
    options = {"replications": 5, "workers": 1}
    alone, beside = run(load(two), **options), compare(one, load(two), **options)
    assert waits(alone, "Heart", "heart")["bay_waits"] > 0.2
    assert waits(beside, "Heart", "heart") == waits(alone, "Heart", "heart")
    named = {row.area for row in beside.rows() if row.by == "condition"}
    assert named == {"heart", *(["burns"] if base else [])}


def shares(found, layout):
    return {
        row.area: row.mean
        for row in found.rows()
        if row.by == "hospital" and row.measure == "destination" and row.layout == layout
    }


def test_a_hospital_has_its_name_in_every_layout(found):
    plain, light = (shares(found, layout.name.en) for layout in found.layouts)
    assert {"H0", "长沙"} <= set(plain)
    assert {"H0", "P1", "长沙"} <= set(light)
    assert plain["长沙"] == pytest.approx(6 / (6 + 30 * 0.63), abs=0.08)
    assert light["长沙"] == pytest.approx(plain["长沙"], abs=0.01)
    assert plain["H0"] == pytest.approx(light["H0"] + light["P1"], abs=0.02)
    assert not [name for name in light if name.isdigit()]


def test_who_is_treated_at_the_scene_is_the_same_with_and_without_clinics(found):
    ended = [found.estimate("treated_at_scene", layout).mean for layout in (0, 1)]
    assert ended[0] == pytest.approx(0.37, abs=0.1)
    assert ended[0] == ended[1]
    assert found.estimate("to_clinic", 0).mean == 0.0 < found.estimate("to_clinic", 1).mean


def test_how_much_there_is_to_do_is_neither_better_nor_worse(found):
    lines = page_of(found, language("en")).text().splitlines()
    (taken,) = [line for line in lines if line.startswith(" Taken to a clinic")]
    assert not any(mark in taken for mark in "■▼○?×")
    (hour,) = [line for line in lines if line.startswith(" Mean response, min")]
    assert any(mark in hour for mark in "■▼○?×")
