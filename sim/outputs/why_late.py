"""Why calls are late: every response time taken apart, and the one cause of each miss."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from sim.outputs import estimates, store
from sim.outputs.estimates import ALL, Estimate, Group, Pooled
from sim.policies.clock import NONE

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from sim.outputs.compare import Result

# In the order in which parts are added up: the first that passes the target is the cause.
CAUSES: Final = ("distance", "call taking", "turnout", "nearest busy", "queue")
QUEUE: Final = CAUSES.index("queue")
MOST: Final = 20  # townships in a table or figure; the others are summed up
WORTH_SHOWING: Final = 0.005  # of all misses: townships with less are among the others
WEEK_S: Final = 7 * 86_400.0


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


class Row(NamedTuple):
    """One cause in one group of calls, tidy. Shares between 0 and 1."""

    layout: str
    by: str  # all, area, township, hour
    area: str  # which of them
    cause: str
    calls: int  # of the group, late or not
    misses: int  # of this cause
    share_of_misses: float
    minutes: float  # mean of this part over the group's misses that were reached


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
    """[call] the first part with which the sum passes the target; whom nobody reaches queues."""
    beyond = np.cumsum(parts_s, axis=1) > pooled.target_s[:, None]
    beyond[:, QUEUE] = True
    return np.where(pooled.of_calls["within"], NONE, beyond.argmax(axis=1))


def summed(pooled: Pooled, split: Split, group: Group) -> Late:
    """The misses of a group of calls."""
    rows = pooled.members(group)
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
    """[cause] of all misses, pooled over replications, with jackknife intervals."""
    count, missed = pooled.replications, split.cause != NONE
    whole = np.bincount(pooled.replication[missed], minlength=count)
    found = []
    for cause in range(len(CAUSES)):
        part = np.bincount(pooled.replication[split.cause == cause], minlength=count)
        share = estimates.jackknife(estimates.ratios(part, whole), pooled.looked).interval()
        found.append(Estimate(share.mean, *np.clip([share.low, share.high], 0, 1).tolist()))
    return found


def explain(result: Result, layout: int = 0) -> WhyLate:
    """Why the calls of one layout were late."""
    return WhyLate(result, layout)


@dataclass(frozen=True, repr=False)
class WhyLate:
    """What made calls late under one layout: by cause, township and hour; in words and drawn."""

    result: Result
    layout: int = 0

    @property
    def pooled(self) -> Pooled:
        return self.result.pooled[self.layout]

    @cached_property
    def split(self) -> Split:
        return split(self.pooled)

    @cached_property
    def shares(self) -> list[Estimate]:
        """[cause] of all misses, each with its 95 % interval."""
        return shares(self.pooled, self.split)

    @cached_property
    def groups(self) -> list[Late]:
        """All calls, then those of each area, township and hour with calls."""
        return [
            summed(self.pooled, self.split, group)
            for group in estimates.groups(self.pooled)
            if group.by != "priority"
        ]

    def late(self, group: Group = ALL) -> Late:
        """The misses of one group of calls."""
        return summed(self.pooled, self.split, group)

    def by(self, kind: str) -> list[Late]:
        """The groups of one kind that have calls: area, township or hour."""
        return [late for late in self.groups if late.group.by == kind]

    def by_misses(self, most: int = MOST) -> tuple[list[Late], list[Late]]:
        """Townships from the most misses on; apart, those that are too many or have hardly any."""
        ordered = sorted(self.by("township"), key=lambda late: -late.total)
        least = max(1.0, WORTH_SHOWING * self.late().total)
        shown = sum(late.total >= least for late in ordered[:most])
        return ordered[:shown], ordered[shown:]

    def a_week(self, misses: float) -> float:
        """What a number of misses comes to in a week."""
        return misses / (sum(tally.window_s for tally in self.pooled.tallies) / WEEK_S)

    def rows(self) -> list[Row]:
        """Every cause in every group."""
        name = self.result.layouts[self.layout].name
        return [
            Row(name, late.group.by, self.result.group_name(late.group), *values)
            for late in self.groups
            for values in zip(
                CAUSES, [late.calls] * len(CAUSES), late.misses.tolist(), late.shares.tolist(),
                late.minutes.tolist(), strict=True,
            )
        ]  # fmt: skip

    def frames(self) -> dict[str, pd.DataFrame]:
        """By name of the file."""
        return {"why": self.to_frame()}

    def figures(self, lang: str) -> dict[str, Figure]:
        """By name of the file."""
        return {"why": self.figure(lang)}

    def facts(self, lang: str) -> dict[str, Any]:
        """For `--json` and `run.json`."""
        said = store.as_json(self.result, lang)
        kept = ("map", "synthetic", "replications", "days", "seed")
        rows = store.finite(self.to_frame().to_dict("records"))
        facts = {key: said[key] for key in kept}
        return {**facts, "rows": rows, "sentences": self.sentences(lang)}

    @property
    def overall(self) -> list[Row]:
        return [row for row in self.rows() if row.by == "all"]

    @property
    def by_township(self) -> list[Row]:
        return [row for row in self.rows() if row.by == "township"]

    @property
    def by_hour(self) -> list[Row]:
        return [row for row in self.rows() if row.by == "hour"]

    def to_frame(self) -> pd.DataFrame:
        """Tidy: one row for each group of calls and cause."""
        import pandas as pd

        return pd.DataFrame(self.rows(), columns=Row._fields)

    # ── what a planner looks at ──────────────────────────────────────────────────────────────

    def table(self, lang: str = "en") -> str:
        from sim.outputs import late_words

        return late_words.as_text(self, lang)

    def sentence(self, lang: str = "en") -> str:
        """What most misses are due to, and what helps."""
        from sim.outputs import late_words

        return late_words.sentence(self, lang)

    def sentences(self, lang: str = "en") -> list[str]:
        """The same, then for each of the worst-served townships with enough misses."""
        from sim.outputs import late_words

        return late_words.sentences(self, lang)

    def figure(self, lang: str = "en", size: str = "screen") -> Figure:
        """Misses by cause, township by township and by the hour."""
        from sim.outputs import plots

        return plots.why_late(self, lang, size)

    def __repr__(self) -> str:
        return self.table()

    def _repr_html_(self) -> str:
        from sim.outputs import late_words

        return late_words.as_html(self)
