"""All assumptions wrong at once: each proposal's gain in every joint sample, as a strip of dots."""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes

from sim.answers.stress import Joint, Stress
from sim.figures import differences, frame, lettering, style
from sim.measures.estimates import Estimate
from sim.measures.measures import BY_KEY
from sim.measures.verdicts import matters_of
from sim.words.phrases import count, number, pick

ROW: Final = 4.6  # of a proposal's words and dots, in units of the body type
MOST: Final = 6  # proposals
ENOUGH: Final = 20  # samples for nine of ten to be said
LINES: Final = 3  # of a proposal's words


class Tally(NamedTuple):
    """Of how many joint samples it can be said of a proposal."""

    of: int
    ahead: int  # of all others and of today's layout
    little: int  # gains less than what matters, or nothing
    none: int  # gains nothing, or is worse than today


def tally(stress: Stress, row: int) -> Tally:
    """Counted on gains for which more is better."""
    gains, measure = as_gains(stress, row), BY_KEY[stress.by]
    least = getattr(matters_of(stress.made.base), measure.unit)
    ahead = round(float(stress.leads()[1 + row]) * len(gains))
    return Tally(len(gains), ahead, int((gains < least).sum()), int((gains <= 0).sum()))


def as_gains(stress: Stress, row: int) -> np.ndarray:
    """[sample] how much better than today's layout."""
    assert stress.joint is not None
    sign = 1 if BY_KEY[stress.by].better == "more" else -1
    return sign * stress.joint.gains[:, row]


def today_leads(stress: Stress) -> int:
    """In how many samples no proposal is better than today's layout."""
    assert stress.joint is not None
    return round(float(stress.leads()[0]) * len(stress.joint.gains))


def shown(stress: Stress, most: int) -> list[int]:
    """The proposals with a strip: the leading one and those that most often come out ahead."""
    order = sorted(
        range(len(stress.proposals)), key=lambda i: (i != stress.first, -stress.leads()[1 + i])
    )
    return sorted(order[:most])


def values(stress: Stress, rows: list[int]) -> list[Estimate]:
    """The ends of each strip, as the axis counts."""
    assert stress.joint is not None
    found, factor = [], 1 if BY_KEY[stress.by].unit == "min" else 100
    for row in rows:
        gains = factor * stress.joint.gains[:, row]
        gains = gains[np.isfinite(gains)]
        found += [Estimate(v, math.nan, math.nan) for v in gains[[gains.argmin(), gains.argmax()]]
                  ] if len(gains) else []  # fmt: skip
    return found


def name(stress: Stress, row: int, lang: str) -> str:
    """What is proposed, as it is called in a sentence."""
    return stress.proposal_name(row, lang).lstrip("+＋ ")


def head(
    page: frame.Page, stress: Stress, drawn: int, room: float, lang: str, rescaled: bool
) -> list[str]:  # fmt: skip
    """What the panel shows, in lines of `room` points: the first is its title."""
    assert stress.joint is not None
    samples, often = len(stress.joint.gains), stress.joint.replications
    least = differences.amounts([BY_KEY[stress.by]], matters_of(stress.made.base), lang)[0]
    text = pick(
        lang,
        f"{count(samples, 'joint sample')} × {count(often, 'replication')}; line: as assumed; "
        f"hollow: gain under {least}",
        f"{samples} 个联合样本，各重复 {often} 次；竖线：原假设；空心：增益不足 {least}",
    )
    if len(stress.proposals) > 1:
        text += pick(
            lang,
            f"; today's layout ahead in {today_leads(stress)} of {samples}",
            f"；现状在其中 {today_leads(stress)} 个领先",
        )
    if more := len(stress.proposals) - drawn:
        text += pick(lang, f"; {count(more, 'more proposal')} not drawn", f"；另有 {more} 个未绘出")
    if rescaled:
        text += pick(lang, "; not on the scale above", "；与上图坐标尺度不同")
    title = pick(lang, "All assumptions at once", "各假设同时变动")
    title = lettering.broken(page.fig, title, 1.05 * page.size, room, 1, "bold")
    return [title, *lettering.broken(page.fig, text, 0.9 * page.size, room, 6).split("\n")]


