"""Cost against compliance: which layouts nothing else beats for their money."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, MaxNLocator

from sim.answers import costs
from sim.answers.curve import TRACKS, Curve
from sim.figures import differences, frame, lettering, style
from sim.figures.curve import LOOKS
from sim.measures.estimates import Estimate
from sim.words.phrases import count, label_of, pick

STAIRS = "#B5B5B5"
HIGH = 34.0  # of the drawing, in units of the body type


class Point(NamedTuple):
    """One layout that was tried."""

    track: str
    place: int
    cost: float
    values: dict[str, Estimate]
    on_front: bool


def draw(curve: Curve, lang: str = "en", size: str = "screen") -> Figure:
    """Two panels, town and country; the layouts on the front are full, joined and named."""
    points = style.SIZES.get(size, style.SIZES["screen"])[1]
    most = (frame.SLIDE - 0.28) * 72 / points - frame.AROUND if size == "slide" else math.inf
    found = _points(curve)
    keys = [key for key in ("urban10", "rural30") if _some(found, key)]
    with frame.page(
        curve.made, lang, size, min(HIGH, most), finding(curve, lang), _subtitle(lang)
    ) as page:
        left, gap = page.left + 4.6 * page.size, 5.5 * page.size
        wide = (page.right - 1.2 * page.size - left - gap * (len(keys) - 1)) / max(1, len(keys))
        bottom = page.bottom + 5.6 * page.size
        for i, key in enumerate(keys):
            start = left + i * (wide + gap)
            ax = page.axes(start, bottom, start + wide, page.top - 1.9 * page.size)
            _panel(ax, curve, found, key, lang)
        at = page.at(page.right, page.bottom + 0.4 * page.size)
        differences.in_a_line(page.fig, _legend(found, lang, page.size), at)
    return page.fig


def _points(curve: Curve) -> list[Point]:
    base, flags = curve.made.base, curve.front()
    return [
        Point(
            track,
            place,
            costs.of(base) if step is None else step.cost,
            curve.now if step is None else step.values,
            bool(on),
        )
        for (track, place, step), on in zip(curve.points(), flags, strict=True)
    ]


def _some(found: list[Point], key: str) -> bool:
    return all(math.isfinite(point.values[key].mean) for point in found)


def _panel(ax: Axes, curve: Curve, found: list[Point], key: str, lang: str) -> None:
    size = mpl.rcParams["font.size"]
    _axes(ax, curve, found, key, lang)
    front = sorted((p for p in found if p.on_front), key=lambda p: (p.cost, p.values[key].mean))
    most = np.maximum.accumulate([100 * p.values[key].mean for p in front])
    ax.plot([p.cost for p in front], most, color=STAIRS, lw=1.3, drawstyle="steps-post",
            zorder=2)  # fmt: skip
    taken: list[Any] = []
    for point in found:
        _mark(ax, point, 100 * point.values[key].mean, size)
        half = (0.5 if point.on_front else 0.35) * size
        taken.append(style.marker_box(ax, point.cost, 100 * point.values[key].mean, half))
    for point in sorted(found, key=lambda p: not p.on_front):
        style.place_label(
            ax, _name(point, lang), [(point.cost, 100 * point.values[key].mean)], taken,
            size=(0.9 if point.on_front else 0.8) * size, zorder=7, path_effects=style.halo(),
            color=_colour(point) if point.on_front else style.GREY,
            weight="bold" if point.on_front else "normal",
        )  # fmt: skip
    base = curve.made.base
    title = label_of(key, lang, base)
    title = lettering.broken(ax.figure, title, 1.05 * size, differences.points_wide(ax), 1, "bold")  # type: ignore[arg-type]
    ax.set_title(title, loc="left", weight="bold", size=1.05 * size)


def _axes(ax: Axes, curve: Curve, found: list[Point], key: str, lang: str) -> None:
    """Limits with room for names; costs in thousands or millions, as they are large."""
    size, cost = mpl.rcParams["font.size"], np.array([p.cost for p in found])
    values = 100 * np.array([p.values[key].mean for p in found])
    for low, high, least, to in (
        (cost.min(), cost.max(), 0.02 * abs(cost.max()) or 1.0, ax.set_xlim),
        (values.min(), values.max(), 1.0, ax.set_ylim),
    ):
        room = max(0.16 * (high - low), least)
        to(low - room, high + room)
    step, word = _scale(float(np.abs(cost).max()), lang)
    ax.xaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v / step:,g}".replace("-", "−")))
    wide = differences.points_wide(ax)
    ax.xaxis.set_major_locator(MaxNLocator(max(2, int(wide / (4 * size))), steps=[1, 2, 5, 10]))
    ax.yaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
    differences.no_more_than_all(ax)
    ax.grid(color=differences.LINE, lw=0.6)
    ax.set_axisbelow(True)
    unit = costs.unit(curve.made.base)
    ax.set_xlabel(pick(lang, f"cost ({word}{unit})", f"费用（{word}{unit}）"), labelpad=0.3 * size)
    ax.set_ylabel(pick(lang, "calls within target (%)", "呼叫达标率（%）"))


def _scale(largest: float, lang: str) -> tuple[float, str]:
    """What the ticks are counted in."""
    steps: tuple[tuple[float, str], ...]
    if lang == "zh":
        steps = ((1e8, "亿 "), (1e4, "万 "))
    else:
        steps = ((1e9, "billion "), (1e6, "million "), (1e4, "thousand "))
    for least, word in steps:
        if largest >= least:
            return (1e3 if word == "thousand " else least), word
    return 1.0, ""


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


def _name(point: Point, lang: str) -> str:
    """+2 stations, or only the number where it is off the front."""
    n = point.place
    if point.track == "today":
        return pick(lang, "today", "现状")
    if not point.on_front:
        return str(n)
    return {
        "stations": pick(lang, f"+{count(n, 'station')}", f"＋{n} 站"),
        "ambulances": pick(lang, f"+{count(n, 'ambulance')}", f"＋{n} 车"),
        "fleet": pick(lang, count(n, "move"), f"调 {n} 次"),
    }[point.track]


def _legend(found: list[Point], lang: str, size: float) -> list[Any]:
    handles: list[Any] = []
    for track, (en, zh) in TRACKS.items():
        if any(point.track == track for point in found):
            look = LOOKS[track]
            handles.append(
                Line2D([], [], ls="", marker=look.marker, color=look.colour,
                       markersize=0.75 * size, label=pick(lang, en, zh))
            )  # fmt: skip
    label = pick(lang, "the most for that cost", "该费用下的最高值")
    handles.append(Line2D([], [], color=STAIRS, lw=1.3, label=label))
    if not all(point.on_front for point in found):
        label = pick(lang, "hollow: beaten by one as cheap", "空心：有不更贵且更优者")
        handles.append(
            Line2D([], [], ls="", marker="o", color=style.GREY, markerfacecolor="white",
                   markersize=0.6 * size, label=label)
        )  # fmt: skip
    return handles


# ── what is said ─────────────────────────────────────────────────────────────────────────────


def finding(curve: Curve, lang: str) -> str:
    """How many layouts are on the front, and which kind never is."""
    found = _points(curve)
    on, many = sum(point.on_front for point in found), len(found)
    if on == many:
        said = pick(
            lang, f"None of the {many} layouts tried is beaten by one as cheap",
            f"所试 {many} 种布局均未被同价或更低价者全面超过",
        )  # fmt: skip
        return said
    said = pick(
        lang,
        f"{on} of {many} layouts tried {'is' if on == 1 else 'are'} beaten by none as cheap",
        f"所试 {many} 种布局中 {on} 种未被同价或更低价者全面超过",
    )
    never = [
        track
        for track in ("ambulances", "stations")
        if any(p.track == track for p in found)
        and not any(p.track == track and p.on_front for p in found)
    ]
    if len(never) == 1:
        words = {
            "ambulances": ("more ambulances alone always are", "只增救护车者均被超过"),
            "stations": ("new stations always are", "新设站点者均被超过"),
        }
        said += pick(lang, "; ", "；") + pick(lang, *words[never[0]])
    return said


def _subtitle(lang: str) -> str:
    return pick(
        lang,
        f"Each layout by its cost and its mean compliance, {frame.clock(lang)}; "
        "full marks: none tried is as cheap and as good in town and country",
        f"各布局的费用与城区、农村平均达标率（{frame.clock(lang)}）；实心：所试布局中无一不更贵且两者均不差",
    )
