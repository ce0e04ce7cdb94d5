"""How calls vary from day to day beyond chance, and from year to year: dispersion, trend, season.

Days that vary more than chance are what a factor of the day, common to all, makes of them: Gamma
with mean 1. Trend and season are log-linear over weeks.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from scipy.special import stdtrit

from sim.fitting.days import WEEK
from sim.measures.intervals import LEVEL, NOTHING_KNOWN, Estimate, jackknife, ratios

YEAR_DAYS = 365.25
DISPERSED_FROM = 1.3  # variance over mean of days from which a factor of the day is worth having
ENOUGH_DAYS = 28
TREND_WEEKS = 26
SEASON_YEARS = 1.5


class Dispersion(NamedTuple):
    """Variance over mean of counts, 1 where only chance is at work; nan with too few days."""

    by_hour: float  # of each hour of the week, over weeks
    by_day: float  # of days, about day of the week and trend
    by_week: float  # of weeks, about the trend; above `by_day`: busy days come together
    day_factor: Estimate | None  # coefficient of variation of it; None where chance explains days


class Trend(NamedTuple):
    """How the number of calls changes over the years and through the year."""

    per_year: Estimate  # relative change: 0.05 is 5 % more each year; nan with too few weeks
    # 26 weeks or more, and the interval excludes no change; without `seasonal` it may be a season
    told: bool
    weeks: int
    seasonal: Estimate | None  # relative amplitude; None under one and a half years
    busiest_day: float  # of the year, from 0 the first of January; nan without season


class LogLinear(NamedTuple):
    """A Poisson fit with log mean = log exposure + a sum of terms."""

    value: np.ndarray  # [term]
    covariance: np.ndarray  # [term, term] widened by dispersion where that is over 1
    mean: np.ndarray  # [row]
    dispersion: float  # nan without degrees of freedom
    df: float


def log_linear(calls: np.ndarray, exposure: np.ndarray, terms: np.ndarray) -> LogLinear | None:
    """Fit `calls` [row] on `terms` [row, term], the first of them 1; None where it cannot be."""
    df = len(calls) - terms.shape[1]
    if df < 1 or not calls.any() or np.linalg.matrix_rank(terms) < terms.shape[1]:
        return None
    value = np.zeros(terms.shape[1])
    value[0] = math.log(calls.sum() / exposure.sum())
    for _ in range(50):
        mean = exposure * np.exp(np.clip(terms @ value, -50, 50))
        known = terms.T @ (terms * mean[:, None]) + 1e-9 * np.eye(len(value))
        step = np.linalg.solve(known, terms.T @ (calls - mean))
        value = value + step * min(1.0, 2.0 / max(1e-12, float(np.abs(step).max())))
        if np.abs(step).max() < 1e-9:
            break
    mean = exposure * np.exp(np.clip(terms @ value, -50, 50))
    dispersion = float(((calls - mean) ** 2 / np.maximum(mean, 1e-12)).sum() / df)
    known = terms.T @ (terms * mean[:, None]) + 1e-9 * np.eye(len(value))
    return LogLinear(
        value, np.linalg.inv(known) * max(1.0, dispersion), mean, dispersion, float(df)
    )


class _Weeks(NamedTuple):
    """Calls by week, and what trend and season make of each day."""

    calls: np.ndarray  # [week]
    fit: LogLinear | None
    of_day: np.ndarray  # [day] relative level by trend and season


def _by_week(
    calls: np.ndarray, day: np.ndarray, relative: np.ndarray, week: np.ndarray, season: bool
) -> _Weeks:
    """Fit weeks; `day`: [day] from the start of a year, `relative`: [day] by day of the week."""
    numbers, place = np.unique(week, return_inverse=True)
    exposure = np.bincount(place, relative)
    when = np.bincount(place, day * relative) / exposure
    middle = float(when.mean())

    def terms(at: np.ndarray) -> np.ndarray:
        columns = [np.ones(len(at)), (at - middle) / YEAR_DAYS]
        if season:
            turn = 2 * np.pi * at / YEAR_DAYS
            columns += [np.cos(turn), np.sin(turn)]
        return np.stack(columns, axis=1)

    of_week = np.bincount(place, calls, minlength=len(numbers))
    fit = log_linear(of_week, exposure, terms(when))
    if fit is None or len(numbers) < TREND_WEEKS:
        return _Weeks(of_week, fit, np.ones(len(calls)))
    return _Weeks(of_week, fit, np.exp(terms(day)[:, 1:] @ fit.value[1:]))


def vary(
    by_hour: np.ndarray,
    kept: np.ndarray,
    relative: np.ndarray,
    weekday: np.ndarray,
    week: np.ndarray,
    day_of_year: float,
) -> tuple[Dispersion, Trend]:
    """Dispersion and trend of the days that count.

    `by_hour`: [day, 24] calls of days that count, `kept`: [day that counts] which of the span it
    is, `relative`: [7] numbers by day of the week, `weekday`, `week`: [day that counts];
    `day_of_year`: of the first day of the span. A trend of less than a year and a half may be the
    season; with more, it is what the season leaves.
    """
    calls = by_hour.sum(axis=1).astype(float)
    if not calls.any():
        unknown = Dispersion(math.nan, math.nan, math.nan, None)
        return unknown, Trend(NOTHING_KNOWN, False, len(np.unique(week)), None, math.nan)
    span = (kept[-1] + 1 - kept[0]) / YEAR_DAYS
    seasonal = bool(span >= SEASON_YEARS)
    weeks = _by_week(calls, day_of_year + kept, relative[weekday], week, seasonal)
    level = relative[weekday] * weeks.of_day
    level *= calls.sum() / level.sum()
    days = Dispersion(
        _hours_of_week(by_hour, weekday),
        _days(calls, level),
        weeks.fit.dispersion if weeks.fit else math.nan,
        _day_factor(calls, level, week),
    )
    return days, _trend(weeks, seasonal)


def _hours_of_week(by_hour: np.ndarray, weekday: np.ndarray) -> float:
    """Variance over mean of each hour of the week over weeks, all hours together."""
    variance = mean = 0.0
    for day in range(WEEK):
        rows = by_hour[weekday == day]
        if len(rows) > 1:
            variance += float(rows.var(axis=0, ddof=1).sum())
            mean += float(rows.mean(axis=0).sum())
    return variance / mean if mean else math.nan


def _days(calls: np.ndarray, level: np.ndarray) -> float:
    """Variance of days over that of chance."""
    free = len(calls) - WEEK
    if free < 1:
        return math.nan
    return float(((calls - level) ** 2 / level).sum() / free)


def _day_factor(calls: np.ndarray, level: np.ndarray, week: np.ndarray) -> Estimate | None:
    """Coefficient of variation of the day's factor, by moments, with a jackknife over weeks."""
    if len(calls) < ENOUGH_DAYS or _days(calls, level) <= DISPERSED_FROM:
        return None
    free = len(calls) / (len(calls) - WEEK)
    _, place = np.unique(week, return_inverse=True)
    beyond = np.bincount(place, free * (calls - level) ** 2 - level)
    found = jackknife(ratios(beyond, np.bincount(place, level**2))).interval()
    ends = [math.sqrt(max(0.0, value)) for value in found if not math.isnan(value)]
    return Estimate(*ends) if len(ends) == 3 else Estimate(ends[0], math.nan, math.nan)


def _trend(weeks: _Weeks, seasonal: bool) -> Trend:
    """Put the fit of weeks into words that a planner knows: per year, amplitude, busiest day."""
    fit, number = weeks.fit, len(weeks.calls)
    if fit is None:
        return Trend(NOTHING_KNOWN, False, number, None, math.nan)
    far = float(stdtrit(fit.df, 0.5 + LEVEL / 2))
    half = far * math.sqrt(fit.covariance[1, 1])
    per_year = Estimate(*(math.expm1(min(fit.value[1] + by, 700.0)) for by in (0.0, -half, half)))
    told = number >= TREND_WEEKS and not per_year.low <= 0 <= per_year.high
    if not seasonal:
        return Trend(per_year, told, number, None, math.nan)
    wave = fit.value[2:]
    amplitude = math.hypot(*wave)
    along = wave / max(amplitude, 1e-12)
    half = far * math.sqrt(along @ fit.covariance[2:, 2:] @ along)
    busiest = math.atan2(wave[1], wave[0]) / (2 * np.pi) * YEAR_DAYS % YEAR_DAYS
    season = Estimate(amplitude, max(0.0, amplitude - half), amplitude + half)
    return Trend(per_year, told, number, season, busiest)
