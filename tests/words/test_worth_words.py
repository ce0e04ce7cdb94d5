"""What is said of what stations are worth."""

from __future__ import annotations

from dataclasses import replace

import pytest
from decisions import as_draft, losses_of, of_worth, priced, unknown, worth_of
from pages import aligned

from sim.measures.intervals import Estimate
from sim.measures.verdicts import Verdict
from sim.words import costs, page
from sim.words import worth as words
from sim.words.language import language

EN, ZH = language("en"), language("zh")
LARGE = (Estimate(-0.08, -0.09, -0.07), Verdict.WORSE)
SOME = (Estimate(-0.04, -0.05, -0.03), Verdict.WORSE)
SMALL = (Estimate(0.0, -0.001, 0.001), Verdict.TOO_SMALL)
UNSURE = (Estimate(-0.02, -0.05, 0.01), Verdict.UNDECIDED)


def station(found, row):
    return found.provenance.base.stations[found.losses[row].station].name


@pytest.mark.parametrize("lang", ["en", "zh", "qps"])
def test_the_page_is_straight_and_has_a_row_for_each_loss(lang):
    page = of_worth().page(lang)
    (table,) = page.body
    assert len(table.rows) == len(of_worth().losses)
    assert {len(row) for row in table.rows} == {len(table.columns)}
    aligned(page.text(), 200 if lang == "qps" else 140)


def test_what_is_taken_away_is_said_with_its_ambulances():
    found = of_worth()
    said = {words.what(found, loss, EN) for loss in found.losses}
    assert "Xiangdong Hospital closed (3 ambulances)" in said
    assert "Xiangdong Hospital −1 of 3 ambulances" in said
    assert "Zhaohe Hospital closed (1 ambulance)" in said
    assert "撤销湘东医院（3 辆）" in {words.what(found, loss, ZH) for loss in found.losses}


def test_the_greatest_loss_is_named_and_what_could_go_counted():
    found = losses_of(LARGE, SOME, SMALL)
    assert words.headline(found, EN) == (
        f"Most is lost by closing {station(found, 0).en}: −8.0 points; 1 of 3 losses too small to "
        "matter"
    )
    assert words.headline(found, ZH) == (
        f"撤销{station(found, 0).zh}损失最大：−8.0 个百分点；3 项中 1 项损失过小"
    )


def test_without_a_loss_that_could_go_none_is_counted():
    said = words.headline(losses_of(LARGE, SOME), EN)
    assert said.endswith(": −8.0 points")


def test_a_greatest_loss_that_is_not_surely_so_is_said_to_be_one_of_several():
    near = losses_of(LARGE, (Estimate(-0.07, -0.1, -0.04), Verdict.WORSE), SMALL)
    said = words.headline(near, EN)
    assert f"perhaps no more than by closing {station(near, 1).en}" in said


def test_no_loss_is_claimed_where_none_is_sure_or_none_matters():
    assert words.headline(losses_of(UNSURE, SMALL), EN) == "No loss is sure yet"
    assert words.headline(losses_of(SMALL, SMALL), EN) == "Each loss alone is too small to matter"
    assert words.headline(losses_of(SMALL), ZH) == "单独而言，各项损失均过小"


def test_in_minutes_more_is_a_loss():
    found = losses_of((Estimate(2.0, 1.5, 2.5), Verdict.WORSE), by="mean")
    assert words.headline(found, EN).endswith(": +2.00 min")


def test_the_sentence_names_the_greatest_loss_and_what_could_go():
    found = losses_of(LARGE, SMALL)
    first, other = (words.what(found, loss, EN) for loss in found.losses)
    said = found.sentence()
    assert said.startswith(
        f"The greatest loss would be: {first}, −8.0 points (95 % CI −9.0 to −7.0)."
    )
    assert f"Each of these alone would cost too little to matter: {other}." in said
    assert "By this measure" not in said, "nothing else gets worse"
    assert "too little to matter" not in losses_of(LARGE, SOME).sentence()
    assert "单独而言损失过小" in found.sentence("zh")


def test_of_many_that_could_go_only_a_few_are_named():
    found = losses_of(LARGE, *[SMALL] * 20)
    more = len(found.losses) - 1 - words.NAMED
    assert more > 1
    assert found.sentence().endswith(f" and {more} more.")
    assert f"等 {more + words.NAMED} 个" in found.sentence("zh")


def test_a_sentence_that_was_cut_is_indented_like_any_other():
    cut = page.Page((), (), (), ("a very long sentence " * 300,), EN).text()
    assert max(map(len, cut.splitlines())) <= page.WIDTH


def test_without_intervals_the_sentence_says_so():
    assert "(no interval)" in worth_of(unknown, Verdict.UNDECIDED).sentence()


def test_savings_are_told_where_costs_are_known():
    assert "would save" in losses_of(LARGE, SMALL).table()
    bare = [loss._replace(saved=float("nan")) for loss in losses_of(LARGE, SMALL).losses]
    assert "would save" not in replace(of_worth(), losses=tuple(bare)).table()


def test_the_subtitle_says_what_is_not_drawn_and_where_the_clock_starts():
    every = len(of_worth().losses)
    assert "not drawn" not in words.finding(of_worth(), EN, every).subtitle
    subtitle = words.finding(of_worth(), EN, every - 2).subtitle
    assert subtitle.endswith("; 2 smaller losses not drawn")
    assert "from call received to arrival" in subtitle
    assert "自接到呼叫至到达现场" in words.finding(of_worth(), ZH, every).subtitle


def test_the_footnote_tells_of_a_draft_and_of_the_map():
    assert words.finding(as_draft(of_worth()), EN, 3).draft
    footnote = words.finding(as_draft(of_worth()), EN, 3).footnote
    assert footnote.startswith("Synthetic map of Liling. Draft: ")
    assert "草稿" in words.finding(as_draft(of_worth()), ZH, 3).footnote


def test_money_is_said_with_its_unit_and_a_proper_minus():
    assert costs.amount(750_000, priced(), EN, sign=True) == "+750,000 CNY per year"
    assert costs.amount(-1, priced(), ZH, sign=True) == "−1 CNY per year"
    assert costs.amount(750_000, priced(), EN) == "750,000 CNY per year"


@pytest.mark.parametrize(
    ("largest", "en", "zh"),
    [
        (900.0, (0, "cost (CNY per year)"), (0, "费用（CNY per year）")),
        (20_000.0, (3, "cost (thousand CNY per year)"), (4, "费用（万 CNY per year）")),
        (3e6, (6, "cost (million CNY per year)"), (4, "费用（万 CNY per year）")),
        (4e8, (6, "cost (million CNY per year)"), (8, "费用（亿 CNY per year）")),
        (2e9, (9, "cost (billion CNY per year)"), (8, "费用（亿 CNY per year）")),
    ],
)
def test_money_on_an_axis_is_counted_as_the_language_counts(largest, en, zh):
    assert costs.axis(largest, priced(), EN) == en
    assert costs.axis(largest, priced(), ZH) == zh


def test_worth_prints_as_its_page_and_in_a_notebook_as_a_table():
    found = of_worth()
    assert repr(found) == found.table()
    (table,) = found.page().body
    assert found._repr_html_().count("<tr>") == 1 + len(table.rows)
