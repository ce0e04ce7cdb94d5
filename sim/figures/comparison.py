"""Proposals against today, measure by measure, with intervals and verdicts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from string import ascii_uppercase
from typing import Final

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.answers.comparison import Result
from sim.errors import OptionError
from sim.figures import differences, lettering, style
from sim.measures.measures import BY_KEY
from sim.measures.verdicts import FEWEST, Verdict
from sim.words.phrases import label, number, pick, proposal, unit

KEYS: Final = ("urban10", "rural30", "worst5", "p90")
PITCH, AROUND = 3.5, 14.4  # of a row; of all else: in units of the body type
MOST: Final = 24  # proposals


def forest(result: Result, lang: str = "en", size: str = "screen") -> Figure:
    """One row a proposal, one panel a measure; a value's shape is its verdict."""
    if len(result.layouts) == 1:
        raise OptionError("forest", "there is no proposal to draw: compare two layouts")
    keys = [key for key in KEYS if math.isfinite(result.estimate(key).mean)]
    rows = range(1, min(len(result.layouts), MOST + 1))
    wide, points = style.SIZES.get(size, style.SIZES["screen"])
    high = 0.28 + (AROUND + PITCH * max(2, len(rows))) * points / 72
    with style.figure(size, high / wide) as fig:
        style.headline(fig, _finding(result, keys, lang), _subtitle(result, len(rows), lang))
        style.footnote(fig, style.how_made(result, lang), result.chosen.how == "draft")
        body = mpl.rcParams["font.size"]
        names = _names(fig, result, rows, lang)
        size_of = 0.95 * body
        room = max(lettering.width(fig, line, size_of) for n in names for line in n.split("\n"))
        left = 0.14 * 72 + room + 1.2 * body
        cut = _panels(fig, result, keys, names, left, lang)
        found = [result.verdict(key, row) for key in keys for row in rows]
        handles = differences.legend(found, lang, body)
        handles += [differences.goes_on(lang, body)] * cut
        measures = [BY_KEY[key] for key in keys]
        handles.append(differences.band_legend(measures, result.matters, lang))
        right = 1 - 0.14 / wide
        at = (right, style.foot_room(fig) + lettering.upward(fig, 0.5 * body))
        differences.in_a_line(fig, handles, at)
    return fig


def _panels(
    fig: Figure, result: Result, keys: Sequence[str], names: Sequence[str], left: float, lang: str
) -> bool:  # fmt: skip
    """The measures side by side, the names at the first; whether an interval goes on."""
    body, page = mpl.rcParams["font.size"], 72 * fig.get_size_inches()[0]
    gap = 1.6 * body
    each = (page - 0.14 * 72 - left - gap * (len(keys) - 1)) / max(1, len(keys))
    bottom = style.foot_room(fig) + lettering.upward(fig, 5.4 * body)
    top = style.head_room(fig) - lettering.upward(fig, 4.6 * body)
    cut = False
    for i, key in enumerate(keys):
        start = left + i * (each + gap)
        ax = fig.add_axes(
            (lettering.across(fig, start), bottom, lettering.across(fig, each), top - bottom)
        )
        differences.rows(ax, names, 0.95 * body)
        if i:
            ax.set_yticks([])
        cut |= _panel(ax, result, key, len(names), each, lang)
    return cut


def _panel(ax: Axes, result: Result, key: str, rows: int, wide: float, lang: str) -> bool:
    measure, body = BY_KEY[key], mpl.rcParams["font.size"]
    values = [
        differences.scaled(measure, result.difference(key, row)) for row in range(1, rows + 1)
    ]
    least = differences.small(measure, result.matters)
    seen = differences.span(values, 1.3 * least)
    differences.value_axis(ax, seen)
    differences.band(ax, least)
    for y in range(rows - 1):
        ax.axhline(y + 0.5, color=differences.LINE, lw=0.7, zorder=0.6)
    for y, value in enumerate(values):
        _value(ax, result, key, y, value, seen, wide, lang)
    _heads(ax, result, key, wide, lang)
    of = unit(key, lang)
    words = pick(lang, f"difference ({of})", f"差值（{of}）")
    if measure.better == "more":
        words += pick(lang, "  better →", "  改善 →")
    else:
        words = pick(lang, "← better  ", "← 改善  ") + words
    line = ax.set_xlabel(words, labelpad=0.3 * body)
    style.fit(ax.figure, line, lettering.across(ax.figure, wide))  # type: ignore[arg-type]
    return differences.cut_off(values, seen)


