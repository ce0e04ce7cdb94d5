"""How many calls come from a township: worked out by hand, everywhere where calls are counted."""

from __future__ import annotations

from copy import copy
from dataclasses import replace

import numpy as np
import pytest
from services import problems, town
from towns import LAT, LON

from sim.errors import ScenarioError
from sim.model.calendar import Window
from sim.prepare import demand, draws
from sim.prepare.cover import places
from sim.prepare.week import week_of
from sim.scenario import callers, endings, idle
from sim.scenario.differences import between
from sim.scenario.file import load
from sim.study.plan import same_calls
from sim.words import differences as words
from sim.words.language import language
from sim.words.scenario import page

SECONDS = [[0, 300, 900], [300, 0, 600], [900, 600, 0]]
LAYOUT = "layout: [{station: P0, ambulances: 2}]\nstudy: {warm_up: 0 min, length: 7 days}\n"
PEOPLE = "rural: 10 per 1000 people per day"
TOTAL = "rural: 6 per day"
WEEK = Window(0.0, 7 * 86_400.0)
EN, ZH = language("en"), language("zh")


@pytest.fixture(scope="module")
def write(tmp_path_factory):
    """Three places in a row with 100, 300 and 200 people, all in the country."""
    return town(tmp_path_factory.mktemp("callers"), SECONDS, [100, 300, 200])


def rates(rural, townships=""):
    more = f", townships: {{{townships}}}" if townships else ""
    return f"{LAYOUT}demand: {{transported: 0 %, rate: {{urban: 0 per day, {rural}{more}}}}}"


@pytest.mark.parametrize(
    ("rural", "townships", "a_day"),
    [
        (PEOPLE, "", [1, 3, 2]),
        (PEOPLE, "P1: 200 %", [1, 6, 2]),
        (PEOPLE, "P1: 200 %, p0: 1 %, P2: 10,000 %", [0.01, 6, 200]),
        (TOTAL, "", [1, 3, 2]),
        (TOTAL, "P1: 200 %", [6 / 9, 36 / 9, 12 / 9]),
        (TOTAL, "P0: 50 %, P1: 50 %, P2: 50 %", [1, 3, 2]),
        ("rural: 0 per day", "P1: 200 %", [0, 0, 0]),
    ],
)
def test_so_many_calls_are_expected_wherever_they_are_counted(write, rural, townships, a_day):
    townships = townships.replace("10,000 %", '"10,000 %"')
    scenario = load(write(rates(rural, townships)))
    drawn, total = demand.build(scenario), sum(a_day)
    assert demand.expected_calls(drawn, WEEK, 3) == pytest.approx(np.multiply(7, a_day))
    assert drawn.calls_per_hour[1].sum() == pytest.approx(7 * total)
    of_desk = endings.calls_per_hour(scenario.settings, scenario.map)
    assert of_desk == pytest.approx(drawn.calls_per_hour.sum(axis=0))
    assert week_of(scenario).calls == pytest.approx(of_desk)
    assert callers.calls_an_hour(scenario.settings, scenario.map).sum() * 24 == pytest.approx(total)
    shares = np.divide(a_day, total) if total else [0, 0, 0]
    assert demand.place_shares(drawn) == pytest.approx(shares)
    assert places(scenario)[2] == pytest.approx(shares)
    assert EN.number(total) in page(scenario, EN).text()


def test_calls_are_drawn_where_they_are_expected(write):
    scenario = load(write(rates(PEOPLE, "P1: 200 %")))
    drawn = demand.build(scenario)
    found = np.sum(
        [np.bincount(draws.draw(drawn, 3, n).township, minlength=3) for n in range(100)], axis=0
    )
    expected = 100 * 7 * np.array([1, 6, 2])
    assert np.all(np.abs(found - expected) < 4 * np.sqrt(expected))


