"""The figure of why calls are late: bars that are the numbers, and nothing on another."""

from __future__ import annotations

import pytest
from matplotlib.text import Text

import sim
from sim.figures import fonts, style
from sim.measures.causes import PLAIN
from sim.words import why_late as words
from sim.words.language import language

LANGUAGES = ["en", "zh"]


@pytest.fixture(scope="module")
def month(liling):
    return sim.run(liling.with_study(length=14 * 86_400.0), replications=5).why()


def texts(figure):
    return [t for t in figure.findobj(Text) if t.get_text() and t not in beyond(figure)]


def beyond(figure):
    """Labels of ticks outside the limits, which are not drawn."""
    hidden = set()
    for axis in (axis for ax in figure.axes for axis in (ax.xaxis, ax.yaxis)):
        low, high = sorted(axis.get_view_interval())
        ticks = axis.get_major_ticks()
        hidden |= {
            label for t in ticks if not low <= t.get_loc() <= high for label in (t.label1, t.label2)
        }
    return hidden


@pytest.mark.parametrize("lang", [*LANGUAGES, "qps"])
@pytest.mark.parametrize("size", list(style.SIZES))
def test_everything_lies_on_the_page_and_nothing_on_another(month, lang, size):
    figure = month.figure(lang, size)
    figure.canvas.draw()
    (width, height), inked = figure.get_size_inches(), figure.get_tightbbox()
    assert min(inked.x0, inked.y0) >= 0
    assert inked.x1 <= width
    assert inked.y1 <= height
    boxes = [(t.get_window_extent(), t.get_text()) for t in texts(figure) if t.get_visible()]
    for i, (box, text) in enumerate(boxes):
        for other, said in boxes[i + 1 :]:
            assert not box.overlaps(other), (text, said)


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("size", list(style.SIZES))
def test_wide_fonts_stay_on_the_page(month, size, monkeypatch):
    monkeypatch.setattr(fonts, "_installed", lambda: frozenset({"DejaVu Sans"}))
    figure = month.figure(size=size)
    (width, height), inked = figure.get_size_inches(), figure.get_tightbbox()
    assert min(inked.x0, inked.y0) >= 0
    assert inked.x1 <= width
    assert inked.y1 <= height


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_headline_is_the_finding_and_the_map_is_said_to_be_synthetic(month, lang):
    said = [t.get_text() for t in texts(month.figure(lang))]
    assert words.headline(month, language(lang)) in said
    assert any(("Synthetic map" if lang == "en" else "合成地图") in text for text in said)


def test_a_colour_is_never_alone(month):
    bars = [bar for ax in month.figure().axes for bar in ax.patches]
    looks = {(bar.get_facecolor(), bar.get_hatch() or "") for bar in bars}
    assert len(looks) == len({hatch for _, hatch in looks}) == len(PLAIN)


def test_bars_are_as_long_as_the_late_calls_of_a_week(month):
    townships, hours = month.figure().axes
    shown, rest = month.by_misses()
    late = [*(each.total for each in shown), sum(each.total for each in rest)]
    ends = [round(bar.get_x() + bar.get_width(), 6) for bar in townships.patches[-len(late) :]]
    assert ends == pytest.approx([month.a_week(count) for count in late])
    assert sum(bar.get_height() for bar in hours.patches) == pytest.approx(
        month.a_week(month.late().total)
    )
