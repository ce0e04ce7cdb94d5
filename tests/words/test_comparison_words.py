"""What a change would bring, said: never more than the verdicts, never less than the harm."""

from __future__ import annotations

import math
import re
from itertools import product

import pytest
from studies import QUICK, days, known

import sim
from sim.answers.comparison import compare
from sim.measures.intervals import Estimate
from sim.measures.verdicts import Verdict
from sim.scenario.differences import differences
from sim.words import comparison as comparison_words
from sim.words import comparison_notes, forest, page_of, response_curve
from sim.words.comparison_sentence import sentence
from sim.words.glossary import explain
from sim.words.language import language

EN, ZH = language("en"), language("zh")
BETTER, WORSE, TOO_SMALL, UNDECIDED, TOO_FEW = (
    Verdict.BETTER, Verdict.WORSE, Verdict.TOO_SMALL, Verdict.UNDECIDED, Verdict.TOO_FEW,
)  # fmt: skip
UP, DOWN = Estimate(0.037, 0.035, 0.038), Estimate(-0.021, -0.03, -0.012)
LITTLE = Estimate(0.001, -0.002, 0.004)
VALUES = {BETTER: UP, WORSE: DOWN, TOO_SMALL: LITTLE, UNDECIDED: LITTLE, TOO_FEW: LITTLE}


def with_verdicts(liling, within, worst):
    found = {("within", 1): (VALUES[within], within), ("worst5", 1): (VALUES[worst], worst)}
    return known([liling, liling.add("枫林镇")], found)


def test_a_gain_is_said_in_calls_of_a_hundred(liling):
    said = with_verdicts(liling, BETTER, UNDECIDED)
    assert sentence(said, 1, EN) == (
        "A sub-station at Fenglin with one ambulance would bring 3.7 more calls in every hundred "
        "within target (95 % CI 3.5 to 3.8)."
    )
    assert sentence(said, 1, ZH) == (
        "在枫林镇设急救分站（1 辆救护车）可使每百次呼叫中多 3.7 次在目标时间内到达"
        "（95% 置信区间 3.5 至 3.8）。"
    )


def test_a_loss_is_said_with_its_interval_turned_round(liling):
    said = sentence(with_verdicts(liling, WORSE, TOO_SMALL), 1, EN)
    assert "2.1 fewer calls in every hundred within target (95 % CI 1.2 to 3.0)." in said


# How a sentence speaks of each other measure of the table.
SPOKEN = {
    "urban10": ("urban calls within 10 minutes", "城区 10 分钟内到达"),
    "rural30": ("rural calls within 30 minutes", "农村 30 分钟内到达"),
    "worst5": ("worst-served", "最差的 5 个"),
    "p90": ("nine of ten calls", "十次呼叫中九次"),
    "mean": ("mean response", "平均反应时间"),
    "busy": ("share of time on calls", "任务占用率"),
    "people_ok": ("people in townships", "人口"),
}
HEADS = {  # what stands before measures that change: better, worse
    "en": (r"(?:Better, however|Better): (.*?)\.(?= |$)", r"(?:Worse, however|Also worse|Worse): (.*?)\.(?= [A-Z]|$)"),
    "zh": (r"改善的指标：(.*?)。", r"变差的指标：(.*?)。"),
}  # fmt: skip


def said_to_change(text, code):
    """The measures that a sentence lists as better and as worse."""
    which = 0 if code == "en" else 1
    lists = [" ".join(re.findall(head, text)) for head in HEADS[code]]
    found = [{key for key, spoken in SPOKEN.items() if spoken[which] in one} for one in lists]
    if "; for the 5 worst-served" in text or "；在最差的 5 个" in text:
        found[0].add("worst5")
    return found


@pytest.mark.parametrize("within", list(VALUES))
def test_a_sentence_names_every_measure_that_gets_worse_and_claims_no_gain_of_its_own(
    liling, within
):
    layouts = [liling, liling.add("枫林镇")]
    values = VALUES | {BETTER: UP, WORSE: DOWN}
    for others in product((BETTER, WORSE, None), repeat=len(SPOKEN)):
        neither = [TOO_SMALL, UNDECIDED, TOO_FEW] * len(SPOKEN)
        verdicts = dict(zip(SPOKEN, (v or neither[i] for i, v in enumerate(others)), strict=True))
        found = {(key, 1): (values[verdict], verdict) for key, verdict in verdicts.items()}
        comparison = known(layouts, found | {("within", 1): (values[within], within)})
        better = {key for key, verdict in verdicts.items() if verdict == BETTER}
        worse = {key for key, verdict in verdicts.items() if verdict == WORSE}
        for say in (EN, ZH):
            text = sentence(comparison, 1, say)
            gains, losses = said_to_change(text, say.code)
            assert losses == worse, text
            assert gains <= better, text
            assert within == BETTER or gains == better, text
            assert "{" not in text
            assert "nan" not in text
        assert ("cannot tell" in sentence(comparison, 1, EN)) == (within == UNDECIDED)
        assert ("too little to matter" in sentence(comparison, 1, EN)) == (within == TOO_SMALL)
        assert ("too few calls to say" in sentence(comparison, 1, EN)) == (within == TOO_FEW)


