"""The figure of what stations are worth: its rows are its losses, and nothing overlaps."""

from __future__ import annotations

from dataclasses import replace

import pytest
from decisions import (
    as_draft,
    long_worth,
    losses_of,
    nothing,
    of_worth,
    unknown,
    vast,
    worth_of,
)
from drawings import LANGUAGES, check, draw, is_stamped, texts

from sim.figures import fonts, style
from sim.figures import worth as room
from sim.measures.intervals import Estimate
from sim.measures.verdicts import Verdict
from sim.words.language import language

SIZES = list(style.SIZES)
CASES = {
    "as found": of_worth,
    "one line": lambda: replace(of_worth(), losses=of_worth().losses[:1]),
    "many lines": lambda: replace(of_worth(), losses=of_worth().losses * 4),
    "long names": long_worth,
    "no loss": lambda: worth_of(nothing, Verdict.TOO_SMALL),
    "no interval": lambda: as_draft(worth_of(unknown, Verdict.UNDECIDED)),
    "vast intervals": lambda: worth_of(vast, Verdict.UNDECIDED),
}


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(
    ("case", "size"), [(case, SIZES[i % 3]) for i, case in enumerate(CASES)], ids=str
)
def test_nothing_overlaps_on_any_page(case, size, lang):
    check(draw(CASES[case](), lang, size), lang, names=())


@pytest.mark.parametrize("size", SIZES)
def test_each_size_holds_what_was_found(size):
    check(draw(of_worth(), "en", size), "en")


def chart_of(found, lang="en"):
    return room.chart(found, found.losses, language(lang))


def test_a_row_for_each_loss_with_its_change_and_its_verdict():
    found = of_worth()
    chart = chart_of(found)
    assert [row.value for row in chart.rows] == [x.changes["within"] for x in found.losses]
    assert [row.verdict for row in chart.rows] == [loss.verdict for loss in found.losses]
    assert len({row.name for row in chart.rows}) == len(found.losses)


def test_what_is_drawn_lies_where_the_changes_are():
    found = losses_of(
        (Estimate(-0.08, -0.09, -0.07), Verdict.WORSE),
        (Estimate(0.0, -0.001, 0.001), Verdict.TOO_SMALL),
    )
    figure = draw(found)
    (ax,) = figure.axes
    assert [label.get_text() for label in ax.get_yticklabels()] == [
        row.name for row in chart_of(found).rows
    ]
    marks = {(round(float(x), 6), int(y)) for line in ax.lines
             for x, y in zip(*line.get_data(), strict=True) if line.get_marker() in ("v", "o")}  # fmt: skip
    assert marks == {(-8.0, 0), (0.0, 1)}
    ends = [tuple(round(float(x), 6) for x in line.get_xdata()) for line in ax.lines]
    assert (-9.0, -7.0) in ends


def test_numbers_stand_beside_the_rows():
    found = losses_of((Estimate(-0.08, -0.09, -0.07), Verdict.WORSE))
    chart = chart_of(found)
    assert [column.head for column in chart.columns] == [
        "change (95 % CI)", "calls a day", "saves, CNY per year",
    ]  # fmt: skip
    assert chart.columns[0].cells == ["−8.0 (−9.0, −7.0)"]
    loss = found.losses[0]
    assert chart.columns[1].cells == [f"{loss.calls_per_day:.1f}"]
    assert chart.columns[2].cells == [f"{loss.saved:,.0f}"]
    assert set(chart.columns[0].cells) <= set(texts(draw(found)))


def test_without_costs_there_is_no_column_of_savings():
    losses = [loss._replace(saved=float("nan")) for loss in of_worth().losses]
    chart = chart_of(replace(of_worth(), losses=tuple(losses)))
    assert len(chart.columns) == 2


def test_a_slide_shows_as_many_as_fit_and_says_how_many_it_does_not():
    found = replace(of_worth(), losses=of_worth().losses * 4)
    figure = draw(found, size="slide")
    rows = len(figure.axes[0].get_yticks())
    assert rows < len(found.losses)
    assert any(f"{len(found.losses) - rows} smaller losses not drawn" in t for t in texts(figure))


def test_at_most_forty_rows_are_drawn():
    found = replace(of_worth(), losses=of_worth().losses * 4)
    assert len(draw(found).axes[0].get_yticks()) == room.MOST == 40


@pytest.mark.parametrize("draft", [False, True])
def test_drafts_and_only_drafts_are_stamped(draft):
    figure = draw(as_draft(of_worth()) if draft else of_worth())
    assert is_stamped(figure) is draft


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_wide_fonts_stay_on_the_page(monkeypatch):
    """A machine may have no font but matplotlib's own, which is wide."""
    monkeypatch.setattr(fonts, "_installed", lambda: frozenset({"DejaVu Sans"}))
    figure = of_worth().figure("en", "a4")
    (width, height), inked = figure.get_size_inches(), figure.get_tightbbox()
    assert min(inked.x0, inked.y0) >= 0
    assert inked.x1 <= width
    assert inked.y1 <= height
