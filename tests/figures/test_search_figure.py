"""The figure of a search: a waterfall from today's value to that after the last step."""

from __future__ import annotations

from dataclasses import replace

import pytest
from decisions import as_draft, nothing, of_search, renamed, search_of, stepped, vast
from drawings import LANGUAGES, check, draw, headline, is_stamped, texts

from sim.figures import fonts, style
from sim.figures import search as room
from sim.measures.verdicts import Verdict
from sim.words.language import language

EN = language("en")
SIZES = list(style.SIZES)
CASES = {
    "as found": of_search,
    "one step": lambda: replace(of_search(), steps=of_search().steps[:1]),
    "many steps": lambda: replace(of_search(), steps=of_search().steps * 30),
    "long names": lambda: replace(of_search(), steps=renamed(of_search().steps)),
    "no gain": lambda: search_of(nothing, Verdict.TOO_SMALL),
    "vast intervals": lambda: as_draft(search_of(vast, Verdict.UNDECIDED)),
    "no step": lambda: replace(of_search(), steps=()),
    "by the mean": lambda: replace(of_search(), by="mean"),
}


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(
    ("case", "size"), [(case, SIZES[i % 3]) for i, case in enumerate(CASES)], ids=str
)
def test_nothing_overlaps_on_any_page(case, size, lang):
    check(draw(CASES[case](), lang, size), lang, names=())


@pytest.mark.parametrize("size", SIZES)
def test_each_size_holds_what_was_found(size):
    check(draw(of_search(), "en", size), "en")


def bars_drawn(figure):
    """(row, from, to) of each bar."""
    (ax,) = figure.axes
    return [
        (
            round(bar.get_y() + bar.get_height() / 2),
            round(bar.get_x(), 6),
            round(bar.get_x() + bar.get_width(), 6),
        )
        for bar in ax.patches
    ]


def test_every_bar_starts_where_the_one_before_it_ends():
    found = stepped(0.03, -0.01, 0.02, today=0.70)
    assert bars_drawn(draw(found)) == [(1, 70.0, 73.0), (2, 73.0, 72.0), (3, 72.0, 74.0)]
    chart = room.waterfall(found, 30, EN)
    assert chart.today == pytest.approx(70.0)
    assert chart.after_all().mean == pytest.approx(74.0)
    assert [bar.name for bar in chart.bars] == [
        label.get_text() for label in draw(found).axes[0].get_yticklabels()
    ][1:-1]


def test_minutes_are_drawn_as_minutes():
    found = stepped(-1.5, -0.5, today=18.0, by="mean")
    assert bars_drawn(draw(found)) == [(1, 18.0, 16.5), (2, 16.5, 16.0)]


def test_the_intervals_are_those_of_the_steps_and_of_all_together():
    found = stepped(0.03, 0.02, today=0.70, half=0.01)
    (ax,) = draw(found).axes
    ends = {
        (round(y), *(round(float(v), 6) for v in line.get_xdata()))
        for line in ax.lines
        for y in line.get_ydata()[:1]
        if len(set(line.get_ydata())) == 1 and len(line.get_xdata()) == 2
    }
    assert {(1, 72.0, 74.0), (2, 74.0, 76.0), (3, 74.0, 76.0)} <= ends


def test_the_first_and_the_last_value_are_printed():
    said = texts(draw(stepped(0.03, 0.02, today=0.70)))
    assert {"70.0 %", "75.0 %", "today", "all steps together"} <= set(said)


def test_steps_beyond_the_page_share_a_bar():
    found = stepped(*[0.001] * 40, today=0.5)
    chart = room.waterfall(found, 10, EN)
    assert len(chart.bars) == 10
    assert chart.bars[-1].name == "31 more steps"
    assert chart.bars[-1].verdict is None
    assert chart.bars[-1].end == pytest.approx(54.0)
    one_left = room.waterfall(stepped(*[0.001] * 11), 10, EN)
    assert one_left.bars[-1].name == "2 more steps", "the bar of several takes a row itself"
    assert len(room.waterfall(stepped(*[0.001] * 10), 10, EN).bars) == 10


@pytest.mark.parametrize("verdict", list(Verdict))
def test_bars_are_filled_by_their_verdict_and_only_those_there_are_explained(verdict):
    figure = draw(stepped(0.03, 0.02, verdict=verdict))
    fill = room.FILLS[verdict]
    assert all((bar.get_hatch() or "") == fill.hatch for bar in figure.axes[0].patches)
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == [str(verdict)]


def test_without_a_step_the_layout_of_today_is_said():
    figure = draw(replace(of_search(), steps=()))
    assert headline(figure) == "No step was found that is sure to help"
    assert not figure.axes
    assert any("Xiangdong Hospital 3" in text.replace("\n", " ") for text in texts(figure))


def test_nothing_gained_is_drawn_too():
    (ax,) = draw(stepped(0.0, today=0.7)).axes
    upright = [line for line in ax.lines if line.get_linewidth() == 2.0]
    assert [float(line.get_xdata()[0]) for line in upright] == pytest.approx([70.0])


@pytest.mark.parametrize("draft", [False, True])
def test_drafts_and_only_drafts_are_stamped(draft):
    assert is_stamped(draw(as_draft(of_search()) if draft else of_search())) is draft


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_wide_fonts_stay_on_the_page(monkeypatch):
    """A machine may have no font but matplotlib's own, which is wide."""
    monkeypatch.setattr(fonts, "_installed", lambda: frozenset({"DejaVu Sans"}))
    figure = of_search().figure("en", "a4")
    (width, height), inked = figure.get_size_inches(), figure.get_tightbbox()
    assert min(inked.x0, inked.y0) >= 0
    assert inked.x1 <= width
    assert inked.y1 <= height
