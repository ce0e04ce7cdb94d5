"""Patients: what decides to which hospitals each may be taken, and when those are closed to him."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from sim.model.calendar import HOUR_S, Hours
from sim.scenario.dated import Spans, days_from, merged
from sim.scenario.hospitals import Hospital, at_rows, plainly
from sim.scenario.settings.transfers import Capable

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario
    from sim.scenario.settings import Transfers
    from sim.scenario.settings.conditions import Condition
    from sim.scenario.settings.hospitals import Closed

EVERY_HOUR: Final = Hours(0, 0)


class Patient(NamedTuple):
    """What decides where a patient may be taken."""

    capabilities: frozenset[str] = frozenset()  # all of which the hospital must have
    condition: str = ""  # by which closures may name it
    needs_icu: bool = False
    light: bool = False  # for clinics only
    transferred: bool = False  # from another hospital: one outside the map may treat it, too

    def treated_at(self, hospital: Hospital) -> bool:
        """Whether a hospital can treat this patient at all."""
        if self.light:
            return hospital.is_clinic
        if self.needs_icu and not hospital.has_icu:
            return False
        open_to = hospital.takes_emergencies or (self.transferred and not hospital.is_clinic)
        return open_to and self.capabilities <= hospital.capabilities

    def named_in(self, closed: Closed) -> bool:
        """Whether a closure concerns this patient."""
        known = {plainly(self.condition), *self.capabilities}
        return not closed.to or not known.isdisjoint(map(plainly, closed.to))


def patient_of(condition: Condition, *, needs_icu: bool = False, light: bool = False) -> Patient:
    """A patient of a condition."""
    capabilities = frozenset() if light else frozenset(map(plainly, condition.treated_by))
    return Patient(capabilities, condition.name, needs_icu and not light, light)


def transferred(one: Transfers) -> Patient:
    """A patient who is transferred to a hospital that has a capability."""
    assert isinstance(one.to, Capable)
    return Patient(frozenset({plainly(one.to.capability)}), one.name, transferred=True)


def patients(scenario: Scenario) -> Iterator[Patient]:
    """Everybody who may have to be taken to a hospital that rules choose, the plain one first."""
    yield Patient()
    for condition in scenario.settings.demand.conditions:
        yield patient_of(condition)
        if condition.icu > 0 and limits_icu(scenario):
            yield patient_of(condition, needs_icu=True)
        if condition.to_clinic > 0:
            yield patient_of(condition, light=True)
    for one in scenario.settings.transfers:
        if isinstance(one.to, Capable):
            yield transferred(one)


def limits_icu(scenario: Scenario) -> bool:
    """Whether some hospital has so many places in intensive care and no more."""
    return any(one.icu is not None for one in scenario.settings.hospitals.at.values())


def closures_as_written(scenario: Scenario) -> list[tuple[int, Closed]]:
    """Closures of single hospitals, each with the hospital's row."""
    own = at_rows(scenario.settings.hospitals.at, scenario.map)
    return [(row, one) for row in sorted(own) for one in own[row].closed]


def closed_spans(one: Closed, start: datetime, until_s: float) -> Spans:
    """When a hospital is closed as written, in seconds of a run that begins at `start`."""
    if one.from_ is not None and one.until is not None:
        spans = [((one.from_ - start).total_seconds(), (one.until - start).total_seconds())]
    else:
        hours = one.hours or EVERY_HOUR  # `Closed` has either
        days = days_from(start, until_s, (), 0)
        begins = days.begins_s[np.isin(days.weekday, one.days)] + hours.start * HOUR_S
        spans = [(begin, begin + hours.length_s) for begin in begins.tolist()]
    return merged([(max(b, 0.0), e) for b, e in spans if e > 0 and b < until_s])
