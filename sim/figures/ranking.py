"""Candidate sites by what they gain, and beside it what they gain for the worst-served areas."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from sim.answers.ranking import SHOWN, Ranked, Ranking
from sim.figures import differences, frame, lettering, style
from sim.measures.measures import BY_KEY
from sim.measures.verdicts import Verdict, matters_of
from sim.words.phrases import area_word, count, label_of, number, pick, unit

PITCH, AROUND = 1.6, 7.5  # of a row; of title, axis and legend: in units of the body type
GREEN = "#009E73"


class Look(NamedTuple):
    """How a candidate is drawn: size against the body type, colour, filled or hollow."""

    size: float
    colour: str
    filled: bool
    weight: str = "normal"


BEST, TIED, OTHER = (
    Look(0.92, style.BLUE, True, "bold"),
    Look(0.85, style.BLUE, False),
    Look(0.5, style.GREY, True),
)
HELPER, HELPS = Look(0.92, GREEN, True, "bold"), Look(0.5, GREEN, True)


def draw(ranking: Ranking, lang: str = "en", size: str = "screen") -> Figure:
    """Lollipops: how much one more station at each candidate gains, best first."""
    fit = frame.rows_that_fit(size, min(SHOWN, len(ranking.ranked)), PITCH, AROUND + PITCH)
    shown = _shown(ranking, fit)
    hidden = len(ranking.ranked) - len(shown)
    high = AROUND + PITCH * max(2, len(shown) + bool(hidden))
    subtitle = _subtitle(ranking, lang)
    with frame.page(ranking.made, lang, size, high, finding(ranking, lang), subtitle) as page:
        names = [f"{one.candidate.name.within(lang)}  {place}" for place, one in shown]
        names += [""] * bool(hidden)
        left = page.left + 1.0 * page.size
        left += differences.name_room(page.fig, names, page.size, 0.33)
        room = left - page.left - 1.0 * page.size
        names = [lettering.middle_out(page.fig, name, page.size, room) for name in names]
        top, bottom = page.top - 1.9 * page.size, page.bottom + 5.3 * page.size
        keys, gap = _keys(ranking), 3 * page.size
        wide = page.right - left - gap * (len(keys) - 1)
        first = wide * (0.6 if len(keys) == 2 else 1.0)
        edges = [(left, left + first), (left + first + gap, page.right)]
        cut = False
        for key, (start, end) in zip(keys, edges, strict=False):
            ax = page.axes(start, bottom, end, top)
            differences.rows(ax, names, page.size)
            cut |= _panel(ax, ranking, key, [one for _, one in shown], lang)
            if key != keys[0]:
                ax.set_yticks([])
        if hidden:
            _say_hidden(page, ranking, shown, lang, left, bottom)
        legend = _legend(ranking, [one for _, one in shown], cut, lang, page.size)
        differences.in_a_line(page.fig, legend, page.at(page.right, page.bottom + 0.4 * page.size))
    return page.fig


def _shown(ranking: Ranking, most: int) -> list[tuple[int, Ranked]]:
    """The first ones by place; the last row is kept for whoever helps the worst-served most."""
    every = list(enumerate(ranking.ranked, 1))
    shown = every[:most]
    helper = _helper(ranking)
    if helper is not None and not any(one is helper for _, one in shown):
        shown[-1] = next(pair for pair in every if pair[1] is helper)
    return shown


def _keys(ranking: Ranking) -> list[str]:
    worst = [one.gains["worst5"].mean for one in ranking.ranked]
    beside = ranking.by != "worst5" and any(math.isfinite(v) for v in worst)
    return [ranking.by, "worst5"] if beside else [ranking.by]


def _helper(ranking: Ranking) -> Ranked | None:
    """Whose gain for the worst-served areas is largest, if anybody surely gains there."""
    if len(_keys(ranking)) == 1:
        return None
    found = max(ranking.ranked, key=lambda one: _least(one.gains["worst5"].mean))
    return found if found.gains["worst5"].low > 0 else None


def _least(value: float) -> float:
    return value if math.isfinite(value) else -math.inf


# ── what is said ─────────────────────────────────────────────────────────────────────────────


def finding(ranking: Ranking, lang: str) -> str:
    """Who gains most, who cannot be told from it, and who helps the worst-served most."""
    best, name = ranking.best, lettering.short(ranking.best.candidate.name.within(lang))
    if len(ranking.ranked) == 1:
        return _of_one(ranking, lang)
    if best.verdict != Verdict.BETTER:
        return _of_none(ranking, lang)
    tied = [
        lettering.short(one.candidate.name.within(lang))
        for one in ranking.tied()
        if one is not best
    ]
    helper = _helper(ranking)
    if tied:
        others = lettering.listed(tied, lang, 2 if sum(map(len, tied[:2])) < 50 else 1)
        return pick(
            lang,
            f"{name} leads, but cannot be told from {others}",
            f"{name}领先，但与{others}无法区分",
        )
    first = pick(lang, f"{name} gains most", f"{name}增益最大")
    if helper is None:
        return first
    areas = area_word(ranking.made.base.map, "zh").split("（")[0]
    if helper is best:
        return first + pick(lang, ", for the worst-served too", f"，对最差{areas}同样如此")
    other, surely = (
        lettering.short(helper.candidate.name.within(lang)),
        _surely_most(ranking, helper),
    )
    if surely:
        return first + pick(
            lang, f"; {other} helps the worst-served most", f"；{other}对最差{areas}改善最大"
        )
    return first + pick(
        lang, f"; {other} leads for the worst-served", f"；对最差{areas}{other}领先"
    )


def _surely_most(ranking: Ranking, helper: Ranked) -> bool:
    """Whether its interval lies above all others, which is more than enough."""
    low = helper.gains["worst5"].low
    return all(low > one.gains["worst5"].high for one in ranking.ranked if one is not helper)


def _of_one(ranking: Ranking, lang: str) -> str:
    best, name = ranking.best, lettering.short(ranking.best.candidate.name.within(lang))
    gain = number(BY_KEY[ranking.by], best.gains[ranking.by].mean, sign=True)
    size, blank = f"{gain} {unit(ranking.by, lang)}", pick(lang, ": ", "：")
    ends = {
        Verdict.BETTER: ("surely a gain", "确有增益"),
        Verdict.WORSE: ("surely a loss", "确有损失"),
        Verdict.TOO_SMALL: ("too small to matter", "差异过小"),
        Verdict.UNDECIDED: (
            "this study cannot tell whether it gains",
            "本研究尚不能判断是否有增益",
        ),
    }
    return f"{name}{blank}{size}{pick(lang, ', ', '，')}{pick(lang, *ends[best.verdict])}"


def _of_none(ranking: Ranking, lang: str) -> str:
    """No candidate surely gains what matters."""
    name = lettering.short(ranking.best.candidate.name.within(lang))
    if all(one.verdict == Verdict.TOO_SMALL for one in ranking.ranked):
        return pick(
            lang,
            "No candidate gains enough to matter",
            "各候选点的增益均过小",
        )
    if ranking.best.verdict == Verdict.TOO_SMALL:
        return pick(
            lang,
            f"{name} leads, but its gain is too small to matter",
            f"{name}领先，但增益过小",
        )
    return pick(
        lang,
        f"No candidate surely gains; {name} leads",
        f"尚无确有增益的候选点，{name}暂列第一",
    )


def _subtitle(ranking: Ranking, lang: str) -> str:
    layout = ranking.best.layout
    crew = layout.fleet_size(len(layout.stations) - 1)
    many = len(ranking.ranked)
    if ranking.plans:
        return pick(
            lang,
            f"Each of {count(many, 'plan')} against today; response time {frame.clock(lang)}; "
            "95 % intervals",
            f"{many} 个方案分别与现状比较；反应时间{frame.clock(lang)}；95% 置信区间",
        )
    return pick(
        lang,
        f"One more station with {count(crew, 'ambulance')} at "
        + (f"each of {many} candidate sites" if many > 1 else "the one candidate site")
        + f", against today; response time {frame.clock(lang)}; 95 % intervals",
        (f"{many} 个候选点逐一" if many > 1 else "在唯一候选点")
        + f"加设一站（{crew} 辆救护车），与现状比较；反应时间{frame.clock(lang)}；95% 置信区间",
    )


def _say_hidden(
    page: frame.Page, ranking: Ranking, shown: list[tuple[int, Ranked]], lang: str, left: float,
    bottom: float,
) -> None:  # fmt: skip
    """How many candidates are not drawn, and what they have in common."""
    drawn = {place for place, _ in shown}
    hidden = [one for place, one in enumerate(ranking.ranked, 1) if place not in drawn]
    measure = BY_KEY[ranking.by]
    means = sorted(one.gains[ranking.by].mean for one in hidden)
    low, high = (number(measure, v, sign=True) for v in (means[0], means[-1]))
    of = unit(ranking.by, lang)
    text = pick(
        lang,
        f"{len(hidden)} more not drawn, {low} to {high} {of}",
        f"另有 {len(hidden)} 个未绘出，{low} 至 {high} {of}",
    )
    if low == high:
        many = len(hidden)
        text = pick(lang, f"{many} more not drawn, {low} {of}", f"另有 {many} 个未绘出，{low} {of}")
    x, y = page.at(left + 0.6 * page.size, bottom + 0.5 * PITCH * page.size)
    page.fig.text(x, y, text, va="center", color=style.GREY, size=0.95 * page.size,
                  bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.5})  # fmt: skip


# ── what is drawn ────────────────────────────────────────────────────────────────────────────


def _panel(ax: Axes, ranking: Ranking, key: str, shown: list[Ranked], lang: str) -> bool:
    """One measure; whether an interval goes on beyond what is drawn."""
    measure, matters = BY_KEY[key], matters_of(ranking.made.base)
    values = [differences.scaled(measure, one.gains[key]) for one in shown]
    least = differences.small(measure, matters)
    seen = differences.span(values, least)
    size = mpl.rcParams["font.size"]
    signs = [v.mean >= 0 or not math.isfinite(v.mean) for v in values]
    room = 4.2 * size
    differences.value_axis(ax, seen, 0.0 if all(signs) else room, room if any(signs) else 0.0)
    differences.band(ax, least)
    for row, (one, value) in enumerate(zip(shown, values, strict=True)):
        look = _look(ranking, one, key)
        _lollipop(ax, row, value, seen, look, size)
        _write(ax, row, value, seen, number(measure, one.gains[key].mean, sign=True), look, size)
    title = label_of(key, lang, ranking.made.base, _worst(ranking))
    wide = differences.points_wide(ax)
    cut = lettering.broken(ax.figure, title, 1.05 * size, wide, 1, "bold")  # type: ignore[arg-type]
    ax.set_title(cut, loc="left", weight="bold", size=1.05 * size)
    ax.set_xlabel(_axis_label(key, lang), labelpad=0.3 * size)
    return differences.cut_off(values, seen)


def _worst(ranking: Ranking) -> int:
    return min(5, len(ranking.made.base.map.townships))


def _axis_label(key: str, lang: str) -> str:
    of = unit(key, lang)
    if BY_KEY[key].better == "less":
        return pick(lang, f"← better   change ({of})", f"← 改善   变化（{of}）")
    return pick(lang, f"gain over today ({of})", f"较现状增益（{of}）")


def _look(ranking: Ranking, one: Ranked, key: str) -> Look:
    if key != ranking.by:
        return HELPER if one is _helper(ranking) else HELPS
    if one is ranking.best:
        return BEST
    return TIED if one.best_place == 1 else OTHER


def _lollipop(
    ax: Axes, row: int, value: Any, seen: differences.Span, look: Look, size: float
) -> None:
    if not math.isfinite(value.mean):
        return
    ax.plot([0, value.mean], [row, row], color=look.colour, lw=0.12 * size, alpha=0.45, zorder=2.5)
    differences.interval(ax, row, value, seen, look.colour, 0.3 * size)
    ax.plot(
        value.mean, row, "o", color=look.colour, markersize=look.size * size, zorder=5,
        markerfacecolor=look.colour if look.filled else "white",
        markeredgecolor=look.colour, markeredgewidth=0.14 * size,
    )  # fmt: skip


def _write(
    ax: Axes, row: int, value: Any, seen: differences.Span, text: str, look: Look, size: float
) -> None:
    """The signed number, beyond the interval on the side of its sign."""
    mean = value.mean if math.isfinite(value.mean) else 0.0
    ends = [seen.within(end) for end in value[1:] if math.isfinite(end)]
    right = mean >= 0
    x = max([mean, 0.0, *ends]) if right else min([mean, 0.0, *ends])
    ax.annotate(
        text, (x, row), ((0.75 if right else -0.75) * size, 0), textcoords="offset points",
        ha="left" if right else "right", va="center_baseline", size=0.92 * size,
        weight=look.weight, path_effects=style.halo(), zorder=6,
    )  # fmt: skip


def _legend(
    ranking: Ranking, shown: list[Ranked], cut: bool, lang: str, size: float
) -> list[Any]:  # fmt: skip
    """What the marks mean, of those that occur."""
    tied = len(ranking.tied()) > 1
    others = any(one.best_place != 1 for one in shown)
    best = ("leads", "领先") if tied else ("best", "最佳")
    areas = area_word(ranking.made.base.map, lang).split("（")[0]
    named = (
        (True, BEST, *best),
        (tied, TIED, "cannot be told from it", "与其无法区分"),
        (others, OTHER, "surely not the best", "确非最佳"),
        (_helper(ranking) is not None, HELPER, f"most for the worst-served {areas}",
         f"对最差{areas}改善最大"),
    )  # fmt: skip
    handles: list[Any] = [
        Line2D([], [], ls="", marker="o", color=look.colour, label=pick(lang, en, zh),
               markersize=0.8 * size * look.size, markeredgewidth=0.12 * size,
               markerfacecolor=look.colour if look.filled else "white")
        for there, look, en, zh in named
        if there
    ]  # fmt: skip
    measures = [BY_KEY[key] for key in _keys(ranking)]
    handles += [differences.goes_on(lang, size)] * cut
    return [*handles, differences.band_legend(measures, matters_of(ranking.made.base), lang)]
