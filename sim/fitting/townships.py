"""How much more or less each township calls than its people explain, shrunk by what chance does.

Calls of a township are Poisson about expected × factor, factors Gamma with the mean of all (Clayton
and Kaldor 1987); their variance by moments (Marshall 1991), corrected for few townships. Intervals
also hold that this variance is itself uncertain.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from scipy.special import gammainc, gammaln

from sim.measures.intervals import LEVEL

DEVIATIONS = np.concatenate([[1e-3], np.linspace(0.02, 2.0, 100)])  # of factors, as may be
NEGLIGIBLE = 1e-3  # weight under which a deviation is not looked at
HALVINGS = 45
WIDEST_SCALE = 3.0


class TownshipFactors(NamedTuple):
    """Calls of each township against what its people and the rates of their areas explain."""

    calls: np.ndarray  # [township] on days that count
    expected: np.ndarray  # [township] by the rates of both areas
    raw: np.ndarray  # [township] calls / expected; nan where nothing is expected
    factor: np.ndarray  # [township] shrunk; applies to all its people. nan: nobody lives there
    low: np.ndarray  # [township] 95 % interval
    high: np.ndarray
    variance: float  # of the true factors, A; 0 where townships cannot be told apart
    strength: float  # expected calls with which a township's own calls count as much as all others
    flat: bool  # A is 0: every factor is 1
    areas_kept: bool  # calls of each area stay; else only those of both together (`keeping_totals`)
    calls_where_nobody_lives: int
    calls_elsewhere: int  # in no township of the map


def township_factors(
    township: np.ndarray, people: np.ndarray, rate: np.ndarray, exposure_days: float
) -> TownshipFactors:
    """Fit a factor for each township.

    `township`: [call] row, -1 for none; `people`: [township, area]; `rate`: [area] calls a person
    a day (nan: nobody lives there). Factors are scaled so that people × factor of each area sum
    to its people: calls of an area in all stay what its rate says (`keeping_totals`).
    """
    here = township[township >= 0]
    calls = np.bincount(here, minlength=len(people)).astype(float)
    by_area = people * np.nan_to_num(rate) * exposure_days
    expected = by_area.sum(axis=1)
    lived = people.sum(axis=1) > 0
    told = expected > 0
    raw = np.full(len(people), np.nan)
    raw[told] = calls[told] / expected[told]
    factor = np.where(lived, 1.0, np.nan)
    low, high = factor.copy(), factor.copy()
    mean, variance = moments(calls[told], expected[told])
    if told.any() and mean > 0:
        if variance:
            weight = variance / (variance + mean / expected[told])
            factor[told] = 1 + weight * (raw[told] / mean - 1)
        low[told], high[told] = _intervals(calls[told], expected[told], mean)
        scale = keeping_totals(by_area[told], factor[told])
        for values in (factor, low, high):
            values[told] *= scale
        low, high = np.fmin(low, factor), np.fmax(high, factor)
    return TownshipFactors(
        calls,
        expected,
        raw,
        factor,
        low,
        high,
        variance,
        mean / variance if variance else math.inf,
        not variance,
        bool(np.allclose(by_area[told].T @ factor[told], by_area[told].sum(axis=0))),
        int(calls[~lived].sum()),
        int((township < 0).sum()),
    )


def moments(calls: np.ndarray, expected: np.ndarray) -> tuple[float, float]:
    """Mean and variance of true factors over townships; the variance 0 where chance explains all.

    Of squared differences to the mean, weighted by expected calls, chance explains
    (n - 1) × mean; with many townships this is Marshall's s² - mean / (mean expected calls).
    """
    total, number = expected.sum(), len(expected)
    if number < 2:
        return (float(calls.sum() / total) if total else 1.0), 0.0
    mean = float(calls.sum() / total)
    squares = float((expected * (calls / expected - mean) ** 2).sum())
    apart = float((expected * (total - expected)).sum()) / total
    return mean, max(0.0, (squares - (number - 1) * mean) / apart) if apart > 0 else 0.0


def _intervals(
    calls: np.ndarray, expected: np.ndarray, mean: float
) -> tuple[np.ndarray, np.ndarray]:
    """95 % posterior interval of each factor over `mean`, over deviations as likely as they are.

    For each standard deviation of true factors the posterior is a Gamma; each counts by the
    likelihood of all townships' calls (negative binomial), any deviation up to 2 being as likely
    before.
    """
    shape = 1 / DEVIATIONS[:, None] ** 2
    due = expected * mean
    log = gammaln(shape + calls) - gammaln(shape) - calls * np.log(shape + due)
    log = (log - shape * np.log1p(due / shape)).sum(axis=1)
    weight = np.exp(log - log.max())
    some = weight > NEGLIGIBLE
    weight, shape = weight[some, None] / weight[some].sum(), shape[some]
    ends = []

    def below(factor: np.ndarray) -> np.ndarray:
        chance: np.ndarray = (weight * gammainc(shape + calls, (shape + due) * factor)).sum(axis=0)
        return chance

    for level in ((1 - LEVEL) / 2, (1 + LEVEL) / 2):
        low, high = np.zeros(len(calls)), np.ones(len(calls))
        while (short := below(high) < level).any():
            high = np.where(short, 2 * high, high)
        for _ in range(HALVINGS):
            middle = (low + high) / 2
            less = below(middle) < level
            low, high = np.where(less, middle, low), np.where(less, high, middle)
        ends.append((low + high) / 2)
    return ends[0], ends[1]


def keeping_totals(by_area: np.ndarray, factor: np.ndarray) -> np.ndarray:
    """[township] what to multiply factors by so that each area's expected calls stay in all.

    `by_area`: [township, area] expected calls. A scale for each area, which a township takes on
    by the share of its calls that the area has (raking; Deville and Särndal 1992). Where areas are
    so mixed in townships that this takes scales beyond 3, one scale keeps the calls of both areas
    together.
    """
    areas = by_area.sum(axis=0) > 0
    due = by_area[:, areas]
    share = due / due.sum(axis=1, keepdims=True)
    log = np.zeros(areas.sum())
    for _ in range(200):  # convex: Newton's steps, shortened where they would overshoot
        scaled = factor * np.exp(share @ log)
        off = due.T @ scaled - due.sum(axis=0)
        if (np.abs(off) <= 1e-10 * due.sum(axis=0)).all():
            break
        bend = (due * scaled[:, None]).T @ share
        step = np.linalg.lstsq(bend, off, rcond=None)[0]
        log -= step * min(1.0, 1.0 / max(1e-12, float(np.abs(step).max())))
    scale: np.ndarray = np.exp(share @ log)
    exact = (np.abs(off) <= 1e-8 * due.sum(axis=0)).all()
    if exact and (np.abs(share @ log) <= np.log(WIDEST_SCALE)).all():
        return scale
    return np.full(len(factor), due.sum() / (due.sum(axis=1) * factor).sum())
