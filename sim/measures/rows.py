"""Tallies of many replications of one layout, call after call, for every measure there is."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from sim.measures.calls import Tally
from sim.measures.groups import ALL, AREAS, Group, Setup
from sim.measures.kinds import OfCalls, OfFleet, PercentileOfCalls, Rows, Sums, added_up
from sim.measures.measures import BY_KEY, WITHIN


class Pooled:
    """One layout's tallies of all replications, ready to be summed, sorted and left out."""

    def __init__(self, tallies: Sequence[Tally], setup: Setup):
        self.setup, self.tallies = setup, tallies
        self.replications = len(tallies)
        lengths = [len(tally.response_s) for tally in tallies]
        self.replication = np.repeat(np.arange(len(tallies)), lengths)
        self.area = np.concatenate([tally.area for tally in tallies])
        self.township = np.concatenate([tally.township for tally in tallies])
        self.priority = np.concatenate([tally.priority for tally in tallies])
        self.hour = np.concatenate([tally.hour for tally in tallies])
        self.response_s = np.concatenate([tally.response_s for tally in tallies])
        self.turnout_s = np.concatenate([tally.turnout_s for tally in tallies])
        self.at_once = np.concatenate([tally.at_once for tally in tallies])
        self.cross = np.concatenate([tally.cross for tally in tallies])
        self.target_s = np.array(setup.target_s)[self.area]
        self._values: dict[Callable[[Rows, Setup], np.ndarray], np.ndarray] = {}

    def members(self, group: Group) -> np.ndarray:
        """Which calls belong to a group, as rows."""
        if group.by == "all":
            return np.arange(len(self.response_s))
        return np.flatnonzero(getattr(self, group.by) == group.row)

    def values(self, measure: OfCalls) -> np.ndarray:
        """[call] what a measure sums, of calls from everywhere."""
        if measure.value not in self._values:
            self._values[measure.value] = measure.value(self, self.setup)
        return self._values[measure.value]

    def left_out(self, key: str, group: Group = ALL) -> np.ndarray:
        """[1 + replications] the measure of all replications, then without each of them."""
        return BY_KEY[key].left_out(self, group)

    # ── what measures take ───────────────────────────────────────────────────────────────────

    def sums(self, measure: OfCalls, group: Group = ALL) -> Sums:
        """[replication] what is counted, and the calls among which."""
        some = self.members(group)
        if measure.where is not None:
            some = some[measure.where(self.setup)[self.area[some], self.township[some]]]
        among = None if measure.among is None else measure.among(self)[some]
        values = self.values(measure)[some]
        return added_up(values, among, self.replication[some], self.replications)

    def by_place(self, measure: OfCalls, group: Group = ALL) -> Sums:
        """[replication, area × township] the same."""
        some = self.members(group)
        if measure.where is not None:
            some = some[measure.where(self.setup)[self.area[some], self.township[some]]]
        among = None if measure.among is None else measure.among(self)[some]
        width = max(len(self.setup.people), int(self.township.max(initial=-1)) + 1)
        places = AREAS * width
        cell = self.replication[some] * places + self.area[some].astype(int) * width
        sums = added_up(
            self.values(measure)[some], among, cell + self.township[some],
            self.replications * places,
        )  # fmt: skip
        return Sums(*(one.reshape(self.replications, places) for one in sums))

    def by_township(self, measure: OfCalls = WITHIN) -> Sums:
        """[replication, township] the same."""
        shape = (self.replications, len(self.setup.people))
        cell = self.replication * shape[1] + self.township
        above, below = measure.sums(self, self.setup, cell, shape[0] * shape[1])
        return Sums(above.reshape(shape), below.reshape(shape))

    def ordered(self, measure: PercentileOfCalls, group: Group) -> tuple[np.ndarray, np.ndarray]:
        """[call] values in ascending order, and the replication of each."""
        rows, values = self.members(group), measure.value(self)
        order = rows[np.argsort(values[rows], kind="stable")]
        return values[order], self.replication[order]

    def fleet(self, measure: OfFleet) -> Sums:
        """[replication] seconds of the fleet."""
        above = np.array([measure.above(tally) for tally in self.tallies])
        return Sums(above, np.array([measure.below(tally) for tally in self.tallies]))
