"""A page with a map: all of it, its urban core or the densest part again, legends beside them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum, auto
from typing import Any, Final, NamedTuple

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.legend import Legend
from matplotlib.patches import Rectangle

from sim.figures import lettering, map_parts, page, style
from sim.figures.page import Sheet
from sim.figures.style import Picture
from sim.geography.bundle import Map
from sim.words.language import Language
from sim.words.page import Finding

ASPECT: Final = 0.62  # of the page
LEGEND_LINE: Final = 1.3  # of a legend, in units of the body type
MAP_WIDE: Final = 0.66  # of the page's width, at most


class Part(Enum):
    """What of a map stands on a pair of axes."""

    WHOLE = auto()
    AROUND = auto()  # the whole, but what is enlarged is labelled there
    CORE = auto()  # the urban core or the densest part, enlarged

    def labels(self, enlarged: bool) -> bool:
        """Whether what lies in what is enlarged, or around it, is labelled on these axes."""
        return self is not Part.AROUND or not enlarged

    def labelled(self, the_map: Map) -> Callable[[float, float], bool]:
        """The same of a point of a map."""
        enlarged = map_parts.enlarged(the_map)
        return lambda x, y: self.labels(map_parts.inside(enlarged, x, y))


class Key(NamedTuple):
    """A legend: what is above it, and its entries."""

    title: str
    handles: Sequence[Any]


Paint = Callable[[Axes, Part], None]


def draw(
    the_map: Map, finding: Finding, size: str, say: Language, paint: Paint, keys: Sequence[Key],
    aside: Callable[[Axes], None] | None = None, ax: Axes | None = None,
) -> Picture:  # fmt: skip
    """A page on which `paint` draws all that there is, on axes to scale.

    `aside` draws a small panel beside the legends, at the lower right. On an `ax` of the reader's
    stand the map, the finding as its title and the first legend below, and nothing else.
    """
    if ax is not None:
        return _on_axes(ax, the_map, finding, say, paint, keys)
    with page.page_of_aspect(finding, size, ASPECT) as sheet:
        fig, (top, bottom) = sheet.fig, sheet.rows()
        bounds, enlarged = the_map.outline.bounds, map_parts.enlarged(the_map)
        inset = not enlarged.is_empty
        wide = min(MAP_WIDE, max(0.38, map_parts.map_width(bounds, top - bottom, fig)))
        ax = fig.add_axes((0.01, bottom, wide if inset else MAP_WIDE, top - bottom))
        map_parts.map_axes(ax, bounds)
        paint(ax, Part.AROUND if inset else Part.WHOLE)
        map_parts.scale_bar(ax, say)
        map_parts.north_arrow(ax)
        left, legend_top = (wide if inset else MAP_WIDE) + 0.04, top
        if inset:
            legend_top = bottom + _legend_share(sheet, keys, aside) * (top - bottom)
            where = (left, legend_top, 0.985 - left, top - legend_top)
            whole = enlarged.equals(map_parts.core(the_map))
            title = (
                say("Urban core, enlarged") if whole else say("Where areas are densest, enlarged")
            )
            _inset(ax, where, enlarged.bounds, title, paint)
        made = _legends(sheet, left, legend_top - 0.025, keys)
        if aside is not None:
            aside(_beside(sheet, made, left, legend_top - 0.025))
    return fig


def _legend_share(sheet: Sheet, keys: Sequence[Key], aside: Any) -> float:
    """Of the height for legends below what is enlarged: so much that their type need not shrink."""
    lines = max(
        key.title.count("\n") + 1.4 + sum(1.2 + one.get_label().count("\n") for one in key.handles)
        for key in keys
    )
    top, bottom = sheet.rows()
    wanted = lines * LEGEND_LINE * sheet.size / (top - bottom)
    wanted /= 72 * sheet.fig.get_size_inches()[1]
    return max(0.36 if aside is None else 0.5, min(0.5, wanted))


def _on_axes(
    ax: Axes, the_map: Map, finding: Finding, say: Language, paint: Paint, keys: Sequence[Key]
) -> Picture:
    """The whole map on axes of the reader's own."""
    with style.on_axes([ax]) as made:
        made.headline, made.subtitle = finding.headline, finding.subtitle
        size, fig = float(mpl.rcParams["font.size"]), ax.get_figure(root=True)
        map_parts.map_axes(ax, the_map.outline.bounds)
        _to_the_left(ax, the_map.outline.bounds[0])
        paint(ax, Part.WHOLE)
        map_parts.scale_bar(ax, say)
        map_parts.north_arrow(ax)
        wide = ax.get_window_extent().width * 72 / fig.dpi  # type: ignore[union-attr]
        text = lettering.broken(fig, finding.headline, size, wide, 3, "bold")  # type: ignore[arg-type]
        ax.set_title(text, loc="left", weight="bold", size=size)
        ax.legend(
            handles=list(keys[0].handles), title=keys[0].title, loc="lower right", frameon=False,
            fontsize=0.8 * size, title_fontsize=0.8 * size, alignment="left", borderaxespad=0,
        )  # fmt: skip
    return made


