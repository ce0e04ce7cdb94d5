"""How calls spread over the hours of the week: profiles by name, with where they were seen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from sim.model.calendar import DAYS, HOURS

if TYPE_CHECKING:
    from sim.scenario.settings.demand import Profile

# Friuli Venezia Giulia, Italy: 90,750 emergencies of 45 weeks, town and country together.
# Aggregated from the instances published with the EasyNet project of the University of Udine.
_FRIULI_HOURS: Final = (
    0.0240, 0.0206, 0.0183, 0.0176, 0.0166, 0.0175, 0.0235, 0.0387, 0.0560, 0.0675, 0.0719, 0.0674,
    0.0604, 0.0557, 0.0505, 0.0499, 0.0529, 0.0508, 0.0511, 0.0492, 0.0441, 0.0373, 0.0311, 0.0273,
)  # fmt: skip
_FRIULI_DAYS: Final = (0.1470, 0.1411, 0.1407, 0.1444, 0.1412, 0.1428, 0.1429)

NAMED: Final = {
    "flat": ((1.0,) * HOURS, (1.0,) * DAYS),
    "friuli": (_FRIULI_HOURS, _FRIULI_DAYS),
}


def week(hours: tuple[float, ...], days: tuple[float, ...]) -> np.ndarray:
    """[168] factors with mean 1, Monday 00:00 first, from relative numbers of hours and days."""
    factors = np.outer(np.asarray(days, float), np.asarray(hours, float)).ravel()
    factors /= factors.mean()
    return factors


def factors(profile: Profile) -> np.ndarray:
    """[168] factors with mean 1 of a profile by name, or of numbers of one's own."""
    if isinstance(profile, str):
        return week(*NAMED[profile])
    return week(profile.hours, profile.days)
