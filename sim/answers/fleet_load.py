"""How busy the ambulances of a layout are: in each hour of the week, and each of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.measures.intervals import Estimate, jackknife, ratios

if TYPE_CHECKING:
    from sim.answers.comparison import Comparison


class AmbulanceLoad(NamedTuple):
    """One ambulance and the share of its time on shift for which it is on calls."""

    ambulance: int  # row in the layout
    station: int  # row
    number: int  # at its station, from 1
    share: Estimate  # nan if it is never on shift


class FleetLoad(NamedTuple):
    """Shares of time on shift that go to calls, all replications together."""

    whole: Estimate  # of all ambulances
    hours: np.ndarray  # [168] of all ambulances; nan where none is on shift
    ambulances: tuple[AmbulanceLoad, ...]  # the busiest first

    @property
    def peak(self) -> int | None:
        """The busiest hour of the week; None if nobody is ever on shift."""
        return None if np.isnan(self.hours).all() else int(np.nanargmax(self.hours))


def load(comparison: Comparison, layout: int = 0) -> FleetLoad:
    """How busy a layout's ambulances are. 0 is the base."""
    tallies = comparison.pooled[layout].tallies
    busy, duty = (
        np.array([getattr(tally, name) for tally in tallies]) for name in ("busy_s", "on_duty_s")
    )
    with np.errstate(invalid="ignore", divide="ignore"):
        hours = busy.sum(axis=(0, 1)) / duty.sum(axis=(0, 1))
    sequential = comparison.pooled[layout].setup.sequential
    found, at_station = [], dict[int, int]()
    for row, ambulance in enumerate(comparison.layouts[layout].fleet):
        number = at_station[ambulance.station] = at_station.get(ambulance.station, 0) + 1
        left_out = ratios(busy[:, row].sum(axis=1), duty[:, row].sum(axis=1))
        share = jackknife(left_out, sequential).interval()
        found.append(AmbulanceLoad(row, ambulance.station, number, share))
    found.sort(key=lambda one: -np.nan_to_num(one.share.mean, nan=-1.0))
    return FleetLoad(comparison.estimate("busy", layout), hours, tuple(found))