def test_how_long_a_call_takes_is_a_mean_over_those_who_call(write):
    """Drives of 0, 300 and 900 s from the only station, weighted by 1, 6 and 2 of 9 calls."""
    usual, more = (load(write(rates(PEOPLE, said))) for said in ("", "P1: 200 %"))
    before, after = (week_of(one).busy_s for one in (usual, more))
    drive_s = np.array([0, 300, 900])
    assert after - before == pytest.approx(drive_s @ [1, 6, 2] / 9 - drive_s @ [1, 3, 2] / 6)


def test_nothing_said_is_as_if_all_had_100_percent(write):
    usual, named = (load(write(rates(PEOPLE, said))) for said in ("", "P0: 100 %, P1: 100 %"))
    one, other = (draws.draw(demand.build(scenario), 5, 0) for scenario in (usual, named))
    assert one.received_at.tolist() == other.received_at.tolist()
    assert one.place.tolist() == other.place.tolist()
    assert between(usual, named) == ()


def test_where_nobody_lives_all_places_are_as_likely_as_before(write):
    def empty(townships, rural=TOTAL):
        scenario = load(write(rates(rural, townships)))
        ground = copy(scenario.map)
        ground.__dict__["cells"] = scenario.map.cells._replace(people=np.zeros(3))
        return replace(scenario, map=ground)

    for one in (empty(""), empty("P1: 200 %")):
        drawn = demand.build(one)
        assert drawn.calls_per_hour[1].sum() == pytest.approx(42)
        assert demand.place_shares(drawn) == pytest.approx([1 / 3] * 3)
    (doubt,) = idle.doubts(empty("P1: 200 %"))
    assert EN(doubt) == "`demand.rate.townships` has no effect where nobody lives: P1"
    assert ZH(doubt) != EN(doubt)
    assert demand.build(empty("P1: 200 %", PEOPLE)).calls_per_hour.sum() == 0


def test_calls_of_the_other_area_stay_as_they_were(liling):
    """Only how many come from the country changes, and where they do."""
    rural = liling.map.cells.area == 1
    lived_in = np.bincount(liling.map.cells.township[rural], liling.map.cells.people[rural], 24)
    name = liling.map.townships[int(lived_in.argmax())].name.en
    more = liling.with_settings(demand={"rate": {"townships": {name: "200 %"}}})
    usual, other = demand.build(liling), demand.build(more)
    assert other.calls_per_hour[1].sum() > usual.calls_per_hour[1].sum()
    gained = other.calls_per_hour[1].sum() / usual.calls_per_hour[1].sum() - 1
    assert gained == pytest.approx(lived_in.max() / lived_in.sum())
    before, after = draws.draw(usual, 5, 0), draws.draw(other, 5, 0)
    for column in ("received_at", "place"):
        one, two = (getattr(calls, column)[calls.area == 0] for calls in (before, after))
        assert one.tolist() == two.tolist()
    assert not same_calls(liling, more)


# ── what is refused, and what has no effect ──────────────────────────────────────────────────


def test_all_that_is_wrong_with_townships_is_told_at_once_with_its_line(write):
    text = (
        f"{LAYOUT}demand:\n  rate:\n    townships:\n      P1: 120 %\n      P9: 120 %\n"
        "      Nowhere: 90 %\n      p1: 110 %\n"
    )
    with pytest.raises(ScenarioError) as caught:
        load(write(text))
    found = {(one.field, one.line): EN(one.message) for one in caught.value.problems}
    assert found["demand.rate.townships.P9", 9] == 'no township "P9" on the map; known: P0, P1, P2'
    assert found["demand.rate.townships.Nowhere", 10].startswith('no township "Nowhere" on')
    assert found["demand.rate.townships", 7] == "named twice: P1"
    assert len(found) == 4  # and nobody is there to take patients to


