"""What each step of a search adds, from today to the layout that was found."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from sim.answers.search import Found, Step
from sim.figures import differences, frame, lettering, style
from sim.measures.estimates import Estimate
from sim.measures.measures import BY_KEY
from sim.measures.verdicts import FEWEST, Verdict
from sim.words.phrases import VERDICTS, count, label_of, number, pick, unit

PITCH, AROUND, MOST = 1.9, 7.5, 36  # of a row; of all else, in units of the body type; rows

# How a step's bar is filled, by its verdict: colour, edge, hatch.
FILLS = {
    Verdict.BETTER: (style.BLUE, style.BLUE, ""),
    Verdict.WORSE: (style.ORANGE, "white", "\\\\\\"),
    Verdict.TOO_SMALL: ("#BDBDBD", style.GREY, ""),
    Verdict.UNDECIDED: ("white", style.GREY, "////"),
}


# What a measure is called in the middle of a sentence.
NOUNS = {
    "within": ("compliance", "达标率"),
    "urban10": ("urban compliance", "城区达标率"),
    "rural30": ("rural compliance", "农村达标率"),
    "worst5": ("compliance where it is worst", "最差区域达标率"),
    "mean": ("mean response", "平均反应时间"),
}


class Bar(NamedTuple):
    """One row: from where to where, in the axis' unit."""

    name: str
    start: float
    end: float
    gain: Estimate  # of the row, as a share or in minutes
    verdict: Verdict | None  # None: several steps together


def draw(found: Found, lang: str = "en", size: str = "screen") -> Figure:
    """A waterfall: every step a bar from the value before it to the value after it."""
    if not found.steps:
        return _nothing(found, lang, size)
    fit = frame.rows_that_fit(size, min(MOST, len(found.steps) + 2), PITCH, AROUND)
    bars = _bars(found, fit - 2, lang)
    high = AROUND + PITCH * (len(bars) + 2)
    with frame.page(
        found.made, lang, size, high, finding(found, lang), _subtitle(found, lang)
    ) as page:
        small, measure = 0.92 * page.size, BY_KEY[found.by]
        names = [pick(lang, "today", "现状"), *(bar.name for bar in bars)]
        names.append(pick(lang, "all steps together", "各步合计"))
        room = differences.name_room(page.fig, names, page.size, 0.32)
        names = [lettering.middle_out(page.fig, name, page.size, room) for name in names]
        total = found.steps[-1].gains[found.by]
        cells = ["", *(differences.said(measure, bar.gain, lang) for bar in bars)]
        cells.append(differences.said(measure, total, lang))
        head = pick(lang, f"change, {unit(found.by, lang)} (95 % CI)",
                    f"变化（{unit(found.by, lang)}，95% 置信区间）")  # fmt: skip
        wide = max(lettering.width(page.fig, cell, small) for cell in (head, *cells))
        wide += 1.4 * page.size
        ax = page.axes(
            page.left + room + page.size, page.bottom + 5.3 * page.size, page.right - wide,
            page.top - 1.9 * page.size,
        )  # fmt: skip
        differences.rows(ax, names, page.size)
        _waterfall(ax, found, bars, lang)
        differences.column(ax, wide, head, cells, small)
        at = page.at(page.right, page.bottom + 0.4 * page.size)
        differences.in_a_line(page.fig, _legend(bars, lang), at)
    return page.fig


def _today(found: Found) -> float:
    first = found.steps[0]
    return first.values[found.by].mean - first.gains[found.by].mean


def _bars(found: Found, most: int, lang: str) -> list[Bar]:
    """A bar for each step; those beyond `most` are drawn as one."""
    factor = 100 if BY_KEY[found.by].unit == "share" else 1
    bars, before = [], _today(found)
    alone = found.steps if len(found.steps) <= most else found.steps[: max(1, most - 1)]
    for step in alone:
        after = step.values[found.by].mean
        bars.append(Bar(step.option.words(lang), factor * before, factor * after, step.gain,
                        step.verdict))  # fmt: skip
        before = after
    if left := len(found.steps) - len(alone):
        after = found.steps[-1].values[found.by].mean
        name = pick(lang, f"{count(left, 'more step')}", f"其余 {left} 步")
        gain = Estimate(after - before, math.nan, math.nan)
        bars.append(Bar(name, factor * before, factor * after, gain, None))
    return bars


