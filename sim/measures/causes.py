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
CAUSES: Final = (
    "distance",
    "road closures",
    "slow drive",
    "call taking",
    "call desk",
    "turnout",
    "nearest busy",
    "queue",
)
# What some services have, by the column of a Tally that has entries where they have it.
ONLY_WITH: Final = {
    "road closures": "open_s",
    "slow drive": "drive_factor",
    "call desk": "answered_s",
}
ROUNDED_S: Final = 0.01
PLAIN: Final = tuple(cause for cause in CAUSES if cause not in ONLY_WITH)


class Split(NamedTuple):
    """Every measured call of one layout, all replications after each other."""

    causes: tuple[str, ...]  # of CAUSES, those that this service may have
    # [call, cause] adding up to the response time; of who was withdrawn, to the withdrawal; else 0
    parts_s: np.ndarray
    cause: np.ndarray  # [call] row in `causes`, NONE if in time


class Late(NamedTuple):
    """The misses of some of the calls."""

    group: Group
    causes: tuple[str, ...]
    calls: int
    misses: np.ndarray  # [cause]
    reached: int  # misses that somebody arrived at
    withdrawn: int  # misses withdrawn before anybody was there
    minutes: np.ndarray  # [cause] mean of each part over those reached; nan where there are none

    @property
    def total(self) -> int:
        return int(self.misses.sum())

    @property
    def late_share(self) -> float:
        return self.total / self.calls if self.calls else np.nan

    @property
    def shares(self) -> np.ndarray:
        """[cause] of the misses; nan where there are none."""
        return self.misses / self.total if self.total else np.full(len(self.causes), np.nan)


class _Stages(NamedTuple):
    """How long each stage of a call took, in the order in which they pass."""

    desk_s: np.ndarray  # until somebody at the desk took it
    call_taking_s: np.ndarray
    cut_off_s: np.ndarray  # while no station had a way there
    queueing_s: np.ndarray  # other waiting for an ambulance
    turnout_s: np.ndarray
    drive_s: np.ndarray


def split(pooled: Pooled) -> Split:
    """Each response time in parts, and for each miss its cause.

    The drive is distance as far as it would have been from the nearest station that has an
    ambulance, on open roads and as fast as on average. What closed and slowed roads add to that,
    and what the drawn factor does, come apart; what the drive took longer still is the price of
    that ambulance being elsewhere. A call that was withdrawn before anybody was there is taken
    apart up to then: its cause is what it waited for.
    """
    present = tuple(
        cause for cause in CAUSES
        if cause not in ONLY_WITH or len(getattr(pooled, ONLY_WITH[cause]))
    )  # fmt: skip
    stages, reached = _stages(pooled), np.isfinite(pooled.response_s)
    nearest_s = _column(pooled, "nearest_s")
    factor = _or(pooled.drive_factor, np.ones(len(reached)))
    open_s = np.minimum(_or(pooled.open_s, nearest_s), nearest_s)
    # A drive that is faster than usual is distance, as short as it was.
    distance_s = np.minimum(stages.drive_s, open_s * np.minimum(factor, 1.0))
    on_closed_s = np.minimum(stages.drive_s, nearest_s * np.minimum(factor, 1.0))
    slow_s = np.minimum(stages.drive_s, nearest_s * factor)
    if "slow drive" in present:
        # Each stretch of a drive is rounded to the time grid after the factor.
        slow_s = np.where(stages.drive_s - slow_s < ROUNDED_S, stages.drive_s, slow_s)
    parts = {
        "distance": distance_s,
        "road closures": stages.cut_off_s + (on_closed_s - distance_s),
        "slow drive": np.maximum(slow_s - on_closed_s, 0.0),
        "call taking": stages.call_taking_s,
        "call desk": stages.desk_s,
        "turnout": stages.turnout_s,
        "nearest busy": stages.drive_s - np.maximum(slow_s, on_closed_s),
        "queue": stages.queueing_s,
    }
    parts_s = np.column_stack([parts[cause] for cause in present])
    return Split(present, parts_s, _causes(present, parts_s, pooled))


