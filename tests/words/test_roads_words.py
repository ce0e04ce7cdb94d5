"""What is said of closed roads and of drives that vary: by `check`, and where scenarios differ."""

from __future__ import annotations

import pytest
from closable import at, square

from sim.scenario.differences import differences
from sim.scenario.file import load
from sim.words import roads
from sim.words.differences import phrases, value
from sim.words.language import language


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    return square(tmp_path_factory.mktemp("square"))


@pytest.fixture(scope="module")
def plain(town):
    return load(town(name="plain.yaml"))


def lines(scenario, lang="en"):
    return [f"{head}|{text}" for head, text in roads.lines(scenario, language(lang))]


def test_nothing_is_said_of_roads_that_are_always_open(plain):
    assert lines(plain) == []


def test_every_closure_is_told_with_its_links_its_length_and_its_hours(town, plain):
    where = f"at: {at(1.5, 1)}, access: local"
    scenario = load(
        town(f"""
travel:
  closures:
    bridge: {{{where}, from: 2026-01-06 10:00, until: 2026-01-06 11:30, why: repair}}
    market: {{around: {at(2, 2)}, radius: 200 m, hours: 08-12, days: "sat, sun", speed: 30 %}}
    works: {{{where}, hours: 22-05, from: 2026-01-08}}
    flood: {{around: {at(0.02, 0.02)}, radius: 100 m, until: 2026-01-07}}
""")
    )
    said = lines(scenario)
    assert said[0] == (
        "closures|bridge: 1 link (1.0 km) closed, from 2026-01-06 10:00 until 2026-01-06 11:30 "
        "(repair)"
    )
    assert said[1] == "|market: 4 links (4.2 km) at 30 % of their speed, Sat–Sun 08–12"
    assert said[2] == "|works: 1 link (1.0 km) closed, daily 22–05; from 2026-01-08 00:00 on"
    assert said[3] == "|flood: 2 links (2.1 km) closed, until 2026-01-07 00:00"
    assert said[4].startswith("|cut off meanwhile: station Corner and ")
    assert said[4].endswith(" people; who calls there waits")
    assert lines(scenario, "zh")[0] == (
        "道路管制|bridge：封闭 1 个路段（1.0 公里），2026-01-06 10:00 至 2026-01-06 11:30（repair）"
    )


def test_how_drives_vary_is_told(plain):
    varied = plain.with_settings(travel={
        "bands": [{"hours": "07-09", "days": "mon-fri", "speed": "70 %"},
                  {"hours": "22-06", "speed": "110 %", "classes": ["residential"]}],
        "band_rule": "carried over", "factor": {"sigma": 0.25, "to_hospital": 0.1}})  # fmt: skip
    assert lines(varied) == [
        "bands|Mon–Fri 07–09: 70 % of the usual speed",
        "|daily 22–06: 110 % of the usual speed, on residential",
        "drives|what is left of a drive is driven at the speeds of the next band",
        "|each varies by a factor of mean 1; the standard deviation of its logarithm is 0.25 to the "
        "scene, 0.1 to hospital",
    ]


def test_closures_that_differ_are_named(plain):
    say, bridge = language("en"), {"at": at(1.5, 1), "access": "local", "hours": "08-10"}
    one = plain.with_settings(travel={"closures": {"bridge": bridge}, "factor": {"sigma": 0.25}})
    two = one.with_settings(travel={
        "closures": {"bridge": bridge | {"speed": "30 %"}}, "factor": {"sigma": 0.1}})  # fmt: skip
    before, after, later = (each.settings for each in (plain, one, two))
    assert phrases(differences(before, after), say) == [
        "closure bridge", "drives that vary (sigma: 0.25)",
    ]  # fmt: skip
    assert phrases(differences(after, before), say) == [
        "no closure bridge", "drives that do not vary",
    ]  # fmt: skip
    assert phrases(differences(after, later), say) == [
        "closure bridge otherwise", "drives that vary otherwise (sigma: 0.1)",
    ]  # fmt: skip
    assert value("travel.closures.bridge", two.settings.travel.closed["bridge"], say) == (
        "at: [113.515, 27.66], speed: 30 %, hours: 08-10, access: local"
    )
