"""What is said of a search and of the options it had."""

from __future__ import annotations

from dataclasses import replace

import pytest
from decisions import nothing, of_search, search_of, small, stepped, vast, with_replications
from pages import aligned
from studies import days

from sim.answers.search import Action, Option
from sim.measures.verdicts import Verdict
from sim.text import Name
from sim.words import options
from sim.words import search as words
from sim.words.language import language

EN, ZH = language("en"), language("zh")
A, B = Name("甲镇", "Alpha"), Name("乙镇", "Beta")


@pytest.mark.parametrize(
    ("action", "en", "zh"),
    [
        (Action.NEW_STATION, "+ Beta", "＋乙镇"),
        (Action.ONE_MORE, "Beta +1", "乙镇＋1 辆"),
        (Action.MOVE_AMBULANCE, "1 ambulance Alpha → Beta", "甲镇→乙镇 1 辆"),
        (Action.MOVE_STATION, "site Alpha → Beta", "甲镇迁至乙镇"),
    ],
)
def test_options_in_both_languages(action, en, zh):
    option = Option(action, B, days(), A)
    assert (options.what(option, EN), options.what(option, ZH)) == (en, zh)


def test_within_a_sentence_a_new_station_is_its_name():
    assert options.named(Option(Action.NEW_STATION, B, days()), EN) == "Beta"
    assert options.named(Option(Action.ONE_MORE, B, days()), ZH) == "乙镇＋1 辆"


def test_crews_are_those_of_open_stations():
    assert options.crews(small(), EN) == (
        "Xiangdong Hospital 3, Liling TCM Hospital 3, Second People's Hospital 2"
    )
    assert options.crews(small(), ZH) == "湘东医院 3、市中医院 3、市二医院 2"


@pytest.mark.parametrize("lang", ["en", "zh", "qps"])
def test_the_page_is_straight_and_has_a_row_for_each_step(lang):
    page = of_search().page(lang)
    *_, table = page.body
    assert len(table.rows) == len(of_search().steps)
    assert {len(row) for row in table.rows} == {len(table.columns)}
    aligned(page.text(), 200 if lang == "qps" else 140)


def test_the_sentence_tells_all_steps_and_what_they_come_to():
    found = stepped(0.03, 0.02)
    name = options.spoken(found.steps[0].option, EN)
    assert "would bring +5.0 points (All calls within target; 95 % CI +4.5 to +5.5)." in (
        found.sentence()
    )
    assert found.sentence().endswith(f"The steps: {name}; {name}.")
    assert "+5.0 个百分点（全部呼叫达标率；95% 置信区间 +4.5 至 +5.5）" in found.sentence("zh")


def test_a_search_that_finds_nothing_says_so():
    found = replace(of_search(), steps=())
    assert found.sentence() == "No step was found that is sure to help."
    assert "未找到确有改善的步骤" in found.table("zh")
    assert words.finding(found, EN).headline == "No step was found that is sure to help"
    assert words.finding(found, EN).subtitle == ""


def name_of(found, say=EN):
    return options.what(found.steps[0].option, say)


def test_steps_say_from_where_to_where():
    found = stepped(0.03, 0.03, today=0.7)
    assert words.headline(found, EN) == "2 steps lift compliance from 70.0 to 76.0 %"
    assert words.headline(found, ZH) == "2 步使达标率由 70.0% 升至 76.0%"


def test_the_step_that_surely_does_most_is_named():
    found = stepped(0.01, 0.06, today=0.7)
    assert words.headline(found, EN) == (
        f"2 steps lift compliance from 70.0 to 77.0 %; most by {name_of(found)}"
    )
    assert words.headline(found, ZH).endswith(f"；{name_of(found, ZH)}贡献最大")
    close = stepped(0.03, 0.035, today=0.7)
    assert "most by" not in words.headline(close, EN)


def test_one_step_is_named():
    found = stepped(0.03, today=0.7)
    assert words.headline(found, EN) == (f"{name_of(found)} lifts compliance from 70.0 to 73.0 %")
    assert words.headline(found, ZH) == f"{name_of(found, ZH)}使达标率由 70.0% 升至 73.0%"


