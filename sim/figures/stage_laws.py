"""Durations by stage: what was observed against the law that was fitted, small multiples."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from sim.answers.calibration import Calibration
from sim.figures import curve_gains, intervals, lettering, page, row_chart, style
from sim.figures.numbers import Rows
from sim.figures.style import Picture
from sim.fitting import laws
from sim.fitting.laws import LawFit
from sim.fitting.stages import StageLaw
from sim.words import calibration_durations
from sim.words import calibration_figures as words
from sim.words.language import Language

COLUMNS: Final = 3
PANEL: Final = 19.5  # how high one is with its title and axis, in units of the body type
SLIDE_PANEL: Final = 15.5
AROUND: Final = 2.2  # of the legend
CURVE: Final = np.concatenate([[0.002, 0.005], np.arange(1, 100) / 100, [0.995]])
ASKED: Final = words.TOLD
SQUARE: Final = {0.5: "o", 0.9: "s", 0.95: "D"}  # marks of the quantiles that are named
SECONDS: Final = 180.0  # of the 95th percentile, below which the axis counts seconds


def draw(calibration: Calibration, say: Language, size: str = "screen") -> Picture:
    """A panel a stage: points observed, the line fitted, three percentiles named."""
    some = calibration_durations.shown_laws(calibration)
    columns = min(COLUMNS, len(some))
    lines = -(-len(some) // columns)
    panel = SLIDE_PANEL if size == "slide" and lines > 1 else PANEL
    with page.page(words.of_durations(calibration, say), size, AROUND + panel * lines) as sheet:
        body = sheet.size
        wide = (sheet.right - sheet.left) / COLUMNS
        for number, one in enumerate(some):
            line, column = divmod(number, columns)
            left = sheet.left + column * wide
            top = sheet.top - line * panel * body
            ax = sheet.axes(
                left + 3.4 * body, top - (panel - 3.2) * body, left + wide - 1.0 * body,
                top - 3.0 * body,
            )  # fmt: skip
            _panel(ax, one, say, first=column == 0)
        row_chart.legend_below(sheet, _legend(say, body))
    return sheet.fig.explain(words.durations_drawn(len(some), say), lambda: _rows(some, say), say)


def _rows(some: Sequence[StageLaw], say: Language) -> Rows:
    """A row for each percentile of each stage, as observed and by its law."""
    return [
        {
            "stage": words.stage(one, say),
            "shorter_percent": 100 * row.share,
            "observed_s": row.observed_s,
            "fitted_s": row.fitted_s,
        }
        for one in some
        for row in one.law.quantiles
    ]


def _panel(ax: Axes, one: StageLaw, say: Language, first: bool) -> None:
    size, law = mpl.rcParams["font.size"], one.law
    unit = 1.0 if law.at(0.95).fitted_s < SECONDS else 60.0
    fitted = laws.seconds_at(law, CURVE) / unit
    ax.plot(fitted, 100 * CURVE, color=style.ORANGE, lw=0.18 * size, zorder=3)
    for row in law.quantiles:
        marked = row.share in ASKED
        ax.plot(
            row.observed_s / unit, 100 * row.share, SQUARE.get(row.share, "o"), zorder=4,
            color=style.BLUE, markersize=(0.62 if marked else 0.34) * size,
            markerfacecolor="white" if marked else style.BLUE, markeredgewidth=0.13 * size,
        )  # fmt: skip
    ends = [x / unit for row in law.quantiles for x in row[1:] if x == x]
    ax.set_xlim(0, 1.22 * max([1.0 / unit, *ends]))
    ax.set_ylim(0, 101)
    ax.set_yticks(range(0, 101, 25))
    if not first:
        ax.tick_params(axis="y", labelleft=False)
    ax.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
    ax.grid(color=intervals.LINE, lw=0.6)
    ax.set_axisbelow(True)
    _named(ax, law, unit, say)
    row_chart.axis_label(ax, say("minutes") if unit > 1 else say("seconds"))
    if first:
        ax.set_ylabel(say("over by then, %"), labelpad=0.2 * size)
    _titles(ax, words.stage(one, say), words.family(law, say))


def _named(ax: Axes, law: LawFit, unit: float, say: Language) -> None:
    """Three percentiles, observed and fitted, in the corner that the curve leaves free."""
    size = style.small(0.8, mpl.rcParams["font.size"])
    lines = [["", say("observed"), say("law")]]
    for share in ASKED:
        row = law.at(share)
        numbers = [say.number(x / unit, 1 if unit > 1 else 0) for x in row[1:]]
        lines.append([say.percent(share, 0), *numbers])
    fig: Any = ax.figure
    last, middle = (
        max(lettering.width(fig, line[column], size) for line in lines) + size for column in (2, 1)
    )
    first = lettering.width(fig, lines[-1][0], size)
    wide = (first + middle + last + size) / intervals.points_wide(ax)
    high = (1.35 * len(lines) + 1) * size / curve_gains.points_high(ax)
    edge = (1 - wide) * ax.get_xlim()[1] * unit
    above = float(np.interp(edge, laws.seconds_at(law, CURVE), CURVE)) < high
    corner, right, top = ((0, 1), wide * intervals.points_wide(ax), -(len(lines) - 1) * 1.35 - 1.7)
    if not above:
        corner, right, top = (1, 0), 0.0, 0.5
    for up, line in enumerate(reversed(lines)):
        for text, aside in zip(line, (last + middle, last, 0.0), strict=True):
            ax.annotate(
                text, corner, (right - 0.5 * size - aside, (top + 1.35 * up) * size),
                xycoords="axes fraction", textcoords="offset points", ha="right", va="bottom",
                size=size, zorder=6, path_effects=style.halo(),
                color=style.GREY if line is lines[0] else style.INK,
            )  # fmt: skip


def _titles(ax: Axes, stage: str, family: str) -> None:
    """The stage, and below it the family and how many durations."""
    fig: Any = ax.figure
    size, room = mpl.rcParams["font.size"], intervals.points_wide(ax)
    for text, up, weight, colour in (
        (stage, 1.75, "bold", style.INK),
        (family, 0.5, "normal", style.GREY),
    ):
        fits = max(0.75 * size, lettering.size_that_fits(fig, text, size, room, weight))
        text = lettering.broken(fig, text, fits, room, 1, weight)
        ax.annotate(text, (0, 1), (0, up * size), xycoords="axes fraction", weight=weight,
                    textcoords="offset points", size=fits, color=colour,
                    annotation_clip=False)  # fmt: skip


def _legend(say: Language, size: float) -> list[Line2D]:
    how: Any = {"ls": "", "color": style.BLUE}
    named = say.listed([say.percent(share, 0) for share in ASKED])
    return [
        Line2D([], [], marker="o", markersize=0.34 * size, label=say("observed"), **how),
        Line2D([], [], marker="s", markersize=0.62 * size, markerfacecolor="white",
               markeredgewidth=0.13 * size, label=say("observed: {shares}", shares=named), **how),
        Line2D([], [], color=style.ORANGE, lw=0.18 * size, label=say("fitted law")),
    ]  # fmt: skip
