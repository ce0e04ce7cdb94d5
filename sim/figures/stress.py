"""Does the gain hold if an assumption is wrong? One at a time, widest swing first; then all."""

from __future__ import annotations

import math
from typing import Any, Final, NamedTuple

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from sim.answers.assumptions import Mishap
from sim.answers.stress import End, Stress, Swing
from sim.figures import differences, frame, lettering, style
from sim.figures import stress_joint as joint
from sim.measures.estimates import Estimate
from sim.measures.measures import BY_KEY, Measure
from sim.measures.verdicts import matters_of
from sim.words.phrases import label_of, number, pick, unit
from sim.words.stress_headline import finding

PITCH: Final = {"screen": 2.7, "a4": 2.7, "slide": 2.1}  # of a row, in units of the body type
AROUND: Final = 9.6  # title, axis and legend
ABOVE, BELOW = 3.5, 5.7  # of which over the first row and under the last
UNDER = 5.2  # between the panels if they stand one above the other, and the lower one's axis
NAMES: Final = 0.36  # of the page, at most

# How an end is filled: colour and hatch.
LOW, HIGH = ("#56B4E9", ""), (style.BLUE, "////")


class Ground(NamedTuple):
    """What the swings are drawn from; values in the unit of the axis."""

    stress: Stress
    lang: str
    size: float
    measure: Measure
    least: float  # below this nothing matters
    seen: differences.Span

    def value(self, end: End) -> Estimate:
        return differences.scaled(self.measure, end.gains[self.stress.first])

    @property
    def nominal(self) -> Estimate:
        return differences.scaled(self.measure, self.stress.nominal[self.stress.first])


def draw(stress: Stress, lang: str = "en", size: str = "screen") -> Figure:
    """The leading proposal's swings; below them, on a slide beside them, the joint samples."""
    pitch, beside = PITCH.get(size, PITCH["screen"]), size == "slide"
    swings = _drawable(stress)
    if not swings:
        return _nothing(stress, lang, size)
    strips = joint.shown(stress, joint.MOST - 2 * beside) if stress.joint is not None else []
    rows, more = pitch * len(swings), joint.ROW * len(strips)
    high = AROUND + (max(rows, more + 1.5 * bool(strips)) if beside else rows)
    high += 0 if beside or not strips else UNDER + more
    said = finding(stress, lang)
    with frame.page(stress.made, lang, size, high, said, _subtitle(stress, lang)) as page:
        body = page.size
        room = _name_room(page, swings, lang, 0.29 if beside and strips else NAMES)
        left, right = page.left + room + 1.0 * body, page.right - 0.6 * body
        wide = 0.27 * (page.right - page.left) if beside and strips else 0.0
        top = page.top - ABOVE * body
        ax = page.axes(left, top - rows * body, right - wide - 2.5 * body * bool(wide), top)
        ground = _ground(stress, lang, body, swings, [] if beside else strips)
        differences.rows(ax, [""] * len(swings), body)
        _names(page, ax, swings, lang, room)
        _panel(ax, ground, swings)
        seen = [ground.seen]
        if strips:
            under = top - (rows + BELOW - 2.5 + 1.2) * body
            edges = (right - wide, page.top, right) if beside else (left, under, right)
            seen.append(_joint(page, ground, strips, edges, beside))
        handles = _legend(ground, swings, seen)
        differences.in_a_line(page.fig, handles, page.at(page.right, page.bottom + 0.4 * body))
    return page.fig


def _drawable(stress: Stress) -> list[Swing]:
    """Those whose ends are known."""
    first = stress.first
    return [
        swing
        for swing in stress.swings
        if all(math.isfinite(end.gains[first].mean) for end in (swing.low, swing.high))
    ]