def _to_the_left(ax: Axes, x0: float) -> None:
    """The map at the left edge of the axes, so that the legend has all room that is left."""
    low, high = ax.get_xlim()
    margin = map_parts.MARGIN * (high - low)
    ax.set_xlim(x0 - margin, x0 - margin + high - low)


def _inset(
    ax: Axes, where: tuple[float, float, float, float], bounds: map_parts.Bounds, title: str,
    paint: Paint,
) -> None:  # fmt: skip
    """A part again, large enough for its names."""
    fig: Figure = ax.figure  # type: ignore[assignment]
    left, bottom, width, height = where
    inner = fig.add_axes((left, bottom, width, height - 0.045))
    fig.text(left, bottom + height, title, va="top")
    map_parts.map_axes(inner, bounds)
    (x0, x1), (y0, y1) = inner.get_xlim(), inner.get_ylim()
    paint(inner, Part.CORE)
    for spine in inner.spines.values():
        spine.set_visible(True)
        spine.set_color("#8A8A8A")
    ax.add_patch(
        Rectangle((x0, y0), x1 - x0, y1 - y0, fill=False, edgecolor="#4A4A4A", ls="--", lw=1.0,
                  zorder=5)
    )  # fmt: skip


def _beside(sheet: Sheet, legends: Sequence[Legend], left: float, top: float) -> Axes:
    """Square axes right of the legends, or below them where there is more room."""
    fig, body = sheet.fig, sheet.size
    renderer = fig.canvas.get_renderer()  # type: ignore[attr-defined]
    boxes = [legend.get_window_extent(renderer) for legend in legends]
    wide, high = 72 * fig.get_size_inches()
    to_points = 72 / fig.dpi
    right = max([left * wide, *(box.x1 * to_points for box in boxes)])
    low = min([top * high, *(box.y0 * to_points for box in boxes)])
    foot = sheet.bottom + 2.9 * body
    beside = min(sheet.right - right - 4.6 * body, top * high - 1.3 * body - foot)
    below = min(sheet.right - left * wide - 3.6 * body, low - 2.6 * body - foot)
    side = max(beside, below, 4 * body)
    upper = foot + side if below >= beside else top * high - 1.3 * body
    return sheet.axes(sheet.right - side, upper - side, sheet.right, upper)


def _legends(sheet: Sheet, left: float, top: float, keys: Sequence[Key]) -> list[Legend]:
    """The legends that hold something, side by side."""
    made = []
    for key in keys:
        if key.handles:
            legend = sheet.fig.legend(
                handles=list(key.handles), title=key.title, bbox_to_anchor=(left, top),
                frameon=False, alignment="left", borderaxespad=0, borderpad=0, handlelength=1.6,
                loc="upper left", fontsize=0.9 * mpl.rcParams["font.size"],
            )  # fmt: skip
            for text in legend.get_texts():
                text.set_linespacing(1.35)  # Chinese lines need more than Latin ones
            made.append(legend)
    _side_by_side(sheet, made, left, top)
    return made


def _side_by_side(sheet: Sheet, legends: Sequence[Legend], left: float, top: float) -> None:
    """Each legend right of the one before it; all smaller until they stay on the page."""
    fig = sheet.fig
    renderer = fig.canvas.get_renderer()  # type: ignore[attr-defined]
    least = 0.6 * sheet.rows()[1] * fig.bbox.height
    for _ in range(24):
        start, right, low = left, 0.0, fig.bbox.height
        for legend in legends:
            legend.set_bbox_to_anchor((start, top))
            box = legend.get_window_extent(renderer)
            right, low = max(right, box.x1 / fig.bbox.width), min(low, box.y0)
            start = (box.x1 + 1.2 * sheet.size * fig.dpi / 72) / fig.bbox.width
        # Not the stamp of a draft: it lies right across all that there is.
        texts = [text.get_window_extent(renderer) for text in fig.texts if not text.get_rotation()]
        clear = not any(
            legend.get_window_extent(renderer).overlaps(text)
            for legend in legends
            for text in texts
        )
        if right <= 0.99 and low >= least and clear:
            return
        for legend in legends:
            for text in (legend.get_title(), *legend.get_texts()):
                text.set_fontsize(0.96 * float(text.get_fontsize()))
