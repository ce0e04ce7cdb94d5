"""What maps are made of: axes to scale, layers on them, a scale bar and a north arrow."""

from __future__ import annotations

import math
from typing import Any, Final

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.transforms import Bbox

from sim.figures.style import BLUE, INK, halo
from sim.geography.bundle import Map
from sim.words.language import Language

Bounds = tuple[float, float, float, float]  # x0, y0, x1, y1 in metres
MARGIN: Final = 0.03  # around a map, as a share of its extent
ENLARGED_BELOW: Final = 0.55  # of the map's width: what is smaller is drawn again, enlarged
MANY: Final = 30  # areas of a core that is not small: their middle is drawn again
MIDDLE: Final = (0.1, 0.9)  # between these quantiles of them, in both directions


def map_axes(ax: Axes, bounds: Bounds) -> None:
    """Equal scales, no frame; the view fills the axes, with a little room around `bounds`."""
    x0, y0, x1, y1 = bounds
    box = ax.get_window_extent()
    metres = (1 + 2 * MARGIN) * max((x1 - x0) / box.width, (y1 - y0) / box.height)
    half_x, half_y = metres * box.width / 2, metres * box.height / 2
    ax.set_xlim((x0 + x1) / 2 - half_x, (x0 + x1) / 2 + half_x)
    ax.set_ylim((y0 + y1) / 2 - half_y, (y0 + y1) / 2 + half_y)
    # The limits are made for the box: geopandas must not take another aspect.
    ax.set_aspect("equal", adjustable="datalim")
    ax.set_autoscale_on(False)
    ax.set_xlabel("")
    ax.set_ylabel("")
    ax.set_xticks([])
    ax.set_yticks([])
    for spine in ax.spines.values():
        spine.set_visible(False)


def plot(ax: Axes, frame: Any, **how: Any) -> None:
    """A layer on map axes, whose limits and labels stay as they are."""
    if len(frame):
        limits = ax.get_xlim(), ax.get_ylim()
        frame.plot(ax=ax, aspect=None, **how)
        ax.set_xlim(limits[0])
        ax.set_ylim(limits[1])
        ax.set_xlabel("")
        ax.set_ylabel("")


def core(the_map: Map) -> Any:
    """The urban core as one shape, empty if there is none."""
    return the_map.layers["core"].geometry.union_all()


def enlarged(the_map: Map) -> Any:
    """What is drawn again, enlarged: a small urban core, else where its areas are densest.

    Empty where nothing is: the core is large, and its areas are few or far apart.
    """
    from shapely import Polygon, box

    whole, most = core(the_map), ENLARGED_BELOW * extent(the_map.outline.bounds)
    if whole.is_empty or extent(whole.bounds) < most:
        return whole
    spots = the_map.layers["townships"].representative_point()
    spots = spots[spots.within(whole)]
    if len(spots) < MANY:
        return Polygon()
    (x0, x1), (y0, y1) = (np.quantile(one, MIDDLE) for one in (spots.x, spots.y))
    middle = box(x0, y0, x1, y1)
    return middle if extent(middle.bounds) < most else Polygon()


def extent(bounds: Bounds) -> float:
    """Metres of the longer side."""
    return max(bounds[2] - bounds[0], bounds[3] - bounds[1])


def outlines(ax: Axes, the_map: Map) -> None:
    """The boundary of the map and its urban core."""
    plot(ax, the_map.layers["boundary"].boundary, color="#5A5A5A", linewidth=1.2, zorder=3)
    plot(ax, the_map.layers["core"].boundary, color=BLUE, linewidth=2.2, zorder=4)


def core_handle(the_map: Map, say: Language) -> list[Line2D]:
    """The urban core in a legend, if there is one."""
    if not len(the_map.layers["core"]):
        return []
    return [Line2D([], [], color=BLUE, lw=2.2, label=say("Urban core"))]


def inside(shape: Any, x: float, y: float) -> bool:
    """Whether a point lies in a shape."""
    from shapely import Point

    return bool(shape.contains(Point(x, y)))


def in_view(ax: Axes, x: float, y: float) -> bool:
    """Whether a point lies on these axes."""
    x0, x1 = sorted(ax.get_xlim())
    y0, y1 = sorted(ax.get_ylim())
    return bool(x0 < x < x1 and y0 < y < y1)


def map_width(bounds: Bounds, height: float, fig: Figure) -> float:
    """Share of the figure's width that a map of this share of its height needs."""
    x0, y0, x1, y1 = bounds
    width_in, height_in = fig.get_size_inches()
    return float(height * height_in * (x1 - x0) / (y1 - y0) / width_in * 1.06)


def scale_bar(ax: Axes, say: Language) -> list[Bbox]:
    """A round number of kilometres, about a sixth of the map's width, at its lower left.

    Returns the boxes in pixels that its numbers take, for labels to keep away from.
    """
    (x0, x1), (y0, y1) = ax.get_xlim(), ax.get_ylim()
    wanted = (x1 - x0) / 5000
    power = 10 ** math.floor(math.log10(wanted))
    km = max(step * power for step in (1, 2, 5) if step * power <= wanted)
    left, height = x0 + 0.02 * (x1 - x0), 0.008 * (y1 - y0)
    bottom = y0 + 0.012 * (y1 - y0)
    for half, colour in ((0, INK), (1, "white")):
        start = left + half * km * 500
        ax.add_patch(
            mpl.patches.Rectangle(
                (start, bottom), km * 500, height, facecolor=colour, edgecolor=INK, lw=0.8, zorder=9
            )
        )
    size = 0.85 * mpl.rcParams["font.size"]
    numbers = [
        ax.annotate(
            text, (left + at * km * 1000, bottom + height), (0, 3), textcoords="offset points",
            ha="center", size=size, zorder=9, path_effects=halo(),
        )
        for at, text in ((0, "0"), (1, say("{km} km", km=f"{km:g}")))
    ]  # fmt: skip
    boxes = [number.get_window_extent() for number in numbers]
    if boxes[0].overlaps(boxes[1]):  # on a small map the length alone will do
        numbers[0].remove()
        return boxes[1:]
    return boxes


def north_arrow(ax: Axes) -> None:
    """North is up: the map's grid differs from true north by a degree or so at most."""
    points = mpl.rcParams["font.size"]
    ax.annotate(
        "", xy=(0.04, 0.965), xytext=(0, -2.4 * points), xycoords="axes fraction",
        textcoords="offset points",
        arrowprops={"arrowstyle": "-|>", "color": INK, "lw": 1.2, "mutation_scale": 1.4 * points},
    )  # fmt: skip
    ax.annotate(
        "N", (0.04, 0.97), xycoords="axes fraction", ha="center", va="bottom", weight="bold",
        size=points,
    )  # fmt: skip
