"""How fast was driven: by class of road against the base, and in hours that are not usual."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from matplotlib.lines import Line2D

from sim.answers.calibration import Calibration
from sim.figures import intervals, numbers, page, row_chart, style
from sim.figures.intervals import Mark, Span
from sim.figures.numbers import Rows
from sim.figures.page import Sheet
from sim.figures.row_chart import NumberColumn
from sim.figures.style import Picture
from sim.fitting.speeds import BandSpeed, ClassSpeed, SpeedFit
from sim.measures.intervals import Estimate
from sim.words import calibration_figures as words
from sim.words import fitted_values
from sim.words.language import Language

MOST: Final = 16  # classes
MOST_BANDS: Final = 12
NO_LEGEND: Final = 2.0  # room that the lower rows have to spare, in units of the body type
KNOWN: Final = Mark("o", style.BLUE, True)
TIED: Final = Mark("o", style.GREY, False)
AVOIDED: Final = Mark("<", style.ORANGE, True)


def draw(calibration: Calibration, say: Language, size: str = "screen") -> Picture:
    """A row a class, those driven most first; below a row for each band of hours."""
    fit = calibration.fits.speeds
    assert fit is not None
    told = [one for one in fit.classes if one.trips >= calibration.least]
    classes = sorted(told, key=lambda one: -one.km)
    bands = sorted(fit.bands, key=lambda one: one.share.mean)
    wanted = [min(MOST, len(classes)), min(MOST_BANDS, len(bands))]
    around = row_chart.AROUND * (2 if bands else 1)
    fits = page.rows_that_fit(size, sum(wanted), row_chart.PITCH, around)
    shown_bands = bands[: max(0, min(wanted[1], max(2, fits - wanted[0])))]
    shown = classes[: max(2, min(wanted[0], fits - len(shown_bands)))]
    left = len(classes) - len(shown) + len(bands) - len(shown_bands)
    finding = words.of_speeds(calibration, fit, left, say)
    lower = row_chart.high(len(shown_bands)) - NO_LEGEND if shown_bands else 0.0
    with page.page(finding, size, row_chart.high(len(shown)) + lower) as sheet:
        edge = sheet.bottom + lower * sheet.size
        names = [fitted_values.road(one.road, say) for one in shown]
        times = [words.when(one.hours, say) for one in shown_bands]
        room = intervals.name_room(sheet.fig, [*names, *times], sheet.size, row_chart.NAMES_SHARE)
        _classes(sheet._replace(bottom=edge), calibration, fit, shown, names, room, say)
        if shown_bands:
            foot = sheet.bottom - NO_LEGEND * sheet.size
            _bands(sheet._replace(top=edge, bottom=foot), shown_bands, times, room, say)
    return sheet.fig.explain(
        words.speeds_drawn(len(shown), len(shown_bands), say),
        lambda: _rows(shown, names, shown_bands, times),
        say,
    )


def _rows(
    shown: Sequence[ClassSpeed], names: Sequence[str], bands: Sequence[BandSpeed],
    times: Sequence[str],
) -> Rows:  # fmt: skip
    found: Rows = [
        {"what": name, **numbers.in_unit("speed", "km_per_h", one.kmh),
         "driven_km": one.km, "trips": one.trips}
        for name, one in zip(names, shown, strict=True)
    ]  # fmt: skip
    return found + [
        {"what": when, **numbers.in_unit("speed", "percent_of_usual", one.share, 100),
         "trips": one.trips}
        for when, one in zip(times, bands, strict=True)
    ]  # fmt: skip


def _classes(
    sheet: Sheet, calibration: Calibration, fit: SpeedFit, shown: Sequence[ClassSpeed],
    names: Sequence[str], room: float, say: Language,
) -> None:  # fmt: skip
    body = sheet.size
    remarks = [_remark(one, say) for one in shown]
    columns = [
        NumberColumn(say("km/h (95 % CI)"), [_speed(one.kmh, say) for one in shown]),
        NumberColumn(say("km driven"), [f"{one.km:,.0f}" for one in shown]),
        NumberColumn(say("trips"), [f"{one.trips:,}" for one in shown]),
    ]
    if any(remarks):
        columns.append(NumberColumn(say("what else"), remarks))
    ax = row_chart.named_rows(sheet, names, columns, room)
    base = calibration.provenance.base.settings.travel.speeds
    before = [3.6 * base.get(one.road, float("nan")) for one in shown]
    ends = [x for one in shown for x in one.kmh] + before
    known = [x for x in ends if x == x]
    seen = Span(0.0, 1.06 * max([10.0, *known]))
    intervals.value_axis(ax, seen)
    for y, (one, then) in enumerate(zip(shown, before, strict=True)):
        look = TIED if one.tied_to else AVOIDED if one.avoided else KNOWN
        if then == then:
            ax.plot([then, then], [y - 0.38, y + 0.38], color=style.INK, lw=0.2 * body, zorder=2.5)
        intervals.interval(ax, y, one.kmh, seen, look.colour, 0.25 * body)
        intervals.mark(ax, one.kmh.mean, y, look, 0.75 * body)
    row_chart.title(ax, say("Speed with siren in the usual hours"))
    row_chart.axis_label(ax, say("speed, km/h"))
    handles: list[Any] = [intervals.handle(KNOWN, say("fitted"), body)]
    if any(one.tied_to for one in shown):
        handles.append(intervals.handle(TIED, say("tied to another class"), body))
    if any(one.avoided and not one.tied_to for one in shown):
        handles.append(intervals.handle(AVOIDED, say("much slower fits as well"), body))
    handles.append(Line2D([], [], ls="", marker="|", color=style.INK, markersize=1.1 * body,
                          markeredgewidth=0.2 * body, label=say("in the base")))  # fmt: skip
    row_chart.legend_below(sheet, handles)


def _speed(one: Estimate, say: Language) -> str:
    mean = say.number(one.mean)
    if not one.known:
        return mean
    low, high = (say.number(end) for end in one[1:])
    return say("{mean} ({low}, {high})", mean=mean, low=low, high=high)


def _remark(one: ClassSpeed, say: Language) -> str:
    if one.tied_to:
        return say("tied to {road}", road=fitted_values.road(one.tied_to, say))
    return say("or much slower") if one.avoided else ""


def _bands(
    sheet: Sheet, shown: Sequence[BandSpeed], times: Sequence[str], room: float, say: Language
) -> None:
    body = sheet.size
    values = [Estimate(*(100 * x for x in one.share)) for one in shown]
    columns = [
        NumberColumn(say("% (95 % CI)"), [_speed(one, say) for one in values]),
        NumberColumn(say("trips"), [f"{one.trips:,}" for one in shown]),
    ]
    ax = row_chart.named_rows(sheet, times, columns, room)
    ends = [x for one in values for x in one if x == x]
    low, high = min([50.0, *ends]), max([110.0, *ends])
    seen = Span(low - 3, high + 3)
    intervals.value_axis(ax, seen)
    ax.axvline(100, color=style.INK, lw=1.2, zorder=2)
    for y, value in enumerate(values):
        intervals.interval(ax, y, value, seen, style.BLUE, 0.25 * body)
        intervals.mark(ax, value.mean, y, KNOWN, 0.75 * body)
    row_chart.title(ax, say("Hours in which speeds are other than usual"))
    row_chart.axis_label(ax, say("% of the usual speed"))
