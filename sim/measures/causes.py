"""Every response time taken apart, and the one cause of each miss."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from sim.measures.counted import pooled_share
from sim.measures.groups import Group
from sim.measures.intervals import Estimate
from sim.measures.response import WITHIN
from sim.measures.response import counted as counted_in_time
from sim.measures.rows import Pooled
from sim.policies.clock import NONE

# In the order in which parts are added up: the first that passes the target is the cause.
CAUSES: Final = ("distance", "call taking", "turnout", "nearest busy", "queue")
QUEUE: Final = CAUSES.index("queue")


class Split(NamedTuple):
    """Every measured call of one layout, all replications after each other."""

    parts_s: np.ndarray  # [call, cause] adding up to the response time; 0 if nobody arrived
    cause: np.ndarray  # [call] row in CAUSES, NONE if in time


class Late(NamedTuple):
    """The misses of some of the calls."""

    group: Group
    calls: int
    misses: np.ndarray  # [cause]
    reached: int  # misses that somebody arrived at
    minutes: np.ndarray  # [cause] mean of each part over these; nan where there are none

    @property
    def total(self) -> int:
        return int(self.misses.sum())

    @property
    def late_share(self) -> float:
        return self.total / self.calls if self.calls else np.nan

    @property
    def shares(self) -> np.ndarray:
        """[cause] of the misses; nan where there are none."""
        return self.misses / self.total if self.total else np.full(len(CAUSES), np.nan)


def split(pooled: Pooled) -> Split:
    """Each response time in five parts, and for each miss its cause.

    The drive is distance as far as it would have been from the nearest station that has an
    ambulance; what it took longer is the price of that ambulance being elsewhere.
    """
    columns = ("call_taking_s", "queueing_s", "turnout_s", "nearest_s")
    call_taking_s, queueing_s, turnout_s, nearest_s = (
        np.concatenate([getattr(tally, name) for tally in pooled.tallies]) for name in columns
    )
    reached = np.isfinite(pooled.response_s)
    before_s = (call_taking_s + queueing_s + turnout_s)[reached]
    drive_s = pooled.response_s[reached] - before_s
    distance_s = np.minimum(drive_s, nearest_s[reached])
    parts_s = np.zeros((len(reached), len(CAUSES)))
    parts_s[reached] = np.column_stack(
        [
            distance_s,
            call_taking_s[reached],
            turnout_s[reached],
            drive_s - distance_s,
            queueing_s[reached],
        ]
    )
    return Split(parts_s, _causes(parts_s, pooled))


def _causes(parts_s: np.ndarray, pooled: Pooled) -> np.ndarray:
    """[call] the first part with which the sum passes the target; whom nobody reaches queues.

    NONE for what is in time, and for what was withdrawn before its target had passed.
    """
    beyond = np.cumsum(parts_s, axis=1) > pooled.target_s[:, None]
    beyond[:, QUEUE] = True
    missed = ~pooled.values(WITHIN)
    these = counted_in_time(pooled, pooled.setup)
    if these is not None:
        missed &= these
    return np.where(missed, beyond.argmax(axis=1), NONE)


def summed(pooled: Pooled, split: Split, group: Group) -> Late:
    """The misses of a group of calls."""
    rows = pooled.members(group)
    these = counted_in_time(pooled, pooled.setup)
    if these is not None:
        rows = rows[these[rows]]
    missed = rows[split.cause[rows] != NONE]
    reached = missed[np.isfinite(pooled.response_s[missed])]
    minutes = np.full(len(CAUSES), np.nan)
    if len(reached):
        minutes = split.parts_s[reached].sum(axis=0) / len(reached) / 60
    misses = np.bincount(split.cause[missed], minlength=len(CAUSES))
    return Late(group, len(rows), misses, len(reached), minutes)


def together(some: Sequence[Late], group: Group) -> Late:
    """Several groups that share no call, as one."""
    reached = sum(late.reached for late in some)
    minutes = np.full(len(CAUSES), np.nan)
    if reached:
        spent = [late.minutes * late.reached for late in some if late.reached]
        minutes = np.sum(spent, axis=0) / reached
    misses = np.sum([late.misses for late in some], axis=0)
    return Late(group, sum(late.calls for late in some), misses, reached, minutes)


def shares(pooled: Pooled, split: Split) -> list[Estimate]:
    """[cause] of all misses, pooled over replications, with intervals as of any share."""
    count, missed = pooled.replications, split.cause != NONE
    whole = np.bincount(pooled.replication[missed], minlength=count)
    found = []
    for cause in range(len(CAUSES)):
        part = np.bincount(pooled.replication[split.cause == cause], minlength=count)
        share = pooled_share(part, whole, pooled.setup.sequential).interval()
        found.append(Estimate(share.mean, *np.clip([share.low, share.high], 0, 1).tolist()))
    return found
