"""Why calls are late: misses by cause, township by township and by the hour of the day."""

from __future__ import annotations

from typing import Any, Final

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from sim.answers.why_late import WhyLate
from sim.figures import lettering, page, style
from sim.figures.drawing import Drawings, drawings
from sim.figures.numbers import Rows
from sim.figures.style import Picture
from sim.words import causes
from sim.words import why_late as words
from sim.words.fractions import percent
from sim.words.language import Language

# By cause: Okabe–Ito, and a hatch for grey prints and colour-blind eyes.
LOOKS: Final = {
    "distance": ("#D55E00", ""),
    "road closures": ("#6B6B6B", "----"),
    "slow drive": ("#56B4E9", "||||"),
    "call taking": ("#F0E442", "...."),
    "call desk": ("#E69F00", "oooo"),
    "turnout": ("#009E73", "////"),
    "nearest busy": ("#0072B2", "\\\\\\\\"),
    "queue": ("#CC79A7", "xxxx"),
}
ASPECT: Final = 0.62  # of the page
SPLIT: Final = 0.60  # of the width, where the panel of hours begins

NAMES: Final = 0.26  # of the page's width, at most, for names of townships


@drawings.register
def _(why: WhyLate, say: Language, size: str) -> Drawings:
    return {why.name: lambda: draw(why, say, size)}


def draw(why: WhyLate, say: Language, size: str = "screen") -> Picture:
    """A bar a township in the order of misses; the same by hour; what helps against each cause."""
    with page.page_of_aspect(words.finding(why, say), size, ASPECT) as sheet:
        fig = sheet.fig
        if not why.late().total:
            return fig.explain(words.drawn(why, say), list, say)
        top, foot = sheet.rows()
        bottom = foot + _lines(fig, 3.4)
        room = NAMES * 72 * fig.get_size_inches()[0]
        bars = [
            some._replace(name=lettering.broken(fig, some.name, mpl.rcParams["font.size"], room, 1))
            for some in words.townships(why, say)
        ]
        margin = (0.14 + 7 / 72) / fig.get_size_inches()[0]  # of the page, and beside the axis
        left = _width(fig, [some.name for some in bars]) + margin
        ax = fig.add_axes((left, bottom, SPLIT - 0.045 - left, top - bottom))
        _townships(ax, why, bars, say)
        hours_top = _legend(fig, why, top, say) - _lines(fig, 3.0)
        title = say("Late calls a week, by hour")
        line = fig.text(SPLIT, hours_top + _lines(fig, 0.6), title, weight="bold")
        lettering.shrink(fig, line, 0.98 - SPLIT)
        _hours(fig.add_axes((SPLIT + 0.03, bottom, 0.345, hours_top - bottom)), why, say)
    return fig.explain(words.drawn(why, say), lambda: _rows(why, say), say)


def _rows(why: WhyLate, say: Language) -> Rows:
    """Late calls a week of each cause: by township, then by clock hour."""
    groups = [("township", some.name, some.late) for some in words.townships(why, say)]
    groups += [("hour", str(late.group.row), late) for late in why.by("hour")]
    return [
        {
            "by": by,
            "which": which,
            "cause": say(causes.CAUSES[cause].label),
            "late_calls_per_week": why.a_week(misses),
        }
        for by, which, late in groups
        for cause, misses in zip(late.causes, late.misses.tolist(), strict=True)
    ]


