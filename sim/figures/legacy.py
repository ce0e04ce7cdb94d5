"""Answers of the old kind, until each has its own figures."""

from __future__ import annotations

from functools import partial

from matplotlib.figure import Figure

from sim.answers.legacy import Answer
from sim.figures.drawing import Drawings, drawings
from sim.words.language import Language


@drawings.register
def _(answer: Answer, say: Language, size: str) -> Drawings:
    figures = answer.figures(say.code)
    return {name: partial(_itself, figure) for name, figure in figures.items()}


def _itself(figure: Figure) -> Figure:
    return figure
