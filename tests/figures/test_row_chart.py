"""Rows of differences: where names, numbers, panels and the legend go."""

from __future__ import annotations

import math
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
import pytest
from drawings import check, texts

from sim.figures import intervals, page, row_chart
from sim.figures.intervals import Mark
from sim.figures.row_chart import NumberColumn, Row, RowChart
from sim.measures.intervals import Estimate
from sim.measures.kinds import Matters
from sim.measures.measures import BY_KEY
from sim.measures.verdicts import Verdict
from sim.words.language import language
from sim.words.page import Finding

EN = language("en")
GAIN, LOSS = Estimate(0.04, 0.02, 0.06), Estimate(-0.03, -0.05, -0.01)
ROWS = (
    Row("Fenglin", GAIN, Verdict.BETTER),
    Row("Guanzhuang", LOSS, Verdict.WORSE),
    Row("Shiting", Estimate(0.001, -0.002, 0.004), Verdict.TOO_SMALL),
)
CHART = RowChart(
    BY_KEY["within"], Matters(), ROWS, (), "All calls within target", "change against today"
)


def numbered(*rows):
    return tuple(replace(row, number=f"{100 * row.value.mean:+.1f}") for row in rows)


@contextmanager
def sheet(size="screen", rows=4):
    finding = Finding("A finding", "what is drawn", "how it was made")
    with page.page(finding, size, row_chart.high(rows)) as made:
        yield made


def drawn(*charts, shares=(1.0,), size="screen", say=EN):
    with sheet(size) as made:
        return made.fig, row_chart.beside(made, charts, shares, say)


def test_the_first_row_is_at_the_top_and_named():
    _, (ax,) = drawn(CHART)
    assert [label.get_text() for label in ax.get_yticklabels()] == [row.name for row in ROWS]
    assert ax.get_ylim()[0] > ax.get_ylim()[1]


def test_values_stand_where_the_axis_says():
    _, (ax,) = drawn(CHART)
    marks = [line for line in ax.lines if line.get_marker() in ("s", "v", "o")]
    at = [(float(line.get_xdata()[0]), float(line.get_ydata()[0])) for line in marks]
    assert at == [(pytest.approx(4.0), 0.0), (pytest.approx(-3.0), 1.0), (pytest.approx(0.1), 2.0)]


def test_a_row_has_the_mark_of_its_verdict_or_its_own():
    own = Mark("^", "#123456", True, 0.5)
    assert ROWS[0].looks == intervals.MARKS[Verdict.BETTER]
    row = replace(ROWS[0], mark=own)
    _, (ax,) = drawn(replace(CHART, rows=(row,)))
    (line,) = [line for line in ax.lines if line.get_marker() == "^"]
    assert line.get_color() == "#123456"
    usual = next(x for x in drawn(CHART)[1][0].lines if x.get_marker() == "s")
    assert line.get_markersize() == pytest.approx(usual.get_markersize() / 2)


def test_the_legend_names_verdicts_only_of_rows_without_a_mark_of_their_own():
    def labels(chart):
        figure, _ = drawn(chart)
        return [text.get_text() for text in figure.legends[0].get_texts()]

    assert labels(CHART) == ["better", "worse", "too small to matter",
                             "too small to matter (1 point)"]  # fmt: skip
    own = Mark("^", "#123456", True)
    marked = replace(CHART, rows=tuple(replace(row, mark=own) for row in ROWS))
    assert labels(marked) == ["too small to matter (1 point)"]


def test_an_interval_beyond_what_is_drawn_is_told_in_the_legend():
    wide = replace(CHART, rows=(*ROWS, Row("Vast", Estimate(0.0, -9.0, 9.0), Verdict.UNDECIDED)))
    assert "interval goes on" in texts(drawn(wide)[0])
    assert "interval goes on" not in texts(drawn(CHART)[0])


def test_numbers_stand_beyond_the_intervals_on_the_side_of_their_sign():
    figure, (ax,) = drawn(replace(CHART, rows=numbered(*ROWS)))
    figure.draw_without_rendering()
    ends = {"+4.0": 6.0, "−3.0": -5.0, "-3.0": -5.0}
    for text in ax.texts:
        end = ends.get(text.get_text())
        if end is None:
            continue
        x, _ = ax.transData.transform((end, 0))
        box = text.get_window_extent()
        assert (box.x0 > x) if end > 0 else (box.x1 < x)
        assert ax.get_window_extent().x0 <= box.x0
        assert box.x1 <= ax.get_window_extent().x1


