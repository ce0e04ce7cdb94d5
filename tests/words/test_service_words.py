"""What `check` says of crews, classes, needs, desks and standby; nothing of a plain service."""

from __future__ import annotations

import pytest

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
