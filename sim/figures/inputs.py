"""The inputs as a map: people, roads by class, stations; to be looked at before simulating."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from sim.figures import fonts, lettering, map_parts, page, station_marks, style
from sim.figures.numbers import Rows
from sim.figures.style import Picture
from sim.geography.bundle import Map
from sim.scenario.scenario import Scenario
from sim.scenario.standing import standby_points
from sim.text import Message
from sim.words import inputs as words
from sim.words.language import Language

ASPECT: Final = 0.66  # of the page
MAP_WIDE: Final = 0.72  # of the page's width
LEGEND_WIDE: Final = 0.19  # for a line of the legend

# Class by rank: colour, width, what it is called.
ROADS: Final = (
    (("motorway", "motorway_link"), "#4A2C7A", 1.8, Message("Motorway")),
    (("trunk", "trunk_link"), "#B2182B", 1.5, Message("Trunk")),
    (("primary", "primary_link"), "#D6604D", 1.2, Message("Primary")),
    (("secondary", "secondary_link", "tertiary", "tertiary_link"), "#9A8A6A", 0.7,
     Message("Secondary, tertiary")),
    ((), "#C9C9C9", 0.4, Message("Local")),
)  # fmt: skip


class SiteMark(NamedTuple):
    """A station of a layout, or a site of the map where there is no layout yet."""

    x: float
    y: float
    name: str
    main: bool  # a station, not a sub-station


def inputs_map(
    the_map: Map, say: Language, layout: Scenario | None = None, size: str = "screen"
) -> Picture:
    """Where people live, which roads join them, and the layout's stations, else the map's sites."""
    say = fonts.drawable(say)
    marks = _marks(the_map, layout, say)
    with page.page_of_aspect(words.finding(the_map, layout, say), size, ASPECT) as sheet:
        fig, (top, bottom) = sheet.fig, sheet.rows()
        ax = fig.add_axes((0.01, bottom, MAP_WIDE, top - bottom))
        map_parts.map_axes(ax, the_map.outline.bounds)
        handles = _draw(ax, the_map, marks, say)
        standby = () if layout is None else standby_points(layout)
        station_marks.draw_standby(ax, standby)
        handles += station_marks.standby_handle(standby, say)
        map_parts.scale_bar(ax, say)
        map_parts.north_arrow(ax)
        legend = fig.legend(
            handles=handles, frameon=False, loc="upper left",
            bbox_to_anchor=(MAP_WIDE + 0.03, top), alignment="left", borderaxespad=0,
        )  # fmt: skip
        for text in legend.get_texts():
            lettering.shrink(fig, text, LEGEND_WIDE)
    return fig.explain(words.drawn(the_map, say), lambda: _rows(the_map, marks, say), say)


def _rows(the_map: Map, marks: list[SiteMark], say: Language) -> Rows:
    """A row for each station or site, and one for each cell with people: where it is."""
    named = {True: say("Station"), False: say("Sub-station")}
    found: Rows = [
        {"what": named[mark.main], "name": mark.name, "x_m": mark.x, "y_m": mark.y}
        for mark in marks
    ]
    cells = the_map.cells
    return found + [
        {"what": say("Residents"), "name": "", "x_m": x, "y_m": y, "people": people}
        for (x, y), people in zip(cells.xy.tolist(), cells.people.tolist(), strict=True)
    ]


def _marks(the_map: Map, layout: Scenario | None, say: Language) -> list[SiteMark]:
    if layout is not None:
        stations = layout.open_stations()
        return [SiteMark(s.x, s.y, say.name(s.name), s.kind == "station") for s in stations]
    kinds = the_map.layers["sites"]["kind"]
    return [
        SiteMark(s.x, s.y, say.name(s.name), kinds.iloc[s.row] == "station") for s in the_map.sites
    ]


def _draw(ax: Axes, the_map: Map, marks: list[SiteMark], say: Language) -> list[Any]:
    """Everything on the axes; what the legend says of it."""
    map_parts.plot(ax, the_map.layers["townships"].boundary, color="#BBBBBB", lw=0.6, zorder=1)
    roads, legend = the_map.layers["roads"], []
    named = {name for classes, *_ in ROADS for name in classes}
    for rank, (classes, colour, width, name) in enumerate(ROADS):
        some = roads[roads["class"].isin(classes) if classes else ~roads["class"].isin(named)]
        if len(some):
            map_parts.plot(ax, some, color=colour, lw=width, zorder=4 - 0.1 * rank)
            legend.append(Line2D([], [], color=colour, lw=width, label=say(name)))
    cells = the_map.cells
    sizes = 1 + 60 * cells.people / max(cells.people.max(), 1.0)
    ax.scatter(
        cells.xy[:, 0], cells.xy[:, 1], s=sizes, color=style.ORANGE, alpha=0.35, lw=0, zorder=5
    )
    people = say("Residents")
    legend.append(Line2D([], [], ls="", marker="o", color=style.ORANGE, alpha=0.5, label=people))
    core = the_map.layers["core"]
    if len(core):
        map_parts.plot(ax, core.boundary, color=style.BLUE, lw=2.0, zorder=6)
        legend.append(Line2D([], [], color=style.BLUE, lw=2, label=say("Urban core")))
    return legend + _draw_marks(ax, marks, say)


def _draw_marks(ax: Axes, marks: list[SiteMark], say: Language) -> list[Any]:
    """Stations and their names; what the legend says of them."""
    taken = []
    for mark in marks:
        ax.plot(mark.x, mark.y, "s" if mark.main else "o", zorder=8, markersize=8,
                color=style.INK if mark.main else style.BLUE, markeredgecolor="white")  # fmt: skip
        taken.append(lettering.marker_box(ax, mark.x, mark.y, 6))
    for mark in marks:
        lettering.place_label(
            ax, mark.name, [(mark.x, mark.y)], taken, zorder=9,
            size=0.85 * mpl.rcParams["font.size"], path_effects=style.halo(),
        )  # fmt: skip
    kinds = (
        (True, "s", style.INK, say("Station")),
        (False, "o", style.BLUE, say("Sub-station")),
    )
    return [
        Line2D([], [], ls="", marker=marker, color=colour, label=name)
        for main, marker, colour, name in kinds
        if any(mark.main == main for mark in marks)
    ]
