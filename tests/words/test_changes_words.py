"""A change of a layout is said in one place, in both languages."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sim.words import changes
from sim.words.language import language

EN, ZH = language("en"), language("zh")


def said(base, plan):
    return changes.listed(base, plan, EN), changes.listed(base, plan, ZH)


@pytest.mark.parametrize(
    ("change", "en", "zh"),
    [
        (lambda base: base.add("枫林镇"),
         "+ sub-station Fenglin, 1 ambulance", "＋急救分站枫林镇，1 辆救护车"),
        (lambda base: base.add("枫林镇", ambulances=2, kind="station", hours="08-20"),
         "+ station Fenglin, 2 ambulances (08–20)", "＋急救站枫林镇，2 辆救护车（08–20）"),
        (lambda base: base.move("泰安医院", "板杉镇"),
         "Tai'an Hospital moved to Banshan", "泰安医院迁至板杉镇"),
        (lambda base: base.move("泰安医院", (113.42, 27.79)),
         "Tai'an Hospital moved to 113.42, 27.79", "泰安医院迁至113.42, 27.79"),
        (lambda base: base.close("市妇幼"), "Maternal and Child Hospital closed", "撤销市妇幼"),
        (lambda base: base.ambulances("湘东医院", +1),
         "Xiangdong Hospital +1 ambulance", "湘东医院救护车 +1 辆"),
        (lambda base: base.ambulances("湘东医院", -2),
         "Xiangdong Hospital −2 ambulances", "湘东医院救护车 −2 辆"),
        (lambda base: base.ambulances("湘东医院", 0),
         "Xiangdong Hospital with as many ambulances as before", "湘东医院救护车数不变"),
    ],
)  # fmt: skip
def test_each_change_is_said_with_its_names(liling, change, en, zh):
    assert said(liling, change(liling)) == (en, zh)


def test_several_changes_stand_in_a_row(liling):
    plan = liling.add("枫林镇").close("市妇幼")
    assert said(liling, plan) == (
        "+ sub-station Fenglin, 1 ambulance; Maternal and Child Hospital closed",
        "＋急救分站枫林镇，1 辆救护车；撤销市妇幼",
    )


def test_only_what_was_changed_since_the_base_is_said(liling):
    base = liling.add("枫林镇")
    assert said(base, base.close("市妇幼"))[0] == "Maternal and Child Hospital closed"
    assert said(base, base) == ("", "")


def test_a_station_whose_name_says_so_is_not_called_a_station_twice(coquimbo):
    plan = coquimbo.add("Station North", at=coquimbo.map.townships[2].name.zh, kind="station")
    assert said(coquimbo, plan)[0] == "+ Station North, 1 ambulance"


@pytest.mark.parametrize(
    ("change", "en", "zh"),
    [
        (lambda base: base.add("枫林镇"),
         "A sub-station at Fenglin with one ambulance", "在枫林镇设急救分站（1 辆救护车）"),
        (lambda base: base.add("枫林镇", ambulances=2, kind="station"),
         "A station at Fenglin with 2 ambulances", "在枫林镇设急救站（2 辆救护车）"),
        (lambda base: base.close("市妇幼"),
         "The proposal (Maternal and Child Hospital closed)", "拟建方案（撤销市妇幼）"),
        (lambda base: base.add("枫林镇").add("官庄镇").add("石亭镇"),
         "'Liling today + Fenglin + Guanzhuang + Shiting'",
         "‘醴陵现状 + 枫林镇 + 官庄镇 + 石亭镇’"),
    ],
)  # fmt: skip
def test_a_sentence_speaks_of_the_new_station_or_the_changes_or_the_name(liling, change, en, zh):
    plan = change(liling)
    assert changes.subject(liling, plan, EN) == en
    assert changes.subject(liling, plan, ZH) == zh


# ── written by itself ────────────────────────────────────────────────────────────────────────


def test_a_layout_that_was_written_by_itself_is_told_from_the_base_station_by_station(liling):
    changed = liling.add("枫林镇").close("市妇幼").ambulances("湘东医院", +1)
    apart = replace(changed, changes=())
    said = changes.listed(liling, apart, EN)
    assert "+ sub-station Fenglin, 1 ambulance" in said
    assert "Xiangdong Hospital +1 ambulance" in said
    assert "closed" in said
    assert changes.listed(liling, replace(liling, changes=()), EN) == ""
    assert changes.subject(liling, apart, EN).startswith("'")


def test_changes_of_another_base_are_not_taken_for_those_of_this_one(liling):
    base, other = liling.add("官庄镇"), liling.add("枫林镇").close("市妇幼")
    assert changes.made(base, other) == ()
    said = changes.listed(base, other, EN)
    assert "Fenglin" in said
    assert "Guanzhuang closed" in said


def test_other_hours_are_told(tiny):
    by_day = replace(tiny.with_hours("Base A", "08-20"), changes=())
    assert changes.listed(tiny, by_day, EN) == (
        "ambulances of Base A on duty 08–20 instead of round the clock"
    )
