"""What the next station buys against the next ambulance, and the gain of every step."""

from __future__ import annotations

import math
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from sim.answers.answer import MAP
from sim.answers.curve import Curve
from sim.figures import (
    cost_front,
    curve_gains,
    intervals,
    lettering,
    numbers,
    page,
    steps_map,
    style,
)
from sim.figures.drawing import Drawings, drawings
from sim.figures.numbers import Rows
from sim.figures.page import Sheet
from sim.figures.style import Picture
from sim.figures.tracks import APART, LOOKS, Look, Panel
from sim.measures.intervals import Estimate
from sim.measures.measures import BY_KEY
from sim.words import curve as words
from sim.words import measures, options
from sim.words.language import Language

UPPER, LOWER = 24.0, 10.0  # how high the panels are, in units of the body type
LINES = 3  # of a step's name beside its point


@drawings.register
def _(curve: Curve, say: Language, size: str) -> Drawings:
    found: Drawings = {
        curve.name: lambda: draw(curve, say, size),
        MAP: lambda: steps_map.draw(curve, say, size),
    }
    if curve.has_costs:
        found["front"] = lambda: cost_front.draw(curve, say, size)
    return found


def draw(curve: Curve, say: Language, size: str = "screen") -> Picture:
    """Above the measure after each step, below what the step gained."""
    wide, points = style.SIZES.get(size, style.SIZES["screen"])
    many = max([1, *(len(steps) for key, steps in curve.tracks.items() if key != "fleet")])
    most = (page.SLIDE - 0.28) * 72 / points - page.AROUND if size == "slide" else math.inf
    pitch = (72 * wide - 18.5 * points) / (many + 1.2)
    high = min(UPPER + LOWER + (8.0 if pitch >= APART * points else 18.0), most)
    with page.page(words.finding(curve, say), size, high) as sheet:
        left, right = sheet.left + 5.0 * sheet.size, sheet.right - 11.5 * sheet.size
        panel = Panel(curve, say, sheet.size, many, (right - left) / (many + 1.2))
        under = 3.6 if panel.named_at_points else 3.6 + panel.names_under(sheet.fig)
        bottom = sheet.bottom + under * sheet.size
        share = LOWER / (UPPER + LOWER)
        free = sheet.top - 1.2 * sheet.size - bottom - 2.2 * sheet.size
        upper = sheet.axes(left, bottom + share * free + 2.2 * sheet.size, right,
                           sheet.top - 1.2 * sheet.size)  # fmt: skip
        lower = sheet.axes(left, bottom, right, bottom + share * free)
        _levels(sheet, upper, panel)
        curve_gains.draw(lower, panel)
    return sheet.fig.explain(words.drawn(curve, say), lambda: rows(curve, say), say)


def rows(curve: Curve, say: Language) -> Rows:
    """A row for today, then one for each step of each track: its value and its gain."""
    measure = BY_KEY[curve.by]
    found: Rows = [
        {"track": say("today"), "step": 0, "what": say("today")}
        | numbers.level("value", measure, curve.now[curve.by])
    ]
    return found + [
        {"track": say(words.TRACKS[key]), "step": place, "what": options.what(step.option, say)}
        | numbers.level("value", measure, step.values[curve.by])
        | numbers.change("gain", measure, step.gain)
        for key, steps in curve.tracks.items()
        for place, step in enumerate(steps, 1)
    ]


class Level(NamedTuple):
    """Where a line ends at the right, and what it is."""

    value: float  # as the axis counts
    name: str
    number: str
    colour: str


def _levels(sheet: Sheet, ax: Axes, panel: Panel) -> None:
    """The measure after each step: a line for each track."""
    curve, say, size = panel.curve, panel.say, panel.size
    now = panel.now()
    _limits(ax, panel)
    ends = []
    for key, steps in panel.tracks():
        values = [now, *(panel.value(step) for step in steps)]
        _line(ax, values, LOOKS[key], size)
        number = measures.value(panel.measure, steps[-1].values[curve.by].mean, say)
        ends.append(Level(values[-1].mean, say(words.TRACKS[key]), number, LOOKS[key].colour))
    if fleet := curve.tracks.get("fleet"):
        level, look = panel.value(fleet[-1]).mean, LOOKS["fleet"]
        ax.axhline(level, color=look.colour, lw=1.6, ls=look.dashes, zorder=2)
        number = measures.value(panel.measure, fleet[-1].values[curve.by].mean, say)
        number = say("{value} ({moves})", value=number, moves=words.moves(len(fleet), say))
        ends.append(Level(level, say(words.TRACKS["fleet"]), number, look.colour))
    ax.plot(0, now.mean, "o", color=style.INK, markersize=0.75 * size, zorder=6)
    _name_ends(sheet, ax, panel, ends)
    number = measures.value(panel.measure, curve.now[curve.by].mean, say)
    text = say("today\n{value}", value=number)
    beyond = 0.5 * lettering.width(sheet.fig, text, 0.9 * size) - 0.5 * panel.pitch
    ax.annotate(
        text, (0, now.mean), (max(0.0, beyond), -0.7 * size),
        textcoords="offset points", ha="center", va="top", size=0.9 * size,
        path_effects=style.halo(), zorder=7,
    )  # fmt: skip
    if panel.named_at_points:
        _name_points(ax, panel)