def _waterfall(ax: Axes, found: Found, bars: list[Bar], lang: str) -> None:
    measure, size = BY_KEY[found.by], mpl.rcParams["font.size"]
    today, end, last = bars[0].start, bars[-1].end, len(bars) + 1
    total = differences.scaled(measure, found.steps[-1].gains[found.by])
    seen = _seen(found, bars, today, total)
    differences.value_axis(ax, seen, 3.2 * size, 3.2 * size)
    ax.lines[0].remove()  # nothing is far away here
    ax.xaxis.set_major_locator(MaxNLocator(7, steps=[1, 2, 5, 10]))
    ax.axvline(today, color=style.INK, lw=1.0, ls=(0, (2, 3)), zorder=1.5)
    for row, bar in enumerate(bars, 1):
        _bar(ax, row, bar, measure, seen, size)
        ax.plot([bar.end] * 2, [row - 0.33, row + 1], color=style.GREY, lw=0.7, zorder=1.6)
    ax.plot(today, 0, "o", color=style.INK, markersize=0.7 * size, zorder=5)
    whole = Estimate(end, today + total.low, today + total.high)
    differences.interval(ax, last, whole, seen, style.INK, 0.25 * size)
    ax.plot(end, last, "s", color=style.INK, markersize=0.7 * size, zorder=5)
    share = 100 if measure.unit == "share" else 1
    _level(ax, 0, [today], number(measure, today / share, unit=True), size)
    ends = [seen.within(v) for v in whole if math.isfinite(v)]
    _level(ax, last, ends, number(measure, end / share, unit=True), size)
    worst = min(5, len(found.made.base.map.townships))
    title = label_of(found.by, lang, found.made.base, worst)
    ax.set_title(title, loc="left", weight="bold", size=1.05 * size)
    of = pick(lang, "%", "%") if share == 100 else unit(found.by, lang)
    words = pick(lang, f"after the step ({of})", f"该步之后（{of}）")
    ax.set_xlabel(words, labelpad=0.3 * size)


def _seen(found: Found, bars: list[Bar], today: float, total: Estimate) -> differences.Span:
    """From the least to the greatest value of any step, and intervals as far as there is room."""
    factor = 100 if BY_KEY[found.by].unit == "share" else 1
    values = [
        Estimate(b.end, b.start + factor * b.gain.low, b.start + factor * b.gain.high) for b in bars
    ]
    values.append(Estimate(bars[-1].end, today + total.low, today + total.high))
    moved = [Estimate(*(v - today for v in value)) for value in values]
    least = 0.3 if factor == 100 else 0.1
    seen = differences.span(moved, least)
    return differences.Span(seen.low + today, seen.high + today)


def _bar(ax: Axes, row: int, bar: Bar, measure: Any, seen: differences.Span, size: float) -> None:
    face, edge, hatch = FILLS[bar.verdict] if bar.verdict else ("#DDDDDD", style.GREY, "..")
    ax.barh(row, bar.end - bar.start, left=bar.start, height=0.62, facecolor=face, edgecolor=edge,
            hatch=hatch, lw=0.8, zorder=2)  # fmt: skip
    if abs(bar.end - bar.start) < 1e-9:  # nothing gained is drawn, too
        ax.plot([bar.end] * 2, [row - 0.31, row + 0.31], color=edge, lw=2.0, zorder=2)
    gain = differences.scaled(measure, bar.gain)
    ends = Estimate(bar.end, bar.start + gain.low, bar.start + gain.high)
    differences.interval(ax, row, ends, seen, style.INK, 0.13 * size)


