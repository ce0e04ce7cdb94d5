"""How busy the ambulances are: every hour of the week as a cell, every ambulance as a bar."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from sim.answers import fleet_load
from sim.answers.comparison import Comparison
from sim.answers.fleet_load import AmbulanceLoad, FleetLoad
from sim.figures import intervals, lettering, page, row_chart, style
from sim.figures.intervals import Span
from sim.figures.numbers import Rows
from sim.figures.page import Sheet
from sim.figures.style import Picture
from sim.measures.intervals import Estimate
from sim.model.calendar import DAYS, HOURS, HOURS_PER_WEEK
from sim.words import fleet_load as words
from sim.words import week
from sim.words.language import Language

MOST: Final = 40  # ambulances
PITCH: Final = 1.45  # of one, in units of the body type
LEAST_HIGH: Final = 24.0  # of the drawing
ABOVE: Final = 4.2  # the mean of each clock hour
UNDER: Final = 3.6  # the axis
SPLIT: Final = 0.585  # of the width for the week
NAMES: Final = 0.19  # of the page's width, at most, for names of ambulances
CELL_TYPE: Final = 0.86  # of the body type: 6 points on paper
RAMP: Final = ("#FFF9E3", "#FEE391", "#FDBB4E", "#F08A24", "#C24A0A", "#7A2706")  # dark = busier
DARK_FROM: Final = 0.62  # of the ramp: type is white
NOBODY: Final = "#EEEEEE"
BAR: Final = "#9A988F"


def draw(comparison: Comparison, layout: int, say: Language, size: str = "screen") -> Picture:
    """The week as cells with their percent; beside it each ambulance with its interval."""
    load = fleet_load.load(comparison, layout)
    wanted = min(MOST, len(load.ambulances))
    shown = load.ambulances[: page.rows_that_fit(size, wanted, PITCH, 1.9 + UNDER)]
    hidden = len(load.ambulances) - len(shown)
    finding = words.finding(comparison, layout, load, hidden, say)
    high = max(LEAST_HIGH, 1.9 + UNDER + PITCH * len(shown))
    with page.page(finding, size, high) as sheet:
        middle = sheet.left + SPLIT * (sheet.right - sheet.left)
        _week(sheet, middle, load, say)
        names = [words.name(comparison, layout, one, say) for one in shown]
        _ambulances(sheet, middle, shown, names, say)
    return sheet.fig.explain(
        words.drawn(comparison, layout, load, len(shown), say),
        lambda: _rows(load, shown, names, say),
        say,
    )


def _rows(
    load: FleetLoad, shown: Sequence[AmbulanceLoad], names: Sequence[str], say: Language
) -> Rows:
    """A row for each hour of the week, then one for each ambulance."""
    found: Rows = [
        {"what": week.hour(hour, say), "hour_of_week": hour,
         "busy_percent": 100 * float(load.hours[hour])}
        for hour in range(HOURS_PER_WEEK)
    ]  # fmt: skip
    return found + [
        {
            "what": name,
            "busy_percent": 100 * one.share.mean,
            "busy_low_percent": 100 * one.share.low,
            "busy_high_percent": 100 * one.share.high,
        }
        for name, one in zip(names, shown, strict=True)
    ]


# ── the week ─────────────────────────────────────────────────────────────────────────────────


def _week(sheet: Sheet, right: float, load: FleetLoad, say: Language) -> None:
    body, shares = sheet.size, 100 * load.hours.reshape(DAYS, HOURS)
    days = week.days(say)
    left = sheet.left + max(lettering.width(sheet.fig, day, body) for day in days) + 0.9 * body
    bottom, top = sheet.bottom + UNDER * body, sheet.top - 1.9 * body
    edge = top - ABOVE * body
    upper = sheet.axes(left, edge, right - 1.0 * body, top - 0.3 * body)
    lower = sheet.axes(left, bottom, right - 1.0 * body, edge - 0.4 * body)
    _cells(lower, shares, load.peak)
    lower.set_yticks(np.arange(DAYS) + 0.5, days, size=body)
    lower.set_xticks(np.arange(0, HOURS + 1, 3), [f"{hour:02d}" for hour in range(0, 25, 3)])
    lower.tick_params(length=0)
    lower.tick_params(axis="x", pad=0.35 * body)
    row_chart.axis_label(lower, say("Clock hour"))
    _mean_hours(upper, shares, say)


def _cells(ax: Axes, shares: np.ndarray, peak: int | None) -> None:
    """Cells from Monday above to Sunday below, each with its percent; the peak is framed."""
    size, most = (
        CELL_TYPE * mpl.rcParams["font.size"],
        max(1.0, float(np.nanmax(shares, initial=0))),
    )
    ramp = LinearSegmentedColormap.from_list("busy", RAMP)
    ax.set_facecolor(NOBODY)
    ax.pcolormesh(
        np.arange(HOURS + 1), np.arange(DAYS + 1), np.ma.masked_invalid(shares), cmap=ramp,
        vmin=0, vmax=most, edgecolor="white", linewidth=0.5,
    )  # fmt: skip
    for (day, hour), share in np.ndenumerate(shares):
        text = "–" if math.isnan(share) else f"{share:.0f}"
        ink = "white" if share > DARK_FROM * most else style.INK
        ax.text(
            hour + 0.5, day + 0.5, text, ha="center", va="center_baseline", size=size, color=ink
        )
    if peak is not None:
        day, hour = divmod(peak, HOURS)
        ax.add_patch(
            Rectangle((hour, day), 1, 1, fill=False, edgecolor=style.BLUE, lw=2.4, zorder=5,
                      clip_on=False)
        )  # fmt: skip
    ax.set_xlim(0, HOURS)
    ax.set_ylim(DAYS, 0)
    for spine in ax.spines.values():
        spine.set_visible(False)


def _mean_hours(ax: Axes, shares: np.ndarray, say: Language) -> None:
    """The mean of the days above each clock hour."""
    size, known = mpl.rcParams["font.size"], ~np.isnan(shares)
    means = np.where(known, shares, 0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    ax.bar(np.arange(HOURS) + 0.5, means, width=0.86, color=BAR)
    ax.set_xlim(0, HOURS)
    ax.set_ylim(0, 1.1 * max(1.0, float(means.max())))
    ax.set_xticks([])
    ax.yaxis.set_major_locator(MaxNLocator(2, steps=[1, 2, 5, 10]))
    ax.tick_params(axis="y", labelsize=0.86 * size, length=2)
    ax.grid(axis="y", color=intervals.LINE, lw=0.6)
    ax.set_axisbelow(True)
    row_chart.title(ax, say("All ambulances; above, the mean day"))


# ── each ambulance ───────────────────────────────────────────────────────────────────────────


def _ambulances(
    sheet: Sheet, middle: float, shown: Sequence[AmbulanceLoad], names: Sequence[str], say: Language
) -> None:
    body, fig = sheet.size, sheet.fig
    room = intervals.name_room(fig, [*names, "0"], body, NAMES)
    cut = [lettering.middle_out(fig, name, body, room) for name in names]
    left, top = middle + room + 1.2 * body, sheet.top - 1.9 * body
    bottom = sheet.bottom + UNDER * body
    high = min(top - bottom, 2.2 * body * max(3, len(shown)))  # few do not stand far apart
    ax = sheet.axes(left, top - high, sheet.right - 2.6 * body, top)
    intervals.rows(ax, cut, body)
    values = [Estimate(*(100 * max(x, 0.0) for x in one.share)) for one in shown]
    ends = [x for value in values for x in value if math.isfinite(x)]
    seen = Span(0.0, max([10.0, *ends]))
    ax.set_xlim(seen.low, 1.02 * seen.high)
    for y, value in enumerate(values):
        if not math.isfinite(value.mean):
            continue
        ax.barh(y, value.mean, height=0.66, color=BAR, zorder=2)
        intervals.interval(ax, y, value, seen, style.INK, 0.14 * body)
        reach = max(x for x in value if math.isfinite(x))
        ax.annotate(
            f"{value.mean:.0f}", (reach, y), (0.4 * body, 0), textcoords="offset points",
            va="center_baseline", size=0.9 * body, annotation_clip=False,
        )  # fmt: skip
    ax.xaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10]))
    ax.grid(axis="x", color=intervals.LINE, lw=0.6)
    ax.set_axisbelow(True)
    row_chart.title(ax, say("Each ambulance"))
    row_chart.axis_label(ax, say("% of its time on shift"))
