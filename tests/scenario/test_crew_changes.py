"""Changes of crews: added by class and roster, taken away, moved, and put on other hours."""

from __future__ import annotations

import pytest

from sim.cli.changes import changed, changes_of
from sim.errors import ScenarioError
from sim.scenario.changes import Change
from sim.scenario.crew_changes import Staff
from sim.words import changes as words
from sim.words.language import language

CLASSES = [{"name": "advanced", "name_zh": "监护型"}, {"name": "basic", "name_zh": "普通型"}]
ROSTERS = {"office": [{"hours": "08-18", "days": "mon-fri"}], "two": {"08-20": 2, "20-08": 1}}
EN = language("en")


@pytest.fixture(scope="module")
def town(tiny):
    """Two advanced ambulances round the clock at A; a station B with one basic by day."""
    both = tiny.with_settings(crews={"classes": [{"name": "ambulance"}, *CLASSES[1:]]})
    both = both.with_settings(crews={"rosters": ROSTERS})
    return both.add("B", at=[113.5, 27.6], class_="basic", hours="08-20")


def crews(scenario):
    names = [one.name for one in scenario.crews.classes]
    return [(one.station, names[one.kind], str(one.duty)) for one in scenario.fleet]


BASE = [(0, "ambulance", "00-24")] * 2 + [(1, "basic", "08-20")]


def test_crews_are_added_by_class_and_roster(town):
    more = town.ambulances("B", +2, class_="basic", roster="office")
    assert crews(more) == [*BASE, *[(1, "basic", "08-18 mon-fri")] * 2]
    assert more.name.en.endswith("B +2 basic office")
    assert more.name.zh.endswith("B +2 普通型 office")


def test_a_table_adds_as_many_as_it_has(town):
    more = town.ambulances("B", +2, roster="two")
    assert [duty for _, _, duty in crews(more)[3:]] == ["08-20, 20-08", "08-20"]
    with pytest.raises(ScenarioError, match="up to 2 ambulances on duty, and 1 are written"):
        town.ambulances("B", +1, roster="two")
    new = town.add("C", at=[113.45, 27.7], roster={"08-20": 3})
    assert len(new.fleet) == len(town.fleet) + 3


def test_of_a_class_the_last_come_are_the_first_to_go(town):
    more = town.ambulances("B", +1).ambulances("B", +1, class_="basic")
    fewer = more.ambulances("B", -1, class_="ambulance")
    assert crews(fewer) == [*BASE, (1, "basic", "00-24")]
    with pytest.raises(ScenarioError, match="B has 1 ambulances of class basic: 2 cannot"):
        town.ambulances("B", -2, class_="basic")


def test_crews_move_with_their_class_and_hours(town):
    moved = town.move_crews("B", "Base A")
    assert crews(moved) == [*BASE[:2], (0, "basic", "08-20")]
    assert moved.name.en.endswith("B 1 → Base A")
    all_gone = town.move_crews("Base A", "B", None, class_="ambulance")
    assert crews(all_gone) == [BASE[2], *[(1, "ambulance", "00-24")] * 2]
    with pytest.raises(ScenarioError, match="B has 1 such ambulances, and 2 are asked for"):
        town.move_crews("B", "Base A", 2)
    with pytest.raises(ScenarioError, match='no station "C"'):
        town.move_crews("B", "C")


def test_crews_are_put_on_other_hours(town):
    short = town.rehour("Base A", "08-16", number=1)
    assert crews(short) == [BASE[0], (0, "ambulance", "08-16"), BASE[2]]
    assert short.name.en.endswith("Base A: 08-16")
    assert crews(town.rehour("Base A", "two"))[:2] == [
        (0, "ambulance", "08-20, 20-08"), (0, "ambulance", "08-20"),
    ]  # fmt: skip
    assert crews(town.rehour("B", "00-24"))[2] == (1, "basic", "00-24")
    with pytest.raises(ScenarioError, match="and 1 are there: write `number`"):
        town.rehour("B", "two")
    with pytest.raises(ScenarioError, match='no roster "noon"'):
        town.rehour("B", "noon")


def test_a_file_says_the_same(town):
    written = [
        {"ambulances": {"station": "B", "by": 1, "class": "basic", "roster": "office"}},
        {"hours": {"station": "Base A", "number": 1, "to": [{"hours": "08-16"}]}},
        {"move_crews": {"station": "B", "to": "Base A", "class": "普通型", "number": 1}},
    ]
    layout = town
    for one in written:
        layout = layout.change(one)
    by_hand = town.ambulances("B", +1, class_="basic", roster="office")
    by_hand = by_hand.rehour("Base A", "08-16", number=1)
    assert layout.fleet == by_hand.move_crews("B", "Base A", class_="basic").fleet


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ({"ambulances": {"station": "B", "by": -1, "roster": "office"}}, "belongs to added"),
        ({"ambulances": {"station": "B", "to": 2, "class": "basic"}}, "write it with `by`"),
        ({"ambulances": {"station": "B", "by": 1, "hours": "08-20", "roster": "office"}},
         "either `hours` or `roster`"),
        ({"hours": {"station": "B"}}, "hours.to"),
        ({"move_crews": {"station": "B", "number": -1, "to": "Base A"}}, "at least 0"),
    ],
)  # fmt: skip
def test_changes_of_crews_that_make_no_sense_are_told(entry, said):
    with pytest.raises(ScenarioError, match=said):
        Change.of(entry)


