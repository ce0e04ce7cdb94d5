"""Why a site gains what it gains: people behind it, the way to the next station, calls relieved."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.prepare import reach as coverage

if TYPE_CHECKING:
    from sim.scenario.layout import Station
    from sim.scenario.scenario import Scenario
    from sim.study.runs import Runs

SAME_S = 1e-3  # nearer by less is not nearer: degrees come back to metres with an error


class GroundsByDistance(NamedTuple):
    """What speaks for a site by distance alone."""

    people: float  # that it is nearer to than any station of today
    newly: float  # of them, those whom only it could reach in time
    nearest: int  # row of the station of today from which it is reached first
    minutes: float  # of driving from there, with siren


class Reason(NamedTuple):
    """The grounds of a candidate's gain: those by distance, and three from the simulation."""

    people: float  # that it is nearer to than any station of today
    newly: float  # of them, those whom only it could reach in time
    nearest: int  # row of the station of today from which it is reached first
    minutes: float  # of driving from there, with siren
    relieves: int  # row of the station of today that it takes most calls from
    calls_per_day: float  # taken from there
    of_calls: float  # a day, that were served from there
    new: bool = True  # else a station of today: people to whom none is nearer, newly none


def grounds(
    base: Scenario, stations: Sequence[Station], new: Sequence[bool] | None = None
) -> list[GroundsByDistance]:
    """What speaks for each of some sites by distance. `new`: whether each is; by default all."""
    if not stations:
        return []
    reach = coverage.reach(base)
    # [station, cell]
    new_s = coverage.at_most_a_day(
        coverage.seconds_from(base, stations)[0] + coverage.later_s(base, stations)
    )
    today_stations = [base.stations[row] for row in reach.stations]
    ways_s = coverage.at_most_a_day(coverage.seconds_between(base, today_stations, stations))
    people, target_s = base.map.cells.people, coverage.targets_of_cells(base)
    best_s = coverage.at_most_a_day(reach.cell_s.min(axis=0))
    found = []
    for row in range(len(stations)):
        cell_s = new_s[row] + reach.before_s
        is_new = new is None or new[row]
        behind = best_s - cell_s > SAME_S if is_new else cell_s - best_s <= SAME_S
        newly = behind & (best_s > target_s) & (cell_s <= target_s)
        way_s = ways_s[:, row]
        nearest = reach.stations[int(np.argmin(way_s))]
        minutes = float(way_s.min() / 60)
        found.append(
            GroundsByDistance(
                float(people[behind].sum()), float(people[newly].sum()), nearest, minutes
            )
        )
    return found


def reasons_for(base: Scenario, layouts: Sequence[Scenario], runs: Runs) -> list[Reason]:
    """One reason for each layout; rows of `runs` from 1 on.

    The last station of a layout is the new one; if it has no more than the base, its last ambulance
    is at home where there are more.
    """
    new = [len(layout.stations) > len(base.stations) for layout in layouts]
    stations = [
        layout.stations[-1 if is_new else layout.fleet[-1].station]
        for layout, is_new in zip(layouts, new, strict=True)
    ]
    reasons = []
    for row, ground in enumerate(grounds(base, stations, new)):
        # Over the calls that both layouts met, or chance alone would relieve a station.
        today, after = (runs.per_day(r, "served", of=row + 1) for r in (0, row + 1))
        fewer = today - after[: len(today)]
        relieves = int(np.argmax(fewer))
        reasons.append(
            Reason(
                *ground,
                relieves=relieves,
                calls_per_day=float(fewer[relieves]),
                of_calls=float(today[relieves]),
                new=new[row],
            )
        )
    return reasons
