"""What the next station buys against the next ambulance, and the gain of every step."""

from __future__ import annotations

import math
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from sim.answers.curve import TRACKS, Curve
from sim.answers.search import Step
from sim.figures import differences, frame, lettering, style
from sim.measures.estimates import Estimate
from sim.measures.measures import BY_KEY
from sim.measures.verdicts import FEWEST, Verdict
from sim.words.phrases import count, label_of, number, pick, unit

UPPER, LOWER = 24.0, 10.0  # how high the panels are, in units of the body type
APART = 6.0  # from point to point, where their names still fit between them
LINES = 3  # of a step's name beside its point


class Look(NamedTuple):
    """How a track is drawn, without colour alone."""

    colour: str
    marker: str
    dashes: str | tuple[int, tuple[int, ...]]
    hatch: str


LOOKS = {
    "stations": Look(style.BLUE, "s", "-", ""),
    "ambulances": Look(style.ORANGE, "o", (0, (5, 2)), "////"),
    "fleet": Look("#009E73", "D", (0, (1, 2)), ".."),
}


class Ground(NamedTuple):
    """What both panels are drawn from."""

    curve: Curve
    lang: str
    size: float
    many: int  # steps of the longest track
    pitch: float  # points from one step to the next
    factor: float  # from the measure's own unit to the axis'

    def tracks(self) -> list[tuple[str, tuple[Step, ...]]]:
        """Those that add something, in their order."""
        every = self.curve.tracks
        return [(key, every[key]) for key in ("stations", "ambulances") if every.get(key)]

    def value(self, step: Step) -> Estimate:
        return Estimate(*(self.factor * v for v in step.values[self.curve.by]))

    def now(self) -> Estimate:
        return Estimate(*(self.factor * v for v in self.curve.now[self.curve.by]))

    @property
    def named_at_points(self) -> bool:
        """Else the names stand under the bars."""
        return self.pitch >= APART * self.size


def draw(curve: Curve, lang: str = "en", size: str = "screen") -> Figure:
    """Above the measure after each step, below what the step gained."""
    wide, points = style.SIZES.get(size, style.SIZES["screen"])
    many = max([1, *(len(steps) for key, steps in curve.tracks.items() if key != "fleet")])
    most = (frame.SLIDE - 0.28) * 72 / points - frame.AROUND if size == "slide" else math.inf
    pitch = (72 * wide - 18.5 * points) / (many + 1.2)
    high = min(UPPER + LOWER + (8.0 if pitch >= APART * points else 18.0), most)
    subtitle = _subtitle(curve, lang)
    with frame.page(curve.made, lang, size, high, finding(curve, lang), subtitle) as page:
        left, right = page.left + 5.0 * page.size, page.right - 11.5 * page.size
        factor = 100.0 if BY_KEY[curve.by].unit == "share" else 1.0
        ground = Ground(curve, lang, page.size, many, (right - left) / (many + 1.2), factor)
        under = 3.6 if ground.named_at_points else 3.6 + _names_under(page.fig, ground)
        bottom = page.bottom + under * page.size
        share = LOWER / (UPPER + LOWER)
        free = page.top - 1.2 * page.size - bottom - 2.2 * page.size
        upper = page.axes(left, bottom + share * free + 2.2 * page.size, right,
                          page.top - 1.2 * page.size)  # fmt: skip
        lower = page.axes(left, bottom, right, bottom + share * free)
        _levels(page, upper, ground)
        _gains(lower, ground)
    return page.fig


# ── the upper panel ──────────────────────────────────────────────────────────────────────────


