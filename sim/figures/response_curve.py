"""Response-time curves: the share of calls reached by each minute, against the target."""

from __future__ import annotations

import math

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator
from scipy.special import stdtrit

from sim.answers.comparison import Result
from sim.figures import style
from sim.measures.estimates import Pooled
from sim.measures.measures import BY_KEY
from sim.words.phrases import number, pick

AREAS = (("urban10", 0, "Urban core", "城区"), ("rural30", 1, "Outside the urban core", "农村"))
STEPS = 241


def response_cdf(result: Result, lang: str = "en", size: str = "screen") -> Figure:
    """One panel each for town and country; every layout a line with two bands."""
    panels = [area for area in AREAS if not math.isnan(result.estimate(area[0]).mean)]
    with style.figure(size, 0.47) as fig:
        style.headline(fig, _finding(result, lang), _subtitle(result, lang))
        style.footnote(fig, style.how_made(result, lang), result.chosen.how == "draft")
        top, bottom = style.head_room(fig), style.foot_room(fig)
        left = max(0.065, 5.2 * mpl.rcParams["font.size"] / 72 / fig.get_size_inches()[0])
        width = (0.965 - left) / max(1, len(panels))
        points_high = mpl.rcParams["font.size"] / 72 / fig.get_size_inches()[1]
        for i, (key, area, en, zh) in enumerate(panels):
            foot = bottom + 3.6 * points_high
            ax = fig.add_axes(
                (left + i * (width + 0.01), foot, width - 0.03, top - foot - 1.8 * points_high)
            )
            _panel(ax, result, key, area, lang)
            ax.set_title(pick(lang, en, zh), loc="left", weight="bold")
            if i:
                ax.set_yticklabels([])
            else:
                ax.set_ylabel(pick(lang, "Calls reached (%)", "已到达呼叫占比（%）"))
    return fig


def _subtitle(result: Result, lang: str) -> str:
    if result.replications < 2:
        return pick(
            lang, "Cumulative response time, one replication", "反应时间累积分布，仅一次重复"
        )
    days = result.base.settings.study.length / 86_400
    return pick(
        lang,
        "Cumulative response time; dark band: 95 % confidence interval; pale band: what a single "
        f"period of {days:g} days may show (5–95 %)",
        f"反应时间累积分布；深色带：95% 置信区间；浅色带：单个 {days:g} 天周期可能的范围（5%–95%）",
    )


def _finding(result: Result, lang: str) -> str:
    """What the curves say at the targets, in points."""
    if len(result.layouts) == 1:
        parts = []
        for key, area, en, zh in (
            ("urban10", 0, "town", "城区"),
            ("rural30", 1, "country", "农村"),
        ):
            value = result.estimate(key).mean
            if not math.isnan(value):
                target = result.pooled[0].setup.target_s[area] / 60
                parts.append(
                    pick(
                        lang,
                        f"{value * 100:.0f} % within {target:g} min in "
                        + ("town" if en == "town" else "the country"),
                        f"{zh} {value * 100:.0f}% 在 {target:g} 分钟内到达",
                    )
                )
        return pick(lang, "; ", "；").join(parts)
    best = max(
        range(1, len(result.layouts)), key=lambda i: (result.difference("within", i).mean, -i)
    )
    parts = []
    for key, en, zh in (("urban10", "in town", "城区"), ("rural30", "in the country", "农村")):
        gain = result.difference(key, best).mean
        if not math.isnan(gain):
            shown = number(BY_KEY[key], gain, sign=True)
            parts.append(pick(lang, f"{shown} points {en}", f"{zh} {shown} 个百分点"))
    name = result.layouts[best]
    return f"{name.name.within(lang)}{pick(lang, ': ', '：')}" + pick(lang, ", ", "，").join(parts)


def _panel(ax: Axes, result: Result, key: str, area: int, lang: str) -> None:
    target = result.pooled[0].setup.target_s[area] / 60
    minutes = np.linspace(0, _last_minute(result, area, target), STEPS)
    ax.axvspan(0, target, color=style.BLUE, alpha=0.05, lw=0)
    ax.axvline(target, color=style.INK, lw=1.2)
    ax.annotate(
        pick(lang, f"target {target:g} min", f"目标 {target:g} 分钟"), (target, 4), (5, 0),
        textcoords="offset points", size=0.9 * mpl.rcParams["font.size"],
    )  # fmt: skip
    share = 100 * result.base.settings.targets.share
    ax.axhline(share, color=style.GREY, lw=0.8, ls=(0, (2, 3)))
    alone = len(result.layouts) == 1
    for number_, pooled in enumerate(result.pooled):
        colour = style.BLUE if alone else style.LINES[number_ % len(style.LINES)]
        curves = _curves(pooled, area, minutes)
        _bands(ax, minutes, curves, colour)
        weights = np.array([(t.area == area).sum() for t in pooled.tallies])
        ax.plot(minutes, weights @ curves / weights.sum(), color=colour, lw=2.0, zorder=4)
        ax.plot(target, 100 * result.estimate(key, number_).mean, "o", color=colour, zorder=5,
                markeredgecolor="white", markersize=7)  # fmt: skip
    if len(result.layouts) <= 2:
        _labels(ax, result, key, target, minutes[-1], lang)
    else:
        _legend(ax, result, key, lang)
    ax.set_xlim(0, minutes[-1])
    ax.set_ylim(0, 101)
    ax.xaxis.set_major_locator(MaxNLocator(7, steps=[1, 2, 5, 10], integer=True))
    ax.set_yticks(range(0, 101, 10))
    ax.grid(axis="y", color="#DDDDDD", lw=0.6)
    ax.set_axisbelow(True)
    label = pick(
        lang, "Response time (min, call received to arrival)", "反应时间（分钟，接到呼叫至到达）"
    )
    style.fit(ax.figure, ax.set_xlabel(label), ax.get_position().width)  # type: ignore[arg-type]


