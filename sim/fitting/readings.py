"""Whether stamps in whole minutes were rounded or cut off, where the other end is to the second.

Cut off, a stage that ends in whole minutes looks 30 s shorter than it is; rounded, it does not.
Two things can tell. Some stages seem to end before they began, and how long before depends on the
reading: this needs no law. And durations begin at nothing, so that one reading leaves a law that a
family describes, the other one that is moved by half a minute. This takes the families at their
word; so all four are tried with both readings, also after a dead time of up to 20 s, and where the
best describes the records badly, or those that are nearly as good disagree, nothing is said.
"""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

import numpy as np
from scipy.special import chdtrc, gammainc

from sim.fitting.families import FAMILIES, Maximum, block, chances, evidence, maximum
from sim.fitting.minutes import MINUTE_S, Recording, sample

FEWEST: Final = 100  # stages
TOLD: Final = 4.0  # of the logarithm of the likelihood ratio
NEARLY: Final = 6.0  # the same, of families that are nearly as good as the best
BY_CHANCE: Final = 1e-3  # less likely is not put down to chance
BEFORE_S: Final = 300.0  # so long before what either reading allows, only slips are found
# Before these nobody is done: a stage with a dead time looks like one recorded the other way.
DEAD_S: Final = (0.0, 10.0, 20.0)
OFFSETS_S: Final = {
    ("exact", "rounded"): 0.0, ("rounded", "exact"): 0.0,
    ("exact", "cut off"): 30.0, ("cut off", "exact"): -30.0,
}  # fmt: skip
LONGEST_S: Final = 8 * 3_600.0  # of a stage
BINS: Final = 20  # in which the records are held against a law

End = Literal["first", "last"]


class Reading(NamedTuple):
    """What was done to whole minutes, and how clearly."""

    kind: Literal["rounded", "cut off", "unknown"]
    ratio: float  # logarithm of the likelihood of rounding less that of cutting off; nan: too few
    rows: int
    telling: int  # stages that seem to end so long before they began that one reading forbids it


def told_apart(first_s: np.ndarray, last_s: np.ndarray, minutes: End = "last") -> Reading:
    """Whether the minutes of one end of a stage were rounded or cut off.

    `first_s`, `last_s`: [n] instants in seconds of the two ends, also where the last seems to be
    before the first. `minutes`: which of them is in whole minutes; the other is to the second.
    What is not finite or lasts longer than eight hours is passed over.
    """
    seconds = np.asarray(last_s, float) - np.asarray(first_s, float)
    seconds = seconds[np.isfinite(seconds) & (seconds < LONGEST_S)]
    # The shortest that rounding allows, and cutting off: the one that forbids more comes first.
    shortest = (-30.0, -60.0) if minutes == "last" else (0.0, -30.0)
    slips = np.count_nonzero((seconds < shortest[1]) & (seconds >= shortest[1] - BEFORE_S))
    telling = int(np.count_nonzero((seconds < shortest[0]) & (seconds > shortest[1])))
    seconds = seconds[seconds > shortest[1]]
    rows = len(seconds)
    if rows < FEWEST:
        return Reading("unknown", np.nan, rows, telling)
    slip_density = (slips + 0.5) / BEFORE_S / rows
    rounded = _tried(seconds, "rounded", minutes, slip_density)
    cut_off = _tried(seconds, "cut off", minutes, slip_density)
    likely = np.array([[each.log_likelihood for each in tried] for tried in (rounded, cut_off)])
    ratio = float(likely[0].max() - likely[1].max())
    # Slips are as frequent in the telling half minute as in any other.
    expected = (slips + 1) * (shortest[0] - shortest[1]) / BEFORE_S
    if telling and gammainc(telling, expected) < BY_CHANCE:
        return Reading("cut off" if minutes == "last" else "rounded", ratio, rows, telling)
    best = max(rounded if ratio > 0 else cut_off, key=lambda each: each.log_likelihood)
    near = likely.max(axis=0) > likely.max() - NEARLY
    agree = (np.sign(likely[0] - likely[1])[near] == np.sign(ratio)).all()
    if abs(ratio) <= TOLD or not agree or _described(best, seconds) < BY_CHANCE:
        return Reading("unknown", ratio, rows, telling)
    return Reading("rounded" if ratio > 0 else "cut off", ratio, rows, telling)


class _Trial(NamedTuple):
    law: Maximum  # of what is left of durations after the dead time
    dead_s: float
    offset_s: float  # the mean of true less recorded
    log_likelihood: float


def _tried(
    seconds: np.ndarray, reading: Literal["rounded", "cut off"], minutes: End, slip_density: float
) -> list[_Trial]:
    """What each family makes of the records under one reading."""
    ends: tuple[Recording, Recording]
    ends = (reading, "exact") if minutes == "first" else ("exact", reading)
    trials: dict[str, _Trial] = {}
    for dead_s in DEAD_S:
        read = sample(seconds - dead_s, None, *ends)
        if len(read.seconds) < FEWEST / 2:
            continue
        seen = evidence(read)
        different, count = np.unique((read.low_s + read.high_s) / 2, return_counts=True)
        rows = block(different, count, MINUTE_S, censored=False)
        forbidden = len(seconds) - len(read.seconds)
        for family in FAMILIES:
            law = maximum(family, seen)
            density = chances(family, law.theta, rows) / MINUTE_S + slip_density
            height = count @ np.log(density) + forbidden * np.log(slip_density)
            trial = _Trial(law, dead_s, OFFSETS_S[ends], float(height))
            known = trials.setdefault(family.name, trial)
            if known.log_likelihood < trial.log_likelihood:
                trials[family.name] = trial
    return list(trials.values())


def _described(trial: _Trial, seconds: np.ndarray) -> float:
    """How easily chance alone puts the records so far from a law (chi-squared, 20 bins)."""
    # Between two seconds, for durations are whole ones if the other end is.
    edges = np.unique(np.floor(np.quantile(seconds, np.linspace(0, 1, BINS + 1)[1:-1])) + 0.5)
    errors = trial.offset_s - trial.dead_s + np.arange(60) - 29.5
    at = np.maximum(edges[:, None] + errors, 0.0)
    with np.errstate(divide="ignore", over="ignore"):
        below = trial.law.family.shares(trial.law.theta, at, np.log(at))[0].mean(axis=1)
    expected = len(seconds) * np.diff(np.concatenate([[0.0], below, [1.0]]))
    counted = np.searchsorted(np.sort(seconds), edges)
    counted = np.diff(np.concatenate([[0], counted, [len(seconds)]]))
    surprise = float(np.sum((counted - expected) ** 2 / np.maximum(expected, 1e-9)))
    return float(chdtrc(max(len(counted) - 3, 1), surprise))
