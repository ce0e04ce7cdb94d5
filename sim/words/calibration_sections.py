"""The report of a fit in six sections: data, rates, speeds, durations, history, assumptions."""

from __future__ import annotations

from typing import NamedTuple

from sim.answers.calibration import Calibration
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
            tuple(calibration_rates.paragraphs(calibration, say)), ("rates-map", "profile"),
            (calibration_rates.areas(calibration, say),
             calibration_rates.weekdays(calibration, say),
             calibration_rates.hours(calibration, say),
             calibration_rates.townships(calibration, say)),
        ),
        _speeds(calibration, say),
        _durations(calibration, say),
        _history(calibration, say),
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
    said = tuple(calibration_speeds.paragraphs(calibration, say))
    return FitSection(say("How fast ambulances drive"), said, ("speeds",) if tables else (), tables)


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
    said = tuple(calibration_durations.paragraphs(calibration, say))
    return FitSection(say("How long missions take, and how they end"), said, figures, tuple(tables))


def _history(calibration: Calibration, say: Language) -> FitSection:
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
        tuple(calibration_history.paragraphs(calibration, say)), figures,
        tuple(one for one in tables if one is not None),
    )  # fmt: skip
