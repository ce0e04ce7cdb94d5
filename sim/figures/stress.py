"""Does the gain hold if an assumption is wrong? One at a time, widest swing first; then all."""

from __future__ import annotations

import math
from typing import Any, Final, NamedTuple

from matplotlib.patches import Patch

from sim.answers.assumptions import Mishap
from sim.answers.stress import Stress, Swing
from sim.figures import intervals, lettering, numbers, page, row_chart, stress_swings
from sim.figures import stress_joint as joint
from sim.figures.drawing import Drawings, drawings
from sim.figures.intervals import Span
from sim.figures.numbers import Rows
from sim.figures.page import Sheet
from sim.figures.stress_swings import HIGH, LOW, Tornado
from sim.figures.style import Picture
from sim.measures.intervals import Estimate
from sim.measures.measures import BY_KEY
from sim.measures.verdicts import matters_of
from sim.words import assumptions, measures
from sim.words import stress as words
from sim.words.language import Language
from sim.words.stress_finding import finding

PITCH: Final = {"screen": 2.7, "a4": 2.7, "slide": 2.1}  # of a row, in units of the body type
AROUND: Final = 9.6  # title, axis and legend
ABOVE, BELOW = 3.5, 5.7  # of which over the first row and under the last
UNDER: Final = 5.2  # between the panels if one stands above the other, and the lower one's axis
NAMES: Final = 0.36  # of the page, at most


@drawings.register
def _(stress: Stress, say: Language, size: str) -> Drawings:
    return {stress.name: lambda: draw(stress, say, size)}


def draw(stress: Stress, say: Language, size: str = "screen") -> Picture:
    """The leading proposal's swings; below them, on a slide beside them, the joint samples."""
    pitch, beside = PITCH.get(size, PITCH["screen"]), size == "slide"
    swings = stress_swings.drawable(stress)
    if not swings:
        return _nothing(stress, say, size)
    strips = joint.shown(stress, joint.MOST - 2 * beside) if stress.joint is not None else []
    rows, more = pitch * len(swings), joint.ROW * len(strips)
    high = AROUND + (max(rows, more + 1.5 * bool(strips)) if beside else rows)
    high += 0 if beside or not strips else UNDER + more
    with page.page(finding(stress, say), size, high) as sheet:
        body = sheet.size
        share = 0.29 if beside and strips else NAMES
        room = stress_swings.name_room(sheet, swings, say, share)
        left, right = sheet.left + room + 1.0 * body, sheet.right - 0.6 * body
        wide = 0.27 * (sheet.right - sheet.left) if beside and strips else 0.0
        top = sheet.top - ABOVE * body
        ax = sheet.axes(left, top - rows * body, right - wide - 2.5 * body * bool(wide), top)
        below = joint.ends(stress, strips) if strips and not beside else []
        panel = stress_swings.tornado(stress, say, body, swings, below)
        intervals.rows(ax, [""] * len(swings), body)
        stress_swings.name_rows(sheet, ax, panel, room)
        stress_swings.draw(ax, panel)
        seen = [panel.seen]
        if strips:
            under = top - (rows + BELOW - 2.5 + 1.2) * body
            place = StripPlace(right - wide, sheet.top, right, beside)
            place = place if beside else StripPlace(left, under, right, beside)
            seen.append(_joint(sheet, panel, strips, place))
        row_chart.legend_below(sheet, _legend(panel, swings, seen))
    return sheet.fig.explain(
        words.drawn(stress, len(swings), len(strips), say),
        lambda: _rows(stress, swings, strips, say),
        say,
    )


def _rows(stress: Stress, swings: tuple[Swing, ...], strips: list[int], say: Language) -> Rows:
    """The gain as assumed, at each end of each swing, then in every joint sample that is drawn."""
    measure, first = BY_KEY[stress.by], stress.first
    name = words.proposal(stress, first, say)
    found = [
        {"proposal": name, "assumption": say("as assumed"), "if": ""}
        | numbers.change("gain", measure, stress.nominal[first])
    ]
    for swing in swings:
        about = assumptions.label(swing.about, say)
        found += [
            {"proposal": name, "assumption": about, "if": assumptions.change(end.case, say)}
            | numbers.change("gain", measure, end.gains[first])
            for end in swing.ends()
        ]
    gains = [] if stress.joint is None else [(row, stress.joint.gains[:, row]) for row in strips]
    joint_name = say("All assumptions at once")
    return found + [
        {"proposal": words.proposal(stress, row, say), "assumption": joint_name, "if": f"{at}"}
        | numbers.change("gain", measure, Estimate(gain, math.nan, math.nan))
        for row, drawn in gains
        for at, gain in enumerate(drawn.tolist(), 1)
    ]


