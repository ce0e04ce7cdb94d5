"""How it is written when crews are on duty: hours, shifts, tables, holidays, rosters by name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import sim
from sim.errors import ScenarioError
from sim.model.calendar import Hours
from sim.prepare.shifts import days_of, planned_off
from sim.scenario import off_road
from sim.scenario.duty import ALWAYS, daily
from sim.scenario.rosters import parse_roster

TOWN = """name: town
map: tiny
crews:
  classes:
    - {name: advanced, name_zh: 监护型}
    - {name: basic, name_zh: 普通型}
  rosters:
    day: 08-20
    office: [{hours: 08-18, days: mon-fri}]
    town: {08-20: [3, 3, 3, 3, 3, 2, 2], 20-08: 1}
layout:
"""
REST = "demand: {transported: 0 %, rate: {urban: 12 per day, rural: 12 per day}}\n"


@pytest.fixture
def town(tiny, tmp_path):
    """`town(layout, more)`: the scenario of a layout in a town with two classes and rosters."""
    (tmp_path / "maps").symlink_to(tiny.path.parent.parent / "maps")

    def made(layout: str, more: str = "", head: str = TOWN):
        path = tmp_path / "town.yaml"
        path.write_text(f"{head}  - {layout}\n{more}{REST}", "utf-8")
        return sim.load(path)

    return made


def crews(scenario):
    return [(scenario.crews.classes[one.kind].name, str(one.duty)) for one in scenario.fleet]


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("08-20", "08-20"),
        ("20:00-08:00", "20-08"),
        ("０８～２０", "08-20"),
        ("00-24", "00-24"),
        ([{"hours": "08-18", "days": "mon-fri"}, {"hours": "10-16", "days": "sat"}],
         "08-18 mon-fri, 10-16 sat"),
        ([{"hours": "08-18"}], "08-18"),
        ([{"hours": "00-24", "days": "sat, sun"}], "00-24 sat-sun"),
        ([{"hours": "08-18"}, {"hours": "10-12", "days": "holiday"}],
         "08-18 mon-sun, 10-12 holiday"),
        ([{"hours": "08-18", "days": "mon-fri, holiday"}], "08-18 mon-fri+holiday"),
        ({"08-20": 2, "20-08": 1}, "08-20, 20-08; 08-20"),
    ],
)  # fmt: skip
def test_a_roster_is_read_and_can_be_said(written, said):
    assert str(parse_roster(written)) == said


def test_hours_are_the_simple_case_of_a_roster():
    assert parse_roster("08-20").duties == (daily(Hours(8, 20)),)
    assert parse_roster([{"hours": "08-20"}]).duties == (daily(Hours(8, 20)),)
    assert parse_roster("00-24").duties == (ALWAYS,)


def test_a_text_that_is_no_hours_is_the_name_of_a_roster():
    assert parse_roster("office") == "office"


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("8", "whole clock hours"),
        ("08:30-20", "whole clock hours"),
        (8, "write clock hours"),
        ([], "write clock hours"),
        ([{"days": "mon"}], "write each shift like"),
        ([{"hours": "08-20", "number": 2}], "write each shift like"),
        ([{"hours": "08-20", "days": "mo"}], "write days like"),
        ({"08-20": -1}, "write how many ambulances"),
        ({"08-20": 1.5}, "write how many ambulances"),
        ({"08-20": True}, "write how many ambulances"),
        ({"08-20": [1, 2]}, "write one number, or 7 from mon to sun"),
        ({"08-20": [1] * 7, "20-08": [1] * 8}, "7 numbers in each row, or 8"),
        ({"08-20": 1, "18-22": 1}, "08-20 and 18-22 both say how many are on duty from 18:00 on"),
        ({"08-20": 1, "20-09": 1}, "both say how many are on duty from 8:00 on"),
        ({"08-20": 1, "8-20": 2}, "same hours"),
        ({}, "write clock hours"),
    ],
)
def test_what_is_no_roster_is_told(written, said):
    with pytest.raises(ValueError, match=said):
        parse_roster(written)


@given(st.dictionaries(st.text(max_size=6), st.integers(), max_size=3) | st.lists(st.text()))
def test_nothing_else_than_a_message_comes_of_what_is_written_wrongly(written):
    try:
        parse_roster(written)
    except ValueError as error:
        assert str(error)


def test_a_station_has_crews_of_several_classes_and_hours(town):
    scenario = town(
        "{station: Base A, ambulances: 1, crews: [{class: basic, number: 2, hours: 08-20}, "
        "{class: 普通型, roster: office}]}"
    )
    assert crews(scenario) == [
        ("advanced", "00-24"),
        ("basic", "08-20"),
        ("basic", "08-20"),
        ("basic", "08-18 mon-fri"),
    ]


def test_with_crews_alone_there_are_no_others(town):
    assert crews(town("{station: Base A, crews: [{class: basic}]}")) == [("basic", "00-24")]


def test_all_ambulances_of_a_station_may_be_of_a_class(town):
    scenario = town("{station: Base A, ambulances: 2, class: basic, roster: day}")
    assert crews(scenario) == [("basic", "08-20")] * 2


def test_a_table_says_how_many_ambulances_a_station_has(town):
    scenario = town("{station: Base A, class: basic, roster: town}")
    assert crews(scenario) == [
        ("basic", "08-20, 20-08"), ("basic", "08-20"), ("basic", "08-20 mon-fri"),
    ]  # fmt: skip
    assert [one.duty.hours_a_week for one in scenario.fleet] == [168, 84, 60]


@pytest.mark.parametrize(
    ("layout", "said"),
    [
        ("{station: Base A, class: tank}", r'layout\[0\].class: no class "tank" under crews'),
        ("{station: Base A, class: basics}", "did you mean basic"),
        ("{station: Base A, roster: dya}", r'layout\[0\].roster: no roster "dya".* mean day'),
        ("{station: Base A, crews: [{class: basic}, {roster: dya}]}",
         r"layout\[0\].crews\[1\].roster: no roster"),
        ("{station: Base A, ambulances: 2, roster: town}",
         "up to 3 ambulances on duty, and 2 are written"),
        ("{station: Base A, hours: 08-20, roster: day}", "either `hours` or `roster`"),
        ("{station: Base A, roster: [{hours: 08-20, days: never}]}", "write days like"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_the_crews_of_a_station_is_told_where_it_stands(town, layout, said):
    with pytest.raises(ScenarioError, match=said) as caught:
        town(layout)
    assert "line 12, " in str(caught.value)


def test_mistakes_in_the_chapter_of_crews_are_told_without_their_consequences(town):
    with pytest.raises(ScenarioError) as caught:
        town("{station: Base A, class: basic, roster: office}",
             head=TOWN.replace("day: 08-20", "day: noon"))  # fmt: skip
    assert [problem.field for problem in caught.value.problems] == ["crews.rosters.day"]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("{classes: [{name: a}, {name: A}]}", "two classes are called a"),
        ("{classes: []}", "classes"),
        ("{rosters: {2nd: 08-20}}", 'a roster cannot be called "2nd"'),
        ("{rosters: {day: night}}", "write clock hours"),
        ("{holidays: [28 January]}", "write a date and time"),
        ("{holidays: [2025-01-28 08:00]}", "write a day like"),
        ("{holidays_as: holiday}", "holidays_as"),
        ("{breaks: [{length: 30 min}]}", "either `earliest` and `latest`"),
        ('{breaks: [{length: 30 min, earliest: "12:00"}]}', "either `earliest` and `latest`"),
        ('{breaks: [{length: 30 min, earliest: "25:00", latest: "13:00"}]}', "time of day"),
        ("{breaks: [{length: 30 min, after: 2 h, interruptible_by: [rde]}]}", "no priority"),
        ("{breaks: [{length: 30 min, after: 2 h, classes: [tank]}]}", "no class"),
        ("{off_road: [{hours: 08-10}]}", "write `station` or `class`"),
        ("{off_road: [{station: Base A}]}", "either `from` and `to`"),
        ("{off_road: [{station: Nowhere, hours: 08-10}]}", 'no station "Nowhere"'),
        ("{off_road: [{station: Base A, from: 2025-01-07, to: 2025-01-06}]}", "not later"),
        ("{off_road: [{class: ambulance, ambulance: 1, hours: 08-10}]}", "write `station`, too"),
        ("{failures: [{after: 60 days, off: 1 h}, {after: 30 days, off: 1 h}]}", "one entry for"),
    ],
)
def test_contradictions_in_the_chapter_of_crews_are_told(town, more, said):
    head = "name: town\nmap: tiny\nlayout:\n"
    with pytest.raises(ScenarioError, match=said):
        town("{station: Base A, crews: [{hours: 08-20}]}", f"crews: {more}\n", head)


def test_a_layout_that_is_never_on_duty_is_told(town):
    with pytest.raises(ScenarioError, match="no ambulance"):
        town("{station: Base A, roster: {08-20: 0}}")
    with pytest.raises(ScenarioError, match="no ambulance is on duty at any hour"):
        town("{station: Base A, roster: [{hours: 08-10, days: holiday}]}")


def test_settings_of_crews_can_be_altered(town):
    scenario = town("{station: Base A, class: basic, roster: office, crews: [{roster: town}]}")
    other = scenario.with_settings(
        crews={"rosters": {"office": "09-17", "town": {"06-22": 2, "22-06": 3}}}
    )
    assert crews(other) == [
        ("basic", "09-17"),
        ("advanced", "06-22, 22-06"), ("advanced", "06-22, 22-06"), ("advanced", "22-06"),
    ]  # fmt: skip
    assert set(other.crews.rosters) == {"day", "office", "town"}
    with pytest.raises(ScenarioError, match="another number of ambulances"):
        scenario.with_settings(crews={"rosters": {"town": {"06-22": 2}}})
    with pytest.raises(ScenarioError, match='there are ambulances of class "basic"'):
        scenario.with_settings(crews={"classes": [{"name": "advanced"}]})
    swapped = scenario.with_settings(crews={"classes": [{"name": "basic"}, {"name": "advanced"}]})
    assert crews(swapped) == crews(scenario)


def test_an_ambulance_costs_by_its_hours_and_class(town):
    from sim.answers.costs import layout_cost

    money = (
        "costs: {station: 1000 CNY per year, substation: 100 CNY per year, ambulance: 168 CNY per "
        "year, by_class: {普通型: 84 CNY per year}}\n"
    )
    scenario = town("{station: Base A, crews: [{roster: office}, {class: basic, hours: 08-20}]}",
                    money)  # fmt: skip
    assert layout_cost(scenario) == pytest.approx(100 + 50 + 42)
    assert layout_cost(scenario.ambulances("Base A", +1, class_="basic")) == pytest.approx(276)
    with pytest.raises(ScenarioError, match='costs.by_class.tank: no class "tank"'):
        town("{station: Base A}", money.replace("普通型", "tank"))
    with pytest.raises(ScenarioError, match="all costs in one unit"):
        town("{station: Base A}", money.replace("84 CNY", "84 EUR"))


HELI = """name: town
map: tiny
crews:
  classes: [advanced, basic, heli]
