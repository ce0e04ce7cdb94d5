"""The lower panel of a curve: what each step gained over the one before."""

from __future__ import annotations

import math
from typing import Any, Final

from matplotlib.axes import Axes
from matplotlib.patches import Patch
from matplotlib.text import Text
from matplotlib.ticker import MaxNLocator

from sim.figures import intervals, lettering, style
from sim.figures.intervals import Span
from sim.figures.tracks import LOOKS, Panel
from sim.measures.intervals import Estimate
from sim.text import Message
from sim.words import measures, options

SHORT: Final = {"stations": Message("new station"), "ambulances": Message("more ambulances")}


def points_high(ax: Axes) -> float:
    """The height of axes in points."""
    return float(ax.get_window_extent().height * 72 / ax.get_figure().dpi)  # type: ignore[union-attr]


def fit_upright(label: Text, points: float) -> None:
    """The label of a vertical axis, smaller if it is longer than so many points."""
    fig: Any = label.figure
    high = label.get_window_extent(fig.canvas.get_renderer()).height * 72 / fig.dpi
    if high > points:
        label.set_fontsize(float(label.get_fontsize()) * points / high)


def draw(ax: Axes, panel: Panel) -> None:
    """Bars side by side, each with its interval and its number."""
    tracks, size = panel.tracks(), panel.size
    gains = {key: [intervals.scaled(panel.measure, s.gain) for s in steps] for key, steps in tracks}
    seen = intervals.span([v for values in gains.values() for v in values], 0.2)
    both = len(tracks) > 1
    wide = 0.38 if both else 0.5
    for i, (key, values) in enumerate(gains.items()):
        shift, look = (i - 0.5) * wide if both else 0.0, LOOKS[key]
        for place, value in enumerate(values, 1):
            if not math.isfinite(value.mean):
                continue
            ax.bar(place + shift, value.mean, wide, facecolor=look.colour, edgecolor="white",
                   hatch=look.hatch, lw=0.6, zorder=3)  # fmt: skip
            _upright(ax, place + shift, value, seen, size)
            _number(ax, place + shift, value, seen, panel, wide)
    per_point = (seen.high - seen.low) / (points_high(ax) - 1.3 * size)
    ax.set_ylim(seen.low, seen.high + 1.3 * size * per_point)
    ax.set_xlim(-0.5, panel.many + 0.7)
    ax.axhline(0, color=style.INK, lw=1.0, zorder=4)
    ax.grid(axis="y", color=intervals.LINE, lw=0.6)
    ax.set_axisbelow(True)
    ax.yaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10]))
    unit = measures.unit(panel.measure, panel.say)
    if panel.measure.better == "less":
        label = panel.say("change in the\nstep ({unit})", unit=unit)
    else:
        label = panel.say("gain of the\nstep ({unit})", unit=unit)
    fit_upright(ax.set_ylabel(label, linespacing=1.2), points_high(ax) + 1.5 * size)
    _below(ax, panel, wide if both else 0.0)
    if both:
        _legend(ax, panel)


def _upright(ax: Axes, x: float, value: Estimate, seen: Span, size: float) -> None:
    """The interval; an arrow where it goes on beyond what is drawn."""
    if not math.isfinite(value.low + value.high):
        return
    low, high = seen.within(value.low), seen.within(value.high)
    ax.plot([x, x], [low, high], color=style.INK, lw=0.12 * size, zorder=5)
    for end, cut, arrow in ((value.low, low, "v"), (value.high, high, "^")):
        ax.plot(x, cut, marker="_" if end == cut else arrow, color=style.INK,
                markersize=0.45 * size, zorder=5)  # fmt: skip


def _number(ax: Axes, x: float, value: Estimate, seen: Span, panel: Panel, wide: float) -> None:
    """The signed gain over its bar, where there is room for it."""
    mean = value.mean / panel.measure.scale
    text = measures.number(panel.measure, mean, panel.say, sign=True)
    size = style.small(0.8, panel.size)
    if 0.55 * size * (len(text) + 0.4) > wide * panel.pitch:
        return
    ends = [seen.within(v) for v in value if math.isfinite(v)]
    ax.annotate(
        text, (x, max(0.0, *ends)), (0, 0.3 * size), textcoords="offset points", ha="center",
        size=size, path_effects=style.halo(), zorder=6,
    )  # fmt: skip


def _below(ax: Axes, panel: Panel, shift: float) -> None:
    """How many were added; and the names, if there was no room for them above."""
    say, size = panel.say, panel.size
    every = max(1, math.ceil(2.4 * size / panel.pitch))
    labels = [say("today") if panel.pitch > 3.5 * size else "0"]
    labels += [f"+{n}" if n % every == 0 else "" for n in range(1, panel.many + 1)]
    ax.set_xticks(range(panel.many + 1), labels=labels)
    ax.tick_params(axis="x", length=0.3 * size)
    down = 1.9
    if not panel.named_at_points:
        for i, (key, steps) in enumerate(panel.tracks()):
            for place, step in enumerate(steps, 1):
                ax.annotate(
                    options.what(step.option, say), (place + (i - 0.5) * shift, 0),
                    (0, -1.9 * size), xycoords=("data", "axes fraction"),
                    textcoords="offset points", ha="center", va="top", rotation=90,
                    size=panel.small(), color=LOOKS[key].colour, annotation_clip=False,
                )  # fmt: skip
        down += panel.names_under(ax.figure)  # type: ignore[arg-type]
    ax.annotate(
        say("stations, or ambulances, added to today's"), (0.5, 0), (0, -(down + 0.2) * size),
        xycoords="axes fraction", textcoords="offset points", ha="center", va="top",
        annotation_clip=False,
    )  # fmt: skip


def _legend(ax: Axes, panel: Panel) -> None:
    """Draw the legend to the right of the bars, in two lines each where a language needs them."""
    fig: Any = ax.figure
    size, room = 0.95 * panel.size, 8.4 * panel.size
    handles = [
        Patch(facecolor=LOOKS[key].colour, edgecolor="white", hatch=LOOKS[key].hatch,
              label=lettering.broken(fig, panel.say(SHORT[key]), size, room))
        for key, _ in panel.tracks()
    ]  # fmt: skip
    ax.legend(handles=handles, loc="center left", bbox_to_anchor=(1.005, 0.5), frameon=False,
              fontsize=size, handlelength=1.6, borderaxespad=0.4)  # fmt: skip
