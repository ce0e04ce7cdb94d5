"""Fewer replications than a verdict takes: every answer says so, and counts nothing as unsure."""

from __future__ import annotations

import pytest
from decisions import small
from pages import aligned

import sim
from sim.answers.assumptions import assumptions
from sim.answers.curve import curve
from sim.answers.ranking import rank
from sim.answers.search import search
from sim.answers.sites import site
from sim.answers.stress import stress
from sim.answers.worth import worth
from sim.words import curve as curve_words
from sim.words import page_of
from sim.words import ranking as ranking_words
from sim.words import search as search_words
from sim.words import worth as worth_words
from sim.words.language import language

FEW = {"replications": 2, "workers": 1}
ONE = {one.key: 0.0 for one in assumptions(small()) if one.key != "demand"}
ANSWERS = {
    "compare": lambda: sim.compare(small(), small().add("枫林镇"), **FEW),
    "curve": lambda: curve(small(), "2", steps=1, **FEW),
    "rank": lambda: rank(small(), "3", **FEW),
    "one candidate": lambda: rank(small(), "1", **FEW),
    "search": lambda: search(small(), "2", stations=1, **FEW),
    "site": lambda: site(small(), "3", best=2, **FEW),
    "worth": lambda: worth(small(), **FEW),
    "stress": lambda: stress(small(), small().add("枫林镇"), samples=0, wrong=ONE, **FEW),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_every_answer_says_that_too_few_replications_were_made(name):
    found = ANSWERS[name]()
    for code, said, verdict, open_words in (
        ("en", "2 replications are too few for a verdict, which takes 5.", "too few replications",
         ("0 of the", "Of the 1", "is sure to", "not certain that")),
        ("zh", "仅重复 2 次，不足以判断，至少需 5 次", "重复次数不足", ("无法确定", "未定", "个个")),
    ):  # fmt: skip
        page = page_of(found, language(code))
        text = page.text()
        sentences = " ".join(page.sentences)
        assert said in sentences
        assert not [word for word in open_words if word in sentences]
        assert "undecided" not in text
        assert "未定" not in text
        if name not in ("site", "stress"):  # whose tables have no verdicts
            assert verdict in text, text
        aligned(text, 200)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("curve", curve_words),
        ("rank", ranking_words),
        ("one candidate", ranking_words),
        ("search", search_words),
        ("worth", worth_words),
    ],
)
def test_no_headline_of_too_few_replications_counts_what_is_sure(name, words):
    said = words.headline(ANSWERS[name](), language("en"))
    assert "too few replications" in said or "cannot tell" in said, said
    assert "none of the" not in said
