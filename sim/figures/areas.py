"""Areas of a map, each filled by its class and labelled where its name and number fit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Patch
from matplotlib.transforms import Bbox

from sim.figures import lettering, map_parts, style
from sim.figures.map_page import Part
from sim.geography.bundle import Map

WITHIN: Final = 0.72  # of a label must lie in its own area
USUAL: Final = 0.9  # of a label's type, in units of the body type
SMALL: Final = 0.72  # where its name would else be left out
SPOTS: Final = 7  # across an area, and as many up: where its label may stand

PALE: Final = ("white", "#F4F4F4")  # fills on which a white border is not seen
BORDER: Final = "#A8A8A8"


class AreaFill(NamedTuple):
    """How an area is filled: its colour, a hatch on it, and the ink that is read on both."""

    face: str
    hatch: str = ""
    hatch_colour: str = "#00000055"
    ink: str = style.INK


class Area(NamedTuple):
    """An area's fill, and its number as a text; an empty one is not written."""

    fill: AreaFill
    number: str = ""


def draw(
    ax: Axes, the_map: Map, found: Sequence[Area], names: Sequence[str], part: Part,
    taken: list[Bbox],
) -> None:  # fmt: skip
    """Areas, boundary, core, and names where they cover nothing in `taken`."""
    fill(ax, the_map, [area.fill for area in found])
    label(ax, the_map, found, names, part, taken)


def label(
    ax: Axes, the_map: Map, found: Sequence[Area], names: Sequence[str], part: Part,
    taken: list[Bbox],
) -> None:  # fmt: skip
    """Names and numbers of areas where they cover nothing in `taken`."""
    frame = the_map.layers["townships"]
    inside = frame.representative_point().within(map_parts.enlarged(the_map))
    for row in np.argsort(-frame.area.to_numpy()).tolist():
        if part.labels(bool(inside.iloc[row])) and found[row].number:
            _label(ax, the_map, row, found[row], names[row], taken)


def fill(ax: Axes, the_map: Map, fills: Sequence[AreaFill]) -> None:
    """Areas in their colours and hatches, the boundary and the urban core."""
    frame = the_map.layers["townships"]
    colours = [one.face for one in fills]
    map_parts.plot(ax, frame, color=colours, edgecolor="white", linewidth=1.0, zorder=1)
    pale = [one.face in PALE for one in fills]
    map_parts.plot(ax, frame[pale].boundary, color=BORDER, linewidth=0.7, zorder=2.5)
    for kind in dict.fromkeys((one.hatch, one.hatch_colour) for one in fills if one.hatch):
        some = [(one.hatch, one.hatch_colour) == kind for one in fills]
        hatch, colour = kind
        map_parts.plot(ax, frame[some], facecolor="none", edgecolor=colour, hatch=hatch, lw=0,
                       zorder=2)  # fmt: skip
    map_parts.outlines(ax, the_map)


def handle(fill: AreaFill, label: str) -> Patch:
    """A fill in a legend."""
    if fill.hatch:
        return Patch(facecolor=fill.face, edgecolor=fill.hatch_colour, hatch=fill.hatch, lw=0.6,
                     label=label)  # fmt: skip
    return Patch(facecolor=fill.face, edgecolor="#8A8A8A", lw=0.6, label=label)


def _label(ax: Axes, the_map: Map, row: int, area: Area, name: str, taken: list[Bbox]) -> None:
    """Name and number where there is room: in the area, clear of stations and other names."""
    shape, seat = the_map.layers["townships"].geometry.iloc[row], the_map.townships[row]
    inner = shape.representative_point()
    spots = [(inner.x, inner.y), (shape.centroid.x, shape.centroid.y), (seat.x, seat.y)]
    named, everywhere = f"{name}\n{area.number}", [*spots, *_within(shape)]
    for text, size, where in (
        (named, USUAL, spots),
        (named, USUAL, everywhere),
        (named, SMALL, everywhere),
        (area.number, USUAL, everywhere),
    ):
        written = lettering.place_label(
            ax, text, where, taken, lambda box: _fits(ax, box, shape), zorder=6,
            size=style.small(size, mpl.rcParams["font.size"]), color=area.fill.ink,
            linespacing=1.05, path_effects=style.halo(area.fill.face, 2.2),
        )  # fmt: skip
        if written:
            return


def _within(shape: Any) -> list[tuple[float, float]]:
    """Points all over a shape, row by row."""
    from shapely import contains_xy

    x0, y0, x1, y1 = shape.bounds
    steps = (np.arange(SPOTS) + 0.5) / SPOTS
    x, y = (one.ravel() for one in np.meshgrid(x0 + steps * (x1 - x0), y0 + steps * (y1 - y0)))
    inside = contains_xy(shape, x, y)
    return list(zip(x[inside].tolist(), y[inside].tolist(), strict=True))


def _fits(ax: Axes, box: Any, shape: Any) -> bool:
    """Whether most of a label lies in its own area."""
    from shapely.geometry import box as rectangle

    (x0, y0), (x1, y1) = ax.transData.inverted().transform([box.min, box.max])
    label = rectangle(x0, y0, x1, y1)
    return bool(label.intersection(shape).area > WITHIN * label.area)
