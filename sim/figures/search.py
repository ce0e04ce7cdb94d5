"""What each step of a search adds, from today to the layout that was found."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, NamedTuple

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from sim.answers.answer import MAP
from sim.answers.search import Search
from sim.figures import intervals, lettering, numbers, page, plan_maps, row_chart, style
from sim.figures.drawing import Drawings, drawings
from sim.figures.intervals import Span
from sim.figures.numbers import Rows
from sim.figures.row_chart import NumberColumn
from sim.figures.style import Picture
from sim.measures.intervals import Estimate
from sim.measures.kinds import Measure
from sim.measures.measures import BY_KEY
from sim.measures.verdicts import Verdict
from sim.words import measures, options
from sim.words import search as words
from sim.words.language import Language

MOST: Final = 36  # rows


class Fill(NamedTuple):
    """How a step's bar is filled, without colour alone."""

    face: str
    edge: str
    hatch: str


FILLS: Final = {
    Verdict.BETTER: Fill(style.BLUE, style.BLUE, ""),
    Verdict.WORSE: Fill(style.ORANGE, "white", "\\\\\\"),
    Verdict.TOO_SMALL: Fill("#BDBDBD", style.GREY, ""),
    Verdict.UNDECIDED: Fill("white", style.GREY, "////"),
    Verdict.TOO_FEW: Fill("white", style.GREY, "xx"),
    Verdict.FEW_REPLICATIONS: Fill("white", style.GREY, "++"),
}
SEVERAL: Final = Fill("#DDDDDD", style.GREY, "..")  # steps that share a bar


class Bar(NamedTuple):
    """One row of the waterfall: from where to where, as the axis counts."""

    name: str
    start: float
    end: float
    gain: Estimate  # of the row, as the axis counts
    verdict: Verdict | None  # None: several steps together

    def interval(self) -> Estimate:
        """Where the bar ends, and how sure that is."""
        return Estimate(self.end, self.start + self.gain.low, self.start + self.gain.high)


@dataclass(frozen=True)
class Waterfall:
    """What is to be drawn, and so what was drawn: tests read it. Values as the axis counts."""

    measure: Measure
    bars: tuple[Bar, ...]
    total: Estimate  # of all steps together
    title: str

    @property
    def today(self) -> float:
        return self.bars[0].start

    def after_all(self) -> Estimate:
        """The value after the last step."""
        return Estimate(
            self.bars[-1].end, self.today + self.total.low, self.today + self.total.high
        )

    def seen(self) -> Span:
        """The axis from the least to the greatest value; intervals as far as there is room."""
        values = [*(bar.interval() for bar in self.bars), self.after_all()]
        moved = [Estimate(*(v - self.today for v in value)) for value in values]
        seen = intervals.span(moved, 0.3 if self.measure.unit == "share" else 0.1)
        return Span(seen.low + self.today, seen.high + self.today)


@drawings.register
def _(search: Search, say: Language, size: str) -> Drawings:
    return {search.name: lambda: draw(search, say, size), MAP: partial(draw_map, search, say, size)}


def draw(search: Search, say: Language, size: str = "screen") -> Picture:
    """A waterfall: every step a bar from the value before it to the value after it."""
    if not search.steps:
        return _nothing(search, say, size)
    wanted = min(MOST, len(search.steps) + 2)
    fit = page.rows_that_fit(size, wanted, row_chart.PITCH, row_chart.AROUND)
    chart = waterfall(search, fit - 2, say)
    with page.page(words.finding(search, say), size, row_chart.high(len(chart.bars) + 2)) as sheet:
        names = [say("today"), *(bar.name for bar in chart.bars), say("all steps together")]
        ax = row_chart.named_rows(sheet, names, [_changes(search, chart, say)])
        _panel(ax, chart, say)
        row_chart.legend_below(sheet, _legend(chart, say, sheet.size))
    return sheet.fig.explain(words.drawn(search, say), lambda: _rows(search, say), say)


def _rows(search: Search, say: Language) -> Rows:
    """Today, then a row for each step: the value after it and what it changed."""
    measure, today = BY_KEY[search.by], Estimate(search.today(), math.nan, math.nan)
    found: Rows = [{"step": 0, "what": say("today")} | numbers.level("value", measure, today)]
    return found + [
        {"step": place, "what": options.what(step.option, say)}
        | numbers.level("value", measure, step.values[search.by])
        | numbers.change("change", measure, step.gain)
        for place, step in enumerate(search.steps, 1)
    ]


def waterfall(search: Search, most: int, say: Language) -> Waterfall:
    """A bar for each step; those beyond `most` share one."""
    measure = BY_KEY[search.by]
    scale, steps = measure.scale, search.steps
    bars, before = [], search.today()
    alone = steps if len(steps) <= most else steps[: max(1, most - 1)]
    for step in alone:
        after = step.values[search.by].mean
        gain = intervals.scaled(measure, step.gain)
        name = options.what(step.option, say)
        bars.append(Bar(name, scale * before, scale * after, gain, step.verdict))
        before = after
    if left := len(steps) - len(alone):
        after = steps[-1].values[search.by].mean
        gain = Estimate(scale * (after - before), math.nan, math.nan)
        name = say.count(left, "{n} more step", "{n} more steps")
        bars.append(Bar(name, scale * before, scale * after, gain, None))
    total = intervals.scaled(measure, steps[-1].gains[search.by])
    title = measures.label_in(search.provenance, measure, say)
    return Waterfall(measure, tuple(bars), total, title)


