"""Vehicles that may fail: their numbers, and the laws that their failures are drawn from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.policies.clock import NONE
from sim.prepare.failing import FailureLaws
from sim.scenario.layout import vehicle_numbers

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario


def vehicles(scenario: Scenario) -> np.ndarray:
    """[ambulance] the number of its vehicle in `Calls.failures`; NONE if it never fails."""
    crews = scenario.settings.crews
    numbers = vehicle_numbers(scenario)
    fails = [crews.failing(ambulance.kind) is not None for ambulance in scenario.fleet]
    return np.where(np.array(fails, bool), np.array(numbers, int), NONE)


def failure_laws(scenario: Scenario) -> FailureLaws | None:
    """How often each vehicle fails; None if none does."""
    crews = scenario.settings.crews
    if not crews.failures:
        return None
    laws = {
        int(number): crews.failures.index(failing)
        for number, ambulance in zip(vehicles(scenario), scenario.fleet, strict=True)
        if (failing := crews.failing(ambulance.kind)) is not None
    }
    rows = sorted(laws)
    return FailureLaws(
        tuple(rows),
        tuple(laws[number] for number in rows),
        tuple(one.after for one in crews.failures),
        tuple(one.off for one in crews.failures),
    )
