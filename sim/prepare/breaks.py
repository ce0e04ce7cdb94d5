"""Breaks of crews as arrays: dated windows within their shifts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.model.service import Breaks
from sim.policies.clock import on_grid
from sim.prepare.shifts import days_of, shifts_by_ambulance, study_seconds
from sim.scenario import transfers
from sim.scenario.break_times import DatedBreak, apart, dated

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario


def breaks(scenario: Scenario) -> Breaks:
    """The breaks of every ambulance that may begin while calls come, in order and apart.

    A break is given to a shift if it ends within it however late it begins. What a vehicle that is
    off the road as planned leaves no room for falls away.
    """
    crews, days, until_s = scenario.settings.crews, days_of(scenario), study_seconds(scenario)
    names = [priority.name for priority in transfers.priorities(scenario.settings)]
    found: list[list[DatedBreak]] = []
    shifts = shifts_by_ambulance(scenario) if crews.breaks else []
    for ambulance, on_duty in zip(scenario.fleet, shifts, strict=False):
        some = dated(crews, ambulance, on_duty.spans, days)
        found.append(apart(one for one in some if one.earliest_at < until_s))
    if not crews.breaks:
        found = [[] for _ in scenario.fleet]
    columns = np.array([one for some in found for one in some], float).reshape(-1, 3)
    interrupting = {name for one in crews.breaks for name in one.interruptible_by}
    return Breaks(
        indptr=np.concatenate([[0], np.cumsum([len(some) for some in found])]).astype(int),
        earliest_at=columns[:, 0],
        latest_at=columns[:, 1],
        length_s=on_grid(columns[:, 2]),
        interrupts=np.array([name in interrupting for name in names], bool),
        anew=crews.after_interruption == "anew",
    )
