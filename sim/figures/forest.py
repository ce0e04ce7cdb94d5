"""Proposals against today, measure by measure, with intervals and verdicts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.answers.comparison import Comparison
from sim.figures import intervals, lettering, numbers, page, style
from sim.figures.numbers import Rows
from sim.figures.page import Sheet
from sim.figures.row_chart import Row
from sim.figures.style import Picture
from sim.measures.intervals import Estimate
from sim.measures.kinds import Matters, Measure
from sim.measures.measures import BY_KEY
from sim.words import comparison as comparison_words
from sim.words import forest as words
from sim.words import measures as measure_words
from sim.words.language import Language

KEYS: Final = ("urban10", "rural30", "worst5", "p90")
PITCH: Final = 4.0  # of a row, in units of the body type
AROUND: Final = 8.8  # of heads, axis and legend
MOST: Final = 24  # proposals
NAMES_SHARE: Final = 0.22  # of the page's width that a line of a name may take


@dataclass(frozen=True)
class MeasurePanel:
    """One measure: what it is called, what it is today, and each proposal's difference."""

    measure: Measure
    name: str
    today: str
    rows: Sequence[Row]


@dataclass(frozen=True)
class Forest:
    """What is to be drawn, and so what was drawn: tests read it."""

    matters: Matters
    panels: Sequence[MeasurePanel]
    names: Sequence[str]  # of the proposals


def draw(comparison: Comparison, say: Language, size: str = "screen") -> Picture:
    """One row a proposal, one panel a measure; a value's shape is its verdict."""
    wanted = min(MOST, len(comparison.proposals))
    rows = page.rows_that_fit(size, wanted, PITCH, AROUND)
    chart = forest(comparison, min(rows, wanted), say)
    keys = [panel.measure.key for panel in chart.panels]
    finding = words.finding(comparison, keys, len(chart.names), say)
    with page.page(finding, size, AROUND + PITCH * max(2, len(chart.names))) as sheet:
        _draw(sheet, chart, say)
    return sheet.fig.explain(
        words.drawn(comparison, keys, len(chart.names), say), lambda: _rows(chart, say), say
    )


def _rows(chart: Forest, say: Language) -> Rows:
    """A row for each proposal and measure; the unit beside the numbers, which are of several."""
    return [
        {
            "proposal": row.name,
            "measure": panel.name,
            "unit": numbers.CHANGES[panel.measure.unit],
            **numbers.in_unit("difference", "in_unit", row.value, panel.measure.scale),
            "verdict": say(measure_words.VERDICTS[row.verdict]),
        }
        for panel in chart.panels
        for row in panel.rows
    ]


def forest(comparison: Comparison, rows: int, say: Language) -> Forest:
    """The measures that there are in the base, with the first so many proposals."""
    lettered, proposals = len(comparison.proposals) > 1, comparison.proposals[:rows]
    names = [words.name(comparison, row, say, lettered=lettered) for row in proposals]
    panels = []
    for key in KEYS:
        measure, now = BY_KEY[key], comparison.estimate(key).mean
        if not math.isfinite(now):
            continue
        today = measure_words.value(measure, now, say)
        panels.append(
            MeasurePanel(
                measure,
                _name(comparison, key, say),
                say("today {value} min", value=today)
                if measure.unit == "min"
                else say("today {value}", value=today),
                [
                    Row(name, comparison.difference(key, row), comparison.verdict(key, row))
                    for name, row in zip(names, proposals, strict=True)
                ],
            )
        )
    return Forest(comparison.matters, panels, names)


def _name(comparison: Comparison, key: str, say: Language) -> str:
    """A measure's name; without its unit, which stands beside today's value."""
    if key == "p90":
        return say("90th percentile")
    return comparison_words.label(comparison, key, say)