def test_what_is_not_known_has_a_row_and_no_mark():
    nan = Estimate(math.nan, math.nan, math.nan)
    figure, (ax,) = drawn(replace(CHART, rows=(*ROWS, Row("Lost", nan, Verdict.UNDECIDED))))
    assert "Lost" in texts(figure)
    assert all(np.isfinite(np.asarray(line.get_xdata(), float)).all() for line in ax.lines)
    assert {float(line.get_ydata()[0]) for line in ax.lines if line.get_marker() != "None"} == {
        0.0, 1.0, 2.0,
    }  # fmt: skip


def test_charts_beside_each_other_share_rows_and_have_names_once():
    other = replace(CHART, measure=BY_KEY["mean"], title="Mean response, min")
    figure, (left, right) = drawn(CHART, other, shares=(0.6, 0.4))
    check(figure, "en")
    assert texts(figure).count("Fenglin") == 1
    assert left.get_ylim() == right.get_ylim()
    widths = [ax.get_window_extent().width for ax in (left, right)]
    assert widths[0] / widths[1] == pytest.approx(1.5, rel=0.02)
    assert left.get_window_extent().x1 < right.get_window_extent().x0
    assert "too small to matter (1 point, 0.5 min)" in texts(figure)


def test_columns_stand_to_the_right_of_their_own_chart():
    column = NumberColumn("calls a day", ["1.0", "2.0", "3.0"])
    figure, (left, right) = drawn(
        replace(CHART, columns=(column,)), replace(CHART, title="Others"), shares=(0.5, 0.5)
    )
    figure.draw_without_rendering()
    heads = [text for text in left.texts if text.get_text() == "calls a day"]
    box = heads[0].get_window_extent()
    assert left.get_window_extent().x1 <= box.x0
    assert box.x1 <= right.get_window_extent().x0


def test_a_line_below_the_rows_takes_a_row_of_its_own():
    _, (with_line,) = drawn(replace(CHART, below="3 more not drawn"))
    _, (without,) = drawn(CHART)
    assert with_line.get_ylim()[0] == without.get_ylim()[0] + 1
    assert "3 more not drawn" in [text.get_text() for text in with_line.texts]


@pytest.mark.parametrize("size", ["screen", "a4", "slide"])
@pytest.mark.parametrize("lang", ["en", "zh", "qps"])
def test_a_long_title_is_cut_before_it_reaches_its_neighbour(size, lang):
    long = replace(CHART, title="Calls of the northern valley within target " * 4)
    short = replace(CHART, title="达标率" if lang == "zh" else "Calls in time")
    if lang == "zh":
        long, short = (
            replace(c, title=c.title if c is short else "北部山区呼叫达标率" * 8, axis="变化",
                    rows=tuple(replace(row, name="枫林镇") for row in ROWS))
            for c in (long, short)
        )  # fmt: skip
    _, (left, right) = drawn(long, short, shares=(0.5, 0.5), size=size, say=language(lang))
    cut, whole = (ax.texts[-1] for ax in (left, right))
    assert cut.get_text().endswith("…")
    assert whole.get_text() == short.title
    box = cut.get_window_extent()
    assert box.x1 <= right.get_window_extent().x0


def test_a_legend_too_long_for_a_line_takes_two():
    extra = [intervals.handle(Mark("o", "#000000", True), "a long explanation " * 3, 10)] * 6
    figure, _ = drawn(replace(CHART, extra=tuple(extra)), size="a4")
    box = figure.legends[0].get_window_extent()
    assert box.x0 >= 0
    assert figure.legends[0]._ncols < len(figure.legends[0].get_texts())


def test_the_axis_of_a_change_says_which_side_is_good():
    assert row_chart.change_axis(BY_KEY["within"], EN).startswith("← worse")
    assert row_chart.change_axis(BY_KEY["mean"], EN).startswith("← better")
    assert row_chart.change_axis(BY_KEY["within"], language("zh")).startswith("← 变差")
