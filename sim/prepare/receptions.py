"""The laws by which hospitals receive patients: what `receiving` draws from, of a scenario."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.model.calendar import HOUR_S
from sim.prepare import needs
from sim.prepare.destinations import stay_laws
from sim.prepare.patients import kinds
from sim.prepare.receiving import ReceivingLaws, WalkInLaw
from sim.scenario import profiles
from sim.scenario.hospitals import at_rows
from sim.scenario.patients import limits_icu, patient_of

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario


def laws(scenario: Scenario) -> ReceivingLaws | None:
    """What is drawn for the hospitals of a scenario; None if nothing is."""
    settings, conditions = scenario.settings.hospitals, needs.needed(scenario).conditions
    stays, law_of = stay_laws(scenario)
    numbers = kinds(scenario).number
    kind = np.zeros((len(conditions), 3), int)
    for row, condition in enumerate(conditions):
        for column, patient in enumerate(
            (
                patient_of(condition),
                patient_of(condition, needs_icu=True),
                patient_of(condition, light=True),
            )
        ):
            kind[row, column] = numbers.get(patient, 0)
    walk_ins = [
        WalkInLaw(
            hospital,
            one.arrivals.rate.per_second * HOUR_S * profiles.factors(one.arrivals.profile),
            stays[law_of[hospital]],
        )
        for hospital, one in sorted(at_rows(settings.at, scenario.map).items())
        if one.arrivals is not None and stays
    ]
    icu = settings.icu_stay if limits_icu(scenario) else None
    icu_share = np.array([one.icu for one in conditions])
    found = ReceivingLaws(
        kind=kind,
        icu_share=icu_share,
        clinic_share=np.array([one.to_clinic for one in conditions]),
        stays=stays,
        icu_stay=icu if icu_share.any() else None,
        walk_ins=tuple(walk_ins),
    )
    return found if stays or kind.any() or found.clinic_share.any() else None