def _draw(sheet: Sheet, chart: Forest, say: Language) -> None:
    """The measures side by side, the names at the first, and the legend below."""
    fig, body = sheet.fig, sheet.size
    room = NAMES_SHARE * 72 * fig.get_size_inches()[0]
    names = [lettering.broken(fig, name, 0.95 * body, room, 3) for name in chart.names]
    lines = [line for name in names for line in name.split("\n")]
    left = sheet.left + max(lettering.width(fig, line, 0.95 * body) for line in lines) + 1.2 * body
    gap, count = 1.6 * body, max(1, len(chart.panels))
    wide = (sheet.right - left - gap * (count - 1)) / count
    cut = False
    for i, panel in enumerate(chart.panels):
        start = left + i * (wide + gap)
        bottom, top = sheet.bottom + 5.4 * body, sheet.top - 4.6 * body
        ax = sheet.axes(start, bottom, start + wide, top)
        intervals.rows(ax, names, 0.95 * body)
        if i:
            ax.set_yticks([])
        cut |= _panel(ax, panel, chart.matters, wide, say)
    found = [row.verdict for panel in chart.panels for row in panel.rows]
    handles = intervals.legend(found, say, body)
    handles += [intervals.goes_on(say, body)] * cut
    measures = [panel.measure for panel in chart.panels]
    handles.append(intervals.band_legend(measures, chart.matters, say))
    intervals.in_a_line(fig, handles, sheet.at(sheet.right, sheet.bottom + 0.5 * body))


def _panel(ax: Axes, panel: MeasurePanel, matters: Matters, wide: float, say: Language) -> bool:
    """The differences in one measure; whether an interval goes on beyond what is drawn."""
    measure, body = panel.measure, mpl.rcParams["font.size"]
    values = [intervals.scaled(measure, row.value) for row in panel.rows]
    least = intervals.small(measure, matters)
    seen = intervals.span(values, 1.3 * least)
    intervals.value_axis(ax, seen)
    intervals.band(ax, least)
    for y in range(len(values) - 1):
        ax.axhline(y + 0.5, color=intervals.LINE, lw=0.7, zorder=0.6)
    for y, (row, value) in enumerate(zip(panel.rows, values, strict=True)):
        colour = intervals.MARKS[row.verdict].colour
        if math.isfinite(value.mean):
            intervals.interval(ax, y + 0.12, value, seen, colour, 0.28 * body)
            intervals.mark(ax, value.mean, y + 0.12, row.verdict, 0.85 * body)
        _numbers(ax, y, value, intervals.in_figures(measure, row.value, say), colour, wide)
    _heads(ax, panel, wide)
    unit = measure_words.unit(measure, say)
    if measure.better == "more":
        text = say("difference ({unit})  better →", unit=unit)
    else:
        text = say("← better  difference ({unit})", unit=unit)
    line = ax.set_xlabel(text, labelpad=0.3 * body)
    fig: Figure = ax.figure  # type: ignore[assignment]
    lettering.shrink(fig, line, lettering.across(fig, wide))
    return intervals.cut_off(values, seen)


def _numbers(ax: Axes, y: int, value: Estimate, text: str, colour: str, wide: float) -> None:
    """The numbers above a value's mark, smaller if need be, and kept inside the panel."""
    body, fig = mpl.rcParams["font.size"], ax.figure
    at = value.mean if math.isfinite(value.mean) else 0.0
    size = 0.85 * body
    while lettering.width(fig, text, size) > wide and size > 0.5 * body:  # type: ignore[arg-type]
        size *= 0.95
    half = 0.5 * lettering.width(fig, text, size)  # type: ignore[arg-type]
    low, high = ax.get_xlim()
    point = (at - low) / (high - low) * wide
    shift = min(max(point, half), wide - half) - point
    ax.annotate(
        text, (at, y + 0.12), (shift, 0.62 * body), textcoords="offset points", ha="center",
        size=size, color=colour, path_effects=style.halo(), zorder=4, annotation_clip=False,
    )  # fmt: skip


def _heads(ax: Axes, panel: MeasurePanel, wide: float) -> None:
    """What is measured, in up to two lines, and what it is today."""
    body = mpl.rcParams["font.size"]
    name = lettering.broken(ax.figure, panel.name, body, wide, 2, "bold")  # type: ignore[arg-type]
    ax.annotate(
        panel.today, (0, 1), (0, 0.5 * body), xycoords="axes fraction",
        textcoords="offset points", color=style.GREY, size=0.9 * body, annotation_clip=False,
    )  # fmt: skip
    ax.annotate(
        name, (0, 1), (0, 1.8 * body), xycoords="axes fraction", textcoords="offset points",
        weight="bold", size=body, linespacing=1.15, annotation_clip=False,
    )  # fmt: skip
