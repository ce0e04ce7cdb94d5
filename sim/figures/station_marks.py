"""Stations on a map: where they stand, with how many ambulances, and what a layout changes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import FancyArrowPatch
from matplotlib.transforms import Bbox

from sim.figures import lettering, map_parts, style
from sim.scenario.layout import Station, StationChange
from sim.text import Message
from sim.words.language import Language

KINDS: Final = (  # kind, marker, colour, name
    ("station", "s", style.INK, Message("Station")),
    ("substation", "o", style.BLUE, Message("Sub-station")),
)
NEW: Final = "#F0B400"  # of a star with dark type
STANDBY: Final[dict[str, Any]] = {  # a mark that is no station's
    "marker": "D", "ls": "", "color": style.INK, "markerfacecolor": "white", "markeredgewidth": 1.6,
}  # fmt: skip
CORNERS: Final = ((0.75, 0.95), (-0.75, 0.95), (0.75, -0.95), (-0.75, -0.95), (1.1, 0), (-1.1, 0))

WIDE, WIDE_NEW = 1.8, 2.6  # room that marks take, in units of the body type
CROWD: Final = 12  # so many that are enlarged elsewhere are small here, without their ambulances


def width(change: StationChange) -> float:
    """How wide its mark is, in units of the body type."""
    return WIDE_NEW if change.new else WIDE


Labelled = Callable[[float, float], bool]  # of a point: whether all there is to it is said here


class Marks(NamedTuple):
    """What was drawn: the boxes in pixels that it takes, and where the mark of each change is."""

    boxes: list[Bbox]
    spots: list[tuple[float, float]]


def draw(
    ax: Axes, changes: Sequence[StationChange], say: Language, labelled: Labelled, *,
    quiet: bool = False,
) -> Marks:  # fmt: skip
    """Each station with its ambulances, new, moved and closed ones marked.

    A new one that would cover another is moved aside, with a line to where it stands. How many
    ambulances are more or fewer is written beside a mark: surely where it is `labelled`, else where
    there is room. `quiet`: stations that are as they were are small and without their ambulances;
    so are those of a crowd that is `labelled` on other axes.
    """
    points = mpl.rcParams["font.size"]
    boxes: list[Bbox] = []
    spots = [(one.station.x, one.station.y) for one in changes]
    elsewhere = [not changed(one) and not labelled(*spot)
                 for one, spot in zip(changes, spots, strict=True)]  # fmt: skip
    crowd = sum(elsewhere) >= CROWD
    for change, other in zip(changes, elsewhere, strict=True):
        if (quiet and not changed(change)) or (crowd and other):
            boxes += _quiet(ax, change.station)
        elif not change.new:
            boxes += _known(ax, change)
    for row, change in enumerate(changes):
        if change.new and map_parts.in_view(ax, *spots[row]):
            spots[row] = _new(ax, change, boxes)
    for row, change in enumerate(changes):
        if change.more and map_parts.in_view(ax, *spots[row]):
            place = lettering.place_surely if labelled(*spots[row]) else lettering.place_label
            place(
                ax, say.number(change.more, 0, sign=True), [spots[row]], boxes, shifts=CORNERS,
                size=0.95 * points, weight="bold", color=style.INK, zorder=8,
                path_effects=style.halo(),
            )  # fmt: skip
    return Marks(boxes, spots)


def draw_standby(ax: Axes, points: Sequence[Station]) -> list[Bbox]:
    """Points where free ambulances may wait: small and hollow; the boxes in pixels they take."""
    points = [one for one in points if map_parts.in_view(ax, one.x, one.y)]
    size = 0.8 * mpl.rcParams["font.size"]
    for one in points:
        ax.plot([one.x], [one.y], markersize=size, zorder=6.7, **STANDBY)
    return [lettering.marker_box(ax, one.x, one.y, 0.5 * size) for one in points]


def standby_handle(points: Sequence[Station], say: Language) -> list[Any]:
    """What their mark means, if there are any."""
    size = 0.8 * mpl.rcParams["font.size"]
    mark = Line2D([], [], markersize=size, label=say("standby point"), **STANDBY)
    return [mark] if points else []


def changed(one: StationChange) -> bool:
    return bool(one.new or one.moved or one.closed or one.more)


def handles(changes: Sequence[StationChange], say: Language) -> list[Any]:
    """What the marks mean, of those that occur."""
    points = mpl.rcParams["font.size"]
    kinds = {one.station.kind for one in changes if not one.new and not one.closed}
    found = [
        Line2D([], [], ls="", marker=marker, color=colour, markeredgecolor="white",
               markersize=0.85 * points, label=say(name))
        for kind, marker, colour, name in KINDS
        if kind in kinds
    ]  # fmt: skip
    for there, marker, colour, size, text in (
        (any(one.new for one in changes), "*", NEW, 1.4, say("new station")),
        (any(one.moved for one in changes), style.sign(r"$\rightarrow$"), style.INK, 1.3,
         say("moved, from the hollow mark")),
        (any(one.closed for one in changes), "X", style.INK, 1.0, say("closed")),
    ):  # fmt: skip
        if there:
            edge = style.INK if marker == "*" else "none"
            found.append(Line2D([], [], ls="", marker=marker, color=colour, label=text,
                                markeredgecolor=edge, markersize=size * points))  # fmt: skip
    signs = sorted({one.more > 0 for one in changes if one.more}, reverse=True)
    for more in signs:
        label = say("so many ambulances more") if more else say("so many ambulances fewer")
        sign = style.sign("$+n$" if more else "$-n$")
        found.append(Line2D([], [], ls="", marker=sign, color=style.INK,
                            markersize=1.4 * points, label=label))  # fmt: skip
    return found


def _known(ax: Axes, change: StationChange) -> list[Bbox]:
    """A station that is in the base too, moved or closed or as it was; the boxes it takes."""
    points, boxes = mpl.rcParams["font.size"], []
    if change.moved and change.before is not None:
        _moved(ax, change.before, change.station)
        boxes += _box(ax, change.before, 0.7 * points)
    if change.closed:
        _closed(ax, change.station)
    elif map_parts.in_view(ax, change.station.x, change.station.y):
        main = change.station.kind == "station"
        ax.plot(
            change.station.x, change.station.y, marker="s" if main else "o",
            markersize=1.25 * points, color=style.INK if main else style.BLUE,
            markeredgecolor="white", markeredgewidth=1.3, zorder=7,
        )  # fmt: skip
        boxes += _ambulances(ax, change, (change.station.x, change.station.y), "white")
    return boxes + _box(ax, change.station, 0.5 * WIDE * points)


def _new(ax: Axes, change: StationChange, taken: list[Bbox]) -> tuple[float, float]:
    """A star where it covers nothing in `taken`, to which it is added; where that is."""
    points, at = mpl.rcParams["font.size"], (change.station.x, change.station.y)
    spot = lettering.free_spot(ax, *at, 0.4 * WIDE_NEW * points, taken)  # tips may touch
    if spot != at:
        ax.plot(*zip(at, spot, strict=True), color=style.INK, lw=1.0, zorder=6.2)
        ax.plot(*at, marker=".", ls="", color=NEW, markeredgecolor=style.INK, zorder=6.3,
                markersize=0.7 * points, markeredgewidth=0.8)  # fmt: skip
    ax.plot(
        *spot, marker="*", markersize=2.7 * points, color=NEW, zorder=7.5,
        markeredgecolor=style.INK, markeredgewidth=1.0,
    )  # fmt: skip
    taken += _ambulances(ax, change, spot, style.INK)
    return spot


def _ambulances(
    ax: Axes, change: StationChange, spot: tuple[float, float], colour: str
) -> list[Bbox]:
    """How many ambulances are at home there, written on its mark; the box that the number takes."""
    written = ax.annotate(
        str(change.ambulances), spot, ha="center", va="center_baseline", color=colour,
        weight="bold", size=0.85 * mpl.rcParams["font.size"], zorder=8,
    )  # fmt: skip
    return [written.get_window_extent()]


def _quiet(ax: Axes, station: Station) -> list[Bbox]:
    """A station as the ground of something else; its box."""
    points, main = mpl.rcParams["font.size"], station.kind == "station"
    if map_parts.in_view(ax, station.x, station.y):
        ax.plot(
            [station.x], [station.y], marker="s" if main else "o", markersize=0.7 * points, ls="",
            color=style.INK if main else style.BLUE, markeredgecolor="white",
            markeredgewidth=1.0, zorder=6.4,
        )  # fmt: skip
    return _box(ax, station, 0.45 * points)


def _moved(ax: Axes, before: Station, after: Station) -> None:
    """An arrow from a hollow mark, where the station was."""
    points = mpl.rcParams["font.size"]
    main = before.kind == "station"
    ax.plot(
        [before.x], [before.y], marker="s" if main else "o", markersize=1.0 * points, ls="",
        markerfacecolor="white", markeredgecolor=style.INK if main else style.BLUE,
        markeredgewidth=1.6, zorder=6.5,
    )  # fmt: skip
    arrow = FancyArrowPatch(
        (before.x, before.y), (after.x, after.y), arrowstyle="-|>", color=style.INK, lw=1.6,
        mutation_scale=1.3 * points, shrinkA=0.5 * points, shrinkB=0.75 * points, zorder=6.8,
        path_effects=style.halo(width=3.6),
    )  # fmt: skip
    ax.add_patch(arrow)


def _closed(ax: Axes, station: Station) -> None:
    points = mpl.rcParams["font.size"]
    main = station.kind == "station"
    ax.plot(
        [station.x], [station.y], marker="s" if main else "o", markersize=1.1 * points, ls="",
        markerfacecolor="white", markeredgecolor=style.GREY, markeredgewidth=1.0, zorder=6.6,
    )  # fmt: skip
    ax.plot(
        [station.x], [station.y], marker="X", markersize=1.35 * points, ls="", color=style.INK,
        markeredgecolor="white", markeredgewidth=1.0, zorder=6.9,
    )  # fmt: skip


def _box(ax: Axes, station: Station, half: float) -> list[Bbox]:
    if not map_parts.in_view(ax, station.x, station.y):
        return []
    return [lettering.marker_box(ax, station.x, station.y, half)]
