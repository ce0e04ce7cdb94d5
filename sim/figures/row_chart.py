"""Rows of differences with intervals, marks and columns of numbers: one chart for many figures.

A figure says what its rows are called, which differences they have and which numbers stand beside
them; where everything goes is decided here. Several measures of the same rows stand side by side.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes

from sim.figures import intervals, lettering, page, style
from sim.figures.intervals import Mark, Span
from sim.figures.page import Sheet
from sim.measures.intervals import Estimate
from sim.measures.kinds import Matters, Measure
from sim.measures.verdicts import Verdict
from sim.words import measures as words
from sim.words.language import Language

PITCH = 1.9  # of a row, in units of the body type
AROUND = 7.5  # of title, axis and legend
GAP = 3.0  # between charts beside each other
TWO_LINES = 0.78  # of the body type: two lines of it are no higher than a row
NAMES_SHARE = 0.32  # of the page's width that names may take, unless a chart says more
NUMBERS = 0.92  # type of columns, in units of the body type, where these leave room to draw
NARROWEST = 9.0  # axes for which columns stay as they are, in units of the body type
WRITTEN = 4.2  # room for numbers that stand beside the intervals


@dataclass(frozen=True)
class Row:
    """One difference: its name, value and verdict."""

    name: str
    value: Estimate  # in the unit of its measure
    verdict: Verdict
    mark: Mark | None = None  # instead of that of the verdict
    number: str = ""  # written beyond the interval

    @property
    def looks(self) -> Mark:
        return self.mark or intervals.MARKS[self.verdict]


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
    names_share: float = NAMES_SHARE
    stems: bool = True  # a line from nothing to the value
    extra: Sequence[Any] = field(default=())  # more handles of the legend
    below: str = ""  # a line below the rows: what is not drawn


def high(rows: int, pitch: float = PITCH) -> float:
    """Height of a chart of so many rows, in units of the body type."""
    return AROUND + pitch * max(2, rows)


def draw(sheet: Sheet, chart: RowChart, say: Language) -> Axes:
    """The chart on a page: names, axes, columns and the legend below."""
    return beside(sheet, [chart], [1.0], say)[0]


def beside(
    sheet: Sheet, charts: Sequence[RowChart], shares: Sequence[float], say: Language
) -> list[Axes]:
    """Charts of the same rows on a page, names before the first; `shares` of the width add to 1."""
    first = charts[0]
    names = [*(row.name for row in first.rows), *[""] * bool(first.below)]
    columns = [chart.columns for chart in charts]
    room = intervals.name_room(sheet.fig, names, sheet.size, first.names_share)
    every = _axes(sheet, names, columns, shares, room)
    cut = [panel(ax, chart) for ax, chart in zip(every, charts, strict=True)]
    if first.below:
        _say_below(every[0], first.below, len(names) - 1)
    legend_below(sheet, _legend(charts, any(cut), say, sheet.size))
    return every


def named_rows(
    sheet: Sheet, names: Sequence[str], columns: Sequence[NumberColumn], room: float | None = None
) -> Axes:
    """Empty axes with a name to the left of each row and columns of numbers to the right.

    Names that are too long stand in two lines, smaller: from where something moves, and where to.
    `room`: points for names, where rows stand over others that share them.
    """
    size, fig = sheet.size, sheet.fig
    if room is None:
        room = intervals.name_room(fig, names, size, NAMES_SHARE)
    small = TWO_LINES * size
    ax = _axes(sheet, names, [columns], [1.0], room)[0]
    long = [lettering.width(fig, name, size) > room for name in names]
    said = [
        lettering.broken(fig, name, small, room) if is_long else name
        for name, is_long in zip(names, long, strict=True)
    ]
    ax.set_yticks(range(len(said)), labels=said, size=size)
    for label, is_long in zip(ax.get_yticklabels(), long, strict=True):
        if is_long:
            label.set(size=small, linespacing=1.1)
    return ax


def _axes(
    sheet: Sheet,
    names: Sequence[str],
    columns: Sequence[Sequence[NumberColumn]],
    shares: Sequence[float],
    room: float,
) -> list[Axes]:
    """Empty axes beside each other, as many as shares, each with its columns to the right."""
    size, fig = sheet.size, sheet.fig
    names = [lettering.middle_out(fig, name, size, room) for name in names]
    left, bottom = sheet.left + room + 1.0 * size, sheet.bottom + 5.3 * size
    free = sheet.right - left - GAP * size * (len(shares) - 1)
    for small in (NUMBERS * size * 0.94**i for i in range(12)):  # that leaves room to draw
        widths = [[_width(sheet, column, small) for column in some] for some in columns]
        wide = free - sum(map(sum, widths))
        if wide >= NARROWEST * size * len(shares):
            break
    every: list[Axes] = []
    for share, some, points in zip(shares, columns, widths, strict=True):
        ax = sheet.axes(left, bottom, left + share * wide, sheet.top - 1.9 * size)
        intervals.rows(ax, names, size)
        if every:
            ax.set_yticks([])
        for i, column in enumerate(some):
            right = sum(points[: i + 1])
            intervals.column(ax, right, column.head, column.cells, small)
        left += share * wide + sum(points) + GAP * size
        every.append(ax)
    return every


def _width(sheet: Sheet, column: NumberColumn, size: float) -> float:
    cells = (column.head, *column.cells)
    return max(lettering.width(sheet.fig, cell, size) for cell in cells) + 1.4 * sheet.size


def legend_below(sheet: Sheet, handles: Sequence[Any]) -> None:
    """A legend at the foot of the page, in one line if it fits."""
    at = sheet.at(sheet.right, sheet.bottom + 0.4 * sheet.size)
    intervals.in_a_line(sheet.fig, handles, at)


def _legend(charts: Sequence[RowChart], cut: bool, say: Language, size: float) -> list[Any]:
    """What the marks, the arrows and the band mean, of those that occur."""
    judged = (row.verdict for row in charts[0].rows if row.mark is None)
    handles: list[Any] = [*intervals.legend(judged, say, size), *charts[0].extra]
    handles += [intervals.goes_on(say, size)] * cut
    measures = [chart.measure for chart in charts]
    return [*handles, intervals.band_legend(measures, charts[0].matters, say)]


def panel(ax: Axes, chart: RowChart) -> bool:
    """The differences on axes; whether an interval goes on beyond what is drawn."""
    size, measure = mpl.rcParams["font.size"], chart.measure
    least = intervals.small(measure, chart.matters)
    values = [intervals.scaled(measure, row.value) for row in chart.rows]
    seen = intervals.span(values, 1.3 * least)
    intervals.value_axis(ax, seen, *_number_room(chart.rows, size))
    intervals.band(ax, least)
    for y, (row, value) in enumerate(zip(chart.rows, values, strict=True)):
        if row.number:
            _write_number(ax, y, row, value, seen)
        if not math.isfinite(value.mean):
            continue
        colour = row.looks.colour
        if chart.stems:
            ax.plot([0, value.mean], [y, y], color=colour, lw=0.12 * size, alpha=0.45, zorder=2.5)
        intervals.interval(ax, y, value, seen, colour, 0.25 * size)
        intervals.mark(ax, value.mean, y, row.looks, 0.8 * size)
    title(ax, chart.title)
    axis_label(ax, chart.axis)
    return intervals.cut_off(values, seen)


def axis_label(ax: Axes, text: str) -> None:
    """Below the axis, smaller where it would be longer."""
    size = mpl.rcParams["font.size"]
    fitting = lettering.size_that_fits(ax.figure, text, size, intervals.points_wide(ax))  # type: ignore[arg-type]
    ax.set_xlabel(text, labelpad=0.3 * size, size=fitting)


def title(ax: Axes, text: str) -> None:
    """Over the axes, whose columns have heads of their own.

    A long title begins over the names, or in the gap to the axes on the left; one that is longer
    still is made smaller, and then cut.
    """
    fig: Any = ax.figure
    size, wide, to_points = (
        1.05 * mpl.rcParams["font.size"],
        intervals.points_wide(ax),
        72 / fig.dpi,
    )
    here = ax.get_window_extent().x0
    others = [other.get_window_extent().x1 for other in fig.axes]
    edge = max((x * to_points + size for x in others if x < here), default=page.MARGIN)
    room = wide + here * to_points - edge
    size = max(0.8 * size, lettering.size_that_fits(fig, text, size, room, "bold"))
    text = lettering.broken(fig, text, size, room, 1, "bold")
    shift = min(0.0, wide - lettering.width(fig, text, size, "bold"))
    ax.annotate(
        text, (0, 1), (shift, 0.75 * size), xycoords="axes fraction", textcoords="offset points",
        weight="bold", size=size, annotation_clip=False,
    )  # fmt: skip


def _number_room(rows: Iterable[Row], size: float) -> tuple[float, float]:
    """Points on the left and on the right of the axis for numbers of losses and of gains."""
    right = {_is_right(row.value) for row in rows if row.number}
    return WRITTEN * size * (False in right), WRITTEN * size * (True in right)


def _is_right(value: Estimate) -> bool:
    return value.mean >= 0 or not math.isfinite(value.mean)


def _write_number(ax: Axes, y: int, row: Row, value: Estimate, seen: Span) -> None:
    """The number beyond the interval, on the side of its sign."""
    size, right = mpl.rcParams["font.size"], _is_right(value)
    ends = [0.0, *(seen.within(end) for end in value if math.isfinite(end))]
    x, shift = (max(ends), 0.75) if right else (min(ends), -0.75)
    ax.annotate(
        row.number, (x, y), (shift * size, 0), textcoords="offset points",
        ha="left" if right else "right", va="center_baseline", size=0.92 * size,
        weight="bold" if row.looks.strong else "normal", path_effects=style.halo(), zorder=6,
    )  # fmt: skip


def _say_below(ax: Axes, text: str, row: int) -> None:
    """A line in the place of a last row, across all charts."""
    size = mpl.rcParams["font.size"]
    ax.annotate(
        text, (0, row), (0.6 * size, 0), xycoords=("axes fraction", "data"),
        textcoords="offset points", va="center", color=style.GREY, size=0.95 * size,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.5}, zorder=6,
    )  # fmt: skip


def change_axis(measure: Measure, say: Language) -> str:
    """What the axis of a difference from today is called, and which side is the good one."""
    unit = words.unit(measure, say)
    if measure.sign > 0:
        return say("← worse   change against today ({unit})", unit=unit)
    return say("← better   change against today ({unit})", unit=unit)
