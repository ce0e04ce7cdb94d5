"""Hours of the week that belong together: where something changes, and how a file writes them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from sim.model.calendar import DAY_NAMES, DAYS, HOURS

TOLD_APART: Final = 12.0  # chi-square of one step between two runs of hours
LEAST_STEP: Final = 0.03  # in logarithms: smaller ones are nobody's rush hour
WORKDAYS: Final = 5


def bands_of(values: np.ndarray, hour_of_week: np.ndarray, sigma: float) -> np.ndarray:
    """[168] a number for each hour of the week: hours of one number do not differ; 0 is the most.

    `values`: [drive] logarithms with standard deviation `sigma`. Workdays are alike, and so are
    the days of a weekend: what is told apart are runs of whole hours within them.
    """
    day, hour = hour_of_week // HOURS, hour_of_week % HOURS
    cell = hour + HOURS * (day >= WORKDAYS)
    count = np.bincount(cell, minlength=2 * HOURS).astype(float)
    total = np.bincount(cell, values, 2 * HOURS)
    runs = [[number] for number in range(2 * HOURS)]
    runs = _merged(runs, count, total, sigma, _beside)
    runs = _merged(runs, count, total, sigma, lambda one, other: True)
    runs.sort(key=lambda run: (-_hours(run), run[0]))
    found = np.zeros(HOURS * DAYS, int)
    for number, run in enumerate(runs):
        for each in run:
            days = range(WORKDAYS) if each < HOURS else range(WORKDAYS, DAYS)
            for weekday in days:
                found[weekday * HOURS + each % HOURS] = number
    return found


def _hours(run: list[int]) -> int:
    return sum(WORKDAYS if each < HOURS else DAYS - WORKDAYS for each in run)


def _beside(one: list[int], other: list[int]) -> bool:
    """Whether two runs follow on each other on the same kind of days, or are the same hours."""
    for first in one:
        for second in other:
            same_days = first // HOURS == second // HOURS
            apart = (first - second) % HOURS
            if same_days and apart in (1, HOURS - 1):
                return True
            if not same_days and apart == 0:
                return True
    return False


def _merged(runs, count, total, sigma, may):  # type: ignore[no-untyped-def]
    """Runs with those joined that chance alone may set apart, the nearest first."""
    runs = [list(run) for run in runs]
    while len(runs) > 1:
        n = np.array([count[run].sum() for run in runs])
        mean = np.array([total[run].sum() for run in runs]) / np.maximum(n, 1)
        best = (np.inf, 0, 0)
        for i in range(len(runs)):
            for j in range(i):
                if not may(runs[i], runs[j]):
                    continue
                step = mean[i] - mean[j] if n[i] and n[j] else 0.0
                chi = step**2 * n[i] * n[j] / max(n[i] + n[j], 1) / sigma**2
                if abs(step) < LEAST_STEP:
                    chi = min(chi, TOLD_APART * abs(step) / LEAST_STEP * 0.999)
                best = min(best, (chi, i, j))
        if best[0] >= TOLD_APART:
            break
        _, i, j = best
        runs[j] += runs.pop(i)
    return runs


def rectangles(hours: np.ndarray) -> Iterator[tuple[str, str]]:
    """Days and clock hours that together are these hours of the week, as a file writes them.

    `hours`: [168] bool, Monday 00:00 first.
    """
    by_day: dict[tuple[tuple[int, int], ...], list[int]] = {}
    for day in range(DAYS):
        runs = tuple(_runs(hours[day * HOURS : (day + 1) * HOURS]))
        if runs:
            by_day.setdefault(runs, []).append(day)
    for runs, days in by_day.items():
        for first, end in runs:
            yield _days(days), f"{first:02d}-{end:02d}"


def _runs(hours: np.ndarray) -> Iterator[tuple[int, int]]:
    steps = np.diff(np.concatenate([[0], hours.astype(int), [0]]))
    yield from zip(
        np.flatnonzero(steps == 1).tolist(), np.flatnonzero(steps == -1).tolist(), strict=True
    )


def _days(days: list[int]) -> str:
    """mon-fri, or mon,wed"""
    names = [DAY_NAMES[day] for day in days]
    if len(days) > 1 and days == list(range(days[0], days[-1] + 1)):
        return f"{names[0]}-{names[-1]}"
    return ",".join(names)