def test_one_township_in_two_languages_is_named_twice(liling):
    name = liling.map.townships[3].name
    assert name.zh != name.en
    both = {name.zh: "120 %", name.en: "130 %"}
    with pytest.raises(ScenarioError, match="named twice"):
        liling.with_settings(demand={"rate": {"townships": both}})
    one = liling.with_settings(demand={"rate": {"townships": {name.zh: "120 %"}}})
    again = liling.with_settings(demand={"rate": {"townships": {name.en: "120 %"}}})
    assert between(one, again) == ()
    later = one.with_settings(demand={"rate": {"townships": {name.en: "150 %"}}})
    assert later.settings.demand.rate.townships == {name.zh: 1.5}
    with pytest.raises(ScenarioError, match="no township.*did you mean"):
        liling.with_settings(demand={"rate": {"townships": {name.zh + name.zh[-1]: "120 %"}}})


@pytest.mark.parametrize("factor", ["0 %", "10,001 %", "-5 %", "1.3", "nan %", "1e400 %", "abc", 1])
def test_a_share_out_of_bounds_is_refused(liling, factor):
    with pytest.raises(ScenarioError) as caught:
        liling.with_settings(demand={"rate": {"townships": {"枫林镇": factor}}})
    (problem,) = caught.value.problems
    assert problem.field.startswith("demand.rate.townships")


def test_more_calls_than_can_be_simulated_are_refused(tmp_path):
    write = town(tmp_path, SECONDS, [1000, 3000, 2000])
    most = "rural: '10,000 per 1000 people per year'"
    load(write(rates(most, "P1: '10,000 %'")))
    long = rates(most, "P1: '10,000 %'").replace("length: 7 days", "length: 3660 days")
    (told,) = problems(write(long))
    assert told == "demand.rate.rural: more than ten million calls in one replication"
    scenario = load(write(rates(most, "P1: '10,000 %'").replace("7 days", "360 days")))
    with pytest.raises(ScenarioError, match="more than ten million"):
        scenario.scaled(demand=5.0)
    half = scenario.scaled(demand=0.5)
    ratio = demand.build(half).calls_per_hour[1] / demand.build(scenario).calls_per_hour[1]
    assert ratio == pytest.approx(0.5)


def test_replayed_calls_come_from_where_they_came(write, tmp_path):
    path = write("")
    rows = [f"2025-01-0{6 + n} 10:00,{LON + 0.005:.4f},{LAT + 0.005:.4f}" for n in range(3)]
    (path.parent / "calls.csv").write_text("\n".join(["received_at,lon,lat", *rows]), "utf-8")
    text = (
        "layout: [{station: P0, ambulances: 2}]\nstudy: {warm_up: 0 min}\ndemand: {transported: "
        "0 %, replay: calls.csv, rate: {townships: {P1: 200 %}}}"
    )
    replayed = load(write(text))
    (doubt,) = idle.doubts(replayed)
    assert EN(doubt) == "`demand.rate.townships` has no effect: the calls are replayed"
    assert ZH(doubt) != EN(doubt)


# ── what is said of it ───────────────────────────────────────────────────────────────────────


def test_a_difference_is_said_in_the_readers_language(liling):
    name = liling.map.townships[3].name
    other = liling.with_settings(demand={"rate": {"townships": {name.zh: "130 %"}}})
    (found,) = between(liling, other)
    assert (found.base, found.other, found.is_of_the_calls) == (1.0, 1.3, True)
    (line,) = words.lines(liling, [(other.name, [found])], EN)
    assert f"calls from {name.en} 130 % of the usual instead of 100 %" in line
    (line,) = words.lines(liling, [(other.name, [found])], ZH)
    assert f"{name.zh}的人均呼叫量为通常的 130%（原为 100%）" in line


def test_many_townships_are_counted(liling):
    named = {spot.name.zh: f"{101 + n} %" for n, spot in enumerate(liling.map.townships)}
    other = liling.with_settings(demand={"rate": {"townships": named}})
    assert words.phrases(between(liling, other), EN) == [
        f"other calls a person from {len(named)} townships"
    ]
