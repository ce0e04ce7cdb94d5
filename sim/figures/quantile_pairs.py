"""Percentiles of response times as recorded and as simulated, on a pair of equal axes."""

from __future__ import annotations

from typing import Any, Final

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.legend import Legend
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator
from matplotlib.transforms import Bbox

from sim.figures import intervals, lettering, style
from sim.fitting.history import History
from sim.words.language import Language

MARGIN: Final = 1.07  # beyond the longest of all
BESIDE: Final = ((0.7, -0.8), (-0.7, 0.8), (1.3, -0.1), (0.9, -1.6), (-1.3, 0.1), (0, 1.4))
DRAWN: Final[dict[str, Any]] = {
    "marker": "D", "ls": "", "color": style.ORANGE, "markerfacecolor": "none",
    "markeredgewidth": 1.3,
}  # fmt: skip


def draw(ax: Axes, history: History, bound_s: float, say: Language) -> None:
    """Recorded along, simulated up, in minutes; grey: so far apart counts as equal."""
    size = mpl.rcParams["font.size"]
    some = history.quantiles
    ends = [x / 60 for one in some for x in (one.recorded, *one.replayed, one.drawn.mean)]
    most = MARGIN * max([1.0, *(x for x in ends if x == x)])
    bound = bound_s / 60
    ax.set_xlim(0, most)
    ax.set_ylim(0, most)
    ax.fill_between([0, most], [-bound, most - bound], [bound, most + bound],
                    color=intervals.BAND, lw=0, zorder=0.5)  # fmt: skip
    ax.plot([0, most], [0, most], color=style.INK, lw=1.0, zorder=1)
    for one in some:
        x, now = one.recorded / 60, one.replayed
        ax.plot([x, x], [now.low / 60, now.high / 60], color=style.BLUE, lw=0.22 * size,
                solid_capstyle="butt", zorder=3)  # fmt: skip
        ax.plot(x, one.drawn.mean / 60, markersize=0.9 * size, zorder=4, **DRAWN)
        ax.plot(x, now.mean / 60, "o", color=style.BLUE, markersize=0.42 * size, zorder=5)
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
    ax.grid(color=intervals.LINE, lw=0.6)
    ax.set_axisbelow(True)
    wide = intervals.points_wide(ax)
    fig: Any = ax.figure
    named = ((say("recorded, min"), ax.set_xlabel), (say("simulated, min"), ax.set_ylabel))
    for text, put in named:
        put(text, labelpad=0.3 * size, size=lettering.size_that_fits(fig, text, size, wide))
    legend = _legend(ax, bound, say, 0.85 * size)
    _named(ax, history, say, [legend.get_window_extent(fig.canvas.get_renderer())])


def _named(ax: Axes, history: History, say: Language, taken: list[Bbox]) -> None:
    """Which percentile each mark is: below it, else above, clear of others and the diagonal."""
    size = mpl.rcParams["font.size"]
    spots = [(one.recorded / 60, one.replayed.mean / 60) for one in history.quantiles]
    taken += [lettering.marker_box(ax, *spot, 0.55 * size) for spot in spots]
    for one, spot in zip(history.quantiles, spots, strict=True):
        lettering.place_surely(
            ax, say.percent(one.percent / 100, 0), [spot], taken, shifts=BESIDE, size=0.85 * size,
            zorder=6, path_effects=style.halo(),
        )  # fmt: skip


def _legend(ax: Axes, bound: float, say: Language, size: float) -> Legend:
    """In the corner above the diagonal, where no percentile lies."""
    handles = [
        Line2D([], [], marker="o", color=style.BLUE, markersize=0.5 * size, lw=0.2 * size,
               label=say("recorded calls, replayed")),
        Line2D([], [], markersize=0.9 * size, label=say("calls drawn anew"), **DRAWN),
        Patch(facecolor=intervals.BAND, edgecolor="#9A9A9A", lw=0.5,
              label=say("within {n} min", n=f"{bound:g}")),
    ]  # fmt: skip
    return ax.legend(
        handles=handles, loc="upper left", frameon=False, fontsize=size, borderaxespad=0.2,
        borderpad=0, handlelength=1.6, handletextpad=0.5, labelspacing=0.3,
    )  # fmt: skip
