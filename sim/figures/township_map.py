"""The township map: minutes within which nine of ten calls are reached, stations, urban core."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any, Final

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle

from sim.answers.comparison import Result
from sim.figures import style
from sim.measures.estimates import Group
from sim.scenario.scenario import Scenario
from sim.words.phrases import area_word, pick

BREAKS: Final = (10, 15, 20, 30, 40)  # policy minutes
RAMP: Final = ("#FFF7DC", "#FEE391", "#FDBB4E", "#F08A24", "#C24A0A", "#7A2706")  # dark = worse
NO_CALLS = "#EEEEEE"
DARK_FROM = 4  # classes on which type is white
INSET_BELOW = 0.55  # of the map's width: a smaller core is drawn again, enlarged


def township_map(result: Result, layout: int = 0, lang: str = "en", size: str = "screen") -> Figure:
    """The 90th percentile of the response time of each township under one layout."""
    scenario, ground = result.layouts[layout], result.base.map
    p90, meets = _by_township(result, layout)
    areas = area_word(ground, lang)
    with style.figure(size, 0.62) as fig:
        style.headline(fig, _finding(p90, meets, areas, lang), _subtitle(scenario, areas, lang))
        style.footnote(fig, style.how_made(result, lang), result.chosen.how == "draft")
        top, bottom = style.head_room(fig), style.foot_room(fig)
        bounds = ground.outline.bounds
        core = ground.layers["core"].geometry.union_all()
        inset = not core.is_empty and _width(core.bounds) < INSET_BELOW * _width(bounds)
        wide = min(0.66, max(0.38, style.map_width(bounds, top - bottom, fig))) if inset else 0.66
        ax = fig.add_axes((0.01, bottom, wide, top - bottom))
        style.map_axes(ax, bounds)
        _draw(ax, result, layout, p90, meets, lang, labels_in_core=not inset)
        style.scale_bar(ax, lang)
        style.north_arrow(ax)
        left, legend_top = wide + 0.04, top
        if inset:
            legend_top = bottom + 0.36 * (top - bottom)
            where = (left, legend_top, 0.985 - left, top - legend_top)
            _inset(fig, ax, where, core.bounds, result, layout, p90, meets, lang)
        _legend(fig, left, legend_top - 0.025, scenario, p90, lang, not core.is_empty)
    return fig


def _by_township(result: Result, layout: int) -> tuple[np.ndarray, np.ndarray]:
    """[township] minutes (nan without calls), and whether it meets its target."""
    count = len(result.base.map.townships)
    called = np.unique(result.pooled[0].township)
    p90, meets = np.full(count, math.nan), np.ones(count, bool)
    for row in called.tolist():
        group = Group("township", row)
        p90[row] = result.estimate("p90", layout, group).mean
        within = result.estimate("within", layout, group).mean
        meets[row] = within >= result.base.settings.targets.share - 1e-9
    return p90, meets


def _finding(p90: np.ndarray, meets: np.ndarray, areas: str, lang: str) -> str:
    called = ~np.isnan(p90)
    count, good = int(called.sum()), int((meets & called).sum())
    if not count:
        return pick(lang, "No calls", "没有呼叫")
    slowest = p90[called].max()
    if math.isinf(slowest):
        last = pick(lang, "; in one, more than a tenth of calls are never reached",
                    "，其中有乡镇逾一成呼叫无人到达")  # fmt: skip
    else:
        last = pick(
            lang, f"; the slowest needs {slowest:.0f} min", f"，最慢者需 {slowest:.0f} 分钟"
        )
    return pick(
        lang,
        f"{good} of {count} {areas} meet their response target{last}",
        f"{count} 个{areas}中 {good} 个达标{last}",
    )


def _subtitle(scenario: Scenario, areas: str, lang: str) -> str:
    name = scenario.name.within(lang)
    return pick(
        lang,
        f"Minutes within which nine of ten calls are reached: {name} (call received to arrival)",
        f"各{areas}九成呼叫的到达时间：{name}（自接到呼叫至到达现场）",
    )


def _width(bounds: style.Bounds) -> float:
    return max(bounds[2] - bounds[0], bounds[3] - bounds[1])


def _class(minutes: float) -> int:
    return int(np.searchsorted(BREAKS, minutes, side="left"))


def _draw(
    ax: Axes, result: Result, layout: int, p90: np.ndarray, meets: np.ndarray, lang: str, *,
    labels_in_core: bool, all_labels: bool = False, digits: bool = True,
) -> None:  # fmt: skip
    """Areas, core, stations and names on one pair of axes."""
    ground = result.base.map
    frame = ground.layers["townships"]
    colours = [NO_CALLS if math.isnan(m) else RAMP[_class(m)] for m in p90]
    style.plot(ax, frame, color=colours, edgecolor="white", linewidth=1.0, zorder=1)
    missed = frame[~meets]
    style.plot(ax, missed, facecolor="none", edgecolor="#00000055", hatch="///", lw=0, zorder=2)
    outline = ground.layers["boundary"].boundary
    style.plot(ax, outline, color="#5A5A5A", linewidth=1.2, zorder=3)
    core = ground.layers["core"]
    style.plot(ax, core.boundary, color=style.BLUE, linewidth=2.2, zorder=4)
    inside = frame.representative_point().within(core.geometry.union_all())
    taken = _stations(ax, result.layouts[layout], digits)
    for row in np.argsort(-frame.area.to_numpy()).tolist():
        if all_labels or labels_in_core or not inside.iloc[row]:
            _label(ax, result, row, p90[row], taken, lang)


def _stations(ax: Axes, scenario: Scenario, digits: bool) -> list[mpl.transforms.Bbox]:
    """Squares for stations, discs for sub-stations, with their ambulances; answers their boxes."""
    boxes = []
    points = mpl.rcParams["font.size"]
    x0, x1 = sorted(ax.get_xlim())
    y0, y1 = sorted(ax.get_ylim())
    for row, station in enumerate(scenario.stations):
        if station.closed or not (x0 < station.x < x1 and y0 < station.y < y1):
            continue
        main = station.kind == "station"
        ax.plot(
            station.x, station.y, marker="s" if main else "o", zorder=7,
            markersize=1.25 * points if digits else 0.75 * points,
            color=style.INK if main else style.BLUE, markeredgecolor="white", markeredgewidth=1.3,
        )  # fmt: skip
        if digits:
            ax.annotate(
                str(scenario.fleet_size(row)), (station.x, station.y), ha="center",
                va="center_baseline", color="white", weight="bold", size=0.85 * points, zorder=8,
            )  # fmt: skip
        boxes.append(style.marker_box(ax, station.x, station.y, 0.9 * points))
    return boxes


def _label(ax: Axes, result: Result, row: int, minutes: float, taken: list[Any], lang: str) -> None:
    """Name and minutes where there is room: in the area, clear of stations and other names."""
    if math.isnan(minutes):
        return
    shape = result.base.map.layers["townships"].geometry.iloc[row]
    seat = result.base.map.townships[row]
    name = seat.name.within(lang)
    shown = "∞" if math.isinf(minutes) else f"{minutes:.0f}"
    if minutes > np.round(minutes) and np.round(minutes) in BREAKS:
        shown = f"{minutes:.1f}"  # 10.3 is not within ten minutes, and must not read as 10
    dark = _class(minutes) >= DARK_FROM
    ground = RAMP[_class(minutes)]
    inner = shape.representative_point()
    spots = [(inner.x, inner.y), (shape.centroid.x, shape.centroid.y), (seat.x, seat.y)]
    for text in (f"{name}\n{shown}", shown):
        written = style.place_label(
            ax, text, spots, taken, lambda box: _fits(ax, box, shape), zorder=6,
            size=0.9 * mpl.rcParams["font.size"], color="white" if dark else style.INK,
            linespacing=1.05, path_effects=style.halo(ground, 2.2),
        )  # fmt: skip
        if written:
            return


def _fits(ax: Axes, box: Any, shape: Any) -> bool:
    """Whether most of a label lies in its own area."""
    from shapely.geometry import box as rectangle

    (x0, y0), (x1, y1) = ax.transData.inverted().transform([box.min, box.max])
    label = rectangle(x0, y0, x1, y1)
    return bool(label.intersection(shape).area > 0.72 * label.area)


def _inset(
    fig: Figure, ax: Axes, where: tuple[float, float, float, float],
    bounds: style.Bounds, result: Result, layout: int, p90: np.ndarray,
    meets: np.ndarray, lang: str,
) -> None:  # fmt: skip
    """The urban core again, large enough for its names."""
    left, bottom, width, height = where
    inner = fig.add_axes((left, bottom, width, height - 0.045))
    fig.text(left, bottom + height, pick(lang, "Urban core, enlarged", "城区放大图"), va="top")
    style.map_axes(inner, bounds)
    (x0, x1), (y0, y1) = inner.get_xlim(), inner.get_ylim()
    _draw(inner, result, layout, p90, meets, lang, labels_in_core=True, all_labels=True)
    for spine in inner.spines.values():
        spine.set_visible(True)
        spine.set_color("#8A8A8A")
    ax.add_patch(
        Rectangle((x0, y0), x1 - x0, y1 - y0, fill=False, edgecolor="#4A4A4A", ls="--", lw=1.0,
                  zorder=5)
    )  # fmt: skip


def _legend(
    fig: Figure, left: float, top: float, scenario: Scenario, p90: np.ndarray, lang: str,
    has_core: bool,
) -> None:  # fmt: skip
    """Only what is on the map."""
    known = p90[~np.isnan(p90)]
    used = sorted({_class(m) for m in known})
    names = [f"≤ {BREAKS[0]}", *(f"{a}–{b}" for a, b in pairwise(BREAKS)),
             f"> {BREAKS[-1]}"]  # fmt: skip
    patches = [
        Patch(facecolor=RAMP[i], edgecolor="#8A8A8A", lw=0.6, label=names[i])
        for i in range(used[0], used[-1] + 1)
    ] if used else []  # fmt: skip
    if np.isnan(p90).any():
        label = pick(lang, "no calls", "无呼叫")
        patches.append(Patch(facecolor=NO_CALLS, edgecolor="#8A8A8A", lw=0.6, label=label))
    title = pick(lang, "90th percentile (min)", "第 90 百分位数（分钟）")
    legend: Any = {"frameon": False, "alignment": "left", "borderaxespad": 0, "borderpad": 0,
              "handlelength": 1.6, "loc": "upper left"}  # fmt: skip
    small = 0.9 * mpl.rcParams["font.size"]
    fig.legend(handles=patches, title=title, fontsize=small, bbox_to_anchor=(left, top), **legend)
    kinds = {s.kind for s in scenario.open_stations()}
    marks: list[Any] = []
    for kind, marker, colour, en, zh in (
        ("station", "s", style.INK, "Station", "急救站"),
        ("substation", "o", style.BLUE, "Sub-station", "急救分站"),
    ):
        if kind in kinds:
            marks.append(
                Line2D([], [], ls="", marker=marker, color=colour, markeredgecolor="white",
                       markersize=0.95 * small, label=pick(lang, en, zh))
            )  # fmt: skip
    if has_core:
        label = pick(lang, "Urban core", "城区范围")
        marks.append(Line2D([], [], color=style.BLUE, lw=2.2, label=label))
    targets = scenario.settings.targets
    share = f"{targets.share:.0%}".replace("%", " %" if lang == "en" else "%")
    urban, rural = f"{targets.urban / 60:g}", f"{targets.rural / 60:g}"
    missed = pick(
        lang,
        f"misses its target\n({share} of calls in\n{urban} min urban,\n{rural} min rural)",
        f"未达标\n（{share} 的呼叫城区\n{urban} 分钟、农村\n{rural} 分钟内到达）",
    )
    marks.append(Patch(facecolor="none", edgecolor="#00000088", hatch="///", lw=0.6, label=missed))
    title = pick(lang, "digit = ambulances", "数字为救护车数")
    where = (left + (0.155 if left > 0.6 else 0.185), top)
    made = fig.legend(handles=marks, title=title, fontsize=small, bbox_to_anchor=where, **legend)
    for text in made.get_texts():
        text.set_linespacing(1.35)  # Chinese lines need more than Latin ones
