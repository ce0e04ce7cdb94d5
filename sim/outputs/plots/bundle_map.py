"""A map bundle by itself: people, roads by class, sites; before there is any layout on it."""

from __future__ import annotations

from typing import Any

from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from sim.outputs.plots import style
from sim.outputs.plots.inputs_map import ROADS
from sim.outputs.words import pick


def bundle_map(ground: Any, lang: str = "en", size: str = "screen") -> Figure:
    """Where people live, which roads join them, which sites the map knows."""
    people, sites = ground.cells.people.sum(), ground.layers["sites"]
    finding = pick(
        lang,
        f"{ground.name_en}: {people:,.0f} people, {len(sites)} sites",
        f"{ground.name_zh}：{people:,.0f} 人，{len(sites)} 个站址",
    )
    km = ground.layers["roads"]["length_m"].sum() / 1000
    subtitle = pick(
        lang,
        f"The map as it was made: {len(ground.cells.people):,} places where people live, "
        f"{km:,.0f} km of road",
        f"已生成的地图：{len(ground.cells.people):,} 个居民点，{km:,.0f} 公里道路",
    )
    with style.figure(size, 0.66) as fig:
        style.headline(fig, finding, subtitle)
        style.footnote(fig, style.map_mark(ground, lang).strip())
        top, bottom = style.head_room(fig), style.foot_room(fig)
        ax = fig.add_axes((0.01, bottom, 0.72, top - bottom))
        style.map_axes(ax, ground.outline.bounds)
        marks = _draw(ax, ground, lang)
        style.scale_bar(ax, lang)
        style.north_arrow(ax)
        fig.legend(
            handles=marks, frameon=False, loc="upper left", bbox_to_anchor=(0.75, top),
            alignment="left", borderaxespad=0,
        )  # fmt: skip
    return fig


def _draw(ax: Any, ground: Any, lang: str) -> list[Any]:
    """Everything on the axes; what the legend says of it."""
    style.plot(ax, ground.layers["townships"].boundary, color="#BBBBBB", lw=0.6, zorder=1)
    roads, marks = ground.layers["roads"], []
    named = {name for classes, *_ in ROADS for name in classes}
    for rank, (classes, colour, width, en, zh) in enumerate(ROADS):
        some = roads[roads["class"].isin(classes) if classes else ~roads["class"].isin(named)]
        if len(some):
            style.plot(ax, some, color=colour, lw=width, zorder=4 - 0.1 * rank)
            marks.append(Line2D([], [], color=colour, lw=width, label=pick(lang, en, zh)))
    core = ground.layers["core"]
    if len(core):
        style.plot(ax, core.boundary, color=style.BLUE, lw=2.0, zorder=6)
        label = pick(lang, "Urban core", "城区范围")
        marks.append(Line2D([], [], color=style.BLUE, lw=2, label=label))
    cells, sites = ground.cells, ground.layers["sites"]
    size = 1 + 60 * cells.people / max(cells.people.max(), 1.0)
    ax.scatter(*cells.xy.T, s=size, color=style.ORANGE, alpha=0.35, lw=0, zorder=5)
    label = pick(lang, "People", "居民")
    marks.append(Line2D([], [], ls="", marker="o", color=style.ORANGE, alpha=0.5, label=label))
    if len(sites):
        ax.plot(sites.geometry.x, sites.geometry.y, "s", color=style.INK, markersize=7,
                markeredgecolor="white", zorder=8)  # fmt: skip
        label = pick(lang, "Site", "站址")
        marks.append(Line2D([], [], ls="", marker="s", color=style.INK, label=label))
    return marks