def _levels(page: frame.Page, ax: Axes, ground: Ground) -> None:
    curve, lang, size = ground.curve, ground.lang, ground.size
    now = ground.now()
    _limits(ax, ground)
    ends: list[tuple[float, str, str]] = []
    for key, steps in ground.tracks():
        look, values = LOOKS[key], [now, *(ground.value(step) for step in steps)]
        _line(ax, values, look, size)
        ends.append((values[-1].mean, pick(lang, *TRACKS[key]), look.colour))
    if fleet := curve.tracks.get("fleet"):
        level, look = ground.value(fleet[-1]).mean, LOOKS["fleet"]
        ax.axhline(level, color=look.colour, lw=1.6, ls=look.dashes, zorder=2)
        ends.append((level, pick(lang, *TRACKS["fleet"]), look.colour))
    ax.plot(0, now.mean, "o", color=style.INK, markersize=0.75 * size, zorder=6)
    _name_ends(page, ax, ground, ends)
    said = number(BY_KEY[curve.by], now.mean / ground.factor, unit=True)
    ax.annotate(
        pick(lang, f"today\n{said}", f"现状\n{said}"), (0, now.mean), (0, -0.7 * size),
        textcoords="offset points", ha="center", va="top", size=0.9 * size,
        path_effects=style.halo(), zorder=7,
    )  # fmt: skip
    if ground.named_at_points:
        _name_points(ax, ground)


def _limits(ax: Axes, ground: Ground) -> None:
    """All values, and room for names above and below; intervals as far as they leave these room."""
    every = [ground.now(), *(ground.value(s) for t in ground.curve.tracks.values() for s in t)]
    means = [v.mean for v in every if math.isfinite(v.mean)] or [0.0]
    low, high = min(means), max(means)
    least = 1.0 if ground.factor == 100 else 0.5
    room = max(0.6 * (high - low), 3 * least)
    ends = [end for v in every for end in v[1:] if math.isfinite(end)]
    low, high = max(min([low, *ends]), low - room), min(max([high, *ends]), high + room)
    middle = (low + high) / 2
    low, high = min(low, middle - least), max(high, middle + least)
    points = ax.get_window_extent().height * 72 / ground_dpi(ax)
    names = (LINES + 1.2 if ground.named_at_points else 2.6) * ground.size * 1.1
    per_point = (high - low) / max(points - 2 * names, 0.3 * points)
    ax.set_ylim(low - names * per_point, high + names * per_point)
    ax.set_xlim(-0.5, ground.many + 0.7)
    ax.set_xticks(range(ground.many + 1), labels=[])
    ax.yaxis.set_major_locator(MaxNLocator(7, steps=[1, 2, 5, 10]))
    if ground.factor == 100:
        differences.no_more_than_all(ax)
    ax.grid(axis="y", color=differences.LINE, lw=0.6)
    ax.set_axisbelow(True)
    base = ground.curve.made.base
    label = label_of(ground.curve.by, ground.lang, base, min(5, len(base.map.townships)))
    if ground.factor == 100:
        label += pick(ground.lang, " (%)", "（%）")
    style.fit(ax.figure, ax.set_ylabel(label), 1.0)  # type: ignore[arg-type]


def ground_dpi(ax: Axes) -> float:
    return float(ax.get_figure().dpi)  # type: ignore[union-attr]


def _line(ax: Axes, values: list[Estimate], look: Look, size: float) -> None:
    """Means as a line, intervals as a band."""
    x = list(range(len(values)))
    means = [v.mean for v in values]
    if all(math.isfinite(v.low + v.high) for v in values):
        ax.fill_between(x, [v.low for v in values], [v.high for v in values], color=look.colour,
                        alpha=0.16, lw=0, zorder=2)  # fmt: skip
    ax.plot(x, means, color=look.colour, lw=2.0, ls=look.dashes, zorder=3)
    ax.plot(x[1:], means[1:], look.marker, color=look.colour, markersize=0.75 * size, zorder=5,
            markeredgecolor="white")  # fmt: skip


