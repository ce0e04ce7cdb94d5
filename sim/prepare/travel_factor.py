"""How much single drives take longer or shorter than expected: a factor for each call."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy import special

from sim.model.calls import Calls, Stream

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario

LEAST, LAST = 2**-53, 1 - 2**-53  # a quantile of 0 would make a drive of no time


class TravelSpread(NamedTuple):
    """Standard deviations of the natural logarithm of what drives are multiplied with."""

    to_scene: float  # 0: always as expected
    to_hospital: float


def spread(scenario: Scenario) -> TravelSpread | None:
    """How much drives vary; None where they do not."""
    factor = scenario.settings.travel.factor
    if factor is None or not (factor.sigma or factor.sigma_to_hospital):
        return None
    return TravelSpread(factor.sigma, factor.sigma_to_hospital)


def with_factors(
    calls: Calls, spread: TravelSpread | None, uniform: Callable[[int], np.ndarray]
) -> Calls:
    """The calls with the factors of their drives, drawn for each whether it is driven or not."""
    if spread is None:
        return calls
    if spread.to_scene:
        factor = lognormal(uniform(Stream.SCENE_FACTOR), spread.to_scene)
        calls = calls._replace(scene_factor=factor)
    if spread.to_hospital:
        factor = lognormal(uniform(Stream.HOSPITAL_FACTOR), spread.to_hospital)
        calls = calls._replace(hospital_factor=factor)
    return calls


def lognormal(q: np.ndarray, sigma: float) -> np.ndarray:
    """The lognormal distribution whose mean is 1, at quantiles."""
    z = special.ndtri(np.clip(q, LEAST, LAST))
    found: np.ndarray = np.exp(sigma * z - sigma**2 / 2)
    return found
