"""A ranking said: its table and sentences in both languages, its promise, and its texts in files."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pages import aligned
from rankings import alone, as_draft, nothing, ranked, ranking_of, spread_out, unknown, with_worst
from rich.cells import cell_len
from studies import QUICK, days

from sim.answers.ranking import rank
from sim.answers.reasons import Reason
from sim.answers.selection import Procedure
from sim.measures.intervals import Estimate
from sim.measures.verdicts import Verdict
from sim.report.folder import as_json
from sim.study.stopping import StoppedBecause
from sim.words import frames_of, reasons
from sim.words import ranking as words
from sim.words.language import language

LANGUAGES = ["en", "zh"]
EN, ZH = language("en"), language("zh")


def flat(text):
    return " ".join(text.split())


# ── the page ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("by", ["within", "mean"])
def test_the_table_in_both_languages(by, lang):
    found = ranked(by)
    table = found.table(lang)
    aligned(table)
    brackets = {
        cell_len(line[: line.index("(")])
        for line in table.splitlines()
        if "(" in line and line.lstrip()[:2].strip().isdecimal() and "–" in line
    }
    assert len(brackets) == 1
    assert found.sentence(lang) in flat(table) or lang == "zh"
    assert {"en": "Where next?", "zh": "下一站设在哪里"}[lang] in table
    assert {"en": "Synthetic map", "zh": "合成地图"}[lang] in table


@pytest.mark.parametrize(
    ("by", "english", "chinese"),
    [
        ("within", "all", "全部"),
        ("rural30", "rural", "农村"),
        ("mean", "mean, min", "平均（分钟）"),
    ],
)
def test_the_measure_it_is_ranked_by_comes_first_and_once(by, english, chinese):
    for say, head in ((EN, english), (ZH, chinese)):
        table = words.table(ranked(by), say)
        heads = [column.head for column in table.columns]
        assert heads[1] == head
        assert heads.count(head) == 1
        assert {len(row) for row in table.rows} == {len(heads)}


def test_the_gain_in_the_table_is_that_of_the_answer():
    found = ranked()
    first = words.table(found, EN).rows[0]
    assert first[0] == f" 1 {found.best.candidate.name.en}"
    assert first[1] == f"{100 * found.best.gains['within'].mean:+.1f}"
    assert first[-2] == "6"
    assert first[-3] == f"{found.best.best_place}–{found.best.worst_place}"


def test_long_rankings_are_cut_in_print_and_whole_in_the_file():
    found = rank(days(), "33", **QUICK)
    assert "… and 3 more in ranking.csv." in found.table("en")
    assert "其余 3 个见 ranking.csv" in found.table("zh")
    assert len(words.table(found, EN).rows) == words.SHOWN == 30
    assert len(frames_of(found)["ranking"]) == 33


def test_a_draft_says_so():
    found = as_draft(ranked())
    assert found.table("en").splitlines()[1].startswith("Draft: 6 replications")
    assert found.table("zh").splitlines()[1].startswith("草稿：")


def test_an_answer_prints_as_its_table_and_shows_the_same_rows_in_a_notebook():
    found = ranked()
    assert repr(found) == found.table()
    assert found._repr_html_().count("<tr>") == 1 + len(found.sites)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_is_not_known_is_a_dash_and_never_nan(lang):
    for found in (ranking_of(unknown, Verdict.UNDECIDED), rank(days(), "4", replications=1)):
        table = found.table(lang)
        aligned(table)
        assert "– to –" not in table
        assert "– 至 –" not in table
        assert {"en": "no interval", "zh": "无区间"}[lang] in found.sentence(lang)


def test_every_text_of_the_page_goes_through_the_catalogue():
    """In the pseudo-language nothing is left that was not looked up."""
    page = ranked().page("qps")
    for text in (page.heading[0], *page.notes, *page.sentences):
        assert text.startswith("⟦")
    assert all(column.head.startswith("⟦") for column in page.body[0].columns if column.head)


# ── the promise ──────────────────────────────────────────────────────────────────────────────


def test_the_promise_is_made_only_if_the_selection_came_to_its_end():
    wide = replace(ranked(), zone=0.3, contenders=1)
    assert "leads all others by 30 points" in words.promise(wide, EN)
    assert "at least 95% probability" in words.promise(wide, EN)
    assert "Kim–Nelson" in words.promise(wide, ZH)
    assert "领先其他各点 30 个百分点或以上" in words.promise(wide, ZH)
    assert "did not come to its end" not in wide.table()


@pytest.mark.parametrize("at", [0, 1])
def test_the_promise_says_by_which_procedure_the_best_was_selected(at):
    one = replace(ranked(), contenders=1, at=at)
    two = replace(one, procedure=Procedure.HEAT_AND_FINAL)
    assert "selected (Kim–Nelson):" in words.promise(one, EN)
    assert "selected (Kim–Nelson, in a heat and a final):" in words.promise(two, EN)
    assert "先预选、后决选" in words.promise(two, ZH)
    assert "先预选、后决选" not in words.promise(one, ZH)
    for found in (one, two):
        assert found.selected.candidate.name.zh in words.promise(found, ZH)
        assert ("in the runs made since" in words.promise(found, EN).lower()) == bool(at)


def test_what_machines_read_says_how_the_best_was_selected():
    facts = replace(ranked(), contenders=1, procedure=Procedure.HEAT_AND_FINAL).facts()
    assert facts["selection"] == {
        "procedure": "Kim-Nelson in a heat and a final",
        "by": "within",
        "zone": ranked().zone,
        "confidence": 0.95,
        "contenders": 1,
    }


@pytest.mark.parametrize(
    ("how", "cure", "chinese"),
    [
        ("draft", "Leave out --draft.", "请去掉 --draft。"),
        ("given", "Leave out the number of replications.", "请勿指定重复次数。"),
        ("most", "Allow more with --most.", "可用 --most 增加重复次数。"),
        ("precise", "Allow more with --most.", "可用 --most 增加重复次数。"),
    ],
)
def test_a_selection_that_did_not_end_says_what_would_help(how, cure, chinese):
    found = replace(
        ranked(), contenders=7, provenance=replace(ranked().provenance, chosen=StoppedBecause(how))
    )
    said = words.promise(found, EN)
    assert said.startswith("The selection did not come to its end: 7 are still in after 6 ")
    assert said.endswith(cure)
    assert words.promise(found, ZH).startswith("选择未完成：重复 6 次后仍有 7 个可能为最佳。")
    assert words.promise(found, ZH).endswith(chinese)


def test_of_one_candidate_nothing_is_promised():
    one = alone(Verdict.BETTER)
    assert words.promise(one, EN) == "One candidate: there was nothing to select."
    assert words.promise(one, ZH) == "仅一个候选点，无需选择。"


# ── the sentence for the minutes ─────────────────────────────────────────────────────────────


def test_the_sentence_names_the_best_its_gain_and_its_interval():
    found = spread_out()
    name = found.best.candidate.name
    assert found.sentence("en") == (
        f"Of 24 candidate sites, {name.en} gains most: +10.0 points (All calls within target; "
        "95 % CI +5.0 to +15.0)."
    )
    assert found.sentence("zh") == (
        f"24 个候选点中，{name.zh}增益最大：全部呼叫达标率 +10.0 个百分点"
        "（95% 置信区间 +5.0 至 +15.0）。"
    )


def test_the_sentence_names_those_that_may_be_the_best_as_well():
    found = spread_out(tied=True)
    second, third = (one.candidate.name for one in found.sites[1:3])
    assert found.sentence("en").endswith(
        f"; it cannot be told apart from {second.en} and {third.en}."
    )
    assert found.sentence("zh").endswith(f"；与{second.zh}、{third.zh}无法区分。")


def test_of_many_that_may_be_the_best_three_are_named_and_the_others_counted():
    said = ranking_of(nothing, Verdict.TOO_SMALL)
    names = [one.candidate.name for one in said.sites[1:4]]
    assert f"{', '.join(n.en for n in names)} and 20 more." in said.sentence("en")
    assert f"与{'、'.join(n.zh for n in names)}等 23 个无法区分。" in said.sentence("zh")


@pytest.mark.parametrize("tied", [False, True])
def test_a_gain_that_is_not_sure_is_not_called_one(tied):
    found = spread_out(tied)
    sites = [one._replace(verdict=Verdict.UNDECIDED) for one in found.sites]
    found = replace(found, sites=tuple(sites))
    assert found.sentence("en").startswith("Not one of the 24 candidate sites is sure to help; ")
    assert found.sentence("zh").startswith("24 个候选点均无确定的增益；")
    assert ("told apart" in found.sentence("en")) == tied


def test_the_sentence_of_one_candidate_speaks_of_one():
    one = alone(Verdict.BETTER)
    name = one.best.candidate.name
    assert one.sentence("en").startswith(f"The one candidate site, {name.en}, gains ")
    assert one.sentence("zh").startswith(f"唯一候选点{name.zh}增益：")
    assert "at the one candidate" in one.table("en")


# ── around the figure ────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_best_candidate_is_named(lang):
    found = with_worst(spread_out(), 2, Estimate(0.3, 0.2, 0.4))
    said = words.headline(found, language(lang))
    assert said.startswith(found.best.candidate.name.within(lang))
    assert ("gains most" if lang == "en" else "增益最大") in said
    assert found.sites[2].candidate.name.within(lang) in said
    assert ("helps the worst-served most" if lang == "en" else "改善最大") in said


def test_the_best_may_be_the_best_for_the_worst_served_too():
    found = with_worst(spread_out(), 0, Estimate(0.3, 0.2, 0.4))
    assert words.headline(found, EN).endswith("gains most, for the worst-served too")
    assert words.headline(found, ZH).endswith("增益最大，对最差地区同样如此")


def test_a_lead_for_the_worst_served_that_may_be_chance_is_not_called_most():
    found = with_worst(spread_out(), 2, Estimate(0.3, 0.01, 0.6))
    assert words.headline(found, EN).endswith("leads for the worst-served")


def test_without_a_sure_gain_for_the_worst_served_they_are_not_named():
    found = with_worst(spread_out(), 2, Estimate(0.0, -0.1, 0.1))
    assert words.headline(found, EN) == f"{found.best.candidate.name.en} gains most"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_ties_are_said_to_be_ties(lang):
    found = spread_out(tied=True)
    said = words.headline(found, language(lang))
    assert ("cannot be told apart from" if lang == "en" else "无法区分") in said
    for one in found.tied():
        assert one.candidate.name.within(lang) in said


def test_no_gain_is_not_called_a_gain():
    found = ranking_of(nothing, Verdict.TOO_SMALL)
    assert words.headline(found, EN) == "No candidate gains enough to matter"
    assert words.headline(found, ZH) == "各候选点的增益均过小"
    found = ranking_of(unknown, Verdict.UNDECIDED)
    assert words.headline(found, EN).startswith("No candidate is sure to help")
    sites = (spread_out().best._replace(verdict=Verdict.TOO_SMALL), *spread_out().sites[1:])
    found = replace(spread_out(), sites=sites)
    assert words.headline(found, EN).endswith("leads, but its gain is too small to matter")


@pytest.mark.parametrize(
    ("verdict", "english", "chinese"),
    [
        (Verdict.BETTER, "surely a gain", "确有增益"),
        (Verdict.WORSE, "surely a loss", "确有损失"),
        (Verdict.TOO_SMALL, "too small to matter", "差异过小"),
        (Verdict.UNDECIDED, "this study cannot tell", "尚不能判断"),
    ],
)
def test_the_headline_of_one_candidate_is_its_verdict(verdict, english, chinese):
    assert english in words.headline(alone(verdict), EN)
    assert chinese in words.headline(alone(verdict), ZH)
    assert "the one candidate site" in words.subtitle(alone(verdict), EN)
    assert "唯一候选点" in words.subtitle(alone(verdict), ZH)


def test_the_subtitle_says_what_was_added_to_today():
    assert words.subtitle(ranked(), EN).startswith(
        "One more station with 1 ambulance at each of 24 candidate sites, against today;"
    )
    assert words.subtitle(ranked(), ZH).startswith("24 个候选点逐一加设一站（1 辆救护车）")
    plans = replace(ranked(), plans=True)
    assert words.subtitle(plans, EN).startswith("Each of 24 plans against today;")
    assert words.subtitle(plans, ZH).startswith("24 个方案分别与现状比较")


def test_sites_left_out_are_counted_with_the_range_of_their_gains():
    found = spread_out()
    assert words.not_drawn(found, found.sites[-3:], EN) == "3 more not drawn, +7.7 to +7.9 points"
    assert words.not_drawn(found, found.sites[-1:], EN) == "1 more not drawn, +7.7 points"
    assert words.not_drawn(found, found.sites[-3:], ZH) == "另有 3 个未绘出，+7.7 至 +7.9 个百分点"


# ── reasons, and the texts in files ──────────────────────────────────────────────────────────


def test_reasons_are_said_in_round_numbers():
    one = Reason(123_456.0, 999.4, 0, 12.4, 5, 1.26, 4.0)
    said = reasons.reason(one, days(), EN)
    assert "123,000 people have no station nearer, 999 of them newly" in said
    assert "12 min from the nearest station, Xiangdong Hospital" in said
    assert "takes 1.3 of 4.0 calls a day off Second People's Hospital" in said
    hardly = one._replace(calls_per_day=0.01)
    assert said.count("; ") == reasons.reason(hardly, days(), EN).count("; ") == 2
    assert "relieves no station of note" in reasons.reason(hardly, days(), EN)
    assert "未明显减轻任何站点" in reasons.reason(hardly, days(), ZH)
    assert reasons.reason(one, days(), ZH).startswith("123,000 人以此为最近站点，其中 999 人")


def test_files_have_a_row_for_each_site_with_its_reason_in_every_language():
    found = ranked()
    frame = frames_of(found)["ranking"]
    assert list(frame.columns[-2:]) == ["reason_zh", "reason_en"]
    assert frame["reason_en"][0] == reasons.reason(found.best.reason, days(), EN)
    assert frame["reason_zh"][3] == reasons.reason(found.sites[3].reason, days(), ZH)
    rows = frame.drop(columns=["reason_zh", "reason_en"])
    assert rows.equals(found.to_frame())


def test_json_has_the_reasons_and_the_sentence_of_its_language():
    facts = as_json(ranked(), ZH)
    assert facts["rows"][0]["reason_en"] == reasons.reason(ranked().best.reason, days(), EN)
    assert facts["sentence"] == ranked().sentence("zh")


def test_sites_dropped_early_are_marked_and_the_mark_explained():
    found = ranked("within")
    last = found.sites[-1]._replace(dropped_early=True)
    others = [site._replace(dropped_early=False) for site in found.sites]
    none, marked = replace(found, sites=(*others,)), replace(found, sites=(*others[:-1], last))
    assert str(marked).count("†") == 2, "in its row, and before what it means"
    assert "†" not in str(none)
    assert "looks a little worse than it is" in " ".join(str(marked).split())
