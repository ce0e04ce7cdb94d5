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


def together(one: FailureLaws | None, other: FailureLaws | None) -> FailureLaws | None:
    """The vehicles of both; None if not both have some, or one of them fails by another law."""
    if one is None or other is None or (one.after, one.off) != (other.after, other.off):
        return None
    law = dict(zip(one.vehicle, one.law, strict=True))
    theirs = dict(zip(other.vehicle, other.law, strict=True))
    if any(law.get(vehicle, row) != row for vehicle, row in theirs.items()):
        return None
    every = law | theirs
    rows = sorted(every)
    return one._replace(vehicle=tuple(rows), law=tuple(every[row] for row in rows))
