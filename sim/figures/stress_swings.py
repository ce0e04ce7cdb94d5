"""One assumption wrong at a time: bars from the gain as assumed to those at its ends."""

from __future__ import annotations

import math
from typing import Any, Final, NamedTuple

from matplotlib.axes import Axes

from sim.answers.assumptions import Mishap
from sim.answers.stress import End, Stress, Swing
from sim.figures import intervals, lettering, style
from sim.figures.intervals import Span
from sim.figures.page import Sheet
from sim.measures.intervals import Estimate
from sim.measures.kinds import Measure
from sim.measures.measures import BY_KEY
from sim.measures.verdicts import matters_of
from sim.words import assumptions, measures
from sim.words import stress as words
from sim.words.language import Language

# How an end is filled: colour and hatch.
LOW: Final = ("#56B4E9", "")
HIGH: Final = (style.BLUE, "////")


class Tornado(NamedTuple):
    """What the swings are drawn from; values as the axis counts. Tests read it."""

    stress: Stress
    say: Language
    size: float
    swings: tuple[Swing, ...]
    seen: Span

    @property
    def measure(self) -> Measure:
        return BY_KEY[self.stress.by]

    @property
    def least(self) -> float:
        """Below this nothing matters."""
        return intervals.small(self.measure, matters_of(self.stress.provenance.base))

    def value(self, end: End) -> Estimate:
        return intervals.scaled(self.measure, end.gains[self.stress.first])

    @property
    def nominal(self) -> Estimate:
        return intervals.scaled(self.measure, self.stress.nominal[self.stress.first])

    def number(self, end: End) -> str:
        """+5.6"""
        gain = end.gains[self.stress.first].mean
        return measures.number(self.measure, gain, self.say, sign=True)


def drawable(stress: Stress) -> tuple[Swing, ...]:
    """The swings whose ends are known."""
    first = stress.first
    return tuple(
        swing
        for swing in stress.swings
        if all(math.isfinite(end.gains[first].mean) for end in (swing.low, swing.high))
    )


def tornado(
    stress: Stress, say: Language, size: float, swings: tuple[Swing, ...], below: list[Estimate]
) -> Tornado:
    """The axis holds the swings, and what stands below unless that would press them together."""
    panel = Tornado(stress, say, size, swings, Span(0.0, 1.0))
    ends = [panel.value(end) for swing in swings for end in swing.ends()]
    seen = seen_around([panel.nominal, *ends], panel.least)
    if below:
        both = seen_around([panel.nominal, *ends, *below], panel.least)
        seen = both if both.high - both.low <= 2 * (seen.high - seen.low) else seen
    return panel._replace(seen=seen)


def seen_around(values: list[Estimate], least: float) -> Span:
    """All values around the first, and no gain at all if it is near."""
    known = [v for v in values if math.isfinite(v.mean)]
    middle = known[0].mean if known else 0.0
    moved = [Estimate(*(v - middle for v in value)) for value in known]
    seen = intervals.span(moved, 0.5 * least)
    low, high = seen.low + middle, seen.high + middle
    near, margin = 0.5 * (high - low), 0.03 * (high - low)
    if -margin < low < near:
        low = -margin
    if -near < high < margin:
        high = margin
    return Span(low, high)


def draw(ax: Axes, panel: Tornado) -> None:
    """The bars, the line at the gain as assumed, title and axis."""
    size, nominal = panel.size, panel.nominal
    texts = [panel.number(end) for swing in panel.swings for end in swing.ends()]
    fig: Any = ax.figure
    side = max([0.0, *(lettering.width(fig, text, 0.85 * size) for text in texts)]) + 0.9 * size
    intervals.value_axis(ax, panel.seen, side, side)
    zero_and_band(ax, panel.least)
    for row, swing in enumerate(panel.swings):
        ends = swing.ends()
        places = [row] if len(ends) == 1 else [row - 0.2, row + 0.2]
        for end, y, look in zip(ends, places, (LOW, HIGH), strict=False):
            _bar(ax, panel, end, y, look)
        if row:
            ax.axhline(row - 0.5, color=intervals.LINE, lw=0.6, zorder=0.6)
    if math.isfinite(nominal.mean):
        ax.axvline(nominal.mean, color=style.INK, lw=1.8, zorder=4)
        _name_the_line(ax, panel)
    _title(ax, panel)
    ax.set_xlabel(axis_label(panel.measure, panel.say), labelpad=0.3 * size)


def zero_and_band(ax: Axes, least: float) -> None:
    """No gain at all, less strongly drawn than the gain as assumed, and what is too small."""
    ax.lines[-1].set(linestyle=(0, (4, 2)), linewidth=1.0, color=style.GREY)
    intervals.band(ax, least)