def _last_minute(result: Result, area: int, target: float) -> float:
    """To the right end of nearly all calls, in steps of ten, and past the target."""
    longest = 0.0
    for pooled in result.pooled:
        times = pooled.response_s[(pooled.area == area) & np.isfinite(pooled.response_s)] / 60
        if len(times):
            longest = max(longest, float(np.quantile(times, 0.995)))
    return float(min(max(math.ceil(longest / 10) * 10, 2 * target), 6 * target))


def _curves(pooled: Pooled, area: int, minutes: np.ndarray) -> np.ndarray:
    """[replication, minute] percent of an area's calls reached by then."""
    curves = np.zeros((pooled.replications, len(minutes)))
    for i, one in enumerate(pooled.tallies):
        times = np.sort(one.response_s[one.area == area]) / 60
        if len(times):
            curves[i] = 100 * np.searchsorted(times, minutes, side="right") / len(times)
    return curves


def _bands(ax: Axes, minutes: np.ndarray, curves: np.ndarray, colour: str) -> None:
    count = len(curves)
    if count < 2:
        return
    low, high = np.quantile(curves, [0.05, 0.95], axis=0)
    ax.fill_between(minutes, low, high, color=colour, alpha=0.13, lw=0, zorder=2)
    half = stdtrit(count - 1, 0.975) * curves.std(axis=0, ddof=1) / math.sqrt(count)
    mean = curves.mean(axis=0)
    ax.fill_between(minutes, mean - half, mean + half, color=colour, alpha=0.40, lw=0, zorder=3)


def _labels(ax: Axes, result: Result, key: str, target: float, last: float, lang: str) -> None:
    """Each layout's value at the target: the highest on the left of its point, others below."""
    values = [result.estimate(key, i) for i in range(len(result.layouts))]
    order = sorted(range(len(values)), key=lambda i: -values[i].mean)
    alone = len(values) == 1
    next_y = math.inf
    for place, i in enumerate(order):
        value = values[i]
        name = "" if alone else pick(lang, *(("Today", "现状"), ("Proposal", "方案"))[i])
        colour = style.BLUE if alone else style.LINES[i % len(style.LINES)]
        shown = number(BY_KEY[key], value.mean, unit=True)
        if not math.isnan(value.low):
            shown += f"\n({value.low * 100:.1f}–{value.high * 100:.1f})"
        on_the_left = place == 0 and not alone and target > 0.25 * last
        y = 100 * value.mean + 5 if on_the_left else min(100 * value.mean - 3, next_y)
        y = min(y, 97) if on_the_left else max(y, 20)
        ax.annotate(
            f"{name} {shown}".strip(), (target, y), (-10, 0) if on_the_left else (12, 0),
            textcoords="offset points", ha="right" if on_the_left else "left",
            va="top" if not on_the_left else "center", color=colour, weight="bold",
            size=0.95 * mpl.rcParams["font.size"], path_effects=style.halo(), zorder=6,
        )  # fmt: skip
        if not on_the_left:
            next_y = y - 14


def _legend(ax: Axes, result: Result, key: str, lang: str) -> None:
    """Several layouts by name, with their values at the target, below the curves."""
    lines = []
    for i, layout in enumerate(result.layouts):
        shown = number(BY_KEY[key], result.estimate(key, i).mean, unit=True)
        name = layout.name.within(lang)
        name = name if len(name) <= 34 else f"{name[:32]}…"
        colour = style.LINES[i % len(style.LINES)]
        lines.append(Line2D([], [], color=colour, lw=2.0, label=f"{shown}  {name}"))
    ax.legend(
        handles=lines, loc="lower right", fontsize=0.85 * mpl.rcParams["font.size"],
        bbox_to_anchor=(1.0, 0.06), frameon=True, framealpha=0.9, edgecolor="none",
    )  # fmt: skip
