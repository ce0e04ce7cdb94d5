"""When people call: hours of the day and days of the week, smoothed, with 95 % intervals.

Calls are Poisson with log mean = level + hour + day of the week. Differences of differences of
neighbouring hours are penalised, round the clock, by a weight that predicts weeks left out best.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from scipy.special import stdtrit

from sim.fitting.days import HOURS, WEEK
from sim.measures.intervals import LEVEL

WEIGHTS = (0.1, 1.0, 10.0, 30.0, 100.0, 300.0, 1e3, 3e3, 1e4, 1e5)
WITHOUT_CHOICE = 100.0  # where there are too few weeks to leave some out
FOLDS = 5
HOLDS_HOURS, HOLDS_DAYS = 0.1, 1.0  # precision with which nothing is known: keeps logs finite
MOVED_ENOUGH = 0.03  # fewer calls than this at another hour change no plan, however sure they are
WEEKEND = 5  # Saturday is the first day of it
NEGLIGIBLE = 1e-3  # a weight that predicts so much worse is left aside
ENOUGH_IN_AN_HOUR = 5  # expected calls without which an hour says nothing of dispersion


class ShapeDifference(NamedTuple):
    """Whether two groups of calls fall at other hours of the day."""

    gain: float  # of BIC by hours of their own; above 0 the data want them. nan: nothing to compare
    moved: float  # share of calls that fall at another hour
    differs: bool


class Profile(NamedTuple):
    """Relative numbers of calls by hour and by day of the week; each has mean 1."""

    hours: np.ndarray  # [24]
    hours_low: np.ndarray  # [24] nan without calls
    hours_high: np.ndarray
    days: np.ndarray  # [7] from Monday
    days_low: np.ndarray  # [7]
    days_high: np.ndarray
    weight: float  # of the smoothing
    weights: np.ndarray  # [candidate]
    scores: np.ndarray  # [candidate] -log chance of a call of a week left out; nan: not compared
    hours_dispersion: float  # variance over what is expected by chance, of hours within days
    days_dispersion: float  # of days within weeks
    weekend: ShapeDifference
    urban_rural: ShapeDifference


class _Smoothed(NamedTuple):
    """A penalised fit: log numbers, and what the data and the penalty know of them."""

    hour: np.ndarray  # [24] log, sums to about 0
    day: np.ndarray  # [row] log
    mean: np.ndarray  # [row, 24] expected
    weight: float

    @property
    def share(self) -> np.ndarray:
        """[24] of a day's calls."""
        raised = np.exp(self.hour - self.hour.max())
        return raised / raised.sum()

    @property
    def freedom(self) -> float:
        """Effective number of parameters of the hours."""
        known = np.diag(self.mean.sum(axis=0))
        return float(np.trace(np.linalg.solve(known + _penalty(self.weight), known))) - 1


def profile(
    by_hour: np.ndarray, weekday: np.ndarray, week: np.ndarray, hours_of_area: np.ndarray
) -> Profile:
    """Fit the profile to whole days that were recorded.

    `by_hour`: [day, 24] calls; `weekday`: [day] from 0, Monday; `week`: [day] number of the week;
    `hours_of_area`: [area, 24] calls. Intervals of hours are widened where hours vary more than
    chance within days, those of days where days do within weeks: a day that is busy as a whole
    says nothing of its hours. Where several weights predict about as well, as with few calls,
    intervals of hours hold that as well: each weight counts by how well it predicts.
    """
    calls, recorded = _by_weekday(by_hour, weekday)
    scores = _scores(by_hour, weekday, week)
    compared = not np.isnan(scores).any()
    weight = WEIGHTS[int(scores.argmin())] if compared else WITHOUT_CHOICE
    fitted = _smooth(calls, recorded, weight)
    likely = np.exp((scores.min() - scores) * calls.sum()) if compared else np.zeros(len(scores))
    also = [
        (by, _smooth(calls, recorded, other))
        for by, other in zip(likely, WEIGHTS, strict=True)
        if by > NEGLIGIBLE
    ] or [(1.0, fitted)]
    of_hours, hours_df = _hours_dispersion(by_hour, fitted)
    of_days, days_df = _days_dispersion(by_hour.sum(axis=1), weekday, week, fitted)
    known = [(by, f.hour, np.diag(f.mean.sum(axis=0)) + _penalty(f.weight)) for by, f in also]
    known_days = np.diag(fitted.mean.sum(axis=1)) + HOLDS_DAYS * np.eye(WEEK)
    hourly = _relative(fitted.hour, known, max(1.0, of_hours), hours_df)
    daily = _relative(fitted.day, [(1.0, fitted.day, known_days)], max(1.0, of_days), days_df)
    if not calls.any():
        hourly, daily = (
            (numbers, numbers + np.nan, numbers + np.nan) for numbers, _, _ in (hourly, daily)
        )
    weekly = np.stack([calls[:WEEKEND].sum(axis=0), calls[WEEKEND:].sum(axis=0)])
    return Profile(
        *hourly,
        *daily,
        weight,
        np.array(WEIGHTS),
        scores,
        of_hours,
        of_days,
        _difference(weekly, weight, of_hours),
        _difference(hours_of_area, weight, of_hours),
    )


