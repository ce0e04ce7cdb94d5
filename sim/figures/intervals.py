"""What figures of differences share: a mark for each verdict, intervals, rows of names."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator

from sim.figures import lettering, style
from sim.measures.intervals import Estimate
from sim.measures.kinds import Matters, Measure
from sim.measures.verdicts import Verdict
from sim.words import measures as words
from sim.words.language import Language

BAND: Final = "#E4E4E4"
LINE: Final = "#DDDDDD"


class Mark(NamedTuple):
    """Told apart by shape and by filling, so that colour may be lost."""

    marker: str
    colour: str
    filled: bool
    size: float = 1.0  # against the usual one
    strong: bool = False  # what is written beside it is bold


MARKS: Final = {
    Verdict.BETTER: Mark("s", style.BLUE, True),
    Verdict.WORSE: Mark("v", style.ORANGE, True),
    Verdict.TOO_SMALL: Mark("o", style.GREY, False),
    Verdict.UNDECIDED: Mark("D", style.GREY, False),
    Verdict.TOO_FEW: Mark("x", style.GREY, False),
    Verdict.FEW_REPLICATIONS: Mark("+", style.GREY, False),
}


class Span(NamedTuple):
    """What of a measure's axis is drawn."""

    low: float
    high: float

    def within(self, value: float) -> float:
        return min(max(value, self.low), self.high)


def scaled(measure: Measure, value: Estimate) -> Estimate:
    """Points of a hundred, or minutes."""
    return Estimate(*(measure.scale * v for v in value))


def small(measure: Measure, matters: Matters) -> float:
    """Below this nothing matters, as the axis counts it."""
    return measure.scale * measure.matters(matters)


def span(values: Sequence[Estimate], least: float) -> Span:
    """The span of an axis: all values, `least` on either side; intervals where they leave room."""
    means = [0.0, *(v.mean for v in values if math.isfinite(v.mean))]
    low, high = min(*means, -least), max(*means, least)
    if max(means) > 10 * least and min(means) == 0:  # nothing is to be seen on the other side
        low = 0.0
    if min(means) < -10 * least and max(means) == 0:
        high = 0.0
    room = 0.5 * (high - low)
    ends = [end for v in values for end in v[1:] if math.isfinite(end)]
    low = max(min([low, *ends]), low - room)
    high = min(max([high, *ends]), high + room)
    margin = 0.04 * (high - low)
    return Span(low - margin, high + margin)


def value_axis(ax: Axes, seen: Span, left: float = 0.0, right: float = 0.0) -> None:
    """The horizontal axis of a measure, with so many points for numbers on its sides."""
    points = points_wide(ax)
    per_point = (seen.high - seen.low) / max(points - left - right, 0.2 * points)
    ax.set_xlim(seen.low - left * per_point, seen.high + right * per_point)
    size = mpl.rcParams["font.size"]
    ax.xaxis.set_major_locator(MaxNLocator(max(2, int(points / (4 * size))), steps=[1, 2, 5, 10]))
    ax.xaxis.set_major_formatter(FuncFormatter(_tick))
    ax.grid(axis="x", color=LINE, lw=0.6)
    ax.set_axisbelow(True)
    ax.axvline(0, color=style.INK, lw=1.2, zorder=2)


def points_wide(ax: Axes) -> float:
    return float(ax.get_window_extent().width * 72 / ax.get_figure().dpi)  # type: ignore[union-attr]


def _tick(value: float, _: Any) -> str:
    return f"{value:g}".replace("-", "−") if abs(value) > 1e-9 else "0"


def no_more_than_all(ax: Axes) -> None:
    """No tick above 100 percent on a vertical axis that has room for names there."""
    low, high = ax.get_ylim()
    ax.set_yticks([tick for tick in ax.get_yticks() if low <= tick <= min(high, 100)])


def band(ax: Axes, half: float) -> None:
    """What is too small to matter."""
    ax.axvspan(-half, half, color=BAND, lw=0, zorder=0.5)


def interval(ax: Axes, y: float, value: Estimate, seen: Span, colour: str, lw: float) -> None:
    """A bar from low to high; an arrow where it goes on beyond what is drawn."""
    if not (math.isfinite(value.low) and math.isfinite(value.high)):
        return
    low, high = seen.within(value.low), seen.within(value.high)
    lw = lw if (low, high) == value[1:] else 0.5 * lw
    ax.plot([low, high], [y, y], color=colour, lw=lw, solid_capstyle="butt", zorder=3)
    size = 0.55 * mpl.rcParams["font.size"]
    for end, cut, arrow in ((value.low, low, "<"), (value.high, high, ">")):
        if end != cut:
            ax.plot(cut, y, marker=arrow, color=colour, markersize=size, zorder=3, clip_on=False)


def cut_off(values: Iterable[Estimate], seen: Span) -> bool:
    """Whether any interval goes on beyond what is drawn."""
    return any(end != seen.within(end) for v in values for end in v[1:] if math.isfinite(end))


