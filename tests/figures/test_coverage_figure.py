"""The figure of coverage: bars that are the shares, the least covered first, nothing off the page."""

from __future__ import annotations

import pytest

from sim.answers.coverage import coverage
from sim.figures import style
from sim.words.coverage import coverage_rows
from sim.words.language import language


@pytest.fixture(scope="module")
def covered(liling):
    return coverage(liling)


def test_bars_and_rings_are_the_shares_of_each_group(covered):
    (panel,) = covered.figure().axes
    rows = coverage_rows(covered, language())
    widths = [bar.get_width() for bar in panel.patches]
    assert widths == pytest.approx([100 * row.within for row in rows])
    rings = [line.get_xdata()[0] for line in panel.lines if line.get_marker() == "o"]
    assert rings == pytest.approx([100 * row.radius for row in rows])
    names = [label.get_text() for label in panel.get_yticklabels()]
    assert names == [row.name for row in rows]


def test_all_people_come_first_then_the_townships_from_the_least_covered(covered):
    rows = coverage_rows(covered, language())
    assert [row.name for row in rows[:3]] == ["All", "Urban", "Rural"]
    shares = [row.within for row in rows[3:]]
    assert shares == sorted(shares)
    assert all(row.township for row in rows[3:])


@pytest.mark.parametrize("lang", ["en", "zh", "qps"])
@pytest.mark.parametrize("size", list(style.SIZES))
def test_everything_written_lies_on_the_page(covered, lang, size):
    figure = covered.figure(lang, size)
    (width, height), inked = figure.get_size_inches(), figure.get_tightbbox()
    assert min(inked.x0, inked.y0) >= 0
    assert inked.x1 <= width
    assert inked.y1 <= height


def test_a_slide_says_how_many_townships_it_leaves_out(covered):
    figure = covered.figure(size="slide")
    drawn = len(figure.axes[0].patches)
    hidden = len(coverage_rows(covered, language())) - drawn
    assert hidden > 0
    assert any(f"{hidden} areas with more coverage not drawn" in t.get_text() for t in figure.texts)


def test_the_headline_is_the_share_and_the_foot_says_what_it_is_not(covered):
    texts = [text.get_text() for text in covered.figure().texts]
    share = covered.to_frame().iloc[0]["within"]
    assert f"{100 * share:.1f} % of people live within the target time of a station" in texts
    assert any("this is not compliance" in text for text in texts)
    assert any("Synthetic map" in text for text in texts)
