"""One replication as a few sums: what a search among many layouts keeps of each.

A `Tally` has a row for each call; hundreds of layouts would fill the memory with them. `Counts`
say as much about compliance and mean response, township by township, and `Summed` offers them to
the same estimates.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from sim.measures.calls import first_arrival
from sim.measures.estimates import ALL, Group, ratios, worst_of
from sim.model.calendar import Window
from sim.model.calls import Calls
from sim.model.log import Log
from sim.model.system import System
from sim.policies.clock import NONE

AREAS = 2  # urban, rural


class Counts(NamedTuple):
    """One layout in one replication: sums over the calls received within the window."""

    calls: np.ndarray  # [area, township]
    within: np.ndarray  # [area, township] reached within the target of their area
    reached: np.ndarray  # [area, township]
    response_s: np.ndarray  # [area, township] sum over those reached
    served: np.ndarray  # [station] calls reached by its ambulances
    busy_s: np.ndarray  # [station] assigned → cleared or diverted, within the window


def count(
    system: System, calls: Calls, log: Log, window: Window, targets_s: tuple[float, float]
) -> Counts:
    """What one log says, in sums; `targets_s`: urban, rural."""
    townships = int(calls.township.max(initial=-1)) + 1
    measured = (calls.received_at >= window.start_s) & (calls.received_at < window.end_s)
    serving = first_arrival(log, len(measured))
    reached = measured & (serving != NONE)
    trip = serving[reached]
    response_s = log.arrived_at[trip] - calls.received_at[reached]
    cell = calls.area.astype(int) * townships + calls.township
    in_time = response_s <= np.array(targets_s)[calls.area[reached]]

    def summed(rows: np.ndarray, weights: np.ndarray | None = None) -> np.ndarray:
        sums = np.bincount(rows, weights, AREAS * townships)
        return sums.reshape(AREAS, townships)

    stations = len(system.stations.place)
    on_call = log.call != NONE
    ends = np.where(np.isnan(log.cleared_at), log.diverted_at, log.cleared_at)[on_call]
    spent_s = np.minimum(ends, window.end_s) - np.maximum(log.assigned_at[on_call], window.start_s)
    crew = system.fleet.home[log.ambulance[on_call]]
    return Counts(
        calls=summed(cell[measured]),
        within=summed(cell[reached][in_time]),
        reached=summed(cell[reached]),
        response_s=summed(cell[reached], response_s),
        served=np.bincount(system.fleet.home[log.ambulance[trip]], minlength=stations),
        busy_s=np.bincount(crew, np.maximum(spent_s, 0.0), stations),
    )


class Summed:
    """One layout's counts of all its replications, for the measures that sums can tell."""

    KEYS = ("within", "urban10", "rural30", "worst5", "mean")

    def __init__(
        self,
        found: Sequence[Counts],
        worst: tuple[int, ...] = (),
        townships: int = 0,
        looked: bool = False,  # as in `estimates.Setup`
    ):
        self.worst, self.replications, self.looked = worst, len(found), looked
        width = max([townships, *(one.calls.shape[1] for one in found)])

        def stacked(name: str) -> np.ndarray:
            columns = np.zeros((len(found), AREAS, width))
            for row, one in enumerate(found):
                values = getattr(one, name)
                columns[row, :, : values.shape[1]] = values
            return columns

        # [replication, area, township]
        self.calls, self.within = stacked("calls"), stacked("within")
        self.reached, self.response_s = stacked("reached"), stacked("response_s")
        self.busy_s = np.array([one.busy_s for one in found])  # [replication, station]
        self.served = np.array([one.served for one in found])  # [replication, station]

    def first(self, count: int) -> Summed:
        """The same of the first so many replications only."""
        some = object.__new__(Summed)
        some.worst, some.replications, some.looked = self.worst, count, self.looked
        for name in ("calls", "within", "reached", "response_s", "busy_s", "served"):
            setattr(some, name, getattr(self, name)[:count])
        return some

    def sums(self, key: str, group: Group = ALL) -> tuple[np.ndarray, np.ndarray]:
        """[replication] numerator and denominator of a measure."""
        if key not in self.KEYS or group.by not in ("all", "area", "township"):
            raise ValueError(f"sums cannot tell {key} by {group.by}")
        some = np.zeros(self.calls.shape[1:], bool)  # [area, township]
        if key == "worst5":
            some[:, list(self.worst)] = True
        elif key in ("urban10", "rural30"):
            some[("urban10", "rural30").index(key)] = True
        elif group.by == "township":
            some[:, group.row] = True
        elif group.by == "area":
            some[group.row] = True
        else:
            some[:] = True
        if key == "mean":
            return self.response_s[:, some].sum(axis=1) / 60, self.reached[:, some].sum(axis=1)
        return self.within[:, some].sum(axis=1), self.calls[:, some].sum(axis=1)

    def left_out(self, key: str, group: Group = ALL) -> np.ndarray:
        """[1 + replications] the measure of all replications, then without each of them."""
        return ratios(*self.sums(key, group))

    def worst_townships(self, how_many: int = 5) -> tuple[int, ...]:
        """The townships with the lowest compliance, as `estimates.worst_townships` has them."""
        return worst_of(self.within.sum(axis=(0, 1)), self.calls.sum(axis=(0, 1)), how_many)
