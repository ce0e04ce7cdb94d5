"""How the interval narrows with replications, and how a run that begins empty fills."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, MaxNLocator, NullLocator

from sim.answers.precision import Precision
from sim.figures import intervals, page, style
from sim.figures.drawing import Drawings, drawings
from sim.figures.numbers import Rows
from sim.figures.style import Picture
from sim.measures.transient import moving_mean
from sim.model.calendar import HOUR_S
from sim.words import precision as words
from sim.words.language import Language

ASPECT: Final = 0.5
LEAST_H: Final = 24  # hours that are drawn
REACH: Final = 1  # hours to either side that are smoothed over


@drawings.register
def _(found: Precision, say: Language, size: str) -> Drawings:
    return {
        found.name: lambda: draw(found, say, size),
        "warm-up": lambda: draw_warm_up(found, say, size),
    }


def draw(found: Precision, say: Language, size: str = "screen") -> Picture:
    """The headline and its interval after two, three … replications, and where the study stops."""
    with page.page_of_aspect(words.finding(found, say), size, ASPECT) as sheet:
        line = sheet.size
        ax = sheet.axes(
            sheet.left + 4.6 * line, sheet.bottom + 3.4 * line, sheet.right, sheet.top - 0.6 * line
        )
        _narrowing(ax, found, say)
    return sheet.fig.explain(words.drawn(found, say), lambda: _intervals(found), say)


def _intervals(found: Precision) -> Rows:
    return [
        {"replications": one.replications}
        | dict(zip(("within", "low", "high"), one.value, strict=True))
        for one in found.narrowing
    ]


def _narrowing(ax: Axes, found: Precision, say: Language) -> None:
    shown = [one for one in found.narrowing if one.replications > 2 or len(found.narrowing) < 3]
    count = np.array([one.replications for one in shown], float)
    mean, low, high = (100 * np.array([one.value for one in shown])).T
    ax.fill_between(count, low, high, color=style.BLUE, alpha=0.16, lw=0, zorder=1)
    ax.errorbar(count, mean, np.abs([mean - low, high - mean]), color=style.BLUE, fmt="o",
                ms=4.5, lw=1.4, capsize=3, zorder=3)  # fmt: skip
    along = np.geomspace(count[0], count[-1], 100)
    half = (high[-1] - low[-1]) / 2 * np.sqrt(count[-1] / along)
    for side in (-1, 1):
        ax.plot(along, mean[-1] + side * half, color=style.GREY, lw=1.0, ls=(0, (4, 3)), zorder=2)
        ax.axhline(mean[-1] + side * 100 * found.aim, color=style.ORANGE, lw=0.9, zorder=1.5)
    ax.axvline(found.enough, color=style.INK, lw=0.9, ls=":", zorder=1.5)
    seen = max(2.6 * 100 * found.aim, 1.15 * float(half.max()))
    ax.set_ylim(mean[-1] - seen, mean[-1] + seen)
    ax.set_xscale("log")
    ax.set_xlim(count[0] / 1.12, count[-1] * 1.12)
    ax.xaxis.set_major_locator(FixedLocator(count.tolist()))
    ax.xaxis.set_minor_locator(NullLocator())
    ax.set_xticklabels([f"{n:.0f}" for n in count])
    ax.yaxis.set_major_locator(MaxNLocator(6))
    ax.grid(axis="y", color=intervals.LINE, lw=0.6)
    ax.set_axisbelow(True)
    ax.set_xlabel(say("replications"))
    ax.set_ylabel(say("calls within target, %"))
    note: dict[str, Any] = {"textcoords": "offset points", "path_effects": style.halo()}
    ax.annotate(say("the study stops here"), (found.enough, mean[-1] + seen), (5, -4),
                va="top", color=style.INK, **note)  # fmt: skip
    ax.annotate(
        say("aim: ±{aim} points", aim=say.number(100 * found.aim, 2)),
        (count[-1] * 1.12, mean[-1] + 100 * found.aim), (-3, 3), ha="right", va="bottom",
        color=style.ORANGE, **note,
    )  # fmt: skip


def draw_warm_up(found: Precision, say: Language, size: str = "screen") -> Picture:
    """Above, ambulances that are not yet busy; below, calls that are reached at another time."""
    with page.page_of_aspect(words.warm_up_finding(found, say), size, 1.2 * ASPECT) as sheet:
        line = sheet.size
        left, right = sheet.left + 4.8 * line, sheet.right
        high = sheet.top - sheet.bottom - 8.0 * line
        top = sheet.top - 0.6 * line
        _filling(sheet.axes(left, top - 0.55 * high, right, top), found, say)
        bottom = sheet.bottom + 3.4 * line
        _otherwise(sheet.axes(left, bottom, right, bottom + 0.45 * high), found, say)
    return sheet.fig.explain(words.warm_up_drawn(found, say), lambda: _fewer(found), say)


def _fewer(found: Precision) -> Rows:
    return [
        {"hour": hour, "ambulances_fewer": fewer}
        for hour, fewer in enumerate(found.warm_up.fewer.tolist())
    ]


def _filling(ax: Axes, found: Precision, say: Language) -> None:
    """By how many fewer ambulances are busy, by the hour since the start."""
    cut_h = found.warm_up.cut_h
    hours = min(len(found.warm_up.fewer), max(LEAST_H, 2 * (cut_h or len(found.warm_up.fewer))))
    at = np.arange(hours) + 0.5
    fewer = found.warm_up.fewer[:hours]
    ax.bar(at, fewer, 0.9, color="#BFD7EA", edgecolor=style.GREY, lw=0.4, zorder=2)
    smooth = moving_mean(found.warm_up.fewer, REACH)[:hours]
    ax.plot(at, smooth, color=style.BLUE, lw=1.8, zorder=3, label=say("moving mean (Welch)"))
    marks = [] if cut_h is None else [(float(cut_h), say("MSER-5: {n} h", n=cut_h), style.ORANGE)]
    own_h = found.own_warm_up_s / HOUR_S
    if own_h <= hours:
        marks.append((own_h, say("warm-up of the scenario"), style.INK))
    for x, text, colour in marks:
        ax.axvline(x, color=colour, lw=1.3, ls="--", zorder=2.5)
        away, side = (4, "left") if x < hours / 2 + 1 else (-4, "right")
        ax.annotate(text, (x, 1), (away, -3), xycoords=("data", "axes fraction"), va="top",
                    ha=side, textcoords="offset points", color=colour,
                    path_effects=style.halo())  # fmt: skip
    ax.axhline(0, color=style.INK, lw=0.8, zorder=4)
    ax.set_xlim(0, hours)
    ax.xaxis.set_major_locator(MaxNLocator(12, integer=True, steps=[1, 2, 3, 4, 6, 10]))
    ax.yaxis.set_major_locator(MaxNLocator(4))
    ax.set_xlabel(say("hours since the run began empty"))
    ax.set_ylabel(say("fewer ambulances busy"))
    ax.legend(loc="center right", frameon=False)


def _otherwise(ax: Axes, found: Precision, say: Language) -> None:
    """The share of calls that are reached at another time, by warm-up."""
    days = found.warm_up.days
    share = [100 * one.otherwise / max(one.calls, 1) for one in days]
    ax.bar(range(len(days)), share, 0.55, color="#E8C39A", edgecolor=style.GREY, lw=0.5, zorder=2)
    for x, (one, value) in enumerate(zip(days, share, strict=True)):
        text = say("{part} of {whole}", part=f"{one.otherwise:,}", whole=f"{one.calls:,}")
        ax.annotate(text, (x, value), (0, 3), textcoords="offset points", ha="center",
                    va="bottom", zorder=3)  # fmt: skip
    names = [
        say("no warm-up"),
        *(say("{n} h", n=f"{one.warm_up_s / HOUR_S:g}") for one in days[1:]),
    ]
    ax.set_xticks(range(len(days)), labels=names)
    ax.set_ylim(0, 1.3 * max(*share, 0.1))
    ax.yaxis.set_major_locator(MaxNLocator(4))
    ax.set_xlabel(say("warm-up before one measured day"))
    ax.set_ylabel(say("calls reached at\nanother time, %"))
