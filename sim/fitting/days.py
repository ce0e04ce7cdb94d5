"""Days that records leave out: the feed was down, or they begin or end in the middle of a day.

A day that was not recorded looks like a day without calls, and pulls every rate down. It is told
from a quiet day by how improbable so few calls are; what cannot be told apart stays in.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.special import betainc, gammaincc

HOURS, WEEK = 24, 7
LOW_SHARE = 0.5  # of the calls that a day of the week usually has
IMPROBABLE_DAY = 1e-4  # chance of so few calls on a day that was recorded
IMPROBABLE_RUN = 1e-6  # of so few in several days together: there are many such runs to look at
IMPROBABLE_SILENCE = 1e-5  # of so many days without a call in a row
IMPROBABLE_GAP = 1e-3  # of no call between midnight and the first call: few days are looked at
LONGEST_RUN = 28  # days looked at together; a longer silence is found piece by piece
STRAY = 0.02  # of the calls may be found on a day that was not recorded
LIKE_OTHERS = 4.0  # log odds from which a day within a silent run was recorded
BLOCK, NEAR = 91, 137  # days: what is usual is that of the year about a quarter of it
ENOUGH_OF_A_WEEKDAY = 3  # fewer Mondays than this say nothing of Mondays

BEGINS_LATE, ENDS_EARLY, FEED_DOWN = 0, 1, 2


class DaysLeftOut(NamedTuple):
    """Days that count for no rate, and how many calls were received on them."""

    day: np.ndarray  # [day left out] datetime64[D], in order
    reason: np.ndarray  # [day left out] BEGINS_LATE, ENDS_EARLY or FEED_DOWN
    calls: np.ndarray  # [day left out] received
    expected: np.ndarray  # [day left out] calls that the day of the week usually has
    kept: np.ndarray  # [day of the span] bool


def weekdays(first_day: np.datetime64, days: int) -> np.ndarray:
    """[day] of the week of each day of a span: 0 is Monday."""
    since = int(first_day.astype("datetime64[D]").astype(int))  # the first of 1970 was a Thursday
    return (since + 3 + np.arange(days)) % WEEK


def weeks(first_day: np.datetime64, days: int) -> np.ndarray:
    """[day] number of the week from Monday to Sunday, from 0."""
    return (weekdays(first_day, 1).sum() + np.arange(days)) // WEEK


def counted(at: np.ndarray, first_day: np.datetime64, days: int) -> np.ndarray:
    """[day, hour] calls received; all of them lie within the span."""
    hours = (at - first_day.astype("datetime64[D]")) // np.timedelta64(1, "h")
    by_hour: np.ndarray = np.bincount(hours.astype(int), minlength=days * HOURS)
    return by_hour.reshape(days, HOURS)


def leave_out(at: np.ndarray, first_day: np.datetime64, days: int) -> DaysLeftOut:
    """Find the days that were not recorded, or in part only.

    `at`: [call] datetime64, sorted, within the span of `days` from `first_day`. A day goes where
    it has fewer than half the calls that its day of the week usually has and chance does not
    explain it, given how much days vary; several days together go by the same rule, so that a
    missing week is found where days have few calls. Days at both ends, and beside a silence, go
    where the gap between midnight and their first or last call is improbable.
    """
    by_hour = counted(at, first_day, days)
    calls, weekday = by_hour.sum(axis=1), weekdays(first_day, days)
    opens, closes = _first_and_last(at, first_day, days)
    reason = np.full(days, -1, np.int8)
    usual = np.zeros(days)
    for _ in range(3):  # what is usual is clearer without the days that were found
        usual = _usual(calls, weekday, reason < 0)
        found = _find(by_hour, usual, opens, closes, reason < 0)
        if (found == reason).all():
            break
        reason = found
    if not calls[reason < 0].any():  # nothing would be left to go by
        reason[:] = -1
    (out,) = np.nonzero(reason >= 0)
    return DaysLeftOut(
        first_day.astype("datetime64[D]") + out, reason[out], calls[out], usual[out], reason < 0
    )


def _usual(calls: np.ndarray, weekday: np.ndarray, kept: np.ndarray) -> np.ndarray:
    """[day] calls that its day of the week usually has, in the year about it.

    Only in the year about it: where calls grow for years, the first of them are not a silence.
    """
    usual = np.zeros(len(calls))
    everywhere = _level(calls[kept])
    for start in range(0, len(calls), BLOCK):
        block = slice(start, start + BLOCK)
        around = slice(max(0, start - NEAR), start + BLOCK + NEAR)
        near, number, use = calls[around], weekday[around], kept[around]
        nearby = _level(near[use]) if use.any() else everywhere
        rows = [near[use & (number == d)] for d in range(WEEK)]
        of = [_level(row) if len(row) >= ENOUGH_OF_A_WEEKDAY else nearby for row in rows]
        usual[block] = np.array(of)[weekday[block]]
    return usual


def _level(calls: np.ndarray) -> float:
    """The mean, which days that are missing do not pull below the median, nor disasters up."""
    if not len(calls):
        return 0.0
    median = float(np.median(calls))
    return max(median, float(np.minimum(calls, 3 * median + 10).mean()))


def _first_and_last(
    at: np.ndarray, first_day: np.datetime64, days: int
) -> tuple[np.ndarray, np.ndarray]:
    """[day] hours from midnight to the first and to the last call; nan without calls."""
    hours = (at - first_day.astype("datetime64[D]")) / np.timedelta64(1, "h")
    day = (hours // HOURS).astype(int)
    opens, closes = np.full(days, np.nan), np.full(days, np.nan)
    closes[day] = hours - day * HOURS  # the last to be written stays
    opens[day[::-1]] = (hours - day * HOURS)[::-1]
    return opens, closes


def _find(
    by_hour: np.ndarray, usual: np.ndarray, opens: np.ndarray, closes: np.ndarray, kept: np.ndarray
) -> np.ndarray:
    """[day] why it is left out, or -1."""
    calls, days = by_hour.sum(axis=1), len(usual)
    reason = np.full(days, -1, np.int8)
    if not calls.any():
        return reason
    hourly = by_hour[kept].sum(axis=0) + 1 / HOURS
    by_then = np.concatenate([[0], np.cumsum(hourly / hourly.sum())])  # share of a day's calls
    # Whole hours only: calls that come at one minute of the hour leave no gap before it.
    before = usual * by_then[np.nan_to_num(opens).astype(int)]
    after = usual * (1 - by_then[np.nan_to_num(closes, nan=HOURS - 1).astype(int) + 1])
    spread = _spread(calls[kept], usual[kept])
    improbable = -np.log(IMPROBABLE_GAP)
    first, last = np.flatnonzero(calls)[[0, -1]]
    if usual[:first].sum() + before[first] > improbable:
        reason[: first + (before[first] > 1)] = BEGINS_LATE
    if usual[last + 1 :].sum() + after[last] > improbable:
        reason[last + (after[last] <= 1) :] = ENDS_EARLY
    _find_silences(calls, reason)
    _find_runs(calls, usual, spread, reason)
    silent = reason == FEED_DOWN
    resumes = np.concatenate([[False], silent[:-1]]) & (before > improbable)
    breaks_off = np.concatenate([silent[1:], [False]]) & (after > improbable)
    reason[(reason < 0) & (resumes | breaks_off)] = FEED_DOWN
    return reason


def _find_silences(calls: np.ndarray, reason: np.ndarray) -> None:
    """Mark days without calls in a row where the other days make such a row improbable.

    Goes by the share of other days without calls alone, so it finds a silence of half the records.
    """
    silent = np.concatenate([[False], (calls == 0) & (reason < 0), [False]])
    starts = np.flatnonzero(silent[1:] & ~silent[:-1])
    ends = np.flatnonzero(silent[:-1] & ~silent[1:])
    total, days = int((ends - starts).sum()), int((reason < 0).sum())
    for start, end in zip(starts, ends, strict=True):
        length = end - start
        share = (total - length + 1) / (days - length + 2)
        if length > 1 and length * np.log(share) < np.log(IMPROBABLE_SILENCE):
            reason[start:end] = FEED_DOWN


def _find_runs(calls: np.ndarray, usual: np.ndarray, spread: float, reason: np.ndarray) -> None:
    """Mark the clearest run of silent days, then the next, until none is improbable.

    A day within the run that has as many calls as other days was recorded, and stays.
    """
    for _ in range(len(calls)):
        open_days = reason < 0
        sums = [
            np.concatenate([[0], np.cumsum(np.where(open_days, values, 0))])
            for values in (calls, usual, np.ones(len(calls)))
        ]
        best = (0.0, 0, 0)
        for length in range(1, min(LONGEST_RUN, len(calls)) + 1):
            got, due, number = (total[length:] - total[:-length] for total in sums)
            (low,) = np.nonzero((got < LOW_SHARE * due) & (due > -np.log(IMPROBABLE_DAY)))
            if not len(low):
                continue
            few = np.maximum(got[low], 1e-9)
            clear = due[low] - few + few * np.log(few / due[low])
            limit = IMPROBABLE_DAY if length == 1 else IMPROBABLE_RUN
            chance = _at_most(got[low], due[low], spread / np.maximum(number[low], 1))
            clear = np.where(chance < limit, clear, 0.0)
            top = int(clear.argmax())
            best = max(best, (float(clear[top]), int(low[top]), length))
        clearest, start, length = best
        if clearest <= 0:
            return
        run = slice(start, start + length)
        silent = open_days[run] & (calls[run] < LOW_SHARE * usual[run])
        level = max(STRAY, calls[run][silent].sum() / usual[run][silent].sum())
        # Log odds that a day is like other days and not like the silent ones of the run.
        like_others = calls[run] * -np.log(level) - usual[run] * (1 - level)
        reason[run][open_days[run] & (like_others < LIKE_OTHERS)] = FEED_DOWN


def _spread(calls: np.ndarray, usual: np.ndarray) -> float:
    """The squared coefficient of variation of days beyond chance, by the middle half of days."""
    usual, calls = usual[usual > 0], calls[usual > 0]
    if not len(usual):
        return 0.0
    middle = 1.4826 * float(np.median(np.abs(calls - usual) / np.sqrt(usual)))
    return max(0.0, middle**2 - 1) / float(np.median(usual))


def _at_most(calls: np.ndarray, expected: np.ndarray, spread: np.ndarray) -> np.ndarray:
    """Chance of at most so many calls: Poisson, or negative binomial where days vary more."""
    if not spread.any():
        return gammaincc(calls + 1, expected)
    shape = 1 / spread
    return betainc(shape, calls + 1, shape / (shape + expected))
