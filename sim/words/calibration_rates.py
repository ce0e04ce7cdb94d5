"""Fitted rates, said: areas, hours and days, townships, and how much days vary beyond chance."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from sim.answers.calibration import Calibration
from sim.fitting import shown_cells
from sim.fitting.days import BEGINS_LATE, ENDS_EARLY, FEED_DOWN
from sim.fitting.profile import ShapeDifference
from sim.fitting.variation import DISPERSED_FROM
from sim.measures.intervals import Estimate
from sim.model.calendar import HOURS
from sim.text import Message
from sim.words import fitted_values, measures
from sim.words.fitted_values import PERCENT, PLAIN, UNKNOWN
from sim.words.language import Language
from sim.words.page import Column, Table
from sim.words.week import LONG_DAYS

AREAS: Final = (Message("Urban"), Message("Rural"))
WHY_LEFT_OUT: Final = {
    BEGINS_LATE: Message("the records begin in the middle of it"),
    ENDS_EARLY: Message("the records end in the middle of it"),
    FEED_DOWN: Message("not recorded in full"),
}
MOST_DAYS: Final = 8
HALF_DAY: Final = 12


def areas(calibration: Calibration, say: Language) -> Table:
    """Town and country: calls, people, rate with interval, dispersion."""
    columns = (
        Column(align="left"), Column(say("calls")), Column(say("people")),
        *fitted_values.with_interval(say("a year per 1000 people"), say),
        Column(say("variance / mean of days")),
    )  # fmt: skip
    both = calibration.fits.rates.areas
    shown = shown_cells.shown((one.calls for one in both), calibration.least)
    rows = [
        [
            say(AREAS[row]), f"{one.calls:,.0f}" if shown[row] else say("hidden"),
            f"{one.people:,.0f}",
            *([UNKNOWN, ""] if not shown[row] else
              [say.number(one.per_1000_per_year.mean, 2),
                  fitted_values.interval(one.per_1000_per_year, PLAIN, say)]),
            say.number(one.dispersion, 2),
        ]
        for row, one in enumerate(both)
    ]  # fmt: skip
    return Table(columns, rows)


def hours(calibration: Calibration, say: Language) -> Table:
    """Calls by hour of the day over the mean of all hours; two hours a row."""
    profile = calibration.fits.rates.profile
    head = (Column(say("hour"), "left"), *fitted_values.with_interval(say("of the mean"), say))

    def cells(hour: int) -> list[str]:
        one = Estimate(*(float(c[hour]) for c in (
            profile.hours, profile.hours_low, profile.hours_high)))  # fmt: skip
        return [f"{hour:02d}–{hour + 1:02d}", *fitted_values.cells(one, PLAIN, say)]

    rows = [[*cells(hour), *cells(hour + HALF_DAY)] for hour in range(HOURS - HALF_DAY)]
    return Table((*head, *head), rows, above=say("Calls by hour, 1 is the mean of all hours"))


def weekdays(calibration: Calibration, say: Language) -> Table:
    """Calls by day of the week over the mean of all days."""
    profile = calibration.fits.rates.profile
    rows = []
    for day, name in enumerate(LONG_DAYS):
        one = Estimate(*(float(c[day]) for c in (
            profile.days, profile.days_low, profile.days_high)))  # fmt: skip
        rows.append([say(name), *fitted_values.cells(one, PLAIN, say)])
    columns = (Column(say("day"), "left"), *fitted_values.with_interval(say("of the mean"), say))
    return Table(columns, rows, above=say("Calls by day of the week, 1 is the mean of all days"))


def townships(calibration: Calibration, say: Language) -> Table:
    """Calls of townships over what their people explain, raw and shrunk, the busiest first."""
    found, base = calibration.fits.rates.townships, calibration.provenance.base
    known = np.nan_to_num(found.factor, nan=-1.0)
    shown = shown_cells.shown(found.calls, calibration.least)
    rows = []
    for row in np.lexsort((-known, ~shown)).tolist():
        name = say.name(base.map.townships[row].name)
        expected = f"{found.expected[row]:,.0f}"
        if not shown[row]:
            rows.append([name, say("hidden"), expected, UNKNOWN, UNKNOWN, ""])
            continue
        one = Estimate(*(float(c[row]) for c in (found.factor, found.low, found.high)))
        rows.append([
            name, f"{found.calls[row]:,.0f}", expected, say.number(float(found.raw[row]), 2),
            *fitted_values.cells(one, PLAIN, say),
        ])  # fmt: skip
    columns = (
        Column(measures.one_area(base.map, say), "left"), Column(say("calls")),
        Column(say("expected by people")), Column(say("calls / expected")),
        *fitted_values.with_interval(say("fitted factor"), say),
    )  # fmt: skip
    return Table(columns, rows, above=say("Calls over what the people and the rate of the area "
                                          "explain"))  # fmt: skip


def paragraphs(calibration: Calibration, say: Language) -> list[str]:
    """What the rates rest on, how sure they are, and what is only assumed of them."""
    rates = calibration.fits.rates
    said = [say(
        "Rates rest on {calls} calls of {counted} days; {left} of {all} days are left out.",
        calls=f"{rates.calls:,}", counted=f"{rates.exposure_days:,}",
        left=f"{rates.days - rates.exposure_days:,}", all=f"{rates.days:,}",
    )]  # fmt: skip
    said += _left_out(calibration, say)
    said += [*_dispersion(calibration, say), *_trend(calibration, say)]
    said += _shape(calibration, say)
    said += _townships(calibration, say)
    said.append(say("The coming year is taken to be like the recorded one: that is an assumption, "
                    "not a forecast."))  # fmt: skip
    return said


def _left_out(calibration: Calibration, say: Language) -> list[str]:
    """The days that were not recorded, by date, with why."""
    left = calibration.fits.rates.left_out
    days = [
        say("{day} ({calls} calls, usually {usual}: {why})", day=str(day), calls=int(calls),
            usual=say.number(float(usual), 0), why=WHY_LEFT_OUT[int(reason)])
        for day, reason, calls, usual in zip(
            left.day, left.reason, left.calls, left.expected, strict=True)
    ]  # fmt: skip
    if not days:
        return []
    return [say("Days left out: {days}.", days=say.listed(days, MOST_DAYS))]


def _dispersion(calibration: Calibration, say: Language) -> list[str]:
    found = calibration.fits.rates.dispersion
    if math.isnan(found.by_day):
        return [say("Too few days to tell whether they vary more than chance.")]
    number = say.number(found.by_day, 2)
    if found.by_day <= DISPERSED_FROM:
        return [say("Days vary about as chance has it: variance over mean {number}.",
                    number=number)]  # fmt: skip
    said = [say(
        "Days vary more than chance: variance over mean {number}. Intervals by the Poisson law "
        "would be too narrow; those of areas are widened by it.", number=number,
    )]  # fmt: skip
    if found.day_factor is not None:
        said.append(say(
            "That is as if all calls of a day were multiplied by a factor with a coefficient of "
            "variation of {factor}; drawn calls do not have it.",
            factor=fitted_values.spoken(found.day_factor, PERCENT, say),
        ))  # fmt: skip
    return said


def _trend(calibration: Calibration, say: Language) -> list[str]:
    """A trend that can be told; none is said of what may be chance."""
    found = calibration.fits.rates.trend
    if not found.told:
        return []
    change = found.per_year
    low, high = (say.number(100 * end, 1, sign=True) for end in (change.low, change.high))
    return [say(
        "Calls change by {change} % a year (95 % CI {low} to {high}), by {weeks} weeks; less than "
        "a year and a half may show the season. Rates hold for the middle of the records.",
        change=say.number(100 * change.mean, 1, sign=True), low=low, high=high, weeks=found.weeks,
    )]  # fmt: skip


def _shape(calibration: Calibration, say: Language) -> list[str]:
    """Whether weekends, and town and country, have hours of their own."""
    profile = calibration.fits.rates.profile

    def one(found: ShapeDifference, differs: Message, alike: Message) -> list[str]:
        if math.isnan(found.gain):
            return []
        return [say(differs if found.differs else alike, share=say.percent(found.moved))]

    return [
        *one(
            profile.weekend,
            Message("At weekends {share} of calls fall at another hour than on workdays; a "
                    "scenario has one profile of hours, the mean of both."),
            Message("Hours of weekends cannot be told from those of workdays."),
        ),
        *one(
            profile.urban_rural,
            Message("In town {share} of calls fall at another hour than in the country; a "
                    "scenario has one profile of hours, the mean of both."),
            Message("Hours of town and country cannot be told apart."),
        ),
    ]  # fmt: skip


def _townships(calibration: Calibration, say: Language) -> list[str]:
    found = calibration.fits.rates.townships
    areas = measures.area_word(calibration.provenance.base.map, say)
    if found.flat:
        said = [say("The {areas} cannot be told apart by their calls: chance explains all "
                    "differences, and every factor is 1.", areas=areas)]  # fmt: skip
    else:
        said = [say(
            "Factors are drawn towards 1 as far as chance explains them: at {n} expected calls a "
            "factor lies half-way between the calls of its own and all others.",
            n=say.number(found.strength, 0), areas=areas,
        )]  # fmt: skip
    if found.calls_where_nobody_lives:
        said.append(say.count(
            found.calls_where_nobody_lives,
            "{n} call comes from where nobody lives: it counts for its area.",
            "{n} calls come from where nobody lives: they count for their area.",
        ))  # fmt: skip
    return said