def _bar(ax: Axes, panel: Tornado, end: End, y: float, look: tuple[str, str]) -> None:
    value, nominal, (colour, hatch) = panel.value(end), panel.nominal, look
    start = nominal.mean if math.isfinite(nominal.mean) else 0.0
    ax.barh(y, value.mean - start, left=start, height=0.36, facecolor=colour, hatch=hatch,
            edgecolor="white" if hatch else colour, lw=0, zorder=2)  # fmt: skip
    if abs(value.mean - start) < 1e-9:  # no change is drawn, too
        ax.plot([start] * 2, [y - 0.18, y + 0.18], color=colour, lw=3.0, zorder=4.5)
    seen = panel.seen
    intervals.interval(ax, y, value, seen, style.INK, 0.13 * panel.size)
    right = value.mean >= start
    reach = [seen.within(v) for v in (value.mean, value.low, value.high, start) if math.isfinite(v)]
    ax.annotate(
        panel.number(end), (max(reach) if right else min(reach), y),
        ((0.5 if right else -0.5) * panel.size, 0), textcoords="offset points",
        ha="left" if right else "right", va="center_baseline", size=0.85 * panel.size,
        path_effects=style.halo(), zorder=6, annotation_clip=False,
    )  # fmt: skip


def _name_the_line(ax: Axes, panel: Tornado) -> None:
    """What the line is, over it and inside the panel."""
    stress, size = panel.stress, 0.92 * panel.size
    gain = measures.number(panel.measure, stress.nominal[stress.first].mean, panel.say, sign=True)
    text = panel.say("as assumed {gain}", gain=gain)
    fig: Any = ax.figure
    wide, half = intervals.points_wide(ax), 0.5 * lettering.width(fig, text, size)
    low, high = ax.get_xlim()
    point = (panel.nominal.mean - low) / (high - low) * wide
    shift = min(max(point, half), wide - half) - point
    ax.annotate(
        text, (panel.nominal.mean, 1), (shift, 0.3 * size), xycoords=("data", "axes fraction"),
        textcoords="offset points", ha="center", va="bottom", size=size, annotation_clip=False,
    )  # fmt: skip


def _title(ax: Axes, panel: Tornado) -> None:
    """Whose gain, in which measure."""
    stress, say, size = panel.stress, panel.say, 1.05 * panel.size
    measure = measures.label_in(stress.provenance, panel.measure, say)
    proposal = say.shortened(words.proposal(stress, stress.first, say))
    text = say("{proposal}: {measure}", proposal=proposal, measure=measure)
    fig: Any = ax.figure
    text = lettering.broken(fig, text, size, intervals.points_wide(ax), 1, "bold")
    ax.annotate(
        text, (0, 1), (0, 1.7 * panel.size), xycoords="axes fraction",
        textcoords="offset points", weight="bold", size=size, annotation_clip=False,
    )  # fmt: skip


def axis_label(measure: Measure, say: Language) -> str:
    unit = measures.unit(measure, say)
    if measure.better == "less":
        return say("← better   change against today ({unit})", unit=unit)
    return say("gain over today ({unit})", unit=unit)


# ── the names of the rows ────────────────────────────────────────────────────────────────────


def lines(swing: Swing, say: Language) -> list[str]:
    """An assumption in one line; something gone missing in one for each bar, by its case."""
    about = assumptions.label(swing.about, say)
    if not isinstance(swing.about, Mishap):
        return [about]
    first, *others = (assumptions.change(end.case, say) for end in swing.ends())
    return [say("{mishap}: {station}", mishap=about, station=first), *others]


def _name_size(sheet: Sheet, swing: Swing) -> float:
    return (0.85 if isinstance(swing.about, Mishap) else 0.95) * sheet.size


def name_room(sheet: Sheet, swings: tuple[Swing, ...], say: Language, share: float) -> float:
    """Points that the names take, but no more than a share of the page."""
    widths = [
        lettering.width(sheet.fig, line, _name_size(sheet, swing))
        for swing in swings
        for line in lines(swing, say)
    ]
    return min(share * (sheet.right + sheet.left), max([14 * sheet.size, *widths]))


def name_rows(sheet: Sheet, ax: Axes, panel: Tornado, room: float) -> None:
    """Beside the row, or a line beside each bar."""
    for row, swing in enumerate(panel.swings):
        size, names = _name_size(sheet, swing), lines(swing, panel.say)
        for i, line in enumerate(names):
            y = row if len(names) == 1 else row - 0.23 + 0.46 * i
            text = lettering.middle_out(sheet.fig, line, size, room)
            ax.annotate(
                text, (0, y), (-0.7 * sheet.size, 0), xycoords=("axes fraction", "data"),
                textcoords="offset points", ha="right", va="center_baseline", size=size,
                annotation_clip=False,
            )  # fmt: skip
