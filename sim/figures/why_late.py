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
from sim.figures import style
from sim.measures.causes import CAUSES, Late, together
from sim.measures.estimates import Group
from sim.words import why_late as late_words
from sim.words.phrases import pick

# By cause: Okabe–Ito, and a hatch for grey prints and colour-blind eyes.
LOOKS: Final = (
    ("#D55E00", ""), ("#F0E442", "...."), ("#009E73", "////"), ("#0072B2", "\\\\\\\\"),
    ("#CC79A7", "xxxx"),
)  # fmt: skip
SPLIT: Final = 0.60  # of the width, where the panel of hours begins


def why_late(why: WhyLate, lang: str = "en", size: str = "screen") -> Figure:
    """A bar a township in the order of misses; the same by hour; what helps against each cause."""
    result = why.result
    with style.figure(size, 0.62) as fig:
        style.headline(fig, late_words.finding(why, lang), _subtitle(why, lang))
        style.footnote(fig, style.how_made(result, lang))
        if not why.late().total:
            return fig
        top, bottom = style.head_room(fig), style.foot_room(fig) + _lines(fig, 3.4)
        bars = _bars(why, lang)
        margin = (0.14 + 7 / 72) / fig.get_size_inches()[0]  # of the page, and beside the axis
        left = _width(fig, [name for name, _ in bars]) + margin
        ax = fig.add_axes((left, bottom, SPLIT - 0.045 - left, top - bottom))
        _townships(ax, why, bars, lang)
        hours_top = _legend(fig, why, top, lang) - _lines(fig, 3.0)
        title = pick(lang, "Late calls a week, by hour", "每周未达标呼叫次数，按时段")
        fig.text(SPLIT, hours_top + _lines(fig, 0.6), title, weight="bold")
        _hours(fig.add_axes((SPLIT + 0.03, bottom, 0.345, hours_top - bottom)), why, lang)
    return fig


def _subtitle(why: WhyLate, lang: str) -> str:
    layout = why.result.layouts[why.layout]
    urban, rural = (f"{t / 60:g}" for t in why.pooled.setup.target_s)
    return pick(
        lang,
        f"Calls beyond their target by cause: {layout.name} (urban {urban} min, rural {rural} min, "
        "call received to arrival)",
        f"未达标呼叫及其原因：{layout.name.zh}；目标：城区 {urban} 分钟、农村 {rural} 分钟，"
        "自接到呼叫至到达现场",
    )


def _bars(why: WhyLate, lang: str) -> list[tuple[str, Late]]:
    """Townships by name, from the most misses on, and the others together."""
    shown, rest = why.by_misses()
    bars = [(why.result.group_name(late.group, lang), late) for late in shown]
    if any(late.total for late in rest):
        others = pick(lang, f"the other {len(rest)}", f"其他 {len(rest)} 个")
        bars.append((others, together(rest, Group("township", -1))))
    return bars


def _townships(ax: Axes, why: WhyLate, bars: list[tuple[str, Late]], lang: str) -> None:
    misses = np.array([why.a_week(1) * late.misses for _, late in bars])
    ends = misses.cumsum(axis=1)
    at = np.arange(len(bars))
    for cause, (colour, hatch) in enumerate(LOOKS):
        ax.barh(at, misses[:, cause], left=ends[:, cause] - misses[:, cause], height=0.78,
                **_look(colour, hatch))  # fmt: skip
    for y, (_, late) in enumerate(bars):
        shown = f"{late_words.per_week(why, late.total)} ({100 * late.late_share:.0f} %)"
        shown = shown if lang != "zh" else shown.replace(" %", "%")
        ax.annotate(shown, (ends[y, -1], y), (4, 0), textcoords="offset points", va="center",
                    size=0.85 * mpl.rcParams["font.size"], path_effects=style.halo())  # fmt: skip
    ax.set_yticks(at, [name for name, _ in bars])
    ax.set_ylim(max(len(bars), 5) - 0.4, -0.6)
    room = _width(ax.figure, ["00.0 (100 %)  "]) / ax.get_position().width  # type: ignore[arg-type]
    ax.set_xlim(0, ends[:, -1].max() / (1 - room))
    ax.tick_params(axis="y", length=0)
    ax.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
    ax.grid(axis="x", color="#DDDDDD", lw=0.6)
    ax.set_axisbelow(True)
    label = pick(
        lang,
        "Late calls a week (in brackets: of all calls there)",
        "每周未达标呼叫次数（括号内：占当地全部呼叫）",
    )
    style.fit(ax.figure, ax.set_xlabel(label), ax.get_position().width)  # type: ignore[arg-type]


def _hours(ax: Axes, why: WhyLate, lang: str) -> None:
    hours = {late.group.row: late.misses for late in why.by("hour")}
    misses = np.array([hours.get(hour, np.zeros(len(CAUSES))) for hour in range(24)])
    misses = misses * why.a_week(1)
    ends = misses.cumsum(axis=1)
    for cause, (colour, hatch) in enumerate(LOOKS):
        ax.bar(np.arange(24) + 0.5, misses[:, cause], bottom=ends[:, cause] - misses[:, cause],
               width=0.82, **_look(colour, hatch))  # fmt: skip
    ax.set_xlim(0, 24)
    ax.set_xticks(range(0, 25, 3))
    ax.set_ylim(0, 1.06 * ends[:, -1].max())
    ax.yaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
    ax.grid(axis="y", color="#DDDDDD", lw=0.6)
    ax.set_axisbelow(True)
    ax.set_xlabel(pick(lang, "Clock hour at which the call was received", "接到呼叫的钟点"))


def _look(colour: str, hatch: str) -> dict[str, Any]:
    return {"facecolor": colour, "hatch": hatch, "edgecolor": "white", "linewidth": 0.4}


def _legend(fig: Figure, why: WhyLate, top: float, lang: str) -> float:
    """Each cause, its share of the misses, and what helps; answers where the legend ends."""
    shares = why.late().shares
    handles = []
    for (colour, hatch), one, share in zip(LOOKS, late_words.of(lang), shares, strict=True):
        told = f"{one.label} {late_words.percent(share, 0, lang)}"
        label = f"{told}{pick(lang, ': ', '：')}{one.helps}" if share else told
        handles.append(Patch(**_look(colour, hatch), label=label))
    made = fig.legend(
        handles=handles, loc="upper left", bbox_to_anchor=(SPLIT, top), frameon=False,
        borderaxespad=0, borderpad=0, handlelength=1.8, handleheight=1.0, labelspacing=0.55,
        fontsize=0.9 * mpl.rcParams["font.size"],
    )  # fmt: skip
    for text in made.get_texts():
        style.fit(fig, text, 0.94 - SPLIT)
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
