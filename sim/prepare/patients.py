"""Kinds of patients: who may be taken to which hospitals, as rows that calls and engines share.

All who may be taken to the same hospitals at the same hours are of one kind. The first kind may be
taken to any hospital of the map that is no clinic.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.scenario.hospitals import Hospital, at_rows, plainly
from sim.scenario.settings.transfers import Capable

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario
    from sim.scenario.settings import Transfers
    from sim.scenario.settings.conditions import Condition
    from sim.scenario.settings.hospitals import Closed


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
        open_to = hospital.takes_emergencies or (self.transferred and not hospital.is_clinic)
        return open_to and self.capabilities <= hospital.capabilities

    def named_in(self, closed: Closed) -> bool:
        """Whether a closure concerns this patient."""
        known = {plainly(self.condition), *self.capabilities}
        return not closed.to or not known.isdisjoint(map(plainly, closed.to))


class PatientKinds(NamedTuple):
    """The kinds of patients of a scenario, and which kind each patient is of."""

    number: dict[Patient, int]
    treats: np.ndarray  # [kind, hospital] bool
    needs_icu: np.ndarray  # [kind] bool
    concerned: np.ndarray  # [closure as written, kind] bool


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


def kinds(scenario: Scenario) -> PatientKinds:
    """The kinds of patients of a scenario; the same of every layout with the same settings."""
    hospitals = scenario.hospitals
    closures = closures_as_written(scenario)
    icu = {
        row: one.icu for row, one in at_rows(scenario.settings.hospitals.at, scenario.map).items()
    }
    number: dict[Patient, int] = {}
    rows: dict[tuple[tuple[bool, ...], bool, tuple[bool, ...]], int] = {}
    for patient in patients(scenario):
        treats = tuple(
            patient.treated_at(one) and not (patient.needs_icu and icu.get(row) == 0)
            for row, one in enumerate(hospitals)
        )
        concerned = tuple(patient.named_in(one) for _, one in closures)
        number[patient] = rows.setdefault((treats, patient.needs_icu, concerned), len(rows))
    return PatientKinds(
        number,
        np.array([treats for treats, _, _ in rows], bool).reshape(len(rows), len(hospitals)),
        np.array([needs_icu for _, needs_icu, _ in rows], bool),
        np.array([concerned for _, _, concerned in rows], bool).reshape(len(rows), -1).T,
    )
