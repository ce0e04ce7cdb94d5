"""Recorded compliance of townships against the interval of simulated histories."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from matplotlib.lines import Line2D

from sim.answers.calibration import Calibration
from sim.figures import intervals, numbers, page, row_chart, style
from sim.figures.intervals import Mark, Span
from sim.figures.numbers import Rows
from sim.figures.row_chart import NumberColumn
from sim.figures.style import Picture
from sim.fitting.history import TownshipHistory
from sim.measures.intervals import Estimate
from sim.words import simulated_history as words
from sim.words.language import Language

MOST: Final = 40  # rows
INSIDE: Final = Mark("o", style.BLUE, True)
ABOVE: Final = Mark("^", style.ORANGE, True)
BELOW: Final = Mark("v", style.ORANGE, True)
RANGE: Final = "#9A9A9A"


def draw(calibration: Calibration, say: Language, size: str = "screen") -> Picture:
    """A row a township, those with most calls first; outside its interval by shape and colour."""
    assert calibration.history is not None
    some = [*calibration.history.shown_townships(calibration.least)]
    some.sort(key=lambda one: -one.calls)
    wanted = min(MOST, len(some))
    shown = some[: page.rows_that_fit(size, wanted, row_chart.PITCH, row_chart.AROUND)]
    finding = words.of_townships(calibration, some, len(some) - len(shown), say)
    with page.page(finding, size, row_chart.high(len(shown))) as sheet:
        body = sheet.size
        columns = [
            NumberColumn(say("recorded"), [say.percent(one.recorded) for one in shown]),
            NumberColumn(say("in simulation"), [_interval(one.simulated, say) for one in shown]),
            NumberColumn(say("calls"), [f"{one.calls:,}" for one in shown]),
        ]
        names = [words.area(calibration, one.township, say) for one in shown]
        ax = row_chart.named_rows(sheet, names, columns)
        seen = _seen(shown)
        intervals.value_axis(ax, seen)
        for y, one in enumerate(shown):
            now = Estimate(*(100 * x for x in one.simulated))
            intervals.interval(ax, y, now, seen, RANGE, 0.55 * body)
            ax.plot([now.mean] * 2, [y - 0.22, y + 0.22], color=style.INK, lw=0.15 * body, zorder=4)
            intervals.mark(ax, 100 * one.recorded, y, look(one), 0.75 * body)
        row_chart.title(ax, say("Calls within target"))
        row_chart.axis_label(ax, say("% of calls"))
        row_chart.legend_below(sheet, _legend(shown, say, body))
    return sheet.fig.explain(
        words.townships_drawn(shown, say), lambda: _rows(calibration, shown, say), say
    )


def _rows(calibration: Calibration, shown: Sequence[TownshipHistory], say: Language) -> Rows:
    return [
        {
            "township": words.area(calibration, one.township, say),
            "calls": one.calls,
            "recorded_percent": 100 * one.recorded,
            **numbers.in_unit("simulated", "percent", one.simulated, 100),
            "outside": one.outside,
        }
        for one in shown
    ]


def look(one: TownshipHistory) -> Mark:
    """The mark of what was recorded."""
    if not one.outside:
        return INSIDE
    return ABOVE if one.recorded > one.simulated.mean else BELOW


def _interval(one: Estimate, say: Language) -> str:
    low, high = (say.number(100 * end) for end in one[1:])
    return say("{mean} ({low}, {high})", mean=say.number(100 * one.mean), low=low, high=high)


def _seen(shown: Sequence[TownshipHistory]) -> Span:
    ends = [100 * x for one in shown for x in (one.recorded, *one.simulated) if x == x]
    low, high = min([100.0, *ends]), max([0.0, *ends])
    room = max(2.0, 0.04 * (high - low))
    return Span(max(low - room, -2.0), min(high + room, 102.0))


def _legend(shown: Sequence[TownshipHistory], say: Language, size: float) -> list[Any]:
    there = {look(one) for one in shown}
    named = (
        (INSIDE, say("recorded, within")),
        (ABOVE, say("recorded, better than simulated")),
        (BELOW, say("recorded, worse than simulated")),
    )
    handles: list[Any] = [
        intervals.handle(mark, text, size) for mark, text in named if mark in there
    ]
    bar = Line2D([], [], color=RANGE, lw=0.55 * size, solid_capstyle="butt",
                 label=say("simulated, 95 % of histories"))  # fmt: skip
    return [*handles, bar]
