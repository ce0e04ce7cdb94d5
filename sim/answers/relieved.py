"""Whose ambulances have less to do under a proposal, and whose more, with how sure that is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.measures.calls import Tally
from sim.measures.intervals import Jackknifed, jackknife, ratios, varies
from sim.measures.measures import BUSY
from sim.measures.verdicts import Verdict, of_so_many, verdicts
from sim.scenario.layout import Station

if TYPE_CHECKING:
    from sim.answers.comparison import Comparison
    from sim.scenario.scenario import Scenario


class Load(NamedTuple):
    """How much of their time on duty the ambulances of a station are on calls."""

    station: Station
    before: float  # share under the base
    after: float
    verdict: Verdict  # less is better


def loads(comparison: Comparison, layout: int = 1) -> list[Load]:
    """The stations that have ambulances in both layouts, in the order of the base.

    Judged together (Holm): with 95 % confidence no verdict of better or worse is wrong in any.
    """
    base, other = comparison.base, comparison.layouts[layout]
    count = comparison.replications
    one = _left_out(base, comparison.tallies[0][:count])
    two = _left_out(other, comparison.tallies[layout])
    spreads, found = [], []
    for name, before in one.items():
        if name in two:
            spread = jackknife(two[name] - before, comparison.sequential)
            spreads.append(_known(spread))
            found.append((name, float(before[0]), float(two[name][0])))
    judged = verdicts(BUSY, spreads, comparison.matters) if spreads else []
    stations = {station.name.zh: station for station in base.open_stations()}
    return [
        Load(stations[name], before, after, of_so_many(verdict, count))
        for (name, before, after), verdict in zip(found, judged, strict=True)
    ]


def _known(spread: Jackknifed) -> Jackknifed:
    return spread if varies(spread) else spread._replace(se=float("nan"))


def _left_out(layout: Scenario, tallies: Sequence[Tally]) -> dict[str, np.ndarray]:
    """By station with ambulances: [1 + replications] their share of time on calls."""
    home = np.array([one.station for one in layout.fleet])
    rows = len(layout.stations)
    busy, duty = (
        np.array([np.bincount(home, of.sum(axis=1), rows) for of in some])
        for some in ([t.busy_s for t in tallies], [t.on_duty_s for t in tallies])
    )
    return {
        layout.stations[row].name.zh: ratios(busy[:, row], duty[:, row])
        for row in sorted(set(home.tolist()))
    }
