"""Settings that differ, said one by one, wherever an answer is read."""

from __future__ import annotations

import re

import pytest
from drawings import texts
from studies import QUICK

import sim
from sim.scenario.differences import differences
from sim.words import differences as words
from sim.words import page_of
from sim.words.language import language

EN, ZH = language("en"), language("zh")


def footnotes(figure):
    return " ".join(texts(figure)).replace("\n", " ")


def said(before, after, say=EN):
    return words.phrases(differences(before.settings, after.settings), say)


@pytest.mark.parametrize(
    ("sections", "en", "zh"),
    [
        ({"targets": {"urban": "12 min"}}, "urban target 12 min instead of 10 min",
         "城区目标 12 分钟（原为 10 分钟）"),
        ({"durations": {"turnout": "150 s", "call_taking": "40 s"}},
         "mean call taking 40 s instead of 50 s", "平均受理时间 40 秒（原为 50 秒）"),
        ({"travel": {"speeds": {"primary": "60 km/h"}}},
         "speed on primary roads 60 km/h instead of 47 km/h",
         "primary 道路车速 60 公里/小时（原为 47 公里/小时）"),
        ({"travel": {"to_hospital": "siren"}}, "to hospital with siren", "鸣笛送院"),
        ({"dispatch": {"when_none_free": "lost"}}, "calls are lost when no ambulance is free",
         "无车可派时呼叫由他方处置"),
        ({"demand": {"profile": "flat"}}, "calls spread otherwise over the week",
         "呼叫在一周内的分布不同"),
        ({"demand": {"transported": "50 %"}}, "patients taken to hospital 50 % instead of 0 %",
         "送院患者比例 50 %（原为 0 %）"),
        ({"demand": {"rate": {"urban": "24 per day"}}},
         "urban demand 24 a day instead of 12 a day", "城区需求 每天 24 次（原为 每天 12 次）"),
        ({"standby": {"rule": "nearest"}}, "free ambulances wait at the nearest station",
         "空闲车就近站点待命"),
        ({"standby": {"most_moves": 2}}, "ambulances moved at a time 2 instead of no limit",
         "一次调动的车辆数 2（原为不限）"),
        ({"dispatch": {"within": {"red": "20 min"}}},
         "ambulances sent to red calls within 20 min instead of no limit",
         "red 呼叫的派车半径 20 分钟（原为不限）"),
        ({"dispatch": {"loading": "90 s"}},
         "loading where several ambulances come 1.5 min instead of 5 min",
         "多车到场时的装载时间 1.5 分钟（原为 5 分钟）"),
        ({"demand": {"conditions": [{"name": "all", "share": "100 %"}]}},
         "conditions of patients, and what they need", "区分病种及其需求"),
        ({"study": {"length": "14 days"}}, "measured for 14 days instead of 7 days",
         "统计时长 14 天（原为 7 天）"),
    ],
)  # fmt: skip
def test_a_setting_is_said_with_what_it_was(tiny, sections, en, zh):
    other = tiny.with_settings(**sections)
    assert said(tiny, other)[0] == en
    assert said(tiny, other, ZH)[0].replace(" ", "") == zh.replace(" ", "")


def test_what_differs_by_one_factor_is_said_at_once(tiny):
    assert said(tiny, tiny.scaled(demand=1.2, speed=0.9)) == [
        "demand 1.2 times as high", "speed on all roads 0.9 times as high",
    ]  # fmt: skip


def test_a_law_of_the_same_mean_is_not_said_to_have_another(tiny):
    usual = tiny.settings.durations.call_taking.mean()
    other = tiny.with_settings(
        durations={"call_taking": {"distribution": "exponential", "mean": f"{usual:g} s"}}
    )
    assert said(tiny, other) == ["call taking spread otherwise about the same mean"]


def test_every_setting_that_can_be_written_is_said_without_python(tiny):
    other = tiny.with_settings(
        start="2025-02-03 00:00", targets={"share": "80 %"},
        demand={"priorities": [{"name": "all", "share": "100 %"}]},
        travel={"ordinary": "80 %", "off_road": "10 km/h", "posted": "ignore",
                "bands": [{"hours": "07-09", "speed": "80 %"}]},
        study={"replications": 7, "matters": {"share": "2 points", "time": "1 min"}},
    )  # fmt: skip
    for say in (EN, ZH):
        text = "; ".join(said(tiny, other, say))
        assert not re.search(r"[{}\[\]<>]|None|object|\(\)", text), text
    assert len(said(tiny, other)) == 10


# ── in an answer ─────────────────────────────────────────────────────────────────────────────


def proposal(tiny):
    """More calls, and another target, which is not used."""
    plan = tiny.with_settings(
        demand={"rate": {"urban": "18 per day", "rural": "18 per day"}}, targets={"rural": "15 min"}
    ).add("New", at=[113.5, 27.6])
    return sim.compare(tiny, plan, **QUICK)


def test_a_proposal_with_other_settings_is_not_the_layouts_effect(tiny):
    result = proposal(tiny)
    page = page_of(result, EN)
    assert any(
        line == "Not only the layout differs. The proposal has: demand 1.5 times as high."
        for line in page.heading
    )
    assert any("rural target 15 min instead of 12 min. That is not used" in line
               for line in page.heading)  # fmt: skip
    assert "and other settings (demand 1.5 times as high) would" in page.sentence
    assert "并采用其他参数（需求为 1.5 倍）" in page_of(result, ZH).sentence
    for figure in result.figures().values():
        assert "demand 1.5 times as high" in footnotes(figure)
    (fact, *_) = result.facts()["differing"]
    assert (fact["setting"], fact["layout"]) == ("demand.rate.urban", result.layouts[1].name.en)


def test_what_was_set_for_all_layouts_is_said_with_what_the_scenario_has(tiny):
    base = tiny.with_settings(targets={"rural": "15 min"}).with_hours("Base A", "08-20")
    result = sim.compare(base, base.add("New", at=[113.5, 27.6]), **QUICK)
    expected = (
        "rural target 15 min instead of 12 min and ambulances of Base A on duty 08–20 instead of "
        "round the clock"
    )
    page = page_of(result, EN)
    assert f"Set for this study, whatever the layout: {expected}." in page.heading
    assert page.sentence.endswith(f"Assumed whatever the layout: {expected}.")
    assert not any("Not only the layout" in line for line in page.heading)
    for figure in result.figures().values():
        assert expected in footnotes(figure)
    assert [one["setting"] for one in result.facts()["altered"]] == [
        "targets.rural", "hours.Base A",
    ]  # fmt: skip


def test_a_stress_test_says_what_else_its_proposal_has(tiny):
    plan = tiny.scaled(demand=1.5).add("New", at=[113.5, 27.6])
    result = sim.stress(tiny, plan, samples=0, **QUICK)
    page = page_of(result, EN)
    assert any("The proposal has: demand 1.5 times as high." in line for line in page.heading)
    assert "other settings (demand 1.5 times as high)" in page.sentence
    assert "demand 1.5 times as high" in footnotes(result.figure())
