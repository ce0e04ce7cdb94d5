"""The best of many, selected with a stated probability: effort goes to the contenders.

A match is the fully sequential procedure KN of Kim and Nelson (2001, ACM TOMACS 11:251). It allows
for shared calls: it works on variances of *differences*, and the more the calls have in common the
sooner it ends. Its promise: where the best leads every other by the indifference zone or more, it
is chosen with at least the stated probability. It assumes that means over a replication are about
normal; `benchmarks/evidence.py` puts it to the test.

Up to `MANY` alternatives meet in one match. More play a knockout tournament (after Zhong and Hong
2022, Operations Research 70:432), which makes the same promise. Its rounds share the risk: round r
may err with probability alpha_r, and these add up to no more than 1 - confidence. In a round the
alternatives meet in groups, each group in a match of its own at the full alpha_r.

- *Only one match of a round can lose the best: its own.* So there is no division by the number of
  matches. In its group of g all others are behind it by the zone, and KN drops it, at whatever
  time, with probability alpha_r at most: alpha_r / (g - 1) for each rival. A match that is ended
  before one is left, all that are left going on, can but lower that.
- *Each round has replications of its own.* All matches of a round run side by side over the same
  numbers. When the last of them ends, at T, nothing later than T was looked at; and T follows from
  what was. So replications from T on are as good as new, whoever has come through and whoever meets
  whom, and the probability of the round holds given all that went before. Sums or variances of
  earlier rounds taken along would break this: who has come through was lucky in them, and the rival
  of the best would be one picked for its luck. That could be paid for by dividing alpha_r by all
  rivals that might have come, which is the one match of all again.
- Together: the best loses in some round with probability alpha_1 + alpha_2 + … at most.

Which rounds are cheapest was measured (`python benchmarks/evidence.py 60 rounds`): where a few are
good and many clearly bad, matches of two take five times the runs of one match of all, for two bad
ones take long to tell apart. A short heat of all, in which the leader drops them, takes the fewest.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import NamedTuple

import numpy as np

from sim.study.stopping import STEP

FIRST_STAGE = 10  # replications of every alternative, from which the variances are taken
CONFIDENCE = 0.95
MANY = 100  # alternatives, beyond which there is a heat before the final
HEAT = 8  # replications of it


class Round(NamedTuple):
    """One round of a tournament."""

    group: int | None = None  # alternatives that meet in a match, at most; None: all
    first: int = FIRST_STAGE  # replications of the first stage
    most: int | None = None  # replications after which a match ends, all left going on; None: never
    share: float = 1.0  # of the risk


class Procedure(StrEnum):
    """How one of several alternatives is selected."""

    ONE_MATCH = "Kim-Nelson"
    HEAT_AND_FINAL = "Kim-Nelson in a heat and a final"

    @property
    def rounds(self) -> tuple[Round, ...]:
        if self is Procedure.ONE_MATCH:
            return (Round(),)
        return Round(first=HEAT, most=HEAT, share=0.5), Round(share=0.5)


def procedure_for(alternatives: int, most: int) -> Procedure:
    """One match; for many alternatives a heat and a final, if `most` leaves time for both."""
    long = most >= HEAT + 2 * FIRST_STAGE
    many = alternatives > MANY
    return Procedure.HEAT_AND_FINAL if many and long else Procedure.ONE_MATCH


def pairs(alternatives: int, first: int = FIRST_STAGE) -> tuple[Round, ...]:
    """A tournament of matches of two, of which a half, a quarter, … of the risk is each round's."""
    rounds = math.ceil(math.log2(max(2, alternatives)))
    return tuple(Round(2, first, share=0.5**number) for number in range(1, rounds + 1))


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


Observe = Callable[[range, Sequence[int]], np.ndarray]


def race(
    observe: Observe,
    alternatives: int,
    zone: float,
    most: int,
    confidence: float = CONFIDENCE,
    rounds: Sequence[Round] | None = None,
) -> list[int]:
    """Rows still in contention when one is selected or `most` replications are reached.

    `observe(numbers, rows)` runs these replications of the alternatives in `rows` and returns their
    values as [replication, alternative]; columns of other alternatives are not read.
    `rounds`: unless given, those of `procedure_for` so many alternatives.
    """
    left, seen = list(range(alternatives)), 0
    if alternatives == 1:  # nobody to beat, but an observation is wanted
        observe(range(min(FIRST_STAGE, most)), left)
    for one in rounds or procedure_for(alternatives, most).rounds:
        risk = one.share * (1 - confidence)
        left, seen = _played(observe, one, left, range(seen, most), zone, 1 - risk)
    return left


class _Match:
    """The alternatives `rows` in one KN; a single one goes on without being looked at."""

    def __init__(self, rows: list[int]):
        self.rows = self.left = rows
        self._selection: Selection | None = None

    def observe(self, values: np.ndarray, zone: float, confidence: float) -> None:
        """Take in more replications, [replication, alternative]; the first are the first stage."""
        mine = values[:, self.rows]
        if self._selection is None:
            self._selection, mine = Selection(mine, zone, confidence), mine[:0]
        for row in mine:
            self._selection.observe(row)
        self.left = [self.rows[i] for i in self._selection.contenders]


def _played(
    observe: Observe, one: Round, rows: list[int], fresh: range, zone: float, confidence: float
) -> tuple[list[int], int]:
    """Rows that come through a round, and how many replications have been looked at by then.

    `fresh`: the replications that it may take, none of which was looked at before.
    """
    groups = 1 if one.group is None else math.ceil(len(rows) / one.group)
    # Neighbours on a list are often alike; whoever meets whom, the promise is the same.
    matches = [_Match(rows[i::groups]) for i in range(groups)]
    end = fresh.stop if one.most is None else min(fresh.stop, fresh.start + one.most)
    seen, upto = fresh.start, min(fresh.start + one.first, end)
    playing = [match for match in matches if len(match.rows) > 1]
    while playing and seen < end:
        values = observe(range(seen, upto), sorted(row for match in playing for row in match.left))
        if upto - fresh.start < 2:  # tells no variance
            return rows, upto
        for match in playing:
            match.observe(values, zone, confidence)
        playing = [match for match in playing if len(match.left) > 1]
        seen, upto = upto, min(upto + STEP, end)
    return sorted(row for match in matches for row in match.left), seen
