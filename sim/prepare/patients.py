"""Kinds of patients: who may be taken to which hospitals, as rows that calls and engines share.

All who may be taken to the same hospitals at the same hours are of one kind. The first kind may be
taken to any hospital of the map that is no clinic.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.scenario.patients import Patient, closures_as_written, patients

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario


class PatientKinds(NamedTuple):
    """The kinds of patients of a scenario, and which kind each patient is of."""

    number: dict[Patient, int]
    treats: np.ndarray  # [kind, hospital] bool
    needs_icu: np.ndarray  # [kind] bool
    concerned: np.ndarray  # [closure as written, kind] bool


def kinds(scenario: Scenario) -> PatientKinds:
    """The kinds of patients of a scenario; the same of every layout with the same settings."""
    hospitals = scenario.hospitals
    closures = closures_as_written(scenario)
    number: dict[Patient, int] = {}
    rows: dict[tuple[tuple[bool, ...], bool, tuple[bool, ...]], int] = {}
    for patient in patients(scenario):
        treats = tuple(patient.treated_at(one) for one in hospitals)
        concerned = tuple(patient.named_in(one) for _, one in closures)
        number[patient] = rows.setdefault((treats, patient.needs_icu, concerned), len(rows))
    return PatientKinds(
        number,
        np.array([treats for treats, _, _ in rows], bool).reshape(len(rows), len(hospitals)),
        np.array([needs_icu for _, needs_icu, _ in rows], bool),
        np.array([concerned for _, _, concerned in rows], bool).reshape(len(rows), -1).T,
    )
