"""How near fitted rates come to known ones, and how often their 95 % intervals hold them.

    python benchmarks/rates.py [--worlds 200] [--only coverage]

Errors of township factors: 300 townships, true standard deviation 0.5, a month and a year of
calls; squared errors of raw ratios, of people alone (all 1) and of shrunk factors. Coverage:
made-up counties of 40 townships (also 10, and 300), urban and rural, with and without a factor of
the day that varies by 0.2: the share of intervals that hold the truth, in per cent, 90 to 97
wanted. Then what days are left out where a known week is missing, and where none is; and seconds.
"""

from __future__ import annotations

import argparse
import time
from typing import NamedTuple

import numpy as np

from sim.fitting.rates import Received, fit
from sim.fitting.townships import keeping_totals, township_factors

DAY = np.datetime64("2024-01-01")
HOUR_SHAPE = 1 + 0.55 * np.sin((np.arange(24) - 8) / 24 * 2 * np.pi)
HOUR_SHAPE += 0.25 * np.exp(-((np.arange(24) - 19) ** 2) / 4)
HOUR_SHAPE /= HOUR_SHAPE.mean()
DAY_SHAPE = np.array([1.06, 1.0, 0.98, 0.98, 1.02, 1.0, 0.96])
DAY_SHAPE /= DAY_SHAPE.mean()
AREA_RATES = np.array([22.0, 12.0])  # calls per 1,000 people a year


class Truth(NamedTuple):
    """What a made-up county is."""

    received: Received
    factor: np.ndarray  # [township]
    rates: np.ndarray  # [area] calls per 1,000 people a year


def county(
    chance: np.random.Generator,
    days: int,
    townships: int = 40,
    people: float = 600_000,
    sd: float = 0.4,
    day_cv: float = 0.0,
    per_year: float = 0.0,
) -> Truth:
    """Draw a county and its calls."""
    size = chance.lognormal(0, 0.6, townships)
    urban = np.where(chance.random(townships) < 0.4, chance.beta(6, 2, townships), 0.0)
    urban[0] = 0.7
    living = people * np.stack([size * urban, size * (1 - urban)], axis=1) / size.sum()
    factor = chance.gamma(1 / sd**2, sd**2, townships) if sd else np.ones(townships)
    due = living * AREA_RATES / 1000 / 365.25 * factor[:, None]  # calls a day
    weekday = (np.arange(days)) % 7  # the first day is a Monday
    of_day = DAY_SHAPE[weekday] * (1 + per_year) ** (np.arange(days) / 365.25)
    if day_cv:
        of_day = of_day * chance.gamma(1 / day_cv**2, day_cv**2, days)
    numbers = chance.poisson(due.sum() * of_day)
    day = np.repeat(np.arange(days), numbers)
    hour = chance.choice(24, len(day), p=HOUR_SHAPE / 24) + chance.random(len(day))
    cell = chance.choice(due.size, len(day), p=due.ravel() / due.sum())
    at = DAY + ((day * 24 + hour) * 3.6e9).astype("timedelta64[us]")
    order = np.argsort(at)
    received = Received(
        at[order], cell[order] % 2, cell[order] // 2, DAY, days, living.sum(axis=0), living
    )
    mean = (living * factor[:, None]).sum(axis=0) / living.sum(axis=0)
    return Truth(received, factor, AREA_RATES * mean)


def errors(worlds: int) -> None:
    """Print squared errors of township factors."""
    print("squared error of factors, 300 townships, true SD 0.5: raw, people alone, shrunk")
    for name, days in (("one month", 30), ("one year", 365)):
        chance, rows = np.random.default_rng(1), []
        for _ in range(worlds):
            people = np.stack([chance.lognormal(0, 0.6, 300) * 5_000, np.zeros(300)], axis=1)
            factor = chance.gamma(4, 0.25, 300)
            rate = 20 / 1000 / 365.25
            calls = chance.poisson(people[:, 0] * rate * days * factor)
            rows_of = np.repeat(np.arange(300), calls)
            own = calls.sum() / people.sum() / days
            found = township_factors(rows_of, people, np.array([own, np.nan]), days)
            true = factor * (people.sum() / (people[:, 0] * factor).sum())
            rows.append([((x - true) ** 2).mean() for x in (found.raw, 1.0, found.factor)])
        raw, alone, shrunk = np.mean(rows, axis=0)
        print(f"  {name:10} {raw:.4f}  {alone:.4f}  {shrunk:.4f}")


def holds(low: np.ndarray, high: np.ndarray, truth: np.ndarray) -> float:
    """Share of intervals that hold the truth; ends that agree to rounding hold it."""
    return float(((low <= truth + 1e-9) & (truth <= high + 1e-9)).mean())


