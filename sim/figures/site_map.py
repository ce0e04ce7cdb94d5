"""Sites on a map: candidates by their place, the steps of a search, the plans of a model."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final, NamedTuple

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch
from matplotlib.transforms import Bbox

from sim.figures import areas, lettering, map_page, map_parts, station_marks, style
from sim.figures.areas import AreaFill
from sim.figures.intervals import Mark
from sim.figures.map_page import Key, Part
from sim.figures.style import Picture
from sim.geography.bundle import Map
from sim.scenario.layout import against
from sim.scenario.scenario import Scenario
from sim.words.language import Language
from sim.words.page import Finding

GROUND: Final = AreaFill("#F4F4F4")
LEAST: Final = 1.5  # a mark's width, in units of the body type: two figures fit into it

GROWTH: Final = 2.2  # by how much the greatest mark is larger in area than the least


class NumberedSite(NamedTuple):
    """A numbered mark at a site. `mark.size` is its width in units of the body type."""

    x: float
    y: float
    mark: Mark
    number: str = ""  # without one it is a dot
    name: str = ""  # written beside it where there is room
    start: tuple[float, float] | None = None  # from where an arrow leads to it


def draw(
    base: Scenario, finding: Finding, size: str, say: Language, marks: Sequence[NumberedSite],
    key: Key, ax: Axes | None = None,
) -> Picture:  # fmt: skip
    """Today's stations, and numbered marks; where these would meet they are moved apart."""
    the_map, stations = base.map, against(base, base)

    def paint(ax: Axes, part: Part) -> None:
        ground(ax, the_map)
        labelled = part.labelled(the_map)
        taken = station_marks.draw(ax, stations, say, labelled, quiet=True).boxes
        _marks(ax, marks, labelled, taken)

    today = [*station_marks.handles(stations, say), *map_parts.core_handle(the_map, say)]
    keys = [key, Key(say("today"), today)]
    return map_page.draw(the_map, finding, size, say, paint, keys, ax=ax)


def ground(ax: Axes, the_map: Map) -> None:
    """Areas without a colour of their own."""
    areas.fill(ax, the_map, [GROUND] * len(the_map.layers["townships"]))


def sized(mark: Mark, share: float) -> Mark:
    """A mark whose area grows by a share from 0 to 1."""
    grown = 0.0 if math.isnan(share) else min(max(share, 0.0), 1.0)
    return mark._replace(size=LEAST * math.sqrt(1 + GROWTH * grown))


def _marks(
    ax: Axes, marks: Sequence[NumberedSite], labelled: station_marks.Labelled, taken: list[Bbox]
) -> None:
    """Dots first, then numbered marks from the first to the last, then names."""
    points = mpl.rcParams["font.size"]
    seen = [one for one in marks if map_parts.in_view(ax, one.x, one.y)]
    numbered = [one for one in seen if one.number and labelled(one.x, one.y)]
    for one in seen:
        if one not in numbered:
            _dot(ax, one)
    spots = []
    for one in numbered:
        spot = lettering.free_spot(ax, one.x, one.y, 0.5 * one.mark.size * points, taken)
        spots.append(spot)
        _numbered(ax, one, spot)
    for one, spot in zip(numbered, spots, strict=True):
        if one.name:
            lettering.place_label(
                ax, one.name, [spot], taken, shifts=lettering.beside(one.mark.size), zorder=9,
                size=0.85 * points, path_effects=style.halo(),
                weight="bold" if one.mark.strong else "normal",
            )  # fmt: skip


def _dot(ax: Axes, one: NumberedSite) -> None:
    points = mpl.rcParams["font.size"]
    ax.plot([one.x], [one.y], marker=one.mark.marker, ls="", markersize=0.4 * points, zorder=6.2,
            color=one.mark.colour, markerfacecolor=_face(one.mark))  # fmt: skip


def _numbered(ax: Axes, one: NumberedSite, spot: tuple[float, float]) -> None:
    """A mark with its number, and a line to its site if it had to be moved."""
    points, mark = mpl.rcParams["font.size"], one.mark
    if spot != (one.x, one.y):
        ax.plot([one.x, spot[0]], [one.y, spot[1]], color=mark.colour, lw=1.0, zorder=6.6)
        ax.plot([one.x], [one.y], marker=".", ls="", color=mark.colour, zorder=6.6)
    if one.start is not None:
        arrow = FancyArrowPatch(
            one.start, spot, arrowstyle="-|>", color=mark.colour, lw=1.4, ls=(0, (4, 2)),
            mutation_scale=points, shrinkB=0.5 * mark.size * points, zorder=6.5,
            connectionstyle="arc3,rad=0.18",
        )  # fmt: skip
        ax.add_patch(arrow)
    ax.plot(
        [spot[0]], [spot[1]], marker=mark.marker, ls="", markersize=mark.size * points,
        color=mark.colour, markerfacecolor=_face(mark), markeredgewidth=0.14 * points, zorder=7,
    )  # fmt: skip
    ax.annotate(
        one.number, spot, ha="center", va="center_baseline", weight="bold",
        size=style.small(0.8, points), color="white" if mark.filled else mark.colour, zorder=8,
    )  # fmt: skip


def _face(mark: Mark) -> str:
    return mark.colour if mark.filled else "white"