def _by_weekday(by_hour: np.ndarray, weekday: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """[7, 24] calls and [7] days recorded."""
    calls = np.zeros((WEEK, HOURS))
    np.add.at(calls, weekday, by_hour)
    return calls, np.bincount(weekday, minlength=WEEK).astype(float)


def _scores(by_hour: np.ndarray, weekday: np.ndarray, week: np.ndarray) -> np.ndarray:
    """[candidate] how badly each weight predicts when calls of weeks left out come."""
    numbers, place = np.unique(week, return_inverse=True)
    fold = place % FOLDS
    scores = np.zeros(len(WEIGHTS))
    if len(numbers) < 2:
        return scores + np.nan
    tested = 0.0
    for left in range(min(FOLDS, len(numbers))):
        calls, days = _by_weekday(by_hour[fold != left], weekday[fold != left])
        test, test_days = _by_weekday(by_hour[fold == left], weekday[fold == left])
        if not calls.any() or not test.any():
            continue
        tested += test.sum()
        for row, weight in enumerate(WEIGHTS):
            fitted = _smooth(calls, days, weight)
            mean = test_days[:, None] * np.exp(fitted.day[:, None] + fitted.hour)
            chance = np.where(test > 0, mean / mean.sum(), 1.0)
            scores[row] -= (test * np.log(chance)).sum()
    return scores / tested if tested else scores + np.nan


def _penalty(weight: float) -> np.ndarray:
    """[24, 24] of the squared second differences round the clock."""
    bend = np.roll(np.eye(HOURS), 1, axis=0) + np.roll(np.eye(HOURS), -1, axis=0)
    bend -= 2 * np.eye(HOURS)
    return weight * bend @ bend + HOLDS_HOURS * np.eye(HOURS)


def _smooth(calls: np.ndarray, recorded: np.ndarray, weight: float) -> _Smoothed:
    """Fit log numbers of hours and of rows (days of the week) by penalised likelihood.

    `calls`: [row, 24], `recorded`: [row] days. Newton's steps: with so few unknowns a handful of
    them is exact, whatever the weight.
    """
    rows = len(recorded)
    total, exposure = calls.sum(), np.broadcast_to(recorded[:, None], calls.shape)
    if not total:
        return _Smoothed(np.zeros(HOURS), np.zeros(rows), np.zeros(calls.shape), weight)
    hours, days = slice(1, 1 + HOURS), slice(1 + HOURS, None)
    held = np.zeros((1 + HOURS + rows, 1 + HOURS + rows))
    held[0, 0] = 1e-9 * total
    held[hours, hours] = _penalty(weight)
    held[days, days] = HOLDS_DAYS * np.eye(rows)
    level = math.log(total / exposure.sum())

    def mean(unknown: np.ndarray) -> np.ndarray:
        log = level + unknown[0] + unknown[hours] + unknown[days][:, None]
        return exposure * np.exp(np.clip(log, -40, 40))

    def by_unknown(cells: np.ndarray) -> np.ndarray:
        return np.concatenate([[cells.sum()], cells.sum(axis=0), cells.sum(axis=1)])

    def loss(unknown: np.ndarray, expected: np.ndarray) -> float:
        return float(expected.sum() - by_call @ unknown + unknown @ held @ unknown / 2)

    by_call = by_unknown(calls)
    unknown = np.zeros(len(held))
    expected = mean(unknown)
    for _ in range(100):
        slope = by_unknown(expected) - by_call + held @ unknown
        bend = np.diag(by_unknown(expected))
        bend[0, 1:] = bend[1:, 0] = by_unknown(expected)[1:]
        bend[days, hours], bend[hours, days] = expected, expected.T
        step = np.linalg.solve(bend + held, slope)
        step *= min(1.0, 2.0 / max(1e-12, float(np.abs(step).max())))  # logs: e² at most at once
        before = loss(unknown, expected)
        while loss(unknown - step, mean(unknown - step)) > before + 1e-9 * total:
            step /= 2
        unknown = unknown - step
        expected = mean(unknown)
        if np.abs(step).max() < 1e-8:
            break
    return _Smoothed(unknown[hours], unknown[days], expected, weight)


def _hours_dispersion(by_hour: np.ndarray, fitted: _Smoothed) -> tuple[float, float]:
    """Variance of hours within days over that of chance, and its degrees of freedom."""
    calls = by_hour.sum(axis=1)
    enough = fitted.share * calls.sum() >= ENOUGH_IN_AN_HOUR
    busy = by_hour[calls > 0][:, enough]
    if len(busy) < 2 or enough.sum() < 2:
        return math.nan, math.inf
    share = fitted.share[enough] / fitted.share[enough].sum()
    expected = busy.sum(axis=1, keepdims=True) * share
    some = expected[:, 0] > 0
    squares = ((busy[some] - expected[some]) ** 2 / expected[some]).sum()
    free = (enough.sum() - 1) * some.sum() - fitted.freedom
    return (float(squares / free), float(free)) if free > 0 else (math.nan, math.inf)


def _days_dispersion(
    calls: np.ndarray, weekday: np.ndarray, week: np.ndarray, fitted: _Smoothed
) -> tuple[float, float]:
    """Variance of days within weeks over that of chance, and its degrees of freedom.

    Within weeks, so that neither trend nor season counts as a difference of days.
    """
    _, place = np.unique(week, return_inverse=True)
    relative = np.exp(fitted.day)[weekday]
    of_week = np.bincount(place, calls) / np.maximum(np.bincount(place, relative), 1e-300)
    expected = of_week[place] * relative
    some = expected > 0
    free = some.sum() - len(np.unique(place[some])) - (WEEK - 1)
    if free < 1:
        return math.nan, math.inf
    squares = ((calls[some] - expected[some]) ** 2 / expected[some]).sum()
    return float(squares / free), float(free)


def _relative(
    log: np.ndarray,
    fits: list[tuple[float, np.ndarray, np.ndarray]],
    dispersion: float,
    df: float,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Numbers of mean 1 with their 95 % interval.

    `log`: of the numbers; `fits`: how likely each is, its logs, and what is known of them (a
    matrix). The variance is that within fits and between them.
    """
    raised = np.exp(log - log.max())
    to_relative = np.eye(len(log)) - raised / raised.sum()
    variance = np.zeros(len(log))
    for likely, other, known in fits:
        within = np.diag(to_relative @ np.linalg.inv(known) @ to_relative.T) * dispersion
        variance += likely * (within + (to_relative @ (other - log)) ** 2)
    variance /= sum(by for by, _, _ in fits)
    half = stdtrit(df, 0.5 + LEVEL / 2) * np.sqrt(variance)
    numbers = raised / raised.mean()
    return numbers, numbers * np.exp(-half), numbers * np.exp(half)


def _difference(calls: np.ndarray, weight: float, dispersion: float) -> ShapeDifference:
    """Compare one shape of hours for two groups of calls, [group, 24], with one for each."""
    if (calls.sum(axis=1) == 0).any():
        return ShapeDifference(math.nan, math.nan, False)
    one = _smooth(calls.sum(axis=0)[None], np.ones(1), weight)
    two = [_smooth(group[None], np.ones(1), weight) for group in calls]
    gained = sum(
        (group * np.log(own.share / one.share)).sum() for group, own in zip(calls, two, strict=True)
    )
    more = max(1.0, sum(own.freedom for own in two) - one.freedom)
    gain = 2 * gained / np.fmax(1.0, dispersion) - more * math.log(calls.sum())
    moved = float(np.abs(two[0].share - two[1].share).sum() / 2)
    return ShapeDifference(float(gain), moved, bool(gain > 0 and moved >= MOVED_ENOUGH))