def coverage(worlds: int) -> None:
    """Print how often intervals hold the truth."""
    cases = [
        ("a year, 40 townships", {"days": 364}),
        ("a year, days vary", {"days": 364, "day_cv": 0.2}),
        ("8 weeks", {"days": 56}),
        ("8 weeks, days vary", {"days": 56, "day_cv": 0.2}),
        ("a year, 10 townships, vary", {"days": 364, "townships": 10, "day_cv": 0.2}),
        ("8 weeks, all factors 1", {"days": 56, "sd": 0.0}),
        ("a year, 300, vary", {"days": 364, "townships": 300, "day_cv": 0.2}),
        ("3 years, 8 % a year, vary", {"days": 1092, "per_year": 0.08, "day_cv": 0.2}),
        ("26 weeks, 60,000 people", {"days": 182, "people": 60_000.0}),
        ("8 weeks, 40,000, vary", {"days": 56, "people": 40_000.0, "day_cv": 0.2}),
    ]  # fmt: skip
    print("\n% of 95 % intervals that hold the truth; shares of worlds in %; days left out a world")
    print(f"  {'':28}  area hours  days factor trend day cv | told weekend areas flat left out")
    for name, options in cases:
        rows = []
        for seed in range(worlds):
            truth = county(np.random.default_rng(seed), **options)  # type: ignore[arg-type]
            found = fit(truth.received)
            area = [
                holds(a.per_1000_per_year.low, a.per_1000_per_year.high, rate)
                for a, rate in zip(found.areas, _mean_rates(truth, options), strict=True)
            ]
            shape, towns = found.profile, found.townships
            people = truth.received.people
            true = _factors(people, truth)
            growth, own = options.get("per_year", 0.0), found.trend.per_year
            cv = found.dispersion.day_factor
            rows.append([
                np.mean(area),
                holds(shape.hours_low, shape.hours_high, HOUR_SHAPE),
                holds(shape.days_low, shape.days_high, DAY_SHAPE),
                holds(towns.low, towns.high, true),
                own.low <= growth <= own.high,
                np.nan if cv is None else cv.low <= options.get("day_cv", 0.0) <= cv.high,
                found.trend.told, shape.weekend.differs, shape.urban_rural.differs, towns.flat,
                len(found.left_out.day) / 100,
            ])  # fmt: skip
        table = np.array(rows, float)
        asked = [column[~np.isnan(column)] for column in table.T]
        shown = [f"{100 * c.mean():6.1f}" if len(c) else "     -" for c in asked]
        print(f"  {name:28}", *shown[:6], "|", *shown[6:10], f"{100 * table[:, 10].mean():6.2f}")


def _factors(people: np.ndarray, truth: Truth) -> np.ndarray:
    """[township] what factors would be with endless records: one for both areas, totals kept.

    Rates of areas hold what their townships have in common, so a township of both areas has a
    factor between those of its parts.
    """
    explained = people * truth.rates
    calls = (people * AREA_RATES * truth.factor[:, None]).sum(axis=1)
    ratio: np.ndarray = calls / explained.sum(axis=1)
    return ratio * keeping_totals(explained, ratio)


def _mean_rates(truth: Truth, options: dict) -> np.ndarray:
    """[area] rates over the records: a trend makes them higher than at the start."""
    years = np.arange(options["days"]) / 365.25
    return truth.rates * np.mean((1 + options.get("per_year", 0.0)) ** years)


def silences(worlds: int) -> None:
    """Print what days are left out where days 100 to 106 are missing and the first from 10:00."""
    print("\ndays left out of 364: of the week missing, of the first day, others")
    for people in (40_000, 150_000, 600_000):
        for cv in (0.0, 0.2):
            rows = []
            for seed in range(worlds):
                truth = county(np.random.default_rng(seed), 364, people=people, day_cv=cv)
                at = truth.received.at
                hours = (at - DAY) / np.timedelta64(1, "h")
                gone = (hours < 10) | ((hours >= 2400) & (hours < 107 * 24))
                kept = truth.received._replace(
                    at=at[~gone],
                    area=truth.received.area[~gone],
                    township=truth.received.township[~gone],
                )
                out = fit(kept).left_out.kept
                others = np.r_[out[1:100], out[107:]]
                rows.append([(~out[100:107]).sum(), ~out[0], (~others).sum()])
            week, first, others = np.mean(rows, axis=0)
            a_day = len(truth.received.at) / 364
            print(f"  {a_day:5.1f} calls a day, day CV {cv}: {week:.2f} of 7, {first:.2f} of 1, "
                  f"{others:.2f} others")  # fmt: skip


def seconds() -> None:
    """Print how long a large fit takes."""
    truth = county(np.random.default_rng(0), 1826, 300, 8_500_000, day_cv=0.1)
    began = time.process_time()
    fit(truth.received)
    print(f"\n{len(truth.received.at):,} calls: {time.process_time() - began:.2f} s")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--worlds", type=int, default=200)
    parser.add_argument("--only", default="")
    asked = parser.parse_args()
    for part in (errors, coverage, silences):
        if part.__name__.startswith(asked.only):
            part(asked.worlds)
    if "seconds".startswith(asked.only):
        seconds()


if __name__ == "__main__":
    main()