def _changes(search: Search, chart: Waterfall, say: Language) -> NumberColumn:
    """What each row adds, in figures; nothing beside today's."""
    unit, scale = measures.unit(chart.measure, say), chart.measure.scale
    gains = [*(bar.gain for bar in chart.bars), chart.total]
    unscaled = [Estimate(*(v / scale for v in gain)) for gain in gains]
    cells = ["", *(intervals.in_figures(chart.measure, gain, say) for gain in unscaled)]
    return NumberColumn(say("change, {unit} (95 % CI)", unit=unit), cells)


def _panel(ax: Axes, chart: Waterfall, say: Language) -> None:
    measure, size, seen = chart.measure, mpl.rcParams["font.size"], chart.seen()
    last = len(chart.bars) + 1
    intervals.value_axis(ax, seen, 3.2 * size, 3.2 * size)
    ax.lines[0].remove()  # nothing is far away here
    ax.xaxis.set_major_locator(MaxNLocator(7, steps=[1, 2, 5, 10]))
    ax.axvline(chart.today, color=style.INK, lw=1.0, ls=(0, (2, 3)), zorder=1.5)
    for row, bar in enumerate(chart.bars, 1):
        _bar(ax, row, bar, seen, size)
        ax.plot([bar.end] * 2, [row - 0.33, row + 1], color=style.GREY, lw=0.7, zorder=1.6)
    ax.plot(chart.today, 0, "o", color=style.INK, markersize=0.7 * size, zorder=5)
    whole = chart.after_all()
    intervals.interval(ax, last, whole, seen, style.INK, 0.25 * size)
    ax.plot(whole.mean, last, "s", color=style.INK, markersize=0.7 * size, zorder=5)
    ends = [seen.within(v) for v in whole if math.isfinite(v)]
    for row, right, value in ((0, chart.today, chart.today), (last, max(ends), whole.mean)):
        _level(ax, row, right, measures.value(measure, value / measure.scale, say), size)
    row_chart.title(ax, chart.title)
    unit = "%" if measure.unit == "share" else measures.unit(measure, say)
    ax.set_xlabel(say("after the step ({unit})", unit=unit), labelpad=0.3 * size)


def _bar(ax: Axes, row: int, bar: Bar, seen: Span, size: float) -> None:
    fill = FILLS[bar.verdict] if bar.verdict else SEVERAL
    ax.barh(row, bar.end - bar.start, left=bar.start, height=0.62, facecolor=fill.face,
            edgecolor=fill.edge, hatch=fill.hatch, lw=0.8, zorder=2)  # fmt: skip
    if abs(bar.end - bar.start) < 1e-9:  # nothing gained is drawn, too
        ax.plot([bar.end] * 2, [row - 0.31, row + 0.31], color=fill.edge, lw=2.0, zorder=2)
    intervals.interval(ax, row, bar.interval(), seen, style.INK, 0.13 * size)


def _level(ax: Axes, row: int, right: float, text: str, size: float) -> None:
    """The value itself, to the right of all that is drawn of it."""
    ax.annotate(
        text, (right, row), (0.7 * size, 0), textcoords="offset points", va="center_baseline",
        weight="bold", size=0.95 * size, path_effects=style.halo(), zorder=6,
    )  # fmt: skip


def _legend(chart: Waterfall, say: Language, size: float) -> list[Any]:
    """The verdicts that occur, and what an arrow means if there is one."""
    there = {bar.verdict for bar in chart.bars}
    handles: list[Any] = [
        Patch(facecolor=fill.face, edgecolor=fill.edge, hatch=fill.hatch, lw=0.8,
              label=say(measures.VERDICTS[verdict]))
        for verdict, fill in FILLS.items()
        if verdict in there
    ]  # fmt: skip
    values = [*(bar.interval() for bar in chart.bars), chart.after_all()]
    cut = intervals.cut_off(values, chart.seen())
    return handles + [intervals.goes_on(say, size)] * cut


def _nothing(search: Search, say: Language, size: str) -> Picture:
    """No step: the layout of today, in words."""
    with page.page(words.finding(search, say), size, 6.0) as sheet:
        crews = options.crews(search.provenance.base, say)
        text = say("Ambulances stay as they are today: {crews}.", crews=crews)
        lines = lettering.broken(sheet.fig, text, sheet.size, sheet.right - sheet.left, 4)
        x, y = sheet.at(sheet.left, sheet.top)
        sheet.fig.text(x, y, lines, va="top", linespacing=1.4)
    return sheet.fig.explain(text, lambda: _rows(search, say), say)


def draw_map(
    search: Search, say: Language, size: str = "screen", ax: Axes | None = None
) -> Picture:
    """The layout after the last step: new stations, and ambulances more and fewer."""
    finding = words.map_finding(search, say)
    return plan_maps.draw(search.provenance.base, search.layout, finding, size, say, ax)
