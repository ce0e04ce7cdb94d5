"""Answers of the old kind, until each has its own words."""

from __future__ import annotations

from dataclasses import replace

from sim.answers.legacy import Answer
from sim.words.language import Language
from sim.words.page import Page, page


class _Page(Page):
    def text(self) -> str:
        return self.heading[0]


@page.register
def _(answer: Answer, say: Language) -> Page:
    blank = _Page((), (), (), (), say)
    sentence = answer.sentence(say.code)
    return replace(blank, heading=(answer.table(say.code),), sentences=(sentence,))
