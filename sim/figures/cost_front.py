"""Cost against compliance: which layouts nothing else beats for their money."""

from __future__ import annotations

import math
from typing import Any, Final

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, MaxNLocator

from sim.answers.curve import Curve, Point
from sim.figures import intervals, lettering, page, row_chart, style
from sim.figures.numbers import Rows
from sim.figures.style import Picture
from sim.figures.tracks import LOOKS
from sim.measures.measures import BY_KEY
from sim.words import cost_front as words
from sim.words import costs, measures
from sim.words import curve as steps
from sim.words.language import Language

STAIRS: Final = "#B5B5B5"
HIGH: Final = 34.0  # of the drawing, in units of the body type


def draw(curve: Curve, say: Language, size: str = "screen") -> Picture:
    """Two panels, town and country; the layouts on the front are full, joined and named."""
    type_size = style.SIZES.get(size, style.SIZES["screen"])[1]
    most = (page.SLIDE - 0.28) * 72 / type_size - page.AROUND if size == "slide" else math.inf
    points = curve.points()
    keys = [key for key in ("urban10", "rural30") if _all_known(points, key)]
    with page.page(words.finding(curve, say), size, min(HIGH, most)) as sheet:
        left, gap = sheet.left + 4.6 * sheet.size, 5.5 * sheet.size
        wide = (sheet.right - 1.2 * sheet.size - left - gap * (len(keys) - 1)) / max(1, len(keys))
        bottom = sheet.bottom + 5.6 * sheet.size
        for i, key in enumerate(keys):
            start = left + i * (wide + gap)
            ax = sheet.axes(start, bottom, start + wide, sheet.top - 1.9 * sheet.size)
            _panel(ax, curve, points, key, say)
        row_chart.legend_below(sheet, _legend(points, say, sheet.size))
    return sheet.fig.explain(words.drawn(curve, points, say), lambda: _rows(points, keys, say), say)


def _rows(points: list[Point], keys: list[str], say: Language) -> Rows:
    return [
        {
            "layout": steps.place_name(point, say),
            "cost_per_year": point.cost,
            "on_front": point.on_front,
        }
        | {f"{key}_percent": 100 * point.values[key].mean for key in keys}
        for point in points
    ]


def _all_known(points: list[Point], key: str) -> bool:
    return all(math.isfinite(point.values[key].mean) for point in points)


def stairs(points: list[Point], key: str) -> tuple[list[float], list[float]]:
    """The costs of the layouts on the front, and the most percent that can be had for each."""
    front = sorted((p for p in points if p.on_front), key=lambda p: (p.cost, p.values[key].mean))
    most = np.maximum.accumulate([100 * p.values[key].mean for p in front])
    return [p.cost for p in front], most.tolist()


def _panel(ax: Axes, curve: Curve, points: list[Point], key: str, say: Language) -> None:
    size = mpl.rcParams["font.size"]
    _axes(ax, curve, points, key, say)
    ax.plot(*stairs(points, key), color=STAIRS, lw=1.3, drawstyle="steps-post", zorder=2)
    taken: list[Any] = []
    for point in points:
        _mark(ax, point, 100 * point.values[key].mean, size)
        half = (0.5 if point.on_front else 0.35) * size
        taken.append(lettering.marker_box(ax, point.cost, 100 * point.values[key].mean, half))
    for point in sorted(points, key=lambda p: not p.on_front):
        lettering.place_label(
            ax, _name(point, say), [(point.cost, 100 * point.values[key].mean)], taken,
            size=style.small(0.9 if point.on_front else 0.8, size), zorder=7,
            path_effects=style.halo(),
            color=_colour(point) if point.on_front else style.GREY,
            weight="bold" if point.on_front else "normal",
        )  # fmt: skip
    title = measures.label_in(curve.provenance, BY_KEY[key], say)
    room = intervals.points_wide(ax)
    title = lettering.broken(ax.figure, title, 1.05 * size, room, 1, "bold")  # type: ignore[arg-type]
    ax.set_title(title, loc="left", weight="bold", size=1.05 * size)


def _axes(ax: Axes, curve: Curve, points: list[Point], key: str, say: Language) -> None:
    """Limits with room for names; costs in thousands or millions, as they are large."""
    size, cost = mpl.rcParams["font.size"], np.array([p.cost for p in points])
    values = 100 * np.array([p.values[key].mean for p in points])
    for low, high, least, to in (
        (cost.min(), cost.max(), 0.02 * abs(cost.max()) or 1.0, ax.set_xlim),
        (values.min(), values.max(), 1.0, ax.set_ylim),
    ):
        room = max(0.16 * (high - low), least)
        to(low - room, high + room)
    power, label = costs.axis(float(np.abs(cost).max()), curve.provenance.base, say)
    step = 10**power
    ax.xaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v / step:,g}".replace("-", "−")))
    wide = intervals.points_wide(ax)
    ax.xaxis.set_major_locator(MaxNLocator(max(2, int(wide / (4 * size))), steps=[1, 2, 5, 10]))
    ax.yaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
    intervals.no_more_than_all(ax)
    ax.grid(color=intervals.LINE, lw=0.6)
    ax.set_axisbelow(True)
    ax.set_xlabel(label, labelpad=0.3 * size)
    ax.set_ylabel(say("calls within target (%)"))


def _colour(point: Point) -> str:
    return style.INK if point.track == "today" else LOOKS[point.track].colour


def _mark(ax: Axes, point: Point, y: float, size: float) -> None:
    """Full on the front, small and hollow off it."""
    marker = "*" if point.track == "today" else LOOKS[point.track].marker
    colour = _colour(point)
    big = 1.5 if marker == "*" else 1.0
    ax.plot(
        point.cost, y, marker, color=colour, zorder=5 if point.on_front else 4,
        markersize=big * (0.85 if point.on_front else 0.6) * size,
        markerfacecolor=colour if point.on_front else "white", alpha=1 if point.on_front else 0.6,
        markeredgecolor="white" if point.on_front else colour,
    )  # fmt: skip


def _name(point: Point, say: Language) -> str:
    """+2 stations, or only the number where it is off the front."""
    if point.on_front or point.track == "today":
        return steps.place_name(point, say)
    return str(point.place)


def _legend(points: list[Point], say: Language, size: float) -> list[Any]:
    handles: list[Any] = []
    for track, text in steps.TRACKS.items():
        if any(point.track == track for point in points):
            look = LOOKS[track]
            handles.append(
                Line2D([], [], ls="", marker=look.marker, color=look.colour,
                       markersize=0.75 * size, label=say(text))
            )  # fmt: skip
    handles.append(Line2D([], [], color=STAIRS, lw=1.3, label=say("the most for that cost")))
    if not all(point.on_front for point in points):
        handles.append(
            Line2D([], [], ls="", marker="o", color=style.GREY, markerfacecolor="white",
                   markersize=0.6 * size, label=say("hollow: beaten by one as cheap"))
        )  # fmt: skip
    return handles
