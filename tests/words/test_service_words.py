"""What `check` says of crews, classes, needs, desks and standby; nothing of a plain service."""

from __future__ import annotations

from dataclasses import replace

import mutated_scenarios
import numpy as np
import pytest
from conftest import ROOT
from rich.cells import cell_len

from sim.prepare.week import week_of
from sim.scenario.file import load
from sim.words import responders, service
from sim.words.language import language

EN, ZH = language("en"), language("zh")
CLASSES = {
    "classes": [{"name": "basic", "name_zh": "普通型"}, {"name": "advanced", "name_zh": "监护型"}]
}
TRAUMA = {
    "name": "trauma",
    "share": "20 %",
    "needs": [{"classes": ["advanced", "basic"]}, {"classes": ["basic"], "delay": "2 min"}],
}


@pytest.fixture(scope="module")
def town(tiny):
    """Two ambulances round the clock, and an advanced one by day."""
    both = tiny.with_settings(crews=CLASSES)
    return both.ambulances("Base A", +1, class_="advanced", hours="08-20")


def test_a_plain_service_has_no_line(tiny):
    assert list(service.lines(tiny, EN)) == []


def test_how_calls_end_otherwise_is_told_of_all_and_of_conditions_that_say_so(tiny):
    mean = {"distribution": "exponential", "mean": "15 min"}
    quick = {"name": "fall", "share": "100 %", "treated_at_scene": "2.5 %"}
    some = tiny.with_settings(demand={
        "cancelled": {"share": "15 %", "after": mean}, "nobody_found": "5 %", "conditions": [quick],
        "treated_at_scene": {"share": "12 %", "on_scene": "25 min"}})  # fmt: skip
    said = [line for line in service.lines(some, EN) if line[0] in ("calls", "")]
    usual = f"{some.settings.durations.on_scene.mean() / 60:.1f} min"
    assert said[:4] == [
        ("calls", "15 % are withdrawn, after 15 min in the mean, if nobody is there by then"),
        ("", "at 5 % nobody is found; the ambulance is there for 10 min in the mean"),
        ("", "12 % are treated at the scene; the ambulance is there for 25 min in the mean"),
        ("", "fall: 2.5 % are treated at the scene; the ambulance is there for "
         f"{usual} in the mean"),
    ]  # fmt: skip
    assert ("呼叫", "15% 若无人到达则取消，平均等待 15 分钟") in list(service.lines(some, ZH))


@pytest.mark.parametrize("say", [EN, ZH], ids=["en", "zh"])
def test_headings_leave_a_blank_before_what_they_head(tmp_path, say):
    """`check` writes them into nine columns; here with every setting there is."""
    (tmp_path / "maps").symlink_to(ROOT / "maps")
    path = tmp_path / "mine.yaml"
    path.write_text(mutated_scenarios.as_yaml(mutated_scenarios.WHOLE), "utf-8")
    headings = [heading for heading, _ in service.lines(load(path), say)]
    assert say("hospital") in headings
    assert max(map(cell_len, headings)) <= 8


def test_least_and_most_crews_are_told_with_their_hours(town):
    told = dict(service.lines(town, EN))
    assert told["on duty"] == "at least 2 crews (Monday 00–01), at most 3 (Monday 08–09)"
    assert told["classes"] == "basic: 2 on duty; advanced: 0 to 1 on duty"


def test_a_condition_says_how_many_it_needs(town):
    other = {"name": "other", "share": "80 %"}
    needy = town.with_settings(demand={"conditions": [TRAUMA, other]})
    assert dict(service.lines(needy, EN))["needs"] == "trauma (2 ambulances) and other"
    assert ("类别", "普通型：在岗 2 个；监护型：在岗 0 至 1 个") in list(service.lines(needy, ZH))


def test_standby_says_its_rule_and_its_points(town):
    points = [{"name": "Toll gate", "at": town.map.townships[0].name.en}]
    away = town.with_settings(standby={"rule": "nearest", "points": points})
    told = [line for _, line in service.lines(away, EN)]
    assert told[-2:] == ["free ambulances wait at the nearest station", "standby points: Toll gate"]