def _nothing(stress: Stress, lang: str, size: str) -> Figure:
    """No swing to draw: the gain as assumed, in words."""
    with frame.page(
        stress.made, lang, size, 4.0, finding(stress, lang), _subtitle(stress, lang)
    ) as page:
        name = lettering.short(stress.proposal_name(stress.first, lang))
        gain = differences.said(BY_KEY[stress.by], stress.nominal[stress.first], lang)
        of = unit(stress.by, lang)
        text = pick(lang, f"{name}, as assumed: {gain} {of}.", f"{name}，原假设下：{gain} {of}。")
        x, y = page.at(page.left, page.top)
        style.fit(page.fig, page.fig.text(x, y, text, va="top"))
    return page.fig


def _ends(swing: Swing) -> list[End]:
    """The two of them, or the one case there is."""
    return [swing.low] if swing.low is swing.high else [swing.low, swing.high]


# ── one assumption at a time ─────────────────────────────────────────────────────────────────


def _ground(
    stress: Stress, lang: str, size: float, swings: list[Swing], strips: list[int]
) -> Ground:  # fmt: skip
    """The axis holds the swings, and the strips below unless these would press them together."""
    measure, first = BY_KEY[stress.by], stress.first
    least = differences.small(measure, matters_of(stress.made.base))
    found = [end.gains[first] for swing in swings for end in _ends(swing)]
    values = [differences.scaled(measure, v) for v in (stress.nominal[first], *found)]
    seen = _seen(values, least)
    both = _seen([*values, *joint.values(stress, strips)], least) if strips else seen
    seen = both if both.high - both.low <= 2 * (seen.high - seen.low) else seen
    return Ground(stress, lang, size, measure, least, seen)


def _seen(values: list[Estimate], least: float) -> differences.Span:
    """All values around the first, and no gain at all if it is near."""
    known = [v for v in values if math.isfinite(v.mean)]
    middle = known[0].mean if known else 0.0
    moved = [Estimate(*(v - middle for v in value)) for value in known]
    seen = differences.span(moved, 0.5 * least)
    low, high = seen.low + middle, seen.high + middle
    near = 0.5 * (high - low)
    margin = 0.03 * (high - low)
    if -margin < low < near:
        low = -margin
    if -near < high < margin:
        high = margin
    return differences.Span(low, high)


def _panel(ax: Axes, ground: Ground, swings: list[Swing]) -> None:
    """Two bars for each assumption, from the gain as assumed to that at its end."""
    size, nominal, lang = ground.size, ground.nominal, ground.lang
    texts = [_said(ground, end) for swing in swings for end in _ends(swing)]
    fig: Any = ax.figure
    side = max([0.0, *(lettering.width(fig, text, 0.85 * size) for text in texts)]) + 0.9 * size
    differences.value_axis(ax, ground.seen, side, side)
    joint.zero_and_band(ax, ground.stress)
    for row, swing in enumerate(swings):
        ends = _ends(swing)
        places = [row] if len(ends) == 1 else [row - 0.2, row + 0.2]
        for end, y, look in zip(ends, places, (LOW, HIGH), strict=False):
            _bar(ax, ground, end, y, look)
        if row:
            ax.axhline(row - 0.5, color=differences.LINE, lw=0.6, zorder=0.6)
    if math.isfinite(nominal.mean):
        ax.axvline(nominal.mean, color=style.INK, lw=1.8, zorder=4)
        _name_the_line(ax, ground)
    _title(ax, ground)
    ax.set_xlabel(_axis_label(ground.stress.by, lang), labelpad=0.3 * size)


def _bar(ax: Axes, ground: Ground, end: End, y: float, look: tuple[str, str]) -> None:
    value, nominal, (colour, hatch) = ground.value(end), ground.nominal, look
    start = nominal.mean if math.isfinite(nominal.mean) else 0.0
    ax.barh(y, value.mean - start, left=start, height=0.36, facecolor=colour, hatch=hatch,
            edgecolor="white" if hatch else colour, lw=0, zorder=2)  # fmt: skip
    if abs(value.mean - start) < 1e-9:  # no change is drawn, too
        ax.plot([start] * 2, [y - 0.18, y + 0.18], color=colour, lw=3.0, zorder=4.5)
    seen = ground.seen
    differences.interval(ax, y, value, seen, style.INK, 0.13 * ground.size)
    right = value.mean >= start
    reach = [seen.within(v) for v in (value.mean, value.low, value.high, start) if math.isfinite(v)]
    ax.annotate(
        _said(ground, end), (max(reach) if right else min(reach), y),
        ((0.5 if right else -0.5) * ground.size, 0), textcoords="offset points",
        ha="left" if right else "right", va="center_baseline", size=0.85 * ground.size,
        path_effects=style.halo(), zorder=6, annotation_clip=False,
    )  # fmt: skip