@pytest.mark.parametrize(
    ("key", "noun"),
    [
        ("urban10", "urban compliance"),
        ("rural30", "rural compliance"),
        ("worst5", "compliance where it is worst"),
    ],
)
def test_each_share_has_its_noun(key, noun):
    assert f"lift {noun} from" in words.headline(stepped(0.03, 0.03, by=key), EN)


def test_minutes_are_cut():
    found = stepped(-1.0, -1.0, today=18.0, half=0.2, by="mean")
    assert words.headline(found, EN) == "2 steps cut mean response from 18.0 to 16.0 min"
    assert words.headline(found, ZH) == "2 步使平均反应时间由 18.0 分钟降至 16.0 分钟"
    one = stepped(-1.0, today=18.0, half=0.2, by="mean")
    assert "cuts mean response from 18.0 to 17.0 min" in words.headline(one, EN)


def test_what_may_be_chance_is_not_called_a_gain():
    assert words.headline(search_of(vast, Verdict.UNDECIDED), EN).endswith(
        "this study cannot tell whether they help"
    )
    assert "cannot tell" in words.headline(search_of(nothing, Verdict.TOO_SMALL), EN)
    unsure = stepped(0.001, today=0.7)
    assert words.headline(unsure, EN) == (
        "1 step, from 70.0 to 70.1 %: this study cannot tell whether it helps"
    )
    assert words.headline(unsure, ZH) == "1 步，由 70.0% 至 70.1%：本研究尚不能判断其效果"


def test_a_few_replications_cannot_tell():
    assert "cannot tell" in words.headline(with_replications(stepped(0.05), 4), EN)
    longer = stepped(1.0, 1.0, today=18.0, half=0.2, by="mean")
    assert words.headline(longer, EN) == (
        "2 steps, from 18.0 to 20.0 min: this study cannot tell whether they help"
    )


@pytest.mark.parametrize(("lang", "clock"), [("en", "from call received"), ("zh", "自接到呼叫")])
def test_the_subtitle_says_where_the_clock_starts(lang, clock):
    assert clock in words.finding(of_search(), language(lang)).subtitle


def test_search_prints_as_its_page_and_in_a_notebook_as_a_table():
    found = of_search()
    assert repr(found) == found.table()
    _, does, table = found.page().body
    assert found._repr_html_().count("<tr>") == 2 + len(does.rows) + len(table.rows)


def test_a_search_says_first_what_the_layout_has_become():
    found = of_search()
    base, after = found.provenance.base, found.layout
    summary, does, _ = found.page().body
    for layout in (base, after):
        assert f"{len(layout.fleet)} ambulances" in summary
        assert f"{len(layout.open_stations())} stations" in summary
    assert "CNY per year more" in summary
    first = does.rows[0]
    assert first[0] == "All calls within target"
    assert first[1].startswith(f"{found.today() * 100:.1f}")
    assert f"{len(after.open_stations())} stations" in found.sentence()
    assert "a new sub-station at" in found.sentence()
    assert "急救分站" in found.sentence("zh")


def test_a_station_that_is_left_without_an_ambulance_is_named():
    found = stepped(0.05, 0.01)
    assert "left" not in found.sentence() + words.headline(found, EN)
    last = found.steps[-1].option
    name = next(s.name for s in last.layout.open_stations())
    gone = last._replace(layout=last.layout.ambulances(name.zh, to=0))
    emptied = replace(found, steps=(*found.steps[:-1], found.steps[-1]._replace(option=gone)))
    assert emptied.sentence().endswith(f"{name.en} would be left without an ambulance.")
    assert emptied.sentence("zh").endswith(f"{name.zh}将没有救护车。")
    assert words.headline(emptied, EN).endswith(f"; no ambulance left at {name.en}")
    assert f"{name.zh}将没有救护车" in words.headline(emptied, ZH)


def test_a_headline_names_only_what_the_final_layout_has():
    """The first step does most, but its station is closed in the layout that was found."""
    found = stepped(0.05, 0.01)
    first = found.steps[0].option
    assert "most by" in words.headline(found, EN)
    last = found.steps[-1]
    gone = last.option._replace(layout=last.option.layout.close(first.station.zh))
    moved = replace(found, steps=(*found.steps[:-1], last._replace(option=gone)))
    assert words.headline(moved, EN) == "2 steps lift compliance from 70.0 to 76.0 %"
    assert "贡献最大" not in words.headline(moved, ZH)
