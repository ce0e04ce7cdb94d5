"""What a change would bring, said: never more than the verdicts, never less than the harm."""

from __future__ import annotations

import math
from itertools import product

import pytest
from studies import known

from sim.measures.intervals import Estimate
from sim.measures.verdicts import Verdict
from sim.words import forest, page_of, response_curve
from sim.words.comparison_sentence import sentence
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


@pytest.mark.parametrize(("within", "worst"), list(product(Verdict, Verdict)))
def test_a_sentence_never_hides_what_gets_worse(liling, within, worst):
    comparison = with_verdicts(liling, within, worst)
    english, chinese = sentence(comparison, 1, EN), sentence(comparison, 1, ZH)
    told = worst in (BETTER, WORSE)
    assert ("worst-served" in english) == ("最差" in chinese) == told
    if told:
        word = "more" if worst == BETTER else "fewer"
        points = "3.7" if worst == BETTER else "2.1"
        assert f"{points} {word}" in english.partition("worst-served")[2]
        assert f"{'多' if worst == BETTER else '少'} {points} 次" in chinese.partition("最差")[2]
    assert ("cannot tell" in english) == ("尚不能判断" in chinese) == (within == UNDECIDED)
    assert ("too little to matter" in english) == ("差异过小" in chinese) == (within == TOO_SMALL)
    assert ("too few calls" in english) == ("呼叫太少" in chinese) == (within == TOO_FEW)
    assert "{" not in english + chinese
    assert "nan" not in english + chinese


def test_after_one_replication_there_is_no_interval_to_say(liling):
    lone = Estimate(0.03, math.nan, math.nan)
    found = {("within", 1): (lone, UNDECIDED), ("worst5", 1): (lone, UNDECIDED)}
    said = sentence(known([liling, liling.add("枫林镇")], found, replications=1), 1, EN)
    assert "by +3.0 points (no interval): this study cannot tell" in said


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
    lines = heading(known([liling, plan], differing=("demand", "targets")), EN)
    assert "not the same calls in all" in lines[1]
    assert "Not only the layout differs: demand." in lines
    assert "For every layout the base's own settings hold in: targets." in lines
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
        ([TOO_SMALL] * 4, "The proposal changes nothing that matters", "拟建方案的变化均过小"),
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
         "A makes some worse; B surely improves nothing"),
        ([[TOO_SMALL, UNDECIDED] * 2, [UNDECIDED, TOO_SMALL] * 2],
         "No proposal surely improves anything"),
    ],
)  # fmt: skip
def test_the_headline_of_several_names_the_best_and_the_harmful(liling, proposals, en):
    assert headline(liling, *proposals) == en


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
