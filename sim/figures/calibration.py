"""A calibration drawn: simulated history against history, and each part that was fitted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from matplotlib.patches import Patch

from sim.answers.calibration import Calibration
from sim.figures import (
    class_speeds,
    intervals,
    lettering,
    numbers,
    page,
    quantile_pairs,
    rates_map,
    row_chart,
    stage_laws,
    style,
    township_history,
    week_profile,
)
from sim.figures.drawing import Drawings, drawings
from sim.figures.intervals import Mark, Span
from sim.figures.numbers import Rows
from sim.figures.page import Sheet
from sim.figures.row_chart import NumberColumn
from sim.figures.style import Picture
from sim.fitting.history import Check, History
from sim.text import Message
from sim.words import calibration_sections
from sim.words import simulated_history as words
from sim.words.language import Language

MOST: Final = 24  # checks
LEAST_HIGH: Final = 29.0  # of the drawing, in units of the body type
WIDEST: Final = 2.7  # pitch of a check, in units of the body type, where there is room
SPLIT: Final = 0.37  # of the width for percentiles
NAMES_SHARE: Final = 0.36  # of the width of the checks for their names
SEEN: Final = 2.2  # bounds that the axis shows at least
FARTHEST: Final = 6.0  # bounds that it shows at most

MARKS: Final = {
    True: Mark("o", style.BLUE, True),
    False: Mark("v", style.ORANGE, True),
    None: Mark("D", style.GREY, False),
}
NAMES: Final = {
    True: Message("holds"),
    False: Message("does not hold"),
    None: Message("cannot be told"),
}


@drawings.register
def _(calibration: Calibration, say: Language, size: str) -> Drawings:
    found: Drawings = {
        calibration.name: lambda: draw(calibration, say, size),
        "rates-map": lambda: rates_map.draw(calibration, say, size),
        "profile": lambda: week_profile.draw(calibration, say, size),
    }
    shown = calibration_sections.drawn(calibration, ("rates-map", "speeds", "durations",
                                                     "townships"))  # fmt: skip
    if "rates-map" not in shown:
        del found["rates-map"]
    if calibration.fits.speeds is not None and "speeds" in shown:
        found["speeds"] = lambda: class_speeds.draw(calibration, say, size)
    if "durations" in shown:
        found["durations"] = lambda: stage_laws.draw(calibration, say, size)
    if "townships" in shown:
        found["townships"] = lambda: township_history.draw(calibration, say, size)
    return found


def draw(calibration: Calibration, say: Language, size: str = "screen") -> Picture:
    """Percentiles of response on the left, checks against their bounds on the right.

    When people call, where there are too few weeks to hold some against the fit.
    """
    history = calibration.history
    if history is None:
        return week_profile.draw(calibration, say, size)
    some = in_order(calibration, history)
    wanted = min(MOST, len(some))
    shown = some[: page.rows_that_fit(size, wanted, row_chart.PITCH, row_chart.AROUND)]
    finding = words.of_history(calibration, history, len(some) - len(shown), say)
    high = max(LEAST_HIGH, row_chart.high(len(shown)))
    with page.page(finding, size, high) as sheet:
        middle = sheet.left + SPLIT * (sheet.right - sheet.left)
        _percentiles(sheet, middle, calibration, history, say)
        rows = row_chart.high(len(shown), WIDEST) * sheet.size
        bottom = max(sheet.bottom, sheet.top - rows)
        _checks(sheet._replace(left=middle, bottom=bottom), calibration, shown, say)
    return sheet.fig.explain(
        words.drawn(history, shown, say), lambda: _rows(calibration, history, shown, say), say
    )


def _rows(
    calibration: Calibration, history: History, shown: Sequence[Check], say: Language
) -> Rows:
    """The percentiles in minutes, then the checks: each difference by what is allowed."""
    found: Rows = [
        {
            "what": say("Percentiles of response"),
            "which": say.percent(one.percent / 100, 0),
            "recorded_min": one.recorded / 60,
            **numbers.in_unit("replayed", "min", one.replayed, 1 / 60),
            "drawn_anew_min": one.drawn.mean / 60,
        }
        for one in history.quantiles
    ]
    return found + [
        {
            "what": say("Checks"),
            "which": words.check(calibration, one, say),
            **numbers.in_unit("difference", "of_allowed", words.in_bounds(one)),
        }
        for one in shown
    ]


def in_order(calibration: Calibration, history: History) -> list[Check]:
    """The checks of all calls, then townships, those farthest off first; hidden ones left out."""
    every = words.told(calibration, history)
    whole = [one for one in every if one.name != "township"]
    some = [one for one in every if one.name == "township"]
    return [*whole, *sorted(some, key=lambda one: -abs(words.in_bounds(one).mean))]


def _percentiles(
    sheet: Sheet, middle: float, calibration: Calibration, history: History, say: Language
) -> None:
    """A square at the top of the left part."""
    body = sheet.size
    left, top = sheet.left + 3.6 * body, sheet.top - 1.9 * body
    side = min(middle - 2.5 * body - left, top - sheet.bottom - 3.4 * body)
    ax = sheet.axes(left, top - side, left + side, top)
    quantile_pairs.draw(ax, history, calibration.bounds.p90_s, say)
    row_chart.title(ax, say("Percentiles of response"))


def _checks(sheet: Sheet, calibration: Calibration, some: Sequence[Check], say: Language) -> None:
    body = sheet.size
    names = [words.check(calibration, one, say) for one in some]
    told = [words.numbers(one, say) for one in some]
    heads = (say("recorded"), say("in simulation"), say("allowed"))
    columns = [NumberColumn(head, [row[i] for row in told]) for i, head in enumerate(heads)]
    wide = max(lettering.width(sheet.fig, name, body) for name in names)
    room = min(wide, NAMES_SHARE * (sheet.right - sheet.left))
    ax = row_chart.named_rows(sheet, names, columns, room)
    values = [words.in_bounds(one) for one in some]
    seen = _seen(values)
    intervals.value_axis(ax, seen)
    intervals.band(ax, 1.0)
    for y, (one, value) in enumerate(zip(some, values, strict=True)):
        look = MARKS[one.holds]
        intervals.interval(ax, y, value, seen, look.colour, 0.25 * body)
        intervals.mark(ax, seen.within(value.mean), y, look, 0.8 * body)
    whole = sum(one.name != "township" for one in some)
    if 0 < whole < len(some):
        ax.axhline(whole - 0.5, color=style.GREY, lw=0.8)
    row_chart.title(ax, say("Checks"))
    row_chart.axis_label(ax, say("difference ÷ allowed"))
    row_chart.legend_below(sheet, _legend(some, values, seen, say, body))


def _seen(values: Sequence[Any]) -> Span:
    ends = [abs(end) for value in values for end in value if end == end]
    most = min(max([SEEN, *(1.08 * end for end in ends)]), FARTHEST)
    return Span(-most, most)


def _legend(
    some: Sequence[Check], values: Sequence[Any], seen: Span, say: Language, size: float
) -> list[Any]:
    there = {one.holds for one in some}
    handles: list[Any] = [
        intervals.handle(mark, say(NAMES[holds]), size)
        for holds, mark in MARKS.items()
        if holds in there
    ]
    if intervals.cut_off(values, seen):
        handles.append(intervals.goes_on(say, size))
    band = Patch(
        facecolor=intervals.BAND, edgecolor="#9A9A9A", lw=0.5, label=say("as far apart as allowed")
    )
    return [*handles, band]
