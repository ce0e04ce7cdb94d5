"""Rows of differences with intervals, verdict marks and columns of numbers: one chart for many.

A figure says what its rows are called, which differences they have and which numbers stand beside
them; where everything goes is decided here.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes

from sim.figures import intervals, lettering, page
from sim.figures.page import Sheet
from sim.measures.estimates import Estimate
from sim.measures.measures import Measure
from sim.measures.verdicts import Matters, Verdict
from sim.words import measures as words
from sim.words.language import Language

PITCH = 1.9  # of a row, in units of the body type
AROUND = 7.5  # of title, axis and legend


@dataclass(frozen=True)
class Row:
    """One difference: its name, value and verdict."""

    name: str
    value: Estimate  # in the unit of its measure
    verdict: Verdict


@dataclass(frozen=True)
class NumberColumn:
    """Numbers beside the rows, with a head."""

    head: str
    cells: Sequence[str]


@dataclass(frozen=True)
class RowChart:
    """What is to be drawn, and so what was drawn: tests read it."""

    measure: Measure
    matters: Matters
    rows: Sequence[Row]
    columns: Sequence[NumberColumn]
    title: str
    axis: str
    names_share: float = 0.32  # of the page's width that names may take
    stems: bool = True  # a line from nothing to the value
    extra: Sequence[object] = field(default=())  # more handles of the legend


def high(rows: int) -> float:
    """Height of a chart of so many rows, in units of the body type."""
    return AROUND + PITCH * max(2, rows)


def draw(sheet: Sheet, chart: RowChart, say: Language) -> Axes:
    """The chart on a page: names, axes, columns and the legend below."""
    size = sheet.size
    ax = named_rows(sheet, [row.name for row in chart.rows], chart.columns, chart.names_share)
    cut = panel(ax, chart, say)
    handles = intervals.legend((row.verdict for row in chart.rows), say, size)
    handles += [intervals.goes_on(say, size)] * cut
    handles += [*chart.extra, intervals.band_legend([chart.measure], chart.matters, say)]
    legend_below(sheet, handles)
    return ax


def named_rows(
    sheet: Sheet, names: Sequence[str], columns: Sequence[NumberColumn], names_share: float = 0.32
) -> Axes:
    """Empty axes with a name to the left of each row and columns of numbers to the right."""
    size = sheet.size
    room = intervals.name_room(sheet.fig, names, size, names_share)
    names = [lettering.middle_out(sheet.fig, name, size, room) for name in names]
    small = 0.92 * size
    widths = [
        max(lettering.width(sheet.fig, cell, small) for cell in (column.head, *column.cells))
        + 1.4 * size
        for column in columns
    ]
    ax = sheet.axes(
        sheet.left + room + 1.0 * size, sheet.bottom + 5.3 * size,
        sheet.right - sum(widths), sheet.top - 1.9 * size,
    )  # fmt: skip
    intervals.rows(ax, names, size)
    for i, column in enumerate(columns):
        intervals.column(ax, sum(widths[: i + 1]), column.head, column.cells, small)
    return ax


def legend_below(sheet: Sheet, handles: Sequence[Any]) -> None:
    """A legend in one line at the foot of the page."""
    at = sheet.at(sheet.right, sheet.bottom + 0.4 * sheet.size)
    intervals.in_a_line(sheet.fig, handles, at)


def panel(ax: Axes, chart: RowChart, say: Language) -> bool:
    """The differences on axes; whether an interval goes on beyond what is drawn."""
    size, measure = mpl.rcParams["font.size"], chart.measure
    least = intervals.small(measure, chart.matters)
    values = [intervals.scaled(measure, row.value) for row in chart.rows]
    seen = intervals.span(values, 1.3 * least)
    intervals.value_axis(ax, seen)
    intervals.band(ax, least)
    for y, (row, value) in enumerate(zip(chart.rows, values, strict=True)):
        if not math.isfinite(value.mean):
            continue
        colour = intervals.MARKS[row.verdict].colour
        if chart.stems:
            ax.plot([0, value.mean], [y, y], color=colour, lw=0.12 * size, alpha=0.45, zorder=2.5)
        intervals.interval(ax, y, value, seen, colour, 0.25 * size)
        intervals.mark(ax, value.mean, y, row.verdict, 0.8 * size)
    title(ax, chart.title)
    side = say("← worse") if measure.better == "more" else say("← better")
    ax.set_xlabel(f"{side}   {chart.axis}", labelpad=0.3 * size)
    return intervals.cut_off(values, seen)


def title(ax: Axes, text: str) -> None:
    """Over the axes; a long one begins over the names, as the columns have heads of their own."""
    fig: Any = ax.figure
    size, wide = 1.05 * mpl.rcParams["font.size"], intervals.points_wide(ax)
    beside = ax.get_window_extent().x0 * 72 / fig.dpi - page.MARGIN
    text = lettering.broken(fig, text, size, wide + beside, 1, "bold")
    shift = min(0.0, wide - lettering.width(fig, text, size, "bold"))
    ax.annotate(
        text, (0, 1), (shift, 0.75 * size), xycoords="axes fraction", textcoords="offset points",
        weight="bold", size=size, annotation_clip=False,
    )  # fmt: skip


def change_axis(measure: Measure, say: Language) -> str:
    """What the axis of a difference from today is called."""
    return say("change against today ({unit})", unit=words.unit(measure, say))
