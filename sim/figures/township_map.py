"""The township map: minutes within which nine of ten calls are reached, stations, urban core."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any, Final, NamedTuple

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.legend import Legend
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle

from sim.answers.comparison import Comparison
from sim.figures import lettering, map_parts, page, style
from sim.scenario.scenario import Scenario
from sim.text import Message
from sim.words import township_map as words
from sim.words.language import Language

BREAKS: Final = (10, 15, 20, 30, 40)  # policy minutes
RAMP: Final = ("#FFF7DC", "#FEE391", "#FDBB4E", "#F08A24", "#C24A0A", "#7A2706")  # dark = worse
NO_CALLS = "#EEEEEE"
DARK_FROM = 4  # classes on which type is white
INSET_BELOW = 0.55  # of the map's width: a smaller core is view again, enlarged
ASPECT: Final = 0.62  # of the page
MAP_WIDE: Final = 0.66  # of the page's width, at most
STATIONS: Final = (  # kind, marker, colour, name
    ("station", "s", style.INK, Message("Station")),
    ("substation", "o", style.BLUE, Message("Sub-station")),
)


class View(NamedTuple):
    """A layout, how it serves the townships, and for whom."""

    layout: Scenario
    townships: words.Service
    say: Language


def draw(comparison: Comparison, layout: int, say: Language, size: str = "screen") -> Figure:
    """The 90th percentile of the response time of each township under one layout."""
    the_map, townships = comparison.base.map, words.service(comparison, layout)
    finding = words.finding(comparison, layout, townships, say)
    view = View(comparison.layouts[layout], townships, say)
    with page.page_of_aspect(finding, size, ASPECT) as sheet:
        fig, top, bottom = sheet.fig, page.head_room(sheet.fig), page.foot_room(sheet.fig)
        bounds = the_map.outline.bounds
        core = the_map.layers["core"].geometry.union_all()
        inset = not core.is_empty and _width(core.bounds) < INSET_BELOW * _width(bounds)
        wide = MAP_WIDE
        if inset:
            wide = min(wide, max(0.38, map_parts.map_width(bounds, top - bottom, fig)))
        ax = fig.add_axes((0.01, bottom, wide, top - bottom))
        map_parts.map_axes(ax, bounds)
        _map(ax, view, labels_in_core=not inset)
        map_parts.scale_bar(ax, say)
        map_parts.north_arrow(ax)
        left, legend_top = wide + 0.04, top
        if inset:
            legend_top = bottom + 0.36 * (top - bottom)
            _inset(ax, (left, legend_top, 0.985 - left, top - legend_top), core.bounds, view)
        _legend(fig, left, legend_top - 0.025, view)
    return fig


def _width(bounds: map_parts.Bounds) -> float:
    return max(bounds[2] - bounds[0], bounds[3] - bounds[1])


def _class(minutes: float) -> int:
    return int(np.searchsorted(BREAKS, minutes, side="left"))


def _map(ax: Axes, view: View, *, labels_in_core: bool, all_labels: bool = False) -> None:
    """Areas, core, stations and names on one pair of axes."""
    layers, (p90, meets) = view.layout.map.layers, view.townships
    frame = layers["townships"]
    colours = [NO_CALLS if math.isnan(m) else RAMP[_class(m)] for m in p90]
    map_parts.plot(ax, frame, color=colours, edgecolor="white", linewidth=1.0, zorder=1)
    missed = frame[~meets]
    map_parts.plot(ax, missed, facecolor="none", edgecolor="#00000055", hatch="///", lw=0, zorder=2)
    map_parts.plot(ax, layers["boundary"].boundary, color="#5A5A5A", linewidth=1.2, zorder=3)
    core = layers["core"]
    map_parts.plot(ax, core.boundary, color=style.BLUE, linewidth=2.2, zorder=4)
    inside = frame.representative_point().within(core.geometry.union_all())
    taken = _stations(ax, view.layout)
    for row in np.argsort(-frame.area.to_numpy()).tolist():
        if all_labels or labels_in_core or not inside.iloc[row]:
            _label(ax, view, row, taken)


def _stations(ax: Axes, scenario: Scenario) -> list[mpl.transforms.Bbox]:
    """Squares for stations, discs for sub-stations, with their ambulances; their boxes."""
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
            markersize=1.25 * points,
            color=style.INK if main else style.BLUE, markeredgecolor="white", markeredgewidth=1.3,
        )  # fmt: skip
        ax.annotate(
            str(scenario.fleet_size(row)), (station.x, station.y), ha="center",
            va="center_baseline", color="white", weight="bold", size=0.85 * points, zorder=8,
        )  # fmt: skip
        boxes.append(lettering.marker_box(ax, station.x, station.y, 0.9 * points))
    return boxes


def _label(ax: Axes, view: View, row: int, taken: list[Any]) -> None:
    """Name and minutes where there is room: in the area, clear of stations and other names."""
    minutes, the_map = view.townships.p90[row], view.layout.map
    if math.isnan(minutes):
        return
    shape, seat = the_map.layers["townships"].geometry.iloc[row], the_map.townships[row]
    name = view.say.name(seat.name)
    shown = "∞" if math.isinf(minutes) else f"{minutes:.0f}"
    if minutes > np.round(minutes) and np.round(minutes) in BREAKS:
        shown = f"{minutes:.1f}"  # 10.3 is not within ten minutes, and must not read as 10
    dark = _class(minutes) >= DARK_FROM
    ground = RAMP[_class(minutes)]
    inner = shape.representative_point()
    spots = [(inner.x, inner.y), (shape.centroid.x, shape.centroid.y), (seat.x, seat.y)]
    for text in (f"{name}\n{shown}", shown):
        written = lettering.place_label(
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
    ax: Axes, where: tuple[float, float, float, float], bounds: map_parts.Bounds, view: View
) -> None:
    """The urban core again, large enough for its names."""
    fig: Figure = ax.figure  # type: ignore[assignment]
    left, bottom, width, height = where
    inner = fig.add_axes((left, bottom, width, height - 0.045))
    fig.text(left, bottom + height, view.say("Urban core, enlarged"), va="top")
    map_parts.map_axes(inner, bounds)
    (x0, x1), (y0, y1) = inner.get_xlim(), inner.get_ylim()
    _map(inner, view, labels_in_core=True, all_labels=True)
    for spine in inner.spines.values():
        spine.set_visible(True)
        spine.set_color("#8A8A8A")
    ax.add_patch(
        Rectangle((x0, y0), x1 - x0, y1 - y0, fill=False, edgecolor="#4A4A4A", ls="--", lw=1.0,
                  zorder=5)
    )  # fmt: skip


def _legend(fig: Figure, left: float, top: float, view: View) -> None:
    """Only what is on the map: the classes of minutes, and beside them the marks."""
    say, points = view.say, mpl.rcParams["font.size"]
    common: Any = {
        "frameon": False, "alignment": "left", "borderaxespad": 0, "borderpad": 0,
        "handlelength": 1.6, "loc": "upper left", "fontsize": 0.9 * points,
    }  # fmt: skip
    classes = fig.legend(
        handles=_classes(view), title=say("90th percentile (min)"), bbox_to_anchor=(left, top),
        **common,
    )  # fmt: skip
    marks = fig.legend(
        handles=_marks(view), title=say("digit = ambulances"), bbox_to_anchor=(left, top), **common
    )
    for text in marks.get_texts():
        text.set_linespacing(1.35)  # Chinese lines need more than Latin ones
    _side_by_side(fig, classes, marks, left, top)


def _side_by_side(fig: Figure, first: Legend, second: Legend, left: float, top: float) -> None:
    """The second legend right of the first; both smaller until they stay on the page."""
    renderer = fig.canvas.get_renderer()  # type: ignore[attr-defined]
    for _ in range(20):
        gap = 1.2 * mpl.rcParams["font.size"] * fig.dpi / 72
        start = (first.get_window_extent(renderer).x1 + gap) / fig.bbox.width
        second.set_bbox_to_anchor((start, top))
        right = second.get_window_extent(renderer).x1 / fig.bbox.width
        low = min(legend.get_window_extent(renderer).y0 for legend in (first, second))
        if right <= 0.99 and low >= page.foot_room(fig) * fig.bbox.height * 0.6:
            return
        for legend in (first, second):
            for text in (legend.get_title(), *legend.get_texts()):
                text.set_fontsize(0.96 * float(text.get_fontsize()))


def _classes(view: View) -> list[Patch]:
    """The classes from the quickest on the map to the slowest, and areas without calls."""
    p90 = view.townships.p90
    edge: Any = {"edgecolor": "#8A8A8A", "lw": 0.6}
    used = sorted({_class(minutes) for minutes in p90[~np.isnan(p90)]})
    names = [f"≤ {BREAKS[0]}", *(f"{a}–{b}" for a, b in pairwise(BREAKS)), f"> {BREAKS[-1]}"]
    patches = []
    if used:
        patches = [
            Patch(facecolor=RAMP[i], label=names[i], **edge)
            for i in range(used[0], used[-1] + 1)
        ]  # fmt: skip
    if np.isnan(p90).any():
        patches.append(Patch(facecolor=NO_CALLS, label=view.say("no calls"), **edge))
    return patches


def _marks(view: View) -> list[Any]:
    """Stations, the urban core, and the hatching of who misses the target."""
    layout, say = view.layout, view.say
    kinds = {station.kind for station in layout.open_stations()}
    marks: list[Any] = [
        Line2D([], [], ls="", marker=marker, color=colour, markeredgecolor="white",
               markersize=0.85 * mpl.rcParams["font.size"], label=say(name))
        for kind, marker, colour, name in STATIONS
        if kind in kinds
    ]  # fmt: skip
    if len(layout.map.layers["core"]):
        marks.append(Line2D([], [], color=style.BLUE, lw=2.2, label=say("Urban core")))
    targets = layout.settings.targets
    missed = say(
        "misses its target\n({share} of calls in\n{urban} min urban,\n{rural} min rural)",
        share=say("{percent} %", percent=f"{100 * targets.share:.0f}"),
        urban=f"{targets.urban / 60:g}",
        rural=f"{targets.rural / 60:g}",
    )
    return [
        *marks,
        Patch(facecolor="none", edgecolor="#00000088", hatch="///", lw=0.6, label=missed),
    ]
