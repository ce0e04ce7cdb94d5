"""Kinds of measures of events that are no calls of the headline, as of patients at a hospital."""

from __future__ import annotations

import math
from dataclasses import KW_ONLY, dataclass

import numpy as np

from sim.measures.counted import Apart, ExactShare, pooled_share
from sim.measures.groups import ALL, Group
from sim.measures.intervals import Spread, ratios, varies
from sim.measures.kinds import Events, Measure, Percentile, Replications, Sums


@dataclass(frozen=True)
class PercentileOfEvents(Percentile):
    """The smallest value of an event, as of a patient's wait for a bay."""

    _: KW_ONLY
    value: Events

    def ordered(self, found: Replications, group: Group) -> tuple[np.ndarray, np.ndarray]:
        events = found.events(self.value, group)
        values = np.concatenate(events)
        order = np.argsort(values, kind="stable")
        replication = np.repeat(np.arange(len(events)), [len(one) for one in events])
        return values[order], replication[order]


@dataclass(frozen=True)
class OfEvents(Measure):
    """A share or a mean of events that are no calls of the headline, as of patients at a hospital.

    `value`: what each of them adds; `per`: how much of it makes one of the unit. `rests`: whether
    it rests on so many events; not where one of them sums up a replication.
    """

    _: KW_ONLY
    value: Events
    per: float = 1.0
    rests: bool = True

    def _sums(self, found: Replications, group: Group) -> Sums:
        above, below = found.event_sums(self.value, group)
        return Sums(above / self.per, below)

    def left_out(self, found: Replications, group: Group = ALL) -> np.ndarray:
        return ratios(*self._sums(found, group))

    def spread(self, found: Replications, group: Group = ALL) -> Spread:
        """A jackknife; of a share that hardly ever happens, or nearly always, exact bounds."""
        above, below = self._sums(found, group)
        if self.unit == "share":
            return pooled_share(above, below, found.setup.sequential)
        whole = self._jackknifed(found, group)
        if self.rests:
            whole = whole._replace(rests_on=float(below.sum()))
        return whole if varies(whole) else whole._replace(se=math.nan)

    def paired(self, base: Replications, other: Replications, group: Group = ALL) -> Spread:
        """A jackknife; where those of the layouts are exact bounds, these as if apart."""
        ends = [self.spread(one, group) for one in (base, other)]
        rests_on = min(one.rests_on for one in ends)
        whole = self._differing(base, other, group)._replace(rests_on=rests_on)
        if any(isinstance(one, ExactShare) for one in ends):
            return Apart(whole.mean, ends[0], ends[1], rests_on)
        return whole if varies(whole) else whole._replace(se=math.nan)