def panel(ax: Axes, stress: Stress, rows: list[int], seen: differences.Span, lang: str) -> None:
    """For each proposal what can be counted, and below it a dot for each sample."""
    size, wide = mpl.rcParams["font.size"], differences.points_wide(ax)
    differences.rows(ax, [""] * len(rows), size)
    differences.value_axis(ax, seen)
    zero_and_band(ax, stress)
    for line, row in enumerate(rows):
        text = lettering.broken(
            ax.figure, words(stress, row, lang), 0.88 * size, wide - 0.4 * size, LINES  # type: ignore[arg-type]
        )  # fmt: skip
        ax.annotate(
            text, (0, line - 0.5), (0.2 * size, -0.2 * size), xycoords=("axes fraction", "data"),
            textcoords="offset points", va="top", size=0.88 * size, linespacing=1.12,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.2 * size}, zorder=3.5,
        )  # fmt: skip
        _strip(ax, stress, row, line + 0.28, seen, size)
        if line:
            ax.axhline(line - 0.5, color=differences.LINE, lw=0.8, zorder=1)


def zero_and_band(ax: Axes, stress: Stress) -> None:
    """No gain at all, less strongly drawn than the gain as assumed, and what is too small."""
    ax.lines[-1].set(linestyle=(0, (4, 2)), linewidth=1.0, color=style.GREY)
    least = differences.small(BY_KEY[stress.by], matters_of(stress.made.base))
    differences.band(ax, least)


def _strip(
    ax: Axes, stress: Stress, row: int, y: float, seen: differences.Span, size: float
) -> None:  # fmt: skip
    """Dots, hollow where the gain is less than what matters; a line at the gain as assumed."""
    assert stress.joint is not None
    measure = BY_KEY[stress.by]
    factor, least = (1 if measure.unit == "min" else 100), matters_of(stress.made.base)
    gains, better = factor * stress.joint.gains[:, row], as_gains(stress, row)
    order = np.argsort(np.argsort(gains, kind="stable"), kind="stable")
    many = len(gains)
    shift = 0.13 * (2 * ((order * 0.618034) % 1) - 1) if many > 1 else np.zeros(1)
    matters, faint = better >= getattr(least, measure.unit), min(0.75, 0.75 * (100 / many) ** 0.4)
    dot = size * (0.5 if many <= 40 else max(0.2, 0.5 * (40 / many) ** 0.3))
    for some, face in ((matters, style.BLUE), (~matters, "white")):
        if not some.any():  # no marks would count as marks at the page's corner
            continue
        ax.plot(
            gains[some], y + shift[some], "o", color=style.BLUE, markersize=dot,
            alpha=faint if face != "white" else max(0.35, faint), markerfacecolor=face,
            markeredgewidth=0.18 * dot, zorder=4, clip_on=False,
            rasterized=many > 2000,
        )  # fmt: skip
    nominal = factor * stress.nominal[row].mean
    if seen.low <= nominal <= seen.high:
        ax.plot([nominal] * 2, [y - 0.19, y + 0.19], color=style.INK, lw=1.6, zorder=3)


def words(stress: Stress, row: int, lang: str) -> str:
    """+ Fenglin: ahead in 12 of 16, less than 1 point in 3, no gain in 1"""
    found, measure = tally(stress, row), BY_KEY[stress.by]
    least = differences.amounts([measure], matters_of(stress.made.base), lang)[0]
    of, called = found.of, lettering.short(stress.proposal_name(row, lang))
    if len(stress.proposals) > 1:
        return pick(
            lang,
            f"{called}: ahead in {found.ahead} of {of}; gain under {least} in {found.little}, not "
            f"above 0 in {found.none}",
            f"{called}：{of} 个样本中 {found.ahead} 个领先；{found.little} 个增益不足 {least}，"
            f"{found.none} 个无增益",
        )
    text = pick(
        lang,
        f"Gain under {least} in {found.little} of {of}, not above 0 in {found.none} of {of}",
        f"{of} 个样本中，{found.little} 个增益不足 {least}，{found.none} 个无增益",
    )
    return text + _nine_of_ten(stress.joint, row, stress.by, lang)


def _nine_of_ten(joint: Joint | None, row: int, by: str, lang: str) -> str:
    if joint is None or len(joint.gains) < ENOUGH:
        return ""
    low, high = (
        number(BY_KEY[by], v, sign=True) for v in np.nanquantile(joint.gains[:, row], [0.05, 0.95])
    )
    return pick(lang, f"; {low} to {high} in nine of ten", f"；九成样本为 {low} 至 {high}")