def test_what_gets_worse_stands_in_a_whole_sentence_with_its_size(liling):
    found = {
        ("within", 1): (LITTLE, UNDECIDED),
        ("urban10", 1): (Estimate(-0.076, -0.1, -0.05), WORSE),
        ("mean", 1): (Estimate(0.35, 0.2, 0.5), WORSE),
        ("rural30", 1): (UP, BETTER),
    }
    said = known([liling, liling.close("市妇幼")], found)
    assert sentence(said, 1, EN).endswith(
        "would change compliance by +0.1 points (95 % CI −0.2 to +0.4): this study cannot tell "
        "whether more or fewer calls would be reached in time. Better, however: rural calls within "
        "30 minutes (3.7 more in every hundred). Worse: urban calls within 10 minutes (7.6 fewer "
        "in every hundred) and the mean response (0.35 min longer)."
    )
    assert sentence(said, 1, ZH).endswith(
        "本研究尚不能判断达标的呼叫会增加还是减少。但有改善的指标：农村 30 分钟内到达的呼叫"
        "（每百次多 3.7 次）。也有变差的指标：城区 10 分钟内到达的呼叫（每百次少 7.6 次）、"
        "平均反应时间（延长 0.35 分钟）。"
    )


def test_after_one_replication_there_is_no_interval_to_say(liling):
    lone = Estimate(0.03, math.nan, math.nan)
    found = {("within", 1): (lone, UNDECIDED), ("worst5", 1): (lone, UNDECIDED)}
    said = sentence(known([liling, liling.add("枫林镇")], found, replications=1), 1, EN)
    assert "by +3.0 points (no interval): 1 replication is too few for a verdict, which" in said


@pytest.mark.parametrize("replications", [3, 4, 5])
def test_a_sure_interval_of_few_replications_is_not_said_to_leave_it_open(liling, replications):
    """+3.1 to +4.1 is more calls: what is lacking is replications, not knowledge of the sign."""
    comparison = sim.compare(liling, liling.add("枫林镇"), replications=replications)
    page, few = page_of(comparison, EN), replications < 5
    assert ("cannot tell" in page.sentences[0], "too few for a verdict" in page.sentences[0]) == (
        False, few,
    )  # fmt: skip
    assert ("too few replications" in page.text(), "undecided" in page.text()) == (few, not few)
    assert ("不足以判断，至少需 5 次" in page_of(comparison, ZH).sentences[0]) == few


def test_a_time_without_end_is_explained_and_a_dash_only_where_there_is_one(liling):
    endless, none = Estimate(math.inf, math.inf, math.inf), Estimate(math.nan, math.nan, math.nan)
    layouts = [liling, liling.add("枫林镇")]
    dash, end = "– stands where", "∞ stands where"
    for today, said in (
        ({}, (False, False)),
        ({("p90"): endless}, (False, True)),
        ({"busy": none}, (False, False)),  # then there is no line of it
    ):
        comparison = known(layouts, {("p90", 1): (none, UNDECIDED)}, today=today)
        text = " ".join(comparison_notes._one_sided(comparison, EN))
        assert (dash in text, end in text) == said
    assert "A time without end" in explain("∞", EN)
    assert "无终点" in explain("∞", ZH)


# ── one layout ───────────────────────────────────────────────────────────────────────────────

NONE = Estimate(math.nan, math.nan, math.nan)
SURE, UNSURE = Estimate(0.752, 0.75, 0.754), Estimate(0.752, math.nan, math.nan)


