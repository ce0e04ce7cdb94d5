"""Response-time curves: the share of calls reached by each minute, against the target."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator
from scipy.special import stdtrit

from sim.answers.comparison import Comparison
from sim.figures import lettering, page, style
from sim.figures.numbers import Rows
from sim.figures.style import Picture
from sim.measures.measures import BY_KEY
from sim.measures.places import unless_withdrawn
from sim.measures.rows import Pooled
from sim.text import Message
from sim.words import measures
from sim.words import response_curve as words
from sim.words.language import Language

PanelOf = tuple[str, int, Message]  # measure, area, title
AREAS: Final[tuple[PanelOf, ...]] = (
    ("urban10", 0, Message("Urban core")),
    ("rural30", 1, Message("Outside the urban core")),
)
STEPS: Final = 241
ASPECT: Final = 0.47  # of the page, but for the legends of many layouts
LINE: Final = 1.45  # of a legend, in units of the body type
LABELLED: Final = 2  # layouts, at most, with their values at the curves; more have a legend


def draw(comparison: Comparison, say: Language, size: str = "screen") -> Picture:
    """One panel each for town and country; every layout a line with two bands."""
    panels = [area for area in AREAS if not math.isnan(comparison.estimate(area[0]).mean)]
    finding = words.finding(comparison, say)
    with page.page_of_aspect(finding, size, _aspect(comparison, size)) as sheet:
        body = sheet.size
        foot = _foot(body) + _legend_lines(comparison) * LINE * body
        left = max(0.065 * 72 * sheet.fig.get_size_inches()[0], 5.2 * body)
        wide = (0.965 * 72 * sheet.fig.get_size_inches()[0] - left) / max(1, len(panels))
        for i, (key, area, title) in enumerate(panels):
            start = left + i * (wide + body)
            ax = sheet.axes(
                start, sheet.bottom + foot, start + wide - 3 * body, sheet.top - 1.8 * body
            )
            _panel(ax, comparison, key, area, say)
            ax.set_title(say(title), loc="left", weight="bold")
            if i:
                ax.set_yticklabels([])
            else:
                ax.set_ylabel(say("Calls reached (%)"))
    return sheet.fig.explain(
        words.drawn(comparison, [key for key, *_ in panels], say),
        lambda: rows(comparison, panels, say),
        say,
    )


def rows(comparison: Comparison, panels: Sequence[PanelOf], say: Language) -> Rows:
    """A row for each point of a curve: which layout, where, minutes and percent."""
    found: Rows = []
    for _, area, title in panels:
        target = comparison.pooled[0].setup.target_s[area] / 60
        minutes = np.linspace(0, _last_minute(comparison, area, target), STEPS)
        for layout, pooled in zip(comparison.layouts, comparison.pooled, strict=True):
            reached = _percent(*_sums(pooled, area, minutes, True).sum(axis=1))
            found += [
                {
                    "layout": say.name(layout.name),
                    "area": say(title),
                    "response_min": minute,
                    "reached_percent": percent,
                }
                for minute, percent in zip(minutes.tolist(), reached.tolist(), strict=True)
            ]
    return found


def _foot(body: float) -> float:
    """Points that the numbers of an axis and its label take; marks and gaps do not grow."""
    return 2.6 * body + 12


def _legend_lines(comparison: Comparison) -> int:
    return len(comparison.layouts) if len(comparison.layouts) > LABELLED else 0


def _aspect(comparison: Comparison, size: str) -> float:
    """The height of the page by its width: more by its legends; a slide stays a slide."""
    wide, points = style.SIZES.get(size, style.SIZES["screen"])
    aspect = ASPECT + _legend_lines(comparison) * LINE * points / 72 / wide
    return min(aspect, page.SLIDE / wide) if size == "slide" else aspect


def _panel(ax: Axes, comparison: Comparison, key: str, area: int, say: Language) -> None:
    target = comparison.pooled[0].setup.target_s[area] / 60
    minutes = np.linspace(0, _last_minute(comparison, area, target), STEPS)
    ax.set_xlim(0, minutes[-1])
    ax.set_ylim(0, 101)
    ax.axvspan(0, target, color=style.BLUE, alpha=0.05, lw=0)
    ax.axvline(target, color=style.INK, lw=1.2)
    ax.annotate(
        say("target {minutes} min", minutes=f"{target:g}"), (target, 4), (5, 0),
        textcoords="offset points", size=0.9 * mpl.rcParams["font.size"],
    )  # fmt: skip
    share = 100 * comparison.base.settings.targets.share
    ax.axhline(share, color=style.GREY, lw=0.8, ls=(0, (2, 3)))
    alone = len(comparison.layouts) == 1
    for number_, pooled in enumerate(comparison.pooled):
        colour = style.BLUE if alone else style.LINES[number_ % len(style.LINES)]
        months, curves = (
            100 * reached / counting.clip(1)
            for reached, counting in (
                _sums(pooled, area, minutes, asked) for asked in (False, True)
            )
        )
        _bands(ax, minutes, months, curves, colour)
        mean = _percent(*_sums(pooled, area, minutes, True).sum(axis=1))
        ax.plot(minutes, mean, color=colour, lw=2.0, zorder=4)
        ax.plot(target, 100 * comparison.estimate(key, number_).mean, "o", color=colour, zorder=5,
                markeredgecolor="white", markersize=7)  # fmt: skip
    if len(comparison.layouts) <= LABELLED:
        _labels(ax, comparison, key, target, minutes[-1], say)
    else:
        _legend(ax, comparison, key, say)
    ax.xaxis.set_major_locator(MaxNLocator(7, steps=[1, 2, 5, 10], integer=True))
    ax.set_yticks(range(0, 101, 10))
    ax.grid(axis="y", color="#DDDDDD", lw=0.6)
    ax.set_axisbelow(True)
    label = ax.set_xlabel(say("Response time (min, call received to arrival)"))
    fig: Figure = ax.figure  # type: ignore[assignment]
    lettering.shrink(fig, label, ax.get_position().width)


def _last_minute(comparison: Comparison, area: int, target: float) -> float:
    """The end of the axis: where nearly all calls are reached, in steps of ten, past the target."""
    longest = 0.0
    for pooled in comparison.pooled:
        times = pooled.response_s[(pooled.area == area) & np.isfinite(pooled.response_s)] / 60
        if len(times):
            longest = max(longest, float(np.quantile(times, 0.995)))
    return float(min(max(math.ceil(longest / 10) * 10, 2 * target), 6 * target))


def _sums(pooled: Pooled, area: int, minutes: np.ndarray, asked: bool) -> np.ndarray:
    """[reached or counting, replication, minute] an area's calls: reached by then, and in all.

    Who was withdrawn by then, and never reached, does not count. `asked`: with what answers about
    other places say of both, as the values of the table are made.
    """
    found = []
    for rows in pooled.tallies:
        some = rows.area == area
        gone_s = rows.withdrawn_s[some] if len(rows.withdrawn_s) else np.full(some.sum(), np.inf)
        sums = _reached(rows.response_s[some], gone_s, minutes)
        if asked and pooled.answers > 1:
            gone_s = np.broadcast_to(gone_s[:, None], rows.asked_s[some].shape)
            answers_s = unless_withdrawn(rows.asked_s[some], gone_s)
            of_all = _reached(answers_s, gone_s, minutes) / answers_s.shape[1]
            sums = sums + of_all - _reached(answers_s[:, 0], gone_s[:, 0], minutes)
        found.append(sums)
    return np.stack(found, axis=1)


def _reached(times_s: np.ndarray, gone_s: np.ndarray, minutes: np.ndarray) -> np.ndarray:
    """[reached or counting, minute] how many of these times."""
    counting = times_s.size - _over(gone_s[np.isinf(times_s)], minutes)
    return np.stack([_over(times_s, minutes), counting])


def _percent(reached: np.ndarray, counting: np.ndarray) -> np.ndarray:
    """0 where nothing counts."""
    percent: np.ndarray = 100 * reached / counting.clip(1)
    return percent


def _over(times_s: np.ndarray, minutes: np.ndarray) -> np.ndarray:
    """[minute] how many of these times are over by then."""
    times = np.sort(times_s, axis=None) / 60
    over: np.ndarray = np.searchsorted(times, minutes, side="right")
    return over


def _bands(
    ax: Axes, minutes: np.ndarray, months: np.ndarray, curves: np.ndarray, colour: str
) -> None:
    """Between which nine of ten months lie, and the 95 % interval of the curve.

    `months`, `curves`: [replication, minute] as its calls were, and with what answers say of them.
    """
    count = len(curves)
    if count < 2:
        return
    low, high = np.quantile(months, [0.05, 0.95], axis=0)
    ax.fill_between(minutes, low, high, color=colour, alpha=0.13, lw=0, zorder=2)
    half = stdtrit(count - 1, 0.975) * curves.std(axis=0, ddof=1) / math.sqrt(count)
    mean = curves.mean(axis=0)
    ax.fill_between(minutes, mean - half, mean + half, color=colour, alpha=0.40, lw=0, zorder=3)


def _labels(
    ax: Axes, comparison: Comparison, key: str, target: float, last: float, say: Language
) -> None:
    """Each layout's value at the target: the highest on the left of its point, others below."""
    values = [comparison.estimate(key, i) for i in range(len(comparison.layouts))]
    order = sorted(range(len(values)), key=lambda i: -values[i].mean)
    alone = len(values) == 1
    next_y = math.inf
    for place, i in enumerate(order):
        value = values[i]
        colour = style.BLUE if alone else style.LINES[i % len(style.LINES)]
        lines = [measures.value(BY_KEY[key], value.mean, say)]
        if not alone:
            lines = _side_by_side(ax, say("Proposal") if i else say("Today"), lines[0], target)
        if not math.isnan(value.low):
            lines.append(measures.interval(BY_KEY[key], value, say))
        on_the_left = place == 0 and not alone and target > 0.25 * last
        y = 100 * value.mean + 5 if on_the_left else min(100 * value.mean - 3, next_y)
        y = min(y, 97) if on_the_left else max(y, 20)
        ax.annotate(
            "\n".join(lines), (target, y), (-10, 0) if on_the_left else (12, 0),
            textcoords="offset points", ha="right" if on_the_left else "left",
            va="top" if not on_the_left else "center", color=colour, weight="bold",
            size=0.95 * mpl.rcParams["font.size"], path_effects=style.halo(), zorder=6,
        )  # fmt: skip
        if not on_the_left:
            next_y = y - 14


