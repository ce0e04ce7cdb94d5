"""The report of a fit in six sections: data, rates, speeds, durations, history, assumptions."""

from __future__ import annotations

from typing import NamedTuple

from sim.answers.calibration import Calibration
from sim.fitting import shown_cells
from sim.words import (
    calibration_assumed,
    calibration_durations,
    calibration_history,
    calibration_rates,
    calibration_shares,
    calibration_speeds,
    cleaning,
)
from sim.words.language import Language
from sim.words.page import Table


class FitSection(NamedTuple):
    """A section of the report: what it says, the figures that stand in it, then its tables."""

    title: str
    paragraphs: tuple[str, ...]
    figures: tuple[str, ...]  # by their names
    tables: tuple[Table, ...]


def calibration_sections(calibration: Calibration, say: Language) -> tuple[FitSection, ...]:
    """The six sections, in the order in which they are read."""
    return (
        FitSection(
            say("Data and cleaning"), tuple(cleaning.paragraphs(calibration, say)), (),
            (cleaning.table(calibration, say),),
        ),
        FitSection(
            say("How often, when and where people call"),
            (*calibration_rates.paragraphs(calibration, say),
             *_not_drawn(calibration, ("rates-map",), say)),
            drawn(calibration, ("rates-map", "profile")),
            (calibration_rates.areas(calibration, say),
             calibration_rates.weekdays(calibration, say),
             calibration_rates.hours(calibration, say),
             calibration_rates.townships(calibration, say)),
        ),
        _speeds(calibration, say),
        _durations(calibration, say),
        history_section(calibration, say),
        FitSection(
            say("What was assumed"), tuple(calibration_assumed.paragraphs(calibration, say)), (),
            (calibration_assumed.bounds(calibration, say),),
        ),
    )  # fmt: skip


def _speeds(calibration: Calibration, say: Language) -> FitSection:
    fit = calibration.fits.speeds
    tables: tuple[Table, ...] = ()
    if fit is not None:
        tables = (
            calibration_speeds.whole(fit, say),
            *((calibration_speeds.classes(fit, calibration.least, say),) if fit.classes else ()),
            *((calibration_speeds.bands(fit, say),) if fit.bands else ()),
        )
    figures: tuple[str, ...] = ("speeds",) if tables else ()
    said = (*calibration_speeds.paragraphs(calibration, say),
            *_not_drawn(calibration, figures, say))  # fmt: skip
    figures = drawn(calibration, figures)
    return FitSection(say("How fast ambulances drive"), said, figures, tables)


def _durations(calibration: Calibration, say: Language) -> FitSection:
    tables = [calibration_shares.table(calibration, say)]
    figures: tuple[str, ...] = ()
    if calibration.fits.durations.laws:
        figures = ("durations",)
        of_stages = [
            calibration_durations.laws(calibration, say),
            calibration_durations.quantiles(calibration, say),
            calibration_durations.others(calibration, say),
            calibration_durations.groups(calibration, say),
            calibration_durations.stations(calibration, say),
        ]
        tables = [*(one for one in of_stages if one is not None), *tables]
    said = (*calibration_durations.paragraphs(calibration, say),
            *_not_drawn(calibration, figures, say))  # fmt: skip
    title = say("How long missions take, and how they end")
    return FitSection(title, said, drawn(calibration, figures), tuple(tables))


def drawn(calibration: Calibration, figures: tuple[str, ...]) -> tuple[str, ...]:
    """Those figures that show something beside what is hidden for few calls."""
    fits, least = calibration.fits, calibration.least
    history = calibration.history
    empty = {
        "rates-map": least > 0 and not shown_cells.shown(fits.rates.townships.calls, least).any(),
        "speeds": fits.speeds is not None and bool(fits.speeds.classes)
        and all(one.trips < least for one in fits.speeds.classes),
        "durations": not calibration_durations.shown_laws(calibration),
        "townships": history is None or not any(history.shown_townships(least)),
    }  # fmt: skip
    return tuple(name for name in figures if not empty.get(name, False))


def _not_drawn(calibration: Calibration, figures: tuple[str, ...], say: Language) -> list[str]:
    """A sentence where a figure is left out, for all in it is hidden."""
    if len(drawn(calibration, figures)) == len(figures):
        return []
    return [say.count(
        calibration.least,
        "A figure is left out, for all in it is of fewer than {n} call and hidden.",
        "A figure is left out, for all in it is of fewer than {n} calls and hidden.",
    )]  # fmt: skip


def history_section(calibration: Calibration, say: Language) -> FitSection:
    """The last weeks as recorded against the same weeks simulated."""
    history = calibration.history
    tables: list[Table | None] = []
    figures: tuple[str, ...] = ()
    if history is not None:
        figures = ("calibration", "townships")
        tables = [
            calibration_history.checks(calibration, say, short=False),
            calibration_history.quantiles(history, say),
            calibration_history.townships(calibration, say),
            calibration_history.by_hour(calibration, say),
            calibration_history.busy(calibration, say),
        ]
    return FitSection(
        say("History against simulated history"),
        (*calibration_history.paragraphs(calibration, say),
         *_not_drawn(calibration, figures, say)), drawn(calibration, figures),
        tuple(one for one in tables if one is not None),
    )  # fmt: skip