def _said(ground: Ground, end: End) -> str:
    return number(ground.measure, end.gains[ground.stress.first].mean, sign=True)


def _name_the_line(ax: Axes, ground: Ground) -> None:
    """What the line is, over it and inside the panel."""
    stress, size = ground.stress, 0.92 * ground.size
    said = number(ground.measure, stress.nominal[stress.first].mean, sign=True)
    text = pick(ground.lang, f"as assumed {said}", f"原假设 {said}")
    fig: Any = ax.figure
    wide, half = differences.points_wide(ax), 0.5 * lettering.width(fig, text, size)
    low, high = ax.get_xlim()
    point = (ground.nominal.mean - low) / (high - low) * wide
    shift = min(max(point, half), wide - half) - point
    ax.annotate(
        text, (ground.nominal.mean, 1), (shift, 0.3 * size), xycoords=("data", "axes fraction"),
        textcoords="offset points", ha="center", va="bottom", size=size, annotation_clip=False,
    )  # fmt: skip


def _title(ax: Axes, ground: Ground) -> None:
    """Whose gain, in which measure."""
    stress, lang, size = ground.stress, ground.lang, 1.05 * ground.size
    base = stress.made.base
    measure = label_of(stress.by, lang, base, min(5, len(base.map.townships)))
    who = lettering.short(stress.proposal_name(stress.first, lang))
    fig: Any = ax.figure
    wide = differences.points_wide(ax)
    text = lettering.broken(fig, who + pick(lang, ": ", "：") + measure, size, wide, 1, "bold")
    ax.annotate(
        text, (0, 1), (0, 1.7 * ground.size), xycoords="axes fraction",
        textcoords="offset points", weight="bold", size=size, annotation_clip=False,
    )  # fmt: skip


def _axis_label(by: str, lang: str) -> str:
    of = unit(by, lang)
    if BY_KEY[by].better == "less":
        return pick(
            lang, f"← better   change against today ({of})", f"← 改善   较现状的变化（{of}）"
        )
    return pick(lang, f"gain over today ({of})", f"较现状增益（{of}）")


# ── the names of the rows ────────────────────────────────────────────────────────────────────


def _lines(swing: Swing, lang: str) -> list[str]:
    """An assumption in one line; something gone missing in one for each bar, by its case."""
    about = swing.about.words(lang)
    if not isinstance(swing.about, Mishap):
        return [about]
    first, *others = (end.words(lang) for end in _ends(swing))
    return [f"{about}{pick(lang, ': ', '：')}{first}", *others]


def _name_size(page: frame.Page, swing: Swing) -> float:
    return (0.85 if isinstance(swing.about, Mishap) else 0.95) * page.size


def _name_room(page: frame.Page, swings: list[Swing], lang: str, share: float) -> float:
    widths = [
        lettering.width(page.fig, line, _name_size(page, swing))
        for swing in swings
        for line in _lines(swing, lang)
    ]
    return min(share * (page.right + page.left), max([14 * page.size, *widths]))


def _names(page: frame.Page, ax: Axes, swings: list[Swing], lang: str, room: float) -> None:
    """Beside the row, or a line beside each bar."""
    for row, swing in enumerate(swings):
        size, lines = _name_size(page, swing), _lines(swing, lang)
        for i, line in enumerate(lines):
            y = row if len(lines) == 1 else row - 0.23 + 0.46 * i
            text = lettering.middle_out(page.fig, line, size, room)
            ax.annotate(
                text, (0, y), (-0.7 * page.size, 0), xycoords=("axes fraction", "data"),
                textcoords="offset points", ha="right", va="center_baseline", size=size,
                annotation_clip=False,
            )  # fmt: skip