def _name_ends(
    page: frame.Page, ax: Axes, ground: Ground, ends: list[tuple[float, str, str]]
) -> None:
    """What each line is, at its right end, pushed apart where they would meet."""
    if not ends:
        return
    size, measure = ground.size, BY_KEY[ground.curve.by]
    room = 10.6 * size
    texts = []
    for value, words, _ in ends:
        said = number(measure, value / ground.factor, unit=True)
        if words == pick(ground.lang, *TRACKS["fleet"]):
            moves = len(ground.curve.tracks["fleet"])
            said += pick(ground.lang, f" ({count(moves, 'move')})", f"（调 {moves} 次）")
        lines = lettering.broken(page.fig, words, 0.95 * size, room, 3, "bold")
        texts.append(f"{lines}\n{said}")
    box, dpi = ax.get_window_extent(), ground_dpi(ax)
    low, high = ax.get_ylim()
    per_point = (high - low) / (box.height * 72 / dpi)
    tallest = max(text.count("\n") + 1 for text in texts) * 1.35 * 0.95 * size
    half = 0.5 * tallest * per_point
    at = lettering.apart([v for v, *_ in ends], 2 * half, low + half, high - half)
    for (value, _, colour), text, y in zip(ends, texts, at, strict=True):
        ax.annotate(
            text, (1, value), (0.9 * size, (y - value) / per_point),
            xycoords=("axes fraction", "data"), textcoords="offset points", va="center",
            color=colour, weight="bold", size=0.95 * size, linespacing=1.15,
            annotation_clip=False,
        )  # fmt: skip


def _name_points(ax: Axes, ground: Ground) -> None:
    """The site of each step beside its point: above the upper line, below the lower one."""
    tracks = dict(ground.tracks())
    for key, steps in tracks.items():
        for place, step in enumerate(steps, 1):
            above = _is_above(ground, key, place)
            words = lettering.broken(
                ax.figure, step.option.words(ground.lang), 0.85 * ground.size,  # type: ignore[arg-type]
                0.88 * ground.pitch, LINES,
            )  # fmt: skip
            aside = min(0.25 * ground.pitch, 2.2 * ground.size)
            shift = aside if above else -aside
            ax.annotate(
                words, (place, ground.value(step).mean),
                (shift, (0.75 if above else -0.75) * ground.size), textcoords="offset points",
                ha="right" if above else "left", va="bottom" if above else "top",
                size=0.85 * ground.size, color=LOOKS[key].colour, linespacing=1.05,
                path_effects=style.halo(), zorder=7,
            )  # fmt: skip


def _is_above(ground: Ground, key: str, place: int) -> bool:
    """Whether a track is the upper one at this step; stations are where both are level."""
    tracks = dict(ground.tracks())
    other = tracks.get("ambulances" if key == "stations" else "stations", ())
    if len(other) < place:
        return key == "stations"
    mine, its = (ground.value(s).mean for s in (tracks[key][place - 1], other[place - 1]))
    return mine > its or (mine == its and key == "stations")


# ── the lower panel ──────────────────────────────────────────────────────────────────────────


def _gains(ax: Axes, ground: Ground) -> None:
    """Bars side by side: what each step gained over the one before, with its interval."""
    tracks, size = ground.tracks(), ground.size
    gains = {
        key: [Estimate(*(ground.factor * v for v in step.gain)) for step in steps]
        for key, steps in tracks
    }
    seen = differences.span([v for values in gains.values() for v in values], 0.2)
    wide = 0.38 if len(tracks) > 1 else 0.5
    for i, (key, values) in enumerate(gains.items()):
        shift = (i - 0.5) * wide if len(tracks) > 1 else 0.0
        look = LOOKS[key]
        for place, value in enumerate(values, 1):
            if not math.isfinite(value.mean):
                continue
            ax.bar(place + shift, value.mean, wide, facecolor=look.colour, edgecolor="white",
                   hatch=look.hatch, lw=0.6, zorder=3)  # fmt: skip
            _upright(ax, place + shift, value, seen, size)
            _number(ax, place + shift, value, seen, ground, wide)
    points = ax.get_window_extent().height * 72 / ground_dpi(ax)
    per_point = (seen.high - seen.low) / (points - 1.3 * size)
    ax.set_ylim(seen.low, seen.high + 1.3 * size * per_point)
    ax.set_xlim(-0.5, ground.many + 0.7)
    ax.axhline(0, color=style.INK, lw=1.0, zorder=4)
    ax.grid(axis="y", color=differences.LINE, lw=0.6)
    ax.set_axisbelow(True)
    ax.yaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10]))
    of = unit(ground.curve.by, ground.lang)
    words = pick(ground.lang, f"gain of the\nstep ({of})", f"本步增益\n（{of}）")
    if BY_KEY[ground.curve.by].better == "less":
        words = pick(ground.lang, f"change in the\nstep ({of})", f"本步变化\n（{of}）")
    ax.set_ylabel(words, linespacing=1.2)
    _below(ax, ground, wide if len(tracks) > 1 else 0.0)


