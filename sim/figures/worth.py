"""What would be lost without each station, or one of its ambulances."""

from __future__ import annotations

import math

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.answers import costs
from sim.answers.worth import Loss, Worth
from sim.figures import intervals as differences
from sim.figures import lettering
from sim.figures import page as frame
from sim.measures.measures import BY_KEY
from sim.measures.verdicts import Verdict, matters_of
from sim.words.phrases import label_of, number, pick, unit

PITCH, AROUND, MOST = 1.9, 7.5, 40  # of a row; of all else, in units of the body type; rows


def draw(worth: Worth, lang: str = "en", size: str = "screen") -> Figure:
    """One row for each closure and each ambulance less, the greatest loss first."""
    fit = frame.rows_that_fit(size, min(MOST, len(worth.losses)), PITCH, AROUND)
    shown = worth.losses[:fit]
    high = AROUND + PITCH * max(2, len(shown))
    subtitle = _subtitle(worth, len(shown), lang)
    with frame.page(worth.made, lang, size, high, finding(worth, lang), subtitle) as page:
        names = [worth.what(loss, lang) for loss in shown]
        room = differences.name_room(page.fig, names, page.size, 0.32)
        names = [lettering.middle_out(page.fig, name, page.size, room) for name in names]
        columns = _columns(worth, shown, lang)
        small = 0.92 * page.size
        widths = [
            max(lettering.width(page.fig, cell, small) for cell in (head, *cells)) + 1.4 * page.size
            for head, cells in columns
        ]
        ax = page.axes(
            page.left + room + 1.0 * page.size, page.bottom + 5.3 * page.size,
            page.right - sum(widths), page.top - 1.9 * page.size,
        )  # fmt: skip
        differences.rows(ax, names, page.size)
        cut = _panel(ax, worth, shown, lang)
        for i, (head, cells) in enumerate(columns):
            differences.column(ax, sum(widths[: i + 1]), head, cells, small)
        handles = differences.legend((loss.verdict for loss in shown), lang, page.size)
        handles += [differences.goes_on(lang, page.size)] * cut
        measure = BY_KEY[worth.by]
        handles.append(differences.band_legend([measure], matters_of(worth.made.base), lang))
        differences.in_a_line(page.fig, handles, page.at(page.right, page.bottom + 0.4 * page.size))
    return page.fig


def _columns(worth: Worth, shown: tuple[Loss, ...], lang: str) -> list[tuple[str, list[str]]]:
    measure, base = BY_KEY[worth.by], worth.made.base
    change = [differences.said(measure, loss.changes[worth.by], lang) for loss in shown]
    calls = [f"{loss.calls_per_day:.1f}" for loss in shown]
    found = [
        (pick(lang, "change (95 % CI)", "变化（95% 置信区间）"), change),
        (pick(lang, "calls a day", "日均呼叫"), calls),
    ]
    if any(math.isfinite(loss.saved) for loss in shown):
        head = pick(lang, f"saves, {costs.unit(base)}", f"节省（{costs.unit(base)}）")
        found.append((head, [f"{loss.saved:,.0f}" for loss in shown]))
    return found


def _panel(ax: Axes, worth: Worth, shown: tuple[Loss, ...], lang: str) -> bool:
    """The rows; whether an interval goes on beyond what is drawn."""
    measure, size = BY_KEY[worth.by], mpl.rcParams["font.size"]
    least = differences.small(measure, matters_of(worth.made.base))
    values = [differences.scaled(measure, loss.changes[worth.by]) for loss in shown]
    seen = differences.span(values, 1.3 * least)
    differences.value_axis(ax, seen)
    differences.band(ax, least)
    for row, (loss, value) in enumerate(zip(shown, values, strict=True)):
        if not math.isfinite(value.mean):
            continue
        colour = differences.MARKS[loss.verdict].colour
        ax.plot([0, value.mean], [row, row], color=colour, lw=0.12 * size, alpha=0.45, zorder=2.5)
        differences.interval(ax, row, value, seen, colour, 0.25 * size)
        differences.mark(ax, value.mean, row, loss.verdict, 0.8 * size)
    title = label_of(worth.by, lang, worth.made.base, _worst(worth))
    ax.set_title(title, loc="left", weight="bold", size=1.05 * size)
    of = unit(worth.by, lang)
    label = pick(lang, f"change against today ({of})", f"较现状的变化（{of}）")
    sides = (
        ("← worse   ", "← 变差   ") if measure.better == "more" else ("← better   ", "← 改善   ")
    )
    ax.set_xlabel(pick(lang, *sides) + label, labelpad=0.3 * size)
    return differences.cut_off(values, seen)


def _worst(worth: Worth) -> int:
    return min(5, len(worth.made.base.map.townships))


def finding(worth: Worth, lang: str) -> str:
    """What is lost most, if that can be told, and how much could go."""
    first, measure = worth.losses[0], BY_KEY[worth.by]
    spare, many = len(worth.spare()), len(worth.losses)
    if spare == many:
        return pick(lang, "Each loss alone is too small to matter", "单独而言，各项损失均过小")
    if first.verdict != Verdict.WORSE:
        return pick(lang, "No loss is sure yet", "尚无确定的损失")
    lost = f"{number(measure, first.changes[worth.by].mean, sign=True)} {unit(worth.by, lang)}"
    name, rivals = _short(worth, first, lang), _rivals(worth)
    if rivals:
        others = lettering.listed([_short(worth, loss, lang) for loss in rivals], lang, 1)
        return pick(
            lang,
            f"{name[0].upper()}{name[1:]} loses most ({lost}), not surely more than {others}",
            f"{name}损失最大（{lost}），但未必大于{others}",
        )
    said = pick(lang, f"Most is lost by {name}: {lost}", f"{name}损失最大：{lost}")
    if not spare:
        return said
    return said + pick(
        lang,
        f"; {spare} of {many} losses too small to matter",
        f"；{many} 项中 {spare} 项损失过小",
    )


def _short(worth: Worth, loss: Loss, lang: str) -> str:
    """closing Xiangdong"""
    name = lettering.short(worth.made.base.stations[loss.station].label(lang))
    if loss.closed:
        return pick(lang, f"closing {name}", f"撤销{name}")
    return pick(lang, f"one ambulance less at {name}", f"{name}减 1 辆")


def _rivals(worth: Worth) -> list[Loss]:
    """Those whose interval meets that of the greatest loss."""
    sign = 1 if BY_KEY[worth.by].better == "more" else -1
    first = worth.losses[0].changes[worth.by]
    end = max(sign * first.low, sign * first.high)
    return [
        loss
        for loss in worth.losses[1:]
        if min(sign * v for v in loss.changes[worth.by][1:]) <= end
        and loss.verdict != Verdict.TOO_SMALL
    ]


def _subtitle(worth: Worth, shown: int, lang: str) -> str:
    more = len(worth.losses) - shown
    hidden = pick(lang, f"; {more} smaller losses not drawn", f"；另有 {more} 项较小者未绘出")
    return pick(
        lang,
        "Each station closed, or one of its ambulances less, against today; response time "
        f"{frame.clock(lang)}; 95 % intervals",
        f"逐一撤销站点或减少一辆救护车，与现状比较；反应时间{frame.clock(lang)}；95% 置信区间",
    ) + (hidden if more else "")