# ── all assumptions together ─────────────────────────────────────────────────────────────────


def _joint(
    page: frame.Page, ground: Ground, strips: list[int], edges: tuple[float, float, float],
    beside: bool,
) -> differences.Span:  # fmt: skip
    """The strips: with their title over them, or beside them where the others' names stand."""
    stress, size, (left, top, right) = ground.stress, page.size, edges
    room = right - left if beside else left - page.left - 1.0 * size
    seen = _seen_in_strips(ground, strips, beside)
    rescaled = not beside and seen is not ground.seen
    lines = joint.head(page, stress, len(strips), room, ground.lang, rescaled)
    x, y = page.at(left if beside else page.left, top - 0.2 * size)
    page.fig.text(x, y, lines[0], size=1.05 * size, weight="bold", va="top")
    below = page.at(0, top - 1.7 * size)[1]
    page.fig.text(x, below, "\n".join(lines[1:]), size=0.9 * size, va="top", linespacing=1.2)
    pitch = joint.ROW
    if beside:
        top -= (1.9 + 1.15 * (len(lines) - 1)) * size
        free = (top - page.bottom) / size - BELOW - 0.4
        pitch = max(pitch, min(1.8 * pitch, free / len(strips)))
    ax = page.axes(left, top - pitch * len(strips) * size, right, top)
    joint.panel(ax, stress, strips, seen, ground.lang)
    if seen is ground.seen:
        ax.set_xticks(page.fig.axes[0].get_xticks())
        ax.set_xlim(page.fig.axes[0].get_xlim())
    ax.set_xlabel(_axis_label(stress.by, ground.lang), labelpad=0.3 * size)
    return seen


def _seen_in_strips(ground: Ground, strips: list[int], beside: bool) -> differences.Span:
    """What the swings' axis shows if it holds all samples and stands right above."""
    values = joint.values(ground.stress, strips)
    if not beside and all(v.mean == ground.seen.within(v.mean) for v in values):
        return ground.seen
    return _seen([ground.nominal, *values], ground.least)


# ── what is said around it ───────────────────────────────────────────────────────────────────


def _legend(ground: Ground, swings: list[Swing], seen: list[differences.Span]) -> list[Any]:
    lang = ground.lang
    cases = any(isinstance(swing.about, Mishap) for swing in swings)
    low = pick(lang, "low value", "偏低") + pick(lang, " or first case", "或首列情形") * cases
    high = pick(lang, "high value", "偏高") + pick(lang, " or second case", "或次列情形") * cases
    most = max(len(_ends(swing)) for swing in swings)
    handles: list[Any] = [
        Patch(facecolor=colour, hatch=hatch, edgecolor="white", lw=0, label=label)
        for (colour, hatch), label in ((LOW, low), (HIGH, high))[:most]
    ]  # fmt: skip
    values = [ground.value(end) for swing in swings for end in _ends(swing)]
    handles += [differences.goes_on(lang, ground.size)] * differences.cut_off(values, ground.seen)
    if any(span.low < ground.least and span.high > -ground.least for span in seen):
        matters = matters_of(ground.stress.made.base)
        handles.append(differences.band_legend([ground.measure], matters, lang))
    return handles


def _subtitle(stress: Stress, lang: str) -> str:
    one = stress.made.replications < 2
    return pick(
        lang,
        "One assumption wrong at a time, in both layouts alike; how far is assumed; response time "
        f"{frame.clock(lang)}; " + ("no intervals" if one else "95 % intervals"),
        "两种布局中同时偏离某一假设，偏离幅度为假定；反应时间"
        f"{frame.clock(lang)}；" + ("无区间" if one else "95% 置信区间"),
    )