def _level(ax: Axes, row: int, ends: list[float], text: str, size: float) -> None:
    """The value itself, to the right of all that is drawn of it."""
    ax.annotate(
        text, (max(ends), row), (0.7 * size, 0), textcoords="offset points", va="center_baseline",
        weight="bold", size=0.95 * size, path_effects=style.halo(), zorder=6,
    )  # fmt: skip


def _legend(bars: list[Bar], lang: str) -> list[Any]:
    there = {bar.verdict for bar in bars}
    return [
        Patch(facecolor=face, edgecolor=edge, hatch=hatch, lw=0.8,
              label=pick(lang, *VERDICTS[verdict])[2:])
        for verdict, (face, edge, hatch) in FILLS.items()
        if verdict in there
    ]  # fmt: skip


# ── what is said ─────────────────────────────────────────────────────────────────────────────


def finding(found: Found, lang: str) -> str:
    """From where to where the steps lead, and which does most, if that is sure."""
    if not found.steps:
        return pick(lang, "No step was found that surely helps", "未找到确有改善的步骤")
    measure, total = BY_KEY[found.by], found.steps[-1].gains[found.by]
    now, then = (number(measure, v) for v in (_today(found), _today(found) + total.mean))
    then_more = total.mean >= 0
    of = pick(lang, " %", "%") if measure.unit == "share" else pick(lang, " min", " 分钟")
    many = len(found.steps)
    sign = 1 if measure.better == "more" else -1
    steps, turn = count(many, "step"), "升至" if then_more else "降至"
    way = pick(lang, f"{now} to {then}{of}", f"{now}{of}{turn} {then}{of}")
    if found.made.replications < FEWEST or not min(sign * total.low, sign * total.high) > 0:
        return pick(
            lang,
            f"{steps}, from {way}: this study cannot tell whether they help",
            f"{many} 步，从 {way}：本研究尚不能判断其效果",
        )
    most = max(found.steps, key=lambda step: sign * step.gain.mean)
    name = lettering.short(most.option.words(lang))
    verb = pick(lang, "lifts", "提高") if sign > 0 else pick(lang, "cuts", "降低")
    what = pick(lang, *NOUNS[found.by])
    if many == 1:
        return pick(lang, f"{name} {verb} {what} from {way}", f"{name}使{what}由 {way}")
    verb = verb[:-1] if lang == "en" else verb
    said = pick(lang, f"{steps} {verb} {what} from {way}", f"{many} 步使{what}由 {way}")
    return said + _most(found, most, sign, lang)


def _most(found: Found, most: Step, sign: int, lang: str) -> str:
    """Which step does most, if its interval lies above all others."""
    low = min(sign * most.gain.low, sign * most.gain.high)
    others = [max(sign * s.gain.low, sign * s.gain.high) for s in found.steps if s is not most]
    if not all(low > other for other in others):
        return ""
    name = lettering.short(most.option.words(lang))
    return pick(lang, f"; most by {name}", f"；{name}贡献最大")


def _subtitle(found: Found, lang: str) -> str:
    return pick(
        lang,
        f"What each step adds, measured on other calls than it was chosen on; response time "
        f"{frame.clock(lang)}; 95 % intervals",
        f"每一步的变化，测量所用呼叫与选择时不同；反应时间{frame.clock(lang)}；95% 置信区间",
    )


def _nothing(found: Found, lang: str, size: str) -> Figure:
    """No step: the layout of today, in words."""
    base = found.made.base
    with frame.page(found.made, lang, size, 6.0, finding(found, lang), "") as page:
        crews = pick(lang, ", ", "、").join(
            f"{station.label(lang)} {base.fleet_size(row)}"
            for row, station in enumerate(base.stations)
            if not station.closed
        )
        text = pick(lang, f"Ambulances stay as they are today: {crews}.",
                    f"救护车维持现状：{crews}。")  # fmt: skip
        lines = lettering.broken(page.fig, text, page.size, page.right - page.left, 4)
        x, y = page.at(page.left, page.top)
        page.fig.text(x, y, lines, va="top", linespacing=1.4)
    return page.fig
