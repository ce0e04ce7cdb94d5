"""Layouts on maps: one with the names of what it changes, or several side by side."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.transforms import Bbox

from sim.figures import (
    lettering,
    map_page,
    map_parts,
    numbers,
    page,
    site_map,
    station_marks,
    style,
)
from sim.figures.map_page import Key, Part
from sim.figures.numbers import Rows
from sim.figures.page import Sheet
from sim.figures.station_marks import Labelled, Marks, changed
from sim.figures.style import Picture
from sim.scenario.layout import StationChange, against
from sim.scenario.scenario import Scenario
from sim.scenario.standing import standby_points
from sim.words.language import Language
from sim.words.page import Finding

MOST: Final = 6  # maps on a page
TITLE: Final = 3.8  # above each map, in units of the body type
LEGEND: Final = 2.2
SCALE_BAR: Final = 2.4  # room for it above and below a map that fills its column
SMALLER: Final = 0.8  # type on each of several maps


def draw(base: Scenario, layout: Scenario, finding: Finding, size: str, say: Language) -> Picture:
    """A layout: all its stations and ambulances, what changed against the base marked and named."""
    the_map, changes, standby = base.map, against(base, layout), standby_points(layout)

    def paint(ax: Axes, part: Part) -> None:
        site_map.ground(ax, the_map)
        labelled = part.labelled(the_map)
        station_marks.draw_standby(ax, standby)
        _names(ax, changes, station_marks.draw(ax, changes, say, labelled), labelled, say)

    marks = [
        *station_marks.handles(changes, say),
        *station_marks.standby_handle(standby, say),
        *map_parts.core_handle(the_map, say),
    ]
    keys = [Key(say("digit = ambulances"), marks)]
    made = map_page.draw(the_map, finding, size, say, paint, keys)
    return made.explain(drawn(base, changes, say), lambda: numbers.stations(changes, say), say)


def drawn(base: Scenario, changes: Sequence[StationChange], say: Language) -> str:
    """What a map of a layout shows: its stations and what changed of them."""
    open_ = [one for one in changes if not one.closed]
    return say(
        "A map of {map} with {stations} stations and {ambulances} ambulances, squares for stations "
        "and discs for sub-stations, in each the number of its ambulances; {changed} of them are "
        "changed against today",
        map=base.map.name,
        stations=len(open_),
        ambulances=sum(one.ambulances for one in open_),
        changed=sum(changed(one) for one in changes),
    )


def _names(
    ax: Axes, changes: Sequence[StationChange], marks: Marks, labelled: Labelled, say: Language
) -> None:
    """The names of stations, those that are changed first."""
    order = sorted(zip(changes, marks.spots, strict=True), key=lambda one: not changed(one[0]))
    for one, spot in order:
        if map_parts.in_view(ax, *spot) and labelled(one.station.x, one.station.y):
            _name(ax, one, spot, marks.boxes, say)


def _name(
    ax: Axes, one: StationChange, spot: tuple[float, float], taken: list[Bbox], say: Language
) -> None:
    """A station's name beside its mark: bold and surely if it is changed, else if there is room."""
    place = lettering.place_surely if changed(one) else lettering.place_label
    place(
        ax, say.shortened(say.name(one.station.name)), [spot], taken, zorder=9,
        shifts=lettering.beside(station_marks.width(one)), path_effects=style.halo(),
        size=0.85 * mpl.rcParams["font.size"], weight="bold" if changed(one) else "normal",
    )  # fmt: skip


def beside(
    base: Scenario, layouts: Sequence[Scenario], titles: Sequence[tuple[str, str]],
    finding: Finding, size: str, say: Language,
) -> Picture:  # fmt: skip
    """Up to `MOST` layouts side by side: what each changes, and its title above it."""
    changes = [against(base, layout) for layout in layouts]
    columns, rows_high = _grid(base.map.outline.bounds, len(layouts), size)
    with page.page(finding, size, rows_high + LEGEND) as sheet:
        bottom = sheet.bottom + LEGEND * sheet.size
        wide = (sheet.right - sheet.left) / columns
        high = (sheet.top - bottom) / math.ceil(len(layouts) / columns)
        type_size = _type_size(sheet, 0.92 * wide, [gain for _, gain in titles])
        for number, (change, lines) in enumerate(zip(changes, titles, strict=True)):
            row, column = divmod(number, columns)
            left, top = sheet.left + column * wide, sheet.top - row * high
            ax = sheet.axes(left, top - high + 0.5 * sheet.size, left + 0.96 * wide,
                            top - TITLE * sheet.size)  # fmt: skip
            _panel(ax, base, change, say, first=number == 0)
            text = _title(sheet, 0.92 * wide, type_size, *lines)
            sheet.fig.text(*sheet.at(left, top), text, size=type_size, va="top",
                           linespacing=1.25)  # fmt: skip
        every = [one for change in changes for one in change]
        handles = [*station_marks.handles(every, say), *map_parts.core_handle(base.map, say)]
        _legend(sheet, handles)
    said = say(
        "{n} small maps of {map} side by side, one for each plan: squares for stations, discs for "
        "sub-stations, what a plan adds marked and named",
        n=len(layouts),
        map=base.map.name,
    )
    return sheet.fig.explain(said, lambda: _rows(changes, titles, say), say)


