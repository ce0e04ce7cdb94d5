"""What is said of a stress test: never more than the intervals allow."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from decisions import only, stressed, tiny_city, with_joint
from pages import aligned
from studies import days

from sim.answers.assumptions import USUAL, assumptions, mishaps
from sim.answers.events import EVENTS
from sim.answers.stress import stress
from sim.text import Name
from sim.words import assumptions as about
from sim.words import stress as words
from sim.words import stress_finding, stress_joint
from sim.words.language import language

EN, ZH = language("en"), language("zh")


def headline(found, say=EN):
    return stress_finding.headline(found, say)


# ── assumptions ──────────────────────────────────────────────────────────────────────────────


def test_every_assumption_and_mishap_has_its_words():
    keys = {*USUAL, *(one.key for one in mishaps(days())), *EVENTS}
    assert set(about.NAMES) == set(about.CASES) == keys


def test_an_assumption_is_said_with_how_far_it_may_be_wrong():
    by_key = {one.key: one for one in assumptions(days(), {"turnout": 0.125})}
    assert about.label(by_key["turnout"], EN) == "Turnout time ±12.5 %"
    assert about.label(by_key["demand"], ZH) == "呼叫量 ±20%"
    assert about.label(mishaps(days())[1], EN) == "One station closed"


def test_one_end_is_said_as_a_change_or_as_a_station():
    assert (about.change(-0.2, EN), about.change(0.2, ZH)) == ("−20 %", "+20%")
    assert about.change(Name("甲站", "Alpha"), ZH) == "甲站"


def test_a_case_is_said_in_the_middle_of_a_sentence():
    by_key = {one.key: one for one in (*assumptions(days()), *mishaps(days()))}
    assert about.case(by_key["speed"], 0.1, EN) == "speed on all roads +10 %"
    alpha = Name("甲站", "Alpha")
    assert about.case(by_key["station-closed"], alpha, EN) == "one station closed (Alpha)"
    assert about.case(by_key["station-closed"], alpha, ZH) == "一个站点关闭（甲站）"


# ── the page ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("lang", ["en", "zh", "qps"])
@pytest.mark.parametrize("gains", [(5.6,), (5.6, 3.5)], ids=len)
def test_the_page_is_straight_and_has_two_rows_for_each_assumption(gains, lang):
    found = stressed(*gains, joint=8)
    page = found.page(lang)
    (table,) = page.body
    assert len(table.rows) == 1 + 2 * len(found.swings)
    assert {len(row) for row in table.rows} == {len(table.columns)} == {2 + 2 * len(gains)}
    aligned(page.text(), 200 if lang == "qps" else 140)


@pytest.mark.parametrize("by", ["within", "mean"])
def test_a_small_city_is_told_of_in_both_languages(tmp_path, by):
    tiny = tiny_city(tmp_path)
    leave = {key: 0.0 for key in USUAL if key != "demand"}
    found = stress(tiny, tiny.add("Base B", [113.50, 27.60]), by=by, wrong=leave, samples=3,
                   replications=5, workers=1)  # fmt: skip
    aligned(found.table("en"))
    aligned(found.table("zh"))
    assert "in 3 of 3" in found.table("en")
    assert "在 3 个样本中优于现状" in found.table("zh")


def test_a_proposal_is_called_by_what_it_changes():
    found = stressed(5.6, 3.5)
    assert words.proposal(found, 0, EN) == "+ Fenglin"
    assert words.named(found, 0, EN) == "Fenglin"
    assert words.proposal(found, 1, ZH) == "+ 茶山镇"
    assert words.named(found, 1, ZH) == "茶山镇"
    other = replace(found, proposals=(replace(found.proposals[0], name=Name("另案", "Plan B")),))
    assert words.proposal(other, 0, EN) == "Plan B"


SENTENCES = {
    "one at a time": (
        lambda: stressed(5.6),
        "A sub-station at Fenglin with one ambulance: +5.6 points if all is as assumed, +4.3 to +7.0 if one of the assumptions is "
        "wrong. What matters most: Number of calls ±20 %.",
        "在枫林镇设急救分站（1 辆救护车）：按现有假设 +5.6 个百分点，任一假设有误时为 +4.3 至 +7.0。影响最大的是呼叫量 ±20%。",
    ),
    "all together, too": (
        lambda: with_joint(stressed(5.6), [[0.05], [-0.01]]),
        "A sub-station at Fenglin with one ambulance: +5.6 points if all is as assumed, +4.3 to +7.0 if one of the assumptions is "
        "wrong. What matters most: Number of calls ±20 %. With all of them wrong at once it is ahead "
        "in 1 of 2 trials.",
        "在枫林镇设急救分站（1 辆救护车）：按现有假设 +5.6 个百分点，任一假设有误时为 +4.3 至 +7.0。影响最大的是呼叫量 ±20%。"
        "各假设同时有误时，2 次试算中 1 次领先。",
    ),
    "nothing tried": (
        lambda: replace(stressed(5.6), swings=()),
        "A sub-station at Fenglin with one ambulance: +5.6 points if all is as assumed; no other "
        "assumption was tried.",
        "在枫林镇设急救分站（1 辆救护车）：按现有假设 +5.6 个百分点；未试其他假设。",
    ),
    "together only": (
        lambda: with_joint(replace(stressed(5.6), swings=()), [[0.05], [-0.01]]),
        "A sub-station at Fenglin with one ambulance: +5.6 points if all is as assumed. With all of "
        "the assumptions wrong at once it is ahead in 1 of 2 trials.",
        "在枫林镇设急救分站（1 辆救护车）：按现有假设 +5.6 个百分点。各假设同时有误时，2 次试算中 1 次领先。",
    ),
}


@pytest.mark.parametrize("case", SENTENCES)
def test_the_sentence_for_the_minutes(case):
    found, en, zh = SENTENCES[case]
    assert (found().sentence("en"), found().sentence("zh")) == (en, zh)


def test_without_joint_samples_nothing_is_said_of_them():
    assert "joint" not in stressed(5.6).table()
    one, two = stressed(5.6, joint=8), stressed(5.6, 3.5, joint=8)
    assert "is ahead of today's layout in" in " ".join(one.table().split())
    assert "is ahead of all others and today's layout in" in " ".join(two.table().split())


# ── the headline ─────────────────────────────────────────────────────────────────────────────


HOLDS = {
    "every interval is a gain": (
        lambda: stressed(5.6),
        "The gain holds: 4.3 to 7.0 points under every assumption tried",
        "增益可靠：所试各假设下为 4.3 至 7.0 个百分点",
    ),
    "in minutes less is better": (
        lambda: stressed(-1.9, swing=0.5, half=0.2, by="mean"),
        "The gain holds: 1.40 to 2.35 min under every assumption tried",
        "增益可靠：所试各假设下为 1.40 至 2.35 分钟",
    ),
    "of several, whose": (
        lambda: stressed(3.5, 5.6),
        "The gain of Chashan holds: 4.3 to 7.0 points under every assumption tried",
        "茶山镇的增益可靠：所试各假设下为 4.3 至 7.0 个百分点",
    ),
    "an end below what matters": (
        lambda: stressed(2.0, swing=1.4, half=0.1),
        "The gain holds, but number of calls +20 % takes it below what matters",
        "增益可靠，但若呼叫量 +20%，则过小",
    ),
    "an end that may be below it": (
        lambda: stressed(2.0, swing=1.4, half=0.5),
        "The gain holds, but number of calls +20 % may take it below what matters",
        "增益可靠，但若呼叫量 +20%，则可能过小",
    ),
    "a gain that may be small as assumed": (
        lambda: stressed(0.9, swing=0.3, half=0.2),
        "The gain holds but may be too small to matter: 0.6 to 1.2 points",
        "增益可靠，但可能过小：0.6 至 1.2 个百分点",
    ),
    "an interval that has 0 in it": (
        lambda: stressed(2.0, swing=1.4, half=1.0),
        "The gain is not sure in 2 of 22 cases tried, least so with number of calls +20 %",
        "所试 22 种情形中有 2 种增益不确定，最甚者为呼叫量 +20%",
    ),
    "a loss at one end": (
        lambda: stressed(2.0, swing=4.0, half=0.5),
        "The gain turns into a loss with number of calls +20 %",
        "若呼叫量 +20%，增益变为损失",
    ),
    "no sure gain": (
        lambda: stressed(2.0, swing=0.5, half=5.0),
        "No sure gain, as assumed or in any case tried",
        "原假设与所试各情形下均无确定的增益",
    ),
    "a sure gain elsewhere only": (
        lambda: stressed(1.0, swing=1.4, half=1.5),
        "No sure gain as assumed; a sure one in 5 of 22 cases tried",
        "原假设下无确定的增益；所试 22 种情形中有 5 种增益确定",
    ),
    "a loss as assumed": (
        lambda: stressed(-1.0, swing=2.0, half=0.5),
        "Worse than today as assumed; a sure gain in 2 of 22 cases tried",
        "原假设下较现状变差；所试 22 种情形中有 2 种增益确定",
    ),
    "a loss as assumed, no gain anywhere": (
        lambda: stressed(-1.0, swing=1.0, half=0.9),
        "Worse than today as assumed, no sure gain in any case tried",
        "原假设下较现状变差，所试各情形均无确定的增益",
    ),
    "small": (
        lambda: stressed(0.2, swing=0.2, half=0.2),
        "The gain is too small to matter under every assumption tried",
        "所试各假设下增益均过小",
    ),
    "a loss": (
        lambda: stressed(-5.0),
        "Worse than today under every assumption tried",
        "所试各假设下均较现状变差",
    ),
    "few replications": (
        lambda: stressed(5.6, often=4),
        "This study cannot tell yet whether the gain holds",
        "本研究尚不能判断增益是否可靠",
    ),
    "no intervals": (
        lambda: stressed(5.6, half=math.nan),
        "This study cannot tell yet whether the gain holds",
        "本研究尚不能判断增益是否可靠",
    ),
    "nothing tried": (
        lambda: replace(stressed(5.6), swings=()),
        "No assumption was tried",
        "未检验任何假设",
    ),
}


@pytest.mark.parametrize("case", HOLDS)
def test_a_gain_holds_only_if_every_interval_says_so(case):
    found, en, zh = HOLDS[case]
    assert (headline(found()), headline(found(), ZH)) == (en, zh)


def test_a_mishap_is_named_with_its_station():
    found = only(stressed(0.99, swing=0.0, half=0.05), "station-closed")
    low = found.swings[0].low._replace(gains=(found.nominal[0]._replace(mean=0.005, low=0.004, high=0.006),))  # fmt: skip
    found = replace(
        found,
        swings=(found.swings[0]._replace(low=low),),
        nominal=(found.nominal[0]._replace(mean=0.02, low=0.015, high=0.025),),
    )
    assert headline(found) == (
        "The gain holds, but one station closed (Xiangdong Hospital) takes it below what matters"
    )


# ── all together ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("gains", "en", "zh"),
    [
        (
            [0.05, 0.06, 0.005, -0.01],
            "; all at once, not above 0 in 1 of 4 samples",
            "；同时变动时 4 个样本中有 1 个无增益",
        ),
        (
            [0.05, 0.06, 0.005],
            "; all at once, below what matters in 1 of 3 samples",
            "；同时变动时 3 个样本中有 1 个增益过小",
        ),
        ([0.05, 0.06], "; all at once, above 0 in all 2 samples", "；同时变动时 2 个样本均有增益"),
    ],
)
def test_joint_samples_of_one_proposal_are_counted_not_tested(gains, en, zh):
    found = with_joint(stressed(5.6), [[gain] for gain in gains])
    assert headline(found).endswith(en)
    assert headline(found, ZH).endswith(zh)


def test_who_overtakes_whom_is_said_with_how_often():
    two = with_joint(stressed(3.5, 5.6), [[0.03, 0.05], [0.06, 0.05], [-0.01, -0.02]])
    assert headline(two).endswith("; Fenglin overtakes Chashan in 2 of 3 joint samples")
    assert headline(two, ZH).endswith("；3 个联合样本中，枫林镇在 2 个中反超茶山镇")
    never = with_joint(two, [[0.03, 0.05], [0.04, 0.05]])
    assert headline(never).endswith("Chashan leads Fenglin in all 2 joint samples")
    assert headline(never, ZH).endswith("2 个联合样本中，茶山镇均优于枫林镇")


def test_of_many_proposals_it_is_counted_how_often_the_leader_leads():
    three = with_joint(stressed(3.5, 5.6, 1.0), [[0.03, 0.05, 0.0], [0.06, 0.05, 0.0]])
    assert headline(three).endswith("; Chashan leads in 1 of 2 joint samples")
    assert headline(three, ZH).endswith("；2 个联合样本中，茶山镇在 1 个中领先")


def test_a_strip_of_one_proposal_counts_small_gains_and_none():
    one = with_joint(stressed(5.6), [[0.05], [0.06], [0.005], [-0.01]])
    assert stress_joint.strip(one, 0, EN) == ("Gain under 1 point in 2 of 4, not above 0 in 1 of 4")
    assert stress_joint.strip(one, 0, ZH) == "4 个样本中，2 个增益不足 1 个百分点，1 个无增益"
    less = with_joint(stressed(-2.0, by="mean", swing=0.1, half=0.1), [[-2.0], [-0.1], [0.1]])
    assert stress_joint.strip(less, 0, EN) == (
        "Gain under 0.5 min in 2 of 3, not above 0 in 1 of 3"
    )


def test_of_many_samples_the_middle_nine_tenths_are_said():
    many = with_joint(stressed(5.6), [[i / 1000] for i in range(101)])
    assert stress_joint.strip(many, 0, EN).endswith("; +0.5 to +9.5 in nine of ten")
    assert "nine of ten" not in stress_joint.strip(with_joint(many, [[0.1]] * 19), 0, EN)
    assert "居中九成样本为 +0.5 至 +9.5" in stress_joint.strip(many, 0, ZH)


def test_a_strip_of_several_says_how_often_each_is_ahead():
    two = with_joint(stressed(3.5, 5.6), [[0.03, 0.05], [0.06, 0.05], [-0.01, -0.02]])
    assert stress_joint.strip(two, 1, EN) == (
        "+ Chashan: ahead in 1 of 3; gain under 1 point in 1, not above 0 in 1"
    )
    assert stress_joint.strip(two, 1, ZH).startswith("+ 茶山镇：3 个样本中 1 个领先；")


def test_what_the_strips_show_is_said():
    two = with_joint(stressed(3.5, 5.6), [[0.03, 0.05], [0.06, 0.05], [-0.01, -0.02]])
    assert stress_joint.shows(two, 2, False, EN) == (
        "3 joint samples × 10 replications; line: as assumed; hollow: gain under 1 point; today's "
        "layout ahead in 1 of 3"
    )
    assert stress_joint.shows(two, 1, True, EN).endswith(
        "; 1 more proposal not drawn; not on the scale above"
    )
    one = with_joint(stressed(5.6), [[0.05]])
    assert stress_joint.shows(one, 1, False, ZH) == (
        "1 个联合样本，各重复 10 次；竖线：原假设；空心：增益不足 1 个百分点"
    )


@pytest.mark.parametrize(("often", "said"), [(1, "no intervals"), (20, "95 % intervals")])
def test_the_subtitle_says_whether_there_are_intervals(often, said):
    finding = stress_finding.finding(stressed(5.6, often=often), EN)
    assert finding.subtitle.endswith(said)
    assert "from call received to arrival" in finding.subtitle


def test_stress_prints_as_its_page_and_in_a_notebook_as_a_table():
    found = stressed(5.6, joint=4)
    assert repr(found) == found.table()
    (table,) = found.page().body
    assert found._repr_html_().count("<tr>") == 1 + len(table.rows)
