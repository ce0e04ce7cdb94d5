"""A calibration, said: whether the model repeats history, what rows became, what was fitted."""

from __future__ import annotations

from typing import Final

from sim.answers.calibration import Calibration
from sim.fitting import shown_cells
from sim.measures.intervals import Estimate
from sim.words import (
    calibration_assumed,
    calibration_durations,
    calibration_history,
    calibration_speeds,
    cleaning,
    fitted_values,
    provenance,
)
from sim.words.fitted_values import MINUTES, PERCENT, PLAIN, RATE, FittedUnit
from sim.words.language import Language
from sim.words.page import Column, Page, Table, page

MOST_BANDS: Final = 3


@page.register
def _(calibration: Calibration, say: Language) -> Page:
    base = calibration.provenance.base
    checks = calibration_history.checks(calibration, say, short=True)
    return Page(
        heading=(
            say("Last year first: {base}, fitted to {file}",
                base=base.name, file=calibration.records.file),
            *provenance.marks(base, say),
            *warnings(calibration, say),
        ),
        body=(
            fitted(calibration, say),
            *([] if checks is None else [checks]),
            cleaning.table(calibration, say, short=True),
        ),
        notes=tuple(_notes(calibration, say)),
        sentences=(
            sentence(calibration, say),
            cleaning.balance_sentence(calibration, say),
            what_was_fitted(calibration, say),
        ),
        say=say,
    )  # fmt: skip


def warnings(calibration: Calibration, say: Language) -> list[str]:
    """What is odd about the records as a whole, a line each."""
    return [say(one.whole) for one in calibration.records.odd]


def sentence(calibration: Calibration, say: Language) -> str:
    """For the minutes: does the model repeat last year?"""
    return calibration_history.sentence(calibration, say)


def what_was_fitted(calibration: Calibration, say: Language) -> str:
    """For the minutes: what was fitted, and what could not be."""
    fits = calibration.fits
    parts = [say("rates of calls")]
    if fits.speeds is not None:
        parts.append(say("speeds"))
    stages = [fitted_values.stage(one.stage, one.of, say) for one in fits.durations.laws]
    if stages:
        parts.append(say("durations ({stages})", stages=say.joined(stages)))
    if fits.shares.priorities:
        parts.append(say("shares of priorities"))
    if fits.shares.conveyed is not None:
        parts.append(say("the share conveyed"))
    remarks = [say("Fitted to the records: {parts}.", parts=say.listed(parts))]
    tied = calibration_speeds.tied(fits.speeds, say) if fits.speeds is not None else []
    if tied:
        remarks.append(say("Speeds that drives do not tell, moved with a neighbouring class: "
                           "{names}.", names=say.listed(tied)))  # fmt: skip
    unclear = calibration_durations.not_apart(calibration, say)
    if unclear:
        remarks.append(say("Families of laws not told apart: {stages}.",
                           stages=say.joined(unclear)))  # fmt: skip
    remarks.append(
        say(
            "As in the base: {names}.",
            names=say.listed(calibration_assumed.as_in_base(calibration, say)),
        )
    )
    said, *others = remarks
    for remark in others:
        said = say("{sentence} {remark}", sentence=said, remark=remark)
    return said


def fitted(calibration: Calibration, say: Language) -> Table:
    """About fifteen numbers that matter most, with intervals and what they rest on."""
    fits, rows = calibration.fits, []

    def add(name: str, one: Estimate | None, unit: FittedUnit, n: float) -> None:
        if one is None:
            return
        hidden = n < calibration.least
        shown = [fitted_values.UNKNOWN, ""] if hidden else fitted_values.cells(one, unit, say)
        rows.append([name, *shown, fitted_values.count(n, calibration.least, say)])

    areas = fits.rates.areas
    told = shown_cells.shown((one.calls for one in areas), calibration.least)
    names = (say("Calls, urban"), say("Calls, rural"))
    for name, area, seen in zip(names, areas, told, strict=True):
        if area.people > 0:
            add(name, area.per_1000_per_year, RATE, area.calls if seen else -1)
    if (speeds := fits.speeds) is not None:
        add(say("Speed, all roads, of that of the base"), speeds.overall, PERCENT, speeds.used)
        for band in sorted(speeds.bands, key=lambda one: -one.trips)[:MOST_BANDS]:
            when = fitted_values.band(band.hours, say)
            add(say("Speed, {when}, of the usual", when=when), band.share, PERCENT, band.trips)
        add(say("Speed without siren, of that with siren"), speeds.ordinary, PERCENT, speeds.used)
        add(say("Spread of single drives (sigma)"), speeds.sigma, PLAIN, speeds.drives)
    for law in fits.durations.laws:
        name = say("Mean, {stage}", stage=fitted_values.stage(law.stage, law.of, say))
        add(name, law.law.mean, MINUTES, law.law.n)
    if (conveyed := fits.shares.conveyed) is not None:
        seen = shown_cells.share_shown(conveyed, calibration.least)
        add(
            say("Conveyed, of calls that somebody came to"),
            conveyed.share,
            PERCENT,
            conveyed.n if seen else -1,
        )
    columns = (
        Column(say("fitted"), "left"), *fitted_values.with_interval("", say),
        Column(say("rests on")),
    )  # fmt: skip
    return Table(columns, rows)


def _notes(calibration: Calibration, say: Language) -> list[str]:
    said = [
        say("Intervals are of chance and of what records leave open, not of what was assumed."),
        *cleaning.not_read(calibration, say),
        *(say("Assumed: {text}", text=one) for one in calibration_assumed.notes(calibration, say)),
    ]
    said += calibration_history.in_whole_minutes(calibration, say) if calibration.history else []
    if calibration.least:
        said.append(calibration_assumed.hidden(calibration, say))
    return said