@pytest.mark.parametrize(
    ("urban", "rural", "en", "zh"),
    [
        (SURE, UNSURE,
         "Liling today reaches 75.2 % of urban calls within 10 minutes (95 % CI 75.0 to 75.4) and "
         "75.2 % of rural calls within 30 minutes.",
         "醴陵现状：城区 75.2% 的呼叫在 10 分钟内到达（95% 置信区间 75.0% 至 75.4%）；"
         "农村 75.2% 的呼叫在 30 分钟内到达。"),
        (UNSURE, NONE, "Liling today reaches 75.2 % of urban calls within 10 minutes.",
         "醴陵现状：城区 75.2% 的呼叫在 10 分钟内到达。"),
        (NONE, NONE, "Liling today: no call was measured.", "醴陵现状：没有可统计的呼叫。"),
    ],
)  # fmt: skip
def test_a_layout_alone_is_said_by_area(liling, urban, rural, en, zh):
    alone = known([liling], today={"urban10": urban, "rural30": rural})
    assert (sentence(alone, 0, EN), sentence(alone, 0, ZH)) == (en, zh)


# ── how it was made ──────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("how", "en", "zh"),
    [
        ("given", "10 replications × 28 days, seed 2025", "重复 10 次，每次 28 天"),
        ("draft", "10 replications (a draft) ×", "重复 10 次（草稿）"),
        ("precise", "10 replications (enough for ±0.3 points) ×", "精度已达 ±0.3 个百分点"),
        ("most", "(the most allowed: ±0.3 points, not ±0.5) ×", "已达上限：精度 ±0.3 而非 ±0.5"),
    ],
)
def test_the_heading_says_how_often(liling, how, en, zh):
    from sim.words.comparison import heading

    alone = known([liling], how=how)
    assert en in heading(alone, EN)[1]
    assert zh in heading(alone, ZH)[1]


def test_the_heading_says_which_settings_differ_and_whose_hold(liling):
    from sim.words.comparison import heading

    plan = liling.add("枫林镇")
    other = liling.scaled(demand=1.2).with_settings(targets={"rural": "20 min"})
    differing = ((), differences(liling.settings, other.settings))
    lines = heading(known([liling, plan], differing=differing), EN)
    assert "not the same calls in all" in lines[1]
    assert "Not only the layout differs. The proposal has: demand 1.2 times as high." in lines
    assert any("also says: rural target 20 min instead of 30 min. That is not used" in line
               for line in lines)  # fmt: skip
    assert "the same calls in all" in heading(known([liling, plan]), EN)[1]


# ── headlines of the figures ─────────────────────────────────────────────────────────────────

KEYS = ("urban10", "rural30", "worst5", "p90")


def headline(liling, *verdicts, replications=10, say=EN):
    """Of proposals with these verdicts, a measure each."""
    plans = [liling.add("枫林镇") for _ in verdicts]
    found = {
        (key, row): (VALUES[verdict], verdict)
        for row, said in enumerate(verdicts, 1)
        for key, verdict in zip(KEYS, said, strict=True)
    }
    comparison = known([liling, *plans], found, replications=replications)
    return forest.headline(comparison, KEYS, say)


@pytest.mark.parametrize(
    ("verdicts", "en", "zh"),
    [
        ([BETTER] * 4, "The proposal improves all 4 measures", "拟建方案使 4 项均改善"),
        ([TOO_SMALL] * 4, "None of these 4 measures changes by as much as matters",
         "这 4 项指标的变化均过小"),
        ([UNDECIDED] * 4, "This study cannot tell yet", "本研究尚不能判断"),
        ([TOO_SMALL, UNDECIDED] * 2, "The proposal surely improves nothing", "拟建方案尚无确定的改善"),
        ([BETTER, BETTER, WORSE, UNDECIDED],
         "The proposal improves 2 of 4 measures and makes 1 worse", "拟建方案：4 项中 2 项改善，1 项变差"),
        ([BETTER, TOO_SMALL, TOO_SMALL, UNDECIDED],
         "The proposal improves 1 of 4 measures and makes none worse",
         "拟建方案：4 项中 1 项改善，无一变差"),
        ([WORSE, WORSE, TOO_SMALL, UNDECIDED],
         "The proposal makes 2 of 4 measures worse", "拟建方案：4 项中 2 项变差"),
    ],
)  # fmt: skip
def test_the_headline_of_one_proposal(liling, verdicts, en, zh):
    assert headline(liling, verdicts) == en
    assert headline(liling, verdicts, say=ZH) == zh
    assert headline(liling, verdicts, replications=4) == "This study cannot tell yet"


