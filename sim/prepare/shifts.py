"""Hours on duty to shifts: when each ambulance can be sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.model.calendar import DAY_S, HOUR_S

if TYPE_CHECKING:  # engines and worker processes need the arrays, not what they were made from
    from sim.scenario.layout import Ambulance
    from sim.scenario.scenario import Scenario


AFTER_THE_LAST_CALL_S = 366 * DAY_S  # shifts go on, so that part-time crews serve who waits


def study_seconds(scenario: Scenario) -> float:
    """Warm-up, length and cool-down together: calls are received from 0 to here."""
    study = scenario.settings.study
    return study.warm_up + study.length + study.cool_down


def shifts_of(ambulance: Ambulance, start_s: float, until_s: float) -> list[tuple[float, float]]:
    """When an ambulance is on duty: (from, to) in seconds of the run, until a year after the last
    call.

    `start_s`: the run's start in seconds of the week; `until_s`: seconds during which calls come.
    """
    if ambulance.hours is None:
        return [(0.0, np.inf)]
    length_s = ambulance.hours.length_s
    first_day = -start_s % DAY_S - DAY_S + ambulance.hours.start * HOUR_S
    begins = np.arange(first_day - DAY_S, until_s + AFTER_THE_LAST_CALL_S, DAY_S)
    return [(max(b, 0.0), b + length_s) for b in begins.tolist() if b + length_s > 0]
