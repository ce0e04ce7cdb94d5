"""Why calls are late, said: words and tables that agree with the numbers, in both languages."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from rich.cells import cell_len
from studies import late_by_cause as hand_made

import sim
from sim.measures.causes import PLAIN
from sim.words import causes
from sim.words import why_late as words
from sim.words.language import language

DISTANCE, QUEUE = 0, 4
LANGUAGES = ["en", "zh"]
DUE = {
    "en": ("distance", "call taking", "turnout", "the nearest ambulance being busy", "queueing"),
    "zh": ("距离过远", "受理耗时", "出车耗时", "最近车辆被占用", "无车待派"),
}


def test_the_sentence_names_causes_with_a_fair_share(liling):
    why = hand_made(liling, [40, 2, 6, 12, 0])
    assert why.sentence() == (
        "Liling today: of the 60.0 % of calls that miss their target, two thirds (66.7 %, 95 % CI 8.6 "
        "to 99.3) are due to distance: a station nearer helps, an ambulance does not; a fifth "
        "(20.0 %, 95 % CI 0.0 to 85.3) are due to the nearest ambulance being busy: another "
        "ambulance there helps. What helps is not certain: the interval is too wide for that."
    )
    assert why.sentence("zh") == (
        "醴陵现状：60.0% 的呼叫未达标，其中三分之二（66.7%，95% 置信区间 8.6% 至 99.3%）因距离过远，"
        "就近设站有效，增加救护车无效；两成（20.0%，95% 置信区间 0.0% 至 85.3%）因最近车辆被占用，在该处增加救护车有效。"
        "何者有效尚不能确定：置信区间过宽。"
    )


def test_a_share_that_may_be_anything_advises_nothing_in_a_headline(liling):
    why = hand_made(liling, [0, 0, 38, 2, 0])
    wide = why.shares[2]._replace(low=0.015, high=1.0)
    narrow = why.shares[2]._replace(low=0.9, high=1.0)
    for share, unsure in ((wide, True), (narrow, False)):
        told = FixedShares(why, [*why.shares[:2], share, *why.shares[3:]])
        said = words.headline(told, language("en")), words.sentence(told, language("en"))
        assert said[0].endswith("; that is not certain") == unsure
        assert ("helps" in said[0]) == (not unsure)
        assert said[1].endswith("is too wide for that.") == unsure


class FixedShares:
    """An answer of which the intervals are given."""

    def __init__(self, why, shares):
        self._why, self.shares = why, shares

    def __getattr__(self, name):
        return getattr(self._why, name)


@pytest.mark.parametrize("cause", range(5))
def test_each_cause_has_its_remedy_in_both_languages(liling, cause):
    counts = [0] * 5
    counts[cause] = 40
    why = hand_made(liling, counts)
    for lang in LANGUAGES:
        say, sentence = language(lang), why.sentence(lang)
        assert DUE[lang][cause] in sentence
        helps = [say(each.helps) in sentence for each in map(causes.CAUSES.get, PLAIN)]
        assert helps == [row == cause for row in range(5)]
        (township,) = why.sentences(lang)[1:]
        assert ("All of" if lang == "en" else "全部因") in township


@pytest.mark.parametrize("lang", LANGUAGES)
def test_waiting_at_the_desk_is_told_with_more_seats_as_the_remedy(liling, lang):
    why = hand_made(liling, [0, 40, 0, 0, 0])
    tallies = tuple(one._replace(answered_s=one.call_taking_s) for one in why.comparison.tallies[0])
    why = replace(why, comparison=replace(why.comparison, tallies=(tallies,)))
    due = {"en": "waiting for the call desk: more seats", "zh": "因等待受理席位，增加席位有效"}
    assert due[lang] in why.sentence(lang)
    assert {"en": "Call desk", "zh": "等待席位"}[lang] in why.table(lang)
    why.figure(lang)


def test_townships_with_few_misses_are_not_spoken_of(liling):
    assert len(hand_made(liling, [14, 0, 0, 0, 0]).sentences()) == 1
    assert len(hand_made(liling, [15, 0, 0, 0, 0]).sentences()) == 2


@pytest.mark.parametrize("lang", LANGUAGES)
def test_without_a_miss_that_is_said(liling, lang):
    why = hand_made(liling, [0] * 5)
    assert (
        why.sentence(lang)
        == {
            "en": "Liling today: no call of 200 missed its target.",
            "zh": "醴陵现状：200 次呼叫全部达标。",
        }[lang]
    )
    assert "nan" not in why.table(lang)
    assert why.sentence(lang) in why.table(lang)
    assert len(why.sentences(lang)) == 1
    why.figure(lang)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_without_a_call_that_is_said(liling, lang):
    why = hand_made(liling, [0] * 5, calls=0)
    assert ("no call was measured" if lang == "en" else "没有可统计的呼叫") in why.sentence(lang)
    assert "nan" not in why.table(lang)
    why.figure(lang)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_words_and_table_agree_with_the_numbers(month, lang):
    why = month.why()
    text = "\n".join([why.table(lang), *why.sentences(lang)])
    assert "nan" not in text
    table = next(one for one in why.page(lang).body if not isinstance(one, str))
    shares = {
        due: float(row[1].rstrip("% ")) for due, row in zip(DUE[lang], table.rows, strict=False)
    }
    for due, share in zip(DUE[lang], why.shares, strict=True):
        assert shares[due] == pytest.approx(100 * share.mean, abs=0.1)
    percent = r"(?P<percent>\d+\.\d) ?%[^;；]*?(?:are due to |因)(?P<due>[^:，]+)[:，]"
    sentence = why.sentence(lang).split("其中" if lang == "zh" else "target, ")[1]
    found = [(m["due"], float(m["percent"])) for m in re.finditer(percent, sentence)]
    assert [due for due, _ in found] == [DUE[lang][cause] for cause in words.named(why.late())]
    for due, shown in found:
        assert shown == shares[due]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_columns_line_up_and_rows_add_up(month, lang):
    blocks = month.why().table(lang).split("\n\n")
    first, townships, hours = blocks[2:5]
    for block in (townships, hours):
        lines = block.splitlines()
        assert len({cell_len(line) for line in lines}) == 1
        for line in lines[1:]:
            assert sum(int(n) for n in line.split()[-5:]) == 100
    numbers = re.findall(r" (\d+\.\d) ?%(?: \(.*?\))? +(\d+\.\d)", first)
    *each, whole = [(float(share), float(minutes)) for share, minutes in numbers]
    assert sum(share for share, _ in each) == pytest.approx(whole[0])
    assert sum(minutes for _, minutes in each) == pytest.approx(whole[1])
    assert max(cell_len(line) for block in blocks for line in block.splitlines()) <= 110


@pytest.mark.parametrize("lang", LANGUAGES)
def test_one_replication_is_told_without_intervals(liling, lang):
    why = sim.run(liling.with_study(length=7 * 86_400.0), replications=1).why()
    assert "nan" not in why.table(lang) + "".join(why.sentences(lang))
    assert ("CI " if lang == "en" else "置信区间 ") not in why.sentence(lang)
    why.figure(lang)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_calls_that_are_lost_are_told_of(liling, lang):
    dispatch = liling.settings.dispatch.model_copy(update={"when_none_free": "lost"})
    settings_ = liling.settings.model_copy(update={"dispatch": dispatch})
    one = replace(liling, settings=settings_, fleet=liling.fleet[:1])
    why = sim.run(one.with_study(length=3 * 86_400.0), replications=2).why()
    lost = why.late().total - why.late().reached
    assert lost > 0
    assert why.late().misses[QUEUE] >= lost
    said = f"{lost:,} of " if lang == "en" else f"中 {lost:,} 次无人到达"
    assert said in re.sub(r"\n *", " " if lang == "en" else "", why.table(lang))
    assert "nan" not in why.table(lang)
    why.figure(lang)


def test_jupyter_shows_the_tables(few):
    page = few.why()._repr_html_()
    assert page.count("<table ") == 3
    assert "nan" not in page


def test_the_sentence_has_the_percentages_of_the_table(liling):
    """Three thirds: the table rounds one of them up, for its parts add up to 100 %."""
    why = hand_made(liling, [20, 20, 20, 0, 0])
    table = next(one for one in why.page().body if not isinstance(one, str))
    assert [row[1] for row in table.rows[:3]] == ["33.4 %", "33.3 %", "33.3 %"]
    assert re.findall(r"third \(([0-9.]+ %)", why.sentence()) == ["33.4 %", "33.3 %", "33.3 %"]