@pytest.mark.parametrize(
    ("proposals", "en"),
    [
        ([[BETTER] * 4, [BETTER] * 4], "A and B improve all 4 measures"),
        ([[BETTER] * 4, [WORSE] * 4], "A improves all 4 measures; B makes all 4 worse"),
        ([[BETTER, BETTER, UNDECIDED, UNDECIDED], [TOO_SMALL] * 4],
         "A improves most: 2 of 4 measures; B changes nothing that matters"),
        ([[BETTER, WORSE, UNDECIDED, UNDECIDED], [UNDECIDED] * 4],
         "A improves some and makes others worse; B surely improves nothing"),
        ([[BETTER, BETTER, WORSE, WORSE], [BETTER, UNDECIDED, UNDECIDED, UNDECIDED]],
         "B improves 1 of 4 measures and harms none; A improves some and makes others worse"),
        ([[TOO_SMALL, UNDECIDED] * 2, [UNDECIDED, TOO_SMALL] * 2],
         "No proposal surely improves anything"),
    ],
)  # fmt: skip
def test_the_headline_of_several_names_the_best_and_the_harmful(liling, proposals, en):
    assert headline(liling, *proposals) == en


@pytest.mark.parametrize(("say", "said"), [(EN, "the same in both"), (ZH, "两者相同")])
def test_equal_values_without_an_interval_are_not_said_to_be_undecided(liling, say, said):
    same = Estimate(0.0, math.nan, math.nan)
    comparison = known([liling, liling.add("枫林镇")], {("p90", 1): (same, UNDECIDED)})
    table = comparison_words.against_base(comparison, 1, say)
    rows = {row[0]: row for row in table.rows}
    p90, mean = (rows[comparison_words.label(comparison, key, say)] for key in ("p90", "mean"))
    assert p90[-2:] == ["", said]
    assert mean[-1] != said


def test_harm_is_in_the_headline_of_the_forest_however_many_clauses_there_are(liling):
    said = headline(liling, [BETTER] * 4, [TOO_SMALL] * 4, [WORSE] * 4)
    assert "C makes all 4 worse" in said


def test_the_headline_of_the_curves_is_of_the_proposal_that_gains_most(liling):
    found = {}
    for row, value in ((1, LITTLE), (2, UP)):
        found |= {(key, row): (value, BETTER) for key in ("within", "urban10", "rural30")}
    comparison = known([liling, liling.add("官庄镇"), liling.add("枫林镇")], found)
    assert response_curve._gain(comparison, EN) == (
        "Liling today + Fenglin: +3.7 points in town, +3.7 points in the country"
    )
    assert response_curve._gain(comparison, ZH) == (
        "醴陵现状 + 枫林镇：城区 +3.7 个百分点，农村 +3.7 个百分点"
    )


# ── coverage ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("say", "note"), [(EN, "Static coverage: people within 10 min"), (ZH, "静态覆盖：")]
)
def test_coverage_is_said_not_to_be_compliance(liling, say, note):
    from sim.answers.coverage import coverage

    page = page_of(coverage(liling), say)
    assert any(note in line for line in page.notes)
    (table,) = page.body
    assert len(table.rows) == 3 + 10
    shares = [float(row[2].rstrip(" %")) for row in table.rows[3:]]
    assert shares == sorted(shares)
    assert table.rows[0][2].replace(" ", "") in page.sentence.replace(" ", "")


def test_a_layout_compared_with_itself_is_said_to_be_the_same():
    base = days()
    said = compare(base, base.ambulances("湘东医院", 0), base.add("枫林镇"), **QUICK)
    assert [said.is_same(row) for row in said.proposals] == [True, False]
    page = page_of(said, EN)
    assert "these layouts are the same, so nothing can differ" in page.sentences[0]
    assert {row[-1] for row in page.body[0].rows} == {"these layouts are the same"}
    assert {row[-2] for row in page.body[0].rows} == {""}
    assert {float(row[-3]) for row in page.body[0].rows} == {0.0}
    assert "两个布局相同，各项指标不会有差异" in page_of(said, ZH).sentences[0]
    assert "the same" not in page.sentences[1]
    assert {said.verdict(key, 1) for key in said.headline_keys()} == {TOO_SMALL}


def test_a_layout_whose_queue_has_no_end_is_said_to_be_one(liling):
    week = liling.with_study(length=7 * 86_400.0)
    crushed = sim.run(week.scaled(demand=60.0), replications=2)
    assert "so that calls wait longer the longer the study lasts" in " ".join(
        crushed.table().split()
    )
    assert "研究期越长，呼叫等待越久" in "".join(crushed.table("zh").split())
    usual = sim.run(week, replications=2)
    assert "the longer the study lasts" not in usual.table()