def goes_on(say: Language, size: float) -> Line2D:
    """What the arrow at the end of an interval means."""
    label = say("interval goes on")
    return Line2D([], [], color=style.GREY, lw=0.15 * size, marker=">", markersize=0.55 * size,
                  markevery=[1], label=label)  # fmt: skip


def mark(ax: Axes, x: float, y: float, shape: Mark | Verdict, size: float) -> None:
    """The value itself, in its own shape or in that of its verdict."""
    shape = MARKS[shape] if isinstance(shape, Verdict) else shape
    ax.plot(
        x, y, marker=shape.marker, color=shape.colour, zorder=5, markeredgewidth=0.16 * size,
        markersize=size * shape.size * (0.85 if shape.marker == "D" else 1.0),
        markerfacecolor=shape.colour if shape.filled else "white",
    )  # fmt: skip


def rows(ax: Axes, names: Sequence[str], size: float) -> None:
    """One row for each name, the first at the top."""
    ax.set_ylim(len(names) - 0.5, -0.5)
    ax.set_yticks(range(len(names)), labels=list(names), size=size)
    ax.tick_params(axis="y", length=0, pad=0.7 * size)
    ax.spines["left"].set_visible(False)


def name_room(fig: Figure, names: Sequence[str], size: float, share: float) -> float:
    """Points that the widest name takes, but no more than a share of the page."""
    page = 72 * fig.get_size_inches()[0]
    return min(share * page, max(lettering.width(fig, name, size) for name in names))


def in_figures(measure: Measure, value: Estimate, say: Language) -> str:
    """+3.7 (+3.5, +3.8)"""
    mean = words.number(measure, value.mean, say, sign=True)
    if not math.isfinite(value.mean):
        return mean
    if not value.known:
        return say("{mean} {interval}", mean=mean, interval=words.interval(measure, value, say))
    low, high = (words.number(measure, end, say, sign=True) for end in value[1:])
    return say("{mean} ({low}, {high})", mean=mean, low=low, high=high)


def legend(found: Iterable[Verdict], say: Language, size: float) -> list[Any]:
    """The verdicts that occur."""
    there = set(found)
    return [
        handle(shape, say(words.VERDICTS[verdict]), size)
        for verdict, shape in MARKS.items()
        if verdict in there
    ]


def handle(shape: Mark, label: str, size: float) -> Line2D:
    """A mark in a legend."""
    return Line2D(
        [], [], ls="", marker=shape.marker, color=shape.colour, label=label,
        markersize=0.75 * size * shape.size, markeredgewidth=0.13 * size,
        markerfacecolor=shape.colour if shape.filled else "white",
    )  # fmt: skip


def band_legend(measures: Iterable[Measure], matters: Matters, say: Language) -> Patch:
    """What the grey band is, with its width."""
    widths = say(", ").join(amounts(measures, matters, say))
    label = say("too small to matter ({widths})", widths=widths)
    return Patch(facecolor=BAND, edgecolor="#9A9A9A", lw=0.5, label=label)


def column(
    ax: Axes, right: float, head: str, cells: Sequence[str], size: float
) -> None:  # fmt: skip
    """Numbers beside the rows, their right edge so many points to the right of the axes."""
    how: Any = {"textcoords": "offset points", "ha": "right", "annotation_clip": False}
    for row, cell in enumerate(cells):
        ax.annotate(cell, (1, row), (right, 0), xycoords=("axes fraction", "data"),
                    va="center_baseline", size=size, **how)  # fmt: skip
    ax.annotate(head, (1, 1), (right, 0.75 * size), xycoords="axes fraction", va="baseline",
                size=size, color=style.GREY, **how)  # fmt: skip


def in_a_line(fig: Figure, handles: Sequence[Any], at: tuple[float, float]) -> None:
    """A legend in one line that ends at `at`; smaller, then in two lines, if the page is narrow."""
    body, many = mpl.rcParams["font.size"], len(handles)
    tries = [(0.95 * 0.94**i, many) for i in range(9)]
    # Two lines have room below an axis only in small type.
    tries += [(0.58 * 0.94**i, -(-many // 2)) for i in range(8)]
    for share, columns in tries:
        made = fig.legend(
            handles=list(handles), loc="lower right", bbox_to_anchor=at, ncols=columns,
            frameon=False, borderaxespad=0, borderpad=0, fontsize=share * body, handletextpad=0.4,
            columnspacing=1.6, handlelength=1.4, labelspacing=0.2,
            markerscale=min(1.0, 1.2 * share),
        )  # fmt: skip
        box = made.get_window_extent(fig.canvas.get_renderer())  # type: ignore[attr-defined]
        # Small type is wider in print than on the screen on which it is measured.
        if (
            box.x0 >= (0.01 if share > 0.7 else 0.03) * fig.bbox.width
            or (share, columns) == tries[-1]
        ):
            return
        made.remove()


def amounts(measures: Iterable[Measure], matters: Matters, say: Language) -> list[str]:
    """1 point, 0.5 min"""
    units = {measure.unit for measure in measures}
    found = []
    if "share" in units:
        found.append(say.count(100 * matters.share, "{n} point", "{n} points"))
    if "min" in units:
        found.append(say("{n} min", n=f"{matters.min:g}"))
    return found