def _stages(pooled: Pooled) -> _Stages:
    """The stages of those who were reached, and of the withdrawn until then; else 0."""
    reached = np.isfinite(pooled.response_s)
    end_s = np.where(reached, pooled.response_s, 0.0)
    ready_s, queueing_s, turnout_s = (
        np.where(reached, _column(pooled, name), 0.0)
        for name in ("call_taking_s", "queueing_s", "turnout_s")
    )
    gone = _withdrawn(pooled)
    if gone.any():
        end_s[gone] = pooled.withdrawn_s[gone]
        ready_s[gone] = np.minimum(pooled.ready_s[gone], end_s[gone])
        sent_s = np.clip(pooled.sent_s[gone], ready_s[gone], end_s[gone])
        queueing_s[gone] = sent_s - ready_s[gone]
        turnout_s[gone] = np.minimum(pooled.set_out_s[gone], end_s[gone] - sent_s)
    desk_s = np.minimum(_or(pooled.answered_s, np.zeros(len(end_s))), ready_s)
    cut_off_s = np.minimum(_or(pooled.cut_off_s, np.zeros(len(end_s))), queueing_s)
    return _Stages(
        desk_s,
        ready_s - desk_s,
        cut_off_s,
        queueing_s - cut_off_s,
        turnout_s,
        end_s - (ready_s + queueing_s + turnout_s),
    )


def _withdrawn(pooled: Pooled) -> np.ndarray:
    """[call] whether it was withdrawn before anybody was there."""
    reached = np.isfinite(pooled.response_s)
    if not len(pooled.withdrawn_s):
        return np.zeros(len(reached), bool)
    found: np.ndarray = ~reached & np.isfinite(pooled.withdrawn_s)
    return found


def _column(pooled: Pooled, name: str) -> np.ndarray:
    return np.concatenate([getattr(tally, name) for tally in pooled.tallies])


def _or(column: np.ndarray, otherwise: np.ndarray) -> np.ndarray:
    """A column, or another where there is nothing of the kind."""
    return column if len(column) else otherwise


def _causes(present: tuple[str, ...], parts_s: np.ndarray, pooled: Pooled) -> np.ndarray:
    """[call] the first part with which the sum passes the target.

    Whom nobody reaches and who was not withdrawn either queues, unless it was cut off. NONE for
    what is in time, and for what was withdrawn before its target had passed.
    """
    beyond = np.cumsum(parts_s, axis=1) > pooled.target_s[:, None]
    if len(pooled.cut_off_s):
        never = np.isinf(pooled.response_s) & ~_withdrawn(pooled)
        beyond[never & (pooled.cut_off_s > 0), present.index("road closures")] = True
    beyond[:, present.index("queue")] = True
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
    minutes = np.full(len(split.causes), np.nan)
    if len(reached):
        minutes = split.parts_s[reached].sum(axis=0) / len(reached) / 60
    misses = np.bincount(split.cause[missed], minlength=len(split.causes))
    withdrawn = int(_withdrawn(pooled)[missed].sum())
    return Late(group, split.causes, len(rows), misses, len(reached), withdrawn, minutes)


def together(some: Sequence[Late], group: Group) -> Late:
    """Several groups that share no call, as one."""
    reached = sum(late.reached for late in some)
    causes = some[0].causes
    minutes = np.full(len(causes), np.nan)
    if reached:
        spent = [late.minutes * late.reached for late in some if late.reached]
        minutes = np.sum(spent, axis=0) / reached
    misses = np.sum([late.misses for late in some], axis=0)
    calls, withdrawn = (
        sum(getattr(late, name) for late in some) for name in ("calls", "withdrawn")
    )
    return Late(group, causes, calls, misses, reached, withdrawn, minutes)


def shares(pooled: Pooled, split: Split) -> list[Estimate]:
    """[cause] of all misses, pooled over replications, with intervals as of any share."""
    count, missed = pooled.replications, split.cause != NONE
    whole = np.bincount(pooled.replication[missed], minlength=count)
    found = []
    for cause in range(len(split.causes)):
        part = np.bincount(pooled.replication[split.cause == cause], minlength=count)
        share = pooled_share(part, whole, pooled.setup.sequential).interval()
        found.append(Estimate(share.mean, *np.clip([share.low, share.high], 0, 1).tolist()))
    return found
