"""Changes of a layout: what each verb does, and what is told when it cannot be done."""

from __future__ import annotations

import pytest

from sim.errors import ScenarioError
from sim.scenario.changes import VERBS, Add, Change, Close, Move, Staff
from sim.scenario.validation import Problems
from sim.scenario.values import LonLat
from sim.text import Name
from sim.words.language import language


def test_the_verbs_leave_the_base_untouched(liling):
    plan = (
        liling.add("枫林镇").move("泰安医院", "板杉镇").close("市妇幼").ambulances("湘东医院", +2)
    )
    assert (len(liling.stations), len(liling.fleet)) == (8, 14)
    assert len(plan.open_stations()) == 8
    assert len(plan.fleet) == 14 + 1 - 1 + 2
    assert [c.verb.station for c in plan.changes] == ["枫林镇", "泰安医院", "市妇幼", "湘东医院"]


def test_stations_and_ambulances_are_appended_and_never_renumbered(liling):
    plan = liling.add("枫林镇", ambulances=2).close("市中医院")
    assert plan.stations[:8] == tuple(
        s if s.name.zh != "市中医院" else plan.stations[1] for s in liling.stations
    )
    assert plan.stations[1].closed
    kept = [a for a in liling.fleet if a.station != 1]
    assert list(plan.fleet) == kept + [plan.fleet[-1]] * 2


def test_a_moved_station_keeps_its_row_and_ambulances(liling):
    moved = liling.move("泰安医院", [113.42, 27.79])
    row = liling.station("泰安医院")
    assert moved.stations[row].name.zh == "泰安医院"
    assert moved.stations[row].x != liling.stations[row].x
    assert moved.fleet == liling.fleet


def test_names_in_english_and_chinese_mean_the_same_place(liling):
    assert liling.add("Fenglin").stations[-1] == liling.add("枫林镇").stations[-1]


def test_fewer_ambulances_take_the_last_come(liling):
    more = liling.ambulances("湘东医院", +1, hours="08-20")
    assert more.fleet[-1].duty.daily_hours == (8, 20)
    assert more.ambulances("湘东医院", -1).fleet == liling.fleet
    assert liling.ambulances("湘东医院", to=0).fleet_size(0) == 0


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda s: s.add("枫林乡"), "did you mean 枫林"),
        (lambda s: s.add("X"), "at: [lon, lat]"),
        (lambda s: s.add("X", at=[27.79, 113.42]), "looks swapped"),
        (lambda s: s.add("X", at=[115.0, 27.8]), "outside the map"),
        (lambda s: s.add("湘东医院"), "there is a station Xiangdong Hospital already"),
        (lambda s: s.add("X", at="枫林镇", ambulances=-1), "write at least 0; found -1"),
        (lambda s: s.add("X", at="枫林镇", hours="8"), "whole clock hours"),
        (lambda s: s.close("枫林镇"), "no station"),
        (lambda s: s.move("泰安医院", "Nowhere"), "no place"),
        (lambda s: s.ambulances("市妇幼", -2), "has 1 ambulances: 2 cannot be taken away"),
        (lambda s: s.ambulances("市妇幼"), "either `by: +1` or `to: 3`"),
        (lambda s: s.ambulances("市妇幼", -1, hours="08-20"), "belongs to added"),
    ],
)
def test_a_change_that_cannot_be_made_says_why(liling, change, said):
    with pytest.raises(ScenarioError, match=".") as caught:
        change(liling)
    assert said in str(caught.value)


def test_a_layout_keeps_at_least_one_ambulance(liling):
    empty = liling
    for station in liling.open_stations()[:-1]:
        empty = empty.close(station.name.zh)
    with pytest.raises(ScenarioError, match="no ambulance left"):
        empty.close(liling.open_stations()[-1].name.zh)


# ── verbs as values ──────────────────────────────────────────────────────────────────────────


def test_a_verb_and_its_mapping_make_the_same_layout(liling):
    verb = Add(station="枫林镇", ambulances=2)
    written = liling.change({"add": {"station": "枫林镇", "ambulances": 2}})
    for plan in (liling.change(verb), liling.change(Change(add=verb))):
        assert (plan.stations, plan.fleet) == (written.stations, written.fleet)
        assert plan.changes == written.changes
        assert plan.name == written.name


@pytest.mark.parametrize(
    ("verb", "name"),
    [
        (Add(station="Fenglin"), Name("+ 枫林镇", "+ Fenglin")),
        (
            Move(station="泰安医院", to=LonLat(lon=113.42, lat=27.79)),
            Name("泰安医院 → 113.42, 27.79", "Tai'an Hospital → 113.42, 27.79"),
        ),
        (
            Move(station="泰安医院", to="板杉镇"),
            Name("泰安医院 → 板杉镇", "Tai'an Hospital → Banshan"),
        ),
        (Staff(station="泰安医院", by=1), Name("泰安医院 +1", "Tai'an Hospital +1")),
        (Staff(station="泰安医院", by=-1), Name("泰安医院 −1", "Tai'an Hospital −1")),
        (Staff(station="泰安医院", by=0), Name("泰安医院 ±0", "Tai'an Hospital ±0")),
        (Staff(station="泰安医院", to=3), Name("泰安医院 = 3", "Tai'an Hospital = 3")),
        (Close(station="泰安医院"), Name("− 泰安医院", "− Tai'an Hospital")),
    ],
)
def test_a_layout_is_named_for_its_change_in_both_languages(liling, verb, name):
    changed = liling.change(verb)
    assert changed.name.zh == f"{liling.name.zh} {name.zh}"
    assert changed.name.en == f"{liling.name.en} {name.en}"


@pytest.mark.parametrize("verb", VERBS.values(), ids=list(VERBS))
def test_every_verb_is_a_field_of_a_change_under_its_own_key(verb):
    assert verb.key in Change.model_fields
    assert set(Change.model_fields) == set(VERBS)


def test_a_verb_leaves_the_layout_as_it_was_where_it_cannot_be_done(liling):
    problems = Problems()
    same = Move(station="Nobody", to="Nowhere").made(liling, liling.map, problems.at("move"))
    assert same is liling
    assert [problem.field for problem in problems.found] == ["move.station", "move.to"]


def test_a_change_that_is_not_one_verb_is_refused(liling):
    two = {"add": {"station": "枫林镇"}, "close": {"station": "市妇幼"}}
    for wrong in ({}, two, {"add": None}):
        with pytest.raises(
            ScenarioError, match="one of add, move, ambulances, hours, move_crews, close"
        ):
            liling.change(wrong)


def test_what_cannot_be_changed_is_told_in_chinese(liling):
    with pytest.raises(ScenarioError) as caught:
        liling.move("泰安医院", [27.79, 113.42])
    assert caught.value.told(language("zh")) == (
        "迁移泰安医院：无法运行\n"
        "  move.to：[27.79, 113.42] 的经纬度似乎颠倒：请先写经度，即 [113.42, 27.79]"
    )
    assert caught.value.told().startswith(
        "move Tai'an Hospital cannot be run:\n  move.to: [27.79, 113.42]"
    )


def test_hours_of_another_ambulance_can_be_handed_on(liling):
    day = liling.ambulances("湘东医院", +1, hours="08-20")
    same = day.ambulances("市妇幼", +1, roster=day.fleet[-1].duty)
    assert same.fleet[-1].duty.daily_hours == (8, 20)
