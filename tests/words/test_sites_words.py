"""Site plans said: their names, the table in both languages, and where model and simulation part."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from pages import aligned
from rankings import reordered, sited

from sim.answers.site_plans import MODELS, Addition
from sim.answers.sites import BusyRounds
from sim.text import Name
from sim.words import frames_of
from sim.words import sites as words
from sim.words.language import language

LANGUAGES = ["en", "zh"]
EN, ZH = language("en"), language("zh")


@pytest.mark.parametrize("model", MODELS)
def test_every_model_answers_in_both_languages(model):
    found = sited(model)
    for lang in LANGUAGES:
        aligned(found.table(lang), 145)
        table = words.table(found, language(lang))
        assert {len(row) for row in table.rows} == {len(table.columns)}
        assert words.model_name(found) in found.sentence(lang)
        assert language(lang)(words.VALUES[model]) in found.table(lang).splitlines()[0]
    assert words.VALUES[model] != ZH(words.VALUES[model])


def test_values_have_the_unit_of_their_model():
    def value(model, lang):
        return words.table(sited(model), language(lang)).rows[0][1]

    assert value("mclp", "en") == f"{100 * sited().plans[0].value:.2f} %"
    assert value("p-median", "en") == f"{sited('p-median').plans[0].value:.2f} min"
    assert value("p-median", "zh").endswith("分钟")
    assert value("lscp", "en") == f"{sited('lscp').plans[0].value:.0f}"


def test_a_plan_that_is_not_proven_says_no():
    found = sited(best=3)
    first = found.plans[0]
    unproven = first._replace(plan=first.plan._replace(proven=False))
    found = replace(found, plans=(unproven, *found.plans[1:]))
    assert [row[2] for row in words.table(found, EN).rows] == ["no", "yes", "yes"]
    assert [row[2] for row in words.table(found, ZH).rows] == ["否", "是", "是"]


# ── names ────────────────────────────────────────────────────────────────────────────────────

FENGLIN, XIANGDONG = Name("枫林镇", "Fenglin"), Name("湘东医院", "Xiangdong Hospital")


def with_additions(*additions):
    found = sited(best=3)
    first = found.plans[0]._replace(additions=additions)
    return replace(found, plans=(first, *found.plans[1:]))


def test_a_plan_is_called_what_it_adds():
    found = with_additions(
        Addition(XIANGDONG, 1, False), Addition(FENGLIN, 1, True), Addition(FENGLIN, 2, True)
    )
    assert words.plan_name(found, 0, EN) == "Xiangdong Hospital +1 + Fenglin + Fenglin (2)"
    assert words.plan_name(found, 0, ZH) == "湘东医院增 1 辆＋枫林镇＋枫林镇（2 辆）"


def test_a_plan_of_many_sites_names_the_first_and_is_listed_below():
    found = with_additions(*[Addition(FENGLIN, 1, True)] * 5)
    assert words.plan_name(found, 0, EN) == "plan 1 (Fenglin, Fenglin, Fenglin and 2 more)"
    assert words.plan_name(found, 0, ZH).startswith("方案 1（枫林镇、枫林镇、枫林镇")
    assert words.plan_name(found, 0, EN) in words.table(found, EN).rows[0][0]
    assert f"Plan 1: {' + '.join(['Fenglin'] * 5)}." in found.page("en").notes
    assert f"方案 1：{'＋'.join(['枫林镇'] * 5)}。" in found.page("zh").notes


def test_more_sites_than_there_are_candidates_is_said():
    found = replace(sited(best=3), asked=9, candidates=8)
    said = "9 new stations were asked for, but there are only 8 candidate sites."
    assert said in found.page("en").notes
    assert "要求新增 9 个站点，但候选点只有 8 个。" in found.page("zh").notes
    assert "were asked for" not in sited(best=3).table("en")
    assert sited(new=20, best=1).asked == 20


def test_the_ranking_calls_the_plans_by_the_same_names():
    found = sited(best=3)
    for say in (EN, ZH):
        called = [site.candidate.name.within(say.code) for site in
                  words.ranking_of(found, say).sites]  # fmt: skip
        order = [found.place_of(row) for row in range(3)]
        assert [called[place] for place in order] == [
            words.plan_name(found, row, say) for row in range(3)
        ]


# ── where the two disagree ───────────────────────────────────────────────────────────────────


def test_a_disagreement_is_told():
    found = sited(best=3)
    agreed, turned = reordered(found, [0, 1, 2]), reordered(found, [2, 1, 0])
    assert "do not contradict each other (Kendall's tau +1.00)" in words.disagreement(agreed, EN)
    assert "模型与仿真不矛盾（Kendall τ = +1.00）" in words.disagreement(agreed, ZH)
    names = f"{words.plan_name(found, 0, EN)}; {words.plan_name(found, 2, EN)}"
    assert f"disagree about: {names} (Kendall's tau −1.00)" in words.disagreement(turned, EN)
    assert "模型与仿真不一致" in words.disagreement(turned, ZH)


def test_the_sentence_names_the_best_of_the_model_and_of_the_simulation():
    found = sited(best=3)
    agreed, turned = reordered(found, [0, 1, 2]), reordered(found, [2, 1, 0])
    first, last = (words.plan_name(found, row, EN) for row in (0, 2))
    assert f"the best plan is {first}, and so it is by simulation" in agreed.sentence("en")
    assert f"by simulation it is {last}: " in turned.sentence("en")
    unsettled = reordered(found, [2, 1, 0], contenders=2)
    assert f"that is not settled yet; {last} is ahead: " in unsettled.sentence("en")
    assert "仿真结论相同" in agreed.sentence("zh")
    assert f"按仿真则为{words.plan_name(found, 2, ZH)}" in turned.sentence("zh")
    assert "按仿真尚未确定，暂列首位的是" in unsettled.sentence("zh")


def tied_with_the_best(found):
    """The same where the second by simulation may be the best as well."""
    best, second, *others = found.ranking.sites
    sites = (best, second._replace(best_place=1), *others)
    return replace(found, ranking=replace(found.ranking, sites=sites))


@pytest.mark.parametrize(("order", "said"), [([0, 1, 2], "it leads too: "), ([2, 1, 0], "leads: ")])
def test_the_sentence_names_whom_the_best_cannot_be_told_apart_from(order, said):
    found = tied_with_the_best(reordered(sited(best=3), order))
    second = words.plan_name(found, 1, EN)
    assert said in found.sentence("en")
    assert f"it cannot be told apart from {second}." in found.sentence("en")
    assert f"但与{words.plan_name(found, 1, ZH)}无法区分" in found.sentence("zh")
    assert "not settled" in words.map_headline(found, EN)


def test_plans_that_the_model_finds_as_good_are_named():
    found = sited(best=3)
    first, second, third = found.plans
    equal = replace(found, plans=(first, second._replace(value=first.value), third))
    names = [words.plan_name(equal, row, EN) for row in (0, 1)]
    assert f"the best plan is {names[0]} (as good: {names[1]})" in equal.sentence("en")
    assert "as good" not in found.sentence("en") or math.isclose(second.value, first.value)


def test_one_plan_has_no_order_to_compare():
    found = sited(best=1)
    assert "One plan" in found.table("en")
    assert "仅一个方案，无可比较" in found.table("zh")
    assert "nan" not in found.table("zh")


# ── notes and files ──────────────────────────────────────────────────────────────────────────


def test_what_the_model_took_for_granted_is_said():
    busy = sited("mexclp", busy=0.3)
    assert "busy 30.0 % of the time" in busy.table("en")
    assert "任务占用率取 30.0%" in busy.table("zh")
    found = sited("lscp")
    assert f"{found.left_out} places can be covered by no candidate" in found.table("en")
    one = replace(found, left_out=1)
    assert "1 place can be covered by no candidate" in one.table("en")
    assert "by no candidate" not in replace(found, left_out=0).table("en")


def unbroken(found, lang):
    """Its page without line breaks."""
    return ("" if lang == "zh" else " ").join(map(str.strip, found.table(lang).splitlines()))


def test_where_the_share_of_time_busy_comes_from_is_said():
    found = replace(sited("mexclp", busy=0.3), busy=0.25)
    settled = replace(found, busy_from=BusyRounds((0.3, 0.25), settled=True))
    assert "busy 25.0 % of the time, as simulated for the best plan; the plan stayed the same " in (
        unbroken(settled, "en")
    )
    assert "(1 round, 30.0 % busy today)" in unbroken(settled, "en")
    assert "任务占用率取 25.0%，为最优方案的仿真值" in unbroken(settled, "zh")
    changing = replace(found, busy_from=BusyRounds((0.3, 0.26, 0.25), settled=False))
    assert "after 2 rounds the best plan still changed (30.0 % busy today)" in unbroken(
        changing, "en"
    )
    assert "2 轮后最优方案仍有变化（现状为 30.0%）" in unbroken(changing, "zh")


def test_a_plan_that_is_not_proven_says_how_good_any_could_be():
    found = sited(best=3)
    assert "is not proven" not in unbroken(found, "en")
    first = found.plans[0]
    unproven = first._replace(plan=first.plan._replace(proven=False), value=0.8, bound=0.82)
    told = replace(found, plans=(unproven, *found.plans[1:]), time_limit_s=90.0)
    assert (
        "Plan 1 is not proven: within 1.5 min it is known only that no other can be better than "
        "82.00 %; its own 80.00 % is 2.50 % away from that"
    ) in unbroken(told, "en")
    assert "仅知其他方案不会优于 82.00%；该方案为 80.00%，相差 2.50%" in unbroken(told, "zh")
    unknown = replace(found, plans=(unproven._replace(bound=math.nan), *found.plans[1:]))
    assert "within 2.0 min nothing is known of how good others could be" in unbroken(unknown, "en")
    assert "求解 2.0 分钟内未得到界限" in unbroken(unknown, "zh")


def test_files_name_the_plans_and_their_sites_in_every_language():
    found = sited(best=3)
    frame = frames_of(found)["sites"]
    assert list(frame.columns[8:11]) == ["name_zh", "name_en", "verdict"]
    assert list(frame.columns[-2:]) == ["sites_zh", "sites_en"]
    assert list(frame["name_en"]) == [words.plan_name(found, row, EN) for row in range(3)]
    assert list(frame["sites_zh"]) == [
        "; ".join(one.site.zh for one in plan.additions) for plan in found.plans
    ]


def test_every_text_of_the_page_goes_through_the_catalogue():
    page = sited(best=3).page("qps")
    assert all(text.startswith("⟦") for text in (page.heading[0], *page.notes, *page.sentences))
