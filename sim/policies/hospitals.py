"""The hospital to which a patient is conveyed."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.policies.clock import NONE
from sim.policies.dispatch import is_first


def choose_hospital(seconds: Any, named: int) -> int:
    """The hospital the call names, else the one reached first, else NONE if there is none.

    `seconds`: [hospital] from the scene.
    """
    if named != NONE:
        return named
    best, best_s = NONE, np.inf
    for hospital in range(len(seconds)):
        if is_first(seconds[hospital], hospital, best_s, best):
            best, best_s = hospital, seconds[hospital]
    return best
