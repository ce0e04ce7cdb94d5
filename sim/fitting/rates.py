"""When and where people call: everything that is fitted to the calls that were received.

Arrays in, values with 95 % intervals out. Days that were not recorded count for nothing (`days`);
hours and days of the week are smoothed (`profile`), rates of areas are calls over people and days,
townships are shrunk (`townships`), and days vary (`variation`).
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from scipy.special import gammaincinv, ndtri, stdtrit

from sim.fitting.days import WEEK, DaysLeftOut, counted, leave_out, weekdays, weeks
from sim.fitting.profile import Profile, profile
from sim.fitting.townships import TownshipFactors, township_factors
from sim.fitting.variation import YEAR_DAYS, Dispersion, Trend, vary
from sim.measures.intervals import LEVEL, Estimate

AREAS = 2  # urban, rural


class Received(NamedTuple):
    """Calls as they were received, and who lives where they come from."""

    at: np.ndarray  # [call] datetime64[us], local standard time, sorted
    area: np.ndarray  # [call] 0 urban, 1 rural
    township: np.ndarray  # [call] row, -1 where it is none of the map
    first_day: np.datetime64  # of the span of whole days that was observed
    days: int
    people_of_area: np.ndarray  # [area]
    people: np.ndarray  # [township, area] who live in each township


class AreaRate(NamedTuple):
    """How often the people of an area call."""

    calls: int  # on days that count
    exposure_days: int
    people: float
    per_1000_per_year: Estimate  # nan where nobody lives or no day counts
    dispersion: float  # variance of days over that of chance; nan with too few days


class RatesFit(NamedTuple):
    """Everything that is fitted to the calls that were received."""

    first_day: np.datetime64
    days: int
    exposure_days: int  # days that count
    calls: int  # on days that count
    calls_outside: int  # before the first day or after the last
    left_out: DaysLeftOut
    profile: Profile
    areas: tuple[AreaRate, AreaRate]  # urban, rural
    townships: TownshipFactors
    dispersion: Dispersion
    trend: Trend


def fit(received: Received) -> RatesFit:
    """Fit rates, profile, townships, dispersion and trend; seconds for a million calls.

    Says nan where the calls say nothing, and fails on no set of calls. `received.days` must be 1
    or more.
    """
    first_day, days = received.first_day.astype("datetime64[D]"), int(received.days)
    within = (received.at >= first_day) & (received.at < first_day + np.timedelta64(days, "D"))
    at, area = received.at[within], received.area[within]
    out = leave_out(at, first_day, days)
    (kept,) = np.nonzero(out.kept)
    weekday, week = weekdays(first_day, days)[kept], weeks(first_day, days)[kept]
    by_area = np.stack([counted(at[area == a], first_day, days)[kept] for a in range(AREAS)])
    by_hour = counted(at, first_day, days)[kept]
    shape = profile(by_hour, weekday, week, by_area.sum(axis=1))
    areas = [
        _area_rate(by_area[a].sum(axis=1), float(received.people_of_area[a]), shape.days, weekday)
        for a in range(AREAS)
    ]
    of_day = (at - first_day) // np.timedelta64(1, "D")
    rate = np.array([each.per_1000_per_year.mean / 1000 / YEAR_DAYS for each in areas])
    counts = received.township[within][out.kept[of_day.astype(int)]]
    townships = township_factors(counts, received.people, rate, float(len(kept)))
    day_of_year = (first_day - first_day.astype("datetime64[Y]")).astype(int)
    dispersion, trend = vary(by_hour, kept, shape.days, weekday, week, float(day_of_year))
    return RatesFit(
        first_day,
        days,
        len(kept),
        int(by_hour.sum()),
        int((~within).sum()),
        out,
        shape,
        (areas[0], areas[1]),
        townships,
        dispersion,
        trend,
    )


def _area_rate(
    calls: np.ndarray, people: float, relative: np.ndarray, weekday: np.ndarray
) -> AreaRate:
    """The rate of an area from its `calls` [day]; `relative`: [7] by day of the week."""
    total, days = int(calls.sum()), len(calls)
    level = relative[weekday]
    level = level * (total / level.sum())
    free = days - WEEK
    dispersion = math.nan
    if total and free > 0:
        dispersion = float(((calls - level) ** 2 / level).sum() / free)
    if not people > 0:
        return AreaRate(total, days, people, Estimate(math.nan, math.nan, math.nan), dispersion)
    # With few days the dispersion is itself uncertain: Student's t in place of the normal law.
    widen = (stdtrit(free, 0.5 + LEVEL / 2) / ndtri(0.5 + LEVEL / 2)) ** 2 if free > 0 else 1.0
    low, high = poisson_interval(total, np.fmax(1.0, dispersion * widen))
    scale = 1000 * YEAR_DAYS / (people * days)
    return AreaRate(
        total, days, people, Estimate(total * scale, low * scale, high * scale), dispersion
    )


def poisson_interval(calls: float, dispersion: float = 1.0) -> tuple[float, float]:
    """95 % interval of the mean of a count whose variance is `dispersion` times its mean.

    Jeffreys' interval, Gamma(calls + 1/2), of as many calls as say as much: calls / dispersion.
    """
    shape = calls / dispersion + 0.5
    low = float(gammaincinv(shape, (1 - LEVEL) / 2)) if calls else 0.0
    return low * dispersion, float(gammaincinv(shape, (1 + LEVEL) / 2)) * dispersion