def _upright(ax: Axes, x: float, value: Estimate, seen: differences.Span, size: float) -> None:
    """The interval; an arrow where it goes on beyond what is drawn."""
    if not math.isfinite(value.low + value.high):
        return
    low, high = seen.within(value.low), seen.within(value.high)
    ax.plot([x, x], [low, high], color=style.INK, lw=0.12 * size, zorder=5)
    for end, cut, arrow in ((value.low, low, "v"), (value.high, high, "^")):
        ax.plot(x, cut, marker="_" if end == cut else arrow, color=style.INK,
                markersize=0.45 * size, zorder=5)  # fmt: skip


def _number(
    ax: Axes, x: float, value: Estimate, seen: differences.Span, ground: Ground, wide: float
) -> None:
    """The signed gain over its bar, where there is room for it."""
    text = number(BY_KEY[ground.curve.by], value.mean / ground.factor, sign=True)
    size = 0.8 * ground.size
    if 0.55 * size * (len(text) + 0.4) > wide * ground.pitch:
        return
    ends = [seen.within(v) for v in value if math.isfinite(v)]
    ax.annotate(
        text, (x, max(0.0, *ends)), (0, 0.3 * size), textcoords="offset points", ha="center",
        size=size, path_effects=style.halo(), zorder=6,
    )  # fmt: skip


def _below(ax: Axes, ground: Ground, shift: float) -> None:
    """How many were added; and the names, if there was no room for them above."""
    lang, size = ground.lang, ground.size
    every = max(1, math.ceil(2.4 * size / ground.pitch))
    labels = [pick(lang, "today", "现状") if ground.pitch > 3.5 * size else "0"]
    labels += [f"+{n}" if n % every == 0 else "" for n in range(1, ground.many + 1)]
    ax.set_xticks(range(ground.many + 1), labels=labels)
    ax.tick_params(axis="x", length=0.3 * size)
    down = 1.9
    if not ground.named_at_points:
        small = min(0.85 * size, 0.42 * ground.pitch)
        for i, (key, steps) in enumerate(ground.tracks()):
            for place, step in enumerate(steps, 1):
                ax.annotate(
                    step.option.words(lang), (place + (i - 0.5) * shift, 0), (0, -1.9 * size),
                    xycoords=("data", "axes fraction"), textcoords="offset points", ha="center",
                    va="top", rotation=90, size=small, color=LOOKS[key].colour,
                    annotation_clip=False,
                )  # fmt: skip
        down += _names_under(ax.figure, ground)  # type: ignore[arg-type]
    words = pick(
        lang, "stations, or ambulances, added to today's", "在现状上增设的站点数（或救护车数）"
    )
    ax.annotate(
        words, (0.5, 0), (0, -(down + 0.2) * size), xycoords="axes fraction",
        textcoords="offset points", ha="center", va="top", annotation_clip=False,
    )  # fmt: skip
    if len(ground.tracks()) > 1:
        handles = [
            Patch(facecolor=LOOKS[key].colour, edgecolor="white", hatch=LOOKS[key].hatch,
                  label=pick(lang, *SHORT[key]))
            for key, _ in ground.tracks()
        ]  # fmt: skip
        ax.legend(handles=handles, loc="center left", bbox_to_anchor=(1.005, 0.5), frameon=False,
                  fontsize=0.95 * size, handlelength=1.6, borderaxespad=0.4)  # fmt: skip


