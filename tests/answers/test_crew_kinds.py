"""Kinds of crew that are tried: classes at the hours of rosters, each once; hours within others."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.answers import crews
from sim.answers.candidates import Candidate
from sim.answers.costs import crew_hours, shares
from sim.answers.crews import PLAIN, USUAL, CrewKind
from sim.answers.options import (
    Action,
    more_ambulances,
    moved_ambulances,
    moved_stations,
    new_stations,
    other_hours,
)
from sim.errors import OptionError
from sim.model.calendar import Hours
from sim.scenario.duty import ALWAYS, daily, hours_of
from sim.scenario.layout import vehicle_numbers
from sim.scenario.rosters import parse_roster
from sim.text import Name
from sim.words import options as words
from sim.words.language import language

CLASSES = [{"name": "advanced", "name_zh": "监护型"}, {"name": "basic", "name_zh": "普通型"}]
ROSTERS = {
    "day": "08-20",
    "same": "8-20",
    "table": {"08-20": 2, "20-08": 1},
    "office": [{"hours": "08-18", "days": "mon-fri"}],
}
EN, ZH = language("en"), language("zh")


@pytest.fixture(scope="module")
def town(tiny):
    """Two advanced crews round the clock at A, a basic one by day at B."""
    both = tiny.with_settings(crews={"classes": CLASSES, "rosters": ROSTERS})
    return both.add("B", at=[113.5, 27.6], class_="basic", hours="08-20")


def said(kinds, layout):
    return [(layout.crews.classes[one.kind].name, str(one.duty)) for one in kinds]


def test_where_all_are_alike_nothing_is_tried_by_the_hour(tiny):
    assert crews.kinds_tried(tiny) == PLAIN
    assert crews.kinds_tried(tiny.ambulances("Base A", +1, hours="08-20")) == PLAIN
    assert [one.crew for one in more_ambulances(tiny)] == [None]


def test_each_class_is_tried_at_each_hours_once(town):
    hours = ["00-24", "08-20", "08-18 mon-fri"]
    tried = crews.kinds_tried(town)
    assert said(tried.more, town) == [(c, h) for c in ("advanced", "basic") for h in hours]
    assert tried.at_new == (USUAL,)


def test_kinds_that_are_asked_for_are_the_only_ones(town):
    asked = [{"class": "basic", "roster": "day"}, {"class": "普通型", "hours": "08-20"}, {}]
    tried = crews.kinds_tried(town, asked)
    assert said(tried.more, town) == [("basic", "08-20"), ("advanced", "00-24")]
    assert tried.at_new == tried.more


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ({"class": "baisc"}, 'no class "baisc" under crews.classes; did you mean "?basic'),
        ({"roster": "dya"}, 'no roster "dya"'),
        ({"roster": "table"}, "the table is of 2 ambulances: write the hours of one"),
        ({"hours": "8"}, "clock hours"),
        ({"hours": "08-20", "roster": "day"}, "either `hours` or `roster`"),
    ],
)
def test_a_kind_that_there_is_not_is_told(town, written, told):
    with pytest.raises(OptionError, match=told):
        crews.kinds_tried(town, [written])


def test_too_many_kinds_are_not_tried_all(town):
    rosters = {f"r{n}": f"{n:02d}-{n + 1:02d}" for n in range(23)}
    many = town.with_settings(crews={"rosters": rosters})
    with pytest.raises(OptionError, match=r"at most 40 kinds .* the scenario has \d+: 2 classes"):
        crews.kinds_tried(many)
    assert len(crews.kinds_tried(many, [{"class": "basic"}]).more) == 1


def test_what_is_added_is_named_with_class_and_hours(town):
    found = more_ambulances(town, crews.kinds_tried(town).more)
    assert len(found) == 2 * 6
    assert [words.what(one, EN) for one in found][:4] == [
        "Base A +1 (advanced, 24 h)",
        "B +1 (advanced, 24 h)",
        "Base A +1 (advanced, 08–20)",
        "B +1 (advanced, 08–20)",
    ]
    assert words.what(found[8], ZH) == "Base A +1（普通型、08–20）"
    assert words.spoken(found[11], EN) == "one more ambulance at B (basic, office)"
    new = new_stations(town, [Candidate(Name("C", "C"), (113.45, 27.7))], kinds=(USUAL,))
    assert [words.what(one, EN) for one in new] == ["+ C (advanced, 24 h)"]
    assert words.named(new[0], ZH) == "C（监护型、全天）"


def test_of_each_kind_one_is_moved(town):
    both = town.ambulances("Base A", +1, class_="basic")
    moved = list(moved_ambulances(both, by_kind=True))
    assert [words.what(one, EN) for one in moved] == [
        "1 ambulance (advanced, 24 h) Base A → B",
        "1 ambulance (basic, 24 h) Base A → B",
        "1 ambulance (basic, 08–20) B → Base A",
    ]
    assert words.spoken(moved[2], ZH) == "1 辆救护车（普通型、08–20）由B调至Base A"
    for one in moved:
        kinds = [CrewKind(a.kind, a.duty) for a in one.layout.fleet]
        assert sorted(kinds, key=str) == sorted(
            (CrewKind(a.kind, a.duty) for a in both.fleet), key=str
        )


def test_an_ambulance_that_moves_is_the_same_vehicle(tiny):
    """What is drawn of failures goes by it, whether crews are alike or of several kinds."""
    plain = tiny.add("B", at=[113.5, 27.6])
    before = vehicle_numbers(plain)
    found = [one.layout for one in moved_ambulances(plain) if one.giver.en == "Base A"]
    assert [vehicle_numbers(one) for one in found] == [[before[0], before[2], before[1]]]
    assert vehicle_numbers(plain.move_crews("Base A", "B")) == vehicle_numbers(found[0])
    (elsewhere,) = moved_stations(plain, ["B"], [Candidate(Name("C", "C"), (113.45, 27.7))])
    assert vehicle_numbers(elsewhere.layout) == before
    assert [one.station for one in elsewhere.layout.fleet] == [0, 0, 2]


def test_hours_are_shortened_within_a_crews_own_only(town):
    found = list(other_hours(town, crews.known_hours(town), shorter=True))
    assert [words.what(one, EN) for one in found] == [
        "Base A: advanced, 24 h → 08–20",
        "Base A: advanced, 24 h → office",
        "B: basic, 08–20 → office",
    ]
    assert words.spoken(found[2], EN) == "one ambulance at B (basic, 08–20) on duty office only"
    assert words.spoken(found[0], ZH) == "Base A 1 辆救护车（监护型、全天）缩短为仅 08–20 在岗"
    assert {one.action for one in found} == {Action.SHORTER}


def test_hours_elsewhen_are_no_more_than_a_crews_own(town):
    night = town.with_settings(crews={"rosters": {**ROSTERS, "late": "12-24", "eve": "18-22"}})
    found = list(other_hours(night, crews.known_hours(night)))
    assert [words.what(one, EN) for one in found] == [
        "B: basic, 08–20 → 12–24",
        "B: basic, 08–20 → 18–22",
    ]
    assert words.spoken(found[0], EN) == "one ambulance at B (basic, 08–20) on duty 12–24 instead"


def test_a_crew_that_is_needed_neither_moves_off_duty_nor_away(town):
    """Chest pain needs an advanced crew whenever a basic one is on duty, and there is one."""
    needing = town.ambulances("Base A", -1).with_settings(
        demand={
            "conditions": [
                {"name": "chest pain", "share": "100 %", "needs": [{"classes": ["advanced"]}]}
            ]
        }
    )
    shorter = list(other_hours(needing, crews.known_hours(needing), shorter=True))
    assert [words.what(one, EN) for one in shorter] == [
        "Base A: advanced, 24 h → 08–20",  # not to the office's hours: B would be alone on Sunday
        "B: basic, 08–20 → office",
    ]
    (row,) = crews.of_each_kind(needing, 0)
    assert "need 1 of chest pain" in crews.nobody_could(crews.one_less(needing, row))[0]


def test_what_a_crew_costs_is_its_hours_where_no_costs_are_given(town):
    plans = [town.ambulances("B", +1), town.ambulances("B", +1, hours="08-20")]
    assert crew_hours(plans[1]) == crew_hours(town) + 84
    assert shares(town, plans).tolist() == [1.0, 0.5]
    assert shares(town, plans[:1] * 2) is None
    money = {"station": "1 CNY per year", "substation": "1 CNY per year"}
    money |= {"ambulance": "900 CNY per year", "by_class": {"basic": "450 CNY per year"}}
    priced = town.with_settings(costs=money)
    basic = priced.ambulances("B", +1, class_="basic")
    assert shares(priced, [priced.ambulances("B", +1), basic]).tolist() == [1.0, 0.5]


# ── whatever the rosters ─────────────────────────────────────────────────────────────────────

CLOCK = st.tuples(st.integers(0, 23), st.integers(1, 24)).filter(lambda h: h[0] != h[1] % 24)
DAYS = st.sampled_from(["mon-fri", "sat", "mon-sun", "sun,holiday", "holiday", "tue,thu"])
ROSTER = st.lists(st.tuples(CLOCK, DAYS), min_size=1, max_size=4).map(
    lambda shifts: [{"hours": f"{a:02d}-{b:02d}", "days": days} for (a, b), days in shifts]
)


@given(st.lists(ROSTER, min_size=1, max_size=4))
def test_no_hours_are_tried_twice_and_shorter_ones_lie_within(tiny, rosters):
    named = {f"r{n}": roster for n, roster in enumerate(rosters)}
    town = tiny.with_settings(crews={"rosters": named, "holidays_as": "sat"})
    hours = crews.known_hours(town)
    written = [parse_roster(roster).duties[0] for roster in rosters]
    assert all(one.always or one in written for one in hours)
    patterns = {hours_of(one, town.crews.holiday_day).tobytes() for one in hours}
    assert len(patterns) == len(hours)
    for own in hours:
        for one in crews.shorter(own, hours, town):
            assert one.hours_a_week < own.hours_a_week
            assert not (one.week & ~own.week).any()
        both = {*crews.shorter(own, hours, town), *crews.elsewhen(own, hours, town)}
        assert len(both) == len(crews.shorter(own, hours, town)) + len(
            crews.elsewhen(own, hours, town)
        )
        assert own not in both


def test_round_the_clock_holds_all_hours(tiny):
    assert crews.shorter(ALWAYS, [ALWAYS, daily(Hours(8, 20))], tiny) == [daily(Hours(8, 20))]