def _value(
    ax: Axes, result: Result, key: str, y: int, value: differences.Estimate,
    seen: differences.Span, wide: float, lang: str,
) -> None:  # fmt: skip
    """Mark, interval and, above them, the numbers, kept inside the panel."""
    measure, body, layout = BY_KEY[key], mpl.rcParams["font.size"], y + 1
    verdict = result.verdict(key, layout)
    shape = differences.MARKS[verdict]
    at = value.mean if math.isfinite(value.mean) else 0.0
    if math.isfinite(value.mean):
        differences.interval(ax, y + 0.12, value, seen, shape.colour, 0.28 * body)
        differences.mark(ax, value.mean, y + 0.12, verdict, 0.85 * body)
    text = differences.said(measure, result.difference(key, layout), lang)
    size = 0.85 * body
    fig: Figure = ax.figure  # type: ignore[assignment]
    while lettering.width(fig, text, size) > wide and size > 0.5 * body:
        size *= 0.95
    half = 0.5 * lettering.width(fig, text, size)
    low, high = ax.get_xlim()
    point = (at - low) / (high - low) * wide
    shift = min(max(point, half), wide - half) - point
    ax.annotate(
        text, (at, y + 0.12), (shift, 0.62 * body), textcoords="offset points", ha="center",
        size=size, color=shape.colour, path_effects=style.halo(), zorder=4, annotation_clip=False,
    )  # fmt: skip


def _heads(ax: Axes, result: Result, key: str, wide: float, lang: str) -> None:
    """What is measured, in up to two lines, and what it is today."""
    body, measure = mpl.rcParams["font.size"], BY_KEY[key]
    fig: Figure = ax.figure  # type: ignore[assignment]
    name = label(key, lang, result)
    if measure.unit == "min":
        name = name.split(", min")[0].removesuffix("（分钟）")
    name = lettering.broken(fig, name, body, wide, 2, "bold")
    now = number(measure, result.estimate(key).mean, unit=True)
    if measure.unit == "min":
        now += pick(lang, " min", " 分钟")
    ax.annotate(
        pick(lang, f"today {now}", f"现状 {now}"), (0, 1), (0, 0.5 * body),
        xycoords="axes fraction", textcoords="offset points", color=style.GREY, size=0.9 * body,
        annotation_clip=False,
    )  # fmt: skip
    ax.annotate(
        name, (0, 1), (0, 1.8 * body), xycoords="axes fraction", textcoords="offset points",
        weight="bold", size=body, linespacing=1.15, annotation_clip=False,
    )  # fmt: skip


def _names(fig: Figure, result: Result, rows: range, lang: str) -> list[str]:
    """What each proposal changes, in up to three lines; a letter before it where there are more."""
    body = mpl.rcParams["font.size"]
    names = []
    for row in rows:
        layout = result.layouts[row]
        what = proposal(result, row, lang)
        name = layout.name.within(lang)
        said = name if not what or len(what) > 3 * len(name) else what
        if len(rows) > 1:
            said = f"{_letter(row)}  {said}"
        room = 0.22 * 72 * fig.get_size_inches()[0]
        names.append(lettering.broken(fig, said, 0.95 * body, room, 3))
    return names


def _letter(row: int) -> str:
    return ascii_uppercase[row - 1] if row <= len(ascii_uppercase) else str(row)


