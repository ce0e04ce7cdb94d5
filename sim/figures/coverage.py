"""Who is within reach by distance alone: all people, town and country, then the townships."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from sim.answers.coverage import Coverage
from sim.figures import intervals, lettering, page, style
from sim.figures.drawing import Drawings, drawings
from sim.figures.numbers import Rows
from sim.figures.page import Sheet
from sim.figures.style import Picture
from sim.words import coverage as words
from sim.words.coverage import CoverageRow
from sim.words.language import Language

PITCH: Final = 1.7  # of a row, in units of the body type
AROUND: Final = 7.0  # of heads, axis and legend
MOST: Final = 40  # rows
NAMES_SHARE: Final = 0.3  # of the page's width that names may take
COLUMNS_SHARE: Final = 0.42  # that the columns may take

Columns = Sequence[tuple[str, Sequence[str]]]  # head and cells


@drawings.register
def _(coverage: Coverage, say: Language, size: str) -> Drawings:
    return {coverage.name: lambda: draw(coverage, say, size)}


def draw(coverage: Coverage, say: Language, size: str = "screen") -> Picture:
    """A bar for the share in time, a ring for that within the radius; the least covered first."""
    groups = words.coverage_rows(coverage, say)
    wanted = min(MOST, len(groups))
    shown = groups[: page.rows_that_fit(size, wanted, PITCH, AROUND)]
    finding = words.finding(coverage, say, len(groups) - len(shown))
    with page.page(finding, size, AROUND + PITCH * max(3, len(shown))) as sheet:
        _rows(sheet, shown, say)
    return sheet.fig.explain(words.drawn(coverage, shown, say), lambda: _numbers(shown), say)


def _numbers(shown: list[CoverageRow]) -> Rows:
    return [
        {
            "area": one.name,
            "people": one.people,
            "within_target_percent": 100 * one.within,
            "within_radius_percent": 100 * one.radius,
            "median_min": one.minutes,
        }
        for one in shown
    ]


def _rows(sheet: Sheet, shown: list[CoverageRow], say: Language) -> None:
    body, small = sheet.size, 0.92 * sheet.size
    names = [group.name for group in shown]
    room = intervals.name_room(sheet.fig, names, body, NAMES_SHARE)
    names = [lettering.middle_out(sheet.fig, name, body, room) for name in names]
    columns = (
        (say("within target"), [say.percent(group.within) for group in shown]),
        (say("people"), [f"{group.people:,}" for group in shown]),
        (say("median, min"), [say.number(group.minutes) for group in shown]),
    )
    widths = _widths(sheet, columns, small)
    while sum(widths) > COLUMNS_SHARE * (sheet.right - sheet.left) and small > 0.3 * body:
        small *= 0.94
        widths = _widths(sheet, columns, small)
    ax = sheet.axes(
        sheet.left + room + body, sheet.bottom + 5.0 * body, sheet.right - sum(widths),
        sheet.top - 1.6 * body,
    )  # fmt: skip
    intervals.rows(ax, names, body)
    _bars(ax, shown, body)
    for i, (head, cells) in enumerate(columns):
        intervals.column(ax, sum(widths[: i + 1]), head, cells, small)
    label = ax.set_xlabel(say("Share of people (%)"), labelpad=0.3 * body)
    lettering.shrink(sheet.fig, label, ax.get_position().width)
    handles = [
        Patch(color=style.BLUE, label=say("within the target time")),
        _ring(say("within the radius"), 0.6 * body),
    ]
    at = sheet.at(sheet.right, sheet.bottom + 0.4 * body)
    intervals.in_a_line(sheet.fig, handles, at)


def _widths(sheet: Sheet, columns: Columns, size: float) -> list[float]:
    """Points that each column takes with its gap."""
    return [
        max(lettering.width(sheet.fig, cell, size) for cell in (head, *cells)) + 1.4 * sheet.size
        for head, cells in columns
    ]


def _bars(ax: Axes, shown: list[CoverageRow], body: float) -> None:
    for y, group in enumerate(shown):
        colour = style.BLUE if group.township else style.INK
        ax.barh(y, 100 * group.within, height=0.62, color=colour, zorder=2)
        ring = _ring("", 0.6 * body)
        ring.set_data([100 * group.radius], [y])
        ring.set_clip_on(False)
        ax.add_line(ring)
    whole = sum(not group.township for group in shown)
    ax.axhline(whole - 0.5, color=style.GREY, lw=0.8)
    ax.set_xlim(0, 100)
    ax.grid(axis="x", color=intervals.LINE, lw=0.6)
    ax.set_axisbelow(True)


def _ring(label: str, size: float) -> Line2D:
    return Line2D([], [], ls="", marker="o", markerfacecolor="white", color=style.ORANGE,
                  markersize=size, markeredgewidth=0.2 * size, label=label, zorder=4)  # fmt: skip
