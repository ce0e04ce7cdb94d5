"""Static coverage: the share of people within reach of a station, by area and township."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import pandas as pd

from sim.answers.answer import Answer, OnMap, Origin
from sim.prepare.reach import first_arrival_s, reach, targets_of_cells
from sim.scenario.scenario import Scenario
from sim.study import arguments

# Service radius norms, 国卫医发〔2020〕19号: at most 5 km in town, 10 to 20 km in the country.
RADIUS_M: Final = (5_000.0, 20_000.0)


@dataclass(frozen=True, eq=False, repr=False)
class Coverage(Answer, OnMap):
    """The people within reach of a station that has an ambulance; nothing is simulated."""

    provenance: Origin
    frame: pd.DataFrame  # as `to_frame` says
    radius_m: tuple[float, float] = RADIUS_M  # in town, in the country
    before_s: float | None = None  # before the wheels roll, if it was asked for

    name = "coverage"

    def to_frame(self) -> pd.DataFrame:
        """One row for all people, for each area and for each township with people.

        Columns: by, area, people, minutes (of the median person, to the first arrival), within
        (share in time), radius (share within `radius_m` in a straight line), station (that
        reaches most of them first).
        """
        return self.frame

    def minutes_at(self, xy: np.ndarray) -> np.ndarray:
        """[point] minutes from a call to the first arrival; inf where no road leads.

        `xy`: [point, 2] metres of the map.
        """
        return first_arrival_s(self.provenance.base, xy, self.before_s) / 60

    @cached_property
    def cell_minutes(self) -> np.ndarray:
        """[cell] the same for the cells of the map."""
        found: np.ndarray = reach(self.provenance.base, self.before_s).cell_s.min(axis=0) / 60
        return found

    def people_within(self, minutes: float) -> float:
        """How many people live where somebody arrives within some minutes of the call."""
        people = self.provenance.base.map.cells.people
        return float(people[self.cell_minutes <= minutes].sum())


def coverage(
    scenario: Scenario,
    before_s: float | None = None,
    radius_m: tuple[float, float] = RADIUS_M,
) -> Coverage:
    """Share of people within the target and within a radius: all, areas, townships.

    `before_s`: seconds before the wheels roll; default: the means of call taking and turnout.
    `radius_m`: metres in town and in the country; default: the national norm's.
    """
    arguments.scenarios(scenario)
    for one in radius_m:
        arguments.within("radius_m", one, 1, 1_000_000)
    if before_s is not None:
        arguments.within("before_s", before_s, 0, 7 * 86_400)
    cells, found = scenario.map.cells, reach(scenario, before_s)
    target_s = targets_of_cells(scenario)
    best_s = found.cell_s.min(axis=0)
    first = np.array(found.stations)[found.cell_s.argmin(axis=0)]
    in_radius = found.radius_m <= np.array(radius_m)[cells.area]
    rows = []
    for by, name, members in _groups(scenario):
        people = cells.people[members]
        if not people.sum():
            continue
        nearest = np.bincount(first[members], people).argmax()
        rows.append(
            {
                "by": by,
                "area": name,
                "people": int(people.sum()),
                "minutes": _weighted_median(best_s[members], people) / 60,
                "within": float(people[best_s[members] <= target_s[members]].sum() / people.sum()),
                "radius": float(people[in_radius[members]].sum() / people.sum()),
                "station": scenario.stations[nearest].name.zh,
            }
        )
    return Coverage(Origin(scenario), pd.DataFrame(rows), radius_m, before_s)


def _groups(scenario: Scenario) -> Iterator[tuple[str, str, np.ndarray]]:
    """(by, name, [cell] whether it belongs) of each group."""
    cells = scenario.map.cells
    yield "all", "all", np.ones(len(cells.people), bool)
    for area, name in enumerate(("urban", "rural")):
        yield "area", name, cells.area == area
    for row, seat in enumerate(scenario.map.townships):
        yield "township", seat.name.zh, cells.township == row


def _weighted_median(values: np.ndarray, weights: np.ndarray) -> float:
    order = np.argsort(values)
    passed = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(passed, passed[-1] / 2)])
