"""The inputs as a map: people, roads by class, stations; to be looked at before simulating."""

from __future__ import annotations

from typing import Any, Final

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from sim.inputs.scenario import Scenario
from sim.outputs.plots import style
from sim.outputs.words import pick

# Class by rank: colour, width, what it is called.
ROADS: Final = (
    (("motorway", "motorway_link"), "#4A2C7A", 1.8, "Motorway", "高速公路"),
    (("trunk", "trunk_link"), "#B2182B", 1.5, "Trunk", "国道"),
    (("primary", "primary_link"), "#D6604D", 1.2, "Primary", "主干路"),
    (("secondary", "secondary_link", "tertiary", "tertiary_link"), "#9A8A6A", 0.7,
     "Secondary, tertiary", "次干路、支路"),
    ((), "#C9C9C9", 0.4, "Local", "乡村及街巷"),
)  # fmt: skip


def inputs_map(scenario: Scenario, lang: str = "en", size: str = "screen") -> Figure:
    """Where people live, which roads join them, where the stations stand."""
    ground = scenario.map
    people = ground.cells.people.sum()
    stations = scenario.open_stations()
    finding = pick(
        lang,
        f"{ground.name_en}: {people:,.0f} people, {len(stations)} stations, "
        f"{len(scenario.fleet)} ambulances",
        f"{ground.name_zh}：{people:,.0f} 人，{len(stations)} 个站点，"
        f"{len(scenario.fleet)} 辆救护车",
    )
    km = ground.layers["roads"]["length_m"].sum() / 1000
    subtitle = pick(
        lang,
        f"The inputs as they were read: {len(ground.cells.people):,} places where people live, "
        f"{km:,.0f} km of road",
        f"已读取的输入：{len(ground.cells.people):,} 个居民点，{km:,.0f} 公里道路",
    )
    with style.figure(size, 0.66) as fig:
        style.headline(fig, finding, subtitle)
        style.footnote(fig, style.map_mark(ground, lang).strip())
        top, bottom = style.head_room(fig), style.foot_room(fig)
        wide = 0.72
        ax = fig.add_axes((0.01, bottom, wide, top - bottom))
        style.map_axes(ax, ground.outline.bounds)
        marks = _draw(ax, scenario, lang)
        style.scale_bar(ax, lang)
        style.north_arrow(ax)
        fig.legend(
            handles=marks, frameon=False, loc="upper left", bbox_to_anchor=(wide + 0.03, top),
            alignment="left", borderaxespad=0,
        )  # fmt: skip
    return fig


def _draw(ax: Any, scenario: Scenario, lang: str) -> list[Any]:
    """Everything on the axes; what the legend says of it."""
    ground = scenario.map
    style.plot(ax, ground.layers["townships"].boundary, color="#BBBBBB", lw=0.6, zorder=1)
    roads, marks = ground.layers["roads"], []
    named = {name for classes, *_ in ROADS for name in classes}
    for rank, (classes, colour, width, en, zh) in enumerate(ROADS):
        some = roads[roads["class"].isin(classes) if classes else ~roads["class"].isin(named)]
        if len(some):
            style.plot(ax, some, color=colour, lw=width, zorder=4 - 0.1 * rank)
            marks.append(Line2D([], [], color=colour, lw=width, label=pick(lang, en, zh)))
    cells = ground.cells
    largest = max(cells.people.max(), 1.0)
    ax.scatter(
        cells.xy[:, 0], cells.xy[:, 1], s=1 + 60 * cells.people / largest, color=style.ORANGE,
        alpha=0.35, lw=0, zorder=5,
    )  # fmt: skip
    people = pick(lang, "People", "居民")
    marks.append(Line2D([], [], ls="", marker="o", color=style.ORANGE, alpha=0.5, label=people))
    core = ground.layers["core"]
    if len(core):
        style.plot(ax, core.boundary, color=style.BLUE, lw=2.0, zorder=6)
        marks.append(
            Line2D([], [], color=style.BLUE, lw=2, label=pick(lang, "Urban core", "城区范围"))
        )
    taken = []
    for station in scenario.open_stations():
        main = station.kind == "station"
        ax.plot(station.x, station.y, "s" if main else "o", color=style.INK if main else style.BLUE,
                markersize=8, markeredgecolor="white", zorder=8)  # fmt: skip
        taken.append(style.marker_box(ax, station.x, station.y, 6))
    for station in scenario.open_stations():
        style.place_label(
            ax, station.label(lang), [(station.x, station.y)], taken, zorder=9,
            size=0.85 * mpl.rcParams["font.size"], path_effects=style.halo(),
        )  # fmt: skip
    marks.append(
        Line2D([], [], ls="", marker="s", color=style.INK, label=pick(lang, "Station", "急救站"))
    )
    if any(s.kind == "substation" for s in scenario.open_stations()):
        label = pick(lang, "Sub-station", "急救分站")
        marks.append(Line2D([], [], ls="", marker="o", color=style.BLUE, label=label))
    return marks
