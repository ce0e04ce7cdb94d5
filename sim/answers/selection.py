"""The best of many, selected with a stated probability: effort goes to the contenders.

This is the fully sequential procedure KN of Kim and Nelson (2001, ACM TOMACS 11:251). It allows for
shared calls: it works on variances of *differences*, and the more the calls have in common the
sooner it ends. Its promise: where the best leads every other by the indifference zone or more, it
is chosen with at least the stated probability. It assumes that means over a replication are about
normal; `benchmarks/evidence.py` puts it to the test.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from sim.study.stopping import STEP

FIRST_STAGE = 10  # replications of every alternative, from which the variances are taken
CONFIDENCE = 0.95


class Selection:
    """The contenders among `k` alternatives, of which more is better.

    `first`: [replication, alternative] observations of the first stage, at least two.
    `zone`: the indifference zone, in the unit of the observations.
    ValueError for numbers that make no sense.
    """

    def __init__(self, first: np.ndarray, zone: float, confidence: float = CONFIDENCE):
        count, k = first.shape
        if count < 2 or zone <= 0 or not 0 < confidence < 1:
            raise ValueError(
                "at least two replications, a zone above nothing and a confidence between 0 and 1 "
                f"are needed; found {count}, {zone}, {confidence}"
            )
        self.zone, self.confidence = zone, confidence
        others = max(1, k - 1)
        eta = ((2 * (1 - confidence) / others) ** (-2 / (count - 1)) - 1) / 2
        centred = first - first.mean(axis=0)
        cross = centred.T @ centred / (count - 1)
        variance = np.diag(cross)[:, None] + np.diag(cross)[None] - 2 * cross
        # [alternative, alternative] replications after which the two are told apart for certain
        self._ends = 2 * eta * (count - 1) * np.maximum(variance, 0.0) / zone**2
        self._sums, self._seen = first.sum(axis=0), count
        self.contenders = list(range(k))
        self._screen()

    @property
    def decided(self) -> bool:
        return len(self.contenders) == 1

    def needed(self) -> int:
        """Number of replications after which one contender is left, whatever is observed."""
        some = np.ix_(self.contenders, self.contenders)
        return max(self._seen, int(np.floor(self._ends[some].max(initial=0.0))) + 1)

    def observe(self, row: np.ndarray) -> None:
        """Take in one more replication: [alternative]; only the contenders' values are read."""
        if self.decided:
            return
        self._sums = self._sums + np.where(np.isin(range(len(row)), self.contenders), row, 0.0)
        self._seen += 1
        self._screen()

    def _screen(self) -> None:
        """Drop contenders whose mean trails another's by more than the slack."""
        rows, seen = np.array(self.contenders), self._seen
        mean = self._sums[rows] / seen
        slack = np.maximum(0.0, self.zone / (2 * seen) * (self._ends[np.ix_(rows, rows)] - seen))
        behind = mean[None, :] - mean[:, None]  # [contender, the one it trails]
        out = (behind > slack).any(axis=1)
        self.contenders = rows[~out].tolist()
        if len(self.contenders) > 1 and seen >= self.needed():  # equal to the last call
            self.contenders = [max(self.contenders, key=lambda row: (self._sums[row], -row))]


def race(
    observe: Callable[[range, Sequence[int]], np.ndarray],
    alternatives: int,
    zone: float,
    most: int,
    confidence: float = CONFIDENCE,
) -> list[int]:
    """Rows still in contention when one is selected or `most` replications are reached.

    `observe(numbers, rows)` runs these replications of the alternatives in `rows` and returns their
    values as [replication, alternative]; columns of other alternatives are not read.
    """
    every, seen = list(range(alternatives)), min(FIRST_STAGE, most)
    first = observe(range(seen), every)
    if seen < 2 or alternatives == 1:
        return every
    selection = Selection(first, zone, confidence)
    while not selection.decided and seen < most:
        upto = min(most, seen + STEP)
        for row in observe(range(seen, upto), selection.contenders):
            selection.observe(row)
        seen = upto
    return selection.contenders
