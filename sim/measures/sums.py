"""One replication as a few sums: what a search among many layouts keeps of each.

A `Tally` has a row for each call; hundreds of layouts would fill the memory with them. `Counts`
are the sums of the very same measures by area and township, and `Summed` offers them to the same
estimates.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, cast

import numpy as np

from sim.measures.calls import busy_intervals, duty_intervals, on_shift, responses
from sim.measures.groups import ALL, AREAS, Group, Setup
from sim.measures.kinds import OfCalls, OfFleet, PercentileOfCalls, Rows, Sums
from sim.measures.measures import BUSY, BY_KEY, COUNTED, MEASURES, WITHIN
from sim.model.calendar import Window
from sim.model.calls import Calls
from sim.model.log import Log
from sim.model.system import System
from sim.policies.clock import NONE


class Counts(NamedTuple):
    """One layout in one replication: sums over the calls received within the window."""

    above: np.ndarray  # [measure of COUNTED, area, township]
    below: np.ndarray  # [measure of COUNTED, area, township] calls
    served: np.ndarray  # [station] calls reached by its ambulances
    busy_s: np.ndarray  # [station] its ambulances assigned → cleared or diverted, while on shift
    on_duty_s: np.ndarray = np.zeros(0)  # [station] its ambulances on shift; empty if not kept


def count(system: System, calls: Calls, log: Log, window: Window, setup: Setup) -> Counts:
    """What one log says, in sums."""
    stations = len(system.stations.place)
    duty = duty_intervals(system, window)
    busy_s = _by_station(system, on_shift(busy_intervals(log, window), duty))
    found = responses(calls, log, window)
    townships = max(len(setup.people), int(calls.township.max(initial=-1)) + 1)
    cell = found.area.astype(int) * townships + found.township
    rows = cast(Rows, found)  # what is counted asks for areas and response times only
    sums = [measure.sums(rows, setup, cell, AREAS * townships) for measure in COUNTED]
    shape = (len(COUNTED), AREAS, townships)

    came = system.fleet.home[log.ambulance[found.trip[found.trip != NONE]]]
    return Counts(
        above=np.array([one.above for one in sums]).reshape(shape),
        below=np.array([one.below for one in sums]).reshape(shape),
        served=np.bincount(came, minlength=stations),
        busy_s=busy_s,
        on_duty_s=_by_station(system, duty),
    )


def _by_station(system: System, intervals: np.ndarray) -> np.ndarray:
    """[station] seconds of intervals of (ambulance, from, to), by where it is at home."""
    home = system.fleet.home[intervals[:, 0].astype(int)]
    spent_s = intervals[:, 2] - intervals[:, 1]
    return np.bincount(home, spent_s, len(system.stations.place))


class Summed:
    """One layout's counts of all its replications, for the measures that sums can tell."""

    def __init__(self, counts: Sequence[Counts], setup: Setup):
        self.setup, self.replications = setup, len(counts)
        width = max([len(setup.people), *(one.above.shape[2] for one in counts)])

        def stacked(name: str) -> np.ndarray:
            columns = np.zeros((len(counts), len(COUNTED), AREAS, width))
            for row, one in enumerate(counts):
                values = getattr(one, name)
                columns[row, :, :, : values.shape[2]] = values
            return columns

        # [replication, measure of COUNTED, area, township]
        self.above, self.below = stacked("above"), stacked("below")
        # [replication, station]
        self.busy_s = np.array([one.busy_s for one in counts])
        self.on_duty_s = np.array([one.on_duty_s for one in counts])
        self.served = np.array([one.served for one in counts])

    def first(self, count: int) -> Summed:
        """The same of the first so many replications only."""
        some = object.__new__(Summed)
        some.setup, some.replications = self.setup, count
        for name in ("above", "below", "busy_s", "on_duty_s", "served"):
            setattr(some, name, getattr(self, name)[:count])
        return some

    def left_out(self, key: str, group: Group = ALL) -> np.ndarray:
        """[1 + replications] the measure of all replications, then without each of them."""
        return BY_KEY[key].left_out(self, group)

    # ── what measures take ───────────────────────────────────────────────────────────────────

    def sums(self, measure: OfCalls, group: Group = ALL) -> Sums:
        """[replication] what is counted, and the calls among which."""
        return Sums(*(one.sum(axis=1) for one in self.by_place(measure, group)))

    def by_place(self, measure: OfCalls, group: Group = ALL) -> Sums:
        """[replication, area × township] the same; only of places that have a part in it."""
        above, below = self._cells(measure, group)
        some = self._places(group)
        if measure.where is not None:
            where = measure.where(self.setup)
            some[:, : where.shape[1]] &= where
            some[:, where.shape[1] :] = False
        return Sums(above[:, some], below[:, some])

    def by_township(self, measure: OfCalls = WITHIN) -> Sums:
        """[replication, township] the same."""
        above, below = self._cells(measure, ALL)
        return Sums(above.sum(axis=1), below.sum(axis=1))

    def ordered(self, measure: PercentileOfCalls, group: Group) -> tuple[np.ndarray, np.ndarray]:
        """Always ValueError: no sum tells a percentile."""
        raise ValueError(f"sums cannot tell {measure.key} by {group.by}")

    def fleet(self, measure: OfFleet) -> Sums:
        """[replication] seconds of the fleet; ValueError for what is not kept."""
        if measure.key != BUSY.key:
            raise ValueError(f"sums cannot tell {measure.key}")
        return Sums(self.busy_s.sum(axis=1), self.on_duty_s.sum(axis=1))

    def _cells(self, measure: OfCalls, group: Group) -> Sums:
        """[replication, area, township] of a measure; ValueError if it is not kept."""
        for row, counted in enumerate(COUNTED):
            if counted.counts_as(measure) and group.by in ("all", "area", "township"):
                return Sums(self.above[:, row], self.below[:, row])
        raise ValueError(f"sums cannot tell {measure.key} by {group.by}")

    def _places(self, group: Group) -> np.ndarray:
        """[area, township] bool: the places of a group."""
        some = np.full(self.above.shape[2:], group.by == "all")
        if group.by == "area":
            some[group.row] = True
        elif group.by == "township":
            some[:, group.row] = True
        return some


# Keys of the measures of calls that sums can tell.
TOLD_BY_SUMS = tuple(
    measure.key
    for measure in MEASURES
    if isinstance(measure, OfCalls) and any(measure.counts_as(one) for one in COUNTED)
)
