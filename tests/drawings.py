"""What tests of figures share: the texts of a figure, and that nothing overlaps or leaves the page."""

from __future__ import annotations

import re
import warnings
from itertools import combinations

from matplotlib.text import Text
from matplotlib.transforms import Bbox

STAMP = "DRAFT 草稿"
LANGUAGES = ["en", "zh", "qps"]


def draw(answer, lang="en", size="screen", name=None):
    """A figure of an answer, drawn without a warning."""
    return drawn(answer.figure, lang, size, name)


def is_stamped(figure):
    return any(text.get_text() == STAMP for text in figure.findobj(Text))


def written(figure):
    """Every text that is drawn but for the stamp, ticks outside their axis not counted."""
    figure.draw_without_rendering()
    ticks = {id(label) for ax in figure.axes for axis in (ax.xaxis, ax.yaxis)
             for tick in axis.get_major_ticks() + axis.get_minor_ticks()
             for label in (tick.label1, tick.label2)}  # fmt: skip
    drawn = [t for t in figure.findobj(Text) if id(t) not in ticks]
    for ax in figure.axes:
        for axis in (ax.xaxis, ax.yaxis):
            drawn += [tick.label1 for tick in axis._update_ticks()]
    return [t for t in drawn if t.get_visible() and t.get_text().strip() not in ("", STAMP)]


def texts(figure):
    return [text.get_text() for text in written(figure)]


def headline(figure):
    return figure.texts[0].get_text()


def ink(text):
    """Its box without the room above and below that no letter takes."""
    box = text.get_window_extent()
    x, y = min(1.0, 0.1 * box.width), 0.16 * box.height / (text.get_text().count("\n") + 1)
    return Bbox([[box.x0 + x, box.y0 + y], [box.x1 - x, box.y1 - y]])


def check(figure, lang, names=None):
    """Nothing off the page, no two texts on each other, all in one language.

    `names`: those that the pseudo-language leaves as they are; None if it may leave any.
    """
    page, found = figure.bbox, [(ink(t), t.get_text()) for t in written(figure)]
    for box, text in found:
        assert page.x0 <= box.x0, text
        assert box.x1 <= page.x1, text
        assert page.y0 <= box.y0, text
        assert box.y1 <= page.y1, text
    for (box, text), (other, said) in combinations(found, 2):
        assert not box.overlaps(other), (text, said)
    for _, text in found:
        if lang == "en":
            assert not re.search(r"[\u2e80-\uffef]", text), text
        elif lang == "zh":
            known = text.replace("CNY per year", "").replace("OpenStreetMap", "")
            assert not re.search(r"[A-Za-z]{2,}", known), text
            assert not re.search(r"[\u4e00-\u9fff][,;:(]", known), text
        elif names is not None and re.search(r"[A-Za-z]{2,}", text):  # what was looked up is marked
            assert "⟦" in text or text in names, text


def drawn(draw, *how):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure = draw(*how)
        figure.canvas.draw()
    return figure
