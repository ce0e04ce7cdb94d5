"""A law of durations fitted to recorded seconds, with intervals and how far it can be told apart.

Four families are fitted by maximum likelihood and compared by Akaike's criterion. The best one
that holds the observed median and 90th percentile is taken; where none does, the observed
durations are. Intervals take into account that the family is chosen, too (Buckland, Burnham and
Augustin 1997), and where it does not describe a quantile well, they hold the observed one as well.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

import numpy as np
from scipy.special import stdtrit

from sim.fitting.families import FAMILIES, MOST_ROWS, Maximum, different, evidence, maximum
from sim.fitting.minutes import Sample
from sim.fitting.observed import Shares, Spreadout, curve, less_recording, spread_out
from sim.measures.intervals import LEVEL, Estimate

FEWEST: Final = 20  # that were seen to end; of fewer nothing is fitted
FEWEST_TOLD: Final = 400  # rows from which families can be told apart
TOLD: Final = 4.0  # of AIC between the best family and the next
NEAR: Final = 0.05  # of the observed quantiles, so near a family has to be unless it is chance
HELD: Final = (0.5, 0.9)  # of which that is asked
SHARES: Final = tuple(number / 20 for number in range(1, 20))  # of quantiles: 0.05 to 0.95
VALUES: Final = 200  # of an empirical law
REFITS: Final = 100  # of resampled rows, for the intervals of an empirical law
TIMES: Final = {"median", "mean", "scale", "value"}  # parameters with a unit


class QuantileRow(NamedTuple):
    """The duration that a share of all stay below, as observed and as the law has it."""

    share: float
    observed_s: float  # less what recording did to it; nan where too many were not seen to end
    fitted_s: float


class LawFit(NamedTuple):
    """A law of the durations of one stage; all in seconds."""

    n: int
    censored: int
    used: int  # rows that the likelihood rests on: all, or 20,000 evenly spaced ones
    family: str  # lognormal, gamma, weibull, log-logistic, empirical or constant
    parameters: dict[str, float | tuple[float, ...]]  # as a scenario file names them
    mean: Estimate
    median: Estimate
    p90: Estimate
    observed_mean_s: float  # far from the mean where a few very long stages fit into no family
    aic: dict[str, float]  # by family; empty for a constant
    delta_aic: float  # by how much the second best is worse; nan for a constant
    distinguishable: bool  # whether the family is more than a convenient description
    quantiles: tuple[QuantileRow, ...]  # at 0.05, 0.1, … 0.95
    fallback: bool  # whether no family holds the observed median and 90th percentile

    def at(self, share: float) -> QuantileRow:
        """The quantile at one of the shares; KeyError at any other."""
        return {row.share: row for row in self.quantiles}[share]


def fit(durations: Sample) -> LawFit | None:
    """The law of a sample; None if fewer than 20 stages were seen to end."""
    if durations.uncensored < FEWEST:
        return None
    value = _only_value(durations)
    if value is not None:
        return _constant(durations, value)
    seen = evidence(durations)
    maxima = sorted((maximum(family, seen) for family in FAMILIES), key=lambda law: law.aic)
    spread = spread_out(durations)
    found = curve(spread)
    chosen: Maximum | None = None
    beside: tuple[_Held, ...] = ()
    for each in maxima:
        beside = _held(each, spread, found, durations.uncensored)
        if all(held.near for held in beside):
            chosen = each
            break
    law = chosen or maxima[0]
    # Whole minutes of short durations leave steps in which corrected quantiles may fall.
    observed = np.maximum.accumulate(less_recording(law, spread, found, np.array(SHARES)))
    ordered, slices = _empirical(law, spread, found)
    if chosen is None:
        parameters: dict[str, float | tuple[float, ...]] = {"values": tuple(slices.tolist())}
        mean, median, p90 = _resampled(law, spread, ordered)
        fitted = np.interp(SHARES, _midpoints(len(ordered)), ordered)
    else:
        parameters = dict(law.family.parameters(law.theta))
        freedom = durations.uncensored - 2
        mean, median, p90 = (_estimate(law, maxima, value_of, freedom) for value_of in _VALUES)
        median, p90 = _also(median, beside[0]), _also(p90, beside[1])
        fitted = law.family.quantile(law.theta, np.array(SHARES))
    delta = maxima[1].aic - maxima[0].aic
    count = len(durations.seconds)
    return LawFit(
        n=count,
        censored=count - durations.uncensored,
        used=seen.used,
        family="empirical" if chosen is None else law.family.name,
        parameters=parameters,
        mean=mean,
        median=median,
        p90=p90,
        observed_mean_s=float(slices.mean()),
        aic={each.family.name: each.aic for each in maxima},
        delta_aic=delta,
        distinguishable=count >= FEWEST_TOLD and delta >= TOLD and chosen is maxima[0],
        quantiles=tuple(
            QuantileRow(*row)
            for row in zip(SHARES, observed.tolist(), fitted.tolist(), strict=True)
        ),
        fallback=chosen is None,
    )


def either(one: LawFit, other: LawFit) -> LawFit:
    """A law with intervals that hold those of another reading of the same stamps, too.

    For minutes of which nobody knows whether they were rounded or cut off.
    """
    return one._replace(
        mean=_hull(one.mean, other.mean),
        median=_hull(one.median, other.median),
        p90=_hull(one.p90, other.p90),
    )


def as_setting(law: LawFit, longest_s: float | None = None) -> dict[str, str | float | list[str]]:
    """A law as it is written in a scenario file, with units and four digits.

    `longest_s`: longer durations are drawn again, for laws whose rare durations are too long.
    """
    written: dict[str, str | float | list[str]] = {"distribution": law.family}
    for name, value in law.parameters.items():
        if isinstance(value, tuple):
            written[name] = [_quantity(each) for each in value]
        else:
            written[name] = _quantity(value) if name in TIMES else _four_digits(value)
    if longest_s is not None and law.family != "constant":
        written["max"] = _quantity(longest_s)
    return written


def seconds_at(law: LawFit, shares: Sequence[float] | np.ndarray) -> np.ndarray:
    """The durations that shares between 0 and 1 of all stay below, [shares] in seconds."""
    q = np.asarray(shares, float)
    if law.family == "constant":
        return np.full(q.shape, law.parameters["value"])
    if law.family == "empirical":
        values = np.asarray(law.parameters["values"], float)
        return values[np.minimum((q * len(values)).astype(int), len(values) - 1)]
    family = next(each for each in FAMILIES if each.name == law.family)
    theta = np.log(np.array([law.parameters[name] for name in family.names], float))
    return family.quantile(theta, q)


# ── values of a law, with intervals ──────────────────────────────────────────────────────────


def _quantile_of(share: float) -> Callable[[Maximum, np.ndarray], float]:
    def value(law: Maximum, theta: np.ndarray) -> float:
        return float(law.family.quantile(theta, np.array(share)))

    return value


_VALUES: Final = (lambda law, theta: law.family.mean(theta), _quantile_of(0.5), _quantile_of(0.9))


def _estimate(
    law: Maximum,
    maxima: Sequence[Maximum],
    value_of: Callable[[Maximum, np.ndarray], float],
    freedom: int,
) -> Estimate:
    """A value of a law, with an interval over the families that may as well be right."""
    here, step = value_of(law, law.theta), 1e-4
    if not (math.isfinite(here) and here > 0):
        return Estimate(here, math.nan, math.nan)
    total, weights = 0.0, 0.0
    for each in maxima:
        weight = math.exp(-0.5 * max(0.0, each.aic - law.aic))
        there = value_of(each, each.theta)
        if weight < 1e-4 or not (math.isfinite(there) and there > 0):
            continue
        slope = np.array(
            [
                math.log(value_of(each, each.theta + by) / value_of(each, each.theta - by))
                for by in (np.array([step, 0]), np.array([0, step]))
            ]
        ) / (2 * step)
        variance = float(slope @ each.covariance @ slope)
        total += weight * math.sqrt(max(variance, 0.0) + math.log(there / here) ** 2)
        weights += weight
    reach = float(stdtrit(freedom, 0.5 + LEVEL / 2)) * total / weights
    reach = min(reach, 50.0)  # beyond, the interval says as little
    return Estimate(here, here * math.exp(-reach), here * math.exp(reach))


class _Held(NamedTuple):
    """A quantile of a law beside the observed one, with what chance does to that."""

    fitted: float
    low: float
    observed: float  # nan where too many were not seen to end
    high: float

    @property
    def by_chance(self) -> bool:
        return math.isnan(self.observed) or self.low <= self.fitted <= self.high

    @property
    def near(self) -> bool:
        return self.by_chance or abs(self.fitted - self.observed) <= NEAR * self.observed


def _held(law: Maximum, spread: Spreadout, found: Shares, ended: int) -> tuple[_Held, ...]:
    """Median and 90th percentile of a law beside those observed."""
    both = []
    for share in HELD:
        error = 1.96 * math.sqrt(share * (1 - share) / ended)
        at = np.array([share - error, share, min(share + error, 0.999)])
        low, middle, high = less_recording(law, spread, found, at).tolist()
        fitted = float(law.family.quantile(law.theta, np.array(share)))
        both.append(_Held(fitted, low, middle, math.inf if math.isnan(high) else high))
    return tuple(both)


def _also(value: Estimate, held: _Held) -> Estimate:
    """An interval that holds what was observed, too, where that is not near by chance."""
    if held.by_chance or not value.known or math.isinf(held.high):
        return value
    return value._replace(low=min(value.low, held.low), high=max(value.high, held.high))


# ── without a family ─────────────────────────────────────────────────────────────────────────


def _midpoints(count: int) -> np.ndarray:
    return (np.arange(count) + 0.5) / count


def _empirical(law: Maximum, spread: Spreadout, found: Shares) -> tuple[np.ndarray, np.ndarray]:
    """The observed durations in order, 20 to each of 200 slices, and the mean of each slice."""
    shares = _midpoints(20 * VALUES)
    ordered = less_recording(law, spread, found, shares)
    unknown = np.isnan(ordered)
    if unknown.any():  # the tail that nobody saw is that of the best family
        last = int(np.flatnonzero(~unknown)[-1])
        tail = law.family.quantile(law.theta, shares[unknown])
        at_last = float(law.family.quantile(law.theta, shares[last]))
        ordered[unknown] = ordered[last] * tail / at_last
    ordered = np.maximum.accumulate(ordered)
    return ordered, ordered.reshape(VALUES, -1).mean(axis=1)


def _resampled(law: Maximum, spread: Spreadout, ordered: np.ndarray) -> tuple[Estimate, ...]:
    """Mean, median and 90th percentile, with intervals from rows drawn again and again."""
    draws = np.random.default_rng(0)  # the same every time
    shares = _midpoints(500)
    plain = curve(spread).at(shares)
    known = ~np.isnan(plain)
    differences = []
    for _ in range(REFITS):
        weights = draws.multinomial(spread.rows, np.full(spread.rows, 1 / spread.rows))
        moved = curve(spread, weights)
        by = np.nan_to_num(moved.at(shares) - plain)[known]
        middle, late = np.interp([0.5, 0.9], shares[known], by)
        differences.append((by.sum() / len(shares), middle, late))
    deviations = np.std(np.array(differences), axis=0, ddof=1)
    values = (ordered.mean(), *np.interp([0.5, 0.9], _midpoints(len(ordered)), ordered))
    return tuple(
        Estimate(float(value), float(max(value - 1.96 * se, 0.0)), float(value + 1.96 * se))
        for value, se in zip(values, deviations, strict=True)
    )


def _only_value(durations: Sample) -> float | None:
    """The value of a sample whose durations are all the same."""
    middle = (durations.low_s + durations.high_s) / 2
    ended = middle[~durations.censored]
    if np.ptp(ended) > 1e-9 or np.any(middle[durations.censored] > ended[0] + 1e-9):
        return None
    return max(float(ended[0]), 0.0)


def _constant(durations: Sample, value: float) -> LawFit:
    rounding = float(np.max(durations.high_s - durations.low_s)) / 2
    here = Estimate(value, max(value - rounding, 0.0), value + rounding)
    count = len(durations.seconds)
    return LawFit(
        n=count,
        censored=count - durations.uncensored,
        used=min(count, MOST_ROWS) if different(durations) > MOST_ROWS else count,
        family="constant",
        parameters={"value": value},
        mean=here,
        median=here,
        p90=here,
        observed_mean_s=value,
        aic={},
        delta_aic=math.nan,
        distinguishable=False,
        quantiles=tuple(QuantileRow(share, value, value) for share in SHARES),
        fallback=False,
    )


def _hull(one: Estimate, other: Estimate) -> Estimate:
    return one._replace(low=min(one.low, other.low), high=max(one.high, other.high))


def _four_digits(value: float) -> float:
    return float(f"{value:.4g}")


def _quantity(seconds: float) -> str:
    """Seconds with four digits, never with an exponent."""
    rounded = _four_digits(seconds)
    return (
        f"{rounded:.0f} s" if rounded >= 1_000 else f"{rounded:.7f}".rstrip("0").rstrip(".") + " s"
    )