def _townships(ax: Axes, why: WhyLate, bars: list[words.CallsTogether], say: Language) -> None:
    misses = np.array([why.a_week(1) * some.late.misses for some in bars])
    ends = misses.cumsum(axis=1)
    at = np.arange(len(bars))
    for cause, (colour, hatch) in enumerate(_looks(why)):
        ax.barh(at, misses[:, cause], left=ends[:, cause] - misses[:, cause], height=0.78,
                **_look(colour, hatch))  # fmt: skip
    shown = [
        f"{words.per_week(why, some.late.total)} ({percent(some.share(why), 0, say)})"
        for some in bars
    ]
    for y, text in enumerate(shown):
        ax.annotate(text, (ends[y, -1], y), (4, 0), textcoords="offset points", va="center",
                    size=0.85 * mpl.rcParams["font.size"], path_effects=style.halo())  # fmt: skip
    ax.set_yticks(at, [some.name for some in bars])
    ax.set_ylim(max(len(bars), 5) - 0.4, -0.6)
    fig: Figure = ax.figure  # type: ignore[assignment]
    room = min(0.5, _width(fig, ["00.0 (100 %)  ", *shown]) / ax.get_position().width)
    ax.set_xlim(0, ends[:, -1].max() / (1 - room))
    ax.tick_params(axis="y", length=0)
    ax.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
    ax.grid(axis="x", color="#DDDDDD", lw=0.6)
    ax.set_axisbelow(True)
    label = ax.set_xlabel(say("Late calls a week (in brackets: of all calls there)"))
    lettering.shrink(fig, label, ax.get_position().width)


def _hours(ax: Axes, why: WhyLate, say: Language) -> None:
    hours = {late.group.row: late.misses for late in why.by("hour")}
    misses = np.array([hours.get(hour, np.zeros(len(why.split.causes))) for hour in range(24)])
    misses = misses * why.a_week(1)
    ends = misses.cumsum(axis=1)
    for cause, (colour, hatch) in enumerate(_looks(why)):
        ax.bar(np.arange(24) + 0.5, misses[:, cause], bottom=ends[:, cause] - misses[:, cause],
               width=0.82, **_look(colour, hatch))  # fmt: skip
    ax.set_xlim(0, 24)
    ax.set_xticks(range(0, 25, 3))
    ax.set_ylim(0, 1.06 * ends[:, -1].max())
    ax.yaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
    ax.grid(axis="y", color="#DDDDDD", lw=0.6)
    ax.set_axisbelow(True)
    label = ax.set_xlabel(say("Clock hour at which the call was received"))
    fig: Figure = ax.figure  # type: ignore[assignment]
    lettering.shrink(fig, label, ax.get_position().width)


def _looks(why: WhyLate) -> list[tuple[str, str]]:
    """[cause] its colour and hatch."""
    return [LOOKS[cause] for cause in why.split.causes]


def _look(colour: str, hatch: str) -> dict[str, Any]:
    return {"facecolor": colour, "hatch": hatch, "edgecolor": "white", "linewidth": 0.4}


def _legend(fig: Figure, why: WhyLate, top: float, say: Language) -> float:
    """Each cause, its share of the misses, and what helps; returns where the legend ends."""
    handles = [
        Patch(**_look(colour, hatch), label=label)
        for (colour, hatch), label in zip(_looks(why), words.legend(why, say), strict=True)
    ]
    made = fig.legend(
        handles=handles, loc="upper left", bbox_to_anchor=(SPLIT, top), frameon=False,
        borderaxespad=0, borderpad=0, handlelength=1.8, handleheight=1.0, labelspacing=0.55,
        fontsize=0.9 * mpl.rcParams["font.size"],
    )  # fmt: skip
    for text in made.get_texts():
        lettering.shrink(fig, text, 0.94 - SPLIT)
    smallest = min(float(text.get_fontsize()) for text in made.get_texts())
    for text in made.get_texts():
        text.set_fontsize(smallest)
    renderer = fig.canvas.get_renderer()  # type: ignore[attr-defined]
    return float(made.get_window_extent(renderer).y0 / fig.bbox.height)


def _width(fig: Figure, texts: list[str]) -> float:
    """The widest of some texts, as a share of the figure's width."""
    renderer = fig.canvas.get_renderer()  # type: ignore[attr-defined]
    widest = 0.0
    for text in texts:
        line = fig.text(0, 0, text)
        widest = max(widest, line.get_window_extent(renderer).width)
        line.remove()
    return widest / fig.bbox.width


def _lines(fig: Figure, count: float) -> float:
    """Lines of type as a share of the figure's height."""
    return float(count * mpl.rcParams["font.size"] / 72 / fig.get_size_inches()[1])
