"""Static coverage: the share of people within reach of a station, by area and township."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from sim.answers.answer import Answer, Origin
from sim.prepare.reach import reach, targets_of_cells
from sim.scenario.scenario import Scenario
from sim.study import arguments

# Service radius norms, 国卫医发〔2020〕19号: at most 5 km in town, 10 to 20 km in the country.
RADIUS_M: Final = (5_000.0, 20_000.0)


@dataclass(frozen=True, eq=False, repr=False)
class Coverage(Answer):
    """The people within reach of a station that has an ambulance; nothing is simulated."""

    provenance: Origin
    frame: pd.DataFrame  # as `to_frame` says
    radius_m: tuple[float, float] = RADIUS_M  # in town and in the country

    name = "coverage"

    def to_frame(self) -> pd.DataFrame:
        """One row for all people, for each area and for each township with people.

        Columns: by, area, people, minutes (of the median person, to the first arrival), within
        (share in time), radius (share within `radius_m` of a station, in a straight line), station
        (that reaches most of them first).
        """
        return self.frame


def coverage(
    scenario: Scenario, before_s: float | None = None, radius_m: float | None = None
) -> Coverage:
    """Share of people within the target and within a radius: all, areas, townships.

    `before_s`: seconds before the wheels roll; default: the means of call taking and turnout.
    `radius_m`: metres around a station, for everybody; default: the norm, 5 km in town, 20 km in
    the country.
    """
    arguments.scenarios(scenario)
    if before_s is not None:
        arguments.within("before_s", before_s, 0, 7 * 86_400)
    if radius_m is not None:
        arguments.within("radius_m", radius_m, 0, 1_000_000)
    around_m = RADIUS_M if radius_m is None else (float(radius_m), float(radius_m))
    cells, found = scenario.map.cells, reach(scenario, before_s)
    target_s = targets_of_cells(scenario)
    best_s = found.cell_s.min(axis=0)
    first = np.array(found.stations)[found.cell_s.argmin(axis=0)]
    in_radius = found.radius_m <= np.array(around_m)[cells.area]
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
    return Coverage(Origin(scenario), pd.DataFrame(rows), around_m)


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