layout:
""".replace("[advanced, basic, heli]", "[{name: advanced}, {name: basic}, {name: heli}]")
TWO = "{station: Base A, crews: [{class: advanced}, {class: basic}]}\n"


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("  off_road: [{station: Base A, ambulance: 5, hours: 08-12}]\n",
         ["crews.off_road[0].ambulance: Base A has no ambulance 5: it has 2"]),
        ("  off_road: [{station: Base A, class: heli, hours: 08-12}]\n",
         ["crews.off_road[0].class: no ambulance of Base A is of the class heli"]),
        ("  off_road: [{station: Base A, ambulance: 1, class: basic, hours: 08-12}]\n",
         ["crews.off_road[0].class: ambulance 1 of Base A is not of the class basic"]),
        ("  off_road: [{class: heli, hours: 08-12}]\n",
         ["crews.off_road[0].class: no ambulance of the layout is of the class heli"]),
        ("  failures: [{class: heli, after: 60 days, off: 1 h}]\n",
         ["crews.failures[0].class: no ambulance of the layout is of the class heli"]),
        ("  breaks: [{length: 30 min, after: 2 h, classes: [heli]}]\n",
         ["crews.breaks[0].classes: no ambulance of the layout is of the class heli"]),
        ("dispatch: {reserve: [{keep: 1, classes: [heli], for: yellow}]}\n",
         ["dispatch.reserve[0].classes: no ambulance of the layout is of the class heli"]),
        ("", []),
        ("  off_road: [{station: Base A, ambulance: 2, class: basic, hours: 08-12}]\n", []),
        ("  off_road: [{class: advanced, hours: 08-12}]\n", []),
        ("  off_road: [{station: Base A, ambulance: 3, hours: 08-12}]\n"
         "changes: [{ambulances: {station: Base A, by: 1}}]\n", []),
        ("  off_road: [{station: Base A, ambulance: 2, hours: 08-12}]\n"
         "changes: [{ambulances: {station: Base A, by: -1}}]\n", []),
    ],
)  # fmt: skip
def test_vehicles_and_classes_that_no_layout_has_are_told(town, written, said):
    """What a change has brought, or has taken away, is none of these."""
    crews, _, rest = written.partition("changes:")
    if crews.startswith("dispatch"):
        crews, rest = "", crews
    elif rest:
        rest = f"changes:{rest}"
    head = HELI.replace("layout:\n", f"{crews}layout:\n")
    if not said:
        assert town(TWO, rest, head)
        return
    with pytest.raises(ScenarioError) as caught:
        town(TWO, rest, head)
    assert [f"{one.field}: {one.message}" for one in caught.value.problems] == said


def test_a_vehicle_may_be_off_the_road_for_whole_days(town):
    """Every Saturday, round the clock; and no crew is without a vehicle at other times."""
    away = "  off_road: [{station: Base A, ambulance: 1, hours: 00-24, days: sat}]\n"
    scenario = town(TWO, "", HELI.replace("layout:\n", f"{away}layout:\n"))
    by_hour = off_road.with_vehicles(scenario)
    assert by_hour.tolist() == [2] * 120 + [1] * 24 + [2] * 24
    assert off_road.with_vehicles(scenario, 1).tolist() == [1] * 168
    (first, second) = planned_off(scenario, days_of(scenario))
    assert {end - begin for begin, end in first} == {86_400.0}
    assert not second
