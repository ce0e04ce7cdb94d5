"""What `check` says of crews, classes, needs, desks and standby; nothing of a plain service."""

from __future__ import annotations

import pytest

from sim.words import service
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