def _subtitle(result: Result, drawn: int, lang: str) -> str:
    more = len(result.layouts) - 1 - drawn
    same = result.same_calls
    if result.replications < 2:
        return pick(
            lang,
            "Difference from today in one replication, which leaves no interval; response time "
            "from call received to arrival",
            "与现状的差值，仅一次重复，无区间；反应时间自接到呼叫至到达现场",
        )
    hidden = pick(lang, f"; {more} more proposals not drawn", f"；另有 {more} 个方案未绘出")
    return pick(
        lang,
        f"Difference from today{', on the same calls' if same else ''}; response time from call "
        "received to arrival; 95 % intervals; grey band: too small to matter",
        f"与现状的差值{'，呼叫相同' if same else ''}；反应时间自接到呼叫至到达现场；95% 置信区间；"
        "灰色带：差异过小",
    ) + (hidden if more else "")


# ── what is said ─────────────────────────────────────────────────────────────────────────────


def _finding(result: Result, keys: Sequence[str], lang: str) -> str:
    """Who improves what, who changes nothing that matters, from the verdicts."""
    many, count = len(result.layouts) - 1, len(keys)
    found = {row: [result.verdict(key, row) for key in keys] for row in range(1, many + 1)}
    if result.replications < FEWEST or all(
        v == Verdict.UNDECIDED for said in found.values() for v in said
    ):
        return pick(lang, "This study cannot tell yet", "本研究尚不能判断")
    if many == 1:
        return _of_one(result, found[1], lang)
    parts = []
    better = {row: said.count(Verdict.BETTER) for row, said in found.items()}
    harm = [row for row, said in found.items() if Verdict.WORSE in said]
    top = max(better.values())
    best = [row for row in found if better[row] == top and row not in harm] if top else []
    if best and top == count:
        parts.append(_said(best, f"improve{{s}} all {count} measures", f"{count} 项均改善", lang))
    elif best:
        parts.append(_said(best, f"improve{{s}} most: {top} of {count} measures",
                           f"改善最多：{count} 项中 {top} 项", lang))  # fmt: skip
    open_ = [row for row, said in found.items() if not {Verdict.BETTER, Verdict.WORSE} & set(said)]
    nothing = [row for row, said in found.items() if set(said) == {Verdict.TOO_SMALL}]
    ruin = [row for row in harm if set(found[row]) == {Verdict.WORSE}]
    harm = [row for row in harm if row not in ruin]
    if ruin:
        parts.append(_said(ruin, f"make{{s}} all {count} worse", f"{count} 项均变差", lang))
    if harm and len(parts) < 2:
        parts.append(_said(harm, "make{s} some worse", "有指标变差", lang))
    if nothing and len(parts) < 2:
        parts.append(_said(nothing, "change{s} nothing that matters", "无有意义的变化", lang))
    open_ = [row for row in open_ if row not in nothing]
    if open_ and parts and len(parts) < 2:
        parts.append(_said(open_, "surely improve{s} nothing", "尚无确定的改善", lang))
    if not parts:
        return pick(lang, "No proposal surely improves anything", "尚无确有改善的方案")
    return pick(lang, "; ", "；").join(parts)


def _said(rows: Sequence[int], en: str, zh: str, lang: str) -> str:
    who = lettering.listed([_letter(row) for row in rows], lang, 4)
    return pick(lang, f"{who} {en.format(s='s' if len(rows) == 1 else '')}", f"{who} {zh}")


def _of_one(result: Result, said: Sequence[Verdict], lang: str) -> str:
    better, worse, many = said.count(Verdict.BETTER), said.count(Verdict.WORSE), len(said)
    if better == many:
        return pick(lang, f"The proposal improves all {many} measures", f"方案使 {many} 项均改善")
    if set(said) == {Verdict.TOO_SMALL}:
        return pick(lang, "The proposal changes nothing that matters", "方案无有意义的变化")
    if not better and not worse:
        return pick(lang, "The proposal surely improves nothing", "方案尚无确定的改善")
    parts = []
    if better:
        parts.append(pick(lang, f"improves {better} of {many} measures",
                          f"{many} 项中 {better} 项改善"))  # fmt: skip
    if worse:
        parts.append(pick(lang, f"makes {worse} worse", f"{worse} 项变差"))
    elif better:
        parts.append(pick(lang, "makes none worse", "无一确定变差"))
    return pick(lang, "The proposal ", "方案：") + pick(lang, " and ", "，").join(parts)