# ── at the prompt, and in words ──────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("B=basic,08-20", {"class": "basic", "roster": "08-20"}),
        ("B=basic，08～20", {"class": "basic", "roster": "08～20"}),
        ("B=08-20,basic", {"class": "basic", "roster": "08-20"}),
        ("B=basic", {"class": "basic"}),
        ("B=20-08", {"roster": "20-08"}),
        ("B=basic,office", {"class": "basic", "roster": "office"}),
        ("B=,office", {"roster": "office"}),
    ],
)
def test_a_crew_is_added_at_the_prompt(town, text, written):
    (staff,) = changes_of([], [], [], [], [text])
    assert staff == Staff.of(station="B", by=1, **written)
    assert len(changed(town, [staff]).fleet) == len(town.fleet) + 1


def test_slips_of_the_pen_in_crews_are_told_at_once(town):
    with pytest.raises(ScenarioError) as caught:
        changes_of([], [], [], [], ["B", "B=a,b,c", "B=8-8"])
    fields = [problem.field for problem in caught.value.problems]
    assert fields == ["--add-crew", "--add-crew", "--add-crew B"]
    with pytest.raises(ScenarioError, match='--add-crew B: no class "tank"'):
        changed(town, changes_of([], [], [], [], ["B=tank,08-20"]))


@pytest.mark.parametrize(
    ("change", "en", "zh"),
    [
        (lambda s: s.ambulances("B", +1, class_="basic", hours="08-20"),
         "B +1 ambulance (basic, 08–20)", "B救护车 +1 辆（普通型、08–20）"),
        (lambda s: s.ambulances("B", +1, roster="office"),
         "B +1 ambulance (office)", None),
        (lambda s: s.add("C", at=[113.45, 27.7], crews=[{"class": "basic", "hours": "20-08"}]),
         "+ sub-station C, 1 ambulance (basic, 20–08)", None),
        (lambda s: s.rehour("B", "08-16"), "ambulances of B on duty 08–16", None),
        (lambda s: s.rehour("Base A", [{"hours": "08-16", "days": "sat"}], 1),
         "1 ambulance of Base A on duty Sat 08–16", "Base A 的 1 辆救护车改为 周六 08–16 在岗"),
        (lambda s: s.move_crews("B", "Base A", class_="basic"),
         "1 ambulance of B (basic) to Base A", "B 的 1 辆救护车（普通型）调至 Base A"),
        (lambda s: s.move_crews("Base A", "B", None), "all ambulances of Base A to B", None),
    ],
)  # fmt: skip
def test_changes_of_crews_are_said(town, change, en, zh):
    plan = change(town)
    assert words.change(plan.changes[-1], plan, EN) == en
    said = words.change(plan.changes[-1], plan, language("zh"))
    assert said != en
    if zh is not None:
        assert said == zh


def test_a_layout_written_by_itself_says_class_and_hours_of_who_comes(town):
    from dataclasses import replace

    plan = replace(town.ambulances("B", +1, class_="basic", hours="20-08"), changes=())
    assert words.listed(town, plan, EN) == "B +1 ambulance (basic, 20–08)"
    plan = replace(town.rehour("B", "08-16"), changes=())
    assert words.listed(town, plan, EN) == "ambulances of B on duty 08–16 instead of 08–20"


def test_other_hours_are_said_where_the_number_changes_too(town):
    from dataclasses import replace

    day = town.ambulances("Base A", +1).rehour("Base A", "08-20")
    assert words.listed(town, replace(day, changes=()), EN) == (
        "Base A: 3 ambulances (ambulance, 08–20) instead of 2 ambulances (ambulance)"
    )
    mixed = town.ambulances("B", +1).ambulances("B", +1, class_="basic")
    assert words.listed(town, replace(mixed, changes=()), EN) == (
        "B: 1 ambulance (basic, 08–20), 1 ambulance (ambulance), 1 ambulance (basic) instead of "
        "1 ambulance (basic, 08–20)"
    )
    none = town.rehour("Base A", "08-20", 1).ambulances("Base A", to=0)
    assert words.listed(town, replace(none, changes=()), EN) == "Base A −2 ambulances (ambulance)"