SHORT = {"stations": ("new station", "新设站点"), "ambulances": ("more ambulances", "只增救护车")}


def _names_under(fig: Figure, ground: Ground) -> float:
    """How high the names under the bars are, in units of the body type."""
    small = min(0.85 * ground.size, 0.42 * ground.pitch)
    names = [step.option.words(ground.lang) for _, steps in ground.tracks() for step in steps]
    widest = max((lettering.width(fig, name, small) for name in names), default=0.0)
    return (widest + 0.6 * ground.size) / ground.size


# ── what is said ─────────────────────────────────────────────────────────────────────────────


def finding(curve: Curve, lang: str) -> str:
    """Whether the next station gains more than the next ambulance, and how many stations do."""
    stations, ambulances = (curve.tracks.get(key, ()) for key in ("stations", "ambulances"))
    if not stations and not ambulances:
        return pick(lang, "There is nothing to add", "无可添加")
    if not stations or not ambulances:
        key = "stations" if stations else "ambulances"
        return _of_one_track(curve, key, lang)
    a, b = stations[0].gain, ambulances[0].gain
    measure, of = BY_KEY[curve.by], unit(curve.by, lang)
    first, second = (number(measure, gain.mean, sign=True) for gain in (a, b))
    few = curve.made.replications < FEWEST
    names = [("A station", "增一站"), ("An ambulance", "增一车")]
    more = (a.mean >= b.mean) == (measure.better == "more") or a.mean == b.mean
    if not more:
        names, (first, second) = names[::-1], (second, first)
    (one_en, one_zh), (two_en, two_zh) = names
    two_en = two_en[0].lower() + two_en[1:]
    if not few and (a.low > b.high or b.low > a.high):
        said = pick(
            lang,
            f"{one_en} gains more than {two_en}: {first} against {second} {of}",
            f"{one_zh}胜过{two_zh}：{first} 比 {second} {of}",
        )
    else:
        said = pick(
            lang,
            f"{one_en} gains {first} {of}, not surely more than {two_en} ({second})",
            f"{one_zh}增益 {first} {of}，未必多于{two_zh}（{second}）",
        )
    return said + _returns(stations, lang)


def _returns(stations: tuple[Step, ...], lang: str) -> str:
    """How many of the stations surely add something, where there are several."""
    sure, many = sum(step.verdict == Verdict.BETTER for step in stations), len(stations)
    if many == 1:
        return ""
    if sure == many:
        return pick(lang, f"; all {many} stations surely add", f"；{many} 个新站均确有增益")
    some = f"{sure or 'none'} of {many} stations surely {'add' if sure > 1 else 'adds'}"
    return pick(lang, f"; {some}", f"；{many} 个新站中 {sure} 个确有增益")


def _of_one_track(curve: Curve, key: str, lang: str) -> str:
    steps, measure = curve.tracks[key], BY_KEY[curve.by]
    gain = number(measure, steps[0].gain.mean, sign=True)
    of = unit(curve.by, lang)
    what = pick(lang, *(("station", "站") if key == "stations" else ("ambulance", "车")))
    if steps[0].verdict == Verdict.BETTER:
        return pick(lang, f"The next {what} gains {gain} {of}", f"再增一{what}增益 {gain} {of}")
    return pick(
        lang,
        f"The next {what} ({gain} {of}) is not sure to gain",
        f"再增一{what}（{gain} {of}）未必有增益",
    )


def _subtitle(curve: Curve, lang: str) -> str:
    return pick(
        lang,
        f"The best next place each time, on fresh calls; response time {frame.clock(lang)}; "
        "bands and bars: 95 % intervals",
        f"每步取最佳位置，以新的呼叫测量；反应时间{frame.clock(lang)}；色带与误差线：95% 置信区间",
    )