CLINICS = {
    "name": "Clinics",
    "at": ["Base A"],
    "reach": "1 km",
    "answers": "50 %",
    "asked": "in turn",
}
CREWS = {
    "last_calls": "20 min",
    "breaks": [{"length": "30 min", "after": "4 h", "classes": ["basic"]}],
    "off_road": [{"station": "Base A", "ambulance": 1, "hours": "00-24", "days": "sat"},
                 {"class": "basic", "from": "2025-01-07", "to": "2025-01-09"}],
    "failures": [{"class": "basic", "after": {"distribution": "exponential", "mean": "60 days"},
                  "off": "2 days"}],
}  # fmt: skip


def test_what_is_written_of_crews_is_told_as_a_file_has_it(town):
    by_day = town.rehour("Base A", "08-20", class_="basic").with_settings(
        crews=CREWS, dispatch={"reserve": [{"keep": 1, "classes": ["advanced"], "for": "yellow"}]}
    )
    told = list(service.lines(by_day, EN))
    assert [line for line in told if line[0] not in ("on duty", "classes")] == [
        ("shifts", "in the last 20 min before it ends, calls of the first priority only"),
        ("breaks", "length: 30 min, after: 4 h, classes: [basic]"),
        ("off road", "station: Base A, ambulance: 1, hours: 00-24, days: sat"),
        ("", "class: basic, from: 2025-01-07 00:00, to: 2025-01-09 00:00"),
        ("failures",
         "class: basic, after: {distribution: exponential, mean: 60 days}, off: 2 days"),
        ("reserve", "keep: 1, classes: [advanced], for: yellow"),
    ]  # fmt: skip
    assert dict(told)["on duty"] == "at least 0 crews (Monday 00–01), at most 3 (Monday 08–09)"


def test_crews_on_duty_are_those_that_have_a_vehicle(town):
    away = {"off_road": [{"station": "Base A", "ambulance": 1, "hours": "00-24"}]}
    told = dict(service.lines(town.with_settings(crews=away), EN))
    assert told["on duty"] == "at least 1 crews (Monday 00–01), at most 2 (Monday 08–09)"
    assert told["classes"] == "basic: 1 on duty; advanced: 0 to 1 on duty"
    assert week_of(town.with_settings(crews=away)).crews.max() == week_of(town).crews.max() - 1


def test_a_compliance_table_is_told_with_its_rows(town):
    by_table = town.with_settings(standby={"rule": "table", "table": [["Base A"]]})
    assert list(service.lines(by_table, EN))[-1] == ("", "a table of 1 row")


def test_slips_that_are_no_mistakes_are_told(town):
    assert list(service.doubts(town, EN)) == []
    crews = {
        "holidays": ["2020-01-01", "2025-01-08"],
        "classes": [*CLASSES["classes"], {"name": "heli"}],
    }
    odd = town.with_settings(crews=crews)
    assert list(service.doubts(odd, EN)) == [
        "1 public holiday lies outside the run, which is from 2025-01-06 until 2025-01-15",
        "no ambulance of the layout is of the class heli",
    ]
    helped = replace(
        town.with_settings(responders=[CLINICS]), responder_xy=(np.array([[1.0, 2.0]] * 3),)
    )
    assert list(service.doubts(helped, EN)) == [
        "2 responders of Clinics stand where others do: are they given twice?"
    ]


@pytest.mark.parametrize(
    ("when", "en", "zh"),
    [
        ({"hours": "18-00"}, "at 18–24", "18–24 时"),
        ({"hours": "08-18", "days": "mon-fri"}, "at Mon–Fri 08–18", "周一–周五 08–18 时"),
        ({"days": "sat,sun"}, "at Sat–Sun 00–24", "周六–周日 00–24 时"),
        ({}, "all asked at once", "同时通知，50% 前往"),
    ],
)
def test_responders_say_on_which_days_and_until_midnight(tiny, when, en, zh):
    group = {"name": "clinics", "per_km2": 1, "reach": "2 km", "answers": "50 %", **when}
    (one,) = tiny.with_settings(responders=[group]).settings.responders
    for say, hours in ((EN, en), (ZH, zh)):
        assert responders.said([one], say).split(say(", "))[2] == hours