def _rows(
    changes: Sequence[Sequence[StationChange]], titles: Sequence[tuple[str, str]], say: Language
) -> Rows:
    """The stations that each plan changes."""
    return [
        {"plan": number, "what": name, "gain": gain, **row}
        for number, (change, (name, gain)) in enumerate(zip(changes, titles, strict=True), 1)
        for row, one in zip(numbers.stations(change, say), change, strict=True)
        if changed(one)
    ]


def _legend(sheet: Sheet, handles: Sequence[Any]) -> None:
    """One line at the foot of the page; smaller until it fits."""
    for share in (0.85 * 0.95**i for i in range(14)):
        made = sheet.fig.legend(
            handles=list(handles), frameon=False, ncols=len(handles), loc="lower left",
            bbox_to_anchor=sheet.at(sheet.left, sheet.bottom), borderaxespad=0, borderpad=0,
            fontsize=share * sheet.size, handletextpad=0.4, columnspacing=1.6,
        )  # fmt: skip
        box = made.get_window_extent(sheet.fig.canvas.get_renderer())  # type: ignore[attr-defined]
        if box.x1 <= 0.985 * sheet.fig.bbox.width:
            return
        made.remove()


def _grid(bounds: map_parts.Bounds, count: int, size: str) -> tuple[int, float]:
    """The columns that give the largest maps, and how high all rows are in units of the type."""
    x0, y0, x1, y1 = bounds
    inches, points = style.SIZES.get(size, style.SIZES["screen"])
    wide = (72 * inches - 2 * page.MARGIN) / points
    most = 72 * inches * map_page.ASPECT / points - page.AROUND - LEGEND

    def high(columns: int) -> float:
        """The height of a map that fills its column, or less where there is no room for that."""
        filled = 0.96 * wide / columns * (y1 - y0) / (x1 - x0) + SCALE_BAR
        return min(filled, most / math.ceil(count / columns) - TITLE - 0.5)

    best = max(range(1, count + 1), key=high)
    return best, (high(best) + TITLE + 0.5) * math.ceil(count / best)


def _type_size(sheet: Sheet, room: float, gains: Sequence[str]) -> float:
    """The size of type at which each plan's gain stands in a line: no number of it is cut off."""
    sizes = [0.9 * 0.97**step * sheet.size for step in range(14)]
    fits = (s for s in sizes if all(lettering.width(sheet.fig, g, s) <= room for g in gains))
    return next(fits, sizes[-1])


def _title(sheet: Sheet, room: float, size: float, name: str, gain: str) -> str:
    """What a plan is, in two lines at most, and below it what it gains."""
    name = lettering.broken(sheet.fig, name, size, room, 2)
    return "\n".join([name, lettering.broken(sheet.fig, gain, size, room, 1)])


def _panel(
    ax: Axes, base: Scenario, changes: Sequence[StationChange], say: Language, *, first: bool
) -> None:
    map_parts.map_axes(ax, base.map.outline.bounds)
    with mpl.rc_context({"font.size": SMALLER * mpl.rcParams["font.size"]}):
        site_map.ground(ax, base.map)
        marks = station_marks.draw(ax, changes, say, lambda x, y: True, quiet=True)
        if first:
            marks.boxes.extend(map_parts.scale_bar(ax, say))
            map_parts.north_arrow(ax)
        for one, spot in zip(changes, marks.spots, strict=True):
            if changed(one) and map_parts.in_view(ax, *spot):
                _name(ax, one, spot, marks.boxes, say)