def _side_by_side(ax: Axes, name: str, value: str, target: float) -> list[str]:
    """A layout's name before its value; above it where the room left of the target is too small."""
    fig: Figure = ax.figure  # type: ignore[assignment]
    points = mpl.rcParams["font.size"]
    low, high = ax.get_xlim()
    room = (target - low) / (high - low) * ax.get_window_extent().width * 72 / fig.dpi - points
    line = f"{name} {value}"
    fits = lettering.width(fig, line, 0.95 * points, "bold") <= room
    return [line] if fits else [name, value]


def _legend(ax: Axes, comparison: Comparison, key: str, say: Language) -> None:
    """Several layouts by name, with their values at the target, below the axis."""
    lines = []
    for i, layout in enumerate(comparison.layouts):
        shown = measures.value(BY_KEY[key], comparison.estimate(key, i).mean, say)
        name = say.shortened(say.name(layout.name), 40)
        colour = style.LINES[i % len(style.LINES)]
        lines.append(Line2D([], [], color=colour, lw=2.0, label=f"{shown}  {name}"))
    points = mpl.rcParams["font.size"]
    high = ax.get_window_extent().height * 72 / ax.figure.dpi
    legend = ax.legend(
        handles=lines, loc="upper left", fontsize=0.85 * points, frameon=False,
        bbox_to_anchor=(0.0, -_foot(points) / high), borderaxespad=0, borderpad=0,
        labelspacing=0.35,
    )  # fmt: skip
    fig: Figure = ax.figure  # type: ignore[assignment]
    for text in legend.get_texts():
        lettering.shrink(fig, text, ax.get_position().width - lettering.across(fig, 3 * points))