def _limits(ax: Axes, panel: Panel) -> None:
    """All values, and room for names above and below; intervals as far as they leave these room."""
    every = [panel.now(), *(panel.value(s) for t in panel.curve.tracks.values() for s in t)]
    low, high = _seen(every, 1.0 if panel.measure.unit == "share" else 0.5)
    points = curve_gains.points_high(ax)
    names = (LINES + 1.2 if panel.named_at_points else 2.6) * panel.size * 1.1
    per_point = (high - low) / max(points - 2 * names, 0.3 * points)
    ax.set_ylim(low - names * per_point, high + names * per_point)
    ax.set_xlim(-0.5, panel.many + 0.7)
    ax.set_xticks(range(panel.many + 1), labels=[])
    ax.yaxis.set_major_locator(MaxNLocator(7, steps=[1, 2, 5, 10]))
    if panel.measure.unit == "share":
        intervals.no_more_than_all(ax)
    ax.grid(axis="y", color=intervals.LINE, lw=0.6)
    ax.set_axisbelow(True)
    say = panel.say
    label = measures.label_in(panel.curve.provenance, panel.measure, say)
    if panel.measure.unit == "share":
        label = say("{measure} (%)", measure=label)
    curve_gains.fit_upright(ax.set_ylabel(label), points)


def _seen(values: list[Estimate], least: float) -> tuple[float, float]:
    """The least and the greatest value to be drawn, at least 2 × `least` apart."""
    means = [v.mean for v in values if math.isfinite(v.mean)] or [0.0]
    low, high = min(means), max(means)
    room = max(0.6 * (high - low), 3 * least)
    ends = [end for v in values for end in v[1:] if math.isfinite(end)]
    low, high = max(min([low, *ends]), low - room), min(max([high, *ends]), high + room)
    middle = (low + high) / 2
    return min(low, middle - least), max(high, middle + least)


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


def _name_ends(sheet: Sheet, ax: Axes, panel: Panel, ends: list[Level]) -> None:
    """What each line is, at its right end, pushed apart where they would meet."""
    if not ends:
        return
    size, points = panel.size, curve_gains.points_high(ax)
    for lines in (3, 2, 1):  # fewer where the panel is too low for all of them
        texts = [_broken(sheet, end, 0.95 * size, lines) for end in ends]
        tallest = max(text.count("\n") + 1 for text in texts) * 1.35 * 0.95 * size
        if tallest * len(ends) <= points:
            break
    low, high = ax.get_ylim()
    per_point = (high - low) / points
    half = 0.5 * tallest * per_point
    places = lettering.apart([end.value for end in ends], 2 * half, low + half, high - half)
    for end, text, y in zip(ends, texts, places, strict=True):
        ax.annotate(
            text, (1, end.value), (0.9 * size, (y - end.value) / per_point),
            xycoords=("axes fraction", "data"), textcoords="offset points", va="center",
            color=end.colour, weight="bold", size=0.95 * size, linespacing=1.15,
            annotation_clip=False,
        )  # fmt: skip


def _broken(sheet: Sheet, end: Level, size: float, lines: int) -> str:
    """The name of a line and below it its value, each in at most so many lines."""
    room = 10.6 * sheet.size
    name = lettering.broken(sheet.fig, end.name, size, room, lines, "bold")
    number = lettering.broken(sheet.fig, end.number, size, room, min(2, lines), "bold")
    return f"{name}\n{number}"


def _name_points(ax: Axes, panel: Panel) -> None:
    """The site of each step beside its point: above the upper line, below the lower one."""
    for key, steps in panel.tracks():
        for place, step in enumerate(steps, 1):
            above = is_above(panel, key, place)
            name = lettering.broken(
                ax.figure, options.what(step.option, panel.say), 0.85 * panel.size,  # type: ignore[arg-type]
                0.88 * panel.pitch, LINES,
            )  # fmt: skip
            aside = min(0.25 * panel.pitch, 2.2 * panel.size)
            shift = aside if above else -aside
            ax.annotate(
                name, (place, panel.value(step).mean),
                (shift, (0.75 if above else -0.75) * panel.size), textcoords="offset points",
                ha="right" if above else "left", va="bottom" if above else "top",
                size=0.85 * panel.size, color=LOOKS[key].colour, linespacing=1.05,
                path_effects=style.halo(), zorder=7,
            )  # fmt: skip


def is_above(panel: Panel, key: str, place: int) -> bool:
    """Whether a track is the upper one at this step; stations are where both are level."""
    tracks = dict(panel.tracks())
    other = tracks.get("ambulances" if key == "stations" else "stations", ())
    if len(other) < place:
        return key == "stations"
    mine, its = (panel.value(s).mean for s in (tracks[key][place - 1], other[place - 1]))
    return mine > its or (mine == its and key == "stations")