def _nothing(stress: Stress, say: Language, size: str) -> Picture:
    """No swing to draw: the gain as assumed, in words."""
    with page.page(finding(stress, say), size, 4.0) as sheet:
        measure = BY_KEY[stress.by]
        text = say(
            "{proposal}, as assumed: {gain} {unit}.",
            proposal=say.shortened(words.proposal(stress, stress.first, say)),
            gain=intervals.in_figures(measure, stress.nominal[stress.first], say),
            unit=measures.unit(measure, say),
        )
        x, y = sheet.at(sheet.left, sheet.top)
        lettering.shrink(sheet.fig, sheet.fig.text(x, y, text, va="top"))
    return sheet.fig.explain(text, lambda: _rows(stress, (), [], say), say)


# ── all assumptions together ─────────────────────────────────────────────────────────────────


class StripPlace(NamedTuple):
    """Where the strips go, in points: beside the swings, or below them."""

    left: float
    top: float
    right: float
    beside: bool


def _joint(sheet: Sheet, panel: Tornado, strips: list[int], place: StripPlace) -> Span:
    """The strips: with their title over them, or beside them where the others' names stand."""
    stress, say, size, (left, top, right, beside) = panel.stress, panel.say, sheet.size, place
    room = right - left if beside else left - sheet.left - 1.0 * size
    seen = _seen_in_strips(panel, strips, beside)
    rescaled = not beside and seen is not panel.seen
    lines = joint.head(sheet, stress, len(strips), room, rescaled, say)
    x, y = sheet.at(left if beside else sheet.left, top - 0.2 * size)
    sheet.fig.text(x, y, lines[0], size=1.05 * size, weight="bold", va="top")
    below = sheet.at(0, top - 1.7 * size)[1]
    sheet.fig.text(x, below, "\n".join(lines[1:]), size=0.9 * size, va="top", linespacing=1.2)
    pitch = joint.ROW
    if beside:
        top -= (1.9 + 1.15 * (len(lines) - 1)) * size
        free = (top - sheet.bottom) / size - BELOW - 0.4
        pitch = min(1.8 * pitch, max(0.75 * pitch, free / len(strips)))
    ax = sheet.axes(left, top - pitch * len(strips) * size, right, top)
    joint.panel(ax, stress, strips, seen, say)
    if seen is panel.seen:
        ax.set_xticks(sheet.fig.axes[0].get_xticks())
        ax.set_xlim(sheet.fig.axes[0].get_xlim())
    label = ax.set_xlabel(stress_swings.axis_label(panel.measure, say), labelpad=0.3 * size)
    lettering.shrink(sheet.fig, label, (right - left + 1.0 * size) / (sheet.left + sheet.right))
    return seen


def _seen_in_strips(panel: Tornado, strips: list[int], beside: bool) -> Span:
    """What the swings' axis shows if it holds all samples and stands right above."""
    values = joint.ends(panel.stress, strips)
    if not beside and all(v.mean == panel.seen.within(v.mean) for v in values):
        return panel.seen
    return stress_swings.seen_around([panel.nominal, *values], panel.least)


def _legend(panel: Tornado, swings: tuple[Swing, ...], seen: list[Span]) -> list[Any]:
    say = panel.say
    if any(isinstance(swing.about, Mishap) for swing in swings):
        labels = say("low value or first case"), say("high value or second case")
    else:
        labels = say("low value"), say("high value")
    most = max(len(swing.ends()) for swing in swings)
    handles: list[Any] = [
        Patch(facecolor=colour, hatch=hatch, edgecolor="white", lw=0, label=label)
        for (colour, hatch), label in zip((LOW, HIGH), labels, strict=True)
    ][:most]
    values = [panel.value(end) for swing in swings for end in swing.ends()]
    handles += [intervals.goes_on(say, panel.size)] * intervals.cut_off(values, panel.seen)
    if any(span.low < panel.least and span.high > -panel.least for span in seen):
        matters = matters_of(panel.stress.provenance.base)
        handles.append(intervals.band_legend([panel.measure], matters, say))
    return handles
