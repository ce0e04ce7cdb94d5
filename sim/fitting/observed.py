"""Quantiles of the durations behind a sample, without a law, less what recording did to them.

What has not ended is accounted for as Kaplan and Meier did. Whole minutes widen the durations; so
their quantiles are held against those of a law that was recorded in the same way, like with like,
and the difference is added to the quantiles of the law itself. The mean comes out right whatever
the law, single quantiles as nearly as the law is right, and where all was recorded exactly the law
cancels.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from sim.fitting.families import MOST_ROWS, Maximum, block, chances
from sim.fitting.minutes import MINUTE_S, Sample

POINTS: Final = 24  # over each interval
MOST_MINUTES: Final = 2_000
NO_PHASE: Final = -1.0  # of rows that were not recorded in whole minutes at both ends
GRID: Final = (np.arange(2_000) + 0.5) / 2_000


class Spreadout(NamedTuple):
    """Rows in the order of seconds, those in whole minutes at both ends spread over a minute."""

    seconds: np.ndarray  # [m]
    row: np.ndarray  # [m] of the sample, or of those of its rows that are used
    share: np.ndarray  # [m] of the row
    ended: np.ndarray  # [m] bool
    rows: int
    # The share of rows by width of intervals, and by where in the minute their middles stand.
    kinds: dict[tuple[float, float], float]

    @property
    def exact(self) -> bool:
        """Whether all was recorded to the second."""
        return all(width == 0 for width, _ in self.kinds)


class Shares(NamedTuple):
    """The share of durations below each that ended, in the middle of its step."""

    seconds: np.ndarray  # [m] in order
    below: np.ndarray  # [m]
    known: float  # the share above which nothing is known, because nothing was seen to end

    def at(self, shares: np.ndarray) -> np.ndarray:
        """Seconds at shares; nan beyond what is known."""
        found = np.interp(shares, self.below, self.seconds)
        return np.where(np.asarray(shares) > self.known, np.nan, found)


def spread_out(sample: Sample) -> Spreadout:
    """The rows of a sample in order; of more than 20,000 evenly spaced ones."""
    count = len(sample.seconds)
    if count > MOST_ROWS:
        chosen = np.linspace(0, count - 1, MOST_ROWS).astype(int)
        sample = Sample(*(column[chosen] for column in sample))
        count = MOST_ROWS
    widths = np.round(sample.high_s - sample.low_s, 6)
    middle = (sample.high_s + sample.low_s) / 2
    seconds, row, share = [], [], []
    kinds = {}
    for width in np.unique(widths).tolist():
        rows = np.flatnonzero(widths == width)
        phases = np.full(len(rows), NO_PHASE)
        if width > 1.5 * MINUTE_S:
            phases = np.round(middle[rows] % MINUTE_S) % MINUTE_S
            if len(np.unique(phases)) > 2:  # no minutes of one clock
                phases[:] = NO_PHASE
        for phase, number in zip(*np.unique(phases, return_counts=True), strict=True):
            kinds[width, float(phase)] = float(number) / count
        over = np.zeros(1) if phases[0] == NO_PHASE else _errors(MINUTE_S)
        seconds.append((middle[rows, None] + over).ravel())
        row.append(np.repeat(rows, len(over)))
        share.append(np.full(len(rows) * len(over), 1 / len(over)))
    all_s, all_rows = np.concatenate(seconds), np.concatenate(row)
    ended = ~sample.censored[all_rows]
    order = np.lexsort((~ended, all_s))  # what ends at the same time ends first
    return Spreadout(
        all_s[order], all_rows[order], np.concatenate(share)[order], ended[order], count, kinds
    )


def curve(spread: Spreadout, weights: np.ndarray | None = None) -> Shares:
    """Kaplan and Meier's curve; `weights`: [rows] how often each row counts, once unless given."""
    mass = spread.share if weights is None else spread.share * weights[spread.row]
    at_risk = np.cumsum(mass[::-1])[::-1]
    ends = spread.ended & (mass > 0)
    leaving = np.where(ends, mass / np.maximum(at_risk, 1e-12), 0.0)
    staying = np.cumprod(1 - np.minimum(leaving, 1.0))
    before = np.concatenate([[1.0], staying[:-1]])
    known = 1 - staying[-1]
    below = 1 - (staying + before)[ends] / 2
    return Shares(spread.seconds[ends], below, 1.0 if known > 1 - 1e-9 else float(known))


def recorded(law: Maximum, spread: Spreadout) -> Shares:
    """What would come out of a law of durations that is recorded likewise."""
    seconds, mass = [], []
    for (width, phase), share in spread.kinds.items():
        at, chance = _whole_minutes(law, width, phase)
        errors = _errors(MINUTE_S)
        if phase == NO_PHASE or not len(at):  # an error that hangs on no duration
            at = law.family.quantile(law.theta, GRID)
            chance = np.full(len(at), 1 / len(at))
            errors = _errors(width)
        seconds.append((at[:, None] + errors).ravel())
        mass.append(np.repeat(chance * share / len(errors), len(errors)))
    all_s, all_mass = np.concatenate(seconds), np.concatenate(mass)
    order = np.argsort(all_s)
    all_mass = all_mass[order]
    return Shares(all_s[order], np.cumsum(all_mass) - all_mass / 2, 1.0)


def _whole_minutes(law: Maximum, width: float, phase: float) -> tuple[np.ndarray, np.ndarray]:
    """Durations that a law leaves of both ends in whole minutes, and how likely each is.

    None where an end is to the second, or so many minutes are likely that rounding matters little.
    """
    nothing = np.zeros(0), np.zeros(0)
    if phase == NO_PHASE:
        return nothing
    first, last = law.family.quantile(law.theta, GRID[[0, -1]]) // MINUTE_S
    if not last - first < MOST_MINUTES:
        return nothing
    at = phase + MINUTE_S * np.arange(first - 2, last + 3)
    chance = chances(law.family, law.theta, block(at, np.ones(len(at)), width, censored=False))
    return (at, chance / chance.sum()) if chance.sum() > 0.5 else nothing


def less_recording(
    law: Maximum, spread: Spreadout, found: Shares, shares: np.ndarray
) -> np.ndarray:
    """Quantiles of the true durations at shares, [shares]; nan beyond what is known."""
    if spread.exact:
        return found.at(shares)
    through = law.family.quantile(law.theta, shares) - recorded(law, spread).at(shares)
    return np.maximum(found.at(shares) + through, 0.0)


def _errors(width: float) -> np.ndarray:
    """Evenly likely errors in an interval, uniform up to a minute and triangular above."""
    if width < 1e-9:
        return np.zeros(1)
    q = (np.arange(POINTS) + 0.5) / POINTS
    if width <= 1.5 * MINUTE_S:
        return width * (q - 0.5)
    upper = 1 - np.sqrt(2 * (1 - np.maximum(q, 0.5)))
    return width / 2 * np.where(q < 0.5, -upper[::-1], upper)
