"""The inputs as a map: people, roads by class, stations; to be looked at before simulating."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from sim.figures import style
from sim.geography.bundle import Map
from sim.scenario.scenario import Scenario
from sim.words.phrases import pick

# Class by rank: colour, width, what it is called.
ROADS: Final = (
    (("motorway", "motorway_link"), "#4A2C7A", 1.8, "Motorway", "高速公路"),
    (("trunk", "trunk_link"), "#B2182B", 1.5, "Trunk", "国道"),
    (("primary", "primary_link"), "#D6604D", 1.2, "Primary", "主干路"),
    (("secondary", "secondary_link", "tertiary", "tertiary_link"), "#9A8A6A", 0.7,
     "Secondary, tertiary", "次干路、支路"),
    ((), "#C9C9C9", 0.4, "Local", "乡村及街巷"),
)  # fmt: skip


class Mark(NamedTuple):
    """A station of a layout, or a site of the map where there is no layout yet."""

    x: float
    y: float
    name: str
    main: bool  # a station, not a sub-station


def inputs_map(
    ground: Map, layout: Scenario | None = None, lang: str = "en", size: str = "screen"
) -> Figure:
    """Where people live, which roads join them, and the layout's stations, else the map's sites."""
    people, where = ground.cells.people.sum(), len(ground.cells.people)
    marks = _marks(ground, layout, lang)
    if layout is None:
        stand_en, stand_zh = f"{len(marks)} sites", f"{len(marks)} 个站址"
    else:
        stand_en = f"{len(marks)} stations, {len(layout.fleet)} ambulances"
        stand_zh = f"{len(marks)} 个站点，{len(layout.fleet)} 辆救护车"
    finding = pick(
        lang,
        f"{ground.name.en}: {people:,.0f} people, {stand_en}",
        f"{ground.name.zh}：{people:,.0f} 人，{stand_zh}",
    )
    km = ground.layers["roads"]["length_m"].sum() / 1000
    subtitle = pick(
        lang,
        f"The inputs as they were read: {where:,} places where people live, {km:,.0f} km of road",
        f"已读取的输入：{where:,} 个居民点，{km:,.0f} 公里道路",
    )
    with style.figure(size, 0.66) as fig:
        style.headline(fig, finding, subtitle)
        style.footnote(fig, style.map_mark(ground, lang).strip())
        top, bottom = style.head_room(fig), style.foot_room(fig)
        wide = 0.72
        ax = fig.add_axes((0.01, bottom, wide, top - bottom))
        style.map_axes(ax, ground.outline.bounds)
        legend = _draw(ax, ground, marks, lang)
        style.scale_bar(ax, lang)
        style.north_arrow(ax)
        fig.legend(
            handles=legend, frameon=False, loc="upper left", bbox_to_anchor=(wide + 0.03, top),
            alignment="left", borderaxespad=0,
        )  # fmt: skip
    return fig


def _marks(ground: Map, layout: Scenario | None, lang: str) -> list[Mark]:
    if layout is not None:
        return [Mark(s.x, s.y, s.label(lang), s.kind == "station") for s in layout.open_stations()]
    kinds = ground.layers["sites"]["kind"]
    return [
        Mark(s.x, s.y, s.name.within(lang), kinds.iloc[s.row] == "station") for s in ground.sites
    ]


def _draw(ax: Any, ground: Map, marks: list[Mark], lang: str) -> list[Any]:
    """Everything on the axes; what the legend says of it."""
    style.plot(ax, ground.layers["townships"].boundary, color="#BBBBBB", lw=0.6, zorder=1)
    roads, legend = ground.layers["roads"], []
    named = {name for classes, *_ in ROADS for name in classes}
    for rank, (classes, colour, width, en, zh) in enumerate(ROADS):
        some = roads[roads["class"].isin(classes) if classes else ~roads["class"].isin(named)]
        if len(some):
            style.plot(ax, some, color=colour, lw=width, zorder=4 - 0.1 * rank)
            legend.append(Line2D([], [], color=colour, lw=width, label=pick(lang, en, zh)))
    cells = ground.cells
    sizes = 1 + 60 * cells.people / max(cells.people.max(), 1.0)
    ax.scatter(*cells.xy.T, s=sizes, color=style.ORANGE, alpha=0.35, lw=0, zorder=5)
    people = pick(lang, "People", "居民")
    legend.append(Line2D([], [], ls="", marker="o", color=style.ORANGE, alpha=0.5, label=people))
    core = ground.layers["core"]
    if len(core):
        style.plot(ax, core.boundary, color=style.BLUE, lw=2.0, zorder=6)
        label = pick(lang, "Urban core", "城区范围")
        legend.append(Line2D([], [], color=style.BLUE, lw=2, label=label))
    return legend + _draw_marks(ax, marks, lang)


def _draw_marks(ax: Any, marks: list[Mark], lang: str) -> list[Any]:
    """Stations and their names; what the legend says of them."""
    taken = []
    for mark in marks:
        ax.plot(mark.x, mark.y, "s" if mark.main else "o", zorder=8, markersize=8,
                color=style.INK if mark.main else style.BLUE, markeredgecolor="white")  # fmt: skip
        taken.append(style.marker_box(ax, mark.x, mark.y, 6))
    for mark in marks:
        style.place_label(
            ax, mark.name, [(mark.x, mark.y)], taken, zorder=9,
            size=0.85 * mpl.rcParams["font.size"], path_effects=style.halo(),
        )  # fmt: skip
    kinds = (
        (True, "s", style.INK, "Station", "急救站"),
        (False, "o", style.BLUE, "Sub-station", "急救分站"),
    )
    return [
        Line2D([], [], ls="", marker=marker, color=colour, label=pick(lang, en, zh))
        for main, marker, colour, en, zh in kinds
        if any(mark.main == main for mark in marks)
    ]
